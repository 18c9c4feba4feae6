"""keras/layers/geometry.py: where image layers move pixels to."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...arrays.arguments import FLOAT32
from ...arrays.arithmetic import broadcast_op
from ...arrays.conversion import as_tensor
from ...arrays.wording import brief
from ...graphs.graph import op
from ...seeding import versions
from ..seeding import given_seed, make_default_seed
from ._configured import Policy
from ._images import (
    Factor,
    ImageLayer,
    Seed,
    Transformation,
    as_signs,
    check_resampling,
    factor_range,
    on_images,
    symmetric_range,
    times,
)

__all__ = [
    "RandomCrop",
    "RandomElasticTransform",
    "RandomFlip",
    "RandomPerspective",
    "RandomRotation",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
]


class RandomFlip(ImageLayer):
    """Flip images, each by the toss of a coin.

    Parameters
    ----------
    mode : {"horizontal_and_vertical", "horizontal", "vertical"}
        With the first an image is flipped both ways or not at all; up to Keras 3.5 either way.
    seed : int, optional
        As in `tfphilox.keras.random.SeedGenerator`.
    data_format : {"channels_last", "channels_first"}, optional
        Not before Keras 3.6.
    name : str, optional
        Ignored.
    dtype : {float16, bfloat16, float32, float64, mixed_float16, mixed_bfloat16} or dict, optional
        Type of the result, or the dtype policy, as in a model's JSON, that names it;
        `keras.config.floatx` by default.
    bounding_box_format : str, optional
        Ignored: boxes are not transformed. All image layers of Keras 3.6 and newer take it.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above, or before TensorFlow 2.3.

    Notes
    -----
    While TensorFlow 2.3 to 2.15 is mirrored, this layer, `RandomCrop`, `RandomTranslation`,
    `RandomRotation`, `RandomZoom`, `RandomContrast` and `RandomBrightness` are those of tf.keras:
    with its arguments (no `data_format`), and its draws. A flip then tosses once for each way, and
    its transformation has "flip_horizontal" and "flip_vertical"; an angle is in radians.

    Stream
    ------
    One uniform number for each image, which flips at 0.5 or less. Up to Keras 3.5 a flip both ways
    is two, each tossed for: the transformation has "horizontal_flips" and "vertical_flips" then.
    Verified against Keras 3.0 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_flip.py.

    Examples
    --------
    >>> import numpy as np, tfphilox as tp
    >>> layer = tp.keras.layers.RandomFlip("horizontal", seed=1)
    >>> layer.get_random_transformation(np.zeros([4, 8, 8, 3]))["flips"].ravel()
    array([False,  True, False,  True])
    """

    _casts_labels = False
    _compiles = True

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: str | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        if mode not in ("horizontal_and_vertical", "horizontal", "vertical"):
            allowed = "horizontal_and_vertical, horizontal or vertical"
            raise ValueError(f"mode must be {allowed}, got {brief(mode)}")
        super().__init__(seed, data_format, dtype, bounding_box_format)
        self.mode = mode

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw which images to flip."""
        shape, batch, _, _ = self._size(data)
        if not training:
            return None
        ones = [1] * 3 if len(shape) == 3 else [batch, 1, 1, 1]
        names = ["flips"]
        if self._by_itself:
            ones = [batch, 1, 1, 1]
            if self.mode == "horizontal_and_vertical":
                names = ["horizontal_flips", "vertical_flips"]
        drawn: Transformation = {name: self._uniform(seed, ones, 0.0, 1.0) <= 0.5 for name in names}
        return {**drawn, "input_shape": shape}

    @op("keras.RandomFlip.__call__")
    @on_images
    def __call__(self, inputs: ArrayLike, training: bool = True) -> NDArray[Any]:
        """Return the images, flipped if `training`."""
        x = self._images(inputs)
        drawn = self.get_random_transformation(x, training)
        if drawn is None:
            return x
        vertical, horizontal = (-3, -2) if self.data_format == "channels_last" else (-2, -1)
        if "vertical_flips" in drawn:
            for name, axis in (("horizontal_flips", horizontal), ("vertical_flips", vertical)):
                chosen = drawn[name]
                x = np.where(chosen if x.ndim == 4 else chosen[0], np.flip(x, axis), x)
            return x
        flipped = x
        if self.mode != "vertical":
            flipped = np.flip(flipped, horizontal)
        if self.mode != "horizontal":
            flipped = np.flip(flipped, vertical)
        chosen = drawn["flips"]
        return np.where(chosen if x.ndim == chosen.ndim else chosen[0], flipped, x)


class RandomCrop(ImageLayer):
    """Cut a window out of images, the same for all of a batch.

    Parameters
    ----------
    height, width : int
        Of the window.
    seed : int, optional
        As in `tfphilox.keras.random.SeedGenerator`; without one the layer draws two numbers from
        Python's ``random`` and uses the second. Up to Keras 3.1 one is drawn for a seed of 0.
    data_format, name, dtype
        As in `RandomFlip`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above, or before TensorFlow 2.3; in a call, if the images are
        smaller than the window in a direction: Keras would resize them.

    Stream
    ------
    Two uniform numbers, for the first row and column; none unless the images are larger than the
    window both ways, up to Keras 3.5 as large. Verified against Keras 3.0 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_crop.py.

    Examples
    --------
    >>> import numpy as np, tfphilox as tp
    >>> layer = tp.keras.layers.RandomCrop(4, 4, seed=1)
    >>> layer.get_random_transformation(np.zeros([2, 32, 32, 3]))
    (array(25, dtype=int32), array(2, dtype=int32))
    """

    _casts_labels = False

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        data_format: str | None = None,
        name: str | None = None,
        *,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        self.height, self.width = operator.index(height), operator.index(width)
        if self.height < 1 or self.width < 1:
            raise ValueError(f"height and width must be 1 or more, got {brief((height, width))}")
        drawn = make_default_seed() if given_seed(seed) is None else seed
        super().__init__(seed, data_format, dtype, bounding_box_format)
        self._at_rest = versions.rule("keras_crop_at_rest")
        self.seed = drawn  # as there: not what it draws from, but what a copy does

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> tuple[Any, Any]:
        """Draw the first row and column; without `training`, return those of the middle."""
        _, _, height, width = self._size(data)
        least = 0 if self._by_itself else 1
        if training and height - self.height >= least and width - self.width >= least:
            starts = [
                self._uniform(seed, [], 0.0, float(room + 1)).astype(np.int32)
                for room in (height - self.height, width - self.width)
            ]
            return starts[0], starts[1]
        high = max(min(height, int(float(width * self.height) / self.width)), 1)
        wide = max(min(width, int(float(height * self.width) / self.height)), 1)
        return int((height - high) / 2), int((width - wide) / 2)

    @op("keras.RandomCrop.__call__")
    @on_images
    def __call__(self, inputs: ArrayLike, training: bool = True) -> NDArray[Any]:
        """Return the windows if `training`; else the images, in Keras 3.6 and 3.7 their middles."""
        if not training and self._at_rest != "cut":
            self._size(inputs)
            if self._at_rest == "resized":
                raise ValueError("RandomCrop: up to Keras 3.5 it resizes images without training")
            return np.array(as_tensor("inputs", inputs))
        x = self._images(inputs)
        _, _, height, width = self._size(x)
        if height < self.height or width < self.width:
            raise ValueError(
                f"images must be at least {self.height} by {self.width}, or Keras resizes them; "
                f"got shape {x.shape}"
            )
        top, left = self.get_random_transformation(x, training)
        rows, columns = slice(top, top + self.height), slice(left, left + self.width)
        return (
            x[..., rows, columns, :]
            if self.data_format == "channels_last"
            else x[..., rows, columns]
        )


class RandomRotation(ImageLayer):
    """Draw by how many degrees to turn.

    Parameters
    ----------
    factor : float or pair of float
        -1 to 1, in full turns; a number means as much on both sides of 0.
    fill_mode : {"reflect", "wrap", "constant", "nearest"}
    interpolation : {"bilinear", "nearest"}
    fill_value : float
        Ignored: nothing of it is drawn.
    seed, data_format, name, dtype
        As in `RandomFlip`.

    Notes
    -----
    Keras's transformation also has the matrix that follows from the angle. Up to 3.7 it has that
    alone, and of a batch with channels first as many angles as channels, which is refused.

    Stream
    ------
    One uniform number for each image; up to Keras 3.7 the angle is in radians. Verified against
    Keras 3.0 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_rotation.py.

    Examples
    --------
    >>> import numpy as np, tfphilox as tp
    >>> layer = tp.keras.layers.RandomRotation(0.1, seed=1)
    >>> layer.get_random_transformation(np.zeros([2, 8, 8, 3]))["angle"]
    array([27.251148, -2.881424], dtype=float32)
    """

    def __init__(
        self,
        factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        check_resampling(fill_mode, interpolation)
        super().__init__(seed, data_format, dtype, bounding_box_format)
        self.factor = self._factor(factor)
        self._radians = versions.rule("keras_rotation") == "radians"

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw the angle of each image, in degrees."""
        shape, batch, height, width = self._size(data)
        if not training:
            return None
        low: Any
        high: Any
        low, high = self.factor[0] * 360.0, self.factor[1] * 360.0
        if self._radians:
            if len(shape) == 4 and self.data_format == "channels_first":
                raise ValueError(
                    "RandomRotation: a batch with channels first is for Keras 3.8 or newer, which "
                    "draws an angle for each image"
                )
            pi = np.float32(np.pi)
            low, high = (np.float32(factor * 2.0) * pi for factor in self.factor)
        return {
            "angle": self._uniform(seed, [batch], low, high),
            "image_height": height,
            "image_width": width,
            "batch_size": batch,
        }


class RandomTranslation(ImageLayer):
    """Draw by how many pixels to move.

    Parameters
    ----------
    height_factor, width_factor : float or pair of float
        -1 to 1, as a share of the image; a number means as much on both sides of 0.
    fill_mode : {"reflect", "wrap", "constant", "nearest"}
    interpolation : {"bilinear", "nearest"}
    fill_value : float
        Ignored: nothing of it is drawn.
    seed, data_format, name, dtype
        As in `RandomFlip`.

    Stream
    ------
    Two draws of one uniform number for each image, first for the height. Verified against Keras
    3.0 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_translation.py.
    """

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        check_resampling(fill_mode, interpolation)
        self.height_factor = symmetric_range("height_factor", height_factor, -1.0)
        self.width_factor = symmetric_range("width_factor", width_factor, -1.0)
        super().__init__(seed, data_format, dtype, bounding_box_format)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw how far each image moves, to the right and down, in pixels."""
        shape, batch, height, width = self._size(data)
        if not training:
            return None
        down = times(self._uniform(seed, [batch, 1], *self.height_factor), height)
        right = times(self._uniform(seed, [batch, 1], *self.width_factor), width)
        moves = np.concatenate([right, down], axis=1).astype(FLOAT32)
        return {"translations": moves, "input_shape": shape}


class RandomZoom(ImageLayer):
    """Draw by how much to zoom.

    Parameters
    ----------
    height_factor, width_factor : float or pair of float
        More than -1 and at most 1; up to Keras 3.13 -1 too. A number means as much on both sides
        of 0. Without `width_factor` width follows height.
    fill_mode : {"reflect", "wrap", "constant", "nearest"}
    interpolation : {"bilinear", "nearest"}
    fill_value : float
        Ignored: nothing of it is drawn.
    seed, data_format, name, dtype
        As in `RandomFlip`.

    Stream
    ------
    One or two draws of one uniform number for each image, first for the height. Verified against
    Keras 3.0 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_zoom.py.
    """

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor | None = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        check_resampling(fill_mode, interpolation)
        above = -1.0
        if versions.keras_3_rule("keras_zoom_of_all") == "refused":
            above = float(np.nextafter(-1.0, 0.0))
        self.height_factor = symmetric_range("height_factor", height_factor, above)
        self.width_factor = (
            None if width_factor is None else symmetric_range("width_factor", width_factor, above)
        )
        super().__init__(seed, data_format, dtype, bounding_box_format)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw the factors of each image; more than 1 zooms out."""
        shape, batch, _, _ = self._size(data)
        if not training:
            return None
        heights = widths = self._zooms(seed, batch, self.height_factor)
        if self.width_factor is not None:
            widths = self._zooms(seed, batch, self.width_factor)
        return {"height_zoom": heights, "width_zoom": widths, "input_shape": shape}

    def _zooms(self, seed: Seed, batch: int, factor: tuple[float, float]) -> NDArray[Any]:
        return self._uniform(seed, [batch, 1], 1.0 + factor[0], 1.0 + factor[1])


class RandomShear(ImageLayer):
    """Draw by how much to shear.

    Parameters
    ----------
    x_factor, y_factor : float or pair of float
        0 to 1; a number means as much on both sides of 0.
    fill_mode : {"reflect", "wrap", "constant", "nearest"}
    interpolation : {"bilinear", "nearest"}
    fill_value : float
        Ignored: nothing of it is drawn.
    seed, data_format, name, dtype
        As in `RandomFlip`.

    Stream
    ------
    Three draws of one uniform number for each image: the sign, and the shears along y and x.
    Verified against Keras 3.8 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_shear.py.
    """

    def __init__(
        self,
        x_factor: Factor = 0.0,
        y_factor: Factor = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: str | None = None,
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        check_resampling(fill_mode, interpolation)
        self.x_factor = symmetric_range("x_factor", x_factor, 0.0)
        self.y_factor = symmetric_range("y_factor", y_factor, 0.0)
        super().__init__(seed, data_format, dtype, bounding_box_format)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw the shears of each image, along x and y."""
        shape, batch, _, _ = self._size(data)
        if not training:
            return None
        signs = as_signs(self._uniform(seed, [batch, 1], 0.0, 1.0, self.dtype))
        y = self._uniform(seed, [batch, 1], *self.y_factor, self.dtype)
        x = self._uniform(seed, [batch, 1], *self.x_factor, self.dtype)
        shears = broadcast_op("multiply", np.concatenate([x, y], axis=1), signs)
        return {"shear_factor": shears, "input_shape": shape}


class RandomPerspective(ImageLayer):
    """Draw where the corners of images move to.

    Parameters
    ----------
    factor : float or pair of float
        How probable that is, 0 to 1; a number means from 0 to it, drawn anew for each image.
    scale : float
        0 to 1: each coordinate of a corner is multiplied by 1 - scale / 2 to 1 + scale / 2, so
        those that are 0 stay.
    interpolation, fill_value
        As in `RandomRotation`.
    seed, data_format, name, dtype
        As in `RandomFlip`.

    Stream
    ------
    Two draws of one uniform number for each image, the probability and the toss; one of eight, of
    type `dtype`, for x and y of the corners. Verified against Keras 3.9 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_perspective.py.

    Examples
    --------
    >>> import numpy as np, tfphilox as tp
    >>> layer = tp.keras.layers.RandomPerspective(seed=1)
    >>> layer.get_random_transformation(np.zeros([1, 5, 9, 3]))["end_points"]
    array([[[ 0.       ,  0.       ],
            [11.969786 ,  0.       ],
            [ 0.       ,  4.597384 ],
            [ 4.8555555,  2.2606497]]], dtype=float32)
    """

    def __init__(
        self,
        factor: Factor = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        seed: int | None = None,
        data_format: str | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        check_resampling("constant", interpolation)
        self.factor = factor_range("factor", factor, 0.0)
        if not 0.0 <= scale <= 1.0:
            raise ValueError(f"scale must be from 0 to 1, got {brief(scale)}")
        self.scale = scale
        super().__init__(seed, data_format, dtype, bounding_box_format)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw which images to change, and where their corners go, as x and y."""
        shape, batch, height, width = self._size(data)
        if not training:
            return None
        seed = seed or None  # as there: 0 means the layer's own seeds
        chosen = self._chosen(seed, batch, self.factor)
        ends = -0.5 * self.scale, 0.5 * self.scale
        factors = self._uniform(seed, [batch, 4, 2], *ends, self.dtype)
        corners = [[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]]
        start = np.repeat(np.array([corners]).astype(self.dtype), batch, axis=0)
        end = broadcast_op("add", start, broadcast_op("multiply", start, factors))
        return {
            "apply_perspective": chosen,
            "start_points": start,
            "end_points": end,
            "input_shape": shape,
        }


class RandomElasticTransform(ImageLayer):
    """Draw which images to distort, and how much.

    Parameters
    ----------
    factor : float or pair of float
        How probable that is, 0 to 1; a number means from 0 to it, drawn anew for each image.
    scale : float or pair of float
        The range to draw from how much, within 0 to 1.
    interpolation, fill_mode, fill_value
        As in `RandomRotation`; `fill_mode` may be "mirror" too.
    value_range : pair of float
        Ignored: nothing of it is drawn.
    seed, data_format, name, dtype
        As in `RandomFlip`.

    Notes
    -----
    Keras's call of the layer, not its `get_random_transformation`, draws once more: normal numbers
    of the shape [images, height, width], the same for both directions, by TensorFlow's stateless op
    from the next pair of "seed", not reduced modulo 2**31 - 2 as all others are.

    Stream
    ------
    Two draws of one uniform number for each image, the probability and the toss; one number of type
    `dtype` for all of them. Nothing if `factor` or `scale` is 0. Verified against Keras 3.10 to
    3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_elastic_transform.py;
    keras/src/backend/tensorflow/image.py, elastic_transform.

    Examples
    --------
    >>> import numpy as np, tfphilox as tp
    >>> layer = tp.keras.layers.RandomElasticTransform(0.9, seed=1)
    >>> drawn = layer.get_random_transformation(np.zeros([2, 8, 8, 3]))
    >>> drawn["apply_transform"], drawn["distortion_factor"]
    (array([ True,  True]), array(0.8440604, dtype=float32))
    """

    def __init__(
        self,
        factor: Factor = 1.0,
        scale: Factor = 1.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        fill_modes = "constant", "nearest", "wrap", "mirror", "reflect"
        check_resampling(fill_mode, interpolation, fill_modes)
        self.factor = factor_range("factor", factor, 0.0)
        self.scale = factor_range("scale", scale, 0.0)
        super().__init__(seed, data_format, dtype, bounding_box_format)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw which images to distort, and how much; "seed" is what the call goes on with."""
        _, batch, _, _ = self._size(data)
        if not training or self.scale[1] == 0 or self.factor[1] == 0:
            return None
        seed = seed or self.generator  # as there: 0 means the layer's own seeds
        return {
            "apply_transform": self._chosen(seed, batch, self.factor),
            "distortion_factor": self._uniform(seed, [], *self.scale, self.dtype),
            "seed": seed,
        }
