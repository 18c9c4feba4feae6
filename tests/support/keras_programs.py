"""keras_programs.py: the programs of tf.keras in the golden files, run again in tfphilox."""

import hashlib
import json
import random

import numpy as np
import pytest
from bits import as_hex
from places import GOLDEN_FILES

import tfphilox as tp
import tfphilox.keras

FILES = sorted(GOLDEN_FILES.glob("keras-tf*-*.json"))
# "2.15.1", a TensorFlow, or "tf_keras 2.18.0"
GOLDEN = {
    path.stem.removeprefix("keras-").removeprefix("tf-").replace("-", " "): json.loads(
        path.read_text()
    )
    for path in FILES
}


def written(array):
    """An array as make_golden_keras.py writes it."""
    array = array.astype(np.uint8) if array.dtype.kind == "b" else array
    words = as_hex(array).split(" ") if array.size else []
    if array.size > 12:
        return " ".join(words[:4]) + " sha256 " + hashlib.sha256(array.tobytes()).hexdigest()
    return " ".join(words)


def flat(drawn, prefix=""):
    """The arrays and names in a transformation, as make_golden_keras.py writes them."""
    result = {}
    pairs = enumerate(drawn) if isinstance(drawn, list) else sorted(drawn.items())
    for key, value in pairs:
        key = prefix + str(key)
        if isinstance(value, dict | list):
            result.update(flat(value, key + "."))
        elif isinstance(value, str):
            result[key] = value
        elif isinstance(value, np.ndarray):
            result[key] = written(value)
    return result


class Machine:
    """Runs the steps of a program as make_golden_keras.py does, in tfphilox."""

    def __init__(self):
        self.made = {}
        tp.keras.utils.clear_session()
        self.seed(0)

    def seed(self, seed):
        random.seed(seed)
        np.random.seed(seed)
        tp.random.set_seed(seed)

    def set_seed(self, seed):
        tp.random.set_seed(seed)

    def keras_seed(self, seed):
        tp.keras.utils.set_random_seed(seed)

    def initializer(self, number, name, arguments):
        self.made[number] = getattr(tp.keras.initializers, name)(**arguments)

    def call(self, number, shape, dtype):
        return written(self.made[number](shape, dtype))

    def layer(self, number, name, arguments):
        self.made[number] = getattr(tp.keras.layers, name)(**arguments)

    def run(self, number, shape):
        x = np.arange(-3, np.prod(shape, dtype=int) - 3, dtype=np.float32).reshape(shape)
        return written(self.made[number](x, training=True))

    def uniform(self):
        return written(tp.random.uniform([2]))

    def python(self):
        return random.random()

    def numpy(self):
        return int(np.random.randint(2**31 - 1))

    def generator(self, seed):
        self.seeds = tp.keras.random.SeedGenerator(seed)

    def draw(self, name, arguments, seed):
        seed = self.seeds if seed == "generator" else seed
        return written(getattr(tp.keras.random, name)(seed=seed, **arguments))

    def transform(self, number, shape):
        layer = self.made[number]
        draw = getattr(layer, "drawn_factors", None) or layer.get_random_transformation
        drawn = draw(np.zeros(shape, np.float32))
        if not isinstance(drawn, dict):
            drawn = {"drawn": np.stack(drawn) if isinstance(drawn, tuple) else drawn}
        return flat(drawn)

    def fit(self, samples, batch, epochs):
        order = tp.keras.fit_order(samples, epochs)
        return " ".join(map(str, order.ravel().tolist()))


HAS_RESULT = {"call", "run", "uniform", "python", "numpy", "fit", "draw", "transform"}


def mirrored(version):
    """A block in which a version holds that `GOLDEN` names."""
    if version.startswith("tf_keras"):
        return tp.config.keras_version(version)
    return tp.config.tensorflow_version(version)


def replay(version, program):
    with mirrored(version):
        machine = Machine()
        for step, (verb, *arguments) in enumerate(program):
            expected = arguments.pop() if verb in HAS_RESULT else None
            got = getattr(machine, verb)(*arguments)
            assert got == expected, f"TensorFlow {version}, step {step}: {program[step]}, got {got}"


def programs_with(verb):
    return [
        pytest.param(version, program, id=f"{version}-{number}")
        for version, golden in GOLDEN.items()
        for number, program in enumerate(golden["programs"])
        if any(step[0] == verb for step in program)
    ]
