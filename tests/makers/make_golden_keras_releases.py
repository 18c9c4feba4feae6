"""make_golden_keras_releases.py: ask one release of Keras 3 for what others draw otherwise.

    CUDA_VISIBLE_DEVICES= PYTHONPATH=<a directory with a Keras> <python with TensorFlow 2.18> \
        tests/makers/make_golden_keras_releases.py

writes tests/golden_files/keras-<version>.json.gz. The directory is what
``pip install --no-deps --target <directory> keras==3.x.y`` fills; up to 3.3 Keras needs dm-tree
besides. It imports TensorFlow, Keras and NumPy and never tfphilox. test_keras_releases.py replays
the files.

Programs and their steps are those of make_golden_keras.py, with these more. A step that raises has
the result "raises", and one about a layer or function that the release lacks "absent".

state       the type of the generator's state and its two numbers
next        ordered: the pair that the generator gives
pictures    number, image shape, type: the layer called with training=True on counting numbers
weights     name of a model, its JSON and its initial weights when it is made from that after
            ``keras.utils.set_random_seed(3)``

Up to 3.5 image layers draw while they are called, and have no get_random_transformation. There the
draws are taken where Keras's layer calls keras.random.uniform, and given the names of later
releases; those of a flip both ways, which are two, are "horizontal_flips" and "vertical_flips".
Up to 3.7 RandomRotation's angle, in radians, is taken there too.
"""

import gzip
import json
import os
import platform
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import make_golden_keras as golden
import numpy as np
import tensorflow as tf

RELEASE = tuple(int(part) for part in keras.__version__.split(".")[:2])
AUGMENT = None
if hasattr(keras.layers, "RandAugment"):
    AUGMENT = list(keras.layers.RandAugment._AUGMENT_LAYERS)
SEED_TYPES = [-1, 0, -(2**35), 2**31 - 1, 2**31, 2**31 + 1, 2**32 - 1, 2**32, 2**32 + 1]
SEED_TYPES += [2**40 + 3, 2**63 - 1, -(2**63), 2**63]


class Machine(golden.Machine):
    def __init__(self):
        keras.utils.clear_session()
        if AUGMENT is not None:  # a list that RandAugment up to 3.10 shuffles
            keras.layers.RandAugment._AUGMENT_LAYERS[:] = AUGMENT
        super().__init__()

    def layer(self, number, name, arguments):
        if not hasattr(keras.layers, name):
            self.made[number] = None
            return "absent"
        self.made[number] = getattr(keras.layers, name)(**arguments)
        return "made"

    def run(self, number, shape):
        count = int(np.prod(shape))
        x = (np.arange(count) - 3).astype("float32").reshape(shape)
        return golden.written(self.made[number](tf.constant(x), training=True))

    def state(self):
        state = np.asarray(self.seeds.state.value)
        return f"{state.dtype.name} {state[0]} {state[1]}"

    def next(self, ordered):
        return " ".join(map(str, np.asarray(self.seeds.next(ordered=ordered)).tolist()))

    def draw(self, name, arguments, seed):
        if not hasattr(keras.random, name):
            return "absent"
        return super().draw(name, arguments, seed)

    def transform(self, number, shape):
        layer = self.made[number]
        if layer is None:
            return "absent"
        if hasattr(layer, "get_random_transformation"):
            if type(layer).__name__ != "RandomRotation" or RELEASE >= (3, 8):
                return super().transform(number, shape)
            drawn = recorded(lambda: layer.get_random_transformation(np.zeros(shape, "float32")))
        else:
            drawn = recorded(lambda: layer(np.zeros(shape, "float32"), training=True))
        return golden.flat(NAMES[type(layer).__name__](layer, shape, *drawn))

    def pictures(self, number, shape, dtype):
        layer = self.made[number]
        if layer is None:
            return "absent"
        count = int(np.prod(shape))
        images = (np.arange(count) % 251).reshape(shape).astype(dtype)
        return golden.written(layer(images, training=True))

    def weights(self, name):
        keras.utils.clear_session()
        model = MODELS[name]()
        if model is None:
            return "absent"
        text = model.to_json()
        keras.utils.clear_session()
        keras.utils.set_random_seed(3)
        again = keras.models.model_from_json(text)
        lines = [
            f"{'x'.join(map(str, array.shape))} {golden.written(array)}"
            for array in again.get_weights()
        ]
        return {"model": json.loads(text), "weights": lines}


def recorded(call):
    """What keras.random.uniform of the backend returns while something is called."""
    module = sys.modules["keras.src.backend.tensorflow.random"]
    uniform, drawn = module.uniform, []

    def noted(*args, **keywords):
        drawn.append(uniform(*args, **keywords))
        return drawn[-1]

    module.uniform = noted
    try:
        call()
    finally:
        module.uniform = uniform
    return [np.asarray(one) for one in drawn]


def flips(layer, shape, *drawn):
    names = ["flips"] if len(drawn) == 1 else ["horizontal_flips", "vertical_flips"]
    return {name: one <= 0.5 for name, one in zip(names, drawn)}  # noqa: B905


def sides(shape):
    return np.float32(shape[-3]), np.float32(shape[-2])


NAMES = {
    "RandomFlip": flips,
    "RandomContrast": lambda layer, shape, factor: {"contrast_factor": factor},
    "RandomBrightness": lambda layer, shape, drawn: {
        "rgb_delta": drawn * np.float32(layer.value_range[1] - layer.value_range[0])
    },
    "RandomCrop": lambda layer, shape, *drawn: (
        {"drawn": np.stack(drawn).astype("int32")} if drawn else {}  # it resizes
    ),
    "RandomRotation": lambda layer, shape, angle: {"angle": angle},
    "RandomTranslation": lambda layer, shape, down, right: {
        "translations": np.concatenate([right * sides(shape)[1], down * sides(shape)[0]], axis=1)
    },
    "RandomZoom": lambda layer, shape, height, width=None: {
        "height_zoom": height,
        "width_zoom": height if width is None else width,
    },
}


# ---- models --------------------------------------------------------------------------------


def attention():
    x = keras.Input((6, 8))
    y = keras.layers.MultiHeadAttention(2, 4, dropout=0.1, name="heads")(x, x)
    y = keras.layers.Dense(5)(y)
    return keras.Model(x, y)


def attention_initializers():
    x, z = keras.Input((6, 8)), keras.Input((3, 8))
    heads = keras.layers.MultiHeadAttention(
        3, 4, value_dim=5, kernel_initializer="he_normal", bias_initializer="random_normal",
        output_shape=(7,),
    )  # fmt: skip
    return keras.Model([x, z], heads(x, z))


def grouped():
    x = keras.Input((6, 8))
    return keras.Model(x, keras.layers.GroupQueryAttention(4, 6, 2, dropout=0.2)(x, x))


def gated():
    x = keras.Input((6, 8))
    try:
        layer = keras.layers.GroupQueryAttention(4, 6, 2, use_gate=True)
    except (TypeError, ValueError):
        return None
    return keras.Model(x, layer(x, x))


def einsum():
    init, einsum_dense = keras.initializers, keras.layers.EinsumDense
    scaled = init.VarianceScaling(2.0, "fan_out", "uniform", seed=4)
    layers = [
        keras.Input((6, 5)),
        einsum_dense("abc,bcd->abd", (6, 3), bias_axes="bd"),
        einsum_dense("abc,bcde->ade", (2, 4), kernel_initializer=scaled),
        einsum_dense("abc,cd->abd", (None, 7), bias_axes="d"),
        einsum_dense("abc,cde->abde", (None, 2, 3), kernel_initializer="lecun_uniform"),
        einsum_dense("abcd,cde->abe", (None, 4), kernel_initializer="glorot_normal"),
        einsum_dense("abc,cd->abd", (None, 2), kernel_initializer="random_normal"),
    ]
    return keras.Sequential(layers)


def seeded():
    init = keras.initializers
    kinds = [init.GlorotUniform(seed=0), init.HeNormal(seed=0), init.RandomNormal(seed=2**32 + 5)]
    kinds += [init.Orthogonal(seed=0), init.RandomUniform(seed=-1), init.GlorotUniform()]
    kinds.append(init.TruncatedNormal(seed=2**31 - 1))
    layers = [keras.layers.Dense(4, kernel_initializer=kind) for kind in kinds]
    return keras.Sequential([keras.Input((4,)), *layers])


def idle():
    layers = [
        keras.Input((8, 8, 3)), keras.layers.Dropout(0.0), keras.layers.Conv2D(2, 3),
        keras.layers.GaussianNoise(0.0), keras.layers.Conv2D(2, 3),
        keras.layers.GaussianDropout(0.0), keras.layers.Conv2D(2, 3),
        keras.layers.AlphaDropout(0.0), keras.layers.RandomCrop(2, 2, seed=0),
        keras.layers.SpatialDropout2D(0.0), keras.layers.Flatten(), keras.layers.Dense(2),
    ]  # fmt: skip
    return keras.Sequential(layers)


MODELS = {
    one.__name__: one
    for one in (attention, attention_initializers, grouped, gated, einsum, seeded, idle)
}


# ---- programs ------------------------------------------------------------------------------

DRAWS = [
    *golden.DRAWS,
    ("shuffle", {"x": [[[1, 2], [3, 4]], [[5, 6], [7, 8]], [[9, 10], [11, 12]]], "axis": 1}),
]
UNIFORM = ["draw", "uniform", {"shape": [3]}, None]
NOISE = [
    ("Dropout", {"rate": 0.4}, [3, 4]),
    ("Dropout", {"rate": 0.0}, [3]),
    ("Dropout", {"rate": 1.0}, [3]),
    ("SpatialDropout1D", {"rate": 0.5}, [2, 3, 4]),
    ("GaussianNoise", {"stddev": 0.3}, [4, 3]),
    ("GaussianNoise", {"stddev": 0.0}, [4, 3]),
    ("GaussianNoise", {"stddev": 0.3, "dtype": "float16"}, [4, 3]),
    ("GaussianDropout", {"rate": 0.3}, [6]),
    ("GaussianDropout", {"rate": 0.0}, [6]),
    ("GaussianDropout", {"rate": 0.3, "dtype": "float64"}, [6]),
    ("AlphaDropout", {"rate": 0.2}, [3, 4]),
    ("AlphaDropout", {"rate": 0.0}, [3, 4]),
]
IMAGES = [
    *golden.IMAGES,
    ("RandomFlip", {}),
    ("RandomFlip", {"mode": "vertical"}),
    ("RandomContrast", {"factor": 0.4}),
    ("RandomBrightness", {"factor": [-0.1, 0.5]}),
    ("RandomCrop", {"height": 9, "width": 8}),
    ("RandomCrop", {"height": 4, "width": 4}),
    ("RandomZoom", {"height_factor": -1.0}),
    ("RandomRotation", {"factor": [-0.2, 0.4]}),
]
PICTURES = [
    ("RandomFlip", {}), ("RandomFlip", {"mode": "horizontal"}),
    ("RandomFlip", {"mode": "vertical"}),
    ("RandomCrop", {"height": 3, "width": 4}), ("RandomCrop", {"height": 9, "width": 8}),
    ("RandomBrightness", {"factor": 0.3}), ("RandomInvert", {"factor": 0.8}),
    ("RandomErasing", {"factor": 0.9, "scale": [0.1, 0.6]}), ("MixUp", {"alpha": 0.4}),
    ("CutMix", {"factor": 0.8}),
    ("Solarization", {"addition_factor": 0.2, "threshold_factor": [0.1, 0.5]}),
]  # fmt: skip


def programs():
    steps = [["keras_seed", 11], ["generator", 2**40 + 3]]
    for seed in (None, 5, "generator", None):
        steps += [["draw", name, arguments, seed] for name, arguments in DRAWS]
        steps += [["python"], ["state"]]
    yield steps
    steps = [["keras_seed", 12]]
    for seed in SEED_TYPES:
        steps += [["draw", "uniform", {"shape": [3]}, seed], ["generator", seed]]
        if seed != 2**63:
            steps += [["state"], ["draw", "normal", {"shape": [2]}, "generator"], ["state"]]
            steps += [["next", False], ["state"], ["next", True], ["next", False], ["state"]]
            steps.append(["draw", "uniform", {"shape": [3]}, "generator"])
    yield steps
    yield [
        ["keras_seed", 9], ["python"], UNIFORM, UNIFORM, ["python"], ["keras_seed", 9], UNIFORM,
        ["python"], ["seed", 4], UNIFORM, ["python"], ["keras_seed", 10], ["generator", None],
        ["state"], UNIFORM, UNIFORM, ["python"],
    ]  # fmt: skip
    steps = [["keras_seed", 5]]
    number = 0
    for name in ("HeNormal", "RandomUniform", "RandomNormal", "TruncatedNormal", "GlorotUniform"):
        for seed in (0, 3, None, 2**32 + 3, -1):
            steps += [["initializer", number, name, {"seed": seed}]]
            steps += [["call", number, [3, 2], "float32"], ["call", number, [2, 2, 3], "float64"]]
            number += 1
        steps.append(["python"])
    yield steps
    for seed in (None, 0, 2**32 + 7):
        steps = [["keras_seed", 6]]
        for number, (name, arguments, shape) in enumerate(NOISE):
            given = dict(arguments) if seed is None else dict(arguments, seed=seed)
            steps += [["layer", number, name, given], ["python"]]
            steps += [["run", number, shape], ["run", number, shape]]
        yield [*steps, ["python"]]
    for seed in (None, 0):
        steps = [["keras_seed", 12]]
        for number, (name, arguments) in enumerate(IMAGES):
            given = dict(arguments) if seed is None else dict(arguments, seed=seed)
            steps.append(["layer", number, name, given])
            steps += [["transform", number, shape] for shape in ([3, 9, 8, 3], [7, 9, 3])]
            steps.append(["transform", number, [3, 9, 8, 3]])
            steps.append(["python"])
        yield steps
    steps = [["keras_seed", 13]]
    for number, (name, arguments) in enumerate(PICTURES):
        steps.append(["layer", number, name, arguments])
        steps += [["pictures", number, [4, 9, 8, 3], "float32"]] * 2
        steps.append(["pictures", number, [9, 8, 3], "float32"])
    for number in (0, 3, 5):
        steps += [["pictures", number, [4, 9, 8, 3], "uint8"]] * 2
    yield [*steps, ["python"]]
    yield [["weights", name] for name in MODELS]
    # last, for Keras uses up the seed of a call that fails
    all_dropped = {"inputs": [1.0, -2.0], "rate": 1.0}
    yield [["draw", "dropout", all_dropped, 5], ["draw", "dropout", all_dropped, None]]


def main():
    done = []
    for steps in programs():
        machine = Machine()
        results = []
        for verb, *arguments in steps:
            try:
                result = getattr(machine, verb)(*arguments)
            except Exception as error:
                print(verb, *arguments, "raises", type(error).__name__, str(error)[:80])
                result = "raises"
                if verb == "layer":
                    machine.made[arguments[0]] = None
            results.append([verb, *arguments] + ([] if result is None else [result]))
        done.append(results)
    data = {
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "glibc": golden.glibc(),
        "cpu": golden.cpu(),
        "date": golden.datetime.date.today().isoformat(),
        "programs": done,
    }
    path = os.path.join(golden.TESTS, "golden_files", f"keras-{keras.__version__}.json.gz")
    text = json.dumps(data, separators=(",", ":"))
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text.encode())
    print(path, os.path.getsize(path), "bytes")


if __name__ == "__main__":
    main()
