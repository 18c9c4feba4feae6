"""data/orders.py: the common case in one call: range(n), shuffled, for some epochs."""

from __future__ import annotations

from typing import SupportsIndex, SupportsInt

import numpy as np
from numpy.typing import NDArray

from ..graphs.graph import explained
from ._arguments import count_of
from .dataset import Dataset

__all__ = ["shuffle_order"]


@explained("data.shuffle_order")
def shuffle_order(
    n: SupportsIndex,
    buffer_size: SupportsIndex,
    seed: SupportsInt | None = None,
    epochs: SupportsIndex = 1,
    reshuffle_each_iteration: bool | None = True,
) -> NDArray[np.int64]:
    """Return in which order a shuffled data set of n elements yields them, epoch by epoch.

    Parameters
    ----------
    n : int, 0 or more
        How many elements.
    buffer_size : int, 1 or more, or -2
        As in `Dataset.shuffle`.
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.
    epochs : int, default 1
        How many times the data set is iterated over, 0 or more.
    reshuffle_each_iteration : bool, default True
        Whether the epochs differ.

    Returns
    -------
    int64 array of shape [epochs, n]

    Raises
    ------
    TypeError, ValueError
        If an argument has another type, or is out of its range.
    MemoryError
        If the result does not fit into memory; `Dataset` yields it in parts.

    Notes
    -----
    *Stream*: as ``Dataset.range(n).shuffle(buffer_size, seed)``, iterated `epochs` times (or, the
    same but in TensorFlow 1.15, repeated). Verified against TensorFlow 1.15 to 2.21.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> tp.data.shuffle_order(10, buffer_size=4, seed=5, epochs=2)
    array([[1, 0, 3, 6, 5, 4, 8, 7, 2, 9],
           [0, 4, 3, 5, 6, 8, 9, 2, 7, 1]])
    """
    rows, columns = count_of("epochs", epochs), count_of("n", n)
    out = np.empty((rows, columns), np.int64)
    dataset = Dataset.range(columns).shuffle(buffer_size, seed, reshuffle_each_iteration)
    for row in out:
        row[:] = iter(dataset).take(columns)
    return out
