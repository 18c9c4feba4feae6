"""contenders.py: the statements that are timed, library by library, and the fills they make.

A contender is a process (how to start it, what it runs first) and a table from a fill's kind to
the statement that makes it: into fresh memory, and into a reused buffer `a` where the library
can.  Braces are filled in from the fill, the size and the number of threads.

What it does not do: run anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FLOATS = ("float32", "float64")
SHORT = ("float16", "bfloat16")
INTEGERS = ("int32", "int64")


@dataclass(frozen=True)
class Fill:
    kind: str
    dtype: str
    largest: int = 10**6

    @property
    def name(self) -> str:
        return self.kind if self.kind == "words" else f"{self.kind} {self.dtype}"

    @property
    def itemsize(self) -> int:
        return {"float16": 2, "bfloat16": 2, "float64": 8, "int64": 8}.get(self.dtype, 4)

    @property
    def bounds(self) -> tuple[int, int]:
        """Of "integers": the common small range; one that needs more than 32 bits."""
        return (5, 1005) if self.dtype == "int32" else (-3_000_000_000_007, 5_000_000_000_021)


FILLS = [
    Fill("words", "uint32", 10**9),
    Fill("full", "int32"),
    Fill("full", "int64"),
    Fill("uniform", "float16"),
    Fill("uniform", "bfloat16"),
    Fill("uniform", "float32", 10**9),
    Fill("uniform", "float64", 10**8),
    Fill("normal", "float16"),
    Fill("normal", "bfloat16"),
    Fill("normal", "float32", 10**9),
    Fill("normal", "float64", 10**8),
    Fill("truncated", "float16"),
    Fill("truncated", "bfloat16"),
    Fill("truncated", "float32", 10**8),
    Fill("truncated", "float64"),
    Fill("integers", "int32", 10**8),
    Fill("integers", "int64"),
    Fill("scaled uniform", "float32"),
    Fill("scaled uniform", "float64"),
    Fill("scaled normal", "float32"),
    Fill("scaled normal", "float64"),
]

# The scaled fills: a uniform in [-2.5, 3.75), a normal of mean 1.5 and deviation 0.25.
CONSTANTS = {"start": -2.5, "stop": 3.75, "width": 6.25, "mean": 1.5, "stddev": 0.25}


# Into fresh memory, or both that and into a reused buffer; None where there is no such way.
Statement = str | tuple[str | None, str | None]


@dataclass(frozen=True)
class Contender:
    name: str
    setup: str  # run once in the process
    statements: Mapping[str, Statement]  # by kind, or by a fill's whole name
    dtypes: tuple[str, ...] = FLOATS + INTEGERS + ("uint32",)
    buffer: str = "a = np.empty({n}, '{dtype}')"
    prepare: str = ""  # what a fresh one needs
    python: str = "own"  # or "tensorflow", "extras": which option names it
    environment: dict[str, str] = field(default_factory=dict)
    threads: tuple[int, ...] = (1,)
    sizes: tuple[int, int] = (1, 10**6)  # from, to
    version: str = "np.__version__"

    def statement(self, fill: Fill, n: int, threads: int, reused: bool) -> tuple[str, str] | None:
        """The setup and the statement of one case; None where there is none."""
        found = self.statements.get(fill.name, self.statements.get(fill.kind))
        if not isinstance(found, tuple):
            found = (found, None)
        code = found[reused]
        if code is None or fill.dtype not in self.dtypes:
            return None
        low, high = fill.bounds
        bits = 8 * fill.itemsize
        values = dict(
            n=n, threads=threads, dtype=fill.dtype, bits=bits, low=low, high=high, **CONSTANTS,
            least=-(1 << bits - 1), end=1 << bits - 1, letter="s" if bits == 32 else "d",
        )  # fmt: skip
        setup = self.buffer if reused else self.prepare
        return setup.format(**values), code.format(**values)


# ---- tfphilox --------------------------------------------------------------------------------

OWN_SETUP = """\
import numpy as np, tfphilox
try:
    import ml_dtypes  # teaches NumPy the name bfloat16
except ImportError:
    pass
s = tfphilox.Stream(1, 2)
"""


def _both(call: str) -> tuple[str, str]:
    return call.replace("[out]", ""), call.replace("[out]", ", out=a")


OWN = {
    "words": _both("s.words({n}[out], threads={threads})"),
    "full": _both("s.integers(({n},), dtype='{dtype}'[out], threads={threads})"),
    "uniform": _both("s.uniform(({n},), dtype='{dtype}'[out], threads={threads})"),
    "normal": _both("s.normal(({n},), dtype='{dtype}'[out], threads={threads})"),
    "truncated": _both("s.truncated_normal(({n},), dtype='{dtype}'[out], threads={threads})"),
    "integers": _both("s.integers(({n},), {low}, {high}, '{dtype}'[out], threads={threads})"),
    "scaled uniform": _both(
        "s.uniform(({n},), {start}, {stop}, '{dtype}'[out], threads={threads})"
    ),
    "scaled normal": _both("s.normal(({n},), {mean}, {stddev}, '{dtype}'[out], threads={threads})"),
}


def own(isa: str, best: bool) -> Contender:
    """One instruction set of ours; all but the best are there for 10^6 elements."""
    return Contender(
        name=isa,
        setup=OWN_SETUP,
        statements=OWN,
        dtypes=FLOATS + SHORT + INTEGERS + ("uint32",),
        environment={"TFPHILOX_ISA": isa},
        threads=(1, 2) if best else (1,),
        sizes=(1, 10**9) if best else (10**4, 10**6),
        version="tfphilox.__version__",
    )


# ---- TensorFlow ------------------------------------------------------------------------------

TENSORFLOW_SETUP = """\
import os
import tensorflow as tf
tf.config.threading.set_intra_op_parallelism_threads({threads})
tf.config.threading.set_inter_op_parallelism_threads({threads})
raw = tf.raw_ops
key, counter = tf.constant([1], tf.uint64), tf.constant([0, 2], tf.uint64)
"""
SHAPES = """\
shape = tf.constant([{n}])
dtype = tf.{dtype}
low, high = tf.constant({low}, tf.int64), tf.constant({high}, tf.int64)
if dtype == tf.int32:
    low, high = tf.cast(low, dtype), tf.cast(high, dtype)
if dtype.is_floating:
    start, width = tf.constant({start}, dtype), tf.constant({width}, dtype)
    mean, stddev = tf.constant({mean}, dtype), tf.constant({stddev}, dtype)
"""
_full = "raw.StatelessRandomUniformFullIntV2("
_full += "shape=shape, key=key, counter=counter, alg=1, dtype=dtype)"
_uniform = "raw.RandomUniform(shape=shape, dtype=dtype, seed=1, seed2=2)"
_normal = "raw.RandomStandardNormal(shape=shape, dtype=dtype, seed=1, seed2=2)"
TENSORFLOW_RAW = {
    "words": _full,
    "full": _full,
    "uniform": _uniform,
    "normal": _normal,
    "truncated": "raw.TruncatedNormal(shape=shape, dtype=dtype, seed=1, seed2=2)",
    "integers": "raw.RandomUniformInt(shape=shape, minval=low, maxval=high, seed=1, seed2=2)",
    "scaled uniform": f"raw.AddV2(x=raw.Mul(x={_uniform}, y=width), y=start)",
    "scaled normal": f"raw.AddV2(x=raw.Mul(x={_normal}, y=stddev), y=mean)",
}
# An explicit op seed: TensorFlow then keeps the op's kernel, which is the fastest it can be.
_full = "tf.random.stateless_uniform([{n}], [1, 2], None, None, '{dtype}')"
TENSORFLOW_API = {
    "words": _full,
    "full": _full,
    "uniform": "tf.random.uniform([{n}], dtype='{dtype}', seed=1)",
    "normal": "tf.random.normal([{n}], dtype='{dtype}', seed=1)",
    "truncated": "tf.random.truncated_normal([{n}], dtype='{dtype}', seed=1)",
    "integers": "tf.random.uniform([{n}], {low}, {high}, '{dtype}', seed=1)",
    "scaled uniform": "tf.random.uniform([{n}], {start}, {stop}, '{dtype}', seed=1)",
    "scaled normal": "tf.random.normal([{n}], {mean}, {stddev}, '{dtype}', seed=1)",
}


def _tensorflow(name: str, statements: dict[str, str], largest: int) -> Contender:
    return Contender(
        name=name,
        setup=TENSORFLOW_SETUP,
        statements=statements,
        dtypes=FLOATS + SHORT + INTEGERS + ("uint32",),
        prepare=SHAPES,
        python="tensorflow",
        environment={"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""},
        threads=(1, 2),
        sizes=(1, largest),
        version="tf.__version__",
    )


# ---- NumPy -----------------------------------------------------------------------------------

_random, _out = "rng.random({n}, np.{dtype})", "rng.random(out=a, dtype=np.{dtype})"
_gauss, _gauss_out = (
    "rng.standard_normal({n}, np.{dtype})",
    "rng.standard_normal(out=a, dtype=np.{dtype})",
)
NUMPY: dict[str, Statement] = {
    "words": "rng.integers(0, 2**32, {n}, np.uint32)",
    "full": "rng.integers({least}, {end}, {n}, np.{dtype})",
    "uniform": (_random, _out),
    "normal": (_gauss, _gauss_out),
    "integers": "rng.integers({low}, {high}, {n}, np.{dtype})",
    "scaled uniform": (
        f"b = {_random}; b *= {{width}}; b += {{start}}",
        f"{_out}; np.multiply(a, {{width}}, a); np.add(a, {{start}}, a)",
    ),
    "scaled normal": (
        f"b = {_gauss}; b *= {{stddev}}; b += {{mean}}",
        f"{_gauss_out}; np.multiply(a, {{stddev}}, a); np.add(a, {{mean}}, a)",
    ),
}
GENERATORS = ("PCG64", "SFC64", "Philox")


def _numpy(generator: str) -> Contender:
    setup = f"import numpy as np\nrng = np.random.Generator(np.random.{generator}(7))"
    sizes = (1, 10**8 if generator == "SFC64" else 10**6)  # the fastest of them
    return Contender(f"NumPy {generator}", setup, NUMPY, sizes=sizes)


# The quickest way to words in NumPy: 64 bits at a time, viewed as 32.
NUMPY_RAW = Contender(
    name="NumPy random_raw",
    setup="import numpy as np\nsource = np.random.SFC64(7)",
    statements={"words": "source.random_raw(({n} + 1) // 2).view(np.uint32)[:{n}]"},
    sizes=(1, 10**8),
)

# ---- extras ----------------------------------------------------------------------------------

MKL_SETUP = """\
import ctypes, glob, sys
import numpy as np
name = next(iter(glob.glob(sys.prefix + "/lib/libmkl_rt.*")), "libmkl_rt.so")
try:
    mkl = ctypes.CDLL(name)
except OSError as error:
    raise ImportError("no MKL here") from error
stream, version = ctypes.c_void_p(), ctypes.create_string_buffer(198)
mkl.vslNewStream(ctypes.byref(stream), 16 << 20, 7)  # VSL_BRNG_PHILOX4X32X10
mkl.MKL_Get_Version_String(version, 198)
f, d, v, i = ctypes.c_float, ctypes.c_double, ctypes.c_void_p, ctypes.c_int
mkl.vsRngUniform.argtypes = mkl.vsRngGaussian.argtypes = (i, v, i, v, f, f)
mkl.vdRngUniform.argtypes = mkl.vdRngGaussian.argtypes = (i, v, i, v, d, d)
mkl.viRngUniform.argtypes = (i, v, i, v, i, i)
mkl.viRngUniformBits32.argtypes = mkl.viRngUniformBits64.argtypes = (i, v, i, v)
"""
MKL = {
    "words": (None, "mkl.viRngUniformBits32(0, stream, {n}, p)"),
    "full": (None, "mkl.viRngUniformBits{bits}(0, stream, {n}, p)"),
    "uniform": (None, "mkl.v{letter}RngUniform(0, stream, {n}, p, 0.0, 1.0)"),
    "normal": (None, "mkl.v{letter}RngGaussian([method], stream, {n}, p, 0.0, 1.0)"),
    "integers int32": (None, "mkl.viRngUniform(0, stream, {n}, p, {low}, {high})"),
    "scaled uniform": (None, "mkl.v{letter}RngUniform(0, stream, {n}, p, {start}, {stop})"),
    "scaled normal": (None, "mkl.v{letter}RngGaussian([method], stream, {n}, p, {mean}, {stddev})"),
}


def _mkl(name: str, method: int, kinds: tuple[str, ...]) -> Contender:
    return Contender(
        name=name,
        setup=MKL_SETUP,
        statements={
            kind: (None, statement.replace("[method]", str(method)))
            for kind, (_, statement) in MKL.items()
            if kind in kinds
        },
        buffer="a = np.empty({n}, '{dtype}')\np = a.ctypes.data_as(v)",
        python="extras",
        environment={"MKL_THREADING_LAYER": "SEQUENTIAL"},
        sizes=(10**4, 10**8),
        version="version.value.decode().split('Version ')[1].split('-')[0]",
    )


MKL_RANDOM = Contender(
    name="mkl_random",
    setup="import mkl_random, numpy as np\nrng = mkl_random.RandomState(7, brng='PHILOX4X32X10')\n",
    statements={
        "uniform": "rng.random_sample({n})",
        "normal": "rng.standard_normal({n}, method='BoxMuller2')",
        "integers": "rng.randint({low}, {high}, {n}, np.{dtype})",
        "scaled uniform": "rng.uniform({start}, {stop}, {n})",
        "scaled normal": "rng.normal({mean}, {stddev}, {n}, method='BoxMuller2')",
    },
    dtypes=("float64", "int32"),
    python="extras",
    environment={"MKL_THREADING_LAYER": "SEQUENTIAL"},
    sizes=(10**6, 10**6),
    version="mkl_random.__version__",
)

TORCH = Contender(
    name="PyTorch",
    setup="import torch\ntorch.set_num_threads(1)",
    statements={
        "full": (
            "torch.randint({least}, {end} - 1, ({n},), dtype=torch.{dtype})",
            "a.random_({least}, {end} - 1)",
        ),
        "uniform": ("torch.rand({n}, dtype=torch.{dtype})", "a.uniform_()"),
        "normal": ("torch.randn({n}, dtype=torch.{dtype})", "a.normal_()"),
        "truncated": (None, "torch.nn.init.trunc_normal_(a)"),
        "integers": (
            "torch.randint({low}, {high}, ({n},), dtype=torch.{dtype})",
            "a.random_({low}, {high})",
        ),
        "scaled uniform": (None, "a.uniform_({start}, {stop})"),
        "scaled normal": (None, "a.normal_({mean}, {stddev})"),
    },
    dtypes=FLOATS + SHORT + INTEGERS,
    buffer="a = torch.empty({n}, dtype=torch.{dtype})",
    python="extras",
    sizes=(10**6, 10**6),
    version="torch.__version__",
)

JAX_SETUP = """\
import os
if {threads} == 1 and hasattr(os, "sched_setaffinity"):  # its pool has a thread for each CPU
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
import functools, jax
draw = jax.random
key = draw.key(7)
@functools.cache
def jitted(code):
    return jax.jit(eval("lambda key: " + code))
"""


def _jit(code: str) -> str:
    return f'jitted("{code}")(key).block_until_ready()'


JAX = Contender(
    name="JAX",
    setup=JAX_SETUP,
    statements={
        "words": _jit("draw.bits(key, ({n},), 'uint32')"),
        "full": _jit("draw.bits(key, ({n},), 'u{dtype}')"),
        "uniform": _jit("draw.uniform(key, ({n},), '{dtype}')"),
        "normal": _jit("draw.normal(key, ({n},), '{dtype}')"),
        "truncated": _jit("draw.truncated_normal(key, -2, 2, ({n},), '{dtype}')"),
        "integers": _jit("draw.randint(key, ({n},), {low}, {high}, '{dtype}')"),
        "scaled uniform": _jit("draw.uniform(key, ({n},), '{dtype}', {start}, {stop})"),
        "scaled normal": _jit("draw.normal(key, ({n},), '{dtype}') * {stddev} + {mean}"),
    },
    dtypes=FLOATS + SHORT + INTEGERS + ("uint32",),
    python="extras",
    environment={"JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu"},
    threads=(1, 2),
    sizes=(10**6, 10**6),
    version="jax.__version__",
)

TENSORFLOW = [
    _tensorflow("TF raw", TENSORFLOW_RAW, 10**8),
    _tensorflow("TF API", TENSORFLOW_API, 10**6),
]
OTHERS = [*map(_numpy, GENERATORS), NUMPY_RAW]
NORMALS = ("normal", "scaled normal")
EXTRAS = [
    _mkl("MKL", 1, tuple(MKL)),
    _mkl("MKL ICDF", 2, NORMALS),
    MKL_RANDOM,
    TORCH,
    JAX,
]
