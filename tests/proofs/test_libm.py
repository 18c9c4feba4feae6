"""test_libm.py: the float functions, against the host's glibc: float32's on every input there is.

core/test_exhaustive.py holds the same 2^23 results of float32 to sums made from glibc once; here
the host itself is asked, and the oracle's tables are held to the sums. The float64 functions have
2^52 inputs: millions of random ones and the neighbourhoods of all the borders are tried against a
host of class 1.
"""

import functools
import hashlib
import json
import os
import platform
import shutil
import subprocess

import make_float_sums
import numpy as np
import pytest
import reference
from bits import assert_same_bits

from tfphilox._c import _core

NAMES = make_float_sums.NAMES


@pytest.fixture(scope="module")
def sums():
    with open(make_float_sums.OUTPUT) as file:
        return json.load(file)["sha256"]


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    if platform.libc_ver()[0] != "glibc":
        pytest.skip(f"the host's libc is {platform.libc_ver()}, not glibc: only the sums judge")
    compiler = os.environ.get("CC", "cc").split()[0]
    if shutil.which(compiler) is None:
        pytest.skip(f"no C compiler ({compiler}) to call the host's libm with: only the sums judge")
    return make_float_sums.compile_program(str(tmp_path_factory.mktemp("sums")))


@functools.cache
def host_results(program, name):
    return np.frombuffer(make_float_sums.results(program, name), dtype="<f4")


@pytest.mark.parametrize("name", NAMES)
def test_host_libm(isa, name, program):
    assert_same_bits(
        _core.float_math(name, isa), host_results(program, name), f"{name} against libm"
    )


@pytest.mark.parametrize("name", NAMES)
def test_reference_tables(name, sums):
    """The oracle's own float32 functions, which judge where there is no glibc, are glibc's."""
    raw = reference.float32_tables()[name].astype("<f4", copy=False).tobytes()
    assert hashlib.sha256(raw).hexdigest() == sums[name]


def test_reference_tables_serve_as_math():
    tables, judge = reference.TableMath(), reference.float32_math()
    for m in [0, 1, 2, 12345, 1 << 20, 1 << 21, 1 << 22, (1 << 23) - 1, *range(5000, 400_000, 997)]:
        assert tables.log(m) == judge.log(m), m
        assert tables.sincos(m) == judge.sincos(m), m


# --- float64 -------------------------------------------------------------------------------------

SOURCE64 = r"""
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <string.h>

/* usage: program log|sin|cos < doubles > doubles */
int main(int argc, char **argv)
{
    static double x[4096];
    size_t n;
    while (argc == 2 && (n = fread(x, sizeof *x, 4096, stdin)) > 0) {
        for (size_t i = 0; i < n; i++) {
            double sine, cosine;
            sincos(x[i], &sine, &cosine);
            x[i] = argv[1][0] == 'l' ? log(x[i]) : argv[1][0] == 's' ? sine : cosine;
        }
        if (fwrite(x, sizeof *x, n, stdout) != n)
            return 1;
    }
    return 0;
}
"""


@pytest.fixture(scope="module")
def program64(tmp_path_factory):
    try:
        reference.float64_math()
    except reference.Unavailable as reason:
        pytest.skip(str(reason))
    compiler = os.environ.get("CC", "cc").split()[0]
    if shutil.which(compiler) is None:
        pytest.skip(f"no C compiler ({compiler}) to call the host's libm with")
    directory = tmp_path_factory.mktemp("float64")
    (directory / "float64.c").write_text(SOURCE64)
    command = [compiler, "-O2", "-ffp-contract=off", "-fno-builtin", str(directory / "float64.c")]
    subprocess.run([*command, "-o", str(directory / "float64"), "-lm"], check=True)
    return str(directory / "float64")


@functools.cache
def uniforms64():
    """u = k * 2^-52: random, and 40 grid steps each side of every border an algorithm may have."""
    rng = np.random.default_rng(64)
    random = rng.integers(0, 1 << 52, 1_500_000)
    small = rng.integers(0, 1 << 52, 200_000) >> rng.integers(0, 52, 200_000)
    steps = np.arange(-40, 41)
    borders = [
        np.arange(0, 4097) << 40,
        np.arange(0, 1025) << 42,
        (1 << np.arange(52)).astype("i8"),
    ]
    # multiples of pi / 4, of 1 / 128 and the ends of sincos' bands, as u = x / (2 pi)
    points = [np.arange(0, 9) / 8, np.arange(0, 810) / 128 / (2 * np.pi), np.arange(0, 65) / 64]
    points += [np.array([0.126, 0.855469, 2.426265, 1e-7, 1 - 0.0625, 1 - 0.03125, 1.0]) / scale
               for scale in (1, 2 * np.pi)]  # fmt: skip
    borders += [np.round(point * 2.0**52).astype("i8") for point in points]
    near = (np.concatenate(borders)[:, None] + steps).ravel()
    last = (1 << 52) - 1 - np.arange(2000)  # logarithms of almost 1
    every = np.concatenate([random, small, near, np.arange(2000), last])
    return np.unique(np.clip(every, 0, (1 << 52) - 1)) * 2.0**-52


@functools.cache
def host64(program, name):
    u = uniforms64()
    x = np.maximum(u, 1e-7) if name == "log" else 2 * np.pi * u
    raw = subprocess.run([program, name], input=x.tobytes(), stdout=subprocess.PIPE, check=True)
    return x, np.frombuffer(raw.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_float64_host_libm(isa, name, program64):
    x, want = host64(program64, name)
    assert x.size > 1_500_000
    assert_same_bits(_core.float_math64(name, x, isa), want, f"{name} of doubles against libm")
