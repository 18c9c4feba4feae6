"""test_live_signatures.py: every covered function takes TensorFlow's arguments.

For every name of golden_files/tf-names.json that tfphilox has, under its mirrored path: the names
of the parameters, their order, their kinds and their defaults are those that `inspect.signature`
shows in the TensorFlow of this process. A class is judged by its constructor, its call and its
public methods. DEPARTURES lists, with the reason, what differs on purpose; a line that is not
needed fails.
"""

import enum
import inspect
import json
import os

import numpy as np
import pytest
from places import GOLDEN_FILES

import tfphilox

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

GOLDEN = GOLDEN_FILES / "tf-names.json"
NAMES = json.loads(GOLDEN.read_text())["names"]

# Name, or name.method -> why the signature is another one.
DEPARTURES: dict[str, str] = {}

# Keywords that the base classes of Keras's layers take -> why those of ours take them not.
LEFT_OUT = {
    "activity_regularizer": "it makes a loss of what the layer returns",
    "autocast": "what is cast, and to what, dtype says",
    "factor": "layers that have one name it; BaseImagePreprocessingLayer refuses it for others",
    "trainable": "what draws has no weights",
}

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def tf():
    try:
        import tensorflow
    except ImportError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI is set and TensorFlow is absent: {error}", pytrace=False)
        pytest.skip(f"TensorFlow is absent: {error}")
    return tensorflow


def find(library, path):
    for part in path.split("."):
        library = getattr(library, part, None)
        if library is None:
            return None
    return library


def plain(default):
    """A default in words that both libraries have: types by name, ranges as tuples."""
    if isinstance(default, list | tuple):
        return tuple(plain(item) for item in default)
    if isinstance(default, enum.Enum):
        return default.name
    if isinstance(default, type) and issubclass(default, np.generic):
        return np.dtype(default).name
    if type(default).__name__ == "DType":
        return default.name
    return default


def signature(function, path=""):
    only = "KEYWORD_ONLY" if path.startswith("raw_ops.") else None
    return [
        (name, only or parameter.kind.name, plain(parameter.default))
        for name, parameter in inspect.signature(function).parameters.items()
    ]


def pairs(ours, theirs, path):
    """The functions to compare: one, or those of a class."""
    if not inspect.isclass(ours):
        yield path, ours, theirs
        return
    if issubclass(ours, enum.Enum):
        assert [(m.name, m.value) for m in ours] == [(m.name, m.value) for m in theirs]
        return
    yield path, ours, theirs
    for name, value in inspect.getmembers(ours):
        if callable(value) and not (name.startswith("_") and name != "__call__"):
            if name == "__call__" and "__call__" not in dir(theirs):
                continue
            assert hasattr(theirs, name), f"{path}.{name} is not TensorFlow's"
            yield f"{path}.{name}", value, getattr(theirs, name)


COVERED = [name for name in NAMES if callable(find(tfphilox, name))]
LAYERS = [name for name in COVERED if name.startswith("keras.layers.")]
OTHERS = [name for name in COVERED if name not in LAYERS]


@pytest.mark.parametrize("name", OTHERS)
def test_signature(tf, name):
    for path, ours, theirs in pairs(find(tfphilox, name), find(tf, name), name):
        here = signature(ours, path)
        if "initializers." in path and here[-1][:2] == ("keywords", "VAR_KEYWORD"):
            here.pop()  # partition_shape and partition_offset of tf.keras, which Keras 3 has not
        same = here == signature(theirs, path)
        if path in DEPARTURES:
            assert not same, f"{path} is as TensorFlow's: remove its line"
        else:
            assert same, f"{path}: {signature(ours)}, TensorFlow's: {signature(theirs)}"


def of_bases(layer):
    """The keywords that a layer of Keras hands to its base classes, and their defaults."""
    found = {}
    for base in layer.__mro__[1:-1]:
        if "__init__" in vars(base):
            for name, kind, default in signature(base.__init__):
                if kind in ("POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY"):
                    found.setdefault(name, default)
    return found


@pytest.mark.parametrize("path", LAYERS)
def test_layer(tf, path):
    """What Keras's constructor names is named here, in its order; what its bases do, by keyword.

    A layer is called with what its `call` takes; its `__call__` says only how the first is named.
    """
    ours, theirs = find(tfphilox, path), find(tf, path)
    named = [parameter for parameter in signature(theirs) if parameter[1] != "VAR_KEYWORD"]
    here = signature(ours)
    assert here[: len(named)] == named, f"{path}: {here}, Keras's: {named}"
    further = {}
    if len(named) < len(signature(theirs)):
        further = of_bases(theirs)
    for name, kind, default in here[len(named) :]:
        assert (kind, default) == ("KEYWORD_ONLY", further[name]), f"{path}: {name}"
    left_out = set(further) - {name for name, _, _ in here} - {"self"}
    assert left_out <= set(LEFT_OUT), f"{path}: {left_out - set(LEFT_OUT)}"
    if hasattr(ours, "get_random_transformation") and hasattr(theirs, "get_random_transformation"):
        drawn = [signature(layer.get_random_transformation) for layer in (ours, theirs)]
        assert drawn[0] == drawn[1], path
    if "__call__" in dir(ours):
        first = ("inputs", "POSITIONAL_OR_KEYWORD", inspect.Parameter.empty)
        called = signature(theirs.call)
        assert signature(ours.__call__) == [called[0], first, *called[2:]], path
        assert first in signature(theirs.__call__) or first in called


def test_the_keywords_of_a_seed_generator(tf):
    ours, theirs = tfphilox.keras.random.SeedGenerator, tf.keras.random.SeedGenerator
    assert theirs(1, backend=None).state.numpy().tolist() == [1, 0]
    assert ours(1, backend=None).state.tolist() == [1, 0]
    for each in (ours, theirs):
        with pytest.raises(ValueError, match="keyword"):
            each(1, other=None)


def test_raw_ops_take_keywords_only(tf):
    """What their signatures do not show."""
    with pytest.raises(TypeError):
        tf.raw_ops.RandomUniform([1], "float32")


def test_departures_are_about_covered_names():
    for path in DEPARTURES:
        assert path in COVERED or path.rsplit(".", 1)[0] in COVERED, path
