"""runs/calls.py: which layers a pass through a model calls, in which order, on which shapes.

Keras runs a Functional model by depth: a node's depth is the longest way from it to an output, and
nodes of one depth keep the order of a search from the outputs. That order decides who draws first
where layers share a source of seeds; `Functional.sequence` is another one, that of construction.

>>> Call("a", None, (Shape((None, 3)),), {}).of_batch(5).arguments
((5, 3),)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...arrays.wording import brief
from ...seeding import versions
from ..weights.graph import LayerOutput, leaves
from ..weights.layer import Layer, first_of, flat
from ..weights.models import Functional, InputLayer, Sequential
from ..weights.recurrent import Bidirectional, Wrapper
from ..weights.shapes import Shape

__all__ = ["Call", "calls_of", "wrapped"]


class Call(NamedTuple):
    """One call of a layer that is no model: its path in the model, and what it is called on."""

    path: str
    layer: Any
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]

    def of_batch(self, batch: int) -> Call:
        """Return the same call on a batch of this size."""
        arguments, keywords = _sized(list(self.arguments), batch), _sized(self.keywords, batch)
        return Call(self.path, self.layer, tuple(arguments), keywords)


def calls_of(model: Layer, batch: int | None = None) -> list[Call]:
    """Return the calls that a pass through a model makes, in Keras's order."""
    notes: list[Call] = []
    reference = model.reference if isinstance(model, Functional | Sequential) else None
    _pass(model, "", (_sized(reference, batch),), {}, notes)
    return notes


def wrapped(layer: Layer) -> Iterator[Layer]:
    """Yield the layers that a wrapper calls in a way of its own, those inside of them too."""
    inside = [layer.layer] if isinstance(layer, Wrapper) else []
    while inside:
        one = inside.pop()
        yield one
        inside += one.children


def _pass(
    layer: Layer, path: str, arguments: tuple[Any, ...], keywords: dict[str, Any], notes: list[Call]
) -> Any:
    """Note the calls that a call of a layer makes, and return the shapes of its outputs."""
    if isinstance(layer, Sequential):
        shape = first_of(arguments, keywords)
        for inner in layer.stack:
            shape = _pass(inner, _below(path, inner), (shape,), {}, notes)
        return shape
    if isinstance(layer, Functional):
        return _graph(layer, path, first_of(arguments, keywords), notes)
    notes.append(Call(path, layer, arguments, keywords))
    if isinstance(layer, Bidirectional):
        for half in (layer.forward, layer.backward):
            notes.append(Call(_below(path, half), half, arguments, keywords))
    return layer.call(*arguments, **keywords)


def _graph(model: Functional, path: str, inputs: Any, notes: list[Call]) -> Any:
    expected, given = leaves(model.inputs), flat(inputs)
    if len(expected) != len(given):
        raise ValueError(f"{model.where}: it must be called on {len(expected)} inputs")
    repeated = next((name for name, calls in model.calls.items() if len(calls) > 1), None)
    if repeated is not None and versions.rule("keras_saved_nodes") == "first":
        raise ValueError(
            f"{model.where}: layer {brief(repeated)} is called more than once, and a file of Keras "
            "3.2 does not say which of the calls a result is from"
        )
    memory: dict[LayerOutput, Any] = dict(zip(expected, given, strict=True))
    for name, number in _by_depth(model):
        node = model.nodes[name][number]
        if isinstance(node.layer, InputLayer) or LayerOutput(name, number, 0) in memory:
            continue
        arguments = tuple(model.filled(node.arguments, memory))
        keywords = model.filled(node.keywords, memory)
        outputs = _pass(node.layer, _below(path, node.layer), arguments, keywords, notes)
        for at, shape in enumerate(flat(outputs)):
            memory[LayerOutput(name, number, at)] = shape
    return model.filled(model.outputs, memory)


def _by_depth(model: Functional) -> list[tuple[str, int]]:
    """Return a model's nodes in the order in which Keras runs them.

    References
    ----------
    keras/src/ops/function.py, map_graph; keras 2: engine/functional.py, _map_graph_network.
    """
    found = _from_outputs(model)
    depths: dict[tuple[str, int], int] = {}
    of_layer: dict[str, int] = {}
    for node in reversed(found):
        depth = max(depths.setdefault(node, 0), of_layer.get(node[0], 0))
        depths[node] = of_layer[node[0]] = depth
        for before in _before(model, node):
            depths[before] = max(depth + 1, depths.get(before, 0))
    return sorted(depths, key=lambda node: -depths[node])  # which keeps the order of equals


def _from_outputs(model: Functional) -> list[tuple[str, int]]:
    """Return the nodes that lead to the outputs, each after those that it needs."""
    found: dict[tuple[str, int], None] = {}
    for output in leaves(model.outputs):
        stack = [((output.layer, output.node), False)]
        while stack:
            node, done = stack.pop()
            if done:
                found.setdefault(node)
            elif node not in found:
                stack.append((node, True))
                stack += [(one, False) for one in reversed(_before(model, node))]
    return list(found)


def _before(model: Functional, node: tuple[str, int]) -> list[tuple[str, int]]:
    """Return the nodes whose outputs a node takes."""
    call = model.nodes[node[0]][node[1]]
    return [(t.layer, t.node) for t in leaves([call.arguments, call.keywords])]


def _below(path: str, layer: Layer) -> str:
    return f"{path}/{layer.name}" if path else layer.name


def _sized(value: Any, batch: int | None) -> Any:
    """Return a structure of shapes with a size for the batch."""
    if isinstance(value, Shape):
        return Shape((batch, *value[1:])) if value and value[0] is None else value
    if isinstance(value, dict):
        return {key: _sized(one, batch) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_sized(one, batch) for one in value]
    return value
