"""keras/config.py: the float type that Keras means when none is given."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..arrays.arguments import is_float
from ..arrays.dtypes import as_any_dtype, as_dtype
from ..seeding.process import current

__all__ = ["floatx", "set_floatx"]


def floatx() -> str:
    """Return the name of the default float type, "float32" unless it was set.

    References
    ----------
    keras/src/backend/config.py, floatx.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.config.floatx()
    'float32'
    """
    return current().settings.floatx


def set_floatx(value: str) -> None:
    """Set the default float type, for initializers, `random` and layers.

    Parameters
    ----------
    value : {"float16", "bfloat16", "float32", "float64"}

    Notes
    -----
    Layers follow at once, as in tf.keras 2. In Keras 3 they keep the type that was set when the
    first layer was made, until `keras.utils.clear_session`.

    Raises
    ------
    ValueError
        If `value` is none of these.

    References
    ----------
    keras/src/backend/config.py, set_floatx.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.config.set_floatx("float64")
    >>> tp.keras.initializers.Ones()([2]).dtype
    dtype('float64')
    >>> tp.keras.config.set_floatx("float32")
    """
    if value not in ("float16", "bfloat16", "float32", "float64"):
        raise ValueError(f"value must be float16, bfloat16, float32 or float64, got {value!r}")
    current().settings.floatx = str(value)


def float_dtype(dtype: DTypeLike | None) -> np.dtype[Any]:
    """Return the type of a draw; None, or what else is false, is floatx, as in Keras."""
    return as_dtype(floatx() if dtype is None or dtype == "" else dtype)


def any_dtype(dtype: DTypeLike | None) -> np.dtype[Any]:
    """Return the type of a constant, which may be any that holds numbers."""
    return as_any_dtype(floatx() if dtype is None or dtype == "" else dtype)


def only_float(what: str, dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type, unless it is not one of the four float types."""
    if not is_float(dtype):
        allowed = "float16, bfloat16, float32 or float64"
        raise TypeError(f"{what}: dtype must be {allowed}, got {dtype.name}")
    return dtype
