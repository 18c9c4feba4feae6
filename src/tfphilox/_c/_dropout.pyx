# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
"""Dropout in C: buffers in, the GIL off, on as many threads as pay."""

cimport numpy as cnp
from libc.stdint cimport uint64_t

from tfphilox._c cimport _core
from tfphilox._c._core cimport TFPHILOX_OK, tfphilox_dtype, tfphilox_operand

cnp.import_array()

cdef extern from "dropout.h" nogil:
    ctypedef struct tfphilox_dropout_spec:
        tfphilox_dtype dtype
        double rate
        double scale
        int divide
        int multiply_mask
        tfphilox_operand x
        const void *uniform
        void *out
    int tfphilox_dropout(const tfphilox_dropout_spec *, uint64_t, uint64_t)

# From here on a second thread pays for its wake-up.
cdef enum: SHARED = 1 << 18
cdef enum: PIECE = 1 << 14


cdef int _piece(const void *spec, uint64_t first, uint64_t count) noexcept nogil:
    return tfphilox_dropout(<const tfphilox_dropout_spec *>spec, first, count)


def dropout(
    cnp.ndarray x, cnp.ndarray uniform, double rate, double scale, bint divide, bint multiply_mask,
    cnp.ndarray out,
):
    """out = x * scale (or x / scale) where uniform >= rate, else 0 (or that times 0).

    The arrays are contiguous and of one float dtype; uniform, which may be out, has out's size, x
    that or one element.
    """
    cdef tfphilox_dropout_spec spec
    spec.dtype = <tfphilox_dtype>_core.dtype_code(out.dtype)
    spec.rate = rate
    spec.scale = scale
    spec.divide = divide
    spec.multiply_mask = multiply_mask
    spec.x.data = cnp.PyArray_DATA(x)
    spec.x.step = 0 if x.size == 1 else 1
    spec.uniform = cnp.PyArray_DATA(uniform)
    spec.out = cnp.PyArray_DATA(out)
    if _core.run(_piece, &spec, out.size, PIECE, SHARED, 0) != TFPHILOX_OK:
        raise TypeError(f"no dropout of {out.dtype}")
