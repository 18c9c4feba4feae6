"""make_golden_compiled.py: what TensorFlow's compiled functions draw, for golden_files.

    python tests/makers/make_golden_compiled.py

It runs the programs of tests/support/compiled_programs.py with tf.function(jit_compile=True), or as
the releases before 2.5 say it, and writes golden_files/compiled-tf-<version>.json: for each case
the kind, the first elements and a sum of the array, as bits. Cases that TensorFlow refuses are
named. float16 is that of a processor with AVX512-FP16, if this one has it: the file says so.
"""

import contextlib
import json
import os
import platform
import sys

import numpy as np
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "support"))

import compiled_programs  # noqa: E402


def compiled(program):
    """Return a function that TensorFlow compiles, in the words of its version."""
    version = tuple(int(number) for number in tf.__version__.split(".")[:2])
    if version >= (2, 5):
        return tf.function(program, jit_compile=True, autograph=False)
    if version >= (2, 1):
        return tf.function(program, experimental_compile=True, autograph=False)
    return tf.function(
        lambda *arguments: tf.xla.experimental.compile(lambda: program(*arguments))[0],
        autograph=False,
    )


def processor():
    with open("/proc/cpuinfo") as file:
        lines = file.read().splitlines()
    name = next((line.partition(":")[2].strip() for line in lines if line[:10] == "model name"), "")
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    return name, [flag for flag in ("fma", "avx512f", "avx512_fp16") if flag in flags]


def main():
    found, refused = {}, {}
    for name, program, seed in compiled_programs.cases(tf.__version__):
        try:
            # A generator's variable must exist before the function is compiled.
            if name.startswith("generator"):
                array = with_generator(program)
            else:
                array = compiled(lambda pair, program=program: program(tf, pair))(
                    tf.constant(seed)
                ).numpy()
        except Exception as error:
            refused[name] = type(error).__name__
            continue
        found[name] = compiled_programs.record(array)
    for name, literal, dtype, shape, parameters in compiled_programs.bounded_cases(tf.__version__):
        found[name] = compiled_programs.record(bounded(literal, dtype, shape, parameters))
    name, flags = processor()
    document = {
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "glibc": platform.libc_ver()[1],
        "cpu": name,
        "flags": flags,
        "refused": refused,
        "cases": found,
    }
    path = os.path.join(TESTS, "golden_files", f"compiled-tf-{tf.__version__}.json")
    with open(path, "w") as file:
        lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in found.items()]
        head = json.dumps({**document, "cases": {}}, indent=1).rsplit("{}", 1)[0]
        file.write(head + "{\n" + ",\n".join(lines) + "\n }\n}\n")
    print(tf.__version__, len(found), "cases; refused:", refused)


def bounded(literal, dtype, shape, parameters):
    """Return normals within bounds, whose parameters are constants or arguments."""

    def program(seed, *arguments):
        given = arguments or [tf.constant(value, dtype) for value in parameters]
        return tf.random.stateless_parameterized_truncated_normal(shape, seed, *given)

    arguments = [] if literal else [tf.constant(value, dtype) for value in parameters]
    seed = tf.constant(compiled_programs.SEEDS[""])
    return compiled(program)(seed, *arguments).numpy()


def with_generator(program):
    made = []

    class Namespace:
        class random:
            class Generator:
                @staticmethod
                def from_state(state, alg):
                    if not made:
                        made.append(tf.random.Generator.from_state(state, alg=alg))
                    return made[0]

    first = Namespace.random.Generator.from_state
    program_of = compiled(lambda: program(Namespace, None))

    class Eager:
        class random:
            class Generator:
                @staticmethod
                def from_state(state, alg):
                    first(state, alg)
                    raise StopIteration

    with contextlib.suppress(StopIteration):
        program(Eager, None)
    drawn = program_of().numpy()
    state = made[0].state.numpy().astype(np.int64)
    return drawn if drawn.dtype != np.int64 else np.concatenate([drawn.reshape(-1), state])


if __name__ == "__main__":
    main()
