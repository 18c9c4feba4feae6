/* arraymath.h: exponentials and logarithms of arrays, for the samplers.
 *
 * The samplers gather what they need a function of, some hundreds of numbers, and have it made by
 * vectors.  The bits are those of libmath.h's functions, one number at a time, which are proved.
 * Arrays need room for LANES - 1 more numbers than they hold: whole vectors are written.
 *
 * What it does not do: arguments that the samplers cannot meet.
 */
#ifndef TFPHILOX_ARRAYMATH_H
#define TFPHILOX_ARRAYMATH_H

#include "../lanes.h"
#include "floatmath.h"
#include "libmath.h"

/* log x of each of n numbers, in place; x is 0 or normal and positive.
 *   floatmath.h's log64 and log64_near1, and -inf for 0.
 * glibc >= 2.28's e_log.c, by Arm (log_tables.h).  Worst error 0.52 ulp (stated). */
static inline void logs(double *x, int n) {
    for (int i = 0; i < n; i += LANES) {
        for (int j = n; j < i + LANES; j++)
            x[j] = 1.0;
        vd a = d_load(x + i);
        vm zero = d_less(a, d_set(DBL_MIN));
        a = log64_all(d_select(zero, d_set(1.0), a));
        d_store(x + i, d_select(zero, d_set(-INFINITY), a));
    }
}

/* e^x of each of n numbers, in place; none is above 0.
 *   The steps of libmath.h's tfphilox_exp; from -511 down that function itself.
 * glibc >= 2.28's e_exp.c, by Arm (exp_table.h).  Worst error 0.511 ulp (stated). */
static inline void exps(double *x, int n) {
    for (int i = 0; i < n; i += LANES) {
        uint64_t at[LANES];
        double far[LANES], scales[LANES], tails[LANES];
        for (int j = n; j < i + LANES; j++)
            x[j] = 0.0;
        vd a = d_load(x + i);
        vm is_far = d_less(a, d_set(-511.0));
        d_store(far, a);
        a = d_select(is_far, d_set(0.0), a);
        vd shifted = d_fma(a, d_set(tfphilox_exp_per_ln2), d_set(0x1.8p52));
        vu turns = u_of_d(shifted);
        vd turned = d_set(0x1.8p52) - shifted;
        vd r = d_fma(turned, d_set(tfphilox_exp_ln2[0]), a);
        r = d_fma(turned, d_set(tfphilox_exp_ln2[1]), r);
        u_store(at, turns & 127u);
        for (int j = 0; j < LANES; j++) {
            scales[j] = tfphilox_exp_scale[at[j]];
            tails[j] = tfphilox_exp_tail[at[j]];
        }
        vd scale = d_of_u(u_of_d(d_load(scales)) + (turns >> 7 << 52)), r2 = r * r;
        const double *const c = tfphilox_exp_poly;
        vd p = d_fma(r, d_set(c[1]), d_set(c[0])), q = d_fma(r, d_set(c[3]), d_set(c[2]));
        p = d_fma(r2, p, d_load(tails) + r);
        p = d_fma(r2 * r2, q, p);
        d_store(x + i, d_fma(scale, p, scale));
        for (int j = 0; j < LANES && m_bits(is_far); j++)
            x[i + j] = far[j] < -511.0 ? tfphilox_exp(far[j]) : x[i + j];
    }
}

/* e^x in float of each of n numbers, in place; none is above 0.
 *   The steps of libmath.h's tfphilox_expf; from -87 down that function itself.
 * glibc >= 2.27's e_expf.c, by Arm (float_tables.h).  Worst error 0.502 ulp (stated). */
static inline void exps32(double *x, int n) {
    const double *const c = tfphilox_exp2f_poly;
    for (int i = 0; i < n; i += LANES) {
        uint64_t at[LANES];
        double far[LANES], scales[LANES];
        for (int j = n; j < i + LANES; j++)
            x[j] = 0.0;
        vd a = d_load(x + i);
        vm is_far = d_less(a, d_set(-87.0));
        d_store(far, a);
        a = d_select(is_far, d_set(0.0), a);
        vd shifted = D_MADD(a, d_set(tfphilox_expf_per_ln2), d_set(0x1.8p52));
        vu turns = u_of_d(shifted);
        vd r = d_fma(a, d_set(tfphilox_expf_per_ln2), d_set(0x1.8p52) - shifted);
        u_store(at, turns & 31u);
        for (int j = 0; j < LANES; j++)
            scales[j] = tfphilox_exp2f_scale[at[j]];
        vd scale = d_of_u(u_of_d(d_load(scales)) + (turns >> 5 << 52));
        vd p = D_MADD(d_set(c[0] * 0x1p-15), r, d_set(c[1] * 0x1p-10));
        vd q = D_MADD(d_set(c[2] * 0x1p-5), r, d_set(1.0));
        d_store(x + i, D_MADD(p, r * r, q) * scale);
        for (int j = 0; j < LANES && m_bits(is_far); j++)
            x[i + j] = far[j] < -87.0 ? (double)tfphilox_expf((float)far[j]) : x[i + j];
    }
    for (int i = 0; i < n; i++)
        x[i] = (double)(float)x[i];
}

/* log x in float of each of n uniform numbers in [0, 1), in place.
 *   floatmath.h's log32, and -inf for 0.
 * glibc >= 2.27's e_logf.c, by Arm (float_tables.h).  Worst error 0.818 ulp (stated). */
static inline void logs32(double *x, int n) {
    for (int i = 0; i < n; i += LANES) {
        for (int j = n; j < i + LANES; j++)
            x[j] = 0.5;
        vd a = d_load(x + i), log[2];
        vm zero = d_less(a, d_set(1e-7));
        a = d_select(zero, d_set(0.5), a) * d_set(0x1p55);
        log32((vd[2]){a, a}, log);
        d_store(x + i, d_select(zero, d_set(-INFINITY), log[0]));
    }
    for (int i = 0; i < n; i++)
        x[i] = (double)(float)x[i];
}

#endif
