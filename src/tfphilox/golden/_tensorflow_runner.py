"""golden/_tensorflow_runner.py: make the arrays of cases with a TensorFlow. Runs on its own.

    python _tensorflow_runner.py FOLDER

reads FOLDER/cases.json and writes FOLDER/<n>-<m>.bin, the plain numbers of each array, and a line
of FOLDER/results for each case, as soon as it is done: TensorFlow may die of the next. It imports
TensorFlow and NumPy and nothing of tfphilox, and runs under Python 3.7 and TensorFlow 1.15 as well
as under today's.
"""

# mypy: ignore-errors

import json
import os
import random
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""


def main(folder):
    import numpy as np
    import tensorflow as tf

    tf.compat.v1.enable_eager_execution()
    tf.compat.v1.logging.set_verbosity("ERROR")
    with open(os.path.join(folder, "cases.json")) as file:
        job = json.load(file)
    threads = job["intra_op_threads"]
    if threads and hasattr(tf.config, "threading"):
        tf.config.threading.set_intra_op_parallelism_threads(threads)
    runner = Runner(tf, np)
    with open(os.path.join(folder, "results"), "w") as results:
        for number, case in enumerate(job["cases"]):
            try:
                answer = {"arrays": arrays_in_files(runner.case(case), folder, number, np)}
            except Absent as error:
                answer = {"absent": str(error)}
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"[:500]}
            results.write(json.dumps(answer) + "\n")
            results.flush()


def arrays_in_files(arrays, folder, number, np):
    """Write the arrays of a case; return their descriptions."""
    entries = []
    for name, array in arrays:
        array = np.ascontiguousarray(array).reshape(np.shape(array))
        file = f"{number}-{len(entries)}.bin"
        array.tofile(os.path.join(folder, file))
        entry = {"name": name, "dtype": array.dtype.name, "shape": list(array.shape)}
        entries.append(dict(entry, file=file))
    return entries


class Absent(Exception):
    """This TensorFlow does not have the op."""


class Runner:
    def __init__(self, tf, np):
        self.tf, self.np = tf, np

    def case(self, case):
        """Return the names and arrays of a case."""
        self.forget()
        self._is_keras(case.get("keras_version"))
        if case["set_random_seed"] is not None:
            self.find("keras.utils.set_random_seed")(case["set_random_seed"])
        if case["set_seed"] is not None:
            self.set_seed(case["set_seed"])
        generator = self.generator(case["generator"])
        arrays = []
        for draw in case["draws"]:
            if draw["op"].endswith("set_seed"):
                self.set_seed(draw["keywords"]["seed"])
                continue
            if draw["op"].endswith("set_random_seed"):
                setter = self.find(draw["op"])
                setter(**draw["keywords"])
                continue
            call = self.bind(draw, generator, case.get("jit_compile", False))
            for _ in range(draw["call"] + 1):
                result = call()
            for name, array in self.arrays(result):
                arrays.append(("/".join(p for p in (case["name"], draw["name"], name) if p), array))
        return arrays

    def forget(self):
        """Restart every kernel, and leave no global seed; Keras's state too."""
        random.seed(0)
        self.set_seed(0)
        try:
            from tensorflow.python.eager import context

            context.context()._seed = None
            context.context()._rng = random.Random(None)
        except (ImportError, AttributeError):
            pass

    def set_seed(self, seed):
        setter = getattr(self.tf.random, "set_seed", None)
        (setter or self.tf.compat.v1.set_random_seed)(seed)

    def find(self, path):
        """Return what a dotted name is in this TensorFlow, under older names too."""
        older = {"random.Generator": "random.experimental.Generator"}
        for name in (path, older.get(path)):
            found = self.tf
            for part in name.split(".") if name else ():
                found = getattr(found, part, None)
            if name and found is not None:
                return found
        if path.startswith("raw_ops."):
            from tensorflow.python.ops import gen_random_ops, gen_stateless_random_ops

            for module in (gen_random_ops, gen_stateless_random_ops):
                if hasattr(module, path[8:]):
                    return getattr(module, path[8:])
        raise Absent(f"TensorFlow {self.tf.__version__} has no tf.{path}")

    def generator(self, table):
        if table is None:
            return None
        made = self.find("random.Generator")
        alg = table.get("alg", "philox")  # 1.15 knows the numbers alone
        alg = {"philox": 1, "threefry": 2, "auto_select": 3}.get(alg, alg)
        if "seed" in table:
            return made.from_seed(table["seed"], alg=alg)
        if "state" in table:
            return made.from_state(signed(table["state"]), alg=alg)
        return made.from_key_counter(signed([table["key"]])[0], signed(table["counter"]), alg=alg)

    def compiled(self, function, values):
        """Return the call in a compiled function, of which the values are arguments.

        As constants TensorFlow might work with them beforehand, by the kernels of eager mode.
        """
        tf = self.tf
        version = tuple(int(number) for number in tf.__version__.split(".")[:2])
        if version < (2, 1):
            raise Absent(f"TensorFlow {tf.__version__} has no tf.function(jit_compile=True)")
        word = "jit_compile" if version >= (2, 5) else "experimental_compile"
        names = list(values)
        made = tf.function(
            lambda *given: function(**dict(zip(names, given))),  # noqa: B905
            autograph=False,
            **{word: True},
        )
        tensors = [tf.constant(value) for value in values.values()]
        return lambda: made(*tensors)

    def bind(self, draw, generator, compiled=False):
        """Return the call, ready to be made."""
        path, tf = draw["op"], self.tf
        if path == "data.shuffle_order":
            return lambda: self.shuffle_order(**draw["keywords"])
        if path == "keras.initial_weights":
            return lambda: self.initial_weights(**draw["keywords"])
        keywords = {name: self.value(name, value) for name, value in draw["keywords"].items()}
        if "dtype" in keywords:
            keywords["dtype"] = tf.as_dtype(keywords["dtype"])
        if path.startswith("random.Generator."):
            method = getattr(generator, path.rpartition(".")[2], None)
            if method is None:
                raise Absent(f"TensorFlow {tf.__version__} has no tf.{path}")
            if compiled:
                return self.compiled(lambda: method(**keywords), {})
            return lambda: method(**keywords)
        target = self.find(path)
        if draw["resource"]:
            state = generator.state
            keywords["resource"] = getattr(state, "handle", state)
        if isinstance(target, type) and draw["initializer"]:
            called = {
                name: keywords.pop(name) for name in draw["call_parameters"] if name in keywords
            }
            initializer = target(**keywords)
            return lambda: initializer(**called)
        if draw["op"].startswith("raw_ops.") and isinstance(keywords.get("shape"), list):
            keywords["shape"] = self.np.array(keywords["shape"], draw["shape_type"])
        if compiled:
            start = {k: keywords.pop(k) for k in ("seed", "key", "counter") if k in keywords}
            return self.compiled(lambda **given: target(**keywords, **given), start)
        return lambda: target(**keywords)

    def value(self, name, value):
        """Return the argument that a value of the specification stands for."""
        np = self.np
        if name in ("key", "counter"):
            return np.array(value, np.uint64)
        if not isinstance(value, dict) or name == "config":
            return value
        dtype = value.get("dtype")
        dtype = self.tf.as_dtype(dtype).as_numpy_dtype if dtype else None
        if "arange" in value:
            bounds = value["arange"] if isinstance(value["arange"], list) else [value["arange"]]
            return self.shaped(np.arange(*bounds, dtype=dtype), value)
        return self.shaped(np.array(value["values"], dtype), value)

    def shaped(self, array, value):
        np = self.np
        if "shape" not in value:
            return array
        if array.ndim and array.size == np.prod(value["shape"]):
            return array.reshape(value["shape"])
        return np.ascontiguousarray(np.broadcast_to(array, value["shape"]))

    def shuffle_order(self, n, buffer_size, seed=None, epochs=1, **others):
        """The order of a data set after shuffle, for some epochs."""
        reshuffle = others.pop("reshuffle_each_iteration", None)
        if others:
            raise Absent(f"shuffle_order with {sorted(others)} is not run here")
        data = self.tf.data.Dataset.range(n).shuffle(
            buffer_size, seed=seed, reshuffle_each_iteration=reshuffle
        )
        orders = [[int(x) for x in data] for _ in range(epochs)]
        return self.np.array(orders, self.np.int64)

    def _is_keras(self, wanted):
        """Raise unless the Keras that is asked for is the one that is here."""
        if wanted is None:
            return
        here = getattr(self.tf.keras, "__version__", None) or self.tf.keras.version()
        if ".".join(here.split(".")[:2]) != ".".join(wanted.split(" ")[-1].split(".")[:2]):
            raise Absent(f"Keras {wanted} is asked for, and {here} is here")

    def initial_weights(self, config, seed=None, **others):
        """The weights that a model has when it is built."""
        others.pop("tensorflow_version", None)
        self._is_keras(others.pop("keras_version", None))
        if others:
            raise Absent(f"initial_weights with {sorted(others)} is not run here")
        keras = self.tf.keras
        if seed is not None:
            setter = getattr(keras.utils, "set_random_seed", None)
            if setter is None:
                random.seed(seed)
                self.np.random.seed(seed)
                self.set_seed(seed)
            else:
                setter(seed)
        model = keras.models.model_from_json(json.dumps(config))
        weights = []
        for weight in model.weights:
            name = getattr(weight, "path", None) or weight.name.partition(":")[0]
            weights.append((name, weight.numpy()))
        return weights

    def arrays(self, result):
        """Return names and arrays in what an op returned."""
        np = self.np
        if hasattr(result, "numpy"):
            return [("", np.asarray(result.numpy()))]
        if isinstance(result, (np.ndarray, np.generic)):
            return [("", np.asarray(result))]
        if hasattr(result, "_fields"):
            items = list(zip(result._fields, result))  # noqa: B905
        elif isinstance(result, (list, tuple)) and all(
            isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], str)
            for item in result
        ):
            items = list(result)
        else:
            items = [(str(number), value) for number, value in enumerate(result)]
        found = []
        for name, value in items:
            for rest, array in self.arrays(value):
                found.append((name + "/" + rest if rest else name, array))
        return found


def signed(numbers):
    """Return 64-bit integers as TensorFlow's int64 has them."""
    return [n - 2**64 if n >= 2**63 else n for n in numbers]


if __name__ == "__main__":
    main(sys.argv[1])
