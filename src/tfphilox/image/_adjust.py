"""image/_adjust.py: what TensorFlow does to a picture once the number is drawn.

A picture of another type than float32 (or float16, for the brightness) is converted to float32 in
[0, 1], adjusted, and converted back. All of it goes by pieces that stay in the cache, and what may
fail for want of memory does so before the number is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._c import _image
from ..arrays.arguments import FLOAT16, FLOAT32, FLOAT64, INT32, INT64, UINT32, UINT64, is_float
from ..arrays.arithmetic import broadcast_op
from ..arrays.conversion import as_tensor, new_array
from ..seeding import versions

_PIECE = 3 << 14  # elements: whole pixels of three
_TINY = np.finfo(np.float32).tiny

Draw = Callable[[], NDArray[Any]]


def adjust_brightness(image: ArrayLike, draw: Draw) -> NDArray[Any]:
    """Add the number drawn.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, adjust_brightness.
    """
    picture = _as_picture(image)
    out = new_array(picture.shape, picture.dtype)
    delta = draw()
    if picture.dtype == FLOAT16:
        return broadcast_op("add", picture, delta.astype(FLOAT16), out)
    _adjust_floats("brightness", picture, float(delta), out, True)
    return out


def adjust_hue(image: ArrayLike, draw: Draw) -> NDArray[Any]:
    """Turn the colours by the number drawn, a part of the circle.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, adjust_hue.
    """
    return _adjust_pixels("hue", image, draw)


def adjust_saturation(image: ArrayLike, draw: Draw) -> NDArray[Any]:
    """Multiply the saturation by the number drawn.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, adjust_saturation.
    """
    return _adjust_pixels("saturation", image, draw)


def adjust_contrast(image: ArrayLike, draw: Draw) -> NDArray[Any]:
    """Multiply the distance from each channel's mean by the number drawn.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, adjust_contrast.
    """
    picture = _as_color_picture(image)
    dtype = picture.dtype
    out = new_array(picture.shape, dtype)
    if dtype == FLOAT32 or not picture.size:
        factor = float(draw())
        if picture.size:
            _image.adjust("contrast", picture, factor, out)
        return out
    pictures, results = (a.reshape(-1, *picture.shape[-3:]) for a in (picture, out))
    count = min(len(pictures), max(1, _PIECE // pictures[0].size))
    floats, adjusted = (new_array((count, *picture.shape[-3:]), FLOAT32) for _ in range(2))
    factor = float(draw())
    for at in range(0, len(pictures), count):
        some = pictures[at : at + count]
        n = len(some)
        _in_pieces(lambda piece: _converted(piece, FLOAT32), some, floats[:n])
        _image.adjust("contrast", floats[:n], factor, adjusted[:n])
        _in_pieces(lambda piece: _restored(piece, dtype, True), adjusted[:n], results[at : at + n])
    return out


def _adjust_pixels(what: str, image: ArrayLike, draw: Draw) -> NDArray[Any]:
    picture = _as_color_picture(image)
    if picture.shape[-1] != 3:
        raise ValueError(f"image must have 3 channels, got {picture.shape[-1]}")
    out = new_array(picture.shape, picture.dtype)
    _adjust_floats(what, picture, float(draw()), out, False)
    return out


def _adjust_floats(
    what: str, picture: NDArray[Any], amount: float, out: NDArray[Any], saturate: bool
) -> None:
    """out = picture with every number, or every pixel, adjusted."""
    if picture.dtype == FLOAT32:
        if picture.size:
            _image.adjust(what, picture, amount, out)
        return

    channels = 1 if what == "brightness" else 3

    def adjust(piece: NDArray[Any]) -> NDArray[Any]:
        floats = _converted(piece, FLOAT32).reshape(-1, channels)
        _image.adjust(what, floats, amount, floats)
        return _restored(floats.reshape(-1), picture.dtype, saturate)

    _in_pieces(adjust, picture, out)


def _in_pieces(
    function: Callable[[NDArray[Any]], NDArray[Any]], source: NDArray[Any], out: NDArray[Any]
) -> None:
    """out = function(source), element by element; both are contiguous."""
    source, out = source.reshape(-1), out.reshape(-1)
    for at in range(0, source.size, _PIECE):
        out[at : at + _PIECE] = function(source[at : at + _PIECE])


# ---- types ---------------------------------------------------------------------------------


def _as_picture(image: ArrayLike) -> NDArray[Any]:
    array = np.asarray(as_tensor("image", image), order="C")
    if array.dtype.kind not in "iu" and not is_float(array.dtype):
        raise TypeError(f"image must hold integers or floats, got {array.dtype.name}")
    return array


def _as_color_picture(image: ArrayLike) -> NDArray[Any]:
    array = _as_picture(image)
    if array.ndim < 3:
        raise ValueError(f"image must have shape [..., height, width, channels], got {array.shape}")
    if array.dtype == FLOAT16:
        raise TypeError("image must not be float16: TensorFlow has no such kernel for a CPU")
    return array


def _converted(piece: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return a picture as floats, integers divided by their greatest.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, convert_image_dtype.
    """
    if piece.dtype == dtype:
        return piece
    with np.errstate(all="ignore"):
        floats = piece.astype(dtype)
        if piece.dtype.kind in "iu":
            floats *= np.float32(1.0 / int(np.iinfo(piece.dtype).max))
        elif piece.dtype == FLOAT64:
            floats[np.abs(floats) < _TINY] *= 0  # the cast flushes
    return floats


def _restored(floats: NDArray[Any], dtype: np.dtype[Any], saturate: bool) -> NDArray[Any]:
    """Return floats as a picture of `dtype`.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, convert_image_dtype; math_ops.py, saturate_cast.
    """
    with np.errstate(all="ignore"):
        if dtype == FLOAT64:
            return np.where(np.abs(floats) < _TINY, floats * 0, floats).astype(dtype)
        if dtype.kind not in "iu":
            return floats.astype(dtype, copy=False)
        scaled = floats * np.float32(int(np.iinfo(dtype).max) + 0.5)
        if saturate:
            scaled = np.clip(scaled, *_limits(dtype))
        return _as_x86_casts(scaled, dtype)


def _limits(dtype: np.dtype[Any]) -> tuple[Any, Any]:
    """Return the least and greatest float32 that saturate_cast lets through."""
    low, high = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    limit = np.float32(high)
    # 64-bit limits are compared in double, where 2**63 - 1 is 2**63.
    if float(limit) > float(high) and versions.rule("saturate_cast") == "representable":
        limit = np.nextafter(limit, np.float32(0))
    return np.float32(low), limit


def _as_x86_casts(x: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return float32 as integers, what does not fit as TensorFlow's loops give it on x86.

    White does not fit into uint32, for 1.0 becomes 2**32. What is left over when the loop takes 32
    elements (small types) or 8 at a time goes one by one, by other instructions.
    """
    least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
    if x.size and least <= float(x.min()) and float(x.max()) < most + 1:  # all fit
        return x.astype(dtype)
    if dtype.itemsize < 4:
        whole = _cut(x, INT32)
        body = whole[: x.size - x.size % 32]
        np.clip(body, least, most, out=body)
    elif dtype == UINT32:
        whole = _cut_unsigned(x, INT32)
        body_size = x.size - x.size % 8
        whole[body_size:] = _cut(x[body_size:], INT64).astype(INT32)
    elif dtype == UINT64:
        whole = _cut_unsigned(x, INT64)
    else:
        whole = _cut(x, dtype)
    return whole.astype(dtype)


def _cut(x: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return float32 as int32 or int64: the instruction gives the least number for all others."""
    half = np.float32(2.0 ** (8 * dtype.itemsize - 1))
    return np.where((x >= -half) & (x < half), x, -half).astype(dtype)


def _cut_unsigned(x: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the bits of an unsigned type in a signed one: of what exceeds the half the rest."""
    half = np.float32(2.0 ** (8 * dtype.itemsize - 1))
    whole = _cut(x, dtype)
    whole |= np.where(whole < 0, _cut(x - half, dtype), whole.dtype.type(0))
    return whole
