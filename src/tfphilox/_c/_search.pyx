# cython: language_level=3, boundscheck=False, wraparound=False, binding=False
"""The search for seeds: buffers in, the GIL off, signals answered.

No arithmetic is done here, and no rule of TensorFlow's is known.
"""

import numpy as np

cimport numpy as cnp
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from tfphilox._c cimport _core
from tfphilox._c._core cimport (
    TFPHILOX_INTEGERS,
    TFPHILOX_NORMAL,
    TFPHILOX_TRUNCATED_NORMAL,
    TFPHILOX_UNIFORM,
    TFPHILOX_WORDS,
    tfphilox_dtype,
    tfphilox_fill_spec,
    tfphilox_fill_spec_of,
    tfphilox_kind,
    tfphilox_target,
)

cnp.import_array()

cdef extern from "search.h" nogil:
    ctypedef struct tfphilox_column:
        const uint64_t *data
        int64_t step
    ctypedef struct tfphilox_guesses:
        tfphilox_column key
        tfphilox_column low
        tfphilox_column high
    ctypedef struct tfphilox_pattern:
        int shift
        uint32_t mask
        uint32_t[4] least
        uint32_t[4] width
    ctypedef struct tfphilox_searcher:
        void (*search)(
            const tfphilox_guesses *, const tfphilox_pattern *, uint64_t, uint64_t, uint8_t *
        ) noexcept nogil
        void (*scramble)(
            const tfphilox_guesses *, uint64_t, uint64_t, uint64_t *, uint64_t *) noexcept nogil
        void (*twister)(uint32_t, uint32_t, int, uint32_t *) noexcept nogil
    const int TFPHILOX_TWISTER_MOST
    const tfphilox_searcher *tfphilox_searcher_named(const char *)
    int tfphilox_first_numbers(
        const tfphilox_target *, const tfphilox_guesses *, const tfphilox_fill_spec *,
        uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, void *)

cdef dict KINDS = {
    "words": TFPHILOX_WORDS,
    "uniform": TFPHILOX_UNIFORM,
    "normal": TFPHILOX_NORMAL,
    "truncated_normal": TFPHILOX_TRUNCATED_NORMAL,
    "integers": TFPHILOX_INTEGERS,
}

MOST_WORDS = TFPHILOX_TWISTER_MOST

# Guesses of a piece of work, whole groups of 32; from how many on a second thread pays.
cdef enum: PIECE = 1 << 14
cdef enum: SHARED = 1 << 16
cdef enum: SOME = 1 << 9  # where a guess takes longer

ctypedef struct _Search:
    const tfphilox_searcher *searcher
    const tfphilox_target *target
    tfphilox_guesses guesses
    tfphilox_pattern pattern
    tfphilox_fill_spec spec
    uint64_t element
    uint64_t each
    uint64_t size
    void *out
    uint64_t *key
    uint64_t *high
    uint32_t seed
    int words


cdef int _search_piece(const void *context, uint64_t first, uint64_t count) noexcept nogil:
    cdef const _Search *s = <const _Search *>context
    s.searcher.search(&s.guesses, &s.pattern, first, count, <uint8_t *>s.out)
    return 0


cdef int _numbers_piece(const void *context, uint64_t first, uint64_t count) noexcept nogil:
    cdef const _Search *s = <const _Search *>context
    return tfphilox_first_numbers(
        s.target, &s.guesses, &s.spec, s.element, s.each, first, count, s.size, s.out)


cdef int _scramble_piece(const void *context, uint64_t first, uint64_t count) noexcept nogil:
    cdef const _Search *s = <const _Search *>context
    s.searcher.scramble(&s.guesses, first, count, s.key, s.high)
    return 0


cdef int _twister_piece(const void *context, uint64_t first, uint64_t count) noexcept nogil:
    cdef const _Search *s = <const _Search *>context
    cdef uint32_t *out = <uint32_t *>s.out + first * <uint64_t>s.words
    s.searcher.twister(s.seed + <uint32_t>first, <uint32_t>count, s.words, out)
    return 0


cdef const tfphilox_target *_target(str isa) except NULL:
    """The instruction set in use, or a named one, for tests."""
    cdef const tfphilox_target *target = _core.current()
    cdef int i = 0
    if isa is not None:
        target = _core.available(0)
        while target != NULL and target.name.decode() != isa:
            i += 1
            target = _core.available(i)
        if target == NULL:
            raise ValueError(f"no instruction set {isa!r} here")
    return target


cdef int _column(tfphilox_column *column, cnp.ndarray numbers, cnp.npy_intp count) except -1:
    """A contiguous uint64 array of `count` numbers, or of one that holds for all."""
    if numbers.dtype != np.uint64 or not numbers.flags.c_contiguous:
        raise TypeError("a column must be a contiguous uint64 array")
    if numbers.size != count and numbers.size != 1:
        raise ValueError(f"a column has {numbers.size} numbers for {count} guesses")
    column.data = <const uint64_t *>cnp.PyArray_DATA(numbers)
    column.step = 1 if numbers.size == count else 0
    return 0


cdef int _begin(_Search *s, key, low, high, count, str isa) except -1:
    s.target = _target(isa)
    s.searcher = tfphilox_searcher_named(s.target.name)
    _column(&s.guesses.key, key, count)
    _column(&s.guesses.low, low, count)
    _column(&s.guesses.high, high, count)
    return 0


def search(
    key, low, high, uint64_t count, int shift, uint32_t mask, least, width, *,
    int threads=0, str isa=None,
):
    """Say of each guess whether the first block's words are what they must be: see search.h.

    A guess is a key and the halves of a counter, in arrays of uint64 of `count` numbers, or of one.
    `least` and `width` have four numbers. Returns bits, packed as np.packbits packs "little".
    """
    cdef _Search s
    cdef int i
    _begin(&s, key, low, high, count, isa)
    s.pattern.shift = shift
    s.pattern.mask = mask
    for i in range(4):
        s.pattern.least[i] = least[i]
        s.pattern.width[i] = width[i]
    cdef cnp.ndarray out = np.zeros((count + 7) // 8, np.uint8)
    s.out = cnp.PyArray_DATA(out)
    _core.run(_search_piece, &s, count, PIECE, SHARED, threads)
    return out


def first_numbers(
    key, low, high, uint64_t count, str kind, dtype, uint64_t each, *,
    uint64_t element=0, low_bound=0, span=0, int threads=0, str isa=None,
):
    """Return elements [element, element + each) of each guess's stream, a row a guess."""
    cdef _Search s
    cdef uint64_t[2] zero
    zero[0] = zero[1] = 0
    _begin(&s, key, low, high, count, isa)
    cdef cnp.ndarray out = np.empty((count, each), dtype)
    s.spec = tfphilox_fill_spec_of(
        <tfphilox_kind>KINDS[kind], <tfphilox_dtype>_core.dtype_code(out.dtype), 0, zero)
    s.spec.low = low_bound
    s.spec.range = span
    s.element = element
    s.each = each
    s.size = out.itemsize
    s.out = cnp.PyArray_DATA(out)
    if _core.run(_numbers_piece, &s, count, SOME, SOME, threads):
        raise TypeError("the C core does not make this kind of number in this dtype")
    return out


def scramble(first, second, uint64_t count, *, int threads=0, str isa=None):
    """Return the keys and the counters' upper halves of seed pairs, given in columns of uint64."""
    cdef _Search s
    _begin(&s, np.zeros(1, np.uint64), first, second, count, isa)
    cdef cnp.ndarray key = np.empty(count, np.uint64)
    cdef cnp.ndarray high = np.empty(count, np.uint64)
    s.key = <uint64_t *>cnp.PyArray_DATA(key)
    s.high = <uint64_t *>cnp.PyArray_DATA(high)
    _core.run(_scramble_piece, &s, count, PIECE, SHARED, threads)
    return key, high


def python_words(uint32_t first, uint32_t count, int words, *, int threads=0, str isa=None):
    """Return the first words of ``random.Random(seed)``, a row for each seed from `first` on."""
    cdef _Search s
    if not 0 < words <= TFPHILOX_TWISTER_MOST:
        raise ValueError(f"words must be 1 to {TFPHILOX_TWISTER_MOST}, got {words}")
    s.target = _target(isa)
    s.searcher = tfphilox_searcher_named(s.target.name)
    s.seed = first
    s.words = words
    cdef cnp.ndarray out = np.empty((count, words), np.uint32)
    s.out = cnp.PyArray_DATA(out)
    _core.run(_twister_piece, &s, count, SOME, SOME, threads)
    return out
