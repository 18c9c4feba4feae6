"""test_face.py: the package shows its public names and no others, and loads what is used."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import tfphilox as tp

STUBS = sorted(Path(tp.__file__).parent.rglob("__init__.pyi"))
FACES = [  # packages whose names are loaded when they are asked for
    ".".join(("tfphilox", *stub.parent.relative_to(STUBS[0].parent).parts)) for stub in STUBS
]


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


@pytest.mark.parametrize(("face", "stub"), list(zip(FACES, STUBS, strict=True)), ids=FACES)
def test_the_stub_is_true(face, stub):
    """Every name stands where __init__.pyi says, and it says all."""
    package = importlib.import_module(face)
    tree = ast.parse(stub.read_text())
    found = {"__version__"} if package is tp else set()
    for each in tree.body:
        if isinstance(each, ast.ImportFrom):
            module = importlib.import_module("." * each.level + (each.module or ""), face)
            for name in each.names:
                shown = name.asname or name.name
                assert getattr(package, shown) is getattr(module, name.name)
                found.add(shown)
        elif isinstance(each, ast.Assign):
            assert ast.literal_eval(each.value) == package.__all__
    assert sorted(found) == sorted(package.__all__)


@pytest.mark.parametrize("face", FACES)
def test_names_of_a_face(face):
    """What it shows, by a star, too, is the same before and after all of it is loaded."""
    seen = said_by(
        f"import {face} as face; before = dir(face); from {face} import *; "
        "print(before == dir(face) == sorted(face.__all__), set(before) <= set(globals()))"
    )
    assert seen == "True True"
    with pytest.raises(AttributeError, match=f"module '{face}' has no attribute 'nothing'"):
        importlib.import_module(face).nothing  # noqa: B018


def test_what_is_loaded_at_once():
    """The doors to C, whose self-tests must run, and `explain`."""
    code = (
        "import tfphilox, sys; print(*sorted(n for n in sys.modules if n.startswith('tfphilox')))"
    )
    assert said_by(code).split() == [
        "tfphilox", "tfphilox._c", "tfphilox._c._core", "tfphilox._c._samplers", "tfphilox._face",
        "tfphilox.explain",
    ]  # fmt: skip
    assert said_by(code.replace(";", "; tfphilox.Stream;", 1)).count("tfphilox.random") == 0


@pytest.mark.parametrize(
    ("use", "not_loaded"),
    [
        (
            "tp.random.set_seed(1)",
            "random.generator random.candidates raw_ops.boxes keras numpy.random",
        ),
        ("tp.raw_ops.RandomUniform", "raw_ops.stateless raw_ops.candidates random"),
        ("tp.keras.initializers.Ones()", "keras.weights keras.layers keras.runs keras.pytorch"),
        ("tp.keras.layers.RandomFlip()", "keras.layers.legacy_images"),
        ("tp.keras.layers.Dropout", "keras.weights keras.layers.geometry keras.runs"),
        ("tp.compat.v1.random", "compat.v1.initializers compat.v1.image keras"),
        ("tp.image.random_crop", "image.colors keras"),
    ],
)
def test_what_a_name_loads(use, not_loaded):
    loaded = said_by(f"import tfphilox as tp, sys; {use}; print(*sys.modules)").split()
    for name in not_loaded.split():
        assert (name if name.startswith("numpy") else f"tfphilox.{name}") not in loaded


def test_functions_keep_their_names():
    """A module of the same name that is loaded later does not take a function's place."""
    code = "import tfphilox.explain, tfphilox.graphs.function, tfphilox as tp; print({})"
    kinds = "type(tp.explain).__name__, type(tp.function).__name__"
    assert said_by(code.format(kinds)) == "function function"
    assert said_by("import pickle; from tfphilox.explain import Draw; " + code.format(kinds)) == (
        "function function"
    )
