# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
"""The one door to C: buffers in, the GIL off, status codes made exceptions.

No arithmetic is done here, and no rule of TensorFlow's is known.
"""

import os

import numpy as np

cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int64_t, uint32_t, uint64_t

cnp.import_array()

cdef extern from "pool.h" nogil:
    ctypedef struct tfphilox_job:
        pass
    void tfphilox_job_start(
        tfphilox_job *, work_function, const void *, uint64_t, uint64_t, int)
    int tfphilox_job_run(tfphilox_job *, double)
    void tfphilox_job_cancel(tfphilox_job *)
    int tfphilox_job_finish(tfphilox_job *)


cdef extern from "proof.h" nogil:
    ctypedef struct tfphilox_proof:
        int (*float32_math)(char, uint32_t, uint32_t, float *) noexcept nogil
        int (*float64_math)(char, const double *, uint64_t, double *) noexcept nogil
    const tfphilox_proof *tfphilox_proof_named(const char *)


cdef extern from "self_test.h" nogil:
    ctypedef struct tfphilox_build:
        const char *compiler
        const char *flags
        const char *platform
    const tfphilox_build *tfphilox_this_build()
    const char *tfphilox_wrong_fill(const tfphilox_target *)


cdef dict _DTYPE_CODES = {
    np.dtype("float16"): TFPHILOX_FLOAT16,
    np.dtype("float32"): TFPHILOX_FLOAT32,
    np.dtype("float64"): TFPHILOX_FLOAT64,
    np.dtype("int32"): TFPHILOX_INT32,
    np.dtype("int64"): TFPHILOX_INT64,
    np.dtype("uint32"): TFPHILOX_UINT32,
    np.dtype("uint64"): TFPHILOX_UINT64,
}


cpdef int dtype_code(dtype) except -1:
    """The C core's number for a NumPy dtype."""
    code = _DTYPE_CODES.get(dtype)
    if code is None:
        if dtype.name != "bfloat16":
            raise TypeError(f"the C core has no dtype {dtype}")
        code = _DTYPE_CODES[dtype] = TFPHILOX_BFLOAT16
    return code


# ---- instruction sets ----------------------------------------------------------------------

def isa():
    """Name the instruction set whose kernels are in use."""
    return tfphilox_current().name.decode()


def available_isas():
    """Name the instruction sets that this build has and this CPU runs, best first."""
    names = []
    while tfphilox_available(<int>len(names)) != NULL:
        names.append(tfphilox_available(<int>len(names)).name.decode())
    return tuple(names)


cdef const tfphilox_target *_target(str name) except NULL:
    names = available_isas()
    if name not in names:
        raise ValueError(f"no instruction set {name!r} here; available: {', '.join(names)}")
    return tfphilox_available(names.index(name))


def _choose_isa():
    name = os.environ.get("TFPHILOX_ISA", "")
    if name and tfphilox_use(name.encode()) != TFPHILOX_OK:
        raise ImportError(
            f"TFPHILOX_ISA={name!r} is not available here: "
            f"this build and CPU have {', '.join(available_isas())}"
        )


_choose_isa()


# ---- this build ----------------------------------------------------------------------------

def build():
    """Say what this build was made with: compiler, flags, platform."""
    cdef const tfphilox_build *made = tfphilox_this_build()
    return {
        "compiler": made.compiler.decode(),
        "flags": made.flags.decode(),
        "platform": made.platform.decode(),
    }


def refuse(str kind):
    """Refuse to be imported, for numbers that are not TensorFlow's."""
    raise ImportError(
        f"this build of tfphilox makes wrong numbers ({kind}, instruction set {isa()}) and so does "
        "not load. It was built for {platform} by {compiler} with {flags}. Build it anew with "
        "another compiler or without the flags you added; the environment variable TFPHILOX_ISA "
        "chooses another instruction set".format(**build())
    )


cdef const char *_wrong = tfphilox_wrong_fill(tfphilox_current())
if _wrong != NULL:
    refuse(_wrong.decode())


# ---- fills ---------------------------------------------------------------------------------

# Fewer elements than this take microseconds: the GIL stays, no signal waits.
cdef enum: SMALL = 2048
# From here on a second thread pays for its wake-up.
cdef enum: SHARED = 1 << 18
# Whole stages, for some microseconds of the fastest fill and a few milliseconds of the slowest.
cdef enum: PIECE = 1 << 14


def _cgroup_cpus():
    """CPUs that the control group's quota is worth, rounded up; None without a quota."""
    try:
        with open("/sys/fs/cgroup/cpu.max") as file:
            quota, period = file.read().split()
    except (OSError, ValueError):
        try:
            with open("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") as file:
                quota = file.read().strip()
            with open("/sys/fs/cgroup/cpu/cpu.cfs_period_us") as file:
                period = file.read().strip()
        except OSError:
            return None
    if not quota.isdigit() or not period.isdigit():
        return None
    return max(1, -(-int(quota) // int(period)))


_CGROUP_CPUS = _cgroup_cpus()


def default_threads():
    """Threads that a large fill uses: the CPUs this process may run on, within its quota."""
    try:
        cpus = len(os.sched_getaffinity(0))
    except AttributeError:
        cpus = os.cpu_count() or 1
    return cpus if _CGROUP_CPUS is None else min(cpus, _CGROUP_CPUS)


cdef int run(
    work_function work,
    const void *context,
    uint64_t count,
    uint64_t piece,
    uint64_t shared,
    int threads,
) except? -1:
    cdef tfphilox_job job
    cdef int status, left
    if threads == 0:
        threads = default_threads() if count >= shared else 1
    with nogil:
        tfphilox_job_start(&job, work, context, count, piece, threads)
        left = tfphilox_job_run(&job, 0.01)
    try:
        while left:
            PyErr_CheckSignals()
            with nogil:
                left = tfphilox_job_run(&job, 0.01)
    except BaseException:
        tfphilox_job_cancel(&job)
        raise
    finally:
        with nogil:
            status = tfphilox_job_finish(&job)
    return status


ctypedef struct _Fill:
    const tfphilox_target *target
    const tfphilox_fill_spec *spec
    uint64_t first
    char *out


cdef int _fill_piece(const void *context, uint64_t first, uint64_t count) noexcept nogil:
    cdef const _Fill *f = <const _Fill *>context
    cdef char *out = f.out + first * <uint64_t>tfphilox_itemsize(f.spec.dtype)
    return f.target.fill(f.spec, f.first + first, count, out)


cdef int fill(
    const tfphilox_target *target,
    const tfphilox_fill_spec *spec,
    uint64_t first,
    uint64_t count,
    void *out,
    int threads,
) except -1:
    cdef int status
    cdef _Fill context
    if count <= SMALL:
        status = target.fill(spec, first, count, out)
    else:
        context.target = target
        context.spec = spec
        context.first = first
        context.out = <char *>out
        status = run(_fill_piece, &context, count, PIECE, SHARED, threads)
    if status != TFPHILOX_OK:
        raise TypeError("the C core does not make this kind of number in this dtype")
    return 0


def fill_with(
    str isa,
    str kind,
    dtype,
    key,
    counter,
    first,
    count,
    *,
    mul=None,
    add=None,
    minval=None,
    maxval=None,
    int threads=1,
):
    """Make elements [first, first + count) of a stream by a named instruction set, for tests."""
    cdef tfphilox_fill_spec spec
    cdef uint64_t[2] start
    kinds = {
        "words": TFPHILOX_WORDS,
        "uniform": TFPHILOX_UNIFORM,
        "normal": TFPHILOX_NORMAL,
        "truncated_normal": TFPHILOX_TRUNCATED_NORMAL,
        "integers": TFPHILOX_INTEGERS,
    }
    if dtype == "bfloat16":
        import ml_dtypes

        dtype = ml_dtypes.bfloat16
    cdef cnp.ndarray out = np.empty(count, dtype)
    start[0] = counter % (1 << 64)
    start[1] = (counter >> 64) % (1 << 64)
    spec = tfphilox_fill_spec_of(
        kinds[kind], <tfphilox_dtype>dtype_code(out.dtype), key % (1 << 64), start)
    if mul is not None:
        spec.mul = mul
    if add is not None:
        spec.add = add
    if minval is not None:
        spec.low = minval
        spec.range = maxval - minval
    fill(_target(isa), &spec, first, count, cnp.PyArray_DATA(out), threads)
    return out


def float_math(str name, str isa):
    """The float32 kernels' log, sin or cos of each of their 2^23 inputs, for the proof."""
    cdef cnp.ndarray out = np.empty(1 << 23, np.float32)
    cdef char function = ord(name[0])
    if tfphilox_proof_named(_target(isa).name).float32_math(function, 0, 1 << 23, <float *>cnp.PyArray_DATA(out)):
        raise ValueError(f"no float32 function {name!r}: log, sin, cos")
    return out


def float_math64(str name, x, str isa):
    """The float64 kernels' log, sin or cos of the numbers in x, for the proof."""
    cdef cnp.ndarray a = np.ascontiguousarray(x, np.float64)
    cdef cnp.ndarray out = np.empty(a.size, np.float64)
    cdef char function = ord(name[0])
    if tfphilox_proof_named(_target(isa).name).float64_math(
        function, <const double *>cnp.PyArray_DATA(a), a.size, <double *>cnp.PyArray_DATA(out)
    ):
        raise ValueError(f"no float64 function {name!r}: log, sin, cos")
    return out


# ---- for the extension modules above -------------------------------------------------------

cdef const tfphilox_target *current() noexcept nogil:
    return tfphilox_current()


cdef const tfphilox_target *available(int i) noexcept nogil:
    return tfphilox_available(i)


cdef void scramble(const int64_t *seed, uint64_t *key, uint64_t *counter) noexcept nogil:
    tfphilox_scramble(seed, key, counter)


cdef void advance(uint64_t *counter, uint64_t blocks_low, uint64_t blocks_high) noexcept nogil:
    tfphilox_advance(counter, blocks_low, blocks_high)


cdef void reserve(uint64_t *counter, uint64_t outputs) noexcept nogil:
    tfphilox_reserve(counter, outputs)


cdef void skip(uint64_t *counter, uint64_t blocks) noexcept nogil:
    tfphilox_skip(counter, blocks)


cdef double rounded(tfphilox_dtype dtype, double x) noexcept nogil:
    return tfphilox_rounded(dtype, x)


cdef double difference(tfphilox_dtype dtype, double high, double low) noexcept nogil:
    return tfphilox_difference(dtype, high, low)


# ---- seeds and arithmetic ------------------------------------------------------------------

cpdef tuple scramble_seed(int64_t first, int64_t second):
    """TensorFlow's stateless seed pair as (key, upper half of the counter)."""
    cdef int64_t[2] seed
    cdef uint64_t key
    cdef uint64_t[2] counter
    seed[0] = first
    seed[1] = second
    tfphilox_scramble(seed, &key, counter)
    return key, counter[1]


def arithmetic(str op, cnp.ndarray x, cnp.ndarray y, cnp.ndarray out):
    """out = x op y ("multiply", "add", "subtract") with TensorFlow's roundings and flushing.

    The arrays are contiguous and of one float dtype; x and y have out's size or one element.
    """
    cdef tfphilox_operand a, b
    cdef int status
    cdef uint64_t count = out.size
    cdef tfphilox_dtype dtype = <tfphilox_dtype>dtype_code(out.dtype)
    cdef void *o = cnp.PyArray_DATA(out)
    a.data = cnp.PyArray_DATA(x)
    a.step = 0 if x.size == 1 else 1
    b.data = cnp.PyArray_DATA(y)
    b.step = 0 if y.size == 1 else 1
    if op == "multiply":
        with nogil:
            status = tfphilox_multiply(dtype, count, a, b, o)
    elif op == "add":
        with nogil:
            status = tfphilox_add(dtype, count, a, b, o)
    else:
        with nogil:
            status = tfphilox_subtract(dtype, count, a, b, o)
    if status != TFPHILOX_OK:
        raise TypeError(f"no arithmetic on {out.dtype}")
