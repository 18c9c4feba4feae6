"""raw_ops/categorical.py: classes drawn by their logits.

The kernel draws one stream a shard of rows, and the shards depend on TensorFlow's threads:
`tfphilox.config.threading.set_intra_op_parallelism_threads` says how many there are.
"""

from __future__ import annotations

from typing import Any, SupportsIndex, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .._c import _samplers
from ..arrays.arguments import (
    BOUNDED_INTEGERS,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    SeedLike,
    as_array,
    as_integers,
)
from ..arrays.conversion import as_tensor, new_array
from ..arrays.dtypes import as_dtype
from ..config import tensorflow_threads
from ..graphs.graph import op
from ..seeding.compiled import compiler
from ..seeding.streams import of_attributes, of_pair, start_of_pair

__all__ = ["Multinomial", "StatelessMultinomial"]


@op("raw_ops.Multinomial")
def Multinomial(
    *,
    logits: ArrayLike,
    num_samples: SupportsIndex,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    output_dtype: DTypeLike = "int64",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw classes by the logits of each row with a stateful op.

    Parameters
    ----------
    logits : float16, bfloat16, float32 or float64 array of shape [rows, classes]
        Unnormalized log-probabilities. Those that are not finite have no share, +inf too. Each
        type selects a stream of its own.
    num_samples : int, 0 to 2**31 - 1
        How many for each row.
    seed, seed2 : int, -2**63 to 2**63 - 1, default 0
        The op's seeds. Both 0 means no seed: every call then starts from the operating system's
        entropy.
    output_dtype : {int32, int64}, default int64
        Type of the result, as a NumPy type, dtype or name.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `output_dtype`, of shape [rows, num_samples]
        Numbers of classes; for a row without a finite logit the number of all classes, as in
        TensorFlow.

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        If `logits` is not a matrix or has no classes, `num_samples` is negative or too large, or
        for a seed outside 64 bits.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One double, two words, a sample, through all rows of a shard; shards of TensorFlow's threads
    begin (num_samples + 3) / 4 blocks a row further on. With one thread there is one shard. The
    kernel moves on by 2048 * ceil(num_samples / 4) blocks a row. Verified against TensorFlow 2.21
    with 1, 2, 3, 4 and 8 threads.

    References
    ----------
    tensorflow/core/kernels/multinomial_op.cc, MultinomialOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> tp.raw_ops.Multinomial(logits=[[0.0, 1.0, 2.0]], num_samples=6, seed=1, seed2=2)
    array([[1, 2, 1, 1, 2, 2]])
    """
    values = as_logits(logits)
    found = _index_dtype("Multinomial", output_dtype)
    out = new_array((values.shape[0], _samples(num_samples)), found)
    rows, samples = out.shape
    blocks = 2048 * rows * -(-samples // 4)
    kernel = of_attributes("Multinomial", seed, seed2, found, values.dtype.name)
    return kernel._draw_by(lambda key, counter: (_sample(key, counter, values, out), blocks))


@op("raw_ops.StatelessMultinomial")
def StatelessMultinomial(
    *,
    logits: ArrayLike,
    num_samples: SupportsIndex,
    seed: SeedLike,
    output_dtype: DTypeLike = "int64",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw classes by the logits of each row from a seed pair.

    Parameters
    ----------
    logits : float16, bfloat16, float32 or float64 array of shape [rows, classes]
        Unnormalized log-probabilities. Those that are not finite have no share, +inf too.
    num_samples : int, 0 to 2**31 - 1
        How many for each row.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    output_dtype : {int32, int64}, default int64
        Type of the result, as a NumPy type, dtype or name.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `output_dtype`, of shape [rows, num_samples]
        Numbers of classes; for a row without a finite logit the number of all classes, as in
        TensorFlow.

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        If `logits` is not a matrix or has no classes, `num_samples` is negative or too large, or
        for a seed that is not a pair of 64-bit integers.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    As `Multinomial`. Nothing is kept: the same arguments give the same numbers. Verified against
    TensorFlow 2.21 with 1, 2, 3, 4 and 8 threads.

    References
    ----------
    tensorflow/core/kernels/multinomial_op.cc, StatelessMultinomialOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessMultinomial(logits=[[0.0, 1.0, 2.0, 3.0]], num_samples=8, seed=[1, 2])
    array([[3, 3, 2, 3, 3, 3, 3, 2]])
    """
    values = as_logits(logits)
    found = _index_dtype("StatelessMultinomial", output_dtype)
    if compiler() is not None:
        stream: Any = of_pair(seed)
        chosen: NDArray[Any] = stream.categorical(
            values, new_array((values.shape[0], _samples(num_samples)), found)
        )
        return chosen
    key, counter = start_of_pair(seed)
    out = new_array((values.shape[0], _samples(num_samples)), found)
    return _sample(key, counter, values, out)


def _sample(key: int, counter: int, logits: NDArray[Any], out: NDArray[Any]) -> NDArray[Any]:
    return _samplers.categorical(key, counter, logits, out, tensorflow_threads())


def as_logits(logits: ArrayLike) -> NDArray[Any]:
    if _begins_with_float(logits):
        try:
            rows = as_array("logits", logits, copy=True)
        except (ValueError, TypeError):
            pass  # as_tensor says what is wrong
        else:
            if rows.dtype == FLOAT64 and rows.ndim == 2:
                return _samplers.singles(rows)  # as as_tensor rounds them, in less time
    values = as_tensor("logits", logits)
    if values.dtype not in (FLOAT32, FLOAT64, FLOAT16) and values.dtype.name != "bfloat16":
        allowed = "float16, bfloat16, float32 or float64"
        raise TypeError(f"logits must be {allowed}, got {values.dtype.name}")
    if values.ndim != 2:
        raise ValueError(f"logits must be a matrix, [rows, classes], got shape {values.shape}")
    if values.shape[1] == 0:
        raise ValueError(f"logits must have one class or more, got shape {values.shape}")
    return np.ascontiguousarray(values)


def _begins_with_float(rows: Any) -> bool:
    """Is it a list of lists, with a Python float first?"""
    if type(rows) is not list or not rows or type(rows[0]) is not list or not rows[0]:
        return False
    return type(rows[0][0]) is float


def _samples(num_samples: SupportsIndex) -> int:
    if type(num_samples) is not int:
        number = as_integers("num_samples", num_samples)
        if number.ndim:
            raise ValueError(f"num_samples must be a scalar, got shape {number.shape}")
        num_samples = int(number)
    if not 0 <= num_samples < 2**31:
        raise ValueError(f"num_samples must be 0 to 2**31 - 1, got {num_samples}")
    return num_samples


def _index_dtype(op: str, dtype: Any) -> np.dtype[Any]:
    found = as_dtype(dtype)
    if found not in BOUNDED_INTEGERS:
        raise TypeError(f"{op}: output_dtype must be int32 or int64, got {found.name}")
    return found
