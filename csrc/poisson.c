/* poisson.c: the Poisson distribution, as core/kernels/random_poisson_op.cc makes it.
 *
 * Below a rate of 10 by Knuth's method: uniform numbers are multiplied until the product is at
 * most exp(-rate).  From 10 on by Hoermann's transformed rejection with squeeze ("The
 * transformed rejection method for generating Poisson random variables", 1993, PTRS), one pair
 * of uniform numbers a try.  Everything is in double, whatever the types.
 */
#include "draws.h"

#define RESERVED 256 /* blocks an output */

/* What the outputs of one rate share; the names are Hoermann's. */
typedef struct {
    double rate, log_rate, a, b, inverse_alpha, v_squeeze;
    double product; /* Knuth's bound */
} poisson_law;

static poisson_law poisson_law_of(double rate) {
    poisson_law l = {.rate = rate};
    if (rate < 10.0) {
        l.product = tfphilox_exp(-rate);
        return l;
    }
    l.log_rate = tfphilox_log(rate);
    l.b = 0.931 + 2.53 * sqrt(rate);
    l.a = -0.059 + 0.02483 * l.b;
    l.inverse_alpha = 1.1239 + 1.1328 / (l.b - 3.4);
    l.v_squeeze = 0.9277 - 3.6224 / (l.b - 2.0);
    return l;
}

/* A span: its outputs' laws, what they have so far, the largest number the type holds. */
typedef struct {
    const poisson_law *law[SPAN];
    double value[SPAN], product[SPAN], highest;
} span;

static int knuth(void *state, int *open, int n, const double *u) {
    span *s = state;
    int still = 0;
    for (int j = 0; j < n; j++) {
        int i = open[j];
        double bound = s->law[i]->product, product = s->product[i] * u[2 * j + 1];
        int going = !(product <= bound);
        s->value[i] += going;
        double next = product * u[2 * j];
        int still_going = going & !(next <= bound);
        s->value[i] += still_going;
        s->product[i] = next;
        open[still] = i;
        still += still_going;
    }
    return still;
}

static int transformed_rejection(void *state, int *open, int n, const double *numbers) {
    span *s = state;
    int doubtful[SPAN], again[SPAN], d = 0, still = 0;
    double us[SPAN], ks[SPAN], ratio[SPAN + LANES];
    for (int j = 0; j < n; j++) {
        const poisson_law *l = s->law[open[j]];
        double u = numbers[2 * j + 1] - 0.5, v = numbers[2 * j];
        double shifted = 0.5 - fabs(u);
        double k = tfphilox_floor((2.0 * l->a / shifted + l->b) * u + l->rate + 0.43);
        int misfit = k > s->highest, inside = (shifted >= 0.07) & (v <= l->v_squeeze);
        int outside = (k < 0.0) | ((shifted < 0.013) & (v > shifted));
        int rejected = misfit | (outside & (inside ^ 1));
        s->value[open[j]] = k;
        us[j] = shifted;
        ks[j] = k;
        again[still] = j;
        still += rejected;
        doubtful[d] = j;
        d += (inside | rejected) ^ 1;
    }
    for (int j = 0; j < d; j++) {
        int at = doubtful[j];
        const poisson_law *l = s->law[open[at]];
        ratio[j] = numbers[2 * at] * l->inverse_alpha / (l->a / (us[at] * us[at]) + l->b);
    }
    logs(ratio, d);
    for (int j = 0; j < d; j++) {
        int at = doubtful[j];
        const poisson_law *l = s->law[open[at]];
        double k = ks[at];
        double most = -l->rate + k * l->log_rate - tfphilox_lgamma(k + 1.0);
        again[still] = at;
        still += !(ratio[j] <= most);
    }
    return keep_open(open, again, still);
}

static double highest(tfphilox_dtype dtype) {
    return dtype == TFPHILOX_FLOAT16   ? 65504.0
           : dtype == TFPHILOX_FLOAT32 ? FLT_MAX
           : dtype == TFPHILOX_INT32   ? 2147483647.0
           : dtype == TFPHILOX_INT64   ? 0x1p63
                                       : DBL_MAX;
}

/* Whether the numbers of this rate are all too large for the type, for practical purposes (one in
 * three million is not): TensorFlow tries on. */
static int too_large(double rate, double most) { return rate - 5.0 * sqrt(rate) > most; }

/* What TensorFlow stores for an infinite rate. */
static double infinite(tfphilox_dtype dtype) { return dtype >= TFPHILOX_INT32 ? 0.0 : INFINITY; }

tfphilox_sampler FOR_TARGET(tfphilox_poisson);
int FOR_TARGET(tfphilox_poisson)(const tfphilox_sampler_spec *spec, uint64_t first,
                                 uint64_t count) {
    const philox_keys keys = philox_schedule(spec->key);
    position at = position_of(spec, first);
    poisson_law laws[SPAN];
    span s;
    s.highest = highest(spec->dtype);
    for (int n, slot = 0; count > 0; first += (uint64_t)n, count -= (uint64_t)n) {
        int small[SPAN], large[SPAN], few = 0, many = 0;
        n = count < SPAN ? (int)count : SPAN;
        laws[0] = laws[slot];
        slot = 0;
        for (int i = 0, end; i < n; i = end) {
            if (at.is_new) {
                slot += i > 0;
                laws[slot] = poisson_law_of(parameter(spec, spec->a, at.batch));
            }
            end = i + run_of_batch(spec, &at, n - i);
            const double rate = laws[slot].rate;
            for (int j = i; j < end; j++) {
                s.law[j] = &laws[slot];
                if (rate < 10.0) {
                    small[few++] = j;
                    s.value[j] = 0.0;
                    s.product[j] = 1.0;
                } else if (rate == INFINITY) {
                    s.value[j] = infinite(spec->dtype);
                } else if (!isnan(rate) && !too_large(rate, s.highest)) {
                    large[many++] = j;
                } else {
                    return TFPHILOX_ENDLESS;
                }
            }
        }
        philox_counter base = philox_skip(spec->counter, RESERVED, spec->skipped + first);
        rounds(&keys, base, RESERVED, small, few, knuth, &s);
        rounds(&keys, base, RESERVED, large, many, transformed_rejection, &s);
        int status = store(spec, first, s.value, n);
        if (status != TFPHILOX_OK)
            return status;
    }
    return TFPHILOX_OK;
}
