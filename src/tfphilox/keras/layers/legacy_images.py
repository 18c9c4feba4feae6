"""keras/layers/legacy_images.py: the image layers as tf.keras 2 had them, TensorFlow 2.3 to 2.15.

Each is what the class of that name in `geometry` or `colors` makes while such a version is
mirrored. They draw from a generator of their own; up to 2.5 flips and contrasts are ops with an op
seed, in 2.10 and 2.11 flips are NumPy's.

From 2.9 to 2.11 some layers treat a batch image by image with ``tf.vectorized_map``, which traces
the drawing op once and then loops over it: the traced op runs too, before the loops, and nobody
uses what it draws. Ops of one layer loop one after the other.

What resamples pixels gives only what was drawn, and so does RandomContrast on a batch in 2.9 to
2.11, whose mean ``tf.vectorized_map`` takes in another way.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ... import image
from ... import random as tf_random
from ..._c._undo import note_source, set_attribute
from ...arrays.arguments import FLOAT32, INT32, is_float
from ...arrays.arithmetic import broadcast_op
from ...arrays.conversion import as_tensor
from ...arrays.wording import brief
from ...graphs.graph import graph_being_built, op
from ...image._adjust import adjust_contrast
from ...seeding import versions
from ...seeding.process import current
from .._casting import cast
from ..config import float_dtype
from ..seeding import noted
from . import colors, geometry
from ._configured import Policy, compute_dtype
from ._images import (
    Factor,
    ImageLayer,
    Seed,
    Transformation,
    check_resampling,
    check_value_range,
    clipped,
    factor_range,
    times,
)

__all__ = ["RandomHeight", "RandomWidth"]

_MOST = np.iinfo(np.int32).max
_INTERPOLATIONS = (
    *("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian"),
    "mitchellcubic",
)
_BY_IMAGE = "some by image", "by image"


class _LegacyLayer(ImageLayer):
    """A generator, made when this version makes it; `_rules` is what holds for its draws."""

    _by_image: ClassVar[tuple[str, ...]] = _BY_IMAGE  # rules under which images have their own ops
    _last_first: ClassVar[bool] = False  # whether the op that is traced last loops first
    _needs_batch: ClassVar[bool] = True  # up to 2.5
    generator: Any

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._legacy = cls
        for base in cls.__bases__:
            if not issubclass(base, _LegacyLayer):
                modern: Any = base
                modern._legacy = cls

    _compiles = False

    def __init__(self, seed: int | None, dtype: Policy) -> None:
        what = type(self).__name__
        self._rule = versions.rule("keras_images")
        self._made = versions.rule("keras_image_generator")
        if self._rule == "unverified":
            raise ValueError(
                f"{what} is known of TensorFlow 2.3 and newer; the version that is mirrored is "
                f"{versions.get()}"
            )
        if self._rule == "keras 3":
            raise ValueError(
                f"{what} follows tf.keras 2 alone, TensorFlow 2.3 to 2.15; the version that is "
                f"mirrored is {versions.get()}"
            )
        if seed is not None and (isinstance(seed, bool) or not hasattr(seed, "__index__")):
            raise TypeError(f"seed must be an integer, got {brief(seed)}")
        self.dtype = compute_dtype(self, dtype)
        self.data_format = "channels_last"
        self.seed = None if seed is None else operator.index(seed)
        self.generator = None
        if self._made in ("entropy", "constructor"):
            self.generator = self._new_generator()

    def _new_generator(self) -> tf_random.Generator:
        seed = self.seed
        if self._made == "entropy" and (seed is None or (seed == 0 and self._rule == "op seeds")):
            return tf_random.Generator.from_non_deterministic_state()
        if seed is None:
            process = current()
            python = self._made == "first draw from random"
            source = process.sources.python if python else process.legacy_source()
            seed = noted(source).randint(1, 10**9)
        return tf_random.Generator.from_seed(seed)

    def _source(self) -> tf_random.Generator:
        """Return the generator, made if there is none yet."""
        if self.generator is None:
            set_attribute(self, "generator", self._new_generator())
        generator: tf_random.Generator = self.generator
        return generator

    def _start(self, data: Any, training: Any, seed: Seed = None) -> tuple[int, ...]:
        """Return the shape of images; the layer is built, which may make its generator."""
        if seed is not None:
            raise ValueError("seed is that of the layer before Keras 3, and must be None here")
        if isinstance(data, dict):
            raise TypeError("images must be an array before Keras 3, got a dict")
        shape, _, _, _ = self._size(data)
        if len(shape) == 3 and self._rule == "op seeds" and self._needs_batch:
            raise ValueError(f"images must have rank 4 up to TensorFlow 2.5, got shape {shape}")
        if self._made == "built":
            self._source()
        return shape

    def _pictures(self, inputs: ArrayLike) -> NDArray[Any]:
        x = as_tensor("inputs", inputs)
        kept = versions.rule("keras_image_types") == "floats" and not is_float(x.dtype)
        return np.array(x if kept else cast(x, self.dtype))

    def _loops(self, shape: tuple[int, ...]) -> bool:
        """Say whether the images of a batch are treated one by one."""
        return len(shape) == 4 and self._rule in self._by_image

    def _numbers(
        self, shape: tuple[int, ...], ranges: Sequence[tuple[float, float]], dtype: Any = None
    ) -> list[NDArray[Any]]:
        """Draw a number for each image from each of the ranges."""
        generator, batch = self._source(), shape[0] if len(shape) == 4 else 1
        if dtype is None:
            dtype = FLOAT32 if self._made == "entropy" else float_dtype(None)
        if not self._loops(shape):
            return [generator.uniform([batch], low, high, dtype) for low, high in ranges]
        for low, high in ranges:
            generator.uniform([1], low, high, dtype)
        drawn = []
        for low, high in ranges[::-1] if self._last_first else ranges:
            each = [generator.uniform([1], low, high, dtype) for _ in range(batch)]
            drawn.append(np.concatenate(each) if each else np.empty([0], dtype))
        return drawn[::-1] if self._last_first else drawn

    def _pair(self) -> NDArray[np.int64]:
        """Draw the seed of a stateless op."""
        return self._source().make_seeds()[:, 0]


def _ends(name: str, factor: Any, least: float, most: float, ordered: bool = True) -> Any:
    """Return the ends of a range, as given or around 0."""
    ends = tuple(factor) if isinstance(factor, tuple | list) else (factor, factor)
    if len(ends) != 2 or not all(isinstance(end, int | float | np.number) for end in ends):
        raise ValueError(f"{name} must be a number or two, got {brief(factor)}")
    low, high = ends if isinstance(factor, tuple | list) else (-ends[0], ends[0])
    if (ordered and high < low) or not all(least <= end <= most for end in (low, high)):
        raise ValueError(f"{name} must be from {least} to {most}, in order, got {brief(factor)}")
    return low, high


class RandomFlip(_LegacyLayer, geometry.RandomFlip):
    """Two tosses for each image, first left to right, then upside down."""

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
    ) -> None:
        if mode not in ("horizontal_and_vertical", "horizontal", "vertical"):
            allowed = "horizontal_and_vertical, horizontal or vertical"
            raise ValueError(f"mode must be {allowed}, got {brief(mode)}")
        _LegacyLayer.__init__(self, seed, dtype)
        self.mode = mode

    @property
    def _ways(self) -> list[bool]:
        return [self.mode != "vertical", self.mode != "horizontal"]

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw which images to flip, each way."""
        shape = self._start(data, training, seed)
        if not training:
            return None
        batch = shape[0] if len(shape) == 4 else 1
        if self._rule == "by image" or self._loops(shape):
            tosses = [[way and self._toss() for way in self._ways] for _ in range(batch)]
            flips = np.array(tosses, bool).reshape(batch, 2).T
        else:
            flips = np.array(
                [self._tosses(shape) if way else np.zeros(batch, bool) for way in self._ways]
            )
        return {"flip_horizontal": flips[0], "flip_vertical": flips[1], "input_shape": shape}

    def _toss(self) -> bool:
        """Toss for one image and one way."""
        if self._rule == "by image":
            source = current().sources.numpy
            note_source(_choose_again, source, source.get_state(legacy=False))
            return bool(source.choice([True, False]))
        return bool(self._uniforms([]) < 0.5)

    def _tosses(self, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """Toss for all images at once, one way."""
        if len(shape) == 3:
            return np.array([self._toss()])
        flips: NDArray[np.bool_] = self._uniforms([shape[0]]) > 0.5
        return flips

    def _uniforms(self, shape: Sequence[int]) -> NDArray[Any]:
        if self._rule == "op seeds":
            return tf_random.uniform(shape, 0, 1.0, seed=self.seed)
        return tf_random.stateless_uniform(shape, self._pair(), 0, 1.0)

    def __call__(self, inputs: ArrayLike, training: bool | None = True) -> NDArray[Any]:
        """Return the images, flipped if `training`."""
        if self._rule == "by image" and training and graph_being_built() is not None:
            raise ValueError(
                "RandomFlip of TensorFlow 2.10 and 2.11 must not be called while a graph is built: "
                "its choices would be those of NumPy at each trace, the same for all images"
            )
        return self._flipped(inputs, training)

    @op("keras.legacy_images.RandomFlip.__call__")
    def _flipped(self, inputs: ArrayLike, training: bool | None = True) -> NDArray[Any]:
        shape = self._start(inputs, training)
        x = self._pictures(inputs)
        if not training:
            return x
        if self._rule == "by image" or self._loops(shape):
            drawn: Any = self.get_random_transformation(x)
            across = drawn["flip_horizontal"].reshape([-1] + [1] * 3)
            down = drawn["flip_vertical"].reshape([-1] + [1] * 3)
            many = x.reshape(-1, *shape[-3:])
            many = np.where(across, np.flip(many, -2), many)
            return np.where(down, np.flip(many, -3), many).reshape(shape)
        names = ["flip_left_right", "flip_up_down"]
        for name, way in zip(names, self._ways, strict=True):
            if not way:
                continue
            if self._rule == "op seeds":
                x = getattr(image, f"random_{name}")(x, self.seed)
            else:
                x = getattr(image, f"stateless_random_{name}")(x, self._pair())
        return x


def _choose_again(source: Any, before: Any) -> None:
    """Let NumPy's random stand before a choice of two, if that alone has moved it since."""
    replay = np.random.RandomState()
    replay.set_state(before)
    replay.choice([True, False])
    now, after = (each.get_state(legacy=False)["state"] for each in (source, replay))
    if now["pos"] == after["pos"] and np.array_equal(now["key"], after["key"]):
        source.set_state(before)


class RandomCrop(_LegacyLayer, geometry.RandomCrop):
    """The first row and column, by the remainders of two integers (up to 2.6 of four)."""

    _by_image = ("by image",)

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
    ) -> None:
        self.height, self.width = operator.index(height), operator.index(width)
        if self.height < 1 or self.width < 1:
            raise ValueError(f"height and width must be 1 or more, got {brief((height, width))}")
        _LegacyLayer.__init__(self, seed, dtype)

    def _room(self, data: Any) -> tuple[int, int]:
        _, _, height, width = self._size(data)
        if height < self.height or width < self.width:
            raise ValueError(
                f"images must be at least {self.height} by {self.width}, or tf.keras resizes them "
                f"or fails; got {height} by {width}"
            )
        return height - self.height + 1, width - self.width + 1

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> tuple[Any, Any]:
        """Draw the first row and column, in 2.10 and 2.11 of each image of a batch."""
        shape = self._start(data, training, seed)
        if not training:
            raise ValueError("training must be True: without it tf.keras resizes the images")
        rows, columns = self._room(data)
        if self._made == "entropy":
            drawn = tf_random.stateless_uniform([len(shape)], self._pair(), 0, _MOST, "int32")[-3:]
            return drawn[0] % np.int32(rows), drawn[1] % np.int32(columns)
        draw = partial(self._source().uniform, [2], 0, _MOST, "int32")
        if not self._loops(shape):
            drawn = draw()
            return drawn[0] % np.int32(rows), drawn[1] % np.int32(columns)
        draw()
        each = np.array([draw() for _ in range(shape[0])], INT32).reshape(-1, 2)
        return each[:, 0] % np.int32(rows), each[:, 1] % np.int32(columns)

    @op("keras.legacy_images.RandomCrop.__call__")
    def __call__(self, inputs: ArrayLike, training: bool | None = True) -> NDArray[Any]:
        """Return the windows; without `training` tf.keras resizes the images, so it is refused."""
        x = as_tensor("inputs", inputs)
        if versions.rule("keras_crop_floats") == "cast":
            x = self._pictures(x)
        top, left = self.get_random_transformation(x, bool(training))
        if np.ndim(top) == 0:
            return np.array(self._window(x, top, left))
        pairs = zip(x, top, left, strict=True)
        return np.array([self._window(each, row, column) for each, row, column in pairs], x.dtype)

    def _window(self, x: NDArray[Any], top: Any, left: Any) -> NDArray[Any]:
        return x[..., top : top + self.height, left : left + self.width, :]


class RandomTranslation(_LegacyLayer, geometry.RandomTranslation):
    """A number for each image, first for the heights, then for the widths.

    Image by image the loop of the widths comes first: what moves the pixels is a function of its
    own there, whose last argument is converted first.
    """

    _last_first = True

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        *,
        name: str | None = None,
        dtype: Policy = None,
    ) -> None:
        check_resampling(fill_mode, interpolation)
        self.height_factor = _ends("height_factor", height_factor, -1.0, 1.0)
        self.width_factor = _ends("width_factor", width_factor, -1.0, 1.0)
        _LegacyLayer.__init__(self, seed, dtype)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw how far each image moves, to the right and down, in pixels."""
        shape = self._start(data, training, seed)
        if not training:
            return None
        down, right = self._numbers(shape, [self.height_factor, self.width_factor], FLOAT32)
        moves = np.stack([times(right, shape[-2]), times(down, shape[-3])], axis=1)
        return {"translations": moves, "input_shape": shape}


class RandomRotation(_LegacyLayer, geometry.RandomRotation):
    """An angle for each image, in radians."""

    _by_image = ("by image",)

    def __init__(
        self,
        factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        *,
        name: str | None = None,
        dtype: Policy = None,
    ) -> None:
        check_resampling(fill_mode, interpolation)
        self.factor = _ends("factor", factor, -np.inf, np.inf)
        _LegacyLayer.__init__(self, seed, dtype)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw the angle of each image, in radians."""
        shape = self._start(data, training, seed)
        if not training:
            return None
        low, high = self.factor[0] * 2.0 * np.pi, self.factor[1] * 2.0 * np.pi
        return {
            "angle": self._numbers(shape, [(low, high)])[0],
            "image_height": shape[-3],
            "image_width": shape[-2],
            "batch_size": shape[0] if len(shape) == 4 else 1,
        }


class RandomZoom(_LegacyLayer, geometry.RandomZoom):
    """A number for each image, for the heights and then, if they differ, for the widths."""

    _by_image = ("by image",)

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor | None = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        *,
        name: str | None = None,
        dtype: Policy = None,
    ) -> None:
        check_resampling(fill_mode, interpolation)
        self.height_factor = _ends("height_factor", height_factor, -1.0, 1.0, False)
        self.width_factor = (
            None if width_factor is None else _ends("width_factor", width_factor, -1, np.inf, False)
        )
        _LegacyLayer.__init__(self, seed, dtype)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw the factors of each image; more than 1 zooms out."""
        shape = self._start(data, training, seed)
        if not training:
            return None
        factors = [each for each in (self.height_factor, self.width_factor) if each is not None]
        zooms = self._numbers(shape, [(1.0 + low, 1.0 + high) for low, high in factors])
        heights, widths = zooms[0][:, None], zooms[-1][:, None]
        return {"height_zoom": heights, "width_zoom": widths, "input_shape": shape}


class RandomContrast(_LegacyLayer, colors.RandomContrast):
    """One factor for all images, in 2.9 to 2.11 one for each."""

    _needs_batch = False

    def __init__(
        self,
        factor: Factor,
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
    ) -> None:
        ends = tuple(factor) if isinstance(factor, tuple | list) else (factor, factor)
        if len(ends) != 2 or not all(isinstance(end, int | float | np.number) for end in ends):
            raise ValueError(f"factor must be a number or two, got {brief(factor)}")
        if ends[0] < 0 or ends[1] < 0 or ends[0] > 1:
            raise ValueError(f"factor must be from 0 to 1, got {brief(factor)}")
        self.factor = ends
        _LegacyLayer.__init__(self, seed, dtype)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation:
        """Draw the factor, of one number, in 2.9 to 2.11 of one for each image of a batch."""
        shape = self._start(data, training, seed)
        if not training:
            return {"contrast_factor": np.ones([], np.float32)}
        draw = self._draw_factor()
        if not self._loops(shape):
            return {"contrast_factor": draw()}
        draw()
        return {"contrast_factor": np.array([draw() for _ in range(shape[0])], np.float32)}

    def _draw_factor(self) -> Callable[[], NDArray[Any]]:
        low, high = 1.0 - self.factor[0], 1.0 + self.factor[1]
        if self._rule not in _BY_IMAGE and high <= low:
            raise ValueError("factor must not be 0 at both ends: tf.image refuses to draw")
        if self._rule == "op seeds":
            return lambda: tf_random.uniform([], low, high, seed=self.seed)
        return lambda: tf_random.stateless_uniform([], self._pair(), low, high)

    @op("keras.legacy_images.RandomContrast.__call__")
    def __call__(self, inputs: ArrayLike, training: bool | None = True) -> NDArray[Any]:
        """Return the images, with another contrast if `training`."""
        shape = self._start(inputs, training)
        x = self._pictures(inputs)
        if not training:
            return x
        if self._loops(shape):
            raise ValueError(
                "a batch must not be given to RandomContrast of TensorFlow 2.9 to 2.11, which "
                "takes the mean in another way there; get_random_transformation draws its factors"
            )
        result = adjust_contrast(x, self._draw_factor())
        return clipped(result, 0, 255) if self._rule in (*_BY_IMAGE, "batch") else result


class RandomBrightness(_LegacyLayer, colors.RandomBrightness):
    """One number for each image; since TensorFlow 2.9."""

    def __init__(
        self,
        factor: Factor,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
    ) -> None:
        self.factor = factor_range("factor", factor)
        self.value_range = check_value_range(value_range)
        if versions.rule("keras_images") not in (*_BY_IMAGE, "batch"):
            raise ValueError(
                "RandomBrightness came with TensorFlow 2.9; the version that is mirrored is "
                f"{versions.get()}"
            )
        _LegacyLayer.__init__(self, seed, dtype)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation:
        """Draw what to add to each image."""
        shape = self._start(data, training, seed)
        ones = [1] * 3 if len(shape) == 3 else [shape[0], 1, 1, 1]
        if not training:
            return {"rgb_delta": np.zeros(ones, float_dtype(None))}
        low, high = self.value_range
        drawn = self._numbers(shape, [self.factor])[0].reshape(ones)
        return {"rgb_delta": times(drawn, high - low)}

    @op("keras.legacy_images.RandomBrightness.__call__")
    def __call__(self, inputs: ArrayLike, training: bool | None = True) -> NDArray[Any]:
        """Return the images, lighter or darker if `training`."""
        self._start(inputs, training)
        x = self._pictures(inputs)
        if not training:
            return x
        delta = self.get_random_transformation(x)["rgb_delta"]
        low, high = self.value_range
        return clipped(broadcast_op("add", x, cast(delta, x.dtype)), low, high)


class _Stretched(_LegacyLayer):
    """A layer that draws one number for all images, by which one side of theirs is multiplied."""

    def __init__(
        self,
        factor: Factor,
        interpolation: str = "bilinear",
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
    ) -> None:
        if str(interpolation).lower() not in _INTERPOLATIONS:
            allowed = ", ".join(_INTERPOLATIONS)
            raise ValueError(f"interpolation must be one of {allowed}, got {brief(interpolation)}")
        self.factor = _ends("factor", factor, -1.0, np.inf)
        _LegacyLayer.__init__(self, seed, dtype)

    def _stretch(self, shape: tuple[int, ...], axis: int) -> NDArray[Any]:
        dtype = FLOAT32 if self._made == "entropy" else float_dtype(None)
        low, high = (1.0 + end for end in self.factor)
        drawn = np.asarray(self._source().uniform([], low, high, dtype))
        return np.asarray(times(cast(drawn, FLOAT32), shape[axis])).astype(INT32)


class RandomHeight(_Stretched):
    """Draw how high images become; a layer of tf.keras 2.

    Parameters
    ----------
    factor : float or pair of float
        -1 or more, as a share of the height to add; a number means as much on both sides of 0.
    interpolation : str
        One of ``tf.image.resize``'s methods; nothing of it is drawn.
    seed : int, optional
        Of the layer's generator. Without one TensorFlow 2.7 and newer draw it as Keras's seeds.
    name, dtype
        As in `RandomFlip`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above, before TensorFlow 2.3, or since 2.16.

    Stream
    ------
    One uniform number for all images. Verified against TensorFlow 2.3 to 2.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing.py of tf.keras 2.

    Examples
    --------
    >>> import numpy as np, tfphilox as tp
    >>> with tp.config.tensorflow_version("2.15"):
    ...     layer = tp.keras.layers.RandomHeight(0.5, seed=1)
    ...     layer.get_random_transformation(np.zeros([2, 40, 30, 3]))["height"]
    array(51, dtype=int32)
    """

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw the new height."""
        shape = self._start(data, training, seed)
        return {"height": self._stretch(shape, -3), "input_shape": shape} if training else None


class RandomWidth(_Stretched):
    """Draw how wide images become; a layer of tf.keras 2.

    Parameters
    ----------
    factor, interpolation, seed, name, dtype
        As in `RandomHeight`, of the width.

    Raises
    ------
    TypeError, ValueError
        As there.

    Stream
    ------
    One uniform number for all images. Verified against TensorFlow 2.3 to 2.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing.py of tf.keras 2.
    """

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw the new width."""
        shape = self._start(data, training, seed)
        return {"width": self._stretch(shape, -2), "input_shape": shape} if training else None
