"""data/_caching.py: cache, which keeps the first pass that ends, and yields it from then on.

Passes that begin before one has ended read their input, and the first to end is kept; it is the
data set's, and all its iterators read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .._c import _calls
from ..seeding import versions
from . import _states
from ._pipeline import EMPTY, Codes, DatasetNode, Run, RunScope, joined
from ._shuffling import _made

__all__ = ["CacheNode"]


class Kept:
    """The lots of the pass that is kept; `drawn` is empty, or holds a tuple of them."""

    renews = True

    def __init__(self, node: CacheNode) -> None:
        self._node = node
        self.drawn: tuple[Any, ...] = ()
        self.lock = _calls.CallLock()
        self.number = next(_made)

    def saved(self) -> Any:
        """Return what a state keeps of it."""
        return tuple(tuple(map(self._node.saved_lot, lots)) for lots in self.drawn)

    def checked(self, value: Any) -> Any:
        """Check what a state kept of it."""
        found = _states.fields("a cache", value)
        if len(found) > 1:
            raise _states.wrong("a cache", "one pass, or none", value)
        return tuple(self._node.checked_lots(lots) for lots in found)


class CacheNode(DatasetNode):
    """Dataset.cache in memory.

    References
    ----------
    tensorflow/core/kernels/data/cache_dataset_ops.cc, MemoryDatasetBase.
    """

    generator: Kept

    def __init__(self, node: DatasetNode) -> None:
        self._like(node)
        self.cardinality = node.cardinality
        self.generator = Kept(self)
        self.at_size = versions.rule("cache_end") == "size"

    def run(self, scope: RunScope) -> Run:
        return CacheRun(self, scope)

    def generator_in(self, scope: RunScope) -> Kept:
        """Return what a run in this scope reads or fills."""
        return self.generator

    def generators(self, late: bool) -> Iterator[Any]:
        yield self.generator
        yield from super().generators(late)

    def checked_lots(self, value: Any) -> tuple[Codes, ...]:
        """Check the lots of a pass."""
        lots = _states.fields("a cache's elements", value)
        return tuple(self.checked_lot("a cache's elements", lot) for lot in lots)


class CacheRun(Run):
    def __init__(self, node: CacheNode, scope: RunScope) -> None:
        self.node, self.scope = node, scope
        self.kept = node.generator_in(scope)
        # Noted, for a pass that is read again once more after a failure is what it was.
        self.reads = scope.draws.of((self.kept, "reads"), lambda: bool(found(self.kept, scope)))
        self.input = None if self.reads else node.inputs[0].run(scope)
        self.lots: list[Codes] = []
        self.size = 0  # elements that went through

    def read(self, count: int) -> Codes:
        if self.reads:
            return self._kept(count)
        if self.input is None:
            return EMPTY
        codes = self.input.read(count)
        self.size += len(codes)
        if len(codes):
            self.lots.append(codes.copy())
        else:
            self.input = None
        known = self.node.cardinality
        if self.input is None or (self.node.at_size and self.size == known):
            self._keep()
        return codes

    def _keep(self) -> None:
        if found(self.kept, self.scope):
            return
        self.lots = _together(self.lots, self.node.boxed)
        self.scope.draws.used = True
        self.scope.draws.pending[self.kept] = (tuple(self.lots),)

    def _kept(self, count: int) -> Codes:
        first = self.size
        for lot in (*found(self.kept, self.scope), ())[0]:
            if first < len(lot):
                codes: Codes = lot[first : first + count].copy()
                self.size += len(codes)
                return codes
            first -= len(lot)
        return EMPTY

    def held(self) -> int:
        own = sum(lot.size for lot in self.lots) * (self.input is not None)
        return own + (0 if self.input is None else self.input.held())

    def save(self) -> Any:
        lots = self.lots if self.input is not None else []
        return (
            self.reads, self.size, tuple(map(self.node.saved_lot, lots)),
            None if self.input is None else self.input.save(),
        )  # fmt: skip

    def load(self, state: Any) -> None:
        reads, size, lots, inner = _states.fields("a cache's pass", state, 4)
        self.reads = _states.flag("whether a pass reads a cache", reads)
        self.size = _states.integer("a cache's position", size)
        self.lots = list(self.node.checked_lots(lots))
        if inner is None:
            self.input = None
        elif self.reads or sum(map(len, self.lots)) != self.size:
            raise _states.wrong("a cache's elements", f"{self.size} elements", lots)
        else:
            self.input = self.input or self.node.inputs[0].run(self.scope)
            self.input.load(inner)


def _together(lots: list[Codes], boxed: bool) -> list[Codes]:
    """Return lots with those of one shape in one."""
    if boxed or all(lot.shape[1:] == lots[0].shape[1:] for lot in lots):
        return [joined(lots)] if lots else []
    found: list[list[Codes]] = []
    for lot in lots:
        if not found or found[-1][0].shape[1:] != lot.shape[1:]:
            found.append([])
        found[-1].append(lot)
    return list(map(joined, found))


def found(kept: Kept, scope: RunScope) -> tuple[Any, ...]:
    """Return the pass that is kept, by calls before or by this one."""
    now: tuple[Any, ...] = kept.drawn or scope.draws.pending.get(kept, ())
    return now
