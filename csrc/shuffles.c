/* shuffles.c: see shuffles.h.
 */
#include "shuffles.h"

#include <stddef.h>
#include <string.h>

#include "fetch.h"

enum { AHEAD = 24 }; /* rows on their way from memory: enough for its latency, few for its queues */

typedef struct {
    uint64_t low, high;
} pair;

/* other[k] = first + k + words[k] mod (rows - first - k).  The quotient of two 32-bit integers,
 * divided in double, is never rounded up to the next integer; divisors are 2 and more, so
 * it fits 31 bits.  A compiler makes vectors of this. */
static void partners(uint64_t rows, uint64_t first, uint64_t count, const uint32_t *words,
                     uint32_t *other) {
    const uint32_t left = (uint32_t)(rows - first);
    for (uint32_t k = 0; k < (uint32_t)count; k++) {
        const uint32_t divisor = left - k;
        const int32_t quotient = (int32_t)((double)words[k] / (double)divisor);
        other[k] = (uint32_t)first + k + (words[k] - (uint32_t)quotient * divisor);
    }
}

#define EXCHANGE(type)                                                                             \
    {                                                                                              \
        type *row = (type *)data;                                                                  \
        for (uint64_t k = 0; k < count; k++) {                                                     \
            if (k + AHEAD < count)                                                                 \
                FETCH_TO_WRITE(row + other[k + AHEAD]);                                            \
            const type kept = row[first + k];                                                      \
            row[first + k] = row[other[k]];                                                        \
            row[other[k]] = kept;                                                                  \
        }                                                                                          \
    }

void tfphilox_shuffle_steps(void *data, uint64_t rows, uint64_t size, uint64_t first,
                            uint64_t count, const uint32_t *words, uint32_t *other, void *buffer) {
    partners(rows, first, count, words, other);
    if (size == 4)
        EXCHANGE(uint32_t)
    else if (size == 8)
        EXCHANGE(uint64_t)
    else if (size == 1)
        EXCHANGE(uint8_t)
    else if (size == 2)
        EXCHANGE(uint16_t)
    else if (size == 16)
        EXCHANGE(pair)
    else {
        char *row = data;
        for (uint64_t k = 0; k < count; k++) {
            if (k + AHEAD < count)
                FETCH_TO_WRITE(row + other[k + AHEAD] * size);
            if (other[k] == first + k)
                continue;
            char *here = row + (first + k) * size, *there = row + other[k] * size;
            memcpy(buffer, here, size);
            memcpy(here, there, size);
            memcpy(there, buffer, size);
        }
    }
}

void tfphilox_gather_rows(const void *in, uint64_t size, const uint32_t *index, uint64_t count,
                          void *out) {
    const char *rows = in;
    char *to = out;
    for (uint64_t i = 0; i < count; i++) {
        if (i + AHEAD < count)
            FETCH_TO_READ(rows + index[i + AHEAD] * size);
        memcpy(to + i * size, rows + index[i] * size, size);
    }
}

/* ---- one index at a time ---------------------------------------------------------------- */

/* The width of the permutation's block: ceil(log2(max_index)) in double, as the C library gives
 * it, made even, 16 to 64.  An exact power of two is one bit short, TensorFlow's error: kept.
 * From 2^50 on so are the next few numbers, whose logarithm rounds to the integer. */
static int block_bits(uint64_t max_index) {
    int bits = 0;
    while (bits < 64 && max_index >> bits > 1)
        bits++; /* 2^bits <= max_index < 2^(bits + 1) */
    if (bits % 2)
        return bits < 15 ? 16 : bits + 1;
    uint64_t excess = max_index - ((uint64_t)1 << bits);
    if (bits > 52) { /* to nearest, ties to even, as the conversion to double does */
        const int cut = bits - 52;
        const uint64_t half = (uint64_t)1 << (cut - 1), low = excess & (2 * half - 1);
        excess >>= cut;
        excess += low > half || (low == half && (excess & 1));
    }
    const uint64_t still_integer = bits < 50 ? 0 : bits == 50 ? 2 : 11;
    bits += excess > still_integer ? 2 : 0;
    return bits < 16 ? 16 : bits;
}

static uint64_t rotate_left(uint64_t x, int n, int width, uint64_t mask) {
    return (x << n | x >> (width - n)) & mask;
}

void tfphilox_index_cipher_start(tfphilox_index_cipher *cipher, const uint32_t seed[3],
                                 uint64_t max_index, int rounds, uint64_t *keys) {
    const int width = block_bits(max_index) / 2;
    const uint64_t mask = ((uint64_t)1 << width) - 1;
    uint64_t z = 0x7369F885192C0EF5u & mask;
    for (int i = 0; i < rounds; i++) {
        if (i < 3) {
            keys[i] = seed[i] & mask;
            continue;
        }
        const uint64_t last = keys[i - 1];
        keys[i] = (0xFFFFFFFCu & mask) ^ (z & 1) ^ keys[i - 3] ^
                  rotate_left(last, width - 3, width, mask) ^
                  rotate_left(last, width - 4, width, mask);
        z >>= 1;
    }
    *cipher = (tfphilox_index_cipher){max_index, mask, keys, width, rounds};
}

uint64_t tfphilox_index_cipher_apply(const tfphilox_index_cipher *cipher, uint64_t index) {
    const int width = cipher->width;
    const uint64_t mask = cipher->mask;
    if (cipher->max_index == 0)
        return 0;
    do { /* walk the cycle until it is back in the range */
        uint64_t left = index >> width & mask, right = index & mask;
        for (int i = 0; i < cipher->rounds; i++) {
            const uint64_t mixed =
                (rotate_left(right, 1, width, mask) & rotate_left(right, 8, width, mask)) ^
                rotate_left(right, 2, width, mask);
            const uint64_t next = left ^ mixed ^ cipher->keys[i];
            left = right;
            right = next;
        }
        index = left << width | right;
    } while (index > cipher->max_index);
    return index;
}
