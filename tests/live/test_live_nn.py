"""test_live_nn.py: dropout against TensorFlow in this process.

Programs of calls, stateful and stateless, with numbers and arrays as rates, noise shapes and
elements that are hard to scale, run in both libraries and are compared bit by bit; so the op seeds
that a rate of 0 uses are judged with them. The run's seed is random, printed in every failure, and
can be given again as TFPHILOX_LIVE_SEED.
"""

import os
import random
import secrets

import numpy as np
import pytest
from bits import assert_same_bits, numpy_dtype
from wrong_calls_nn import BAD, DEPARTURES

import tfphilox as tp

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

PROGRAMS = int(os.environ.get("TFPHILOX_LIVE_PROGRAMS", "80"))
SEED = int(os.environ.get("TFPHILOX_LIVE_SEED", secrets.randbits(40)))
FLOATS = ("float16", "bfloat16", "float32", "float64")
RATES = [
    0, 0.0, -0.0, False, 0.5, 0.1, 1 / 3, 0.3, 0.99, 1 - 2.0**-24, 1 - 2.0**-53, 2.0**-24, 1e-40,
    5e-324, np.float64(0.3), np.float32(0.3), np.float16(0.3), np.float32(0), float("nan"),
]  # fmt: skip
HARD = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40, -1e-40, 1e-310, -6e-8, 1.1754943e-38, 65504.0,
        3e38, 1e308]  # fmt: skip

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


def any_x(rng, dims, dtype):
    numbers = np.random.default_rng(rng.getrandbits(32))
    x = numbers.standard_normal(dims) * 10.0 ** rng.choice([0, 0, -3, 3])
    if rng.random() < 0.4:
        x = np.where(numbers.random(dims) < 0.5, numbers.choice(HARD, dims), x)
    with np.errstate(all="ignore"):
        x = x.astype(numpy_dtype(dtype))
    if dtype == "float32" and dims and rng.random() < 0.2:
        return x.tolist()  # no lone number: TensorFlow keeps those it met, and -0.0 is met as 0.0
    return x


def any_noise_shape(rng, dims):
    form = rng.randrange(8)
    if form < 4 or not dims:
        return None
    some = [rng.choice([1, dim, None]) for dim in dims]
    if form == 4:
        return some
    if form == 5:
        return np.array([dim or 1 for dim in some])  # int64, but the kernel is int32's
    if form == 6:
        return dims[1:]
    return rng.choice([[2, *dims], np.array(dims[1:], np.int64), [1] * len(dims)])


def any_call(rng, tf):
    """The keywords of one call, ours and theirs."""
    dtype = rng.choice(FLOATS)
    dims = rng.choice([[], [1], [0], [7], [3, 4], [2, 3, 5], [rng.randint(1, 5000)]])
    rate = rng.choice(RATES)
    ours = {"x": any_x(rng, dims, dtype), "noise_shape": any_noise_shape(rng, dims)}
    theirs = dict(ours)
    if rng.random() < 0.3:
        value = rng.choice([0.5, 0.3, 0.0, 1.0, -0.5, 2.0, 1e-40, 3e38, np.nan, rng.random()])
        with np.errstate(all="ignore"):
            rate = np.array(value).astype(numpy_dtype(dtype))
        theirs["rate"] = tf.constant(rate)
    else:
        theirs["rate"] = rate
    ours["rate"] = rate
    return ours, theirs


def compare(got, expected, what):
    expected = np.asarray(expected.numpy())
    assert (got.shape, got.dtype) == (expected.shape, expected.dtype), what
    assert_same_bits(got, expected, what)


def test_programs(tf, capsys):
    compared = 0
    for number in range(PROGRAMS):
        rng = random.Random(f"{SEED} {number}")
        seed = rng.getrandbits(31)
        for library in (tf, tp):
            library.random.set_seed(seed)
        for call in range(40):
            ours, theirs = any_call(rng, tf)
            name = rng.choice(["dropout", "dropout", "v1", "stateless", "general"])
            if name in ("stateless", "general"):
                ours["seed"] = theirs["seed"] = [rng.getrandbits(40), rng.getrandbits(31)]
            elif rng.random() < 0.6:
                ours["seed"] = theirs["seed"] = rng.choice([1, 2, 3])
            what = f"TFPHILOX_LIVE_SEED={SEED}, {number}.{call} {name}(**{ours})"[:2000]
            got, expected = (
                run(library, name, keywords) for library, keywords in ((tp, ours), (tf, theirs))
            )
            compare(got, expected, what)
            compared += got.size
    with capsys.disabled():
        print(f"\n  {compared:,} elements, 0 bits different (seed {SEED}) ", end="")


def run(library, name, keywords):
    if name == "dropout":
        return library.nn.dropout(**keywords)
    if name == "v1":
        return library.compat.v1.nn.dropout(**keywords)
    if name == "stateless":
        return library.nn.experimental.stateless_dropout(**keywords)
    seed = keywords.pop("seed")[0]
    keywords["uniform_sampler"] = library.random.Generator.from_seed(seed).uniform
    return library.nn.experimental.general_dropout(**keywords)


@pytest.mark.parametrize("dtype", FLOATS)
def test_large(tf, dtype):
    x = np.random.default_rng(SEED).standard_normal(3_000_001).astype(numpy_dtype(dtype))
    for rate in (0.3, np.array(0.3).astype(x.dtype)):
        theirs = rate if isinstance(rate, float) else tf.constant(rate)
        what = f"TFPHILOX_LIVE_SEED={SEED} {dtype} {rate!r}"
        got = tp.nn.experimental.stateless_dropout(x, rate, [SEED, 1])
        expected = tf.nn.experimental.stateless_dropout(x, theirs, [SEED, 1])
        compare(got, expected, what)


def test_samplers_of_other_types(tf):
    for dtype in FLOATS:
        u = np.linspace(0, 0.999, 24).astype(numpy_dtype(dtype)).reshape(2, 3, 4)
        x = np.ones((3, 4), np.float32)
        got = tp.nn.experimental.general_dropout(x, 0.3, lambda shape, dtype, u=u: u)
        expected = tf.nn.experimental.general_dropout(x, 0.3, lambda shape, dtype, u=u: u)
        compare(got, expected, dtype)


@pytest.mark.parametrize("keep_prob", [1, 1.0, 0.3, 0.999999, np.float32(0.3), np.float64(0.3)])
def test_keep_prob(tf, keep_prob):
    x = np.random.default_rng(SEED).standard_normal(100).astype(np.float32)
    for library in (tf, tp):
        library.random.set_seed(SEED)
    for seed in (None, 1, 1, None):
        got = tp.compat.v1.nn.dropout(x, keep_prob, seed=seed)
        compare(got, tf.compat.v1.nn.dropout(x, keep_prob, seed=seed), f"{SEED} {seed}")
    got = tp.compat.v1.nn.dropout(x, np.array(0.3, np.float32), seed=5)
    compare(got, tf.compat.v1.nn.dropout(x, tf.constant(0.3), seed=5), "array")


@pytest.mark.parametrize("call", [row[0] for row in BAD])
def test_tensorflow_refuses_it_too(tf, call):
    with pytest.raises(Exception):  # noqa: B017, PT011
        eval(call, {"tp": tf, "np": np, "array": lambda *a: tf.constant(np.array(*a))})


@pytest.mark.parametrize("call", DEPARTURES)
def test_tensorflow_refuses_only_this(tf, call):
    with pytest.raises(ValueError, match="rate"):
        eval(call, {"tp": tf, "np": np})
    eval(call, {"tp": tp, "np": np})
