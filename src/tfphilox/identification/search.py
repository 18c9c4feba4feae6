"""identification/search.py: try seeds, most likely ones first, as far as the numbers carry.

Two rules keep this honest. The first: every hypothesis that is tried has a probability of fitting
by accident, which depends on the numbers alone; their sum is the chance of any false find so far,
and the search ends where it would exceed a bound. So four digits are compared with the few seeds
that everybody uses, and forty with millions. The second: what passes the quick tests is made in
full, by the functions that everybody draws with, and each number is compared.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._c import _search
from ..arrays.dtypes import as_dtype
from ..arrays.wording import brief
from ..progress import Progress
from ..seeding import versions
from . import choices, code
from .findings import Finding, Findings, Tried
from .hypotheses import POPULAR, Batch, batches, rest
from .laws import Law, scales
from .values import Given, read_values

__all__ = ["identify"]

_MOST_SEEDS = 10**6  # that are tried when none is said
_FURTHEST = 1 << 20  # elements in which parts after "..." are looked for
_MOST_FINDINGS = 100
_ULP = 2.0**-23


def identify(
    values: Any,
    seed: int | Sequence[int] | None = None,
    *,
    op: str | None = None,
    dtype: Any = None,
    shape: Sequence[int] | None = None,
    bounds: tuple[float, float] | None = None,
    tensorflow: str | None = None,
    chance: float = 0.01,
    quiet: bool = True,
) -> Findings:
    """Say which calls of TensorFlow made given numbers.

    Parameters
    ----------
    values : str or array_like
        Numbers: as text, with as many digits as were printed, rounded or cut off, with "..." where
        something is left out; or an array, whose floats are known to the bit.
    seed : int or sequence of int, optional
        What the program was seeded with. Without it, those that people use, and, if these explain
        nothing, those below 10**6 in the usual ways.
    op : {"uniform", "normal", "truncated_normal", "integers"}, optional
        What kind of numbers they are; all by default.
    dtype : str, optional
        Their type; by default the array's, or what the text says, or float32, int32 and int64.
    shape : sequence of int, optional
        Of the whole draw, where the text does not show it. An initializer's fans are taken from it.
    bounds : two float, optional
        ``minval`` and ``maxval``, or ``mean`` and ``stddev``, if they are known.
    tensorflow : str, optional
        The version that was used: hypotheses of others are left out.
    chance : float, default 0.01
        How probable a false find may be, of all that is tried together. The search ends before.
    quiet : bool, default True
        Show no progress, even on a terminal.

    Returns
    -------
    Findings
        Each with the code, the versions, what supports it, and the chance that it is false. After
        Ctrl-C, what was found so far: it is not `complete` then.

    Raises
    ------
    TypeError, ValueError
        There are no numbers, or other things than numbers; an argument is none of the above.

    Stream
    ------
    Draws nothing, and moves nothing. Verified against TensorFlow 2.21.

    Examples
    --------
    >>> import tfphilox as tp
    >>> found = tp.identify("[0.29197514 0.20656645 0.53539073]", seed=0)
    >>> found[0].tensorflow
    'tf.random.set_seed(0); tf.random.uniform([3])'
    >>> found[0].chance < 1e-9
    True
    >>> len(tp.identify([0.123, 0.456, 0.789], seed=0))
    0
    """
    kind = None if dtype is None else as_dtype(dtype).name
    given = read_values(values, shape, kind)
    return identify_given(given, seed, op, bounds, tensorflow, chance, quiet)


def identify_given(
    given: Given,
    seed: int | Sequence[int] | None = None,
    op: str | None = None,
    bounds: tuple[float, float] | None = None,
    tensorflow: str | None = None,
    chance: float = 0.01,
    quiet: bool = True,
) -> Findings:
    """Do what `identify` says, for numbers that are read."""
    if not 0 < chance < 1:
        raise ValueError(f"chance must be between 0 and 1, got {brief(chance)}")
    version = None if tensorflow is None else _version(tensorflow)
    seeds = _seeds(seed)
    laws = choices.laws(given, op, _bounds(bounds))
    search = _Search(given, laws, chance, version)
    size = math.prod(given.shape) if given.shape else given.count
    known = seed is not None
    with Progress(_expected(seeds, known, len(laws)), quiet) as progress:
        search.run(batches(seeds, size, known, POPULAR[:20] if known else ()), progress)
        if not known and not search.found:
            search.run(rest(seeds, _MOST_SEEDS), progress)
    return search.findings()


class _Search:
    """What has been tried so far, and what fitted."""

    def __init__(self, given: Given, laws: list[Law], limit: float, version: str | None) -> None:
        self.given, self.limit, self.version = given, limit, version
        self.laws = [(law, _log_chance(law, given)) for law in laws]
        self.found: list[Finding] = []
        self.chance, self.number = 0.0, 0
        self.counts: dict[str, int] = {}
        self.complete, self.too_little = True, False

    def run(self, all_batches: Iterable[Batch], progress: Progress) -> None:
        """Try batch after batch; Ctrl-C ends it."""
        if not self.laws or not self.complete or self.too_little:
            return
        try:
            for batch in all_batches:
                if self.version is not None and not _holds(batch, self.version):
                    continue
                raw: dict[Any, NDArray[Any]] = {}
                for law, log_chance in self.laws:
                    if _makes(batch, law):
                        self._try(batch, law, log_chance, raw)
                    progress.add(batch.count, batch.rule)
                if self.too_little or len(self.found) >= _MOST_FINDINGS:
                    return
        except KeyboardInterrupt:
            self.complete = False

    def _try(self, batch: Batch, law: Law, log_chance: float, raw: dict[Any, NDArray[Any]]) -> None:
        one = 10.0 ** max(log_chance, -300.0)
        room = (self.limit - self.chance) / one
        if room < 1:
            self.too_little = self.too_little or law == self.laws[0][0]
            return
        if room < batch.count:
            batch = batch.part(0, int(room))
        fits = self._passing(batch, law, raw)
        self.number += batch.count
        self.chance += batch.count * one
        self.counts[batch.rule] = self.counts.get(batch.rule, 0) + batch.count
        for i in fits:
            finding = self._verified(batch, law, int(i))
            if finding is not None:
                self.found.append(finding)

    def _passing(self, batch: Batch, law: Law, raw: dict[Any, NDArray[Any]]) -> NDArray[np.intp]:
        """Return which streams begin with such numbers, as far as quick tests say."""
        words = law.words(self.given)
        if words is not None:
            bits = _search.search(
                *batch.columns, batch.count, words.shift, words.mask, words.least, words.width
            )
            return np.flatnonzero(np.unpackbits(bits, count=batch.count, bitorder="little"))
        each = _each(law, self.given)
        key = (*law.raw_kind, each)
        if key not in raw:
            kind, dtype = law.raw_kind
            raw[key] = _search.first_numbers(
                *batch.columns, batch.count, kind, as_dtype(dtype), each
            )
        made = raw[key][: batch.count]
        return np.flatnonzero(law.fits(law.rows(made), self.given))

    def _verified(self, batch: Batch, law: Law, i: int) -> Finding | None:
        """Make all numbers of a stream, and compare them."""
        given = self.given
        key, counter = batch.start(i)
        scale = None
        if law.free:
            made = law.make(key, counter, 0, given.count).astype(np.float64)[None]
            least, most = scales(made, given, _ULP)
            if not least[0] <= most[0]:
                return None
            scale = float(least[0]), float(most[0])
        elif not _all_there(law, key, counter, given):
            return None
        origin = batch.origin(i)
        shape = given.shape if given.shape is not None else (given.parts[0],)
        ours, theirs = code.lines(origin, law, shape)
        name = law.name or law.kind
        described = f"{name} {law.dtype}"
        if law.kind == "integers" and law.b > law.a:
            described += f" from {int(law.a)} to {int(law.b) - 1}"
        return Finding(
            origin.what, ours, theirs, _versions(batch, self.version), described, given.count,
            given.digits, self.number, self.chance, key, counter, 0, scale,
        )  # fmt: skip

    def findings(self) -> Findings:
        """Return what was found, without what a likelier law says of the same stream."""
        given = self.given
        bits = max((-chance / math.log10(2.0) for _, chance in self.laws), default=0.0)
        stopped = ""
        if self.too_little and not self.found:
            stopped = (
                "The numbers say too little to try more: a wrong hypothesis would fit too easily "
                f"(with a chance above {self.limit:g}). More values or digits would let it go on."
            )
        tried = [Tried(rule, count) for rule, count in self.counts.items()]
        fixed = {(each.key, each.counter) for each in self.found if each.scale is None}
        found = [
            each
            for each in sorted(self.found, key=lambda each: each.chance)
            if each.scale is None or (each.key, each.counter) not in fixed
        ]
        found = [*{(each.tensorflow, each.law): each for each in reversed(found)}.values()][::-1]
        return Findings(
            found, bits, given.count, given.digits, tried, self.complete, stopped, given.name
        )


def _log_chance(law: Law, given: Given) -> float:
    """Return log10 of the chance of a wrong stream; parts after "..." may be in many places."""
    if len(given.parts) == 1 or law.free:
        return law.log_chance(given)
    places = math.log10(_reach(given))
    total, at = 0.0, 0
    for n, part in enumerate(given.parts):
        chance = law.log_chance(_part(given, at, part))
        total += chance if n == 0 else min(0.0, chance + places)
        at += part
    return total


def _reach(given: Given) -> int:
    return min(math.prod(given.shape), _FURTHEST) if given.shape else _FURTHEST


def _part(given: Given, at: int, count: int) -> Given:
    return given._replace(
        low=given.low[at : at + count], high=given.high[at : at + count], parts=(count,)
    )


def _all_there(law: Law, key: int, counter: int, given: Given) -> bool:
    """Whether a stream has all numbers: the first part at its beginning, the others after it."""
    first = given.parts[0]
    made = law.make(key, counter, 0, first).astype(np.float64)
    if not ((made >= given.low[:first]) & (made <= given.high[:first])).all():
        return False
    if len(given.parts) == 1:
        return True
    made = law.make(key, counter, 0, _reach(given)).astype(np.float64)
    at, place = first, first
    for part in given.parts[1:]:
        here = _find(made[place:], _part(given, at, part))
        if here < 0:
            return False
        at, place = at + part, place + here + part
    return True


def _find(made: NDArray[np.float64], part: Given) -> int:
    """Return where a part is first, or -1."""
    last = len(made) - part.count + 1
    if last < 1:
        return -1
    places = np.flatnonzero((made[:last] >= part.low[0]) & (made[:last] <= part.high[0]))
    for i in range(1, part.count):
        there = made[places + i]
        places = places[(there >= part.low[i]) & (there <= part.high[i])]
    return int(places[0]) if len(places) else -1


def _each(law: Law, given: Given) -> int:
    """Return how many numbers of a stream settle all but a few cases."""
    most = min(given.parts[0], 32)
    if law.free:
        return min(most, 8)
    with np.errstate(divide="ignore"):
        sums = np.cumsum(np.log10(law.chances(given)[:most]))
    return min(most, int(np.searchsorted(-sums, 6.0)) + 1)


def _makes(batch: Batch, law: Law) -> bool:
    """Whether the calls of a batch can make such numbers."""
    family = batch.origin(0).family
    if law.kind == "integers" and law.a == law.b:
        return family in ("stateless", "generator", "generator_key", "split")
    if law.kind == "integers" and family in ("keras", "keras_global"):
        return law.dtype in ("int32", "int64")
    if law.name and not law.name.startswith(("Random", "Truncated")):
        return family in ("stateless", "keras", "eager", "op_seed", "graph")
    return True


def _version(tensorflow: Any) -> str:
    parts = str(tensorflow).split(".")
    version = ".".join(parts[:2])
    if version not in versions.VERIFIED or not all(part.isdigit() for part in parts):
        raise ValueError(f"tensorflow must be 1.15 to {versions.NEWEST}, got {brief(tensorflow)}")
    return version


def _holds(batch: Batch, version: str) -> bool:
    order = versions.VERIFIED
    return order.index(batch.first) <= order.index(version) <= order.index(batch.last)


def _versions(batch: Batch, version: str | None) -> str:
    if version is not None:
        return f"TensorFlow {version}"
    return f"TensorFlow {batch.first} to {batch.last}"


def _seeds(seed: Any) -> list[int]:
    if seed is None:
        return list(POPULAR)
    several = seed if isinstance(seed, list | tuple | range | np.ndarray) else [seed]
    found = []
    for one in several:
        if isinstance(one, bool | np.bool_) or not hasattr(one, "__index__"):
            raise TypeError(f"seed must be an integer, or several, got {brief(seed)}")
        number = operator.index(one)
        if not -(2**63) <= number < 2**64:
            raise ValueError(f"seed must be a 64-bit integer, got {brief(number)}")
        found.append(number)
    if not found:
        raise ValueError("seed must be an integer, or several, got none")
    return [*dict.fromkeys(found)]


def _bounds(bounds: Any) -> tuple[float, float] | None:
    if bounds is None:
        return None
    try:
        a, b = (float(x) for x in bounds)
    except (TypeError, ValueError):
        raise TypeError(f"bounds must be two numbers, got {brief(bounds)}") from None
    if not (math.isfinite(a) and math.isfinite(b)) or a == b:
        raise ValueError(f"bounds must be two different finite numbers, got {brief(bounds)}")
    return a, b


def _expected(seeds: Sequence[int], known: bool, laws: int) -> float:
    return laws * (len(seeds) * 40_000 + (0 if known else 26 * _MOST_SEEDS))
