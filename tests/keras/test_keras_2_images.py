"""test_keras_2_images.py: tf.keras's image layers by version, against files that TensorFlow wrote.

tests/makers/make_golden_images.py makes them and says what stands in them.
"""

import hashlib
import json
import random

import numpy as np
import pytest
from places import GOLDEN_FILES

import tfphilox as tp

FILES = {
    path.stem[10:]: json.loads(path.read_text()) for path in GOLDEN_FILES.glob("images-tf-*.json")
}
assert len(FILES) == 10
CASES = [(version, i) for version, file in FILES.items() for i in range(len(file["programs"]))]
VERSIONS = ["2.3", "2.5", "2.6", "2.7", "2.8", "2.9", "2.10", "2.11", "2.12", "2.15"]


def hexed(array):
    flat = np.ascontiguousarray(array).reshape(-1)
    raw = [flat[i : i + 1].tobytes()[::-1].hex() for i in range(min(flat.size, 12))]
    return raw if flat.size <= 12 else [*raw[:4], hashlib.sha256(flat.tobytes()).hexdigest()]


@pytest.fixture(autouse=True)
def _sources_as_they_were():
    state, python = np.random.get_state(), random.getstate()
    yield
    np.random.set_state(state)
    random.setstate(python)
    tp.random.set_seed(None)
    tp.keras.utils.clear_session()


def drawn_like_a_picture(layer, name, images):
    """What the file has of layers that resample pixels: moves, angles, zooms."""
    drawn = layer.get_random_transformation(images)
    if name == "RandomTranslation":
        made = drawn["translations"]
    elif name == "RandomRotation":
        made = drawn["angle"][:, None]
    else:
        made = np.concatenate([drawn["width_zoom"], drawn["height_zoom"]], axis=1)
    return made if images.ndim == 4 else made[0]


@pytest.mark.parametrize(("version", "program"), CASES)
def test_program(version, program):
    name, keywords, seeder, shape, dtype, calls, after = FILES[version]["programs"][program]
    number = version.rpartition(".")[0]
    with tp.config.tensorflow_version(number):
        if seeder == "seed":
            random.seed(21)
            np.random.seed(22)
            tp.random.set_seed(23)
        else:
            tp.keras.utils.set_random_seed(24)
        layer = getattr(tp.keras.layers, name)(**keywords)
        images = np.random.RandomState(0).uniform(0, 255, shape).astype(dtype)
        for shape_made, dtype_made, numbers in calls:
            if name in ("RandomTranslation", "RandomRotation", "RandomZoom"):
                made = drawn_like_a_picture(layer, name, images)
            elif name == "RandomContrast" and len(shape) == 4 and number in ("2.9", "2.10", "2.11"):
                made = layer.get_random_transformation(images)["contrast_factor"]
            elif name in ("RandomHeight", "RandomWidth"):
                side = "height" if name == "RandomHeight" else "width"
                assert shape_made[-3 if side == "height" else -2] == int(
                    layer.get_random_transformation(images)[side]
                )
                continue
            else:
                made = layer(images)
            assert (list(made.shape), made.dtype.name) == (shape_made, dtype_made)
            assert hexed(made) == numbers
        assert [random.random(), int(np.random.randint(2**31 - 1))] == after


IMAGES = np.arange(2 * 5 * 6 * 3, dtype=np.float32).reshape(2, 5, 6, 3)
REFUSED = {
    "an earlier TensorFlow": ("2.2", ValueError, lambda k: k.RandomFlip(seed=1)),
    "brightness": ("2.8", ValueError, lambda k: k.RandomBrightness(0.1)),
    "mode": ("2.15", ValueError, lambda k: k.RandomFlip("diagonal")),
    "seed": ("2.15", TypeError, lambda k: k.RandomFlip(seed=1.5)),
    "window": ("2.6", ValueError, lambda k: k.RandomCrop(0, 3)),
    "translation": ("2.6", ValueError, lambda k: k.RandomTranslation(1.1, 0)),
    "order": ("2.15", ValueError, lambda k: k.RandomRotation((0.2, 0.1))),
    "zoom": ("2.15", ValueError, lambda k: k.RandomZoom(0.2, (-1.5, 0))),
    "three factors": ("2.15", ValueError, lambda k: k.RandomContrast((0.1, 0.2, 0.3))),
    "contrast": ("2.15", ValueError, lambda k: k.RandomContrast(-0.1)),
    "no contrast": ("2.15", ValueError, lambda k: k.RandomContrast(0.0)(IMAGES)),
    "contrast of a batch": ("2.10", ValueError, lambda k: k.RandomContrast(0.1)(IMAGES)),
    "one image": ("2.3", ValueError, lambda k: k.RandomFlip(seed=1)(IMAGES[0])),
    "no image": ("2.15", ValueError, lambda k: k.RandomFlip(seed=1)(IMAGES[0, 0])),
    "height": ("2.15", ValueError, lambda k: k.RandomHeight((0.3, 0.2))),
    "interpolation": ("2.15", ValueError, lambda k: k.RandomWidth(0.2, "cubic")),
    "height in Keras 3": ("2.16", ValueError, lambda k: k.RandomHeight(0.2)),
    "dict": ("2.15", TypeError, lambda k: k.RandomFlip(seed=1)({"images": IMAGES})),
    "small images": ("2.15", ValueError, lambda k: k.RandomCrop(6, 6)(IMAGES)),
    "resized": ("2.15", ValueError, lambda k: k.RandomCrop(2, 2)(IMAGES, training=False)),
    "layout": ("2.15", TypeError, lambda k: k.RandomFlip(data_format="channels_first")),
    "seed of a call": (
        "2.15",
        ValueError,
        lambda k: k.RandomZoom(0.1).get_random_transformation(IMAGES, seed=3),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what):
    version, error, call = REFUSED[what]
    random.seed(1)
    before = random.getstate()
    with tp.config.tensorflow_version(version), pytest.raises(error):
        call(tp.keras.layers)
    assert random.getstate() == before


@pytest.mark.parametrize("version", VERSIONS)
def test_without_training_nothing_is_drawn(version):
    with tp.config.tensorflow_version(version):
        random.seed(1)
        layer = tp.keras.layers.RandomFlip()
        assert (layer(IMAGES, training=False) == IMAGES).all()
        assert layer.get_random_transformation(IMAGES, training=False) is None
        made = version not in ("2.7", "2.8")
        assert (layer.generator is not None) == made
        state = random.getstate()
        random.seed(1)
        if version in ("2.9", "2.10", "2.11", "2.12", "2.15"):
            assert layer.generator.state[0] == random.randint(1, 10**9)
        assert random.getstate() == state


@pytest.mark.parametrize("version", VERSIONS)
def test_a_failed_call_moves_nothing(version):
    with tp.config.tensorflow_version(version):
        random.seed(1)
        layer = tp.keras.layers.RandomFlip()
        before, state = random.getstate(), np.random.get_state()[1].tolist()
        with pytest.raises(TypeError):
            layer(np.array([[[["text"]]]]))
        assert random.getstate() == before
        assert np.random.get_state()[1].tolist() == state


def test_choices_go_back():
    """NumPy's choices of 2.10 are taken back when a call fails after them."""
    np.random.seed(3)

    @tp._c._undo.whole
    def failing(layer):
        layer.get_random_transformation(IMAGES)
        raise KeyError

    with tp.config.tensorflow_version("2.10"):
        layer = tp.keras.layers.RandomFlip(seed=1)
        with pytest.raises(KeyError):
            failing(layer)
    assert np.random.randint(10**6) == np.random.RandomState(3).randint(10**6)


@pytest.mark.parametrize("version", ["2.6", "2.8", "2.9", "2.12", "2.15"])
def test_in_a_function(version):
    """A function draws what the layer does alone: both from the layer's generator."""
    with tp.config.tensorflow_version(version):
        for name, arguments in {"RandomFlip": (), "RandomCrop": (2, 3)}.items():
            alone, inside = (getattr(tp.keras.layers, name)(*arguments, seed=5) for _ in range(2))
            function = tp.function(lambda x, layer=inside: layer(x))
            for _ in range(3):
                assert (function(IMAGES) == alone(IMAGES)).all()


def test_numpy_flips_in_a_function():
    with tp.config.tensorflow_version("2.10"):
        layer = tp.keras.layers.RandomFlip(seed=5)
        with pytest.raises(ValueError, match="NumPy"):
            tp.function(lambda x: layer(x))(IMAGES)


def test_from_config():
    config = {"name": "flip", "trainable": True, "dtype": "float32", "mode": "vertical", "seed": 2}
    with tp.config.tensorflow_version("2.15"):
        layer = tp.keras.layers.RandomFlip.from_config(config)
        assert isinstance(layer, tp.keras.layers.RandomFlip)
        assert (layer(IMAGES) == tp.keras.layers.RandomFlip("vertical", seed=2)(IMAGES)).all()


@pytest.mark.parametrize("version", ["2.3", "2.6", "2.10", "2.15"])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("RandomFlip", ()), ("RandomCrop", (2, 2)), ("RandomTranslation", (0.2, 0.2)),
        ("RandomRotation", (0.2,)), ("RandomZoom", (0.2,)), ("RandomContrast", (0.2,)),
        ("RandomHeight", (0.2,)), ("RandomWidth", (0.2,)),
    ],
)  # fmt: skip
def test_not_in_compiled_functions(version, name, arguments):
    """What XLA would draw is not known: nothing is drawn."""
    images = np.zeros((2, 4, 4, 3), np.float32)
    with tp.config.tensorflow_version(version):
        layer = getattr(tp.keras.layers, name)(*arguments, seed=1)
        with tp.config.jit_compile(), pytest.raises(NotImplementedError, match="compiled function"):
            layer.get_random_transformation(images, True)
