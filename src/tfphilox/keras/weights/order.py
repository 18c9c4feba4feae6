"""weights/order.py: in which order a model's code constructed its layers.

A config does not say so, and the seeds depend on it. Two things tell: a layer is called on what
layers before it returned; and Keras numbers the names it makes up, so ``conv2d`` was constructed
before ``conv2d_1``. `by_code` goes depth first, which is how code that builds a model branch by
branch constructs it, and keeps to the numbers; `unsettled` says where neither of the two decides.

What it does not do: find an order that the file does not show.

>>> snake("LSTMCell")
'lstm_cell'
>>> number_of("conv2d_3", "Conv2D"), number_of("lstm", "LSTM"), number_of("conv1", "Conv2D")
(('conv2d', 3), ('lstm', 0), None)
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

from .graph import LayerOutput, leaves

__all__ = ["Graph", "by_code", "depth_first", "number_of", "numbered", "snake", "unsettled"]


class Graph(Protocol):
    """What is read here of a Functional model."""

    calls: dict[str, list[Any]]
    tensors: dict[str, list[list[LayerOutput]]]
    outputs: Any
    numbers: dict[str, dict[str, tuple[int, int]]]


@functools.lru_cache(1024)
def snake(name: str) -> str:
    """Return a class name as Keras makes names of it: LSTMCell is lstm_cell."""
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


# ---- numbers -------------------------------------------------------------------------------

# Classes whose objects are named after something else.
_STEMS: dict[str, tuple[str, ...]] = {
    "InputLayer": ("input", "input_layer"),
    "Functional": ("functional", "model"),
}


def number_of(name: Any, kind: str) -> tuple[str, int] | None:
    """Return what Keras counted when it made up this name, and the number; None if it did not."""
    if not isinstance(name, str):
        return None
    stem, _, digits = name.rpartition("_")
    if not (stem and digits.isdecimal() and digits.isascii()):
        stem, digits = name, "0"
    known: tuple[str, ...] = _STEMS.get(kind, (snake(kind),))
    if kind in ("TFOpLambda", "SlicingOpLambda"):  # tf.keras: named after the function
        known = (stem,) if stem.startswith("tf.") else ()
    if stem not in known or len(digits) > 9:
        return None
    return stem, int(digits)


def numbered(value: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Return the lowest and highest number of each kind in a layer's part of the JSON.

    Those of what is inside of a wrapper or a model are among them.
    """
    found: dict[str, tuple[int, int]] = {}
    stack: list[Any] = [value]
    while stack:
        one = stack.pop()
        if not isinstance(one, Mapping):
            continue
        config, kind = one.get("config"), one.get("class_name")
        if not isinstance(config, Mapping) or not isinstance(kind, str):
            continue
        made = number_of(config.get("name", one.get("name")), kind.rpartition(">")[2])
        if made is not None:
            stem, number = made
            low, high = found.get(stem, (number, number))
            found[stem] = min(low, number), max(high, number)
        if isinstance(config.get("layer"), Mapping):
            stack.append(config["layer"])
        inside = config.get("layers")
        if isinstance(inside, list | tuple):
            stack.extend(inside)
    return found


def _numbered_before(numbers: Mapping[str, Mapping[str, tuple[int, int]]]) -> dict[str, list[str]]:
    """Return for each layer those whose numbers come right before its own."""
    by_stem: dict[str, list[tuple[int, int, str]]] = {}
    for name, found in numbers.items():
        for stem, (low, high) in found.items():
            by_stem.setdefault(stem, []).append((low, high, name))
    before: dict[str, list[str]] = {name: [] for name in numbers}
    for rows in by_stem.values():
        rows.sort()
        for (_, high, name), (low, _, following) in pairwise(rows):
            if high < low:
                before[following].append(name)
    return before


# ---- orders --------------------------------------------------------------------------------


def _inputs(model: Graph, name: str) -> list[str]:
    return [tensor.layer for call in model.tensors[name] for tensor in call]


def depth_first(model: Graph) -> list[str]:
    """Return the layers in the order in which their outputs lead to them, inputs first."""
    order: dict[str, None] = {}
    seen: set[str] = set()
    stack = [(tensor.layer, False) for tensor in reversed(leaves(model.outputs))]
    while stack:
        name, done = stack.pop()
        if done:
            order[name] = None
        elif name not in seen:
            seen.add(name)
            stack.append((name, True))
            stack += [(one, False) for one in reversed(_inputs(model, name))]
    return [*order, *(name for name in model.calls if name not in order)]


def by_code(model: Graph) -> list[str]:
    """Return the layers depth first, but those of one kind in the order of their numbers.

    Where a number says that a layer was constructed before what it is called on, the two, and what
    lies between them, stand in one expression, of which Python evaluates the outermost first:
    ``Dense(4)(Dropout(0.5)(Dense(3)(x)))``.
    """
    before = _numbered_before(model.numbers)
    order: dict[str, None] = {}
    waiting: list[str] = []  # layers that wait for those that come before them, each for the next
    at: dict[str, int] = {}  # their places there
    seen: set[str] = set()
    starts = [tensor.layer for tensor in leaves(model.outputs)]
    stack = [(name, False) for name in reversed([*starts, *model.calls])]
    while stack:
        name, done = stack.pop()
        if done:
            places = [at[one] for one in _inputs(model, name) if one in at]
            left = len(waiting)
            if any(one in at for one in before[name]):
                left = _expression(waiting, at, before)
                order.update(dict.fromkeys(waiting[left:]))
            if places:
                left = min(left, max(places) + 1)
                order.update(dict.fromkeys(waiting[left:]))
            if name in at:
                left = min(left, len(waiting) - 1)
            order[name] = None
            for one in waiting[left:]:
                del at[one]
            del waiting[left:]
        elif name not in seen:
            seen.add(name)
            at[name] = len(waiting)
            waiting.append(name)
            stack.append((name, True))
            first = [*before[name], *_inputs(model, name)]
            stack += [(one, False) for one in reversed(first)]
    return list(order)


def _expression(path: list[str], at: Mapping[str, int], before: Mapping[str, list[str]]) -> int:
    """Return where the end of `path` begins that stands in one expression with its last layer."""
    start = reach = len(path) - 1
    while reach >= start:
        start = min([start, *(at[one] for one in before[path[reach]] if one in at)])
        reach -= 1
    return start


# ---- doubts --------------------------------------------------------------------------------


def unsettled(
    model: Graph,
    order: Iterable[str],
    drawing: set[str],
    apart: set[str],
    nested: set[str],
    seeds: set[str],
) -> list[tuple[str, str]]:
    """Return the pairs of layers that draw one after the other in `order`, and might not have.

    Parameters
    ----------
    model : Graph
    order : iterable of str
        All layers, as they were constructed here.
    drawing : set of str
        Those whose seeds depend on the order.
    apart : set of str
        Those that may have been constructed long before they were called: models, shared layers.
    nested, seeds : set of str
        Those of the first may have been constructed before one of the second that they are called
        on, if the two stand in one expression.
    """
    before = _numbered_before(model.numbers)
    places: dict[str, int] = {}
    made: dict[str, _Places] = {}  # layer -> those that were constructed before it, for sure
    called: dict[str, _Places] = {}  # and those that were before it was called
    pairs: list[tuple[str, str]] = []
    last: str | None = None
    for at, name in enumerate(order):
        places[name] = at
        inputs = _inputs(model, name)
        mine = _NONE
        for one in before[name]:
            if one in made:
                mine = mine.union(made[one]).plus(places[one])
        numbers, through = mine, mine
        for one in inputs:
            through = through.union(called.get(one, _NONE))
        if name not in apart:
            mine = through
        made[name] = mine
        called[name] = through.plus(at)
        if name not in drawing:
            continue
        if last is not None and not mine.has(places[last]):
            pairs.append((last, name))
        elif name in nested:
            pairs += [
                (one, name)
                for one in inputs
                if one in seeds and one in places and not numbers.has(places[one])
            ]
        last = name
    return pairs


class _Places(NamedTuple):
    """A set of places: all below `first`, and those after it whose bits are set.

    A chain of layers has no bits, however long it is.

    >>> _Places(0, 0b101).union(_Places(0, 0b010))
    _Places(first=3, bits=0)
    """

    first: int
    bits: int

    def union(self, other: _Places) -> _Places:
        if self.first < other.first:
            return other.union(self)
        first, bits = self.first, self.bits | other.bits >> (self.first - other.first)
        run = (~bits & (bits + 1)).bit_length() - 1  # of ones at the low end
        return _Places(first + run, bits >> run)

    def plus(self, place: int) -> _Places:
        if place < self.first:
            return self
        return self.union(_Places(self.first, 1 << (place - self.first)))

    def has(self, place: int) -> bool:
        return place < self.first or bool(self.bits >> (place - self.first) & 1)


_NONE = _Places(0, 0)
