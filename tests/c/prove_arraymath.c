/* prove_arraymath.c: the samplers' functions by vectors against those of one number.
 *
 *     cc -std=c11 -O2 -ffp-contract=off -fno-math-errno -mavx2 -mfma -mf16c -mpopcnt \
 *        -DTFPHILOX_TARGET_avx2 -Icsrc tests/c/prove_arraymath.c -lm
 *     ./a.out [inputs for each function, 1000000 unless told] [seed] [function]
 *
 * Compiled once for each instruction set (TFPHILOX_TARGET_<name>).  What csrc/math/arraymath.h
 * makes by lanes is compared, bit by bit, with csrc/math/libmath.h, which prove_libmath.c holds to
 * the C library.  Inputs are what the samplers can ask for, and more of where it is hard: borders
 * of tables and of the ways that a function chooses among, cancellations, results that are nearly
 * 0.  A vector mixes them, so that lanes of every kind stand beside each other.
 *
 * Exit status: 0 all equal; 1 something differs.
 */
#define TFPHILOX_TABLES_HERE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/arraymath.h"

/* ---- numbers to try --------------------------------------------------------------------- */

static uint64_t state;
static uint64_t draw(void) { /* splitmix64 */
    uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}
static uint64_t below(uint64_t n) { return draw() % n; }
/* [0, 1) as TensorFlow's samplers draw it. */
static double grid(void) { return (double)(draw() >> 12) * 0x1p-52; }
static double small_grid(void) { return (double)(draw() >> (12 + below(52))) * 0x1p-52; }
static double between(double low, double high) {
    return low + (high - low) * ((double)(draw() >> 11) * 0x1p-53);
}
/* Any mantissa, exponent low to high. */
static double binades(int low, int high) {
    const uint64_t exponent = (uint64_t)(1023 + low) + below((uint64_t)(high - low + 1));
    return double_of_bits(exponent << 52 | draw() >> 12);
}
/* A few, rarely many, doubles away. */
static double near(double x) {
    uint64_t b = bits_of_double(x), off = draw() >> (20 + below(44));
    return double_of_bits(draw() & 1 ? b + off : b - off);
}
/* 2^k times a border of the table whose cells start at these bits. */
static double border(uint64_t low_end, int low) {
    const uint64_t down = below((uint64_t)(1 - low));
    return near(double_of_bits(low_end + (below(129) << 45) - (down << 52)));
}

static double exp_input(void) {
    switch (below(8)) {
    case 0:
        return -grid() * 800.0;
    case 1: { /* about the borders of n */
        const double n = -(double)below(137000) - (draw() & 1 ? 0.5 : 0.0);
        return near(n * 0x1.62e42fefa39efp-8);
    }
    case 2:
        return -binades(-60, 10);
    case 3:
        return near(-511.0);
    case 4:
        return between(-746.0, -708.0);
    default:
        return between(-40.0, 0.0); /* a rate of Poisson's; a difference of logits */
    }
}
static double log_input(void) {
    switch (below(6)) {
    case 0:
        return small_grid();
    case 1:
        return binades(-1022, 1023);
    case 2:
        return border(0x3FE6000000000000u, -60);
    case 3:
        return near(below(3) ? 1.0 : below(2) ? 1.0 - 0x1p-4 : 1.0 + 0x1.09p-4);
    default:
        return grid();
    }
}
static double log1p_input(void) {
    switch (below(8)) {
    case 0:
        return -small_grid();
    case 1: /* 1 + x near a power of two, or its root */
        return near(double_of_bits((draw() & 1 ? 0x3FF0000000000000u : 0x3FF6A09E667F3BCDu) -
                                   ((1 + below(52)) << 52))) -
               1.0;
    case 2:
        return -binades(-1022, -1);
    case 3:
        return -(double)(float)grid(); /* binomial's probability */
    case 4:
        return near(below(2) ? -0x1p-29 : below(2) ? -0x1p-54 : -0x1.2bec4p-2);
    default:
        return -grid();
    }
}
static double lgamma_input(void) {
    switch (below(5)) {
    case 0:
        return (double)(1 + below(20));
    case 1:
        return (double)(1 + (draw() >> (1 + below(63))));
    case 2:
        return binades(53, 1023);
    case 3:
        return near(0x1p58);
    default:
        return (double)(1 + below(10000));
    }
}
static void pow_input(double *x, double *y) {
    *x = grid();
    switch (below(8)) {
    case 0:
        *x = small_grid();
        *y = 1.0 / between(0.0, 1.0);
        return;
    case 1:
        *y = between(-750.0, 0.0) / (tfphilox_log(*x) - 1e-300);
        return;
    case 2:
        *x = near(1.0 - 0x1p-53);
        *y = between(-750.0, 0.0) / (tfphilox_log(*x) - 1e-300);
        return;
    case 3: { /* what an alpha of 0, below it, too small or NaN makes of 1 / alpha */
        static const double some[] = {INFINITY, -INFINITY, -1.0, 0.0, -0.0, 1e300, 0x1p63, -1e-3};
        *y = below(9) ? some[below(8)] : NAN;
        return;
    }
    case 4:
        *x = border(0x3FE6955500000000u, -52);
        *y = binades(-3, 12);
        return;
    case 5:
        *y = binades(-70, 70);
        return;
    default: /* gamma: u^(1/alpha) */
        *y = 1.0 / between(0.0, 1.0);
        return;
    }
}

/* ---- comparing -------------------------------------------------------------------------- */

enum { MANY = 1000 }; /* no whole number of vectors */
static double xs[MANY + LANES], ys[MANY + LANES], ours[MANY + LANES];

static void exp_lanes(void) {
    memcpy(ours, xs, sizeof ours);
    exps(ours, MANY);
}
static void log_lanes(void) {
    memcpy(ours, xs, sizeof ours);
    logs(ours, MANY);
}
static void pow_lanes(void) {
    memcpy(ours, xs, sizeof ours);
    pows(ours, ys, MANY);
}
#define BY_LANES(name, function)                                                                   \
    static void name##_lanes(void) {                                                               \
        for (int i = 0; i < MANY; i += LANES)                                                      \
            d_store(ours + i, function(d_load(xs + i)));                                           \
    }
BY_LANES(log1p, log1p64)
BY_LANES(lgamma, lgamma64)

static double of_exp(double x, double y) { return (void)y, tfphilox_exp(x); }
static double of_log(double x, double y) { return (void)y, tfphilox_log(x); }
static double of_log1p(double x, double y) { return (void)y, tfphilox_log1p(x); }
static double of_lgamma(double x, double y) { return (void)y, tfphilox_lgamma(x); }

/* Whether the function is asked for this; else another number is tried. */
static int usable(char function, double x) {
    switch (function) {
    case 'e':
        return x <= 0.0;
    case 'l':
        return x == 0.0 || (x >= DBL_MIN && x < 0x1p1023);
    case '1':
        return x > -1.0 && x <= 0.0;
    case 'g':
        return x >= 1.0 && x == tfphilox_floor(x) && x < INFINITY;
    default:
        return x >= 0.0 && x < 1.0;
    }
}

typedef struct {
    char letter;
    const char *name;
    double (*input)(void);
    void (*lanes)(void);
    double (*alone)(double, double);
    double points[8]; /* whose neighbours are tried */
} function;

static const function functions[] = {
    {'e', "exp", exp_input, exp_lanes, of_exp, {-0.0, -0x1p-54, -1.0, -511.0, -512.0, -0x1p-1022}},
    {'l', "log", log_input, log_lanes, of_log, {1.0, 1 - 0x1p-4, 1 + 0x1.09p-4, 0.6875, 2.0}},
    {'1',
     "log1p",
     log1p_input,
     log1p_lanes,
     of_log1p,
     {-0.0, -0x1p-29, -0x1p-54, -1.0, -0x1.2bec4p-2, -0.5, -0.75, -0x1p-1022}},
    {'g', "lgamma", lgamma_input, lgamma_lanes, of_lgamma, {0x1p58, 0x1p52, 0x1p53, 0x1p63}},
    {'p', "pow", NULL, pow_lanes, tfphilox_pow, {0}},
};

static uint64_t tried, different;

static void compare(const function *f) {
    f->lanes();
    for (int i = 0; i < MANY; i++) {
        const double alone = f->alone(xs[i], ys[i]);
        tried++;
        if (bits_of_double(alone) != bits_of_double(ours[i]) &&
            !(alone != alone && ours[i] != ours[i]) && different++ < 5)
            printf("    %s(%a, %a): %a by lanes, %a alone\n", f->name, xs[i], ys[i], ours[i],
                   alone);
    }
}

int main(int argc, char **argv) {
    const uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    int failed = 0;
    state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    for (unsigned n = 0; n < sizeof functions / sizeof *functions; n++) {
        const function *f = &functions[n];
        if (argc > 3 && strcmp(argv[3], f->name) != 0)
            continue;
        tried = different = 0;
        for (int p = 0; p < 8 && f->letter != 'p'; p++)
            for (int part = -2; part < 2; part++) { /* 2000 on either side */
                for (int i = 0; i < MANY; i++) {
                    const int64_t off = (int64_t)part * MANY + i;
                    const double x = double_of_bits(bits_of_double(f->points[p]) + (uint64_t)off);
                    xs[i] = usable(f->letter, x) ? x : usable(f->letter, 0.0) ? 0.0 : 1.0;
                }
                compare(f);
            }
        while (tried < count) {
            for (int i = 0; i < MANY; i++)
                do {
                    if (f->letter == 'p')
                        pow_input(&xs[i], &ys[i]);
                    else
                        xs[i] = f->input();
                } while (!usable(f->letter, xs[i]));
            compare(f);
        }
        printf("%-8s %12" PRIu64 " inputs, %" PRIu64 " different\n", f->name, tried, different);
        fflush(stdout);
        failed |= different != 0;
    }
    return failed;
}
