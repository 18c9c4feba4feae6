"""image/crops.py: random crops: a part of an array of any rank, of a given size."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from reprlib import repr as brief
from typing import Any, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import random
from ..arrays.arguments import SeedLike, ShapeLike, as_integers
from ..arrays.conversion import new_array
from ..graphs.graph import op
from ..raw_ops.shuffles import as_value

__all__ = ["random_crop", "stateless_random_crop"]

_LARGEST = 2**31 - 1


@op("image.random_crop")
def random_crop(
    value: ArrayLike, size: ShapeLike, seed: SupportsInt | None = None, name: str | None = None
) -> NDArray[Any]:
    """Cut a part of a given size out of an array, at a random place.

    Parameters
    ----------
    value : array_like of any type and shape
        What to cut. Lists of integers become int32 if they fit, lists of floats float32, as
        tensors do.
    size : sequence of int, or integer array of shape [rank of value]
        The size of the result in each dimension, 0 to that of `value`.
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of the type of `value`, of shape `size`
        A copy.

    Raises
    ------
    TypeError
        If `size` or `seed` is not of integers, or `value` holds no numbers or texts.
    ValueError
        If `size` is no such size; also if it is negative, for which TensorFlow takes a part of
        another size.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    As ``tfphilox.random.uniform([rank], maxval=2**31 - 1, dtype="int32", seed=seed)``, whose
    kernel it shares; the place is that modulo the number of places. Verified against TensorFlow
    2.21 for every type.

    References
    ----------
    tensorflow/python/ops/random_crop_ops.py, random_crop.

    Examples
    --------
    >>> import tfphilox as tp
    >>> from tfphilox import image
    >>> tp.random.set_seed(5)
    >>> image.random_crop([[1, 2, 3], [4, 5, 6]], size=(1, 2), seed=7)
    array([[5, 6]], dtype=int32)
    """
    return _crop(value, size, partial(random.uniform, seed=seed))


@op("image.stateless_random_crop")
def stateless_random_crop(
    value: ArrayLike, size: ShapeLike, seed: SeedLike, name: str | None = None
) -> NDArray[Any]:
    """Cut a part of a given size out of an array, at a place that a seed pair gives.

    Parameters
    ----------
    value, size, name
        As in `random_crop`.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.

    Returns
    -------
    ndarray of the type of `value`, of shape `size`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As there, and for a bad `seed`.

    Stream
    ------
    As ``tfphilox.random.stateless_uniform``, likewise. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/random_crop_ops.py, stateless_random_crop.

    Examples
    --------
    >>> from tfphilox import image
    >>> picture = [[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]]
    >>> image.stateless_random_crop(value=picture, size=(1, 2, 3), seed=(1, 2))
    array([[[1, 2, 3],
            [4, 5, 6]]], dtype=int32)
    """
    return _crop(value, size, partial(random.stateless_uniform, seed=seed))


def _crop(value: ArrayLike, size: ShapeLike, draw: Callable[..., Any]) -> NDArray[Any]:
    array = as_value(value)
    dims = as_integers("size", size)
    if dims.shape != (array.ndim,):
        raise ValueError(f"size must have {array.ndim} elements, as value has, got {brief(size)}")
    wanted = dims.astype(np.int64)
    if (wanted < 0).any() or (wanted > array.shape).any():
        raise ValueError(f"size must be 0 to that of value, {array.shape}, got {brief(size)}")
    out = new_array(tuple(wanted.tolist()), array.dtype)
    places = np.array(array.shape, np.int64) - wanted + 1
    starts = draw([array.ndim], maxval=_LARGEST, dtype="int32", minval=0) % places
    part = tuple(slice(at, at + n) for at, n in zip(starts.tolist(), wanted.tolist(), strict=True))
    out[...] = array[part]
    return out
