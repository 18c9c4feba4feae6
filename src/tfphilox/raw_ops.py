"""raw_ops.py: one function per random op of TensorFlow, with the op's argument names, as arrays.

A stateful op is a kernel with a counter. In eager mode TensorFlow keeps a kernel for every op
with the same attributes (seeds and types; not shape or bounds), so a second call with the same
seeds goes on where the first stopped. Here the kernel is a `Stream` in a dict, which
`tfphilox.random.set_seed` empties. A stateless op is a stream used once, from its start.

The functions take keyword arguments only, as those of tf.raw_ops do. They draw; op seeds, scaling
and the checks that TensorFlow makes in Python belong to `tfphilox.random`.
"""

# What a Stream returns depends on its `out`.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import os
from reprlib import repr as brief
from typing import Any, NamedTuple, SupportsIndex, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from . import _core
from .arguments import (
    BOUNDED_INTEGERS,
    SeedLike,
    ShapeLike,
    as_bound,
    as_float_dtype,
    as_integer_dtype,
    as_integers,
    as_seed,
    as_shape,
    as_uint64,
)
from .seeds import op_attribute
from .stream import Stream

__all__ = [
    "RandomStandardNormal",
    "RandomUniform",
    "RandomUniformInt",
    "StatelessRandomGetAlg",
    "StatelessRandomGetKeyCounter",
    "StatelessRandomGetKeyCounterAlg",
    "StatelessRandomNormal",
    "StatelessRandomNormalV2",
    "StatelessRandomUniform",
    "StatelessRandomUniformFullInt",
    "StatelessRandomUniformFullIntV2",
    "StatelessRandomUniformInt",
    "StatelessRandomUniformIntV2",
    "StatelessRandomUniformV2",
    "StatelessTruncatedNormal",
    "StatelessTruncatedNormalV2",
    "TruncatedNormal",
]

_PHILOX, _AUTO_SELECT = 1, 3  # tensorflow/core/framework/rng_alg.h

_kernels: dict[tuple[Any, ...], Stream] = {}


def RandomUniform(
    *,
    shape: ShapeLike,
    dtype: DTypeLike,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw floats from [0, 1) with a stateful op.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more. An int64 array selects a stream of its own.
    dtype : {float16, bfloat16, float32, float64}
        Type of the result, as a NumPy type, dtype or name; bfloat16 needs ml_dtypes.
    seed, seed2 : int, -2**63 to 2**63 - 1, default 0
        The op's seeds. Both 0 means no seed: every call then starts from the operating system's
        entropy.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above. Shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a seed outside 64 bits.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One 32-bit word for an element, two for float64.
    The kernel moves on by 256 blocks for every element. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/random_op.cc, PhiloxRandomOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> tp.raw_ops.RandomUniform(shape=[3], dtype="float32", seed=1, seed2=2)
    array([0.40639675, 0.8575996 , 0.05539584], dtype=float32)
    >>> tp.raw_ops.RandomUniform(shape=[3], dtype="float32", seed=1, seed2=2)  # goes on
    array([0.16840732, 0.88910615, 0.53549695], dtype=float32)
    """
    found = as_float_dtype("RandomUniform", dtype)
    dims, shape_type = as_shape(shape)
    return _seeded("RandomUniform", seed, seed2, found, shape_type).uniform(dims, dtype=found)


def RandomStandardNormal(
    *,
    shape: ShapeLike,
    dtype: DTypeLike,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw floats from the normal distribution of mean 0 and deviation 1 with a stateful op.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more. An int64 array selects a stream of its own.
    dtype : {float16, bfloat16, float32, float64}
        Type of the result, as a NumPy type, dtype or name; bfloat16 needs ml_dtypes.
    seed, seed2 : int, -2**63 to 2**63 - 1, default 0
        The op's seeds. Both 0 means no seed: every call then starts from the operating system's
        entropy.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above. Shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a seed outside 64 bits.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One 32-bit word for an element, two for float64: a pair of them makes a pair of normals.
    The kernel moves on by 256 blocks for every element. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/random_op.cc, PhiloxRandomOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> tp.raw_ops.RandomStandardNormal(shape=[3], dtype="float32", seed=1, seed2=2)
    array([-1.0467793,  0.8397046,  1.2358364], dtype=float32)
    >>> tp.raw_ops.RandomStandardNormal(shape=[3], dtype="float32", seed=1, seed2=2)  # goes on
    array([-1.2113008 ,  1.4475806 ,  0.02521803], dtype=float32)
    """
    found = as_float_dtype("RandomStandardNormal", dtype)
    dims, shape_type = as_shape(shape)
    return _seeded("RandomStandardNormal", seed, seed2, found, shape_type).normal(
        dims, None, None, found
    )


def TruncatedNormal(
    *,
    shape: ShapeLike,
    dtype: DTypeLike,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw normal floats, redrawing those of magnitude 2 or more, with a stateful op.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more. An int64 array selects a stream of its own.
    dtype : {float16, bfloat16, float32, float64}
        Type of the result, as a NumPy type, dtype or name; bfloat16 needs ml_dtypes.
    seed, seed2 : int, -2**63 to 2**63 - 1, default 0
        The op's seeds. Both 0 means no seed: every call then starts from the operating system's
        entropy.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above. Shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a seed outside 64 bits.
    MemoryError
        If the result does not fit into memory.

    Stream ------ Two words (float64: four) for a pair of candidates; each group of four elements
    (float64: two) starts 256 (128) blocks after the last and takes words until it is full. The
    kernel moves on by 256 blocks for every element. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/random_op.cc, PhiloxRandomOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> tp.raw_ops.TruncatedNormal(shape=[3], dtype="float32", seed=1, seed2=2)
    array([-1.0467793,  0.8397046,  1.2358364], dtype=float32)
    >>> tp.raw_ops.TruncatedNormal(shape=[3], dtype="float32", seed=1, seed2=2)  # goes on
    array([-1.2113008 ,  1.4475806 ,  0.02521803], dtype=float32)
    """
    found = as_float_dtype("TruncatedNormal", dtype)
    dims, shape_type = as_shape(shape)
    return _seeded("TruncatedNormal", seed, seed2, found, shape_type).truncated_normal(
        dims, None, None, found
    )


def RandomUniformInt(
    *,
    shape: ShapeLike,
    minval: SupportsInt,
    maxval: SupportsInt,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw integers from [minval, maxval) with a stateful op.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more. An int64 array selects a stream of its own.
    minval, maxval : int
        Lowest value, and one past the highest. `minval` sets the type of the result: int32 for a
        Python integer that fits, int64 for a larger one, its own type for a NumPy int32 or int64.
        `maxval` must fit that type.
    seed, seed2 : int, -2**63 to 2**63 - 1, default 0
        The op's seeds. Both 0 means no seed: every call then starts from the operating system's
        entropy.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of int32 or int64, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above. Shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a seed outside 64 bits, or
        for `minval >= maxval` unless the result is empty.
    MemoryError
        If the result does not fit into memory.

    Stream ------ One 32-bit word for an int32, two for an int64. The word modulo `maxval -
    minval` is slightly biased, as in TensorFlow. The kernel moves on by 256 blocks for every
    element. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/random_op.cc, RandomUniformIntOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> tp.raw_ops.RandomUniformInt(shape=[6], minval=0, maxval=100, seed=1, seed2=2)
    array([99, 15,  2,  9, 31, 86], dtype=int32)
    """
    dtype = _bounds_type(minval)
    low, high = as_bound("minval", minval, dtype), as_bound("maxval", maxval, dtype)
    dims, shape_type = as_shape(shape)
    return _integers(
        _seeded("RandomUniformInt", seed, seed2, dtype, shape_type), dims, low, high, dtype
    )


def StatelessRandomUniform(
    *,
    shape: ShapeLike,
    seed: SeedLike,
    dtype: DTypeLike = "float32",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw floats from [0, 1) from a seed pair.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    dtype : {float16, bfloat16, float32, float64}, default float32
        Type of the result, as a NumPy type, dtype or name; bfloat16 needs ml_dtypes.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above. Shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a seed that is not a pair of
        64-bit integers.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One 32-bit word for an element, two for float64.
    Nothing is kept: the same arguments give the same numbers. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateless_random_ops.cc, StatelessRandomOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessRandomUniform(shape=[3], seed=[1, 2])
    array([0.8440604 , 0.19204533, 0.9962232 ], dtype=float32)
    """
    found = as_float_dtype("StatelessRandomUniform", dtype)
    return _stateless(seed).uniform(as_shape(shape)[0], dtype=found)


def StatelessRandomNormal(
    *,
    shape: ShapeLike,
    seed: SeedLike,
    dtype: DTypeLike = "float32",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw floats from the normal distribution of mean 0 and deviation 1 from a seed pair.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    dtype : {float16, bfloat16, float32, float64}, default float32
        Type of the result, as a NumPy type, dtype or name; bfloat16 needs ml_dtypes.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above. Shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a seed that is not a pair of
        64-bit integers.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One 32-bit word for an element, two for float64: a pair of them makes a pair of normals.
    Nothing is kept: the same arguments give the same numbers. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateless_random_ops.cc, StatelessRandomOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessRandomNormal(shape=[3], seed=[1, 2])
    array([0.5441101 , 0.20738031, 0.07356432], dtype=float32)
    """
    found = as_float_dtype("StatelessRandomNormal", dtype)
    return _stateless(seed).normal(as_shape(shape)[0], None, None, found)


def StatelessTruncatedNormal(
    *,
    shape: ShapeLike,
    seed: SeedLike,
    dtype: DTypeLike = "float32",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw normal floats, redrawing those of magnitude 2 or more, from a seed pair.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    dtype : {float16, bfloat16, float32, float64}, default float32
        Type of the result, as a NumPy type, dtype or name; bfloat16 needs ml_dtypes.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above. Shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a seed that is not a pair of
        64-bit integers.
    MemoryError
        If the result does not fit into memory.

    Stream ------ Two words (float64: four) for a pair of candidates; each group of four elements
    (float64: two) starts 256 (128) blocks after the last and takes words until it is full.
    Nothing is kept: the same arguments give the same numbers. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateless_random_ops.cc, StatelessRandomOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessTruncatedNormal(shape=[3], seed=[1, 2])
    array([0.5441101 , 0.20738031, 0.07356432], dtype=float32)
    """
    found = as_float_dtype("StatelessTruncatedNormal", dtype)
    return _stateless(seed).truncated_normal(as_shape(shape)[0], None, None, found)


def StatelessRandomUniformInt(
    *,
    shape: ShapeLike,
    seed: SeedLike,
    minval: SupportsInt,
    maxval: SupportsInt,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw integers from [minval, maxval) from a seed pair.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    minval, maxval : int
        Lowest value, and one past the highest. `minval` sets the type of the result: int32 for a
        Python integer that fits, int64 for a larger one, its own type for a NumPy int32 or int64.
        `maxval` must fit that type.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of int32 or int64, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above. Shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a seed that is not a pair of
        64-bit integers, or for `minval >= maxval` unless the result is empty.
    MemoryError
        If the result does not fit into memory.

    Stream ------ One 32-bit word for an int32, two for an int64. The word modulo `maxval -
    minval` is slightly biased, as in TensorFlow. Nothing is kept: the same arguments give the
    same numbers. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateless_random_ops.cc, StatelessRandomUniformIntOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessRandomUniformInt(shape=[3], seed=[1, 2], minval=0, maxval=10)
    array([0, 9, 4], dtype=int32)
    """
    dtype = _bounds_type(minval)
    low, high = as_bound("minval", minval, dtype), as_bound("maxval", maxval, dtype)
    return _integers(_stateless(seed), as_shape(shape)[0], low, high, dtype)


def StatelessRandomUniformFullInt(
    *,
    shape: ShapeLike,
    seed: SeedLike,
    dtype: DTypeLike = "uint64",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw integers from all their type can hold, from a seed pair.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    dtype : {int32, int64, uint32, uint64}, default uint64
        Type of the result, as a NumPy type, dtype or name.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above. Shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a seed that is not a pair of
        64-bit integers.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One 32-bit word for an element, two for the 64-bit types.
    Nothing is kept: the same arguments give the same numbers. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateless_random_ops.cc, StatelessRandomUniformFullIntOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessRandomUniformFullInt(shape=[3], seed=[1, 2])
    array([ 7464880146280614444,  1591045637757961278, 17389275318164050067],
          dtype=uint64)
    """
    found = as_integer_dtype("StatelessRandomUniformFullInt", dtype)
    return _stateless(seed).integers(as_shape(shape)[0], None, None, found)


def StatelessRandomUniformV2(
    *,
    shape: ShapeLike,
    key: ArrayLike,
    counter: ArrayLike,
    alg: SupportsIndex,
    dtype: DTypeLike = "float32",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw floats from [0, 1) from a key and a counter.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more.
    key : uint64 array of shape [1]
        The Philox key. A list of Python integers, 0 to 2**64 - 1, or an integer array will do.
    counter : uint64 array of shape [2]
        Block number the stream starts at, low word first.
    alg : {1, 3}
        1 for Philox, 3 for TensorFlow's choice, which on a CPU is Philox.
    dtype : {float16, bfloat16, float32, float64}, default float32
        Type of the result, as a NumPy type, dtype or name; bfloat16 needs ml_dtypes.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above. Shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a key or counter of another
        shape, or another `alg`.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One 32-bit word for an element, two for float64.
    Nothing is kept: the same arguments give the same numbers. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateless_random_ops_v2.cc, StatelessRandomOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessRandomUniformV2(shape=[3], key=[5], counter=[1, 2], alg=1)
    array([0.2645825 , 0.34126556, 0.35502958], dtype=float32)
    """
    found = as_float_dtype("StatelessRandomUniformV2", dtype)
    return _stream(key, counter, alg).uniform(as_shape(shape)[0], dtype=found)


def StatelessRandomNormalV2(
    *,
    shape: ShapeLike,
    key: ArrayLike,
    counter: ArrayLike,
    alg: SupportsIndex,
    dtype: DTypeLike = "float32",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw floats from the normal distribution of mean 0 and deviation 1 from a key and a counter.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more.
    key : uint64 array of shape [1]
        The Philox key. A list of Python integers, 0 to 2**64 - 1, or an integer array will do.
    counter : uint64 array of shape [2]
        Block number the stream starts at, low word first.
    alg : {1, 3}
        1 for Philox, 3 for TensorFlow's choice, which on a CPU is Philox.
    dtype : {float16, bfloat16, float32, float64}, default float32
        Type of the result, as a NumPy type, dtype or name; bfloat16 needs ml_dtypes.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above. Shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a key or counter of another
        shape, or another `alg`.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One 32-bit word for an element, two for float64: a pair of them makes a pair of normals.
    Nothing is kept: the same arguments give the same numbers. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateless_random_ops_v2.cc, StatelessRandomOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessRandomNormalV2(shape=[3], key=[5], counter=[1, 2], alg=1)
    array([ 1.3698597, -0.8846968,  0.4770944], dtype=float32)
    """
    found = as_float_dtype("StatelessRandomNormalV2", dtype)
    return _stream(key, counter, alg).normal(as_shape(shape)[0], None, None, found)


def StatelessTruncatedNormalV2(
    *,
    shape: ShapeLike,
    key: ArrayLike,
    counter: ArrayLike,
    alg: SupportsIndex,
    dtype: DTypeLike = "float32",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw normal floats, redrawing those of magnitude 2 or more, from a key and a counter.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more.
    key : uint64 array of shape [1]
        The Philox key. A list of Python integers, 0 to 2**64 - 1, or an integer array will do.
    counter : uint64 array of shape [2]
        Block number the stream starts at, low word first.
    alg : {1, 3}
        1 for Philox, 3 for TensorFlow's choice, which on a CPU is Philox.
    dtype : {float16, bfloat16, float32, float64}, default float32
        Type of the result, as a NumPy type, dtype or name; bfloat16 needs ml_dtypes.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above. Shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a key or counter of another
        shape, or another `alg`.
    MemoryError
        If the result does not fit into memory.

    Stream ------ Two words (float64: four) for a pair of candidates; each group of four elements
    (float64: two) starts 256 (128) blocks after the last and takes words until it is full.
    Nothing is kept: the same arguments give the same numbers. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateless_random_ops_v2.cc, StatelessRandomOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessTruncatedNormalV2(shape=[3], key=[5], counter=[1, 2], alg=1)
    array([ 1.3698597, -0.8846968,  0.4770944], dtype=float32)
    """
    found = as_float_dtype("StatelessTruncatedNormalV2", dtype)
    return _stream(key, counter, alg).truncated_normal(as_shape(shape)[0], None, None, found)


def StatelessRandomUniformIntV2(
    *,
    shape: ShapeLike,
    key: ArrayLike,
    counter: ArrayLike,
    alg: SupportsIndex,
    minval: SupportsInt,
    maxval: SupportsInt,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw integers from [minval, maxval) from a key and a counter.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more.
    key : uint64 array of shape [1]
        The Philox key. A list of Python integers, 0 to 2**64 - 1, or an integer array will do.
    counter : uint64 array of shape [2]
        Block number the stream starts at, low word first.
    alg : {1, 3}
        1 for Philox, 3 for TensorFlow's choice, which on a CPU is Philox.
    minval, maxval : int
        Lowest value, and one past the highest. `minval` sets the type of the result: int32 for a
        Python integer that fits, int64 for a larger one, its own type for a NumPy int32 or int64.
        `maxval` must fit that type.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of int32 or int64, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above. Shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a key or counter of another
        shape, or another `alg`, or for `minval >= maxval` unless the result is empty.
    MemoryError
        If the result does not fit into memory.

    Stream ------ One 32-bit word for an int32, two for an int64. The word modulo `maxval -
    minval` is slightly biased, as in TensorFlow. Nothing is kept: the same arguments give the
    same numbers. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateless_random_ops_v2.cc, StatelessRandomUniformIntOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessRandomUniformIntV2(shape=[3], key=[5], counter=[1, 2], alg=1,
    ...     minval=0, maxval=10)
    array([1, 7, 4], dtype=int32)
    """
    dtype = _bounds_type(minval)
    low, high = as_bound("minval", minval, dtype), as_bound("maxval", maxval, dtype)
    return _integers(_stream(key, counter, alg), as_shape(shape)[0], low, high, dtype)


def StatelessRandomUniformFullIntV2(
    *,
    shape: ShapeLike,
    key: ArrayLike,
    counter: ArrayLike,
    alg: SupportsIndex,
    dtype: DTypeLike = "uint64",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw integers from all their type can hold, from a key and a counter.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more.
    key : uint64 array of shape [1]
        The Philox key. A list of Python integers, 0 to 2**64 - 1, or an integer array will do.
    counter : uint64 array of shape [2]
        Block number the stream starts at, low word first.
    alg : {1, 3}
        1 for Philox, 3 for TensorFlow's choice, which on a CPU is Philox.
    dtype : {int32, int64, uint32, uint64}, default uint64
        Type of the result, as a NumPy type, dtype or name.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above. Shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a key or counter of another
        shape, or another `alg`.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One 32-bit word for an element, two for the 64-bit types.
    Nothing is kept: the same arguments give the same numbers. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateless_random_ops_v2.cc, StatelessRandomUniformFullIntOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessRandomUniformFullIntV2(shape=[3], key=[5], counter=[1, 2], alg=1)
    array([ 5704845317768338903,  6162861916808901020, 15589303924023473419],
          dtype=uint64)
    """
    found = as_integer_dtype("StatelessRandomUniformFullIntV2", dtype)
    return _stream(key, counter, alg).integers(as_shape(shape)[0], None, None, found)


class KeyCounter(NamedTuple):
    """What `StatelessRandomGetKeyCounter` returns."""

    key: NDArray[np.uint64]
    counter: NDArray[np.uint64]


class KeyCounterAlg(NamedTuple):
    """What `StatelessRandomGetKeyCounterAlg` returns."""

    key: NDArray[np.uint64]
    counter: NDArray[np.uint64]
    alg: NDArray[np.int32]


def StatelessRandomGetKeyCounter(*, seed: SeedLike, name: str | None = None) -> KeyCounter:
    """Scramble a seed pair into the key and counter that the stateless ops start from.

    Parameters
    ----------
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    name : str, optional
        Ignored.

    Returns
    -------
    key : uint64 array of shape [1]
    counter : uint64 array of shape [2]
        Low word first; the low word is 0.

    Raises
    ------
    TypeError
        If `seed` does not hold integers.
    ValueError
        If `seed` is not a pair of 64-bit integers.

    Stream
    ------
    Takes one block of a Philox stream with a fixed key. Verified against TensorFlow 2.21.

    References ---------- tensorflow/core/kernels/stateless_random_ops_v2.cc, GetKeyCounterOp;
    stateless_random_ops.cc, GenerateKey.

    Examples
    --------
    >>> import tfphilox as tp
    >>> key, counter = tp.raw_ops.StatelessRandomGetKeyCounter(seed=[1, 2])
    >>> key
    array([10413732777507651514], dtype=uint64)
    >>> counter
    array([                   0, 17830669156045600267], dtype=uint64)
    """
    key, high = _core.scramble_seed(*as_seed(seed))
    return KeyCounter(np.array([key], np.uint64), np.array([0, high], np.uint64))


def StatelessRandomGetAlg(*, name: str | None = None) -> NDArray[np.int32]:
    """Return the algorithm the stateless ops use on a CPU: 1, Philox.

    Parameters
    ----------
    name : str, optional
        Ignored.

    Returns
    -------
    int32 array of shape []

    References
    ----------
    tensorflow/core/kernels/stateless_random_ops_v2.cc, GetAlgOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessRandomGetAlg()
    array(1, dtype=int32)
    """
    return np.array(_PHILOX, np.int32)


def StatelessRandomGetKeyCounterAlg(*, seed: SeedLike, name: str | None = None) -> KeyCounterAlg:
    """Return `StatelessRandomGetKeyCounter` and `StatelessRandomGetAlg` in one.

    Parameters
    ----------
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    name : str, optional
        Ignored.

    Returns
    -------
    key : uint64 array of shape [1]
    counter : uint64 array of shape [2]
    alg : int32 array of shape []

    Raises
    ------
    TypeError
        If `seed` does not hold integers.
    ValueError
        If `seed` is not a pair of 64-bit integers.

    Stream
    ------
    Takes one block of a Philox stream with a fixed key. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateless_random_ops_v2.cc, GetKeyCounterAlgOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessRandomGetKeyCounterAlg(seed=[1, 2]).alg
    array(1, dtype=int32)
    """
    return KeyCounterAlg(*StatelessRandomGetKeyCounter(seed=seed), StatelessRandomGetAlg())


def _kernel(op: str, seed: int, seed2: int, dtype: np.dtype[Any], shape_type: str) -> Stream:
    """Return the kernel TensorFlow would run for an op with these attributes.

    A kernel stays until set_seed, for a later call may use the same seeds. So does every kernel in
    TensorFlow, where it takes 36 kB; here it is a few hundred bytes.
    """
    if not (seed or seed2):
        entropy = os.urandom(24)
        return Stream.from_key_counter(
            int.from_bytes(entropy[:8], "little"), int.from_bytes(entropy[8:], "little")
        )
    attributes = op, seed, seed2, dtype, shape_type
    kernel = _kernels.get(attributes)
    if kernel is None:
        kernel = _kernels.setdefault(attributes, Stream(seed, seed2))
    return kernel


def _seeded(
    op: str,
    seed: SupportsInt | None,
    seed2: SupportsInt | None,
    dtype: np.dtype[Any],
    shape_type: str,
) -> Stream:
    """Return the kernel of a raw op, whose attributes may be anything an integer is made of."""
    return _kernel(op, op_attribute("seed", seed), op_attribute("seed2", seed2), dtype, shape_type)


def _clear_kernel_cache() -> None:
    """Restart every stateful op, as TFE_ContextClearCaches does."""
    _kernels.clear()


def _integers(
    stream: Stream, dims: tuple[int, ...], low: int, high: int, dtype: np.dtype[Any]
) -> NDArray[Any]:
    """Draw integers, with TensorFlow's leave to have no range when there is nothing to draw."""
    if low >= high and 0 in dims:
        return np.empty(dims, dtype)
    return stream.integers(dims, low, high, dtype)


def _stateless(seed: SeedLike) -> Stream:
    return Stream.from_stateless_seed(as_seed(seed))


def _stream(key: ArrayLike, counter: ArrayLike, alg: SupportsIndex) -> Stream:
    """Return the stream of a V2 op, whose algorithm must be Philox."""
    number = as_integers("alg", alg)
    if number.ndim or number not in (_PHILOX, _AUTO_SELECT):
        raise ValueError(
            f"alg must be {_PHILOX} (Philox) or {_AUTO_SELECT} (auto-select), got {brief(alg)}"
        )
    keys, counters = as_uint64("key", key), as_uint64("counter", counter)
    if keys.shape != (1,):
        raise ValueError(f"key must have shape [1], got {brief(key)}")
    if counters.ndim != 1 or len(counters) < 2:  # the op looks at the first two
        raise ValueError(f"counter must have shape [2], got {brief(counter)}")
    return Stream.from_key_counter(int(keys[0]), int(counters[0]) | int(counters[1]) << 64)


def _bounds_type(minval: SupportsInt) -> np.dtype[Any]:
    """Return the type that an integer op takes from its lower bound."""
    dtype = as_integers("minval", minval).dtype
    if dtype not in BOUNDED_INTEGERS:
        raise TypeError(f"minval must have type int32 or int64, got {dtype.name}")
    return dtype
