"""data.experimental: what tf.data.experimental has of orders: random access, and older names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, SupportsIndex, SupportsInt

from numpy.typing import ArrayLike

from ..arrays.wording import brief
from ._arguments import integer, seeds_of
from ._pipeline import INFINITE
from ._rejection import ClassFunction
from ._shuffling import ShuffleNode
from .dataset import Dataset
from .iterators import first_of

__all__ = [
    "RandomDataset",
    "at",
    "choose_from_datasets",
    "rejection_resample",
    "sample_from_datasets",
    "shuffle_and_repeat",
]

RandomDataset = Dataset.random


def at(dataset: Dataset, index: SupportsIndex) -> Any:
    """Return one element of a data set by its number.

    Parameters
    ----------
    dataset : Dataset
        Made of `range`, `from_tensor_slices`, `shuffle`, `repeat`, `batch`, `take` and `skip`.
    index : int
        0 or more, below the number of elements.

    Returns
    -------
    scalar or ndarray

    Raises
    ------
    TypeError
        If an argument has another type.
    IndexError
        If there is no such element.
    ValueError
        For data sets that TensorFlow cannot access so.

    Notes
    -----
    *Stream*: a shuffle has an order of its own here: that of Fisher and Yates by the words of its
    seeds, whatever the buffer, and the same for every epoch. With
    ``reshuffle_each_iteration=False`` TensorFlow takes the first seed twice, an error that this
    reproduces. Draws from no generator. Verified against TensorFlow 2.15
    and 2.21.

    References
    ----------
    tensorflow/python/data/experimental/ops/random_access.py; core/kernels/data/
    shuffle_dataset_op.cc, InitializeRandomAccessIndices.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> dataset = tp.data.Dataset.range(10).shuffle(4, seed=5)
    >>> [int(tp.data.experimental.at(dataset, i)) for i in range(5)]
    [6, 7, 8, 4, 5]
    """
    if not isinstance(dataset, Dataset):
        raise TypeError(f"dataset must be a Dataset, got {brief(dataset)}")
    codes = dataset._node.at(integer("index", index))[None]
    return first_of(codes if dataset._node.decode is None else dataset._node.decode(codes))


def shuffle_and_repeat(
    buffer_size: SupportsIndex, count: SupportsIndex | None = None, seed: SupportsInt | None = None
) -> Callable[[Dataset], Dataset]:
    """Shuffle and repeat in one; for ``Dataset.apply``.

    Parameters
    ----------
    buffer_size : int, 1 or more
        As in `tfphilox.data.Dataset.shuffle`.
    count : int, optional
        How often, 1 or more; None or -1: for ever.
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`. One is taken when the function is applied.

    Returns
    -------
    callable
        From Dataset to Dataset.

    Raises
    ------
    TypeError, ValueError
        For another `buffer_size` or `count`, when it is applied.

    Notes
    -----
    *Stream*: as ``shuffle(buffer_size, seed).repeat(count)`` from TensorFlow 2.9 on. From 2.3 to
    2.8 every iterator is the same; up to 2.2 it is so too, and one stream goes on through all
    epochs. Verified against 1.15 to 2.21.

    References
    ----------
    tensorflow/python/data/experimental/ops/shuffle_ops.py, shuffle_and_repeat.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> dataset = tp.data.Dataset.range(4)
    >>> iter(dataset.apply(tp.data.experimental.shuffle_and_repeat(4, 2, seed=5))).take(9)
    array([1, 2, 3, 0, 0, 1, 3, 2])
    """

    def apply(dataset: Dataset) -> Dataset:
        size = dataset._buffer_size(buffer_size)
        repeats = INFINITE if count is None else integer("count", count)
        if repeats < 1 and repeats != INFINITE:
            raise ValueError(f"count must be 1 or more, or -1 for ever, got {brief(repeats)}")
        return Dataset(ShuffleNode(dataset._node, size, seeds_of(seed), True, repeats))

    return apply


def sample_from_datasets(
    datasets: Sequence[Dataset],
    weights: Any = None,
    seed: SupportsInt | None = None,
    stop_on_empty_dataset: bool = False,
) -> Dataset:
    """Take each element from a data set chosen at random: `Dataset.sample_from_datasets`.

    Parameters
    ----------
    datasets, weights, seed, stop_on_empty_dataset
        As there.

    Returns
    -------
    Dataset

    References
    ----------
    tensorflow/python/data/experimental/ops/interleave_ops.py.
    """
    return Dataset.sample_from_datasets(datasets, weights, seed, stop_on_empty_dataset)


def choose_from_datasets(
    datasets: Sequence[Dataset], choice_dataset: Dataset, stop_on_empty_dataset: bool = False
) -> Dataset:
    """Take each element from the data set chosen: `Dataset.choose_from_datasets`.

    Parameters
    ----------
    datasets, choice_dataset, stop_on_empty_dataset
        As there, but it does not stop by default.

    Returns
    -------
    Dataset

    References
    ----------
    tensorflow/python/data/experimental/ops/interleave_ops.py.
    """
    return Dataset.choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset)


def rejection_resample(
    class_func: ClassFunction,
    target_dist: ArrayLike,
    initial_dist: ArrayLike | None = None,
    seed: SupportsInt | None = None,
) -> Callable[[Dataset], Dataset]:
    """Return what applies `Dataset.rejection_resample`; for ``Dataset.apply``.

    Parameters
    ----------
    class_func, target_dist, initial_dist, seed
        As there.

    Returns
    -------
    callable
        From Dataset to Dataset.

    References
    ----------
    tensorflow/python/data/experimental/ops/resampling.py.
    """
    return lambda dataset: dataset.rejection_resample(class_func, target_dist, initial_dist, seed)
