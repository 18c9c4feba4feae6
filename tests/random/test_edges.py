"""test_edges.py: TensorFlow's numbers where one-line mistakes hid: see make_golden_edges.py."""

import hashlib
import json

import numpy as np
import pytest
from bits import assert_same_bits
from places import GOLDEN_FILES

import tfphilox as tp
from tfphilox._c import _orders
from tfphilox.keras.runs.calls import calls_of

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


@pytest.mark.parametrize("case", EDGES["threads"], ids=lambda case: str(case["threads"]))
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_cuts_of_bounded_normals(case, dtype):
    tp.config.threading.set_intra_op_parallelism_threads(case["threads"])
    sums = hashlib.sha256()
    bounds = [np.array(number, dtype) for number in (0, 1, -1, 2)]
    for n in range(780, 1480):
        got = tp.random.stateless_parameterized_truncated_normal([n], [n, 4], *bounds)
        size = got.dtype.itemsize
        sums.update(got.view(f"u{size}").astype(f">u{size}").tobytes().hex().encode())
    assert sums.hexdigest() == case[dtype]


@pytest.mark.parametrize("case", EDGES["threads"], ids=lambda case: str(case["threads"]))
def test_cuts_of_categories(case):
    tp.config.threading.set_intra_op_parallelism_threads(case["threads"])
    sums = hashlib.sha256()
    for rows in range(100, 200):
        logits = np.arange(rows * 50, dtype=np.float32).reshape(rows, 50) % 7 - 3
        got = tp.random.stateless_categorical(logits, 60, [rows, 3])
        sums.update(got.astype(">u8").tobytes().hex().encode())
    assert sums.hexdigest() == case["categorical"]


@pytest.mark.parametrize("case", EDGES["logs"], ids=lambda case: case["dtype"])
def test_logarithms_of_weights(case):
    size = np.dtype(case["dtype"]).itemsize
    for row, expected in zip(case["rows"], case["logs"], strict=True):
        words = np.frombuffer(bytes.fromhex(row), f">u{size}").astype(f"u{size}")
        got = _orders.log_weights(words.view(case["dtype"])[None])
        assert got.view(f"u{size}").astype(f">u{size}").tobytes().hex() == expected


def test_more_than_a_hundred_million_rows():
    tp.random.set_seed(EDGES["global_seed"])
    value = np.arange(EDGES["rows"]["rows"], dtype=np.uint32).astype(np.uint8)
    got = tp.random.shuffle(value, seed=3)
    assert hashlib.sha256(got.tobytes()).hexdigest() == EDGES["rows"]["sha256"]


DRAWS = EDGES["draws"]


def test_numbers_that_int32_does_not_hold():
    got = tp.random.stateless_binomial([9], [1, 2], 1e10, 0.5, "int32")
    assert got.tolist() == DRAWS["large"]


def test_what_a_binomial_moves():
    generator = tp.random.Generator.from_seed(5)
    generator.binomial([7, 3], np.float32([3, 40, 9]), np.float32([0.5, 0.3, 0.9]))
    assert generator.state.numpy().tolist() == DRAWS["state"]


@pytest.mark.parametrize("at", [0, 1], ids=["float32", "float64"])
def test_more_than_128_rows(at):
    got = tp.keras.initializers.Orthogonal(seed=1)([131, 6], ("float32", "float64")[at])
    size = got.dtype.itemsize
    bits = got.reshape(-1).view(f"u{size}").astype(f">u{size}").tobytes().hex()
    assert bits == DRAWS["orthogonal"][at]


def test_four_million_categories():
    logits = np.float32([[0.0, -1.0, 0.5, 0.25, -0.125, 1.0, -2.0, 0.3]])
    got = tp.random.stateless_categorical(logits, 4_000_000, [5, 6], dtype="int32")
    assert hashlib.sha256(got.astype(np.uint8).tobytes()).hexdigest() == DRAWS["categories"]


def test_bounds_about_another_way():
    found = []
    for dtype in ("float16", "float32", "float64"):
        for low in range(1, 21):
            bounds = [np.array(x, dtype) for x in (0, 1, -1 - low / 40, 1 + low / 40)]
            got = tp.random.stateless_parameterized_truncated_normal([50], [low, 2], *bounds)
            size = got.dtype.itemsize
            found.append(got.view(f"u{size}").astype(f">u{size}").tobytes().hex())
    assert hashlib.sha256(" ".join(found).encode()).hexdigest() == DRAWS["bounds"]


def test_orders():
    tp.random.set_seed(EDGES["global_seed"])
    few = tp.data.Dataset.range(3)
    apply = tp.data.experimental.shuffle_and_repeat(4, None, seed=3)
    classes = tp.data.Dataset.range(900).rejection_resample(
        lambda x: (x % 3).astype(np.int32), [0.2, 0.3, 0.5], seed=4
    )
    together = iter(classes).take(1000)[1]
    assert together.tolist() == EDGES["orders"]["rejected"]
    assert EDGES["orders"] == {
        "short epochs": list(few.shuffle(50, seed=1).repeat(20)),
        "without end": list(tp.data.Dataset.range(6).apply(apply).take(40)),
        "rejected": [int(x) for _, x in classes],
    }


MORE = EDGES["more"]


def hexed(array):
    size = array.dtype.itemsize
    return np.ascontiguousarray(array).view(f"u{size}").astype(f">u{size}").tobytes().hex()


@pytest.mark.parametrize("at", [0, 1], ids=["float32", "float64"])
def test_orthogonal_columns(at):
    dtype = ("float32", "float64")[at]
    got = [tp.keras.initializers.Orthogonal(seed=1)([rows, 1], dtype) for rows in (1, 2, 7, 49)]
    assert [hexed(each.reshape(-1)) for each in got] == MORE["columns"][at]


def test_an_initializers_own_bounds():
    tp.random.set_seed(EDGES["global_seed"])
    assert hexed(tp.random_uniform_initializer(seed=5)([6])) == MORE["bounds"]


def test_uniforms_that_are_the_probability():
    """float16 has a thousand of them."""
    tp.random.set_seed(EDGES["global_seed"])
    for p, expected in zip((0.25, 0.5), MORE["ones"], strict=True):
        got = tp.keras.backend.random_bernoulli([20_000], p, "float16", seed=3)
        assert hashlib.sha256(got.astype(np.uint8).tobytes()).hexdigest() == expected


def test_a_frequent_class():
    tp.random.set_seed(EDGES["global_seed"])
    skewed = tp.data.Dataset.range(3000).rejection_resample(
        lambda x: (x % 10 < 2).astype(np.int32), [0.5, 0.5], seed=4
    )
    text = " ".join(str(int(x)) for _, x in skewed)
    assert hashlib.sha256(text.encode()).hexdigest() == MORE["skewed"]


def test_integers_of_compiled_threefry_below_0():
    generator = tp.random.Generator.from_seed(5, alg="threefry")
    with tp.config.jit_compile():
        got = generator.uniform([7], -(2**40), 2**41, "int64")
    assert got.tolist() == MORE["negative"]


@pytest.mark.parametrize("case", EDGES["calls"], ids=lambda case: case["name"])
def test_order_of_calls(case):
    """That in which a pass through a model of Keras 3 runs its layers."""
    run = tp.keras.replay(case["model"], seed=0)
    called = [call.path for call in calls_of(run._model, 1)]
    assert [path for path in called if path != "sum"] == case["called"]


def test_more_epochs_than_a_buffer_takes():
    """TensorFlow 2.21's orders, of buffers that could hold more than it lets in."""
    orders = {
        (2, 50): "0110011001101001011001011010101010100101",
        (3, 8): "0121021200122102011020121200210122011021",
    }
    for (count, buffer_size), expected in orders.items():
        tp.random.set_seed(77)
        apply = tp.data.experimental.shuffle_and_repeat(buffer_size, None, seed=3)
        found = iter(tp.data.Dataset.range(count).apply(apply)).take(40)
        assert "".join(map(str, found)) == expected


def test_a_seed_above_31_bits_becomes_negative():
    """Keras 3.4 has uint32 seeds, which stateless_uniform takes as int32; as TensorFlow 2.21."""
    with tp.config.keras_version("3.4"):
        got = tp.keras.random.uniform([3], seed=2**31 + 5)
    assert got.view("u4").tolist() == [1049893008, 1061411746, 1062693502]


def test_classes_are_int64():
    assert tp.random.categorical([[0.0, 1.0]], 2, dtype=None, seed=1).dtype == np.int64
    assert tp.random.stateless_categorical([[0.0, 1.0]], 2, [1, 2]).dtype == np.int64


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_floatx_is_the_type_of_draws(dtype):
    """As in Keras, where dtype=None means floatx."""
    tp.keras.config.set_floatx(dtype)
    try:
        for draw in (
            tp.keras.random.uniform,
            tp.keras.random.normal,
            tp.keras.backend.random_normal,
        ):
            assert draw([2], seed=1).dtype == dtype
    finally:
        tp.keras.config.set_floatx("float32")


def test_a_rate_of_1_was_refused():
    """By tf.nn.dropout, which Keras 3.12 calls."""
    with tp.config.keras_version("3.12"), pytest.raises(ValueError, match="less than 1"):
        tp.keras.random.dropout([1.0], 1.0, seed=1)


@pytest.mark.parametrize("state", [[], [1], [1, 2], [[1, 2, 3]]])
def test_states_that_are_too_short(state):
    """TensorFlow: the size of state must be at least 3."""
    with pytest.raises(ValueError, match=r"shape \[3\] for Philox"):
        tp.raw_ops.StatefulUniform(resource=np.array(state, np.int64), algorithm=1, shape=[2])


@pytest.mark.parametrize("case", EDGES["floor"], ids=["0", "2^-23"])
def test_the_least_uniforms_of_compiled_normals(case):
    with tp.config.jit_compile():
        got = tp.random.stateless_normal([8192], case["seed"])
    bits = got.view("u4").astype(">u4").tobytes().hex()
    assert hashlib.sha256(bits.encode()).hexdigest() == case["sha256"]


@pytest.mark.parametrize("case", EDGES["models"], ids=lambda case: case["name"])
def test_shapes_behind_layers(case):
    weights = tp.keras.initial_weights(case["model"], seed=1)
    assert [list(array.shape) for _, array in weights] == case["shapes"]


def test_a_box_of_seed_0_is_another_each_time():
    """The op gets no seeds then, also after set_seed."""
    found = set()
    for _ in range(6):
        tp.random.set_seed(1)
        crop = tp.image.sample_distorted_bounding_box(
            [400, 300, 3], np.zeros((1, 0, 4), np.float32), use_image_if_no_bounding_boxes=True
        )
        found.add((*crop.begin.tolist(), *crop.size.tolist()))
    assert len(found) > 1
