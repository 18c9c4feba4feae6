"""nn.py: tf.nn, as far as it draws random numbers: the candidate samplers.

TensorFlow 2 has three of them here; its compat.v1.nn has all five.
"""

from .random.candidates import (
    all_candidate_sampler,
    fixed_unigram_candidate_sampler,
    learned_unigram_candidate_sampler,
)

__all__ = [
    "all_candidate_sampler",
    "fixed_unigram_candidate_sampler",
    "learned_unigram_candidate_sampler",
]
