"""samplers.py: the samplers and shuffles against TensorFlow's raw ops, both in one run.

    python bench/samplers.py [--threads 1,2] [--elements 1e6] [--rounds 5] [--only WORD] [--write]

TensorFlow runs in processes of its own, one for each number of threads, bound to as many
processors, as we are while it is our turn. The two take turns, case by case and round by round,
and a ratio is the median of the rounds' ratios, with the best time of each in nanoseconds an
element. A ratio of 2 means: twice as fast as TensorFlow. Times drift on a busy machine; ratios
hardly do: the table says for one thread whether they reach what is aimed at. NumPy's Generator,
which draws other numbers, takes its turn too where it has the distribution.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

import numpy as np
from measure import machine, table, write_section


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
    for dtype in (np.float32, np.float64):
        for least, most in ((-2.0, 2.0), (-0.5, 0.5), (3.0, 30.0)):
            yield (
                f"normals in [{least:g}, {most:g}], {dtype.__name__}",
                "ParameterizedTruncatedNormal",
                dict(
                    shape=[n],
                    means=dtype(0),
                    stdevs=dtype(1),
                    minvals=dtype(least),
                    maxvals=dtype(most),
                    seed=1,
                    seed2=2,
                ),
            )
    for dtype in (np.float32, np.int64):
        yield (
            f"shuffle {dtype.__name__}",
            "RandomShuffle",
            dict(value=np.arange(n, dtype=dtype), seed=1, seed2=2),
        )
    yield (
        "shuffle rows of 100 float32",
        "RandomShuffle",
        dict(value=np.zeros((n // 100, 100), np.float32), seed=1, seed2=2),
    )
    for name in ("Uniform", "LogUniform", "LearnedUnigram", "FixedUnigram"):
        for unique in (False, True):
            classes = n // 25 if name == "FixedUnigram" else n
            arguments = dict(
                true_classes=np.zeros((1, 1), np.int64),
                num_true=1,
                num_sampled=classes // 20 if unique else n // 10,
                unique=unique,
                range_max=classes,
                seed=1,
                seed2=2,
            )
            if name == "FixedUnigram":
                arguments["unigrams"] = [1.0 + i % 7 for i in range(classes)]
            kind = "unique " if unique else ""
            yield f"{kind}candidates, {name}", f"{name}CandidateSampler", arguments


GOALS = {  # times TensorFlow's speed, one thread, AVX-512
    "StatelessRandomGammaV2": 10,
    "StatelessRandomPoisson": 10,
    "StatelessRandomBinomial": 10,
    "StatelessMultinomial": 8,
    "ParameterizedTruncatedNormal": 8,
    "RandomShuffle": 4,
}


def goal(name, op):
    return 6 if name == "poisson, each its own rate" else GOALS.get(op)


def by_numpy(op, arguments):
    """Return a function that draws as many of the same distribution by NumPy, or None."""
    generator = np.random.default_rng(1)
    size = arguments.get("shape")
    if op == "StatelessRandomGammaV2":
        alpha = arguments["alpha"]
        if alpha.ndim:
            return lambda: generator.standard_gamma(alpha)
        return lambda: generator.standard_gamma(alpha, size, alpha.dtype)
    if op == "StatelessRandomPoisson":
        lam = arguments["lam"]
        return lambda: generator.poisson(lam, None if lam.ndim else size)
    if op == "StatelessRandomBinomial":
        return lambda: generator.binomial(int(arguments["counts"]), arguments["probs"], size)
    if op == "StatelessMultinomial" and len(arguments["logits"]) == 1:
        p = np.exp(arguments["logits"][0].astype(float))
        return lambda: generator.choice(len(p), arguments["num_samples"], p=p / p.sum())
    if op == "RandomShuffle":
        return lambda: generator.permutation(arguments["value"])
    return None


def clock(threads):
    """Return what tells the time: of the processor where one thread works, so that others' work
    counts for little, else the wall's."""
    return time.process_time if threads == 1 else time.perf_counter


def elements(result):
    return result[0].size if isinstance(result, tuple) else result.size


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
    now = clock(threads)
    for line in sys.stdin:
        op, arguments = table[int(line)]
        begin = now()
        op(**arguments)
        print(now() - begin, flush=True)


class TensorFlow:
    """A process with one number of threads."""

    def __init__(self, threads, n):
        command = [sys.executable, __file__, "--serve", str(threads), "--elements", str(n)]
        pipe = subprocess.PIPE
        self.threads = threads
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def seconds(self, number):
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def measure(number, function, arguments, server, rounds, numpy):
    """TensorFlow's and our nanoseconds an element, the ratio, and NumPy's nanoseconds."""
    size, now = elements(function(**arguments)), clock(server.threads)
    server.seconds(number)
    pairs, others = [], []
    for _ in range(rounds):
        if numpy:
            begin = now()
            numpy()
            others.append(now() - begin)
        begin = now()
        function(**arguments)
        ours = now() - begin
        pairs.append((server.seconds(number), ours))
    theirs, ours = (min(column) / size * 1e9 for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    return theirs, ours, ratio, min(others) / size * 1e9 if numpy else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--elements", type=float, default=1e6)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="cases whose name has this word")
    parser.add_argument("--write", action="store_true", help="into bench/README.md")
    parser.add_argument("--serve", type=int)
    options = parser.parse_args()
    n = int(options.elements)
    cpus = sorted(os.sched_getaffinity(0))
    if options.serve:
        os.sched_setaffinity(0, cpus[: options.serve])
        return serve(options.serve, n)

    import tfphilox

    counts = [int(count) for count in options.threads.split(",")]
    counts = [count for count in counts if count <= len(cpus)]
    servers = [TensorFlow(count, n) for count in counts]
    header = ["op, its arguments"]
    for count in counts:
        word = f"{count} thread{'s' if count > 1 else ''}"
        header += [f"TensorFlow, {word}", "tfphilox", "ratio"]
    header += ["aim", "reached", "NumPy"]
    rows = []
    for number, (name, op, arguments) in enumerate(cases(n)):
        if options.only not in name:
            continue
        row, first = [name], None
        for count, server in zip(counts, servers, strict=True):
            os.sched_setaffinity(0, cpus[:count])
            tfphilox.config.threading.set_intra_op_parallelism_threads(count)
            function = getattr(tfphilox.raw_ops, op)
            numpy = None if row[1:] else by_numpy(op, arguments)
            theirs, ours, ratio, other = measure(
                number, function, arguments, server, options.rounds, numpy
            )
            row += [f"{theirs:.2f}", f"{ours:.2f}", f"**{ratio:.2f}**"]
            first = first or (ratio, other)
        aim, (ratio, other) = goal(name, op), first
        row += [f"{aim}" if aim else "", ("yes" if ratio >= aim else "no") if aim else ""]
        row.append(f"{other:.2f}" if other else "")
        rows.append(row)
        print(" ".join(f"{cell:>12}" for cell in row[1:]), row[0], flush=True)
    for server in servers:
        server.end()
    load = os.getloadavg()[1]
    text = f"""{machine()} {tfphilox.isa()}. Load of the machine, five minutes' average: {load:.1f}.

Nanoseconds an element (of the processor's time for one thread) for {n:.0e} elements, a tenth or
less of it for candidates, best of {options.rounds} rounds; ratios are the rounds' median, the
aims are one thread's with AVX-512.

{table(header, rows)}"""
    print(text)
    if options.write and not options.only:
        write_section("samplers", text)


if __name__ == "__main__":
    main()
