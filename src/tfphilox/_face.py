"""_face.py: packages whose names are loaded when they are asked for (PEP 562).

What such a package shows stands in its ``__init__.pyi`` too, for type checkers; a test holds that
to be true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from sys import modules

__all__ = ["face"]


def face(
    package: str, shown: Mapping[str, str]
) -> tuple[list[str], Callable[[str], object], Callable[[], list[str]]]:
    """Return ``__all__``, ``__getattr__`` and ``__dir__`` of a package.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    shown : mapping of str to str
        For each module, as it is named from inside of the package without the first dot, the names
        that it gives; ``new=old`` for one that is called otherwise there. Under "" the modules that
        are names themselves.

    Examples
    --------
    >>> names, load, _ = face("tfphilox.random", {"": "experimental", "shuffles": "mix=shuffle"})
    >>> names, load("mix").__name__
    (['experimental', 'mix'], 'shuffle')
    """
    places = {name: (name, "") for name in shown.get("", "").split()}
    for module, names in shown.items():
        for name in names.split() if module else ():
            name, _, old = name.partition("=")
            places[name] = module, old or name
    public = sorted(places)
    for module in shown:
        places.setdefault(module, (module, ""))  # tfphilox.random.basic, too, is there

    def load(name: str) -> object:
        """Load what is asked for the first time."""
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, attribute = places[name]
        found: object = import_module("." + module, package)
        if attribute:
            found = getattr(found, attribute)
        setattr(modules[package], name, found)
        return found

    return public, load, lambda: list(public)
