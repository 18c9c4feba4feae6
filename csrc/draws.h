/* draws.h: what the samplers draw from: blocks of many outputs' streams at a time.
 *
 * A sampler's outputs each have a stream, and take blocks from it until a number is accepted.
 * The samplers go by rounds: one block for every output still open, LANES of them at a time,
 * then the tests, then the next round for those that failed.  So the blocks, and the
 * logarithms and sines of normals, are made as fast as a fill's.
 *
 * TensorFlow's kernels draw doubles in pairs and use the second of a pair first
 * (random_op.cc, random_poisson_op.cc, random_binomial_op.cc: "remaining--").
 *
 * What it does not do: know distributions.
 */
#ifndef TFPHILOX_DRAWS_H
#define TFPHILOX_DRAWS_H

#include "lanes.h"
#include "math/arraymath.h"
#include "math/floatmath.h"
#include "math/libmath.h"
#include "philox.h"
#include "samplers.h"

#define SPAN    256 /* outputs made together */
#define NUMBERS (2 * (SPAN + LANES))

/* A block of each of several outputs: output i's is base + stride * i + block. */
typedef struct {
    const philox_keys *keys;
    philox_counter base;
    uint64_t stride, block;
} block_source;

/* The blocks of outputs open[from], open[from + 1], ..., in the order from which to_pairs restores
 * theirs.  Lanes beyond n are unspecified. */
static inline void blocks_of(const block_source *b, const int *open, int from, int n, vu *x,
                             vu *y) {
    uint64_t lanes[LANES];
    for (int lane = 0; lane < LANES; lane++) {
        int at = from + (int)lane_blocks[lane];
        lanes[lane] = (uint64_t)open[at < n ? at : from] * b->stride + b->block;
    }
    const vu offsets = u_load(lanes);
    philox_at(b->keys, b->base, 1, &offsets, x, y);
}

/* The two uniform doubles of the block of each of n outputs into u[2 * i] and u[2 * i + 1].  u
 * has NUMBERS places. */
static inline void uniforms_of(const block_source *b, const int *open, int n, double *u) {
    for (int from = 0; from < n; from += LANES) {
        vu x, y, first, second;
        blocks_of(b, open, from, n, &x, &y);
        to_pairs(x, y, &first, &second);
        d_store(u + 2 * from, unit64(first));
        d_store(u + 2 * from + LANES, unit64(second));
    }
}

/* The two normal doubles likewise (random_distributions.h, NormalDistribution for double). */
static inline void normals_of(const block_source *b, const int *open, int n, double *z) {
    for (int from = 0; from < n; from += LANES) {
        vu x, y, first, second;
        vd sine, cosine;
        blocks_of(b, open, from, n, &x, &y);
        vd r = d_sqrt(log64_all(d_max(unit64(x), d_set(1e-7))) * d_set(-2.0));
        sincos64(reduce64(unit64(y) * d_set(2.0 * PI)), &sine, &cosine);
        to_pairs(u_of_d(sine * r), u_of_d(cosine * r), &first, &second);
        d_store(z + 2 * from, d_of_u(first));
        d_store(z + 2 * from + LANES, d_of_u(second));
    }
}

/* ---- rounds ------------------------------------------------------------------------------ */

/* Try outputs open[0..n), given u[2 * j + 1] and then u[2 * j] for output open[j].  Keep those
 * that need another block in front of open; return their number. */
typedef int round_of(void *state, int *open, int n, const double *u);

/* Bring outputs open[again[0..n)] to the front of open. */
static inline int keep_open(int *open, int *again, int n) {
    for (int j = 0; j < n; j++) /* not in order, and need not be */
        again[j] = open[again[j]];
    memcpy(open, again, (size_t)n * sizeof *open);
    return n;
}

/* Rounds, until none is open.  Output i's blocks are base + stride * i, ... */
static inline void rounds(const philox_keys *keys, philox_counter base, uint64_t stride, int *open,
                          int n, round_of *try, void *state) {
    double u[NUMBERS];
    for (block_source b = {keys, base, stride, 0}; n > 0; b.block++) {
        uniforms_of(&b, open, n, u);
        n = try(state, open, n, u);
    }
}

/* counter + stride * n. */
static inline philox_counter philox_skip(const uint64_t counter[2], uint64_t stride, uint64_t n) {
    const uint64_t low = stride * (n & LOW_WORD), high = stride * (n >> 32); /* stride is small */
    philox_counter c = {counter[0], counter[1]};
    c = philox_advance(c, low);
    c = philox_advance(c, high << 32);
    c.high += high >> 32;
    return c;
}

/* ---- batches ------------------------------------------------------------------------------ */

/* Where the next output stands; is_new until the first output of its batch (or of the call). */
typedef struct {
    uint64_t batch, sample;
    int is_new;
} position;

static inline position position_of(const tfphilox_sampler_spec *spec, uint64_t output) {
    return (position){output / spec->samples, output % spec->samples, 1};
}

/* Pass over the outputs of this batch, at most n; return how many they are. */
static inline int run_of_batch(const tfphilox_sampler_spec *spec, position *at, int n) {
    uint64_t left = spec->samples - at->sample;
    if (left <= (uint64_t)n) {
        *at = (position){at->batch + 1, 0, 1};
        return (int)left;
    }
    at->sample += (uint64_t)n;
    at->is_new = 0;
    return n;
}

/* ---- storing ----------------------------------------------------------------------------- */

/* As a C++ cast gives it on x86-64: the least integer for what does not fit. */
static inline int32_t int32_of_double(double x) {
    return x > -2147483649.0 && x < 2147483648.0 ? (int32_t)x : INT32_MIN;
}
static inline int64_t int64_of_double(double x) {
    return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN;
}
/* TensorFlow flushes: what is tiny in float becomes a zero. */
static inline float float_of_double(double x) {
    if (RARELY(fabs(x) < 0x1p-126 - 0x1p-151))
        return (float)copysign(0.0, x);
    return (float)x;
}

#define STORE(type, convert)                                                                       \
    do {                                                                                           \
        type *out = spec->out;                                                                     \
        for (int i = 0; i < n; i++) {                                                              \
            out[at] = convert(value[i]);                                                           \
            at += spec->batches;                                                                   \
            if (++sample == spec->samples) {                                                       \
                sample = 0;                                                                        \
                at = ++batch;                                                                      \
            }                                                                                      \
        }                                                                                          \
    } while (0)
#define FLOAT16_OF_DOUBLE(x) float16_of_float(float_of_double(x))

/* Outputs first.. of the op, rounded to its type. */
static inline int store(const tfphilox_sampler_spec *spec, uint64_t first, const double *value,
                        int n) {
    uint64_t batch = first / spec->samples, sample = first % spec->samples;
    uint64_t at = sample * spec->batches + batch;
    switch (spec->dtype) {
    case TFPHILOX_FLOAT16:
        STORE(uint16_t, FLOAT16_OF_DOUBLE);
        break;
    case TFPHILOX_FLOAT32:
        STORE(float, float_of_double);
        break;
    case TFPHILOX_FLOAT64:
        STORE(double, flushed_double);
        break;
    case TFPHILOX_INT32:
        STORE(int32_t, int32_of_double);
        break;
    case TFPHILOX_INT64:
        STORE(int64_t, int64_of_double);
        break;
    default:
        return TFPHILOX_UNSUPPORTED;
    }
    return TFPHILOX_OK;
}

/* A parameter as TensorFlow's kernel reads it: subnormal numbers are zeros, but not float16's. */
static inline double parameter(const tfphilox_sampler_spec *spec, const double *values,
                               uint64_t batch) {
    double x = values[batch];
    if (spec->parameter == TFPHILOX_FLOAT32)
        return fabs(x) < FLT_MIN ? copysign(0.0, x) : x;
    return spec->parameter == TFPHILOX_FLOAT64 ? flushed_double(x) : x;
}

#endif
