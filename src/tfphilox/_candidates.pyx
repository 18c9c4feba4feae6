# cython: language_level=3, boundscheck=False, wraparound=False
"""Candidate samplers in C: arrays in and out, signals answered."""

import numpy as np

cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int32_t, int64_t, uint64_t

from tfphilox cimport _core
from tfphilox._core cimport tfphilox_target

cnp.import_array()

cdef extern from "candidates.h" nogil:
    ctypedef enum tfphilox_classes:
        TFPHILOX_UNIFORM_CLASSES
        TFPHILOX_LOG_UNIFORM_CLASSES
        TFPHILOX_LEARNED_CLASSES
        TFPHILOX_FIXED_CLASSES
    ctypedef struct tfphilox_sampler:
        tfphilox_classes kind
        int64_t range
        int32_t *weight
        int32_t *sums
        int32_t total
        float *weights
        float weights_total
        float *probability
        int32_t *alias
    ctypedef struct tfphilox_words:
        pass
    void tfphilox_words_start(
        tfphilox_words *, const tfphilox_target *, uint64_t key, const uint64_t *counter)
    void tfphilox_sampler_start(tfphilox_sampler *)
    float tfphilox_distort(float weight, float distortion)
    void tfphilox_sampler_alias(tfphilox_sampler *, double *, int32_t *)
    uint64_t tfphilox_sample(
        const tfphilox_sampler *, tfphilox_words *, uint64_t count, uint64_t tries,
        int64_t *table, uint64_t size, uint64_t *picked, int64_t *out)
    void tfphilox_expected_counts(
        const tfphilox_sampler *, uint64_t count, const int64_t *classes, int32_t batch,
        int32_t tries, float *out)
    void tfphilox_learn(tfphilox_sampler *, uint64_t count, const int64_t *classes)

cdef enum: TRIES = 1 << 16  # between two looks for signals
cdef dict _KINDS = {
    "uniform": TFPHILOX_UNIFORM_CLASSES,
    "log_uniform": TFPHILOX_LOG_UNIFORM_CLASSES,
    "learned": TFPHILOX_LEARNED_CLASSES,
    "fixed": TFPHILOX_FIXED_CLASSES,
}


cdef class Sampler:
    """One distribution over the classes [0, range_max)."""

    cdef tfphilox_sampler _sampler
    cdef tuple _arrays  # the memory that _sampler points to

    def __init__(self, str kind, int64_t range_max, weights=None):
        """weights: of a fixed distribution, float32, as they are after distortion."""
        cdef double work
        self._sampler.kind = _KINDS[kind]
        self._sampler.range = range_max
        if kind == "learned":
            self._arrays = np.empty(range_max, np.int32), np.empty(range_max + 1, np.int32)
            self._sampler.weight = <int32_t *>cnp.PyArray_DATA(self._arrays[0])
            self._sampler.sums = <int32_t *>cnp.PyArray_DATA(self._arrays[1])
        tfphilox_sampler_start(&self._sampler)
        if kind == "fixed":
            self._set_weights(weights)

    cdef _set_weights(self, cnp.ndarray weights):
        cdef Py_ssize_t i, count = self._sampler.range
        cdef cnp.ndarray share = np.empty(count, np.float64), stack = np.empty(count, np.int32)
        self._arrays = weights.copy(), np.empty(count, np.float32), np.zeros(count, np.int32)
        self._sampler.weights = <float *>cnp.PyArray_DATA(self._arrays[0])
        self._sampler.probability = <float *>cnp.PyArray_DATA(self._arrays[1])
        self._sampler.alias = <int32_t *>cnp.PyArray_DATA(self._arrays[2])
        self._sampler.weights_total = 0.0
        for i in range(count):
            self._sampler.weights_total += self._sampler.weights[i]
        tfphilox_sampler_alias(
            &self._sampler, <double *>cnp.PyArray_DATA(share), <int32_t *>cnp.PyArray_DATA(stack))

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
        tfphilox_words_start(&words, _core.current(), key, start)
        if unique:
            while size < <uint64_t>(2 * count):
                size *= 2
            table = np.full(size, -1, np.int64)
            seen = <int64_t *>cnp.PyArray_DATA(table)
        while True:
            tries += tfphilox_sample(
                &self._sampler, &words, count, TRIES, seen, size, &picked, to)
            if picked == <uint64_t>count:
                break
            if tries >= 0x7FFFFFFF:
                raise ValueError(
                    f"no {count} different classes in 2**31 - 1 tries: got {picked}; the others "
                    "are too unlikely (TensorFlow ends the process here)"
                )
            PyErr_CheckSignals()
        tfphilox_expected_counts(
            &self._sampler, true_classes.size,
            <const int64_t *>cnp.PyArray_DATA(true_classes), <int32_t>count, <int32_t>tries,
            <float *>cnp.PyArray_DATA(true_counts))
        tfphilox_expected_counts(
            &self._sampler, count, to, <int32_t>count, <int32_t>tries,
            <float *>cnp.PyArray_DATA(counts))
        return out, true_counts, counts

    def learn(self, cnp.ndarray classes):
        """Add one to the weight of each class."""
        tfphilox_learn(
            &self._sampler, classes.size, <const int64_t *>cnp.PyArray_DATA(classes))


def distort(cnp.ndarray weights, float distortion):
    """float32 weights to a power, with the C library's rounding."""
    cdef cnp.ndarray out = np.empty(weights.size, np.float32)
    cdef float *to = <float *>cnp.PyArray_DATA(out)
    cdef const float *source = <const float *>cnp.PyArray_DATA(weights)
    cdef Py_ssize_t i, count = weights.size
    for i in range(count):
        to[i] = tfphilox_distort(source[i], distortion)
    return out
