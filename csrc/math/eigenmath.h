/* eigenmath.h: the exponential and the logarithm of Eigen's packets.
 *
 * Where TensorFlow's kernels work on whole arrays, Eigen computes functions a packet (a register)
 * at a time, by formulas of its own (Eigen/src/Core/arch/Default/GenericPacketMathFunctions.h),
 * and leaves what is over at the end of the array to the C library.  Here are the packets' formulas
 * as TensorFlow's build for AVX has them, without fused operations: every step is rounded on its
 * own.  The tests compare them with TensorFlow's own results (categorical, sample_from_datasets).
 *
 * What it does not do: know which numbers of an array make up packets; those that a caller cannot
 * meet.
 */
#ifndef TFPHILOX_EIGENMATH_H
#define TFPHILOX_EIGENMATH_H

#include <math.h>

#include "../lanes.h"

/* Vectors that are worked on side by side: a step waits for the step before. */
#define MOST_CHAINS   4
#define EACH_CHAIN(i) UNROLL(4) for (int i = 0; i < chains; i++)

/* e^x of `chains` vectors, in place, x <= 0; what would be subnormal is 0.
 *   1. x = n ln 2 + g, |g| <= ln 2 / 2, with ln 2 in two parts.
 *   2. e^g = 1 + 2 p / (q - p), p odd and q even in g.
 *   3. times 2^n.
 * Eigen's pexp_double; the constants are Cephes's, as Eigen has them. */
INLINE void packet_exps(int chains, vd *x) {
    const vd zero = d_set(0.0);
    vm tiny[MOST_CHAINS];
    vd n[MOST_CHAINS], x2[MOST_CHAINS], p[MOST_CHAINS], q[MOST_CHAINS];
    EACH_CHAIN(i) tiny[i] = d_less(x[i], d_set(-708.0));
    EACH_CHAIN(i) x[i] = d_select(tiny[i], zero, x[i]);
    EACH_CHAIN(i) n[i] = d_floor(x[i] * d_set(1.4426950408889634073599) + d_set(0.5));
    EACH_CHAIN(i) x[i] = x[i] - n[i] * d_set(0.693145751953125);
    EACH_CHAIN(i) x[i] = x[i] - n[i] * d_set(1.42860682030941723212e-6);
    EACH_CHAIN(i) x2[i] = x[i] * x[i];
    EACH_CHAIN(i) p[i] = d_set(1.26177193074810590878e-4);
    EACH_CHAIN(i) p[i] = p[i] * x2[i] + d_set(3.02994407707441961300e-2);
    EACH_CHAIN(i) p[i] = p[i] * x2[i] + d_set(9.99999999999999999910e-1);
    EACH_CHAIN(i) p[i] = p[i] * x[i];
    EACH_CHAIN(i) q[i] = d_set(3.00198505138664455042e-6);
    EACH_CHAIN(i) q[i] = q[i] * x2[i] + d_set(2.52448340349684104192e-3);
    EACH_CHAIN(i) q[i] = q[i] * x2[i] + d_set(2.27265548208155028766e-1);
    EACH_CHAIN(i) q[i] = q[i] * x2[i] + d_set(2.00000000000000000009e0);
    EACH_CHAIN(i) x[i] = d_set(2.0) * (p[i] / (q[i] - p[i])) + d_set(1.0);
    EACH_CHAIN(i) x[i] = d_select(tiny[i], zero, d_scale(x[i], n[i]));
}

/* log x in float, x positive and finite.
 *   1. x = 2^e (1 + r), 1 + r in [sqrt 1/2, sqrt 2).
 *   2. log(1 + r) = r p / q, with p of degree 2 and q of degree 3 in r.
 *   3. e ln 2 is added.
 * Eigen's plog_impl_float, with its constants. */
static inline float packet_logf(float x) {
    int exponent;
    float r = frexpf(x, &exponent);
    const int low = r < 0.707106781186547524f;
    const float e = (float)(exponent - low);
    r = low ? (r - 1.0f) + r : r - 1.0f;
    float p = 0.18256296349849254f * r + 1.0000000190281063f;
    p = p * r + 1.0000000190281136f;
    float q = 0.049616247954120038f * r + 0.59923249590823520f;
    q = q * r + 1.4999999999999927f;
    q = q * r + 1.0f;
    return e * 0.693147180559945309f + r * p / q;
}

/* log x, x positive and finite.
 *   1. x = 2^e (1 + r), 1 + r in [sqrt 1/2, sqrt 2).
 *   2. log(1 + r) = r - r^2 / 2 + r^3 p / q, p and q of degree 5, each summed in halves.
 *   3. e ln 2 is added.
 * Eigen's plog_impl_double, with its constants. */
static inline double packet_log(double x) {
    int exponent;
    double r = frexp(x, &exponent);
    const int low = r < 0.70710678118654752440;
    const double e = exponent - low;
    r = low ? (r - 1.0) + r : r - 1.0;
    const double r2 = r * r, r3 = r2 * r;
    const double p_high =
        (1.01875663804580931796e-4 * r + 4.97494994976747001425e-1) * r + 4.70579119878881725854e0;
    const double p_low =
        (1.44989225341610930846e1 * r + 1.79368678507819816313e1) * r + 7.70838733755885391666e0;
    const double q_high = (r + 1.12873587189167450590e1) * r + 4.52279145837532221105e1;
    const double q_low =
        (8.29875266912776603211e1 * r + 7.11544750618563894466e1) * r + 2.31251620126765340583e1;
    const double y = (p_high * r3 + p_low) * r3 / (q_high * r3 + q_low);
    return e * 0.693147180559945309417 + (r + (-0.5 * r2 + y));
}

#endif
