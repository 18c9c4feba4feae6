"""weights/sharing.py: initializers that several layers have in common, in a .keras file.

Keras numbers objects as it writes them, and the number stands wherever an object comes again, but
not where it came first. `linked` writes it there too.

What it does not do: find out about objects in the JSON of ``to_json``, which has no numbers.

>>> first = {"class_name": "HeNormal", "config": {"seed": None}, "module": "keras.initializers"}
>>> both = {"layers": [{"config": {"name": "a", "k": first}},
...     {"config": {"name": "b", "k": {**first, "shared_object_id": 7}}}]}
>>> linked(both)[0]["layers"][0]["config"]["k"]["shared_object_id"]
7
"""

from __future__ import annotations

from typing import Any

__all__ = ["linked"]


def linked(value: Any) -> tuple[Any, list[tuple[str, str]]]:
    """Return a model's JSON with the numbers of shared initializers wherever they are.

    Beside it, the pairs of layers of which either may have had the first of a shared one.
    """
    if not _has_number(value):
        return value, []
    copy = _copied(value)
    found: list[tuple[str, dict[str, Any]]] = []
    _collect(copy, "", found)
    firsts: dict[Any, list[tuple[str, dict[str, Any]]]] = {}
    known: set[int] = set()
    doubts: list[tuple[str, str]] = []
    for layer, one in found:
        content = one["class_name"], repr(one["config"])
        number = one.get("shared_object_id")
        alone = firsts.setdefault(content, [])
        if number is None:
            alone.append((layer, one))
        elif number not in known:
            known.add(number)
            if len(alone) > 1:
                doubts.append((alone[-1][0], alone[-2][0]))
            if alone:
                alone.pop()[1]["shared_object_id"] = number
    return copy, doubts


_NESTED = (dict, list, tuple)


def _has_number(value: Any) -> bool:
    if isinstance(value, dict):
        if "shared_object_id" in value:
            return True
        value = value.values()
    # without a call for each of them, of which models may have millions
    return any(isinstance(one, _NESTED) and _has_number(one) for one in value)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list | tuple) else value


def _collect(value: Any, layer: str, found: list[tuple[str, dict[str, Any]]]) -> None:
    """Note every initializer that draws without a seed, with the name of its layer."""
    if isinstance(value, list):
        for one in value:
            _collect(one, layer, found)
    if not isinstance(value, dict):
        return
    config, module = value.get("config"), value.get("module")
    if isinstance(module, str) and "init" in module and isinstance(config, dict):
        if "seed" in config and config["seed"] is None:
            found.append((layer, value))
        return
    if isinstance(config, dict) and isinstance(config.get("name"), str):
        layer = config["name"]
    for one in value.values():
        _collect(one, layer, found)
