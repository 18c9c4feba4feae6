"""make_golden_borders.py: ask the TensorFlows beside a border of versions.RULES for its sign.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_borders.py

writes tests/golden_files/borders-tf-<version>.json. It imports TensorFlow and NumPy and never
tfphilox. The other golden files are of a few releases; where a rule changed between two of those,
they do not say at which. test_versions.py reads the files: those of the last release before a
border and of the first behind it. Arrays are bit patterns in hex.

gamma     of alpha 1, an exponential               2.2, 2.3
mask      dropout of infinities and NaN            2.10, 2.11
saturate  brightness of integers at the limit      2.12, 2.13
rate      dropout with NumPy's numbers as rates    2.17, 2.18
"""

import datetime
import json
import os
import platform

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GLOBAL_SEED = 77
INF, NAN = float("inf"), float("nan")


def bits(array):
    array = np.ascontiguousarray(array)
    size = array.dtype.itemsize
    return array.reshape(-1).view(f"<u{size}").astype(f">u{size}").tobytes().hex()


def seeded():
    tf.random.set_seed(GLOBAL_SEED)
    return tf


def gamma():
    return bits(seeded().random.gamma([40], 1.0, seed=3, dtype=tf.float64).numpy())


def mask():
    x = np.array([INF, -INF, NAN, 1.0, -1.0, 0.0, -0.0, 65504.0] * 5, np.float32)
    return bits(seeded().nn.dropout(tf.constant(x), 0.5, seed=3).numpy())


def saturate():
    most = 2**31 - 1
    picture = np.array([most, most, most, -most, most, 0, 5, 6, 7, most - 1, 1, most], np.int32)
    picture = tf.constant(picture.reshape(2, 2, 3))
    return [
        bits(seeded().image.random_brightness(picture, 0.9, seed=seed).numpy()) for seed in (3, 4)
    ]


def rate():
    x = np.arange(1, 41, dtype=np.float32)
    return [
        bits(seeded().nn.dropout(tf.constant(x), kind(number), seed=3).numpy())
        for kind, number in [(np.float32, 0.3), (np.float16, 0.228), (np.float64, 0.7)]
    ]


def main():
    found = {
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "libc": " ".join(platform.libc_ver()),
        "machine": platform.machine(),
        "date": datetime.date.today().isoformat(),
        "global_seed": GLOBAL_SEED,
        **{probe.__name__: probe() for probe in (gamma, mask, saturate, rate)},
    }
    path = os.path.join(TESTS, "golden_files", f"borders-tf-{tf.__version__}.json")
    with open(path, "w") as file:
        json.dump(found, file, indent=0)
        file.write("\n")
    print(path)


if __name__ == "__main__":
    main()
