"""data/_boxes.py: elements that are values: what a function returned, several data sets' together.

No number stands for such an element, so runs pass them on in arrays of objects, an element each: an
array, or a structure of arrays. Who is handed one gets a copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _states
from ._structures import map_parts, parts

__all__ = ["alike", "boxed", "checked", "copied", "shapes", "split", "stacked"]


def boxed(elements: Sequence[Any]) -> NDArray[Any]:
    """Return a lot of elements.

    >>> boxed([np.ones(2), np.ones(3)]).shape
    (2,)
    """
    lot = np.empty(len(elements), object)
    for i, element in enumerate(elements):
        lot[i] = element
    return lot


def split(values: Any, count: int) -> list[Any]:
    """Return the elements of a lot of values."""
    return [map_parts(lambda part, i=i: np.asarray(part[i]), values) for i in range(count)]


def copied(element: Any) -> Any:
    """Return an element that nobody else has."""
    return map_parts(np.copy, element)


def shapes(element: Any) -> tuple[tuple[int, ...], ...]:
    """Return the shapes of an element's parts."""
    return tuple(part.shape for part in parts(element))


def alike(lot: NDArray[Any]) -> int:
    """Return how many elements from the first on have its shapes."""
    first = shapes(lot[0])
    return next((i for i in range(1, len(lot)) if shapes(lot[i]) != first), len(lot))


def stacked(lot: NDArray[Any]) -> Any:
    """Return the values of a lot: arrays with one more dimension, the first."""
    number = alike(lot)
    if number < len(lot):
        raise ValueError(
            "cannot batch elements of different shapes, "
            f"got {shapes(lot[0])} and {shapes(lot[number])}"
        )
    return map_parts(lambda *some: np.stack(some), lot[0], *lot[1:])


def checked(name: str, value: Any, like: Any) -> Any:
    """Check an element of a state against one of the data set's; return a copy of it."""
    try:
        if any(type(part) is not np.ndarray or part.dtype == object for part in parts(value)):
            raise TypeError

        def kept(mine: Any, part: Any) -> Any:
            if mine.dtype != part.dtype and not mine.dtype.kind == part.dtype.kind in "US":
                raise TypeError
            return np.copy(part)

        found = map_parts(kept, like, value)
        if len(list(parts(value))) != len(list(parts(like))):
            raise TypeError
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, RecursionError):
        raise _states.wrong(
            name, "an element of the data set's structure and types", value
        ) from None
    return found
