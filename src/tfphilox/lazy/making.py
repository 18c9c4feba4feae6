"""lazy/making.py: what becomes of the arguments of `tfphilox.lazy`'s functions.

Nothing is drawn here but an empty array, whose draw checks them.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any, SupportsIndex, TypeAlias, TypedDict, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..arrays.arguments import integer
from ..arrays.wording import brief
from ..samples import binomial_blocks
from ..stream import Stream
from .array import Array

__all__ = ["Seeds", "Shape", "made", "seeded"]

Shape: TypeAlias = SupportsIndex | Sequence[SupportsIndex]
_Integers: TypeAlias = SupportsIndex | Sequence[SupportsIndex] | NDArray[np.integer[Any]]
_Function = TypeVar("_Function", bound=Callable[..., Array])


class Seeds(TypedDict, total=False):
    """Where an array begins, in one of three ways."""

    graph_seed: SupportsIndex | None
    op_seed: SupportsIndex | None
    run: SupportsIndex
    seed: Sequence[SupportsIndex] | None
    key: _Integers | None
    counter: _Integers | None


def seeded(function: _Function) -> _Function:
    """Write the seeds into a function's signature, one by one.

    >>> def draw(shape: Shape, **seeds): ...
    >>> list(inspect.signature(seeded(draw)).parameters)
    ['shape', 'graph_seed', 'op_seed', 'run', 'seed', 'key', 'counter']
    """
    signature = inspect.signature(function)
    *parameters, _ = signature.parameters.values()
    for name, kind in Seeds.__annotations__.items():
        default = 0 if name == "run" else None
        only = inspect.Parameter.KEYWORD_ONLY
        parameters.append(inspect.Parameter(name, only, default=default, annotation=kind))
    function.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return function


def made(kind: str, shape: Shape, dtype: DTypeLike, seeds: Seeds, **parameters: Any) -> Array:
    """Return an array whose arguments are checked, by drawing none of it."""
    given = {}
    for name, value in parameters.items():
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value[()]
        if isinstance(value, np.ndarray | list | tuple):
            raise TypeError(
                f"{name} must be a number for a lazy array, got {brief(value)}: draw with 0 and 1 "
                "(or one parameter at a time), and let NumPy do the rest"
            )
        if value is not None:
            given[name] = value
    nothing: Any = (0,)
    draw = getattr(Stream(1, 1), kind)
    empty = draw(0) if kind == "words" else draw(nothing, dtype=dtype, **given)
    dims = _dims(shape)
    for name in seeds:
        if name not in Seeds.__annotations__:
            raise TypeError(f"{kind}() got an unexpected keyword argument {name!r}")
    stream = _stream(kind, math.prod(dims), **seeds)
    return Array(kind, stream.key, stream.counter, dims, empty.dtype, given)


def _dims(shape: Shape) -> tuple[int, ...]:
    """Return a shape as Python's integers, checked as every draw's is, but for its memory."""
    try:
        parts = [shape] if hasattr(shape, "__index__") else list(shape)
    except TypeError:
        raise TypeError(f"shape must be integers, got {brief(shape)}") from None
    if len(parts) > 32:
        raise ValueError(f"shape must have at most 32 dimensions, got {len(parts)}")
    dims = []
    for part in parts:
        dims.append(integer("shape", part, "integers", shape))
    if any(dim < 0 for dim in dims):
        raise ValueError(f"shape must not be negative, got {brief(shape)}")
    if math.prod(dim for dim in dims if dim) >= 2**63:
        raise ValueError(f"shape must have fewer than 2**63 elements, got {brief(shape)}")
    return tuple(dims)


def _stream(
    kind: str,
    size: int,
    graph_seed: Any = None,
    op_seed: Any = None,
    run: Any = 0,
    seed: Any = None,
    key: Any = None,
    counter: Any = None,
) -> Stream:
    """Return the stream that stands where a run begins."""
    ways = [
        ("graph_seed and op_seed", graph_seed, op_seed),
        ("seed", seed, seed),
        ("key and counter", key, counter),
    ]
    given = [(name, a, b) for name, a, b in ways if a is not None or b is not None]
    if len(given) != 1 or given[0][1] is None or given[0][2] is None:
        raise TypeError(
            "give graph_seed and op_seed, the attributes of an op, or seed, the pair of a "
            "stateless one, or key and counter"
        )
    run = integer("run", run)
    if not 0 <= run < 2**63:
        raise ValueError(f"run must be in [0, 2**63), got {brief(run)}")
    if given[0][0] == "graph_seed and op_seed":
        stream = Stream(graph_seed, op_seed)
        blocks = 256 * size
        if kind == "words":
            blocks = -(-size // 4)
        elif kind == "binomial":
            blocks = binomial_blocks(1, size)
        stream.skip(blocks * run % 2**128)
        return stream
    if run:
        raise ValueError(f"run belongs to graph_seed and op_seed: with {given[0][0]} all are equal")
    if seed is not None:
        return Stream.from_stateless_seed(seed)
    return Stream.from_key_counter(key, counter)
