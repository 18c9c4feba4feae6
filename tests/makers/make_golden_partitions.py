"""make_golden_partitions.py: ask tf.keras for parts of initial weights, and for its warnings.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_partitions.py

writes tests/golden_files/partitions-tf-<version>.json. It imports TensorFlow and NumPy and never
tfphilox, and runs unchanged under TensorFlow 2.3 to 2.15 (so: Python 3.8 syntax).
test_keras_initializers.py reads the files.

A call is [initializer, its arguments, keywords of the call, result]: numbers as bit patterns in
hex, or the name of the error. A reuse is [initializer, its arguments, keywords of the calls, which
of these calls warned].
"""

import ctypes
import datetime
import json
import os
import platform
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SEEDED = [
    ["RandomUniform", {}],
    ["RandomNormal", {}],
    ["TruncatedNormal", {"stddev": 0.3}],
    ["GlorotUniform", {}],
    ["HeNormal", {}],
    ["VarianceScaling", {"scale": 2.0, "distribution": "untruncated_normal"}],
    ["Orthogonal", {}],
]
PARTS = [
    {"partition_shape": [2, 2]},
    {"partition_shape": [2, 2], "partition_offset": [0, 0]},
    {"partition_shape": [2, 2], "partition_offset": [1, 0]},
    {"partition_shape": [3, 2], "partition_offset": [2**40, 7]},
    {"partition_offset": [2, 0]},
    {"partition_shape": [2, 2], "partition_offset": []},
    {"partitions": 2},
]


def programs():
    for name, arguments in SEEDED:
        for keywords in PARTS:
            yield name, dict(arguments, seed=123), keywords
    for name, arguments in [["Zeros", {}], ["Ones", {}], ["Constant", {"value": 3.0}]]:
        yield name, arguments, PARTS[2]
        yield name, arguments, PARTS[6]
    yield "Identity", {}, PARTS[2]


REUSES = [
    [name, arguments, calls]
    for name in ("GlorotUniform", "RandomNormal", "Orthogonal", "Zeros")
    for arguments, calls in [
        ({}, [{}, {}, {}]),
        ({"seed": 3}, [{}, {}]),
        ({}, [{"partition_shape": [2, 2], "partition_offset": [1, 0]}, {}, {}]),
    ]
    if not (name == "Zeros" and arguments)
]


def made(name, arguments):
    return getattr(tf.keras.initializers, name)(**arguments)


def call(initializer, keywords):
    keywords = {k: tuple(v) if k == "partition_offset" else v for k, v in keywords.items()}
    return initializer((4, 2), **keywords).numpy()


def result(name, arguments, keywords):
    try:
        array = call(made(name, arguments), keywords)
    except Exception as error:
        return type(error).__name__
    flat = np.ascontiguousarray(array).reshape(-1)
    hexes = [flat[at : at + 1].tobytes()[::-1].hex() for at in range(flat.size)]
    return [list(array.shape), " ".join(hexes)]


def warned(name, arguments, calls):
    initializer, found = made(name, arguments), []
    for at, keywords in enumerate(calls):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                call(initializer, keywords)
            except (TypeError, ValueError):
                continue
        if any("being called multiple times" in str(one.message) for one in caught):
            found.append(at)
    return found


header = {
    "tensorflow": tf.__version__,
    "numpy": np.__version__,
    "machine": platform.machine(),
    "date": datetime.date.today().isoformat(),
}
function = ctypes.CDLL(None).gnu_get_libc_version
function.restype = ctypes.c_char_p
header["glibc"] = function().decode()
with open("/proc/cpuinfo") as file:
    lines = file.readlines()
header["cpu"] = next(line.split(":", 1)[1].strip() for line in lines if "model name" in line)
calls = [json.dumps([*program, result(*program)]) for program in programs()]
reuses = [json.dumps([*reuse, warned(*reuse)]) for reuse in REUSES]
path = os.path.join(TESTS, "golden_files", f"partitions-tf-{tf.__version__}.json")
with open(path, "w") as file:
    file.write('{"header": ' + json.dumps(header) + ',\n"calls": [\n' + ",\n".join(calls))
    file.write('\n],\n"reuses": [\n' + ",\n".join(reuses) + "\n]}\n")
