/* search.h: which of many streams begins with given numbers.
 *
 * Somebody holds numbers and wants their seeds.  Each guess is a key and a counter; nearly all are
 * ruled out by the first word of their first block, so a guess costs one block and a few
 * comparisons, and none is stored.  What passes is few, and is made and compared in full by the
 * fills of tfphilox.h.
 *
 * What it does not do: know which seeds people use, distributions, or what a match is worth.
 */
#ifndef TFPHILOX_SEARCH_H
#define TFPHILOX_SEARCH_H

#include "tfphilox.h"

/* One number for each guess: data[i * step], step 0 or 1. */
typedef struct {
    const uint64_t *data;
    int64_t step;
} tfphilox_column;

typedef struct {
    tfphilox_column key, low, high; /* of each guess; low and high: the counter's halves */
} tfphilox_guesses;

/* What words must be: word w of the block passes if (w >> shift) & mask is from least to least +
 * width; all below 2^32. */
typedef struct {
    int shift;
    uint32_t mask;
    uint32_t least[4], width[4];
} tfphilox_pattern;

/* One instruction set's search. */
typedef struct {
    const char *name;
    /* Bit i % 8 of passed[i / 8] becomes 1 if guess i passes, else 0, for guesses [first, first +
     * count); first is a multiple of 32, and the last byte is written whole. */
    void (*search)(const tfphilox_guesses *guesses, const tfphilox_pattern *pattern, uint64_t first,
                   uint64_t count, uint8_t *passed);
    /* tfphilox_scramble of many pairs, the guesses' low and high; key[i] and high[i] are what it
     * makes of guess i. */
    void (*scramble)(const tfphilox_guesses *pairs, uint64_t first, uint64_t count, uint64_t *key,
                     uint64_t *high);
    /* The first `words` (227 at most) words of Python's random.Random(seed), for seeds [first,
     * first + count): out[(seed - first) * words + i]. */
    void (*twister)(uint32_t first, uint32_t count, int words, uint32_t *out);
} tfphilox_searcher;

enum { TFPHILOX_TWISTER_MOST = 227 };

/* By the name of an instruction set that tfphilox_available knows; NULL for another name. */
const tfphilox_searcher *tfphilox_searcher_named(const char *name);

/* The first numbers of each guess: `each` elements from `element` on, one guess after another, by
 * a target's fill.  `spec` says all but key and counter; an element has `size` bytes. */
int tfphilox_first_numbers(const tfphilox_target *target, const tfphilox_guesses *guesses,
                           const tfphilox_fill_spec *spec, uint64_t element, uint64_t each,
                           uint64_t first, uint64_t count, uint64_t size, void *out);

#endif
