/* prove_float64.c: the float64 kernels' log, sine and cosine against the host's libm, by bits.
 *
 *     prove_float64 [N] [seed]
 *
 * For each instruction set: N random inputs as Box-Muller makes them (u = m 2^-52 raised to 1e-7;
 * angle = 2 pi u), and the edges: the table's and the bands' borders, near 1, near multiples of
 * pi/4, the clamp.  Prints a line for each, exits 1 on any difference, 77 where the host's libm is
 * not glibc's with fused operations of 2.36 or newer.
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../csrc/floatbits.h"
#include "../../csrc/proof.h"
#include "../../csrc/tfphilox.h"

#define BATCH 65536

static uint64_t state;

static double opaque(double x) { /* keeps the compiler from working it out */
    volatile double y = x;
    return y;
}

static uint64_t next(void) { /* splitmix64 */
    uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static double u[BATCH], angle[BATCH], got[BATCH], other[BATCH];
static uint64_t compared, wrong[3];

static void compare(const tfphilox_target *t, int n) {
    const tfphilox_proof *const functions = tfphilox_proof_named(t->name);
    for (int i = 0; i < n; i++) {
        u[i] = u[i] < 1e-7 ? 1e-7 : u[i];
        u[i] = u[i] > 1.0 - 0x1p-52 ? 1.0 - 0x1p-52 : u[i];
        angle[i] = angle[i] < 0.0 ? 0.0 : angle[i] > 2.0 * M_PI ? 2.0 * M_PI : angle[i];
    }
    functions->float64_math('l', u, (uint64_t)n, got);
    for (int i = 0; i < n; i++)
        wrong[0] += bits_of_double(got[i]) != bits_of_double(log(u[i]));
    functions->float64_math('s', angle, (uint64_t)n, got);
    functions->float64_math('c', angle, (uint64_t)n, other);
    for (int i = 0; i < n; i++) {
        double s, c;
        sincos(angle[i], &s, &c);
        wrong[1] += bits_of_double(got[i]) != bits_of_double(s);
        wrong[2] += bits_of_double(other[i]) != bits_of_double(c);
    }
    compared += (uint64_t)n;
}

/* Some hundreds or thousands of doubles on both sides of each border. */
static void compare_edges(const tfphilox_target *t, int each) {
    static const double borders[] = {0x1.b6p-1, 0x1.368fdp+1, 0.126, 1e-7};
    for (int k = 0; k < 1200; k++) {
        double centre_u = k < 512 ? 1.0 - k / 512.0 : exp2(-(k - 512) / 28.0);
        double centre_angle = k < 820   ? k / 128.0
                              : k < 880 ? (k - 820) * M_PI / 4.0
                                        : borders[k % 4];
        if (k >= 1000)
            centre_angle = fabs(k % 8 * (M_PI / 2.0) + (k % 2 ? 1.0 : -1.0) * borders[k % 3]);
        if (k >= 1100)
            centre_u = k % 2 ? 1.0 - 0x1p-4 : 0.6875 * exp2(-(k % 24));
        for (int i = 0; i < each; i++) {
            int64_t off = i < each / 2 ? i - each / 4 : (int64_t)(next() >> 40) - (1 << 23);
            u[i] = double_of_bits(bits_of_double(centre_u) + (uint64_t)off);
            angle[i] = centre_angle == 0.0
                           ? (double)i * 0x1p-52
                           : double_of_bits(bits_of_double(centre_angle) + (uint64_t)off);
        }
        compare(t, each);
    }
}

int main(int argc, char **argv) {
    uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    /* Inputs at which the C libraries differ (tests/support/reference.py, PROBES64). */
    if (bits_of_double(log(opaque(0x1.8cd2b5692b0ecp-2))) !=
            bits_of_double(-0x1.e55dcce4fb571p-1) ||
        bits_of_double(sin(opaque(0x1.77522e1f97189p+1))) != bits_of_double(0x1.a9b7e9deaf0e5p-3) ||
        bits_of_double(cos(opaque(0x1.dadf4e4cd212p-1))) != bits_of_double(0x1.331f4e11151adp-1)) {
        printf("nothing compared: the kernels are glibc >= 2.36 on a processor with FMA\n");
        return 77;
    }
    const tfphilox_target *t;
    int failed = 0;
    for (int i = 0; (t = tfphilox_available(i)) != NULL; i++) {
        state = seed;
        compared = wrong[0] = wrong[1] = wrong[2] = 0;
        uint64_t share = strcmp(t->name, "scalar") == 0 ? n / 20 : n; /* emulated, slow */
        for (uint64_t done = 0; done < share; done += BATCH) {
            for (int k = 0; k < BATCH; k++) {
                u[k] = (double)(next() >> 12) * 0x1p-52;
                angle[k] = 2.0 * M_PI * ((double)(next() >> 12) * 0x1p-52);
            }
            compare(t, BATCH);
        }
        uint64_t random = compared;
        compare_edges(t, n >= 100000000 ? BATCH : strcmp(t->name, "scalar") ? 8192 : 512);
        printf("%s: %llu random and %llu edge inputs, seed %llu: log %llu, sine %llu, cosine %llu "
               "different\n",
               t->name, (unsigned long long)random, (unsigned long long)(compared - random),
               (unsigned long long)seed, (unsigned long long)wrong[0], (unsigned long long)wrong[1],
               (unsigned long long)wrong[2]);
        failed |= wrong[0] || wrong[1] || wrong[2];
    }
    return failed;
}
