"""weights/session.py: what the layers of a model share while it is rebuilt.

>>> from .seeding import Seeding
>>> session = Construction(Seeding(0), values=True)
>>> with session.scope("dense", object()):
...     session.path("kernel")
'dense/kernel'
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...seeding import versions
from ...seeding.process import current
from .. import initializers
from ..seeding import SeedSource, make_default_seed
from .seeding import Seeding

__all__ = ["Construction", "Initializer", "Variable", "seed_of", "shared_id"]

Initializer = Callable[..., NDArray[Any]]
_T = TypeVar("_T")


class Variable:
    """A weight that has been created."""

    __slots__ = ("dtype", "initializer", "layer", "name", "seed", "shape", "trainable", "value")

    def __init__(self, name: str, shape: tuple[int, ...], dtype: str, trainable: bool) -> None:
        self.name = name
        self.shape = shape
        self.dtype = dtype
        self.trainable = trainable
        self.value: NDArray[Any] | None = None
        self.initializer = ""
        self.seed: int | str | None = None
        self.layer = ""


class Construction:
    """What the layers of a model share while it is rebuilt.

    Without `values` the weights are created and counted, but nothing is drawn: that finds every
    error before a seed is used up.
    """

    def __init__(
        self,
        process: Seeding,
        values: bool,
        order: Callable[[Any], list[str]] | None = None,
        progress: Callable[[int], None] | None = None,
        listed: bool = False,
        layers: Mapping[str, Any] | None = None,
    ) -> None:
        self.version = process.tensorflow_version
        self.keras = process.keras_version
        self.keras3 = self.rule("keras") == "3"
        self.names = dict(process.names)
        self.values = values
        self.waiting: list[tuple[Variable, list[Any], str]] | None = None  # filled at the end
        self.progress = progress
        self.elements = 0
        self.order = order  # what a model's layers are constructed in; None: the config's
        self.listed = listed  # a Sequential was given a list of layers, all constructed by then
        self.layers = dict(layers or {})  # what a user says of layers of their own, by class
        self.seen: set[str] = set()  # the classes of it that the model has
        self.taken: set[str] = set()  # names of layers
        self.drawn = 0  # how many seeds were drawn that nobody gave
        self.doubts: list[tuple[str, list[tuple[str, str]]]] = []  # model, layers one after another
        self.added = False  # whether one of them is about a Sequential that add() may have made
        self.last_bits: dict[str, list[str]] = {}  # why they may be others: weights, by their names
        self._scopes: list[tuple[str, object]] = []
        self.shared: dict[Any, Any] = {}
        self.model: Any = None  # the outermost layer, once it is made

    def rule(self, name: str) -> str:
        """Return what `versions.RULES` says for the process's TensorFlow, or its Keras."""
        return versions.rule(name, self.keras if name.startswith("keras") else self.version)

    @contextmanager
    def scope(self, name: str, owner: object) -> Iterator[None]:
        """Name the variables of the block after a layer; once, if it is named already."""
        top = self._scopes[-1] if self._scopes else None
        pushed = top is None or top[1] is not owner
        if pushed:
            self._scopes.append((name, owner))
        try:
            yield
        finally:
            if pushed:
                self._scopes.pop()

    def watch(
        self, function: Callable[..., _T], *arguments: Any, **keywords: Any
    ) -> tuple[_T, bool]:
        """Call a function; return what it returns, and whether it drew a seed."""
        before = self.drawn
        result = function(*arguments, **keywords)
        return result, self.drawn > before

    @contextmanager
    def discarded(self) -> Iterator[None]:
        """Draw seeds, but make no numbers, for layers that Keras throws away."""
        values, elements = self.values, self.elements
        self.values = False
        try:
            yield
        finally:
            self.values, self.elements = values, elements

    def fill(self, variable: Variable, fills: list[Any], where: str) -> None:
        """Count a variable, and make its numbers, now or at the end.

        `fills` are an initializer, what it is asked for, and whether the variable's seed is its.
        """
        self.elements += math.prod(variable.shape)
        if self.values and self.waiting is not None:
            self.waiting.append((variable, fills, where))
            return
        if self.values:
            self._filled(variable, fills, where)
        if variable.seed is None:  # tf.keras 2.10 to 2.15 draws it at the call
            variable.seed = seed_of(fills[-1][0])
        if self.progress is not None:
            self.progress(self.elements)

    def fill_waiting(self, progress: Callable[[int, int], None] | None) -> None:
        """Make the numbers of all variables, in the order in which they were created."""
        done = 0
        for variable, fills, where in self.waiting or ():
            for made, _, named in fills:
                if named:
                    variable.seed = seed_of(made)
            self._filled(variable, fills, where)
            done += math.prod(variable.shape)
            if progress is not None:
                progress(done, self.elements)

    @staticmethod
    def _filled(variable: Variable, fills: list[Any], where: str) -> None:
        try:
            arrays = [made(shape, dtype=variable.dtype) for made, shape, _ in fills]
        except (TypeError, ValueError) as error:
            raise type(error)(f"{where}: {error}") from None
        variable.value = arrays[0] if len(arrays) == 1 else np.concatenate(arrays)

    def path(self, name: str) -> str:
        """Return a variable's name as Keras gives it."""
        path = "/".join([*(scope for scope, _ in self._scopes), name])
        return path if self.keras3 else path + ":0"

    def unique(self, name: str) -> str:
        """Return the name tf.keras gives the next object of a kind that was given none."""
        number = self.names.get(name, 0)
        self.names[name] = number + 1
        return f"{name}_{number}" if number else name

    def layer_name(self, given: str | None, kind: str) -> str:
        """Return a layer's name; one that was given none gets one that no other has."""
        name = given
        while not name or (name in self.taken and not given):
            name = self.unique(kind)
        self.taken.add(name)
        return name

    def initializer(self, value: Any, where: str) -> Initializer:
        """Make an initializer from its config; Keras 3 draws its seed now."""
        key = shared_id(value)
        if isinstance(value, dict):
            inner = value.get("config")
            named = isinstance(value.get("class_name"), str)
            if not named or not (inner is None or isinstance(inner, dict | str)):
                raise ValueError(f"{where} must have a class_name and a dict named config")
        if key is not None and key in self.shared:
            found: Initializer = self.shared[key]
            return found
        try:
            with self.rules_of(value):
                made = initializers.get(value)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{where}: {error}") from None
        if made is None:
            raise ValueError(f"{where} must be an initializer, got None")
        if key is not None:
            self.shared[key] = made
            made._used = None  # that layers share it is no news
        if draws_when(made) == "made":
            self.drawn += 1
        result: Initializer = made
        return result

    def rules_of(self, value: Any) -> AbstractContextManager[Any]:
        """Return whose rules hold for an initializer; those of TensorFlow's own take op seeds.

        References
        ----------
        tensorflow/python/ops/init_ops_v2.py, _RandomGenerator; init_ops.py, whose initializers are
        compat.v1's. tf.keras writes those of compat.v1.keras down in small letters, or with a
        dtype, and reads them as its own.
        """
        module = value.get("module") if isinstance(value, dict) else None
        if not isinstance(module, str):
            return nullcontext()
        if module.endswith("init_ops_v2"):
            return _rules_of_tensorflow("2.0")
        config, name = value.get("config"), str(value.get("class_name"))
        first = not self.keras3 and self.order is not None and module == "keras.initializers"
        if module.endswith("init_ops") or (
            first and (name[:1].islower() or (isinstance(config, dict) and "dtype" in config))
        ):
            return _rules_of_tensorflow("1.15")
        return nullcontext()

    def generator(self, seed: Any) -> Any:
        """Make a layer's own seed generator, and return its seed, which Keras 3 draws now."""
        if self.keras3 and seed is None:
            self.drawn += 1
            return make_default_seed()
        return seed

    def late_generator(self, seed: Any) -> Any:
        """Make the generator of an image layer, which tf.keras 2.10 to 2.15 does on building it.

        Its seed is returned, as far as it has one.
        """
        if seed is None and self.rule("keras_image_generator") == "built":
            self.drawn += 1
            return current().legacy_source().randint(1, 10**9)
        return seed


def draws_when(initializer: Any) -> str:
    """Return "made" or "called" for an initializer that draws a seed then; else "never"."""
    if not hasattr(initializer, "_draws") or initializer._init_seed is not None:
        return "never"
    return "made" if initializer.seed is not None else "called"


def seed_of(initializer: Any) -> int | str | None:
    """Return the seed an initializer draws with next, as far as it has one."""
    draws: SeedSource | None = getattr(initializer, "_draws", None)
    return None if draws is None else draws.next_seed()


def shared_id(value: Any) -> int | None:
    """Return the number by which an object is shared, if a part of the JSON has one."""
    key = value.get("shared_object_id") if isinstance(value, dict) else None
    return key if isinstance(key, int) else None


@contextmanager
def _rules_of_tensorflow(version: str) -> Iterator[None]:
    """Follow a TensorFlow and its own Keras."""
    with versions.using(version), versions.using_keras(None):
        yield
