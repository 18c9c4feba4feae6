"""samplers.py: the rejection samplers against TensorFlow, both in one run.

    python bench/samplers.py [--threads 1] [--elements 1e6] [--rounds 7]

TensorFlow runs in a process of its own, with as many threads, bound to as many processors. The
two take turns, case by case and round by round, and what is printed is the median of the
rounds' ratios, with the best time of each in nanoseconds an element. A ratio of 2 means: twice
as fast as TensorFlow. Times drift on a busy machine; ratios hardly do.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

import numpy as np


def cases(n):
    """Name, raw op, arguments: everything that is an array is made before the clock starts."""
    seed = np.array([1, 2])
    many = np.random.default_rng(1).uniform(0.1, 3.1, n).astype(np.float32)
    for dtype in ("float32", "float64"):
        for alpha in (0.3, 1.0, 2.5, 100.0):
            yield (
                f"gamma {dtype} alpha {alpha}",
                "StatelessRandomGammaV2",
                dict(shape=[n], seed=seed, alpha=np.array(alpha, dtype)),
            )
    yield (
        "gamma float32, each its own alpha",
        "StatelessRandomGammaV2",
        dict(shape=[n], seed=seed, alpha=many),
    )
    for rate in (0.5, 5.0, 9.9, 10.0, 30.0, 1000.0):
        yield (
            f"poisson rate {rate}",
            "StatelessRandomPoisson",
            dict(shape=[n], seed=seed, lam=np.float32(rate), dtype="int32"),
        )
    yield (
        "poisson, each its own rate",
        "StatelessRandomPoisson",
        dict(shape=[n], seed=seed, lam=many * 16, dtype="int32"),
    )
    for count, prob in ((10.0, 0.3), (20.0, 0.3), (200.0, 0.3), (1e5, 0.7)):
        yield (
            f"binomial {count:g}, {prob}",
            "StatelessRandomBinomial",
            dict(
                shape=[n],
                seed=seed,
                counts=np.float32(count),
                probs=np.float32(prob),
                dtype="int32",
            ),
        )
    for rows, classes in (
        (1, 10),
        (1000, 13),
        (1000, 1000),
        (n // 100, 10),
        (n, 10),
        (n // 100, 1000),
    ):
        samples = 1 if rows == n or (rows, classes) == (n // 100, 1000) else n // rows
        logits = np.random.default_rng(2).standard_normal((rows, classes)).astype(np.float32)
        yield (
            f"categorical {rows} x {classes}, {samples} each",
            "StatelessMultinomial",
            dict(logits=logits, num_samples=samples, seed=seed),
        )
    for least, most in ((-2.0, 2.0), (-0.5, 0.5), (3.0, 30.0)):
        yield f"normals in {least}, {most}", "ParameterizedTruncatedNormal", dict(
            shape=[n], means=np.float32(0), stdevs=np.float32(1), minvals=np.float32(least),
            maxvals=np.float32(most), seed=1, seed2=2,
        )  # fmt: skip


def elements(result):
    return int(np.prod(result.shape))


def serve(threads, n):
    """TensorFlow: read a case's number, run it once, answer with seconds."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    table = []
    for _, op, arguments in cases(n):
        arguments = {
            key: tf.constant(value) if isinstance(value, np.ndarray | np.generic) else value
            for key, value in arguments.items()
        }
        table.append((getattr(tf.raw_ops, op), arguments))
    print("ready", flush=True)
    for line in sys.stdin:
        op, arguments = table[int(line)]
        begin = time.perf_counter()
        op(**arguments)
        print(time.perf_counter() - begin, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--elements", type=float, default=1e6)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    n = int(options.elements)
    cpus = sorted(os.sched_getaffinity(0))[: options.threads]
    os.sched_setaffinity(0, cpus)
    if options.serve:
        return serve(options.threads, n)

    import tfphilox

    tfphilox.config.threading.set_intra_op_parallelism_threads(options.threads)
    command = [sys.executable, __file__, "--serve", "--threads", str(options.threads)]
    command += ["--elements", str(n)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout.readline() == "ready\n"

    def theirs(number):
        server.stdin.write(f"{number}\n")
        server.stdin.flush()
        return float(server.stdout.readline())

    print(f"{n} elements, {len(cpus)} thread(s), {tfphilox.isa()}; ns an element")
    print(f"{'':40}{'TensorFlow':>12}{'tfphilox':>12}{'ratio':>8}")
    for number, (name, op, arguments) in enumerate(cases(n)):
        function = getattr(tfphilox.raw_ops, op)
        size = elements(function(**arguments))
        theirs(number)
        pairs = []
        for _ in range(options.rounds):
            begin = time.perf_counter()
            function(**arguments)
            ours = time.perf_counter() - begin
            pairs.append((theirs(number), ours))
        ratio = statistics.median(a / b for a, b in pairs)
        best = [min(column) / size * 1e9 for column in zip(*pairs, strict=True)]
        print(f"{name:40}{best[0]:12.2f}{best[1]:12.2f}{ratio:8.2f}", flush=True)
    server.stdin.close()
    server.wait()


if __name__ == "__main__":
    main()
