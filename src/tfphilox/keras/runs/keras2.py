"""runs/keras2.py: what the layers of tf.keras 2 draw, with op seeds and kernels.

In a graph, which is how fit trains, an op without a seed has the number of such ops before it, and
a kernel that goes on from step to step; one graph is traced for what fit cuts, and one for each
size that ``train_on_batch`` is given. The first of them is traced twice, for the first time to
create the optimizer's variables, and a layer whose seed counts up counts at each trace. Eagerly,
each call of an op takes the next op seed of the process.

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
from ...seeding import versions
from ...seeding.attributes import as_graph_seed, pair
from ...seeding.process import GlobalSeed, Lock
from ...seeding.scopes import in_force
from ..weights.recurrent import RNN
from .calls import Call
from .fit import Passes
from .kinds import NOT_REPLAYED, REGULARIZATION, Attention, Regularization

__all__ = ["RELEASES", "Sources", "kind_of"]

# The releases whose runs were compared; between them the rules may move at another place.
RELEASES = ("2.3", "2.6", "2.10", "2.15")

_ATTENTION = {"MultiHeadAttention", "Attention", "AdditiveAttention"}


def kind_of(path: str, layer: Any) -> list[Any]:
    """Return what draws when a layer of tf.keras 2 is called; nothing if it does not."""
    name, config = layer.config.class_name, layer.config
    if name in NOT_REPLAYED or name.startswith("Random"):
        key = NOT_REPLAYED.get(name)
        if key is None or config.number(key):
            raise NotImplementedError(
                f"{layer.where}: what a {name} of tf.keras 2 draws in a run is not replayed"
            )
    drops = ("dropout", "recurrent_dropout")
    if isinstance(layer, RNN) and any(
        one.config.number(key) for one in [layer.cell, *layer.cell.children] for key in drops
    ):
        raise NotImplementedError(
            f"{layer.where}: what a recurrent layer of tf.keras 2 drops in a run is not replayed"
        )
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


class _Draw(NamedTuple):
    """One draw in a pass: which call, and where it stands among its kind."""

    number: int
    kind: Any
    source: str  # "unseeded", "seeded" or "numpy"
    place: int  # among the unseeded ones, or those from NumPy; of a seeded one, among its layer's


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
        self.moves: dict[tuple[str, int, int], int] = {}
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
                self.totals[key] = place + 1
                self.at.setdefault(kind.path, []).append(_Draw(number, kind, source, place))
        self.paths = list(self.at)

    def _source(self, kind: Any) -> str:
        name = kind.config.class_name
        noise = name in ("GaussianNoise", "GaussianDropout", "AlphaDropout")
        rule = versions.rule("keras_noise_seed" if noise else "keras_dropout_seed")
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
            op_seed, blocks = made(draw, batch, cut, before)
            source = _Source(self.seed, op_seed, blocks)
            result.append(draw.kind.drawn(calls[draw.number], source))
        return result

    def _in_graph(self, draw: _Draw, batch: int, cut: bool, before: Passes) -> tuple[int, int]:
        """Return the op seed of a draw, and where its kernel stands."""
        traced = _traces([*before.counts, (True, batch, cut)])
        mine = traced[True, batch, cut]
        traces = 1 + list(dict.fromkeys(traced.values())).index(mine)  # the first one, twice
        blocks = sum(
            times * self._blocks(draw, key[1])
            for key, times in before.counts.items()
            if traced.get(key) == mine
        )
        if draw.source == "numpy":
            return self._numpy(self._built() + traces * self.totals["numpy"] + draw.place), blocks
        if draw.source == "unseeded":
            return draw.place, blocks
        return draw.kind.seed + self._counted(draw, traces), blocks

    def _eager(self, draw: _Draw, batch: int, cut: bool, before: Passes) -> tuple[int, int]:
        steps = before.count(True)
        if draw.source == "numpy":
            return self._numpy(self._built() + steps * self.totals["numpy"] + draw.place), 0
        if draw.source == "unseeded":
            at = steps * self.totals["unseeded"] + draw.place
            with self.lock:
                while len(self.op_seeds) <= at:
                    self.op_seeds.append(self.process.draw())
            return self.op_seeds[at], 0
        counted = self._counted(draw, steps)
        if counted or versions.rule("keras_dropout_seed") == "op seeds":
            return draw.kind.seed + counted, 0
        blocks = sum(n * self._blocks(draw, key[1]) for key, n in before.counts.items() if key[0])
        return draw.kind.seed, blocks

    def _counted(self, draw: _Draw, calls: int) -> int:
        """Return by how much a layer's seed has counted up; of one that does not, 0."""
        name = draw.kind.config.class_name
        noise = name in ("GaussianNoise", "GaussianDropout", "AlphaDropout")
        rule = versions.rule("keras_noise_seed" if noise else "keras_dropout_seed")
        return calls * self.totals[draw.kind.path] + draw.place if rule == "op seeds" else 0

    def _built(self) -> int:
        """Return how many draws from NumPy building the model took."""
        return self.totals["numpy"] if versions.rule("keras_noise_built") == "yes" else 0

    def _numpy(self, at: int) -> int:
        assert self.numpy is not None
        with self.lock:
            while len(self.from_numpy) <= at:
                self.from_numpy.append(int(self.numpy.randint(10**7)))
        return self.from_numpy[at]

    def _blocks(self, draw: _Draw, batch: int) -> int:
        """Return by how much a kernel moves on in a batch of this size."""
        key = draw.kind.path, draw.number, batch
        if key not in self.moves:
            counted = _Counted()
            draw.kind.drawn(self.calls[draw.number].of_batch(batch), counted)
            self.moves[key] = 256 * counted.elements
        return self.moves[key]


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


class _Source:
    """An op with an op seed, and a kernel that stands somewhere."""

    def __init__(self, global_seed: int, op_seed: int, blocks: int) -> None:
        self.seed = op_seed
        self.place = _Placed(global_seed, blocks)

    def __call__(self, kind: str, shape: Any, a: Any, b: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
        with in_force(self.place):
            result: NDArray[Any] = getattr(tf_random, kind)(shape, a, b, dtype, self.seed)
        return result

    def next_seed(self) -> int | str | None:
        return self.seed


class _Counted:
    """In the place of a source: counts what is asked for."""

    seed = None

    def __init__(self) -> None:
        self.elements = 0

    def __call__(self, kind: str, shape: Any, a: Any, b: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
        self.elements += math.prod(shape)
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
