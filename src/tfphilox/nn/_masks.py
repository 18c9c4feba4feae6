"""nn/_masks.py: scaled elements where a uniform number is at least the rate, and nothing elsewhere.

The arithmetic of all dropouts, of `nn` and `keras`, which say who draws the uniform numbers,
and what a rate of 0 means. Up to TensorFlow 2.10 what is dropped is multiplied by 0, so that it
keeps its sign and a NaN stays one.

References
----------
tensorflow/python/ops/nn_ops.py, _dropout.
"""

from __future__ import annotations

from reprlib import repr as brief
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._c import _dropout
from ..arrays.arguments import as_operand
from ..arrays.arithmetic import broadcast_op
from ..seeding import scopes, versions


class Scale(NamedTuple):
    """The rate, and what x is multiplied (or divided) by, as numbers of the type of x."""

    rate: float
    factor: float
    divide: bool


def scale_of_number(rate: Any, dtype: np.dtype[Any], in_its_type: bool = True) -> Scale:
    """Return the scale for a number, rounded to the type of x.

    A Python number is subtracted from 1 in double. So is a NumPy number where `in_its_type` is
    False, as NumPy 1 does; where it is True, in the number's own type, as NumPy 2 does. In graphs
    before TensorFlow 2.2 the rate is a tensor of the type of x.
    """
    if scopes.in_graph() and versions.rule("dropout_array_rate") == "reciprocal":
        with np.errstate(all="ignore"):
            return scale_of_array(np.array(rate, dtype), dtype, divide=False)
    one: Any = 1
    if isinstance(rate, np.generic):
        one = rate.dtype.type(1) if in_its_type else np.float64(1)
    with np.errstate(all="ignore"):
        factor = as_operand("1 / (1 - rate)", one / (one - rate), dtype)
        return Scale(float(_flushed(as_operand("rate", rate, dtype), dtype)), float(factor), False)


def scale_of_array(rate: Any, dtype: np.dtype[Any], divide: bool) -> Scale:
    """Return the scale for what stands for a scalar tensor, with each step rounded to `dtype`."""
    if not isinstance(rate, np.ndarray) or rate.ndim:
        raise ValueError(f"rate must be a number or an array of shape [], got {brief(rate)}")
    if rate.dtype != dtype:
        raise ValueError(f"rate must have the type of x, {dtype.name}, got {rate.dtype.name}")
    kept = broadcast_op("subtract", np.ones((), dtype), rate)
    if not divide:
        with np.errstate(all="ignore"):
            kept = _flushed(as_operand("rate", np.float64(1) / np.float64(kept), dtype), dtype)
    return Scale(float(_flushed(rate, dtype)), float(kept), divide)


def drop(
    x: NDArray[Any], uniform: NDArray[Any], scale: Scale, multiplies: bool, out: NDArray[Any]
) -> NDArray[Any]:
    """Write the result into out, which may be uniform, and return it.

    All arrays are contiguous and of one float type; x and uniform broadcast to the shape of out.

    Examples
    --------
    >>> import numpy as np
    >>> x, uniform = np.float32([1, 2, 3]), np.float32([0.2, 0.5, 0.9])
    >>> drop(x, uniform, scale_of_number(0.5, x.dtype), False, np.empty_like(x))
    array([0., 4., 6.], dtype=float32)
    """
    if (x.shape == uniform.shape or x.size == 1) and uniform.shape == out.shape:
        _dropout.dropout(x, uniform, *scale, multiplies, out)
    elif out.size:
        flags: Any = [["readonly", "contig"], ["readonly", "contig"], ["writeonly", "contig"]]
        chunks = np.nditer(
            (x, uniform, out),
            flags=["external_loop", "buffered", "delay_bufalloc"],
            op_flags=flags,
            order="C",
            buffersize=1 << 15,
        )
        with chunks:
            chunks.reset()
            for a, u, o in chunks:
                _dropout.dropout(a, u, *scale, multiplies, o)
    return out


def _flushed(number: Any, dtype: np.dtype[Any]) -> Any:
    """Return a number as TensorFlow's arithmetic sees it: subnormals are 0, but for float16's."""
    if dtype == np.float16:
        return number
    least = np.finfo(np.float64 if dtype == np.float64 else np.float32).tiny
    return 0.0 if abs(float(number)) < least else number
