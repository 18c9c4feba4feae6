"""keras/layers/colors.py: what image layers do to the values of pixels."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...arrays.arguments import is_float
from ...arrays.arithmetic import broadcast_op
from ...arrays.conversion import as_tensor
from ...arrays.wording import brief
from ...graphs.graph import op
from ...seeding import versions
from ...seeding.compiled import refuse
from .._casting import cast, cast_to_integers
from ..config import float_dtype
from ..random import divide, randint
from ._configured import Policy
from ._images import (
    Factor,
    ImageLayer,
    Seed,
    Transformation,
    as_floats,
    as_signs,
    check_value_range,
    clipped,
    factor_range,
    integer_end,
    on_images,
    symmetric_range,
    times,
    unchecked_range,
)

__all__ = [
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomContrast",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPosterization",
    "RandomSaturation",
    "RandomSharpness",
    "Solarization",
]


class RandomBrightness(ImageLayer):
    """Make images lighter or darker.

    Parameters
    ----------
    factor : float or pair of float
        The range to draw from, within -1 to 1; a number means as much on both sides of 0.
    value_range : pair of float
        Darkest and lightest value; what is added is drawn as a share of the distance.
    seed : int, optional
        As in `tfphilox.keras.random.SeedGenerator`.
    data_format, name, dtype
        As in `RandomFlip`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above, or before TensorFlow 2.9; in a call, if the images are
        neither floats nor integers, or integers that do not go with `value_range`.

    Notes
    -----
    From Keras 3.6 on images of integers stay what they are, and sums that their type does not hold
    wrap around before they are cut at both ends of `value_range`: 200 and 76 are 20 as uint8. What
    is added is rounded towards 0; what does not fit wraps too, but of uint8, int8, uint16 and int16
    in every 32 images of a batch it is the nearest that fits, as in TensorFlow. Up to 3.5 they are
    cast to `dtype` first.

    Stream
    ------
    One uniform number for each image. Verified against Keras 3.0 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_brightness.py.

    Examples
    --------
    >>> import numpy as np, tfphilox as tp
    >>> layer = tp.keras.layers.RandomBrightness(0.2, seed=1)
    >>> layer.get_random_transformation(np.zeros([2, 8, 8, 3]))["rgb_delta"].ravel()
    array([38.605797 , -4.0820146], dtype=float32)
    """

    _compiles = True

    def __init__(
        self,
        factor: Factor,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        *,
        data_format: str | None = None,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        super().__init__(seed, data_format, dtype, bounding_box_format)
        self.factor = self._factor(factor)
        self.value_range = check_value_range(value_range)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation:
        """Draw what to add to each image."""
        if self._by_itself:
            refuse("RandomBrightness up to Keras 3.5")
        shape, batch, _, _ = self._size(data)
        ones = [1] * 3 if len(shape) == 3 else [batch, 1, 1, 1]
        if not training:
            return {"rgb_delta": np.zeros(ones, float_dtype(None))}
        low, high = self.value_range
        return {"rgb_delta": times(self._uniform(seed, ones, *self.factor), high - low)}

    @op("keras.RandomBrightness.__call__")
    @on_images
    def __call__(self, inputs: ArrayLike, training: bool = True) -> NDArray[Any]:
        """Return the images, lighter or darker if `training`."""
        x = as_tensor("inputs", inputs)
        if not is_float(x.dtype) and not self._by_itself:
            return self._integers(x, training)
        x = self._images(x)
        if not training:
            return x
        delta = self.get_random_transformation(x)["rgb_delta"]
        low, high = self.value_range
        return clipped(broadcast_op("add", x, cast(delta, x.dtype)), low, high)

    def _integers(self, images: NDArray[Any], training: bool) -> NDArray[Any]:
        """Return images that are no floats."""
        self._size(images)
        if images.dtype.kind not in ("iu" if training else "iub"):
            raise TypeError(f"images must be floats or integers, got {images.dtype.name}")
        if not training:
            return images.copy()
        low, high = (integer_end(end, images.dtype) for end in self.value_range)
        delta = self.get_random_transformation(images)["rgb_delta"]
        lighter = images + cast_to_integers(delta, images.dtype)
        result: NDArray[Any] = np.maximum(np.minimum(lighter, high), low)
        return result


class RandomContrast(ImageLayer):
    """Draw by what to multiply the distance from the mean.

    Parameters
    ----------
    factor : float or pair of float
        0 to 1: the range is 1 to 1 + factor, or 1 minus the first to 1 plus the second. Up to
        Keras 3.5 a number means two equal ones.
    value_range, seed, data_format, name, dtype
        As in `RandomBrightness`. No other `value_range` before Keras 3.8.

    Stream
    ------
    One uniform number for each image, of type `dtype`; up to Keras 3.5 one for all. Verified
    against Keras 3.0 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_contrast.py.
    """

    def __init__(
        self,
        factor: Factor,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        *,
        data_format: str | None = None,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        super().__init__(seed, data_format, dtype, bounding_box_format)
        self.factor = factor_range("factor", factor, 0.0)
        if self._by_itself:
            ends = factor if isinstance(factor, tuple | list) else (factor, factor)
            if not all(end >= 0.0 for end in ends) or ends[0] > 1.0:
                raise ValueError(f"factor must be from 0 to 1, got {brief(factor)}")
            self.factor = ends[0], ends[1]
        self.value_range = unchecked_range(value_range)
        if tuple(self.value_range) != (0, 255):
            versions.require("value_range of RandomContrast", "keras_contrast_range")

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation:
        """Draw the factor of each image."""
        shape, batch, _, _ = self._size(data)
        ones = [1] * 3 if len(shape) == 3 else [batch, 1, 1, 1]
        if self._by_itself:
            ones = []
        if not training:
            return {"contrast_factor": np.zeros(ones, float_dtype(None))}
        low, high = 1.0 - self.factor[0], 1.0 + self.factor[1]
        return {"contrast_factor": self._uniform(seed, ones, low, high, self.dtype)}


class _ColorLayer(ImageLayer):
    """A layer with one factor and a range of values."""

    _any_range: ClassVar[bool] = False  # whether Keras looks at the range only when it is used

    def __init__(
        self,
        factor: Factor,
        value_range: Sequence[float] = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        self.factor = factor_range("factor", factor, *self._bounds)
        check = unchecked_range if self._any_range else check_value_range
        self.value_range = check(value_range)
        super().__init__(seed, data_format, dtype, bounding_box_format)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw the factor of each image, whether `training` or not."""
        _, batch, _, _ = self._size(data)
        return {"factor": self._uniform(seed, [batch], *self.factor)}


class RandomHue(_ColorLayer):
    """Draw by how much of the colour circle to move the hue.

    Parameters
    ----------
    factor : float or pair of float
        The range to draw from, within 0 to 1.
    value_range, data_format, seed, name, dtype
        As in `RandomBrightness`.

    Stream
    ------
    Two draws of one uniform number for each image: the sign, and twice the distance. Verified
    against Keras 3.8 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_hue.py.
    """

    _bounds = (0.0, 1.0)
    _any_range = True

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation:
        """Draw what to add to the hue of each image, whether `training` or not."""
        _, batch, _, _ = self._size(data)
        signs = as_signs(self._uniform(seed, [batch], 0.0, 1.0))
        factors = self._uniform(seed, [batch], *self.factor)
        return {"factor": times(broadcast_op("multiply", signs, factors), 0.5)}


class RandomSaturation(_ColorLayer):
    """Draw by what to multiply the saturation.

    Parameters
    ----------
    factor : float or pair of float
        The range to draw f from, within -1 to 1; what comes out is f / (1 - f), from Keras 3.10 on
        with 1e-7 added below.
    value_range, data_format, seed, name, dtype
        As in `RandomBrightness`.

    Stream
    ------
    One uniform number for each image. Verified against Keras 3.8 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_saturation.py.
    """

    def __init__(
        self,
        factor: Factor,
        value_range: Sequence[float] = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        super().__init__(
            factor,
            value_range,
            data_format,
            seed,
            name=name,
            dtype=dtype,
            bounding_box_format=bounding_box_format,
        )
        self._has_epsilon = versions.rule("keras_saturation") == "epsilon"
        self._folded = False  # in a graph, where TensorFlow adds the two constants first

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation:
        """Draw the factor of each image, whether `training` or not."""
        _, batch, _, _ = self._size(data)
        factor = self._uniform(seed, [batch], *self.factor)
        one, epsilon = np.array(1, factor.dtype), np.array(1e-7, factor.dtype)
        if self._folded:
            one = broadcast_op("add", one, epsilon)
        rest = broadcast_op("subtract", one, factor)
        if self._has_epsilon and not self._folded:
            rest = broadcast_op("add", rest, epsilon)
        return {"factor": divide(factor, rest)}


class RandomSharpness(_ColorLayer):
    """Draw how sharp images are to become.

    Parameters
    ----------
    factor : float or pair of float
        The range to draw from, within 0 to 1.
    value_range, data_format, seed, name, dtype
        As in `RandomBrightness`.

    Stream
    ------
    One uniform number for each image. Verified against Keras 3.8 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_sharpness.py.
    """

    _bounds = (0.0, 1.0)


class RandomColorDegeneration(_ColorLayer):
    """Draw how grey images are to become.

    Parameters
    ----------
    factor : float or pair of float
        The range to draw from, within -1 to 1.
    value_range, data_format, seed, name, dtype
        As in `RandomBrightness`.

    Stream
    ------
    One uniform number for each image. Verified against Keras 3.8 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_color_degeneration.py.
    """

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation:
        """Draw the factor of each image, whether `training` or not."""
        _, batch, _, _ = self._size(data)
        return {"factor": self._uniform(seed, [batch, 1, 1, 1], *self.factor)}


class RandomPosterization(_ColorLayer):
    """Draw how many low bits of each value to drop.

    Parameters
    ----------
    factor : int or pair of int
        How many bits to keep, 1 to 8: of a pair from the first up to but not the second, of a
        number from 1 on; of two equal ones that many.
    value_range, data_format, seed, name, dtype
        As in `RandomBrightness`.

    Stream
    ------
    One integer for each image, unless both ends are equal. Verified against Keras 3.8 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_posterization.py.
    """

    _bounds = (1, 8)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation:
        """Draw the number of bits to drop, whether `training` or not."""
        _, batch, _, _ = self._size(data)
        ends: Any = self.factor
        low, high = map(operator.index, ends)
        if low == high:
            return {"shift_factor": np.full([batch], 8 - low, np.uint8)}
        bits = randint([batch], low, high, "uint8", self.generator if seed is None else seed)
        return {"shift_factor": np.uint8(8) - bits}


class RandomInvert(_ColorLayer):
    """Invert the colours of some images.

    Parameters
    ----------
    factor : float or pair of float
        How probable that is, 0 to 1; a number means from 0 to it, drawn anew for each image.
    value_range, data_format, seed, name, dtype
        As in `RandomBrightness`.

    Stream
    ------
    Two draws of one uniform number for each image: the probability, and the toss. Verified
    against Keras 3.9 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_invert.py.
    """

    _bounds = (0.0, 1.0)
    _any_range = True

    def __init__(
        self,
        factor: Factor = 1.0,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        super().__init__(
            factor,
            value_range,
            data_format,
            seed,
            name=name,
            dtype=dtype,
            bounding_box_format=bounding_box_format,
        )

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw which images to invert."""
        _, batch, _, _ = self._size(data)
        if not training:
            return None
        seed = seed or None  # as there: 0 means the layer's own seeds
        return {"apply_inversion": self._chosen(seed, batch, self.factor)}

    @op("keras.RandomInvert.__call__")
    @on_images
    def __call__(self, inputs: ArrayLike, training: bool = True) -> NDArray[Any]:
        """Return the images, some of them inverted if `training`."""
        x = as_floats(self, "inputs", inputs)
        drawn = self.get_random_transformation(x, training)
        if drawn is None:
            return x
        x = cast(x, self.dtype)
        lightest = np.array(self.value_range[1], x.dtype)
        inverted = broadcast_op("subtract", lightest, x)
        chosen = drawn["apply_inversion"][:, None, None, None]
        return np.where(chosen if x.ndim == 4 else chosen[0], inverted, x)


class RandomGrayscale(ImageLayer):
    """Draw which images to make grey.

    Parameters
    ----------
    factor : float, default 0.5
        How probable that is, 0 to 1.
    data_format, seed, name, dtype
        As in `RandomFlip`.

    Stream
    ------
    One uniform number for each image; up to Keras 3.9 for a single one as many as it has rows.
    Verified against Keras 3.8 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_grayscale.py.
    """

    def __init__(
        self,
        factor: float = 0.5,
        data_format: str | None = None,
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        if not 0 <= factor <= 1:
            raise ValueError(f"factor must be from 0 to 1, got {brief(factor)}")
        self.factor = factor
        super().__init__(seed, data_format, dtype, bounding_box_format)
        self._by_rows = versions.rule("keras_grayscale") == "rows"

    def get_random_transformation(
        self, images: Any, training: bool = True, seed: Seed = None
    ) -> NDArray[np.bool_]:
        """Draw which images, as booleans of shape [images, 1, 1, 1], `training` or not."""
        shape, batch, _, _ = self._size(images)
        batch = shape[0] if self._by_rows else batch
        drawn = self._uniform(seed, [batch], 0.0, 1.0)
        return (drawn < np.array(self.factor, drawn.dtype))[:, None, None, None]


class RandomGaussianBlur(ImageLayer):
    """Draw which images to blur, and how widely.

    Parameters
    ----------
    factor : float or pair of float
        How probable that is, 0 to 1; a number means from 0 to it, drawn anew for each image.
    kernel_size : int or pair of int
        Ignored: nothing of it is drawn.
    sigma : float or pair of float
        The range to draw the width from, within 0 to 1.
    value_range, data_format, seed, name, dtype
        As in `RandomBrightness`.

    Stream
    ------
    Two draws of one uniform number for each image, the probability and the toss; one of two
    numbers, the widths. Verified against Keras 3.9 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_gaussian_blur.py.
    """

    def __init__(
        self,
        factor: Factor = 1.0,
        kernel_size: int | Sequence[int] = 3,
        sigma: Factor = 1.0,
        value_range: Sequence[float] = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        self.factor = factor_range("factor", factor, 0.0)
        self.sigma = factor_range("sigma", sigma, 0.0)
        super().__init__(seed, data_format, dtype, bounding_box_format)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw which images to blur, and the widths along both sides."""
        _, batch, _, _ = self._size(data)
        if not training:
            return None
        seed = seed or None  # as there: 0 means the layer's own seeds
        chosen = self._chosen(seed, batch, self.factor)
        widths = self._uniform(seed, [2], *self.sigma, self.dtype)
        widths = broadcast_op("add", widths, np.array(1e-6, widths.dtype))
        return {"should_apply_blur": chosen, "blur_factor": widths}


class Solarization(ImageLayer):
    """Lighten images, then invert what is light.

    Parameters
    ----------
    addition_factor, threshold_factor : float or pair of float
        0 to 1: what is added, and from which value on is inverted, as shares of the distance
        between the darkest and the lightest value; a number means from 0 to it. Of a pair Keras
        multiplies the second with 255 and not the first; so does this.
    value_range : pair of float
        Darkest and lightest value.
    seed : int, optional
        As in `tfphilox.keras.random.SeedGenerator`.
    data_format, name, dtype
        As in `RandomFlip`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above, or before Keras 3.

    Stream
    ------
    Two draws of one uniform number for each image: the additions, and the thresholds, both for
    values from 0 to 255 and of type `dtype`. Verified against Keras 3.6 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/solarization.py.

    Examples
    --------
    >>> import numpy as np, tfphilox as tp
    >>> layer = tp.keras.layers.Solarization(0.1, 0.5, seed=1)
    >>> layer.get_random_transformation(np.zeros([2, 8, 8, 3]))["thresholds"].ravel()
    array([12.530329, 17.931376], dtype=float32)
    """

    def __init__(
        self,
        addition_factor: Factor = 0.0,
        threshold_factor: Factor = 0.0,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        *,
        data_format: str | None = None,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        self.addition_factor = _from_zero("addition_factor", addition_factor)
        self.threshold_factor = _from_zero("threshold_factor", threshold_factor)
        self.value_range = check_value_range(value_range)
        super().__init__(seed, data_format, dtype, bounding_box_format)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw what to add to each image, and from where on to invert it."""
        shape, batch, _, _ = self._size(data)
        if not training:
            return None
        ones = [1] * 3 if len(shape) == 3 else [batch, 1, 1, 1]
        return {
            what: self._uniform(seed, ones, factor[0], factor[1] * 255, self.dtype)
            for what, factor in (
                ("additions", self.addition_factor),
                ("thresholds", self.threshold_factor),
            )
        }

    @op("keras.Solarization.__call__")
    @on_images
    def __call__(self, inputs: ArrayLike, training: bool = True) -> NDArray[Any]:
        """Return the images, solarized if `training`."""
        x = self._images(inputs)
        drawn = self.get_random_transformation(x, training)
        if drawn is None:
            return x
        bytes_range = [0, 255]
        x = _rescaled(x, self.value_range, bytes_range)
        x = clipped(broadcast_op("add", x, drawn["additions"]), 0, 255)
        inverted = broadcast_op("subtract", np.array(255, x.dtype), x)
        x = np.where(x < drawn["thresholds"], x, inverted)
        return _rescaled(x, bytes_range, self.value_range)


def _from_zero(name: str, factor: Factor) -> tuple[float, float]:
    """Return the range of a factor of which both ends are checked, a number's from 0."""
    low, high = symmetric_range(name, factor, 0.0)
    return (low, high) if isinstance(factor, tuple | list) else (0, high)


def _rescaled(x: NDArray[Any], given: Sequence[float], wanted: Sequence[float]) -> NDArray[Any]:
    """Map one range of values to another, as BaseImagePreprocessingLayer does."""
    if list(given) == list(wanted):
        return x
    (low, high), (new_low, new_high) = (
        [cast(as_tensor("value_range", end), x.dtype) for end in ends] for ends in (given, wanted)
    )
    x = divide(broadcast_op("subtract", x, low), broadcast_op("subtract", high, low))
    x = broadcast_op("multiply", x, broadcast_op("subtract", new_high, new_low))
    return broadcast_op("add", x, new_low)
