"""random/generator.py: tf.random.Generator, a generator object that carries its own state.

A generator's state is a counter and a key, in a `StateVariable` that generators may share. Unlike
the functions of `tfphilox.random` it neither reads nor moves the global seed.

Departures from TensorFlow: a method that fails leaves the state where it was, and a state, seed
or `skip` that TensorFlow would wrap round is refused.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, SupportsIndex, SupportsInt

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from .. import raw_ops
from .._c import _rng
from ..arrays.arguments import (
    BOUNDED_INTEGERS,
    INTEGERS,
    ShapeLike,
    as_bound,
    as_float_dtype,
    as_integer_dtype,
    as_operand,
    as_shape,
    is_float,
)
from ..arrays.arithmetic import broadcast_shape
from ..arrays.dtypes import as_dtype
from ..arrays.wording import brief
from ..graphs.graph import explained, op
from ..raw_ops.rng import as_delta, count
from ..seeding.compiled import CompiledStream, compiler, refuse
from ..seeding.process import current
from ..seeding.streams import draw_threefry, draw_with_state
from ..state import StateVariable, as_state_values
from ..stream import Stream
from . import threefry
from .basic import Algorithm

__all__ = [
    "Generator",
    "create_rng_state",
    "get_global_generator",
    "set_global_generator",
]

_PHILOX, _THREEFRY = Algorithm.PHILOX.value, Algorithm.THREEFRY.value
_INT64 = np.dtype(np.int64)


def create_rng_state(seed: Any, alg: Algorithm | str | int) -> NDArray[np.int64]:
    """Make a generator's state from a seed.

    Parameters
    ----------
    seed : int, or number or array_like of numbers
        A Python integer of any size and sign is cut into 64-bit pieces, the lowest first, so that a
        small one sets the counter and leaves the key 0. Anything else, NumPy integers
        included, is cast to int64 and flattened; what is too long is cut off, and zeros go before
        what is too short, so that one number becomes the key.
    alg : {"philox", "threefry", "auto_select"}, `Algorithm` or 1, 2, 3
        Says how long the state is: 3, for ThreeFry 2.

    Returns
    -------
    int64 array of shape [3] or [2]
        The counter, low half first, and the key.

    Raises
    ------
    TypeError
        If `seed` does not hold numbers or `alg` has another type.
    ValueError
        If `seed` holds a number of more than 64 bits, or for another `alg`.

    Stream
    ------
    Draws nothing. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/stateful_random_ops.py, create_rng_state.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.create_rng_state(1234, "philox")
    array([1234,    0,    0])
    >>> tp.random.create_rng_state([12, 34], "threefry")
    array([12, 34])
    """
    return _make_state(seed, _algorithm_number(alg))


class Generator:
    """Draw random numbers from a state of its own.

    Parameters
    ----------
    copy_from : Generator, optional
        A generator whose state and algorithm the new one begins with. Then give nothing else.
    state : sequence of int, integer array or StateVariable of shape [3], or [2] for ThreeFry
        Counter, low half first, and key. A `StateVariable` is used as it is, not copied: the
        generators that have it draw from one stream.
    alg : {"philox", "threefry", "auto_select"}, `Algorithm` or 1, 2, 3
        "auto_select" is Philox on a CPU. With "threefry" the methods give what TensorFlow gives
        inside ``tf.function(jit_compile=True)`` on a CPU with FMA: integers, float32 and float64
        uniforms and the state. TensorFlow has no ThreeFry elsewhere on a CPU.

    Raises
    ------
    TypeError, ValueError
        If the arguments are not as above, or `state` or `alg` is missing.

    Notes
    -----
    Threads may share a generator: none of the numbers is drawn twice. It can be copied and
    pickled; ``copy.copy`` shares the state, as in TensorFlow, ``copy.deepcopy`` and
    ``Generator(other)`` do not.

    Stream
    ------
    Philox with the state's key from the state's counter on. Each draw moves the counter on
    by 256 blocks for every element. Verified against TensorFlow 2.21.

    References
    ----------
    tensorflow/python/ops/stateful_random_ops.py, Generator.

    Examples
    --------
    >>> import tfphilox as tp
    >>> g = tp.random.Generator.from_seed(1234)
    >>> g.normal(shape=(2, 3))
    array([[ 0.9356609 ,  1.0854305 , -0.93788373],
           [-0.5061547 ,  1.3169702 ,  0.7137579 ]], dtype=float32)
    >>> g.state
    <StateVariable [2770, 0, 0]>
    """

    def __init__(
        self,
        copy_from: Generator | None = None,
        state: Any = None,
        alg: Algorithm | str | int | None = None,
    ) -> None:
        if copy_from is not None:
            if state is not None or alg is not None:
                raise ValueError("give copy_from, or state and alg, but not both")
            if not isinstance(copy_from, Generator):
                raise TypeError(f"copy_from must be a Generator, got {brief(copy_from)}")
            self._state_var = StateVariable(copy_from.state.numpy())
            self._alg = copy_from.algorithm
            return
        if state is None or alg is None:
            raise ValueError("give state and alg, or use Generator.from_seed(seed)")
        self._alg = _algorithm_number(alg)
        if isinstance(state, StateVariable):
            _check_shape("state", state.shape, (_state_size(self._alg),))
            self._state_var = state
        else:
            values = as_state_values("state", state)
            _check_shape("state", values.shape, (_state_size(self._alg),))
            self._state_var = StateVariable(values)

    @classmethod
    def from_state(cls, state: Any, alg: Algorithm | str | int) -> Generator:
        """Make a generator from a state.

        Parameters
        ----------
        state, alg
            As in `Generator`.

        Raises
        ------
        TypeError, ValueError
            As there.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.Generator.from_state([1, 2, 3], "philox").normal([2])
        array([-0.26016375, -1.220522  ], dtype=float32)
        """
        return cls(alg=alg, state=state)

    @classmethod
    def from_seed(cls, seed: Any, alg: Algorithm | str | int | None = None) -> Generator:
        """Make a generator from a seed.

        Parameters
        ----------
        seed
            As in `create_rng_state`: an integer of Python and the same of NumPy give different
            generators.
        alg : {"philox", "threefry", "auto_select"}, `Algorithm` or 1, 2, 3, optional
            Philox by default.

        Raises
        ------
        TypeError, ValueError
            As there.

        Examples
        --------
        >>> import numpy as np
        >>> import tfphilox as tp
        >>> tp.random.Generator.from_seed(9).state, tp.random.Generator.from_seed(np.int64(9)).state
        (<StateVariable [9, 0, 0]>, <StateVariable [0, 0, 9]>)
        """
        number = _PHILOX if alg is None else _algorithm_number(alg)
        return cls(state=_make_state(seed, number), alg=number)

    @classmethod
    def from_non_deterministic_state(cls, alg: Algorithm | str | int | None = None) -> Generator:
        """Make a generator with a state from the operating system.

        Parameters
        ----------
        alg : {"philox", "threefry", "auto_select"}, `Algorithm` or 1, 2, 3, optional
            Philox by default.

        Raises
        ------
        TypeError, ValueError
            For another `alg`.
        """
        number = _PHILOX if alg is None else _algorithm_number(alg)
        entropy = os.urandom(8 * _state_size(number))
        return cls(state=np.frombuffer(entropy, np.int64), alg=number)

    @classmethod
    def from_key_counter(cls, key: Any, counter: Any, alg: Algorithm | str | int) -> Generator:
        """Make a generator from a key and a counter.

        Parameters
        ----------
        key : int
            64 bits, signed or not.
        counter : sequence of int or integer array of shape [2], or [1] for ThreeFry
            The low half first.
        alg : {"philox", "threefry", "auto_select"}, `Algorithm` or 1, 2, 3

        Raises
        ------
        TypeError, ValueError
            Not integers, another shape, or another `alg`.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.Generator.from_key_counter(1, [2, 3], "philox").state
        <StateVariable [2, 3, 1]>
        """
        number = _algorithm_number(alg)
        return cls(state=_from_key_counter(key, counter, number), alg=number)

    # ---- state -----------------------------------------------------------------------------

    @op("random.Generator.reset")
    def reset(self, state: Any) -> None:
        """Replace the state.

        Parameters
        ----------
        state : sequence of int or integer array of shape [3], or [2] for ThreeFry
            Counter, low half first, and key.

        Raises
        ------
        TypeError, ValueError
            Not numbers, or another shape. The state stays.
        """
        values = as_state_values("state", state)
        _check_shape("state", values.shape, (_state_size(self._alg),))
        self._state_var.assign(values)

    @op("random.Generator.reset_from_seed")
    def reset_from_seed(self, seed: Any) -> None:
        """Replace the state by that of a seed, as `from_seed` makes it.

        Raises
        ------
        TypeError, ValueError
            As in `create_rng_state`. The state stays.

        Examples
        --------
        >>> import tfphilox as tp
        >>> g = tp.random.Generator.from_seed(1234)
        >>> g.reset_from_seed(9)
        >>> g.state
        <StateVariable [9, 0, 0]>
        """
        self._state_var.assign(_make_state(seed, self._alg))

    @op("random.Generator.reset_from_key_counter")
    def reset_from_key_counter(self, key: Any, counter: Any) -> None:
        """Replace the state by a key and a counter.

        Parameters
        ----------
        key, counter
            As in `from_key_counter`.

        Raises
        ------
        TypeError, ValueError
            As there. The state stays.
        """
        self._state_var.assign(_from_key_counter(key, counter, self._alg))

    @property
    def state(self) -> StateVariable:
        """The state: counter, low half first, and key."""
        return self._state_var

    @property
    def algorithm(self) -> int:
        """The algorithm's number, as in `Algorithm`."""
        return self._alg

    @property
    @op("random.Generator.key")
    def key(self) -> NDArray[np.int64]:
        """The state's last number, as an int64 array of shape []."""
        return np.array(self._state_var.numpy()[-1])

    @op("random.Generator.skip")
    def skip(self, delta: SupportsIndex) -> NDArray[np.int64]:
        """Move the state on, as a draw of `delta` numbers would.

        Parameters
        ----------
        delta : int, 0 to 2**56 - 1
            How many numbers to pass over; a fraction is cut off.

        Returns
        -------
        int64 array of shape [3]
            The state before, with a 0 appended for ThreeFry.

        Raises
        ------
        TypeError
            If `delta` is not a number.
        ValueError
            If it is not a scalar, negative, or too large. (TensorFlow multiplies by 256 modulo
            2**64.)

        Stream
        ------
        The counter moves on by ``256 * delta`` blocks. From ``2**56 - 2**24`` on TensorFlow can
        lose a carry into the upper half of the counter; so does this. Verified against TensorFlow
        2.21.

        Examples
        --------
        >>> import tfphilox as tp
        >>> g = tp.random.Generator.from_seed(1)
        >>> g.skip(3)
        array([1, 0, 0])
        >>> g.state
        <StateVariable [769, 0, 0]>
        """
        if self._alg != _THREEFRY:
            return raw_ops.RngReadAndSkip(resource=self._state_var, alg=self._alg, delta=delta)
        return draw_threefry(self._state_var, 256 * as_delta(delta), _threefry_state)

    # ---- draws -----------------------------------------------------------------------------

    @op("random.Generator.normal")
    def normal(
        self,
        shape: ShapeLike,
        mean: ArrayLike = 0.0,
        stddev: ArrayLike = 1.0,
        dtype: DTypeLike = "float32",
        name: str | None = None,
    ) -> NDArray[Any]:
        """Draw floats from a normal distribution.

        Parameters
        ----------
        shape : sequence of int, or int32 or int64 array of shape [rank]
            Dimensions of what is drawn, each 0 or more.
        mean, stddev : number, or array broadcastable with `shape`
            Mean and standard deviation. Arrays may enlarge the result; they do not make more
            draws.
        dtype : {float16, bfloat16, float32, float64}, default float32
            Type of the result, as a NumPy type, dtype or name.
        name : str, optional
            Ignored.

        Returns
        -------
        ndarray of `dtype`, of shape `shape` or larger by broadcasting

        Raises
        ------
        TypeError
            If an argument has a type not listed above.
        ValueError
            For a negative dimension, a shape of 2**63 elements or more, or operands that do not
            broadcast.
        NotImplementedError
            For a ThreeFry generator.
        MemoryError
            If the result does not fit into memory.

        Stream
        ------
        The state moves on by 256 blocks for every element drawn. Verified against TensorFlow
        2.21; float64 against a CPU with FMA and glibc 2.36.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.Generator.from_seed(123, alg="philox").normal(shape=(2, 3))
        array([[ 0.8673864 , -0.29899067, -0.9310337 ],
               [-1.5828488 ,  1.2481191 , -0.6770643 ]], dtype=float32)
        """
        return self._normal(Stream.normal, "normal", shape, mean, stddev, dtype)

    @op("random.Generator.truncated_normal")
    def truncated_normal(
        self,
        shape: ShapeLike,
        mean: ArrayLike = 0.0,
        stddev: ArrayLike = 1.0,
        dtype: DTypeLike = "float32",
        name: str | None = None,
    ) -> NDArray[Any]:
        """Draw normal floats, redrawing those two standard deviations or more off.

        Parameters
        ----------
        shape, mean, stddev, dtype, name
            As in `normal`.

        Returns
        -------
        ndarray of `dtype`, of shape `shape` or larger by broadcasting

        Raises
        ------
        TypeError, ValueError, NotImplementedError, MemoryError
            As in `normal`.

        Stream
        ------
        The state moves on by 256 blocks for every element drawn. Verified against TensorFlow
        2.21; float64 against a CPU with FMA and glibc 2.36.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.Generator.from_state([1, 2, 3], "philox").truncated_normal([3])
        array([-0.26016375, -1.220522  , -0.26770854], dtype=float32)
        """
        return self._normal(Stream.truncated_normal, "truncated_normal", shape, mean, stddev, dtype)

    @op("random.Generator.uniform")
    def uniform(
        self,
        shape: ShapeLike,
        minval: ArrayLike | None = 0,
        maxval: ArrayLike | None = None,
        dtype: DTypeLike = "float32",
        name: str | None = None,
    ) -> NDArray[Any]:
        """Draw floats or integers uniformly from [minval, maxval).

        Parameters
        ----------
        shape : sequence of int, or int32 or int64 array of shape [rank]
            Dimensions of what is drawn, each 0 or more.
        minval, maxval : number, or for floats array broadcastable with `shape`; or None
            Lowest value, and the end of the range, which is excluded except by rounding. `maxval`
            defaults to 1 for floats. Integers need both, or None for both: then they come from
            all their type can hold. Arrays may enlarge the result; they do not make more draws.
        dtype : {float16, bfloat16, float32, float64, int32, int64, uint32, uint64}
            Type of the result, float32 by default. Unsigned integers are full-range only.
        name : str, optional
            Ignored.

        Returns
        -------
        ndarray of `dtype`, of shape `shape` or larger by broadcasting

        Raises
        ------
        TypeError
            If an argument has a type not listed above: shapes and the bounds of integers must be
            integers.
        ValueError
            For a negative dimension, a shape of 2**63 elements or more, bounds that do not
            broadcast, one integer bound without the other, bounds for an unsigned type, or
            `minval >= maxval` for integers unless the result is empty.
        NotImplementedError
            For float16 and bfloat16 of a ThreeFry generator.
        MemoryError
            If the result does not fit into memory.

        Stream
        ------
        The state moves on by 256 blocks for every element drawn. Verified against TensorFlow
        2.21.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.Generator.from_seed(1).uniform([4], 0, 10, dtype="int32")
        array([4, 9, 3, 3], dtype=int32)
        """
        dtype = as_dtype(dtype)
        dims = as_shape(shape)[0]
        if is_float(dtype):
            low: Any
            high: Any
            if maxval is None and type(minval) is int and minval == 0:
                low, high = 0, None  # rnd * (1 - 0) + 0 is rnd
            else:
                low = as_operand("minval", minval, dtype)
                high = as_operand("maxval", 1 if maxval is None else maxval, dtype)
            if self._alg == _THREEFRY:
                return self._threefry_uniform(dims, low, high, dtype)
            return self._draw(Stream.uniform, dims, low, high, dtype)
        if dtype not in INTEGERS:
            accepted = "float16, bfloat16, float32, float64, int32, int64, uint32 or uint64"
            raise ValueError(f"dtype must be {accepted}, got {dtype.name}")
        if (minval is None) != (maxval is None):
            raise ValueError(
                f"minval and maxval must both be given or both be None for dtype {dtype.name}, "
                f"got {brief(minval)} and {brief(maxval)}"
            )
        if minval is None:
            return self._integers(dims, None, None, dtype)
        if dtype not in BOUNDED_INTEGERS:
            raise ValueError(f"minval and maxval must be None for dtype {dtype.name}")
        first, last = as_bound("minval", minval, dtype), as_bound("maxval", maxval, dtype)
        if first >= last:
            if 0 in dims:
                return np.empty(dims, dtype)
            raise ValueError(f"need minval < maxval, got {first} >= {last}")
        return self._integers(dims, first, last, dtype)

    @op("random.Generator.uniform_full_int")
    def uniform_full_int(
        self, shape: ShapeLike, dtype: DTypeLike = "uint64", name: str | None = None
    ) -> NDArray[Any]:
        """Draw integers from all their type can hold.

        Parameters
        ----------
        shape : sequence of int, or int32 or int64 array of shape [rank]
            Dimensions of the result, each 0 or more.
        dtype : {int32, int64, uint32, uint64}, default uint64
            Type of the result, as a NumPy type, dtype or name.
        name : str, optional
            Ignored.

        Returns
        -------
        ndarray of `dtype`, of shape `shape`

        Raises
        ------
        TypeError, ValueError, MemoryError
            As in `uniform`.

        Stream
        ------
        The state moves on by 256 blocks for every element. Verified against TensorFlow 2.21.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.Generator.from_seed(1).uniform_full_int([2])
        array([6679402142117448868,  684265014234019051], dtype=uint64)
        """
        dtype = as_integer_dtype("uniform_full_int", dtype)
        return self._integers(as_shape(shape)[0], None, None, dtype)

    @op("random.Generator.binomial")
    def binomial(
        self,
        shape: ShapeLike,
        counts: ArrayLike,
        probs: ArrayLike,
        dtype: DTypeLike = "int32",
        name: str | None = None,
    ) -> NDArray[Any]:
        """Draw from binomial distributions.

        Parameters
        ----------
        shape : sequence of int, or int32 or int64 array of shape [rank]
            Dimensions of the result; it ends with the broadcast shape of `counts` and `probs`.
        counts, probs : array_like of floats
            Trials, and the likelihood that one succeeds.
        dtype : {float16, float32, float64, int32, int64}, default int32
            Type of the result, as a NumPy type, dtype or name.
        name : str, optional
            Ignored.

        Returns
        -------
        ndarray of `dtype`, of shape `shape`

        Raises
        ------
        TypeError, ValueError, NotImplementedError, MemoryError
            As in ``tfphilox.raw_ops.StatefulRandomBinomial``.

        Stream
        ------
        As there.

        References
        ----------
        tensorflow/python/ops/stateful_random_ops.py, Generator.binomial.
        """
        return raw_ops.StatefulRandomBinomial(
            resource=self._state_var,
            algorithm=self._alg,
            shape=shape,
            counts=counts,
            probs=probs,
            dtype=dtype,
        )

    @op("random.Generator.make_seeds")
    def make_seeds(self, count: SupportsInt = 1) -> NDArray[np.int64]:
        """Draw seed pairs for the stateless functions.

        Parameters
        ----------
        count : int, default 1
            How many, 0 or more.

        Returns
        -------
        int64 array of shape [2, count]
            A pair is a column; its second number is 0.

        Raises
        ------
        TypeError, ValueError, MemoryError
            If `count` is not an integer, negative, or too large.

        Stream
        ------
        `count` full-range integers. Verified against TensorFlow 2.21.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.Generator.from_seed(1).make_seeds(2)
        array([[6679402142117448868,  684265014234019051],
               [                  0,                   0]])
        """
        keys = self._integers(as_shape([count])[0], None, None, _INT64)  # type: ignore[list-item]
        return np.stack([keys, np.zeros_like(keys)])

    @explained("random.Generator.split")
    def split(self, count: SupportsInt = 1) -> list[Generator]:
        """Make generators of other streams.

        Parameters
        ----------
        count : int, default 1
            How many, 0 or more.

        Returns
        -------
        list of Generator
            Of the same algorithm, each with a drawn key and the counter 0.

        Raises
        ------
        TypeError, ValueError, MemoryError
            As in `make_seeds`.

        Stream
        ------
        `count` full-range integers. Verified against TensorFlow 2.21.

        Examples
        --------
        >>> import tfphilox as tp
        >>> tp.random.Generator.from_seed(1).split(2)[1].state
        <StateVariable [0, 0, 684265014234019051]>
        """
        refuse("Generator.split, which makes variables")
        keys = self._integers(as_shape([count])[0], None, None, _INT64)  # type: ignore[list-item]
        zeros = [0] * (_state_size(self._alg) - 1)
        return [Generator(state=[*zeros, key], alg=self._alg) for key in keys.tolist()]

    def __repr__(self) -> str:
        return f"<Generator {Algorithm(self._alg).name} state={self._state_var.numpy().tolist()}>"

    # ---- the stream ------------------------------------------------------------------------

    def _draw(
        self,
        method: Callable[..., NDArray[Any]],
        dims: tuple[int, ...],
        a: Any,
        b: Any,
        dtype: np.dtype[Any],
    ) -> NDArray[Any]:
        blocks = 256 * count(dims)
        return draw_with_state(self._state_var, self._alg, blocks, method, dims, a, b, dtype)

    def _normal(
        self,
        method: Callable[..., NDArray[Any]],
        name: str,
        shape: ShapeLike,
        mean: ArrayLike,
        stddev: ArrayLike,
        dtype: DTypeLike,
    ) -> NDArray[Any]:
        found = as_float_dtype(name, dtype)
        if self._alg == _THREEFRY and compiler() is not None:
            return self._compiled(name, as_shape(shape)[0], mean, stddev, found)
        if self._alg == _THREEFRY:
            raise NotImplementedError(
                f"{name}: a ThreeFry generator draws integers and float32 and float64 uniforms; "
                "use Philox for other distributions"
            )
        mean, stddev = as_operand("mean", mean, found), as_operand("stddev", stddev, found)
        return self._draw(method, as_shape(shape)[0], mean, stddev, found)

    def _integers(
        self, dims: tuple[int, ...], low: int | None, high: int | None, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        if self._alg != _THREEFRY:
            return self._draw(Stream.integers, dims, low, high, dtype)
        width = 0 if low is None or high is None else high - low
        return self._threefry(
            dims,
            lambda start: threefry.integers(dims, low or 0, width, dtype, *start),
        )

    def _threefry_uniform(
        self, dims: tuple[int, ...], low: Any, high: Any, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        if compiler() is not None:
            return self._compiled("uniform", dims, low, high, dtype)
        if dtype.name not in ("float32", "float64"):
            raise NotImplementedError(
                f"uniform: a ThreeFry generator draws float32 and float64, got {dtype.name}"
            )

        def draw(start: tuple[int, int]) -> NDArray[Any]:
            drawn = threefry.uniform(dims, dtype, *start)
            if high is None:
                return drawn
            least, most = np.asarray(low, dtype), np.asarray(high, dtype)
            # XLA's compiler makes one fused operation of the product and the sum.
            width = most - least
            whole = broadcast_shape(drawn.shape, width.shape, least.shape)
            operands = [np.broadcast_to(each, whole) for each in (drawn, width, least)]
            return _rng.scale(*(np.ascontiguousarray(each) for each in operands)).reshape(
                operands[0].shape
            )

        return self._threefry(dims, draw)

    def _compiled(
        self, name: str, dims: tuple[int, ...], a: Any, b: Any, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        """Draw floats by ThreeFry in a compiled function."""
        if b is not None:
            a, b = as_operand("minval or mean", a, dtype), as_operand("maxval or stddev", b, dtype)

        def draw(start: tuple[int, int]) -> NDArray[Any]:
            drawn: NDArray[Any] = getattr(CompiledStream(*start, threefry=True), name)(
                dims, a, b, dtype
            )
            return drawn

        return self._threefry(dims, draw)

    def _threefry(
        self, dims: tuple[int, ...], draw: Callable[[tuple[int, int]], NDArray[Any]]
    ) -> NDArray[Any]:
        return draw_threefry(self._state_var, 256 * count(dims), draw)


def get_global_generator() -> Any:
    """Return the global generator.

    Returns
    -------
    Generator
        The one last given to `set_global_generator`; else one made at the first call, with a
        state from the operating system.

    References
    ----------
    tensorflow/python/ops/stateful_random_ops.py, get_global_generator.
    """
    process = current()
    if process.generator is None:
        process.generator = Generator.from_non_deterministic_state()
    return process.generator


def set_global_generator(generator: Any) -> None:
    """Replace the global generator.

    Parameters
    ----------
    generator : Generator or None
        None lets the next `get_global_generator` make a new one.

    References
    ----------
    tensorflow/python/ops/stateful_random_ops.py, set_global_generator.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.random.set_global_generator(tp.random.Generator.from_seed(1234))
    >>> tp.random.get_global_generator().normal([2])
    array([0.9356609, 1.0854305], dtype=float32)
    >>> tp.random.set_global_generator(None)
    """
    current().generator = generator


# ---- states ---------------------------------------------------------------------------------


def _threefry_state(start: tuple[int, int]) -> NDArray[np.int64]:
    key, counter = start
    return np.array([counter, key, 0], np.uint64).view(np.int64)


def _algorithm_number(alg: Any) -> int:
    """Return 1, 2 or 3.

    References
    ----------
    tensorflow/python/ops/random_ops_util.py, convert_alg_to_int.
    """
    if isinstance(alg, str):
        names = {"philox": 1, "threefry": 2, "autoselect": 3}
        number = names.get(alg.strip().lower().replace("-", "").replace("_", ""), 0)
    elif isinstance(alg, Algorithm):
        number = alg.value
    elif isinstance(alg, int):
        number = int(alg)
    else:
        raise TypeError(f"alg must be a string, an Algorithm or an int, got {brief(alg)}")
    if number not in (1, 2, 3):
        raise ValueError(
            f"alg must be philox (1), threefry (2) or auto_select (3), got {brief(alg)}"
        )
    return number


def _state_size(number: int) -> int:
    return 2 if number == _THREEFRY else 3


def _make_state(seed: Any, number: int) -> NDArray[np.int64]:
    """Return the state of a seed.

    References
    ----------
    tensorflow/python/ops/stateful_random_ops.py, _make_1d_state.
    """
    size = _state_size(number)
    if isinstance(seed, int):
        pieces = [(seed >> (64 * i)) % 2**64 for i in range(size)]
        return np.array(pieces, np.uint64).view(np.int64)
    values = as_state_values("seed", seed).reshape(-1)[:size]
    return np.concatenate([np.zeros(size - len(values), np.int64), values])


def _from_key_counter(key: Any, counter: Any, number: int) -> NDArray[np.int64]:
    counters, keys = as_state_values("counter", counter), as_state_values("key", key)
    _check_shape("counter", counters.shape, (_state_size(number) - 1,))
    _check_shape("key", keys.shape, ())
    return np.append(counters, keys)


def _check_shape(name: str, shape: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    if shape != wanted:
        raise ValueError(f"{name} must have shape {list(wanted)}, got {list(shape)}")
