# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
"""The orthogonal factor in C: buffers in, the GIL off, signals answered."""

cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport uint64_t

import numpy as np

cnp.import_array()

cdef extern from "householder.h" nogil:
    uint64_t tfphilox_householder_reduce_float(
        float *a, uint64_t rows, uint64_t cols, uint64_t first, float *tau, float *work,
        uint64_t l1)
    uint64_t tfphilox_householder_reduce_double(
        double *a, uint64_t rows, uint64_t cols, uint64_t first, double *tau, double *work,
        uint64_t l1)
    uint64_t tfphilox_householder_expand_float(
        float *a, uint64_t rows, uint64_t cols, uint64_t end, const float *tau, float *q,
        float *work, uint64_t l1)
    uint64_t tfphilox_householder_expand_double(
        double *a, uint64_t rows, uint64_t cols, uint64_t end, const double *tau, double *q,
        double *work, uint64_t l1)
    uint64_t tfphilox_householder_work(uint64_t rows, uint64_t cols)
    enum:
        TFPHILOX_HOUSEHOLDER_MIN_L1, TFPHILOX_HOUSEHOLDER_MAX_L1


def factorize(cnp.ndarray matrix, cnp.ndarray unit, uint64_t l1):
    """Turn `unit` into the orthogonal factor of `matrix`, whose diagonal becomes the other's.

    `matrix` is C-contiguous, float32 or float64, with at least as many rows as columns, of which
    there is one or more. `unit` has its type and shape, is Fortran-contiguous and holds ones on
    the diagonal, zeros elsewhere. Both are nobody else's.
    `l1` is the size of the first level data cache in bytes.
    """
    if matrix.dtype not in (np.float32, np.float64) or unit.dtype != matrix.dtype:
        raise TypeError(f"float32 or float64 expected, got {matrix.dtype} and {unit.dtype}")
    if not TFPHILOX_HOUSEHOLDER_MIN_L1 <= l1 <= TFPHILOX_HOUSEHOLDER_MAX_L1:
        raise ValueError(f"a first level data cache of 16 to 128 KiB expected, got {l1} bytes")
    cdef uint64_t rows = matrix.shape[0], cols = matrix.shape[1], at = 0
    cdef bint single = matrix.dtype.itemsize == 4
    cdef cnp.ndarray tau = np.empty(cols, matrix.dtype)
    cdef cnp.ndarray work = np.empty(tfphilox_householder_work(rows, cols), matrix.dtype)
    cdef void *a = cnp.PyArray_DATA(matrix)
    cdef void *q = cnp.PyArray_DATA(unit)
    cdef void *t = cnp.PyArray_DATA(tau)
    cdef void *w = cnp.PyArray_DATA(work)
    while at < cols:
        with nogil:
            if single:
                at = tfphilox_householder_reduce_float(
                    <float *>a, rows, cols, at, <float *>t, <float *>w, l1)
            else:
                at = tfphilox_householder_reduce_double(
                    <double *>a, rows, cols, at, <double *>t, <double *>w, l1)
        PyErr_CheckSignals()
    while at > 0:
        with nogil:
            if single:
                at = tfphilox_householder_expand_float(
                    <float *>a, rows, cols, at, <float *>t, <float *>q, <float *>w, l1)
            else:
                at = tfphilox_householder_expand_double(
                    <double *>a, rows, cols, at, <double *>t, <double *>q, <double *>w, l1)
        PyErr_CheckSignals()
