"""random/shuffles.py: tf.random.shuffle and its relatives in tf.random.experimental."""

from __future__ import annotations

from typing import Any, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import raw_ops
from ..arrays.arguments import INTEGERS, SeedLike, as_integers
from ..arrays.wording import brief
from ..graphs.graph import op
from ..raw_ops.shuffles import as_value, draw_shuffled
from ..seeding import scopes
from ..seeding.streams import of_pair
from .basic import Algorithm, _check_algorithm

__all__ = ["index_shuffle", "shuffle", "stateless_shuffle"]


@op("random.shuffle")
def shuffle(value: ArrayLike, seed: SupportsInt | None = None, name: str | None = None) -> Any:
    """Shuffle the rows of an array.

    Parameters
    ----------
    value : array_like of shape [n, ...]
        What to shuffle along its first dimension, of any type; n below 2**32. Lists of integers
        become int32 if they fit, lists of floats float32, as tensors do.
    seed : int, optional
        The op seed; see `set_seed`. With one, the next call with the same seed and type continues
        this call's stream.
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
        If `value` is None or a list of other objects, or `seed` is not an integer.
    ValueError
        For a ragged list, integers of more than 64 bits, or 2**32 rows or more.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    One word for each row but the last. The kernel moves on by ceil((n - 1) / 4) blocks; not at
    all for a scalar, an empty array or one row. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/random_ops.py, random_shuffle.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> tp.random.shuffle(range(8), seed=2)
    array([7, 4, 2, 0, 3, 6, 1, 5], dtype=int32)
    >>> tp.random.shuffle(["a", "b", "c", "d"], seed=2)
    array(['d', 'a', 'c', 'b'], dtype='<U1')
    """
    return scopes.seeded(
        seed, lambda key, counter: raw_ops.RandomShuffle(value=value, seed=key, seed2=counter)
    )


@op("random.stateless_shuffle")
def stateless_shuffle(
    value: ArrayLike,
    seed: SeedLike,
    alg: Algorithm | str | int | None = "auto_select",
    name: str | None = None,
) -> NDArray[Any]:
    """Shuffle the rows of an array, from a seed pair alone.

    Parameters
    ----------
    value : array_like of shape [n, ...]
        As in `tfphilox.random.shuffle`.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers.
    alg : {"auto_select", "philox"}, `Algorithm`, 1, 3 or None
        All mean Philox. TensorFlow knows "threefry" (2) too, but refuses it on a CPU.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray
        As there.

    Raises
    ------
    TypeError, ValueError, MemoryError
        As there, and for a bad `seed` or another `alg`.

    Stream
    ------
    One word of the pair's stream for each row but the last. Nothing is kept: the same arguments
    give the same order. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/stateless_random_ops.py, stateless_shuffle.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.experimental.stateless_shuffle([[1, 2], [3, 4], [5, 6]], seed=[8, 9])
    array([[5, 6],
           [1, 2],
           [3, 4]], dtype=int32)
    """
    _check_algorithm(alg)
    return draw_shuffled(of_pair(seed), as_value(value))


@op("random.index_shuffle")
def index_shuffle(index: ArrayLike, seed: ArrayLike, max_index: ArrayLike) -> NDArray[Any]:
    """Return the places of indices in a random permutation of 0 to `max_index`.

    Parameters
    ----------
    index : int, or integer array of shape [] or [n]
        0 to `max_index`. Its type is the type of the result: int32 for Python integers that fit,
        else int64; int32, int64, uint32 or uint64 for an array.
    seed : pair of int, or integer array of shape [2]
        int32, int64, uint32 or uint64; the low 32 bits count. TensorFlow documents pairs in an
        array of shape [n, 2], but refuses them; so does this.
    max_index : int, or integer array of shape [] or [n]
        The largest index, which must fit the type of `index`.

    Returns
    -------
    integer array of shape [], or [n] if an argument has n

    Raises
    ------
    TypeError
        If an argument does not hold integers of those types.
    ValueError
        For other shapes, ``index > max_index`` or a negative number.

    Stream
    ------
    As ``tfphilox.raw_ops.RandomIndexShuffle``: for a `max_index` that is a power of two from 2**16
    on, `max_index` goes where 0 goes. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/stateless_random_ops.py, index_shuffle.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.experimental.index_shuffle([0, 1, 2, 3], seed=[5, 9], max_index=3)
    array([2, 0, 1, 3], dtype=int32)
    """
    pair = as_integers("seed", seed)
    if pair.dtype not in INTEGERS:
        raise TypeError(
            f"seed must have type int32, int64, uint32 or uint64, got {pair.dtype.name}"
        )
    if pair.shape != (2,) and not (pair.ndim == 2 and pair.shape[1] == 3):
        raise ValueError(f"seed must have shape [2], got {brief(seed)}")
    # TensorFlow prepends this number along the first dimension: n pairs it refuses, rows of
    # three it takes for seeds, under a row of this number.
    padded = np.pad(pair, [(1, 0)] + [(0, 0)] * (pair.ndim - 1), constant_values=498247692)
    return raw_ops.RandomIndexShuffle(index=index, seed=padded, max_index=max_index)
