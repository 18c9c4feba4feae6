"""raw_ops/stateful.py: uniform and normal numbers by ops that continue from call to call."""

from __future__ import annotations

from typing import Any, SupportsInt

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..arrays.arguments import ShapeLike, as_bound, as_float_dtype, as_shape
from ..graphs.graph import op
from ..seeding.streams import of_attributes
from . import _integers
from ._integers import bounds_type


@op("raw_ops.RandomUniform")
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
    return draw_uniform(seed, seed2, shape, 0, None, found)


@op("raw_ops.RandomStandardNormal")
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
    return draw_normal(seed, seed2, shape, None, None, found)


@op("raw_ops.TruncatedNormal")
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

    Stream
    ------
    Two words (float64: four) for a pair of candidates; each group of four elements
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
    return draw_truncated(seed, seed2, shape, None, None, found)


@op("raw_ops.RandomUniformInt")
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

    Stream
    ------
    One 32-bit word for an int32, two for an int64. The word modulo `maxval -
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
    dtype = bounds_type(minval)
    low, high = as_bound("minval", minval, dtype), as_bound("maxval", maxval, dtype)
    return draw_integers(seed, seed2, shape, low, high, dtype)


# ---- the same with numbers that are scaled, for tfphilox.random -------------------------------


def draw_uniform(
    seed: Any, seed2: Any, shape: ShapeLike, low: Any, high: Any, dtype: np.dtype[Any]
) -> NDArray[Any]:
    dims, shape_type = as_shape(shape)
    kernel = of_attributes("RandomUniform", seed, seed2, dtype, shape_type)
    return kernel.uniform(dims, low, high, dtype)


def draw_normal(
    seed: Any, seed2: Any, shape: ShapeLike, mean: Any, stddev: Any, dtype: np.dtype[Any]
) -> NDArray[Any]:
    dims, shape_type = as_shape(shape)
    kernel = of_attributes("RandomStandardNormal", seed, seed2, dtype, shape_type)
    return kernel.normal(dims, mean, stddev, dtype)


def draw_truncated(
    seed: Any, seed2: Any, shape: ShapeLike, mean: Any, stddev: Any, dtype: np.dtype[Any]
) -> NDArray[Any]:
    dims, shape_type = as_shape(shape)
    kernel = of_attributes("TruncatedNormal", seed, seed2, dtype, shape_type)
    return kernel.truncated_normal(dims, mean, stddev, dtype)


def draw_integers(
    seed: Any, seed2: Any, shape: ShapeLike, low: int, high: int, dtype: np.dtype[Any]
) -> NDArray[Any]:
    dims, shape_type = as_shape(shape)
    kernel = of_attributes("RandomUniformInt", seed, seed2, dtype, shape_type)
    return _integers.draw_integers(kernel, dims, low, high, dtype)
