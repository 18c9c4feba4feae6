"""lazy/indices.py: NumPy's basic indices as places in a run of elements."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..arrays.wording import brief

__all__ = ["merged", "selection", "span"]


def selection(
    index: Any, shape: tuple[int, ...]
) -> tuple[list[tuple[int, int, int]], tuple[Any, ...]]:
    """Read an index: of each axis first, step (above 0) and count; and how to index the result.

    >>> selection((Ellipsis, None, slice(None, None, -2), 1), (5, 4, 3))
    ([(0, 1, 5), (1, 2, 2), (1, 1, 1)], (Ellipsis, None, slice(None, None, -1), 0))
    """
    items = index if isinstance(index, tuple) else (index,)
    taken = sum(item is not None and item is not Ellipsis for item in items)
    dots = sum(item is Ellipsis for item in items)
    if dots > 1:
        raise IndexError("an index can have only one ellipsis ('...')")
    if taken > len(shape):
        raise IndexError(
            f"too many indices: the array has {len(shape)} dimensions, but {taken} were indexed"
        )
    axes: list[tuple[int, int, int]] = []
    rest: list[Any] = []
    for item in items:
        dim = shape[len(axes)] if len(axes) < len(shape) else 0
        if item is None:
            rest.append(None)
        elif item is Ellipsis:
            axes += [(0, 1, dim) for dim in shape[len(axes) : len(axes) + len(shape) - taken]]
            rest.append(Ellipsis)
        elif isinstance(item, slice):
            start, stop, step = item.indices(dim)
            count = len(range(start, stop, step))
            if step < 0 and count:
                axes.append((start + (count - 1) * step, -step, count))
            else:
                axes.append((start, abs(step), count))
            rest.append(slice(None, None, -1) if step < 0 else slice(None))
        elif isinstance(item, bool | np.bool_ | np.ndarray) or not hasattr(item, "__index__"):
            raise TypeError(
                "lazy arrays take integers, slices, None and '...', got "
                f"{brief(item)}: index what a slice gives"
            )
        else:
            at = operator.index(item)
            if not -dim <= at < dim:
                raise IndexError(
                    f"index {at} is out of bounds for axis {len(axes)} with size {dim}"
                )
            axes.append((at % dim, 1, 1))
            rest.append(0)
    axes += [(0, 1, dim) for dim in shape[len(axes) :]]
    return axes, tuple(rest)


def merged(axes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return axes of (number, how far apart), given from the last on, in as few as they need.

    >>> merged([(4, 1), (3, 4), (1, 12), (2, 24)])
    [(2, 24), (12, 1)]
    """
    found: list[tuple[int, int]] = []
    for count, jump in axes:
        if count == 1:
            continue
        if found and jump == found[-1][0] * found[-1][1]:
            found[-1] = found[-1][0] * count, found[-1][1]
        else:
            found.append((count, jump))
    return found[::-1]


def span(axes: list[tuple[int, int]]) -> int:
    """Return how many elements lie from the first to the last, both counted."""
    return sum((count - 1) * jump for count, jump in axes) + 1
