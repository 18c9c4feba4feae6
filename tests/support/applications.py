"""applications.py: keras.applications, whose weights code gave, and what is known of each.

make_golden_applications.py wrote the files. `check` holds one model against them.
"""

import hashlib
import json
import lzma
import warnings
from functools import lru_cache

import numpy as np
import pytest
from places import GOLDEN_FILES

from tfphilox.keras import initial_weights

# "right": no warning. "warned": right, but the file does not settle it, so there is a warning.
# "wrong": wrong, with the warning. The longest beginning of a name decides.
VERDICTS = {
    "2.15": {
        "right": "DenseNet Inception MobileNet VGG",
        "warned": "ConvNeXt EfficientNet RegNet ResNet Xception",
        "wrong": "NASNet",
    },
    "2.21": {
        "right": "DenseNet Inception MobileNetV2 VGG",
        "warned": "ConvNeXt EfficientNet MobileNet ResNet Xception",
        "wrong": "NASNet",
    },
}
LARGE = 12_000_000  # parameters


@lru_cache
def cases(version):
    """The golden data of a version: name -> case."""
    path = GOLDEN_FILES / f"applications-{version}.json.xz"
    return json.loads(lzma.decompress(path.read_bytes()))["cases"]


def parameters(large):
    """A pytest parameter for each model that is large, or is not."""
    return [
        pytest.param(version, name, id=f"{version}-{name}")
        for version in VERDICTS
        for name, case in cases(version).items()
        if (case["parameters"] > LARGE) == large
    ]


def verdict(version, name):
    """What is known of a model."""
    beginnings = [
        (len(one), what)
        for what, names in VERDICTS[version].items()
        for one in names.split()
        if name.startswith(one)
    ]
    return max(beginnings)[1]


def check(version, name):
    """Fail unless the model's weights are right, or come with a warning, as is known of it."""
    case, expected = cases(version)[name], verdict(version, name)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        weights = initial_weights(case["model"], seed=200, tensorflow_version=version)
    assert bool(caught) == (expected != "right")
    assert all("its file does not say" in str(one.message) for one in caught)
    values, paths = hashlib.sha256(), hashlib.sha256()
    for path, array in weights:
        values.update(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).data)
        paths.update(f"{path}\n".encode())
    assert (values.hexdigest() == case["values"]) == (expected != "wrong")
    if not (name.startswith("NASNet") and version == "2.21"):  # no file has the scopes of its code
        assert paths.hexdigest() == case["names"]
