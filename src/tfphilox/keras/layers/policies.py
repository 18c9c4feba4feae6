"""keras/layers/policies.py: image layers that are made of others, and draw for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..._c._undo import set_attribute
from ...arrays.arguments import FLOAT32
from ...arrays.arithmetic import broadcast_op
from ...arrays.wording import brief
from ...seeding import versions
from ...seeding.process import current
from .._casting import cast
from ..config import float_dtype
from ..random import beta, divide, gamma, randint
from ..seeding import noted
from ._configured import Policy
from ._images import Factor, ImageLayer, Seed, Transformation, check_resampling, factor_range
from .colors import (
    RandomBrightness,
    RandomColorDegeneration,
    RandomContrast,
    RandomHue,
    RandomPosterization,
    RandomSaturation,
    RandomSharpness,
    Solarization,
)
from .geometry import RandomRotation, RandomShear, RandomTranslation

__all__ = ["AugMix", "RandAugment", "RandomColorJitter"]


class RandomColorJitter(ImageLayer):
    """Draw brightness, contrast, saturation and hue, as the layers for each do.

    Parameters
    ----------
    value_range : pair of float
        Darkest and lightest value.
    brightness_factor, contrast_factor, saturation_factor, hue_factor : float or pair, optional
        As in `RandomBrightness`, `RandomContrast`, `RandomSaturation` and `RandomHue`. What is None
        is left out.
    seed : int, optional
        As in `tfphilox.keras.random.SeedGenerator`; without one, one number is drawn from Python's
        ``random`` for this layer, and for each of those it is made of.
    data_format, name, dtype
        As in `RandomFlip`.

    Notes
    -----
    Keras draws while it transforms images; its `get_random_transformation` gives None.

    Stream
    ------
    Those of the four layers, in that order, all with the seeds of this one. They have the type
    `keras.config.floatx`, whatever `dtype` is. Verified against Keras 3.8 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/random_color_jitter.py.

    Examples
    --------
    >>> import numpy as np, tfphilox as tp
    >>> layer = tp.keras.layers.RandomColorJitter(brightness_factor=0.2, hue_factor=0.1, seed=1)
    >>> layer.drawn_factors(np.zeros([2, 8, 8, 3]))["random_hue"]
    {'factor': array([0.04220302, 0.00960227], dtype=float32)}
    """

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        brightness_factor: Factor | None = None,
        contrast_factor: Factor | None = None,
        saturation_factor: Factor | None = None,
        hue_factor: Factor | None = None,
        seed: int | None = None,
        data_format: str | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        super().__init__(seed, data_format, dtype, bounding_box_format)
        made: dict[str, Any] = {}
        if brightness_factor is not None:
            made["random_brightness"] = RandomBrightness(brightness_factor, value_range, seed)
        if contrast_factor is not None:
            made["random_contrast"] = RandomContrast(contrast_factor, value_range, seed)
        if saturation_factor is not None:
            made["random_saturation"] = RandomSaturation(saturation_factor, value_range, seed=seed)
        if hue_factor is not None:
            made["random_hue"] = RandomHue(hue_factor, value_range, seed=seed)
        self._layers = made

    def drawn_factors(self, data: Any) -> dict[str, Transformation]:
        """Draw for one image or a batch what each layer's `get_random_transformation` gives.

        Parameters
        ----------
        data : array, or dict with "images"

        Returns
        -------
        dict of dict
            By Keras's name for the layer: "random_brightness", "random_contrast",
            "random_saturation", "random_hue". One image is a batch of one.
        """
        shape, batch, _, _ = self._size(data)
        images = np.broadcast_to(np.float32(0), (batch, *shape[-3:]))
        drawn = {
            name: layer.get_random_transformation(images, seed=self.generator)
            for name, layer in self._layers.items()
        }
        for factors in drawn.values():
            if "contrast_factor" in factors:
                factors["contrast_factor"] = cast(factors["contrast_factor"], self.dtype)
        return drawn


# How a policy makes each of its layers, of a range that is its factor, and the range of values.
_PARTS: dict[str, Callable[..., Any]] = {
    "random_shear": lambda factor, _, **common: RandomShear(factor, factor, **common),
    "random_translation": lambda factor, _, **common: RandomTranslation(factor, factor, **common),
    "random_rotation": lambda factor, _, **common: RandomRotation(factor, **common),
    "random_brightness": RandomBrightness,
    "random_color_degeneration": RandomColorDegeneration,
    "random_contrast": RandomContrast,
    "random_sharpness": RandomSharpness,
    "random_posterization": lambda factor, value_range, **common: RandomPosterization(
        max(1, int(8 * factor[1])), value_range, **common
    ),
    "solarization": lambda factor, value_range, **common: Solarization(
        factor, factor, value_range, **common
    ),
}
_DRAW_NOTHING = "auto_contrast", "equalization"


class _Policy(ImageLayer):
    """A layer that picks among others, all of which have its factor and its seed."""

    def __init__(
        self,
        names: Sequence[str],
        value_range: Sequence[float],
        factor: Factor,
        interpolation: str,
        seed: int | None,
        data_format: str | None,
        dtype: Policy,
        bounding_box_format: str | None,
    ) -> None:
        check_resampling("reflect", interpolation)
        self.value_range = value_range
        self.factor = factor_range("factor", factor, 0.0)
        super().__init__(seed, data_format, dtype, bounding_box_format)
        common = {"seed": seed, "data_format": data_format, "dtype": dtype}
        self._layers = {name: _PARTS[name](self.factor, value_range, **common) for name in names}

    def _transformation(self, name: str, data: Any) -> Transformation | None:
        if name in _DRAW_NOTHING:
            return None
        drawn: Transformation | None = self._layers[name].get_random_transformation(
            data, seed=self.generator
        )
        return drawn


class RandAugment(_Policy):
    """Draw which layers to apply to a batch one after another, and what all of them draw.

    Parameters
    ----------
    value_range : pair of float
        Darkest and lightest value.
    num_ops : int
        How many layers are applied.
    factor : float or pair of float
        The factor of every layer, within 0 to 1.
    interpolation : {"bilinear", "nearest"}
        Ignored: nothing of it is drawn.
    seed : int, optional
        As in `tfphilox.keras.random.SeedGenerator`; without one, ten numbers are drawn from
        Python's ``random``, for this layer and those that it is made of.
    data_format, name, dtype
        As in `RandomFlip`.

    Stream
    ------
    As many integers below 11 as layers are applied; then, with the seeds of this layer, those of
    all layers, `RandomShear`, `RandomTranslation`, `RandomRotation`, `RandomBrightness`,
    `RandomColorDegeneration`, `RandomContrast`, `RandomSharpness`, `RandomPosterization` and
    `Solarization`, whether they are applied or not. Up to Keras 3.10 Python's ``random.shuffle``
    puts the names of all layers in another order, from where the last call of any `RandAugment`
    left them; the first of them are applied, and draw. The transformation is a dict of these alone
    then, in the order in which they are applied. Verified against Keras 3.8 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/rand_augment.py.

    Examples
    --------
    >>> import numpy as np, tfphilox as tp
    >>> layer = tp.keras.layers.RandAugment(seed=1)
    >>> drawn = layer.get_random_transformation(np.zeros([2, 8, 8, 3]))
    >>> [list(drawn["transforms"])[index] for index in drawn["layer_idxes"]]
    ['solarization', 'random_translation']
    """

    _made = (
        "random_shear", "random_translation", "random_rotation", "random_brightness",
        "random_color_degeneration", "random_contrast", "random_sharpness", "solarization",
        "random_posterization",
    )  # fmt: skip
    _drawn_from = (*_made[:-2], "random_posterization", "solarization", *_DRAW_NOTHING)

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        num_ops: int = 2,
        factor: Factor = 0.5,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        self.num_ops = num_ops
        self._by_python = versions.keras_3_rule("keras_rand_augment") == "python"
        super().__init__(
            self._made,
            value_range,
            factor,
            interpolation,
            seed,
            data_format,
            dtype,
            bounding_box_format,
        )

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw which layers, by their place, and the transformation of each; `seed` is ignored."""
        self._size(data)
        if not training:
            return None
        if self._by_python:
            names = _shuffled_names(self._drawn_from)
            return {name: self._transformation(name, data) for name in names[: self.num_ops]}
        indices = randint([self.num_ops], 0, len(self._drawn_from), seed=self.generator)
        transforms = {name: self._transformation(name, data) for name in self._drawn_from}
        return {"transforms": transforms, "layer_idxes": indices}


def _shuffled_names(names: Sequence[str]) -> list[str]:
    """Return the names in another order than the call before.

    Keras shuffles a list of the class in place, so the next call of any layer starts from it.
    """
    process = current()
    order = list(process.augment_order or names)
    noted(process.sources.python).shuffle(order)
    set_attribute(process, "augment_order", tuple(order))
    return order


class AugMix(_Policy):
    """Draw chains of layers, what each layer draws, and the weights to mix the results with.

    Parameters
    ----------
    value_range : pair of float
        Darkest and lightest value.
    num_chains : int
        How many chains, 1 to 7, or 1 to 3 if `keras.config.floatx` is float64: of more, TensorFlow
        sums the weights in an order that is its build's.
    chain_depth : int
        How many layers to pick for each chain; none is among what is picked.
    factor : float or pair of float
        The factor of every layer, within 0 to 1.
    alpha : float
        Of the gamma numbers and the beta number that give the weights.
    all_ops : bool
        Whether brightness, colour degeneration, contrast and sharpness are among the layers.
    interpolation : {"bilinear", "nearest"}
        Ignored: nothing of it is drawn.
    seed : int, optional
        As in `tfphilox.keras.random.SeedGenerator`; without one, ten numbers are drawn from
        Python's ``random``, or six without `all_ops`, for this layer and those that it is made of.
    data_format, name, dtype
        As in `RandomFlip`.

    Stream
    ------
    As many gamma numbers as chains, and a beta number, both of type `keras.config.floatx`. Layers
    are picked by Python's ``random.choice``, not by `seed`; each then draws with the seeds of this
    one. Verified against Keras 3.9 to 3.15.

    References
    ----------
    keras/src/layers/preprocessing/image_preprocessing/aug_mix.py.

    Examples
    --------
    >>> import random, numpy as np, tfphilox as tp
    >>> random.seed(1)
    >>> layer = tp.keras.layers.AugMix(seed=1)
    >>> drawn = layer.get_random_transformation(np.zeros([2, 8, 8, 3]))
    >>> drawn["chain_mixing_weights"]
    array([0.52961427, 0.06380323, 0.40658253], dtype=float32)
    >>> [picked["layer_name"] for picked in drawn["chain_transforms"][0]]
    ['random_rotation', 'random_contrast', 'random_translation']
    """

    _fewer = (
        "random_shear", "random_translation", "random_rotation", "random_posterization",
        "solarization", *_DRAW_NOTHING,
    )  # fmt: skip
    _more = "random_brightness", "random_color_degeneration", "random_contrast", "random_sharpness"

    def __init__(
        self,
        value_range: Sequence[float] = (0, 255),
        num_chains: int = 3,
        chain_depth: int = 3,
        factor: Factor = 0.3,
        alpha: float = 1.0,
        all_ops: bool = True,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
        bounding_box_format: str | None = None,
    ) -> None:
        if not 1 <= num_chains <= 7:
            raise ValueError(f"num_chains must be from 1 to 7, got {brief(num_chains)}")
        self.num_chains = num_chains
        self.chain_depth = chain_depth
        self.alpha = alpha
        self.all_ops = all_ops
        self._picked_from = [*self._fewer, *(self._more if all_ops else ())]
        made = [*self._fewer[:3], "solarization", "random_posterization"]
        made += self._more if all_ops else ()
        super().__init__(
            made, value_range, factor, interpolation, seed, data_format, dtype, bounding_box_format
        )

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation | None:
        """Draw the weights and the chains; `seed` is for the weights alone."""
        self._size(data)
        if not training:
            return None
        if self.num_chains > 3 and float_dtype(None) == np.float64:
            raise ValueError(f"num_chains must be from 1 to 3 as float64, got {self.num_chains}")
        seed = seed or self.generator  # as there: 0 means the layer's own seeds
        gammas = gamma([self.num_chains], self.alpha, seed=seed)
        parts = gammas.astype(FLOAT32) if gammas.dtype.name == "bfloat16" else gammas
        total = parts[:1]
        for number in parts[1:]:
            total = broadcast_op("add", total, number[None])
        weight = beta([], self.alpha, self.alpha, seed=seed)
        chains = [
            [
                {"layer_name": name, "transformation": self._transformation(name, data)}
                for name in (
                    noted(current().sources.python).choice([*self._picked_from, None])
                    for _ in range(self.chain_depth)
                )
                if name is not None
            ]
            for _ in range(self.num_chains)
        ]
        return {
            "chain_mixing_weights": divide(gammas, total.astype(gammas.dtype)),
            "weight_sample": weight,
            "chain_transforms": chains,
        }
