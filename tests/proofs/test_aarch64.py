"""test_aarch64.py: the C core alone, cross-compiled for aarch64 and run under qemu.

tests/c/dump_stream.c and dump_samplers.c link csrc/ without Python. Built for aarch64 (NEON and
scalar kernels), their numbers are compared with those of the extension modules here, the fills'
with reference.py too, and with the committed sums of all 2^23 inputs of logarithm, sine and
cosine. The same programs built for this machine are compared too, so the C-only build is tested
where no cross compiler is.

The aarch64 part is skipped without aarch64-linux-gnu-gcc and qemu-aarch64, but fails without them
where TFPHILOX_REQUIRE_QEMU=1, as in CI.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys

import make_float_sums
import numpy as np
import pytest
import reference
from bits import KINDS, as_list, assert_same_bits, numpy_dtype
from places import C_PROGRAMS, CSRC

from tfphilox import _candidates, _core, _samplers

SOURCES = ["arithmetic.c", "counters.c", "dispatch.c", "pool.c"]
FLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fvisibility=hidden"]
KIND_NUMBERS = {
    name: number
    for number, name in enumerate(["words", "uniform", "normal", "truncated_normal", "integers"])
}
DTYPE_NUMBERS = {
    name: number
    for number, name in enumerate(
        ["float16", "bfloat16", "float32", "float64", "int32", "int64", "uint32", "uint64"]
    )
}
BOUNDS = {"int32": (-1000, 2001), "int64": (-(10**15), 2 * 10**15 + 7)}
KEY = 0xA4093822299F31D0
COUNTERS = [0x082EFA98_EC4E6C89_452821E6_38D01377, 2**64 - 700, 2**128 - 3]


KERNELS = ["gamma.c", "poisson.c", "binomial.c", "categorical.c", "truncated.c", "candidates.c"]
PROGRAMS = {  # what is compiled once for each instruction set, and once
    "dump_stream": (["fills.c"], SOURCES),
    "dump_samplers": (["fills.c", *KERNELS], [*SOURCES, "samplers.c", "shards.c"]),
}


def build(directory, compiler, names, extra=()):
    """Compile the programs with the kernels of `names`; return the folder they are in."""
    common = [*compiler, *FLAGS, f"-I{CSRC}"]
    have = [f"-DTFPHILOX_HAVE_{name.upper()}" for name in names]
    for program, (kernels, others) in PROGRAMS.items():
        objects = []
        for name in names:
            for kernel in kernels:
                objects.append(str(directory / f"{kernel}_{name}.o"))
                source = [str(CSRC / kernel), f"-DTFPHILOX_TARGET_{name}", "-o", objects[-1]]
                subprocess.run([*common, "-c", *source], check=True)
        sources = [str(C_PROGRAMS / f"{program}.c"), *(str(CSRC / name) for name in others)]
        link = ["-o", str(directory / program), *objects, "-pthread", "-lm", *extra]
        subprocess.run([*common, *have, *sources, *link], check=True)
    return directory


def unavailable(reason):
    if os.environ.get("TFPHILOX_REQUIRE_QEMU") == "1":
        pytest.fail(f"TFPHILOX_REQUIRE_QEMU=1, but {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def native(tmp_path_factory):
    compiler = os.environ.get("CC", "cc").split()
    if sys.platform == "win32" or shutil.which(compiler[0]) is None:
        pytest.skip(f"no C compiler ({compiler[0]})")
    return [], build(tmp_path_factory.mktemp("native"), compiler, ["scalar"])


@pytest.fixture(scope="module")
def aarch64(tmp_path_factory):
    if platform.machine() in ("aarch64", "arm64"):
        pytest.skip("this machine is an aarch64: the other tests run NEON as it is")
    compiler = os.environ.get("TFPHILOX_AARCH64_CC", "aarch64-linux-gnu-gcc").split()
    emulator = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")
    if shutil.which(compiler[0]) is None:
        unavailable(f"there is no cross compiler {compiler[0]}")
    if emulator is None:
        unavailable("there is no qemu-aarch64")
    directory = tmp_path_factory.mktemp("aarch64")
    return [emulator], build(directory, compiler, ["scalar", "neon"], ["-static"])


BUILDS = ["native scalar", "aarch64 scalar", "aarch64 neon"]


@pytest.fixture(params=BUILDS)
def program(request):
    """(command, instruction set) of each build of dump_stream."""
    machine, name = request.param.split()
    emulator, folder = request.getfixturevalue(machine)
    return [*emulator, str(folder / "dump_stream")], name


@pytest.fixture(params=BUILDS)
def sampler(request):
    """The same of dump_samplers, as the beginning of a command."""
    machine, name = request.param.split()
    emulator, folder = request.getfixturevalue(machine)
    return [*emulator, str(folder / "dump_samplers"), name]


def run(command, *arguments):
    words = [*command, *(str(argument) for argument in arguments)]
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, timeout=300).stdout


def parameters(kind, dtype, counter, first, count, mul=1.0, add=-0.0):
    minval, maxval = BOUNDS.get(dtype, (0, 0)) if kind == "integers" else (0, 0)
    return [
        KIND_NUMBERS[kind], DTYPE_NUMBERS[dtype], hex(KEY), hex(counter & reference.MASK64),
        hex(counter >> 64), first, count, float(mul).hex(), float(add).hex(), minval,
        maxval - minval,
    ]  # fmt: skip


def here(kind, dtype, counter, first, count, **scaling):
    """The same fill by the scalar kernels of the extension module."""
    bounds = {}
    if kind == "integers":
        minval, maxval = BOUNDS.get(dtype, (None, None))
        bounds = dict(minval=minval, maxval=maxval)
    return _core.fill_with("scalar", kind, dtype, KEY, counter, first, count, **bounds, **scaling)


def array(raw, dtype):
    return np.frombuffer(raw, numpy_dtype(dtype))


def test_instruction_sets(program):
    command, name = program
    names = run(command, "isas").decode().split()
    assert name in names
    assert names[-1] == "scalar"
    if "aarch64" in command[-1]:
        assert names == ["neon", "scalar"]


def test_unknown_instruction_set(program):
    command, _ = program
    with pytest.raises(subprocess.CalledProcessError):
        run(command, "math", "bogus", "log")


@pytest.mark.parametrize(("kind", "dtype"), KINDS)
def test_fills(program, kind, dtype):
    command, name = program
    for counter in COUNTERS:
        for first, count in [(0, 40_000), (3, 10_001), (2**40 + 5, 333)]:
            raw = run(command, "fill", name, *parameters(kind, dtype, counter, first, count))
            assert_same_bits(array(raw, dtype), here(kind, dtype, counter, first, count))


@pytest.mark.parametrize(("kind", "dtype"), [pair for pair in KINDS if pair[1] in reference.FLOATS])
def test_scaled_fills(program, kind, dtype):
    command, name = program
    tiny = 2.0 ** {"float16": -14, "float64": -1022}.get(dtype, -126)
    for mul, add in [(-1.5, 0.1875), (0.5, 0.0), (tiny, tiny), (-3 * tiny, 0.0), (0.0, -0.0)]:
        raw = run(command, "fill", name, *parameters(kind, dtype, COUNTERS[0], 1, 3000, mul, add))
        want = here(kind, dtype, COUNTERS[0], 1, 3000, mul=mul, add=add)
        assert_same_bits(array(raw, dtype), want, f"* {mul} + {add}")


@pytest.mark.parametrize(("kind", "dtype"), KINDS)
def test_fills_against_reference(program, kind, dtype):
    command, name = program
    if dtype == "float64" and "normal" in kind:
        try:
            reference.float64_math()
        except reference.Unavailable as reason:
            pytest.skip(str(reason))
    minval, maxval = BOUNDS.get(dtype, (None, None)) if kind == "integers" else (None, None)
    want = reference.fill(kind, dtype, KEY, COUNTERS[1], 5, 500, minval, maxval)
    raw = run(command, "fill", name, *parameters(kind, dtype, COUNTERS[1], 5, 500))
    assert as_list(array(raw, dtype)) == want


def test_threads(program):
    command, name = program
    arguments = parameters("truncated_normal", "float32", COUNTERS[0], 7, 300_001)
    alone = run(command, "fill", name, *arguments)
    for threads in (1, 2, 5):
        raw = run(command, "job", threads, name, *arguments)
        assert hashlib.sha256(raw).digest() == hashlib.sha256(alone).digest(), threads


def test_stateless_seeds(program):
    command, _ = program
    for seed in [(1, 2), (0, 0), (-5, 7), (2**63 - 1, -(2**63))]:
        key, low, high = np.frombuffer(run(command, "scramble", *seed), "u8").tolist()
        assert (key, low | high << 64) == reference.stateless_key_counter(*seed)


@pytest.mark.parametrize("function", make_float_sums.NAMES)
def test_exhaustive(program, function):
    """All 2^23 inputs, against the committed sums from glibc."""
    command, name = program
    with open(make_float_sums.OUTPUT) as file:
        want = json.load(file)["sha256"][function]
    assert hashlib.sha256(run(command, "math", name, function)).hexdigest() == want


# ---- the samplers ---------------------------------------------------------------------------

COUNTER = 0x452821E638D01377 << 64 | 0xFFFFFFFFFFFFFF00
PARAMETERS = {
    "gamma": [(0.3, 1.0), (1.0, 2.5), (1.01, 0.5), (2.5, 1.0), (500.0, 3.0), (1e-3, 1.0)],
    "poisson": [(rate, 0.0) for rate in (0.0, 0.4, 5.0, 9.9, 10.0, 33.3, 1e4)],
    "binomial": [(10.0, 0.3), (20.0, 0.5), (20.0, 0.49), (30.0, 0.9), (1e4, 0.7), (5.0, 1.0)],
}
INTEGER_KINDS = ["uniform", "log_uniform", "learned", "fixed"]


def made_up(count):
    return np.arange(count) * 7919 % 1000 / 64.0


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "int64"])
@pytest.mark.parametrize("kind", PARAMETERS)
def test_samplers(sampler, kind, dtype):
    pairs = np.array(PARAMETERS[kind])
    if dtype == "float16" and kind == "gamma":
        pairs = pairs[:4]
    numbers = [DTYPE_NUMBERS[dtype], DTYPE_NUMBERS["float32"], 2001]
    raw = run([*sampler, kind], *numbers, *(float(x).hex() for x in pairs.flat))
    out = np.empty((2001, len(pairs)), dtype)
    a, b = (np.ascontiguousarray(column) for column in pairs.T)
    scaled = kind == "gamma"
    _samplers.sample(kind, KEY, COUNTER, a, b, np.dtype("float32"), out, scaled, 1)
    assert_same_bits(array(raw, dtype), out.reshape(-1))


@pytest.mark.parametrize("logits_dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("rows", "classes", "samples"), [(1, 10, 5000), (3000, 3, 1), (99, 257, 2)]
)
@pytest.mark.parametrize("threads", [1, 4])
def test_categorical(sampler, logits_dtype, rows, classes, samples, threads):
    numbers = [DTYPE_NUMBERS["int32"], DTYPE_NUMBERS[logits_dtype], rows, classes, samples, threads]
    raw = run([*sampler, "categorical"], *numbers)
    logits = made_up(rows * classes).astype(logits_dtype).reshape(rows, classes)
    out = np.empty((rows, samples), np.int32)
    _samplers.categorical(KEY, COUNTER, logits, out, threads, 1)
    assert_same_bits(array(raw, "int32"), out.reshape(-1))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("bounds", [(-2, 2), (-0.5, 0.5), (3, 30), (-30, -1)])
@pytest.mark.parametrize("by_batch", [False, True])
def test_truncated(sampler, dtype, bounds, by_batch):
    parameters = [0.1, 1.5, *bounds]
    numbers = [DTYPE_NUMBERS[dtype], int(by_batch), 20_050, 3]
    raw = run([*sampler, "truncated"], *numbers, *(float(x).hex() for x in parameters))
    out = np.empty(20_050, dtype)
    batches, samples = (201, 100) if by_batch else (1, out.size)
    rows = np.array(parameters).reshape(4, 1)
    _samplers.truncated(KEY, COUNTER, rows, batches, samples, by_batch, out, 3, 1)
    assert_same_bits(array(raw, dtype), out)


@pytest.mark.parametrize("unique", [False, True])
@pytest.mark.parametrize("kind", INTEGER_KINDS)
def test_candidates(sampler, kind, unique):
    raw = run([*sampler, "candidates"], INTEGER_KINDS.index(kind), 70_001, int(unique), 5000)
    weights = None
    if kind == "fixed":
        weights = _candidates.distort(made_up(70_001).astype(np.float32), 0.75)
    drawn = _candidates.Sampler(kind, 70_001, weights)
    classes, _, counts = drawn.sample(5000, unique, KEY, COUNTER, np.zeros((0, 1), np.int64))
    assert_same_bits(array(raw[: 8 * 5000], "int64"), classes)
    assert_same_bits(array(raw[8 * 5000 :], "float32"), counts)
