"""golden/emit.py: turn a specification into the bytes of its files, wherever those go.

`write` sends them to a folder and `check` compares them with one; both get the same bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .. import config
from ..progress import Progress
from . import manifest
from .cases import drawn, make, setting
from .errors import GoldenError
from .formats import WRITERS, Info, Writer, identifier, little
from .provenance import Provenance
from .slices import CHUNK, is_large, plan
from .spec import Case, Spec

__all__ = ["FileSink", "Item", "emit", "items_of"]


class FileSink(Protocol):
    """A `formats.Sink` that is a file of its own."""

    @property
    def size(self) -> int: ...
    def write(self, data: bytes | memoryview) -> None: ...
    def reserve(self, number: int) -> int: ...
    def fill(self, offset: int, data: bytes) -> None: ...
    def close(self) -> None: ...
    def abandon(self) -> None: ...


@dataclass(frozen=True)
class Item:
    """An array of a case, made when its chunks are asked for."""

    case: Case
    info: Info
    op: str
    provenance: Provenance
    chunks: Iterable[NDArray[Any]]


def items_of(case: Case, prefix: str = "") -> list[Item]:
    """Return the arrays of a case; its `setting` must be in force until they are made.

    `prefix` is what their identifiers in source code begin with.
    """
    slices = plan(case) if is_large(case) else None
    if slices is not None:
        op = case.draws[0].op.path
        note = _note(case, op, slices.provenance)
        known = identifier(case.name, prefix)
        info = Info(case.name, slices.dtype, slices.shape, note, known)
        return [Item(case, info, op, slices.provenance, slices)]
    return [
        Item(
            case,
            Info(
                made.name,
                made.array.dtype,
                made.array.shape,
                _note(case, made.op, made.provenance),
                identifier(made.name, prefix),
            ),
            made.op,
            made.provenance,
            [made.array],
        )
        for made in (make(case) if is_large(case) else drawn(case))
    ]


def emit(
    spec: Spec,
    open_file: Callable[[str], FileSink],
    *,
    require: Callable[[str, int], None] | None = None,
    quiet: bool = True,
) -> dict[str, Any]:
    """Write every file of a specification into sinks, and return the manifest.

    Parameters
    ----------
    spec : Spec
    open_file : callable
        Gets a file's path in the folder; returns where its bytes go.
    require : callable, optional
        Gets a path and how many bytes it will at least have, before a large array is made.
    quiet : bool
        Show no progress.

    Raises
    ------
    GoldenError
        A case cannot be made or written; the message names it.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tfphilox.golden.files import Comparison
    >>> from tfphilox.golden.spec import parse
    >>> text = b'format=1\\n[[case]]\\nname="x"\\nop="random.uniform"\\nset_seed=0\\nshape=[1]'
    >>> manifest = emit(parse(text), lambda name: Comparison(Path("nowhere") / name))
    >>> manifest["files"], manifest["arrays"][0]["counter"]
    ([{'path': 'x.npz', 'bytes': 240}], '0x00000000629f6fbe0000000000000000')
    """
    emission = _Emission(spec, open_file, require)
    total = sum(_estimate(case) for case in spec.cases)
    with emission.finishing(), Progress(total, quiet) as progress:
        if spec.bundle:
            emission.open_bundle()
        for case in spec.cases:
            try:
                with setting(case):
                    emission.case(items_of(case, spec.prefix), progress)
            except GoldenError as error:
                raise error.within(file=spec.path, case=case.name) from None
            except MemoryError:
                raise GoldenError(
                    "does not fit in memory", file=spec.path, case=case.name
                ) from None
        emission.close()
    return emission.manifest()


class _Emission:
    """The writers that are open, and what the manifest will say."""

    def __init__(
        self,
        spec: Spec,
        open_file: Callable[[str], FileSink],
        require: Callable[[str, int], None] | None,
    ) -> None:
        self.spec, self._open_file, self._require = spec, open_file, require
        self._bundle: list[tuple[str, Writer, FileSink]] = []
        self._open: list[FileSink] = []
        self._files: dict[str, int] = {}
        self._names: set[str] = set()
        self._identifiers: set[str] = set()
        self._arrays: list[dict[str, Any]] = []

    @contextlib.contextmanager
    def finishing(self) -> Iterator[None]:
        """Close what is still open when the block ends with an error."""
        try:
            yield
        finally:
            for sink in self._open:
                sink.abandon()

    def open_bundle(self) -> None:
        infos: list[Info] = []
        if any(WRITERS[kind].needs_all for kind in self.spec.output):
            for case in self.spec.cases:
                try:
                    with setting(case):
                        infos += [item.info for item in items_of(case, self.spec.prefix)]
                except GoldenError as error:
                    raise error.within(file=self.spec.path, case=case.name) from None
        self._bundle = [self._start(kind, self.spec.path.stem, infos) for kind in self.spec.output]

    def case(self, items: list[Item], progress: Progress) -> None:
        """Write the arrays of a case."""
        infos = [item.info for item in items]
        writers = self._bundle
        if not self.spec.bundle:
            kinds = [kind for kind in self.spec.output if not WRITERS[kind].single]
            writers = [self._start(kind, items[0].case.name, infos) for kind in kinds]
        for item in items:
            self._check_identifier(item.info)
            mine = list(writers)
            if not self.spec.bundle:
                kinds = [kind for kind in self.spec.output if WRITERS[kind].single]
                single = [self._start(kind, item.info.name, [item.info]) for kind in kinds]
                mine += single
            self._array(item, mine, progress)
            if not self.spec.bundle:
                self._close(single)
        if not self.spec.bundle:
            self._close(writers)

    def close(self) -> None:
        self._close(self._bundle)

    def manifest(self) -> dict[str, Any]:
        return {
            "format": 1,
            "made_by": manifest.MADE_BY,
            "spec_sha256": self.spec.digest,
            **({"prefix": self.spec.prefix} if self.spec.is_source else {}),
            "files": [{"path": path, "bytes": size} for path, size in self._files.items()],
            "arrays": self._arrays,
        }

    def _start(self, kind: str, stem: str, infos: list[Info]) -> tuple[str, Writer, FileSink]:
        writer = WRITERS[kind]
        path = f"{stem}.{writer.suffix}"
        if path.lower() in self._names:
            raise GoldenError(f'two arrays would be in the file "{path}"', key="name")
        if writer.most is not None:
            for info in infos:
                self._check_size(kind, info)
        if self._require is not None and sum(info.nbytes for info in infos) > CHUNK:
            self._require(path, sum(info.nbytes for info in infos))
        self._files[path] = 0
        self._names.add(path.lower())
        sink = self._open_file(path)
        self._open.append(sink)
        return path, writer(sink, stem, infos), sink

    def _check_identifier(self, info: Info) -> None:
        """Raise if another array has the same name in source code, in whichever file."""
        if not self.spec.is_source:
            return
        for each in (info.identifier, f"{info.identifier}_bits", f"{info.identifier}_shape"):
            if each.lower() in self._identifiers:
                raise GoldenError(f'two arrays would be called "{each}" in source code', key="name")
            self._identifiers.add(each.lower())

    def _check_size(self, kind: str, info: Info) -> None:
        most = WRITERS[kind].most
        if most is not None and info.count > most:
            raise GoldenError(
                f"{kind} is for arrays of {most} elements at most, this one has {info.count}",
                key="output",
            )

    def _close(self, writers: list[tuple[str, Writer, FileSink]]) -> None:
        for path, writer, sink in writers:
            writer.close()
            self._files[path] = sink.size
            sink.close()
            self._open.remove(sink)

    def _array(
        self, item: Item, writers: list[tuple[str, Writer, FileSink]], bar: Progress
    ) -> None:
        digest = hashlib.sha256()
        kinds = list(self.spec.output) if self.spec.bundle else []
        for kind in kinds:
            self._check_size(kind, item.info)
        try:
            for _, writer, _ in writers:
                writer.start(item.info)
            if item.info.nbytes <= CHUNK:
                for chunk in item.chunks:
                    digest.update(little(chunk))
                    _write(writers, chunk)
            else:
                self._overlapped(item, writers, digest, bar)
            for _, writer, _ in writers:
                writer.finish()
        except (KeyError, ValueError) as error:
            if isinstance(error, GoldenError):
                raise
            if isinstance(error, KeyError):
                error = ValueError(f"no such type in this format: {error}")
            raise GoldenError(str(error), key="output") from None
        bar.add(min(item.info.nbytes, CHUNK), item.info.name)
        paths = [path for path, _, _ in writers]
        self._arrays.append(_entry(item, digest.hexdigest(), paths, self.spec.is_source))

    def _overlapped(self, item: Item, writers: Any, digest: Any, bar: Progress) -> None:
        """Make chunks in this thread while others hash and write those before."""
        with ThreadPoolExecutor(1) as hasher, ThreadPoolExecutor(1) as scribe:
            under_way: list[tuple[Future[None], Future[None]]] = []
            try:
                for chunk in item.chunks:
                    under_way.append((
                        hasher.submit(digest.update, little(chunk)),
                        scribe.submit(_write, writers, chunk),
                    ))  # fmt: skip
                    bar.add(chunk.nbytes, item.info.name)
                    if len(under_way) > 4:
                        for future in under_way.pop(0):
                            future.result()
                for pair in under_way:
                    for future in pair:
                        future.result()
            except BaseException:
                for pair in under_way:
                    for future in pair:
                        future.cancel()
                raise


def _write(writers: list[tuple[str, Writer, FileSink]], chunk: NDArray[Any]) -> None:
    for _, writer, _ in writers:
        writer.chunk(chunk)


def _entry(item: Item, digest: str, paths: list[str], is_source: bool) -> dict[str, Any]:
    """Return what the manifest says of an array."""
    source = item.provenance
    entry = {
        "name": item.info.name,
        "case": item.case.name,
        **({"identifier": item.info.identifier} if is_source else {}),
        **({"description": item.case.description} if item.case.description else {}),
        "op": item.op,
        **_source(source),
        "tensorflow_version": config.get_tensorflow_version(),
        **({} if item.case.keras_version is None else {"keras_version": item.case.keras_version}),
        **({"jit_compile": True} if item.case.jit_compile else {}),
        "shape": list(item.info.shape),
        "dtype": item.info.dtype.name,
        "sha256": digest,
        "files": paths,
    }
    if source.further:
        entry["further_draws"] = [_source(one) for one in source.further]
    return entry


def _source(source: Provenance) -> dict[str, Any]:
    return {
        "kernel": source.kernel,
        "seed": source.seed,
        "seed2": source.seed2,
        "key": None if source.key is None else f"{source.key:#018x}",
        "counter": None if source.counter is None else f"{source.counter:#034x}",
        "rule": source.rule,
    }


def _note(case: Case, op: str, source: Provenance) -> str:
    """Return the comment of an array in source code, in one line that nothing in it can end."""
    note = op
    if source.key is not None and source.counter is not None:
        note += f", key {source.key:#x}, counter {source.counter:#x}"
    if case.description:
        note += f"; {' '.join(case.description.split())}".replace("*/", "* /").replace("/*", "/ *")
    return note


def _estimate(case: Case) -> int:
    """Return about how many bytes a case has, for the progress bar."""
    total = 0
    for draw in case.draws:
        shape = draw.keywords.get("shape")
        dtype = draw.keywords.get("dtype", "float32")
        size = np.dtype(dtype).itemsize if dtype in ("float64", "int64", "uint64") else 4
        total += math.prod(shape) * size if isinstance(shape, list) else 1000
    return total
