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

static const double stirling_tails[16] = {
    0.0810614667953272,  0.0413406959554092,  0.0276779256849983, 0.02079067210376509,
    0.0166446911898211,  0.0138761288230707,  0.0118967099458917, 0.0104112652619720,
    0.00925546218271273, 0.00833056343336287,
};

static double stirling_tail(double k) {
    if (k <= 9.0)
        return stirling_tails[(int)k];
    double square = (k + 1.0) * (k + 1.0);
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1.0);
}
INLINE vd stirling_tails_of(vd k) {
    const vd after = k + d_set(1.0), square = after * after;
    const vd inner = d_set(1.0 / 360) - d_set(1.0 / 1260) / square;
    const vd far = (d_set(1.0 / 12) - inner / square) / after;
    const vd near = d_lookup16(stirling_tails, u_of_d(d_floor(k) + d_set(0x1p52)));
    return d_select(d_less(d_set(9.0), k), far, near);
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

/* Some of that of every output with a large mean. */
enum { A, B, C, COUNT, V_SQUEEZE, R, ALPHA, MODES_FAILURES, MODE_TERM, TAIL_0, TAIL_1, NUMBERS };
typedef struct {
    double of[NUMBERS][ROOM];
} rejection_laws;

static void put_law(const binomial_law *l, rejection_laws *all, int at) {
    const double numbers[NUMBERS] = {l->a,
                                     l->b,
                                     l->c,
                                     l->count,
                                     l->v_squeeze,
                                     l->r,
                                     l->alpha,
                                     l->count - l->m + 1.0,
                                     l->mode_term,
                                     l->mode_tails[0],
                                     l->mode_tails[1]};
    for (int i = 0; i < NUMBERS; i++)
        all->of[i][at] = numbers[i];
}

/* The state is the sum of the geometric numbers, a the logarithm of the probability of a failure, b
 * the count. */
static int add_geometric(counting *c, pairs *u, int n, int *going) {
    const vd one = d_set(1.0), zero = d_set(0.0);
    int still = 0;
    logs(u->second, n);
    logs(u->first, n);
    for (int i = 0; i < n; i += LANES) {
        const vd log_failure = d_load(c->a + i), count = d_load(c->b + i);
        const vd first = d_load(c->state + i) - d_floor(-(d_load(u->second + i) / log_failure));
        const vd second = first - d_floor(-(d_load(u->first + i) / log_failure));
        const vm full = d_less(count, first), now_full = d_less(count, second);
        const vd value = d_load(c->value + i) + d_select(full, zero, one);
        d_store(c->value + i, value + d_select(now_full, zero, one));
        d_store(c->state + i, second);
        still = append(going, still, ~m_bits(now_full) & lanes_within(i, n), i);
    }
    return still;
}

/* Outputs open[0..n), or all, whose laws are packed. */
static void transformed_rejection(const streams *s, const int *open, int n, const rejection_laws *l,
                                  double *value) {
    rejection_laws left[2];
    int lists[2][ROOM];
    for (uint64_t block = 0; n > 0; block++) {
        pairs u;
        double k[ROOM], from_edge[ROOM], log_v[ROOM], log_odds[ROOM], log_failures[ROOM];
        int doubtful[ROOM], again[ROOM], many = 0, failed = 0;
        draw_blocks(s, open, n, block, &u);
        for (int i = 0; i < n; i += LANES) {
            const vd x = d_load(u.second + i) - d_set(0.5), v = d_load(u.first + i);
            const vd edge = d_set(0.5) - d_abs(x);
            const vd slope = d_set(2.0) * d_load(l->of[A] + i) / edge + d_load(l->of[B] + i);
            const vd result = d_floor(slope * x + d_load(l->of[C] + i));
            const uint32_t within = lanes_within(i, n);
            const uint32_t inside = ~(m_bits(d_less(edge, d_set(0.07))) |
                                      m_bits(d_less(d_load(l->of[V_SQUEEZE] + i), v)));
            const uint32_t outside = m_bits(d_less(result, d_set(0.0))) |
                                     m_bits(d_less(d_load(l->of[COUNT] + i), result));
            d_store(k + i, result);
            d_store(from_edge + i, edge);
            failed = append(again, failed, outside & ~inside & within, i);
            many = append(doubtful, many, ~(inside | outside) & within, i);
        }
        if (many > 0) {
            round_up(doubtful, many);
            for (int i = 0; i < many; i += LANES) {
                const int *const at = doubtful + i;
                const vd edge = d_pick(from_edge, at), successes = d_pick(k, at);
                const vd failures = d_pick(l->of[COUNT], at) - successes + d_set(1.0);
                const vd density = d_pick(l->of[A], at) / (edge * edge) + d_pick(l->of[B], at);
                d_store(log_v + i, d_pick(u.first, at) * d_pick(l->of[ALPHA], at) / density);
                d_store(log_failures + i, d_pick(l->of[MODES_FAILURES], at) / failures);
                d_store(log_odds + i, d_pick(l->of[R], at) * failures / (successes + d_set(1.0)));
            }
            logs(log_v, many);
            logs(log_failures, many);
            logs(log_odds, many);
            for (int i = 0; i < many; i += LANES) {
                const int *const at = doubtful + i;
                const vd successes = d_pick(k, at), count = d_pick(l->of[COUNT], at);
                const vd most = d_pick(l->of[MODE_TERM], at) +
                                (count + d_set(1.0)) * d_load(log_failures + i) +
                                (successes + d_set(0.5)) * d_load(log_odds + i) +
                                d_pick(l->of[TAIL_0], at) + d_pick(l->of[TAIL_1], at) -
                                stirling_tails_of(successes) - stirling_tails_of(count - successes);
                failed = pack_ints(again, failed,
                                   ~at_most(d_load(log_v + i), most) & lanes_within(i, many), at);
            }
        }
        put_all(k, open, n, value);
        if (failed > 0) {
            rejection_laws *const next = &left[block & 1];
            open = keep(open, again, failed, lists[block & 1]); /* again is in no order */
            for (int i = 0; i < NUMBERS; i++)
                pick_all(l->of[i], again, failed, next->of[i]);
            l = next;
        }
        n = failed;
    }
}

/* The law of a batch, or a status. */
static int read_law(const tfphilox_sampler_spec *spec, uint64_t batch, binomial_law *l) {
    *l = binomial_law_of(spec->parameter, parameter(spec, spec->a, batch),
                         parameter(spec, spec->b, batch));
    if (l->method == ENDLESS)
        return TFPHILOX_ENDLESS;
    if (isnan(l->result) && isnan(spec->b[batch]) && spec->dtype >= TFPHILOX_INT32)
        return TFPHILOX_INVALID; /* a cast of NaN: TensorFlow's integer is any */
    return TFPHILOX_OK;
}

/* The outputs of a span, all of one law. */
static void draw_alike(const streams *inversion, const streams *rejection, int n,
                       const binomial_law *l, const rejection_laws *laws, double *value) {
    if (l->method == BY_INVERSION) {
        counting c;
        for (int i = 0; i < n; i += LANES) {
            d_store(c.a + i, d_set(l->log_failure));
            d_store(c.b + i, d_set(l->count));
            d_store(c.state + i, d_set(0.0));
            d_store(c.value + i, d_set(0.0));
        }
        count_up(inversion, NULL, n, &c, add_geometric, value);
    } else if (l->method == BY_REJECTION) {
        transformed_rejection(rejection, NULL, n, laws, value);
    } else {
        *value = l->result;
        spread(value, n);
    }
    for (int i = 0; i < n && l->turned; i += LANES)
        d_store(value + i, d_set(l->count) - d_load(value + i));
}

/* The outputs of a span, of several batches, or a status. */
static int draw_mixed(const tfphilox_sampler_spec *spec, position at, const streams *inversion,
                      const streams *rejection, int n, double *value) {
    counting c;
    rejection_laws laws;
    double counts[ROOM];
    int small[ROOM], large[ROOM], turned[ROOM], few = 0, many = 0, turns = 0;
    for (int i = 0, end; i < n; i = end) {
        binomial_law l;
        const int status = read_law(spec, at.batch, &l);
        if (status != TFPHILOX_OK)
            return status;
        end = i + run_of_batch(spec, &at, n - i);
        for (int j = i; j < end; j++) {
            value[j] = l.result;
            counts[j] = l.count;
            turned[turns] = j;
            turns += l.turned;
            if (l.method == BY_INVERSION) {
                c.a[few] = l.log_failure;
                c.b[few] = l.count;
                c.state[few] = c.value[few] = 0.0;
                small[few++] = j;
            } else if (l.method == BY_REJECTION) {
                put_law(&l, &laws, many);
                large[many++] = j;
            }
        }
    }
    if (few > 0) {
        round_up(small, few);
        count_up(inversion, small, few, &c, add_geometric, value);
    }
    if (many > 0) {
        round_up(large, many);
        transformed_rejection(rejection, large, many, &laws, value);
    }
    for (int i = 0; i < turns; i++)
        value[turned[i]] = counts[turned[i]] - value[turned[i]];
    return TFPHILOX_OK;
}

tfphilox_sampler FOR_TARGET(tfphilox_binomial);
int FOR_TARGET(tfphilox_binomial)(const tfphilox_sampler_spec *spec, uint64_t first,
                                  uint64_t count) {
    const philox_keys keys = philox_schedule(spec->key);
    position at = position_of(spec, first);
    binomial_law l;
    rejection_laws laws;
    int known = 0, status = TFPHILOX_OK; /* known: l and laws are the last span's */
    for (int n; count > 0; first += (uint64_t)n, count -= (uint64_t)n) {
        double value[ROOM];
        n = count < SPAN ? (int)count : SPAN;
        const streams inversion = {
            &keys, philox_skip(spec->counter, INVERSION, spec->skipped + first), INVERSION};
        const streams rejection = {
            &keys, philox_skip(spec->counter, RESERVED, spec->skipped + first), RESERVED};
        const int shared = one_batch(spec, at, n);
        if (shared && (!known || at.is_new)) {
            status = read_law(spec, at.batch, &l);
            if (status == TFPHILOX_OK && l.method == BY_REJECTION) {
                put_law(&l, &laws, 0);
                for (int i = 0; i < NUMBERS; i++)
                    spread(laws.of[i], n);
            }
        } else if (!shared) {
            status = draw_mixed(spec, at, &inversion, &rejection, n, value);
        }
        if (status != TFPHILOX_OK)
            return status;
        if (shared)
            draw_alike(&inversion, &rejection, n, &l, &laws, value);
        known = shared;
        pass_over(spec, &at, n);
        status = store(spec, first, value, n);
        if (status != TFPHILOX_OK)
            return status;
    }
    return TFPHILOX_OK;
}
