"""keras: what Keras draws, from its initializers to its layers, as arrays.

``tfphilox.keras`` is ``tf.keras``: the initializers, the random functions, the layers that draw,
and the global state behind them, which is as global as in Keras. Where Keras takes its seeds from
changed four times between TensorFlow 2.0 and Keras 3; ``tfphilox.config.set_tensorflow_version``
picks a release, and what was built keeps the rules it was built with.
"""

from . import backend, config, initializers, layers, random, utils
from .initializers import Initializer
from .pytorch import to_torch
from .runs import Run, replay
from .seeding import seed_everything
from .training import fit_order
from .weights import Seeding, initial_weights

__all__ = [
    "Initializer",
    "Run",
    "Seeding",
    "backend",
    "config",
    "fit_order",
    "initial_weights",
    "initializers",
    "layers",
    "random",
    "replay",
    "seed_everything",
    "to_torch",
    "utils",
]
