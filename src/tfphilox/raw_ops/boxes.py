"""raw_ops/boxes.py: the ops that draw a crop of a picture which keeps part of an object.

An attempt draws an aspect ratio, a height of which the area is allowed, and a place. The first
crop that covers enough of one object is the result, or the whole picture if all attempts fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from reprlib import repr as brief
from typing import Any, NamedTuple, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._c import _image
from ..arrays.arguments import FLOAT32, SeedLike, ShapeLike, as_integers
from ..arrays.conversion import as_parameter
from ..graphs.graph import op
from ..seeding.scopes import op_attribute
from ..seeding.streams import of_attributes, start_of_pair

__all__ = [
    "SampleDistortedBoundingBox",
    "SampleDistortedBoundingBoxV2",
    "StatelessSampleDistortedBoundingBox",
]

_SIZE_TYPES = ("int8", "uint8", "int16", "int32", "int64")
_TINY = float(np.finfo(np.float32).tiny)


class Crop(NamedTuple):
    """What the ops return: where the crop begins, its size, and both as parts of the picture."""

    begin: NDArray[Any]
    size: NDArray[Any]
    bboxes: NDArray[np.float32]


@op("raw_ops.SampleDistortedBoundingBox")
def SampleDistortedBoundingBox(
    *,
    image_size: ShapeLike,
    bounding_boxes: ArrayLike,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    min_object_covered: float | None = 0.1,
    aspect_ratio_range: Sequence[float] | None = (0.75, 1.33),
    area_range: Sequence[float] | None = (0.05, 1),
    max_attempts: SupportsInt | None = 100,
    use_image_if_no_bounding_boxes: bool | None = False,
    name: str | None = None,
) -> Crop:
    """Draw a crop that covers enough of an object with a stateful op, an older one.

    Parameters
    ----------
    image_size, bounding_boxes, seed, seed2, aspect_ratio_range, area_range, max_attempts, \
use_image_if_no_bounding_boxes, name
        As in `SampleDistortedBoundingBoxV2`.
    min_object_covered : float, 0 or more, default 0.1
        As there, but an attribute: it too selects the stream.

    Returns
    -------
    begin, size, bboxes
        As there.

    Raises
    ------
    TypeError, ValueError
        As there.

    Stream
    ------
    As there, from kernels of its own. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/image/sample_distorted_bounding_box_op.cc,
    StatefulSampleDistortedBoundingBoxOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> begin, size, bboxes = tp.raw_ops.SampleDistortedBoundingBox(
    ...     image_size=[40, 50, 3], bounding_boxes=[[[0.1, 0.2, 0.5, 0.6]]], seed=1, seed2=2
    ... )
    >>> begin, size
    (array([6, 1, 0], dtype=int32), array([16, 16, -1], dtype=int32))
    """
    covered = 0.1 if min_object_covered is None else min_object_covered
    op = _Op(
        image_size, bounding_boxes, covered, aspect_ratio_range, area_range, max_attempts,
        use_image_if_no_bounding_boxes,
    )  # fmt: skip
    return op.run("SampleDistortedBoundingBox", seed, seed2, op.covered)


@op("raw_ops.SampleDistortedBoundingBoxV2")
def SampleDistortedBoundingBoxV2(
    *,
    image_size: ShapeLike,
    bounding_boxes: ArrayLike,
    min_object_covered: float | NDArray[Any],
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    aspect_ratio_range: Sequence[float] | None = (0.75, 1.33),
    area_range: Sequence[float] | None = (0.05, 1),
    max_attempts: SupportsInt | None = 100,
    use_image_if_no_bounding_boxes: bool | None = False,
    name: str | None = None,
) -> Crop:
    """Draw a crop that covers enough of an object with a stateful op.

    Parameters
    ----------
    image_size : sequence of int, or integer array of shape [3]
        Height, width and channels of the picture, the first two 0 to 2**31 - 2. Its type (int8,
        uint8, int16, int32 or int64; int32 for Python integers that fit) is that of the result,
        and selects the stream.
    bounding_boxes : array_like of shape [batch, n, 4]
        The objects: top, left, bottom and right as parts of the picture, 0 to 1.
    min_object_covered : float, 0 or more
        The least part of an object, in pixels, that the crop must cover.
    seed, seed2 : int, -2**63 to 2**63 - 1, default 0
        The op's seeds. Both 0 means no seed: the kernel then starts from the operating system's
        entropy.
    aspect_ratio_range : pair of float above 0, default (0.75, 1.33)
        The crop's width over its height, drawn from the first on, but the second excluded.
    area_range : pair of float above 0 and at most 1, default (0.05, 1)
        Least and greatest area of the crop as a part of the picture's.
    max_attempts : int, 1 to 2**29 - 1, default 100
        After so many the crop is the whole picture. (TensorFlow takes up to 2**31 - 1, but its
        kernel's counter overflows.)
    use_image_if_no_bounding_boxes : bool, default False
        Whether the picture is the object if there is none; else that is an error.
    name : str, optional
        Ignored.

    Returns
    -------
    begin : ndarray of shape [3]
        Row and column where the crop begins, and 0.
    size : ndarray of shape [3]
        Its height and width, and -1 (255 for uint8, as there).
    bboxes : float32 array of shape [1, 1, 4]
        The crop as `bounding_boxes` gives objects.

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For another shape or a number out of its range, or if there is no object.

    Stream
    ------
    Words singly: for an attempt one for the aspect ratio, then one each for height, row and column
    where there is a choice, more where a number is rejected. The kernel moves on by `max_attempts`
    blocks. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/image/sample_distorted_bounding_box_op.cc,
    StatefulSampleDistortedBoundingBoxOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> begin, size, bboxes = tp.raw_ops.SampleDistortedBoundingBoxV2(
    ...     image_size=[40, 50, 3], bounding_boxes=[[[0.1, 0.2, 0.5, 0.6]]],
    ...     min_object_covered=0.5, seed=1, seed2=2
    ... )
    >>> begin, size
    (array([9, 5, 0], dtype=int32), array([21, 21, -1], dtype=int32))
    """
    op = _Op(
        image_size, bounding_boxes, min_object_covered, aspect_ratio_range, area_range,
        max_attempts, use_image_if_no_bounding_boxes,
    )  # fmt: skip
    return op.run("SampleDistortedBoundingBoxV2", seed, seed2)


@op("raw_ops.StatelessSampleDistortedBoundingBox")
def StatelessSampleDistortedBoundingBox(
    *,
    image_size: ShapeLike,
    bounding_boxes: ArrayLike,
    min_object_covered: float | NDArray[Any],
    seed: SeedLike,
    aspect_ratio_range: Sequence[float] | None = (0.75, 1.33),
    area_range: Sequence[float] | None = (0.05, 1),
    max_attempts: SupportsInt | None = 100,
    use_image_if_no_bounding_boxes: bool | None = False,
    name: str | None = None,
) -> Crop:
    """Draw a crop that covers enough of an object, from a seed pair.

    Parameters
    ----------
    image_size, bounding_boxes, min_object_covered, aspect_ratio_range, area_range, max_attempts, \
use_image_if_no_bounding_boxes, name
        As in `SampleDistortedBoundingBoxV2`.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.

    Returns
    -------
    begin, size, bboxes
        As there.

    Raises
    ------
    TypeError, ValueError
        As there, and for a bad `seed`.

    Stream
    ------
    The pair's words, taken as there. Nothing is kept: the same arguments give the same crop.
    Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/image/sample_distorted_bounding_box_op.cc,
    StatelessSampleDistortedBoundingBoxOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> begin, size, bboxes = tp.raw_ops.StatelessSampleDistortedBoundingBox(
    ...     image_size=[3, 3, 1], bounding_boxes=[[[0.0, 0.0, 1.0, 1.0]]], min_object_covered=0.1,
    ...     seed=[1, 2]
    ... )
    >>> begin, size
    (array([0, 0, 0], dtype=int32), array([ 2,  2, -1], dtype=int32))
    """
    op = _Op(
        image_size, bounding_boxes, min_object_covered, aspect_ratio_range, area_range,
        max_attempts, use_image_if_no_bounding_boxes,
    )  # fmt: skip
    return op.crop(*start_of_pair(seed))


class _Op:
    """The arguments, checked as the op's attributes and inputs are."""

    def __init__(
        self,
        image_size: ShapeLike,
        bounding_boxes: ArrayLike,
        min_object_covered: Any,
        aspect_ratio_range: Sequence[float] | None,
        area_range: Sequence[float] | None,
        max_attempts: SupportsInt | None,
        use_image_if_no_bounding_boxes: bool | None,
    ) -> None:
        size = as_integers("image_size", image_size)
        if size.dtype.name not in _SIZE_TYPES:
            raise TypeError(
                f"image_size must have type {', '.join(_SIZE_TYPES)}, got {size.dtype.name}"
            )
        if size.shape != (3,):
            raise ValueError(
                f"image_size must be [height, width, channels], got {brief(image_size)}"
            )
        self.dtype = size.dtype
        self.height, self.width, _ = size.tolist()
        if not (0 <= self.height < 2**31 - 1 and 0 <= self.width < 2**31 - 1):
            raise ValueError(
                f"height and width must be 0 to 2**31 - 2, got {self.height} and {self.width}"
            )
        self.boxes = as_parameter("bounding_boxes", bounding_boxes, FLOAT32)
        if self.boxes.ndim != 3 or self.boxes.shape[2] != 4:
            raise ValueError(
                f"bounding_boxes must have shape [batch, n, 4], got {self.boxes.shape}"
            )
        if not ((self.boxes >= 0) & (self.boxes <= 1)).all():
            raise ValueError("bounding_boxes must be in [0, 1]")
        covered = as_parameter("min_object_covered", min_object_covered, FLOAT32)
        if covered.ndim or not covered >= 0:
            raise ValueError(
                f"min_object_covered must be a number, 0 or more, got {brief(min_object_covered)}"
            )
        self.covered = float(covered)
        self.aspect = _as_range("aspect_ratio_range", aspect_ratio_range, (0.75, 1.33), np.inf)
        self.area = _as_range("area_range", area_range, (0.05, 1), 1.0)
        self.attempts = op_attribute("max_attempts", 100 if max_attempts is None else max_attempts)
        if not 0 < self.attempts < 2**29:
            raise ValueError(f"max_attempts must be 1 to 2**29 - 1, got {self.attempts}")
        self.whole = use_image_if_no_bounding_boxes or False
        if not isinstance(self.whole, bool | np.bool_):
            raise TypeError(
                f"use_image_if_no_bounding_boxes must be True or False, got {self.whole!r}"
            )
        if not self.boxes.size and not self.whole:
            raise ValueError(
                "bounding_boxes must hold an object, unless use_image_if_no_bounding_boxes is True"
            )

    def run(
        self, op: str, seed: SupportsInt | None, seed2: SupportsInt | None, *attributes: float
    ) -> Crop:
        """Draw from the kernel of these attributes."""
        shared = self.dtype, *self.aspect, *self.area, self.attempts, bool(self.whole)
        kernel = of_attributes(op, seed, seed2, *shared, *attributes)
        return kernel._draw_by(lambda key, start: (self.crop(key, start), self.attempts))

    def crop(self, key: int, start: int) -> Crop:
        boxes = np.ascontiguousarray(self.boxes.reshape(-1, 4))
        top, left, bottom, right = _image.sample_crop(
            self.height, self.width, boxes, self.covered, self.area, self.aspect, self.attempts,
            key, start,
        )  # fmt: skip
        whole = np.array([self.height, self.width, self.height, self.width], FLOAT32)
        with np.errstate(invalid="ignore"):  # an empty picture
            parts = np.array([top, left, bottom, right], FLOAT32) / whole
        return Crop(
            np.array([top, left, 0]).astype(self.dtype),
            np.array([bottom - top, right - left, -1]).astype(self.dtype),
            parts.reshape(1, 1, 4),
        )


def _as_range(
    name: str, value: Any, default: Sequence[float], greatest: float
) -> tuple[float, float]:
    """Return least and greatest, as float32 rounds them."""
    pair = as_parameter(name, default if value is None else value, FLOAT32)
    if pair.shape != (2,):
        raise ValueError(f"{name} must be a pair of numbers, got {brief(value)}")
    low, high = pair.tolist()
    if not (_TINY <= low <= greatest and _TINY <= high <= greatest):
        allowed = "above 0" if greatest == np.inf else f"above 0 and at most {greatest:g}"
        raise ValueError(f"{name} must hold numbers {allowed}, got {brief(value)}")
    return low, high
