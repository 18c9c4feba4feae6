"""compat: tf.compat, for the names of TensorFlow 1 and 2 that draw random numbers."""

from . import v1, v2

__all__ = ["v1", "v2"]
