"""weights/models.py: Sequential and Functional models, rebuilt in the order of Keras.

>>> sorted(name for name, kind in KINDS.items() if kind is Functional)
['Functional', 'Model', 'Network']
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ...arrays.wording import brief
from ...seeding.process import current
from ...seeding.scopes import within
from ..seeding import given_seed, make_default_seed
from .config import as_shape
from .graph import LayerOutput, arguments_of, leaves, name_of, replaced, tensors_of
from .layer import KINDS, Layer, as_shapes, first_of, flat, make
from .operations import is_operation, make_operation
from .order import number_of, numbered, unsettled
from .plain import PLAIN
from .shapes import Shape, Unknown

__all__ = ["Functional", "Sequential"]


class InputLayer(Layer):
    """Where a model's input comes in; its shape is in the config."""

    def shape(self) -> Shape:
        config = self.config
        for key in ("batch_shape", "batch_input_shape"):
            if config.get(key) is not None:
                return as_shape(config[key], f"{self.where}: {key}")
        for key in ("shape", "input_shape"):
            if config.get(key) is not None:
                batch = config.get("batch_size")
                return Shape((batch, *as_shape(config[key], f"{self.where}: {key}")))
        raise config.error("batch_shape", "a list of sizes")


class Model(Layer):
    """A layer of layers."""

    in_order = True

    def needs_shape(self) -> bool:
        return False


class Sequential(Model):
    """A stack of layers.

    References
    ----------
    keras/src/models/sequential.py, from_config and add: every added layer is called at once, so
    constructing and building take turns.
    """

    def construct(self) -> None:
        layers = self.config.get("layers")
        if not isinstance(layers, list | tuple):
            raise self.config.error("layers", "a list of layers")
        self.stack: list[Layer] = []
        self.shape: Any = None
        self.reference: Any = None
        if self.session.listed:
            made = [self.session.watch(make, self.session, value, self.where) for value in layers]
            self.append_all(made)
        else:
            for value in layers:
                self.append(make(self.session, value, self.where))
        if self.reference is None and self.config.get("build_input_shape") is not None:
            shape = as_shapes(self.config["build_input_shape"], f"{self.where}: build_input_shape")
            if isinstance(shape, Shape):
                self.build(shape)

    def append_all(self, made: list[tuple[Layer, bool]]) -> None:
        """Build the layers of a list, which are all constructed by then.

        One that draws when it is built draws before those behind it if it was given to `add`; a
        model may have been constructed before all of them.
        """
        pairs: list[tuple[str, str]] = []
        built: str | None = None
        constructed: str | None = None
        for layer, draws in made:
            if draws and built is not None:
                pairs.append((built, layer.name))
                built, self.session.added = None, True
            if draws and constructed is not None and isinstance(layer, Model):
                pairs.append((constructed, layer.name))
            _, builds = self.session.watch(self.append, layer)
            if builds and self.session.keras3:
                built = layer.name
            if draws or builds:
                constructed = layer.name
        if pairs:
            self.session.doubts.append((self.name, pairs))

    def append(self, layer: Layer) -> None:
        if isinstance(layer, InputLayer):
            if self.stack or self.reference is not None:
                raise self.config.error("layers", "a list whose only InputLayer is the first")
            self.shape = self.reference = layer.shape()
            return
        if not self.stack and self.reference is None:
            self.shape = self.reference = _own_input(layer)
        self.stack.append(layer)
        self.children = self.stack
        if self.reference is not None:
            self.built = True
            self.run_last(layer)

    def run_last(self, layer: Layer) -> None:
        if self.session.keras3:
            with self.session.scope(self.name, self):
                self.shape = layer.call(self.shape)
        else:
            self.shape = layer.call(self.shape)

    def create(self, *shapes: Any, **named: Any) -> None:
        if self.reference is None:
            self.reference = self.shape = first_of(shapes, named)
            for layer in self.stack:
                self.shape = layer.call(self.shape)

    def output(self, inputs: Any) -> Any:
        if inputs == self.reference:
            return self.shape
        shape = inputs
        for layer in self.stack:
            shape = layer.call(shape)
        return shape

    def require(self, inputs: Any) -> None:
        if self.reference is None and any(isinstance(one, Unknown) for one in flat(inputs)):
            super().require(inputs)


class Pipeline(Layer):
    """A stack of layers that is a layer, made for data sets.

    References
    ----------
    keras/src/layers/preprocessing/pipeline.py.
    """

    def construct(self) -> None:
        layers = self.config.get("layers")
        if not self.session.keras3:
            raise ValueError(f"{self.where}: TensorFlow {self.session.version} has no such layer")
        if not isinstance(layers, list | tuple):
            raise self.config.error("layers", "a list of layers")
        self.children = [make(self.session, value, self.where) for value in layers]

    def output(self, inputs: Any) -> Any:
        for layer in self.children:
            inputs = layer.call(inputs)
        return inputs


class RandomCrop(Layer):
    """A layer of Keras 3 that draws two seeds if it is given none, and writes the first down.

    So a config that holds the very seed that comes next is of a layer that was given none, unless
    it is made from its config, which gives the seed.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_crop.py.
    """

    def construct(self) -> None:
        seed = self.config.get("seed")
        if self.session.keras3 and self.session.order is not None and seed is not None:
            process = current().snapshot()
            with within(process):
                if make_default_seed() == seed:
                    seed = None
        for each in (given_seed(seed), seed):
            self.seeds.append(self.session.generator(each))


def _is_sum(name: str, value: Mapping[str, Any]) -> bool:
    """Return whether a layer adds: Add, or a plus in the code of tf.keras."""
    return value.get("class_name") == "Add" or name.startswith("tf.__operators__.add")


def _own_input(layer: Layer) -> Shape | None:
    """Return the shape that the first layer of a Sequential was told to expect, if it was."""
    for key in ("batch_input_shape", "batch_shape"):
        if layer.config.get(key) is not None:
            return as_shape(layer.config[key], f"{layer.where}: {key}")
    if layer.config.get("input_shape") is not None:
        return Shape((None, *as_shape(layer.config["input_shape"], f"{layer.where}: input_shape")))
    if layer.config.get("input_dim") is not None and layer.config.class_name != "Embedding":
        return Shape((None, layer.config.integer("input_dim")))
    if isinstance(layer, Sequential | Functional):
        reference = layer.reference
        reference = reference[0] if isinstance(reference, list) else reference
        return reference if isinstance(reference, Shape) else None
    return None


@dataclass
class LayerCall:
    """One call of a layer."""

    layer: Layer
    arguments: list[Any]
    keywords: dict[str, Any]
    tensors: list[LayerOutput]  # what stands in the arguments
    outputs: list[Any] | None = None


class Functional(Model):
    """A graph of layers.

    References
    ----------
    keras/src/models/functional.py, functional_from_config; keras 2: engine/functional.py,
    reconstruct_from_config. All layers are constructed first, in the config's order; then they are
    called in that order, as often as it takes until every input exists.
    """

    def construct(self) -> None:
        values = self.config.get("layers")
        if not isinstance(values, list | tuple) or not all(isinstance(x, Mapping) for x in values):
            raise self.config.error("layers", "a list of layers")
        parts = {name_of(value, self.where): value for value in values}
        if len(parts) < len(values):
            raise self.config.error("layers", "a list of layers whose names differ")
        self.read_graph(parts)
        self.layers: dict[str, Layer] = {}
        self.nodes: dict[str, list[LayerCall]] = {}
        self.sequence: list[tuple[str, int]] = []
        self.pending: dict[str, list[LayerCall]] = {}
        self.drawing: set[str] = set()
        order = None
        if self.session.order is not None:
            self.numbers = {name: numbered(value) for name, value in parts.items()}
            self.sources = {
                name: [tensor.layer for call in calls for tensor in call]
                for name, calls in self.tensors.items()
            }
            self.sums = {name for name, value in parts.items() if _is_sum(name, value)}
            self.ahead = [name for name, value in parts.items() if self.was_ahead(name, value)]
            order = self.session.order(self)
        for name in order or parts:
            _, draws = self.session.watch(self.enter, name, parts[name])
            if draws:
                self.drawing.add(name)
            if order is not None:
                self.run()
        self.layers = {name: self.layers[name] for name in parts}
        self.run()
        if order is not None and self.session.listed:
            self.doubt(order)
        for name, nodes in self.nodes.items():
            if any(node.outputs is None for node in nodes):
                raise ValueError(
                    f"{self.where}: the inputs of layer {brief(name)} lead nowhere or in a circle"
                )
        self.children = list(self.layers.values())
        self.built = True
        self.reference = self.filled(self.inputs)
        self.result = self.filled(self.outputs)
        if not self.session.keras3 and isinstance(self.result, list) and len(self.result) == 1:
            self.result = self.result[0]  # keras 2: engine/functional.py, _run_internal_graph

    def was_ahead(self, name: str, value: Mapping[str, Any]) -> bool:
        """Return whether a layer is a stack that the code named, as it names what it made before.

        In tf.keras a stack that no input was given to draws when it is called.
        """
        stack = self.session.keras3 and value.get("class_name") == "Sequential"
        return stack and number_of(name, "Sequential") is None

    def read_graph(self, parts: dict[str, Any]) -> None:
        """Read all calls; how a model inside this one counts its own depends on the format."""
        self.calls: dict[str, list[Any]] = {}
        self.tensors: dict[str, list[list[LayerOutput]]] = {}  # in each call's arguments
        modern = False
        for name, value in parts.items():
            inbound = value.get("inbound_nodes", [])
            where = f"layer {brief(name)} ({value.get('class_name')}): inbound_nodes"
            if not isinstance(inbound, list | tuple):
                raise ValueError(f"{where} must be a list")
            modern = modern or any(isinstance(node, Mapping) for node in inbound)
            self.calls[name] = [arguments_of(node, where) for node in inbound]
            self.tensors[name] = [leaves(list(call)) for call in self.calls[name]]
        self.inputs = tensors_of(self.config.get("input_layers"), f"{self.where}: input_layers")
        outputs = tensors_of(self.config.get("output_layers"), f"{self.where}: output_layers")
        if modern:  # there, only the outputs count the node that a model has from the start
            models = {
                name for name, value in parts.items() if value.get("class_name") == "Functional"
            }
            outputs = replaced(
                outputs, lambda t: LayerOutput(t.layer, t.node - (t.layer in models), t.index)
            )
        self.outputs = outputs
        most: dict[str, int] = {}
        for calls in [*self.tensors.values(), [leaves([self.inputs, outputs])]]:
            for tensor in chain.from_iterable(calls):
                most[tensor.layer] = max(most.get(tensor.layer, 0), tensor.node)
        missing = [name for name in most if name not in parts]
        if missing:
            raise ValueError(
                f"{self.where}: there is no layer {brief(missing[0])}, whose output is used"
            )
        self.first = {name for name, at in most.items() if at >= len(self.calls[name])}

    def enter(self, name: str, value: Any) -> None:
        """Construct a layer and note its calls."""
        if is_operation(value):
            layer = make_operation(self.session, value, self.where)
        else:
            layer = make(self.session, value, self.where)
        self.layers[name] = layer
        if isinstance(layer, InputLayer):
            self.nodes[name] = [LayerCall(layer, [], {}, [], [layer.shape()])]
            return
        self.nodes[name] = [
            LayerCall(layer, arguments, keywords, tensors)
            for (arguments, keywords), tensors in zip(
                self.calls[name], self.tensors[name], strict=True
            )
        ]
        if self.nodes[name]:
            self.pending[name] = self.nodes[name]
        if name in self.first and isinstance(layer, Functional | Sequential):
            # tf.keras: a model has a node of its own, from its inputs to its outputs
            inner = layer.result if isinstance(layer, Functional) else layer.shape
            self.nodes[name].insert(0, LayerCall(layer, [], {}, [], flat(inner)))

    def run(self) -> None:
        """Make all calls whose inputs exist, in the order in which the layers were entered."""
        progress = bool(self.pending)
        while progress:
            progress = False
            for name, nodes in list(self.pending.items()):
                for number, node in enumerate(nodes):
                    if node.outputs is not None:
                        continue
                    if not self.ready(node.tensors):
                        break
                    arguments, keywords = self.filled(node.arguments), self.filled(node.keywords)
                    outputs, draws = self.session.watch(node.layer.call, *arguments, **keywords)
                    node.outputs = flat(outputs)
                    if draws:
                        self.drawing.add(name)
                    self.sequence.append((name, number))
                    progress = True
                else:
                    del self.pending[name]

    def doubt(self, order: list[str]) -> None:
        """Note where another order would have given other numbers and the config allows it."""
        apart, nested = set(), set()
        for name, layer in self.layers.items():
            if isinstance(layer, Model) or (self.session.keras3 and len(self.calls[name]) > 1):
                apart.add(name)
            elif self.session.keras3 and name in self.drawing:
                nested.add(name)
        seeds = {
            name
            for name in nested
            if not self.layers[name].needs_shape() and not self.layers[name].variables
        }
        by_hand = {name for name in nested - seeds if not self.numbers[name]}
        pairs = unsettled(self, order, self.drawing, apart, nested, by_hand)
        if pairs:
            self.session.doubts.append((self.name, pairs))

    def ready(self, tensors: list[LayerOutput]) -> bool:
        """Return whether all these tensors exist."""
        for tensor in tensors:
            nodes = self.nodes.get(tensor.layer, [])
            if not tensor.node < len(nodes) or nodes[tensor.node].outputs is None:
                return False
        return True

    def filled(self, value: Any, memory: dict[LayerOutput, Any] | None = None) -> Any:
        """Return a structure with shapes in the place of tensors."""
        if isinstance(value, LayerOutput):
            if memory is not None and value in memory:
                return memory[value]
            nodes = self.nodes.get(value.layer, [])
            outputs = nodes[value.node].outputs if value.node < len(nodes) else None
            if outputs is not None and value.index < len(outputs):
                return outputs[value.index]
            if outputs is not None and len(outputs) == 1 and isinstance(outputs[0], Unknown):
                return outputs[0]
            raise ValueError(
                f"{self.where}: layer {brief(value.layer)} has no output {value.index}"
            )
        if isinstance(value, dict):
            return {key: self.filled(one, memory) for key, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one, memory) for one in value]
        return value

    def output(self, inputs: Any) -> Any:
        if flat(inputs) == flat(self.reference):
            return self.result
        # other sizes than it was made for: once more through the graph
        given, expected = flat(inputs), leaves(self.inputs)
        if len(given) != len(expected):
            raise ValueError(f"{self.where}: it must be called on {len(expected)} inputs")
        memory: dict[LayerOutput, Any] = dict(zip(expected, given, strict=True))
        for name, number in self.sequence:
            node = self.nodes[name][number]
            arguments = self.filled(node.arguments, memory)
            outputs = flat(node.layer.call(*arguments, **self.filled(node.keywords, memory)))
            for at, shape in enumerate(outputs):
                memory[LayerOutput(name, number, at)] = shape
        result = self.filled(self.outputs, memory)
        alone = not self.session.keras3 and isinstance(result, list) and len(result) == 1
        return result[0] if alone else result

    def call(self, *arguments: Any, **keywords: Any) -> Any:
        inputs = first_of(arguments, keywords)
        return self.output(inputs)


KINDS.update(
    {
        "InputLayer": InputLayer,
        "Sequential": Sequential,
        "Functional": Functional,
        "Model": Functional,
        "Network": Functional,
        "Pipeline": Pipeline,
        "RandomCrop": lambda session, config: RandomCrop(session, config, PLAIN["RandomCrop"]),
    }
)
