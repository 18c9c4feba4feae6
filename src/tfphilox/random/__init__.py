"""random: TensorFlow's tf.random, name for name, with arrays coming out.

These are TensorFlow's Python rules on top of the ops: which op seed a call gets, how bounds,
means and deviations are rounded and applied, what is refused. The numbers come from the kernels
of `tfphilox.raw_ops`, so calls share and separate their streams as TensorFlow's do.

One departure holds everywhere: a call that fails leaves every stream and the op seeds where they
were.
"""

from .._face import face

__all__, __getattr__, __dir__ = face(
    __name__,
    {
        "": "experimental",
        "basic": (
            "Algorithm fold_in normal set_seed split stateless_normal stateless_truncated_normal"
            " stateless_uniform truncated_normal uniform"
        ),
        "candidates": (
            "all_candidate_sampler fixed_unigram_candidate_sampler"
            " learned_unigram_candidate_sampler log_uniform_candidate_sampler"
            " uniform_candidate_sampler"
        ),
        "distributions": (
            "categorical gamma poisson stateless_binomial stateless_categorical stateless_gamma"
            " stateless_parameterized_truncated_normal stateless_poisson"
        ),
        "generator": "Generator create_rng_state get_global_generator set_global_generator",
        "replicas": "replica_generators",
        "shuffles": "shuffle",
    },
)
