/* samplers.h: the samplers' C interface: numbers that take a varying number of words each.
 *
 * A sampler makes outputs of one or more batches, each with parameters of its own.  Output
 * number o = batch * samples + sample has a stream of its own, so any outputs can be made
 * alone, in any order and on any thread; it is stored at out[sample * batches + batch], as
 * TensorFlow stores it.
 *
 * TensorFlow cuts the work of two samplers into shards, one stream a shard, and so makes
 * their numbers depend on how many threads it has: tfphilox_shards says how it would cut.
 * There `first` and `count` are shards, not outputs.
 *
 * Nothing here allocates, locks or prints; each returns a TFPHILOX_* status.  What it does
 * not do: check parameters that TensorFlow's Python or C++ refuses before it draws.
 */
#ifndef TFPHILOX_SAMPLERS_H
#define TFPHILOX_SAMPLERS_H

#include "candidates.h"
#include "tfphilox.h"

enum {
    TFPHILOX_ENDLESS = -3,  /* a parameter for which TensorFlow never returns */
    TFPHILOX_INVALID = -4,  /* a parameter that TensorFlow refuses */
    TFPHILOX_REJECTED = -5, /* a thousand candidates in a row did not fit the bounds */
    TFPHILOX_STOPPED = -7,
    TFPHILOX_NO_MEMORY = -6
};

typedef struct {
    uint64_t key;
    uint64_t counter[2]; /* of output 0's first block; low half first */
    uint64_t batches, samples;
    uint64_t skipped;         /* outputs of the run before output 0: a slice, of one batch */
    tfphilox_dtype dtype;     /* of the outputs */
    tfphilox_dtype parameter; /* the type that TensorFlow has the parameters in */
    /* The parameters' values, one a batch, as doubles. */
    const double *a; /* gamma: alpha; poisson: rate; binomial: count */
    const double *b; /* binomial: probability; gamma: beta, or NULL for 1 */
    int scaled;      /* gamma: divide by beta, then raise to the smallest normal number */
    int plain_log;   /* gamma of alpha 1: -log(1 - u), as before TensorFlow 2.3, not -log1p(-u) */
    void *out;
} tfphilox_sampler_spec;

/* Outputs [first, first + count). */
typedef int tfphilox_sampler(const tfphilox_sampler_spec *spec, uint64_t first, uint64_t count);

/* TensorFlow's categorical: out[row][sample] is a class, 0 to classes (see categorical.c). */
typedef struct {
    uint64_t key;
    uint64_t counter[2];
    uint64_t rows, classes, samples; /* classes is not 0 */
    uint64_t shard_size;             /* rows; the last shard may have fewer */
    tfphilox_dtype dtype;            /* of the outputs, int32 or int64 */
    tfphilox_dtype logits_dtype;
    const void *logits; /* [row][class] */
    void *out;
    int (*fill)(const tfphilox_fill_spec *, uint64_t, uint64_t, void *); /* the target's */
    uint64_t parts, part_size; /* of a row, in samples; the last one may have fewer */
    /* Asked now and then while a long row is summed up, whether to stop; NULL never says so. */
    int (*stop)(void *);
    void *stop_by;
} tfphilox_categorical_spec;

/* Parts [first, first + count), row by row. */
typedef int tfphilox_categorical_sampler(const tfphilox_categorical_spec *spec, uint64_t first,
                                         uint64_t count);

/* How far a shard is; all zero before it is begun. */
typedef struct {
    uint64_t made;  /* outputs */
    uint64_t next;  /* block of its stream */
    int rejections; /* in a row */
    int finished;
} tfphilox_progress;

/* Normals within bounds.  by_batch is TensorFlow's stateful op: output o = batch * samples +
 * sample is stored at out[o], and a shard is of batches, the last of which may be short.  Else
 * its stateless op: stored as other samplers' outputs are, and a shard is of outputs. */
typedef struct {
    uint64_t key;
    uint64_t counter[2];
    uint64_t batches, samples, outputs;
    int by_batch;
    uint64_t shard_size;      /* batches or outputs; the last shard may have fewer */
    tfphilox_dtype dtype;     /* of everything: float16, float32, float64 */
    const double *parameters; /* four rows: means, deviations, lower and upper bounds */
    uint64_t columns;         /* of a row: 1, or one a batch */
    void *out;
    int (*fill)(const tfphilox_fill_spec *, uint64_t, uint64_t, void *); /* the target's */
    tfphilox_progress *progress;                                         /* one a shard */
} tfphilox_truncated_spec;

/* Some milliseconds' work on each of shards [first, first + count) that is not finished. */
typedef int tfphilox_truncated_sampler(const tfphilox_truncated_spec *spec, uint64_t first,
                                       uint64_t count);

/* One instruction set's samplers. */
typedef struct {
    const char *name;
    tfphilox_sampler *gamma, *poisson, *binomial;
    tfphilox_categorical_sampler *categorical;
    tfphilox_truncated_sampler *truncated;
    const tfphilox_candidates *candidates;
} tfphilox_samplers;

/* The size of the shards into which TensorFlow, with so many threads, cuts `total` units of work
 * that it takes to cost `unit_cost` cycles each; the last one may be smaller. */
uint64_t tfphilox_shard_size(uint64_t total, int64_t unit_cost, int threads);
/* Those of categorical, in rows. */
uint64_t tfphilox_categorical_shard_size(uint64_t rows, uint64_t classes, uint64_t samples,
                                         int threads);
/* Those of the truncated normals, in batches or outputs. */
uint64_t tfphilox_truncated_shard_size(const tfphilox_truncated_spec *spec, int threads);

/* Doubles as floats; what is too large becomes infinite. */
void tfphilox_singles(uint64_t count, const double *numbers, float *out);

/* The samplers of an instruction set that tfphilox_available names; NULL for another name. */
const tfphilox_samplers *tfphilox_samplers_named(const char *name);

#endif
