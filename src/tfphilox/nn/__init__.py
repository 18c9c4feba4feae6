"""nn: tf.nn, as far as it draws random numbers: dropout and the candidate samplers.

TensorFlow 2 has three of the samplers here; its compat.v1.nn has all five.
"""

from .._face import face

__all__, __getattr__, __dir__ = face(
    __name__,
    {
        ".random.candidates": (
            "all_candidate_sampler fixed_unigram_candidate_sampler"
            " learned_unigram_candidate_sampler"
        ),
        "": "experimental",
        "dropouts": "dropout",
    },
)
