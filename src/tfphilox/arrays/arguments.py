"""arguments.py: Python arguments, read as TensorFlow's conversion to tensors reads them.

How an argument is written down can change the numbers. The integer type of a shape is an
attribute of the op and so picks the op's stream; a bound written as a Python float reaches
float16 by way of float32, one made by NumPy does not. The rules for that are collected here, next
to those for what is refused. Nothing here draws, and nothing here knows a stream.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, SupportsIndex, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .dtypes import as_dtype
from .wording import brief, max_dims, too_many_dimensions

ShapeLike: TypeAlias = Sequence[SupportsIndex] | NDArray[np.integer[Any]]
SeedLike: TypeAlias = Sequence[SupportsIndex] | NDArray[np.integer[Any]]

INT32, INT64 = np.dtype(np.int32), np.dtype(np.int64)
UINT32, UINT64 = np.dtype(np.uint32), np.dtype(np.uint64)
FLOAT16, FLOAT32, FLOAT64 = np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64)

BOUNDED_INTEGERS = (INT32, INT64)
INTEGERS = (INT32, INT64, UINT32, UINT64)
_RANGES = {dtype: (int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)) for dtype in INTEGERS}
_PART = 1 << 20  # elements that are copied between two looks for signals


def is_float(dtype: np.dtype[Any]) -> bool:
    """Say whether the float ops draw this type: float16, bfloat16, float32, float64."""
    return dtype in (FLOAT32, FLOAT64) or is_short_float(dtype)


def is_short_float(dtype: np.dtype[Any]) -> bool:
    """Say whether it is float16 or bfloat16."""
    return dtype == FLOAT16 or dtype.name == "bfloat16"


def as_float_dtype(op: str, dtype: Any) -> np.dtype[Any]:
    """Return the NumPy dtype, or raise TypeError if it is not one of the four float types."""
    found = as_dtype(dtype)
    if not is_float(found):
        allowed = "float16, bfloat16, float32 or float64"
        raise TypeError(f"{op}: dtype must be {allowed}, got {found.name}")
    return found


def as_integer_dtype(op: str, dtype: Any) -> np.dtype[Any]:
    """Return the NumPy dtype, or raise TypeError if it is not one of the four integer types."""
    found = as_dtype(dtype)
    if found not in INTEGERS:
        raise TypeError(f"{op}: dtype must be int32, int64, uint32 or uint64, got {found.name}")
    return found


def as_shape(shape: ShapeLike) -> tuple[tuple[int, ...], str]:
    """Return the shape, and the type that TensorFlow's shape tensor has.

    That is int32, unless a dimension needs int64 or `shape` is an array of int64.

    References
    ----------
    tensorflow/python/ops/shape_util.py, shape_tensor.
    """
    if type(shape) is list or type(shape) is tuple:
        for dim in shape:
            if type(dim) is not int or not 0 <= dim < 2**31:
                break
        else:
            return _checked_dims(tuple(shape)), "int32"
    array = as_integers("shape", shape)
    if array.ndim != 1:
        raise ValueError(f"shape must be one-dimensional, such as [2, 3]; got {brief(shape)}")
    if array.dtype not in BOUNDED_INTEGERS:
        raise TypeError(f"shape must have type int32 or int64, got {array.dtype.name}")
    if (array < 0).any():
        raise ValueError(f"shape must not hold a negative dimension, got {brief(shape)}")
    return _checked_dims(tuple(array.tolist())), array.dtype.name


def _checked_dims(dims: tuple[int, ...]) -> tuple[int, ...]:
    if len(dims) > 32 and len(dims) > max_dims():
        raise too_many_dimensions(len(dims))
    return dims


# What NumPy, and methods of the caller's own, raise besides TypeError and ValueError.
_NO_ARRAY = (OverflowError, LookupError, AttributeError, RuntimeError, SystemError)


def integer(name: str, value: Any, allowed: str = "an integer", shown: Any = None) -> int:
    """Return a value as Python's integer; a truth value is none, nor is an array of dimensions.

    Examples
    --------
    >>> integer("n", np.int8(3))
    3
    >>> integer("n", np.array([3]))
    Traceback (most recent call last):
    ...
    TypeError: n must be an integer, got array([3])
    """
    if not isinstance(value, bool | np.bool_):
        try:
            return operator.index(value)
        except TypeError:
            pass
    raise TypeError(f"{name} must be {allowed}, got {brief(value if shown is None else shown)}")


def as_array(name: str, value: Any, dtype: Any = None, copy: bool = False) -> NDArray[Any]:
    """Return what NumPy makes of a value; where it cannot, say so of the argument.

    Raises
    ------
    TypeError, ValueError, MemoryError
        NumPy makes nothing of it: it is deep, circular, not rectangular, or of no type at all.
    """
    try:
        return np.array(value, dtype) if copy else np.asarray(value, dtype)
    except _NO_ARRAY as error:
        raise TypeError(f"{name} cannot be made into an array, got {brief(value)}") from error
    except MemoryError as error:
        raise MemoryError(f"no memory for {name} as an array, got {brief(value)}") from error
    except ValueError as error:
        raise ValueError(f"{name} must be rectangular, got {brief(value)}") from error


def as_objects(name: str, value: Any) -> NDArray[Any]:
    """Return the items of a nested sequence, unchanged, as an array of objects."""
    if isinstance(value, range) and len(value) >= 2**31:  # NumPy would try
        raise MemoryError(f"no memory for {name} as an array, got {brief(value)}")
    return as_array(name, value, object, copy=True)


def as_seed(seed: SeedLike) -> tuple[int, int]:
    """Return the pair of a stateless op as two signed 64-bit integers."""
    if (type(seed) is list or type(seed) is tuple) and len(seed) == 2:
        a, b = seed
        if type(a) is int and type(b) is int and -(2**63) <= a < 2**63 and -(2**63) <= b < 2**63:
            return a, b
    array = as_integers("seed", seed)
    if array.shape != (2,):
        raise ValueError(f"seed must have shape [2], a pair of integers; got {brief(seed)}")
    a, b = array.astype(np.int64).tolist()  # uint64 from 2**63 on wraps, as TensorFlow's cast does
    return a, b


def as_integers(name: str, value: Any) -> NDArray[Any]:
    """Return integers as tf.convert_to_tensor does: int32 if they fit, else int64.

    Arrays keep their type. Booleans come out as a bool array if there is nothing else, and are
    refused next to integers.
    """
    if hasattr(value, "__array__"):
        array = as_array(name, value)
        if array.dtype.kind not in "iub":
            raise TypeError(f"{name} must hold integers, got {array.dtype.name}: {brief(value)}")
        return array.astype(array.dtype.newbyteorder("="), copy=False)
    items, shape = _python_integers(name, value)
    if any(isinstance(item, bool) for item in items):
        if not all(isinstance(item, bool) for item in items):
            raise TypeError(f"{name} must hold integers, got {brief(value)}")
        return np.array(items, np.bool_).reshape(shape)
    for dtype in BOUNDED_INTEGERS:
        low, high = _RANGES[dtype]
        if all(low <= item <= high for item in items):
            return np.array(items, dtype).reshape(shape)
    raise ValueError(f"{name} must hold 64-bit integers, -2**63 to 2**63 - 1, got {brief(value)}")


def as_uint64(name: str, value: Any) -> NDArray[np.uint64]:
    """Return a key or counter: Python integers from 0 on, or an integer array, which may wrap."""
    if hasattr(value, "__array__"):
        return as_integers(name, value).astype(UINT64)
    items, shape = _python_integers(name, value)
    if not all(0 <= item < 2**64 for item in items):
        raise ValueError(f"{name} must hold integers from 0 to 2**64 - 1, got {brief(value)}")
    return np.array(items, UINT64).reshape(shape)


def narrowed(array: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return float64 as float32, as kernels that flush do: what rounds to a subnormal is 0.

    Whether it does is judged by a rounding to 24 bits that knows no least exponent.
    """
    with np.errstate(over="ignore"):
        tiny = np.abs((array * 2.0**60).astype(FLOAT32)) < 2.0**-66
        rounded = array.astype(FLOAT32)
    return np.where(tiny, np.copysign(FLOAT32.type(0), rounded), rounded)


def as_operand(name: str, value: ArrayLike | None, dtype: np.dtype[Any]) -> Any:
    """Return a bound, mean or standard deviation as a number or array that is exact in `dtype`.

    TensorFlow makes Python numbers into float32 (float64 if asked for it) and casts that to the
    output type; so float16 and bfloat16 are rounded twice, and float32's subnormals are zeros on
    the way. What NumPy made is cast by NumPy, at once.

    References
    ----------
    tensorflow/python/eager/pywrap_tensor.cc, ConvertToEagerTensorUncached.
    """
    wide = dtype is FLOAT32 or dtype is FLOAT64
    if wide and type(value) is float:
        return value
    if isinstance(value, int | float) and not isinstance(value, np.generic):
        try:
            value = float(value)
        except OverflowError:
            raise ValueError(f"{name} is too large for a float: {brief(value)}") from None
        if wide:
            return value
    array = as_array(name, value)
    if array.dtype.kind not in "biuf" and array.dtype.name != "bfloat16":
        raise TypeError(f"{name} must be a number or an array of numbers, got {brief(value)}")
    with np.errstate(over="ignore"):
        if not hasattr(value, "__array__"):
            array = array.astype(FLOAT64)
            if is_short_float(dtype):
                array = narrowed(array)
        return copied(array, dtype)[()]


def copied(array: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return a copy in C order and in a type, made in parts so that signals are answered."""
    if array.size < 2 * _PART or not array.flags.c_contiguous:
        return array.astype(dtype, order="C")
    result = np.empty(array.shape, dtype)
    source, target = array.reshape(-1), result.reshape(-1)
    for start in range(0, array.size, _PART):
        target[start : start + _PART] = source[start : start + _PART]
    return result


def as_bound(name: str, value: Any, dtype: np.dtype[Any]) -> int:
    """Return an integer bound, checked against the output type.

    A NumPy float is cut to an integer as TensorFlow's cast does; a Python float is refused, as
    there. Where TensorFlow wraps a bound that the type cannot hold, this raises.
    """
    if type(value) is not int:
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            raise ValueError(f"{name} must be a scalar, got {brief(value)}")
        array = as_array(name, value)
        if array.ndim:
            raise ValueError(f"{name} must be a scalar, got shape {array.shape}")
        if array.dtype.kind not in ("biuf" if hasattr(value, "__array__") else "biu"):
            raise TypeError(f"{name} must be an integer, got {brief(value)}")
        try:
            value = int(array)
        except (ValueError, OverflowError):
            raise ValueError(f"{name} must be finite, got {brief(value)}") from None
    low, high = _RANGES[dtype]
    if not low <= value <= high:
        raise ValueError(f"{name} must be an {dtype.name}, {low} to {high}, got {brief(value)}")
    return int(value)


def _python_integers(name: str, value: Any) -> tuple[list[int], tuple[int, ...]]:
    """Return the integers (or booleans) of a nested sequence, row by row, and its shape."""
    if not isinstance(value, str | bytes | bytearray):
        array = as_objects(name, value)
        try:
            items = [x if isinstance(x, bool) else operator.index(x) for x in array.ravel()]
            return items, array.shape
        except TypeError:
            pass
    raise TypeError(f"{name} must hold integers, got {brief(value)}")
