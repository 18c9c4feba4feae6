/* compiled.c: the numbers of compiled functions, for one instruction set.
 *
 * A fill goes by stages of STAGE items that stay in the first-level cache: the words, as the
 * instruction set's fill of tfphilox.h makes them, then passes that turn them into numbers.  A
 * normal's two words lie a distance apart; they are brought side by side first.  Uniforms are made
 * and stored as the blocks come.
 *
 * What it does not do: threads, shapes, checks of its arguments' ranges.
 */
#include <stddef.h>

#include "compiled.h"
#include "lanes.h"
#include "math/compiledmath.h"
#include "math/libmath.h"
#include "philox.h"

#define STAGE  1024        /* items */
#define FLOATS (2 * LANES) /* in a vector */

/* Words and numbers of a stage; what lies beyond its items is computed too, and not used. */
typedef struct {
    _Alignas(64) uint32_t first[2 * STAGE], second[2 * STAGE];
    _Alignas(64) float a[STAGE], b[STAGE];
    _Alignas(64) double wide_a[STAGE], wide_b[STAGE];
} stage;

/* ---- uniform ---------------------------------------------------------------------------- */

/* [0, 1) from the upper bits; float16 has the low ten. */
INLINE vf unit_of(tfphilox_dtype dtype, vw w) {
    if (dtype == TFPHILOX_FLOAT16)
        return f_madd(f_count(w, 10), f_set(0x1p-10f), f_set(-0x1p13f));
    const vf u = f_unit(w_shr(w, 9));
    return dtype == TFPHILOX_BFLOAT16 ? f_cut_bfloat16(u) : u;
}

/* The two words of a lane, the first one low, as a uniform. */
INLINE vd unit_of_pair(const uint32_t *words) {
    vu x = u_load(words);
    if (BIG_ENDIAN_WORDS)
        x = swap32(x);
    return d_of_u((x >> 12) | 0x3FF0000000000000u) - d_set(1.0);
}

/* ---- stages: n items from words to numbers, in float (wide: double) ---------------------- */

INLINE void uniform32(tfphilox_dtype dtype, const uint32_t *words, int n, float *out) {
    for (int i = 0; i < n; i += FLOATS)
        f_store(out + i, unit_of(dtype, w_load(words + i)));
}
static void uniform64(const uint32_t *words, int n, double *out) {
    for (int i = 0; i < n; i += LANES)
        d_store(out + i, unit_of_pair(words + 2 * i));
}

/* Box-Muller: the first words' logarithm, the second words' angle. */
INLINE void normal32(tfphilox_dtype dtype, int form, stage *s, int n) {
    const int half = dtype == TFPHILOX_FLOAT16;
    for (int i = 0; i < n; i += FLOATS) {
        const vf floor = f_set(half ? 0x1p-23f : 1e-7f), minus2 = f_set(-2.0f);
        vf u = unit_of(half ? dtype : TFPHILOX_FLOAT32, w_load(s->first + i));
        u = f_choose(f_less(u, floor), floor, u);
        vf log = compiled_log32(form, u);
        if (half)
            log = f_round_float16(f_mul(f_round_float16(log), minus2));
        else
            log = f_mul(log, minus2);
        f_store(s->a + i, half ? f_round_float16(f_sqrt(log)) : f_sqrt(log));
    }
    for (int i = 0; i < n; i += FLOATS) {
        const vw w = w_load(s->second + i);
        const vf turn = f_mul(unit_of(half ? dtype : TFPHILOX_FLOAT32, w),
                              f_set(half ? 6.28125f : 0x1.921FB6p+2f));
        f_store(s->b + i, half ? f_round_float16(turn) : turn);
        /* The low 23 bits are u, of which sincos32 has the quadrant: at odd eighths the upper one,
         * but of float16's angles, whose factor is below 2 pi, the lower. */
        w_store(s->second + i, half ? w_sub(w_shl(w, 13), w_set(1)) : w_shr(w, 9));
    }
    for (int i = 0; i < n; i += FLOATS) {
        vd r[2] = {d_widen(s->b + i), d_widen(s->b + i + LANES)};
        vf sine, cosine, radius = f_load(s->a + i);
        reduce32(r, r);
        sincos32(r, u_widen(s->second + i), u_widen(s->second + i + LANES), &sine, &cosine);
        if (half) {
            sine = f_round_float16(sine);
            cosine = f_round_float16(cosine);
        }
        f_store(s->a + i, f_mul(sine, radius));
        f_store(s->b + i, f_mul(cosine, radius));
    }
}

static void normal64(stage *s, int n) {
    for (int i = 0; i < n; i += LANES) {
        const vd u = d_max(unit_of_pair(s->first + 2 * i), d_set(0x1.AD7F2Ap-24)); /* 1e-7f */
        const vd radius = d_sqrt(log64_all(u) * d_set(-2.0));
        vd sine, cosine;
        sincos64(reduce64(unit_of_pair(s->second + 2 * i) * d_set(2.0 * PI)), &sine, &cosine);
        d_store(s->wide_a + i, sine * radius);
        d_store(s->wide_b + i, cosine * radius);
    }
}

/* once: whether float16's first product and sum are rounded once */
INLINE vf truncated_of(tfphilox_dtype dtype, int form, int once, vw w) {
    if (dtype == TFPHILOX_FLOAT16) { /* its arithmetic, rounded after each step */
        vf p = f_mul(unit_of(dtype, w), f_set(0.955078125f)); /* exact, and so is the sum */
        p = f_add(once ? p : f_round_float16(p), f_set(0.022705078125f));
        p = f_round_float16(p);
        vf x = f_round_float16(f_add(f_round_float16(f_add(p, p)), f_set(-1.0f)));
        x = f_round_float16(compiled_erfinv32(form, 1, f_clamp(x, 0.9990234375f)));
        return f_clamp(f_round_float16(f_mul(x, f_set(1.4140625f))), 2.0f);
    }
    const vf u = f_add(unit_of(TFPHILOX_FLOAT32, w), f_set(0x1p-126f)); /* 0 becomes 2^-126 */
    const vf p = F(u, f_set(0.95449972f), f_set(0.022750139f));
    const vf x = f_clamp(f_add(f_add(p, p), f_set(-1.0f)), 1.0f - 0x1p-23f);
    return f_clamp(f_mul(compiled_erfinv32(form, 0, x), f_set(1.41421354f)), 2.0f);
}
INLINE void truncated32(tfphilox_dtype dtype, int form, int once, const uint32_t *words, int n,
                        float *out) {
    for (int i = 0; i < n; i += FLOATS)
        f_store(out + i, truncated_of(dtype, form, once, w_load(words + i)));
}
INLINE void truncated64(int form, const uint32_t *words, int n, double *out) {
    for (int i = 0; i < n; i += LANES) {
        const vd u = unit_of_pair(words + 2 * i) + d_set(0x1p-1022);
        const vd p = D(u, d_set(0.95449973610364158), d_set(0.022750131948179209));
        vd x = p + p - d_set(1.0);
        x = compiled_erfinv64(form, 0, x) * d_set(1.4142135623730951);
        x = d_select(d_less(d_set(2.0), x), d_set(2.0), x);
        d_store(out + i, d_max(x, d_set(-2.0)));
    }
}

/* ---- normals within bounds of their own ---------------------------------------------------- */

/* A double to the nearest half; exact sums of a product of halves and a half are rounded once. */
static float half_of_double(double x) {
    const double size = fabs(x);
    if (size < 0x1p-14)
        return (float)copysign((size + 0x1.8p28) - 0x1.8p28, x);
    const uint64_t bits = bits_of_double(size);
    const double cut = double_of_bits((bits + 0x1FFFFFFFFFFu + (bits >> 42 & 1u)) >> 42 << 42);
    return (float)copysign(cut > 65504.0 ? (double)INFINITY : cut, x);
}

/* a * b + c in halves: rounded once or twice */
INLINE vf half_sum(int once, vf a, vf b, vf c) {
    if (!once)
        return f_round_float16(f_add(f_round_float16(f_mul(a, b)), c));
    float x[FLOATS], y[FLOATS], z[FLOATS];
    f_store(x, a);
    f_store(y, b);
    f_store(z, c);
    for (int i = 0; i < FLOATS; i++)
        x[i] = half_of_double((double)x[i] * (double)y[i] + (double)z[i]);
    return f_load(x);
}

/* The rows of a stage's laws.  Of one batch there is one vector, which all elements share. */
typedef struct {
    union {
        _Alignas(64) float narrow[STAGE];
        _Alignas(64) double wide[STAGE];
    } row[TFPHILOX_LAW_ROWS];
} stage_laws;

static void laws_of(const tfphilox_compiled_spec *spec, uint64_t first, int n, stage_laws *laws) {
    const int wide = spec->dtype == TFPHILOX_FLOAT64;
    const int count = spec->batches > 1 ? n : FLOATS;
    for (int k = 0; k < TFPHILOX_LAW_ROWS; k++) {
        const double *const from = spec->laws + (uint64_t)k * spec->batches;
        uint64_t batch = first % spec->batches;
        for (int i = 0; i < count; i++) {
            if (wide)
                laws->row[k].wide[i] = from[batch];
            else
                laws->row[k].narrow[i] = (float)from[batch];
            if (++batch == spec->batches)
                batch = 0;
        }
    }
}

INLINE vf bounded_of(tfphilox_dtype dtype, int form, int once, vw w, const vf *law) {
    const vf minus = f_set(-1.0f);
    vf u = unit_of(dtype == TFPHILOX_FLOAT16 ? dtype : TFPHILOX_FLOAT32, w), x;
    if (dtype == TFPHILOX_FLOAT16) {
        const vf p = half_sum(once, u, law[TFPHILOX_LAW_WIDTH], law[TFPHILOX_LAW_LOW]);
        x = f_clamp(f_round_float16(f_add(f_add(p, p), minus)), 0.9990234375f);
        x = f_round_float16(compiled_erfinv32(form, 1, x));
        x = half_sum(once, law[TFPHILOX_LAW_ROOT], x, law[TFPHILOX_LAW_MEAN]);
    } else {
        u = f_add(u, f_set(0x1p-126f));
        const vf p = F(law[TFPHILOX_LAW_WIDTH], u, law[TFPHILOX_LAW_LOW]);
        x = f_clamp(f_add(f_add(p, p), minus), 1.0f - 0x1p-23f);
        x = F(law[TFPHILOX_LAW_ROOT], compiled_erfinv32(form, 1, x), law[TFPHILOX_LAW_MEAN]);
    }
    return f_between(law[TFPHILOX_LAW_LEAST], x, law[TFPHILOX_LAW_MOST]);
}
INLINE void bounded32(tfphilox_dtype dtype, int form, int once, const stage_laws *laws, int step,
                      const uint32_t *words, int n, float *out) {
    for (int i = 0; i < n; i += FLOATS) {
        vf law[TFPHILOX_LAW_ROWS];
        for (int k = 0; k < TFPHILOX_LAW_ROWS; k++)
            law[k] = f_load(laws->row[k].narrow + step * i);
        f_store(out + i, bounded_of(dtype, form, once, w_load(words + i), law));
    }
}
INLINE void bounded64(int form, const stage_laws *laws, int step, const uint32_t *words, int n,
                      double *out) {
    for (int i = 0; i < n; i += LANES) {
        const vd u = unit_of_pair(words + 2 * i) + d_set(0x1p-1022);
        vd law[TFPHILOX_LAW_ROWS];
        for (int k = 0; k < TFPHILOX_LAW_ROWS; k++)
            law[k] = d_load(laws->row[k].wide + step * i);
        const vd p = D(law[TFPHILOX_LAW_WIDTH], u, law[TFPHILOX_LAW_LOW]);
        const vd most = d_set(1.0 - 0x1p-52);
        vd x = d_between(-most, p + p - d_set(1.0), most);
        x = D(law[TFPHILOX_LAW_ROOT], compiled_erfinv64(form, 1, x), law[TFPHILOX_LAW_MEAN]);
        d_store(out + i, d_between(law[TFPHILOX_LAW_LEAST], x, law[TFPHILOX_LAW_MOST]));
    }
}

/* The bound in deviations times the root of 1/2, in the type: each step is rounded.  Of constants
 * the compiler divides by none: it multiplies by what it has made of them, but for a mean of 0 or a
 * deviation of 1, which it drops before. */
#define R(x) rounded_to(dtype, x)
static double rounded_to(tfphilox_dtype dtype, double x) { /* one operation's result */
    if (dtype == TFPHILOX_FLOAT64)
        return x;
    return (double)(dtype == TFPHILOX_FLOAT32 ? (float)x : half_of_double((double)(float)x));
}
static double bound_of(tfphilox_dtype dtype, int literal, double bound, double mean, double root,
                       double deviation) {
    const double t = R(bound - mean), reciprocal = R(1.0 / root);
    if (!literal || (mean == 0.0 && deviation != 1.0))
        return R(R(t / deviation) * reciprocal);
    return mean == 0.0 ? R(t / root) : R(t * R(R(1.0 / deviation) * reciprocal));
}
static double erf_of(tfphilox_dtype dtype, int literal, double x) {
    float y[FLOATS];
    if (dtype == TFPHILOX_FLOAT64)
        return tfphilox_erf(x);
    if (literal)
        return R((double)tfphilox_erff((float)x));
    f_store(y, compiled_erf32(f_set((float)x)));
    return R((double)y[0]);
}
static void law_of(tfphilox_dtype dtype, int literal, const double *parameters, uint64_t batches,
                   double *law) {
    const double root = R(dtype == TFPHILOX_FLOAT64 ? 1.4142135623730951 : 1.41421354);
    const double mean = parameters[0], deviation = parameters[batches];
    double cdf[2];
    for (int k = 0; k < 2; k++) {
        const double bound = parameters[(uint64_t)(2 + k) * batches];
        const double x = bound_of(dtype, literal, bound, mean, root, deviation);
        cdf[k] = R(1.0 + erf_of(dtype, literal, x)) * 0.5;
    }
    law[TFPHILOX_LAW_LOW * batches] = cdf[0];
    law[TFPHILOX_LAW_WIDTH * batches] = R(cdf[1] - cdf[0]);
    law[TFPHILOX_LAW_ROOT * batches] = R(deviation * root);
    law[TFPHILOX_LAW_MEAN * batches] = mean;
    law[TFPHILOX_LAW_LEAST * batches] = parameters[2 * batches];
    law[TFPHILOX_LAW_MOST * batches] = parameters[3 * batches];
}
static int laws(tfphilox_dtype dtype, int literal, const double *parameters, uint64_t batches,
                double *made) {
    if (dtype == TFPHILOX_BFLOAT16 || dtype > TFPHILOX_FLOAT64)
        return TFPHILOX_UNSUPPORTED;
    for (uint64_t i = 0; i < batches; i++)
        law_of(dtype, literal, parameters + i, batches, made + i);
    return TFPHILOX_OK;
}
#undef R

INLINE vf gumbel_of(int form, vw w) {
    const vf u = f_add(unit_of(TFPHILOX_FLOAT32, w), f_set(0x1p-126f));
    return compiled_log32(form, f_mul(f_set(-1.0f), compiled_log32(form, u)));
}
INLINE void gumbel32(int form, const uint32_t *words, int n, float *out) {
    for (int i = 0; i < n; i += FLOATS)
        f_store(out + i, gumbel_of(form, w_load(words + i)));
}
static void gumbel64(const uint32_t *words, int n, double *out) {
    for (int i = 0; i < n; i += LANES)
        d_store(out + i, log64_all(-log64_all(unit_of_pair(words + 2 * i) + d_set(0x1p-1022))));
}

/* The same by forms known when they are compiled. */
#define FOR_EACH_FORM(call)                                                                        \
    switch (form) {                                                                                \
    case TFPHILOX_FORM_UNFUSED:                                                                    \
        call(TFPHILOX_FORM_UNFUSED);                                                               \
        break;                                                                                     \
    case TFPHILOX_FORM_REORDERED:                                                                  \
        call(TFPHILOX_FORM_REORDERED);                                                             \
        break;                                                                                     \
    case TFPHILOX_FORM_EARLY:                                                                      \
        call(TFPHILOX_FORM_EARLY);                                                                 \
        break;                                                                                     \
    default:                                                                                       \
        call(TFPHILOX_FORM_NEWEST);                                                                \
    }

static void normals32(tfphilox_form form, stage *s, int n) {
#define CALL(known) normal32(TFPHILOX_FLOAT32, known, s, n)
    FOR_EACH_FORM(CALL)
#undef CALL
}
static void normals16(stage *s, int n) { /* of processors with FMA alone */
    normal32(TFPHILOX_FLOAT16, TFPHILOX_FORM_NEWEST, s, n);
}
static void truncated_normals32(tfphilox_form form, const uint32_t *words, int n, float *out) {
#define CALL(known) truncated32(TFPHILOX_FLOAT32, known, 0, words, n, out)
    FOR_EACH_FORM(CALL)
#undef CALL
}
static void truncated_normals16(int once, const uint32_t *words, int n, float *out) {
    if (once)
        truncated32(TFPHILOX_FLOAT16, TFPHILOX_FORM_NEWEST, 1, words, n, out);
    else
        truncated32(TFPHILOX_FLOAT16, TFPHILOX_FORM_NEWEST, 0, words, n, out);
}
static void truncated_normals64(tfphilox_form form, const uint32_t *words, int n, double *out) {
#define CALL(known) truncated64(known, words, n, out)
    FOR_EACH_FORM(CALL)
#undef CALL
}
static void bounded_normals(const tfphilox_compiled_spec *spec, uint64_t first, int n, stage *s) {
    const tfphilox_form form = spec->form;
    const int step = spec->batches > 1;
    stage_laws laws;
    laws_of(spec, first, n, &laws);
    if (spec->dtype == TFPHILOX_FLOAT16) {
        if (spec->half_once)
            bounded32(TFPHILOX_FLOAT16, TFPHILOX_FORM_NEWEST, 1, &laws, step, s->first, n, s->a);
        else
            bounded32(TFPHILOX_FLOAT16, TFPHILOX_FORM_NEWEST, 0, &laws, step, s->first, n, s->a);
        return;
    }
    if (spec->dtype == TFPHILOX_FLOAT64) {
#define CALL(known) bounded64(known, &laws, step, s->first, n, s->wide_a)
        FOR_EACH_FORM(CALL)
#undef CALL
        return;
    }
#define CALL(known) bounded32(TFPHILOX_FLOAT32, known, 0, &laws, step, s->first, n, s->a)
    FOR_EACH_FORM(CALL)
#undef CALL
}
static void gumbels32(tfphilox_form form, const uint32_t *words, int n, float *out) {
#define CALL(known) gumbel32(known, words, n, out)
    FOR_EACH_FORM(CALL)
#undef CALL
}

/* ---- scaling and storing ---------------------------------------------------------------- */

static void scale(const tfphilox_compiled_spec *spec, int n, float *numbers) {
    const vf mul = f_set((float)spec->mul), add = f_set((float)spec->add);
    const tfphilox_form form = spec->form;
    for (int i = 0; i < n; i += FLOATS) {
        const vf x = f_load(numbers + i);
        vf y;
        if (spec->dtype == TFPHILOX_FLOAT16)
            y = f_round_float16(f_add(f_round_float16(f_mul(f_round_float16(x), mul)), add));
        else if (spec->dtype == TFPHILOX_BFLOAT16)
            y = f_round_bfloat16(f_add(f_round_bfloat16(f_mul(f_cut_bfloat16(x), mul)), add));
        else
            y = F(x, mul, add);
        f_store(numbers + i, y);
    }
}
static void scale64(const tfphilox_compiled_spec *spec, int n, double *numbers) {
    const vd mul = d_set(spec->mul), add = d_set(spec->add);
    const tfphilox_form form = spec->form;
    for (int i = 0; i < n; i += LANES)
        d_store(numbers + i, D(d_load(numbers + i), mul, add));
}

/* n numbers as dtype, from the i-th element on; bfloat16's low bits are cut off. */
static void put(tfphilox_dtype dtype, const float *numbers, int n, void *out, uint64_t i) {
    if (dtype == TFPHILOX_FLOAT32) {
        memcpy((float *)out + i, numbers, (size_t)n * sizeof(float));
        return;
    }
    uint16_t *const to = (uint16_t *)out + i, packed[2 * FLOATS];
    for (int done = 0; done < n; done += 2 * FLOATS) {
        const vf a = f_load(numbers + done), b = f_load(numbers + done + FLOATS);
        if (dtype == TFPHILOX_FLOAT16) {
            f_store_float16(packed, a);
            f_store_float16(packed + FLOATS, b);
        } else
            f_store_bfloat16(packed, a, b);
        const int some = n - done < 2 * FLOATS ? n - done : 2 * FLOATS;
        memcpy(to + done, packed, (size_t)some * 2);
    }
}

/* ---- the fill --------------------------------------------------------------------------- */

/* n elements' words, from the i-th element on. */
static void words_of(const tfphilox_compiled_spec *spec, uint64_t i, int n, uint32_t *words) {
    const uint64_t size = spec->dtype == TFPHILOX_FLOAT64 ? 2 : 1;
    if (spec->words) {
        memcpy(words, spec->words + i * size, (size_t)n * (size_t)size * sizeof *words);
        return;
    }
    const tfphilox_fill_spec stream =
        tfphilox_fill_spec_of(TFPHILOX_WORDS, TFPHILOX_UINT32, spec->key, spec->counter);
    spec->fill(&stream, i * size, (uint64_t)n * size, words);
}

/* Where a run of blocks goes as uniforms. */
typedef struct {
    void *out;
    float mul, add;
    int scaled; /* known when the sink is compiled, as is the dtype */
    tfphilox_dtype dtype;
} uniforms;

INLINE void sink_uniforms(void *context, int i, vu x, vu y) {
    const uniforms *o = context;
    vw a, b;
    to_words(x, y, &a, &b);
    if (o->dtype == TFPHILOX_FLOAT64) { /* the first word of a pair is the low one */
        double *const to = (double *)o->out + (ptrdiff_t)i * FLOATS;
        d_store(to, d_of_u((u_of_w(a) >> 12) | 0x3FF0000000000000u) - d_set(1.0));
        d_store(to + LANES, d_of_u((u_of_w(b) >> 12) | 0x3FF0000000000000u) - d_set(1.0));
        return;
    }
    const ptrdiff_t at = (ptrdiff_t)i * 2 * FLOATS;
    vf first = unit_of(TFPHILOX_FLOAT32, a), second = unit_of(TFPHILOX_FLOAT32, b);
    if (o->scaled) {
        first = f_fma(first, f_set(o->mul), f_set(o->add));
        second = f_fma(second, f_set(o->mul), f_set(o->add));
    }
    if (o->dtype == TFPHILOX_BFLOAT16) {
        f_store_bfloat16((uint16_t *)o->out + at, first, second);
    } else {
        f_store((float *)o->out + at, first);
        f_store((float *)o->out + at + FLOATS, second);
    }
}

/* Whole vectors of Philox's uniforms from element `first` on; how many elements they are. */
static uint64_t whole_uniforms(const tfphilox_compiled_spec *spec, uint64_t first, uint64_t count,
                               void *out) {
    const int wide = spec->dtype == TFPHILOX_FLOAT64;
    const uint64_t in_block = wide ? 2 : 4, most = (uint64_t)1 << 24;
    if (spec->words || first % in_block || spec->dtype == TFPHILOX_FLOAT16 ||
        (spec->scaled && (spec->dtype != TFPHILOX_FLOAT32 || spec->form == TFPHILOX_FORM_UNFUSED)))
        return 0;
    const uint64_t vectors = (count < most ? count : most) / (in_block * LANES);
    const philox_keys keys = philox_schedule(spec->key);
    const philox_counter counter =
        philox_advance((philox_counter){spec->counter[0], spec->counter[1]}, first / in_block);
    const int n = (int)vectors;
    const float mul = (float)spec->mul, add = (float)spec->add;
    if (wide) {
        uniforms o = {(double *)out + first, mul, add, 0, TFPHILOX_FLOAT64};
        philox_run(&keys, counter, 1, n, sink_uniforms, &o);
    } else if (spec->dtype == TFPHILOX_BFLOAT16) {
        uniforms o = {(uint16_t *)out + first, mul, add, 0, TFPHILOX_BFLOAT16};
        philox_run(&keys, counter, 1, n, sink_uniforms, &o);
    } else if (spec->scaled) {
        uniforms o = {(float *)out + first, mul, add, 1, TFPHILOX_FLOAT32};
        philox_run(&keys, counter, 1, n, sink_uniforms, &o);
    } else {
        uniforms o = {(float *)out + first, mul, add, 0, TFPHILOX_FLOAT32};
        philox_run(&keys, counter, 1, n, sink_uniforms, &o);
    }
    return vectors * in_block * LANES;
}

/* Numbers of n elements, from `first` on, into s->a (s->wide_a). */
static int elements(const tfphilox_compiled_spec *spec, uint64_t first, stage *s, int n) {
    const int wide = spec->dtype == TFPHILOX_FLOAT64, half = spec->dtype == TFPHILOX_FLOAT16;
    switch (spec->kind) {
    case TFPHILOX_COMPILED_UNIFORM:
        if (wide)
            uniform64(s->first, n, s->wide_a);
        else if (half)
            uniform32(TFPHILOX_FLOAT16, s->first, n, s->a);
        else
            uniform32(TFPHILOX_FLOAT32, s->first, n, s->a);
        break;
    case TFPHILOX_COMPILED_TRUNCATED_NORMAL:
        if (wide)
            truncated_normals64(spec->form, s->first, n, s->wide_a);
        else if (half)
            truncated_normals16(spec->half_once, s->first, n, s->a);
        else
            truncated_normals32(spec->form, s->first, n, s->a);
        break;
    case TFPHILOX_COMPILED_BOUNDED_NORMAL:
        bounded_normals(spec, first, n, s);
        break;
    case TFPHILOX_COMPILED_GUMBEL:
        if (wide)
            gumbel64(s->first, n, s->wide_a);
        else
            gumbels32(spec->form, s->first, n, s->a);
        break;
    default:
        return TFPHILOX_UNSUPPORTED;
    }
    if (spec->scaled && wide)
        scale64(spec, n, s->wide_a);
    else if (spec->scaled)
        scale(spec, n, s->a);
    return TFPHILOX_OK;
}

/* Where a pair's first element is. */
static uint64_t place_of(uint64_t pair, uint64_t distance) {
    return pair + pair / distance * distance;
}

/* The words of n pairs from `first` on, those of the first elements and of the second. */
static void gather(const tfphilox_compiled_spec *spec, uint64_t first, int n, stage *s) {
    const uint64_t distance = spec->distance;
    const int size = spec->dtype == TFPHILOX_FLOAT64 ? 2 : 1;
    if (distance >= 32) { /* long runs */
        for (int done = 0; done < n;) {
            const uint64_t pair = first + (uint64_t)done, left = distance - pair % distance;
            const uint64_t place = place_of(pair, distance);
            const int run = left < (uint64_t)(n - done) ? (int)left : n - done;
            words_of(spec, place, run, s->first + done * size);
            words_of(spec, place + distance, run, s->second + done * size);
            done += run;
        }
        return;
    }
    /* a few short ones: all the words between the first pair's and the last's */
    const int d = (int)distance, skip = (int)(first % distance), groups = (skip + n + d - 1) / d;
    uint32_t both[2 * 2 * (STAGE + 2 * 32)];
    words_of(spec, (first - (uint64_t)skip) * 2, groups * 2 * d, both);
    if (d == 1 && size == 1) {
        for (int i = 0; i < n; i++) {
            s->first[i] = both[2 * i];
            s->second[i] = both[2 * i + 1];
        }
        return;
    }
    for (int i = 0; i < n; i++) {
        const int at = (skip + i + (skip + i) / d * d) * size;
        for (int k = 0; k < size; k++) {
            s->first[i * size + k] = both[at + k];
            s->second[i * size + k] = both[at + d * size + k];
        }
    }
}

/* Both numbers of n pairs to their places. */
static void scatter(const tfphilox_compiled_spec *spec, uint64_t first, int n, const stage *s,
                    void *out) {
    const uint64_t distance = spec->distance, count = spec->count;
    const int wide = spec->dtype == TFPHILOX_FLOAT64;
    if (distance == 1) {
        float both[2 * STAGE];
        const uint64_t all = 2 * (first + (uint64_t)n), end = all < count ? all : count;
        const int stored = (int)(end - 2 * first);
        if (wide) {
            for (int i = 0; i < stored; i++)
                ((double *)out)[2 * first + (uint64_t)i] = (i % 2 ? s->wide_b : s->wide_a)[i / 2];
            return;
        }
        for (int i = 0; i < n; i++) {
            both[2 * i] = s->a[i];
            both[2 * i + 1] = s->b[i];
        }
        put(spec->dtype, both, stored, out, 2 * first);
        return;
    }
    for (int done = 0; done < n;) {
        const uint64_t pair = first + (uint64_t)done, left = distance - pair % distance;
        const uint64_t place = place_of(pair, distance), second = place + distance;
        const int run = left < (uint64_t)(n - done) ? (int)left : n - done;
        const uint64_t room = second < count ? count - second : 0;
        const int stored = room < (uint64_t)run ? (int)room : run;
        if (wide) {
            memcpy((double *)out + place, s->wide_a + done, (size_t)run * sizeof(double));
            memcpy((double *)out + second, s->wide_b + done, (size_t)stored * sizeof(double));
        } else {
            put(spec->dtype, s->a + done, run, out, place);
            put(spec->dtype, s->b + done, stored, out, second);
        }
        done += run;
    }
}

static int fill(const tfphilox_compiled_spec *spec, uint64_t first, uint64_t count, void *out) {
    const int wide = spec->dtype == TFPHILOX_FLOAT64, half = spec->dtype == TFPHILOX_FLOAT16;
    stage s;
    if (spec->dtype > TFPHILOX_FLOAT64)
        return TFPHILOX_UNSUPPORTED;
    while (spec->kind == TFPHILOX_COMPILED_UNIFORM && count > 0) {
        const uint64_t made = whole_uniforms(spec, first, count, out);
        if (made == 0)
            break;
        first += made;
        count -= made;
    }
    for (int n; count > 0; first += (uint64_t)n, count -= (uint64_t)n) {
        n = count < STAGE ? (int)count : STAGE;
        if (spec->kind != TFPHILOX_COMPILED_NORMAL) {
            words_of(spec, first, n, s.first);
            int status = elements(spec, first, &s, n);
            if (status != TFPHILOX_OK)
                return status;
            if (wide)
                memcpy((double *)out + first, s.wide_a, (size_t)n * sizeof(double));
            else
                put(spec->dtype, s.a, n, out, first);
            continue;
        }
        gather(spec, first, n, &s);
        if (wide)
            normal64(&s, n);
        else if (half)
            normals16(&s, n);
        else
            normals32(spec->form, &s, n);
        if (spec->scaled && wide) {
            scale64(spec, n, s.wide_a);
            scale64(spec, n, s.wide_b);
        } else if (spec->scaled) {
            scale(spec, n, s.a);
            scale(spec, n, s.b);
        }
        scatter(spec, first, n, &s, out);
    }
    return TFPHILOX_OK;
}

/* ---- categorical ------------------------------------------------------------------------ */

/* A choice's best class so far. */
typedef struct {
    double score;
    uint64_t class;
} best;

INLINE best better(best b, double score, uint64_t class) {
    return score > b.score ? (best){score, class} : b;
}

static double logit_of(const tfphilox_compiled_choice *spec, uint64_t i) {
    switch (spec->gumbel.dtype) {
    case TFPHILOX_BFLOAT16:
        return (double)float_of_bfloat16(((const uint16_t *)spec->logits)[i]);
    case TFPHILOX_FLOAT32:
        return (double)((const float *)spec->logits)[i];
    default:
        return ((const double *)spec->logits)[i];
    }
}

/* logit - gumbel, in the logits' type */
static double score_of(const tfphilox_compiled_choice *spec, const stage *s, double logit, int i) {
    switch (spec->gumbel.dtype) {
    case TFPHILOX_BFLOAT16: {
        const float g = float_of_bfloat16(bfloat16_of_float(s->a[i]));
        return (double)float_of_bfloat16(bfloat16_of_float((float)logit - g));
    }
    case TFPHILOX_FLOAT32:
        return (double)((float)logit - s->a[i]);
    default:
        return logit - s->wide_a[i];
    }
}

static int choose(const tfphilox_compiled_choice *spec, uint64_t first, uint64_t count, void *out) {
    const uint64_t classes = spec->classes;
    const best none = {-(double)INFINITY, 0};
    stage s;
    best b = none;
    if (spec->gumbel.dtype == TFPHILOX_FLOAT16 || spec->gumbel.dtype > TFPHILOX_FLOAT64)
        return TFPHILOX_UNSUPPORTED;
    uint64_t choice = first, class = 0, row = first / spec->samples;
    uint64_t left_in_row = spec->samples - first % spec->samples;
    for (uint64_t word = first * classes, end = (first + count) * classes; word < end;) {
        const int n = end - word < STAGE ? (int)(end - word) : STAGE;
        words_of(&spec->gumbel, word, n, s.first);
        int status = elements(&spec->gumbel, word, &s, n);
        if (status != TFPHILOX_OK)
            return status;
        for (int i = 0; i < n; i++) {
            b = better(b, score_of(spec, &s, logit_of(spec, row * classes + class), i), class);
            if (++class < classes)
                continue;
            if (spec->dtype == TFPHILOX_INT32)
                ((int32_t *)out)[choice] = (int32_t)b.class;
            else
                ((int64_t *)out)[choice] = (int64_t)b.class;
            b = none;
            class = 0;
            choice++;
            if (--left_in_row == 0) {
                row++;
                left_in_row = spec->samples;
            }
        }
        word += (uint64_t)n;
    }
    return TFPHILOX_OK;
}

/* ---- the functions alone, for their proof ------------------------------------------------ */

static int float32_math(char function, tfphilox_form form, uint32_t first, uint32_t count,
                        float *out) {
    stage s;
    for (uint32_t done = 0; done < count;) {
        const int n = count - done < STAGE ? (int)(count - done) : STAGE;
        for (int i = 0; i < STAGE; i++)
            s.first[i] = s.second[i] = (first + done + (uint32_t)i) << 9;
        const float *made = s.a;
        if (function == 't')
            truncated_normals32(form, s.first, n, s.a);
        else if (function == 'g')
            gumbels32(form, s.first, n, s.a);
        else if (function == 'l')
#define CALL(known)                                                                                \
    for (int i = 0; i < n; i += FLOATS) {                                                          \
        const vf floor = f_set(1e-7f), u = unit_of(TFPHILOX_FLOAT32, w_load(s.first + i));         \
        f_store(s.a + i, compiled_log32(known, f_choose(f_less(u, floor), floor, u)));             \
    }
            FOR_EACH_FORM(CALL)
#undef CALL
        else if (function == 's' || function == 'c')
            for (int i = 0; i < n; i += FLOATS) {
                const vw w = w_load(s.second + i);
                float angle[FLOATS];
                uint32_t units[FLOATS];
                f_store(angle, f_mul(f_unit(w_shr(w, 9)), f_set(0x1.921FB6p+2f)));
                w_store(units, w_shr(w, 9));
                vd r[2] = {d_widen(angle), d_widen(angle + LANES)};
                vf sine, cosine;
                reduce32(r, r);
                sincos32(r, u_widen(units), u_widen(units + LANES), &sine, &cosine);
                f_store(s.a + i, function == 's' ? sine : cosine);
            }
        else
            return TFPHILOX_UNSUPPORTED;
        memcpy(out + done, made, (size_t)n * sizeof(float));
        done += (uint32_t)n;
    }
    return TFPHILOX_OK;
}

#define TEXT_(name) #name
#define TEXT(name)  TEXT_(name)
extern const tfphilox_compiled FOR_TARGET(tfphilox_compiled);
const tfphilox_compiled FOR_TARGET(tfphilox_compiled) = {TEXT(ISA), fill, choose, laws,
                                                         float32_math};
