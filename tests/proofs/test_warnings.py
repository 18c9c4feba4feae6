"""test_warnings.py: csrc/ compiles without a warning, by gcc and clang, for every instruction set.

Of all warnings -Wshadow and -Wconversion find most in code like this: a name that hides another,
a conversion that nobody meant.
"""

import platform

import compilers
import pytest

WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror"]
# Optimized, the compilers' own headers have functions where they else have macros, which warn.
FLAGS = [*WARNINGS, "-O1"]
BUILDS = [
    ("cc", ["scalar", "avx2", "avx512"] if platform.machine() == "x86_64" else ["scalar"]),
    ("clang-14", ["scalar", "avx2", "avx512"] if platform.machine() == "x86_64" else ["scalar"]),
    ("aarch64-linux-gnu-gcc", ["neon", "scalar"]),
]


@pytest.mark.parametrize(("compiler", "sets"), BUILDS)
@pytest.mark.parametrize("source", [*compilers.ONCE, *compilers.ONCE_A_SET])
def test_no_warning(source, compiler, sets):
    flags = [*FLAGS, *(f"-DTFPHILOX_HAVE_{isa.upper()}" for isa in sets)]
    if source in compilers.ONCE:
        builds = [flags]
    else:
        builds = [[*flags, *compilers.SETS[isa], f"-DTFPHILOX_TARGET_{isa}"] for isa in sets]
    for build in builds:
        done = compilers.syntax_of(compiler, source, build)
        assert done.returncode == 0, done.stderr
