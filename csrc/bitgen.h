/* bitgen.h: the words of a Philox stream behind the four functions that NumPy's distributions call.
 *
 * NumPy's bitgen_t holds a pointer to a state and functions that take numbers from it
 * (numpy/random/bitgen.h).  The state here is the reader of words.h: 32 bits are the next word, 64
 * bits the next two, the low one first, as TensorFlow's 64-bit integers are made; a double is the
 * 53 high bits of these, as in all of NumPy's generators.
 *
 * What it does not do: distributions, which are NumPy's own; long runs, which are fills.
 */
#ifndef TFPHILOX_BITGEN_H
#define TFPHILOX_BITGEN_H

#include "words.h"

enum { TFPHILOX_BITGEN_AHEAD = 512 }; /* words */

static inline uint32_t tfphilox_bitgen_uint32(void *state) {
    return next_word((tfphilox_words *)state);
}

static inline uint64_t tfphilox_bitgen_uint64(void *state) {
    tfphilox_words *words = (tfphilox_words *)state;
    if (words->left < 2)
        return next_long_word(words);
    const uint32_t *at = words->words + (words->at_once - words->left);
    words->left -= 2;
    return at[0] | (uint64_t)at[1] << 32;
}

static inline double tfphilox_bitgen_double(void *state) {
    return (double)(tfphilox_bitgen_uint64(state) >> 11) * 0x1p-53;
}

/* How many words were taken since the reader's counter; put it so many words behind that. */
static inline uint64_t tfphilox_bitgen_taken(const tfphilox_words *words) {
    return words->made - words->left;
}

static inline void tfphilox_bitgen_seek(tfphilox_words *words, uint64_t taken) {
    words->made = taken;
    words->left = 0;
}

/* The stream's words in pairs from its counter on, as a fill of 64-bit numbers. */
static inline tfphilox_fill_spec tfphilox_bitgen_longs(const tfphilox_words *words) {
    return tfphilox_fill_spec_of(TFPHILOX_INTEGERS, TFPHILOX_UINT64, words->spec.key,
                                 words->spec.counter);
}

#endif
