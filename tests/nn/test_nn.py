"""test_nn.py: dropout: golden data of several TensorFlows, kernels, op seeds, types, errors."""

import json

import numpy as np
import pytest
from bits import assert_same_bits, numpy_dtype
from places import GOLDEN_FILES
from wrong_calls_nn import BAD

import tfphilox as tp
from tfphilox import nn
from tfphilox.nn.experimental import general_dropout, stateless_dropout

FLOATS = ("float16", "bfloat16", "float32", "float64")
GOLDEN = [json.loads(path.read_text()) for path in sorted(GOLDEN_FILES.glob("image-tf-*.json"))]

pytestmark = pytest.mark.global_seed(1234)

X = np.arange(1, 25, dtype=np.float32).reshape(2, 4, 3)


def test_golden():
    assert GOLDEN
    for data in GOLDEN:
        with tp.config.tensorflow_version(data["header"]["tensorflow"]):
            for case in data["dropout"]:
                check(case, data["header"])


def check(case, header):
    tp.random.set_seed(case["global_seed"])
    dtype = numpy_dtype(case["dtype"])
    words = np.array([int(word, 16) for word in case["x"].split()], f"u{dtype.itemsize}")
    x = words.view(dtype).reshape(case["shape"])
    rate = np.array(case["rate"]).astype(dtype) if case["array"] else case["rate"]
    if "kind" in case:
        rate = np.dtype(case["kind"]).type(rate)
    judged = np.ones(x.shape, bool) if header["flushes"] else ~subnormal(x)
    for call, expected in enumerate(case["results"]):
        got = nn.dropout(x, rate, case["noise_shape"], seed=case["seed"])
        words = np.array([int(word, 16) for word in expected.split()], words.dtype)
        words = words.reshape(x.shape)
        what = f"{header['tensorflow']} {case['dtype']} {rate!r} call {call}"
        # bfloat16's NaNs were all positive in 2.10 and before
        any_nan = dtype.name == "bfloat16" and not header["tensorflow"].startswith("2.21")
        assert_same_bits(got[judged], words[judged].tolist(), what, any_nan)
    if case["seed"] is None:  # the op seed that follows
        assert tp.compat.v1.get_seed(None)[1] == case["next_op_seed"], case


def subnormal(x):
    """Where x is subnormal in arithmetic, as it never is in float16's."""
    if x.dtype == np.float16:
        return np.zeros(x.shape, bool)
    least = np.finfo(np.float64 if x.dtype == np.float64 else np.float32).tiny
    wide = np.abs(x.astype(np.float64))
    return (wide > 0) & (wide < least)


# ---- which stream --------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", FLOATS)
def test_uniform_numbers_decide(dtype):
    x = X.astype(numpy_dtype(dtype))
    u = tp.random.uniform(x.shape, dtype=dtype, seed=3)
    tp.random.set_seed(1234)
    got = nn.dropout(x, 0.5, seed=3)
    assert got.dtype == x.dtype
    assert_same_bits(got, np.where(u >= 0.5, x * 2, 0).astype(x.dtype))


def test_shares_the_kernel_of_uniform():
    first, second = tp.random.uniform(X.shape, seed=3), tp.random.uniform(X.shape, seed=3)
    tp.random.set_seed(1234)
    nn.dropout(X, 0.5, seed=3)
    assert_same_bits(tp.random.uniform(X.shape, seed=3), second)
    assert not np.array_equal(first, second)


def test_rate_0_uses_an_op_seed_and_draws_nothing():
    op_seeds = [tp.compat.v1.get_seed(None)[1] for _ in range(2)]
    tp.random.set_seed(1234)
    out = nn.dropout(X, 0)
    assert out is not X
    assert not np.shares_memory(out, X)
    assert_same_bits(out, X)
    assert tp.compat.v1.get_seed(None)[1] == op_seeds[1]
    expected = tp.random.uniform([3], seed=3)
    tp.random.set_seed(1234)
    nn.dropout(X, 0.0, seed=3)
    assert_same_bits(tp.random.uniform([3], seed=3), expected)


@pytest.mark.parametrize(
    ("version", "rate", "used"),
    [("2.1", 0, 0), ("2.2", 0, 1), ("2.5", 0, 1), ("2.1", 0.5, 1)],
)
def test_op_seeds_of_older_versions(version, rate, used):
    op_seeds = [tp.compat.v1.get_seed(None)[1] for _ in range(2)]
    tp.random.set_seed(1234)
    with tp.config.tensorflow_version(version):
        nn.dropout(X, rate)
    assert tp.compat.v1.get_seed(None)[1] == op_seeds[used]


def test_older_versions_multiply_by_the_mask():
    x = np.array([-1.0, np.nan, np.inf, 5], np.float32)
    new = stateless_dropout(x, 0.999, [1, 2])
    with tp.config.tensorflow_version("2.10"):
        old = stateless_dropout(x, 0.999, [1, 2])
    assert_same_bits(new, np.zeros(4, np.float32))
    assert np.signbit(old[0])
    assert np.isnan(old[1:3]).all()


def test_int64_shapes_of_the_same_length_are_int32():
    x = X[0]
    expected = [nn.dropout(x, 0.5, [1, 3], seed=1), nn.dropout(x, 0.5, [1, 3], seed=1)]
    tp.random.set_seed(1234)
    for want in expected:
        assert_same_bits(nn.dropout(x, 0.5, np.array([1, 3]), seed=1), want)
    tp.random.set_seed(1234)  # another length: int64's kernel, which starts anew
    first = nn.dropout(x, 0.5, np.array([3], np.int32), seed=1)
    assert_same_bits(nn.dropout(x, 0.5, np.array([3], np.int64), seed=1), first)


def test_stateless_and_general():
    u = tp.random.stateless_uniform(X.shape, [1, 2])
    expected = np.where(u >= 0.5, X * 2, 0).astype(np.float32)
    assert_same_bits(stateless_dropout(X, 0.5, [1, 2]), expected)
    kept = u.copy()
    assert_same_bits(general_dropout(X, 0.5, lambda shape, dtype: u), expected)
    assert_same_bits(u, kept)  # the sampler's own array is left alone


def test_noise_shapes():
    for noise_shape, shape in [
        ([2, None, 1], (2, 4, 3)), ([4, 3], (2, 4, 3)), ([5, 2, 4, 3], (5, 2, 4, 3)),
        ([], (2, 4, 3)), ((True, 4, 3), (2, 4, 3)),
    ]:  # fmt: skip
        got = stateless_dropout(X, 0.5, [1, 2], noise_shape=noise_shape)
        dims = [4 if dim is None else int(dim) for dim in noise_shape]
        u = tp.random.stateless_uniform(dims, [1, 2])
        assert got.shape == shape
        assert_same_bits(got, np.where(u >= 0.5, X * 2, 0).astype(np.float32))
    assert stateless_dropout(X[0, 0], 0.5, [1, 2], noise_shape=3).shape == (3,)


def test_layouts():
    expected = stateless_dropout(X, 0.3, [1, 2])
    for x in (np.asfortranarray(X), X.astype(">f4"), np.repeat(X, 2, axis=1)[:, ::2]):
        assert_same_bits(stateless_dropout(x, 0.3, [1, 2]), expected)
    wide = np.broadcast_to(np.float32(3), (100, 100))
    assert_same_bits(
        stateless_dropout(wide, 0.3, [1, 2]), stateless_dropout(wide.copy(), 0.3, [1, 2])
    )


def test_large_in_pieces_and_threads():
    x = np.random.default_rng(1).standard_normal(1_000_003).astype(np.float32)
    whole = stateless_dropout(x, 0.25, [5, 6])
    u = tp.random.stateless_uniform(x.shape, [5, 6])
    assert_same_bits(whole, np.where(u >= 0.25, x * np.float32(1 / 0.75), np.float32(0)))


# ---- what is refused -----------------------------------------------------------------------


@pytest.mark.parametrize(("call", "error"), BAD)
def test_errors_take_nothing(call, error):
    expected = tp.compat.v1.get_seed(None), tp.random.uniform([3], seed=1)
    tp.random.set_seed(1234)
    with pytest.raises(error):
        eval(call, {"tp": tp, "np": np, "array": np.array})
    assert tp.compat.v1.get_seed(None) == expected[0]
    assert_same_bits(tp.random.uniform([3], seed=1), expected[1])


def test_no_memory_for_the_result():
    op_seed = tp.compat.v1.get_seed(None)
    tp.random.set_seed(1234)
    with pytest.raises((MemoryError, ValueError)):
        nn.dropout(np.broadcast_to(np.float32(1), (2**30, 2**30)), 0.5, [1, 2**30])
    assert tp.compat.v1.get_seed(None) == op_seed
