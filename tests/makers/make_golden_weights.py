"""make_golden_weights.py: ask tf.keras for the initial weights of whole models.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_weights.py

writes tests/golden_files/weights-<version>.json.gz, or with the argument "release", for the Keras 3
that PYTHONPATH leads to beside TensorFlow 2.18, models-keras-<version>.json.gz, without
keras.applications; with TF_USE_LEGACY_KERAS=1 for tf_keras, models-tf_keras-<version>.json.gz. It
imports TensorFlow and NumPy and never tfphilox, and runs unchanged under TensorFlow 2.0 to 2.21
(so: Python 3.7 syntax). Layers that a version lacks are left out and listed in the header.
test_keras_weights.py and test_keras_releases.py read the files.

A case is a model: its JSON and what get_weights gave, in four ways: seeded by
``keras.utils.set_random_seed`` (which appeared in 2.7) or by random.seed, numpy.random.seed and
tf.random.set_seed ("everything"); built by this script's code ("code") or from its JSON
("config"). Each weight is "name shape dtype sum", with 16 digits of the sha256 of its
little-endian bytes; weights all of one value have that value for a sum.

The section "article" is a model built four ways: unseeded twice, reseeded before each of two, and
seeded once before two. It has the numbers in full for the kernels' first elements.
"""

import datetime
import gzip
import hashlib
import json
import os
import platform
import random
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
keras = tf.keras
VERSION = tuple(int(part) for part in tf.__version__.split(".")[:2])
LEGACY = os.environ.get("TF_USE_LEGACY_KERAS") == "1"  # tf_keras, which is Keras 2
KERAS3 = VERSION >= (2, 16) and not LEGACY
RELEASE = None
if sys.argv[1:] == ["release"]:
    RELEASE = __import__("tf_keras" if LEGACY else "keras").__version__
MISSING = set()
SEED = 200


class Layers:
    """tf.keras.layers, with those that moved found where they were."""

    def __getattr__(self, name):
        places = [keras.layers]
        for path in ["experimental", "experimental.preprocessing"]:
            place = keras.layers
            for part in path.split("."):
                place = getattr(place, part, None)
            places.append(place)
        for place in places:
            if hasattr(place, name):
                return getattr(place, name)
        MISSING.add(name)
        raise AttributeError(name)


L = Layers()


# ---- models --------------------------------------------------------------------------------


def stack(shape, *layers):
    """A Sequential model of layers, each given as a function that makes it."""
    model = keras.Sequential([keras.Input(shape)])
    for layer in layers:
        model.add(layer())
    return model


def dense():
    init = keras.initializers
    return stack(
        (5,),
        lambda: L.Dense(3, activation="relu"),
        lambda: L.Dropout(0.5),
        lambda: L.Dense(4, kernel_initializer="he_normal", bias_initializer="random_normal"),
        lambda: L.BatchNormalization(),
        lambda: L.Dense(6, kernel_initializer=init.VarianceScaling(2.0, "fan_out", "uniform")),
        lambda: L.Dense(2, kernel_initializer=init.GlorotUniform(seed=3)),
        lambda: L.Dense(2, kernel_initializer=init.GlorotUniform(seed=3), use_bias=False),
    )


def initializers():
    names = "zeros ones identity random_normal random_uniform truncated_normal glorot_normal"
    names += " lecun_normal lecun_uniform he_uniform variance_scaling orthogonal"
    layers = [lambda name=name: L.Dense(6, kernel_initializer=name) for name in names.split()]
    return stack((6,), *layers)


def seeded():
    init = keras.initializers
    kinds = [
        lambda: init.GlorotUniform(seed=1),
        lambda: init.RandomNormal(0.5, 2.0, seed=1),
        lambda: init.RandomUniform(-1.0, 2.0, seed=2),
        lambda: init.TruncatedNormal(seed=1),
        lambda: init.Orthogonal(gain=2.0, seed=3),
        lambda: init.Constant(0.3),
        lambda: init.GlorotUniform(seed=1),
        lambda: init.GlorotUniform(seed=2),
    ]
    layers = [
        lambda kind=kind: L.Dense(5, kernel_initializer=kind(), bias_initializer="random_normal")
        for kind in kinds
    ]
    return stack((5,), *layers)


def convolutions():
    return stack(
        (16, 16, 6),
        lambda: L.Conv2D(4, 3, padding="same", strides=2),
        lambda: L.SpatialDropout2D(0.1),
        lambda: L.DepthwiseConv2D(3, depth_multiplier=2),
        lambda: L.SeparableConv2D(5, 3, padding="same"),
        lambda: L.Conv2DTranspose(3, 3, strides=2),
        lambda: L.ZeroPadding2D(((1, 2), (0, 1))),
        lambda: L.PReLU(shared_axes=[1, 2]),
        lambda: L.LayerNormalization(),
        lambda: L.AveragePooling2D(2, padding="same"),
        lambda: L.Flatten(),
        lambda: L.Dense(2),
    )


def convolutions_1d():
    return stack(
        (33, 6),
        lambda: L.Conv1D(4, 3, padding="causal", dilation_rate=2),
        lambda: L.SeparableConv1D(4, 3),
        lambda: L.MaxPooling1D(),
        lambda: L.ZeroPadding1D(2),
        lambda: L.Cropping1D(1),
        lambda: L.UpSampling1D(3),
        lambda: L.Permute((2, 1)),
        lambda: L.Reshape((2, -1)),
        lambda: L.Flatten(),
        lambda: L.RepeatVector(3),
        lambda: L.GlobalAveragePooling1D(),
        lambda: L.Dense(2),
    )


def convolutions_3d():
    return stack(
        (8, 9, 10, 2),
        lambda: L.Conv3D(4, 3, padding="same"),
        lambda: L.MaxPooling3D(),
        lambda: L.Conv3DTranspose(2, 2, strides=2),
        lambda: L.Cropping3D(((0, 1), (1, 1), (2, 1))),
        lambda: L.GlobalMaxPooling3D(),
        lambda: L.Dense(2),
    )


def groups():
    return stack(
        (9, 9, 6), lambda: L.Conv2D(4, 3, groups=2), lambda: L.Flatten(), lambda: L.Dense(2)
    )


def locally_connected():
    return stack(
        (9, 9, 2), lambda: L.LocallyConnected2D(4, 3), lambda: L.Flatten(), lambda: L.Dense(2)
    )


def depthwise_1d():
    return stack(
        (20, 3),
        lambda: L.DepthwiseConv1D(3, depth_multiplier=2),
        lambda: L.Conv1DTranspose(4, 3, strides=2),
        lambda: L.Dense(2),
    )


def lstm_classifier():
    return stack(
        (7,),
        lambda: L.Embedding(50, 8),
        lambda: L.LSTM(6, return_sequences=True),
        lambda: L.LSTM(5, dropout=0.1),
        lambda: L.Dense(2, activation="softmax"),
    )


def gru_classifier():
    return stack(
        (7,),
        lambda: L.Embedding(50, 8),
        lambda: L.GRU(6, return_sequences=True),
        lambda: L.GRU(5, reset_after=False, return_sequences=True),
        lambda: L.SimpleRNN(4),
        lambda: L.Dense(2, activation="softmax"),
    )


def bidirectional():
    return stack(
        (7, 4),
        lambda: L.Bidirectional(L.LSTM(5, return_sequences=True)),
        lambda: L.Bidirectional(
            L.GRU(3, return_sequences=True), merge_mode="sum",
            backward_layer=L.LSTM(3, return_sequences=True, go_backwards=True),
        ),
        lambda: L.TimeDistributed(L.Dense(3)),
        lambda: L.Bidirectional(L.SimpleRNN(2)),
        lambda: L.Dense(2),
    )  # fmt: skip


def cells():
    return stack(
        (5, 3),
        lambda: L.RNN([L.LSTMCell(4), L.GRUCell(5), L.SimpleRNNCell(2)], return_sequences=True),
        lambda: L.RNN(L.LSTMCell(4)),
        lambda: L.Dense(2),
    )


def conv_lstm():
    return stack((5, 8, 8, 3), lambda: L.ConvLSTM2D(4, 3), lambda: L.Flatten(), lambda: L.Dense(3))


def conv_lstm_1d_3d():
    return stack(
        (5, 4, 8, 8, 3),
        lambda: L.ConvLSTM3D(4, 3, padding="same", return_sequences=True),
        lambda: L.Reshape((5, -1, 4)),
        lambda: L.ConvLSTM1D(2, 3),
        lambda: L.Dense(3),
    )


def distributed():
    inner = keras.Sequential(
        [keras.Input((8, 8, 3)), L.Conv2D(2, 3), L.BatchNormalization(), L.Flatten(), L.Dense(2)],
        name="inner",
    )
    return stack((5, 8, 8, 3), lambda: L.TimeDistributed(inner), lambda: L.Dense(3))


def einsum():
    return stack(
        (5, 6),
        lambda: L.EinsumDense("abc,cd->abd", (None, 7), bias_axes="d"),
        lambda: L.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de"),
        lambda: L.Dense(2),
    )


def normalizations():
    return stack(
        (5, 6),
        lambda: L.GroupNormalization(3),
        lambda: L.UnitNormalization(),
        lambda: L.LayerNormalization(axis=[1, 2]),
        lambda: L.Dense(2),
    )


def spectral():
    return stack((6,), lambda: L.SpectralNormalization(L.Dense(3)), lambda: L.Dense(2))


def augmented():
    return stack(
        (20, 20, 3),
        lambda: L.Rescaling(1 / 255.0),
        lambda: L.RandomFlip(),
        lambda: L.RandomRotation(0.1),
        lambda: L.RandomZoom(0.2),
        lambda: L.RandomContrast(0.1),
        lambda: L.RandomTranslation(0.1, 0.1),
        lambda: L.RandomCrop(10, 12),
        lambda: L.Resizing(8, 9),
        lambda: L.Conv2D(2, 3),
        lambda: L.GaussianNoise(0.1),
        lambda: L.GaussianDropout(0.2),
        lambda: L.Flatten(),
        lambda: L.Dense(2),
    )


def mixed():
    kind = "mixed_float16"
    if VERSION < (2, 4):
        kind = keras.mixed_precision.experimental.Policy("mixed_float16")
    return stack(
        (6,),
        lambda: L.Dense(3, dtype=kind),
        lambda: L.BatchNormalization(dtype=kind),
        lambda: L.Dense(3, dtype="float64"),
        lambda: L.Dense(3, dtype="float16"),
        lambda: L.BatchNormalization(dtype="float16"),
        lambda: L.LayerNormalization(dtype="float16"),
        lambda: L.Dense(3, dtype="bfloat16"),
    )


def unet():
    inputs = keras.Input((32, 32, 3))
    skips, x = [], inputs
    for filters in (4, 8, 16):
        x = L.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = L.BatchNormalization()(x)
        skips.append(x)
        x = L.MaxPooling2D()(x)
    x = L.Conv2D(32, 3, padding="same")(x)
    for filters in (16, 8, 4):
        x = L.Conv2DTranspose(filters, 2, strides=2, padding="same")(x)
        x = L.Concatenate()([x, skips.pop()])
        x = L.Conv2D(filters, 3, padding="same")(x)
        x = L.Dropout(0.1)(x)
    return keras.Model(inputs, L.Conv2D(1, 1)(x))


def transformer():
    inputs = keras.Input((9,))
    x = L.Embedding(30, 8)(inputs)
    attended = L.MultiHeadAttention(2, 4, dropout=0.1)(x, x)
    x = L.LayerNormalization()(L.Add()([x, attended]))
    wide = L.Dense(16, activation="relu")(x)
    x = L.LayerNormalization()(L.Add()([x, L.Dense(8)(wide)]))
    attended = L.MultiHeadAttention(2, 4, value_dim=3, output_shape=5)(x, value=x, key=x)
    x = L.GlobalAveragePooling1D()(attended)
    return keras.Model(inputs, L.Dense(2)(L.Dropout(0.1)(x)))


def shared():
    first, second = keras.Input((4,)), keras.Input((4,))
    layer = L.Dense(4)
    a, b = layer(first), layer(second)
    c = layer(a)
    outputs = [L.Concatenate()([a, b, c]), L.Dense(2)(b)]
    inner = keras.Model([first, second], outputs, name="inner")
    first, second = keras.Input((4,)), keras.Input((4,))
    u, v = inner([first, second])
    w, z = inner([second, first])
    tail = keras.Sequential([keras.Input((12,)), L.Dense(3), L.Dense(3)], name="tail")
    outputs = [L.Dot(1)([tail(u), tail(w)]), L.Dense(2)(L.Multiply()([v, z]))]
    return keras.Model([first, second], outputs)


def attention():
    first, second = keras.Input((4, 6)), keras.Input((5, 6))
    a = L.Attention(use_scale=True)([first, second])
    b = L.AdditiveAttention()([first, second])
    c, h, state = L.LSTM(3, return_state=True, return_sequences=True)(a)
    d = L.LSTM(3)(b, initial_state=[h, state])
    both = L.Bidirectional(L.LSTM(3, return_sequences=True), merge_mode=None)(c)
    return keras.Model([first, second], [L.Dense(2)(d), L.Dense(2)(both[1])])


def operations():
    inputs = keras.Input((4, 6))
    x = inputs * 2.0 + 1.0
    x = L.Dense(3)(x)
    if KERAS3:
        y = keras.ops.reshape(x, (-1, 12))
        z = keras.ops.mean(x, axis=1)
    else:
        y = tf.reshape(x, (-1, 12))
        z = tf.reduce_mean(x, axis=1)
    first = L.Dense(2)(x[:, 0])
    return keras.Model(inputs, [L.Dense(2)(y), L.Dense(2)(z), first])


def channels_first():
    data = dict(data_format="channels_first")
    inputs = keras.Input((3, 16, 18))
    x = L.Conv2D(4, 3, strides=2, **data)(inputs)
    x = L.UpSampling2D(**data)(x)
    x = L.BatchNormalization(axis=1)(x)
    pooled = L.GlobalMaxPooling2D(**data)(x)
    return keras.Model(inputs, [L.Dense(2)(L.Flatten(**data)(x)), L.Dense(3)(pooled)])


def frozen():
    inner = keras.Sequential([keras.Input((6,)), L.Dense(4), L.BatchNormalization()], name="inner")
    inner.trainable = False
    return stack((3, 6), lambda: L.TimeDistributed(inner), lambda: L.Dense(2))


def no_input_layer():
    return keras.Sequential([L.Dense(3, input_shape=(4,)), L.Dense(2)])


def built_late():
    model = keras.Sequential([L.Dense(3), L.LSTM(2), L.Dense(2)])
    model.build((None, 4, 5))
    return model


def application(name):
    return lambda: getattr(keras.applications, name)(weights=None)


MODELS = [
    dense, initializers, seeded, convolutions, convolutions_1d, convolutions_3d, groups,
    locally_connected, depthwise_1d, lstm_classifier, gru_classifier, bidirectional, cells,
    conv_lstm, conv_lstm_1d_3d, distributed, einsum, normalizations, spectral, augmented, mixed,
    unet, transformer, shared, attention, operations, channels_first, frozen, no_input_layer,
    built_late,
]  # fmt: skip
APPLICATIONS = ["MobileNetV2", "ResNet50", "EfficientNetB0", "DenseNet121"]


def article(form):
    """The model of an article on reproducible weights, in three styles."""
    parts = [
        L.Conv2D(4, 3), L.BatchNormalization(), L.ReLU(), L.Flatten(), L.Dense(2),
    ]  # fmt: skip
    if form == "sequential":
        return keras.Sequential([keras.Input((16, 16, 3)), *parts])
    if form == "functional":
        x = inputs = keras.Input((16, 16, 3))
        for part in parts:
            x = part(x)
        return keras.Model(inputs, x)

    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__(name="subclassed")
            self.parts = parts

        def call(self, x):
            for part in self.parts:
                x = part(x)
            return x

    model = Subclassed()
    model(np.zeros((1, 16, 16, 3), np.float32))
    return model


# ---- what is written down ------------------------------------------------------------------


def seed_by(how):
    if how == "utility":
        keras.utils.set_random_seed(SEED)
    else:
        random.seed(SEED)
        np.random.seed(SEED)
        tf.random.set_seed(SEED)


def summed(array):
    array = np.ascontiguousarray(array)
    flat = array.reshape(-1)
    if flat.size and (flat == flat[0]).all():
        return "all " + repr(float(flat[0]))
    return hashlib.sha256(flat.view(f"<u{array.dtype.itemsize}").tobytes()).hexdigest()[:16]


def described(model):
    lines = []
    variables = model.weights
    arrays = model.get_weights()
    assert len(variables) == len(arrays)
    for variable, array in zip(variables, arrays):  # noqa: B905
        name = variable.path if KERAS3 else variable.name
        shape = "x".join(str(size) for size in array.shape) or "-"
        lines.append(f"{name} {shape} {array.dtype.name} {summed(array)}")
    return lines


def built(how, build):
    """The weights of one model built after seeding, as in a process of its own."""
    keras.backend.clear_session()
    seed_by(how)
    return described(build())


def new_case(name, build):
    try:
        keras.backend.clear_session()
        return {"name": name, "model": json.loads(build().to_json())}
    except (AttributeError, TypeError, ValueError, NotImplementedError) as error:
        MISSING.add(f"{name}: {str(error).splitlines()[0][:80]}")
        return None


def add_weights(result, build, how):
    """Add to a case the weights of one way of seeding."""
    text = json.dumps(result["model"])
    try:
        again = built(how, lambda: keras.models.model_from_json(text))
        result["config_" + how] = again
    except Exception as error:
        result["config_error"] = f"{type(error).__name__}: {str(error)[:80]}"
        again = None
    if how == "everything" or build.__name__ in globals():
        by_code = built(how, build)
        result["code_" + how] = "config" if by_code == again else by_code


def article_section():
    section = {}
    for form in ["sequential", "functional", "subclass"]:
        keras.backend.clear_session()
        random.seed()
        tf.random.set_seed(int.from_bytes(os.urandom(4), "little"))
        unseeded = [described(article(form)) for _ in range(2)]
        assert unseeded[0] != unseeded[1]
        reseeded = []
        for _ in range(2):
            keras.backend.clear_session()
            seed_by("everything")
            model = article(form)
            reseeded.append(described(model))
        assert reseeded[0] == reseeded[1]
        keras.backend.clear_session()
        seed_by("everything")
        once = [described(article(form)) for _ in range(2)]
        assert once[0] != once[1]
        kernels = [array for array in model.get_weights() if array.ndim > 1]
        section[form] = {
            "reseeded": reseeded[0],
            "once": once,
            "kernels": [
                " ".join(f"{word:08x}" for word in kernel.reshape(-1)[:8].view("<u4"))
                for kernel in kernels
            ],
        }
        if form != "subclass":
            section[form]["model"] = json.loads(model.to_json())
    return section


def main():
    builds = [(build.__name__, build) for build in MODELS]
    if RELEASE is None:
        builds += [(name, application(name)) for name in APPLICATIONS]
    cases = [(new_case(*one), one[1]) for one in builds]
    cases = [one for one in cases if one[0] is not None]
    for result, build in cases:
        add_weights(result, build, "everything")
    articles = article_section()
    # last, for what the utility leaves behind is not undone by the other seeds
    if VERSION >= (2, 7):
        for result, build in cases:
            add_weights(result, build, "utility")
    data = {
        "tensorflow": tf.__version__,
        "keras": RELEASE or getattr(keras, "__version__", "that of TensorFlow"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "libc": " ".join(platform.libc_ver()),
        "processor": processor(),
        "date": str(datetime.date.today()),
        "seed": SEED,
        "article": articles,
        "cases": [result for result, _ in cases],
        "missing": sorted(MISSING),
    }
    name = f"weights-{VERSION[0]}.{VERSION[1]}.json.gz"
    if RELEASE is not None:
        name = f"models-{'tf_keras' if LEGACY else 'keras'}-{RELEASE}.json.gz"
    path = os.path.join(TESTS, "golden_files", name)
    text = json.dumps(data, separators=(",", ":"), sort_keys=True)
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text.encode())
    print(path, len(data["cases"]), "cases,", os.path.getsize(path), "bytes")
    for line in data["missing"]:
        print("  missing", line)


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            names = [line for line in file if line.startswith("model name")]
        return names[0].split(":")[1].strip()
    except (IndexError, OSError):
        return platform.machine()


if __name__ == "__main__":
    sys.exit(main())
