"""golden/report.py: two arrays, bit by bit: where they differ, how often, and by how much.

A distance is counted in ulps: how many numbers of the type lie between two, plus one. On the line
of all numbers -0 and 0 are one point, so the way from -x to x leads through it, and the largest
number is one step from infinity. A NaN is nowhere on that line: it is at no distance from anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays.arguments import integer
from .formats.text import decimals

__all__ = [
    "Difference",
    "as_array",
    "assert_bits_equal",
    "checked_ulps",
    "compare",
    "compare_chunks",
    "difference",
]

_CHUNK = 1 << 22  # elements
_BOUNDS = np.array([0, *(1 << n for n in range(64))], np.uint64)  # of the classes of distances
_INFINITY = {"float16": 0x7C00, "bfloat16": 0x7F80, "float32": 0x7F80 << 16, "float64": 0x7FF << 52}


@dataclass(frozen=True)
class Difference:
    """How an array is not what was expected.

    `ulps` is how many numbers of the type lie between the first two that differ (by more than what
    was allowed, if some do), plus one; None beside a NaN. `largest` is the largest such distance
    and `largest_index` its place, None if NaNs alone differ. `histogram` has how many elements
    differ by 1, by 2, by 3 to 4, 5 to 8 and so on; by "0" for zeros of the other sign and "NaN" for
    NaNs. `outside` is how many differ by more than `max_ulps`.
    """

    kind: str  # "values", "dtype" or "shape"
    actual: str
    expected: str
    actual_bits: str | None = None
    expected_bits: str | None = None
    index: tuple[int, ...] | None = None
    ulps: int | None = None
    different: int | None = None
    total: int | None = None
    largest: int | None = None
    largest_index: tuple[int, ...] | None = None
    histogram: dict[str, int] | None = None
    max_ulps: int | None = None  # if it is not 0, and these are floats
    outside: int | None = None
    is_exact: bool | None = None  # True for integers, which have no ulps

    @property
    def is_within(self) -> bool:
        """Whether every element is as near as was allowed."""
        return self.kind == "values" and self.outside == 0

    def __str__(self) -> str:
        if self.kind != "values":
            return f"{self.kind} is {self.actual}, expected {self.expected}"
        text = f"{self.different} of {self.total} elements differ"
        if self.max_ulps:
            most = self._distance(self.max_ulps)
            text += f", all within {most}" if self.is_within else f", {self.outside} beyond {most}"
        text += (
            f", the first at {_at(self.index)}: {self.actual} (0x{self.actual_bits}), "
            f"expected {self.expected} (0x{self.expected_bits})"
        )
        if not self.is_exact:
            text += ", no ulps beside a NaN" if self.ulps is None else ""
        if self.ulps is not None:
            text += f", {self._distance(self.ulps)} apart"
        if self.different == 1 or self.histogram is None:
            return text
        if self.largest is not None:
            text += (
                f"; the largest distance is {self._distance(self.largest)}, "
                f"at {_at(self.largest_index)}"
            )
        counts = ", ".join(f"{name}: {number}" for name, number in self.histogram.items())
        return f"{text}; distances: {counts}"

    def _distance(self, number: int) -> str:
        return str(number) if self.is_exact else f"{number} ulp{'s' * (number != 1)}"

    def as_dict(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value is not None}


def compare(actual: Any, expected: Any, *, max_ulps: int = 0) -> Difference | None:
    """Compare two arrays (or whatever `numpy.asarray` takes) bit by bit.

    Parameters
    ----------
    actual, expected : array_like
        Arrays of numbers; tensors of TensorFlow, PyTorch and JAX too.
    max_ulps : int, optional
        How far apart two floats may be; 0 asks for equal bits. Integers are always compared by
        their bits.

    Returns
    -------
    Difference or None
        None if type, shape and every bit are equal, or every float is near enough. NaNs are equal
        only if their bits are, and with `max_ulps` of 0 -0.0 is not 0.0.

    Raises
    ------
    TypeError, ValueError
        One of the arrays is none of numbers; `max_ulps` is no integer, or negative.

    Examples
    --------
    >>> print(compare(np.float32([1, 2.0000002]), np.float32([1, 2])))
    1 of 2 elements differ, the first at [1]: 2.0000002 (0x40000001), expected 2.0 (0x40000000), 1 ulp apart
    >>> compare(np.float32([1, 2.0000002]), np.float32([1, 2]), max_ulps=1) is None
    True
    >>> found = compare(np.float16([0, 1, np.nan, -1e-7]), np.float16([-0.0, 1.01, 1, 1e-7]))
    >>> found.largest, found.largest_index, found.histogram
    (10, (1,), {'0': 1, '3-4': 1, '9-16': 1, 'NaN': 1})
    """  # noqa: E501
    found = difference(as_array(actual), as_array(expected), checked_ulps(max_ulps))
    return None if found is None or found.is_within else found


def difference(a: NDArray[Any], b: NDArray[Any], max_ulps: int) -> Difference | None:
    """Return how arrays of numbers differ, also if all is within `max_ulps`; None if nowhere."""
    if a.dtype != b.dtype:
        return Difference("dtype", a.dtype.name, b.dtype.name)
    if a.shape != b.shape:
        return Difference("shape", str(list(a.shape)), str(list(b.shape)))
    return compare_chunks(_chunks(a), _chunks(b), a.shape, max_ulps)


def compare_chunks(
    actual: Iterable[NDArray[Any]],
    expected: Iterable[NDArray[Any]],
    shape: tuple[int, ...],
    max_ulps: int = 0,
) -> Difference | None:
    """Compare arrays of one type and shape that come in chunks, each side in its own."""
    tally = _Tally(max_ulps)
    for a, b in _aligned(actual, expected):
        tally.add(a, b)
    if tally.first is None:
        return None
    flat, one, other = tally.outside_first or tally.first
    largest = tally.largest
    is_exact = one.dtype.name not in _INFINITY
    return Difference(
        "values",
        _decimal(one),
        _decimal(other),
        _hex(one),
        _hex(other),
        _index(flat, shape),
        _ulps(one, other),
        tally.different,
        tally.at,
        None if largest is None else largest[0],
        None if largest is None else _index(largest[1], shape),
        tally.histogram(),
        None if is_exact else max_ulps or None,
        tally.outside,
        is_exact or None,
    )


def assert_bits_equal(actual: Any, expected: Any, what: str = "", *, max_ulps: int = 0) -> None:
    """Raise AssertionError unless two arrays have the same type, shape and bits.

    Parameters
    ----------
    actual, expected : array_like
        As in `compare`.
    what : str, optional
        What the message begins with.
    max_ulps : int, optional
        How far apart two floats may be, for kernels that are only meant to be near; 0 asks for
        equal bits.

    Raises
    ------
    AssertionError
        With the first index that differs, both values, both bit patterns, how many ulps lie
        between them, how many elements differ, the largest distance and its place, and how many
        elements have which distance.
    TypeError, ValueError
        One of them is no array of numbers; `max_ulps` is no integer, or negative.

    Examples
    --------
    >>> assert_bits_equal(np.float64([0.1]), np.float64([0.1]))
    >>> assert_bits_equal(np.float64([0.1 + 0.2]), np.float64([0.3]), "sum", max_ulps=1)
    >>> assert_bits_equal(np.float64([0.1 + 0.2]), np.float64([0.3]), "sum")
    Traceback (most recent call last):
    ...
    AssertionError: sum: 1 of 1 elements differ, the first at [0]: 0.30000000000000004 (0x3fd3333333333334), expected 0.3 (0x3fd3333333333333), 1 ulp apart
    """  # noqa: E501
    __tracebackhide__ = True
    found = compare(actual, expected, max_ulps=max_ulps)
    if found is not None:
        raise AssertionError(f"{what}: {found}" if what else str(found))


def checked_ulps(value: Any) -> int:
    """Return a tolerance as an integer, if it is one."""
    number = integer("max_ulps", value)
    if number < 0:
        raise ValueError(f"max_ulps must be 0 or more, got {number}")
    return number


class _Tally:
    """What has been seen of two arrays that are compared chunk by chunk."""

    def __init__(self, max_ulps: int) -> None:
        self.max_ulps = np.uint64(min(max_ulps, 2**64 - 1))
        self.at = self.different = self.outside = self._nans = 0
        self.first: tuple[int, NDArray[Any], NDArray[Any]] | None = None
        self.outside_first: tuple[int, NDArray[Any], NDArray[Any]] | None = None
        self.largest: tuple[int, int] | None = None  # distance, place
        self._classes = np.zeros(len(_BOUNDS) + 1, np.int64)

    def add(self, a: NDArray[Any], b: NDArray[Any]) -> None:
        where = np.flatnonzero(_words(a) != _words(b))
        if where.size:
            self._differ(where, a, b)
        self.at += a.size

    def _differ(self, where: NDArray[Any], a: NDArray[Any], b: NDArray[Any]) -> None:
        distances, nans = _distances(a[where], b[where])
        near = ~nans & (distances <= self.max_ulps)
        if not self.max_ulps or a.dtype.name not in _INFINITY:
            near[:] = False
        if self.first is None:
            self.first = self._pair(int(where[0]), a, b)
        if self.outside_first is None and not near.all():
            self.outside_first = self._pair(int(where[int((~near).argmax())]), a, b)
        self.different += where.size
        self.outside += where.size - int(np.count_nonzero(near))
        self._nans += int(np.count_nonzero(nans))
        where, distances = where[~nans], distances[~nans]
        if where.size:
            most = int(distances.argmax())
            if self.largest is None or int(distances[most]) > self.largest[0]:
                self.largest = int(distances[most]), self.at + int(where[most])
            classes = np.searchsorted(_BOUNDS, distances)
            self._classes += np.bincount(classes, minlength=self._classes.size)

    def _pair(self, at: int, a: NDArray[Any], b: NDArray[Any]) -> Any:
        return self.at + at, a[at : at + 1].copy(), b[at : at + 1].copy()

    def histogram(self) -> dict[str, int]:
        found = {_class(n): int(number) for n, number in enumerate(self._classes) if number}
        return found | ({"NaN": self._nans} if self._nans else {})


def _class(number: int) -> str:
    """Return what distances of a class are called: 0, 1, 2, then those up to each power of 2."""
    if number < 3:
        return str(number)
    return f"{(1 << (number - 2)) + 1}-{min(1 << (number - 1), (1 << 64) - 1)}"


def _distances(a: NDArray[Any], b: NDArray[Any]) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return the ulps between elements, and where one is a NaN, beside which they mean nothing."""
    x, y = _words(a), _words(b)
    nans = np.zeros(x.shape, np.bool_)
    sign = x.dtype.type(1 << (8 * x.dtype.itemsize - 1))
    infinity = _INFINITY.get(a.dtype.name)
    if infinity is not None:
        nans = ((x & ~sign) > infinity) | ((y & ~sign) > infinity)
        # from 2**bits - 1, the largest NaN, down to 0, its negative; both zeros are in the middle
        x, y = (np.where(word & sign, ~word + x.dtype.type(1), word | sign) for word in (x, y))
    elif a.dtype.kind == "i":
        x, y = x ^ sign, y ^ sign
    return (np.maximum(x, y) - np.minimum(x, y)).astype(np.uint64), nans


def _index(flat: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(flat, shape)) if shape else ()


def _at(index: tuple[int, ...] | None) -> str:
    return f"[{', '.join(map(str, index or ()))}]"


def as_array(value: Any) -> NDArray[Any]:
    """Return an array of numbers in native order.

    Raises
    ------
    TypeError
        `value` is no array of numbers.

    Examples
    --------
    >>> as_array([1.5]).dtype
    dtype('float64')
    """
    if hasattr(value, "detach"):  # PyTorch
        value = value.detach().cpu()
        if str(value.dtype) == "torch.bfloat16":
            return _bfloat16(value.view(value.new_empty(0).short().dtype).numpy())
    array = np.asarray(value)
    if array.dtype == np.dtype("V2"):  # how NumPy's files keep bfloat16
        return _bfloat16(np.ascontiguousarray(array).view(np.uint16))
    if array.dtype.kind not in "biuf" and array.dtype.name != "bfloat16":
        raise TypeError(
            f"expected an array of numbers, got {array.dtype} in {type(value).__name__}"
        )
    if array.dtype.itemsize not in (1, 2, 4, 8):
        raise TypeError(f"numbers of {array.dtype.name} are not compared")
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _bfloat16(bits: NDArray[Any]) -> NDArray[Any]:
    """Return 16-bit words as bfloat16, or as they are without the package for it."""
    try:
        from ml_dtypes import bfloat16
    except ImportError:
        return bits.view(np.uint16)
    return bits.view(bfloat16)


def _chunks(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    flat = array.reshape(-1)
    for first in range(0, flat.size, _CHUNK):
        yield flat[first : first + _CHUNK]


def _aligned(
    actual: Iterable[NDArray[Any]], expected: Iterable[NDArray[Any]]
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Cut two sequences of chunks at the borders of both."""
    others = iter(expected)
    b = np.empty(0)
    for chunk in actual:
        a = chunk.reshape(-1)
        while a.size:
            if not b.size:
                following = next(others, None)
                if following is None:
                    return
                b = following.reshape(-1)
            number = min(a.size, b.size)
            yield a[:number], b[:number]
            a, b = a[number:], b[number:]


def _words(array: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(array).view(f"u{array.dtype.itemsize}")


def _decimal(one: NDArray[Any]) -> str:
    return decimals(np.ascontiguousarray(one))[0]


def _hex(one: NDArray[Any]) -> str:
    return f"{int(_words(one)[0]):0{2 * one.dtype.itemsize}x}"


def _ulps(a: NDArray[Any], b: NDArray[Any]) -> int | None:
    distances, nans = _distances(a, b)
    return None if nans[0] else int(distances[0])
