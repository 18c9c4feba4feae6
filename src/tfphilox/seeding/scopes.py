"""scopes.py: which attributes (seed, seed2) a random op gets, and whose kernels it runs.

TensorFlow seeds an op with two integers. Both are taken modulo 2**31 - 1; an op without a seed of
its own draws one from a ``random.Random(global seed)`` that ``set_seed`` makes, so the n-th
unseeded call after ``set_seed`` always gets the same pair. Without any seed the attributes are
(0, 0), which the op takes for "seed yourself from the operating system".

A `Scope` is where an op asks for both: its seeds, and the kernel (a stream, or what else an op
keeps between its runs) that goes with its attributes. Eager calls ask the `GlobalSeed` that
``set_seed`` left in the process (see process.py); in graphs and functions another scope is in force
(see graph.py). This file knows nothing of streams.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FunctionType
from typing import Any, Protocol, SupportsInt, TypeVar

from .._c._undo import Put, Taker, whole
from .attributes import DEFAULT_GRAPH_SEED, as_graph_seed, op_attribute, pair
from .process import GlobalSeed, Process, current, main, override

__all__ = [
    "DEFAULT_GRAPH_SEED",
    "STATEFUL",
    "GlobalSeed",
    "Scope",
    "Whole",
    "active",
    "as_graph_seed",
    "clear_kernels",
    "compiling",
    "get_seed",
    "in_force",
    "isolated",
    "not_compiled",
    "op_attribute",
    "pair",
    "scope_in_force",
    "seeded",
    "set_global_seed",
    "watched_by",
    "watcher",
    "watchers",
    "within",
    "without_kernels",
]

_Result = TypeVar("_Result")
_Function = TypeVar("_Function", bound=Callable[..., Any])


class Scope(Protocol):
    """What an op asks for its seeds and its kernel."""

    @property
    def seed(self) -> Any:
        """The graph's seed, or the global one; None if there is none."""

    def get_seed(self, op_seed: SupportsInt | None) -> tuple[Any, Any]:
        """Return the attributes seed and seed2 of an op, given its own seed."""

    def kernel(self, attributes: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        """Return the kernel of an op with these attributes, made if there is none.

        None stands for an op without seeds.
        """

    def cell(self, key: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        """Return what is kept under `key` for as long as the kernels are, made if it is not."""


# None: that of `main`. A process: its own global seed, whichever that is when an op asks.
_scope: ContextVar[Scope | Process | None] = ContextVar("scope", default=None)
scope_in_force = _scope.get  # None: nobody watches; the quick question


# Who compiles what runs here (see compiled.py), or None.
compiling: ContextVar[Any] = ContextVar("compiling", default=None)


def _asked(scope: Any) -> Any:
    """Return what an op asks that finds this scope in force."""
    if scope is None:
        return main.global_seed
    return scope.global_seed if type(scope) is Process else scope


class Watcher(Protocol):
    """An observer of the seeds and kernels that ops request: see `tfphilox.explain`."""

    def got_seeds(self, scope: Scope, op_seed: Any, seeds: tuple[Any, Any]) -> None:
        """Take note of the seeds that an op got."""

    def got_kernel(self, scope: Scope, attributes: Any, kernel: Any) -> None:
        """Take note of the kernel that an op got, before it draws."""

    def got_start(self, key: int, counter: int, seed: Any) -> None:
        """Take note of where a stateless op starts; `seed` is None for a key and a counter."""

    def got_state(self, key: int, counter: int, moved: int) -> None:
        """Take note of a draw from a generator's state, and of what the state was before it."""

    def made(self, note: str) -> None:
        """Take note of what the array that was made of the last draw depends on besides."""

    def call(self, function: Callable[..., Any], args: Any, keywords: Any) -> Any:
        """Run a function and take note of its name."""


class _Watched:
    """A scope whose answers somebody takes note of; None and a process stand for the eager one."""

    __slots__ = ("_scope", "watcher")

    def __init__(self, scope: Scope | Process | None, watcher: Watcher) -> None:
        self._scope = scope
        self.watcher = watcher

    @property
    def inner(self) -> Scope:
        found: Scope = _asked(self._scope)
        return found

    @property
    def seed(self) -> Any:
        return self.inner.seed

    @property
    def origin(self) -> Any:
        return getattr(self.inner, "origin", None)

    def get_seed(self, op_seed: SupportsInt | None) -> tuple[Any, Any]:
        scope = self.inner
        seeds = scope.get_seed(op_seed)
        self.watcher.got_seeds(scope, op_seed, seeds)
        return seeds

    def kernel(self, attributes: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        scope = self.inner
        kernel = scope.kernel(attributes, make, *arguments)
        self.watcher.got_kernel(scope, attributes, kernel)
        return kernel

    def cell(self, key: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        return self.inner.cell(key, make, *arguments)


class _Kernelless:
    """The scope of a compiled block: seeds as they were, but no kernels."""

    __slots__ = ("_scope",)

    def __init__(self, scope: Scope | Process | None) -> None:
        self._scope = scope

    @property
    def inner(self) -> Scope:
        found: Scope = _asked(self._scope)
        return found

    @property
    def seed(self) -> Any:
        return self.inner.seed

    @property
    def origin(self) -> Any:
        return getattr(self.inner, "origin", None)

    @property
    def graph(self) -> Any:
        return getattr(self.inner, "graph", None)

    def get_seed(self, op_seed: SupportsInt | None) -> tuple[Any, Any]:
        return self.inner.get_seed(op_seed)

    def kernel(self, attributes: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        raise NotImplementedError(STATEFUL)

    def cell(self, key: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        return self.inner.cell(key, make, *arguments)


STATEFUL = (
    "a stateful op in a compiled function (jit_compile=True) draws other numbers in every run, "
    "whatever its seeds are, so that TensorFlow itself does not repeat them: use a stateless op or "
    "a random.Generator, or draw outside of the compiled function"
)


def without_kernels() -> Put:
    """Keep kernels from ops, in this thread, for a ``with`` block."""
    scope = _scope.get()
    inner = scope._scope if type(scope) is _Watched else scope
    return in_force(_Kernelless(inner))


def in_force(scope: Scope | Process, hidden: bool = False) -> Put:
    """Put a scope in the place of the eager one, in this thread, for a ``with`` block.

    Who watches the scope that it replaces watches the new one too, unless `hidden`.
    """
    watching = None if hidden else watcher()
    return Put(_scope, scope if watching is None else _Watched(scope, watching))


@contextmanager
def within(process: Process, hidden: bool = False) -> Iterator[None]:
    """Put a process in the place of the program's own, in this context, for a ``with`` block."""
    scope = process if compiling.get() is None else _Kernelless(process)
    with Put(override, process), in_force(scope, hidden):
        yield


@contextmanager
def isolated(shared: bool = False) -> Iterator[Process]:
    """Run a block in a process just started: no global seed, no kernels, no generators.

    At the end, also if it fails, all is as it was. With `shared` the block is a user's own code,
    which may call Python's ``random`` and NumPy's: they are the real ones in it, and put back at
    the end, so another thread should not use them meanwhile. Nobody who watches sees the block.
    """
    settings = current().settings.copy()
    if not shared:
        process = Process(settings=settings)
        with Put(compiling, None), within(process, hidden=True):
            yield process
        return
    process = Process(main.sources, settings)
    before = main.sources.state()
    try:
        with Put(compiling, None), within(process, hidden=True):
            yield process
    finally:
        main.sources.restore(before)


def active() -> Scope:
    """Return the scope that ops ask now."""
    scope: Any = _scope.get()  # as _asked does, without another call
    if scope is None:
        return main.global_seed
    return scope.global_seed if type(scope) is Process else scope


def in_graph() -> bool:
    """Say whether an op runs as a node of a graph, or at once."""
    inner: Any = _scope.get()
    while type(inner) in (_Watched, _Kernelless):
        inner = inner.inner
    return inner is not None and not isinstance(inner, GlobalSeed | Process)


def watcher() -> Watcher | None:
    """Return who is told what ops ask for in this thread."""
    scope = _scope.get()
    return scope.watcher if type(scope) is _Watched else None


def watched_by(watcher: Watcher) -> Put:
    """Tell a watcher what ops ask for, in this thread, for a ``with`` block."""
    scope = _scope.get()
    inner = scope._scope if type(scope) is _Watched else scope
    return Put(_scope, _Watched(inner, watcher))


# Takes the calls of functions that draw by themselves: see graph.py.
watchers = Taker(_scope, lambda scope: scope.watcher if type(scope) is _Watched else None)


def not_compiled(function: _Function, what: str) -> _Function:
    """Make a function raise in compiled functions, where what it draws is not known."""

    @functools.wraps(function)
    def call(*args: Any, **keywords: Any) -> Any:
        if compiling.get() is not None:
            raise NotImplementedError(
                f"{what}: what it makes in a compiled function (jit_compile=True) is not known; "
                "call it outside of that"
            )
        return function(*args, **keywords)

    return call  # type: ignore[return-value]


class Whole:
    """A class whose objects are made, called and asked for a transformation as a whole.

    In compiled functions they can be called only if `_compiles` says so.
    """

    _compiles = False

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        for name in ("__init__", "__call__", "get_random_transformation"):
            method = vars(cls).get(name)
            if isinstance(method, FunctionType):  # not one that is an op, and so whole already
                if name != "__init__" and not cls._compiles:
                    method = not_compiled(method, cls.__name__)
                setattr(cls, name, whole(method))


def seeded(op_seed: SupportsInt | None, draw: Callable[..., _Result], *arguments: Any) -> _Result:
    """Run a stateful op, ``draw(seed, seed2, *arguments)``, with the seeds it gets."""
    seed, seed2 = active().get_seed(op_seed)
    return draw(seed, seed2, *arguments)


def clear_kernels() -> None:
    """Restart every stateful op of eager mode."""
    current().global_seed.clear_kernels()


def set_global_seed(seed: SupportsInt | str | bytes | None) -> None:
    """Replace the global seed, and with it op seeds and kernels; None takes the seed away.

    Use `tfphilox.random.set_seed`, which in a graph sets that graph's seed.

    Parameters
    ----------
    seed : int or None
        Any integer, or what TensorFlow takes for one: see `tfphilox.random.set_seed`.

    Raises
    ------
    TypeError
        If `seed` is not a number. The old seed stays.
    """
    current().set_seed(seed)


@whole
def get_seed(op_seed: SupportsInt | None) -> tuple[Any, Any]:
    """Return the two seeds an op gets now, given its own: see `tfphilox.compat.v1.get_seed`.

    Examples
    --------
    >>> get_seed(-1)
    (87654321, 2147483646)
    """
    return active().get_seed(op_seed)
