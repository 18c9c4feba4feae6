"""make_golden_backend.py: ask tf.keras.backend for what it draws, and write it down.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_backend.py

writes tests/golden_files/backend-tf-<version>.json. It imports TensorFlow and NumPy and never
tfphilox, and runs unchanged under TensorFlow 2.3 to 2.21 (so: Python 3.8 syntax).
test_keras_backend.py replays the files.

A program is a list of steps from set_seed(TF_SEED) and numpy.random.seed(NUMPY_SEED): a function
of tf.keras.backend, its keywords, its numbers as bit patterns in hex (of more than 12, the first 4
and the sha256 of all bytes), and then numpy.random.randint(2**31 - 1).
"""

import ctypes
import hashlib
import json
import os
import platform
import re

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KERAS = getattr(tf.keras, "__version__", None) or __import__("keras").__version__
TF_SEED, NUMPY_SEED = 1234, 77
FLOATS = ["float16", "bfloat16", "float32", "float64"]
ONES = [1.0] * 9

PROGRAMS = [
    [(name, {"shape": [7]}), (name, {"shape": [2, 3]}), (name, {"shape": [4], "seed": 5})]
    for name in ("random_normal", "random_uniform", "truncated_normal", "random_bernoulli")
]
for _name, _more in [
    ("random_normal", {"mean": 0.3, "stddev": 1.7}),
    ("random_uniform", {"minval": 0.1, "maxval": 0.7}),
    ("truncated_normal", {"mean": -1.0, "stddev": 0.1}),
    ("random_bernoulli", {"p": 0.3}),
]:
    _kinds = [kind for kind in FLOATS if kind != "bfloat16" or _name != "random_bernoulli"]
    PROGRAMS += [[(_name, dict(_more, shape=[1000], dtype=kind))] for kind in _kinds]
PROGRAMS += [
    [("random_uniform", {"shape": [9], "minval": -5, "maxval": 12, "dtype": "int32"})],
    [("random_bernoulli", {"shape": [2, 4], "p": [0.1, 0.5, 0.9, 0.0]})] * 2,
    [("random_bernoulli", {"shape": [], "p": 1.0}), ("random_normal", {"shape": [0, 3]})],
    [("dropout", {"x": ONES, "level": 0.4})] * 3,
    [("dropout", {"x": ONES, "level": 0.0}), ("random_normal", {"shape": [3]})],
    [("dropout", {"x": [ONES, ONES], "level": 0.25, "noise_shape": [2, 1], "seed": 3})],
]


def hexed(array):
    flat = np.ascontiguousarray(array).reshape(-1)
    raw = [flat[i : i + 1].tobytes()[::-1].hex() for i in range(min(flat.size, 12))]
    if flat.size <= 12:
        return raw
    return [*raw[:4], hashlib.sha256(flat.tobytes()).hexdigest()]


def run(program):
    tf.random.set_seed(TF_SEED)
    np.random.seed(NUMPY_SEED)
    steps = []
    for name, keywords in program:
        given = dict(keywords)
        if "x" in given:
            given["x"] = tf.constant(given["x"])
        result = getattr(tf.keras.backend, name)(**given).numpy()
        dtype = result.dtype.name
        steps.append([name, keywords, dtype, list(result.shape), hexed(result)])
        steps[-1].append(int(np.random.randint(2**31 - 1)))
    return steps


def main():
    libc = ctypes.CDLL(None)
    libc.gnu_get_libc_version.restype = ctypes.c_char_p
    with open("/proc/cpuinfo") as lines:
        cpu = next(re.sub(r".*: ", "", line).strip() for line in lines if "model name" in line)
    made = {
        "tensorflow": tf.__version__,
        "keras": KERAS,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "glibc": libc.gnu_get_libc_version().decode(),
        "cpu": cpu,
        "seeds": [TF_SEED, NUMPY_SEED],
    }
    path = os.path.join(TESTS, "golden_files", f"backend-tf-{tf.__version__}.json")
    with open(path, "w") as file:
        file.write(json.dumps(dict(made, programs=0))[:-2] + "[\n")
        file.write(",\n".join(json.dumps(run(program)) for program in PROGRAMS))
        file.write("\n]}\n")


if __name__ == "__main__":
    main()
