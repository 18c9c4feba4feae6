"""raw_ops/distributions.py: gamma, Poisson and binomial numbers.

Each output has 256 blocks of the op's stream to itself and takes from them until a number is
accepted, so an output depends on its place and its parameters alone.
"""

from __future__ import annotations

import math
from typing import Any, SupportsIndex, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .._c import _samplers
from ..arrays.arguments import (
    FLOAT16,
    FLOAT32,
    FLOAT64,
    INT32,
    INT64,
    SeedLike,
    ShapeLike,
    as_integers,
    as_shape,
)
from ..arrays.conversion import as_doubles, as_tensor, batch_of, broadcast, in_type, new_array
from ..arrays.dtypes import as_dtype
from ..arrays.wording import brief
from ..graphs.graph import op
from ..samples import binomial_blocks
from ..seeding import versions
from ..seeding.streams import (
    Resource,
    draw_with_state,
    of_attributes,
    of_key_counter,
    start_of_pair,
)

__all__ = [
    "RandomGamma",
    "RandomPoisson",
    "RandomPoissonV2",
    "StatefulRandomBinomial",
    "StatelessRandomBinomial",
    "StatelessRandomGammaV2",
    "StatelessRandomGammaV3",
    "StatelessRandomPoisson",
]

_AUTO_SELECT = 3  # tensorflow/core/framework/rng_alg.h
_FLOATS = (FLOAT32, FLOAT64, FLOAT16)
_NUMBERS = (INT32, *_FLOATS, INT64)


@op("raw_ops.RandomGamma")
def RandomGamma(
    *,
    shape: ShapeLike,
    alpha: ArrayLike,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw from gamma distributions of scale 1 with a stateful op.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions to be drawn for each alpha, each 0 or more. An int64 array selects a stream of
        its own.
    alpha : float16, float32 or float64 array, or float32 number
        Shape parameters, above 0. TensorFlow does not check that, and nor is it checked here:
        others give NaN or numbers without a meaning.
    seed, seed2 : int, -2**63 to 2**63 - 1, default 0
        The op's seeds. Both 0 means no seed: every call then starts from the operating system's
        entropy.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of alpha's type, of shape ``shape + alpha.shape``
        Numbers below the type's smallest normal one are 0 (float16 keeps them).

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a seed outside 64 bits.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    Pairs of doubles, normal and uniform ones from blocks of their own, the second of a pair
    first; about two blocks an element. The kernel moves on by 256 blocks for every element.
    Verified against TensorFlow 2.21 on a CPU with FMA and glibc 2.36.

    References
    ----------
    tensorflow/core/kernels/random_op.cc, RandomGammaOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> tp.raw_ops.RandomGamma(shape=[3], alpha=2.5, seed=1, seed2=2)
    array([0.5876687, 1.4436302, 2.3232834], dtype=float32)
    """
    values = _alpha("RandomGamma", alpha)
    dims, shape_type = as_shape(shape)
    alphas = as_doubles(values)
    dims += values.shape
    return draw_gamma(seed, seed2, dims, shape_type, alphas, None, values.dtype, False)


@op("raw_ops.StatelessRandomGammaV2")
def StatelessRandomGammaV2(
    *, shape: ShapeLike, seed: SeedLike, alpha: ArrayLike, name: str | None = None
) -> NDArray[Any]:
    """Draw from gamma distributions of scale 1 from a seed pair.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more; the last ones are alpha's shape.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    alpha : float16, float32 or float64 array, or float32 number
        Shape parameters, above 0, unchecked; see `RandomGamma`.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of alpha's type, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more or one that does not end with
        alpha's, a seed that is not a pair of 64-bit integers.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    As `RandomGamma`. Nothing is kept: the same arguments give the same numbers. Verified against
    TensorFlow 2.21 on a CPU with FMA and glibc 2.36.

    References
    ----------
    tensorflow/core/kernels/stateless_random_gamma_op.cc, StatelessRandomGammaOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessRandomGammaV2(shape=[3], seed=[1, 2], alpha=2.5)
    array([3.4498653, 2.4584897, 4.0148034], dtype=float32)
    """
    values = _alpha("StatelessRandomGammaV2", alpha)
    dims = as_shape(shape)[0]
    return _stateless_gamma("StatelessRandomGammaV2", *start_of_pair(seed), dims, values)


@op("raw_ops.StatelessRandomGammaV3")
def StatelessRandomGammaV3(
    *,
    shape: ShapeLike,
    key: ArrayLike,
    counter: ArrayLike,
    alg: SupportsIndex,
    alpha: ArrayLike,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw from gamma distributions of scale 1 from a key and a counter.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more; the last ones are alpha's shape.
    key : uint64 array of shape [1]
        The Philox key. A list of Python integers, 0 to 2**64 - 1, or an integer array will do.
    counter : uint64 array of shape [2]
        Block number the stream starts at, low word first.
    alg : {1, 3}
        1 for Philox, 3 for TensorFlow's choice, which on a CPU is Philox.
    alpha : float16, float32 or float64 array, or float32 number
        Shape parameters, above 0, unchecked; see `RandomGamma`.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of alpha's type, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more or one that does not end with
        alpha's, a key or counter of another shape, or another `alg`.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    As `RandomGamma`. Nothing is kept: the same arguments give the same numbers. Verified against
    TensorFlow 2.21 on a CPU with FMA and glibc 2.36.

    References
    ----------
    tensorflow/core/kernels/stateless_random_gamma_op.cc, StatelessRandomGammaV3Op.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessRandomGammaV3(shape=[3], key=[5], counter=[1, 2], alg=1, alpha=2.5)
    array([4.25333  , 2.2126055, 1.2927314], dtype=float32)
    """
    values = _alpha("StatelessRandomGammaV3", alpha)
    dims = as_shape(shape)[0]
    stream = of_key_counter(key, counter, alg)
    return _stateless_gamma("StatelessRandomGammaV3", stream.key, stream.counter, dims, values)


@op("raw_ops.RandomPoissonV2")
def RandomPoissonV2(
    *,
    shape: ShapeLike,
    rate: ArrayLike,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    dtype: DTypeLike = "int64",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw from Poisson distributions with a stateful op.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions to be drawn for each rate, each 0 or more. An int64 array selects a stream of
        its own.
    rate : array or number
        Expected values; 0 and below give 0. Each of the types float16, float32, float64, int32
        and int64 selects a stream of its own, with the same numbers; others count as float64.
    seed, seed2 : int, -2**63 to 2**63 - 1, default 0
        The op's seeds. Both 0 means no seed: every call then starts from the operating system's
        entropy.
    dtype : {float16, float32, float64, int32, int64}, default int64
        Type of the result, as a NumPy type, dtype or name.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape ``shape + rate.shape``
        An infinite rate gives inf, as an integer 0.

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a seed outside 64 bits, a
        rate that is NaN or five standard deviations above what `dtype` can hold: there TensorFlow
        never returns.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    Pairs of uniform doubles, the second of a pair first: about rate + 1 numbers an element below
    a rate of 10, from there on a pair for each of 1.1 to 1.4 tries. The kernel moves on by 256
    blocks for every element. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/random_poisson_op.cc, RandomPoissonOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> tp.raw_ops.RandomPoissonV2(shape=[4], rate=3, seed=1, seed2=2)
    array([2, 2, 5, 3])
    """
    values = as_rate(as_tensor("rate", rate))
    found = as_number_dtype("RandomPoissonV2", dtype)
    dims, shape_type = as_shape(shape)
    return draw_poisson(seed, seed2, dims, shape_type, values, found)


@op("raw_ops.RandomPoisson")
def RandomPoisson(
    *,
    shape: ShapeLike,
    rate: ArrayLike,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    name: str | None = None,
) -> NDArray[Any]:
    """Fail as TensorFlow does, which took this op away in favour of `RandomPoissonV2`.

    Raises
    ------
    NotImplementedError
        Always.

    Stream
    ------
    Draws nothing.

    References
    ----------
    tensorflow/core/ops/random_ops.cc, RandomPoisson.
    """
    raise NotImplementedError("TensorFlow has removed RandomPoisson: use RandomPoissonV2")


@op("raw_ops.StatelessRandomPoisson")
def StatelessRandomPoisson(
    *,
    shape: ShapeLike,
    seed: SeedLike,
    lam: ArrayLike,
    dtype: DTypeLike,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw from Poisson distributions from a seed pair.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more; the last ones are lam's shape.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    lam : float16, float32, float64, int32 or int64 array, or number
        Expected values; 0 and below give 0.
    dtype : {float16, float32, float64, int32, int64}
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
    As `RandomPoissonV2`. Nothing is kept: the same arguments give the same numbers. Verified
    against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/random_poisson_op.cc, StatelessRandomPoissonOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessRandomPoisson(shape=[6], seed=[1, 2], lam=3.5, dtype="int32")
    array([6, 5, 4, 6, 3, 7], dtype=int32)
    """
    values = as_tensor("lam", lam)
    if values.dtype not in _NUMBERS:
        raise TypeError(
            f"lam must be float16, float32, float64, int32 or int64, got {values.dtype.name}"
        )
    dims, found = as_shape(shape)[0], as_number_dtype("StatelessRandomPoisson", dtype)
    key, counter = start_of_pair(seed)
    batch_of("StatelessRandomPoisson", dims, values.shape, "lam")
    return _sample_poisson(key, counter, dims, values, found)


@op("raw_ops.StatelessRandomBinomial")
def StatelessRandomBinomial(
    *,
    shape: ShapeLike,
    seed: SeedLike,
    counts: ArrayLike,
    probs: ArrayLike,
    dtype: DTypeLike = "int64",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw from binomial distributions from a seed pair.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more; the last ones are those of counts and probs
        together.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    counts : float16, float32 or float64 array, or float32 number
        Numbers of trials; 0 and below give 0. Its type decides how probs is rounded.
    probs : array or number, broadcastable with `counts`
        Probabilities of success; 0 and below give 0, 1 and above give counts.
    dtype : {float16, float32, float64, int32, int64}, default int64
        Type of the result, as a NumPy type, dtype or name.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`
        Counts that an integer `dtype` cannot hold become its smallest number. A probability of
        NaN gives NaN.

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more or one that does not end with
        that of counts and probs, a seed that is not a pair of 64-bit integers; for a count that
        is NaN, where TensorFlow never returns, and a probability of NaN with an integer `dtype`,
        where TensorFlow returns what happened to be in a register.
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
    tensorflow/core/kernels/random_binomial_op.cc, StatelessRandomBinomialOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessRandomBinomial(shape=[6], seed=[1, 2], counts=20.0, probs=0.3)
    array([10,  9,  9,  7,  7,  7])
    """
    op = "StatelessRandomBinomial"
    number, probability = _counts_and_probs(op, counts, probs)
    found = as_number_dtype(op, dtype)
    dims = as_shape(shape)[0]
    return sample_binomial(*start_of_pair(seed), op, dims, number, probability, found)


@op("raw_ops.StatefulRandomBinomial")
def StatefulRandomBinomial(
    *,
    resource: Resource,
    algorithm: SupportsIndex,
    shape: ShapeLike,
    counts: ArrayLike,
    probs: ArrayLike,
    dtype: DTypeLike = "int64",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw from binomial distributions with a generator's state.

    Parameters
    ----------
    resource : StateVariable, or int64 array of shape [3] or longer
        The state: counter, low half first, and key. It is moved in place.
    algorithm : {1}
        1 for Philox.
    shape, counts, probs, dtype, name
        As in `StatelessRandomBinomial`.

    Returns
    -------
    ndarray of `dtype`, of shape `shape`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As `StatelessRandomBinomial`, and for another `algorithm` or state. The state stays.

    Stream
    ------
    As `StatelessRandomBinomial`. For b batches of s samples the state moves on by
    256 * floor(b * 200 * (s + 3) / 4) blocks. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/random_binomial_op.cc, RandomBinomialOp.

    Examples
    --------
    >>> import numpy as np, tfphilox as tp
    >>> state = np.array([1, 2, 3])
    >>> tp.raw_ops.StatefulRandomBinomial(resource=state, algorithm=1, shape=[2], counts=10.0,
    ...     probs=0.5)
    array([6, 4])
    >>> state
    array([64001,     2,     3])
    """
    op = "StatefulRandomBinomial"
    if np.array_equal(as_integers("algorithm", algorithm), _AUTO_SELECT):
        raise ValueError(f"{op}: algorithm must be 1 (Philox), got {brief(algorithm)}")
    number, probability = _counts_and_probs(op, counts, probs)
    found = as_number_dtype(op, dtype)
    dims = as_shape(shape)[0]
    batch = batch_of(
        op, dims, broadcast("counts and probs", number, probability), "counts and probs"
    )
    batches = math.prod(batch)
    blocks = binomial_blocks(batches, math.prod(dims) // batches if batches else 0)
    return draw_with_state(
        resource,
        algorithm,
        blocks,
        lambda stream: sample_binomial(
            stream.key, stream.counter, op, dims, number, probability, found
        ),
    )


# ---- what the public functions share -------------------------------------------------------


def _alpha(op: str, alpha: ArrayLike) -> NDArray[Any]:
    values = as_tensor("alpha", alpha)
    if values.dtype not in _FLOATS:
        raise TypeError(f"{op}: alpha must be float16, float32 or float64, got {values.dtype.name}")
    return values


def as_rate(values: NDArray[Any]) -> NDArray[Any]:
    """Return rates in a type that selects a stream: what is none of those becomes float64."""
    return values if values.dtype in _NUMBERS else values.astype(FLOAT64)


def as_number_dtype(op: str, dtype: Any) -> np.dtype[Any]:
    found = as_dtype(dtype)
    if found not in _NUMBERS:
        allowed = "float16, float32, float64, int32 or int64"
        raise TypeError(f"{op}: dtype must be {allowed}, got {found.name}")
    return found


def _counts_and_probs(
    op: str, counts: ArrayLike, probs: ArrayLike
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return both in the type of counts, as args_to_matching_eager does."""
    number = as_tensor("counts", counts)
    if number.dtype.kind in "iu" and number.dtype in (INT32, INT64):
        raise TypeError(f"{op}: counts must be float16, float32 or float64, got {number.dtype}")
    if number.dtype not in _FLOATS:
        number = number.astype(FLOAT64)
    return number, in_type(as_tensor("probs", probs), number.dtype)


def sample_gamma(
    key: int,
    counter: int,
    dims: tuple[int, ...],
    alpha: NDArray[np.float64] | float,
    beta: NDArray[np.float64] | float | None,
    dtype: np.dtype[Any],
    scaled: bool,
) -> NDArray[Any]:
    """Draw numbers of shape `dims`, whose last dimensions are those of alpha and beta."""
    out = new_array(dims, dtype)
    return _samplers.sample(
        "gamma", key, counter, alpha, beta, dtype, out, scaled, plain_log=_plain_log()
    )


def draw_gamma(
    seed: Any,
    seed2: Any,
    dims: tuple[int, ...],
    shape_type: str,
    alpha: NDArray[np.float64],
    beta: NDArray[np.float64] | None,
    dtype: np.dtype[Any],
    scaled: bool,
) -> NDArray[Any]:
    """Do the same from the op's kernel."""
    kernel = of_attributes("RandomGamma", seed, seed2, dtype, shape_type)
    blocks = 256 * math.prod(dims)
    return kernel._draw_by(
        lambda key, counter: (
            sample_gamma(key, counter, dims, alpha, beta, dtype, scaled),
            blocks,
        )
    )


def _stateless_gamma(
    op: str, key: int, counter: int, dims: tuple[int, ...], alpha: NDArray[Any]
) -> NDArray[Any]:
    batch_of(op, dims, alpha.shape, "alpha")
    return sample_gamma(key, counter, dims, as_doubles(alpha), None, alpha.dtype, False)


def _plain_log() -> bool:
    return versions.rule("gamma_of_1") == "log"


def draw_poisson(
    seed: Any,
    seed2: Any,
    dims: tuple[int, ...],
    shape_type: str,
    rate: NDArray[Any],
    dtype: np.dtype[Any],
) -> NDArray[Any]:
    """Draw `dims` numbers for each rate from the op's kernel."""
    kernel = of_attributes("RandomPoissonV2", seed, seed2, dtype, f"{shape_type} {rate.dtype}")
    dims += rate.shape
    blocks = 256 * math.prod(dims)
    return kernel._draw_by(
        lambda key, counter: (_sample_poisson(key, counter, dims, rate, dtype), blocks)
    )


def _sample_poisson(
    key: int, counter: int, dims: tuple[int, ...], rate: NDArray[Any], dtype: np.dtype[Any]
) -> NDArray[Any]:
    """Draw numbers of shape `dims`, whose last dimensions are those of the rates."""
    out = new_array(dims, dtype)
    try:
        return _samplers.sample("poisson", key, counter, as_doubles(rate), None, rate.dtype, out)
    except _samplers.Endless:
        raise ValueError(
            f"a rate is NaN or far above what {out.dtype.name} can hold: TensorFlow would try for "
            "ever"
        ) from None


def sample_binomial(
    key: int,
    counter: int,
    op: str,
    dims: tuple[int, ...],
    counts: NDArray[Any] | float,
    probs: NDArray[Any] | float,
    dtype: np.dtype[Any],
) -> NDArray[Any]:
    """Draw numbers of shape `dims`, from a key and counter; counts and probs have one type.

    As Python floats, which are to be rounded to float32, they save a small draw its arrays.
    """
    n: NDArray[np.float64] | float
    p: NDArray[np.float64] | float
    shape: tuple[int, ...]
    if isinstance(counts, float) and isinstance(probs, float):
        n, p, shape, parameter = counts, probs, (), FLOAT32
    else:
        assert isinstance(counts, np.ndarray)
        assert isinstance(probs, np.ndarray)
        shape, parameter = broadcast("counts and probs", counts, probs), counts.dtype
        n, p = as_doubles(counts, shape), as_doubles(probs, shape)
    batch_of(op, dims, shape, "counts and probs")
    out = new_array(dims, dtype)
    try:
        return _samplers.sample("binomial", key, counter, n, p, parameter, out)
    except _samplers.Endless:
        raise ValueError(f"{op}: counts must not be NaN: TensorFlow would try for ever") from None
    except _samplers.Invalid:
        raise ValueError(f"{op}: probs must not be NaN where the result is {dtype.name}") from None
