"""test_face.py: the package shows its public names and no others, and loads what is used."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import tfphilox as tp

STUB = Path(tp.__file__).with_suffix(".pyi")


def said_by(code):
    """What a new process prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_dir_is_what_is_public():
    every = "[getattr(tp, name) for name in tp.__all__]; import tfphilox.golden.cli"
    before, after = said_by(
        f"import tfphilox as tp; print(dir(tp)); {every}; print(dir(tp))"
    ).splitlines()
    assert before == after == str(sorted(tp.__all__))


def test_the_stub_is_true():
    """Every name stands where __init__.pyi says, and it says all."""
    stub = ast.parse(STUB.read_text())
    found = {"__version__"}
    for each in stub.body:
        if isinstance(each, ast.ImportFrom):
            module = importlib.import_module("." * each.level + (each.module or ""), tp.__name__)
            for name in each.names:
                assert getattr(tp, name.name) is getattr(module, name.name)
                found.add(name.name)
        elif isinstance(each, ast.Assign):
            assert ast.literal_eval(each.value) == tp.__all__
    assert sorted(found) == sorted(tp.__all__)


def test_what_is_loaded_at_once():
    """The doors to C, whose self-tests must run, and `explain`."""
    code = (
        "import tfphilox, sys; print(*sorted(n for n in sys.modules if n.startswith('tfphilox')))"
    )
    assert said_by(code).split() == [
        "tfphilox", "tfphilox._c", "tfphilox._c._core", "tfphilox._c._samplers", "tfphilox.explain",
    ]  # fmt: skip
    assert said_by(code.replace(";", "; tfphilox.Stream;", 1)).count("tfphilox.random") == 0


def test_functions_keep_their_names():
    """A module of the same name that is loaded later does not take a function's place."""
    code = "import tfphilox.explain, tfphilox.graphs.function, tfphilox as tp; print({})"
    kinds = "type(tp.explain).__name__, type(tp.function).__name__"
    assert said_by(code.format(kinds)) == "function function"
    assert said_by("import pickle; from tfphilox.explain import Draw; " + code.format(kinds)) == (
        "function function"
    )
