"""runs/keras2.py: what the layers of tf.keras 2 draw, with op seeds and kernels.

In a graph, which is how fit trains, an op without a seed has the number of such ops before it, and
a kernel that goes on from step to step; one graph is traced for what fit cuts, and one for each
size that ``train_on_batch`` is given. The first of them is traced twice, for the first time to
create the optimizer's variables, and a layer whose seed counts up counts at each trace. Eagerly,
each call of an op takes the next op seed of the process, and ops of one seed share a kernel. Image
layers go on with a generator of their own.

>>> place = _Placed(5, 256)
>>> place.get_seed(3), place.seed
((5, 3), 5)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, SupportsInt

import numpy as np
from numpy.typing import NDArray

from ... import random as tf_random
from ...random import Generator
from ...seeding import versions
from ...seeding.attributes import as_graph_seed, pair
from ...seeding.process import GlobalSeed, Lock
from ...seeding.scopes import in_force
from .. import layers
from ..weights.recurrent import RNN
from ..weights.shapes import Shape
from .calls import Call
from .fit import Passes
from .kinds import NOT_REPLAYED, REGULARIZATION, Attention, Kind, Recurrent, Regularization

__all__ = ["RELEASES", "Sources", "kind_of"]

# The releases whose runs were compared; between them the rules may move at another place.
RELEASES = ("2.3", "2.6", "2.10", "2.15")

_ATTENTION = {"MultiHeadAttention", "Attention", "AdditiveAttention"}


def kind_of(path: str, layer: Any, eager: bool) -> list[Any]:
    """Return what draws when a layer of tf.keras 2 is called; nothing if it does not."""
    name, config = layer.config.class_name, layer.config
    if name in NOT_REPLAYED and (NOT_REPLAYED[name] is None or config.number(NOT_REPLAYED[name])):
        raise NotImplementedError(
            f"{layer.where}: what a {name} of tf.keras 2 draws in a run is not replayed"
        )
    if name.startswith("Random"):
        return [_pictures(path, layer)]
    if isinstance(layer, RNN):
        drops = any(
            one.config.number(key)
            for one in [layer.cell, *layer.cell.children]
            for key in ("dropout", "recurrent_dropout")
        )
        return [_recurrent(path, layer, eager)] if drops else []
    if name in _ATTENTION:
        return [Attention(path, layer)] if config.number("dropout") else []
    if name not in REGULARIZATION:
        return []
    rate = config.number("stddev" if name == "GaussianNoise" else "rate")
    if not rate and name.endswith("Dropout") and name not in ("GaussianDropout", "AlphaDropout"):
        if versions.rule("keras_dropout_of_nothing") == "nn":
            raise NotImplementedError(f"{layer.where}: a rate of 0 is not replayed before 2.11")
        return []
    if name in ("GaussianDropout", "AlphaDropout") and not 0 < rate < 1:
        return []
    return [Regularization(path, layer)]


class _Recurrent(Recurrent):
    """The cell of a recurrent layer with its masks: one a gate, and no matter whether it is used.

    References
    ----------
    keras/layers/recurrent.py of TensorFlow 2.3, DropoutRNNCellMixin; recurrent_v2.py, LSTM.call.
    """

    def __init__(self, path: str, layer: Any, whole: bool) -> None:
        super().__init__(path, layer.cell, 0)
        self.whole = whole
        self.masks = {"LSTM": 4, "GRU": 3}.get(layer.config.class_name, 0)

    def ops(self) -> int:
        """Return how many ops draw in a call."""
        return (self.masks or 1) * sum(rate > 0 for rate in self.rates.values())

    def shapes(self, call: Call) -> tuple[Shape, Shape]:
        """Return the shapes of what is dropped: of all steps at once if they are run so."""
        step, state = super().shapes(call)
        inputs = call.arguments[0]
        inputs = inputs[0] if isinstance(inputs, list) else inputs
        return (inputs if self.whole else step), state


def _recurrent(path: str, layer: Any, eager: bool) -> _Recurrent:
    """Return what a recurrent layer draws, if it is known.

    A mask is kept as long as the graph is the same, and every step of a loop is in the graph of
    the loop's body. LSTM and GRU draw theirs before the loop where a GPU could run them whole.
    """
    config, name = layer.config, layer.config.class_name
    if name not in ("LSTM", "GRU", "SimpleRNN"):
        raise NotImplementedError(
            f"{layer.where}: what a {name} of tf.keras 2 drops in a run is not replayed"
        )
    whole = (
        name != "SimpleRNN"
        and config.get("activation", "tanh") == "tanh"
        and config.get("recurrent_activation", "sigmoid") == "sigmoid"
        and not config.number("recurrent_dropout")
        and config.flag("use_bias", True)
        and (name == "LSTM" or config.flag("reset_after", True))
    )
    if not (eager or whole or config.flag("unroll")):
        raise NotImplementedError(
            f"{layer.where}: in a graph it draws masks within a loop, whose steps TensorFlow runs "
            "beside each other: no run is like another. With run_eagerly=True it can be replayed"
        )
    return _Recurrent(path, layer, whole)


class _Flips(Kind):
    """RandomFlip up to TensorFlow 2.5: an op for each way."""

    def ops(self) -> int:
        """Return how many ops draw in a call."""
        return 2 if self.mode == "horizontal_and_vertical" else 1

    @property
    def mode(self) -> str:
        return str(self.config.get("mode", "horizontal_and_vertical"))

    def drawn(self, call: Call, source: Any) -> Any:
        """Return what a call draws from a source."""
        shape = self.shape(call.arguments[0])
        found = {"flip_horizontal": np.zeros(shape[0], bool), "flip_vertical": None}
        found["flip_vertical"] = found["flip_horizontal"]
        for way in found:
            if way.removeprefix("flip_") in self.mode:
                found[way] = source("uniform", [shape[0]], 0, 1.0, np.dtype(np.float32)) > 0.5
        return {**found, "input_shape": shape}


class _Contrast(Kind):
    """RandomContrast up to TensorFlow 2.5: an op."""

    def __init__(self, path: str, layer: Any) -> None:
        super().__init__(path, layer)
        self.low, self.high = self.made("RandomContrast").factor

    def drawn(self, call: Call, source: Any) -> Any:
        """Return what a call draws from a source."""
        ends = 1.0 - self.low, 1.0 + self.high
        return {"contrast_factor": source("uniform", [], *ends, np.dtype(np.float32))}


class _Pictures(Kind):
    """An image layer with a generator of its own."""

    def __init__(self, path: str, layer: Any) -> None:
        super().__init__(path, layer)
        self.layer: Any = self.made(self.config.class_name)
        self.moves: dict[tuple[int, ...], int] = {}
        if self.seed is None and self.layer._made == "entropy":
            raise ValueError(f"{self.where}: without a seed its generator is the system's")

    def ready(self) -> Any:
        return self.made(self.config.class_name)

    def at(self, moved: int, call: Call) -> tuple[Any, int]:
        """Return what is drawn where the generator has moved so far, and how far it moves then."""
        layer = self.made(self.config.class_name)
        first, key = _counter_and_key(layer._new_generator())
        start = (first + moved) % 2**128
        words = np.array([start % 2**64, start >> 64, key % 2**64], np.uint64)
        layer.generator = Generator.from_state(words.view(np.int64), "philox")
        pictures = np.broadcast_to(np.zeros((), np.float32), self.shape(call.arguments[0]))
        drawn = layer.get_random_transformation(pictures)
        return drawn, (_counter_and_key(layer.generator)[0] - start) % 2**128

    def move(self, call: Call) -> int:
        """Return by how much a call moves the counter."""
        shape = self.shape(call.arguments[0])
        if shape not in self.moves:
            _, self.moves[shape] = self.at(0, call)
        return self.moves[shape]


def _counter_and_key(generator: Generator) -> tuple[int, int]:
    low, high, key = (int(word) % 2**64 for word in np.asarray(generator.state))
    return low + (high << 64), key


def _pictures(path: str, layer: Any) -> Kind:
    """Return what an image layer draws, if it is known."""
    name, rule = layer.config.class_name, versions.rule("keras_images")
    if name == "RandomFlip" and rule == "by image":
        raise NotImplementedError(
            f"{layer.where}: a RandomFlip of TensorFlow 2.10 takes its tosses from NumPy, which is "
            "not replayed"
        )
    if rule == "op seeds" and name in ("RandomFlip", "RandomContrast"):
        return _Flips(path, layer) if name == "RandomFlip" else _Contrast(path, layer)
    if not hasattr(layers, name):
        raise NotImplementedError(
            f"{layer.where}: what a {name} of tf.keras 2 draws in a run is not replayed"
        )
    return _Pictures(path, layer)


class _Draw(NamedTuple):
    """One draw in a pass: which call, and where its ops stand among those of their kind."""

    number: int
    kind: Any
    source: str  # "unseeded", "seeded", "numpy" or "generator"
    place: int  # among the unseeded ones, or those from NumPy; of a seeded one, among its layer's
    ops: int  # how many; the others follow


class Sources:
    """The op seeds and kernels of a model's layers."""

    compiled = False

    def __init__(
        self,
        calls: list[Call],
        kinds: dict[str, list[Any]],
        seed: int | None,
        numpy: bool,
        eager: bool,
        process: GlobalSeed,
    ) -> None:
        if seed is None:
            raise ValueError("seed: a run of tf.keras 2 can be replayed from a seed alone")
        self.calls, self.kinds = calls, kinds
        self.seed, self.eager, self.process = seed, eager, process
        self.lock = Lock()
        self.op_seeds: list[int] = []
        self.numpy = np.random.RandomState(seed) if numpy else None
        self.from_numpy: list[int] = []
        self.moves: dict[tuple[str, int, int], list[tuple[Any, int]]] = {}
        self.at: dict[str, list[_Draw]] = {}
        self.totals: dict[str, int] = {}
        for number, call in enumerate(calls):
            for kind in kinds.get(call.path, []):
                if call.keywords.get("training") is not None:
                    said = call.keywords["training"]
                    raise ValueError(f"{kind.where}: a call with training={said} is not replayed")
                source = self._source(kind)
                key = kind.path if source == "seeded" else source
                place = self.totals.get(key, 0)
                ops = kind.ops() if hasattr(kind, "ops") else 1
                self.totals[key] = place + ops
                draw = _Draw(number, kind, source, place, ops)
                self.at.setdefault(kind.path, []).append(draw)
        self.paths = list(self.at)

    def _source(self, kind: Any) -> str:
        if isinstance(kind, _Pictures):
            return "generator"
        name, rule = kind.config.class_name, _seed_rule(kind)
        if rule == "one op seed or numpy" and (kind.seed is None or name != "AlphaDropout"):
            if self.numpy is None:
                raise ValueError(f"{kind.where}: it draws from NumPy's random, which has no seed")
            return "numpy"
        return "unseeded" if kind.seed is None else "seeded"

    def ready(self) -> dict[str, Any]:
        """Return the layers that can be called, new."""
        made = {kind.path: kind.ready() for kinds in self.kinds.values() for kind in kinds}
        return {path: layer for path, layer in made.items() if layer is not None}

    def drawn(
        self, path: str, calls: list[Call], batch: int, cut: bool, before: Passes
    ) -> list[Any]:
        """Return what the calls of a layer in one batch draw."""
        made = self._eager if self.eager else self._in_graph
        result = []
        for draw in self.at[path]:
            call = calls[draw.number]
            if draw.source == "generator":
                result.append(draw.kind.at(self._counter(draw, batch, before), call)[0])
                continue
            ops = [made(draw, op, batch, cut, before) for op in range(draw.ops)]
            result.append(draw.kind.drawn(call, _Sources(self.seed, ops)))
        return result

    def _counter(self, draw: _Draw, batch: int, before: Passes) -> int:
        """Return where a layer's generator stands at a call."""
        earlier, mine = [(key[1], n) for key, n in before.counts.items() if key[0]], self.at
        draws = mine[draw.kind.path]
        whole: int = sum(
            times * one.kind.move(self.calls[one.number].of_batch(size))
            for size, times in earlier
            for one in draws
        )
        for one in draws[: draws.index(draw)]:
            whole += one.kind.move(self.calls[one.number].of_batch(batch))
        return whole

    def _in_graph(
        self, draw: _Draw, op: int, batch: int, cut: bool, before: Passes
    ) -> tuple[int, int]:
        """Return the op seed of one of a draw's ops, and where its kernel stands."""
        traced = _traces([*before.counts, (True, batch, cut)])
        mine = traced[True, batch, cut]
        traces = 1 + list(dict.fromkeys(traced.values())).index(mine)  # the first one, twice
        blocks = sum(
            times * self._blocks(draw, op, key[1])
            for key, times in before.counts.items()
            if traced.get(key) == mine
        )
        if draw.source == "numpy":
            at = self._built() + traces * self.totals["numpy"] + draw.place + op
            return self._numpy(at), blocks
        if draw.source == "unseeded":
            return draw.place + op, blocks
        return draw.kind.seed + self._counted(draw, traces), blocks

    def _eager(
        self, draw: _Draw, op: int, batch: int, cut: bool, before: Passes
    ) -> tuple[int, int]:
        steps = before.count(True)
        if draw.source == "numpy":
            at = self._built() + steps * self.totals["numpy"] + draw.place + op
            return self._numpy(at), 0
        if draw.source == "unseeded":
            at = steps * self.totals["unseeded"] + draw.place + op
            with self.lock:
                while len(self.op_seeds) <= at:
                    self.op_seeds.append(self.process.draw())
            return self.op_seeds[at], 0
        seed = draw.kind.seed + self._counted(draw, steps)
        return seed, self._shared(draw, op, seed, batch, before)

    def _shared(self, draw: _Draw, op: int, seed: int, batch: int, before: Passes) -> int:
        """Return where the kernel stands that all ops share which are alike and have this seed."""
        asked = self._asked(draw, op, batch)[0]
        steps, sizes = before.count(True), {key[1] for key in before.counts if key[0]}
        moved = 0
        for draws in self.at.values():
            for one in draws:
                for number in range(one.ops) if one.source == "seeded" else ():
                    if self._asked(one, number, batch)[0] != asked:
                        continue
                    now = one.kind.seed + self._counted(one, steps) == seed
                    if now and (one.number, number) < (draw.number, op):
                        moved += self._blocks(one, number, batch)
                    if _seed_rule(one.kind) != "op seeds":
                        if one.kind.seed == seed:
                            moved += sum(
                                times * self._blocks(one, number, key[1])
                                for key, times in before.counts.items()
                                if key[0]
                            )
                        continue
                    step, rest = divmod(
                        seed - one.kind.seed - one.place, self.totals[one.kind.path]
                    )
                    if rest or not 0 <= step < steps:
                        continue
                    if len(sizes) > 1:
                        raise NotImplementedError(
                            f"{draw.kind.where}: its seed, counted up, is one that "
                            f"{one.kind.where} had, in batches of several sizes, which is not "
                            "replayed with run_eagerly=True"
                        )
                    moved += self._blocks(one, number, *sizes)
        return moved

    def _counted(self, draw: _Draw, calls: int) -> int:
        """Return by how much a layer's seed has counted up; of one that does not, 0."""
        if _seed_rule(draw.kind) != "op seeds":
            return 0
        return calls * self.totals[draw.kind.path] + draw.place

    def _built(self) -> int:
        """Return how many draws from NumPy building the model took."""
        return self.totals["numpy"] if versions.rule("keras_noise_built") == "yes" else 0

    def _numpy(self, at: int) -> int:
        assert self.numpy is not None
        with self.lock:
            while len(self.from_numpy) <= at:
                self.from_numpy.append(int(self.numpy.randint(10**7)))
        return self.from_numpy[at]

    def _blocks(self, draw: _Draw, op: int, batch: int) -> int:
        """Return by how much a kernel moves on in a batch of this size."""
        return 256 * self._asked(draw, op, batch)[1]

    def _asked(self, draw: _Draw, op: int, batch: int) -> tuple[Any, int]:
        """Return what one of a draw's ops is asked for: kind and type, and how many elements."""
        key = draw.kind.path, draw.number, batch
        if key not in self.moves:
            counted = _Counted()
            draw.kind.drawn(self.calls[draw.number].of_batch(batch), counted)
            self.moves[key] = counted.asked
        return self.moves[key][op]


def _seed_rule(kind: Any) -> str:
    """Return how a layer of this kind comes to its op seeds."""
    if isinstance(kind, _Flips | _Contrast):
        return "one op seed"
    name = kind.config.class_name
    noise = name in ("GaussianNoise", "GaussianDropout", "AlphaDropout")
    noise = noise or isinstance(kind, _Recurrent)
    return versions.rule("keras_noise_seed" if noise else "keras_dropout_seed")


def _traces(kinds: list[tuple[bool, int, bool]]) -> dict[tuple[bool, int, bool], Any]:
    """Return the graph that runs each kind of batch, in the order in which they are traced."""
    found: dict[tuple[bool, int, bool], Any] = {}
    for key in kinds:
        training, size, cut = key
        if not training or key in found:
            continue
        graphs = set(found.values())
        mine: Any = "fit" if cut else size
        if "fit" in graphs and versions.rule("keras_batch_after_fit") == "fit":
            mine = "fit"
        if mine not in graphs and graphs and (cut or len(graphs - {"fit"}) > 1):
            raise NotImplementedError(
                "replay: in tf.keras 2, a fit after train_on_batch, and train_on_batch with a "
                f"third size ({size}), are not replayed"
            )
        found[key] = mine
    return found


class _Sources:
    """Ops with op seeds, and kernels that stand somewhere, asked one after another."""

    seed = None

    def __init__(self, global_seed: int, ops: list[tuple[int, int]]) -> None:
        self.global_seed, self.ops = global_seed, iter(ops)

    def __call__(self, kind: str, shape: Any, a: Any, b: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
        op_seed, blocks = next(self.ops)
        with in_force(_Placed(self.global_seed, blocks)):
            result: NDArray[Any] = getattr(tf_random, kind)(shape, a, b, dtype, op_seed)
        return result

    def next_seed(self) -> int | str | None:
        return None


class _Counted:
    """In the place of a source: notes what is asked for."""

    seed = None

    def __init__(self) -> None:
        self.asked: list[tuple[Any, int]] = []

    def __call__(self, kind: str, shape: Any, a: Any, b: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
        self.asked.append(((kind, dtype), math.prod(shape)))
        return np.zeros(shape, dtype)

    def next_seed(self) -> int | str | None:
        return None


class _Placed:
    """A scope whose kernels stand so many blocks after their start."""

    def __init__(self, seed: int, blocks: int) -> None:
        self.seed = seed
        self.blocks = blocks

    def get_seed(self, op_seed: SupportsInt | None) -> tuple[Any, Any]:
        return pair(self.seed, as_graph_seed(self.seed), op_seed)

    def kernel(self, attributes: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        stream = make(*arguments)
        stream.position += self.blocks
        return stream

    def cell(self, key: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        return make(*arguments)
