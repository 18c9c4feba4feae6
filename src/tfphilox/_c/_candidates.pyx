# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
"""Candidate samplers in C: arrays in and out, signals answered."""

import numpy as np

cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int32_t, int64_t, uint64_t

from tfphilox._c cimport _core, _samplers, _undo
from tfphilox._c._core cimport tfphilox_start_words, tfphilox_words
from tfphilox._c._samplers cimport (
    TFPHILOX_FIXED_CLASSES,
    TFPHILOX_LEARNED_CLASSES,
    TFPHILOX_LOG_UNIFORM_CLASSES,
    TFPHILOX_UNIFORM_CLASSES,
    tfphilox_candidates,
    tfphilox_classes,
)

cnp.import_array()

cdef enum: TRIES = 1 << 16  # between two looks for signals
cdef dict _KINDS = {
    "uniform": TFPHILOX_UNIFORM_CLASSES,
    "log_uniform": TFPHILOX_LOG_UNIFORM_CLASSES,
    "learned": TFPHILOX_LEARNED_CLASSES,
    "fixed": TFPHILOX_FIXED_CLASSES,
}


cdef class Sampler:
    """One distribution over the classes [0, range_max)."""

    cdef tfphilox_classes _classes
    cdef const tfphilox_candidates *_of_target
    cdef tuple _arrays  # the memory that _classes points to

    def __init__(self, str kind, int64_t range_max, weights=None, str isa=None):
        """weights: of a fixed distribution, float32, as they are after distortion."""
        self._of_target = _samplers.named(isa).candidates
        self._classes.kind = _KINDS[kind]
        self._classes.range = range_max
        if kind == "learned":
            self._arrays = np.empty(range_max, np.int32), np.empty(range_max + 1, np.int32)
            self._classes.weight = <int32_t *>cnp.PyArray_DATA(self._arrays[0])
            self._classes.sums = <int32_t *>cnp.PyArray_DATA(self._arrays[1])
        self._of_target.start(&self._classes)
        if kind == "fixed":
            self._set_weights(weights)

    cdef _set_weights(self, cnp.ndarray weights):
        cdef Py_ssize_t count = self._classes.range
        cdef cnp.ndarray share = np.empty(count, np.float64), stack = np.empty(count, np.int32)
        self._arrays = weights.copy(), np.empty(count, np.float32), np.zeros(count, np.int32)
        self._classes.weights = <float *>cnp.PyArray_DATA(self._arrays[0])
        self._classes.probability = <float *>cnp.PyArray_DATA(self._arrays[1])
        self._classes.alias = <int32_t *>cnp.PyArray_DATA(self._arrays[2])
        self._of_target.make_alias(
            &self._classes, <double *>cnp.PyArray_DATA(share), <int32_t *>cnp.PyArray_DATA(stack))

    def sample(self, Py_ssize_t count, bint unique, uint64_t key, counter, cnp.ndarray true_classes):
        """Draw `count` classes; return them and the expected counts, of true_classes first."""
        cdef tfphilox_words words
        cdef uint64_t[2] start
        cdef uint64_t picked = 0, tries = 0, size = 1
        cdef cnp.ndarray out = np.empty(count, np.int64), table = None
        cdef cnp.ndarray true_counts = np.empty((<object>true_classes).shape, np.float32)
        cdef cnp.ndarray counts = np.empty(count, np.float32)
        cdef int64_t *to = <int64_t *>cnp.PyArray_DATA(out)
        cdef int64_t *seen = NULL
        start[0] = counter & 0xFFFFFFFFFFFFFFFF
        start[1] = counter >> 64
        tfphilox_start_words(&words, _core.current(), key, start, 512)
        if unique:
            while size < <uint64_t>(2 * count):
                size *= 2
            table = np.full(size, -1, np.int64)
            seen = <int64_t *>cnp.PyArray_DATA(table)
        while True:
            with nogil:
                tries += self._of_target.sample(
                    &self._classes, &words, count, TRIES, seen, size, &picked, to)
            if picked == <uint64_t>count:
                break
            if tries >= 0x7FFFFFFF:
                raise ValueError(
                    f"no {count} different classes in 2**31 - 1 tries: got {picked}; the others "
                    "are too unlikely (TensorFlow ends the process here)"
                )
            PyErr_CheckSignals()
        self._expect(true_classes, <int32_t>count, <int32_t>tries, true_counts)
        self._expect(out, <int32_t>count, <int32_t>tries, counts)
        return out, true_counts, counts

    cdef _expect(self, cnp.ndarray classes, int32_t batch, int32_t tries, cnp.ndarray out):
        cdef uint64_t count = classes.size
        cdef const int64_t *of = <const int64_t *>cnp.PyArray_DATA(classes)
        cdef float *to = <float *>cnp.PyArray_DATA(out)
        with nogil:
            self._of_target.expected_counts(&self._classes, count, of, batch, tries, to)

    def learn(self, cnp.ndarray classes):
        """Add one to the weight of each class; a call that fails takes it back."""
        cdef bint noted = _undo.prepare()
        cdef tuple thing = (self, classes)
        cdef uint64_t[4] words
        cdef int64_t before = self._classes.total
        self._of_target.learn(
            &self._classes, classes.size, <const int64_t *>cnp.PyArray_DATA(classes))
        if noted:
            words[0] = <uint64_t>(self._classes.total - before)
            _undo.note(_forget, thing, words)


cdef void _forget(object thing, const uint64_t *words) noexcept:
    cdef Sampler sampler
    cdef cnp.ndarray classes
    sampler, classes = <tuple>thing
    sampler._of_target.forget(
        &sampler._classes, words[0], <const int64_t *>cnp.PyArray_DATA(classes))


def distort(cnp.ndarray weights, float distortion):
    """float32 weights to a power, with the C library's rounding."""
    cdef const tfphilox_candidates *target = _samplers.named(None).candidates
    cdef cnp.ndarray out = np.empty(weights.size, np.float32)
    cdef float *to = <float *>cnp.PyArray_DATA(out)
    cdef const float *source = <const float *>cnp.PyArray_DATA(weights)
    cdef Py_ssize_t i, count = weights.size
    for i in range(count):
        to[i] = target.distort(source[i], distortion)
    return out
