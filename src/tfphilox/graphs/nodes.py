"""nodes.py: how many nodes TensorFlow 1.15 to 2.1 make in a graph for a call.

In those versions an op without a seed gets the number of nodes already in the graph. So it matters
how many a call makes before the random op asks for its seed (constants for the arguments, mostly),
and how many in all. An argument that is a tensor already needs no constant. The numbers were
counted in graphs of TensorFlow 1.15.0, 2.0.4 and 2.1.4. Each op's record (op_table.py) has its
numbers, or one of the functions below that find them; NumPy's functions are counted here.
"""

from __future__ import annotations

import functools
import inspect
import math
import numbers
import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ..arrays.dtypes import as_dtype
from ..seeding import versions

__all__ = ["Call", "Nodes", "Rule", "nodes_of"]


class Nodes(NamedTuple):
    """What a call makes; an argument that is a tensor takes one constant off."""

    before: int  # made before the op asks for its seed
    total: int
    early: tuple[str, ...] = ()  # arguments whose constants are among those before
    late: tuple[str, ...] = ()  # and after


class Call(NamedTuple):
    """A call of an op, and whether it is in a function."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    keywords: dict[str, Any]
    in_function: bool

    def argument(self, name: str) -> Any:
        """Return an argument, given by its name or by its place; None if it is left out."""
        place = _places(self.function).get(name, len(self.args))
        return self.args[place] if place < len(self.args) else self.keywords.get(name)


Rule: TypeAlias = Nodes | Callable[[Call], Nodes | None] | None


@functools.cache
def _places(function: Callable[..., Any]) -> Mapping[str, int]:
    """Return the places of a function's arguments."""
    return {name: place for place, name in enumerate(inspect.signature(function).parameters)}


# NumPy's universal functions that are one op in TensorFlow too.
_UNIVERSAL = {
    np.add, np.subtract, np.multiply, np.true_divide, np.floor_divide, np.remainder, np.power,
    np.matmul, np.maximum, np.minimum, np.less, np.less_equal, np.greater, np.greater_equal,
    np.equal, np.not_equal, np.logical_and, np.logical_or, np.logical_not, np.negative,
    np.absolute, np.sign, np.square, np.sqrt, np.reciprocal, np.exp, np.expm1, np.log, np.log1p,
    np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan, np.arctan2, np.sinh, np.cosh, np.tanh,
    np.arcsinh, np.arccosh, np.arctanh, np.floor, np.ceil, np.rint, np.isnan, np.isinf, np.isfinite,
}  # fmt: skip

# Its other functions that are, by the constants that the op takes besides the first argument.
_NUMPY = {
    "sum": 1, "prod": 1, "mean": 1, "max": 1, "amax": 1, "min": 1, "amin": 1, "any": 1, "all": 1,
    "reshape": 1, "transpose": 1, "expand_dims": 1, "tile": 1, "squeeze": 0, "zeros_like": 0,
}  # fmt: skip


def nodes_of(
    function: Callable[..., Any],
    rule: Rule,
    args: tuple[Any, ...],
    keywords: dict[str, Any],
    tensor: type,
    in_function: bool,
) -> tuple[int, int] | None:
    """Return how many nodes a call makes before it takes its seed and in all; None if unknown.

    `rule` is what the record of an op says, None for a function without one: NumPy's.
    """
    call = Call(function, args, keywords, in_function)
    if rule is None:
        found = _numpy(function, args, keywords, tensor)
    else:
        found = rule if isinstance(rule, Nodes) else rule(call)
    if found is None:
        return None

    def tensors(arguments: tuple[str, ...]) -> int:
        """Return how many constants fewer the arguments need."""
        fewer = 0
        for what in arguments:
            value = call.argument(what)
            several = value if isinstance(value, list | tuple) else ()
            parts = [isinstance(part, tensor) for part in several]
            if any(parts):  # they are packed, and those that are numbers are constants first
                fewer -= len(parts) - sum(parts)
            fewer += isinstance(value, tensor)
        return fewer

    early = tensors(found.early)
    return found.before - early, found.total - early - tensors(found.late)


# ---- rules that ask for more than the op ------------------------------------------------------


def unknown(call: Call) -> None:
    """Say of an op that its nodes were never counted."""
    return None


def of_uniform(call: Call) -> Nodes:
    return Nodes(3, 4 if _is_integer(call) else 7, ("shape", "minval", "maxval"))


def of_stateless_uniform(call: Call) -> Nodes:
    return Nodes(0, 5 if _is_integer(call) else 8, (), ("shape", "seed", "minval", "maxval"))


def of_gamma(call: Call) -> Nodes:
    count = int(versions.rule("gamma_nodes"))
    return Nodes(count - 4, count, ("shape", "alpha", "beta"))


def of_dropout(call: Call) -> Nodes:
    rate = call.argument("rate")
    if isinstance(rate, numbers.Real) and rate == 0:
        return Nodes(0, 1, (), ("x",))
    if isinstance(rate, np.ndarray) and rate.ndim == 0 and rate == 0:
        return Nodes(0, 2, (), ("x",))
    return Nodes(5, 17, ("x", "rate"))


def of_orthogonal(call: Call) -> Nodes:
    dims = call.args[0]
    return Nodes(3, 16 if math.prod(dims[:-1]) < dims[-1] else 14)


def of_flip(call: Call) -> Nodes:
    image = _image(call)
    if len(image.shape) == 4:
        return Nodes(10, 27 + (image.dtype != np.float32), ("image",))
    # 1.15 builds the condition from more nodes, but not in functions
    return Nodes(5, 13 if call.in_function else int(versions.rule("flip_nodes")), ("image",))


def of_picture(float32: int, float16: int, float64: int, others: int) -> Callable[[Call], Nodes]:
    """Return the rule of an op of tf.image's whose nodes depend on the type of the picture."""
    counts = {"float32": float32, "float16": float16, "float64": float64}

    def rule(call: Call) -> Nodes:
        return Nodes(3, counts.get(_image(call).dtype.name, others), (), ("image",))

    return rule


def of_jpeg_quality(call: Call) -> Nodes:
    return Nodes(3, 9 if _image(call).dtype == np.uint8 else 13, (), ("image",))


def of_while_loop(call: Call) -> Nodes:
    variables = call.args[2]  # a counter and a limit go round with them
    identities = len(variables) + 2 if versions.rule("while_identities") == "yes" else 0
    return Nodes(0, _constants(variables) + 2 + 1 + identities)


def _image(call: Call) -> Any:
    image = call.argument("image")
    return image if hasattr(image, "dtype") else np.asarray(image)


def _is_integer(call: Call) -> bool:
    dtype = call.argument("dtype")
    return dtype is not None and as_dtype(dtype).kind in "iu"


def _constants(values: Any) -> int:
    return sum(isinstance(value, int | float | np.ndarray | np.generic) for value in values)


# ---- NumPy's functions ------------------------------------------------------------------------


def _numpy(
    function: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any], tensor: type
) -> Nodes | None:
    """Return the nodes of an operator, a universal function or another function of NumPy's."""
    if function is operator.getitem:
        index = args[1] if isinstance(args[1], tuple) else (args[1],)
        return Nodes(0, 4) if all(map(_is_basic, index)) else None
    constants = sum(not isinstance(value, tensor) for value in args)
    if isinstance(function, np.ufunc):
        if function not in _UNIVERSAL or keywords:
            return None
        kinds = {value.dtype.kind for value in args if isinstance(value, tensor)}  # type: ignore[attr-defined]
        casts = len(args) if function is np.true_divide and kinds <= set("iu") else 0
        return Nodes(0, 1 + constants + casts)
    name = getattr(function, "__name__", "")
    if name not in _NUMPY or not isinstance(args[0], tensor):
        return None
    if any(isinstance(value, tensor) for value in (*args[1:], *keywords.values())):
        return None
    return Nodes(0, 1 + _NUMPY[name])


def _is_basic(index: Any) -> bool:
    """Say whether an index is one that makes a strided slice of three constants."""
    if isinstance(index, slice):
        return all(
            part is None or type(part) is int for part in (index.start, index.stop, index.step)
        )
    return index is None or index is Ellipsis or type(index) is int
