"""raw_ops/candidates.py: the candidate samplers: classes drawn, and how often to expect each.

A sampler's kernel keeps a counter, and that of a learned distribution the weights it has learned;
both stay until `tfphilox.random.set_seed`, as in TensorFlow's eager mode.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._c import _candidates
from ..graphs.graph import op
from ..seeding.process import Lock
from ..seeding.scopes import active, op_attribute
from ..seeding.streams import from_seeds
from ..stream import Stream

__all__ = [
    "AllCandidateSampler",
    "FixedUnigramCandidateSampler",
    "LearnedUnigramCandidateSampler",
    "LogUniformCandidateSampler",
    "ThreadUnsafeUnigramCandidateSampler",
    "UniformCandidateSampler",
]


class Candidates(NamedTuple):
    """What a candidate sampler returns."""

    sampled_candidates: NDArray[np.int64]
    true_expected_count: NDArray[np.float32]
    sampled_expected_count: NDArray[np.float32]


@op("raw_ops.UniformCandidateSampler")
def UniformCandidateSampler(
    *,
    true_classes: ArrayLike,
    num_true: SupportsInt,
    num_sampled: SupportsInt,
    unique: bool,
    range_max: SupportsInt,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    name: str | None = None,
) -> Candidates:
    """Draw classes that are all as likely.

    Parameters
    ----------
    true_classes : integer array_like of shape [batch, num_true]
        Classes to give the expected counts of, 0 to ``range_max - 1``. They do not influence what
        is drawn.
    num_true : int, 1 or more
        Columns of `true_classes`.
    num_sampled : int, 1 to 2**31 - 1
        How many classes to draw.
    unique : bool
        Whether to draw a class again if the batch has it. Then `num_sampled` is at most
        `range_max`.
    range_max : int, 1 or more
        Number of classes.
    seed, seed2 : int, -2**63 to 2**63 - 1, default 0
        The op's seeds. Both 0 means no seed: the kernel then starts from the operating system's
        entropy.
    name : str, optional
        Ignored.

    Returns
    -------
    sampled_candidates : int64 array of shape [num_sampled]
    true_expected_count : float32 array of shape [batch, num_true]
        How often each class may be expected in such a batch: ``p * num_sampled``, or if classes
        had to be drawn again and it took `t` tries, ``1 - (1 - p)**t``.
    sampled_expected_count : float32 array of shape [num_sampled]
        The same of the classes drawn.

    Raises
    ------
    TypeError
        If an argument has a type not listed above.
    ValueError
        For another shape or a class out of range, a number below 1, a range too small for unique
        classes, or if 2**31 - 1 tries were not enough for them (TensorFlow dies then).

    Stream
    ------
    Words singly, two for a try, more where a number is rejected. The kernel moves on by 512 blocks
    for every class. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/candidate_sampler_ops.cc; range_sampler.cc, UniformSampler.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> tp.raw_ops.UniformCandidateSampler(true_classes=[[0, 3]], num_true=2, num_sampled=3,
    ...     unique=True, range_max=5, seed=1, seed2=1).sampled_candidates
    array([3, 4, 1])
    """
    op = _Op("UniformCandidateSampler", true_classes, num_true, num_sampled, unique, range_max)
    return op.run(seed, seed2, lambda: _candidates.Sampler("uniform", op.range_max))


@op("raw_ops.LogUniformCandidateSampler")
def LogUniformCandidateSampler(
    *,
    true_classes: ArrayLike,
    num_true: SupportsInt,
    num_sampled: SupportsInt,
    unique: bool,
    range_max: SupportsInt,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    name: str | None = None,
) -> Candidates:
    """Draw classes of which class c has the likelihood log((c + 2) / (c + 1)) / log(range_max + 1).

    Parameters
    ----------
    true_classes, num_true, num_sampled, unique, range_max, seed, seed2, name
        As in `UniformCandidateSampler`.

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
    Two words for a try. The kernel moves on by 512 blocks for every class. Verified against
    TensorFlow 2.21 on a CPU with FMA and glibc 2.36.

    References
    ----------
    tensorflow/core/kernels/range_sampler.cc, LogUniformSampler.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> tp.raw_ops.LogUniformCandidateSampler(true_classes=[[0, 3]], num_true=2, num_sampled=3,
    ...     unique=True, range_max=5, seed=1, seed2=1).sampled_candidates
    array([1, 0, 2])
    """
    op = _Op("LogUniformCandidateSampler", true_classes, num_true, num_sampled, unique, range_max)
    return op.run(seed, seed2, lambda: _candidates.Sampler("log_uniform", op.range_max))


@op("raw_ops.LearnedUnigramCandidateSampler")
def LearnedUnigramCandidateSampler(
    *,
    true_classes: ArrayLike,
    num_true: SupportsInt,
    num_sampled: SupportsInt,
    unique: bool,
    range_max: SupportsInt,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    name: str | None = None,
) -> Candidates:
    """Draw classes by weights that count the true classes of the calls before.

    Parameters
    ----------
    true_classes, num_true, num_sampled, unique, seed, seed2, name
        As in `UniformCandidateSampler`.
    range_max : int, 1 to 2**31 - 2
        Number of classes. Each begins with the weight 1.

    Returns
    -------
    sampled_candidates, true_expected_count, sampled_expected_count
        As there.

    Raises
    ------
    TypeError, ValueError, MemoryError
        As there, and for a larger `range_max`.

    Stream
    ------
    One word for a try, more where a number is rejected. The kernel moves on by 512 blocks for
    every class; then each true class gets a weight higher by 1, until the sum is 2**31 - 1.
    Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/range_sampler.cc, UnigramSampler.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> def sample():
    ...     return tp.raw_ops.LearnedUnigramCandidateSampler(true_classes=[[0, 3]], num_true=2,
    ...         num_sampled=3, unique=True, range_max=5, seed=1, seed2=1)
    >>> sample().true_expected_count, sample().true_expected_count
    (array([[0.6, 0.6]], dtype=float32), array([[0.8671897, 0.8671897]], dtype=float32))
    """
    return _learned(
        "LearnedUnigramCandidateSampler",
        true_classes, num_true, num_sampled, unique, range_max, seed, seed2,
    )  # fmt: skip


@op("raw_ops.ThreadUnsafeUnigramCandidateSampler")
def ThreadUnsafeUnigramCandidateSampler(
    *,
    true_classes: ArrayLike,
    num_true: SupportsInt,
    num_sampled: SupportsInt,
    unique: bool,
    range_max: SupportsInt,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    name: str | None = None,
) -> Candidates:
    """Draw as `LearnedUnigramCandidateSampler` does, from a kernel of its own.

    Parameters
    ----------
    true_classes, num_true, num_sampled, unique, range_max, seed, seed2, name
        As there. Threads may share this one, too.

    Returns
    -------
    sampled_candidates, true_expected_count, sampled_expected_count
        As there.

    Raises
    ------
    TypeError, ValueError, MemoryError
        As there.

    Stream
    ------
    As there.

    References
    ----------
    tensorflow/core/kernels/range_sampler.cc, ThreadUnsafeUnigramSampler.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> tp.raw_ops.ThreadUnsafeUnigramCandidateSampler(true_classes=[[0, 3]], num_true=2,
    ...     num_sampled=3, unique=True, range_max=5, seed=1, seed2=1).sampled_candidates
    array([0, 3, 2])
    """
    return _learned(
        "ThreadUnsafeUnigramCandidateSampler",
        true_classes, num_true, num_sampled, unique, range_max, seed, seed2,
    )  # fmt: skip


@op("raw_ops.FixedUnigramCandidateSampler")
def FixedUnigramCandidateSampler(
    *,
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
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    name: str | None = None,
) -> Candidates:
    """Draw classes by weights from a list or a file.

    Parameters
    ----------
    true_classes, num_true, num_sampled, unique, seed, seed2, name
        As in `UniformCandidateSampler`.
    range_max : int, 1 to 2**31 - 1
        Number of classes, which the weights kept must number: reserved ones and those of the
        shard.
    vocab_file : str or path, optional
        A text file with a line for each class, its weight last, after a comma if there is more.
        Empty lines do not count. It is read when the kernel is made, not again.
    distortion : float, default 1
        The power that weights are raised to.
    num_reserved_ids : int, default 0
        So many classes come first and have the weight 0.
    num_shards, shard : int, default 1 and 0
        Of reserved classes, and again of classes with a weight, keep those whose number is
        `shard` modulo `num_shards`. Numbers of the latter go on after the reserved ones kept.
    unigrams : list or tuple of float
        The weights, if there is no `vocab_file`.

    Returns
    -------
    sampled_candidates, true_expected_count, sampled_expected_count
        As in `UniformCandidateSampler`.

    Raises
    ------
    TypeError, ValueError
        As there; and if both or neither of `vocab_file` and `unigrams` are given, their number is
        not `range_max`, or a line has no weight.
    OSError
        If the file cannot be read.

    Stream
    ------
    Two words for a try, more where a number is rejected. The kernel moves on by 512 blocks for
    every class. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/core/kernels/range_sampler.cc, FixedUnigramSampler.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(None)
    >>> tp.raw_ops.FixedUnigramCandidateSampler(true_classes=[[0, 3]], num_true=2, num_sampled=3,
    ...     unique=True, range_max=5, unigrams=[1, 2, 3, 4, 5], seed=1, seed2=1)
    ... # doctest: +NORMALIZE_WHITESPACE
    Candidates(sampled_candidates=array([3, 2, 4]),
      true_expected_count=array([[0.24116544, 0.71079504]], dtype=float32),
      sampled_expected_count=array([0.71079504, 0.59040004, 0.80246913], dtype=float32))
    """
    op = _Op("FixedUnigramCandidateSampler", true_classes, num_true, num_sampled, unique, range_max)
    if not isinstance(unigrams, list | tuple):
        raise TypeError(f"unigrams must be a list or tuple of numbers, got {unigrams!r}")
    weights = _as_weights("unigrams", unigrams)
    power = _as_weights("distortion", [distortion])
    file = os.fspath(vocab_file)
    reserved = op_attribute("num_reserved_ids", num_reserved_ids)
    shards, number = op_attribute("num_shards", num_shards), op_attribute("shard", shard)
    if shards < 1 or number < 0:
        raise ValueError(
            f"num_shards must be 1 or more and shard 0 or more, got {num_shards!r} and {shard!r}"
        )
    if bool(file) == bool(weights.size):
        raise ValueError("give either vocab_file or unigrams, and not both")
    if op.range_max > 2**31 - 1:
        raise ValueError(f"range_max must be less than 2**31, got {op.range_max}")

    def make() -> Any:
        kept = [np.float32(0)] * len(range(number, reserved, shards)) if number < shards else []
        found: Any = _read_weights(file, shards, number, len(kept)) if file else weights
        at = range(len(kept), len(kept) + len(found))
        mine = [weight for i, weight in zip(at, found, strict=True) if i % shards == number]
        if len(kept) + len(mine) != op.range_max:
            raise ValueError(
                f"range_max must be the number of weights, {len(kept) + len(mine)}, "
                f"got {op.range_max}"
            )
        distorted = _candidates.distort(np.array(mine, np.float32), float(power[0]))
        return _candidates.Sampler(
            "fixed", op.range_max, np.append(np.array(kept, np.float32), distorted)
        )

    bits = power.tobytes(), weights.tobytes()
    return op.run(seed, seed2, make, file, reserved, shards, number, bits)


@op("raw_ops.AllCandidateSampler")
def AllCandidateSampler(
    *,
    true_classes: ArrayLike,
    num_true: SupportsInt,
    num_sampled: SupportsInt,
    unique: bool,
    seed: SupportsInt | None = 0,
    seed2: SupportsInt | None = 0,
    name: str | None = None,
) -> Candidates:
    """Return all classes in order, each with the count 1: nothing is drawn.

    Parameters
    ----------
    true_classes, num_true, seed, seed2, name
        As in `UniformCandidateSampler`.
    num_sampled : int, 1 to 2**31 - 1
        How many classes there are.
    unique : bool
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
    None.

    References
    ----------
    tensorflow/core/kernels/range_sampler.cc, AllSampler.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.raw_ops.AllCandidateSampler(
    ...     true_classes=[[0]], num_true=1, num_sampled=3, unique=True).sampled_candidates
    array([0, 1, 2])
    """
    op = _Op("AllCandidateSampler", true_classes, num_true, num_sampled, unique, num_sampled)
    op_attribute("seed", seed)
    op_attribute("seed2", seed2)
    return Candidates(
        np.arange(op.num_sampled, dtype=np.int64),
        np.ones(op.true_classes.shape, np.float32),
        np.ones(op.num_sampled, np.float32),
    )


# ---- arguments and kernels ------------------------------------------------------------------


class _Kernel(Stream):
    """A sampler's stream, and beside it what the sampler has made or learned."""

    sampler: Any


class _Op:
    """A sampler's arguments, checked as the op's attributes and inputs are."""

    def __init__(
        self,
        op: str,
        true_classes: ArrayLike,
        num_true: SupportsInt,
        num_sampled: SupportsInt,
        unique: bool,
        range_max: SupportsInt,
    ) -> None:
        if not isinstance(unique, bool):
            raise TypeError(f"unique must be True or False, got {unique!r}")
        self.op = op
        self.unique = unique
        self.num_true = _positive("num_true", num_true, 2**31)
        self.num_sampled = _positive("num_sampled", num_sampled, 2**31)
        self.range_max = _positive("range_max", range_max, 2**63)
        array = _as_classes(true_classes)
        if array.ndim != 2 or array.shape[1] != self.num_true:
            raise ValueError(
                f"true_classes must have shape [batch, num_true], here [batch, {self.num_true}]; "
                f"got {array.shape}"
            )
        self.true_classes = array
        if self.unique and self.num_sampled > self.range_max:
            raise ValueError(
                f"num_sampled unique classes must be at most range_max, got {self.num_sampled} "
                f"of {self.range_max}"
            )
        if array.size and not 0 <= array.min() <= array.max() < self.range_max:
            raise ValueError(
                f"true_classes must be in [0, {self.range_max}), got {array.min()} to {array.max()}"
            )

    def run(
        self, seed: SupportsInt | None, seed2: SupportsInt | None, make: Any, *attributes: Any
    ) -> Candidates:
        """Draw from the kernel of these attributes, made if there is none."""
        kernel = self.kernel(seed, seed2, make, *attributes)
        return kernel._draw_by(lambda key, start: self.draw(kernel, key, start))

    def draw(self, kernel: _Kernel, key: int, start: int) -> tuple[Candidates, int]:
        drawn = kernel.sampler.sample(self.num_sampled, self.unique, key, start, self.true_classes)
        return Candidates(*drawn), 512 * self.num_sampled

    def kernel(
        self, seed: SupportsInt | None, seed2: SupportsInt | None, make: Any, *attributes: Any
    ) -> _Kernel:
        seed, seed2 = op_attribute("seed", seed), op_attribute("seed2", seed2)
        shape = self.num_true, self.num_sampled, self.unique, self.range_max
        key = self.op, seed, seed2, *shape, *attributes
        found: _Kernel = active().kernel(key, _new_kernel, seed, seed2, make)
        return found


_learning = Lock()


def _new_kernel(seed: int, seed2: int, make: Any) -> _Kernel:
    kernel: _Kernel = from_seeds(seed, seed2, _Kernel)
    kernel.sampler = make()
    return kernel


def _learned(
    name: str,
    true_classes: ArrayLike,
    num_true: SupportsInt,
    num_sampled: SupportsInt,
    unique: bool,
    range_max: SupportsInt,
    seed: SupportsInt | None,
    seed2: SupportsInt | None,
) -> Candidates:
    op = _Op(name, true_classes, num_true, num_sampled, unique, range_max)
    if op.range_max >= 2**31 - 1:
        raise ValueError(f"range_max must be less than 2**31 - 1, got {op.range_max}")
    kernel = op.kernel(seed, seed2, lambda: _candidates.Sampler("learned", op.range_max))

    def draw(key: int, start: int) -> tuple[Candidates, int]:
        drawn = op.draw(kernel, key, start)
        kernel.sampler.learn(op.true_classes)  # one call at a time: by what those before left
        return drawn

    return kernel._draw_by(draw)


def _positive(name: str, value: Any, limit: int) -> int:
    if value is None:
        raise TypeError(f"{name} must be an integer, got None")
    number = op_attribute(name, value)
    if not 1 <= number < limit:
        raise ValueError(f"{name} must be in [1, {limit}), got {value!r}")
    return number


def _as_classes(value: Any) -> NDArray[np.int64]:
    """Return classes as int64: Python integers, or any numeric array, as TensorFlow casts it."""
    array = np.asarray(value)
    if array.dtype.kind not in ("biuf" if hasattr(value, "__array__") else "iu") and array.size:
        raise TypeError(f"true_classes must hold integers, got {value!r}")
    return np.ascontiguousarray(array.astype(np.int64)).reshape(array.shape)


def _as_float(name: str, value: Any) -> float:
    if isinstance(value, str | bytes) or np.ndim(value):
        raise TypeError(f"{name} must be a number, got {value!r}")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, got {value!r}") from None
    except OverflowError:
        raise ValueError(f"{name} is too large for a float: {value!r}") from None


def _as_weights(name: str, values: Sequence[float]) -> NDArray[np.float32]:
    """Return numbers as the op's float attributes take them."""
    with np.errstate(over="ignore"):
        if not set(map(type, values)) <= {float}:
            values = [_as_float(name, value) for value in values]
        return np.array(values, np.float64).astype(np.float32)


def _read_weights(file: str, shards: int, shard: int, first: int) -> list[np.float32 | None]:
    """Return the last field of each line; None for lines of other shards, which may hold anything.

    References
    ----------
    tensorflow/core/kernels/range_sampler.cc, LoadFromFile; tsl/lib/io/inputbuffer.cc, ReadLine,
    which drops every carriage return.
    """
    with open(file, "rb") as opened:
        lines = opened.read().replace(b"\r", b"").split(b"\n")
    weights: list[np.float32 | None] = []
    for line in lines:
        if line:
            mine = (first + len(weights)) % shards == shard
            weights.append(_parse_weight(line) if mine else None)
    return weights


def _parse_weight(line: bytes) -> np.float32:
    """Return the number at the end of a line, rounded once, as C's strtof reads it."""
    from fractions import Fraction  # a slow import, for vocabulary files only

    text = line.rsplit(b",", 1)[-1]
    stripped = text.strip(b" \t\n\v\f\r").decode("latin-1")
    try:
        if "_" in stripped or not stripped.isascii():
            raise ValueError
        if stripped.lower().lstrip("+-").startswith("0x"):
            number = float.fromhex(stripped)
            exact = Fraction(number)
        elif stripped.lower().lstrip("+-").startswith(("nan", "inf")):
            return np.float32(stripped.split("(")[0])
        else:
            number = float(stripped)
            exact = Fraction(stripped) if abs(number) < 1e39 else Fraction(10**39)
    except ValueError:
        raise ValueError(f"vocab_file: no number at the end of the line {line!r}") from None
    with np.errstate(over="ignore"):
        rounded = np.float32(number)
        if np.isfinite(rounded) and np.isfinite(number):
            for near in np.nextafter(rounded, np.array([-np.inf, np.inf], np.float32)):
                middle = (Fraction(float(rounded)) + Fraction(float(near))) / 2
                if np.isfinite(near) and Fraction(number) == middle and exact != middle:
                    above = exact > middle
                    return max(rounded, near) if above else min(rounded, near)
    return rounded
