"""weights/choice.py: which TensorFlow and which Keras a model's file is followed with, and why.

A file says which Keras wrote it: a .keras file in its metadata, the JSON of tf.keras 2 under
"keras_version"; the JSON of Keras 3 does not. What the caller says comes first, then what is set in
`tfphilox.config`, then the file, then the newest Keras that was verified.

>>> choose_versions({"class_name": "Sequential", "keras_version": "3.6.0"})
Choice(tensorflow='2.21', keras='3.6', why='the file says 3.6.0')
>>> choose_versions({"keras_version": "2.15.0"})
Choice(tensorflow='2.15', keras='2.15', why='the file says 2.15.0')
>>> choose_versions({"keras_version": "2.15.0"}, tensorflow_version="2.21")
Choice(tensorflow='2.21', keras='3.15', why='the newest verified, for the file says 2.15.0')
>>> choose_versions({"keras_version": "2.18.0"}, tensorflow_version="2.18").keras
'tf_keras 2.18'
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...arrays.wording import brief
from ...seeding import versions
from ...seeding.versions import Choice

__all__ = ["choose_versions"]

# What tf.keras called itself before it had TensorFlow's number, and the releases that it was in, of
# which the last is followed.
_EARLY = {"2.2.4-tf": ("2.0", "2.1"), "2.3.0-tf": ("2.2",), "2.4.0": ("2.3", "2.4")}
_UNNUMBERED = "1.15", "2.0", "2.1", "2.2", "2.3", "2.4"
_NUMBERED = tuple(version for version in versions.VERIFIED if version not in _UNNUMBERED)


def choose_versions(
    model: Any = None, tensorflow_version: str | None = None, keras_version: str | None = None
) -> Choice:
    """Return the versions that hold for a model.

    Parameters
    ----------
    model : dict, optional
        What `config.read` returned.
    tensorflow_version, keras_version : str, optional
        What the caller says.

    Raises
    ------
    TypeError, ValueError
        If one is not known, or they do not go together; if the file was written by a Keras that was
        not verified and nothing else says which to follow.
    """
    if tensorflow_version is not None:
        with versions.using(tensorflow_version):
            return _chosen(model, versions.get(), keras_version)
    return _chosen(model, versions.said()[0], keras_version)


def _chosen(model: Any, tensorflow: str | None, keras_version: str | None) -> Choice:
    if keras_version is not None:
        named = versions.check_keras(keras_version, "keras_version")
        return versions.choose(tensorflow, named)
    _, named, why = versions.said()
    if named:
        return versions.choose(tensorflow, named, why)
    written = model.get("keras_version") if isinstance(model, Mapping) else None
    if written is None:
        return versions.choose(tensorflow, None)
    return _from_file(written, tensorflow)


def _from_file(written: Any, tensorflow: str | None) -> Choice:
    """Return what a file's own version means beside the TensorFlow that was asked for, if any."""
    why = f"the file says {written}"
    own = versions.choose(tensorflow, None)
    keras_3 = versions.is_keras_3(own.keras)
    number = ".".join(written.split(".")[:2]) if isinstance(written, str) else ""
    inside = _inside(written)
    if number in versions.KERAS_3 and keras_3:
        return versions.choose(tensorflow, number, why)
    if not inside and keras_3 and (tensorflow is None or not number.startswith("2.")):
        raise ValueError(
            f"config: it was written by Keras {brief(written)}, which was not verified; "
            f"keras_version says whose rules to follow, up to {versions.NEWEST_KERAS}"
        )
    if inside and tensorflow in (None, *inside):
        release = tensorflow or inside[-1]
        beside = f"tf_keras {release}"
        return versions.choose(tensorflow, beside if beside in versions.TF_KERAS else release, why)
    return own._replace(why=f"{own.why}, for the file says {written}")


def _inside(written: Any) -> tuple[str, ...]:
    """Return the releases of TensorFlow whose tf.keras, or tf_keras, wrote a file."""
    if not isinstance(written, str):
        return ()
    if written in _EARLY:
        return _EARLY[written]
    number = ".".join(written.split(".")[:2])
    return (number,) if number in _NUMBERED else ()
