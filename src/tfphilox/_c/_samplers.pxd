"""The samplers of an instruction set, for the extension modules beside this one."""

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

from tfphilox._c._core cimport tfphilox_dtype, tfphilox_fill_spec, tfphilox_words

ctypedef int (*fill_function)(
    const tfphilox_fill_spec *, uint64_t, uint64_t, void *) noexcept nogil

cdef extern from "candidates.h" nogil:
    cdef enum:
        TFPHILOX_UNIFORM_CLASSES
        TFPHILOX_LOG_UNIFORM_CLASSES
        TFPHILOX_LEARNED_CLASSES
        TFPHILOX_FIXED_CLASSES
    ctypedef struct tfphilox_classes:
        int kind
        int64_t range
        int32_t *weight
        int32_t *sums
        int32_t total
        float *weights
        float *probability
        int32_t *alias
    ctypedef struct tfphilox_candidates:
        void (*start)(tfphilox_classes *) noexcept nogil
        float (*distort)(float, float) noexcept nogil
        void (*make_alias)(tfphilox_classes *, double *, int32_t *) noexcept nogil
        uint64_t (*sample)(
            const tfphilox_classes *, tfphilox_words *, uint64_t count, uint64_t tries,
            int64_t *table, uint64_t size, uint64_t *picked, int64_t *out) noexcept nogil
        void (*expected_counts)(
            const tfphilox_classes *, uint64_t count, const int64_t *of, int32_t batch,
            int32_t tries, float *out) noexcept nogil
        void (*learn)(tfphilox_classes *, uint64_t count, const int64_t *) noexcept nogil
        void (*forget)(tfphilox_classes *, uint64_t count, const int64_t *) noexcept nogil

cdef extern from "samplers.h" nogil:
    ctypedef struct tfphilox_sampler_spec:
        uint64_t key
        uint64_t[2] counter
        uint64_t batches
        uint64_t samples
        uint64_t skipped
        tfphilox_dtype dtype
        tfphilox_dtype parameter
        const double *a
        const double *b
        int scaled
        int plain_log
        void *out
    ctypedef int tfphilox_sampler(const tfphilox_sampler_spec *, uint64_t, uint64_t) noexcept nogil
    ctypedef struct tfphilox_categorical_spec:
        uint64_t key
        uint64_t[2] counter
        uint64_t rows
        uint64_t classes
        uint64_t samples
        uint64_t shard_size
        tfphilox_dtype dtype
        tfphilox_dtype logits_dtype
        const void *logits
        void *out
        fill_function fill
        uint64_t parts
        uint64_t part_size
        int (*stop)(void *) noexcept nogil
        void *stop_by
    ctypedef int tfphilox_categorical_sampler(
        const tfphilox_categorical_spec *, uint64_t, uint64_t) noexcept nogil
    ctypedef struct tfphilox_progress:
        int finished
    ctypedef struct tfphilox_truncated_spec:
        uint64_t key
        uint64_t[2] counter
        uint64_t batches
        uint64_t samples
        uint64_t outputs
        int by_batch
        uint64_t shard_size
        tfphilox_dtype dtype
        const double *parameters
        uint64_t columns
        void *out
        fill_function fill
        tfphilox_progress *progress
    ctypedef int tfphilox_truncated_sampler(
        const tfphilox_truncated_spec *, uint64_t, uint64_t) noexcept nogil
    ctypedef struct tfphilox_samplers:
        tfphilox_sampler *gamma
        tfphilox_sampler *poisson
        tfphilox_sampler *binomial
        tfphilox_categorical_sampler *categorical
        tfphilox_truncated_sampler *truncated
        const tfphilox_candidates *candidates


# Those of an instruction set; with None, of the one in use.
cdef const tfphilox_samplers *named(str isa) except NULL
