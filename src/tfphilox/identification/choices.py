"""identification/choices.py: which laws numbers may follow, most likely ones first.

>>> [law.kind for law in laws(of_text("0.25 0.5"))][:3]
['uniform', 'normal', 'truncated_normal']
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..arrays.wording import brief
from .laws import Law
from .values import Given
from .values import of_text as of_text

__all__ = ["OPS", "laws"]

OPS = ("uniform", "normal", "truncated_normal", "integers")
_TRUNCATED_STDDEV = 0.87962566103423978  # keras/src/initializers/random_initializers.py
_RANGES = (
    *range(2, 33), 36, 40, 48, 50, 52, 60, 64, 80, 99, 100, 101, 120, 128, 150, 200, 250, 255, 256,
    300, 360, 365, 400, 500, 512, 600, 1000, 1001, 1024, 2000, 2048, 4096, 5000, 8192, 10000,
    20000, 30000, 32768, 50000, 65536, 100000, 2**17, 2**18, 2**20, 10**6, 10**7, 10**8, 10**9,
    2**31 - 1,
)  # fmt: skip
_STDDEVS = (0.05, 0.01, 0.02, 0.1, 0.001, 0.2, 0.5)
_LIMITS = (0.05, 0.01, 0.1, 1.0, 0.5)


def laws(
    given: Given,
    op: str | None = None,
    bounds: tuple[float, float] | None = None,
) -> list[Law]:
    """Return the laws under which all numbers are possible.

    Parameters
    ----------
    given : Given
    op : str, optional
        The only kind, of OPS.
    bounds : two float, optional
        Bounds of uniform numbers or integers; mean and deviation of normals.
    """
    if op is not None and op not in OPS:
        raise ValueError(f"op must be one of {', '.join(OPS)}; got {brief(op)}")
    found = [*_integers(given, op, bounds), *_floats(given, op, bounds)]
    return [law for law in dict.fromkeys(found) if law.log_chance(given) > -math.inf]


def _integers(given: Given, op: str | None, bounds: tuple[float, float] | None) -> Iterator[Law]:
    if not given.integers or op not in (None, "integers", "uniform"):
        return
    dtypes = [given.dtype] if given.dtype in ("int32", "int64", "uint32", "uint64") else [
        "int32", "int64"
    ]  # fmt: skip
    if bounds is not None:
        for dtype in dtypes:
            yield Law("integers", dtype, *bounds)
        return
    least, most = float(given.low.min()), float(given.high.max())
    spans: list[tuple[float, float]] = []
    if least >= 0:
        ends = [r for r in _RANGES if most < r <= 16 * most + 16]
        ends = sorted({int(most) + 1, *ends}) if most < 2**31 else []
        spans += [(0, end) for end in ends if end > 1]
        spans += [(1, end + shift) for end in ends for shift in (0, 1) if least >= 1 and end > 2]
    else:
        size = max(-least, most + 1)
        spans += [(-r, r) for r in (*_RANGES, 1) if size <= r <= 16 * size]
    for dtype in dtypes:
        for a, b in spans:
            yield Law("integers", dtype, a, b)
    if max(-least, most) >= 2**16:
        for dtype in dtypes:
            yield Law("integers", dtype, 0, 0)


def _floats(given: Given, op: str | None, bounds: tuple[float, float] | None) -> Iterator[Law]:
    if given.integers or op == "integers":
        return
    dtypes = [given.dtype] if given.dtype else ["float32"]
    if given.dtype is None and given.digits > 10 * given.count:
        dtypes.append("float64")
    for dtype in dtypes:
        for law in _of_type(given, dtype, bounds):
            if op is None or law.kind == op:
                yield law


def _of_type(given: Given, dtype: str, bounds: tuple[float, float] | None) -> Iterator[Law]:
    if bounds is not None:
        for kind in ("uniform", "normal", "truncated_normal"):
            if kind == "uniform" or bounds[1] > 0:
                yield Law(kind, dtype, *bounds)
        return
    for kind in ("uniform", "normal", "truncated_normal"):
        yield Law(kind, dtype, 0.0, 1.0)
    plausible = _plausible(given)
    for law in _initializers(given.shape, dtype):
        if plausible(law):
            yield law
    if given.parts[0] >= 4:
        for kind in ("uniform", "normal", "truncated_normal"):
            yield Law(kind, dtype, -1.0 if kind == "uniform" else 0.0, 1.0, "", True)


def _initializers(shape: tuple[int, ...] | None, dtype: str) -> Iterator[Law]:
    """What Keras's initializers draw, those of a shape's fans first."""
    if shape:
        fan_in, fan_out = _fans(shape)
        for name, scale, fan in (
            ("Glorot", 1.0, (fan_in + fan_out) / 2), ("He", 2.0, fan_in), ("Lecun", 1.0, fan_in)
        ):  # fmt: skip
            variance = scale / max(1.0, fan)
            limit = math.sqrt(3.0 * variance)
            stddev = math.sqrt(variance) / _TRUNCATED_STDDEV
            yield Law("uniform", dtype, -limit, limit, f"{name}Uniform")
            yield Law("truncated_normal", dtype, 0.0, stddev, f"{name}Normal")
    for limit in _LIMITS:
        inside = "" if limit == 0.05 else f"({-limit}, {limit})"
        yield Law("uniform", dtype, -limit, limit, f"RandomUniform{inside}")
    for stddev in _STDDEVS:
        inside = "" if stddev == 0.05 else f"(stddev={stddev})"
        yield Law("normal", dtype, 0.0, stddev, f"RandomNormal{inside}")
        yield Law("truncated_normal", dtype, 0.0, stddev, f"TruncatedNormal{inside}")


def _fans(shape: tuple[int, ...]) -> tuple[float, float]:
    """Return how many inputs and outputs a weight of this shape has, as Keras counts."""
    if len(shape) == 1:
        return float(shape[0]), float(shape[0])
    field = math.prod(shape[:-2])
    return float(shape[-2] * field), float(shape[-1] * field)


def _plausible(given: Given) -> Any:
    """Return what says of a law whether its width is about that of the numbers."""
    middle = (given.low + given.high) / 2
    width = float(np.sqrt(np.mean(middle**2)))

    def plausible(law: Law) -> bool:
        size = law.b / math.sqrt(3.0) if law.kind == "uniform" else law.b
        return given.count < 4 or size / 4 < width < size * 3

    return plausible
