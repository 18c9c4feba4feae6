"""identification/files.py: numbers that stand in files: arrays of NumPy's, weights of Keras's.

Of a large array the first numbers are enough, and its shape.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .values import Given, of_array

__all__ = ["SUFFIXES", "given_in"]

SUFFIXES = (".npy", ".npz", ".h5", ".hdf5", ".keras")
_ENOUGH = 256  # numbers
_INSIDE = "model.weights.h5"  # of a .keras file


def given_in(path: Path) -> Iterator[Given]:
    """Give what each array of a file holds, by its name; constants and what is empty are left out.

    Raises
    ------
    OSError, ValueError
        If the file cannot be read, or has no arrays of numbers.
    ImportError
        If it is one of Keras's, and h5py is absent.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(Path(folder) / "a.npz", kernel=np.float32([[1, 2]]), bias=np.zeros(2))
    ...     [(given.name, given.shape) for given in given_in(Path(folder) / "a.npz")]
    [('kernel', (1, 2))]
    """
    found = False
    for name, array in _arrays(path):
        first = array.ravel()[:_ENOUGH]
        if array.dtype.kind in "fiu" and first.size and (first != first[0]).any():
            found = True
            yield of_array(first, name)._replace(shape=array.shape)
    if not found:
        raise ValueError(f"{path}: no array of numbers that differ")


def _arrays(path: Path) -> Iterator[tuple[str, Any]]:
    suffix = path.suffix.lower()
    try:
        if suffix == ".npy":
            yield path.name, np.load(path, mmap_mode="r", allow_pickle=False)
        elif suffix == ".npz":
            with np.load(path, allow_pickle=False) as archive:
                for name in archive.files:
                    yield name, archive[name]
        elif suffix == ".keras":
            with zipfile.ZipFile(path) as archive:
                yield from _weights(io.BytesIO(archive.read(_INSIDE)))
        else:
            yield from _weights(path)
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path}: not a {suffix} file of numbers: {error}") from None


def _weights(file: Any) -> Iterator[tuple[str, Any]]:
    try:
        import h5py
    except ImportError:
        raise ImportError("Keras's files need h5py: pip install 'tfphilox[h5]'") from None
    with h5py.File(file, "r") as opened:
        names: list[str] = []
        opened.visit(names.append)
        for name in names:
            if isinstance(opened[name], h5py.Dataset):
                yield name, opened[name][()]
