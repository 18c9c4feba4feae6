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


_PACKET = 32  # float32 numbers that Eigen casts together; it saturates those, and no others
_UNSHARDED = 100_000  # fewer elements are one thread's, so that only its last ones are not together


def cast_to_integers(array: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return ``tf.cast(array, dtype)`` for an integer type, of numbers beyond its range too.

    Those wrap, but in types of 8 and 16 bits as many 32s of them as there are saturate.

    Raises
    ------
    ValueError
        For numbers of which it is not known what becomes of them.

    Examples
    --------
    >>> kept = cast_to_integers(np.full(33, -5, np.float32), np.dtype("uint8"))
    >>> kept[:32].any(), kept[32]
    (np.False_, np.uint8(251))
    """
    flat = array.ravel()
    limits = np.iinfo(dtype)
    bits = 8 * dtype.itemsize
    whole = np.trunc(flat.astype(FLOAT64))
    beyond = (whole < float(limits.min)) | (whole > float(limits.max))
    signed = 2.0 ** (63 if bits == 64 else 31)
    if not (np.abs(whole) < signed).all():
        raise ValueError(f"what TensorFlow casts to {dtype.name} is not known beyond {signed:.0f}")
    result: NDArray[Any] = whole.astype(np.int64).astype(dtype)
    if bits < 32 and beyond.any():
        if flat.dtype != FLOAT32 or flat.size > _UNSHARDED:
            raise ValueError(
                f"what TensorFlow casts {flat.dtype.name} to in {dtype.name} is not known where "
                f"that does not hold it, for {flat.size} of them"
            )
        together = flat.size - flat.size % _PACKET
        saturated = np.clip(whole[:together], limits.min, limits.max)
        result[:together] = saturated.astype(dtype)
    return result.reshape(array.shape)


def cast_operand(name: str, value: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return ``tf.cast(value, dtype)``: a Python float goes through float32, even to float64."""
    return cast(flushed(as_tensor(name, value)), dtype)


def flushed(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array without what TensorFlow's kernels flush: subnormals, but float16's."""
    if not is_float(array.dtype):
        return array
    return broadcast_op("multiply", np.asarray(array), np.ones((), array.dtype))
