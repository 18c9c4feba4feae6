"""replay_models.py: the models whose training runs are recorded, and how each is trained.

The maker (under any Keras from 2.3 on, so: Python 3.8) and the live suite build them alike.
"""

import hashlib

import numpy as np

SEED = 11


def dense(keras):
    L = keras.layers
    model = keras.Sequential(name="model")
    model.add(keras.Input((12,), name="x"))
    model.add(L.Dense(16, activation="relu", name="dense"))
    model.add(L.Dropout(0.3, name="dropout"))
    model.add(L.GaussianNoise(0.1, name="noise"))
    model.add(L.Dense(8, name="dense_1"))
    model.add(L.GaussianDropout(0.2, name="gaussian"))
    model.add(L.AlphaDropout(0.1, name="alpha"))
    model.add(L.Dropout(0.4, noise_shape=(None, 1), seed=5, name="seeded"))
    model.add(L.Dense(3, name="dense_2"))
    return model


def convnet(keras):
    L = keras.layers
    model = keras.Sequential(name="model")
    model.add(keras.Input((10, 9, 3), name="x"))
    model.add(L.RandomFlip("horizontal", name="flip"))
    model.add(L.RandomRotation(0.1, name="rotation"))
    model.add(L.RandomZoom(0.2, 0.1, name="zoom"))
    model.add(L.RandomTranslation(0.1, 0.2, name="translation"))
    model.add(L.RandomContrast(0.3, name="contrast"))
    model.add(L.RandomBrightness(0.2, name="brightness"))
    model.add(L.Conv2D(4, 3, name="conv"))
    model.add(L.SpatialDropout2D(0.3, name="spatial"))
    model.add(L.MaxPooling2D(name="pool"))
    model.add(L.Flatten(name="flatten"))
    model.add(L.Dropout(0.5, name="dropout"))
    model.add(L.Dense(2, name="dense"))
    return model


def conv(keras):
    L = keras.layers
    model = keras.Sequential(name="model")
    model.add(keras.Input((10, 9, 3), name="x"))
    model.add(L.GaussianNoise(0.1, name="noise"))
    model.add(L.Conv2D(4, 3, name="conv"))
    model.add(L.SpatialDropout2D(0.3, name="spatial"))
    model.add(L.MaxPooling2D(name="pool"))
    model.add(L.Flatten(name="flatten"))
    model.add(L.Dropout(0.5, name="dropout"))
    model.add(L.Dense(2, name="dense"))
    return model


def crop(keras):
    L = keras.layers
    model = keras.Sequential(name="model")
    model.add(keras.Input((10, 9, 3), name="x"))
    model.add(L.RandomCrop(8, 8, seed=3, name="crop"))
    model.add(L.Flatten(name="flatten"))
    model.add(L.Dense(2, name="dense"))
    return model


def lstm(keras):
    L = keras.layers
    model = keras.Sequential(name="model")
    model.add(keras.Input((6, 5), name="x"))
    model.add(L.LSTM(4, dropout=0.2, recurrent_dropout=0.3, return_sequences=True, name="lstm"))
    model.add(L.GRU(5, dropout=0.4, return_sequences=True, name="gru"))
    model.add(L.GRU(3, recurrent_dropout=0.4, return_sequences=True, name="gru_1"))
    model.add(L.SimpleRNN(4, dropout=0.1, recurrent_dropout=0.2, name="simple"))
    model.add(L.Dropout(0.3, name="dropout"))
    model.add(L.Dense(2, name="dense"))
    return model


def recurrent(keras):
    """Recurrent layers whose masks are drawn outside of loops in a graph of tf.keras 2, too."""
    L = keras.layers
    model = keras.Sequential(name="model")
    model.add(keras.Input((6, 5), name="x"))
    model.add(L.LSTM(4, dropout=0.2, return_sequences=True, name="lstm"))
    model.add(L.GRU(5, dropout=0.4, return_sequences=True, name="gru"))
    both = {"dropout": 0.1, "recurrent_dropout": 0.2, "return_sequences": True, "unroll": True}
    model.add(L.LSTM(3, name="lstm_1", **both))
    model.add(L.GRU(4, name="gru_1", **both))
    model.add(L.SimpleRNN(4, dropout=0.1, recurrent_dropout=0.2, unroll=True, name="simple"))
    model.add(L.Dropout(0.3, seed=7, name="dropout"))
    model.add(L.Dropout(0.3, seed=7, name="dropout_1"))
    model.add(L.Dense(2, name="dense"))
    return model


def image_layers(keras):
    """tf.keras's image layers, and what an unseeded one has to be given where nothing seeds it."""
    seedable = hasattr(keras.utils, "set_random_seed")
    layers = keras.layers
    if not hasattr(layers, "RandomFlip"):
        layers = keras.layers.experimental.preprocessing
    return layers, lambda seed: {} if seedable else {"seed": seed}


def flips(keras):
    layers, seed = image_layers(keras)
    by_ops = not hasattr(keras.layers, "RandomFlip")
    model = keras.Sequential(name="model")
    model.add(keras.Input((10, 9, 8), name="x"))
    model.add(layers.RandomFlip(name="flip", **({} if by_ops else seed(2))))
    model.add(layers.RandomFlip("vertical", seed=3, name="flip_1"))
    model.add(layers.RandomContrast(0.3, name="contrast", **({} if by_ops else seed(4))))
    model.add(keras.layers.Flatten(name="flatten"))
    model.add(keras.layers.Dropout(0.3, name="dropout"))
    model.add(keras.layers.Dense(2, name="dense"))
    return model


def images(keras):
    layers, seed = image_layers(keras)
    model = keras.Sequential(name="model")
    model.add(keras.Input((10, 9, 8), name="x"))
    model.add(layers.RandomCrop(8, 7, name="crop", **seed(1)))
    model.add(layers.RandomTranslation(0.1, 0.2, name="translation", **seed(2)))
    model.add(layers.RandomRotation(0.1, name="rotation", seed=3))
    model.add(layers.RandomZoom(0.2, 0.1, name="zoom", **seed(4)))
    if hasattr(layers, "RandomBrightness"):  # since TensorFlow 2.9
        model.add(layers.RandomBrightness(0.2, (-50, 50), name="brightness", **seed(5)))
    model.add(layers.RandomContrast(0.3, seed=6, name="contrast"))
    model.add(layers.RandomHeight(0.3, name="height", **seed(7)))
    model.add(layers.RandomWidth(0.2, name="width", **seed(8)))
    model.add(keras.layers.GlobalAveragePooling2D(name="pool"))
    model.add(keras.layers.Dense(2, name="dense"))
    return model


def transformer(keras):
    L = keras.layers
    inputs = keras.Input((7,), name="x")
    x = L.Embedding(30, 8, name="embedding")(inputs)
    if hasattr(L, "MultiHeadAttention"):  # since TensorFlow 2.4
        attended = L.MultiHeadAttention(2, 4, dropout=0.2, name="attention")(x, x)
    else:
        attended = L.Attention(dropout=0.2, name="attention")([x, x])
    attended = L.Dropout(0.1, name="dropout")(attended)
    x = L.Add(name="add")([x, attended])
    x = L.LayerNormalization(name="norm")(x)
    x = L.Dense(6, name="dense")(x)
    x = L.SpatialDropout1D(0.2, name="spatial")(x)
    x = L.GlobalAveragePooling1D(name="pool")(x)
    return keras.Model(inputs, L.Dense(2, name="dense_1")(x), name="model")


def two_inputs(keras):
    L = keras.layers
    first, second = keras.Input((5,), name="first"), keras.Input((4,), name="second")
    shared = L.Dropout(0.5, name="shared")
    a = L.Dense(6, name="dense")(first)
    a = shared(a)
    b = L.Dense(6, name="dense_1")(second)
    b = L.GaussianNoise(0.3, name="noise")(b)
    b = L.Dense(6, name="dense_2")(b)
    b = shared(b)
    x = L.Concatenate(name="concatenate")([a, b])
    x = L.Dropout(0.2, name="dropout")(x)
    return keras.Model([first, second], L.Dense(2, name="dense_3")(x), name="model")


# Model, the shapes of its inputs without the batch, samples, and what fit is given, or the sizes of
# batches for train_on_batch.
RUNS = {
    "dense": (dense, [(12,)], 23, {"batch_size": 8, "epochs": 3, "validation_split": 0.2}),
    "convnet": (convnet, [(10, 9, 3)], 10, {"batch_size": 4, "epochs": 2, "validation_split": 0.2}),
    "crop": (crop, [(10, 9, 3)], 7, {"batch_size": 4}),
    "lstm": (lstm, [(6, 5)], 13, {"batch_size": 4, "epochs": 3, "validation_split": 0.3}),
    "transformer": (transformer, [(7,)], 9, {"batch_size": 4, "epochs": 2, "shuffle": False}),
    "two inputs": (two_inputs, [(5,), (4,)], 9, {"batch_size": 4, "epochs": 3, "initial_epoch": 1}),
    "batches": (dense, [(12,)], 21, [8, 8, 5]),
    "two fits": (lstm, [(6, 5)], 7, [{"batch_size": 4}, {"batch_size": 7, "epochs": 2}]),
}

# The same for tf.keras 2, whose image layers draw otherwise.
RUNS_2 = {name: run for name, run in RUNS.items() if name not in ("convnet", "crop", "two fits")}
RUNS_2["fits"] = (dense, [(12,)], 7, [{"batch_size": 4}, {"batch_size": 4, "epochs": 2}])
RUNS_2["conv"] = (conv, [(10, 9, 3)], 10, {"batch_size": 4, "epochs": 2, "validation_split": 0.2})

RUNS_2["recurrent"] = (recurrent, [(6, 5)], 10, {"batch_size": 4, "epochs": 2})
RUNS_2["flips"] = (flips, [(10, 9, 8)], 10, {"batch_size": 4, "epochs": 2, "validation_split": 0.2})
RUNS_2["images"] = (images, [(10, 9, 8)], 7, {"batch_size": 3, "epochs": 2})

# In a graph of tf.keras 2 recurrent layers draw masks for every step in a loop whose iterations run
# beside each other: no run is like another. Flips of TensorFlow 2.10 are NumPy's, and left out.
EAGER_2 = {"lstm"}

# In which order the code above constructs what draws, where the config has another.
ORDERS = {"two inputs": ["shared", "dense", "dense_1", "noise", "dense_2", "dropout", "dense_3"]}


def data(run):
    """The inputs of a run: what they hold counts for nothing but that it is the same each time."""
    _, shapes, samples, _ = run
    rng = np.random.RandomState(1)
    return [rng.randint(1, 30, [samples, *shape]).astype("float32") for shape in shapes]


def shown(array):
    """An array as a golden file has it: shape, sum of its bits, its first two elements as words."""
    array = np.asarray(array)
    if array.dtype == bool:
        array = array.astype(np.uint8)
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"))
    words = little.reshape(-1)[:2].view(f"u{array.dtype.itemsize}")
    digest = hashlib.sha256(little.tobytes()).hexdigest()[:16]
    return [list(array.shape), digest, [int(word) for word in words]]
