"""golden/write.py: write the golden data of a specification."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from . import manifest
from .emit import emit
from .errors import GoldenError
from .files import Folder
from .spec import Spec

__all__ = ["write"]


def write(spec: Spec, folder: str | Path | None = None, *, quiet: bool = True) -> dict[str, Any]:
    """Write all files of a specification, and a manifest.

    Parameters
    ----------
    spec : Spec
    folder : path, optional
        Where to; default: beside the specification, under its name without ``.toml``.
    quiet : bool
        Show no progress.

    Returns
    -------
    dict
        The manifest.

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

    Examples
    --------
    >>> import tempfile
    >>> from tfphilox.golden import spec
    >>> text = b'format=1\\n[[case]]\\nname="x"\\nop="random.uniform"\\nset_seed=0\\nshape=[1]'
    >>> folder = tempfile.TemporaryDirectory()
    >>> write(spec.parse(text), folder.name)["arrays"][0]["kernel"]
    'RandomUniform'
    >>> folder.cleanup()
    """
    path = spec.folder if folder is None else Path(folder)
    with Folder(path, set(), by_case=not spec.bundle) as target:  # others wait until it is left
        with contextlib.suppress(GoldenError):
            target.known = manifest.files_in(manifest.load(path)) | {manifest.NAME}
        target.guard(manifest.NAME, target.place(manifest.NAME))  # before anything is written
        made = emit(spec, target.output, require=target.require, quiet=quiet)
        target.settle()
        target.submit(manifest.NAME, target.place(manifest.NAME), manifest.dump(made))
        target.settle()
    return made
