"""runs/run.py: a training run, from the seed to the last step.

A program seeds, builds a model and trains it. `replay` rebuilds the model in a process of its own
and keeps where that leaves every layer's generator; `Run.fit`, `Run.train_on_batch` and
`Run.evaluate` stand for the calls that the program makes after that, in its order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from ...arrays.wording import brief
from ...seeding import versions
from ...seeding.compiled import compiling
from ...seeding.process import current
from ..seeding import SeedGenerator
from ..training import epoch_order
from ..weights import Seeding, rebuild
from ..weights.build import Source
from ..weights.config import read
from ..weights.models import Functional, Sequential
from . import keras2
from .calls import Call, calls_of, wrapped
from .compiled import check_known, is_compiled
from .fit import Draws, Fit, Passes, count, shape_of
from .kinds import Kind, kind_of

__all__ = ["Run", "replay"]


def replay(
    config: Source,
    *,
    seed: int | Seeding | None,
    tensorflow_version: str | None = None,
    keras_version: str | None = None,
    seeding: str | None = None,
    order: str | Sequence[str] | None = None,
    jit_compile: bool | str = False,
    run_eagerly: bool = False,
    gpu: bool = False,
) -> Run:
    """Replay what a training run of Keras draws, without Keras.

    Parameters
    ----------
    config, seed, tensorflow_version, seeding, order
        The model, and how it came to be, as in `tfphilox.keras.initial_weights`.
    keras_version : str, optional
        The Keras 3 that builds and trains, as in `initial_weights`. Up to 3.7 recurrent layers have
        fewer masks, and up to 3.5 image layers draw as they are called.
    jit_compile : bool or "auto", default False
        What the program gave to ``model.compile``. By "auto", Keras 3's own default, a model is
        compiled if `gpu`. One layer that opts out takes a model out in any case: lookup and hash
        layers, `RandomZoom`, `RandomRotation` and others that resample, on a GPU LSTM and GRU by
        cuDNN.
    run_eagerly : bool, default False
        Likewise. It changes what tf.keras 2 draws; in Keras 3 how some factors of a
        RandomSaturation are rounded, which is known for the graph of `fit` since TensorFlow 2.18
        and Keras 3.10, and refused for others. Recurrent layers of tf.keras 2 that drop within a
        loop (`SimpleRNN`, `recurrent_dropout`) are replayed with it alone: in a graph TensorFlow
        runs the steps beside each other, and no run is like another.
        No such model is compiled.
    gpu : bool, default False
        Whether TensorFlow had a GPU. What compiled models draw on it was not compared; XLA's words
        and uniforms, and so masks, are of no processor. Normals are refused.

    Returns
    -------
    Run

    Raises
    ------
    NotImplementedError
        For ``jit_compile=True`` in tf.keras 2, whose runs TensorFlow does not repeat, and for image
        layers in a compiled model but `RandomFlip` and `RandomBrightness`; for a TensorFlow before
        2.16 but 2.3, 2.6, 2.10 and 2.15; and for a layer that is not replayed under an older
        Keras: in tf.keras 2, recurrent layers that drop (in a graph, no run of theirs is like
        another) and image layers.
    TypeError, ValueError
        As in `initial_weights`; and if a layer draws what is not replayed. The message names it.

    Notes
    -----
    What a config does not show is not replayed: code of a Lambda or of a callback that draws, a
    model whose `call` was written by hand, a seed generator that layers share.

    Stream
    ------
    Moves nothing but `seed`, if that is a `Seeding`: as far as building the model moves it.
    Verified against Keras 3.3, 3.6 and 3.15 on a CPU, with and without ``run_eagerly``, and in 3.15
    with ``steps_per_execution``, which in 3.3 stopped where an epoch ended within a group, and
    with ``jit_compile``, by TensorFlow 2.21; and
    against TensorFlow 2.3.4, 2.6.5, 2.10.1 and 2.15.1, in a graph and eagerly.

    In tf.keras 2 an op in a graph has a kernel that goes on from step to step, and noise layers up
    to 2.6 take op seeds from NumPy's random: each one when a graph is traced, or eagerly at each
    step, and in 2.3 one when the model is built. Any step is made in constant time but an
    eager one, before which all op seeds are drawn.

    References
    ----------
    keras/src/backend/tensorflow/trainer.py, TensorFlowTrainer.fit.

    Examples
    --------
    >>> import tfphilox as tp
    >>> model = {"class_name": "Sequential", "config": {"name": "model", "layers": [
    ...     {"class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "x"}},
    ...     {"class_name": "Dense", "config": {"units": 4, "name": "dense"}},
    ...     {"class_name": "Dropout", "config": {"rate": 0.5, "name": "dropout"}}]}}
    >>> run = tp.keras.replay(model, seed=0)
    >>> [name for name, array in run.weights]
    ['model/dense/kernel', 'model/dense/bias']
    >>> for epoch, step, indices, draws in run.fit(5, batch_size=3, epochs=1):
    ...     print(epoch, step, indices, draws["dropout"][0])
    0 0 [2 3 4] [0. 0. 0. 2.]
    0 1 [1 0] [0. 0. 0. 0.]
    """
    is_compiled([], jit_compile, gpu, run_eagerly)  # it checks them
    model = read(config)  # type: ignore[arg-type]  # it refuses a list
    process = Seeding.for_model(model, seed, seeding, tensorflow_version, keras_version)
    models: list[Any] = []

    def keep(model: Any) -> None:
        if not isinstance(model, Functional | Sequential):
            raise ValueError("config must be that of a Sequential or Functional model")
        if not model.session.keras3 and model.session.version not in keras2.RELEASES:
            known = ", ".join(keras2.RELEASES)
            raise NotImplementedError(
                f"replay: tensorflow_version must be {known}, or 2.16 and newer for Keras 3; "
                f"runs of {model.session.version} were not compared"
            )
        if jit_compile is True and not model.session.keras3:
            raise NotImplementedError(
                "replay: jit_compile=True in tf.keras 2, whose layers draw by stateful ops: "
                "TensorFlow does not repeat what these draw in compiled functions"
            )
        if not models:  # before a seed is used up
            with process.active(keep=False):
                _sources(model, process, run_eagerly, (jit_compile, gpu))
        models.append(model)

    variables = rebuild(model, process, order=order, keep=keep)
    weights = [(one.name, one.value) for one in variables if one.value is not None]
    return Run(process, models[-1], weights, run_eagerly, (jit_compile, gpu))


class Run:
    """A training run: what was drawn for the model, and what its training draws.

    The methods stand for the calls of the program, and each goes on where the one before stopped.

    Attributes
    ----------
    weights : list of (name, ndarray)
        What `tfphilox.keras.initial_weights` returns.
    layers : dict of layers by path
        Those that `tfphilox.keras.layers` has, with generators that stand where the construction
        of the model left them. They draw on their own; a run does not move them. (In tf.keras 2
        only image layers have a generator: others without a seed take the next op seed of your
        program.) The path
        is the layer's name, after those of the models that it is in.

    Examples
    --------
    >>> import numpy as np, tfphilox as tp
    >>> model = {"class_name": "Sequential", "config": {"name": "model", "layers": [
    ...     {"class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "x"}},
    ...     {"class_name": "GaussianNoise", "config": {"stddev": 0.5, "name": "noise"}}]}}
    >>> run = tp.keras.replay(model, seed=0)
    >>> first = run.layers["noise"](np.zeros((2, 3)), training=True)
    >>> bool((run.train_on_batch(2)["noise"] == first).all())
    True
    >>> bool((run.train_on_batch(2)["noise"] == first).any())
    False
    """

    def __init__(
        self,
        seeding: Seeding,
        model: Any,
        weights: list[tuple[str, NDArray[Any]]],
        run_eagerly: bool = False,
        compiling: tuple[bool | str, bool] = (False, False),
    ) -> None:
        self.weights = weights
        self._seeding = seeding
        self._model = model
        self._passes = Passes()
        with seeding.active(keep=False):
            self._sources = _sources(model, seeding, run_eagerly, compiling)
            self.layers = self._sources.ready()
        self._calls: dict[int, list[Call]] = {}

    @property
    def _paths(self) -> list[str]:
        paths: list[str] = self._sources.paths
        return paths

    def fit(
        self,
        samples: SupportsIndex,
        batch_size: SupportsIndex | None = None,
        epochs: SupportsIndex = 1,
        validation_split: float = 0.0,
        shuffle: bool = True,
        initial_epoch: SupportsIndex = 0,
        *,
        validation_samples: SupportsIndex | None = None,
        validation_batch_size: SupportsIndex | None = None,
        validation_freq: SupportsIndex = 1,
    ) -> Fit:
        """Return the steps of a call of ``model.fit`` on arrays.

        Parameters
        ----------
        samples : int
            How many there are, those that `validation_split` sets aside included.
        batch_size : int, default 32
        epochs : int, default 1
            As there: that at which training ends. Where a callback stopped it earlier, the number
            of epochs that were trained.
        validation_split : float, default 0
            The share, from the end, that validates: recurrent layers of Keras 3 draw then too.
        shuffle : bool, default True
        initial_epoch : int, default 0
        validation_samples : int, optional
            How many `validation_data` has, where the program gave that.
        validation_batch_size : int, optional
            As large as `batch_size` by default.
        validation_freq : int, default 1

        Returns
        -------
        Fit
            A sequence of `Step`, (epoch, step, indices, draws): any of them is made when it is
            asked for. ``steps_per_execution`` changes none.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as above, or the process has no seed and the order is random.

        Stream
        ------
        The run stands after the last step at once, whether or not the steps are looked at.

        References
        ----------
        keras/src/trainers/data_adapters/array_data_adapter.py.

        Examples
        --------
        >>> import tfphilox as tp
        >>> model = {"class_name": "Sequential", "config": {"name": "model", "layers": [
        ...     {"class_name": "InputLayer", "config": {"batch_shape": [None, 2], "name": "x"}},
        ...     {"class_name": "Dropout", "config": {"rate": 0.5, "name": "dropout"}}]}}
        >>> run = tp.keras.replay(model, seed=0)
        >>> fit = run.fit(10**6, batch_size=100, epochs=100)
        >>> epoch, step, indices, draws = fit[123_456]    # without the steps before it
        >>> epoch, step, indices[:4], draws["dropout"][:2].tolist()
        (12, 3456, array([183180, 452278, 899183, 784253]), [[0.0, 0.0], [0.0, 0.0]])
        """
        shape = shape_of(
            samples,
            batch_size,
            epochs,
            validation_split,
            initial_epoch,
            validation_samples,
            validation_batch_size,
            validation_freq,
        )
        if not isinstance(shuffle, bool):
            raise TypeError(f"shuffle must be True or False, got {brief(shuffle)}")
        if shuffle and self._seeding.seed is None:
            raise ValueError("shuffle=True has no order to replay, for the process has no seed")
        before = self._passes
        fit = Fit(self, before, shape, self._order_of(shape.samples, shuffle))
        self._passes = shape.passes(before, max(0, shape.epochs - shape.first), 0)
        return fit

    def train_on_batch(self, batch_size: SupportsIndex) -> Draws:
        """Return what a call of ``model.train_on_batch`` draws.

        Parameters
        ----------
        batch_size : int
            How many samples the batch has, 1 or more.

        Returns
        -------
        Draws

        Examples
        --------
        >>> import tfphilox as tp
        >>> model = {"class_name": "Sequential", "config": {"name": "model", "layers": [
        ...     {"class_name": "InputLayer", "config": {"batch_shape": [None, 2], "name": "x"}},
        ...     {"class_name": "Dropout", "config": {"rate": 0.5, "name": "dropout"}}]}}
        >>> run = tp.keras.replay(model, seed=0)
        >>> [run.train_on_batch(1)["dropout"].tolist() for _ in range(3)]
        [[[2.0, 0.0]], [[2.0, 0.0]], [[0.0, 0.0]]]
        """
        size = count("batch_size", batch_size, 1)
        draws = Draws(self, size, False, self._passes)
        self._passes = self._passes.after(True, size, 1, cut=False)
        return draws

    def evaluate(self, samples: SupportsIndex, batch_size: SupportsIndex | None = None) -> None:
        """Go on by a call of ``model.evaluate``, ``predict``, ``test_on_batch`` or their like.

        Parameters
        ----------
        samples : int
        batch_size : int, default 32

        Examples
        --------
        >>> import tfphilox as tp
        >>> model = {"class_name": "Sequential", "config": {"name": "model", "layers": [
        ...     {"class_name": "InputLayer", "config": {"batch_shape": [None, 3, 2], "name": "x"}},
        ...     {"class_name": "LSTM", "config": {"units": 2, "dropout": 0.5, "name": "lstm"}}]}}
        >>> one, other = (tp.keras.replay(model, seed=0) for _ in range(2))
        >>> other.evaluate(100)                       # a recurrent layer draws here too
        >>> [run.train_on_batch(1)["lstm"]["dropout"].tolist() for run in (one, other)]
        [[[2.0, 0.0]], [[2.0, 2.0]]]
        """
        total = count("samples", samples, 1)
        batch = count("batch_size", 32 if batch_size is None else batch_size, 1)
        full, rest = divmod(total, batch)
        self._passes = self._passes.after(False, batch, full).after(False, rest, 1)

    def _order_of(self, samples: int, shuffle: bool) -> Callable[[int], NDArray[np.int64]]:
        """Return what gives the order of an epoch."""
        same: list[NDArray[np.int64]] = []

        def order(epoch: int) -> NDArray[np.int64]:
            if same:
                return same[0]
            with self._seeding.active(keep=False):
                made = epoch_order(samples, epoch) if shuffle else np.arange(samples)
                made.flags.writeable = False
                if not shuffle or versions.rule("keras_fit_order") == "same":
                    same.append(made)
            return made

        return order

    def _drawn(self, path: str, batch: int, cut: bool, before: Passes) -> Any:
        """Return what a layer draws in a batch."""
        if path not in self._paths:
            raise KeyError(f"{path}: no such layer draws; those that do: {', '.join(self._paths)}")
        with (
            versions.using(self._seeding.tensorflow_version),
            versions.using_keras(self._seeding.keras_version, self._seeding.why),
            compiling() if self._sources.compiled else nullcontext(),
        ):
            calls = self._calls.get(batch)
            if calls is None:
                calls = calls_of(self._model, batch)
                if len(self._calls) < 64:
                    self._calls[batch] = calls
            drawn = self._sources.drawn(path, calls, batch, cut, before)
        return drawn[0] if len(drawn) == 1 else drawn


def _sources(
    model: Any,
    seeding: Seeding,
    run_eagerly: bool,
    by: tuple[bool | str, bool],
) -> Any:
    """Return where a model's layers draw from, in the process in force.

    `by` is what decides whether Keras 3 compiles: `jit_compile`, and whether there is a GPU.
    """
    calls = calls_of(model)
    if model.session.keras3:

        def kind(path: str, layer: Any) -> list[Any]:
            saturates = layer.config.class_name == "RandomSaturation" or (
                layer.config.class_name == "RandomColorJitter"
                and layer.config.get("saturation_factor") is not None
            )
            kinds: list[Any] = kind_of(path, layer)
            if saturates and not run_eagerly:
                known = versions.rule("folded_constants") != "not known"
                if not known or versions.rule("keras_saturation") != "epsilon":
                    raise NotImplementedError(
                        f"{layer.where}: in a graph TensorFlow rounds some of its factors "
                        "otherwise, which before TensorFlow 2.18 and Keras 3.10 is not replayed: "
                        "with run_eagerly=True they are known"
                    )
                for one in kinds:
                    one.fold()
            return kinds

        compiled = is_compiled(calls, *by, run_eagerly)
        kinds3 = _kinds(calls, kind)
        if compiled:
            check_known((one for kinds in kinds3.values() for one in kinds), by[1])
        return _Sources(calls, kinds3, compiled)
    numpy = seeding.seeding != "tf.random.set_seed"
    process = current().global_seed.copy(kernels=False)
    kinds = _kinds(calls, lambda path, layer: keras2.kind_of(path, layer, run_eagerly))
    return keras2.Sources(calls, kinds, seeding.seed, numpy, run_eagerly, process)


class _Sources:
    """The generators of a model's layers, which in Keras 3 are each layer's own."""

    def __init__(
        self, calls: list[Call], kinds: dict[str, list[Kind]], compiled: bool = False
    ) -> None:
        self.calls, self.kinds, self.compiled = calls, kinds, compiled
        self.sums: dict[tuple[str, bool], int] = {}
        self.at: dict[str, list[tuple[int, Kind, int]]] = {}  # which calls, and pairs before them
        starts: dict[str, int] = {}
        for number, call in enumerate(self.calls):
            for kind in self.kinds.get(call.path, []):
                before = starts.get(kind.path, 0)
                pairs = kind.pairs(call, True)
                if pairs:
                    self.at.setdefault(kind.path, []).append((number, kind, before))
                starts[kind.path] = before + pairs
                for training in (True, False):
                    key = kind.path, training
                    self.sums[key] = self.sums.get(key, 0) + kind.pairs(call, training)
        self.paths = list(self.at)

    def ready(self) -> dict[str, Any]:
        """Return the layers that can be called, new."""
        made = {kind.path: kind.ready() for kinds in self.kinds.values() for kind in kinds}
        return {path: layer for path, layer in made.items() if layer is not None}

    def drawn(
        self, path: str, calls: list[Call], batch: int, cut: bool, before: Passes
    ) -> list[Any]:
        """Return what the calls of a layer in one batch draw."""
        base = sum(self.sums[path, kind] * before.count(kind) for kind in (True, False))
        for number, kind, _ in self.at[path]:
            if not getattr(kind, "folded", False):
                continue
            if not cut or self.calls[number].arguments[0][0] is not None:
                raise NotImplementedError(
                    f"{kind.where}: how a graph rounds its factors is known for fit alone, with "
                    "batches of any size: with run_eagerly=True they are known"
                )
        return [
            kind.draw(calls[number], SeedGenerator._at(kind.seed, base + pairs))
            for number, kind, pairs in self.at[path]
        ]


def _kinds(calls: list[Call], of: Callable[[str, Any], list[Any]]) -> dict[str, list[Any]]:
    """Return what draws in the calls of a pass, by path.

    Whatever a call says of `training`, a model of Keras 3 tells its layers anew.
    """
    found: dict[str, list[Any]] = {}
    owners: dict[int, str] = {}
    for call in calls:
        if call.path in found:
            continue
        found[call.path] = of(call.path, call.layer)
        other = owners.setdefault(id(call.layer), call.path)
        if found[call.path] and other != call.path:
            raise ValueError(
                f"{call.layer.where}: it draws for two models, as {brief(other)} and as "
                f"{brief(call.path)}, which is not replayed"
            )
        for inner in wrapped(call.layer):
            if of("", inner):
                raise ValueError(f"{call.layer.where}: what {inner.where} draws in it is not known")
    return found
