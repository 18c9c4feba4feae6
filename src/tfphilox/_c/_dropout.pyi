from typing import Any

from numpy.typing import NDArray

def dropout(
    x: NDArray[Any],
    uniform: NDArray[Any],
    rate: float,
    scale: float,
    divide: bool,
    multiply_mask: bool,
    out: NDArray[Any],
) -> None: ...
