"""identification/hypotheses.py: the seeds that people use, as streams, most likely ones first.

A batch is a number of streams of one rule: how a program comes to them, for which seeds. Rules are
those of `seeding`, by arrays: of a million seeds the first op seeds are made in a second.

>>> batch = next(iter(batches([0], 3, known=True)))
>>> batch.count, int(batch.key[0]), int(batch.high[0])  # the first eager ops after set_seed(0)
(100, 0, 1654615998)
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._c import _search
from ..random.generator import Generator
from ..seeding import versions
from ..seeding.attributes import DEFAULT_GRAPH_SEED, MAXINT32, as_graph_seed

__all__ = ["POPULAR", "Batch", "Origin", "batches", "rest"]

# What people type: small numbers, years, repeated digits, and what tutorials have.
POPULAR = (
    *(0, 42, 1, 1234, 123, 2, 3, 5, 7, 10, 100, 12345, 1337, 777, 2021, 2020, 2022, 2023, 2019),
    *(2018, 2017, 2024, 2025, 4, 6, 8, 9, 11, 12, 13, 17, 21, 22, 23, 33, 43, 47, 50, 55, 66, 77),
    *(87, 88, 99, 101, 111, 200, 222, 314, 333, 420, 444, 500, 512, 555, 666, 888, 911, 999, 1000),
    *(1024, 1111, 2222, 3141, 3407, 4242, 5678, 9999, 10000, 31415, 54321, 98765, 99999, 123456),
    *(654321, 1234567, 12345678, 87654321, 123456789),
)
_FIRST, _MANY, _NODES, _RUNS, _ALL_SEEDS = 100, 10_000, 100_000, 1000, 10**6
_PAIRS, _SOME_RUNS, _CHUNK = 1000, 20, 1 << 17
_SPLITS = (2, 3, 4, 5, 8, 10)
_BLOCKS = 256  # that an op moves on by for an element

_Numbers = NDArray[np.uint64]


class Origin(NamedTuple):
    """What makes a stream.

    Attributes
    ----------
    what : str
        In words.
    family : str
        What kind of call: see `code`.
    seeds : tuple of int
        Of the call.
    index : int
        Which call of several alike, from 0 on.
    """

    what: str
    family: str
    seeds: tuple[int, ...]
    index: int = 0  # type: ignore[assignment]  # hides a method of tuples


class Batch(NamedTuple):
    """Streams of one rule; the columns have a number each, or one for all."""

    rule: str
    first: str  # the TensorFlow from which it holds, and the last one
    last: str
    count: int  # type: ignore[assignment]  # likewise
    key: _Numbers
    low: _Numbers
    high: _Numbers
    origin: Callable[[int], Origin]
    keras: bool = False

    @property
    def columns(self) -> tuple[_Numbers, _Numbers, _Numbers]:
        return self.key, self.low, self.high

    def start(self, i: int) -> tuple[int, int]:
        """Return the key and the counter of a stream."""
        key, low, high = (int(c[i if len(c) > 1 else 0]) for c in self.columns)
        return key, low | high << 64

    def part(self, first: int, count: int) -> Batch:
        """Return some of the streams."""
        key, low, high = (c[first : first + count] if len(c) > 1 else c for c in self.columns)
        origin = self.origin
        return self._replace(
            key=key, low=low, high=high, count=count, origin=lambda i: origin(first + i)
        )


def batches(
    seeds: Sequence[int], size: int, known: bool, seconds: Sequence[int] = ()
) -> Iterator[Batch]:
    """Give the streams of some seeds, most likely ones first.

    Parameters
    ----------
    seeds : sequence of int
        The seeds to try in every way.
    size : int
        How many elements a draw has; the second run of an op begins so many further on.
    known : bool
        Whether `seeds` is what the user says, so that each is tried further.
    seconds : sequence of int
        What a second seed may be; default: `seeds`.
    """
    second = [*dict.fromkeys([*seeds, *(seconds or seeds)])]
    yield from _split_up(_eager(seeds, 0, _FIRST))
    yield from _split_up(_op_seeds(seeds, second))
    yield from _split_up(_pairs([(a, b) for a in seeds for b in (0, *range(1, 10))]))
    yield from _split_up(_pairs([(b, a) for a in seeds for b in second]))
    yield from _split_up(_keras(seeds, 0, _FIRST))
    yield from _split_up(_graphs(seeds, 0, _FIRST))
    yield from _split_up(_generators(seeds, _SOME_RUNS, size))
    yield from _split_up(_generator_keys(seeds, _SOME_RUNS, size))
    yield from _split_up(_keras_global(seeds))
    yield from _split_up(_op_seeds_runs(seeds, second, _RUNS if known else 100, size))
    yield from _split_up(_splits(seeds))
    yield from _split_up(_eager(seeds, _FIRST, _MANY))
    yield from _split_up(_graphs(seeds, _FIRST, _NODES if known else _MANY))
    yield from _split_up(_graph_runs(seeds, 20, 50, size))
    yield from _split_up(_generators(seeds, _RUNS, size, _SOME_RUNS))
    yield from _split_up(_keras(seeds, _FIRST, _RUNS))
    yield from _split_up(_counted_pairs(seeds, 10, _MANY))


def rest(seeds: Sequence[int], more: int) -> Iterator[Batch]:
    """Give the streams of all seeds below `more` in the most usual ways, then rarer ones of some.

    Parameters
    ----------
    seeds : sequence of int
        What `batches` has tried already.
    more : int
    """
    every = np.arange(more, dtype=np.uint64)
    yield from _split_up(_one_seed_pairs(every))
    yield from _split_up(_default_graph_seed(every))
    for at in range(0, more, _CHUNK):
        yield from _all_eager(at, min(_CHUNK, more - at))
    for at in range(0, more, _CHUNK):
        yield from _all_keras(at, min(_CHUNK, more - at))
    yield from _all_graphs(every)
    yield from _split_up(_all_generators(every))
    yield from _split_up(_square(_PAIRS))
    yield from _split_up(_graphs(seeds, _MANY, _NODES))


def _split_up(found: Batch | None) -> Iterator[Batch]:
    """Give a batch in parts that a search can be stopped between."""
    if found is None or not found.count:
        return
    for at in range(0, found.count, _CHUNK):
        yield found.part(at, min(_CHUNK, found.count - at))


# ---- stateful ops --------------------------------------------------------------------------


def _eager(seeds: Sequence[int], first: int, end: int) -> Batch:
    """The n-th op without a seed of its own, after set_seed."""
    high = [op_seeds(seed, end)[first:end] for seed in seeds]
    count = end - first

    def origin(i: int) -> Origin:
        seed, n = seeds[i // count], first + i % count
        return Origin(
            f"the {_th(n)} op without a seed of its own, in eager mode after set_seed({seed})",
            "eager", (seed,), n,
        )  # fmt: skip

    return Batch(
        f"eager ops after set_seed, the {_th(first)} to {_th(end - 1)}", "2.0", versions.NEWEST,
        len(seeds) * count, np.repeat(_graph_seeds(seeds), count), _one(0),
        _u(np.concatenate(high)), origin,
    )  # fmt: skip


def op_seeds(seed: int, count: int) -> list[int]:
    """Return the op seeds that ``set_seed(seed)`` hands out first.

    Examples
    --------
    >>> op_seeds(0, 2)
    [1654615998, 1806341205]
    """
    draw = random.Random(seed).getrandbits
    found: list[int] = []
    while len(found) < count:
        word = draw(32)
        if word <= MAXINT32:
            found.append(word)
    return found


def _op_seeds(seeds: Sequence[int], second: Sequence[int]) -> Batch:
    """Ops with a seed of their own, without and with a global one."""
    pairs = [(None, s) for s in second] + [(g, s) for g in seeds for s in second]
    return _seeded(pairs, [0], 0, "ops with a seed of their own")


def _op_seeds_runs(seeds: Sequence[int], second: Sequence[int], runs: int, size: int) -> Batch:
    pairs = [(None, s) for s in second] + [(g, g) for g in seeds]
    pairs += [(g, s) for g in seeds[:10] for s in second[:10] if g != s]
    rule = f"ops with a seed of their own, the {_th(1)} to {_th(runs)} run"
    return _seeded(pairs, range(1, runs + 1), size, rule)


def _seeded(
    pairs: Sequence[tuple[int | None, int]], runs: Sequence[int], size: int, rule: str
) -> Batch:
    keys = [DEFAULT_GRAPH_SEED if g is None else as_graph_seed(g) for g, _ in pairs]
    highs = [s % MAXINT32 for _, s in pairs]
    highs = [MAXINT32 if not k and not h else h for k, h in zip(keys, highs, strict=True)]

    def origin(i: int) -> Origin:
        (g, s), run = pairs[i // len(runs)], runs[i % len(runs)]
        globally = "no global seed" if g is None else f"set_seed({g})"
        which = f"the {_th(run)} run of " if run else ""
        seeds = (s,) if g is None else (g, s)
        return Origin(f"{which}an op with seed={s} and {globally}", "op_seed", seeds, run)

    low = np.tile(_u(list(runs)) * np.uint64(_BLOCKS * size), len(pairs))
    return Batch(
        rule, "1.15", versions.NEWEST, len(pairs) * len(runs), np.repeat(_u(keys), len(runs)), low,
        np.repeat(_u(highs), len(runs)), origin,
    )  # fmt: skip


def _default_graph_seed(seeds: _Numbers) -> Batch:
    def origin(i: int) -> Origin:
        return Origin(f"an op with seed={i} and no global seed", "op_seed", (i,))

    return Batch(
        f"ops with a seed of their own to {len(seeds):,}, without a global one", "1.15",
        versions.NEWEST, len(seeds), _one(DEFAULT_GRAPH_SEED), _one(0), seeds, origin,
    )  # fmt: skip


def _graphs(seeds: Sequence[int], first: int, end: int) -> Batch:
    """Ops in graphs and functions: by the number of such ops, or of nodes, before them."""
    count = end - first
    high = np.tile(np.arange(first, end, dtype=np.uint64), len(seeds))
    keys = np.repeat(_graph_seeds(seeds), count)
    high[(high == 0) & (keys == 0)] = MAXINT32

    def origin(i: int) -> Origin:
        return _in_graph(seeds[i // count], first + i % count)

    return Batch(
        f"ops in graphs and functions, with {first:,} to {end - 1:,} ops or nodes before them",
        "1.15", versions.NEWEST, len(high), keys, _one(0), high, origin,
    )  # fmt: skip


def _graph_runs(seeds: Sequence[int], ops: int, runs: int, size: int) -> Batch:
    count = ops * runs
    high = np.tile(np.repeat(np.arange(ops, dtype=np.uint64), runs), len(seeds))
    low = np.tile(
        (np.arange(runs, dtype=np.uint64) + np.uint64(1)) * np.uint64(_BLOCKS * size), ops
    )
    keys = np.repeat(_graph_seeds(seeds), count)
    high[(high == 0) & (keys == 0)] = MAXINT32

    def origin(i: int) -> Origin:
        n, run = divmod(i % count, runs)
        return _in_graph(seeds[i // count], n, run + 1)

    return Batch(
        f"ops in graphs and functions, the {_th(1)} to {_th(runs)} run", "1.15", versions.NEWEST,
        len(high), keys, np.tile(low, len(seeds)), high, origin,
    )  # fmt: skip


def _all_graphs(seeds: _Numbers) -> Iterator[Batch]:
    for n in range(4):

        def origin(i: int, n: int = n) -> Origin:
            return _in_graph(i, n)

        high = _u([n]) if n else np.where(seeds == 0, np.uint64(MAXINT32), np.uint64(0))
        found = Batch(
            f"ops in graphs and functions with {n} before them, seeds to {len(seeds):,}", "1.15",
            versions.NEWEST, len(seeds), seeds, _one(0), high, origin,
        )  # fmt: skip
        yield from _split_up(found)


def _in_graph(seed: int, n: int, run: int = 0) -> Origin:
    which = f"the {_th(run)} run of " if run else ""
    what = (
        f"{which}an op in a graph or function with seed {seed}, before which it has {n} ops "
        f"without seeds (TensorFlow 2.2 and later) or {n} nodes (to 2.1); or an op with seed={n}"
    )
    return Origin(what, "graph", (seed, n), run)


def _all_eager(first: int, count: int) -> Iterator[Batch]:
    """The first op seeds of many seeds."""
    words = _search.python_words(first, count, 48)
    accepted = words <= MAXINT32
    nth = np.cumsum(accepted, 1)
    rows, columns = np.nonzero(accepted & (nth <= 8))
    n = nth[rows, columns] - 1
    keys = rows.astype(np.uint64) + np.uint64(first)

    def origin(i: int) -> Origin:
        seed, index = int(keys[i]), int(n[i])
        return Origin(
            f"the {_th(index)} op without a seed of its own, in eager mode after set_seed({seed})",
            "eager", (seed,), index,
        )  # fmt: skip

    found = Batch(
        f"eager ops after set_seed, the first 8, seeds to {first + count:,}", "2.0",
        versions.NEWEST, len(keys), keys, _one(0), words[rows, columns].astype(np.uint64), origin,
    )  # fmt: skip
    yield from _split_up(found)


# ---- stateless ops -------------------------------------------------------------------------


def _pairs(pairs: Sequence[tuple[int, int]], what: str = "") -> Batch:
    """Stateless ops with these pairs, which need not differ."""
    pairs = [*dict.fromkeys(pairs)]
    first, second = (_u([_wrapped(pair[side]) for pair in pairs]) for side in (0, 1))
    key, high = _search.scramble(first, second, len(pairs))

    def origin(i: int) -> Origin:
        return Origin(f"a stateless op with seed={list(pairs[i])}", "stateless", pairs[i])

    rule = what or "stateless ops, one seed 0 to 9 or a usual one"
    return Batch(rule, "1.15", versions.NEWEST, len(pairs), key, _one(0), high, origin)


def _one_seed_pairs(seeds: _Numbers) -> Batch:
    n = len(seeds)
    zero = np.zeros(n, np.uint64)
    first, second = np.concatenate([seeds, zero]), np.concatenate([zero, seeds])
    key, high = _search.scramble(first, second, 2 * n)

    def origin(i: int) -> Origin:
        pair = (i, 0) if i < n else (0, i - n)
        return Origin(f"a stateless op with seed={list(pair)}", "stateless", pair)

    rule = f"stateless ops with [s, 0] and [0, s], s to {n:,}"
    return Batch(rule, "1.15", versions.NEWEST, 2 * n, key, _one(0), high, origin)


def _counted_pairs(seeds: Sequence[int], first: int, end: int) -> Batch:
    """What a SeedGenerator of Keras 3 hands out."""
    count = end - first
    a = np.repeat(_u([_wrapped(seed) for seed in seeds]), count)
    b = np.tile(np.arange(first, end, dtype=np.uint64), len(seeds))
    key, high = _search.scramble(a, b, len(a))

    def origin(i: int) -> Origin:
        pair = seeds[i // count], first + i % count
        return Origin(f"a stateless op with seed={list(pair)}", "stateless", pair)

    rule = f"stateless ops with [s, n], n to {end:,}"
    return Batch(rule, "1.15", versions.NEWEST, len(a), key, _one(0), high, origin)


def _square(side: int) -> Batch:
    a = np.repeat(np.arange(side, dtype=np.uint64), side)
    b = np.tile(np.arange(side, dtype=np.uint64), side)
    key, high = _search.scramble(a, b, len(a))

    def origin(i: int) -> Origin:
        pair = divmod(i, side)
        return Origin(f"a stateless op with seed={list(pair)}", "stateless", pair)

    rule = f"stateless ops with [a, b], both to {side:,}"
    return Batch(rule, "1.15", versions.NEWEST, len(a), key, _one(0), high, origin)


# ---- Generator -----------------------------------------------------------------------------


def _generators(seeds: Sequence[int], end: int, size: int, first: int = 0) -> Batch:
    """The k-th draw of a Generator, all of one size."""
    count = end - first
    low = np.repeat(_u([_wrapped(s) for s in seeds]), count)
    low = low + np.tile(
        np.arange(first, end, dtype=np.uint64) * np.uint64(_BLOCKS * size), len(seeds)
    )

    def origin(i: int) -> Origin:
        seed, k = seeds[i // count], first + i % count
        return Origin(f"the {_th(k)} draw of Generator.from_seed({seed})", "generator", (seed,), k)

    rule = f"Generator.from_seed, the {_th(first)} to {_th(end - 1)} draw"
    return Batch(rule, "2.2", versions.NEWEST, len(low), _one(0), low, _one(0), origin)


def _generator_keys(seeds: Sequence[int], count: int, size: int) -> Batch:
    """The same of a seed that is NumPy's, which becomes the key."""
    keys = np.repeat(_u([_wrapped(s) for s in seeds]), count)
    low = np.tile(np.arange(count, dtype=np.uint64) * np.uint64(_BLOCKS * size), len(seeds))

    def origin(i: int) -> Origin:
        seed, k = seeds[i // count], i % count
        what = f"the {_th(k)} draw of Generator.from_seed(numpy.int64({seed}))"
        return Origin(what, "generator_key", (seed,), k)

    rule = f"Generator.from_seed of NumPy's integers, the first {count} draws"
    return Batch(rule, "2.2", versions.NEWEST, len(keys), keys, low, _one(0), origin)


def _all_generators(seeds: _Numbers) -> Batch:
    def origin(i: int) -> Origin:
        return Origin(f"the first draw of Generator.from_seed({i})", "generator", (i,))

    rule = f"Generator.from_seed, the first draw, seeds to {len(seeds):,}"
    return Batch(rule, "2.2", versions.NEWEST, len(seeds), _one(0), seeds, _one(0), origin)


def _splits(seeds: Sequence[int]) -> Batch:
    """The first draw of the generators that a Generator is split into."""
    keys: list[int] = []
    whose: list[tuple[int, int, int]] = []
    for seed, count in itertools.product(seeds, _SPLITS):
        if not -(2**63) <= seed < 2**64:
            continue
        for i, part in enumerate(Generator.from_seed(seed).split(count)):
            keys.append(_wrapped(int(part.state.numpy()[2])))
            whose.append((seed, count, i))

    def origin(i: int) -> Origin:
        seed, count, part = whose[i]
        what = f"the first draw of Generator.from_seed({seed}).split({count})[{part}]"
        return Origin(what, "split", whose[i])

    rule = f"Generator.from_seed(...).split, into {', '.join(map(str, _SPLITS))}"
    return Batch(rule, "2.2", versions.NEWEST, len(keys), _u(keys), _one(0), _one(0), origin)


# ---- Keras ---------------------------------------------------------------------------------


def _keras(seeds: Sequence[int], first: int, end: int) -> Batch:
    """The n-th initializer without a seed, from Keras 2.10 on: a seed of Python's random."""
    drawn = []
    for seed in seeds:
        source = random.Random(seed)
        drawn.append([source.randint(1, 10**9) for _ in range(end)][first:])
    count = end - first
    numbers = _u(np.concatenate(drawn))
    key, high = _search.scramble(numbers, _one(0), len(numbers))

    def origin(i: int) -> Origin:
        return _unseeded(seeds[i // count], first + i % count)

    return Batch(
        f"Keras after set_random_seed, the {_th(first)} to {_th(end - 1)} thing without a seed",
        "2.10", versions.NEWEST, len(numbers), key, _one(0), high, origin, True,
    )  # fmt: skip


def _all_keras(first: int, count: int) -> Iterator[Batch]:
    words = _search.python_words(first, count, 16) >> np.uint32(2)
    accepted = words < 10**9
    nth = np.cumsum(accepted, 1)
    rows, columns = np.nonzero(accepted & (nth <= 8))
    n = nth[rows, columns] - 1
    numbers = words[rows, columns].astype(np.uint64) + np.uint64(1)
    key, high = _search.scramble(numbers, _one(0), len(numbers))

    def origin(i: int) -> Origin:
        return _unseeded(first + int(rows[i]), int(n[i]))

    found = Batch(
        f"Keras after set_random_seed, the first 8 things without a seed, seeds to "
        f"{first + count:,}",
        "2.10", versions.NEWEST, len(numbers), key, _one(0), high, origin, True,
    )  # fmt: skip
    yield from _split_up(found)


def _keras_global(seeds: Sequence[int]) -> Batch:
    """What Keras 3's functions draw without a seed, from a generator that scrambles its pair."""
    pairs = []
    for seed in seeds:
        a, b = random.Random(seed).randint(1, 10**9), 0
        for _ in range(50):
            pairs.append((a, b))
            a, b = ((number + 1) * 5387 % 933199 for number in (a, b))
    first, second = (_u([pair[side] for pair in pairs]) for side in (0, 1))
    key, high = _search.scramble(first, second, len(pairs))

    def origin(i: int) -> Origin:
        seed, n = seeds[i // 50], i % 50
        what = f"the {_th(n)} keras.random function with seed=None after set_random_seed({seed})"
        return Origin(what, "keras_global", (seed,), n)

    return Batch(
        "keras.random without seeds, the first 50 draws", "2.16", versions.NEWEST, len(pairs), key,
        _one(0), high, origin, True,
    )  # fmt: skip


def _unseeded(seed: int, n: int) -> Origin:
    what = (
        f"the {_th(n)} initializer without a seed after keras.utils.set_random_seed({seed}) or "
        f"random.seed({seed}), in Keras 3 and tf.keras 2.10 to 2.15"
    )
    return Origin(what, "keras", (seed,), n)


# ---- numbers -------------------------------------------------------------------------------


def _u(numbers: Any) -> _Numbers:
    return np.array(numbers, np.uint64)


def _one(number: int) -> _Numbers:
    return np.array([number], np.uint64)


def _wrapped(number: int) -> int:
    return number % 2**64


def _graph_seeds(seeds: Sequence[int]) -> _Numbers:
    return _u([as_graph_seed(seed) for seed in seeds])


def _th(n: int) -> str:
    """Return an ordinal, counted from 0.

    >>> _th(0), _th(2), _th(3), _th(111)
    ('first', '3rd', '4th', '112th')
    """
    if n == 0:
        return "first"
    number = n + 1
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 * (number // 10 % 10 != 1), "th")
    return f"{number:,}{suffix}"
