"""make_golden_integer_images.py: ask Keras 3 what its image layers make of integers.

    CUDA_VISIBLE_DEVICES= PYTHONPATH=<a Keras> <python with TensorFlow> \
        tests/makers/make_golden_integer_images.py

writes tests/golden_files/integer-images-keras-<version>.json.gz. It imports TensorFlow, Keras and
NumPy and never tfphilox, and runs unchanged under Keras 3.0 to 3.15. test_keras_layers.py reads the
files.

A case is [layer, its arguments, type and shape of the images, training, result]; the images are
`pictures(type, shape)`, all layers have SEED. The result is [type, shape, crc32 of all bytes] of a
first call, or the name of the error that Keras raises. Layers that the release lacks are left out.
"""

import ctypes
import datetime
import gzip
import json
import os
import platform
import zlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SEED = 5
KINDS = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "bool"]
BATCH, ONE, MANY = [2, 4, 5, 3], [4, 5, 3], [71, 1, 1, 1]
BRIGHTNESS = [
    {"factor": 0.3},
    {"factor": [0.3, 0.3]},
    {"factor": 0.5, "value_range": [0, 1]},
    {"factor": 0.5, "value_range": [-5, 200]},
    {"factor": 0.5, "value_range": [0, 300]},
    {"factor": 0.5, "value_range": [0, 70000]},
    {"factor": 0.5, "value_range": [0, True]},
    {"factor": 0.5, "value_range": [-10.5, 100.25]},
]
OTHERS = [
    ["RandomFlip", {}],
    ["RandomFlip", {"mode": "horizontal"}],
    ["RandomCrop", {"height": 2, "width": 3}],
    ["RandomCrop", {"height": 4, "width": 5}],
    ["RandomInvert", {}],
    ["Solarization", {"addition_factor": 0.3, "threshold_factor": 0.5}],
    ["Solarization", {"addition_factor": 0.3, "value_range": [0, 100]}],
    ["RandomErasing", {"scale": [0.3, 0.6]}],
    ["RandomErasing", {"scale": [0.3, 0.6], "fill_value": 7.5}],
    ["MixUp", {}],
    ["CutMix", {}],
]


def cases():
    for arguments in BRIGHTNESS:
        for kind in KINDS:
            if kind == "uint64" and arguments.get("value_range") == [-5, 200]:
                continue  # TensorFlow fails, and from then on takes what it had begun for the end
            for shape in (BATCH, ONE, MANY):
                yield "RandomBrightness", arguments, kind, shape, True
    for kind in KINDS:
        yield "RandomBrightness", {"factor": 0.3}, kind, BATCH, False
    for name, arguments in OTHERS:
        for kind in ("uint8", "int32", "bool"):
            for training in (True, False):
                yield name, arguments, kind, BATCH, training
        yield name, arguments, "int64", ONE, True


def pictures(kind, shape):
    highest = {"bool": 2, "int8": 128}.get(kind, 256)
    return np.random.RandomState(0).randint(0, highest, shape).astype(kind)


def result(name, arguments, kind, shape, training):
    layer = getattr(keras.layers, name)(seed=SEED, **arguments)
    images = pictures(kind, shape)
    try:
        made = np.asarray(layer(images, training=training))
    except Exception as error:
        return type(error).__name__
    return [made.dtype.name, list(made.shape), zlib.crc32(made.tobytes())]


def glibc():
    function = ctypes.CDLL(None).gnu_get_libc_version
    function.restype = ctypes.c_char_p
    return function().decode()


def cpu():
    with open("/proc/cpuinfo") as file:
        return next(line.split(":", 1)[1].strip() for line in file if "model name" in line)


made = [[*case, result(*case)] for case in cases() if hasattr(keras.layers, case[0])]
header = {
    "keras": keras.__version__,
    "tensorflow": tf.__version__,
    "numpy": np.__version__,
    "glibc": glibc(),
    "cpu": cpu(),
    "machine": platform.machine(),
    "seed": SEED,
    "date": datetime.date.today().isoformat(),
}
name = f"integer-images-keras-{keras.__version__}.json.gz"
with open(os.path.join(TESTS, "golden_files", name), "wb") as file:
    text = json.dumps({"header": header, "cases": made}, separators=(",", ":"))
    file.write(gzip.compress(text.encode(), mtime=0))
print(name, len(made), "cases")
