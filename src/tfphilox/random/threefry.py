"""random/threefry.py: which word of ThreeFry feeds which element of an array, as XLA decides it.

TensorFlow's ThreeFry exists only under XLA. There a 64-bit element is a block. 32-bit elements are
the two words of a block side by side along one dimension: the first even one, or, if all are odd,
the first of the longest, whose last word is then left over.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._c import _rng


def bits64(shape: tuple[int, ...], key: int, counter: int) -> NDArray[np.uint64]:
    """Return 64 random bits for each element."""
    count = int(np.prod(shape, dtype=object))
    return _rng.threefry_blocks(key, counter, count).reshape(shape)


def bits32(shape: tuple[int, ...], key: int, counter: int) -> NDArray[np.uint32]:
    """Return 32 random bits for each element.

    References
    ----------
    xla/hlo/builder/lib/prng.cc, ThreeFryRngBit32 and SplitShapeIntoHalves.
    """
    if 0 in shape:
        return np.empty(shape, np.uint32)
    dims = shape or (1,)
    even = [i for i, dim in enumerate(dims) if dim % 2 == 0]
    split = even[0] if even else dims.index(max(dims))
    half = (*dims[:split], -(-dims[split] // 2), *dims[split + 1 :])
    blocks = bits64(half, key, counter)
    words = blocks.astype("<u8", copy=False).view("<u4").reshape(*half, 2)
    words = np.moveaxis(words, -1, split + 1)
    full = (*dims[:split], 2 * half[split], *dims[split + 1 :])
    kept = words.reshape(full)[(slice(None),) * split + (slice(dims[split]),)]
    return np.ascontiguousarray(kept.astype(np.uint32, copy=False)).reshape(shape)


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
