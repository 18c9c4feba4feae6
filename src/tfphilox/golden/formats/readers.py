"""golden/formats/readers.py: read arrays from files, ours and those of other programs.

A file that is broken in any way is a GoldenError: what the libraries under this raise for a broken
header is of many kinds. Binary numbers are mapped, not loaded, so large files cost no memory; what
is packed is read up to a bound, and only what is there, whatever its header says.
"""

from __future__ import annotations

import io
import json
import re
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ...arrays.archives import check_members
from ...arrays.dtypes import as_dtype
from ..errors import GoldenError
from ..report import as_array

__all__ = ["SUFFIXES", "named", "read", "read_raw", "typed"]

_MOST_UNPACKED = 1 << 28  # bytes of a file's packed arrays together, as of a .keras file's JSON
_MOST_MEMBERS = 1 << 16  # of an archive
_MOST_TEXT = 1 << 30  # bytes of a file that is read whole


def read(path: str | Path) -> dict[str, NDArray[Any]]:
    """Return all arrays of a file by their names; by "" if it holds one without a name.

    Parameters
    ----------
    path : path
        Of one of SUFFIXES.

    Raises
    ------
    GoldenError
        It cannot be read, or is not what its name says.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/a.npz", x=np.arange(3))
    ...     read(f"{folder}/a.npz")["x"].tolist()
    [0, 1, 2]
    """
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise GoldenError(f"must end in one of {', '.join(SUFFIXES)}", file=path)
    _check_plain(path)
    try:
        with warnings.catch_warnings():  # NumPy's about headers that Python 2 wrote
            warnings.simplefilter("ignore")
            return SUFFIXES[path.suffix](path)
    except GoldenError as error:
        raise error.within(file=path) from None
    except OSError as error:
        raise GoldenError(f"cannot be read: {error.strerror or error}", file=path) from None
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".replace("\n", " ")
        raise GoldenError(f"is no {path.suffix[1:]}: {reason:.200}", file=path) from None


def named(arrays: dict[str, NDArray[Any]], name: str, identifier: str = "") -> NDArray[Any] | None:
    """Return an array that `read` found, by its name here; source code has its identifier.

    Examples
    --------
    >>> named({"GEN_A": np.zeros(2)}, "gen/a")
    array([0., 0.])
    """
    if list(arrays) == [""]:
        return arrays[""]
    plain = re.sub(r"\W", "_", name)
    others = plain, f"_{plain}", plain.upper(), f"_{plain.upper()}"  # those of 0.1.0
    for one in (name, identifier, identifier.upper(), *others):
        if one and one in arrays:
            return arrays[one]
    return None


def typed(array: NDArray[Any], dtype: np.dtype[Any], suffix: str) -> NDArray[Any]:
    """Return what `read` found in the type that it should have, where the file does not say it."""
    bits_only = suffix in (".csv", ".h", ".rs") or array.dtype.kind == "V"
    if bits_only and array.dtype.itemsize == dtype.itemsize:
        return np.ascontiguousarray(array).view(dtype)
    return as_array(array)


def read_raw(path: Path, dtype: np.dtype[Any], shape: tuple[int, ...] | None) -> NDArray[Any]:
    """Return the numbers of a file without a header; all of them as one row if `shape` is None."""
    _check_plain(path)
    try:
        size = path.stat().st_size
        count = size // dtype.itemsize if shape is None else int(np.prod(shape, dtype=object))
        if size != count * dtype.itemsize:
            raise GoldenError(
                f"has {size} bytes, which are not {count} elements of {dtype.name}", file=path
            )
        return _mapped(path, dtype, (count,) if shape is None else shape, 0)
    except OSError as error:
        raise GoldenError(f"cannot be read: {error.strerror or error}", file=path) from None


def _check_plain(path: Path) -> None:
    """Raise for a pipe, which would be waited for, or a device; a missing file fails later."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return
    if not stat.S_ISREG(mode):
        raise GoldenError("is no plain file", file=path)


def _text(path: Path) -> bytes:
    if path.stat().st_size > _MOST_TEXT:
        raise ValueError(f"it is larger than {_MOST_TEXT} bytes")
    return path.read_bytes()


def _npy(path: Path) -> dict[str, NDArray[Any]]:
    with open(path, "rb") as file:
        return {"": _npy_at(path, file)}


def _npz(path: Path) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    room = _MOST_UNPACKED
    check_members(path, _MOST_MEMBERS)
    with zipfile.ZipFile(path) as archive, open(path, "rb") as file:
        for member in archive.infolist():
            name = member.filename.removesuffix(".npy")
            if name in arrays:
                raise ValueError(f"two members are called {name}")
            if member.compress_type == zipfile.ZIP_STORED:
                file.seek(member.header_offset)
                local = file.read(30)
                if local[:4] != b"PK\x03\x04":
                    raise ValueError(f"no member where {member.filename} should be")
                file.seek(sum(struct.unpack("<HH", local[26:30])), 1)
                arrays[name] = _npy_at(path, file)
            else:
                with archive.open(member) as packed:
                    content = packed.read(room + 1)  # whatever size the archive says it has
                room -= len(content)
                if room < 0:
                    raise ValueError(f"its packed arrays have more than {_MOST_UNPACKED} bytes")
                arrays[name] = _npy_in(content)
    return arrays


def _npy_in(content: bytes) -> NDArray[Any]:
    """Return the array of a whole npy file."""
    file = io.BytesIO(content)
    shape, order, dtype = _npy_header(file)
    if any(dim < 0 for dim in shape):
        raise ValueError(f"shape {shape} is negative")
    count = int(np.prod(shape, dtype=object))
    if count * dtype.itemsize != len(content) - file.tell():
        raise ValueError(f"the header says shape {shape}, which are not the bytes that follow")
    if not count:
        return np.empty(shape, dtype)
    return np.frombuffer(content, dtype, count, file.tell()).reshape(shape, order=order)


def _npy_at(path: Path, file: BinaryIO) -> NDArray[Any]:
    """Map the array whose npy header begins where `file` stands."""
    shape, order, dtype = _npy_header(file)
    return _mapped(path, dtype, shape, file.tell(), order)


def _npy_header(file: BinaryIO) -> tuple[tuple[int, ...], Any, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    else:
        shape, fortran, dtype = np.lib.format.read_array_header_2_0(file)
    if dtype.hasobject:
        raise ValueError("holds Python objects")
    return shape, "F" if fortran else "C", dtype


def _mapped(
    path: Path, dtype: np.dtype[Any], shape: tuple[int, ...], offset: int, order: Any = "C"
) -> NDArray[Any]:
    if 0 in shape:
        return np.empty(shape, dtype)
    if any(dim < 0 for dim in shape):
        raise ValueError(f"shape {shape} is negative")
    return np.memmap(path, dtype, "r", offset, shape, order)


def _safetensors(path: Path) -> dict[str, NDArray[Any]]:
    names = {"F": "float", "BF": "bfloat", "I": "int", "U": "uint"}
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        if size > min(path.stat().st_size, 1 << 27):
            raise ValueError(f"the header's length is {size}")
        header = json.loads(file.read(size))
    arrays = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        kind, bits = re.fullmatch(r"([A-Z]+)(\d*)", entry["dtype"]).groups()  # type: ignore[union-attr]
        dtype = np.dtype("bool") if kind == "BOOL" else _dtype(names[kind] + bits)
        start, end = entry["data_offsets"]
        shape = tuple(entry["shape"])
        if not 0 <= start <= end or end - start != dtype.itemsize * int(
            np.prod(shape, dtype=object)
        ):
            raise ValueError(f"{name}: offsets do not fit the shape")
        arrays[name] = _mapped(path, dtype, shape, 8 + size + start)
    return arrays


def _json(path: Path) -> dict[str, NDArray[Any]]:
    return {
        name: _from_hex(entry["bits"], entry["dtype"]).reshape(entry["shape"])
        for name, entry in json.loads(_text(path))["arrays"].items()
    }


def _csv(path: Path) -> dict[str, NDArray[Any]]:
    """Read rows of array, index, value, bits. They do not say the type: unsigned integers."""
    lines = _text(path).decode("utf-8").splitlines()
    if not lines or lines[0] != "array,index,value,bits":
        raise ValueError("the first line is not array,index,value,bits")
    found: dict[str, list[str]] = {}
    for line in lines[1:]:
        name, index, _, bits = line.split(",")
        row = found.setdefault(name, [])
        if int(index) != len(row):
            raise ValueError(f"{name}: index {index} where {len(row)} should be")
        row.append(bits)
    return {name: _from_hex(bits, None) for name, bits in found.items()}


def _source(path: Path) -> dict[str, NDArray[Any]]:
    """Read the bits that `CWriter` and `RustWriter` wrote. They do not say the type either."""
    text = _text(path).decode("utf-8")
    tables = re.finditer(
        r"(\w+)_(?:bits|BITS)(?:\[\d+\]|: \[u\d+; \d+\]) = [{\[]([^}\]]*)[}\]]", text
    )
    arrays = {}
    for table in tables:
        bits = [word.strip().removeprefix("0x") for word in table[2].split(",") if word.strip()]
        arrays[table[1]] = _from_hex([] if bits == ["0"] else bits, None)
    if not arrays:
        raise ValueError("no bits are in it")
    return arrays


def _from_hex(bits: list[str], dtype: str | None) -> NDArray[Any]:
    size = len(bits[0]) // 2 if bits else 4 if dtype is None else _dtype(dtype).itemsize
    if not all(len(word) == 2 * size for word in bits):
        raise ValueError(f"not all bits have {2 * size} digits")
    words = np.frombuffer(bytes.fromhex("".join(bits)), f">u{size}").astype(f"u{size}")
    return words if dtype is None else words.view(_dtype(dtype))


def _dtype(name: str) -> np.dtype[Any]:
    return (
        np.dtype(name) if name in ("bool", "int8", "int16", "uint8", "uint16") else as_dtype(name)
    )


SUFFIXES: dict[str, Callable[[Path], dict[str, NDArray[Any]]]] = {
    ".npy": _npy,
    ".npz": _npz,
    ".safetensors": _safetensors,
    ".json": _json,
    ".csv": _csv,
    ".h": _source,
    ".rs": _source,
}
