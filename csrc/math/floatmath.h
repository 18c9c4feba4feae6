/* floatmath.h: the logarithm, sine and cosine of TensorFlow's normals.
 *
 * TensorFlow's Box-Muller (core/lib/random/random_distributions_utils.h) calls the
 * C library, so its numbers are glibc's, and glibc's are not the correctly rounded
 * ones: what is reproduced here is glibc's approximation, with its tables and
 * polynomials.  Everything is in double lanes.
 *
 * float64: the bits are those of glibc >= 2.36 on a processor with fused operations
 * ("class 1"): every d_fma below is one that its compiler made (read from the
 * disassembly of libm 2.36's __log_fma and __sincos_fma), every other step is rounded
 * on its own.  The order is not free: change nothing without running
 * tests/makers/make_float_tables.py and the comparison with the host's libm.
 *
 * float32: an argument takes one of 2^23 values, so each function is proved by
 * trying them all (tests/core/test_exhaustive.py); within that proof the order of the
 * operations and whether a product is fused are free.
 *
 * What it does not do: arguments that Box-Muller cannot meet.
 */
#ifndef TFPHILOX_FLOATMATH_H
#define TFPHILOX_FLOATMATH_H

#include "../lanes.h"
#include "float_tables.h"
#include "log_tables.h"
#include "sincos_table.h"

/* a * b + c, fused where that is the faster: only where the proof covers both. */
#define FUSED           (LANES > 1 || FAST_FMA)
#define D_MADD(a, b, c) (FUSED ? d_fma(a, b, c) : (a) * (b) + (c))

/* A step waits for the step before: the float32 functions take two independent vectors, x's lanes
 * and y's, and do each step for both. */
#define EACH(i) UNROLL(2) for (int i = 0; i < 2; i++)

#define PI 0x1.921FB54442D18p+1

/* ---- float32 ---------------------------------------------------------------------------- */

/* log u in float, given 2^55 u; u in (0, 1) with float precision; for u = 0 the result is positive.
 *   1. u = 2^k z with z in [0.699, 1.398).
 *   2. r = z/c - 1, for c one of 16 points.
 *   3. log u = k ln 2 + log c + log1p r by a cubic, in double: rounded to float it is logf's.
 * glibc >= 2.27's e_logf.c, by Arm (float_tables.h).  Worst error 0.818 ulp (stated).  Tried: all
 * 2^23 inputs, with and without fused operations. */
INLINE void log32(const vd *u, vd *log) {
    const uint64_t low_end = 0x3FE6600000000000u, mantissa = 0x000FFFFFFFFFFFFFu;
    const uint64_t scale = (uint64_t)55 << 52;
    const double *const c = tfphilox_logf_poly;
    const vd ln2 = d_set(tfphilox_logf_ln2);
    const vd a0 = d_set(c[0]), a1 = d_set(c[1]), a2 = d_set(c[2]);
    vu place[2];
    vd r[2], k[2], base[2], r2[2], p[2];
    /* k in the exponent, the place within [low_end, 2 low_end) in the mantissa */
    EACH(i) place[i] = u_of_d(u[i]) - (low_end - 0x3FF0000000000000u + scale);
    /* the table's index is in the low four bits of place >> 48 */
    EACH(i) r[i] = d_of_u((place[i] & mantissa) + low_end);
    EACH(i) r[i] = D_MADD(r[i], d_lookup16(tfphilox_logf_invc, place[i] >> 48), d_set(-1.0));
    EACH(i) k[i] = d_exponent(d_of_u(place[i]));
    EACH(i) base[i] = D_MADD(k[i], ln2, d_lookup16(tfphilox_logf_logc, place[i] >> 48)) + r[i];
    EACH(i) r2[i] = r[i] * r[i];
    EACH(i) p[i] = D_MADD(r[i], a1, a2);
    EACH(i) p[i] = D_MADD(r2[i], a0, p[i]);
    EACH(i) log[i] = D_MADD(p[i], r2[i], base[i]);
}

/* 2^55 u for u, the float32 uniform of the high words. */
static inline vd unit32_high(vu x) { return d_of_high(x & 0x007FFFFF00000000u); }

/* -2 log u from log u.  TensorFlow's BoxMullerFloat raises u to 1e-7f, and only 0 is smaller: the
 * product is negative there, and as bits above every other. */
INLINE vf radius32(vf log) {
    const vf end = f_set(0x1.01E3B8p+5f); /* -2 logf(1e-7f) */
    return f_least(f_mul(f_set(-2.0f), log), end);
}

/* 2^52 + 2^23 u for u, the float32 uniform of the low words. */
static inline vd count32_low(vu x) { return d_of_u((x & 0x7FFFFFu) | 0x4330000000000000u); }

/* 2 pi u rounded to float (as a double) for the u of the low words: half an ulp of float is added
 * to the bits and the rest cut off.  No product here is a tie. */
static inline vd angle32(vu x) {
    /* v - 2^52 is exact, so both forms agree */
    const vd v = count32_low(x), turn = d_set(0x1p-22 * PI);
    vd angle = FUSED ? d_fma(v, turn, d_set(-0x1p30 * PI)) : (v - d_set(0x1p52)) * turn;
    return d_of_u((u_of_d(angle) + 0x10000000u) & 0xFFFFFFFFE0000000u);
}

/* angle = n pi/2 + r with |r| <= pi/4 (and a rounding), angle in [0, 2 pi) with float precision.
 * The factor is a little above 2/pi: where u is an odd number of eighths n is the larger one, as
 * sincos32 takes it from u's bits. */
INLINE void reduce32(const vd *angle, vd *r) {
    const vd round = d_set(0x1.8p52), two_over_pi = d_set(0x1.45F308p-1);
    vd n[2];
    EACH(i) n[i] = D_MADD(angle[i], two_over_pi, round) - round;
    EACH(i) r[i] = D_MADD(n[i], d_set(-PI / 2), angle[i]);
}

/* sine and cosine in float of the angles of the low words of x (into the low half of the floats)
 * and y, r being their reduced angles, |r| <= pi/4.
 *   1. One odd and one even polynomial in r, in double.
 *   2. n, from the top bits of the words: its parity swaps the two, its second bit is the sign.
 * glibc >= 2.28's s_sincosf.c, by Arm (optimized-routines math/sincosf_data.c).  Tried: all 2^23
 * inputs, with and without fused operations. */
INLINE void sincos32(const vd *r, vu x, vu y, vf *sine, vf *cosine) {
    vd r2[2], s[2], c[2];
    EACH(i) r2[i] = r[i] * r[i];
    EACH(i) s[i] = D_MADD(r2[i], d_set(-0x1.994eb3774cf24p-13), d_set(0x1.1107605230bc4p-7));
    EACH(i) c[i] = D_MADD(r2[i], d_set(0x1.99343027bf8c3p-16), d_set(-0x1.6c087e89a359dp-10));
    EACH(i) s[i] = D_MADD(s[i], r2[i], d_set(-0x1.555545995a603p-3));
    EACH(i) c[i] = D_MADD(c[i], r2[i], d_set(0x1.55553e1068f19p-5));
    EACH(i) s[i] = D_MADD(s[i], r2[i] * r[i], r[i]);
    EACH(i) c[i] = D_MADD(c[i], r2[i], d_set(-0x1.ffffffd0c621cp-2));
    EACH(i) c[i] = D_MADD(c[i], r2[i], d_set(1.0));
    /* u in units of 2^-32; n is the top two bits, after rounding */
    vw n = w_add(w_shl(w_low(x, y), 9), w_set(1u << 29));
    vf a = f_narrow(s[0], s[1]), b = f_narrow(c[0], c[1]);
    vw odd = w_shl(n, 1);
    *sine = f_flip(f_choose(odd, b, a), n);
    *cosine = f_flip(f_choose(odd, a, b), w_add(n, w_set(1u << 30)));
}

/* ---- float64 ---------------------------------------------------------------------------- */

/* log x for 1 - 2^-4 <= x < 1 + 0x1.09p-4, where log64's k ln 2 + log c would cancel.
 *   1. r = x - 1, exactly.
 *   2. log1p r by a polynomial, its first two terms with r's leading 26 bits apart, so that r^2 / 2
 *      is exact.
 * glibc >= 2.28's e_log.c, by Arm (log_tables.h).  Worst error 0.52 ulp (stated).  Tried: with
 * log64. */
#define LOG64_NEAR1 0x1.dffffffffffffp-1 /* the largest double below 1 - 2^-4 */
static inline vd log64_near1(vd x) {
    const double *const b = tfphilox_log_near1;
    vd r = x - d_set(1.0), r2 = r * r, r3 = r * r2;
    vd p1 = d_fma(r2, d_set(b[3]), d_fma(r, d_set(b[2]), d_set(b[1])));
    vd p4 = d_fma(r2, d_set(b[6]), d_fma(r, d_set(b[5]), d_set(b[4])));
    vd p7 = d_fma(r3, d_set(b[10]), d_fma(r2, d_set(b[9]), d_fma(r, d_set(b[8]), d_set(b[7]))));
    vd p = d_fma(d_fma(p7, r3, p4), r3, p1);
    vd leading = d_fma(d_set(-0x1p27), r, d_fma(r, d_set(0x1p27), r)), rest = r - leading;
    vd square = leading * leading;
    vd high = d_fma(square, d_set(b[0]), r);
    vd low = d_fma(square, d_set(b[0]), r - high);
    low = d_fma(rest * d_set(b[0]), r + leading, low);
    return d_fma(p, r3, low) + high;
}

/* log x, x normal and positive and not near 1.
 *   1. x = 2^k z with z in [0.6875, 1.375).
 *   2. r = z/c - 1 exactly, for c one of 128 points.
 *   3. log x = k ln 2 + log c + r - r^2 / 2 + ..., the first sums in two doubles.
 * glibc >= 2.28's e_log.c, by Arm (log_tables.h); libmath.h has the same, one at a time.  Worst
 * error 0.52 ulp (stated).  Tried: 10^9 uniforms, the borders of the cells, around 1. */
static inline vd log64(vd x) {
    const double *const a = tfphilox_log_poly;
    const uint64_t low_end = 0x3FE6000000000000u, mantissa = 0x000FFFFFFFFFFFFFu;
    vu place = u_of_d(x) - (low_end - 0x3FF0000000000000u); /* exponent k, then the place */
    vu i = place >> 45 & 127u;
    vd k = d_exponent(d_of_u(place));
    vd z = d_of_u((place & mantissa) + low_end);
    vd inverse, log_c;
    d_rows2(tfphilox_log_table, i, &inverse, &log_c);
    vd r = d_fma(z, inverse, d_set(-1.0));
    vd w = d_fma(k, d_set(tfphilox_log_ln2[0]), log_c);
    vd high = w + r;
    vd low = d_fma(k, d_set(tfphilox_log_ln2[1]), (w - high) + r);
    vd r2 = r * r;
    vd p = d_fma(d_fma(r, d_set(a[4]), d_set(a[3])), r2, d_fma(r, d_set(a[2]), d_set(a[1])));
    return d_fma(r * r2, p, d_fma(r2, d_set(a[0]), low)) + high;
}

/* log x, x normal and positive, near 1 or not. */
static inline vd log64_all(vd x) {
    vm near = d_less(d_set(LOG64_NEAR1), x) & d_less(x, d_set(1.0 + 0x1.09p-4));
    return m_bits(near) ? d_select(near, log64_near1(x), log64(x)) : log64(x);
}

/* x = n pi/2 + sign (a + da), x in [0, 2 pi]; n by three bands (0; 1; the nearest), each with its
 * own pieces of pi/2. */
typedef struct {
    vd a, da;
    vu n; /* in the low two bits; the sign in the top one */
} reduced64;

static inline reduced64 reduce64(vd x) {
    const double *const third = tfphilox_half_pi_part, *const second = tfphilox_half_pi;
    const vd round = d_set(0x1.8p52), zero = d_set(0.0);
    const uint64_t sign_bit = 0x8000000000000000u;

    vm in_two = d_less(x, d_set(tfphilox_sincos_two_quadrants));
    vm in_one = d_less(x, d_set(tfphilox_sincos_one_quadrant));
    vd t = d_fma(x, d_set(tfphilox_two_over_pi), round);
    t = d_select(in_one, round, d_select(in_two, d_set(0x1.8p52 + 1.0), t));
    vd turns = round - t; /* -n */
    vu n = u_of_d(t);
    vd m1 = d_select(in_two, d_set(second[0]), d_set(third[0]));
    vd m2 = d_select(in_two, zero, d_set(third[1]));
    vd m3 = d_select(in_two, d_set(second[1]), d_set(third[2]));
    vd m4 = d_select(in_two, zero, d_set(third[3]));
    vd y = d_fma(turns, m2, d_fma(turns, m1, x));
    vd y2 = d_fma(turns, m3, y);
    vd da = d_fma(turns, m3, y - y2);
    vd a = d_fma(turns, m4, y2);
    da = da + d_fma(turns, m4, y2 - a);

    vu sign = u_of_d(a) & sign_bit; /* sine is odd, cosine even, and so is every rounding */
    a = d_of_u(u_of_d(a) ^ sign);
    da = d_of_u(u_of_d(da) ^ sign);
    return (reduced64){a, da, (n & 3u) | sign};
}

/* sine and cosine of the angle that was reduced to x.
 *   1. |a| = k/128 + d.
 *   2. The addition formulas with the table's sin and cos of k/128, and short polynomials in d;
 *      below 0.126 the sine is its Taylor polynomial.
 *   3. n's parity swaps the two, and its second bit gives the signs.
 * glibc >= 2.36's s_sincos.c, by IBM (sincos_table.h); libmath.h has the same, one at a time. Worst
 * error 0.55 ulp (stated).  Tried: 10^9 angles 2 pi u, about the multiples of pi/4, the borders of
 * the cells. */
static inline void sincos64(reduced64 x, vd *sine, vd *cosine) {
    const double *const s_odd = tfphilox_sin_small, *const c_even = tfphilox_cos_small;
    const double *const taylor = tfphilox_sin_taylor;
    const vd grid = d_set(0x1.8p45);
    const uint64_t sign_bit = 0x8000000000000000u;
    const vd a = x.a, da = x.da;
    const vu n = x.n;
    vd u = a + grid;
    vd d = a - (u - grid);
    vu k = u_of_d(u) & 127u;
    vd sn, ssn, cs, ccs;
    d_rows4(tfphilox_sincos_table, k, &sn, &ssn, &cs, &ccs);

    vd dd = d * d; /* the sine: da joins late */
    vd s = d_fma(dd * d, d_fma(dd, d_set(s_odd[1]), d_set(s_odd[0])), da) + d;
    vd c = d_fma(dd, d_set(c_even[2]), d_set(c_even[1]));
    c = d_fma(d, da, dd * d_fma(c, dd, d_set(c_even[0])));
    vd by_table = sn + d_fma(s, cs, d_fma(-c, sn, d_fma(s, ccs, ssn)));

    vd aa = a * a;
    vd p = d_fma(d_set(taylor[4]), aa, d_set(taylor[3]));
    p = d_fma(p, aa, d_set(taylor[2]));
    p = d_fma(d_fma(p, aa, d_set(taylor[1])), aa, d_set(taylor[0]));
    vd by_taylor = a + d_fma(aa, d_fma(p, a, d_set(-0.5) * da), da);
    vd sin_a = d_select(d_less(a, d_set(tfphilox_sincos_taylor_below)), by_taylor, by_table);

    vd e = d + da, ee = e * e; /* the cosine: da joins at once */
    s = d_fma(e * ee, d_fma(ee, d_set(s_odd[1]), d_set(s_odd[0])), e);
    c = d_fma(ee, d_set(c_even[2]), d_set(c_even[1]));
    c = ee * d_fma(c, ee, d_set(c_even[0]));
    vd cos_a = cs + d_fma(-s, sn, d_fma(-c, cs, d_fma(-s, ssn, ccs)));

    /* n = 0: (S, C); 1: (C, -S); 2: (-S, -C); 3: (-C, S) */
    vm odd = u_bit(n, 0);
    sin_a = d_of_u(u_of_d(sin_a) ^ ((n ^ ((n + 1u) << 62)) & sign_bit));
    cos_a = d_of_u(u_of_d(cos_a) ^ (n << 62 & sign_bit));
    *sine = d_select(odd, cos_a, sin_a);
    *cosine = d_select(odd, sin_a, cos_a);
}

/* A lane's two words as float64's uniform in [0, 1). */
static inline vd unit64(vu x) {
    return d_of_u((x & 0x000FFFFFFFFFFFFFu) | 0x3FF0000000000000u) - d_set(1.0);
}

#endif
