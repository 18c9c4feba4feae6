"""keras/_casting.py: tf.cast, as far as it rounds otherwise than NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays.arguments import FLOAT32, FLOAT64, is_float, is_short_float, narrowed
from ..arrays.arithmetic import broadcast_op
from ..arrays.conversion import as_tensor


def cast(array: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return ``tf.cast(array, dtype)``: by way of float32 from float64 to the short floats."""
    if array.dtype == dtype:
        return array
    if {array.dtype.name, dtype.name} == {"float32", "bfloat16"}:  # these two flush nothing
        with np.errstate(over="ignore"):
            return array.astype(dtype)
    with np.errstate(over="ignore"):
        array = flushed(array)
        if array.dtype == FLOAT64 and (dtype == FLOAT32 or is_short_float(dtype)):
            array = narrowed(array)
        return flushed(array.astype(dtype))


def cast_operand(name: str, value: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return ``tf.cast(value, dtype)``: a Python float goes through float32, even to float64."""
    return cast(flushed(as_tensor(name, value)), dtype)


def flushed(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array without what TensorFlow's kernels flush: subnormals, but float16's."""
    if not is_float(array.dtype):
        return array
    return broadcast_op("multiply", np.asarray(array), np.ones((), array.dtype))
