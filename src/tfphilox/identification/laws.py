"""identification/laws.py: how words become numbers, read backwards.

A law is a kind of number: which op, of which type, in which bounds. It says how probable it is that
a wrong stream makes numbers within given intervals, which words a stream must begin with to make
them (for a search that looks at words alone), and makes a stream's numbers, to compare them all.

>>> law = Law("uniform", "float32", 0.0, 1.0)
>>> round(law.bits(of_text("0.5 0.25")))
9
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays.dtypes import as_dtype
from ..stream import Stream
from .values import Given
from .values import of_text as of_text

__all__ = ["Law", "Words"]

_TRUNCATED_MASS = math.erf(math.sqrt(2.0))  # of a normal within two deviations
_UNIFORM_BITS = {"float16": 10, "bfloat16": 7, "float32": 23, "float64": 52}
_ULP = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "float64": 2.0**-52}
_ALL = (0, 2**32 - 1)


class Words(NamedTuple):
    """What the words of a first block must be, as `_search.search` takes it; and what passes."""

    shift: int
    mask: int
    least: tuple[int, ...]
    width: tuple[int, ...]
    share: float


class Law(NamedTuple):
    """One kind of number.

    Attributes
    ----------
    kind : str
        "uniform", "normal", "truncated_normal" or "integers".
    dtype : str
    a, b : float
        Bounds of uniform numbers and integers; mean and deviation of normals. Of integers 0 and 0:
        every bit pattern.
    name : str
        Of the initializer that draws so; "" if an op is asked for it.
    free : bool
        Whether b is not known: a is 0 (or -b), and numbers are compared by their ratios.
    """

    kind: str
    dtype: str
    a: float
    b: float
    name: str = ""
    free: bool = False

    def chances(self, given: Given) -> NDArray[np.float64]:
        """Return the probability, or a little more, that a wrong number is in each interval."""
        low, high = given.low, given.high
        if self.kind == "integers":
            span = self.b - self.a or 2.0 ** (8 * as_dtype(self.dtype, self.dtype).itemsize)
            inside = (low >= self.a) & (high < self.b) if self.b > self.a else low == low
            return np.where(inside, np.maximum(high - low, 1) / span, 0.0)
        ulp = _ULP[self.dtype] * np.maximum(abs(low), abs(high))
        if self.kind == "uniform":
            span = self.b - self.a
            ulp = np.maximum(ulp, _ULP[self.dtype] * max(abs(self.a), abs(self.b)))
            grain = np.maximum(2.0 ** -_UNIFORM_BITS[self.dtype], ulp / span)
            inside = (high >= self.a - ulp) & (low <= self.b + ulp)
            within = np.minimum(high, self.b) - np.maximum(low, self.a)
            return np.where(inside, np.minimum(np.maximum(within, 0) / span + grain, 1.0), 0.0)
        grain = _ULP[self.dtype] / 2 * np.maximum(abs(low), abs(high)) / self.b
        grain += 2.0**-40
        return self._normal_chances(
            (low - self.a) / self.b - grain, (high - self.a) / self.b + grain
        )

    def _normal_chances(
        self, low: NDArray[np.float64], high: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        limit = 2.0 if self.kind == "truncated_normal" else 7.0
        nearest = np.where((low <= 0) & (high >= 0), 0.0, np.minimum(abs(low), abs(high)))
        inside = nearest <= limit + 1e-3
        density = np.exp(-0.5 * np.minimum(nearest, 40.0) ** 2) / math.sqrt(2 * math.pi)
        chance = np.minimum(density * (high - low), _differences(low, high) + 1e-15)
        if self.kind == "truncated_normal":
            chance = chance / _TRUNCATED_MASS
        return np.where(inside, np.minimum(chance, 1.0), 0.0)

    def log_chance(self, given: Given) -> float:
        """Return log10 of the probability that a wrong stream makes numbers in all intervals."""
        if self.free:
            return self._free_log_chance(given)
        with np.errstate(divide="ignore"):
            return float(np.log10(self.chances(given)).sum())

    def bits(self, given: Given) -> float:
        """Return how many bits the numbers carry under this law."""
        return -self.log_chance(given) / math.log10(2.0)

    def _free_log_chance(self, given: Given) -> float:
        """The same where the scale is what the pivot says, integrated over what that is."""
        pivot = _pivot(given)
        if pivot is None:
            return math.inf
        size = max(abs(given.low[pivot]), abs(given.high[pivot]))
        small = min(abs(given.low[pivot]), abs(given.high[pivot]))
        if small <= 0:
            return math.inf
        slack = size / small * (1 + 4 * _ULP[self.dtype])
        rest = np.arange(given.count) != pivot
        low, high = given.low[rest], given.high[rest]
        total = []
        points = (np.arange(400) + 0.5) / 400
        points = (
            points
            if self.kind == "uniform"
            else points * (2.0 if self.kind == "truncated_normal" else 5.0)
        )
        unit = self._replace(free=False, a=-1.0 if self.kind == "uniform" else 0.0, b=1.0)
        for x in points:  # what the pivot is in units of the scale
            factor = x / size
            ends = np.sort(
                [low * factor, high * factor, low * factor * slack, high * factor * slack], 0
            )
            part = given._replace(low=ends[0], high=ends[-1])
            weight = 1.0 if self.kind == "uniform" else 4 * math.exp(-0.5 * x * x)
            with np.errstate(divide="ignore"):
                total.append(math.log10(weight) + float(np.log10(unit.chances(part)).sum()))
        top = max(total)
        if top == -math.inf:
            return top
        return top + math.log10(sum(10 ** (each - top) for each in total) / len(points))

    def words(self, given: Given) -> Words | None:
        """Return what a stream's first words must be; None if words alone say too little."""
        count = given.parts[0]
        if self.free or self.dtype != "float32" or self.kind not in ("uniform", "normal"):
            return None
        make = self._uniform_words if self.kind == "uniform" else self._normal_words
        tests = make(given, min(count, 4))
        tests += [_ALL] * (4 - len(tests))
        share = math.prod(min((width + 1) / 2**23, 1.0) for _, width in tests)
        if share > 0.1:
            return None
        return Words(
            0,
            0x7FFFFF,
            tuple(least for least, _ in tests),
            tuple(width for _, width in tests),
            share,
        )

    def _uniform_words(self, given: Given, count: int) -> list[tuple[int, int]]:
        tests = []
        slack = 4 * _ULP["float32"] * max(abs(self.a), abs(self.b), self.b - self.a)
        slack = 0.0 if (self.a, self.b) == (0.0, 1.0) else slack
        for low, high in zip(given.low[:count], given.high[:count], strict=True):
            first = math.ceil((low - slack - self.a) / (self.b - self.a) * 2**23)
            last = math.floor((high + slack - self.a) / (self.b - self.a) * 2**23)
            first, last = max(first, 0), min(last, 2**23 - 1)
            if first > last:
                return [(2**31, 0)]  # no word
            tests.append((first, last - first))
        return tests

    def _normal_words(self, given: Given, count: int) -> list[tuple[int, int]]:
        """A pair of normals is a radius and an angle, each of one word's lower 23 bits."""
        tests: list[tuple[int, int]] = []
        slack = (
            8
            * _ULP["float32"]
            * (max(abs(given.low[:count]).max(), abs(given.high[:count]).max()) + abs(self.a))
        )
        low = (given.low - slack - self.a) / self.b
        high = (given.high + slack - self.a) / self.b
        for i in range(0, count - 1, 2):
            s, c = (low[i], high[i]), (low[i + 1], high[i + 1])
            far = max(abs(x) for x in s) ** 2 + max(abs(x) for x in c) ** 2
            near = sum(0.0 if x[0] <= 0 <= x[1] else min(abs(x[0]), abs(x[1])) ** 2 for x in (s, c))
            radius = math.exp(-far / 2) * (1 - 1e-5), math.exp(-near / 2) * (1 + 1e-5)
            # below 1e-7 u is raised to it
            first = 0 if radius[0] < 2e-7 else max(math.ceil(radius[0] * 2**23) - 2, 0)
            last = min(math.floor(radius[1] * 2**23) + 2, 2**23 - 1)
            tests += [(first, max(last - first, 2)), _angle(s, c)]
        return tests

    def make(self, key: int, counter: int, first: int, count: int) -> NDArray[Any]:
        """Return elements of a stream, by the package's own functions."""
        stream = Stream._of_key_counter(key, counter)
        a, b = (
            (self.a, self.b)
            if not self.free
            else ((-1.0, 1.0) if self.kind == "uniform" else (0.0, 1.0))
        )
        if self.kind == "integers":
            if a == b:
                return stream.integers((count,), dtype=self.dtype, start=first)
            return stream.integers((count,), int(a), int(b), self.dtype, start=first)
        draw = getattr(stream, self.kind)
        made: NDArray[Any] = draw((count,), a, b, self.dtype, start=first)
        return made

    def rows(self, raw: NDArray[Any]) -> NDArray[np.float64]:
        """Return numbers of many streams, a row each, of what `raw` made of them.

        They are scaled without care for the last bits: `slack` is how far off they may be.
        """
        if self.kind == "integers":
            if self.b > self.a:
                raw = raw % raw.dtype.type(int(self.b - self.a))
                return raw.astype(np.float64) + self.a
            return raw.view(self.dtype).astype(np.float64)
        made = raw.astype(np.float64)
        if self.free:
            return made * 2.0 - 1.0 if self.kind == "uniform" else made
        if self.kind == "uniform":
            return made * (self.b - self.a) + self.a
        return made * self.b + self.a

    @property
    def raw_kind(self) -> tuple[str, str]:
        """What the numbers are made of: a kind and a type that the core makes."""
        if self.kind == "integers":
            return "integers", "uint64" if self.dtype.endswith("64") else "uint32"
        return self.kind, self.dtype

    def slack(self, given: Given) -> NDArray[np.float64]:
        """Return how far `rows` may be from what `make` makes."""
        if self.kind == "integers":
            return np.zeros(given.count)
        size = np.maximum(abs(given.low), abs(given.high)) + max(abs(self.a), abs(self.b))
        slack: NDArray[np.float64] = 4 * _ULP[self.dtype] * size
        return slack

    def fits(self, rows: NDArray[np.float64], given: Given) -> NDArray[np.bool_]:
        """Say of each row of a part's first numbers whether it is within the intervals."""
        each = rows.shape[1]
        if self.free:
            return self._free_fits(rows, given)
        slack = self.slack(given)[:each]
        low, high = given.low[:each] - slack, given.high[:each] + slack
        return np.asarray(((rows >= low) & (rows <= high)).all(1))

    def _free_fits(self, rows: NDArray[np.float64], given: Given) -> NDArray[np.bool_]:
        """Whether there is one scale that takes each number into its interval."""
        least, most = scales(rows, given, _ULP[self.dtype])
        return np.asarray((least <= most) & (most > 0))


def scales(
    rows: NDArray[np.float64], given: Given, ulp: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return between what the scale must lie for each row; the first is above the second if none.

    Examples
    --------
    >>> given = of_text("0.50 -0.25")
    >>> low, high = scales(np.array([[1.0, -0.5], [1.0, 0.5]]), given, 2.0**-23)
    >>> (low <= high).tolist()
    [True, False]
    """
    each = rows.shape[1]
    slack = 4 * ulp * np.maximum(abs(given.low[:each]), abs(given.high[:each]))
    low, high = given.low[:each] - slack, given.high[:each] + slack
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.stack([low / rows, high / rows])
    ends = np.where(np.isnan(ends), 0.0, ends)
    return np.maximum(ends.min(0).max(1), 0.0), ends.max(0).min(1)


def _pivot(given: Given) -> int | None:
    """Return which number says most of the scale: the one that is known best for its size."""
    size = np.minimum(abs(given.low), abs(given.high))
    same_sign = (given.low > 0) == (given.high > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(same_sign & (size > 0), (given.high - given.low) / size, np.inf)
    best = int(np.argmin(relative))
    return best if relative[best] < 0.2 else None


def _differences(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mass of the normal distribution between two numbers."""
    if len(low) > 4096:  # the density says as much for numbers this exact
        return np.full(len(low), 1.0)
    root = math.sqrt(0.5)
    mirrored = low > 0
    a, b = np.where(mirrored, -high, low), np.where(mirrored, -low, high)
    return np.array(
        [0.5 * (math.erfc(-y * root) - math.erfc(-x * root)) for x, y in zip(a, b, strict=True)]
    )


def _angle(s: tuple[float, float], c: tuple[float, float]) -> tuple[int, int]:
    """Return the word's bits that make an angle whose sine and cosine have such signs and ratio."""
    if s[0] <= 0 <= s[1] and c[0] <= 0 <= c[1]:
        return _ALL
    middle = math.atan2((s[0] + s[1]) / 2, (c[0] + c[1]) / 2)
    turns = []
    for x in s:
        for y in c:
            turn = math.atan2(x, y) - middle
            turns.append((turn + math.pi) % (2 * math.pi) - math.pi)
    start = (middle + min(turns)) / (2 * math.pi)
    width = (max(turns) - min(turns)) / (2 * math.pi)
    if width >= 0.5:
        return _ALL
    start %= 1.0
    first = math.floor(start * 2**23) - 8
    last = math.ceil((start + width) * 2**23) + 8
    if first < 0 or last >= 2**23:
        return _ALL  # it goes through an angle of 0
    return first, last - first
