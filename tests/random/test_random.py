"""test_random.py: tf.random's Python rules: seeds, scaling, forms of arguments, failed calls."""

import inspect

import ml_dtypes
import numpy as np
import pytest
from bits import as_list, assert_same_bits
from seed_tables import ALGORITHMS

import tfphilox as tp
from tfphilox import Stream, compat, random, raw_ops
from tfphilox.random import Algorithm, experimental
from tfphilox.seeding import scopes

FLOATS = ["float16", "bfloat16", "float32", "float64"]
STATEFUL = {
    "uniform": ("RandomUniform", Stream.uniform),
    "normal": ("RandomStandardNormal", Stream.normal),
    "truncated_normal": ("TruncatedNormal", Stream.truncated_normal),
}
OPERANDS = {
    "uniform": ("minval", "maxval"),
    "normal": ("mean", "stddev"),
    "truncated_normal": ("mean", "stddev"),
}

pytestmark = pytest.mark.global_seed(1234)

# As `inspect.signature` shows them in TensorFlow 2.21.
SIGNATURES = {
    "set_seed": "seed",
    "uniform": "shape, minval=0, maxval=None, dtype=float32, seed=None, name=None",
    "normal": "shape, mean=0.0, stddev=1.0, dtype=float32, seed=None, name=None",
    "truncated_normal": "shape, mean=0.0, stddev=1.0, dtype=float32, seed=None, name=None",
    "stateless_uniform":
        "shape, seed, minval=0, maxval=None, dtype=float32, name=None, alg=auto_select",
    "stateless_normal":
        "shape, seed, mean=0.0, stddev=1.0, dtype=float32, name=None, alg=auto_select",
    "stateless_truncated_normal":
        "shape, seed, mean=0.0, stddev=1.0, dtype=float32, name=None, alg=auto_select",
    "split": "seed, num=2, alg=auto_select",
    "fold_in": "seed, data, alg=auto_select",
}  # fmt: skip


def test_signatures():
    assert set(SIGNATURES) <= set(random.__all__)  # test_coverage.py looks after the others
    for name, expected in SIGNATURES.items():
        parameters = inspect.signature(getattr(random, name)).parameters.values()
        shown = [p.name if p.default is p.empty else f"{p.name}={p.default}" for p in parameters]
        assert ", ".join(shown) == expected


def test_mirrored_paths():
    assert experimental.stateless_split is random.split
    assert experimental.stateless_fold_in is random.fold_in
    assert experimental.Algorithm is Algorithm
    v1 = compat.v1
    assert v1.random.set_random_seed is v1.set_random_seed is random.set_seed
    assert v1.random.get_seed is v1.get_seed
    assert v1.random_uniform is v1.random.uniform is random.uniform
    assert v1.random_normal is v1.random.normal is random.normal
    assert v1.truncated_normal is v1.random.truncated_normal is random.truncated_normal
    assert compat.v2.random is random
    assert compat.v2.raw_ops is raw_ops


# ---- which stream --------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", STATEFUL)
def test_op_seed_continues_its_stream(name, dtype):
    stream = Stream(1234, 5)
    for shape in [(3,), (2, 2), ()]:
        got = getattr(random, name)(shape, dtype=dtype, seed=5)
        assert got.shape == shape
        assert_same_bits(got, STATEFUL[name][1](stream, shape, dtype=dtype))


@pytest.mark.parametrize("name", STATEFUL)
def test_python_and_raw_op_share_a_kernel(name):
    op, draw = STATEFUL[name]
    stream = Stream(1234, 5)
    draw(stream, (3,))
    getattr(random, name)([3], seed=5)
    got = getattr(raw_ops, op)(shape=[3], dtype="float32", seed=1234, seed2=5)
    assert_same_bits(got, draw(stream, (3,)))


def test_without_op_seed_each_call_has_its_own():
    op_seeds = [scopes.current().global_seed.draw() for _ in range(6)]
    tp.random.set_seed(1234)
    for op_seed in op_seeds:
        assert_same_bits(random.normal([3]), Stream(1234, op_seed).normal((3,)))


def test_an_op_seed_drawn_and_the_same_one_given_share_a_kernel():
    drawn = scopes.current().global_seed.draw()
    tp.random.set_seed(1234)
    stream = Stream(1234, drawn)
    assert_same_bits(random.uniform([3]), stream.uniform((3,)))
    assert_same_bits(random.uniform([3], seed=drawn), stream.uniform((3,)))


def test_without_global_seed():
    tp.random.set_seed(None)
    stream = Stream(87654321, 1)
    for _ in range(2):
        assert_same_bits(random.uniform([3], seed=1), stream.uniform((3,)))
    draws = {tuple(as_list(random.uniform([4], dtype="float64"))) for _ in range(20)}
    assert len(draws) == 20


def test_seeds_cut_to_zero_mean_no_seed():
    """get_seed replaces the pair (0, 0), but a fraction reaches the op and is cut there."""
    tp.random.set_seed(0)
    draws = {tuple(as_list(random.uniform([4], dtype="float64", seed=0.5))) for _ in range(5)}
    assert len(draws) == 5


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", STATEFUL)
def test_stateless(name, dtype):
    for seed in ([1, 2], (1, 2), np.array([1, 2], np.int32), np.array([1, 2], np.uint8)):
        got = getattr(random, f"stateless_{name}")([5], seed, dtype=dtype)
        stream = Stream.from_stateless_seed([1, 2])
        assert_same_bits(got, STATEFUL[name][1](stream, (5,), dtype=dtype))


@pytest.mark.parametrize("alg", ALGORITHMS, ids=repr)
def test_algorithms(alg):
    expected = random.stateless_uniform([4], [1, 2])
    assert_same_bits(random.stateless_uniform([4], [1, 2], alg=alg), expected)
    assert_same_bits(random.split([1, 2], alg=alg), random.split([1, 2]))
    assert_same_bits(random.fold_in([1, 2], 3, alg), random.fold_in([1, 2], 3))


# ---- scaling -------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", FLOATS)
def test_uniform_has_a_short_and_a_long_form(dtype):
    """An int 0 as minval leaves out the addition; it shows where rnd * maxval is -0."""
    cases = [
        (0, -3.0),
        (0.0, -3.0),
        (False, -3.0),
        (0, True),
        (False, True),
        (0, 1),
        (2, 5),
        (-1.0, 1.0),
    ]
    for low, high in cases:
        tp.random.set_seed(1234)
        got = random.uniform([1000], low, high, dtype, seed=5)
        low = int(low) if isinstance(low, bool) else low
        high = int(high) if isinstance(high, bool) else high
        assert_same_bits(got, Stream(1234, 5).uniform((1000,), low, high, dtype))
    bf16 = (
        random.uniform([1000], 0, -3.0, "bfloat16"),
        random.uniform([1000], 0.0, -3.0, "bfloat16"),
    )
    assert [0x8000 in as_list(drawn) for drawn in bf16] == [True, False]


def test_stateless_uniform_has_only_the_long_form():
    got = random.stateless_uniform([1000], [1, 2], 0, -3.0, "bfloat16")
    assert 0 in as_list(got)
    assert 0x8000 not in as_list(got)
    assert_same_bits(got, random.stateless_uniform([1000], [1, 2], 0.0, -3.0, "bfloat16"))


HALF = 1 + 2.0**-11 + 2.0**-40  # to float16: up at once, but down by way of float32
OPERAND_FORMS = [
    ("float16", HALF, 1.0),
    ("float16", [HALF], [1.0]),
    ("float16", np.float64(HALF), 1 + 2.0**-10),
    ("float16", np.array(HALF), 1 + 2.0**-10),
    ("float16", np.array([HALF]), [1 + 2.0**-10]),
    ("float16", 70000, float("inf")),
    ("float32", 2**62 + 2**38 + 1, float(2**62)),
    ("float32", np.int64(2**62 + 2**38 + 1), float(2**62 + 2**39)),
    ("float32", 10**30, 1e30),
    ("float32", 1e39, float("inf")),
    ("float32", True, 1.0),
    ("float64", np.float32(0.1), float(np.float32(0.1))),
    ("float32", ml_dtypes.bfloat16(3), 3.0),
    ("bfloat16", 3, 3.0),
    ("float32", [True, 2.5], [1.0, 2.5]),
]


@pytest.mark.parametrize(("dtype", "operand", "same"), OPERAND_FORMS, ids=repr)
def test_operands_are_rounded_as_tensorflow_does(dtype, operand, same):
    dtype = np.dtype(ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype)
    same = np.array(same, dtype)[()]
    for name in ("stateless_normal", "stateless_truncated_normal"):
        draw = getattr(random, name)
        assert_same_bits(draw([2], [1, 2], operand, 1, dtype), draw([2], [1, 2], same, 1, dtype))
        assert_same_bits(draw([2], [1, 2], 0, operand, dtype), draw([2], [1, 2], 0, same, dtype))
    draw = random.stateless_uniform
    assert_same_bits(draw([2], [1, 2], operand, 1, dtype), draw([2], [1, 2], same, 1, dtype))
    assert_same_bits(draw([2], [1, 2], 0, operand, dtype), draw([2], [1, 2], 0, same, dtype))


def test_pythons_types_are_tensorflows():
    """`tf.as_dtype(float)` is float32; to NumPy, and so to `Stream`, it is float64."""
    for draw in (random.stateless_uniform, random.stateless_normal):
        assert_same_bits(draw([2], [1, 2], dtype=float), draw([2], [1, 2], dtype="float32"))
    assert random.gamma([2], 1.5, dtype=float).dtype == np.float32
    assert raw_ops.RandomUniform(shape=[2], dtype=float).dtype == np.float32
    assert tp.keras.initializers.GlorotNormal()((2, 3), dtype=float).dtype == np.float32
    assert random.uniform([2], maxval=3, dtype=int).dtype == np.int64
    assert_same_bits(Stream(1, 2).normal(2, dtype=float), Stream(1, 2).normal(2, dtype="float64"))


BROADCASTS = [
    ([2], [1, 2.5], (2,)),
    ([3, 2], np.array([0.5, 1]), (3, 2)),
    ([2], [[0.5], [1]], (2, 2)),
    ([1], [0.5, 1, 2], (3,)),
    ([], [0.5, 1, 2], (3,)),
    ([0], [2.0], (0,)),
    ([2, 1, 3], np.ones((4, 1)), (2, 4, 3)),
]


@pytest.mark.parametrize(("shape", "operand", "result"), BROADCASTS, ids=repr)
@pytest.mark.parametrize("name", STATEFUL)
def test_arrays_enlarge_the_result_not_the_draw(name, shape, operand, result):
    first, second = OPERANDS[name]
    raw = getattr(random, name)(shape, seed=5)
    tp.random.set_seed(1234)
    scaled = getattr(random, name)(shape, seed=5, **{first: 0, second: operand})
    assert scaled.shape == result
    assert_same_bits(scaled, np.broadcast_to(raw, result) * np.asarray(operand, np.float32))
    after = getattr(random, name)([1], seed=5)
    stream = Stream(1234, 5)
    stream.skip(256 * int(np.prod(shape)))
    assert_same_bits(after, STATEFUL[name][1](stream, (1,)))


# ---- integers ------------------------------------------------------------------------------

BOUNDS = [
    (0, 10, 0, 10),
    (False, True, 0, 1),
    (0, np.float64(10.7), 0, 10),
    (np.array(-10.7), 10, -10, 10),
    (np.int64(0), np.uint8(10), 0, 10),
    (-(2**31), 2**31 - 1, -(2**31), 2**31 - 1),
]


@pytest.mark.parametrize(("low", "high", "first", "last"), BOUNDS, ids=repr)
def test_integer_bounds(low, high, first, last):
    for dtype in ("int32", "int64"):
        tp.random.set_seed(1234)
        got = random.uniform([9], low, high, dtype, seed=5)
        assert_same_bits(got, Stream(1234, 5).integers((9,), first, last, dtype))
        got = random.stateless_uniform([9], [1, 2], low, high, dtype)
        stream = Stream.from_stateless_seed([1, 2])
        assert_same_bits(got, stream.integers((9,), first, last, dtype))


def test_empty_integers_need_no_range():
    assert random.uniform([0], 7, 5, "int32").shape == (0,)
    assert random.stateless_uniform([2, 0], [1, 2], 5, 5, "int64").dtype == np.int64


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint32", "uint64"])
def test_full_range_integers(dtype):
    got = random.stateless_uniform([9], [1, 2], None, None, dtype)
    stream = Stream.from_stateless_seed([1, 2])
    assert_same_bits(got, stream.integers((9,), None, None, dtype))


# ---- split and fold_in ---------------------------------------------------------------------


def test_split():
    for seed, dtype in [
        ([1, 2], np.int32),
        (np.array([1, 2], np.int64), np.int64),
        ([1, 2**31], np.int64),
    ]:
        for num in (2, 0, 5, np.int64(3), np.array(3)):
            got = random.split(seed, num)
            assert (got.shape, got.dtype) == ((num, 2), dtype)
            expected = random.stateless_uniform([num, 2], seed, None, None, dtype)
            assert_same_bits(got, expected)


def test_fold_in():
    for data, dtype in [
        (3, np.int32),
        (2**40, np.int64),
        (np.int64(3), np.int64),
        (np.uint32(3), np.uint32),
        (np.uint64(2**63 + 3), np.uint64),
        (np.array(-1, np.int32), np.int32),
    ]:
        got = random.fold_in([1, 2], data)
        assert (got.shape, got.dtype) == ((2,), dtype)
        assert got[0] == random.stateless_uniform([], [1, 2], None, None, dtype)
        assert got[1] == data


# ---- failed calls --------------------------------------------------------------------------

FAILING = [
    dict(shape=[-1]),
    dict(shape=[2.0]),
    dict(shape=[2**62, 2**62]),
    dict(shape=[2**60]),
    dict(shape=[2], dtype="int8"),
]


@pytest.mark.parametrize("seed", [None, 5])
@pytest.mark.parametrize("name", STATEFUL)
def test_a_failed_call_leaves_everything_where_it_was(name, seed):
    draw, (_, second) = getattr(random, name), OPERANDS[name]
    undisturbed = [draw([3], seed=seed) for _ in range(4)]
    tp.random.set_seed(1234)
    failing = [*FAILING, {"shape": [2], second: [1.0, 2.0, 3.0]}, {"shape": [2], second: "1"}]
    if name == "uniform":
        failing += [dict(shape=[2], minval=5, maxval=5, dtype="int32")]
    for expected in undisturbed:
        for keywords in failing:
            with pytest.raises((TypeError, ValueError, MemoryError)):
                draw(**keywords, seed=seed)
        assert_same_bits(draw([3], seed=seed), expected)


def test_python_numbers_reach_bfloat16_through_float32():
    """A float32 subnormal is a zero on the way, but not a number of NumPy's (TensorFlow 2.21)."""
    below = 1.1746399301136782e-38
    for mean, bits in ((below, 0), (np.float64(below), 0x80)):
        for drawn in (
            tp.random.stateless_normal([1], [1, 2], mean, 0, "bfloat16"),
            tp.Stream.from_stateless_seed([1, 2]).normal([1], mean, 0, "bfloat16"),
        ):
            assert drawn.view(np.uint16).tolist() == [bits]
