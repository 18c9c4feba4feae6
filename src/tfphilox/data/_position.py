"""data/_position.py: where an iterator is, and how it gets back there.

A call of an iterator moves its runs as it goes. If it fails in the middle (a handler of a signal
raises, memory is short, a function of the user's fails) they are thrown away, and the next call
makes them again: from a checkpoint, by reading what was read since. Seeds that were drawn since are
kept in a log, for others may have drawn from the same data set in between. So a failure costs
nothing at once, and a success nothing but a checkpoint now and then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from .._c._calls import Mark, Place
from ._boxes import alike, shapes
from ._pipeline import CHUNK, EMPTY, Codes, DatasetNode, RunScope, joined

__all__ = ["Checkpoint", "Position", "SeedDraws"]

# Larger buffers are not copied, which would double their memory: getting back takes longer then.
MOST_COPIED = 1 << 22


class SeedDraws:
    """The seeds that the runs of one iterator draw: the data set's count moves with the call."""

    __slots__ = ("again", "fresh", "pending", "used")

    def __init__(self) -> None:
        self.used = False  # anything of the others
        self.again: dict[Any, deque[tuple[int, int]]] = {}  # what a log says was drawn before
        self.fresh: list[tuple[Any, tuple[int, int]]] = []
        self.pending: dict[Any, int] = {}  # pairs by generator

    def of(self, key: Any, make: Callable[[], tuple[int, int]]) -> tuple[int, int]:
        """Return what `make` returns, or returned when this was read before."""
        self.used = True
        if self.again.get(key):
            return self.again[key].popleft()
        pair = make()
        self.fresh.append((key, pair))
        return pair

    def draw(self, generator: Any) -> tuple[int, int]:
        """Return the generator's next pair."""
        if not generator.renews:
            pair: tuple[int, int] = generator.seeds
            return pair
        return self.of(generator, partial(self._next, generator))

    def _next(self, generator: Any) -> tuple[int, int]:
        before = self.pending.get(generator, 0)
        pair: tuple[int, int] = generator.pair(generator.drawn + before)
        self.pending[generator] = before + 1
        return pair

    def forget(self, log: Sequence[tuple[Any, tuple[int, int]]] = ()) -> None:
        """Begin a call in which nothing is drawn yet; what a log holds will be drawn again."""
        self.fresh, self.pending, self.again = [], {}, {}
        self.used = bool(log)
        for key, pair in log:
            self.again.setdefault(key, deque()).append(pair)


class Checkpoint(Mark):
    """A state, and what came after it: how many elements were read, and the seeds drawn."""

    __slots__ = ("kept", "own", "run", "weight")

    def __init__(self, kept: Codes, run: Any, own: Any) -> None:
        self.kept, self.run, self.own = kept, run, own
        self.weight = 0  # codes read, nearly


class Position(Place):
    """The runs of an iterator."""

    __slots__ = ("kept", "node", "run", "scalars", "scope")

    def __init__(self, node: DatasetNode, draws: SeedDraws) -> None:
        self.node, self.draws = node, draws
        self.scalars = node.scalars
        self.scope = RunScope(draws)
        self.run = node.run(self.scope)
        self.kept = EMPTY  # elements read that have another shape than those before

    def own(self) -> Any:
        """Return how far the scope's own generators are."""
        nodes = list(self.node.walk())
        return tuple(
            (nodes.index(node), place, generator.saved())
            for (node, place), generator in self.scope.generators.items()
        )

    def checkpoint(self) -> Checkpoint:
        """Return one of here."""
        return Checkpoint(self.kept.copy(), self.run.save(), self.own())

    def read(self, count: int) -> Codes:
        """Return the next elements: `count`, or fewer before the end and before another shape."""
        self.dirty = True
        codes = self.run.read(count) if self.scalars and count else self._read(count)
        self.count += len(codes)
        return codes

    def _read(self, count: int) -> Codes:
        """Return elements that have a shape, those kept before them first."""
        parts: list[Codes] = []
        while count:
            codes = self.kept if len(self.kept) else self.run.read(count)
            self.kept = EMPTY
            if not len(codes) or (parts and not self._as_before(parts[0], codes)):
                self.kept = codes
                break
            some = min(count, alike(codes)) if self.node.boxed else count
            parts.append(codes[:some])
            self.kept = codes[some:]
            count -= len(parts[-1])
        return joined(parts)

    def _as_before(self, before: Codes, codes: Codes) -> bool:
        if self.node.boxed:
            return shapes(before[0]) == shapes(codes[0])
        return before.shape[1:] == codes.shape[1:]


def back(node: DatasetNode, checkpoint: Checkpoint, shared: set[Any]) -> Position:
    """Return a position where the calls that did not fail have led."""
    position = loaded(node, checkpoint.kept, checkpoint.run, checkpoint.own)
    draws = position.draws
    draws.forget(checkpoint.log[: checkpoint.valid])
    left = checkpoint.read
    while left:
        codes = position.read(min(left, CHUNK) if node.scalars else 1)
        left -= len(codes)
        if not len(codes) or not shared.isdisjoint(draws.pending):
            raise ValueError("the data set is another one when it is read again: its class_func?")
    for generator, more in draws.pending.items():
        generator.drawn += more
    draws.forget()
    position.dirty, position.count = False, 0
    return position


def loaded(node: DatasetNode, kept: Codes, run: Any, own: Any) -> Position:
    """Return the position of a state whose parts are checked, but for that of the run."""
    position = Position(node, SeedDraws())
    position.run.load(run)
    position.kept = kept
    nodes = list(node.walk())
    for index, place, number in own:
        scope = RunScope(position.draws, position.scope.generators, place)
        scope.generator(nodes[index], nodes[index].for_scope).drawn = number
    position.draws.forget()
    return position
