"""test_builds.py: what a build makes anew, what it packs, and what it says of bad input.

A copy of the checkout is built once, by a compiler that writes down its commands and optimizes
nothing, which saves most of the time; what needs a build takes a copy of that one. Sizes are those
of the extension modules that are being tested, in the place of these. Needs setuptools, Cython and
pip in the environment of the tests.
"""

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import compilers
import pytest
from places import ROOT

import tfphilox

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the compilers here are shell scripts")

FOLDERS = ["bench", "csrc", "examples", "src", "tests"]
NO_SOURCES = shutil.ignore_patterns(
    "*.so", "*.egg-info", "__pycache__", *(f"{path.stem}.c" for path in ROOT.glob("src/*/*.pyx"))
)
OBJECTS = "build/objects"
SETS = {"x86_64": 3, "aarch64": 2, "arm64": 2}.get(platform.machine(), 1)
LOGGING = """#!/bin/sh
echo "$@" >>"$BUILD_LOG"
exec {compiler} "$@" -O0
"""
OLD = """#!/bin/sh
case " $* " in *" -std=c11 "*) ;; *) exit 0 ;; esac
echo "old-cc: unrecognized option '-std=c11'" >&2
exit 1
"""
EXTENSION = sysconfig.get_config_var("EXT_SUFFIX")
SDIST = "from setuptools import build_meta; build_meta.build_sdist('dist')"


class Tree:
    """A copy of the checkout, and the commands that its compiler was given."""

    def __init__(self, folder, compiler):
        self.folder = folder
        self.log = folder.parent / f"{folder.name}.log"
        unset = ("CFLAGS", "LDSHARED", "LDFLAGS", "SOURCE_DATE_EPOCH")
        self.env = {
            name: value
            for name, value in os.environ.items()
            if name not in unset and not name.startswith("TFPHILOX_")
        } | {"CC": str(compiler), "BUILD_LOG": str(self.log), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}

    def run(self, *arguments, **variables):
        """Run Python in the folder, and say what came out."""
        self.log.write_text("")
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=self.folder,
            env=self.env | variables,
            capture_output=True,
            text=True,
        )

    def build(self, **variables):
        arguments = ["build_ext", "--inplace", f"--build-temp={OBJECTS}"]
        return self.run("setup.py", *arguments, **variables)

    def compiled(self):
        """The sources that were compiled, but the one that the compiler is tried with."""
        commands = [line.split() for line in self.log.read_text().splitlines()]
        names = [command[command.index("-c") + 1] for command in commands if "-c" in command]
        return sorted(os.path.basename(name) for name in names if "probe" not in name)

    def links(self):
        """How many modules were linked."""
        commands = self.log.read_text().splitlines()
        return sum(" -c " not in f" {line} " and "probe" not in line for line in commands)

    def files(self):
        """Every file, and for those that are no objects when it was changed."""
        found = {}
        for path in self.folder.rglob("*"):
            name = path.relative_to(self.folder).as_posix()
            kept = name.startswith("build/") or path.is_dir()
            found[name] = None if kept else path.stat().st_mtime_ns
        return found


def script(folder, name, text):
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return path


def copied(folder, compiler):
    folder.mkdir(parents=True)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=NO_SOURCES)
    for path in ROOT.iterdir():
        if path.is_file() and path.name != ".git":
            shutil.copy2(path, folder)
    return Tree(folder, compiler)


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    for package in ("setuptools", "Cython", "pip"):
        if importlib.util.find_spec(package) is None:
            compilers.unavailable(f"there is no {package}")
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "builds"


@pytest.fixture
def bare(place, tmp_path):
    """A copy that was never built."""
    compiler = os.environ.get("CC") or sysconfig.get_config_var("CC")
    return copied(tmp_path / "tree", script(tmp_path, "cc", LOGGING.format(compiler=compiler)))


@pytest.fixture
def built(place, tmp_path):
    """A copy that is built; several processes of one test run share the first build."""
    import fcntl

    first = place / "elsewhere" / "tree"  # of another depth: paths to Cython's files differ
    place.mkdir(parents=True, exist_ok=True)
    with open(place / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "made").exists():
            compiler = os.environ.get("CC") or sysconfig.get_config_var("CC")
            tree = copied(first, script(place, "cc", LOGGING.format(compiler=compiler)))
            done = tree.build()
            assert done.returncode == 0, done.stderr
            (place / "made").write_text("\n".join([*tree.compiled(), str(tree.links())]))
    shutil.copytree(first, tmp_path / "tree", symlinks=True)
    return Tree(tmp_path / "tree", place / "cc")


# ---- what is made anew ----------------------------------------------------------------------


def test_only_what_changed_is_made(built, place):
    *compiled, links = (place / "made").read_text().split("\n")
    modules = sorted(path.stem for path in built.folder.glob("src/tfphilox/**/*.pyx"))
    assert compiled.count("fills.c") == SETS
    assert {f"{name}.c" for name in modules} <= set(compiled)
    assert int(links) == len(modules)

    def made_after(*touched, **variables):
        for name in touched:
            os.utime(built.folder / name)
        done = built.build(**variables)
        assert done.returncode == 0, done.stderr
        return built.compiled(), built.links()

    assert made_after() == ([], 0)
    assert made_after("csrc/fills.c") == (["fills.c"] * SETS, 1)
    assert made_after("src/tfphilox/_c/_dropout.pyx") == (["_dropout.c"], 1)
    assert made_after("src/tfphilox/_c/_core.pyx") == (["_core.c"], 1)
    assert made_after("csrc/householder.h", "README.md") == (["_householder.c", "householder.c"], 1)
    assert made_after() == ([], 0)
    other = {"LDSHARED": f"{built.env['CC']} -shared -Wl,-O1"}
    assert made_after(**other) == ([], len(modules))
    assert made_after(**other) == ([], 0)


# ---- packages -------------------------------------------------------------------------------


def test_install_and_wheel(built, tmp_path):
    """They leave nothing behind, have no sources, and are small."""
    before = built.files()
    kept = f"--config-settings=--build-option=build --build-temp={OBJECTS}"
    alone = ["--quiet", "--no-build-isolation", "--no-deps", kept]
    done = built.run("-m", "pip", "install", *alone, "--target", tmp_path / "installed", ".")
    assert done.returncode == 0, done.stderr
    assert built.compiled() == []
    done = built.run("-m", "pip", "wheel", *alone, "--wheel-dir", tmp_path / "wheel", ".")
    assert done.returncode == 0, done.stderr
    assert built.files() == before

    (wheel,) = (tmp_path / "wheel").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert [name for name in names if name.endswith((".pyx", ".pxd", ".pxi", ".c", ".h"))] == []
    assert "tfphilox/py.typed" in names
    modules = {path.name: path for path in Path(tfphilox.__file__).parent.rglob(f"*{EXTENSION}")}
    assert sorted(modules) == sorted(
        name.rpartition("/")[2] for name in names if name.endswith(EXTENSION)
    )
    with (
        zipfile.ZipFile(wheel) as archive,
        zipfile.ZipFile(tmp_path / "real.whl", "w", zipfile.ZIP_DEFLATED) as real,
    ):
        for name in names:
            module = modules.get(name.rpartition("/")[2])
            real.writestr(name, module.read_bytes() if module else archive.read(name))
    assert (tmp_path / "real.whl").stat().st_size < 1_750_000
    installed = [path for path in (tmp_path / "installed").rglob("*") if path.is_file()]
    assert any(path.suffix == ".pyc" for path in installed)
    size = sum(modules.get(path.name, path).stat().st_size for path in installed)
    assert size < 7_100_000


def test_sdist(bare, place):
    """All that the README shows is in it, and the same files make the same bytes."""

    def sdist():
        done = bare.run("-c", SDIST, SOURCE_DATE_EPOCH="1700000000")
        assert done.returncode == 0, done.stderr
        (path,) = (bare.folder / "dist").iterdir()
        return path

    path = sdist()
    first = hashlib.sha256(path.read_bytes()).hexdigest()
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for folder in FOLDERS:
        for path in (bare.folder / folder).rglob("*"):
            name = path.relative_to(bare.folder).as_posix()
            if path.is_file() and "egg-info" not in name:
                assert name in names
    for path in ROOT.iterdir():
        if path.is_file() and not path.name.startswith("."):
            assert path.name in names
    shutil.rmtree(bare.folder / "dist")
    for path in bare.folder.rglob("*"):
        os.utime(path)
        path.chmod(path.stat().st_mode & ~0o022)
    assert hashlib.sha256(sdist().read_bytes()).hexdigest() == first


# ---- bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "parts"),
    [
        ({"TFPHILOX_SANITIZE": "nonsense"}, ["TFPHILOX_SANITIZE=nonsense"]),
        ({"CC": "absent-compiler"}, ["no C compiler", "'absent-compiler'", "CC"]),
        ({"CC": "old"}, ["old-cc", "-std=c11"]),
        ({"CFLAGS": "-ffast-math"}, ["platform.h", "Remove -ffast-math"]),
    ],
)
def test_bad_input_is_one_line(bare, tmp_path, variables, parts):
    if variables.get("CC") == "old":
        variables = {"CC": str(script(tmp_path, "old-cc", OLD))}
    done = bare.build(**variables)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr + done.stdout
    (said,) = (line for line in done.stderr.splitlines() if line)
    assert said.startswith("error: ")
    for part in parts:
        assert part in said
    assert (bare.compiled(), bare.folder.joinpath("build").exists()) == ([], False)
