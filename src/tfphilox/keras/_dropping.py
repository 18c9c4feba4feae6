"""keras/_dropping.py: what Keras's dropouts take: a number as rate, a shape that broadcasts."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from reprlib import repr as brief
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from ..arrays.arguments import as_shape, is_float
from ..arrays.conversion import new_array
from ..nn import _masks


def drop(
    x: NDArray[Any],
    rate: Any,
    noise_shape: Sequence[SupportsIndex | None] | None,
    uniform: Callable[..., NDArray[Any]],
    multiplies: bool = False,
    in_its_type: bool = True,
) -> NDArray[Any]:
    """Return x / (1 - rate) where a uniform number is `rate` or more, and 0 elsewhere.

    `uniform` is called with the shape of the mask and a type; what it returns is written to.
    """
    if not isinstance(rate, numbers.Real):
        raise TypeError(f"rate must be a number, got {brief(rate)}")
    if not 0 <= float(rate) < 1:
        raise ValueError(f"rate must be 0 or more and less than 1, got {rate}")
    if not is_float(x.dtype):
        raise TypeError(f"inputs must be floats, for they are scaled, got {x.dtype.name}")
    shape = mask_shape(x.shape, noise_shape)
    x = np.asarray(x, order="C")
    out = None if shape == x.shape else new_array(x.shape, x.dtype)
    scale = _masks.scale_of_number(rate, x.dtype, in_its_type)
    drawn = uniform(shape, x.dtype)
    return _masks.drop(x, drawn, scale, multiplies, drawn if out is None else out)


def mask_shape(
    shape: tuple[int, ...], noise_shape: Sequence[SupportsIndex | None] | None
) -> tuple[int, ...]:
    """Return the shape of the mask: that of the inputs, or one that broadcasts to it."""
    if noise_shape is None:
        return shape
    if len(noise_shape) > len(shape):
        raise ValueError(f"noise_shape must not have more than {len(shape)} dimensions")
    pairs = zip(noise_shape, shape, strict=False)
    wanted, _ = as_shape([dim if size is None else size for size, dim in pairs])
    if any(a not in (1, b) for a, b in zip(wanted[::-1], shape[::-1], strict=False)):
        raise ValueError(f"noise_shape must broadcast to {shape}, got {wanted}")
    return wanted
