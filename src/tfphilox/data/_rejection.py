"""data/_rejection.py: the parts of rejection_resample: estimated shares, chances, the filter.

A class's chance to be accepted is its target share over its share, scaled to 0 for the least and 1
for the greatest; what is lost by that comes from the original data set instead, which is
mixed in (data/ops/dataset_ops.py, _calculate_acceptance_probs_with_mixing).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, SupportsIndex, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._c import _orders
from ..arrays.arguments import as_integers
from ..seeding import versions
from . import _states
from ._pipeline import EMPTY, Codes, DatasetNode, OneInputRun, Run, RunScope, TakeNode, joined

__all__ = [
    "ClassFunction",
    "Classes",
    "EstimateNode",
    "LabelledNode",
    "RejectNode",
    "both_weights",
    "chances",
    "class_functions",
]

ClassFunction: TypeAlias = Callable[..., ArrayLike] | Sequence[SupportsIndex] | NDArray[Any]
Classes: TypeAlias = Callable[[Codes], NDArray[np.int64]]

_MASK = 2**64 - 1


def chances(
    shares: NDArray[np.float32], target: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what is accepted of each class, and the part of the original, by rows of shares."""
    with np.errstate(all="ignore"):
        ratio = target / (shares + np.finfo(np.float32).tiny)
        least = ratio.min(-1, keepdims=True)
        return (ratio - least) / (ratio.max(-1, keepdims=True) - least), least[..., 0]


class EstimateNode(DatasetNode):
    """The classes' shares as rejection_resample estimates them, anew after each 32 elements.

    Its codes are the shares as the bits of float32 numbers, a row an element; `make` makes what
    is wanted of them.
    """

    def __init__(
        self,
        node: DatasetNode,
        classes: Classes,
        count: int,
        make: Callable[[NDArray[np.float32]], Any],
    ) -> None:
        self.inputs = (node,)
        self.classes, self.count = classes, count
        self.decode = lambda codes: make(codes.astype(np.int32).view(np.float32))

    def run(self, scope: RunScope) -> Run:
        return EstimateRun(self, scope)


class EstimateRun(OneInputRun):
    counters = ("seen", "left")
    BATCH, SMOOTHING = 32, 10

    def __init__(self, node: EstimateNode, scope: RunScope) -> None:
        super().__init__(node, scope)
        self.classes = node.classes
        self.seen = np.full(node.count, self.SMOOTHING, np.int64)
        self.left = 0  # rows of the last batch

    def checked(self, name: str, value: Any) -> Any:
        if name == "left":
            return _states.integer(name, value, 0, self.BATCH)
        seen = _states.numbers(name, value, 1, (self.SMOOTHING, 2**53))
        if len(seen) != len(self.seen):
            raise _states.wrong(name, f"an array of {len(self.seen)}", value)
        return seen

    def read(self, count: int) -> Codes:
        rows: list[Codes] = []
        while count and (self.left or self._batch()):
            some = min(count, self.left)
            shares = (self.seen / self.seen.sum()).astype(np.float32)
            rows.append(np.tile(shares.view(np.int32).astype(np.int64), (some, 1)))
            self.left -= some
            count -= some
        return joined(rows)

    def _batch(self) -> bool:
        have = 0
        while self.input is not None and have < self.BATCH:
            codes = self.input.read(self.BATCH - have)
            if not len(codes):
                self.input = None
                break
            ids = self.classes(codes)
            ids = ids[(ids >= 0) & (ids < len(self.seen))]  # as one_hot
            self.seen = self.seen + np.bincount(ids, minlength=len(self.seen))
            have += len(codes)
        self.left = self.BATCH if have else 0  # also of a last batch with fewer elements
        return have > 0


class RejectNode(DatasetNode):
    """The elements that are accepted, with constant chances or by a row of estimated ones each.

    The op that draws is a node of the filter's function: every iterator begins its stream anew.
    """

    def __init__(
        self,
        node: DatasetNode,
        classes: Classes,
        accept: NDArray[np.float32] | DatasetNode,
        seeds: Callable[[], tuple[int, int]],
    ) -> None:
        self._like(node)
        self.classes, self.accept, self.seeds = classes, accept, seeds
        if isinstance(accept, DatasetNode):
            # TensorFlow zips the chances with the shares they come from, which are only printed.
            self.inputs = (accept, accept, node)

    def run(self, scope: RunScope) -> Run:
        return RejectRun(self, scope)

    def for_scope(self) -> Any:
        return Drawn()


class Drawn:
    """What the filter's op has drawn at one place of an iterator: a repeat goes on with it."""

    renews = True

    def __init__(self) -> None:
        self.seeds: tuple[int, int] | None = None
        self.position = self.passes = 0

    @property
    def drawn(self) -> Any:
        return self.seeds, self.position, self.passes

    @drawn.setter
    def drawn(self, value: Any) -> None:
        self.seeds, self.position, self.passes = value

    def saved(self) -> Any:
        """Return what a state keeps of it."""
        return self.drawn

    def checked(self, value: Any) -> Any:
        """Check what a state kept of it."""
        seeds, position, passes = _states.fields("a filter", value, 3)
        return (
            _states.seeds("a filter's seeds", seeds),
            _states.integer("a filter's position", position, 0, 2**55),
            _states.integer("a filter's passes", passes),
        )


class RejectRun(Run):
    def __init__(self, node: RejectNode, scope: RunScope) -> None:
        self.runs = [part.run(scope.branch(number)) for number, part in enumerate(node.inputs)]
        self.node = node
        self.op: Drawn = scope.generator(node, Drawn)
        if self.op.seeds is None:
            self.op.seeds = scope.draws.of(node, node.seeds)
        self.op.passes += 1
        if self.op.passes > 1 and versions.rule("map_repeat") != "goes on":
            raise ValueError(
                "what TensorFlow 2.1 to 2.4 reject in the second pass of a repeat has no fixed "
                "order: repeat first"
            )

    def read(self, count: int) -> Codes:
        if self.node.rank:
            count = 1
        parts: list[Codes] = []
        while count:
            rows, codes = self._next(count)
            if not len(codes):
                break
            accepted = codes[self._draw(len(codes)) < self._chance(rows, codes)]
            if len(accepted):
                parts.append(accepted)
                count -= len(accepted)
        return joined(parts)

    def _next(self, count: int) -> tuple[NDArray[np.float32], Codes]:
        accept = self.node.accept
        if not isinstance(accept, DatasetNode):
            return accept[None], self.runs[0].read(count)
        lots = [run.read(count) for run in self.runs[:2]]
        codes = self.runs[2].read(len(lots[0])) if len(lots[0]) else EMPTY
        assert accept.decode is not None
        if not len(codes):
            return np.empty((0, 0), np.float32), codes
        return accept.decode(lots[0][: len(codes)]), codes

    def _draw(self, count: int) -> NDArray[np.float32]:
        assert self.op.seeds is not None
        key, high = self.op.seeds
        first = self.op.position
        self.op.position += count
        return _orders.uniforms(key & _MASK, high & _MASK, first, count)

    def _chance(self, rows: NDArray[np.float32], codes: Codes) -> NDArray[np.float32]:
        ids = self.node.classes(codes)
        if not 0 <= ids.min() <= ids.max() < rows.shape[1]:
            raise ValueError(
                f"classes must be 0 to {rows.shape[1] - 1}, got {ids.min()} to {ids.max()}"
            )
        chance: NDArray[np.float32] = rows[np.arange(len(ids)) if len(rows) > 1 else 0, ids]
        return chance

    def held(self) -> int:
        return sum(run.held() for run in self.runs)

    def save(self) -> Any:
        return tuple(run.save() for run in self.runs)

    def load(self, state: Any) -> None:
        runs = _states.fields("a filter's data sets", state, len(self.runs))
        for run, saved in zip(self.runs, runs, strict=True):
            run.load(saved)


class LabelledNode(TakeNode):
    """The same elements, with their classes."""

    def __init__(self, node: DatasetNode, values: Callable[[Codes], Any]) -> None:
        super().__init__(node, -1)
        self.decode = values


def both_weights(part: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the weights of the original data set and of what is left by rejection."""
    return np.stack([part, np.float32(1) - part], -1)


def class_functions(
    class_func: ClassFunction, node: DatasetNode
) -> tuple[Classes, Callable[[Codes], Any]]:
    """Return what makes classes of codes, and what makes (class, value) of codes."""
    decode = node.decode
    if not callable(class_func):
        table = as_integers("class_func", class_func)
        if table.ndim != 1:
            raise ValueError(f"class_func must be a vector of classes, got shape {table.shape}")

    def raw(codes: Codes) -> NDArray[Any]:
        if not callable(class_func):
            try:
                return table[codes]
            except IndexError:
                raise ValueError(
                    f"class_func must have a class for each element, got {len(table)}"
                ) from None
        values = codes if decode is None else decode(codes)
        return np.asarray(class_func(*values) if isinstance(values, tuple) else class_func(values))

    def classes(codes: Codes) -> NDArray[np.int64]:
        ids = raw(codes)
        if ids.shape != (len(codes),) or ids.dtype.kind not in "iu":
            raise TypeError(
                f"class_func must return {len(codes)} integers for {len(codes)} elements, "
                f"got {ids.dtype.name} of shape {ids.shape}"
            )
        return ids.astype(np.int64)

    def values(codes: Codes) -> Any:
        flat = codes.reshape(-1)
        ids = raw(flat) if len(flat) else np.empty(0, np.int64)
        return ids.reshape(codes.shape), codes if decode is None else decode(codes)

    return classes, values
