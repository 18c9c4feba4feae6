"""keras/initializers.py: initial weights, as Keras draws them.

An initializer is made once, called with a shape and a type, and gives an array. Everything random
about it is its seed, whose rules (see `tfphilox.keras.seeding`) depend on the mirrored version; an
initializer keeps those of the version it was made under. The rest is scaling: ``VarianceScaling``
and its children take the width of the distribution from the shape.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .._c._undo import set_attribute
from ..arrays.arguments import ShapeLike, as_operand, as_shape, is_float
from ..arrays.arithmetic import broadcast_op
from ..arrays.conversion import new_array
from ..arrays.wording import brief
from ..graphs.graph import op
from ..random._orthogonal import orthogonal_factor
from ..seeding import versions
from ..seeding.scopes import Whole
from ._casting import cast, cast_operand
from .config import any_dtype, float_dtype, only_float
from .seeding import SeedGenerator, draws

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]

Seed: TypeAlias = int | SeedGenerator | None
_Self = TypeVar("_Self", bound="Initializer")

# The standard deviation of a normal distribution cut at two of its own, from scipy.stats.truncnorm.
_TRUNCATED_STDDEV = 0.87962566103423978


class Initializer(Whole):
    """Base of all initializers; derive from it to make one of your own.

    Define ``__call__(self, shape, dtype=None)`` and, to have it in configs, `get_config`.

    References
    ----------
    keras/src/initializers/initializer.py, Initializer.

    Examples
    --------
    >>> import tfphilox as tp
    >>> class Twos(tp.keras.Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return tp.keras.initializers.Constant(2.0)(shape, dtype)
    >>> tp.keras.initializers.get(Twos)([2])
    array([2., 2.], dtype=float32)
    """

    def __call__(self, shape: ShapeLike, dtype: DTypeLike | None = None) -> NDArray[Any]:
        """Return an array of this shape and type, which is `config.floatx` by default."""
        raise NotImplementedError("an Initializer must define __call__(self, shape, dtype=None)")

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an initializer like this one."""
        return {}

    def _part(
        self, shape: ShapeLike, keywords: dict[str, Any], known: bool = True
    ) -> tuple[ShapeLike, int]:
        """Return the shape of a part, and what its offset makes of the seed, or 0."""
        rule = versions.rule("keras_partitions") if keywords else "absent"
        for key in keywords:
            if rule == "absent" or key not in ("partition_shape", "partition_offset"):
                raise TypeError(f"{type(self).__name__}: unexpected keyword {brief(key)}")
        if keywords and not known:
            raise ValueError(
                f"{type(self).__name__} has no partition_shape or partition_offset: it makes a "
                "whole matrix"
            )
        offset = keywords.get("partition_offset")
        folded = 0
        if offset is not None and rule == "offset":
            if not isinstance(offset, tuple) or not all(isinstance(at, int) for at in offset):
                raise TypeError(f"partition_offset must be a tuple of ints, got {brief(offset)}")
            folded = _hash_of(offset) if offset else 0
        return keywords.get("partition_shape", shape), folded

    @classmethod
    def from_config(cls: type[_Self], config: dict[str, Any]) -> _Self:
        """Make an initializer from what `get_config` returned.

        A "dtype", which configs of TensorFlow 1 hold, is ignored.
        """
        config = dict(config)
        config.pop("dtype", None)
        if isinstance(config.get("seed"), dict):
            config["seed"] = deserialize(config["seed"])
        return cls(**config)

    def clone(self: _Self) -> _Self:
        """Make another from this one's config; if unseeded, with a seed of its own."""
        return self.from_config(self.get_config())


def _hash_of(numbers: tuple[int, ...]) -> int:
    """Return ``hash(numbers)`` as Python from 3.8 on has it where it has 64 bits.

    Examples
    --------
    >>> _hash_of((1, 0)) == hash((1, 0))
    True
    """
    total, mask = 2870177450012600261, 2**64 - 1
    for number in numbers:
        one = abs(number) % (2**61 - 1)
        one = -one if number < 0 else one
        total = (total + (-2 if one == -1 else one) * 14029467366897019727) & mask
        total = (total << 31 | total >> 33) & mask
        total = total * 11400714785074694791 & mask
    total = (total + (len(numbers) ^ 2870177450012600261 ^ 3527539)) & mask
    if total == mask:
        return 1546275796
    return total - 2**64 if total >> 63 else total


# ---- constants -----------------------------------------------------------------------------


class Constant(Initializer):
    """Fill with one value.

    Parameters
    ----------
    value : number, default 0
        In Keras 3 also an array that broadcasts to the shape.

    Notes
    -----
    A zero keeps its sign. An eager TensorFlow remembers the tensors of Python floats, and 0.0
    equals -0.0: there all zeros have the sign of the first one of the process.

    Stream
    ------
    Draws nothing. Verified against TensorFlow 2.0 to 2.15 and Keras 3.15, which takes a Python
    float through float32 even where float64 is asked for.

    References
    ----------
    keras/src/initializers/constant_initializers.py, Constant.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.initializers.Constant(0.1)([2], "float64")
    array([0.1, 0.1])
    """

    def __init__(self, value: ArrayLike = 0.0) -> None:
        self.value = value
        self._casts = versions.is_keras_3()

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike | None = None, **keywords: Any
    ) -> NDArray[Any]:
        kind = any_dtype(dtype)
        if keywords and not versions.rule("keras_partitions").startswith("fans"):
            shape, _ = self._part(shape, keywords)  # up to 2.9 it ignores whatever it is given
        if not self._casts:
            value = np.asarray(as_operand("value", self.value, kind), kind)
        else:
            value = cast_operand("value", self.value, kind)
        dims = as_shape(shape)[0]
        result = new_array(dims, kind)
        try:
            result[...] = value
        except ValueError:
            raise ValueError(f"value must broadcast to {dims}, got {brief(self.value)}") from None
        return result

    def get_config(self) -> dict[str, Any]:
        return {"value": self.value}


class Zeros(Initializer):
    """Fill with zeros.

    References
    ----------
    keras/src/initializers/constant_initializers.py, Zeros.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.initializers.Zeros()([2])
    array([0., 0.], dtype=float32)
    """

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike | None = None, **keywords: Any
    ) -> NDArray[Any]:
        result = new_array(as_shape(self._part(shape, keywords)[0])[0], any_dtype(dtype))
        result[...] = 0
        return result


class Ones(Initializer):
    """Fill with ones.

    References
    ----------
    keras/src/initializers/constant_initializers.py, Ones.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.initializers.Ones()([2])
    array([1., 1.], dtype=float32)
    """

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike | None = None, **keywords: Any
    ) -> NDArray[Any]:
        result = new_array(as_shape(self._part(shape, keywords)[0])[0], any_dtype(dtype))
        result[...] = 1
        return result


class Identity(Initializer):
    """Make an identity matrix, or what there is room for of one.

    Parameters
    ----------
    gain : float, default 1.0
        What the ones are multiplied with, and the zeros too. Keras 3 leaves it out of configs;
        here it is in them.

    References
    ----------
    keras/src/initializers/constant_initializers.py, Identity.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.initializers.Identity(gain=2.0)([2, 3])
    array([[2., 0., 0.],
           [0., 2., 0.]], dtype=float32)
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike | None = None, **keywords: Any
    ) -> NDArray[Any]:
        dims = as_shape(self._part(shape, keywords, known=False)[0])[0]
        if len(dims) != 2:
            raise ValueError(f"Identity: shape must have rank 2, got {dims}")
        kind = any_dtype(dtype)
        gain = np.asarray(as_operand("gain", self.gain, kind), kind)
        if gain.ndim > 2:
            raise ValueError(f"Identity: gain must be a number, got shape {gain.shape}")
        result = new_array(dims, kind)
        result[...] = _times(gain, 0)
        np.fill_diagonal(result, _times(gain, 1))
        return result

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain}


# ---- random numbers ------------------------------------------------------------------------


class _RandomInitializer(Initializer):
    def __init__(self, seed: Seed = None) -> None:
        self._init_seed = seed
        self._draws = draws(seed)

    @property
    def seed(self) -> Seed:
        """The seed: the one given, or the one drawn for lack of it, once it has been."""
        return self._draws.seed

    _used: bool | None = False  # None: nobody is told

    def _drawn(
        self, kind: str, shape: ShapeLike, a: Any, b: Any, dtype: Any, keywords: dict[str, Any]
    ) -> NDArray[Any]:
        """Draw, a part if keywords say so; tf.keras 2.10 to 2.15 warns of a second whole."""
        part, folded = self._part(shape, keywords)
        if keywords.get("partition_offset") is None:
            self._warn_reuse()
        return self._draws(kind, part, a, b, dtype, folded)

    def _warn_reuse(self) -> None:
        if self._used is None or self._init_seed is not None or not self._draws.repeats:
            return
        if not self._used:
            set_attribute(self, "_used", True)
            return
        warnings.warn(
            f"the initializer {type(self).__name__} has no seed and is called again: it gives the "
            "same numbers each time, as in tf.keras from 2.10 on; a seed, or another initializer, "
            "says what is meant",
            stacklevel=5,
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an initializer like this one."""
        seed = self._init_seed
        return {"seed": serialize(seed) if isinstance(seed, SeedGenerator) else seed}


class RandomNormal(_RandomInitializer):
    """Draw from a normal distribution.

    Parameters
    ----------
    mean, stddev : float, default 0.0 and 0.05
        Mean and standard deviation.
    seed : int or SeedGenerator, optional
        In Keras 3, the same numbers come at every call unless this is a `SeedGenerator`.

    Raises
    ------
    TypeError, ValueError
        If `seed` is something else, or not of 64 bits.

    Warns
    -----
    UserWarning
        In tf.keras 2.10 to 2.15, if one without a seed is called again.

    Notes
    -----
    While TensorFlow 2.4 to 2.15 is mirrored, a call of this and other initializers takes
    ``partition_shape``, the shape of the part of a weight that it makes, and ``partition_offset``,
    a tuple that from 2.10 on is folded into the seed. `Orthogonal` and `Identity` refuse them.

    Stream
    ------
    That of `tfphilox.random.stateless_normal`; before TensorFlow 2.10 in part that of
    `tfphilox.random.normal`. Verified against TensorFlow 2.0 to 2.15 and Keras 3.15.

    References
    ----------
    keras/src/initializers/random_initializers.py, RandomNormal.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.initializers.RandomNormal(seed=1)([2])
    array([ 0.00633252, -0.02465083], dtype=float32)
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Seed = None) -> None:
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike | None = None, **keywords: Any
    ) -> NDArray[Any]:
        kind = float_dtype(dtype)
        return self._drawn("normal", shape, self.mean, self.stddev, kind, keywords)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(_RandomInitializer):
    """Draw from a normal distribution, redrawing what is two standard deviations or more off.

    Parameters
    ----------
    mean, stddev : float, default 0.0 and 0.05
        Mean and standard deviation before truncation.
    seed : int or SeedGenerator, optional
        As in `RandomNormal`.

    Raises
    ------
    TypeError, ValueError
        If `seed` is something else, or not of 64 bits.

    Stream
    ------
    That of `tfphilox.random.stateless_truncated_normal`; before TensorFlow 2.10 in part that of
    `tfphilox.random.truncated_normal`. Verified against TensorFlow 2.0 to 2.15 and Keras 3.15.

    References
    ----------
    keras/src/initializers/random_initializers.py, TruncatedNormal.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.initializers.TruncatedNormal(seed=1)([2])
    array([ 0.00633252, -0.02465083], dtype=float32)
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Seed = None) -> None:
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike | None = None, **keywords: Any
    ) -> NDArray[Any]:
        kind = float_dtype(dtype)
        return self._drawn("truncated_normal", shape, self.mean, self.stddev, kind, keywords)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class RandomUniform(_RandomInitializer):
    """Draw uniformly from [minval, maxval).

    Parameters
    ----------
    minval, maxval : float, default -0.05 and 0.05
        Lowest value, and the end of the range. In Keras 3 a Python float goes through float32,
        even where float64 is asked for.
    seed : int or SeedGenerator, optional
        As in `RandomNormal`.

    Raises
    ------
    TypeError, ValueError
        If `seed` is something else, or not of 64 bits.

    Notes
    -----
    Called with int32 or int64 it draws integers.

    Stream
    ------
    That of `tfphilox.random.stateless_uniform`; before TensorFlow 2.10 in part that of
    `tfphilox.random.uniform`. Verified against TensorFlow 2.0 to 2.15 and Keras 3.15.

    References
    ----------
    keras/src/initializers/random_initializers.py, RandomUniform.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.initializers.RandomUniform(-1.0, 1.0, seed=1)([2])
    array([ 0.75697637, -0.0800395 ], dtype=float32)
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Seed = None) -> None:
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed)

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike | None = None, **keywords: Any
    ) -> NDArray[Any]:
        kind = float_dtype(dtype)
        return self._drawn("uniform", shape, self.minval, self.maxval, kind, keywords)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


class VarianceScaling(_RandomInitializer):
    """Draw with a variance of `scale` divided by how many units a weight connects.

    Parameters
    ----------
    scale : float, default 1.0
        More than 0.
    mode : {"fan_in", "fan_out", "fan_avg"}
        What to divide by: inputs, outputs, or their mean.
    distribution : {"truncated_normal", "untruncated_normal", "uniform"}
        "normal" means the first; capitals do not matter.
    seed : int or SeedGenerator, optional
        As in `RandomNormal`.
    input_axes, output_axes : sequence of int, optional
        The axes whose product is the number of inputs, and of outputs; both or none. By default
        the last axis is the outputs, the last but one the inputs, and the axes before them count
        for both. Keras 3.15 has these, no earlier one.

    Raises
    ------
    ValueError
        If `scale`, `mode` or `distribution` is not as above, or `seed` is not of 64 bits.
    TypeError
        If `seed` is neither an integer nor a `SeedGenerator`.

    Stream
    ------
    That of `TruncatedNormal`, `RandomNormal` or `RandomUniform`. Verified against TensorFlow 2.0
    to 2.15 and Keras 3.15.

    References
    ----------
    keras/src/initializers/random_initializers.py, VarianceScaling and compute_fans.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.initializers.VarianceScaling(2.0, "fan_out", "uniform", seed=1)([1, 2])
    array([[ 1.3111216 , -0.13863254]], dtype=float32)
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Seed = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        if not scale > 0.0:
            raise ValueError(f"scale must be more than 0, got {brief(scale)}")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"mode must be fan_in, fan_out or fan_avg, got {brief(mode)}")
        if not isinstance(distribution, str):
            raise TypeError(f"distribution must be a string, got {brief(distribution)}")
        shape = distribution.lower()
        shape = "truncated_normal" if shape == "normal" else shape
        if shape not in ("truncated_normal", "untruncated_normal", "uniform"):
            allowed = "truncated_normal, untruncated_normal or uniform"
            raise ValueError(f"distribution must be {allowed}, got {brief(distribution)}")
        self.scale = scale
        self.mode = mode
        self.distribution = shape
        if input_axes is not None or output_axes is not None:
            versions.require("input_axes and output_axes", "keras_fan_axes")
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed)

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike | None = None, **keywords: Any
    ) -> NDArray[Any]:
        counted = shape
        if keywords and versions.rule("keras_partitions") != "fans of the whole":
            counted, _ = self._part(shape, keywords)
        fan_in, fan_out = self._fans(as_shape(counted)[0])
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}
        try:
            variance = self.scale / max(1.0, fan[self.mode])
        except OverflowError:
            raise ValueError(f"scale is too large for a float: {brief(self.scale)}") from None
        kind = float_dtype(dtype)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            kind = only_float("VarianceScaling", kind)
            return self._drawn("uniform", shape, -limit, limit, kind, keywords)
        if self.distribution == "untruncated_normal":
            return self._drawn("normal", shape, 0.0, math.sqrt(variance), kind, keywords)
        stddev = math.sqrt(variance) / _TRUNCATED_STDDEV
        return self._drawn("truncated_normal", shape, 0.0, stddev, kind, keywords)

    def _fans(self, dims: tuple[int, ...]) -> tuple[int, int]:
        """Return how many inputs and outputs a weight of this shape has."""
        if self.input_axes is not None and self.output_axes is not None:
            try:
                fans = (
                    math.prod(dims[axis] for axis in self.input_axes),
                    math.prod(dims[axis] for axis in self.output_axes),
                )
                float(max(fans))
                return fans
            except (IndexError, OverflowError):
                raise ValueError(
                    f"input_axes and output_axes must be axes of the shape {brief(dims)}, got "
                    f"{brief(self.input_axes)} and {brief(self.output_axes)}"
                ) from None
        if len(dims) < 2:
            return math.prod(dims), math.prod(dims)
        return math.prod(dims[:-1]), math.prod(dims[:-2]) * dims[-1]

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _Scaled(VarianceScaling):
    """A VarianceScaling with a name."""

    _arguments: ClassVar[tuple[float, str, str]]

    def __init__(
        self,
        seed: Seed = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(*self._arguments, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {name: config[name] for name in ("seed", "input_axes", "output_axes")}


class GlorotUniform(_Scaled):
    """Draw uniformly within sqrt(6 / (inputs + outputs)): Keras's default for kernels.

    Parameters
    ----------
    seed, input_axes, output_axes
        As in `VarianceScaling`.

    References
    ----------
    keras/src/initializers/random_initializers.py, GlorotUniform.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.initializers.GlorotUniform(seed=7)([10, 2])[0]
    array([0.34942216, 0.24349952], dtype=float32)
    >>> tp.random.set_seed(None)
    >>> with tp.config.tensorflow_version("2.7"):
    ...     tp.keras.initializers.GlorotUniform(seed=7)([10, 2])[0]
    array([-0.02271092,  0.00877243], dtype=float32)
    """

    _arguments = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Scaled):
    """Draw truncated normal numbers of variance 2 / (inputs + outputs).

    Parameters
    ----------
    seed, input_axes, output_axes
        As in `VarianceScaling`.

    References
    ----------
    keras/src/initializers/random_initializers.py, GlorotNormal.
    """

    _arguments = (1.0, "fan_avg", "truncated_normal")


class LecunNormal(_Scaled):
    """Draw truncated normal numbers of variance 1 / inputs.

    Parameters
    ----------
    seed, input_axes, output_axes
        As in `VarianceScaling`.

    References
    ----------
    keras/src/initializers/random_initializers.py, LecunNormal.
    """

    _arguments = (1.0, "fan_in", "truncated_normal")


class LecunUniform(_Scaled):
    """Draw uniformly within sqrt(3 / inputs).

    Parameters
    ----------
    seed, input_axes, output_axes
        As in `VarianceScaling`.

    References
    ----------
    keras/src/initializers/random_initializers.py, LecunUniform.
    """

    _arguments = (1.0, "fan_in", "uniform")


class HeNormal(_Scaled):
    """Draw truncated normal numbers of variance 2 / inputs.

    Parameters
    ----------
    seed, input_axes, output_axes
        As in `VarianceScaling`.

    References
    ----------
    keras/src/initializers/random_initializers.py, HeNormal.
    """

    _arguments = (2.0, "fan_in", "truncated_normal")


class HeUniform(_Scaled):
    """Draw uniformly within sqrt(6 / inputs).

    Parameters
    ----------
    seed, input_axes, output_axes
        As in `VarianceScaling`.

    References
    ----------
    keras/src/initializers/random_initializers.py, HeUniform.
    """

    _arguments = (2.0, "fan_in", "uniform")


class Orthogonal(_RandomInitializer):
    """Draw a matrix with orthogonal columns, or rows if there are fewer of those.

    Parameters
    ----------
    gain : float, default 1.0
        What the matrix is multiplied with.
    seed : int or SeedGenerator, optional
        As in `RandomNormal`.

    Raises
    ------
    TypeError, ValueError
        If `seed` is something else, or not of 64 bits.

    Notes
    -----
    All axes but the last are taken together. Float32 and float64 have TensorFlow's bits, float16
    has not. From 48 rows and columns on the last bits depend on the processor that TensorFlow ran
    on: see `tfphilox.config.set_l1_data_cache` and `tfphilox.arrays.orthogonal`.

    Stream
    ------
    That of `RandomNormal`, for a matrix of as many columns as the shorter side has.

    References
    ----------
    keras/src/initializers/random_initializers.py, Orthogonal.
    """

    def __init__(self, gain: float = 1.0, seed: Seed = None) -> None:
        self.gain = gain
        super().__init__(seed)

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike | None = None, **keywords: Any
    ) -> NDArray[Any]:
        dims = as_shape(self._part(shape, keywords, known=False)[0])[0]
        if len(dims) < 2:
            raise ValueError(f"Orthogonal: shape must have rank 2 or more, got {dims}")
        kind = float_dtype(dtype)
        if kind.name == "bfloat16":
            raise TypeError("Orthogonal: dtype must be float16, float32 or float64, got bfloat16")
        gain = np.asarray(as_operand("gain", self.gain, kind), kind)
        rows, columns = math.prod(dims[:-1]), dims[-1]
        tall = max(rows, columns), min(rows, columns)
        return _orthogonal(self._drawn("normal", tall, 0.0, 1.0, kind, {}), gain, dims)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "gain": self.gain}


@op("keras._orthogonal")
def _orthogonal(normal: NDArray[Any], gain: NDArray[Any], dims: tuple[int, ...]) -> NDArray[Any]:
    matrix = orthogonal_factor(normal)
    matrix = matrix if math.prod(dims[:-1]) >= dims[-1] else matrix.T
    return broadcast_op("multiply", gain, np.ascontiguousarray(matrix)).reshape(dims)


# ---- names ---------------------------------------------------------------------------------

IdentityInitializer = Identity
OrthogonalInitializer = Orthogonal

constant, zeros, ones, identity = Constant, Zeros, Ones, Identity
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
variance_scaling, orthogonal = VarianceScaling, Orthogonal
glorot_normal, glorot_uniform = GlorotNormal, GlorotUniform
he_normal, he_uniform, lecun_normal, lecun_uniform = HeNormal, HeUniform, LecunNormal, LecunUniform

_CLASSES: tuple[type[Initializer], ...] = (
    *(Initializer, Constant, Identity, Ones, Zeros),
    *(GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform),
    *(Orthogonal, RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling),
)
_NAMES: dict[str, Any] = {
    "IdentityInitializer": Identity,
    "normal": RandomNormal,
    "one": Ones,
    "OrthogonalInitializer": Orthogonal,
    "SeedGenerator": SeedGenerator,
    "uniform": RandomUniform,
    "zero": Zeros,
}
for _class in _CLASSES:
    _NAMES[_class.__name__] = _class
    _NAMES[re.sub("(?<=[a-z])(?=[A-Z])", "_", _class.__name__).lower()] = _class


def serialize(initializer: Initializer | SeedGenerator) -> dict[str, Any]:
    """Return the config of an initializer, with its class, as Keras 3 writes it to files.

    References
    ----------
    keras/src/initializers/__init__.py, serialize.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.initializers.serialize(tp.keras.initializers.Ones())["class_name"]
    'Ones'
    """
    seeds = isinstance(initializer, SeedGenerator)
    if not isinstance(initializer, Initializer | SeedGenerator):
        raise TypeError(f"initializer must be an Initializer, got {brief(initializer)}")
    return {
        "module": "keras.random" if seeds else "keras.initializers",
        "class_name": type(initializer).__name__,
        "config": initializer.get_config(),
        "registered_name": None,
    }


def deserialize(config: str | dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
    """Make an initializer from a name or from what `serialize` returned, in Keras 2 or 3.

    Parameters
    ----------
    config : str or dict
        A name in either spelling, or a dict with "class_name" and "config".
    custom_objects : dict, optional
        More names, with classes of your own.

    Raises
    ------
    ValueError
        If there is no such initializer.
    TypeError
        If the config does not fit the class.

    References
    ----------
    keras/src/initializers/__init__.py, deserialize.

    Examples
    --------
    >>> import tfphilox as tp
    >>> config = {"class_name": "Constant", "config": {"value": 2}}
    >>> tp.keras.initializers.deserialize(config)([1])
    array([2.], dtype=float32)
    """
    if isinstance(config, str):
        config = {"class_name": config, "config": {}}
    if not isinstance(config, dict):
        raise TypeError(f"config must be a string or a dict, got {brief(config)}")
    name = config.get("class_name")
    names = _NAMES if custom_objects is None else {**_NAMES, **custom_objects}
    if name not in names:
        if isinstance(name, str) and name.upper().startswith("STFT"):
            raise ValueError("STFT is not among the initializers here: nothing in it is random")
        raise ValueError(f"there is no initializer {brief(config)}")
    found = names[name]
    arguments = config.get("config") or {}
    return found.from_config(arguments) if hasattr(found, "from_config") else found(**arguments)


def get(identifier: Any) -> Any:
    """Return the initializer that a layer's ``kernel_initializer`` means.

    Parameters
    ----------
    identifier : str, dict, Initializer, class, function or array; or None
        A name such as "glorot_uniform" or "GlorotUniform"; what `serialize` returned; an
        initializer, which is returned, or its class, which is called; a function of shape and
        dtype; an array, for that very array.

    Returns
    -------
    Initializer or function; None for None

    Raises
    ------
    ValueError
        If there is no such initializer.
    TypeError
        If `identifier` is something else.

    References
    ----------
    keras/src/initializers/__init__.py, get.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.initializers.get("ones")([2])
    array([1., 1.], dtype=float32)
    """
    if identifier is None:
        return None
    if isinstance(identifier, str | dict):
        return deserialize(identifier)
    if isinstance(identifier, np.ndarray | np.generic):
        return _given(np.asarray(identifier))
    if isinstance(identifier, type):
        return identifier()
    if not callable(identifier):
        raise TypeError(f"identifier must name or be an initializer, got {brief(identifier)}")
    return identifier


def _given(array: NDArray[Any]) -> Callable[..., NDArray[Any]]:
    def initialize(shape: ShapeLike, dtype: DTypeLike | None = None) -> NDArray[Any]:
        dims = as_shape(shape)[0]
        if dims != array.shape:
            raise ValueError(f"shape must be that of the array, {array.shape}, got {dims}")
        return np.array(cast(array, any_dtype(dtype)))

    return initialize


def _times(value: NDArray[Any], factor: int) -> NDArray[Any]:
    """Return value * factor, rounded and flushed as TensorFlow's op does it."""
    if not is_float(value.dtype):
        return np.asarray(value * np.array(factor, value.dtype))
    return broadcast_op("multiply", value, np.array(factor, value.dtype))
