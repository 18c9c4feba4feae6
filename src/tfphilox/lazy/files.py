"""lazy/files.py: arrays written part by part, in little memory."""

from __future__ import annotations

import contextlib
import itertools
import operator
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..arrays.wording import brief
from ..progress import Progress

__all__ = ["save"]

CHUNK = 1 << 21  # elements of a file that are made at once


def save(
    array: Any,
    path: str | os.PathLike[str],
    chunks: Sequence[int] | None,
    name: str,
    quiet: bool,
) -> None:
    """Write a lazy array: first under a name that ends in ``.partial``, which nobody may have."""
    target = Path(path)
    write = {".npy": _npy, ".zarr": _zarr, ".h5": _h5, ".hdf5": _h5}.get(target.suffix)
    if write is None:
        raise ValueError(f"path must end in .npy, .zarr or .h5, got {brief(str(path))}")
    if write is _npy and chunks is not None:
        raise ValueError("a .npy file has no chunks")
    if write is not _npy and array.dtype.name == "bfloat16":
        raise TypeError(f"{target.suffix} has no bfloat16: save it as .npy, or as float32")
    if write is _h5:
        _check_name(name)
    if chunks is not None:
        chunks = _chunks_of(chunks, array.shape)
    if target.is_dir() or (write is _zarr and target.exists()):
        what = "a folder" if target.is_dir() else "a file"
        raise FileExistsError(f"{target} is {what}, which is not replaced: move it away")
    partial = target.with_name(f"{target.name}.partial")
    try:
        partial.mkdir() if write is _zarr else open(partial, "xb").close()
    except FileExistsError:
        raise FileExistsError(
            f"{partial} is there already, from a save that was stopped or from somebody else: "
            "move it away"
        ) from None
    try:
        with Progress(array.nbytes, quiet) as progress:
            write(array, partial, chunks, name, progress)
        os.replace(partial, target)
    except BaseException:
        with contextlib.suppress(OSError):
            shutil.rmtree(partial) if partial.is_dir() else partial.unlink(missing_ok=True)
        raise


def _check_name(name: Any) -> None:
    """Refuse what HDF5 refuses as the name of a data set, or takes for its root."""
    if not isinstance(name, str):
        raise TypeError(f"name must be a string, got {brief(name)}")
    if not name.strip("/.") or "\0" in name:
        raise ValueError(f"name must be that of a data set, such as 'data', got {brief(name)}")


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
    """Return the shape of a part that is one run of elements, of `CHUNK` at most.

    >>> _box((5, 1000, 1000, 2))
    (1, 1000, 1000, 2)
    """
    box: list[int] = []
    room = CHUNK
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


def _npy(array: Any, path: Path, chunks: Any, name: str, progress: Progress) -> None:
    kind = "<V2" if array.dtype.name == "bfloat16" else array.dtype.str
    head = {"descr": kind, "fortran_order": False, "shape": array.shape}
    with open(path, "wb") as file:
        np.lib.format.write_array_header_1_0(file, head)
        _numbers(array, file, progress)
        file.flush()
        os.fsync(file.fileno())


def _numbers(array: Any, file: BinaryIO, progress: Progress) -> None:
    room = np.empty(min(CHUNK, array.size), array.dtype)
    for first in range(0, array.size, CHUNK):
        part = room[: min(CHUNK, array.size - first)]
        array._read(first, part, None)
        file.write(part.view(np.uint8).data)
        progress.add(part.nbytes)


def _zarr(array: Any, path: Path, chunks: Any, name: str, progress: Progress) -> None:
    try:
        import zarr
    except ImportError as error:
        raise ImportError(
            "saving .zarr needs the package zarr: pip install 'tfphilox[zarr]'"
        ) from error
    chunks = chunks or _box(array.shape)
    stored = zarr.open_array(
        str(path), mode="w", shape=array.shape, chunks=chunks, dtype=array.dtype.str
    )
    _parts(array, stored, chunks, progress)


def _h5(array: Any, path: Path, chunks: Any, name: str, progress: Progress) -> None:
    try:
        import h5py
    except ImportError as error:
        raise ImportError(
            "saving .h5 needs the package h5py: pip install 'tfphilox[h5]'"
        ) from error
    with h5py.File(path, "w") as file:
        stored = file.create_dataset(name, array.shape, array.dtype, chunks=chunks)
        _parts(array, stored, chunks or _box(array.shape), progress)


def _parts(array: Any, stored: Any, box: tuple[int, ...], progress: Progress) -> None:
    """Write part by part; chunks are written whole, so that none is read again."""
    for part in _boxes(array.shape, box):
        made = array[part]
        stored[part] = made
        progress.add(made.nbytes)
