"""setup.py: the extension modules, whose kernels are compiled once for each instruction set.

Every file is one step: Cython's or the C compiler's, whose output is made anew when the command or
one of the files that it read has changed since. The compilers say which files they read. Steps run
in threads, as many as there are processors (`build_ext -j N`: N of them).

`pip install .` leaves nothing in the tree; an editable install and `build_ext --inplace` keep their
objects in build/, so that the next build makes only what has changed.

Environment: TFPHILOX_SCALAR=1 leaves the instruction sets out; TFPHILOX_SANITIZE=address,undefined
builds with those sanitizers; TFPHILOX_ABI3=1 builds for the stable interface of Python 3.11, so
that one wheel serves every later Python, at a price for each call.
"""

import atexit
import gzip
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import Cython
import numpy as np
import setuptools
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist
from setuptools.errors import CompileError, LinkError

SOURCES = {  # module -> what it links besides its Cython file
    "_core": [
        "arithmetic.c",
        "counters.c",
        "dispatch.c",
        "pool.c",
        "proof.c",
        "self_test.c",
        "tables.c",
    ],
    "stream": [],
    "bit_generator": [],
    "_samplers": ["samplers.c", "self_test_samplers.c", "shards.c", "tables.c"],
    "_locks": [],
    "_calls": [],
    "_undo": [],
    "_rng": [],
    "_shuffles": ["shuffles.c"],
    "_candidates": [],
    "_compiled": ["compiled_table.c", "self_test_compiled.c", "tables.c"],
    "_householder": ["householder.c"],
    "_dropout": ["dropout.c"],
    "_image": ["boxes.c", "colors.c"],
    "_orders": ["orders.c", "tables.c"],
    "_search": ["search_table.c"],
}
KERNELS = {  # module -> what it links once for each instruction set
    "_core": ["fills.c"],
    "_samplers": [
        "truncated.c",
        "gamma.c",
        "poisson.c",
        "binomial.c",
        "categorical.c",
        "candidates.c",
    ],
    "_compiled": ["compiled.c"],
    "_search": ["search.c"],
}
AVX2 = ["-mavx2", "-mfma", "-mf16c", "-mpopcnt"]
AVX512 = [*AVX2, "-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx512bw"]
INSTRUCTION_SETS = {
    "x86_64": {"avx2": AVX2, "avx512": AVX512},
    "amd64": {"avx2": AVX2, "avx512": AVX512},
    "aarch64": {"neon": []},
    "arm64": {"neon": []},
}
FLAGS = [
    "-std=c11", "-ffp-contract=off", "-fno-math-errno", "-fvisibility=hidden", "-g0",
    "-fno-asynchronous-unwind-tables",  # nothing is thrown through these frames
]  # fmt: skip
# bindings where -Os is felt: they get -O2
FELT = {"stream.c", "_core.c", "_locks.c", "_rng.c", "_undo.c"}
ABI3 = ["cp311", "0x030B0000"] if os.environ.get("TFPHILOX_ABI3") else None
MSVC = ["/std:c11", "/experimental:c11atomics", "/O2", "/fp:precise"]
PRECISION = {  # what keeps float and double arithmetic from being done in wider types
    "i386": ["-msse2", "-mfpmath=sse"],
    "i686": ["-msse2", "-mfpmath=sse"],
    "s390x": ["-fexcess-precision=fast"],
}
PACKED = "-Wl,-z,noseparate-code"  # where the linker has it: 8 KB less a module
TOOLS = [sys.version, np.__version__, Cython.__version__, setuptools.__version__]
PROBE = """
#include "platform.h"
#include <stdatomic.h>
_Alignas(16) static _Atomic int probe;
int tfphilox_probe(void) { return atomic_load(&probe); }
"""


class BuildExt(build_ext):
    """Makes each extension's files, where they are not up to date, and links them."""

    def finalize_options(self):
        super().finalize_options()
        if self.editable_mode:  # setuptools would throw them away
            self.build_temp = self.build_lib = os.path.join("build", "editable")
        # The extension modules' Python and this machine may be others than those that build.
        self.machine = sysconfig.get_platform().rpartition("-")[2]
        self.threads = self.parallel if isinstance(self.parallel, int) else os.cpu_count()

    def build_extensions(self):
        self.unix = self.compiler.compiler_type != "msvc"
        self.flags = [*FLAGS, *PRECISION.get(self.machine, [])] if self.unix else MSVC
        self.targets = {"scalar": []}
        if self.unix and not os.environ.get("TFPHILOX_SCALAR"):
            self.targets |= INSTRUCTION_SETS.get(self.machine, {})
        self.link_flags = []
        if self.unix and sys.platform != "win32" and not sys.platform.startswith("darwin"):
            self.link_flags = ["-pthread", "-Wl,-s"]
        self.try_compiler()
        if sys.platform == "linux" and self.links_with(PACKED):
            self.link_flags.append(PACKED)
        sanitize = os.environ.get("TFPHILOX_SANITIZE")
        if sanitize:
            self.flags = [*self.flags, f"-fsanitize={sanitize}", "-fno-omit-frame-pointer", "-g"]
            self.link_flags = [f"-fsanitize={sanitize}", "-pthread"]
            self.try_compiler(f"with TFPHILOX_SANITIZE={sanitize}")
        with ThreadPoolExecutor(self.threads) as pool:
            steps = {ext.name: self.begin(pool, ext) for ext in self.extensions}
            try:
                for ext in self.extensions:
                    self.link(ext, [step.result() for step in steps[ext.name]])
            except (CompileError, LinkError, subprocess.CalledProcessError) as error:
                pool.shutdown(cancel_futures=True)
                sys.exit(f"error: {error}")

    def begin(self, pool, ext):
        """Begin to make the objects of an extension, those that take longest first."""
        name = ext.name.rpartition(".")[2]
        have = [(f"TFPHILOX_HAVE_{target.upper()}", None) for target in self.targets]
        steps = [
            pool.submit(self.compile, ext, f"csrc/{source}", target, flags, [])
            for source in KERNELS.get(name, [])
            for target, flags in self.targets.items()
        ]
        steps.append(pool.submit(self.translate, ext, name))
        steps += [
            pool.submit(self.compile, ext, f"csrc/{source}", "", [], have + self.described(source))
            for source in SOURCES[name]
        ]
        return steps

    def described(self, source):
        """Return the macros that tell a build what it was made with."""
        if source != "self_test.c":
            return []
        fill = ["-O3"] if self.unix else []
        said = {
            "FLAGS": " ".join([*os.environ.get("CFLAGS", "").split(), *self.flags, *fill]),
            "PLATFORM": sysconfig.get_platform(),
        }
        return [(f"TFPHILOX_{name}", json.dumps(text)) for name, text in said.items()]

    def translate(self, ext, name):
        """Make C of a Cython file, and an object of that."""
        target = os.path.join(self.build_temp, "cython", f"{name}.c")
        command = [sys.executable, "-m", "cython", "--depfile", ext.sources[0], "-o", target]
        self.make(target, [], lambda: subprocess.run(command, check=True), target + ".dep")
        return self.compile(ext, target, "cython", ["-Wno-sign-compare"], [])  # Cython's own

    def compile(self, ext, source, folder, flags, macros):
        """Make an object of a C file."""
        where = os.path.join(self.build_temp, folder)
        (target,) = self.compiler.object_filenames([source], output_dir=where)
        level = "-O3"
        if folder == "cython":
            level = "-O2" if os.path.basename(source) in FELT else "-Os"
        level = [level] if self.unix else []
        if os.environ.get("TFPHILOX_SANITIZE"):
            level = ["-O1"]  # a third of the time
        depfile = target + ".d" if self.unix else None
        options = [*self.flags, *level, *flags]
        if folder in self.targets:
            macros = [(f"TFPHILOX_TARGET_{folder}", None)]
        command = [*getattr(self.compiler, "compiler_so", []), *options, str(macros)]

        def run():
            self.compiler.compile(
                [source],
                output_dir=where,
                macros=[*ext.define_macros, *macros],
                include_dirs=ext.include_dirs,
                extra_postargs=[*options, "-MMD", "-MF", depfile] if depfile else options,
            )

        return self.make(target, command, run, depfile)

    def make(self, target, command, run, depfile):
        """Run a step unless its output is up to date; return the name of the output."""
        command = [*TOOLS, *command]
        record = Path(target + ".made")
        if self.force or not up_to_date(target, record, command):
            record.unlink(missing_ok=True)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            run()
            read = files_read(depfile) if depfile else None
            record.write_text(json.dumps({"command": command, "read": read}))
        return target

    def link(self, ext, objects):
        target = self.get_ext_fullpath(ext.name)
        command = [*getattr(self.compiler, "linker_so", []), *objects, *self.link_flags]

        def run():
            self.compiler.link_shared_object(
                objects,
                target,
                libraries=self.get_libraries(ext),
                extra_postargs=self.link_flags,
                export_symbols=self.get_export_symbols(ext),
                build_temp=self.build_temp,
            )

        record = Path(self.build_temp, f"{ext.name}.made")
        if self.force or not up_to_date(target, record, command):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            Path(target).unlink(missing_ok=True)  # distutils would keep it where flags changed
            run()
            record.write_text(json.dumps({"command": command, "read": objects}))

    def links_with(self, flag):
        """Say whether the linker takes a flag (zig's takes few)."""
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "probe.c"), Path(folder, "probe.so")
            source.write_text("int probe(void) { return 0; }\n")
            command = [*self.compiler.linker_so, flag, str(source), "-o", str(target)]
            return subprocess.run(command, capture_output=True).returncode == 0

    def try_compiler(self, how="with the flags that the numbers need"):
        """Say in one line what is wrong with the compiler, if something is."""
        if not self.unix:
            return
        command = [*self.compiler.compiler_so, *self.flags, "-Icsrc"]
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "probe.c")
            source.write_text(PROBE)
            try:
                subprocess.run(
                    [*command, "-c", str(source), "-o", os.path.join(folder, "probe.o")],
                    check=True,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            except OSError:
                sys.exit(
                    f"error: there is no C compiler {command[0]!r}: install gcc or clang, or let "
                    "CC name one"
                )
            except subprocess.CalledProcessError as error:
                lines = error.stderr.splitlines() or [f"it exits with {error.returncode}"]
                said = next((line for line in lines if "error" in line), lines[-1])
                sys.exit(f"error: the compiler {command[0]!r} does not build {how}: {said}")


def up_to_date(target, record, command):
    """Say whether a step's output is newer than all that it was made from, and made so."""
    try:
        made = json.loads(record.read_text())
        time = os.stat(target).st_mtime_ns
        return (
            made["command"] == command
            and made["read"] is not None
            and all(os.stat(path).st_mtime_ns <= time for path in made["read"])
        )
    except (OSError, ValueError):
        return False


def files_read(depfile):
    """Return the project's files that a compiler's rule for make names.

    The others are Python's, NumPy's and Cython's, for which TOOLS stands: a build in an environment
    of its own has them in another place each time.
    """
    rule = Path(depfile).read_text().replace("\\\n", " ").partition(": ")[2]
    names = [name.replace("\0", " ") for name in rule.replace("\\ ", "\0").split()]
    return [name for name in names if not os.path.isabs(name) and not name.startswith(os.pardir)]


class Sdist(sdist):
    """Where SOURCE_DATE_EPOCH is set, makes the same bytes of the same files."""

    def make_archive(self, base_name, format, root_dir=None, base_dir=None, **owner):
        epoch = os.environ.get("SOURCE_DATE_EPOCH")
        if format != "gztar" or not epoch:
            return super().make_archive(base_name, format, root_dir, base_dir, **owner)

        def plain(entry):
            entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = int(epoch), 0, 0, "", ""
            entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
            return entry

        name = f"{base_name}.tar.gz"
        with (
            open(name, "wb") as file,
            gzip.GzipFile("", "wb", fileobj=file, mtime=int(epoch)) as packed,
            tarfile.open(mode="w", fileobj=packed, format=tarfile.PAX_FORMAT) as archive,
        ):
            for path in sorted(Path(base_dir).rglob("*")):
                archive.add(path, recursive=False, filter=plain)
        return name


options = {}
if not {"egg_info", "dist_info", "bdist_wheel"}.isdisjoint(sys.argv):
    scratch = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    options = {"build": {"build_base": scratch}, "egg_info": {"egg_base": scratch}}

if ABI3:
    options["bdist_wheel"] = {"py_limited_api": ABI3[0]}

setup(
    cmdclass={"build_ext": BuildExt, "sdist": Sdist},
    options=options,
    ext_modules=[
        Extension(
            f"tfphilox.{where}{name}",
            [f"src/tfphilox/{where.replace('.', '/')}{name}.pyx"],
            include_dirs=["csrc", np.get_include()],
            define_macros=[
                ("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION"),
                *([("Py_LIMITED_API", ABI3[1])] if ABI3 else []),
            ],
            py_limited_api=bool(ABI3),
        )
        for name in SOURCES
        for where in ["_c." if name.startswith("_") else ""]
    ],
)
