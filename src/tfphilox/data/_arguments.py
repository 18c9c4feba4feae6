"""data/_arguments.py: what becomes of the arguments of a data set's methods, seeds among them."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable
from typing import Any, SupportsIndex, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._c import _orders
from ..arrays.arguments import FLOAT32, FLOAT64, as_array, as_integers
from ..arrays.conversion import as_tensor
from ..arrays.wording import brief
from ..graphs.graph import graph_being_built
from ..seeding import scopes, versions
from ._pipeline import DatasetNode, TakeNode
from ._structures import map_parts

__all__ = [
    "count_of",
    "filter_seeds",
    "flag",
    "integer",
    "kind_of",
    "rows_of",
    "seeds_of",
    "shares_of",
    "weighted",
]


def integer(name: str, value: Any) -> int:
    """Return a 64-bit integer, as tf.convert_to_tensor(value, int64) takes it."""
    if type(value) is not int:
        array = as_integers(name, value)
        if array.ndim:
            raise TypeError(f"{name} must be an integer, got {brief(value)}")
        value = int(array)
    if not -(2**63) <= value < 2**63:
        raise ValueError(f"{name} must be an integer of 64 bits, got {brief(value)}")
    return int(value)


def flag(name: str, value: Any) -> bool:
    """Return a truth value; an array has none unless it holds one."""
    try:
        return bool(value)
    except ValueError:
        raise ValueError(f"{name} must be True or False, got {brief(value)}") from None


def count_of(name: str, value: SupportsIndex) -> int:
    number = operator.index(value)
    if number < 0:
        raise ValueError(f"{name} must be 0 or more, got {brief(number)}")
    return number


def seeds_of(seed: SupportsInt | None) -> tuple[int, int]:
    """Return a data set's two seeds; it takes an op seed if it gets none.

    References
    ----------
    tensorflow/python/data/util/random_seed.py, get_seed.
    """
    if seed is not None:
        seed = integer("seed", seed)
    pair = _op_seeds(seed)
    if pair == (None, None):
        return _entropy()
    return int(pair[0]), int(pair[1])


def _op_seeds(seed: int | None) -> tuple[Any, Any]:
    """Return an op's seeds: those of the graph that is being built, if there is one."""
    graph = graph_being_built()
    return scopes.active().get_seed(seed) if graph is None else graph.seed_of("data.Dataset", seed)


def _entropy() -> tuple[int, int]:
    drawn = os.urandom(16)
    first, second = (int.from_bytes(half, "little", signed=True) for half in (drawn[:8], drawn[8:]))
    return first, second


def filter_seeds(seed: SupportsInt | None) -> Callable[[], tuple[int, int]]:
    """Return what gives the seeds of the op in the filter's function, to each iterator."""
    if seed is None:
        if (graph_being_built() or scopes.active()).seed is None:
            return _entropy
        if versions.rule("graph_op_seed") == "nodes":
            raise ValueError(
                "seed must be given: TensorFlow before 2.2 makes it of the number of ops in a graph"
            )
        seed = 0
    pair = _op_seeds(integer("seed", seed))
    return lambda: (int(pair[0]), int(pair[1]))


def rows_of(value: Any) -> NDArray[Any]:
    array = as_array("value", value)
    if not hasattr(value, "__array__") and array.dtype.kind in "biuf":
        array = as_tensor("tensors", value)
    if array.dtype == object or array.ndim == 0:
        raise ValueError(f"tensors must be arrays of one dimension or more, got {brief(value)}")
    return array


def kind_of(node: DatasetNode) -> Any:
    """Return types and shapes of the values."""
    return map_parts(lambda value: (value.dtype, value.ndim), node.empty())


def weighted(nodes: list[DatasetNode], weights: Any) -> tuple[list[DatasetNode], NDArray[Any]]:
    """Return the data sets with a weight above 0, and the weights' logarithms."""
    values = as_tensor("weights", weights)
    if values.shape != (len(nodes),):
        raise ValueError(
            f"weights must have the length of datasets, got {values.shape} for {len(nodes)}"
        )
    if values.dtype not in (FLOAT32, FLOAT64):
        raise TypeError(f"weights must be float32 or float64, got {values.dtype.name}")
    if versions.rule("zero_weights") == "kept":
        return nodes, _orders.log_weights(np.ascontiguousarray(values)[None])
    kept = np.flatnonzero(values > 0)
    if not len(kept):
        return [TakeNode(nodes[0], 0)], np.zeros((1, 1), FLOAT32)
    logits = _orders.log_weights(np.ascontiguousarray(values[kept])[None])
    return [nodes[i] for i in kept], logits


def shares_of(name: str, value: ArrayLike) -> NDArray[np.float32]:
    array = as_tensor(name, value)
    if array.ndim != 1 or not len(array):
        raise ValueError(f"{name} must be a vector, got shape {array.shape}")
    shares: NDArray[np.float32] = array.astype(FLOAT32)
    return shares
