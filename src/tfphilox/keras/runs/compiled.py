"""runs/compiled.py: whether Keras 3 compiles a training run, and whose draws are then known.

Keras compiles a model if its program says so, or, told nothing, if there is a GPU. One layer that
opts out takes the whole model out, whatever the program says.

>>> sorted(OPT_OUT)[:4]
['HashedCrossing', 'Hashing', 'IntegerLookup', 'RandomCrop']
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...arrays.wording import brief
from ..weights.recurrent import RNN, StackedRNNCells
from .calls import Call, wrapped
from .kinds import Images, Kind

__all__ = ["OPT_OUT", "check_known", "is_compiled"]

# Layers with supports_jit=False; in 3.15, and those of them that an older release has.
OPT_OUT = {
    *("Hashing", "HashedCrossing", "IntegerLookup", "StringLookup", "TextVectorization"),
    *("RandomCrop", "RandomPerspective", "RandomRotation", "RandomShear", "RandomTranslation"),
    "RandomZoom",
}
_IMAGES = {"RandomFlip", "RandomBrightness"}  # whose draws in compiled functions are known
_NORMALS = {"GaussianNoise", "GaussianDropout"}


def is_compiled(
    calls: Iterable[Call], jit_compile: bool | str, gpu: bool, run_eagerly: bool
) -> bool:
    """Return whether Keras 3 compiles a model that makes these calls.

    References
    ----------
    keras/src/trainers/trainer.py, model_supports_jit and Trainer.compile; backend/tensorflow/
    trainer.py; rnn/lstm.py and gru.py, __init__.
    """
    if jit_compile != "auto" and not isinstance(jit_compile, bool):
        raise ValueError(f'jit_compile must be True, False or "auto", got {brief(jit_compile)}')
    if not isinstance(gpu, bool):
        raise TypeError(f"gpu must be True or False, got {brief(gpu)}")
    if run_eagerly or not jit_compile or (jit_compile == "auto" and not gpu):
        return False
    layers = [layer for call in calls for layer in (call.layer, *wrapped(call.layer))]
    return not any(
        layer.config.class_name in OPT_OUT or (gpu and _by_cudnn(layer)) for layer in layers
    )


def _by_cudnn(layer: Any) -> bool:
    """Say whether a recurrent layer has the arguments that cuDNN has kernels for."""
    name, config = layer.config.class_name, layer.config
    if not isinstance(layer, RNN) or isinstance(layer.cell, StackedRNNCells):
        return False
    if name not in ("LSTM", "GRU") or (name == "GRU" and config.get("reset_after") is False):
        return False
    return (
        config.get("activation") in (None, "tanh")
        and config.get("recurrent_activation") in (None, "sigmoid")
        and not config.get("unroll")
        and config.get("use_bias") is not False
    )


def check_known(kinds: Iterable[Kind], gpu: bool) -> None:
    """Raise, by name, for a layer whose draws in a compiled model are not known."""
    for kind in kinds:
        name = kind.config.class_name
        if isinstance(kind, Images) and name not in _IMAGES:
            raise NotImplementedError(
                f"{kind.where}: what a {name} draws in a compiled model is not known"
            )
        if gpu and name in _NORMALS:
            raise NotImplementedError(
                f"{kind.where}: the normals of a {name} on a GPU are not known"
            )
