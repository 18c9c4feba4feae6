/* vectors.h: what all vectors of lanes share, in C's operators on vectors (gcc, clang).
 *
 * The instruction set includes it when it has said how many LANES there are.
 */
#ifndef TFPHILOX_ISA_VECTORS_H
#define TFPHILOX_ISA_VECTORS_H

#include <stdint.h>
#include <string.h>

#if !defined(__GNUC__)
#error "The kernels of an instruction set need gcc or clang. Others: build the scalar ones alone."
#endif

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
static inline vf f_div(vf a, vf b) { return a / b; }
static inline vw f_less(vf a, vf b) { return (vw)(a < b); }
static inline vf f_fraction(vf a) { return (vf)(((vw)a & 0x007FFFFFu) | 0x3F000000u); }
static inline vf f_cut_bfloat16(vf a) { return (vf)((vw)a & 0xFFFF0000u); }
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
static inline vw w_load(const void *in) {
    vw a;
    memcpy(&a, in, sizeof a);
    return a;
}
static inline vu u_widen(const uint32_t *in) {
    typedef uint32_t half __attribute__((vector_size(4 * LANES)));
    half a;
    memcpy(&a, in, sizeof a);
    return __builtin_convertvector(a, vu);
}

#endif
