"""test_live_image.py: tf.image's random functions against TensorFlow in this process.

Pictures of every type, of ordinary and of hard numbers, go through every function in both
libraries and are compared bit by bit, stateful calls in sequences so that kernels and op seeds are
judged too. The run's seed is random, printed in every failure, and can be given again as
TFPHILOX_LIVE_SEED.
"""

import os
import secrets

import numpy as np
import pytest
from bits import assert_same_bits, numpy_dtype
from wrong_calls_image import BAD, DEPARTURES

import tfphilox as tp
from tfphilox import image, raw_ops
from tfphilox.image import _adjust

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

ROUNDS = int(os.environ.get("TFPHILOX_LIVE_PROGRAMS", "80"))
SEED = int(os.environ.get("TFPHILOX_LIVE_SEED", secrets.randbits(40)))
FLOATS = ("float16", "bfloat16", "float32", "float64")
INTEGERS = ("uint8", "int8", "uint16", "int16", "int32", "uint32", "int64", "uint64")
HARD = [0, -0.0, 1, -1, 0.5, 2, np.nan, np.inf, -np.inf, 1e-38, 1e-39, -1e-39, 3e38, -3e38, 1e308]

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


@pytest.fixture
def rng(request):
    return np.random.default_rng([SEED, *request.node.name.encode()])


def any_picture(rng, dtype, shape):
    kind = rng.choice(["unit", "wide", "hard", "bits"])
    if dtype in INTEGERS:
        info = np.iinfo(dtype)
        low = 0 if kind == "unit" else info.min
        x = rng.integers(low, info.max, shape, dtype, endpoint=True)
        ends = np.array([info.min, info.max, 0, info.max // 2], dtype)
        return np.where(rng.random(shape) < 0.3, rng.choice(ends, shape), x)
    found = numpy_dtype(dtype)
    if kind == "bits":
        return rng.integers(0, 256, (*shape, found.itemsize), np.uint8).view(found)[..., 0].copy()
    x = rng.random(shape) if kind == "unit" else rng.standard_normal(shape) * 3
    if kind == "hard":
        x = rng.choice(HARD, shape)
    with np.errstate(all="ignore"):
        return x.astype(found)


def any_shape(rng, channels=3):
    shape = (*rng.integers(1, 30, 2).tolist(), channels)
    return (int(rng.integers(1, 5)), *shape) if rng.random() < 0.4 else shape


def same(got, expected, what):
    expected = np.asarray(expected.numpy())
    assert (got.shape, got.dtype) == (expected.shape, expected.dtype), what
    assert_same_bits(got, expected, what, any_nan=True)


def restart(tf):
    for library in (tf, tp):
        library.random.set_seed(SEED)


# ---- colours -------------------------------------------------------------------------------

COLORS = {
    "brightness": lambda rng: (float(rng.choice([0.1, 1.0, 0.0, 30.0])),),
    "contrast": lambda rng: (float(rng.choice([0, 0.2, 1])), float(rng.choice([1.5, 3]))),
    "hue": lambda rng: (float(rng.choice([0.5, 0.1, 0.0])),),
    "saturation": lambda rng: (float(rng.choice([0, 0.2, 1])), float(rng.choice([1.5, 9]))),
}


@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
@pytest.mark.parametrize("what", COLORS)
def test_colors(tf, rng, what, dtype):
    if dtype == "float16" and what != "brightness":
        pytest.skip("TensorFlow has no such kernel")
    restart(tf)
    for call in range(ROUNDS // 4):
        channels = int(rng.integers(1, 5)) if what in ("brightness", "contrast") else 3
        x = any_picture(rng, dtype, any_shape(rng, channels))
        arguments = COLORS[what](rng)
        where = f"TFPHILOX_LIVE_SEED={SEED} {what} {dtype} {call} {arguments} {x.shape}"
        if rng.random() < 0.5:
            name, keywords = f"random_{what}", {"seed": [None, 1, 2][rng.integers(3)]}
        else:
            name, keywords = f"stateless_random_{what}", {"seed": rng.integers(0, 2**40, 2)}
        got = getattr(image, name)(x, *arguments, **keywords)
        same(got, getattr(tf.image, name)(x, *arguments, **keywords), where)


@pytest.mark.parametrize("what", COLORS)
def test_large_pictures(tf, rng, what):
    for dtype in ("float32", "uint8"):
        x = any_picture(rng, dtype, (2, 331, 517, 3))
        arguments = COLORS[what](rng)
        name = f"stateless_random_{what}"
        got = getattr(image, name)(x, *arguments, seed=[SEED, 1])
        expected = getattr(tf.image, name)(x, *arguments, seed=[SEED, 1])
        same(got, expected, f"TFPHILOX_LIVE_SEED={SEED} {what} {dtype}")


def test_drawn_factors(tf, rng):
    """adjust_* with the number drawn is TensorFlow's picture, JPEG's too."""
    x = rng.integers(0, 256, (9, 8, 3), np.uint8)
    adjusters = {**{f"random_{what}": f"adjust_{what}" for what in COLORS}}
    adjusters["random_jpeg_quality"] = "adjust_jpeg_quality"
    for name, adjust in adjusters.items():
        for turn in range(10):
            if name == "random_jpeg_quality":
                arguments = (turn, 100 - turn)
            else:
                arguments = COLORS[name[7:]](rng)
            for prefix, seed in (("", None), ("", 3), ("stateless_", [SEED, turn])):
                restart(tf)
                got = image.drawn_factor(getattr(image, prefix + name), *arguments, seed=seed)
                restart(tf)
                theirs = getattr(tf.image, adjust)(x, tf.constant(got))
                expected = getattr(tf.image, prefix + name)(x, *arguments, seed=seed)
                same(expected.numpy(), theirs, f"{name} {arguments}")


@pytest.mark.parametrize("dtype", INTEGERS)
def test_conversions(tf, rng, dtype):
    """Out of range too, at every place in a vector."""
    for size in (1, 2, 3, 5, 7, 8, 9, 15, 17, 31, 1000):
        x = any_picture(rng, "float32", (size,))
        with np.errstate(all="ignore"):
            for saturate in (False, True):
                got = _adjust._restored(x, np.dtype(dtype), saturate)
                expected = tf.image.convert_image_dtype(x, dtype, saturate)
                same(got, expected, f"TFPHILOX_LIVE_SEED={SEED} {size} {saturate}")
        x = any_picture(rng, dtype, (size,))
        got = _adjust._converted(x, np.dtype(np.float32))
        same(got, tf.image.convert_image_dtype(x, "float32"), f"TFPHILOX_LIVE_SEED={SEED}")


# ---- crops and flips -----------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [*INTEGERS, *FLOATS, "bool", "complex64", "complex128"])
@pytest.mark.parametrize("name", ["random_flip_left_right", "random_flip_up_down", "random_crop"])
def test_crops_and_flips(tf, rng, name, dtype):
    restart(tf)
    for call in range(ROUNDS // 4):
        shape = any_shape(rng, int(rng.integers(1, 5)))
        if dtype in ("bool", "complex64", "complex128"):
            x = (rng.random(shape[-3:]) < 0.5).astype(dtype)
        else:
            x = any_picture(rng, dtype, shape)
        arguments = ()
        if name == "random_crop":
            size = [int(rng.integers(0, dim + 1)) for dim in x.shape]
            arguments = (size if call % 2 else np.array(size),)
        stateless = rng.random() < 0.4
        seed = rng.integers(0, 2**40, 2) if stateless else [None, 1, 2][rng.integers(3)]
        full = "stateless_" * stateless + name
        where = f"TFPHILOX_LIVE_SEED={SEED} {full} {dtype} {call} {x.shape} {arguments} {seed}"
        got = getattr(image, full)(x, *arguments, seed=seed)
        expected = getattr(tf.image, full)(x, *arguments, seed=seed)
        assert (got.shape, got.dtype) == (expected.shape, expected.numpy().dtype), where
        if dtype in ("bool", "complex64", "complex128"):
            assert np.array_equal(got, expected.numpy()), where
        else:
            same(got, expected, where)


@pytest.mark.parametrize("shape", [(), (7,), (3, 4), (2, 3, 4, 5, 2)])
def test_crops_of_any_rank(tf, rng, shape):
    restart(tf)
    x = rng.standard_normal(shape).astype(np.float32)
    for seed in (None, 1, 1, None):
        size = [int(rng.integers(0, dim + 1)) for dim in shape]
        same(image.random_crop(x, size, seed), tf.image.random_crop(x, size, seed), f"{SEED}")


def test_large_batches(tf, rng):
    for dtype in ("float32", "uint8", "float16"):
        x = any_picture(rng, dtype, (300, 21, 17, 3))
        for name in ("stateless_random_flip_left_right", "stateless_random_flip_up_down"):
            got, expected = (getattr(lib, name)(x, [SEED, 3]) for lib in (image, tf.image))
            same(got, expected, f"TFPHILOX_LIVE_SEED={SEED} {name} {dtype}")
    x = np.zeros((0, 2, 2, 1), np.float32)
    same(image.random_flip_up_down(x), tf.image.random_flip_up_down(x), "no pictures")


def test_strings(tf):
    x = np.array([[["a"], ["b"]], [["c"], ["d"]]])
    restart(tf)
    for seed in (1, 1, 1, 2, 2):
        got = image.random_flip_up_down(x, seed).astype("S")
        assert np.array_equal(got, tf.image.random_flip_up_down(x, seed).numpy().astype("S"))


# ---- boxes ---------------------------------------------------------------------------------


def any_boxes(rng):
    """The arguments of one crop, except seeds."""
    dtype = str(rng.choice(["int32", "int32", "int64", "int16", "uint8", "int8"]))
    most = min(np.iinfo(dtype).max, 600) if rng.random() < 0.9 else np.iinfo(dtype).max - 1
    dims = rng.integers(0 if rng.random() < 0.1 else 1, min(most, 2**31 - 2), 2).tolist()
    size = np.array([*dims, 3], dtype)
    count = int(rng.integers(0, 4))
    boxes = np.sort(rng.random((int(rng.integers(1, 3)), count, 2, 2)), axis=2)
    boxes = boxes.reshape(*boxes.shape[:2], 4).astype(np.float32)
    if rng.random() < 0.1:
        boxes = rng.random(boxes.shape).astype(np.float32)  # not in order
    arguments = {
        "image_size": size.tolist() if dtype == "int32" and rng.random() < 0.5 else size,
        "bounding_boxes": boxes.tolist() if count and rng.random() < 0.3 else boxes,
        "min_object_covered": float(rng.choice([0, 0.1, 0.5, 0.9, 1.0])),
        "use_image_if_no_bounding_boxes": True,
    }
    if rng.random() < 0.6:
        low, high = 10.0 ** rng.uniform(-2, 2, 2)
        arguments["aspect_ratio_range"] = [low, high] if rng.random() < 0.9 else [low, low]
    if rng.random() < 0.6:
        low, high = rng.uniform(0, 1, 2)
        arguments["area_range"] = [low, high] if rng.random() < 0.3 else sorted([low, high])
    if rng.random() < 0.5:
        arguments["max_attempts"] = int(rng.choice([1, 2, 5, 300]))
    return arguments


def same_crops(got, expected, what):
    for name, a, b in zip(got._fields, got, expected, strict=True):
        same(a, b, f"{what} {name}")


def test_boxes(tf, rng):
    restart(tf)
    for call in range(ROUNDS * 12):
        arguments = any_boxes(rng)
        which = int(rng.integers(5))
        if which == 0:
            paths = image.sample_distorted_bounding_box, tf.image.sample_distorted_bounding_box
            arguments["seed"] = [1, 2, -3, 2**40][rng.integers(4)]
        elif which == 1:
            name = "stateless_sample_distorted_bounding_box"
            paths = getattr(image, name), getattr(tf.image, name)
            arguments["seed"] = rng.integers(-(2**40), 2**40, 2)
        elif which == 2:
            name = "sample_distorted_bounding_box"
            paths = getattr(tp.compat.v1.image, name), getattr(tf.compat.v1.image, name)
            arguments["seed"], arguments["seed2"] = [(1, 2), (0, 3), (None, 3)][rng.integers(3)]
        else:
            name = "SampleDistortedBoundingBox" + "V2" * (which == 3)
            paths = getattr(raw_ops, name), getattr(tf.raw_ops, name)
            arguments["seed"], arguments["seed2"] = 1, 2
        what = f"TFPHILOX_LIVE_SEED={SEED} {call} {which} {arguments}"
        got, expected = (path(**arguments) for path in paths)
        same_crops(got, expected, what)


# ---- what is refused -----------------------------------------------------------------------


@pytest.mark.parametrize("call", [row[0] for row in BAD])
def test_tensorflow_refuses_it_too(tf, call):
    with pytest.raises(Exception):  # noqa: B017, PT011
        eval(call, {"image": tf.image, "np": np, "raw_ops": tf.raw_ops, "X": np.ones((2, 3, 3))})


@pytest.mark.parametrize("call", [row[0] for row in DEPARTURES])
def test_tensorflow_lets_it_pass(tf, call):
    tf.random.set_seed(1)
    eval(call, {"image": tf.image, "np": np, "raw_ops": tf.raw_ops, "X": np.ones((2, 3, 3))})
