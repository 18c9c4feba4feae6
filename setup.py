"""Build the extension modules: the C core, its kernels once per instruction set.

Environment: TFPHILOX_SCALAR=1 leaves the instruction sets out; TFPHILOX_SANITIZE=address,undefined
builds with those sanitizers.
"""

import os
import platform
import sys
from pathlib import Path

import numpy as np
from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

CORE = ["csrc/arithmetic.c", "csrc/counters.c", "csrc/dispatch.c", "csrc/pool.c"]
HEADERS = sorted(str(path) for path in Path("csrc").glob("*.h"))
# Sources compiled once for each instruction set, by the extension that links them.
KERNELS = {
    "tfphilox._core": ["csrc/fills.c"],
    "tfphilox._samplers": [
        "csrc/gamma.c",
        "csrc/poisson.c",
        "csrc/binomial.c",
        "csrc/categorical.c",
        "csrc/truncated.c",
        "csrc/candidates.c",
    ],
}
FLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fvisibility=hidden", "-g0"]
AVX2 = ["-mavx2", "-mfma", "-mf16c"]
AVX512 = [*AVX2, "-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx512bw"]
MACHINES = {"x86_64": {"avx2": AVX2, "avx512": AVX512}, "aarch64": {"neon": []}}


def instruction_sets():
    """Name -> compiler flags of the kernels built besides the scalar ones."""
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    if os.environ.get("TFPHILOX_SCALAR") or sys.platform == "win32" or sys.maxsize < 2**32:
        return {}
    return MACHINES.get(machine, {})


class BuildExt(build_ext):
    """Compiles KERNELS once for each instruction set into their extensions."""

    def build_extension(self, ext):
        if ext.name in KERNELS:
            targets = {"scalar": [], **instruction_sets()}
            for name, flags in targets.items():
                # Beside the other objects, one folder a target: they come from one source.
                ext.extra_objects += self.compiler.compile(
                    KERNELS[ext.name],
                    output_dir=os.path.join(self.build_temp, name),
                    macros=[(f"TFPHILOX_TARGET_{name}", None)],
                    include_dirs=ext.include_dirs,
                    extra_postargs=ext.extra_compile_args + flags,
                    depends=ext.depends,
                )
                have = (f"TFPHILOX_HAVE_{name.upper()}", None)
                ext.define_macros = [*ext.define_macros, have]
        super().build_extension(ext)


sanitize = os.environ.get("TFPHILOX_SANITIZE")
flags = [] if sys.platform == "win32" else FLAGS
if sanitize:
    flags = [*flags, f"-fsanitize={sanitize}", "-fno-omit-frame-pointer", "-g"]
options = {
    "include_dirs": ["csrc", np.get_include()],
    "define_macros": [("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
    "extra_compile_args": flags,
    "extra_link_args": [f"-fsanitize={sanitize}"] if sanitize else [],
    "depends": HEADERS + [source for sources in KERNELS.values() for source in sources],
}
if sys.platform not in ("win32", "darwin"):
    options["extra_link_args"] = options["extra_link_args"] + ["-pthread"]

setup(
    cmdclass={"build_ext": BuildExt},
    ext_modules=cythonize(
        [
            Extension("tfphilox._core", ["src/tfphilox/_core.pyx", *CORE], **options),
            Extension("tfphilox.stream", ["src/tfphilox/stream.pyx"], **options),
            Extension(
                "tfphilox._samplers",
                ["src/tfphilox/_samplers.pyx", "csrc/samplers.c", "csrc/shards.c"],
                **options,
            ),
            Extension("tfphilox._calls", ["src/tfphilox/_calls.pyx"], **options),
            Extension("tfphilox._rng", ["src/tfphilox/_rng.pyx"], **options),
            Extension(
                "tfphilox._shuffles", ["src/tfphilox/_shuffles.pyx", "csrc/shuffles.c"], **options
            ),
            Extension("tfphilox._candidates", ["src/tfphilox/_candidates.pyx"], **options),
            Extension(
                "tfphilox._householder",
                ["src/tfphilox/_householder.pyx", "csrc/householder.c"],
                **options,
            ),
            Extension(
                "tfphilox._dropout", ["src/tfphilox/_dropout.pyx", "csrc/dropout.c"], **options
            ),
            Extension(
                "tfphilox._image",
                ["src/tfphilox/_image.pyx", "csrc/boxes.c", "csrc/colors.c"],
                **options,
            ),
            Extension("tfphilox._orders", ["src/tfphilox/_orders.pyx", "csrc/orders.c"], **options),
        ],
    ),
)
