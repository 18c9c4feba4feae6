from ..random.candidates import (
    all_candidate_sampler,
    fixed_unigram_candidate_sampler,
    learned_unigram_candidate_sampler,
)
from . import experimental
from .dropouts import dropout

__all__ = [
    "all_candidate_sampler",
    "dropout",
    "experimental",
    "fixed_unigram_candidate_sampler",
    "learned_unigram_candidate_sampler",
]
