/* gamma.c: the gamma distribution, as core/kernels/random_op.cc (RandomGammaOp) makes it.
 *
 * Marsaglia and Tsang, "A simple method for generating gamma variables" (2000): with x normal
 * and v = (1 + c x)^3, d v is accepted with the right probability, 95 % or more of the time;
 * for alpha < 1 an output of alpha + 1 is multiplied by a uniform number to the power 1 / alpha.
 * alpha = 1 is the exponential distribution.  Everything is in double, whatever the type.
 *
 * Normals and uniforms come from blocks of their own, taken when they are needed, two numbers a
 * block and the second first.  The first try of every output is made by vectors; the few that
 * fail go on one by one.
 */
#include <stddef.h>

#include "draws.h"

#define RESERVED 256 /* blocks an output */

/* What the outputs of one alpha share. */
typedef struct {
    double alpha, d, c, exponent, beta;
    int exponential, boosted;
} shape;

static shape shape_of(double alpha, double beta) {
    shape s = {.alpha = alpha, .beta = beta, .exponential = alpha == 1.0, .boosted = alpha < 1.0};
    s.d = alpha + (s.boosted ? 2.0 / 3 : -1.0 / 3);
    s.c = 1.0 / 3 / sqrt(s.d);
    s.exponent = 1.0 / alpha;
    return s;
}

/* One output's stream after its first pairs. */
typedef struct {
    block_source next;
    double normal[NUMBERS], uniform[NUMBERS];
    int output, normals, uniforms; /* unused ones */
} output_stream;

static double next_normal(output_stream *s) {
    if (s->normals == 0) {
        normals_of(&s->next, &s->output, 1, s->normal);
        s->next.block++;
        s->normals = 2;
    }
    return s->normal[--s->normals];
}

static double next_uniform(output_stream *s) {
    if (s->uniforms == 0) {
        uniforms_of(&s->next, &s->output, 1, s->uniform);
        s->next.block++;
        s->uniforms = 2;
    }
    return s->uniform[--s->uniforms];
}

static inline int squeezed(double u, double x) { return u < 1.0 - 0.0331 * (x * x) * (x * x); }
static inline int accepted(const shape *s, double u, double x, double v) {
    return tfphilox_log(u) < 0.5 * x * x + s->d * (1.0 - v + tfphilox_log(v));
}
static inline double boost(const shape *s, double result, double uniform) {
    double power = flushed_double(tfphilox_pow(uniform, s->exponent));
    return multiply_flushed_double(result, power);
}

/* Go on after the first normal, and the first uniform if it was used, without success. */
static double go_on(const shape *s, output_stream *in) {
    for (;;) {
        double x = next_normal(in), v = 1.0 + s->c * x;
        if (v <= 0.0)
            continue;
        v = v * v * v;
        double u = next_uniform(in);
        if (squeezed(u, x) || accepted(s, u, x, v))
            return s->boosted ? boost(s, s->d * v, next_uniform(in)) : s->d * v;
    }
}

/* Outputs open[0..n) of the span that begins at base; shapes[i] is output i's. */
static void marsaglia_tsang(const philox_keys *keys, philox_counter base, const int *open, int n,
                            const shape *const *shapes, double *value) {
    const block_source first = {keys, base, RESERVED, 0}, second = {keys, base, RESERVED, 1};
    double normal[NUMBERS], uniform[NUMBERS];
    normals_of(&first, open, n, normal);
    uniforms_of(&second, open, n, uniform);
    for (int j = 0; j < n; j++) {
        const shape *s = shapes[open[j]];
        double x = normal[2 * j + 1], u = uniform[2 * j + 1];
        double v = 1.0 + s->c * x, cube = v * v * v;
        int drawn = !(v <= 0.0); /* else no uniform is drawn */
        if (drawn && (squeezed(u, x) || accepted(s, u, x, cube))) {
            double result = s->d * cube;
            value[open[j]] = s->boosted ? boost(s, result, uniform[2 * j]) : result;
            continue;
        }
        output_stream rest = {.next = {keys, base, RESERVED, drawn ? 2 : 1},
                              .output = open[j],
                              .normals = 1,
                              .uniforms = drawn};
        rest.normal[0] = normal[2 * j];
        rest.uniform[0] = uniform[2 * j];
        value[open[j]] = go_on(s, &rest);
    }
}

static void exponential(const philox_keys *keys, philox_counter base, const int *open, int n,
                        int plain_log, double *value) {
    const block_source first = {keys, base, RESERVED, 0};
    double uniform[NUMBERS];
    uniforms_of(&first, open, n, uniform);
    for (int j = 0; j < n; j++) {
        double u = uniform[2 * j + 1];
        value[open[j]] = plain_log ? -tfphilox_log(1.0 - u) : -tfphilox_log1p(-u);
    }
}

/* What Python makes of the op's result (python/ops/random_ops.py, random_gamma), in the type. */
static inline double scaled(tfphilox_dtype dtype, double x, double beta) {
    double tiny = DBL_MIN;
    if (dtype == TFPHILOX_FLOAT64) {
        x = flushed_double(x) / beta;
    } else if (dtype == TFPHILOX_FLOAT32) {
        tiny = FLT_MIN;
        x = (double)(float_of_double(x) / (float)beta);
    } else {
        tiny = 0x1p-14;
        x = (double)float_of_float16(float16_of_float(float_of_double(x)));
        x = (double)float_of_float16(float16_of_float((float)x / (float)beta));
    }
    return x < tiny ? tiny : x; /* a NaN stays */
}

tfphilox_sampler FOR_TARGET(tfphilox_gamma);
int FOR_TARGET(tfphilox_gamma)(const tfphilox_sampler_spec *spec, uint64_t first, uint64_t count) {
    const philox_keys keys = philox_schedule(spec->key);
    position at = position_of(spec, first);
    shape shapes[SPAN];
    for (int n, slot = 0; count > 0; first += (uint64_t)n, count -= (uint64_t)n) {
        const shape *shape_at[SPAN];
        double value[SPAN];
        int rejecting[SPAN], exponentials[SPAN], r = 0, e = 0;
        n = count < SPAN ? (int)count : SPAN;
        shapes[0] = shapes[slot];
        slot = 0;
        for (int i = 0, end; i < n; i = end) {
            if (at.is_new) {
                slot += i > 0;
                double beta = spec->b == NULL ? 1.0 : parameter(spec, spec->b, at.batch);
                shapes[slot] = shape_of(parameter(spec, spec->a, at.batch), beta);
            }
            end = i + run_of_batch(spec, &at, n - i);
            for (int j = i; j < end; j++) {
                shape_at[j] = &shapes[slot];
                if (shapes[slot].exponential)
                    exponentials[e++] = j;
                else
                    rejecting[r++] = j;
            }
        }
        philox_counter base = philox_skip(spec->counter, RESERVED, spec->skipped + first);
        if (e > 0)
            exponential(&keys, base, exponentials, e, spec->plain_log, value);
        if (r > 0)
            marsaglia_tsang(&keys, base, rejecting, r, shape_at, value);
        if (spec->scaled)
            for (int j = 0; j < n; j++)
                value[j] = scaled(spec->dtype, value[j], shape_at[j]->beta);
        int status = store(spec, first, value, n);
        if (status != TFPHILOX_OK)
            return status;
    }
    return TFPHILOX_OK;
}
