/* gamma.c: the gamma distribution, as core/kernels/random_op.cc (RandomGammaOp) makes it.
 *
 * Marsaglia and Tsang, "A simple method for generating gamma variables" (2000): with x normal
 * and v = (1 + c x)^3, d v is accepted with the right probability, 95 % or more of the time;
 * for alpha < 1 an output of alpha + 1 is multiplied by a uniform number to the power 1 / alpha.
 * alpha = 1 is the exponential distribution.  Everything is in double, whatever the type.
 *
 * Normals and uniforms come from blocks of their own, taken when they are needed, two numbers a
 * block and the second first.  The first two tries of an output are made by vectors; the few that
 * fail twice go on one by one.
 */
#include <stddef.h>

#include "draws.h"

#define RESERVED 256 /* blocks an output */

/* What the outputs of a span know of their alpha, d, c and 1 / alpha; this last is 0 where nothing
 * is multiplied by a power. */
typedef struct {
    double alpha[ROOM], beta[ROOM], d[ROOM], c[ROOM], exponent[ROOM];
} shapes;

/* Those of n alphas. */
static void make_shapes(shapes *s, int n) {
    for (int i = 0; i < n; i += LANES) {
        const vd alpha = d_load(s->alpha + i);
        const vm boosted = d_less(alpha, d_set(1.0));
        const vd d = alpha + d_select(boosted, d_set(2.0 / 3), d_set(-1.0 / 3));
        d_store(s->d + i, d);
        d_store(s->c + i, d_set(1.0 / 3) / d_sqrt(d));
        d_store(s->exponent + i, d_select(boosted, d_set(1.0) / alpha, d_set(0.0)));
    }
}

/* One output's stream after its first pairs. */
typedef struct {
    const streams *of;
    int output, normals, uniforms; /* unused ones */
    uint64_t next;                 /* block */
    pairs normal, uniform;
} output_stream;

static double next_normal(output_stream *s) {
    if (s->normals == 0) {
        draw_blocks(s->of, &s->output, 1, s->next++, &s->normal);
        make_normal(&s->normal, 1);
        s->normals = 2;
    }
    return --s->normals ? *s->normal.second : *s->normal.first;
}

static double next_uniform(output_stream *s) {
    if (s->uniforms == 0) {
        draw_blocks(s->of, &s->output, 1, s->next++, &s->uniform);
        s->uniforms = 2;
    }
    return --s->uniforms ? *s->uniform.second : *s->uniform.first;
}

/* One candidate a lane. */
typedef struct {
    vd x, u, cube;
    uint32_t drawn, squeezed; /* lanes: v is positive, so that u was drawn; u is low enough */
} candidates;

INLINE candidates candidates_of(vd x, vd u, vd c) {
    const vd v = d_set(1.0) + c * x, one = d_set(1.0);
    const uint32_t negative = m_bits(d_less(v, d_set(DBL_MIN))); /* never between 0 and 2^-60 */
    const vm squeezed = d_less(u, one - d_set(0.0331) * (x * x) * (x * x));
    return (candidates){x, u, v * v * v, ~negative & ALL_LANES, m_bits(squeezed)};
}

/* Which of the candidates that were not squeezed are accepted, given the logarithms. */
INLINE uint32_t accepted(vd x, vd cube, vd d, vd log_u, vd log_cube) {
    const vd most = d_set(0.5) * x * x + d * (d_set(1.0) - cube + log_cube);
    return m_bits(d_less(log_u, most));
}

/* Go on with one output after two tries without success.  Where *boost is not 0 it becomes the
 * uniform number after that of the accepted try. */
static double go_on(output_stream *in, double d, double c, double *boost) {
    for (;;) {
        const double x = next_normal(in);
        double v = 1.0 + c * x;
        if (v <= 0.0)
            continue;
        v = v * v * v;
        const double u = next_uniform(in);
        if (u < 1.0 - 0.0331 * (x * x) * (x * x) ||
            tfphilox_log(u) < 0.5 * x * x + d * (1.0 - v + tfphilox_log(v))) {
            *boost = *boost != 0.0 ? next_uniform(in) : 0.0;
            return d * v;
        }
    }
}

/* Second tries: of outputs open[0..n), which are places again[0..n) of the first tries' numbers. */
static void try_again(const streams *s, const int *open, const int *again, int n, const double *d,
                      const double *c, const pairs *normal, const pairs *uniform, int boosted,
                      double *value, double *boost) {
    pairs third;
    double result[ROOM], next_uniform_of[ROOM];
    unsigned char uniforms[ROOM], done[ROOM]; /* how many were drawn; whether it was accepted */
    if (boosted)
        draw_blocks(s, open, n, 2, &third);
    for (int i = 0; i < n; i += LANES) {
        const vd c_i = d_pick(c, again + i), d_i = d_pick(d, again + i);
        const vd u_first = d_pick(uniform->first, again + i);
        const vm first = d_less(d_set(1.0) + c_i * d_pick(normal->second, again + i),
                                d_set(DBL_MIN)); /* the first uniform is still there */
        const vd u = d_select(first, d_pick(uniform->second, again + i), u_first);
        const candidates t = candidates_of(d_pick(normal->first, again + i), u, c_i);
        double logs_of[2 * LANES];
        d_store(logs_of, u);
        d_store(logs_of + LANES, t.cube);
        logs(logs_of, 2 * LANES);
        const uint32_t good = t.drawn & (t.squeezed | accepted(t.x, t.cube, d_i, d_load(logs_of),
                                                               d_load(logs_of + LANES)));
        const vd last = boosted ? d_load(third.second + i) : u_first;
        d_store(result + i, d_i * t.cube);
        d_store(next_uniform_of + i, d_select(first, u_first, last));
        for (int j = 0; j < LANES; j++) {
            uniforms[i + j] = (unsigned char)(!(m_bits(first) >> j & 1u) + (t.drawn >> j & 1u));
            done[i + j] = good >> j & 1u;
        }
    }
    for (int i = 0; i < n; i++) {
        const int at = again[i];
        if (!done[i]) {
            output_stream rest;
            rest.of = s;
            rest.output = open[i];
            rest.normals = 0;
            rest.uniforms = uniforms[i] == 1;
            rest.next = uniforms[i] == 0 ? 1 : 2;
            *rest.uniform.first = uniform->first[at];
            next_uniform_of[i] = boosted;
            result[i] = go_on(&rest, d[at], c[at], &next_uniform_of[i]);
        }
        value[at] = result[i];
        boost[at] = next_uniform_of[i];
    }
}

/* value times uniform^exponent. */
static void multiply(int n, const double *exponent, double *uniform, double *value) {
    pows(uniform, exponent, n);
    for (int i = 0; i < n; i += LANES) {
        const vd x = d_load(value + i), power = flush_lanes(d_load(uniform + i), DBL_MIN);
        vd result = x * power;
        const uint32_t odd = ~m_bits(d_less(d_set(DBL_MIN), result)) & lanes_within(i, n);
        if (odd) {
            double xs[LANES], powers[LANES];
            d_store(xs, x);
            d_store(powers, power);
            ANEW(odd, result, multiply_flushed_double, xs[lane], powers[lane]);
        }
        d_store(value + i, result);
    }
}
/* Whether an exponent is one: NaN is none. */
INLINE vm boosts(vd exponent) { return d_less(d_set(0.0), d_abs(exponent)); }

/* Outputs open[0..n), or all; their values are packed. */
static void marsaglia_tsang(const streams *s, const int *open, int n, const double *d,
                            const double *c, const double *exponent, double *value) {
    pairs normal, uniform;
    double cube[ROOM], boost[ROOM], log_u[ROOM], log_cube[ROOM];
    int doubtful[ROOM], again[ROOM], powers[ROOM], many = 0, failed = 0, boosted = 0;
    draw_blocks(s, open, n, 0, &normal);
    make_normal(&normal, n);
    draw_blocks(s, open, n, 1, &uniform);
    for (int i = 0; i < n; i += LANES) {
        const uint32_t within = lanes_within(i, n);
        const candidates t =
            candidates_of(d_load(normal.second + i), d_load(uniform.second + i), d_load(c + i));
        d_store(cube + i, t.cube);
        d_store(value + i, d_load(d + i) * t.cube);
        d_store(boost + i, d_load(uniform.first + i));
        boosted = append(powers, boosted, m_bits(boosts(d_load(exponent + i))) & within, i);
        many = append(doubtful, many, t.drawn & ~t.squeezed & within, i);
        failed = append(again, failed, ~t.drawn & within, i);
    }
    if (many > 0) {
        round_up(doubtful, many);
        pick_all(uniform.second, doubtful, many, log_u);
        pick_all(cube, doubtful, many, log_cube);
        logs(log_u, many);
        logs(log_cube, many);
        for (int i = 0; i < many; i += LANES) {
            const int *const at = doubtful + i;
            const uint32_t good = accepted(d_pick(normal.second, at), d_pick(cube, at),
                                           d_pick(d, at), d_load(log_u + i), d_load(log_cube + i));
            failed = pack_ints(again, failed, ~good & lanes_within(i, many), at);
        }
    }
    if (failed > 0) {
        int outputs[ROOM];
        for (int i = 0; i < failed; i++)
            outputs[i] = open != NULL ? open[again[i]] : again[i];
        round_up(again, failed);
        round_up(outputs, failed);
        try_again(s, outputs, again, failed, d, c, &normal, &uniform, boosted > 0, value, boost);
    }
    if (boosted == n)
        multiply(n, exponent, boost, value);
    else if (boosted > 0) {
        double some[ROOM], exponents[ROOM], uniforms[ROOM];
        round_up(powers, boosted);
        pick_all(value, powers, boosted, some);
        pick_all(exponent, powers, boosted, exponents);
        pick_all(boost, powers, boosted, uniforms);
        multiply(boosted, exponents, uniforms, some);
        for (int i = 0; i < boosted; i++)
            value[powers[i]] = some[i];
    }
}

static void exponential(const streams *s, const int *open, int n, int plain_log, double *value) {
    pairs uniform;
    draw_blocks(s, open, n, 0, &uniform);
    if (plain_log) {
        for (int i = 0; i < n; i += LANES)
            d_store(value + i, d_set(1.0) - d_load(uniform.second + i));
        logs(value, n);
    }
    for (int i = 0; i < n; i += LANES)
        d_store(value + i, plain_log ? -d_load(value + i) : -log1p64(-d_load(uniform.second + i)));
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
    shapes all;
    int known = 0;
    for (int n; count > 0; first += (uint64_t)n, count -= (uint64_t)n) {
        double value[ROOM];
        n = count < SPAN ? (int)count : SPAN;
        const streams s = {&keys, philox_skip(spec->counter, RESERVED, spec->skipped + first),
                           RESERVED};
        const int shared = one_batch(spec, at, n);
        if (!shared || !known || at.is_new) { /* else they are the last span's */
            const int laws = shared ? 1 : n;
            parameters(spec, spec->a, at, laws, all.alpha);
            *all.beta = 1.0;
            if (spec->b != NULL)
                parameters(spec, spec->b, at, laws, all.beta);
            make_shapes(&all, laws);
            if (shared) {
                spread(all.d, n);
                spread(all.c, n);
                spread(all.exponent, n);
            }
            if (shared || spec->b == NULL)
                spread(all.beta, n);
        }
        known = shared;
        pass_over(spec, &at, n);
        int rejecting[ROOM], exponentials[ROOM], r = 0, e = 0;
        if (shared) {
            *(all.alpha[0] == 1.0 ? &e : &r) = n;
        } else {
            for (int i = 0; i < n; i += LANES) {
                const vd from_one = d_abs(d_load(all.alpha + i) - d_set(1.0));
                const uint32_t bits = m_bits(d_less(from_one, d_set(DBL_MIN)));
                e = append(exponentials, e, bits & lanes_within(i, n), i);
                r = append(rejecting, r, ~bits & lanes_within(i, n), i);
            }
            round_up(exponentials, e);
            round_up(rejecting, r);
        }
        if (e == n) {
            exponential(&s, NULL, n, spec->plain_log, value);
        } else if (r == n) {
            marsaglia_tsang(&s, NULL, n, all.d, all.c, all.exponent, value);
        } else {
            double d[ROOM], c[ROOM], exponent[ROOM], some[ROOM];
            exponential(&s, exponentials, e, spec->plain_log, some);
            for (int i = 0; i < e; i++)
                value[exponentials[i]] = some[i];
            pick_all(all.d, rejecting, r, d);
            pick_all(all.c, rejecting, r, c);
            pick_all(all.exponent, rejecting, r, exponent);
            marsaglia_tsang(&s, rejecting, r, d, c, exponent, some);
            for (int i = 0; i < r; i++)
                value[rejecting[i]] = some[i];
        }
        if (spec->scaled)
            for (int j = 0; j < n; j++)
                value[j] = scaled(spec->dtype, value[j], all.beta[j]);
        int status = store(spec, first, value, n);
        if (status != TFPHILOX_OK)
            return status;
    }
    return TFPHILOX_OK;
}
