"""golden/manifest.py: the file that says what made each array: manifest.json."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

from .errors import GoldenError

__all__ = ["MADE_BY", "NAME", "differences", "dump", "files_in", "load", "removable"]

NAME = "manifest.json"
MADE_BY = "tfphilox golden write"
_MOST = 20  # of the differences that are named


def dump(manifest: dict[str, Any]) -> bytes:
    """Return the bytes of a manifest: a line for each file and array.

    Examples
    --------
    >>> print(dump({"format": 1, "files": [], "arrays": [{"name": "x"}]}).decode(), end="")
    {
     "format": 1,
     "files": [],
     "arrays": [
      {"name": "x"}
     ]
    }
    """
    parts = []
    for key, value in manifest.items():
        text = json.dumps(value)
        if isinstance(value, list) and value:
            text = "[\n  " + ",\n  ".join(json.dumps(entry) for entry in value) + "\n ]"
        parts.append(f' "{key}": {text}')
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def load(folder: Path) -> dict[str, Any]:
    """Read a folder's manifest.

    Raises
    ------
    GoldenError
        It is missing, cannot be read, or is no manifest of a known format.
    """
    path = folder / NAME
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise GoldenError("is missing", file=path) from None
    except OSError as error:
        raise GoldenError(f"cannot be read: {error.strerror}", file=path) from None
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise GoldenError(f"is not JSON: {error}", file=path) from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise GoldenError("is no manifest of golden data", file=path)
    if manifest["format"] > 1:
        raise GoldenError(
            f"{manifest['format']} is newer than 1, the newest that this tfphilox reads",
            file=path,
            key="format",
        )
    return manifest


def files_in(manifest: dict[str, Any]) -> set[str]:
    """Return the paths of the files that a manifest lists."""
    files = manifest.get("files")
    if not isinstance(files, list):
        return set()
    paths = (entry.get("path") for entry in files if isinstance(entry, dict))
    return {path for path in paths if isinstance(path, str)}


def removable(
    manifest: dict[str, Any], folder: Path, made: set[str], kinds: set[str]
) -> dict[str, str]:
    """Return what becomes of the files that a manifest of ours lists and that are made no more.

    Parameters
    ----------
    manifest : dict
        What `load` found in the folder; what it says is believed as little as anyone's.
    folder : Path
    made : set of str
        The files that are made now.
    kinds : set of str
        The suffixes of golden data.

    Returns
    -------
    dict of str
        By the path of a plain file inside the folder: "removed" if it has the size that the
        manifest says, else "kept": somebody has changed it since.
    """
    entries = manifest.get("files")
    if manifest.get("made_by") != MADE_BY or not isinstance(entries, list):
        return {}
    root = folder.resolve()
    others = {name.lower(): name for name in made | {NAME}}
    found: dict[str, str] = {}
    for entry in entries:
        name = entry.get("path") if isinstance(entry, dict) else None
        if not isinstance(name, str) or name in made or name in found or "\0" in name:
            continue
        pure, path = PurePosixPath(name), folder / name
        plain = pure.as_posix() == name and ".." not in pure.parts and not pure.is_absolute()
        if not plain or pure.suffix.removeprefix(".") not in kinds:
            continue
        try:
            is_own = path.is_file() and not path.is_symlink()
            is_own = is_own and path.parent.resolve(strict=True).is_relative_to(root)
            if not is_own:
                continue
            unchanged = path.stat().st_size == entry.get("bytes")
            other = others.get(name.lower())
            if other and path.samefile(folder / other):  # where capitals make no difference
                continue
        except OSError:
            continue
        found[name] = "removed" if unchanged else "kept"
    return found


def differences(found: dict[str, Any], expected: dict[str, Any]) -> list[tuple[str | None, str]]:
    """Return what is wrong in a manifest: pairs of an array's name, if it is one's, and a message.

    Examples
    --------
    >>> differences({"arrays": [{"name": "x", "key": 1}]}, {"arrays": [{"name": "x", "key": 2}]})
    [('x', 'key is 1, should be 2')]
    """
    messages: list[tuple[str | None, str]] = []
    for key in dict.fromkeys((*expected, *found)):
        theirs, ours = found.get(key), expected.get(key)
        if theirs == ours and type(theirs) is type(ours) and (key in found) == (key in expected):
            continue
        if key == "spec_sha256":
            messages.append((None, "spec_sha256 is not that of the specification: it has changed"))
        elif key in ("files", "arrays") and isinstance(ours, list) and isinstance(theirs, list):
            messages += _in_list(key, "path" if key == "files" else "name", theirs, ours)
        else:
            messages.append((None, _difference(key, found, expected)))
    if len(messages) > _MOST:
        rest = len(messages) - _MOST
        messages = [*messages[:_MOST], (None, f"{rest} further entries differ")]
    return messages


def _in_list(
    what: str, label: str, found: list[Any], expected: list[Any]
) -> list[tuple[str | None, str]]:
    messages: list[tuple[str | None, str]] = []
    theirs: dict[str, dict[str, Any]] = {}
    for entry in found:
        name = entry.get(label) if isinstance(entry, dict) else None
        if not isinstance(name, str):
            messages.append((None, f"{what} has an entry without {label}"))
        elif name in theirs:
            messages.append((name, f"{what} lists it twice"))
        else:
            theirs[name] = entry
    ours = {entry[label]: entry for entry in expected}
    for name in ours:
        if name not in theirs:
            messages.append((name, f"{what} does not list it"))
            continue
        for key in dict.fromkeys((*ours[name], *theirs[name])):
            a, b = theirs[name].get(key), ours[name].get(key)
            if a != b or type(a) is not type(b) or (key in theirs[name]) != (key in ours[name]):
                messages.append((name, _difference(key, theirs[name], ours[name])))
    messages += [
        (name, f"{what} lists it, the specification does not")
        for name in theirs
        if name not in ours
    ]
    if not messages:
        messages.append((None, f"{what} are in another order"))
    return messages


def _difference(key: str, found: dict[str, Any], expected: dict[str, Any]) -> str:
    if key not in expected:
        return f"{key[:80]!r} does not belong there"
    if key not in found:
        return f"{key} is missing, should be {json.dumps(expected[key]):.200}"
    return f"{key} is {json.dumps(found[key]):.200}, should be {json.dumps(expected[key]):.200}"
