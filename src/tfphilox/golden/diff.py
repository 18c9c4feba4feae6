"""golden/diff.py: the differences of any two arrays or files, ours or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .check import Problem, Report
from .errors import GoldenError
from .formats.readers import SUFFIXES, read, read_raw
from .report import as_array, checked_ulps, difference

__all__ = ["diff", "load"]


def diff(
    a: Any,
    b: Any,
    *,
    dtype: np.dtype[Any] | None = None,
    shape: tuple[int, ...] | None = None,
    max_ulps: int = 0,
) -> Report:
    """Compare two arrays, or the arrays of two files.

    Parameters
    ----------
    a, b : array_like, or path
        A path may end in ``:name`` for one array of a file that holds several.
    dtype, shape : optional
        Of the numbers in files that do not say it: raw bytes; for csv, C and Rust the type alone.
    max_ulps : int
        How far apart two floats may be; 0 asks for equal bits. Integers must be equal.

    Returns
    -------
    Report
        `Report.within` has the arrays that differ, but by no more than `max_ulps`.

    Raises
    ------
    GoldenError
        A file cannot be read, or its packed arrays have more than 256 MB. (Others are mapped and
        compared part by part, whatever their size.)
    TypeError, ValueError
        `max_ulps` is no integer, or negative.

    Examples
    --------
    >>> print(diff(np.float32([1.0]), np.float32([1.5])).problems[0])
    1 of 1 elements differ, the first at [0]: 1.0 (0x3f800000), expected 1.5 (0x3fc00000), 4194304 ulps apart
    """  # noqa: E501
    max_ulps = checked_ulps(max_ulps)
    ours, theirs = _arrays(a, dtype, shape), _arrays(b, dtype, shape)
    report = Report(max(len(ours), len(theirs)))
    if len(ours) == len(theirs) == 1:  # one array each: whatever they are called
        ours = {"": next(iter(ours.values()))}
        theirs = {"": next(iter(theirs.values()))}
    for name in dict.fromkeys((*theirs, *ours)):
        if name not in ours or name not in theirs:
            side = "second" if name not in ours else "first"
            message = f"only the {side} has it"
            report.problems.append(Problem("missing", message, array=name))
            continue
        x, y = ours[name], theirs[name]
        if x.shape != y.shape and x.size == y.size and (_flat(a) or _flat(b)):
            x, y = x.reshape(-1), y.reshape(-1)  # a file that does not say the shape
        if x.dtype.itemsize == y.dtype.itemsize and (_flat(a) or _flat(b)) and dtype is None:
            x, y = _same_type(x, y, _flat(a))
        found = difference(x, y, max_ulps)
        if found is not None:
            report.add(Problem(found.kind, str(found), array=name or None, difference=found))
    return report


def load(
    path: str | Path, dtype: np.dtype[Any] | None = None, shape: tuple[int, ...] | None = None
) -> dict[str, NDArray[Any]]:
    """Read the arrays of a file, or the one that follows its name and a colon.

    Raises
    ------
    GoldenError
        It cannot be read, or has no such array.
    """
    text = str(path)
    name = None
    if not Path(text).exists() and ":" in text:
        text, _, name = text.rpartition(":")
    file = Path(text)
    if file.suffix in SUFFIXES:
        arrays = read(file)
    elif dtype is not None:
        arrays = {"": read_raw(file, dtype, shape)}
    else:
        known = ", ".join(SUFFIXES)
        raise GoldenError(f"needs --dtype: it ends in none of {known}", file=file)
    if name is not None:
        if name not in arrays:
            raise GoldenError(f'has no array "{name}" but {", ".join(arrays):.300}', file=file)
        arrays = {name: arrays[name]}
    if dtype is not None:
        arrays = {key: _viewed(array, dtype) for key, array in arrays.items()}
    return arrays


def _arrays(
    value: Any, dtype: np.dtype[Any] | None, shape: tuple[int, ...] | None
) -> dict[str, NDArray[Any]]:
    if not isinstance(value, str | Path):
        return {"": as_array(value)}
    try:
        return {name: as_array(array) for name, array in load(value, dtype, shape).items()}
    except TypeError as error:
        raise GoldenError(str(error), file=value) from None


def _flat(value: Any) -> bool:
    """Say whether `value` is a file of bits without type and shape."""
    if not isinstance(value, str | Path):
        return False
    return Path(str(value).partition(":")[0]).suffix not in (
        ".npy",
        ".npz",
        ".json",
        ".safetensors",
    )


def _same_type(x: NDArray[Any], y: NDArray[Any], first: bool) -> tuple[NDArray[Any], NDArray[Any]]:
    """View the bits of the one without a type in the type of the other."""
    if first:
        return np.ascontiguousarray(x).view(y.dtype), y
    return x, np.ascontiguousarray(y).view(x.dtype)


def _viewed(array: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    same = array.dtype.kind in "uV" and array.dtype.itemsize == dtype.itemsize
    return np.ascontiguousarray(array).view(dtype) if same else array
