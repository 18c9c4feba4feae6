"""raw_ops/shuffles.py: random permutations of rows, and of one index at a time.

Anything NumPy can hold is shuffled: TensorFlow's types as there, and besides them structured
types, dates and Python objects, in the same order as a tensor of as many rows.
"""

from __future__ import annotations

from typing import Any, SupportsIndex, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._c import _shuffles
from ..arrays.arguments import INTEGERS, as_array, as_integers, as_objects, copied
from ..arrays.conversion import to_float32
from ..arrays.wording import brief
from ..graphs.graph import op
from ..seeding.streams import of_attributes, of_key_counter
from ..stream import Stream

__all__ = ["RandomIndexShuffle", "RandomShuffle", "StatelessShuffle"]


@op("raw_ops.RandomShuffle")
def RandomShuffle(
    *,
    value: ArrayLike,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    name: str | None = None,
) -> NDArray[Any]:
    """Shuffle the rows of an array with a stateful op.

    Parameters
    ----------
    value : array_like of shape [n, ...]
        What to shuffle along its first dimension, of any type; n below 2**32. Its type selects the
        stream: lists of integers are int32 if they fit, lists of floats float32, as tensors are;
        all kinds of strings and objects share one.
    seed, seed2 : int, -2**63 to 2**63 - 1, default 0
        The op's seeds. Both 0 means no seed: every call then starts from the operating system's
        entropy.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray
        A new array of the shape and type of `value`, in native byte order. Strings stay what they
        are; TensorFlow would return bytes.

    Raises
    ------
    TypeError
        If `value` is None or a list of other objects, or a seed is not an integer.
    ValueError
        For a ragged list, integers of more than 64 bits, 2**32 rows or more, a seed outside 64
        bits.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One word for each row but the last. Row i is exchanged with row ``i + word % (n - i)``. The
    kernel moves on by ceil((n - 1) / 4) blocks; not at all for a scalar, an empty array or one
    row. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/random_shuffle_op.cc, RandomShuffleOp; shuffle_common.h.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> tp.raw_ops.RandomShuffle(value=[1, 2, 3, 4, 5], seed=1, seed2=2)
    array([5, 1, 3, 2, 4], dtype=int32)
    """
    array = as_value(value)
    kernel = of_attributes("RandomShuffle", seed, seed2, _tensor_type(array))
    return draw_shuffled(kernel, array)


@op("raw_ops.StatelessShuffle")
def StatelessShuffle(
    *,
    value: ArrayLike,
    key: ArrayLike,
    counter: ArrayLike,
    alg: SupportsIndex,
    name: str | None = None,
) -> NDArray[Any]:
    """Shuffle the rows of an array from a key and a counter.

    Parameters
    ----------
    value : array_like of shape [n, ...]
        What to shuffle along its first dimension, of any type; n below 2**32.
    key : uint64 array of shape [1]
        The Philox key. A list of Python integers, 0 to 2**64 - 1, or an integer array will do.
    counter : uint64 array of shape [2]
        Block number the stream starts at, low word first.
    alg : {1, 3}
        1 for Philox, 3 for TensorFlow's choice, which on a CPU is Philox.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray
        A new array of the shape and type of `value`, in native byte order.

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `RandomShuffle`, and for a key or counter of another shape, or another `alg`.

    Stream
    ------
    As `RandomShuffle`. Nothing is kept: the same arguments give the same order. Verified against
    TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/stateless_random_ops_v2.cc, StatelessShuffleOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.StatelessShuffle(value=[1, 2, 3, 4, 5], key=[1], counter=[2, 3], alg=1)
    array([5, 4, 1, 2, 3], dtype=int32)
    """
    stream = of_key_counter(key, counter, alg)
    return draw_shuffled(stream, as_value(value))


@op("raw_ops.RandomIndexShuffle")
def RandomIndexShuffle(
    *,
    index: ArrayLike,
    seed: ArrayLike,
    max_index: ArrayLike,
    rounds: SupportsIndex = 4,
    name: str | None = None,
) -> NDArray[Any]:
    """Return the places of indices in random permutations of 0 to `max_index`.

    Parameters
    ----------
    index : int, or integer array of shape [] or [n]
        0 to `max_index`. Its type is the type of the result: int32 for Python integers that fit,
        else int64; int32, int64, uint32 or uint64 for an array. (For a Python integer and an
        array `max_index`, that array's type.)
    seed : integer array of shape [3] or [n, 3]
        int32, int64, uint32 or uint64; the low 32 bits count.
    max_index : int, or integer array of shape [] or [n]
        The largest index, which must fit the type of `index`.
    rounds : int, default 4
        Rounds of the cipher: an even number from 4 on.
    name : str, optional
        Ignored.

    Returns
    -------
    integer array of shape [], or [n] if any argument has n

    Raises
    ------
    TypeError
        If an argument does not hold integers of those types.
    ValueError
        For other shapes, ``index > max_index``, a negative number, `rounds` odd or below 4 (where
        TensorFlow dies or reads what is not there).

    Stream
    ------
    No Philox: a block cipher keyed with the seed, of 16 to 64 bits, applied until the result is
    in range. If `max_index` is a power of two from 2**16 on, it is one bit short and the
    result no permutation: `max_index` goes where 0 goes. TensorFlow's error, kept. Verified
    against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/random_index_shuffle_ops.cc, RandomIndexShuffleOp.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.RandomIndexShuffle(index=5, seed=[1, 2, 3], max_index=100)
    array(53, dtype=int32)
    """
    has_type = hasattr(index, "__array__") or not hasattr(max_index, "__array__")
    dtype = as_integers("index", index if has_type else max_index).dtype
    if dtype not in INTEGERS:
        raise TypeError(f"index must have type int32, int64, uint32 or uint64, got {dtype.name}")
    seeds = as_integers("seed", seed)
    if seeds.dtype not in INTEGERS:
        raise TypeError(
            f"seed must have type int32, int64, uint32 or uint64, got {seeds.dtype.name}"
        )
    indices, last = _as_indices("index", index, dtype), _as_indices("max_index", max_index, dtype)
    turns = as_integers("rounds", rounds)
    if turns.ndim or not 4 <= turns < 2**31 or turns % 2:
        raise ValueError(f"rounds must be an even number from 4 on, got {brief(rounds)}")
    n = max(indices.size, last.size, seeds.size // 3)
    for name_, array in ("index", indices), ("max_index", last):
        if array.ndim and array.shape != (n,):
            raise ValueError(f"{name_} must have shape [] or [{n}], got {array.shape}")
    if seeds.shape not in ((3,), (n, 3)):
        raise ValueError(f"seed must have shape [3] or [{n}, 3], got {seeds.shape}")
    if (indices > last).any():
        raise ValueError(
            f"index must not exceed max_index, got {brief(index)} and {brief(max_index)}"
        )
    out = _shuffles.index_shuffle(
        indices.reshape(-1),
        np.ascontiguousarray(seeds.astype(np.uint32).reshape(-1, 3)),
        last.reshape(-1),
        int(turns),
    ).astype(dtype)
    scalar = not indices.ndim and seeds.ndim == 1 and not last.ndim
    return out.reshape(() if scalar else (n,))


def as_value(value: Any) -> NDArray[Any]:
    """Return the array to be shuffled, in native byte order, as tf.convert_to_tensor types it."""
    if hasattr(value, "__array__"):
        array = as_array("value", value)
        if array.dtype.isnative:
            return array
        return array.astype(array.dtype.newbyteorder("="))
    array = as_array("value", value, copy=True)
    leaf = array.dtype.type if isinstance(_first(value), np.generic) else None
    if leaf is not None:
        return array
    if array.dtype.kind == "O":
        if all(isinstance(item, int) for item in array.ravel()):
            raise ValueError(
                f"value must hold 64-bit integers, -2**63 to 2**63 - 1, got {brief(value)}"
            )
        if not all(isinstance(item, str | bytes) for item in array.ravel()):
            raise TypeError(
                f"value must be an array or a list of numbers or strings, got {brief(value)}"
            )
    elif array.dtype.kind == "f":
        if array.size and all(isinstance(item, int) for item in as_objects("value", value).ravel()):
            raise ValueError(
                f"value must hold 64-bit integers, -2**63 to 2**63 - 1, got {brief(value)}"
            )
        array = to_float32("value", array, value)
    elif array.dtype.kind == "i" and array.size:
        info = np.iinfo(np.int32)
        if info.min <= array.min() and array.max() <= info.max:
            array = array.astype(np.int32)
    elif array.dtype.kind == "u":
        raise ValueError(
            f"value must hold 64-bit integers, -2**63 to 2**63 - 1, got {brief(value)}"
        )
    elif not array.size:
        array = array.astype(np.float32)
    return array


def _first(value: Any) -> Any:
    while isinstance(value, list | tuple) and value:
        value = value[0]
    return value


def _tensor_type(array: NDArray[Any]) -> np.dtype[Any]:
    """Return the type that tells the kernels apart: tf.string is one."""
    return np.dtype(object) if array.dtype.kind in "SUOT" else array.dtype


def draw_shuffled(stream: Stream, array: NDArray[Any]) -> NDArray[Any]:
    """Return a shuffled copy of what `as_value` returned."""
    if array.size <= 1 or array.shape[0] <= 1:
        return array.copy()
    blocks = (array.shape[0] + 2) // 4
    return stream._draw_by(lambda key, counter: (_shuffled(array, key, counter), blocks))


def _shuffled(array: NDArray[Any], key: int, counter: int) -> NDArray[Any]:
    """Return a shuffled copy: exchanged in place, or, if a row is long, gathered by an index."""
    rows = array.shape[0]
    if rows >= 2**32:
        raise ValueError(f"value must have fewer than 2**32 rows, got {rows}")
    size = array.nbytes // rows
    plain = not array.dtype.hasobject and array.dtype.kind != "T" and array.flags.c_contiguous
    if not plain or size in (1, 2, 4, 8, 16):
        out = copied(array, array.dtype) if plain else np.array(array, order="C")
        _shuffles.shuffle(out, size, key, counter)
    else:
        index = np.arange(rows, dtype=np.uint32)
        _shuffles.shuffle(index, 4, key, counter)
        out = np.empty(array.shape, array.dtype)
        _shuffles.gather(array, index, size, out)
    return out


def _as_indices(name: str, value: Any, dtype: np.dtype[Any]) -> NDArray[np.uint64]:
    """Return indices of `dtype`, which must hold them, as uint64."""
    if hasattr(value, "__array__"):
        array = as_integers(name, value)
    else:
        array = as_objects(name, value)
        if not all(isinstance(item, int | np.integer) for item in array.ravel()):
            raise TypeError(f"{name} must hold integers, got {brief(value)}")
    if array.size and (int(array.min()) < 0 or int(array.max()) > np.iinfo(dtype).max):
        raise ValueError(
            f"{name} must be in 0 to {np.iinfo(dtype).max}, the largest {dtype.name}; "
            f"got {brief(value)}"
        )
    return np.ascontiguousarray(array.astype(np.uint64)).reshape(array.shape)
