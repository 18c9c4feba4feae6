"""signatures.py: tf.TensorSpec, and what a function's input_signature makes of its arguments."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import DTypeLike

from ..arrays.arguments import as_array
from ..arrays.dtypes import as_any_dtype
from ..arrays.wording import brief, max_dims, too_many_dimensions
from .graph import Tensor

__all__ = ["TensorSpec"]


class TensorSpec:
    """The shape and type of an array, for the input_signature of a `function`.

    Parameters
    ----------
    shape : sequence of int or None, or None
        None for a dimension that may be any, or for any shape.
    dtype : dtype
        float32 by default.
    name : str, optional
        Only kept.

    Raises
    ------
    TypeError, ValueError
        If a dimension is neither None nor an integer of 0 or more, or `dtype` is not numeric or
        boolean.

    References
    ----------
    tensorflow/python/framework/tensor.py, TensorSpec.

    Examples
    --------
    >>> import tfphilox as tp
    >>> tp.TensorSpec([None, 3], "int32")
    TensorSpec(shape=(None, 3), dtype=int32, name=None)
    """

    def __init__(
        self,
        shape: Sequence[SupportsIndex | None] | None,
        dtype: DTypeLike = np.float32,
        name: str | None = None,
    ) -> None:
        self.shape = _dimensions(shape)
        self.dtype = as_any_dtype(dtype)
        self.name = name

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype.name}, name={self.name!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TensorSpec):
            return NotImplemented
        return (self.shape, self.dtype, self.name) == (other.shape, other.dtype, other.name)

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype))


class InputSignature:
    """The specs of a function's arguments, and the function's own signature."""

    def __init__(self, specs: Any, signature: inspect.Signature) -> None:
        if not isinstance(specs, list | tuple):
            raise TypeError(f"input_signature must be a tuple or a list, got {brief(specs)}")
        self._specs = [_specs(spec) for spec in specs]
        parameters = list(signature.parameters.values())
        if parameters and parameters[0].name == "self":  # in a class: a method will be called
            signature = signature.replace(parameters=parameters[1:])
        self._signature = signature
        placed, open_to_all = [], False
        for name, parameter in signature.parameters.items():
            missing = parameter.default is parameter.empty
            if parameter.kind is parameter.VAR_POSITIONAL:
                open_to_all = True
            elif parameter.kind is parameter.KEYWORD_ONLY and missing:
                raise TypeError(f"with an input_signature {brief(name)} must have a default")
            elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
                placed.append(missing)
        if any(placed[len(specs) :]):
            raise TypeError(f"input_signature has {len(specs)} entries, too few for {signature}")
        if len(specs) > len(placed) and not open_to_all:
            raise TypeError(f"input_signature has {len(specs)} entries, too many for {signature}")

    def check_tensors(self, args: Any, keywords: Any) -> None:
        """Raise for a tensor of a graph that has another type than its spec, which none is cast to.

        References
        ----------
        tensorflow/python/framework/tensor.py, TensorSpec.cast.
        """
        bound = self._signature.bind(*args, **keywords)
        for spec, value in zip(self._specs, bound.args, strict=False):
            for kind, tensor in _tensors(spec, value):
                if tensor.dtype != kind.dtype:
                    raise TypeError(f"an argument must be {kind}, got a {tensor.dtype.name} tensor")

    def bind(self, args: Any, keywords: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return a call's arguments by place: those with a spec as arrays of its type.

        References
        ----------
        tensorflow/core/function/polymorphism/function_type.py, canonicalize_to_monomorphic.
        """
        bound = self._signature.bind(*args, **keywords)
        bound.apply_defaults()
        places = len(self._specs)
        if len(bound.args) < places:
            raise TypeError(f"{places} arguments have a TensorSpec, got {len(bound.args)}")
        plain = self._signature.bind(*bound.args[:places])
        plain.apply_defaults()
        given = [*bound.args[places:], *bound.kwargs.values()]
        usual = [*plain.args[places:], *plain.kwargs.values()]
        if list(bound.kwargs) != list(plain.kwargs) or not _same(given, usual):
            raise TypeError(f"arguments without a TensorSpec must be left out, got {brief(given)}")
        known = [
            _as_spec(spec, value) for spec, value in zip(self._specs, bound.args, strict=False)
        ]
        return (*known, *bound.args[places:]), bound.kwargs


def _tensors(spec: Any, value: Any) -> Iterator[tuple[TensorSpec, Tensor]]:
    """Yield the tensors of an argument beside their specs."""
    if isinstance(value, Tensor) and isinstance(spec, TensorSpec):
        yield spec, value
    elif isinstance(spec, dict) and isinstance(value, Mapping):
        for key in spec.keys() & value.keys():
            yield from _tensors(spec[key], value[key])
    elif isinstance(spec, list) and isinstance(value, list | tuple):
        for part, item in zip(spec, value, strict=False):
            yield from _tensors(part, item)


def _same(given: Sequence[Any], usual: Sequence[Any]) -> bool:
    pairs = zip(given, usual, strict=False)
    return len(given) == len(usual) and all(
        value is default or (not isinstance(value, np.ndarray | Tensor) and value == default)
        for value, default in pairs
    )


def _dimensions(shape: Sequence[SupportsIndex | None] | None) -> tuple[int | None, ...] | None:
    if shape is None:
        return None
    if isinstance(shape, range):
        shape = shape[:257]  # more than there can be
    try:
        dims = tuple(dim if dim is None else operator.index(dim) for dim in shape)
    except TypeError:
        raise TypeError(
            f"shape must be None or hold integers and None, got {brief(shape)}"
        ) from None
    if len(dims) > max_dims():
        raise too_many_dimensions(len(dims))
    if any(dim is not None and dim < 0 for dim in dims):
        raise ValueError(f"shape must hold no negative number, got {brief(shape)}")
    return dims


def _specs(spec: Any) -> Any:
    """Return a structure of TensorSpec; TensorFlow's own may stand in it too."""
    if isinstance(spec, list | tuple):
        return [_specs(part) for part in spec]
    if isinstance(spec, Mapping):
        return {key: _specs(part) for key, part in spec.items()}
    if isinstance(spec, TensorSpec):
        return spec
    if hasattr(spec, "shape") and hasattr(spec, "dtype"):
        shape = None if getattr(spec.shape, "rank", 0) is None else tuple(spec.shape)
        return TensorSpec(shape, spec.dtype)
    raise TypeError(f"input_signature must hold TensorSpec, got {brief(spec)}")


def _as_spec(spec: Any, value: Any) -> Any:
    """Return an argument, with what its spec says of its type and shape."""
    if isinstance(spec, dict):
        if not isinstance(value, Mapping) or set(value) != set(spec):
            raise TypeError(f"an argument must be a dict of {sorted(spec)}, got {brief(value)}")
        return {key: _as_spec(part, value[key]) for key, part in spec.items()}
    if isinstance(spec, list):
        if not isinstance(value, list | tuple) or len(value) != len(spec):
            raise TypeError(f"an argument must have {len(spec)} parts, got {brief(value)}")
        return [_as_spec(part, item) for part, item in zip(spec, value, strict=True)]
    array = _as_array(spec, value)
    shape, allowed = array.shape, spec.shape
    if not (
        allowed is None
        or (
            len(shape) == len(allowed)
            and all(b in (None, a) for a, b in zip(shape, allowed, strict=True))
        )
    ):
        raise TypeError(f"an argument must be {spec}, got {array.dtype.name} of shape {shape}")
    return array


def _as_array(spec: TensorSpec, value: Any) -> Any:
    """Return a value in the spec's type, cast as NumPy does; Python's floats stay floats."""
    if hasattr(value, "__array__"):
        with np.errstate(all="ignore"):
            return np.asarray(value).astype(spec.dtype)
    try:
        array = as_array("an argument", value, copy=True)
    except (TypeError, ValueError):
        raise TypeError(f"an argument must be {spec}, got {brief(value)}") from None
    kinds = {"b": "b", "i": "bi", "u": "iu", "f": "biuf", "c": "biufc"}
    kind = "f" if spec.dtype.name == "bfloat16" else spec.dtype.kind
    if array.size and array.dtype.kind not in kinds[kind]:
        raise TypeError(f"an argument must be {spec}, got {brief(value)}")
    with np.errstate(all="ignore"):
        return array.astype(spec.dtype)
