/* arraymath.h: the samplers' functions, by vectors and of arrays.
 *
 * The samplers gather what they need a function of, some hundreds of numbers, and have it made by
 * vectors.  The bits are those of libmath.h's functions, one number at a time, which are proved:
 * tests/c/prove_arraymath.c compares the two, and says how to try more.
 * Arrays need room for 2 * LANES - 1 more numbers than they hold: whole vectors are written.
 *
 * What it does not do: arguments that the samplers cannot meet.
 */
#ifndef TFPHILOX_ARRAYMATH_H
#define TFPHILOX_ARRAYMATH_H

#include "../lanes.h"
#include "floatmath.h"
#include "libmath.h"

/* The lanes of `result` that bits names, anew by a function of one number, whose arguments
 * may name the lane. */
#define ANEW(bits, result, function, ...)                                                          \
    do {                                                                                           \
        double lanes_[LANES];                                                                      \
        d_store(lanes_, result);                                                                   \
        for (int lane = 0; lane < LANES; lane++)                                                   \
            if ((bits) >> lane & 1u)                                                               \
                lanes_[lane] = function(__VA_ARGS__);                                              \
        (result) = d_load(lanes_);                                                                 \
    } while (0)

#if LANES == 1
/* One number at a time these are libmath.h's functions, whose emulated fused operations are called,
 * not written out. */
static inline vd exp64(vd x) { return tfphilox_exp(x); }
static inline vd log1p64(vd x) { return tfphilox_log1p(x); }
static inline vd lgamma64(vd x) { return tfphilox_lgamma(x); }
#else
/* x = n ln 2 / 128 + r, n in the low bits of *turns, |x| < 512: libmath.h's exp_reduce. */
static inline vd exp64_reduce(vd x, vu *turns) {
    const vd round = d_set(0x1.8p52), shifted = d_fma(x, d_set(tfphilox_exp_per_ln2), round);
    const vd turned = round - shifted; /* -n */
    *turns = u_of_d(shifted);
    const vd r = d_fma(turned, d_set(tfphilox_exp_ln2[0]), x);
    return d_fma(turned, d_set(tfphilox_exp_ln2[1]), r);
}

/* 2^(n/128) e^r: libmath.h's exp_join. */
static inline vd exp64_join(vd r, vu turns) {
    const double *const c = tfphilox_exp_poly;
    const vu i = turns & 127u;
    const vd tail = d_gather(tfphilox_exp_tail, i);
    const vd scale = d_of_u(u_of_d(d_gather(tfphilox_exp_scale, i)) + (turns >> 7 << 52));
    const vd r2 = r * r;
    vd p = d_fma(r, d_set(c[1]), d_set(c[0])), q = d_fma(r, d_set(c[3]), d_set(c[2]));
    p = d_fma(r2, p, tail + r);
    p = d_fma(r2 * r2, q, p);
    return d_fma(scale, p, scale);
}

/* e^x, x <= 0.
 *   The steps of libmath.h's tfphilox_exp; from -511 down that function itself.
 * glibc >= 2.28's e_exp.c, by Arm (exp_table.h).  Worst error 0.511 ulp (stated).  Tried: 10^9
 * inputs with AVX-512, 10^8 with AVX2: the samplers' range, borders of n, results below DBL_MIN. */
static inline vd exp64(vd x) {
    vu turns;
    const vm is_far = d_less(x, d_set(-511.0));
    const vd r = exp64_reduce(d_select(is_far, d_set(0.0), x), &turns);
    vd result = exp64_join(r, turns);
    if (m_bits(is_far)) {
        double xs[LANES];
        d_store(xs, x);
        ANEW(m_bits(is_far), result, tfphilox_exp, xs[lane]);
    }
    return result;
}

/* x^y, x in [0, 1), any y.
 *   The steps of libmath.h's tfphilox_pow; 0 where y log x is so low that it must be, and that
 *   function itself where y log x is beyond 512, x is 0 or no number comes of it.
 * glibc >= 2.28's e_pow.c, by Arm (pow_table.h).  Worst error 0.54 ulp (stated).  Tried: 10^9
 * inputs with AVX-512, 10^8 with AVX2: gamma's, all results down to 0, x near 0, 1 and the borders
 * of cells, y infinite, NaN, 0 and beyond 2^63. */
INLINE vd pow64_product(vd x, vd y, vd *product_low) { /* y log x */
    const double *const a = tfphilox_pow_poly;
    const uint64_t low_end = 0x3FE6955500000000u;
    const vu place = u_of_d(x) - (low_end - 0x3FF0000000000000u);
    const vu cell = place >> 45 & 127u;
    const vd k = d_exponent(d_of_u(place)), z = d_of_u((place & MANTISSA) + low_end);
    vd r = d_fma(z, d_gather(tfphilox_pow_invc, cell), d_set(-1.0));
    const vd t1 = d_fma(k, d_set(tfphilox_log_ln2[0]), d_gather(tfphilox_pow_logc, cell));
    const vd t2 = t1 + r;
    const vd low1 = d_fma(k, d_set(tfphilox_log_ln2[1]), d_gather(tfphilox_pow_logc_tail, cell));
    const vd low2 = (t1 - t2) + r;
    const vd half = d_set(a[0]) * r, square = r * half, cube = r * square;
    const vd high = t2 + square;
    const vd low3 = d_fma(half, r, -square);
    const vd low4 = (t2 - high) + square;
    const vd p1 = d_fma(r, d_set(a[2]), d_set(a[1]));
    const vd p3 = d_fma(r, d_set(a[4]), d_set(a[3]));
    const vd p5 = d_fma(r, d_set(a[6]), d_set(a[5]));
    const vd p = d_fma(square, d_fma(square, p5, p3), p1);
    const vd low = d_fma(cube, p, ((low1 + low2) + low3) + low4);
    const vd log = high + low;
    const vd log_low = (high - log) + low;
    const vd product = y * log;
    *product_low = d_fma(y, log_low, d_fma(y, log, -product));
    return product;
}
INLINE vd pow64_join(vd x, vd y, vd product, vd product_low) {
    const vd zero = d_set(0.0), normal = d_set(0x1.fffffffffffffp-1023);
    const vm is_number = d_less(normal, x) & d_less(d_set(-1e300), product);
    const vm near = d_less(d_abs(product), d_set(512.0)) & is_number;
    const vm none = d_less(product, d_set(-746.0)) & is_number;
    vu turns;
    const vd r = exp64_reduce(d_select(near, product, zero), &turns) + product_low;
    vd result = exp64_join(r, turns);
    const uint32_t far = ~m_bits(near) & ALL_LANES;
    if (far) {
        double xs[LANES], ys[LANES];
        result = d_select(none, zero, result);
        d_store(xs, x);
        d_store(ys, y);
        ANEW(far & ~m_bits(none), result, tfphilox_pow, xs[lane], ys[lane]);
    }
    return result;
}

/* log(1 + x), x in (-1, 0].
 *   The steps of libmath.h's tfphilox_log1p, and that function itself where 1 + x is within 2^-20
 *   of a power of 2 below 1.
 * glibc's s_log1p.c, by Sun (fdlibm), with the fusions of 2.39.  Worst error 0.82 ulp (seen).
 * Tried: 10^9 inputs with AVX-512, 10^8 with AVX2: -uniforms, -probabilities, 1 + x about powers of
 * 2 and their roots, all binades. */
static inline vd log1p64(vd x) {
    static const double p[7] = {0x1.5555555555593p-1, 0x1.999999997fa04p-2, 0x1.2492494229359p-2,
                                0x1.c71c51d8e78afp-3, 0x1.7466496cb03dep-3, 0x1.39a09d078c69fp-3,
                                0x1.2f112df3e5244p-3};
    const vd ln2_high = d_set(0x1.62e42feep-1), ln2_low = d_set(0x1.a39ef35793c76p-33);
    const uint64_t low_end = 0x3FE6A09E00000000u;
    const vd one = d_set(1.0), zero = d_set(0.0);
    const vd u = x + one, lost = x - (u - one);
    const vu place = u_of_d(u) - (low_end - 0x3FF0000000000000u);
    const vm middle = d_less(d_set(-0x1.2bec4p-2), x), slight = d_less(d_abs(x), d_set(0x1p-29));
    const vd k = d_select(middle, zero, d_exponent(d_of_u(place)));
    const vd f = d_select(middle, x, d_of_u((place & MANTISSA) + low_end) - one);
    const vm scaled = d_less(k, zero);
    const vd c = d_select(scaled, d_fma(k, ln2_low, lost / u), zero);
    const vd square = d_set(0.5) * f * f, s = f / (f + d_set(2.0));
    const vd z = s * s, z2 = z * z, z4 = z2 * z2, z6 = z4 * z2;
    const vd p2 = d_fma(z, d_set(p[2]), d_set(p[1]));
    const vd p4 = d_fma(z, d_set(p[4]), d_set(p[3]));
    const vd p6 = d_fma(z, d_set(p[6]), d_set(p[5]));
    const vd sum = d_fma(z6, p6, d_fma(z4, p4, d_fma(z, d_set(p[0]), z2 * p2)));
    const vd tail = s * (square + sum) + c;
    vd result = d_fma(k, ln2_high, -((square - tail) - f));
    result = d_select(slight, d_fma(-(x * x), d_set(0.5), x), result);
    result = d_select(d_less(d_abs(x), d_set(0x1p-54)), x, result);
    const uint32_t close = m_bits(scaled & d_less(d_abs(f), d_set(0x1p-19)));
    if (close) {
        double xs[LANES];
        d_store(xs, x);
        ANEW(close, result, tfphilox_log1p, xs[lane]);
    }
    return result;
}

/* log gamma(x), x a whole number, 1 or more.
 *   The steps of libmath.h's tfphilox_lgamma, below 8 with a factorial for its product; from 2^58
 *   on that function itself.
 * glibc <= 2.42's e_lgamma_r.c, by Sun (fdlibm).  Worst error 1.9 ulp (seen, below 10^7).  Tried:
 * 10^9 inputs with AVX-512, 10^8 with AVX2: Poisson's k + 1, and up to 2^1023. */
static inline vd lgamma64(vd x) {
    static const double factorials[16] = {1.0, 1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0};
    const double *const w = tfphilox_lgamma_stirling;
    const vm is_small = d_less(x, d_set(8.0));
    const uint32_t huge = m_bits(d_less(d_set(0x1.fffffffffffffp57), x));
    const vd factorial = d_lookup16(factorials, u_of_d(x + d_set(0x1p52)));
    const vd log = log64_all(d_select(is_small, factorial, x));
    const vd z = d_set(1.0) / x, y = z * z;
    vd p = d_set(w[5]) + y * d_set(w[6]);
    p = d_set(w[4]) + y * p;
    p = d_set(w[3]) + y * p;
    p = d_set(w[2]) + y * p;
    p = d_set(w[1]) + y * p;
    vd result = (x - d_set(0.5)) * (log - d_set(1.0)) + (d_set(w[0]) + z * p);
    result = d_select(is_small, log, result);
    if (huge) {
        double xs[LANES];
        d_store(xs, x);
        ANEW(huge, result, tfphilox_lgamma, xs[lane]);
    }
    return result;
}

#endif

/* ---- arrays ------------------------------------------------------------------------------- */

/* log x of each of n numbers, in place, at most MOST_LOGS; x is 0, or normal, positive and
 * below 2^1023.
 *   floatmath.h's log64, and -inf for 0; those near 1 are packed for log64_near1.
 * glibc >= 2.28's e_log.c, by Arm (log_tables.h).  Worst error 0.52 ulp (stated).  Tried: 10^9
 * inputs with AVX-512, 10^8 with AVX2: uniforms, all binades, borders of cells, around 1. */
#define MOST_LOGS 1024
OUT_OF_LINE void logs(double *x, int n) {
#if LANES == 1
    for (int i = 0; i < n; i++)
        x[i] = tfphilox_log(x[i]);
#else
    int near1[MOST_LOGS + LANES], many = 0;
    double some[MOST_LOGS + LANES];
    near1[0] = 0; /* or gcc thinks that nothing might be written */
    for (int j = n; j % LANES != 0; j++)
        x[j] = 2.0;
    for (int i = 0; i < n; i += LANES) {
        const vd a = d_load(x + i);
        const vm zero = d_less(a, d_set(DBL_MIN));
        const uint32_t near =
            m_bits(d_less(d_set(LOG64_NEAR1), a) & d_less(a, d_set(1.0 + 0x1.09p-4)));
        pack(some, many, near, a);
        many = append(near1, many, near, i);
        d_store(x + i, d_select(zero, d_set(-INFINITY), log64(a)));
    }
    for (int i = 0; i < many; i += LANES) {
        d_store(some + i, log64_near1(d_load(some + i)));
        for (int j = i; j < i + LANES && j < many; j++)
            x[near1[j]] = some[j];
    }
#endif
}

/* e^x of each of n numbers, in place; none is above 0. */
OUT_OF_LINE void exps(double *x, int n) {
    for (int j = n; j % LANES != 0; j++)
        x[j] = 0.0;
    for (int i = 0; i < n; i += LANES)
        d_store(x + i, exp64(d_load(x + i)));
}

/* x^y of each of n numbers, in place of the x.  Two passes: in one, the logarithm and what is made
 * of it wait for each other. */
OUT_OF_LINE void pows(double *x, const double *y, int n) {
#if LANES == 1
    for (int i = 0; i < n; i++)
        x[i] = tfphilox_pow(x[i], y[i]);
#else
    double product[MOST_LOGS + LANES], low[MOST_LOGS + LANES];
    for (int i = 0; i < n; i += LANES) {
        vd rest;
        d_store(product + i, pow64_product(d_load(x + i), d_load(y + i), &rest));
        d_store(low + i, rest);
    }
    for (int i = 0; i < n; i += LANES)
        d_store(x + i,
                pow64_join(d_load(x + i), d_load(y + i), d_load(product + i), d_load(low + i)));
#endif
}

/* e^x in float of each of n numbers, in place; none is above 0.
 *   The steps of libmath.h's tfphilox_expf; from -87 down that function itself.
 * glibc >= 2.27's e_expf.c, by Arm (float_tables.h).  Worst error 0.502 ulp (stated). */
OUT_OF_LINE void exps32(double *x, int n) {
    const double *const c = tfphilox_exp2f_poly;
    for (int j = n; j % LANES != 0; j++)
        x[j] = 0.0;
    for (int i = 0; i < n; i += LANES) {
        const vd whole = d_load(x + i);
        const vm is_far = d_less(whole, d_set(-87.0));
        const vd a = d_select(is_far, d_set(0.0), whole);
        const vd shifted = D_MADD(a, d_set(tfphilox_expf_per_ln2), d_set(0x1.8p52));
        const vu turns = u_of_d(shifted);
        const vd r = d_fma(a, d_set(tfphilox_expf_per_ln2), d_set(0x1.8p52) - shifted);
        const vd scale =
            d_of_u(u_of_d(d_gather(tfphilox_exp2f_scale, turns & 31u)) + (turns >> 5 << 52));
        const vd p = D_MADD(d_set(c[0] * 0x1p-15), r, d_set(c[1] * 0x1p-10));
        const vd q = D_MADD(d_set(c[2] * 0x1p-5), r, d_set(1.0));
        vd result = d_round_float32(D_MADD(p, r * r, q) * scale);
        if (m_bits(is_far)) {
            double xs[LANES];
            d_store(xs, whole);
            ANEW(m_bits(is_far), result, (double)tfphilox_expf, (float)xs[lane]);
        }
        d_store(x + i, result);
    }
}

/* log x in float of each of n uniform numbers in [0, 1), in place.
 *   floatmath.h's log32, and -inf for 0.
 * glibc >= 2.27's e_logf.c, by Arm (float_tables.h).  Worst error 0.818 ulp (stated). */
OUT_OF_LINE void logs32(double *x, int n) {
    for (int j = n; j % (2 * LANES) != 0; j++)
        x[j] = 0.5;
    for (int i = 0; i < n; i += 2 * LANES) {
        vd a[2], log[2];
        vm zero[2];
        UNROLL(2)
        for (int j = 0; j < 2; j++) {
            const vd whole = d_load(x + i + j * LANES);
            zero[j] = d_less(whole, d_set(1e-7));
            a[j] = d_select(zero[j], d_set(0.5), whole) * d_set(0x1p55);
        }
        log32(a, log);
        UNROLL(2)
        for (int j = 0; j < 2; j++)
            d_store(x + i + j * LANES,
                    d_select(zero[j], d_set(-INFINITY), d_round_float32(log[j])));
    }
}

#endif
