"""attributes.py: the two integers, seed and seed2, that TensorFlow seeds an op with.

Both are taken modulo 2**31 - 1. (0, 0) means "seed yourself from the operating system" to an op, so
a pair that comes to that is (0, 2**31 - 1). This file keeps nothing: it only converts.

>>> pair(0, 0, 0), pair(None, None, -1), as_graph_seed(2**31)
((0, 2147483647), (87654321, 2147483646), 1)
"""

from __future__ import annotations

from reprlib import repr as brief
from typing import Any

import numpy as np

__all__ = ["DEFAULT_GRAPH_SEED", "MAXINT32", "as_graph_seed", "op_attribute", "pair"]

DEFAULT_GRAPH_SEED = 87654321
MAXINT32 = 2**31 - 1


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
    op_seed = op_seed % MAXINT32 if type(op_seed) is int else _truncate(op_seed)
    # The ops would take (0, 0) for "no seed", which to a Python caller is (None, None).
    return (graph_seed, op_seed) if op_seed or graph_seed else (0, MAXINT32)


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
        return seed % MAXINT32
    except (TypeError, ValueError):
        raise TypeError(f"seed must be an integer, got {brief(seed)}") from None
