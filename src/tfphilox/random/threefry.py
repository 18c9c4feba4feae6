"""random/threefry.py: integers and uniform floats of ThreeFry's words: see seeding/threefry.py."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..seeding.threefry import bits32, bits64


def integers(
    shape: tuple[int, ...], low: int, width: int, dtype: np.dtype[Any], key: int, counter: int
) -> NDArray[Any]:
    """Return low + (bits mod width) in `dtype`; width 0 keeps all bits."""
    bits: Any = (bits32 if dtype.itemsize == 4 else bits64)(shape, key, counter).reshape(-1)
    if width:
        bits = bits % bits.dtype.type(width)
        bits += bits.dtype.type(low % 2 ** (8 * dtype.itemsize))
    return bits.view(dtype).reshape(shape)  # type: ignore[no-any-return]


def uniform(shape: tuple[int, ...], dtype: np.dtype[Any], key: int, counter: int) -> NDArray[Any]:
    """Return float32 or float64 in [0, 1): the upper bits of each element as its mantissa."""
    if dtype.itemsize == 4:
        words = bits32(shape, key, counter).reshape(-1)
        words >>= np.uint32(9)
        words |= np.uint32(0x3F800000)
        return (words.view(np.float32) - np.float32(1)).reshape(shape)
    pairs = bits64(shape, key, counter).reshape(-1)
    pairs >>= np.uint64(12)
    pairs |= np.uint64(0x3FF0000000000000)
    return (pairs.view(np.float64) - 1.0).reshape(shape)
