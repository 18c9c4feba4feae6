"""conftest.py: the programs of tests/c, built once for each machine that a test asks for."""

import os
import sys

import compilers
import pytest

PROGRAMS = ["dump_stream", "dump_samplers", "dump_others", "break_self_test"]


@pytest.fixture(scope="session")
def folder_of(tmp_path_factory):
    """folder_of(name): a machine's programs; several processes of one test run share them."""
    if sys.platform == "win32":
        pytest.skip("no POSIX compiler")
    import fcntl

    base = tmp_path_factory.getbasetemp()
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "machines"
    built = {}

    def build(name):
        if name in built:
            return built[name]
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "made").exists():
                compilers.build(compilers.MACHINES[name], folder, PROGRAMS)
                (folder / "made").touch()
        built[name] = folder
        return folder

    return build
