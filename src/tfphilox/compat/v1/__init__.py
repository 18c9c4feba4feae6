"""compat/v1: tf.compat.v1, where TensorFlow 1's names for the random functions live on."""

from . import random
from .random import gamma as random_gamma
from .random import get_seed, multinomial, set_random_seed, truncated_normal
from .random import normal as random_normal
from .random import poisson as random_poisson
from .random import uniform as random_uniform

__all__ = [
    "get_seed",
    "multinomial",
    "random",
    "random_gamma",
    "random_normal",
    "random_poisson",
    "random_uniform",
    "set_random_seed",
    "truncated_normal",
]
