"""compat/v1/image.py: tf.compat.v1.image, the same random functions but for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, SupportsInt

from numpy.typing import ArrayLike, NDArray

from ... import raw_ops
from ..._c._undo import whole
from ...arrays.arguments import ShapeLike
from ...image import (
    random_brightness,
    random_contrast,
    random_crop,
    random_flip_left_right,
    random_flip_up_down,
    random_hue,
    random_jpeg_quality,
    random_saturation,
)
from ...raw_ops.boxes import Crop

__all__ = [
    "random_brightness",
    "random_contrast",
    "random_crop",
    "random_flip_left_right",
    "random_flip_up_down",
    "random_hue",
    "random_jpeg_quality",
    "random_saturation",
    "sample_distorted_bounding_box",
]


@whole
def sample_distorted_bounding_box(
    image_size: ShapeLike,
    bounding_boxes: ArrayLike,
    seed: SupportsInt | None = None,
    seed2: SupportsInt | None = None,
    min_object_covered: float | NDArray[Any] = 0.1,
    aspect_ratio_range: Sequence[float] | None = None,
    area_range: Sequence[float] | None = None,
    max_attempts: SupportsInt | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> Crop:
    """Draw a crop of a picture that covers enough of one of its objects, by the op's own seeds.

    Parameters
    ----------
    image_size, bounding_boxes, min_object_covered
        As in ``tfphilox.raw_ops.SampleDistortedBoundingBoxV2``.
    seed, seed2 : int, optional
        The op's two seeds; the global seed has no part in them. Without either the crop differs
        from call to call.
    aspect_ratio_range, area_range, max_attempts, use_image_if_no_bounding_boxes
        As there; None is the default there.
    name : str, optional
        Ignored.

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
    As there. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/image_ops_impl.py, sample_distorted_bounding_box.

    Examples
    --------
    >>> import tfphilox as tp
    >>> from tfphilox.compat.v1 import image
    >>> tp.random.set_seed(None)
    >>> begin, size, bboxes = image.sample_distorted_bounding_box(
    ...     [40, 50, 3], [[[0.1, 0.2, 0.5, 0.6]]], seed=1, seed2=2, min_object_covered=0.5
    ... )
    >>> begin, size
    (array([9, 5, 0], dtype=int32), array([21, 21, -1], dtype=int32))
    """
    return raw_ops.SampleDistortedBoundingBoxV2(
        image_size=image_size,
        bounding_boxes=bounding_boxes,
        min_object_covered=min_object_covered,
        seed=seed,
        seed2=seed2,
        aspect_ratio_range=aspect_ratio_range,
        area_range=area_range,
        max_attempts=max_attempts,
        use_image_if_no_bounding_boxes=use_image_if_no_bounding_boxes,
    )
