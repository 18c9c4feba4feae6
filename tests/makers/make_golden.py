"""make_golden.py: ask TensorFlow for its numbers and write them down.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden.py

writes tests/golden_files/tf-<version>.json. It imports TensorFlow and NumPy and never tfphilox, and
runs unchanged under TensorFlow 1.15, 2.0 and 2.21 (so: Python 3.7 syntax). Ops a version lacks are
left out and listed in the header. test_golden.py reads the files.

One case is one line.  Numbers are bit patterns in hex, one word per element; integers are written
as their two's-complement bits too.  The sections:

ops       stateful raw ops run three times: eagerly ("eager": the kernel is cached) or as one node
          of a graph in one session ("session"). Each run continues the stream of the one before.
stateless stateless raw ops with a seed pair: the first forms; the V2 forms with key and counter.
keys      StatelessRandomGetKeyCounter, and with it what a seed pair becomes.
long      sha256 over the raw little-endian bytes of one run of 2^20 elements.
scaling   tf.random.* with bounds, means and deviations, results below the smallest normal included.
          TensorFlow flushes subnormals in its worker threads. Up to 2.0 a small eager op runs in
          the caller's thread and keeps them ("eager_flushes": false in the header), so there these
          cases run in sessions, which flush in every version (Grappler off: it drops "+ 0.0").
programs  sequences of Python calls after set_seed, with what each call returned.
"""

import ctypes
import datetime
import functools
import hashlib
import json
import os
import platform
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf

tf.compat.v1.enable_eager_execution()
tf.compat.v1.logging.set_verbosity("ERROR")

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FLOATS = ["float16", "bfloat16", "float32", "float64"]
SEEDS = [
    (1, 2),
    (0, 1),
    (1, 0),
    (0, 2**31 - 1),
    (87654321, 1),
    (2**31 - 1, 2**31),
    (-1, -2),
    (2**32, -(2**32)),
    (2**63 - 1, -(2**63)),
    (0, 0x123456789ABCDEF),
    (-0x123456789ABCDEF, 0),
]
STATELESS_SEEDS = [
    ("int32", (1, 2)),
    ("int32", (0, 0)),
    ("int32", (-5, 7)),
    ("int32", (2**31 - 1, -(2**31))),
    ("int64", (1, 2)),
    ("int64", (2**32, 0)),
    ("int64", (0, 2**32)),
    ("int64", (-1, -1)),
    ("int64", (2**63 - 1, -(2**63))),
    ("int64", (0x123456789ABCDEF, -0x123456789ABCDEF)),
]
INT_RANGES = {
    "int32": [(0, 100), (-7, 3), (-(2**31), 2**31 - 1), (5, 6), (0, 2**30 + 1)],
    "int64": [(0, 100), (-7, 3), (-(2**63), 2**63 - 1), (-(2**40), 3 * 2**40 + 1), (-1, 2**32)],
}
# key, counter (two uint64, low first): carries out of the 32-bit words, and the wrap of 128 bits
KEY_COUNTERS = [
    (0, (0, 0)),
    (2**64 - 1, (2**64 - 1, 2**64 - 1)),
    (0x299F31D0A4093822, (2**32 - 3, 0)),
    (0x299F31D0A4093822, (2**64 - 3, 5)),
    (0x299F31D0A4093822, (2**64 - 3, 2**32 - 1)),
    (12345, (2**64 - 500, 2**64 - 1)),
]


def numpy(tensor):
    """The C-contiguous array of an eager tensor (or of an array)."""
    return np.ascontiguousarray(tensor.numpy() if hasattr(tensor, "numpy") else tensor)


def bits(array):
    """Hex bit patterns of an array (or eager tensor), in C order."""
    array = numpy(array)
    words = array.reshape(-1).view(f"<u{array.dtype.itemsize}")
    return " ".join(f"{int(word):0{2 * array.dtype.itemsize}x}" for word in words)


def digest(array):
    array = numpy(array)
    return hashlib.sha256(array.view(f"<u{array.dtype.itemsize}").tobytes()).hexdigest()


def forget():
    """Clear the cached kernels, so that the next run of any op starts its stream anew."""
    tf.compat.v1.set_random_seed(77)


def raw(name):
    return getattr(tf.raw_ops, name)


def plain_session():
    """A session that runs the graph as written: Grappler would drop "+ 0.0" and so keep -0.0."""
    config = tf.compat.v1.ConfigProto()
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    config.graph_options.optimizer_options.opt_level = -1
    return tf.compat.v1.Session(config=config)


def run_op(mode, times, name, **arguments):
    """Run one raw op `times` times, each run continuing the last; return the arrays."""
    if mode == "eager":
        forget()
        return [numpy(raw(name)(**arguments)) for _ in range(times)]
    with tf.Graph().as_default():
        node = raw(name)(**arguments)
        with plain_session() as session:
            return [session.run(node) for _ in range(times)]


def stateful_cases():
    shapes = {"float32": [21], "float64": [2, 5], "float16": [3, 7], "bfloat16": [1, 13]}
    for name in ["RandomUniform", "RandomStandardNormal", "TruncatedNormal"]:
        for dtype in FLOATS:
            for number, (seed, seed2) in enumerate(SEEDS):
                mode = ["eager", "session"][number % 2]
                shape = shapes[dtype]
                runs = run_op(mode, 3, name, shape=shape, dtype=dtype, seed=seed, seed2=seed2)
                yield dict(
                    op=name, dtype=dtype, seed=seed, seed2=seed2, shape=shape, mode=mode,
                    runs=[bits(run) for run in runs],
                )  # fmt: skip
    for dtype in ["int32", "int64"]:
        for number, (minval, maxval) in enumerate(INT_RANGES[dtype]):
            for seed, seed2 in [SEEDS[number], SEEDS[number + 5]]:
                mode = ["eager", "session"][number % 2]
                runs = run_op(
                    mode, 3, "RandomUniformInt", shape=[3, 3], seed=seed, seed2=seed2,
                    minval=np.array(minval, dtype), maxval=np.array(maxval, dtype),
                )  # fmt: skip
                yield dict(
                    op="RandomUniformInt", dtype=dtype, seed=seed, seed2=seed2, shape=[3, 3],
                    minval=minval, maxval=maxval, mode=mode, runs=[bits(run) for run in runs],
                )  # fmt: skip
    # shapes change from run to run, empty ones too; only their element counts move the stream
    for name in ["RandomUniform", "RandomStandardNormal", "TruncatedNormal"]:
        forget()
        shapes, runs = [[3], [], [2, 0], [1, 2, 3], [5]], []
        for shape in shapes:
            shape = np.array(shape, "int32")
            runs.append(bits(raw(name)(shape=shape, dtype="float32", seed=3, seed2=4)))
        yield dict(
            op=name, dtype="float32", seed=3, seed2=4, shapes=shapes, mode="eager", runs=runs
        )


def stateless_cases():
    for name in ["StatelessRandomUniform", "StatelessRandomNormal", "StatelessTruncatedNormal"]:
        for dtype in FLOATS:
            for seed_dtype, seed in STATELESS_SEEDS:
                got = raw(name)(shape=[13], seed=np.array(seed, seed_dtype), dtype=dtype)
                yield dict(
                    op=name, dtype=dtype, seed=seed, seed_dtype=seed_dtype, shape=[13],
                    values=bits(got),
                )  # fmt: skip
    for dtype in ["int32", "int64"]:
        for number, (minval, maxval) in enumerate(INT_RANGES[dtype]):
            for seed_dtype, seed in [STATELESS_SEEDS[number], STATELESS_SEEDS[-1 - number]]:
                got = raw("StatelessRandomUniformInt")(
                    shape=[9], seed=np.array(seed, seed_dtype),
                    minval=np.array(minval, dtype), maxval=np.array(maxval, dtype),
                )  # fmt: skip
                yield dict(
                    op="StatelessRandomUniformInt", dtype=dtype, seed=seed, seed_dtype=seed_dtype,
                    shape=[9], minval=minval, maxval=maxval, values=bits(got),
                )  # fmt: skip
    if hasattr(tf.raw_ops, "StatelessRandomUniformFullInt"):
        for dtype in ["int32", "int64", "uint32", "uint64"]:
            for seed_dtype, seed in STATELESS_SEEDS:
                got = raw("StatelessRandomUniformFullInt")(
                    shape=[9], seed=np.array(seed, seed_dtype), dtype=dtype
                )
                yield dict(
                    op="StatelessRandomUniformFullInt", dtype=dtype, seed=seed,
                    seed_dtype=seed_dtype, shape=[9], values=bits(got),
                )  # fmt: skip
    if hasattr(tf.raw_ops, "StatelessRandomUniformV2"):
        for number, (key, counter) in enumerate(KEY_COUNTERS):
            # 1: Philox; 3: auto-select, which is Philox on a CPU
            state = dict(
                key=np.array([key], "uint64"), counter=np.array(counter, "uint64"),
                alg=[1, 3][number % 2],
            )  # fmt: skip
            head = dict(key=f"{key:016x}", counter=[f"{c:016x}" for c in counter])
            head["alg"] = state["alg"]
            for name in ["Uniform", "Normal", "Truncated"]:
                name = f"StatelessRandom{name}V2"
                name = name.replace("RandomTruncated", "TruncatedNormal")
                for dtype in FLOATS:
                    got = raw(name)(shape=[13], dtype=dtype, **state)
                    yield dict(op=name, dtype=dtype, shape=[13], values=bits(got), **head)
            for dtype in ["int32", "int64"]:
                minval, maxval = INT_RANGES[dtype][number % 5]
                got = raw("StatelessRandomUniformIntV2")(
                    shape=[13], minval=np.array(minval, dtype), maxval=np.array(maxval, dtype),
                    **state
                )  # fmt: skip
                yield dict(
                    op="StatelessRandomUniformIntV2", dtype=dtype, shape=[13], minval=minval,
                    maxval=maxval, values=bits(got), **head
                )  # fmt: skip
            for dtype in ["int32", "int64", "uint32", "uint64"]:
                got = raw("StatelessRandomUniformFullIntV2")(shape=[13], dtype=dtype, **state)
                yield dict(
                    op="StatelessRandomUniformFullIntV2", dtype=dtype, shape=[13],
                    values=bits(got), **head
                )  # fmt: skip


def key_cases():
    if not hasattr(tf.raw_ops, "StatelessRandomGetKeyCounter"):
        return
    for seed_dtype, seed in STATELESS_SEEDS:
        key, counter = raw("StatelessRandomGetKeyCounter")(seed=np.array(seed, seed_dtype))
        yield dict(
            op="StatelessRandomGetKeyCounter", seed=seed, seed_dtype=seed_dtype,
            key=bits(key), counter=bits(counter),
        )  # fmt: skip
    yield dict(op="StatelessRandomGetAlg", alg=int(raw("StatelessRandomGetAlg")()))


def long_cases():
    count, number = 2**20, 0
    for name in ["RandomUniform", "RandomStandardNormal", "TruncatedNormal"]:
        for dtype in FLOATS:
            number += 1
            seed, seed2 = 1000 + number, -number
            got = run_op("eager", 1, name, shape=[count], dtype=dtype, seed=seed, seed2=seed2)[0]
            yield dict(
                op=name, dtype=dtype, seed=seed, seed2=seed2, shape=[count], sha256=digest(got)
            )
    for dtype in ["int32", "int64"]:
        for minval, maxval in INT_RANGES[dtype]:
            number += 1
            seed, seed2 = 1000 + number, -number
            got = run_op(
                "eager", 1, "RandomUniformInt", shape=[count], seed=seed, seed2=seed2,
                minval=np.array(minval, dtype), maxval=np.array(maxval, dtype),
            )[0]  # fmt: skip
            yield dict(
                op="RandomUniformInt", dtype=dtype, seed=seed, seed2=seed2, shape=[count],
                minval=minval, maxval=maxval, sha256=digest(got),
            )  # fmt: skip
    for name in ["StatelessRandomUniform", "StatelessRandomNormal", "StatelessTruncatedNormal"]:
        for dtype in FLOATS:
            number += 1
            seed = (1000 + number, -number)
            got = raw(name)(shape=[count], seed=np.array(seed, "int64"), dtype=dtype)
            yield dict(
                op=name, dtype=dtype, seed=seed, seed_dtype="int64", shape=[count],
                sha256=digest(got),
            )  # fmt: skip
    if hasattr(tf.raw_ops, "StatelessRandomUniformFullInt"):
        for dtype in ["int32", "int64", "uint32", "uint64"]:
            number += 1
            seed = (1000 + number, -number)
            got = raw("StatelessRandomUniformFullInt")(
                shape=[count], seed=np.array(seed, "int64"), dtype=dtype
            )
            yield dict(
                op="StatelessRandomUniformFullInt", dtype=dtype, seed=seed, seed_dtype="int64",
                shape=[count], sha256=digest(got),
            )  # fmt: skip


# Smallest normal number of each type as TensorFlow's arithmetic knows it; float16 is computed in
# float32, so its own subnormals survive.
TINY = {"float16": 2.0**-14, "bfloat16": 2.0**-126, "float32": 2.0**-126, "float64": 2.0**-1022}


def eager_flushes():
    return not np.any(numpy(tf.random.stateless_uniform([9], seed=[8, 9], maxval=2.0**-126)))


def uniform_short_form():
    """Whether minval=0 (the Python int) skips the addition, so that -0.0 survives."""
    function = lambda: tf.random.uniform([9], maxval=-(2.0**-126), seed=1)  # noqa: E731
    return bool(np.all(np.signbit(call("session", 1, function)[0])))


def call(mode, times, function):
    """Call a tf.random function `times` times after set_seed(8), as one node or eagerly."""
    if mode == "eager":
        tf.compat.v1.set_random_seed(8)
        return [numpy(function()) for _ in range(times)]
    with tf.Graph().as_default():
        tf.compat.v1.set_random_seed(8)
        node = function()
        with plain_session() as session:
            return [session.run(node) for _ in range(times)]


def scaling_cases():
    """tf.random.* with parameters: op seed 9 after set_seed(8); a second call continues."""
    mode = "eager" if eager_flushes() else "session"
    for dtype in FLOATS:
        tiny = TINY[dtype]
        uniform = [
            (0, 1), (0, None), (0, 2.5), (0.0, 2.5), (-1, 1), (-0.1, 0.3), (1.0, 1.0), (3, -2),
            (0, -0.7), (0.0, -0.7), (1000.1, 1000.2), (0, 3), (1, 2), (0.0, 1.0),
            (0, tiny), (0, 3 * tiny), (0, -3 * tiny), (0, tiny / 4), (tiny, 3 * tiny),
            (-tiny, tiny), (-1.5 * tiny, 0.75 * tiny), (0.5 * tiny, 1.75 * tiny), (-3 * tiny, 0.0),
        ]  # fmt: skip
        normal = [
            (0.0, 1.0), (0, 1), (1.5, 1.0), (0.0, 0.02), (-3.7, 0.1), (1e4, 1e-3), (0.1, -2.0),
            (0.3, 0.0), (-0.0, 1.0),
            (0.0, tiny), (0.0, -tiny), (tiny, tiny), (-2 * tiny, 1.5 * tiny), (0.5 * tiny, 1.0),
            (1.25 * tiny, 0.5 * tiny), (tiny, 4 * tiny),
        ]  # fmt: skip
        if dtype == "bfloat16":  # ties that a conversion by way of float32 rounds to even
            normal += [(1 + 2.0**-8 + 2.0**-40, 0.0), (0.0, 1 + 3 * 2.0**-8 - 2.0**-40)]
        for name, lines in [
            ("random.uniform", uniform),
            ("random.normal", normal),
            ("random.truncated_normal", normal),
        ]:
            lower, upper = ("minval", "maxval") if name == "random.uniform" else ("mean", "stddev")
            for first, second in lines:
                arguments = {lower: first, upper: second}
                function = functools.partial(
                    getattr(tf.random, name.split(".")[1]), [9], dtype=dtype, seed=9, **arguments
                )
                yield dict(
                    call=name, dtype=dtype, graph_seed=8, op_seed=9, shapes=[[9], [9]], mode=mode,
                    arguments=arguments, runs=[bits(run) for run in call(mode, 2, function)],
                )  # fmt: skip
        for name, lines in [
            ("random.stateless_uniform", uniform),
            ("random.stateless_normal", normal),
            ("random.stateless_truncated_normal", normal),
        ]:
            lower, upper = ("minval", "maxval") if "uniform" in name else ("mean", "stddev")
            for first, second in lines:
                arguments = {lower: first, upper: second}
                function = functools.partial(
                    getattr(tf.random, name.split(".")[1]), [9], [8, 9], dtype=dtype, **arguments
                )
                yield dict(
                    call=name, dtype=dtype, seed=[8, 9], shapes=[[9]], mode=mode,
                    arguments=arguments, runs=[bits(run) for run in call(mode, 1, function)],
                )  # fmt: skip


SET = "set_seed"
PROGRAMS = [
    [(SET, dict(seed=0))] + [("uniform", dict(shape=[1]))] * 4,
    [(SET, dict(seed=1234)), ("normal", dict(shape=[3])), ("uniform", dict(shape=[2, 2]))],
    [(SET, dict(seed=1234)), ("uniform", dict(shape=[1], seed=1))]
    + [("uniform", dict(shape=[1], seed=1))] * 2
    + [(SET, dict(seed=1234)), ("uniform", dict(shape=[1], seed=1))],
    [(SET, dict(seed=-5)), ("uniform", dict(shape=[3])), ("truncated_normal", dict(shape=[3]))],
    [(SET, dict(seed=2**31 - 1)), ("uniform", dict(shape=[3])), ("uniform", dict(shape=[3]))],
    [(SET, dict(seed=2**40 + 3)), ("normal", dict(shape=[3], dtype="float64"))],
    [(SET, dict(seed=3.7)), ("uniform", dict(shape=[3])), ("uniform", dict(shape=[3], seed=2.9))],
    [(SET, dict(seed=True)), ("uniform", dict(shape=[3]))],
    [(SET, dict(seed=0)), ("uniform", dict(shape=[3], seed=0))],
    [(SET, dict(seed=2**31 - 1)), ("uniform", dict(shape=[3], seed=2**31 - 1))],
    [(SET, dict(seed=7)), ("uniform", dict(shape=[3], seed=-1))],
    # an explicit seed does not consume an implicit one; streams are per op type and dtype
    [(SET, dict(seed=42)), ("uniform", dict(shape=[2])), ("uniform", dict(shape=[2], seed=5)),
     ("normal", dict(shape=[2], seed=5)), ("uniform", dict(shape=[2])),
     ("uniform", dict(shape=[2], seed=5)), ("normal", dict(shape=[2], seed=5)),
     ("uniform", dict(shape=[2], seed=5, dtype="float64")),
     ("uniform", dict(shape=[2], seed=5, minval=-1.0, maxval=1.0)),
     ("uniform", dict(shape=[0], seed=5)), ("uniform", dict(shape=[2, 1], seed=5)),
     ("truncated_normal", dict(shape=[2], seed=5)),
     ("uniform", dict(shape=[2], seed=5, minval=0, maxval=10, dtype="int32")),
     ("uniform", dict(shape=[2], seed=5, minval=0, maxval=10, dtype="int64")),
     ("uniform", dict(shape=[2], seed=5, minval=3, maxval=99, dtype="int32")),
     ("uniform", dict(shape=[2]))],
    # no graph seed: the default one, 87654321, goes with an explicit op seed
    [(SET, dict(seed=None)), ("uniform", dict(shape=[3], seed=1)),
     ("normal", dict(shape=[2, 3], seed=1)), ("uniform", dict(shape=[3], seed=1))],
    [(SET, dict(seed=6)), ("uniform", dict(shape=[4], maxval=5, dtype="int32")),
     ("uniform", dict(shape=[4], minval=-5, maxval=5, dtype="int64")),
     ("normal", dict(shape=[2, 2], mean=3.0, stddev=0.5)),
     ("truncated_normal", dict(shape=[2, 2], mean=3.0, stddev=0.5, dtype="float64")),
     ("uniform", dict(shape=[3], dtype="float16")), ("normal", dict(shape=[3], dtype="bfloat16"))],
]  # fmt: skip


def program_cases():
    for program in PROGRAMS:
        lines = []
        for name, arguments in program:
            if name == SET:
                tf.compat.v1.set_random_seed(arguments["seed"])
                lines.append([name, arguments])
            else:
                lines.append([name, arguments, bits(getattr(tf.random, name)(**arguments))])
        yield dict(program=lines)
    pairs = []
    for graph_seed in [None, 0, 5, -5, 2**31 - 1, 2**31, 2**40, 3.7]:
        for op_seed in [0, 1, -1, 2**31 - 1, 2**31, 2**33 + 5, 2.5]:
            tf.compat.v1.set_random_seed(graph_seed)
            seeds = tf.compat.v1.random.get_seed(op_seed)
            seeds = [int(seed.numpy() if hasattr(seed, "numpy") else seed) for seed in seeds]
            pairs.append([graph_seed, op_seed, seeds])
    yield dict(get_seed=pairs)


def libc_version():
    try:
        function = ctypes.CDLL("libc.so.6").gnu_get_libc_version
    except (OSError, AttributeError):
        return " ".join(platform.libc_ver())
    function.restype = ctypes.c_char_p
    return "glibc " + function().decode()


def header():
    cpu, flags = platform.processor(), []
    try:
        with open("/proc/cpuinfo") as file:
            lines = [line.split(":", 1) for line in file if ":" in line]
        info = {key.strip(): value.strip() for key, value in reversed(lines)}
        cpu = info.get("model name", cpu)
        found = info.get("flags", info.get("Features", "")).split()
        interesting = ["sse4_2", "avx", "fma", "avx2", "avx512f", "avx512dq", "avx512vl", "asimd"]
        flags = [flag for flag in interesting if flag in found]
    except OSError:
        pass
    wanted = [
        "StatelessRandomUniformFullInt",
        "StatelessRandomUniformV2",
        "StatelessRandomGetKeyCounter",
    ]
    return {
        "tensorflow": tf.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "libc": libc_version(),
        "machine": platform.machine(),
        "cpu": cpu,
        "flags": flags,
        "date": datetime.date.today().isoformat(),
        "eager_flushes": eager_flushes(),
        "uniform_short_form": uniform_short_form(),
        "absent": [name for name in wanted if not hasattr(tf.raw_ops, name)],
    }


def main():
    path = os.path.join(TESTS, "golden_files", f"tf-{tf.__version__}.json")
    sections = [
        ("ops", stateful_cases),
        ("stateless", stateless_cases),
        ("keys", key_cases),
        ("long", long_cases),
        ("scaling", scaling_cases),
        ("programs", program_cases),
    ]
    parts = ['"header": ' + json.dumps(header(), indent=1)]
    for name, cases in sections:
        lines = [json.dumps(case) for case in cases()]
        parts.append('"{}": [\n{}\n]'.format(name, ",\n".join(lines)))
        print(name, len(lines), "cases")
    text = "{\n" + ",\n".join(parts) + "\n}\n"
    json.loads(text)
    with open(path, "w") as file:
        file.write(text)
    print(path, len(text), "bytes")


if __name__ == "__main__":
    sys.exit(main())
