"""keras/layers/mixing.py: image layers that put noise, or parts of other images, into images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...arrays.arguments import FLOAT32, is_float
from ...arrays.arithmetic import broadcast_op
from ...arrays.wording import brief
from ...graphs.graph import op
from .._casting import cast
from ..config import float_dtype
from ..random import beta, divide, normal, shuffle
from ._configured import Policy
from ._images import (
    Factor,
    ImageLayer,
    Seed,
    Transformation,
    as_floats,
    check_parts,
    clipped,
    factor_range,
    on_images,
    times,
    unchecked_range,
)

__all__ = ["CutMix", "MixUp", "RandomErasing"]


class _BoxLayer(ImageLayer):
    """A layer that draws a box for each image."""

    def _interval(
        self, seed: Seed, length: int, share: NDArray[Any]
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Draw where an interval lies that is as long as a share of the side, for each image."""
        size = times(share, length)
        room = broadcast_op("subtract", np.array(length, size.dtype), size)
        start = broadcast_op("multiply", self._uniform(seed, share.shape, 0, 1, self.dtype), room)
        return start, broadcast_op("add", start, size)

    def _masks(
        self,
        shape: tuple[int, ...],
        x: tuple[NDArray[Any], NDArray[Any]],
        y: tuple[NDArray[Any], NDArray[Any]],
    ) -> NDArray[np.bool_]:
        """Return which pixels are inside, for images and channels."""
        last = self.data_format == "channels_last"
        height, width, channels = shape[-3:] if last else (*shape[-2:], shape[-3])
        rows, columns = (
            np.arange(size, dtype=FLOAT32).astype(self.dtype)[None] for size in (height, width)
        )
        inside_x, inside_y = (
            (ends[0][:, None] <= grid) & (grid < ends[1][:, None])
            for grid, ends in ((columns, x), (rows, y))
        )
        inside = inside_y[:, :, None] & inside_x[:, None, :]
        return np.repeat(np.expand_dims(inside, -1 if last else 1), channels, -1 if last else 1)


class RandomErasing(_BoxLayer):
    """Fill a box of some images with noise, or one value.

    Parameters
    ----------
    factor : float or pair of float
        How probable that is, 0 to 1; a number means from 0 to it, drawn anew for each image.
    scale : float or pair of float
        0 to 1: height and width are square roots of numbers drawn from this range, as shares of the
        image's; so the box takes about such a share of the area.
    fill_value : float or sequence of three floats, optional
        What to fill with, for each channel if it is a sequence (and channels are last). Without
        one, normal numbers times the lightest value, cut at both ends of `value_range`.
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
    A draw of two uniform numbers for each image, the sides; four of one number, where the box lies
    along x and y, then the probability and the toss, the last two of `keras.config.floatx`; normal
    numbers in the shape of the images if there is no `fill_value`. Verified against Keras 3.9 to
    3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_erasing.py.

    Examples
    --------
    >>> import numpy as np, tfphilox as tp
    >>> layer = tp.keras.layers.RandomErasing(scale=(0.2, 0.3), fill_value=7, seed=1)
    >>> layer(np.zeros([1, 4, 6, 1]))[0, :, :, 0]
    array([[0., 0., 0., 0., 0., 0.],
           [0., 0., 0., 0., 0., 0.],
           [0., 7., 7., 7., 0., 0.],
           [0., 7., 7., 7., 0., 0.]], dtype=float32)
    """

    def __init__(
        self,
        factor: Factor = 1.0,
        scale: Factor = (0.02, 0.33),
        fill_value: float | Sequence[float] | None = None,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        self.factor = factor_range("factor", factor, 0.0)
        self.scale = factor_range("scale", scale, 0.0)
        if not (
            fill_value is None
            or isinstance(fill_value, int | float)
            or (isinstance(fill_value, tuple | list) and len(fill_value) == 3)
        ):
            raise ValueError(f"fill_value must be a number or three, got {brief(fill_value)}")
        numbers = fill_value if isinstance(fill_value, tuple | list) else [fill_value]
        if any(isinstance(each, int) and abs(each) > 1 << 1023 for each in numbers):
            raise ValueError(f"fill_value is too large for a float: {brief(fill_value)}")
        self.fill_value = fill_value
        self.value_range = unchecked_range(value_range)
        super().__init__(seed, data_format, dtype, bounding_box_format)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw which images to change, and in which pixels; "fill_value" is for all of them."""
        shape, batch, height, width = self._size(data)
        if not training:
            return None
        fill = None
        if self.fill_value is not None:
            fill = np.full(shape, np.array(self.fill_value).astype(self.dtype))
        seed = seed or self.generator  # as there: 0 means the layer's own seeds
        shares = np.sqrt(self._uniform(seed, [batch, 2], *self.scale, self.dtype))
        x = self._interval(seed, width, shares[:, 0])
        y = self._interval(seed, height, shares[:, 1])
        chosen = self._chosen(seed, batch, self.factor)
        if fill is None:
            fill = times(normal(shape, dtype=self.dtype, seed=seed), self.value_range[1])
        return {
            "apply_erasing": chosen,
            "batch_masks": self._masks(shape, x, y),
            "fill_value": clipped(fill, *self.value_range),
        }

    @op("keras.RandomErasing.__call__")
    @on_images
    def __call__(self, inputs: ArrayLike, training: bool = True) -> NDArray[Any]:
        """Return the images, with a box of some of them filled if `training`."""
        x = self._images(inputs)
        drawn = self.get_random_transformation(x, training)
        if drawn is None:
            return x
        inside = drawn["batch_masks"] & drawn["apply_erasing"][:, None, None, None]
        return np.where(inside if x.ndim == 4 else inside[0], drawn["fill_value"], x)


class MixUp(ImageLayer):
    """Mix each image of a batch with another one, and their labels alike.

    Parameters
    ----------
    alpha : float
        Both parameters of the beta distribution that weights are drawn from.
    data_format, seed, name, dtype
        As in `RandomFlip`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above, or before Keras 3; in a call, if there are labels and they
        are not floats, `dtype` is not `keras.config.floatx` then, or a dict has other keys.

    Stream
    ------
    An order of the images as `tfphilox.keras.random.shuffle` makes one; a beta number of type
    `keras.config.floatx` for each image. They are drawn also without `training`. Verified against
    Keras 3.8 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/mix_up.py.

    Examples
    --------
    >>> import numpy as np, tfphilox as tp
    >>> layer = tp.keras.layers.MixUp(seed=1)
    >>> layer({"images": np.zeros([3, 8, 8, 3]), "labels": np.eye(3)})["labels"]
    array([[0.99861586, 0.00138414, 0.        ],
           [0.        , 0.98572904, 0.01427096],
           [0.00449431, 0.        , 0.9955057 ]], dtype=float32)
    """

    def __init__(
        self,
        alpha: float = 0.2,
        data_format: str | None = None,
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        self.alpha = alpha
        super().__init__(seed, data_format, dtype, bounding_box_format)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation:
        """Draw the weight of each image, and which to mix it with, `training` or not."""
        _, batch, _, _ = self._size(data)
        seed = self.generator if seed is None else seed
        order = shuffle(np.arange(batch), seed=seed)
        weights = beta([batch], self.alpha, self.alpha, seed=seed)
        return {"mix_weight": weights, "permutation_order": order}

    @op("keras.MixUp.__call__")
    def __call__(self, inputs: Any, training: bool = True) -> Any:
        """Return the images, mixed if `training`.

        For a dict of "images" and "labels" a dict of both comes back, with the labels mixed too.
        """
        images, labels = _parts(self, inputs)
        if training:
            _check_labels(labels)
        if labels is not None and training and self.dtype != float_dtype(None):
            raise TypeError(
                f"labels are mixed by {float_dtype(None).name}, and the layer's type is "
                f"{self.dtype.name}"
            )
        drawn = self.get_random_transformation(images)
        if training:
            weights, order = drawn["mix_weight"], drawn["permutation_order"]
            images = cast(images, self.dtype)
            if images.ndim == 3:
                images = _mixed(images[None], cast(weights, self.dtype), order, 3)[0]
                labels = None if labels is None else _mixed(labels[None], weights, order, 1)[0]
            else:
                images = _mixed(images, cast(weights, self.dtype), order, 3)
                labels = None if labels is None else _mixed(labels, weights, order, 1)
        return _like(inputs, images, labels)


class CutMix(_BoxLayer):
    """Put a box of another image of the batch into each image, and mix their labels.

    Parameters
    ----------
    factor : float or pair of float
        The range to draw from, within 0 to 1, both parameters of the beta distribution that
        gives how much of each image stays.
    seed, data_format, name, dtype
        As in `RandomFlip`; `dtype` not bfloat16, for which Keras fails.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above, or before Keras 3; in a call, if labels are not floats, or
        a dict has other keys.

    Stream
    ------
    One uniform number, and of its beta distribution one for each image; two draws of one uniform
    number for each image, where the box lies along x and y; all of type `dtype`; an order of the
    images as `tfphilox.keras.random.shuffle` makes one. Of a single image nothing is drawn.
    Verified against Keras 3.9 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/cut_mix.py.

    Examples
    --------
    >>> import numpy as np, tfphilox as tp
    >>> layer = tp.keras.layers.CutMix(seed=6)
    >>> layer({"images": np.zeros([3, 8, 8, 3]), "labels": np.eye(3)})["labels"]
    array([[0.50321984, 0.49678016, 0.        ],
           [0.02466559, 0.9753344 , 0.        ],
           [0.        , 0.        , 1.        ]], dtype=float32)
    """

    def __init__(
        self,
        factor: Factor = 1.0,
        seed: int | None = None,
        data_format: str | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        self.factor = factor_range("factor", factor, 0.0)
        super().__init__(seed, data_format, dtype, bounding_box_format)
        if self.dtype.name == "bfloat16":
            raise TypeError("CutMix: dtype must not be bfloat16, for which Keras fails")

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw the boxes, and from which image to take each."""
        shape, batch, height, width = self._size(data)
        if not training or len(shape) == 3:
            return None
        seed = seed or self.generator  # as there: 0 means the layer's own seeds
        alpha = self._uniform(seed, [], *self.factor, self.dtype)
        alpha = broadcast_op("add", alpha, np.array(1e-6, alpha.dtype))
        one = np.array(1, self.dtype)
        weights = beta([batch], alpha, alpha, self.dtype, seed)
        share = np.sqrt(broadcast_op("subtract", one, weights))
        x = self._interval(seed, width, share)
        y = self._interval(seed, height, share)
        order = shuffle(np.arange(batch, dtype=np.int32), seed=seed)
        sides = [broadcast_op("subtract", ends[1], ends[0]) for ends in (x, y)]
        area = divide(broadcast_op("multiply", *sides), np.array(width * height, self.dtype))
        return {
            "permutation_order": order,
            "batch_masks": self._masks(shape, x, y),
            "mix_weight": broadcast_op("subtract", one, area)[:, None, None, None],
        }

    @op("keras.CutMix.__call__")
    def __call__(self, inputs: Any, training: bool = True) -> Any:
        """Return the images, with a box of another in each if `training`.

        For a dict of "images" and "labels" a dict of both comes back, with the labels mixed too.
        """
        images, labels = _parts(self, inputs)
        images = cast(images, self.dtype)
        drawn = self.get_random_transformation(images, training)
        if drawn is not None:
            _check_labels(labels)
            order = drawn["permutation_order"]
            images = np.where(drawn["batch_masks"], images[order], images)
            if labels is not None:
                labels = _mixed(labels, drawn["mix_weight"].ravel(), order, 1)
        return _like(inputs, images, labels)


def _parts(layer: ImageLayer, inputs: Any) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Return images, and labels or None, floats among them of the layer's type."""
    if not isinstance(inputs, dict):
        return as_floats(layer, "images", inputs), None
    check_parts(inputs)
    arrays = {name: as_floats(layer, name, given) for name, given in inputs.items()}
    return arrays["images"], arrays.get("labels")


def _like(inputs: Any, images: NDArray[Any], labels: NDArray[Any] | None) -> Any:
    """Return images and labels as they were given: alone, or in a dict."""
    if not isinstance(inputs, dict):
        return images
    return {"images": images} if labels is None else {"images": images, "labels": labels}


def _check_labels(labels: NDArray[Any] | None) -> None:
    if labels is not None and not is_float(labels.dtype):
        raise TypeError(f"labels must be floats, for they are mixed, got {labels.dtype.name}")


def _mixed(
    array: NDArray[Any], weights: NDArray[Any], order: NDArray[np.integer[Any]], ones: int
) -> NDArray[Any]:
    """Return the weighted means of parts of the array and others, which `order` names.

    `ones` dimensions follow that of the weights: one for labels of any rank, as there.
    """
    weights = weights.reshape([-1, *[1] * ones])
    others = broadcast_op("subtract", np.array(1, weights.dtype), weights)
    mine = broadcast_op("multiply", weights, array)
    return broadcast_op("add", mine, broadcast_op("multiply", others, array[order]))
