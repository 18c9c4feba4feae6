"""image/flips.py: pictures mirrored by the toss of a coin, one for each picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import random
from .._c import _image
from ..arrays.arguments import FLOAT32, SeedLike, is_float
from ..arrays.arithmetic import broadcast_op
from ..arrays.conversion import new_array
from ..graphs.graph import op
from ..raw_ops.shuffles import as_value

__all__ = [
    "random_flip_left_right",
    "random_flip_up_down",
    "stateless_random_flip_left_right",
    "stateless_random_flip_up_down",
]

_ROWS, _COLUMNS = -3, -2
_AT_ONCE = 1 << 16  # elements of a batch that stay in the cache from step to step


@op("image.random_flip_left_right")
def random_flip_left_right(image: ArrayLike, seed: SupportsInt | None = None) -> NDArray[Any]:
    """Mirror a picture, or each of a batch, left to right or not at all.

    Parameters
    ----------
    image : array_like of shape [height, width, channels] or [batch, height, width, channels]
        No dimension but `batch` may be 0. One picture may have any type, a batch any type of
        integers or floats.
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.

    Returns
    -------
    ndarray of the shape and type of `image`
        A copy. In a batch of floats an infinity or NaN becomes NaN where it is, and where it would
        be if the picture were the other way round; a -0.0 may become 0.0 and a subnormal number 0
        (not in float16): TensorFlow adds the picture times 1 and the other one times 0.

    Raises
    ------
    TypeError
        If `seed` is not an integer, `image` holds no numbers or texts, or a batch neither integers
        nor floats. (TensorFlow takes complex batches.)
    ValueError
        If `image` has another shape.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    As ``tfphilox.random.uniform(shape, seed=seed)``, whose kernel it shares, with the shape [] for
    one picture, which is mirrored if that is below 0.5, and [batch] for a batch, of which those
    are mirrored whose number is above 0.5. Verified against TensorFlow 2.21 for every type.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, _random_flip.

    Examples
    --------
    >>> import tfphilox as tp
    >>> from tfphilox import image
    >>> tp.random.set_seed(5)
    >>> image.random_flip_left_right([[[1], [2]], [[3], [4]]], 5).tolist()
    [[[2], [1]], [[4], [3]]]
    """
    return _flip(image, _COLUMNS, partial(random.uniform, seed=seed))


@op("image.random_flip_up_down")
def random_flip_up_down(image: ArrayLike, seed: SupportsInt | None = None) -> NDArray[Any]:
    """Mirror a picture, or each of a batch, upside down or not at all.

    Parameters
    ----------
    image, seed
        As in `random_flip_left_right`.

    Returns
    -------
    ndarray of the shape and type of `image`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As there.

    Stream
    ------
    As there: the same seed mirrors the same pictures.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, _random_flip.

    Examples
    --------
    >>> import tfphilox as tp
    >>> from tfphilox import image
    >>> tp.random.set_seed(5)
    >>> image.random_flip_up_down([[[1], [2]], [[3], [4]]], 5).tolist()
    [[[3], [4]], [[1], [2]]]
    """
    return _flip(image, _ROWS, partial(random.uniform, seed=seed))


@op("image.stateless_random_flip_left_right")
def stateless_random_flip_left_right(image: ArrayLike, seed: SeedLike) -> NDArray[Any]:
    """Mirror a picture, or each of a batch, left to right or not, as a seed pair says.

    Parameters
    ----------
    image
        As in `random_flip_left_right`.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.

    Returns
    -------
    ndarray of the shape and type of `image`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As there, and for a bad `seed`.

    Stream
    ------
    As ``tfphilox.random.stateless_uniform``, likewise. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, _random_flip.

    Examples
    --------
    >>> from tfphilox import image
    >>> image.stateless_random_flip_left_right([[[1], [2]], [[3], [4]]], (2, 3)).tolist()
    [[[2], [1]], [[4], [3]]]
    """
    return _flip(image, _COLUMNS, partial(random.stateless_uniform, seed=seed))


@op("image.stateless_random_flip_up_down")
def stateless_random_flip_up_down(image: ArrayLike, seed: SeedLike) -> NDArray[Any]:
    """Mirror a picture, or each of a batch, upside down or not, as a seed pair says.

    Parameters
    ----------
    image, seed
        As in `stateless_random_flip_left_right`.

    Returns
    -------
    ndarray of the shape and type of `image`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As there.

    Stream
    ------
    As there: the same seed mirrors the same pictures.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, _random_flip.

    Examples
    --------
    >>> from tfphilox import image
    >>> image.stateless_random_flip_up_down([[[1], [2]], [[3], [4]]], (2, 3)).tolist()
    [[[3], [4]], [[1], [2]]]
    """
    return _flip(image, _ROWS, partial(random.stateless_uniform, seed=seed))


def _flip(image: ArrayLike, axis: int, draw: Callable[..., Any]) -> NDArray[Any]:
    array = as_value(image)
    if array.ndim not in (3, 4) or 0 in array.shape[-3:]:
        raise ValueError(
            "image must have shape [height, width, channels] or [batch, height, width, channels], "
            f"with nothing but batch 0, got {array.shape}"
        )
    if array.ndim == 3:
        out = new_array(array.shape, array.dtype)
        out[...] = np.flip(array, axis) if draw([], minval=0, maxval=1.0) < 0.5 else array
        return out
    if array.dtype.kind not in "iu" and not is_float(array.dtype):
        raise TypeError(f"a batch must hold integers or floats, got {array.dtype.name}")
    flips = draw([len(array)], minval=0, maxval=1.0) > 0.5
    out = new_array(array.shape, array.dtype)
    step = max(1, _AT_ONCE // array[:1].size) if array.size else 1
    for at in range(0, len(array), step):
        part, flip = array[at : at + step], flips[at : at + step]
        chosen = _mirrored(part, flip, axis, out[at : at + step])
        if is_float(array.dtype):
            _add_nothing(chosen, _mirrored(part, ~flip, axis, np.empty_like(chosen)))
    return out


def _mirrored(
    batch: NDArray[Any], which: NDArray[np.bool_], axis: int, out: NDArray[Any]
) -> NDArray[Any]:
    """Copy a batch into `out`, some of its pictures mirrored."""
    out[...] = batch
    if axis == _COLUMNS:  # a pixel as one item: NumPy moves it as one
        pixel = f"V{out.itemsize * out.shape[-1]}"
        pixels = out.view(pixel)[..., 0]
        pixels[which] = pixels[which][:, :, ::-1]
    else:
        out[which] = out[which][:, ::-1]
    return out


def _add_nothing(chosen: NDArray[Any], other: NDArray[Any]) -> None:
    """Make chosen what TensorFlow's ops make of chosen * 1 + other * 0."""
    if chosen.dtype != FLOAT32:
        nothing = broadcast_op("multiply", other, np.zeros((), other.dtype))
        broadcast_op("add", chosen, nothing, chosen)
        return
    _image.adjust("brightness", chosen, -0.0, chosen)  # which flushes; then no sum is subnormal
    with np.errstate(invalid="ignore"):
        other *= np.float32(0)
        chosen += other
