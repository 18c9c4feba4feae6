"""graph_nodes.py: how many nodes TensorFlow 1.15 to 2.1 make in a graph for each call.

In those versions an op without a seed gets the number of nodes already in the graph. So it matters
how many a call makes before the random op asks for its seed (constants for the arguments, mostly),
and how many in all. An argument that is a tensor already needs no constant. The numbers were
counted in graphs of TensorFlow 1.15.0, 2.0.4 and 2.1.4.
"""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from . import versions
from .dtypes import as_dtype

__all__ = ["nodes_of"]


class _Nodes(NamedTuple):
    before: int  # made before the op asks for its seed
    total: int
    early: tuple[str, ...] = ()  # arguments whose constants are among those before
    late: tuple[str, ...] = ()  # and after


_UNIFORM = _Nodes(3, 7, ("shape", "minval", "maxval"))
_INTEGERS = _Nodes(3, 4, ("shape", "minval", "maxval"))
_NORMAL = _Nodes(3, 6, ("shape", "mean", "stddev"))
_SAMPLER = _Nodes(0, 2, (), ("true_classes",))

_NODES = {
    "random.normal": _NORMAL,
    "random.truncated_normal": _NORMAL,
    "random.poisson": _Nodes(1, 3, ("shape",), ("lam",)),
    "random.categorical": _Nodes(1, 3, ("logits",), ("num_samples",)),
    "random.shuffle": _Nodes(0, 2, (), ("value",)),
    "random.all_candidate_sampler": _SAMPLER,
    "random.fixed_unigram_candidate_sampler": _SAMPLER,
    "random.learned_unigram_candidate_sampler": _SAMPLER,
    "random.log_uniform_candidate_sampler": _SAMPLER,
    "random.uniform_candidate_sampler": _SAMPLER,
    "random.stateless_normal": _Nodes(0, 7, (), ("shape", "seed", "mean", "stddev")),
    "random.stateless_truncated_normal": _Nodes(0, 7, (), ("shape", "seed", "mean", "stddev")),
    "random.stateless_categorical": _Nodes(0, 4, (), ("logits", "num_samples", "seed")),
    "image.random_crop": _Nodes(16, 19, ("value", "size")),
    "image.sample_distorted_bounding_box": _Nodes(0, 4),
    "raw_ops.SampleDistortedBoundingBoxV2": _Nodes(0, 4),
    "nn.dropout": _Nodes(5, 17, ("x", "rate")),
}

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

# Nodes of tf.image's random functions by the type of the picture: float32, float16, float64, others
_PICTURES = {
    "image.random_brightness": (10, 11, 11, 19),
    "image.random_contrast": (10, 10, 11, 19),
    "image.random_hue": (10, 10, 11, 15),
    "image.random_saturation": (10, 10, 11, 15),
    "image.random_jpeg_quality": (13, 13, 13, 13),
}

# The place of an argument, where it may be given without its name.
_PLACES = {
    "shape": 0, "minval": 1, "maxval": 2, "mean": 1, "stddev": 2, "lam": 1, "logits": 0, "rate": 1,
    "num_samples": 1, "value": 0, "alpha": 1, "beta": 2, "x": 0, "image": 0, "true_classes": 0,
    "size": 1,
}  # fmt: skip
_STATELESS = {"seed": 1, "minval": 2, "maxval": 3, "mean": 2, "stddev": 3, "dtype": 4}


def nodes_of(
    function: Callable[..., Any],
    name: str,
    args: tuple[Any, ...],
    keywords: dict[str, Any],
    tensor: type,
    in_function: bool,
) -> tuple[int, int] | None:
    """Return how many nodes a call makes before it takes its seed and in all; None if unknown."""
    if "." in name:
        found = _find(name, args, keywords, in_function)
    else:
        found = _numpy(function, args, keywords, tensor)
    if found is None:
        return None
    places = {**_PLACES, **_STATELESS} if "stateless" in name else _PLACES

    def tensors(arguments: tuple[str, ...]) -> int:
        """Return how many constants fewer the arguments need."""
        fewer = 0
        for what in arguments:
            value = _argument(args, keywords, what, places[what])
            several = value if isinstance(value, list | tuple) else ()
            parts = [isinstance(part, tensor) for part in several]
            if any(parts):  # they are packed, and those that are numbers are constants first
                fewer -= len(parts) - sum(parts)
            fewer += isinstance(value, tensor)
        return fewer

    early = tensors(found.early)
    return found.before - early, found.total - early - tensors(found.late)


def _find(
    name: str, args: tuple[Any, ...], keywords: dict[str, Any], in_function: bool
) -> _Nodes | None:
    if name == "random.uniform":
        return _INTEGERS if _is_integer(args, keywords, 3) else _UNIFORM
    if name == "random.stateless_uniform":
        integer = _is_integer(args, keywords, 4)
        bounds = ("shape", "seed", "minval", "maxval")
        return _Nodes(0, 5 if integer else 8, (), bounds)
    if name == "compat.orthogonal_matrix":
        dims = args[0]
        return _Nodes(3, 16 if math.prod(dims[:-1]) < dims[-1] else 14)
    if name == "random.gamma":
        count = int(versions.rule("gamma_nodes"))
        return _Nodes(count - 4, count, ("shape", "alpha", "beta"))
    if name in _PICTURES or name.startswith("image.random_flip"):
        return _picture(name, _argument(args, keywords, "image", 0), in_function)
    if name.startswith("function."):
        return _function(name, args)
    if name == "nn.dropout":
        rate = _argument(args, keywords, "rate", 1)
        if isinstance(rate, numbers.Real) and rate == 0:
            return _Nodes(0, 1, (), ("x",))
        if isinstance(rate, np.ndarray) and rate.ndim == 0 and rate == 0:
            return _Nodes(0, 2, (), ("x",))
    return _NODES.get(name)


def _numpy(
    function: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any], tensor: type
) -> _Nodes | None:
    """Return the nodes of an operator, a universal function or another function of NumPy's."""
    if function is operator.getitem:
        index = args[1] if isinstance(args[1], tuple) else (args[1],)
        return _Nodes(0, 4) if all(map(_is_basic, index)) else None
    constants = sum(not isinstance(value, tensor) for value in args)
    if isinstance(function, np.ufunc):
        if function not in _UNIVERSAL or keywords:
            return None
        kinds = {value.dtype.kind for value in args if isinstance(value, tensor)}  # type: ignore[attr-defined]
        casts = len(args) if function is np.true_divide and kinds <= set("iu") else 0
        return _Nodes(0, 1 + constants + casts)
    name = getattr(function, "__name__", "")
    if name not in _NUMPY or not isinstance(args[0], tensor):
        return None
    if any(isinstance(value, tensor) for value in (*args[1:], *keywords.values())):
        return None
    return _Nodes(0, 1 + _NUMPY[name])


def _is_basic(index: Any) -> bool:
    """Say whether an index is one that makes a strided slice of three constants."""
    if isinstance(index, slice):
        return all(
            part is None or type(part) is int for part in (index.start, index.stop, index.step)
        )
    return index is None or index is Ellipsis or type(index) is int


def _picture(name: str, image: Any, in_function: bool) -> _Nodes:
    image = image if hasattr(image, "dtype") else np.asarray(image)
    if name.startswith("image.random_flip"):
        if len(image.shape) == 4:
            return _Nodes(10, 27 + (image.dtype != np.float32), ("image",))
        # 1.15 builds the condition from more nodes, but not in functions
        return _Nodes(5, 13 if in_function else int(versions.rule("flip_nodes")), ("image",))
    if name == "image.random_jpeg_quality" and image.dtype == np.uint8:
        return _Nodes(3, 9, (), ("image",))
    kinds = ("float32", "float16", "float64")
    kind = kinds.index(image.dtype.name) if image.dtype.name in kinds else 3
    return _Nodes(3, _PICTURES[name][kind], (), ("image",))


def _function(name: str, args: tuple[Any, ...]) -> _Nodes | None:
    if name == "function._loop":  # a counter and a limit go round with the variables
        variables = args[2]
        identities = len(variables) + 2 if versions.rule("while_identities") == "yes" else 0
        return _Nodes(0, _constants(variables) + 2 + 1 + identities)
    return _Nodes(0, 1)


def _constants(values: Any) -> int:
    return sum(isinstance(value, int | float | np.ndarray | np.generic) for value in values)


def _is_integer(args: tuple[Any, ...], keywords: dict[str, Any], place: int) -> bool:
    dtype = _argument(args, keywords, "dtype", place)
    return dtype is not None and as_dtype(dtype).kind in "iu"


def _argument(args: tuple[Any, ...], keywords: dict[str, Any], name: str, place: int) -> Any:
    return args[place] if place < len(args) else keywords.get(name)
