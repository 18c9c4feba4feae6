"""make_golden_code.py: ask Keras for the initial weights of models that code builds.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_code.py

writes tests/golden_files/code-<version>.json.xz. It imports TensorFlow and NumPy and never
tfphilox, and runs under TensorFlow 2.3 to 2.21 (so: Python 3.7 syntax). Models that a version
cannot make are left out and listed in the header. test_keras_order.py reads the files.

Each model is built right after the process was seeded with 200, by ``keras.utils.set_random_seed``
where there is one. A case is its JSON and, for each of get_weights, "name shape dtype sum" as in
make_golden_weights.py; "file" is the config.json of its .keras file, if that differs.
"""

import datetime
import hashlib
import json
import lzma
import os
import platform
import random
import sys
import tempfile
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VERSION = tuple(int(part) for part in tf.__version__.split(".")[:2])
SEED = 200
keras = tf.keras
Model, Sequential, Input = keras.Model, keras.Sequential, keras.Input


class Layers:
    """tf.keras.layers, with those that moved found where they were."""

    def __getattr__(self, name):
        for path in ["", "experimental", "experimental.preprocessing"]:
            place = keras.layers
            for part in path.split(".") if path else []:
                place = getattr(place, part, None)
            if hasattr(place, name):
                return getattr(place, name)
        raise AttributeError(name)


L = Layers()


# ---- branches ------------------------------------------------------------------------------


def residual():
    """The shortcut first, then the block, which Add names the other way round."""
    x = inputs = Input((8, 8, 3))
    x = L.Conv2D(4, 3, padding="same")(x)
    for filters in (6, 5):
        shortcut = L.Conv2D(filters, 1)(x)
        x = L.Conv2D(filters, 3, padding="same")(x)
        x = L.BatchNormalization()(x)
        x = L.Conv2D(filters, 3, padding="same")(x)
        x = L.Add()([x, shortcut])
    return Model(inputs, L.Dense(2)(L.Flatten()(x)))


def residual_by_hand():
    x = inputs = Input((8, 8, 3))
    shortcut = L.Conv2D(4, 1, name="shortcut")(x)
    x = L.Conv2D(4, 3, padding="same", name="first")(x)
    x = L.Conv2D(4, 3, padding="same", name="second")(x)
    return Model(inputs, L.Add(name="sum")([x, shortcut]))


def depth_first_by_hand():
    x = inputs = Input((8, 8, 3))
    a = L.Conv2D(4, 3, padding="same", name="first")(x)
    b = L.Conv2D(4, 1, name="second")(x)
    return Model(inputs, L.Add(name="sum")([a, b]))


def towers():
    x = inputs = Input((8, 8, 3))
    a = L.Conv2D(4, 1)(x)
    b = L.Conv2D(3, 1)(x)
    c = L.SeparableConv2D(2, 3, padding="same")(L.AveragePooling2D(1)(x))
    b = L.Conv2D(5, 3, padding="same")(b)
    a = L.Conv2D(4, 3, padding="same")(a)
    x = L.Concatenate()([c, b, a])
    return Model(inputs, L.Dense(2)(L.GlobalAveragePooling2D()(x)))


def seq2seq():
    encoder_inputs = Input((7,))
    x = L.Embedding(20, 6)(encoder_inputs)
    _, h, c = L.LSTM(5, return_state=True)(x)
    decoder_inputs = Input((6,))
    embedding = L.Embedding(30, 6)
    decoder = L.LSTM(5, return_sequences=True, return_state=True)
    dense = L.Dense(9)
    x, _, _ = decoder(embedding(decoder_inputs), initial_state=[h, c])
    return Model([encoder_inputs, decoder_inputs], dense(x))


def two_inputs():
    first, second = Input((4,)), Input((5,))
    a = L.Dense(3)(first)
    b = L.Dense(3)(second)
    b = L.Dense(3)(b)
    a = L.Dense(3)(a)
    return Model([first, second], L.Dense(2)(L.Concatenate()([b, a])))


# ---- layers that are constructed before they are called --------------------------------------


def expressions():
    x = inputs = Input((4,))
    x = L.Dense(5)(x)
    x = L.Dense(4)(L.Dropout(0.5)(L.Dense(3)(x)))
    return Model(inputs, L.Dense(2)(L.Dense(3)(x)))


def expression_of_two():
    x = inputs = Input((4,))
    x = L.Dense(5)(x)
    return Model(inputs, L.Dense(2)(L.Dropout(0.5)(x)))


def expression_of_attention():
    x = inputs = Input((5, 4))
    x = L.Dense(4)(x)
    x = L.Dense(2)(L.MultiHeadAttention(2, 3)(x, x))
    return Model(inputs, L.GRU(3)(x))


def statements():
    x = inputs = Input((4,))
    x = L.Dense(5)(x)
    x = L.Dropout(0.5)(x)
    x = L.Dense(5)(x)
    return Model(inputs, x)


def backwards():
    a = L.Dense(4)
    b = L.Dense(4)
    inputs = Input((4,))
    return Model(inputs, a(b(inputs)))


def siamese():
    first, second = Input((4,)), Input((4,))
    shared = L.Dense(5)
    x = L.Subtract()([shared(first), shared(second)])
    return Model([first, second], L.Dense(1)(x))


def model_inside():
    inputs = Input((6,))
    encoder = Model(inputs, L.Dense(3)(L.Dense(4)(inputs)))
    inputs = Input((5,))
    x = L.Dense(6)(inputs)
    return Model(inputs, L.Dense(2)(encoder(x)))


def autoencoder():
    inputs = Input((6,))
    x = L.Dense(4)(inputs)
    encoder = Model(inputs, L.Dense(3)(x), name="encoder")
    latent = Input((3,))
    x = L.Dense(4)(latent)
    decoder = Model(latent, L.Dense(6)(x), name="decoder")
    return Model(inputs, decoder(encoder(inputs)), name="autoencoder")


def base_named_by_hand():
    inputs = Input((8, 8, 4))
    base = Model(inputs, L.DepthwiseConv2D(3, name="deep")(inputs), name="base")
    inputs = Input((8, 8, 3))
    x = L.Conv2D(4, 1)(inputs)
    return Model(inputs, L.Dense(2)(base(x)))


# ---- Sequential ------------------------------------------------------------------------------


def listed():
    return Sequential([Input((6,)), L.Dense(5), L.Dropout(0.5), L.Dense(4), L.Dense(2)])


def added():
    model = Sequential()
    model.add(Input((6,)))
    for layer in (lambda: L.Dense(5), lambda: L.Dropout(0.5), lambda: L.Dense(4)):
        model.add(layer())
    return model


def listed_spectral():
    return Sequential([Input((6,)), L.SpectralNormalization(L.Dense(5)), L.Dense(4)])


def added_spectral():
    model = Sequential([Input((6,))])
    model.add(L.SpectralNormalization(L.Dense(5)))
    model.add(L.Dense(4))
    return model


def spectral_convolution():
    x = inputs = Input((8, 8, 3))
    x = L.SpectralNormalization(L.Conv2D(5, 3))(x)
    x = L.SpectralNormalization(L.Conv2DTranspose(4, 3))(x)
    return Model(inputs, L.SpectralNormalization(L.Dense(3))(x))


def listed_bidirectional():
    layers = [L.Bidirectional(L.LSTM(5, return_sequences=True)), L.Bidirectional(L.GRU(3))]
    return Sequential([Input((7, 4)), *layers, L.Dense(2)])


def added_bidirectional():
    model = Sequential([Input((7, 4))])
    model.add(L.Bidirectional(L.LSTM(5, return_sequences=True), merge_mode="sum"))
    model.add(L.Bidirectional(L.SimpleRNN(3)))
    model.add(L.Dense(2))
    return model


def backward_layer():
    layer = L.Bidirectional(L.LSTM(5), backward_layer=L.LSTM(5, go_backwards=True))
    return Sequential([Input((7, 4)), layer, L.Dense(2)])


def transfer():
    inputs = Input((8, 8, 3))
    x = L.Conv2D(4, 3, name="conv_a")(inputs)
    base = Model(inputs, L.Conv2D(4, 3, name="conv_b")(x), name="base")
    return Sequential([base, L.Flatten(), L.Dense(3)])


def transfer_with_input():
    base = transfer()
    base.trainable = False
    return Sequential([Input((8, 8, 3)), L.RandomFlip(), base, L.Dense(2)])


def functional_with_sequential():
    augmentation = Sequential([L.RandomFlip("horizontal"), L.RandomRotation(0.1)])
    inputs = Input((8, 8, 3))
    x = augmentation(inputs)
    x = L.Conv2D(4, 3)(x)
    x = Sequential([L.Dense(4), L.Dense(3)])(x)
    return Model(inputs, L.Dense(2)(x))


# ---- kinds of layers and initializers --------------------------------------------------------


def tensorflows_own():
    """TensorFlow's initializers, which take op seeds."""
    kinds = [
        tf.random_normal_initializer(stddev=0.02),
        tf.random_uniform_initializer(),
        tf.initializers.VarianceScaling() if VERSION < (2, 16) else tf.random_normal_initializer(),
        tf.constant_initializer(0.5),
        tf.random_normal_initializer(seed=3),
        tf.ones_initializer(),
        tf.keras.initializers.HeNormal() if VERSION > (2, 3) else "he_normal",
    ]
    return Sequential([Input((6,)), *(L.Dense(5, kernel_initializer=one) for one in kinds)])


def tensorflow_1():
    v1 = tf.compat.v1
    kinds = [
        v1.truncated_normal_initializer(stddev=0.02),
        v1.glorot_uniform_initializer(),
        v1.random_uniform_initializer(-1, 1),
        v1.keras.initializers.he_normal(),
        v1.keras.initializers.RandomNormal(),
        v1.orthogonal_initializer(),
        v1.random_normal_initializer(seed=3),
        "glorot_uniform",
    ]
    return Sequential([Input((6,)), *(L.Dense(5, kernel_initializer=one) for one in kinds)])


def shared_initializer():
    init = keras.initializers.GlorotUniform()
    other = keras.initializers.HeNormal(seed=3)
    layers = [L.Dense(5, kernel_initializer=one) for one in (init, init, other, other)]
    return Sequential([Input((6,)), *layers, L.Dense(2)])


def shared_with_arguments():
    init = keras.initializers.RandomNormal(stddev=0.02)
    other = keras.initializers.RandomNormal(stddev=0.03)
    layers = [L.Dense(5, kernel_initializer=one) for one in (init, init, other)]
    return Sequential([Input((6,)), *layers, L.Dense(2)])


def equal_with_arguments():
    layers = [
        L.Dense(5, kernel_initializer=keras.initializers.VarianceScaling(2.0)) for _ in range(2)
    ]
    return Sequential([Input((6,)), *layers, L.Dense(2)])


def hashing():
    words = Input((1,), dtype="string")
    x = L.Hashing(8)(words)
    x = L.Flatten()(L.Embedding(8, 3)(x))
    number = Input((1,), dtype="int64")
    y = L.Hashing(6, output_mode="one_hot")(number)
    return Model([words, number], L.Dense(2)(L.Concatenate()([x, y])))


def lookups():
    words = Input((3,), dtype="string")
    x = L.StringLookup(vocabulary=["a", "b", "c"], output_mode="multi_hot")(words)
    numbers = Input((1,), dtype="int64")
    y = L.IntegerLookup(vocabulary=[1, 5, 7, 9], output_mode="one_hot")(numbers)
    z = L.CategoryEncoding(5, output_mode="one_hot")(numbers)
    w = L.StringLookup(vocabulary=["a", "b"])(words)
    w = L.Flatten()(L.Embedding(4, 2)(w))
    return Model([words, numbers], L.Dense(2)(L.Concatenate()([x, y, z, w])))


def lookups_of_2_3():
    words = Input((3,), dtype="string")
    w = L.StringLookup(vocabulary=["a", "b"])(words)
    w = L.Flatten()(L.Embedding(5, 2)(w))
    return Model(words, L.Dense(2)(w))


def crossing():
    a, b = Input((1,), dtype="int64"), Input((1,), dtype="int64")
    x = L.HashedCrossing(9, output_mode="one_hot")((a, b))
    return Model([a, b], L.Dense(2)(x))


def discretized():
    number = Input((1,))
    x = L.Discretization(bin_boundaries=[0.0, 1.0, 2.0], output_mode="one_hot")(number)
    return Model(number, L.Dense(2)(x))


def cropped():
    layers = [L.RandomCrop(6, 6), L.Conv2D(3, 3), L.RandomCrop(3, 3, seed=4), L.Conv2D(2, 1)]
    return Sequential([Input((8, 8, 3)), *layers])


def pipeline():
    x = inputs = Input((8, 8, 3))
    x = L.Conv2D(3, 1)(x)
    x = L.Pipeline([L.RandomFlip(), L.RandomZoom(0.1), L.RandomCrop(6, 6)])(x)
    return Model(inputs, L.Dense(2)(L.Flatten()(x)))


def built_by_call():
    model = Sequential([L.Dense(4), L.Dropout(0.5), L.Dense(3)])
    model(np.zeros((2, 5), "float32"))
    return model


def lambda_between():
    x = inputs = Input((6,))
    x = L.Dense(4)(x)
    x = L.Lambda(lambda t: t * 2.0, output_shape=(4,))(x)
    return Model(inputs, L.Dense(2)(x))


def attention():
    x = inputs = Input((5, 8))
    y = L.MultiHeadAttention(2, 4, dropout=0.1)(x, x)
    x = L.Add()([x, y])
    y = L.Dense(16, activation="relu")(x)
    y = L.Dense(8)(y)
    y = L.Dropout(0.1)(y)
    x = L.LayerNormalization()(L.Add()([x, y]))
    y = L.MultiHeadAttention(2, 4)(x, x)
    return Model(inputs, L.Add()([x, y]))


class Sampling(keras.layers.Layer):
    """A user's own layer, which draws nothing when it is made."""

    def call(self, inputs):
        return inputs[0] + inputs[1]

    def compute_output_shape(self, shapes):
        return shapes[0]


class MyDense(keras.layers.Layer):
    """A user's own layer, with weights."""

    def build(self, shape):
        self.kernel = self.add_weight(name="kernel", shape=(shape[-1], 3), initializer="he_normal")
        self.bias = self.add_weight(name="bias", shape=(3,), initializer="random_normal")

    def call(self, inputs):
        return tf.matmul(inputs, self.kernel) + self.bias

    def compute_output_shape(self, shape):
        return (shape[0], 3)


def own_layers():
    inputs = Input((6,))
    a = L.Dense(4)(inputs)
    b = L.Dense(4)(inputs)
    x = MyDense()(Sampling()([a, b]))
    return Model(inputs, L.Dense(2)(x))


MODELS = [
    residual, residual_by_hand, depth_first_by_hand, towers, seq2seq, two_inputs, expressions,
    expression_of_two, statements, backwards, siamese, model_inside, autoencoder,
    base_named_by_hand, listed, added, listed_spectral, added_spectral, spectral_convolution,
    listed_bidirectional, added_bidirectional, backward_layer, transfer, transfer_with_input,
    functional_with_sequential, tensorflows_own, tensorflow_1, shared_initializer, hashing, lookups,
    lookups_of_2_3, crossing, discretized, cropped, pipeline, built_by_call, lambda_between,
    attention, own_layers, expression_of_attention, shared_with_arguments, equal_with_arguments,
]  # fmt: skip


# ---- what is written down ----------------------------------------------------------------------


def seed_process():
    if VERSION >= (2, 7):
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


def line(variable, array):
    name = variable.path if VERSION >= (2, 16) else variable.name
    shape = "x".join(str(size) for size in array.shape) or "-"
    return f"{name} {shape} {array.dtype.name} {summed(array)}"


def saved(model):
    """The config.json of the model's .keras file, where there are such files."""
    if VERSION < (2, 13):
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        model.save(path)
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read("config.json").decode())


def case(build):
    keras.backend.clear_session()
    seed_process()
    model = build()
    weights = [line(*pair) for pair in zip(model.weights, model.get_weights())]  # noqa: B905
    result = {"model": json.loads(model.to_json()), "weights": weights}
    file = saved(model)
    if file is not None and file != result["model"]:
        result["file"] = file
    return result


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            lines = [one for one in file if one.startswith("model name")]
        return lines[0].split(":")[1].strip()
    except (IndexError, OSError):
        return platform.machine()


def main():
    cases, missing = {}, []
    for build in MODELS:
        try:
            cases[build.__name__] = case(build)
        except Exception as error:
            reason = str(error).strip().splitlines() or [""]
            missing.append(f"{build.__name__}: {type(error).__name__}: {reason[0][:90]}")
    data = {
        "tensorflow": tf.__version__,
        "keras": getattr(keras, "__version__", "that of TensorFlow"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "libc": " ".join(platform.libc_ver()),
        "processor": processor(),
        "date": str(datetime.date.today()),
        "seed": SEED,
        "cases": cases,
        "missing": missing,
    }
    path = os.path.join(TESTS, "golden_files", f"code-{VERSION[0]}.{VERSION[1]}.json.xz")
    text = json.dumps(data, separators=(",", ":"), sort_keys=True)
    with open(path, "wb") as file:
        file.write(lzma.compress(text.encode(), preset=9))
    print(path, len(cases), "cases,", os.path.getsize(path), "bytes")
    for reason in missing:
        print("  missing", reason)


if __name__ == "__main__":
    sys.exit(main())
