/* philox.h: Philox4x32-10, LANES blocks at a time.
 *
 * Philox turns a 128-bit counter into four words by ten rounds of two 32x32->64
 * multiplications each (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC11).  With x = (c0 high, c1 low) and y = (c2 high, c3 low) in 64-bit lanes a
 * round is
 *     x' = M1 * c2  with its high word xored by c1 and key 0
 *     y' = M0 * c0  with its high word xored by c3 and key 1
 * and a product's two words already sit where the next round wants them.
 *
 * Where only c0 differs between the blocks of a run, rounds one and two are mostly
 * constants: philox_run leaves them out of the loop (6 operations a vector instead
 * of 12, of 60).
 *
 * What it does not do: cut words into numbers; know streams or elements.
 */
#ifndef TFPHILOX_PHILOX_H
#define TFPHILOX_PHILOX_H

#include "lanes.h"

#define PHILOX_M0 0xD2511F53u
#define PHILOX_M1 0xCD9E8D57u
#define PHILOX_W0 0x9E3779B9u
#define PHILOX_W1 0xBB67AE85u

/* The round keys, each in the high word. */
typedef struct {
    uint64_t k0[10], k1[10];
} philox_keys;

static inline philox_keys philox_schedule(uint64_t key) {
    philox_keys keys;
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++, k0 += PHILOX_W0, k1 += PHILOX_W1) {
        keys.k0[round] = (uint64_t)k0 << 32;
        keys.k1[round] = (uint64_t)k1 << 32;
    }
    return keys;
}

/* Rounds first..9 of `chains` vectors of blocks.  Both halves swap c0 (c2) down for the multiply
 * and c1 (c3) up for the xor.  A round waits for the last one, so several chains go side by side.
 */
INLINE void philox_rounds(const philox_keys *keys, int first, int chains, vu *x, vu *y) {
    const vu m0 = u_set(PHILOX_M0), m1 = u_set(PHILOX_M1);
    UNROLL(10)
    for (int round = first; round < 10; round++) {
        const vu k0 = u_set(keys->k0[round]), k1 = u_set(keys->k1[round]);
        UNROLL(PHILOX_CHAINS)
        for (int i = 0; i < chains; i++) {
            vu p = swap32(x[i]), q = swap32(y[i]);
            x[i] = xor_high(mul32(q, m1), p, k0);
            y[i] = xor_high(mul32(p, m0), q, k1);
        }
    }
}

/* A 128-bit counter, plus a number. */
typedef struct {
    uint64_t low, high;
} philox_counter;

static inline philox_counter philox_advance(philox_counter counter, uint64_t blocks) {
    counter.low += blocks;
    counter.high += counter.low < blocks;
    return counter;
}

/* The blocks at counter + offset of each lane: any counters, full carries. */
INLINE void philox_at(const philox_keys *keys, philox_counter counter, int chains,
                      const vu *offsets, vu *x, vu *y) {
    UNROLL(PHILOX_CHAINS)
    for (int i = 0; i < chains; i++) {
        vu low = offsets[i] + counter.low;
        x[i] = swap32(low);
        y[i] = swap32(u_less(low, offsets[i]) + counter.high);
    }
    philox_rounds(keys, 0, chains, x, y);
}

/* One block for each lane, each with a key and a counter of its own. */
INLINE void philox_keyed(const vu *key, const vu *low, const vu *high, int chains, vu *x, vu *y) {
    const vu m0 = u_set(PHILOX_M0), m1 = u_set(PHILOX_M1);
    vu k0[PHILOX_CHAINS], k1[PHILOX_CHAINS];
    UNROLL(PHILOX_CHAINS)
    for (int i = 0; i < chains; i++) {
        x[i] = swap32(low[i]);
        y[i] = swap32(high[i]);
        k0[i] = key[i] << 32;
        k1[i] = key[i];
    }
    UNROLL(10)
    for (int round = 0; round < 10; round++) {
        UNROLL(PHILOX_CHAINS)
        for (int i = 0; i < chains; i++) {
            vu p = swap32(x[i]), q = swap32(y[i]);
            x[i] = xor_high(mul32(q, m1), p, k0[i]);
            y[i] = xor_high(mul32(p, m0), q, k1[i]);
            k0[i] += (uint64_t)PHILOX_W0 << 32;
            k1[i] += (uint64_t)PHILOX_W1 << 32;
        }
    }
}

/* Where only c0 differs between blocks, round one's x' is constant, and y' is M0 * c0 and a
 * constant; round two's y' is constant but for the swapped-in low word of y'. */
typedef struct {
    uint64_t y1, x2, y2;
} philox_constants;

static inline philox_constants philox_fold(const philox_keys *keys, philox_counter counter) {
    const uint32_t c1 = (uint32_t)(counter.low >> 32);
    const uint32_t c2 = (uint32_t)counter.high, c3 = (uint32_t)(counter.high >> 32);
    const uint64_t x1 = ((uint64_t)PHILOX_M1 * c2) ^ ((uint64_t)c1 << 32) ^ keys->k0[0];
    return (philox_constants){
        .y1 = ((uint64_t)c3 << 32) ^ keys->k1[0],
        .x2 = (x1 << 32) ^ keys->k0[1],
        .y2 = (uint64_t)PHILOX_M0 * (x1 >> 32) ^ keys->k1[1],
    };
}

/* The blocks whose c0 is c, and whose other words are those that were folded. */
INLINE void philox_folded(const philox_keys *keys, const philox_constants *folded, int chains,
                          const vu *c, vu *x, vu *y) {
    const vu y1 = u_set(folded->y1), x2 = u_set(folded->x2), y2 = u_set(folded->y2);
    const vu m0 = u_set(PHILOX_M0), m1 = u_set(PHILOX_M1), zero = u_set(0);
    UNROLL(PHILOX_CHAINS)
    for (int i = 0; i < chains; i++) {
        vu q = swap32(mul32(c[i], m0) ^ y1);
        x[i] = mul32(q, m1) ^ x2;
        y[i] = xor_high(y2, q, zero);
    }
    philox_rounds(keys, 2, chains, x, y);
}

/* What becomes of the i-th vector of blocks of a run. */
typedef void philox_sink(void *context, int i, vu x, vu y);

/* Hand the blocks at counter, counter + stride, ... to sink, `vectors` vectors of LANES of them. */
INLINE void philox_run(const philox_keys *keys, philox_counter counter, uint64_t stride,
                       int vectors, philox_sink *sink, void *context) {
    const vu lanes = u_load(lane_blocks) * stride;
    const uint32_t c0 = (uint32_t)counter.low;
    if ((uint64_t)vectors * LANES * stride + c0 > LOW_WORD) { /* c0 wraps within the run */
        for (int i = 0; i < vectors; i++) {
            vu x, y, offsets = lanes + (uint64_t)i * LANES * stride;
            philox_at(keys, counter, 1, &offsets, &x, &y);
            sink(context, i, x, y);
        }
        return;
    }
    const philox_constants folded = philox_fold(keys, counter);
    vu next = lanes + c0;
#define PHILOX_STEP(chains)                                                                        \
    {                                                                                              \
        vu c[chains], x[chains], y[chains];                                                        \
        UNROLL(PHILOX_CHAINS)                                                                      \
        for (int j = 0; j < (chains); j++, next += (uint64_t)LANES * stride)                       \
            c[j] = next;                                                                           \
        philox_folded(keys, &folded, chains, c, x, y);                                             \
        UNROLL(PHILOX_CHAINS)                                                                      \
        for (int j = 0; j < (chains); j++)                                                         \
            sink(context, i + j, x[j], y[j]);                                                      \
    }
    int i = 0;
    for (; i + PHILOX_CHAINS <= vectors; i += PHILOX_CHAINS)
        PHILOX_STEP(PHILOX_CHAINS)
    for (; i < vectors; i++)
        PHILOX_STEP(1)
#undef PHILOX_STEP
}

#endif
