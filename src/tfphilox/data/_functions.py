"""data/_functions.py: a function that a data set calls for each element, and its ops' streams.

TensorFlow makes a graph of it when the method is called, with the global seed of that time: its
unseeded ops get the op seeds 0, 1, ... (tensorflow/python/data/ops/structured_function.py). Each
iterator begins the streams of these ops anew, and goes on with them where a repeat begins another
pass; where one data set stands at two places of another one, each place has its own.

Here a graph is for arrays of one shape. Those of another shape, such as a last, smaller batch, get
a graph too, whose ops go on with the streams of the first one's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from .._c._undo import built
from ..arrays.conversion import as_tensor
from ..arrays.wording import brief
from ..graphs.function import Function, _Trace, kind_of
from ..graphs.graph import Tensor, graph_being_built
from ..seeding import scopes, versions
from ..state import StateVariable
from . import _states
from ._structures import map_parts, parts

__all__ = ["PassKernels", "PipelineFunction"]

_MOST_GRAPHS = 64


class PassKernels:
    """The kernels of a function's ops at one place of an iterator: a scope for its graphs."""

    seed = None
    renews = True

    def __init__(self) -> None:
        self.draws: Any = None
        self.passes = 0
        self._kernels: dict[Hashable, Any] = {}
        self._saved: dict[Hashable, dict[str, int]] = {}

    def cell(self, key: Any, make: Callable[..., Any], *arguments: Any) -> Any:
        """Return the kernel of a node, whichever graph of the function has it."""
        place, attributes = _place(key)
        if place not in self._kernels:
            if attributes and attributes[0] == "LearnedUnigramCandidateSampler":
                raise NotImplementedError(
                    "learned_unigram_candidate_sampler learns from every call, and has no place "
                    "in a function of a data set"
                )
            if attributes is None:  # without seeds: what it begins with must not change
                pair = self.draws.of((self, place), _entropy)
                self._kernels[place] = _of_entropy(make, arguments, pair)
            else:
                self._kernels[place] = make(*arguments)
            if place in self._saved:
                self._kernels[place].state = self._saved.pop(place)
        return self._kernels[place]

    @property
    def drawn(self) -> Any:
        """How far the kernels are."""
        states = {**self._saved, **{key: each.state for key, each in self._kernels.items()}}
        return self.passes, tuple((key, dict(state)) for key, state in states.items())

    @drawn.setter
    def drawn(self, value: Any) -> None:
        self.passes, states = value
        self._kernels, self._saved = {}, dict(states)

    def saved(self) -> Any:
        """Return what a state keeps of it."""
        return self.drawn

    def checked(self, value: Any) -> Any:
        """Check what a state kept of it."""
        passes, kernels = _states.fields("a function's kernels", value, 2)
        found = []
        for entry in _states.fields("a function's kernels", kernels):
            place, state = _states.fields("a function's kernel", entry, 2)
            place = tuple(
                _states.integer("a kernel's place", each)
                for each in _states.fields("a kernel's place", place)
            )
            if not isinstance(state, dict) or set(state) != {"key", "start", "position"}:
                raise _states.wrong("a kernel's state", "that of a Stream", state)
            bits = {"key": 64, "start": 128, "position": 128}
            numbers = {
                name: _states.integer(f"a kernel's {name}", state[name], 0, 2**most - 1)
                for name, most in bits.items()
            }
            found.append((place, numbers))
        return _states.integer("a function's passes", passes), tuple(found)


class _Trying:
    """A scope that keeps no kernels, for the building of a graph."""

    def __init__(self, seed: Any) -> None:
        self.seed = seed

    def cell(self, key: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        return make(*arguments)


class PipelineFunction:
    """A function of an element, called with its parts if it is a tuple.

    Attributes
    ----------
    result : structure of arrays
        What the first graph returned for the element that was tried.
    draws, impure : bool
        Whether it has random ops with streams of their own; whether it moves what others may too.
    """

    def __init__(self, name: str, function: Any, like: Any) -> None:
        if not callable(function):
            raise TypeError(f"{name} must be callable, got {brief(function)}")
        self.name = name
        self.function = function
        outer = graph_being_built()
        self.seed = scopes.active().seed if outer is None else outer.seed
        self.version = versions.get()
        self._graphs: dict[Hashable, _Trace] = {}
        trace, self.result = self._trace(self._arguments(like))
        nodes = trace._graph.nodes
        self.draws = any(node.seeds for node in nodes)
        self.impure = any(_moves(part) for node in nodes for part in _all(node.args, node.keywords))
        self._places = [node.name for node in nodes]

    def __call__(self, kernels: PassKernels, element: Any) -> Any:
        """Return what the function makes of an element."""
        arguments = self._arguments(element)
        key = kind_of(arguments)
        trace = self._graphs.get(key)
        if trace is None:
            trace = self._trace(arguments)[0]
            if [node.name for node in trace._graph.nodes] != self._places:
                raise ValueError(
                    f"{self.name} must make the same ops for elements of every shape: TensorFlow "
                    "has one graph for all"
                )
        return map_parts(np.asarray, trace.run(arguments, {}, kernels))

    def _arguments(self, element: Any) -> tuple[Any, ...]:
        element = map_parts(np.asarray, element)
        return element if type(element) is tuple else (element,)

    def _trace(self, arguments: tuple[Any, ...]) -> tuple[_Trace, Any]:
        scope: Any = _Trying(self.seed)
        with versions.using(self.version), scopes.in_force(scope, hidden=True):
            trace, result = built(self._built, arguments, scope)
        if len(self._graphs) >= _MOST_GRAPHS:
            self._graphs.clear()
        self._graphs[kind_of(arguments)] = trace
        return trace, map_parts(np.asarray, result)

    def _built(self, arguments: tuple[Any, ...], scope: Any) -> tuple[_Trace, Any]:
        trace = _Trace(self._body, arguments, {}, scope, 0)
        return trace, trace.first_result()

    def _body(self, *arguments: Any) -> Any:
        result = self.function(*arguments)
        result = map_parts(self._part, tuple(result) if isinstance(result, list) else result)
        if not list(parts(result)):
            raise TypeError(f"{self.name} must return arrays, got {brief(result)}")
        return result

    def _part(self, value: Any) -> Any:
        """Return a part of the result as an array; a list in it is one, as in TensorFlow."""
        if value is None or (callable(value) and not isinstance(value, Tensor)):
            raise TypeError(f"{self.name} must return arrays, got {brief(value)}")
        if isinstance(value, Tensor):
            return value
        if isinstance(value, list) and any(isinstance(part, Tensor) for part in _all(value)):
            return np.stack([self._part(part) for part in value])
        try:
            array = np.asarray(value) if hasattr(value, "dtype") else as_tensor("result", value)
        except (TypeError, ValueError):
            array = np.empty((), object)
        if array.dtype == object:
            raise TypeError(f"{self.name} must return arrays, got {brief(value)}")
        return array


def _place(key: Any) -> tuple[tuple[int, ...], Any]:
    """Return where in a graph, or in one that it calls, a kernel is, and its attributes."""
    place = []
    while True:
        _, (node, rest) = key
        place.append(node.at)
        if not isinstance(rest[0], _Trace):
            return (*place, rest[0]), rest[1]
        key = rest


def _all(*structures: Any) -> list[Any]:
    found: list[Any] = []
    for structure in structures:
        if isinstance(structure, list | tuple):
            for part in structure:
                found += _all(part)
        elif isinstance(structure, dict):
            found += _all(*structure.values())
        else:
            found.append(structure)
    return found


def _moves(argument: Any) -> bool:
    """Say whether an op moves an argument that others may move, too."""
    return isinstance(argument, StateVariable | Function) or isinstance(
        getattr(argument, "state", None), StateVariable
    )


def _entropy() -> tuple[int, int]:
    drawn = os.urandom(24)
    return int.from_bytes(drawn[:8], "little"), int.from_bytes(drawn[8:], "little")


def _of_entropy(make: Callable[..., Any], arguments: tuple[Any, ...], pair: Any) -> Any:
    kernel = make(*arguments)
    kernel.state = {"key": pair[0], "start": pair[1], "position": 0}
    return kernel
