"""data/_shuffling.py: the shuffle buffer, and the generator that seeds each pass through it.

A pass draws places of the buffer by the words of a Philox stream of its own, keyed by two words of
the generator (a, b): key a, counter (0, b). Without reshuffling every pass has the data set's own
seeds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._c import _calls, _orders, _shuffles
from ..arrays.conversion import new_array
from ..seeding import versions
from ..stream import Stream
from . import _states
from ._boxes import boxed, checked, copied
from ._pipeline import CHUNK, EMPTY, INFINITE, UNKNOWN, Codes, DatasetNode, Run, RunScope
from ._structures import parts

__all__ = ["PassSeeds", "ShuffleNode"]

_SLICES = 3  # kMaxEpochsInBuffer
_MASK = 2**64 - 1
_made = itertools.count()  # the order in which several are locked
_INT64 = np.dtype(np.int64)


class PassSeeds:
    """The pairs that seed passes: of two words each, or always the seeds themselves.

    References
    ----------
    tensorflow/core/kernels/data/random_seed_ops.cc, RandomSeedGenerator, FixedSeedGenerator.
    """

    def __init__(self, seeds: tuple[int, int], renews: bool) -> None:
        self.seeds = seeds
        self.renews = renews
        self.drawn = 0  # pairs, by calls that did not fail
        self.lock = _calls.CallLock()  # taken by calls that may draw
        self.number = next(_made)
        self._block: tuple[int, list[int]] = -1, []

    def pair(self, number: int) -> tuple[int, int]:
        """Return the seeds of one pass; who draws them counts them, at the end of its call."""
        block, words = self._block
        if block != number // 32:
            stream = Stream(*self.seeds)
            stream.skip(number // 32 * 16)
            words = stream.words(64).tolist()
            self._block = number // 32, words
        at = number % 32 * 2
        return words[at], words[at + 1]

    def copy(self) -> PassSeeds:
        """Return one like this when it was new."""
        return PassSeeds(self.seeds, self.renews)

    def saved(self) -> int:
        """Return what a state keeps of it."""
        return self.drawn

    def checked(self, value: Any) -> int:
        """Check what a state kept of it."""
        return _states.integer("what a generator has drawn", value)

    def __reduce__(self) -> Any:
        raise TypeError("a data set cannot be pickled: keep the state of its iterator")


class ShuffleNode(DatasetNode):
    """Dataset.shuffle, or with `repeats` data.experimental.shuffle_and_repeat."""

    generator: PassSeeds

    def __init__(
        self,
        node: DatasetNode,
        buffer_size: int,
        seeds: tuple[int, int],
        reshuffle: bool = True,
        repeats: int | None = None,
    ) -> None:
        self._like(node)
        self.buffer_size = buffer_size if buffer_size > 0 else 2**62
        self.unbounded = buffer_size == UNKNOWN  # until the first epoch shows how much that is
        self.generator = PassSeeds(seeds, reshuffle)
        self.end = versions.rule("shuffle_end")
        self.repeats = repeats
        if repeats is None:
            self.sharing = versions.rule("shuffle_generator")
            self.fusion = versions.rule("shuffle_repeat")
        else:
            self.sharing = self.fusion = versions.rule("shuffle_and_repeat")
        known = node.cardinality
        if repeats is None or known in (0, UNKNOWN, INFINITE):
            self.cardinality = INFINITE if repeats == INFINITE and known else known
        else:
            self.cardinality = INFINITE if repeats == INFINITE else known * repeats
        self._orders: dict[int, NDArray[np.uint32]] = {}  # of random access, by length

    def generators(self, late: bool) -> Iterator[Any]:
        if late or self.repeats is not None:
            yield self.generator
        yield from super().generators(True)

    def run(self, scope: RunScope) -> Run:
        if self.repeats is None:
            return ShuffleRun(self, self.generator_in(scope), scope, 1)
        return ShuffleRun(
            self, self.generator_in(scope), scope, self.repeats, self.fusion == "stream"
        )

    def run_repeated(self, scope: RunScope, count: int) -> Run | None:
        if self.repeats is not None or self.fusion == "apart":
            return None
        stream = self.fusion == "stream"
        if stream and not self.generator.renews:
            return None
        return ShuffleRun(self, self.generator_in(scope), scope, count, stream)

    def generator_in(self, scope: RunScope) -> PassSeeds:
        """Return the generator that a run in this scope shares."""
        if self.sharing == "dataset":
            return self.generator
        found: PassSeeds = scope.generator(self, self.for_scope)
        return found

    def for_scope(self) -> PassSeeds:
        return self.generator.copy()

    def at(self, index: int) -> Codes:
        self._check_index(index)
        return self.inputs[0].at(self._place(index, self.cardinality))

    def at_repeated(self, index: int, cardinality: int) -> Codes:
        if (
            self.repeats is None and self.fusion == "epochs"
        ):  # one op, which forgets that it repeats
            return self.inputs[0].at(self._place(index, cardinality))
        return super().at_repeated(index, cardinality)

    def _place(self, index: int, n: int) -> int:
        """Return where an index goes in InitializeRandomAccessIndices' order of n.

        That is Fisher and Yates' by the data set's seeds; but a FixedSeedGenerator there answers
        both questions for its seeds with the first one.
        """
        if n >= 2**32:
            raise ValueError(f"random access needs fewer than 2**32 elements, got {n}")
        if n not in self._orders:
            seed, seed2 = self.generator.seeds
            order = np.arange(n, dtype=np.uint32)
            if n > 1:
                high = seed2 if self.generator.renews else seed
                _shuffles.shuffle(order, 4, seed & _MASK, (high & _MASK) << 64)
            self._orders[n] = order
        return int(self._orders[n][index])


class ShuffleRun(Run):
    """A ring of buffered elements, cut into slices, one an epoch; draws come from the first one.

    `epochs` is more than 1 (or -1, for ever) where TensorFlow repeats inside the op: then the
    buffer already holds elements of coming epochs while one ends. With `stream` the first pass's
    words go on through all epochs.
    """

    def __init__(
        self,
        node: ShuffleNode,
        generator: PassSeeds,
        scope: RunScope,
        epochs: int,
        stream: bool = False,
    ) -> None:
        self.node, self.generator, self.scope = node, generator, scope
        self.epochs, self.stream = epochs, stream
        self.capacity = node.buffer_size
        self.eager_end = node.end == "input"
        self.input: Run | None = None
        self.epoch = 0  # inputs begun; where eager_end, inputs ended
        self.slices: list[int] = [0] if self.eager_end else []
        self.live = 0
        self.produced = False
        self.scalars = node.scalars
        narrow = self.scalars and node.bounds[0] >= 0 and node.bounds[1] < 2**32
        dtype = np.dtype(np.uint32 if narrow else np.int64)
        self.ring: NDArray[Any] = new_array((self._room(0),), dtype)
        self.start = 0
        self.seeds = generator.seeds if stream else scope.draws.draw(generator)
        self.word = 0
        self.lots: dict[int, Codes] = {}  # what is no scalar waits here, its number in the ring
        self.numbered = 0

    def read(self, count: int) -> Codes:
        if not self.scalars:
            count = 1
        out = new_array((count,), _INT64)
        done = 0
        while done < count:
            self._fill()
            if not self.live:
                break
            if not self.slices[0]:
                self._next_slice()
            self._steps(None, False, out[done : done + 1] if count > 1 else out)
            done += 1
            if done < count:
                done += self._go_on(out[done:])
        if not done:
            return EMPTY
        if self.scalars:
            return out[:done]
        lot = self.lots.pop(int(out[0]))
        return boxed([lot]) if self.node.boxed else lot[None]

    def _go_on(self, out: Codes) -> int:
        """Take the elements for which each step takes at most one new element from the input."""
        count = len(out)
        grow = len(self.slices) == 1
        if not grow:
            count = min(count, self.slices[0])
        if self.input is None:
            if not self._wants_more():
                count = min(count, self.slices[0])
                self._steps(None, False, out[:count])
                return count
            return 0
        if len(self.slices) > _SLICES and not self.eager_end:
            self._steps(None, False, out[:count])
            return count
        done = 0
        while done < count:
            codes = self._numbers(self.input.read(min(CHUNK, count - done)))
            self._steps(codes, grow, out[done : done + len(codes)])
            done += len(codes)
            if len(codes) == 0:
                break
        return done

    def _steps(self, codes: Codes | None, grow: bool, out: Codes) -> None:
        if not len(out):
            return
        key, high = self.seeds
        self.start = _orders.steps(
            self.ring, self.start, self.live, self.slices[0], codes, grow,
            key & _MASK, high & _MASK, self.word, out,
        )  # fmt: skip
        self.word += len(out)
        if codes is None:
            self.live -= len(out)
            self.slices[0] -= len(out)
        elif not grow:
            self.slices[0] -= len(out)
            self.slices[-1] += len(out)

    def _next_slice(self) -> None:
        """Leave epochs behind that have no elements left; each next one has a stream of its own."""
        while not self.slices[0]:
            del self.slices[0]
            if not self.stream:
                self.seeds, self.word = self.scope.draws.draw(self.generator), 0

    def _fill(self) -> None:
        """Do what TensorFlow does before it draws one element."""
        if self.eager_end:
            self._fill_eager_end()
            return
        while self._wants_more():
            if self.input is None:
                self.slices.append(0)
                self.input = self.node.inputs[0].run(self.scope)
                self.epoch += 1
            if self._append():
                continue
            self.input = None
            if not self.produced and self.epochs == INFINITE:
                return
            if self.node.unbounded and self.epoch == 1:
                self.capacity = max(1, self.live)

    def _wants_more(self) -> bool:
        if self.input is None and self.epochs != INFINITE and self.epoch >= self.epochs:
            return False
        if len(self.slices) > _SLICES and self.live:
            return False
        return self.live < self.capacity

    def _fill_eager_end(self) -> None:
        """As TensorFlow did up to 2.6, where the end of an input begins the next one at once."""
        if self.input is None and self.epoch == 0 and not self.produced:
            self.input = self.node.inputs[0].run(self.scope)
        while self.input is not None and self.live < self.capacity:
            if not self._append():
                if not self.produced and self.epochs == INFINITE:
                    self.input = None
                    return
                self.epoch += 1
                self.slices.append(0)
                self.input = self.node.inputs[0].run(self.scope)
                if self.epochs == self.epoch:
                    self.input = None
            elif len(self.slices) > _SLICES:
                return

    def _append(self) -> bool:
        """Put elements at the end of the last slice; False if the input has none left."""
        assert self.input is not None
        count = 1 if len(self.slices) > _SLICES else min(self.capacity - self.live, CHUNK)
        codes = self._numbers(self.input.read(count))
        if not len(codes):
            return False
        if self.live + len(codes) >= len(self.ring):
            self._enlarge(self.live + len(codes))
        end = (self.start + self.live) % len(self.ring)
        fits = min(len(codes), len(self.ring) - end)
        self.ring[end : end + fits] = codes[:fits]
        if fits < len(codes):
            self.ring[: len(codes) - fits] = codes[fits:]
        self.live += len(codes)
        self.slices[-1] += len(codes)
        self.produced = True
        return True

    def _numbers(self, codes: Codes) -> Codes:
        """Return what the ring holds for these elements."""
        if self.scalars:
            return codes
        numbers = np.arange(self.numbered, self.numbered + len(codes), dtype=np.int64)
        self.lots.update(zip(numbers.tolist(), codes, strict=True))
        self.numbered += len(codes)
        return numbers

    def _room(self, needed: int) -> int:
        """Return how large to make the ring for this many elements, or for all there can be."""
        known = self.node.inputs[0].cardinality
        if known == UNKNOWN:
            most = min(self.capacity, 2 * needed)
        elif known == INFINITE:
            most = self.capacity
        else:
            most = min(self.capacity, known if self.epochs == 1 else known * (_SLICES + 2))
        return max(1024, needed, most) + 1

    def _enlarge(self, needed: int) -> None:
        ring = new_array((self._room(needed),), self.ring.dtype)
        ring[: self.live] = self._buffered()
        self.ring, self.start = ring, 0

    def _buffered(self) -> NDArray[Any]:
        """Return what the ring holds, first element first."""
        first = self.ring[self.start : self.start + self.live]
        return np.concatenate([first, self.ring[: self.live - len(first)]])

    def held(self) -> int:
        size = self.live
        if not self.scalars:
            size = sum(part.size for lot in self.lots.values() for part in parts(lot))
        return size + (0 if self.input is None else self.input.held())

    def save(self) -> Any:
        buffered = self._buffered()
        return (
            self.capacity, self.seeds, self.word, self.epoch, self.produced,
            tuple(self.slices),
            buffered if self.scalars else [copied(self.lots[i]) for i in buffered],
            None if self.input is None else self.input.save(),
        )  # fmt: skip

    def load(self, state: Any) -> None:
        capacity, seeds, word, epoch, produced, slices, lots, inner = _states.fields(
            "a shuffle", state, 8
        )
        size = self.node.buffer_size
        self.capacity = _states.integer(
            "a shuffle's capacity", capacity, 1 if self.node.unbounded else size, size
        )
        self.seeds = _states.seeds("a shuffle's seeds", seeds)
        self.word = _states.integer("a shuffle's word", word)
        self.epoch = _states.integer("a shuffle's epoch", epoch)
        self.produced = _states.flag("whether a shuffle's input has elements", produced)
        if self.produced and self.node.inputs[0].cardinality == 0:
            raise _states.wrong("whether a shuffle's input has elements", "False", produced)
        self._load_buffer(slices, lots)
        if inner is None:
            self.input = None
        else:
            self.input = self.input or self.node.inputs[0].run(self.scope)
            self.input.load(inner)

    def _element(self, lot: Any) -> Any:
        name = "an element of a shuffle's buffer"
        if self.node.boxed:
            return checked(name, lot, self.node.like)
        return _states.numbers(name, lot, self.node.rank, self.node.bounds)

    def _load_buffer(self, slices: Any, lots: Any) -> None:
        bounds = self.node.bounds
        if self.scalars:
            buffered = _states.numbers("a shuffle's buffer", lots, 1, bounds)
        else:
            self.lots = {
                number: self._element(lot)
                for number, lot in enumerate(_states.fields("a shuffle's buffer", lots))
            }
            self.numbered = len(self.lots)
            buffered = np.arange(self.numbered)
        self.live, self.start = len(buffered), 0
        if self.live > self.capacity:
            raise _states.wrong(
                "a shuffle's buffer", f"at most {self.capacity} elements", self.live
            )
        self.slices = [
            _states.integer("a slice of a shuffle's buffer", part)
            for part in _states.fields("a shuffle's slices", slices)
        ]
        if sum(self.slices) != self.live or len(self.slices) > self.epoch + 1:
            allowed = f"at most {self.epoch + 1} lengths that make {self.live}"
            raise _states.wrong("a shuffle's slices", allowed, slices)
        if self.live >= len(self.ring):
            self.ring = new_array((self.live + 1,), self.ring.dtype)
        self.ring[: self.live] = buffered
