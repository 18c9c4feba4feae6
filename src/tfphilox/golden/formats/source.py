"""golden/formats/source.py: arrays as C (and C++) and Rust source.

Each array has its numbers, for types that the language has, its bits as unsigned integers, and its
shape. Bits are what a test should compare; the decimals are exact too, for a correct compiler.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from .base import Info, Writer
from .text import TEXT_MOST, decimals, hexes

__all__ = ["CWriter", "RustWriter", "identifier"]


def identifier(name: str, prefix: str = "") -> str:
    """Return what an array of this name is called in C, C++ and (in capitals) in Rust.

    With a prefix it is no keyword of any of them, and nothing that a header of theirs declares.
    A name that begins with the prefix already does not get it again.

    Examples
    --------
    >>> identifier("noise/2x3", "golden_"), identifier("double", "golden_")
    ('golden_noise_2x3', 'golden_double')
    >>> identifier("golden/words", "golden_"), identifier("2.5--x")
    ('golden_words', '_2_5__x')
    """
    plain = re.sub(r"[\W_]+", "_", name) if prefix else re.sub(r"\W", "_", name)
    if prefix:
        return plain if plain.startswith(prefix) else prefix + plain.lstrip("_")
    return f"_{plain}" if plain[0].isdigit() else plain


class _SourceWriter(Writer):
    """What C and Rust have in common."""

    most = TEXT_MOST

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._chunks: list[NDArray[Any]] = []

    def start(self, info: Info) -> None:
        self._info, self._chunks = info, []
        self._name = info.identifier or identifier(info.name)

    def chunk(self, array: NDArray[Any]) -> None:
        self._chunks.append(array.reshape(-1))

    def _table(self, head: str, tail: str, texts: Callable[[NDArray[Any]], list[str]]) -> None:
        """Write one array, eight numbers a line."""
        self.sink.write(head.encode())
        for chunk in self._chunks:
            for first in range(0, chunk.size, 1 << 16):
                part = texts(chunk[first : first + (1 << 16)])
                lines = [", ".join(part[at : at + 8]) for at in range(0, len(part), 8)]
                self.sink.write("".join(f"    {line},\n" for line in lines).encode())
        self.sink.write(tail.encode())


class CWriter(_SourceWriter):
    """A header for C99 and C++: NAME (not of 16-bit floats), NAME_bits, NAME_shape, NAME_size."""

    suffix = "h"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        guard = re.sub(r"\W", "_", f"TFPHILOX_GOLDEN_{self.title}_H").upper()
        self.sink.write(
            f"/* {self.title}: golden data, made by tfphilox golden write; do not edit. */\n"
            f"#ifndef {guard}\n#define {guard}\n\n#include <math.h>\n#include <stdint.h>\n".encode()
        )

    def finish(self) -> None:
        info, name = self._info, self._name
        bits = 8 * info.dtype.itemsize
        rank, size = len(info.shape), max(info.count, 1)  # C has no empty arrays
        shape = ", ".join(str(dim) for dim in info.shape) or "0"
        self.sink.write(
            f"\n/* {info.name}: {info.note} */\n"
            f"enum {{ {name}_rank = {rank} }};\n"
            f"static const int64_t {name}_size = {info.count};\n"
            f"static const int64_t {name}_shape[{rank or 1}] = {{{shape}}};\n".encode()
        )
        empty = "" if info.count else "    0\n"
        head = f"static const uint{bits}_t {name}_bits[{size}] = {{\n{empty}"
        self._table(head, "};\n", lambda a: [f"0x{text}" for text in hexes(a)])
        kinds = {"float32": "float", "float64": "double", "bool": "uint8_t"}
        kind = kinds.get(info.dtype.name)
        if info.dtype.kind in "iu":
            kind = f"{info.dtype.name}_t"
        if kind:
            self._table(f"static const {kind} {name}[{size}] = {{\n{empty}", "};\n", _c_numbers)

    def close(self) -> None:
        self.sink.write(b"\n#endif\n")


class RustWriter(_SourceWriter):
    """Statics for Rust: NAME (not of 16-bit floats), NAME_BITS, NAME_SHAPE."""

    suffix = "rs"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.sink.write(
            f"// {self.title}: golden data, made by tfphilox golden write; do not edit.\n".encode()
        )

    def finish(self) -> None:
        info, name = self._info, self._name.upper()
        allow = "#[allow(dead_code, clippy::all)]\n#[rustfmt::skip]\npub static "
        shape = ", ".join(str(dim) for dim in info.shape)
        self.sink.write(
            f"\n// {info.name}: {info.note}\n"
            f"{allow}{name}_SHAPE: [usize; {len(info.shape)}] = [{shape}];\n".encode()
        )
        bits = 8 * info.dtype.itemsize
        head = f"{allow}{name}_BITS: [u{bits}; {info.count}] = [\n"
        self._table(head, "];\n", lambda a: [f"0x{text}" for text in hexes(a)])
        kind = {"float32": "f32", "float64": "f64", "bool": "u8"}.get(info.dtype.name)
        if info.dtype.kind in "iu":
            kind = f"{info.dtype.kind}{bits}"
        if kind:
            head = f"{allow}{name}: [{kind}; {info.count}] = [\n"
            self._table(head, "];\n", _rust_numbers)


def _c_numbers(array: NDArray[Any]) -> list[str]:
    """Return literals.

    >>> import numpy as np
    >>> _c_numbers(np.array([0.5, np.inf], np.float32)), _c_numbers(np.array([-(2**31)], np.int32))
    (['0.5f', 'INFINITY'], ['(-2147483647 - 1)'])
    """
    texts = decimals(array)
    if array.dtype.kind == "f":
        end = "f" if array.dtype.itemsize == 4 else ""
        special = {"nan": "NAN", "inf": "INFINITY", "-inf": "-INFINITY"}
        return [special.get(text) or text + end for text in texts]
    if array.dtype.itemsize == 8:
        if array.dtype.kind == "u":
            return [f"{text}u" for text in texts]
        return [_c_lowest(text, "9223372036854775808") for text in texts]
    if array.dtype.kind == "u":
        return [f"{text}u" for text in texts]
    return [_c_lowest(text, "2147483648") for text in texts]


def _c_lowest(text: str, most: str) -> str:
    """C reads -2147483648 as a negated number that does not fit."""
    return f"(-{int(most) - 1} - 1)" if text == f"-{most}" else text


def _rust_numbers(array: NDArray[Any]) -> list[str]:
    texts = decimals(array)
    if array.dtype.kind == "f":
        kind = f"f{8 * array.dtype.itemsize}"
        names = {"nan": f"{kind}::NAN", "inf": f"{kind}::INFINITY", "-inf": f"{kind}::NEG_INFINITY"}
        return [names.get(text, text) for text in texts]
    return texts
