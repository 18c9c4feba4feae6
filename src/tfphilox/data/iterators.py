"""data/iterators.py: the iterator of a data set, whose every call is made whole."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from functools import partial
from typing import Any, SupportsIndex

import numpy as np

from .._c._calls import End, Moving, Replacement, moving
from .._c._undo import whole
from ..arrays.conversion import new_array
from . import _states
from ._arguments import count_of
from ._mixing import _put
from ._pipeline import CHUNK, PIECE, Codes, DatasetNode
from ._position import MOST_COPIED, Checkpoint, Position, SeedDraws, back, loaded
from ._structures import map_parts, parts

__all__ = ["OrderIterator"]


class OrderIterator(Moving, Iterator[Any]):
    """Elements one by one, or many at once; it can be stopped, saved and resumed anywhere.

    Made by ``iter(dataset)``. Threads may share it, and data sets: each call is made whole, none
    of the elements is lost or doubled. A call that fails or is interrupted moves nothing.

    Examples
    --------
    >>> import pickle
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> dataset = tp.data.Dataset.range(10).shuffle(4, seed=5).repeat()
    >>> iterator = iter(dataset)
    >>> iterator.take(13)
    array([1, 0, 3, 6, 5, 4, 8, 7, 2, 9, 0, 4, 3])
    >>> kept = pickle.dumps(iterator.state)
    >>> iterator.take(5)
    array([5, 6, 8, 9, 2])
    >>> again = iter(dataset)
    >>> again.state = pickle.loads(kept)
    >>> again.take(5)
    array([5, 6, 8, 9, 2])
    """

    @moving
    def __init__(self, node: DatasetNode) -> Any:  # type: ignore[misc]  # what `moving` gets
        self._node = node
        self._moves_others = node.moves_others
        self._shared = {each.generator for each in node.walk() if each.generator}
        self._share(each.lock for each in sorted(self._shared, key=lambda each: each.number))
        position = Position(self._node, SeedDraws())
        counts = [(each, each.drawn + more) for each, more in position.draws.pending.items()]
        position.draws.forget()
        return Replacement(position, position.checkpoint(), counts)

    @moving
    @whole
    def __next__(self) -> Any:
        codes = self._read(1)
        if not len(codes):
            return End()
        decode = self._node.decode
        return codes[0] if decode is None else first_of(decode(codes))

    @moving
    @whole
    def take(self, count: SupportsIndex) -> Any:
        """Return the next elements in one array.

        Parameters
        ----------
        count : int, 0 or more
            How many elements.

        Returns
        -------
        ndarray of shape [count, ...], or a tuple or dict of such where an element is one
            Fewer at the end of the data set, and where the next element has another shape (a last,
            smaller batch): that one begins the next lot.

        Raises
        ------
        TypeError, ValueError
            If `count` is not an integer, or negative.
        MemoryError
            If the result does not fit into memory.

        Notes
        -----
        After a failure the next call reads once more what was read since the iterator last kept
        its buffers, which it does now and then if they hold 4 million elements or fewer.

        *Stream*: as so many calls of ``next``; made in C, so this is the way to read millions.
        """
        count = count_of("count", count)
        if self._node.cardinality >= 0:
            count = min(count, self._node.cardinality)
        elif count > 1 << 20 and self._node.endless:
            self._check_memory(count)
        return self._decoded(self._read(count))

    @moving
    def _saved(self) -> Any:
        """All that the next elements depend on: a tuple of numbers and small arrays, picklable.

        It holds what the buffers of shuffles hold, 4 bytes an element (8 from 2**32 elements on),
        and no data set. Assigned to an iterator of a data set built in the same way, in any
        process, it makes that one go on from here. As TensorFlow's checkpoints of iterators do, it
        also moves the generators of the data set's shuffles to where they were.
        """
        position = self._here()
        drawn = tuple(node.generator.saved() for node in self._node.walk() if node.generator)
        return self._node.saved_lot(position.kept), position.run.save(), drawn, position.own()

    @moving
    def _load(self, state: Any) -> Any:
        nodes = list(self._node.walk())
        kept, run, drawn, own = _states.fields("it", state, 4)
        kept = self._node.checked_lot("elements kept", kept)
        generators = [node.generator for node in nodes if node.generator]
        drawn = _states.fields("what the generators have drawn", drawn, len(generators))
        counts = [
            (generator, generator.checked(number))
            for generator, number in zip(generators, drawn, strict=True)
        ]
        places = []
        for entry in _states.fields("the iterator's own generators", own):
            index, place, number = _states.fields("an own generator", entry, 3)
            index = _states.integer("a generator's data set", index, 0, len(nodes) - 1)
            thing = nodes[index].for_scope()
            if thing is None:
                raise _states.wrong("a generator's data set", "one that has a generator", index)
            branches = _states.fields("a generator's place", place)
            place = tuple(_states.integer("a generator's place", each) for each in branches)
            places.append((index, place, thing.checked(number)))
        position = loaded(self._node, kept, run, places)
        return Replacement(position, position.checkpoint(), counts)

    state = property(_saved, _load)

    def _here(self) -> Position:
        """Return the position, going back to it if the last call failed."""
        if self.position is None:
            self.position = back(self._node, self.checkpoint, self._shared)
        position: Position = self.position
        return position

    def __copy__(self) -> OrderIterator:
        """Return what goes on together with this one, as a copy does in TensorFlow."""
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        refuse_copy("an iterator of a data set", self._node)
        return _going_on, (self._node, self.state)

    def _read(self, count: int) -> Codes:
        position: Position | None = self.position
        if position is None:
            position = self._here()
        checkpoint: Checkpoint = self.checkpoint
        if self._moves_others and checkpoint.weight:
            checkpoint = self.checkpoint = position.checkpoint()  # it cannot be read again
        elif checkpoint.weight > CHUNK:
            held = position.run.held() + position.kept.size
            if held <= MOST_COPIED and checkpoint.weight > 4 * held:
                checkpoint = self.checkpoint = position.checkpoint()
        codes = position.read(count)
        checkpoint.weight += codes.size
        return codes

    def _check_memory(self, count: int) -> None:
        """Raise if there is no memory for so many elements, rather than when it is all used up."""
        try:
            np.empty(count * self._node.width, np.int64)
        except (MemoryError, ValueError):
            raise MemoryError(f"no memory for {count} elements") from None

    def _decoded(self, codes: Codes) -> Any:
        """Return what stands for the codes, made in pieces between which signals are answered."""
        decode = self._node.decode
        if decode is None:
            return codes
        if codes.size <= CHUNK or self._node.boxed:
            return decode(codes) if codes.size else self._node.empty()
        first = decode(codes[:1])
        size = max(codes[0].size, *(part.nbytes // 8 for part in parts(first)))
        step = max(1, PIECE // size // 4)
        out = map_parts(lambda part: new_array((len(codes), *part.shape[1:]), part.dtype), first)
        for start in range(0, len(codes), step):
            map_parts(
                partial(_put, slice(start, start + step)), out, decode(codes[start : start + step])
            )
        return out


def _going_on(node: DatasetNode, state: Any) -> OrderIterator:
    """Return an iterator that stands where one stood that was copied or pickled."""
    iterator = OrderIterator(node)
    iterator.state = state
    return iterator


def refuse_copy(what: str, node: DatasetNode) -> None:
    """Raise if a deep copy would part what shares the generators of a data set's shuffles."""
    if any(each.generator for each in node.walk()):
        raise TypeError(
            f"{what} that shuffles or draws cannot be copied deeply or pickled: keep "
            "iterator.state, and assign it to an iterator of a data set built by the same calls"
        )


def first_of(values: Any) -> Any:
    """Return the only element of a lot."""
    return map_parts(operator.itemgetter(0), values)
