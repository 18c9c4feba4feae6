"""make_golden_generator.py: ask TensorFlow what its generators, shuffles and samplers give.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_generator.py

writes tests/golden_files/generator-tf-<version>.json. It imports TensorFlow and NumPy and never
tfphilox. test_generator.py, test_shuffles.py and test_candidates.py read the file. A case is one
line; arrays are [dtype, shape, hex bit patterns].
"""

import ctypes
import json
import os
import platform

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STATES = [[1, 2, 3], [0, 0, 0], [-1, -1, -1], [2**32 - 600, 5, -7], [-300, -1, 2**62], [9, 0, 0]]
DRAWS = [
    ("normal", {"shape": [7], "dtype": "float32"}),
    ("normal", {"shape": [3, 2], "mean": 1.5, "stddev": -0.3, "dtype": "float16"}),
    ("normal", {"shape": [5], "dtype": "float64"}),
    ("normal", {"shape": [], "mean": -3, "dtype": "bfloat16"}),
    ("truncated_normal", {"shape": [9], "stddev": 2.0}),
    ("truncated_normal", {"shape": [5], "dtype": "float64"}),
    ("truncated_normal", {"shape": [2, 3], "dtype": "bfloat16"}),
    ("uniform", {"shape": [6]}),
    ("uniform", {"shape": [0, 3]}),
    ("uniform", {"shape": [4], "minval": -2.5, "maxval": 7.25, "dtype": "float64"}),
    ("uniform", {"shape": [4], "minval": 0.1, "dtype": "float16"}),
    ("uniform", {"shape": [5], "minval": -7, "maxval": 100, "dtype": "int32"}),
    ("uniform", {"shape": [5], "minval": -(2**63), "maxval": 2**63 - 1, "dtype": "int64"}),
    ("uniform", {"shape": [3], "minval": None, "maxval": None, "dtype": "uint32"}),
    ("uniform_full_int", {"shape": [2, 2], "dtype": "int32"}),
    ("uniform_full_int", {"shape": [3]}),
    ("skip", {"delta": 2**40 + 3}),
    ("skip", {"delta": 2**56 - 1}),
    ("make_seeds", {"count": 3}),
    ("split", {"count": 2}),
    ("normal", {"shape": [3]}),
]
THREEFRY = [
    ("uniform", {"shape": [6]}),
    ("uniform", {"shape": [3, 5]}),
    ("uniform", {"shape": [5, 4], "minval": -1.0, "maxval": 2.5}),
    ("uniform", {"shape": [4], "minval": 0.25, "maxval": 6.0, "dtype": "float64"}),
    ("uniform", {"shape": [5], "minval": -7, "maxval": 100, "dtype": "int32"}),
    ("uniform", {"shape": [3, 3], "minval": 5, "maxval": 2**40, "dtype": "int64"}),
    ("uniform_full_int", {"shape": [2, 2, 3], "dtype": "int32"}),
    ("uniform_full_int", {"shape": [3, 3, 5], "dtype": "uint32"}),
    ("uniform_full_int", {"shape": [3]}),
    ("uniform_full_int", {"shape": [], "dtype": "int64"}),
    ("skip", {"delta": 1000}),
    ("make_seeds", {"count": 3}),
]


def pack(array):
    array = np.ascontiguousarray(array)
    words = array.reshape(-1).view(f"<u{array.dtype.itemsize}")
    bits = " ".join(f"{int(word):0{2 * array.dtype.itemsize}x}" for word in words)
    return [array.dtype.name, list(np.shape(array)), bits]


def draw(generator, method, arguments, compiled=False):
    call = getattr(generator, method)
    if compiled:
        result = tf.function(lambda: call(**arguments), jit_compile=True, autograph=False)()
    else:
        result = call(**arguments)
    if method == "split":
        result = tf.stack([each.state for each in result])
    array = np.asarray(result.numpy())
    packed = pack(array)
    packed[1] = list(array.shape)
    return packed


def generators():
    for state in STATES:
        generator = tf.random.Generator.from_state(state, "philox")
        calls = []
        for method, arguments in DRAWS:
            got = draw(generator, method, arguments)
            calls.append([method, arguments, got, generator.state.numpy().tolist()])
        yield {"state": state, "alg": "philox", "calls": calls}
    for state in [1, 2], [-3, 2**40], [2**63 - 1, -1]:
        generator = tf.random.Generator.from_state(state, "threefry")
        calls = []
        for method, arguments in THREEFRY:
            got = draw(generator, method, arguments, compiled=True)
            calls.append([method, arguments, got, generator.state.numpy().tolist()])
        yield {"state": state, "alg": "threefry", "calls": calls}


def seeds():
    values = [5, -7, 2**64 + 9, 2**200, -(2**130) - 3, 3.7]
    values += [[1, 2], [1, 2, 3, 4], [[1], [2]], [2**63]]
    for seed in values:
        for alg in "philox", "threefry":
            state = tf.random.create_rng_state(seed, alg).numpy().tolist()
            yield {"seed": seed, "alg": alg, "numpy": False, "state": state}
    for seed in [5, -7, 2**62, [3, 4]]:
        state = tf.random.create_rng_state(np.int64(seed), "philox").numpy().tolist()
        yield {"seed": seed, "alg": "philox", "numpy": True, "state": state}


def shuffles():
    for rows, columns in [(0, None), (1, None), (2, None), (5, None), (100, None), (17, 3), (9, 0)]:
        for dtype in ["int32", "float64", "uint8", "complex128"]:
            shape = [rows] if columns is None else [rows, columns]
            value = np.arange(int(np.prod(shape))).reshape(shape).astype(dtype)
            tf.random.set_seed(11)
            runs = [tf.random.shuffle(value, seed=3).numpy().real.astype(int) for _ in range(3)]
            pure = tf.random.experimental.stateless_shuffle(value, [4, -5]).numpy()
            yield {
                "shape": shape, "dtype": dtype, "runs": [run.ravel().tolist() for run in runs],
                "stateless": pure.real.astype(int).ravel().tolist(),
            }  # fmt: skip


def index_shuffles():
    for dtype in ["int32", "int64", "uint32", "uint64"]:
        most = int(np.iinfo(dtype).max)
        for max_index in sorted({
            0, 1, 2, 3, 100, 2**15, 2**16 - 1, 2**16, 2**16 + 1, 2**20, 2**30, most,
            *(min(most, 2**k + d) for k in (40, 50, 52, 54, 62) for d in (0, 1, 2, 3)),
            *(min(most, 2**k + (d << (k - 52))) for k in (52, 54, 62) for d in (10, 11, 12, 13)),
            min(most, 2**54 + 46), min(most, 2**54 + 45),
        }):  # fmt: skip
            index = np.unique(np.array([0, max_index, max_index // 3], dtype))
            arguments = {"seed": [5, -9], "max_index": np.array(max_index, dtype)}
            places = tf.random.experimental.index_shuffle(index, **arguments).numpy()
            eight = tf.raw_ops.RandomIndexShuffle(
                index=index, seed=[2**40, 2, 3], max_index=arguments["max_index"], rounds=8
            ).numpy()
            yield {
                "dtype": dtype, "max_index": max_index, "index": index.tolist(),
                "places": places.tolist(), "eight": eight.tolist(),
            }  # fmt: skip


def samplers():
    common = {"num_true": 2, "num_sampled": 4}
    weights = [1.0, 0.0, 3.5, 1e-41, 2.0, 7.0, 1e-20, 0.1]
    cases = [("Uniform", {"range_max": size}) for size in (4, 7, 8, 10**6, 2**32 + 1, 2**62 + 3)]
    cases += [("LogUniform", {"range_max": size}) for size in (4, 7, 1000, 2**40 + 1)]
    cases += [("LearnedUnigram", {"range_max": size}) for size in (4, 7, 1000)]
    cases += [("ThreadUnsafeUnigram", {"range_max": 9}), ("All", {})]
    for extra in (
        {"range_max": 8}, {"range_max": 8, "distortion": 0.75},
        {"range_max": 8, "distortion": -0.5}, {"range_max": 10, "num_reserved_ids": 2},
        {"range_max": 4, "num_shards": 2, "shard": 1},
        {"range_max": 6, "num_shards": 2, "shard": 0, "num_reserved_ids": 3},
    ):  # fmt: skip
        cases.append(("FixedUnigram", dict(extra, unigrams=weights)))
    for name, extra in cases:
        for unique in (False, True):
            fixed = name == "FixedUnigram"
            if unique and fixed and (extra["range_max"] < 6 or extra.get("distortion", 1) < 0):
                continue  # with weights of 0 it would not end
            arguments = dict(common, unique=unique, seed=5, seed2=6, **extra)
            tf.random.set_seed(1)
            runs = []
            for run in range(3):
                true = np.array([[0, run], [3, 3]])
                got = getattr(tf.raw_ops, name + "CandidateSampler")(true_classes=true, **arguments)
                runs.append([pack(each.numpy()) for each in got])
            yield {"op": name + "CandidateSampler", "arguments": arguments, "runs": runs}


def main():
    libc = ctypes.CDLL(None)
    libc.gnu_get_libc_version.restype = ctypes.c_char_p
    with open("/proc/cpuinfo") as file:
        cpu = next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    sections = {
        "generators": list(generators()),
        "seeds": list(seeds()),
        "shuffles": list(shuffles()),
        "index_shuffles": list(index_shuffles()),
        "samplers": list(samplers()),
    }
    header = {
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "glibc": libc.gnu_get_libc_version().decode(),
        "cpu": cpu,
    }
    path = os.path.join(TESTS, "golden_files", f"generator-tf-{tf.__version__}.json")
    with open(path, "w") as file:
        file.write('{"header": ' + json.dumps(header))
        for name, cases in sections.items():
            lines = ",\n".join(json.dumps(case) for case in cases)
            file.write(f',\n"{name}": [\n{lines}\n]')
        file.write("}\n")
    print(path, {name: len(cases) for name, cases in sections.items()})


if __name__ == "__main__":
    main()
