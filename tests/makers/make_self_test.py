"""make_self_test.py: write csrc/self_test_table.h, the numbers that every import looks at.

Usage: python tests/makers/make_self_test.py (with TensorFlow 2.21, glibc 2.36 or newer, and a
processor with FMA; it imports TensorFlow and not tfphilox).

A fill's numbers start behind the first ones, so that they are cut out of blocks; the sum is FNV-1a
over the elements, each taken as one unsigned integer, so no byte order has a part in it.
"""

import pathlib
import platform

import numpy as np
import tensorflow as tf

HERE = pathlib.Path(__file__).absolute().parent
KEY = 0xA4093822299F31D0
COUNTER = [0x452821E638D01377, 0x082EFA98EC4E6C89]
FIRST, COUNT = 3, 70
OUTPUTS = 21
SEED = [20, 21]
LOW = {"int32": -1000, "int64": -(10**15)}
HIGH = {"int32": 1001, "int64": 10**15 + 7}

key = tf.constant([KEY], tf.uint64)
counter = tf.constant(COUNTER, tf.uint64)


def checksum(values):
    values = np.ascontiguousarray(values).ravel()
    value = 0xCBF29CE484222325
    for element in values.view(f"u{values.itemsize}").tolist():
        value = (value ^ element) * 0x100000001B3 % 2**64
    return value


def fills():
    ops = tf.raw_ops
    shape = [FIRST + COUNT]
    where = {"shape": shape, "key": key, "counter": counter, "alg": 1}
    words = ops.StatelessRandomUniformFullIntV2(dtype=tf.uint32, **where)
    yield "WORDS", "UINT32", 0, 0, words
    for kind, op in (
        ("UNIFORM", ops.StatelessRandomUniformV2),
        ("NORMAL", ops.StatelessRandomNormalV2),
        ("TRUNCATED_NORMAL", ops.StatelessTruncatedNormalV2),
    ):
        for dtype in ("float16", "bfloat16", "float32", "float64"):
            yield kind, dtype.upper(), 0, 0, op(dtype=dtype, **where)
    for dtype in ("int32", "int64", "uint32", "uint64"):
        full = ops.StatelessRandomUniformFullIntV2(dtype=dtype, **where)
        yield "INTEGERS", dtype.upper(), 0, 0, full
    for dtype in ("int32", "int64"):
        low, high = tf.constant(LOW[dtype], dtype), tf.constant(HIGH[dtype], dtype)
        bounded = ops.StatelessRandomUniformIntV2(minval=low, maxval=high, **where)
        yield "INTEGERS", dtype.upper(), LOW[dtype], HIGH[dtype] - LOW[dtype], bounded


def samplers():
    ops = tf.raw_ops
    f = tf.constant
    yield "GAMMA", ops.StatelessRandomGammaV2(shape=[OUTPUTS], seed=SEED, alpha=f(0.7, tf.float32))
    rate = f(6.5, tf.float32)
    yield (
        "POISSON",
        ops.StatelessRandomPoisson(shape=[OUTPUTS], seed=SEED, lam=rate, dtype=tf.float32),
    )
    yield (
        "BINOMIAL",
        ops.StatelessRandomBinomial(
            shape=[OUTPUTS], seed=SEED, counts=f(40.0), probs=f(0.3), dtype=tf.float64
        ),
    )
    yield (
        "CATEGORICAL",
        ops.StatelessMultinomial(
            logits=f([[0.0, 1.0, -1.0, 0.5]]), num_samples=OUTPUTS, seed=SEED, output_dtype=tf.int64
        ),
    )
    yield (
        "BOUNDED_NORMAL",
        ops.StatelessParameterizedTruncatedNormal(
            shape=[OUTPUTS],
            seed=SEED,
            means=f(0.5),
            stddevs=f(2.0),
            minvals=f(-1.0),
            maxvals=f(4.0),
        ),
    )
    yield (
        "CLASSES",
        ops.LogUniformCandidateSampler(
            true_classes=f([[0]], tf.int64),
            num_true=1,
            num_sampled=OUTPUTS,
            unique=False,
            range_max=1000,
            seed=SEED[0],
            seed2=SEED[1],
        ).sampled_candidates,
    )


def main():
    start = tf.raw_ops.StatelessRandomGetKeyCounter(seed=SEED)
    key_of_pair, counter_of_pair = int(start.key[0]), [int(word) for word in start.counter]
    assert counter_of_pair[0] == 0
    made_with = (
        f"TensorFlow {tf.__version__}, NumPy {np.__version__}, Python {platform.python_version()}, "
        f"{' '.join(platform.libc_ver())}, {platform.machine()}."
    )
    lines = [
        "/* self_test_table.h: numbers of TensorFlow's, for self_test.c.",
        " *",
        " * Written by tests/makers/make_self_test.py; do not edit.",
        f" * {made_with}",
        " */",
        f"#define SELF_TEST_KEY     {KEY:#018x}u",
        f"#define SELF_TEST_COUNTER {{{', '.join(f'{word:#018x}u' for word in COUNTER)}}}",
        f"#define SELF_TEST_FIRST   {FIRST}",
        f"#define SELF_TEST_COUNT   {COUNT}",
        f"#define SELF_TEST_OUTPUTS {OUTPUTS}",
        f"#define SELF_TEST_SEED    {{{SEED[0]}, {SEED[1]}}}",
        f"#define SELF_TEST_PAIR    {{{key_of_pair:#018x}u, {counter_of_pair[1]:#018x}u}}",
        "",
        "/* kind, dtype, low, range, sum */",
        "#define SELF_TEST_FILLS(X) \\",
        *(
            f"    X({kind}, {dtype}, {low}, {span}u, {checksum(values.numpy()[FIRST:]):#018x}u) \\"
            for kind, dtype, low, span, values in fills()
        ),
        "",
        *(
            f"#define SELF_TEST_{name} {checksum(values.numpy()):#018x}u"
            for name, values in samplers()
        ),
    ]
    (HERE.parents[1] / "csrc" / "self_test_table.h").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
