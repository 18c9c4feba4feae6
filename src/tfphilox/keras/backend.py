"""keras/backend.py: tf.keras.backend, as far as it draws.

Each is an op of ``tf.random`` whose op seed, if none is given, is a number of NumPy's global
``random``: so ``numpy.random.seed`` decides what it draws, and the global seed too.
"""

from __future__ import annotations

from typing import Any, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import random as tf_random
from .._c._undo import whole
from ..arrays.arguments import ShapeLike, as_operand
from ..nn.dropouts import dropout as nn_dropout
from ..seeding.process import current
from .config import float_dtype, floatx
from .seeding import noted

__all__ = [
    "dropout",
    "random_bernoulli",
    "random_binomial",
    "random_normal",
    "random_uniform",
    "truncated_normal",
]


def _seed(seed: SupportsInt | None) -> SupportsInt:
    """Return an op seed: the one given, or NumPy's next number below 10**7."""
    return int(noted(current().sources.numpy).randint(10**7)) if seed is None else seed


@whole
def random_normal(
    shape: ShapeLike,
    mean: ArrayLike = 0.0,
    stddev: ArrayLike = 1.0,
    dtype: DTypeLike | None = None,
    seed: SupportsInt | None = None,
) -> NDArray[Any]:
    """Draw from a normal distribution.

    Parameters
    ----------
    shape : sequence of int, or int32 or int64 array
        Of the result.
    mean, stddev : float or array_like of floats that broadcasts with the shape
        Mean and standard deviation.
    dtype : {float16, bfloat16, float32, float64}, optional
        By default `tfphilox.keras.config.floatx`.
    seed : int, optional
        The op seed. By default ``numpy.random.randint(10**7)``, drawn from NumPy's global state.

    Returns
    -------
    ndarray of this shape and type

    Raises
    ------
    TypeError, ValueError, MemoryError
        As `tfphilox.random.normal`. NumPy's state is then where it was.

    Stream
    ------
    That of `tfphilox.random.normal`. Verified against TensorFlow 2.3 to 2.21 (from 2.16 on that is
    Keras 3's ``tf.keras.backend``).

    References
    ----------
    keras/src/backend.py, random_normal; Keras 3: keras/src/legacy/backend.py.

    Examples
    --------
    >>> import numpy as np
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> np.random.seed(2)
    >>> tp.keras.backend.random_normal([2])
    array([ 1.268882 , -0.8719339], dtype=float32)
    >>> np.random.seed(2)
    >>> tp.random.set_seed(1)
    >>> tp.random.normal([2], seed=np.random.randint(10**7))
    array([ 1.268882 , -0.8719339], dtype=float32)
    """
    return tf_random.normal(shape, mean, stddev, dtype or floatx(), _seed(seed))


@whole
def random_uniform(
    shape: ShapeLike,
    minval: ArrayLike = 0.0,
    maxval: ArrayLike = 1.0,
    dtype: DTypeLike | None = None,
    seed: SupportsInt | None = None,
) -> NDArray[Any]:
    """Draw from a uniform distribution.

    Parameters
    ----------
    shape, seed
        As in `random_normal`.
    minval, maxval : number, or array_like that broadcasts with the shape
        The lower end, included, and the upper end, excluded.
    dtype : {float16, bfloat16, float32, float64, int32, int64}, optional
        By default `tfphilox.keras.config.floatx`. Integers need whole ends.

    Returns
    -------
    ndarray of this shape and type

    Raises
    ------
    TypeError, ValueError, MemoryError
        As `tfphilox.random.uniform`. NumPy's state is then where it was.

    Stream
    ------
    That of `tfphilox.random.uniform`. Verified as `random_normal`.

    References
    ----------
    keras/src/backend.py, random_uniform; Keras 3: keras/src/legacy/backend.py.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> tp.keras.backend.random_uniform([2], seed=3)
    array([0.7787856 , 0.80119777], dtype=float32)
    """
    return tf_random.uniform(shape, minval, maxval, dtype or floatx(), _seed(seed))


@whole
def truncated_normal(
    shape: ShapeLike,
    mean: ArrayLike = 0.0,
    stddev: ArrayLike = 1.0,
    dtype: DTypeLike | None = None,
    seed: SupportsInt | None = None,
) -> NDArray[Any]:
    """Draw from a normal distribution, redrawing what is two standard deviations or more off.

    Parameters
    ----------
    shape, mean, stddev, dtype, seed
        As in `random_normal`; mean and standard deviation are those before truncation.

    Returns
    -------
    ndarray of this shape and type

    Raises
    ------
    TypeError, ValueError, MemoryError
        As `tfphilox.random.truncated_normal`. NumPy's state is then where it was.

    Stream
    ------
    That of `tfphilox.random.truncated_normal`. Verified as `random_normal`.

    References
    ----------
    keras/src/backend.py, truncated_normal; Keras 3: keras/src/legacy/backend.py.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> tp.keras.backend.truncated_normal([2], seed=3)
    array([-0.67086124,  0.22357145], dtype=float32)
    """
    return tf_random.truncated_normal(shape, mean, stddev, dtype or floatx(), _seed(seed))


@whole
def random_bernoulli(
    shape: ShapeLike,
    p: ArrayLike = 0.0,
    dtype: DTypeLike | None = None,
    seed: SupportsInt | None = None,
) -> NDArray[Any]:
    """Draw ones with a probability, else zeros.

    Parameters
    ----------
    shape, dtype, seed
        As in `random_normal`.
    p : float, or array_like of floats that broadcasts with the shape
        The probability of a one; an element is one where the uniform number is at most `p`.

    Returns
    -------
    ndarray of this shape (or larger, by broadcasting `p`) and type

    Raises
    ------
    TypeError, ValueError, MemoryError
        As `tfphilox.random.uniform`. NumPy's state is then where it was.

    Stream
    ------
    That of `tfphilox.random.uniform`. Verified as `random_normal`. TensorFlow has it since 2.3,
    and `random_binomial` as its older name up to 2.15; both draw the same.

    References
    ----------
    keras/src/backend.py, random_bernoulli; Keras 3: keras/src/legacy/backend.py.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> tp.keras.backend.random_bernoulli([4], p=0.5, seed=3)
    array([0., 0., 0., 1.], dtype=float32)
    """
    kind = float_dtype(dtype)
    bound = np.asarray(as_operand("p", p, kind), kind)
    drawn = tf_random.uniform(shape, dtype=kind, seed=_seed(seed))
    result: NDArray[Any] = np.where(drawn <= bound, kind.type(1), kind.type(0))
    return result


def random_binomial(
    shape: ShapeLike,
    p: ArrayLike = 0.0,
    dtype: DTypeLike | None = None,
    seed: SupportsInt | None = None,
) -> NDArray[Any]:
    """Draw as `random_bernoulli`, whose older name this is."""
    return random_bernoulli(shape, p, dtype, seed)


@whole
def dropout(
    x: ArrayLike,
    level: float | NDArray[Any],
    noise_shape: ShapeLike | None = None,
    seed: SupportsInt | None = None,
) -> NDArray[Any]:
    """Set elements to 0 at random and scale up the others.

    Parameters
    ----------
    x : array_like of floats
        Is not changed.
    level : number in [0, 1)
        The share to drop.
    noise_shape : sequence of int or None, optional
        As in `tfphilox.nn.dropout`.
    seed : int, optional
        As in `random_normal`; also a level of 0 takes NumPy's next number.

    Returns
    -------
    ndarray of the shape and type of `x`

    Raises
    ------
    TypeError, ValueError, MemoryError
        As `tfphilox.nn.dropout`. NumPy's state is then where it was.

    Stream
    ------
    That of `tfphilox.nn.dropout`. Verified as `random_normal`.

    References
    ----------
    keras/src/backend.py, dropout; Keras 3: keras/src/legacy/backend.py.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(1)
    >>> tp.keras.backend.dropout([1.0, 1.0, 1.0, 1.0], 0.4, seed=3)
    array([1.6666666, 1.6666666, 1.6666666, 0.       ], dtype=float32)
    """
    return nn_dropout(x, level, noise_shape, _seed(seed))
