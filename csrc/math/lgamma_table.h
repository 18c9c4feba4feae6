/* lgamma_table.h: the polynomials of the logarithm of the gamma function.
 *
 * lgamma has a zero at 1 and at 2 and a least value between them, so no single formula serves:
 * there are three short ranges within [0.23, 2), each with a polynomial or a quotient of two
 * about a point where the function is known exactly; one range [2, 3) to which [3, 8) is brought
 * by gamma(x + 1) = x gamma(x); and Stirling's series from 8 on.
 *
 * The method and all these numbers are Sun's (fdlibm e_lgamma_r.c, "Copyright (C) 1993 by Sun
 * Microsystems, Inc. All rights reserved.  Developed at SunPro, a Sun Microsystems, Inc.
 * business.  Permission to use, copy, modify, and distribute this software is freely granted,
 * provided that this notice is preserved."; the same numbers are in glibc up to 2.42,
 * sysdeps/ieee754/dbl-64/e_lgamma_r.c).  They were searched for and cannot be computed;
 * tests/makers/make_float_tables.py checks what they are said to approximate.
 *
 * No function here: see libmath.h.
 */
#ifndef TFPHILOX_LGAMMA_TABLE_H
#define TFPHILOX_LGAMMA_TABLE_H

/* clang-format off */

/* lgamma(2 - y) = -y/2 + y * p(y), -0.0001 <= y < 0.268. */
static const double tfphilox_lgamma_below2[12] = {
     0x1.3c467e37db0c8p-4,  0x1.4a34cc4a60fadp-2,  0x1.13e001a5562a7p-4,  0x1.51322ac92547bp-6,
     0x1.e404fb68fefe8p-8,  0x1.7add8ccb7926bp-9, 0x1.38a94116f3f5dp-10,   0x1.0b6c689b99cp-11,
    0x1.cf2eced10e54dp-13, 0x1.c5088987dfb07p-14, 0x1.a7074428cfa52p-16, 0x1.7858e90a45837p-15
};

/* The place of the least value; the least value = [0] - [1]; lgamma(place + y) = least +
 * y^2 * p(y), -0.23 <= y < 0.27. */
static const double tfphilox_lgamma_place = 0x1.762d86356be3fp+0;
static const double tfphilox_lgamma_least[2] = {
    -0x1.f19b9bcc38a42p-4, -0x1.0c7caa48a971fp-58
};
static const double tfphilox_lgamma_about[15] = {
      0x1.ef72bc8ee38a2p-2,  -0x1.2e4278dc6c509p-3,   0x1.08b4294d5419bp-4,  -0x1.0c9a8df35b713p-5,
      0x1.266e7970af9ecp-6,  -0x1.51f9fba91ec6ap-7,   0x1.8fce0e370e344p-8,  -0x1.e2effb3e914d7p-9,
      0x1.282d32e15c915p-9, -0x1.6fe8ebf2d1af1p-10,  0x1.cdf0cef61a8e9p-11, -0x1.1a6109c73e0ecp-11,
     0x1.4af6d6c0ebbf7p-12, -0x1.47f24ecc38c38p-12,  0x1.5fd3ee8c2d3f4p-12
};

/* lgamma(1 + y) = -y/2 + y * p(y) / q(y), 0 <= y < 0.232. */
static const double tfphilox_lgamma_above1_p[6] = {
    -0x1.3c467e37db0c8p-4,  0x1.4401e8b005dffp-1,  0x1.7475cd119bd6fp+0,   0x1.f497644ea845p-1,
     0x1.d4eaef6010924p-3,  0x1.b678bbf2bab09p-7
};
static const double tfphilox_lgamma_above1_q[6] = {
                  0x1p+0, 0x1.3a5d7c2bd619cp+1, 0x1.10725a42b18f5p+1, 0x1.89dfbe45050afp-1,
    0x1.aae55d6537c88p-4, 0x1.a5abb57d0cf61p-9
};

/* lgamma(2 + y) = y/2 + y * p(y) / q(y), 0 <= y < 1. */
static const double tfphilox_lgamma_above2_p[7] = {
    -0x1.3c467e37db0c8p-4,  0x1.b848b36e20878p-3,  0x1.4d98f4f139f59p-2,  0x1.2bb9cbee5f2f7p-3,
     0x1.b481c7e939961p-6, 0x1.e26b67368f239p-10, 0x1.0bfecdd17e945p-15
};
static const double tfphilox_lgamma_above2_q[7] = {
                   0x1p+0,  0x1.645a762c4ab74p+0,  0x1.71a1893d3dcdcp-1,  0x1.601edccfbdf27p-3,
     0x1.317ea742ed475p-6, 0x1.97ddaca41a95bp-11,  0x1.ebaf7a5b3814p-18
};

/* lgamma(x) = (x - 1/2) (log x - 1) + [0] + z * p(z^2), z = 1/x, p's coefficients from [1] on. */
static const double tfphilox_lgamma_stirling[7] = {
      0x1.acfe390c97d69p-2,   0x1.555555555553bp-4,  -0x1.6c16c16b02e5cp-9,  0x1.a019f98cf38b6p-11,
    -0x1.380cb8c0fe741p-11,  0x1.b67ba4cdad5d1p-11, -0x1.ab89d0b9e43e4p-10
};

/* clang-format on */

#endif
