"""test_distributions.py: the rejection samplers: TensorFlow's numbers, and what is refused.

The golden file was written by TensorFlow (make_golden_samplers.py); tests/live compares fresh
parameters where TensorFlow is installed.
"""

import inspect
import json
import os
import signal
import threading
import time

import numpy as np
import pytest
from bits import as_list, assert_same_bits, numpy_dtype
from places import GOLDEN_FILES

import tfphilox as tp
from tfphilox import raw_ops
from tfphilox._c import _samplers

GOLDEN = json.loads((GOLDEN_FILES / "samplers-tf-2.21.0.json").read_text())
INF, NAN = float("inf"), float("nan")

pytestmark = pytest.mark.global_seed(0)


# ---- golden --------------------------------------------------------------------------------


def read(value):
    if isinstance(value, dict):
        if value["dtype"] == "bfloat16":
            pytest.importorskip("ml_dtypes")
        with np.errstate(over="ignore"):
            return np.array(value["array"], np.float64).astype(numpy_dtype(value["dtype"]))
    return value


def case_id(case):
    types = [
        str(value["dtype"] if isinstance(value, dict) else value)
        for key, value in case["arguments"].items()
        if isinstance(value, dict) or "dtype" in key
    ]
    threads = [f"{case['threads']}"] if "threads" in case else []
    return "-".join([case["name"], *types, *threads])


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=case_id)
def test_golden(case):
    module = raw_ops if case["section"] == "raw" else tp.random
    arguments = {key: read(value) for key, value in case["arguments"].items()}
    for threads in case.get("threads", [1]):
        tp.config.threading.set_intra_op_parallelism_threads(threads)
        tp.random.set_seed(GOLDEN["header"]["global_seed"])
        for number, result in enumerate(case["results"]):
            expected = [int(word, 16) for word in result.split()]
            got = getattr(module, case["name"])(**arguments)
            assert_same_bits(got, expected, f"run {number}, {threads} threads")


# As the rules page of the project restates them; TensorFlow 2.21 printed them.
def test_published():
    gamma = tp.random.stateless_gamma([4], [1, 2], 0.5)
    assert as_list(gamma) == [0x3D891EFA, 0x3F20D40A, 0x3E39B85B, 0x3D42EDA6]
    assert tp.random.stateless_poisson([6], [1, 2], 3.5).tolist() == [6, 5, 4, 6, 3, 7]
    binomial = tp.random.stateless_binomial([6], [1, 2], 20.0, 0.3)
    assert binomial.tolist() == [10, 9, 9, 7, 7, 7]
    drawn = tp.random.stateless_categorical([[0.0, 1.0, 2.0, 3.0]], 8, [1, 2])
    assert drawn.tolist() == [[3, 3, 2, 3, 3, 3, 3, 2]]


# ---- the C samplers ------------------------------------------------------------------------

PARAMETERS = {
    "gamma": ([0.3, 0.99, 1.0, 1.01, 2.5, 500.0, 1e-3], None),
    "poisson": ([0.0, 0.4, 5.0, 9.9, 10.0, 33.3, 1e4], None),
    "binomial": (
        [10.0, 20.0, 20.0, 30.0, 200.0, 1e4, 5.0],
        [0.3, 0.5, 0.49, 0.9, 0.3, 0.7, 1.0],
    ),
}


def sample(kind, samples, threads=1, isa=None, key=3, counter=5 << 64):
    a, b = (None if x is None else np.array(x) for x in PARAMETERS[kind])
    out = np.empty((samples, len(a)))
    return _samplers.sample(kind, key, counter, a, b, out.dtype, out, kind == "gamma", threads, isa)


@pytest.mark.parametrize("kind", PARAMETERS)
def test_instruction_sets_agree(kind, isa):
    for samples in (1, 2, 36, 37, 500):
        assert_same_bits(sample(kind, samples, isa=isa), sample(kind, samples, isa="scalar"))


@pytest.mark.parametrize("kind", PARAMETERS)
def test_counters_carry(kind, isa):
    """Near the ends of the counter's words, and round its own end."""
    for counter in (2**32 - 700, 2**64 - 700, 2**96 - 700, 2**128 - 700):
        whole = sample(kind, 20, isa=isa, counter=counter)
        a, b = PARAMETERS[kind]
        stride = 42 if kind == "binomial" else 256
        for batch in range(len(a)):
            if kind == "binomial" and b[batch] * a[batch] >= 10:
                continue  # another stride
            start = (counter + stride * 20 * batch) % 2**128
            alone = np.empty(20)
            _samplers.sample(
                kind, 3, start, np.array(a[batch : batch + 1]),
                None if b is None else np.array(b[batch : batch + 1]), alone.dtype, alone,
                kind == "gamma", 1, isa,
            )  # fmt: skip
            assert_same_bits(np.ascontiguousarray(whole[:, batch]), alone, f"{counter} {batch}")


@pytest.mark.parametrize("kind", PARAMETERS)
def test_threads_change_nothing(kind):
    assert_same_bits(sample(kind, 4000, threads=1), sample(kind, 4000, threads=5))


@pytest.mark.parametrize(("rows", "classes", "samples"), [(1, 3, 5000), (5000, 3, 1), (300, 40, 7)])
@pytest.mark.parametrize("tensorflow_threads", [1, 3])
def test_categorical_alike(rows, classes, samples, tensorflow_threads, isa):
    logits = np.random.default_rng(1).standard_normal((rows, classes))
    results = [
        _samplers.categorical(
            1, 2, logits, np.empty((rows, samples), np.int32), tensorflow_threads, threads, name
        )
        for threads, name in ((1, isa), (5, isa), (1, "scalar"))
    ]
    assert_same_bits(results[1], results[0])
    assert_same_bits(results[2], results[0])


def test_many_classes():
    """More than the sampler has on its stack; the logarithms of a plain distribution."""
    logits = np.zeros((2, 5000), np.float32)
    logits[1, :-1] = -200
    drawn = tp.random.stateless_categorical(logits, 20_000, [1, 2])
    assert drawn.min() >= 0
    assert np.ptp(drawn[0]) > 4900
    assert set(drawn[1]) == {4999}


def test_no_finite_logit():
    assert tp.random.stateless_categorical([[-INF, NAN], [INF, 0.0]], 3, [1, 2]).tolist() == [
        [2, 2, 2],
        [1, 1, 1],
    ]


# ---- Python ---------------------------------------------------------------------------------

SIGNATURES = {
    "categorical": "logits, num_samples, dtype=None, seed=None, name=None",
    "gamma": "shape, alpha, beta=None, dtype=float32, seed=None, name=None",
    "poisson": "shape, lam, dtype=float32, seed=None, name=None",
    "stateless_binomial": "shape, seed, counts, probs, output_dtype=int32, name=None",
    "stateless_categorical": "logits, num_samples, seed, dtype=int64, name=None",
    "stateless_gamma": "shape, seed, alpha, beta=None, dtype=float32, name=None",
    "stateless_parameterized_truncated_normal": (
        "shape, seed, means=0.0, stddevs=1.0, minvals=-2.0, maxvals=2.0, name=None"
    ),
    "stateless_poisson": "shape, seed, lam, dtype=int32, name=None",
}
RAW_SIGNATURES = {
    "Multinomial": "logits, num_samples, seed=0, seed2=0, output_dtype=int64, name=None",
    "ParameterizedTruncatedNormal": (
        "shape, means, stdevs, minvals, maxvals, seed=0, seed2=0, name=None"
    ),
    "RandomGamma": "shape, alpha, seed=0, seed2=0, name=None",
    "RandomPoisson": "shape, rate, seed=0, seed2=0, name=None",
    "RandomPoissonV2": "shape, rate, seed=0, seed2=0, dtype=int64, name=None",
    "StatefulRandomBinomial": ("resource, algorithm, shape, counts, probs, dtype=int64, name=None"),
    "StatelessMultinomial": "logits, num_samples, seed, output_dtype=int64, name=None",
    "StatelessParameterizedTruncatedNormal": (
        "shape, seed, means, stddevs, minvals, maxvals, name=None"
    ),
    "StatelessRandomBinomial": "shape, seed, counts, probs, dtype=int64, name=None",
    "StatelessRandomGammaV2": "shape, seed, alpha, name=None",
    "StatelessRandomGammaV3": "shape, key, counter, alg, alpha, name=None",
    "StatelessRandomPoisson": "shape, seed, lam, dtype, name=None",
}


@pytest.mark.parametrize("name", [*SIGNATURES, *RAW_SIGNATURES])
def test_signatures(name):
    """As `inspect.signature` shows them in TensorFlow 2.21."""
    raw = name in RAW_SIGNATURES
    parameters = inspect.signature(getattr(raw_ops if raw else tp.random, name)).parameters
    shown = [
        p.name if p.default is p.empty else f"{p.name}={p.default}" for p in parameters.values()
    ]
    assert ", ".join(shown) == (RAW_SIGNATURES if raw else SIGNATURES)[name]
    if raw:
        assert all(p.kind is p.KEYWORD_ONLY for p in parameters.values())


random = tp.random


@pytest.mark.parametrize("x", [0.1, 2.5, 33.3, 1e-39, 2.0**-126 * (1 - 2.0**-25), 1e37, 1e300, NAN])
def test_numbers_are_rounded_as_arrays_are(x):
    """Python's floats go to the kernels by a shorter way."""
    wide = np.float64(x)
    for draw in (
        lambda x: random.stateless_gamma([5], [1, 2], x),
        lambda x: random.stateless_gamma([5], [1, 2], type(x)(0.7), x),
        lambda x: random.stateless_binomial([5], [1, 2], 10.0, x, "float32"),
    ):
        assert_same_bits(draw(x), draw(wide))
    bounds = 0.1, 0.3, -0.7, 1.9
    assert_same_bits(normals(*bounds), normals(*np.float32(bounds)))
    with np.errstate(over="ignore"):
        logits = [[x, 0.3, -2.5, 0.1]]
        expected = random.stateless_categorical(np.float32(logits), 40, [1, 2])
    assert_same_bits(random.stateless_categorical(logits, 40, [1, 2]), expected)


BAD = [
    # TensorFlow refuses these too (tests/live).
    (ValueError, "one-dimensional", lambda: random.gamma(2, 1.0)),
    (ValueError, "negative", lambda: random.gamma([-1], 1.0)),
    (TypeError, "shape", lambda: random.gamma([2.0], 1.0)),
    (ValueError, "dtype", lambda: random.gamma([2], 1.0, dtype="int32")),
    (TypeError, "alpha", lambda: random.gamma([2], "a")),
    (TypeError, "alpha", lambda: random.gamma([2], None)),
    (ValueError, "broadcast", lambda: random.gamma([2], [1.0, 2.0], [1.0, 2.0, 3.0])),
    (ValueError, "end with", lambda: random.stateless_gamma([3, 2], [1, 2], [1.0])),
    (ValueError, "seed", lambda: random.stateless_gamma([3], [1, 2, 3], 1.0)),
    (TypeError, "dtype", lambda: random.poisson([2], 3.0, dtype="uint32")),
    (ValueError, "end with", lambda: random.stateless_poisson([3, 2], [1, 2], [1.0])),
    (TypeError, "lam", lambda: random.stateless_poisson([3], [1, 2], np.uint8(3))),
    (ValueError, "end with", lambda: random.stateless_binomial([3], [1, 2], [1.0, 2.0], 0.5)),
    (ValueError, "broadcast", lambda: random.stateless_binomial([2], [1, 2], [1.0] * 2, [0.5] * 3)),
    (ValueError, "matrix", lambda: random.categorical([1.0, 2.0], 3)),
    (TypeError, "logits", lambda: random.categorical([[1, 2]], 3)),
    (ValueError, "class", lambda: random.categorical(np.zeros((2, 0)), 3)),
    (ValueError, "num_samples", lambda: random.categorical([[1.0]], -1)),
    (ValueError, "num_samples", lambda: random.categorical([[1.0]], 2**31)),
    (ValueError, "num_samples", lambda: random.categorical([[1.0]], [2])),
    (TypeError, "num_samples", lambda: random.categorical([[1.0]], 2.0)),
    (ValueError, "dtype", lambda: random.categorical([[1.0]], 2, dtype="float32")),
    (ValueError, "deviations", lambda: normals(0.0, 0.0)),
    (ValueError, "deviations", lambda: normals(0.0, 1e-40)),
    (ValueError, "minvals below maxvals", lambda: normals(0.0, 1.0, 2.0, 2.0)),
    (ValueError, "finite", lambda: normals(0.0, 1.0, -INF, INF)),
    (ValueError, "thousand", lambda: normals(0.0, 1.0, 1e20, 2e20)),
    (ValueError, "thousand", lambda: normals(NAN, 1.0)),
    (TypeError, "one type", lambda: normals(np.float64(0))),
    (TypeError, "means", lambda: normals(0, 1, -2, 2)),
    (NotImplementedError, "RandomPoissonV2", lambda: raw_ops.RandomPoisson(shape=[1], rate=1.0)),
    # TensorFlow wraps, hangs, or gives what was in a register.
    (ValueError, "below 2", lambda: random.gamma(np.array([2**40]), 1.0)),
    (ValueError, "NaN", lambda: random.poisson([2], NAN)),
    (ValueError, "NaN", lambda: random.stateless_poisson([2], [1, 2], NAN)),
    (ValueError, "int32", lambda: random.stateless_poisson([2], [1, 2], 3e9)),
    (ValueError, "float16", lambda: random.stateless_poisson([2], [1, 2], 1e5, "float16")),
    (ValueError, "NaN", lambda: random.stateless_binomial([2], [1, 2], NAN, 0.5)),
    (ValueError, "NaN", lambda: random.stateless_binomial([2], [1, 2], 5.0, NAN)),
    (TypeError, "shape", lambda: random.gamma(np.array([2.5]), 1.0)),
    (TypeError, "alpha", lambda: random.gamma([2], np.array(1j))),
    # No machine has this.
    (ValueError, "2\\*\\*63", lambda: random.stateless_gamma([2**40, 2**40], [1, 2], 1.0)),
    (MemoryError, "memory", lambda: random.stateless_gamma([2**30, 2**30], [1, 2], 1.0)),
    (TypeError, "num_threads", lambda: set_threads(1.0)),
    (ValueError, "num_threads", lambda: set_threads(-1)),
]
normals = lambda *parameters: random.stateless_parameterized_truncated_normal(  # noqa: E731
    [3], [1, 2], *parameters
)
set_threads = tp.config.threading.set_intra_op_parallelism_threads


@pytest.mark.parametrize(("error", "words", "call"), BAD)
def test_refused(error, words, call):
    with pytest.raises(error, match=words):
        call()


def test_a_failure_moves_nothing():
    def draws():
        return [
            as_list(random.gamma([3], 0.7, seed=1)),
            as_list(random.poisson([3], 20.0, seed=1)),
            as_list(random.categorical([[0.0, 1.0]], 5, seed=1)),
            as_list(random.gamma([3], 0.7)),
            as_list(
                raw_ops.ParameterizedTruncatedNormal(
                    shape=[5], means=0.0, stdevs=1.0, minvals=-1.0, maxvals=1.0, seed=1, seed2=1
                )
            ),
        ]

    random.set_seed(9)
    expected = draws()
    random.set_seed(9)
    for call in (
        lambda: random.gamma([2**33], 0.7, seed=1),
        lambda: random.poisson([3000], [20.0, NAN], seed=1),
        lambda: random.poisson([3], NAN),
        lambda: random.gamma([3, -1], 0.7),
        lambda: raw_ops.ParameterizedTruncatedNormal(
            shape=[2], means=[0.0, 0.0], stdevs=[1.0, 1.0], minvals=[-1.0, 1e20],
            maxvals=[1.0, 2e20], seed=1, seed2=1,
        ),
    ):  # fmt: skip
        with pytest.raises((ValueError, MemoryError)):
            call()
    assert draws() == expected


def test_empty():
    assert random.gamma([0], [1.0, 2.0]).shape == (0, 2)
    assert random.gamma([2], []).shape == (2, 0)
    assert random.stateless_gamma([3, 0], [1, 2], []).shape == (3, 0)
    assert random.poisson([0], 3.0).shape == (0,)
    assert random.stateless_binomial([2, 0], [1, 2], [], 0.3).shape == (2, 0)
    assert random.categorical([[1.0]], 0).shape == (1, 0)
    assert random.categorical(np.zeros((0, 2)), 3).shape == (0, 3)
    assert random.stateless_parameterized_truncated_normal([0], [1, 2], 0.0, -1.0).shape == (0,)
    assert random.stateless_gamma([], [1, 2], 1.0).shape == ()


def test_threads_setting():
    threading_ = tp.config.threading
    assert threading_.get_intra_op_parallelism_threads() == 1
    logits = np.zeros((1000, 100))
    one = random.stateless_categorical(logits, 10, [1, 2])
    threading_.set_intra_op_parallelism_threads(4)
    four = random.stateless_categorical(logits, 10, [1, 2])
    assert (one != four).any()
    threading_.set_intra_op_parallelism_threads(0)
    every = random.stateless_categorical(logits, 10, [1, 2])
    threading_.set_intra_op_parallelism_threads(len(os.sched_getaffinity(0)))
    assert_same_bits(random.stateless_categorical(logits, 10, [1, 2]), every)


LONG = {
    "gamma": lambda: random.stateless_gamma([10**8], [1, 2], 0.5),
    "categorical": lambda: random.stateless_categorical([[0.0, 1.0]], 5 * 10**8, [1, 2], "int32"),
    "truncated": lambda: random.stateless_parameterized_truncated_normal([5 * 10**8], [1, 2]),
}


def keep_drawing(draw, end):
    while time.monotonic() < end:
        draw()


@pytest.mark.parametrize("draw", LONG.values(), ids=LONG)
@pytest.mark.parametrize("tensorflow_threads", [1, 8])
def test_ctrl_c(draw, tensorflow_threads):
    """A long draw stops at once, and the streams stay where they were."""
    set_threads(tensorflow_threads)
    random.set_seed(3)
    first = random.gamma([4], 0.5, seed=1)
    random.set_seed(3)
    seconds = []
    for _ in range(3):  # the best of three: what else runs on the machine is not judged
        timer = threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT))
        timer.start()
        begin = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            keep_drawing(draw, begin + 60)
        seconds.append(time.monotonic() - begin)
        timer.join()
    assert min(seconds) < 1.5, seconds
    assert_same_bits(random.gamma([4], 0.5, seed=1), first)


def test_parts_of_a_row(isa):
    """Long rows are made in parts, which threads share."""
    logits = np.array([[0.0, 1.0, 2.0], [1.0, -1.0, 0.0]], np.float32)
    samples = 3 * 2**15 + 17
    drawn = []
    for name, threads in ((isa, 1), ("scalar", 2)):
        out = np.empty((2, samples), np.int32)
        _samplers.categorical(3, 2**128 - 9, logits, out, 1, threads, name)
        drawn.append(out)
    assert_same_bits(*drawn)
    one = np.empty((1, 2 * samples), np.int32)  # the second row goes on in the stream
    _samplers.categorical(3, 2**128 - 9, logits[1:].copy(), one, 1, 1, isa)
    assert_same_bits(drawn[0][1], one[0, samples:])


WAYS = [(-2, 2), (-0.5, 0.5), (3, 30), (1, 1.5), (-INF, -2), (0, INF), (8, 9.5), (-1000, 0)]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("by_batch", [False, True])
def test_truncated_alike(dtype, by_batch, isa):
    rows = np.array([[0.0] * 8, [1.0] * 8, *zip(*WAYS, strict=True)])
    for samples in (1, 2, 3, 5, 200, 1001):
        drawn = []
        for name in (isa, "scalar"):
            out = np.empty(8 * samples, dtype)
            arguments = rows, 8, samples, by_batch, out, 3
            drawn.append(_samplers.truncated(3, 2**128 - 9, *arguments, 1, name))
        assert_same_bits(*drawn)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("bounds", [(-2, 2), (-0.5, 0.5), (3, 30), (1, 1.5)])
def test_pauses_change_nothing(dtype, bounds):
    """Each shard is made in turns of 131,072 numbers or so; outputs do not depend on `threads`."""
    rows = np.array([[0.0], [1.0], [bounds[0]], [bounds[1]]])
    drawn = []
    for mirrored, threads in ((1, 1), (2, 1), (2, 2)):
        out = np.empty(400_000, dtype)
        _samplers.truncated(3, 5 << 64, rows, 1, out.size, False, out, mirrored, threads)
        drawn.append(out)
    assert_same_bits(drawn[1], drawn[2])
    short = np.empty(400, dtype)
    _samplers.truncated(3, 5 << 64, rows, 1, short.size, False, short, 1, 1)
    assert_same_bits(drawn[0][:400], short)
    assert_same_bits(drawn[1][:400], short)


def test_two_threads_share_a_stream():
    random.set_seed(3)
    whole = {tuple(as_list(random.gamma([100], 0.5, seed=1))) for _ in range(40)}
    random.set_seed(3)
    found = []
    workers = [
        threading.Thread(
            target=lambda: found.extend(
                tuple(as_list(random.gamma([100], 0.5, seed=1))) for _ in range(10)
            )
        )
        for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert set(found) == whole
