from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_WORDS: int

def search(
    key: NDArray[np.uint64],
    low: NDArray[np.uint64],
    high: NDArray[np.uint64],
    count: int,
    shift: int,
    mask: int,
    least: Sequence[int],
    width: Sequence[int],
    *,
    threads: int = 0,
    isa: str | None = None,
) -> NDArray[np.uint8]: ...
def first_numbers(
    key: NDArray[np.uint64],
    low: NDArray[np.uint64],
    high: NDArray[np.uint64],
    count: int,
    kind: str,
    dtype: Any,
    each: int,
    *,
    element: int = 0,
    low_bound: int = 0,
    span: int = 0,
    threads: int = 0,
    isa: str | None = None,
) -> NDArray[Any]: ...
def scramble(
    first: NDArray[np.uint64],
    second: NDArray[np.uint64],
    count: int,
    *,
    threads: int = 0,
    isa: str | None = None,
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]: ...
def python_words(
    first: int, count: int, words: int, *, threads: int = 0, isa: str | None = None
) -> NDArray[np.uint32]: ...
