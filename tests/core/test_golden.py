"""test_golden.py: the numbers TensorFlow wrote down, against every face of this package.

golden_files/tf-<version>.json come from make_golden.py, which says what their sections are. Each
section is compared, by bits, with reference.py, with Stream, with tfphilox.raw_ops and with
tfphilox.random, as far as each of them reaches.
"""

import functools
import hashlib
import json
import math

import numpy as np
import pytest
import reference
from bits import as_hex, as_words, numpy_dtype
from places import GOLDEN_FILES

import tfphilox
from tfphilox import compat, raw_ops
from tfphilox import random as tfrandom

FILES = sorted(GOLDEN_FILES.glob("tf-[0-9]*.json"))
VERSIONS = {"1.15", "2.0", "2.21"}

STATEFUL = {
    "RandomUniform": "uniform",
    "RandomStandardNormal": "normal",
    "TruncatedNormal": "truncated_normal",
    "RandomUniformInt": "integers",
}
STATELESS = {
    "StatelessRandomUniform": "uniform",
    "StatelessRandomNormal": "normal",
    "StatelessTruncatedNormal": "truncated_normal",
    "StatelessRandomUniformInt": "integers",
    "StatelessRandomUniformFullInt": "integers",
}
KINDS = {**STATEFUL, **STATELESS, **{op + "V2": kind for op, kind in STATELESS.items()}}


@functools.cache
def load(path):
    return json.loads(path.read_text())


def cases(section):
    """Parameters (path, name, dtype): one test for each op or call and dtype of each file."""
    found = []
    for path in FILES:
        names = {
            (case.get("op") or case.get("call"), case["dtype"]) for case in load(path)[section]
        }
        found += [
            pytest.param(path, *name, id="-".join([path.stem, *name])) for name in sorted(names)
        ]
    return pytest.mark.parametrize(("path", "name", "dtype"), found)


def select(path, section, name, dtype):
    chosen = [
        case
        for case in load(path)[section]
        if (case.get("op") or case.get("call")) == name and case["dtype"] == dtype
    ]
    assert chosen
    return chosen


def per_file(function):
    return pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)(function)


def judged(kind, dtype):
    if dtype == "float64" and "normal" in kind:
        try:
            reference.float64_math()
        except reference.Unavailable as reason:
            pytest.skip(str(reason))


def hexed(words, dtype):
    return " ".join(f"{word:0{2 * numpy_dtype(dtype).itemsize}x}" for word in words)


def bounds(case):
    return {name: case[name] for name in ("minval", "maxval") if name in case}


def shapes(case):
    return case["shapes"] if "shapes" in case else [case["shape"]] * len(case["runs"])


def draw(stream, kind, case, shape, **options):
    """One draw of a Stream, unscaled: mean -0.0 and stddev 1 change no bit."""
    if kind == "integers":
        return stream.integers(
            shape, case.get("minval"), case.get("maxval"), dtype=case["dtype"], **options
        )
    if kind == "uniform":
        return stream.uniform(shape, dtype=case["dtype"], **options)
    return getattr(stream, kind)(shape, -0.0, 1.0, dtype=case["dtype"], **options)


def stream_of(case):
    """The Stream of a stateful, stateless or V2 case."""
    if "seed2" in case:
        return tfphilox.Stream(case["seed"], case["seed2"])
    if "key" in case:
        key, counter = int(case["key"], 16), [int(word, 16) for word in case["counter"]]
        return tfphilox.Stream.from_key_counter(key, counter[0] | counter[1] << 64)
    return tfphilox.Stream.from_stateless_seed(case["seed"])


def call_raw(case, shape):
    """The raw op of a case, with TensorFlow's argument names."""
    arguments = dict(shape=shape)
    for name, value in bounds(case).items():
        arguments[name] = np.array(value, case["dtype"])
    if not arguments.keys() & {"minval"}:
        arguments["dtype"] = case["dtype"]
    if "seed2" in case:
        arguments.update(seed=case["seed"], seed2=case["seed2"])
    elif "key" in case:
        arguments["key"] = np.array([int(case["key"], 16)], "uint64")
        arguments["counter"] = np.array([int(word, 16) for word in case["counter"]], "uint64")
        arguments["alg"] = case["alg"]
    else:
        arguments["seed"] = np.array(case["seed"], case["seed_dtype"])
    return getattr(raw_ops, case["op"])(**arguments)


def test_files_are_there():
    """A missing file must not pass for a passed comparison."""
    found = {".".join(path.stem[3:].split(".")[:2]) for path in FILES}
    assert found >= VERSIONS, found
    for path in FILES:
        data = load(path)
        assert data["header"]["tensorflow"] == path.stem[3:]
        for section in ("ops", "stateless", "long", "scaling", "programs"):
            assert data[section], (path, section)
    newest = load(FILES[-1])
    assert newest["header"]["absent"] == []
    assert newest["keys"]


# --- ops: stateful, each run continuing the last -------------------------------------------------


@cases("ops")
def test_ops_reference(path, name, dtype):
    judged(KINDS[name], dtype)
    for case in select(path, "ops", name, dtype):
        key, counter = reference.stateful_key_counter(case["seed"], case["seed2"])
        for shape, run in zip(shapes(case), case["runs"], strict=True):
            count = math.prod(shape)
            words = reference.fill(KINDS[name], dtype, key, counter, 0, count, **bounds(case))
            assert hexed(words, dtype) == run, case
            counter = counter + 256 * count & reference.MASK128


@cases("ops")
def test_ops_stream(path, name, dtype):
    for case in select(path, "ops", name, dtype):
        stream = stream_of(case)
        position = 0
        for shape, run in zip(shapes(case), case["runs"], strict=True):
            got = draw(stream, KINDS[name], case, tuple(shape))
            assert got.shape == tuple(shape)
            assert got.dtype == numpy_dtype(dtype)
            assert as_hex(got) == run, case
            position += 256 * got.size
            assert stream.position == position


@cases("ops")
def test_ops_raw(path, name, dtype):
    for case in select(path, "ops", name, dtype):
        tfrandom.set_seed(77)  # forgets the cached kernels
        for shape, run in zip(shapes(case), case["runs"], strict=True):
            got = call_raw(case, shape)
            assert got.shape == tuple(shape)
            assert got.dtype == numpy_dtype(dtype)
            assert as_hex(got) == run, case


# --- stateless, both forms -----------------------------------------------------------------------


@cases("stateless")
def test_stateless_reference(path, name, dtype):
    judged(KINDS[name], dtype)
    for case in select(path, "stateless", name, dtype):
        if "key" in case:
            key, counter = int(case["key"], 16), [int(word, 16) for word in case["counter"]]
            counter = counter[0] | counter[1] << 64
        else:
            key, counter = reference.stateless_key_counter(*case["seed"])
        count = math.prod(case["shape"])
        words = reference.fill(KINDS[name], dtype, key, counter, 0, count, **bounds(case))
        assert hexed(words, dtype) == case["values"], case


@cases("stateless")
def test_stateless_stream(path, name, dtype):
    for case in select(path, "stateless", name, dtype):
        stream = stream_of(case)
        start = stream.counter
        got = draw(stream, KINDS[name], case, tuple(case["shape"]))
        assert as_hex(got) == case["values"], case
        assert stream.position == 256 * got.size
        assert stream.counter == start + 256 * got.size & reference.MASK128


@cases("stateless")
def test_stateless_raw(path, name, dtype):
    for case in select(path, "stateless", name, dtype):
        for _ in range(2):  # stateless: the second call gives the same
            got = call_raw(case, case["shape"])
            assert got.shape == tuple(case["shape"])
            assert got.dtype == numpy_dtype(dtype)
            assert as_hex(got) == case["values"], case


@per_file
def test_keys(path):
    seen = 0
    for case in load(path)["keys"]:
        if case["op"] == "StatelessRandomGetAlg":
            assert int(raw_ops.StatelessRandomGetAlg()) == case["alg"]
            continue
        seed = np.array(case["seed"], case["seed_dtype"])
        key, counter = raw_ops.StatelessRandomGetKeyCounter(seed=seed)
        assert (key.dtype, key.shape) == (np.dtype("uint64"), (1,))
        assert (counter.dtype, counter.shape) == (np.dtype("uint64"), (2,))
        assert (as_hex(key), as_hex(counter)) == (case["key"], case["counter"]), case
        words = reference.stateless_key_counter(*case["seed"])
        counter = [int(word, 16) for word in case["counter"].split()]
        assert words == (int(case["key"], 16), counter[0] | counter[1] << 64), case
        stream = tfphilox.Stream.from_stateless_seed(case["seed"])
        assert (stream.key, stream.counter) == words
        seen += 1
    if not seen:
        pytest.skip(f"{path.stem} has no StatelessRandomGetKeyCounter")


# --- long: 2^20 elements by their sum ------------------------------------------------------------


def digest(array):
    words = as_words(array)
    return hashlib.sha256(words.astype(words.dtype.newbyteorder("<")).tobytes()).hexdigest()


@cases("long")
def test_long_stream(path, name, dtype):
    for case in select(path, "long", name, dtype):
        got = draw(stream_of(case), KINDS[name], case, tuple(case["shape"]))
        assert digest(got) == case["sha256"], case


@cases("long")
def test_long_raw(path, name, dtype):
    for case in select(path, "long", name, dtype):
        tfrandom.set_seed(77)
        assert digest(call_raw(case, case["shape"])) == case["sha256"], case


# --- scaling: bounds, means, deviations; subnormals ----------------------------------------------


def scaling_arguments(path, case):
    """A case's arguments; and, where TensorFlow had no short form, minval 0 as a float.

    Up to 2.0 random.uniform computed rnd * (maxval - 0) + 0 even for minval=0. That differs from
    today's rnd * maxval only in -0.0, which the addition turns into 0.0.
    """
    arguments = dict(case["arguments"])
    if not load(path)["header"]["uniform_short_form"] and arguments.get("minval") == 0:
        arguments["minval"] = 0.0
    return arguments


@cases("scaling")
def test_scaling_reference(path, name, dtype):
    kind = name.split(".")[1].replace("stateless_", "")
    judged(kind, dtype)
    for case in select(path, "scaling", name, dtype):
        arguments = scaling_arguments(path, case)
        stateless = "stateless" in name
        if stateless:
            key, counter = reference.stateless_key_counter(*case["seed"])
        else:
            key, counter = reference.stateful_key_counter(case["graph_seed"], case["op_seed"])
        for shape, run in zip(case["shapes"], case["runs"], strict=True):
            raw = reference.fill(kind, dtype, key, counter, 0, math.prod(shape))
            if kind == "uniform":
                minval, maxval = arguments["minval"], arguments["maxval"]
                short = type(minval) is int and minval == 0 and not stateless
                low = reference.bits_of(dtype, float(minval))
                high = reference.bits_of(dtype, float(1 if maxval is None else maxval))
                words = reference.scale_uniform(dtype, raw, low, high, short)
            else:
                mean = reference.bits_of(dtype, float(arguments["mean"]))
                stddev = reference.bits_of(dtype, float(arguments["stddev"]))
                words = reference.scale(dtype, raw, stddev, mean)
            assert hexed(words, dtype) == run, case
            counter += 256 * math.prod(shape)


@cases("scaling")
def test_scaling_stream(path, name, dtype):
    kind = name.split(".")[1].replace("stateless_", "")
    for case in select(path, "scaling", name, dtype):
        arguments = scaling_arguments(path, case)
        if "stateless" in name:
            stream = tfphilox.Stream.from_stateless_seed(case["seed"])
            if arguments.get("minval") == 0:
                arguments["minval"] = 0.0  # stateless_uniform has the long form only
        else:
            stream = tfphilox.Stream(case["graph_seed"], case["op_seed"])
        for shape, run in zip(case["shapes"], case["runs"], strict=True):
            got = getattr(stream, kind)(tuple(shape), dtype=dtype, **arguments)
            assert as_hex(got) == run, case


@cases("scaling")
def test_scaling_random(path, name, dtype):
    function = getattr(tfrandom, name.split(".")[1])
    for case in select(path, "scaling", name, dtype):
        arguments = scaling_arguments(path, case)
        if "stateless" in name:
            arguments["seed"] = case["seed"]
        else:
            arguments["seed"] = case["op_seed"]
            tfrandom.set_seed(case["graph_seed"])
        for shape, run in zip(case["shapes"], case["runs"], strict=True):
            got = function(shape, dtype=numpy_dtype(dtype), **arguments)
            assert as_hex(got) == run, case


# --- programs: set_seed and what follows ---------------------------------------------------------


@per_file
def test_programs(path):
    seen = 0
    for case in load(path)["programs"]:
        if "program" not in case:
            continue
        for step, (name, arguments, *want) in enumerate(case["program"]):
            arguments = dict(arguments)
            if "dtype" in arguments:
                arguments["dtype"] = numpy_dtype(arguments["dtype"])
            got = getattr(tfrandom, name)(**arguments)
            if name != "set_seed":
                assert as_hex(got) == want[0], (case, step)
                seen += 1
    assert seen > 40


@per_file
def test_get_seed(path):
    seen = 0
    for case in load(path)["programs"]:
        for graph_seed, op_seed, want in case.get("get_seed", ()):
            tfrandom.set_seed(graph_seed)
            got = compat.v1.random.get_seed(op_seed)
            assert [int(seed) for seed in got] == want, (graph_seed, op_seed)
            seen += 1
    assert seen > 40
    tfrandom.set_seed(None)
