"""orthogonal.py: the orthogonal matrix that tf.linalg.qr leads to.

A matrix of normal numbers is factorized, and the columns get the signs that make the diagonal of
the triangular factor positive. `tfphilox._c._householder` takes every sum in the order in which
TensorFlow's Eigen takes it, so the result has TensorFlow's bits:

* float32 and float64, the shorter side less than 48: equal, wherever TensorFlow runs on x86-64;
* the shorter side 48 or more: equal to TensorFlow 2.5 or newer on a processor whose first level
  data cache has the size that is given, for that decides how Eigen's matrix product is cut. Cut in
  the same places by 32 KiB and more are matrices whose longer side is at most 96 (float64: 80).
  Before 2.5 the last bits may differ if the longer side is 128 or more;
* float16: not equal. TensorFlow rounds every step to float16, here only the result is rounded;
  about four in five elements differ, by up to 0.002.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._c import _householder
from .arguments import FLOAT16, FLOAT32

__all__ = ["CACHE", "CACHES", "cache_matters", "orthogonal_columns", "version_matters"]

CACHES = tuple(size << 10 for size in (16, 32, 48, 64, 128))  # that are known, in bytes
CACHE = CACHES[1]

_BLOCK = 48  # columns of which Eigen makes a matrix product


def cache_matters(rows: int, columns: int, dtype: str) -> bool:
    """Return whether bits depend on which cache of 32 KiB or more TensorFlow's processor has.

    Examples
    --------
    >>> cache_matters(96, 64, "float32"), cache_matters(256, 64, "float32")
    (False, True)
    """
    return min(rows, columns) >= _BLOCK and max(rows, columns) > (80 if dtype == "float64" else 96)


def version_matters(rows: int, columns: int) -> bool:
    """Return whether TensorFlow before 2.5 may make other bits.

    Examples
    --------
    >>> version_matters(100, 100), version_matters(128, 64)
    (False, True)
    """
    return min(rows, columns) >= _BLOCK and max(rows, columns) >= 128


def orthogonal_columns(matrix: NDArray[Any], cache: int = CACHE) -> NDArray[Any]:
    """Return the orthogonal factor of a matrix with at least as many rows as columns.

    Parameters
    ----------
    matrix : array of float16, float32 or float64, of shape [rows, columns]
    cache : int, default 32768
        Size in bytes of the first level data cache, one of CACHES.

    Returns
    -------
    ndarray of the type and shape of `matrix`
        Its columns are orthogonal, and those of `matrix` are sums of it and the columns before.

    References
    ----------
    tensorflow/core/kernels/linalg/qr_op_impl.h, QrOp; keras/src/initializers/
    random_initializers.py, Orthogonal; Eigen/src/Core/products/GeneralBlockPanelKernel.h,
    evaluateProductBlockingSizesHeuristic.

    Examples
    --------
    >>> import numpy as np
    >>> orthogonal_columns(np.array([[3.0, 1.0], [4.0, 2.0]]))
    array([[ 0.6, -0.8],
           [ 0.8,  0.6]])
    """
    rows, columns = matrix.shape
    kind = FLOAT32 if matrix.dtype == FLOAT16 else matrix.dtype
    reduced = np.array(matrix, kind, order="C")
    factor = np.zeros((rows, columns), kind, order="F")
    if columns:
        np.fill_diagonal(factor, 1)
        _householder.factorize(reduced, factor, cache)
        factor *= np.sign(np.diagonal(reduced))
    return factor.astype(matrix.dtype, copy=False)
