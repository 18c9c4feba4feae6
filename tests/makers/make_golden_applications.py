"""make_golden_applications.py: ask keras.applications for the initial weights of every model.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_applications.py

writes tests/golden_files/applications-<version>.json.xz. It imports TensorFlow and NumPy and never
tfphilox; it ran under TensorFlow 2.21 with Keras 3.15.1, and 2.15.1. test_applications.py reads the
files.

Each model is built by its own code, right after ``keras.utils.set_random_seed(200)``. Written down
are its JSON and, of get_weights, one sum: the sha256 of all weights' little-endian bytes, one after
another. The names of the weights have a sum of their own.
"""

import datetime
import hashlib
import json
import lzma
import os
import platform
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VERSION = ".".join(tf.__version__.split(".")[:2])
SEED = 200
keras = tf.keras


def names():
    """The functions of keras.applications that make a model."""
    place = keras.applications
    return [name for name in dir(place) if name[0].isupper() and callable(getattr(place, name))]


def described(name):
    keras.backend.clear_session()
    keras.utils.set_random_seed(SEED)
    model = getattr(keras.applications, name)(weights=None)
    values, paths = hashlib.sha256(), hashlib.sha256()
    for variable, array in zip(model.weights, model.get_weights()):  # noqa: B905
        array = np.ascontiguousarray(array)
        values.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
        paths.update((getattr(variable, "path", variable.name) + "\n").encode())
    return {
        "model": json.loads(model.to_json()),
        "parameters": model.count_params(),
        "values": values.hexdigest(),
        "names": paths.hexdigest(),
    }


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            lines = [line for line in file if line.startswith("model name")]
        return lines[0].split(":")[1].strip()
    except (IndexError, OSError):
        return platform.machine()


def main():
    data = {
        "tensorflow": tf.__version__,
        "keras": getattr(keras, "__version__", "that of TensorFlow"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "libc": " ".join(platform.libc_ver()),
        "processor": processor(),
        "date": str(datetime.date.today()),
        "seed": SEED,
        "cases": {name: described(name) for name in names()},
    }
    path = os.path.join(TESTS, "golden_files", f"applications-{VERSION}.json.xz")
    text = json.dumps(data, separators=(",", ":"), sort_keys=True)
    with open(path, "wb") as file:
        file.write(lzma.compress(text.encode(), preset=9))
    print(path, len(data["cases"]), "models,", os.path.getsize(path), "bytes")


if __name__ == "__main__":
    sys.exit(main())
