from typing import Any

import numpy as np
from numpy.typing import NDArray

def sample_crop(
    height: int,
    width: int,
    boxes: NDArray[np.float32],
    covered: float,
    area: tuple[float, float],
    aspect: tuple[float, float],
    attempts: int,
    key: int,
    counter: int,
) -> tuple[int, int, int, int]: ...
def adjust(what: str, x: NDArray[Any], amount: float, out: NDArray[Any]) -> None: ...
