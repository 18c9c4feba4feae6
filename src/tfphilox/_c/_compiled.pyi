from typing import Any

import numpy as np
from numpy.typing import NDArray

def fill(
    kind: str,
    out: NDArray[Any],
    form: str,
    key: int,
    counter: int,
    words: NDArray[np.uint32] | None = None,
    distance: int = 1,
    pairs: int = 0,
    scale: tuple[float, float] | None = None,
    half_once: bool = False,
    laws: NDArray[np.float64] | None = None,
    threads: int = 0,
    isa: str | None = None,
) -> None: ...
def choose(
    logits: NDArray[Any],
    out: NDArray[Any],
    form: str,
    key: int,
    counter: int,
    words: NDArray[np.uint32] | None = None,
    threads: int = 0,
    isa: str | None = None,
) -> None: ...
def laws(
    parameters: NDArray[np.float64], dtype: Any, literal: bool, isa: str | None = None
) -> NDArray[np.float64]: ...
def float_math(name: str, form: str, isa: str) -> NDArray[np.float32]: ...
