"""test_edges.py: TensorFlow's numbers where one-line mistakes hid: see make_golden_edges.py."""

import hashlib
import json

import numpy as np
import pytest
from bits import assert_same_bits
from places import GOLDEN_FILES

import tfphilox as tp

EDGES = json.loads((GOLDEN_FILES / "edges-tf-2.21.0.json").read_text())


def floats(text, shape=-1):
    return np.frombuffer(bytes.fromhex(text), ">u4").astype("u4").view(np.float32).reshape(shape)


def named(case):
    return f"{case['name']}-{case['function']}-{case['seed']}"


PICTURES = {each["name"]: floats(each["bits"], each["shape"]) for each in EDGES["pictures"]}


@pytest.mark.parametrize("case", EDGES["colors"], ids=named)
def test_colors(case):
    tp.random.set_seed(EDGES["global_seed"])
    draw = getattr(tp.image, case["function"])
    got = draw(PICTURES[case["name"]], *case["arguments"], seed=case["seed"])
    bits = got.view("u4").astype(">u4").tobytes().hex()
    assert bits[:96] == case["first"]
    assert hashlib.sha256(bits.encode()).hexdigest() == case["sha256"]


@pytest.mark.parametrize("case", EDGES["unigrams"], ids=lambda case: str(case["weights"]))
def test_unigrams(case):
    tp.random.set_seed(EDGES["global_seed"])
    sampled, _, expected = tp.random.fixed_unigram_candidate_sampler(
        [[0]], 1, 60, False, len(case["weights"]), unigrams=case["weights"], seed=5
    )
    assert sampled.tolist() == case["sampled"]
    assert_same_bits(expected, floats(case["expected"]))


@pytest.mark.parametrize(
    "case", EDGES["scaling"], ids=lambda case: "-".join(map(str, list(case.values())[:3]))
)
def test_scaling(case):
    if case["dtype"] == "bfloat16":
        pytest.importorskip("ml_dtypes")
    kind = tp.random.stateless_uniform([0], [1, 2], dtype=case["dtype"]).dtype
    names = ("minval", "maxval") if "uniform" in case["function"] else ("mean", "stddev")
    special = [[float(number) for number in pair] for pair in EDGES["special"]]
    lots = [[pair] for pair in special] if case["alone"] else [special]
    for pairs, expected in zip(lots, case["results"], strict=True):
        with np.errstate(all="ignore"):
            operands = np.array(pairs).T.astype(kind)
        if case["alone"]:
            operands = operands[:, 0]
        keywords = dict(zip(names, operands, strict=True))
        draw = getattr(tp.random, case["function"])
        got = draw([4, len(pairs)], [3, 4], dtype=case["dtype"], **keywords)
        size = got.dtype.itemsize
        assert got.reshape(-1).view(f"u{size}").astype(f">u{size}").tobytes().hex() == expected


@pytest.mark.parametrize("case", EDGES["dropout"], ids=lambda case: case["dtype"])
def test_dropout(case):
    tp.random.set_seed(EDGES["global_seed"])
    x = np.array([3], case["dtype"])
    got = tp.nn.dropout(x, 0.4, noise_shape=[40], seed=5)
    size = got.dtype.itemsize
    assert got.view(f"u{size}").astype(f">u{size}").tobytes().hex() == case["result"]


@pytest.mark.parametrize("case", EDGES["boxes"], ids=lambda case: str(case["size"]))
def test_boxes(case):
    for seed, expected in enumerate(case["drawn"], 1):
        tp.random.set_seed(EDGES["global_seed"])
        objects = case["objects"] or np.zeros((1, 0, 4))
        crop = tp.image.sample_distorted_bounding_box(
            case["size"], np.asarray(objects, np.float32), seed=seed,
            min_object_covered=case["covered"], aspect_ratio_range=case["aspects"],
            area_range=case["areas"], use_image_if_no_bounding_boxes=True,
        )  # fmt: skip
        assert [*crop.begin.tolist()[:2], *crop.size.tolist()[:2]] == expected, seed
