from typing import Any

import numpy as np
from numpy.typing import NDArray

class Endless(ValueError): ...
class Invalid(ValueError): ...
class Rejected(ValueError): ...

def sample(
    kind: str,
    key: int,
    counter: int,
    a: NDArray[np.float64] | float,
    b: NDArray[np.float64] | float | None,
    parameter: np.dtype[Any],
    out: NDArray[Any],
    scaled: bool = False,
    threads: int = 0,
    isa: str | None = None,
    *,
    plain_log: bool = False,
    skipped: int = 0,
) -> NDArray[Any]: ...
def singles(numbers: NDArray[np.float64]) -> NDArray[np.float32]: ...
def categorical(
    key: int,
    counter: int,
    logits: NDArray[Any],
    out: NDArray[Any],
    tensorflow_threads: int,
    threads: int = 0,
    isa: str | None = None,
) -> NDArray[Any]: ...
def truncated(
    key: int,
    counter: int,
    parameters: NDArray[np.float64] | tuple[float, float, float, float],
    batches: int,
    samples: int,
    by_batch: bool,
    out: NDArray[Any],
    tensorflow_threads: int,
    threads: int = 0,
    isa: str | None = None,
) -> NDArray[Any]: ...

pieces_of_rows: int
