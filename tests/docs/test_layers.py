"""test_layers.py: who imports whom is as src/README.md says, and goes in no circle.

Every import counts: inside of functions too, and what Cython's files import or cimport. What a
package loads when it is asked for counts by its `__init__.pyi`, but for the root's, which hands on
all there is; other names that are looked up in strings (golden/ops.py) do not.
"""

import ast
import re
from graphlib import TopologicalSorter

import pytest
from places import ROOT

PACKAGE = ROOT / "src" / "tfphilox"
CYTHON = re.compile(r"^\s*from +(\S+) +c?import +(\([^)]*\)|[^\n]*)", re.M)


def module_of(path):
    """A file's module, as a tuple of names below the package; stream.arguments.pxi is stream's."""
    parts = path.relative_to(PACKAGE).with_name(path.name.partition(".")[0]).parts
    return parts[:-1] if parts[-1] == "__init__" else parts


FILES = {}  # module -> its files
STUBS = {path for path in PACKAGE.rglob("*/__init__.pyi") if path.parent != PACKAGE}
for _path in sorted(PACKAGE.rglob("*")):
    if _path.suffix in (".py", ".pyx", ".pxd", ".pxi") or _path in STUBS:
        FILES.setdefault(module_of(_path), []).append(_path)


def statements(path):
    """Each import of a file: from where, relative or not, and which names; None for all of it."""
    text = path.read_text()
    if path.suffix not in (".py", ".pyi"):
        for where, names in CYTHON.findall(text):
            yield where, [name.split(" as ")[0] for name in re.findall(r"\w+(?: as \w+)?", names)]
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or ""), [name.name for name in node.names]
        elif isinstance(node, ast.Import):
            yield from ((name.name, None) for name in node.names)


def imported_by(module, path):
    """The modules of the package that a file imports."""
    package = module if path.stem == "__init__" else module[:-1]
    for where, names in statements(path):
        name = where.lstrip(".")
        parts = tuple(name.split(".")) if name else ()
        if level := len(where) - len(name):
            base = (*package[: len(package) - level + 1], *parts)
        elif parts[0] == "tfphilox":
            base = parts[1:]
        else:
            continue
        for each in names or [None]:
            inner = (*base, each)
            yield inner if inner in FILES else base


IMPORTS = {
    module: {found for path in paths for found in imported_by(module, path)} - {module}
    for module, paths in FILES.items()
}


def floors():
    """The map's floors from the ground up: each has rooms, each of them parts of the package."""
    rows = re.findall(r"^\| (`.*?) \|", (ROOT / "src" / "README.md").read_text(), re.M)
    for row in reversed(rows):
        yield [re.findall(r"`(\w+)`", room) for room in row.split(", ")]


ROOMS = {  # part of the package -> floor, and place there
    part: (floor, place)
    for floor, rooms in enumerate(floors())
    for place, room in enumerate(rooms)
    for part in room
}


def part_of(module):
    return module[0] if module else "tfphilox"


def test_the_map_has_every_part_and_no_other():
    assert set(ROOMS) == {part_of(module) for module in FILES}


@pytest.mark.parametrize("module", IMPORTS, ids=lambda module: ".".join(module) or "tfphilox")
def test_a_room_knows_the_floors_below(module):
    mine = ROOMS[part_of(module)]
    for found in IMPORTS[module]:
        assert found in FILES, f"{module} imports {found}, which is none of the package's modules"
        theirs = ROOMS[part_of(found)]
        assert theirs == mine or theirs[0] < mine[0], f"{module} is not above {found}"


def test_modules_import_each_other_in_no_circle():
    TopologicalSorter(IMPORTS).prepare()  # raises CycleError, which names them


def test_imports_are_found():
    """Of each kind: relative and absolute, in a function, by Cython, of a package, of a name."""
    for module, found in {
        ("stream",): {("_c", "_core"), ("arrays", "_dlpack"), ("arrays", "dtypes")},
        ("_c", "_samplers"): {("_c", "_core")},
        ("explain",): {("op_table",), ("graphs", "graph")},
        ("__main__",): {(), ("golden", "cli"), ("keras", "weights_cli")},
        ("golden", "pytest_plugin"): {(), ("golden", "write")},
        ("nn",): {("random", "candidates"), ("nn", "experimental")},
        ("random", "shuffles"): {("raw_ops",), ("seeding", "scopes")},
    }.items():
        assert found <= IMPORTS[module]
