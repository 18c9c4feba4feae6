"""lazy/array.py: an array that is a shape, a key and a counter, and draws what is indexed."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..arrays.wording import brief, no_memory
from ..stream import Stream
from .files import save
from .indices import merged, selection, span

__all__ = ["Array"]

_ROOM = 1 << 16  # elements that are read in one go where what is wanted has gaps
_GAP = 1 << 10  # elements that take no longer than another call


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
        axes, rest = selection(index, self._shape)
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
            self._gather(first, merged(jumps), out.reshape(-1), threads)
        return out[rest]

    def _gather(
        self, first: int, axes: list[tuple[int, int]], out: NDArray[Any], threads: int | None
    ) -> None:
        """Fill `out` with elements from `first` on, along axes of (number, how far apart)."""
        if not axes or (len(axes) == 1 and axes[0][1] == 1):
            self._read(first, out, threads)
            return
        runs = out.size // (axes[-1][0] if axes[-1][1] == 1 else 1)
        whole = span(axes)
        if whole <= min(_ROOM, _GAP * runs):
            room = np.empty(whole, self._dtype)
            self._read(first, room, threads)
            counts = [count for count, _ in axes]
            jumps = [jump * self.itemsize for _, jump in axes]
            view = np.lib.stride_tricks.as_strided(room, counts, jumps, writeable=False)
            out.reshape(counts)[...] = view
            return
        (count, jump), inner = axes[0], axes[1:]
        size = out.size // count
        some = min(count, max(1, (_ROOM - span(inner)) // jump + 1))
        if (some - 1) * jump + span(inner) > _GAP * some * (runs // count):
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
        save(self, path, chunks, name, quiet)


Array.__module__ = __package__  # where pickles look for it
