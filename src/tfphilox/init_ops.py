"""init_ops.py: where pickles of 0.1.0 say these two are, which stand in random/initializers.py."""

from .random.initializers import RandomNormal, RandomUniform

__all__ = ["RandomNormal", "RandomUniform"]
