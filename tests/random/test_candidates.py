"""test_candidates.py: candidate samplers: golden values, kernels, files, errors."""

import json
import os
import signal
import threading

import numpy as np
import pytest
from bits import as_hex, assert_same_bits
from places import GOLDEN_FILES

import tfphilox as tp
from tfphilox import nn, random, raw_ops
from tfphilox._c import _candidates

GOLDEN = json.loads((GOLDEN_FILES / "generator-tf-2.21.0.json").read_text())
NAMES = ("uniform", "log_uniform", "learned_unigram", "fixed_unigram", "all")

pytestmark = pytest.mark.global_seed(1)


@pytest.mark.parametrize(
    "case", GOLDEN["samplers"], ids=lambda c: f"{c['op']} {c['arguments'].get('range_max')}"
)
def test_golden(case):
    for run, expected in enumerate(case["runs"]):
        got = getattr(raw_ops, case["op"])(
            true_classes=np.array([[0, run], [3, 3]]), **case["arguments"]
        )
        for array, (dtype, shape, bits) in zip(got, expected, strict=True):
            assert array.dtype == dtype
            assert list(array.shape) == shape
            assert as_hex(array) == bits


WEIGHTS = np.random.default_rng(5).uniform(0, 3, 3001).astype(np.float32)


@pytest.mark.parametrize("kind", ["uniform", "log_uniform", "learned", "fixed"])
@pytest.mark.parametrize("unique", [False, True])
def test_instruction_sets_agree(kind, unique, isa):
    weights = WEIGHTS if kind == "fixed" else None
    true = np.arange(300).reshape(-1, 3)
    for count in (1, 63, 64, 65, 1000):
        drawn = []
        for name in (isa, "scalar"):
            sampler = _candidates.Sampler(kind, len(WEIGHTS), weights, name)
            if kind == "learned":
                sampler.learn(true * 3)
            drawn.append(sampler.sample(count, unique, 3, 2**128 - 5, true))
        for got, expected in zip(*drawn, strict=True):
            assert_same_bits(got, expected)


def draw(name, **changes):
    arguments = {"true_classes": [[0, 3]], "num_true": 2, "num_sampled": 3, "unique": True}
    if name != "all":
        arguments["range_max"] = 5
    if name == "fixed_unigram":
        arguments["unigrams"] = [1.0, 2.0, 3.0, 4.0, 5.0]
    if name == "all":
        arguments["num_sampled"] = 5
    return getattr(random, name + "_candidate_sampler")(**{**arguments, "seed": 1, **changes})


@pytest.mark.parametrize(
    ("name", "sampled"),
    [("uniform", [3, 4, 1]), ("log_uniform", [1, 0, 2]), ("learned_unigram", [0, 3, 2]),
     ("fixed_unigram", [3, 2, 4]), ("all", [0, 1, 2, 3, 4])],
)  # fmt: skip
def test_public(name, sampled):
    assert draw(name).sampled_candidates.tolist() == sampled
    assert draw(name, num_sampled=5, unique=False).sampled_candidates.shape == (5,)


def test_nn():
    for name in ("all", "learned_unigram", "fixed_unigram"):
        assert getattr(nn, name + "_candidate_sampler") is getattr(
            random, name + "_candidate_sampler"
        )


BAD = [
    ({"true_classes": [0, 3]}, ValueError),
    ({"true_classes": [[0]]}, ValueError),
    ({"true_classes": [[0.0, 3.0]]}, TypeError),
    ({"true_classes": [[0, -1]]}, ValueError),
    ({"true_classes": [[0, 5]]}, ValueError),
    ({"true_classes": [["a", "b"]]}, TypeError),
    ({"num_sampled": 0}, ValueError),
    ({"num_sampled": -1}, ValueError),
    ({"num_sampled": 2**31}, ValueError),
    ({"num_true": 0}, ValueError),
    ({"num_true": None}, TypeError),
    ({"unique": 1}, TypeError),
    ({"unique": None}, TypeError),
]
RANGES = [
    ({"num_sampled": 6}, ValueError),
    ({"range_max": 0}, ValueError),
    ({"range_max": -1}, ValueError),
    ({"range_max": None}, TypeError),
    ({"range_max": "a"}, TypeError),
]


@pytest.mark.parametrize("name", NAMES)
def test_errors_take_nothing(name):
    expected = draw(name, seed=None).sampled_candidates.tolist()
    tp.random.set_seed(1)
    for changes, error in BAD + (RANGES if name != "all" else []):
        for seed in None, 1:
            with pytest.raises(error):
                draw(name, seed=seed, **changes)
    assert draw(name, seed=None).sampled_candidates.tolist() == expected


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"unigrams": ()}, ValueError),
        ({"vocab_file": "/nope"}, ValueError),
        ({"unigrams": (), "vocab_file": "/nope"}, OSError),
        ({"unigrams": (1.0, 2.0)}, ValueError),
        ({"unigrams": np.ones(5)}, TypeError),
        ({"unigrams": ["a"] * 5}, TypeError),
        ({"num_shards": 0}, ValueError),
        ({"shard": -1}, ValueError),
        ({"shard": 1}, ValueError),
        ({"distortion": "a"}, TypeError),
        ({"range_max": 2**31, "true_classes": np.zeros((0, 2))}, ValueError),
    ],
)
def test_fixed_unigram_errors(changes, error):
    with pytest.raises(error):
        draw("fixed_unigram", **changes)


def test_learned_range():
    for range_max in 2**31 - 1, 2**31, 2**40:
        with pytest.raises(ValueError, match="range_max"):
            draw("learned_unigram", range_max=range_max)


def test_empty_batches_and_types():
    for name in NAMES:
        got = draw(name, true_classes=np.zeros((0, 2), np.int32))
        assert got.true_expected_count.shape == (0, 2)
        draw(name, true_classes=np.array([[0.0, 3.7]]))  # TensorFlow casts what NumPy made
        draw(name, num_true=2.9)


def test_kernels():
    """The stream goes on; another attribute is another kernel."""
    first, second = draw("uniform"), draw("uniform")
    assert first.sampled_candidates.tolist() != second.sampled_candidates.tolist()
    other = draw("uniform", num_sampled=2).sampled_candidates.tolist()
    assert other == first.sampled_candidates.tolist()[:2]
    tp.random.set_seed(1)
    assert draw("uniform").sampled_candidates.tolist() == first.sampled_candidates.tolist()
    without = [raw_ops.UniformCandidateSampler(
        true_classes=[[0]], num_true=1, num_sampled=50, unique=False, range_max=10**9
    ).sampled_candidates.tolist() for _ in range(2)]  # fmt: skip
    assert without[0] != without[1]


def test_learning():
    for _ in range(200):
        draw("learned_unigram", true_classes=[[4, 4]], num_sampled=1)
    counts = draw("learned_unigram", true_classes=[[4, 0]], num_sampled=1).true_expected_count
    assert counts[0, 0] == np.float32(401) / np.float32(405)
    assert counts[0, 1] == np.float32(1) / np.float32(405)


def test_learning_in_threads():
    def work():
        for _ in range(100):
            draw("learned_unigram", true_classes=[[4, 3]], num_sampled=1, unique=False)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = draw("learned_unigram", num_sampled=1, unique=False).true_expected_count
    assert counts[0, 1] == np.float32(401) / np.float32(805)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_fork():
    draw("learned_unigram")
    child = os.fork()
    if child == 0:
        draw("learned_unigram")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def test_vocab_file(tmp_path):
    path = tmp_path / "words.csv"
    path.write_bytes(b"a,1\r\nb, 2 \n\nc,x,3\n4\ne,0x5")
    got = draw("fixed_unigram", unigrams=(), vocab_file=path)
    expected = draw("fixed_unigram")
    for a, b in zip(got, expected, strict=True):
        assert a.tobytes() == b.tobytes()
    path.unlink()
    draw("fixed_unigram", unigrams=(), vocab_file=path)  # the kernel has read it
    path.write_bytes(b"a,?\nb,2\nc,3\nd,4\n")
    arguments = {"unigrams": (), "vocab_file": path, "num_shards": 2, "num_sampled": 2,
                 "range_max": 2, "true_classes": [[0, 1]]}  # fmt: skip
    assert draw("fixed_unigram", shard=1, **arguments).sampled_candidates.tolist()
    with pytest.raises(ValueError, match="no number"):
        draw("fixed_unigram", shard=0, **arguments)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
def test_interrupt():
    """Unique classes of which one is all but impossible: TensorFlow would run for minutes."""
    old = signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    arguments = {
        "unigrams": [1.0, 1e-30],
        "range_max": 2,
        "num_sampled": 2,
        "true_classes": [[0, 1]],
    }
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(KeyboardInterrupt):
            draw("fixed_unigram", **arguments)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
