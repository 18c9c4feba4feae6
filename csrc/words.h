/* words.h: the words of a Philox stream one by one, and what TensorFlow makes of a few of them.
 *
 * Kernels that cannot say beforehand how many words they take read them so
 * (tsl/lib/random/simple_philox.cc): of the next words come floats, or bounded integers, for which
 * words may be refused.
 *
 * What it does not do: long runs; those are fills.
 */
#ifndef TFPHILOX_WORDS_H
#define TFPHILOX_WORDS_H

#include "floatbits.h"
#include "tfphilox.h"

typedef struct {
    const tfphilox_target *target;
    tfphilox_fill_spec spec;
    uint64_t made;
    uint32_t at_once, left;
    uint32_t words[512];
} tfphilox_words;

/* Begin at a counter; at_once words, 512 at the most, are made whenever there are none left. */
static inline void tfphilox_start_words(tfphilox_words *words, const tfphilox_target *target,
                                        uint64_t key, const uint64_t counter[2], uint32_t at_once) {
    words->target = target;
    words->spec = tfphilox_fill_spec_of(TFPHILOX_WORDS, TFPHILOX_UINT32, key, counter);
    words->made = 0;
    words->at_once = at_once;
    words->left = 0;
}

static inline uint32_t next_word(tfphilox_words *words) {
    if (words->left == 0) {
        words->target->fill(&words->spec, words->made, words->at_once, words->words);
        words->made += words->at_once;
        words->left = words->at_once;
    }
    return words->words[words->at_once - words->left--];
}

static inline uint64_t next_long_word(tfphilox_words *words) {
    const uint64_t low = next_word(words);
    return low | (uint64_t)next_word(words) << 32;
}

/* Exactly uniform in [0, n): the lowest numbers are drawn again, so that n divides the rest. */
static inline uint32_t next_below(tfphilox_words *words, uint32_t n) {
    if ((n & (n - 1)) == 0)
        return next_word(words) & (n - 1);
    const uint32_t refused = UINT32_MAX % n + 1;
    uint32_t drawn;
    do
        drawn = next_word(words);
    while (drawn < refused);
    return drawn % n;
}

static inline uint64_t next_long_below(tfphilox_words *words, uint64_t n) {
    if ((n & (n - 1)) == 0)
        return next_long_word(words) & (n - 1);
    const uint64_t refused = UINT64_MAX % n + 1;
    uint64_t drawn;
    do
        drawn = next_long_word(words);
    while (drawn < refused);
    return drawn % n;
}

/* A float in [0, 1), by SimplePhilox::RandFloat. */
static inline float next_unit(tfphilox_words *words) {
    return float_of_bits((next_word(words) & 0x7FFFFFu) | 0x3F800000u) - 1.0f;
}

/* A double: the first word gives the high 20 bits of the fraction, the second the low 32. */
static inline double next_long_unit(tfphilox_words *words) {
    const uint64_t high = next_word(words) & 0xFFFFFu;
    return double_of_bits(0x3FF0000000000000u | high << 32 | next_word(words)) - 1.0;
}

#endif
