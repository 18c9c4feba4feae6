from collections.abc import Callable, Sequence
from typing import Any, Never, Self, SupportsIndex, TypeAlias, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

_Shape: TypeAlias = SupportsIndex | Sequence[SupportsIndex] | NDArray[np.integer[Any]]
_Integers: TypeAlias = SupportsIndex | Sequence[SupportsIndex] | NDArray[np.integer[Any]]
_Out = TypeVar("_Out")
_Result = TypeVar("_Result")

class Stream:
    def __init__(self, graph_seed: SupportsIndex, op_seed: SupportsIndex) -> None: ...
    @classmethod
    def from_stateless_seed(
        cls, seed: Sequence[SupportsIndex] | NDArray[np.integer[Any]]
    ) -> Self: ...
    @classmethod
    def from_key_counter(cls, key: _Integers, counter: _Integers) -> Self: ...
    @classmethod
    def _of_attributes(cls, seed: int, seed2: int) -> Self: ...
    @classmethod
    def _of_pair(cls, first: int, second: int) -> Self: ...
    @classmethod
    def _of_key_counter(cls, key: int, counter: int) -> Self: ...
    @property
    def key(self) -> int: ...
    @property
    def counter(self) -> int: ...
    @property
    def position(self) -> int: ...
    @position.setter
    def position(self, blocks: SupportsIndex) -> None: ...
    def _draw_by(self, make: Callable[[int, int], tuple[_Result, int]]) -> _Result: ...
    @property
    def state(self) -> dict[str, int]: ...
    @state.setter
    def state(self, value: dict[str, int]) -> None: ...
    def __eq__(self, other: object) -> bool: ...
    __hash__: None  # type: ignore[assignment]
    def skip(self, blocks: SupportsIndex) -> None: ...
    @overload
    def uniform(
        self,
        shape: _Shape,
        minval: ArrayLike = 0,
        maxval: ArrayLike | None = None,
        dtype: DTypeLike = "float32",
        *,
        out: None = None,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> NDArray[Any]: ...
    @overload
    def uniform(
        self,
        shape: _Shape,
        minval: ArrayLike = 0,
        maxval: ArrayLike | None = None,
        dtype: DTypeLike = "float32",
        *,
        out: _Out,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> _Out: ...
    @overload
    def normal(
        self,
        shape: _Shape,
        mean: ArrayLike | None = 0.0,
        stddev: ArrayLike | None = 1.0,
        dtype: DTypeLike = "float32",
        *,
        out: None = None,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> NDArray[Any]: ...
    @overload
    def normal(
        self,
        shape: _Shape,
        mean: ArrayLike | None = 0.0,
        stddev: ArrayLike | None = 1.0,
        dtype: DTypeLike = "float32",
        *,
        out: _Out,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> _Out: ...
    @overload
    def truncated_normal(
        self,
        shape: _Shape,
        mean: ArrayLike | None = 0.0,
        stddev: ArrayLike | None = 1.0,
        dtype: DTypeLike = "float32",
        *,
        out: None = None,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> NDArray[Any]: ...
    @overload
    def truncated_normal(
        self,
        shape: _Shape,
        mean: ArrayLike | None = 0.0,
        stddev: ArrayLike | None = 1.0,
        dtype: DTypeLike = "float32",
        *,
        out: _Out,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> _Out: ...
    @overload
    def integers(
        self,
        shape: _Shape,
        minval: SupportsIndex | None = None,
        maxval: SupportsIndex | None = None,
        dtype: DTypeLike = "int32",
        *,
        out: None = None,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> NDArray[Any]: ...
    @overload
    def integers(
        self,
        shape: _Shape,
        minval: SupportsIndex | None = None,
        maxval: SupportsIndex | None = None,
        dtype: DTypeLike = "int32",
        *,
        out: _Out,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> _Out: ...
    @overload
    def words(
        self,
        n: SupportsIndex,
        *,
        out: None = None,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> NDArray[Any]: ...
    @overload
    def words(
        self,
        n: SupportsIndex,
        *,
        out: _Out,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> _Out: ...
    @overload
    def gamma(
        self,
        shape: _Shape,
        alpha: ArrayLike,
        beta: ArrayLike | None = None,
        dtype: DTypeLike = "float32",
        *,
        out: None = None,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> NDArray[Any]: ...
    @overload
    def gamma(
        self,
        shape: _Shape,
        alpha: ArrayLike,
        beta: ArrayLike | None = None,
        dtype: DTypeLike = "float32",
        *,
        out: _Out,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> _Out: ...
    @overload
    def poisson(
        self,
        shape: _Shape,
        lam: ArrayLike,
        dtype: DTypeLike = "float32",
        *,
        out: None = None,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> NDArray[Any]: ...
    @overload
    def poisson(
        self,
        shape: _Shape,
        lam: ArrayLike,
        dtype: DTypeLike = "float32",
        *,
        out: _Out,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> _Out: ...
    @overload
    def binomial(
        self,
        shape: _Shape,
        counts: ArrayLike,
        probs: ArrayLike,
        dtype: DTypeLike = "int32",
        *,
        out: None = None,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> NDArray[Any]: ...
    @overload
    def binomial(
        self,
        shape: _Shape,
        counts: ArrayLike,
        probs: ArrayLike,
        dtype: DTypeLike = "int32",
        *,
        out: _Out,
        threads: SupportsIndex | None = None,
        start: SupportsIndex | None = None,
    ) -> _Out: ...
    def parameterized_truncated_normal(self, *args: Any, **keywords: Any) -> Never: ...
