"""random/_orthogonal.py: the orthogonal factor of what was drawn, for the processor mirrored.

`tfphilox.arrays.orthogonal` says what its last bits depend on; `tfphilox.explain` shows it.

>>> import tfphilox as tp
>>> draw = tp.explain(tp.keras.initializers.Orthogonal(seed=3), [64, 256]).draws[0]
>>> draw.rule
'scrambled from [3, 0]; last bits: L1 data cache of 32 KiB, which nobody set'
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from ..arrays.orthogonal import cache_matters, orthogonal_columns, version_matters
from ..config import get_l1_data_cache, l1_data_cache_unsaid
from ..seeding import versions
from ..seeding.scopes import watcher

__all__ = ["orthogonal_factor", "what_matters"]


_WHY = {
    "float16": "TensorFlow rounds each step to float16, which is not known",
    "version": "not known before TensorFlow 2.5",
}


def orthogonal_factor(matrix: NDArray[Any]) -> NDArray[Any]:
    """Return the orthogonal factor of a matrix that was just drawn."""
    cache = get_l1_data_cache()
    factor = orthogonal_columns(matrix, cache)
    watching = watcher()
    if watching is not None:
        rows, columns = matrix.shape
        unknown = what_matters(rows, columns, matrix.dtype.name)
        if unknown in ("float16", "version"):
            watching.made(f"last bits: {_WHY[unknown]}")
        elif cache_matters(rows, columns, matrix.dtype.name):
            unsaid = ", which nobody set" if unknown else ""
            watching.made(f"last bits: L1 data cache of {cache >> 10} KiB{unsaid}")
    return factor


def what_matters(rows: int, columns: int, dtype: str) -> str:
    """Return why bits may not be TensorFlow's: "float16", "version", "cache", or nothing."""
    if dtype == "float16" and rows and columns:
        return "float16"
    if version_matters(rows, columns) and versions.rule("orthogonal") == "not known":
        return "version"
    return "cache" if l1_data_cache_unsaid() and cache_matters(rows, columns, dtype) else ""
