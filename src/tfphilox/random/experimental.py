"""random/experimental.py: tf.random.experimental, older names for some of tf.random."""

from .basic import Algorithm, fold_in, split
from .generator import Generator, create_rng_state, get_global_generator, set_global_generator
from .shuffles import index_shuffle, stateless_shuffle

stateless_fold_in = fold_in
stateless_split = split

__all__ = [
    "Algorithm",
    "Generator",
    "create_rng_state",
    "get_global_generator",
    "index_shuffle",
    "set_global_generator",
    "stateless_fold_in",
    "stateless_shuffle",
    "stateless_split",
]
