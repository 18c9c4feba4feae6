"""golden/ops.py: what a specification's `op` may name, and which arguments that takes.

By the mirror rule ``tf.<path>`` is ``tfphilox.<path>``, so an op is looked up under the package by
its dotted TensorFlow name; parts of the package are imported when a specification asks for them.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

from .errors import GoldenError

__all__ = ["Op", "find", "nearest"]

_ROOTS = ("random", "raw_ops", "nn", "image", "data", "keras", "compat", "initializers")
_GENERATOR = "random.Generator."
_METHODS = (
    "binomial",
    "make_seeds",
    "normal",
    "skip",
    "truncated_normal",
    "uniform",
    "uniform_full_int",
)
# Names that make no array, or one from the operating system's entropy.
_REFUSED = {
    "get_global_generator": "give the case a `generator` and name random.Generator.<method>",
    "set_global_generator": "give the case a `generator` and name random.Generator.<method>",
    "Generator": "name one of its methods, such as random.Generator.normal",
    "NonDeterministicInts": "its numbers come from the operating system",
    **dict.fromkeys(
        (
            "clear_session",
            "disable_eager_execution",
            "enable_eager_execution",
            "get_seed",
            "reset_default_graph",
            "seed_everything",
            "set_floatx",
        ),
        "it makes no array",
    ),
}
SETTERS = ("random.set_seed", "compat.v1.set_random_seed", "keras.utils.set_random_seed")


@dataclass(frozen=True)
class Op:
    """A function (or method, or class of initializers) and the names of its arguments."""

    path: str
    target: Any
    parameters: tuple[str, ...]
    required: tuple[str, ...]
    any_keyword: bool = False
    call_parameters: tuple[str, ...] = ()  # of an initializer, when it is called

    @property
    def is_method(self) -> bool:
        return self.path.startswith(_GENERATOR)

    @property
    def is_initializer(self) -> bool:
        return isinstance(self.target, type)

    @property
    def is_raw(self) -> bool:
        return self.path.startswith("raw_ops.")

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    def takes(self, name: str) -> bool:
        return self.any_keyword or name in self.parameters or name in self.call_parameters


@lru_cache(maxsize=4096)
def find(name: str) -> Op:
    """Return the op of a TensorFlow name.

    Parameters
    ----------
    name : str
        As ``random.normal``, ``tf.random.normal``, ``raw_ops.RandomUniform``,
        ``random.Generator.normal``, or the name of a raw op alone.

    Raises
    ------
    GoldenError
        There is none, or it makes no array; the nearest names are in the message.

    Examples
    --------
    >>> find("tf.random.stateless_normal").parameters
    ('shape', 'seed', 'mean', 'stddev', 'dtype', 'alg')
    >>> find("RandomUniform").path
    'raw_ops.RandomUniform'
    >>> find("random.norml")
    Traceback (most recent call last):
    ...
    tfphilox.golden.errors.GoldenError: op: "random.norml" is no op here; nearest: random.normal
    """
    path = name.removeprefix("tf.")
    if path and "." not in path:
        path = f"raw_ops.{path}"
    target = _resolve(path.split("."))
    last = path.rpartition(".")[2]
    if last in _REFUSED and target is not None:
        raise GoldenError(f'"{name}" cannot make golden data: {_REFUSED[last]}', key="op")
    if isinstance(target, type) and not callable(getattr(target, "__call__", None)):  # noqa: B004
        target = None
    if target is None or isinstance(target, ModuleType) or not callable(target):
        raise GoldenError(f'"{name}" is no op here{_suggestion(path)}', key="op")
    if isinstance(target, type):
        if "__call__" not in dir(target):
            raise GoldenError(f'"{name}" is no op here{_suggestion(path)}', key="op")
        called, _, _ = _parameters(target.__call__)
        names, required, any_keyword = _parameters(target)
        return Op(path, target, names, required, any_keyword, called)
    names, required, any_keyword = _parameters(target)
    return Op(path, target, names, required, any_keyword)


def nearest(name: str, allowed: Iterator[str] | tuple[str, ...] | list[str]) -> str:
    """Return "; nearest: ..." for the allowed names that look like `name`, or all if none does."""
    choices = list(allowed)
    close = difflib.get_close_matches(name[:200], choices, 3, 0.5)
    if close:
        return f"; nearest: {', '.join(close)}"
    return f"; allowed: {', '.join(choices)}" if len(choices) <= 40 else ""


def _resolve(parts: list[str]) -> Any:
    """Return what the dotted path names among the public names, or None."""
    if len(parts) < 2 or parts[0] not in _ROOTS:
        return None
    found: Any = _import(f"tfphilox.{parts[0]}")
    for part in parts[1:]:
        if found is None or not part.isidentifier() or part.startswith("_"):
            return None
        if isinstance(found, ModuleType):
            public = getattr(found, "__all__", None)
            inner = getattr(found, part, None)
            if public is not None and part not in public:
                found = None
            elif inner is None:
                found = _import(f"{found.__name__}.{part}")
            else:
                found = inner
        elif isinstance(found, type) and found.__name__ == "Generator" and part in _METHODS:
            found = getattr(found, part)
        else:
            return None
    return found


def _import(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and name.startswith(error.name):
            return None
        raise


def _parameters(target: Any) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Return names, names without default, and whether any other keyword is taken."""
    found = [
        parameter
        for name, parameter in inspect.signature(target).parameters.items()
        if name not in ("self", "name")
    ]
    plain = [p for p in found if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    return (
        tuple(p.name for p in plain),
        tuple(p.name for p in plain if p.default is p.empty),
        any(p.kind is p.VAR_KEYWORD for p in found),
    )


def _suggestion(path: str) -> str:
    names = _names()
    close = difflib.get_close_matches(path[:200], names, 3, 0.85)
    if not close:
        last = path.rpartition(".")[2][:200]
        ends = {name.rpartition(".")[2]: name for name in reversed(names)}
        close = [ends[end] for end in difflib.get_close_matches(last, list(ends), 3, 0.6)]
    return f"; nearest: {', '.join(close)}" if close else ""


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    """Return every name that `find` may be asked for, as far as the package has it."""
    names = [_GENERATOR + method for method in _METHODS]

    def walk(module: ModuleType, prefix: str) -> None:
        for name in getattr(module, "__all__", ()):
            inner = getattr(module, name, None)
            if isinstance(inner, ModuleType):
                if prefix.count(".") < 3:
                    walk(inner, f"{prefix}{name}.")
            elif callable(inner) and name not in (*_REFUSED, "Algorithm"):
                names.append(prefix + name)

    for root in _ROOTS:
        module = _import(f"tfphilox.{root}")
        if module is not None:
            walk(module, f"{root}.")
    return tuple(names)
