"""keras: what Keras draws, from its initializers to its layers, as arrays.

``tfphilox.keras`` is ``tf.keras``: the initializers, the random functions, the layers that draw,
and the global state behind them, which is as global as in Keras. Where Keras takes its seeds from
changed four times between TensorFlow 2.0 and Keras 3; ``tfphilox.config.set_tensorflow_version``
picks a release, and what was built keeps the rules it was built with.
"""

from .._face import face

__all__, __getattr__, __dir__ = face(
    __name__,
    {
        "": "backend config initializers layers random utils",
        "initializers": "Initializer",
        "pytorch": "to_torch",
        "runs": "Run replay",
        "seeding": "seed_everything",
        "training": "fit_order",
        "weights": "Seeding initial_weights",
    },
)
