# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
"""The door to orders.c: rings and arrays in, the GIL off, signals answered.

Nothing of tf.data's is known here but that a buffer is a ring.
"""

import numpy as np

cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from tfphilox._c cimport _core
from tfphilox._c._core cimport (
    TFPHILOX_FLOAT32,
    TFPHILOX_FLOAT64,
    TFPHILOX_OK,
    TFPHILOX_UINT32,
    TFPHILOX_UNIFORM,
    TFPHILOX_WORDS,
    tfphilox_fill_spec,
    tfphilox_fill_spec_of,
    tfphilox_target,
)
from tfphilox._c cimport _samplers
from tfphilox._c._samplers cimport tfphilox_categorical_sampler, tfphilox_categorical_spec

cnp.import_array()

cdef extern from "orders.h" nogil:
    ctypedef struct tfphilox_order:
        void *ring
        int wide
        uint64_t capacity
        uint64_t start
        uint64_t live
        uint64_t window
    int TFPHILOX_INVALID
    int tfphilox_order_steps(
        tfphilox_order *order, uint64_t count, const uint32_t *words, const int64_t *source,
        int grow, uint64_t *spare, int64_t *out)
    ctypedef void tfphilox_scrambler(const int64_t *, uint64_t *, uint64_t *) noexcept nogil
    int tfphilox_choices(
        const tfphilox_categorical_spec *spec, tfphilox_categorical_sampler *draw,
        tfphilox_scrambler *scramble, uint64_t count, const uint32_t *words, int step,
        int64_t *out)
    void tfphilox_log_weights32(uint64_t count, const float *weights, float *logits)
    void tfphilox_log_weights64(uint64_t count, const double *weights, double *logits)

cdef enum: BATCH = 2048  # words made at once: they and their places stay in the first cache
cdef enum: BATCHES = 64  # between two looks for signals


def steps(
    cnp.ndarray ring, uint64_t start, uint64_t live, uint64_t window,
    cnp.ndarray source, bint grow, uint64_t key, uint64_t high, uint64_t first, cnp.ndarray out,
):
    """Draw len(out) numbers by words `first`, ... of Philox(key, high); return the new start.

    ring is uint32 or int64; source, int64 and as long as out, or None; out int64.  All are
    contiguous.  Numbers that would lead out of the ring are a ValueError.
    """
    cdef uint64_t count = out.shape[0], done = 0, some, turn
    cdef int status = TFPHILOX_OK
    cdef const int64_t *taken = NULL
    cdef int64_t *to = <int64_t *>cnp.PyArray_DATA(out)
    cdef const tfphilox_target *target = _core.current()
    cdef uint64_t[2] counter
    cdef tfphilox_fill_spec spec
    cdef tfphilox_order order
    cdef uint32_t *words
    cdef uint64_t *spare
    counter[0] = 0
    counter[1] = high
    spec = tfphilox_fill_spec_of(TFPHILOX_WORDS, TFPHILOX_UINT32, key, counter)
    order.ring = cnp.PyArray_DATA(ring)
    order.wide = cnp.PyArray_ITEMSIZE(ring) == 8
    order.capacity = ring.shape[0]
    order.start = start
    order.live = live
    order.window = window
    if source is not None:
        if source.shape[0] < out.shape[0]:
            raise ValueError("fewer elements than steps")
        taken = <const int64_t *>cnp.PyArray_DATA(source)
    spare = <uint64_t *>malloc(BATCH * (sizeof(uint64_t) + sizeof(uint32_t)))
    if spare == NULL:
        raise MemoryError("no memory for a batch of words")
    words = <uint32_t *>(spare + BATCH)
    try:
        while done < count:
            with nogil:
                for turn in range(BATCHES):
                    some = min(<uint64_t>BATCH, count - done)
                    target.fill(&spec, first + done, some, words)
                    status = tfphilox_order_steps(
                        &order, some, words, taken + done if taken != NULL else NULL, grow, spare,
                        to + done)
                    done += some
                    if done == count or status != TFPHILOX_OK:
                        break
            if status != TFPHILOX_OK:
                raise ValueError("the numbers of a shuffle's buffer do not fit its elements")
            PyErr_CheckSignals()
    finally:
        free(spare)
    return order.start


def choices(cnp.ndarray words, cnp.ndarray logits):
    """A class by each two of the uint32 words; logits are [1 or one a choice, classes]."""
    cdef uint64_t count = words.shape[0] // 2, done = 0, some
    cdef cnp.ndarray out = np.empty(count, np.int64)
    cdef int64_t *to = <int64_t *>cnp.PyArray_DATA(out)
    cdef const uint32_t *at = <const uint32_t *>cnp.PyArray_DATA(words)
    cdef const char *rows = <const char *>cnp.PyArray_DATA(logits)
    cdef int step = logits.shape[0] > 1, status = TFPHILOX_OK
    cdef uint64_t size = cnp.PyArray_ITEMSIZE(logits) * logits.shape[1]
    cdef tfphilox_categorical_spec spec
    spec.stop = NULL
    spec.classes = logits.shape[1]
    spec.logits_dtype = TFPHILOX_FLOAT32 if cnp.PyArray_ITEMSIZE(logits) == 4 else TFPHILOX_FLOAT64
    spec.fill = _core.current().fill
    cdef tfphilox_categorical_sampler *draw = _samplers.named(None).categorical
    while done < count:
        some = min(<uint64_t>65536, count - done)
        spec.logits = rows + (done * size if step else 0)
        with nogil:
            status = tfphilox_choices(
                &spec, draw, _core.scramble, some, at + 2 * done, step, to + done)
        if status != TFPHILOX_OK:
            raise MemoryError("no memory for the weights")
        done += some
        PyErr_CheckSignals()
    return out


def log_weights(cnp.ndarray weights):
    """The logarithms of rows of a contiguous float32 or float64 array, a row at once."""
    cdef cnp.ndarray out = np.empty_like(weights)
    cdef uint64_t width = weights.shape[1], rows = weights.shape[0], i
    for i in range(rows):
        if cnp.PyArray_ITEMSIZE(weights) == 4:
            tfphilox_log_weights32(
                width, <const float *>cnp.PyArray_DATA(weights) + i * width,
                <float *>cnp.PyArray_DATA(out) + i * width)
        else:
            tfphilox_log_weights64(
                width, <const double *>cnp.PyArray_DATA(weights) + i * width,
                <double *>cnp.PyArray_DATA(out) + i * width)
    return out


def uniforms(uint64_t key, uint64_t high, uint64_t first, uint64_t count):
    """What runs first, ... of a RandomUniform op give that draws one float32 each."""
    cdef cnp.ndarray out = np.empty(count, np.float32)
    cdef float *to = <float *>cnp.PyArray_DATA(out)
    cdef const tfphilox_target *target = _core.current()
    cdef uint64_t[2] counter
    cdef tfphilox_fill_spec spec
    cdef uint64_t i, low
    counter[0] = 256 * first
    counter[1] = high
    spec = tfphilox_fill_spec_of(TFPHILOX_UNIFORM, TFPHILOX_FLOAT32, key, counter)
    with nogil:
        for i in range(count):
            target.fill(&spec, 0, 1, to + i)
            low = spec.counter[0] + 256
            spec.counter[1] += low < spec.counter[0]
            spec.counter[0] = low
    return out
