"""make_self_test_compiled.py: write csrc/self_test_compiled_table.h, compiled functions' numbers.

    python tests/makers/make_self_test_compiled.py NEWEST        # TensorFlow 2.21
    XLA_FLAGS=--xla_cpu_max_isa=AVX python tests/makers/make_self_test_compiled.py UNFUSED
    python tests/makers/make_self_test_compiled.py EARLY         # TensorFlow 2.15
    python tests/makers/make_self_test_compiled.py REORDERED     # TensorFlow 2.6

Each run writes the lines of its form and leaves the others. It imports TensorFlow and not tfphilox,
and needs what make_self_test.py needs; the pair is the one that the latter's table has.
"""

import pathlib
import re
import sys

import numpy as np
import tensorflow as tf

PATH = pathlib.Path(__file__).absolute().parents[2] / "csrc" / "self_test_compiled_table.h"
FIRST, OUTPUTS = 3, 21
SEED = [20, 21]
FLOATS = ("float16", "bfloat16", "float32", "float64")
KINDS = {
    "NEWEST": {
        "UNIFORM": FLOATS,
        "NORMAL": FLOATS,
        "TRUNCATED_NORMAL": FLOATS,
        "BOUNDED_NORMAL": ("float32", "float64"),
        "GUMBEL": ("float32", "float64"),
    },
    "UNFUSED": {"NORMAL": ("float32",), "TRUNCATED_NORMAL": ("float32",)},
    "EARLY": {"TRUNCATED_NORMAL": ("float32", "float64")},
    "REORDERED": {"NORMAL": ("float32",)},
}


def checksum(values):
    values = np.ascontiguousarray(values).ravel()
    value = 0xCBF29CE484222325
    for element in values.view(f"u{values.itemsize}").tolist():
        value = (value ^ element) * 0x100000001B3 % 2**64
    return value


def drawn(kind, dtype):
    random, last = tf.random, FIRST + OUTPUTS

    def program(seed, *parameters):
        if kind == "GUMBEL":
            return random.stateless_categorical(parameters[0], last, seed)
        if kind == "BOUNDED_NORMAL":
            return random.stateless_parameterized_truncated_normal([last], seed, *parameters)
        name = "stateless_" + kind.lower()
        return getattr(random, name)([2 * last if kind == "NORMAL" else last], seed, dtype=dtype)

    parameters = []
    if kind == "GUMBEL":
        parameters = [tf.constant([[0.0, 1.0, -1.0, 0.5]], dtype)]
    if kind == "BOUNDED_NORMAL":
        parameters = [tf.constant(value, dtype) for value in (0.5, 2.0, -1.0, 4.0)]
    made = tf.function(program, jit_compile=True, autograph=False)
    array = made(tf.constant(SEED), *parameters).numpy().ravel()
    return array[FIRST * (2 if kind == "NORMAL" else 1) :]


def main(form):
    with open("/proc/cpuinfo") as file:
        half_once = int("avx512_fp16" in file.read())
    lines, heads = {}, {}
    if PATH.exists():
        text = PATH.read_text()
        half_once = (
            int(re.search(r"HALF_ONCE (\d)", text).group(1)) if form != "NEWEST" else half_once
        )
        for found in re.finditer(r"X\((\w+), (\w+), (\w+), (\w+)\)", text):
            lines.setdefault(found.group(1), []).append(found.groups())
        heads = dict(re.findall(r"^ \* (\w+): (.*)$", text, re.M))
    heads[form] = f"TensorFlow {tf.__version__}"
    lines[form] = [
        (form, kind, dtype.upper(), f"{checksum(drawn(kind, dtype)):#018x}u")
        for kind, dtypes in KINDS[form].items()
        for dtype in dtypes
    ]
    rows = [row for each in KINDS for row in lines.get(each, [])]
    out = [
        "/* self_test_compiled_table.h: compiled functions' numbers, for self_test_compiled.c.",
        " *",
        " * Written by tests/makers/make_self_test_compiled.py; do not edit.",
    ]
    out += [f" * {each}: {heads[each]}" for each in KINDS if each in heads]
    out += [
        " */",
        "/* Whether the maker's processor has AVX512-FP16. */",
        f"#define SELF_TEST_HALF_ONCE {half_once}",
        "/* form, kind, dtype, sum */",
        "#define SELF_TEST_COMPILED(X)".ljust(99) + "\\",
    ]
    rows = [f"    X({', '.join(row)})" for row in rows]
    out += [row.ljust(99) + "\\" for row in rows[:-1]]
    out += rows[-1:]
    PATH.write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
