"""config: which TensorFlow is mirrored, where more than one answer is right.

Two ops of TensorFlow (categorical, and the normals within bounds that
`stateless_parameterized_truncated_normal` makes) draw from one stream a thread's share of the
work, so their numbers depend on how many threads TensorFlow has: by default as many as the
machine has processors. Here the default is 1, so that results do not depend on the machine.

How many threads tfphilox itself uses never changes a number.
"""

from __future__ import annotations

import operator
import os
from typing import SupportsIndex

__all__ = ["threading"]


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

    _intra_op = 1

    @staticmethod
    def get_intra_op_parallelism_threads() -> int:
        """Return how many threads the mirrored TensorFlow is set to use; 0 for all processors.

        References
        ----------
        tensorflow/python/framework/config.py, get_intra_op_parallelism_threads.
        """
        return threading._intra_op

    @staticmethod
    def set_intra_op_parallelism_threads(num_threads: SupportsIndex) -> None:
        """Say how many threads TensorFlow has where it makes the numbers that are to be mirrored.

        Parameters
        ----------
        num_threads : int
            1 (the default here), or more; 0 for as many as this process may use processors, which
            is TensorFlow's default.

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
        if isinstance(num_threads, bool) or not hasattr(num_threads, "__index__"):
            raise TypeError(f"num_threads must be an integer, got {num_threads!r}")
        number = operator.index(num_threads)
        if number < 0:
            raise ValueError(f"num_threads must be 0 or more, got {number}")
        threading._intra_op = min(number, 1 << 16)


def tensorflow_threads() -> int:
    """Return the number of threads that the mirrored TensorFlow would run an op with."""
    if threading._intra_op:
        return threading._intra_op
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
