"""random/distributions.py: gamma, Poisson, binomial, categorical, and normals within bounds."""

from __future__ import annotations

from typing import Any, SupportsIndex, SupportsInt, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ..arrays.arguments import (
    BOUNDED_INTEGERS,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    SeedLike,
    ShapeLike,
    as_integers,
    as_shape,
)
from ..arrays.conversion import as_doubles, as_parameter, as_tensor, batch_of, broadcast
from ..arrays.dtypes import as_dtype
from ..graphs.graph import op
from ..raw_ops import categorical as raw_categorical
from ..raw_ops import distributions as raw_distributions
from ..raw_ops import parameterized as raw_parameterized
from ..seeding.scopes import seeded
from ..seeding.streams import start_of_pair

__all__ = [
    "categorical",
    "gamma",
    "poisson",
    "stateless_binomial",
    "stateless_categorical",
    "stateless_gamma",
    "stateless_parameterized_truncated_normal",
    "stateless_poisson",
]


@op("random.gamma")
def gamma(
    shape: ShapeLike,
    alpha: ArrayLike,
    beta: ArrayLike | None = None,
    dtype: DTypeLike = "float32",
    seed: SupportsInt | None = None,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw from gamma distributions.

    Parameters
    ----------
    shape : sequence of int, or integer array of shape [rank]
        Dimensions to be drawn for each pair of parameters, each 0 to 2**31 - 1.
    alpha : number or array
        Shape parameters, above 0. TensorFlow does not check that, and nor is it checked here:
        others give NaN or numbers without a meaning.
    beta : number or array broadcastable with `alpha`, default 1
        Inverse scales, above 0, unchecked too.
    dtype : {float16, float32, float64}, default float32
        Type of the result, as a NumPy type, dtype or name; the parameters are rounded to it.
    seed : int, optional
        The op seed; see `set_seed`. With one, the next call with the same seed and type continues
        this call's stream.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape ``shape`` followed by that of alpha and beta together
        Never below the type's smallest normal number.

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For another `dtype`, a negative or larger dimension, 2**63 elements or more, or parameters
        that do not broadcast.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    Pairs of doubles, normal and uniform ones from blocks of their own, the second of a pair
    first; about two blocks an element. The kernel moves on by 256 blocks for every element
    drawn. Verified against TensorFlow 2.21 on a CPU with FMA and glibc 2.36.

    References
    ----------
    tensorflow/python/ops/random_ops.py, random_gamma.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(5)
    >>> tp.random.gamma([3], [0.5, 1.5])
    array([[4.1443396 , 0.2786048 ],
           [0.04642332, 2.4885633 ],
           [0.132883  , 1.0149878 ]], dtype=float32)
    """
    found = _gamma_dtype("gamma", dtype)
    alphas, betas, together = _alpha_and_beta(alpha, beta, found)
    dims = _int32_shape(shape)
    draw, dims = raw_distributions.draw_gamma, dims + together
    return seeded(seed, draw, dims, "int32", alphas, betas, found, True)


@op("random.poisson")
def poisson(
    shape: ShapeLike,
    lam: ArrayLike,
    dtype: DTypeLike = "float32",
    seed: SupportsInt | None = None,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw from Poisson distributions.

    Parameters
    ----------
    shape : sequence of int, or integer array of shape [rank]
        Dimensions to be drawn for each rate, each 0 to 2**31 - 1.
    lam : number or array
        Expected values; 0 and below give 0. How it is written selects the stream: a number or an
        array counts as float64, a sequence of floats as float32, of integers as int32 or int64, a
        NumPy scalar as its own type. The numbers of all these streams are the same.
    dtype : {float16, float32, float64, int32, int64}, default float32
        Type of the result, as a NumPy type, dtype or name.
    seed : int, optional
        The op seed; see `set_seed`. With one, the next call with the same seed and types continues
        this call's stream.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape ``shape`` followed by that of lam
        An infinite rate gives inf, as an integer 0.

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For a negative or larger dimension, 2**63 elements or more, or a rate that is NaN or five
        standard deviations above what `dtype` can hold: there TensorFlow never returns.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    Pairs of uniform doubles, the second of a pair first: about rate + 1 numbers an element below
    a rate of 10, from there on a pair for each of 1.1 to 1.4 tries. The kernel moves on by 256
    blocks for every element. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/random_ops.py, random_poisson_v2.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(5)
    >>> tp.random.poisson([4], [0.5, 12.2])
    array([[ 0., 15.],
           [ 0., 12.],
           [ 0., 15.],
           [ 0., 15.]], dtype=float32)
    """
    rates = as_tensor("lam", lam)
    if not isinstance(lam, np.generic | list | tuple | range):
        rates = rates.astype(FLOAT64)
    found = raw_distributions.as_number_dtype("poisson", dtype)
    dims = _int32_shape(shape)
    rates = raw_distributions.as_rate(rates)
    return seeded(seed, raw_distributions.draw_poisson, dims, "int32", rates, found)


@op("random.categorical")
def categorical(
    logits: ArrayLike,
    num_samples: SupportsIndex,
    dtype: DTypeLike | None = None,
    seed: SupportsInt | None = None,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw classes by the logits of each row.

    Parameters
    ----------
    logits : float16, bfloat16, float32 or float64 array of shape [rows, classes]
        Unnormalized log-probabilities; Python floats are float32. Those that are not finite have
        no share, +inf too.
    num_samples : int, 0 to 2**31 - 1
        How many for each row.
    dtype : {int32, int64}, default int64
        Type of the result, as a NumPy type, dtype or name.
    seed : int, optional
        The op seed; see `set_seed`. With one, the next call with the same seed and types continues
        this call's stream.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape [rows, num_samples]
        Numbers of classes; for a row without a finite logit the number of all classes, as in
        TensorFlow.

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For another `dtype`, if `logits` is not a matrix or has no classes, or if `num_samples` is
        negative or too large.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One double, two words, a sample, through all rows of a shard of TensorFlow's threads, whose
    number `tfphilox.config.threading` holds; with one thread, the default, there is one shard.
    The kernel moves on by 2048 * ceil(num_samples / 4) blocks a row. Verified against TensorFlow
    2.21 with 1, 2, 3, 4 and 8 threads.

    References
    ----------
    tensorflow/python/ops/random_ops.py, categorical.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(5)
    >>> tp.random.categorical([[0.0, 1.0, 2.0]], 8)
    array([[0, 0, 2, 2, 1, 1, 1, 2]])
    """
    found = _class_dtype(dtype)
    values = raw_categorical.as_logits(logits)
    return seeded(
        seed,
        lambda seed, seed2: raw_categorical.Multinomial(
            logits=values, num_samples=num_samples, seed=seed, seed2=seed2, output_dtype=found
        ),
    )


@op("random.stateless_gamma")
def stateless_gamma(
    shape: ShapeLike,
    seed: SeedLike,
    alpha: ArrayLike,
    beta: ArrayLike | None = None,
    dtype: DTypeLike = "float32",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw from gamma distributions, from a seed pair alone.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more; the last ones are those of alpha and beta
        together. (In `gamma` these come on top.)
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    alpha : number or array
        Shape parameters, above 0, unchecked; see `gamma`.
    beta : number or array broadcastable with `alpha`, default 1
        Inverse scales, above 0, unchecked too.
    dtype : {float16, float32, float64}, default float32
        Type of the result, as a NumPy type, dtype or name; the parameters are rounded to it.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`
        Never below the type's smallest normal number.

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For another `dtype`, a negative dimension, a shape of 2**63 elements or more or one that
        does not end with that of the parameters, parameters that do not broadcast, or a seed that
        is not a pair of 64-bit integers.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    As `gamma`. Nothing is kept: the same arguments give the same numbers. Verified against
    TensorFlow 2.21 on a CPU with FMA and glibc 2.36.

    References
    ----------
    tensorflow/python/ops/stateless_random_ops.py, stateless_random_gamma.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.stateless_gamma([4], [1, 2], 0.5)
    array([0.06695361, 0.62823546, 0.18136732, 0.04758992], dtype=float32)
    >>> tp.random.stateless_gamma([2, 2], [12, 34], alpha=[0.5, 1.5])
    array([[0.19419666, 0.49383354],
           [0.10419229, 3.570364  ]], dtype=float32)
    """
    found = _gamma_dtype("stateless_gamma", dtype)
    alphas: NDArray[np.float64] | float
    betas: NDArray[np.float64] | float | None
    together: tuple[int, ...]
    if found is FLOAT32 and _is_single(alpha) and (beta is None or _is_single(beta)):
        alphas, betas, together = alpha, beta, ()
    else:
        alphas, betas, together = _alpha_and_beta(alpha, beta, found)
    dims = as_shape(shape)[0]
    key, counter = start_of_pair(seed)
    batch_of("stateless_gamma", dims, together, "alpha and beta")
    return raw_distributions.sample_gamma(key, counter, dims, alphas, betas, found, True)


@op("random.stateless_poisson")
def stateless_poisson(
    shape: ShapeLike,
    seed: SeedLike,
    lam: ArrayLike,
    dtype: DTypeLike = "int32",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw from Poisson distributions, from a seed pair alone.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more; the last ones are lam's shape. (In `poisson`
        these come on top.)
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    lam : float16, float32, float64, int32 or int64 array, or number
        Expected values; 0 and below give 0.
    dtype : {float16, float32, float64, int32, int64}, default int32
        Type of the result, as a NumPy type, dtype or name.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`
        An infinite rate gives inf, as an integer 0.

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more or one that does not end with
        lam's, a seed that is not a pair of 64-bit integers, a rate that is NaN or five standard
        deviations above what `dtype` can hold: there TensorFlow never returns.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    As `poisson`. Nothing is kept: the same arguments give the same numbers. Verified against
    TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/stateless_random_ops.py, stateless_random_poisson.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.stateless_poisson([3, 2], [1, 2], lam=[5, 15])
    array([[ 7, 25],
           [ 5, 11],
           [ 8, 18]], dtype=int32)
    """
    return raw_distributions.StatelessRandomPoisson(shape=shape, seed=seed, lam=lam, dtype=dtype)


@op("random.stateless_binomial")
def stateless_binomial(
    shape: ShapeLike,
    seed: SeedLike,
    counts: ArrayLike,
    probs: ArrayLike,
    output_dtype: DTypeLike = "int32",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw from binomial distributions, from a seed pair alone.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more; the last ones are those of counts and probs
        together.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    counts, probs : number or array, broadcastable with each other
        Numbers of trials, and probabilities of success; both are rounded to float32, whatever
        their type. Counts of 0 and below and probabilities of 0 and below give 0, probabilities
        of 1 and above give counts.
    output_dtype : {float16, float32, float64, int32, int64}, default int32
        Type of the result, as a NumPy type, dtype or name.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `output_dtype`, of shape `shape`
        Counts that an integer type cannot hold become its smallest number. A probability of NaN
        gives NaN.

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more or one that does not end with
        that of counts and probs, parameters that do not broadcast, a seed that is not a pair of
        64-bit integers; for a count that is NaN, where TensorFlow never returns, and a
        probability of NaN with an integer type, where TensorFlow returns what happened to be in a
        register.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    Pairs of uniform doubles, the second of a pair first. Where the expected value (or that of
    the failures, if they are fewer) is below 10, outputs are only 42 blocks apart and take that
    value + 1 numbers; else they are 256 blocks apart and take a pair a try. Nothing is kept: the
    same arguments give the same numbers. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/stateless_random_ops.py, stateless_random_binomial.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.stateless_binomial([6], [1, 2], counts=20.0, probs=0.3)
    array([10,  9,  9,  7,  7,  7], dtype=int32)
    """
    op = "stateless_binomial"
    number: NDArray[Any] | float
    probability: NDArray[Any] | float
    if _is_single(counts) and _is_single(probs):
        number, probability = counts, probs
    else:
        number = as_parameter("counts", counts, FLOAT32)
        probability = as_parameter("probs", probs, FLOAT32)
    found = raw_distributions.as_number_dtype(op, output_dtype)
    dims = as_shape(shape)[0]
    key, counter = start_of_pair(seed)
    return raw_distributions.sample_binomial(key, counter, op, dims, number, probability, found)


@op("random.stateless_categorical")
def stateless_categorical(
    logits: ArrayLike,
    num_samples: SupportsIndex,
    seed: SeedLike,
    dtype: DTypeLike | None = "int64",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw classes by the logits of each row, from a seed pair alone.

    Parameters
    ----------
    logits : float16, bfloat16, float32 or float64 array of shape [rows, classes]
        Unnormalized log-probabilities; Python floats are float32. Those that are not finite have
        no share, +inf too.
    num_samples : int, 0 to 2**31 - 1
        How many for each row.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    dtype : {int32, int64}, default int64
        Type of the result, as a NumPy type, dtype or name.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape [rows, num_samples]
        Numbers of classes; for a row without a finite logit the number of all classes, as in
        TensorFlow.

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For another `dtype`, if `logits` is not a matrix or has no classes, if `num_samples` is
        negative or too large, or for a seed that is not a pair of 64-bit integers.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    As `categorical`. Nothing is kept: the same arguments give the same numbers. Verified against
    TensorFlow 2.21 with 1, 2, 3, 4 and 8 threads.

    References
    ----------
    tensorflow/python/ops/stateless_random_ops.py, stateless_categorical.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.stateless_categorical([[0.0, 1.0, 2.0, 3.0]], 8, [1, 2])
    array([[3, 3, 2, 3, 3, 3, 3, 2]])
    """
    return raw_categorical.StatelessMultinomial(
        logits=logits, num_samples=num_samples, seed=seed, output_dtype=_class_dtype(dtype)
    )


@op("random.stateless_parameterized_truncated_normal")
def stateless_parameterized_truncated_normal(
    shape: ShapeLike,
    seed: SeedLike,
    means: ArrayLike = 0.0,
    stddevs: ArrayLike = 1.0,
    minvals: ArrayLike = -2.0,
    maxvals: ArrayLike = 2.0,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw normals within bounds, from a seed pair alone.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more; the last ones are those of the parameters
        together.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    means, stddevs, minvals, maxvals : float or array, broadcastable with each other
        Mean and standard deviation of the normal distribution, and the bounds (not counted from
        the mean) of what is kept. Standard deviations are above 0, minvals below maxvals, and one
        of the two is finite. All four have one type, float16, float32 or float64; Python floats,
        and so the defaults, are float32.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of the parameters' type, of shape `shape`

    Raises
    ------
    TypeError
        If the parameters have another type (integers too) or different ones, or another argument
        one not listed above.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more or one that does not end with
        that of the parameters, parameters that break the rules above or do not broadcast, a seed
        that is not a pair of 64-bit integers; and where a thousand numbers in a row fall outside
        the bounds, as they do when these are very far from the mean.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    Groups of four numbers (float64: two), normal or uniform ones as the bounds demand, in order,
    through all outputs of a shard of TensorFlow's threads, whose number
    `tfphilox.config.threading` holds; with one thread, the default, there is one shard. Nothing
    is kept: the same arguments give the same numbers. Verified against TensorFlow 2.21 with 1, 2,
    3, 4 and 8 threads.

    References
    ----------
    tensorflow/python/ops/stateless_random_ops.py, stateless_parameterized_truncated_normal.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.stateless_parameterized_truncated_normal([3], [1, 2], 5.0, 2.0, [1.0], [9.0])
    Traceback (most recent call last):
        ...
    ValueError: StatelessParameterizedTruncatedNormal: shape must end with the shape of the \
parameters, (1,); got (3,)
    >>> tp.random.stateless_parameterized_truncated_normal([3], [1, 2], 5.0, 2.0, 1.0, 9.0)
    array([6.08822  , 5.4147606, 5.1471286], dtype=float32)
    """
    dims = as_shape(shape)[0]
    if type(means) is type(stddevs) is type(minvals) is type(maxvals) is float:
        floats = means, stddevs, minvals, maxvals
        return raw_parameterized.draw_from_pair(seed, dims, floats, (), FLOAT32, True)
    names = ("means", "stddevs", "minvals", "maxvals")
    parameters = [
        raw_parameterized.as_parameter_of_floats(what, value)
        for what, value in zip(names, (means, stddevs, minvals, maxvals), strict=True)
    ]
    types = [array.dtype for array in parameters]
    if types.count(types[0]) != 4:
        given = ", ".join(f"{what} {kind}" for what, kind in zip(names, types, strict=True))
        raise TypeError(f"the parameters must have one type; got {given}")
    together = broadcast("means, stddevs, minvals and maxvals", *parameters)
    rows = raw_parameterized.as_rows(parameters, together)
    return raw_parameterized.draw_from_pair(seed, dims, rows, together, types[0], False)


def _int32_shape(shape: ShapeLike) -> tuple[int, ...]:
    """Return a shape that TensorFlow makes an int32 tensor of, whatever integers it is given."""
    if hasattr(shape, "__array__"):
        shape = as_integers("shape", shape).astype(np.int64)
    dims, _ = as_shape(shape)
    if any(dim >= 2**31 for dim in dims):  # TensorFlow wraps those of an array
        raise ValueError(f"shape must have dimensions below 2**31, got {dims}")
    return dims


def _gamma_dtype(op: str, dtype: Any) -> np.dtype[Any]:
    found = as_dtype(dtype)
    if found not in (FLOAT32, FLOAT64, FLOAT16):
        raise ValueError(f"{op}: dtype must be float16, float32 or float64, got {found.name}")
    return found


def _class_dtype(dtype: Any) -> np.dtype[Any]:
    found = as_dtype("int64" if dtype is None else dtype)
    if found not in BOUNDED_INTEGERS:
        raise ValueError(f"dtype must be int32 or int64, got {found.name}")
    return found


def _is_single(value: object) -> TypeGuard[float]:
    """Is it a Python float that float32 can hold, so that a kernel may take it as it is?"""
    return type(value) is float and -3e38 < value < 3e38


def _alpha_and_beta(
    alpha: ArrayLike, beta: ArrayLike | None, dtype: np.dtype[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None, tuple[int, ...]]:
    """Return both, rounded to `dtype`, and the shape that they have together."""
    alphas = as_parameter("alpha", alpha, dtype)
    if beta is None:
        return as_doubles(alphas), None, alphas.shape
    scales = as_parameter("beta", beta, dtype)
    shape = broadcast("alpha and beta", alphas, scales)
    return as_doubles(alphas, shape), as_doubles(scales, shape), shape
