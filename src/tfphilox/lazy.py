"""lazy.py: arrays of random numbers that are made where they are indexed.

An element of a run depends on the op's stream and its own place alone, so an array need not be
there to be used: it is a shape, a key and a counter, and what is asked for is drawn. 2**50
elements cost nothing until they are read; a slice costs what it holds, and is equal to that part
of the whole, however it is cut.

>>> import tfphilox as tp
>>> field = tp.lazy.normal((2**25, 2**25), graph_seed=1, op_seed=2)
>>> field[0, :3]
array([-1.0467793,  0.8397046,  1.2358364], dtype=float32)
>>> field[2**24, ::-(2**23)].shape
(4,)

Seeds come in three ways, one of which each function takes: ``graph_seed`` and ``op_seed``, an op's
two attributes (and ``run``, which of its runs: 0 is the first); ``seed``, the pair of a stateless
op; ``key`` and ``counter``, of an op that takes these.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import operator
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, SupportsIndex

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .arrays.wording import brief, no_memory
from .progress import Progress
from .samples import binomial_blocks
from .stream import Stream

__all__ = [
    "Array",
    "binomial",
    "gamma",
    "integers",
    "normal",
    "poisson",
    "truncated_normal",
    "uniform",
    "words",
]

_Shape = SupportsIndex | Sequence[SupportsIndex]
_Integers = SupportsIndex | Sequence[SupportsIndex] | NDArray[np.integer[Any]]
_ROOM = 1 << 16  # elements that are read in one go where what is wanted has gaps
_GAP = 1 << 10  # elements that take no longer than another call
_CHUNK = 1 << 21  # elements of a file that are made at once
_WHOLE = {
    "categorical": "random.categorical or random.stateless_categorical",
    "parameterized_truncated_normal": "random.stateless_parameterized_truncated_normal",
    "shuffle": "random.shuffle",
}


class Array:
    """An array that is made where it is indexed; `uniform`, `normal` and so on make one.

    It takes NumPy's basic indices: integers, slices of any step, ``...`` and ``None``, and gives
    NumPy's arrays and scalars. `numpy.asarray` makes all of it. It can be pickled, in a few hundred
    bytes, and may be used by many threads.

    Attributes
    ----------
    shape, ndim, size, dtype, itemsize, nbytes
        As of a NumPy array.
    key, counter : int
        Where its first number comes from.

    Notes
    -----
    *Stream.*  Element i is element i of the run, in C order. Only the runs of consecutive elements
    that an index needs are drawn, those less than 1,024 elements apart in one go.

    Examples
    --------
    >>> import tfphilox as tp
    >>> array = tp.lazy.uniform((3, 4), graph_seed=1, op_seed=2)
    >>> array
    <lazy.uniform shape=(3, 4) dtype=float32 key=0x1 counter=0x20000000000000000 minval=0>
    >>> array[1, ::-2], array[0, 0].dtype
    (array([0.08779752, 0.03663087], dtype=float32), dtype('float32'))
    """

    __slots__ = ("_counter", "_dtype", "_key", "_kind", "_parameters", "_shape")

    def __init__(
        self,
        kind: str,
        key: int,
        counter: int,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        parameters: Mapping[str, Any],
    ) -> None:
        self._kind, self._key, self._counter = kind, key, counter
        self._shape, self._dtype, self._parameters = shape, dtype, dict(parameters)

    @property
    def shape(self) -> tuple[int, ...]:
        return self._shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._dtype

    @property
    def ndim(self) -> int:
        return len(self._shape)

    @property
    def size(self) -> int:
        return math.prod(self._shape)

    @property
    def itemsize(self) -> int:
        return self._dtype.itemsize

    @property
    def nbytes(self) -> int:
        return self.size * self.itemsize

    @property
    def key(self) -> int:
        return self._key

    @property
    def counter(self) -> int:
        return self._counter

    def __repr__(self) -> str:
        given = "".join(f" {name}={brief(value)}" for name, value in self._parameters.items())
        return (
            f"<lazy.{self._kind} shape={self._shape} dtype={self._dtype.name} "
            f"key={self._key:#x} counter={self._counter:#x}{given}>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        parts = self._kind, self._key, self._counter, self._shape, self._dtype, self._parameters
        return Array, parts

    def __dask_tokenize__(self) -> tuple[Any, ...]:
        """What tells this array from others, for Dask."""
        given = tuple(sorted((name, repr(value)) for name, value in self._parameters.items()))
        return (
            "tfphilox.lazy",
            self._kind,
            self._key,
            self._counter,
            self._shape,
            given,
            self._dtype,
        )

    def __len__(self) -> int:
        if not self._shape:
            raise TypeError("len() of an array without dimensions")
        return self._shape[0]

    def __iter__(self) -> Iterator[Any]:
        """The rows; some of them are made at once if they are short."""
        if not self._shape:
            raise TypeError("iteration over an array without dimensions")
        rows = max(1, _ROOM // max(1, math.prod(self._shape[1:])))
        for first in range(0, self._shape[0], rows):
            yield from self[first : first + rows]

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """All of it, for `numpy.asarray`; there is nothing that could be shared: `copy` is no."""
        if copy is False:
            raise ValueError("a lazy array is made when it is asked for: it cannot be had uncopied")
        made: NDArray[Any] = self[...]
        return made if dtype is None else made.astype(dtype, copy=False)

    def __getitem__(self, index: Any) -> Any:
        return self._taken(index, None)

    def _taken(self, index: Any, threads: int | None) -> Any:
        """Return what an index selects, drawn by this many threads."""
        axes, rest = _selection(index, self._shape)
        counts = tuple(count for _, _, count in axes)
        try:
            out = np.empty(counts, self._dtype)
        except (MemoryError, ValueError):
            raise no_memory(counts, self._dtype) from None
        if out.size:
            first, jumps, stride = 0, [], 1
            for (start, step, count), dim in zip(
                reversed(axes), reversed(self._shape), strict=True
            ):
                first += start * stride
                jumps.append((count, step * stride))
                stride *= dim
            self._gather(first, _merged(jumps), out.reshape(-1), threads)
        return out[rest]

    def _gather(
        self, first: int, axes: list[tuple[int, int]], out: NDArray[Any], threads: int | None
    ) -> None:
        """Fill `out` with elements from `first` on, along axes of (number, how far apart)."""
        if not axes or (len(axes) == 1 and axes[0][1] == 1):
            self._read(first, out, threads)
            return
        runs = out.size // (axes[-1][0] if axes[-1][1] == 1 else 1)
        span = _span(axes)
        if span <= min(_ROOM, _GAP * runs):
            room = np.empty(span, self._dtype)
            self._read(first, room, threads)
            counts = [count for count, _ in axes]
            jumps = [jump * self.itemsize for _, jump in axes]
            view = np.lib.stride_tricks.as_strided(room, counts, jumps, writeable=False)
            out.reshape(counts)[...] = view
            return
        (count, jump), inner = axes[0], axes[1:]
        size = out.size // count
        some = min(count, max(1, (_ROOM - _span(inner)) // jump + 1))
        if (some - 1) * jump + _span(inner) > _GAP * some * (runs // count):
            some = 1
        for at in range(0, count, some):
            here = min(some, count - at)
            these = [(here, jump), *inner] if here > 1 else inner
            self._gather(first + at * jump, these, out[at * size : (at + here) * size], threads)

    def _read(self, first: int, out: NDArray[Any], threads: int | None) -> None:
        """Fill `out` with elements [first, first + out.size)."""
        stream = Stream.from_key_counter(self._key, self._counter)
        given = dict(self._parameters)
        if self._kind != "words":
            given["dtype"] = self._dtype
        getattr(stream, self._kind)(out.size, out=out, start=first, threads=threads, **given)

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        chunks: Sequence[int] | None = None,
        name: str = "data",
        quiet: bool = False,
    ) -> None:
        """Write the array to a file, of whatever size, in little memory.

        Parameters
        ----------
        path : path
            Ends in ``.npy``, ``.zarr`` or ``.h5`` (``.hdf5``). What has that name is replaced, but
            a folder, such as a Zarr array, is not. Until all is written its name ends in
            ``.partial`` too, for which the same holds.
        chunks : sequence of int, optional
            The chunks of a Zarr array or an HDF5 data set; by default about two million elements
            (HDF5: none).
        name : str
            What the data set of an HDF5 file is called.
        quiet : bool
            Show no progress. There is none either where standard error is no terminal.

        Raises
        ------
        TypeError, ValueError
            Another ending, chunks that do not fit, or bfloat16 in what cannot hold it.
        ImportError
            The package zarr or h5py is absent.
        OSError
            The file cannot be written, or the disk is full; nothing is left of it.

        Examples
        --------
        >>> import tempfile
        >>> import tfphilox as tp
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     tp.lazy.uniform((2, 2), graph_seed=1, op_seed=2).save(f"{folder}/x.npy")
        ...     np.load(f"{folder}/x.npy")[0]
        array([0.40639675, 0.8575996 ], dtype=float32)
        """
        target = Path(path)
        write = {".npy": _npy, ".zarr": _zarr, ".h5": _h5, ".hdf5": _h5}.get(target.suffix)
        if write is None:
            raise ValueError(f"path must end in .npy, .zarr or .h5, got {brief(str(path))}")
        if write is _npy and chunks is not None:
            raise ValueError("a .npy file has no chunks")
        if write is not _npy and self._dtype.name == "bfloat16":
            raise TypeError(f"{target.suffix} has no bfloat16: save it as .npy, or as float32")
        if chunks is not None:
            chunks = _chunks_of(chunks, self._shape)
        partial = target.with_name(f"{target.name}.partial")
        for place in (target, partial):  # a folder may hold what somebody else has put there
            if place.is_dir():
                raise FileExistsError(f"{place} is a folder, which is not replaced: move it away")
        try:
            with Progress(self.nbytes, quiet) as progress:
                write(self, partial, chunks, name, progress)
            os.replace(partial, target)
        except BaseException:
            with contextlib.suppress(OSError):
                shutil.rmtree(partial) if partial.is_dir() else partial.unlink(missing_ok=True)
            raise


def uniform(
    shape: _Shape,
    minval: float = 0,
    maxval: float | None = None,
    dtype: DTypeLike = "float32",
    *,
    graph_seed: SupportsIndex | None = None,
    op_seed: SupportsIndex | None = None,
    run: SupportsIndex = 0,
    seed: Sequence[SupportsIndex] | None = None,
    key: _Integers | None = None,
    counter: _Integers | None = None,
) -> Array:
    """Make a lazy array of floats in [minval, maxval), as ``tf.random.uniform`` draws them.

    Parameters
    ----------
    shape : int or sequence of int
        Of fewer than 2**63 elements.
    minval, maxval, dtype
        Numbers, as in `Stream.uniform`.
    graph_seed, op_seed : int, optional
        The attributes of the op.
    run : int
        Which run of the op: those before it, of the same shape, are passed over.
    seed : pair of int, optional
        Of a stateless op, instead.
    key, counter : int or uint64[1] and uint64[2], optional
        Of an op that takes these, instead.

    Returns
    -------
    Array

    Raises
    ------
    TypeError, ValueError
        A bad shape, parameter or dtype, or seeds in no way or several.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.uniform(4, seed=[1, 2])[:]  # stateless_uniform's
    array([0.8440604 , 0.19204533, 0.9962232 , 0.1603874 ], dtype=float32)
    >>> tp.lazy.uniform(2**50, graph_seed=1, op_seed=2, run=3)[10**15 : 10**15 + 2]
    array([0.01218438, 0.06010103], dtype=float32)
    """
    start = graph_seed, op_seed, run, seed, key, counter
    return _made("uniform", shape, dtype, start, minval=minval, maxval=maxval)


def normal(
    shape: _Shape,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: DTypeLike = "float32",
    *,
    graph_seed: SupportsIndex | None = None,
    op_seed: SupportsIndex | None = None,
    run: SupportsIndex = 0,
    seed: Sequence[SupportsIndex] | None = None,
    key: _Integers | None = None,
    counter: _Integers | None = None,
) -> Array:
    """Make a lazy array of normal numbers, as ``tf.random.normal`` draws them.

    Parameters and errors are those of `uniform`, with `mean` and `stddev` for the bounds.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.normal((2, 3), graph_seed=1, op_seed=2)[0]
    array([-1.0467793,  0.8397046,  1.2358364], dtype=float32)
    """
    start = graph_seed, op_seed, run, seed, key, counter
    return _made("normal", shape, dtype, start, mean=mean, stddev=stddev)


def truncated_normal(
    shape: _Shape,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: DTypeLike = "float32",
    *,
    graph_seed: SupportsIndex | None = None,
    op_seed: SupportsIndex | None = None,
    run: SupportsIndex = 0,
    seed: Sequence[SupportsIndex] | None = None,
    key: _Integers | None = None,
    counter: _Integers | None = None,
) -> Array:
    """Make a lazy array of normal numbers within two deviations of the mean.

    Parameters and errors are those of `uniform`, with `mean` and `stddev` for the bounds.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.truncated_normal(4, graph_seed=1, op_seed=2)[2:]
    array([1.2358364, 0.3037427], dtype=float32)
    """
    start = graph_seed, op_seed, run, seed, key, counter
    return _made("truncated_normal", shape, dtype, start, mean=mean, stddev=stddev)


def integers(
    shape: _Shape,
    minval: SupportsIndex | None = None,
    maxval: SupportsIndex | None = None,
    dtype: DTypeLike = "int32",
    *,
    graph_seed: SupportsIndex | None = None,
    op_seed: SupportsIndex | None = None,
    run: SupportsIndex = 0,
    seed: Sequence[SupportsIndex] | None = None,
    key: _Integers | None = None,
    counter: _Integers | None = None,
) -> Array:
    """Make a lazy array of integers in [minval, maxval), or of every bit pattern.

    Parameters and errors are those of `uniform` and `Stream.integers`.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.integers(6, 0, 100, graph_seed=1, op_seed=2)[::-1]
    array([86, 31,  9,  2, 15, 99], dtype=int32)
    """
    start = graph_seed, op_seed, run, seed, key, counter
    return _made("integers", shape, dtype, start, minval=minval, maxval=maxval)


def words(
    n: SupportsIndex,
    *,
    graph_seed: SupportsIndex | None = None,
    op_seed: SupportsIndex | None = None,
    run: SupportsIndex = 0,
    seed: Sequence[SupportsIndex] | None = None,
    key: _Integers | None = None,
    counter: _Integers | None = None,
) -> Array:
    """Make a lazy array of the generator's 32-bit words.

    Seeds and errors are those of `uniform`.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.words(2**40, graph_seed=1, op_seed=2)[:2]
    array([3878945999, 2364392915], dtype=uint32)
    """
    if isinstance(n, tuple | list | np.ndarray):
        raise TypeError(f"n must be an integer, got {brief(n)}")
    return _made("words", n, "uint32", (graph_seed, op_seed, run, seed, key, counter))


def gamma(
    shape: _Shape,
    alpha: float,
    beta: float | None = None,
    dtype: DTypeLike = "float32",
    *,
    graph_seed: SupportsIndex | None = None,
    op_seed: SupportsIndex | None = None,
    run: SupportsIndex = 0,
    seed: Sequence[SupportsIndex] | None = None,
    key: _Integers | None = None,
    counter: _Integers | None = None,
) -> Array:
    """Make a lazy array of gamma numbers, of one alpha and one beta.

    Parameters and errors are those of `uniform` and `Stream.gamma`.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.gamma(2**40, 0.5, seed=[1, 2])[2:4]
    array([0.18136732, 0.04758992], dtype=float32)
    """
    start = graph_seed, op_seed, run, seed, key, counter
    return _made("gamma", shape, dtype, start, alpha=alpha, beta=beta)


def poisson(
    shape: _Shape,
    lam: float,
    dtype: DTypeLike = "float32",
    *,
    graph_seed: SupportsIndex | None = None,
    op_seed: SupportsIndex | None = None,
    run: SupportsIndex = 0,
    seed: Sequence[SupportsIndex] | None = None,
    key: _Integers | None = None,
    counter: _Integers | None = None,
) -> Array:
    """Make a lazy array of Poisson numbers, of one rate.

    Parameters and errors are those of `uniform` and `Stream.poisson`.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.poisson(6, 3.5, "int32", seed=[1, 2])[3:]
    array([6, 3, 7], dtype=int32)
    """
    return _made("poisson", shape, dtype, (graph_seed, op_seed, run, seed, key, counter), lam=lam)


def binomial(
    shape: _Shape,
    counts: float,
    probs: float,
    dtype: DTypeLike = "int32",
    *,
    graph_seed: SupportsIndex | None = None,
    op_seed: SupportsIndex | None = None,
    run: SupportsIndex = 0,
    seed: Sequence[SupportsIndex] | None = None,
    key: _Integers | None = None,
    counter: _Integers | None = None,
) -> Array:
    """Make a lazy array of binomial numbers, of one count and one probability.

    Parameters and errors are those of `uniform` and `Stream.binomial`.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.binomial(6, 20.0, 0.3, seed=[1, 2])[:2]
    array([10,  9], dtype=int32)
    """
    start = graph_seed, op_seed, run, seed, key, counter
    return _made("binomial", shape, dtype, start, counts=counts, probs=probs)


def __getattr__(name: str) -> Any:
    if name in _WHOLE:
        raise AttributeError(
            f"there is no lazy {name}: its numbers depend on those before them, so no part can be "
            f"drawn alone; tfphilox.{_WHOLE[name]} draws it whole"
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# ---- making one ------------------------------------------------------------------------------


def _made(
    kind: str, shape: _Shape, dtype: DTypeLike, start: tuple[Any, ...], **parameters: Any
) -> Array:
    """Return an array whose arguments are checked, by drawing none of it."""
    given = {}
    for name, value in parameters.items():
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value[()]
        if isinstance(value, np.ndarray | list | tuple):
            raise TypeError(
                f"{name} must be a number for a lazy array, got {brief(value)}: draw with 0 and 1 "
                "(or one parameter at a time), and let NumPy do the rest"
            )
        if value is not None:
            given[name] = value
    nothing: Any = (0,)
    draw = getattr(Stream(1, 1), kind)
    empty = draw(0) if kind == "words" else draw(nothing, dtype=dtype, **given)
    dims = _dims(shape)
    stream = _stream(kind, math.prod(dims), *start)
    return Array(kind, stream.key, stream.counter, dims, empty.dtype, given)


def _dims(shape: _Shape) -> tuple[int, ...]:
    """Return a shape as Python's integers, checked as every draw's is, but for its memory."""
    try:
        parts = [shape] if hasattr(shape, "__index__") else list(shape)
    except TypeError:
        raise TypeError(f"shape must be integers, got {brief(shape)}") from None
    if len(parts) > 32:
        raise ValueError(f"shape must have at most 32 dimensions, got {len(parts)}")
    dims = []
    for part in parts:
        if isinstance(part, bool | np.bool_) or not hasattr(part, "__index__"):
            raise TypeError(f"shape must be integers, got {brief(shape)}")
        dims.append(operator.index(part))
    if any(dim < 0 for dim in dims):
        raise ValueError(f"shape must not be negative, got {brief(shape)}")
    if math.prod(dim for dim in dims if dim) >= 2**63:
        raise ValueError(f"shape must have fewer than 2**63 elements, got {brief(shape)}")
    return tuple(dims)


def _stream(
    kind: str,
    size: int,
    graph_seed: Any,
    op_seed: Any,
    run: Any,
    seed: Any,
    key: Any,
    counter: Any,
) -> Stream:
    """Return the stream that stands where a run begins."""
    ways = [
        ("graph_seed and op_seed", graph_seed, op_seed),
        ("seed", seed, seed),
        ("key and counter", key, counter),
    ]
    given = [(name, a, b) for name, a, b in ways if a is not None or b is not None]
    if len(given) != 1 or given[0][1] is None or given[0][2] is None:
        raise TypeError(
            "give graph_seed and op_seed, the attributes of an op, or seed, the pair of a "
            "stateless one, or key and counter"
        )
    if isinstance(run, bool | np.bool_) or not hasattr(run, "__index__"):
        raise TypeError(f"run must be an integer, got {brief(run)}")
    run = operator.index(run)
    if not 0 <= run < 2**63:
        raise ValueError(f"run must be in [0, 2**63), got {brief(run)}")
    if given[0][0] == "graph_seed and op_seed":
        stream = Stream(graph_seed, op_seed)
        blocks = 256 * size
        if kind == "words":
            blocks = -(-size // 4)
        elif kind == "binomial":
            blocks = binomial_blocks(1, size)
        stream.skip(blocks * run % 2**128)
        return stream
    if run:
        raise ValueError(f"run belongs to graph_seed and op_seed: with {given[0][0]} all are equal")
    if seed is not None:
        return Stream.from_stateless_seed(seed)
    return Stream.from_key_counter(key, counter)


# ---- indices ---------------------------------------------------------------------------------


def _selection(
    index: Any, shape: tuple[int, ...]
) -> tuple[list[tuple[int, int, int]], tuple[Any, ...]]:
    """Read an index: of each axis first, step (above 0) and count; and how to index the result.

    >>> _selection((Ellipsis, None, slice(None, None, -2), 1), (5, 4, 3))
    ([(0, 1, 5), (1, 2, 2), (1, 1, 1)], (Ellipsis, None, slice(None, None, -1), 0))
    """
    items = index if isinstance(index, tuple) else (index,)
    taken = sum(item is not None and item is not Ellipsis for item in items)
    dots = sum(item is Ellipsis for item in items)
    if dots > 1:
        raise IndexError("an index can have only one ellipsis ('...')")
    if taken > len(shape):
        raise IndexError(
            f"too many indices: the array has {len(shape)} dimensions, but {taken} were indexed"
        )
    axes: list[tuple[int, int, int]] = []
    rest: list[Any] = []
    for item in items:
        dim = shape[len(axes)] if len(axes) < len(shape) else 0
        if item is None:
            rest.append(None)
        elif item is Ellipsis:
            axes += [(0, 1, dim) for dim in shape[len(axes) : len(axes) + len(shape) - taken]]
            rest.append(Ellipsis)
        elif isinstance(item, slice):
            start, stop, step = item.indices(dim)
            count = len(range(start, stop, step))
            if step < 0 and count:
                axes.append((start + (count - 1) * step, -step, count))
            else:
                axes.append((start, abs(step), count))
            rest.append(slice(None, None, -1) if step < 0 else slice(None))
        elif isinstance(item, bool | np.bool_ | np.ndarray) or not hasattr(item, "__index__"):
            raise TypeError(
                "lazy arrays take integers, slices, None and '...', got "
                f"{brief(item)}: index what a slice gives"
            )
        else:
            at = operator.index(item)
            if not -dim <= at < dim:
                raise IndexError(
                    f"index {at} is out of bounds for axis {len(axes)} with size {dim}"
                )
            axes.append((at % dim, 1, 1))
            rest.append(0)
    axes += [(0, 1, dim) for dim in shape[len(axes) :]]
    return axes, tuple(rest)


def _merged(axes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return axes of (number, how far apart), given from the last on, in as few as they need.

    >>> _merged([(4, 1), (3, 4), (1, 12), (2, 24)])
    [(2, 24), (12, 1)]
    """
    found: list[tuple[int, int]] = []
    for count, jump in axes:
        if count == 1:
            continue
        if found and jump == found[-1][0] * found[-1][1]:
            found[-1] = found[-1][0] * count, found[-1][1]
        else:
            found.append((count, jump))
    return found[::-1]


def _span(axes: list[tuple[int, int]]) -> int:
    """Return how many elements lie from the first to the last, both counted."""
    return sum((count - 1) * jump for count, jump in axes) + 1


# ---- files -----------------------------------------------------------------------------------


def _chunks_of(chunks: Sequence[int], shape: tuple[int, ...]) -> tuple[int, ...]:
    try:
        found = tuple(operator.index(chunk) for chunk in chunks)
    except TypeError:
        raise TypeError(f"chunks must be integers, one a dimension, got {brief(chunks)}") from None
    if len(found) != len(shape) or any(chunk < 1 for chunk in found):
        raise ValueError(
            f"chunks must be {len(shape)} integers above 0, one a dimension, got {brief(chunks)}"
        )
    return tuple(min(chunk, max(dim, 1)) for chunk, dim in zip(found, shape, strict=True))


def _box(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of a part that is one run of elements, of `_CHUNK` at most.

    >>> _box((5, 1000, 1000, 2))
    (1, 1000, 1000, 2)
    """
    box: list[int] = []
    room = _CHUNK
    for dim in reversed(shape):
        box.append(max(1, min(dim, room)))
        room = room // dim if 0 < dim <= room else 0
    return tuple(reversed(box))


def _boxes(shape: tuple[int, ...], box: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    """Cut a shape into boxes, those at its far sides smaller."""
    firsts = [range(0, dim, size) for dim, size in zip(shape, box, strict=True)]
    for corner in itertools.product(*firsts):
        yield tuple(
            slice(at, min(at + size, dim)) for at, size, dim in zip(corner, box, shape, strict=True)
        )


def _npy(array: Array, path: Path, chunks: Any, name: str, progress: Progress) -> None:
    kind = "<V2" if array.dtype.name == "bfloat16" else array.dtype.str
    head = {"descr": kind, "fortran_order": False, "shape": array.shape}
    with open(path, "wb") as file:
        np.lib.format.write_array_header_1_0(file, head)
        _numbers(array, file, progress)
        file.flush()
        os.fsync(file.fileno())


def _numbers(array: Array, file: BinaryIO, progress: Progress) -> None:
    room = np.empty(min(_CHUNK, array.size), array.dtype)
    for first in range(0, array.size, _CHUNK):
        part = room[: min(_CHUNK, array.size - first)]
        array._read(first, part, None)
        file.write(part.view(np.uint8).data)
        progress.add(part.nbytes)


def _zarr(array: Array, path: Path, chunks: Any, name: str, progress: Progress) -> None:
    try:
        import zarr
    except ImportError as error:
        raise ImportError(
            "saving .zarr needs the package zarr: pip install 'tfphilox[zarr]'"
        ) from (error)
    chunks = chunks or _box(array.shape)
    stored = zarr.open_array(
        str(path), mode="w", shape=array.shape, chunks=chunks, dtype=array.dtype.str
    )
    _parts(array, stored, chunks, progress)


def _h5(array: Array, path: Path, chunks: Any, name: str, progress: Progress) -> None:
    try:
        import h5py
    except ImportError as error:
        raise ImportError(
            "saving .h5 needs the package h5py: pip install 'tfphilox[h5]'"
        ) from error
    with h5py.File(path, "w") as file:
        stored = file.create_dataset(name, array.shape, array.dtype, chunks=chunks)
        _parts(array, stored, chunks or _box(array.shape), progress)


def _parts(array: Array, stored: Any, box: tuple[int, ...], progress: Progress) -> None:
    """Write part by part; chunks are written whole, so that none is read again."""
    for part in _boxes(array.shape, box):
        made = array[part]
        stored[part] = made
        progress.add(made.nbytes)
