"""seeds.py: which attributes (seed, seed2) a random op gets, and whose kernels it runs.

TensorFlow seeds an op with two integers. Both are taken modulo 2**31 - 1; an op without a seed of
its own draws one from a ``random.Random(global seed)`` that ``set_seed`` makes, so the n-th
unseeded call after ``set_seed`` always gets the same pair. Without any seed the attributes are
(0, 0), which the op takes for "seed yourself from the operating system".

A `Scope` is where an op asks for both: its seeds, and the kernel (a stream, or what else an op
keeps between its runs) that goes with its attributes. Eager calls ask the `GlobalSeed` that
``set_seed`` made; in graphs and functions another scope is in force (see graph.py). This file
knows nothing of streams.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from reprlib import repr as brief
from typing import Any, Protocol, SupportsInt, TypeVar, cast

import numpy as np

from . import op_table

__all__ = [
    "DEFAULT_GRAPH_SEED",
    "GlobalSeed",
    "Scope",
    "active",
    "clear_kernels",
    "current",
    "explained",
    "get_seed",
    "in_force",
    "isolated",
    "op_attribute",
    "pair",
    "scope_in_force",
    "seeded",
    "set_global_seed",
    "watched_by",
    "watcher",
]

DEFAULT_GRAPH_SEED = 87654321
_MAXINT32 = 2**31 - 1

_Result = TypeVar("_Result")
_Function = TypeVar("_Function", bound=Callable[..., Any])


class Scope(Protocol):
    """What an op asks for its seeds and its kernel."""

    @property
    def seed(self) -> Any:
        """The graph's seed, or the global one; None if there is none."""

    def get_seed(self, op_seed: SupportsInt | None) -> tuple[Any, Any]:
        """Return the attributes seed and seed2 of an op, given its own seed."""

    def give_back(self, op_seed: int) -> None:
        """Let the next `get_seed` return `op_seed` again: the op it was drawn for failed."""

    def kernel(self, attributes: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        """Return the kernel of an op with these attributes, made if there is none.

        None stands for an op without seeds.
        """

    def cell(self, key: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        """Return what is kept under `key` for as long as the kernels are, made if it is not."""


class GlobalSeed:
    """What one ``set_seed`` leaves behind: the seed, the op seeds that follow from it, kernels.

    ``set_seed`` replaces the whole object, so a call in another thread sees the old seed with the
    old op seeds or the new seed with the new ones, never a mixture.
    """

    __slots__ = ("_bits", "_graph_seed", "_kernels", "_returned", "seed")

    def __init__(self, seed: Any) -> None:
        # Context._set_global_seed falls back to int(np.array(seed)) for what random.Random refuses.
        # That list grew with Python 3.11 (NumPy integers, fractions); here it is the same on every
        # version.
        if isinstance(seed, int | float | str | bytes | None):
            self._bits = random.Random(seed).getrandbits
        else:
            try:
                if np.ndim(seed):
                    raise TypeError
                self._bits = random.Random(int(np.array(seed))).getrandbits
            except (TypeError, ValueError, OverflowError):
                raise TypeError(f"seed must be an integer or None, got {brief(seed)}") from None
        self.seed = seed
        self._graph_seed = as_graph_seed(seed)
        self._returned: list[int] = []
        self._kernels: dict[Hashable, Any] = {}

    def draw(self) -> int:
        """Draw the next op seed, as ``random.Random(seed).randint(0, 2**31 - 1)`` would.

        Two threads never get the same one: each trial is one atomic call, and every accepted
        value goes to one caller.
        """
        if self._returned:
            try:
                return self._returned.pop()
            except IndexError:  # another thread was quicker
                pass
        value = self._bits(32)
        while value > _MAXINT32:
            value = self._bits(32)
        return value

    def give_back(self, op_seed: int) -> None:
        """Let the next `draw` return `op_seed` again: the call it was drawn for failed."""
        self._returned.append(op_seed)

    def get_seed(self, op_seed: SupportsInt | None) -> tuple[Any, Any]:
        """Return the pair that framework/random_seed.py's get_seed returns in eager mode."""
        graph_seed = self._graph_seed
        if op_seed is None and graph_seed is not None:
            op_seed = self.draw()
        return pair(self.seed, graph_seed, op_seed)

    def kernel(self, attributes: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        """Return TensorFlow's cached kernel for these attributes.

        A kernel stays until set_seed, for a later call may use the same seeds. So does every
        kernel in TensorFlow, where it takes 36 kB; here it is a few hundred bytes.
        """
        if attributes is None:
            return make(*arguments)
        found = self._kernels.get(attributes)
        if found is None:
            found = self._kernels.setdefault(attributes, make(*arguments))
        return found

    def cell(self, key: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        """Return what is kept under `key`, made if it is not."""
        return self.kernel(key, make, *arguments)

    def clear_kernels(self) -> None:
        """Restart every stateful op, as TFE_ContextClearCaches does."""
        self._kernels.clear()


_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)
scope_in_force = _scope.get  # None for the eager one, which nobody watches: the quick question


class Watcher(Protocol):
    """Who is told what ops ask for: see `tfphilox.explain`."""

    def got_seeds(self, scope: Scope, op_seed: Any, seeds: tuple[Any, Any]) -> None:
        """Take note of the seeds that an op got."""

    def got_kernel(self, scope: Scope, attributes: Any, kernel: Any) -> None:
        """Take note of the kernel that an op got, before it draws."""

    def got_start(self, key: int, counter: int, seed: Any) -> None:
        """Take note of where a stateless op starts; `seed` is None for a key and a counter."""

    def got_state(self, key: int, counter: int, moved: int) -> None:
        """Take note of a draw from a generator's state, and of what the state was before it."""

    def call(self, function: Callable[..., Any], args: Any, keywords: Any) -> Any:
        """Run a function and take note of its name."""


class _Watched:
    """A scope whose answers somebody takes note of; None stands for the eager one."""

    __slots__ = ("_scope", "watcher")

    def __init__(self, scope: Scope | None, watcher: Watcher) -> None:
        self._scope = scope
        self.watcher = watcher

    @property
    def inner(self) -> Scope:
        return self._scope or current

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

    def give_back(self, op_seed: int) -> None:
        self.inner.give_back(op_seed)

    def kernel(self, attributes: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        scope = self.inner
        kernel = scope.kernel(attributes, make, *arguments)
        self.watcher.got_kernel(scope, attributes, kernel)
        return kernel

    def cell(self, key: Hashable, make: Callable[..., Any], *arguments: Any) -> Any:
        return self.inner.cell(key, make, *arguments)


class in_force:
    """Put a scope in the place of the eager one, in this thread, for a ``with`` block.

    Who watches the scope that it replaces watches the new one too, unless `hidden`.
    """

    __slots__ = ("_hidden", "_new", "_token")

    def __init__(self, scope: Scope | None, hidden: bool = False) -> None:
        self._new = scope
        self._hidden = hidden

    def __enter__(self) -> None:
        watching = None if self._hidden else watcher()
        new = self._new if watching is None else _Watched(self._new, watching)
        self._token = _scope.set(new)

    def __exit__(self, *exception: object) -> None:
        _scope.reset(self._token)


def active() -> Scope:
    """Return the scope that ops ask now."""
    return _scope.get() or current


def in_graph() -> bool:
    """Say whether an op runs as a node of a graph, or at once."""
    scope: Any = _scope.get()
    inner = getattr(scope, "inner", scope)
    return inner is not None and not isinstance(inner, GlobalSeed)


def watcher() -> Watcher | None:
    """Return who is told what ops ask for in this thread."""
    scope = _scope.get()
    return scope.watcher if type(scope) is _Watched else None


class watched_by:
    """Tell a watcher what ops ask for, in this thread, for a ``with`` block."""

    __slots__ = ("_token", "_watcher")

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def __enter__(self) -> None:
        scope = _scope.get()
        inner = scope._scope if type(scope) is _Watched else scope
        self._token = _scope.set(_Watched(inner, self._watcher))

    def __exit__(self, *exception: object) -> None:
        _scope.reset(self._token)


def explained(path: str) -> Callable[[_Function], _Function]:
    """Tell who watches the name of a function that draws by itself, not by calling ops."""

    def decorate(function: _Function) -> _Function:
        op_table.register(function, path)

        @functools.wraps(function)
        def call(*args: Any, **keywords: Any) -> Any:
            watching = watcher()
            if watching is None:
                return function(*args, **keywords)
            return watching.call(function, args, keywords)

        return cast(_Function, call)

    return decorate


@contextmanager
def isolated() -> Iterator[None]:
    """Start without a global seed and kernels; at the end those of before come back."""
    global current
    before, current = current, GlobalSeed(None)
    try:
        yield
    finally:
        current = before


def seeded(op_seed: SupportsInt | None, draw: Callable[..., _Result], *arguments: Any) -> _Result:
    """Run a stateful op, ``draw(seed, seed2, *arguments)``, with the seeds it gets.

    If it fails, the op seed that it was given is taken back.
    """
    scope = active()
    seed, seed2 = scope.get_seed(op_seed)
    try:
        return draw(seed, seed2, *arguments)
    except BaseException:
        if op_seed is None and seed is not None:
            scope.give_back(seed2)
        raise


def clear_kernels() -> None:
    """Restart every stateful op of eager mode."""
    current.clear_kernels()


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
    global current
    current = GlobalSeed(seed)


def get_seed(op_seed: SupportsInt | None) -> tuple[Any, Any]:
    """Return the two seeds an op gets now, given its own: see `tfphilox.compat.v1.get_seed`.

    Examples
    --------
    >>> get_seed(-1)
    (87654321, 2147483646)
    """
    return active().get_seed(op_seed)


def pair(global_seed: Any, graph_seed: Any, op_seed: Any) -> tuple[Any, Any]:
    """Return the attributes that the two seeds make; `graph_seed` is what as_graph_seed returned.

    References
    ----------
    tensorflow/python/framework/random_seed.py, get_seed.
    """
    if graph_seed is None:
        if global_seed is not None:
            raise TypeError(f"the global seed must be an integer, got {brief(global_seed)}")
        if op_seed is None:
            return None, None
        graph_seed = DEFAULT_GRAPH_SEED
    op_seed = op_seed % _MAXINT32 if type(op_seed) is int else _truncate(op_seed)
    # The ops would take (0, 0) for "no seed", which to a Python caller is (None, None).
    return (graph_seed, op_seed) if op_seed or graph_seed else (0, _MAXINT32)


def as_graph_seed(seed: Any) -> Any:
    """Return the seed that ``set_seed`` was given as ops use it; None for none and for text."""
    return None if seed is None or isinstance(seed, str | bytes) else _truncate(seed)


def op_attribute(name: str, seed: Any) -> int:
    """Return `seed` as an op's integer attribute takes it: None is 0, fractions are cut off.

    References
    ----------
    tensorflow/python/eager/execute.py, make_int.
    """
    if type(seed) is int:
        value = seed
    elif seed is None:
        return 0
    else:
        try:
            if isinstance(seed, str | bytes) or np.ndim(seed):
                raise TypeError
            value = int(seed)
        except (TypeError, ValueError, OverflowError):
            raise TypeError(f"{name} must be an integer, got {brief(seed)}") from None
    if not -(2**63) <= value < 2**63:
        raise ValueError(f"{name} must be a 64-bit integer, -2**63 to 2**63 - 1, got {value}")
    return value


def _truncate(seed: Any) -> Any:
    """Return `seed` modulo 2**31 - 1, as Python does it: never negative, and a float stays one."""
    try:
        if isinstance(seed, str | bytes) or np.ndim(seed):
            raise TypeError
        if isinstance(seed, np.integer):
            seed = int(seed)  # NumPy 1 would make uint64 % int a float
        return seed % _MAXINT32
    except (TypeError, ValueError):
        raise TypeError(f"seed must be an integer, got {brief(seed)}") from None


current = GlobalSeed(None)
