"""test_live_random.py: the Python rules of tf.random, against TensorFlow in this process.

Programs of random calls (seeds, op seeds from a small pool so that kernels meet, shapes, types,
operands in every form they can be written in) run in both libraries, and every result is compared
bit by bit: that judges the sharing of kernels, the op seeds and the rounding of operands together.
TFPHILOX_LIVE_PROGRAMS says how many (80 by default). The run's seed is random, printed in every
failure, and can be given again as TFPHILOX_LIVE_SEED.

Without TensorFlow the tests are skipped, but they fail where the environment says CI.
"""

import os
import random
import runpy
import secrets

import numpy as np
import pytest
from bits import assert_same_bits
from places import EXAMPLES
from seed_tables import ALGORITHMS, GLOBAL_SEEDS, OP_SEEDS
from wrong_calls_random import DEPARTURES, ROWS, names

import tfphilox

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

PROGRAMS = int(os.environ.get("TFPHILOX_LIVE_PROGRAMS", "80"))
SEED = int(os.environ.get("TFPHILOX_LIVE_SEED", secrets.randbits(40)))
FLOATS = ("float16", "bfloat16", "float32", "float64")
INTEGERS = ("int32", "int64")

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


def as_arrays(result):
    """What a call returned, of either library, as a list of arrays."""
    if isinstance(result, tuple):
        return [array for part in result for array in as_arrays(part)]
    return [] if result is None else [np.asarray(getattr(result, "numpy", lambda: result)())]


def run(library, path, keywords):
    for name in path.split("."):
        library = getattr(library, name)
    return as_arrays(library(**keywords))


def compare(tf, path, keywords, what):
    """Make one call in both libraries, and return how many elements were compared."""
    ours, theirs = run(tfphilox, path, keywords), run(tf, path, keywords)
    assert len(ours) == len(theirs), what
    for a, b in zip(ours, theirs, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype), what
        assert_same_bits(a, b, what)
    return sum(array.size for array in ours)


# ---- programs ------------------------------------------------------------------------------


def any_shape(rng, raw=False):
    """A shape in one of the forms it can be written in."""
    dims = rng.choice([[], [1], [3], [0], [2, 3], [5, 1, 2], [rng.randint(1, 3000)]])
    forms = [
        lambda: np.array(dims, np.int32),
        lambda: np.array(dims, np.int64),
        lambda: np.array(dims, ">i4"),
    ]
    if dims or not raw:  # a raw op takes an empty list for a list of floats
        forms += [
            lambda: dims,
            lambda: tuple(dims),
            lambda: [np.int64(dim) for dim in dims],
            lambda: [np.array(dim, np.int16) for dim in dims],
            lambda: [2**31, 0] if rng.random() < 0.2 else dims,
        ]
    return rng.choice(forms)(), dims


def any_operand(rng, dims, dtype):
    """A bound, mean or deviation: numbers that are hard to round, alone or to be broadcast."""

    def number():
        bits = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}[dtype]
        tie = (rng.getrandbits(bits) | 1) * 2.0 ** -rng.randint(bits - 3, bits + 3)
        return rng.choice([
            rng.randint(-9, 9),
            rng.randint(-9, 9) + 0.0,
            rng.uniform(-3, 3),
            tie * (1 + rng.choice([0, 2.0**-40, -(2.0**-40)])),
            rng.getrandbits(14),
            rng.random() < 0.5 if dtype in ("float32", "float64") else 1,  # else TensorFlow refuses
        ])  # fmt: skip

    form = rng.randrange(8)
    if form < 4:
        return number()
    if form == 4:
        return rng.choice([np.float64, np.float32, np.float16])(number())
    if form == 5:
        return np.array(number())
    last = dims[-1] if dims else 1
    if form == 6:
        return [number() for _ in range(last)]
    return np.array([[number()] * last for _ in range(rng.choice([1, *dims[-2:-1]]))])


def any_bounds(rng, dtype):
    width = int(dtype[3:])
    low = rng.choice(
        [0, -rng.randrange(99), rng.randrange(-(1 << width - 1), (1 << width - 1) - 1)]
    )
    high = min(low + 1 + rng.getrandbits(rng.randint(1, width)), (1 << width - 1) - 1)
    form = rng.choice([int, np.dtype(dtype).type, lambda x: np.array(x, np.int64)])
    return form(low), form(high)


def any_dtype(rng, allowed):
    name = rng.choice(allowed)
    aliases = {"float16": "half", "float32": "float", "float64": "double"}
    forms = [name, aliases.get(name, name)]
    return name, rng.choice(
        forms if name == "bfloat16" else [*forms, np.dtype(name).type, np.dtype(name)]
    )


def any_call(rng):
    """A path and keywords that both libraries understand."""
    what = rng.randrange(14)
    shape, dims = any_shape(rng)
    if what == 0:
        seed = rng.choice([None, 0, 1, -5, 2**40, 3.7, np.int64(7), rng.getrandbits(31)])
        return "random.set_seed", dict(seed=seed)
    if what == 1:
        return "compat.v1.random.get_seed", dict(op_seed=rng.choice([0, 1, -1, 2.5, 2**31]))
    if what == 2:
        pair = rng.choice([[1, 2], [1, 2**40], np.array([-3, 4]), np.array([3, 4], np.int32)])
        return "random.split", dict(seed=pair, num=rng.randint(0, 5))
    if what == 3:
        data = rng.choice([0, -7, 2**40, np.int64(3), np.uint32(9), np.uint64(2**63 + 1)])
        return "random.fold_in", dict(seed=[rng.getrandbits(40), 5], data=data)
    if what < 6:
        op = rng.choice(["RandomUniform", "RandomStandardNormal", "TruncatedNormal"])
        shape, _ = any_shape(rng, raw=True)
        name, dtype = any_dtype(rng, FLOATS)
        seeds = dict(seed=rng.choice([0, 1, 87654321]), seed2=rng.choice([1, 2, 3]))
        return f"raw_ops.{op}", dict(shape=shape, dtype=name, **seeds)
    stateless = what >= 11
    function = rng.choice(["uniform", "normal", "truncated_normal"])
    name, dtype = any_dtype(rng, FLOATS + INTEGERS if function == "uniform" else FLOATS)
    keywords = dict(shape=shape, dtype=dtype)
    if name in INTEGERS:
        keywords["minval"], keywords["maxval"] = any_bounds(rng, name)
    else:
        for operand in ("minval", "maxval") if function == "uniform" else ("mean", "stddev"):
            if rng.random() < 0.5:
                keywords[operand] = any_operand(rng, dims, name)
    if stateless:
        pair = [rng.getrandbits(rng.choice([3, 31, 62])) for _ in range(2)]
        keywords["seed"] = rng.choice(
            [pair, tuple(pair), np.array(pair), np.array(pair, np.uint64)]
        )
        keywords["alg"] = rng.choice(["auto_select", "philox", 1, 3, None])
    elif rng.random() < 0.8:
        keywords["seed"] = rng.choice([1, 2, 3, True, 2.5, np.int64(2), np.array(3)])
    return "random." + stateless * "stateless_" + function, keywords


def broadcasts(dims, keywords):
    operands = [keywords.get(name, 0) for name in ("minval", "maxval", "mean", "stddev")]
    try:
        np.broadcast_shapes(tuple(dims), *(np.shape(operand) for operand in operands))
    except ValueError:
        return False
    return True


def test_programs(tf, capsys):
    compared = calls = 0
    for number in range(PROGRAMS):
        rng = random.Random(f"{SEED} {number}")
        seed = rng.choice([0, 1, rng.getrandbits(31)])
        tf.random.set_seed(seed)
        tfphilox.random.set_seed(seed)
        unseeded = False
        lines = [f"TFPHILOX_LIVE_SEED={SEED}, program {number}:", f"random.set_seed({seed})"]
        while len(lines) < 40:
            path, keywords = any_call(rng)
            if "shape" in keywords and not broadcasts(np.asarray(keywords["shape"], int), keywords):
                continue
            if path == "random.set_seed":
                unseeded = keywords["seed"] is None
            elif unseeded and path.startswith("random.") and keywords.get("seed") is None:
                continue  # no seed at all: different numbers every time, as it should be
            lines.append(f"{path}(**{keywords})")
            compared += compare(tf, path, keywords, "\n  ".join(lines))
            calls += 1
    with capsys.disabled():
        print(
            f"\n  {calls:,} calls, {compared:,} elements, 0 bits different (seed {SEED}) ", end=""
        )


# ---- the rules that programs meet rarely ---------------------------------------------------

FORMS = [
    "[2]", "(2,)", "[np.int64(2)]", "[np.uint64(2), 1]", "[1, np.array(2)]", "range(1, 3)",
    "np.array([2])", "np.array([2], np.int32)", "np.array([2], '>i8')", "[]", "()",
    "np.zeros(0, np.int32)", "np.zeros(0, np.int64)", "[2**31, 0]", "[0, 2**31]",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["uniform", "normal", "truncated_normal"])
def test_shape_forms_and_kernels(tf, name, form):
    """Whether a form of the shape goes on with the kernel of int32 shapes or that of int64 ones."""
    for library in (tf, tfphilox):
        library.random.set_seed(3)
    int64 = np.array([1])
    for shape in ([1], int64, int64, eval(form), [1], int64):
        compare(tf, f"random.{name}", dict(shape=shape, seed=9), f"{name} {form}, then {shape}")


@pytest.mark.parametrize("seed", [row[0] for row in GLOBAL_SEEDS if row[0] is not None], ids=repr)
def test_global_seeds(tf, seed):
    for path, keywords in [
        ("random.set_seed", dict(seed=seed)),
        ("random.normal", dict(shape=[3])),
        ("random.uniform", dict(shape=[3], seed=5)),
        ("random.uniform", dict(shape=[3])),
    ]:
        compare(tf, path, keywords, f"set_seed({seed!r}), {path}")
    ours, theirs = (lib.compat.v1.random.get_seed(None) for lib in (tfphilox, tf))
    assert ours == theirs


@pytest.mark.parametrize("seed", [row[0] for row in OP_SEEDS], ids=repr)
@pytest.mark.parametrize("global_seed", [None, 0, 77])
def test_op_seeds(tf, global_seed, seed):
    for library in (tf, tfphilox):
        library.random.set_seed(global_seed)
    for path in ("random.uniform", "random.uniform", "random.truncated_normal"):
        compare(tf, path, dict(shape=[3], seed=seed), f"{global_seed}, {seed!r}, {path}")
    ours, theirs = (lib.compat.v1.random.get_seed(seed) for lib in (tfphilox, tf))
    assert ours == theirs


def test_an_op_seed_drawn_and_the_same_one_given(tf):
    for library in (tf, tfphilox):
        library.random.set_seed(5)
    drawn = random.Random(5).randint(0, 2**31 - 1)
    for seed in (None, drawn, drawn + 2**31 - 1, None):
        compare(tf, "random.normal", dict(shape=[3], seed=seed), f"seed {seed}")


@pytest.mark.parametrize("alg", ALGORITHMS, ids=repr)
def test_algorithms(tf, alg):
    theirs = tf.random.Algorithm[alg.name] if isinstance(alg, tfphilox.random.Algorithm) else alg
    for name in ("uniform", "normal", "truncated_normal"):
        ours = getattr(tfphilox.random, f"stateless_{name}")([5], [1, 2], alg=alg)
        expected = getattr(tf.random, f"stateless_{name}")([5], [1, 2], alg=theirs)
        assert_same_bits(ours, expected.numpy())


@pytest.mark.parametrize("call", [row[0] for row in ROWS])
def test_tensorflow_refuses_it_too(tf, call):
    """What TensorFlow raises varies; that it does is what counts."""
    tf.random.set_seed(1)  # a set_seed that fails leaves a seed that fails
    with pytest.raises(Exception):  # noqa: B017, PT011
        eval(call, names(tf.random, tf.raw_ops))


@pytest.mark.parametrize("call", [row[0] for row in DEPARTURES])
def test_tensorflow_lets_it_pass(tf, call):
    tf.random.set_seed(1)
    eval(call, names(tf.random, tf.raw_ops))


def test_initial_weights_of_keras(tf):
    """The example's model, built by the Keras that is installed."""
    keras = pytest.importorskip("keras", "3")
    keras.utils.set_random_seed(200)
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((16, 16, 3)),
        layers.Conv2D(4, 3),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Flatten(),
        layers.Dense(2),
    ])  # fmt: skip
    kernels = [weight for weight in model.get_weights() if weight.ndim > 1]
    example = runpy.run_path(EXAMPLES / "initial_weights.py")
    for ours, theirs in zip(example["keras_3"](200), kernels, strict=True):
        assert_same_bits(ours, theirs)
