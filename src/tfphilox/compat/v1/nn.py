"""compat/v1/nn.py: tf.compat.v1.nn: dropout by the probability to keep, and all five samplers."""

from __future__ import annotations

import numbers
from typing import Any, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ... import nn
from ..._c._undo import whole
from ...arrays.arguments import ShapeLike, is_float
from ...arrays.arithmetic import broadcast_op
from ...arrays.wording import brief
from ...graphs.graph import Tensor
from ...random import (
    all_candidate_sampler,
    fixed_unigram_candidate_sampler,
    learned_unigram_candidate_sampler,
    log_uniform_candidate_sampler,
    uniform_candidate_sampler,
)
from ...seeding import versions

__all__ = [
    "all_candidate_sampler",
    "dropout",
    "fixed_unigram_candidate_sampler",
    "learned_unigram_candidate_sampler",
    "log_uniform_candidate_sampler",
    "uniform_candidate_sampler",
]


@whole
def dropout(
    x: ArrayLike,
    keep_prob: float | NDArray[Any] | None = None,
    noise_shape: ShapeLike | None = None,
    seed: SupportsInt | None = None,
    name: str | None = None,
    rate: float | NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Set elements to 0 at random and scale up the others: `tfphilox.nn.dropout`, as it was.

    Parameters
    ----------
    x, noise_shape, seed, name
        As in `tfphilox.nn.dropout`.
    keep_prob : number in (0, 1], or array of shape [] and of the type of `x`, optional
        The share to keep: the rate is ``1 - keep_prob``, in double or in the type of an array or,
        from TensorFlow 2.18 on, of a NumPy number.
    rate : number in [0, 1), or array of shape [] and of the type of `x`, optional
        The share to drop. One of the two must be given.

    Returns
    -------
    ndarray of the type of `x`, of its shape or larger by broadcasting

    Raises
    ------
    TypeError, ValueError, MemoryError
        As there; ValueError also if `keep_prob` is no number, or both or neither are given.

    Stream
    ------
    As there, and verified as there.

    References
    ----------
    tensorflow/python/ops/nn_ops.py, dropout.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.compat.v1.nn.dropout([1.0, 1, 1, 1, 1, 1], keep_prob=0.75, seed=1)
    array([1.3333334, 0.       , 0.       , 1.3333334, 1.3333334, 1.3333334],
          dtype=float32)
    """
    if keep_prob is not None:
        if rate is not None:
            raise ValueError("keep_prob and rate must not both be given")
        rate = _rate_of(keep_prob)
    if rate is None:
        raise ValueError("rate must be given")
    return nn.dropout(x, rate, noise_shape, seed)


def _rate_of(keep_prob: Any) -> Any:
    if isinstance(keep_prob, Tensor):
        return 1 - keep_prob
    if isinstance(keep_prob, np.ndarray) and is_float(keep_prob.dtype):
        return broadcast_op("subtract", np.ones((), keep_prob.dtype), keep_prob)
    if isinstance(keep_prob, np.floating):
        in_its_type = versions.rule("dropout_numpy_rate") == "its type"
        one = keep_prob.dtype.type(1) if in_its_type else np.float64(1)
        return one - keep_prob
    if not isinstance(keep_prob, numbers.Real):
        raise ValueError(
            f"keep_prob must be a number or an array of floats, got {brief(keep_prob)}"
        )
    return 1.0 - keep_prob
