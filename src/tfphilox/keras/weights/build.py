"""weights/build.py: the initial weights of a whole model, from its config alone."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from numpy.typing import NDArray

from ...arrays.wording import brief
from ...seeding import versions
from . import attention, recurrent  # noqa: F401  their layers enter themselves
from .config import Config, read
from .layer import KINDS, Layer, checked_layers, enter, make
from .models import Functional, Sequential
from .order import by_code, depth_first
from .plain import PLAIN
from .seeding import Seeding
from .session import Construction, Variable
from .sharing import alike, has_number, linked
from .table import WITH_WEIGHTS

__all__ = ["initial_weights", "rebuild"]

Source: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any] | Sequence[Mapping[str, Any]]"
Progress: TypeAlias = Callable[[int, int], None]

for _rows in (WITH_WEIGHTS, PLAIN):
    enter({name: row for name, row in _rows.items() if name not in KINDS})


def initial_weights(
    config: Source,
    *,
    seed: int | Seeding | None,
    tensorflow_version: str | None = None,
    seeding: str | None = None,
    order: str | Sequence[str] | None = None,
    progress: Progress | None = None,
    keras_version: str | None = None,
    layers: Mapping[str, Any] | None = None,
) -> list[tuple[str, NDArray[Any]]]:
    """Make the weights that Keras gives a model when it is built.

    Parameters
    ----------
    config : str, path, dict or list
        The model: the text of ``model.to_json()``, or its dict, or the path of a ``.json`` or
        ``.keras`` file; of Keras 3 or tf.keras 2; Sequential or Functional, with other models
        inside. Or, for a subclassed model, a list of its layers' dicts, each with its input's
        shape, ``{"class_name": ..., "config": ..., "build_config": {"input_shape": [...]}}``: they
        are all constructed, then all built.
    seed : int, Seeding or None
        What the process was seeded with just before the model was built: 0 to 2**32 - 1. A
        `Seeding` goes on from the model before. None: not at all.
    tensorflow_version : str, optional
        Whose rules hold, "2.0" to "2.21". By default those that were set in `tfphilox.config`, or
        of which `config` says that it was written by their Keras.
    keras_version : str, optional
        Which Keras's rules hold: "3.0" to "3.15" for TensorFlow 2.15 or newer, "tf_keras 2.16" to
        "tf_keras 2.21". By default what was set in `tfphilox.config`; else what the file says (a
        ``.keras`` file always, a JSON of tf.keras 2); else for TensorFlow 2.16 or newer the newest,
        for the JSON of Keras 3 does not say. `Seeding.why`, and ``tfphilox weights``, say which was
        followed and why.
    seeding : str, optional
        Which function was called with `seed`; see `Seeding`.
    order : {"code", "config", "depth_first"} or list of str, optional
        In which order the layers were constructed, which is what decides. ``"code"``: as a program
        does that builds the model, branch by branch (depth first, in the order in which layers
        like Concatenate name their inputs; of two that are added, the shorter first), but layers of
        one class that were given no names in the order of the numbers that Keras gave them
        (``conv2d`` before ``conv2d_1``); in Keras 3, Sequential models that the code named before
        the model that they are in; and the layers of a Sequential all before the first is built, as
        in ``Sequential([...])``. By default that too, with a warning where the file leaves the
        order open. ``"config"``: as
        ``model_from_json`` does, for a model that was made from its JSON. ``"depth_first"``:
        without regard to numbers, and a Sequential as ``add`` makes it. A list has names of layers,
        in order; those that it leaves out come before, so it may leave out what draws nothing.
    progress : callable, optional
        Called with the number of elements made so far and of all.
    layers : dict, optional
        What layers of classes of your own draw: None for nothing, as in ``{"Sampling": None}``, or
        their weights in the order in which ``build`` adds them, ``{"MyDense": {"kernel": ((5, 3),
        "glorot_uniform"), "bias": ((3,), "zeros")}}``. ``"output_shape"`` among them is the shape
        that they return, batch first, where a weight behind them depends on it and the file does
        not show it (in Keras 3 it does).

    Returns
    -------
    list of (name, ndarray)
        In the order of ``model.get_weights()``. Names are variables' paths in Keras 3, such as
        ``dense/kernel``, and names in tf.keras, such as ``dense/kernel:0``, where two may be the
        same (before 2.3 some of them have a number more in TensorFlow).

    Warns
    -----
    UserWarning
        By default, if the file leaves open which of two layers that draw was constructed first, or
        whether layers share an initializer. It names them. If the last bits of orthogonal matrices,
        such as LSTM's recurrent kernels, depend on a processor of which nobody said anything
        (`tfphilox.config.set_l1_data_cache`); if they are not TensorFlow's in float16 or in
        TensorFlow before 2.5. It names the weights.

    Raises
    ------
    TypeError, ValueError
        If `config` is not the config of such a model, a layer or initializer is not known, a
        weight's shape cannot be inferred, or another argument is not as above. The message names
        layer and key. A `Seeding` stays as it was.

    Notes
    -----
    The default was held against all models of keras.applications in Keras 3.15 and tf.keras 2.15.
    It is right for all but NASNet, which constructs a branch ahead of its turn: there the warning
    comes, and a list is needed. NASNet's names of weights lack the scopes of its code, which no
    file has.

    A backbone of keras-hub has a file of its own kind; its Functional view, ``keras.Model(
    backbone.inputs, backbone.outputs).to_json()``, is a model as above where it is made of Keras's
    layers: ResNet, DenseNet and VGG were compared. Layers of keras-hub's own, such as
    TransformerEncoder, are not known, and refused with their names: see `layers`.

    In ``Dense(4)(LSTM(3)(x))`` Python constructs the Dense first, which counts in Keras 3: the
    warning covers a layer that is called on another one which draws, where no numbers settle it
    and the code did not name both. Of an initializer without a seed that layers share (Keras 3,
    tf.keras from 2.10 on) it warns if its arguments are none that a name stands for, as
    ``RandomNormal(stddev=0.02)``; a ``.keras`` file shows what is shared.

    What no file shows, so that there is no warning: a shared ``HeNormal()``, which is written as
    ``"he_normal"`` is; an initializer that was made before its layer; TensorFlow's own before 2.13;
    layers that were made and not used, or popped; one expression with layers between that draw
    nothing, ``Dense(4)(Flatten()(Conv2D(3, 3)(x)))``. A ``RandomCrop`` of Keras 3 has a seed in its
    config in any case: one that is just the next to come is taken for one that was not given.

    Up to Keras 3.3 what stands behind a TimeDistributed model in a Sequential has no weights until
    the model is called; here it has those that it will have.

    Nothing of the config is run. Where a shape depends on code (a Lambda without output_shape) it
    is an error only if a weight needs it.

    Stream
    ------
    Moves nothing but `seed`, if that is a `Seeding`. Verified against TensorFlow 2.0 to 2.11,
    2.13 and 2.15, and Keras 3.0 to 3.15.

    References
    ----------
    keras/src/models/functional.py, functional_from_config; keras 2: engine/functional.py.

    Examples
    --------
    >>> from tfphilox.keras import initial_weights
    >>> model = {"class_name": "Sequential", "config": {"name": "model", "layers": [
    ...     {"class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "x"}},
    ...     {"class_name": "Dense", "config": {"units": 1, "name": "dense"}}]}}
    >>> for name, array in initial_weights(model, seed=0):
    ...     print(name, array.ravel())
    model/dense/kernel [ 0.03841865 -0.46770066  0.83014286]
    model/dense/bias [0.]
    >>> initial_weights(model, seed=0, tensorflow_version="2.6")[0][1].ravel()
    array([-0.5095548 , -0.7187625 ,  0.08668923], dtype=float32)
    """
    variables = rebuild(
        config,
        seed,
        tensorflow_version,
        seeding,
        order,
        progress,
        keras_version=keras_version,
        layers=layers,
    )
    return [(one.name, one.value) for one in variables if one.value is not None]


def rebuild(
    config: Source,
    seed: int | Seeding | None,
    tensorflow_version: str | None = None,
    seeding: str | None = None,
    order: str | Sequence[str] | None = None,
    progress: Progress | None = None,
    values: bool = True,
    keras_version: str | None = None,
    keep: Callable[[Any], None] | None = None,
    layers: Mapping[str, Any] | None = None,
) -> list[Variable]:
    """Return a model's variables.

    Twice through, for the first time without numbers: that finds every error before a seed is used
    up, and counts. In Keras 3 a weight's seed is drawn before its numbers, so that once is enough:
    they are made at the end. `keep` is called with the outermost layer, once for each time.
    """
    model: Any = _layers(config) if _is_list(config) else read(config)  # type: ignore[arg-type]
    seed = Seeding.for_model(model, seed, seeding, tensorflow_version, keras_version)
    own = checked_layers(layers)
    chosen, listed = _order(order), order not in ("config", "depth_first")
    shared: list[tuple[str, str]] = []
    same: list[str] = []
    if chosen is not None:
        by_object = versions.rule("keras_initializer_seed", seed.keras_version)
        if _shallow(has_number, model):
            if isinstance(model, dict):
                model, shared = _shallow(linked, model)
        elif order is None and not _is_archive(config) and by_object in _OBJECTS_DRAW:
            same = _shallow(alike, model)
    once = values and versions.rule("keras", seed.keras_version) == "3"
    with seed.active(keep=once):
        trial = Construction(seed, values=once, order=chosen, listed=listed, layers=own)
        trial.waiting = []
        variables = _variables(trial, model)
        if keep is not None:
            keep(trial.model)
        for kind in own:
            if kind not in trial.seen:
                raise ValueError(f"layers: the model has no layer of class {brief(kind)}")
        if shared:
            inner = model["config"]
            name = inner.get("name") if isinstance(inner, Mapping) else None
            trial.doubts.append((str(name), shared))
        if order is None and trial.doubts:
            warnings.warn(_doubts(trial), stacklevel=3)
        if same:
            warnings.warn(_alike(same), stacklevel=3)
        for why, names in trial.last_bits.items():
            warnings.warn(_last_bits(why, names), stacklevel=3)
        if once:
            trial.fill_waiting(progress)
            seed.names = trial.names
    if once or not values:
        return variables
    report = None
    if progress is not None:
        tell, total = progress, trial.elements

        def report(done: int) -> None:
            tell(done, total)

    with seed.active():
        session = Construction(
            seed, values=True, order=chosen, progress=report, listed=listed, layers=own
        )
        variables = _variables(session, model)
        seed.names = session.names
    if keep is not None:
        keep(session.model)
    return variables


def _variables(session: Construction, model: Any) -> list[Variable]:
    try:
        return _made(session, model)
    except RecursionError:
        raise ValueError("config: the models in it are nested too deep") from None


def _made(session: Construction, model: Any) -> list[Variable]:
    if isinstance(model, list):
        return _built_later(session, model)
    layer = make(session, model, "config")
    if not isinstance(layer, Sequential | Functional):
        raise ValueError(f"config must be that of a Sequential or Functional model: {layer.where}")
    if isinstance(layer, Sequential) and layer.reference is None:
        raise ValueError(
            f"{layer.where}: it has no InputLayer and was not built: give its config a "
            "build_input_shape, such as [null, 28, 28, 1]"
        )
    session.model = layer
    distinct = {id(variable): variable for variable in layer.weights()}
    return list(distinct.values())


def _built_later(session: Construction, values: list[Mapping[str, Any]]) -> list[Variable]:
    """Construct all layers, as a subclassed model's __init__ does, then build them."""
    configs = [dict(value) for value in values]
    shapes = [value.pop("build_config", None) for value in configs]
    layers: list[Layer] = [make(session, value, "config") for value in configs]
    for layer, shape in zip(layers, shapes, strict=True):
        layer.config.build_config = shape
        layer.build_from_given()
    return [variable for layer in layers for variable in layer.weights()]


_SHOWN = 3
_OBJECTS_DRAW = ("first call", "constructor")  # an initializer's seed, which its layers then share


def _shallow(function: Callable[[Any], Any], model: Any) -> Any:
    try:
        return function(model)
    except RecursionError:
        raise ValueError("config: the models in it are nested too deep") from None


def _is_archive(config: Any) -> bool:
    """Return whether this is the path of a .keras file, which shows shared initializers."""
    return isinstance(config, str | os.PathLike) and str(config).endswith(".keras")


def _alike(names: list[str]) -> str:
    """Return what is said where initializers may be one object."""
    more = f" (and {len(names) - _SHOWN} more)" if len(names) > _SHOWN else ""
    return (
        "the model: its file does not say whether the equal initializers of "
        f"{', '.join(map(repr, names[:_SHOWN]))}{more} are one object, which gives each of them "
        'the same seed. Here they are not, and order="code" says that this is so; the .keras file '
        "shows it, or the same shared_object_id in each that the JSON has"
    )


def _doubts(session: Construction) -> str:
    """Return what is said where the file leaves open what was constructed first."""
    pairs = [(model, *pair) for model, found in session.doubts for pair in found]
    first = "; ".join(f"{a!r} or {b!r}" for _, a, b in pairs[:_SHOWN])
    more = f" (and {len(pairs) - _SHOWN} more)" if len(pairs) > _SHOWN else ""
    added = ' order="depth_first" that a Sequential was made by add();' if session.added else ""
    return (
        f"model {brief(pairs[0][0])}: its file does not say which of these layers the code "
        f"constructed first, and their weights depend on it: {first}{more}. Here it was the first "
        f'of each two. order="code" says that this is so;{added} order="config" that the model was '
        "made from its JSON; order=[...] has the names of layers as the code constructed them"
    )


_LAST_BITS = {
    "cache": (
        "the last bits of {} depend on the first level data cache of the processor that TensorFlow "
        "ran on; here it has 32 KiB. config.set_l1_data_cache, or --l1-data-cache, says that this "
        "is so, or how large it is: 48 KiB from Intel's Ice Lake on"
    ),
    "version": (
        "the last bits of {} may be others in TensorFlow before 2.5, of which it is not known how "
        "it multiplies matrices this large"
    ),
    "float16": (
        "most elements of {} are others in TensorFlow, by up to 0.002: it rounds each step of an "
        "orthogonal matrix to float16, and here only the result is rounded"
    ),
}


def _last_bits(why: str, names: list[str]) -> str:
    """Return what is said where weights may not have TensorFlow's last bits."""
    more = f" (and {len(names) - _SHOWN} more)" if len(names) > _SHOWN else ""
    return _LAST_BITS[why].format(", ".join(names[:_SHOWN]) + more)


def _is_list(config: Any) -> bool:
    return isinstance(config, Sequence) and not isinstance(config, str)


def _layers(config: Any) -> list[Mapping[str, Any]]:
    for value in config:
        Config(value)
    return list(config)


def _order(order: Any) -> Callable[[Any], list[str]] | None:
    """Return what picks the order of construction for each Functional model."""
    if order is None or order == "code":
        return by_code
    if order == "config":
        return None
    if order == "depth_first":
        return depth_first
    if isinstance(order, str) or not isinstance(order, Sequence):
        raise ValueError(
            f'order must be "code", "config", "depth_first" or a list of names, got {brief(order)}'
        )
    names = list(order)
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise ValueError(f"order must have names of layers, each once, got {brief(names)}")

    def given(model: Functional) -> list[str]:
        if not set(names) & set(model.calls):
            return by_code(model)  # a model inside
        unknown = [name for name in names if name not in model.calls]
        if unknown:
            raise ValueError(f"order: {model.where} has no layer {brief(unknown[0])}")
        return [*(name for name in model.calls if name not in names), *names]

    return given
