"""nn/dropouts.py: dropout: uniform numbers decide which elements stay, scaled, and which become 0.

An array of shape [] stands for TensorFlow's scalar tensor, which as a rate is treated unlike a
number: TensorFlow divides by 1 - rate instead of multiplying by its reciprocal.
"""

from __future__ import annotations

import numbers
import operator
from collections.abc import Callable
from functools import partial
from reprlib import repr as brief
from typing import Any, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import random
from ..arrays.arguments import SeedLike, ShapeLike, as_operand, as_shape, is_float
from ..arrays.conversion import as_tensor, new_array
from ..graphs.graph import op
from ..random import Algorithm
from ..seeding import scopes, versions
from ._masks import drop, scale_of_array, scale_of_number

__all__ = ["dropout", "general_dropout", "stateless_dropout"]


@op("nn.dropout")
def dropout(
    x: ArrayLike,
    rate: float | NDArray[Any],
    noise_shape: ShapeLike | None = None,
    seed: SupportsInt | None = None,
    name: str | None = None,
) -> NDArray[Any]:
    """Set elements to 0 at random and scale up the others.

    Parameters
    ----------
    x : array_like of float16, bfloat16, float32 or float64
        Lists become float32 (or the type of the first NumPy number in them), as tensors do.
    rate : number in [0, 1), or array of shape [] and of the type of `x`
        The share to drop. The others are multiplied by ``1 / (1 - rate)``, made in double (or in
        the type of a NumPy number) and rounded to that of `x`. An array stands for a tensor: `x`
        is divided by ``1 - rate``, each step in its type, and its range is not checked.
    noise_shape : sequence of int or None, or int32 or int64 array of shape [rank], optional
        The shape of what is drawn, by default that of `x`; it is broadcast with `x`. If it has
        the length of the shape of `x`, None stands for the dimension of `x`.
    seed : int, optional
        The op seed; see `tfphilox.random.set_seed`.
    name : str, optional
        Ignored.

    Returns
    -------
    ndarray of the type of `x`, of its shape or larger by broadcasting
        A new array, also for rate 0.

    Raises
    ------
    TypeError
        If `seed` or `noise_shape` is not of integers, or `rate` a number that no float is.
    ValueError
        If `x` is not of floats, `rate` not in [0, 1), neither a number nor a scalar array or of
        another type than `x`, or `noise_shape` no shape or not one that broadcasts with `x`.
    MemoryError
        If the result does not fit into memory.

    Stream
    ------
    As ``tfphilox.random.uniform(noise_shape, dtype=x.dtype, seed=seed)``, whose kernel it shares;
    an element stays where that is at least `rate`. The number 0 draws nothing, but a call without
    `seed` uses up an op seed. Verified against TensorFlow 2.21, and against older ones, of which
    `tfphilox.config.set_tensorflow_version` mirrors these: up to 2.17 the scale for a NumPy number
    is made in double, as NumPy 1 has it (later ones are mirrored as they are with NumPy 2); up to
    2.10 a dropped element is not 0 but multiplied by 0; from 2.2 to 2.4 a rate of 0 draws, to no
    effect; up to 2.1 it uses no op seed, and an array's reciprocal is rounded and multiplied by.

    References
    ----------
    tensorflow/python/ops/nn_ops.py, dropout_v2 and _dropout.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_seed(0)
    >>> tp.nn.dropout([[1.0, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1]], rate=0.5, seed=1)
    array([[2., 0., 0., 2., 2.],
           [2., 2., 2., 2., 2.],
           [2., 0., 2., 0., 2.]], dtype=float32)
    """

    def at_rate_0() -> None:
        scopes.get_seed(seed)

    return _drop(x, rate, noise_shape, partial(random.uniform, seed=seed), at_rate_0, ours=True)


@op("nn.stateless_dropout")
def stateless_dropout(
    x: ArrayLike,
    rate: float | NDArray[Any],
    seed: SeedLike,
    rng_alg: Algorithm | str | int | None = None,
    noise_shape: ShapeLike | None = None,
    name: str | None = None,
) -> NDArray[Any]:
    """Set elements to 0 at random and scale up the others, from a seed pair alone.

    Parameters
    ----------
    x, rate, noise_shape, name
        As in `tfphilox.nn.dropout`.
    seed : pair of int, or integer array of shape [2]
        Any two 64-bit integers. Not looked at for the rate 0.
    rng_alg : {"auto_select", "philox"}, `Algorithm`, 1, 3 or None
        All mean Philox.

    Returns
    -------
    ndarray of the type of `x`, of its shape or larger by broadcasting

    Raises
    ------
    TypeError, ValueError, MemoryError
        As there, and for a bad `seed` or another `rng_alg`.

    Stream
    ------
    As ``tfphilox.random.stateless_uniform(noise_shape, seed, dtype=x.dtype)``. Verified against
    TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/nn_ops.py, stateless_dropout.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.nn.experimental.stateless_dropout([[1.0] * 5] * 3, rate=0.8, seed=[1, 0])
    array([[5., 0., 0., 0., 0.],
           [0., 0., 0., 0., 5.],
           [0., 0., 0., 0., 5.]], dtype=float32)
    """
    sampler = partial(random.stateless_uniform, seed=seed, alg=rng_alg)
    return _drop(x, rate, noise_shape, sampler, _nothing, ours=True)


@op("nn.general_dropout")
def general_dropout(
    x: ArrayLike,
    rate: float | NDArray[Any],
    uniform_sampler: Callable[..., Any],
    noise_shape: ShapeLike | None = None,
    name: str | None = None,
) -> NDArray[Any]:
    """Set elements to 0 by the numbers of any generator and scale up the others.

    Parameters
    ----------
    x, rate, noise_shape, name
        As in `tfphilox.nn.dropout`.
    uniform_sampler : callable
        Called as ``uniform_sampler(shape=noise_shape, dtype=x.dtype)``, a tuple and a NumPy dtype,
        it returns numbers in [0, 1) of that shape, or of one that is broadcast; of the type of
        `x`, or if `rate` is a number of any float type. ``tfphilox.random.Generator.uniform`` is
        one. Not called for the rate 0.

    Returns
    -------
    ndarray of the type of `x`, of its shape or larger by broadcasting

    Raises
    ------
    TypeError, ValueError, MemoryError
        As there, and if the numbers have another type. What the sampler drew is used up.

    Stream
    ------
    That of the sampler. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/nn_ops.py, general_dropout.

    Examples
    --------
    >>> import tfphilox as tp
    >>> sampler = tp.random.Generator.from_seed(7).uniform
    >>> tp.nn.experimental.general_dropout([1.1, 2.2, 3.3, 4.4, 5.5], 0.5, sampler)
    array([ 0. ,  4.4,  6.6,  8.8, 11. ], dtype=float32)
    """
    return _drop(x, rate, noise_shape, uniform_sampler, _nothing, ours=False)


def _drop(
    x: ArrayLike,
    rate: Any,
    noise_shape: ShapeLike | None,
    sampler: Callable[..., Any],
    at_rate_0: Callable[[], None],
    ours: bool,
) -> NDArray[Any]:
    """Do what all three do; `ours` says that the sampler's array may be written to."""
    number = isinstance(rate, numbers.Real)
    if number and (rate < 0 or rate >= 1):
        raise ValueError(f"rate must be in [0, 1), got {rate!r}")
    array = _as_floats(x)
    rule = versions.rule("dropout_of_nothing")
    if _rate_is_0(rate, number, rule):
        if rule == "op_seed":
            at_rate_0()
        return array.copy()
    if number:
        in_its_type = versions.rule("dropout_numpy_rate") == "its type"
        scale = scale_of_number(rate, array.dtype, in_its_type)
    else:
        divides = versions.rule("dropout_array_rate") == "divide"
        scale = scale_of_array(rate, array.dtype, divides)
    shape = _noise_shape(array, noise_shape)
    out = None
    if ours:  # whatever may fail does so before anything is drawn
        dims = _broadcast(array, as_shape(shape)[0])
        if dims != as_shape(shape)[0]:
            out = new_array(dims, array.dtype)
    uniform = sampler(shape=shape, dtype=array.dtype)
    if not ours:
        uniform = _as_uniform(uniform, array.dtype, rate if number else None)
        out = new_array(_broadcast(array, uniform.shape), array.dtype)
        if uniform.dtype != array.dtype:  # compare in that type, with what is 1 where x stays
            uniform = (uniform >= as_operand("rate", rate, uniform.dtype)).astype(array.dtype)
            scale = scale._replace(rate=0.5)
    multiplies = versions.rule("dropout_mask") == "multiply"
    return drop(array, uniform, scale, multiplies, uniform if out is None else out)


def _rate_is_0(rate: Any, number: bool, rule: str) -> bool:
    """Say whether there is nothing to drop, and TensorFlow looks for that."""
    if number:
        return rule != "draw" and rate == 0
    return rule == "return" and isinstance(rate, np.ndarray) and rate.ndim == 0 and not rate


def _as_floats(x: ArrayLike) -> NDArray[Any]:
    if not isinstance(x, float) and np.asarray(x).dtype.kind in "USOc":
        raise ValueError(f"x must hold floats, got {brief(x)}")
    array = np.asarray(as_tensor("x", x), order="C")
    if not is_float(array.dtype):
        raise ValueError(f"x must hold floats, got {array.dtype.name}: they are to be scaled")
    return array


def _as_uniform(uniform: Any, dtype: np.dtype[Any], rate: Any) -> NDArray[Any]:
    """Return what a caller's sampler made, if it can be compared with the rate."""
    array = np.asarray(as_tensor("what uniform_sampler returns", uniform), order="C")
    if array.dtype != dtype and (rate is None or not is_float(array.dtype)):
        raise TypeError(
            f"uniform_sampler must return {dtype.name}, the type of x, got {array.dtype.name}"
        )
    return array


def _noise_shape(x: NDArray[Any], noise_shape: Any) -> Any:
    """Return the shape to draw.

    References
    ----------
    tensorflow/python/ops/nn_ops.py, _get_noise_shape: a shape as long as that of `x` goes through
    a TensorShape, and so the op gets int32 even if an int64 array was given.
    """
    if noise_shape is None:
        return x.shape
    try:
        dims = list(noise_shape) if hasattr(noise_shape, "__len__") else [noise_shape]
        known = [dim if dim is None else operator.index(dim) for dim in dims]
    except TypeError:
        return noise_shape  # the op says what is wrong with it
    if len(known) != x.ndim or any(dim is not None and dim < 0 for dim in known):
        return noise_shape
    return tuple(size if dim is None else dim for size, dim in zip(x.shape, known, strict=True))


def _broadcast(x: NDArray[Any], dims: tuple[int, ...]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(x.shape, dims)
    except ValueError:
        raise ValueError(
            f"noise_shape must broadcast with the shape of x, {x.shape}, got {dims}"
        ) from None


def _nothing() -> None:
    pass
