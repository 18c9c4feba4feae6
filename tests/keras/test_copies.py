"""test_copies.py: what copies and pickles, as in Keras and TensorFlow, and what else to use."""

import copy
import pickle
import random
import re

import numpy as np
import pytest
from bits import as_list

import tfphilox as tp
from tfphilox.keras import layers

IMAGES = np.arange(96, dtype=np.float32).reshape(2, 4, 4, 3)
SEQUENCES = np.ones((2, 3, 4), np.float32)


def pickled(thing):
    return pickle.loads(pickle.dumps(thing))


def pickled_as_before(thing):
    return pickle.loads(pickle.dumps(thing, 2))


HOW = [copy.copy, copy.deepcopy, pickled, pickled_as_before]
# Every layer that draws, and its arguments.
LAYERS = {
    **dict.fromkeys(("AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise"), (0.5,)),
    **dict.fromkeys(("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"), (0.5,)),
    **dict.fromkeys(("AugMix", "CutMix", "MixUp", "RandAugment", "RandomFlip", "Solarization"), ()),
    **dict.fromkeys(("RandomBrightness", "RandomColorDegeneration", "RandomContrast"), (0.5,)),
    **dict.fromkeys(("RandomHue", "RandomGrayscale", "RandomInvert", "RandomPerspective"), (0.5,)),
    **dict.fromkeys(("RandomRotation", "RandomSaturation", "RandomSharpness"), (0.5,)),
    **dict.fromkeys(("RandomElasticTransform", "RandomErasing", "RandomZoom"), (0.5,)),
    "RandomColorJitter": ((0, 255), 0.5, 0.5, 0.5, 0.5),
    "RandomCrop": (2, 2),
    "RandomGaussianBlur": (0.5,),
    "RandomPosterization": (4,),
    "RandomShear": (0.5, 0.5),
    "RandomTranslation": (0.5, 0.5),
}


@pytest.fixture(autouse=True)
def restored():
    state = random.getstate()
    yield
    random.setstate(state)
    tp.random.set_seed(None)


def made(name, **keywords):
    return getattr(layers, name)(*LAYERS[name], **keywords)


def called(layer):
    """What a layer draws next; where it resamples, what it would do, for it makes no pixels."""
    name = type(layer).__name__
    if hasattr(layer, "get_random_transformation"):
        random.seed(2)  # AugMix chooses by it
        data = {"images": IMAGES, "labels": np.eye(2, dtype=np.float32)}
        drawn = layer.get_random_transformation(data if name in ("CutMix", "MixUp") else IMAGES)
        return re.sub(" at 0x[0-9a-f]+", "", repr(drawn))  # RandomElasticTransform's generator
    if name == "RandomColorJitter":
        return repr(layer.drawn_factors(IMAGES))
    ranks = {"SpatialDropout2D": IMAGES, "SpatialDropout3D": IMAGES[None]}
    return as_list(layer(ranks.get(name, SEQUENCES), training=True))


def test_the_table_has_every_layer():
    of_keras_2 = {"RandomHeight", "RandomWidth"}
    assert set(LAYERS) | of_keras_2 == set(layers.__all__)


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("calls", [0, 1, 2])
@pytest.mark.parametrize("name", LAYERS)
def test_a_layers_copy_starts_anew(name, calls, how):
    """As Keras 3.15.1 does it: test_live_copies.py."""
    layer, fresh = made(name, seed=1), made(name, seed=1)
    expected = [called(fresh) for _ in range(3)]
    drawn = [called(layer) for _ in range(calls)]
    before = random.getstate()
    other = how(layer)
    assert random.getstate() == before
    assert type(other) is type(layer)
    assert [called(other) for _ in range(3)] == expected
    assert [*drawn, *(called(layer) for _ in range(3 - calls))] == expected
    assert called(how(other)) == expected[0]


@pytest.mark.parametrize("how", HOW)
def test_a_copy_without_a_seed_draws_one(how):
    random.seed(3)
    layer = layers.Dropout(0.5)
    second = layers.Dropout(0.5)
    expected, after = called(second), random.getstate()
    random.seed(3)
    layer = layers.Dropout(0.5)
    assert called(how(layer)) == expected
    assert random.getstate() == after


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("version", ["2.0", "2.9", "2.15"])
def test_a_layer_of_tf_keras_goes_on(version, how):
    with tp.config.tensorflow_version(version):
        layer, same = layers.Dropout(0.5, seed=1), layers.Dropout(0.5, seed=1)
        tp.random.set_seed(1)
        called(layer)
        other = how(layer)
        expected = [called(other) for _ in range(2)]
        tp.random.set_seed(1)
        called(same)
        assert [called(same) for _ in range(2)] == expected


@pytest.mark.parametrize("how", HOW)
def test_a_copy_keeps_the_version(how):
    layer = layers.Dropout(0.5, seed=1)
    with tp.config.tensorflow_version("2.9"):
        other = how(layer)
    assert called(other) == called(layer)


def test_seed_generators():
    seeds = tp.keras.random.SeedGenerator(1)
    seeds.next()
    together = copy.copy(seeds)
    assert [each.next().tolist() for each in (together, seeds, together)] == [
        [1, 1],
        [1, 2],
        [1, 3],
    ]
    for how in HOW[1:]:
        with pytest.raises(TypeError, match="from_config"):
            how(seeds)
    assert tp.keras.random.SeedGenerator.from_config(seeds.get_config()).next().tolist() == [1, 0]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("seed", [1, None])
def test_initializers(seed, how):
    initializer = tp.keras.initializers.GlorotUniform(seed=seed)
    assert as_list(how(initializer)([3, 2])) == as_list(initializer([3, 2]))


# ---- data sets -----------------------------------------------------------------------------


def shuffled():
    return tp.data.Dataset.range(10).shuffle(4, seed=5).batch(3)


DATA = {
    "shuffle": shuffled,
    "random": lambda: tp.data.Dataset.random(seed=1).take(9),
    "repeat": lambda: tp.data.Dataset.range(10).shuffle(4).repeat(2),
}


@pytest.mark.parametrize("how", HOW[1:])
@pytest.mark.parametrize("name", DATA)
def test_data_sets_that_draw_say_what_to_use(name, how):
    for thing in (DATA[name](), iter(DATA[name]())):
        with pytest.raises(TypeError, match=r"iterator\.state"):
            how(thing)


def test_what_to_use_instead():
    tp.random.set_seed(1)
    iterator = iter(shuffled())
    next(iterator)
    kept = pickled(iterator.state)
    expected = [each.tolist() for each in iterator]
    tp.random.set_seed(1)
    again = iter(shuffled())
    again.state = kept
    assert [each.tolist() for each in again] == expected


def test_a_shallow_copy_goes_on_together():
    tp.random.set_seed(1)
    expected = [each.tolist() for each in iter(shuffled())]
    tp.random.set_seed(1)
    iterator = iter(copy.copy(shuffled()))
    other = copy.copy(iterator)
    assert [next(each).tolist() for each in (iterator, other, other, iterator)] == expected


@pytest.mark.parametrize("how", HOW)
def test_what_does_not_draw_copies(how):
    dataset = tp.data.Dataset.range(10).batch(4)
    iterator = iter(how(dataset))
    next(iterator)
    assert [each.tolist() for each in how(iterator)] == [[4, 5, 6, 7], [8, 9]]
