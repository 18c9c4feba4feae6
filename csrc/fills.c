/* fills.c: every fill, for one instruction set.
 *
 * Compiled once per instruction set (setup.py says with which flags); the only name
 * it exports is its table, tfphilox_target_<name>.
 *
 * A fill goes by stages of STAGE blocks that stay in the first-level cache: a pass of
 * Philox, then passes that turn the words into numbers.  Short passes keep the
 * processor's window full of independent work where one long loop body would wait for
 * its own results.  A stage that the caller wants whole is written where it belongs; a
 * first, last or small one goes through a buffer.
 *
 * What it does not do: threads, positions, checks of its arguments' ranges.
 */
#include <stddef.h>

#include "tfphilox.h"
#include "floatmath.h"
#include "lanes.h"
#include "philox.h"

#define STAGE   256 /* blocks */
#define VECTORS (STAGE / LANES)
#define WORDS_A_VECTOR (2 * LANES)

/* n mod d for an invariant d, by a multiplication (Granlund and Montgomery, 1994):
 * q = (t + ((n - t) >> shift1)) >> shift2 with t the high half of n * inverse. */
typedef struct {
    uint64_t divisor, inverse;
    int shift1, shift2;
} divider;

/* What every stage of one fill shares. */
typedef struct {
    philox_keys keys;
    float mul, add;      /* as float, for the three short float types */
    double mul64, add64; /* as double */
    uint64_t low;
    divider range;
} job;

/* A stage: `vectors` vectors of groups, the first at counter, into out. */
typedef void stage(const job *, philox_counter counter, int vectors, void *out);

/* ---- integers --------------------------------------------------------------------------- */

/* floor(2^bits * (2^log - d) / d) + 1, by long division: once a fill. */
static divider divide_by(uint64_t d, int bits) {
    divider v = {d, 0, 0, 0};
    int log = 0;
    while (log < bits && ((uint64_t)1 << log) < d)
        log++;
    uint64_t rest = (log == 64 ? 0 : (uint64_t)1 << log) - d, quotient = 0;
    for (int i = 0; i < bits; i++) {
        int carry = rest >> 63;
        rest <<= 1;
        quotient <<= 1;
        if (carry || rest >= d) {
            rest -= d;
            quotient |= 1;
        }
    }
    v.inverse = quotient + 1;
    v.shift1 = log > 0 ? 1 : 0;
    v.shift2 = log > 0 ? log - 1 : 0;
    return v;
}

INLINE vw w_modulo(vw n, const divider *d) {
    vw t = w_mul_high(n, w_set((uint32_t)d->inverse));
    vw q = w_shr(w_add(t, w_shr(w_sub(n, t), d->shift1)), d->shift2);
    return w_sub(n, w_mul(q, w_set((uint32_t)d->divisor)));
}

INLINE vu u_modulo(vu n, const divider *d) {
    vu t = u_mul_high(n, u_set(d->inverse));
    vu q = (t + ((n - t) >> d->shift1)) >> d->shift2;
    return n - q * d->divisor;
}

static void stage_words(const job *j, philox_counter counter, int vectors, void *out) {
    vu x[VECTORS], y[VECTORS];
    uint32_t *o = out;
    philox_run(&j->keys, counter, 1, vectors, x, y);
    for (int i = 0; i < vectors; i++, o += 2 * WORDS_A_VECTOR) {
        vw a, b;
        to_words(x[i], y[i], &a, &b);
        w_store(o, a);
        w_store(o + WORDS_A_VECTOR, b);
    }
}

static void stage_int32(const job *j, philox_counter counter, int vectors, void *out) {
    vu x[VECTORS], y[VECTORS];
    uint32_t *o = out;
    const vw low = w_set((uint32_t)j->low);
    philox_run(&j->keys, counter, 1, vectors, x, y);
    for (int i = 0; i < vectors; i++, o += 2 * WORDS_A_VECTOR) {
        vw a, b;
        to_words(x[i], y[i], &a, &b);
        w_store(o, w_add(w_modulo(a, &j->range), low));
        w_store(o + WORDS_A_VECTOR, w_add(w_modulo(b, &j->range), low));
    }
}

static void stage_int64(const job *j, philox_counter counter, int vectors, void *out) {
    vu x[VECTORS], y[VECTORS];
    uint64_t *o = out;
    philox_run(&j->keys, counter, 1, vectors, x, y);
    for (int i = 0; i < vectors; i++, o += 2 * LANES) {
        vw a, b;
        to_words(x[i], y[i], &a, &b);
        u_store(o, u_modulo(u_of_w(a), &j->range) + j->low);
        u_store(o + LANES, u_modulo(u_of_w(b), &j->range) + j->low);
    }
}

/* ---- scaling and storing ---------------------------------------------------------------- */

INLINE vf f_round(tfphilox_dtype dtype, vf a) {
    return dtype == TFPHILOX_FLOAT16 ? f_round_float16(a)
           : dtype == TFPHILOX_BFLOAT16 ? f_round_bfloat16(a)
                                        : a;
}

INLINE void f_store_as(tfphilox_dtype dtype, void *out, ptrdiff_t i, vf a) {
    if (dtype == TFPHILOX_FLOAT16)
        f_store_float16((uint16_t *)out + i, a);
    else if (dtype == TFPHILOX_BFLOAT16)
        f_store_bfloat16((uint16_t *)out + i, a);
    else
        f_store((float *)out + i, a);
}

/* Round to dtype after each step, as separate TensorFlow ops do. */
INLINE void put32(const job *j, tfphilox_dtype dtype, int scaled, void *out, ptrdiff_t i, vf a) {
    if (scaled)
        a = f_add(f_round(dtype, f_mul(f_round(dtype, a), f_set(j->mul))), f_set(j->add));
    f_store_as(dtype, out, i, a);
}

INLINE void put64(const job *j, int scaled, double *out, vd a) {
    if (scaled)
        a = a * d_set(j->mul64) + d_set(j->add64);
    d_store(out, a);
}

/* ---- uniform ---------------------------------------------------------------------------- */

INLINE void uniform32(const job *j, philox_counter counter, int vectors, void *out,
                      tfphilox_dtype dtype, int scaled) {
    const int bits = dtype == TFPHILOX_FLOAT16 ? 10 : dtype == TFPHILOX_BFLOAT16 ? 7 : 23;
    const uint32_t mask = (1u << bits) - 1u;
    vu x[VECTORS], y[VECTORS];
    philox_run(&j->keys, counter, 1, vectors, x, y);
    for (int i = 0; i < vectors; i++) {
        vw a, b;
        to_words(x[i], y[i], &a, &b);
        put32(j, dtype, scaled, out, (2 * i) * WORDS_A_VECTOR, f_unit(a, mask, 23 - bits));
        put32(j, dtype, scaled, out, (2 * i + 1) * WORDS_A_VECTOR, f_unit(b, mask, 23 - bits));
    }
}

INLINE void uniform64(const job *j, philox_counter counter, int vectors, void *out, int scaled) {
    vu x[VECTORS], y[VECTORS];
    double *o = out;
    philox_run(&j->keys, counter, 1, vectors, x, y);
    for (int i = 0; i < vectors; i++, o += 2 * LANES) {
        vu a, b;
        to_pairs(x[i], y[i], &a, &b);
        put64(j, scaled, o, unit64(a));
        put64(j, scaled, o + LANES, unit64(b));
    }
}

/* ---- normal ----------------------------------------------------------------------------- */

/* Box-Muller on the word pairs of each block; out in TensorFlow's order, sine first. */
INLINE void box_muller32(const vu *x, const vu *y, int vectors, vf *out) {
    vf radius[VECTORS];
    for (int i = 0; i < vectors; i++) {
        vf log = f_narrow(log32(clamp32(unit32_high(x[i]))), log32(clamp32(unit32_high(y[i]))));
        radius[i] = f_sqrt(f_mul(f_set(-2.0f), log));
    }
    for (int i = 0; i < vectors; i++) {
        vd sine_x, cosine_x, sine_y, cosine_y;
        sincos32(angle32(unit32_low(x[i])), &sine_x, &cosine_x);
        sincos32(angle32(unit32_low(y[i])), &sine_y, &cosine_y);
        f_zip(f_mul(f_narrow(sine_x, sine_y), radius[i]),
              f_mul(f_narrow(cosine_x, cosine_y), radius[i]), &out[2 * i], &out[2 * i + 1]);
    }
}

INLINE void put_all32(const job *j, int vectors, void *out, tfphilox_dtype dtype, int scaled,
                      const vf *values) {
    for (int i = 0; i < 2 * vectors; i++)
        put32(j, dtype, scaled, out, i * WORDS_A_VECTOR, values[i]);
}

INLINE void normal32(const job *j, philox_counter counter, int vectors, void *out,
                     tfphilox_dtype dtype, int scaled) {
    vu x[VECTORS], y[VECTORS];
    vf values[2 * VECTORS];
    philox_run(&j->keys, counter, 1, vectors, x, y);
    box_muller32(x, y, vectors, values);
    put_all32(j, vectors, out, dtype, scaled, values);
}

INLINE void box_muller64(const vu *x, const vu *y, int vectors, vd *out) {
    vd radius[VECTORS];
    for (int i = 0; i < vectors; i++)
        radius[i] = log64(d_max(unit64(x[i]), d_set(1e-7)));
    for (int i = 0; i < vectors; i++) {
        vd sine, cosine, r = d_sqrt(radius[i] * d_set(-2.0));
        sincos64(unit64(y[i]) * d_set(2.0 * PI), &sine, &cosine);
        vu a, b;
        to_pairs(u_of_d(sine * r), u_of_d(cosine * r), &a, &b);
        out[2 * i] = d_of_u(a);
        out[2 * i + 1] = d_of_u(b);
    }
}

INLINE void put_all64(const job *j, int vectors, double *out, int scaled, const vd *values) {
    for (int i = 0; i < 2 * vectors; i++)
        put64(j, scaled, out + i * LANES, values[i]);
}

INLINE void normal64(const job *j, philox_counter counter, int vectors, void *out, int scaled) {
    vu x[VECTORS], y[VECTORS];
    vd values[2 * VECTORS];
    philox_run(&j->keys, counter, 1, vectors, x, y);
    box_muller64(x, y, vectors, values);
    put_all64(j, vectors, out, scaled, values);
}

/* ---- truncated normal ------------------------------------------------------------------- */

/* TensorFlow gives every group of outputs 64 blocks an element and lets it draw from
 * them until it is full (random_distributions.h, TruncatedNormalDistribution, and
 * FillPhiloxRandomTask for variable samples): the group's first block is made for the
 * whole stage, the next ones only for the groups still open, packed. */
#define TRUNCATED_STRIDE32 256
#define TRUNCATED_STRIDE64 128

/* The groups of a stage that still lack elements. */
typedef struct {
    int count;
    uint16_t group[STAGE + LANES];
    uint8_t filled[STAGE + LANES];
} open_groups;

/* Counters, relative to the stage's, of the next block of LANES open groups. */
INLINE vu next_blocks(const open_groups *open, int from, uint64_t stride, uint64_t attempt) {
    uint64_t offsets[LANES];
    for (int lane = 0; lane < LANES; lane++) {
        int at = from + (int)lane_blocks[lane];
        offsets[lane] = open->group[at < open->count ? at : from] * stride + attempt;
    }
    return u_load(offsets);
}

INLINE void truncated32(const job *j, philox_counter counter, int vectors, void *out,
                        tfphilox_dtype dtype, int scaled) {
    vu x[VECTORS], y[VECTORS];
    vf values[2 * VECTORS];
    open_groups open = {0, {0}, {0}};
    philox_run(&j->keys, counter, TRUNCATED_STRIDE32, vectors, x, y);
    box_muller32(x, y, vectors, values);

    float *const floats = (float *)values;
    for (int i = 0; i < vectors; i++) {
        uint32_t accepted = f_within(values[2 * i], 2.0f) |
                            f_within(values[2 * i + 1], 2.0f) << WORDS_A_VECTOR;
        for (int lane = 0; lane < LANES; lane++, accepted >>= 4) {
            open.group[open.count] = (uint16_t)(i * LANES + lane);
            open.filled[open.count] = accepted & 15u;
            open.count += (accepted & 15u) != 15u;
        }
    }
    for (int i = 0; i < open.count; i++) { /* masks become counts */
        float kept[4], *group = floats + 4 * open.group[i];
        uint32_t accepted = open.filled[i];
        int n = 0;
        for (int e = 0; e < 4; e++, accepted >>= 1) {
            kept[n] = group[e];
            n += accepted & 1u;
        }
        memcpy(group, kept, sizeof kept);
        open.filled[i] = (uint8_t)n;
    }
    for (uint64_t attempt = 1; open.count > 0; attempt++) {
        int still = 0;
        for (int from = 0; from < open.count; from += LANES) {
            vu u, v;
            vf more[2];
            philox_at(&j->keys, counter, next_blocks(&open, from, TRUNCATED_STRIDE32, attempt), &u,
                      &v);
            box_muller32(&u, &v, 1, more);
            uint32_t accepted = f_within(more[0], 2.0f) | f_within(more[1], 2.0f) << WORDS_A_VECTOR;
            int lanes = open.count - from < LANES ? open.count - from : LANES;
            for (int lane = 0; lane < lanes; lane++) {
                int g = open.group[from + lane], n = open.filled[from + lane];
                float kept[8];
                memcpy(kept, floats + 4 * g, 4 * sizeof(float));
                for (int e = 0; e < 4; e++, accepted >>= 1) {
                    kept[n] = ((const float *)more)[4 * lane + e];
                    n += accepted & 1u;
                }
                memcpy(floats + 4 * g, kept, 4 * sizeof(float));
                open.group[still] = (uint16_t)g;
                open.filled[still] = (uint8_t)n;
                still += n < 4;
            }
        }
        open.count = still;
    }
    put_all32(j, vectors, out, dtype, scaled, values);
}

INLINE void truncated64(const job *j, philox_counter counter, int vectors, void *out, int scaled) {
    vu x[VECTORS], y[VECTORS];
    vd values[2 * VECTORS];
    open_groups open = {0, {0}, {0}};
    philox_run(&j->keys, counter, TRUNCATED_STRIDE64, vectors, x, y);
    box_muller64(x, y, vectors, values);

    double *const doubles = (double *)values;
    for (int g = 0; g < vectors * LANES; g++) {
        double *group = doubles + 2 * g;
        int first = fabs(group[0]) < 2.0, second = fabs(group[1]) < 2.0;
        group[0] = first ? group[0] : group[1];
        open.group[open.count] = (uint16_t)g;
        open.filled[open.count] = (uint8_t)(first + second);
        open.count += first + second < 2;
    }
    for (uint64_t attempt = 1; open.count > 0; attempt++) {
        int still = 0;
        for (int from = 0; from < open.count; from += LANES) {
            vu u, v;
            vd more[2];
            philox_at(&j->keys, counter, next_blocks(&open, from, TRUNCATED_STRIDE64, attempt), &u,
                      &v);
            box_muller64(&u, &v, 1, more);
            int lanes = open.count - from < LANES ? open.count - from : LANES;
            for (int lane = 0; lane < lanes; lane++) {
                int g = open.group[from + lane], n = open.filled[from + lane];
                for (int e = 0; e < 2; e++) {
                    double z = ((const double *)more)[2 * lane + e];
                    if (n < 2 && fabs(z) < 2.0)
                        doubles[2 * g + n++] = z;
                }
                open.group[still] = (uint16_t)g;
                open.filled[still] = (uint8_t)n;
                still += n < 2;
            }
        }
        open.count = still;
    }
    put_all64(j, vectors, out, scaled, values);
}

/* ---- the table of stages ---------------------------------------------------------------- */

#define STAGE32(make, dtype, name)                                                                 \
    static void name(const job *j, philox_counter c, int n, void *o) { make(j, c, n, o, dtype, 0); } \
    static void name##_scaled(const job *j, philox_counter c, int n, void *o) {                    \
        make(j, c, n, o, dtype, 1);                                                                \
    }
#define STAGE64(make, name)                                                                        \
    static void name(const job *j, philox_counter c, int n, void *o) { make(j, c, n, o, 0); }      \
    static void name##_scaled(const job *j, philox_counter c, int n, void *o) { make(j, c, n, o, 1); }
#define STAGES(make)                                                                               \
    STAGE32(make##32, TFPHILOX_FLOAT16, make##_float16)                                            \
    STAGE32(make##32, TFPHILOX_BFLOAT16, make##_bfloat16)                                          \
    STAGE32(make##32, TFPHILOX_FLOAT32, make##_float32)                                            \
    STAGE64(make##64, make##_float64)
STAGES(uniform)
STAGES(normal)
STAGES(truncated)

#define BOTH(name) {name, name##_scaled}
#define TABLE(make) {BOTH(make##_float16), BOTH(make##_bfloat16), BOTH(make##_float32), BOTH(make##_float64)}
/* by kind, by float dtype, raw and scaled */
static stage *const float_stages[3][4][2] = {TABLE(uniform), TABLE(normal), TABLE(truncated)};

/* ---- the fill --------------------------------------------------------------------------- */

/* Elements a group, blocks from one group to the next (as a power of two). */
typedef struct {
    stage *make;
    int itemsize, elements, log_stride;
} recipe;

/* Whether scaling can neither meet nor make a subnormal or a NaN, so that plain
 * arithmetic gives what flushing arithmetic gives.  Raw numbers are 0 or at least
 * 2^-40 (float32's) or 2^-81 (float64's) in magnitude. */
static int scales_plainly(tfphilox_dtype dtype, double mul, double add) {
    double floor_mul = 0x1p-60, floor_add = 0x1p-90;
    if (dtype == TFPHILOX_FLOAT64) {
        floor_mul = 0x1p-700;
        floor_add = 0x1p-800;
    } else if (dtype == TFPHILOX_FLOAT16)
        floor_mul = floor_add = 0.0; /* never flushed */
    mul = fabs(mul);
    add = fabs(add);
    return mul < INFINITY && add < INFINITY && (mul == 0.0 || mul >= floor_mul) &&
           (add == 0.0 || add >= floor_add);
}

static int prepare(const tfphilox_fill_spec *spec, job *j, recipe *r) {
    j->keys = philox_schedule(spec->key);
    if (spec->kind == TFPHILOX_WORDS) {
        *r = (recipe){stage_words, 4, 4, 0};
        return TFPHILOX_OK;
    }
    if (spec->kind == TFPHILOX_INTEGERS) {
        int wide = spec->dtype == TFPHILOX_INT64 || spec->dtype == TFPHILOX_UINT64;
        if (!wide && spec->dtype != TFPHILOX_INT32 && spec->dtype != TFPHILOX_UINT32)
            return TFPHILOX_UNSUPPORTED;
        *r = (recipe){stage_words, wide ? 8 : 4, wide ? 2 : 4, 0};
        if (spec->range) {
            j->low = (uint64_t)spec->low;
            j->range = divide_by(spec->range, wide ? 64 : 32);
            r->make = wide ? stage_int64 : stage_int32;
        }
        return TFPHILOX_OK;
    }
    if (spec->dtype > TFPHILOX_FLOAT64)
        return TFPHILOX_UNSUPPORTED;
    int wide = spec->dtype == TFPHILOX_FLOAT64;
    int raw = spec->mul == 1.0 && spec->add == 0.0 && signbit(spec->add);
    j->mul = (float)spec->mul;
    j->add = (float)spec->add;
    j->mul64 = spec->mul;
    j->add64 = spec->add;
    r->make = float_stages[spec->kind - TFPHILOX_UNIFORM][spec->dtype][!raw];
    r->itemsize = wide ? 8 : spec->dtype == TFPHILOX_FLOAT32 ? 4 : 2;
    r->elements = wide ? 2 : 4;
    r->log_stride = spec->kind != TFPHILOX_TRUNCATED_NORMAL ? 0 : wide ? 7 : 8;
    return TFPHILOX_OK;
}

/* Stages from element `first` on, of any alignment. */
static void run(const tfphilox_fill_spec *spec, const job *j, const recipe *r, uint64_t first,
                uint64_t count, char *out) {
    _Alignas(64) char buffer[16 * STAGE];
    const uint64_t stage_elements = (uint64_t)STAGE * (uint64_t)r->elements;
    uint64_t group = first / (uint64_t)r->elements, skip = first % (uint64_t)r->elements;
    int streaming = spec->streaming && (uintptr_t)out % 16 == 0;
    while (count > 0) {
        philox_counter counter = {spec->counter[0], spec->counter[1]};
        counter = philox_advance(counter, group << r->log_stride);
        if (r->log_stride)
            counter.high += group >> (64 - r->log_stride);
        uint64_t available = stage_elements - skip;
        int direct = skip == 0 && count >= stage_elements;
        if (streaming && direct && (uintptr_t)out % 64 != 0) { /* up to the next cache line */
            available = (64 - (uintptr_t)out % 64) / (uint64_t)r->itemsize;
            available -= available % (uint64_t)r->elements;
            direct = 0;
        }
        uint64_t take = count < available ? count : available;
        if (direct && !streaming) {
            r->make(j, counter, VECTORS, out);
        } else if (direct) {
            r->make(j, counter, VECTORS, buffer);
            for (size_t i = 0; i < (size_t)stage_elements * (size_t)r->itemsize; i += sizeof(vu))
                stream_store(out + i, buffer + i);
        } else {
            uint64_t groups = (skip + take + (uint64_t)r->elements - 1) / (uint64_t)r->elements;
            r->make(j, counter, (int)((groups + LANES - 1) / LANES), buffer);
            memcpy(out, buffer + skip * (uint64_t)r->itemsize, take * (uint64_t)r->itemsize);
        }
        group += (skip + take) / (uint64_t)r->elements;
        skip = (skip + take) % (uint64_t)r->elements;
        out += take * (uint64_t)r->itemsize;
        count -= take;
    }
    if (streaming)
        stream_fence();
}

static int fill(const tfphilox_fill_spec *spec, uint64_t first, uint64_t count, void *out) {
    job j;
    recipe r;
    tfphilox_fill_spec raw = *spec;
    int scaled_after = spec->kind >= TFPHILOX_UNIFORM && spec->kind <= TFPHILOX_TRUNCATED_NORMAL &&
                       !scales_plainly(spec->dtype, spec->mul, spec->add);
    if (scaled_after) {
        raw.mul = 1.0;
        raw.add = -0.0;
    }
    int status = prepare(&raw, &j, &r);
    if (status != TFPHILOX_OK)
        return status;
    run(&raw, &j, &r, first, count, out);
    if (scaled_after) { /* rare: one number at a time, with every care */
        double mul64 = spec->mul, add64 = spec->add;
        float mul32 = (float)mul64, add32 = (float)add64;
        uint16_t mul16 = 0, add16 = 0;
        const void *mul = &mul32, *add = &add32;
        if (spec->dtype == TFPHILOX_FLOAT64) {
            mul = &mul64;
            add = &add64;
        } else if (spec->dtype != TFPHILOX_FLOAT32) {
            int half = spec->dtype == TFPHILOX_FLOAT16;
            mul16 = half ? float16_of_float(mul32) : bfloat16_of_float(mul32);
            add16 = half ? float16_of_float(add32) : bfloat16_of_float(add32);
            mul = &mul16;
            add = &add16;
        }
        tfphilox_operand x = {out, 1}, m = {mul, 0}, a = {add, 0};
        tfphilox_multiply(spec->dtype, count, x, m, out);
        if (!(spec->add == 0.0 && signbit(spec->add)))
            tfphilox_add(spec->dtype, count, x, a, out);
    }
    return TFPHILOX_OK;
}

/* ---- the functions alone, for their proof ------------------------------------------------ */

static int float32_math(char function, uint32_t first, uint32_t count, float *out) {
    for (uint32_t i = 0; i < count; i += LANES) {
        uint64_t m[LANES];
        float results[2 * LANES];
        for (uint32_t lane = 0; lane < LANES; lane++) /* both words of the lane are the input */
            m[lane] = (first + i + lane) * 0x100000001u;
        vd sine, cosine, result;
        sincos32(angle32(unit32_low(u_load(m))), &sine, &cosine);
        if (function == 'l')
            result = log32(clamp32(unit32_high(u_load(m))));
        else if (function == 's' || function == 'c')
            result = function == 's' ? sine : cosine;
        else
            return TFPHILOX_UNSUPPORTED;
        f_store(results, f_narrow(result, result));
        memcpy(out + i, results, (count - i < LANES ? count - i : LANES) * sizeof(float));
    }
    return TFPHILOX_OK;
}

static int float64_math(char function, const double *x, uint64_t count, double *out) {
    for (uint64_t i = 0; i < count; i += LANES) {
        double a[LANES];
        uint64_t n = count - i < LANES ? count - i : LANES;
        for (uint64_t lane = 0; lane < LANES; lane++)
            a[lane] = x[i + (lane < n ? lane : 0)];
        vd sine, cosine, result;
        if (function == 'l')
            result = log64(d_load(a));
        else if (function == 's' || function == 'c') {
            sincos64(d_load(a), &sine, &cosine);
            result = function == 's' ? sine : cosine;
        } else
            return TFPHILOX_UNSUPPORTED;
        d_store(a, result);
        memcpy(out + i, a, n * sizeof(double));
    }
    return TFPHILOX_OK;
}

#define PASTE(a, b)  a##b
#define EXPORT(name) PASTE(tfphilox_target_, name)
#define TEXT_(name)  #name
#define TEXT(name)   TEXT_(name)
#if defined(TFPHILOX_TARGET_avx512)
#define TARGET avx512
#elif defined(TFPHILOX_TARGET_avx2)
#define TARGET avx2
#elif defined(TFPHILOX_TARGET_neon)
#define TARGET neon
#else
#define TARGET scalar
#endif
extern const tfphilox_target EXPORT(TARGET);
const tfphilox_target EXPORT(TARGET) = {TEXT(TARGET), fill, float32_math, float64_math};
