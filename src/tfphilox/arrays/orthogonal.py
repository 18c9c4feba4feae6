"""orthogonal.py: the orthogonal matrix that tf.linalg.qr leads to.

A matrix of normal numbers is factorized, and the columns get the signs that make the diagonal of
the triangular factor positive. `tfphilox._c._householder` takes every sum in the order in which
TensorFlow's Eigen takes it, so the result has TensorFlow's bits:

* float32 and float64, the shorter side less than 48: equal, wherever TensorFlow runs on x86-64;
* the shorter side 48 or more: equal to TensorFlow 2.6 or newer on a processor with 32 KiB of first
  level data cache, for the cache decides how Eigen's matrix product is cut. Elsewhere the last bits
  may differ: before 2.6 [128, 512] did, [100, 100] did not;
* float16: not equal. TensorFlow rounds every step to float16, here only the result is rounded;
  about four in five elements differ, by up to 0.002.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._c import _householder
from .arguments import FLOAT16, FLOAT32

__all__ = ["orthogonal_columns"]


def orthogonal_columns(matrix: NDArray[Any]) -> NDArray[Any]:
    """Return the orthogonal factor of a matrix with at least as many rows as columns.

    Parameters
    ----------
    matrix : array of float16, float32 or float64, of shape [rows, columns]

    Returns
    -------
    ndarray of the type and shape of `matrix`
        Its columns are orthogonal, and those of `matrix` are sums of it and the columns before.

    References
    ----------
    tensorflow/core/kernels/linalg/qr_op_impl.h, QrOp; keras/src/initializers/
    random_initializers.py, Orthogonal.

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
        _householder.factorize(reduced, factor)
        factor *= np.sign(np.diagonal(reduced))
    return factor.astype(matrix.dtype, copy=False)
