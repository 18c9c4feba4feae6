/* compiledmath.h: the functions that XLA writes into compiled programs.
 *
 * XLA has polynomials of its own for the logarithm, log1p and the inverse of the error function,
 * in the type of the number and not in a wider one; its sine and cosine are the C library's, as
 * are float64's logarithm, sine and cosine.  The processor's fused multiply-add is part of the
 * answer: the code generator fuses each product that one sum takes, where the processor can.
 *
 * A form says which of those answers is wanted: the newest TensorFlow's on a processor with FMA,
 * or that of one without, or of an older TensorFlow.  It is known when a kernel is compiled.
 *
 * Each function is proved on all the 2^23 arguments that a float32 uniform gives it, against sums
 * of TensorFlow's results (tests/makers/make_compiled_sums.py).  Change no order of operations.
 *
 * What it does not do: arguments that the kernels of compiled.c cannot meet.
 */
#ifndef TFPHILOX_COMPILEDMATH_H
#define TFPHILOX_COMPILEDMATH_H

#include "../compiled.h"
#include "../lanes.h"
#include "floatmath.h"

#define FORM_IS_FUSED (form != TFPHILOX_FORM_UNFUSED)
#define F(a, b, c)    (FORM_IS_FUSED ? f_fma(a, b, c) : f_add(f_mul(a, b), c))
#if LANES > 1
#define D(a, b, c) (FORM_IS_FUSED ? d_fma(a, b, c) : (a) * (b) + (c))
#else /* emulated, it is large, and there are many */
#define D(a, b, c) (FORM_IS_FUSED ? fused_multiply_add(a, b, c) : (a) * (b) + (c))
#endif

/* ---- float32 ---------------------------------------------------------------------------- */

/* log x, x normal and positive.
 *   1. x = 2^e (1 + m) with 1 + m in [sqrt(1/2), sqrt(2)).
 *   2. log1p m by a polynomial of degree 8 in three interleaved parts, then e ln 2 in two pieces.
 * Cephes's logf, as Eigen and LLVM's users have it (xla/service/cpu/llvm_ir_runtime.cc). TensorFlow
 * 2.3 to 2.8 let the compiler reorder the last sums. */
INLINE vf compiled_log32(int form, vf x) {
    const vw bits = w_of_f(x);
    vf e = f_add(f_count(w_shr(bits, 23), 8), f_set(-0x1p23f - 126.0f)); /* exactly */
    vf m = f_fraction(x);
    const vw small = w_sub(w_of_f(m), w_set(0x3F3504F3u)); /* top bit: m < sqrt(1/2) */
    const vf t = f_choose(small, m, f_set(0.0f));
    e = f_add(e, f_choose(small, f_set(-1.0f), f_set(0.0f)));
    m = f_add(f_add(m, f_set(-1.0f)), t);
    const vf m2 = f_mul(m, m), m3 = f_mul(m2, m), low = f_set(-2.12194440e-4f);
    vf a = F(m, f_set(7.0376836292e-2f), f_set(-1.1514610310e-1f));
    vf b = F(m, f_set(-1.2420140846e-1f), f_set(1.4249322787e-1f));
    vf c = F(m, f_set(2.0000714765e-1f), f_set(-2.4999993993e-1f));
    a = F(a, m, f_set(1.1676998740e-1f));
    b = F(b, m, f_set(-1.6668057665e-1f));
    c = F(c, m, f_set(3.3333331174e-1f));
    a = F(a, m3, b);
    a = F(a, m3, c);
    if (form == TFPHILOX_FORM_REORDERED) {
        m = F(m2, f_set(-0.5f), m);
        m = F(e, low, m);
        m = F(a, m3, m);
    } else {
        a = F(a, m3, f_mul(low, e));
        m = F(m2, f_set(-0.5f), m);
        m = f_add(m, a);
    }
    return F(e, f_set(0.693359375f), m);
}

/* Numerator and denominator of log1p's quotient, by Cephes, highest power first. */
#define LOG1P_N(type)                                                                              \
    (type)4.5270000862445199635215e-5, (type)4.9854102823193375972212e-1,                          \
        (type)6.5787325942061044846969, (type)29.911919328553073277375,                            \
        (type)60.949667980987787057556, (type)57.112963590585538103336,                            \
        (type)20.039553499201281259648
#define LOG1P_D(type)                                                                              \
    (type)1.0, (type)15.062909083469192043167, (type)83.047565967967209469434,                     \
        (type)221.76239823732856465394, (type)309.09872225312059774938,                            \
        (type)216.42788614495947685003, (type)60.118660497603843919306

/* The polynomial with `count` coefficients, highest power first. */
INLINE vf f_polynomial(int form, int count, const float *coefficients, vf x) {
    vf p = f_set(coefficients[0]);
    UNROLL(9)
    for (int i = 1; i < count; i++)
        p = F(p, x, f_set(coefficients[i]));
    return p;
}
INLINE vd d_polynomial(int form, int count, const double *coefficients, vd x) {
    vd p = d_set(coefficients[0]);
    UNROLL(23)
    for (int i = 1; i < count; i++)
        p = D(p, x, d_set(coefficients[i]));
    return p;
}

/* log(1 + z), -1 < z <= 0: z - z^2/2 + z^3 n/d near 0, else log of the sum.  TensorFlow 2.10
 * to 2.18 add the last two of the three first (xla/hlo/builder/lib/math.cc, Log1p). */
INLINE vf compiled_log1p32(int form, vf z) {
    static const float n[] = {LOG1P_N(float)}, d[] = {LOG1P_D(float)};
    const vf square = f_mul(z, z), half = f_set(-0.5f);
    const vf q = f_div(f_polynomial(form, 7, n, z), f_polynomial(form, 7, d, z));
    const vf cube = f_mul(z, square);
    const vf near = form == TFPHILOX_FORM_EARLY ? f_add(z, F(cube, q, f_mul(half, square)))
                                                : f_add(z, F(square, half, f_mul(cube, q)));
    const vf far = compiled_log32(form, f_add(z, f_set(1.0f)));
    return f_choose(f_less(f_set(-0x1.A8279Ap-2f), z), near, far); /* 1 - sqrt(2) */
}

/* The inverse of the error function, |x| < 1, as x times a polynomial of w = -log(1 - x^2).  `all`:
 * also where w is 5 or more, which no truncated normal within two deviations reaches.  Giles,
 * "Approximating the erfinv function" (xla/hlo/builder/lib/math.cc, ErfInv32). */
INLINE vf compiled_erfinv32(int form, int all, vf x) {
    static const float middle[] = {2.81022636e-08f,  3.43273939e-07f, -3.5233877e-06f,
                                   -4.39150654e-06f, 0.00021858087f,  -0.00125372503f,
                                   -0.00417768164f,  0.246640727f,    1.50140941f};
    static const float tail[] = {-0.000200214257f, 0.000100950558f, 0.00134934322f,
                                 -0.00367342844f,  0.00573950773f,  -0.0076224613f,
                                 0.00943887047f,   1.00167406f,     2.83297682f};
    const vf minus = f_set(-1.0f);
    const vf w = f_mul(minus, compiled_log1p32(form, f_mul(minus, f_mul(x, x))));
    vf p = f_polynomial(form, 9, middle, f_add(w, f_set(-2.5f)));
    if (all) {
        const vf root = f_add(f_sqrt(w), f_set(-3.0f));
        p = f_choose(f_less(w, f_set(5.0f)), p, f_polynomial(form, 9, tail, root));
    }
    return f_mul(x, p);
}

INLINE vf f_between(vf least, vf x, vf most) {
    x = f_choose(f_less(x, least), least, x);
    return f_choose(f_less(most, x), most, x);
}
INLINE vf f_clamp(vf x, float bound) { return f_between(f_set(-bound), x, f_set(bound)); }
INLINE vd d_between(vd least, vd x, vd most) {
    x = d_select(d_less(most, x), most, x);
    return d_select(d_less(x, least), least, x);
}

/* The error function, as a quotient, which stays beyond 3.74; fused on any processor, for XLA asks
 * for it by name.  Eigen's coefficients (xla/hlo/builder/lib/math.cc, Erf32). */
INLINE vf compiled_erf32(vf x) {
    static const float p[] = {0x1.e05aa2p-13f, 0x1.bebb44p-9f, 0x1.a16dd6p-5f, 0x1.7b4e8p-3f,
                              0x1.20dd74p+0f};
    static const float q[] = {-0x1.fa720cp-24f,
                              0x1.8b11bep-16f,
                              0x1.0ada5p-10f,
                              0x1.cd0fa8p-7f,
                              0x1.c69842p-4f,
                              0x1.fd6894p-2f,
                              1.0f};
    x = f_clamp(x, 0x1.df38dp+1f);
    const vf z = f_mul(x, x);
    const vf upper = f_polynomial(TFPHILOX_FORM_NEWEST, 5, p, z);
    return f_div(f_mul(upper, x), f_polynomial(TFPHILOX_FORM_NEWEST, 7, q, z));
}

/* ---- float64 ---------------------------------------------------------------------------- */

/* As compiled_log1p32; 1 + z is below 0.586, so that the C library's logarithm is log64. */
INLINE vd compiled_log1p64(int form, vd z) {
    static const double n[] = {LOG1P_N(double)}, d[] = {LOG1P_D(double)};
    const vd square = z * z, cube = z * square, half = d_set(-0.5);
    const vd q = d_polynomial(form, 7, n, z) / d_polynomial(form, 7, d, z);
    const vd near =
        form == TFPHILOX_FORM_EARLY ? z + D(cube, q, half * square) : z + D(square, half, cube * q);
    const vd far = log64(z + d_set(1.0));
    return d_select(d_less(d_set(-0x1.A827999FCEF32p-2), z), near, far);
}

/* As compiled_erfinv32; `all`: also where w is 6.25 or more (ErfInv64). */
INLINE vd compiled_erfinv64(int form, int all, vd x) {
    static const double outer[] = {
        2.2137376921775787e-09, 9.0756561938885391e-08, -2.7517406297064545e-07,
        1.8239629214389228e-08, 1.5027403968909828e-06, -4.013867526981546e-06,
        2.9234449089955446e-06, 1.2475304481671779e-05, -4.7318229009055734e-05,
        6.8284851459573175e-05, 2.4031110387097894e-05, -0.00035503752036284748,
        0.0009532893797373805,  -0.0016882755560235047, 0.0024914420961078508,
        -0.0037512085075692412, 0.0053709145535900636,  1.0052589676941592,
        3.0838856104922208};
    static const double tail[] = {
        -2.7109920616438573e-11, -2.5556418169965252e-10, 1.5076572693500548e-09,
        -3.789465440126737e-09,  7.61570120807834e-09,    -1.496002662714924e-08,
        2.9147953450901081e-08,  -6.7711997758452339e-08, 2.2900482228026655e-07,
        -9.9298272942317e-07,    4.5260625972231537e-06,  -1.9681778105531671e-05,
        7.5995277030017761e-05,  -0.00021503011930044477, -0.00013871931833623122,
        1.0103004648645344,      4.8499064014085844};
    static const double middle[] = {
        -3.6444120640178196996e-21, -1.685059138182016589e-19,  1.2858480715256400167e-18,
        1.115787767802518096e-17,   -1.333171662854620906e-16,  2.0972767875968561637e-17,
        6.6376381343583238325e-15,  -4.0545662729752068639e-14, -8.1519341976054721522e-14,
        2.6335093153082322977e-12,  -1.2975133253453532498e-11, -5.4154120542946279317e-11,
        1.051212273321532285e-09,   -4.1126339803469836976e-09, -2.9070369957882005086e-08,
        4.2347877827932403518e-07,  -1.3654692000834678645e-06, -1.3882523362786468719e-05,
        0.0001867342080340571352,   -0.00074070253416626697512, -0.0060336708714301490533,
        0.24015818242558961693,     1.6536545626831027356};
    const vd w = -compiled_log1p64(form, -(x * x));
    vd p = d_polynomial(form, 23, middle, w - d_set(3.125));
    if (all) {
        const vd root = d_sqrt(w);
        const vd far =
            d_select(d_less(w, d_set(16.0)), d_polynomial(form, 19, outer, root - d_set(3.25)),
                     d_polynomial(form, 17, tail, root - d_set(5.0)));
        p = d_select(d_less(w, d_set(6.25)), p, far);
    }
    return x * p;
}

#endif
