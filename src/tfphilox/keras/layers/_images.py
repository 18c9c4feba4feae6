"""keras/layers/_images.py: what the image layers of Keras 3 share: seeds, shapes, ranges.

Each layer has a `SeedGenerator` and, by the name Keras gives it, a `get_random_transformation`,
which draws for one image or a batch. Where the pixels that follow are a matter of moving or adding
(flips, brightness, inversion, crops, erasing, mixing), the layer can be called too. The others
resample or convert colours in ways that are no matter of random numbers, and give only what was
drawn.

Up to Keras 3.5 the layers, ten then, drew while they were called; `get_random_transformation` gives
what such a call draws, by the names of later releases. A layer that a release lacks is refused.

tf.keras 2 seeded such layers otherwise. While it is mirrored, a class that it has too makes what
`legacy_images` has under its name; the others are refused.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...arrays.arguments import is_float
from ...arrays.arithmetic import broadcast_op
from ...arrays.conversion import as_tensor
from ...arrays.wording import brief
from ...seeding import versions
from .._casting import cast
from .._since import require_layer
from ..random import uniform
from ..seeding import SeedGenerator
from ._configured import Configured, Policy, compute_dtype

if TYPE_CHECKING:
    from typing_extensions import Self

Factor: TypeAlias = float | Sequence[float]
Seed: TypeAlias = int | SeedGenerator | None
Transformation: TypeAlias = dict[str, Any]


_NO_FORMAT = "RandomFlip", "RandomBrightness", "RandomContrast"  # up to 3.5


class ImageLayer(Configured):
    """A seed generator, a type, and where height and width are."""

    _bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    _casts_labels: ClassVar[bool] = True

    _by_itself = False  # it draws while it is called, as up to Keras 3.5
    _legacy: ClassVar[type[ImageLayer] | None] = None  # this layer as tf.keras 2 has it

    def __new__(cls, *args: Any, **keywords: Any) -> Self:
        kind: Any = cls
        if not versions.is_keras_3():
            import_module(".legacy_images", __package__)  # it fills `_legacy`, and stands above
            if cls._legacy is None:
                raise ValueError(
                    f"{cls.__name__} follows Keras 3 alone, TensorFlow 2.16 or newer; the version "
                    f"that is mirrored is {versions.get()}, with Keras {versions.keras()}"
                )
            kind = cls._legacy
        layer: Self = super().__new__(kind, *args, **keywords)
        return layer

    def __init__(
        self,
        seed: int | None,
        data_format: str | None,
        dtype: Policy,
        bounding_box_format: str | None = None,
    ) -> None:
        what = type(self).__name__
        require_layer(what)
        self._by_itself = versions.rule("keras_image_call") == "itself"
        if self._by_itself and data_format is not None and what in _NO_FORMAT:
            versions.require(f"data_format of {what}", "keras_layers_3_6")
        if self._by_itself and bounding_box_format is not None:
            versions.require(f"bounding_box_format of {what}", "keras_layers_3_6")
        self.bounding_box_format = bounding_box_format
        if data_format not in (None, "channels_last", "channels_first"):
            allowed = "channels_last or channels_first"
            raise ValueError(f"data_format must be {allowed}, got {brief(data_format)}")
        self.dtype = compute_dtype(self, dtype)
        self.data_format = data_format or "channels_last"
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def _factor(self, factor: Factor, low: float = -1.0) -> tuple[float, float]:
        """Return the range of a factor; up to Keras 3.5 both ends are looked at."""
        if self._by_itself:
            return symmetric_range("factor", factor, low)
        return factor_range("factor", factor, low)

    def _size(self, data: Any) -> tuple[tuple[int, ...], int, int, int]:
        """Return the shape of images, how many there are, and their height and width."""
        shape = np.shape(data["images"] if isinstance(data, dict) else data)
        if len(shape) not in (3, 4):
            raise ValueError(f"images must have rank 3 or 4, got shape {shape}")
        sides = shape[-3:-1] if self.data_format == "channels_last" else shape[-2:]
        return shape, shape[0] if len(shape) == 4 else 1, sides[0], sides[1]

    def _uniform(
        self, seed: Seed, shape: Sequence[int], low: float, high: float, dtype: Any = None
    ) -> NDArray[Any]:
        return uniform(shape, low, high, dtype, self.generator if seed is None else seed)

    def _chosen(self, seed: Seed, batch: int, factor: tuple[float, float]) -> NDArray[np.bool_]:
        """Draw for each image how probable its change is, and whether it changes."""
        probability = self._uniform(seed, [batch], *factor)
        chosen: NDArray[np.bool_] = self._uniform(seed, [batch], 0.0, 1.0) < probability
        return chosen

    def _images(self, images: ArrayLike) -> NDArray[Any]:
        self._size(images)
        return np.array(cast(as_tensor("images", images), self.dtype))


def check_parts(inputs: dict[str, Any]) -> None:
    """Raise unless there are images, and labels at most besides."""
    if not {"images"} <= set(inputs) <= {"images", "labels"}:
        raise ValueError(f"inputs must have images, and may have labels, got {list(inputs)}")


def as_floats(layer: ImageLayer, name: str, given: ArrayLike) -> NDArray[Any]:
    """Return an array of its own, of the layer's type if it holds floats."""
    array = as_tensor(name, given)
    return np.array(cast(array, layer.dtype) if is_float(array.dtype) else array)


def on_images(call: Callable[..., NDArray[Any]]) -> Callable[..., Any]:
    """Let a layer's call take a dict too: labels are passed on."""

    @functools.wraps(call)
    def on_parts(self: ImageLayer, inputs: Any, training: bool = True) -> Any:
        if not isinstance(inputs, dict):
            return call(self, inputs, training)
        if self._by_itself:
            versions.require(f"a dict for {type(self).__name__}", "keras_layers_3_6")
        check_parts(inputs)
        parts = dict(inputs)
        if "labels" in parts:  # which may be refused: before anything is drawn
            labels = parts["labels"]
            cast_too = self._casts_labels
            parts["labels"] = (
                as_floats(self, "labels", labels) if cast_too else as_tensor("labels", labels)
            )
        parts["images"] = call(self, inputs["images"], training)
        return parts

    return on_parts


def factor_range(
    name: str, factor: Factor, low: float = -1.0, high: float = 1.0
) -> tuple[float, float]:
    """Return the range that a factor means, as BaseImagePreprocessingLayer._set_factor does."""
    if isinstance(factor, tuple | list):
        if len(factor) == 2 and factor[0] <= high and factor[1] >= low:
            return min(factor), max(factor)
    elif isinstance(factor, int | float) and low <= factor <= high:
        return max(-abs(factor), low), abs(factor)
    raise ValueError(f"{name} must be a number from {low} to {high}, or two, got {brief(factor)}")


def symmetric_range(name: str, factor: Factor, low: float) -> tuple[float, float]:
    """Return the range of a layer with two factors: both ends checked, a number on both sides."""
    ends = tuple(factor) if isinstance(factor, tuple | list) else (factor, factor)
    if len(ends) != 2 or not all(isinstance(end, int | float | np.number) for end in ends):
        raise ValueError(f"{name} must be a number or two, got {brief(factor)}")
    if not all(low <= end <= 1.0 for end in ends):
        raise ValueError(f"{name} must be from {low} to 1, got {brief(factor)}")
    if isinstance(factor, tuple | list):
        return min(ends), max(ends)
    return -abs(ends[0]), abs(ends[0])


def check_resampling(
    fill_mode: str,
    interpolation: str,
    fill_modes: Sequence[str] = ("reflect", "wrap", "constant", "nearest"),
) -> None:
    """Raise for what Keras refuses of the arguments that say how pixels are made of others."""
    if fill_mode not in fill_modes:
        raise ValueError(
            f"fill_mode must be one of {', '.join(fill_modes)}, got {brief(fill_mode)}"
        )
    if interpolation not in ("nearest", "bilinear"):
        raise ValueError(f"interpolation must be nearest or bilinear, got {brief(interpolation)}")


def unchecked_range(value_range: Any) -> Any:
    """Return a range that Keras looks at only when it is used: two of something."""
    if isinstance(value_range, range) or np.shape(value_range)[:1] != (2,):
        raise ValueError(f"value_range must be two numbers, got {brief(value_range)}")
    return value_range


def check_value_range(value_range: Sequence[float]) -> list[float]:
    """Return the darkest and the lightest value."""
    if not isinstance(value_range, tuple | list) or len(value_range) != 2:
        raise ValueError(f"value_range must be two numbers, got {brief(value_range)}")
    return sorted(value_range)


def clipped(array: NDArray[Any], low: float | np.generic, high: float | np.generic) -> NDArray[Any]:
    """Return ``tf.clip_by_value(array, low, high)``."""
    result: NDArray[Any] = np.maximum(
        np.minimum(array, np.array(high, array.dtype)), np.array(low, array.dtype)
    )
    return result


def integer_end(end: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return an end of a range of values for images of integers, as TensorFlow converts it.

    Examples
    --------
    >>> integer_end(255, np.dtype("int8"))
    array(-1, dtype=int8)
    """
    number = end
    if isinstance(end, np.generic):  # of any kind that holds a number of this type
        number = int(end) if np.isfinite(end) else None
        limits = np.iinfo(dtype)
        if number is None or not limits.min <= number <= limits.max:
            raise ValueError(f"value_range: {dtype.name} does not hold {brief(end)}")
    elif not isinstance(end, int) or (isinstance(end, bool) and dtype.name not in _TAKE_BOOLS):
        raise TypeError(
            f"value_range must have integers for images of {dtype.name}, got {brief(end)}"
        )
    wide = np.dtype(np.uint64 if dtype.name == "uint64" else np.int64)  # others wrap
    if not np.iinfo(wide).min <= number <= np.iinfo(wide).max:
        raise ValueError(f"value_range: {dtype.name} does not hold {brief(end)}")
    return np.array(number, wide).astype(dtype)


_TAKE_BOOLS = "int32", "int64", "uint64"


def times(array: NDArray[Any], factor: float) -> NDArray[Any]:
    """Return the array times a Python number, which is rounded to its type first."""
    return broadcast_op("multiply", array, np.array(factor, array.dtype))


def as_signs(drawn: NDArray[Any]) -> NDArray[Any]:
    """Return -1 where more than a half was drawn, and 1 elsewhere."""
    return np.where(drawn > 0.5, -1, 1).astype(drawn.dtype)
