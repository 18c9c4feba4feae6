"""generate.py: the pages that are made from elsewhere: those of the API, and files of the project.

The API has one page a module, made from what the module exports. A thing that several paths name is
described under the first of them; the other paths link to it.
"""

import importlib
import inspect
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = {"changelog.md": "CHANGELOG.md", "contributing.md": "CONTRIBUTING.md"}

MODULES = [
    "tfphilox",
    "tfphilox.random",
    "tfphilox.random.experimental",
    "tfphilox.raw_ops",
    "tfphilox.lazy",
    "tfphilox.dask",
    "tfphilox.data",
    "tfphilox.data.experimental",
    "tfphilox.keras",
    "tfphilox.keras.initializers",
    "tfphilox.keras.layers",
    "tfphilox.keras.random",
    "tfphilox.keras.backend",
    "tfphilox.keras.utils",
    "tfphilox.keras.config",
    "tfphilox.nn",
    "tfphilox.nn.experimental",
    "tfphilox.image",
    "tfphilox.config",
    "tfphilox.config.threading",
    "tfphilox.golden",
    "tfphilox.compat.v1",
    "tfphilox.compat.v1.random",
    "tfphilox.compat.v1.random.experimental",
    "tfphilox.compat.v1.initializers",
    "tfphilox.compat.v1.nn",
    "tfphilox.compat.v1.image",
]


def module_named(path):
    """Return a module, or what stands under its path in the face of the package."""
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        parent, _, name = path.rpartition(".")
        return getattr(module_named(parent), name)


def public_names(module):
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    ]
    return [name for name in names if not name.startswith("__")]


def write(docs):
    """Write all of them into the folder of the site's pages; what is unchanged is left alone."""
    for name, source in FILES.items():
        save(docs / name, without_links_to_sources((ROOT / source).read_text()).splitlines())
    folder = docs / "api"
    folder.mkdir(exist_ok=True)
    described = {}  # id -> path
    for path in MODULES:
        page(folder, path, described)
    lines = ["API", "===", "", "By module; every page shows the examples of its docstring.", ""]
    lines += [".. toctree::", "   :maxdepth: 1", ""]
    lines += [f"   {path}" for path in MODULES]
    save(folder / "index.rst", lines)


def page(folder, path, described):
    module = module_named(path)
    new, known, inner = [], [], []
    for name in public_names(module):
        value = getattr(module, name)
        if f"{path}.{name}" in MODULES:
            inner.append(f"{path}.{name}")
        elif id(value) in described:
            known.append((name, described[id(value)]))
        else:
            described[id(value)] = f"{path}.{name}"
            new.append(name)
    lines = [path, "=" * len(path), "", f".. automodule:: {path}", "   :no-members:", ""]
    lines += [f".. currentmodule:: {path}", ""]
    if new:
        lines += [".. autosummary::", "   :toctree: generated", "   :nosignatures:", ""]
        lines += [f"   {name}" for name in new] + [""]
    if known:
        lines += ["The same under another name:", ""]
        lines += [f"* ``{name}`` is :obj:`{other}`" for name, other in known] + [""]
    if inner:
        lines += ["Modules: " + ", ".join(f":doc:`{other}`" for other in inner) + ".", ""]
    save(folder / f"{path}.rst", lines)


def without_links_to_sources(text):
    """Make of links to files of the project their names: the site does not have these files."""
    return re.sub(r"\[([^\]]+)\]\((?!https?:|#)[^)]*\)", r"\1", text)


def save(file, lines):
    text = "\n".join(lines) + "\n"
    if not file.exists() or file.read_text() != text:
        file.write_text(text)


def stream_as_notes(lines):
    """Put what stands under "Stream" under "Notes", first, for numpydoc has a fixed list."""
    heads = [i for i in range(len(lines) - 1) if lines[i] and lines[i + 1] == "-" * len(lines[i])]
    if not heads:
        return lines
    ends = [*heads[1:], len(lines)]
    sections = {lines[i]: lines[i + 2 : end] for i, end in zip(heads, ends, strict=True)}
    if "Stream" not in sections:
        return lines
    notes = ["", *sections.pop("Stream"), "", *sections.pop("Notes", [])]
    out = lines[: heads[0]]
    for head, body in sections.items():
        if notes and head in ("References", "Examples"):
            out += ["Notes", "-----", *notes, ""]
            notes = []
        out += [head, "-" * len(head), *body]
    return [*out, "Notes", "-----", *notes] if notes else out
