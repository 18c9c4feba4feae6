"""seeds.py: which attributes (seed, seed2) a random op gets from the global seed and its own.

TensorFlow seeds an op with two integers. Both are taken modulo 2**31 - 1; an op without a seed of
its own draws one from a ``random.Random(global seed)`` that ``set_seed`` makes, so the n-th
unseeded call after ``set_seed`` always gets the same pair. Without any seed the attributes are
(0, 0), which the op takes for "seed yourself from the operating system".

This file knows nothing of streams: raw_ops keeps those, and random.set_seed resets both. The
rules are those of eager mode.
"""

from __future__ import annotations

import random
from reprlib import repr as brief
from typing import Any, SupportsInt

import numpy as np

__all__ = [
    "DEFAULT_GRAPH_SEED",
    "GlobalSeed",
    "current",
    "get_seed",
    "op_attribute",
    "set_global_seed",
]

DEFAULT_GRAPH_SEED = 87654321
_MAXINT32 = 2**31 - 1


class GlobalSeed:
    """What one ``set_seed`` leaves behind: the seed, and the op seeds that follow from it.

    ``set_seed`` replaces the whole object, so a call in another thread sees the old seed with the
    old op seeds or the new seed with the new ones, never a mixture.
    """

    __slots__ = ("_bits", "_graph_seed", "_returned", "seed")

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
        numeric = seed is not None and not isinstance(seed, str | bytes)
        self._graph_seed = _truncate(seed) if numeric else None
        self._returned: list[int] = []

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
        if graph_seed is None:
            if self.seed is not None:
                raise TypeError(f"the global seed must be an integer, got {brief(self.seed)}")
            if op_seed is None:
                return None, None
            graph_seed = DEFAULT_GRAPH_SEED
        elif op_seed is None:
            op_seed = self.draw()
        op_seed = op_seed % _MAXINT32 if type(op_seed) is int else _truncate(op_seed)
        # The ops would take (0, 0) for "no seed", which to a Python caller is (None, None).
        return (graph_seed, op_seed) if op_seed or graph_seed else (0, _MAXINT32)


current = GlobalSeed(None)


def set_global_seed(seed: SupportsInt | str | bytes | None) -> None:
    """Replace the global seed, and with it the sequence of op seeds; None takes the seed away.

    Use `tfphilox.random.set_seed`, which also restarts the streams of ops with a seed of their
    own.

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
    """Return the two seeds an op uses, given its own.

    Parameters
    ----------
    op_seed : int or None
        The seed of the operation. Any integer; a fraction stays a fraction here and is cut off
        when the op takes it.

    Returns
    -------
    (seed, seed2) : tuple of int, or (None, None)
        Both in 0 to 2**31 - 2, never (0, 0), which becomes (0, 2**31 - 1). With a global seed and
        no `op_seed` the second is the next of the op seeds. With `op_seed` alone the first is
        87654321. With neither: (None, None).

    Raises
    ------
    TypeError
        If `op_seed`, or the seed given to `set_seed` before, is not a number. No op seed is used
        up.

    Notes
    -----
    *Stream*: draws no words; uses up one op seed if there is a global seed and `op_seed` is None.
    Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/framework/random_seed.py, get_seed.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.compat.v1.random.get_seed(None)
    (0, 1654615998)
    >>> tp.compat.v1.random.get_seed(0)
    (0, 2147483647)
    >>> tp.random.set_seed(None)
    >>> tp.compat.v1.random.get_seed(-1)
    (87654321, 2147483646)
    """
    return current.get_seed(op_seed)


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
