"""test_live_v1.py: compat.v1's names and initializers against TensorFlow in this process.

Initializers with random arguments and shapes are called in sequences in both libraries and
compared bit by bit. The run's seed is random, printed in every failure, and can be given again as
TFPHILOX_LIVE_SEED.
"""

import os
import random
import secrets
import types

import numpy as np
import pytest
from bits import assert_same_bits
from wrong_calls_v1 import BAD

import tfphilox as tp
from tfphilox.random import initializers as init_ops

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

PROGRAMS = int(os.environ.get("TFPHILOX_LIVE_PROGRAMS", "80"))
SEED = int(os.environ.get("TFPHILOX_LIVE_SEED", secrets.randbits(40)))
FLOATS = ("float16", "bfloat16", "float32", "float64")

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def tf():
    try:
        import tensorflow
    except ImportError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI is set and TensorFlow is absent: {error}", pytrace=False)
        pytest.skip(f"TensorFlow is absent: {error}")
    tensorflow.get_logger().setLevel("ERROR")
    return tensorflow


def same(got, expected, what):
    expected = np.asarray(expected.numpy())
    assert (got.shape, got.dtype) == (expected.shape, expected.dtype), what
    assert_same_bits(got, expected, what)


def any_initializer(rng):
    """Its name and arguments."""
    number = rng.choice([0.0, 1.0, -1, 2.5, rng.uniform(0.01, 9)])
    name, arguments = rng.choice([
        ("random_uniform", {"minval": number, "maxval": number + 3}),
        ("random_uniform", {}),
        ("random_normal", {"mean": number, "stddev": 0.3}),
        ("truncated_normal", {"mean": number, "stddev": rng.uniform(0.1, 2)}),
        ("uniform_unit_scaling", {"factor": rng.uniform(0.1, 2)}),
        ("variance_scaling", {
            "scale": rng.choice([1, 2.0, rng.uniform(0.01, 9)]),
            "mode": rng.choice(["fan_in", "fan_out", "fan_avg"]),
            "distribution": rng.choice(
                ["normal", "uniform", "Uniform", "truncated_normal", "untruncated_normal"]
            ),
        }),
        ("glorot_uniform", {}), ("glorot_normal", {}), ("he_normal", {}), ("he_uniform", {}),
        ("lecun_normal", {}), ("lecun_uniform", {}),
    ])  # fmt: skip
    arguments = dict(arguments, seed=rng.choice([None, 1, 2]))
    if name[:2] not in ("he", "le"):
        arguments["dtype"] = rng.choice(FLOATS)
    return name, arguments


def test_initializers(tf):
    for number in range(PROGRAMS):
        rng = random.Random(f"{SEED} {number}")
        seed = rng.getrandbits(31)
        for library in (tf, tp):
            library.random.set_seed(seed)
        for _ in range(10):
            name, arguments = any_initializer(rng)
            ours = getattr(tp.compat.v1.initializers, name)(**arguments)
            theirs = getattr(tf.compat.v1.initializers, name)(**arguments)
            config = theirs.get_config()
            assert ours.get_config() == config, f"{SEED} {name} {arguments}"
            for _ in range(2):
                shape = [rng.randint(1, 9) for _ in range(rng.randrange(5))]
                call = {"dtype": rng.choice([None, None, *FLOATS])}
                if rng.random() < 0.1:
                    call["partition_info"] = types.SimpleNamespace(full_shape=[50, *shape])
                what = f"TFPHILOX_LIVE_SEED={SEED} {number} {name} {arguments} {shape} {call}"
                same(ours(shape, **call), theirs(shape, **call), what)


@pytest.mark.parametrize("name", ["random_uniform_initializer", "random_normal_initializer"])
def test_initializers_of_tensorflow_2(tf, name):
    for library in (tf, tp):
        library.random.set_seed(SEED)
    for seed in (None, 0, 1, -5, 2**40, np.int64(7), None):
        ours, theirs = getattr(init_ops, name)(seed=seed), getattr(tf, name)(seed=seed)
        assert ours.get_config() == theirs.get_config()
        for shape in ([], [3], [2, 5]):
            for dtype in FLOATS:
                what = f"TFPHILOX_LIVE_SEED={SEED} {seed} {shape} {dtype}"
                same(ours(shape, dtype), theirs(shape, dtype), what)
        part = {"partition_shape": [2], "partition_offset": [1]}
        same(ours([9], **part), theirs([9], **part), f"{seed}")
    if name == "random_uniform_initializer":
        for dtype in ("int32", "int64"):
            for seed in (None, 4):
                ours, theirs = (module.random_uniform_initializer(0, 99, seed)
                                for module in (init_ops, tf))  # fmt: skip
                same(ours([5], dtype), theirs([5], dtype), f"{SEED} {dtype}")


CALLS = [
    "random_uniform([3], 1, 2, seed=1)", "random_normal([3], 1, 2, 'float64', 1)",
    "truncated_normal([3], seed=1)", "random_gamma([3], 0.5, seed=1)",
    "random_poisson([0.5, 30.0], [3], seed=1)", "random_shuffle(np.arange(9), 1)",
    "multinomial([[0.0, 1.0, 2.0]], 5, 1)", "multinomial([[0.0, 1.0]], 5, 1, None, 'int32')",
    "random_crop(np.arange(9), [2], 1)", "random_index_shuffle(3, [1, 2, 3], 9, 6)",
    "random.stateless_multinomial([[0.0, 1.0]], 5, [1, 2], 'int32')",
    "random.poisson([0.5], [3], 'float64', 1)", "random.shuffle(np.arange(5), seed=2)",
    "random.stateless_gamma([3], [1, 2], 0.5)", "image.random_brightness(np.ones(3), 0.5, 1)",
    "nn.dropout(np.ones(9, 'f4'), 0.3, None, 1)",
]  # fmt: skip


@pytest.mark.parametrize("seed", [None, 1])
def test_functions(tf, seed):
    for library in (tf, tp):
        library.compat.v1.set_random_seed(5)
    for _ in range(2):
        for call in CALLS:
            if seed is None:
                call = call.replace("seed=1", "seed=None")
            got, expected = (
                eval("v1." + call, {"v1": library.compat.v1, "np": np}) for library in (tp, tf)
            )
            same(got, expected, call)
        assert tp.compat.v1.get_seed(None) == tf.compat.v1.get_seed(None)
    for name in ("all", "fixed_unigram", "learned_unigram", "log_uniform", "uniform"):
        arguments = {"true_classes": [[0, 2]], "num_true": 2, "num_sampled": 3, "unique": True}
        arguments |= {"range_max": 7} if name != "all" else {}
        arguments |= {"unigrams": [1.0] * 7} if name == "fixed_unigram" else {}
        for module in ("nn", "random"):
            got, expected = (
                getattr(getattr(lib.compat.v1, module), name + "_candidate_sampler")(
                    **arguments, seed=seed
                )
                for lib in (tp, tf)
            )
            for a, b in zip(got, expected, strict=True):
                same(a, b, name)


@pytest.mark.parametrize("call", [row[0] for row in BAD])
def test_tensorflow_refuses_it_too(tf, call):
    with pytest.raises(Exception):  # noqa: B017, PT011
        eval(call, {"tp": tf, **{name: getattr(tf, name) for name in init_ops.__all__}})
