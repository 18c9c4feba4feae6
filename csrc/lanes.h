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
 * Each instruction set is a header of isa/, which checks that it is compiled with its flags
 * and defines
 *
 *   ISA                its name, LANES, and PHILOX_CHAINS, how many vectors of blocks
 *                      philox_run makes side by side
 *   lane_blocks        which block sits in which lane: its own choice, which makes
 *                      to_words and to_pairs, which restore TensorFlow's order, cheap
 *   mul32, swap32      products of low words; a lane's words exchanged
 *   xor_high(p, a, b)  p, with its high words xored with those of a and b
 *   u_less             1 where a < b, as when a is a sum with b that wrapped
 *   i_least, w_least, f_least
 *                      the smaller number: signed; unsigned; by the floats' bits, so that a
 *                      negative one is large
 *   d_fma, f_fma       a * b + c, rounded once
 *   f_madd             a * b + c, which must be exact, fused or not
 *   d_sqrt, d_max, d_abs, d_floor, f_sqrt
 *   d_less, u_bit, m_bits, d_select
 *                      comparisons, what they say as bits, and the choice by them
 *   d_lookup16         table[i mod 16]
 *   d_rows2, d_rows4   the columns of rows i of a table of two or four columns: rows are
 *                      loaded whole and transposed (on Zen 4 an eighth of the time of gathers)
 *   d_gather           table[i], of any table
 *   d_pick             numbers[at[0]], numbers[at[1]], ...: those that a list names
 *   append, pack, pack_ints
 *                      a list goes on with the chosen ones of the lanes: their places, base + lane;
 *                      their numbers; their entries of another list.  `bits` has a bit a lane.
 *                      LANES of the list's places are written, and only those that were chosen
 *                      mean something; they return the list's length
 *   f_narrow(a, b)     lanes of a, then lanes of b, as floats
 *   f_zip              s and c are narrowed (x, y): the pairs (s, c) in TensorFlow's order
 *   w_low              the low words of x's lanes, then of y's
 *   f_choose(w, a, b)  a where the top bit of w is set, else b
 *   f_flip(a, w)       -a where the top bit of w is set
 *   f_less             words whose top bit says whether a < b
 *   f_fraction         a / 2^n in [0.5, 1), a positive and normal
 *   f_cut_bfloat16     a with the low half of its bits 0
 *   d_round_float32    each lane rounded to a float
 *   u_widen, d_widen   LANES words as 64-bit numbers; LANES floats as doubles; from memory
 *   f_unit, f_count    [0, 1) from the low 23 bits of each word; 2^23 + its low bits
 *   f_round_float16, f_store_float16, f_nearest_bfloat16, f_round_bfloat16, f_store_bfloat16
 *                      numbers rounded to a short type; stores of a's numbers, then b's
 *   w_mul_high         the high words of the products a * b
 *   pick16             the bytes of a (b) that from_a (from_b) numbers, laid together; index 0x90
 *                      selects a zero byte
 *   *_set, *_load, *_store, *_add, *_sub, *_mul, *_shl, *_shr, *_of_*
 *                      what their names say
 *
 * and, where it has an instruction for it, any of the functions at the end of this file, with
 * a macro of the same name to say so.
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
#define OUT_OF_LINE  __attribute__((noinline, unused)) static
#define PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define UNROLL(n) PRAGMA(unroll n)
#else
#define UNROLL(n) PRAGMA(GCC unroll n)
#endif
#else
#define INLINE      static inline
#define OUT_OF_LINE static inline
#define UNROLL(n)
#endif

#if defined(TFPHILOX_TARGET_avx512)
#include "isa/avx512.h"
#elif defined(TFPHILOX_TARGET_avx2)
#include "isa/avx2.h"
#elif defined(TFPHILOX_TARGET_neon)
#include "isa/neon.h"
#else
#include "isa/scalar.h"
#endif

/* The name of something that each instruction set has one of. */
#define JOIN_(name, isa) name##_##isa
#define JOIN(name, isa)  JOIN_(name, isa)
#define FOR_TARGET(name) JOIN(name, ISA)

#define ALL_LANES ((1u << LANES) - 1u)

#if !defined(d_of_high)
/* x as a double: below 2^55, and a multiple of 2^32; by way of the mantissa of 2^55 + x */
static inline vd d_of_high(vu x) { return d_of_u((x >> 3) | 0x4360000000000000u) - d_set(0x1p55); }
#endif

#if !defined(d_exponent)
/* floor log2 a, a normal and positive, by way of the mantissa of 2^52 + the exponent's bits */
static inline vd d_exponent(vd a) {
    return d_of_u((u_of_d(a) >> 52) | 0x4330000000000000u) - d_set(0x1p52 + 1023.0);
}
#endif

#if !defined(d_scale)
/* x times 2 to the whole number n, -1022 <= n <= 0 */
static inline vd d_scale(vd x, vd n) {
    return x * d_of_u((u_of_d(n + d_set(0x1.8p52)) + 1023u) << 52);
}
#endif

/* As a C++ cast gives it on x86-64: the least integer for what does not fit. */
static inline int32_t int32_of_double(double x) {
    return x > -2147483649.0 && x < 2147483648.0 ? (int32_t)x : INT32_MIN;
}
static inline int64_t int64_of_double(double x) {
    return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN;
}

#if !defined(d_store_int32)
static inline void d_store_int32(int32_t *out, vd a) {
    double x[LANES];
    d_store(x, a);
    for (int i = 0; i < LANES; i++)
        out[i] = int32_of_double(x[i]);
}
#endif

#if !defined(d_store_int64)
static inline void d_store_int64(int64_t *out, vd a) {
    double x[LANES];
    d_store(x, a);
    for (int i = 0; i < LANES; i++)
        out[i] = int64_of_double(x[i]);
}
#endif

#if !defined(second_bits)
/* The second highest bits of four words. */
static inline uint32_t second_bits(const void *words) {
    uint32_t w[4];
    memcpy(w, words, 16);
    return (w[0] >> 30 & 1u) | (w[1] >> 29 & 2u) | (w[2] >> 28 & 4u) | (w[3] >> 27 & 8u);
}
#endif

#endif
