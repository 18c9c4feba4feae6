"""random/initializers.py: TensorFlow 2's own initializers that draw: two; the others are Keras'.

With a seed they are stateless: every call with the same shape returns the same array.
"""

from __future__ import annotations

from typing import Any, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import random
from ..arrays.arguments import ShapeLike, is_float
from ..arrays.dtypes import as_dtype
from ..arrays.wording import brief
from ..seeding.scopes import Whole

__all__ = ["random_normal_initializer", "random_uniform_initializer"]


class _Initializer(Whole):
    """What the two initializers share."""

    seed: SupportsInt | None

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Make an initializer from what `get_config` returned.

        Parameters
        ----------
        config : dict
            A "dtype" in it is ignored.

        Returns
        -------
        initializer
        """
        return cls(**{key: value for key, value in config.items() if key != "dtype"})

    def _shape(self, shape: ShapeLike, keywords: dict[str, Any]) -> ShapeLike:
        for key in keywords:
            if key not in ("partition_shape", "partition_offset"):
                raise TypeError(f"unexpected keyword {brief(key)}")
        found: ShapeLike = keywords.get("partition_shape", shape)
        return found


class RandomUniform(_Initializer):
    """Make arrays of uniform numbers.

    Parameters
    ----------
    minval, maxval : number or array, default -0.05 and 0.05
        Lowest value, and the end of the range, which is excluded.
    seed : int, optional
        With it every call is ``tfphilox.random.stateless_uniform(shape, [seed, 0], ...)``.

    Stream
    ------
    Without a seed a call is one of `tfphilox.random.uniform` without an op seed. Verified against
    TensorFlow 2.0 and 2.21.

    References
    ----------
    tensorflow/python/ops/init_ops_v2.py, RandomUniform.

    Examples
    --------
    >>> from tfphilox.random.initializers import random_uniform_initializer
    >>> random_uniform_initializer(seed=1)([2])
    array([ 0.03784882, -0.00400198], dtype=float32)
    """

    def __init__(
        self,
        minval: ArrayLike = -0.05,
        maxval: ArrayLike = 0.05,
        seed: SupportsInt | None = None,
    ) -> None:
        self.minval = minval
        self.maxval = maxval
        self.seed = seed

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike = "float32", **kwargs: Any
    ) -> NDArray[Any]:
        """Make an array.

        Parameters
        ----------
        shape : sequence of int, or int32 or int64 array of shape [rank]
            Dimensions of the array.
        dtype : {float16, bfloat16, float32, float64, int32, int64}, default float32
            Its type; with a seed also uint32 and uint64, without bounds.
        **kwargs
            ``partition_shape`` takes the place of `shape`; ``partition_offset`` is ignored.

        Returns
        -------
        ndarray of `dtype`
        """
        shape = self._shape(shape, kwargs)
        if self.seed is None:
            return random.uniform(shape, self.minval, self.maxval, dtype)
        return random.stateless_uniform(shape, _pair(self.seed), self.minval, self.maxval, dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an initializer like this one.

        Returns
        -------
        dict
        """
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed}


class RandomNormal(_Initializer):
    """Make arrays of normal numbers.

    Parameters
    ----------
    mean, stddev : number or array, default 0.0 and 0.05
        Mean and standard deviation.
    seed : int, optional
        With it every call is ``tfphilox.random.stateless_normal(shape, [seed, 0], ...)``.

    Stream
    ------
    Without a seed a call is one of `tfphilox.random.normal` without an op seed. Verified against
    TensorFlow 2.0 and 2.21.

    References
    ----------
    tensorflow/python/ops/init_ops_v2.py, RandomNormal.

    Examples
    --------
    >>> from tfphilox.random.initializers import random_normal_initializer
    >>> random_normal_initializer(seed=1)([2])
    array([ 0.00633252, -0.02465083], dtype=float32)
    """

    def __init__(
        self,
        mean: ArrayLike = 0.0,
        stddev: ArrayLike = 0.05,
        seed: SupportsInt | None = None,
    ) -> None:
        self.mean = mean
        self.stddev = stddev
        self.seed = seed

    def __call__(
        self, shape: ShapeLike, dtype: DTypeLike = "float32", **kwargs: Any
    ) -> NDArray[Any]:
        """Make an array.

        Parameters
        ----------
        shape : sequence of int, or int32 or int64 array of shape [rank]
            Dimensions of the array.
        dtype : {float16, bfloat16, float32, float64}, default float32
            Its type.
        **kwargs
            ``partition_shape`` takes the place of `shape`; ``partition_offset`` is ignored.

        Returns
        -------
        ndarray of `dtype`
        """
        shape = self._shape(shape, kwargs)
        found = as_dtype(dtype)
        if not is_float(found):
            raise ValueError(f"dtype must be a float type, got {found.name}")
        if self.seed is None:
            return random.normal(shape, self.mean, self.stddev, found)
        return random.stateless_normal(shape, _pair(self.seed), self.mean, self.stddev, found)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an initializer like this one.

        Returns
        -------
        dict
        """
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed}


def _pair(seed: Any) -> Any:
    if isinstance(seed, bool | np.bool_):
        raise TypeError(f"seed must be an integer, got {brief(seed)}")
    return [seed, 0]


random_uniform_initializer = RandomUniform
random_normal_initializer = RandomNormal
