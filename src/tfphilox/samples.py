"""samples.py: gamma, Poisson and binomial numbers of a `Stream`, whole or in part.

Each output has blocks of the op's stream to itself, so any part of a run can be made alone, if the
run has one set of parameters: with several, where an output stands in the stream depends on how
many of each there are.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._c import _samplers
from .arrays.arguments import FLOAT16, FLOAT32, FLOAT64, INT32, INT64
from .arrays.conversion import as_doubles, as_parameter, as_tensor, batch_of, broadcast
from .arrays.dtypes import as_dtype

__all__ = ["Sample", "binomial", "binomial_blocks", "gamma", "poisson"]

_FLOATS = (FLOAT16, FLOAT32, FLOAT64)
_NUMBERS = (FLOAT16, FLOAT32, FLOAT64, INT32, INT64)


class Sample(NamedTuple):
    """A run of outputs, with its parameters read and checked."""

    kind: str
    dims: tuple[int, ...]
    a: NDArray[np.float64]
    b: NDArray[np.float64] | None
    parameter: np.dtype[Any]  # that TensorFlow has the parameters in
    dtype: np.dtype[Any]
    blocks: int  # that the op reserves

    def into(
        self, out: NDArray[Any], key: int, counter: int, first: int | None, threads: int
    ) -> NDArray[Any]:
        """Fill `out` from output `first` of the run on; the whole run if that is None."""
        if first is not None and self.a.size != 1:
            raise ValueError(
                f"{self.kind}: start= needs one set of parameters, got {self.a.size}: where an "
                "output stands in the stream depends on how many there are for each"
            )
        try:
            return _samplers.sample(
                self.kind,
                key,
                counter,
                self.a,
                self.b,
                self.parameter,
                out,
                self.kind == "gamma",
                threads,
                skipped=first or 0,
            )
        except _samplers.Endless:
            raise ValueError(
                f"{self.kind}: a parameter is NaN, or a rate far above what {out.dtype.name} can "
                "hold: TensorFlow would try for ever"
            ) from None
        except _samplers.Invalid:
            raise ValueError(
                f"{self.kind}: probs must not be NaN where the result is {out.dtype.name}"
            ) from None


def gamma(dims: tuple[int, ...], alpha: Any, beta: Any, dtype: Any) -> Sample:
    """Read the arguments of `Stream.gamma`."""
    found = _one_of("gamma", dtype, _FLOATS)
    alphas = as_parameter("alpha", alpha, found)
    betas = as_parameter("beta", 1.0 if beta is None else beta, found)
    together = broadcast("alpha and beta", alphas, betas)
    batch_of("gamma", dims, together, "alpha and beta")
    a, b = as_doubles(alphas, together), as_doubles(betas, together)
    return Sample("gamma", dims, a, b, found, found, 256 * math.prod(dims))


def poisson(dims: tuple[int, ...], lam: Any, dtype: Any) -> Sample:
    """Read the arguments of `Stream.poisson`."""
    rates = as_tensor("lam", lam)
    if rates.dtype not in _NUMBERS:
        rates = rates.astype(FLOAT64)
    found = _one_of("poisson", dtype, _NUMBERS)
    batch_of("poisson", dims, rates.shape, "lam")
    blocks = 256 * math.prod(dims)
    return Sample("poisson", dims, as_doubles(rates), None, rates.dtype, found, blocks)


def binomial(dims: tuple[int, ...], counts: Any, probs: Any, dtype: Any) -> Sample:
    """Read the arguments of `Stream.binomial`."""
    found = _one_of("binomial", dtype, _NUMBERS)
    number = as_parameter("counts", counts, FLOAT32)
    probability = as_parameter("probs", probs, FLOAT32)
    together = broadcast("counts and probs", number, probability)
    batch_of("binomial", dims, together, "counts and probs")
    n, p = as_doubles(number, together), as_doubles(probability, together)
    samples = math.prod(dims) // n.size if n.size else 0
    return Sample("binomial", dims, n, p, FLOAT32, found, binomial_blocks(n.size, samples))


def binomial_blocks(batches: int, samples: int) -> int:
    """Return how far a generator moves on for a draw of binomial numbers, even an empty one.

    References
    ----------
    tensorflow/core/kernels/random_binomial_op.cc, RandomBinomialOp::Compute.

    Examples
    --------
    >>> binomial_blocks(1, 5)
    102400
    """
    return 256 * (batches * 2 * 100 * (samples + 3) // 4)


def _one_of(op: str, dtype: Any, allowed: tuple[np.dtype[Any], ...]) -> np.dtype[Any]:
    names = [each.name for each in allowed]
    found = as_dtype(dtype, names)
    if found not in allowed:
        raise TypeError(f"{op}: dtype must be {', '.join(names)}, got {found.name}")
    return found
