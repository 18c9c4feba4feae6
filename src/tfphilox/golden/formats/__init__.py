"""golden/formats: the kinds of files that golden data is kept in.

Each kind is one `Writer`, which turns arrays into bytes that depend on nothing else: no date, no
version, no machine. `readers` reads them back, those of other programs included.
"""

from __future__ import annotations

from .arrays import NpyWriter, NpzWriter, RawWriter, SafetensorsWriter
from .base import Info, Sink, Writer, little
from .source import CWriter, RustWriter, identifier
from .text import CsvWriter, JsonWriter

__all__ = ["WRITERS", "Info", "Sink", "Writer", "identifier", "little"]

WRITERS: dict[str, type[Writer]] = {
    "npz": NpzWriter,
    "npy": NpyWriter,
    "raw": RawWriter,
    "json": JsonWriter,
    "csv": CsvWriter,
    "c": CWriter,
    "rust": RustWriter,
    "safetensors": SafetensorsWriter,
}
