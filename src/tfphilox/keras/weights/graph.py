"""weights/graph.py: how a config writes down which layer is called on what.

Keras 3 has dicts of args and kwargs with a ``keras_history`` in each tensor, tf.keras has lists
``[layer, node, tensor, kwargs]``. Both become the same here: structures that hold
a `LayerOutput` for each tensor.

>>> arguments_of([["x", 0, 1, {"mask": None}]], "layer")
([LayerOutput(layer='x', node=0, index=1)], {'mask': None})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...arrays.wording import brief
from .shapes import Shape

__all__ = ["LayerOutput", "arguments_of", "leaves", "name_of", "replaced", "tensors_of"]


@dataclass(frozen=True)
class LayerOutput:
    """What a node takes from another: one output of the node of a layer."""

    layer: str
    node: int
    index: int


def name_of(value: Mapping[str, Any], where: str) -> str:
    inner = value.get("config")
    name = value.get("name", inner.get("name") if isinstance(inner, Mapping) else None)
    if not isinstance(name, str):
        raise ValueError(f"{where}: each of its layers must have a name, got {brief(name)}")
    return name


def arguments_of(node: Any, where: str) -> tuple[list[Any], dict[str, Any]]:
    """Return positional and keyword arguments of one call, with a `LayerOutput` for each tensor."""
    if isinstance(node, Mapping):
        args, kwargs = revived(node.get("args", []), where), revived(node.get("kwargs", {}), where)
        if not isinstance(args, list) or not isinstance(kwargs, dict):
            raise ValueError(f"{where}: args must be a list and kwargs a dict")
        return args, kwargs
    keywords: dict[str, Any] = {}
    inputs = _legacy(node, keywords, where)
    if isinstance(inputs, list) and len(inputs) == 1:
        inputs = inputs[0]
    return [inputs], keywords


def _legacy(value: Any, keywords: dict[str, Any], where: str) -> Any:
    """Return the first argument of a call in tf.keras's form, and collect the others."""
    if isinstance(value, Mapping):
        return {key: _legacy(one, keywords, where) for key, one in value.items()}
    if not isinstance(value, list | tuple):
        raise ValueError(f"{where}: an input must be [layer, node, tensor], got {brief(value)}")
    if len(value) in (3, 4) and isinstance(value[0], str):
        if len(value) == 4 and value[3]:
            if not isinstance(value[3], Mapping):
                raise ValueError(f"{where}: the arguments of a call must be a dict")
            keywords.update({key: _legacy_argument(one) for key, one in value[3].items()})
        if value[0] == "_CONSTANT_VALUE":
            return value[2]
        return _tensor(list(value[:3]), where)
    return [_legacy(one, keywords, where) for one in value]


def _legacy_argument(value: Any) -> Any:
    """Return a keyword argument; [name, number, number] is a tensor in it."""
    if isinstance(value, Mapping):
        if {"start", "stop", "step"} <= set(value):
            return slice(*(value[key] for key in ("start", "stop", "step")))
        if value.get("class_name") == "TensorShape":
            return value.get("items")
        if value.get("class_name") == "__tuple__":
            return [_legacy_argument(one) for one in value.get("items", [])]
        if value.get("class_name") == "__ellipsis__":
            return Ellipsis
        return {key: _legacy_argument(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        if len(value) == 3 and isinstance(value[0], str) and value[0] != "_CONSTANT_VALUE":
            if all(type(one) is int for one in value[1:]):
                return LayerOutput(*value)
        elif len(value) == 3 and value[0] == "_CONSTANT_VALUE":
            return value[2]
        return [_legacy_argument(one) for one in value]
    return value


def revived(value: Any, where: str) -> Any:
    """Return a structure of Keras 3's JSON, with a `LayerOutput` for each tensor."""
    if isinstance(value, list | tuple):
        return [revived(one, where) for one in value]
    if not isinstance(value, Mapping):
        return value
    kind, inner = value.get("class_name"), value.get("config")
    if kind == "__keras_tensor__" and isinstance(inner, Mapping):
        history = inner.get("keras_history")
        if not isinstance(history, list | tuple):
            raise ValueError(f"{where}: a tensor must have a keras_history")
        return _tensor(list(history), where)
    if kind == "__slice__" and isinstance(inner, Mapping):
        return slice(*(revived(inner.get(key), where) for key in ("start", "stop", "step")))
    if kind == "__ellipsis__":
        return Ellipsis
    if kind in ("__tensor__", "__numpy__") and isinstance(inner, Mapping):
        return _constant_shape(inner.get("value"))
    if kind == "__tuple__":
        return [revived(one, where) for one in value.get("items", inner or [])]
    return {key: revived(one, where) for key, one in value.items()}


def _constant_shape(value: Any) -> Any:
    sizes: list[int | None] = []
    while isinstance(value, list | tuple):
        sizes.append(len(value))
        value = value[0] if value else None
    return Shape(sizes)


def _tensor(value: list[Any], where: str) -> LayerOutput:
    if (
        len(value) == 3
        and isinstance(value[0], str)
        and all(type(one) is int and one >= 0 for one in value[1:])
    ):
        return LayerOutput(*value)
    raise ValueError(f"{where}: a tensor must be [layer, node, tensor], got {brief(value)}")


def tensors_of(value: Any, where: str) -> Any:
    """Return the inputs or outputs of a model."""
    if isinstance(value, Mapping):
        return {key: tensors_of(one, where) for key, one in value.items()}
    if not isinstance(value, list | tuple):
        raise ValueError(f"{where} must be a list of [layer, node, tensor], got {brief(value)}")
    if len(value) == 3 and isinstance(value[0], str):
        return _tensor(list(value), where)
    return [tensors_of(one, where) for one in value]


def replaced(value: Any, change: Any) -> Any:
    if isinstance(value, LayerOutput):
        return change(value)
    if isinstance(value, dict):
        return {key: replaced(one, change) for key, one in value.items()}
    return [replaced(one, change) for one in value]


_NESTED = (LayerOutput, dict, list)


def leaves(value: Any) -> list[LayerOutput]:
    """Return the tensors in a structure."""
    found: list[LayerOutput] = []
    _add_leaves(value, found)
    return found


def _add_leaves(value: Any, found: list[LayerOutput]) -> None:
    if isinstance(value, LayerOutput):
        found.append(value)
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            if isinstance(one, _NESTED):
                _add_leaves(one, found)
