"""golden/values.py: arguments as a specification writes them, and the arrays they stand for.

TOML has numbers, text and lists; those reach an op as Python's own, which is what TensorFlow's
conversion rules ask about. An array of a given type is a small table: ``{values = [1, 2], dtype =
"int64"}``, with ``shape`` to repeat one value, or ``{arange = 10}``, or ``{arange = [1, 10, 3]}``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays.dtypes import NAMES, as_dtype
from .errors import GoldenError
from .ops import nearest

__all__ = ["build", "check"]

_DTYPES = (*NAMES, "bool", "int8", "int16", "uint8", "uint16")
_MOST = 1 << 28  # elements of an argument


def check(value: Any, key: str) -> None:
    """Raise GoldenError unless `value` is a number, text, a list of them, or an array's table."""
    if isinstance(value, dict):
        given = set(value)
        for name in value:
            if name not in ("values", "arange", "dtype", "shape"):
                close = nearest(name, ("values", "arange", "dtype", "shape"))
                raise GoldenError(f'an array has no "{name}"{close}', key=key)
        if len(given & {"values", "arange"}) != 1:
            raise GoldenError("an array needs either `values` or `arange`", key=key)
        if "dtype" in value:
            check_dtype(value["dtype"], f"{key}.dtype", _DTYPES)
        if "shape" in value:
            check_shape(value["shape"], f"{key}.shape")
        inner = value.get("values", value.get("arange"))
        if isinstance(inner, dict):
            raise GoldenError("an array's numbers must be a number or a list", key=key)
        check(inner, key)
        return
    items: list[Any] = [value]
    while items:
        item = items.pop()
        if isinstance(item, list):
            items.extend(item)
        elif not isinstance(item, int | float | str):
            raise GoldenError(
                f"must be a number, text or a list of them, got {item!r:.80}", key=key
            )


def check_dtype(value: Any, key: str, allowed: tuple[str, ...] = NAMES) -> None:
    """Raise GoldenError unless `value` names a type."""
    if not isinstance(value, str):
        raise GoldenError(f'must be a name such as "float32", got {value!r:.80}', key=key)
    if value not in (*allowed, "half", "float", "double"):
        raise GoldenError(f'"{value:.80}" is no type here{nearest(value, allowed)}', key=key)


def check_shape(value: Any, key: str) -> None:
    """Raise GoldenError unless `value` is a list of dimensions."""
    good = isinstance(value, list) and all(
        isinstance(dim, int) and not isinstance(dim, bool) and 0 <= dim < 2**63 for dim in value
    )
    if not good:
        raise GoldenError(f"must be a list of integers, 0 or more, got {value!r:.80}", key=key)
    if len(value) > 32:
        raise GoldenError(f"must have at most 32 dimensions, got {len(value)}", key=key)


def build(value: Any) -> Any:
    """Return the argument that a checked value stands for.

    Examples
    --------
    >>> build({"values": 2, "dtype": "int64", "shape": [3]})
    array([2, 2, 2])
    >>> build({"arange": [1, 4], "dtype": "float32"})
    array([1., 2., 3.], dtype=float32)
    >>> build([1, 2.5])
    [1, 2.5]
    """
    if not isinstance(value, dict):
        return value
    name = value.get("dtype")
    dtype = None if name is None else np.dtype(name) if name in _DTYPES[8:] else as_dtype(name)
    array: NDArray[Any]
    if "arange" in value:
        bounds = value["arange"] if isinstance(value["arange"], list) else [value["arange"]]
        if not 1 <= len(bounds) <= 3 or not all(isinstance(x, int | float) for x in bounds):
            raise GoldenError(f"arange must be 1 to 3 numbers, got {value['arange']!r:.80}")
        start, stop, step = [*bounds, 1][:3] if len(bounds) > 1 else [0, bounds[0], 1]
        if not step or not (stop - start) / step < _MOST:
            raise GoldenError(f"arange must make fewer than 2**28 numbers, got {bounds}")
        array = np.arange(start, stop, step, dtype)  # type: ignore[call-overload]
    else:
        try:
            array = np.array(value["values"], dtype)
        except (ValueError, TypeError, OverflowError) as error:
            raise GoldenError(f"values: {error}") from None
    if "shape" in value:
        dims = value["shape"]
        if int(np.prod(dims, dtype=object)) >= _MOST:
            raise GoldenError(f"an argument must have fewer than 2**28 elements, got shape {dims}")
        if array.ndim and array.size == np.prod(dims, dtype=object):
            return array.reshape(dims)
        try:
            return np.ascontiguousarray(np.broadcast_to(array, dims))
        except ValueError as error:
            raise GoldenError(f"shape: {error}") from None
    return array
