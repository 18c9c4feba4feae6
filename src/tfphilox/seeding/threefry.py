"""threefry.py: which word of ThreeFry feeds which element of an array, as XLA decides it.

TensorFlow's ThreeFry exists only under XLA. There a 64-bit element is a block. 32-bit elements are
the two words of a block side by side along one dimension: the first even one, or, if all are odd,
the first of the longest, whose last word is then left over.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .._c import _rng
from ..arrays.wording import too_many_elements


def split_dimension(dims: tuple[int, ...]) -> int:
    """Return the dimension that XLA halves: the first even one, or the first of the longest.

    References
    ----------
    xla/hlo/builder/lib/prng.cc, SplitShapeIntoHalves.
    """
    return next((i for i, dim in enumerate(dims) if dim % 2 == 0), dims.index(max(dims)))


def bits64(shape: tuple[int, ...], key: int, counter: int) -> NDArray[np.uint64]:
    """Return 64 random bits for each element."""
    count = math.prod(shape)
    if math.prod(dim for dim in shape if dim) >= 2**63:
        raise too_many_elements(shape)
    return _rng.threefry_blocks(key, counter, count).reshape(shape)


def bits32(shape: tuple[int, ...], key: int, counter: int) -> NDArray[np.uint32]:
    """Return 32 random bits for each element.

    References
    ----------
    xla/hlo/builder/lib/prng.cc, ThreeFryRngBit32.
    """
    if 0 in shape:
        return np.empty(shape, np.uint32)
    dims = shape or (1,)
    split = split_dimension(dims)
    half = (*dims[:split], -(-dims[split] // 2), *dims[split + 1 :])
    blocks = bits64(half, key, counter)
    words = blocks.astype("<u8", copy=False).view("<u4").reshape(*half, 2)
    words = np.moveaxis(words, -1, split + 1)
    full = (*dims[:split], 2 * half[split], *dims[split + 1 :])
    kept = words.reshape(full)[(slice(None),) * split + (slice(dims[split]),)]
    return np.ascontiguousarray(kept.astype(np.uint32, copy=False)).reshape(shape)
