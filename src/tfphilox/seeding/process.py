"""process.py: the state that a whole program draws from, and whose it is.

TensorFlow, Keras, Python's ``random`` and NumPy's each keep generators that every call may move.
A `Process` holds them all: it is to this package what one run of a program is to TensorFlow. There
is one for the program itself, `main`, and nobody but its methods rebinds what it holds. Who needs
another for a while (the weights of a model, a golden case, a test) makes one and puts it in force
by `scopes.within`.

**Scoping.** A process, a version and a scope hold in a context (`contextvars`): in the thread or
task that entered the ``with`` block, and in what runs in a copy of that context, never in another
thread. `main` is one for all threads, but for Keras's own generators, which each thread has for
itself, as in Keras; in another process they are shared by all who are in it. That draws from
private generators in the place of Python's ``random`` and NumPy's, so the real ones do not move.
Only where a user's own code runs, which calls the real ones (`scopes.isolated` with ``shared``),
are they used, and put back at the end.

**Forking.** A forked child goes on with a copy of everything, as the parent does: both draw the
same numbers next, as two copies of one program. What the thread that forked was in stays in force
there. A lock that another thread held at that moment is open in the child: `Seeding` and the
learning samplers have a `Lock`, streams and data sets one of `_c/_locks.pyx`; what such a lock
guards is changed in one assignment, so the child never sees half a change.

This file knows neither ops nor Keras: a generator of Keras's is what has a `_twin`.
"""

from __future__ import annotations

import copy
import os
import random
import threading
from collections.abc import Callable, Hashable, MutableMapping
from contextvars import ContextVar
from typing import Any, Protocol, SupportsInt

import numpy as np

from .._c._undo import draw_seed
from ..arrays.wording import brief
from .attributes import MAXINT32, as_graph_seed, pair

__all__ = ["GlobalSeed", "Lock", "Process", "Settings", "Sources", "current", "main", "override"]

_HASH_SEED = "PYTHONHASHSEED"


class Lock:
    """A lock that a forked child finds open, and that copies and pickles as a new one."""

    __slots__ = ("_held", "_locks", "_reentrant")

    def __init__(self, reentrant: bool = False) -> None:
        self._reentrant = reentrant
        self._locks: dict[int, Any] = {}  # by forks: two threads of a child get the same new one
        self._held: Any = None

    def __enter__(self) -> None:
        lock = self._locks.get(_forks)
        if lock is None:
            new = threading.RLock() if self._reentrant else threading.Lock()
            lock = self._locks.setdefault(_forks, new)
        lock.acquire()
        self._held = lock

    def __exit__(self, *exception: object) -> None:
        self._held.release()  # not that of _forks, if the block forked

    def __reduce__(self) -> Any:
        return Lock, (self._reentrant,)


_forks = 0


def _after_fork() -> None:
    global _forks
    _forks += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class GlobalSeed:
    """What one ``set_seed`` leaves behind: the seed, the op seeds that follow from it, kernels.

    ``set_seed`` replaces the whole object, so a call in another thread sees the old seed with the
    old op seeds or the new seed with the new ones, never a mixture.
    """

    __slots__ = ("_bits", "_graph_seed", "_kernels", "_random", "_returned", "seed")

    def __init__(self, seed: Any) -> None:
        # Context._set_global_seed falls back to int(np.array(seed)) for what random.Random refuses.
        # That list grew with Python 3.11 (NumPy integers, fractions); here it is the same on every
        # version.
        if isinstance(seed, int | float | str | bytes | None):
            self._random = random.Random(seed)
        else:
            try:
                if np.ndim(seed):
                    raise TypeError
                self._random = random.Random(int(np.array(seed)))
            except (TypeError, ValueError, OverflowError):
                raise TypeError(f"seed must be an integer or None, got {brief(seed)}") from None
        self._bits = self._random.getrandbits
        self.seed = seed
        self._graph_seed = as_graph_seed(seed)
        self._returned: list[int] = []
        self._kernels: dict[Hashable, Any] = {}

    def draw(self) -> int:
        """Draw the next op seed, as ``random.Random(seed).randint(0, 2**31 - 1)`` would.

        Two threads never get the same one: each trial is one atomic call, and every accepted
        value goes to one caller. If the call that it is drawn for fails, the next gets it.
        """
        return draw_seed(self._bits, self._returned, MAXINT32)

    def peek(self) -> int:
        """Return the op seed that the next `draw` gets, which stays the next one."""
        return self.copy(kernels=False).draw()

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

    def copy(self, kernels: bool = True) -> GlobalSeed:
        """Return one that stands where this one does, with kernels that do, and goes on alone."""
        other = GlobalSeed(self.seed)
        other._random.setstate(self._random.getstate())
        other._returned = list(self._returned)
        if kernels:
            memo: dict[int, Any] = {}
            for attributes, kernel in self._kernels.copy().items():
                other._kernels[attributes] = copy.deepcopy(kernel, memo)
        return other

    def __reduce__(self) -> Any:
        state = self._random.getstate(), self._returned, self._kernels
        return _global_seed_at, (self.seed, *state)


def _global_seed_at(seed: Any, state: Any, returned: list[int], kernels: Any) -> GlobalSeed:
    """Return a global seed that was copied or pickled."""
    found = GlobalSeed(seed)
    found._random.setstate(state)
    found._returned, found._kernels = list(returned), dict(kernels)
    return found


class Sources:
    """The ways to Python's ``random``, NumPy's, and the hash seed of programs that are started.

    Without arguments they are private generators, seeded by the operating system.
    """

    __slots__ = ("environment", "numpy", "python")

    def __init__(
        self,
        python: Any = None,
        numpy: Any = None,
        environment: MutableMapping[str, str] | None = None,
    ) -> None:
        self.python = random.Random() if python is None else python
        self.numpy = np.random.RandomState() if numpy is None else numpy
        self.environment = {} if environment is None else environment

    def seed(self, number: int) -> None:
        """Seed both generators. NumPy's is first, for it is the one that may refuse."""
        self.numpy.seed(number)
        self.python.seed(number)

    def state(self) -> tuple[Any, Any, str | None]:
        """Return where they stand, for `restore`."""
        numpy = self.numpy.get_state(legacy=False)
        return self.python.getstate(), numpy, self.environment.get(_HASH_SEED)

    def restore(self, state: tuple[Any, Any, str | None]) -> None:
        """Put them where they stood, or others where these did."""
        python, numpy, hash_seed = state
        self.python.setstate(python)
        self.numpy.set_state(numpy)
        if hash_seed is None:
            self.environment.pop(_HASH_SEED, None)
        else:
            self.environment[_HASH_SEED] = hash_seed

    def set_hash_seed(self, number: int) -> None:
        """Let programs that are started from now on have this hash seed."""
        self.environment[_HASH_SEED] = str(number)


class _ProgramsOwn(Sources):
    """The real ones; NumPy's is loaded when it is asked for, for that takes milliseconds."""

    __slots__ = ()

    def __init__(self) -> None:
        self.python, self.environment = random, os.environ

    def __getattr__(self, name: str) -> Any:
        if name != "numpy":
            raise AttributeError(name)
        self.numpy = np.random
        return self.numpy


class Settings:
    """What is set for a whole program and changes numbers: see `config` and `keras.config`."""

    __slots__ = ("floatx", "intra_op_threads", "l1_data_cache")

    def __init__(
        self,
        floatx: str = "float32",
        intra_op_threads: int = 1,
        l1_data_cache: int | None = None,
    ) -> None:
        self.floatx = floatx
        self.intra_op_threads = intra_op_threads
        self.l1_data_cache = l1_data_cache  # None: nobody said

    def copy(self) -> Settings:
        cache = getattr(self, "l1_data_cache", None)  # a pickle may have none
        return Settings(self.floatx, self.intra_op_threads, cache)


class KerasGenerator(Protocol):
    """What Keras 3 draws from without a seed."""

    def _twin(self) -> KerasGenerator:
        """Return another one that stands at the same place."""


class _Slot:
    """Where a generator of Keras's is kept; None as long as there is none."""

    generator: Any = None


class _SlotOfThreads(_Slot, threading.local):
    """The same, another for each thread, as in Keras."""


class Process:
    """All that draws without a state of their own may move.

    Attributes
    ----------
    global_seed : GlobalSeed
        What the last ``set_seed`` left behind.
    generator : Generator or None
        The global one.
    keras : object
        Its `generator` is that behind ``seed=None`` in Keras 3; None as long as there is none.
    tf_keras : object
        Likewise the ``backend._SEED_GENERATOR`` of tf.keras 2, a ``random.Random``.
    augment_order : tuple of str or None
        In which order ``RandAugment`` up to Keras 3.10 has left the names of its layers.
    sources : Sources
    settings : Settings

    Examples
    --------
    >>> process = Process()
    >>> process.set_seed(0)
    >>> process.global_seed.peek(), process.global_seed.draw()
    (1654615998, 1654615998)
    >>> before = process.snapshot()
    >>> numbers = [process.global_seed.draw() for _ in range(3)]
    >>> process.restore(before)
    >>> [process.global_seed.draw() for _ in range(3)] == numbers
    True
    """

    __slots__ = (
        *("augment_order", "generator", "global_seed", "keras", "settings", "sources"),
        "tf_keras",
    )

    def __init__(self, sources: Sources | None = None, settings: Settings | None = None) -> None:
        self.global_seed = GlobalSeed(None)
        self.generator: Any = None
        self.keras, self.tf_keras = _Slot(), _Slot()
        self.augment_order: Any = None
        self.sources = Sources() if sources is None else sources
        self.settings = Settings() if settings is None else settings

    def set_seed(self, seed: Any) -> None:
        """Replace the global seed, and with it op seeds and kernels; None takes the seed away."""
        self.global_seed = GlobalSeed(seed)

    def set_random_seed(self, seed: int, restarts: bool = True) -> None:
        """Restart Keras's own generators, as ``keras.utils.set_random_seed`` does at last.

        Without `restarts` Keras 3's goes on if there is one.
        """
        if restarts:
            self.keras.generator = None
        self.tf_keras.generator = random.Random(seed)

    def clear_session(self) -> None:
        """Forget Keras 3's generators, of all threads, and every op's kernel."""
        self.keras = type(self.keras)()
        self.global_seed.clear_kernels()

    def legacy_source(self) -> Any:
        """Return what tf.keras 2.10 to 2.15 draw seeds from."""
        return self.tf_keras.generator or self.sources.python

    def snapshot(self) -> Process:
        """Return a process that stands where this one does, in this thread, and goes on alone."""
        twin = Process()
        twin.restore(self)
        return twin

    def restore(self, other: Process) -> None:
        """Stand where `other` does, such as a `snapshot`, which stays as it is."""
        self.sources.restore(other.sources.state())
        self.global_seed = other.global_seed.copy()
        self.generator = copy.deepcopy(other.generator)
        generator = other.keras.generator
        self.keras.generator = None if generator is None else generator._twin()
        self.tf_keras.generator = copy.deepcopy(other.tf_keras.generator)
        self.augment_order = getattr(other, "augment_order", None)  # a pickle may have none
        self.settings = other.settings.copy()


main = Process(_ProgramsOwn())
main.keras, main.tf_keras = _SlotOfThreads(), _SlotOfThreads()
override: ContextVar[Process | None] = ContextVar("process", default=None)


def current() -> Process:
    """Return the process in force in this context."""
    return override.get() or main
