# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
"""Rows exchanged in C: buffers in, the GIL off, signals answered.

No seed and no dtype rule of TensorFlow's is known here.
"""

import numpy as np

cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from tfphilox._c cimport _core
from tfphilox._c._core cimport (
    TFPHILOX_UINT32,
    TFPHILOX_WORDS,
    tfphilox_fill_spec,
    tfphilox_fill_spec_of,
    tfphilox_target,
)

cnp.import_array()

cdef extern from "shuffles.h" nogil:
    void tfphilox_shuffle_steps(
        void *data, uint64_t rows, uint64_t size, uint64_t first, uint64_t count,
        const uint32_t *words, uint32_t *other, void *buffer)
    void tfphilox_gather_rows(
        const void *source, uint64_t size, const uint32_t *index, uint64_t count, void *out)
    ctypedef struct tfphilox_index_cipher:
        pass
    void tfphilox_index_cipher_start(
        tfphilox_index_cipher *cipher, const uint32_t *seed, uint64_t max_index, int rounds,
        uint64_t *keys)
    uint64_t tfphilox_index_cipher_apply(const tfphilox_index_cipher *cipher, uint64_t index)

cdef enum: BATCH = 4096  # words made at once: they and their partners stay in the first cache
cdef enum: BATCHES = 64  # between two looks for signals


def shuffle(cnp.ndarray array, uint64_t size, uint64_t key, counter):
    """Shuffle rows of `size` bytes in place by the words of a Philox stream.

    The array is C-contiguous and nobody else's; it has 2 to 2**32 - 1 rows.
    """
    cdef uint64_t rows = array.shape[0], first = 0, count, turn
    cdef char *data = <char *>cnp.PyArray_DATA(array)
    cdef tfphilox_fill_spec spec
    cdef uint64_t[2] start
    cdef const tfphilox_target *target = _core.current()
    cdef uint32_t *words
    start[0] = counter & 0xFFFFFFFFFFFFFFFF
    start[1] = counter >> 64
    spec = tfphilox_fill_spec_of(TFPHILOX_WORDS, TFPHILOX_UINT32, key, start)
    words = <uint32_t *>malloc(2 * BATCH * sizeof(uint32_t) + size)
    if words == NULL:
        raise MemoryError("no memory for a row")
    try:
        while first < rows - 1:
            with nogil:
                for turn in range(BATCHES):
                    count = min(<uint64_t>BATCH, rows - 1 - first)
                    target.fill(&spec, first, count, words)
                    tfphilox_shuffle_steps(
                        data, rows, size, first, count, words, words + BATCH,
                        <char *>(words + 2 * BATCH))
                    first += count
                    if first == rows - 1:
                        break
            PyErr_CheckSignals()
    finally:
        free(words)


def gather(cnp.ndarray source, cnp.ndarray index, uint64_t size, cnp.ndarray out):
    """out[i] = source[index[i]] for rows of `size` bytes; all C-contiguous, index uint32."""
    cdef uint64_t rows = index.shape[0], first = 0, count
    cdef uint64_t step = max(1, (<uint64_t>1 << 24) // max(size, <uint64_t>1))
    cdef const char *rows_in = <const char *>cnp.PyArray_DATA(source)
    cdef char *rows_out = <char *>cnp.PyArray_DATA(out)
    cdef const uint32_t *at = <const uint32_t *>cnp.PyArray_DATA(index)
    while first < rows:
        count = min(step, rows - first)
        with nogil:
            tfphilox_gather_rows(rows_in, size, at + first, count, rows_out + first * size)
        first += count
        PyErr_CheckSignals()


def index_shuffle(cnp.ndarray index, cnp.ndarray seeds, cnp.ndarray max_index, int rounds):
    """The place of each index, all uint64; seeds are uint32[n, 3]; n, or 1 for all, of each."""
    cdef uint64_t count = max(index.shape[0], seeds.shape[0], max_index.shape[0]), i
    cdef cnp.ndarray out = np.empty(count, np.uint64)
    cdef uint64_t *to = <uint64_t *>cnp.PyArray_DATA(out)
    cdef const uint64_t *at = <const uint64_t *>cnp.PyArray_DATA(index)
    cdef const uint64_t *last = <const uint64_t *>cnp.PyArray_DATA(max_index)
    cdef const uint32_t *seed = <const uint32_t *>cnp.PyArray_DATA(seeds)
    cdef uint64_t index_step = index.shape[0] > 1, last_step = max_index.shape[0] > 1
    cdef uint64_t seed_step = 3 * (seeds.shape[0] > 1)
    cdef tfphilox_index_cipher cipher
    cdef uint64_t *keys = <uint64_t *>malloc(rounds * sizeof(uint64_t))
    if keys == NULL:
        raise MemoryError("no memory for the round keys")
    try:
        for i in range(count):
            if i == 0 or last_step or seed_step:
                tfphilox_index_cipher_start(
                    &cipher, seed + i * seed_step, last[i * last_step], rounds, keys)
            with nogil:
                to[i] = tfphilox_index_cipher_apply(&cipher, at[i * index_step])
            if i % 64 == 63:
                PyErr_CheckSignals()
    finally:
        free(keys)
    return out
