"""data/_mixing.py: random numbers as a data set, and several data sets mixed into one.

sample_from_datasets draws, for every choice, two words of a Philox stream, and by them as a seed
one class from the weights' logarithms (stateless_categorical). Which data set's turn it is and
which have ended is DirectedInterleaveDataset's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._c import _orders
from ..stream import Stream
from . import _states
from ._pipeline import (
    CHUNK,
    EMPTY,
    INFINITE,
    UNKNOWN,
    Codes,
    DatasetNode,
    OneInputRun,
    Run,
    RunScope,
    as_boxed,
    joined,
)
from ._shuffling import PassSeeds
from ._structures import map_parts

__all__ = ["ChoiceNode", "InterleaveNode", "RandomNode", "SampleNode"]


class RandomNode(DatasetNode):
    """Dataset.random: the words of a stream.

    References
    ----------
    tensorflow/core/kernels/data/experimental/random_dataset_op.cc.
    """

    bounds = 0, 2**32 - 1
    cardinality = INFINITE

    def __init__(self, seeds: tuple[int, int], renews: bool) -> None:
        self.generator = PassSeeds(seeds, renews)

    def generators(self, late: bool) -> Iterator[Any]:
        if late:
            yield self.generator

    def run(self, scope: RunScope) -> Run:
        return RandomRun(self.generator, scope)

    def sample_codes(self) -> Codes:
        return np.array(2**31, np.int64)


class RandomRun(Run):
    def __init__(self, generator: PassSeeds, scope: RunScope) -> None:
        self.seeds = scope.draws.draw(generator)
        self.position = 0

    def words(self, count: int) -> NDArray[np.uint32]:
        """Return the next words as such."""
        stream = Stream(*self.seeds)
        stream.skip(self.position // 4)
        before = self.position % 4
        self.position += count
        words: NDArray[np.uint32] = stream.words(before + count)[before:]
        return words

    def read(self, count: int) -> Codes:
        return self.words(count).astype(np.int64)

    def save(self) -> Any:
        return self.seeds, self.position

    def load(self, state: Any) -> None:
        seeds, position = _states.fields("a random data set", state, 2)
        self.seeds = _states.seeds("a random data set's seeds", seeds)
        self.position = _states.integer("a random data set's position", position)


class SampleNode(DatasetNode):
    """The choices of sample_from_datasets, by constant logits or by a row of weights each.

    The rows are the values of a data set.
    """

    cardinality = INFINITE
    never: frozenset[int] = frozenset()  # what is chosen never: an infinite logit has no share

    def __init__(self, random: RandomNode, weights: NDArray[Any] | DatasetNode) -> None:
        self.random, self.weights = random, weights
        self.inputs = (weights, random) if isinstance(weights, DatasetNode) else (random,)
        if not isinstance(weights, DatasetNode):
            self.never = frozenset(np.flatnonzero(~np.isfinite(weights[0])).tolist())

    def run(self, scope: RunScope) -> Run:
        return SampleRun(self, scope)


class SampleRun(Run):
    def __init__(self, node: SampleNode, scope: RunScope) -> None:
        self.weights: Run | None = None
        if isinstance(node.weights, DatasetNode):
            self.weights = node.weights.run(scope.branch(0))
            self.decode = node.weights.decode
        else:
            self.logits = node.weights
        self.random = RandomRun(node.random.generator, scope)

    def read(self, count: int) -> Codes:
        if self.weights is None:
            return _orders.choices(self.random.words(2 * count), self.logits)
        codes = self.weights.read(count)
        if not len(codes):
            return EMPTY
        assert self.decode is not None
        logits = _orders.log_weights(np.ascontiguousarray(self.decode(codes)))
        return _orders.choices(self.random.words(2 * len(codes)), logits)

    def held(self) -> int:
        return 0 if self.weights is None else self.weights.held()

    def save(self) -> Any:
        return self.random.save(), self.weights and self.weights.save()

    def load(self, state: Any) -> None:
        random, weights = _states.fields("the choices", state, 2)
        self.random.load(random)
        if self.weights is not None:
            self.weights.load(weights)
        elif weights is not None:
            raise _states.wrong("the choices' weights", "None", weights)


class ChoiceNode(DatasetNode):
    """The choices of choose_from_datasets: the values of a data set."""

    def __init__(self, node: DatasetNode) -> None:
        self._like(node)
        self.cardinality = node.cardinality

    def run(self, scope: RunScope) -> Run:
        return ChoiceRun(self, scope)


class ChoiceRun(OneInputRun):
    def read(self, count: int) -> Codes:
        if self.input is None:
            return EMPTY
        codes = self.input.read(count)
        return codes if self.node.decode is None else self.node.decode(codes)


class InterleaveNode(DatasetNode):
    """DirectedInterleaveDataset: the choices' data sets take turns.

    Codes of data sets whose values are made in different ways are told apart by their remainder.
    """

    def __init__(
        self, selector: DatasetNode, nodes: list[DatasetNode], stop_on_empty: bool
    ) -> None:
        self.inputs = (selector, *nodes)
        self.stop_on_empty = stop_on_empty
        if any(node.boxed for node in nodes):
            nodes = [as_boxed(node) for node in nodes]
            self.inputs = (selector, *nodes)
        self.rank, self.boxed, self.like = nodes[0].rank, nodes[0].boxed, nodes[0].like
        self.ways = 1 if all(node.decode is nodes[0].decode for node in nodes) else len(nodes)
        self.decode = nodes[0].decode if self.ways == 1 else Mixture(nodes)
        self.bounds = (
            min(node.bounds[0] for node in nodes) * self.ways,
            max(node.bounds[1] for node in nodes) * self.ways + self.ways - 1,
        )
        if not -(2**63) <= self.bounds[0] <= self.bounds[1] < 2**63:
            raise ValueError("numbers this large cannot be mixed with another kind of elements")
        known = {node.cardinality for node in nodes}
        if known == {0}:
            self.cardinality = 0
        elif not stop_on_empty and INFINITE in known and selector.cardinality == INFINITE:
            self.cardinality = INFINITE

    def run(self, scope: RunScope) -> Run:
        return InterleaveRun(self, scope)

    def sample_codes(self) -> Codes:
        return self.inputs[1].sample_codes() * self.ways


class Mixture:
    """Values of codes that say by their remainder which data set they are of."""

    def __init__(self, nodes: list[DatasetNode]) -> None:
        self.decodes = [node.decode for node in nodes]

    def __call__(self, codes: Codes) -> Any:
        flat = codes.reshape(-1)
        which = flat % len(self.decodes)
        values: Any = None
        for number, decode in enumerate(self.decodes):
            at = np.flatnonzero(which == number)
            some = flat[at] // len(self.decodes)
            found = some if decode is None else decode(some)
            if values is None:
                values = map_parts(
                    lambda part: np.empty((len(flat), *part.shape[1:]), part.dtype), found
                )
            map_parts(partial(_put, at), values, found)
        return map_parts(lambda value: value.reshape(*codes.shape, *value.shape[1:]), values)


def _put(at: NDArray[Any] | slice, whole: NDArray[Any], part: NDArray[Any]) -> None:
    whole[at] = part


class InterleaveRun(Run):
    def __init__(self, node: InterleaveNode, scope: RunScope) -> None:
        self.selector: Run | None = node.inputs[0].run(scope.branch(0))
        sources = node.inputs[1:]
        self.inputs: list[Run | None] = [
            source.run(scope.branch(number)) for number, source in enumerate(sources, 1)
        ]
        self.node, self.scope = node, scope
        self.ways, self.stop_on_empty, self.scalars = node.ways, node.stop_on_empty, node.scalars
        self.never: frozenset[int] = getattr(node.inputs[0], "never", frozenset())
        # How many elements each has left, if that is known: then all can be read in bulk.
        self.left = [source.cardinality for source in sources]
        # Where two inputs reseed each other, the order in which they are read counts.
        shared = [g for source in node.inputs for g in {*source.generators(False)}]
        self.apart = len({*shared}) == len(shared)

    def read(self, count: int) -> Codes:
        if not self.scalars:
            count = 1
        parts: list[Codes] = []
        while count and self.selector is not None:
            choices = self.selector.read(min(count, CHUNK) if self.apart else 1)
            if not len(choices):
                self._end()
            elif not 0 <= choices.min() <= choices.max() < len(self.inputs):
                raise ValueError(
                    f"choices must be 0 to {len(self.inputs) - 1}, "
                    f"got {choices.min()} to {choices.max()}"
                )
            while len(choices) and self.selector is not None:
                codes, used = self._take(choices[: self._sure(choices)])
                if not used:
                    codes, used = self._take_one(int(choices[0])), 1
                if len(codes):
                    parts.append(codes)
                    count -= len(codes)
                choices = choices[used:]
        return joined(parts)

    def _sure(self, choices: Codes) -> int:
        """Return for how many choices no input of known length ends."""
        unknown = [n for n, run in enumerate(self.inputs) if run and self.left[n] == UNKNOWN]
        if not self.apart or len(unknown) > 1:
            return 0
        size = len(choices)
        for number, run in enumerate(self.inputs):
            if run is not None and 0 <= self.left[number] < size:
                at = np.flatnonzero(choices[:size] == number)
                if len(at) > self.left[number]:
                    size = int(at[self.left[number]])
        return size

    def _take(self, choices: Codes) -> tuple[Codes, int]:
        """Return the elements of all these choices, or of those before an input ends."""
        if len(choices) < 2:
            return EMPTY, 0
        out = np.empty(len(choices), np.int64)
        active = np.zeros(len(choices), np.bool_)
        # That of unknown length first: the others are read as far as it goes.
        for number in sorted(range(len(self.inputs)), key=lambda n: self.left[n] != UNKNOWN):
            run = self.inputs[number]
            at = np.flatnonzero(choices == number)
            if run is None or not len(at):
                continue
            codes = run.read(len(at))
            if len(codes) < len(at):
                choices = choices[: at[len(codes)]]
                at = at[: len(codes)]
            out[at] = self._coded(number, codes)
            active[at] = True
        return out[: len(choices)][active[: len(choices)]], len(choices)

    def _take_one(self, number: int) -> Codes:
        run = self.inputs[number]
        if run is None:
            return EMPTY
        codes = run.read(1)
        if len(codes):
            return self._coded(number, codes)
        self.inputs[number] = None
        active = {n for n, run in enumerate(self.inputs) if run is not None}
        if self.stop_on_empty or not active:
            self._end()
        elif active <= self.never:
            raise ValueError("the data sets that are left have weights with which none is chosen")
        return EMPTY

    def _coded(self, number: int, codes: Codes) -> Codes:
        if self.left[number] > 0:
            self.left[number] -= len(codes)
        return codes if self.ways == 1 else codes * self.ways + number

    def _end(self) -> None:
        self.selector = None
        self.inputs = [None] * len(self.inputs)

    def held(self) -> int:
        return sum(run.held() for run in (self.selector, *self.inputs) if run is not None)

    def save(self) -> Any:
        runs = (self.selector, *self.inputs)
        return tuple(self.left), tuple(None if run is None else run.save() for run in runs)

    def load(self, state: Any) -> None:
        left, runs = _states.fields("a mixture", state, 2)
        runs = _states.fields("a mixture's data sets", runs, len(self.inputs) + 1)
        left = _states.fields("what a mixture's data sets have left", left, len(self.inputs))
        self.left = [
            _states.integer("what a data set has left", number, min(known, 0), known)
            for number, known in zip(left, self.left, strict=True)
        ]
        for number, saved in enumerate(runs):
            run = self.inputs[number - 1] if number else self.selector
            if saved is None:
                run = None
            else:
                run = run or self.node.inputs[number].run(self.scope.branch(number))
                run.load(saved)
            if number:
                self.inputs[number - 1] = run
            else:
                self.selector = run
