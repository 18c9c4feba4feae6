"""test_image.py: crops, flips, colours, boxes: golden data, kernels, drawn numbers, errors."""

import json

import numpy as np
import pytest
from bits import as_hex, assert_same_bits, numpy_dtype
from places import GOLDEN_FILES
from wrong_calls_image import BAD, DEPARTURES

import tfphilox as tp
from tfphilox import image, raw_ops
from tfphilox.image import _adjust

GOLDEN = [json.loads(path.read_text()) for path in sorted(GOLDEN_FILES.glob("image-tf-*.json"))]
X = np.linspace(0, 1, 2 * 5 * 3, dtype=np.float32).reshape(2, 5, 3)
COLORS = {
    "brightness": (0.3,), "contrast": (0.5, 1.5), "hue": (0.2,), "saturation": (0.5, 1.5),
    "jpeg_quality": (10, 90),
}  # fmt: skip

pytestmark = pytest.mark.global_seed(1234)


def test_golden():
    assert GOLDEN
    for data in GOLDEN:
        with tp.config.tensorflow_version(data["header"]["tensorflow"]):
            for case in data["image"]:
                check(case, *data["pictures"][case["picture"]], data["header"]["tensorflow"])


def check(case, shape, numbers, version):
    tp.random.set_seed(case["global_seed"])
    x = np.array(numbers, np.float64)
    with np.errstate(all="ignore"):
        x = x.astype(numpy_dtype(case["dtype"])).reshape(shape)
    for call, expected in enumerate(case["results"]):
        got = getattr(image, case["name"])(x, *case["arguments"], **case["keywords"])
        what = f"{version} {case['name']} {case['dtype']} {case['arguments']} call {call}"
        assert_same_bits(got, [int(word, 16) for word in expected.split()], what)


def test_golden_boxes():
    for data in GOLDEN:
        for case in data["boxes"]:
            tp.random.set_seed(case["global_seed"])
            op = getattr(raw_ops, case["op"])
            for expected in case["results"]:
                got = op(**case["arguments"])
                assert [as_hex(array) for array in got] == expected, (data["header"], case)


# ---- what is drawn -------------------------------------------------------------------------


@pytest.mark.parametrize("what", COLORS)
def test_drawn_factor_is_uniform(what):
    arguments = COLORS[what]
    bounds = arguments if len(arguments) == 2 else (-arguments[0], arguments[0])
    dtype = "int32" if what == "jpeg_quality" else "float32"
    stateful, stateless = (getattr(image, f"{kind}random_{what}") for kind in ("", "stateless_"))
    for seed in (None, 5, 5):
        tp.random.set_seed(1234)
        expected = [tp.random.uniform([], *bounds, dtype, seed) for _ in range(2)]
        tp.random.set_seed(1234)
        for want in expected:
            assert_same_bits(image.drawn_factor(stateful, *arguments, seed=seed), want)
    want = tp.random.stateless_uniform([], [7, 8], *bounds, dtype)
    assert_same_bits(image.drawn_factor(stateless, *arguments, seed=[7, 8]), want)


@pytest.mark.parametrize("what", [name for name in COLORS if name != "jpeg_quality"])
def test_a_picture_uses_the_number(what):
    function, arguments = getattr(image, f"random_{what}"), COLORS[what]
    factor = image.drawn_factor(function, *arguments, seed=5)
    tp.random.set_seed(1234)
    got = function(X, *arguments, seed=5)
    assert_same_bits(got, getattr(_adjust, f"adjust_{what}")(X, lambda: factor))
    after = image.drawn_factor(function, *arguments, seed=5)
    assert after != factor  # the kernel has moved on


def test_jpeg_gives_no_picture():
    op_seed = tp.compat.v1.get_seed(None)
    tp.random.set_seed(1234)
    with pytest.raises(NotImplementedError, match="drawn_factor"):
        image.random_jpeg_quality(X, 10, 90)
    with pytest.raises(NotImplementedError, match="drawn_factor"):
        image.stateless_random_jpeg_quality(X, 10, 90, [1, 2])
    assert tp.compat.v1.get_seed(None) == op_seed


def test_crop_is_uniform_modulo():
    x = np.arange(60).reshape(3, 4, 5)
    drawn = tp.random.uniform([3], maxval=2**31 - 1, dtype="int32", seed=4)
    at = drawn % [3, 2, 5]
    tp.random.set_seed(1234)
    got = image.random_crop(x, [1, 3, 1], 4)
    assert_same_bits(got, x[at[0] : at[0] + 1, at[1] : at[1] + 3, at[2] : at[2] + 1].copy())
    assert got.flags.owndata
    assert tp.compat.v1.random_crop is image.random_crop


def test_flips():
    for seed in range(8):
        mirrored = tp.random.stateless_uniform([], [seed, 0]) < 0.5
        got = image.stateless_random_flip_left_right(X, [seed, 0])
        assert_same_bits(got, X[:, ::-1] if mirrored else X)
        assert not np.shares_memory(got, X)
        got = image.stateless_random_flip_up_down(X.astype("M8[s]"), [seed, 0])
        assert np.array_equal(got, (X[::-1] if mirrored else X).astype("M8[s]"))
    batch = np.random.default_rng(1).integers(0, 99, (9, 2, 3, 1))
    mirrored = tp.random.stateless_uniform([9], [3, 4]) > 0.5
    expected = np.where(mirrored[:, None, None, None], batch[:, ::-1], batch)
    assert np.array_equal(image.stateless_random_flip_up_down(batch, [3, 4]), expected)


def test_a_batch_of_floats_is_added_to_0_times_the_mirrored_one():
    batch = np.array([np.inf, 1, -0.0, 1e-40], np.float32).reshape(1, 1, 4, 1)
    got = image.stateless_random_flip_left_right(batch, [1, 2]).reshape(-1)
    assert np.isnan([got[0], got[3]]).any()
    assert not np.signbit(got[1:3]).any()


# ---- layouts -------------------------------------------------------------------------------


@pytest.mark.parametrize("what", [name for name in COLORS if name != "jpeg_quality"])
def test_layouts(what):
    function = getattr(image, f"stateless_random_{what}")
    expected = function(X, *COLORS[what], seed=[1, 2])
    kept = X.copy()
    for x in (
        np.asfortranarray(X), X.astype(">f4"), X.tolist(), np.repeat(X, 2, axis=1)[:, ::2],
        X[:, ::-1][:, ::-1],
    ):  # fmt: skip
        assert_same_bits(function(x, *COLORS[what], seed=[1, 2]), expected)
    assert_same_bits(X, kept)
    assert function(X[:0], *COLORS[what], seed=[1, 2]).shape == (0, 5, 3)
    assert function(X[None, None], *COLORS[what], seed=[1, 2]).shape == (1, 1, 2, 5, 3)


def test_pieces_join():
    """A picture larger than a piece, of each type, is what its rows are."""
    for dtype in ("uint8", "float64", "float32"):
        x = (np.random.default_rng(2).random((400, 200, 3)) * 200).astype(dtype)
        for what in ("brightness", "hue", "saturation"):
            function = getattr(image, f"stateless_random_{what}")
            got = function(x, *COLORS[what], seed=[1, 2])
            for row in (0, 81, 399):
                part = function(x[row : row + 1], *COLORS[what], seed=[1, 2])
                assert_same_bits(got[row : row + 1], part)


# ---- boxes ---------------------------------------------------------------------------------

BOXES = [[[0.1, 0.2, 0.5, 0.6]]]


def test_boxes_share_kernels_by_attributes():
    def begin(**changes):
        arguments = {"image_size": [400, 500, 3], "bounding_boxes": BOXES, "seed": 1, **changes}
        return image.sample_distorted_bounding_box(**arguments).begin.tolist()

    first, second = begin(), begin()
    tp.random.set_seed(1234)
    begin(image_size=[3, 4, 1], bounding_boxes=[[[0, 0, 1, 1]]], min_object_covered=0.7)
    assert begin() == second
    for changes in (
        {"max_attempts": 99}, {"area_range": [0.05, 0.999]}, {"aspect_ratio_range": (0.75, 1.34)},
        {"use_image_if_no_bounding_boxes": True}, {"image_size": np.array([400, 500, 3])},
    ):  # fmt: skip
        tp.random.set_seed(1234)
        begin(**changes)
        assert begin() == first


def test_boxes_without_a_seed_differ():
    drawn = {
        tuple(image.sample_distorted_bounding_box([4000, 5000, 3], BOXES).begin.tolist())
        for _ in range(20)
    }
    assert len(drawn) > 1


def test_when_all_attempts_fail():
    begin, size, bboxes = image.sample_distorted_bounding_box(
        [10, 20, 3], [[[0.0, 0.0, 0.01, 0.01]]], seed=1
    )
    assert begin.tolist() == [0, 0, 0]
    assert size.tolist() == [10, 20, -1]
    assert bboxes.tolist() == [[[0, 0, 1, 1]]]


def test_the_types_of_boxes():
    for dtype in ("int8", "uint8", "int16", "int32", "int64"):
        crop = image.stateless_sample_distorted_bounding_box(
            np.array([40, 50, 3], dtype), BOXES, (1, 2)
        )
        assert crop.begin.dtype == crop.size.dtype == dtype
        assert crop.size[2] == (255 if dtype == "uint8" else -1)
        assert crop.bboxes.dtype == np.float32


# ---- what is refused -----------------------------------------------------------------------


@pytest.mark.parametrize(("call", "error"), BAD + DEPARTURES)
def test_errors_take_nothing(call, error):
    crop = {"image_size": [40, 50, 3], "bounding_boxes": BOXES}
    expected = (
        tp.compat.v1.get_seed(None),
        tp.random.uniform([3], seed=1).tolist(),
        image.sample_distorted_bounding_box(**crop, seed=1).begin.tolist(),
    )
    tp.random.set_seed(1234)
    with pytest.raises(error):
        eval(call, {"image": image, "np": np, "raw_ops": raw_ops, "X": np.ones((2, 3, 3))})
    assert tp.compat.v1.get_seed(None) == expected[0]
    assert tp.random.uniform([3], seed=1).tolist() == expected[1]
    assert image.sample_distorted_bounding_box(**crop, seed=1).begin.tolist() == expected[2]


@pytest.mark.parametrize("function", [image.random_crop, np.add, None, "random_hue", []])
def test_drawn_factor_of_another_function(function):
    with pytest.raises(TypeError, match="random_hue"):
        image.drawn_factor(function, 1, 2)
