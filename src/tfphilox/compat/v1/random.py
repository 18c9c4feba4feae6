"""compat/v1/random.py: tf.compat.v1.random, whose seed functions have names of their own."""

from __future__ import annotations

from typing import Any, SupportsIndex, SupportsInt

from numpy.typing import ArrayLike, DTypeLike, NDArray

from ... import raw_ops
from ..._c._undo import whole
from ...arrays.arguments import SeedLike, ShapeLike
from ...graphs.graph import graph_being_built
from ...random import (
    Algorithm,
    Generator,
    all_candidate_sampler,
    categorical,
    create_rng_state,
    experimental,
    fixed_unigram_candidate_sampler,
    fold_in,
    gamma,
    get_global_generator,
    learned_unigram_candidate_sampler,
    log_uniform_candidate_sampler,
    normal,
    set_global_generator,
    shuffle,
    split,
    stateless_binomial,
    stateless_categorical,
    stateless_gamma,
    stateless_normal,
    stateless_parameterized_truncated_normal,
    stateless_poisson,
    stateless_truncated_normal,
    stateless_uniform,
    truncated_normal,
    uniform,
    uniform_candidate_sampler,
)
from ...random import poisson as _poisson
from ...random import set_seed as set_random_seed
from ...seeding import scopes

__all__ = [
    "Algorithm",
    "Generator",
    "all_candidate_sampler",
    "categorical",
    "create_rng_state",
    "experimental",
    "fixed_unigram_candidate_sampler",
    "fold_in",
    "gamma",
    "get_global_generator",
    "get_seed",
    "learned_unigram_candidate_sampler",
    "log_uniform_candidate_sampler",
    "multinomial",
    "normal",
    "poisson",
    "set_global_generator",
    "set_random_seed",
    "shuffle",
    "split",
    "stateless_binomial",
    "stateless_categorical",
    "stateless_gamma",
    "stateless_multinomial",
    "stateless_normal",
    "stateless_parameterized_truncated_normal",
    "stateless_poisson",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
    "uniform_candidate_sampler",
]


@whole
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

    Stream
    ------
    Draws no words; uses up one op seed if there is a global seed and `op_seed` is None. While a
    graph is built its seed counts, and the number of unseeded ops (up to TensorFlow 2.1: of nodes)
    in it. Verified against TensorFlow 2.21.

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
    graph = graph_being_built()
    return scopes.get_seed(op_seed) if graph is None else graph.next_seed(op_seed)


@whole
def poisson(
    lam: ArrayLike,
    shape: ShapeLike,
    dtype: DTypeLike = "float32",
    seed: SupportsInt | None = None,
    name: str | None = None,
) -> NDArray[Any]:
    """Draw from Poisson distributions: `tfphilox.random.poisson`, the rates first.

    Parameters
    ----------
    lam, shape, dtype, seed, name
        As in `tfphilox.random.poisson`.

    Returns
    -------
    ndarray of `dtype`, of shape ``shape`` followed by that of lam

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `tfphilox.random.poisson`.

    Stream
    ------
    As `tfphilox.random.poisson`, whose kernels it shares. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/random_ops.py, random_poisson.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(5)
    >>> tp.compat.v1.random.poisson([0.5, 12.2], [2])
    array([[ 0., 12.],
           [ 0., 12.]], dtype=float32)
    """
    return _poisson(shape, lam, dtype, seed)


@whole
def multinomial(
    logits: ArrayLike,
    num_samples: SupportsIndex,
    seed: SupportsInt | None = None,
    name: str | None = None,
    output_dtype: DTypeLike | None = None,
) -> NDArray[Any]:
    """Draw classes by the logits of each row: `tfphilox.random.categorical`, in another order.

    Parameters
    ----------
    logits, num_samples, seed, name
        As in `tfphilox.random.categorical`.
    output_dtype : {int32, int64}, default int64
        Type of the result, there `dtype`.

    Returns
    -------
    ndarray of `output_dtype`, of shape [rows, num_samples]

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `tfphilox.random.categorical`.

    Stream
    ------
    As `tfphilox.random.categorical`, whose kernels it shares. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/random_ops.py, multinomial.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(5)
    >>> tp.compat.v1.random.multinomial([[0.0, 1.0, 2.0]], 8, seed=None, output_dtype="int32")
    array([[0, 0, 2, 2, 1, 1, 1, 2]], dtype=int32)
    """
    return categorical(logits, num_samples, output_dtype, seed)


def stateless_multinomial(
    logits: ArrayLike,
    num_samples: SupportsIndex,
    seed: SeedLike,
    output_dtype: DTypeLike | None = "int64",
    name: str | None = None,
) -> NDArray[Any]:
    """Draw classes by their logits from a seed pair: an older name of `stateless_categorical`.

    Parameters
    ----------
    logits, num_samples, seed, name
        As in `tfphilox.random.stateless_categorical`.
    output_dtype : {int32, int64}, default int64
        Type of the result, there `dtype`.

    Returns
    -------
    ndarray of `output_dtype`, of shape [rows, num_samples]

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in `tfphilox.random.stateless_categorical`.

    Stream
    ------
    As `tfphilox.random.stateless_categorical`. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/stateless_random_ops.py, stateless_multinomial.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.compat.v1.random.stateless_multinomial([[0.0, 1.0, 2.0, 3.0]], 8, [1, 2])
    array([[3, 3, 2, 3, 3, 3, 3, 2]])
    """
    return stateless_categorical(logits, num_samples, seed, output_dtype)


def random_index_shuffle(
    index: ArrayLike,
    seed: ArrayLike,
    max_index: ArrayLike,
    rounds: SupportsIndex = 4,
    name: str | None = None,
) -> NDArray[Any]:
    """Return the places of indices in a random permutation: the raw op, by position.

    Parameters
    ----------
    index, seed, max_index, rounds, name
        As in ``tfphilox.raw_ops.RandomIndexShuffle``.

    Returns
    -------
    integer array
        As there.

    Raises
    ------
    TypeError, ValueError
        As there.

    Stream
    ------
    As there.

    References
    ----------
    tensorflow/python/ops/gen_random_index_shuffle_ops.py, random_index_shuffle.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.compat.v1.random_index_shuffle([0, 1, 2, 3], [1, 2, 3], 3)
    array([2, 0, 3, 1], dtype=int32)
    """
    return raw_ops.RandomIndexShuffle(
        index=index, seed=seed, max_index=max_index, rounds=rounds, name=name
    )
