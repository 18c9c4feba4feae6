"""compiled_programs.py: calls in compiled functions, for TensorFlow and for this package.

A program is a function of a namespace (`tf` or `tfphilox`) and of a seed pair; it returns an array.
TensorFlow compiles it with the seed as an argument, so that nothing can be computed beforehand.
"""

import hashlib

import numpy as np

SHAPES = [[], [1], [7], [3, 5], [5, 7, 9], [3, 4, 5], [101, 3], [2, 7], [3000]]
LAST_OF_2 = [[15, 2], [3, 5, 2]]
FLOATS = ["float32", "float64", "bfloat16", "float16"]
SEEDS = {"": [11, 22], "-negative": [-77001, 31]}
LOGITS = np.float32([[0.5, -1.0, 2.0, 0.0, 0.25], [1.0, 1.0, -3.0, 0.0, 0.75], [0, 0, 0, 0, 0]])


def _draw(name, shape, dtype, **keywords):
    return lambda tf, seed: getattr(tf.random, name)(shape, seed, dtype=dtype, **keywords)


def _generator(algorithm, name, *arguments, **keywords):
    def program(tf, seed):
        generator = tf.random.Generator.from_state(_state(algorithm), alg=algorithm)
        return getattr(generator, name)(*arguments, **keywords)

    return program


def _state(algorithm):
    return [2**40 + 17, 5, 991][: 3 if algorithm == "philox" else 2]


def programs(version):
    """Return the programs of a TensorFlow, by name, which begins with the rule that they show."""
    at = tuple(int(number) for number in version.split(".")[:2])
    found = {}
    kinds = ["stateless_uniform", "stateless_normal", "stateless_truncated_normal"]
    for name in kinds:
        for dtype in FLOATS if at >= (2, 12) else FLOATS[:3]:
            for shape in SHAPES + (LAST_OF_2 if at < (2, 9) or at >= (2, 21) else []):
                found[f"{name} {dtype} {shape}"] = _draw(name, shape, dtype)
    for dtype in FLOATS[:3]:
        found[f"scaled uniform {dtype}"] = _draw(
            "stateless_uniform", [600], dtype, minval=-0.7, maxval=2.9
        )
        found[f"halved uniform {dtype}"] = _draw("stateless_uniform", [600], dtype, maxval=0.3)
        found[f"scaled normal {dtype}"] = _draw(
            "stateless_normal", [15, 3], dtype, mean=0.3, stddev=1.7
        )
        found[f"scaled truncated {dtype}"] = _draw(
            "stateless_truncated_normal", [600], dtype, mean=0.3, stddev=1.7
        )
    found["bounds of an array"] = _draw(
        "stateless_uniform", [600], "float32", minval=np.float32([-0.7]), maxval=np.float32([2.9])
    )
    found["rows of bounds"] = _draw(
        "stateless_uniform", [40, 3], "float32",
        minval=np.float32([0.1, -2.0, 3.0]), maxval=np.float32([0.7, 5.0, -3.0]),
    )  # fmt: skip
    for dtype in "int32", "int64":
        found[f"bounded {dtype}"] = _draw(
            "stateless_uniform", [41, 3], dtype, minval=-1000, maxval=2001
        )
        found[f"full {dtype}"] = _draw(
            "stateless_uniform", [41, 3], dtype, minval=None, maxval=None
        )
    for dtype in ("float32", "float64") if at < (2, 10) else ("float32", "float64", "bfloat16"):
        found[f"categorical {dtype}"] = lambda tf, seed, dtype=dtype: (
            tf.random.stateless_categorical(_logits(dtype), 400, seed)
        )
    if at >= (2, 10):
        found["split"] = lambda tf, seed: tf.random.split(seed, 5)
        found["fold_in"] = lambda tf, seed: tf.random.fold_in(seed, 7)
        found["dropout"] = lambda tf, seed: tf.nn.experimental.stateless_dropout(
            np.ones([33, 5], np.float32), 0.3, seed, rng_alg="auto_select"
        )
        for name in "key", "counter":
            found[f"get {name}"] = lambda tf, seed, name=name: getattr(
                tf.raw_ops.StatelessRandomGetKeyCounter(seed=seed), name
            )
    if at >= (2, 21):
        for algorithm in "philox", "threefry":
            for name in kinds:
                for dtype in FLOATS:
                    for shape in [3, 4, 5], [7]:
                        found[f"{algorithm} {name} {dtype} {shape}"] = _draw(
                            name, shape, dtype, alg=algorithm
                        )
    if at >= (2, 6):
        for algorithm in ("philox", "threefry") if at >= (2, 21) else ("philox",):
            for name in "uniform", "normal", "truncated_normal":
                for dtype in "float32", "float64":
                    found[f"generator {algorithm} {name} {dtype}"] = _generator(
                        algorithm, name, [5, 7], dtype=dtype
                    )
            found[f"generator {algorithm} scaled"] = _generator(
                algorithm, "normal", [5, 7], mean=0.3, stddev=1.7
            )
            found[f"generator {algorithm} integers"] = _generator(
                algorithm, "uniform", [5, 7], minval=-5, maxval=1000, dtype="int32"
            )
            found[f"generator {algorithm} full"] = _generator(
                algorithm, "uniform_full_int", [5, 7], dtype="uint64"
            )
            found[f"generator {algorithm} seeds"] = _generator(algorithm, "make_seeds", 3)
    return {name: program for name, program in found.items() if not _unknown(at, name)}


def _unknown(at, name):
    """Whether nobody knows how a TensorFlow makes these numbers: the package refuses them."""
    if "truncated" in name:
        return at < (2, 10) or (at == (2, 20) and "float64" not in name)
    if at == (2, 2) and ("normal" in name or "categorical" in name):
        return "float64" not in name
    return at in ((2, 16), (2, 17)) and name.startswith("categorical bfloat16")


def bounded_cases(version):
    """Return (name, literal, dtype, shape, parameters) of normals within bounds, for TensorFlow.

    The parameters are constants of the compiled function, or its arguments.
    """
    if tuple(int(number) for number in version.split(".")[:2]) < (2, 21):  # not known
        return
    inf = float("inf")
    numbers = [
        (0.0, 1.0, -2.0, 2.0), (0.0, 1.0, 2.0, 7.0), (0.5, 1.0, -1.0, 3.0), (0.0, 2.5, -1.0, 9.0),
        (1.0, 1.0, -inf, inf), (0.3, 1.7, -1.0, 2.5), (-1.25, 0.3, -inf, -1.0),
    ]  # fmt: skip
    rows = ([0.1, 0.5, -1.0], 1.3, -2.0, [1.0, 2.0, 3.0])
    for dtype in "float32", "float64", "float16":
        for literal in True, False:
            kind = "literal" if literal else "run-time"
            for parameters in numbers:
                yield f"bounded {kind} {dtype} {parameters}", literal, dtype, [1501], parameters
        yield f"bounded run-time {dtype} rows", False, dtype, [501, 3], rows


def _logits(dtype):
    if dtype == "bfloat16":
        import ml_dtypes

        return LOGITS.astype(ml_dtypes.bfloat16)
    return LOGITS.astype(dtype)


def cases(version):
    """Return (name, program, seed) of each case of a TensorFlow."""
    at = tuple(int(number) for number in version.split(".")[:2])
    for name, program in programs(version).items():
        yield name, program, SEEDS[""]
        if at >= (2, 6) and not name.startswith("generator") and name.endswith(("[7]", "32", "r")):
            yield name + " negative", program, SEEDS["-negative"]


def record(array):
    """Return what a golden file keeps of an array: its kind, first elements and sum, as bits."""
    array = np.ascontiguousarray(array)
    size = array.dtype.itemsize
    bits = array.reshape(-1).view(f"u{size}")
    raw = bits.astype(f"<u{size}").tobytes()
    return [
        array.dtype.name,
        list(array.shape),
        [f"{number:x}" for number in bits[:3].tolist()],
        hashlib.sha256(raw).hexdigest()[:16],
    ]
