"""random/candidates.py: tf.random's candidate samplers, which `tfphilox.nn` has too."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, SupportsInt

from numpy.typing import ArrayLike

from .. import raw_ops
from ..graphs.graph import op
from ..raw_ops.candidates import Candidates
from ..seeding import scopes

__all__ = [
    "all_candidate_sampler",
    "fixed_unigram_candidate_sampler",
    "learned_unigram_candidate_sampler",
    "log_uniform_candidate_sampler",
    "uniform_candidate_sampler",
]


@op("random.uniform_candidate_sampler")
def uniform_candidate_sampler(
    true_classes: ArrayLike,
    num_true: SupportsInt,
    num_sampled: SupportsInt,
    unique: bool,
    range_max: SupportsInt,
    seed: SupportsInt | None = None,
    name: str | None = None,
) -> Candidates:
    """Draw classes that are all as likely.

    Parameters
    ----------
    true_classes, num_true, num_sampled, unique, range_max
        As in ``tfphilox.raw_ops.UniformCandidateSampler``.
    seed : int, optional
        The op seed; see `set_seed`. With one, the next call with the same seed and the same
        numbers, `true_classes` aside, continues this call's stream.
    name : str, optional
        Ignored.

    Returns
    -------
    sampled_candidates, true_expected_count, sampled_expected_count
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
    tensorflow/python/ops/candidate_sampling_ops.py, uniform_candidate_sampler.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> tp.random.uniform_candidate_sampler(
    ...     [[0, 3]], num_true=2, num_sampled=3, unique=True, range_max=5, seed=1
    ... ).sampled_candidates
    array([3, 4, 1])
    """
    return _draw(
        raw_ops.UniformCandidateSampler, seed, true_classes=true_classes, num_true=num_true,
        num_sampled=num_sampled, unique=unique, range_max=range_max,
    )  # fmt: skip


@op("random.log_uniform_candidate_sampler")
def log_uniform_candidate_sampler(
    true_classes: ArrayLike,
    num_true: SupportsInt,
    num_sampled: SupportsInt,
    unique: bool,
    range_max: SupportsInt,
    seed: SupportsInt | None = None,
    name: str | None = None,
) -> Candidates:
    """Draw classes of which the low ones are the likelier, as words by rank.

    Parameters
    ----------
    true_classes, num_true, num_sampled, unique, range_max
        As in ``tfphilox.raw_ops.LogUniformCandidateSampler``.
    seed : int, optional
        The op seed; see `set_seed`. With one, the next call with the same seed and the same
        numbers, `true_classes` aside, continues this call's stream.
    name : str, optional
        Ignored.

    Returns
    -------
    sampled_candidates, true_expected_count, sampled_expected_count
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
    tensorflow/python/ops/candidate_sampling_ops.py, log_uniform_candidate_sampler.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> tp.random.log_uniform_candidate_sampler(
    ...     [[0, 3]], num_true=2, num_sampled=3, unique=True, range_max=5, seed=1
    ... ).sampled_candidates
    array([1, 0, 2])
    """
    return _draw(
        raw_ops.LogUniformCandidateSampler, seed, true_classes=true_classes, num_true=num_true,
        num_sampled=num_sampled, unique=unique, range_max=range_max,
    )  # fmt: skip


@op("random.learned_unigram_candidate_sampler")
def learned_unigram_candidate_sampler(
    true_classes: ArrayLike,
    num_true: SupportsInt,
    num_sampled: SupportsInt,
    unique: bool,
    range_max: SupportsInt,
    seed: SupportsInt | None = None,
    name: str | None = None,
) -> Candidates:
    """Draw classes by weights that count the true classes of the calls before.

    Parameters
    ----------
    true_classes, num_true, num_sampled, unique, range_max
        As in ``tfphilox.raw_ops.LearnedUnigramCandidateSampler``.
    seed : int, optional
        The op seed; see `set_seed`. With one, the next call with the same seed and the same
        numbers, `true_classes` aside, continues this call's stream.
    name : str, optional
        Ignored.

    Returns
    -------
    sampled_candidates, true_expected_count, sampled_expected_count
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
    tensorflow/python/ops/candidate_sampling_ops.py, learned_unigram_candidate_sampler.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> tp.random.learned_unigram_candidate_sampler(
    ...     [[0, 3]], num_true=2, num_sampled=3, unique=True, range_max=5, seed=1
    ... ).sampled_candidates
    array([0, 3, 2])
    """
    return _draw(
        raw_ops.LearnedUnigramCandidateSampler, seed, true_classes=true_classes, num_true=num_true,
        num_sampled=num_sampled, unique=unique, range_max=range_max,
    )  # fmt: skip


@op("random.fixed_unigram_candidate_sampler")
def fixed_unigram_candidate_sampler(
    true_classes: ArrayLike,
    num_true: SupportsInt,
    num_sampled: SupportsInt,
    unique: bool,
    range_max: SupportsInt,
    vocab_file: str | os.PathLike[str] = "",
    distortion: float = 1.0,
    num_reserved_ids: SupportsInt = 0,
    num_shards: SupportsInt = 1,
    shard: SupportsInt = 0,
    unigrams: Sequence[float] = (),
    seed: SupportsInt | None = None,
    name: str | None = None,
) -> Candidates:
    """Draw classes by weights from a list or a file.

    Parameters
    ----------
    true_classes, num_true, num_sampled, unique, range_max, vocab_file, distortion, \
    num_reserved_ids, num_shards, shard, unigrams
        As in ``tfphilox.raw_ops.FixedUnigramCandidateSampler``.
    seed : int, optional
        The op seed; see `set_seed`. With one, the next call with the same seed and the same
        numbers, `true_classes` aside, continues this call's stream.
    name : str, optional
        Ignored.

    Returns
    -------
    sampled_candidates, true_expected_count, sampled_expected_count
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
    tensorflow/python/ops/candidate_sampling_ops.py, fixed_unigram_candidate_sampler.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> tp.random.fixed_unigram_candidate_sampler(
    ...     [[0, 3]], num_true=2, num_sampled=3, unique=True, range_max=5, unigrams=[1, 2, 3, 4, 5],
    ...     seed=1).sampled_candidates
    array([3, 2, 4])
    """
    return _draw(
        raw_ops.FixedUnigramCandidateSampler, seed, true_classes=true_classes, num_true=num_true,
        num_sampled=num_sampled, unique=unique, range_max=range_max, vocab_file=vocab_file,
        distortion=distortion, num_reserved_ids=num_reserved_ids, num_shards=num_shards,
        shard=shard, unigrams=unigrams,
    )  # fmt: skip


@op("random.all_candidate_sampler")
def all_candidate_sampler(
    true_classes: ArrayLike,
    num_true: SupportsInt,
    num_sampled: SupportsInt,
    unique: bool,
    seed: SupportsInt | None = None,
    name: str | None = None,
) -> Candidates:
    """Return all classes in order, each with the count 1: nothing is drawn.

    Parameters
    ----------
    true_classes, num_true, num_sampled, unique
        As in ``tfphilox.raw_ops.AllCandidateSampler``.
    seed : int, optional
        The op seed; see `set_seed`. Without one, the next of the global seed's is
        used up, as in TensorFlow.
    name : str, optional
        Ignored.

    Returns
    -------
    sampled_candidates, true_expected_count, sampled_expected_count
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
    tensorflow/python/ops/candidate_sampling_ops.py, all_candidate_sampler.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> tp.random.all_candidate_sampler(
    ...     [[0]], num_true=1, num_sampled=3, unique=True
    ... ).sampled_candidates
    array([0, 1, 2])
    """
    return _draw(
        raw_ops.AllCandidateSampler, seed, true_classes=true_classes, num_true=num_true,
        num_sampled=num_sampled, unique=unique,
    )  # fmt: skip


def _draw(op: Any, op_seed: SupportsInt | None, **arguments: Any) -> Candidates:
    """Run an op with the seeds it gets."""
    drawn: Candidates = scopes.seeded(
        op_seed, lambda seed, seed2: op(seed=seed, seed2=seed2, **arguments)
    )
    return drawn
