"""Time the numbers of compiled functions against TensorFlow's compiled functions, in one run.

    TENSORFLOW_PYTHON bench/compiled.py [--count N] [--repeat N]

Both use one thread, and take turns; TensorFlow's time to compile is left out, and so is the time
that its arrays take to become NumPy's. Prints nanoseconds an element, the least of the runs, and
the median of the ratios.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
import tensorflow as tf

import tfphilox as tp


def timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=10**6)
    parser.add_argument("--repeat", type=int, default=15)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    count = options.count
    pair = tf.constant([11, 22])
    logits = np.zeros((1, 100), np.float32)
    names = ["stateless_uniform", "stateless_normal", "stateless_truncated_normal"]
    cases = [
        (
            f"{name} {dtype}",
            lambda tf, seed, name=name, dtype=dtype: getattr(tf.random, name)(
                [count], seed, dtype=dtype
            ),
        )
        for name in names
        for dtype in ("float32", "float64")
    ]
    cases.append(
        (
            "stateless_categorical float32, 100 classes",
            lambda tf, seed: tf.random.stateless_categorical(logits, count // 100, seed),
        )
    )
    for name, draw in cases:
        compiled = tf.function(lambda seed, d=draw: d(tf, seed), jit_compile=True)
        theirs = lambda c=compiled: c(pair)  # noqa: E731
        ours = lambda d=draw: d(tp, [11, 22])  # noqa: E731
        with tp.config.jit_compile():
            expected, found = theirs().numpy(), ours()
            assert expected.tobytes() == found.tobytes(), name
            pairs = [(timed(theirs), timed(ours)) for _ in range(options.repeat)]
        slow, fast = (min(column) / count * 1e9 for column in zip(*pairs, strict=True))
        times = statistics.median(a / b for a, b in pairs)
        print(f"{name:45} TensorFlow {slow:7.2f} ns  tfphilox {fast:7.2f} ns  {times:6.1f}x")


if __name__ == "__main__":
    main()
