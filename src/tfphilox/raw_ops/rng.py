"""raw_ops/rng.py: the ops that draw from a generator's state, which the caller keeps.

`resource` is a `StateVariable` (a Generator's ``state.handle``) or an int64 array of the caller's
own, ``[counter low, counter high, key]``; either is moved in place. Only the first three numbers
are looked at. A call that fails leaves the state where it was, unless another thread moved it
in between.
"""

from __future__ import annotations

import os
from typing import Any, NoReturn, SupportsIndex, SupportsInt

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..arrays.arguments import (
    BOUNDED_INTEGERS,
    ShapeLike,
    as_bound,
    as_float_dtype,
    as_integer_dtype,
    as_integers,
    as_shape,
)
from ..graphs.graph import op
from ..seeding.streams import Resource, draw_with_state, skip_state
from ..stream import Stream

__all__ = [
    "NonDeterministicInts",
    "RngReadAndSkip",
    "RngSkip",
    "StatefulStandardNormal",
    "StatefulStandardNormalV2",
    "StatefulTruncatedNormal",
    "StatefulUniform",
    "StatefulUniformFullInt",
    "StatefulUniformInt",
]


@op("raw_ops.StatefulUniform")
def StatefulUniform(
    *,
    resource: Resource,
    algorithm: SupportsIndex,
    shape: ShapeLike,
    dtype: DTypeLike = "float32",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw floats from [0, 1) from a generator's state.

    Parameters
    ----------
    resource : StateVariable, or int64 array of shape [3] or longer
        The state: counter, low half first, and key. It is moved in place.
    algorithm : {1, 3}
        1 for Philox, 3 for TensorFlow's choice, which on a CPU is Philox.
    shape : sequence of int, or integer array of shape [rank]
        Dimensions of the result, each 0 or more.
    dtype : {float16, bfloat16, float32, float64}, default float32
        Type of the result, as a NumPy type, dtype or name.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For a state of another shape, another algorithm, a negative dimension.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    The numbers of the state's key from its counter on; the counter moves on by 256 blocks for
    every element. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateful_random_ops.cc, StatefulRandomOpV2.

    Examples
    --------
    >>> import numpy as np
    >>> import tfphilox as tp
    >>> state = np.array([1, 2, 3])
    >>> tp.raw_ops.StatefulUniform(resource=state, algorithm=1, shape=[3])
    array([0.45901167, 0.53342485, 0.9627732 ], dtype=float32)
    >>> state
    array([769,   2,   3])
    """
    found = as_float_dtype("StatefulUniform", dtype)
    dims = _shape(shape)
    return draw_with_state(
        resource, algorithm, 256 * count(dims), Stream.uniform, dims, 0, None, found
    )


@op("raw_ops.StatefulStandardNormalV2")
def StatefulStandardNormalV2(
    *,
    resource: Resource,
    algorithm: SupportsIndex,
    shape: ShapeLike,
    dtype: DTypeLike = "float32",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw floats from the normal distribution of mean 0 and deviation 1 from a generator's state.

    Parameters
    ----------
    resource, algorithm, shape, dtype, name
        As in `StatefulUniform`.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `StatefulUniform`.

    Stream
    ------
    The numbers of the state's key from its counter on; the counter moves on by 256 blocks for
    every element. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateful_random_ops.cc, StatefulRandomOpV2.

    Examples
    --------
    >>> import numpy as np
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatefulStandardNormalV2(
    ...     resource=np.array([1, 2, 3]), algorithm=1, shape=[3], dtype="float64")
    array([-0.85153955, -0.26380608, -0.68171366])
    """
    found = as_float_dtype("StatefulStandardNormalV2", dtype)
    dims = _shape(shape)
    return draw_with_state(
        resource, algorithm, 256 * count(dims), Stream.normal, dims, None, None, found
    )


@op("raw_ops.StatefulStandardNormal")
def StatefulStandardNormal(
    *, resource: Any, shape: Any, dtype: Any = "float32", name: str | None = None
) -> NoReturn:
    """Raise NotImplementedError, as TensorFlow does: the op was removed.

    Parameters
    ----------
    resource, shape, dtype, name
        Ignored.

    Raises
    ------
    NotImplementedError
        Always. TensorFlow took the op out in version 29 of its graphs and keeps the name.
    """
    raise NotImplementedError(
        "StatefulStandardNormal was removed from TensorFlow; use StatefulStandardNormalV2"
    )


@op("raw_ops.StatefulTruncatedNormal")
def StatefulTruncatedNormal(
    *,
    resource: Resource,
    algorithm: SupportsIndex,
    shape: ShapeLike,
    dtype: DTypeLike = "float32",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw normal floats, redrawing those of magnitude 2 or more, from a generator's state.

    Parameters
    ----------
    resource, algorithm, shape, dtype, name
        As in `StatefulUniform`.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `StatefulUniform`.

    Stream
    ------
    The numbers of the state's key from its counter on; the counter moves on by 256 blocks for
    every element. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateful_random_ops.cc, StatefulRandomOpV2.

    Examples
    --------
    >>> import numpy as np
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatefulTruncatedNormal(resource=np.array([1, 2, 3]), algorithm=1, shape=[3])
    array([-0.26016375, -1.220522  , -0.26770854], dtype=float32)
    """
    found = as_float_dtype("StatefulTruncatedNormal", dtype)
    dims = _shape(shape)
    return draw_with_state(
        resource, algorithm, 256 * count(dims), Stream.truncated_normal, dims, None, None, found
    )


@op("raw_ops.StatefulUniformInt")
def StatefulUniformInt(
    *,
    resource: Resource,
    algorithm: SupportsIndex,
    shape: ShapeLike,
    minval: SupportsInt,
    maxval: SupportsInt,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw integers from [minval, maxval) from a generator's state.

    Parameters
    ----------
    resource, algorithm, shape, name
        As in `StatefulUniform`.
    minval, maxval : int
        Lowest value, and one past the highest. `minval` sets the type of the result: int64 for a
        Python integer (not int32, as in the other ops), its own type for a NumPy int32 or int64,
        as for a tensor. (TensorFlow itself makes int64 of NumPy's int32 here.)

    Returns
    -------
    ndarray of int32 or int64, of shape `shape`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `StatefulUniform`, and ValueError for `minval >= maxval`, even if the result is
        empty.

    Stream
    ------
    The numbers of the state's key from its counter on; the counter moves on by 256 blocks for
    every element. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateful_random_ops.cc, StatefulUniformIntOp.

    Examples
    --------
    >>> import numpy as np
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatefulUniformInt(
    ...     resource=np.array([1, 2, 3]), algorithm=1, shape=[3], minval=0, maxval=10)
    array([9, 3, 8])
    """
    dtype = as_integers("minval", minval).dtype if hasattr(minval, "__array__") else _INT64
    if dtype not in BOUNDED_INTEGERS:
        raise TypeError(f"minval must have type int32 or int64, got {dtype.name}")
    low, high = as_bound("minval", minval, dtype), as_bound("maxval", maxval, dtype)
    if low >= high:
        raise ValueError(f"need minval < maxval, got {low} >= {high}")
    dims = _shape(shape)
    return draw_with_state(
        resource, algorithm, 256 * count(dims), Stream.integers, dims, low, high, dtype
    )


@op("raw_ops.StatefulUniformFullInt")
def StatefulUniformFullInt(
    *,
    resource: Resource,
    algorithm: SupportsIndex,
    shape: ShapeLike,
    dtype: DTypeLike = "uint64",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw integers from all their type can hold, from a generator's state.

    Parameters
    ----------
    resource, algorithm, shape, name
        As in `StatefulUniform`.
    dtype : {int32, int64, uint32, uint64}, default uint64
        Type of the result, as a NumPy type, dtype or name.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `StatefulUniform`.

    Stream
    ------
    The numbers of the state's key from its counter on; the counter moves on by 256 blocks for
    every element. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateful_random_ops.cc, StatefulUniformFullIntOp.

    Examples
    --------
    >>> import numpy as np
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatefulUniformFullInt(
    ...     resource=np.array([1, 2, 3]), algorithm=1, shape=[2], dtype="int32")
    array([1027260645, -230406332], dtype=int32)
    """
    found = as_integer_dtype("StatefulUniformFullInt", dtype)
    dims = _shape(shape)
    return draw_with_state(
        resource, algorithm, 256 * count(dims), Stream.integers, dims, None, None, found
    )


@op("raw_ops.RngSkip")
def RngSkip(
    *,
    resource: Resource,
    algorithm: SupportsIndex,
    delta: SupportsIndex,
    name: str | None = None,
) -> None:
    """Move a generator's state on, as a draw of `delta` numbers would.

    Parameters
    ----------
    resource, algorithm, name
        As in `StatefulUniform`.
    delta : int, 0 to 2**56 - 1
        How many numbers to pass over.

    Raises
    ------
    TypeError, ValueError
        As in `StatefulUniform`, and ValueError for another `delta`. (TensorFlow multiplies by 256
        modulo 2**64: there -1 goes back, unless that crosses a border of 2**64 blocks.)

    Stream
    ------
    The counter moves on by ``256 * delta`` blocks. From ``2**56 - 2**24`` on TensorFlow can lose a
    carry into the upper half of the counter; so does this. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateful_random_ops.cc, RngSkipOp.

    Examples
    --------
    >>> import numpy as np
    >>> import tfphilox as tp
    >>> state = np.array([1, 2, 3])
    >>> tp.raw_ops.RngSkip(resource=state, algorithm=1, delta=5)
    >>> state
    array([1281,    2,    3])
    """
    RngReadAndSkip(resource=resource, alg=algorithm, delta=delta)


@op("raw_ops.RngReadAndSkip")
def RngReadAndSkip(
    *,
    resource: Resource,
    alg: SupportsIndex,
    delta: SupportsIndex,
    name: str | None = None,
) -> NDArray[np.int64]:
    """Move a generator's state on, as `RngSkip` does, and return what it was.

    Parameters
    ----------
    resource, name
        As in `StatefulUniform`.
    alg : {1, 3}
        As `algorithm` there.
    delta : int, 0 to 2**56 - 1
        How many numbers to pass over.

    Returns
    -------
    int64 array of shape [3]
        Counter, low half first, and key, before the move.

    Raises
    ------
    TypeError, ValueError
        As in `RngSkip`.

    Stream
    ------
    As `RngSkip`.

    References
    ----------
    tensorflow/core/kernels/stateful_random_ops.cc, RngReadAndSkipOp.

    Examples
    --------
    >>> import numpy as np
    >>> import tfphilox as tp
    >>> state = np.array([1, 2, 3])
    >>> tp.raw_ops.RngReadAndSkip(resource=state, alg=1, delta=5)
    array([1, 2, 3])
    """
    key, counter = skip_state(resource, alg, 256 * as_delta(delta))
    return np.array([counter % 2**64, counter >> 64, key], np.uint64).view(np.int64)


@op("raw_ops.NonDeterministicInts")
def NonDeterministicInts(
    *, shape: ShapeLike, dtype: DTypeLike = "int64", name: str | None = None
) -> NDArray[Any]:
    """Draw integers from the operating system.

    Parameters
    ----------
    shape : sequence of int, or integer array of shape [rank]
        Dimensions of the result, each 0 or more.
    dtype : {int32, int64, uint32, uint64}, default int64
        Type of the result, as a NumPy type, dtype or name.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`
        Every bit pattern is as likely; no two calls agree.

    Raises
    ------
    TypeError, ValueError, MemoryError
        For a bad `dtype` or `shape`, or one too large.

    Stream
    ------
    None: nothing here can be repeated.

    References
    ----------
    tensorflow/core/kernels/stateful_random_ops.cc, NonDeterministicIntsOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.NonDeterministicInts(shape=[2, 3], dtype="uint32").shape
    (2, 3)
    """
    found = as_integer_dtype("NonDeterministicInts", dtype)
    dims = _shape(shape)
    size = count(dims) * found.itemsize
    if size >= 2**63:
        raise ValueError(f"shape must have fewer than 2**63 bytes, got {shape!r}")
    return np.frombuffer(bytearray(os.urandom(size)), found).reshape(dims)


# ---- states ---------------------------------------------------------------------------------

_INT64 = np.dtype(np.int64)


def count(dims: tuple[int, ...]) -> int:
    """Return the number of elements of a shape."""
    product = 1
    for dim in dims:
        product *= dim
    return product


def as_delta(delta: Any) -> int:
    """Return the number of outputs to skip, which TensorFlow casts to uint64."""
    array = np.asarray(delta)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"delta must be an integer, got {delta!r}")
    if array.ndim:
        raise ValueError(f"delta must be a scalar, got shape {array.shape}")
    if not 0 <= array < 2**56:
        raise ValueError(f"delta must be in [0, 2**56), got {delta!r}")
    return int(array)


def _shape(shape: Any) -> tuple[int, ...]:
    """Return a shape; these ops convert NumPy integers of any type."""
    if isinstance(shape, np.ndarray) and shape.dtype.kind in "iu":
        shape = shape.astype(np.int64)
    return as_shape(shape)[0]
