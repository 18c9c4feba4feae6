"""test_raw_ops.py: the raw ops' signatures and kernels, and numbers TensorFlow 2.21 printed."""

import inspect

import numpy as np
import pytest
from bits import as_list, assert_same_bits

import tfphilox as tp
from tfphilox import Stream, raw_ops

FLOATS = ["float16", "bfloat16", "float32", "float64"]
KEY, COUNTER = [5], [1, 2]


# As `inspect.signature` shows them in TensorFlow 2.21; there too, keywords only.
SIGNATURES = {
    "RandomStandardNormal": "shape, dtype, seed=0, seed2=0, name=None",
    "RandomUniform": "shape, dtype, seed=0, seed2=0, name=None",
    "RandomUniformInt": "shape, minval, maxval, seed=0, seed2=0, name=None",
    "StatelessRandomGetAlg": "name=None",
    "StatelessRandomGetKeyCounter": "seed, name=None",
    "StatelessRandomGetKeyCounterAlg": "seed, name=None",
    "StatelessRandomNormal": "shape, seed, dtype=float32, name=None",
    "StatelessRandomNormalV2": "shape, key, counter, alg, dtype=float32, name=None",
    "StatelessRandomUniform": "shape, seed, dtype=float32, name=None",
    "StatelessRandomUniformFullInt": "shape, seed, dtype=uint64, name=None",
    "StatelessRandomUniformFullIntV2": "shape, key, counter, alg, dtype=uint64, name=None",
    "StatelessRandomUniformInt": "shape, seed, minval, maxval, name=None",
    "StatelessRandomUniformIntV2": "shape, key, counter, alg, minval, maxval, name=None",
    "StatelessRandomUniformV2": "shape, key, counter, alg, dtype=float32, name=None",
    "StatelessTruncatedNormal": "shape, seed, dtype=float32, name=None",
    "StatelessTruncatedNormalV2": "shape, key, counter, alg, dtype=float32, name=None",
    "TruncatedNormal": "shape, dtype, seed=0, seed2=0, name=None",
}


def test_signatures():
    assert set(SIGNATURES) <= set(raw_ops.__all__)  # test_coverage.py looks after the others
    for name, expected in SIGNATURES.items():
        parameters = inspect.signature(getattr(raw_ops, name)).parameters.values()
        shown = [p.name if p.default is p.empty else f"{p.name}={p.default}" for p in parameters]
        assert ", ".join(shown) == expected
        assert all(p.kind is p.KEYWORD_ONLY for p in parameters), name


# ---- stateful ops --------------------------------------------------------------------------


def uniform(stream, shape, dtype="float32"):
    return stream.uniform(shape, dtype=dtype)


def normal(stream, shape, dtype="float32"):
    return stream.normal(shape, None, None, dtype)


def truncated_normal(stream, shape, dtype="float32"):
    return stream.truncated_normal(shape, None, None, dtype)


STATEFUL = {
    "RandomUniform": uniform,
    "RandomStandardNormal": normal,
    "TruncatedNormal": truncated_normal,
}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("op", STATEFUL)
def test_stateful_floats_are_the_streams(op, dtype):
    stream = Stream(1, 2)
    for shape in [(5,), (2, 3), ()]:
        got = getattr(raw_ops, op)(shape=shape, dtype=dtype, seed=1, seed2=2)
        assert got.shape == shape
        assert_same_bits(got, STATEFUL[op](stream, shape, dtype=dtype))


# Signed or not, truncated or missing: what an attribute can be, and the same as an integer.
SEED_FORMS = [(-1, 2**64 - 1), (1.5, 1), (True, 1), (None, 0), (np.int64(4), 4), (np.array(4), 4)]


@pytest.mark.parametrize(("seed", "same"), SEED_FORMS, ids=repr)
def test_seed_forms(seed, same):
    got = raw_ops.RandomUniform(shape=[3], dtype="float32", seed=seed, seed2=5)
    assert_same_bits(got, Stream(same, 5).uniform((3,)))


def test_integers_take_their_type_from_minval():
    for minval, dtype in [
        (0, "int32"),
        (np.int32(0), "int32"),
        (np.int64(0), "int64"),
        (np.array(0), "int64"),
        (-(2**40), "int64"),
    ]:
        for maxval in (10, np.uint8(10), np.int64(10), np.array(10)):
            tp.random.set_seed(None)
            got = raw_ops.RandomUniformInt(shape=[3], minval=minval, maxval=maxval, seed=1, seed2=2)
            assert_same_bits(got, Stream(1, 2).integers((3,), int(minval), 10, dtype))
            assert got.dtype == dtype


PROBE = dict(dtype="float32", seed=8, seed2=9)
SHARING = [
    (dict(shape=(1,)), True),
    (dict(shape=np.array([1], np.int32)), True),
    (dict(shape=[np.int64(1)]), True),
    (dict(shape=range(1, 2)), True),
    (dict(shape=()), True),
    (dict(shape=[]), True),
    (dict(shape=[3, 4]), True),
    (dict(dtype=np.float32), True),
    (dict(name="other"), True),
    (dict(seed=8.9), True),
    (dict(shape=np.array([1])), False),
    (dict(shape=np.zeros(0, np.int64)), False),
    (dict(shape=[2**31, 0]), False),
    (dict(dtype="float64"), False),
    (dict(seed=7), False),
    (dict(seed2=8), False),
]


@pytest.mark.parametrize(("changed", "shared"), SHARING, ids=repr)
def test_kernels_are_shared_by_attributes(changed, shared):
    """A kernel belongs to the op's attributes; the type of the shape is one, oddly enough."""
    stream = Stream(8, 9)
    raw_ops.RandomUniform(shape=[1], **PROBE)
    stream.skip(256)
    between = raw_ops.RandomUniform(**{"shape": [1], **PROBE, **changed})
    stream.skip(256 * between.size * shared)
    assert_same_bits(raw_ops.RandomUniform(shape=[1], **PROBE), stream.uniform((1,)))


def test_ops_do_not_share_kernels():
    for op in STATEFUL:
        got = getattr(raw_ops, op)(shape=[4], dtype="float32", seed=8, seed2=9)
        assert_same_bits(got, STATEFUL[op](Stream(8, 9), (4,)))
    for dtype in (np.int32, np.int64):
        got = raw_ops.RandomUniformInt(shape=[4], minval=dtype(0), maxval=9, seed=8, seed2=9)
        assert_same_bits(got, Stream(8, 9).integers((4,), 0, 9, dtype))


def test_other_bounds_continue_the_kernel():
    stream = Stream(8, 9)
    for low, high in [(0, 10), (-5, 5), (7, 8)]:
        got = raw_ops.RandomUniformInt(shape=[4], minval=low, maxval=high, seed=8, seed2=9)
        assert_same_bits(got, stream.integers((4,), low, high))


def test_set_seed_restarts_the_kernels():
    first = raw_ops.RandomUniform(shape=[4], **PROBE)
    tp.random.set_seed(77)
    assert_same_bits(raw_ops.RandomUniform(shape=[4], **PROBE), first)


def test_without_seed_every_call_differs():
    draws = [raw_ops.RandomUniform(shape=[4], dtype="float64") for _ in range(20)]
    assert len({tuple(as_list(draw)) for draw in draws}) == 20


def test_empty_integers_need_no_range():
    got = raw_ops.RandomUniformInt(shape=[3, 0], minval=7, maxval=5, seed=1, seed2=2)
    assert (got.shape, got.dtype) == ((3, 0), np.int32)


# ---- stateless ops -------------------------------------------------------------------------

STATELESS = {
    "StatelessRandomUniform": uniform,
    "StatelessRandomNormal": normal,
    "StatelessTruncatedNormal": truncated_normal,
}
PAIRS = [[1, 2], (0, 0), [-1, 2**63 - 1], np.array([-3, 4], np.int8), np.array([1, 2], np.uint32)]


@pytest.mark.parametrize("seed", PAIRS, ids=repr)
@pytest.mark.parametrize("op", STATELESS)
def test_stateless_floats_are_the_streams(op, seed):
    pair = [int(x) for x in seed]
    key, counter = raw_ops.StatelessRandomGetKeyCounter(seed=seed)
    for dtype in FLOATS:
        expected = STATELESS[op](Stream.from_stateless_seed(pair), (2, 3), dtype)
        got = getattr(raw_ops, op)(shape=(2, 3), seed=seed, dtype=dtype)
        assert_same_bits(got, expected)
        v2 = getattr(raw_ops, op + "V2")
        got = v2(shape=(2, 3), key=key, counter=counter, alg=1, dtype=dtype)
        assert_same_bits(got, expected)


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint32", "uint64"])
def test_stateless_full_integers(dtype):
    key, counter = raw_ops.StatelessRandomGetKeyCounter(seed=[1, 2])
    expected = Stream.from_stateless_seed([1, 2]).integers((7,), None, None, dtype)
    got = raw_ops.StatelessRandomUniformFullInt(shape=[7], seed=[1, 2], dtype=dtype)
    assert_same_bits(got, expected)
    got = raw_ops.StatelessRandomUniformFullIntV2(
        shape=[7], key=key, counter=counter, alg=1, dtype=dtype
    )
    assert_same_bits(got, expected)


def test_stateless_bounded_integers():
    key, counter = raw_ops.StatelessRandomGetKeyCounter(seed=[1, 2])
    for low, dtype in [(-7, np.int32), (np.int64(-7), np.int64)]:
        expected = Stream.from_stateless_seed([1, 2]).integers((7,), -7, 10, dtype)
        got = raw_ops.StatelessRandomUniformInt(shape=[7], seed=[1, 2], minval=low, maxval=10)
        assert_same_bits(got, expected)
        got = raw_ops.StatelessRandomUniformIntV2(
            shape=[7], key=key, counter=counter, alg=1, minval=low, maxval=10
        )
        assert_same_bits(got, expected)


def test_seed_forms_that_tensorflow_casts():
    """uint64 wraps, and lists of nothing but booleans are ones and zeros."""
    for seed, same in [(np.array([1, 2**64 - 1], np.uint64), [1, -1]), ([True, False], [1, 0])]:
        got = raw_ops.StatelessRandomUniform(shape=[3], seed=seed)
        assert_same_bits(got, raw_ops.StatelessRandomUniform(shape=[3], seed=same))


# What TensorFlow 2.21 printed for key [5], counter [1, 2].
V2_VALUES = [
    ("StatelessRandomUniformV2", {}, np.float32, [0.2645825, 0.34126556, 0.35502958]),
    ("StatelessRandomNormalV2", {}, np.float32, [1.3698597, -0.8846968, 0.4770944]),
    ("StatelessTruncatedNormalV2", {}, np.float32, [1.3698597, -0.8846968, 0.4770944]),
    ("StatelessRandomUniformIntV2", dict(minval=0, maxval=10), np.int32, [1, 7, 4]),
    ("StatelessRandomUniformFullIntV2", dict(dtype="int32"), np.int32,
     [1210179031, 1328262807, -684887652]),
    ("StatelessRandomUniformFullIntV2", {}, np.uint64,
     [5704845317768338903, 6162861916808901020, 15589303924023473419]),
]  # fmt: skip


@pytest.mark.parametrize(("op", "keywords", "dtype", "values"), V2_VALUES)
def test_v2_values(op, keywords, dtype, values):
    got = getattr(raw_ops, op)(shape=[3], key=KEY, counter=COUNTER, alg=1, **keywords)
    assert got.dtype == dtype
    assert_same_bits(got, np.array(values, dtype))


V2_FORMS = [
    (dict(alg=3), [5], [1, 2]),
    (dict(alg=np.int64(1)), [5], [1, 2]),
    (dict(key=np.array([5], np.uint64)), [5], [1, 2]),
    (dict(key=[2**64 - 1]), [2**64 - 1], [1, 2]),
    (dict(key=np.array([-5])), [2**64 - 5], [1, 2]),
    (dict(counter=np.array([1, -2])), [5], [1, 2**64 - 2]),
    (dict(counter=[1, 2, 3]), [5], [1, 2]),
]


@pytest.mark.parametrize(("changed", "key", "counter"), V2_FORMS, ids=repr)
def test_v2_argument_forms(changed, key, counter):
    arguments = {"shape": [3], "key": KEY, "counter": COUNTER, "alg": 1, **changed}
    stream = Stream.from_key_counter(key[0], counter[0] | counter[1] << 64)
    assert_same_bits(raw_ops.StatelessRandomUniformV2(**arguments), stream.uniform((3,)))


def test_get_key_counter_alg():
    key, counter, alg = raw_ops.StatelessRandomGetKeyCounterAlg(seed=[1, 2])
    assert (key.dtype, key.tolist()) == (np.uint64, [10413732777507651514])
    assert (counter.dtype, counter.tolist()) == (np.uint64, [0, 17830669156045600267])
    assert (alg.dtype, alg.shape, int(alg)) == (np.int32, (), 1)
    assert raw_ops.StatelessRandomGetAlg() == 1
    assert raw_ops.StatelessRandomGetKeyCounter(seed=[1, 2]).key == key
