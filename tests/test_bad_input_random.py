"""test_bad_input_random.py: a row for each wrong argument of tfphilox.random and tfphilox.raw_ops.

A row is the call, the exception, and words its message must hold: what was given and what is
allowed. Afterwards nothing may have moved: not the op seeds, not the stream of a kernel in use.
live/test_live_random.py makes the same calls in TensorFlow, which must refuse them too, except
those in the second table.
"""

from fractions import Fraction

import numpy as np
import pytest

import tfphilox as tp
from tfphilox import raw_ops, seeds

V, T = ValueError, TypeError


def names(random, raw_ops):
    """What the rows mean by their names, for one of the two libraries."""

    def op(function, **usual):
        return lambda **changed: function(**{**usual, **changed})

    stateful = dict(shape=[2], seed=1, seed2=2)
    return {
        "r": random,
        "Algorithm": random.Algorithm,
        "raw_ops": raw_ops,
        "raw": op(raw_ops.RandomUniform, dtype="float32", **stateful),
        "raw_int": op(raw_ops.RandomUniformInt, minval=0, maxval=9, **stateful),
        "full": op(raw_ops.StatelessRandomUniformFullInt, shape=[2], seed=[1, 2]),
        "v2": op(raw_ops.StatelessRandomUniformV2, shape=[2], key=[5], counter=[1, 2], alg=1),
        "np": np,
        "Fraction": Fraction,
        "TOO_LARGE": 2**63,
        "NAN": float("nan"),
    }


ROWS = [
    # shape
    ("r.uniform([-1])", V, "negative.*-1"),
    ("r.uniform([0, -1])", V, "negative"),
    ("r.uniform(3)", V, "one-dimensional.*got 3"),
    ("r.uniform(np.array(3))", V, "one-dimensional"),
    ("r.uniform([[3]])", V, "one-dimensional"),
    ("r.uniform(np.array([[3]]))", V, "one-dimensional"),
    ("r.uniform(None)", T, "shape must hold integers, got None"),
    ("r.uniform([None])", T, "shape must hold integers"),
    ("r.uniform('a')", T, "shape must hold integers, got 'a'"),
    ("r.uniform(b'a')", T, "shape must hold integers"),
    ("r.uniform([2, '3'])", T, "shape must hold integers"),
    ("r.uniform([3.0])", T, "shape must hold integers"),
    ("r.uniform(3.0)", T, "shape must hold integers"),
    ("r.uniform([np.float32(3)])", T, "shape must hold integers"),
    ("r.uniform(np.array([3.0]))", T, "shape must hold integers, got float64"),
    ("r.uniform([2 + 0j])", T, "shape must hold integers"),
    ("r.uniform([True])", T, "int32 or int64, got bool"),
    ("r.uniform(np.array([3], np.uint8))", T, "int32 or int64, got uint8"),
    ("r.uniform(np.array([3], np.int16))", T, "int32 or int64, got int16"),
    ("r.uniform({3})", T, "shape must hold integers"),
    ("r.uniform({3: 1})", T, "shape must hold integers"),
    ("r.uniform(3 for _ in 'a')", T, "shape must hold integers"),
    ("r.uniform([[1], [2, 3]])", T, "shape must hold integers"),
    ("r.uniform([TOO_LARGE])", V, "64-bit"),
    ("r.uniform([2**64])", V, "64-bit"),
    ("r.uniform([2**62, 2**62])", V, r"2\*\*63"),
    ("r.uniform([2**40, 2**40, 0])", V, r"2\*\*63"),
    ("r.uniform([1] * 300)", V, "dimensions"),
    ("r.uniform([2**60])", MemoryError, "memory"),
    ("r.uniform([2**62])", MemoryError, "memory"),
    ("r.normal([-1])", V, "negative"),
    ("r.truncated_normal([2.5])", T, "shape must hold integers"),
    ("r.stateless_uniform([-1], [1, 2])", V, "negative"),
    ("r.stateless_uniform([2**60], [1, 2])", MemoryError, "memory"),
    ("r.stateless_normal('a', [1, 2])", T, "shape must hold integers"),
    ("r.stateless_truncated_normal([2**62, 2**62], [1, 2])", V, r"2\*\*63"),
    # dtype
    ("r.uniform([2], dtype='foo')", T, "foo"),
    ("r.uniform([2], dtype=None)", T, "None"),
    ("r.uniform([2], dtype=[])", T, "dtype"),
    ("r.uniform([2], dtype=3.5)", T, "3.5"),
    ("r.uniform([2], dtype=bool)", T, "dtype must be"),
    ("r.uniform([2], dtype='int8')", T, "dtype must be"),
    ("r.uniform([2], dtype='complex64')", T, "dtype must be"),
    ("r.uniform([2], maxval=3, dtype='uint32')", V, "int32 or int64, got uint32"),
    ("r.normal([2], dtype='int32')", T, "float32 or float64, got int32"),
    ("r.normal([2], 0, 1, 'int64')", T, "float32 or float64, got int64"),
    ("r.truncated_normal([2], dtype='uint64')", T, "float32 or float64, got uint64"),
    ("r.stateless_uniform([2], [1, 2], dtype='int8')", T, "dtype must be"),
    ("r.stateless_normal([2], [1, 2], dtype='int32')", T, "got int32"),
    ("r.stateless_truncated_normal([2], [1, 2], dtype='int32')", T, "got int32"),
    # op seed
    ("r.uniform([2], seed='1')", T, "seed must be an integer, got '1'"),
    ("r.uniform([2], seed=[1])", T, "seed must be an integer"),
    ("r.uniform([2], seed=np.array([1]))", T, "seed must be an integer"),
    ("r.uniform([2], seed=1j)", T, "seed must be an integer"),
    ("r.uniform([2], seed=NAN)", T, "seed2 must be an integer, got nan"),
    ("r.normal([2], seed=float('inf'))", T, "seed2 must be an integer"),
    ("r.set_seed([1])", T, "seed must be an integer or None"),
    # bounds, mean, stddev
    ("r.uniform([2], None)", T, "minval must be a number"),
    ("r.uniform([2], 0, '1')", T, "maxval must be a number.*'1'"),
    ("r.uniform([2], 0, 1j)", T, "maxval must be a number"),
    ("r.uniform([2], 0, np.array(['a']))", T, "maxval must be a number"),
    ("r.uniform([2], 0, {})", T, "maxval must be a number"),
    ("r.uniform([2], 0, Fraction(1, 2))", T, "maxval must be a number"),
    ("r.uniform([2], 0, 10**400)", V, "maxval is too large"),
    ("r.uniform([2], [0, 1, 2], 1)", V, "broadcast"),
    ("r.uniform([2], 0, [1, 2, 3])", V, "broadcast"),
    ("r.uniform([2], [0, 1], [1, 2, 3])", V, "broadcast"),
    ("r.uniform([0], [0, 1, 2])", V, "broadcast"),
    ("r.uniform([2], 0, [1, [2]])", V, "inhomogeneous"),
    ("r.normal([2], None)", T, "mean must be a number"),
    ("r.normal([2], 0, None)", T, "stddev must be a number"),
    ("r.normal([2], 'a')", T, "mean must be a number"),
    ("r.normal([2], [0, 1, 2])", V, "broadcast"),
    ("r.truncated_normal([2], 0, [0, 1, 2])", V, "broadcast"),
    ("r.stateless_uniform([2], [1, 2], None, 1.0)", T, "minval must be a number"),
    ("r.stateless_normal([2], [1, 2], [0, 1, 2])", V, "broadcast"),
    # integers
    ("r.uniform([2], dtype='int32')", V, "maxval must be given"),
    ("r.uniform([2], None, 5, 'int32')", T, "minval must be an integer"),
    ("r.uniform([2], 5, 5, 'int32')", V, "5 >= 5"),
    ("r.uniform([2], 7, 5, 'int64')", V, "7 >= 5"),
    ("r.uniform([2], 0, 1.0, 'int32')", T, "maxval must be an integer, got 1.0"),
    ("r.uniform([2], 0.0, 10, 'int32')", T, "minval must be an integer"),
    ("r.uniform([2], 0, '5', 'int32')", T, "maxval must be an integer"),
    ("r.uniform([2], 0, np.float64(NAN), 'int32')", V, "maxval must be finite"),
    ("r.uniform([2], 0, 2**31, 'int32')", V, "-2147483648 to 2147483647, got 2147483648"),
    ("r.uniform([2], -(2**31) - 1, 0, 'int32')", V, "minval must be an int32"),
    ("r.uniform([2], 0, np.float64(2.0**32 + 5), 'int32')", V, "maxval must be an int32"),
    ("r.uniform([2], 0, np.int64(2**40), 'int32')", V, "maxval must be an int32"),
    ("r.uniform([2], 0, TOO_LARGE, 'int64')", V, "maxval must be an int64"),
    ("r.uniform([2], 0, [10], 'int32')", V, "maxval must be a scalar"),
    ("r.uniform([2], np.array([0]), 10, 'int32')", V, "minval must be a scalar"),
    ("r.stateless_uniform([2], [1, 2], 0, None, 'int32')", V, "both"),
    ("r.stateless_uniform([2], [1, 2], None, 7, 'int32')", V, "both"),
    ("r.stateless_uniform([2], [1, 2], 0, 7, 'uint32')", V, "must be None.*uint32"),
    ("r.stateless_uniform([2], [1, 2], 5, 5, 'int32')", V, "5 >= 5"),
    # seed pair
    ("r.stateless_uniform([2], 1)", V, r"shape \[2\].*got 1"),
    ("r.stateless_uniform([2], [1])", V, r"shape \[2\]"),
    ("r.stateless_uniform([2], [1, 2, 3])", V, r"shape \[2\]"),
    ("r.stateless_uniform([2], [[1, 2]])", V, r"shape \[2\]"),
    ("r.stateless_uniform([2], [])", V, r"shape \[2\]"),
    ("r.stateless_uniform([2], None)", T, "seed must hold integers"),
    ("r.stateless_uniform([2], 'ab')", T, "seed must hold integers"),
    ("r.stateless_uniform([2], [1, 'b'])", T, "seed must hold integers"),
    ("r.stateless_uniform([2], [1.0, 2.0])", T, "seed must hold integers"),
    ("r.stateless_uniform([2], [1, 2.0])", T, "seed must hold integers"),
    ("r.stateless_uniform([2], [1, TOO_LARGE])", V, "64-bit"),
    ("r.stateless_uniform([2], [1, -TOO_LARGE - 1])", V, "64-bit"),
    ("r.stateless_uniform([2], [np.uint64(TOO_LARGE), 2])", V, "64-bit"),
    ("r.stateless_normal([2], [1])", V, r"shape \[2\]"),
    ("r.stateless_truncated_normal([2], [1.0, 2])", T, "seed must hold integers"),
    # alg
    ("r.stateless_uniform([2], [1, 2], alg='foo')", V, "got 'foo'"),
    ("r.stateless_uniform([2], [1, 2], alg='auto select')", V, "got 'auto select'"),
    ("r.stateless_uniform([2], [1, 2], alg='threefry')", V, "only under XLA"),
    ("r.stateless_uniform([2], [1, 2], alg=Algorithm.THREEFRY)", V, "only under XLA"),
    ("r.stateless_uniform([2], [1, 2], alg=2)", V, "only under XLA"),
    ("r.stateless_uniform([2], [1, 2], alg=0)", V, "got 0"),
    ("r.stateless_normal([2], [1, 2], alg=7)", V, "got 7"),
    ("r.stateless_uniform([2], [1, 2], alg=1.0)", T, "got 1.0"),
    ("r.stateless_uniform([2], [1, 2], alg=np.int64(1))", T, "alg must be"),
    ("r.stateless_uniform([2], [1, 2], alg=b'philox')", T, "alg must be"),
    ("r.split([1, 2], alg='foo')", V, "got 'foo'"),
    ("r.fold_in([1, 2], 3, 'foo')", V, "got 'foo'"),
    # split, fold_in
    ("r.split([1])", V, r"shape \[2\]"),
    ("r.split([1.0, 2.0])", T, "seed must hold integers"),
    ("r.split([True, False])", T, "int32 or int64, got bool"),
    ("r.split(np.array([1, 2], np.uint64))", T, "int32 or int64, got uint64"),
    ("r.split([1, 2], -1)", V, "negative"),
    ("r.split([1, 2], 2.5)", T, "shape must hold integers"),
    ("r.split([1, 2], None)", T, "shape must hold integers"),
    ("r.split([1, 2], True)", T, "shape must hold integers"),
    ("r.fold_in([1], 3)", V, r"shape \[2\]"),
    ("r.fold_in([1, 2], 1.5)", T, "data must hold integers"),
    ("r.fold_in([1, 2], 'a')", T, "data must hold integers"),
    ("r.fold_in([1, 2], True)", T, "got bool"),
    ("r.fold_in([1, 2], np.int8(3))", T, "got int8"),
    ("r.fold_in([1, 2], [3])", V, "data must be a scalar"),
    ("r.fold_in([1, 2], TOO_LARGE)", V, "64-bit"),
    # raw ops
    ("raw_ops.RandomUniform([2], 'float32')", T, "positional"),
    ("raw_ops.RandomUniform(shape=[2])", T, "dtype"),
    ("raw(dtype='int32')", T, "RandomUniform: dtype must be float16.*got int32"),
    ("raw(dtype=None)", T, "dtype must be"),
    ("raw(seed='a')", T, "seed must be an integer, got 'a'"),
    ("raw(seed=TOO_LARGE)", V, "64-bit"),
    ("raw(seed2=-TOO_LARGE - 1)", V, "seed2 must be a 64-bit integer"),
    ("raw(seed2=NAN)", T, "seed2 must be an integer"),
    ("raw(shape=[-2])", V, "negative"),
    ("raw(shape=[2**60])", MemoryError, "memory"),
    ("raw_int(minval=0.0)", T, "minval must hold integers"),
    ("raw_int(minval=None)", T, "minval must hold integers"),
    ("raw_int(minval=np.uint8(0))", T, "minval must have type int32 or int64, got uint8"),
    ("raw_int(minval=False)", T, "minval must have type int32 or int64, got bool"),
    ("raw_int(minval=[0])", V, "minval must be a scalar"),
    ("raw_int(minval=TOO_LARGE)", V, "64-bit"),
    ("raw_int(maxval=10.0)", T, "maxval must be an integer"),
    ("raw_int(maxval=2**40)", V, "maxval must be an int32"),
    ("raw_int(maxval=0)", V, "0 >= 0"),
    ("raw_ops.StatelessRandomUniform(shape=[2], seed=[1])", V, r"shape \[2\]"),
    ("raw_ops.StatelessRandomNormal(shape=[2], seed=[1, 2], dtype='int32')", T, "got int32"),
    ("full(dtype='float32')", T, "uint32 or uint64, got float32"),
    ("raw_ops.StatelessRandomGetKeyCounter(seed=[1.0, 2])", T, "seed must hold integers"),
    ("v2(key=5)", V, r"key must have shape \[1\], got 5"),
    ("v2(key=[5, 6])", V, r"key must have shape \[1\]"),
    ("v2(key=[-1])", V, r"0 to 2\*\*64 - 1"),
    ("v2(key=[2**64])", V, r"0 to 2\*\*64 - 1"),
    ("v2(key=[5.0])", T, "key must hold integers"),
    ("v2(counter=[[1, 2]])", V, r"counter must have shape \[2\]"),
    ("v2(alg=2)", V, "alg must be 1"),
    ("v2(alg=0)", V, "alg must be 1"),
    ("v2(alg=[1])", V, "alg must be 1"),
    ("v2(alg='philox')", T, "alg must hold integers"),
    ("v2(alg=1.0)", T, "alg must hold integers"),
]  # fmt: skip


# What TensorFlow lets pass: it wraps, cuts off or drops what does not fit, or reads a seed vector
# wrongly. Here it is an error.
DEPARTURES = [
    ("r.uniform([2, True])", T, "shape must hold integers"),
    ("r.uniform([2], 0, np.array([1j]))", T, "maxval must be a number"),
    ("r.uniform([2], 0, np.datetime64('2000-01-01'))", T, "maxval must be a number"),
    ("r.stateless_uniform([2], np.array([1.0, 2.0]))", T, "seed must hold integers"),
    ("v2(key=np.array([5.0]))", T, "key must hold integers"),
    ("v2(counter=[1])", V, r"counter must have shape \[2\]"),
    ("r.uniform([2], 0, 2**32 + 5, 'int32')", V, "maxval must be an int32"),
    ("r.stateless_uniform([2], [1, 2, 3], alg='philox')", V, r"shape \[2\]"),
    ("r.stateless_uniform([2], [1], alg='philox')", V, r"shape \[2\]"),
    ("r.stateless_uniform([2], [1.0, 2.7], alg='philox')", T, "seed must hold integers"),
    ("r.stateless_uniform([2], [1, True])", T, "seed must hold integers"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), ROWS + DEPARTURES)
def test_bad_input(call, error, message):
    tp.random.set_seed(1)
    tp.random.uniform([1], seed=2)  # the kernel that raw() would run
    before = {key: stream.position for key, stream in seeds.current().global_seed._kernels.items()}
    with pytest.raises(error, match=message) as caught:
        eval(call, names(tp.random, raw_ops))
    assert caught.type is error
    assert len(str(caught.value)) < 200
    after = {key: stream.position for key, stream in seeds.current().global_seed._kernels.items()}
    assert after == {**dict.fromkeys(after, 0), **before}
    assert seeds.get_seed(None) == (1, 577090037)  # the first op seed, still
