"""The C core, for the extension modules above it."""

from libc.stdint cimport int64_t, uint32_t, uint64_t


cdef extern from "tfphilox.h" nogil:
    ctypedef enum tfphilox_kind:
        TFPHILOX_WORDS
        TFPHILOX_UNIFORM
        TFPHILOX_NORMAL
        TFPHILOX_TRUNCATED_NORMAL
        TFPHILOX_INTEGERS
    ctypedef enum tfphilox_dtype:
        TFPHILOX_FLOAT16
        TFPHILOX_BFLOAT16
        TFPHILOX_FLOAT32
        TFPHILOX_FLOAT64
        TFPHILOX_INT32
        TFPHILOX_INT64
        TFPHILOX_UINT32
        TFPHILOX_UINT64
    int TFPHILOX_OK
    ctypedef struct tfphilox_fill_spec:
        tfphilox_kind kind
        tfphilox_dtype dtype
        uint64_t key
        uint64_t[2] counter
        double mul
        double add
        int64_t low
        uint64_t range
    tfphilox_fill_spec tfphilox_fill_spec_of(
        tfphilox_kind kind, tfphilox_dtype dtype, uint64_t key, const uint64_t *counter)
    ctypedef struct tfphilox_target:
        const char *name
        int (*fill)(const tfphilox_fill_spec *, uint64_t, uint64_t, void *) noexcept nogil
    const tfphilox_target *tfphilox_current()
    const tfphilox_target *tfphilox_available(int)
    int tfphilox_use(const char *)
    void tfphilox_scramble(const int64_t *, uint64_t *, uint64_t *)
    void tfphilox_advance(uint64_t *, uint64_t, uint64_t)
    void tfphilox_reserve(uint64_t *, uint64_t)
    void tfphilox_skip(uint64_t *, uint64_t)
    ctypedef struct tfphilox_operand:
        const void *data
        int64_t step
    int tfphilox_multiply(tfphilox_dtype, uint64_t, tfphilox_operand, tfphilox_operand, void *)
    int tfphilox_add(tfphilox_dtype, uint64_t, tfphilox_operand, tfphilox_operand, void *)
    int tfphilox_subtract(tfphilox_dtype, uint64_t, tfphilox_operand, tfphilox_operand, void *)
    double tfphilox_rounded(tfphilox_dtype, double)
    double tfphilox_difference(tfphilox_dtype, double, double)
    int tfphilox_itemsize(tfphilox_dtype)

cdef extern from "words.h" nogil:
    ctypedef struct tfphilox_words:
        tfphilox_fill_spec spec
    void tfphilox_start_words(
        tfphilox_words *, const tfphilox_target *, uint64_t key, const uint64_t *counter,
        uint32_t at_once)


# The C functions by pointer: other extension modules are not linked to the core.
cdef const tfphilox_target *current() noexcept nogil
cdef const tfphilox_target *available(int i) noexcept nogil
cdef void scramble(const int64_t *seed, uint64_t *key, uint64_t *counter) noexcept nogil
cdef void advance(uint64_t *counter, uint64_t blocks_low, uint64_t blocks_high) noexcept nogil
cdef void reserve(uint64_t *counter, uint64_t outputs) noexcept nogil
cdef void skip(uint64_t *counter, uint64_t blocks) noexcept nogil

# A number rounded to float32 or float64; high - low in that dtype, both of it.
cdef double rounded(tfphilox_dtype dtype, double x) noexcept nogil
cdef double difference(tfphilox_dtype dtype, double high, double low) noexcept nogil

ctypedef int (*work_function)(const void *context, uint64_t first, uint64_t count) noexcept nogil

# Do items [0, count) in pieces on `threads` threads (0: all, if count reaches `shared`).
# Answers signals: what a handler raised comes out, with the work half done.  Returns the
# work's status.
cdef int run(
    work_function work,
    const void *context,
    uint64_t count,
    uint64_t piece,
    uint64_t shared,
    int threads,
) except? -1

# Run one fill, on `threads` threads (0: as many as pay).
cdef int fill(
    const tfphilox_target *target,
    const tfphilox_fill_spec *spec,
    uint64_t first,
    uint64_t count,
    void *out,
    int threads,
) except -1

cpdef int dtype_code(dtype) except -1
