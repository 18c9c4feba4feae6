/* compiled.h: the numbers of compiled functions, tf.function(jit_compile=True), on a CPU.
 *
 * XLA has the same Philox words as TensorFlow's kernels, and cuts other numbers from them: a float
 * from a word's upper bits, normals by logarithms of its own, truncated normals by the inverse of
 * the error function, one word each, also where the bounds are given.  So an element is a function
 * of its own words, but for normals, which come in pairs: two elements a distance apart, along a
 * dimension that the array's shape decides (tfphilox.seeding.compiled says how).
 *
 * A fill is a pure function of its specification, first item and count, as those of tfphilox.h.
 *
 * What it does not do: integers, which are those of tfphilox.h; arithmetic that a function puts
 * behind a draw, but for one product and sum, fused where XLA fuses them.
 */
#ifndef TFPHILOX_COMPILED_H
#define TFPHILOX_COMPILED_H

#include "tfphilox.h"

typedef enum {
    TFPHILOX_COMPILED_UNIFORM,
    TFPHILOX_COMPILED_NORMAL,
    TFPHILOX_COMPILED_TRUNCATED_NORMAL,
    TFPHILOX_COMPILED_BOUNDED_NORMAL, /* stateless_parameterized_truncated_normal's */
    TFPHILOX_COMPILED_GUMBEL          /* log(-log u), which categorical subtracts from its logits */
} tfphilox_compiled_kind;

/* Which answer: TensorFlow's releases and processors differ in the last bits. */
typedef enum {
    TFPHILOX_FORM_NEWEST,    /* on a processor with FMA, as all but the next */
    TFPHILOX_FORM_UNFUSED,   /* the newest, on one without */
    TFPHILOX_FORM_REORDERED, /* the logarithm of TensorFlow 2.3 to 2.8 */
    TFPHILOX_FORM_EARLY      /* the log1p of TensorFlow 2.10 to 2.19 */
} tfphilox_form;

typedef struct {
    tfphilox_compiled_kind kind;
    tfphilox_dtype dtype; /* one of the floats */
    tfphilox_form form;
    uint64_t key, counter[2];
    const uint32_t *words; /* another generator's, of all elements; NULL: Philox's */
    /* Normals: pair number p is the elements i and i + distance, where i = p + p / distance *
     * distance, the sine and the cosine; a cosine from `count` on is not stored. */
    uint64_t distance, count;
    int half_once; /* AVX512-FP16: float16's truncated normals round one product with its sum */
    /* Bounded normals: what tfphilox_compiled_laws made of the parameters of so many batches;
     * element i is one of batch i % batches. */
    const double *laws;
    uint64_t batches;
    /* If scaled, each element x becomes x * mul + add: one rounding where the form is fused
     * (float16, bfloat16: two). */
    int scaled;
    double mul, add;
    int (*fill)(const tfphilox_fill_spec *, uint64_t, uint64_t, void *); /* the target's */
} tfphilox_compiled_spec;

/* Make items [first, first + count) of the array at `out`: elements; normals: pairs. */
typedef int tfphilox_compiled_fill(const tfphilox_compiled_spec *spec, uint64_t first,
                                   uint64_t count, void *out);

/* tf.random.stateless_categorical: samples of rows, each the first class whose logit less its
 * Gumbel number is greatest; bfloat16 logits are rounded after each step. */
typedef struct {
    tfphilox_compiled_spec gumbel; /* of the logits' dtype */
    uint64_t samples, classes;     /* classes is not 0 */
    const void *logits;            /* [row][class] */
    tfphilox_dtype dtype;          /* of the result: int32 or int64 */
} tfphilox_compiled_choice;
/* Choices [first, first + count) of the array of [row][sample] at `out`. */
typedef int tfphilox_compiled_choose(const tfphilox_compiled_choice *spec, uint64_t first,
                                     uint64_t count, void *out);

/* What a bounded normal is made of, in the order of the rows of a law. */
enum {
    TFPHILOX_LAW_LOW,   /* the distribution function at the lower bound, */
    TFPHILOX_LAW_WIDTH, /* and how much more it is at the upper one */
    TFPHILOX_LAW_ROOT,  /* the deviation times the root of 2 */
    TFPHILOX_LAW_MEAN,
    TFPHILOX_LAW_LEAST,
    TFPHILOX_LAW_MOST,
    TFPHILOX_LAW_ROWS
};
/* Make the laws of parameters, which are four rows of a number a batch: means, deviations, lower
 * and upper bounds, all of dtype, float16, float32 or float64.  `literal`: they are constants of
 * the compiled function, which the compiler works with by the C library's functions and after
 * simplifications of its own; else its arguments. */
typedef int tfphilox_compiled_laws(tfphilox_dtype dtype, int literal, const double *parameters,
                                   uint64_t batches, double *laws);

/* One instruction set's kernels. */
typedef struct {
    const char *name;
    tfphilox_compiled_fill *fill;
    tfphilox_compiled_choose *choose;
    tfphilox_compiled_laws *laws;
    /* For proofs: a function of the form, 'l' (log of the uniform, raised to 1e-7), 's', 'c' (sine
     * and cosine of its angle), 't' (truncated normal) or 'g' (Gumbel), of the inputs [first,
     * first + count) of the 2^23 float32 uniforms. */
    int (*float32_math)(char function, tfphilox_form form, uint32_t first, uint32_t count,
                        float *out);
} tfphilox_compiled;

/* By the name of an instruction set that tfphilox_available knows; NULL for another name. */
const tfphilox_compiled *tfphilox_compiled_named(const char *name);

#endif
