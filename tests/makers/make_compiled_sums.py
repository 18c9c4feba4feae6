"""make_compiled_sums.py: TensorFlow's compiled functions on every input the float32 draws can meet.

Under tf.function(jit_compile=True) a float32 draw is a function of one of 2^23 uniforms (a normal:
of two). Here TensorFlow itself makes the arrays. The truncated normals and the uniforms of the same
seeds, drawn until every uniform was met, give the truncated normal of each; the logarithm, sine and
cosine are tf.math's of the arguments that Box-Muller gives them; log(-log u) is that of
stateless_categorical. The file holds the sha256 of each array (raw little-endian float32, uniforms
ascending). Run it once with the processor's own instructions and once with
XLA_FLAGS=--xla_cpu_max_isa=AVX, which leaves FMA out; each run writes its own part.

    python tests/makers/make_compiled_sums.py
    XLA_FLAGS=--xla_cpu_max_isa=AVX python tests/makers/make_compiled_sums.py
"""

import hashlib
import json
import os
import platform
import sys

import numpy as np
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUTPUT = os.path.join(TESTS, "golden_files", "compiled-sums.json")
COUNT = 1 << 23


def compiled(function, *arguments):
    return tf.function(function, jit_compile=True)(*arguments).numpy()


def truncated_normals():
    """Return the truncated normal of each uniform."""
    size = 1 << 24

    @tf.function(jit_compile=True)
    def both(seed):
        return tf.random.stateless_uniform([size], seed), tf.random.stateless_truncated_normal(
            [size], seed
        )

    found = np.zeros(COUNT, np.float32)
    met = np.zeros(COUNT, bool)
    draw = 0
    while not met.all():
        uniform, number = (array.numpy() for array in both(tf.constant([draw, 1])))
        index = (uniform * np.float32(COUNT)).astype(np.int64)
        before = met[index]
        assert (found[index][before].view(np.uint32) == number[before].view(np.uint32)).all()
        found[index] = number
        met[index] = True
        draw += 1
    print(draw, "draws of", size)
    return found


def main():
    unit = tf.constant(np.arange(COUNT, dtype=np.float32) / np.float32(COUNT))
    least = np.float32(2.0**-126)
    arrays = {
        "log": compiled(lambda u: tf.math.log(tf.maximum(u, np.float32(1e-7))), unit),
        "sin": compiled(lambda u: tf.math.sin(u * np.float32(6.2831855)), unit),
        "cos": compiled(lambda u: tf.math.cos(u * np.float32(6.2831855)), unit),
        "truncated": truncated_normals(),
        "gumbel": compiled(lambda u: tf.math.log(-tf.math.log(u + least)), unit),
    }
    form = "unfused" if "max_isa=AVX" in os.environ.get("XLA_FLAGS", "") else "newest"
    document = {"sha256": {}}
    if os.path.exists(OUTPUT):
        with open(OUTPUT) as file:
            document = json.load(file)
    document["tensorflow"] = tf.__version__
    document["glibc"] = platform.libc_ver()[1]
    with open("/proc/cpuinfo") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    document["cpu"] = names[0] if names else platform.machine()
    document["sha256"][form] = {
        name: hashlib.sha256(array.astype("<f4").tobytes()).hexdigest()
        for name, array in arrays.items()
    }
    with open(OUTPUT, "w") as file:
        json.dump(document, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    sys.exit(main())
