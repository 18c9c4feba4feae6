"""identification/values.py: what somebody holds: numbers, each within an interval.

A printed number stands for all that would be printed so: 0.2919 may be 0.29185 to 0.29195 if it was
rounded, and up to 0.2920 if its tail was cut off. A number of an array of floats is itself. Text
with "..." has parts that follow one another; where those after the first lie is then not known.
"""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays.wording import brief

__all__ = ["Given", "of_array", "of_text", "read_values"]

_MOST_TEXT = 1 << 24
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_TOKEN = re.compile(rf"\.\.\.|{_NUMBER}|[-+]?(?:nan|inf(?:inity)?)\b|[\[\](){{}}]|,", re.IGNORECASE)
# What libraries print round an array's numbers.
_AROUND = (
    re.compile(r"<tf\.(?:Tensor|Variable)\b[^<>]*?\bnumpy=", re.DOTALL),
    re.compile(r"\btf\.(?:Tensor|Variable)\s*\(", re.DOTALL),
    re.compile(r"\b(?:array|tensor|Array)\s*\("),
    re.compile(r",?\s*\bdtype=(?:np\.|tf\.|jnp\.|torch\.)?\w+(?:\.\w+)?", re.DOTALL),
)
_SHAPE = re.compile(r",?\s*\bshape=\(([\d\s,]*)\)")
_DTYPE = re.compile(
    r"\bdtype=\W*(?:np\.|tf\.|numpy\.)?(float16|float32|float64|bfloat16|u?int32|u?int64)"
)


class Given(NamedTuple):
    """Numbers that are sought.

    Attributes
    ----------
    low, high : float64 arrays
        The interval of each; equal where it is known to the bit.
    parts : tuple of int
        How many numbers follow one another: all, but for "..." in between.
    shape : tuple of int or None
        Of the whole array, where it is known.
    dtype : str or None
        Where it is known.
    integers : bool
        Whether they are integers.
    digits : int
        How many significant digits they have in all.
    name : str
        What they are called in a file.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    parts: tuple[int, ...]
    shape: tuple[int, ...] | None
    dtype: str | None
    integers: bool
    digits: int
    name: str = ""

    @property
    def count(self) -> int:  # type: ignore[override]  # hides a method of tuples
        return len(self.low)


def read_values(values: Any, shape: Any = None, dtype: str | None = None) -> Given:
    """Return what is given, as text or as an array.

    Raises
    ------
    TypeError, ValueError
        There are no numbers, or not numbers alone, or none that a draw could have made.

    Examples
    --------
    >>> read_values("[0.29 0.555]").count
    2
    """
    if isinstance(values, bytes | bytearray):
        raise TypeError("values must be text or numbers, got bytes")
    given = of_text(values) if isinstance(values, str) else of_array(values)
    if shape is not None:
        given = given._replace(shape=tuple(int(n) for n in np.atleast_1d(np.asarray(shape, int))))
        if min(given.shape or (1,)) < 0 or math.prod(given.shape or ()) < given.count:
            raise ValueError(f"shape {given.shape} has fewer elements than there are values")
    if dtype is not None:
        given = given._replace(dtype=dtype)
    return given


def of_text(text: str) -> Given:
    """Return the numbers of a text, such as NumPy, TensorFlow or a paper prints it.

    Examples
    --------
    >>> given = of_text("tf.Tensor([0.29197514 0.5554141 ], shape=(2,), dtype=float32)")
    >>> given.count, given.shape, given.dtype, given.digits
    (2, (2,), 'float32', 15)
    >>> of_text("[[1 2 ... 9]\\n [3 4 ... 8]]").parts
    (2, 1, 2, 1)
    """
    if len(text) > _MOST_TEXT:
        raise ValueError(f"text of {len(text)} characters is too long: {_MOST_TEXT} at most")
    shape, plain = _without_words(text)
    tokens = _TOKEN.findall(plain)
    left = _TOKEN.sub(" ", plain).strip(" \t\r\n;|'\"")
    if left:
        raise ValueError(f"values are no numbers: {brief(left)} stands among them")
    numbers, parts, rows = _split(tokens)
    if not numbers:
        raise ValueError("values have no numbers")
    found = _DTYPE.search(text)
    intervals = [_interval(number) for number in numbers]
    low, high = (np.array(side) for side in zip(*intervals, strict=True))
    _check_finite(low)
    integers = all(re.fullmatch(r"[-+]?\d+", number) for number in numbers)
    if shape is None and len(parts) == 1 and rows is not None:
        shape = rows
    digits = sum(_significant(number) for number in numbers)
    return Given(low, high, parts, shape, found and found[1], integers, digits)


def of_array(values: Any, name: str = "") -> Given:
    """Return the numbers of an array, known to the bit; those of lists of floats are float64s.

    Examples
    --------
    >>> of_array(np.float32([[1.5, 2]])).shape
    (1, 2)
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError("values must be rows of one length") from None
    kind = array.dtype.name
    if array.dtype.kind not in "fiu" and kind != "bfloat16":
        raise TypeError(f"values must be text or an array of numbers, got {brief(values)}")
    if not array.size:
        raise ValueError("values have no numbers")
    flat = array.ravel()
    numbers = flat.astype(np.float64)
    _check_finite(numbers)
    integers = array.dtype.kind in "iu"
    known = kind if isinstance(values, np.ndarray | np.generic) else None
    if known is None and not integers:  # Python's floats: as they would be printed
        return of_text(" ".join(map(repr, numbers.tolist())))._replace(shape=array.shape)
    low, high = numbers, numbers
    if integers and array.dtype.itemsize == 8:  # doubles have 53 bits
        low, high = np.nextafter(numbers, -np.inf), np.nextafter(numbers, np.inf)
        low, high = (
            np.where(abs(numbers) < 2**53, numbers, low),
            np.where(abs(numbers) < 2**53, numbers, high),
        )
    digits = round(flat.size * {2: 3, 4: 7, 8: 16}.get(array.dtype.itemsize, 7))
    return Given(low, high, (flat.size,), array.shape, known, integers, digits, name)


def _without_words(text: str) -> tuple[tuple[int, ...] | None, str]:
    """Return the shape that a text names, and the text without what is printed round numbers."""
    found = _SHAPE.findall(text)
    shape = None
    if found:
        shape = tuple(int(number) for number in re.findall(r"\d+", found[-1]))
    for pattern in _AROUND[:1]:
        text = pattern.sub(" ", text)
    text = _SHAPE.sub(" ", text)
    for pattern in _AROUND[1:]:
        text = pattern.sub(" ", text)
    return shape, text.replace("<", " ").replace(">", " ").replace("…", "...")


def _split(tokens: list[str]) -> tuple[list[str], tuple[int, ...], tuple[int, ...] | None]:
    """Return the numbers, how many follow one another, and the shape if there are rows.

    Rows of one length are an array's; others are refused, unless something is left out.
    """
    numbers: list[str] = []
    parts: list[int] = []
    lengths: list[set[int]] = []  # by depth: how many things brackets have
    open_counts: list[int] = []
    since, elided = 0, "..." in tokens
    for token in tokens:
        if token == "...":
            if since:
                parts.append(since)
            since = 0
        elif token in "[({":
            open_counts.append(0)
        elif token in "])}":
            if open_counts:
                depth = len(open_counts)
                while len(lengths) < depth:
                    lengths.append(set())
                lengths[depth - 1].add(open_counts.pop())
                if open_counts:
                    open_counts[-1] += 1
                if elided and since:  # what follows is another row
                    parts.append(since)
                    since = 0
        elif token != ",":
            numbers.append(token)
            since += 1
            if open_counts:
                open_counts[-1] += 1
    if since:
        parts.append(since)
    if elided:
        return numbers, tuple(parts), None
    if any(len(each) > 1 for each in lengths):
        raise ValueError("values must be rows of one length")
    shape = tuple(each.pop() for each in lengths if each)
    if not shape or math.prod(shape) != len(numbers):
        shape = ()
    return numbers, (len(numbers),), shape or None


def _interval(number: str) -> tuple[float, float]:
    """Return what a printed number may be: rounded, or with its tail cut off."""
    value = float(number)
    mantissa, _, exponent = number.lower().partition("e")
    _, point, fraction = mantissa.partition(".")
    if not math.isfinite(value):
        return value, value
    if not point and not exponent:
        return value, value
    if point and not fraction and not exponent:  # "3.": NumPy prints whole floats so
        return value, value
    unit = 10.0 ** (int(exponent or 0) - len(fraction))
    half = unit * (0.5 + 1e-6)
    if number.startswith("-"):
        return value - unit, value + half
    return value - half, value + unit


def _significant(number: str) -> int:
    return max(len(re.sub(r"\D", "", number.lower().partition("e")[0]).lstrip("0")), 1)


def _check_finite(numbers: NDArray[Any]) -> None:
    if np.isnan(numbers).all():
        raise ValueError("values are NaN: nothing says what made them")
    if not np.isfinite(numbers).all():
        raise ValueError("values must be finite: TensorFlow draws neither NaN nor infinity")
