"""golden/pytest_plugin.py: fixtures for pytest, there wherever this package is installed.

`tf_random` gives each test seeds of its own; `tf_golden` reads cases of a specification's golden
data, and with ``--golden-update`` makes it anew. `assert_bits_equal` is in `tfphilox.golden`, and
is what ``tf_golden.check`` uses. None of this needs more than pytest, and it works under
pytest-xdist. `golden`, what `tf_golden` was called in 0.1.0, is there where no other plugin has a
fixture of this name.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tfphilox

__all__ = ["Golden", "SeededRandom"]

_UPDATED: set[tuple[str, str]] = set()  # specification and its content, in this process


class SeededRandom:
    """``tfphilox.random`` under a seed of its own, which is `seed`.

    Examples
    --------
    >>> SeededRandom(0).seed
    0
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __getattr__(self, name: str) -> Any:
        return getattr(tfphilox.random, name)


class Golden:
    """Read golden data: ``tf_golden("case")`` is its array, or a dict if it makes several.

    Examples
    --------
    >>> Golden(None, False)("x")
    Traceback (most recent call last):
    ...
    tfphilox.golden.errors.GoldenError: case "x": no golden.toml is beside the test or above it
    """

    def __init__(self, spec: Path | None, update: bool) -> None:
        self.spec, self.update = spec, update

    def __call__(self, case: str) -> Any:
        """Return what is stored for a case, after making sure that it is what the manifest says."""
        from . import GoldenError, manifest
        from .spec import read

        if self.spec is None:
            raise GoldenError("no golden.toml is beside the test or above it", case=case)
        spec = read(self.spec)
        if case not in {one.name for one in spec.cases}:
            from .ops import nearest

            close = nearest(case, [one.name for one in spec.cases])
            raise GoldenError(f"there is none of this name{close}", file=self.spec, case=case)
        if self.update:
            _update(self.spec)
        try:
            found = manifest.load(spec.folder)
        except GoldenError as error:
            raise _hint(error) from None
        entries = [entry for entry in found.get("arrays", []) if entry.get("case") == case]
        if found.get("spec_sha256") != spec.digest or not entries:
            message = "the specification has changed since its golden data was written"
            raise _hint(GoldenError(message, file=self.spec, case=case))
        arrays = {}
        for entry in entries:
            try:
                arrays[entry["name"]] = _stored(spec.folder, entry)
            except (GoldenError, KeyError, TypeError, ValueError) as error:
                raise _hint(GoldenError(str(error), case=case)) from None
        if list(arrays) == [case]:
            return arrays[case]
        return {name.removeprefix(f"{case}/"): array for name, array in arrays.items()}

    def check(self, case: str, actual: Any, *, max_ulps: int = 0) -> None:
        """Raise AssertionError unless `actual` has the type, shape and bits of a case.

        Parameters
        ----------
        case : str
        actual : array_like, or dict of them for a case of several arrays
        max_ulps : int, optional
            How far floats may be from the case's; 0 asks for equal bits.
        """
        __tracebackhide__ = True
        from .report import assert_bits_equal

        expected = self(case)
        if not isinstance(expected, dict):
            assert_bits_equal(actual, expected, case, max_ulps=max_ulps)
            return
        if set(actual) != set(expected):
            raise AssertionError(f"{case}: arrays {sorted(actual)}, expected {sorted(expected)}")
        for name, array in expected.items():
            assert_bits_equal(actual[name], array, f"{case}/{name}", max_ulps=max_ulps)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("tfphilox", "golden data")
    group.addoption(
        "--golden-update", action="store_true", help="write the golden data that tests read anew"
    )
    parser.addini(
        "golden_spec", "the specification of the golden data; default: golden.toml", "string"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "tf_seed(seed): what tf_random is seeded with")


@pytest.fixture
def tf_random(request: pytest.FixtureRequest) -> Iterator[SeededRandom]:
    """``tfphilox.random`` after set_seed, with no kernel running; afterwards all is as before.

    The seed is that of ``@pytest.mark.tf_seed(n)``, else it follows from the test's name. It holds
    in the test's own thread. A thread that the test starts draws from the seeds of the program,
    unless it runs in a copy of the test's context: ``contextvars.copy_context().run(...)``. What
    the test does to Python's ``random`` and to NumPy's is undone too.
    """
    from ..seeding.scopes import isolated

    marker = request.node.get_closest_marker("tf_seed")
    if marker is None:
        name = request.node.name.encode()
        seed = int.from_bytes(hashlib.sha256(name).digest()[:4], "big") >> 1
    else:
        (seed,) = marker.args
    request.node.add_report_section("setup", "tf_random", f"seed {seed}")
    with isolated(shared=True):
        tfphilox.random.set_seed(seed)
        yield SeededRandom(seed)


@pytest.fixture
def tf_golden(request: pytest.FixtureRequest) -> Golden:
    """The golden data of the ini option golden_spec, or of the nearest golden.toml."""
    return _golden(request)


class OldName:
    """The fixture of 0.1.0, a plugin of its own, which is registered where there is room for it."""

    @pytest.fixture
    def golden(self, request: pytest.FixtureRequest) -> Golden:
        """The same as tf_golden, by its name of 0.1.0."""
        return _golden(request)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Add `golden`, unless another plugin has a fixture of this name (conftest.py's go before it).

    pytest has no public way to ask which fixtures there are; where this one is gone the old name
    is left away.
    """
    try:
        found = session._fixturemanager.getfixturedefs("golden", session)
    except (AttributeError, TypeError):
        return
    if not found:
        session.config.pluginmanager.register(OldName(), "tfphilox-golden")


def _golden(request: pytest.FixtureRequest) -> Golden:
    named = request.config.getini("golden_spec")
    if named:
        return Golden(request.config.rootpath / named, request.config.getoption("--golden-update"))
    here = request.path.parent
    for folder in (here, *here.parents):
        if (folder / "golden.toml").is_file():
            return Golden(folder / "golden.toml", request.config.getoption("--golden-update"))
        if folder == request.config.rootpath:
            break
    return Golden(None, False)


def _stored(folder: Path, entry: dict[str, Any]) -> Any:
    """Return an array of the manifest from its first file that says everything."""
    from ..arrays.dtypes import as_dtype
    from .errors import GoldenError
    from .formats import little
    from .formats.readers import named, read, read_raw, typed

    dtype = as_dtype(entry["dtype"])
    shape = tuple(entry["shape"])
    name = entry["files"][0]
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise GoldenError("is outside the folder", file=name)
    arrays = {"": read_raw(path, dtype, shape)} if name.endswith(".raw") else read(path)
    array = named(arrays, entry["name"], str(entry.get("identifier", "")))
    if array is None and 0 in shape:  # csv has no row of it
        array = np.empty(shape, dtype)
    if array is None:
        raise GoldenError(f'does not hold "{entry["name"]}"', file=path)
    array = typed(array, dtype, path.suffix).reshape(shape)
    if hashlib.sha256(little(array)).hexdigest() != entry["sha256"]:
        raise GoldenError("is not what the manifest says", file=path)
    return array.copy()


def _update(path: Path) -> None:
    """Write a specification's golden data, once in this process; other processes wait."""
    from .spec import read
    from .write import write

    spec = read(path)
    if (str(path), spec.digest) in _UPDATED:
        return
    with _locked(spec.folder.with_name(f".{spec.folder.name}.lock")):
        write(spec)
    _UPDATED.add((str(path), spec.digest))


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep other processes out; a lock that is two minutes old was left by one that was killed."""
    while True:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > 120:
                    path.unlink()
            time.sleep(0.02)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _hint(error: Any) -> Any:
    from .errors import GoldenError

    return GoldenError(
        f"{error.message}; --golden-update writes it", file=error.file, case=error.case
    )
