"""compilers.py: the compilers that csrc/ is built with on its own, and the machines they build for.

One record a machine: its compiler, the flags beyond FLAGS that make its floats TensorFlow's, the
instruction sets to build, and what runs it. A tool that is absent skips its tests, visibly, but
fails them where TFPHILOX_REQUIRE_QEMU=1, as in CI.
"""

import concurrent.futures
import dataclasses
import functools
import os
import pathlib
import platform
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).absolute().parent
ROOT = next(folder for folder in HERE.parents if (folder / "csrc").is_dir())
CSRC = ROOT / "csrc"
PROGRAMS = ROOT / "tests" / "c"
FLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fvisibility=hidden"]
AVX2 = ["-mavx2", "-mfma", "-mf16c", "-mpopcnt"]
SETS = {
    "scalar": [],
    "neon": [],
    "avx2": AVX2,
    "avx512": [*AVX2, "-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx512bw"],
}
ONCE_A_SET = [
    "fills.c", "gamma.c", "poisson.c", "binomial.c", "categorical.c", "truncated.c", "candidates.c",
    "compiled.c", "search.c",
]  # fmt: skip
ONCE = sorted(path.name for path in CSRC.glob("*.c") if path.name not in ONCE_A_SET)


@dataclasses.dataclass(frozen=True)
class Machine:
    """Where csrc/ is built for and run."""

    compiler: str
    flags: tuple = ()
    sets: tuple = ("scalar",)
    emulator: str = ""  # none: what it makes runs here
    link: tuple = ("-static",)


# One set of each clang here: with each the whole package is built and tested too.
X86 = platform.machine() == "x86_64"
AVX2_SETS = ("avx2", "scalar") if X86 else ("scalar",)
AVX512_SETS = ("avx512", "scalar") if X86 else ("scalar",)
MACHINES = {
    "native": Machine(os.environ.get("CC", "cc"), link=()),
    "aarch64": Machine("aarch64-linux-gnu-gcc", sets=("neon", "scalar"), emulator="qemu-aarch64"),
    "s390x": Machine("s390x-linux-gnu-gcc", ("-fexcess-precision=fast",), emulator="qemu-s390x"),
    "riscv64": Machine("riscv64-linux-gnu-gcc", emulator="qemu-riscv64"),
    "ppc64le": Machine("powerpc64le-linux-gnu-gcc", emulator="qemu-ppc64le"),
    "i686": Machine("i686-linux-gnu-gcc", ("-msse2", "-mfpmath=sse")),
    "musl": Machine("musl-gcc"),
    "clang-14": Machine("clang-14", sets=AVX2_SETS, link=()),
    "clang-16": Machine("clang-16", sets=AVX512_SETS, link=()),
}
BUILDS = [(name, isa) for name, machine in MACHINES.items() for isa in machine.sets]


def unavailable(reason):
    """Skip, or fail where tools are required."""
    if os.environ.get("TFPHILOX_REQUIRE_QEMU") == "1":
        pytest.fail(f"TFPHILOX_REQUIRE_QEMU=1, but {reason}", pytrace=False)
    pytest.skip(reason)


def command_of(name):
    """A compiler's command as words; it has to be there."""
    words = name.split()
    if shutil.which(words[0]) is None:
        unavailable(f"there is no {words[0]}")
    return words


def emulator_of(machine):
    """The beginning of a command that runs what was built for a machine."""
    if not machine.emulator:
        return []
    found = shutil.which(machine.emulator) or shutil.which(f"{machine.emulator}-static")
    if found is None:
        unavailable(f"there is no {machine.emulator}")
    return [found]


def syntax_of(compiler, source, flags):
    """What a compiler says about a source; it makes nothing."""
    compiler = os.environ.get("CC", "cc") if compiler == "cc" else compiler
    flags = [*FLAGS, *flags, f"-I{CSRC}", "-fsyntax-only"]
    command = [*command_of(compiler), *flags, str(CSRC / source)]
    return subprocess.run(command, capture_output=True, text=True)


def at_once(commands, env=None):
    """Run commands side by side, as many as there are processors."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(functools.partial(subprocess.run, check=True, env=env), commands))


def build(machine, directory, programs):
    """Compile csrc/ and programs of tests/c for a machine, and link them in a folder."""
    common = [*command_of(machine.compiler), *FLAGS, *machine.flags, f"-I{CSRC}", "-c"]
    have = [f"-DTFPHILOX_HAVE_{isa.upper()}" for isa in machine.sets]
    compile_all, objects = [], []
    for isa in machine.sets:
        for name in ONCE_A_SET:
            objects.append(str(directory / f"{name}-{isa}.o"))
            flags = [*SETS[isa], f"-DTFPHILOX_TARGET_{isa}"]
            compile_all.append([*common, *flags, str(CSRC / name), "-o", objects[-1]])
    for name in ONCE:
        objects.append(str(directory / f"{name}.o"))
        compile_all.append([*common, *have, str(CSRC / name), "-o", objects[-1]])
    for name in programs:
        source = [str(PROGRAMS / f"{name}.c"), "-o", str(directory / f"{name}.o")]
        compile_all.append([*common, *have, *source])
    at_once(compile_all)
    link = [*command_of(machine.compiler), *machine.flags, *machine.link]
    for name in programs:
        files = [str(directory / f"{name}.o"), *objects, "-o", str(directory / name)]
        subprocess.run([*link, *files, "-pthread", "-lm"], check=True)
