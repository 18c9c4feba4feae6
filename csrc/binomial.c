/* binomial.c: the binomial distribution, as core/kernels/random_binomial_op.cc makes it.
 *
 * A probability above a half is turned round: the failures are drawn.  Where the mean is below
 * 10, by inversion: geometric numbers are added until the sum exceeds the count.  From 10 on by
 * Hoermann's transformed rejection with squeeze ("The generation of binomial random variates",
 * 1993, BTRS), one pair of uniform numbers a try.  Which of them is decided in the type of the
 * parameters, the rest is in double.
 */
#include "draws.h"

#define RESERVED  256 /* blocks an output with a large mean */
#define INVERSION 42  /* and with a small one: the streams of several outputs overlap */

/* What the outputs of one count and probability share; the names are Hoermann's. */
typedef struct {
    enum { CONSTANT, BY_INVERSION, BY_REJECTION, ENDLESS } method;
    int turned;                        /* the result is count - draw */
    double count, probability, result; /* the result of CONSTANT */
    double log_failure;
    double a, b, c, v_squeeze, r, alpha, m, mode_term, mode_tails[2];
} binomial_law;

static double stirling_tail(double k) {
    static const double tails[] = {
        0.0810614667953272,  0.0413406959554092,  0.0276779256849983, 0.02079067210376509,
        0.0166446911898211,  0.0138761288230707,  0.0118967099458917, 0.0104112652619720,
        0.00925546218271273, 0.00833056343336287,
    };
    if (k <= 9.0)
        return tails[(int)k];
    double square = (k + 1.0) * (k + 1.0);
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1.0);
}

static void prepare_rejection(binomial_law *l) {
    const double n = l->count, p = l->probability;
    const double deviation = sqrt(n * p * (1.0 - p));
    l->b = 1.15 + 2.53 * deviation;
    l->a = -0.0873 + 0.0248 * l->b + 0.01 * p;
    l->c = n * p + 0.5;
    l->v_squeeze = 0.92 - 4.2 / l->b;
    l->r = p / (1.0 - p);
    l->alpha = (2.83 + 5.1 / l->b) * deviation;
    l->m = tfphilox_floor((n + 1.0) * p);
    if (!(n < INFINITY))
        return;
    l->mode_term = (l->m + 0.5) * tfphilox_log((l->m + 1.0) / (l->r * (n - l->m + 1.0)));
    l->mode_tails[0] = stirling_tail(l->m);
    l->mode_tails[1] = stirling_tail(n - l->m);
}

/* a * b and 1 - b in the type of the parameters. */
static double product(tfphilox_dtype type, double a, double b) {
    return type == TFPHILOX_FLOAT64   ? a * b
           : type == TFPHILOX_FLOAT32 ? (double)(float)(a * b)
                                      : (double)float_of_float16(float16_of_float((float)(a * b)));
}
static double complement(tfphilox_dtype type, double b) {
    return type == TFPHILOX_FLOAT64   ? 1.0 - b
           : type == TFPHILOX_FLOAT32 ? (double)(1.0f - (float)b)
                                      : (double)float_of_float16(float16_of_float(1.0f - (float)b));
}

static binomial_law binomial_law_of(tfphilox_dtype type, double count, double probability) {
    binomial_law l = {.method = CONSTANT, .count = count};
    if (count <= 0.0 || probability <= 0.0)
        return l;
    if (!(probability < 1.0)) { /* 1, more, or NaN */
        l.result = probability >= 1.0 ? count : NAN;
        return l;
    }
    l.turned = !(probability <= 0.5);
    l.probability = l.turned ? complement(type, probability) : probability;
    if (product(type, count, l.probability) >= 10.0) {
        l.method = BY_REJECTION;
        prepare_rejection(&l);
    } else { /* a sum of geometric numbers never exceeds NaN */
        l.method = isnan(count) ? ENDLESS : BY_INVERSION;
        l.log_failure = tfphilox_log1p(-l.probability);
    }
    return l;
}

typedef struct {
    const binomial_law *law[SPAN];
    double value[SPAN], sum[SPAN];
} span;

static int inversion(void *state, int *open, int n, const double *u) {
    span *s = state;
    int still = 0;
    double log[NUMBERS];
    memcpy(log, u, 2 * (size_t)n * sizeof *u);
    logs(log, 2 * n);
    for (int j = 0; j < n; j++) {
        int i = open[j];
        const binomial_law *l = s->law[i];
        double sum = s->sum[i] + tfphilox_ceil(log[2 * j + 1] / l->log_failure);
        int going = !(sum > l->count);
        s->value[i] += going;
        sum += tfphilox_ceil(log[2 * j] / l->log_failure);
        int still_going = going & !(sum > l->count);
        s->value[i] += still_going;
        s->sum[i] = sum;
        open[still] = i;
        still += still_going;
    }
    return still;
}

static int transformed_rejection(void *state, int *open, int n, const double *numbers) {
    span *s = state;
    int doubtful[SPAN], again[SPAN], d = 0, still = 0;
    double us[SPAN], ks[SPAN], log[3 * SPAN + LANES];
    for (int j = 0; j < n; j++) {
        const binomial_law *l = s->law[open[j]];
        double u = numbers[2 * j + 1] - 0.5, v = numbers[2 * j];
        double shifted = 0.5 - fabs(u);
        double k = tfphilox_floor((2.0 * l->a / shifted + l->b) * u + l->c);
        int inside = (shifted >= 0.07) & (v <= l->v_squeeze);
        int rejected = ((k < 0.0) | (k > l->count)) & (inside ^ 1);
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
        const binomial_law *l = s->law[open[at]];
        double k = ks[at], failures = l->count - k + 1.0;
        log[3 * j] = numbers[2 * at] * l->alpha / (l->a / (us[at] * us[at]) + l->b);
        log[3 * j + 1] = (l->count - l->m + 1.0) / failures;
        log[3 * j + 2] = l->r * failures / (k + 1.0);
    }
    logs(log, 3 * d);
    for (int j = 0; j < d; j++) {
        int at = doubtful[j];
        const binomial_law *l = s->law[open[at]];
        double k = ks[at];
        double most = l->mode_term + (l->count + 1.0) * log[3 * j + 1] +
                      (k + 0.5) * log[3 * j + 2] + l->mode_tails[0] + l->mode_tails[1] -
                      stirling_tail(k) - stirling_tail(l->count - k);
        again[still] = at;
        still += !(log[3 * j] <= most);
    }
    return keep_open(open, again, still);
}

tfphilox_sampler FOR_TARGET(tfphilox_binomial);
int FOR_TARGET(tfphilox_binomial)(const tfphilox_sampler_spec *spec, uint64_t first,
                                  uint64_t count) {
    const philox_keys keys = philox_schedule(spec->key);
    position at = position_of(spec, first);
    binomial_law laws[SPAN];
    span s;
    for (int n, slot = 0; count > 0; first += (uint64_t)n, count -= (uint64_t)n) {
        int small[SPAN], large[SPAN], few = 0, many = 0;
        n = count < SPAN ? (int)count : SPAN;
        laws[0] = laws[slot];
        slot = 0;
        for (int i = 0, end; i < n; i = end) {
            const uint64_t batch = at.batch;
            if (at.is_new) {
                slot += i > 0;
                laws[slot] = binomial_law_of(spec->parameter, parameter(spec, spec->a, batch),
                                             parameter(spec, spec->b, batch));
            }
            end = i + run_of_batch(spec, &at, n - i);
            const binomial_law *l = &laws[slot];
            if (l->method == ENDLESS)
                return TFPHILOX_ENDLESS;
            if (isnan(l->result) && isnan(spec->b[batch]) && spec->dtype >= TFPHILOX_INT32)
                return TFPHILOX_INVALID; /* a cast of NaN: TensorFlow's integer is any */
            for (int j = i; j < end; j++) {
                s.law[j] = l;
                s.value[j] = l->result;
                s.sum[j] = 0.0;
                if (l->method == BY_INVERSION)
                    small[few++] = j;
                else if (l->method == BY_REJECTION)
                    large[many++] = j;
            }
        }
        const uint64_t place = spec->skipped + first;
        rounds(&keys, philox_skip(spec->counter, INVERSION, place), INVERSION, small, few,
               inversion, &s);
        rounds(&keys, philox_skip(spec->counter, RESERVED, place), RESERVED, large, many,
               transformed_rejection, &s);
        for (int j = 0; j < n; j++)
            if (s.law[j]->turned)
                s.value[j] = s.law[j]->count - s.value[j];
        int status = store(spec, first, s.value, n);
        if (status != TFPHILOX_OK)
            return status;
    }
    return TFPHILOX_OK;
}
