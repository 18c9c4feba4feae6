"""compat/v1: tf.compat.v1, where TensorFlow 1's names for the random functions live on."""

from ..._face import face

__all__, __getattr__, __dir__ = face(
    __name__,
    {
        "..graphs.graph": (
            "Graph disable_eager_execution enable_eager_execution get_default_graph"
            " reset_default_graph"
        ),
        "..graphs.session": "Session get_default_session",
        "": "image initializers nn random",
        "image": "random_crop",
        "initializers": (
            "glorot_normal_initializer=glorot_normal glorot_uniform_initializer=glorot_uniform"
            " orthogonal_initializer=orthogonal random_normal_initializer=random_normal"
            " random_uniform_initializer=random_uniform"
            " truncated_normal_initializer=truncated_normal"
            " uniform_unit_scaling_initializer=uniform_unit_scaling"
            " variance_scaling_initializer=variance_scaling"
        ),
        "random": (
            "get_seed multinomial random_gamma=gamma random_index_shuffle random_normal=normal"
            " random_poisson=poisson random_shuffle=shuffle random_uniform=uniform set_random_seed"
            " truncated_normal"
        ),
    },
)
