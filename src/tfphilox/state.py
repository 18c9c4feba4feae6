"""state.py: the state of a random-number generator, as TensorFlow keeps it in a variable.

A state is a vector of int64: a counter, low half first, and a key. `tfphilox.random.Generator` owns
one, and the raw ops that take a `resource` read and move it. TensorFlow has `tf.Variable` for
that; here it is this small class, or, for the raw ops, any int64 array of the caller's, which is
then changed in place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ._c import _rng

__all__ = ["StateVariable", "as_state_values"]

_INT64 = np.dtype(np.int64)


class StateVariable:
    """A vector of int64 that generators and raw ops share and move.

    Parameters
    ----------
    value : sequence of int or integer array of shape [n]
        What it holds at first; see `assign`.

    Notes
    -----
    Reading, assigning and moving are each done in one piece, so threads may share a variable
    without a lock. It can be copied and pickled.

    Examples
    --------
    >>> import tfphilox as tp
    >>> generator = tp.random.Generator.from_seed(1234)
    >>> generator.state
    <StateVariable [1234, 0, 0]>
    >>> generator.state.numpy()
    array([1234,    0,    0])
    """

    __slots__ = ("_array",)

    dtype = _INT64

    def __init__(self, value: Any) -> None:
        array = as_state_values("value", value)
        if array.ndim != 1:
            raise ValueError(f"value must be one-dimensional, got shape {array.shape}")
        self._array = array

    @property
    def shape(self) -> tuple[int, ...]:
        return self._array.shape

    @property
    def handle(self) -> StateVariable:
        """The variable itself: what raw ops take as `resource`."""
        return self

    def numpy(self) -> NDArray[np.int64]:
        """Return a copy of the values."""
        return _rng.read(self._array)

    read_value = value = numpy

    def assign(self, value: Any) -> StateVariable:
        """Replace the values.

        Parameters
        ----------
        value : sequence of numbers, or array, of the variable's shape
            Integers from -2**63 to 2**64 - 1 (from 2**63 on they wrap); fractions are cut off.

        Raises
        ------
        TypeError, ValueError
            Not numbers, or another shape. The old values stay.
        """
        array = as_state_values("value", value)
        if array.shape != self._array.shape:
            raise ValueError(f"value must have shape {self._array.shape}, got {array.shape}")
        _rng.assign(self._array, array)
        return self

    def __getitem__(self, at: Any) -> Any:
        return self.numpy()[at]

    def __len__(self) -> int:
        return len(self._array)

    def __iter__(self) -> Iterator[np.int64]:
        return iter(self.numpy())

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        array: NDArray[Any] = self.numpy()
        return array if dtype is None else array.astype(dtype)

    def __getstate__(self) -> NDArray[np.int64]:
        return self.numpy()

    def __setstate__(self, array: NDArray[np.int64]) -> None:
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "iu" or array.ndim != 1:
            raise ValueError(f"a state must be a vector of integers, got {array!r:.80}")
        self._array = as_state_values("state", array)

    def __copy__(self) -> StateVariable:
        return StateVariable(self.numpy())

    def __deepcopy__(self, memo: dict[int, Any]) -> StateVariable:
        return StateVariable(self.numpy())

    def __repr__(self) -> str:
        return f"<StateVariable {self.numpy().tolist()}>"


def as_state_values(name: str, value: Any) -> NDArray[np.int64]:
    """Return a new int64 array of `value`, converted as TensorFlow converts seeds and states.

    Python integers in a list may be unsigned; Python floats go through float32; fractions are cut
    off. What int64 cannot hold is an error here, where TensorFlow takes any value.

    References
    ----------
    tensorflow/python/ops/stateful_random_ops.py, _uint_to_int and _convert_to_state_tensor.
    """
    if isinstance(value, StateVariable):
        return value.numpy()
    if hasattr(value, "__array__"):
        array = np.asarray(value)
    else:
        objects = np.array(value, dtype=object)
        for item in objects.flat:
            if not isinstance(item, int | float | np.number | np.bool_):
                raise TypeError(f"{name} must hold integers, got {value!r}")
        if any(type(item) is float for item in objects.flat):
            array = objects.astype(np.float32)
        else:
            integers = [int(item) for item in objects.flat]
            integers = [item - 2**64 if item >= 2**63 else item for item in integers]
            if not all(-(2**63) <= item < 2**63 for item in integers):
                raise ValueError(f"{name} must hold 64-bit integers, got {value!r}")
            return np.array(integers, np.int64).reshape(objects.shape)
    if array.dtype.kind not in "biuf" and array.dtype.name != "bfloat16":
        raise TypeError(f"{name} must hold integers, got {array.dtype.name}: {value!r}")
    if array.dtype.kind not in "biu":
        array = array.astype(np.float64)
        if not ((array >= -(2.0**63)) & (array < 2.0**63)).all():
            raise ValueError(f"{name} must hold 64-bit integers, got {value!r}")
    return np.array(array.astype(np.int64), order="C")  # uint64 from 2**63 on wraps
