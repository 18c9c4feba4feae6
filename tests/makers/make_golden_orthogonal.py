"""make_golden_orthogonal.py: ask Keras for orthogonal matrices on processors of other caches.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_orthogonal.py

writes tests/golden_files/orthogonal-l1-<KiB>-tf-<version>.json, of the first level data cache that
this processor has. It imports TensorFlow, Keras and NumPy and never tfphilox, and runs unchanged
under TensorFlow 2.5 to 2.21 (so: Python 3.8 syntax). test_keras_initializers.py reads the files.

"own" are the matrices as this machine makes them. "told" are those that it makes when Eigen has
been told that the cache has another size: Eigen asks the processor once and keeps the three sizes
that it got in a variable, which is found in TensorFlow's memory by them and overwritten. It decides
with that variable and nothing else, so these are the numbers of a processor with such a cache.

A matrix is [shape, dtype, its first 4 numbers' bit patterns in hex, the sha256 of all bytes].
"""

import ctypes
import datetime
import hashlib
import json
import os
import platform
import re
import struct

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KERAS = getattr(tf.keras, "__version__", None) or __import__("keras").__version__
SEED = 5
SHAPES = [[48, 96], [144, 48], [64, 128], [100, 100], [64, 256], [3, 3, 20, 60], [128, 512]]
CPU = ["model name", "cpu family", "model", "stepping"]
SIZES = [16, 32, 48, 64, 128]  # KiB

# glibc's sysconf: _SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE
LEVEL_1, LEVEL_2 = (ctypes.CDLL(None).sysconf(name) for name in (188, 191))


def matrices():
    for shape in SHAPES:
        for dtype in ("float32", "float64"):
            made = tf.keras.initializers.Orthogonal(gain=1.0, seed=SEED)(tuple(shape), dtype)
            words = np.asarray(made).reshape(-1)
            first = [words[at : at + 1].tobytes()[::-1].hex() for at in range(4)]
            yield [shape, dtype, " ".join(first), hashlib.sha256(words.tobytes()).hexdigest()]


def kept_sizes():
    """Return where TensorFlow's libraries hold the sizes of the first two caches."""
    found, end, library = [], 0, ""
    key = struct.pack("qq", LEVEL_1, LEVEL_2)
    with open("/proc/self/maps") as file:
        lines = file.readlines()
    for line in lines:
        start, stop = (int(part, 16) for part in re.match(r"(\w+)-(\w+)", line).groups())
        name = line.split()[-1]
        if "/" in name:
            library = name
        elif start != end:  # neither a file nor the zeroed memory behind it
            library = ""
        end = stop
        if "tensorflow" in library and " rw" in line:
            data = ctypes.string_at(start, stop - start)
            places = [match.start() for match in re.finditer(re.escape(key), data)]
            found += [start + at for at in places if at % 8 == 0]
    return found


def tell(size):
    for place in kept_sizes_found:
        ctypes.c_int64.from_address(place).value = size


def cpu():
    with open("/proc/cpuinfo") as file:
        first = dict(re.findall(r"^([^\t:]+)\s*: (.*)$", file.read().split("\n\n")[0], re.M))
    return ", ".join(f"{name} {first.get(name)}" for name in CPU)


def glibc():
    function = ctypes.CDLL(None).gnu_get_libc_version
    function.restype = ctypes.c_char_p
    return function().decode()


own = list(matrices())
kept_sizes_found = kept_sizes()
assert kept_sizes_found, "TensorFlow's Eigen does not hold the sizes of the caches"
told = {}
for kib in SIZES:
    if kib << 10 != LEVEL_1:
        tell(kib << 10)
        told[kib] = list(matrices())
tell(LEVEL_1)
assert list(matrices()) == own

header = {
    "tensorflow": tf.__version__,
    "keras": KERAS,
    "numpy": np.__version__,
    "glibc": glibc(),
    "cpu": cpu(),
    "l1_data_cache": LEVEL_1,
    "machine": platform.machine(),
    "seed": SEED,
    "date": datetime.date.today().isoformat(),
}
name = f"orthogonal-l1-{LEVEL_1 >> 10}-tf-{tf.__version__}.json"
with open(os.path.join(TESTS, "golden_files", name), "w") as file:
    file.write('{"header": ' + json.dumps(header) + ',\n"own": [\n')
    file.write(",\n".join(json.dumps(one) for one in own) + '\n],\n"told": {\n')
    blocks = []
    for kib, cases in told.items():
        lines = ",\n".join(json.dumps(one) for one in cases)
        blocks.append(f'"{kib}": [\n{lines}\n]')
    file.write(",\n".join(blocks) + "\n}}\n")
print(name, len(own), "matrices;", len(kept_sizes_found), "places")
