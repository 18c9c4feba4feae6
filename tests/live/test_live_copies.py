"""test_live_copies.py: what copies and pickles of layers draw, against Keras 3 in this process.

A copy in Keras is a layer made anew, so it starts from the seed; one without a seed draws from
Python's ``random``, whose state is compared too. Without TensorFlow the tests are skipped, but they
fail where the environment says CI.
"""

import copy
import os
import pickle
import random

import numpy as np
import pytest
from bits import assert_same_bits

import tfphilox as tp
import tfphilox.keras

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

IMAGES = np.arange(96, dtype=np.float32).reshape(2, 4, 4, 3) * np.float32(2.5)
SEQUENCES = np.ones((2, 3, 4), np.float32)
LAYERS = {
    "AlphaDropout": (0.5,),
    "Dropout": (0.5,),
    "GaussianDropout": (0.5,),
    "GaussianNoise": (0.5,),
    "SpatialDropout1D": (0.5,),
    "RandomBrightness": (0.5,),
    "RandomCrop": (2, 2),
    "RandomFlip": (),
    "RandomInvert": (0.5,),
    "Solarization": (),
}
HOW = [copy.copy, copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))]

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


@pytest.mark.parametrize("number", range(3), ids=["copy", "deepcopy", "pickle"])
@pytest.mark.parametrize("calls", [0, 1, 2])
@pytest.mark.parametrize("seed", [7, None])
@pytest.mark.parametrize("name", LAYERS)
def test_layers(keras, name, seed, calls, number):
    before = random.getstate()
    rows = []
    for library in (keras, tp.keras):
        random.seed(11)
        layer = getattr(library.layers, name)(*LAYERS[name], seed=seed)
        x = IMAGES if name.startswith(("Random", "Solar")) else SEQUENCES
        arrays = [np.asarray(layer(x, training=True)) for _ in range(calls)]
        other = HOW[number](layer)
        for each in (other, layer, other, HOW[number](other)):
            arrays.append(np.asarray(each(x, training=True)))
        rows.append((arrays, random.getstate()))
    random.setstate(before)
    (theirs, their_state), (ours, our_state) = rows
    for row, (expected, got) in enumerate(zip(theirs, ours, strict=True)):
        assert_same_bits(got, expected, f"{name}, array {row}")
    assert our_state == their_state


def test_seed_generators(keras):
    """Shallow copies share the pair; deeper ones are refused."""
    rows = []
    for library in (keras, tp.keras):
        seeds = library.random.SeedGenerator(1)
        seeds.next()
        other = copy.copy(seeds)
        rows.append([np.asarray(each.next()).tolist() for each in (other, seeds, other)])
        for how in HOW[1:]:
            with pytest.raises(TypeError):
                how(seeds)
    assert rows[0] == rows[1]


@pytest.mark.parametrize("number", range(3), ids=["copy", "deepcopy", "pickle"])
@pytest.mark.parametrize("seed", [7, None])
def test_initializers(keras, seed, number):
    arrays = []
    for library in (keras, tp.keras):
        random.seed(11)
        initializer = library.initializers.GlorotUniform(seed=seed)
        initializer([2, 2])
        arrays.append(np.asarray(HOW[number](initializer)([3, 2])))
    assert_same_bits(arrays[1], arrays[0], "initializer")
