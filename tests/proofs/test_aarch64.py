"""test_aarch64.py: the C core alone, compiled for other machines and run, here or under qemu.

The programs of tests/c link csrc/ without Python. Built for every machine of compilers.py, their
numbers are compared bit by bit: fills and samplers with those of the extension modules here, fills
with reference.py too, the float32 functions with the committed sums of all 2^23 inputs, and what is
neither fill nor sampler with the same program built for this machine.

The emulated machines are slow, so sizes are few and lie around every border: of a vector, of a
stage of 256 blocks, of the batches in which samplers work, and of a counter's words.
"""

import functools
import hashlib
import json
import subprocess

import compilers
import make_float_sums
import numpy as np
import pytest
import reference
from bits import KINDS, as_list, assert_same_bits, numpy_dtype

from tfphilox._c import _candidates, _core, _samplers

DTYPES = ["float16", "bfloat16", "float32", "float64", "int32", "int64", "uint32", "uint64"]
FILLS = ["words", "uniform", "normal", "truncated_normal", "integers"]
BOUNDS = {"int32": (-1000, 2001), "int64": (-(10**15), 2 * 10**15 + 7)}
KEY = 0xA4093822299F31D0
# The last three carry into the second word, into the third, and out of the fourth.
COUNTERS = [0x082EFA98_EC4E6C89_452821E6_38D01377, 2**32 - 5, 2**64 - 300, 2**128 - 3]
STAGE = 256  # blocks


class Program:
    """The programs of one machine, for one instruction set."""

    def __init__(self, name, isa, folder):
        self.machine = compilers.MACHINES[name]
        self.order = ">" if name == "s390x" else "<" if name != "native" else "="
        self.isa = isa
        self.start = compilers.emulator_of(self.machine)
        self.folder = folder

    def run(self, program, *arguments, lines=None):
        """The output of one command, or of lines of commands."""
        command = [*self.start, str(self.folder / program), *(str(word) for word in arguments)]
        text = None if lines is None else "".join(" ".join(map(str, line)) + "\n" for line in lines)
        done = subprocess.run(
            [*command, *([] if lines is None else ["-"])],
            input=None if text is None else text.encode(),
            stdout=subprocess.PIPE,
            check=True,
            timeout=300,
        )
        return done.stdout

    def array(self, raw, dtype):
        """Bytes of the machine's order as an array here."""
        dtype = numpy_dtype(dtype)
        words = np.frombuffer(raw, f"{self.order}u{dtype.itemsize}")
        return words.astype(f"u{dtype.itemsize}").view(dtype)

    def arrays(self, raw, parts):
        """The same, cut into arrays of given dtypes and lengths."""
        at = 0
        for dtype, count in parts:
            size = numpy_dtype(dtype).itemsize * count
            yield self.array(raw[at : at + size], dtype)
            at += size
        assert at == len(raw)


@pytest.fixture(params=compilers.BUILDS, ids=" ".join)
def program(request, folder_of):
    name, isa = request.param
    compilers.command_of(compilers.MACHINES[name].compiler)
    compilers.emulator_of(compilers.MACHINES[name])
    if isa.startswith("avx") and isa not in _core.available_isas():
        pytest.skip(f"instruction set {isa}: absent")
    return Program(name, isa, folder_of(name))


def parameters(kind, dtype, counter, first, count, mul=1.0, add=-0.0):
    minval, maxval = BOUNDS.get(dtype, (0, 0)) if kind == "integers" else (0, 0)
    return [
        FILLS.index(kind), DTYPES.index(dtype), hex(KEY), hex(counter & reference.MASK64),
        hex(counter >> 64), first, count, float(mul).hex(), float(add).hex(), minval,
        maxval - minval,
    ]  # fmt: skip


@functools.cache
def here(kind, dtype, counter, first, count, mul=1.0, add=-0.0):
    """The same fill by the scalar kernels of the extension module."""
    bounds = {}
    if kind == "integers":
        minval, maxval = BOUNDS.get(dtype, (None, None))
        bounds = dict(minval=minval, maxval=maxval)
    elif kind != "words":
        bounds = dict(mul=mul, add=add)
    return _core.fill_with("scalar", kind, dtype, KEY, counter, first, count, **bounds)


def places(dtype):
    """(counter, first, count): sizes around every border, and counters that carry."""
    stage = STAGE * (2 if dtype in ("float64", "int64", "uint64") else 4)
    small = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65]
    counts = [*small, stage - 1, stage, stage + 1, 2 * stage + 3]
    cases = [(COUNTERS[0], first, count) for first in (0, 3) for count in counts]
    cases += [(COUNTERS[0], first, 40) for first in (stage - 33, stage - 1, stage, stage + 1)]
    cases += [(COUNTERS[0], 2**40 + 5, 333), (COUNTERS[0], 2**62 - 7, 70)]
    cases += [(counter, 1, 2 * stage + 9) for counter in COUNTERS[1:]]
    return cases


def test_instruction_sets(program):
    names = program.run("dump_stream", "isas").decode().split()
    x86 = [isa for isa in program.machine.sets if isa.startswith("avx")]
    absent = [isa for isa in x86 if isa not in _core.available_isas()]
    assert names == [isa for isa in program.machine.sets if isa not in absent]
    assert names[-1] == "scalar"
    assert program.isa in names


def test_unknown_instruction_set(program):
    with pytest.raises(subprocess.CalledProcessError):
        program.run("dump_stream", "math", "bogus", "log")


@pytest.mark.parametrize(("kind", "dtype"), KINDS)
def test_fills(program, kind, dtype):
    cases = places(dtype)
    lines = [["fill", program.isa, *parameters(kind, dtype, *case)] for case in cases]
    raw = program.run("dump_stream", lines=lines)
    got = program.arrays(raw, [(dtype, count) for _, _, count in cases])
    for case, numbers in zip(cases, got, strict=True):
        assert_same_bits(numbers, here(kind, dtype, *case), case)


@pytest.mark.parametrize(("kind", "dtype"), [pair for pair in KINDS if pair[1] in reference.FLOATS])
def test_scaled_fills(program, kind, dtype):
    tiny = 2.0 ** {"float16": -14, "float64": -1022}.get(dtype, -126)
    scalings = [(-1.5, 0.1875), (0.5, 0.0), (tiny, tiny), (-3 * tiny, 0.0), (0.0, -0.0)]
    cases = [(COUNTERS[0], 1, 1500, *scaling) for scaling in scalings]
    lines = [["fill", program.isa, *parameters(kind, dtype, *case)] for case in cases]
    raw = program.run("dump_stream", lines=lines)
    got = program.arrays(raw, [(dtype, 1500)] * len(cases))
    for case, numbers in zip(cases, got, strict=True):
        assert_same_bits(numbers, here(kind, dtype, *case), case)


@functools.cache
def by_reference(kind, dtype):
    minval, maxval = BOUNDS.get(dtype, (None, None)) if kind == "integers" else (None, None)
    return reference.fill(kind, dtype, KEY, COUNTERS[2], 5, 500, minval, maxval)


@pytest.mark.parametrize(("kind", "dtype"), KINDS)
def test_fills_against_reference(program, kind, dtype):
    if dtype == "float64" and "normal" in kind:
        try:
            reference.float64_math()
        except reference.Unavailable as reason:
            pytest.skip(str(reason))
    case = parameters(kind, dtype, COUNTERS[2], 5, 500)
    raw = program.run("dump_stream", "fill", program.isa, *case)
    assert as_list(program.array(raw, dtype)) == by_reference(kind, dtype)


def test_threads(program):
    arguments = parameters("truncated_normal", "float32", COUNTERS[0], 7, 50_001)
    alone = program.run("dump_stream", "fill", program.isa, *arguments)
    for threads in (1, 2, 5):
        raw = program.run("dump_stream", "job", threads, program.isa, *arguments)
        assert raw == alone, threads


def test_stateless_seeds(program):
    seeds = [(1, 2), (0, 0), (-5, 7), (2**63 - 1, -(2**63))]
    raw = program.run("dump_stream", lines=[["scramble", *seed] for seed in seeds])
    rows = program.array(raw, "uint64").reshape(-1, 3).tolist()
    for seed, (key, low, high) in zip(seeds, rows, strict=True):
        assert (key, low | high << 64) == reference.stateless_key_counter(*seed)


@pytest.mark.parametrize("function", make_float_sums.NAMES)
def test_exhaustive(program, function):
    """All 2^23 inputs, against the committed sums from glibc."""
    with open(make_float_sums.OUTPUT) as file:
        want = json.load(file)["sha256"][function]
    raw = program.run("dump_stream", "math", program.isa, function)
    numbers = program.array(raw, "float32").astype("<f4")
    assert hashlib.sha256(numbers.tobytes()).hexdigest() == want


# ---- the samplers ---------------------------------------------------------------------------

COUNTER = 0x452821E638D01377 << 64 | 0xFFFFFFFFFFFFFF00
PARAMETERS = {
    "gamma": [(0.3, 1.0), (1.0, 2.5), (1.01, 0.5), (2.5, 1.0), (500.0, 3.0), (1e-3, 1.0)],
    "poisson": [(rate, 0.0) for rate in (0.0, 0.4, 5.0, 9.9, 10.0, 33.3, 1e4)],
    "binomial": [(10.0, 0.3), (20.0, 0.5), (20.0, 0.49), (30.0, 0.9), (1e4, 0.7), (5.0, 1.0)],
}
CLASSES = ["uniform", "log_uniform", "learned", "fixed"]


def sampled(program, cases):
    """(what, arguments, parts) -> arrays; the sampler's output cut into those parts."""
    lines = [[program.isa, *arguments] for arguments, _ in cases]
    raw = program.run("dump_samplers", lines=lines)
    return program.arrays(raw, [part for _, parts in cases for part in parts])


def made_up(count):
    return np.arange(count) * 7919 % 1000 / 64.0


@functools.cache
def sampled_here(kind, dtype, samples):
    pairs = np.array(PARAMETERS[kind])[: 4 if (kind, dtype) == ("gamma", "float16") else None]
    out = np.empty((samples, len(pairs)), dtype)
    a, b = (np.ascontiguousarray(column) for column in pairs.T)
    _samplers.sample(kind, KEY, COUNTER, a, b, np.dtype("float32"), out, kind == "gamma", 1)
    return pairs, out.reshape(-1)


@pytest.mark.parametrize("kind", PARAMETERS)
def test_samplers(program, kind):
    cases, wanted = [], []
    for dtype in ["float16", "float32", "float64", "int32", "int64"]:
        for samples in [1, 2, 3, 64, 255, 256, 257, 600]:
            pairs, want = sampled_here(kind, dtype, samples)
            numbers = [DTYPES.index(dtype), DTYPES.index("float32"), samples]
            line = [kind, *numbers, *(float(x).hex() for x in pairs.flat)]
            cases.append((line, [(dtype, want.size)]))
            wanted.append(want)
    for case, got, want in zip(cases, sampled(program, cases), wanted, strict=True):
        assert_same_bits(got, want, case[0])


@functools.cache
def categorical_here(dtype, logits_dtype, rows, classes, samples, threads):
    logits = made_up(rows * classes).astype(numpy_dtype(logits_dtype)).reshape(rows, classes)
    out = np.empty((rows, samples), dtype)
    _samplers.categorical(KEY, COUNTER, logits, out, threads, 1)
    return out.reshape(-1)


def test_categorical(program):
    shapes = [(1, 10, 500), (300, 3, 1), (33, 257, 2), (1, 1, 65), (3, 64, 3), (5, 127, 70)]
    cases, wanted = [], []
    for dtype, logits_dtype in [
        ("int32", "float32"), ("int64", "float64"), ("int32", "float16"), ("int64", "bfloat16"),
    ]:  # fmt: skip
        for shape in shapes:
            for threads in (1, 4):
                numbers = [DTYPES.index(dtype), DTYPES.index(logits_dtype), *shape, threads]
                want = categorical_here(dtype, logits_dtype, *shape, threads)
                cases.append((["categorical", *numbers], [(dtype, want.size)]))
                wanted.append(want)
    for case, got, want in zip(cases, sampled(program, cases), wanted, strict=True):
        assert_same_bits(got, want, case[0])


@functools.cache
def truncated_here(dtype, bounds, by_batch, count):
    out = np.empty(count, dtype)
    batches, samples = (-(-count // 100), 100) if by_batch else (1, count)
    rows = np.array([0.1, 1.5, *bounds]).reshape(4, 1)
    _samplers.truncated(KEY, COUNTER, rows, batches, samples, by_batch, out, 3, 1)
    return out


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_truncated(program, dtype):
    cases, wanted = [], []
    for bounds in [(-2, 2), (-0.5, 0.5), (3, 30), (-30, -1)]:
        for by_batch in (0, 1):
            for count in [1, 3, 63, 64, 65, 257, 3050]:
                texts = [float(x).hex() for x in (0.1, 1.5, *bounds)]
                line = ["truncated", DTYPES.index(dtype), by_batch, count, 3, *texts]
                cases.append((line, [(dtype, count)]))
                wanted.append(truncated_here(dtype, bounds, bool(by_batch), count))
    for case, got, want in zip(cases, sampled(program, cases), wanted, strict=True):
        assert_same_bits(got, want, case[0])


@functools.cache
def candidates_here(kind, size, unique, count):
    weights = None
    if kind == "fixed":
        weights = _candidates.distort(made_up(size).astype(np.float32), 0.75)
    drawn = _candidates.Sampler(kind, size, weights)
    classes, _, counts = drawn.sample(count, unique, KEY, COUNTER, np.zeros((0, 1), np.int64))
    return classes, counts


def test_candidates(program):
    cases, wanted = [], []
    for kind in CLASSES:
        for unique in (0, 1):
            for size, count in [(9001, 1000), (45_566, 1000), (4096, 65), (100, 63), (7, 1)]:
                line = ["candidates", CLASSES.index(kind), size, unique, count]
                cases.append((line, [("int64", count), ("float32", count)]))
                wanted += candidates_here(kind, size, bool(unique), count)
    lines = [line for line, parts in cases for _ in parts]
    for line, got, want in zip(lines, sampled(program, cases), wanted, strict=True):
        assert_same_bits(got, want, line)


# ---- what is neither a fill nor a sampler ---------------------------------------------------

FLOATS = DTYPES[:4]
OTHERS = {
    "arithmetic": [(op, FLOATS.index(dtype), dtype) for op in range(3) for dtype in FLOATS],
    "dropout": [
        (FLOATS.index(dtype), divide, multiply, dtype)
        for dtype in FLOATS
        for divide in (0, 1)
        for multiply in (0, 1)
    ],
    "shuffle": [(rows, size, "uint8") for rows in (2, 500) for size in (1, 2, 3, 4, 8, 16, 24)],
    "gather": [(500, size, "uint8") for size in (1, 4, 24)],
    "cipher": [(most, 24, "uint64") for most in (0, 1, 1000, 2**20, 2**40 - 1, 2**63)],
    "order": [(wide, grow, "int64") for wide in (0, 1) for grow in (0, 1)],
    "choices": [(DTYPES.index(dtype), "int64") for dtype in ("float32", "float64")],
    "logs": [(count, "uint32") for count in (1, 8, 9, 1003)],
    "crop": [(width, height, "int32") for width in (31, 640) for height in (32, 480)],
    "color": [(name, 1003, "float32") for name in ("brightness", "hue", "saturation", "contrast")],
    "orthogonal": [
        (int(dtype == "float64"), rows, columns, l1, dtype)
        for dtype in ("float32", "float64")
        for rows, columns in [(1, 1), (9, 8), (60, 48), (200, 130)]
        for l1 in (16 << 10, 48 << 10)
    ],
    "threefry": [(500, "uint32")],
    # compiled functions: uniform, normal, truncated, bounded, choices; forms as in compiled.h
    "compiled": [
        (kind, FLOATS.index(dtype), form, count, "int64" if kind == 4 else dtype)
        for kind in range(5)
        for dtype in FLOATS
        for form in ((0,), (0, 1, 2), (0, 1, 3), (0,), (0,))[kind]
        for count in (9, 1026, 3003)
        if (dtype, kind) not in {("bfloat16", 3), ("float16", 4)}
        and (dtype, form) != ("float64", 1)
    ],
    # all 2^23 inputs: logarithm, sine, truncated normal, Gumbel
    "compiledmath": [
        (name, form, "uint64")
        for name, forms in {"log": (0, 1, 2), "truncated": (0, 1, 3), "gumbel": (0, 1)}.items()
        for form in forms
    ],
}


@functools.cache
def others_here(name, folder):
    """Outputs of the program built for this machine, a command each."""
    native = Program("native", "scalar", folder)
    return [native.run("dump_others", "scalar", name, *case[:-1]) for case in OTHERS[name]]


@pytest.mark.parametrize("name", OTHERS)
def test_others(program, folder_of, name):
    if program.machine is compilers.MACHINES["native"] and program.isa == "scalar":
        pytest.skip("what the others are compared with")
    cases, wanted = OTHERS[name], others_here(name, folder_of("native"))
    lines = [[program.isa, name, *case[:-1]] for case in cases]
    raw = program.run("dump_others", lines=lines)
    at = 0
    for case, want in zip(cases, wanted, strict=True):
        part, at = raw[at : at + len(want)], at + len(want)
        if name == "threefry":  # records of a 64-bit number, a float and a double
            kinds = ["u8", "u4", "u8"]
            record = [("block", kinds[0]), ("float", kinds[1]), ("double", kinds[2])]
            order = [(field, program.order + kind) for field, kind in record]
            assert np.frombuffer(part, order).tolist() == np.frombuffer(want, record).tolist()
        elif name == "logs":  # floats, then doubles
            count = case[0]
            parts = [("float32", count), ("float64", count)]
            halves = np.frombuffer(want[: 4 * count], "f4"), np.frombuffer(want[4 * count :], "f8")
            for got, numbers in zip(program.arrays(part, parts), halves, strict=True):
                assert_same_bits(got, numbers, case)
        else:
            here_too = np.frombuffer(want, numpy_dtype(case[-1]))
            assert_same_bits(program.array(part, case[-1]), here_too, case)
    assert at == len(raw)
