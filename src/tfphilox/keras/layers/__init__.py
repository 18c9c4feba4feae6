"""keras/layers: the layers that draw when they are called, as functions with a seed.

A layer is made with Keras's arguments and called with an array; what comes back is an array. Of
those that resample images the numbers they draw are here, not the pixels: their
``get_random_transformation`` gives what Keras's method of that name does. Image layers that can be
called also take a dict with "images" and perhaps "labels", and return one. While TensorFlow 2.3 to
2.15 is mirrored, those that tf.keras has are its own: see `RandomFlip`.
"""

from ..._face import face

__all__, __getattr__, __dir__ = face(
    __name__,
    {
        "colors": (
            "RandomBrightness RandomColorDegeneration RandomContrast RandomGaussianBlur"
            " RandomGrayscale RandomHue RandomInvert RandomPosterization RandomSaturation"
            " RandomSharpness Solarization"
        ),
        "geometry": (
            "RandomCrop RandomElasticTransform RandomFlip RandomPerspective RandomRotation"
            " RandomShear RandomTranslation RandomZoom"
        ),
        "legacy_images": "RandomHeight RandomWidth",
        "mixing": "CutMix MixUp RandomErasing",
        "policies": "AugMix RandAugment RandomColorJitter",
        "regularization": (
            "AlphaDropout Dropout GaussianDropout GaussianNoise SpatialDropout1D SpatialDropout2D"
            " SpatialDropout3D"
        ),
    },
)
