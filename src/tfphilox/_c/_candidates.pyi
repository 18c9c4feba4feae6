import numpy as np
from numpy.typing import NDArray

class Sampler:
    def __init__(
        self,
        kind: str,
        range_max: int,
        weights: NDArray[np.float32] | None = None,
        isa: str | None = None,
    ) -> None: ...
    def sample(
        self, count: int, unique: bool, key: int, counter: int, true_classes: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]: ...
    def learn(self, classes: NDArray[np.int64]) -> None: ...

def distort(weights: NDArray[np.float32], distortion: float) -> NDArray[np.float32]: ...
