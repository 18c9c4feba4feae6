/* dump_others.c: what is neither a fill nor a sampler, its results on standard output.
 *
 * As dump_stream.c: so that a build for another machine can be compared byte for byte with
 * this machine's.  Inputs are random numbers of the core and, among floats, a few at the ends
 * of their range.
 *
 *   dump_others ISA arithmetic OP DTYPE           OP: 0 multiply, 1 add, 2 subtract
 *   dump_others ISA dropout DTYPE DIVIDE MULTIPLY_MASK
 *   dump_others ISA shuffle ROWS SIZE
 *   dump_others ISA gather ROWS SIZE
 *   dump_others ISA cipher MAX_INDEX ROUNDS
 *   dump_others ISA order WIDE GROW
 *   dump_others ISA choices DTYPE
 *   dump_others ISA logs COUNT
 *   dump_others ISA crop WIDTH HEIGHT
 *   dump_others ISA color FUNCTION PIXELS         FUNCTION: brightness, hue, saturation, contrast
 *   dump_others ISA orthogonal WIDE ROWS COLS L1
 *   dump_others ISA threefry COUNT
 *   dump_others ISA compiled KIND DTYPE FORM COUNT
 *   dump_others ISA compiledmath FUNCTION FORM
 *   dump_others -, and such lines on standard input
 */
#include "boxes.h"
#include "colors.h"
#include "compiled.h"
#include "dropout.h"
#include "floatbits.h"
#include "householder.h"
#include "lines.h"
#include "orders.h"
#include "samplers.h"
#include "shuffles.h"
#include "threefry.h"
#include "tfphilox.h"

#define KEY 0xA4093822299F31D0u

static const tfphilox_samplers *samplers;

static void *room(uint64_t count, size_t size) {
    void *memory = calloc((size_t)count + 1, size);
    if (memory == NULL)
        exit(3);
    return memory;
}

static size_t size_of(tfphilox_dtype dtype) { return (size_t)tfphilox_itemsize(dtype); }

static void *drawn(tfphilox_kind kind, tfphilox_dtype dtype, uint64_t stream, uint64_t count) {
    const uint64_t counter[2] = {0, stream};
    const tfphilox_fill_spec spec = tfphilox_fill_spec_of(kind, dtype, KEY, counter);
    void *out = room(count, size_of(dtype));
    if (tfphilox_current()->fill(&spec, 0, count, out) != TFPHILOX_OK)
        exit(3);
    return out;
}

/* Normals, the first of them replaced by numbers at the ends of the type's range; NaNs too, if
 * asked for. */
static void *hard_numbers(tfphilox_dtype dtype, uint64_t stream, uint64_t count, int nans) {
    static const float ends[] = {0.0f, -0.0f, 1.0f, -1.0f, INFINITY, -INFINITY};
    void *out = drawn(TFPHILOX_NORMAL, dtype, stream, count);
    const int number = (int)(sizeof ends / sizeof *ends);
    for (int i = 0; i < number + 7; i++) {
        const int sign = i & 1;
        /* a NaN, then the least and greatest subnormal, the least normal, the greatest number */
        uint64_t bits = 0, one = 1;
        if (dtype == TFPHILOX_FLOAT64) {
            const uint64_t rest[] = {0x7FF8000000000123u, 1u, 0x000FFFFFFFFFFFFFu,
                                     0x0010000000000000u, 0x7FEFFFFFFFFFFFFFu};
            bits = i < number       ? bits_of_double((double)ends[i])
                   : i - number < 5 ? rest[i - number] | one << 63 * sign
                                    : 0x3FF5555555555555u;
            if (i != number || nans)
                ((double *)out)[i] = double_of_bits(bits);
        } else if (dtype == TFPHILOX_FLOAT32) {
            const uint32_t rest[] = {0x7FC00123u, 1u, 0x007FFFFFu, 0x00800000u, 0x7F7FFFFFu};
            bits = i < number       ? bits_of_float(ends[i])
                   : i - number < 5 ? rest[i - number] | one << 31 * sign
                                    : 0x3FAAAAAAu;
            if (i != number || nans)
                ((float *)out)[i] = float_of_bits((uint32_t)bits);
        } else {
            const int half = dtype == TFPHILOX_FLOAT16;
            const uint16_t rest[2][5] = {{0x7FC1, 1, 0x7F, 0x80, 0x7F7F},
                                         {0x7E01, 1, 0x3FF, 0x400, 0x7BFF}};
            bits = i < number       ? half ? float16_of_float(ends[i]) : bfloat16_of_float(ends[i])
                         : i - number < 5 ? rest[half][i - number] | one << 15 * sign
                                    : 0x3AAAu;
            if (i != number || nans)
                ((uint16_t *)out)[i] = (uint16_t)bits;
        }
    }
    return out;
}

static int dump_arithmetic(char **a) {
    enum { COUNT = 200 };
    const int op = atoi(a[0]);
    const tfphilox_dtype dtype = (tfphilox_dtype)atoi(a[1]);
    const size_t size = size_of(dtype);
    char *x = hard_numbers(dtype, 1, COUNT, 1), *y = hard_numbers(dtype, 2, COUNT, 1);
    char *out = room(COUNT, size);
    int status = 0;
    for (int i = 0; i < COUNT && status == 0; i++) {
        const tfphilox_operand all = {x, 1}, one = {y + (size_t)i * size, 0};
        status = op == 0   ? tfphilox_multiply(dtype, COUNT, all, one, out)
                 : op == 1 ? tfphilox_add(dtype, COUNT, all, one, out)
                           : tfphilox_subtract(dtype, COUNT, all, one, out);
        status = status ? status : write_out(out, COUNT * size);
    }
    return status;
}

static int dump_dropout(char **a) {
    enum { COUNT = 5003 };
    const tfphilox_dtype dtype = (tfphilox_dtype)atoi(a[0]);
    tfphilox_dropout_spec spec = {
        .dtype = dtype,
        .rate = 0.5,
        .scale = atoi(a[1]) ? 0.5 : 2.0,
        .divide = atoi(a[1]),
        .multiply_mask = atoi(a[2]),
        .x = {hard_numbers(dtype, 1, COUNT, 0), 1},
        .out = room(COUNT, size_of(dtype)),
    };
    for (uint64_t stream = 3; stream < 7; stream++) { /* each number is once kept, once dropped */
        spec.uniform = drawn(TFPHILOX_UNIFORM, dtype, stream, COUNT);
        spec.x.step = (int64_t)(stream & 1);
        if (tfphilox_dropout(&spec, 0, COUNT) != TFPHILOX_OK ||
            write_out(spec.out, COUNT * size_of(dtype)))
            return 1;
    }
    return 0;
}

static int dump_shuffle(char **a, int gather) {
    const uint64_t rows = strtoull(a[0], NULL, 0), size = strtoull(a[1], NULL, 0);
    uint32_t *words = drawn(TFPHILOX_WORDS, TFPHILOX_UINT32, 1, rows);
    uint8_t *data = room(rows, (size_t)size), *out = room(rows, (size_t)size);
    for (uint64_t i = 0; i < rows * size; i++)
        data[i] = (uint8_t)(i * 193 + i / size);
    if (!gather) {
        tfphilox_shuffle_steps(data, rows, size, 0, rows - 1, words, room(rows, 4), out);
        return write_out(data, (size_t)(rows * size));
    }
    for (uint64_t i = 0; i < rows; i++)
        words[i] %= (uint32_t)rows;
    tfphilox_gather_rows(data, size, words, rows, out);
    return write_out(out, (size_t)(rows * size));
}

static int dump_cipher(char **a) {
    const uint64_t most = strtoull(a[0], NULL, 0);
    const int rounds = atoi(a[1]);
    const uint32_t seed[3] = {0x12345678u, 0x9ABCDEF0u, 77};
    tfphilox_index_cipher cipher;
    tfphilox_index_cipher_start(&cipher, seed, most, rounds, room((uint64_t)rounds, 8));
    for (uint64_t i = 0; i <= most && i < 500; i++) {
        const uint64_t place = tfphilox_index_cipher_apply(&cipher, i);
        if (write_out(&place, sizeof place))
            return 1;
    }
    return 0;
}

static int dump_order(char **a) {
    enum { COUNT = 350, CAPACITY = 2000 };
    const uint32_t *words = drawn(TFPHILOX_WORDS, TFPHILOX_UINT32, 1, COUNT);
    int64_t *input = room(COUNT, sizeof *input), *out = room(COUNT, sizeof *out);
    tfphilox_order order = {
        .ring = room(CAPACITY, 8),
        .wide = atoi(a[0]),
        .capacity = CAPACITY,
        .start = 1500,
        .live = 900,
        .window = 800,
    };
    for (uint64_t i = 0; i < 900; i++) {
        const uint64_t at = (order.start + i) % CAPACITY;
        if (order.wide)
            ((int64_t *)order.ring)[at] = (int64_t)i << 33;
        else
            ((uint32_t *)order.ring)[at] = (uint32_t)i;
    }
    for (int i = 0; i < COUNT; i++)
        input[i] = 1000 + i;
    tfphilox_order_steps(&order, COUNT, words, input, atoi(a[1]), room(COUNT, 8), out);
    if (write_out(out, COUNT * sizeof *out))
        return 1;
    tfphilox_order_steps(&order, COUNT, words, NULL, 0, room(COUNT, 8), out);
    const uint64_t left[3] = {order.start, order.live, order.window};
    return write_out(out, COUNT * sizeof *out) || write_out(left, sizeof left);
}

static int dump_choices(char **a) {
    enum { COUNT = 300, CLASSES = 7 };
    const tfphilox_dtype dtype = (tfphilox_dtype)atoi(a[0]);
    const tfphilox_categorical_spec spec = {
        .classes = CLASSES,
        .logits_dtype = dtype,
        .logits = drawn(TFPHILOX_NORMAL, dtype, 2, COUNT * CLASSES),
        .fill = tfphilox_current()->fill,
    };
    const uint32_t *words = drawn(TFPHILOX_WORDS, TFPHILOX_UINT32, 1, 2 * COUNT);
    int64_t *out = room(COUNT, sizeof *out);
    for (int step = 0; step < 2; step++)
        if (tfphilox_choices(&spec, samplers->categorical, tfphilox_scramble, COUNT, words, step,
                             out) != TFPHILOX_OK ||
            write_out(out, COUNT * sizeof *out))
            return 1;
    return 0;
}

static int dump_logs(char **a) {
    const uint64_t count = strtoull(a[0], NULL, 0);
    const float *narrow = hard_numbers(TFPHILOX_FLOAT32, 1, count + 16, 0);
    const double *wide = hard_numbers(TFPHILOX_FLOAT64, 1, count + 16, 0);
    float *narrow_logs = room(count, sizeof *narrow_logs), *sizes = room(count, sizeof *sizes);
    double *wide_logs = room(count, sizeof *wide_logs), *wide_sizes = room(count, sizeof *wide);
    for (uint64_t i = 0; i < count; i++) {
        sizes[i] = fabsf(narrow[i]);
        wide_sizes[i] = fabs(wide[i]);
    }
    tfphilox_log_weights32(count, sizes, narrow_logs);
    tfphilox_log_weights64(count, wide_sizes, wide_logs);
    return write_out(narrow_logs, (size_t)count * sizeof *narrow_logs) ||
           write_out(wide_logs, (size_t)count * sizeof *wide_logs);
}

static int dump_crop(char **a) {
    const int32_t width = atoi(a[0]), height = atoi(a[1]);
    const float *at = drawn(TFPHILOX_UNIFORM, TFPHILOX_FLOAT32, 9, 4 * 100);
    for (int i = 0; i < 100; i++, at += 4) {
        const float fractions[4] = {0.5f * at[0], 0.5f * at[1], 0.5f + 0.5f * at[2],
                                    0.5f + 0.5f * at[3]};
        const tfphilox_box object = tfphilox_box_of(fractions, width, height);
        const tfphilox_crop_rules rules = {
            .width = width,
            .height = height,
            .area = {0.05f, 1.0f},
            .aspect = {0.75f, 1.33f},
            .covered = 0.1f,
            .objects = 1,
            .object = &object,
        };
        tfphilox_words words;
        const uint64_t counter[2] = {(uint64_t)i, 5};
        tfphilox_box crop = {0, 0, 0, 0};
        tfphilox_start_words(&words, tfphilox_current(), KEY, counter, 16);
        const int32_t found = tfphilox_sample_crop(&rules, &words, 20, &crop);
        if (write_out(&object, sizeof object) || write_out(&found, sizeof found) ||
            write_out(&crop, sizeof crop))
            return 1;
    }
    return 0;
}

static int dump_color(char **a) {
    const uint64_t pixels = strtoull(a[1], NULL, 0), count = 3 * pixels;
    float *in = drawn(TFPHILOX_UNIFORM, TFPHILOX_FLOAT32, 1, count), *out = room(count, sizeof *in);
    for (uint64_t i = 0; i + 7 < pixels; i += 7) /* greys and equal channels */
        in[3 * i] = in[3 * i + i % 3] = in[3 * i + 1];
    if (a[0][0] == 'b')
        tfphilox_adjust_brightness(0.3f, count, in, out);
    else if (a[0][0] == 'h')
        tfphilox_adjust_hue(-0.17f, pixels, in, out);
    else if (a[0][0] == 's')
        tfphilox_adjust_saturation(1.7f, pixels, in, out);
    else
        tfphilox_adjust_contrast(1.3f, pixels, 3, in, out);
    return write_out(out, (size_t)count * sizeof *out);
}

#define ORTHOGONAL(type, name, dtype)                                                              \
    do {                                                                                           \
        type *matrix = drawn(TFPHILOX_NORMAL, dtype, 1, rows * cols);                              \
        type *tau = room(cols, sizeof *tau), *q = room(rows * cols, sizeof *q);                    \
        type *work = room(tfphilox_householder_work(rows, cols), sizeof *work);                    \
        for (uint64_t first = 0; first < cols;)                                                    \
            first = tfphilox_householder_reduce_##name(matrix, rows, cols, first, tau, work, l1);  \
        for (uint64_t i = 0; i < cols; i++)                                                        \
            q[i * rows + i] = 1;                                                                   \
        for (uint64_t end = cols; end > 0;)                                                        \
            end = tfphilox_householder_expand_##name(matrix, rows, cols, end, tau, q, work, l1);   \
        return write_out(matrix, (size_t)(rows * cols) * sizeof *matrix) ||                        \
               write_out(q, (size_t)(rows * cols) * sizeof *q);                                    \
    } while (0)

static int dump_orthogonal(char **a) {
    const uint64_t rows = strtoull(a[1], NULL, 0), cols = strtoull(a[2], NULL, 0);
    const uint64_t l1 = strtoull(a[3], NULL, 0);
    if (atoi(a[0]))
        ORTHOGONAL(double, double, TFPHILOX_FLOAT64);
    ORTHOGONAL(float, float, TFPHILOX_FLOAT32);
}

static int dump_threefry(char **a) {
    const float *numbers = drawn(TFPHILOX_NORMAL, TFPHILOX_FLOAT32, 1, 3);
    for (uint64_t i = 0; i < strtoull(a[0], NULL, 0); i++) {
        const uint64_t block = threefry(KEY, i << 29);
        const float unit = float_of_bits((uint32_t)(block & 0x7FFFFFu) | 0x3F800000u) - 1.0f;
        const float one = scaled_float(unit, numbers[0], numbers[1]);
        const double two = scaled_double((double)unit, (double)numbers[1], (double)numbers[2]);
        if (write_out(&block, sizeof block) || write_out(&one, sizeof one) ||
            write_out(&two, sizeof two))
            return 1;
    }
    return 0;
}

/* Bounded normals have two batches; choices are among five classes. */
static int dump_compiled(char **a) {
    static const double parameters[8] = {0.5, -1, 1, 2, -2, -9, 2, 9};
    const tfphilox_compiled *by = tfphilox_compiled_named(tfphilox_current()->name);
    const uint64_t count = strtoull(a[3], NULL, 0);
    double laws[2 * TFPHILOX_LAW_ROWS];
    const tfphilox_compiled_spec spec = {
        .kind = (tfphilox_compiled_kind)atoi(a[0]),
        .dtype = (tfphilox_dtype)atoi(a[1]),
        .form = (tfphilox_form)atoi(a[2]),
        .key = KEY,
        .counter = {UINT64_MAX - 100, 5},
        .distance = 3,
        .count = count,
        .half_once = (int)(count % 2),
        .laws = laws,
        .batches = 2,
        .scaled = (int)(count % 2),
        .mul = 1.75,
        .add = -0.375,
        .fill = tfphilox_current()->fill,
    };
    if (spec.kind == TFPHILOX_COMPILED_GUMBEL) {
        const tfphilox_compiled_choice choice = {
            .gumbel = spec,
            .samples = count,
            .classes = 5,
            .logits = drawn(TFPHILOX_NORMAL, spec.dtype, 1, 5),
            .dtype = TFPHILOX_INT64,
        };
        int64_t *out = room(count, sizeof *out);
        return by->choose(&choice, 0, count, out) || write_out(out, count * sizeof *out);
    }
    if (spec.kind == TFPHILOX_COMPILED_BOUNDED_NORMAL &&
        by->laws(spec.dtype, 0, parameters, 2, laws) != TFPHILOX_OK)
        return 3;
    void *out = room(count, size_of(spec.dtype));
    const uint64_t items = spec.kind == TFPHILOX_COMPILED_NORMAL ? (count + 5) / 6 * 3 : count;
    return by->fill(&spec, 0, items, out) || write_out(out, count * size_of(spec.dtype));
}

static int dump_compiledmath(char **a) {
    enum { PART = 1 << 16 };
    static float out[PART];
    const tfphilox_compiled *by = tfphilox_compiled_named(tfphilox_current()->name);
    uint64_t sum = 0xCBF29CE484222325u;
    for (uint32_t first = 0; first < 1u << 23; first += PART) {
        if (by->float32_math(a[0][0], (tfphilox_form)atoi(a[1]), first, PART, out))
            return 3;
        for (int i = 0; i < PART; i++) {
            uint32_t bits;
            memcpy(&bits, out + i, sizeof bits);
            sum = (sum ^ bits) * 0x100000001B3u;
        }
    }
    return write_out(&sum, sizeof sum);
}

static int command(int argc, char **argv) {
    if (argc < 2 || tfphilox_use(argv[0]) != TFPHILOX_OK)
        return 2;
    samplers = tfphilox_samplers_named(argv[0]);
    const char *what = argv[1];
    char **const rest = argv + 2;
    if (strcmp(what, "arithmetic") == 0 && argc == 4)
        return dump_arithmetic(rest);
    if (strcmp(what, "dropout") == 0 && argc == 5)
        return dump_dropout(rest);
    if (strcmp(what, "shuffle") == 0 && argc == 4)
        return dump_shuffle(rest, 0);
    if (strcmp(what, "gather") == 0 && argc == 4)
        return dump_shuffle(rest, 1);
    if (strcmp(what, "cipher") == 0 && argc == 4)
        return dump_cipher(rest);
    if (strcmp(what, "order") == 0 && argc == 4)
        return dump_order(rest);
    if (strcmp(what, "choices") == 0 && argc == 3)
        return dump_choices(rest);
    if (strcmp(what, "logs") == 0 && argc == 3)
        return dump_logs(rest);
    if (strcmp(what, "crop") == 0 && argc == 4)
        return dump_crop(rest);
    if (strcmp(what, "color") == 0 && argc == 4)
        return dump_color(rest);
    if (strcmp(what, "orthogonal") == 0 && argc == 6)
        return dump_orthogonal(rest);
    if (strcmp(what, "threefry") == 0 && argc == 3)
        return dump_threefry(rest);
    if (strcmp(what, "compiled") == 0 && argc == 6)
        return dump_compiled(rest);
    if (strcmp(what, "compiledmath") == 0 && argc == 4)
        return dump_compiledmath(rest);
    fprintf(stderr, "usage: see the head of dump_others.c\n");
    return 2;
}
