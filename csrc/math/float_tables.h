/* float_tables.h: the numbers of expf, logf and powf.
 *
 * glibc's short float functions compute in double and round once at the end, so their tables
 * need no second parts: 2^(i/32) for the exponential; for the two logarithms 1/c, log(c) and
 * log2(c) for a point c near the middle of each sixteenth of [0.699, 1.398); and a cubic or
 * quartic polynomial each.
 *
 * 1/c and the polynomials are Arm's (optimized-routines math/exp2f_data.c, logf_data.c and
 * powf_log2_data.c, by Szabolcs Nagy, MIT or Apache-2.0 WITH LLVM-exception; the same numbers are
 * in glibc >= 2.27, sysdeps/ieee754/flt-32).  make_float_tables.py computes all the rest
 * and checks the polynomials' stated errors.
 *
 * No function here: see libmath.h, and floatmath.h and arraymath.h for vectors.
 */
#ifndef TFPHILOX_FLOAT_TABLES_H
#define TFPHILOX_FLOAT_TABLES_H

/* clang-format off */

/* The double nearest to 2^(i/32), and 32 / ln 2. */
static const double tfphilox_exp2f_scale[32] = {
                  0x1p+0, 0x1.059b0d3158574p+0, 0x1.0b5586cf9890fp+0, 0x1.11301d0125b51p+0,
    0x1.172b83c7d517bp+0, 0x1.1d4873168b9aap+0, 0x1.2387a6e756238p+0, 0x1.29e9df51fdee1p+0,
    0x1.306fe0a31b715p+0, 0x1.371a7373aa9cbp+0, 0x1.3dea64c123422p+0, 0x1.44e086061892dp+0,
    0x1.4bfdad5362a27p+0, 0x1.5342b569d4f82p+0, 0x1.5ab07dd485429p+0, 0x1.6247eb03a5585p+0,
    0x1.6a09e667f3bcdp+0, 0x1.71f75e8ec5f74p+0, 0x1.7a11473eb0187p+0, 0x1.82589994cce13p+0,
    0x1.8ace5422aa0dbp+0, 0x1.93737b0cdc5e5p+0,  0x1.9c49182a3f09p+0, 0x1.a5503b23e255dp+0,
    0x1.ae89f995ad3adp+0, 0x1.b7f76f2fb5e47p+0, 0x1.c199bdd85529cp+0, 0x1.cb720dcef9069p+0,
    0x1.d5818dcfba487p+0, 0x1.dfc97337b9b5fp+0, 0x1.ea4afa2a490dap+0,  0x1.f50765b6e454p+0
};
static const double tfphilox_expf_per_ln2 = 0x1.71547652b82fep+5;

/* 2^r = 1 + r * p(r), |r| <= 1/64, the highest power first; relative error below 1.7 * 2^-34. */
static const double tfphilox_exp2f_poly[3] = {
    0x1.c6af84b912394p-5, 0x1.ebfce50fac4f3p-3, 0x1.62e42ff0c52d6p-1
};

/* Entry i is for z of [0.69921875 + i 2^-5, + 2^-5) below 1 (i < 9 and most of 9), steps of 2^-4
 * above: in bits, 0x3f330000 + i 2^19 and the 2^19 - 1 next. */
static const double tfphilox_logf_invc[16] = {
    0x1.661ec79f8f3bep+0, 0x1.571ed4aaf883dp+0,  0x1.49539f0f010bp+0, 0x1.3c995b0b80385p+0,
    0x1.30d190c8864a5p+0,  0x1.25e227b0b8eap+0, 0x1.1bb4a4a1a343fp+0, 0x1.12358f08ae5bap+0,
    0x1.0953f419900a7p+0,               0x1p+0, 0x1.e608cfd9a47acp-1,  0x1.ca4b31f026aap-1,
    0x1.b2036576afce6p-1, 0x1.9c2d163a1aa2dp-1, 0x1.886e6037841edp-1, 0x1.767dcf5534862p-1
};
static const double tfphilox_logf_logc[16] = {
    -0x1.57bf7808caadep-2, -0x1.2bef0a7c06ddbp-2, -0x1.01eae7f513a67p-2, -0x1.b31d8a68224e9p-3,
    -0x1.6574f0ac07758p-3,   -0x1.1aa2bc79c81p-3, -0x1.a4e76ce8c0e5ep-4, -0x1.1973c5a611cccp-4,
    -0x1.252f438e10c1ep-5,                0x0p+0,  0x1.aa5aa5df25984p-5,  0x1.c5e53aa362eb4p-4,
     0x1.526e57720db08p-3,   0x1.bc2860d22477p-3,  0x1.1058bc8a07ee1p-2,  0x1.4043057b6ee09p-2
};
static const double tfphilox_powf_log2c[16] = {
    -0x1.efec65b963019p-2, -0x1.b0b6832d4fca4p-2, -0x1.7418b0a1fb77bp-2, -0x1.39de91a6dcf7bp-2,
    -0x1.01d9bf3f2b631p-2,  -0x1.97c1d1b3b7afp-3, -0x1.2f9e393af3c9fp-3, -0x1.960cbbf788d5cp-4,
    -0x1.a6f9db6475fcep-5,                0x0p+0,  0x1.338ca9f24f53dp-4,  0x1.476a9543891bap-3,
     0x1.e840b4ac4e4d2p-3,  0x1.40645f0c6651cp-2,  0x1.88e9c2c1b9ff8p-2,  0x1.ce0a44eb17bccp-2
};
static const double tfphilox_logf_ln2 = 0x1.62e42fefa39efp-1;

/* log1p(r) = r + r^2 * p(r), the highest power first; relative error of the whole below
 * 1.96 * 2^-26, which is 0.32 ulp before the rounding. */
static const double tfphilox_logf_poly[3] = {
    -0x1.00ea348b88334p-2, 0x1.5575b0be00b6ap-2, -0x1.ffffef20a4123p-2
};

/* log2(1 + r) = r * p(r), the highest power first; with the tables, relative error below
 * 1.84 * 2^-33. */
static const double tfphilox_powf_poly[5] = {
    0x1.27616c9496e0bp-2, -0x1.71969a075c67ap-2, 0x1.ec70a6ca7baddp-2, -0x1.7154748bef6c8p-1,
     0x1.71547652ab82bp+0
};

/* clang-format on */

#endif
