"""make_golden_images.py: ask tf.keras's image layers what they draw and make, and write it down.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_images.py

writes tests/golden_files/images-tf-<version>.json. It imports TensorFlow and NumPy and never
tfphilox, and runs unchanged under TensorFlow 2.3 to 2.15 (so: Python 3.8 syntax).
test_keras_2_images.py replays the files.

A program is [layer, keywords, seeder, shape, type, calls, after]. The seeder is "seed" (that of
random, NumPy and TensorFlow) or "utility" (keras.utils.set_random_seed). Each call is made with
training=True on the same images, numpy.random.RandomState(0).uniform(0, 255, shape) of the type,
and gives [shape, type, numbers]: of what moves pixels by a matrix not the pixels, but the moves,
angles or zooms that the matrix is made of; of RandomContrast on a batch in 2.9 to 2.11, which
tf.vectorized_map computes, the factors; of RandomHeight and RandomWidth the shape alone. Then
come random.random() and numpy.random.randint(2**31 - 1). Numbers are bit patterns in hex; of more
than 12, the first 4 and the sha256 of all bytes.
"""

import ctypes
import hashlib
import json
import os
import platform
import random
import re
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KERAS = getattr(tf.keras, "__version__", None) or __import__("keras").__version__
MINOR = int(tf.__version__.split(".")[1])
LAYERS = tf.keras.layers
if MINOR < 6:
    LAYERS = tf.keras.layers.experimental.preprocessing
PARTS = sys.modules[LAYERS.RandomFlip.__module__]
ADJUST_CONTRAST = tf.image.adjust_contrast
COLUMNS = {"RandomTranslation": 2, "RandomRotation": 1, "RandomZoom": 2}

KINDS = [
    ("RandomFlip", {}),
    ("RandomFlip", {"mode": "horizontal"}),
    ("RandomFlip", {"mode": "vertical"}),
    ("RandomCrop", {"height": 3, "width": 2}),
    ("RandomCrop", {"height": 5, "width": 6}),
    ("RandomTranslation", {"height_factor": 0.3, "width_factor": [-0.1, 0.4]}),
    ("RandomRotation", {"factor": 0.2}),
    ("RandomRotation", {"factor": [-0.1, 0.7]}),
    ("RandomZoom", {"height_factor": 0.2}),
    ("RandomZoom", {"height_factor": 0.2, "width_factor": [-0.3, 0.1]}),
    ("RandomContrast", {"factor": 0.4}),
    ("RandomContrast", {"factor": [0.9, 0.1]}),
    ("RandomHeight", {"factor": 0.4}),
    ("RandomWidth", {"factor": [-0.1, 0.5]}),
]
if MINOR >= 9:
    KINDS += [
        ("RandomBrightness", {"factor": 0.3}),
        ("RandomBrightness", {"factor": [-0.2, 0.9], "value_range": [0, 200]}),
    ]


def programs():
    for name, keywords in KINDS:
        shapes = [[4, 5, 6, 3], [1, 5, 6, 3]] + ([[5, 6, 3]] if MINOR >= 6 else [])
        for shape in shapes:
            for seed in [9, -3] if len(shape) == 4 and shape[0] == 4 else [2**40 + 7]:
                yield name, dict(keywords, seed=seed), "seed", shape, "float32"
    for name, keywords in [KINDS[0], KINDS[3]]:
        yield name, dict(keywords, seed=4), "seed", [3, 5, 6, 3], "uint8"
        yield name, dict(keywords, seed=4), "seed", [3, 5, 6, 3], "float64"
    if MINOR >= 6:
        yield "RandomCrop", {"height": 3, "width": 2, "seed": 0}, "seed", [2, 5, 6, 3], "float32"
    unseeded = [kind for kind in KINDS[::3] if MINOR >= 7 or kind[0] == "RandomContrast"]
    for seeder in ["seed"] + (["utility"] if MINOR >= 7 else []):  # which holds from then on
        for name, keywords in unseeded:
            yield name, keywords, seeder, [3, 5, 6, 3], "float32"


def padded(columns):
    return tf.concat([columns, tf.zeros([tf.shape(columns)[0], 8 - columns.shape[1]])], 1)


def shown(images, transforms, **_):
    """Images of eight channels that hold what the matrix would be made of."""
    return tf.zeros_like(images) + tf.cast(transforms[:, None, None, :], images.dtype)


def factor_alone(image, contrast_factor):
    return tf.zeros_like(image) + contrast_factor


def hexed(array):
    flat = np.ascontiguousarray(array).reshape(-1)
    raw = [flat[i : i + 1].tobytes()[::-1].hex() for i in range(min(flat.size, 12))]
    if flat.size <= 12:
        return raw
    return [*raw[:4], hashlib.sha256(flat.tobytes()).hexdigest()]


def run(name, keywords, seeder, shape, dtype):
    factors = name == "RandomContrast" and len(shape) == 4 and 9 <= MINOR <= 11
    if 9 <= MINOR <= 11:
        PARTS.tf.image.adjust_contrast = factor_alone if factors else ADJUST_CONTRAST
    if seeder == "seed":
        random.seed(21)
        np.random.seed(22)
        tf.random.set_seed(23)
    else:
        tf.keras.utils.set_random_seed(24)
    layer = getattr(LAYERS, name)(**keywords)
    given = list(shape)
    if name in COLUMNS:
        given[-1] = 8
    images = np.random.RandomState(0).uniform(0, 255, given).astype(dtype)
    calls = []
    for _ in range(2):
        made = layer(images, training=True).numpy()
        if name in COLUMNS:
            made = made[..., 0, 0, : COLUMNS[name]]
        if factors:
            made = made[:, 0, 0, 0]
        numbers = [] if name in ("RandomHeight", "RandomWidth") else hexed(made)
        calls.append([list(made.shape), made.dtype.name, numbers])
    after = [random.random(), int(np.random.randint(2**31 - 1))]
    return [name, keywords, seeder, shape, dtype, calls, after]


def main():
    PARTS.transform = shown
    PARTS.get_translation_matrix = padded
    PARTS.get_rotation_matrix = lambda angles, *_: padded(angles[:, None])
    PARTS.get_zoom_matrix = lambda zooms, *_: padded(zooms)
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
    }
    path = os.path.join(TESTS, "golden_files", "images-tf-" + tf.__version__ + ".json")
    with open(path, "w") as file:
        file.write(json.dumps(dict(made, programs=0))[:-2] + "[\n")
        file.write(",\n".join(json.dumps(run(*program)) for program in programs()))
        file.write("\n]}\n")


if __name__ == "__main__":
    main()
