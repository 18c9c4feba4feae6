"""keras/training.py: the order in which fit visits its samples."""

from __future__ import annotations

from typing import SupportsIndex

import numpy as np
from numpy.typing import NDArray

from ..arrays.arguments import integer
from ..arrays.conversion import new_array
from ..arrays.wording import brief
from ..graphs.graph import explained
from ..raw_ops.shuffles import draw_shuffled
from ..seeding import scopes, versions
from ..seeding.streams import from_seeds
from ..stream import Stream

__all__ = ["fit_order"]

_OP_SEEDS = {"2.0 map": 8, "2.1 map": 5}


@explained("keras.fit_order")
def fit_order(samples: SupportsIndex, epochs: SupportsIndex = 1) -> NDArray[np.int64]:
    """Return the order in which ``model.fit(x, y, shuffle=True)`` visits samples held in arrays.

    Parameters
    ----------
    samples : int
        How many there are to train with, 0 or more: those that `validation_split` sets aside, from
        the end, do not count.
    epochs : int, default 1
        How many epochs this call of fit has.

    Returns
    -------
    int64 array of shape [epochs, samples]
        Batch b of epoch e is ``order[e, b * batch_size : (b + 1) * batch_size]``.

    Raises
    ------
    TypeError, ValueError
        If an argument is no integer, or negative.

    Notes
    -----
    Fit shuffles inside a data set, where the op has a seed of its own: the order follows from the
    seed given to `tfphilox.random.set_seed` and from nothing else. Every call of fit starts afresh.
    In Keras 3 so does every epoch, and all have the same order; in tf.keras 2 they differ. Without
    a global seed there is no order to predict, and each call returns another.

    Stream
    ------
    That of the op RandomShuffle on int64, with op seed 0; 8 in TensorFlow 2.0 and 5 in 2.1, which
    count the nodes of a graph. Nothing here moves on. Verified against TensorFlow 2.0 to 2.16 and
    Keras 3.15.

    References
    ----------
    keras/src/trainers/data_adapters/array_data_adapter.py, get_tf_dataset;
    tensorflow/python/keras/engine/data_adapter.py, TensorLikeDataAdapter.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(5)
    >>> tp.keras.fit_order(7, epochs=2)
    array([[1, 0, 5, 3, 4, 2, 6],
           [1, 0, 5, 3, 4, 2, 6]])
    >>> with tp.config.tensorflow_version("2.15"):
    ...     tp.keras.fit_order(7, epochs=2)
    array([[1, 0, 5, 3, 4, 2, 6],
           [3, 1, 0, 5, 2, 6, 4]])
    """
    rows, passes = _count("samples", samples), _count("epochs", epochs)
    stream = _stream()
    order = new_array((passes, rows), np.dtype(np.int64))
    order[...] = np.arange(rows)
    for epoch in range(passes if rows > 1 else 0):
        if epoch and versions.rule("keras_fit_order") == "same":
            order[epoch] = order[0]
        else:
            order[epoch] = draw_shuffled(stream, order[epoch])
    return order


def epoch_order(rows: int, epoch: int) -> NDArray[np.int64]:
    """Return the order of one epoch, counted from 0 in its call of fit, without those before it."""
    stream = _stream()
    order = np.arange(rows)
    if rows < 2:
        return order
    first = draw_shuffled(stream, order)
    if not epoch or versions.rule("keras_fit_order") == "same":
        return first
    stream.position *= epoch
    return draw_shuffled(stream, order)


def _stream() -> Stream:
    """Return the stream of the op that shuffles."""
    pair = (0, 0)
    if scopes.active().seed is not None:
        pair = scopes.active().get_seed(_OP_SEEDS.get(versions.rule("keras_fit_order"), 0))
    stream: Stream = from_seeds(*(int(seed) for seed in pair))
    return stream


def _count(name: str, value: SupportsIndex) -> int:
    number = integer(name, value)
    if number < 0:
        raise ValueError(f"{name} must be 0 or more, got {brief(number)}")
    return number
