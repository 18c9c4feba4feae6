/* tfphilox.h: the whole C interface of the core.
 *
 * A fill is a pure function of (key, counter, first element, count): nothing is
 * remembered between calls, so any slice of any stream can be made alone, in any
 * order and on any thread.  Counts are elements, never bytes.  No function here
 * allocates, locks or prints; each returns a TFPHILOX_* status.
 *
 * What it does not do: it moves no stream, picks no seed and knows no shape.
 */
#ifndef TFPHILOX_H
#define TFPHILOX_H

#include <stdint.h>

#include "platform.h"

/* What a stream is cut into. */
typedef enum {
    TFPHILOX_WORDS,            /* the generator's 32-bit words, in order */
    TFPHILOX_UNIFORM,          /* [0, 1) */
    TFPHILOX_NORMAL,           /* Box-Muller, sine first */
    TFPHILOX_TRUNCATED_NORMAL, /* normals with |x| < 2, by rejection */
    TFPHILOX_INTEGERS          /* [low, low + range), or every bit pattern */
} tfphilox_kind;

typedef enum {
    TFPHILOX_FLOAT16,
    TFPHILOX_BFLOAT16,
    TFPHILOX_FLOAT32,
    TFPHILOX_FLOAT64,
    TFPHILOX_INT32,
    TFPHILOX_INT64,
    TFPHILOX_UINT32,
    TFPHILOX_UINT64
} tfphilox_dtype;

enum {
    TFPHILOX_OK = 0,
    TFPHILOX_UNSUPPORTED = -1, /* this kind is not made of this dtype */
    TFPHILOX_NO_ISA = -2       /* unknown name, or a CPU without it */
};

typedef struct {
    tfphilox_kind kind;
    tfphilox_dtype dtype;
    uint64_t key;
    uint64_t counter[2]; /* of the block that holds element 0; low half first */
    /* Floats: each element x becomes x * mul + add, rounded to dtype after each
     * step, subnormals flushed as TensorFlow does.  1 and -0.0 change nothing.
     * Both must be values of dtype. */
    double mul, add;
    /* Integers: low + (bits mod range); range 0 keeps every bit pattern. */
    int64_t low;
    uint64_t range;
} tfphilox_fill_spec;

/* A fill that changes nothing of what it draws.  Every spec begins with this one: one of zeros
 * would multiply by 0. */
static inline tfphilox_fill_spec tfphilox_fill_spec_of(tfphilox_kind kind, tfphilox_dtype dtype,
                                                       uint64_t key, const uint64_t counter[2]) {
    return (tfphilox_fill_spec){
        .kind = kind,
        .dtype = dtype,
        .key = key,
        .counter = {counter[0], counter[1]},
        .mul = 1.0,
        .add = -0.0,
    };
}

/* One instruction set's kernels. */
typedef struct {
    const char *name;
    /* Make elements [first, first + count) into out. */
    int (*fill)(const tfphilox_fill_spec *spec, uint64_t first, uint64_t count, void *out);
} tfphilox_target;

/* The kernels in use (the best this CPU runs, until tfphilox_use). */
const tfphilox_target *tfphilox_current(void);
/* The i-th of the instruction sets that this build has and this CPU runs, best
 * first; NULL past the last, which is always "scalar". */
const tfphilox_target *tfphilox_available(int i);
/* Choose by name; TFPHILOX_NO_ISA leaves the choice as it was. */
int tfphilox_use(const char *name);

/* TensorFlow's stateless seed pair -> Philox key and counter: one block under a fixed key. */
#define TFPHILOX_SCRAMBLE_KEY 0x02461E293EC8F720u
void tfphilox_scramble(const int64_t seed[2], uint64_t *key, uint64_t counter[2]);

/* Add a 128-bit number of blocks; add what TensorFlow's op reserves for its outputs. */
void tfphilox_advance(uint64_t counter[2], uint64_t blocks_low, uint64_t blocks_high);
void tfphilox_reserve(uint64_t counter[2], uint64_t outputs);
/* Add a number of blocks as TensorFlow's generator does, whose sum may lose a carry. */
void tfphilox_skip(uint64_t counter[2], uint64_t blocks);

/* TensorFlow's element-wise arithmetic on a float dtype: rounded to dtype after
 * each step, subnormal inputs and results flushed (never for float16).  A step is
 * the distance from one operand to the next in elements, 0 for a scalar.
 * out may be x. */
typedef struct {
    const void *data;
    int64_t step;
} tfphilox_operand;
int tfphilox_multiply(tfphilox_dtype dtype, uint64_t count, tfphilox_operand x, tfphilox_operand y,
                      void *out);
int tfphilox_add(tfphilox_dtype dtype, uint64_t count, tfphilox_operand x, tfphilox_operand y,
                 void *out);
int tfphilox_subtract(tfphilox_dtype dtype, uint64_t count, tfphilox_operand x, tfphilox_operand y,
                      void *out);
/* A number rounded to float32 or float64; high - low of two such numbers. */
double tfphilox_rounded(tfphilox_dtype dtype, double x);
double tfphilox_difference(tfphilox_dtype dtype, double high, double low);

/* Bytes of one element. */
int tfphilox_itemsize(tfphilox_dtype dtype);

#endif
