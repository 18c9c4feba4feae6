"""raw_ops/stateless.py: uniform and normal numbers from a seed pair, or a key and a counter."""

from __future__ import annotations

from typing import Any, NamedTuple, SupportsIndex, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ..arrays.arguments import (
    SeedLike,
    ShapeLike,
    as_bound,
    as_float_dtype,
    as_integer_dtype,
    as_shape,
)
from ..graphs.graph import op
from ..seeding.streams import PHILOX, key_counter_of_pair, of_key_counter, of_pair
from ._integers import bounds_type, draw_integers


@op("raw_ops.StatelessRandomUniform")
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
    return of_pair(seed).uniform(as_shape(shape)[0], dtype=found)


@op("raw_ops.StatelessRandomNormal")
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
    return of_pair(seed).normal(as_shape(shape)[0], None, None, found)


@op("raw_ops.StatelessTruncatedNormal")
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

    Stream
    ------
    Two words (float64: four) for a pair of candidates; each group of four elements
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
    return of_pair(seed).truncated_normal(as_shape(shape)[0], None, None, found)


@op("raw_ops.StatelessRandomUniformInt")
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

    Stream
    ------
    One 32-bit word for an int32, two for an int64. The word modulo `maxval -
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
    dtype = bounds_type(minval)
    low, high = as_bound("minval", minval, dtype), as_bound("maxval", maxval, dtype)
    return draw_integers(of_pair(seed), as_shape(shape)[0], low, high, dtype)


@op("raw_ops.StatelessRandomUniformFullInt")
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
    return of_pair(seed).integers(as_shape(shape)[0], None, None, found)


@op("raw_ops.StatelessRandomUniformV2")
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
    return of_key_counter(key, counter, alg).uniform(as_shape(shape)[0], dtype=found)


@op("raw_ops.StatelessRandomNormalV2")
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
    return of_key_counter(key, counter, alg).normal(as_shape(shape)[0], None, None, found)


@op("raw_ops.StatelessTruncatedNormalV2")
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

    Stream
    ------
    Two words (float64: four) for a pair of candidates; each group of four elements
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
    return of_key_counter(key, counter, alg).truncated_normal(as_shape(shape)[0], None, None, found)


@op("raw_ops.StatelessRandomUniformIntV2")
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

    Stream
    ------
    One 32-bit word for an int32, two for an int64. The word modulo `maxval -
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
    dtype = bounds_type(minval)
    low, high = as_bound("minval", minval, dtype), as_bound("maxval", maxval, dtype)
    return draw_integers(of_key_counter(key, counter, alg), as_shape(shape)[0], low, high, dtype)


@op("raw_ops.StatelessRandomUniformFullIntV2")
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
    return of_key_counter(key, counter, alg).integers(as_shape(shape)[0], None, None, found)


class KeyCounter(NamedTuple):
    """What `StatelessRandomGetKeyCounter` returns."""

    key: NDArray[np.uint64]
    counter: NDArray[np.uint64]


class KeyCounterAlg(NamedTuple):
    """What `StatelessRandomGetKeyCounterAlg` returns."""

    key: NDArray[np.uint64]
    counter: NDArray[np.uint64]
    alg: NDArray[np.int32]


@op("raw_ops.StatelessRandomGetKeyCounter")
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

    References
    ----------
    tensorflow/core/kernels/stateless_random_ops_v2.cc, GetKeyCounterOp;
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
    key, counter = key_counter_of_pair(seed)
    return KeyCounter(np.array([key], np.uint64), np.array([0, counter >> 64], np.uint64))


@op("raw_ops.StatelessRandomGetAlg")
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
    return np.array(PHILOX, np.int32)


@op("raw_ops.StatelessRandomGetKeyCounterAlg")
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
