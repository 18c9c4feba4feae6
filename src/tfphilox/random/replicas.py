"""random/replicas.py: a Generator as the replicas of a distribution strategy see it."""

from __future__ import annotations

from typing import SupportsIndex

import numpy as np

from ..arrays.arguments import integer
from ..raw_ops.stateless import StatelessRandomUniformFullIntV2
from .generator import Generator

__all__ = ["replica_generators"]

_PHILOX = 1


def replica_generators(generator: Generator, num_replicas: SupportsIndex) -> list[Generator]:
    """Return what a Generator is to each replica of TensorFlow's MirroredStrategy.

    Parameters
    ----------
    generator : Generator
        By Philox, with the state that it has when the replicas begin: as made in the strategy's
        scope.
    num_replicas : int
        How many there are, 1 or more. Not a name of TensorFlow's: there a strategy has them.

    Returns
    -------
    list of Generator
        One a replica, each with a state of its own. What a replica draws in ``strategy.run`` the
        generator of its number draws.

    Raises
    ------
    TypeError, ValueError
        If `generator` is no Generator, or draws by ThreeFry, which TensorFlow has no kernel for
        outside of XLA; if `num_replicas` is not as above.

    Stream
    ------
    Draws nothing, and moves nothing: a replica's key is a full uint64 of the generator's key and
    counter [replica, 0]; the counter is the generator's. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/stateful_random_ops.py, Generator._preprocess_key.

    Examples
    --------
    >>> import tfphilox as tp
    >>> both = tp.random.replica_generators(tp.random.Generator.from_seed(1), 2)
    >>> [float(one.normal([])) for one in both]  # TensorFlow's guide to random numbers prints these
    [-0.8793044686317444, 0.020661573857069016]
    """
    if not isinstance(generator, Generator):
        raise TypeError(f"generator must be a tfphilox.random.Generator, got {type(generator)}")
    if generator.algorithm != _PHILOX:
        raise ValueError("generator must draw by Philox: TensorFlow's replicas have no ThreeFry")
    number = integer("num_replicas", num_replicas)
    if number < 1:
        raise ValueError(f"num_replicas must be 1 or more, got {number}")
    state = np.array(generator.state)
    key = state[2:3].view(np.uint64)
    found = []
    for replica in range(number):
        counter = np.array([replica, 0], np.uint64)
        own = StatelessRandomUniformFullIntV2(
            shape=[1], key=key, counter=counter, alg=_PHILOX, dtype="uint64"
        )
        found.append(Generator.from_state(np.append(state[:2], own.view(np.int64)), _PHILOX))
    return found
