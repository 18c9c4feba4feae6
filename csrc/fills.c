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

#define STAGE          256 /* blocks */
#define VECTORS        (STAGE / LANES)
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

/* Where a stage's blocks go. */
typedef struct {
    const job *job;
    void *out;
    tfphilox_dtype dtype; /* known when the sink is compiled, as is scaled */
    int scaled;
} output;

INLINE void sink_words(void *context, int i, vu x, vu y) {
    const output *o = context;
    uint32_t *out = (uint32_t *)o->out + 2 * i * WORDS_A_VECTOR;
    vw a, b;
    to_words(x, y, &a, &b);
    w_store(out, a);
    w_store(out + WORDS_A_VECTOR, b);
}

static void stage_words(const job *j, philox_counter counter, int vectors, void *out) {
    output o = {j, out, TFPHILOX_UINT32, 0};
    philox_run(&j->keys, counter, 1, vectors, sink_words, &o);
}

INLINE void sink_int32(void *context, int i, vu x, vu y) {
    const output *o = context;
    uint32_t *out = (uint32_t *)o->out + 2 * i * WORDS_A_VECTOR;
    const vw low = w_set((uint32_t)o->job->low);
    vw a, b;
    to_words(x, y, &a, &b);
    w_store(out, w_add(w_modulo(a, &o->job->range), low));
    w_store(out + WORDS_A_VECTOR, w_add(w_modulo(b, &o->job->range), low));
}

static void stage_int32(const job *j, philox_counter counter, int vectors, void *out) {
    output o = {j, out, TFPHILOX_INT32, 0};
    philox_run(&j->keys, counter, 1, vectors, sink_int32, &o);
}

INLINE void sink_int64(void *context, int i, vu x, vu y) {
    const output *o = context;
    uint64_t *out = (uint64_t *)o->out + 2 * i * LANES;
    vw a, b;
    to_words(x, y, &a, &b);
    u_store(out, u_modulo(u_of_w(a), &o->job->range) + o->job->low);
    u_store(out + LANES, u_modulo(u_of_w(b), &o->job->range) + o->job->low);
}

static void stage_int64(const job *j, philox_counter counter, int vectors, void *out) {
    output o = {j, out, TFPHILOX_INT64, 0};
    philox_run(&j->keys, counter, 1, vectors, sink_int64, &o);
}

/* ---- scaling and storing ---------------------------------------------------------------- */

INLINE vf f_round(tfphilox_dtype dtype, vf a) {
    return dtype == TFPHILOX_FLOAT16    ? f_round_float16(a)
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
INLINE void put32(const output *o, ptrdiff_t i, vf a) {
    if (o->scaled) {
        a = f_round(o->dtype, f_mul(f_round(o->dtype, a), f_set(o->job->mul)));
        a = f_add(a, f_set(o->job->add));
    }
    f_store_as(o->dtype, o->out, i, a);
}

INLINE void put64(const output *o, ptrdiff_t i, vd a) {
    if (o->scaled)
        a = a * d_set(o->job->mul64) + d_set(o->job->add64);
    d_store((double *)o->out + i, a);
}

/* ---- uniform ---------------------------------------------------------------------------- */

INLINE void sink_uniform32(void *context, int i, vu x, vu y) {
    const output *o = context;
    const int bits = o->dtype == TFPHILOX_FLOAT16 ? 10 : o->dtype == TFPHILOX_BFLOAT16 ? 7 : 23;
    const uint32_t mask = (1u << bits) - 1u;
    const ptrdiff_t at = (ptrdiff_t)i * 2 * WORDS_A_VECTOR;
    vw a, b;
    to_words(x, y, &a, &b);
    put32(o, at, f_unit(a, mask, 23 - bits));
    put32(o, at + WORDS_A_VECTOR, f_unit(b, mask, 23 - bits));
}

INLINE void uniform32(const job *j, philox_counter counter, int vectors, void *out,
                      tfphilox_dtype dtype, int scaled) {
    output o = {j, out, dtype, scaled};
    philox_run(&j->keys, counter, 1, vectors, sink_uniform32, &o);
}

INLINE void sink_uniform64(void *context, int i, vu x, vu y) {
    const output *o = context;
    const ptrdiff_t at = (ptrdiff_t)i * 2 * LANES;
    vu a, b;
    to_pairs(x, y, &a, &b);
    put64(o, at, unit64(a));
    put64(o, at + LANES, unit64(b));
}

INLINE void uniform64(const job *j, philox_counter counter, int vectors, void *out, int scaled) {
    output o = {j, out, TFPHILOX_FLOAT64, scaled};
    philox_run(&j->keys, counter, 1, vectors, sink_uniform64, &o);
}

/* ---- normal ----------------------------------------------------------------------------- */

/* The blocks of a stage, for passes over them. */
typedef struct {
    vu x[VECTORS], y[VECTORS];
} blocks;

INLINE void sink_blocks(void *context, int i, vu x, vu y) {
    blocks *b = context;
    b->x[i] = x;
    b->y[i] = y;
}

/* Box-Muller on the word pairs of each block; out in TensorFlow's order, sine first.  The square
 * root, which keeps a unit of its own busy, goes beside work that does not need that unit. */
INLINE void box_muller32(const vu *x, const vu *y, int vectors, vf *out) {
    vf radius[VECTORS];
    reduced32 angle[VECTORS][2];
    for (int i = 0; i < vectors; i++) {
        vd log[2] = {clamp32(unit32_high(x[i])), clamp32(unit32_high(y[i]))};
        log32(2, log, log);
        radius[i] = f_narrow(log[0], log[1]);
    }
    for (int i = 0; i < vectors; i++) {
        vd a[2] = {angle32(unit32_low(x[i])), angle32(unit32_low(y[i]))};
        reduce32(2, a, angle[i]);
        radius[i] = f_sqrt(f_mul(f_set(-2.0f), radius[i]));
    }
    for (int i = 0; i < vectors; i++) {
        vd sine[2], cosine[2];
        sincos32(2, angle[i], sine, cosine);
        f_zip(f_mul(f_narrow(sine[0], sine[1]), radius[i]),
              f_mul(f_narrow(cosine[0], cosine[1]), radius[i]), &out[2 * i], &out[2 * i + 1]);
    }
}

INLINE void put_all32(const output *o, int vectors, const vf *values) {
    for (int i = 0; i < 2 * vectors; i++)
        put32(o, i * WORDS_A_VECTOR, values[i]);
}

INLINE void normal32(const job *j, philox_counter counter, int vectors, void *out,
                     tfphilox_dtype dtype, int scaled) {
    output o = {j, out, dtype, scaled};
    blocks b;
    vf values[2 * VECTORS];
    philox_run(&j->keys, counter, 1, vectors, sink_blocks, &b);
    box_muller32(b.x, b.y, vectors, values);
    put_all32(&o, vectors, values);
}

INLINE void box_muller64(const vu *x, const vu *y, int vectors, vd *out) {
    vd u[VECTORS], radius[VECTORS];
    reduced64 angle[VECTORS];
    uint16_t near1[STAGE + LANES]; /* a sixteenth of the elements, packed for their own formula */
    int n = 0;
    for (int i = 0; i < vectors; i++) {
        u[i] = d_max(unit64(x[i]), d_set(1e-7));
        radius[i] = log64(u[i]);
        uint32_t bits = m_bits(d_less(d_set(LOG64_NEAR1), u[i]));
        for (int lane = 0; lane < LANES; lane++, bits >>= 1) {
            near1[n] = (uint16_t)(i * LANES + lane);
            n += bits & 1u;
        }
    }
    for (int from = 0; from < n; from += LANES) {
        double some[LANES];
        for (int lane = 0; lane < LANES; lane++)
            some[lane] = ((const double *)u)[near1[from + lane < n ? from + lane : from]];
        d_store(some, log64_near1(d_load(some)));
        for (int lane = 0; lane < LANES && from + lane < n; lane++)
            ((double *)radius)[near1[from + lane]] = some[lane];
    }
    for (int i = 0; i < vectors; i++) {
        angle[i] = reduce64(unit64(y[i]) * d_set(2.0 * PI));
        radius[i] = d_sqrt(radius[i] * d_set(-2.0));
    }
    for (int i = 0; i < vectors; i++) {
        vd sine, cosine;
        vu a, b;
        sincos64(angle[i], &sine, &cosine);
        to_pairs(u_of_d(sine * radius[i]), u_of_d(cosine * radius[i]), &a, &b);
        out[2 * i] = d_of_u(a);
        out[2 * i + 1] = d_of_u(b);
    }
}

INLINE void put_all64(const output *o, int vectors, const vd *values) {
    for (int i = 0; i < 2 * vectors; i++)
        put64(o, i * LANES, values[i]);
}

INLINE void normal64(const job *j, philox_counter counter, int vectors, void *out, int scaled) {
    output o = {j, out, TFPHILOX_FLOAT64, scaled};
    blocks b;
    vd values[2 * VECTORS];
    philox_run(&j->keys, counter, 1, vectors, sink_blocks, &b);
    box_muller64(b.x, b.y, vectors, values);
    put_all64(&o, vectors, values);
}

/* ---- truncated normal ------------------------------------------------------------------- */

/* TensorFlow gives every group of outputs 64 blocks an element and lets it draw from
 * them until it is full (random_distributions.h, TruncatedNormalDistribution, and
 * FillPhiloxRandomTask for variable samples): the group's first block is made for the
 * whole stage, the next ones only for the groups still open, packed. */
#define TRUNCATED_STRIDE32 256
#define TRUNCATED_STRIDE64 128

/* The groups of a stage that still lack elements, and how many each has. */
typedef struct {
    int count;
    uint16_t group[STAGE + LANES];
    uint8_t filled[STAGE + LANES];
} open_groups;

/* A bit for each group of four (two) elements in a vector of blocks. */
#define FOURS (0x11111111u >> (32 - 4 * LANES))
#define TWOS  (0x5555u >> (16 - 2 * LANES))

INLINE int lowest_bit(uint32_t bits) {
#if defined(__GNUC__)
    return __builtin_ctz(bits);
#else
    int n = 0;
    while (!(bits >> n & 1u))
        n++;
    return n;
#endif
}

/* Where the accepted ones of four numbers are, in order; the bits say which are. */
static const uint8_t accepted_at[16][4] = {{0, 0, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0},
                                           {2, 0, 0, 0}, {0, 2, 0, 0}, {1, 2, 0, 0}, {0, 1, 2, 0},
                                           {3, 0, 0, 0}, {0, 3, 0, 0}, {1, 3, 0, 0}, {0, 1, 3, 0},
                                           {2, 3, 0, 0}, {0, 2, 3, 0}, {1, 2, 3, 0}, {0, 1, 2, 3}};
static const uint8_t accepted_count[16] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};

/* The next block of each open group, packed: block i of the result is group i's. */
INLINE int next_blocks(const job *j, philox_counter counter, uint64_t stride, uint64_t attempt,
                       const open_groups *open, blocks *b) {
    vu offsets[VECTORS + PHILOX_CHAINS];
    uint64_t *offset = (uint64_t *)offsets;
    int vectors = (open->count + LANES - 1) / LANES, i = 0;
    for (int v = 0; v < vectors; v++)
        for (int lane = 0; lane < LANES; lane++) {
            int at = v * LANES + (int)lane_blocks[lane];
            offset[v * LANES + lane] = open->group[at < open->count ? at : 0] * stride + attempt;
        }
    for (; i + PHILOX_CHAINS <= vectors; i += PHILOX_CHAINS)
        philox_at(&j->keys, counter, PHILOX_CHAINS, &offsets[i], &b->x[i], &b->y[i]);
    for (; i < vectors; i++)
        philox_at(&j->keys, counter, 1, &offsets[i], &b->x[i], &b->y[i]);
    return vectors;
}

INLINE void truncated32(const job *j, philox_counter counter, int vectors, void *out,
                        tfphilox_dtype dtype, int scaled) {
    output o = {j, out, dtype, scaled};
    blocks b;
    vf values[2 * VECTORS], more[2 * VECTORS];
    open_groups open, still;
    uint32_t accepted[VECTORS];
    philox_run(&j->keys, counter, TRUNCATED_STRIDE32, vectors, sink_blocks, &b);
    box_muller32(b.x, b.y, vectors, values);

    still.count = 0;
    for (int i = 0; i < vectors; i++) { /* four bits for each group */
        uint32_t bits = f_within(values[2 * i], 2.0f) | f_within(values[2 * i + 1], 2.0f)
                                                            << WORDS_A_VECTOR;
        uint32_t lacking = ~(bits & bits >> 1 & bits >> 2 & bits >> 3) & FOURS;
        for (; lacking; lacking &= lacking - 1) {
            int bit = lowest_bit(lacking);
            still.group[still.count++] =
                (uint16_t)((i * LANES + bit / 4) << 4 | (bits >> bit & 15u));
        }
    }
    for (int i = 0; i < still.count; i++) { /* close the gaps */
        const uint8_t *at = accepted_at[still.group[i] & 15];
        still.filled[i] = accepted_count[still.group[i] & 15];
        still.group[i] >>= 4;
        float *group = (float *)values + 4 * still.group[i];
        float first = group[at[0]], second = group[at[1]], third = group[at[2]];
        group[0] = first;
        group[1] = second;
        group[2] = third;
    }
    for (uint64_t attempt = 1; still.count > 0; attempt++) {
        open = still;
        still.count = 0;
        int n = next_blocks(j, counter, TRUNCATED_STRIDE32, attempt, &open, &b);
        box_muller32(b.x, b.y, n, more);
        for (int i = 0; i < n; i++)
            accepted[i] = f_within(more[2 * i], 2.0f) | f_within(more[2 * i + 1], 2.0f)
                                                            << WORDS_A_VECTOR;
        for (int i = 0; i < open.count; i++) {
            float *group = (float *)values + 4 * open.group[i];
            const float *four = (const float *)more + 4 * i;
            const uint32_t bits = accepted[i / LANES] >> (i % LANES * 4) & 15u;
            const int filled = open.filled[i];
            for (int e = 0; e < 4; e++) {
                float kept = group[e], added = four[accepted_at[bits][(e - filled) & 3]];
                group[e] = e < filled ? kept : added;
            }
            still.group[still.count] = open.group[i];
            still.filled[still.count] = (uint8_t)(filled + accepted_count[bits]);
            still.count += filled + accepted_count[bits] < 4;
        }
    }
    put_all32(&o, vectors, values);
}

INLINE uint32_t d_within(vd a, double b) { return m_bits(d_less(d_abs(a), d_set(b))); }

INLINE void truncated64(const job *j, philox_counter counter, int vectors, void *out, int scaled) {
    output o = {j, out, TFPHILOX_FLOAT64, scaled};
    blocks b;
    vd values[2 * VECTORS], more[2 * VECTORS];
    open_groups open, still;
    uint32_t accepted[VECTORS];
    philox_run(&j->keys, counter, TRUNCATED_STRIDE64, vectors, sink_blocks, &b);
    box_muller64(b.x, b.y, vectors, values);

    still.count = 0;
    for (int i = 0; i < vectors; i++) { /* two bits for each group */
        uint32_t bits = d_within(values[2 * i], 2.0) | d_within(values[2 * i + 1], 2.0) << LANES;
        uint32_t lacking = ~(bits & bits >> 1) & TWOS;
        for (; lacking; lacking &= lacking - 1) {
            int bit = lowest_bit(lacking);
            still.group[still.count++] =
                (uint16_t)((i * LANES + bit / 2) << 4 | (bits >> bit & 3u));
        }
    }
    for (int i = 0; i < still.count; i++) { /* close the gap */
        const int bits = still.group[i] & 3;
        still.filled[i] = accepted_count[bits];
        still.group[i] >>= 4;
        double *group = (double *)values + 2 * still.group[i];
        group[0] = group[accepted_at[bits][0]];
    }
    for (uint64_t attempt = 1; still.count > 0; attempt++) {
        open = still;
        still.count = 0;
        int n = next_blocks(j, counter, TRUNCATED_STRIDE64, attempt, &open, &b);
        box_muller64(b.x, b.y, n, more);
        for (int i = 0; i < n; i++)
            accepted[i] = d_within(more[2 * i], 2.0) | d_within(more[2 * i + 1], 2.0) << LANES;
        for (int i = 0; i < open.count; i++) {
            double *group = (double *)values + 2 * open.group[i];
            const double *pair = (const double *)more + 2 * i;
            const uint32_t bits = accepted[i / LANES] >> (i % LANES * 2) & 3u;
            const int filled = open.filled[i];
            const double first = pair[accepted_at[bits][0]], second = pair[accepted_at[bits][1]];
            group[1] = filled ? first : second;
            group[0] = filled ? group[0] : first;
            still.group[still.count] = open.group[i];
            still.filled[still.count] = (uint8_t)(filled + accepted_count[bits]);
            still.count += filled + accepted_count[bits] < 2;
        }
    }
    put_all64(&o, vectors, values);
}

/* ---- the table of stages ---------------------------------------------------------------- */

#define STAGE32(make, dtype, name)                                                                 \
    static void name(const job *j, philox_counter c, int n, void *o) {                             \
        make(j, c, n, o, dtype, 0);                                                                \
    }                                                                                              \
    static void name##_scaled(const job *j, philox_counter c, int n, void *o) {                    \
        make(j, c, n, o, dtype, 1);                                                                \
    }
#define STAGE64(make, name)                                                                        \
    static void name(const job *j, philox_counter c, int n, void *o) { make(j, c, n, o, 0); }      \
    static void name##_scaled(const job *j, philox_counter c, int n, void *o) {                    \
        make(j, c, n, o, 1);                                                                       \
    }
#define STAGES(make)                                                                               \
    STAGE32(make##32, TFPHILOX_FLOAT16, make##_float16)                                            \
    STAGE32(make##32, TFPHILOX_BFLOAT16, make##_bfloat16)                                          \
    STAGE32(make##32, TFPHILOX_FLOAT32, make##_float32)                                            \
    STAGE64(make##64, make##_float64)
STAGES(uniform)
STAGES(normal)
STAGES(truncated)

#define BOTH(name)                                                                                 \
    { name, name##_scaled }
#define TABLE(make)                                                                                \
    { BOTH(make##_float16), BOTH(make##_bfloat16), BOTH(make##_float32), BOTH(make##_float64) }
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
        vd angle = angle32(unit32_low(u_load(m)));
        reduced32 reduced;
        reduce32(1, &angle, &reduced);
        sincos32(1, &reduced, &sine, &cosine);
        result = clamp32(unit32_high(u_load(m)));
        if (function == 'l')
            log32(1, &result, &result);
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
            result = d_select(d_less(d_set(LOG64_NEAR1), d_load(a)), log64_near1(d_load(a)),
                              log64(d_load(a)));
        else if (function == 's' || function == 'c') {
            sincos64(reduce64(d_load(a)), &sine, &cosine);
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
