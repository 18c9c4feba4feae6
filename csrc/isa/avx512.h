/* avx512.h: the vocabulary of lanes.h in AVX-512: eight lanes.
 */
#ifndef TFPHILOX_ISA_AVX512_H
#define TFPHILOX_ISA_AVX512_H

#if !defined(__AVX512F__) || !defined(__AVX512DQ__) || !defined(__AVX512VL__) ||                   \
    !defined(__AVX512BW__) || !defined(__AVX2__) || !defined(__FMA__) || !defined(__F16C__) ||     \
    !defined(__POPCNT__)
#error "The avx512 kernels need AVX2's flags and -mavx512f -mavx512dq -mavx512vl -mavx512bw."
#endif
#include <immintrin.h>

#define ISA           avx512
#define LANES         8
#define PHILOX_CHAINS 4

#include "vectors.h"

typedef __mmask8 vm;

/* Unpacking two vectors interleaves lanes 0,2,4,6 and 1,3,5,7: blocks sit so that
 * those runs are 0,1,2,3 and 4,5,6,7. */
static const uint64_t lane_blocks[LANES] = {0, 4, 1, 5, 2, 6, 3, 7};

static inline vu mul32(vu a, vu b) { return (vu)_mm512_mul_epu32((__m512i)a, (__m512i)b); }
static inline vu swap32(vu a) {
    return (vu)_mm512_shuffle_epi32((__m512i)a, (_MM_PERM_ENUM)_MM_SHUFFLE(2, 3, 0, 1));
}
static inline vu xor_high(vu p, vu a, vu b) {
    return (vu)_mm512_mask_ternarylogic_epi32((__m512i)p, 0xAAAA, (__m512i)a, (__m512i)b, 0x96);
}
static inline void to_pairs(vu x, vu y, vu *a, vu *b) {
    *a = (vu)_mm512_unpacklo_epi64((__m512i)x, (__m512i)y);
    *b = (vu)_mm512_unpackhi_epi64((__m512i)x, (__m512i)y);
}
static inline void to_words(vu x, vu y, vw *a, vw *b) {
    const __m512i even =
        _mm512_setr_epi32(1, 0, 17, 16, 5, 4, 21, 20, 9, 8, 25, 24, 13, 12, 29, 28);
    const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(2));
    *a = (vw)_mm512_permutex2var_epi32((__m512i)x, even, (__m512i)y);
    *b = (vw)_mm512_permutex2var_epi32((__m512i)x, odd, (__m512i)y);
}
#define d_of_high d_of_high
static inline vd d_of_high(vu x) { return (vd)_mm512_cvtepu64_pd((__m512i)x); }
static inline vu i_least(vu a, vu b) { return (vu)_mm512_min_epi64((__m512i)a, (__m512i)b); }
static inline vw w_least(vw a, vw b) { return (vw)_mm512_min_epu32((__m512i)a, (__m512i)b); }
static inline vf f_least(vf a, vf b) { return (vf)w_least((vw)a, (vw)b); }
static inline vd d_fma(vd a, vd b, vd c) {
    return (vd)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}
static inline vf f_madd(vf a, vf b, vf c) {
    return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
static inline vf f_fma(vf a, vf b, vf c) { return f_madd(a, b, c); }
static inline vd d_sqrt(vd a) { return (vd)_mm512_sqrt_pd((__m512d)a); }
static inline vd d_max(vd a, vd b) { return (vd)_mm512_max_pd((__m512d)a, (__m512d)b); }
static inline vd d_abs(vd a) { return (vd)_mm512_abs_pd((__m512d)a); }
#define d_exponent d_exponent
static inline vd d_exponent(vd a) { return (vd)_mm512_getexp_pd((__m512d)a); }
static inline vm d_less(vd a, vd b) {
    return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ);
}
static inline vm u_bit(vu a, int bit) {
    return _mm512_test_epi64_mask((__m512i)a, _mm512_set1_epi64(1LL << bit));
}
static inline uint32_t m_bits(vm m) { return m; }
static inline vd d_select(vm m, vd a, vd b) {
    return (vd)_mm512_mask_blend_pd(m, (__m512d)b, (__m512d)a);
}
static inline void d_rows2(const double *table, vu i, vd *a, vd *b) {
    __m512d rows[2];
    UNROLL(2)
    for (int j = 0; j < 2; j++) {
        rows[j] = _mm512_castpd128_pd512(_mm_loadu_pd(table + 2 * i[j]));
        rows[j] = _mm512_insertf64x2(rows[j], _mm_loadu_pd(table + 2 * i[j + 2]), 1);
        rows[j] = _mm512_insertf64x2(rows[j], _mm_loadu_pd(table + 2 * i[j + 4]), 2);
        rows[j] = _mm512_insertf64x2(rows[j], _mm_loadu_pd(table + 2 * i[j + 6]), 3);
    }
    *a = (vd)_mm512_unpacklo_pd(rows[0], rows[1]);
    *b = (vd)_mm512_unpackhi_pd(rows[0], rows[1]);
}
static inline void d_rows4(const double *table, vu i, vd *a, vd *b, vd *c, vd *d) {
    const __m512i low = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
    const __m512i high = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
    __m512d rows[4];
    UNROLL(4)
    for (int j = 0; j < 4; j++)
        rows[j] = _mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_loadu_pd(table + 4 * i[j])),
                                     _mm256_loadu_pd(table + 4 * i[j + 4]), 1);
    __m512d p = _mm512_unpacklo_pd(rows[0], rows[1]), q = _mm512_unpackhi_pd(rows[0], rows[1]);
    __m512d r = _mm512_unpacklo_pd(rows[2], rows[3]), s = _mm512_unpackhi_pd(rows[2], rows[3]);
    *a = (vd)_mm512_permutex2var_pd(p, low, r);
    *b = (vd)_mm512_permutex2var_pd(q, low, s);
    *c = (vd)_mm512_permutex2var_pd(p, high, r);
    *d = (vd)_mm512_permutex2var_pd(q, high, s);
}
static inline vd d_gather(const double *table, vu i) {
    return (vd)_mm512_i64gather_pd((__m512i)i, table, 8);
}
static inline vd d_pick(const double *numbers, const int *at) {
    return (vd)_mm512_i32gather_pd(_mm256_loadu_si256((const __m256i *)at), numbers, 8);
}
/* Compressed in a register: to compress into memory takes Zen 4 a hundred cycles. */
static inline int append(int *list, int n, uint32_t bits, int base) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i places = _mm256_add_epi32(_mm256_set1_epi32(base), lane);
    _mm256_storeu_si256((__m256i *)(list + n), _mm256_maskz_compress_epi32((__mmask8)bits, places));
    return n + _mm_popcnt_u32(bits);
}
static inline int pack_ints(int *list, int n, uint32_t bits, const int *from) {
    const __m256i some = _mm256_loadu_si256((const __m256i *)from);
    _mm256_storeu_si256((__m256i *)(list + n), _mm256_maskz_compress_epi32((__mmask8)bits, some));
    return n + _mm_popcnt_u32(bits);
}
static inline int pack(double *list, int n, uint32_t bits, vd a) {
    _mm512_storeu_pd(list + n, _mm512_maskz_compress_pd((__mmask8)bits, (__m512d)a));
    return n + _mm_popcnt_u32(bits);
}
static inline vd d_lookup16(const double *table, vu i) {
    return (vd)_mm512_permutex2var_pd(_mm512_loadu_pd(table), (__m512i)i,
                                      _mm512_loadu_pd(table + 8));
}
static inline vf f_narrow(vd a, vd b) {
    return (vf)_mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps((__m512d)a)),
                                  _mm512_cvtpd_ps((__m512d)b), 1);
}
static inline vd d_widen(const float *in) { return (vd)_mm512_cvtps_pd(_mm256_loadu_ps(in)); }
static inline vd d_round_float32(vd a) { return (vd)_mm512_cvtps_pd(_mm512_cvtpd_ps((__m512d)a)); }
static inline void f_zip(vf s, vf c, vf *a, vf *b) {
    const __m512i low =
        _mm512_setr_epi32(0, 16, 8, 24, 2, 18, 10, 26, 4, 20, 12, 28, 6, 22, 14, 30);
    const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(1));
    *a = (vf)_mm512_permutex2var_ps((__m512)s, low, (__m512)c);
    *b = (vf)_mm512_permutex2var_ps((__m512)s, high, (__m512)c);
}
static inline vw w_low(vu x, vu y) {
    const __m512i low =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    return (vw)_mm512_permutex2var_epi32((__m512i)x, low, (__m512i)y);
}
static inline vf f_choose(vw w, vf a, vf b) {
    return (vf)_mm512_mask_blend_ps(_mm512_movepi32_mask((__m512i)w), (__m512)b, (__m512)a);
}
static inline vf f_sqrt(vf a) { return (vf)_mm512_sqrt_ps((__m512)a); }
static inline vf f_round_float16(vf a) {
    return (vf)_mm512_cvtph_ps(_mm512_cvtps_ph((__m512)a, _MM_FROUND_TO_NEAREST_INT));
}
static inline void f_store_float16(uint16_t *out, vf a) {
    _mm256_storeu_si256((__m256i *)out, _mm512_cvtps_ph((__m512)a, _MM_FROUND_TO_NEAREST_INT));
}
static inline void f_store_bfloat16(uint16_t *out, vf a, vf b) {
    const __m512i high =
        _mm512_set_epi16(63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33, 31, 29, 27,
                         25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
    w_store(out, (vw)_mm512_permutex2var_epi16((__m512i)a, high, (__m512i)b));
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
    __m512i even = _mm512_mul_epu32((__m512i)a, (__m512i)b);
    __m512i odd =
        _mm512_mul_epu32(_mm512_srli_epi64((__m512i)a, 32), _mm512_srli_epi64((__m512i)b, 32));
    return (vw)_mm512_mask_shuffle_epi32(odd, 0x5555, even, (_MM_PERM_ENUM)_MM_SHUFFLE(3, 3, 1, 1));
}
#define d_store_int32 d_store_int32
static inline void d_store_int32(int32_t *out, vd a) {
    _mm256_storeu_si256((__m256i *)out, _mm512_cvttpd_epi32((__m512d)a));
}
#define d_store_int64 d_store_int64
static inline void d_store_int64(int64_t *out, vd a) {
    u_store(out, (vu)_mm512_cvttpd_epi64((__m512d)a));
}
static inline vd d_floor(vd x) { return (vd)_mm512_roundscale_pd((__m512d)x, _MM_FROUND_FLOOR); }
#define d_scale d_scale
static inline vd d_scale(vd x, vd n) { return (vd)_mm512_scalef_pd((__m512d)x, (__m512d)n); }

#endif
