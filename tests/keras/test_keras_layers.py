"""test_keras_layers.py: keras.layers' masks by version, against what tf.keras wrote down."""

import gzip
import json
import zlib

import numpy as np
import pytest
from bits import assert_same_bits
from keras_programs import programs_with, replay
from places import GOLDEN_FILES

import tfphilox as tp
import tfphilox.keras


@pytest.mark.parametrize(("version", "program"), programs_with("layer"))
def test_programs(version, program):
    replay(version, program)


@pytest.mark.parametrize(("version", "program"), programs_with("transform"))
def test_transformations(version, program):
    replay(version, program)


IMAGE_LAYERS = {
    "RandomBrightness": (0.3,),
    "RandomCrop": (2, 2),
    "RandomFlip": (),
    "RandomInvert": (),
    "RandomErasing": (1.0, (0.2, 0.9), 7),
    "MixUp": (),
    "CutMix": (),
    "Solarization": (0.3, 0.3),
}


@pytest.mark.parametrize("name", IMAGE_LAYERS)
def test_images_in_both_layouts(name):
    images = np.arange(2 * 5 * 6 * 3, dtype=np.float32).reshape(2, 5, 6, 3)
    last, first = (
        getattr(tp.keras.layers, name)(*IMAGE_LAYERS[name], seed=3, data_format=layout)
        for layout in ("channels_last", "channels_first")
    )
    moved = first(np.moveaxis(images, -1, 1))
    assert (last(images) == np.moveaxis(moved, 1, -1)).all()


# ---- images of integers ---------------------------------------------------------------------


def integer_cases():
    return list(_integer_cases())


def _integer_cases():
    for path in sorted(GOLDEN_FILES.glob("integer-images-keras-*.json.gz")):
        data = json.loads(gzip.decompress(path.read_bytes()))
        release, seed = data["header"]["keras"], data["header"]["seed"]
        for name in sorted({case[0] for case in data["cases"]}):
            cases = [case for case in data["cases"] if case[0] == name]
            yield pytest.param(release, seed, cases, id=f"{release}-{name}")


def pictures(kind, shape):
    """As make_golden_integer_images.py has them."""
    highest = {"bool": 2, "int8": 128}.get(kind, 256)
    return np.random.RandomState(0).randint(0, highest, shape).astype(kind)


@pytest.mark.parametrize(("release", "seed", "cases"), integer_cases())
def test_images_of_integers(release, seed, cases):
    with tp.config.keras_version(release):
        for name, arguments, kind, shape, training, expected in cases:
            case = f"{name} {arguments} {kind} {shape} {training}"
            layer = getattr(tp.keras.layers, name)(seed=seed, **arguments)
            images = pictures(kind, shape)
            before = images.copy()
            if isinstance(expected, str):
                with pytest.raises((TypeError, ValueError)):
                    layer(images, training=training)
            elif (name, training, release) == ("RandomCrop", False, "3.5.0"):
                with pytest.raises(ValueError, match="it resizes images"):
                    layer(images, training=training)
            else:
                made = layer(images, training=training)
                got = [made.dtype.name, list(made.shape), zlib.crc32(made.tobytes())]
                assert got == expected, case
            assert_same_bits(images, before)


def test_there_are_integers_on_both_sides_of_each_border():
    releases = {case.values[0] for case in integer_cases()}
    assert releases == {"3.5.0", "3.6.0", "3.7.0", "3.8.0", "3.15.1"}


def test_published_brightness_of_integers():
    """Of Keras 3.15.1: a factor of (0.3, 0.3), seed 1; 200 and 76 wrap around as uint8."""
    for kind, expected in [("int64", [86, 255, 106]), ("uint8", [86, 20, 106])]:
        layer = tp.keras.layers.RandomBrightness((0.3, 0.3), seed=1)
        assert layer(np.array([[[[10, 200, 30]]]], kind)).ravel().tolist() == expected


NOT_KNOWN = {
    "negative": ("RandomBrightness(0.5, (-5, 200), seed=1)", np.ones([1, 1, 1, 3], "uint64")),
    "far": ("RandomBrightness(0.5, (0, 2**36), seed=1)", np.ones([1, 1, 1, 3], "int32")),
    "too far": ("RandomBrightness(0.5, (0, 2**70), seed=1)", np.ones([1, 1, 1, 3], "int64")),
    "other floats": (
        "RandomBrightness(0.5, (0, 3000), seed=1)", np.ones([40, 1, 1, 1], "uint8")
    ),
    "infinite": (
        "RandomBrightness(0.5, (np.float32(0), np.float32('inf')), seed=1)",
        np.ones([1, 1, 1, 1], "uint8"),
    ),
    "complex": ("RandomBrightness(0.5, seed=1)", np.ones([1, 1, 1, 3], "complex64")),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_KNOWN)
def test_integers_of_which_it_is_not_known(name):
    call, images = NOT_KNOWN[name]
    tp.keras.config.set_floatx("float16" if name == "other floats" else "float32")
    try:
        layer = eval(f"tp.keras.layers.{call}")
        before = layer.generator.state.copy()
        with pytest.raises((TypeError, ValueError)):
            layer(images)
        assert (layer.generator.state == before).all()
    finally:
        tp.keras.config.set_floatx("float32")


@pytest.mark.parametrize("name", IMAGE_LAYERS)
def test_image_layers_take_a_format_of_boxes(name):
    kind, arguments = getattr(tp.keras.layers, name), IMAGE_LAYERS[name]
    images = np.arange(2 * 5 * 6 * 3, dtype=np.float32).reshape(2, 5, 6, 3)
    layer = kind(*arguments, seed=3, bounding_box_format="xyxy")
    assert layer.bounding_box_format == "xyxy"
    assert_same_bits(layer(images), kind(*arguments, seed=3)(images))
    with pytest.raises(ValueError, match="inputs must have images, and may have labels, got"):
        layer({"images": images, "bounding_boxes": {}})
    with tp.config.keras_version("3.5"), pytest.raises(ValueError, match="came with Keras 3"):
        kind(*arguments, seed=3, bounding_box_format="xyxy")


LABELS = np.eye(2, dtype=np.float32)
REFUSED = {
    "number of chains": (ValueError, lambda k: k.AugMix(num_chains=8)),
    "no chain": (ValueError, lambda k: k.AugMix(num_chains=0)),
    "fill value": (ValueError, lambda k: k.RandomErasing(fill_value="7")),
    "two fill values": (ValueError, lambda k: k.RandomErasing(fill_value=(1, 2))),
    "fill values of channels": (
        ValueError,
        lambda k: k.RandomErasing(fill_value=(1, 2, 3))(np.ones([2, 4, 4, 1])),
    ),
    "scale": (ValueError, lambda k: k.RandomPerspective(scale=1.1)),
    "fill mode": (ValueError, lambda k: k.RandomElasticTransform(fill_mode="mirrored")),
    "fill mode of others": (ValueError, lambda k: k.RandomZoom(0.1, fill_mode="mirror")),
    "interpolation": (ValueError, lambda k: k.RandAugment(interpolation="cubic")),
    "threshold": (ValueError, lambda k: k.Solarization(0.1, (0.1, 1.2))),
    "value range": (ValueError, lambda k: k.Solarization(value_range=(0, 1, 2))),
    "bfloat16": (TypeError, lambda k: k.CutMix(dtype="bfloat16")),
    "whole labels": (
        TypeError,
        lambda k: k.MixUp()({"images": np.ones([2, 4, 4, 3]), "labels": np.eye(2, dtype=int)}),
    ),
    "boxes": (
        ValueError,
        lambda k: k.CutMix()({"images": np.ones([2, 4, 4, 3]), "bounding_boxes": []}),
    ),
    "labels and another type": (
        TypeError,
        lambda k: k.MixUp(dtype="float16")({"images": np.ones([2, 4, 4, 3]), "labels": LABELS}),
    ),
    "rank": (ValueError, lambda k: k.RandomColorJitter(hue_factor=0.1).drawn_factors([1.0])),
    "rank of policies": (ValueError, lambda k: k.RandAugment().get_random_transformation([1.0])),
}


@pytest.mark.parametrize("what", REFUSED)
def test_image_layers_refuse(what):
    error, call = REFUSED[what]
    with pytest.raises(error):
        call(tp.keras.layers)


def test_labels_go_with_images():
    """What is put into an image has its share in the label."""
    images = np.ones([2, 8, 8, 1], np.float32) * np.array([[[[0]]], [[[1]]]], np.float32)
    for name in ("MixUp", "CutMix"):
        for seed in range(20):
            mixed = getattr(tp.keras.layers, name)(seed=seed)({"images": images, "labels": LABELS})
            assert mixed["labels"].sum(axis=1) == pytest.approx([1, 1])
            if name == "MixUp":
                assert (mixed["images"][:, 0, 0, 0] == mixed["labels"][:, 1]).all()


@pytest.mark.parametrize("version", ["2.0", "2.15"])
def test_other_image_layers_follow_keras_3_alone(version):
    with tp.config.tensorflow_version(version), pytest.raises(ValueError, match="Keras 3"):
        tp.keras.layers.RandomInvert(seed=1)
    with tp.config.tensorflow_version(version), pytest.raises(ValueError, match="Keras 3"):
        tp.keras.layers.RandAugment(seed=1)


@pytest.mark.parametrize("version", ["2.0", "2.7", "2.8", "2.15", "2.21"])
@pytest.mark.parametrize("name", ["Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout"])
def test_without_training_nothing_is_drawn(version, name):
    x = np.array([1.5, -2.0], np.float32)
    tp.keras.seed_everything(1)
    with tp.config.tensorflow_version(version):
        layer = getattr(tp.keras.layers, name)(0.5)
        before = np.random.get_state()[1].tolist()
        assert (layer(x) == x).all()
        assert np.random.get_state()[1].tolist() == before
    after = tp.random.uniform([1])
    tp.random.set_seed(1)
    assert (tp.random.uniform([1]) == after).all()


@pytest.mark.parametrize("version", ["2.0", "2.8", "2.21"])
def test_bad_arguments(version):
    with tp.config.tensorflow_version(version):
        for rate in (-0.1, 1.1):
            with pytest.raises(ValueError, match="rate"):
                tp.keras.layers.Dropout(rate)
        with pytest.raises(TypeError, match="rate"):
            tp.keras.layers.Dropout("0.5")
        error = ValueError if version == "2.21" else TypeError  # as Keras 3
        with pytest.raises(error, match="seed"):
            tp.keras.layers.Dropout(0.5, seed=1.5)
        with pytest.raises(ValueError, match="data_format"):
            tp.keras.layers.SpatialDropout2D(0.5, data_format="last")
        with pytest.raises(TypeError, match="float"):
            tp.keras.layers.Dropout(0.5, dtype="int32")
        layer = tp.keras.layers.Dropout(0.5, noise_shape=[3], seed=1)
        with pytest.raises(ValueError, match="noise_shape"):
            layer(np.ones(2, np.float32), training=True)
        with pytest.raises(TypeError, match="float"):
            tp.keras.layers.Dropout(0.5)(np.ones(2, np.int32), training=True)
        with pytest.raises(ValueError, match="rank 3"):
            tp.keras.layers.SpatialDropout1D(0.5)(np.ones(2, np.float32), training=True)


@pytest.mark.parametrize("version", ["2.10", "2.21"])
def test_policies(version):
    x = np.arange(1, 60, dtype=np.float32)
    with tp.config.tensorflow_version(version):
        make = tp.keras.layers.Dropout

        def dropped(config):
            tp.random.set_seed(1)
            return make.from_config(config)(x, training=True)

        for name in ("float16", "bfloat16"):
            plain = dropped({"rate": 0.5, "seed": 1, "dtype": name})
            assert plain.dtype.name == name
            policy = {"class_name": "DTypePolicy", "config": {"name": f"mixed_{name}"}}
            for dtype in (f"mixed_{name}", policy, {"config": {"name": name}}):
                config = {"rate": 0.5, "seed": 1, "dtype": dtype, "trainable": False, "name": "a"}
                assert_same_bits(dropped(config), plain)
                assert config["trainable"] is False  # what was given is left alone
        for dtype in ("mixed_float32", "int8", {"config": {"name": "int8_from_float32"}}):
            with pytest.raises(TypeError, match="dtype"):
                make(0.5, dtype=dtype)
        for dtype in ({}, {"config": None}, {"config": {"name": 3}}):
            with pytest.raises(ValueError, match="policy with a name"):
                make(0.5, dtype=dtype)
        with pytest.raises(TypeError, match="config must be a dict"):
            make.from_config("rate")
        with pytest.raises(TypeError, match="ratio"):
            make.from_config({"ratio": 0.5})
