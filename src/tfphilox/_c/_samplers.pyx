# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
"""The door to the samplers: parameters in, arrays out, status codes made exceptions.

No arithmetic is done here.  Arguments are what `raw_ops` has already read and checked.
"""

import numpy as np

from tfphilox._c._core import refuse

cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF
from libc.stdint cimport uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from tfphilox._c cimport _core
from tfphilox._c._core cimport TFPHILOX_FLOAT32, TFPHILOX_OK, tfphilox_dtype, tfphilox_target

cnp.import_array()

cdef extern from "samplers.h" nogil:
    int TFPHILOX_ENDLESS
    int TFPHILOX_INVALID
    int TFPHILOX_REJECTED
    int TFPHILOX_STOPPED
    int TFPHILOX_NO_MEMORY
    uint64_t tfphilox_categorical_shard_size(uint64_t, uint64_t, uint64_t, int)
    uint64_t tfphilox_truncated_shard_size(const tfphilox_truncated_spec *, int)
    void tfphilox_singles(uint64_t, const double *, float *)
    const tfphilox_samplers *tfphilox_samplers_named(const char *)

cdef extern from "self_test.h" nogil:
    const char *tfphilox_wrong_sampler(const tfphilox_target *, const tfphilox_samplers *)

# Fewer outputs than this take microseconds: the GIL stays, no signal waits.
cdef enum: SMALL = 64
# From here on a second thread pays for its wake-up.
cdef enum: SHARED = 1 << 13
# Whole stages, a tenth of a millisecond of the usual parameters.
cdef enum: PIECE = 1 << 11

# Classes of a row whose sums take so long that signals are looked for between them.
cdef enum: LONG = 1 << 18

# Samples of one row.
cdef enum: PART = 1 << 15

class Endless(ValueError):
    """A parameter for which TensorFlow's op does not return."""


class Invalid(ValueError):
    """Parameters that TensorFlow's op refuses."""


class Rejected(ValueError):
    """Parameters for which a thousand candidates in a row were rejected."""


cdef const tfphilox_samplers *named(str isa) except NULL:
    cdef const tfphilox_samplers *found
    if isa is None:
        found = tfphilox_samplers_named(_core.current().name)
    else:
        found = tfphilox_samplers_named(isa.encode())
    if found == NULL:
        raise ValueError(f"no samplers for instruction set {isa!r}")
    return found


cdef const char *_wrong = tfphilox_wrong_sampler(_core.current(), named(None))
if _wrong != NULL:
    refuse(f"{_wrong.decode()} numbers")


cdef int _check(int status, str kind, dtype) except -1:
    if status == TFPHILOX_ENDLESS:
        raise Endless()
    if status == TFPHILOX_INVALID:
        raise Invalid()
    if status == TFPHILOX_REJECTED:
        raise Rejected()
    if status == TFPHILOX_NO_MEMORY:
        raise MemoryError(f"no memory to draw {kind} numbers")
    if status != TFPHILOX_OK:
        raise TypeError(f"the C core does not make {kind} numbers in {dtype}")
    return 0


ctypedef struct _Job:
    tfphilox_sampler *sampler
    const tfphilox_sampler_spec *spec


cdef int _piece(const void *context, uint64_t first, uint64_t count) noexcept nogil:
    cdef const _Job *job = <const _Job *>context
    return job.sampler(job.spec, first, count)


cdef const double *_numbers(values, double *room) except? NULL:
    """An array's numbers, or one float, rounded to float32 into `room`."""
    if values is None:
        return NULL
    if type(values) is float:
        room[0] = _core.rounded(TFPHILOX_FLOAT32, values)
        return room
    return <const double *>cnp.PyArray_DATA(<cnp.ndarray?>values)


def sample(
    str kind,
    uint64_t key,
    counter,
    a,
    b,
    parameter,
    cnp.ndarray out,
    bint scaled=False,
    int threads=0,
    str isa=None,
    *,
    bint plain_log=False,
    uint64_t skipped=0,
):
    """Fill `out` with gamma, poisson or binomial numbers from a key and a counter.

    `a` and `b` hold the parameters as contiguous float64, one a batch; `b` is binomial's
    probabilities, or gamma's beta, which counts only if `scaled`. `parameter` is the dtype that
    TensorFlow has them in. `out` is contiguous, its size a multiple of theirs; batches are its
    last dimensions. Python's floats will do for one batch: they are rounded to float32.
    `plain_log` is for gamma of alpha 1, as in samplers.h. `skipped` outputs of the run come before
    `out`'s first: of one batch.
    """
    cdef tfphilox_sampler_spec spec
    cdef double[2] number
    cdef _Job job
    cdef int status
    cdef uint64_t count = <uint64_t>cnp.PyArray_SIZE(out)
    cdef const tfphilox_samplers *samplers = named(isa)
    if kind == "gamma":
        job.sampler = samplers.gamma
    elif kind == "poisson":
        job.sampler = samplers.poisson
    else:
        job.sampler = samplers.binomial
    if count == 0:
        return out
    spec.key = key
    spec.counter[0] = counter & 0xFFFFFFFFFFFFFFFF
    spec.counter[1] = counter >> 64
    spec.batches = 1 if type(a) is float else <uint64_t>cnp.PyArray_SIZE(a)
    spec.samples = count // spec.batches
    spec.skipped = skipped
    spec.dtype = <tfphilox_dtype>_core.dtype_code(out.dtype)
    spec.parameter = <tfphilox_dtype>_core.dtype_code(parameter)
    spec.a = _numbers(a, number)
    spec.b = _numbers(b, number + 1)
    spec.scaled = scaled
    spec.plain_log = plain_log
    spec.out = cnp.PyArray_DATA(out)
    if count <= SMALL:
        status = job.sampler(&spec, 0, count)
    else:
        job.spec = &spec
        status = _core.run(_piece, &job, count, PIECE, SHARED, threads)
    _check(status, kind, out.dtype)
    return out


ctypedef struct _CategoricalJob:
    tfphilox_categorical_sampler *sampler
    const tfphilox_categorical_spec *spec


cdef int _categorical_piece(const void *context, uint64_t first, uint64_t count) noexcept nogil:
    cdef const _CategoricalJob *job = <const _CategoricalJob *>context
    return job.sampler(job.spec, first, count)


def singles(cnp.ndarray numbers):
    """Contiguous float64 as float32; what is too large becomes infinite."""
    cdef cnp.ndarray out = np.empty((<object>numbers).shape, np.float32)
    tfphilox_singles(
        <uint64_t>cnp.PyArray_SIZE(out), <const double *>cnp.PyArray_DATA(numbers),
        <float *>cnp.PyArray_DATA(out))
    return out


cdef extern from *:
    """
    #include <stdatomic.h>
    typedef _Atomic int flag;
    """
    ctypedef int flag
    int atomic_load(flag *) nogil
    void atomic_store(flag *, int) nogil

cdef extern from "pythread.h" nogil:
    unsigned long PyThread_get_thread_ident()

# Whether a signal's handler has raised while a row was summed up.
ctypedef struct _Signals:
    unsigned long thread  # that answers signals
    flag raised
    int asked
    PyObject *error


cdef void _look(_Signals *signals) noexcept:
    signals.asked += 1
    try:
        PyErr_CheckSignals()
    except BaseException as error:
        Py_INCREF(error)
        signals.error = <PyObject *>error
        atomic_store(&signals.raised, 1)


cdef int _stop(void *context) noexcept nogil:
    cdef _Signals *signals = <_Signals *>context
    if signals.thread == PyThread_get_thread_ident() and not atomic_load(&signals.raised):
        with gil:
            _look(signals)
    return atomic_load(&signals.raised)


pieces_of_rows = 0  # of the last call, for tests: how often it looked for signals in a row


def categorical(
    uint64_t key,
    counter,
    cnp.ndarray logits,
    cnp.ndarray out,
    int tensorflow_threads,
    int threads=0,
    str isa=None,
):
    """Fill `out` [rows, samples] with classes drawn by `logits` [rows, classes], both contiguous.

    `tensorflow_threads` says which TensorFlow to mirror; `threads` changes no number.
    """
    global pieces_of_rows
    cdef tfphilox_categorical_spec spec
    cdef _CategoricalJob job
    cdef int status
    cdef uint64_t cost
    cdef _Signals signals
    spec.stop = NULL
    spec.key = key
    spec.counter[0] = counter & 0xFFFFFFFFFFFFFFFF
    spec.counter[1] = counter >> 64
    spec.rows = <uint64_t>cnp.PyArray_DIM(logits, 0)
    spec.classes = <uint64_t>cnp.PyArray_DIM(logits, 1)
    spec.samples = <uint64_t>cnp.PyArray_DIM(out, 1)
    spec.dtype = <tfphilox_dtype>_core.dtype_code(out.dtype)
    spec.logits_dtype = <tfphilox_dtype>_core.dtype_code(logits.dtype)
    spec.logits = cnp.PyArray_DATA(logits)
    spec.out = cnp.PyArray_DATA(out)
    spec.fill = _core.current().fill
    job.sampler = named(isa).categorical
    job.spec = &spec
    if cnp.PyArray_SIZE(out) == 0:
        return out
    spec.shard_size = tfphilox_categorical_shard_size(
        spec.rows, spec.classes, spec.samples, tensorflow_threads
    )
    # A part is to be worth its row's exponentials, and short enough for signals.
    spec.part_size = min(spec.samples, max(<uint64_t>PART, 32 * spec.classes))
    spec.parts = (spec.samples + spec.part_size - 1) // spec.part_size
    cost = spec.classes + 8 * spec.part_size  # nanoseconds a part, nearly
    if spec.rows * spec.parts * cost <= 5000:
        status = job.sampler(&spec, 0, spec.rows)
    else:
        if spec.classes >= LONG:
            signals.thread = PyThread_get_thread_ident()
            atomic_store(&signals.raised, 0)
            signals.asked = 0
            signals.error = NULL
            spec.stop = _stop
            spec.stop_by = &signals
        try:
            status = _core.run(
                _categorical_piece, &job, spec.rows * spec.parts, max(1, 200000 // cost),
                max(2, 1000000 // cost), threads,
            )
        finally:
            if spec.stop != NULL:
                pieces_of_rows = signals.asked
                if signals.error != NULL:
                    error = <object>signals.error
                    Py_XDECREF(signals.error)
                    raise error
    _check(status, "categorical", out.dtype)
    return out


ctypedef struct _TruncatedJob:
    tfphilox_truncated_sampler *sampler
    const tfphilox_truncated_spec *spec


cdef int _truncated_piece(const void *context, uint64_t first, uint64_t count) noexcept nogil:
    cdef const _TruncatedJob *job = <const _TruncatedJob *>context
    return job.sampler(job.spec, first, count)


def truncated(
    uint64_t key,
    counter,
    parameters,
    uint64_t batches,
    uint64_t samples,
    bint by_batch,
    cnp.ndarray out,
    int tensorflow_threads,
    int threads=0,
    str isa=None,
):
    """Fill `out` with normals within bounds.

    `parameters` are means, deviations, lower and upper bounds: contiguous float64 of shape [4, 1]
    or [4, batches], or four of Python's floats, which are rounded to float32. `by_batch` is the stateful op, whose outputs go batch by batch.
    """
    cdef tfphilox_truncated_spec spec
    cdef _TruncatedJob job
    cdef double[4] number
    cdef int i
    cdef tfphilox_progress alone
    cdef tfphilox_progress *progress = &alone
    cdef uint64_t units, shards
    cdef int status = TFPHILOX_OK
    spec.key = key
    spec.counter[0] = counter & 0xFFFFFFFFFFFFFFFF
    spec.counter[1] = counter >> 64
    spec.batches = batches
    spec.samples = samples
    spec.outputs = <uint64_t>cnp.PyArray_SIZE(out)
    spec.by_batch = by_batch
    spec.dtype = <tfphilox_dtype>_core.dtype_code(out.dtype)
    if type(parameters) is tuple:
        for i in range(4):
            number[i] = _core.rounded(TFPHILOX_FLOAT32, parameters[i])
        spec.parameters = number
        spec.columns = 1
    else:
        spec.parameters = <const double *>cnp.PyArray_DATA(<cnp.ndarray?>parameters)
        spec.columns = <uint64_t>cnp.PyArray_DIM(<cnp.ndarray>parameters, 1)
    spec.out = cnp.PyArray_DATA(out)
    spec.fill = _core.current().fill
    job.sampler = named(isa).truncated
    job.spec = &spec
    units = batches if by_batch else spec.outputs
    if units == 0:
        return out
    spec.shard_size = tfphilox_truncated_shard_size(&spec, tensorflow_threads)
    shards = (units + spec.shard_size - 1) // spec.shard_size
    if shards > 1:
        progress = <tfphilox_progress *>malloc(shards * sizeof(tfphilox_progress))
        if progress == NULL:
            raise MemoryError("no memory to draw truncated normal numbers")
    memset(progress, 0, shards * sizeof(tfphilox_progress))
    spec.progress = progress
    try:
        while status == TFPHILOX_OK and not _finished(progress, shards):
            if spec.outputs <= SMALL:
                status = job.sampler(&spec, 0, shards)
            else:
                status = _core.run(_truncated_piece, &job, shards, 1, 2, threads)
            PyErr_CheckSignals()
    finally:
        if progress != &alone:
            free(progress)
    _check(status, "truncated normal", out.dtype)
    return out


cdef bint _finished(const tfphilox_progress *progress, uint64_t shards) noexcept:
    cdef uint64_t i
    for i in range(shards):
        if not progress[i].finished:
            return False
    return True
