from typing import Any

import numpy as np
from numpy.typing import NDArray

def steps(
    ring: NDArray[Any],
    start: int,
    live: int,
    window: int,
    source: NDArray[np.int64] | None,
    grow: bool,
    key: int,
    high: int,
    first: int,
    out: NDArray[np.int64],
) -> int: ...
def choices(words: NDArray[np.uint32], logits: NDArray[Any]) -> NDArray[np.int64]: ...
def log_weights(weights: NDArray[Any]) -> NDArray[Any]: ...
def uniforms(key: int, high: int, first: int, count: int) -> NDArray[np.float32]: ...
