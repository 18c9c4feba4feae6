"""random/experimental.py: tf.random.experimental, older names for some of tf.random."""

from . import Algorithm, fold_in, split

stateless_fold_in = fold_in
stateless_split = split

__all__ = ["Algorithm", "stateless_fold_in", "stateless_split"]
