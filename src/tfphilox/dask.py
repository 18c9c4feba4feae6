"""dask.py: random numbers as Dask's arrays, the same whatever the chunks, scheduler and workers.

Each chunk is a part of one op's run, made where it is needed from the op's seeds and its own place:
a task holds these, in less than a kilobyte, and no numbers. So the array is equal to the whole that
`tfphilox.lazy`, `Stream` or TensorFlow's op makes, however it is cut, and a worker that dies
changes nothing. (``dask.array.random`` gives other numbers for other chunks.)

What Dask's scheduler gets names this module in text alone: it needs no tfphilox, and runs nothing
of it. Workers do.

Needs the package dask: ``pip install 'tfphilox[dask]'``.

>>> import tfphilox as tp
>>> import tfphilox.dask
>>> field = tp.dask.normal((1000, 1000), graph_seed=1, op_seed=2, chunks=(300, 400))
>>> field[0, :3].compute(scheduler="synchronous")
array([-1.0467793,  0.8397046,  1.2358364], dtype=float32)
"""

from __future__ import annotations

import functools
import inspect
import itertools
import math
import operator
import pickle
import pkgutil
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import lazy

try:
    import dask.array as da
    from dask import config
    from dask.base import tokenize
    from dask.highlevelgraph import HighLevelGraph
    from dask.utils import parse_bytes
except ImportError as error:
    raise ImportError(
        "tfphilox.dask needs the package dask: pip install 'tfphilox[dask]'"
    ) from error

__all__ = [
    "binomial",
    "from_lazy",
    "gamma",
    "integers",
    "normal",
    "poisson",
    "truncated_normal",
    "uniform",
    "words",
]

_BLOCK = f"{__name__}:block"  # what workers look up
_MOST = 1 << 20  # tasks of one array; a scheduler has all of them in memory


def from_lazy(array: lazy.Array, chunks: Any = "auto") -> Any:
    """Return a lazy array as a `dask.array.Array`.

    Parameters
    ----------
    array : tfphilox.lazy.Array
    chunks : int, tuple, dict or str, optional
        As everywhere in ``dask.array``; by default as large as Dask's setting ``array.chunk-size``
        says. The numbers do not depend on it. Not more than 2**20 of them.

    Returns
    -------
    dask.array.Array

    Raises
    ------
    TypeError, ValueError
        `array` is none, or the chunks do not fit its shape or are too many.

    Examples
    --------
    >>> import tfphilox as tp
    >>> import tfphilox.dask
    >>> array = tp.dask.from_lazy(tp.lazy.uniform((2, 4), graph_seed=1, op_seed=2), chunks=(1, 3))
    >>> array.chunks
    ((1, 1), (3, 1))
    >>> array[0].compute(scheduler="synchronous")
    array([0.40639675, 0.8575996 , 0.05539584, 0.08587229], dtype=float32)
    """
    if not isinstance(array, lazy.Array):
        raise TypeError(f"from_lazy takes an array of tfphilox.lazy, got {type(array).__name__}")
    grid = _grid(array, chunks)
    name = f"tfphilox-{tokenize(array.__dask_tokenize__(), grid)}"
    made = pickle.dumps(array)
    sides = [list(itertools.pairwise(itertools.accumulate(side, initial=0))) for side in grid]
    tasks = {
        (name, *(number for number, _ in places)): (
            operator.methodcaller("__call__", made, tuple(ends for _, ends in places)),
            (pkgutil.resolve_name, _BLOCK),
        )
        for places in itertools.product(*map(enumerate, sides))
    }
    graph = HighLevelGraph.from_collections(name, tasks, dependencies=[])
    return da.Array(
        graph, name, grid, dtype=array.dtype, meta=np.empty((0,) * array.ndim, array.dtype)
    )


def _grid(array: lazy.Array, chunks: Any) -> tuple[tuple[int, ...], ...]:
    """Return the lengths of the chunks along each dimension, if they are not too many."""
    if _least(array, chunks) <= _MOST:
        grid = _lengths(array, chunks)
        if math.prod(map(len, grid)) <= _MOST:
            return grid
    raise ValueError(
        f"chunks={chunks!r:.80} cut shape {array.shape} into more than {_MOST} parts, and Dask "
        "keeps a task for each in memory: give larger chunks"
    )


def _least(array: lazy.Array, chunks: Any) -> int:
    """Return a number of chunks that will not be more, from what is said of them in whole numbers.

    Dask writes all their lengths down before it can be asked how many there are.
    """
    sides = chunks
    if isinstance(chunks, dict):
        sides = [chunks.get(axis, -1) for axis in range(array.ndim)]
    elif not isinstance(chunks, tuple | list):
        sides = [chunks] * array.ndim
    if sides and all(side == "auto" for side in sides):
        return array.nbytes // (2 * int(parse_bytes(config.get("array.chunk-size"))))
    pairs = zip(sides, array.shape, strict=False)
    return math.prod(-(-dim // side) for side, dim in pairs if isinstance(side, int) and side > 0)


def _lengths(array: lazy.Array, chunks: Any) -> tuple[tuple[int, ...], ...]:
    """Return the lengths of the chunks along each dimension, which add up to it.

    Dask lets some pass that do not: chunks of -2, of lengths below 0 or unknown.
    """
    try:
        grid = da.core.normalize_chunks(chunks, array.shape, dtype=array.dtype)
    except ZeroDivisionError:
        raise ValueError(f"chunks must not be 0 long, got {chunks!r:.80}") from None
    for side, length in zip(grid, array.shape, strict=True):
        if not all(part >= 0 for part in side) or sum(side) != length:
            raise ValueError(
                f"chunks must be of lengths that add up to shape {array.shape}, got {chunks!r:.80}"
            )
    return tuple(grid)


def block(made: bytes, ends: tuple[tuple[int, int], ...]) -> NDArray[Any]:
    """Draw a chunk, on a worker: of a pickled lazy array the part between these ends.

    One thread draws it, for Dask has as many tasks at work as it has threads.

    Examples
    --------
    >>> block(pickle.dumps(lazy.uniform((2, 4), graph_seed=1, op_seed=2)), ((0, 1), (1, 3)))
    array([[0.8575996 , 0.05539584]], dtype=float32)
    """
    array = pickle.loads(made)
    return np.asarray(array._taken(tuple(slice(*pair) for pair in ends), 1))


def _of(function: Callable[..., lazy.Array], example: str) -> Callable[..., Any]:
    """Return the function of this module for one of `lazy`'s: its arguments, and `chunks`."""

    @functools.wraps(function)
    def made(*args: Any, chunks: Any = "auto", **keywords: Any) -> Any:
        return from_lazy(function(*args, **keywords), chunks)

    name = function.__name__
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())
    first = next(n for n, one in enumerate(parameters) if one.kind is one.KEYWORD_ONLY)
    parameters.insert(
        first, inspect.Parameter("chunks", inspect.Parameter.KEYWORD_ONLY, default="auto")
    )
    made.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=parameters, return_annotation=inspect.Signature.empty
    )
    made.__module__ = __name__
    made.__doc__ = f"""Make a Dask array of what `tfphilox.lazy.{name}` makes.

    Parameters are those of ``tfphilox.lazy.{name}``, and `chunks`, as in `from_lazy`.

    Examples
    --------
    >>> import tfphilox as tp
    >>> import tfphilox.dask
    >>> {example}
    """
    return made


_RUN = '.compute(scheduler="synchronous")'
uniform = _of(
    lazy.uniform,
    f"""tp.dask.uniform(4, seed=[1, 2], chunks=3){_RUN}
    array([0.8440604 , 0.19204533, 0.9962232 , 0.1603874 ], dtype=float32)""",
)
normal = _of(
    lazy.normal,
    f"""tp.dask.normal(3, graph_seed=1, op_seed=2, chunks=2){_RUN}
    array([-1.0467793,  0.8397046,  1.2358364], dtype=float32)""",
)
truncated_normal = _of(
    lazy.truncated_normal,
    f"""tp.dask.truncated_normal(4, graph_seed=1, op_seed=2, chunks=1)[2:]{_RUN}
    array([1.2358364, 0.3037427], dtype=float32)""",
)
integers = _of(
    lazy.integers,
    f"""tp.dask.integers(6, 0, 100, graph_seed=1, op_seed=2, chunks=4){_RUN}
    array([99, 15,  2,  9, 31, 86], dtype=int32)""",
)
words = _of(
    lazy.words,
    f"""tp.dask.words(10**9, graph_seed=1, op_seed=2)[:2]{_RUN}
    array([3878945999, 2364392915], dtype=uint32)""",
)
gamma = _of(
    lazy.gamma,
    f"""tp.dask.gamma(4, 0.5, seed=[1, 2], chunks=3){_RUN}
    array([0.06695361, 0.62823546, 0.18136732, 0.04758992], dtype=float32)""",
)
poisson = _of(
    lazy.poisson,
    f"""tp.dask.poisson(6, 3.5, "int32", seed=[1, 2], chunks=4){_RUN}
    array([6, 5, 4, 6, 3, 7], dtype=int32)""",
)
binomial = _of(
    lazy.binomial,
    f"""tp.dask.binomial(6, 20.0, 0.3, seed=[1, 2], chunks=4){_RUN}
    array([10,  9,  9,  7,  7,  7], dtype=int32)""",
)


def __getattr__(name: str) -> Any:
    if not name.startswith("_"):
        getattr(lazy, name)  # says why there is none, if it is an op that is drawn whole
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
