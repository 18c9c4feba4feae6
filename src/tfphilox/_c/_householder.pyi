from typing import Any

from numpy.typing import NDArray

def factorize(matrix: NDArray[Any], unit: NDArray[Any], l1: int) -> None: ...
