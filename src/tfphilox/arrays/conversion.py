"""conversion.py: what tf.convert_to_tensor makes of an argument whose type it picks itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arguments import FLOAT32, FLOAT64, as_array, as_integers, as_operand
from .arithmetic import broadcast_shape
from .wording import brief, max_dims, no_memory, too_many_dimensions, too_many_elements


def as_tensor(name: str, value: Any) -> NDArray[Any]:
    """Return numbers in the type that TensorFlow gives them.

    Arrays keep their type. Of Python numbers, floats become float32, which refuses finite ones too
    large for it, and integers int32, or int64 if they need it. In a sequence the first number
    decides between the float types.

    References
    ----------
    tensorflow/python/lib/core/py_seq_tensor.cc, PySeqToTFE_TensorHandle.
    """
    if type(value) is float and -3e38 < value < 3e38:
        return np.array(value, FLOAT32)
    if hasattr(value, "__array__"):
        array = as_array(name, value)
        if array.dtype.kind not in "biuf" and array.dtype.name != "bfloat16":
            raise TypeError(f"{name} must hold real numbers, got {array.dtype.name}")
        return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
    try:
        array = as_array(name, value, copy=True)
    except ValueError:
        raise ValueError(f"{name} must be a number or a rectangular array of numbers") from None
    if array.dtype.kind in "biu" and array.size:
        return as_integers(name, value)
    if array.dtype.kind != "f" and array.dtype.name != "bfloat16":
        raise TypeError(f"{name} must be a number or an array of numbers, got {brief(value)}")
    first: Any = value
    while isinstance(first, list | tuple | range) and len(first):
        first = first[0]
    kind = getattr(first, "dtype", FLOAT32)
    if kind.kind != "f" and kind.name != "bfloat16":
        kind = FLOAT32
    if kind == FLOAT32:
        return to_float32(name, array, value)
    with np.errstate(over="ignore"):
        return array.astype(kind)


def to_float32(name: str, array: NDArray[Any], value: Any) -> NDArray[np.float32]:
    """Return the floats of `value` as float32; raise if that makes a finite one infinite."""
    with np.errstate(over="ignore"):
        result = array.astype(FLOAT32)
    if (np.isinf(result) & np.isfinite(array)).any():
        raise ValueError(f"{name} must hold numbers that float32 has, got {brief(value)}")
    return result


def in_type(array: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return numbers in another type, in which those that are too large for it are infinite."""
    if array.dtype == dtype:
        return array
    with np.errstate(over="ignore"):
        return array.astype(dtype)


def as_parameter(name: str, value: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return a distribution's parameter as an array of `dtype`."""
    if type(value) is float and dtype is FLOAT32 and -3e38 < value < 3e38:
        return np.array(value, FLOAT32)
    if isinstance(value, np.generic) and value.dtype == dtype:
        return np.asarray(value)
    with np.errstate(over="ignore"):
        return np.asarray(as_operand(name, value, dtype), dtype)


def as_doubles(array: NDArray[Any], shape: tuple[int, ...] | None = None) -> NDArray[np.float64]:
    """Return the numbers as the kernels take them, broadcast to `shape`."""
    if shape is not None and array.shape != shape:
        array = np.broadcast_to(array, shape)
    return np.ascontiguousarray(array, FLOAT64)


def new_array(dims: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return memory for the result."""
    try:
        return np.empty(dims, dtype)
    except (MemoryError, ValueError) as error:
        if len(dims) > max_dims():
            raise too_many_dimensions(len(dims)) from None
        if math.prod(dim for dim in dims if dim) >= 2**63:
            raise too_many_elements(dims) from None
        raise no_memory(dims, dtype) from error


def batch_of(op: str, dims: tuple[int, ...], shape: tuple[int, ...], what: str) -> tuple[int, ...]:
    """Raise unless the shape `dims` ends with that of the parameters; return the latter."""
    if len(shape) > len(dims) or dims[len(dims) - len(shape) :] != shape:
        raise ValueError(f"{op}: shape must end with the shape of {what}, {shape}; got {dims}")
    return shape


def broadcast(names: str, *arrays: NDArray[Any]) -> tuple[int, ...]:
    """Return the shape that the parameters have together."""
    shape = arrays[0].shape
    for array in arrays:
        if array.shape != shape:
            break
    else:
        return shape
    try:
        return broadcast_shape(*(array.shape for array in arrays))
    except ValueError:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise ValueError(f"{names} must broadcast together, got shapes {shapes}") from None
