"""raw_ops/parameterized.py: normals within bounds of their own.

The kernels draw one stream a shard of their work, and the shards depend on TensorFlow's threads:
`tfphilox.config.threading.set_intra_op_parallelism_threads` says how many there are.
"""

from __future__ import annotations

import math
from typing import Any, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._c import _samplers
from ..arrays.arguments import FLOAT16, FLOAT32, FLOAT64, SeedLike, ShapeLike, as_shape
from ..arrays.conversion import as_tensor, batch_of, broadcast, in_type, new_array
from ..config import tensorflow_threads
from ..graphs.graph import op
from ..seeding.compiled import compiler
from ..seeding.streams import of_attributes, of_pair, start_of_pair

__all__ = ["ParameterizedTruncatedNormal", "StatelessParameterizedTruncatedNormal"]

_FLOATS = (FLOAT32, FLOAT64, FLOAT16)


@op("raw_ops.ParameterizedTruncatedNormal")
def ParameterizedTruncatedNormal(
    *,
    shape: ShapeLike,
    means: ArrayLike,
    stdevs: ArrayLike,
    minvals: ArrayLike,
    maxvals: ArrayLike,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw normals within bounds with a stateful op.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank], rank 1 or more
        Dimensions of the result, each 0 or more. An int64 array selects a stream of its own.
    means, stdevs, minvals, maxvals : number or array of shape [1] or [shape[0]]
        Mean and standard deviation of the normal distribution, and the bounds of what is kept.
        Standard deviations are above 0, minvals below maxvals, and one of the two is finite.
        `means` decides on the type, float16, float32 (for numbers) or float64.
    seed, seed2 : int, -2**63 to 2**63 - 1, default 0
        The op's seeds. Both 0 means no seed: every call then starts from the operating system's
        entropy.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of means' type, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For an empty shape, a negative dimension, 2**31 elements or more, parameters of another
        shape or that break the rules above, a seed outside 64 bits; and where a thousand numbers
        in a row fall outside the bounds, as they do when these are very far from the mean.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    Groups of four numbers (float64: two), normal or uniform ones as the bounds demand, in order,
    through all batches of a shard. A batch is shape[0]'s, or 100 elements if all parameters
    are one number. Shards of TensorFlow's threads begin 500 * (elements of a batch + 3) blocks a
    batch further on, and the kernel moves on by that for each batch, modulo 2**31 as TensorFlow
    computes it. Verified against TensorFlow 2.21 with 1, 2, 3, 4 and 8 threads.

    References
    ----------
    tensorflow/core/kernels/parameterized_truncated_normal_op.cc, ParameterizedTruncatedNormalOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> tp.raw_ops.ParameterizedTruncatedNormal(shape=[3], means=0.0, stdevs=1.0, minvals=1.0,
    ...     maxvals=3.0, seed=1, seed2=2)
    array([1.5564935, 2.7881274, 1.5478001], dtype=float32)
    """
    op = "ParameterizedTruncatedNormal"
    first = as_parameter_of_floats("means", means)
    parameters = [first]
    for what, value in ("stdevs", stdevs), ("minvals", minvals), ("maxvals", maxvals):
        parameters.append(in_type(as_tensor(what, value), first.dtype))
    dims, shape_type = as_shape(shape)
    if not dims:
        raise ValueError(f"{op}: shape must have one dimension or more")
    for what, array in zip(("means", "stdevs", "minvals", "maxvals"), parameters, strict=True):
        if array.ndim > 1:
            raise ValueError(f"{what} must be a number or a vector, got shape {array.shape}")
    size = math.prod(dims)
    if size >= 2**31:
        raise ValueError(f"{op}: shape must have fewer than 2**31 elements, got {dims}")
    if all(a.ndim == 0 or a.size == 1 for a in parameters[:2]) and not (
        parameters[2].ndim or parameters[3].ndim
    ):
        batches, samples = -(-size // 100), 100
    else:
        batches, samples = dims[0], math.prod(dims[1:])
        for what, array in zip(("means", "stdevs", "minvals", "maxvals"), parameters, strict=True):
            if array.ndim and array.size not in (1, batches):
                raise ValueError(
                    f"{what} must have 1 element or shape[0], {batches}, got {array.size}"
                )
    out = new_array(dims, first.dtype)
    rows = as_rows(parameters, (batches,))
    kernel = of_attributes(op, seed, seed2, first.dtype, shape_type)

    def make(key: int, counter: int) -> tuple[NDArray[Any], int]:
        drawn = _truncated(key, counter, rows, batches, samples, True, out)
        return drawn, _blocks(counter, batches, samples)

    return kernel._draw_by(make)


@op("raw_ops.StatelessParameterizedTruncatedNormal")
def StatelessParameterizedTruncatedNormal(
    *,
    shape: ShapeLike,
    seed: SeedLike,
    means: ArrayLike,
    stddevs: ArrayLike,
    minvals: ArrayLike,
    maxvals: ArrayLike,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw normals within bounds from a seed pair.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of the result, each 0 or more; the last ones are those of the parameters
        together.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    means, stddevs, minvals, maxvals : array or number, broadcastable with each other
        Mean and standard deviation of the normal distribution, and the bounds of what is kept.
        Standard deviations are above 0, minvals below maxvals, and one of the two is finite.
        `means` decides on the type, float16, float32 (for numbers) or float64.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of means' type, of shape `shape`

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
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
    through all outputs of a shard: first all of the first parameters, then all of the second.
    Shards of TensorFlow's threads begin 500 (float64: 1000) blocks an element further on. Nothing
    is kept: the same arguments give the same numbers. Verified against TensorFlow 2.21 with 1, 2,
    3, 4 and 8 threads.

    References
    ----------
    tensorflow/core/kernels/parameterized_truncated_normal_op.cc,
    StatelessParameterizedTruncatedNormalOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessParameterizedTruncatedNormal(shape=[3], seed=[1, 2], means=0.0,
    ...     stddevs=1.0, minvals=-2.0, maxvals=2.0)
    array([0.5441101 , 0.20738031, 0.07356432], dtype=float32)
    """
    first = as_parameter_of_floats("means", means)
    parameters = [first]
    for what, value in ("stddevs", stddevs), ("minvals", minvals), ("maxvals", maxvals):
        parameters.append(in_type(as_tensor(what, value), first.dtype))
    together = broadcast("means, stddevs, minvals and maxvals", *parameters)
    rows = as_rows(parameters, together)
    numbers = are_numbers(means, stddevs, minvals, maxvals)
    return draw_from_pair(seed, as_shape(shape)[0], rows, together, first.dtype, numbers)


def draw_from_pair(
    seed: SeedLike,
    dims: tuple[int, ...],
    rows: NDArray[np.float64] | tuple[float, float, float, float],
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    numbers: bool,
) -> NDArray[Any]:
    """Draw from a seed pair, with `as_rows` of parameters of this shape and type.

    Four Python floats will do: they are rounded to float32. `numbers`: all were Python's.
    """
    if compiler() is not None:
        stream: Any = of_pair(seed)
        batch_of("StatelessParameterizedTruncatedNormal", dims, shape, "the parameters")
        out = new_array(dims, dtype)
        if type(rows) is tuple:
            rows = np.array(rows, np.float32).astype(FLOAT64).reshape(4, 1)
        if not math.prod(shape):
            return out
        drawn: NDArray[Any] = stream.bounded_normal(rows, numbers, out)
        return drawn
    key, counter = start_of_pair(seed)
    batch_of("StatelessParameterizedTruncatedNormal", dims, shape, "the parameters")
    out = new_array(dims, dtype)
    batches = math.prod(shape)
    if batches:
        _truncated(key, counter, rows, batches, out.size // batches, False, out)
    return out


def _truncated(
    key: int,
    counter: int,
    rows: NDArray[np.float64] | tuple[float, float, float, float],
    batches: int,
    samples: int,
    by_batch: bool,
    out: NDArray[Any],
) -> NDArray[Any]:
    threads = tensorflow_threads()
    try:
        return _samplers.truncated(key, counter, rows, batches, samples, by_batch, out, threads)
    except _samplers.Invalid:
        raise ValueError(_RULES) from None
    except _samplers.Rejected:
        raise ValueError(
            "a thousand numbers in a row fell outside minvals and maxvals: the bounds are too far "
            "from the mean, or a parameter is not finite"
        ) from None


def are_numbers(*values: Any) -> bool:
    """Are these numbers of Python's, which a compiled function has as constants?"""
    return all(type(value) in (float, int) for value in values)


def as_rows(
    parameters: list[NDArray[Any]], shape: tuple[int, ...]
) -> NDArray[np.float64] | tuple[float, float, float, float]:
    """Return the parameters as the kernel takes them: four rows, of one number or one a batch.

    Where each is one float32, four Python floats save a small draw an array.
    """
    if all(array.size == 1 for array in parameters):
        if parameters[0].dtype == FLOAT32:
            means, deviations, low, high = parameters
            return means.item(), deviations.item(), low.item(), high.item()
        return np.array([[array.item()] for array in parameters], FLOAT64)
    rows = np.empty((4, math.prod(shape)), FLOAT64)
    for row, array in zip(rows, parameters, strict=True):
        row.reshape(shape)[...] = array
    return rows


_RULES = (
    "standard deviations must be above 0, minvals below maxvals, and one of minvals and maxvals "
    "finite"
)


def as_parameter_of_floats(name: str, value: ArrayLike) -> NDArray[Any]:
    array = as_tensor(name, value)
    if array.dtype not in _FLOATS:
        raise TypeError(f"{name} must be float16, float32 or float64, got {array.dtype.name}")
    return array


def _blocks(counter: int, batches: int, samples: int) -> int:
    """Return how far the stateful kernel moves on: an int32 in TensorFlow, which may wrap.

    A negative number of blocks becomes one close to 2**64, and TensorFlow's addition of such a
    number loses the carry out of the counter's lowest word.

    References
    ----------
    tensorflow/core/kernels/parameterized_truncated_normal_op.cc, Compute;
    tensorflow/core/lib/random/philox_random.h, PhiloxRandom::Skip.
    """
    product = (batches * 2 * 1000 * (samples + 3) + 2**31) % 2**32 - 2**31
    blocks = product // 4 if product >= 0 else -(-product // 4)  # C's division
    if blocks >= 0:
        return blocks
    count = blocks % 2**64
    carried = (counter % 2**32) + (count % 2**32) >= 2**32
    high = ((count >> 32) + carried) % 2**32
    return (count % 2**32) + (high << 32) - (carried << 32)
