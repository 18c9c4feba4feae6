"""data/_mapping.py: map, filter, zip, concatenate, prefetch: what is done element by element."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..seeding import versions
from . import _states
from ._boxes import boxed
from ._functions import PassKernels, PipelineFunction
from ._pipeline import (
    BOXES,
    EMPTY,
    INFINITE,
    UNKNOWN,
    Codes,
    DatasetNode,
    OneInputRun,
    Run,
    RunScope,
    as_boxed,
    box,
    joined,
)
from ._structures import map_parts, parts

__all__ = ["ConcatenateNode", "FilterNode", "MapNode", "PrefetchNode", "ZipNode"]


class FunctionNode(DatasetNode):
    """A data set with a function, whose ops have kernels of their own at each place."""

    def __init__(self, node: DatasetNode, function: PipelineFunction) -> None:
        self._like(node)
        self.function = function
        self.repeats = versions.rule("map_repeat") == "goes on"

    @property
    def moves_others(self) -> bool:
        return self.function.impure or super().moves_others

    def for_scope(self) -> Any:
        return PassKernels()

    def generators(self, late: bool) -> Iterator[Any]:
        if self.function.impure:
            yield self.function
        yield from super().generators(late)


class FunctionRun(OneInputRun):
    node: FunctionNode

    def __init__(self, node: FunctionNode, scope: RunScope) -> None:
        super().__init__(node, scope)
        self.kernels: PassKernels = scope.generator(node, PassKernels)
        self.kernels.draws = scope.draws
        self.kernels.passes += 1
        if self.kernels.passes > 1 and node.function.draws and not node.repeats:
            raise ValueError(
                f"{node.function.name}: what TensorFlow 2.1 to 2.4 draw in the second pass of a "
                "repeat has no fixed order: repeat first, or draw outside"
            )
        # Others may move what the function moves: then elements come one by one, as there.
        self.most = 1 if node.moves_others else BOXES

    def read_elements(self, count: int) -> tuple[Codes, list[Any]]:
        """Return codes of the input, and their values."""
        if self.input is None:
            return EMPTY, []
        codes = self.input.read(min(count, self.most))
        if not len(codes):
            self.input = None
            return EMPTY, []
        return codes, self.node.inputs[0].elements(codes)


class MapNode(FunctionNode):
    """Dataset.map."""

    def __init__(self, node: DatasetNode, function: PipelineFunction) -> None:
        super().__init__(node, function)
        self.cardinality = node.cardinality
        box(self, function.result)

    def run(self, scope: RunScope) -> Run:
        return MapRun(self, scope)


class MapRun(FunctionRun):
    def read(self, count: int) -> Codes:
        function = self.node.function
        _, elements = self.read_elements(count)
        if not elements:
            return EMPTY
        return boxed([function(self.kernels, element) for element in elements])


class FilterNode(FunctionNode):
    """Dataset.filter, whose function returns a truth value."""

    def run(self, scope: RunScope) -> Run:
        return FilterRun(self, scope)


class FilterRun(FunctionRun):
    def read(self, count: int) -> Codes:
        if not self.node.scalars:
            count = 1
        function = self.node.function
        lots: list[Codes] = []
        while count:
            codes, elements = self.read_elements(count)
            if not elements:
                break
            kept = codes[[bool(function(self.kernels, element)) for element in elements]]
            if len(kept):
                lots.append(kept)
                count -= len(kept)
        return joined(lots)


class ZipNode(DatasetNode):
    """Dataset.zip of a structure of data sets.

    References
    ----------
    tensorflow/core/kernels/data/zip_dataset_op.cc.
    """

    def __init__(self, structure: Any) -> None:
        self.structure = structure
        self.inputs = tuple(map(as_boxed, parts(structure)))
        known = [node.cardinality for node in self.inputs]
        ends = [number for number in known if number != INFINITE]
        self.cardinality = UNKNOWN if UNKNOWN in known else min(ends, default=INFINITE)
        self.all_end = versions.rule("zip_end") == "all"
        box(self, self.together([node.like for node in self.inputs]))

    def together(self, elements: list[Any]) -> Any:
        """Return an element of those of the data sets."""
        left = iter(elements)
        return map_parts(lambda part: next(left), self.structure)

    def run(self, scope: RunScope) -> Run:
        return ZipRun(self, scope)


class ZipRun(Run):
    def __init__(self, node: ZipNode, scope: RunScope) -> None:
        self.node, self.scope = node, scope
        self.runs = self._begin()

    def _begin(self) -> list[Run]:
        inputs = enumerate(self.node.inputs)
        return [node.run(self.scope.branch(number)) for number, node in inputs]

    def read(self, count: int) -> Codes:
        elements = []
        for run in self.runs:
            codes = run.read(1)
            if len(codes):
                elements.append(codes[0])
            elif not self.node.all_end:
                break
        if not self.runs or len(elements) < len(self.runs):
            self.runs = []
            return EMPTY
        return boxed([self.node.together(elements)])

    def held(self) -> int:
        return sum(run.held() for run in self.runs)

    def save(self) -> Any:
        return tuple(run.save() for run in self.runs)

    def load(self, state: Any) -> None:
        saved = _states.fields("data sets side by side", state)
        if saved:
            self.runs = self.runs or self._begin()
            _states.fields("data sets side by side", saved, len(self.runs))
            for run, each in zip(self.runs, saved, strict=True):
                run.load(each)
        else:
            self.runs = []


class ConcatenateNode(DatasetNode):
    """Dataset.concatenate: the second begins where the first one ends."""

    def __init__(self, first: DatasetNode, second: DatasetNode) -> None:
        if first.decode is not second.decode or first.boxed or second.boxed:
            first, second = as_boxed(first), as_boxed(second)
        self._like(first)
        self.inputs = first, second
        self.bounds = (
            min(first.bounds[0], second.bounds[0]), max(first.bounds[1], second.bounds[1])
        )  # fmt: skip
        self.width = max(first.width, second.width)
        known = first.cardinality, second.cardinality
        if INFINITE in known:
            self.cardinality = INFINITE
        elif UNKNOWN not in known:
            self.cardinality = sum(known)

    def run(self, scope: RunScope) -> Run:
        return ConcatenateRun(self, scope)

    def at(self, index: int) -> Codes:
        self._check_index(index)
        first = self.inputs[0].cardinality
        return self.inputs[0].at(index) if index < first else self.inputs[1].at(index - first)

    def generators(self, late: bool) -> Iterator[Any]:
        yield from self.inputs[0].generators(late)
        yield from self.inputs[1].generators(True)


class ConcatenateRun(Run):
    def __init__(self, node: ConcatenateNode, scope: RunScope) -> None:
        self.node, self.scope = node, scope
        self.number = 0
        self.input: Run | None = self._begin(0)

    def _begin(self, number: int) -> Run:
        return self.node.inputs[number].run(self.scope.branch(number))

    def read(self, count: int) -> Codes:
        lots: list[Codes] = []
        while count and self.input is not None:
            codes = self.input.read(count)
            if len(codes):
                lots.append(codes)
                count -= len(codes)
                if not self.node.scalars:
                    break
            else:
                self.number += 1
                self.input = self._begin(1) if self.number == 1 else None
        return joined(lots)

    def held(self) -> int:
        return 0 if self.input is None else self.input.held()

    def save(self) -> Any:
        return self.number, None if self.input is None else self.input.save()

    def load(self, state: Any) -> None:
        number, saved = _states.fields("data sets one after another", state, 2)
        number = _states.integer("the number of a data set", number, 0, 2)
        if (number == 2) != (saved is None):
            raise _states.wrong("a data set that has ended", "None", saved)
        if saved is None:
            self.input = None
        else:
            if number != self.number or self.input is None:
                self.input = self._begin(number)
            self.input.load(saved)
        self.number = number


class PrefetchNode(DatasetNode):
    """The same elements; but what is above is not made one op with what is below."""

    def __init__(self, node: DatasetNode) -> None:
        self._like(node)
        self.cardinality = node.cardinality

    def run(self, scope: RunScope) -> Run:
        return self.inputs[0].run(scope)

    def at(self, index: int) -> Codes:
        return self.inputs[0].at(index)
