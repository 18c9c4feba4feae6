"""make_golden_samplers.py: ask TensorFlow for the rejection samplers' numbers and write them down.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_samplers.py

writes tests/golden_files/samplers-tf-<version>.json.  It imports TensorFlow and NumPy and never
tfphilox.  test_distributions.py reads the file.  One case is one line: the op, its arguments and
what it returned, run after run, as bit patterns in hex.

raw       one raw op, run as often as there are results; each run continues the last
public    one function of tf.random after set_seed, likewise
threads   the two kernels whose numbers depend on TensorFlow's threads, run in a process of their
          own for each number of threads
"""

import json
import os
import platform
import subprocess
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FLOATS = ["float16", "float32", "float64"]
NUMBERS = [*FLOATS, "int32", "int64"]
INF, NAN = float("inf"), float("nan")
ALPHAS = [0.01, 0.3, 0.5, 0.9, 1.0, 1.1, 2.5, 10.0, 100.0, 1e4]
ODD_ALPHAS = [0.0, -0.5, -3.0, 1e-7, 1e-40, INF, NAN]
RATES = [0.0, -1.0, 0.1, 0.5, 3.0, 9.99, 10.0, 12.5, 30.0, 1000.0, 50000.0]
COUNTS = [0, -2, 1, 7, 10, 20, 20, 20, 33.333332, 100, 200, 1000, 1000, 30000]
PROBS = [0.5, 0.5, 0.3, 0, 1, 0.3, 0.5, 0.9, 0.3, 0.1, 0.7, 1e-5, 0.999, 0.25]
BOUNDS = [
    (0, 1, -2, 2), (5, 2, 1, 9), (0, 1, -0.5, 0.5), (0, 1, 3, 30), (0, 1, 2, INF), (1, 3, -INF, -2),
    (0, 1, -INF, 0), (0, 1, 4, 4.25), (-3, 0.5, -2, INF), (0, 1, -3, 0.1), (0, 1, -1, 1.2),
    (0, 1, 1, 1.5), (0, 1, 8, 9.5),
]  # fmt: skip
THREADS = [1, 2, 3, 4, 8]
GLOBAL_SEED = 5


def bits(result):
    array = np.ascontiguousarray(result.numpy())
    words = array.reshape(-1).view(f"<u{array.dtype.itemsize}")
    return " ".join(f"{int(word):0{2 * array.dtype.itemsize}x}" for word in words)


def array(values, dtype):
    """An argument that is an array, as the file writes it."""
    return {"array": np.asarray(values, np.float64).tolist(), "dtype": dtype}


def read(value):
    if isinstance(value, dict):
        with np.errstate(over="ignore"):
            return np.array(value["array"], np.float64).astype(
                tf.as_dtype(value["dtype"]).as_numpy_dtype
            )
    return value


def run(section, name, arguments, times):
    module = tf.raw_ops if section == "raw" else tf.random
    values = {key: read(value) for key, value in arguments.items()}
    if section == "raw" and name == "StatelessRandomBinomial":  # arrays would be cast to the first
        values.update({key: tf.constant(values[key]) for key in ("counts", "probs")})
    tf.random.set_seed(GLOBAL_SEED)
    return [bits(getattr(module, name)(**values)) for _ in range(times)]


def stateless_cases():
    seed = 0
    for dtype in FLOATS:
        for alphas, samples in ((ALPHAS, 12), (ODD_ALPHAS, 2)):
            seed += 1
            alpha = array(alphas, dtype)
            yield (
                "raw",
                "StatelessRandomGammaV2",
                dict(shape=[samples, len(alphas)], seed=[seed, 2], alpha=alpha),
                1,
            )
            yield "raw", "RandomGamma", dict(shape=[samples], alpha=alpha, seed=seed, seed2=2), 2
        yield "raw", "StatelessRandomGammaV3", dict(
            shape=[5], key=[2**64 - 1], counter=[2**64 - 300, 2**32 - 1], alg=1,
            alpha=array(0.7, dtype),
        ), 1  # fmt: skip
        for beta in (2.0, 0.0, -1.0, 1e30, 1e-40, NAN):
            if dtype == "float16" and beta == 1e30:
                continue
            yield "public", "stateless_gamma", dict(
                shape=[2, 5], seed=[seed, 3], alpha=array([0.3, 1, 2.5, 9, 0.001], dtype),
                beta=array(beta, dtype), dtype=dtype,
            ), 1  # fmt: skip
    for dtype in NUMBERS:
        for rates in NUMBERS:
            seed += 1
            rate = array(np.trunc(RATES) if rates.startswith("int") else RATES, rates)
            yield (
                "raw",
                "StatelessRandomPoisson",
                dict(shape=[4, len(RATES)], seed=[seed, -1], lam=rate, dtype=dtype),
                1,
            )
            yield (
                "raw",
                "RandomPoissonV2",
                dict(shape=[2], rate=rate, seed=seed, seed2=-1, dtype=dtype),
                2,
            )
        yield (
            "raw",
            "StatelessRandomPoisson",
            dict(shape=[3, 2], seed=[seed, 5], lam=array([INF, -INF], "float32"), dtype=dtype),
            1,
        )
        for parameters in FLOATS:
            seed += 1
            yield "raw", "StatelessRandomBinomial", dict(
                shape=[6, len(COUNTS)], seed=[seed, 2**40], counts=array(COUNTS, parameters),
                probs=array(PROBS, parameters), dtype=dtype,
            ), 1  # fmt: skip
        yield "public", "stateless_binomial", dict(
            shape=[4, 3, 2], seed=[seed, 9], counts=array([[10], [300], [5]], "float64"),
            probs=array([0.3, 0.8], "float64"), output_dtype=dtype,
        ), 1  # fmt: skip
    for name, more in (
        ("gamma", {"alpha": [0.5, 1.5]}),
        ("gamma", {"alpha": [[1.0], [3.0]], "beta": [3.0, 4.0]}),
        ("poisson", {"lam": [0.5, 12.2]}),
        ("poisson", {"lam": 30, "dtype": "int64"}),
    ):
        yield "public", name, dict(shape=[5], seed=11, **more), 3


def thread_cases():
    numbers = np.random.default_rng(1)
    for dtype in ("float16", "bfloat16", "float32", "float64"):
        for rows, classes, samples in ((1, 7, 9), (3, 50, 4), (2, 1, 3)):
            logits = np.round(numbers.standard_normal((rows, classes)) * 4, 2)
            logits[0, 0] = INF
            yield (
                "raw",
                "StatelessMultinomial",
                dict(logits=array(logits, dtype), num_samples=samples, seed=[rows, classes]),
                1,
            )
    logits = array([[-INF, NAN, INF], [0, 1, 2]], "float32")
    for output in ("int32", "int64"):
        yield (
            "raw",
            "Multinomial",
            dict(logits=logits, num_samples=5, seed=3, seed2=4, output_dtype=output),
            2,
        )
    for rows, classes, samples in ((317, 10, 1), (42, 100, 1), (14, 10, 100), (315, 10, 1)):
        logits = array(np.round(numbers.standard_normal((rows, classes)), 1), "float32")
        yield (
            "raw",
            "StatelessMultinomial",
            dict(logits=logits, num_samples=samples, seed=[rows, 5], output_dtype="int32"),
            1,
        )
    table = np.array(BOUNDS).T
    for dtype in FLOATS:
        means, deviations, lows, highs = (array(row, dtype) for row in table)
        yield "raw", "StatelessParameterizedTruncatedNormal", dict(
            shape=[7, len(BOUNDS)], seed=[1, 2], means=means, stddevs=deviations, minvals=lows,
            maxvals=highs,
        ), 1  # fmt: skip
        yield "raw", "ParameterizedTruncatedNormal", dict(
            shape=[len(BOUNDS), 7], seed=1, seed2=2, means=means, stdevs=deviations, minvals=lows,
            maxvals=highs,
        ), 2  # fmt: skip
    wide = {"means": 0.0, "minvals": -0.5, "maxvals": 2.5}
    yield (
        "raw",
        "StatelessParameterizedTruncatedNormal",
        dict(wide, shape=[1130], seed=[5, 6], stddevs=1.0),
        1,
    )
    yield (
        "raw",
        "ParameterizedTruncatedNormal",
        dict(wide, shape=[1601], seed=5, seed2=6, stdevs=1.0),
        1,
    )


def main():
    if len(sys.argv) == 2:
        threads = int(sys.argv[1])
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        cases = []
        for section, name, arguments, times in thread_cases():
            results = run(section, name, arguments, times)
            cases.append(dict(section=section, name=name, arguments=arguments, results=results))
        print(json.dumps(cases))
        return
    lines = []
    for section, name, arguments, times in stateless_cases():
        results = run(section, name, arguments, times)
        lines.append(dict(section=section, name=name, arguments=arguments, results=results))
    by_threads = {}
    for threads in THREADS:
        command = [sys.executable, os.path.abspath(__file__), str(threads)]
        cases = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        for case in cases:  # equal results are written once, with all their numbers of threads
            key = json.dumps(case)
            by_threads.setdefault(key, dict(case, threads=[]))["threads"].append(threads)
    header = dict(
        tensorflow=tf.__version__,
        numpy=np.__version__,
        python=platform.python_version(),
        global_seed=GLOBAL_SEED,
        libc=" ".join(platform.libc_ver()),
        processor=processor(),
    )
    path = os.path.join(TESTS, "golden_files", f"samplers-tf-{tf.__version__}.json")
    with open(path, "w") as file:
        body = ",\n".join(json.dumps(line) for line in [*lines, *by_threads.values()])
        file.write(f'{{"header": {json.dumps(header)},\n"cases": [\n{body}\n]}}\n')
    print(path, os.path.getsize(path), "bytes")


def processor():
    """The processor's name, and whether it has fused multiply-add."""
    name, flags = platform.machine(), ""
    with open("/proc/cpuinfo") as file:
        for line in file:
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                name = value.strip()
            if key.strip() == "flags":
                flags = value
    return f"{name}, {'with' if ' fma ' in flags else 'without'} fma"


if __name__ == "__main__":
    main()
