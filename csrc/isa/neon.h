/* neon.h: the vocabulary of lanes.h on 64-bit ARM: two lanes.
 */
#ifndef TFPHILOX_ISA_NEON_H
#define TFPHILOX_ISA_NEON_H

#if !defined(__aarch64__) || !defined(__ARM_NEON) || BIG_ENDIAN_WORDS
#error "The neon kernels are for little-endian 64-bit ARM. Elsewhere build the scalar ones alone."
#endif
#include <arm_neon.h>

#define ISA           neon
#define LANES         2
#define PHILOX_CHAINS 4

#include "vectors.h"

typedef vu vm;

static const uint64_t lane_blocks[LANES] = {0, 1};

static inline vu mul32(vu a, vu b) {
    return (vu)vmull_u32(vmovn_u64((uint64x2_t)a), vmovn_u64((uint64x2_t)b));
}
static inline vu swap32(vu a) { return (vu)vrev64q_u32((uint32x4_t)a); }
static inline vu xor_high(vu p, vu a, vu b) { return p ^ ((a ^ b) & HIGH_WORD); }
static inline void to_pairs(vu x, vu y, vu *a, vu *b) {
    *a = (vu)vzip1q_u64((uint64x2_t)x, (uint64x2_t)y);
    *b = (vu)vzip2q_u64((uint64x2_t)x, (uint64x2_t)y);
}
static inline void to_words(vu x, vu y, vw *a, vw *b) {
    vu p, q;
    to_pairs(swap32(x), swap32(y), &p, &q);
    *a = (vw)p;
    *b = (vw)q;
}
static inline vu i_least(vu a, vu b) {
    return (vu)vbslq_u64(vcltq_s64((int64x2_t)a, (int64x2_t)b), (uint64x2_t)a, (uint64x2_t)b);
}
static inline vw w_least(vw a, vw b) { return (vw)vminq_u32((uint32x4_t)a, (uint32x4_t)b); }
static inline vf f_least(vf a, vf b) { return (vf)w_least((vw)a, (vw)b); }
static inline vd d_fma(vd a, vd b, vd c) {
    return (vd)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}
static inline vf f_madd(vf a, vf b, vf c) {
    return (vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
static inline vf f_fma(vf a, vf b, vf c) { return f_madd(a, b, c); }
static inline vd d_sqrt(vd a) { return (vd)vsqrtq_f64((float64x2_t)a); }
static inline vd d_max(vd a, vd b) { return (vd)vmaxq_f64((float64x2_t)a, (float64x2_t)b); }
static inline vd d_abs(vd a) { return (vd)vabsq_f64((float64x2_t)a); }
static inline vm d_less(vd a, vd b) { return (vm)(a < b); }
static inline vm u_bit(vu a, int bit) { return 0 - ((a >> bit) & 1u); }
static inline uint32_t m_bits(vm m) { return (uint32_t)((m[0] & 1u) | (m[1] & 2u)); }
static inline vd d_select(vm m, vd a, vd b) {
    return (vd)vbslq_f64((uint64x2_t)m, (float64x2_t)a, (float64x2_t)b);
}
static inline vd d_gather(const double *table, vu i) { return (vd){table[i[0]], table[i[1]]}; }
static inline vd d_pick(const double *numbers, const int *at) {
    return (vd){numbers[at[0]], numbers[at[1]]};
}
static inline int append(int *list, int n, uint32_t bits, int base) {
    list[n] = base + (bits == 2u);
    list[n + 1] = base + 1;
    return n + (int)(bits & 1u) + (int)(bits >> 1);
}
static inline int pack_ints(int *list, int n, uint32_t bits, const int *from) {
    const int first = from[0], second = from[1];
    list[n] = bits == 2u ? second : first;
    list[n + 1] = second;
    return n + (int)(bits & 1u) + (int)(bits >> 1);
}
static inline int pack(double *list, int n, uint32_t bits, vd a) {
    list[n] = bits == 2u ? a[1] : a[0];
    list[n + 1] = a[1];
    return n + (int)(bits & 1u) + (int)(bits >> 1);
}
static inline vd d_lookup16(const double *table, vu i) {
    i &= 15u;
    return (vd){table[i[0]], table[i[1]]};
}
static inline void d_rows2(const double *table, vu i, vd *a, vd *b) {
    float64x2_t row0 = vld1q_f64(table + 2 * i[0]), row1 = vld1q_f64(table + 2 * i[1]);
    *a = (vd)vzip1q_f64(row0, row1);
    *b = (vd)vzip2q_f64(row0, row1);
}
static inline void d_rows4(const double *table, vu i, vd *a, vd *b, vd *c, vd *d) {
    d_rows2(table, i * 2u, a, b);
    d_rows2(table, i * 2u + 1u, c, d);
}
static inline vf f_narrow(vd a, vd b) {
    return (vf)vcvt_high_f32_f64(vcvt_f32_f64((float64x2_t)a), (float64x2_t)b);
}
static inline vd d_widen(const float *in) { return (vd){(double)in[0], (double)in[1]}; }
static inline vd d_round_float32(vd a) { return (vd){(float)a[0], (float)a[1]}; }
static inline void f_zip(vf s, vf c, vf *a, vf *b) {
    vu low = (vu)vzip1q_f32((float32x4_t)s, (float32x4_t)c);
    vu high = (vu)vzip2q_f32((float32x4_t)s, (float32x4_t)c);
    vu p, q;
    to_pairs(low, high, &p, &q);
    *a = (vf)p;
    *b = (vf)q;
}
static inline vw w_low(vu x, vu y) { return (vw)vuzp1q_u32((uint32x4_t)x, (uint32x4_t)y); }
static inline vf f_choose(vw w, vf a, vf b) {
    uint32x4_t top = (uint32x4_t)vshrq_n_s32((int32x4_t)w, 31);
    return (vf)vbslq_f32(top, (float32x4_t)a, (float32x4_t)b);
}
static inline vf f_sqrt(vf a) { return (vf)vsqrtq_f32((float32x4_t)a); }
static inline vf f_round_float16(vf a) { return (vf)vcvt_f32_f16(vcvt_f16_f32((float32x4_t)a)); }
static inline void f_store_float16(uint16_t *out, vf a) {
    vst1_u16(out, vreinterpret_u16_f16(vcvt_f16_f32((float32x4_t)a)));
}
static inline void f_store_bfloat16(uint16_t *out, vf a, vf b) {
    vst1q_u16(out, vuzp2q_u16((uint16x8_t)a, (uint16x8_t)b));
}
static inline void pick16(void *a, const uint8_t *from_a, const void *b, const uint8_t *from_b) {
    uint8x16_t x = vqtbl1q_u8(vld1q_u8(a), vld1q_u8(from_a));
    vst1q_u8(a, vorrq_u8(x, vqtbl1q_u8(vld1q_u8(b), vld1q_u8(from_b))));
}
static inline vw w_mul_high(vw a, vw b) {
    vu even = mul32((vu)a, (vu)b), odd = mul32((vu)a >> 32, (vu)b >> 32);
    return (vw)((even >> 32) | (odd & HIGH_WORD));
}
static inline vd d_floor(vd x) { return (vd)vrndmq_f64((float64x2_t)x); }

#endif
