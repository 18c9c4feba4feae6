"""test_live_stream.py: random seeds, sizes, dtypes and bounds, against TensorFlow in this process.

Every draw is compared bit by bit with tf.raw_ops or tf.random. At least TFPHILOX_LIVE_ELEMENTS
elements (10^8 by default) over all dtypes are compared in a run. The run's seed is random, printed
in every failure, and can be given again as TFPHILOX_LIVE_SEED.

Without TensorFlow the tests are skipped, but they fail where the environment says CI: a green CI
must mean that the comparison took place.
"""

import math
import os
import random
import secrets

import numpy as np
import pytest
from bits import as_words, assert_same_bits, numpy_dtype

import tfphilox
from tfphilox import raw_ops

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

ELEMENTS = int(float(os.environ.get("TFPHILOX_LIVE_ELEMENTS", "1.05e8")))
SEED = int(os.environ.get("TFPHILOX_LIVE_SEED", secrets.randbits(40)))
FLOATS = ("float16", "bfloat16", "float32", "float64")
STATEFUL = {
    "uniform": "RandomUniform",
    "normal": "RandomStandardNormal",
    "truncated_normal": "TruncatedNormal",
}
STATELESS = {
    "uniform": "StatelessRandomUniform",
    "normal": "StatelessRandomNormal",
    "truncated_normal": "StatelessTruncatedNormal",
}
CASES = [(kind, dtype) for kind in STATEFUL for dtype in FLOATS]
CASES += [("integers", "int32"), ("integers", "int64")]
CASES += [("full", dtype) for dtype in ("int32", "int64", "uint32", "uint64")]
compared = {}

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def tf():
    try:
        import tensorflow
    except ImportError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI is set and TensorFlow is absent: {error}", pytrace=False)
        pytest.skip(f"TensorFlow is absent: {error}")
    return tensorflow


def any_seed(rng):
    """Seeds of every size and sign; small ones and powers of two more often than by chance."""
    return rng.choice([
        rng.randrange(10),
        rng.getrandbits(31),
        rng.getrandbits(64) - 2**63,
        -rng.randrange(1, 100),
        (1 << rng.randrange(63)) * rng.choice([1, -1]),
    ])  # fmt: skip


def any_pair(rng):
    pair = any_seed(rng), any_seed(rng)
    return pair if pair != (0, 0) else (0, 1)


def any_bounds(rng, dtype):
    width = int(dtype[3:])
    low = rng.choice(
        [0, rng.randrange(-(1 << width - 1), (1 << width - 1) - 1), -rng.randrange(99)]
    )
    span = 1 + rng.getrandbits(rng.randint(1, width))
    return low, min(low + span, (1 << width - 1) - 1)


def any_shape(rng, count):
    """About `count` elements in one to three dimensions."""
    if rng.random() < 0.5:
        return (count,)
    first = rng.randint(1, 9)
    return (
        (first, max(count // first, 1))
        if rng.random() < 0.5
        else (max(count // first, 1), 1, first)
    )


def numpy(tensor):
    return tensor.numpy()


@pytest.mark.parametrize(("kind", "dtype"), CASES)
def test_raw_numbers(tf, kind, dtype):
    """One raw op after the other with new seeds and sizes, from 1 element to a few million."""
    rng = random.Random(f"{SEED} {kind} {dtype}")
    share = -(-ELEMENTS // len(CASES))
    done = 0
    while done < share:
        count = rng.choice([rng.randint(1, 200), rng.randint(1, 50_000), rng.randint(1, 2_000_000)])
        shape = any_shape(rng, count)
        pair = any_pair(rng)
        stateless = kind == "full" or rng.random() < 0.5
        what = f"TFPHILOX_LIVE_SEED={SEED}: {kind} {dtype} {shape} seeds {pair}"
        low, high = any_bounds(rng, dtype) if kind == "integers" else (None, None)
        if stateless:
            stream = tfphilox.Stream.from_stateless_seed(pair)
            arguments = dict(shape=shape, seed=np.array(pair, "int64"))
        else:
            stream = tfphilox.Stream(*pair)
            arguments = dict(shape=shape, seed=pair[0], seed2=pair[1])
            tf.random.set_seed(0)  # forgets the kernels, so that the stream begins
            tfphilox.random.set_seed(0)
        if kind == "integers":
            name = "StatelessRandomUniformInt" if stateless else "RandomUniformInt"
            arguments.update(minval=np.array(low, dtype), maxval=np.array(high, dtype))
            ours = stream.integers(shape, low, high, dtype=dtype)
            what += f" bounds [{low}, {high})"
        elif kind == "full":
            name = "StatelessRandomUniformFullInt"
            arguments.update(dtype=dtype)
            ours = stream.integers(shape, None, None, dtype=dtype)
        else:
            name = (STATELESS if stateless else STATEFUL)[kind]
            arguments.update(dtype=dtype)
            if kind == "uniform":
                ours = stream.uniform(shape, dtype=dtype)
            else:
                ours = getattr(stream, kind)(shape, -0.0, 1.0, dtype=dtype)
        theirs = numpy(getattr(tf.raw_ops, name)(**arguments))
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), what
        assert_same_bits(ours, theirs, what)
        if count <= 50_000:
            assert_same_bits(getattr(raw_ops, name)(**arguments), theirs, f"raw_ops, {what}")
            if not stateless:  # the next run of the same op continues
                again = numpy(getattr(tf.raw_ops, name)(**arguments))
                assert_same_bits(getattr(raw_ops, name)(**arguments), again, f"second run, {what}")
                done += again.size
        done += theirs.size
    compared[kind, dtype] = done


def any_parameter(rng, dtype):
    """A bound, mean or deviation: plain, huge, tiny, or below the smallest normal number."""
    tiny = 2.0 ** {"float16": -14, "bfloat16": -126, "float32": -126, "float64": -1022}[dtype]
    top = 100.0 if dtype == "float16" else 1e30
    return rng.choice([
        0, 0.0, 1, 1.0, -1.0,
        rng.uniform(-10, 10),
        rng.uniform(-1, 1) * top,
        rng.uniform(-1, 1) * 1e-3,
        rng.uniform(-8, 8) * tiny,
        rng.uniform(-1, 1) * tiny,
        tiny * (1 - 2.0 ** -rng.randint(1, 30)),
    ])  # fmt: skip


@pytest.mark.parametrize("dtype", FLOATS)
def test_scaled_numbers(tf, dtype):
    """tf.random's scaling with random parameters, against tfphilox.random and Stream."""
    rng = random.Random(f"{SEED} scaled {dtype}")
    for _ in range(150):
        name = rng.choice(["uniform", "normal", "truncated_normal"])
        stateless = rng.random() < 0.5
        first, second = any_parameter(rng, dtype), any_parameter(rng, dtype)
        names = ("minval", "maxval") if name == "uniform" else ("mean", "stddev")
        arguments = dict(zip(names, (first, second), strict=True))
        shape = any_shape(rng, rng.randint(1, 3000))
        what = (
            f"TFPHILOX_LIVE_SEED={SEED}: {name} {dtype} {shape} {arguments} stateless={stateless}"
        )
        if stateless:
            pair = any_pair(rng)
            arguments["seed"] = np.array(pair, "int64")
            function = "stateless_" + name
            stream = tfphilox.Stream.from_stateless_seed(pair)
            if name == "uniform":
                first = float(first)  # the long form: stateless_uniform has no other
        else:
            graph_seed, op_seed = rng.randrange(1, 2**31 - 1), rng.randrange(2**31 - 1)
            tf.random.set_seed(graph_seed)
            tfphilox.random.set_seed(graph_seed)
            arguments["seed"] = op_seed
            function = name
            stream = tfphilox.Stream(graph_seed, op_seed)
        theirs = numpy(getattr(tf.random, function)(shape, dtype=dtype, **arguments))
        ours = getattr(tfphilox.random, function)(shape, dtype=numpy_dtype(dtype), **arguments)
        assert_same_bits(ours, theirs, what)
        assert_same_bits(getattr(stream, name)(shape, first, second, dtype=dtype), theirs, what)


def test_key_counter(tf):
    """V2 ops at random keys and counters, carries included, and GetKeyCounter's scrambling."""
    rng = random.Random(f"{SEED} keys")
    for _ in range(200):
        key = rng.getrandbits(64)
        counter = rng.choice([
            rng.getrandbits(128),
            (rng.choice([2**32, 2**64, 2**96, 2**128]) - rng.randint(1, 300)) % 2**128,
        ])  # fmt: skip
        dtype = rng.choice(FLOATS)
        kind = rng.choice(["uniform", "normal", "truncated_normal"])
        name = STATELESS[kind] + "V2"
        state = dict(
            key=np.array([key], "uint64"),
            counter=np.array([counter & 2**64 - 1, counter >> 64], "uint64"),
            alg=rng.choice([1, 3]),
        )
        shape = (rng.randint(1, 900),)
        what = (
            f"TFPHILOX_LIVE_SEED={SEED}: {name} {dtype} {shape} key {key:#x} counter {counter:#x}"
        )
        theirs = numpy(getattr(tf.raw_ops, name)(shape=shape, dtype=dtype, **state))
        ours = getattr(raw_ops, name)(shape=shape, dtype=dtype, **state)
        assert_same_bits(ours, theirs, what)
        stream = tfphilox.Stream.from_key_counter(key, counter)
        options = {} if kind == "uniform" else dict(mean=-0.0)
        assert_same_bits(getattr(stream, kind)(shape, dtype=dtype, **options), theirs, what)
        pair = np.array(any_pair(rng), "int64")
        for ours, theirs in zip(
            raw_ops.StatelessRandomGetKeyCounter(seed=pair),
            tf.raw_ops.StatelessRandomGetKeyCounter(seed=pair),
            strict=True,
        ):
            assert as_words(ours).tolist() == as_words(numpy(theirs)).tolist(), pair


def test_enough_was_compared(tf, request, capsys):
    """The sum over all dtypes; only asserted when every raw comparison was part of the run."""
    ran = [item for item in request.session.items if item.function.__name__ == "test_raw_numbers"]
    total = sum(compared.values())
    with capsys.disabled():
        print(f"\n  {total:,} elements compared, 0 bits different (seed {SEED}) ", end="")
    if len(ran) == len(CASES):
        assert set(compared) == set(CASES)
        assert total >= ELEMENTS
        assert math.isfinite(total)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "int64"])
def test_samplers_and_their_parts(tf, dtype):
    """Gamma, Poisson and binomial numbers of a stream: whole, and a part alone."""
    rng = random.Random(f"{SEED} {dtype}")
    for _ in range(6):
        pair = [rng.getrandbits(64) - 2**63 for _ in range(2)]
        size = rng.randrange(1, 3000)
        first = rng.randrange(size)
        rate, count = 10 ** rng.uniform(-1, 3), float(rng.randrange(1, 2000))
        probability = rng.random()
        draws = {
            "poisson": (tf.random.stateless_poisson, (rate,)),
            "binomial": (tf.random.stateless_binomial, (count, probability)),
        }
        if dtype.startswith("float"):
            draws["gamma"] = (tf.random.stateless_gamma, (rate, probability + 0.1))
        for name, (function, parameters) in draws.items():
            expected = function([size], pair, *parameters, dtype).numpy()
            draw = getattr(tfphilox.Stream.from_stateless_seed(pair), name)
            what = f"seed {SEED}: {name} {parameters} {pair}"
            part = draw((size - first,), *parameters, dtype, start=first)
            assert_same_bits(part, expected[first:], what)
            assert_same_bits(draw((size,), *parameters, dtype), expected, what)
