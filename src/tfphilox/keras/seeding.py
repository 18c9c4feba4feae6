"""keras/seeding.py: where Keras gets its seeds.

Keras 3 draws with stateless ops alone. A seed is a pair: [seed, 0] for an integer, or what a
`SeedGenerator` holds, which counts its second number up. Whatever is given no seed takes one from
Python's own ``random``, which is why a program that seeds that module alone gets the same weights
again, and why the order in which layers are *constructed* decides.

Up to Keras 3.4 both numbers are uint32, and larger seeds wrap; since then they are int64 that are
taken modulo 2**31 - 2.

tf.keras 2 had other rules, three of them; `draws` returns the one that the mirrored version has.
"""

from __future__ import annotations

import copy
import operator
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from .. import random as tf_random
from .._c._undo import Cell, note_source, set_attribute
from ..arrays.wording import brief
from ..graphs.graph import op
from ..seeding import versions
from ..seeding.process import current
from ..seeding.scopes import Whole
from ._casting import cast_operand

__all__ = ["SeedGenerator", "draws", "make_default_seed", "seed_everything", "seed_pair"]

_MODULUS = 2**31 - 2  # backend/tensorflow/random.py, _cast_seed: int32.max - 1


class SeedGenerator(Whole):
    """Make seed pairs, another for each draw.

    Parameters
    ----------
    seed : int, optional
        A 64-bit integer, of which up to Keras 3.4 the lower half counts. Without one it is drawn
        from Python's ``random``, as ``random.randint(1, 10**9)``, now.
    name : str, optional
        Kept for `get_config`.

    Raises
    ------
    TypeError
        If `seed` is not a Python int; NumPy's are refused, as by Keras.
    ValueError
        If it does not fit in 64 bits.

    References
    ----------
    keras/src/random/seed_generator.py, SeedGenerator.

    Examples
    --------
    >>> import tfphilox as tp
    >>> seeds = tp.keras.random.SeedGenerator(seed=42)
    >>> seeds.next(), seeds.next()
    (array([42,  0]), array([42,  1]))
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        kwargs.pop("backend", None)  # always TensorFlow's here
        if kwargs:
            raise ValueError(f"SeedGenerator: unexpected keyword {brief(next(iter(kwargs)))}")
        self._initial_seed = seed
        self._type = _seed_type()
        start = make_default_seed() if seed is None else _checked(seed)
        self.name = "seed_generator" if name is None else name
        self._pair = Cell((_wrapped(start, self._type), 0))

    @property
    def state(self) -> NDArray[Any]:
        """The pair that the next draw gets, as an int64 array, or uint32 up to Keras 3.4."""
        return np.array(self._pair.value, self._type)

    @op("keras.SeedGenerator.next")
    def next(self, ordered: bool = True) -> NDArray[Any]:
        """Return the pair and move on.

        Parameters
        ----------
        ordered : bool, default True
            Whether to count the second number up. If not, both are scrambled to something below
            933199, as the generator behind ``seed=None`` does.

        Returns
        -------
        int64 array of shape [2], or uint32 up to Keras 3.4
        """
        return np.array(self._advance(ordered), self._type)

    def _advance(self, ordered: bool) -> tuple[int, int]:
        """Return the pair and move on; if the call fails that it is for, the pair stays."""
        while True:
            pair: tuple[int, int] = self._pair.value
            a, b = pair
            after = a, _wrapped(b + 1, self._type)
            if not ordered:
                after = _scrambled(a, self._type), _scrambled(b, self._type)
            if self._pair.exchange(pair, after):
                return pair

    @classmethod
    def _at(cls, seed: int, drawn: int) -> SeedGenerator:
        """Return one that has made so many pairs, each counted up."""
        generator = cls(seed)
        generator._pair = Cell((seed, _wrapped(drawn, generator._type)))
        return generator

    def _twin(self) -> SeedGenerator:
        """Return one that stands at the same place, and goes on alone."""
        other = copy.copy(self)
        other._pair = Cell(self._pair.value)
        return other

    def __reduce__(self) -> Any:
        raise TypeError(
            "a SeedGenerator cannot be copied deeply or pickled, as in Keras; "
            "SeedGenerator.from_config(generator.get_config()) makes one that starts anew"
        )

    def __copy__(self) -> SeedGenerator:
        """Return one that goes on together with this one, as in Keras: they share the pair."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        return other

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make a generator like this one when it was new."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """Make a generator from what `get_config` returned."""
        return cls(**config)


def given_seed(seed: int | None) -> int | None:
    """Return a seed, or None where up to Keras 3.1 a 0 means none: ``seed or make_default_seed()``.

    References
    ----------
    keras/src/initializers/random_initializers.py, RandomNormal; keras/src/layers/preprocessing/
    random_crop.py, RandomCrop.
    """
    return None if seed == 0 and versions.keras_3_rule("keras_seed_of_0") == "none" else seed


def make_default_seed() -> int:
    """Draw a seed from Python's ``random``, as Keras does for whatever is given none."""
    seed: int = noted(current().sources.python).randint(1, 10**9)
    return seed


def noted(source: Any) -> Any:
    """Return a ``random`` or NumPy's, which goes back if the call fails that it draws for now."""
    numpy = hasattr(source, "set_state")
    note_source(_put_back, source, source.get_state(legacy=False) if numpy else source.getstate())
    return source


def _put_back(source: Any, before: Any) -> None:
    """Let a source stand where it stood before a draw, if that draw alone has moved it since."""
    if hasattr(source, "set_state"):
        replay: Any = np.random.RandomState()
        replay.set_state(before)
        replay.randint(10**7)
        now, after = (each.get_state(legacy=False)["state"] for each in (source, replay))
        if now["pos"] == after["pos"] and np.array_equal(now["key"], after["key"]):
            source.set_state(before)
        return
    replay = random.Random()
    replay.setstate(before)
    for _ in range(64):  # trials, each a word
        replay.getrandbits(32)
        if source.getstate() == replay.getstate():
            source.setstate(before)
            return


@contextmanager
def seed_pair(
    seed: int | SeedGenerator | None, seed_type: str | None = None
) -> Iterator[tuple[int, int]]:
    """Give the seed pair of one draw; an integer's as those of `seed_type`, or of the version.

    References
    ----------
    keras/src/random/seed_generator.py, draw_seed; keras/src/backend/tensorflow/random.py,
    _cast_seed.
    """
    if seed is not None and not isinstance(seed, SeedGenerator):
        yield _cast_seed(_checked(seed), _seed_type() if seed_type is None else seed_type), 0
        return
    generator = _global_generator() if seed is None else seed
    a, b = generator._advance(ordered=seed is not None)
    yield _cast_seed(a, generator._type), _cast_seed(b, generator._type)


def _seed_type() -> str:
    """Return the type of the two numbers of a seed."""
    return versions.keras_3_rule("keras_seed_type")


def _cast_seed(number: int, kind: str) -> int:
    """Return one number of a pair as TensorFlow's ops get it, an int32."""
    if kind == "uint32":
        return (number + 2**31) % 2**32 - 2**31
    return number % _MODULUS


def _global_generator() -> SeedGenerator:
    """Return the generator behind ``seed=None``, made if there is none."""
    keras = current().keras
    if keras.generator is None:
        set_attribute(keras, "generator", SeedGenerator())
    generator: SeedGenerator = keras.generator
    return generator


class SeedSource(Protocol):
    """What an initializer draws with: normal, truncated_normal or uniform, by the seed's rule."""

    repeats: bool  # whether one without a seed gives the same numbers each time

    @property
    def seed(self) -> int | SeedGenerator | None: ...

    def next_seed(self) -> int | str | None:
        """Return what the next numbers are drawn with, as far as it is known; nothing moves."""

    def __call__(
        self, kind: str, shape: Any, a: Any, b: Any, dtype: np.dtype[Any], folded: int = 0
    ) -> NDArray[Any]:
        """Draw; `folded`, if it is not 0, is folded into a seed of 2.10 to 2.15."""


def draws(seed: Any, rule: str = "keras_initializer_seed") -> SeedSource:
    """Return how an initializer or a layer with this seed draws in the mirrored version.

    `rule` is a row of `versions.RULES`. A layer of Keras 3 makes a `SeedGenerator` of its seed.
    """
    value = versions.rule(rule)
    if value == "constructor":
        if rule != "keras_initializer_seed":
            return _Stateless(SeedGenerator(seed))
        if seed is not None and not isinstance(seed, SeedGenerator):
            _checked(seed)
            seed = given_seed(seed)
        return _Stateless(make_default_seed() if seed is None else seed)
    number = None if seed is None else _index(seed)
    if value == "first call" or (value == "stateless or op seed" and number is not None):
        return _LazyStateless(number)
    if value == "one op seed or numpy" and number is None:
        return _FromNumPy()
    return _Stateful(number, step=1 if value == "op seeds" else 0)


class _Stateless:
    """Keras 3: the same numbers at every call, unless the seed is a SeedGenerator."""

    repeats = False
    _type = "int64"  # of what was pickled before it was said

    def __init__(self, seed: int | SeedGenerator) -> None:
        self.seed = seed
        self._type = _seed_type()

    def __call__(
        self, kind: str, shape: Any, a: Any, b: Any, dtype: np.dtype[Any], folded: int = 0
    ) -> NDArray[Any]:
        with seed_pair(self.seed, self._type) as pair:
            if kind == "uniform":
                a, b = (cast_operand(name, x, dtype) for name, x in (("minval", a), ("maxval", b)))
            return _stateless(kind, shape, pair, a, b, dtype)

    def next_seed(self) -> int | str | None:
        if isinstance(self.seed, SeedGenerator):
            return f"SeedGenerator at {self.seed.state.tolist()}"
        return self.seed


class _LazyStateless:
    """tf.keras 2.10 to 2.15: the seed is drawn when the first numbers are. 2.0 to 2.6 if seeded."""

    repeats = True

    def __init__(self, seed: int | None) -> None:
        self.seed = seed

    def __call__(
        self, kind: str, shape: Any, a: Any, b: Any, dtype: np.dtype[Any], folded: int = 0
    ) -> NDArray[Any]:
        seed = self.seed
        if seed is None:
            seed = noted(current().legacy_source()).randint(1, 10**9)
        pair: Any = (seed, 0)
        if folded:
            pair = tf_random.fold_in([seed, 0], folded)
        result = _stateless(kind, shape, pair, a, b, dtype)
        if self.seed is None:
            set_attribute(self, "seed", seed)
        return result

    def next_seed(self) -> int | str | None:
        return self.seed


class _Stateful:
    """The ops with a kernel: tf.keras 2.0 to 2.6 if unseeded, 2.7 to 2.9 always."""

    repeats = False

    def __init__(self, seed: int | None, step: int) -> None:
        self.seed = seed
        self._step = step

    def __call__(
        self, kind: str, shape: Any, a: Any, b: Any, dtype: np.dtype[Any], folded: int = 0
    ) -> NDArray[Any]:
        result: NDArray[Any] = getattr(tf_random, kind)(shape, a, b, dtype, self.seed)
        if self.seed is not None:
            set_attribute(self, "seed", self.seed + self._step)
        return result

    def next_seed(self) -> int | str | None:
        global_seed = current().global_seed
        if self.seed is None and global_seed.seed is not None:
            return f"op seed {global_seed.peek()}"  # the next one of the process
        return self.seed


class _FromNumPy:
    """backend.random_normal and random_uniform of tf.keras up to 2.6: op seeds from NumPy."""

    repeats = False
    seed = None

    def __call__(
        self, kind: str, shape: Any, a: Any, b: Any, dtype: np.dtype[Any], folded: int = 0
    ) -> NDArray[Any]:
        seed = int(noted(current().sources.numpy).randint(10**7))
        return _Stateful(seed, step=0)(kind, shape, a, b, dtype)

    def next_seed(self) -> int | str | None:
        return None


def _stateless(
    kind: str, shape: Any, pair: tuple[int, int], a: Any, b: Any, dtype: np.dtype[Any]
) -> NDArray[Any]:
    result: NDArray[Any] = getattr(tf_random, f"stateless_{kind}")(shape, pair, a, b, dtype)
    return result


def set_random_seed(seed: int) -> None:
    """Seed Python's ``random``, NumPy and TensorFlow, and restart Keras's own generator.

    Parameters
    ----------
    seed : int
        0 to 2**32 - 1, which is what NumPy takes.

    Raises
    ------
    TypeError, ValueError
        If it is not such an integer. Nothing is seeded then, where Keras would seed ``random``.

    Stream
    ------
    Draws nothing. Verified against TensorFlow 2.7 to 2.15 and Keras 3.0 to 3.15; before 2.7
    TensorFlow has no such function, and what this one does is `tfphilox.keras.seed_everything`. Up
    to Keras 3.12 the generator behind ``seed=None`` goes on if there is one.

    References
    ----------
    keras/src/utils/rng_utils.py, set_random_seed; keras 2: utils/tf_utils.py.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.utils.set_random_seed(0)
    >>> tp.keras.initializers.GlorotUniform()([10, 2])[0]
    array([ 0.02218103, -0.2700271 ], dtype=float32)
    """
    if not isinstance(seed, int):
        raise TypeError(f"seed must be an int, got {brief(seed)}")
    restarts = versions.keras_3_rule("keras_global_generator") == "made anew"
    _seed_three(seed)
    current().set_random_seed(seed, restarts)


def seed_everything(seed: int) -> None:
    """Seed the operating system's hash seed, ``random``, NumPy and TensorFlow, as scripts do.

    The helper that articles on reproducible tf.keras give: four lines, the environment variable
    ``PYTHONHASHSEED``, ``random.seed``, ``numpy.random.seed`` and ``tf.random.set_seed``.

    Parameters
    ----------
    seed : int
        0 to 2**32 - 1, which is what NumPy and the hash seed take.

    Raises
    ------
    TypeError, ValueError
        If it is not such an integer. Nothing is seeded then.

    Notes
    -----
    A hash seed counts when Python starts: the variable set here reaches processes started from
    now on, not this one. Where the order of a set decides what is drawn next, start Python with
    ``PYTHONHASHSEED=200 python train.py``.

    `tfphilox.keras.utils.set_random_seed` is what Keras has for this since TensorFlow 2.7. From
    2.10 to 2.15 the two give different weights: there Keras seeds a generator of its own.

    Stream
    ------
    Draws nothing. Verified against TensorFlow 2.0, 2.15 and 2.21.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.seed_everything(200)
    >>> tp.keras.initializers.GlorotUniform()([3, 3, 3, 4]).ravel()[:3]
    array([ 0.17873642,  0.16900775, -0.30247727], dtype=float32)
    >>> with tp.config.tensorflow_version("2.0"):
    ...     tp.keras.initializers.GlorotUniform()([3, 3, 3, 4]).ravel()[:3]
    array([-0.00970784, -0.24437797, -0.18091549], dtype=float32)
    """
    number = _index(seed)
    _seed_three(number)
    current().sources.set_hash_seed(number)


def clear_session(free_memory: bool = True) -> None:
    """Forget Keras's global state: the generator behind ``seed=None``, and every op's stream.

    Parameters
    ----------
    free_memory : bool
        Ignored.

    References
    ----------
    keras/src/backend/common/global_state.py, clear_session.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.keras.utils.clear_session()
    """
    current().clear_session()


def _seed_three(seed: int) -> None:
    current().sources.seed(seed)
    tf_random.set_seed(seed)


def _index(seed: SupportsIndex) -> int:
    if isinstance(seed, bool) or not hasattr(seed, "__index__"):
        raise TypeError(f"seed must be an integer, got {brief(seed)}")
    return operator.index(seed)


def _checked(seed: Any) -> int:
    """Return a seed of Keras 3, which must be a Python int of 64 bits."""
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise ValueError(f"seed must be an int or a SeedGenerator, got {brief(seed)}")
    if not -(2**63) <= seed < 2**63:
        raise ValueError(f"seed must be a 64-bit integer, -2**63 to 2**63 - 1, got {brief(seed)}")
    return seed


def _scrambled(number: int, kind: str) -> int:
    return _wrapped(_wrapped(number + 1, kind) * 5387, kind) % 933199


def _wrapped(number: int, kind: str) -> int:
    """Return an integer as the arithmetic of int64 has it, or of uint32."""
    return number % 2**32 if kind == "uint32" else (number + 2**63) % 2**64 - 2**63
