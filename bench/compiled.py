"""Time the numbers of compiled functions: against TensorFlow's, and against those of eager mode.

    TENSORFLOW_PYTHON bench/compiled.py [--count N] [--turns N] [--only TEXT]

Both libraries run in this process with one thread and take turns, many short ones, so that whatever
else the machine does falls on both; the least time of each is printed, and their ratio. The thread
that calls is bound to one processor once TensorFlow has made its own. TensorFlow's functions are
compiled before; a call ends when its array is there, and is read at one place, so that nothing can
be left out. Then the uniform fills of compiled functions against those of eager mode, which are the
same work but for the bits that are taken.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = "1"
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

import tfphilox as tp
from tfphilox._c import _compiled

NAMES = ("stateless_uniform", "stateless_normal", "stateless_truncated_normal")
CLASSES = 100


def least(first, second, turns):
    """The least seconds of each of two calls, which take turns."""
    times = ([], [])
    for _ in range(turns):
        for call, found in zip((first, second), times, strict=True):
            start = time.perf_counter()
            call()
            found.append(time.perf_counter() - start)
    return min(times[0]), min(times[1])


def show(name, theirs, ours, count):
    slow, fast = theirs / count * 1e9, ours / count * 1e9
    print(f"| {name} | {slow:.2f} | {fast:.2f} | {slow / fast:.2f} |", flush=True)


def programs(count):
    for name in NAMES:
        for dtype in "float32", "float64":
            yield (
                f"{name} {dtype}",
                lambda tf, seed, name=name, dtype=dtype: getattr(tf.random, name)(
                    [count], seed, dtype=dtype
                ),
            )
    logits = np.zeros((1, CLASSES), np.float32)
    yield (
        f"stateless_categorical float32, of {CLASSES} classes",
        lambda tf, seed: tf.random.stateless_categorical(logits, count // CLASSES, seed),
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=10**6)
    parser.add_argument("--turns", type=int, default=30)
    parser.add_argument("--only", default="", help="the ops whose names hold this")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    processors = os.sched_getaffinity(0)
    count, pair = options.count, tf.constant([11, 22])
    print("| ns an element | TensorFlow, compiled | tfphilox | ratio |\n|---|---|---|---|")
    for name, draw in programs(count):
        if options.only not in name:
            continue
        compiled = tf.function(lambda seed, d=draw: d(tf, seed), jit_compile=True, autograph=False)
        with tp.config.jit_compile():
            assert compiled(pair).numpy().tobytes() == draw(tp, [11, 22]).tobytes(), name
            os.sched_setaffinity(0, {max(processors)})
            theirs, ours = least(
                lambda c=compiled: c(pair).numpy().item(-1),
                lambda d=draw: d(tp, [11, 22]).item(-1),
                options.turns,
            )
        os.sched_setaffinity(0, processors)
        show(name, theirs, ours, count)
    print("\n| ns an element | eager fill | compiled fill | ratio |\n|---|---|---|---|")
    for dtype in "float32", "float64":
        out = np.empty(count, dtype)
        stream = tp.Stream(1, 2)
        eager, made = least(
            lambda o=out, d=dtype, s=stream: s.uniform(o.shape, dtype=d, out=o, threads=1),
            lambda o=out: _compiled.fill("uniform", o, "newest", 1, 2, threads=1),
            5 * options.turns,
        )
        show(f"uniform {dtype}", eager, made, count)


if __name__ == "__main__":
    main()
