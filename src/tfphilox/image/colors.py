"""image/colors.py: random brightness, contrast, hue, saturation and JPEG quality."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any, NoReturn, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import random
from .._c._undo import whole
from ..arrays.arguments import INT32, SeedLike, as_bound
from ..arrays.wording import brief
from ..graphs.graph import op
from ._adjust import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation

__all__ = [
    "drawn_factor",
    "random_brightness",
    "random_contrast",
    "random_hue",
    "random_jpeg_quality",
    "random_saturation",
    "stateless_random_brightness",
    "stateless_random_contrast",
    "stateless_random_hue",
    "stateless_random_jpeg_quality",
    "stateless_random_saturation",
]


@op("image.random_brightness")
def random_brightness(
    image: ArrayLike, max_delta: float, seed: SupportsInt | None = None
) -> NDArray[Any]:
    """Add a random number to a picture.

    Parameters
    ----------
    image : array_like of integers or floats, of any shape
        Integers stand for 0 to 1, their greatest number.
    max_delta : float, 0 or more
        The number is at least ``-max_delta`` and less than `max_delta`.
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.

    Returns
    -------
    ndarray of the shape and type of `image`
        Integers stay within their range.

    Raises
    ------
    TypeError
        If `image` holds something else, `max_delta` is no number or `seed` no integer.
    ValueError
        If `max_delta` is negative.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    As ``tfphilox.random.uniform([], -max_delta, max_delta, seed=seed)``, whose kernel it shares.
    The picture is verified bit for bit against TensorFlow 2.21 for int8 to int64, uint8 to uint64,
    float16, bfloat16, float32 and float64. Up to TensorFlow 2.12 int32 and uint32 that get too
    bright overflow; `tfphilox.config.set_tensorflow_version` mirrors that.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, random_brightness.

    Examples
    --------
    >>> import tfphilox as tp
    >>> from tfphilox import image
    >>> tp.random.set_seed(5)
    >>> image.random_brightness([1.0, 2.0], 0.2, seed=1)
    array([0.9550074, 1.9550073], dtype=float32)
    """
    return adjust_brightness(image, lambda: _around(max_delta, seed))


@op("image.stateless_random_brightness")
def stateless_random_brightness(image: ArrayLike, max_delta: float, seed: SeedLike) -> NDArray[Any]:
    """Add a random number to a picture, from a seed pair alone.

    Parameters
    ----------
    image, max_delta
        As in `random_brightness`.
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
    As ``tfphilox.random.stateless_uniform``, likewise; verified as there.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, stateless_random_brightness.

    Examples
    --------
    >>> from tfphilox import image
    >>> image.stateless_random_brightness([1.0, 2.0, 3.0], 0.2, seed=(1, 2))
    array([1.1376241, 2.1376243, 3.1376243], dtype=float32)
    """
    return adjust_brightness(image, lambda: _stateless_around(max_delta, seed))


@op("image.random_contrast")
def random_contrast(
    image: ArrayLike, lower: float, upper: float, seed: SupportsInt | None = None
) -> NDArray[Any]:
    """Multiply the distance of every number from its channel's mean by a random one.

    Parameters
    ----------
    image : array_like of integers or floats, of shape [..., height, width, channels]
        Integers stand for 0 to 1, their greatest number. Not float16, for which TensorFlow has no
        kernel.
    lower, upper : float
        The factor is at least `lower`, which is 0 or more, and less than `upper`.
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.

    Returns
    -------
    ndarray of the shape and type of `image`
        Integers stay within their range.

    Raises
    ------
    TypeError
        If `image` holds something else, a limit is no number or `seed` no integer.
    ValueError
        If `image` has less than three dimensions, `lower` is negative or not less than `upper`.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    As ``tfphilox.random.uniform([], lower, upper, seed=seed)``, whose kernel it shares. The
    picture is verified bit for bit against TensorFlow 2.21 for int8 to int64, uint8 to uint64,
    bfloat16, float32 and float64; TensorFlow's way of summing is followed.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, random_contrast;
    tensorflow/core/kernels/image/adjust_contrast_op.cc.

    Examples
    --------
    >>> import tfphilox as tp
    >>> from tfphilox import image
    >>> tp.random.set_seed(5)
    >>> image.random_contrast([[[1.0], [2.0]], [[3.0], [4.0]]], 0.2, 0.5, seed=1).reshape(-1)
    array([2.0256166, 2.3418722, 2.6581278, 2.9743834], dtype=float32)
    """
    return adjust_contrast(image, lambda: _between(lower, upper, seed))


@op("image.stateless_random_contrast")
def stateless_random_contrast(
    image: ArrayLike, lower: float, upper: float, seed: SeedLike
) -> NDArray[Any]:
    """Multiply the distance from each channel's mean by a random number, from a seed pair alone.

    Parameters
    ----------
    image, lower, upper
        As in `random_contrast`.
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
    As ``tfphilox.random.stateless_uniform``, likewise; verified as there.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, stateless_random_contrast.

    Examples
    --------
    >>> from tfphilox import image
    >>> picture = [[[1.0, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, 11, 12]]]
    >>> image.stateless_random_contrast(picture, 0.2, 0.5, seed=(1, 2))
    array([[[3.4605184, 4.4605184, 5.4605184],
            [4.820173 , 5.820173 , 6.820173 ]],
    <BLANKLINE>
           [[6.179827 , 7.179827 , 8.179827 ],
            [7.5394816, 8.539482 , 9.539482 ]]], dtype=float32)
    """
    return adjust_contrast(image, lambda: _stateless_between(lower, upper, seed))


@op("image.random_hue")
def random_hue(image: ArrayLike, max_delta: float, seed: SupportsInt | None = None) -> NDArray[Any]:
    """Turn the colours of a picture by a random part of the circle.

    Parameters
    ----------
    image : array_like of integers or floats, of shape [..., height, width, 3]
        Red, green and blue. Not float16, for which TensorFlow has no kernel.
    max_delta : float, 0 to 0.5
        The part is at least ``-max_delta`` and less than `max_delta`.
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.

    Returns
    -------
    ndarray of the shape and type of `image`

    Raises
    ------
    TypeError
        If `image` holds something else, `max_delta` is no number or `seed` no integer.
    ValueError
        If `image` has another shape or `max_delta` is out of its range.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    As ``tfphilox.random.uniform([], -max_delta, max_delta, seed=seed)``, whose kernel it shares.
    The picture is verified bit for bit against TensorFlow 2.21 for int8 to int64, uint8 to uint64,
    bfloat16, float32 and float64.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, random_hue;
    tensorflow/core/kernels/image/adjust_hue_op.cc.

    Examples
    --------
    >>> import tfphilox as tp
    >>> from tfphilox import image
    >>> tp.random.set_seed(5)
    >>> image.random_hue([[[1.0, 2.0, 3.0]]], 0.2, seed=1)
    array([[[1.       , 2.5399117, 3.       ]]], dtype=float32)
    """
    return adjust_hue(image, lambda: _turn(max_delta, seed))


@op("image.stateless_random_hue")
def stateless_random_hue(image: ArrayLike, max_delta: float, seed: SeedLike) -> NDArray[Any]:
    """Turn the colours of a picture by a random part of the circle, from a seed pair alone.

    Parameters
    ----------
    image, max_delta
        As in `random_hue`.
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
    As ``tfphilox.random.stateless_uniform``, likewise; verified as there.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, stateless_random_hue.

    Examples
    --------
    >>> from tfphilox import image
    >>> image.stateless_random_hue([[[1.0, 2.0, 3.0]]], 0.2, seed=(1, 2))
    array([[[1.6514902, 1.       , 3.       ]]], dtype=float32)
    """
    return adjust_hue(image, lambda: _stateless_turn(max_delta, seed))


@op("image.random_saturation")
def random_saturation(
    image: ArrayLike, lower: float, upper: float, seed: SupportsInt | None = None
) -> NDArray[Any]:
    """Multiply the saturation of a picture by a random number.

    Parameters
    ----------
    image : array_like of integers or floats, of shape [..., height, width, 3]
        Red, green and blue. Not float16, for which TensorFlow has no kernel.
    lower, upper : float
        The factor is at least `lower`, which is 0 or more, and less than `upper`.
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.

    Returns
    -------
    ndarray of the shape and type of `image`

    Raises
    ------
    TypeError
        If `image` holds something else, a limit is no number or `seed` no integer.
    ValueError
        If `image` has another shape, `lower` is negative or not less than `upper`.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    As ``tfphilox.random.uniform([], lower, upper, seed=seed)``, whose kernel it shares. The
    picture is verified bit for bit against TensorFlow 2.21 for int8 to int64, uint8 to uint64,
    bfloat16, float32 and float64.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, random_saturation;
    tensorflow/core/kernels/image/adjust_saturation_op.cc.

    Examples
    --------
    >>> import tfphilox as tp
    >>> from tfphilox import image
    >>> tp.random.set_seed(5)
    >>> image.random_saturation([[[1.0, 2.0, 3.0]]], 0.5, 1.0, seed=1)
    array([[[1.6124816, 2.3062408, 3.       ]]], dtype=float32)
    """
    return adjust_saturation(image, lambda: _between(lower, upper, seed))


@op("image.stateless_random_saturation")
def stateless_random_saturation(
    image: ArrayLike, lower: float, upper: float, seed: SeedLike | None = None
) -> NDArray[Any]:
    """Multiply the saturation of a picture by a random number, from a seed pair alone.

    Parameters
    ----------
    image, lower, upper
        As in `random_saturation`.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers. The default, None, is refused, as by TensorFlow.

    Returns
    -------
    ndarray of the shape and type of `image`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As there, and for a bad `seed`.

    Stream
    ------
    As ``tfphilox.random.stateless_uniform``, likewise; verified as there.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, stateless_random_saturation.

    Examples
    --------
    >>> from tfphilox import image
    >>> image.stateless_random_saturation([[[1.0, 2.0, 3.0]]], 0.5, 1.0, seed=(1, 2))
    array([[[1.1559395, 2.0779698, 3.       ]]], dtype=float32)
    """
    return adjust_saturation(image, lambda: _stateless_between(lower, upper, seed))


@op("image.random_jpeg_quality")
def random_jpeg_quality(
    image: ArrayLike,
    min_jpeg_quality: SupportsInt,
    max_jpeg_quality: SupportsInt,
    seed: SupportsInt | None = None,
) -> NoReturn:
    """Raise NotImplementedError: `drawn_factor` gives the quality, a codec the picture.

    TensorFlow compresses the picture as JPEG of a random quality and reads that again, by the
    libjpeg-turbo in it. Another codec would give another picture, so none is taken.

    Parameters
    ----------
    image : array_like of shape [height, width, 1 or 3]
        Ignored.
    min_jpeg_quality, max_jpeg_quality : int, 0 to 100
        The quality is at least the first and less than the second.
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.

    Returns
    -------
    Nothing

    Raises
    ------
    TypeError, ValueError
        If another argument is none of those listed.
    NotImplementedError
        Else.

    Stream
    ------
    Draws nothing. TensorFlow, and `drawn_factor`, as
    ``tfphilox.random.uniform([], min_jpeg_quality, max_jpeg_quality, "int32", seed)``; that is
    verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, random_jpeg_quality.

    Examples
    --------
    >>> import tfphilox as tp
    >>> from tfphilox import image
    >>> tp.random.set_seed(5)
    >>> image.drawn_factor(image.random_jpeg_quality, 10, 90, seed=1)
    array(14, dtype=int32)
    """
    _check_qualities(min_jpeg_quality, max_jpeg_quality)
    _refuse_jpeg("random_jpeg_quality")


@op("image.stateless_random_jpeg_quality")
def stateless_random_jpeg_quality(
    image: ArrayLike,
    min_jpeg_quality: SupportsInt,
    max_jpeg_quality: SupportsInt,
    seed: SeedLike,
) -> NoReturn:
    """Raise NotImplementedError: `drawn_factor` gives the quality, a codec the picture.

    Parameters
    ----------
    image, min_jpeg_quality, max_jpeg_quality
        As in `random_jpeg_quality`.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.

    Returns
    -------
    Nothing

    Raises
    ------
    TypeError, ValueError, NotImplementedError
        As there.

    Stream
    ------
    As ``tfphilox.random.stateless_uniform``, likewise; verified as there.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, stateless_random_jpeg_quality.

    Examples
    --------
    >>> from tfphilox import image
    >>> image.drawn_factor(image.stateless_random_jpeg_quality, 75, 95, seed=(1, 2))
    array(75, dtype=int32)
    """
    _check_qualities(min_jpeg_quality, max_jpeg_quality)
    _refuse_jpeg("stateless_random_jpeg_quality")


@whole
def drawn_factor(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> NDArray[Any]:
    """Draw the number that a function of this module would draw, without a picture.

    Parameters
    ----------
    function
        Of `tfphilox.image`: `random_brightness`, `random_contrast`, `random_hue`,
        `random_saturation`, `random_jpeg_quality`, or the stateless form of one.
    *arguments, **keywords
        What it takes after the picture.

    Returns
    -------
    ndarray of shape [], float32, or int32 for a quality
        What is added to, or multiplied with, the picture; its JPEG quality. ``tf.image.adjust_*``
        takes it.

    Raises
    ------
    TypeError
        If `function` is no such function, or an argument has a type that it refuses.
    ValueError
        If it refuses an argument's value.

    Stream
    ------
    What the function consumes. Verified against TensorFlow 2.21 for all ten.

    Examples
    --------
    >>> import tfphilox as tp
    >>> from tfphilox import image
    >>> tp.random.set_seed(5)
    >>> image.drawn_factor(image.random_hue, 0.2, seed=1)
    array(-0.04499264, dtype=float32)
    >>> image.drawn_factor(image.stateless_random_contrast, 0.2, 0.5, seed=(1, 2))
    array(0.45321816, dtype=float32)
    """
    try:
        draw = _DRAWS[function]
    except (KeyError, TypeError):
        raise TypeError(
            "function must be one of image's that draw one factor, such as random_hue or "
            f"stateless_random_contrast; got {brief(function)}"
        ) from None
    return draw(*arguments, **keywords)


# ---- the numbers; arguments as the functions name them -------------------------------------


def _around(max_delta: float, seed: SupportsInt | None = None) -> NDArray[Any]:
    return random.uniform([], *_both_sides(max_delta), seed=seed)


def _stateless_around(max_delta: float, seed: SeedLike) -> NDArray[Any]:
    return random.stateless_uniform([], seed, *_both_sides(max_delta))


def _turn(max_delta: float, seed: SupportsInt | None = None) -> NDArray[Any]:
    return random.uniform([], *_both_sides(max_delta, 0.5), seed=seed)


def _stateless_turn(max_delta: float, seed: SeedLike) -> NDArray[Any]:
    return random.stateless_uniform([], seed, *_both_sides(max_delta, 0.5))


def _between(lower: float, upper: float, seed: SupportsInt | None = None) -> NDArray[Any]:
    _check_limits(lower, upper)
    return random.uniform([], lower, upper, seed=seed)


def _stateless_between(lower: float, upper: float, seed: Any = None) -> NDArray[Any]:
    _check_limits(lower, upper)
    return random.stateless_uniform([], seed, lower, upper)


def _quality(
    min_jpeg_quality: SupportsInt, max_jpeg_quality: SupportsInt, seed: SupportsInt | None = None
) -> NDArray[Any]:
    low, high = _check_qualities(min_jpeg_quality, max_jpeg_quality)
    return random.uniform([], low, high, "int32", seed)


def _stateless_quality(
    min_jpeg_quality: SupportsInt, max_jpeg_quality: SupportsInt, seed: SeedLike
) -> NDArray[Any]:
    low, high = _check_qualities(min_jpeg_quality, max_jpeg_quality)
    return random.stateless_uniform([], seed, low, high, "int32")


_DRAWS: dict[Callable[..., Any], Callable[..., NDArray[Any]]] = {
    random_brightness: _around,
    random_contrast: _between,
    random_hue: _turn,
    random_saturation: _between,
    random_jpeg_quality: _quality,
    stateless_random_brightness: _stateless_around,
    stateless_random_contrast: _stateless_between,
    stateless_random_hue: _stateless_turn,
    stateless_random_saturation: _stateless_between,
    stateless_random_jpeg_quality: _stateless_quality,
}


def _check_number(name: str, value: Any) -> None:
    scalar = isinstance(value, np.ndarray) and not value.ndim and value.dtype.kind in "biuf"
    real = isinstance(value, numbers.Real | np.bool_) and not isinstance(value, np.timedelta64)
    if not scalar and not real:
        raise TypeError(f"{name} must be a number, got {brief(value)}")
    try:
        float(value)
    except OverflowError:
        raise ValueError(f"{name} is too large for a float: {brief(value)}") from None


def _both_sides(max_delta: float, limit: float = np.inf) -> tuple[Any, Any]:
    _check_number("max_delta", max_delta)
    if max_delta < 0 or max_delta > limit:
        allowed = "0 or more" if limit == np.inf else f"0 to {limit}"
        raise ValueError(f"max_delta must be {allowed}, got {brief(max_delta)}")
    return -max_delta, max_delta


def _check_limits(lower: float, upper: float) -> None:
    _check_number("lower", lower)
    _check_number("upper", upper)
    try:
        empty = bool(upper <= lower)
    except OverflowError:  # NumPy's integers next to Python's of more bits
        empty = float(upper) <= float(lower)
    if empty:
        raise ValueError(f"upper must be greater than lower, got {brief(lower)} and {brief(upper)}")
    if lower < 0:
        raise ValueError(f"lower must be 0 or more, got {brief(lower)}")


def _check_qualities(low: Any, high: Any) -> tuple[int, int]:
    pair = as_bound("min_jpeg_quality", low, INT32), as_bound("max_jpeg_quality", high, INT32)
    if min(pair) < 0 or max(pair) > 100:
        raise ValueError(f"JPEG qualities must be 0 to 100, got {brief(low)} and {brief(high)}")
    if pair[0] >= pair[1]:
        raise ValueError(
            f"min_jpeg_quality must be less than max_jpeg_quality, "
            f"got {brief(low)} and {brief(high)}"
        )
    return pair


def _refuse_jpeg(name: str) -> NoReturn:
    raise NotImplementedError(
        f"{name}: TensorFlow's JPEG codec is not reproduced. image.drawn_factor(image.{name}, "
        "min_jpeg_quality, max_jpeg_quality, seed) gives the quality; compress with that"
    )
