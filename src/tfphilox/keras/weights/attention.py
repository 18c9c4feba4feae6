"""weights/attention.py: attention with heads, layers of EinsumDense layers.

>>> sorted(name for name in KINDS if name.endswith(("HeadAttention", "QueryAttention")))
['GroupQueryAttention', 'GroupedQueryAttention', 'MultiHeadAttention']
"""

from __future__ import annotations

from typing import Any

from ...seeding import versions
from ..initializers import VarianceScaling
from .config import Config
from .layer import KINDS, Layer, first_of, flat
from .shapes import Shape, Unknown
from .table import WITH_WEIGHTS, analyzed_einsum

__all__ = ["GroupedQueryAttention", "MultiHeadAttention"]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class MultiHeadAttention(Layer):
    """Projections of query, key and value to heads, and back.

    References
    ----------
    keras/src/layers/attention/multi_head_attention.py, build. It clones its initializer for each
    projection, and a clone without a seed draws another.
    """

    def construct(self) -> None:
        # the constructor's own kernel initializer draws, and only its clones are used
        self.initializers = {
            key: self.make_initializer(key) for key in ("kernel_initializer", "bias_initializer")
        }

    def gated(self) -> bool:
        """Return whether there is a projection more, of a gate."""
        if not self.config.flag("use_gate"):
            return False
        versions.require(f"{self.where}: use_gate", "keras_layers_3_14")
        return True

    def sizes(self) -> tuple[int, int, int]:
        """Return heads, size of a key, size of a value."""
        config = self.config
        size = config.integer("key_dim")
        value = config.integer("value_dim") if config.get("value_dim") else size
        return config.integer("num_heads"), size, value

    def create(self, *shapes: Any, **named: Any) -> None:
        query, value, key = self.three(shapes, named)
        heads, size, value_size = self.sizes()
        with self.locating_errors():
            self.project("query", query, [heads, size])
            self.project("key", key, [heads, size])
            if self.gated():
                self.project("gate", query, [heads, value_size])
            self.project("value", value, [heads, value_size])
            if self.session.keras3 and self.config.number("dropout"):
                self.seeds.append(self.session.generator(self.config.get("seed")))
            output = self.config.get("output_shape")
            output = [output] if isinstance(output, int) else output or [query[-1]]
            free = _LETTERS[: len(query) - 1]
            inner, outer = "yz", _LETTERS[len(query) : len(query) + len(output)]
            equation = f"{free}{inner},{inner}{outer}->{free}{outer}"
            result = Shape((*query[:-1], heads, value_size))
            self.dense(
                "attention_output", equation, [None] * (len(free) - 1) + output, outer, result
            )

    def project(self, name: str, shape: Shape, output: list[int]) -> None:
        free = _LETTERS[: len(shape) - 1]
        equation = f"{free}x,xyz->{free}yz"
        self.dense(name, equation, [None] * (len(free) - 1) + output, "yz", shape)

    def dense(
        self, name: str, equation: str, output: list[Any], bias_axes: str, shape: Shape
    ) -> None:
        """Make and build one projection."""
        config = {
            "name": name,
            "equation": equation,
            "output_shape": output,
            "bias_axes": bias_axes if self.config.flag("use_bias", True) else None,
            "trainable": self.config.trainable,
            "dtype": self.config.get("dtype"),
        }
        for key in ("kernel_initializer", "bias_initializer"):
            if key in self.config:
                config[key] = self.config[key]
        layer = EinsumDense(
            self.session,
            Config({"class_name": "EinsumDense", "config": config}, self.where),
            WITH_WEIGHTS["EinsumDense"]._replace(draws=()),
        )
        layer.where = f"{self.where}: {name}"
        # until 2.9 all projections share the initializer; see make_initializer for the clones
        layer.initializers = self.initializers if self.shares() else self.clones()
        layer.build(shape)
        self.children.append(layer)

    def shares(self) -> bool:
        return self.session.rule("keras_projections") == "share"

    def clones(self) -> Any:
        return {key: self.make_initializer(key) for key in self.initializers}

    def three(self, shapes: Any, named: Any) -> tuple[Shape, Shape, Shape]:
        """Return the shapes of query, value and key, however they were given."""
        given = dict(zip(("query", "value", "key"), shapes, strict=False))
        given.update({name.removesuffix("_shape"): shape for name, shape in named.items()})
        query, value = given.get("query"), given.get("value")
        key = given.get("key")
        key = value if key is None else key
        for one in (query, value, key):
            if isinstance(one, Unknown):
                raise ValueError(f"{self.where}: the shape of an input is not known: {one.reason}")
            if not isinstance(one, Shape):
                raise ValueError(f"{self.where}: it must be called with a query and a value")
        assert isinstance(query, Shape)
        assert isinstance(value, Shape)
        assert isinstance(key, Shape)
        return query, value, key

    def call(self, *arguments: Any, **keywords: Any) -> Any:
        tensors = {name: keywords[name] for name in ("query", "value", "key") if name in keywords}
        if len(arguments) == 1 and not isinstance(arguments[0], Shape | Unknown):
            arguments = tuple(flat(arguments[0]))
        query, value, key = self.three(arguments[:3], tensors)
        if not self.built:
            self.build(query, value, key)
        return self.result(query, value, keywords)

    def result(self, query: Shape, value: Shape, keywords: Any) -> Any:
        output = self.config.get("output_shape")
        output = [output] if isinstance(output, int) else output or [query[-1]]
        shape = Shape((*query[:-1], *output))
        if not keywords.get("return_attention_scores"):
            return shape
        scores = Shape((query[0], self.sizes()[0], *query[1:-1], *value[1:-1]))
        return [shape, scores]


class GroupedQueryAttention(MultiHeadAttention):
    """Attention in which several heads of the query share one of key and value.

    References
    ----------
    keras/src/layers/attention/grouped_query_attention.py, build.
    """

    def create(self, *shapes: Any, **named: Any) -> None:
        query, value, key = self.three(shapes, named)
        config = self.config
        size = config.integer("head_dim")
        heads, groups = config.integer("num_query_heads"), config.integer("num_key_value_heads")
        with self.locating_errors():
            self.project("query", query, [heads, size])
            self.project("key", key, [groups, size])
            if self.gated():
                self.project("gate", query, [heads, size])
            self.project("value", value, [groups, size])
            if config.number("dropout"):
                self.seeds.append(self.session.generator(config.get("seed")))
            inner = Shape((None, None, heads, size))
            self.dense("attention_output", "abyz,yzx->abx", [None, query[-1]], "x", inner)

    def sizes(self) -> tuple[int, int, int]:
        heads, size = self.config.integer("num_query_heads"), self.config.integer("head_dim")
        return heads, size, size


class EinsumDense(Layer):
    """A Dense layer over axes of choice.

    Keras tells a VarianceScaling initializer, from 3.15 on, which axes of the kernel lead in and
    which out; before, that takes its fans from the shape as ever.

    References
    ----------
    keras/src/layers/core/einsum_dense.py, build.
    """

    def create(self, *shapes: Any, **named: Any) -> None:
        made = self.initializers.get("kernel_initializer")
        if (
            self.session.keras3
            and self.session.rule("keras_einsum_fans") == "equation"
            and isinstance(made, VarianceScaling)
            and made.seed is not None  # else it is TensorFlow's own
            and not (made.input_axes is not None and made.output_axes is not None)
        ):
            with self.locating_errors():
                inputs = first_of(shapes, named)
                _, _, _, into, out = analyzed_einsum(self.config, inputs)
            arguments = {**made.get_config(), "seed": made.seed}
            arguments.update(input_axes=into, output_axes=out)
            self.initializers = {
                **self.initializers,
                "kernel_initializer": type(made).from_config(arguments),
            }
        super().create(*shapes, **named)


KINDS.update(
    {
        "MultiHeadAttention": MultiHeadAttention,
        "GroupedQueryAttention": GroupedQueryAttention,
        "GroupQueryAttention": GroupedQueryAttention,
        "EinsumDense": lambda session, config: EinsumDense(
            session, config, WITH_WEIGHTS["EinsumDense"]
        ),
    }
)
