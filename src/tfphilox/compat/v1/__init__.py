"""compat/v1: tf.compat.v1, where TensorFlow 1's names for the random functions live on."""

from . import random
from .random import get_seed, set_random_seed, truncated_normal
from .random import normal as random_normal
from .random import uniform as random_uniform

__all__ = [
    "get_seed",
    "random",
    "random_normal",
    "random_uniform",
    "set_random_seed",
    "truncated_normal",
]
