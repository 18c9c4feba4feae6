/* platform.h: what a compiler and a processor must be for the numbers to be TensorFlow's.
 *
 * Every number here is a sequence of IEEE operations, each rounded to its own type and in its
 * own order.  A compiler that may do otherwise makes other numbers and says nothing, so every
 * source includes this header, and one that it cannot trust stops with a sentence that says what
 * to do.
 *
 * What it does not do: see flags that leave no macro (gcc's -ffp-contract=fast, clang's
 * -fassociative-math); mend a compiler; choose an instruction set (isa/).
 */
#ifndef TFPHILOX_PLATFORM_H
#define TFPHILOX_PLATFORM_H

#include <float.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

/* ---- the language ------------------------------------------------------------------------ */

#if !defined(__STDC_VERSION__) || __STDC_VERSION__ < 201112L
#error "tfphilox is written in C11. Compile it as C with -std=c11 (MSVC: /std:c11)."
#endif
#if defined(__STDC_NO_ATOMICS__)
#error "tfphilox needs <stdatomic.h>. MSVC: add /std:c11 /experimental:c11atomics."
#endif

/* ---- arithmetic -------------------------------------------------------------------------- */

#if defined(__FAST_MATH__) || defined(_M_FP_FAST)
#error "Fast math makes numbers that are not TensorFlow's. Remove -ffast-math, -Ofast or /fp:fast."
#endif
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ > 0
#error "Infinities and NaNs are numbers of TensorFlow's. Remove -ffinite-math-only."
#endif
#if defined(__ASSOCIATIVE_MATH__)
#error "The order of operations decides the last bit. Remove -fassociative-math."
#endif
#if defined(__RECIPROCAL_MATH__)
#error "A product with a reciprocal is no quotient. Remove -freciprocal-math."
#endif
#if defined(__NO_SIGNED_ZEROS__)
#error "-0.0 and 0.0 are two numbers of TensorFlow's. Remove -fno-signed-zeros."
#endif
#if (defined(__i386__) || defined(_M_IX86)) && FLT_EVAL_METHOD != 0
#error "The x87 unit rounds only now and then. Add -msse2 -mfpmath=sse (MSVC: /arch:SSE2)."
#elif FLT_EVAL_METHOD != 0
#error "Float operations would be made in a wider type. Add -fexcess-precision=fast."
#endif
/* A product is fused with a sum only where that is written.  gcc knows no such pragma and does
 * not fuse with -std=c11; -ffp-contract=off says so to all. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(_MSC_VER)
#pragma fp_contract(off)
#endif

/* ---- types ------------------------------------------------------------------------------- */

_Static_assert(CHAR_BIT == 8 && sizeof(int) == 4, "an int must have 32 bits");
_Static_assert((-1 & 3) == 3 && -1 >> 1 == -1, "integers must be of two's complement");
_Static_assert(FLT_RADIX == 2 && sizeof(float) == 4 && FLT_MANT_DIG == 24 && FLT_MIN_EXP == -125 &&
                   FLT_MAX_EXP == 128,
               "float must be IEEE binary32");
_Static_assert(sizeof(double) == 8 && DBL_MANT_DIG == 53 && DBL_MIN_EXP == -1021 &&
                   DBL_MAX_EXP == 1024,
               "double must be IEEE binary64");
_Static_assert(sizeof(size_t) >= 4 && sizeof(size_t) <= sizeof(uint64_t),
               "a size must fit 64 bits");

/* Whether the high half of a 64-bit number comes first in memory. */
#if defined(_MSC_VER)
#define BIG_ENDIAN_WORDS 0
#elif __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BIG_ENDIAN_WORDS 0
#elif __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define BIG_ENDIAN_WORDS 1
#else
#error "tfphilox knows little-endian and big-endian machines, and this one is neither."
#endif

#endif
