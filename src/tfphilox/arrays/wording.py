"""wording.py: how a message shows what it was given, and what it says where several would say it.

A caller's object may be of any size, deep, circular, or unable to show itself; a message is one
line and short. Nothing here knows arrays of random numbers: it is below everything else.
"""

from __future__ import annotations

import re
import reprlib
from typing import Any

__all__ = [
    "brief",
    "commas",
    "max_dims",
    "no_memory",
    "too_many_dimensions",
    "too_many_elements",
]

_LONGEST = 90

_shown = reprlib.Repr()
_shown.maxstring = _shown.maxother = 60
_shown.maxlevel = 4


def brief(value: Any) -> str:
    """Return a line that shows a value, of 90 characters at most.

    >>> brief([1, 2]), brief("a" * 100)
    ('[1, 2]', "'aaaaaaaaaaaaaaaaaaaaaaaaaaa...aaaaaaaaaaaaaaaaaaaaaaaaaaaa'")
    """
    if type(value) is str and len(value) < 50 and value.isidentifier():
        return f"'{value}'"  # as below, and sooner: most names of layers
    try:
        text = " ".join(_shown.repr(value).split())
    except Exception:  # what a __repr__ raises is not what the caller should learn
        text = f"an object of type {type(value).__name__}"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def commas(text: str) -> str:
    """Return what integers on a command line may look like: those meant, or an example.

    >>> commas("4x5x6"), commas("2 3"), commas("two")
    ('4,5,6', '2,3', '2,3')
    """
    parts = re.split(r"[xX*;:/\s\u00d7]+", text.strip("[]() "))
    good = 2 <= len(parts) <= 64 and all(part.isdecimal() and len(part) < 20 for part in parts)
    return ",".join(parts) if good else "2,3"


def too_many_elements(shape: Any) -> ValueError:
    """Return the error for a shape whose size is no 64-bit integer."""
    return ValueError(f"shape must have fewer than 2**63 elements, got {brief(shape)}")


def too_many_dimensions(count: int) -> ValueError:
    """Return the error for a shape of more dimensions than NumPy's arrays have."""
    return ValueError(f"shape must have at most {max_dims()} dimensions, got {count}")


def no_memory(shape: Any, dtype: Any) -> MemoryError:
    """Return the error for an array that does not fit into memory."""
    return MemoryError(f"no memory for an array of shape {brief(shape)} and {dtype.name}")


def max_dims() -> int:
    """Return how many dimensions an array can have: 64, or 32 before NumPy 2."""
    import numpy as np

    return 64 if int(np.__version__.partition(".")[0]) >= 2 else 32
