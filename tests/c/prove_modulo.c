/* prove_modulo.c: the kernels' n mod d against the processor's division.
 *
 * Compiled once for each instruction set (TFPHILOX_TARGET_<name>), with the fills inside: the
 * functions are not exported.  Divisors are of every length, powers of two and their neighbours,
 * neighbours of 2^64 / k; numbers are random or the first, the last and the one before of a
 * multiple, where a quotient that is too small by one more than thought shows.
 *
 *     prove_modulo <divisors> <seed>
 */
#define TFPHILOX_TABLES_HERE

#include <stdio.h>
#include <stdlib.h>

#include "fills.c"

static uint64_t state;

static uint64_t word(void) { /* xorshift64*, Vigna 2016 */
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545F4914F6CDD1Du;
}
static uint64_t of_any_length(void) { return word() >> word() % 64; }

static uint64_t any_divisor(void) {
    uint64_t d;
    switch (word() % 4) {
    case 0:
        d = of_any_length();
        break;
    case 1:
        d = ((uint64_t)1 << word() % 64) + word() % 5 - 2;
        break;
    case 2:
        d = UINT64_MAX / (of_any_length() | 1) + word() % 3 - 1;
        break;
    default:
        d = UINT64_MAX - of_any_length();
    }
    return d ? d : 1;
}

/* At most `most`. */
static uint64_t any_number(uint64_t d, uint64_t most) {
    const uint64_t multiple = of_any_length() % (most / d + (d > 1)) * d;
    switch (word() % 6) {
    case 0:
        return multiple & most;
    case 1:
        return (multiple - 1) & most;
    case 2:
        return (multiple + d - 1) & most;
    case 3:
        return most / d * d - word() % 2;
    case 4:
        return most - word() % 4;
    default:
        return of_any_length() & most;
    }
}

int main(int argc, char **argv) {
    const long divisors = argc > 1 ? atol(argv[1]) : 1000000;
    state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    state = state * 0x9E3779B97F4A7C15u | 1;
    long numbers = 0;
    for (long i = 0; i < divisors; i++) {
        const uint64_t d64 = any_divisor(), d32 = (uint32_t)d64 ? (uint32_t)d64 : 1;
        const divider by64 = divide_by(d64, 64), by32 = divide_by(d32, 32);
        uint64_t n64[LANES], got64[LANES];
        uint32_t n32[2 * LANES], got32[2 * LANES];
        for (int j = 0; j < LANES; j++)
            n64[j] = any_number(d64, UINT64_MAX);
        for (int j = 0; j < 2 * LANES; j++)
            n32[j] = (uint32_t)any_number(d32, UINT32_MAX);
        u_store(got64, u_modulo(u_load(n64), &by64));
        vw words;
        memcpy(&words, n32, sizeof words);
        w_store(got32, w_modulo(words, &by32));
        for (int j = 0; j < LANES; j++, numbers++)
            if ((got64[j] ^ (uint64_t)1 << 63) != n64[j] % d64) {
                printf("%llu mod %llu differs\n", (unsigned long long)n64[j],
                       (unsigned long long)d64);
                return 1;
            }
        for (int j = 0; j < 2 * LANES; j++, numbers++)
            if (got32[j] != n32[j] % d32) {
                printf("%lu mod %lu differs\n", (unsigned long)n32[j], (unsigned long)d32);
                return 1;
            }
    }
    printf("%ld numbers: 0 different\n", numbers);
    return 0;
}
