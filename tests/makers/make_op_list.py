"""make_op_list.py: list every random name of the installed TensorFlow.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_op_list.py

writes tests/golden_files/tf-names.json, which test_coverage.py holds tfphilox to. It imports
TensorFlow and never tfphilox.

Random is a raw op that has a seed, a seed generator, or a key and a counter among its attributes
and inputs, or whose name says so; and a public name whose signature has a seed, a generator or a
sampler, or whose name says so.
"""

import inspect
import json
import os
import platform
import re

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import tensorflow as tf
from tensorflow.python.framework import op_def_registry

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NAME = re.compile(
    r"random|^rng|shuffl|sampl(e|er|es|ed|ing)|multinomial|categorical|truncatednormal|truncated_"
    r"|bernoulli|dropout|stochastic|nondeterministic|seed|stateful.*(uniform|normal|binomial)",
    re.I,
)
ARGUMENTS = {"seed", "seed2", "seeds", "seed_generator", "rng", "generator", "sampled_values"}
RAW_ARGUMENTS = {"seed", "seed2", "seed_generator", "random_seed", "random_seed2"}
MODULES = {
    "random": tf.random,
    "random.experimental": tf.random.experimental,
    "nn": tf.nn,
    "nn.experimental": tf.nn.experimental,
    "image": tf.image,
    "initializers": tf.initializers,
    "data": tf.data,
    "data.Dataset": tf.data.Dataset,
    "data.experimental": tf.data.experimental,
    "config.experimental": tf.config.experimental,
    "io": tf.io,
    "math": tf.math,
    "signal": tf.signal,
    "strings": tf.strings,
    "compat.v1": tf.compat.v1,
    "compat.v1.random": tf.compat.v1.random,
    "compat.v1.random.experimental": tf.compat.v1.random.experimental,
    "compat.v1.nn": tf.compat.v1.nn,
    "compat.v1.image": tf.compat.v1.image,
    "compat.v1.initializers": tf.compat.v1.initializers,
    "keras.random": tf.keras.random,
    "keras.initializers": tf.keras.initializers,
    "keras.layers": tf.keras.layers,
    "keras.utils": tf.keras.utils,
}


def raw_names():
    for name in sorted(dir(tf.raw_ops)):
        definition = op_def_registry.get(name)
        if definition is None:
            continue
        arguments = {attr.name for attr in definition.attr}
        arguments |= {arg.name for arg in definition.input_arg}
        keyed = {"key", "counter"} <= arguments
        if arguments & RAW_ARGUMENTS or keyed or NAME.search(name):
            yield "raw_ops." + name


def parameters(found):
    try:
        return set(inspect.signature(found).parameters)
    except (TypeError, ValueError):
        return set()


def public_names():
    for path, module in MODULES.items():
        for name in sorted(dir(module)):
            found = getattr(module, name, None)
            if name.startswith("_") or inspect.ismodule(found) or not callable(found):
                continue
            whole = "random" in path.split(".")
            if whole or parameters(found) & ARGUMENTS or NAME.search(name):
                yield f"{path}.{name}"


def main():
    names = sorted({*raw_names(), *public_names()})
    content = {"tensorflow": tf.__version__, "python": platform.python_version(), "names": names}
    path = os.path.join(TESTS, "golden_files", "tf-names.json")
    with open(path, "w") as file:
        json.dump(content, file, indent=1)
        file.write("\n")
    print(f"{path}: {len(names)} names")


if __name__ == "__main__":
    main()
