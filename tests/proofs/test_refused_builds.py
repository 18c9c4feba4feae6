"""test_refused_builds.py: compilers that would make other numbers stop, with what to do.

csrc/platform.h and the headers of csrc/isa say it in an #error. And, by the compilers of the
package ziglang from PyPI: csrc/ compiles without a warning for machines that nothing here runs.
Without their tools these tests are skipped, but fail where TFPHILOX_REQUIRE_QEMU=1, as in CI.
"""

import importlib.util
import os
import platform
import sys

import compilers
import pytest

X87 = "-msse2 -mfpmath=sse"
FAST = "Remove -ffast-math"
SENTENCES = [  # compiler, flags, what the message has
    ("cc", ["-ffast-math"], FAST),
    ("cc", ["-Ofast"], FAST),
    ("cc", ["-ffinite-math-only"], "Remove -ffinite-math-only"),
    ("cc", ["-std=c99"], "-std=c11"),
    ("cc", ["-D__STDC_NO_ATOMICS__=1"], "/std:c11 /experimental:c11atomics"),
    ("clang-14", ["-ffast-math"], FAST),
    ("clang-14", ["-ffinite-math-only"], "Remove -ffinite-math-only"),
    ("clang-16", ["-ffast-math"], FAST),
    ("i686-linux-gnu-gcc", [], X87),
    ("i686-linux-gnu-gcc", ["-msse2"], X87),
    ("s390x-linux-gnu-gcc", [], "-fexcess-precision=fast"),
    # gcc 12 names these in macros; clang does not
    ("aarch64-linux-gnu-gcc", ["-freciprocal-math"], "Remove -freciprocal-math"),
    ("aarch64-linux-gnu-gcc", ["-fno-signed-zeros"], "Remove -fno-signed-zeros"),
    (
        "aarch64-linux-gnu-gcc",
        ["-fassociative-math", "-fno-signed-zeros", "-fno-trapping-math"],
        "Remove -fassociative-math",
    ),
]
INSTRUCTION_SETS = [
    ("x86_64", "cc", "avx2", [], "-mavx2 -mfma -mf16c -mpopcnt"),
    ("x86_64", "cc", "avx2", ["-mavx2"], "-mavx2 -mfma -mf16c -mpopcnt"),
    ("x86_64", "cc", "avx512", compilers.AVX2, "-mavx512f -mavx512dq -mavx512vl -mavx512bw"),
    ("", "s390x-linux-gnu-gcc", "neon", ["-fexcess-precision=fast"], "64-bit ARM"),
]


@pytest.mark.parametrize(("compiler", "flags", "sentence"), SENTENCES)
def test_refused(compiler, flags, sentence):
    done = compilers.syntax_of(compiler, "counters.c", flags)
    assert done.returncode != 0
    assert "#error" in done.stderr
    assert sentence in done.stderr


@pytest.mark.parametrize("source", sorted(path.name for path in compilers.CSRC.glob("*.c")))
def test_every_source_refuses(source):
    done = compilers.syntax_of("cc", source, ["-ffast-math"])
    assert done.returncode != 0
    assert FAST in done.stderr


@pytest.mark.parametrize(("machine", "compiler", "isa", "flags", "sentence"), INSTRUCTION_SETS)
def test_instruction_set_without_its_flags(machine, compiler, isa, flags, sentence):
    if machine and machine != platform.machine():
        pytest.skip(f"this machine is no {machine}")
    for source in compilers.ONCE_A_SET:
        done = compilers.syntax_of(compiler, source, [*flags, f"-DTFPHILOX_TARGET_{isa}"])
        assert done.returncode != 0
        assert "#error" in done.stderr
        assert sentence in done.stderr


def test_intrinsics_stand_in_isa_alone():
    for path in [*compilers.CSRC.glob("*.[ch]"), *compilers.CSRC.glob("math/*.h")]:
        text = path.read_text()
        for word in ("_mm_", "_mm256_", "_mm512_", "immintrin.h", "arm_neon.h"):
            assert word not in text, path.name


# zig counts the features of a processor one by one, and this one of clang's with them.
SETS = {**compilers.SETS, "avx512": [*compilers.SETS["avx512"], "-mevex512"]}
TARGETS = {
    "x86_64-windows-gnu": ["scalar", "avx2", "avx512"],
    "aarch64-windows-gnu": ["scalar", "neon"],
    "x86_64-macos": ["scalar", "avx2", "avx512"],
    "aarch64-macos": ["scalar", "neon"],
}


@pytest.mark.parametrize("target", TARGETS)
def test_compiles_elsewhere(target, tmp_path):
    if importlib.util.find_spec("ziglang") is None:
        compilers.unavailable("there is no ziglang")
    zig = [sys.executable, "-m", "ziglang", "cc", "-target", target]
    # Warnings and assembler do not depend on -O; its own runtime checks are no matter here.
    flags = [*compilers.FLAGS, "-O0", "-fno-sanitize=all", "-Wall", "-Wextra", "-Werror"]
    have = [f"-DTFPHILOX_HAVE_{isa.upper()}" for isa in TARGETS[target]]
    caches = {f"ZIG_{kind}_CACHE_DIR": str(tmp_path / "cache") for kind in ("LOCAL", "GLOBAL")}
    commands = []
    for isa in ["", *TARGETS[target]]:
        which = [*SETS[isa], f"-DTFPHILOX_TARGET_{isa}"] if isa else have
        for name in compilers.ONCE_A_SET if isa else compilers.ONCE:
            made = ["-c", str(compilers.CSRC / name), "-o", str(tmp_path / f"{name}-{isa}.o")]
            commands.append([*zig, *flags, *which, f"-I{compilers.CSRC}", *made])
    compilers.at_once(commands, {**os.environ, **caches})
