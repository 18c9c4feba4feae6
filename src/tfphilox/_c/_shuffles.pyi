from typing import Any

import numpy as np
from numpy.typing import NDArray

def shuffle(array: NDArray[Any], size: int, key: int, counter: int) -> None: ...
def gather(
    source: NDArray[Any], index: NDArray[np.uint32], size: int, out: NDArray[Any]
) -> None: ...
def index_shuffle(
    index: NDArray[np.uint64],
    seeds: NDArray[np.uint32],
    max_index: NDArray[np.uint64],
    rounds: int,
) -> NDArray[np.uint64]: ...
