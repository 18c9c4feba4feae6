"""golden/files.py: put bytes into files so that a kill at any moment loses nothing.

A file is written under the name ``<name>.partial``, flushed to the disk and renamed. What is there
already (an old file, or the part that an interrupted run left) is first compared with what should
be there; writing begins at the first difference, so a run that is repeated goes on where it was
stopped, and one that has nothing to change writes nothing. Nothing needs to be remembered for
that: the numbers are cheaper to make again than to trust.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np

from .errors import GoldenError

__all__ = ["PARTIAL", "Comparison", "Folder", "Output", "guard"]

PARTIAL = ".partial"
_BUFFER = 1 << 20  # smaller files are made whole in memory
_FLUSH = 1 << 26  # bytes between flushes of a large one: the disk works while numbers are made
_COMPARE = 1 << 22
_PENDING = 256  # small files on their way to the disk


class Folder:
    """The folder that output goes to, which nothing leaves.

    Examples
    --------
    >>> import tempfile
    >>> place = tempfile.TemporaryDirectory()
    >>> with Folder(Path(place.name), set()) as folder:
    ...     file = folder.output("a/b.txt")
    ...     file.write(b"abc")
    ...     file.close()
    ...     folder.settle()
    >>> Path(place.name, "a", "b.txt").read_bytes()
    b'abc'
    >>> place.cleanup()

    Parameters
    ----------
    path : Path
        Made if it is missing.
    known : set of str
        Files there that are golden data, by their paths in the folder: others are not replaced.
    by_case : bool
        Whether a file has the name of its case, for messages.

    Attributes
    ----------
    changes : dict
        Of each file that is finished: "new", "changed", "unchanged", "removed" or
        "kept".
    """

    def __init__(self, path: Path, known: set[str], by_case: bool = False) -> None:
        self.path, self.known, self._by_case = path, known, by_case
        self._pool = ThreadPoolExecutor(16, "tfphilox-golden")
        self._pending: list[tuple[str, Future[None]]] = []
        self.changes: dict[str, str] = {}
        self._dirty: set[Path] = set()
        self._made: set[Path] = set()
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._root = path.resolve(strict=True)
        except OSError as error:
            raise GoldenError(f"cannot be made: {error.strerror}", file=path) from None
        self._made.add(path)
        self._lock = lock_folder(path)

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def require(self, name: str, number: int) -> None:
        """Raise unless the disk has room for a file of `number` bytes."""
        place = self.place(name)
        with contextlib.suppress(OSError):
            number -= place.with_name(place.name + PARTIAL).stat().st_size
        free = shutil.disk_usage(self._root).free
        if number > free:
            raise GoldenError(
                f"the disk is too full: {number} bytes are needed, {free} are free", file=place
            )

    def output(self, name: str) -> Output:
        """Return where the bytes of a file go; `name` is its path in the folder."""
        return Output(self, name, self.place(name))

    def place(self, name: str) -> Path:
        """Return a file's path, with its folder made and found to be inside."""
        target = self.path / name
        try:
            if target.parent not in self._made:
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.parent.resolve(strict=True).is_relative_to(self._root):
                    raise GoldenError("is outside the folder, by a link", file=target)
                self._made.add(target.parent)
                self._dirty.add(target.parent.parent)
            is_plain(target)
        except OSError as error:
            raise GoldenError(f"cannot be written: {error.strerror}", file=target) from None
        return target

    def guard(self, name: str, path: Path) -> None:
        """Raise unless the file may be replaced: it is golden data, or was on its way to be."""
        guard(name, path, self.known)

    def replace(self, name: str, partial: Path, path: Path) -> None:
        """Give a file that is whole its name."""
        self.changes[name] = "changed" if path.exists() else "new"
        os.replace(partial, path)
        self.changed(path)

    def remove(self, name: str) -> None:
        """Remove a file, what was written of it before a kill, and the folders that are left empty.

        The name is one of those that `removable` found.
        """
        path = self.path / name
        try:
            path.with_name(path.name + PARTIAL).unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            self.changes[name] = "removed"
            self.changed(path)
            for parent in path.parents:
                if parent == self.path or any(parent.iterdir()):
                    break
                parent.rmdir()
                self._dirty.discard(parent)
                self._made.discard(parent)
                self.changed(parent)
        except OSError as error:
            raise GoldenError(f"cannot be removed: {error.strerror}", file=path) from None

    def submit(self, name: str, path: Path, content: bytes) -> None:
        """Write a small file, on its own; `settle` waits for it."""
        self._pending.append((name, self._pool.submit(self._write, name, path, content)))
        if len(self._pending) >= _PENDING:
            self.settle()

    def settle(self) -> None:
        """Wait until everything is on the disk."""
        pending, self._pending = self._pending, []
        for name, future in pending:
            try:
                future.result()
            except GoldenError as error:
                raise error.within(case=self._case(name)) from None
        for folder in sorted(self._dirty):
            sync_folder(folder)
        self._dirty.clear()

    def _case(self, name: str) -> str | None:
        is_manifest = name == "manifest.json"
        return name.rpartition(".")[0] if self._by_case and not is_manifest else None

    def changed(self, path: Path) -> None:
        self._dirty.add(path.parent)

    def _write(self, name: str, path: Path, content: bytes) -> None:
        try:
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_size == len(content) and path.read_bytes() == content:
                    self.changes[name] = "unchanged"
                    return
            self.guard(name, path)
            partial = path.with_name(path.name + PARTIAL)
            with open_new(partial) as file:
                write_all(file, content)
                os.fsync(file.fileno())
            self.replace(name, partial, path)
        except OSError as error:
            raise GoldenError(f"cannot be written: {error.strerror}", file=path) from None


class Output:
    """A file on its way: `write` in order, gaps by `reserve` and `fill`, then `close`."""

    def __init__(self, folder: Folder, name: str, path: Path) -> None:
        self._folder, self._name, self._path = folder, name, path
        self._partial = path.with_name(path.name + PARTIAL)
        self._buffer: bytearray | None = bytearray()
        self._gaps: dict[int, int] = {}  # in the buffer, not filled yet
        self._at = 0
        self._file: BinaryIO | None = None
        self._comparing = False
        self._is_final = False  # the file that is compared is the finished one
        self._flushed = 0

    def write(self, data: bytes | memoryview) -> None:
        if self._buffer is not None:
            if len(self._buffer) + len(data) <= _BUFFER:
                self._buffer += data
                return
            self._spill()
        self._put(memoryview(data))

    def reserve(self, number: int) -> int:
        if self._buffer is not None:
            self._gaps[len(self._buffer)] = number
            self._buffer += bytes(number)
            return len(self._buffer) - number
        if self._comparing:  # what is in the gap is looked at when it is filled
            self._skip(number)
        else:
            self._put(memoryview(bytes(number)))
        return self._at - number

    def fill(self, offset: int, data: bytes) -> None:
        if self._buffer is not None:
            self._buffer[offset : offset + len(data)] = data
            del self._gaps[offset]
            return
        assert self._file is not None
        with self._errors():
            if self._comparing and self._is_final:
                self._file.seek(offset)
                if self._file.read(len(data)) == data:
                    self._file.seek(self._at)
                    return
                self._file.seek(self._at)
                self._diverge()
            self._file.seek(offset)
            write_all(self._file, data)
            self._file.seek(self._at)

    def close(self) -> None:
        """Finish the file; a small one may reach the disk later, see `Folder.settle`."""
        if self._buffer is not None:
            self._folder.submit(self._name, self._path, bytes(self._buffer))
            return
        assert self._file is not None
        with self._errors(), self._file:
            if self._comparing:
                if self._is_final and os.fstat(self._file.fileno()).st_size == self._at:
                    self._folder.changes[self._name] = "unchanged"
                    return
                self._diverge()
            self._file.truncate(self._at)
            os.fsync(self._file.fileno())
            self._folder.guard(self._name, self._path)
            self._folder.replace(self._name, self._partial, self._path)

    @property
    def size(self) -> int:
        return self._at if self._buffer is None else len(self._buffer)

    def abandon(self) -> None:
        """Leave the part that was written, for the next run."""
        if self._file is not None:
            self._file.close()

    def _spill(self) -> None:
        """Go from memory to a file."""
        assert self._buffer is not None
        buffered, self._buffer = bytes(self._buffer), None
        with self._errors():
            if is_plain(self._partial):
                self._file, self._comparing = open_old(self._partial, "r+b"), True
            elif is_plain(self._path):
                self._file, self._comparing, self._is_final = open_old(self._path), True, True
            else:
                self._file = open_new(self._partial)
        for offset, number in self._gaps.items():
            self._put(memoryview(buffered)[self._at : offset])
            self.reserve(number)
        self._put(memoryview(buffered)[self._at :])

    def _put(self, data: memoryview) -> None:
        assert self._file is not None
        with self._errors():
            while self._comparing and len(data):
                found = self._file.read(min(_COMPARE, len(data)))
                if not found or found != data[: len(found)]:
                    self._diverge()
                    break
                self._at += len(found)
                data = data[len(found) :]
            while len(data):
                write_all(self._file, data[:_FLUSH])
                self._at += len(data[:_FLUSH])
                data = data[_FLUSH:]
                if self._at - self._flushed >= _FLUSH:
                    _flush(self._file)
                    self._flushed = self._at

    def _skip(self, number: int) -> None:
        assert self._file is not None
        with self._errors():
            if len(self._file.read(number)) < number:
                self._diverge()
                write_all(self._file, bytes(number))
        self._at += number

    def _diverge(self) -> None:
        """Go from comparing to writing, at the first byte that differs."""
        assert self._file is not None
        self._comparing = False
        if self._is_final:
            self._folder.guard(self._name, self._path)
            old, self._file, self._is_final = self._file, open_new(self._partial), False
            with old:
                old.seek(0)
                left = self._at
                while left:
                    part = old.read(min(left, _COMPARE))
                    if not part:
                        raise GoldenError("has changed while it was read", file=self._path)
                    write_all(self._file, part)
                    left -= len(part)
        self._file.seek(self._at)
        self._file.truncate()

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise GoldenError(f"cannot be written: {error.strerror}", file=self._path) from None


class Comparison:
    """A sink that only looks: how far the bytes of a file are those that should be there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.differs_at: int | None = None
        self.found_size = self.size = 0
        self.missing = False
        self.foreign = False  # a folder, say
        self.message = ""
        self._file: BinaryIO | None = None
        try:
            if path.is_file():
                self._file = open_old(path)
                self.found_size = os.fstat(self._file.fileno()).st_size
            else:
                self.missing = not path.exists()
                self.foreign = not self.missing
        except OSError as error:
            self.missing, self.message = True, error.strerror or str(error)

    def write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        while len(view) and self._file is not None and self.differs_at is None:
            self._file.seek(self.size)
            part = view[:_COMPARE]
            found = self._file.read(len(part))
            if found != part:
                self.differs_at = self.size + _first_difference(found, part)
            self.size += len(part)
            view = view[len(part) :]
        self.size += len(view)

    def reserve(self, number: int) -> int:
        self.size += number
        return self.size - number

    def fill(self, offset: int, data: bytes) -> None:
        at, self.size = self.size, offset
        earlier = self.differs_at
        if earlier is not None and earlier > offset:
            self.differs_at = None
        self.write(data)
        self.size = at
        if self.differs_at is None:
            self.differs_at = earlier

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        if self._file is not None and self.differs_at is None and self.found_size != self.size:
            self.differs_at = min(self.found_size, self.size)

    def abandon(self) -> None:
        if self._file is not None:
            self._file.close()

    @property
    def truncated(self) -> bool:
        """Whether the file is a beginning of what it should be."""
        return self.differs_at is not None and self.found_size == self.differs_at < self.size


def guard(name: str, path: Path, known: set[str]) -> None:
    """Raise if a file that is no golden data would be replaced."""
    if path.exists() and name not in known:
        raise GoldenError(
            "exists, and no manifest here says that it is golden data: move it away", file=path
        )


def _first_difference(found: bytes, expected: memoryview) -> int:
    number = min(len(found), len(expected))
    different = np.frombuffer(found, np.uint8, number) != np.frombuffer(expected, np.uint8, number)
    return int(different.argmax()) if different.any() else number


def is_plain(path: Path) -> bool:
    """Say whether there is a file; raise for a link or anything else."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise GoldenError("is no plain file; it is left alone", file=path)
    return path.exists()


def open_old(path: Path, mode: str = "rb") -> BinaryIO:
    """Open a file without a buffer of its own."""
    return open(path, mode, 0)  # type: ignore[return-value]


def open_new(path: Path) -> BinaryIO:
    """Open a file for writing from its start, without following a link."""
    flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
    return os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0), 0o666), "w+b", 0)


def write_all(file: BinaryIO, data: bytes | memoryview) -> None:
    """Write everything: a file without a buffer may take less than it is given."""
    view = memoryview(data)
    while len(view):
        view = view[file.write(view) :]


def lock_folder(path: Path) -> int | None:
    """Wait until no other process writes there; return what to close in the end.

    The folder itself is locked: no file is left behind, and the lock ends with the process.
    """
    try:
        locks = importlib.import_module("fcntl")
        descriptor = os.open(path, os.O_RDONLY)
    except (ImportError, OSError):
        return None
    try:
        locks.flock(descriptor, locks.LOCK_EX)
    except OSError:  # a file system without locks
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def sync_folder(path: Path) -> None:
    """Make a rename last, where the system lets folders be flushed."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _flush(file: BinaryIO) -> None:
    getattr(os, "fdatasync", os.fsync)(file.fileno())
