"""compat/v1/random.py: tf.compat.v1.random, whose seed functions have names of their own."""

from ...random import (
    Algorithm,
    experimental,
    fold_in,
    normal,
    split,
    stateless_normal,
    stateless_truncated_normal,
    stateless_uniform,
    truncated_normal,
    uniform,
)
from ...random import set_seed as set_random_seed
from ...seeds import get_seed

__all__ = [
    "Algorithm",
    "experimental",
    "fold_in",
    "get_seed",
    "normal",
    "set_random_seed",
    "split",
    "stateless_normal",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
]
