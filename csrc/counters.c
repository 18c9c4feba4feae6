/* counters.c: keys and counters: made from TensorFlow's seeds, and moved.
 */
#include "tfphilox.h"

/* One Philox block under a fixed key, the pair as its counter: the words are the key and the
 * upper half of the counter (core/kernels/stateless_random_ops.cc, GenerateKey). */
void tfphilox_scramble(const int64_t seed[2], uint64_t *key, uint64_t counter[2]) {
    const uint64_t pair[2] = {(uint64_t)seed[0], (uint64_t)seed[1]};
    const tfphilox_fill_spec spec =
        tfphilox_fill_spec_of(TFPHILOX_WORDS, TFPHILOX_UINT32, TFPHILOX_SCRAMBLE_KEY, pair);
    uint32_t words[4];
    tfphilox_current()->fill(&spec, 0, 4, words);
    *key = words[0] | (uint64_t)words[1] << 32;
    counter[0] = 0;
    counter[1] = words[2] | (uint64_t)words[3] << 32;
}

void tfphilox_advance(uint64_t counter[2], uint64_t blocks_low, uint64_t blocks_high) {
    counter[0] += blocks_low;
    counter[1] += blocks_high + (counter[0] < blocks_low);
}

/* core/util/guarded_philox_random.h: every op reserves 256 blocks for each output, used or not. */
void tfphilox_reserve(uint64_t counter[2], uint64_t outputs) {
    tfphilox_advance(counter, outputs << 8, outputs >> 56);
}

/* lib/random/philox_random.h, PhiloxRandom::Skip, adds in 32-bit words and looks for a carry out of
 * the second one by comparing it with what was added.  Where that and the first word's carry come
 * to 2^32 it is 0, the comparison says no, and the carry is lost. */
void tfphilox_skip(uint64_t counter[2], uint64_t blocks) {
    const uint32_t low = (uint32_t)counter[0] + (uint32_t)blocks;
    const uint32_t added = (uint32_t)(blocks >> 32) + (low < (uint32_t)blocks);
    const uint32_t high = (uint32_t)(counter[0] >> 32) + added;
    counter[1] += high < added;
    counter[0] = low | (uint64_t)high << 32;
}
