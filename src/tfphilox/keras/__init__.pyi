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
