/* poisson.c: the Poisson distribution, as core/kernels/random_poisson_op.cc makes it.
 *
 * Below a rate of 10 by Knuth's method: uniform numbers are multiplied until the product is at
 * most exp(-rate).  From 10 on by Hoermann's transformed rejection with squeeze ("The
 * transformed rejection method for generating Poisson random variables", 1993, PTRS), one pair
 * of uniform numbers a try.  Everything is in double, whatever the types.
 */
#include "draws.h"

#define RESERVED 256 /* blocks an output */

/* What the outputs know of their rates; the names are Hoermann's. */
typedef struct {
    double rate[ROOM], log_rate[ROOM], a[ROOM], b[ROOM], inverse_alpha[ROOM], v_squeeze[ROOM];
    double bound[ROOM]; /* Knuth's, of the product */
} poisson_laws;

static void make_laws(poisson_laws *l, int n) {
    memcpy(l->log_rate, l->rate, (size_t)n * sizeof *l->rate);
    logs(l->log_rate, n);
    for (int i = 0; i < n; i += LANES) {
        const vd b = d_set(0.931) + d_set(2.53) * d_sqrt(d_load(l->rate + i));
        d_store(l->b + i, b);
        d_store(l->a + i, d_set(-0.059) + d_set(0.02483) * b);
        d_store(l->inverse_alpha + i, d_set(1.1239) + d_set(1.1328) / (b - d_set(3.4)));
        d_store(l->v_squeeze + i, d_set(0.9277) - d_set(3.6224) / (b - d_set(2.0)));
    }
}

static void spread_laws(poisson_laws *l, int n) {
    spread(l->rate, n);
    spread(l->log_rate, n);
    spread(l->a, n);
    spread(l->b, n);
    spread(l->inverse_alpha, n);
    spread(l->v_squeeze, n);
}

static void pick_laws(const poisson_laws *l, const int *list, int n, poisson_laws *packed) {
    pick_all(l->rate, list, n, packed->rate);
    pick_all(l->log_rate, list, n, packed->log_rate);
    pick_all(l->a, list, n, packed->a);
    pick_all(l->b, list, n, packed->b);
    pick_all(l->inverse_alpha, list, n, packed->inverse_alpha);
    pick_all(l->v_squeeze, list, n, packed->v_squeeze);
}

static void make_bounds(poisson_laws *l, int n) {
    for (int i = 0; i < n; i += LANES)
        d_store(l->bound + i, exp64(-d_max(d_load(l->rate + i), d_set(0.0))));
}

/* The state is the product of the uniform numbers, a its bound. */
static int multiply(counting *c, pairs *u, int n, int *going) {
    const vd one = d_set(1.0), zero = d_set(0.0);
    int still = 0;
    for (int i = 0; i < n; i += LANES) {
        const vd bound = d_load(c->a + i), first = d_load(c->state + i) * d_load(u->second + i);
        const vd second = first * d_load(u->first + i);
        const vm more = d_less(bound, first), yet_more = d_less(bound, second);
        const vd value = d_load(c->value + i) + d_select(more, one, zero);
        d_store(c->value + i, value + d_select(yet_more, one, zero));
        d_store(c->state + i, second);
        still = append(going, still, m_bits(yet_more) & lanes_within(i, n), i);
    }
    return still;
}

/* Outputs open[0..n), or all, of rates below 10. */
static void knuth(const streams *s, const int *open, int n, const double *bound, double *value) {
    counting c;
    for (int i = 0; i < n; i += LANES) {
        d_store(c.value + i, d_set(0.0));
        d_store(c.state + i, d_set(1.0));
        d_store(c.a + i, d_load(bound + i));
        d_store(c.b + i, d_set(0.0));
    }
    count_up(s, open, n, &c, multiply, value);
}

/* Outputs open[0..n), or all, whose laws are packed; no output may be above `highest`. */
static void transformed_rejection(const streams *s, const int *open, int n, const poisson_laws *l,
                                  double highest, double *value) {
    poisson_laws left[2];
    int lists[2][ROOM];
    for (uint64_t block = 0; n > 0; block++) {
        pairs u;
        double k[ROOM], ratio[ROOM], from_edge[ROOM];
        int doubtful[ROOM], again[ROOM], many = 0, failed = 0;
        draw_blocks(s, open, n, block, &u);
        for (int i = 0; i < n; i += LANES) {
            const vd x = d_load(u.second + i) - d_set(0.5), v = d_load(u.first + i);
            const vd edge = d_set(0.5) - d_abs(x);
            const vd slope = d_set(2.0) * d_load(l->a + i) / edge + d_load(l->b + i);
            const vd result = d_floor(slope * x + d_load(l->rate + i) + d_set(0.43));
            const uint32_t within = lanes_within(i, n);
            const uint32_t misfit = m_bits(d_less(d_set(highest), result));
            const uint32_t inside =
                ~(m_bits(d_less(edge, d_set(0.07))) | m_bits(d_less(d_load(l->v_squeeze + i), v)));
            const uint32_t outside = m_bits(d_less(result, d_set(0.0))) |
                                     m_bits(d_less(edge, d_set(0.013)) & d_less(edge, v));
            const uint32_t rejected = misfit | (outside & ~inside);
            d_store(k + i, result);
            d_store(from_edge + i, edge);
            failed = append(again, failed, rejected & within, i);
            many = append(doubtful, many, ~(inside | rejected) & within, i);
        }
        if (many > 0) {
            round_up(doubtful, many);
            for (int i = 0; i < many; i += LANES) {
                const int *const at = doubtful + i;
                const vd edge = d_pick(from_edge, at);
                const vd density = d_pick(l->a, at) / (edge * edge) + d_pick(l->b, at);
                d_store(ratio + i, d_pick(u.first, at) * d_pick(l->inverse_alpha, at) / density);
            }
            logs(ratio, many);
            for (int i = 0; i < many; i += LANES) {
                const int *const at = doubtful + i;
                const vd result = d_pick(k, at);
                const vd most = -d_pick(l->rate, at) + result * d_pick(l->log_rate, at) -
                                lgamma64(result + d_set(1.0));
                failed = pack_ints(again, failed,
                                   ~at_most(d_load(ratio + i), most) & lanes_within(i, many), at);
            }
        }
        put_all(k, open, n, value);
        if (failed > 0) {
            open = keep(open, again, failed, lists[block & 1]); /* again is in no order */
            pick_laws(l, again, failed, &left[block & 1]);
            l = &left[block & 1];
        }
        n = failed;
    }
}

static double highest(tfphilox_dtype dtype) {
    return dtype == TFPHILOX_FLOAT16   ? 65504.0
           : dtype == TFPHILOX_FLOAT32 ? FLT_MAX
           : dtype == TFPHILOX_INT32   ? 2147483647.0
           : dtype == TFPHILOX_INT64   ? 0x1p63
                                       : DBL_MAX;
}

/* Whether the numbers of a rate are not all too large for the type, for practical purposes (one in
 * three million is not): TensorFlow tries on. */
INLINE uint32_t could_fit(vd rate, double most) {
    return m_bits(d_less(rate, d_set(INFINITY))) &
           at_most(rate - d_set(5.0) * d_sqrt(rate), d_set(most));
}

/* What TensorFlow stores for an infinite rate. */
static double infinite(tfphilox_dtype dtype) { return dtype >= TFPHILOX_INT32 ? 0.0 : INFINITY; }

tfphilox_sampler FOR_TARGET(tfphilox_poisson);
int FOR_TARGET(tfphilox_poisson)(const tfphilox_sampler_spec *spec, uint64_t first,
                                 uint64_t count) {
    const philox_keys keys = philox_schedule(spec->key);
    const double most = highest(spec->dtype);
    position at = position_of(spec, first);
    poisson_laws all;
    int known = 0;
    for (int n; count > 0; first += (uint64_t)n, count -= (uint64_t)n) {
        double value[ROOM];
        int small[ROOM], large[ROOM], few = 0, many = 0;
        n = count < SPAN ? (int)count : SPAN;
        const streams s = {&keys, philox_skip(spec->counter, RESERVED, spec->skipped + first),
                           RESERVED};
        const int shared = one_batch(spec, at, n);
        const int laws = shared ? 1 : n;
        const int fresh = !shared || !known || at.is_new; /* else they are the last span's */
        if (fresh)
            parameters(spec, spec->a, at, laws, all.rate);
        for (int i = 0; i < laws; i += LANES) {
            const vd rate = d_load(all.rate + i);
            const vm is_small = d_less(rate, d_set(10.0));
            const uint32_t within = lanes_within(i, laws), low = m_bits(is_small) & within;
            uint32_t odd = ~(low | could_fit(rate, most)) & within;
            few = append(small, few, low, i);
            many = append(large, many, ~(low | odd) & within, i);
            for (int j = i; odd != 0; j++, odd >>= 1)
                if (odd & 1u) {
                    if (all.rate[j] != INFINITY)
                        return TFPHILOX_ENDLESS;
                    value[j] = infinite(spec->dtype);
                }
        }
        known = shared;
        pass_over(spec, &at, n);
        if (shared) {
            if (few > 0) {
                if (fresh) {
                    make_bounds(&all, 1);
                    spread(all.bound, n);
                }
                knuth(&s, NULL, n, all.bound, value);
            } else if (many > 0) {
                if (fresh) {
                    make_laws(&all, 1);
                    spread_laws(&all, n);
                }
                transformed_rejection(&s, NULL, n, &all, most, value);
            } else {
                spread(value, n);
            }
        } else {
            poisson_laws some;
            if (few > 0) {
                round_up(small, few);
                pick_all(all.rate, small, few, some.rate);
                make_bounds(&some, few);
                knuth(&s, small, few, some.bound, value);
            }
            if (many > 0) {
                round_up(large, many);
                pick_all(all.rate, large, many, some.rate);
                make_laws(&some, many);
                transformed_rejection(&s, large, many, &some, most, value);
            }
        }
        int status = store(spec, first, value, n);
        if (status != TFPHILOX_OK)
            return status;
    }
    return TFPHILOX_OK;
}
