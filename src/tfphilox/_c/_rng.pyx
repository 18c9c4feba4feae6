# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
"""RNG states that several threads may move, and the ThreeFry generator.

A state is a counter and a key.  Taking numbers from one means reading it and moving the counter
on; both happen here in one piece, without a Python instruction between them, so that no lock is
needed and none can be left shut by a fork or a signal.
"""

import numpy as np

cimport numpy as cnp
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int64_t, uint64_t

from tfphilox._c cimport _core, _undo

cnp.import_array()

cdef extern from "threefry.h" nogil:
    uint64_t threefry(uint64_t key, uint64_t counter)
    float scaled_float(float x, float width, float low)
    double scaled_double(double x, double width, double low)

cdef enum: BLOCKS = 1 << 20  # between two looks for signals


cdef void _put(cnp.ndarray state, cnp.ndarray value) noexcept:
    cdef int64_t *to = <int64_t *>cnp.PyArray_DATA(state)
    cdef const int64_t *source = <const int64_t *>cnp.PyArray_DATA(value)
    cdef Py_ssize_t i, count = min(cnp.PyArray_SIZE(state), cnp.PyArray_SIZE(value))
    for i in range(count):
        to[i] = source[i]


def read(cnp.ndarray state):
    """A copy of an int64 vector."""
    cdef cnp.ndarray out = cnp.PyArray_EMPTY(1, cnp.PyArray_DIMS(state), cnp.NPY_INT64, 0)
    _put(out, state)
    return out


def assign(cnp.ndarray state, cnp.ndarray value):
    """state[...] = value, for two int64 vectors of one length; a call that fails takes it back."""
    cdef bint noted = _undo.prepare()
    cdef tuple thing = (state, read(state), value) if noted else None
    _put(state, value)
    if noted:
        _undo.note(_unassign, thing, NULL)


cdef void _unassign(object thing, const uint64_t *words) noexcept:
    cdef cnp.ndarray state, before, after
    cdef int64_t *now
    cdef int64_t *then
    cdef Py_ssize_t i
    state, before, after = <tuple>thing
    now = <int64_t *>cnp.PyArray_DATA(state)
    then = <int64_t *>cnp.PyArray_DATA(after)
    for i in range(min(cnp.PyArray_SIZE(state), cnp.PyArray_SIZE(after))):
        if now[i] != then[i]:
            return
    _put(state, before)


cdef int _check(cnp.ndarray state, Py_ssize_t size) except -1:
    """A state may come from a pickle."""
    if cnp.PyArray_NDIM(state) != 1 or cnp.PyArray_DIM(state, 0) < size:
        raise ValueError(f"a state must have shape [{size}], got {list((<object>state).shape)}")
    if cnp.PyArray_ITEMSIZE(state) != 8 or not cnp.PyArray_ISCARRAY(state):
        raise ValueError("a state must be a contiguous vector of int64")
    return 0


cdef void _take(uint64_t *words, uint64_t blocks, bint one_word) noexcept nogil:
    """Move a state (counter, key) on; the counter is one word long, as ThreeFry's, or two."""
    if one_word:
        words[0] += blocks
    else:
        _core.skip(words, blocks)


def draw_by(cnp.ndarray state, uint64_t blocks, bint one_word, start, draw, tuple arguments):
    """Draw from a state by draw(start(key, counter), *arguments); it moves on by so many blocks.

    Returns what `draw` returned, and the key and the counter.  The state moves at once, so that
    another thread takes other numbers, and moves back when `draw` fails or is interrupted and
    nobody has moved it since.
    """
    _check(state, 2 if one_word else 3)
    cdef uint64_t *words = <uint64_t *>cnp.PyArray_DATA(state)
    cdef uint64_t[2] before
    cdef uint64_t[2] after
    cdef bint noted
    cdef int key_at = 1 if one_word else 2
    cdef uint64_t key = words[key_at]
    before[0] = words[0]
    before[1] = 0 if one_word else words[1]
    _take(words, blocks, one_word)
    after[0] = words[0]
    after[1] = 0 if one_word else words[1]
    try:
        counter = before[0] | (<object>before[1]) << 64
        result = draw(start(key, counter), *arguments)
        moved = result, key, counter
        PyErr_CheckSignals()
        noted = _undo.prepare()
    except BaseException:
        _go_back(words, one_word, key, before, after)
        raise
    if noted:
        _note(state, one_word, before, after)
    return moved


cdef void _go_back(
    uint64_t *words, bint one_word, uint64_t key, const uint64_t *before, const uint64_t *after
) noexcept nogil:
    """Undo a move, unless somebody has moved the state since."""
    if words[1 if one_word else 2] == key and words[0] == after[0]:
        if one_word:
            words[0] = before[0]
        elif words[1] == after[1]:
            words[0] = before[0]
            words[1] = before[1]


cdef void _note(
    cnp.ndarray state, bint one_word, const uint64_t *before, const uint64_t *after
) noexcept:
    cdef uint64_t[4] moves
    moves[0] = before[0]
    moves[1] = before[1]
    moves[2] = after[0]
    moves[3] = after[1]
    _undo.note(_one_back if one_word else _two_back, state, moves)


cdef void _one_back(object state, const uint64_t *moves) noexcept:
    cdef uint64_t *words = <uint64_t *>cnp.PyArray_DATA(<cnp.ndarray>state)
    _go_back(words, True, words[1], moves, moves + 2)


cdef void _two_back(object state, const uint64_t *moves) noexcept:
    cdef uint64_t *words = <uint64_t *>cnp.PyArray_DATA(<cnp.ndarray>state)
    _go_back(words, False, words[2], moves, moves + 2)


def skip(cnp.ndarray state, uint64_t blocks):
    """Move a Philox state on by so many blocks; return the key and the counter that it had."""
    _check(state, 3)
    cdef uint64_t *words = <uint64_t *>cnp.PyArray_DATA(state)
    cdef uint64_t[2] before
    before[0] = words[0]
    before[1] = words[1]
    found = words[2], before[0] | (<object>before[1]) << 64
    cdef bint noted = _undo.prepare()
    _core.skip(words, blocks)
    if noted:
        _note(state, False, before, words)
    return found


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
