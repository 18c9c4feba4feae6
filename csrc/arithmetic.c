/* arithmetic.c: TensorFlow's Mul, AddV2 and Sub on its float types, element by element.
 *
 * TensorFlow scales random numbers by ordinary ops, each rounding to the dtype and, as
 * its kernels run, flushing subnormals (float16 is computed in float and keeps its
 * own).  The fills fuse the common case; this is every other one: bounds that are
 * arrays, and numbers where flushing or a NaN matters.
 */
#include "tfphilox.h"
#include "floatbits.h"

int tfphilox_itemsize(tfphilox_dtype dtype) {
    switch (dtype) {
    case TFPHILOX_FLOAT16:
    case TFPHILOX_BFLOAT16:
        return 2;
    case TFPHILOX_FLOAT64:
    case TFPHILOX_INT64:
    case TFPHILOX_UINT64:
        return 8;
    default:
        return 4;
    }
}

static float multiply_float16(float x, float y) {
    return isnan(x) || isnan(y)                                 ? nan_of_floats(x, y)
           : (isinf(x) && y == 0.0f) || (x == 0.0f && isinf(y)) ? invalid_float()
                                                                : x * y;
}
static float add_float16(float x, float y) {
    return isnan(x) || isnan(y)             ? nan_of_floats(x, y)
           : isinf(x) && isinf(y) && x != y ? invalid_float()
                                            : x + y;
}

#define UNCHANGED(x) (x)
/* for (each element) out = store(op(load(x), sign(load(y)))) */
#define LOOP(type, load, store, op, sign)                                                          \
    do {                                                                                           \
        const type *a = x.data, *b = y.data;                                                       \
        type *o = out;                                                                             \
        for (uint64_t i = 0; i < count; i++, a += x.step, b += y.step)                             \
            o[i] = store(op(load(*a), sign(load(*b))));                                            \
        return TFPHILOX_OK;                                                                        \
    } while (0)
#define BY_DTYPE(op16, op32, op64, sign)                                                           \
    switch (dtype) {                                                                               \
    case TFPHILOX_FLOAT16:                                                                         \
        LOOP(uint16_t, float_of_float16, float16_of_float, op16, sign);                            \
    case TFPHILOX_BFLOAT16:                                                                        \
        LOOP(uint16_t, float_of_bfloat16, bfloat16_of_float, op32, sign);                          \
    case TFPHILOX_FLOAT32:                                                                         \
        LOOP(float, UNCHANGED, UNCHANGED, op32, sign);                                             \
    case TFPHILOX_FLOAT64:                                                                         \
        LOOP(double, UNCHANGED, UNCHANGED, op64, sign);                                            \
    default:                                                                                       \
        return TFPHILOX_UNSUPPORTED;                                                               \
    }

int tfphilox_multiply(tfphilox_dtype dtype, uint64_t count, tfphilox_operand x, tfphilox_operand y,
                      void *out) {
    BY_DTYPE(multiply_float16, multiply_flushed_float, multiply_flushed_double, UNCHANGED)
}

int tfphilox_add(tfphilox_dtype dtype, uint64_t count, tfphilox_operand x, tfphilox_operand y,
                 void *out) {
    BY_DTYPE(add_float16, add_flushed_float, add_flushed_double, UNCHANGED)
}

#define NEGATED(x) (isnan(x) ? (x) : -(x)) /* x86 hands a NaN operand through as it is */

int tfphilox_subtract(tfphilox_dtype dtype, uint64_t count, tfphilox_operand x, tfphilox_operand y,
                      void *out) {
    BY_DTYPE(add_float16, add_flushed_float, add_flushed_double, NEGATED)
}

double tfphilox_rounded(tfphilox_dtype dtype, double x) {
    return dtype == TFPHILOX_FLOAT32 ? (double)(float)x : x;
}

double tfphilox_difference(tfphilox_dtype dtype, double high, double low) {
    if (dtype == TFPHILOX_FLOAT32)
        return (double)add_flushed_float((float)high, NEGATED((float)low));
    return add_flushed_double(high, NEGATED(low));
}
