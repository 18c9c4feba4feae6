"""image/boxes.py: random crops that keep part of an object whose box is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, SupportsInt

from numpy.typing import ArrayLike, NDArray

from .. import raw_ops
from ..arrays.arguments import SeedLike, ShapeLike
from ..graphs.graph import op
from ..raw_ops.boxes import Crop
from ..seeding import scopes

__all__ = ["sample_distorted_bounding_box", "stateless_sample_distorted_bounding_box"]


@op("image.sample_distorted_bounding_box")
def sample_distorted_bounding_box(
    image_size: ShapeLike,
    bounding_boxes: ArrayLike,
    seed: SupportsInt | None = 0,
    min_object_covered: float | NDArray[Any] = 0.1,
    aspect_ratio_range: Sequence[float] | None = None,
    area_range: Sequence[float] | None = None,
    max_attempts: SupportsInt | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> Crop:
    """Draw a crop of a picture that covers enough of one of its objects.

    Parameters
    ----------
    image_size, bounding_boxes, min_object_covered
        As in ``tfphilox.raw_ops.SampleDistortedBoundingBoxV2``.
    seed : int, default 0
        The op seed; see `tfphilox.random.set_seed`. 0 or None is none, and the crop then differs
        from call to call even under a global seed, as in TensorFlow.
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
    tensorflow/python/ops/image_ops_impl.py, sample_distorted_bounding_box_v2.

    Examples
    --------
    >>> import tfphilox as tp
    >>> from tfphilox import image
    >>> tp.random.set_seed(5)
    >>> begin, size, bboxes = image.sample_distorted_bounding_box(
    ...     [40, 50, 3], [[[0.1, 0.2, 0.5, 0.6]]], seed=1
    ... )
    >>> begin, size
    (array([5, 2, 0], dtype=int32), array([32, 31, -1], dtype=int32))
    """
    pair = scopes.get_seed(seed) if seed else (0, 0)
    return raw_ops.SampleDistortedBoundingBoxV2(
        image_size=image_size,
        bounding_boxes=bounding_boxes,
        min_object_covered=min_object_covered,
        seed=pair[0],
        seed2=pair[1],
        aspect_ratio_range=aspect_ratio_range,
        area_range=area_range,
        max_attempts=max_attempts,
        use_image_if_no_bounding_boxes=use_image_if_no_bounding_boxes,
    )


@op("image.stateless_sample_distorted_bounding_box")
def stateless_sample_distorted_bounding_box(
    image_size: ShapeLike,
    bounding_boxes: ArrayLike,
    seed: SeedLike,
    min_object_covered: float | NDArray[Any] = 0.1,
    aspect_ratio_range: Sequence[float] | None = None,
    area_range: Sequence[float] | None = None,
    max_attempts: SupportsInt | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> Crop:
    """Draw a crop of a picture that covers enough of one of its objects, from a seed pair alone.

    Parameters
    ----------
    image_size, bounding_boxes, min_object_covered
        As in ``tfphilox.raw_ops.StatelessSampleDistortedBoundingBox``.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
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
    tensorflow/python/ops/image_ops_impl.py, stateless_sample_distorted_bounding_box.

    Examples
    --------
    >>> from tfphilox import image
    >>> begin, size, bboxes = image.stateless_sample_distorted_bounding_box(
    ...     [3, 3, 1], [[[0.0, 0.0, 1.0, 1.0]]], seed=(1, 2)
    ... )
    >>> begin, size
    (array([0, 0, 0], dtype=int32), array([ 2,  2, -1], dtype=int32))
    """
    return raw_ops.StatelessSampleDistortedBoundingBox(
        image_size=image_size,
        bounding_boxes=bounding_boxes,
        min_object_covered=min_object_covered,
        seed=seed,
        aspect_ratio_range=aspect_ratio_range,
        area_range=area_range,
        max_attempts=max_attempts,
        use_image_if_no_bounding_boxes=use_image_if_no_bounding_boxes,
    )
