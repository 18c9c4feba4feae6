"""make_golden_keras.py: ask tf.keras for its weights, masks and orders, and write them down.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_keras.py

writes tests/golden_files/keras-tf-<version>.json, or with TF_USE_LEGACY_KERAS=1, which is Keras 2
beside TensorFlow 2.16 and newer, keras-tf_keras-<version>.json. It imports TensorFlow and NumPy and
never tfphilox, and runs unchanged under TensorFlow 2.0 to 2.15 and under Keras 3 (so: Python 3.7
syntax). test_keras_initializers.py, test_keras_layers.py and test_keras_training.py replay the
files.

A program is a list of steps, run in order from fresh state; a step is [verb, arguments..., result].

seed        random.seed, numpy.random.seed, tf.random.set_seed: what scripts did before 2.7
set_seed    tf.random.set_seed alone
keras_seed  keras.utils.set_random_seed, where there is one
initializer number, class, arguments
call        number, shape, dtype: the initializer's numbers
layer       number, class, arguments
run         number, shape: the layer called with training=True on arange - 3 in that shape
uniform     tf.random.uniform([2]): shows how many op seeds were used up
python      random.random(); numpy: numpy.random.randint(2**31 - 1)
fit         samples, batch size, epochs: the order in which fit(shuffle=True) visits samples

generator   seed: a SeedGenerator for what follows (this and the next two in Keras 3 only)
draw        function of keras.random, arguments, seed: an integer, null or "generator"
transform   number, image shape: what the layer's get_random_transformation draws (and that of the
            layers RandomColorJitter is made of)

Numbers are bit patterns in hex; of more than 12, the first 4 and the sha256 of all bytes.
"orthogonal" holds whole matrices, which programs leave out: they are compared apart.
"""

import ctypes
import datetime
import hashlib
import json
import os
import platform
import random
import re

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LEGACY = os.environ.get("TF_USE_LEGACY_KERAS") == "1"  # tf_keras, beside TensorFlow 2.16 and newer
KERAS = getattr(tf.keras, "__version__", None)
if KERAS is None:
    KERAS = __import__("tf_keras" if LEGACY else "keras").__version__
KERAS_3 = KERAS.startswith("3")
FLOATS = ["float16", "bfloat16", "float32", "float64"]

DRAWN = [
    ("RandomNormal", {}),
    ("RandomNormal", {"mean": 0.3, "stddev": 1.7}),
    ("RandomUniform", {}),
    ("RandomUniform", {"minval": 0.1, "maxval": 0.7}),
    ("TruncatedNormal", {"mean": -1, "stddev": 0.1}),
    ("VarianceScaling", {}),
    ("VarianceScaling", {"scale": 3, "mode": "fan_out", "distribution": "uniform"}),
    ("VarianceScaling", {"scale": 0.7, "mode": "fan_avg", "distribution": "untruncated_normal"}),
    ("GlorotUniform", {}),
    ("GlorotNormal", {}),
    ("HeNormal", {}),
    ("HeUniform", {}),
    ("LecunNormal", {}),
    ("LecunUniform", {}),
]
SHAPES = [[10, 2], [3, 3, 3, 4], [5], [], [2, 3, 4], [0, 3], [1000, 7]]
LAYERS = [
    ("Dropout", {"rate": 0.5}, [5]),
    ("Dropout", {"rate": 0.25, "noise_shape": [None, 1]}, [3, 2]),
    ("Dropout", {"rate": 0}, [3]),
    ("Dropout", {"rate": 0.1}, [1000]),
    ("SpatialDropout1D", {"rate": 0.5}, [2, 3, 4]),
    ("SpatialDropout2D", {"rate": 0.5}, [2, 3, 2, 4]),
    ("SpatialDropout2D", {"rate": 0.5, "data_format": "channels_first"}, [2, 4, 2, 3]),
    ("SpatialDropout3D", {"rate": 0.4}, [2, 1, 2, 3, 4]),
    ("GaussianNoise", {"stddev": 0.3}, [4, 3]),
    ("GaussianDropout", {"rate": 0.3}, [6]),
    ("GaussianDropout", {"rate": 0}, [6]),
    ("AlphaDropout", {"rate": 0.2}, [3, 4]),
    ("AlphaDropout", {"rate": 0.6, "noise_shape": [3, 1]}, [3, 4]),
]


def written(tensor):
    array = np.ascontiguousarray(tf.convert_to_tensor(tensor).numpy())
    array = array.astype("uint8") if array.dtype.kind == "b" else array
    words = array.reshape(-1).view(f"u{array.dtype.itemsize}")
    hexes = ["{:0{}x}".format(word, 2 * array.dtype.itemsize) for word in words[:12].tolist()]
    if words.size > 12:
        return " ".join(hexes[:4]) + " sha256 " + hashlib.sha256(words.tobytes()).hexdigest()
    return " ".join(hexes)


NOT_DRAWN = (
    "input_shape",
    "rotation_matrix",
    "image_height",
    "image_width",
    "batch_size",
    "seed",
)


def flat(drawn, prefix=""):
    """What a transformation has that is drawn, by key, or by the keys that lead to it."""
    result = {}
    pairs = enumerate(drawn) if isinstance(drawn, list) else sorted(drawn.items())
    for key, value in pairs:
        key = prefix + str(key)
        if isinstance(value, (dict, list)):
            result.update(flat(value, key + "."))
        elif isinstance(value, str):
            result[key] = value
        elif value is not None and key.split(".")[-1] not in NOT_DRAWN:
            result[key] = written(value)
    return result


def drawn_by_parts(layer, images):
    """What the layers that RandomColorJitter is made of give it while it runs."""
    drawn = {}
    for name in ("random_brightness", "random_contrast", "random_saturation", "random_hue"):
        part = getattr(layer, name)
        if part is not None:
            method = type(part).get_random_transformation

            def noted(*args, name=name, part=part, method=method, **keywords):
                drawn[name] = method(part, *args, **keywords)
                return drawn[name]

            part.get_random_transformation = noted
    layer(images)
    return drawn


class Machine:
    """Runs the steps of one program, and keeps its objects."""

    def __init__(self):
        self.made = {}
        tf.keras.backend.clear_session()
        self.seed(0)

    def seed(self, seed):
        random.seed(seed)
        np.random.seed(seed)
        tf.random.set_seed(seed)

    def set_seed(self, seed):
        tf.random.set_seed(seed)

    def keras_seed(self, seed):
        tf.keras.utils.set_random_seed(seed)

    def initializer(self, number, name, arguments):
        found = getattr(tf.keras.initializers, name, None)
        if found is None:  # 2.0 knows some by their other name alone
            snake = re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()
            found = getattr(tf.keras.initializers, snake)
        self.made[number] = found(**arguments)

    def call(self, number, shape, dtype):
        return written(self.made[number](tuple(shape), dtype=tf.as_dtype(dtype)))

    def layer(self, number, name, arguments):
        self.made[number] = getattr(tf.keras.layers, name)(**arguments)

    def run(self, number, shape):
        count = int(np.prod(shape))
        x = (np.arange(count) - 3).astype("float32").reshape(shape)
        return written(self.made[number](tf.constant(x), training=True))

    def uniform(self):
        return written(tf.random.uniform([2]))

    def python(self):
        return random.random()

    def numpy(self):
        return int(np.random.randint(2**31 - 1))

    def generator(self, seed):
        self.seeds = tf.keras.random.SeedGenerator(seed)

    def draw(self, name, arguments, seed):
        seed = self.seeds if seed == "generator" else seed
        return written(getattr(tf.keras.random, name)(seed=seed, **arguments))

    def transform(self, number, shape):
        layer, images = self.made[number], np.zeros(shape, "float32")
        if type(layer).__name__ == "RandomColorJitter":
            return flat(drawn_by_parts(layer, images))
        drawn = layer.get_random_transformation(images)
        if not isinstance(drawn, dict):
            drawn = {"drawn": tf.stack(drawn) if isinstance(drawn, tuple) else drawn}
        return flat(drawn)

    def fit(self, samples, batch, epochs):
        seen = []

        class Recorder(tf.keras.layers.Layer):
            def build(self, shape):
                self.weight = self.add_weight(name="w", shape=(1,), initializer="ones")

            def call(self, x):
                if hasattr(x, "numpy"):  # not while the model is built
                    seen.extend(x.numpy().ravel().astype(int).tolist())
                return x * self.weight

        inputs = tf.keras.Input((1,)) if KERAS_3 else None
        if KERAS_3:
            recorder = Recorder()
            recorder.call = lambda x: x * recorder.weight
            model = tf.keras.Sequential([inputs, recorder])
            recorder.call = lambda x: Recorder.call(recorder, x)
        else:
            model = tf.keras.Sequential([Recorder()])
        model.compile(optimizer="sgd", loss="mse", run_eagerly=True)
        x = np.arange(samples, dtype="float32")[:, None]
        state = random.getstate(), np.random.get_state()
        model.fit(x, x, batch_size=batch, epochs=epochs, shuffle=True, verbose=0)
        random.setstate(state[0])
        np.random.set_state(state[1])
        return " ".join(map(str, seen[len(seen) - samples * epochs :]))


DRAWS = [
    ("normal", {"shape": [7], "mean": 0.3, "stddev": 2, "dtype": "float64"}),
    ("normal", {"shape": [2, 3]}),
    ("truncated_normal", {"shape": [30], "dtype": "float16"}),
    ("uniform", {"shape": [5], "minval": 0.1, "maxval": 0.7, "dtype": "float64"}),
    ("uniform", {"shape": [], "dtype": "bfloat16"}),
    ("randint", {"shape": [9], "minval": -5, "maxval": 300}),
    ("randint", {"shape": [9], "minval": -5, "maxval": 300, "dtype": "uint8"}),
    ("randint", {"shape": [9], "minval": 0, "maxval": 2**40, "dtype": "int64"}),
    ("categorical", {"logits": [[0.0, 1.0, -1.0], [2.0, 0.0, 0.0]], "num_samples": 9}),
    ("dropout", {"inputs": [1.0, -2.0, 3.0, -4.0, 5.0, 6.0], "rate": 0.4}),
    ("dropout", {"inputs": [[1.0, -2.0], [3.0, -4.0]], "rate": 0.5, "noise_shape": [None, 1]}),
    ("dropout", {"inputs": [1.0, -2.0], "rate": 0.0}),
    ("shuffle", {"x": list(range(11))}),
    ("shuffle", {"x": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "axis": -1}),
    ("gamma", {"shape": [5], "alpha": 0.7}),
    ("gamma", {"shape": [4], "alpha": 3.0, "dtype": "bfloat16"}),
    ("binomial", {"shape": [6], "counts": 30.0, "probabilities": 0.3}),
    ("beta", {"shape": [5], "alpha": 0.6, "beta": 1.7}),
    ("beta", {"shape": [3], "alpha": 2.0, "beta": 0.7, "dtype": "float16"}),
]
IMAGES = [
    ("RandomBrightness", {"factor": 0.3, "value_range": [0, 1]}),
    ("RandomColorDegeneration", {"factor": 0.3}),
    ("RandomContrast", {"factor": [0.2, 0.5]}),
    ("RandomCrop", {"height": 2, "width": 3}),
    ("RandomFlip", {"mode": "horizontal"}),
    ("RandomGaussianBlur", {"factor": 0.7}),
    ("RandomGrayscale", {"factor": 0.4}),
    ("RandomHue", {"factor": 0.3}),
    ("RandomInvert", {"factor": 0.8}),
    ("RandomPosterization", {"factor": [2, 6]}),
    ("RandomRotation", {"factor": 0.1}),
    ("RandomSaturation", {"factor": 0.4}),
    ("RandomSharpness", {"factor": [0.1, 0.9]}),
    ("RandomShear", {"x_factor": 0.2, "y_factor": 0.3}),
    ("RandomTranslation", {"height_factor": 0.2, "width_factor": [-0.1, 0.5]}),
    ("RandomZoom", {"height_factor": 0.2}),
    ("RandomZoom", {"height_factor": 0.2, "width_factor": 0.3}),
    ("RandomPerspective", {"factor": 0.8, "scale": 0.6}),
    ("RandomElasticTransform", {"factor": [0.3, 0.7], "scale": 0.8}),
    ("RandomErasing", {"factor": 0.9, "scale": [0.1, 0.6]}),
    ("RandomErasing", {"fill_value": 3}),
    ("Solarization", {"addition_factor": 0.2, "threshold_factor": [0.1, 0.5]}),
    ("MixUp", {"alpha": 0.4}),
    ("CutMix", {"factor": 0.8}),
    ("RandomColorJitter", {"brightness_factor": 0.2, "contrast_factor": 0.3}),
    ("RandomColorJitter", {"saturation_factor": 0.1, "hue_factor": 0.3}),
    ("RandAugment", {"num_ops": 3}),
    ("AugMix", {}),
    ("AugMix", {"all_ops": False, "num_chains": 5, "alpha": 0.5}),
]


def keras_3_programs():
    for seeder in ("seed", "keras_seed"):
        steps = [[seeder, 11], ["generator", 2**40 + 3]]
        for seed in (None, 5, -(2**62), "generator", None):
            steps += [["draw", name, arguments, seed] for name, arguments in DRAWS]
            steps.append(["python"])
        yield steps
    steps = [["keras_seed", 12]]
    for number, (name, arguments) in enumerate(IMAGES):
        steps.append(["layer", number, name, arguments])
        steps += [["transform", number, shape] for shape in ([3, 9, 8, 3], [7, 9, 3])]
    yield [*steps, ["python"]]


def programs():
    rng = random.Random(20)
    seeders = ["seed", "set_seed"] + (["keras_seed"] if hasattr_seed() else [])
    for seeder in seeders:
        for given in (None, 7, 2**31 + 5):
            order = list(range(len(DRAWN)))
            rng.shuffle(order)
            steps = [["seed", 1], [seeder, 1234]]
            for number in order:
                name, arguments = DRAWN[number]
                arguments = dict(arguments)
                if given is not None:
                    arguments["seed"] = given + number % 3
                steps.append(["initializer", number, name, arguments])
            for number in reversed(order):
                steps.append(["call", number, rng.choice(SHAPES), rng.choice(FLOATS)])
                if number % 2:
                    steps.append(["call", number, rng.choice(SHAPES), rng.choice(FLOATS)])
                if number == 4:
                    steps.append(["set_seed", 99])
            steps += [["call", order[0], [3], "float32"], ["uniform"], ["python"], ["numpy"]]
            yield steps
        for given in (None, 3):
            steps = [["seed", 1], [seeder, 4321]]
            for number, (name, arguments, shape) in enumerate(LAYERS):
                arguments = dict(arguments)
                if given is not None and (has_seed(name)):
                    arguments["seed"] = given + number % 2
                steps.append(["layer", number, name, arguments])
                steps += [["run", number, shape], ["run", number, shape], ["uniform"]]
            for number, (_, _, shape) in enumerate(LAYERS):
                steps += [["run", number, shape]]
            yield [*steps, ["uniform"], ["python"], ["numpy"]]
    yield [
        ["seed", 5],
        ["initializer", 0, "Constant", {"value": 0.1}],
        ["initializer", 1, "Zeros", {}],
        ["initializer", 2, "Ones", {}],
        ["initializer", 3, "Identity", {"gain": -0.3}],
    ] + [["call", n, [2, 3], dtype] for n in range(4) for dtype in FLOATS]
    if KERAS_3:
        yield from keras_3_programs()
    for seed in (5, 77):
        yield [["seed", seed], ["fit", 11, 4, 3], ["uniform"], ["fit", 7, 32, 2], ["uniform"]]


def hasattr_seed():
    return hasattr(tf.keras.utils, "set_random_seed")


def has_seed(name):
    """Whether the layer takes a seed: SpatialDropout does only from Keras 3 on, noise from 2.7."""
    if name.startswith("Spatial"):
        return KERAS_3
    if name.startswith("Gaussian"):
        return hasattr_seed()
    return True


def orthogonal_cases():
    sizes = [[2, 2], [3, 3], [10, 3], [3, 10], [8, 8], [4, 16], [2, 3, 5], [16, 16], [33, 5]]
    sizes += [[32, 128], [64, 64]]
    if not LEGACY:  # made where the first-level cache has 32 KiB, on which these depend
        sizes += [[100, 100], [128, 512]]
    for shape in sizes:
        for dtype in ("float32", "float64"):
            tf.random.set_seed(1)
            made = tf.keras.initializers.Orthogonal(gain=1.0, seed=5)
            array = made(tuple(shape), dtype=tf.as_dtype(dtype)).numpy()
            words = array.reshape(-1).view(f"u{array.dtype.itemsize}")
            count = words.size if words.size <= 30 else 4
            hexes = ["{:0{}x}".format(w, 2 * array.dtype.itemsize) for w in words[:count].tolist()]
            total = hashlib.sha256(words.tobytes()).hexdigest()
            yield {"shape": shape, "dtype": dtype, "first": " ".join(hexes), "sha256": total}


def glibc():
    try:
        function = ctypes.CDLL(None).gnu_get_libc_version
        function.restype = ctypes.c_char_p
        return function().decode()
    except (OSError, AttributeError):
        return None


def cpu():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor()


def main():
    done = []
    for steps in programs():
        machine = Machine()
        results = []
        for verb, *arguments in steps:
            result = getattr(machine, verb)(*arguments)
            results.append([verb] + arguments + ([] if result is None else [result]))
        done.append(results)
    header = {
        "tensorflow": tf.__version__,
        "keras": KERAS,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "glibc": glibc(),
        "cpu": cpu(),
        "date": datetime.date.today().isoformat(),
    }
    name = f"tf_keras-{KERAS}" if LEGACY else f"tf-{tf.__version__}"
    path = os.path.join(TESTS, "golden_files", f"keras-{name}.json")
    with open(path, "w") as file:
        file.write('{"header": ' + json.dumps(header) + ',\n"programs": [\n')
        blocks = [",\n ".join(json.dumps(step) for step in steps) for steps in done]
        file.write(",\n".join("[" + block + "]" for block in blocks))
        file.write('\n],\n"orthogonal": [\n')
        file.write(",\n".join(json.dumps(case) for case in orthogonal_cases()) + "\n]}\n")
    print(path)


if __name__ == "__main__":
    main()
