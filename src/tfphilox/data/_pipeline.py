"""data/_pipeline.py: data sets as nodes, and the runs that iterate over them.

A node is immutable: what TensorFlow's dataset op knows. A run is TensorFlow's iterator of that op,
and pulls its input as far as TensorFlow's would for the elements asked for, in bulk. That
matters where runs share something: a shuffle's generator reseeds every run of its node, in the
order in which the runs begin.

Elements are codes, int64: of a range the numbers themselves, of arrays the row numbers. A batch
is an array of codes. Nodes carry what makes values of codes (`decode`), applied at the very end.
Behind a function, or where data sets stand side by side, elements are the values themselves: see
_boxes.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..arrays.conversion import new_array
from . import _states
from ._boxes import boxed, checked, copied, split, stacked
from ._states import LARGE
from ._structures import map_parts, parts

__all__ = [
    "CHUNK",
    "EMPTY",
    "INFINITE",
    "UNKNOWN",
    "Codes",
    "DatasetNode",
    "Run",
    "RunScope",
    "joined",
]

Codes: TypeAlias = NDArray[np.int64]
Decode: TypeAlias = Callable[[Codes], Any]

CHUNK = 1 << 16  # elements that go from run to run at once
BOXES = 64  # values that are made at once
PIECE = 1 << 20  # numbers that are made or copied between two looks for signals
INFINITE, UNKNOWN = -1, -2  # cardinalities, as TensorFlow writes them
_INT64 = np.dtype(np.int64)
EMPTY: Codes = np.empty(0, np.int64)


def joined(lots: list[Codes]) -> Codes:
    """Return lots in one array, copied in pieces, so that signals are answered in between."""
    if len(lots) < 2:
        return lots[0] if lots else EMPTY
    if lots[0].dtype == object:
        return np.concatenate(lots)
    out = new_array((sum(map(len, lots)), *lots[0].shape[1:]), lots[0].dtype)
    if out.size <= PIECE:
        return np.concatenate(lots, out=out)
    done = 0
    for part in lots:
        step = max(1, PIECE // max(1, part[0].size)) if len(part) else 1
        for first in range(0, len(part), step):
            some = part[first : first + step]
            out[done : done + len(some)] = some
            done += len(some)
    return out


class RunScope:
    """What the runs of one iterator of the user's have in common, and where among them one is.

    TensorFlow 1.15 keeps a shuffle's generator in the iterator, under the run's place.
    """

    __slots__ = ("draws", "generators", "place")

    def __init__(
        self,
        draws: Any,
        generators: dict[tuple[DatasetNode, tuple[int, ...]], Any] | None = None,
        place: tuple[int, ...] = (),
    ) -> None:
        self.draws = draws  # see _position.py
        self.generators = {} if generators is None else generators
        self.place = place

    def branch(self, number: int) -> RunScope:
        """Return the scope of one of several inputs."""
        return RunScope(self.draws, self.generators, (*self.place, number))

    def generator(self, node: DatasetNode, make: Callable[[], Any]) -> Any:
        """Return the generator of a node at this place."""
        key = node, self.place
        if key not in self.generators:
            self.generators[key] = make()
        return self.generators[key]


class Run:
    """An iterator of TensorFlow's C++; made here, where TensorFlow's iterator is initialized."""

    def read(self, count: int) -> Codes:
        """Return the next elements, [m, ...] with 1 <= m <= count; [0] at the end, and after it.

        Of scalars m is `count`, unless the end comes first. Batches may come in smaller lots; those
        of one lot have one shape.
        """
        raise NotImplementedError

    def held(self) -> int:
        """Return how many numbers `save` would copy, nearly."""
        return 0

    def save(self) -> Any:
        """Return all that the next `read` depends on, without data sets: numbers and arrays."""
        raise NotImplementedError

    def load(self, state: Any) -> None:
        """Go where `save` was called.

        Raises
        ------
        ValueError
            If the state is not one that `save` gives for such a data set. The run is then lost.
        """
        raise NotImplementedError


class DatasetNode:
    """A data set as TensorFlow's C++ knows it."""

    inputs: tuple[DatasetNode, ...] = ()
    bounds: tuple[int, int] = (0, 0)  # of the codes
    rank: int = 0  # of an element
    width: int = 1  # codes of an element, nearly
    cardinality: int = UNKNOWN
    decode: Decode | None = None
    generator: Any = None  # what its runs share: what seeds them, a cache
    boxed: bool = False  # elements are values, not codes
    like: Any = None  # then what one of them is like

    def run(self, scope: RunScope) -> Run:
        """Begin an iterator."""
        raise NotImplementedError

    def run_repeated(self, scope: RunScope, count: int) -> Run | None:
        """Begin an iterator of repeat(count) on this node, if TensorFlow makes one op of the
        two."""
        return None

    def at(self, index: int) -> Codes:
        """Return the codes of one element."""
        raise ValueError(f"{type(self).__name__[:-4]} data sets have no random access")

    def at_repeated(self, index: int, cardinality: int) -> Codes:
        """Return the codes of one element of this node, repeated."""
        return self.at(index % self.cardinality)

    def generators(self, late: bool) -> Iterator[Any]:
        """Yield the generators that runs of this node may draw from while they are read.

        `late` says that something makes this node's runs while it is read, not when it begins.
        """
        for node in self.inputs:
            yield from node.generators(late)

    @property
    def scalars(self) -> bool:
        """Whether elements are single codes, so that many can be read at once."""
        return self.rank == 0 and not self.boxed

    @property
    def moves_others(self) -> bool:
        """Whether a function of it, or below it, moves what belongs to nobody here."""
        return any(node.moves_others for node in self.inputs)

    def for_scope(self) -> Any:
        """Return what each place of an iterator has of its own, new; None if nothing."""
        return None

    def sample(self) -> Any:
        """Return an element such as it yields, without beginning to read."""
        if self.boxed:
            return self.like
        codes = self.sample_codes()
        if self.decode is None:
            return np.asarray(codes)
        values = self.decode(codes[None])
        return split(values, 1)[0]

    def sample_codes(self) -> Codes:
        """Return the codes of an element such as it yields."""
        return self.inputs[0].sample_codes()

    def elements(self, codes: Codes) -> list[Any]:
        """Return the values that codes of this node stand for, one by one."""
        if self.boxed:
            return list(codes)
        return split(codes if self.decode is None else self.decode(codes), len(codes))

    def empty(self) -> Any:
        """Return the values of no elements."""
        if self.boxed:
            return map_parts(lambda part: np.empty((0, *part.shape), part.dtype), self.like)
        return EMPTY if self.decode is None else self.decode(EMPTY)

    @property
    def endless(self) -> bool:
        """Whether it may yield elements without end."""
        if self.cardinality != UNKNOWN or len(self.inputs) != 1:
            return self.cardinality == INFINITE
        return self.inputs[0].endless

    def saved_lot(self, codes: Codes) -> Any:
        """Return what a state keeps of a lot of elements."""
        return tuple(map(copied, codes)) if self.boxed else codes.copy()

    def checked_lot(self, name: str, value: Any) -> Codes:
        """Check what a state kept of a lot of elements."""
        if not self.boxed:
            return _states.numbers(name, value, self.rank + 1, self.bounds)
        if isinstance(value, np.ndarray) and not value.size:
            return EMPTY
        elements = [checked(name, part, self.like) for part in _states.fields(name, value)]
        return boxed(elements) if elements else EMPTY

    def walk(self) -> Iterator[DatasetNode]:
        """Yield this node and all below it, in an order of its own."""
        yield self
        for node in self.inputs:
            yield from node.walk()

    def _like(self, node: DatasetNode) -> None:
        """Take over what is about the elements, not their order."""
        self.inputs = (node,)
        self.bounds, self.rank, self.decode = node.bounds, node.rank, node.decode
        self.width, self.boxed, self.like = node.width, node.boxed, node.like

    def _check_index(self, index: int) -> None:
        if self.cardinality == INFINITE:
            raise ValueError("data sets without end have no random access")
        if not 0 <= index < self.cardinality:
            raise IndexError(f"index must be 0 to {self.cardinality - 1}, got {index}")


class RangeNode(DatasetNode):
    """start, start + step, ..., before stop; of arrays their row numbers."""

    def __init__(self, start: int, stop: int, step: int, decode: Decode | None = None) -> None:
        self.range = range(start, stop, step)
        self.cardinality = len(self.range)
        if self.range:
            ends = self.range[0], self.range[-1]
            self.bounds = min(ends), max(ends)
        self.decode = decode

    def run(self, scope: RunScope) -> Run:
        return RangeRun(self)

    def at(self, index: int) -> Codes:
        self._check_index(index)
        return np.array(self.range[index], np.int64)

    def sample_codes(self) -> Codes:
        return np.array(self.range[len(self.range) // 2] if self.range else 0, np.int64)

    def sample(self) -> Any:
        if self.range or self.decode is None:
            return super().sample()
        return map_parts(lambda part: np.zeros(part.shape[1:], part.dtype), self.decode(EMPTY))


class RangeRun(Run):
    def __init__(self, node: RangeNode) -> None:
        self.range = node.range
        self.position = 0

    def read(self, count: int) -> Codes:
        part = self.range[self.position : self.position + min(count, LARGE - self.position)]
        self.position += len(part)
        if not part:
            return EMPTY
        if len(part) <= CHUNK:
            return _numbers(part)
        codes = new_array((len(part),), np.dtype(np.int64))
        begin = _numbers(part[:CHUNK])
        for first in range(0, len(part), CHUNK):
            some = codes[first : first + CHUNK]
            more = (first * part.step + 2**63) % 2**64 - 2**63  # the sums wrap back
            np.add(begin[: len(some)], more, out=some)
        return codes

    def save(self) -> Any:
        return self.position

    def load(self, state: Any) -> None:
        self.position = _states.integer("position", state, 0, len(self.range))


def _numbers(part: range) -> Codes:
    if len(part) == 1:
        return np.array((part.start,), _INT64)
    codes = np.arange(len(part), dtype=np.int64)
    if part.step != 1:
        codes *= part.step
    if part.start:
        codes += part.start
    return codes


class TakeNode(DatasetNode):
    def __init__(self, node: DatasetNode, count: int) -> None:
        self._like(node)
        self.count = count
        known = node.cardinality
        if count < 0 or known == UNKNOWN:
            self.cardinality = known if count else 0
        else:
            self.cardinality = count if known == INFINITE else min(count, known)

    @property
    def endless(self) -> bool:
        return self.count < 0 and super().endless

    def run(self, scope: RunScope) -> Run:
        return TakeRun(self, scope)

    def at(self, index: int) -> Codes:
        self._check_index(index)
        return self.inputs[0].at(index)


class OneInputRun(Run):
    """A run of a node with one input, which is None before it is needed and after its end."""

    input: Run | None
    counters: tuple[str, ...] = ()  # names of the attributes that are its state besides
    node: DatasetNode

    def __init__(self, node: DatasetNode, scope: RunScope) -> None:
        self.node = node
        self.scope = scope
        self.input = node.inputs[0].run(scope)

    def held(self) -> int:
        return 0 if self.input is None else self.input.held()

    def save(self) -> Any:
        values = [getattr(self, name) for name in self.counters]
        numbers = tuple(
            value.copy() if isinstance(value, np.ndarray) else value for value in values
        )
        return numbers, None if self.input is None else self.input.save()

    def checked(self, name: str, value: Any) -> Any:
        """Return one of the counters as a state gives it."""
        raise NotImplementedError

    def load(self, state: Any) -> None:
        numbers, inner = _states.fields(type(self).__name__, state, 2)
        counters = _states.fields("counters", numbers, len(self.counters))
        for name, value in zip(self.counters, counters, strict=True):
            setattr(self, name, self.checked(name, value))
        if inner is None:
            self.input = None
        else:
            self.input = self.input or self.node.inputs[0].run(self.scope)
            self.input.load(inner)


class TakeRun(OneInputRun):
    counters = ("taken",)

    def __init__(self, node: TakeNode, scope: RunScope) -> None:
        self.count, self.taken = node.count, 0
        if node.count == 0:  # TensorFlow's EmptyIterator has no input
            self.node, self.scope, self.input = node, scope, None
        else:
            super().__init__(node, scope)

    def checked(self, name: str, value: Any) -> int:
        return _states.integer(name, value, 0, self.count if self.count >= 0 else LARGE)

    def read(self, count: int) -> Codes:
        if self.count >= 0:
            count = min(count, self.count - self.taken)
        if self.input is None or count == 0:
            self.input = None
            return EMPTY
        codes = self.input.read(count)
        self.taken += len(codes)
        if not len(codes):
            self.input = None
        return codes


class SkipNode(DatasetNode):
    def __init__(self, node: DatasetNode, count: int) -> None:
        self._like(node)
        self.count = count
        known = node.cardinality
        if count < 0:
            self.cardinality = 0
        else:
            self.cardinality = known if known in (INFINITE, UNKNOWN) else max(0, known - count)

    def run(self, scope: RunScope) -> Run:
        return SkipRun(self, scope)

    def at(self, index: int) -> Codes:
        self._check_index(index)
        return self.inputs[0].at(index + self.count)


class SkipRun(OneInputRun):
    counters = ("left",)

    def __init__(self, node: SkipNode, scope: RunScope) -> None:
        self.left = self.skips = node.count
        if node.count < 0:  # skips all
            self.node, self.scope, self.input = node, scope, None
        else:
            super().__init__(node, scope)

    def checked(self, name: str, value: Any) -> int:
        return _states.integer(name, value, min(0, self.skips), max(0, self.skips))

    def read(self, count: int) -> Codes:
        while self.input is not None and self.left:
            skipped = len(self.input.read(min(self.left, CHUNK)))
            self.left -= skipped
            if not skipped:
                self.input = None
        if self.input is None:
            return EMPTY
        codes = self.input.read(count)
        if not len(codes):
            self.input = None
        return codes


class BatchNode(DatasetNode):
    def __init__(self, node: DatasetNode, size: int, drop_remainder: bool) -> None:
        self._like(node)
        self.size, self.drop_remainder = size, drop_remainder
        self.rank += 1
        self.width *= size
        known = node.cardinality
        if known in (INFINITE, UNKNOWN):
            self.cardinality = known
        else:
            self.cardinality = known // size if drop_remainder else -(-known // size)

    def run(self, scope: RunScope) -> Run:
        return BatchRun(self, scope)

    def sample_codes(self) -> Codes:
        known = self.inputs[0].cardinality
        size = self.size if known < 0 or self.drop_remainder else max(1, min(self.size, known))
        codes = self.inputs[0].sample_codes()
        return np.broadcast_to(codes, (size, *codes.shape))

    def at(self, index: int) -> Codes:
        self._check_index(index)
        first = index * self.size
        return _stack([
            self.inputs[0].at(i)[None]
            for i in range(first, min(first + self.size, self.inputs[0].cardinality))
        ])  # fmt: skip


class BatchRun(OneInputRun):
    counters = ("kept",)

    def __init__(self, node: BatchNode, scope: RunScope) -> None:
        super().__init__(node, scope)
        self.size, self.drop_remainder = node.size, node.drop_remainder
        self.scalars = node.rank == 1
        self.kept = EMPTY  # of an unfinished batch, whose input has ended

    def held(self) -> int:
        return super().held() + self.kept.size

    def checked(self, name: str, value: Any) -> Codes:
        kept = _states.numbers(name, value, self.node.rank, self.node.bounds)
        if len(kept) >= self.size:
            raise _states.wrong(name, f"fewer than {self.size} elements", kept)
        return kept

    def read(self, count: int) -> Codes:
        size = self.size
        if not self.scalars:
            count = 1
        parts = [self.kept] if len(self.kept) else []
        have = len(self.kept)
        while have < count * size and self.input is not None:
            codes = self.input.read(count * size - have)
            have += len(codes)
            if len(codes):
                parts.append(codes)
            else:
                self.input = None
        codes = _stack(parts) if parts else EMPTY
        full = have // size
        self.kept = codes[full * size :]
        if full:
            return codes[: full * size].reshape(full, size, *codes.shape[1:])
        rest, self.kept = self.kept, EMPTY
        return rest[None] if len(rest) and not self.drop_remainder else EMPTY


def _stack(parts: list[Codes]) -> Codes:
    """Join lots of elements, which must have one shape to be in one batch."""
    for part in parts:
        if part.shape[1:] != parts[0].shape[1:]:
            raise ValueError(
                "cannot batch elements of different shapes, "
                f"got {parts[0].shape[1:]} and {part.shape[1:]}"
            )
    return joined(parts)


class BoxNode(DatasetNode):
    """The values of a data set of codes."""

    def __init__(self, node: DatasetNode) -> None:
        self._like(node)
        self.cardinality = node.cardinality
        box(self, node.sample())

    def run(self, scope: RunScope) -> Run:
        return BoxRun(self, scope)


class BoxRun(OneInputRun):
    def read(self, count: int) -> Codes:
        codes = EMPTY if self.input is None else self.input.read(min(count, BOXES))
        if not len(codes):
            self.input = None
            return EMPTY
        return boxed(self.node.inputs[0].elements(codes))


def box(node: DatasetNode, like: Any) -> None:
    """Let the elements of a node be values like one."""
    node.boxed, node.like = True, like
    node.rank, node.bounds, node.decode = 0, (0, 0), stacked
    node.width = max(1, sum(part.size for part in parts(like)))


def as_boxed(node: DatasetNode) -> DatasetNode:
    """Return a data set of the same elements, as values."""
    return node if node.boxed else BoxNode(node)


class BoxBatchNode(BatchNode):
    """Batches of values, put together where they are read: their shapes may differ."""

    def __init__(self, node: DatasetNode, size: int, drop_remainder: bool) -> None:
        super().__init__(node, size, drop_remainder)
        known = node.cardinality
        number = size if known < 0 or drop_remainder else max(1, min(size, known))
        box(
            self,
            map_parts(lambda part: np.broadcast_to(part, (number, *part.shape)).copy(), node.like),
        )

    def run(self, scope: RunScope) -> Run:
        return BoxBatchRun(self, scope)


class BoxBatchRun(OneInputRun):
    node: BatchNode

    def read(self, count: int) -> Codes:
        size = self.node.size
        lots: list[Codes] = []
        have = 0
        while have < size and self.input is not None:
            codes = self.input.read(size - have)
            have += len(codes)
            if len(codes):
                lots.append(codes)
            else:
                self.input = None
        if not have or (have < size and self.node.drop_remainder):
            return EMPTY
        return boxed([stacked(joined(lots))])


class RepeatNode(DatasetNode):
    def __init__(self, node: DatasetNode, count: int) -> None:
        self._like(node)
        self.count = count if count >= 0 else INFINITE
        known = node.cardinality
        if count == 0 or known == 0:
            self.cardinality = 0
        elif self.count == INFINITE or known == INFINITE:
            self.cardinality = INFINITE
        else:
            self.cardinality = UNKNOWN if known == UNKNOWN else known * count

    def run(self, scope: RunScope) -> Run:
        if self.count == 0:
            return RangeRun(RangeNode(0, 0, 1))
        return self.inputs[0].run_repeated(scope, self.count) or RepeatRun(self, scope)

    def generators(self, late: bool) -> Iterator[Any]:
        return super().generators(True)

    def at(self, index: int) -> Codes:
        self._check_index(index)
        return self.inputs[0].at_repeated(index, self.cardinality)


class RepeatRun(OneInputRun):
    counters = ("epoch", "fresh")

    def __init__(self, node: RepeatNode, scope: RunScope) -> None:
        super().__init__(node, scope)
        self.count, self.scalars = node.count, node.scalars
        self.epoch = 0
        self.fresh = True  # nothing came of the input yet

    def checked(self, name: str, value: Any) -> Any:
        if name == "fresh":
            return _states.flag(name, value)
        return _states.integer(name, value, 0, self.count if self.count >= 0 else LARGE)

    def read(self, count: int) -> Codes:
        parts: list[Codes] = []
        have = 0
        while have < count and self.input is not None and self.epoch != self.count:
            codes = self.input.read(count - have)
            if len(codes):
                self.fresh = False
                parts.append(codes)
                have += len(codes)
                if not self.scalars:
                    break
            elif self.count < 0 and self.fresh:  # empty: it would go on for ever
                self.input = None
                break
            else:  # after the last epoch, too, TensorFlow begins another
                self.epoch += 1
                self.fresh = True
                self.input = self.node.inputs[0].run(self.scope)
        return _stack(parts) if parts else EMPTY
