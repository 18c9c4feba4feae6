/* fills.c: every fill, for one instruction set.
 *
 * Compiled once per instruction set (setup.py says with which flags); the only names it
 * exports are its tables, tfphilox_target_<name> and, for proofs, tfphilox_proof_<name>.
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
#include "lanes.h"
#include "proof.h"
#include "math/floatmath.h"
#include "philox.h"

#define STAGE          256 /* blocks */
#define VECTORS        (STAGE / LANES)
#define WORDS_A_VECTOR (2 * LANES)

/* For n mod d, d invariant: n times the inverse is the quotient or a little less, and what is left
 * over too much is taken off by d. */
typedef struct {
    uint64_t divisor, twice, inverse;
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

/* inverse = floor((2^bits - 1) / d), which is more than 2^bits / d - 1: n inverse / 2^bits is more
 * than n / d - 1.  Where 2 d has no 64 bits no quotient is above 1 and twice need take nothing. */
static divider divide_by(uint64_t d, int bits) {
    return (divider){d, d >> 63 ? 0 : 2 * d, (bits == 64 ? UINT64_MAX : UINT32_MAX) / d};
}

INLINE vw w_modulo(vw n, const divider *d) {
    const vw divisor = w_set((uint32_t)d->divisor);
    const vw quotient = w_mul_high(n, w_set((uint32_t)d->inverse)); /* or one less */
    const vw rest = w_sub(n, w_mul(quotient, divisor));
    return w_least(rest, w_sub(rest, divisor));
}

/* n mod d plus 2^63, which makes the signed minimum, the one that every instruction set has, that
 * of numbers without a sign.  The product leaves out its lowest quarter and the carries into its
 * high half, two at most: the quotient is up to three too small. */
INLINE vu u_modulo(vu n, const divider *d) {
    const vu inverse = u_set(d->inverse), inverse_high = u_set(d->inverse >> 32), high = n >> 32;
    const vu quotient =
        mul32(high, inverse_high) + (mul32(high, inverse) >> 32) + (mul32(n, inverse_high) >> 32);
    vu rest = (n ^ 0x8000000000000000u) - quotient * d->divisor;
    rest = i_least(rest, rest - d->twice);
    return i_least(rest, rest - d->divisor);
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

/* Pairs of words as 64-bit numbers; the low word is the first one of the stream. */
static void stage_longs(const job *j, philox_counter counter, int vectors, void *out) {
    stage_words(j, counter, vectors, out);
    if (BIG_ENDIAN_WORDS)
        for (int i = 0; i < 2 * vectors * LANES; i++) {
            uint64_t x;
            memcpy(&x, (char *)out + 8 * i, sizeof x);
            x = x >> 32 | x << 32;
            memcpy((char *)out + 8 * i, &x, sizeof x);
        }
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

/* Two vectors, from the i-th number on; for bfloat16, rounded. */
INLINE void store32(const output *o, ptrdiff_t i, vf a, vf b) {
    if (o->dtype == TFPHILOX_FLOAT16) {
        f_store_float16((uint16_t *)o->out + i, a);
        f_store_float16((uint16_t *)o->out + i + WORDS_A_VECTOR, b);
    } else if (o->dtype == TFPHILOX_BFLOAT16)
        f_store_bfloat16((uint16_t *)o->out + i, a, b);
    else {
        f_store((float *)o->out + i, a);
        f_store((float *)o->out + i + WORDS_A_VECTOR, b);
    }
}

/* Round to dtype after each step, as separate TensorFlow ops do. */
INLINE vf scale32(const output *o, vf a) {
    a = f_round(o->dtype, f_mul(f_round(o->dtype, a), f_set(o->job->mul)));
    return f_add(a, f_set(o->job->add));
}

INLINE void put32(const output *o, ptrdiff_t i, vf a, vf b) {
    if (o->scaled) {
        a = scale32(o, a);
        b = scale32(o, b);
    }
    if (o->dtype == TFPHILOX_BFLOAT16) {
        a = f_nearest_bfloat16(a);
        b = f_nearest_bfloat16(b);
    }
    store32(o, i, a, b);
}

INLINE void put64(const output *o, ptrdiff_t i, vd a) {
    if (o->scaled)
        a = a * d_set(o->job->mul64) + d_set(o->job->add64);
    d_store((double *)o->out + i, a);
}

/* ---- uniform ---------------------------------------------------------------------------- */

/* [0, 1) from as many low bits of each word as the dtype has; no step rounds. */
INLINE vf unit32(tfphilox_dtype dtype, vw a) {
    return dtype == TFPHILOX_FLOAT16    ? f_madd(f_count(a, 10), f_set(0x1p-10f), f_set(-0x1p13f))
           : dtype == TFPHILOX_BFLOAT16 ? f_madd(f_count(a, 7), f_set(0x1p-7f), f_set(-0x1p16f))
                                        : f_unit(a);
}

INLINE void sink_uniform32(void *context, int i, vu x, vu y) {
    const output *o = context;
    const ptrdiff_t at = (ptrdiff_t)i * 2 * WORDS_A_VECTOR;
    vw a, b;
    to_words(x, y, &a, &b);
    vf first = unit32(o->dtype, a), second = unit32(o->dtype, b);
    if (o->scaled)
        put32(o, at, first, second);
    else /* exact in dtype */
        store32(o, at, first, second);
}

INLINE void sink_uniform64(void *context, int i, vu x, vu y) {
    const output *o = context;
    const ptrdiff_t at = (ptrdiff_t)i * 2 * LANES;
    vu a, b;
    to_pairs(x, y, &a, &b);
    put64(o, at, unit64(a));
    put64(o, at + LANES, unit64(b));
}

INLINE void uniform(const job *j, philox_counter counter, int vectors, void *out,
                    tfphilox_dtype dtype, int scaled) {
    output o = {j, out, dtype, scaled};
    philox_run(&j->keys, counter, 1, vectors,
               dtype == TFPHILOX_FLOAT64 ? sink_uniform64 : sink_uniform32, &o);
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

static void make_blocks(const job *j, philox_counter counter, uint64_t stride, int vectors,
                        blocks *b) {
    philox_run(&j->keys, counter, stride, vectors, sink_blocks, b);
}

/* Box-Muller on the word pairs of each block; out in TensorFlow's order, sine first.  The square
 * root, which keeps a unit of its own busy, goes beside work that does not need that unit. */
INLINE void box_muller32(const vu *x, const vu *y, int vectors, const output *o) {
    vf radius[VECTORS];
    vd angle[VECTORS][2];
    for (int i = 0; i < vectors; i++) {
        vd log[2] = {unit32_high(x[i]), unit32_high(y[i])};
        log32(log, log);
        radius[i] = f_narrow(log[0], log[1]);
    }
    for (int i = 0; i < vectors; i++) {
        vd a[2] = {angle32(x[i]), angle32(y[i])};
        reduce32(a, angle[i]);
        radius[i] = f_sqrt(radius32(radius[i]));
    }
    for (int i = 0; i < vectors; i++) {
        vf sine, cosine, a, b;
        sincos32(angle[i], x[i], y[i], &sine, &cosine);
        f_zip(f_mul(sine, radius[i]), f_mul(cosine, radius[i]), &a, &b);
        put32(o, 2 * i * WORDS_A_VECTOR, a, b);
    }
}

/* The places of the ones among four bits. */
static const uint8_t ones_at[16][4] = {{0, 0, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0},
                                       {2, 0, 0, 0}, {0, 2, 0, 0}, {1, 2, 0, 0}, {0, 1, 2, 0},
                                       {3, 0, 0, 0}, {0, 3, 0, 0}, {1, 3, 0, 0}, {0, 1, 3, 0},
                                       {2, 3, 0, 0}, {0, 2, 3, 0}, {1, 2, 3, 0}, {0, 1, 2, 3}};
static const uint8_t ones[16] = {0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4};

/* Append base + place for each one of four bits; the list's new length.  It takes no branch, and
 * writes four numbers whatever the bits are. */
INLINE int append_ones(uint8_t *list, int n, uint32_t bits, int base) {
    uint32_t four;
    memcpy(&four, ones_at[bits], 4);
    four += (uint32_t)base * 0x01010101u;
    memcpy(list + n, &four, 4);
    return n + ones[bits];
}

INLINE void box_muller64(const vu *x, const vu *y, int vectors, const output *o) {
    vd u[VECTORS], radius[VECTORS];
    reduced64 angle[VECTORS];
    uint8_t near1[STAGE + 4]; /* a sixteenth of the elements, packed for their own formula */
    int n = 0;
    for (int i = 0; i < vectors; i++) {
        u[i] = d_max(unit64(x[i]), d_set(1e-7));
        radius[i] = log64(u[i]);
        uint32_t bits = m_bits(d_less(d_set(LOG64_NEAR1), u[i]));
        for (int lane = 0; lane < LANES; lane += 4)
            n = append_ones(near1, n, bits >> lane & 15u, i * LANES + lane);
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
        put64(o, 2 * i * LANES, d_of_u(a));
        put64(o, (2 * i + 1) * LANES, d_of_u(b));
    }
}

/* Raw numbers, as float32 or float64. */
static void normals32(const blocks *b, int vectors, void *out) {
    const output o = {NULL, out, TFPHILOX_FLOAT32, 0};
    box_muller32(b->x, b->y, vectors, &o);
}
static void normals64(const blocks *b, int vectors, void *out) {
    const output o = {NULL, out, TFPHILOX_FLOAT64, 0};
    box_muller64(b->x, b->y, vectors, &o);
}

INLINE void normal(const job *j, philox_counter counter, int vectors, void *out,
                   tfphilox_dtype dtype, int scaled) {
    const output o = {j, out, dtype, scaled};
    blocks b;
    make_blocks(j, counter, 1, vectors, &b);
    if (dtype == TFPHILOX_FLOAT64)
        box_muller64(b.x, b.y, vectors, &o);
    else
        box_muller32(b.x, b.y, vectors, &o);
}

/* ---- truncated normal ------------------------------------------------------------------- */

/* TensorFlow gives every group of outputs 64 blocks an element and lets it draw from
 * them until it is full (random_distributions.h, TruncatedNormalDistribution, and
 * FillPhiloxRandomTask for variable samples): the group's first block is made for the
 * whole stage, the next ones only for the groups still open, packed. */
#define TRUNCATED_STRIDE32 256
#define TRUNCATED_STRIDE64 128

/* The groups of a stage that still lack numbers, and which words of the 16 bytes they have. */
typedef struct {
    int count;
    uint8_t group[STAGE + 4], kept[STAGE + 4];
} open_groups;

/* For pick16: the words that are ones of four bits, in order.  From byte 16 on they come first;
 * from 16 - 4 k on they come after k words of nothing. */
#define NONE    0x90, 0x90, 0x90, 0x90
#define WORD(i) 4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3
#define ROW(a, b, c, d)                                                                            \
    { NONE, NONE, NONE, NONE, a, b, c, d }
static const uint8_t in_order[16][32] = {
    ROW(NONE, NONE, NONE, NONE),          ROW(WORD(0), NONE, NONE, NONE),
    ROW(WORD(1), NONE, NONE, NONE),       ROW(WORD(0), WORD(1), NONE, NONE),
    ROW(WORD(2), NONE, NONE, NONE),       ROW(WORD(0), WORD(2), NONE, NONE),
    ROW(WORD(1), WORD(2), NONE, NONE),    ROW(WORD(0), WORD(1), WORD(2), NONE),
    ROW(WORD(3), NONE, NONE, NONE),       ROW(WORD(0), WORD(3), NONE, NONE),
    ROW(WORD(1), WORD(3), NONE, NONE),    ROW(WORD(0), WORD(1), WORD(3), NONE),
    ROW(WORD(2), WORD(3), NONE, NONE),    ROW(WORD(0), WORD(2), WORD(3), NONE),
    ROW(WORD(1), WORD(2), WORD(3), NONE), ROW(WORD(0), WORD(1), WORD(2), WORD(3))};

/* Where TensorFlow's order has the block of lane i, counted through the vectors. */
INLINE unsigned in_lane(unsigned i) { return i - i % LANES + (unsigned)lane_blocks[i % LANES]; }

/* The next block of each open group, in lanes 0, 1, ...; how many vectors they are. */
static int next_blocks(const job *j, philox_counter counter, uint64_t stride, uint64_t attempt,
                       const open_groups *open, blocks *b) {
    vu offsets[VECTORS];
    uint64_t *offset = (uint64_t *)offsets;
    const int step = PHILOX_CHAINS * LANES;
    for (int i = 0; i < (open->count + step - 1) / step * step; i++)
        offset[i] = (i < open->count ? open->group[i] : 0u) * stride + attempt;
    for (int i = 0; i * LANES < open->count; i += PHILOX_CHAINS)
        philox_at(&j->keys, counter, PHILOX_CHAINS, &offsets[i], &b->x[i], &b->y[i]);
    return (open->count + LANES - 1) / LANES;
}

/* |x| < 2 exactly where the top bit of the exponent is 0. */

/* A bit for each lane of the i-th vectors of blocks: whether a number is rejected. */
INLINE uint32_t with_rejected(int wide, const char *values, int i) {
    const char *at = values + i * (int)(2 * sizeof(vu));
    vu first, second;
    to_pairs(u_load(at), u_load(at + sizeof(vu)), &first, &second); /* back to a block a lane */
    vu any = first | second;
    return m_bits(u_bit(wide ? any : any | any << 32, 62));
}

/* A bit for each word of a group: whether its number is accepted. */
INLINE uint8_t accepted_words(int wide, const char *group) {
    uint32_t rejected = second_bits(group);
    if (wide) { /* a double's high word says it for both */
        rejected &= BIG_ENDIAN_WORDS ? 5u : 10u;
        rejected |= BIG_ENDIAN_WORDS ? rejected << 1 : rejected >> 1;
    }
    return (uint8_t)(rejected ^ 15u);
}

INLINE void truncated(const job *j, philox_counter counter, int vectors, void *out,
                      tfphilox_dtype dtype, int scaled) {
    const int wide = dtype == TFPHILOX_FLOAT64;
    const int raw = !scaled && (wide || dtype == TFPHILOX_FLOAT32);
    const uint64_t stride = wide ? TRUNCATED_STRIDE64 : TRUNCATED_STRIDE32;
    vu numbers[2 * VECTORS], more[2 * VECTORS];
    char *values = raw ? out : (char *)numbers;
    const output result = {j, out, dtype, scaled};
    void (*const normals)(const blocks *, int, void *) = wide ? normals64 : normals32;
    blocks b;
    open_groups open, still;
    make_blocks(j, counter, stride, vectors, &b);
    normals(&b, vectors, values);

    still.count = 0;
    for (int i = 0; i < vectors; i++) {
        uint32_t bits = with_rejected(wide, values, i);
        for (int lane = 0; lane < LANES; lane += 4)
            still.count =
                append_ones(still.group, still.count, bits >> lane & 15u, i * LANES + lane);
    }
    for (int i = 0; i < still.count; i++) {
        still.group[i] = (uint8_t)in_lane(still.group[i]);
        still.kept[i] = accepted_words(wide, values + 16 * still.group[i]);
    }
    for (uint64_t attempt = 1; still.count > 0; attempt++) {
        open = still;
        still.count = 0;
        normals(&b, next_blocks(j, counter, stride, attempt, &open, &b), more);
        for (int i = 0; i < open.count; i++) {
            const char *group = (const char *)more + 16 * in_lane((unsigned)i);
            const int kept = open.kept[i], added = accepted_words(wide, group);
            const int had = ones[kept], has = had + ones[added];
            pick16(values + 16 * open.group[i], in_order[kept] + 16, group,
                   in_order[added] + 16 - 4 * had);
            still.group[still.count] = open.group[i];
            still.kept[still.count] = (uint8_t)((1 << has) - 1);
            still.count += has < 4;
        }
    }
    for (int i = 0; i < vectors && !raw; i++) {
        const vu *const at = &numbers[2 * i];
        if (wide) {
            put64(&result, 2 * i * LANES, d_load(at));
            put64(&result, (2 * i + 1) * LANES, d_load(at + 1));
        } else
            put32(&result, 2 * i * WORDS_A_VECTOR, f_load(at), f_load(at + 1));
    }
}

/* ---- the table of stages ---------------------------------------------------------------- */

/* by float dtype, raw and scaled */
#define MAKE(make, dtype, scaled, name)                                                            \
    static void name(const job *j, philox_counter c, int n, void *o) {                             \
        make(j, c, n, o, dtype, scaled);                                                           \
    }
#define STAGES(make)                                                                               \
    MAKE(make, TFPHILOX_FLOAT16, 0, make##_float16)                                                \
    MAKE(make, TFPHILOX_FLOAT16, 1, make##_float16_scaled)                                         \
    MAKE(make, TFPHILOX_BFLOAT16, 0, make##_bfloat16)                                              \
    MAKE(make, TFPHILOX_BFLOAT16, 1, make##_bfloat16_scaled)                                       \
    MAKE(make, TFPHILOX_FLOAT32, 0, make##_float32)                                                \
    MAKE(make, TFPHILOX_FLOAT32, 1, make##_float32_scaled)                                         \
    MAKE(make, TFPHILOX_FLOAT64, 0, make##_float64)                                                \
    MAKE(make, TFPHILOX_FLOAT64, 1, make##_float64_scaled)
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

/* Elements a group, blocks from one group to the next (as a power of two); whether 0 is added,
 * which makes -0 to 0. */
typedef struct {
    stage *make;
    int itemsize, elements, log_stride, add_zero;
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
        *r = (recipe){stage_words, 4, 4, 0, 0};
        return TFPHILOX_OK;
    }
    if (spec->kind == TFPHILOX_INTEGERS) {
        int wide = spec->dtype == TFPHILOX_INT64 || spec->dtype == TFPHILOX_UINT64;
        if (!wide && spec->dtype != TFPHILOX_INT32 && spec->dtype != TFPHILOX_UINT32)
            return TFPHILOX_UNSUPPORTED;
        *r = (recipe){wide ? stage_longs : stage_words, wide ? 8 : 4, wide ? 2 : 4, 0, 0};
        if (spec->range) {
            j->low = (uint64_t)spec->low + ((uint64_t)wide << 63); /* u_modulo's 2^63 */
            j->range = divide_by(spec->range, wide ? 64 : 32);
            r->make = wide ? stage_int64 : stage_int32;
        }
        return TFPHILOX_OK;
    }
    if (spec->dtype > TFPHILOX_FLOAT64)
        return TFPHILOX_UNSUPPORTED;
    int wide = spec->dtype == TFPHILOX_FLOAT64;
    int raw = spec->mul == 1.0 && spec->add == 0.0;
    j->mul = (float)spec->mul;
    j->add = (float)spec->add;
    j->mul64 = spec->mul;
    j->add64 = spec->add;
    r->make = float_stages[spec->kind - TFPHILOX_UNIFORM][spec->dtype][!raw];
    r->itemsize = wide ? 8 : spec->dtype == TFPHILOX_FLOAT32 ? 4 : 2;
    r->elements = wide ? 2 : 4;
    r->log_stride = spec->kind != TFPHILOX_TRUNCATED_NORMAL ? 0 : wide ? 7 : 8;
    /* only a normal so small that float16 has no number for it is -0 */
    r->add_zero = raw && !signbit(spec->add) && spec->dtype == TFPHILOX_FLOAT16 &&
                  spec->kind != TFPHILOX_UNIFORM;
    return TFPHILOX_OK;
}

static void add_zero16(uint16_t *out, uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        out[i] = out[i] == 0x8000u ? 0 : out[i];
}

/* Stages from element `first` on, of any alignment. */
static void run(const tfphilox_fill_spec *spec, const job *j, const recipe *r, uint64_t first,
                uint64_t count, char *out) {
    _Alignas(64) char buffer[16 * STAGE];
    const uint64_t stage_elements = (uint64_t)STAGE * (uint64_t)r->elements;
    uint64_t group = first / (uint64_t)r->elements, skip = first % (uint64_t)r->elements;
    while (count > 0) {
        philox_counter counter = {spec->counter[0], spec->counter[1]};
        counter = philox_advance(counter, group << r->log_stride);
        if (r->log_stride)
            counter.high += group >> (64 - r->log_stride);
        uint64_t available = stage_elements - skip;
        uint64_t take = count < available ? count : available;
        if (skip == 0 && count >= stage_elements) {
            r->make(j, counter, VECTORS, out);
        } else {
            uint64_t groups = (skip + take + (uint64_t)r->elements - 1) / (uint64_t)r->elements;
            r->make(j, counter, (int)((groups + LANES - 1) / LANES), buffer);
            memcpy(out, buffer + skip * (uint64_t)r->itemsize, take * (uint64_t)r->itemsize);
        }
        if (r->add_zero)
            add_zero16((uint16_t *)(void *)out, take);
        group += (skip + take) / (uint64_t)r->elements;
        skip = (skip + take) % (uint64_t)r->elements;
        out += take * (uint64_t)r->itemsize;
        count -= take;
    }
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
        const vu x = u_load(m);
        vf sine, cosine, result;
        if (function == 'l') {
            vd log[2] = {unit32_high(x), unit32_high(x)};
            log32(log, log);
            result = f_mul(f_set(-0.5f), radius32(f_narrow(log[0], log[1])));
        } else if (function == 's' || function == 'c') {
            vd angle[2] = {angle32(x), angle32(x)};
            reduce32(angle, angle);
            sincos32(angle, x, x, &sine, &cosine);
            result = function == 's' ? sine : cosine;
        } else
            return TFPHILOX_UNSUPPORTED;
        f_store(results, result);
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

#define TEXT_(name) #name
#define TEXT(name)  TEXT_(name)
extern const tfphilox_target FOR_TARGET(tfphilox_target);
const tfphilox_target FOR_TARGET(tfphilox_target) = {TEXT(ISA), fill};
extern const tfphilox_proof FOR_TARGET(tfphilox_proof);
const tfphilox_proof FOR_TARGET(tfphilox_proof) = {TEXT(ISA), float32_math, float64_math};
