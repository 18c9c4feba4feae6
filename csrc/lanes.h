/* lanes.h: the vocabulary in which the kernels are written.
 *
 * A vector holds LANES lanes of 64 bits.  Philox keeps one block in the same lane
 * of two vectors, x = (word 0 high, word 1 low) and y = (word 2 high, word 3 low):
 * that is the shape a 32x32->64 multiply wants, and each lane is already the pair of
 * words one Box-Muller step or one float64 takes.
 *
 *   vu, vd   unsigned and double lanes; C's operators work on them everywhere
 *   vw, vf   the same register as 2 * LANES words or floats; functions w_*, f_*
 *   vm       the result of a comparison of lanes
 *
 * d_rows2 and d_rows4 give the columns of rows i of a table of two or four columns: rows
 * are loaded whole and transposed (on Zen 4 an eighth of the time of gathers).
 *
 * Each instruction set defines LANES and the few names at its section; all that can
 * be said in C's operators on vectors is said once, below.  Which block sits in
 * which lane is the instruction set's own choice (lane_blocks): it makes
 * to_words and to_pairs, which restore TensorFlow's order, cheap.
 *
 * What it does not know: Philox, distributions, memory beyond one vector.
 */
#ifndef TFPHILOX_LANES_H
#define TFPHILOX_LANES_H

#include <stdint.h>
#include <string.h>
#include <math.h>

#include "floatbits.h"

#define HIGH_WORD 0xFFFFFFFF00000000u
#define LOW_WORD  0x00000000FFFFFFFFu

#if defined(__GNUC__)
#define INLINE       static inline __attribute__((always_inline))
#define PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define UNROLL(n) PRAGMA(unroll n)
#else
#define UNROLL(n) PRAGMA(GCC unroll n)
#endif
#else
#define INLINE static inline
#define UNROLL(n)
#endif

#if defined(TFPHILOX_TARGET_avx512)
#include <immintrin.h>
#define LANES         8
#define PHILOX_CHAINS 4 /* vectors of blocks that philox_run makes side by side */
#elif defined(TFPHILOX_TARGET_avx2)
#include <immintrin.h>
#define LANES         4
#define PHILOX_CHAINS 2
#elif defined(TFPHILOX_TARGET_neon)
#include <arm_neon.h>
#define LANES         2
#define PHILOX_CHAINS 4
#else
#define LANES         1
#define PHILOX_CHAINS 4
#endif

#if LANES > 1

typedef uint64_t vu __attribute__((vector_size(8 * LANES)));
typedef int64_t vi __attribute__((vector_size(8 * LANES)));
typedef double vd __attribute__((vector_size(8 * LANES)));
typedef uint32_t vw __attribute__((vector_size(8 * LANES)));
typedef float vf __attribute__((vector_size(8 * LANES)));

static inline vu u_set(uint64_t a) { return a - (vu){0}; }
static inline vd d_set(double a) { return a - (vd){0}; }
static inline vu u_of_d(vd a) { return (vu)a; }
static inline vd d_of_u(vu a) { return (vd)a; }
/* 1 where a < b, as when a is a sum with b that wrapped */
static inline vu u_less(vu a, vu b) { return 0 - (vu)(a < b); }
static inline vu u_of_w(vw a) { return (vu)a; }
static inline vw w_of_u(vu a) { return (vw)a; }
static inline vw w_of_f(vf a) { return (vw)a; }

static inline vw w_set(uint32_t a) { return a - (vw){0}; }
static inline vw w_add(vw a, vw b) { return a + b; }
static inline vw w_sub(vw a, vw b) { return a - b; }
static inline vw w_mul(vw a, vw b) { return a * b; }
static inline vw w_shr(vw a, int n) { return a >> n; }
static inline vw w_shl(vw a, int n) { return a << n; }
static inline vf f_set(float a) { return a - (vf){0}; }
static inline vf f_add(vf a, vf b) { return a + b; }
static inline vf f_mul(vf a, vf b) { return a * b; }
/* -a where the top bit of w is set. */
static inline vf f_flip(vf a, vw w) { return (vf)((vw)a ^ (w & 0x80000000u)); }
/* [0, 1) from the low 23 bits of each word: they become the mantissa of a number in [1, 2). */
static inline vf f_unit(vw a) { return (vf)((a & 0x7FFFFFu) | 0x3F800000u) - 1.0f; }
/* 2^23 + the low `bits` bits of each word */
static inline vf f_count(vw a, int bits) { return (vf)((a & ((1u << bits) - 1u)) | 0x4B000000u); }
/* The nearest bfloat16, ties to even, in the high half of each word; the low half is anything. */
static inline vf f_nearest_bfloat16(vf a) {
    vw w = (vw)a;
    return (vf)(w + 0x7FFFu + ((w >> 16) & 1u));
}
static inline vf f_round_bfloat16(vf a) { return (vf)((vw)f_nearest_bfloat16(a) & 0xFFFF0000u); }
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

#endif

#if defined(TFPHILOX_TARGET_avx512) /* ------------------------------------------------- */

typedef __mmask8 vm;

/* Unpacking two vectors interleaves lanes 0,2,4,6 and 1,3,5,7: blocks sit so that
 * those runs are 0,1,2,3 and 4,5,6,7. */
static const uint64_t lane_blocks[LANES] = {0, 4, 1, 5, 2, 6, 3, 7};

static inline vu mul32(vu a, vu b) { return (vu)_mm512_mul_epu32((__m512i)a, (__m512i)b); }
static inline vu swap32(vu a) {
    return (vu)_mm512_shuffle_epi32((__m512i)a, (_MM_PERM_ENUM)_MM_SHUFFLE(2, 3, 0, 1));
}
/* p, with its high words xored with those of a and b. */
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
/* x as a double: below 2^55, and a multiple of 2^32 */
static inline vd d_of_high(vu x) { return (vd)_mm512_cvtepu64_pd((__m512i)x); }
/* The smaller number: signed; unsigned; by the floats' bits, so that a negative one is large. */
static inline vu i_least(vu a, vu b) { return (vu)_mm512_min_epi64((__m512i)a, (__m512i)b); }
static inline vw w_least(vw a, vw b) { return (vw)_mm512_min_epu32((__m512i)a, (__m512i)b); }
static inline vf f_least(vf a, vf b) { return (vf)w_least((vw)a, (vw)b); }
static inline vd d_fma(vd a, vd b, vd c) {
    return (vd)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}
/* a * b + c, which must be exact: fused or not */
static inline vf f_madd(vf a, vf b, vf c) {
    return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
static inline vd d_sqrt(vd a) { return (vd)_mm512_sqrt_pd((__m512d)a); }
static inline vd d_max(vd a, vd b) { return (vd)_mm512_max_pd((__m512d)a, (__m512d)b); }
static inline vd d_abs(vd a) { return (vd)_mm512_abs_pd((__m512d)a); }
static inline vd d_exponent(vd a) { return (vd)_mm512_getexp_pd((__m512d)a); }
static inline vm d_less(vd a, vd b) {
    return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ);
}
static inline vm u_bit(vu a, int bit) {
    return _mm512_test_epi64_mask((__m512i)a, _mm512_set1_epi64((int64_t)1 << bit));
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
/* table[i mod 16] */
static inline vd d_lookup16(const double *table, vu i) {
    return (vd)_mm512_permutex2var_pd(_mm512_loadu_pd(table), (__m512i)i,
                                      _mm512_loadu_pd(table + 8));
}
/* Lanes of a, then lanes of b, as floats. */
static inline vf f_narrow(vd a, vd b) {
    return (vf)_mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps((__m512d)a)),
                                  _mm512_cvtpd_ps((__m512d)b), 1);
}
/* s and c are narrowed (x, y): put the pairs (s, c) into TensorFlow's order. */
static inline void f_zip(vf s, vf c, vf *a, vf *b) {
    const __m512i low =
        _mm512_setr_epi32(0, 16, 8, 24, 2, 18, 10, 26, 4, 20, 12, 28, 6, 22, 14, 30);
    const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(1));
    *a = (vf)_mm512_permutex2var_ps((__m512)s, low, (__m512)c);
    *b = (vf)_mm512_permutex2var_ps((__m512)s, high, (__m512)c);
}
/* The low words of x's lanes, then of y's. */
static inline vw w_low(vu x, vu y) {
    const __m512i low =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    return (vw)_mm512_permutex2var_epi32((__m512i)x, low, (__m512i)y);
}
/* a where the top bit of w is set, else b. */
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
/* a's numbers, then b's: the high halves of their words. */
static inline void f_store_bfloat16(uint16_t *out, vf a, vf b) {
    const __m512i high =
        _mm512_set_epi16(63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33, 31, 29, 27,
                         25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
    w_store(out, (vw)_mm512_permutex2var_epi16((__m512i)a, high, (__m512i)b));
}
/* The second highest bits of four words. */
static inline uint32_t second_bits(const void *words) {
    __m128i up = _mm_slli_epi32(_mm_loadu_si128(words), 1);
    return (uint32_t)_mm_movemask_ps(_mm_castsi128_ps(up));
}
/* The bytes of a (b) that from_a (from_b) numbers, 0x90 being none, laid together. */
static inline void pick16(void *a, const uint8_t *from_a, const void *b, const uint8_t *from_b) {
    __m128i x = _mm_shuffle_epi8(_mm_loadu_si128(a), _mm_loadu_si128((const __m128i *)from_a));
    __m128i y = _mm_shuffle_epi8(_mm_loadu_si128(b), _mm_loadu_si128((const __m128i *)from_b));
    _mm_storeu_si128(a, _mm_or_si128(x, y));
}
/* The high words of the products a * b. */
static inline vw w_mul_high(vw a, vw b) {
    __m512i even = _mm512_mul_epu32((__m512i)a, (__m512i)b);
    __m512i odd =
        _mm512_mul_epu32(_mm512_srli_epi64((__m512i)a, 32), _mm512_srli_epi64((__m512i)b, 32));
    return (vw)_mm512_mask_shuffle_epi32(odd, 0x5555, even, (_MM_PERM_ENUM)_MM_SHUFFLE(3, 3, 1, 1));
}

#elif defined(TFPHILOX_TARGET_avx2) /* ------------------------------------------------- */

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
static inline vd d_sqrt(vd a) { return (vd)_mm256_sqrt_pd((__m256d)a); }
static inline vd d_max(vd a, vd b) { return (vd)_mm256_max_pd((__m256d)a, (__m256d)b); }
static inline vd d_abs(vd a) { return (vd)((vu)a & 0x7FFFFFFFFFFFFFFFu); }
static inline vm d_less(vd a, vd b) { return a < b; }
static inline vm u_bit(vu a, int bit) { return (vi)(a << (63 - bit)); } /* the sign bit decides */
static inline uint32_t m_bits(vm m) { return (uint32_t)_mm256_movemask_pd((__m256d)m); }
static inline vd d_select(vm m, vd a, vd b) {
    return (vd)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)m);
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

#elif defined(TFPHILOX_TARGET_neon) /* ------------------------------------------------- */

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
static inline vd d_sqrt(vd a) { return (vd)vsqrtq_f64((float64x2_t)a); }
static inline vd d_max(vd a, vd b) { return (vd)vmaxq_f64((float64x2_t)a, (float64x2_t)b); }
static inline vd d_abs(vd a) { return (vd)vabsq_f64((float64x2_t)a); }
static inline vm d_less(vd a, vd b) { return (vm)(a < b); }
static inline vm u_bit(vu a, int bit) { return 0 - ((a >> bit) & 1u); }
static inline uint32_t m_bits(vm m) { return (uint32_t)((m[0] & 1u) | (m[1] & 2u)); }
static inline vd d_select(vm m, vd a, vd b) {
    return (vd)vbslq_f64((uint64x2_t)m, (float64x2_t)a, (float64x2_t)b);
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

#else /* scalar: one lane is a plain number, a pair of words a small struct ------------- */

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
static inline vd d_fma(vd a, vd b, vd c) { return fused_multiply_add(a, b, c); }
static inline vf f_madd(vf a, vf b, vf c) {
    return (vf){{a.f[0] * b.f[0] + c.f[0], a.f[1] * b.f[1] + c.f[1]}};
}
static inline vd d_sqrt(vd a) { return sqrt(a); }
static inline vd d_max(vd a, vd b) { return a > b ? a : b; }
static inline vd d_abs(vd a) { return double_of_bits(bits_of_double(a) & 0x7FFFFFFFFFFFFFFFu); }
static inline vm d_less(vd a, vd b) { return a < b; }
static inline vm u_bit(vu a, int bit) { return a >> bit & 1; }
static inline uint32_t m_bits(vm m) { return (uint32_t)m; }
static inline vd d_select(vm m, vd a, vd b) { return m ? a : b; }
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

#endif

#if !defined(TFPHILOX_TARGET_avx512)
/* by way of the mantissa of 2^55 + x */
static inline vd d_of_high(vu x) { return d_of_u((x >> 3) | 0x4360000000000000u) - d_set(0x1p55); }
/* floor log2 a, a normal and positive, by way of the mantissa of 2^52 + the exponent's bits */
static inline vd d_exponent(vd a) {
    return d_of_u((u_of_d(a) >> 52) | 0x4330000000000000u) - d_set(0x1p52 + 1023.0);
}
#endif

#if !defined(TFPHILOX_TARGET_avx512) && !defined(TFPHILOX_TARGET_avx2)
static inline uint32_t second_bits(const void *words) {
    uint32_t w[4];
    memcpy(w, words, 16);
    return (w[0] >> 30 & 1u) | (w[1] >> 29 & 2u) | (w[2] >> 28 & 4u) | (w[3] >> 27 & 8u);
}
#endif

#endif
