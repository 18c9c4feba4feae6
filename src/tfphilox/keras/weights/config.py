"""weights/config.py: a model's JSON, read and checked.

Keras 3 and tf.keras 2 write nearly the same: a class name and a dict of constructor arguments for
every layer. `read` takes the JSON in any form, `Config` is one layer's part of it, whose every
value is checked when it is asked for, so that an error names the layer and the key. Nothing in a
file is run: code, as of a Lambda, is not looked at.

>>> Config({"class_name": "Dense", "config": {"name": "d", "units": 0}}).integer("units")
Traceback (most recent call last):
ValueError: layer 'd' (Dense): units must be an integer of 1 or more, got 0
"""

from __future__ import annotations

import json
import os
import stat
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from ...arrays.archives import check_members
from ...arrays.wording import brief
from .shapes import Dim, Shape

__all__ = ["Config", "read"]

_MOST_BYTES = 1 << 28  # of a config.json; the largest of keras.applications has under 2**20
_MOST_MEMBERS = 1 << 16  # of a .keras file
_MISSING: Any = object()


def read(source: str | os.PathLike[str] | Mapping[str, Any]) -> dict[str, Any]:
    """Return the dict of a model, from its JSON, the dict itself, or a .json or .keras file."""
    if isinstance(source, Mapping):
        model: Any = source
    elif isinstance(source, str) and source.lstrip()[:1] in ("{", "["):
        model = _parsed(source, "config")
    elif isinstance(source, str | os.PathLike):
        model = _from_file(os.fspath(source))
    else:
        raise TypeError(f"config must be a dict, JSON or a path, got {brief(source)}")
    if not isinstance(model, Mapping) or not isinstance(model.get("class_name"), str):
        raise ValueError(f"config must have a class_name and a config, got {brief(model)}")
    if not isinstance(model.get("config"), Mapping | list):
        raise ValueError(f"config: {model['class_name']} must have a dict named config")
    return dict(model)


def _from_file(path: str) -> Any:
    known = path.endswith((".json", ".keras"))
    if known and not stat.S_ISREG(os.stat(path).st_mode):  # a pipe would be waited for
        raise ValueError(f"{path} is no plain file")
    if path.endswith(".json"):
        if os.path.getsize(path) > _MOST_BYTES:
            raise ValueError(f"{path} is larger than {_MOST_BYTES} bytes")
        with open(path, encoding="utf-8") as file:
            return _parsed(file.read(), path)
    if not path.endswith(".keras"):
        raise ValueError(
            f"config must be JSON, or a path that ends in .json or .keras: {brief(path)}"
        )
    open(path, "rb").close()  # what the system refuses is no matter of the archive
    try:
        check_members(path, _MOST_MEMBERS)
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            # one member alone is read, and no path is followed; such a file is still not Keras's
            for name in names:
                if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
                    raise ValueError(f"{path} holds a path that leads out of it: {brief(name)}")
            if "config.json" not in names:
                raise ValueError(f"{path} holds no config.json")
            if names.count("config.json") > 1:
                raise ValueError(f"{path} holds config.json twice")
            if archive.getinfo("config.json").file_size > _MOST_BYTES:
                raise ValueError(f"{path}: config.json is larger than {_MOST_BYTES} bytes")
            kind = stat.S_IFMT(archive.getinfo("config.json").external_attr >> 16)
            if kind not in (0, stat.S_IFREG):  # a link's content is where it leads
                raise ValueError(f"{path}: config.json is no plain file")
            text = archive.read("config.json").decode("utf-8")
            written_by = _metadata(archive, path)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise ValueError(f"{path} is not a .keras file: {error}") from None
    model = _parsed(text, f"{path}: config.json")
    if isinstance(model, dict) and written_by is not None:
        model.setdefault("keras_version", written_by)
    return model


def _metadata(archive: zipfile.ZipFile, path: str) -> Any:
    """Return the Keras that a .keras file says it was written by; None if it does not say."""
    if archive.namelist().count("metadata.json") != 1:
        return None
    if archive.getinfo("metadata.json").file_size > _MOST_BYTES:
        raise ValueError(f"{path}: metadata.json is larger than {_MOST_BYTES} bytes")
    text = archive.read("metadata.json").decode("utf-8")
    metadata = _parsed(text, f"{path}: metadata.json")
    return metadata.get("keras_version") if isinstance(metadata, dict) else None


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError(f"{where} is not valid JSON: it is nested too deep") from None
    except ValueError as error:
        raise ValueError(f"{where} is not valid JSON: {error}") from None


def policy_dtype(value: Any, where: str) -> str:
    """Return the type of the variables under a dtype policy.

    References
    ----------
    keras/src/dtype_policies/dtype_policy.py, DTypePolicy; keras 2: mixed_precision/policy.py.
    """
    if isinstance(value, Mapping):
        inner = value.get("config")
        inner = inner if isinstance(inner, Mapping) else {}
        if value.get("class_name") == "DTypePolicyMap" and not inner.get("policy_map"):
            return policy_dtype(inner.get("default_policy"), where)
        if inner.get("quantization_mode") is None:
            value = inner.get("name", value)
    if value is None:
        return "float32"
    if value in ("mixed_float16", "mixed_bfloat16"):
        return "float32"
    if not isinstance(value, str) or not value.startswith(("float", "bfloat", "int", "uint")):
        known = "a float type, mixed_float16 or mixed_bfloat16"
        if value in ("bool", "string", "complex64", "complex128"):
            return str(value)
        raise ValueError(f"{where}: dtype must be {known}, got {brief(value)}")
    if "_" in value:  # int8_from_float32: weights that training has quantized
        raise ValueError(f"{where}: dtype {brief(value)} is not supported")
    return value


class Config(Mapping[str, Any]):
    """The constructor arguments of one layer.

    Parameters
    ----------
    layer : dict
        With class_name and config, as in the model's JSON.
    inside : str
        The model that holds the layer, for messages.
    """

    def __init__(self, layer: Any, inside: str = "config") -> None:
        if not isinstance(layer, Mapping) or not isinstance(layer.get("class_name"), str):
            raise ValueError(f"{inside}: a layer must be a dict with a class_name: {brief(layer)}")
        self.class_name: str = layer["class_name"].rpartition(">")[2]
        inner = layer.get("config")
        if inner is None:
            inner = {}
        if not isinstance(inner, Mapping):
            raise ValueError(f"{inside}: {self.class_name} must have a dict named config")
        self._values: dict[str, Any] = dict(inner)
        name = self._values.get("name", layer.get("name"))
        if name is not None and not isinstance(name, str):
            raise ValueError(
                f"{inside}: the name of a {self.class_name} must be text: {brief(name)}"
            )
        self.name: str | None = name
        self.where = f"layer {brief(name)} ({self.class_name})"
        self.build_config = layer.get("build_config")
        self.module = layer.get("module")
        self.keras3 = True

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def error(self, key: str, what: str) -> ValueError:
        """Return an error about the value of `key`."""
        given = f", got {brief(self._values[key])}" if key in self._values else ": it is missing"
        return ValueError(f"{self.where}: {key} must be {what}{given}")

    def replaced(self, **values: Any) -> Config:
        """Return a copy with other values, and no memory of having been built."""
        layer = {"class_name": self.class_name, "config": {**self._values, **values}}
        return Config({**layer, "module": self.module})

    def integer(self, key: str, default: int | None = None, least: int = 1) -> int:
        """Return an integer of at least `least`."""
        value = self._values.get(key, default)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.error(key, f"an integer of {least} or more")
        return value

    def number(self, key: str, default: float = 0.0) -> float:
        """Return a number."""
        value = self._values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(key, "a number")
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """Return whether something is switched on."""
        return bool(self._values.get(key, default))

    def text(self, key: str, default: str, allowed: Sequence[str]) -> str:
        """Return one of the words that are allowed."""
        value = self._values.get(key)
        value = default if value is None else value
        if isinstance(value, str) and value.lower() in allowed:
            return value.lower()
        raise self.error(key, f"one of {', '.join(allowed)}")

    def integers(
        self, key: str, count: int | None, default: Any = _MISSING, least: int = 0
    ) -> tuple[int, ...]:
        """Return `count` integers; one alone stands for all."""
        value = self._values.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and count is not None:
            value = [value] * count
        if (
            not isinstance(value, list | tuple)
            or (count is not None and len(value) != count)
            or not all(type(one) is int and one >= least for one in value)
        ):
            raise self.error(key, f"{count or 'a list of'} integers of {least} or more")
        return tuple(value)

    def axes(self, key: str, default: Any = _MISSING) -> list[int]:
        """Return axes, one alone as a list."""
        value = self._values.get(key, default)
        value = [value] if isinstance(value, int) else value
        if not isinstance(value, list | tuple) or not all(type(one) is int for one in value):
            raise self.error(key, "an axis or a list of them")
        return list(value)

    def shape(self, key: str) -> tuple[Dim, ...]:
        """Return a shape, which may have unknown sizes."""
        return as_shape(self._values.get(key), f"{self.where}: {key}")

    @property
    def channels_first(self) -> bool:
        """Whether the channels are axis 1."""
        kinds = "channels_last", "channels_first"
        return self.text("data_format", "channels_last", kinds) == "channels_first"

    @property
    def dtype(self) -> str:
        """The type of the layer's variables."""
        return policy_dtype(self._values.get("dtype"), self.where)

    @property
    def trainable(self) -> bool:
        return self.flag("trainable", True)


def as_shape(value: Any, where: str) -> Shape:
    """Return a shape that JSON holds as a list."""
    if isinstance(value, Mapping):  # a TensorShape, as tf.keras writes one
        value = value.get("items", value.get("config"))
    if not isinstance(value, list | tuple) or not all(
        size is None or (type(size) is int and size >= -1) for size in value
    ):
        raise ValueError(f"{where} must be a list of sizes, got {brief(value)}")
    return Shape(None if size == -1 else size for size in value)
