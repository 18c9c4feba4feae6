"""raw_ops/_integers.py: what the ops that draw integers within bounds share."""

from __future__ import annotations

from typing import Any, SupportsInt

import numpy as np
from numpy.typing import NDArray

from ..arrays.arguments import BOUNDED_INTEGERS, as_integers
from ..stream import Stream


def draw_integers(
    stream: Stream, dims: tuple[int, ...], low: int, high: int, dtype: np.dtype[Any]
) -> NDArray[Any]:
    """Draw integers, with TensorFlow's leave to have no range when there is nothing to draw."""
    if low >= high and 0 in dims:
        return np.empty(dims, dtype)
    return stream.integers(dims, low, high, dtype)


def bounds_type(minval: SupportsInt) -> np.dtype[Any]:
    """Return the type that an integer op takes from its lower bound."""
    dtype = as_integers("minval", minval).dtype
    if dtype not in BOUNDED_INTEGERS:
        raise TypeError(f"minval must have type int32 or int64, got {dtype.name}")
    return dtype
