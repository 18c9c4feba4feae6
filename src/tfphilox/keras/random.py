"""keras/random.py: tf.keras.random, the random functions of Keras 3.

All draw with TensorFlow's stateless ops from a seed pair; see `tfphilox.keras.seeding` for where
pairs come from. The rules are those of the Keras that is mirrored, 3.0 to 3.15; beside tf.keras 2,
which has no such module, those of the newest. A call that fails leaves the generator of its seeds
where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, SupportsIndex, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import random as tf_random
from ..arrays.arguments import BOUNDED_INTEGERS, FLOAT32, INT64, ShapeLike, as_shape, is_float
from ..arrays.arithmetic import broadcast_op
from ..arrays.conversion import as_parameter, as_tensor
from ..arrays.wording import brief
from ..graphs.graph import op
from ..seeding import versions
from ._casting import cast_operand, flushed
from ._dropping import drop
from .config import any_dtype, float_dtype
from .seeding import SeedGenerator, seed_pair

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]

Seed: TypeAlias = int | SeedGenerator | None


@op("keras.normal")
def normal(
    shape: ShapeLike,
    mean: ArrayLike = 0.0,
    stddev: ArrayLike = 1.0,
    dtype: DTypeLike | None = None,
    seed: Seed = None,
) -> NDArray[Any]:
    """Draw floats from a normal distribution.

    Parameters
    ----------
    shape : sequence of int
        Dimensions of what is drawn, each 0 or more.
    mean, stddev : number, or array broadcastable with `shape`
        Mean and standard deviation.
    dtype : {float16, bfloat16, float32, float64}, optional
        Type of the result; `keras.config.floatx` by default.
    seed : int or SeedGenerator, optional
        With an int the same call gives the same numbers. Without a seed, the next of the global
        generator is taken, which starts from Python's ``random`` when it is first needed.

    Returns
    -------
    ndarray of `dtype`

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For a negative dimension, operands that do not broadcast or a seed of more than 64 bits.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    That of `tfphilox.random.stateless_normal` for the pair [seed, 0], or the generator's next
    pair, each number modulo 2**31 - 2. Verified against Keras 3.0 to 3.15.

    References
    ----------
    keras/src/backend/tensorflow/random.py, normal.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.random.normal([2], seed=1)
    array([ 0.1266503 , -0.49301657], dtype=float32)
    """
    with seed_pair(seed) as pair:
        return tf_random.stateless_normal(shape, pair, mean, stddev, float_dtype(dtype))


@op("keras.truncated_normal")
def truncated_normal(
    shape: ShapeLike,
    mean: ArrayLike = 0.0,
    stddev: ArrayLike = 1.0,
    dtype: DTypeLike | None = None,
    seed: Seed = None,
) -> NDArray[Any]:
    """Draw floats from a normal distribution, redrawing those two standard deviations or more off.

    Parameters
    ----------
    shape, mean, stddev, dtype, seed
        As in `normal`; mean and standard deviation are those before truncation.

    Returns
    -------
    ndarray of `dtype`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `normal`.

    Stream
    ------
    That of `tfphilox.random.stateless_truncated_normal`. Verified against Keras 3.0 to
    3.15.

    References
    ----------
    keras/src/backend/tensorflow/random.py, truncated_normal.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.random.truncated_normal([2], seed=1)
    array([ 0.1266503 , -0.49301657], dtype=float32)
    """
    with seed_pair(seed) as pair:
        return tf_random.stateless_truncated_normal(shape, pair, mean, stddev, float_dtype(dtype))


@op("keras.uniform")
def uniform(
    shape: ShapeLike,
    minval: ArrayLike = 0.0,
    maxval: ArrayLike = 1.0,
    dtype: DTypeLike | None = None,
    seed: Seed = None,
) -> NDArray[Any]:
    """Draw floats uniformly from [minval, maxval).

    Parameters
    ----------
    shape : sequence of int
        Dimensions of what is drawn, each 0 or more.
    minval, maxval : number, or array broadcastable with `shape`
        Lowest value, and the end of the range, which is excluded except by rounding. A Python
        float goes through float32, even where float64 is asked for.
    dtype : {float16, bfloat16, float32, float64}, optional
        Type of the result; `keras.config.floatx` by default.
    seed : int or SeedGenerator, optional
        As in `normal`.

    Returns
    -------
    ndarray of `dtype`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `normal`.

    Stream
    ------
    That of `tfphilox.random.stateless_uniform`. Verified against Keras 3.0 to 3.15.

    References
    ----------
    keras/src/backend/tensorflow/random.py, uniform.

    Examples
    --------
    >>> import tfphilox as tp
    >>> seeds = tp.keras.random.SeedGenerator(1)
    >>> tp.keras.random.uniform([2], seed=seeds), tp.keras.random.uniform([2], seed=seeds)
    (array([0.8784882 , 0.45998025], dtype=float32), array([0.09827709, 0.14063823], dtype=float32))
    """
    kind = float_dtype(dtype)
    if not is_float(kind):  # a ValueError in Keras, and a TypeError for the other distributions
        allowed = "float16, bfloat16, float32 or float64"
        raise ValueError(f"keras.random.uniform: dtype must be {allowed}, got {kind.name}")
    with seed_pair(seed) as pair:
        low, high = cast_operand("minval", minval, kind), cast_operand("maxval", maxval, kind)
        return tf_random.stateless_uniform(shape, pair, low, high, kind)


@op("keras.randint")
def randint(
    shape: ShapeLike,
    minval: ArrayLike,
    maxval: ArrayLike,
    dtype: DTypeLike = "int32",
    seed: Seed = None,
) -> NDArray[Any]:
    """Draw integers uniformly from [minval, maxval).

    Parameters
    ----------
    shape : sequence of int
        Dimensions of what is drawn, each 0 or more.
    minval, maxval : int
        Lowest value, and the end of the range, which is excluded.
    dtype : integer type, default int32
        Of any width, signed or not. Types other than int32 are drawn as int64, and those narrower
        than that cut off the bits they have no room for.
    seed : int or SeedGenerator, optional
        As in `normal`.

    Returns
    -------
    ndarray of `dtype`

    Raises
    ------
    TypeError
        If `dtype` is no integer type, or an argument has a type not listed above.
    ValueError
        If ``minval >= maxval`` unless the result is empty, a bound does not fit the type that is
        drawn, a dimension is negative, or a seed has more than 64 bits.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    That of `tfphilox.random.stateless_uniform` for int32 or int64. Verified against Keras 3.0 to
    3.15.

    References
    ----------
    keras/src/backend/tensorflow/random.py, randint.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.random.randint([3], 0, 300, dtype="uint8", seed=1)
    array([253, 216,  95], dtype=uint8)
    """
    kind = any_dtype("int32" if dtype is None else dtype)
    if kind.kind not in "iu":
        raise ValueError(f"keras.random.randint: dtype must be an integer type, got {kind.name}")
    drawn = kind if kind in BOUNDED_INTEGERS else INT64
    with seed_pair(seed) as pair:
        result = tf_random.stateless_uniform(shape, pair, minval, maxval, drawn)
        return result.astype(kind, copy=False)


@op("keras.categorical")
def categorical(
    logits: ArrayLike, num_samples: SupportsIndex, dtype: DTypeLike = "int32", seed: Seed = None
) -> NDArray[Any]:
    """Draw classes by the logits of each row.

    Parameters
    ----------
    logits : array of floats of shape [rows, classes]
        Unnormalized logarithms of the probabilities.
    num_samples : int
        How many to draw for each row.
    dtype : any type of numbers, default int32
        Type of the result.
    seed : int or SeedGenerator, optional
        As in `normal`.

    Returns
    -------
    ndarray of `dtype`, of shape [rows, num_samples]

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `tfphilox.random.stateless_categorical`.

    Stream
    ------
    That of `tfphilox.random.stateless_categorical`, which depends on TensorFlow's threads: see
    `tfphilox.config`. Verified against Keras 3.0 to 3.15.

    References
    ----------
    keras/src/random/random.py and keras/src/backend/tensorflow/random.py, categorical.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.random.categorical([[0.0, 1.0, 2.0]], 6, seed=1)
    array([[0, 2, 0, 2, 2, 0]], dtype=int32)
    """
    kind = any_dtype(dtype)
    with seed_pair(seed) as pair:
        result = tf_random.stateless_categorical(logits, num_samples, pair)
        return result.astype(kind, copy=False)


@op("keras.dropout")
def dropout(
    inputs: ArrayLike,
    rate: float,
    noise_shape: Sequence[SupportsIndex | None] | None = None,
    seed: Seed = None,
) -> NDArray[Any]:
    """Set a share of the inputs to 0, and scale up the others.

    Parameters
    ----------
    inputs : array of floats
        Of any shape.
    rate : float
        The share, 0 to 1. With 0 or 1 nothing is drawn; up to Keras 3.13 a rate of 0 takes a seed
        all the same, and 1 is refused.
    noise_shape : sequence of int or None, optional
        Shape of the mask, which broadcasts to that of `inputs`; None for a dimension of those.
    seed : int or SeedGenerator, optional
        As in `normal`.

    Returns
    -------
    ndarray of the type and shape of `inputs`

    Raises
    ------
    TypeError
        If `inputs` are not floats, or an argument has a type not listed above.
    ValueError
        If `rate` is outside its range, `noise_shape` does not broadcast, or a seed has more than
        64 bits.

    Stream
    ------
    That of `uniform`, for the shape of the mask and the type of `inputs`. Verified against Keras
    3.0 to 3.15.

    References
    ----------
    keras/src/backend/tensorflow/random.py, dropout; tensorflow/python/ops/nn_ops.py, _dropout.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.random.dropout([1.0, 2.0, 3.0], 0.5, seed=1)
    array([2., 0., 6.], dtype=float32)
    """
    x = as_tensor("inputs", inputs)
    returns = versions.keras_3_rule("keras_random_dropout") == "returns"
    if rate == 1.0 and returns:
        return np.zeros_like(x)
    if rate == 0.0 and (returns or is_float(x.dtype)):
        if not returns:
            with seed_pair(seed):
                pass
        return np.array(x)
    with seed_pair(seed) as pair:
        return drop(
            x, rate, noise_shape, lambda dims, kind: tf_random.stateless_uniform(
                dims, pair, dtype=kind
            )
        )  # fmt: skip


@op("keras.shuffle")
def shuffle(x: ArrayLike, axis: SupportsIndex = 0, seed: Seed = None) -> NDArray[Any]:
    """Shuffle an array along an axis.

    Parameters
    ----------
    x : array
        Of rank 1 or more.
    axis : int, default 0
        The axis; negative ones count from the end.
    seed : int or SeedGenerator, optional
        As in `normal`.

    Returns
    -------
    ndarray of the type and shape of `x`
        Up to Keras 3.2 a list has NumPy's type if `axis` is not 0.

    Raises
    ------
    TypeError, ValueError
        If `axis` is no integer or out of range, or `seed` is not as above.

    Stream
    ------
    The order that sorts as many uniform float32 numbers; equal ones, of which there are some among
    thousands, stay in order. Up to Keras 3.7 that of
    `tfphilox.random.experimental.stateless_shuffle`, the axis put first. Verified against Keras 3.0
    to 3.15.

    References
    ----------
    keras/src/backend/tensorflow/random.py, shuffle.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.random.shuffle([1, 2, 3, 4], seed=1)
    array([4, 2, 3, 1], dtype=int32)
    """
    array = np.asarray(x) if hasattr(x, "__array__") else as_tensor("x", x)
    if isinstance(axis, bool) or not hasattr(axis, "__index__"):
        raise TypeError(f"axis must be an integer, got {brief(axis)}")
    if not -array.ndim <= axis.__index__() < array.ndim:
        raise ValueError(
            f"axis must be an axis of an array of rank {array.ndim}, got {brief(axis)}"
        )
    if axis.__index__() != 0 and versions.keras_3_rule("keras_shuffled_lists") == "numpy":
        array = np.asarray(x)
    with seed_pair(seed) as pair:
        if versions.keras_3_rule("keras_shuffle") == "op":
            moved = np.swapaxes(array, 0, axis.__index__())
            shuffled = tf_random.experimental.stateless_shuffle(np.ascontiguousarray(moved), pair)
            return np.ascontiguousarray(np.swapaxes(shuffled, 0, axis.__index__()))
        keys = tf_random.stateless_uniform([array.shape[axis]], pair)
        return np.take(array, np.argsort(keys, kind="stable"), axis=axis.__index__())


@op("keras.gamma")
def gamma(
    shape: ShapeLike, alpha: ArrayLike, dtype: DTypeLike | None = None, seed: Seed = None
) -> NDArray[Any]:
    """Draw from a gamma distribution of rate 1.

    Parameters
    ----------
    shape : sequence of int
        Dimensions of the result, which end with those of `alpha`.
    alpha : number or array
        The distribution's parameter, more than 0.
    dtype : {float16, bfloat16, float32, float64}, optional
        Type of the result; `keras.config.floatx` by default. bfloat16 is drawn as float32.
    seed : int or SeedGenerator, optional
        As in `normal`.

    Returns
    -------
    ndarray of `dtype`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `tfphilox.random.stateless_gamma`; for bfloat16 up to Keras 3.1, which has no such op.

    Stream
    ------
    That of `tfphilox.random.stateless_gamma`. Verified against Keras 3.0 to 3.15.

    References
    ----------
    keras/src/backend/tensorflow/random.py, gamma.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.random.gamma([2], 0.5, seed=1)
    array([0.00154724, 1.22207   ], dtype=float32)
    """
    kind = float_dtype(dtype)
    with seed_pair(seed) as pair:
        return _gamma(shape, pair, alpha, kind)


@op("keras.binomial")
def binomial(
    shape: ShapeLike,
    counts: ArrayLike,
    probabilities: ArrayLike,
    dtype: DTypeLike | None = None,
    seed: Seed = None,
) -> NDArray[Any]:
    """Draw from binomial distributions: how many of `counts` trials succeed.

    Parameters
    ----------
    shape : sequence of int
        Dimensions of the result, which end with those of the parameters.
    counts, probabilities : number or array
        How many trials, and how probable success is. They broadcast together.
    dtype : {float16, bfloat16, float32, float64, int32, int64}, optional
        Type of the result; `keras.config.floatx` by default. bfloat16 is drawn as float32.
    seed : int or SeedGenerator, optional
        As in `normal`.

    Returns
    -------
    ndarray of `dtype`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `tfphilox.random.stateless_binomial`; before Keras 3.1, which has no such function.

    Stream
    ------
    That of `tfphilox.random.stateless_binomial`. Verified against Keras 3.1 to 3.15.

    References
    ----------
    keras/src/backend/tensorflow/random.py, binomial.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.random.binomial([4], 20.0, 0.3, seed=1)
    array([3., 5., 6., 6.], dtype=float32)
    """
    versions.require("keras.random.binomial", "keras_beta")
    kind = float_dtype(dtype)
    with seed_pair(seed) as pair:
        result = tf_random.stateless_binomial(shape, pair, counts, probabilities, _drawn(kind))
        return result.astype(kind, copy=False)


@op("keras.beta")
def beta(
    shape: ShapeLike,
    alpha: ArrayLike,
    beta: ArrayLike,
    dtype: DTypeLike | None = None,
    seed: Seed = None,
) -> NDArray[Any]:
    """Draw from beta distributions.

    Parameters
    ----------
    shape : sequence of int
        Dimensions of the result.
    alpha, beta : number, or array that broadcasts to `shape`
        The distribution's parameters, more than 0.
    dtype : {float16, bfloat16, float32, float64}, optional
        Type of the result; `keras.config.floatx` by default. bfloat16 is drawn as float32.
    seed : int or SeedGenerator, optional
        As in `normal`.

    Returns
    -------
    ndarray of `dtype`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `tfphilox.random.stateless_gamma`; if a parameter does not broadcast to `shape`;
        before Keras 3.1, which has no such function.

    Stream
    ------
    x / (x + y) for two gamma numbers: x from the seed pair, y from that pair with 12 added to
    both. Verified against Keras 3.1 to 3.15.

    References
    ----------
    keras/src/backend/tensorflow/random.py, beta.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.random.beta([2], 0.5, 1.5, seed=1)
    array([0.00069721, 0.5735393 ], dtype=float32)
    """
    versions.require("keras.random.beta", "keras_beta")
    kind = float_dtype(dtype)
    dims = as_shape(shape)[0]
    both = []
    for name, value in (("alpha", alpha), ("beta", beta)):
        parameter = as_parameter(name, value, _drawn(kind))
        try:
            both.append(np.broadcast_to(parameter, dims))
        except ValueError:
            raise ValueError(f"{name} must broadcast to {dims}, got {parameter.shape}") from None
    with seed_pair(seed) as pair:
        x = _gamma(dims, pair, both[0], kind)
        y = _gamma(dims, tuple(_int32(number + 12) for number in pair), both[1], kind)
    return divide(x, broadcast_op("add", x, y))


def _gamma(
    shape: ShapeLike, pair: tuple[int, ...], alpha: ArrayLike, dtype: np.dtype[Any]
) -> NDArray[Any]:
    result = tf_random.stateless_gamma(shape, pair, alpha, dtype=_drawn(dtype))
    return result.astype(dtype, copy=False)


def _drawn(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type that is drawn: TensorFlow's op lacks bfloat16."""
    if dtype.name != "bfloat16":
        return dtype
    versions.require("gamma, beta or binomial of bfloat16", "keras_gamma_bfloat16")
    return FLOAT32


def _int32(number: int) -> int:
    return (number + 2**31) % 2**32 - 2**31


def divide(x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    """Return x / y with subnormals flushed, as TensorFlow divides."""
    with np.errstate(all="ignore"):
        return flushed(np.asarray(flushed(x) / flushed(y)))
