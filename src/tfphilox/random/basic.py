"""random/basic.py: uniform and normal numbers, seeds, and what stands on them alone."""

# What a Stream returns depends on its `out`.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import enum
from typing import Any, SupportsIndex, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ..arrays.arguments import (
    BOUNDED_INTEGERS,
    INTEGERS,
    SeedLike,
    ShapeLike,
    as_bound,
    as_float_dtype,
    as_integers,
    as_operand,
    as_shape,
    is_float,
)
from ..arrays.dtypes import as_dtype
from ..arrays.wording import brief
from ..graphs.graph import graph_being_built, op
from ..raw_ops import stateful
from ..raw_ops._integers import draw_integers
from ..seeding import scopes
from ..seeding.compiled import compiler
from ..seeding.streams import of_pair
from ..stream import Stream

__all__ = [
    "Algorithm",
    "fold_in",
    "normal",
    "set_seed",
    "split",
    "stateless_normal",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
]


class Algorithm(enum.Enum):
    """The algorithms that `alg` names; on a CPU all but Philox are refused or mean Philox."""

    PHILOX = 1
    THREEFRY = 2
    AUTO_SELECT = 3


def set_seed(seed: SupportsInt | str | bytes | None) -> None:
    """Set the global seed, and restart every stream.

    Parameters
    ----------
    seed : int or None
        Any integer, of any size; its remainder modulo 2**31 - 1 becomes the key. None takes the
        global seed away. What else TensorFlow accepts is accepted: a float or 0-d array (the key
        is cut to an integer, the op seeds of a float come from ``random.Random(float)``), and
        text, which every later draw refuses.

    Raises
    ------
    TypeError
        If `seed` is none of these. The old seed stays.

    Stream
    ------
    Draws nothing. The first op without a seed of its own then gets the first number
    of ``random.Random(seed)`` in 0 to 2**31 - 1 as op seed, the next the second; ops with a seed
    of their own start afresh. While a graph is being built, only that graph's seed is set: its ops
    count. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/framework/random_seed.py, set_seed; eager/context.py,
    Context._set_global_seed.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.random.uniform([1]), tp.random.uniform([1])
    (array([0.29197514], dtype=float32), array([0.5554141], dtype=float32))
    >>> tp.random.set_seed(1234)
    >>> tp.random.uniform([1], seed=1), tp.random.uniform([1], seed=1)
    (array([0.1689806], dtype=float32), array([0.7539084], dtype=float32))
    """
    graph = graph_being_built()
    if graph is None:
        scopes.set_global_seed(seed)
    else:
        graph.seed = seed


@op("random.uniform")
def uniform(
    shape: ShapeLike,
    minval: ArrayLike = 0,
    maxval: ArrayLike | None = None,
    dtype: DTypeLike = "float32",
    seed: SupportsInt | None = None,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw floats or integers uniformly from [minval, maxval).

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of what is drawn, each 0 or more.
    minval, maxval : number, or for floats array broadcastable with `shape`
        Lowest value, and the end of the range, which is excluded except by rounding. `maxval`
        defaults to 1 for floats and must be given for integers. Arrays may enlarge the result;
        they do not make more draws.
    dtype : {float16, bfloat16, float32, float64, int32, int64}, default float32
        Type of the result, as a NumPy type, dtype or name; bfloat16 needs ml_dtypes.
    seed : int, optional
        The op seed; see `set_seed`. With one, the next call with the same seed and type continues
        this call's stream.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape` or larger by broadcasting

    Raises
    ------
    TypeError
        If an argument has a type not listed above: shapes and the bounds of integers must be
        integers.
    ValueError
        For another `dtype`, a negative dimension, a shape of 2**63 elements or more, bounds that
        do not broadcast, a missing `maxval`, or for integers `minval >= maxval` unless the result
        is empty.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One 32-bit word for an element, two for float64 and int64; integers take the
    word modulo `maxval - minval` and are slightly biased, as in TensorFlow. The kernel moves on
    by 256 blocks for every element drawn. Verified against TensorFlow 1.15, 2.0 and 2.21.

    References
    ----------
    tensorflow/python/ops/random_ops.py, random_uniform.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(5)
    >>> tp.random.uniform([2, 2], -1.0, 1.0)
    array([[0.25278616, 0.05968642],
           [0.51691437, 0.01697683]], dtype=float32)
    >>> tp.random.uniform([], maxval=3, dtype="int32", seed=10)
    array(2, dtype=int32)
    >>> tp.random.uniform([], maxval=3, dtype="int32", seed=10)
    array(0, dtype=int32)
    """
    dtype = as_dtype(dtype)
    if is_float(dtype):
        low: Any
        high: Any
        if isinstance(minval, int) and minval == 0:  # then TensorFlow leaves out the addition
            low = 0
            if maxval is None or (isinstance(maxval, int) and maxval == 1):
                high = None
            else:
                high = as_operand("maxval", maxval, dtype)
        else:
            low = as_operand("minval", minval, dtype)
            high = as_operand("maxval", 1 if maxval is None else maxval, dtype)
        return scopes.seeded(seed, stateful.draw_uniform, shape, low, high, dtype)
    if dtype not in BOUNDED_INTEGERS:
        accepted = "float16, bfloat16, float32, float64, int32 or int64"
        raise ValueError(f"dtype must be {accepted}, got {dtype.name}")
    if maxval is None:
        raise ValueError(f"maxval must be given for dtype {dtype.name}")
    low, high = as_bound("minval", minval, dtype), as_bound("maxval", maxval, dtype)
    return scopes.seeded(seed, stateful.draw_integers, shape, low, high, dtype)


@op("random.normal")
def normal(
    shape: ShapeLike,
    mean: ArrayLike = 0.0,
    stddev: ArrayLike = 1.0,
    dtype: DTypeLike = "float32",
    seed: SupportsInt | None = None,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw floats from a normal distribution.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of what is drawn, each 0 or more.
    mean, stddev : number, or array broadcastable with `shape`
        Mean and standard deviation. Arrays may enlarge the result; they do not make more draws.
    dtype : {float16, bfloat16, float32, float64}, default float32
        Type of the result, as a NumPy type, dtype or name; bfloat16 needs ml_dtypes.
    seed : int, optional
        The op seed; see `set_seed`. With one, the next call with the same seed and type continues
        this call's stream.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape` or larger by broadcasting

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, or operands that do not
        broadcast.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One 32-bit word for an element, two for float64: Box and Muller's pairs. The
    kernel moves on by 256 blocks for every element drawn. Verified against TensorFlow 1.15, 2.0
    and 2.21; float64 against a CPU with FMA and glibc 2.36.

    References
    ----------
    tensorflow/python/ops/random_ops.py, random_normal.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(5)
    >>> tp.random.normal([2, 2], 0, 1, seed=1)
    array([[-1.3768897 , -0.01258316],
           [-0.169515  ,  1.0824056 ]], dtype=float32)
    """
    dtype = as_float_dtype("normal", dtype)
    mean, stddev = as_operand("mean", mean, dtype), as_operand("stddev", stddev, dtype)
    return scopes.seeded(seed, stateful.draw_normal, shape, mean, stddev, dtype)


@op("random.truncated_normal")
def truncated_normal(
    shape: ShapeLike,
    mean: ArrayLike = 0.0,
    stddev: ArrayLike = 1.0,
    dtype: DTypeLike = "float32",
    seed: SupportsInt | None = None,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw floats from a normal distribution, redrawing those two standard deviations or more off.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of what is drawn, each 0 or more.
    mean, stddev : number, or array broadcastable with `shape`
        Mean and standard deviation before truncation. Arrays may enlarge the result; they do not
        make more draws.
    dtype : {float16, bfloat16, float32, float64}, default float32
        Type of the result, as a NumPy type, dtype or name; bfloat16 needs ml_dtypes. The two
        16-bit types are rounded after the test and so can show a deviation of exactly 2.
    seed : int, optional
        The op seed; see `set_seed`. With one, the next call with the same seed and type continues
        this call's stream.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of `dtype`, of shape `shape` or larger by broadcasting

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, or operands that do not
        broadcast.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    Each group of four elements (float64: two) starts 256 blocks (128) after the
    last and takes words until it is full. The kernel moves on by 256 blocks for every element
    drawn. Verified against TensorFlow 1.15, 2.0 and 2.21; float64 against a CPU with FMA and
    glibc 2.36.

    References
    ----------
    tensorflow/python/ops/random_ops.py, truncated_normal.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.random.truncated_normal([4], mean=3, stddev=0.5)
    array([3.7555313, 3.211461 , 2.7901525, 2.4819813], dtype=float32)
    """
    dtype = as_float_dtype("truncated_normal", dtype)
    mean, stddev = as_operand("mean", mean, dtype), as_operand("stddev", stddev, dtype)
    return scopes.seeded(seed, stateful.draw_truncated, shape, mean, stddev, dtype)


@op("random.stateless_uniform")
def stateless_uniform(
    shape: ShapeLike,
    seed: SeedLike,
    minval: ArrayLike | None = 0,
    maxval: ArrayLike | None = None,
    dtype: DTypeLike = "float32",
    name: str | None = None,
    alg: Algorithm | str | int | None = "auto_select",
) -> NDArray[Any]:
    """Draw floats or integers uniformly from [minval, maxval), from a seed pair alone.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of what is drawn, each 0 or more.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    minval, maxval : number, or for floats array broadcastable with `shape`; or None
        Lowest value, and the end of the range, which is excluded except by rounding. `maxval`
        defaults to 1 for floats. Integers need both, or None for both: then they come from all
        their type can hold. Arrays may enlarge the result; they do not make more draws.
    dtype : {float16, bfloat16, float32, float64, int32, int64, uint32, uint64}, default float32
        Type of the result, as a NumPy type, dtype or name; bfloat16 needs ml_dtypes. Unsigned
        integers are full-range only.
    name : str, optional
        Ignored.
    alg : {"auto_select", "philox"}, `Algorithm`, 1, 3 or None
        All mean Philox. TensorFlow knows "threefry" (2) too, but refuses it on a CPU.

    Returns
    -------
    ndarray of `dtype`, of shape `shape` or larger by broadcasting

    Raises
    ------
    TypeError
        If an argument has a type not listed above: shapes, seeds and the bounds of integers must
        be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a seed that is not a pair of
        64-bit integers, bounds that do not broadcast, one integer bound without the other, bounds
        for an unsigned type, `minval >= maxval` for integers unless the result is empty, or
        another `alg`.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One 32-bit word for an element, two for the 64-bit types; integers with bounds
    take the word modulo `maxval - minval` and are slightly biased, as in TensorFlow. Nothing is
    kept: the same arguments give the same numbers. Verified against TensorFlow 1.15, 2.0 and
    2.21.

    References
    ----------
    tensorflow/python/ops/stateless_random_ops.py, stateless_random_uniform.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.stateless_uniform([4], [1, 2])
    array([0.8440604 , 0.19204533, 0.9962232 , 0.1603874 ], dtype=float32)
    >>> tp.random.stateless_uniform([3], [1, 2], minval=0, maxval=10, dtype="int32")
    array([0, 9, 4], dtype=int32)
    >>> tp.random.stateless_uniform([2], [1, 2], minval=None, maxval=None, dtype="uint32")
    array([1105988140, 1738052849], dtype=uint32)
    """
    dtype = as_dtype(dtype)
    if is_float(dtype):
        low: Any
        high: Any
        if type(minval) is int and minval == 0 and maxval is None:
            low, high = 0, None  # rnd * (1 - 0) + 0 is rnd
        else:
            low = as_operand("minval", minval, dtype)
            high = as_operand("maxval", 1 if maxval is None else maxval, dtype)
        return _stateless(seed, alg).uniform(as_shape(shape)[0], low, high, dtype)
    if dtype not in INTEGERS:
        accepted = "float16, bfloat16, float32, float64, int32, int64, uint32 or uint64"
        raise ValueError(f"dtype must be {accepted}, got {dtype.name}")
    if (minval is None) != (maxval is None):
        raise ValueError(
            f"minval and maxval must both be given or both be None for dtype {dtype.name}, "
            f"got {brief(minval)} and {brief(maxval)}"
        )
    if minval is None:
        return _stateless(seed, alg).integers(as_shape(shape)[0], None, None, dtype)
    if dtype not in BOUNDED_INTEGERS:
        raise ValueError(f"minval and maxval must be None for dtype {dtype.name}")
    low, high = as_bound("minval", minval, dtype), as_bound("maxval", maxval, dtype)
    return draw_integers(_stateless(seed, alg), as_shape(shape)[0], low, high, dtype)


@op("random.stateless_normal")
def stateless_normal(
    shape: ShapeLike,
    seed: SeedLike,
    mean: ArrayLike = 0.0,
    stddev: ArrayLike = 1.0,
    dtype: DTypeLike = "float32",
    name: str | None = None,
    alg: Algorithm | str | int | None = "auto_select",
) -> NDArray[Any]:
    """Draw floats from a normal distribution, from a seed pair alone.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of what is drawn, each 0 or more.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    mean, stddev : number, or array broadcastable with `shape`
        Mean and standard deviation. Arrays may enlarge the result; they do not make more draws.
    dtype : {float16, bfloat16, float32, float64}, default float32
        Type of the result, as a NumPy type, dtype or name; bfloat16 needs ml_dtypes.
    name : str, optional
        Ignored.
    alg : {"auto_select", "philox"}, `Algorithm`, 1, 3 or None
        All mean Philox. TensorFlow knows "threefry" (2) too, but refuses it on a CPU.

    Returns
    -------
    ndarray of `dtype`, of shape `shape` or larger by broadcasting

    Raises
    ------
    TypeError
        If an argument has a type not listed above: shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a seed that is not a pair of
        64-bit integers, operands that do not broadcast, or another `alg`.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One 32-bit word for an element, two for float64: Box and Muller's pairs. Nothing
    is kept: the same arguments give the same numbers. Verified against TensorFlow 1.15, 2.0 and
    2.21; float64 against a CPU with FMA and glibc 2.36.

    References
    ----------
    tensorflow/python/ops/stateless_random_ops.py, stateless_random_normal.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.stateless_normal([3], [1, 2])
    array([0.5441101 , 0.20738031, 0.07356432], dtype=float32)
    """
    dtype = as_float_dtype("stateless_normal", dtype)
    mean, stddev = as_operand("mean", mean, dtype), as_operand("stddev", stddev, dtype)
    return _stateless(seed, alg).normal(as_shape(shape)[0], mean, stddev, dtype)


@op("random.stateless_truncated_normal")
def stateless_truncated_normal(
    shape: ShapeLike,
    seed: SeedLike,
    mean: ArrayLike = 0.0,
    stddev: ArrayLike = 1.0,
    dtype: DTypeLike = "float32",
    name: str | None = None,
    alg: Algorithm | str | int | None = "auto_select",
) -> NDArray[Any]:
    """Draw truncated normal floats, as `truncated_normal` does, from a seed pair alone.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array of shape [rank]
        Dimensions of what is drawn, each 0 or more.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    mean, stddev : number, or array broadcastable with `shape`
        Mean and standard deviation before truncation. Arrays may enlarge the result; they do not
        make more draws.
    dtype : {float16, bfloat16, float32, float64}, default float32
        Type of the result, as a NumPy type, dtype or name; bfloat16 needs ml_dtypes.
    name : str, optional
        Ignored.
    alg : {"auto_select", "philox"}, `Algorithm`, 1, 3 or None
        All mean Philox. TensorFlow knows "threefry" (2) too, but refuses it on a CPU.

    Returns
    -------
    ndarray of `dtype`, of shape `shape` or larger by broadcasting

    Raises
    ------
    TypeError
        If an argument has a type not listed above: shapes and seeds must be integers.
    ValueError
        For a negative dimension, a shape of 2**63 elements or more, a seed that is not a pair of
        64-bit integers, operands that do not broadcast, or another `alg`.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    Each group of four elements (float64: two) starts 256 blocks (128) after the
    last and takes words until it is full. Nothing is kept: the same arguments give the same
    numbers. Verified against TensorFlow 1.15, 2.0 and 2.21; float64 against a CPU with FMA and
    glibc 2.36.

    References
    ----------
    tensorflow/python/ops/stateless_random_ops.py, stateless_truncated_normal.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.stateless_truncated_normal([3], [1, 2])
    array([0.5441101 , 0.20738031, 0.07356432], dtype=float32)
    """
    dtype = as_float_dtype("stateless_truncated_normal", dtype)
    mean, stddev = as_operand("mean", mean, dtype), as_operand("stddev", stddev, dtype)
    return _stateless(seed, alg).truncated_normal(as_shape(shape)[0], mean, stddev, dtype)


@op("random.split")
def split(
    seed: SeedLike, num: SupportsIndex = 2, alg: Algorithm | str | int | None = "auto_select"
) -> NDArray[Any]:
    """Make several seed pairs from one.

    Parameters
    ----------
    seed : pair of int, or int32 or int64 array of shape [2]
        Its type is the type of the result: int32 for Python integers that fit, else int64.
    num : int, default 2
        How many pairs, 0 or more.
    alg : {"auto_select", "philox"}, `Algorithm`, 1, 3 or None
        All mean Philox.

    Returns
    -------
    int32 or int64 array of shape [num, 2]

    Raises
    ------
    TypeError
        If `seed` or `num` is not integer, or `seed` is an array of another type.
    ValueError
        If `seed` is not a pair of 64-bit integers, `num` is negative, or for another `alg`.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    The first 2 * num full-range integers of the pair's stream. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/stateless_random_ops.py, split.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.split([1, 2], num=3)
    array([[1105988140, 1738052849],
           [-335576002,  370444179],
           [  10670227, -246211131]], dtype=int32)
    """
    pair = as_integers("seed", seed)
    if pair.dtype not in BOUNDED_INTEGERS:
        raise TypeError(f"seed must have type int32 or int64, got {pair.dtype.name}")
    return stateless_uniform([num, 2], pair, None, None, pair.dtype, alg=alg)


@op("random.fold_in")
def fold_in(
    seed: SeedLike, data: SupportsInt, alg: Algorithm | str | int | None = "auto_select"
) -> NDArray[Any]:
    """Make a new seed pair from a seed pair and a number.

    Parameters
    ----------
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    data : int, or int32, int64, uint32 or uint64 array of shape []
        Its type is the type of the result: int32 for a Python integer that fits, else int64.
    alg : {"auto_select", "philox"}, `Algorithm`, 1, 3 or None
        All mean Philox.

    Returns
    -------
    integer array of shape [2]
        The first full-range integer of the pair's stream, and `data`.

    Raises
    ------
    TypeError
        If `seed` or `data` is not integer, or `data` is an array of another type.
    ValueError
        If `seed` is not a pair of 64-bit integers, `data` is not a scalar, or for another `alg`.

    Stream
    ------
    One full-range integer of the pair's stream. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/stateless_random_ops.py, fold_in.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.fold_in([1, 2], 3)
    array([1105988140,          3], dtype=int32)
    """
    number = as_integers("data", data)
    if number.dtype not in INTEGERS:
        raise TypeError(
            f"data must have type int32, int64, uint32 or uint64, got {number.dtype.name}"
        )
    if number.ndim:
        raise ValueError(f"data must be a scalar, got {brief(data)}")
    return np.stack([stateless_uniform([], seed, None, None, number.dtype, alg=alg), number])


def _stateless(seed: SeedLike, alg: Algorithm | str | int | None) -> Stream:
    """Return the stream of a seed pair, unless `alg` asks for another algorithm."""
    if alg == "auto_select":
        return of_pair(seed)
    return of_pair(seed, _check_algorithm(alg))


def _check_algorithm(alg: Algorithm | str | int | None) -> int:
    """Return the algorithm's number, which must be that of one that TensorFlow has here.

    References
    ----------
    tensorflow/python/ops/random_ops_util.py, convert_alg_to_int.
    """
    if isinstance(alg, str):
        names = {"philox": 1, "threefry": 2, "autoselect": 3}
        number = names.get(alg.strip().lower().replace("-", "").replace("_", ""), 0)
    elif isinstance(alg, Algorithm):
        number = alg.value
    elif isinstance(alg, int):
        number = alg
    elif alg is None:
        return Algorithm.AUTO_SELECT.value
    else:
        raise TypeError(f"alg must be a string, an Algorithm or an int, got {brief(alg)}")
    if number == Algorithm.THREEFRY.value and compiler() is None:
        raise ValueError(
            "alg must be philox or auto_select: TensorFlow has threefry only under XLA"
        )
    if number not in (1, 2, 3):
        raise ValueError(f"alg must be philox (1) or auto_select (3), got {brief(alg)}")
    return number
