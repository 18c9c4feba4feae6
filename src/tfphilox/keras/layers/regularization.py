"""keras/layers/regularization.py: dropout and noise, with the layer's own seeds.

A layer draws only with ``training=True``, and another mask at every call. In Keras 3 its seeds are
those of a `SeedGenerator` made in the constructor. In tf.keras 2 they are op seeds, so without a
seed the layer takes the next op seed that `tfphilox.random.set_seed` left, at each call.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...arrays.arguments import as_operand, is_float
from ...arrays.arithmetic import broadcast_op
from ...arrays.conversion import as_tensor
from ...arrays.wording import brief
from ...graphs.graph import op
from ...seeding import scopes, versions
from ...seeding.compiled import compiler, multiply_add, refuse
from .._casting import cast
from .._dropping import drop, mask_shape
from ..config import float_dtype, only_float
from ..seeding import draws
from ._configured import Configured, Policy, compute_dtype

__all__ = [
    "AlphaDropout",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
]


class _Layer(Configured):
    """What the layers share: a type, into which floats are cast, and a share or deviation."""

    _of_floatx = _refuses_1 = False  # of what 0.1.0 pickled

    def __init__(self, name: str, number: float, dtype: Policy) -> None:
        self._keras_3 = versions.is_keras_3()
        if isinstance(number, bool) or not isinstance(number, int | float | np.number):
            raise TypeError(f"{name} must be a number, got {brief(number)}")
        if self._keras_3 and not 0 <= number <= 1:
            raise ValueError(f"{name} must be from 0 to 1, got {brief(number)}")
        self.dtype = compute_dtype(self, dtype)

    def _make_noise(self, number: float, seed: int | None) -> None:
        """Make what noise is drawn with, unless there is none to draw.

        Up to Keras 3.2 a layer makes a generator that it does not need.
        """
        always = not self._keras_3 or versions.rule("keras_noise_of_nothing") == "generator"
        if number > 0 or always:
            self._draws = draws(seed, "keras_noise_seed")
        self._of_floatx = self._keras_3 and versions.rule("keras_noise_type") == "floatx"

    def _noise(self, x: NDArray[Any], mean: float, stddev: float) -> NDArray[Any]:
        """Draw normal numbers for every input, of its type, or up to Keras 3.1 of floatx."""
        dtype = only_float("inputs", x.dtype)
        drawn = float_dtype(None) if self._of_floatx else dtype
        if drawn != dtype:
            raise TypeError(
                f"inputs must be {drawn.name}, which up to Keras 3.1 is drawn, got {dtype.name}"
            )
        return self._draws("normal", x.shape, mean, stddev, dtype)

    def _as_inputs(self, inputs: ArrayLike) -> NDArray[Any]:
        if not self._keras_3:
            refuse("a layer of tf.keras 2")
        x = as_tensor("inputs", inputs)
        return cast(x, self.dtype) if is_float(x.dtype) else x

    def _constant(self, value: float) -> NDArray[Any]:
        return np.asarray(as_operand("value", float(value), self.dtype), self.dtype)


def _noise_shape(noise_shape: Any, checked: bool) -> tuple[int | None, ...]:
    """Return the dimensions; since Keras 3.13 each must be above 0 when the layer is made.

    References
    ----------
    keras/src/layers/regularization/dropout.py, Dropout._validate_noise_shape.
    """
    if isinstance(noise_shape, str | bytes) or not isinstance(noise_shape, Sequence | np.ndarray):
        raise ValueError(f"noise_shape must be a tuple or list, got {brief(noise_shape)}")
    dims: list[int | None] = []
    for dim in noise_shape:
        if dim is not None and (isinstance(dim, bool) or not hasattr(dim, "__index__")):
            raise ValueError(f"noise_shape must hold integers or None, got {brief(noise_shape)}")
        number = None if dim is None else operator.index(dim)
        dims.append(number)
        if checked and number is not None and number < 1:
            raise ValueError(
                f"noise_shape must hold integers above 0 or None, got {brief(noise_shape)}"
            )
    return tuple(dims)


class Dropout(_Layer):
    """Set a share of the inputs to 0, and scale up the others.

    Parameters
    ----------
    rate : float
        The share, 0 to 1; not 1 before Keras 3, and up to 3.13 not in a call. With 0 nothing is
        drawn.
    noise_shape : sequence of int or None, optional
        Shape of the mask, which broadcasts to that of the inputs; None for a dimension of those.
    seed : int, optional
        Keras 3: as in `tfphilox.keras.random.SeedGenerator`. tf.keras 2: the op seed, which from
        TensorFlow 2.8 on counts up by one at each call.
    name : str, optional
        Ignored.
    dtype : {float16, bfloat16, float32, float64, mixed_float16, mixed_bfloat16} or dict, optional
        Type that floats are cast to, or the dtype policy, as in a model's JSON, that names it;
        `keras.config.floatx` by default.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above; and in a call, if the inputs are not floats.

    Stream
    ------
    Uniform numbers in the shape of the mask. Verified against TensorFlow 2.0 to 2.15 and Keras
    3.0 to 3.15.

    References
    ----------
    keras/src/layers/regularization/dropout.py; keras/layers/core.py of tf.keras 2.

    Examples
    --------
    >>> import tfphilox as tp
    >>> layer = tp.keras.layers.Dropout(0.5, seed=1)
    >>> layer([1.0, 2.0, 3.0], training=True), layer([1.0, 2.0, 3.0], training=True)
    (array([2., 0., 6.], dtype=float32), array([0., 0., 0.], dtype=float32))
    >>> layer([1.0, 2.0, 3.0])
    array([1., 2., 3.], dtype=float32)
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[SupportsIndex | None] | None = None,
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
    ) -> None:
        super().__init__("rate", rate, dtype)
        if not self._keras_3 and not 0 <= rate < 1:
            raise ValueError(f"rate must be 0 or more and less than 1, got {brief(rate)}")
        if noise_shape is not None:
            checked = self._keras_3 and versions.rule("keras_noise_shape") == "checked"
            noise_shape = _noise_shape(noise_shape, checked)
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed
        self._refuses_1 = self._keras_3 and versions.rule("keras_random_dropout") == "draws"
        self._multiplies = versions.rule("dropout_mask") == "multiply"
        self._in_its_type = versions.rule("dropout_numpy_rate") == "its type"
        self._zero_rate = versions.rule("keras_dropout_of_nothing")
        if self._zero_rate == "nn":
            self._zero_rate = versions.rule("dropout_of_nothing")
        if rate > 0 or not self._keras_3:
            self._draws = draws(seed, "keras_dropout_seed")

    @op("keras.Dropout.__call__")
    def __call__(self, inputs: ArrayLike, training: bool | None = False) -> NDArray[Any]:
        """Return the inputs, with a share of them dropped if `training`."""
        x = self._as_inputs(inputs)
        if not training or (self.rate == 0 and self._zero_rate == "return"):
            return np.array(x)
        shape = self._noise_shape(x)
        if self.rate == 1:
            return self._all_dropped(x)
        if self.rate == 0 and self._zero_rate == "op_seed":
            scopes.active().get_seed(None if self.seed is None else 0)
            return np.array(x)
        return drop(
            x,
            self.rate,
            shape,
            lambda dims, dtype: self._draws("uniform", dims, 0, 1, dtype),
            self._multiplies,
            self._in_its_type,
        )

    def _all_dropped(self, x: NDArray[Any]) -> NDArray[Any]:
        if self._refuses_1:
            raise ValueError("rate must be less than 1 up to Keras 3.13")
        return np.zeros_like(x)

    def _noise_shape(self, x: NDArray[Any]) -> Sequence[SupportsIndex | None] | None:
        return self.noise_shape


class _SpatialDropout(Dropout):
    """Drop whole channels: the mask has one number for each sample and channel."""

    _rank: int

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: Policy = None,
    ) -> None:
        self.data_format = "channels_last" if data_format is None else data_format
        if self.data_format not in ("channels_first", "channels_last"):
            raise ValueError(
                f"data_format must be channels_first or channels_last, got {brief(data_format)}"
            )
        super().__init__(rate, None, seed, name=name, dtype=dtype)

    def _noise_shape(self, x: NDArray[Any]) -> Sequence[SupportsIndex | None]:
        if x.ndim != self._rank:
            raise ValueError(f"inputs must have rank {self._rank}, got shape {x.shape}")
        ones = [1] * (self._rank - 2)
        if self.data_format == "channels_first":
            return [*x.shape[:2], *ones]
        return [x.shape[0], *ones, x.shape[-1]]


class SpatialDropout1D(_SpatialDropout):
    """Drop whole channels of sequences.

    Parameters
    ----------
    rate, seed, name, dtype
        As in `Dropout`. The inputs have shape [samples, steps, channels].

    References
    ----------
    keras/src/layers/regularization/spatial_dropout.py, SpatialDropout1D.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.layers.SpatialDropout1D(0.5, seed=1)([[[1.0, 2.0], [3.0, 4.0]]], training=True)
    array([[[2., 0.],
            [6., 0.]]], dtype=float32)
    """

    _rank = 3

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        name: str | None = None,
        dtype: Policy = None,
    ) -> None:
        super().__init__(rate, None, seed, name, dtype)


class SpatialDropout2D(_SpatialDropout):
    """Drop whole channels of images.

    Parameters
    ----------
    rate, seed, name, dtype
        As in `Dropout`.
    data_format : {"channels_last", "channels_first"}
        Whether the inputs have shape [samples, rows, columns, channels] or the channels second.

    References
    ----------
    keras/src/layers/regularization/spatial_dropout.py, SpatialDropout2D.
    """

    _rank = 4


class SpatialDropout3D(_SpatialDropout):
    """Drop whole channels of volumes.

    Parameters
    ----------
    rate, data_format, seed, name, dtype
        As in `SpatialDropout2D`, with one dimension more.

    References
    ----------
    keras/src/layers/regularization/spatial_dropout.py, SpatialDropout3D.
    """

    _rank = 5


class GaussianNoise(_Layer):
    """Add normal noise to the inputs.

    Parameters
    ----------
    stddev : float
        Standard deviation of the noise, 0 to 1 in Keras 3.
    seed : int, optional
        As in `Dropout`, but that the op seed counts up from TensorFlow 2.7 on. Before that there
        was none, and the layer took one from NumPy's global ``random`` at each call; so does this.
    name : str, optional
        Ignored.
    dtype : {float16, bfloat16, float32, float64, mixed_float16, mixed_bfloat16} or dict, optional
        Type that floats are cast to, or the dtype policy, as in a model's JSON, that names it;
        `keras.config.floatx` by default.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

    Stream
    ------
    Normal numbers in the shape of the inputs. Verified against TensorFlow 2.0 to 2.15 and Keras
    3.0 to 3.15.

    References
    ----------
    keras/src/layers/regularization/gaussian_noise.py; keras/layers/noise.py of tf.keras 2.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.layers.GaussianNoise(0.1, seed=1)([1.0, 2.0], training=True)
    array([1.012665 , 1.9506984], dtype=float32)
    """

    def __init__(
        self,
        stddev: float,
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
    ) -> None:
        super().__init__("stddev", stddev, dtype)
        self.stddev = stddev
        self.seed = seed
        self._make_noise(stddev, seed)

    @op("keras.GaussianNoise.__call__")
    def __call__(self, inputs: ArrayLike, training: bool | None = False) -> NDArray[Any]:
        """Return the inputs, with noise if `training`."""
        x = self._as_inputs(inputs)
        if not training or (self._keras_3 and self.stddev == 0):
            return np.array(x)
        if compiler() is not None:
            return multiply_add(self._noise(x, 0.0, 1.0), self._constant(self.stddev), x)
        return broadcast_op("add", x, self._noise(x, 0.0, self.stddev))


class GaussianDropout(_Layer):
    """Multiply the inputs with normal numbers of mean 1.

    Parameters
    ----------
    rate : float
        0 to 1, excluding 1: their standard deviation is sqrt(rate / (1 - rate)).
    seed, name, dtype
        As in `GaussianNoise`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above; a rate of 1 in the call, where Keras divides by 0.

    Stream
    ------
    As `GaussianNoise`. Verified against TensorFlow 2.0 to 2.15 and Keras 3.0 to 3.15.

    References
    ----------
    keras/src/layers/regularization/gaussian_dropout.py; keras/layers/noise.py of tf.keras 2.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.layers.GaussianDropout(0.5, seed=1)([1.0, 2.0], training=True)
    array([1.1266503, 1.0139668], dtype=float32)
    """

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
    ) -> None:
        super().__init__("rate", rate, dtype)
        self.rate = rate
        self.seed = seed
        self._make_noise(rate, seed)

    @op("keras.GaussianDropout.__call__")
    def __call__(self, inputs: ArrayLike, training: bool | None = False) -> NDArray[Any]:
        """Return the inputs, multiplied with noise if `training`."""
        x = self._as_inputs(inputs)
        if not training or _idle(self.rate, self._keras_3):
            return np.array(x)
        stddev = math.sqrt(self.rate / (1.0 - self.rate))
        noise = self._noise(x, 1.0, stddev)
        return broadcast_op("multiply", x, noise)


class AlphaDropout(_Layer):
    """Set a share of the inputs to SELU's lowest value, and keep mean and variance.

    Parameters
    ----------
    rate : float
        The share, 0 to 1, excluding 1.
    noise_shape : sequence of int or None, optional
        Shape of the mask, which broadcasts to that of the inputs; None for a dimension of those.
    seed, name, dtype
        As in `GaussianNoise`; here all versions have a seed.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above; a rate of 1 in the call, where Keras divides by 0.

    Stream
    ------
    Uniform numbers in the shape of the mask, of type `keras.config.floatx`. Verified against
    TensorFlow 2.0 to 2.15 and Keras 3.0 to 3.15.

    References
    ----------
    keras/src/layers/regularization/alpha_dropout.py; keras/layers/noise.py of tf.keras 2.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.layers.AlphaDropout(0.5, seed=1)([1.0, 2.0], training=True)
    array([ 1.6655989, -0.7791938], dtype=float32)
    """

    _LOWEST = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[SupportsIndex | None] | None = None,
        seed: int | None = None,
        *,
        name: str | None = None,
        dtype: Policy = None,
    ) -> None:
        super().__init__("rate", rate, dtype)
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed
        self._make_noise(rate, seed)

    @op("keras.AlphaDropout.__call__")
    def __call__(self, inputs: ArrayLike, training: bool | None = False) -> NDArray[Any]:
        """Return the inputs, with a share of them replaced if `training`."""
        x = self._as_inputs(inputs)
        if not training or _idle(self.rate, self._keras_3):
            return np.array(x)
        only_float("inputs", x.dtype)
        drawn = float_dtype(None)
        dims = mask_shape(x.shape, self.noise_shape)
        threshold = np.asarray(as_operand("rate", float(self.rate), drawn), drawn)
        chosen = self._draws("uniform", dims, 0.0, 1.0, drawn) >= threshold
        a = ((1 - self.rate) * (1 + self.rate * self._LOWEST**2)) ** -0.5
        b = -a * self._LOWEST * self.rate
        if compiler() is None and np.isfinite(x).all():  # what follows leaves these as they are
            mixed = np.where(chosen, x, self._constant(self._LOWEST))
        else:
            kept = np.asarray(chosen, x.dtype)
            dropped = broadcast_op("subtract", self._constant(1), kept)
            lowest = broadcast_op("multiply", self._constant(self._LOWEST), dropped)
            mixed = broadcast_op("add", broadcast_op("multiply", x, kept), lowest)
        if compiler() is not None:
            return multiply_add(mixed, self._constant(a), self._constant(b))
        return broadcast_op(
            "add", broadcast_op("multiply", self._constant(a), mixed), self._constant(b)
        )


def _idle(rate: float, keras_3: bool) -> bool:
    """Say whether a layer does nothing; tf.keras 2 lets rates outside (0, 1) pass."""
    if keras_3 and rate == 1:
        raise ValueError("rate must be less than 1")
    return not 0 < rate < 1
