"""compat/v1/initializers.py: tf.compat.v1.initializers, as far as they draw.

An initializer is a function of tf.random with its arguments set, all but the shape; the variance
scaling ones derive a limit or a deviation from that. All call the stateful functions with the
initializer's seed as op seed, so a second call goes on where the first stopped.

The classes have TensorFlow's names and go by those under which it exports them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, SupportsFloat, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ...arrays.arguments import ShapeLike, as_integers, as_shape, is_float
from ...arrays.arithmetic import broadcast_op
from ...arrays.dtypes import as_dtype
from ...arrays.wording import brief
from ...graphs.graph import op
from ...random import normal as _normal
from ...random import truncated_normal as _truncated_normal
from ...random import uniform as _uniform
from ...random._orthogonal import orthogonal_factor
from ...seeding.attributes import is_scalar
from ...seeding.scopes import Whole

__all__ = [
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "lecun_uniform",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "uniform_unit_scaling",
    "variance_scaling",
]

# The deviation of a normal distribution of deviation 1 that is cut off at 2: TensorFlow's constant.
_TRUNCATED_DEVIATION = 0.87962566103423978
_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("normal", "uniform", "truncated_normal", "untruncated_normal")


class InitializerV1(Whole):
    """What all initializers have."""

    seed: SupportsInt | None
    dtype: np.dtype[Any]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an initializer like this one.

        Returns
        -------
        dict
            With the dtype as its name.
        """
        return {"seed": self.seed, "dtype": self.dtype.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Make an initializer from what `get_config` returned.

        Parameters
        ----------
        config : dict

        Returns
        -------
        InitializerV1
        """
        return cls(**config)

    def _type(self, dtype: DTypeLike | None) -> Any:
        return self.dtype if dtype is None else dtype


class RandomUniform(InitializerV1):
    """Make arrays of uniform numbers.

    Parameters
    ----------
    minval : number or array, default 0.0
        Lowest value.
    maxval : number or array, optional
        The end of the range, excluded; by default 1 for floats.
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.
    dtype : {float16, bfloat16, float32, float64, int32, int64}, default float32
        Type of the arrays, unless a call gives one.

    Raises
    ------
    TypeError
        If `dtype` is none of these. The other arguments are looked at by calls, as
        `tfphilox.random.uniform` does.

    Stream
    ------
    A call is one of `tfphilox.random.uniform`, with `seed`. Verified against TensorFlow 1.15, 2.0
    and 2.21.

    References
    ----------
    tensorflow/python/ops/init_ops.py, RandomUniform.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.compat.v1.random_uniform_initializer(-1, 1, seed=1)([2])
    array([ 0.07946038, -0.7901206 ], dtype=float32)
    """

    def __init__(
        self,
        minval: ArrayLike = 0.0,
        maxval: ArrayLike | None = None,
        seed: SupportsInt | None = None,
        dtype: DTypeLike = "float32",
    ) -> None:
        self.minval = minval
        self.maxval = maxval
        self.seed = seed
        self.dtype = as_dtype(dtype)

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike | None = None, partition_info: Any = None
    ) -> NDArray[Any]:
        return _uniform(shape, self.minval, self.maxval, self._type(dtype), self.seed)

    def get_config(self) -> dict[str, Any]:
        return {"minval": self.minval, "maxval": self.maxval, **super().get_config()}


class RandomNormal(InitializerV1):
    """Make arrays of normal numbers.

    Parameters
    ----------
    mean, stddev : number or array, default 0.0 and 1.0
        Mean and standard deviation.
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.
    dtype : {float16, bfloat16, float32, float64}, default float32
        Type of the arrays, unless a call gives one.

    Raises
    ------
    TypeError, ValueError
        If `dtype` is none of these; ValueError for an integer type. The other arguments are looked
        at by calls, as `tfphilox.random.normal` does.

    Stream
    ------
    A call is one of `tfphilox.random.normal`, with `seed`. Verified against TensorFlow 1.15, 2.0
    and 2.21.

    References
    ----------
    tensorflow/python/ops/init_ops.py, RandomNormal.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.compat.v1.random_normal_initializer(seed=1)([2])
    array([0.6803454 , 0.87778246], dtype=float32)
    """

    def __init__(
        self,
        mean: ArrayLike = 0.0,
        stddev: ArrayLike = 1.0,
        seed: SupportsInt | None = None,
        dtype: DTypeLike = "float32",
    ) -> None:
        self.mean = mean
        self.stddev = stddev
        self.seed = seed
        self.dtype = _as_float_dtype(dtype)

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike | None = None, partition_info: Any = None
    ) -> NDArray[Any]:
        return _normal(shape, self.mean, self.stddev, self._type(dtype), self.seed)

    def get_config(self) -> dict[str, Any]:
        return {"mean": self.mean, "stddev": self.stddev, **super().get_config()}


class TruncatedNormal(RandomNormal):
    """Make arrays of normal numbers, redrawing those two standard deviations or more off.

    Parameters
    ----------
    mean, stddev, seed, dtype
        As in `RandomNormal`.

    Raises
    ------
    TypeError, ValueError
        As there.

    Stream
    ------
    A call is one of `tfphilox.random.truncated_normal`, with `seed`. Verified against TensorFlow
    1.15, 2.0 and 2.21.

    References
    ----------
    tensorflow/python/ops/init_ops.py, TruncatedNormal.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.compat.v1.truncated_normal_initializer(seed=1)([2])
    array([0.6803454 , 0.87778246], dtype=float32)
    """

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike | None = None, partition_info: Any = None
    ) -> NDArray[Any]:
        return _truncated_normal(shape, self.mean, self.stddev, self._type(dtype), self.seed)


class UniformUnitScaling(InitializerV1):
    """Make weights that keep the scale of a layer's input: uniform by the number of inputs.

    Parameters
    ----------
    factor : float, default 1.0
        The numbers lie within ``factor * sqrt(3 / n)`` of 0, `n` the product of all dimensions but
        the last.
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.
    dtype : {float16, bfloat16, float32, float64}, default float32
        Type of the arrays, unless a call gives one.

    Raises
    ------
    TypeError, ValueError
        If `factor` is no number, `dtype` none of these; ValueError for an integer type.

    Stream
    ------
    A call is one of `tfphilox.random.uniform`, with `seed`. Verified against TensorFlow 1.15, 2.0
    and 2.21.

    References
    ----------
    tensorflow/python/ops/init_ops.py, UniformUnitScaling.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.compat.v1.uniform_unit_scaling_initializer(seed=1)([2, 1]).tolist()
    [[0.09731864929199219], [-0.9676961898803711]]
    """

    def __init__(
        self,
        factor: SupportsFloat = 1.0,
        seed: SupportsInt | None = None,
        dtype: DTypeLike = "float32",
    ) -> None:
        self.factor = _as_number("factor", factor)
        self.seed = seed
        self.dtype = _as_float_dtype(dtype)

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike | None = None, partition_info: Any = None
    ) -> NDArray[Any]:
        inputs = math.prod(float(dim) for dim in _dims(shape, partition_info)[:-1])
        limit = math.sqrt(3 / max(inputs, 1.0)) * self.factor
        return _uniform(shape, -limit, limit, self._type(dtype), self.seed)

    def get_config(self) -> dict[str, Any]:
        return {"factor": self.factor, **super().get_config()}


class VarianceScaling(InitializerV1):
    """Make weights whose variance is a number over that of a layer's inputs or outputs.

    Parameters
    ----------
    scale : float above 0, default 1.0
        The variance is ``scale / n``.
    mode : {"fan_in", "fan_out", "fan_avg"}, default "fan_in"
        What `n` is: the number of inputs, of outputs, or the mean of the two. Of a shape with more
        than two dimensions the last two are inputs and outputs, each times the others.
    distribution : {"truncated_normal", "normal", "untruncated_normal", "uniform"}
        "normal" is truncated too. The default is "truncated_normal".
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.
    dtype : {float16, bfloat16, float32, float64}, default float32
        Type of the arrays, unless a call gives one.

    Raises
    ------
    TypeError
        If an argument has another type.
    ValueError
        For another number or word.

    Stream
    ------
    A call is one of `tfphilox.random.truncated_normal`, `normal` or `uniform`, with `seed`; limit
    and deviation are made in double. Verified against TensorFlow 1.15, 2.0 and 2.21.

    References
    ----------
    tensorflow/python/ops/init_ops.py, VarianceScaling and _compute_fans.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.compat.v1.variance_scaling_initializer(2.0, "fan_out", seed=1)([2, 3])
    array([[ 0.6315183 ,  0.81478566, -0.60124916],
           [ 1.5497668 , -0.89695096,  0.50721353]], dtype=float32)
    """

    def __init__(
        self,
        scale: SupportsFloat = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: SupportsInt | None = None,
        dtype: DTypeLike = "float32",
    ) -> None:
        self.scale = _as_number("scale", scale)
        if self.scale <= 0:
            raise ValueError(f"scale must be above 0, got {brief(scale)}")
        if mode not in _MODES:
            raise ValueError(f"mode must be one of {', '.join(_MODES)}, got {brief(mode)}")
        if not isinstance(distribution, str):
            raise TypeError(f"distribution must be a string, got {brief(distribution)}")
        if distribution.lower() not in _DISTRIBUTIONS:
            allowed = ", ".join(_DISTRIBUTIONS)
            raise ValueError(f"distribution must be one of {allowed}, got {brief(distribution)}")
        self.mode = mode
        self.distribution = distribution.lower()
        self.seed = seed
        self.dtype = _as_float_dtype(dtype)

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike | None = None, partition_info: Any = None
    ) -> NDArray[Any]:
        fan_in, fan_out = _fans(_dims(shape, partition_info))
        fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}
        scale = self.scale / max(1.0, fans[self.mode])
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * scale)
            return _uniform(shape, -limit, limit, self._type(dtype), self.seed)
        if self.distribution == "untruncated_normal":
            return _normal(shape, 0.0, math.sqrt(scale), self._type(dtype), self.seed)
        stddev = math.sqrt(scale) / _TRUNCATED_DEVIATION
        return _truncated_normal(shape, 0.0, stddev, self._type(dtype), self.seed)

    def get_config(self) -> dict[str, Any]:
        return {
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            **super().get_config(),
        }


class GlorotUniform(VarianceScaling):
    """Make weights by Glorot's rule, uniform: scale 1, the mean of inputs and outputs.

    Parameters
    ----------
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.
    dtype : default float32
        Ignored, as by TensorFlow: the arrays are float32, unless a call gives a type.

    Stream
    ------
    A call is one of `tfphilox.random.uniform`, with `seed`. Verified against TensorFlow 1.15, 2.0
    and 2.21.

    References
    ----------
    tensorflow/python/ops/init_ops.py, GlorotUniform.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.compat.v1.glorot_uniform_initializer(seed=1)([2, 3])
    array([[ 0.08704448, -0.86553377, -0.654678  ],
           [ 0.9663999 ,  1.0434687 ,  0.12823379]], dtype=float32)
    """

    def __init__(self, seed: SupportsInt | None = None, dtype: DTypeLike = "float32") -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed)

    def get_config(self) -> dict[str, Any]:
        return InitializerV1.get_config(self)


class GlorotNormal(VarianceScaling):
    """Make weights by Glorot's rule, truncated normal: scale 1, the mean of inputs and outputs.

    Parameters
    ----------
    seed, dtype
        As in `GlorotUniform`.

    Stream
    ------
    A call is one of `tfphilox.random.truncated_normal`, with `seed`. Verified against TensorFlow
    1.15, 2.0 and 2.21.

    References
    ----------
    tensorflow/python/ops/init_ops.py, GlorotNormal.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.compat.v1.glorot_normal_initializer(seed=1)([2, 3])
    array([[ 0.48917198,  0.6311303 , -0.4657256 ],
           [ 1.2004442 , -0.6947752 ,  0.39288592]], dtype=float32)
    """

    def __init__(self, seed: SupportsInt | None = None, dtype: DTypeLike = "float32") -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed)

    def get_config(self) -> dict[str, Any]:
        return InitializerV1.get_config(self)


class Orthogonal(InitializerV1):
    """Make a matrix with orthogonal rows or columns, or a stack of such.

    Parameters
    ----------
    gain : float, default 1.0
        What the matrix is multiplied with.
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.
    dtype : {float16, float32, float64}, default float32
        Type of the arrays, unless a call gives one.

    Raises
    ------
    TypeError
        If an argument has another type.
    ValueError
        In a call, for a shape with fewer than two dimensions.

    Stream
    ------
    A call is one of `tfphilox.random.normal`, with `seed`, for a matrix of all dimensions but the
    last and the last, the longer one first. `tfphilox.arrays.orthogonal` says for which sizes the
    bits are TensorFlow's, and `tfphilox.config.set_l1_data_cache` for which processor. Verified
    against TensorFlow 1.15, 2.0, 2.1 and 2.21.

    References
    ----------
    tensorflow/python/ops/init_ops.py, Orthogonal.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(3)
    >>> tp.compat.v1.orthogonal_initializer(gain=2.0, seed=1)([2, 3])
    array([[-0.02819085,  0.9470502 , -1.7613351 ],
           [-1.8617415 , -0.6555788 , -0.3226998 ]], dtype=float32)
    """

    def __init__(
        self, gain: SupportsFloat = 1.0, seed: SupportsInt | None = None,
        dtype: DTypeLike = "float32",
    ) -> None:  # fmt: skip
        self.gain = _as_number("gain", gain)
        self.seed = seed
        self.dtype = _as_float_dtype(dtype)

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike | None = None, partition_info: Any = None
    ) -> NDArray[Any]:
        dims = tuple(_dims(shape, None))
        if len(dims) < 2:
            raise ValueError(f"shape must have two dimensions or more, got {dims}")
        as_shape(dims)  # else the matrix would be drawn first
        return orthogonal_matrix(dims, self.gain, self._type(dtype), self.seed)

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain, **super().get_config()}


@op("compat.orthogonal_matrix")
def orthogonal_matrix(
    dims: tuple[int, ...], gain: float, dtype: np.dtype[Any], seed: SupportsInt | None
) -> NDArray[Any]:
    """Draw a matrix, and return its orthogonal factor: one node of a graph."""
    if as_dtype(dtype).name == "bfloat16":  # TensorFlow's op Qr has no kernel for it
        raise TypeError("orthogonal: dtype must be float16, float32 or float64, got bfloat16")
    rows, columns = math.prod(dims[:-1]), dims[-1]
    drawn = _normal((max(rows, columns), min(rows, columns)), dtype=dtype, seed=seed)
    factor = orthogonal_factor(drawn)
    factor = factor.T if rows < columns else factor
    return broadcast_op("multiply", factor.reshape(dims), np.asarray(gain, dtype))


def lecun_normal(seed: SupportsInt | None = None) -> VarianceScaling:
    """Return the initializer ``VarianceScaling(1.0, "fan_in", "truncated_normal", seed)``.

    Parameters
    ----------
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.

    Returns
    -------
    VarianceScaling

    References
    ----------
    tensorflow/python/ops/init_ops.py, lecun_normal.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.compat.v1.initializers.lecun_normal(seed=1)([2, 1]).tolist()
    [[0.5469108819961548], [0.7056251168251038]]
    """
    return VarianceScaling(1.0, "fan_in", "truncated_normal", seed)


def lecun_uniform(seed: SupportsInt | None = None) -> VarianceScaling:
    """Return the initializer ``VarianceScaling(1.0, "fan_in", "uniform", seed)``.

    Parameters
    ----------
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.

    Returns
    -------
    VarianceScaling

    References
    ----------
    tensorflow/python/ops/init_ops.py, lecun_uniform.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.compat.v1.initializers.lecun_uniform(seed=1)([2, 1]).tolist()
    [[0.09731864929199219], [-0.9676961898803711]]
    """
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


def he_normal(seed: SupportsInt | None = None) -> VarianceScaling:
    """Return the initializer ``VarianceScaling(2.0, "fan_in", "truncated_normal", seed)``.

    Parameters
    ----------
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.

    Returns
    -------
    VarianceScaling

    References
    ----------
    tensorflow/python/ops/init_ops.py, he_normal.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.compat.v1.initializers.he_normal(seed=1)([2, 1]).tolist()
    [[0.7734488248825073], [0.9979045987129211]]
    """
    return VarianceScaling(2.0, "fan_in", "truncated_normal", seed)


def he_uniform(seed: SupportsInt | None = None) -> VarianceScaling:
    """Return the initializer ``VarianceScaling(2.0, "fan_in", "uniform", seed)``.

    Parameters
    ----------
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.

    Returns
    -------
    VarianceScaling

    References
    ----------
    tensorflow/python/ops/init_ops.py, he_uniform.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.compat.v1.initializers.he_uniform(seed=1)([2, 1]).tolist()
    [[0.13762938976287842], [-1.368528962135315]]
    """
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


random_uniform = RandomUniform
orthogonal = Orthogonal
random_normal = RandomNormal
truncated_normal = TruncatedNormal
uniform_unit_scaling = UniformUnitScaling
variance_scaling = VarianceScaling
glorot_uniform = GlorotUniform
glorot_normal = GlorotNormal


# TensorFlow's other types, which it refuses as values; what is no type at all is a TypeError.
_NO_FLOATS = {
    "string", "bool", "complex64", "complex128", "int8", "int16", "uint8", "uint16", "qint8",
    "qint32", "quint8", "resource", "variant",
}  # fmt: skip


def _as_float_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    if isinstance(dtype, str) and dtype in _NO_FLOATS:
        raise ValueError(f"dtype must be float16, bfloat16, float32 or float64, got {dtype}")
    found = as_dtype(dtype)
    if not is_float(found):
        raise ValueError(f"dtype must be float16, bfloat16, float32 or float64, got {found.name}")
    return found


def _as_number(name: str, value: SupportsFloat) -> float:
    try:
        if not is_scalar(value):
            raise TypeError
        return float(value)
    except (TypeError, ValueError, OverflowError, LookupError, AttributeError, RuntimeError):
        raise TypeError(f"{name} must be a number, got {brief(value)}") from None


def _dims(shape: ShapeLike, partition_info: Any) -> Sequence[int]:
    """Return the shape that counts: of the whole variable, if this is a part of one."""
    whole = shape if partition_info is None else partition_info.full_shape
    array = as_integers("shape", whole)
    if array.ndim != 1:
        raise ValueError(f"shape must be one-dimensional, such as [2, 3]; got {brief(whole)}")
    return [int(dim) for dim in array.tolist()]


def _fans(dims: Sequence[int]) -> tuple[int, int]:
    """Return how many inputs and outputs weights of this shape have."""
    if len(dims) < 2:
        return (dims[0], dims[0]) if dims else (1, 1)
    field = math.prod(dims[:-2])
    return dims[-2] * field, dims[-1] * field
