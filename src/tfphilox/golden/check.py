"""golden/check.py: is the golden data in a folder what its specification says?"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from . import manifest
from .cases import setting
from .emit import Item, emit, items_of
from .errors import GoldenError
from .files import Comparison
from .formats.readers import named, read, read_raw, typed
from .report import Difference, checked_ulps, compare_chunks
from .spec import Spec

__all__ = ["Problem", "Report", "check"]

_MOST_STRANGERS = 100  # that are named


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Its `kind` is missing, truncated, corrupted, manifest, values, dtype, shape or stranger.
    """

    kind: str
    message: str
    file: str | None = None
    case: str | None = None
    array: str | None = None
    difference: Difference | None = None

    def __str__(self) -> str:
        case = f'case "{self.case}"' if self.case else None
        array = f'array "{self.array}"' if self.array and self.array != self.case else None
        parts = [case, array, self.file, self.message]
        return ": ".join(part for part in parts if part)

    def as_dict(self) -> dict[str, Any]:
        found = {"kind": self.kind, "message": self.message}
        for name in ("file", "case", "array"):
            if getattr(self, name) is not None:
                found[name] = getattr(self, name)
        return found | (self.difference.as_dict() if self.difference else {})


@dataclass
class Report:
    """What was looked at, what is wrong, and what differs no more than was allowed."""

    arrays: int = 0
    problems: list[Problem] = field(default_factory=list)
    within: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Take in what differs: as a problem, unless all of it is within the tolerance."""
        near = problem.difference is not None and problem.difference.is_within
        (self.within if near else self.problems).append(problem)

    @property
    def ok(self) -> bool:
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        problems = [problem.as_dict() for problem in self.problems]
        found = {"ok": self.ok, "arrays": self.arrays, "problems": problems}
        return found | ({"within": [one.as_dict() for one in self.within]} if self.within else {})


def check(
    spec: Spec, folder: str | Path | None = None, *, max_ulps: int = 0, quiet: bool = True
) -> Report:
    """Compare the files of a folder with what `write` would put there. Nothing is changed.

    Parameters
    ----------
    spec : Spec
    folder : path, optional
        Default: beside the specification, under its name without ``.toml``.
    max_ulps : int
        How far floats may be from what they should be: for a folder that another program's arrays
        were put into. 0 asks for equal bits. Integers must be equal.
    quiet : bool
        Show no progress.

    Returns
    -------
    Report
        With every array that differs, every file that is missing, truncated or corrupted, every
        entry of the manifest that is not as it should be, and every file that no case makes, but
        for those whose name begins with a dot. `Report.within` has the arrays that differ, but by
        no more than `max_ulps`.

    Raises
    ------
    GoldenError
        The specification cannot be carried out.
    TypeError, ValueError
        `max_ulps` is no integer, or negative.

    Examples
    --------
    >>> import tempfile
    >>> from tfphilox.golden import spec
    >>> text = b'format=1\\n[[case]]\\nname="x"\\nop="random.uniform"\\nset_seed=0\\nshape=[1]'
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [problem.kind for problem in check(spec.parse(text), folder).problems]
    ['manifest', 'missing']
    """
    max_ulps = checked_ulps(max_ulps)
    path = spec.folder if folder is None else Path(folder)
    if not path.is_dir():
        raise GoldenError("is no folder", file=path)
    files: dict[str, Comparison] = {}

    def open_file(name: str) -> Comparison:
        files[name] = Comparison(path / name)
        return files[name]

    expected = emit(spec, open_file, quiet=quiet)
    report = Report(len(expected["arrays"]))
    _check_manifest(report, path, expected)
    damaged = {}
    for name, file in files.items():
        if file.missing:
            what = f"cannot be read: {file.message}" if file.message else "is missing"
            report.problems.append(Problem("missing", what, name))
        elif file.foreign:
            what = "a folder is in its place" if (path / name).is_dir() else "is no plain file"
            report.problems.append(Problem("corrupted", what, name))
        elif file.truncated:
            message = f"is truncated: {file.found_size} bytes of {file.size}"
            report.problems.append(Problem("truncated", message, name))
        elif file.differs_at is not None:
            damaged[name] = file
    if damaged:
        _explain(report, spec, path, damaged, expected, max_ulps)
    _name_strangers(report, path, {manifest.NAME, *files})
    return report


def _name_strangers(report: Report, folder: Path, made: set[str]) -> None:
    """Name the files that no case makes. A link to a folder is a stranger itself."""
    strangers = 0
    for here, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        links = [name for name in inner if os.path.islink(os.path.join(here, name))]
        for name in sorted([*names, *links]):
            path = Path(here, name).relative_to(folder).as_posix()
            if path in made or name.startswith("."):
                continue
            strangers += 1
            if strangers <= _MOST_STRANGERS:
                report.problems.append(Problem("stranger", "no case makes it", path))
    if strangers > _MOST_STRANGERS:
        message = f"{strangers - _MOST_STRANGERS} further files are there that no case makes"
        report.problems.append(Problem("stranger", message))


def _check_manifest(report: Report, folder: Path, expected: dict[str, Any]) -> None:
    try:
        found = manifest.load(folder)
    except GoldenError as error:
        message = f"{error.key}: {error.message}" if error.key else error.message
        report.problems.append(Problem("manifest", message, manifest.NAME))
        return
    messages = manifest.differences(found, expected)
    if not messages and (folder / manifest.NAME).read_bytes() != manifest.dump(expected):
        messages = [(None, "says what it should, but in other bytes")]
    for name, message in messages:
        report.problems.append(Problem("manifest", message, manifest.NAME, array=name))


def _explain(
    report: Report,
    spec: Spec,
    folder: Path,
    damaged: dict[str, Comparison],
    expected: dict[str, Any],
    max_ulps: int,
) -> None:
    """Find the arrays that differ in files whose bytes do."""
    stored: dict[str, dict[str, NDArray[Any]] | None] = {}
    explained: set[str] = set()
    paths = {entry["name"]: entry["files"] for entry in expected["arrays"]}
    cases = {entry["case"] for entry in expected["arrays"] if damaged.keys() & set(entry["files"])}
    for case in spec.cases:
        if case.name not in cases:
            continue
        with setting(case):
            for item in items_of(case, spec.prefix):
                for name in paths[item.info.name]:
                    if name not in damaged:
                        continue
                    if name not in stored:
                        stored[name] = _read(report, folder, name, damaged[name], item)
                        if stored[name] is None:
                            explained.add(name)
                    found = stored[name]
                    if found is not None:
                        problem = _difference(item, name, found, max_ulps)
                        if problem is not None:
                            explained.add(name)
                            report.add(problem)
    for name, file in damaged.items():
        if name not in explained:
            message = f"is corrupted at byte {file.differs_at}, outside of its numbers"
            report.problems.append(Problem("corrupted", message, name))


def _read(
    report: Report, folder: Path, name: str, file: Comparison, item: Item
) -> dict[str, NDArray[Any]] | None:
    try:
        if name.endswith(".raw"):
            return {"": read_raw(folder / name, item.info.dtype, item.info.shape)}
        return read(folder / name)
    except GoldenError as error:
        message = f"is corrupted at byte {file.differs_at}: {error.message}"
        report.problems.append(Problem("corrupted", message, name))
        return None


def _difference(
    item: Item, file: str, stored: dict[str, NDArray[Any]], max_ulps: int
) -> Problem | None:
    """Return how the stored array differs from the one that is made now."""
    info = item.info
    array = named(stored, info.name, info.identifier)
    where: dict[str, Any] = {"file": file, "case": item.case.name, "array": info.name}
    if array is None and not info.count:
        return None  # csv has no row of it
    if array is None:
        return Problem("corrupted", "does not hold the array", **where)
    try:
        array = typed(array, info.dtype, Path(file).suffix)
        if file.endswith((".csv", ".h", ".rs")) and array.size == info.count:
            array = array.reshape(info.shape)  # these do not say the shape
    except (TypeError, ValueError) as error:
        return Problem("corrupted", str(error), **where)
    found: Difference | None
    if array.dtype != info.dtype:
        found = Difference("dtype", array.dtype.name, info.dtype.name)
    elif array.shape != info.shape:
        found = Difference("shape", str(list(array.shape)), str(list(info.shape)))
    else:
        found = compare_chunks([array], item.chunks, info.shape, max_ulps)
    return None if found is None else Problem(found.kind, str(found), difference=found, **where)
