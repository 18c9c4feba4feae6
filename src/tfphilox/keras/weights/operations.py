"""weights/operations.py: the operations between layers in a Functional model, and their shapes.

Keras 3 writes ``keras.ops`` into a config as if they were layers; tf.keras has TFOpLambda,
SlicingOpLambda and TensorFlowOpLayer for TensorFlow's functions. None of them holds a weight. Those
that are not known here return an `Unknown`, which is an error only where a weight needs the shape.

>>> sliced(Shape((None, 4, 6)), [slice(None), 0, Ellipsis, None])
(None, 6, 1)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...arrays.wording import brief
from .config import Config
from .layer import KINDS, Layer, Row, flat
from .order import snake
from .session import Construction
from .shapes import (
    Dim,
    Shape,
    Unknown,
    broadcast,
    concatenated,
    matmul,
    position,
    reduced,
    reshaped,
)

__all__ = ["Operation", "is_operation"]

_Rule = Callable[[list[Any], Mapping[str, Any]], Any]


def _argument(args: list[Any], kwargs: Mapping[str, Any], at: int, *names: str) -> Any:
    """Return an argument given by place or by one of its names; None if it was not."""
    if at < len(args):
        return args[at]
    return next((kwargs[name] for name in names if name in kwargs), None)


def _same(args: list[Any], kwargs: Mapping[str, Any]) -> Any:
    return _argument(args, kwargs, 0, "x", "input", "features", "logits", "tensor")


def _elementwise(args: list[Any], kwargs: Mapping[str, Any]) -> Any:
    operands = [one for one in [*args, *kwargs.values()] if isinstance(one, Shape)]
    result = operands[0]
    for one in operands[1:]:
        result = broadcast(result, one)
    return result


def _reduction(args: list[Any], kwargs: Mapping[str, Any]) -> Shape:
    axis = _argument(args, kwargs, 1, "axis")
    keep = bool(_argument(args, kwargs, 2, "keepdims"))
    return reduced(_same(args, kwargs) or kwargs["input_tensor"], axis, keep)


def _reshape(args: list[Any], kwargs: Mapping[str, Any]) -> Any:
    shape, target = _same(args, kwargs), _argument(args, kwargs, 1, "newshape", "shape")
    if shape is None:
        shape = kwargs["tensor"]
    if not isinstance(target, list | tuple) or not all(
        isinstance(size, int) or size is None for size in target
    ):
        return Unknown("a reshape to sizes that are computed")
    return Shape(reshaped(shape, [None if size is None else size for size in target]))


def _transpose(args: list[Any], kwargs: Mapping[str, Any]) -> Shape:
    shape, axes = _argument(args, kwargs, 0, "x", "a"), _argument(args, kwargs, 1, "axes", "perm")
    order = range(len(shape))[::-1] if axes is None else axes
    return Shape(shape[position(axis, len(shape))] for axis in order)


def _swapaxes(args: list[Any], kwargs: Mapping[str, Any]) -> Shape:
    shape = list(args[0])
    a, b = _argument(args, kwargs, 1, "axis1"), _argument(args, kwargs, 2, "axis2")
    shape[a], shape[b] = shape[b], shape[a]
    return Shape(shape)


def _expand(args: list[Any], kwargs: Mapping[str, Any]) -> Shape:
    shape, axis = _argument(args, kwargs, 0, "x", "input"), _argument(args, kwargs, 1, "axis")
    result: list[Dim] = list(shape)
    axes = [axis] if isinstance(axis, int) else axis
    rank = len(result) + len(axes)
    for one in sorted(position(one, rank) for one in axes):
        result.insert(one, 1)
    return Shape(result)


def _squeeze(args: list[Any], kwargs: Mapping[str, Any]) -> Any:
    shape, axis = _argument(args, kwargs, 0, "x", "input"), _argument(args, kwargs, 1, "axis")
    if axis is None:
        if None in shape:
            return Unknown("a squeeze of unknown sizes")
        return Shape(size for size in shape if size != 1)
    return reduced(shape, axis, False)


def _concat(args: list[Any], kwargs: Mapping[str, Any]) -> Shape:
    axis = _argument(args, kwargs, 1, "axis")
    return concatenated(_argument(args, kwargs, 0, "xs", "values"), -1 if axis is None else axis)


def _stack(args: list[Any], kwargs: Mapping[str, Any]) -> Shape:
    shapes, axis = _argument(args, kwargs, 0, "x", "values"), _argument(args, kwargs, 1, "axis")
    result: list[Dim] = list(shapes[0])
    result.insert(position(axis or 0, len(result) + 1), len(shapes))
    return Shape(result)


def _matmul(args: list[Any], kwargs: Mapping[str, Any]) -> Shape:
    a, b = _argument(args, kwargs, 0, "x1", "a"), _argument(args, kwargs, 1, "x2", "b")
    if kwargs.get("transpose_a"):
        a = Shape((*a[:-2], a[-1], a[-2]))
    if kwargs.get("transpose_b"):
        b = Shape((*b[:-2], b[-1], b[-2]))
    return matmul(a, b)


def _einsum(args: list[Any], kwargs: Mapping[str, Any]) -> Any:
    equation, *shapes = args if isinstance(args[0], str) else [kwargs["subscripts"], *args]
    left, _, right = equation.replace(" ", "").partition("->")
    sizes: dict[str, Dim] = {}
    for part, shape in zip(left.split(","), shapes, strict=True):
        if "." in part or len(part) != len(shape):
            return Unknown(f"einsum of {brief(equation)}")
        for name, size in zip(part, shape, strict=True):
            sizes[name] = size if sizes.get(name) in (None, 1) else sizes[name]
    return Shape(sizes[name] for name in right)


def _item(args: list[Any], kwargs: Mapping[str, Any]) -> Any:
    shape = args[0]
    key = _argument(args, kwargs, 1, "key", "slice_spec")
    return sliced(shape, key if isinstance(key, list | tuple) else [key])


def sliced(shape: Shape, keys: Any) -> Any:
    """Return the shape of x[keys]."""
    result: list[Dim] = []
    keys = list(keys)
    if Ellipsis in keys:
        at = keys.index(Ellipsis)
        named = sum(key is not None for key in keys) - 1
        keys[at : at + 1] = [slice(None)] * (len(shape) - named)
    sizes = list(shape)
    for key in keys:
        if key is None:
            result.append(1)
            continue
        size = sizes.pop(0)
        if isinstance(key, slice):
            if key in (slice(None), slice(None, None, 1)):
                result.append(size)
            elif size is None:
                result.append(None)
            else:
                result.append(len(range(*key.indices(size))))
        elif not isinstance(key, int):
            return Unknown("an index that is computed")
    return Shape(result + sizes)


def _split(args: list[Any], kwargs: Mapping[str, Any]) -> Any:
    shape = _argument(args, kwargs, 0, "x", "value")
    parts = _argument(args, kwargs, 1, "indices_or_sections", "num_or_size_splits")
    axis = _argument(args, kwargs, 2, "axis") or 0
    at = position(axis, len(shape))
    size = shape[at]
    if not isinstance(parts, int):
        return [Unknown("a split into unequal parts")] * (len(parts) + 1)
    part = None if size is None else size // parts
    return [Shape((*shape[:at], part, *shape[at + 1 :])) for _ in range(parts)]


def _repeat(args: list[Any], kwargs: Mapping[str, Any]) -> Any:
    repeats, axis = _argument(args, kwargs, 1, "repeats"), _argument(args, kwargs, 2, "axis")
    if not isinstance(repeats, int) or axis is None:
        return Unknown("a repeat by numbers that differ")
    shape = list(args[0])
    size = shape[axis]
    shape[axis] = None if size is None else size * repeats
    return Shape(shape)


def _broadcast_to(args: list[Any], kwargs: Mapping[str, Any]) -> Any:
    shape = _argument(args, kwargs, 1, "shape")
    if not all(isinstance(size, int) for size in shape):
        return Unknown("a broadcast to sizes that are computed")
    return Shape(shape)


def _pad(args: list[Any], kwargs: Mapping[str, Any]) -> Shape:
    pairs = _argument(args, kwargs, 1, "pad_width", "paddings")
    if isinstance(pairs, int):
        pairs = [[pairs, pairs]] * len(args[0])
    if pairs and isinstance(pairs[0], int):
        pairs = [pairs] * len(args[0])
    if len(pairs) == 1:
        pairs = list(pairs) * len(args[0])
    return Shape(
        None if size is None else size + a + b for size, (a, b) in zip(args[0], pairs, strict=True)
    )


# names of functions, with spaces between them
_SAME = (
    "abs absolute negative neg exp expm1 log log1p log2 log10 sqrt rsqrt square reciprocal "
    "sign sin cos tan asin acos atan sinh cosh tanh arcsin arccos arctan arcsinh arccosh "
    "arctanh floor ceil round rint clip clip_by_value cast relu relu6 sigmoid hard_sigmoid "
    "silu swish hard_silu hard_swish gelu elu selu celu leaky_relu softmax log_softmax "
    "softplus softsign erf erfinv identity stop_gradient logical_not logicalnot isnan isinf "
    "isfinite zeros_like ones_like nan_to_num flip roll cumsum cumprod normalize l2_normalize "
    "dropout saturate_cast ensure_shape threshold hard_tanh tanh_shrink soft_shrink "
    "hard_shrink squareplus mish log_sigmoid convert_to_tensor"
)
_ELEMENTWISE = (
    "add subtract sub multiply mul divide true_divide truediv floor_divide floordiv mod pow "
    "power maximum minimum squared_difference logical_and logical_or logical_xor equal "
    "not_equal greater greater_equal less less_equal arctan2 where add_n addv2 bias_add "
    "realdiv bitwise_and bitwise_or hypot logaddexp divide_no_nan"
)
_REDUCTIONS = (
    "sum mean max min prod amax amin any all var std logsumexp reduce_sum reduce_mean "
    "reduce_max reduce_min reduce_prod reduce_any reduce_all reduce_std reduce_variance "
    "reduce_logsumexp norm argmax argmin count_nonzero median"
)
_RULES: dict[str, _Rule] = {
    **dict.fromkeys(_SAME.split(), _same),
    **dict.fromkeys(_ELEMENTWISE.split(), _elementwise),
    **dict.fromkeys(_REDUCTIONS.split(), _reduction),
    "reshape": _reshape,
    "transpose": _transpose,
    "swapaxes": _swapaxes,
    "expand_dims": _expand,
    "expanddims": _expand,
    "squeeze": _squeeze,
    "concatenate": _concat,
    "concat": _concat,
    "stack": _stack,
    "matmul": _matmul,
    "einsum": _einsum,
    "get_item": _item,
    "getitem": _item,
    "__getitem__": _item,
    "_slice_helper": _item,
    "split": _split,
    "repeat": _repeat,
    "broadcast_to": _broadcast_to,
    "pad": _pad,
}


class Operation(Layer):
    """One call of a function, by the function's name."""

    def __init__(self, session: Construction, config: Config, function: str) -> None:
        self.function = function
        super().__init__(session, config, Row())

    def call(self, *arguments: Any, **keywords: Any) -> Any:
        self.built = True
        for one in [*flat(list(arguments)), *flat(keywords)]:
            if isinstance(one, Unknown):
                return one
        rule = _RULES.get(self.function.lower())
        unknown = Unknown(f"{self.where}: what {self.function} does to shapes is not known")
        if rule is None:
            return unknown
        # what a constructor of Keras 3 was given stands in the config, as axis or newshape
        own = {key: value for key, value in self.config.items() if key not in ("name", "dtype")}
        try:
            return rule(list(arguments), {**own, **keywords})
        except (TypeError, KeyError, IndexError, AttributeError) as error:
            return Unknown(f"{unknown.reason} ({error})")
        except ValueError as error:
            raise ValueError(f"{self.where}: {error}") from None


def _from_function(session: Construction, config: Config) -> Layer:
    """TFOpLambda, tf.keras 2.4 and newer: the function by its public name."""
    function = config.get("function")
    if not isinstance(function, str):
        raise config.error("function", "the name of a function")
    return Operation(session, config, function.rpartition(".")[2])


def _slicing(session: Construction, config: Config) -> Layer:
    return Operation(session, config, "getitem")


class NodeOperation(Operation):
    """TensorFlowOpLayer, tf.keras 2.0 to 2.3: an op of the graph and its constant inputs."""

    def __init__(self, session: Construction, config: Config) -> None:
        node = config.get("node_def")
        if not isinstance(node, Mapping) or not isinstance(node.get("op"), str):
            raise config.error("node_def", "a dict with the name of an op")
        names = {
            "AddV2": "add",
            "RealDiv": "divide",
            "ConcatV2": "concat",
            "BatchMatMulV2": "matmul",
        }
        kind = node["op"]
        super().__init__(session, config, names.get(kind, snake(kind)))

    def call(self, *arguments: Any, **keywords: Any) -> Any:
        constants = self.config.get("constants") or {}
        if not isinstance(constants, Mapping) or not all(key.isdecimal() for key in constants):
            raise self.config.error("constants", "a dict of inputs by their number")
        inputs = flat(list(arguments))
        for at, value in sorted((int(key), value) for key, value in constants.items()):
            inputs.insert(at, value)
        attributes = self.config["node_def"].get("attr") or {}
        if isinstance(attributes, Mapping):
            values = {key: _attribute(value) for key, value in attributes.items()}
            keywords["keepdims"] = values.get("keep_dims")
            if self.function == "strided_slice" and len(inputs) == 4:
                inputs = [inputs[0], _strided(inputs, values)]
                self.function = "getitem"
            if self.function == "concat":  # its axis comes last
                inputs = [inputs[:-1], inputs[-1]]
        return super().call(*inputs, **keywords)


def _attribute(value: Any) -> Any:
    """Return an attribute as JSON has it: {"i": "3"}, {"b": true}."""
    if isinstance(value, Mapping) and str(value.get("i")).isdecimal():
        return int(value["i"])
    return value.get("b") if isinstance(value, Mapping) else None


def _strided(inputs: list[Any], attributes: Mapping[str, Any]) -> list[Any]:
    """Return the keys of x[keys] that an op StridedSlice stands for."""

    def masked(name: str, at: int) -> bool:
        return bool((attributes.get(name + "_mask") or 0) >> at & 1)

    keys: list[Any] = []
    for at, (begin, end, step) in enumerate(zip(*inputs[1:], strict=True)):
        if masked("ellipsis", at):
            keys.append(Ellipsis)
        elif masked("new_axis", at):
            keys.append(None)
        elif masked("shrink_axis", at):
            keys.append(begin)
        else:
            first = None if masked("begin", at) else begin
            keys.append(slice(first, None if masked("end", at) else end, step))
    return keys


def is_operation(value: Any) -> bool:
    """Return whether a part of the JSON is a function of Keras 3, rather than a layer."""
    module = value.get("module") if isinstance(value, Mapping) else None
    return isinstance(module, str) and (".ops" in module or module.endswith("ops"))


def make_operation(session: Construction, value: Any, inside: str) -> Layer:
    """Make an operation of Keras 3 from its part of the JSON."""
    config = Config(value, inside)
    return Operation(session, config, snake(config.class_name))


KINDS.update(
    {
        "TFOpLambda": _from_function,
        "ClassMethod": _from_function,
        "SlicingOpLambda": _slicing,
        "TensorFlowOpLayer": NodeOperation,
    }
)
