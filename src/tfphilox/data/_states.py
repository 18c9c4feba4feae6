"""data/_states.py: what an iterator's state holds, checked: it may come from anywhere.

Every function returns its argument as it is to be kept, in memory of its own, or raises a
ValueError that names the part that is wrong.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays.wording import brief

__all__ = ["fields", "flag", "integer", "numbers", "seeds", "wrong"]

LARGE = 2**63 - 1


def wrong(name: str, allowed: str, value: Any) -> ValueError:
    """Return the error for a part that is not what is allowed."""
    return ValueError(f"state: {name} must be {allowed}, got {brief(value)}")


def integer(name: str, value: Any, low: int = 0, high: int = LARGE) -> int:
    """Check an integer, `low` to `high`, both included."""
    if isinstance(value, bool | np.bool_ | np.ndarray) or not hasattr(value, "__index__"):
        raise wrong(name, "an integer", value)
    number = operator.index(value)
    if not low <= number <= high:
        raise wrong(name, f"{low} to {high}" if low != high else str(low), number)
    return number


def flag(name: str, value: Any) -> bool:
    """Check a truth value."""
    if not isinstance(value, bool | np.bool_):
        raise wrong(name, "True or False", value)
    return bool(value)


def fields(name: str, value: Any, count: int | None = None) -> tuple[Any, ...]:
    """Check a tuple or list, and how many it holds."""
    if not isinstance(value, tuple | list) or count not in (None, len(value)):
        raise wrong(name, "a tuple" if count is None else f"a tuple of {count}", value)
    return tuple(value)


def seeds(name: str, value: Any) -> tuple[int, int]:
    """Check a pair of 64-bit integers, signed or unsigned."""
    first, second = fields(name, value, 2)
    low, high = -(2**63), 2**64 - 1
    return integer(f"{name}[0]", first, low, high), integer(f"{name}[1]", second, low, high)


def numbers(name: str, value: Any, rank: int, bounds: tuple[int, int]) -> NDArray[np.int64]:
    """Check an array of integers within bounds; one without elements may have another rank."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iu":
        raise wrong(name, "an array of integers", value)
    value = value.copy()  # first: another thread may be writing to it
    if value.size == 0:
        return np.empty(0 if value.ndim == 1 else value.shape, np.int64)
    if value.ndim != rank:
        raise wrong(name, f"an array of {rank} dimension{'s' * (rank != 1)}", value)
    least, most = int(value.min()), int(value.max())
    if least < bounds[0] or most > bounds[1]:
        raise wrong(name, f"numbers {bounds[0]} to {bounds[1]}", (least, most))
    return np.ascontiguousarray(value, np.int64)
