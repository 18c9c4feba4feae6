"""compiled_replays.py: models of one layer that draws, trained by fit(jit_compile=True).

`trained` runs under Keras 3; make_golden_compiled_replay.py keeps what it returns, and the live
suite compares it at once. It does not import tfphilox; `made_of` does, where it is called.
"""

import numpy as np

COMPILED = {
    "Dropout": ((6,), lambda L: L.Dropout(0.3)),
    "SpatialDropout1D": ((5, 6), lambda L: L.SpatialDropout1D(0.3)),
    "GaussianNoise": ((6,), lambda L: L.GaussianNoise(0.7)),
    "GaussianDropout": ((6,), lambda L: L.GaussianDropout(0.3)),
    "AlphaDropout": ((6,), lambda L: L.AlphaDropout(0.3)),
    "RandomFlip": ((4, 5, 3), lambda L: L.RandomFlip("horizontal")),
    "RandomBrightness": ((4, 5, 3), lambda L: L.RandomBrightness(0.4)),
    "MultiHeadAttention": ((4, 6), None),
    "LSTM": ((5, 4), lambda L: L.LSTM(3, dropout=0.3, recurrent_dropout=0.4)),
}
FIT = {"batch_size": 4, "epochs": 2}


class Keeping:
    """Keeps arrays of a compiled step in variables, in the order in which they are made."""

    def __init__(self, tensorflow):
        self.tf, self.variables, self.at, self.steps = tensorflow, [], None, []

    def __call__(self, tensor):
        if self.at is None:  # Keras looks for shapes
            return
        tensor = self.tf.convert_to_tensor(tensor)
        if self.at == len(self.variables):
            with self.tf.init_scope():
                zeros = self.tf.zeros(tensor.shape, tensor.dtype)
                self.variables.append(self.tf.Variable(zeros, trainable=False))
        self.variables[self.at].assign(tensor)
        self.at += 1

    def begin(self):
        self.at = 0

    def end(self):
        self.steps.append([variable.numpy() for variable in self.variables])


def data(name):
    """The samples."""
    return np.random.default_rng(3).uniform(0.5, 2, (8, *COMPILED[name][0])).astype(np.float32)


def trained(name, seed):
    """Train; return the JSON of the model, and what each step made: outputs, or masks."""
    import keras
    import tensorflow as tf
    from keras.src.backend.tensorflow import random as backend_random

    keeping = Keeping(tf)
    shape, layer = COMPILED[name]
    masks = name in ("MultiHeadAttention", "LSTM")
    original, places = backend_random.dropout, [keras.src.backend.random, backend_random]

    def dropout(inputs, *arguments, **keywords):
        result = original(inputs, *arguments, **keywords)
        keeping(result)
        return result

    class Keep(keras.layers.Layer):
        def call(self, x):
            keeping(x)
            return x

    class Steps(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            keeping.end()

    keras.utils.set_random_seed(seed)
    inputs = keras.Input(shape)
    if name == "MultiHeadAttention":
        x = keras.layers.MultiHeadAttention(2, 3, dropout=0.4)(inputs, inputs)
    else:
        x = layer(keras.layers)(inputs)
    bare = keras.Model(inputs, keras.layers.Dense(2)(keras.layers.Flatten()(x)))
    text = bare.to_json()
    kept = x if masks else Keep()(x)
    model = keras.Model(inputs, bare.layers[-1](keras.layers.Flatten()(kept)))
    model.compile("sgd", "mse", jit_compile=True)
    assert model.jit_compile
    step = model.train_step

    def train_step(*arguments):
        keeping.begin()
        result = step(*arguments)
        keeping.at = None
        return result

    model.train_step = train_step
    if masks:
        for place in places:
            place.dropout = dropout
    try:
        zeros = np.zeros((8, 2))
        model.fit(data(name), zeros, shuffle=False, verbose=0, callbacks=[Steps()], **FIT)
    finally:
        for place in places:
            place.dropout = original
    return text, keeping.steps


def replayed(name, text, seed, **versions):
    """The same of the package."""
    import json

    from tfphilox.keras import replay

    run = replay(json.loads(text), seed=seed, order="config", jit_compile=True, **versions)
    steps = []
    for one in run.fit(8, shuffle=False, **FIT):
        (drawn,) = one.draws.values()
        steps.append(made_of(name, data(name)[one.indices], drawn))
    return steps


def compared(name, steps):
    """Arrays of a step as they are compared: of attention's scores, which are dropped."""
    return [[a != 0 if name == "MultiHeadAttention" else np.asarray(a) for a in s] for s in steps]


def made_of(name, x, drawn):
    """What a layer makes of its inputs, or the masks that it draws."""
    from tfphilox.seeding.compiled import multiply_add

    number = np.float32
    if name == "GaussianNoise":
        return [multiply_add(drawn, number(0.7), x)]
    if name == "AlphaDropout":
        lowest, rate = -1.6732632423543772 * 1.0507009873554805, 0.3
        a = ((1 - rate) * (1 + rate * lowest**2)) ** -0.5
        mixed = np.where(drawn, x, number(lowest))
        return [multiply_add(mixed, number(a), number(-a * lowest * rate))]
    if name == "RandomFlip":
        return [np.where(drawn["flips"], x[:, :, ::-1], x)]
    if name == "RandomBrightness":
        return [np.clip(x + drawn["rgb_delta"], 0, 255)]
    if name == "LSTM":
        return [*drawn["dropout"], *drawn["recurrent_dropout"]]
    if name == "MultiHeadAttention":
        return [drawn]
    return [x * drawn]
