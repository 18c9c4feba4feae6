# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
"""Pictures in C: float32 buffers in, the GIL off, signals answered."""

import numpy as np

cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int32_t, uint64_t

from tfphilox._c cimport _core
from tfphilox._c._core cimport tfphilox_start_words, tfphilox_words

cnp.import_array()

cdef extern from "boxes.h" nogil:
    ctypedef struct tfphilox_box:
        int32_t left
        int32_t top
        int32_t right
        int32_t bottom
    ctypedef struct tfphilox_crop_rules:
        int32_t width
        int32_t height
        float[2] area
        float[2] aspect
        float covered
        uint64_t objects
        const tfphilox_box *object
    tfphilox_box tfphilox_box_of(const float *, int32_t width, int32_t height)
    int tfphilox_sample_crop(
        const tfphilox_crop_rules *, tfphilox_words *, uint64_t attempts, tfphilox_box *)

cdef extern from "colors.h" nogil:
    void tfphilox_adjust_brightness(float, uint64_t count, const float *, float *)
    void tfphilox_adjust_hue(float, uint64_t pixels, const float *, float *)
    void tfphilox_adjust_saturation(float, uint64_t pixels, const float *, float *)
    void tfphilox_adjust_contrast(
        float, uint64_t pixels, uint64_t channels, const float *, float *)

cdef enum: ATTEMPTS = 1 << 16  # between two looks for signals


def sample_crop(
    int32_t height, int32_t width, cnp.ndarray boxes, float covered, area, aspect,
    uint64_t attempts, uint64_t key, counter,
):
    """Top, left, bottom and right of a crop, or of the image if every attempt fails.

    boxes is float32[n, 4]; n 0 stands for the whole image.
    """
    cdef tfphilox_crop_rules rules
    cdef tfphilox_box crop, whole = tfphilox_box(0, 0, width, height)
    cdef tfphilox_words words
    cdef uint64_t[2] start
    cdef uint64_t turn
    cdef Py_ssize_t i, count = boxes.shape[0]
    cdef cnp.ndarray objects = np.empty((max(count, 1), 4), np.int32)
    cdef tfphilox_box *object = <tfphilox_box *>cnp.PyArray_DATA(objects)
    cdef const float *fractions = <const float *>cnp.PyArray_DATA(boxes)
    object[0] = whole
    for i in range(count):
        object[i] = tfphilox_box_of(fractions + 4 * i, width, height)
    rules.width = width
    rules.height = height
    rules.area = area
    rules.aspect = aspect
    rules.covered = covered
    rules.objects = max(count, 1)
    rules.object = object
    start[0] = counter & 0xFFFFFFFFFFFFFFFF
    start[1] = counter >> 64
    tfphilox_start_words(&words, _core.current(), key, start, 64)  # a few attempts
    while attempts:
        turn = min(attempts, <uint64_t>ATTEMPTS)
        if tfphilox_sample_crop(&rules, &words, turn, &crop):
            return crop.top, crop.left, crop.bottom, crop.right
        attempts -= turn
        PyErr_CheckSignals()
    return 0, 0, height, width


# ---- colours -------------------------------------------------------------------------------

# From here on a second thread pays for its wake-up.
cdef enum: SHARED = 1 << 16
cdef enum: PIECE = 1 << 12

ctypedef struct _Picture:
    void (*adjust)(float, uint64_t, const float *, float *) noexcept nogil
    float amount
    uint64_t pixels
    uint64_t channels
    const float *x
    float *out


cdef int _pixels(const void *context, uint64_t first, uint64_t count) noexcept nogil:
    cdef const _Picture *p = <const _Picture *>context
    p.adjust(p.amount, count, p.x + p.channels * first, p.out + p.channels * first)
    return 0


cdef int _pictures(const void *context, uint64_t first, uint64_t count) noexcept nogil:
    cdef const _Picture *p = <const _Picture *>context
    cdef uint64_t size = p.pixels * p.channels, i
    for i in range(first, first + count):
        tfphilox_adjust_contrast(
            p.amount, p.pixels, p.channels, p.x + i * size, p.out + i * size)
    return 0


def adjust(str what, cnp.ndarray x, float amount, cnp.ndarray out):
    """out = x with its "brightness", "hue", "saturation" or "contrast" adjusted.

    Both are contiguous, float32, of one shape, not empty; the shape is [..., height, width,
    channels] for the contrast and [..., 3] for hue and saturation, which may be done in place.
    """
    cdef _Picture p
    cdef uint64_t size
    p.amount = amount
    p.channels = 1 if what == "brightness" else x.shape[x.ndim - 1]
    p.x = <const float *>cnp.PyArray_DATA(x)
    p.out = <float *>cnp.PyArray_DATA(out)
    if what == "contrast":
        p.pixels = x.shape[x.ndim - 2] * x.shape[x.ndim - 3]
        size = p.pixels * p.channels
        _core.run(_pictures, &p, x.size // size, 1, max(2, <uint64_t>SHARED // size), 0)
    else:
        if what == "brightness":
            p.adjust = tfphilox_adjust_brightness
        else:
            p.adjust = tfphilox_adjust_hue if what == "hue" else tfphilox_adjust_saturation
        _core.run(_pixels, &p, x.size // p.channels, PIECE, SHARED, 0)
