"""streams.py: the one door where an op gets its stream.

An op has its stream from one of four things: its attributes, a seed pair, a key and a counter, or a
generator's state. Whichever it is, whoever watches (`tfphilox.explain`) is told exactly once, the
stream starts where TensorFlow's would, and a draw that fails or is interrupted leaves it there.

>>> of_pair([1, 2]).uniform([2])
array([0.8440604 , 0.19204533], dtype=float32)
>>> kernel = of_attributes("RandomUniform", 1, 2, np.dtype("float32"), "int32")
>>> kernel.uniform([1]), kernel.position
(array([0.40639675], dtype=float32), 256)
>>> state = np.array([0, 0, 7])
>>> draw_with_state(state, PHILOX, 256, Stream.uniform, [1])
array([0.7537285], dtype=float32)
>>> state
array([256,   0,   7])

*Attributes.* A stateful op is a kernel with a counter. In eager mode TensorFlow keeps a kernel for
every op with the same attributes (seeds and types; not shape or bounds), so a second call with the
same seeds goes on where the first stopped. Here the kernel is a `Stream`; a scope of
`tfphilox.seeding.scopes` keeps it.

*A pair, or a key and a counter.* A stateless op is a stream used once, from its start.

*A state.* The caller keeps it; it is moved by what the op takes, and moved back if the draw fails.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, SupportsIndex, SupportsInt, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._c import _core, _rng
from ..arrays.arguments import INT64, SeedLike, as_integers, as_seed, as_uint64
from ..arrays.wording import brief
from ..state import StateVariable
from ..stream import Stream
from . import compiled
from .compiled import CompiledStream, compiler
from .scopes import active, op_attribute, scope_in_force, watcher

__all__ = [
    "PHILOX",
    "Resource",
    "draw_threefry",
    "draw_with_state",
    "from_seeds",
    "key_counter_of_pair",
    "of_attributes",
    "of_key_counter",
    "of_pair",
    "skip_state",
    "start_of_pair",
]

PHILOX, _THREEFRY, _AUTO_SELECT = 1, 2, 3  # tensorflow/core/framework/rng_alg.h

Resource: TypeAlias = StateVariable | NDArray[np.int64]
_Result = TypeVar("_Result")


def of_attributes(
    op: str, seed: SupportsInt | None, seed2: SupportsInt | None, *attributes: Any
) -> Stream:
    """Return the kernel that TensorFlow would run for an op with these attributes.

    Parameters
    ----------
    op : str
        TensorFlow's name of the op.
    seed, seed2 : int or None
        Its seeds; what an integer attribute may be made of.
    *attributes
        The others by which TensorFlow tells its kernels apart.
    """
    if type(seed) is not int or type(seed2) is not int:
        seed, seed2 = op_attribute("seed", seed), op_attribute("seed2", seed2)
    kernel: Stream
    if seed or seed2:
        kernel = active().kernel((op, seed, seed2, *attributes), from_seeds, seed, seed2)
    else:
        kernel = active().kernel(None, from_seeds, 0, 0)
    return kernel


def from_seeds(seed: int, seed2: int, kind: Any = Stream) -> Any:
    """Make a kernel's stream; without seeds, one from the operating system's entropy.

    References
    ----------
    tensorflow/core/util/guarded_philox_random.cc, Init.
    """
    if seed or seed2:
        try:
            return kind._of_attributes(seed, seed2)
        except OverflowError:
            return kind(op_attribute("seed", seed), op_attribute("seed2", seed2))
    entropy = os.urandom(24)
    return kind.from_key_counter(
        int.from_bytes(entropy[:8], "little"), int.from_bytes(entropy[8:], "little")
    )


def of_pair(seed: SeedLike, algorithm: int = _AUTO_SELECT) -> Stream:
    """Return the stream of a seed pair, to be used once.

    In compiled functions it is a `CompiledStream`, and how the pair is scrambled depends on the
    algorithm.
    """
    pair = as_seed(seed)
    if scope_in_force() is None:
        return Stream._of_pair(*pair)
    made: Stream
    made = _compiled_pair(pair, algorithm) if compiler() is not None else Stream._of_pair(*pair)
    _tell("got_start", made.key, made.counter, pair)
    return made


def _compiled_pair(pair: tuple[int, int], algorithm: int) -> Any:
    """Return the stream of a seed pair in compiled functions.

    References
    ----------
    tensorflow/python/ops/random_ops_util.py, get_key_and_counter and _philox_scramble_seed.
    """
    if algorithm == _THREEFRY:
        low, high = compiled.low_words(pair)
        return CompiledStream(low | high << 32, 0, threefry=True)
    if algorithm == PHILOX:
        compiled.check_signs(pair)
        key, upper = _core.scramble_seed(*pair)
        return CompiledStream(key, upper << 64)
    return CompiledStream(*compiled.start_of(pair))


def start_of_pair(seed: SeedLike) -> tuple[int, int]:
    """Return the key and the counter of `of_pair`, for kernels that take them."""
    pair = as_seed(seed)
    if scope_in_force() is not None and compiler() is not None:
        raise NotImplementedError(
            "this op has no XLA kernel for a CPU: TensorFlow refuses to compile it (but may "
            "compute it beforehand, on the CPU's kernels, if its seed is a constant)"
        )
    key, high = _core.scramble_seed(*pair)
    if scope_in_force() is not None:
        _tell("got_start", key, high << 64, pair)
    return key, high << 64


def key_counter_of_pair(seed: SeedLike) -> tuple[int, int]:
    """Return the key and the counter that TensorFlow's op gives for a seed pair."""
    pair = as_seed(seed)
    if compiler() is not None:
        return compiled.start_of(pair)
    key, high = _core.scramble_seed(*pair)
    return key, high << 64


def of_key_counter(key: ArrayLike, counter: ArrayLike, alg: SupportsIndex) -> Stream:
    """Return the stream of a key and a counter, to be used once; `alg` must be Philox."""
    number = as_integers("alg", alg)
    if scope_in_force() is not None and compiler() is not None and not number.ndim:
        compiled_stream: Stream = _compiled_key_counter(key, counter, int(number))
        return compiled_stream
    if number.ndim or number not in (PHILOX, _AUTO_SELECT):
        raise ValueError(
            f"alg must be {PHILOX} (Philox) or {_AUTO_SELECT} (auto-select), got {brief(alg)}"
        )
    keys, counters = as_uint64("key", key), as_uint64("counter", counter)
    if keys.shape != (1,):
        raise ValueError(f"key must have shape [1], got {brief(key)}")
    if counters.ndim != 1 or len(counters) < 2:  # the op looks at the first two
        raise ValueError(f"counter must have shape [2], got {brief(counter)}")
    stream = Stream._of_key_counter(int(keys[0]), int(counters[0]) | int(counters[1]) << 64)
    if scope_in_force() is not None:
        _tell("got_start", stream.key, stream.counter, None)
    return stream


def _compiled_key_counter(key: ArrayLike, counter: ArrayLike, algorithm: int) -> Any:
    """Return the stream of a key and a counter in compiled functions, which have ThreeFry too."""
    if algorithm not in (PHILOX, _THREEFRY, _AUTO_SELECT):
        raise ValueError(f"alg must be {PHILOX}, {_THREEFRY} or {_AUTO_SELECT}, got {algorithm}")
    size = 1 if algorithm == _THREEFRY else 2
    keys, counters = as_uint64("key", key), as_uint64("counter", counter)
    if keys.shape != (1,):
        raise ValueError(f"key must have shape [1], got {brief(key)}")
    if counters.ndim != 1 or len(counters) < size:
        raise ValueError(f"counter must have shape [{size}], got {brief(counter)}")
    start = int(counters[0]) | (0 if size == 1 else int(counters[1]) << 64)
    stream = CompiledStream(int(keys[0]), start, threefry=size == 1)
    _tell("got_start", stream.key, stream.counter, None)
    return stream


def draw_with_state(
    resource: Resource,
    algorithm: Any,
    blocks: int,
    draw: Callable[..., _Result],
    *arguments: Any,
) -> _Result:
    """Return ``draw(stream, *arguments)``, with the stream that a generator's state stands at.

    Parameters
    ----------
    resource : StateVariable or int64 array
        The state, which is moved on by `blocks` blocks of 128 bits.
    algorithm : int
        Must be Philox.

    References
    ----------
    tensorflow/core/kernels/stateful_random_ops.cc, UpdateVariableAndFill.
    """
    state = _state(resource)
    _check_philox(algorithm)
    start: Any = Stream._of_key_counter
    if scope_in_force() is not None and compiler() is not None:
        compiled.check_generator()
        start, draw = CompiledStream, compiled.same_method(draw)
    result: _Result = _moved(state, blocks % 2**64, False, start, draw, arguments)
    return result


def skip_state(resource: Resource, algorithm: Any, blocks: int) -> tuple[int, int]:
    """Move a generator's state on by so many blocks; return the key and counter that it had."""
    state = _state(resource)
    _check_philox(algorithm)
    key, counter = _rng.skip(state, blocks)
    if scope_in_force() is not None:
        _tell("got_state", key, counter, blocks)
    return key, counter


def draw_threefry(
    variable: StateVariable, blocks: int, draw: Callable[..., _Result], *arguments: Any
) -> _Result:
    """Return ``draw((key, counter), *arguments)``, with those that a ThreeFry state holds."""
    result: _Result = _moved(variable._array, blocks % 2**64, True, _both, draw, arguments)
    return result


def _moved(
    state: NDArray[np.int64],
    blocks: int,
    one_word: bool,
    start: Callable[[int, int], Any],
    draw: Callable[..., Any],
    arguments: tuple[Any, ...],
) -> Any:
    result, key, counter = _rng.draw_by(state, blocks, one_word, start, draw, arguments)
    if scope_in_force() is not None:
        _tell("got_state", key, counter, blocks)
    return result


def _tell(what: str, *facts: Any) -> None:
    watching = watcher()
    if watching is not None:
        getattr(watching, what)(*facts)


def _both(key: int, counter: int) -> tuple[int, int]:
    return key, counter


def _state(resource: Resource) -> NDArray[np.int64]:
    """Return the array that holds a state."""
    array: Any = resource._array if isinstance(resource, StateVariable) else resource
    if not isinstance(array, np.ndarray):
        raise TypeError(
            "resource must be a StateVariable, such as generator.state, or an int64 array, "
            f"got {type(resource).__name__}"
        )
    if array.dtype != INT64:
        raise TypeError(f"resource must have dtype int64, got {array.dtype.name}")
    if array.ndim != 1 or len(array) < 3:
        raise ValueError(f"resource must have shape [3] for Philox, got {array.shape}")
    if not (array.flags.c_contiguous and array.flags.aligned and array.flags.writeable):
        raise ValueError("resource must be a writable, aligned, contiguous array")
    return array


def _check_philox(algorithm: Any) -> None:
    """Raise unless `algorithm` is one that these ops have on a CPU."""
    if type(algorithm) is int and algorithm in (PHILOX, _AUTO_SELECT):
        return
    number = as_integers("algorithm", algorithm)
    if number.ndim:
        raise ValueError(f"algorithm must be a scalar, got {brief(algorithm)}")
    if number == _THREEFRY:
        raise NotImplementedError(
            "the raw ops have no ThreeFry, as TensorFlow's have none on a CPU; "
            'use Generator(..., alg="threefry")'
        )
    if number not in (PHILOX, _AUTO_SELECT):
        raise ValueError(
            f"algorithm must be {PHILOX} (Philox) or {_AUTO_SELECT} (auto-select), "
            f"got {brief(algorithm)}"
        )
