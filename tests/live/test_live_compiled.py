"""test_live_compiled.py: compiled functions, beside a live TensorFlow's on this processor.

    TFPHILOX_LIVE_COUNT=10000000 python -m pytest tests/live/test_live_compiled.py

What each op draws, in random shapes, and large arrays; Keras's layers in tf.function and in fit.
"""

import os
import random

import numpy as np
import pytest

import tfphilox as tp

tf = pytest.importorskip("tensorflow")
SEED = os.environ.get("TFPHILOX_LIVE_SEED", "1")
COUNT = int(os.environ.get("TFPHILOX_LIVE_COUNT", "1000000"))
NAMES = ["stateless_uniform", "stateless_normal", "stateless_truncated_normal"]
DTYPES = ["float32", "float64", "bfloat16", "float16"]


def cpu():
    with open("/proc/cpuinfo") as file:
        return "avx512-fp16" if "avx512_fp16" in file.read() else "fma"


def compiled(function, *arguments):
    """What TensorFlow's compiled function returns."""
    made = tf.function(function, jit_compile=True, autograph=False)
    return np.asarray(made(*(tf.constant(value) for value in arguments)).numpy())


def same(ours, theirs):
    ours = np.asarray(ours)
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    bits = f"u{ours.itemsize}"
    wrong = ours.reshape(-1).view(bits) != theirs.reshape(-1).view(bits)
    assert int(wrong.sum()) == 0


@pytest.mark.parametrize("algorithm", ["philox", "threefry"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_many(name, dtype, algorithm):
    def theirs(seed):
        return getattr(tf.random, name)([COUNT + 1], seed, dtype=dtype, alg=algorithm)

    pair = [random.Random(f"{SEED} {name}").randrange(2**31), 17]
    expected = compiled(theirs, pair)
    with tp.config.jit_compile(cpu()):
        same(getattr(tp.random, name)([COUNT + 1], pair, dtype=dtype, alg=algorithm), expected)


@pytest.mark.parametrize("name", NAMES)
def test_shapes(name):
    rng = random.Random(f"{SEED} shapes {name}")
    for _ in range(12):
        shape = [rng.choice([1, 2, 3, 5, 8, 33]) for _ in range(rng.randrange(4))]
        pair = [rng.randrange(-(2**31), 2**31) for _ in range(2)]
        dtype, algorithm = rng.choice(DTYPES), rng.choice(["auto_select", "philox", "threefry"])
        a, b = rng.choice([(0.0, 1.0), (0.3, 1.7), (-2.0, 5.5)])

        def theirs(seed, shape=shape, a=a, b=b, dtype=dtype, algorithm=algorithm):
            return getattr(tf.random, name)(shape, seed, a, b, dtype=dtype, alg=algorithm)

        expected = compiled(theirs, pair)
        with tp.config.jit_compile(cpu()):
            same(getattr(tp.random, name)(shape, pair, a, b, dtype=dtype, alg=algorithm), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
def test_categorical(dtype):
    logits = np.random.default_rng(3).normal(size=(5, 7)).astype(np.float32)
    logits[2, 3] = -np.inf
    theirs_logits = tf.constant(logits, dtype)

    def theirs(seed):
        return tf.random.stateless_categorical(theirs_logits, 3000, seed)

    expected = compiled(theirs, [5, 9])
    with tp.config.jit_compile():
        same(tp.random.stateless_categorical(theirs_logits.numpy(), 3000, [5, 9]), expected)


@pytest.mark.parametrize("literal", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_bounded_normals(dtype, literal):
    """Normals within random bounds, whose parameters are constants or arguments."""
    rng = random.Random(f"{SEED} bounded {dtype} {literal}")
    for turn in range(12):
        mean, deviation = rng.uniform(-2, 2), rng.uniform(0.1, 3)
        parameters = [
            rng.choice([mean, 0.0]), rng.choice([deviation, 1.0]),
            rng.choice([rng.uniform(-4, 0), -np.inf]), rng.choice([rng.uniform(0.1, 6), np.inf]),
        ]  # fmt: skip
        arrays = [np.asarray(value, dtype) for value in parameters]
        shape = [COUNT if turn == 0 else 1003]
        if not literal and turn % 3 == 1:
            arrays[0] = np.linspace(-1, 1, 7).astype(dtype)
            shape = [143, 7]

        numbers = tuple(array.tolist() for array in arrays)

        def theirs(seed, *given, constants=(shape, numbers)):
            given = given or [tf.constant(value, dtype) for value in constants[1]]
            return tf.random.stateless_parameterized_truncated_normal(constants[0], seed, *given)

        expected = compiled(theirs, [5, turn], *([] if literal else arrays))
        with tp.config.jit_compile(cpu(), parameters="literal" if literal else "run-time"):
            same(
                tp.random.stateless_parameterized_truncated_normal(shape, [5, turn], *arrays),
                expected,
            )


LAYERS = {
    "Dropout": lambda keras: keras.layers.Dropout(0.3, seed=11),
    "Dropout noise_shape": lambda keras: keras.layers.Dropout(0.4, (None, 1, None), seed=11),
    "SpatialDropout1D": lambda keras: keras.layers.SpatialDropout1D(0.3, seed=11),
    "GaussianNoise": lambda keras: keras.layers.GaussianNoise(0.7, seed=11),
    "GaussianDropout": lambda keras: keras.layers.GaussianDropout(0.3, seed=11),
    "AlphaDropout": lambda keras: keras.layers.AlphaDropout(0.3, seed=11),
}


def inputs():
    return np.random.default_rng(8).normal(size=(8, 5, 6)).astype(np.float32)


@pytest.mark.parametrize("name", LAYERS)
def test_layers(name):
    """Three calls of a layer in a compiled function."""
    import keras

    theirs, ours = LAYERS[name](keras), LAYERS[name](tp.keras)
    call = tf.function(lambda x: theirs(x, training=True), jit_compile=True)
    for _ in range(3):
        expected = call(tf.constant(inputs())).numpy()
        with tp.config.jit_compile():
            same(ours(inputs(), training=True), expected)


@pytest.mark.parametrize("name", LAYERS)
def test_fit(name):
    """What the layer gives in each step of a compiled fit."""
    import keras

    class Keep(keras.layers.Layer):
        def build(self, shape):
            self.kept = self.add_weight(shape=(4, 8, 5, 6), trainable=False, initializer="zeros")
            self.step = self.add_weight(shape=(), dtype="int32", trainable=False)

        def call(self, x):
            index = keras.ops.expand_dims(keras.ops.expand_dims(self.step, 0), 0)
            self.kept.assign(keras.ops.scatter_update(self.kept, index, x[None]))
            self.step.assign(self.step + 1)
            return x

    keep = Keep()
    model = keras.Sequential([LAYERS[name](keras), keep, keras.layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile=True)
    x = np.concatenate([inputs()] * 3)
    model.fit(x, np.zeros((24, 5, 1), np.float32), batch_size=8, shuffle=False, verbose=0)
    steps = int(keep.step.numpy())
    ours = LAYERS[name](tp.keras)
    assert steps >= 3
    with tp.config.jit_compile():
        drawn = [ours(inputs(), training=True) for _ in range(3)]
    same(np.stack(drawn), keep.kept.numpy()[steps - 3 : steps])


def test_flip():
    import keras

    x = np.random.default_rng(8).uniform(size=(40, 4, 4, 3)).astype(np.float32)
    theirs, ours = (k.layers.RandomFlip("horizontal", seed=3) for k in (keras, tp.keras))
    call = tf.function(lambda x: theirs(x, training=True), jit_compile=True)
    for _ in range(2):
        expected = call(tf.constant(x)).numpy()
        with tp.config.jit_compile():
            same(ours(x), expected)


def test_what_tensorflow_refuses_too():
    for call in (
        lambda seed: tf.random.stateless_gamma([2], seed, 0.5),
        lambda seed: tf.random.stateless_poisson([2], seed, 0.5),
        lambda seed: tf.random.stateless_binomial([2], seed, 3.0, 0.5),
        lambda seed: tf.random.experimental.stateless_shuffle(tf.range(5), seed),
    ):
        with pytest.raises(tf.errors.OpError, match=r"(?i)unsupported|unimplemented|compil"):
            compiled(call, [1, 2])
