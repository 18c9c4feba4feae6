"""keras/layers: the layers that draw when they are called, as functions with a seed.

A layer is made with Keras's arguments and called with an array; what comes back is an array. Of
those that resample images the numbers they draw are here, not the pixels: their
``get_random_transformation`` gives what Keras's method of that name does. Image layers that can be
called also take a dict with "images" and perhaps "labels", and return one. While TensorFlow 2.3 to
2.15 is mirrored, those that tf.keras has are its own: see `RandomFlip`.
"""

from .colors import (
    RandomBrightness,
    RandomColorDegeneration,
    RandomContrast,
    RandomGaussianBlur,
    RandomGrayscale,
    RandomHue,
    RandomInvert,
    RandomPosterization,
    RandomSaturation,
    RandomSharpness,
    Solarization,
)
from .geometry import (
    RandomCrop,
    RandomElasticTransform,
    RandomFlip,
    RandomPerspective,
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
)
from .legacy_images import RandomHeight, RandomWidth
from .mixing import (
    CutMix,
    MixUp,
    RandomErasing,
)
from .policies import (
    AugMix,
    RandAugment,
    RandomColorJitter,
)
from .regularization import (
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)

__all__ = [
    "AlphaDropout",
    "AugMix",
    "CutMix",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "MixUp",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHeight",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomWidth",
    "RandomZoom",
    "Solarization",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
]
