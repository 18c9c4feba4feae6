/* scalar.h: the vocabulary of lanes.h in plain C: one lane.
 *
 * A vector of lanes is a plain number, a pair of words or floats a small struct.  It needs no
 * flags, and makes the same numbers with any that platform.h lets pass.
 */
#ifndef TFPHILOX_ISA_SCALAR_H
#define TFPHILOX_ISA_SCALAR_H

#include <stdint.h>
#include <string.h>
#include <math.h>

#define ISA           scalar
#define LANES         1
#define PHILOX_CHAINS 4

typedef uint64_t vu;
typedef double vd;
typedef int vm;
typedef struct {
    uint32_t w[2];
} vw;
typedef struct {
    float f[2];
} vf;

static const uint64_t lane_blocks[LANES] = {0};

static inline vu u_set(uint64_t a) { return a; }
static inline vd d_set(double a) { return a; }
static inline vu u_of_d(vd a) { return bits_of_double(a); }
static inline vd d_of_u(vu a) { return double_of_bits(a); }
static inline vu u_less(vu a, vu b) { return a < b; }
static inline vu u_of_w(vw a) { return a.w[0] | (uint64_t)a.w[1] << 32; }
static inline vw w_of_u(vu a) { return (vw){{(uint32_t)a, (uint32_t)(a >> 32)}}; }
static inline vw w_of_f(vf a) { return (vw){{bits_of_float(a.f[0]), bits_of_float(a.f[1])}}; }
static inline vw w_set(uint32_t a) { return (vw){{a, a}}; }
static inline vw w_add(vw a, vw b) { return (vw){{a.w[0] + b.w[0], a.w[1] + b.w[1]}}; }
static inline vw w_sub(vw a, vw b) { return (vw){{a.w[0] - b.w[0], a.w[1] - b.w[1]}}; }
static inline vw w_mul(vw a, vw b) { return (vw){{a.w[0] * b.w[0], a.w[1] * b.w[1]}}; }
static inline vw w_shr(vw a, int n) { return (vw){{a.w[0] >> n, a.w[1] >> n}}; }
static inline vw w_shl(vw a, int n) { return (vw){{a.w[0] << n, a.w[1] << n}}; }
static inline vf f_set(float a) { return (vf){{a, a}}; }
static inline vf f_add(vf a, vf b) { return (vf){{a.f[0] + b.f[0], a.f[1] + b.f[1]}}; }
static inline vf f_mul(vf a, vf b) { return (vf){{a.f[0] * b.f[0], a.f[1] * b.f[1]}}; }
static inline vf f_div(vf a, vf b) { return (vf){{a.f[0] / b.f[0], a.f[1] / b.f[1]}}; }
static inline vw f_less(vf a, vf b) {
    return (vw){{(uint32_t)(a.f[0] < b.f[0]) << 31, (uint32_t)(a.f[1] < b.f[1]) << 31}};
}
static inline vf f_fraction(vf a) {
    return (vf){{float_of_bits((bits_of_float(a.f[0]) & 0x007FFFFFu) | 0x3F000000u),
                 float_of_bits((bits_of_float(a.f[1]) & 0x007FFFFFu) | 0x3F000000u)}};
}
static inline vf f_cut_bfloat16(vf a) {
    return (vf){{float_of_bits(bits_of_float(a.f[0]) & 0xFFFF0000u),
                 float_of_bits(bits_of_float(a.f[1]) & 0xFFFF0000u)}};
}
static inline vf f_flip(vf a, vw w) {
    return (vf){{float_of_bits(bits_of_float(a.f[0]) ^ (w.w[0] & 0x80000000u)),
                 float_of_bits(bits_of_float(a.f[1]) ^ (w.w[1] & 0x80000000u))}};
}
static inline vf f_unit(vw a) {
    return (vf){{float_of_bits((a.w[0] & 0x7FFFFFu) | 0x3F800000u) - 1.0f,
                 float_of_bits((a.w[1] & 0x7FFFFFu) | 0x3F800000u) - 1.0f}};
}
static inline vf f_count(vw a, int bits) {
    return (vf){{float_of_bits((a.w[0] & ((1u << bits) - 1u)) | 0x4B000000u),
                 float_of_bits((a.w[1] & ((1u << bits) - 1u)) | 0x4B000000u)}};
}
static inline vf f_nearest_bfloat16(vf a) {
    for (int i = 0; i < 2; i++) {
        uint32_t w = bits_of_float(a.f[i]);
        a.f[i] = float_of_bits(w + 0x7FFFu + (w >> 16 & 1u));
    }
    return a;
}
static inline vf f_round_bfloat16(vf a) {
    a = f_nearest_bfloat16(a);
    for (int i = 0; i < 2; i++)
        a.f[i] = float_of_bits(bits_of_float(a.f[i]) & 0xFFFF0000u);
    return a;
}
static inline void u_store(void *out, vu a) { memcpy(out, &a, sizeof a); }
static inline void d_store(void *out, vd a) { memcpy(out, &a, sizeof a); }
static inline void w_store(void *out, vw a) { memcpy(out, &a, sizeof a); }
static inline void f_store(void *out, vf a) { memcpy(out, &a, sizeof a); }
static inline vf f_load(const void *in) {
    vf a;
    memcpy(&a, in, sizeof a);
    return a;
}
static inline vd d_load(const void *in) {
    vd a;
    memcpy(&a, in, sizeof a);
    return a;
}
static inline vu u_load(const void *in) {
    vu a;
    memcpy(&a, in, sizeof a);
    return a;
}
static inline vw w_load(const void *in) {
    vw a;
    memcpy(&a, in, sizeof a);
    return a;
}
static inline vd d_widen(const float *in) { return *in; }
static inline vd d_round_float32(vd a) { return (double)(float)a; }
static inline vu u_widen(const uint32_t *in) { return *in; }
static inline vu mul32(vu a, vu b) { return (a & LOW_WORD) * (b & LOW_WORD); }
static inline vu swap32(vu a) { return a >> 32 | a << 32; }
static inline vu xor_high(vu p, vu a, vu b) { return p ^ ((a ^ b) & HIGH_WORD); }
static inline void to_pairs(vu x, vu y, vu *a, vu *b) {
    *a = x;
    *b = y;
}
static inline void to_words(vu x, vu y, vw *a, vw *b) {
    *a = w_of_u(swap32(x));
    *b = w_of_u(swap32(y));
}
static inline vu i_least(vu a, vu b) { return (int64_t)a < (int64_t)b ? a : b; }
static inline vw w_least(vw a, vw b) {
    return (vw){{a.w[0] < b.w[0] ? a.w[0] : b.w[0], a.w[1] < b.w[1] ? a.w[1] : b.w[1]}};
}
static inline vf f_least(vf a, vf b) {
    vw w = w_least(w_of_f(a), w_of_f(b));
    return (vf){{float_of_bits(w.w[0]), float_of_bits(w.w[1])}};
}
static inline vd d_fma(vd a, vd b, vd c) { return fused_in_place(a, b, c); }
static inline vf f_madd(vf a, vf b, vf c) {
    return (vf){{a.f[0] * b.f[0] + c.f[0], a.f[1] * b.f[1] + c.f[1]}};
}
static inline vf f_fma(vf a, vf b, vf c) {
    return (vf){{fused_float(a.f[0], b.f[0], c.f[0]), fused_float(a.f[1], b.f[1], c.f[1])}};
}
static inline vd d_sqrt(vd a) { return sqrt(a); }
static inline vd d_max(vd a, vd b) { return a > b ? a : b; }
static inline vd d_abs(vd a) { return double_of_bits(bits_of_double(a) & 0x7FFFFFFFFFFFFFFFu); }
static inline vm d_less(vd a, vd b) { return a < b; }
static inline vm u_bit(vu a, int bit) { return a >> bit & 1; }
static inline uint32_t m_bits(vm m) { return (uint32_t)m; }
static inline vd d_select(vm m, vd a, vd b) { return m ? a : b; }
static inline vd d_gather(const double *table, vu i) { return table[i]; }
static inline vd d_pick(const double *numbers, const int *at) { return numbers[*at]; }
static inline int append(int *list, int n, uint32_t bits, int base) {
    list[n] = base;
    return n + (int)bits;
}
static inline int pack_ints(int *list, int n, uint32_t bits, const int *from) {
    list[n] = *from;
    return n + (int)bits;
}
static inline int pack(double *list, int n, uint32_t bits, vd a) {
    list[n] = a;
    return n + (int)bits;
}
static inline vd d_lookup16(const double *table, vu i) { return table[i & 15]; }
static inline void d_rows2(const double *table, vu i, vd *a, vd *b) {
    *a = table[2 * i];
    *b = table[2 * i + 1];
}
static inline void d_rows4(const double *table, vu i, vd *a, vd *b, vd *c, vd *d) {
    *a = table[4 * i];
    *b = table[4 * i + 1];
    *c = table[4 * i + 2];
    *d = table[4 * i + 3];
}
static inline vf f_narrow(vd a, vd b) { return (vf){{(float)a, (float)b}}; }
static inline void f_zip(vf s, vf c, vf *a, vf *b) {
    *a = (vf){{s.f[0], c.f[0]}};
    *b = (vf){{s.f[1], c.f[1]}};
}
static inline vw w_low(vu x, vu y) { return (vw){{(uint32_t)x, (uint32_t)y}}; }
static inline vf f_choose(vw w, vf a, vf b) { /* by bits: a branch would be taken at random */
    vf chosen;
    for (int i = 0; i < 2; i++) {
        uint32_t x = bits_of_float(a.f[i]), y = bits_of_float(b.f[i]);
        chosen.f[i] = float_of_bits(y ^ ((x ^ y) & (0u - (w.w[i] >> 31))));
    }
    return chosen;
}
static inline vf f_sqrt(vf a) { return (vf){{sqrtf(a.f[0]), sqrtf(a.f[1])}}; }
static inline vf f_round_float16(vf a) {
    return (vf){
        {float_of_float16(float16_of_float(a.f[0])), float_of_float16(float16_of_float(a.f[1]))}};
}
static inline void f_store_float16(uint16_t *out, vf a) {
    out[0] = float16_of_float(a.f[0]);
    out[1] = float16_of_float(a.f[1]);
}
static inline void f_store_bfloat16(uint16_t *out, vf a, vf b) {
    for (int i = 0; i < 2; i++) {
        out[i] = (uint16_t)(bits_of_float(a.f[i]) >> 16);
        out[i + 2] = (uint16_t)(bits_of_float(b.f[i]) >> 16);
    }
}
static inline void pick16(void *a, const uint8_t *from_a, const void *b, const uint8_t *from_b) {
    uint32_t x[5] = {0}, y[5] = {0}, z[4]; /* whole words; 0x90 is the fifth */
    memcpy(x, a, 16);
    memcpy(y, b, 16);
    for (int i = 0; i < 4; i++)
        z[i] = x[from_a[4 * i] >> 2 & 7] | y[from_b[4 * i] >> 2 & 7];
    memcpy(a, z, 16);
}
static inline vw w_mul_high(vw a, vw b) {
    return (vw){
        {(uint32_t)((uint64_t)a.w[0] * b.w[0] >> 32), (uint32_t)((uint64_t)a.w[1] * b.w[1] >> 32)}};
}
static inline vd d_floor(vd x) { return tfphilox_floor(x); }

#endif
