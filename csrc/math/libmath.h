/* libmath.h: the C library's functions as TensorFlow's rejection samplers met them, one number
 * at a time.
 *
 * Gamma, Poisson, binomial, categorical, truncated normal and the candidate samplers call the C
 * library, so their numbers depend on glibc's exp, log, pow and so on to the last bit, and those
 * are not the correctly rounded ones.  Here each is written again, with glibc's tables and
 * polynomials and in an order of operations that gives glibc's bits on every platform: those of
 * glibc 2.36 on a processor with fused operations, on which TensorFlow was measured.  Every
 * fused_multiply_add is one that glibc's own compiler made (read from the disassembly of
 * libm-2.36.a's *-fma.o); every other step is rounded on its own.  The order is not free: change
 * nothing without running tests/c/prove_libmath.c and tests/makers/make_float_tables.py.
 *
 * How it was proved: tests/c/prove_libmath.c with 10^9 inputs for each function of doubles, drawn
 * from where the samplers use it and where it is hard, and every float there is for each function
 * of one float; 0 different.  And, as most of the fusions show in the last bit only once in
 * millions: glibc's objects linked with tables of random numbers so large that each rounding
 * shows, 10^8 inputs, 0 different; there undoing any one fusion was seen, save three that are
 * exact and two of sincos that change no result.
 *
 * Other versions of glibc, on x86-64 with FMA (2.31, 2.41 and 2.43 were run):
 *   exp, log, pow     the same since 2.28
 *   expf, logf, powf  the same since 2.27
 *   sincos            the same since 2.36; before that without fused operations
 *   log1p             the same since 2.39, and in the branches of 2.34 to 2.38 since January 2025
 *                     (Debian 12: in 2.36-9+deb12u14, not in deb12u7); before that without fused
 *                     operations, which changes 4 of 10^4 results
 *   lgamma            the same up to 2.42; then CORE-MATH's, which is correctly rounded: another
 *                     result for one whole number in three
 *   expm1f, log1pf, erff
 *                     the same up to 2.40; then CORE-MATH's, which is correctly rounded
 *   erf               as its exp, whose processor's answer it takes; up to 2.42 (not run)
 * On aarch64 (2.36 was run) all the same but lgamma, expm1f and log1pf, whose operations the
 * compiler fused there.  On x86-64 without FMA exp, log, pow, log1p and sincos differ in 10^-4 to
 * 10^-3 of the results, lgamma where its log does, expf for two floats.
 *
 * Rounding is to nearest and subnormals are kept.  TensorFlow runs its kernels with subnormals
 * flushed; what it gets is flushed_double or flushed_float of the result here (run so: no
 * difference, save that powf within 2^-150 below FLT_MIN is FLT_MIN here and 0 there).
 *
 * Speed, compiled for processors with FMA: in a loop 1.0 to 2.6 times as fast as calling glibc
 * (log1p of x from -0.29 to 0.41 alone: 0.8), from one result to the next the same.  With
 * fused_multiply_add emulated the double functions take 15 to 200 ns.
 *
 * What it does not do: vectors (floatmath.h, arraymath.h), errno and exception flags, signalling
 * NaNs; negative x for pow, powf and lgamma; angles outside [0, 2 pi] for sincos.
 */
#ifndef TFPHILOX_LIBMATH_H
#define TFPHILOX_LIBMATH_H

#include <math.h>
#include <stdint.h>

#include "../floatbits.h"
#include "exp_table.h"
#include "float_tables.h"
#include "lgamma_table.h"
#include "log_tables.h"
#include "pow_table.h"
#include "sincos_table.h"

#if defined(__GNUC__)
#define RARELY(condition) __builtin_expect(!!(condition), 0)
#else
#define RARELY(condition) (condition)
#endif

/* a * b + c, fused where that is the faster: only where the proof covers both. */
#if FAST_FMA
#define EITHER_MADD(a, b, c) __builtin_fma(a, b, c)
#else
#define EITHER_MADD(a, b, c) ((a) * (b) + (c))
#endif

#define MANTISSA 0x000FFFFFFFFFFFFFu

/* ---- whole numbers ---------------------------------------------------------------------- */

/* The least whole number that is not below x: exact, so any way of making it will do. */
static inline double tfphilox_ceil(double x) {
#if defined(__SSE4_1__) || defined(__aarch64__)
    return __builtin_ceil(x);
#else
    if (!(fabs(x) < 0x1p52))
        return x;
    double whole = (double)(int64_t)x;
    return copysign(whole < x ? whole + 1.0 : whole, x);
#endif
}

/* expm1f, log1p, log1pf and lgamma follow fdlibm: "Copyright (C) 1993 by Sun Microsystems, Inc. All
 * rights reserved.  Developed at SunPro, a Sun Microsystems, Inc. business.  Permission to use,
 * copy, modify, and distribute this software is freely granted, provided that this notice is
 * preserved." */

/* ---- exponentials ----------------------------------------------------------------------- */

/* x = n ln 2 / 128 + r; n comes in the low bits of *turns.  |x| < 1024. */
static inline double exp_reduce(double x, uint64_t *turns) {
    const double round = 0x1.8p52;
    double shifted = fused_multiply_add(x, tfphilox_exp_per_ln2, round);
    *turns = bits_of_double(shifted);
    double n = shifted - round;
    double r = fused_multiply_add(-n, tfphilox_exp_ln2[0], x);
    return fused_multiply_add(-n, tfphilox_exp_ln2[1], r);
}

/* scale (1 + p) where scale, whose bits are given, may have left the range of exponents.  A
 * result below DBL_MIN is rounded to its coarser grid in one step, as a sum with 1. */
static inline double exp_far(double p, uint64_t scale_bits, uint64_t turns) {
    if (!(turns & 0x80000000u)) { /* n >= 0 */
        double scale = double_of_bits(scale_bits - ((uint64_t)1009 << 52));
        return 0x1p1009 * fused_multiply_add(scale, p, scale);
    }
    double scale = double_of_bits(scale_bits + ((uint64_t)1022 << 52));
    double product = scale * p; /* used twice, and so not fused */
    double y = scale + product;
    if (y < 1.0) {
        double low = (scale - y) + product;
        double high = 1.0 + y;
        low = ((1.0 - high) + y) + low;
        y = (high + low) - 1.0;
    }
    return 0x1p-1022 * y;
}

/* 2^(n/128) e^r, |r| < 0.0028; far: |n ln 2 / 128| >= 512. */
static inline double exp_join(double r, uint64_t turns, int far) {
    const double *const c = tfphilox_exp_poly;
    unsigned i = turns & 127u;
    uint64_t scale_bits = bits_of_double(tfphilox_exp_scale[i]) + (turns >> 7 << 52);
    double r2 = r * r;
    double p = fused_multiply_add(r, c[1], c[0]);
    double q = fused_multiply_add(r, c[3], c[2]);
    p = fused_multiply_add(r2, p, tfphilox_exp_tail[i] + r);
    p = fused_multiply_add(r2 * r2, q, p);
    if (RARELY(far))
        return exp_far(p, scale_bits, turns);
    double scale = double_of_bits(scale_bits);
    return fused_multiply_add(scale, p, scale);
}

/* The exponent field of x, its sign left out. */
static inline uint32_t exponent_of(double x) {
    return (uint32_t)(bits_of_double(x) >> 52) & 0x7FFu;
}

/* e^x, any x.
 *   1. x = n ln 2 / 128 + r, |r| < 0.0028: n by adding 1.5 2^52, r with ln 2 / 128 in two parts.
 *   2. e^r = 1 + r + r^2 (a cubic); 2^(n/128) from exp_table.h, its tail added to r.
 *   3. scale + scale (what is above 1).  From |x| = 512 on, scale is first moved into the middle
 *      of the exponents; a subnormal result is rounded once, by exp_far.
 * glibc >= 2.28's e_exp.c, by Arm.  Worst error 0.511 ulp (stated; 0.508 seen).  Tried: 10^9
 * inputs, the samplers' ranges, the borders of n, results subnormal or about to overflow. */
static inline double tfphilox_exp(double x) {
    uint32_t exponent = exponent_of(x);
    int far = 0;
    if (RARELY(exponent - 0x3C9u >= 0x408u - 0x3C9u)) { /* not 2^-54 <= |x| < 512 */
        if (exponent < 0x3C9u)
            return 1.0;
        if (exponent >= 0x409u) /* 1024, infinity, NaN */
            return x != x ? x + x : x > 0.0 ? (double)INFINITY : 0.0;
        far = 1;
    }
    uint64_t turns;
    double r = exp_reduce(x, &turns);
    return exp_join(r, turns, far);
}

/* e^x in float, any x.  In double: x = (n + r) ln 2 / 32, |r| <= 1/2; 2^(n/32) from a table,
 * 2^(r/32) by a cubic; rounded once.  Where r is not fused, as in glibc without FMA, two floats
 * come out otherwise (0x1.04845ep+5 and -0x1.f8cbb2p+5).  glibc >= 2.27's e_expf.c, by Arm.  Worst
 * error 0.502 ulp (stated).  Tried: all floats, with the other steps fused and not. */
static inline float tfphilox_expf(float x) {
    const double *const c = tfphilox_exp2f_poly;
    const double round = 0x1.8p52;
    if (RARELY(!(fabsf(x) < 88.0f))) {
        if (x != x)
            return x + x;
        if (x > 0x1.62e42ep6f) /* log 2^128 */
            return INFINITY;
        if (x < -0x1.9fe368p6f) /* log 2^-150 */
            return 0.0f;
        if (x < -0x1.9d1d9ep6f) /* log 2^-149 */
            return 0x1p-149f;
    }
    double z = (double)x;
    double shifted = EITHER_MADD(z, tfphilox_expf_per_ln2, round);
    uint64_t turns = bits_of_double(shifted);
    double r = fused_multiply_add(z, tfphilox_expf_per_ln2, round - shifted);
    unsigned i = turns & 31u;
    double scale = double_of_bits(bits_of_double(tfphilox_exp2f_scale[i]) + (turns >> 5 << 52));
    /* r is in 32nds here: the powers of 32 go into the coefficients */
    double p = EITHER_MADD(c[0] * 0x1p-15, r, c[1] * 0x1p-10);
    double q = EITHER_MADD(c[2] * 0x1p-5, r, 1.0);
    return (float)(EITHER_MADD(p, r * r, q) * scale);
}

/* e^x - 1 in float, any x, in float.  The steps are below.  glibc <= 2.40's s_expm1f.c, by Sun
 * (fdlibm; its constants too).  Worst error 0.82 ulp (seen, of all).  Tried: all floats. */
static inline float tfphilox_expm1f(float x) {
    static const float q[5] = {-0x1.111112p-5f, 0x1.a01a02p-10f, -0x1.4ce19ap-14f, 0x1.0cfca8p-18f,
                               -0x1.afdb76p-23f};
    const float ln2_high = 0x1.62e3p-1f, ln2_low = 0x1.2fefa2p-17f, per_ln2 = 0x1.715476p+0f;
    uint32_t magnitude = bits_of_float(x) & 0x7FFFFFFFu;
    if (RARELY(magnitude >= 0x4195B844u)) { /* 27 ln 2 */
        if (magnitude > 0x7F800000u)
            return x + x;
        if (x < 0.0f)
            return -1.0f;
        if (magnitude >= 0x42B17218u) /* 128 ln 2 */
            return INFINITY;
    }
    if (magnitude < 0x33000000u) /* 2^-25 */
        return x;

    /* 1. x = k ln 2 + r, with c what is lost by rounding r */
    int k = 0;
    float r = x, c = 0.0f;
    if (magnitude > 0x3EB17218u) { /* ln 2 / 2 */
        k = (int)(per_ln2 * x + (x < 0.0f ? -0.5f : 0.5f));
        float high = x - (float)k * ln2_high, low = (float)k * ln2_low;
        r = high - low;
        c = (high - r) - low;
    }
    /* 2. e^r - 1 = r - e, by a quotient in r^2 / 2 */
    float half = 0.5f * r, square = r * half;
    float p = 1.0f +
              square * (q[0] + square * (q[1] + square * (q[2] + square * (q[3] + square * q[4]))));
    float t = 3.0f - p * half;
    float e = square * ((p - t) / (6.0f - r * t));
    if (k == 0)
        return r - (r * e - square);
    e = (r * (e - c) - c) - square;
    /* 3. 2^k (e^r - 1) + (2^k - 1), in the order that loses least for each k */
    if (k == -1)
        return 0.5f * (r - e) - 0.5f;
    if (k == 1)
        return r < -0.25f ? -2.0f * (e - (r + 0.5f)) : 1.0f + 2.0f * (r - e);
    uint32_t scale = (uint32_t)k << 23; /* added to a float's bits: times 2^k */
    if (k < 0 || k > 56)
        return float_of_bits(bits_of_float(1.0f - (e - r)) + scale) - 1.0f;
    float y;
    if (k < 23)
        y = (1.0f - float_of_bits((uint32_t)(127 - k) << 23)) - (e - r);
    else
        y = (r - (e + float_of_bits((uint32_t)(127 - k) << 23))) + 1.0f;
    return float_of_bits(bits_of_float(y) + scale);
}

/* ---- logarithms ------------------------------------------------------------------------- */

/* Is x something else than a positive number?  Then *log is its logarithm.  Else x is subnormal
 * and *bits become those of 2^52 x with the exponent lowered by 52, which makes it negative. */
static inline int log_is_special(double x, uint64_t *bits, double *log) {
    uint64_t b = bits_of_double(x);
    if (b << 1 == 0)
        return *log = -(double)INFINITY, 1;
    if (x != x)
        return *log = x + x, 1;
    if (b >> 63)
        return *log = invalid_double(), 1;
    if (b == 0x7FF0000000000000u)
        return *log = x, 1;
    *bits = bits_of_double(x * 0x1p52) - ((uint64_t)52 << 52);
    return 0;
}

/* x = 2^k z, z in [low end, 2 low end): the place of z's bits, with k + 2048 above them. */
static inline uint64_t log_place(uint64_t bits, uint64_t low_end) {
    return bits - low_end + 0x8000000000000000u;
}
/* k as a double, by way of the mantissa of 2^52 + 2048 + k: a conversion waits for an old value of
 * its register where the compiler forgets to clear it. */
static inline double log_binade(uint64_t place) {
    return double_of_bits(place >> 52 | 0x4330000000000000u) - (0x1p52 + 2048.0);
}
static inline double logf_binade(uint32_t place) {
    return double_of_bits(place >> 23 | 0x4330000000000000u) - (0x1p52 + 256.0);
}

/* log x, any x.
 *   x = 2^k z with z in [0.6875, 1.375); r = z/c - 1 exactly, for c one of 128 points; log x =
 *   k ln 2 + log c + r - r^2 / 2 + ...  From 1 - 2^-4 to 1 + 0x1.09p-4 the first two would cancel:
 *   there log1p r by a polynomial, its first two terms with r's leading 26 bits apart, so that
 *   r^2 / 2 is exact.
 * glibc >= 2.28's e_log.c, by Arm; floatmath.h has the same in vectors.  Worst error 0.52 ulp
 * (stated).  Tried: 10^9 inputs, uniforms, all binades, the borders of the cells, around 1. */
static inline double tfphilox_log(double x) {
    const uint64_t low_end = 0x3FE6000000000000u;
    uint64_t bits = bits_of_double(x);
    if (bits - 0x3FEE000000000000u < 0x3FF1090000000000u - 0x3FEE000000000000u) {
        const double *const b = tfphilox_log_near1;
        double r = x - 1.0, r2 = r * r, r3 = r * r2;
        double p1 = fused_multiply_add(r2, b[3], fused_multiply_add(r, b[2], b[1]));
        double p4 = fused_multiply_add(r2, b[6], fused_multiply_add(r, b[5], b[4]));
        double p7 = fused_multiply_add(r2, b[9], fused_multiply_add(r, b[8], b[7]));
        p7 = fused_multiply_add(r3, b[10], p7);
        double p = fused_multiply_add(fused_multiply_add(p7, r3, p4), r3, p1);
        double leading = fused_multiply_add(-0x1p27, r, fused_multiply_add(r, 0x1p27, r));
        double rest = r - leading, square = leading * leading;
        double high = fused_multiply_add(square, b[0], r);
        double low = fused_multiply_add(square, b[0], r - high);
        low = fused_multiply_add(rest * b[0], r + leading, low);
        return fused_multiply_add(p, r3, low) + high;
    }
    if (RARELY(bits - 0x0010000000000000u >= 0x7FF0000000000000u - 0x0010000000000000u)) {
        double special;
        if (log_is_special(x, &bits, &special))
            return special;
    }
    const double *const a = tfphilox_log_poly;
    uint64_t place = log_place(bits, low_end);
    unsigned i = (unsigned)(place >> 45) & 127u;
    double k = log_binade(place), z = double_of_bits((place & MANTISSA) + low_end);
    double r = fused_multiply_add(z, tfphilox_log_table[2 * i], -1.0);
    double w =
        fused_multiply_add(k, tfphilox_log_ln2[0], tfphilox_log_table[2 * i + 1]); /* exact */
    double high = w + r;
    double low = fused_multiply_add(k, tfphilox_log_ln2[1], (w - high) + r);
    double r2 = r * r;
    double p = fused_multiply_add(r, a[2], a[1]);
    p = fused_multiply_add(fused_multiply_add(r, a[4], a[3]), r2, p);
    return fused_multiply_add(r * r2, p, fused_multiply_add(r2, a[0], low)) + high;
}

/* log(1 + x), any x.  The steps are below; x itself is f if -0.293 < x < 0.414, where k = 0.
 * (Both cases are computed at once: uniform x goes either way too often to guess.)  glibc's
 * s_log1p.c, by Sun (fdlibm; its constants too), with the fusions of 2.39 (see above).  Worst error
 * 0.82 ulp (seen in 4 10^7).  Tried: 10^9 inputs, -uniforms, -probabilities, ranges up to 2^63,
 * 1 + x about a power of two and its roots. */
static inline double tfphilox_log1p(double x) {
    static const double p[7] = {0x1.5555555555593p-1, 0x1.999999997fa04p-2, 0x1.2492494229359p-2,
                                0x1.c71c51d8e78afp-3, 0x1.7466496cb03dep-3, 0x1.39a09d078c69fp-3,
                                0x1.2f112df3e5244p-3};
    const double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
    const uint64_t low_end = 0x3FE6A09E00000000u;
    double u = 1.0 + x, lost = u >= 2.0 ? 1.0 - (u - x) : x - (u - 1.0); /* by rounding u */
    if (RARELY(!(x > -1.0 && x < 0x1p53) || fabs(x) < 0x1p-29)) {
        if (fabs(x) < 0x1p-54)
            return x;
        if (fabs(x) < 0x1p-29)
            return fused_multiply_add(-(x * x), 0.5, x);
        if (!(x > -1.0 && x < (double)INFINITY))
            return x == -1.0 ? -(double)INFINITY : x < -1.0 ? invalid_double() : x + x;
        u = x; /* 2^53 and more */
        lost = 0.0;
    }
    /* 1. 1 + x = 2^k (1 + f), and c = lost / u, which is left out if k = 0 */
    uint64_t place = log_place(bits_of_double(u), low_end);
    double k = log_binade(place), f = double_of_bits((place & MANTISSA) + low_end) - 1.0;
    int middle = (x > -0x1.2bec4p-2) & (x < 0x1.a827ap-2);
    k = middle ? 0.0 : k;
    f = middle ? x : f;
    double c = k != 0.0 ? fused_multiply_add(k, ln2_low, lost / u) : 0.0;
    if (RARELY(fabs(f) <= 0x1.8p-20) && f < 0x1p-20 && k != 0.0) {
        if (f == 0.0)
            return fused_multiply_add(k, ln2_high, c);
        double third = 0.5 * f * f * fused_multiply_add(-0x1.5555555555555p-1, f, 1.0);
        return fused_multiply_add(k, ln2_high, -((third - c) - f));
    }
    /* 2. log(1 + f) = f - (f^2/2 - s (f^2/2 + p(s^2))), s = f / (2 + f) */
    double square = 0.5 * f * f, s = f / (2.0 + f);
    double z = s * s, z2 = z * z, z4 = z2 * z2, z6 = z4 * z2;
    double p2 = fused_multiply_add(z, p[2], p[1]);
    double p4 = fused_multiply_add(z, p[4], p[3]);
    double p6 = fused_multiply_add(z, p[6], p[5]);
    double sum = fused_multiply_add(z, p[0], z2 * p2);
    sum = fused_multiply_add(z6, p6, fused_multiply_add(z4, p4, sum));
    double tail = s * (square + sum) + c;
    return fused_multiply_add(k, ln2_high, -((square - tail) - f));
}

/* log x in float, any x.  In double: x = 2^k z, r = z/c - 1 for c one of 16 points, log x =
 * k ln 2 + log c + r + r^2 (a quadratic); rounded once.  Nothing special near 1, where c = 1 and
 * log c = 0.  glibc >= 2.27's e_logf.c, by Arm.  Worst error 0.818 ulp (stated).  Tried: all
 * floats, with and without fused operations. */
static inline float tfphilox_logf(float x) {
    const double *const a = tfphilox_logf_poly;
    const uint32_t low_end = 0x3F330000u;
    uint32_t bits = bits_of_float(x);
    if (RARELY(bits - 0x00800000u >= 0x7F800000u - 0x00800000u)) {
        if (bits << 1 == 0)
            return -INFINITY;
        if (x != x)
            return x + x;
        if (bits >> 31)
            return invalid_float();
        if (bits == 0x7F800000u)
            return x;
        bits = bits_of_float(x * 0x1p23f) - (23u << 23);
    }
    uint32_t place = bits - low_end + 0x80000000u; /* k + 256, then the place of z */
    unsigned i = place >> 19 & 15u;
    double k = logf_binade(place);
    double z = (double)float_of_bits((place & 0x007FFFFFu) + low_end);
    double r = EITHER_MADD(z, tfphilox_logf_invc[i], -1.0);
    double base = EITHER_MADD(k, tfphilox_logf_ln2, tfphilox_logf_logc[i]) + r;
    double r2 = r * r;
    double p = EITHER_MADD(r, a[1], a[2]);
    p = EITHER_MADD(r2, a[0], p);
    return (float)EITHER_MADD(p, r2, base);
}

/* s (f^2/2 + p(s^2)), s = f / (2 + f): what log(1 + f) is above f - f^2/2. */
static inline float log1pf_rest(float f, float square) {
    static const float p[7] = {0x1.555556p-1f, 0x1.99999ap-2f, 0x1.24924ap-2f, 0x1.c71c52p-3f,
                               0x1.74664ap-3f, 0x1.39a09ep-3f, 0x1.2f112ep-3f};
    float s = f / (2.0f + f), z = s * s;
    float sum = p[3] + z * (p[4] + z * (p[5] + z * p[6]));
    sum = z * (p[0] + z * (p[1] + z * (p[2] + z * sum)));
    return s * (square + sum);
}

/* log(1 + x) in float, any x, in float.  As tfphilox_log1p, but the cases apart: a sampler's -p is
 * nearly always small.  glibc <= 2.40's s_log1pf.c, by Sun (fdlibm; its constants too).  Worst
 * error 1.30 ulp (seen, of all).  Tried: all floats. */
static inline float tfphilox_log1pf(float x) {
    const float ln2_high = 0x1.62e3p-1f, ln2_low = 0x1.2fefa2p-17f;
    const uint32_t low_end = 0x3F3504F7u;
    if (x >= -0x1.2bec3ep-2f && x < 0x1.a827aep-2f) {
        if (RARELY(fabsf(x) < 0x1p-29f))
            return fabsf(x) < 0x1p-54f ? x : x - x * x * 0.5f;
        float square = 0.5f * x * x;
        return x - (square - log1pf_rest(x, square));
    }
    float u = 1.0f + x, lost = u >= 2.0f ? 1.0f - (u - x) : x - (u - 1.0f); /* by rounding u */
    if (RARELY(!(x > -1.0f && x < 0x1p53f))) {
        if (!(x > -1.0f && x < INFINITY))
            return x == -1.0f ? -INFINITY : x < -1.0f ? invalid_float() : x + x;
        u = x;
        lost = 0.0f;
    }
    /* 1 + x = 2^k (1 + f), and c = lost / u, which is left out if k = 0 */
    uint32_t place = bits_of_float(u) - low_end + 0x40000000u; /* k + 128, then the place */
    float k = (float)((int)(place >> 23) - 128);
    float f = float_of_bits((place & 0x007FFFFFu) + low_end) - 1.0f;
    float c = k != 0.0f ? lost / u + k * ln2_low : 0.0f, square = 0.5f * f * f;
    if (RARELY(fabsf(f) <= 0x1.8p-23f) && f <= 0.0f) {
        if (f == 0.0f)
            return k * ln2_high + c;
        return k * ln2_high - ((square * (1.0f - 0x1.555556p-1f * f) - c) - f);
    }
    return k * ln2_high - ((square - (log1pf_rest(f, square) + c)) - f);
}

/* ---- powers ----------------------------------------------------------------------------- */

/* x^y, x >= 0, any y.  e^(y log x): the logarithm in two doubles (pow_table.h), their product with
 * y in two doubles, and the steps of tfphilox_exp with the second of them added to r.  glibc
 * >= 2.28's e_pow.c, by Arm.  Worst error 0.54 ulp (stated; 0.510 seen).  Tried: 10^9 inputs,
 * gamma's u^(1/alpha), results over all the exponents from both sides of x = 1, huge and tiny y,
 * exact powers; 0, 1, infinity and the subnormals with each other. */
static inline double tfphilox_pow(double x, double y) {
    const double *const a = tfphilox_pow_poly;
    const uint64_t low_end = 0x3FE6955500000000u;
    const double infinity = (double)INFINITY;
    uint64_t bits = bits_of_double(x);
    if (RARELY(bits - 0x0010000000000000u >= 0x7FF0000000000000u - 0x0010000000000000u ||
               exponent_of(y) - 0x3BEu >= 0x43Eu - 0x3BEu)) {
        if (y == 0.0 || x == 1.0)
            return 1.0;
        if (x != x || y != y)
            return x + y;
        if (x < 0.0)
            return invalid_double();
        if (x == 0.0 || x == infinity)
            return (x == 0.0) == (y > 0.0) ? 0.0 : infinity;
        if (exponent_of(y) < 0x3BEu) /* |y| < 2^-65 */
            return 1.0;
        if (exponent_of(y) >= 0x43Eu) /* 2^63 */
            return (x < 1.0) == (y > 0.0) ? 0.0 : infinity;
        if (bits < 0x0010000000000000u)
            bits = bits_of_double(x * 0x1p52) - ((uint64_t)52 << 52);
    }
    /* 1. log x = log + log_low */
    uint64_t place = log_place(bits, low_end);
    unsigned i = (unsigned)(place >> 45) & 127u;
    double k = log_binade(place), z = double_of_bits((place & MANTISSA) + low_end);
    double r = fused_multiply_add(z, tfphilox_pow_invc[i], -1.0);                 /* exact */
    double t1 = fused_multiply_add(k, tfphilox_log_ln2[0], tfphilox_pow_logc[i]); /* exact */
    double t2 = t1 + r;
    double low1 = fused_multiply_add(k, tfphilox_log_ln2[1], tfphilox_pow_logc_tail[i]);
    double low2 = (t1 - t2) + r;
    double half = a[0] * r, square = r * half, cube = r * square;
    double high = t2 + square;
    double low3 = fused_multiply_add(half, r, -square);
    double low4 = (t2 - high) + square;
    double p1 = fused_multiply_add(r, a[2], a[1]);
    double p3 = fused_multiply_add(r, a[4], a[3]);
    double p5 = fused_multiply_add(r, a[6], a[5]);
    double p = fused_multiply_add(square, fused_multiply_add(square, p5, p3), p1);
    double low = fused_multiply_add(cube, p, ((low1 + low2) + low3) + low4);
    double log = high + low;
    double log_low = (high - log) + low;
    /* 2. y log x = product + product_low */
    double product = y * log;
    double product_low = fused_multiply_add(y, log, -product);
    product_low = fused_multiply_add(y, log_low, product_low);
    /* 3. its exponential */
    uint32_t exponent = exponent_of(product);
    int far = 0;
    if (RARELY(exponent - 0x3C9u >= 0x408u - 0x3C9u)) { /* as in tfphilox_exp */
        if (exponent < 0x3C9u)
            return 1.0;
        if (exponent >= 0x409u)
            return product > 0.0 ? infinity : 0.0;
        far = 1;
    }
    uint64_t turns;
    r = exp_reduce(product, &turns) + product_low;
    return exp_join(r, turns, far);
}

/* x^y in float, x >= 0, any y.  In double: log2 x as k + log2 c + r (a quartic), as in
 * tfphilox_logf; 2 to the y log2 x as in tfphilox_expf; rounded once.  glibc >= 2.27's e_powf.c, by
 * Arm.  Worst error 0.82 ulp (stated).  Tried: 10^9 pairs, counts to the distortions in use,
 * results over all the exponents. */
static inline float tfphilox_powf(float x, float y) {
    const double *const a = tfphilox_powf_poly, *const c = tfphilox_exp2f_poly;
    const double round = 0x1.8p47; /* a sum with it is a multiple of 1/32 */
    const uint32_t low_end = 0x3F330000u;
    uint32_t bits = bits_of_float(x);
    if (RARELY(bits - 0x00800000u >= 0x7F800000u - 0x00800000u ||
               (bits_of_float(y) << 1) - 1u >= 0xFF000000u - 1u)) { /* y 0, infinite, NaN */
        if (y == 0.0f || x == 1.0f)
            return 1.0f;
        if (x != x || y != y)
            return x + y;
        if (x < 0.0f)
            return invalid_float();
        if (x == 0.0f || x == INFINITY)
            return (x == 0.0f) == (y > 0.0f) ? 0.0f : INFINITY;
        if (fabsf(y) == INFINITY)
            return (x < 1.0f) == (y > 0.0f) ? 0.0f : INFINITY;
        if (bits < 0x00800000u)
            bits = bits_of_float(x * 0x1p23f) - (23u << 23);
    }
    /* 1. log2 x */
    uint32_t place = bits - low_end + 0x80000000u;
    unsigned i = place >> 19 & 15u;
    double k = logf_binade(place);
    double z = (double)float_of_bits((place & 0x007FFFFFu) + low_end);
    double r = fused_multiply_add(z, tfphilox_logf_invc[i], -1.0);
    double r2 = r * r;
    double p = fused_multiply_add(a[0], r, a[1]);
    double q = fused_multiply_add(a[2], r, a[3]);
    q = fused_multiply_add(q, r2, fused_multiply_add(a[4], r, k + tfphilox_powf_log2c[i]));
    double product = (double)y * fused_multiply_add(p, r2 * r2, q);
    if (RARELY(!(fabs(product) < 126.0))) {
        if (product > 0x1.fffffffd1d571p+6)
            return INFINITY;
        if (product <= -150.0)
            return 0.0f;
        if (product < -149.0)
            return 0x1p-149f;
    }
    /* 2. two to it */
    double shifted = product + round;
    uint64_t turns = bits_of_double(shifted);
    r = product - (shifted - round);
    i = turns & 31u;
    double scale = double_of_bits(bits_of_double(tfphilox_exp2f_scale[i]) + (turns >> 5 << 52));
    p = fused_multiply_add(c[0], r, c[1]);
    q = fused_multiply_add(c[2], r, 1.0);
    return (float)(fused_multiply_add(p, r * r, q) * scale);
}

/* ---- the gamma function ----------------------------------------------------------------- */

/* log gamma(x), x >= 0; NaN below.
 *   x >= 8  Stirling's series, (x - 1/2) (log x - 1) + a polynomial in 1/x; for x >= 2^58 only
 *           x (log x - 1)
 *   x >= 2  a quotient in x's fraction y gives lgamma(2 + y); added, the log of the factors
 *           (y + 2) (y + 3) ... up to x - 1
 *   x < 2   a polynomial or quotient about 2, about the least value, or about 1; for x < 0.9
 *           that of x + 1, less log x
 * No operation is fused but those of tfphilox_log: glibc compiles it without FMA.  glibc <= 2.42's
 * e_lgamma_r.c, by Sun (fdlibm; lgamma_table.h).  Worst error 2.4 ulp for x >= 1 (seen in 4 10^7;
 * 1.9 at whole numbers below 10^7).  Tried: 10^9 inputs, whole numbers up to 2^63, all binades,
 * the borders. */
static inline double tfphilox_lgamma(double x) {
    if (x >= 8.0) {
        const double *const w = tfphilox_lgamma_stirling;
        double log = tfphilox_log(x);
        if (RARELY(x >= 0x1p58))
            return x * (log - 1.0);
        double z = 1.0 / x, y = z * z;
        double p = w[1] + y * (w[2] + y * (w[3] + y * (w[4] + y * (w[5] + y * w[6]))));
        return (x - 0.5) * (log - 1.0) + (w[0] + z * p);
    }
    if (x >= 2.0) {
        const double *const s = tfphilox_lgamma_above2_p, *const r = tfphilox_lgamma_above2_q;
        int whole = (int)x;
        double y = x - (double)whole;
        double p =
            y * (s[0] + y * (s[1] + y * (s[2] + y * (s[3] + y * (s[4] + y * (s[5] + y * s[6]))))));
        double q = r[0] + y * (r[1] + y * (r[2] + y * (r[3] + y * (r[4] + y * (r[5] + y * r[6])))));
        double below = 0.5 * y + p / q; /* lgamma(2 + y) */
        if (whole == 2)
            return below;
        double product = 1.0;
        for (int factor = whole - 1; factor >= 2; factor--)
            product *= y + (double)factor;
        return below + tfphilox_log(product);
    }
    if (!(x >= 0x1p-70)) {
        if (x < 0.0 || x != x)
            return x < 0.0 ? invalid_double() : x + x;
        return x == 0.0 ? (double)INFINITY : -tfphilox_log(x);
    }
    if (x == 1.0)
        return 0.0;
    double y, least = tfphilox_lgamma_place, result = 0.0;
    int range; /* 0: before 2; 1: about the least value; 2: after 1 */
    if (x < 0x1.ccccdp-1) {
        result = -tfphilox_log(x);
        range = x >= 0x1.76944p-1 ? 0 : x >= 0x1.da661p-3 ? 1 : 2;
        y = range == 0 ? 1.0 - x : range == 1 ? x - (least - 1.0) : x;
    } else {
        range = x >= 0x1.bb4c3p+0 ? 0 : x >= 0x1.3b4c4p+0 ? 1 : 2;
        y = range == 0 ? 2.0 - x : range == 1 ? x - least : x - 1.0;
    }
    if (range == 0) {
        const double *const a = tfphilox_lgamma_below2;
        double z = y * y;
        double even = a[0] + z * (a[2] + z * (a[4] + z * (a[6] + z * (a[8] + z * a[10]))));
        double odd = z * (a[1] + z * (a[3] + z * (a[5] + z * (a[7] + z * (a[9] + z * a[11])))));
        return result + ((y * even + odd) - 0.5 * y);
    }
    if (range == 1) {
        const double *const t = tfphilox_lgamma_about;
        double z = y * y, w = z * y;
        double p0 = t[0] + w * (t[3] + w * (t[6] + w * (t[9] + w * t[12])));
        double p1 = t[1] + w * (t[4] + w * (t[7] + w * (t[10] + w * t[13])));
        double p2 = t[2] + w * (t[5] + w * (t[8] + w * (t[11] + w * t[14])));
        double p = z * p0 - (tfphilox_lgamma_least[1] - w * (p1 + y * p2));
        return result + (tfphilox_lgamma_least[0] + p);
    }
    const double *const u = tfphilox_lgamma_above1_p, *const v = tfphilox_lgamma_above1_q;
    double p = y * (u[0] + y * (u[1] + y * (u[2] + y * (u[3] + y * (u[4] + y * u[5])))));
    double q = v[0] + y * (v[1] + y * (v[2] + y * (v[3] + y * (v[4] + y * v[5]))));
    return result + (-0.5 * y + p / q);
}

/* ---- sine and cosine -------------------------------------------------------------------- */

/* sine and cosine of x in [0, 2 pi].  a + da = x - n pi/2 in two doubles, n by three bands
 * (0; 1; the nearest), each with its own pieces of pi/2; |a| = k/128 + d; the addition formulas
 * with the table's sin and cos of k/128; below 0.126 the sine is its Taylor polynomial.  glibc's
 * s_sincos.c, by IBM; floatmath.h has the same in vectors.  Worst error 0.55 ulp (stated).  Tried:
 * 10^9 inputs, 2 pi times uniforms, about the multiples of pi/4, the borders of the cells. */
static inline void tfphilox_sincos(double x, double *sine, double *cosine) {
    const double *const s_odd = tfphilox_sin_small, *const c_even = tfphilox_cos_small;
    const double *const taylor = tfphilox_sin_taylor;
    const double round = 0x1.8p52, grid = 0x1.8p45;
    const uint64_t sign_bit = 0x8000000000000000u;

    uint64_t n;
    double a, da;
    if (x < tfphilox_sincos_one_quadrant) {
        n = 0;
        a = x;
        da = 0.0;
    } else if (x < tfphilox_sincos_two_quadrants) {
        n = 1;
        double y = x - tfphilox_half_pi[0];
        a = y - tfphilox_half_pi[1];
        da = (y - a) - tfphilox_half_pi[1];
    } else {
        const double *const part = tfphilox_half_pi_part;
        double shifted = fused_multiply_add(x, tfphilox_two_over_pi, round),
               turns = round - shifted;
        n = bits_of_double(shifted);
        double y = fused_multiply_add(turns, part[1], fused_multiply_add(turns, part[0], x));
        double y2 = fused_multiply_add(turns, part[2], y);
        da = fused_multiply_add(turns, part[2], y - y2);
        a = fused_multiply_add(turns, part[3], y2);
        da += fused_multiply_add(turns, part[3], y2 - a);
    }
    uint64_t sign = bits_of_double(a) & sign_bit; /* sine is odd, cosine even, and so is rounding */
    a = double_of_bits(bits_of_double(a) ^ sign);
    da = double_of_bits(bits_of_double(da) ^ sign);
    double u = a + grid;
    double d = a - (u - grid);
    unsigned k = (unsigned)bits_of_double(u) & 127u;
    const double *row = &tfphilox_sincos_table[4 * k];
    double sn = row[0], ssn = row[1], cs = row[2], ccs = row[3];
    double s, c, sin_a, cos_a;

    if (a < tfphilox_sincos_taylor_below) {
        double aa = a * a;
        double p = fused_multiply_add(taylor[4], aa, taylor[3]);
        p = fused_multiply_add(p, aa, taylor[2]);
        p = fused_multiply_add(p, aa, taylor[1]);
        p = fused_multiply_add(p, aa, taylor[0]);
        p = fused_multiply_add(p, a, -0.5 * da);
        sin_a = a + fused_multiply_add(aa, p, da);
    } else { /* da joins late */
        double dd = d * d;
        s = fused_multiply_add(dd, s_odd[1], s_odd[0]);
        s = fused_multiply_add(dd * d, s, da) + d;
        c = fused_multiply_add(dd, c_even[2], c_even[1]);
        c = fused_multiply_add(c, dd, c_even[0]);
        c = fused_multiply_add(d, da, dd * c);
        double low = fused_multiply_add(-c, sn, fused_multiply_add(s, ccs, ssn));
        sin_a = sn + fused_multiply_add(s, cs, low);
    }
    double e = d + da, ee = e * e; /* the cosine: da joins at once */
    s = fused_multiply_add(ee, s_odd[1], s_odd[0]);
    s = fused_multiply_add(e * ee, s, e);
    c = fused_multiply_add(ee, c_even[2], c_even[1]);
    c = ee * fused_multiply_add(c, ee, c_even[0]);
    double low = fused_multiply_add(-c, cs, fused_multiply_add(-s, ssn, ccs));
    cos_a = cs + fused_multiply_add(-s, sn, low);

    /* n = 0: (S, C); 1: (C, -S); 2: (-S, -C); 3: (-C, S) */
    sin_a = double_of_bits(bits_of_double(sin_a) ^ sign ^ ((n + 1u) << 62 & sign_bit));
    cos_a = double_of_bits(bits_of_double(cos_a) ^ (n << 62 & sign_bit));
    *sine = n & 1u ? cos_a : sin_a;
    *cosine = n & 1u ? sin_a : cos_a;
}

/* ---- the error function ------------------------------------------------------------------ */

/* The coefficients of erf's quotients, constant term first: of x below 0.84375, of x - 1
 * below 1.25, and of 1 / x^2 below 1 / 0.35 and beyond. */
#define ERF_NEAR_P(type)                                                                           \
    (type)1.28379167095512558561e-01, (type)-3.25042107247001499370e-01,                           \
        (type)-2.84817495755985104766e-02, (type)-5.77027029648944159157e-03,                      \
        (type)-2.37630166566501626084e-05
#define ERF_NEAR_Q(type)                                                                           \
    (type)1.0, (type)3.97917223959155352819e-01, (type)6.50222499887672944485e-02,                 \
        (type)5.08130628187576562776e-03, (type)1.32494738004321644526e-04,                        \
        (type)-3.96022827877536812320e-06
#define ERF_ONE_P(type)                                                                            \
    (type) - 2.36211856075265944077e-03, (type)4.14856118683748331666e-01,                         \
        (type)-3.72207876035701323847e-01, (type)3.18346619901161753674e-01,                       \
        (type)-1.10894694282396677476e-01, (type)3.54783043256182359371e-02,                       \
        (type)-2.16637559486879084300e-03
#define ERF_ONE_Q(type)                                                                            \
    (type)1.0, (type)1.06420880400844228286e-01, (type)5.40397917702171048937e-01,                 \
        (type)7.18286544141962662868e-02, (type)1.26171219808761642112e-01,                        \
        (type)1.36370839120290507362e-02, (type)1.19844998467991074170e-02
#define ERF_MIDDLE_P(type)                                                                         \
    (type) - 9.86494403484714822705e-03, (type)-6.93858572707181764372e-01,                        \
        (type)-1.05586262253232909814e+01, (type)-6.23753324503260060396e+01,                      \
        (type)-1.62396669462573470355e+02, (type)-1.84605092906711035994e+02,                      \
        (type)-8.12874355063065934246e+01, (type)-9.81432934416914548592e+00
#define ERF_MIDDLE_Q(type)                                                                         \
    (type)1.0, (type)1.96512716674392571292e+01, (type)1.37657754143519042600e+02,                 \
        (type)4.34565877475229228821e+02, (type)6.45387271733267880336e+02,                        \
        (type)4.29008140027567833386e+02, (type)1.08635005541779435134e+02,                        \
        (type)6.57024977031928170135e+00, (type)-6.04244152148580987438e-02
#define ERF_FAR_P(type)                                                                            \
    (type) - 9.86494292470009928597e-03, (type)-7.99283237680523006574e-01,                        \
        (type)-1.77579549177547519889e+01, (type)-1.60636384855821916062e+02,                      \
        (type)-6.37566443368389627722e+02, (type)-1.02509513161107724954e+03,                      \
        (type)-4.83519191608651397019e+02
#define ERF_FAR_Q(type)                                                                            \
    (type)1.0, (type)3.03380607434824582924e+01, (type)3.25792512996573918826e+02,                 \
        (type)1.53672958608443695994e+03, (type)3.19985821950859553908e+03,                        \
        (type)2.55305040643316442583e+03, (type)4.74528541206955367215e+02,                        \
        (type)-2.24409524465858183362e+01

/* The polynomial of `count` coefficients, constant term first: in pairs of terms by powers of x^2,
 * all summed from the left. */
static inline double by_pairs(const double *c, int count, double x) {
    const double x2 = x * x;
    double power = x2, sum = c[0] + x * c[1];
    for (int i = 2; i < count; i += 2) {
        sum = sum + power * (i + 1 < count ? c[i] + x * c[i + 1] : c[i]);
        power = i == 4 ? power * x2 : i == 2 ? x2 * x2 : (x2 * x2) * (x2 * x2);
    }
    return sum;
}
static inline float by_horner(const float *c, int count, float x) {
    float sum = c[count - 1];
    for (int i = count - 2; i >= 0; i--)
        sum = c[i] + x * sum;
    return sum;
}

/* erf x, any x.
 *   1. |x| < 0.84375: x + x times a quotient in x^2.  Below 1.25: erf 1 in short and a quotient in
 *      |x| - 1.
 *   2. Else 1 - e^(-x^2 + a quotient in 1 / x^2) / x, with e^(-x^2) by two factors: x^2 is exact of
 *      its upper half.  From 6 on: 1.
 * glibc's s_erf.c, by Sun (fdlibm; its constants too).  Worst error 1.02 ulp (stated).  Tried: 10^8
 * inputs, borders. */
static inline double tfphilox_erf(double x) {
    static const double near_p[] = {ERF_NEAR_P(double)}, near_q[] = {ERF_NEAR_Q(double)};
    static const double one_p[] = {ERF_ONE_P(double)}, one_q[] = {ERF_ONE_Q(double)};
    static const double middle_p[] = {ERF_MIDDLE_P(double)}, middle_q[] = {ERF_MIDDLE_Q(double)};
    static const double far_p[] = {ERF_FAR_P(double)}, far_q[] = {ERF_FAR_Q(double)};
    const double size = fabs(x);
    double y;
    if (!(size < 6.0))
        return size >= 6.0 ? copysign(1.0, x) : x + x;
    if (size < 0.84375) {
        if (size < 0x1p-1015) /* so that no step is subnormal */
            return 0.0625 * (16.0 * x + 0x1.06eba8214db69p+1 * x);
        if (size < 0x1p-28)
            return x + 0x1.06eba8214db69p-3 * x; /* 2 / sqrt(pi) - 1 */
        const double z = x * x;
        return x + x * (by_pairs(near_p, 5, z) / by_pairs(near_q, 6, z));
    }
    if (size < 1.25) {
        const double s = size - 1.0;
        y = 0.845062911510467529297 + by_pairs(one_p, 7, s) / by_pairs(one_q, 7, s);
        return copysign(y, x);
    }
    const double s = 1.0 / (size * size);
    double q;
    if (bits_of_double(size) >> 32 < 0x4006DB6Eu)
        q = by_pairs(middle_p, 8, s) / by_pairs(middle_q, 9, s);
    else
        q = by_pairs(far_p, 7, s) / by_pairs(far_q, 8, s);
    const double z = double_of_bits(bits_of_double(size) & 0xFFFFFFFF00000000u);
    y = tfphilox_exp(-z * z - 0.5625) * tfphilox_exp((z - size) * (z + size) + q);
    return copysign(1.0 - y / size, x);
}

/* erf x in float, any x: the same steps in float.  glibc <= 2.40's s_erff.c.  Tried: all
 * floats. */
static inline float tfphilox_erff(float x) {
    static const float near_p[] = {ERF_NEAR_P(float)}, near_q[] = {ERF_NEAR_Q(float)};
    static const float one_p[] = {ERF_ONE_P(float)}, one_q[] = {ERF_ONE_Q(float)};
    static const float middle_p[] = {ERF_MIDDLE_P(float)}, middle_q[] = {ERF_MIDDLE_Q(float)};
    static const float far_p[] = {ERF_FAR_P(float)}, far_q[] = {ERF_FAR_Q(float)};
    const float size = fabsf(x);
    float y;
    if (!(size < 6.0f))
        return size >= 6.0f ? copysignf(1.0f, x) : x + x;
    if (size < 0.84375f) {
        if (size < 0x1p-28f) {
            if (size < 0x1p-121f) /* so that no step is subnormal */
                return 0.0625f * (16.0f * x + 0x1.06eba8p+1f * x);
            return x + 0x1.06eba8p-3f * x;
        }
        const float z = x * x;
        return x + x * (by_horner(near_p, 5, z) / by_horner(near_q, 6, z));
    }
    if (size < 1.25f) {
        const float s = size - 1.0f;
        y = 0.845062911510467529297f + by_horner(one_p, 7, s) / by_horner(one_q, 7, s);
        return copysignf(y, x);
    }
    const float s = 1.0f / (size * size);
    float q;
    if (bits_of_float(size) < 0x4036DB6Eu)
        q = by_horner(middle_p, 8, s) / by_horner(middle_q, 9, s);
    else
        q = by_horner(far_p, 7, s) / by_horner(far_q, 8, s);
    const float z = float_of_bits(bits_of_float(size) & 0xFFFFF000u);
    y = tfphilox_expf(-z * z - 0.5625f) * tfphilox_expf((z - size) * (z + size) + q);
    return copysignf(1.0f - y / size, x);
}

#endif
