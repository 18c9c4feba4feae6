"""dtypes: what a `dtype=` argument may be, as a NumPy dtype.

TensorFlow's names, NumPy's types and dtypes, and TensorFlow's own dtype objects all
mean the same eight types.  bfloat16 is not NumPy's: it comes with the package
ml_dtypes, which is asked for only when the name is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from .wording import brief

NAMES = ("float16", "bfloat16", "float32", "float64", "int32", "int64", "uint32", "uint64")
_ALIASES = {"half": "float16", "float": "float32", "double": "float64"}

# What numpy.dtype raises for what is none: a long list is read as fields, a deep one never ends.
NO_DTYPE = (TypeError, ValueError, RuntimeError, LookupError, OverflowError, AttributeError)

_known: dict[Any, np.dtype[Any]] = {}
for _name in NAMES:
    if _name != "bfloat16":
        _dtype = np.dtype(_name)
        _known.update({_name: _dtype, _dtype: _dtype, _dtype.type: _dtype})
for _alias, _name in _ALIASES.items():  # TensorFlow's names, not C's: "float" is 32 bits
    _known[_alias] = _known[_name]
_known[float] = _known["float"]  # Python's type too, unlike NumPy


def as_dtype(dtype: Any, allowed: Sequence[str] = NAMES) -> np.dtype[Any]:
    """Return the NumPy dtype that `dtype` names.

    Parameters
    ----------
    dtype : str, numpy.dtype, type or TensorFlow DType
        One of the names float16 (half), bfloat16, float32 (float), float64 (double),
        int32, int64, uint32, uint64; a NumPy dtype or scalar type of such a name; Python's
        ``float``, which is float32 to TensorFlow, or ``int``, int64; or an object whose attribute
        ``as_numpy_dtype`` is one, as TensorFlow's dtypes are.
    allowed : sequence of str
        What the message names where `dtype` is none of all these; the caller refuses the rest.

    Raises
    ------
    TypeError
        `dtype` is none of these.
    ImportError
        bfloat16 without the package ml_dtypes.

    Examples
    --------
    >>> as_dtype("half")
    dtype('float16')
    """
    try:
        return _known[dtype]
    except (KeyError, TypeError):
        pass
    if dtype == "bfloat16":
        return _bfloat16()
    found: np.dtype[Any] | None = None
    with contextlib.suppress(*NO_DTYPE):
        found = np.dtype(getattr(dtype, "as_numpy_dtype", dtype))
    if found is None or dtype is None or found.name not in NAMES or not found.isnative:
        raise TypeError(f"dtype must be one of {', '.join(allowed)}, got {brief(dtype)}")
    if found.name == "bfloat16":
        found = _bfloat16()
    if isinstance(dtype, str | type | np.dtype) or hasattr(dtype, "as_numpy_dtype"):
        with contextlib.suppress(TypeError):  # what cannot be hashed is looked up each time
            _known[dtype] = found  # never a number, which would stand for all equal to it
    return found


def as_any_dtype(dtype: Any) -> np.dtype[Any]:
    """Return the NumPy dtype that `dtype` names, which may be any of numbers or booleans."""
    with contextlib.suppress(TypeError):
        return as_dtype(dtype)
    try:
        found: np.dtype[Any] = np.dtype(getattr(dtype, "as_numpy_dtype", dtype))
    except NO_DTYPE:
        raise TypeError(f"dtype must be numeric or boolean, got {brief(dtype)}") from None
    if found.kind not in "biufc":
        raise TypeError(f"dtype must be numeric or boolean, got {brief(dtype)}")
    return found


def _bfloat16() -> np.dtype[Any]:
    try:
        import ml_dtypes
    except ImportError as error:
        raise ImportError(
            'dtype "bfloat16" needs the package ml_dtypes: pip install "tfphilox[bfloat16]"'
        ) from error
    found: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)
    _known.update({"bfloat16": found, found: found, found.type: found})
    return found
