"""test_live_keras.py: tfphilox.keras against Keras 3 in this process.

Programs of random calls run in both libraries from the same seeds, and every result is compared
bit by bit: initializers, keras.random, SeedGenerators, layers. Both sides draw default seeds from
Python's one ``random``, so its state is put back between the two halves of a call and compared
after them. TFPHILOX_LIVE_PROGRAMS says how many programs (80 by default); the run's seed is random,
printed in every failure, and can be given again as TFPHILOX_LIVE_SEED.

Without TensorFlow the tests are skipped, but they fail where the environment says CI.
"""

import contextlib
import json
import math
import os
import pathlib
import random
import secrets

import numpy as np
import pytest
from bits import assert_same_bits, numpy_dtype

import tfphilox as tp
import tfphilox.keras

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

PROGRAMS = int(os.environ.get("TFPHILOX_LIVE_PROGRAMS", "80"))
SEED = int(os.environ.get("TFPHILOX_LIVE_SEED", secrets.randbits(40)))
FLOATS = ("float16", "bfloat16", "float32", "float64")

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def keras():
    try:
        import keras
        import tensorflow  # noqa: F401
    except ImportError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI is set and TensorFlow is absent: {error}", pytrace=False)
        pytest.skip(f"TensorFlow is absent: {error}")
    assert keras.backend.backend() == "tensorflow"
    return keras


def leaves(result):
    """The arrays in what a call returned, of either library."""
    if isinstance(result, dict):
        return [leaf for key in sorted(result) for leaf in leaves(result[key])]
    if isinstance(result, list | tuple):
        return [leaf for part in result for leaf in leaves(part)]
    if isinstance(result, str):
        return [np.frombuffer(result.encode(), np.uint8)]
    return [] if result is None else [np.asarray(getattr(result, "numpy", lambda: result)())]


def both(keras, call, what):
    """Run `call` in Keras and here from one state of Python's random; compare all there is."""
    before = random.getstate()
    theirs = call(keras)
    after = random.getstate()
    random.setstate(before)
    ours = call(tp.keras)
    assert random.getstate() == after, f"{what}: other draws from Python's random"
    compared = 0
    for a, b in zip(leaves(ours), leaves(theirs), strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype), what
        assert_same_bits(a, b, what)
        compared += a.size
    return compared


def fails(call, library):
    try:
        call(library)
    except Exception:
        return True
    return False


def any_shape(rng, ranks=(0, 1, 2, 3, 4, 5)):
    rank = rng.choice(ranks)
    top = (3000, 3000, 60, 14, 7, 5)[rank]
    return rng.choice([list, tuple])(rng.choice([1, rng.randint(1, top)]) for _ in range(rank))


def any_dtype(rng):
    return rng.choice([None, "float32", *FLOATS])


class Seeds:
    """A seed for both libraries: None, an integer, or a generator that both have."""

    def __init__(self, keras, rng):
        kind = rng.randrange(4)
        if kind == 0:
            self.pair = None, None
        elif kind < 3:
            seed = rng.choice(
                [0, 1, -1, 2**31 - 2, 2**31 - 1, 2**63 - 1, -(2**63), rng.getrandbits(40)]
            )
            self.pair = seed, seed
        else:
            seed = rng.choice([0, -5, 2**62, rng.getrandbits(31)])
            self.pair = keras.random.SeedGenerator(seed), tp.keras.random.SeedGenerator(seed)

    def of(self, library):
        return self.pair[1] if library is tp.keras else self.pair[0]

    def __repr__(self):
        return f"seed {self.pair[1]}"


# ---- initializers --------------------------------------------------------------------------


def any_initializer(rng):
    number = rng.choice([0, 1, -2, 0.1, rng.uniform(-2, 2), np.float32(0.3), np.float64(0.7)])
    more = abs(number) + rng.choice([1, 0.05, rng.random()])
    return rng.choice([
        ("RandomNormal", dict(mean=number, stddev=more)),
        ("TruncatedNormal", dict(mean=number, stddev=more)),
        ("RandomUniform", dict(minval=number, maxval=number + more)),
        (
            "VarianceScaling",
            dict(
                scale=more,
                mode=rng.choice(["fan_in", "fan_out", "fan_avg"]),
                distribution=rng.choice(
                    ["truncated_normal", "untruncated_normal", "uniform", "Normal"]
                ),
            ),
        ),
        (
            rng.choice([
                "GlorotUniform", "GlorotNormal", "HeNormal", "HeUniform", "LecunNormal",
                "LecunUniform", "RandomNormal", "RandomUniform", "TruncatedNormal",
            ]),
            {},
        ),
        (rng.choice(["glorot_uniform", "he_normal", "random_normal", "variance_scaling"]), {}),
    ])  # fmt: skip


def test_initializers(keras):
    rng = random.Random(f"initializers {SEED}")
    compared = 0
    for program in range(PROGRAMS):
        name, arguments = any_initializer(rng)
        seeds, shape, dtype = Seeds(keras, rng), any_shape(rng), any_dtype(rng)
        what = f"TFPHILOX_LIVE_SEED={SEED}, program {program}: {name}({arguments}, {seeds})"
        what += f"({shape}, {dtype})"

        def call(library, name=name, arguments=arguments, seeds=seeds, shape=shape, dtype=dtype):
            made = getattr(library.initializers, name)(**arguments, seed=seeds.of(library))
            return [made(shape, dtype), made(shape, dtype), made.clone()(shape)]

        if isinstance(seeds.pair[0], int | None):
            compared += both(keras, call, what)
        else:  # a clone's generator starts anew
            compared += both(keras, lambda library, call=call: call(library)[:2], what)
    print(f"{compared} elements equal")


def any_constant(rng):
    """A value for Constant. Zeros with a sign are arrays, for TensorFlow remembers numbers.

    An eager TensorFlow keeps the tensors of Python and NumPy scalars in a dict, where 0.0 and -0.0
    are one key (tensorflow/python/eager/pywrap_tensor_conversion.cc, TFE_TensorHandleCache): all
    later zeros of that type get the sign of the process's first. test_signs_of_constants goes by
    way of a graph, which has no such memory.
    """
    return rng.choice([
        0, 1, -3, 0.1, 1e-40, -1e-310, 3.4e38, 65520.0, 300, -2**40, True, False, 0.1 + 2**-30,
        rng.uniform(-9, 9), np.float64(0.1), np.float32(0.3), np.int8(-3), np.array(-0.0),
        np.array(-0.0, np.float32), np.array(0.0), math.inf, -math.inf, math.nan,
    ])  # fmt: skip


def has_int(value, dtype):
    """Whether C defines the cast of a float to an integer type: not of NaN or out of range."""
    if dtype is None or "int" not in dtype or isinstance(value, int | np.integer):
        return True
    return math.isfinite(value) and np.iinfo(dtype).min <= value <= np.iinfo(dtype).max


def test_axes_and_constants(keras):
    rng = random.Random(f"constants {SEED}")
    for program in range(PROGRAMS):
        value = any_constant(rng)
        shape, square = any_shape(rng), any_shape(rng, [2])
        dtype = rng.choice([None, *FLOATS, "int32", "int64", "uint8", "bool", "uint32"])
        gain = rng.choice([1, 2, -1]) if dtype and "int" in dtype else rng.uniform(-2, 2)
        axes = [rng.randrange(3) for _ in range(2)]
        what = f"TFPHILOX_LIVE_SEED={SEED}, program {program}: {value!r} {gain} {dtype} {axes}"
        calls = [
            lambda k, shape=shape, dtype=dtype: k.initializers.Zeros()(shape, dtype),
            lambda k, shape=shape, dtype=dtype: k.initializers.get("ones")(shape, dtype),
            lambda k, a=axes: k.initializers.GlorotNormal(1, input_axes=a[:1], output_axes=a)(
                (3, 4, 5)
            ),
        ]
        if has_int(value, dtype):
            calls.append(lambda k, v=value, s=shape, d=dtype: k.initializers.Constant(v)(s, d))
        if dtype != "bool" and not (dtype and dtype.startswith("u") and gain < 0):
            calls.append(lambda k, g=gain, s=square, d=dtype: k.initializers.Identity(g)(s, d))
        for call in calls:
            both(keras, call, what)


@pytest.mark.parametrize("dtype", FLOATS)
def test_signs_of_constants(keras, dtype):
    """In a graph, where no constant made before stands for one that is equal to it.

    The value must not be an argument of the function, even by default: those become tensors first.
    """
    import tensorflow as tf

    def in_graph(value):
        return tf.function(lambda: keras.initializers.Constant(value)([3], dtype))()

    for zero in (0.0, -0.0):  # whichever comes first stays, outside of graphs
        tf.constant(zero, "float32"), tf.constant(np.float64(zero)), tf.constant(zero, dtype)
    for value in (-0.0, 0.0, np.float64(-0.0), np.float32(-0.0), 0.0, -0.0):
        ours = tp.keras.initializers.Constant(value)([3], dtype)
        assert_same_bits(ours, in_graph(value).numpy(), f"{value!r}")


def test_configs(keras):
    names = [name for name in tp.keras.initializers.__all__ if name[0].isupper()]
    for name in names:
        if name == "Initializer":
            continue
        theirs = keras.initializers.serialize(getattr(keras.initializers, name)())
        ours = tp.keras.initializers.serialize(getattr(tp.keras.initializers, name)())
        if name.startswith("Identity"):  # Keras 3 forgets the gain
            theirs["config"] = {"gain": 1.0}
        assert ours == theirs
        assert tp.keras.initializers.deserialize(theirs).get_config() == theirs["config"]
    seeds = keras.random.SeedGenerator(3, name="x")
    theirs = keras.initializers.serialize(keras.initializers.HeNormal(seeds))
    ours = tp.keras.initializers.deserialize(theirs)
    assert tp.keras.initializers.serialize(ours) == theirs


def test_names(keras):
    from keras.src.initializers import ALL_OBJECTS_DICT

    for name in ALL_OBJECTS_DICT:
        if "stft" in name.lower():
            with pytest.raises(ValueError, match="STFT"):
                tp.keras.initializers.get(name)
        elif name.lower() != "constant":  # where Keras 3 misses a value
            theirs = type(keras.initializers.get(name)).__name__
            assert type(tp.keras.initializers.get(name)).__name__ == theirs
    ours = set(tp.keras.initializers.__all__)
    public = {name for name in dir(keras.initializers) if not name.startswith("_")}
    assert public - ours == {"STFT", "STFTInitializer", "stft"}
    assert not ours - public
    assert {name for name in dir(keras.random) if not name.startswith("_")} == set(
        tp.keras.random.__all__
    )


def test_an_array_is_an_initializer(keras):
    array = np.arange(6.0).reshape(2, 3)
    for dtype in (None, "float16", "float64"):
        both(keras, lambda k, d=dtype: k.initializers.get(array)((2, 3), d), f"{dtype}")


@contextlib.contextmanager
def this_processor():
    """Mirror the first level data cache of this machine; give how long the shorter side may be."""
    path = pathlib.Path("/sys/devices/system/cpu/cpu0/cache/index0/size")
    size = path.read_text().strip() if path.exists() else ""
    known = size in ("16K", "32K", "48K", "64K", "128K")
    with tp.config.l1_data_cache(int(size[:-1]) << 10 if known else None):
        yield 300 if known else 47


def test_orthogonal(keras):
    with this_processor() as largest:
        orthogonal_programs(keras, largest)


def orthogonal_programs(keras, largest):
    rng, compared = random.Random(f"orthogonal {SEED}"), 0
    for program in range(2 * PROGRAMS):
        side = rng.choice([rng.randint(1, 20), rng.randint(1, 47), rng.randint(1, largest)])
        other = side + rng.choice([0, 1, side, 3 * side, rng.randint(0, 300)])
        shape = rng.choice([[side, other], [other, side], [2, side, 2 * side], [2, 3, other, 6]])
        if min(np.prod(shape[:-1]), shape[-1]) > largest:
            continue
        gain = rng.choice([1.0, 1, 0.5, rng.uniform(-3, 3)])
        seed, dtype = rng.choice([None, rng.getrandbits(31)]), rng.choice([None, "float64"])
        what = f"TFPHILOX_LIVE_SEED={SEED}, program {program}: {shape} {gain} {seed} {dtype}"

        def call(library, gain=gain, seed=seed, shape=shape, dtype=dtype):
            return library.initializers.Orthogonal(gain, seed)(shape, dtype)

        compared += both(keras, call, what)
    print(f"{compared} elements equal")


def test_factorization(keras):
    """The same of matrices that are no normal numbers: tall ones, of rank 1, with zeros."""
    import tensorflow as tf

    from tfphilox.arrays.orthogonal import orthogonal_columns

    rng = np.random.default_rng(SEED)
    with this_processor() as largest:
        cache = tp.config.get_l1_data_cache()
    for program in range(PROGRAMS):
        columns = int(rng.integers(1, largest if program % 4 == 0 else 48))
        rows = columns + int(rng.choice([0, 1, 50, 500]))
        matrix = rng.normal(size=(rows, columns)) * 10.0 ** rng.integers(-3, 4)
        if program % 5 == 0:
            matrix[:, rng.integers(columns)] = 0
        if program % 7 == 0:
            matrix[1:] = matrix[:-1]
        matrix = matrix.astype(np.float32 if program % 2 else np.float64)
        q, r = tf.linalg.qr(matrix)
        expected = (q * tf.sign(tf.linalg.diag_part(r))).numpy()
        what = f"TFPHILOX_LIVE_SEED={SEED}, program {program}: {matrix.shape} {matrix.dtype}"
        assert_same_bits(orthogonal_columns(matrix, cache), expected, what)


# ---- keras.random --------------------------------------------------------------------------


def numpy_rates(rng):
    """Rates of which Keras makes the scale in their own type."""
    return [kind(rng.random()) for kind in (np.float16, np.float32, np.float64)]


def any_draw(rng, seeds):
    """A function of keras.random, and its arguments."""
    shape, dtype = any_shape(rng, (0, 1, 2, 3)), any_dtype(rng)
    number = rng.choice([0, 0.0, 1, -0.3, rng.uniform(-3, 3), np.float32(0.1), np.float64(0.1)])
    more = rng.choice([1, 1.0, 0.1, rng.uniform(0, 3)])
    row = [rng.uniform(0.1, 5) for _ in range(shape[-1] if shape else 1)]
    kind = rng.randrange(10)
    if kind == 0:
        return "normal", dict(shape=shape, mean=number, stddev=more, dtype=dtype)
    if kind == 1:
        return "truncated_normal", dict(shape=shape, mean=number, stddev=more, dtype=dtype)
    if kind == 2:
        return "uniform", dict(shape=shape, minval=number, maxval=number + more, dtype=dtype)
    if kind == 3:
        low = rng.choice([0, -9, rng.randint(-(2**31), 2**30)])
        name = rng.choice(
            ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
        )
        high = low + rng.randint(1, 2**30)
        return "randint", dict(shape=shape, minval=low, maxval=high, dtype=name)
    if kind == 4:
        logits = [[rng.uniform(-3, 3) for _ in range(rng.randint(1, 9))]] * rng.randint(1, 4)
        logits = rng.choice([logits, np.array(logits), np.array(logits, np.float32)])
        name = rng.choice(["int32", "int64", "uint8", "float32"])
        return "categorical", dict(logits=logits, num_samples=rng.randint(0, 99), dtype=name)
    if kind == 5:
        x = np.array(rng.random() - 0.5) * np.arange(-3.0, int(np.prod(shape)) - 3).reshape(shape)
        x = x.astype(numpy_dtype(dtype or "float32"))
        noise = rng.choice([None, [rng.choice([None, 1]) for _ in shape]])
        rate = rng.choice([0, 0.0, 1.0, 1, 0.5, rng.random(), *numpy_rates(rng), 1e-40])
        x = x.T if rng.random() < 0.1 and noise is None else x
        return "dropout", dict(inputs=x, rate=rate, noise_shape=noise)
    if kind == 6:
        x = np.arange(rng.choice([6, 60, 60000])).reshape(3, -1, 2)
        x = rng.choice([x, x.astype(np.float16), [1, 2, 3], [0.5, 1.5]])
        axis = rng.randint(-3, 2) if np.ndim(x) == 3 else rng.choice([0, -1])
        return "shuffle", dict(x=x, axis=axis)
    if kind == 7:
        return "gamma", dict(
            shape=shape, alpha=rng.choice([more, row if shape else more]), dtype=dtype
        )
    if kind == 8:
        counts = rng.choice([7, 7.0, 500.0])
        return "binomial", dict(shape=shape, counts=counts, probabilities=rng.random(), dtype=dtype)
    return "beta", dict(
        shape=shape, alpha=rng.choice([more + 0.01, row if shape else 2.0]), beta=0.7, dtype=dtype
    )


def test_random(keras):
    rng = random.Random(f"random {SEED}")
    compared = 0
    threads = tp.config.threading.get_intra_op_parallelism_threads()
    tp.config.threading.set_intra_op_parallelism_threads(0)
    try:
        for program in range(PROGRAMS):
            seed = rng.getrandbits(32)
            keras.utils.set_random_seed(seed)
            state = random.getstate()
            tp.keras.utils.set_random_seed(seed)
            assert random.getstate() == state
            for step in range(8):
                seeds = Seeds(keras, rng)
                name, arguments = any_draw(rng, seeds)
                what = f"TFPHILOX_LIVE_SEED={SEED}, program {program}.{step}: "
                what += f"{name}({arguments}, {seeds})"

                def call(library, name=name, arguments=arguments, seeds=seeds):
                    return getattr(library.random, name)(**arguments, seed=seeds.of(library))

                compared += both(keras, call, what)
    finally:
        tp.config.threading.set_intra_op_parallelism_threads(threads)
    print(f"{compared} elements equal")


def test_seed_generators(keras):
    rng = random.Random(f"generators {SEED}")
    for _ in range(PROGRAMS):
        seed = rng.choice([0, -1, 2**63 - 1, -(2**63), rng.getrandbits(62)])
        pair = keras.random.SeedGenerator(seed), tp.keras.random.SeedGenerator(seed)
        for _ in range(4):
            ordered = rng.random() < 0.5
            theirs, ours = (generator.next(ordered) for generator in pair)
            assert np.asarray(theirs).tolist() == ours.tolist(), (SEED, seed)
            assert pair[0].state.numpy().tolist() == pair[1].state.tolist()


@pytest.mark.parametrize("seed", [True, 2**63, -(2**63) - 1, 1.0, "1", np.int64(1), [1, 2], b"x"])
def test_bad_seeds(keras, seed):
    calls = [
        lambda k: k.random.normal([2], seed=seed),
        lambda k: k.random.SeedGenerator(seed),
        lambda k: k.initializers.HeNormal(seed)([2]),
        lambda k: k.layers.Dropout(0.5, seed=seed)([1.0], training=True),
    ]
    for call in calls:
        assert fails(call, keras)
        assert fails(call, tp.keras)


BAD = {
    "negative shape": lambda k: k.random.normal([-1], seed=1),
    "float shape": lambda k: k.random.normal([1.5], seed=1),
    "normal of integers": lambda k: k.random.normal([2], dtype="int32", seed=1),
    "uniform of integers": lambda k: k.random.uniform([2], dtype="int32", seed=1),
    "integers of floats": lambda k: k.random.randint([2], 0, 9, dtype="float32", seed=1),
    "a float bound": lambda k: k.random.randint([2], 0.5, 9, seed=1),
    "no range": lambda k: k.random.randint([2], 9, 9, seed=1),
    "rank of logits": lambda k: k.random.categorical([1.0, 2.0], 2, seed=1),
    "rate above 1": lambda k: k.random.dropout([1.0], 1.5, seed=1),
    "rate below 0": lambda k: k.random.dropout([1.0], -0.5, seed=1),
    "dropout of integers": lambda k: k.random.dropout([1, 2], 0.5, seed=1),
    "noise shape": lambda k: k.random.dropout([1.0, 2.0], 0.5, [3], seed=1),
    "axis": lambda k: k.random.shuffle([1.0, 2.0], 1, seed=1),
    "shape of alpha": lambda k: k.random.gamma([2], [1.0, 2.0, 3.0], seed=1),
    "shape of beta": lambda k: k.random.beta([2], [1.0, 2.0, 3.0], 1.0, seed=1),
    "a constant beyond float32": lambda k: k.initializers.Constant(3.4028236e38)([2], "float64"),
    "scale": lambda k: k.initializers.VarianceScaling(scale=0),
    "mode": lambda k: k.initializers.VarianceScaling(mode="fan"),
    "distribution": lambda k: k.initializers.VarianceScaling(distribution="gamma"),
    "orthogonal vector": lambda k: k.initializers.Orthogonal()([3]),
    "orthogonal bfloat16": lambda k: k.initializers.Orthogonal()([3, 3], "bfloat16"),
    "identity of rank 3": lambda k: k.initializers.Identity()([3, 3, 3]),
    "an unknown name": lambda k: k.initializers.get("golrot_uniform"),
    "a number": lambda k: k.initializers.get(3),
    "an unknown class": lambda k: k.initializers.get({"class_name": "A", "config": {}}),
    "an unknown argument": lambda k: k.initializers.get(
        {"class_name": "Ones", "config": {"seed": 1}}
    ),
    "a dict of something else": lambda k: k.initializers.get({"a": 1}),
    "floats of another kind": lambda k: k.config.set_floatx("float8"),
    "a seed of text": lambda k: k.utils.set_random_seed("1"),
    "a negative seed": lambda k: k.utils.set_random_seed(-1),
    "dropout rate": lambda k: k.layers.Dropout(1.5),
    "noise deviation": lambda k: k.layers.GaussianNoise(-0.1),
    "alpha rate of 1": lambda k: k.layers.AlphaDropout(1.0)([1.0], training=True),
    "gaussian rate of 1": lambda k: k.layers.GaussianDropout(1.0)([1.0], training=True),
    "rank": lambda k: k.layers.SpatialDropout1D(0.5)(np.ones([2, 2], "float32"), training=True),
    "flip mode": lambda k: (
        k.layers.RandomFlip("diagonal")(np.ones([1, 2, 2, 3]))
        if k is tp.keras
        else k.layers.RandomFlip(3, dtype=5)
    ),
    "brightness": lambda k: k.layers.RandomBrightness(1.5),
    "value range": lambda k: k.layers.RandomBrightness(0.5, value_range=3),
    "fill mode": lambda k: k.layers.RandomRotation(0.1, "mirror"),
    "interpolation": lambda k: k.layers.RandomShear(0.1, 0.1, "cubic"),
    "seed by place": lambda k: k.layers.RandomZoom(0.1, 0.1, 5),
    "name by place": lambda k: k.layers.Dropout(0.1, None, 5, "dropped"),
    "translation": lambda k: k.layers.RandomTranslation(1.5, 0.5),
    "zoom": lambda k: k.layers.RandomZoom(-1.0),
    "rotation": lambda k: k.layers.RandomRotation((0.1, 0.2, 0.3)),
    "bits that are floats": lambda k: k.layers.RandomPosterization(2.5).get_random_transformation(
        np.ones([1, 2, 2, 3], "float32")
    ),
    "a window of text": lambda k: k.layers.RandomCrop("4", 4)(np.ones([1, 8, 8, 3])),
    "a range of one": lambda k: k.layers.RandomSaturation(0.5, value_range=(1,)),
    "no range for sharpness": lambda k: k.layers.RandomSharpness(0.5, value_range=None),
    "no image": lambda k: k.layers.RandomCrop(2, 2)(np.ones([2, 2]), training=False),
    "mixing bfloat16": lambda k: k.layers.CutMix(dtype="bfloat16")(np.ones([2, 2, 2, 3])),
    "images": lambda k: k.layers.RandomContrast(0.5)(np.ones([2, 2], "float32")),
}


@pytest.mark.parametrize("name", BAD)
def test_refused(keras, name):
    assert fails(BAD[name], keras)
    with pytest.raises((TypeError, ValueError)):
        BAD[name](tp.keras)


def test_a_failed_call_draws_nothing(keras):
    generator = tp.keras.random.SeedGenerator(3)
    tp.keras.utils.set_random_seed(1)
    before = random.getstate()
    for seed in (generator, None):
        with pytest.raises(ValueError, match="shape"):
            tp.keras.random.normal([-1], seed=seed)
    assert random.getstate() == before
    assert generator.state.tolist() == [3, 0]
    keras.utils.set_random_seed(1)
    tp.keras.utils.set_random_seed(1)
    both(keras, lambda k: k.random.normal([3]), "after a failure")


# ---- layers --------------------------------------------------------------------------------


POLICIES = ("mixed_float16", "mixed_bfloat16")


def any_way_to_make(keras, rng, name, arguments):
    """A function that makes the layer of either library: called, or from Keras's configuration."""
    kind, config = getattr(keras.layers, name), None
    if rng.random() < 0.4:
        state = random.getstate()
        with contextlib.suppress(TypeError):  # NumPy's numbers have no JSON; some Keras cannot read
            given = json.loads(json.dumps(kind(**arguments).get_config()))
            kind.from_config(dict(given))
            config = given
        random.setstate(state)
    if config is None:
        return lambda library: getattr(library.layers, name)(**arguments)
    return lambda library: getattr(library.layers, name).from_config(dict(config))


def any_inputs(rng, shape, dtype="float32"):
    values = np.random.default_rng(rng.getrandbits(32)).normal(size=shape)
    return values.astype(numpy_dtype(dtype))


def any_regularizer(rng):
    rate = rng.choice([0, 0.0, 0.5, 0.1, rng.random()])
    given = rng.choice(FLOATS)
    common = dict(
        seed=rng.choice([None, 0, rng.getrandbits(40)]),
        dtype=rng.choice([None, "float32", *FLOATS, *POLICIES]),
    )
    kind = rng.randrange(7)
    if kind < 2:
        shape = any_shape(rng, (1, 2, 3))
        common["noise_shape"] = rng.choice([None, [rng.choice([None, 1]) for _ in shape]])
        name = ("Dropout", "AlphaDropout")[kind]
        if name == "Dropout":
            rate = rng.choice([rate, rate, rate, 1.0, *numpy_rates(rng)])
        return name, {"rate": rate, **common}, any_inputs(rng, shape, given)
    if kind < 4:
        name, first = (("GaussianNoise", "stddev"), ("GaussianDropout", "rate"))[kind - 2]
        return name, {first: rate, **common}, any_inputs(rng, any_shape(rng), given)
    if kind > 4:
        common["data_format"] = rng.choice([None, "channels_first", "channels_last"])
    shape = [rng.randint(1, 6) for _ in range(kind - 1)]
    return f"SpatialDropout{kind - 3}D", {"rate": rate, **common}, any_inputs(rng, shape, given)


def test_regularization(keras):
    rng = random.Random(f"regularization {SEED}")
    compared = 0
    for program in range(PROGRAMS):
        name, arguments, x = any_regularizer(rng)
        what = f"TFPHILOX_LIVE_SEED={SEED}, program {program}: {name}({arguments})"
        make = any_way_to_make(keras, rng, name, arguments)

        def call(library, make=make, x=x):
            layer = make(library)
            return [layer(x, training=training) for training in (True, False, True)]

        compared += both(keras, call, what)
    print(f"{compared} elements equal")


IMAGE_LAYERS = [
    name
    for name in tp.keras.layers.__all__
    if hasattr(getattr(tp.keras.layers, name), "get_random_transformation")
    and name not in ("RandomHeight", "RandomWidth")  # no layers of Keras 3
]


def any_image_layer(rng, floatx):
    def factor(low=0.0, high=1.0, pair=True):
        ends = sorted(rng.uniform(low, high) for _ in range(2))
        return rng.choice([ends[1], ends, tuple(ends)]) if pair else ends[1]

    turns = "RandomRotation", "RandAugment"  # for whose matrix Keras mixes floatx and float32
    name = rng.choice([x for x in IMAGE_LAYERS if floatx == "float32" or x not in turns])
    arguments = {}
    if name == "RandomFlip":
        arguments["mode"] = rng.choice(["horizontal", "vertical", "horizontal_and_vertical"])
    elif name == "RandomCrop":
        arguments.update(height=rng.randint(1, 5), width=rng.randint(1, 5))
    elif name == "RandomTranslation":
        arguments.update(height_factor=factor(-1), width_factor=factor(-1))
    elif name == "RandomZoom":
        arguments.update(height_factor=factor(-0.9), width_factor=rng.choice([None, factor(-0.9)]))
    elif name == "RandomShear":
        arguments.update(x_factor=factor(), y_factor=factor())
    elif name == "RandomPosterization":
        low = rng.randint(1, 7)
        arguments.update(factor=rng.choice([(low, rng.randint(low, 8)), low + 1]))
    elif name == "RandomGrayscale":
        arguments.update(factor=rng.random())
    elif name == "RandomGaussianBlur":
        arguments.update(factor=factor(), sigma=factor())
    elif name in ("RandomRotation", "RandomBrightness"):
        arguments.update(factor=factor(-1))
    elif name == "RandomPerspective":
        arguments.update(factor=factor(), scale=rng.choice([0.0, 1.0, rng.random()]))
    elif name == "RandomElasticTransform":
        arguments.update(factor=factor(), scale=rng.choice([0, factor()]), fill_mode="mirror")
    elif name == "RandomErasing":
        value = rng.choice([None, 7, -0.5, 0.1])
        arguments.update(factor=factor(), scale=factor(), fill_value=value)
        arguments.update(value_range=rng.choice([(0, 255), (0, 1), [-1.0, 1.0]]))
    elif name == "Solarization":
        arguments.update(addition_factor=factor(), threshold_factor=factor())
        arguments.update(value_range=rng.choice([(0, 255), (0, 1), [1.0, -1.0]]))
    elif name == "MixUp":
        arguments.update(alpha=rng.choice([0.2, 1, 3.0, rng.uniform(0.01, 2)]))
    elif name == "RandAugment":
        arguments.update(factor=factor(), num_ops=rng.randint(0, 4))
    elif name == "AugMix":
        most = 3 if floatx == "float64" else 7
        arguments.update(factor=factor(), num_chains=rng.randint(1, most))
        arguments.update(alpha=rng.uniform(0.1, 3))
        arguments.update(all_ops=rng.random() < 0.5)
        arguments.update(chain_depth=rng.randint(0, 4) if floatx == "float32" else 0)
    else:
        arguments.update(factor=factor())
    arguments["seed"] = rng.choice([None, 0, rng.getrandbits(40)])
    arguments["data_format"] = rng.choice([None, "channels_last", "channels_first"])
    if rng.random() < 0.3 or floatx != "float32":  # layers' default stays that of the first one
        kinds = [*FLOATS, *POLICIES]
        arguments["dtype"] = rng.choice(
            [x for x in kinds if name != "CutMix" or not x.endswith("bfloat16")]
        )
    return name, arguments


def pop_what_is_not_drawn(drawn):
    """Remove what follows from the numbers drawn, and generators."""
    if isinstance(drawn, dict):
        for key in ("rotation_matrix", "seed"):
            drawn.pop(key, None)
        for part in drawn.values():
            pop_what_is_not_drawn(part)
    elif isinstance(drawn, list):
        for part in drawn:
            pop_what_is_not_drawn(part)


def test_image_layers(keras):
    rng = random.Random(f"images {SEED}")
    compared = 0
    for program in range(4 * PROGRAMS):
        floatx = rng.choice(["float32", "float32", *FLOATS])
        name, arguments = any_image_layer(rng, floatx)
        first = arguments.get("data_format") == "channels_first"
        sides = [rng.randint(6, 9), rng.randint(6, 9)]
        shape = [3, *sides] if first else [*sides, 3]
        shape = rng.choice([[], [rng.randint(1, 5)]]) + shape
        x = any_inputs(rng, shape) * np.float32(99)
        what = (
            f"TFPHILOX_LIVE_SEED={SEED}, program {program}: {name}({arguments}), {shape}, {floatx}"
        )
        called = "__call__" in vars(getattr(tp.keras.layers, name))
        with floatx_set(keras, floatx):
            make = any_way_to_make(keras, rng, name, arguments)

        def call(library, make=make, x=x, called=called):
            layer = make(library)
            results = [layer.get_random_transformation(x, seed=seed) for seed in (None, 0, 7)]
            if called:
                results += [layer(x, training=training) for training in (True, False)]
            results.append(layer.get_random_transformation(x))
            for drawn in results:
                pop_what_is_not_drawn(drawn)
            return results

        with floatx_set(keras, floatx):
            compared += both(keras, call, what)
    print(f"{compared} elements equal")


def test_in_functions(keras):
    """Layers and random functions inside of a function, called several times."""
    import tensorflow as tf

    keras.utils.clear_session()  # a generator may be there from another test, and ours never is

    x, images = np.ones((4, 3), np.float32), np.arange(2.0 * 5 * 5 * 3).reshape(2, 5, 5, 3)

    def calls(k):
        layers = k.layers
        made = [layers.Dropout(0.5, seed=1), layers.GaussianNoise(0.1), layers.AlphaDropout(0.3)]
        flip, generator = layers.RandomFlip(seed=2), k.random.SeedGenerator(SEED % 1000)

        def step(x, training=True):
            drawn = k.random.normal((2,), seed=generator), k.random.uniform((2,), seed=3)
            return [layer(x, training=training) for layer in made], drawn, generator.next()

        step = (tf if k is keras else tp).function(step)
        turn = (tf if k is keras else tp).function(lambda images: flip(images, training=True))
        results = [step(x), step(x, True), step(x, training=False), step(x), turn(images)]
        return [*results, turn(images), made[0](x, training=True), k.random.normal((2,), 0, 1)]

    both(keras, calls, SEED)


@contextlib.contextmanager
def floatx_set(keras, name):
    try:
        for library in (keras, tp.keras):
            library.config.set_floatx(name)
        yield
    finally:
        for library in (keras, tp.keras):
            library.config.set_floatx("float32")


def test_reviewed_calls_of_layers(keras):
    """What a review found different from Keras."""
    import tensorflow as tf

    x = np.arange(2 * 8 * 8 * 1, dtype="float32").reshape(2, 8, 8, 1)
    tiny = (x * np.float32(1e-39)).astype(numpy_dtype("bfloat16"))
    labels = np.arange(4 * 4 * 3, dtype="float32").reshape(4, 4, 3)
    four = {"images": any_inputs(random.Random(1), (4, 5, 6, 3)), "labels": labels}
    pair = np.float32(-0.1), np.float32(0.1)
    ends = 2.0**-126 * (1 - 2.0 ** -np.arange(1, 40) + 2.0**-45 * np.array([[-1], [0], [1]]))
    calls = {
        "a whole window": lambda k: [
            k.layers.RandomCrop(*size, seed=1)(x) for size in ((8, 8), (8, 4), (3, 8))
        ],
        "labels of matrices": lambda k: [
            getattr(k.layers, name)(seed=2)({**four, "labels": given})
            for name in ("MixUp", "CutMix")
            for given in (labels, labels[:, :1])
        ],
        "dropping a number": lambda k: [
            k.layers.AlphaDropout(0.5, seed=1)(np.array(3.0, "f4"), training=True),
            k.layers.AlphaDropout(0.5, noise_shape=(), seed=1)(np.ones(2, "f4"), training=True),
        ],
        "subnormals": lambda k: [
            k.layers.RandomFlip(seed=1)(tiny),
            k.layers.RandomFlip(seed=1, dtype="bfloat16")(x * np.float32(1e-39)),
            k.layers.Dropout(0.5, seed=1)(tiny),
        ],
        "inverting nothing": lambda k: [
            k.layers.RandomInvert(seed=1)(x.astype(kind), training=False)
            for kind in ("uint8", "float32", "float64")
        ],
        "a dict": lambda k: [
            getattr(k.layers, name)(*given, seed=3)(dict(parts), training=training)
            for name, given in {
                "RandomFlip": (),
                "RandomBrightness": (0.3,),
                "RandomCrop": (4, 4),
                "RandomInvert": (),
                "RandomErasing": (),
                "Solarization": (0.3, 0.3),
                "MixUp": (),
                "CutMix": (),
            }.items()
            for parts in ({"images": x}, {"images": x, "labels": np.eye(2)})
            for training in (True, False)
        ],
        "whole labels, not mixed": lambda k: [
            getattr(k.layers, name)(seed=3)(
                {"images": x, "labels": np.eye(2, dtype=int)}, training=False
            )
            for name in ("MixUp", "CutMix", "RandomFlip")
        ],
        "at the end of float32": lambda k: [
            k.initializers.get(ends)(ends.shape, dtype)
            for dtype in ("float16", "bfloat16", "float32", "float64")
        ],
        "integers that float32 has not": lambda k: [
            made((1, 1), dtype)
            for made in (
                k.initializers.Constant(16777217),
                k.initializers.Identity(16777217),
                k.initializers.get(np.array([[16777217.0]])),
            )
            for dtype in ("int32", "int64", "float32", "float64", "float16", "bfloat16")
        ],
        "an orthogonal matrix in a function": lambda k: [
            (tf if k is keras else tp).function(lambda: k.initializers.Orthogonal(seed=1)([3, 5]))()
        ],
        "NumPy's numbers": lambda k: [
            k.layers.RandomZoom(pair, seed=1).get_random_transformation(x),
            k.layers.RandomTranslation(pair, pair, seed=1).get_random_transformation(x),
        ],
    }
    for what, call in calls.items():
        both(keras, call, what)
    kept = tp.keras.layers.RandomCrop(2, 2)(x, training=False)
    assert not np.shares_memory(kept, x)


@pytest.mark.parametrize("name", ["MixUp", "CutMix"])
@pytest.mark.parametrize("shape", [[4, 6, 5, 3], [6, 5, 3]])
def test_labels(keras, name, shape):
    rng = random.Random(f"labels {SEED}")
    for program in range(PROGRAMS // 8):
        x = any_inputs(rng, shape)
        labels = any_inputs(rng, [4, 7] if len(shape) == 4 else [7])
        seed = rng.choice([None, rng.getrandbits(40)])

        def call(library, x=x, labels=labels, seed=seed):
            layer = getattr(library.layers, name)(seed=seed)
            return [
                layer({"images": x, "labels": labels}, training=training)
                for training in (True, False, True)
            ]

        both(keras, call, f"TFPHILOX_LIVE_SEED={SEED}, program {program}: {name}, {seed}")


def test_erasing_with_a_color(keras):
    x = any_inputs(random.Random(SEED), [3, 5, 4, 3])
    for dtype in FLOATS:
        both(
            keras,
            lambda k, d=dtype: k.layers.RandomErasing(
                scale=(0.3, 0.9), fill_value=(0.1, 300, -2), seed=3, dtype=d
            )(x),
            dtype,
        )


def test_color_jitter(keras):
    import make_golden_keras  # which needs TensorFlow

    rng = random.Random(f"jitter {SEED}")
    for program in range(PROGRAMS):
        arguments = {
            f"{what}_factor": rng.choice([0, rng.random(), (0.1, rng.uniform(0.2, 0.9))])
            for what in ("brightness", "contrast", "saturation", "hue")
            if rng.random() < 0.6
        }
        arguments["seed"] = rng.choice([None, rng.getrandbits(40)])
        arguments["dtype"] = rng.choice(FLOATS[2:])
        x = any_inputs(rng, rng.choice([[5, 4, 3], [3, 5, 4, 3]]))

        def call(library, arguments=arguments, x=x):
            layer = library.layers.RandomColorJitter(**arguments)
            if library is tp.keras:
                return [layer.drawn_factors(x), layer.drawn_factors(x)]
            return [make_golden_keras.drawn_by_parts(layer, x) for _ in range(2)]

        both(keras, call, f"TFPHILOX_LIVE_SEED={SEED}, program {program}: {arguments}")


def test_noise_of_elastic_transforms(keras, monkeypatch):
    """What RandomElasticTransform's docstring says of the numbers that move pixels."""
    import tensorflow as tf

    seen = []

    def noted(*args, normal=tf.random.stateless_normal, **keywords):
        seen.append((np.asarray(keywords["seed"]).tolist(), normal(*args, **keywords).numpy()))
        return normal(*args, **keywords)

    monkeypatch.setattr(tf.random, "stateless_normal", noted)
    for seed in (5, 2**40 + 1):
        seen.clear()
        keras.layers.RandomElasticTransform(seed=seed)(np.zeros([2, 9, 8, 3], "float32"))
        ours = tp.keras.layers.RandomElasticTransform(seed=seed)
        drawn = ours.get_random_transformation(np.zeros([2, 9, 8, 3]))
        pair = drawn["seed"].next().tolist()
        assert [pair, pair] == [given for given, _ in seen]
        for _, normals in seen:
            assert_same_bits(tp.random.stateless_normal([2, 9, 8], pair), normals)


def test_floatx(keras):
    for name in FLOATS:
        with floatx_set(keras, name):
            both(keras, lambda k: k.initializers.HeNormal(1)([5]), name)
            both(keras, lambda k: k.random.uniform([5], seed=1), name)


def test_layers_keep_the_first_floatx_in_keras(keras):
    """What set_floatx's docstring says."""
    keras.utils.clear_session()
    keras.layers.Dropout(0.5)
    with floatx_set(keras, "float16"):
        assert keras.layers.Dropout(0.5).compute_dtype == "float32"
        assert tp.keras.layers.Dropout(0.5).dtype == np.float16
        keras.utils.clear_session()
        assert keras.layers.Dropout(0.5).compute_dtype == "float16"
    keras.utils.clear_session()
    tp.keras.utils.clear_session()


def test_clear_session(keras):
    for library in (keras, tp.keras):
        library.utils.set_random_seed(5)
    both(keras, lambda k: k.random.uniform([5]), "before")
    state = random.getstate()
    keras.utils.clear_session()
    tp.keras.utils.clear_session()
    random.setstate(state)
    both(keras, lambda k: k.random.uniform([5]), "after")
