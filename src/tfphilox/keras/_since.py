"""keras/_since.py: which release of Keras 3 a layer came with.

>>> from tfphilox.config import keras_version
>>> with keras_version("3.8"):
...     require_layer("RandomInvert")
Traceback (most recent call last):
ValueError: RandomInvert came with Keras 3.9, and Keras 3.8 is mirrored
"""

from __future__ import annotations

from ..seeding import versions

__all__ = ["SINCE", "require_layer"]

# A class -> the rule of `versions.RULES` that says whether it is there; the others always were.
SINCE = {
    **dict.fromkeys(("AutoContrast", "Pipeline", "Solarization"), "keras_layers_3_6"),
    **dict.fromkeys(
        (
            *("Equalization", "MixUp", "RandAugment", "RandomColorDegeneration"),
            *("RandomColorJitter", "RandomGrayscale", "RandomHue", "RandomPosterization"),
            *("RandomSaturation", "RandomSharpness", "RandomShear"),
        ),
        "keras_layers_3_8",
    ),
    **dict.fromkeys(
        (
            *("AugMix", "CutMix", "RMSNormalization", "RandomErasing", "RandomGaussianBlur"),
            *("RandomInvert", "RandomPerspective"),
        ),
        "keras_layers_3_9",
    ),
    "RandomElasticTransform": "keras_layers_3_10",
    "ReversibleEmbedding": "keras_layers_3_12",
    **{
        f"Adaptive{kind}Pooling{rank}D": "keras_layers_3_13"
        for kind in ("Average", "Max")
        for rank in (1, 2, 3)
    },
    "ContrastLimitedAdaptiveHistogramEqualization": "keras_layers_3_14",
}


def require_layer(name: str, where: str = "") -> None:
    """Raise if the Keras 3 that is mirrored has no such layer, saying since when there is one."""
    if name in SINCE:
        versions.require(where or name, SINCE[name])
