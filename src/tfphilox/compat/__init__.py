"""compat: tf.compat, for the names of TensorFlow 1 and 2 that draw random numbers."""

from .._face import face

__all__, __getattr__, __dir__ = face(
    __name__,
    {
        "": "v1 v2",
    },
)
