"""test_live_keras_weights.py: whole models' initial weights, against Keras 3 in this process.

Each model's JSON is rebuilt by ``model_from_json`` after ``set_random_seed`` with a fresh seed,
with and without the shapes that Keras 3 writes beside each layer (``build_config``): without them
every shape has to be inferred. Names, types and all bits are compared. Random stacks of layers
with random arguments follow; TFPHILOX_LIVE_PROGRAMS says how many (80 by default). The run's seed
is printed in every failure, and can be given again as TFPHILOX_LIVE_SEED.

Without TensorFlow the tests are skipped, but they fail where the environment says CI.
"""

import copy
import json
import os
import random
import secrets

import numpy as np
import pytest
from bits import assert_same_bits

import tfphilox as tp
from tfphilox.keras import Seeding, initial_weights

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

PROGRAMS = int(os.environ.get("TFPHILOX_LIVE_PROGRAMS", "80"))
SEED = int(os.environ.get("TFPHILOX_LIVE_SEED", secrets.randbits(31)))

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
    return keras


def compare(ours, model, what):
    theirs = [(weight.path, np.asarray(weight.numpy())) for weight in model.weights]
    assert [name for name, _ in ours] == [name for name, _ in theirs], what
    for (name, a), (_, b) in zip(ours, theirs, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype), f"{what}: {name}"
        assert_same_bits(a, b, f"{what}: {name}")
    return sum(array.size for _, array in ours)


def without_shapes(value):
    """The JSON as tf.keras wrote it: layers do not say what they were built with."""
    if isinstance(value, dict):
        return {k: without_shapes(v) for k, v in value.items() if k != "build_config"}
    return [without_shapes(one) for one in value] if isinstance(value, list) else value


def check(keras, model, what, seed=SEED):
    """Rebuild a model in both libraries, in both forms; return how many elements agreed."""
    compared = 0
    config = json.loads(model.to_json())
    for form in (config, without_shapes(copy.deepcopy(config))):
        text = json.dumps(form)
        keras.utils.set_random_seed(seed)
        again = keras.models.model_from_json(text)
        compared += compare(
            initial_weights(text, seed=seed, order="config"), again, f"{what}, seed {seed}"
        )
    return compared


# ---- models --------------------------------------------------------------------------------


def stacks(keras):
    L, init = keras.layers, keras.initializers
    noise = [L.GaussianNoise(0.1), L.GaussianDropout(0.2), L.AlphaDropout(0.1), L.Dropout(0)]
    colours = [
        *(L.RandomHue(0.1), L.RandomSaturation(0.1), L.RandomSharpness(0.1)),
        *(L.RandomColorDegeneration(0.1), L.RandomPosterization(4), L.RandomErasing()),
        *(L.RandomGaussianBlur(), L.RandomGrayscale(), L.RandomInvert(), L.RandomPerspective()),
        *(L.RandomShear(), L.RandomElasticTransform(), L.Solarization(), L.AutoContrast()),
        *(L.RandAugment(), L.RandAugment(seed=3), L.AugMix(), L.AugMix(all_ops=False)),
        *(L.AugMix(seed=1), L.RandomColorJitter((0, 255), brightness_factor=0.1, hue_factor=0.1)),
        L.RandomColorJitter((0, 255), seed=3, contrast_factor=0.1),
    ]
    return {
        "dense": (
            (5,),
            L.Dense(3),
            L.Dropout(0.5),
            L.Dense(4, kernel_initializer="he_normal", bias_initializer="random_normal"),
            L.BatchNormalization(),
            L.Dense(2, kernel_initializer=init.LecunUniform(seed=3)),
            L.Dense(2, kernel_initializer=init.GlorotUniform(keras.random.SeedGenerator(5))),
        ),
        "initializers": (
            (6,),
            *(
                L.Dense(6, kernel_initializer=name)
                for name in [
                    *("zeros", "ones", "identity", "orthogonal", "random_normal", "lecun_normal"),
                    *("random_uniform", "truncated_normal", "glorot_normal", "lecun_uniform"),
                    *("he_uniform", "variance_scaling", init.Constant(0.3)),
                    init.VarianceScaling(2.0, "fan_out", "uniform"),
                ]
            ),
        ),
        "convolutions": (
            (16, 16, 6),
            L.Conv2D(4, 3, padding="same", strides=2),
            L.SpatialDropout2D(0.1),
            L.Conv2D(8, (3, 2), groups=2),
            L.DepthwiseConv2D(3, depth_multiplier=2),
            L.SeparableConv2D(5, 3, padding="same"),
            L.Conv2DTranspose(3, 3, strides=2),
            L.PReLU(shared_axes=[1, 2]),
            L.GroupNormalization(3),
            L.LayerNormalization(),
            L.Flatten(),
            L.Dense(2),
        ),
        "convolutions 1d": (
            (33, 6),
            L.Conv1D(4, 3, padding="causal", dilation_rate=2),
            L.SeparableConv1D(4, 3),
            L.DepthwiseConv1D(3),
            L.Conv1DTranspose(3, 4, strides=3, padding="same"),
            L.MaxPooling1D(),
            L.ZeroPadding1D(2),
            L.Cropping1D(1),
            L.UpSampling1D(3),
            L.AveragePooling1D(3, 2, padding="same"),
            L.Flatten(),
            L.Dense(2),
        ),
        "convolutions 3d": (
            (8, 9, 10, 2),
            L.Conv3D(4, 3, padding="same"),
            L.MaxPooling3D(),
            L.Conv3DTranspose(2, 2, strides=2),
            L.ZeroPadding3D(),
            L.Cropping3D(((0, 1), (1, 1), (2, 1))),
            L.UpSampling3D(2),
            L.AveragePooling3D((2, 1, 2)),
            L.Flatten(),
            L.Dense(2),
        ),
        "LSTM": ((7,), L.Embedding(50, 8), L.LSTM(6, return_sequences=True), L.LSTM(5), L.Dense(2)),
        "GRU": (
            (7,),
            L.Embedding(50, 8),
            L.GRU(6, return_sequences=True),
            L.GRU(5, reset_after=False, return_sequences=True),
            L.SimpleRNN(4),
            L.Dense(2),
        ),
        "bidirectional": (
            (7, 4),
            L.Bidirectional(L.LSTM(5, return_sequences=True)),
            L.Bidirectional(L.GRU(5, return_sequences=True), merge_mode="sum"),
            L.Bidirectional(
                L.LSTM(5, return_sequences=True),
                backward_layer=L.GRU(5, return_sequences=True, go_backwards=True),
            ),
            L.TimeDistributed(L.Dense(3)),
            L.Bidirectional(L.SimpleRNN(2)),
            L.Dense(2),
        ),
        "cells": (
            (5, 3),
            L.RNN([L.LSTMCell(4), L.GRUCell(5), L.SimpleRNNCell(2)], return_sequences=True),
            L.RNN(L.LSTMCell(4)),
            L.Dense(2),
        ),
        "ConvLSTM": (
            (5, 4, 8, 8, 3),
            L.ConvLSTM3D(4, 3, padding="same", return_sequences=True),
            L.Reshape((5, 16, 16, 4)),
            L.ConvLSTM2D(2, 3, return_sequences=True),
            L.Reshape((5, -1, 2)),
            L.ConvLSTM1D(2, 3, unit_forget_bias=False),
            L.Flatten(),
            L.Dense(3),
        ),
        "distributed": (
            (5, 8, 8, 3),
            L.TimeDistributed(
                keras.Sequential(
                    [keras.Input((8, 8, 3)), L.Conv2D(2, 3), L.BatchNormalization(), L.Flatten()]
                )
            ),
            L.Dense(3),
        ),
        "einsum": (
            (5, 6),
            L.EinsumDense("abc,cd->abd", (None, 7), bias_axes="d"),
            L.EinsumDense("...x,xy->...y", output_shape=3, bias_axes="y"),
            L.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de"),
            L.Dense(2),
        ),
        "normalizations": (
            (5, 6),
            L.Normalization(),
            L.RMSNormalization(),
            L.UnitNormalization(),
            L.LayerNormalization(axis=[1, 2]),
            L.SpectralNormalization(L.Dense(3)),
            L.Flatten(),
            L.SpectralNormalization(L.Dense(3)),
            L.Dense(2),
        ),
        "augmented": (
            (20, 20, 3),
            L.Rescaling(1 / 255.0),
            L.RandomFlip(),
            L.RandomRotation(0.1),
            L.RandomZoom(0.2),
            L.RandomContrast(0.1),
            L.RandomCrop(10, 12),
            L.RandomTranslation(0.1, 0.1),
            L.RandomBrightness(0.1),
            L.Resizing(8, 9),
            L.CenterCrop(6, 6),
            L.Conv2D(2, 3),
            *noise,
            L.Flatten(),
            L.Dense(2),
        ),
        "colours": ((20, 20, 3), *(x for one in colours for x in (one, L.Conv2D(3, 1)))),
        "shapes": (
            (4, 6),
            L.Reshape((2, -1)),
            L.Permute((2, 1)),
            L.Dense(3),
            L.Flatten(),
            L.RepeatVector(3),
            L.Dense(2),
            L.GlobalAveragePooling1D(),
            L.Masking(),
            L.Dense(3),
        ),
        "nested": (
            (6,),
            keras.Sequential([keras.Input((6,)), L.Dense(3), L.Dropout(0.1)], name="inner"),
            L.Dense(4),
        ),
        "types": (
            (6,),
            L.Dense(3, dtype="mixed_float16"),
            L.Dense(3, dtype="float64"),
            L.BatchNormalization(dtype="float16"),
            L.Dense(4, dtype="bfloat16"),
            L.Dense(3, dtype="float16"),
        ),
        "embedding": ((9,), L.ReversibleEmbedding(30, 8, tie_weights=False), L.Dense(2)),
    }


def encoder(keras):
    L, ops = keras.layers, keras.ops
    inputs = keras.Input((9,))
    x = L.Embedding(30, 8)(inputs)
    x = x + L.Embedding(9, 8)(inputs)
    attended, scores = L.MultiHeadAttention(2, 4, value_dim=3, output_shape=7, dropout=0.1)(
        x, x, return_attention_scores=True
    )
    x = L.LayerNormalization()(L.Dense(8)(attended) + x)
    outputs = [L.Dense(5)(scores)]
    x = L.LayerNormalization()(L.Add()([x, L.Dense(8)(L.Dense(16, activation="relu")(x))]))
    grouped = L.GroupQueryAttention(4, 4, 2, use_gate=True, dropout=0.1)(x, x)
    x = ops.concatenate([x, grouped], -1)
    across = ops.reshape(L.Dense(3)(ops.transpose(x, (0, 2, 1))), (-1, 48))
    halves = ops.split(x, 2, axis=-1)
    expanded = ops.expand_dims(ops.mean(x, axis=1), 1)
    others = [
        *(across, x[:, 0], expanded, ops.squeeze(expanded, 1), halves[0]),
        *(ops.matmul(x, ops.transpose(x, (0, 2, 1))), ops.stack(halves, axis=1)),
        *(ops.einsum("abc,adc->abd", x, x), L.Dropout(0.1)(L.GlobalAveragePooling1D()(x))),
    ]
    return keras.Model(inputs, outputs + [L.Dense(2)(one) for one in others])


def unet(keras):
    L = keras.layers
    inputs = keras.Input((32, 32, 3))
    skips, x = [], inputs
    for filters in (4, 8, 16):
        x = L.BatchNormalization()(L.Conv2D(filters, 3, padding="same")(x))
        skips.append(x)
        x = L.MaxPooling2D()(x)
    x = L.Conv2D(32, 3, padding="same")(x)
    for filters in (16, 8, 4):
        x = L.Conv2DTranspose(filters, 2, strides=2, padding="same")(x)
        x = L.Concatenate()([x, skips.pop()])
        x = L.Dropout(0.1)(L.Conv2D(filters, 3, padding="same")(x))
    return keras.Model(inputs, L.Conv2D(1, 1)(x))


def shared(keras):
    L = keras.layers
    first, second = keras.Input((4,)), keras.Input((4,))
    layer = L.Dense(4)
    a, b = layer(first), layer(second)
    outputs = [L.Concatenate()([a, b, layer(a)]), L.Dense(2)(b)]
    inner = keras.Model([first, second], outputs, name="inner")
    first, second = keras.Input((4,)), keras.Input((4,))
    (u, v), (w, z) = inner([first, second]), inner([second, first])
    tail = keras.Sequential([L.Dense(3), L.Dense(3)])
    outputs = {"dot": L.Dot(1)([tail(u), tail(w)]), "product": L.Multiply()([v, z])}
    return keras.Model([first, second], {**outputs, "last": L.Dense(2)(z)})


def attention(keras):
    L = keras.layers
    first, second = keras.Input((4, 6)), keras.Input((5, 6))
    a = L.Attention(use_scale=True, score_mode="concat", dropout=0.1)([first, second])
    b = L.AdditiveAttention()([first, second])
    c, h, state = L.LSTM(3, return_state=True, return_sequences=True)(a)
    d = L.LSTM(3)(b, initial_state=[h, state])
    both = L.Bidirectional(L.LSTM(3, return_state=True, return_sequences=True), merge_mode=None)(c)
    return keras.Model([first, second], [L.Dense(2)(x) for x in (d, both[0], both[2])])


def channels_first(keras):
    L, data = keras.layers, {"data_format": "channels_first"}
    inputs = keras.Input((3, 16, 18))
    x = L.MaxPooling2D(**data)(L.Conv2D(4, 3, strides=2, **data)(inputs))
    x = L.UpSampling2D(**data)(L.ZeroPadding2D(**data)(x))
    x = L.BatchNormalization(axis=1)(L.DepthwiseConv2D(2, **data)(x))
    pooled = L.GlobalMaxPooling2D(**data)(x)
    return keras.Model(inputs, [L.Dense(2)(L.Flatten(**data)(x)), L.Dense(3)(pooled)])


STACKS = [
    *("dense", "initializers", "convolutions", "convolutions 1d", "convolutions 3d", "LSTM", "GRU"),
    *("bidirectional", "cells", "ConvLSTM", "distributed", "einsum", "normalizations"),
    *("augmented", "colours", "shapes", "nested", "types", "embedding"),
]


@pytest.mark.parametrize("name", STACKS)
def test_stack(keras, name):
    shape, *layers = stacks(keras)[name]
    assert check(keras, keras.Sequential([keras.Input(shape), *layers]), name)


def test_every_stack_is_tested(keras):
    assert sorted(stacks(keras)) == sorted(STACKS)


@pytest.mark.parametrize("build", [encoder, unet, shared, attention, channels_first])
def test_graph(keras, build):
    assert check(keras, build(keras), build.__name__)


@pytest.mark.parametrize("name", ["MobileNetV2", "ResNet50", "EfficientNetB0", "DenseNet121"])
def test_application(keras, name):
    """All weights of the real models, rebuilt from the config and built by Keras's own code."""
    build = getattr(keras.applications, name)
    keras.utils.set_random_seed(SEED)
    model = build(weights=None)
    text = model.to_json()
    ours = initial_weights(text, seed=SEED, order="code")
    for (path, a), weight in zip(ours, model.weights, strict=True):
        assert_same_bits(a, np.asarray(weight.numpy()), f"{name}, seed {SEED}: {path}")
    keras.utils.set_random_seed(SEED)
    again = keras.models.model_from_json(text)
    assert (
        compare(initial_weights(text, seed=SEED, order="config"), again, f"{name}, seed {SEED}")
        > 10**6
    )


def test_models_one_after_another(keras):
    """One seeding, three models, of which the middle one only moves the seeds."""
    process = Seeding(SEED)
    models = [
        keras.Sequential([keras.Input((3,)), keras.layers.Dropout(0.1), keras.layers.Dense(2)]),
        keras.Sequential([keras.Input((3,)), keras.layers.Dropout(0.1)]),
        keras.Sequential([keras.Input((3, 2)), keras.layers.LSTM(2)]),
    ]
    texts = [model.to_json() for model in models]
    keras.utils.set_random_seed(SEED)
    for text in texts:
        ours = initial_weights(text, seed=process, order="config")
        compare(ours, keras.models.model_from_json(text), SEED)


def test_a_keras_file(keras, tmp_path):
    model = unet(keras)
    path = tmp_path / "model.keras"
    model.save(path)
    keras.utils.set_random_seed(SEED)
    again = keras.models.model_from_json(model.to_json())
    assert compare(initial_weights(path, seed=SEED, order="config"), again, f"seed {SEED}")


# ---- random stacks -------------------------------------------------------------------------


def any_layer(L, rng, rank):
    """A layer with random arguments, for an input of this rank; None for the rank that follows."""
    same = rng.choice(["same", "valid"])
    initializer = rng.choice(
        ["glorot_uniform", "he_normal", "lecun_normal", "random_uniform", "orthogonal"]
    )
    general = [
        lambda: (L.Dense(rng.randint(1, 9), kernel_initializer=initializer), rank),
        lambda: (L.Dropout(rng.choice([0, 0.3]), seed=rng.choice([None, 5])), rank),
        lambda: (L.BatchNormalization(scale=rng.random() < 0.5), rank),
        lambda: (L.LayerNormalization(center=rng.random() < 0.5), rank),
        lambda: (L.GaussianNoise(rng.choice([0.0, 0.2])), rank),
        lambda: (L.Flatten(), 2),
    ]
    if rank == 3:
        general += [
            lambda: (L.Conv1D(rng.randint(1, 6), rng.randint(1, 3), padding="same"), 3),
            lambda: (L.LSTM(rng.randint(1, 5), return_sequences=True), 3),
            lambda: (L.GRU(rng.randint(1, 5), seed=rng.choice([None, 2])), 2),
            lambda: (L.Bidirectional(L.SimpleRNN(rng.randint(1, 4), return_sequences=True)), 3),
            lambda: (L.AveragePooling1D(2, padding="same"), 3),
            lambda: (L.UpSampling1D(2), 3),
            lambda: (L.TimeDistributed(L.Dense(rng.randint(1, 4))), 3),
        ]
    if rank == 4:
        strides = rng.randint(1, 2)
        general += [
            lambda: (L.Conv2D(rng.randint(1, 6), rng.randint(1, 3), strides, padding="same"), 4),
            lambda: (L.Conv2D(rng.randint(1, 6), 2, dilation_rate=2, padding="same"), 4),
            lambda: (L.DepthwiseConv2D(2, depth_multiplier=2, padding="same"), 4),
            lambda: (L.SeparableConv2D(rng.randint(1, 6), 2, padding="same"), 4),
            lambda: (L.Conv2DTranspose(3, rng.randint(1, 4), strides, padding=same), 4),
            lambda: (L.MaxPooling2D(2, strides, padding="same"), 4),
            lambda: (L.ZeroPadding2D(((1, 0), (2, 1))), 4),
            lambda: (L.GlobalAveragePooling2D(keepdims=True), 4),
            lambda: (L.RandomFlip(), 4),
        ]
    if rank == 2:
        general += [lambda: (L.RepeatVector(rng.randint(1, 4)), 3)]
    return rng.choice(general)()


def test_random_stacks(keras):
    compared = 0
    for number in range(PROGRAMS):
        rng = random.Random(SEED + number)
        rank = rng.choice([2, 3, 4])
        layers = [keras.Input([rng.randint(3, 7) for _ in range(rank - 1)])]
        for _ in range(rng.randint(1, 8)):
            made, rank = any_layer(keras.layers, rng, rank)
            layers.append(made)
        layers.append(keras.layers.Dense(2))
        model = keras.Sequential(layers)
        compared += check(keras, model, f"stack {number} of seed {SEED}", SEED + number)
    assert compared
    assert tp.__version__
