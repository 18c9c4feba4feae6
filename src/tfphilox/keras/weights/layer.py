"""weights/layer.py: a layer that is constructed, built and called, but never computes.

A random weight depends on *when* Keras draws for it. Keras 3 draws a seed as it constructs an
initializer, which is when the layer is constructed; tf.keras draws when the variable is created,
which is when the layer is first called. So a model is rebuilt here in the very order of Keras:
`Layer` stands for one of its layers, `Construction` for the process around them.

A kind of layer that holds its weights itself is a `Row`: which initializers its constructor makes,
in which order; which weights it creates from the shape of its input; and the shape it returns.

>>> snake("LSTMCell"), flat({"b": Shape((2, 3)), "a": [Shape((1,))]})
('lstm_cell', [(1,), (2, 3)])
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from ...arrays.wording import brief
from ...random._orthogonal import what_matters
from .._since import require_layer
from ..seeding import given_seed
from .config import Config, as_shape
from .order import snake
from .session import Construction, Initializer, Variable, draws_when, seed_of, shared_id
from .shapes import Shape, Unknown

# What a layer uses if its config, written by hand, does not say.
DEFAULTS = {
    "kernel_initializer": "GlorotUniform",
    "depthwise_initializer": "GlorotUniform",
    "pointwise_initializer": "GlorotUniform",
    "recurrent_initializer": "Orthogonal",
    "embeddings_initializer": "RandomUniform",
    "gamma_initializer": "Ones",
    "moving_variance_initializer": "Ones",
}


_NOISE = "GaussianNoise", "GaussianDropout", "AlphaDropout"


class Weight(NamedTuple):
    """One weight that a layer creates.

    `initializer` is a key of the layer's config, the name of an initializer, or a list of
    (size, key) for a vector that is put together.
    """

    name: str
    shape: tuple[Any, ...]
    initializer: Any
    trainable: bool = True
    dtype: str | None = None


class Row(NamedTuple):
    """A kind of layer; see the module's docstring.

    `draws` are initializers by their key, "seed" for a generator made of that argument, "default
    seed" for one that is drawn if there is none, and "seed if rate" for a generator that is only
    made when the rate is above zero. `only` is a rule of
    `versions.RULES`, and what it says where TensorFlow has the layer.
    """

    draws: tuple[str, ...] = ()
    weights: Callable[[Config, Any], Iterable[Weight]] = lambda config, shape: ()
    output: Callable[[Config, Any], Any] = lambda config, shape: shape
    only: tuple[str, str] | None = None


class Layer:
    """One layer.

    Parameters
    ----------
    session : Construction
    config : Config
    row : Row
        The kind of layer; subclasses have their own ways.
    """

    # what get_weights does with a layer of layers: tf.keras puts the trainable ones first
    in_order = False

    def __init__(self, session: Construction, config: Config, row: Row | None = None) -> None:
        self.session = session
        self.config = config
        config.keras3 = session.keras3
        self.row = row or Row()
        self.name = session.layer_name(config.name, snake(config.class_name))
        self.where = config.where
        only = self.row.only
        if only is not None and session.rule(only[0]) != only[1]:
            raise ValueError(
                f"{self.where}: TensorFlow {session.version} has no such layer, "
                f"with Keras {session.keras}"
            )
        if session.keras3:
            require_layer(config.class_name, self.where)
        self.built = False
        self.variables: list[Variable] = []
        self.children: list[Layer] = []
        self.initializers: dict[str, Initializer] = {}
        self.seeds: list[Any] = []  # that its generators start from; in tf.keras 2 of image layers
        self.construct()

    # -- construction

    def construct(self) -> None:
        """Draw what the constructor draws."""
        for draw in self.row.draws:
            key, _, condition = draw.partition(" if ")
            if condition and not any(flat(self.config.get(condition))):
                idle = self.config.class_name in _NOISE and self.session.keras3
                if not idle or self.session.rule("keras_noise_of_nothing") == "none":
                    continue
            if key == "seed":
                self.seeds.append(self.session.generator(self.config.get("seed")))
            elif key == "default seed":
                given = given_seed(self.config.get("seed"))
                self.seeds.append(self.session.generator(given))
            else:
                self.initializers[key] = self.make_initializer(key)

    def make_initializer(self, key: str) -> Initializer:
        value = self.config.get(key, DEFAULTS.get(key, "Zeros"))
        return self.session.initializer(value, f"{self.where}: {key}")

    # -- building

    def build_from_config(self) -> None:
        """Build at once if the JSON says with which shape, as Keras 3 does."""
        if self.session.keras3 and self.config.build_config and not self.built:
            self.build_from_given()

    def build_from_given(self) -> None:
        """Build with the shapes in the JSON."""
        given = self.config.build_config
        if not isinstance(given, dict):
            raise ValueError(f"{self.where}: build_config must be a dict, got {brief(given)}")
        shapes = given.get("shapes_dict", given)
        if not isinstance(shapes, dict):
            raise ValueError(f"{self.where}: shapes_dict must be a dict, got {brief(shapes)}")
        keywords = {
            key: as_shapes(value, f"{self.where}: build_config: {key}")
            for key, value in shapes.items()
        }
        first = keywords.pop("input_shape", None)
        self.build(*([first] if first is not None or not keywords else []), **keywords)

    def build(self, *shapes: Any, **named: Any) -> None:
        """Create the weights."""
        if self.built:
            return
        self.built = True
        with self.session.scope(self.name, self):
            self.create(*shapes, **named)

    def create(self, *shapes: Any, **named: Any) -> None:
        """Create the weights, in this layer's name scope."""
        inputs = first_of(shapes, named)
        if self.config.class_name.startswith("Random"):
            seed = self.session.late_generator(self.config.get("seed"))
            if not self.session.keras3:
                self.seeds.append(seed)
        with self.locating_errors():
            for weight in self.row.weights(self.config, inputs):
                self.add(weight)

    @contextmanager
    def locating_errors(self) -> Iterator[None]:
        """Say which layer an error is about."""
        try:
            yield
        except ValueError as error:
            if self.where in str(error):
                raise
            raise ValueError(f"{self.where}: {error}") from None
        except (TypeError, IndexError, KeyError, AttributeError) as error:
            raise ValueError(
                f"{self.where}: the shape of its input does not suit it, or a value of its config "
                f"has the wrong type ({error})"
            ) from None

    def add(self, weight: Weight) -> Variable:
        """Create one weight."""
        for size in weight.shape:
            if size is None:
                raise ValueError(
                    f"{self.where}: the shape of {weight.name}, {weight.shape}, depends on a size "
                    "of the input that is not known"
                )
        shape = tuple(int(size) for size in weight.shape)
        dtype = weight.dtype or self.config.dtype
        name = weight.name
        if name == "variable":  # what Keras 3 calls one without a name, with a number
            name = self.session.unique(name)
        variable = Variable(self.session.path(name), shape, dtype, weight.trainable)
        variable.layer = self.name
        parts = weight.initializer
        if not isinstance(parts, list):
            parts = [(None, parts)]
        fills = []
        for size, key in parts:
            made = self.initializers.get(key) if isinstance(key, str) else None
            if made is None:
                made = self.session.initializer(key, f"{self.where}: {weight.name}")
            named = not variable.initializer or key in self.initializers
            if named:
                variable.initializer = type(made).__name__
                variable.seed = seed_of(made)
            if draws_when(made) == "called":
                self.session.drawn += 1
            if variable.initializer == "Orthogonal" and len(shape) > 1:
                why = what_matters(math.prod(shape[:-1]), shape[-1], dtype)
                if why:
                    self.session.last_bits.setdefault(why, []).append(variable.name)
            fills.append((made, shape if size is None else (size,), named))
        self.session.fill(variable, fills, f"{self.where}: {weight.name}")
        self.variables.append(variable)
        return variable

    # -- calling

    def call(self, *arguments: Any, **keywords: Any) -> Any:
        """Build if that has not been done, and return the shapes of the outputs."""
        inputs = first_of(arguments, keywords)
        if not self.built:
            if self.session.keras3 and self.config.build_config and self.lacks_shape(inputs):
                self.build_from_given()
            else:
                self.require(inputs)
                self.build(inputs)
        return self.output(inputs)

    def lacks_shape(self, inputs: Any) -> bool:
        """Return whether weights depend on a shape that cannot be inferred."""
        return self.needs_shape() and any(isinstance(one, Unknown) for one in flat(inputs))

    def require(self, inputs: Any) -> None:
        """Raise if weights depend on a shape that nobody knows."""
        for one in flat(inputs):
            if isinstance(one, Unknown) and self.needs_shape():
                raise ValueError(f"{self.where}: the shape of its input is not known: {one.reason}")

    def needs_shape(self) -> bool:
        return self.row.weights is not Row._field_defaults["weights"] or bool(self.children)

    def output(self, inputs: Any) -> Any:
        """Return the shapes of the outputs for those of the inputs."""
        for one in flat(inputs):
            if isinstance(one, Unknown):
                return one
        with self.locating_errors():
            return self.row.output(self.config, inputs)

    # -- weights

    def trainable_weights(self) -> list[Variable]:
        if not self.config.trainable:
            return []
        mine = [one for one in self.variables if one.trainable]
        return mine + [one for child in self.children for one in child.trainable_weights()]

    def non_trainable_weights(self) -> list[Variable]:
        mine = [one for one in self.variables if not one.trainable]
        if self.config.trainable:
            rest = [one for child in self.children for one in child.non_trainable_weights()]
        else:
            mine = [one for one in self.variables if one.trainable] + mine
            rest = [one for child in self.children for one in child.weights()]
        return mine + rest

    def weights(self) -> list[Variable]:
        """Return the weights in the order of get_weights, which may repeat those of shared layers.

        References
        ----------
        keras/src/layers/layer.py, Layer.weights; keras 2: engine/base_layer.py, Layer.weights.
        """
        if not self.session.keras3 and not self.in_order:
            return self.trainable_weights() + self.non_trainable_weights()
        mine = [one for one in self.variables if one.trainable]
        mine += [one for one in self.variables if not one.trainable]
        nested = [one for child in self.children for one in child.weights()]
        if self.session.keras3:
            return mine + nested
        return nested + mine  # keras 2: engine/training.py, Model._undeduplicated_weights


def first_of(arguments: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """Return a call's main argument, however it was given."""
    if arguments:
        return arguments[0]
    for name in ("sequences_shape", "sequences", "inputs", "inputs_shape"):
        if name in keywords:
            return keywords[name]
    return next(iter(keywords.values()), None)


def flat(value: Any) -> list[Any]:
    """Return the tensors and constants of a nested structure, as tf.nest.flatten orders them."""
    if isinstance(value, Shape):
        return [value]
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in flat(value[key])]
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in flat(part)]
    return [value]


def as_shapes(value: Any, where: str) -> Any:
    """Return a shape, or a structure of them, that JSON holds as lists."""
    if value is None:
        return None
    if isinstance(value, dict) and not ({"items", "config"} & set(value)):
        return {key: as_shapes(one, where) for key, one in value.items()}
    if isinstance(value, list | tuple) and value and isinstance(value[0], list | tuple | dict):
        return [as_shapes(one, where) for one in value]
    return as_shape(value, where)


# Class name -> what makes a layer of it; table.py, plain.py and the others enter theirs.
KINDS: dict[str, Callable[[Construction, Config], Layer]] = {}


def enter(rows: dict[str, Row]) -> None:
    """Make the kinds of layers known that have a row and no ways of their own."""
    for name, row in rows.items():
        KINDS[name] = lambda session, config, row=row: Layer(session, config, row)  # type: ignore[misc]


class Custom(Layer):
    """A layer of a user's own; what it returns is not known unless they say so."""

    def needs_shape(self) -> bool:
        return False

    def output(self, inputs: Any) -> Any:
        given = self.session.layers[self.config.class_name] or {}
        if "output_shape" in given:
            return Shape(given["output_shape"])
        return Unknown(
            f"what {self.where} returns is not known: layers={{{self.config.class_name!r}: "
            '{"output_shape": [None, ...]}} says it'
        )


def custom_row(given: Any) -> Row:
    """Return the row of a layer of a user's own."""
    weights = [
        Weight(name, tuple(value[0]), value[1])
        for name, value in (given or {}).items()
        if name != "output_shape"
    ]
    if not weights:
        return Row()
    return Row((), lambda config, shape: weights)


def checked_layers(layers: Any) -> dict[str, Any]:
    """Return what a user says of layers of their own, or raise."""
    if layers is None:
        return {}
    if not isinstance(layers, Mapping):
        raise TypeError(f"layers must be a dict of classes, got {brief(layers)}")
    for kind, given in layers.items():
        where = f"layers[{brief(kind)}]"
        if not isinstance(kind, str):
            raise TypeError(f"layers must have names of classes, got {brief(kind)}")
        if kind in KINDS:
            raise ValueError(f"{where}: what layers of this class draw is known already")
        if given is None:
            continue
        if not isinstance(given, Mapping):
            raise TypeError(f"{where} must be None or a dict of weights, got {brief(given)}")
        for name, value in given.items():
            _check_entry(f"{where}[{brief(name)}]", name, value)
    return dict(layers)


def _check_entry(where: str, name: Any, value: Any) -> None:
    if not isinstance(name, str):
        raise TypeError(f"{where}: the name of a weight must be text")
    if name == "output_shape":
        as_shape(value, where)
        return
    pair = isinstance(value, list | tuple) and len(value) == 2
    if (
        not pair
        or not isinstance(value[0], list | tuple)
        or not all(type(size) is int and size >= 0 for size in value[0])
        or not isinstance(value[1], str | dict)
    ):
        raise ValueError(
            f"{where} must be (shape, initializer), the initializer by name or as a dict, got "
            f"{brief(value)}"
        )


def make(session: Construction, value: Any, inside: str) -> Layer:
    """Make a layer from its part of the JSON, and build it if that says how."""
    config = Config(value, inside)
    key = shared_id(value)
    shared = session.shared.get((config.class_name, key)) if key is not None else None
    if isinstance(shared, Layer):
        return shared
    kind = KINDS.get(config.class_name)
    if config.class_name in session.layers:
        session.seen.add(config.class_name)
        layer: Layer = Custom(session, config, custom_row(session.layers[config.class_name]))
    elif kind is None:
        raise ValueError(
            f"{config.where}: layers of class {brief(config.class_name)} are not known, so "
            f"neither is what they draw: layers={{{config.class_name!r}: None}} says that it is "
            "nothing, or a dict what it is"
        )
    else:
        layer = kind(session, config)
    if session.order is None:
        layer.build_from_config()
    if key is not None:
        session.shared[config.class_name, key] = layer
    return layer
