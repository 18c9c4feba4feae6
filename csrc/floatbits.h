/* floatbits.h: floats as bit patterns, one number at a time.
 *
 * float16 and bfloat16 live here as uint16_t.  A product or sum of two of them,
 * made in float and rounded once more, is the correctly rounded one (24 bits are
 * at least 2 * 11 + 2), which is how Eigen makes them in TensorFlow.
 *
 * TensorFlow runs its kernels with flush-to-zero and denormals-are-zero
 * (core/platform/denormal.cc).  The *_flushed functions do what the processor does
 * then, whatever mode ours is in: a subnormal operand counts as a zero of its sign,
 * and so does a result that is tiny after rounding to unbounded exponent.
 *
 * What it does not do: vectors (lanes.h), functions (math/).
 */
#ifndef TFPHILOX_FLOATBITS_H
#define TFPHILOX_FLOATBITS_H

#include <stdint.h>
#include <string.h>
#include <float.h>
#include <math.h>

#include "platform.h"

static inline uint32_t bits_of_float(float x) {
    uint32_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}
static inline float float_of_bits(uint32_t b) {
    float x;
    memcpy(&x, &b, sizeof x);
    return x;
}
static inline uint64_t bits_of_double(double x) {
    uint64_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}
static inline double double_of_bits(uint64_t b) {
    double x;
    memcpy(&x, &b, sizeof x);
    return x;
}

static inline float float_of_bfloat16(uint16_t h) { return float_of_bits((uint32_t)h << 16); }
/* Nearest, ties to even; a NaN becomes Eigen's quiet NaN of its sign. */
static inline uint16_t bfloat16_of_float(float x) {
    uint32_t b = bits_of_float(x);
    if ((b & 0x7FFFFFFFu) > 0x7F800000u)
        return (uint16_t)(b >> 31 ? 0xFFC0 : 0x7FC0);
    return (uint16_t)((b + 0x7FFFu + (b >> 16 & 1u)) >> 16);
}

static inline float float_of_float16(uint16_t h) {
    uint32_t sign = (uint32_t)(h & 0x8000u) << 16, magnitude = h & 0x7FFFu;
    if (magnitude >= 0x7C00u) /* infinity, NaN */
        return float_of_bits(sign | 0x7F800000u | (magnitude & 0x3FFu) << 13);
    if (magnitude >= 0x0400u)
        return float_of_bits(sign | ((magnitude << 13) + 0x38000000u));
    float x = (float)magnitude * 0x1p-24f; /* a subnormal half is a normal float */
    return sign ? -x : x;
}
/* Nearest, ties to even; a NaN becomes Eigen's quiet NaN of its sign. */
static inline uint16_t float16_of_float(float x) {
    uint32_t b = bits_of_float(x), sign = b >> 16 & 0x8000u;
    b &= 0x7FFFFFFFu;
    if (b > 0x7F800000u)
        return (uint16_t)(sign | 0x7E00u);
    if (b >= 0x477FF000u) /* 65520: half of the way from the largest half to 2^16 */
        return (uint16_t)(sign | 0x7C00u);
    if (b >= 0x38800000u) /* 2^-14: a normal half */
        return (uint16_t)(sign | ((b - 0x38000000u + 0xFFFu + (b >> 13 & 1u)) >> 13));
    /* Adding 0.5 leaves the subnormal half, rounded, in the low bits of the sum. */
    return (uint16_t)(sign | (bits_of_float(float_of_bits(b) + 0.5f) - 0x3F000000u));
}

/* The x86 processor's NaN for inf * 0 and inf - inf. */
static inline float invalid_float(void) { return float_of_bits(0xFFC00000u); }
static inline double invalid_double(void) { return double_of_bits(0xFFF8000000000000u); }

static inline float flushed_float(float x) { return fabsf(x) < FLT_MIN ? copysignf(0.0f, x) : x; }
static inline double flushed_double(double x) { return fabs(x) < DBL_MIN ? copysign(0.0, x) : x; }

/* A NaN operand comes through quiet, the first one first, as x86 does it. */
static inline float nan_of_floats(float x, float y) {
    return float_of_bits(bits_of_float(isnan(x) ? x : y) | 0x00400000u);
}
static inline double nan_of_doubles(double x, double y) {
    return double_of_bits(bits_of_double(isnan(x) ? x : y) | 0x0008000000000000u);
}

static inline float multiply_flushed_float(float x, float y) {
    if (isnan(x) || isnan(y))
        return nan_of_floats(x, y);
    x = flushed_float(x);
    y = flushed_float(y);
    /* Exact in double, so that "tiny" can be told from what rounds up to FLT_MIN
     * only because subnormals are coarse. */
    double exact = (double)x * (double)y;
    if (isnan(exact))
        return invalid_float();
    if (fabs(exact) < 0x1p-126 - 0x1p-151)
        return (float)copysign(0.0, exact);
    return (float)exact;
}
static inline float add_flushed_float(float x, float y) {
    if (isnan(x) || isnan(y))
        return nan_of_floats(x, y);
    float sum = flushed_float(x) + flushed_float(y);
    return isnan(sum) ? invalid_float() : flushed_float(sum); /* a tiny sum is exact */
}
static inline double multiply_flushed_double(double x, double y) {
    if (isnan(x) || isnan(y))
        return nan_of_doubles(x, y);
    x = flushed_double(x);
    y = flushed_double(y);
    double product = x * y;
    if (isnan(product))
        return invalid_double();
    if (fabs(product) == DBL_MIN) { /* exactly so, or rounded up among subnormals? */
        double scaled = fabs(x) < 1.0 ? (x * 0x1p200) * y : x * (y * 0x1p200);
        if (fabs(scaled) < DBL_MIN * 0x1p200)
            return copysign(0.0, product);
    }
    return flushed_double(product);
}
static inline double add_flushed_double(double x, double y) {
    if (isnan(x) || isnan(y))
        return nan_of_doubles(x, y);
    double sum = flushed_double(x) + flushed_double(y);
    return isnan(sum) ? invalid_double() : flushed_double(sum);
}

/* A quotient of floats that double rounds is rounded to the same float. */
static inline float divide_flushed_float(float x, float y) {
    if (isnan(x) || isnan(y))
        return nan_of_floats(x, y);
    double exact = (double)flushed_float(x) / (double)flushed_float(y);
    if (isnan(exact))
        return invalid_float();
    return fabs(exact) < 0x1p-126 - 0x1p-151 ? (float)copysign(0.0, exact) : (float)exact;
}
static inline double divide_flushed_double(double x, double y) {
    if (isnan(x) || isnan(y))
        return nan_of_doubles(x, y);
    double quotient = flushed_double(x) / flushed_double(y);
    if (isnan(quotient))
        return invalid_double();
    if (fabs(quotient) == DBL_MIN && fabs(x * 0x1p200 / y) < DBL_MIN * 0x1p200)
        return copysign(0.0, quotient); /* rounded up among subnormals */
    return flushed_double(quotient);
}

/* The greatest whole number that is not above x: exact, so any way of making it will do. */
static inline double tfphilox_floor(double x) {
#if defined(__SSE4_1__) || defined(__aarch64__)
    return __builtin_floor(x);
#else
    if (!(fabs(x) < 0x1p52))
        return x;
    double whole = (double)(int64_t)x;
    return copysign(whole > x ? whole - 1.0 : whole, x);
#endif
}

/* Is a * b + c, rounded once, an instruction?  (clang 14 does not define __FP_FAST_FMA.) */
#if defined(__FP_FAST_FMA) || ((defined(__FMA__) || defined(__aarch64__)) && defined(__GNUC__))
#define FAST_FMA 1
#else
#define FAST_FMA 0
#endif

/* a * b + c rounded once, for processors that have no such instruction: the exact
 * product and the exact sums as pairs, the last but one rounded to odd (after Boldo and
 * Melquiond, "Emulation of a FMA and correctly rounded sums", 2008).  One sum fewer than
 * theirs will do: where v is inexact no more than a bit of p has cancelled, so that v_low + p_low
 * is at most two ulps of v, and its rounding to odd keeps its side of every boundary of
 * v's; where v is exact, so is w.  No operand, product or sum here comes near overflow
 * or underflow. */
static inline double fused_in_place(double a, double b, double c) {
#if FAST_FMA
    return __builtin_fma(a, b, c);
#else
    const double split = 0x1p27 + 1.0;
    double a_high = a * split - (a * split - a), a_low = a - a_high;
    double b_high = b * split - (b * split - b), b_low = b - b_high;
    double p = a * b;
    double p_low = a_low * b_low - (((p - a_high * b_high) - a_low * b_high) - a_high * b_low);
    double v = p + c, v_part = v - p, v_low = (p - (v - v_part)) + (c - v_part);
    double w = v_low + p_low, w_part = w - v_low;
    double w_low = (v_low - (w - w_part)) + (p_low - w_part);
    /* to odd, towards w_low; without a branch, which would be taken at random */
    const uint64_t bits = bits_of_double(w), even = (uint64_t)(w_low != 0.0) & ~bits & 1u;
    const uint64_t to_zero = 0u - (uint64_t)((w_low > 0.0) != (w > 0.0)); /* then minus `even` */
    return v + double_of_bits(bits + (even ^ to_zero) - to_zero);
#endif
}

/* The same, for functions of one number: emulated, it is fifty instructions, and to have them once
 * in an object, called, is no slower there. */
#if !FAST_FMA && defined(__GNUC__)
__attribute__((noinline, unused)) static double
#else
static inline double
#endif
fused_multiply_add(double a, double b, double c) {
    return fused_in_place(a, b, c);
}

/* a * b + c in float, rounded once.  The product is exact in double; the sum is rounded there to
 * odd, so that rounding it again does no harm. */
#if !FAST_FMA && defined(__GNUC__)
__attribute__((noinline, unused)) static float
#else
static inline float
#endif
fused_float(float a, float b, float c) {
#if FAST_FMA
    return __builtin_fmaf(a, b, c);
#else
    const double p = (double)a * (double)b, d = c, s = p + d, part = s - p;
    const double left = (p - (s - part)) + (d - part);
    const uint64_t bits = bits_of_double(s);
    if ((left < 0.0 || left > 0.0) && !(bits & 1u))
        return (float)double_of_bits((left > 0.0) == (s > 0.0) ? bits + 1u : bits - 1u);
    return (float)s;
#endif
}

#endif
