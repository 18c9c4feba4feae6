/* dropout.c: see dropout.h.
 */
#include "dropout.h"

#include "floatbits.h"

static float divide_float16(float x, float y) { return x / y; }
static float multiply_float16(float x, float y) { return x * y; }
static float same_float(float x) { return x; }
static double same_double(double x) { return x; }
/* As x86 has it, whose infinity times 0 is a NaN with a sign; exact for every type. */
static double times_zero(double x) {
    return isnan(x) ? nan_of_doubles(x, x) : isinf(x) ? invalid_double() : copysign(0.0, x);
}

/* out may be uniform, and is nothing else: iterations do not meet. */
#if defined(__clang__)
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define INDEPENDENT _Pragma("GCC ivdep")
#else
#define INDEPENDENT
#endif

/* op rounds to the type; a dropped number is 0, or if TensorFlow multiplies by it, that times 0. */
#define LOOP(type, wide, load, store, op)                                                          \
    do {                                                                                           \
        const type *x = (const type *)spec->x.data + (int64_t)first * spec->x.step;                \
        const type *u = (const type *)spec->uniform + first;                                       \
        type *out = (type *)spec->out + first;                                                     \
        const wide scale = (wide)spec->scale, rate = (wide)spec->rate;                             \
        for (uint64_t i = 0; i < count; i++, x += spec->x.step) {                                  \
            const type scaled = store(op(load(*x), scale));                                        \
            const wide dropped = spec->multiply_mask ? (wide)times_zero(load(scaled)) : 0;         \
            out[i] = load(u[i]) >= rate ? scaled : store(dropped);                                 \
        }                                                                                          \
        return TFPHILOX_OK;                                                                        \
    } while (0)
#define BY_OP(type, wide, load, store, product, quotient)                                          \
    do {                                                                                           \
        if (spec->divide)                                                                          \
            LOOP(type, wide, load, store, quotient);                                               \
        LOOP(type, wide, load, store, product);                                                    \
    } while (0)
/* The usual case, memory side by side, of which a compiler makes vectors: a scale of 1 or more
 * makes no number tiny that was not. */
#define PLAIN(type, word, bits_of, of_bits, least, sign)                                           \
    do {                                                                                           \
        const type *x = (const type *)spec->x.data + first;                                        \
        const type *u = (const type *)spec->uniform + first;                                       \
        type *out = (type *)spec->out + first;                                                     \
        const type scale = (type)spec->scale, rate = (type)spec->rate;                             \
        INDEPENDENT                                                                                \
        for (uint64_t i = 0; i < count; i++) {                                                     \
            const word bits = bits_of(x[i]);                                                       \
            const word normal = (bits & ~sign) < bits_of(least) ? sign : ~(word)0;                 \
            const word kept = u[i] >= rate ? ~(word)0 : 0;                                         \
            out[i] = of_bits(bits_of(of_bits(bits & normal) * scale) & kept);                      \
        }                                                                                          \
        return TFPHILOX_OK;                                                                        \
    } while (0)

int tfphilox_dropout(const tfphilox_dropout_spec *spec, uint64_t first, uint64_t count) {
    const int usual =
        !spec->divide && !spec->multiply_mask && spec->x.step == 1 && spec->scale >= 1.0;
    switch (spec->dtype) {
    case TFPHILOX_FLOAT16:
        BY_OP(uint16_t, float, float_of_float16, float16_of_float, multiply_float16,
              divide_float16);
    case TFPHILOX_BFLOAT16:
        BY_OP(uint16_t, float, float_of_bfloat16, bfloat16_of_float, multiply_flushed_float,
              divide_flushed_float);
    case TFPHILOX_FLOAT32:
        if (usual)
            PLAIN(float, uint32_t, bits_of_float, float_of_bits, FLT_MIN, 0x80000000u);
        BY_OP(float, float, same_float, same_float, multiply_flushed_float, divide_flushed_float);
    case TFPHILOX_FLOAT64:
        if (usual)
            PLAIN(double, uint64_t, bits_of_double, double_of_bits, DBL_MIN, 0x8000000000000000u);
        BY_OP(double, double, same_double, same_double, multiply_flushed_double,
              divide_flushed_double);
    default:
        return TFPHILOX_UNSUPPORTED;
    }
}
