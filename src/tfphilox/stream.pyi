from collections.abc import Sequence
from typing import Any, Self, SupportsIndex, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

_Shape: TypeAlias = SupportsIndex | Sequence[SupportsIndex] | NDArray[np.integer[Any]]
_Integers: TypeAlias = SupportsIndex | Sequence[SupportsIndex] | NDArray[np.integer[Any]]

class Stream:
    def __init__(self, graph_seed: SupportsIndex, op_seed: SupportsIndex) -> None: ...
    @classmethod
    def from_stateless_seed(
        cls, seed: Sequence[SupportsIndex] | NDArray[np.integer[Any]]
    ) -> Self: ...
    @classmethod
    def from_key_counter(cls, key: _Integers, counter: _Integers) -> Self: ...
    @property
    def key(self) -> int: ...
    @property
    def counter(self) -> int: ...
    @property
    def position(self) -> int: ...
    @position.setter
    def position(self, blocks: SupportsIndex) -> None: ...
    def skip(self, blocks: SupportsIndex) -> None: ...
    def uniform(
        self,
        shape: _Shape,
        minval: ArrayLike = 0,
        maxval: ArrayLike | None = None,
        dtype: DTypeLike = "float32",
        *,
        out: Any = None,
        threads: SupportsIndex | None = None,
    ) -> Any: ...
    def normal(
        self,
        shape: _Shape,
        mean: ArrayLike | None = 0.0,
        stddev: ArrayLike | None = 1.0,
        dtype: DTypeLike = "float32",
        *,
        out: Any = None,
        threads: SupportsIndex | None = None,
    ) -> Any: ...
    def truncated_normal(
        self,
        shape: _Shape,
        mean: ArrayLike | None = 0.0,
        stddev: ArrayLike | None = 1.0,
        dtype: DTypeLike = "float32",
        *,
        out: Any = None,
        threads: SupportsIndex | None = None,
    ) -> Any: ...
    def integers(
        self,
        shape: _Shape,
        minval: SupportsIndex | None = None,
        maxval: SupportsIndex | None = None,
        dtype: DTypeLike = "int32",
        *,
        out: Any = None,
        threads: SupportsIndex | None = None,
    ) -> Any: ...
    def words(
        self, n: SupportsIndex, *, out: Any = None, threads: SupportsIndex | None = None
    ) -> Any: ...
