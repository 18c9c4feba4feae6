"""data/dataset.py: tf.data.Dataset, as far as it says in which order elements come."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, SupportsIndex, SupportsInt, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._c import _orders
from .._c._calls import End, Moving, Replacement, passing, whole
from ..arrays.arguments import FLOAT32, FLOAT64, as_array, as_integers
from ..arrays.conversion import as_tensor, new_array
from ..arrays.dtypes import NO_DTYPE
from ..arrays.wording import brief
from ..graphs.graph import explained, graph_being_built
from ..seeding import scopes, versions
from . import _states
from ._mixing import ChoiceNode, InterleaveNode, RandomNode, SampleNode, _put
from ._pipeline import (
    CHUNK,
    EMPTY,
    INFINITE,
    PIECE,
    UNKNOWN,
    BatchNode,
    Codes,
    DatasetNode,
    RangeNode,
    RepeatNode,
    SkipNode,
    TakeNode,
)
from ._position import MOST_COPIED, Checkpoint, Draws, Position, back, loaded
from ._rejection import Classes, EstimateNode, RejectNode, chances
from ._shuffling import ShuffleNode
from ._structures import map_parts, parts

__all__ = ["Dataset", "OrderIterator"]

ClassFunction: TypeAlias = Callable[..., ArrayLike] | Sequence[SupportsIndex] | NDArray[Any]


class OrderIterator(Moving, Iterator[Any]):
    """Elements one by one, or many at once; it can be stopped, saved and resumed anywhere.

    Made by ``iter(dataset)``. Threads may share it, and data sets: each call is made whole, none
    of the elements is lost or doubled. A call that fails or is interrupted moves nothing.

    Examples
    --------
    >>> import pickle
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> dataset = tp.data.Dataset.range(10).shuffle(4, seed=5).repeat()
    >>> iterator = iter(dataset)
    >>> iterator.take(13)
    array([1, 0, 3, 6, 5, 4, 8, 7, 2, 9, 0, 4, 3])
    >>> kept = pickle.dumps(iterator.state)
    >>> iterator.take(5)
    array([5, 6, 8, 9, 2])
    >>> again = iter(dataset)
    >>> again.state = pickle.loads(kept)
    >>> again.take(5)
    array([5, 6, 8, 9, 2])
    """

    @whole
    def __init__(self, node: DatasetNode) -> Any:  # type: ignore[misc]  # what `whole` gets
        self._node = node
        self._shared = {each.generator for each in node.walk() if each.generator}
        self._share(each.lock for each in sorted(self._shared, key=lambda each: each.number))
        position = Position(self._node, Draws())
        counts = [(each, each.drawn + more) for each, more in position.draws.pending.items()]
        position.draws.forget()
        return Replacement(position, position.checkpoint(), counts)

    @whole
    def __next__(self) -> Any:
        codes = self._read(1)
        return _first(self._decoded(codes)) if len(codes) else End()

    @whole
    def take(self, count: SupportsIndex) -> Any:
        """Return the next elements in one array.

        Parameters
        ----------
        count : int, 0 or more
            How many elements.

        Returns
        -------
        ndarray of shape [count, ...], or a tuple or dict of such where an element is one
            Fewer at the end of the data set, and where the next element has another shape (a last,
            smaller batch): that one begins the next lot.

        Raises
        ------
        TypeError, ValueError
            If `count` is not an integer, or negative.
        MemoryError
            If the result does not fit into memory.

        Notes
        -----
        After a failure the next call reads once more what was read since the iterator last kept
        its buffers, which it does now and then if they hold 4 million elements or fewer.

        *Stream*: as so many calls of ``next``; made in C, so this is the way to read millions.
        """
        count = _count("count", count)
        if self._node.cardinality >= 0:
            count = min(count, self._node.cardinality)
        elif self._node.cardinality == INFINITE and count > 1 << 20:
            self._check_memory(count)
        return self._decoded(self._read(count))

    @whole
    def _saved(self) -> Any:
        """All that the next elements depend on: a tuple of numbers and small arrays, picklable.

        It holds what the buffers of shuffles hold, 4 bytes an element (8 from 2**32 elements on),
        and no data set. Assigned to an iterator of a data set built in the same way, in any
        process, it makes that one go on from here. As TensorFlow's checkpoints of iterators do, it
        also moves the generators of the data set's shuffles to where they were.
        """
        position = self._here()
        drawn = tuple(node.generator.drawn for node in self._node.walk() if node.generator)
        return position.kept.copy(), position.run.save(), drawn, position.own()

    @whole
    def _load(self, state: Any) -> Any:
        nodes = list(self._node.walk())
        kept, run, drawn, own = _states.fields("it", state, 4)
        kept = _states.numbers("elements kept", kept, self._node.rank + 1, self._node.bounds)
        generators = [node.generator for node in nodes if node.generator]
        drawn = _states.fields("what the generators have drawn", drawn, len(generators))
        counts = [
            (generator, _states.integer("what a generator has drawn", number))
            for generator, number in zip(generators, drawn, strict=True)
        ]
        places = []
        for entry in _states.fields("the iterator's own generators", own):
            index, place, number = _states.fields("an own generator", entry, 3)
            index = _states.integer("a generator's data set", index, 0, len(nodes) - 1)
            if not nodes[index].generator:
                raise _states.wrong("a generator's data set", "one that has a generator", index)
            branches = _states.fields("a generator's place", place)
            place = tuple(_states.integer("a generator's place", each) for each in branches)
            places.append((index, place, _states.integer("what a generator has drawn", number)))
        position = loaded(self._node, kept, run, places)
        return Replacement(position, position.checkpoint(), counts)

    state = property(_saved, _load)

    def _here(self) -> Position:
        """Return the position, going back to it if the last call failed."""
        if self.position is None:
            self.position = back(self._node, self.checkpoint, self._shared)
        position: Position = self.position
        return position

    def __copy__(self) -> OrderIterator:
        """Return what goes on together with this one, as a copy does in TensorFlow."""
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        _refuse_copy("an iterator of a data set", self._node)
        return _going_on, (self._node, self.state)

    def _read(self, count: int) -> Codes:
        position = self._here()
        checkpoint: Checkpoint = self.checkpoint
        if checkpoint.weight > CHUNK:
            held = position.run.held() + position.kept.size
            if held <= MOST_COPIED and checkpoint.weight > 4 * held:
                checkpoint = self.checkpoint = position.checkpoint()
        codes = position.read(count)
        checkpoint.weight += codes.size
        return codes

    def _check_memory(self, count: int) -> None:
        """Raise if there is no memory for so many elements, rather than when it is all used up."""
        try:
            np.empty(count * self._node.width, np.int64)
        except (MemoryError, ValueError):
            raise MemoryError(f"no memory for {count} elements") from None

    def _decoded(self, codes: Codes) -> Any:
        """Return what stands for the codes, made in pieces between which signals are answered."""
        decode = self._node.decode
        if decode is None:
            return codes
        if codes.size <= CHUNK:
            return decode(codes)
        first = decode(codes[:1])
        size = max(codes[0].size, *(part.nbytes // 8 for part in parts(first)))
        step = max(1, PIECE // size // 4)
        out = map_parts(lambda part: new_array((len(codes), *part.shape[1:]), part.dtype), first)
        for start in range(0, len(codes), step):
            map_parts(
                partial(_put, slice(start, start + step)), out, decode(codes[start : start + step])
            )
        return out


class Dataset:
    """The order in which a data set of TensorFlow's yields elements.

    Built as TensorFlow's is, from `range`, `from_tensor_slices` or `random`, by methods with
    TensorFlow's names; a data set never changes. Elements are the numbers of a range, so that
    they can stand for anything, or rows of arrays. Iterate, or read in bulk:
    ``iter(dataset).take(n)``.

    Notes
    -----
    *Stream*: `shuffle`, `random` and those that sample take an op seed when they are called, as in
    eager mode, and keep a generator that every iterator of theirs, and of data sets made from
    them, draws from in the order in which iterators and epochs begin. ``list_files(shuffle=True)``
    yields its sorted names in the order of ``shuffle(number of files)``. TensorFlow's `prefetch`,
    `map` and `cache` change no order; do without them.

    Verified against TensorFlow 1.15 to 2.21 in eager mode (1.15 without V2 behaviour). 1.15
    reseeds a shuffle at each epoch of one iterator, but every iterator is the same.

    References
    ----------
    tensorflow/python/data/ops/dataset_ops.py, DatasetV2.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> dataset = tp.data.Dataset.range(10).shuffle(4, seed=5)
    >>> iter(dataset).take(10)
    array([1, 0, 3, 6, 5, 4, 8, 7, 2, 9])
    >>> [batch.tolist() for batch in dataset.batch(4)]
    [[0, 4, 3, 5], [6, 8, 9, 2], [7, 1]]
    """

    def __init__(self, node: DatasetNode) -> None:
        self._node = node

    def __copy__(self) -> Dataset:
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        return other

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        _refuse_copy("a data set", self._node)
        return super().__reduce_ex__(protocol)

    @passing(OrderIterator)
    def __iter__(self) -> OrderIterator:
        return self._node  # type: ignore[return-value]  # what OrderIterator gets

    @passing(OrderIterator)
    def as_numpy_iterator(self) -> OrderIterator:
        """Return ``iter(self)``: elements are NumPy's anyway."""
        return self._node  # type: ignore[return-value]

    def cardinality(self) -> int:
        """Return the number of elements; -1 if there is no end, -2 if it is not known."""
        return self._node.cardinality

    def __len__(self) -> int:
        if self._node.cardinality < 0:
            what = "infinite" if self._node.cardinality == INFINITE else "unknown"
            raise TypeError(f"the length of the data set is {what}")
        return self._node.cardinality

    def apply(self, transformation_func: Callable[[Dataset], Dataset]) -> Dataset:
        """Return ``transformation_func(self)``."""
        return transformation_func(self)

    # ---- sources ------------------------------------------------------------------------------

    @staticmethod
    def range(*args: SupportsIndex, output_type: Any = None, name: str | None = None) -> Dataset:
        """Count from `start` to below `stop`.

        Parameters
        ----------
        *args : int
            ``stop``, or ``start, stop``, or ``start, stop, step``; 64-bit, `step` not 0.
        output_type : dtype, optional
            Type of the elements; int64 if not given.
        name : str, optional
            Ignored.

        Returns
        -------
        Dataset of int64 scalars

        Raises
        ------
        TypeError, ValueError
            If an argument is not an integer, `step` is 0, or for none or more than three.

        Notes
        -----
        TensorFlow from 2.4 to 2.10 (at least) cuts the numbers to 32 bits; this does not.

        References
        ----------
        tensorflow/python/data/ops/range_op.py.

        Examples
        --------
        >>> import tfphilox as tp
        >>> iter(tp.data.Dataset.range(3, 10, 2)).take(9)
        array([3, 5, 7, 9])
        """
        if not 1 <= len(args) <= 3:
            raise ValueError(f"range takes 1 to 3 numbers, got {len(args)}")
        numbers = [_integer("range", arg) for arg in args]
        start, stop = (0, numbers[0]) if len(numbers) == 1 else numbers[:2]
        step = numbers[2] if len(numbers) == 3 else 1
        if step == 0:
            raise ValueError("step must not be 0")
        if abs(stop - start) // abs(step) >= 2**63 - 1:
            raise ValueError(f"range must have fewer than 2**63 elements, got {brief(args)}")
        try:
            dtype = None if output_type is None else np.dtype(output_type)
        except NO_DTYPE:
            raise TypeError(f"output_type must be a dtype, got {brief(output_type)}") from None
        if dtype in (None, np.dtype(np.int64)):
            return Dataset(RangeNode(start, stop, step))
        return Dataset(RangeNode(start, stop, step, lambda codes: codes.astype(dtype)))

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
        """Yield the rows of an array, or of several together.

        Parameters
        ----------
        tensors : array_like of shape [n, ...], or tuple or dict of such, or of further ones
            Of any type. The arrays are kept, not copied.
        name : str, optional
            Ignored.

        Returns
        -------
        Dataset of rows, or of tuples or dicts of rows

        Raises
        ------
        TypeError, ValueError
            For what is not an array, for scalars and for arrays of different lengths.

        References
        ----------
        tensorflow/python/data/ops/from_tensor_slices_op.py.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.set_seed(1)
        >>> arrays = [[1, 2], [3, 4], [5, 6]], ["a", "b", "c"]
        >>> dataset = tp.data.Dataset.from_tensor_slices(arrays)
        >>> next(iter(dataset.shuffle(3, seed=2).batch(2)))
        (array([[3, 4],
               [5, 6]], dtype=int32), array(['b', 'c'], dtype='<U1'))
        """
        arrays = map_parts(_rows, tensors)
        lengths = {len(array) for array in parts(arrays)}
        if len(lengths) != 1:
            raise ValueError(f"arrays must have one length, got {sorted(lengths)}")
        length = lengths.pop()
        return Dataset(
            RangeNode(0, length, 1, lambda codes: map_parts(lambda array: array[codes], arrays))
        )

    @staticmethod
    @explained("data.Dataset.random")
    def random(
        seed: SupportsInt | None = None,
        rerandomize_each_iteration: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Yield random numbers, without end.

        Parameters
        ----------
        seed : int, optional
            The op seed; see `tfphilox.random.set_seed`.
        rerandomize_each_iteration : bool, optional
            Whether each iterator and each epoch has other numbers. TensorFlow 2.15 has it, 2.10
            not.
        name : str, optional
            Ignored.

        Returns
        -------
        Dataset of int64 scalars, 0 to 2**32 - 1

        Raises
        ------
        TypeError
            If `seed` is not an integer.

        Notes
        -----
        *Stream*: an element is a word. Rerandomized, each iterator's stream is seeded by two words
        of the data set's. Verified against TensorFlow 2.21; without rerandomizing against 1.15 to
        2.21, where it was first called ``data.experimental.RandomDataset``.

        References
        ----------
        tensorflow/python/data/ops/random_op.py.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.set_seed(1)
        >>> iter(tp.data.Dataset.random(seed=4)).take(3)
        array([3140572256, 1890473413, 1605976525])
        """
        again = _flag("rerandomize_each_iteration", rerandomize_each_iteration)
        return Dataset(RandomNode(_seeds(seed), again))

    # ---- one data set made into another ---------------------------------------------------------

    @explained("data.Dataset.shuffle")
    def shuffle(
        self,
        buffer_size: SupportsIndex,
        seed: SupportsInt | None = None,
        reshuffle_each_iteration: bool | None = True,
        name: str | None = None,
    ) -> Dataset:
        """Shuffle through a buffer.

        Parameters
        ----------
        buffer_size : int, 1 or more, or -2
            How many elements are waiting to be drawn from; -2 (``tf.data.UNKNOWN_CARDINALITY``):
            all.
        seed : int, optional
            The op seed; see `tfphilox.random.set_seed`.
        reshuffle_each_iteration : bool, default True
            Whether each epoch has another order. None is True.
        name : str, optional
            Ignored.

        Returns
        -------
        Dataset

        Raises
        ------
        TypeError
            If `buffer_size` or `seed` is not an integer.
        ValueError
            For another `buffer_size`, and for -2 on a data set without end, where TensorFlow hangs.

        Notes
        -----
        *Stream*: one word an element, of a stream that each epoch seeds with two words of the data
        set's generator. Without reshuffling it has the data set's own seeds. Memory: 4 bytes for
        each element of the buffer, 8 if elements reach 2**32.

        TensorFlow 2.10 refuses -2, 2.15 does not.

        References
        ----------
        tensorflow/python/data/ops/shuffle_op.py; core/kernels/data/shuffle_dataset_op.cc.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.set_seed(1)
        >>> dataset = tp.data.Dataset.range(10).shuffle(4, seed=5).repeat(2)
        >>> iter(dataset).take(20)
        array([1, 0, 3, 6, 5, 4, 8, 7, 2, 9, 0, 4, 3, 5, 6, 8, 9, 2, 7, 1])
        """
        size = self._buffer_size(buffer_size)
        again = reshuffle_each_iteration
        reshuffle = again is None or _flag("reshuffle_each_iteration", again)
        return Dataset(ShuffleNode(self._node, size, _seeds(seed), reshuffle))

    def repeat(self, count: SupportsIndex | None = None, name: str | None = None) -> Dataset:
        """Repeat the data set.

        Parameters
        ----------
        count : int, optional
            How often; None or a negative number: for ever. A data set without elements ends all
            the same.
        name : str, optional
            Ignored.

        Returns
        -------
        Dataset

        Raises
        ------
        TypeError, ValueError
            If `count` is not an integer of 64 bits.

        References
        ----------
        tensorflow/python/data/ops/repeat_op.py.

        Examples
        --------
        >>> import tfphilox as tp
        >>> iter(tp.data.Dataset.range(3).repeat(2)).take(9)
        array([0, 1, 2, 0, 1, 2])
        """
        number = INFINITE if count is None else _integer("count", count)
        # once is optimized away
        return Dataset(self._node if number == 1 else RepeatNode(self._node, number))

    def batch(
        self,
        batch_size: SupportsIndex,
        drop_remainder: bool = False,
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Put consecutive elements into batches.

        Parameters
        ----------
        batch_size : int, 1 or more
            Elements in a batch.
        drop_remainder : bool, default False
            Whether to leave a last, smaller batch out.
        num_parallel_calls, deterministic, name : optional
            Ignored.

        Returns
        -------
        Dataset of arrays of shape [batch_size, ...]

        Raises
        ------
        TypeError, ValueError
            If `batch_size` is not an integer, or not positive; while iterating, for elements of
            different shapes.

        References
        ----------
        tensorflow/python/data/ops/batch_op.py.

        Examples
        --------
        >>> import tfphilox as tp
        >>> [batch.tolist() for batch in tp.data.Dataset.range(5).batch(2)]
        [[0, 1], [2, 3], [4]]
        >>> iter(tp.data.Dataset.range(5).batch(2, drop_remainder=True)).take(9)
        array([[0, 1],
               [2, 3]])
        """
        size = _integer("batch_size", batch_size)
        if size < 1:
            raise ValueError(f"batch_size must be 1 or more, got {brief(size)}")
        return Dataset(BatchNode(self._node, size, _flag("drop_remainder", drop_remainder)))

    def take(self, count: SupportsIndex, name: str | None = None) -> Dataset:
        """Yield the first elements only.

        Parameters
        ----------
        count : int
            How many; all if it is negative.
        name : str, optional
            Ignored.

        Returns
        -------
        Dataset

        Raises
        ------
        TypeError, ValueError
            If `count` is not an integer of 64 bits.

        References
        ----------
        tensorflow/python/data/ops/take_op.py.

        Examples
        --------
        >>> import tfphilox as tp
        >>> list(tp.data.Dataset.range(10).take(2).as_numpy_iterator()) == [0, 1]
        True
        """
        number = _integer("count", count)  # one that takes all is optimized away
        return Dataset(self._node if number < 0 else TakeNode(self._node, number))

    def skip(self, count: SupportsIndex, name: str | None = None) -> Dataset:
        """Leave the first elements out.

        Parameters
        ----------
        count : int
            How many; all if it is negative.
        name : str, optional
            Ignored.

        Returns
        -------
        Dataset

        Raises
        ------
        TypeError, ValueError
            If `count` is not an integer of 64 bits.

        References
        ----------
        tensorflow/python/data/ops/skip_op.py.

        Examples
        --------
        >>> import tfphilox as tp
        >>> iter(tp.data.Dataset.range(10).skip(7)).take(9)
        array([7, 8, 9])
        """
        number = _integer("count", count)  # one that skips nothing is optimized away
        return Dataset(SkipNode(self._node, number) if number else self._node)

    # ---- several data sets made into one
    # ----------------------------------------------------------

    @staticmethod
    @explained("data.Dataset.sample_from_datasets")
    def sample_from_datasets(
        datasets: Sequence[Dataset],
        weights: Any = None,
        seed: SupportsInt | None = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: bool | None = None,
    ) -> Dataset:
        """Take each element from a data set chosen at random.

        Parameters
        ----------
        datasets : sequence of Dataset
            One or more, of elements of one kind.
        weights : sequence of float, float32 or float64 array of shape [number], or Dataset,
        optional
            How likely each is, in proportion; Python floats are float32. Those not above 0 are left
            out. None: all alike. A data set of such arrays gives the weights of one choice each.
        seed : int, optional
            The op seed; see `tfphilox.random.set_seed`.
        stop_on_empty_dataset : bool, default False
            Whether to end when the data set chosen has no elements left, or to choose again.
        rerandomize_each_iteration : bool, optional
            Whether each iterator and each epoch chooses anew. TensorFlow 2.15 has it, 2.10 not.

        Returns
        -------
        Dataset

        Raises
        ------
        TypeError
            For anything but data sets, for weights that are not float, and a `seed` that is no
            integer.
        ValueError
            For no data sets, or another number of weights.

        Notes
        -----
        *Stream*: two words a choice, which seed one draw of `tfphilox.random.stateless_categorical`
        by the weights' logarithms. No op seed is taken for one data set. Up to 2.5 TensorFlow
        does not leave weights of 0 out: it takes an op seed for one other weight too, and hangs
        when all others have ended, where this raises ValueError. Verified against TensorFlow 1.15
        to 2.21.

        References
        ----------
        tensorflow/python/data/ops/sample_from_datasets_op.py.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.set_seed(1)
        >>> a, b = tp.data.Dataset.range(5), tp.data.Dataset.range(10, 15)
        >>> iter(tp.data.Dataset.sample_from_datasets([a, b], weights=[0.3, 0.7], seed=4)).take(9)
        array([10, 11, 12, 13, 14,  0,  1,  2,  3])
        """
        nodes = _nodes(datasets)
        given: NDArray[Any] | DatasetNode
        if isinstance(weights, Dataset):
            given = weights._node
            if given.decode is None or given.rank:
                raise TypeError("a data set of weights must be of arrays: use from_tensor_slices")
        elif weights is None:
            given = np.ones((1, len(nodes)), FLOAT32)
        else:
            nodes, given = _weighted(nodes, weights)
        if len(nodes) == 1 and not isinstance(given, DatasetNode):
            return Dataset(nodes[0])
        again = _flag("rerandomize_each_iteration", rerandomize_each_iteration)
        stop = _flag("stop_on_empty_dataset", stop_on_empty_dataset)
        random = RandomNode(_seeds(seed), again)
        selector = SampleNode(random, given)
        return Dataset(InterleaveNode(selector, nodes, stop))

    @staticmethod
    def choose_from_datasets(
        datasets: Sequence[Dataset],
        choice_dataset: Dataset,
        stop_on_empty_dataset: bool = True,
    ) -> Dataset:
        """Take each element from the data set whose number another data set gives.

        Parameters
        ----------
        datasets : sequence of Dataset
            One or more, of elements of one kind.
        choice_dataset : Dataset of int64 scalars
            0 to ``len(datasets) - 1``.
        stop_on_empty_dataset : bool, default True
            Whether to end when the data set chosen has no elements left, or to go on to the next
            choice.

        Returns
        -------
        Dataset

        Raises
        ------
        TypeError
            For anything but data sets, and choices that are no int64 scalars.
        ValueError
            For no data sets; while iterating, for a choice outside the range.

        Notes
        -----
        If it does not stop, and only data sets that have ended are chosen, without end, no element
        ever comes, as in TensorFlow; Ctrl-C ends that.

        References
        ----------
        tensorflow/python/data/ops/choose_from_datasets_op.py.

        Examples
        --------
        >>> import tfphilox as tp
        >>> a, b = tp.data.Dataset.range(5), tp.data.Dataset.range(10, 15)
        >>> choice = tp.data.Dataset.range(2).repeat(3)
        >>> iter(tp.data.Dataset.choose_from_datasets([a, b], choice)).take(9)
        array([ 0, 10,  1, 11,  2, 12])
        """
        nodes = _nodes(datasets)
        if not isinstance(choice_dataset, Dataset):
            raise TypeError(f"choice_dataset must be a Dataset, got {brief(choice_dataset)}")
        choices = choice_dataset._node
        sample = EMPTY if choices.decode is None else choices.decode(EMPTY)
        if choices.rank or getattr(sample, "dtype", None) != np.int64 or sample.ndim != 1:
            raise TypeError("choice_dataset must be of int64 scalars")
        stop = _flag("stop_on_empty_dataset", stop_on_empty_dataset)
        return Dataset(InterleaveNode(ChoiceNode(choices), nodes, stop))

    @explained("data.Dataset.rejection_resample")
    def rejection_resample(
        self,
        class_func: ClassFunction,
        target_dist: ArrayLike,
        initial_dist: ArrayLike | None = None,
        seed: SupportsInt | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Drop and repeat elements so that their classes have the shares wanted.

        Parameters
        ----------
        class_func : callable, or integer array of shape [n]
            The class of an element, 0 to ``len(target_dist) - 1``. It is called with many elements
            at once, [k, ...] (as several arguments if they are tuples), and returns [k] integers;
            an array holds the class of each number (or row).
        target_dist : float array of shape [classes]
            The shares wanted.
        initial_dist : float array of shape [classes], optional
            The shares there are. None: they are estimated, after every 32 elements, from those
            so far and 10 of each class.
        seed : int, optional
            The op seed of both the rejection and the mixing; see `tfphilox.random.set_seed`.
        name : str, optional
            Ignored.

        Returns
        -------
        Dataset of (class, element)

        Raises
        ------
        TypeError
            If an argument has a type not listed above.
        ValueError
            For shares that are no vectors of one length, and while iterating for a class outside
            the range. Mirroring TensorFlow 2.0 and 2.1, for a data set that is reshuffled: there
            the classes come from another shuffle than the elements.

        Notes
        -----
        *Stream*: for each element of the input a float, from its own 256 blocks of a RandomUniform
        op's stream that begins anew with each iterator; and what `sample_from_datasets` takes,
        which mixes the original data set in. TensorFlow reads three elements ahead in another
        thread: after an iterator is left midway, the generators of shuffles may have gone
        further there. Without a `seed` but with a global one the op's seed is the number of the
        op in the filter's function, always 0; TensorFlow up to 2.2 counts otherwise, and this
        raises. Verified against TensorFlow 1.15 to 2.21.

        References
        ----------
        tensorflow/python/data/ops/dataset_ops.py, DatasetV2.rejection_resample.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.set_seed(1)
        >>> dataset = tp.data.Dataset.range(30).rejection_resample(
        ...     lambda x: x % 2, target_dist=[0.5, 0.5], initial_dist=[0.3, 0.7], seed=3
        ... )
        >>> iter(dataset).take(8)
        (array([0, 0, 0, 0, 1, 0, 0, 0]), array([0, 0, 2, 4, 1, 6, 2, 8]))
        """
        node = self._node
        if versions.rule("rejection_classes") == "pass" and _reshuffled(node):
            raise ValueError(
                "TensorFlow before 2.2 takes the classes from another shuffle than the elements; "
                "shuffle with reshuffle_each_iteration=False"
            )
        target = _shares("target_dist", target_dist)
        classes, values = _class_functions(class_func, node)
        op_seeds = _filter_seeds(seed)
        known = None if initial_dist is None else _shares("initial_dist", initial_dist)
        if known is not None and known.shape != target.shape:
            raise ValueError(
                "initial_dist and target_dist must have one length, "
                f"got {known.shape} and {target.shape}"
            )
        stop = versions.rule("rejection_end") == "stop"
        labelled = _Labelled(node, values)
        if known is None:
            accept: Any = EstimateNode(
                node, classes, len(target), lambda shares: chances(shares, target)[0]
            )
            weights: Any = EstimateNode(
                node, classes, len(target), lambda shares: _pair(chances(shares, target)[1])
            )
        else:
            accept, part = chances(known, target)
            with np.errstate(all="ignore"):
                static = np.min(target / known)
            weights = _orders.log_weights(_pair(part)[None])
            if static == 1:
                return Dataset(labelled)
        rejected = RejectNode(node, classes, accept, op_seeds)
        rejected.decode = values
        if known is not None and static == 0:
            return Dataset(rejected)
        selector = SampleNode(RandomNode(_seeds(seed), False), weights)
        return Dataset(InterleaveNode(selector, [labelled, rejected], stop))

    def _buffer_size(self, buffer_size: SupportsIndex) -> int:
        size = _integer("buffer_size", buffer_size)
        if size < 1 and size != UNKNOWN:
            raise ValueError(f"buffer_size must be 1 or more, or -2 for all, got {brief(size)}")
        if size == UNKNOWN and self._node.cardinality == INFINITE:
            raise ValueError("buffer_size must not be -2 for a data set without end")
        return size


def _going_on(node: DatasetNode, state: Any) -> OrderIterator:
    """Return an iterator that stands where one stood that was copied or pickled."""
    iterator = OrderIterator(node)
    iterator.state = state
    return iterator


def _refuse_copy(what: str, node: DatasetNode) -> None:
    """Raise if a deep copy would part what shares the generators of a data set's shuffles."""
    if any(each.generator for each in node.walk()):
        raise TypeError(
            f"{what} that shuffles or draws cannot be copied deeply or pickled: keep "
            "iterator.state, and assign it to an iterator of a data set built by the same calls"
        )


class _Labelled(TakeNode):
    """The same elements, with their classes."""

    def __init__(self, node: DatasetNode, values: Callable[[Codes], Any]) -> None:
        super().__init__(node, -1)
        self.decode = values


def _first(values: Any) -> Any:
    """Return the only element of a lot."""
    return map_parts(operator.itemgetter(0), values)


def _integer(name: str, value: Any) -> int:
    """Return a 64-bit integer, as tf.convert_to_tensor(value, int64) takes it."""
    if type(value) is not int:
        array = as_integers(name, value)
        if array.ndim:
            raise TypeError(f"{name} must be an integer, got {brief(value)}")
        value = int(array)
    if not -(2**63) <= value < 2**63:
        raise ValueError(f"{name} must be an integer of 64 bits, got {brief(value)}")
    return int(value)


def _flag(name: str, value: Any) -> bool:
    """Return a truth value; an array has none unless it holds one."""
    try:
        return bool(value)
    except ValueError:
        raise ValueError(f"{name} must be True or False, got {brief(value)}") from None


def _count(name: str, value: SupportsIndex) -> int:
    number = operator.index(value)
    if number < 0:
        raise ValueError(f"{name} must be 0 or more, got {brief(number)}")
    return number


def _seeds(seed: SupportsInt | None) -> tuple[int, int]:
    """Return a data set's two seeds; it takes an op seed if it gets none.

    References
    ----------
    tensorflow/python/data/util/random_seed.py, get_seed.
    """
    if seed is not None:
        seed = _integer("seed", seed)
    pair = _op_seeds(seed)
    if pair == (None, None):
        return _entropy()
    return int(pair[0]), int(pair[1])


def _op_seeds(seed: int | None) -> tuple[Any, Any]:
    """Return an op's seeds: those of the graph that is being built, if there is one."""
    graph = graph_being_built()
    return scopes.active().get_seed(seed) if graph is None else graph.seed_of("data.Dataset", seed)


def _entropy() -> tuple[int, int]:
    drawn = os.urandom(16)
    first, second = (int.from_bytes(half, "little", signed=True) for half in (drawn[:8], drawn[8:]))
    return first, second


def _filter_seeds(seed: SupportsInt | None) -> Callable[[], tuple[int, int]]:
    """Return what gives the seeds of the op in the filter's function, to each iterator."""
    if seed is None:
        if (graph_being_built() or scopes.active()).seed is None:
            return _entropy
        if versions.rule("graph_op_seed") == "nodes":
            raise ValueError(
                "seed must be given: TensorFlow before 2.2 makes it of the number of ops in a graph"
            )
        seed = 0
    pair = _op_seeds(_integer("seed", seed))
    return lambda: (int(pair[0]), int(pair[1]))


def _rows(value: Any) -> NDArray[Any]:
    array = as_array("value", value)
    if not hasattr(value, "__array__") and array.dtype.kind in "biuf":
        array = as_tensor("tensors", value)
    if array.dtype == object or array.ndim == 0:
        raise ValueError(f"tensors must be arrays of one dimension or more, got {brief(value)}")
    return array


def _nodes(datasets: Sequence[Dataset]) -> list[DatasetNode]:
    """Return the nodes of data sets that can be mixed."""
    if not isinstance(datasets, Sequence):
        raise TypeError(f"datasets must be a sequence of Dataset, got {brief(datasets)}")
    if not datasets:
        raise ValueError("datasets must not be empty")
    for dataset in datasets:
        if not isinstance(dataset, Dataset):
            raise TypeError(f"datasets must be a sequence of Dataset, got {brief(dataset)}")
    nodes = [dataset._node for dataset in datasets]
    kind = nodes[0].rank, _kind(nodes[0])
    if any((node.rank, _kind(node)) != kind for node in nodes):
        raise TypeError("datasets must have elements of one type and rank")
    InterleaveNode(nodes[0], nodes, True)  # raises here, before an op seed is taken
    return nodes


def _kind(node: DatasetNode) -> Any:
    """Return types and shapes of the values."""
    values = EMPTY if node.decode is None else node.decode(EMPTY)
    return map_parts(lambda value: (value.dtype, value.ndim), values)


def _weighted(nodes: list[DatasetNode], weights: Any) -> tuple[list[DatasetNode], NDArray[Any]]:
    """Return the data sets with a weight above 0, and the weights' logarithms."""
    values = as_tensor("weights", weights)
    if values.shape != (len(nodes),):
        raise ValueError(
            f"weights must have the length of datasets, got {values.shape} for {len(nodes)}"
        )
    if values.dtype not in (FLOAT32, FLOAT64):
        raise TypeError(f"weights must be float32 or float64, got {values.dtype.name}")
    if versions.rule("zero_weights") == "kept":
        return nodes, _orders.log_weights(np.ascontiguousarray(values)[None])
    kept = np.flatnonzero(values > 0)
    if not len(kept):
        return [TakeNode(nodes[0], 0)], np.zeros((1, 1), FLOAT32)
    logits = _orders.log_weights(np.ascontiguousarray(values[kept])[None])
    return [nodes[i] for i in kept], logits


def _shares(name: str, value: ArrayLike) -> NDArray[np.float32]:
    array = as_tensor(name, value)
    if array.ndim != 1 or not len(array):
        raise ValueError(f"{name} must be a vector, got shape {array.shape}")
    shares: NDArray[np.float32] = array.astype(FLOAT32)
    return shares


def _pair(part: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the weights of the original data set and of what is left by rejection."""
    return np.stack([part, np.float32(1) - part], -1)


def _reshuffled(node: DatasetNode) -> bool:
    """Say whether two passes over the data set may differ."""
    return any(g.renews for g in node.generators(True)) and (
        versions.rule("shuffle_generator") == "dataset"
    )


def _class_functions(
    class_func: ClassFunction, node: DatasetNode
) -> tuple[Classes, Callable[[Codes], Any]]:
    """Return what makes classes of codes, and what makes (class, value) of codes."""
    decode = node.decode
    if not callable(class_func):
        table = as_integers("class_func", class_func)
        if table.ndim != 1:
            raise ValueError(f"class_func must be a vector of classes, got shape {table.shape}")

    def raw(codes: Codes) -> NDArray[Any]:
        if not callable(class_func):
            try:
                return table[codes]
            except IndexError:
                raise ValueError(
                    f"class_func must have a class for each element, got {len(table)}"
                ) from None
        values = codes if decode is None else decode(codes)
        return np.asarray(class_func(*values) if isinstance(values, tuple) else class_func(values))

    def classes(codes: Codes) -> NDArray[np.int64]:
        ids = raw(codes)
        if ids.shape != (len(codes),) or ids.dtype.kind not in "iu":
            raise TypeError(
                f"class_func must return {len(codes)} integers for {len(codes)} elements, "
                f"got {ids.dtype.name} of shape {ids.shape}"
            )
        return ids.astype(np.int64)

    def values(codes: Codes) -> Any:
        flat = codes.reshape(-1)
        ids = raw(flat) if len(flat) else np.empty(0, np.int64)
        return ids.reshape(codes.shape), codes if decode is None else decode(codes)

    return classes, values
