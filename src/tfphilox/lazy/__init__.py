"""lazy: arrays of random numbers that are made where they are indexed.

An element of a run depends on the op's stream and its own place alone, so an array need not be
there to be used: it is a shape, a key and a counter, and what is asked for is drawn. 2**50
elements cost nothing until they are read; a slice costs what it holds, and is equal to that part
of the whole, however it is cut.

>>> import tfphilox as tp
>>> field = tp.lazy.normal((2**25, 2**25), graph_seed=1, op_seed=2)
>>> field[0, :3]
array([-1.0467793,  0.8397046,  1.2358364], dtype=float32)
>>> field[2**24, ::-(2**23)].shape
(4,)

Seeds come in three ways, one of which each function takes: ``graph_seed`` and ``op_seed``, an op's
two attributes (and ``run``, which of its runs: 0 is the first); ``seed``, the pair of a stateless
op; ``key`` and ``counter``, of an op that takes these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np
from numpy.typing import DTypeLike

from ..arrays.wording import brief
from .array import Array
from .making import Seeds, Shape, made, seeded

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = [
    "Array",
    "binomial",
    "gamma",
    "integers",
    "normal",
    "poisson",
    "truncated_normal",
    "uniform",
    "words",
]

_WHOLE = {
    "categorical": "random.categorical or random.stateless_categorical",
    "parameterized_truncated_normal": "random.stateless_parameterized_truncated_normal",
    "shuffle": "random.shuffle",
}


@seeded
def uniform(
    shape: Shape,
    minval: float = 0,
    maxval: float | None = None,
    dtype: DTypeLike = "float32",
    **seeds: Unpack[Seeds],
) -> Array:
    """Make a lazy array of floats in [minval, maxval), as ``tf.random.uniform`` draws them.

    Parameters
    ----------
    shape : int or sequence of int
        Of fewer than 2**63 elements.
    minval, maxval, dtype
        Numbers, as in `Stream.uniform`.
    graph_seed, op_seed : int, optional
        The attributes of the op.
    run : int
        Which run of the op: those before it, of the same shape, are passed over.
    seed : pair of int, optional
        Of a stateless op, instead.
    key, counter : int or uint64[1] and uint64[2], optional
        Of an op that takes these, instead.

    Returns
    -------
    Array

    Raises
    ------
    TypeError, ValueError
        A bad shape, parameter or dtype, or seeds in no way or several.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.uniform(4, seed=[1, 2])[:]  # stateless_uniform's
    array([0.8440604 , 0.19204533, 0.9962232 , 0.1603874 ], dtype=float32)
    >>> tp.lazy.uniform(2**50, graph_seed=1, op_seed=2, run=3)[10**15 : 10**15 + 2]
    array([0.01218438, 0.06010103], dtype=float32)
    """
    return made("uniform", shape, dtype, seeds, minval=minval, maxval=maxval)


@seeded
def normal(
    shape: Shape,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: DTypeLike = "float32",
    **seeds: Unpack[Seeds],
) -> Array:
    """Make a lazy array of normal numbers, as ``tf.random.normal`` draws them.

    Parameters and errors are those of `uniform`, with `mean` and `stddev` for the bounds.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.normal((2, 3), graph_seed=1, op_seed=2)[0]
    array([-1.0467793,  0.8397046,  1.2358364], dtype=float32)
    """
    return made("normal", shape, dtype, seeds, mean=mean, stddev=stddev)


@seeded
def truncated_normal(
    shape: Shape,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: DTypeLike = "float32",
    **seeds: Unpack[Seeds],
) -> Array:
    """Make a lazy array of normal numbers within two deviations of the mean.

    Parameters and errors are those of `uniform`, with `mean` and `stddev` for the bounds.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.truncated_normal(4, graph_seed=1, op_seed=2)[2:]
    array([1.2358364, 0.3037427], dtype=float32)
    """
    return made("truncated_normal", shape, dtype, seeds, mean=mean, stddev=stddev)


@seeded
def integers(
    shape: Shape,
    minval: SupportsIndex | None = None,
    maxval: SupportsIndex | None = None,
    dtype: DTypeLike = "int32",
    **seeds: Unpack[Seeds],
) -> Array:
    """Make a lazy array of integers in [minval, maxval), or of every bit pattern.

    Parameters and errors are those of `uniform` and `Stream.integers`.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.integers(6, 0, 100, graph_seed=1, op_seed=2)[::-1]
    array([86, 31,  9,  2, 15, 99], dtype=int32)
    """
    return made("integers", shape, dtype, seeds, minval=minval, maxval=maxval)


@seeded
def words(
    n: SupportsIndex,
    **seeds: Unpack[Seeds],
) -> Array:
    """Make a lazy array of the generator's 32-bit words.

    Seeds and errors are those of `uniform`.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.words(2**40, graph_seed=1, op_seed=2)[:2]
    array([3878945999, 2364392915], dtype=uint32)
    """
    if isinstance(n, tuple | list | np.ndarray):
        raise TypeError(f"n must be an integer, got {brief(n)}")
    return made("words", n, "uint32", seeds)


@seeded
def gamma(
    shape: Shape,
    alpha: float,
    beta: float | None = None,
    dtype: DTypeLike = "float32",
    **seeds: Unpack[Seeds],
) -> Array:
    """Make a lazy array of gamma numbers, of one alpha and one beta.

    Parameters and errors are those of `uniform` and `Stream.gamma`.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.gamma(2**40, 0.5, seed=[1, 2])[2:4]
    array([0.18136732, 0.04758992], dtype=float32)
    """
    return made("gamma", shape, dtype, seeds, alpha=alpha, beta=beta)


@seeded
def poisson(
    shape: Shape,
    lam: float,
    dtype: DTypeLike = "float32",
    **seeds: Unpack[Seeds],
) -> Array:
    """Make a lazy array of Poisson numbers, of one rate.

    Parameters and errors are those of `uniform` and `Stream.poisson`.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.poisson(6, 3.5, "int32", seed=[1, 2])[3:]
    array([6, 3, 7], dtype=int32)
    """
    return made("poisson", shape, dtype, seeds, lam=lam)


@seeded
def binomial(
    shape: Shape,
    counts: float,
    probs: float,
    dtype: DTypeLike = "int32",
    **seeds: Unpack[Seeds],
) -> Array:
    """Make a lazy array of binomial numbers, of one count and one probability.

    Parameters and errors are those of `uniform` and `Stream.binomial`.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.lazy.binomial(6, 20.0, 0.3, seed=[1, 2])[:2]
    array([10,  9], dtype=int32)
    """
    return made("binomial", shape, dtype, seeds, counts=counts, probs=probs)


def __getattr__(name: str) -> Any:
    if name in _WHOLE:
        raise AttributeError(
            f"there is no lazy {name}: its numbers depend on those before them, so no part can be "
            f"drawn alone; tfphilox.{_WHOLE[name]} draws it whole"
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
