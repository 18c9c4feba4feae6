"""test_c_proofs.py: the C programs that hold the kernels' functions to the host's, by bits.

tests/c/prove_float64.c tries the float64 kernels of every instruction set, tests/c/prove_libmath.c
the scalar functions of csrc/math/libmath.h. Both say so and are skipped where the host's libm is
not of the class that TensorFlow is held to; arguments for longer runs are in tests/README.md.
tests/c/prove_arraymath.c holds the samplers' functions of vectors to those scalar ones,
tests/c/prove_modulo.c the bounded integers' remainders to the processor's.
"""

import os
import platform
import shutil
import subprocess

import pytest
from places import C_PROGRAMS, CSRC

import tfphilox

FLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-fno-math-errno"]
AVX2 = ["-mavx2", "-mfma", "-mf16c", "-mpopcnt"]
AVX512 = [*AVX2, "-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx512bw"]
TARGETS = {"scalar": []}
if platform.machine() == "x86_64":
    TARGETS |= {"avx2": AVX2, "avx512": AVX512}
elif platform.machine() == "aarch64":
    TARGETS |= {"neon": []}
NOT_COMPARABLE = 77


def run(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    print(done.stdout)
    if done.returncode == NOT_COMPARABLE:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout
    assert done.stdout.strip(), "the program compared nothing"


@pytest.fixture
def compiler():
    found = os.environ.get("CC", "cc").split()
    if shutil.which(found[0]) is None:
        pytest.skip(f"no C compiler ({found[0]})")
    return [*found, *FLAGS]


def test_float64_kernels(compiler, tmp_path):
    objects = []
    for name, flags in TARGETS.items():
        objects.append(str(tmp_path / f"{name}.o"))
        macro = f"-DTFPHILOX_TARGET_{name}"
        source = str(CSRC / "fills.c")
        subprocess.run([*compiler, *flags, macro, "-c", source, "-o", objects[-1]], check=True)
    have = [f"-DTFPHILOX_HAVE_{name.upper()}" for name in TARGETS]
    parts = ("arithmetic", "counters", "dispatch", "proof", "tables")
    sources = [str(CSRC / f"{name}.c") for name in parts]
    program = str(tmp_path / "prove_float64")
    proof = str(C_PROGRAMS / "prove_float64.c")
    command = [*compiler, *have, proof, *sources, *objects, "-lm", "-o", program]
    subprocess.run(command, check=True)
    run(program, "10000000", str(os.getpid()))


@pytest.mark.parametrize("flags", [[], AVX2 if platform.machine() == "x86_64" else []])
def test_libmath(compiler, tmp_path, flags):
    program = str(tmp_path / "prove_libmath")
    proof = str(C_PROGRAMS / "prove_libmath.c")
    subprocess.run([*compiler, *flags, f"-I{CSRC}", proof, "-lm", "-o", program], check=True)
    run(program, "1000000", str(os.getpid()))


@pytest.mark.parametrize("name", TARGETS)
def test_modulo(compiler, tmp_path, name):
    if name not in tfphilox.available_isas():
        pytest.skip(f"instruction set {name}: absent")
    program = str(tmp_path / "prove_modulo")
    proof = str(C_PROGRAMS / "prove_modulo.c")
    target = [*TARGETS[name], f"-DTFPHILOX_TARGET_{name}", f"-I{CSRC}"]
    arithmetic = str(CSRC / "arithmetic.c")
    subprocess.run([*compiler, *target, proof, arithmetic, "-lm", "-o", program], check=True)
    run(program, "1000000", str(os.getpid()))


@pytest.mark.parametrize("name", TARGETS)
def test_arraymath(compiler, tmp_path, name):
    if name not in tfphilox.available_isas():
        pytest.skip(f"instruction set {name}: absent")
    program = str(tmp_path / "prove_arraymath")
    proof = str(C_PROGRAMS / "prove_arraymath.c")
    target = [*TARGETS[name], f"-DTFPHILOX_TARGET_{name}", f"-I{CSRC}"]
    subprocess.run([*compiler, *target, proof, "-lm", "-o", program], check=True)
    run(program, "1000000", str(os.getpid()))
