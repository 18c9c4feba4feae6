"""golden/plot.py: pictures of a case: its density, its first bits, its differences.

Needs matplotlib: ``pip install 'tfphilox[plot]'``.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cases import Made, make
from .diff import load
from .errors import GoldenError
from .ops import nearest
from .report import as_array
from .spec import Spec, SpecCall

__all__ = ["density", "plot"]

_WORDS = 64  # rows of the picture of bits
_MOST = 1 << 22  # elements in a histogram


def plot(spec: Spec, name: str, output: str | Path, against: str | None = None) -> None:
    """Draw a picture of a case.

    Parameters
    ----------
    spec : Spec
    name : str
        The case, or one of its arrays.
    output : path
        A PNG or SVG file.
    against : str, optional
        A file whose array is compared: the picture then also shows where the two differ.

    Raises
    ------
    GoldenError
        There is no such case, it cannot be made, or the file cannot be written.
    ImportError
        matplotlib is absent.

    Examples
    --------
    >>> from tfphilox.golden.spec import parse
    >>> text = b'format=1\\n[[case]]\\nname="x"\\nop="random.uniform"\\nset_seed=0\\nshape=[1]'
    >>> plot(parse(text), "xx", "x.png")
    Traceback (most recent call last):
    ...
    tfphilox.golden.errors.GoldenError: spec.toml: case "xx": there is none of this name; nearest: x
    """
    output = Path(output)
    if output.suffix not in (".png", ".svg"):
        raise GoldenError("must end in .png or .svg", file=output)
    made, draw = _find(spec, name)
    figure_module = _matplotlib()
    array = made.array.reshape(-1)
    others = None if against is None else _other(against, made)
    rows = 2 if others is None else 3
    figure = figure_module.Figure(figsize=(8, 3 * rows), layout="constrained")
    axes = figure.subplots(rows, 1)
    figure.suptitle(
        f"{made.name}: {made.op}, {array.dtype.name}, {array.size} elements", fontsize=10
    )
    _histogram(axes[0], array[:_MOST], draw)
    _bits(axes[1], array)
    if others is not None:
        _differences(axes[2], array, others)
    import matplotlib

    try:
        with matplotlib.rc_context({"svg.hashsalt": "tfphilox"}):
            metadata = {"Software": None} if output.suffix == ".png" else {"Date": None}
            figure.savefig(output, metadata=metadata)
    except OSError as error:
        raise GoldenError(f"cannot be written: {error.strerror}", file=output) from None


def density(
    draw: SpecCall, dtype: np.dtype[Any], x: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Return the exact density of a draw's numbers, where that is a formula of one variable.

    Parameters
    ----------
    draw : SpecCall
    dtype : dtype
        Of the numbers.
    x : array
        Where.

    Returns
    -------
    array of the shape of `x`, or None for other distributions

    Examples
    --------
    >>> from tfphilox.golden.spec import parse
    >>> text = 'format=1\\n[[case]]\\nname="x"\\nop="random.normal"\\nset_seed=0\\nshape=[1]'
    >>> density(parse(text.encode()).cases[0].draws[0], np.dtype("float32"), np.zeros(1)).round(4)
    array([0.3989])
    """
    name = draw.op.name.lower()
    given = {key: value for key, value in draw.keywords.items() if isinstance(value, int | float)}
    if any(isinstance(value, list | dict) for key, value in draw.keywords.items()
           if key not in ("shape", "seed", "key", "counter")):  # fmt: skip
        return None
    if "truncated" in name and "parameterized" not in name:
        z, deviation = _standard(x, given)
        inside = math.erf(2 / math.sqrt(2))
        return np.where(np.abs(z) <= 2, _gauss(z) / inside / deviation, 0.0)
    if "normal" in name and "parameterized" not in name:
        z, deviation = _standard(x, given)
        return _gauss(z) / deviation
    if "uniform" in name and "candidate" not in name:
        low, high = _range(given, dtype)
        return np.where((x >= low) & (x <= high), 1.0 / (high - low), 0.0) if high > low else None
    if "gamma" in name and "alpha" in given:
        alpha, beta = float(given["alpha"]), float(given.get("beta", 1.0))
        if alpha <= 0 or beta <= 0:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            log = alpha * math.log(beta) + (alpha - 1) * np.log(x) - beta * x - math.lgamma(alpha)
            return np.where(x > 0, np.exp(log), 0.0)
    return None


def _find(spec: Spec, name: str) -> tuple[Made, SpecCall]:
    names = []
    for case in spec.cases:
        if name != case.name and not name.startswith(f"{case.name}/"):
            names.append(case.name)
            continue
        draws = [draw for draw in case.draws if not draw.is_setter]
        for made in make(case):
            if made.name == name or name == case.name:
                own = [draw for draw in draws if f"{case.name}/{draw.name}" == made.name]
                return made, (own or draws)[0]
    message = f"there is none of this name{nearest(name, names)}"
    raise GoldenError(message, file=spec.path, case=name)


def _other(against: str, made: Made) -> NDArray[Any]:
    arrays = load(against)
    found = arrays.get(made.name)
    if found is None and len(arrays) == 1:
        found = next(iter(arrays.values()))
    if found is None:
        raise GoldenError(f'has no array "{made.name}"', file=against)
    other = as_array(found).reshape(-1)
    if other.dtype != made.array.dtype or other.size != made.array.size:
        raise GoldenError(
            f"holds {other.size} elements of {other.dtype.name}, the case has {made.array.size} "
            f"of {made.array.dtype.name}",
            file=against,
        )
    return other


def _matplotlib() -> Any:
    try:
        from matplotlib import figure
    except ImportError as error:
        raise ImportError(
            "plot needs the package matplotlib: pip install 'tfphilox[plot]'"
        ) from error
    return figure


def _histogram(axes: Any, array: NDArray[Any], draw: SpecCall) -> None:
    values = array.astype(np.float64)
    values = values[np.isfinite(values)]
    if not values.size:
        axes.text(0.5, 0.5, "no finite numbers", ha="center", transform=axes.transAxes)
        return
    least, most = values.min(), values.max()
    bins: Any = min(100, max(10, values.size // 20))
    whole = array.dtype.kind in "iub" and most - least <= 200
    if whole:  # a bar for each number
        bins = np.arange(least, most + 2) - 0.5
    axes.hist(values, bins, density=True, color="0.75")
    low, high = axes.get_xlim()
    x = np.arange(least, most + 1) if whole else np.linspace(low, high, 1001)
    exact = density(draw, array.dtype, x)
    if exact is not None:
        axes.plot(x, exact, "." if whole else "-", color="C3", lw=1, label="exact density")
        axes.legend(loc="upper right", fontsize=8)
    axes.set_ylabel("density")


def _bits(axes: Any, array: NDArray[Any]) -> None:
    some = np.ascontiguousarray(array[:_WORDS])
    width = 8 * some.dtype.itemsize
    big = some.view(f"u{some.dtype.itemsize}").astype(f">u{some.dtype.itemsize}")
    bits = np.unpackbits(big.view(np.uint8)).reshape(some.size, width)
    axes.imshow(bits.T, cmap="gray_r", aspect="auto", interpolation="nearest", vmin=0, vmax=1)
    axes.set_xlabel("element")
    axes.set_ylabel("bit, highest first")


def _differences(axes: Any, array: NDArray[Any], other: NDArray[Any]) -> None:
    kind = f"u{array.dtype.itemsize}"
    at = np.flatnonzero(np.ascontiguousarray(array).view(kind) != other.copy().view(kind))
    if not at.size:
        axes.text(0.5, 0.5, "no differences", ha="center", transform=axes.transAxes)
        return
    size = np.abs(array[at].astype(np.float64) - other[at].astype(np.float64))
    axes.plot(at, np.maximum(size, 1e-300), ".", ms=3, color="C0")
    axes.set_yscale("log")
    axes.set_xlabel("element")
    axes.set_ylabel(f"{at.size} differences")


def _standard(x: NDArray[np.float64], given: dict[str, Any]) -> tuple[NDArray[np.float64], float]:
    deviation = abs(float(given.get("stddev", 1.0))) or 1e-300
    return (x - float(given.get("mean", 0.0))) / deviation, deviation


def _gauss(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _range(given: dict[str, Any], dtype: np.dtype[Any]) -> tuple[float, float]:
    if dtype.kind in "iu" and "maxval" not in given:
        return float(np.iinfo(dtype).min), float(np.iinfo(dtype).max)
    return float(given.get("minval", 0)), float(given.get("maxval", 1))
