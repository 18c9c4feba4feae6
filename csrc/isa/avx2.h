/* avx2.h: the vocabulary of lanes.h in AVX2, FMA and F16C: four lanes.
 */
#ifndef TFPHILOX_ISA_AVX2_H
#define TFPHILOX_ISA_AVX2_H

#if !defined(__AVX2__) || !defined(__FMA__) || !defined(__F16C__) || !defined(__POPCNT__)
#error "The avx2 kernels need -mavx2 -mfma -mf16c -mpopcnt."
#endif
#include <immintrin.h>

#define ISA           avx2
#define LANES         4
#define PHILOX_CHAINS 2

#include "vectors.h"

typedef vi vm;

static const uint64_t lane_blocks[LANES] = {0, 2, 1, 3};

static inline vu mul32(vu a, vu b) { return (vu)_mm256_mul_epu32((__m256i)a, (__m256i)b); }
static inline vu swap32(vu a) {
    return (vu)_mm256_shuffle_epi32((__m256i)a, _MM_SHUFFLE(2, 3, 0, 1));
}
static inline vu xor_high(vu p, vu a, vu b) {
    __m256i high = _mm256_blend_epi32(_mm256_setzero_si256(), (__m256i)(a ^ b), 0xAA);
    return p ^ (vu)high;
}
static inline void to_pairs(vu x, vu y, vu *a, vu *b) {
    *a = (vu)_mm256_unpacklo_epi64((__m256i)x, (__m256i)y);
    *b = (vu)_mm256_unpackhi_epi64((__m256i)x, (__m256i)y);
}
static inline void to_words(vu x, vu y, vw *a, vw *b) {
    vu p, q;
    to_pairs(swap32(x), swap32(y), &p, &q);
    *a = (vw)p;
    *b = (vw)q;
}
static inline vu i_least(vu a, vu b) {
    return (vu)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)((vi)a < (vi)b));
}
static inline vw w_least(vw a, vw b) { return (vw)_mm256_min_epu32((__m256i)a, (__m256i)b); }
static inline vf f_least(vf a, vf b) { return (vf)w_least((vw)a, (vw)b); }
static inline vd d_fma(vd a, vd b, vd c) {
    return (vd)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}
static inline vf f_madd(vf a, vf b, vf c) {
    return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
static inline vf f_fma(vf a, vf b, vf c) { return f_madd(a, b, c); }
static inline vd d_sqrt(vd a) { return (vd)_mm256_sqrt_pd((__m256d)a); }
static inline vd d_max(vd a, vd b) { return (vd)_mm256_max_pd((__m256d)a, (__m256d)b); }
static inline vd d_abs(vd a) { return (vd)((vu)a & 0x7FFFFFFFFFFFFFFFu); }
static inline vm d_less(vd a, vd b) { return a < b; }
static inline vm u_bit(vu a, int bit) { return (vi)(a << (63 - bit)); } /* the sign bit decides */
static inline uint32_t m_bits(vm m) { return (uint32_t)_mm256_movemask_pd((__m256d)m); }
static inline vd d_select(vm m, vd a, vd b) {
    return (vd)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)m);
}
static inline vd d_gather(const double *table, vu i) {
    return (vd){table[i[0]], table[i[1]], table[i[2]], table[i[3]]};
}
static inline vd d_pick(const double *numbers, const int *at) {
    return (vd){numbers[at[0]], numbers[at[1]], numbers[at[2]], numbers[at[3]]};
}
/* The lanes whose bits are set, first; then any. */
static const uint8_t chosen_lanes[16][4] = {{0, 0, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0},
                                            {2, 0, 0, 0}, {0, 2, 0, 0}, {1, 2, 0, 0}, {0, 1, 2, 0},
                                            {3, 0, 0, 0}, {0, 3, 0, 0}, {1, 3, 0, 0}, {0, 1, 3, 0},
                                            {2, 3, 0, 0}, {0, 2, 3, 0}, {1, 2, 3, 0}, {0, 1, 2, 3}};
static inline __m128i lanes_of_bits(uint32_t bits) {
    int32_t four;
    memcpy(&four, chosen_lanes[bits], sizeof four);
    return _mm_cvtepu8_epi32(_mm_cvtsi32_si128(four));
}
static inline int append(int *list, int n, uint32_t bits, int base) {
    const __m128i places = _mm_add_epi32(lanes_of_bits(bits), _mm_set1_epi32(base));
    _mm_storeu_si128((__m128i *)(list + n), places);
    return n + _mm_popcnt_u32(bits);
}
static inline int pack_ints(int *list, int n, uint32_t bits, const int *from) {
    const __m128 some = _mm_loadu_ps((const float *)from);
    _mm_storeu_ps((float *)(list + n), _mm_permutevar_ps(some, lanes_of_bits(bits)));
    return n + _mm_popcnt_u32(bits);
}
static inline int pack(double *list, int n, uint32_t bits, vd a) {
    const __m256i lanes = _mm256_cvtepu32_epi64(lanes_of_bits(bits));
    const __m256i low = _mm256_add_epi64(lanes, lanes); /* a double's two words */
    const __m256i words = _mm256_or_si256(low, _mm256_slli_epi64(low, 32));
    const __m256i both = _mm256_add_epi32(words, _mm256_set1_epi64x(1LL << 32));
    _mm256_storeu_si256((__m256i *)(list + n), _mm256_permutevar8x32_epi32((__m256i)a, both));
    return n + _mm_popcnt_u32(bits);
}
static inline vd d_lookup16(const double *table, vu i) {
    i &= 15u;
    return (vd){table[i[0]], table[i[1]], table[i[2]], table[i[3]]};
}
static inline void d_rows2(const double *table, vu i, vd *a, vd *b) {
    __m256d p = _mm256_set_m128d(_mm_loadu_pd(table + 2 * i[2]), _mm_loadu_pd(table + 2 * i[0]));
    __m256d q = _mm256_set_m128d(_mm_loadu_pd(table + 2 * i[3]), _mm_loadu_pd(table + 2 * i[1]));
    *a = (vd)_mm256_unpacklo_pd(p, q);
    *b = (vd)_mm256_unpackhi_pd(p, q);
}
static inline void d_rows4(const double *table, vu i, vd *a, vd *b, vd *c, vd *d) {
    __m256d row0 = _mm256_loadu_pd(table + 4 * i[0]), row1 = _mm256_loadu_pd(table + 4 * i[1]);
    __m256d row2 = _mm256_loadu_pd(table + 4 * i[2]), row3 = _mm256_loadu_pd(table + 4 * i[3]);
    __m256d p = _mm256_unpacklo_pd(row0, row1), q = _mm256_unpackhi_pd(row0, row1);
    __m256d r = _mm256_unpacklo_pd(row2, row3), s = _mm256_unpackhi_pd(row2, row3);
    *a = (vd)_mm256_permute2f128_pd(p, r, 0x20);
    *b = (vd)_mm256_permute2f128_pd(q, s, 0x20);
    *c = (vd)_mm256_permute2f128_pd(p, r, 0x31);
    *d = (vd)_mm256_permute2f128_pd(q, s, 0x31);
}
static inline vf f_narrow(vd a, vd b) {
    return (vf)_mm256_set_m128(_mm256_cvtpd_ps((__m256d)b), _mm256_cvtpd_ps((__m256d)a));
}
static inline vd d_widen(const float *in) { return (vd)_mm256_cvtps_pd(_mm_loadu_ps(in)); }
static inline vd d_round_float32(vd a) { return (vd)_mm256_cvtps_pd(_mm256_cvtpd_ps((__m256d)a)); }
static inline void f_zip(vf s, vf c, vf *a, vf *b) {
    __m256d low = (__m256d)_mm256_unpacklo_ps((__m256)s, (__m256)c);
    __m256d high = (__m256d)_mm256_unpackhi_ps((__m256)s, (__m256)c);
    __m256d p = _mm256_unpacklo_pd(low, high), q = _mm256_unpackhi_pd(low, high);
    *a = (vf)_mm256_permute4x64_pd(p, _MM_SHUFFLE(3, 1, 2, 0));
    *b = (vf)_mm256_permute4x64_pd(q, _MM_SHUFFLE(3, 1, 2, 0));
}
static inline vw w_low(vu x, vu y) {
    __m256d low = (__m256d)_mm256_shuffle_ps((__m256)x, (__m256)y, _MM_SHUFFLE(2, 0, 2, 0));
    return (vw)_mm256_permute4x64_pd(low, _MM_SHUFFLE(3, 1, 2, 0));
}
static inline vf f_choose(vw w, vf a, vf b) {
    return (vf)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)w);
}
static inline vf f_sqrt(vf a) { return (vf)_mm256_sqrt_ps((__m256)a); }
static inline vf f_round_float16(vf a) {
    return (vf)_mm256_cvtph_ps(_mm256_cvtps_ph((__m256)a, _MM_FROUND_TO_NEAREST_INT));
}
static inline void f_store_float16(uint16_t *out, vf a) {
    _mm_storeu_si128((__m128i *)out, _mm256_cvtps_ph((__m256)a, _MM_FROUND_TO_NEAREST_INT));
}
static inline void f_store_bfloat16(uint16_t *out, vf a, vf b) {
    __m256i w = _mm256_packus_epi32((__m256i)((vw)a >> 16), (__m256i)((vw)b >> 16));
    w_store(out, (vw)_mm256_permute4x64_epi64(w, _MM_SHUFFLE(3, 1, 2, 0)));
}
#define second_bits second_bits
static inline uint32_t second_bits(const void *words) {
    __m128i up = _mm_slli_epi32(_mm_loadu_si128(words), 1);
    return (uint32_t)_mm_movemask_ps(_mm_castsi128_ps(up));
}
static inline void pick16(void *a, const uint8_t *from_a, const void *b, const uint8_t *from_b) {
    __m128i x = _mm_shuffle_epi8(_mm_loadu_si128(a), _mm_loadu_si128((const __m128i *)from_a));
    __m128i y = _mm_shuffle_epi8(_mm_loadu_si128(b), _mm_loadu_si128((const __m128i *)from_b));
    _mm_storeu_si128(a, _mm_or_si128(x, y));
}
static inline vw w_mul_high(vw a, vw b) {
    __m256i even = _mm256_mul_epu32((__m256i)a, (__m256i)b);
    __m256i odd =
        _mm256_mul_epu32(_mm256_srli_epi64((__m256i)a, 32), _mm256_srli_epi64((__m256i)b, 32));
    return (vw)_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
}
#define d_store_int32 d_store_int32
static inline void d_store_int32(int32_t *out, vd a) {
    _mm_storeu_si128((__m128i *)out, _mm256_cvttpd_epi32((__m256d)a));
}
static inline vd d_floor(vd x) { return (vd)_mm256_floor_pd((__m256d)x); }

#endif
