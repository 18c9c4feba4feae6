"""compat/v2.py: tf.compat.v2, which is today's names."""

from .. import random, raw_ops

__all__ = ["random", "raw_ops"]
