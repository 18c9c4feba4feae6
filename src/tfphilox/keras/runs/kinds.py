"""runs/kinds.py: what each kind of layer draws when it is called.

Layers of Keras 3 take seed pairs from a generator of their own, so what they draw in a call follows
from its seed and from how many pairs it has made.

>>> sorted(NOT_REPLAYED)
['AugMix', 'StochasticDepth']
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...arrays.arguments import as_operand
from ...seeding import versions
from ...seeding.compiled import compiler
from .. import layers
from .._dropping import drop, mask_shape
from ..config import float_dtype
from ..layers._images import ImageLayer
from ..seeding import SeedGenerator, SeedSource, draws
from ..weights.attention import GroupedQueryAttention, MultiHeadAttention
from ..weights.config import Config
from ..weights.recurrent import RNN, Cell, ConvLSTMCell, StackedRNNCells
from ..weights.shapes import Shape, Unknown, channels_of, with_spatial
from .calls import Call

__all__ = ["NOT_REPLAYED", "REGULARIZATION", "Kind", "kind_of"]

# Layers that draw in ways that are not replayed, and the key of the config that says how much.
NOT_REPLAYED = {
    "AugMix": None,  # Python's random picks its layers, in a graph when that is traced
    "StochasticDepth": "drop_path_rate",
}

_GATES = {"LSTMCell": 4, "GRUCell": 3}

# What a config may hold beside the arguments of a layer of ours, without changing a draw.
_NOT_ARGUMENTS = {"batch_input_shape", "bounding_box_format", "input_shape", "trainable"}

Source: TypeAlias = "Callable[[], SeedSource]"


class Kind:
    """A layer that draws.

    Attributes
    ----------
    path : str
        Where it is in the model.
    seed : int or None
        What its generator starts from; in tf.keras 2, what the layer was given.
    """

    def __init__(self, path: str, layer: Any) -> None:
        self.path = path
        self.config: Config = layer.config
        self.where: str = layer.where
        seed = layer.seeds[-1] if layer.seeds else self.config.get("seed")
        wrong = isinstance(seed, bool) or not isinstance(seed, int | None)
        if wrong or (seed is None and layer.session.keras3):
            raise ValueError(f"{self.where}: seed must be an integer or None to be replayed")
        self.seed = seed

    def pairs(self, call: Call, training: bool) -> int:
        """Return how many seed pairs a call takes."""
        return 1 if training else 0

    def draw(self, call: Call, generator: SeedGenerator) -> Any:
        """Return what a call in training draws."""
        raise NotImplementedError

    def ready(self) -> Any:
        """Return the layer, ready to be called, or None if there is none of its kind."""
        return None

    def shape(self, value: Any, what: str = "its input") -> tuple[int, ...]:
        """Return a shape all of whose sizes are known."""
        if isinstance(value, Unknown):
            raise ValueError(f"{self.where}: the shape of {what} is not known: {value.reason}")
        if not isinstance(value, Shape) or None in value:
            raise ValueError(f"{self.where}: the shape of {what} is not known: {value}")
        return tuple(size for size in value if size is not None)

    def made(self, name: str, **changes: Any) -> Any:
        """Return the layer of ours that has this one's arguments."""
        values = {k: v for k, v in self.config.items() if k not in _NOT_ARGUMENTS}
        if name.startswith("SpatialDropout"):
            values.pop("noise_shape", None)  # tf.keras 2 writes one down that it does not take
        if name == "RandomRotation":
            values.pop("value_range", None)  # which it had up to Keras 3.5, for nothing
        try:
            return getattr(layers, name).from_config({**values, "seed": self.seed, **changes})
        except (TypeError, ValueError) as error:
            raise type(error)(f"{self.where}: {error}") from None


def dropout_mask(
    source: SeedSource, rate: float, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> NDArray[Any]:
    """Return what a dropout makes of ones: 0, or what the inputs are multiplied with."""
    if rate >= 1:
        return np.zeros(shape, dtype)
    multiplies = versions.rule("dropout_mask") == "multiply"
    return drop(
        np.ones(shape, dtype),
        rate,
        None,
        lambda dims, kind: source("uniform", dims, 0, 1, kind),
        multiplies,
        versions.rule("dropout_numpy_rate") == "its type",
    )


class Regularization(Kind):
    """Dropout and noise."""

    def __init__(self, path: str, layer: Any) -> None:
        super().__init__(path, layer)
        self.layer = self.made(self.config.class_name)

    def ready(self) -> Any:
        return self.made(self.config.class_name)

    def draw(self, call: Call, generator: SeedGenerator) -> Any:
        return self.drawn(call, draws(generator))

    def drawn(self, call: Call, source: SeedSource) -> Any:
        """Return what a call draws from a source."""
        shape, dtype = self.shape(call.arguments[0]), self.layer.dtype
        name = self.config.class_name
        floatx = float_dtype(None)
        if name.startswith("Gaussian") and self.layer._of_floatx and dtype != floatx:
            raise ValueError(
                f"{self.where}: up to Keras 3.1 it draws {floatx.name}, which is not {dtype.name}"
            )
        if name == "GaussianNoise":
            if compiler() is not None:  # which adds by one operation
                return source("normal", shape, 0.0, 1.0, dtype)
            return source("normal", shape, 0.0, self.config.number("stddev"), dtype)
        rate = self.config.number("rate")
        if name == "GaussianDropout":
            return source("normal", shape, 1.0, math.sqrt(rate / (1.0 - rate)), dtype)
        if name.startswith("SpatialDropout"):
            first = self.config.channels_first
            sizes = with_spatial(shape, (1,) * (len(shape) - 2), channels_of(shape, first), first)
            return dropout_mask(source, rate, self.shape(sizes), dtype)
        dims = mask_shape(shape, self.config.get("noise_shape"))
        if name == "AlphaDropout":
            kind = float_dtype(None)
            return source("uniform", dims, 0.0, 1.0, kind) >= as_operand("rate", float(rate), kind)
        return dropout_mask(source, rate, dims, dtype)


class Images(Kind):
    """Layers that change pictures."""

    folded = False  # a RandomSaturation in the graph of fit

    def __init__(self, path: str, layer: Any) -> None:
        super().__init__(path, layer)
        self.layer: ImageLayer = self.made(self.config.class_name)

    def fold(self) -> None:
        """Round as a graph does where the size of the batch is not known."""
        self.folded = True
        saturation: Any = self.layer
        saturation._folded = True

    def ready(self) -> Any:
        return self.made(self.config.class_name)

    def pairs(self, call: Call, training: bool) -> int:
        generator = SeedGenerator(0)
        self.transformation(call.of_batch(1), training, generator)
        return int(generator.state[1])

    def draw(self, call: Call, generator: SeedGenerator) -> Any:
        return self.transformation(call, True, generator)

    def transformation(self, call: Call, training: bool, generator: SeedGenerator) -> Any:
        shape = self.shape(call.arguments[0])
        pictures = np.broadcast_to(np.zeros((), np.float32), shape)
        method: Any = self.layer.get_random_transformation  # type: ignore[attr-defined]
        return method(pictures, training, generator)


class Policies(Images):
    """Layers that draw for others, which they are made of, with seeds of their own."""

    def fold(self) -> None:
        self.folded = True

    def __init__(self, path: str, layer: Any) -> None:
        super().__init__(path, layer)
        self.seed = layer.seeds[0]  # those of the others follow, and are not used

    def transformation(self, call: Call, training: bool, generator: SeedGenerator) -> Any:
        layer = self.ready()
        layer.generator = generator
        if self.folded:
            layer._layers["random_saturation"]._folded = True
        pictures = np.broadcast_to(np.zeros((), np.float32), self.shape(call.arguments[0]))
        if isinstance(layer, layers.RandomColorJitter):
            return layer.drawn_factors(pictures) if training else None
        return layer.get_random_transformation(pictures, training)


class Attention(Kind):
    """Attention whose scores are dropped."""

    def draw(self, call: Call, generator: SeedGenerator) -> Any:
        return self.drawn(call, draws(generator))

    def drawn(self, call: Call, source: SeedSource) -> Any:
        """Return what a call draws from a source."""
        rate = self.config.number("dropout")
        dtype = layers.Dropout(0.5, seed=0, dtype=self.config.get("dtype")).dtype
        return dropout_mask(source, rate, self.scores(call), dtype)

    def scores(self, call: Call) -> tuple[int, ...]:
        """Return the shape of the scores."""
        layer = call.layer
        if isinstance(layer, MultiHeadAttention):
            given = call.arguments, call.keywords
            tensors = {k: v for k, v in given[1].items() if k in ("query", "value", "key")}
            query, value, _ = layer.three(given[0][:3], tensors)
            heads = layer.sizes()[0]
            sizes = Shape((query[0], heads, *query[1:-1], *value[1:-1]))
        else:
            query, value = call.arguments[0][:2]
            sizes = Shape((query[0], *query[1:-1], value[1]))
        return self.shape(sizes, "its scores")


class Recurrent(Kind):
    """A recurrent cell with masks for its inputs and states, the same for all steps.

    Keras 3 draws them whether it trains or not, and applies them if it does.

    References
    ----------
    keras/src/layers/rnn/dropout_rnn_cell.py; rnn.py, RNN._maybe_config_dropout_masks.
    """

    def __init__(self, path: str, cell: Cell, at: int) -> None:
        super().__init__(path, cell)
        self.cell = cell
        self.at = at  # among stacked ones
        self.rates = {
            key: min(1.0, max(0.0, self.config.number(key)))
            for key in ("dropout", "recurrent_dropout")
        }
        self.masks = masks_of(cell)

    def pairs(self, call: Call, training: bool) -> int:
        return (self.masks or 1) * sum(rate > 0 for rate in self.rates.values())

    def draw(self, call: Call, generator: SeedGenerator) -> Any:
        return self.drawn(call, draws(generator))

    def drawn(self, call: Call, source: SeedSource) -> Any:
        """Return what a call draws from a source."""
        dtype = layers.Dropout(0.5, seed=0, dtype=self.config.get("dtype")).dtype
        result = {}
        for (key, rate), sizes in zip(self.rates.items(), self.shapes(call), strict=True):
            if rate > 0:
                if key != "dropout":
                    rate = self.rates[versions.rule("keras_state_mask_rate")]
                shape = self.shape(sizes)
                masks = [dropout_mask(source, rate, shape, dtype) for _ in range(self.masks or 1)]
                result[key] = masks if self.masks else masks[0]
        return result

    def shapes(self, call: Call) -> tuple[Shape, Shape]:
        """Return the shapes of a step's input and of the first state."""
        inputs = call.arguments[0]
        inputs = inputs[0] if isinstance(inputs, list) else inputs  # states come behind
        if isinstance(inputs, Unknown):
            self.shape(inputs)
        step = Shape((inputs[0], *inputs[2:]))
        cell = call.layer.cell
        if isinstance(cell, StackedRNNCells):
            for before in cell.cells[: self.at]:
                step = Shape((step[0], *before.output_shape(step)))
        return step, Shape((step[0], *self.cell.state_shapes(step)[0]))


def masks_of(cell: Cell) -> int:
    """Return how many masks a cell has of a kind, or 0 for one that stands alone.

    References
    ----------
    keras/src/layers/rnn/lstm.py, gru.py, conv_lstm.py: dropout_mask_count.
    """
    gates = _GATES.get(cell.config.class_name, 0)
    if isinstance(cell, ConvLSTMCell):
        return 4 if versions.rule("keras_conv_gate_masks") == "gates" else 0
    apart = cell.config.number("recurrent_dropout") > 0 or cell.config.get("implementation") == 1
    return gates if apart and versions.rule("keras_gate_masks") == "gates" else 0


def kind_of(path: str, layer: Any) -> list[Kind]:
    """Return what draws when a layer is called, itself or its cells; nothing if it does not."""
    name, config = layer.config.class_name, layer.config
    if name in NOT_REPLAYED:
        key = NOT_REPLAYED[name]
        if key is None or config.number(key):
            raise ValueError(f"{layer.where}: what a {name} draws in a run is not replayed")
        return []
    if isinstance(layer, RNN):
        cell = layer.cell
        cells = cell.cells if isinstance(cell, StackedRNNCells) else [cell]
        if len(cells) > 1 and versions.rule("keras_stacked_masks") == "first":
            raise NotImplementedError(
                f"{layer.where}: what stacked cells of Keras 3.0 drop in a run is not replayed"
            )
        return [
            Recurrent(path if len(cells) == 1 else f"{path}/{at}", one, at)
            for at, one in enumerate(cells)
            if one.config.number("dropout") > 0 or one.config.number("recurrent_dropout") > 0
        ]
    if isinstance(layer, MultiHeadAttention | GroupedQueryAttention):
        return [Attention(path, layer)] if config.number("dropout") else []
    if name in ("Attention", "AdditiveAttention"):
        return [Attention(path, layer)] if config.number("dropout") else []
    if name in REGULARIZATION:
        key = "stddev" if name == "GaussianNoise" else "rate"
        return [Regularization(path, layer)] if config.number(key) > 0 else []
    if layer.seeds:
        if not hasattr(layers, name):
            raise ValueError(f"{layer.where}: what a {name} draws in a run is not known")
        if name == "RandAugment" and versions.rule("keras_rand_augment") == "python":
            raise NotImplementedError(
                f"{layer.where}: up to Keras 3.10 Python's random picks its layers, in a graph "
                "when that is traced, which is not replayed"
            )
        kind = Policies if name in ("RandAugment", "RandomColorJitter") else Images
        return [kind(path, layer)]
    return []


REGULARIZATION = {
    *("Dropout", "GaussianDropout", "GaussianNoise", "AlphaDropout"),
    *(f"SpatialDropout{rank}D" for rank in (1, 2, 3)),
}
