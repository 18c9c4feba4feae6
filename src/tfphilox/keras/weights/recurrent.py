"""weights/recurrent.py: recurrent layers and their cells, and the wrappers made for them.

>>> lstm = Config({"class_name": "LSTMCell", "config": {"units": 3}})
>>> [weight.shape for weight in _CELLS["LSTMCell"][1].weights(lstm, Shape((None, 2)))]
[(2, 12), (3, 12), (12,)]
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from .config import Config
from .layer import KINDS, Layer, Row, Weight, first_of, flat, make
from .order import snake
from .shapes import Dim, Shape, Unknown, channels_of
from .table import conv_output

__all__ = ["RNN", "Bidirectional", "TimeDistributed"]


# -- cells


def _gates(count: int) -> Any:
    """Return the weights of a cell that has `count` gates."""

    def weights(config: Config, shape: Shape) -> Iterator[Weight]:
        units = config.integer("units")
        yield Weight("kernel", (shape[-1], count * units), "kernel_initializer")
        yield Weight("recurrent_kernel", (units, count * units), "recurrent_initializer")
        if not config.flag("use_bias", True):
            return
        if count == 4:
            yield _forget_bias(config, units)
        elif count == 3 and config.flag("reset_after", True):
            yield Weight("bias", (2, count * units), "bias_initializer")
        else:
            yield Weight("bias", (count * units,), "bias_initializer")

    return weights


def _forget_bias(config: Config, units: int) -> Weight:
    """Return an LSTM's bias, which is one where it lets the state through."""
    parts: Any = "bias_initializer"
    if config.flag("unit_forget_bias", True):
        parts = [(units, "bias_initializer"), (units, "Ones"), (2 * units, "bias_initializer")]
    return Weight("bias", (4 * units,), parts)


def _conv_gates(rank: int) -> Any:
    def weights(config: Config, shape: Shape) -> Iterator[Weight]:
        filters, kernel = config.integer("filters"), config.integers("kernel_size", rank, least=1)
        channels = channels_of(shape, config.channels_first)
        yield Weight("kernel", (*kernel, channels, 4 * filters), "kernel_initializer")
        yield Weight("recurrent_kernel", (*kernel, filters, 4 * filters), "recurrent_initializer")
        if config.flag("use_bias", True):
            yield _forget_bias(config, filters)

    return weights


_THREE = ("kernel_initializer", "recurrent_initializer", "bias_initializer")


class Cell(Layer):
    """A recurrent cell; its output is that of one step, its states are shapes without batch."""

    states = 1

    def state_shapes(self, step: Shape) -> list[Any]:
        return [(self.config.integer("units"),)] * self.states

    def output_shape(self, step: Shape) -> tuple[Dim, ...]:
        shape: tuple[Dim, ...] = self.state_shapes(step)[0]
        return shape


class LSTMCell(Cell):
    states = 2


class ConvLSTMCell(Cell):
    def state_shapes(self, step: Shape) -> list[Any]:
        filters = self.config.integer("filters")
        rank = len(step) - 2
        with self.locating_errors():
            shape = conv_output(self.config, step, rank, filters)
        return [tuple(shape[1:])] * 2


class StackedRNNCells(Cell):
    """Cells one upon another."""

    def construct(self) -> None:
        cells = self.config.get("cells")
        if not isinstance(cells, list | tuple) or not cells:
            raise self.config.error("cells", "a list of cells")
        self.children = [make(self.session, cell, self.where) for cell in cells]
        for cell in self.children:
            if not isinstance(cell, Cell):
                raise self.config.error("cells", "a list of cells that are known")

    @property
    def cells(self) -> list[Cell]:
        return [cell for cell in self.children if isinstance(cell, Cell)]

    def create(self, *shapes: Any, **named: Any) -> None:
        step = first_of(shapes, named)
        for cell in self.cells:
            if not cell.built:
                scope = (
                    nullcontext() if self.session.keras3 else self.session.scope(cell.name, cell)
                )
                with scope:
                    cell.build(step)
            step = Shape((step[0], *cell.output_shape(step)))

    def state_shapes(self, step: Shape) -> list[Any]:
        return [
            shape if cell.states == 1 else [shape] * cell.states
            for cell in self.cells
            for shape in cell.state_shapes(step)[:1]
        ]

    def output_shape(self, step: Shape) -> tuple[Dim, ...]:
        return self.cells[-1].output_shape(step)


_CELLS: dict[str, tuple[type[Cell], Row]] = {
    "SimpleRNNCell": (Cell, Row(("seed", *_THREE), _gates(1))),
    "GRUCell": (Cell, Row((*_THREE, "seed"), _gates(3))),
    "LSTMCell": (LSTMCell, Row((*_THREE, "seed"), _gates(4))),
    "ConvLSTM1DCell": (ConvLSTMCell, Row(("seed", *_THREE), _conv_gates(1))),
    "ConvLSTM2DCell": (ConvLSTMCell, Row(("seed", *_THREE), _conv_gates(2))),
    "ConvLSTM3DCell": (ConvLSTMCell, Row(("seed", *_THREE), _conv_gates(3))),
}


# -- layers


class RNN(Layer):
    """A layer that runs a cell over the steps of its input."""

    cell: Cell

    def construct(self) -> None:
        kind = self.config.class_name.replace("CuDNN", "")
        if kind == "RNN":
            value = self.config.get("cell")
            if isinstance(value, list):
                value = {"class_name": "StackedRNNCells", "config": {"cells": value}}
            cell = make(self.session, value, self.where)
        else:
            name = "conv_lstm_cell" if kind.startswith("ConvLSTM") else snake(kind + "Cell")
            if self.session.rule("keras_cell_name") == "unique":
                name = self.session.unique(name)
            value = {**self.config, "name": name}
            config = Config({"class_name": kind + "Cell", "config": value}, self.where)
            config.where = self.where
            shape, row = _CELLS[kind + "Cell"]
            cell = shape(self.session, config, row)
        if not isinstance(cell, Cell):
            raise self.config.error("cell", "a cell that is known")
        self.cell = cell
        self.children = [cell]

    def create(self, *shapes: Any, **named: Any) -> None:
        inputs = first_of(shapes, named)
        with self.locating_errors():
            step = Shape((inputs[0], *inputs[2:]))
        if not self.cell.built:
            # tf.keras never names the weights of a ConvLSTM after the cell
            plain = not isinstance(self.cell, ConvLSTMCell)
            after_cell = plain and self.session.rule("keras_cell_weights") == "cell"
            if self.session.keras3 or after_cell:
                self.cell.build(step)
            else:
                self.cell.built = True
                self.cell.create(step)

    def call(self, *arguments: Any, **keywords: Any) -> Any:
        inputs = first_of(arguments, keywords)
        if not isinstance(inputs, Shape | Unknown):  # the states come behind the sequence
            inputs = next(iter(flat(inputs)), None)
        return super().call(inputs)

    def output(self, inputs: Any) -> Any:
        if not isinstance(inputs, Shape):
            return inputs
        with self.locating_errors():
            batch, steps, *rest = inputs
            step = Shape((batch, *rest))
            shape = self.cell.output_shape(step)
            sequence = self.config.flag("return_sequences")
            output = Shape((batch, steps, *shape) if sequence else (batch, *shape))
            if not self.config.flag("return_state"):
                return output
            states = [
                [Shape((batch, *one)) for one in state]
                if isinstance(state, list)
                else Shape((batch, *state))
                for state in self.cell.state_shapes(step)
            ]
            return [output, *states]


class Wrapper(Layer):
    """A layer around another."""

    def construct(self) -> None:
        self.layer = make(self.session, self.config.get("layer"), self.where)
        self.children = [self.layer]

    def create(self, *shapes: Any, **named: Any) -> None:
        if self.layer.built:
            return
        if self.session.keras3:
            self.layer.build(*shapes, **named)
        else:  # keras 2: layers/wrappers.py, Wrapper.build has no name scope
            self.layer.built = True
            self.layer.create(*shapes, **named)

    def needs_shape(self) -> bool:
        return True


class TimeDistributed(Wrapper):
    """A layer that is applied to every step."""

    def inner(self, shape: Shape) -> Shape:
        with self.locating_errors():
            if len(shape) < 3:
                raise ValueError(f"its input must have 3 axes or more, got {tuple(shape)}")
            return Shape((shape[0], *shape[2:]))

    def create(self, *shapes: Any, **named: Any) -> None:
        inputs = first_of(shapes, named)
        super().create(self.inner(inputs))

    def output(self, inputs: Any) -> Any:
        if not isinstance(inputs, Shape):
            return inputs
        result = self.layer.call(self.inner(inputs))
        return _each(result, lambda shape: Shape((shape[0], inputs[1], *shape[1:])))


class Bidirectional(Layer):
    """A recurrent layer, and one that runs backwards.

    References
    ----------
    keras/src/layers/rnn/bidirectional.py; keras 2: layers/wrappers.py. Both make the two layers
    anew from the config of the one they are given, which has drawn its seeds by then.
    """

    def construct(self) -> None:
        value = self.config.get("layer")
        other = self.config.get("backward_layer")
        # up to Keras 3.2 a model made from its JSON also has the weights of that layer
        kept = self.session.order is None and self.session.rule("keras_bidirectional") == "three"
        with nullcontext() if kept else self.session.discarded():
            layer = make(self.session, value, self.where)
        if self.session.order is not None and other is not None and _mirrored(value, other):
            other = None  # Keras 3 writes down what it made itself, and under which name
            layer.name = layer.name.removeprefix("forward_")
        backward = None if other is None else make(self.session, other, self.where)
        forward = self.again(value, layer, "forward_")
        if backward is None:
            flipped = {"go_backwards": not layer.config.flag("go_backwards")}
            if self.session.keras3:
                flipped = {"go_backwards": True}
            backward = self.again(value, layer, "backward_", **flipped)
        elif not self.session.keras3:
            backward.name = "backward_" + backward.name
        self.forward, self.backward = forward, backward
        self.children = [forward, backward]
        if kept and layer.built:
            self.children.insert(0, layer)

    def again(self, value: Any, layer: Layer, prefix: str, **changes: Any) -> Layer:
        """Make the layer once more, with a prefix to its name."""
        name = layer.name
        if self.session.keras3:
            changes["name"] = prefix + name.removeprefix(prefix)
        value = {**value, "config": {**layer.config, **changes}}
        value = _unshared(value)  # what the first one shares with others, its copies do not
        if not layer.built:
            value.pop("build_config", None)
        made = make(self.session, value, self.where)
        if not self.session.keras3:
            made.name = prefix + name
        return made

    def create(self, *shapes: Any, **named: Any) -> None:
        for layer in (self.forward, self.backward):
            layer.build(*shapes, **named)

    def call(self, *arguments: Any, **keywords: Any) -> Any:
        inputs = first_of(arguments, keywords)
        if not isinstance(inputs, Shape | Unknown):
            inputs = next(iter(flat(inputs)), None)
        return super().call(inputs)

    def output(self, inputs: Any) -> Any:
        if not isinstance(inputs, Shape):
            return inputs
        result = self.forward.output(inputs)
        output, *states = result if isinstance(result, list) else [result]
        mode = self.config.get("merge_mode", "concat")
        if mode not in ("sum", "mul", "ave", "concat", None):
            raise self.config.error("merge_mode", "sum, mul, ave, concat or None")
        if mode == "concat":
            last = output[-1]
            output = Shape((*output[:-1], None if last is None else 2 * last))
        outputs = [output, output] if mode is None else [output]
        outputs += states * 2
        return outputs[0] if len(outputs) == 1 else outputs


def _unshared(value: Any) -> Any:
    """Return a part of the JSON without the numbers by which objects are shared."""
    if isinstance(value, dict):
        return {k: _unshared(v) for k, v in value.items() if k != "shared_object_id"}
    return [_unshared(one) for one in value] if isinstance(value, list) else value


def _mirrored(value: Any, other: Any) -> bool:
    """Return whether the backward layer is the forward one, turned round."""
    if not isinstance(value, dict) or not isinstance(other, dict):
        return False
    left, right = dict(value.get("config") or {}), dict(other.get("config") or {})
    for config in (left, right):
        config.pop("name", None)
    name, its = value.get("config", {}).get("name"), other.get("config", {}).get("name")
    if isinstance(name, str) and isinstance(its, str):
        return its == "backward_" + name.removeprefix("forward_")
    turned = left.pop("go_backwards", False) != right.pop("go_backwards", False)
    return turned and left == right and value.get("class_name") == other.get("class_name")


def _each(value: Any, change: Any) -> Any:
    if isinstance(value, Shape):
        return change(value)
    if isinstance(value, list | tuple):
        return [_each(one, change) for one in value]
    return value


class SpectralNormalization(Wrapper):
    """A layer whose kernel is divided by its largest singular value."""

    def create(self, *shapes: Any, **named: Any) -> None:
        super().create(*shapes, **named)
        kernel = next(
            (
                one
                for one in self.layer.variables
                if "kernel" in one.name or "embeddings" in one.name
            ),
            None,
        )
        if kernel is None:
            raise self.config.error("layer", "a layer that has a kernel")
        random = {"class_name": "TruncatedNormal", "config": {"mean": 0.0, "stddev": 0.02}}
        weight = Weight("vector_u", (1, kernel.shape[-1]), random, False, kernel.dtype)
        self.add(weight)
        self.variables.insert(0, kernel)  # it is an attribute of both layers

    def output(self, inputs: Any) -> Any:
        return self.layer.output(inputs)


def _cell_kind(name: str) -> Any:
    kind, row = _CELLS[name]
    return lambda session, config: kind(session, config, row)


KINDS.update({name: _cell_kind(name) for name in ("SimpleRNNCell", "GRUCell", "LSTMCell")})
KINDS.update({"StackedRNNCells": StackedRNNCells})
for _name in ("RNN", "SimpleRNN", "GRU", "LSTM", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"):
    KINDS[_name] = RNN
KINDS.update(
    {
        "Bidirectional": Bidirectional,
        "TimeDistributed": TimeDistributed,
        "SpectralNormalization": SpectralNormalization,
    }
)
