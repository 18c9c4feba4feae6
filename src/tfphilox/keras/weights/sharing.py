"""weights/sharing.py: initializers that several layers have in common, in a .keras file.

Keras numbers objects as it writes them, and the number stands wherever an object comes again, but
not where it came first. `linked` writes it there too.

The JSON of ``to_json`` has no numbers: there `alike` says which weights may have one in common.

>>> first = {"class_name": "HeNormal", "config": {"seed": None}, "module": "keras.initializers"}
>>> both = {"layers": [{"config": {"name": "a", "k": first}},
...     {"config": {"name": "b", "k": {**first, "shared_object_id": 7}}}]}
>>> linked(both)[0]["layers"][0]["config"]["k"]["shared_object_id"]
7
"""

from __future__ import annotations

from typing import Any, TypeAlias

__all__ = ["alike", "has_number", "linked"]

_Found: TypeAlias = tuple[str, str, dict[str, Any]]
_CELLS = {"LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"}
# What the initializers have that a layer was given by name; only an object has anything else.
_BY_NAME: dict[str, dict[str, Any]] = {
    "RandomNormal": {"mean": 0.0, "stddev": 0.05},
    "RandomUniform": {"minval": -0.05, "maxval": 0.05},
    "TruncatedNormal": {"mean": 0.0, "stddev": 0.05},
    "VarianceScaling": {"scale": 1.0, "mode": "fan_in", "distribution": "truncated_normal"},
    "Orthogonal": {"gain": 1.0},
}


def alike(value: Any) -> list[str]:
    """Return the layers whose initializers may be one object, which no file but a .keras shows.

    They have no seed, arguments that no name gives, and are equal in two weights or more.

    >>> normal = {"class_name": "RandomNormal", "config": {"stddev": 0.02, "seed": None}}
    >>> alike([{"config": {"name": name, "kernel_initializer": normal}} for name in "ab"])
    ['a', 'b']
    """
    found: list[_Found] = []
    _collect(value, "", "", found)
    layers: dict[str, list[str]] = {}
    for layer, _, one in found:
        own = str(one.get("module")).startswith("tensorflow")  # these take an op seed each time
        if not own and _is_object(one):
            content = f"{one.get('class_name')} {one['config']}"
            layers.setdefault(content, []).append(layer)
    names = [name for group in layers.values() if len(group) > 1 for name in group]
    return list(dict.fromkeys(names))


def _is_object(one: dict[str, Any]) -> bool:
    """Return whether an initializer has arguments that no name gives."""
    config = one["config"]
    usual = _BY_NAME.get(str(one.get("class_name")), {})
    return any(config.get(key, default) != default for key, default in usual.items())


def linked(value: Any) -> tuple[Any, list[tuple[str, str]]]:
    """Return a model's JSON with the numbers of shared initializers wherever they are.

    Beside it, the pairs of layers of which either may have had the first of a shared one.
    """
    copy = _copied(value)
    found: list[_Found] = []
    _collect(copy, "", "", found)
    firsts: dict[Any, list[tuple[str, dict[str, Any]]]] = {}
    known: set[int] = set()
    doubts: list[tuple[str, str]] = []
    for layer, kind, one in found:
        content = one.get("class_name"), repr(one["config"])
        number = one.get("shared_object_id")
        alone = firsts.setdefault(content, [])
        if number is None:
            alone.append((layer, one))
        elif number not in known:
            known.add(number)
            # A recurrent layer writes its cell down before itself, and then leaves the cell out:
            # there a number says nothing of other layers.
            inside = kind in _CELLS
            if _is_object(one) if inside and alone else len(alone) > 1 and not inside:
                doubts.append((alone[-1][0], layer if inside else alone[-2][0]))
            if alone and not inside:
                alone.pop()[1]["shared_object_id"] = number
    return copy, doubts


_NESTED = (dict, list, tuple)


def has_number(value: Any) -> bool:
    """Return whether a model's JSON has numbers of shared objects."""
    if isinstance(value, dict):
        if "shared_object_id" in value:
            return True
        value = [one for key, one in value.items() if key != "inbound_nodes"]
    # without a call for each of them, of which models may have millions
    return any(isinstance(one, _NESTED) and has_number(one) for one in value)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list | tuple) else value


def _collect(value: Any, layer: str, kind: str, found: list[_Found]) -> None:
    """Note every initializer that draws without a seed, with name and class of its layer."""
    if isinstance(value, list | tuple):
        for each in value:
            _collect(each, layer, kind, found)
    if not isinstance(value, dict):
        return
    config = value.get("config")
    if isinstance(config, dict) and isinstance(config.get("name"), str):
        layer, kind = config["name"], str(value.get("class_name"))
    for key, one in value.items():
        if key == "inbound_nodes":
            continue
        if _is_initializer(key, one):
            if "seed" in one["config"] and one["config"]["seed"] is None:
                found.append((layer, kind, one))
        else:
            _collect(one, layer, kind, found)


def _is_initializer(key: Any, value: Any) -> bool:
    """Say so by the module; older files do not have it."""
    if not isinstance(value, dict) or not isinstance(value.get("config"), dict):
        return False
    return "init" in str(value.get("module", "")) or str(key).endswith("_initializer")
