"""data/dataset.py: tf.data.Dataset, as far as it says in which order elements come."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, SupportsIndex, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._c import _orders
from .._c._calls import passing
from ..arrays.arguments import FLOAT32
from ..arrays.dtypes import NO_DTYPE
from ..arrays.wording import brief
from ..graphs.graph import explained
from ..seeding import versions
from ._arguments import filter_seeds, flag, integer, kind_of, rows_of, seeds_of, shares_of, weighted
from ._caching import CacheNode
from ._functions import PipelineFunction
from ._mapping import ConcatenateNode, FilterNode, MapNode, PrefetchNode, ZipNode
from ._mixing import ChoiceNode, InterleaveNode, RandomNode, SampleNode
from ._pipeline import (
    INFINITE,
    UNKNOWN,
    BatchNode,
    BoxBatchNode,
    DatasetNode,
    RangeNode,
    RepeatNode,
    SkipNode,
    TakeNode,
)
from ._refused import Options, check, refuse
from ._rejection import (
    ClassFunction,
    EstimateNode,
    LabelledNode,
    RejectNode,
    both_weights,
    chances,
    class_functions,
)
from ._shuffling import ShuffleNode
from ._structures import map_parts, parts
from .iterators import OrderIterator, refuse_copy
from .iterators import _going_on as _going_on  # where older pickles look for it

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "Options",
    "OrderIterator",
]

AUTOTUNE = -1
INFINITE_CARDINALITY = INFINITE
UNKNOWN_CARDINALITY = UNKNOWN


class _Names(type):
    """Says of a name that a data set has not what to do instead."""

    def __getattr__(cls, name: str) -> Any:
        refuse(name)


class Dataset(metaclass=_Names):
    """The order in which a data set of TensorFlow's yields elements.

    Built as TensorFlow's is, from `range`, `from_tensor_slices` or `random`, by methods with
    TensorFlow's names; a data set never changes. Elements are the numbers of a range, so that
    they can stand for anything, rows of arrays, or what the function of a `map` returns. Iterate,
    or read in bulk: ``iter(dataset).take(n)``.

    Notes
    -----
    *Stream*: `shuffle`, `random` and those that sample take an op seed when they are called, as in
    eager mode, and keep a generator that every iterator of theirs, and of data sets made from
    them, draws from in the order in which iterators and epochs begin. ``list_files(shuffle=True)``
    yields its sorted names in the order of ``shuffle(number of files)``. The random ops in the
    functions of `map` and `filter` have seeds of their own and streams that each iterator begins
    anew.

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
        refuse_copy("a data set", self._node)
        return super().__reduce_ex__(protocol)

    @passing(OrderIterator)
    def __iter__(self) -> OrderIterator:
        return self._node  # type: ignore[return-value]  # what OrderIterator gets

    @passing(OrderIterator)
    def as_numpy_iterator(self) -> OrderIterator:
        """Return ``iter(self)``: elements are NumPy's anyway."""
        return self._node  # type: ignore[return-value]

    def __getattr__(self, name: str) -> Any:
        refuse(name)

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
        numbers = [integer("range", arg) for arg in args]
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
        arrays = map_parts(rows_of, tensors)
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
        again = flag("rerandomize_each_iteration", rerandomize_each_iteration)
        return Dataset(RandomNode(seeds_of(seed), again))

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
        reshuffle = again is None or flag("reshuffle_each_iteration", again)
        return Dataset(ShuffleNode(self._node, size, seeds_of(seed), reshuffle))

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
        number = INFINITE if count is None else integer("count", count)
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
        size = integer("batch_size", batch_size)
        if size < 1:
            raise ValueError(f"batch_size must be 1 or more, got {brief(size)}")
        kind = BoxBatchNode if self._node.boxed else BatchNode
        return Dataset(kind(self._node, size, flag("drop_remainder", drop_remainder)))

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
        number = integer("count", count)  # one that takes all is optimized away
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
        number = integer("count", count)  # one that skips nothing is optimized away
        return Dataset(SkipNode(self._node, number) if number else self._node)

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: int | None = None,
        deterministic: bool | None = None,
        synchronous: bool | None = None,
        use_unbounded_threadpool: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """Put in the place of each element what a function makes of it.

        Parameters
        ----------
        map_func : callable
            Takes an element, as several arguments if it is a tuple, and returns an array or a
            tuple or dict of arrays. As the body of a `tfphilox.function` it is run once, to make
            a graph: it may use the ops of this package and NumPy's functions.
        num_parallel_calls : int, optional
            Taken, with a warning if the function draws: TensorFlow's ops then draw for the
            elements in no fixed order; here always for one after another.
        deterministic, synchronous, use_unbounded_threadpool, name : optional
            Ignored.

        Returns
        -------
        Dataset

        Raises
        ------
        TypeError
            If `map_func` is not callable, or what it returns are no arrays: ragged lists, None.
        ValueError
            While iterating, if it makes other ops for elements of another shape. Mirroring
            TensorFlow 2.1 to 2.4, in the second pass of a repeat if it draws: there is no order.

        Notes
        -----
        *Stream*: unseeded ops in the function get the op seeds 0, 1, ... with the global seed of
        the time of this call, which takes no op seed itself. Each op has a stream, which draws
        for one element after another, goes on in the passes of a repeat, and begins anew with
        each iterator, and at each place where the data set stands in another. Generators go on
        wherever they are. Verified against TensorFlow 1.15 to 2.21.

        References
        ----------
        tensorflow/python/data/ops/map_op.py; structured_function.py.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.set_seed(1)
        >>> dataset = tp.data.Dataset.range(3).map(
        ...     lambda x: (x, tp.random.uniform([], maxval=1000, dtype="int32"))
        ... )
        >>> iter(dataset.repeat(2)).take(6)
        (array([0, 1, 2, 0, 1, 2]), array([ 32, 503, 326, 276, 910, 763], dtype=int32))
        """
        calls = None if num_parallel_calls is None else integer(
            "num_parallel_calls", num_parallel_calls
        )  # fmt: skip
        if calls is not None and calls < 1 and calls != AUTOTUNE:
            raise ValueError(f"num_parallel_calls must be 1 or more, or -1, got {brief(calls)}")
        function = PipelineFunction("map_func", map_func, self._node.sample())
        if calls not in (None, 1) and function.draws:
            warnings.warn(
                "num_parallel_calls: in TensorFlow the stateful random ops of map_func then draw "
                "for the elements in no fixed order; here they draw for one after another",
                stacklevel=2,
            )
        return Dataset(MapNode(self._node, function))

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """Keep the elements for which a function returns true.

        Parameters
        ----------
        predicate : callable
            As `map`'s function, but it returns one truth value.
        name : str, optional
            Ignored.

        Returns
        -------
        Dataset

        Raises
        ------
        TypeError, ValueError
            If `predicate` is not callable or does not return a bool; see also `map`.

        Notes
        -----
        *Stream*: as `map`. Verified against TensorFlow 1.15 to 2.21.

        References
        ----------
        tensorflow/python/data/ops/filter_op.py.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.set_seed(1)
        >>> dataset = tp.data.Dataset.range(10).filter(lambda x: tp.random.uniform([]) < 0.5)
        >>> iter(dataset).take(10)
        array([4, 6, 7])
        """
        function = PipelineFunction("predicate", predicate, self._node.sample())
        result = function.result
        if not isinstance(result, np.ndarray) or result.shape or result.dtype != np.bool_:
            raise ValueError(f"predicate must return one bool, got {brief(result)}")
        return Dataset(FilterNode(self._node, function))

    def cache(self, filename: str = "", name: str | None = None) -> Dataset:
        """Keep the elements of the first pass, and yield these in all later ones.

        Parameters
        ----------
        filename : str
            Must be empty: the elements are kept in memory.
        name : str, optional
            Ignored.

        Returns
        -------
        Dataset

        Raises
        ------
        ValueError
            For another `filename`.

        Notes
        -----
        *Stream*: a pass from the cache begins nothing of what is before it, so no shuffle there
        draws seeds. The first pass that ends is kept; one that is left midway is not. All
        iterators of the data set share the cache, and their states hold it. Verified against
        TensorFlow 2.1 to 2.21.

        References
        ----------
        tensorflow/core/kernels/data/cache_dataset_ops.cc.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.set_seed(1)
        >>> iter(tp.data.Dataset.range(6).shuffle(6, seed=2).cache().repeat(2)).take(12)
        array([4, 5, 2, 0, 1, 3, 4, 5, 2, 0, 1, 3])
        """
        if filename != "":
            raise ValueError("filename must be empty: elements are kept in memory, not in files")
        return Dataset(CacheNode(self._node))

    def prefetch(self, buffer_size: SupportsIndex, name: str | None = None) -> Dataset:
        """Return the same elements in the same order.

        Parameters
        ----------
        buffer_size : int
            Ignored: nothing is read ahead. (In TensorFlow an iterator left midway has drawn more.)
        name : str, optional
            Ignored.

        Returns
        -------
        Dataset

        Raises
        ------
        TypeError, ValueError
            If `buffer_size` is not an integer, 0 or more, or -1.
        """
        size = integer("buffer_size", buffer_size)
        if size < AUTOTUNE:
            raise ValueError(f"buffer_size must be 0 or more, or -1, got {brief(size)}")
        return Dataset(PrefetchNode(self._node) if size else self._node)

    def with_options(self, options: Options, name: str | None = None) -> Dataset:
        """Return the same elements in the same order.

        Parameters
        ----------
        options : Options
            Those that would change the order are refused.
        name : str, optional
            Ignored.

        Returns
        -------
        Dataset

        Raises
        ------
        TypeError, ValueError
            If `options` are no `tfphilox.data.Options`, or refused.
        """
        if not isinstance(options, Options):
            raise TypeError(f"options must be tfphilox.data.Options, got {brief(options)}")
        check(options)
        return Dataset(self._node)

    def enumerate(self, start: SupportsIndex = 0, name: str | None = None) -> Dataset:
        """Put a count before each element.

        Parameters
        ----------
        start : int, default 0
            The first count.
        name : str, optional
            Ignored.

        Returns
        -------
        Dataset of (int64, element)

        Raises
        ------
        TypeError, ValueError
            If `start` is not an integer of 64 bits.

        References
        ----------
        tensorflow/python/data/ops/dataset_ops.py, DatasetV2.enumerate.

        Examples
        --------
        >>> import tfphilox as tp
        >>> iter(tp.data.Dataset.range(5, 7).enumerate()).take(9)
        (array([0, 1]), array([5, 6]))
        """
        first = integer("start", start)
        counts = RangeNode(first, min(2**63 - 1, first + 2**63 - 2), 1)
        counts.cardinality = INFINITE  # as good as that
        return Dataset(ZipNode((counts, self._node)))

    # ---- several data sets made into one
    # ----------------------------------------------------------

    @staticmethod
    def zip(*args: Any, datasets: Any = None, name: str | None = None) -> Dataset:
        """Put the elements of several data sets together, until one of them ends.

        Parameters
        ----------
        *args : Dataset, or tuple or dict of Dataset
            The data sets, or one structure of them, which `datasets` can give too.
        name : str, optional
            Ignored.

        Returns
        -------
        Dataset of tuples or dicts

        Raises
        ------
        TypeError
            For anything else, such as lists, and for no data sets.

        Notes
        -----
        Where one of them ends, TensorFlow reads those after it once more since 2.6: that may move
        their shuffles' generators.

        References
        ----------
        tensorflow/python/data/ops/zip_op.py; core/kernels/data/zip_dataset_op.cc.

        Examples
        --------
        >>> import tfphilox as tp
        >>> a, b = tp.data.Dataset.range(3), tp.data.Dataset.range(10, 20)
        >>> iter(tp.data.Dataset.zip(a, b)).take(9)
        (array([0, 1, 2]), array([10, 11, 12]))
        """
        if bool(args) == (datasets is not None):
            raise TypeError("zip takes data sets, by place or as datasets=")
        given = datasets if not args else args if len(args) > 1 else args[0]
        if not list(parts(given)) or not all(isinstance(part, Dataset) for part in parts(given)):
            raise TypeError(f"zip takes tuples and dicts of Dataset, got {brief(given)}")
        return Dataset(ZipNode(map_parts(lambda part: part._node, given)))

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """Yield the elements of another data set after the last one.

        Parameters
        ----------
        dataset : Dataset
            Of elements of the same structure and types.
        name : str, optional
            Ignored.

        Returns
        -------
        Dataset

        Raises
        ------
        TypeError
            For anything else.

        References
        ----------
        tensorflow/python/data/ops/concatenate_op.py.

        Examples
        --------
        >>> import tfphilox as tp
        >>> iter(tp.data.Dataset.range(3).concatenate(tp.data.Dataset.range(2))).take(9)
        array([0, 1, 2, 0, 1])
        """
        if not isinstance(dataset, Dataset):
            raise TypeError(f"dataset must be a Dataset, got {brief(dataset)}")
        nodes = self._node, dataset._node
        kinds = [map_parts(lambda part: part.dtype, node.sample()) for node in nodes]
        if kinds[0] != kinds[1]:
            raise TypeError(f"data sets must have one kind of elements, got {kinds[0]}, {kinds[1]}")
        return Dataset(ConcatenateNode(*nodes))

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
            nodes, given = weighted(nodes, weights)
        if len(nodes) == 1 and not isinstance(given, DatasetNode):
            return Dataset(nodes[0])
        again = flag("rerandomize_each_iteration", rerandomize_each_iteration)
        stop = flag("stop_on_empty_dataset", stop_on_empty_dataset)
        random = RandomNode(seeds_of(seed), again)
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
        sample = choices.empty()
        if choices.rank or getattr(sample, "dtype", None) != np.int64 or sample.ndim != 1:
            raise TypeError("choice_dataset must be of int64 scalars")
        stop = flag("stop_on_empty_dataset", stop_on_empty_dataset)
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
        if node.boxed:
            raise ValueError("rejection_resample must come before map, zip and the like")
        if versions.rule("rejection_classes") == "pass" and _reshuffled(node):
            raise ValueError(
                "TensorFlow before 2.2 takes the classes from another shuffle than the elements; "
                "shuffle with reshuffle_each_iteration=False"
            )
        target = shares_of("target_dist", target_dist)
        classes, values = class_functions(class_func, node)
        op_seeds = filter_seeds(seed)
        known = None if initial_dist is None else shares_of("initial_dist", initial_dist)
        if known is not None and known.shape != target.shape:
            raise ValueError(
                "initial_dist and target_dist must have one length, "
                f"got {known.shape} and {target.shape}"
            )
        stop = versions.rule("rejection_end") == "stop"
        labelled = LabelledNode(node, values)
        if known is None:
            accept: Any = EstimateNode(
                node, classes, len(target), lambda shares: chances(shares, target)[0]
            )
            weights: Any = EstimateNode(
                node, classes, len(target), lambda shares: both_weights(chances(shares, target)[1])
            )
        else:
            accept, part = chances(known, target)
            with np.errstate(all="ignore"):
                static = np.min(target / known)
            weights = _orders.log_weights(both_weights(part)[None])
            if static == 1:
                return Dataset(labelled)
        rejected = RejectNode(node, classes, accept, op_seeds)
        rejected.decode = values
        if known is not None and static == 0:
            return Dataset(rejected)
        selector = SampleNode(RandomNode(seeds_of(seed), False), weights)
        return Dataset(InterleaveNode(selector, [labelled, rejected], stop))

    def _buffer_size(self, buffer_size: SupportsIndex) -> int:
        size = integer("buffer_size", buffer_size)
        if size < 1 and size != UNKNOWN:
            raise ValueError(f"buffer_size must be 1 or more, or -2 for all, got {brief(size)}")
        if size == UNKNOWN and self._node.cardinality == INFINITE:
            raise ValueError("buffer_size must not be -2 for a data set without end")
        return size


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
    kind = nodes[0].rank, kind_of(nodes[0])
    if any((node.rank, kind_of(node)) != kind for node in nodes):
        raise TypeError("datasets must have elements of one type and rank")
    InterleaveNode(nodes[0], nodes, True)  # raises here, before an op seed is taken
    return nodes


def _reshuffled(node: DatasetNode) -> bool:
    """Say whether two passes over the data set may differ."""
    return any(g.renews for g in node.generators(True)) and (
        versions.rule("shuffle_generator") == "dataset"
    )
