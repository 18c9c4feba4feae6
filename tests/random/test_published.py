"""test_published.py: numbers that stand in public places, or that TensorFlow 2.21 once printed."""

import importlib.util

import numpy as np
import pytest
from bits import as_hex
from places import EXAMPLES

import tfphilox as tp
from tfphilox import random, raw_ops


def assert_printed(values, printed):
    """Compare with what NumPy printed: the shortest digits, in arrays 8 decimals at most."""
    values = np.ravel(values)
    assert len(values) == len(printed.split())
    for value, text in zip(values, printed.split(), strict=True):
        assert text in (str(value), np.format_float_positional(value, precision=8))


def test_documentation_of_keras_seeds():
    """set_seed(0), then four uniform([1]): TensorFlow's docs and many articles."""
    tp.random.set_seed(0)
    got = np.concatenate([random.uniform([1]) for _ in range(4)])
    assert_printed(got, "0.29197514 0.5554141 0.1952138 0.17513537")


def test_tensorflow_1_issue():
    """A TF1 issue of 2020: random_normal([2, 3], seed=1) without a graph seed."""
    got = tp.compat.v1.random_normal([2, 3], seed=1)
    expected = "-0.8113182 1.4845988 0.06532937 -2.4427042 0.0992484 0.5912243"
    assert_printed(got, expected)


def test_issue_33034():
    """TensorFlow issue 33034: an op seed without a global one, twice."""
    got = [random.uniform([1], seed=1)[0] for _ in range(2)]
    assert_printed(got, "0.2390374 0.22267115")


def test_issue_121243():
    got = random.stateless_uniform([4], [1, 2])
    assert_printed(got, "0.8440604 0.19204533 0.9962232 0.1603874")


def test_documentation_of_normal():
    tp.random.set_seed(5)
    got = random.normal([2, 2], 0, 1, np.float32, seed=1)
    assert_printed(got, "-1.3768897 -0.01258316 -0.169515 1.0824056")


def test_documentation_of_uniform():
    for _ in range(2):
        tp.random.set_seed(5)
        for value in (2, 0):
            assert random.uniform(shape=[], maxval=3, dtype=np.int32, seed=10) == value


def test_documentation_of_split():
    seeds = random.split([1, 2], num=3)
    expected = [[1105988140, 1738052849], [-335576002, 370444179], [10670227, -246211131]]
    assert seeds.tolist() == expected
    got = random.stateless_normal(shape=[3], seed=seeds[0, :])
    assert_printed(got, "-0.59835213 -0.9578608 0.9002807")


def test_documentation_of_fold_in():
    seed = random.experimental.stateless_fold_in([1, 2], 3)
    assert seed.tolist() == [1105988140, 3]
    got = random.stateless_normal(shape=[3], seed=seed)
    assert_printed(got, "0.03197195 0.8979765 0.13253039")


# ---- golden vectors of TensorFlow 2.21, as bits --------------------------------------------

OP_1_2 = [
    ("RandomUniform", "float32", "3ed0133c 3f5b8ba6 3d62e6c0 3dafddd0 3ed305cc 3d160a40"),
    ("RandomStandardNormal", "float32", "bf85fcdd 3f56f6e1 3f9e2fe3 4004150f 3e9b842a 3fa5edfb"),
    ("TruncatedNormal", "float32", "bf85fcdd 3f56f6e1 3f9e2fe3 3e9b842a 3ec7027f 3f9e4c57"),
    ("RandomUniform", "float64", "3fd0133e33b7174c 3fdc5cd8282bf774 3fd305cf6c12c148"),
    ("RandomStandardNormal", "float64", "3fe298089076cdd3 bff8eb3aca515204 3ff8e4f44037f289"),
    ("RandomUniform", "float16", "3278 374c 3a6c 3774 35cc 2d20"),
    ("RandomUniform", "bfloat16", "3f1e 3f26 3ed8 3f3a 3f66 3f24"),
]


@pytest.mark.parametrize(("op", "dtype", "bits"), OP_1_2)
def test_seeds_1_and_2(op, dtype, bits):
    got = getattr(raw_ops, op)(shape=[len(bits.split())], dtype=dtype, seed=1, seed2=2)
    assert as_hex(got) == bits


def test_integers_of_seeds_1_and_2():
    got = raw_ops.RandomUniformInt(shape=[6], minval=0, maxval=100, seed=1, seed2=2)
    assert got.tolist() == [99, 15, 2, 9, 31, 86]


def test_stateless_seed_1_2():
    key, counter = raw_ops.StatelessRandomGetKeyCounter(seed=[1, 2])
    assert (key.tolist(), counter.tolist()) == ([10413732777507651514], [0, 17830669156045600267])
    got = random.stateless_uniform([6], [1, 2], None, None, "uint32")
    assert as_hex(got) == "41ec0a2c 679894f1 ebff843e 16148793 00a2d093 f1531dc5"
    assert random.split([1, 2]).tolist() == [[1105988140, 1738052849], [-335576002, 370444179]]


def test_global_seeds():
    tp.random.set_seed(0)
    got = [as_hex(random.uniform([1])) for _ in range(3)]
    assert got == ["3e957dc4", "3f0e2f9e", "3e47e620"]
    tp.random.set_seed(1234)
    got = [as_hex(random.uniform([1], seed=1)) for _ in range(2)]
    assert got == ["3e2d0940", "3f410024"]
    tp.random.set_seed(0)
    op_seeds = [tp.compat.v1.random.get_seed(None)[1] for _ in range(4)]
    assert op_seeds == [1654615998, 1806341205, 173879092, 1112038970]


# ---- the initial weights of a small convolutional model ------------------------------------

WEIGHTS = {
    "tensorflow_2_0": (
        "-0.009707838 -0.24437797 -0.18091549 -0.13993321",
        "-0.010219514 -0.0657901 0.01068756 -0.02856578",
    ),
    "keras_3": (
        "0.17873642 0.16900775 -0.30247727 -0.04776818",
        "0.06703988 0.05415354 0.0383245 -0.05201308",
    ),
}


@pytest.mark.parametrize("version", WEIGHTS)
def test_initial_weights(version):
    path = EXAMPLES / "initial_weights.py"
    spec = importlib.util.spec_from_file_location("initial_weights", path)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    conv, dense = getattr(example, version)(200)
    assert (conv.shape, dense.shape) == ((3, 3, 3, 4), (784, 2))
    for weights, expected in zip((conv, dense), WEIGHTS[version], strict=True):
        assert_printed(weights.ravel()[:4], expected)
