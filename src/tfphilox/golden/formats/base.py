"""golden/formats/base.py: what a writer is, and what it writes to."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Info", "Sink", "Writer", "little"]


@dataclass(frozen=True)
class Info:
    """An array before it is made."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    note: str = ""  # what made it, for formats with comments
    identifier: str = ""  # in source code; by default what becomes of `name` there

    @property
    def count(self) -> int:
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        return self.count * self.dtype.itemsize


class Sink(Protocol):
    """Where bytes go in order; a gap may be left and filled later."""

    def write(self, data: bytes | memoryview) -> None: ...

    def reserve(self, number: int) -> int:
        """Leave `number` bytes open; return where they begin."""

    def fill(self, offset: int, data: bytes) -> None: ...


class Writer:
    """One file: `start`, the chunks and `finish` of each array; then `close`."""

    suffix: ClassVar[str]
    single: ClassVar[bool] = False  # holds one array only
    needs_all: ClassVar[bool] = False  # must know every array beforehand
    most: ClassVar[int | None] = None  # elements of one array

    def __init__(self, sink: Sink, title: str, infos: list[Info]) -> None:
        self.sink, self.title, self.infos = sink, title, infos

    def start(self, info: Info) -> None: ...

    def chunk(self, array: NDArray[Any]) -> None:
        self.sink.write(little(array))

    def finish(self) -> None: ...

    def close(self) -> None: ...


def little(array: NDArray[Any]) -> memoryview:
    """Return an array's bytes, each number's lowest first.

    Examples
    --------
    >>> little(np.array([1, 2], np.uint16)).tobytes()
    b'\\x01\\x00\\x02\\x00'
    """
    array = np.ascontiguousarray(array)
    if sys.byteorder == "big":
        array = array.view(f"u{array.dtype.itemsize}").byteswap()
    return array.reshape(-1).view(np.uint8).data
