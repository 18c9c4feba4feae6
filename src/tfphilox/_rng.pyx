# cython: language_level=3, boundscheck=False, wraparound=False
"""RNG states that several threads may move, and the ThreeFry generator.

A state is a counter and a key.  Taking numbers from one means reading it and moving the counter
on; both happen here in one piece, without a Python instruction between them, so that no lock is
needed and none can be left shut by a fork or a signal.
"""

import numpy as np

cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int64_t, uint64_t

from tfphilox cimport _core

cnp.import_array()

cdef extern from "threefry.h" nogil:
    uint64_t threefry(uint64_t key, uint64_t counter)
    float scaled_float(float x, float width, float low)
    double scaled_double(double x, double width, double low)

cdef enum: BLOCKS = 1 << 20  # between two looks for signals


cdef class Counter:
    """A Philox key and a moving 128-bit counter: the generator of an op that takes words."""

    cdef readonly uint64_t key
    cdef uint64_t[2] _counter

    def __init__(self, key, counter):
        self.key = key
        self._counter[0] = counter & 0xFFFFFFFFFFFFFFFF
        self._counter[1] = counter >> 64

    @property
    def counter(self):
        return self._counter[0] | (<object>self._counter[1]) << 64

    def take(self, uint64_t blocks):
        """Move on by so many blocks; return where the counter was."""
        cdef uint64_t low = self._counter[0], high = self._counter[1]
        _core.advance(self._counter, blocks, 0)
        return low | (<object>high) << 64

    def give_back(self, counter, uint64_t blocks):
        """Undo a `take` that returned `counter`, unless something was taken since."""
        cdef uint64_t[2] before
        cdef uint64_t[2] after
        before[0] = after[0] = counter & 0xFFFFFFFFFFFFFFFF
        before[1] = after[1] = counter >> 64
        _core.advance(after, blocks, 0)
        if self._counter[0] == after[0] and self._counter[1] == after[1]:
            self._counter[0] = before[0]
            self._counter[1] = before[1]


def assign(cnp.ndarray state, cnp.ndarray value):
    """state[...] = value, for two int64 vectors of one length."""
    cdef int64_t *to = <int64_t *>cnp.PyArray_DATA(state)
    cdef const int64_t *source = <const int64_t *>cnp.PyArray_DATA(value)
    cdef Py_ssize_t i, count = cnp.PyArray_SIZE(state)
    for i in range(count):
        to[i] = source[i]


def read(cnp.ndarray state):
    """A copy of an int64 vector."""
    cdef cnp.ndarray out = cnp.PyArray_EMPTY(1, cnp.PyArray_DIMS(state), cnp.NPY_INT64, 0)
    assign(out, state)
    return out


def take(cnp.ndarray state, uint64_t blocks, bint one_word):
    """Move a state (counter, key) on by so many blocks; return the counter and key it had.

    The counter is 64 bits long if `one_word`, as ThreeFry's, else 128.
    """
    cdef uint64_t *words = <uint64_t *>cnp.PyArray_DATA(state)
    cdef uint64_t low = words[0], high = 0, key
    if one_word:
        key = words[1]
        words[0] = low + blocks
    else:
        high = words[1]
        key = words[2]
        _core.skip(words, blocks)
    return low | (<object>high) << 64, key


def give_back(cnp.ndarray state, counter, uint64_t key, uint64_t blocks, bint one_word):
    """Undo a `take` that returned (counter, key), unless the state has changed since."""
    cdef uint64_t *words = <uint64_t *>cnp.PyArray_DATA(state)
    cdef uint64_t[2] after
    cdef uint64_t low = counter & 0xFFFFFFFFFFFFFFFF, high = counter >> 64
    after[0] = low
    after[1] = high
    if one_word:
        if words[0] == low + blocks and words[1] == key:
            words[0] = low
    else:
        _core.skip(after, blocks)
        if words[0] == after[0] and words[1] == after[1] and words[2] == key:
            words[0] = low
            words[1] = high


def threefry_blocks(uint64_t key, uint64_t counter, Py_ssize_t count):
    """Blocks counter, counter + 1, ... of ThreeFry, as uint64, the first word low."""
    cdef cnp.ndarray out = np.empty(count, np.uint64)
    cdef uint64_t *blocks = <uint64_t *>cnp.PyArray_DATA(out)
    cdef Py_ssize_t done = 0, end, i
    while done < count:
        end = min(count, done + BLOCKS)
        with nogil:
            for i in range(done, end):
                blocks[i] = threefry(key, counter + <uint64_t>i)
        done = end
        PyErr_CheckSignals()
    return out


def scale(cnp.ndarray x, cnp.ndarray width, cnp.ndarray low):
    """x * width + low rounded once; contiguous arrays of one size, float32 or float64."""
    cdef cnp.ndarray out = np.empty_like(x)
    cdef Py_ssize_t i, count = x.size
    if x.dtype == np.float32:
        for i in range(count):
            (<float *>cnp.PyArray_DATA(out))[i] = scaled_float(
                (<float *>cnp.PyArray_DATA(x))[i], (<float *>cnp.PyArray_DATA(width))[i],
                (<float *>cnp.PyArray_DATA(low))[i])
    else:
        for i in range(count):
            (<double *>cnp.PyArray_DATA(out))[i] = scaled_double(
                (<double *>cnp.PyArray_DATA(x))[i], (<double *>cnp.PyArray_DATA(width))[i],
                (<double *>cnp.PyArray_DATA(low))[i])
    return out
