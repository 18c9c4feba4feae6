"""archives.py: how many members a zip file has, before its directory is read.

`zipfile.ZipFile` makes an object of every entry when it is opened: seconds and hundreds of
megabytes for a file that has a million. Here the record at the end is read, and of the directory no
more than a number of bytes.

What it does not do: read a member. What else may be wrong with a file is `zipfile`'s to say.
"""

from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

__all__ = ["check_members"]

_END, _END_64, _LOCATOR, _ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02"
_END_SIZE, _END_64_SIZE, _LOCATOR_SIZE, _ENTRY_SIZE = 22, 56, 20, 46
_COMMENT = 1 << 16


def check_members(path: str | Path, most: int) -> None:
    """Raise unless a zip file has at most so many members, and says truly how many.

    Names, comments and extra fields may have 256 bytes a member, on the average.

    Raises
    ------
    zipfile.BadZipFile
        There are more; it is no zip file; the record at its end does not say what it holds.
    OSError
        It cannot be read.

    Examples
    --------
    >>> import tempfile, zipfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with zipfile.ZipFile(f"{folder}/a.zip", "w") as file:
    ...         file.writestr("x", b"")
    ...         file.writestr("y", b"")
    ...     check_members(f"{folder}/a.zip", 2)
    ...     check_members(f"{folder}/a.zip", 1)
    Traceback (most recent call last):
    zipfile.BadZipFile: it has more than 1 members
    """
    with open(path, "rb") as file:
        said, size, end = _record(file)
        if said > most:
            raise zipfile.BadZipFile(f"it has more than {most} members")
        if size > end:
            raise zipfile.BadZipFile("its directory does not lie in it")
        if size > most * (_ENTRY_SIZE + 256):
            raise zipfile.BadZipFile(f"its directory has {size} bytes, for {said} members")
        file.seek(end - size)
        directory = file.read(size)
    number = at = 0
    while at < size and number <= most:
        entry = directory[at : at + _ENTRY_SIZE]
        if len(entry) < _ENTRY_SIZE or entry[:4] != _ENTRY:
            raise zipfile.BadZipFile("its directory is cut off or damaged")
        at += _ENTRY_SIZE + sum(struct.unpack("<3H", entry[28:34]))
        number += 1
    if number > most:
        raise zipfile.BadZipFile(f"it has more than {most} members")
    if number != said:
        raise zipfile.BadZipFile(f"it says that it has {said} members, and has {number}")


def _record(file: BinaryIO) -> tuple[int, int, int]:
    """Return the number of members, the directory's size, and where it ends, as `zipfile` would."""
    length = file.seek(0, os.SEEK_END)
    start = max(0, length - _END_SIZE)
    file.seek(start)
    record = file.read(_END_SIZE)
    if record[:4] != _END or record[20:] != b"\0\0":  # a comment follows
        tail = max(0, length - _END_SIZE - _COMMENT)
        file.seek(tail)
        data = file.read(_END_SIZE + _COMMENT)
        at = data.rfind(_END)
        record = data[at : at + _END_SIZE]
        if at < 0 or len(record) < _END_SIZE:
            raise zipfile.BadZipFile("File is not a zip file")
        start = tail + at
    said, size = struct.unpack("<HI", record[10:16])
    file.seek(max(0, start - _LOCATOR_SIZE))
    if start < _LOCATOR_SIZE or file.read(4) != _LOCATOR:
        return said, size, start
    start -= _LOCATOR_SIZE + _END_64_SIZE
    file.seek(max(0, start))
    record = file.read(_END_64_SIZE)
    if start < 0 or record[:4] != _END_64:
        raise zipfile.BadZipFile("its zip64 record is not where it belongs")
    said, size = struct.unpack("<2Q", record[32:48])
    return said, size, start
