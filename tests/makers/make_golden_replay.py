"""make_golden_replay.py: record what the layers of models draw while Keras trains them.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_replay.py [graph]

writes tests/golden_files/replay-<Keras>.json.gz, of the modes that are named or of all. It imports
TensorFlow, Keras and NumPy and never tfphilox. Keras 3 beside TensorFlow 2.16 or newer may be any:
the first on the path. The models are those of support/replay_models.py.

A run is a list of events in the order in which they happened: a batch ("train" or "test", with
the indices of its samples), or a draw (the path of the layer, what it is, shape, the first 16
digits of the sha256 of its little-endian bytes, and its first two elements as words). Of dropouts,
what is recorded is where inputs stay, as bytes of 0 and 1; of noise, the numbers. The tensors are
handed out of the graph by tf.numpy_function, and every run is trained once more without that: the
weights after it must be the same bits.
"""

import datetime
import gzip
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
sys.path.insert(0, os.path.join(TESTS, "support"))
from replay_models import EAGER_2, RUNS, RUNS_2, SEED, data, image_layers, shown  # noqa: E402

VERSION = tuple(int(part) for part in tf.__version__.split(".")[:2])
KERAS3 = VERSION >= (2, 16)
if KERAS3:
    import keras
else:
    keras = tf.keras
# 3.3 stops where the steps of an epoch end within a group, 3.6 was not repeatable there
WHOLE_GROUPS = KERAS3 and tuple(int(part) for part in keras.__version__.split(".")[:2]) >= (3, 15)
FLIPS = "flips", (2, 10)  # which are not replayed
MODES = ["graph", "eager"] + (["two steps"] if WHOLE_GROUPS else [])


class Recorder:
    """Where the layers that are called stand, and what they drew."""

    def __init__(self):
        self.events = []
        self.stack = []
        self.on = True

    def note(self, kind, *tensors):
        """Note tensors when they have been computed, by the layer that is being called now."""
        if not self.on:
            return
        path = "/".join(layer.name for layer in self.stack[1:])
        names = [kind] if isinstance(kind, str) else kind

        def write(*arrays):
            for at, array in enumerate(arrays):
                self.events.append((path, names[at], np.array(array)))
            return np.int32(0)

        if tf.executing_eagerly():
            write(*(tensor.numpy() for tensor in tensors))
        else:
            tf.numpy_function(write, list(tensors), tf.int32)


class Patches:
    """Attributes of Keras's that are others for a while."""

    def __init__(self):
        self.before = []

    def set(self, owner, name, value):
        self.before.append((owner, name, owner.__dict__.get(name)))
        setattr(owner, name, value)

    def __enter__(self):
        watch_calls(RECORDER, self)
        if KERAS3:
            watch_keras_3(RECORDER, self)
        else:
            watch_keras_2(RECORDER, self)
        return self

    def __exit__(self, *exception):
        for owner, name, value in reversed(self.before):
            if value is None:
                delattr(owner, name)
            else:
                setattr(owner, name, value)


def watch_calls(recorder, patches):
    """Let the recorder know which layer is being called."""
    base = keras.layers.Layer
    original = base.__call__

    @tf.autograph.experimental.do_not_convert
    def call(self, *args, **kwargs):
        recorder.stack.append(self)
        try:
            return original(self, *args, **kwargs)
        finally:
            recorder.stack.pop()

    patches.set(base, "__call__", call)


def watch_keras_3(recorder, patches):
    """Record what Keras 3's own random functions return: all that its layers draw with."""
    from keras.src.backend.tensorflow import random as functions

    class Pair:
        """A seed pair that has been drawn, to be used twice."""

        def __init__(self, pair):
            self.pair = pair

    draw_seed, dropout = functions.draw_seed, functions.dropout
    patches.set(functions, "draw_seed", lambda s: s.pair if isinstance(s, Pair) else draw_seed(s))

    def recorded_dropout(inputs, rate, noise_shape=None, seed=None):
        pair = Pair(draw_seed(seed))
        kept = dropout(tf.ones_like(inputs), rate, noise_shape, pair) != 0
        for axis, size in enumerate(noise_shape or ()):
            if isinstance(size, int) and size == 1:
                kept = tf.gather(kept, [0], axis=axis)
        recorder.note("kept", kept)
        return dropout(inputs, rate, noise_shape, pair)

    patches.set(functions, "dropout", recorded_dropout)
    for name in ("normal", "uniform", "randint", "truncated_normal"):
        patches.set(functions, name, recorded_draw(recorder, name, getattr(functions, name)))
    for name in dir(keras.layers):
        kind = getattr(keras.layers, name)
        if "get_random_transformation" in getattr(kind, "__dict__", {}):
            watch_transformation(recorder, kind, patches)


def watch_keras_2(recorder, patches):
    """Record what TensorFlow's random functions return to a layer."""
    from tensorflow.python.ops import random_ops

    modules = [(random_ops, "random_"), (tf.compat.v2.random, ""), (tf.random, "")]
    originals = {name: getattr(random_ops, "random_" + name) for name in ("normal", "uniform")}
    for module, prefix in modules:
        for name, original in originals.items():
            if getattr(module, prefix + name) is original:
                made = recorded_draw_2(recorder, name, original)
                patches.set(module, prefix + name, made)
    watch_images_2(recorder, patches)


def watch_images_2(recorder, patches):
    """Record what tf.keras's image layers did, by what their pictures have become.

    The matrix of one that resamples is shown in its picture, in channels, and so is contrast.
    """
    from tensorflow.python.ops import image_ops_impl

    layers, _ = image_layers(keras)
    parts = sys.modules[layers.RandomFlip.__module__]

    def padded(columns):
        return tf.concat([columns, tf.zeros([tf.shape(columns)[0], 8 - columns.shape[1]])], 1)

    def shown_matrix(images, transforms, **_):
        return tf.zeros_like(images) + tf.cast(transforms[:, None, None, :], images.dtype)

    def shown_factor(images, contrast_factor):
        return tf.zeros_like(images) + contrast_factor

    patches.set(parts, "transform", shown_matrix)
    patches.set(parts, "get_translation_matrix", padded)
    patches.set(parts, "get_rotation_matrix", lambda angles, *_: padded(angles[:, None]))
    patches.set(parts, "get_zoom_matrix", lambda zooms, *_: padded(zooms))
    patches.set(image_ops_impl, "adjust_contrast", shown_factor)
    for module in (tf, getattr(parts, "tf", tf)):  # Keras has a name of its own for it
        patches.set(module.image, "adjust_contrast", shown_factor)
    for name, what in PICTURES.items():
        if hasattr(layers, name):
            watch_pictures(recorder, getattr(layers, name), name, what, patches)


def watch_pictures(recorder, kind, name, what, patches):
    original = kind.call

    @tf.autograph.experimental.do_not_convert
    def call(self, inputs, training=True):
        said = {} if training is None else {"training": training}
        made = original(self, inputs, **said)
        if training is True or (isinstance(training, int) and training == 1):
            recorder.note([name, name], *what(inputs, made))
        return made

    patches.set(kind, "call", call)


def flipped(before, after):
    """Which images are flipped, each way: the pictures have no symmetry."""

    def ways(before, after):
        found = []
        for one, other in zip(before, after):  # noqa: B905
            found += [
                [across, down]
                for across in (False, True)
                for down in (False, True)
                if np.array_equal(one[:: -1 if down else 1, :: -1 if across else 1], other)
            ]
        return np.array(found).T.astype(np.uint8)

    return [tf.numpy_function(ways, [before, after], tf.uint8)]


def cropped(before, after):
    """The first row and column, once for each image."""

    def starts(before, after):
        high, wide = after.shape[1:3]
        found = []
        for one, other in zip(before, after):  # noqa: B905
            found += [
                [top, left]
                for top in range(one.shape[0] - high + 1)
                for left in range(one.shape[1] - wide + 1)
                if np.array_equal(one[top : top + high, left : left + wide], other)
            ]
        return np.array(found, np.int32)

    return [tf.numpy_function(starts, [before, after], tf.int32)]


# What is recorded of an image layer, of the pictures it is given and those that it returns.
PICTURES = {
    "RandomFlip": flipped,
    "RandomCrop": cropped,
    "RandomTranslation": lambda before, after: [after[:, 0, 0, :2]],
    "RandomRotation": lambda before, after: [after[:, 0, 0, :1]],
    "RandomZoom": lambda before, after: [after[:, 0, 0, :2]],
    "RandomBrightness": lambda before, after: [after[:, 0, 0, 7]],
    "RandomContrast": lambda before, after: [after[:, 0, 0, 0]],
    "RandomHeight": lambda before, after: [tf.shape(after)[1]],
    "RandomWidth": lambda before, after: [tf.shape(after)[2]],
}


def recorded_draw_2(recorder, name, original):
    """Return a random function that records where a dropout keeps its inputs, or the numbers."""

    @tf.autograph.experimental.do_not_convert
    def draw(*args, **kwargs):
        result = original(*args, **kwargs)
        if not recorder.stack or type(recorder.stack[-1]).__name__ in PICTURES:
            return result
        if os.environ.get("REPLAY_SEEDS"):
            print(name, recorder.stack[-1].name, kwargs.get("seed"), result, file=sys.stderr)
        rate = getattr(recorder.stack[-1], "rate", None)
        frame = sys._getframe(1)
        while rate is None and name == "uniform" and frame is not None:
            if "dropout" in frame.f_code.co_name:
                rate = frame.f_locals.get("rate")
            frame = frame.f_back
        if name == "uniform" and rate is not None:
            recorder.note("kept", result >= rate)
        else:
            recorder.note(name, result)
        return result

    return draw


def recorded_draw(recorder, name, original):
    """Return a random function that records what it returns to a layer."""

    def draw(*args, **kwargs):
        result = original(*args, **kwargs)
        layer = recorder.stack[-1] if recorder.stack else None
        if isinstance(layer, keras.layers.AlphaDropout):
            recorder.note("kept", result >= layer.rate)
        elif layer is not None:
            recorder.note(name, result)
        return result

    return draw


def watch_transformation(recorder, kind, patches):
    """Record what an image layer's get_random_transformation returns."""
    original = kind.get_random_transformation

    def transformation(self, *args, **kwargs):
        made = original(self, *args, **kwargs)
        named = {"top": made[0], "left": made[1]} if isinstance(made, tuple) else made or {}
        tensors = {k: v for k, v in named.items() if isinstance(v, tf.Tensor)}
        if tensors:
            recorder.note(list(tensors), *tensors.values())
        return made

    patches.set(kind, "get_random_transformation", transformation)


RECORDER = Recorder()


def seed_all(seed):
    if hasattr(keras.utils, "set_random_seed"):
        keras.utils.set_random_seed(seed)
    else:
        random.seed(seed)
        np.random.seed(seed)
        tf.random.set_seed(seed)


def loss(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_pred), -1)


def watch_batches(model):
    """Record which samples each batch has: the targets are their numbers."""

    def watched(original, kind):
        @tf.autograph.experimental.do_not_convert
        def step(batch):
            RECORDER.note(kind, tf.reshape(tf.cast(batch[1], tf.int64), [-1]))
            return original(batch)

        return step

    model.train_step = watched(model.train_step, "train")
    model.test_step = watched(model.test_step, "test")


def trained(run, mode, record):
    """Seed, build, train; return the model's JSON, the first weights, the last, and the events."""
    build, _, samples, how = run
    keras.backend.clear_session()
    RECORDER.events, RECORDER.on = [], record
    seed_all(SEED)
    model = build(keras)
    text = model.to_json()
    first = model.get_weights()
    arguments = {"steps_per_execution": 2} if mode == "two steps" else {}
    model.compile("sgd", loss, run_eagerly=mode == "eager", **arguments)
    watch_batches(model)
    x, y = data(run), np.arange(samples)[:, None]
    x = x[0] if len(x) == 1 else x
    if isinstance(how, dict):
        model.fit(x, y, verbose=0, **how)
    elif isinstance(how[0], dict):
        for one in how:
            model.fit(x, y, verbose=0, **one)
        model.evaluate(x, y, batch_size=3, verbose=0)
        model.train_on_batch(x[:2], y[:2])
    else:
        at = 0
        for size in how:
            model.train_on_batch(x[at : at + size], y[at : at + size])
            at += size
    events = [event(*one) for one in RECORDER.events]
    while events and events[0][0] not in ("train", "test"):
        del events[0]  # weights
    return text, first, model.get_weights(), events


def event(path, kind, array):
    if kind in ("train", "test"):
        return [kind, array.tolist()]
    return [path, kind, *shown(array)]


def record(run, mode):
    text, first, last, events = trained(run, mode, True)
    _, _, again, _ = trained(run, mode, False)
    same = [array.tobytes() for array in last] == [array.tobytes() for array in again]
    assert same, f"{run}, {mode}: recording changed the run"
    return {
        "model": json.loads(text),
        "weights": [shown(array) for array in first],
        "events": events,
    }


def main():
    version = keras.__version__ if KERAS3 else tf.__version__
    runs = {}
    for name, run in (RUNS if KERAS3 else RUNS_2).items():
        for mode in sys.argv[1:] or MODES:
            if mode == "two steps" and not isinstance(run[3], dict):
                continue
            if not KERAS3 and ((name, VERSION) == FLIPS or (mode == "graph" and name in EAGER_2)):
                continue
            with Patches():
                made = record(run, mode)
            runs.setdefault(name, {})["model"] = made.pop("model")
            runs[name][mode] = made
            print(name, mode, len(made["events"]), file=sys.stderr)
    header = {
        "keras": version,
        "tensorflow": tf.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "libc": " ".join(platform.libc_ver()),
        "processor": processor(),
        "date": str(datetime.date.today()),
        "seed": SEED,
    }
    text = json.dumps({"header": header, "runs": runs}, indent=0, sort_keys=True)
    kind = "keras" if KERAS3 else "tf"
    path = os.path.join(
        os.environ.get("TO", TESTS + "/golden_files"), f"replay-{kind}-{version}.json.gz"
    )
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text.encode())
    print(path, os.path.getsize(path), file=sys.stderr)


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":")[1].strip() for line in file if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor()


if __name__ == "__main__":
    main()
