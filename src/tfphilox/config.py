"""config: which TensorFlow and which Keras are mirrored, where more than one answer is right.

Some rules changed between TensorFlow's releases: `set_tensorflow_version` picks the release whose
numbers are wanted. The streams themselves never changed. From TensorFlow 2.16 on Keras is a package
of its own, whose rules changed too: `set_keras_version` picks its release.

Two ops of TensorFlow (categorical, and the normals within bounds that
`stateless_parameterized_truncated_normal` makes) draw from one stream a thread's share of the
work, so their numbers depend on how many threads TensorFlow has: by default as many as the
machine has processors. Here the default is 1, so that results do not depend on the machine.

Orthogonal matrices, with which LSTM and GRU begin, depend on the processor that TensorFlow ran on:
`set_l1_data_cache` says how large its first level data cache is.

How many threads tfphilox itself uses never changes a number.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import SupportsIndex

from ._c._undo import Put
from .arrays.arguments import integer
from .arrays.orthogonal import CACHE, CACHES
from .arrays.wording import brief
from .seeding import compiled, versions
from .seeding.process import current

__all__ = [
    "get_keras_version",
    "get_l1_data_cache",
    "get_tensorflow_version",
    "jit_compile",
    "keras_version",
    "l1_data_cache",
    "set_keras_version",
    "set_l1_data_cache",
    "set_tensorflow_version",
    "tensorflow_version",
    "threading",
]


def get_tensorflow_version() -> str:
    """Return the TensorFlow whose rules hold, such as "2.21", the default.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.config.get_tensorflow_version()
    '2.21'
    """
    return versions.get()


def set_tensorflow_version(version: str) -> None:
    """Follow the rules of another TensorFlow from now on.

    Parameters
    ----------
    version : str
        "1.15" or "2.0" to "2.21"; a third number, as in "2.6.5", is allowed and ignored.

    Raises
    ------
    TypeError, ValueError
        If it is not a string, or not a version whose rules were verified.

    Notes
    -----
    The rules that changed: op seeds in graphs and functions, the order of data sets, dropout, gamma
    numbers of alpha 1, and all of Keras. Names, arguments and defaults are TensorFlow 2's whatever
    the version; those of TensorFlow 1 are at `compat.v1`. What was built before (a graph, a data
    set, an initializer) keeps the rules it was built with. Clears no stream. Inside
    ``with tensorflow_version(...)`` that one holds.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.config.set_tensorflow_version("2.6")
    >>> tp.config.get_tensorflow_version()
    '2.6'
    >>> tp.config.set_tensorflow_version("2.21")
    """
    versions.set_default(version)


def tensorflow_version(version: str) -> AbstractContextManager[None]:
    """Follow the rules of another TensorFlow in a ``with`` block, in this thread alone.

    Parameters
    ----------
    version : str
        As in `set_tensorflow_version`.

    Raises
    ------
    TypeError, ValueError
        As there, when the block is entered.

    Examples
    --------
    >>> import tfphilox as tp
    >>> with tp.config.tensorflow_version("1.15"):
    ...     tp.config.get_tensorflow_version()
    '1.15'
    """
    return versions.using(version)


def get_keras_version() -> str:
    """Return the Keras whose rules hold: "3.15", the default, or "2.15", or "tf_keras 2.18".

    Raises
    ------
    ValueError
        If the Keras that was set does not go with the TensorFlow that is mirrored.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.config.get_keras_version()
    '3.15'
    >>> with tp.config.tensorflow_version("2.6"):
    ...     tp.config.get_keras_version()
    '2.6'
    """
    return versions.keras()


def set_keras_version(version: str | None) -> None:
    """Follow the rules of another Keras from now on.

    Parameters
    ----------
    version : str or None
        "3.0" to "3.15"; a third number, as in "3.6.0", is allowed and ignored. "tf_keras 2.16" to
        "tf_keras 2.21" for Keras 2 beside such a TensorFlow. Up to "2.15" for the Keras that is a
        part of that TensorFlow. None, the default, for TensorFlow's own: up to 2.15 that with its
        number, and from 2.16 on, which do not say which, the newest Keras that was verified.

    Raises
    ------
    TypeError, ValueError
        If it is not a string, not a version whose rules were verified, or does not go with the
        TensorFlow that was set: Keras 3 needs 2.15 or newer, the others that of their number.

    Notes
    -----
    A Keras of one TensorFlow alone, such as "tf_keras 2.18", mirrors that TensorFlow too, unless
    another was set. Of one minor version the last release is mirrored; of those, 3.0.0 alone was
    found to differ in anything that draws: it has no AlphaDropout, and its Dropout of rate 0 draws
    a seed. The rules that changed inside Keras 3: the initial kernels of EinsumDense and attention,
    what `keras.utils.set_random_seed` restarts, shuffles, seeds beyond 31 bits, noise of rate 0,
    and the image layers. What was built before keeps the rules it was built with. Inside
    ``with keras_version(...)`` that one holds.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.config.set_keras_version("3.6")
    >>> tp.config.get_keras_version()
    '3.6'
    >>> tp.config.set_keras_version(None)
    """
    versions.set_default_keras(version)


def keras_version(version: str | None) -> AbstractContextManager[None]:
    """Follow the rules of another Keras in a ``with`` block, in this thread alone.

    Parameters
    ----------
    version : str or None
        As in `set_keras_version`.

    Raises
    ------
    TypeError, ValueError
        As there.

    Examples
    --------
    >>> import tfphilox as tp
    >>> with tp.config.keras_version("3.7"):
    ...     tp.keras.random.shuffle([1, 2, 3, 4], seed=1)
    array([2, 3, 1, 4], dtype=int32)
    >>> with tp.config.keras_version("tf_keras 2.18"):
    ...     tp.config.get_tensorflow_version()
    '2.18'
    """
    return versions.using_keras(version)


def get_l1_data_cache() -> int:
    """Return the size in bytes of the first level data cache that TensorFlow is taken to have had.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.config.get_l1_data_cache()
    32768
    """
    return _said_l1_data_cache() or CACHE


def set_l1_data_cache(size: SupportsIndex | None) -> None:
    """Say how large the first level data cache of the processor was that TensorFlow ran on.

    Parameters
    ----------
    size : int or None
        Bytes of one core's: 16, 32, 48, 64 or 128 times 1024. None, the default, is 32 KiB too, but
        nobody said so: `keras.initial_weights` then names the weights that depend on it.

    Raises
    ------
    TypeError, ValueError
        If it is none of these.

    Notes
    -----
    The Eigen inside TensorFlow cuts matrix products so that their parts fit into that cache, which
    changes the order of sums, and so the last bits: of the matrices of `keras.initializers` and
    `compat.v1`'s ``Orthogonal``, the recurrent kernels of LSTM and GRU among them, if the shorter
    side is 48 or more and the longer more than 96 (80 in float64; with 16 KiB, shorter ones too).
    By up to 1.6e-7 where it was looked at.

    32 KiB: AMD from Zen to Zen 4, Intel up to Skylake and Cascade Lake. 48 KiB: Intel from Ice Lake
    and Sapphire Rapids on, AMD Zen 5. On Linux, ``getconf LEVEL1_DCACHE_SIZE`` says it. It is read
    when the matrix is made, which in a graph is when it runs. Inside ``with l1_data_cache(...)``
    that one holds.

    Verified against TensorFlow 2.5, 2.6, 2.10, 2.15 and 2.21, on a processor with 48 KiB, where
    Eigen was also told that there were 16, 32, 64 and 128.

    References
    ----------
    Eigen/src/Core/products/GeneralBlockPanelKernel.h, evaluateProductBlockingSizesHeuristic.

    Examples
    --------
    >>> import tfphilox as tp
    >>> orthogonal = tp.keras.initializers.Orthogonal(seed=3)
    >>> before = orthogonal([64, 256])
    >>> tp.config.set_l1_data_cache(48 * 1024)
    >>> int((orthogonal([64, 256]) != before).sum())
    6474
    >>> tp.config.set_l1_data_cache(None)
    """
    current().settings.l1_data_cache = _checked_cache(size)


def l1_data_cache(size: SupportsIndex | None) -> AbstractContextManager[None]:
    """Take TensorFlow to have had another data cache in a ``with`` block, in this thread alone.

    Parameters
    ----------
    size : int or None
        As in `set_l1_data_cache`; None for what was set there.

    Raises
    ------
    TypeError, ValueError
        As there.

    Examples
    --------
    >>> import tfphilox as tp
    >>> with tp.config.l1_data_cache(48 * 1024):
    ...     tp.config.get_l1_data_cache()
    49152
    """
    return Put(_cache, _checked_cache(size))


_cache: ContextVar[int | None] = ContextVar("l1_data_cache", default=None)


def _said_l1_data_cache() -> int | None:
    """Return the size of the cache that somebody said, or None."""
    return _cache.get() or current().settings.l1_data_cache


def l1_data_cache_unsaid() -> bool:
    """Return whether nobody said how large the cache is."""
    return _said_l1_data_cache() is None


def _checked_cache(size: SupportsIndex | None) -> int | None:
    if size is None:
        return None
    number = integer("size", size, "an integer or None")
    if number not in CACHES:
        allowed = ", ".join(str(each >> 10) for each in CACHES[:-1])
        most = CACHES[-1] >> 10
        raise ValueError(
            f"size must be {allowed} or {most} times 1024, in bytes, got {brief(number)}"
        )
    return number


def jit_compile(
    cpu: str | None = None, parameters: str | None = None
) -> AbstractContextManager[None]:
    """Draw as in ``tf.function(jit_compile=True)`` on a CPU in a ``with`` block, in this thread.

    For code that reads as eager, and for Keras layers of a model that ran compiled. Every op in the
    block draws what XLA draws, those in functions too, or raises: nothing in it is drawn by the
    rules of eager mode, but for what is no op (a `Stream`, a data set).

    Parameters
    ----------
    cpu : {"fma", "avx512-fp16", "no-fma"}, optional
        The processor that XLA compiled for: with fused multiply-adds (x86-64 since 2013, ARM); with
        those of float16, too; without any. By default one with fused multiply-adds, of which only
        float16 numbers that depend on the second are refused.
    parameters : {"literal", "run-time"}, optional
        What the parameters of `random.stateless_parameterized_truncated_normal` are to the compiled
        function: constants written in it, with which the compiler works beforehand, or tensors that
        it gets or makes. The last bits of a third of the numbers depend on it. Up to TensorFlow 2.2
        those of `random.stateless_uniform` with bounds do, too. By default Python numbers are
        constants, and others are refused.

    Raises
    ------
    ValueError
        For another `cpu` or `parameters`, when the block is entered.
    NotImplementedError
        In the block: for stateful ops, which TensorFlow does not repeat there; ops that TensorFlow
        does not compile (gamma, Poisson, binomial numbers, shuffles, candidate samplers, ...);
        what is not known of the version that is mirrored; layers, initializers and pictures other
        than those named below.

    Notes
    -----
    *What draws*: stateless uniform, integer, normal, truncated normal and categorical numbers, and
    normals within bounds of their own (literal ones of the glibc up to 2.40, whose erff they take);
    `random.split`, `random.fold_in`, `random.Generator` by Philox and ThreeFry; their raw ops;
    `nn.stateless_dropout`; of `keras.random` all but gamma, binomial and beta numbers; of Keras 3's
    layers the dropouts, `GaussianNoise`, `RandomFlip` and, from 3.6 on, `RandomBrightness`. Whole
    training runs: `keras.replay`.

    *Seeds*: the low 32 bits of each count. Negative and wider ones give other numbers than in eager
    mode.

    *The promise* is the op's own result, with minval and maxval, or mean and stddev, multiplied and
    added in one operation. XLA may also fuse arithmetic that stands around a draw with it; what
    NumPy computes here it does not.

    *Constant seeds*: TensorFlow computes small results of some ops (raw ops, those without V2 in
    their name, categorical numbers) beforehand where all arguments are constants, by the rules of
    eager mode. Draw these outside of the block.

    Stream
    ------
    The words of eager mode, cut otherwise. Verified against TensorFlow 2.0 to 2.21; normals of 2.2
    in float64 alone; truncated normals from 2.10 on, of 2.20 in float64 alone; within bounds of
    their own 2.21; float16 from 2.12 on, where its kernels came.

    References
    ----------
    xla/hlo/builder/lib/prng.cc; tensorflow/compiler/tf2xla/kernels/stateless_random_ops.cc.

    Examples
    --------
    >>> import tfphilox as tp
    >>> with tp.config.jit_compile():
    ...     tp.random.stateless_uniform([3], [11, 22])
    array([0.1370461 , 0.753585  , 0.98802114], dtype=float32)
    >>> tp.random.stateless_uniform([3], [11, 22])
    array([0.16762602, 0.8355683 , 0.8668705 ], dtype=float32)
    """
    return compiled.compiling(cpu, parameters)


class threading:
    """TensorFlow's threads, by TensorFlow's names: ``tf.config.threading``.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.config.threading.set_intra_op_parallelism_threads(4)
    >>> tp.config.threading.get_intra_op_parallelism_threads()
    4
    >>> tp.config.threading.set_intra_op_parallelism_threads(1)
    """

    @staticmethod
    def get_intra_op_parallelism_threads() -> int:
        """Return how many threads the mirrored TensorFlow is set to use; 0 for all processors.

        References
        ----------
        tensorflow/python/framework/config.py, get_intra_op_parallelism_threads.
        """
        return current().settings.intra_op_threads

    @staticmethod
    def set_intra_op_parallelism_threads(num_threads: SupportsIndex) -> None:
        """Say how many threads TensorFlow has where it makes the numbers that are to be mirrored.

        Parameters
        ----------
        num_threads : int
            1 (the default here), or more; 0, which is TensorFlow's default, for one per available
            processor.

        Raises
        ------
        TypeError
            If `num_threads` is not an integer.
        ValueError
            If it is negative. TensorFlow takes that too, and dies when it starts its threads.

        Notes
        -----
        Unlike TensorFlow's, it can be set at any time.

        References
        ----------
        tensorflow/python/framework/config.py, set_intra_op_parallelism_threads.
        """
        number = integer("num_threads", num_threads)
        if number < 0:
            raise ValueError(f"num_threads must be 0 or more, got {brief(number)}")
        current().settings.intra_op_threads = min(number, 1 << 16)


def tensorflow_threads() -> int:
    """Return the number of threads that the mirrored TensorFlow would run an op with."""
    threads = current().settings.intra_op_threads
    if threads:
        return threads
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
