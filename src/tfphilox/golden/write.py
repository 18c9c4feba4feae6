"""golden/write.py: write the golden data of a specification."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from . import manifest
from .emit import emit
from .errors import GoldenError
from .files import Comparison, Folder, guard, is_plain
from .formats import WRITERS
from .spec import Spec

__all__ = ["Written", "write"]

_KINDS = {writer.suffix for writer in WRITERS.values()}


class Written(dict[str, Any]):
    """The manifest, and in `changes` what became of each file.

    Attributes
    ----------
    changes : dict
        By the file's path in the folder: "new", "changed", "unchanged", or "removed" for one that
        the manifest of before lists and no case makes any more; "kept" if somebody has changed it.
    """

    def __init__(self, made: dict[str, Any], changes: dict[str, str]) -> None:
        super().__init__(made)
        self.changes = changes

    def count(self, what: str) -> int:
        """Return how many files are new, changed, unchanged, removed or kept."""
        return sum(change == what for change in self.changes.values())


def write(
    spec: Spec,
    folder: str | Path | None = None,
    *,
    dry_run: bool = False,
    quiet: bool = True,
) -> Written:
    """Write all files of a specification, and a manifest.

    Parameters
    ----------
    spec : Spec
    folder : path, optional
        Where to; default: beside the specification, under its name without ``.toml``.
    dry_run : bool
        Only say what would be done: everything is made and compared, nothing is written.
    quiet : bool
        Show no progress.

    Returns
    -------
    Written
        The manifest, a dict; `Written.changes` says what became of each file.

    Raises
    ------
    GoldenError
        A case cannot be made, the folder cannot be written, the disk is full, or a file that is
        there is no golden data. What is finished stays, what is half written has another name,
        and the manifest is that of before.

    Notes
    -----
    The same specification makes the same bytes on every machine. Large arrays are never whole in
    memory. A run that is killed is repeated by calling this again: it goes on where it was. Of
    several processes that write into one folder one writes at a time, the others wait (but on
    Windows).

    Files that the folder's manifest lists and that no case makes any more are removed in the end,
    if they are still as large as it says, else kept; no other file is ever removed.

    Examples
    --------
    >>> import tempfile
    >>> from tfphilox.golden import spec
    >>> text = b'format=1\\n[[case]]\\nname="x"\\nop="random.uniform"\\nset_seed=0\\nshape=[1]'
    >>> folder = tempfile.TemporaryDirectory()
    >>> write(spec.parse(text), folder.name)["arrays"][0]["kernel"]
    'RandomUniform'
    >>> write(spec.parse(text.replace(b"x", b"y")), folder.name, dry_run=True).changes
    {'y.npz': 'new', 'x.npz': 'removed', 'manifest.json': 'changed'}
    >>> folder.cleanup()
    """
    path = spec.folder if folder is None else Path(folder)
    if dry_run:
        return _looked_at(spec, path, quiet)
    with Folder(path, set(), by_case=not spec.bundle) as target:  # others wait until it is left
        before = _before(path)
        target.known = manifest.files_in(before) | _manifest_of(before)
        target.guard(manifest.NAME, target.place(manifest.NAME))  # before anything is written
        made = emit(spec, target.output, require=target.require, quiet=quiet)
        target.settle()
        left = manifest.removable(before, path, manifest.files_in(made), _KINDS)
        for name, change in left.items():
            if change == "removed":
                target.remove(name)
            else:
                target.changes[name] = change
        target.submit(manifest.NAME, target.place(manifest.NAME), manifest.dump(made))
        target.settle()
    return Written(made, target.changes)


def _looked_at(spec: Spec, path: Path, quiet: bool) -> Written:
    """Return what `write` would return, or raise what it would; nothing is changed."""
    files: dict[str, Comparison] = {}

    def open_file(name: str) -> Comparison:
        files[name] = Comparison(path / name)
        return files[name]

    before = _before(path)
    known = manifest.files_in(before) | _manifest_of(before)
    guard(manifest.NAME, path / manifest.NAME, known)
    made = emit(spec, open_file, quiet=quiet)
    changes = {}
    for name, file in files.items():
        if is_plain(path / name) and file.differs_at is not None:
            guard(name, path / name, known)
        same = file.differs_at is None
        changes[name] = "new" if file.missing else "unchanged" if same else "changed"
    changes |= manifest.removable(before, path, manifest.files_in(made), _KINDS)
    last = Comparison(path / manifest.NAME)
    last.write(manifest.dump(made))
    last.close()
    same = last.differs_at is None
    changes[manifest.NAME] = "new" if last.missing else "unchanged" if same else "changed"
    return Written(made, changes)


def _before(path: Path) -> dict[str, Any]:
    """Return the manifest that is there; nothing of it if there is none."""
    with contextlib.suppress(GoldenError):
        return manifest.load(path)
    return {}


def _manifest_of(before: dict[str, Any]) -> set[str]:
    return {manifest.NAME} if before else set()
