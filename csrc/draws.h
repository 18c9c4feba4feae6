/* draws.h: what the samplers draw from: blocks of many outputs' streams at a time.
 *
 * A sampler's outputs each have a stream, and take blocks from it until a number is accepted.
 * The samplers go by rounds: one block for every output still open, LANES of them at a time, then
 * the tests, then the next round for those that failed.  Which are open is a list of places, or
 * NULL for the places 0, 1, ..., n - 1; what belongs to them is packed: the j-th number of an array
 * is that of the j-th open one.  Arrays have ROOM places, and lanes beyond n hold what they like.
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

#define SPAN 256 /* outputs made together */
#define ROOM (SPAN + 2 * LANES)

/* The bits of the lanes that are numbers from the i-th on of n. */
static inline uint32_t lanes_within(int i, int n) {
    return n - i < LANES ? (1u << (n - i)) - 1u : ALL_LANES; /* n - i > 0 */
}

/* The lanes where a is at most b; none where one is NaN. */
INLINE uint32_t at_most(vd a, vd b) {
    const vd least = d_set(-INFINITY), zero = d_set(0.0);
    const uint32_t numbers =
        m_bits(d_less(least, b) | d_less(b, zero)) & m_bits(d_less(least, a) | d_less(a, zero));
    return ~m_bits(d_less(b, a)) & numbers;
}

/* The streams of a span's outputs: output i's blocks are base + stride * i, and those after. */
typedef struct {
    const philox_keys *keys;
    philox_counter base;
    uint64_t stride;
} streams;

/* Two doubles of each of several outputs: of a block its uniform ones. */
typedef struct {
    double first[ROOM], second[ROOM];
} pairs;

static const uint64_t lane_numbers[8] = {0, 1, 2, 3, 4, 5, 6, 7};

/* A step's blocks: `chains` vectors of outputs from the i-th on. */
INLINE void draw_blocks_step(const streams *s, const philox_constants *folded, const int *open,
                             int i, uint64_t block, int chains, pairs *u) {
    vu c[PHILOX_CHAINS], x[PHILOX_CHAINS], y[PHILOX_CHAINS];
    UNROLL(PHILOX_CHAINS)
    for (int j = 0; j < chains; j++) {
        const int at = i + j * LANES;
        const vu output = open != NULL ? u_widen((const uint32_t *)open + at)
                                       : u_load(lane_numbers) + (uint64_t)at;
        c[j] = mul32(output, u_set(s->stride)) + block;
    }
    if (folded != NULL) {
        UNROLL(PHILOX_CHAINS)
        for (int j = 0; j < chains; j++)
            c[j] += s->base.low & LOW_WORD;
        philox_folded(s->keys, folded, chains, c, x, y);
    } else {
        philox_at(s->keys, s->base, chains, c, x, y);
    }
    UNROLL(PHILOX_CHAINS)
    for (int j = 0; j < chains; j++) {
        d_store(u->first + i + j * LANES, unit64(x[j]));
        d_store(u->second + i + j * LANES, unit64(y[j]));
    }
}

/* The uniform doubles of block number `block` of each of n open outputs. */
OUT_OF_LINE void draw_blocks(const streams *s, const int *open, int n, uint64_t block, pairs *u) {
    const uint64_t last = (uint64_t)ROOM * s->stride + block;
    if ((s->base.low & LOW_WORD) + last > LOW_WORD) { /* c0 may wrap */
        for (int i = 0; i < n; i += LANES)
            draw_blocks_step(s, NULL, open, i, block, 1, u);
        return;
    }
    const philox_constants folded = philox_fold(s->keys, s->base);
    int i = 0;
    for (; i + (PHILOX_CHAINS - 1) * LANES < n; i += PHILOX_CHAINS * LANES)
        draw_blocks_step(s, &folded, open, i, block, PHILOX_CHAINS, u);
    for (; i < n; i += LANES)
        draw_blocks_step(s, &folded, open, i, block, 1, u);
}

/* Two uniform doubles made two normal ones, sine first (random_distributions.h, NormalDistribution
 * for double). */
OUT_OF_LINE void make_normal(pairs *u, int n) {
    for (int i = 0; i < n; i += LANES)
        d_store(u->first + i, d_max(d_load(u->first + i), d_set(1e-7)));
    logs(u->first, n);
    for (int i = 0; i < n; i += LANES) {
        vd sine, cosine;
        const vd r = d_sqrt(d_load(u->first + i) * d_set(-2.0));
        sincos64(reduce64(d_load(u->second + i) * d_set(2.0 * PI)), &sine, &cosine);
        d_store(u->first + i, sine * r);
        d_store(u->second + i, cosine * r);
    }
}

/* Of each of n listed places the number, packed. */
static inline void pick_all(const double *numbers, const int *list, int n, double *packed) {
    for (int i = 0; i < n; i += LANES)
        d_store(packed + i, d_pick(numbers, list + i));
}

/* The list's end is made whole vectors, by its first place. */
static inline void round_up(int *list, int n) {
    for (int i = n; i % LANES != 0; i++)
        list[i] = list[0];
}

/* The numbers go to the listed places, or, if there is no list, to the first n. */
static inline void put_all(const double *packed, const int *list, int n, double *numbers) {
    if (list == NULL)
        memcpy(numbers, packed, (size_t)n * sizeof *packed);
    else
        for (int i = 0; i < n; i++)
            numbers[list[i]] = packed[i];
}

/* Keep those of n open outputs that `kept` numbers, `many` of them, in ascending order; open may be
 * the list of all, places of which begin in `list`. */
static inline const int *keep(const int *open, int *kept, int many, int *list) {
    round_up(kept, many);
    for (int i = 0; i < many; i += LANES) {
        int some[LANES];
        for (int lane = 0; lane < LANES; lane++)
            some[lane] = open != NULL ? open[kept[i + lane]] : kept[i + lane];
        memcpy(list + i, some, sizeof some);
    }
    return list;
}

/* ---- counting ----------------------------------------------------------------------------- */

/* Outputs that count how many uniform numbers leave something within a bound: each number changes
 * their `state`, which goes one way only, so that one that is done may go on and counts no more. */
typedef struct {
    double value[ROOM], state[ROOM], a[ROOM], b[ROOM];
} counting;

/* A block's two numbers for each of n; list those that are not done, and return how many. */
typedef int count_step(counting *c, pairs *u, int n, int *going);

INLINE void count_up(const streams *s, const int *open, int n, counting *c, count_step *step,
                     double *value) {
    int list[ROOM], going[ROOM];
    for (uint64_t block = 0;; block++) {
        pairs u;
        draw_blocks(s, open, n, block, &u);
        const int still = step(c, &u, n, going);
        if (still > n - n / 4 || (n - still < LANES / 2 && still > 0))
            continue;
        put_all(c->value, open, n, value);
        if (still == 0)
            return;
        open = keep(open, going, still, list);
        pick_all(c->value, going, still, c->value);
        pick_all(c->state, going, still, c->state);
        pick_all(c->a, going, still, c->a);
        pick_all(c->b, going, still, c->b);
        n = still;
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

/* Pass over n outputs, of whatever batches. */
static inline void pass_over(const tfphilox_sampler_spec *spec, position *at, int n) {
    const uint64_t sample = at->sample + (uint64_t)n;
    *at = (position){at->batch + sample / spec->samples, sample % spec->samples, 0};
    at->is_new = at->sample == 0;
}

/* ---- storing ----------------------------------------------------------------------------- */

/* TensorFlow flushes: what is tiny in float becomes a zero. */
#define TINY_FLOAT (0x1p-126 - 0x1p-151)
static inline float float_of_double(double x) {
    if (RARELY(fabs(x) < TINY_FLOAT))
        return (float)copysign(0.0, x);
    return (float)x;
}
INLINE vd flush_lanes(vd x, double least) {
    return d_select(d_less(d_abs(x), d_set(least)), d_of_u(u_of_d(x) & 0x8000000000000000u), x);
}

/* Two vectors of numbers, rounded to the type. */
INLINE void store_lanes(tfphilox_dtype dtype, const double *value, void *out) {
    vd a = d_load(value), b = d_load(value + LANES);
    if (dtype == TFPHILOX_FLOAT16 || dtype == TFPHILOX_FLOAT32) {
        const vf x = f_narrow(flush_lanes(a, TINY_FLOAT), flush_lanes(b, TINY_FLOAT));
        if (dtype == TFPHILOX_FLOAT16)
            f_store_float16(out, x);
        else
            f_store(out, x);
    } else if (dtype == TFPHILOX_FLOAT64) {
        d_store(out, flush_lanes(a, DBL_MIN));
        d_store((double *)out + LANES, flush_lanes(b, DBL_MIN));
    } else if (dtype == TFPHILOX_INT32) {
        d_store_int32(out, a);
        d_store_int32((int32_t *)out + LANES, b);
    } else {
        d_store_int64(out, a);
        d_store_int64((int64_t *)out + LANES, b);
    }
}

/* n numbers one after another. */
INLINE void store_run(tfphilox_dtype dtype, int size, const double *value, int n, char *out) {
    int i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES)
        store_lanes(dtype, value + i, out + (ptrdiff_t)i * size);
    if (i < n) {
        double last[2 * LANES] = {0.0};
        char made[2 * LANES * 8];
        memcpy(last, value + i, (size_t)(n - i) * sizeof *last);
        store_lanes(dtype, last, made);
        memcpy(out + (ptrdiff_t)i * size, made, (size_t)(n - i) * (size_t)size);
    }
}

#define STORE(dtype_, type)                                                                        \
    case dtype_:                                                                                   \
        if (spec->batches == 1 || spec->samples == 1) {                                            \
            store_run(dtype_, sizeof(type), value, n, (char *)spec->out + first * sizeof(type));   \
        } else {                                                                                   \
            type made[SPAN], *const out = spec->out;                                               \
            store_run(dtype_, sizeof(type), value, n, (char *)made);                               \
            for (int i = 0; i < n; i++) {                                                          \
                out[at] = made[i];                                                                 \
                at += spec->batches;                                                               \
                if (++sample == spec->samples) {                                                   \
                    sample = 0;                                                                    \
                    at = ++batch;                                                                  \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
        return TFPHILOX_OK

/* Outputs first.. of the op, rounded to its type. */
OUT_OF_LINE int store(const tfphilox_sampler_spec *spec, uint64_t first, const double *value,
                      int n) {
    uint64_t batch = first / spec->samples, sample = first % spec->samples;
    uint64_t at = sample * spec->batches + batch;
    switch (spec->dtype) {
        STORE(TFPHILOX_FLOAT16, uint16_t);
        STORE(TFPHILOX_FLOAT32, float);
        STORE(TFPHILOX_FLOAT64, double);
        STORE(TFPHILOX_INT32, int32_t);
        STORE(TFPHILOX_INT64, int64_t);
    default:
        return TFPHILOX_UNSUPPORTED;
    }
}

/* A parameter as TensorFlow's kernel reads it: subnormal numbers are zeros, but not float16's. */
static inline double parameter(const tfphilox_sampler_spec *spec, const double *values,
                               uint64_t batch) {
    double x = values[batch];
    if (spec->parameter == TFPHILOX_FLOAT32)
        return fabs(x) < FLT_MIN ? copysign(0.0, x) : x;
    return spec->parameter == TFPHILOX_FLOAT64 ? flushed_double(x) : x;
}

/* The parameters of the next n outputs. */
OUT_OF_LINE void parameters(const tfphilox_sampler_spec *spec, const double *values, position at,
                            int n, double *out) {
    int i = 0;
    if (spec->samples == 1) {
        const double least = spec->parameter == TFPHILOX_FLOAT32   ? FLT_MIN
                             : spec->parameter == TFPHILOX_FLOAT64 ? DBL_MIN
                                                                   : 0.0;
        for (; i + LANES <= n; i += LANES)
            d_store(out + i, flush_lanes(d_load(values + at.batch + i), least));
        at.batch += (uint64_t)i;
    }
    for (int end; i < n; i = end) {
        const double x = parameter(spec, values, at.batch);
        end = i + run_of_batch(spec, &at, n - i);
        for (int j = i; j < end; j++)
            out[j] = x;
    }
}

/* Whether the next n outputs are of one batch. */
static inline int one_batch(const tfphilox_sampler_spec *spec, position at, int n) {
    return spec->samples - at.sample >= (uint64_t)n;
}

/* Fill n places, whole vectors, with the number in the first. */
static inline void spread(double *numbers, int n) {
    for (int i = 0; i < n; i += LANES)
        d_store(numbers + i, d_set(*numbers));
}

#endif
