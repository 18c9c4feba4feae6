/* shuffles.h: random permutations: rows exchanged in place, and one index at a time.
 *
 * TensorFlow shuffles front to back: row i is exchanged with row i + word mod (rows - i), one
 * word a row (core/kernels/shuffle_common.h).  The words come in batches from a fill, so the
 * rows to be met are known ahead and can be on their way from memory.
 *
 * What it does not do: allocate; know what a row holds; make words.
 */
#ifndef TFPHILOX_SHUFFLES_H
#define TFPHILOX_SHUFFLES_H

#include <stdint.h>

#include "platform.h"

/* Steps [first, first + count) of a shuffle of `rows` rows of `size` bytes, rows < 2^32,
 * first + count < rows; words[0] belongs to step `first`.  spare holds count elements, and
 * buffer one row (unused for sizes of 1, 2, 4, 8 and 16 bytes). */
void tfphilox_shuffle_steps(void *data, uint64_t rows, uint64_t size, uint64_t first,
                            uint64_t count, const uint32_t *words, uint32_t *spare, void *buffer);

/* out row i = in row index[first + i], for i in [0, count). */
void tfphilox_gather_rows(const void *in, uint64_t size, const uint32_t *index, uint64_t count,
                          void *out);

/* A permutation of 0 ... max_index that needs no table: a block cipher walked until it is in
 * range (core/kernels/random_index_shuffle.cc).  keys holds one element a round. */
typedef struct {
    uint64_t max_index, mask;
    const uint64_t *keys;
    int width, rounds;
} tfphilox_index_cipher;
void tfphilox_index_cipher_start(tfphilox_index_cipher *cipher, const uint32_t seed[3],
                                 uint64_t max_index, int rounds, uint64_t *keys);
/* The place of index, which must not exceed max_index. */
uint64_t tfphilox_index_cipher_apply(const tfphilox_index_cipher *cipher, uint64_t index);

#endif
