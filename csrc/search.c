/* search.c: the search, for one instruction set.
 *
 * Compiled once per instruction set, as fills.c is.  GROUP guesses are tried at a time, a vector of
 * LANES of them in each chain of Philox; the last group may be short, and is filled up by guesses
 * that count for nothing.
 *
 * What it does not do: threads; anything about what passes.
 */
#include <stddef.h>

#include "search.h"
#include "lanes.h"
#include "philox.h"

#define GROUP 32 /* guesses: a whole number of vectors and bytes in every instruction set */

INLINE vu column(tfphilox_column c, uint64_t i) {
    return c.step ? u_load(c.data + i) : u_set(c.data[0]);
}

/* Bit 63 of a lane is set where the word whose lowest bit is `at` does not pass. */
INLINE vu misses(vu words, int at, const tfphilox_pattern *p, int i) {
    const vu over = ((words >> (at + p->shift)) & u_set(p->mask)) - u_set(p->least[i]);
    return over | (u_set(p->width[i]) - over);
}

/* A bit for each guess of a group, 1 where it passes. */
static uint32_t try_group(const tfphilox_guesses *g, const tfphilox_pattern *p, uint64_t at) {
    uint32_t passed = 0;
    for (int i = 0; i < GROUP / LANES; i += PHILOX_CHAINS) {
        vu key[PHILOX_CHAINS], low[PHILOX_CHAINS], high[PHILOX_CHAINS];
        vu x[PHILOX_CHAINS], y[PHILOX_CHAINS];
        UNROLL(PHILOX_CHAINS)
        for (int j = 0; j < PHILOX_CHAINS; j++) {
            const uint64_t guess = at + (uint64_t)((i + j) * LANES);
            key[j] = column(g->key, guess);
            low[j] = column(g->low, guess);
            high[j] = column(g->high, guess);
        }
        philox_keyed(key, low, high, PHILOX_CHAINS, x, y);
        UNROLL(PHILOX_CHAINS)
        for (int j = 0; j < PHILOX_CHAINS; j++) {
            const vu missed = misses(x[j], 32, p, 0) | misses(x[j], 0, p, 1) |
                              misses(y[j], 32, p, 2) | misses(y[j], 0, p, 3);
            passed |= (~m_bits(u_bit(missed, 63)) & ALL_LANES) << ((i + j) * LANES);
        }
    }
    return passed;
}

_Static_assert(GROUP % (LANES * PHILOX_CHAINS) == 0, "a group must be whole chains");

static void short_column(tfphilox_column *c, uint64_t at, uint64_t count, uint64_t *copy) {
    if (!c->step)
        return;
    for (uint64_t i = 0; i < GROUP; i++)
        copy[i] = c->data[at + (i < count ? i : 0)];
    c->data = copy;
}

static void search(const tfphilox_guesses *guesses, const tfphilox_pattern *pattern, uint64_t first,
                   uint64_t count, uint8_t *passed) {
    for (uint64_t at = first, end = first + count; at < end; at += GROUP) {
        const uint64_t left = end - at;
        uint32_t bits;
        if (left >= GROUP)
            bits = try_group(guesses, pattern, at);
        else {
            uint64_t copies[3][GROUP];
            tfphilox_guesses last = *guesses;
            short_column(&last.key, at, left, copies[0]);
            short_column(&last.low, at, left, copies[1]);
            short_column(&last.high, at, left, copies[2]);
            bits = try_group(&last, pattern, 0) & ((1u << left) - 1u);
        }
        for (uint64_t i = 0; i < GROUP / 8 && 8 * i < left; i++)
            passed[at / 8 + i] = (uint8_t)(bits >> (8 * i));
    }
}

static void scramble(const tfphilox_guesses *pairs, uint64_t first, uint64_t count, uint64_t *key,
                     uint64_t *high) {
    const vu fixed = u_set(TFPHILOX_SCRAMBLE_KEY);
    for (uint64_t at = first, end = first + count; at < end; at += LANES) {
        const uint64_t left = end - at < LANES ? end - at : LANES;
        uint64_t copies[2][GROUP], made[2][LANES];
        tfphilox_guesses one = *pairs;
        uint64_t from = at;
        if (left < LANES) {
            short_column(&one.low, at, left, copies[0]);
            short_column(&one.high, at, left, copies[1]);
            from = 0;
        }
        const vu low = column(one.low, from), upper = column(one.high, from);
        vu x, y;
        philox_keyed(&fixed, &low, &upper, 1, &x, &y);
        u_store(made[0], swap32(x));
        u_store(made[1], swap32(y));
        memcpy(key + at, made[0], left * sizeof *key);
        memcpy(high + at, made[1], left * sizeof *high);
    }
}

/* ---- Python's random ---------------------------------------------------------------------- */

/* The Mersenne twister (Matsumoto and Nishimura, "Mersenne twister", 1998), as CPython seeds it
 * (Modules/_randommodule.c, init_by_array) with a number of 32 bits.  A word of the first 227 is
 * made of three words of the state that have not been replaced yet, so no more of it is needed.
 * Seeding is a chain of 1247 products; each lane has its own, and CHAINS vectors go side by side.
 */
enum { STATE = 624, MIDDLE = 397, CHAINS = 4, SEEDS = 2 * LANES * CHAINS };

INLINE vw w_xor(vw a, vw b) { return w_of_u(u_of_w(a) ^ u_of_w(b)); }
INLINE vw w_and(vw a, vw b) { return w_of_u(u_of_w(a) & u_of_w(b)); }

/* What a state of seeding becomes by the one before it. */
INLINE vw stirred(vw state, vw before, uint32_t factor) {
    return w_xor(state, w_mul(w_xor(before, w_shr(before, 30)), w_set(factor)));
}

INLINE vw word_of(vw here, vw next, vw far) {
    const vw both = w_xor(here, w_and(w_xor(here, next), w_set(0x7FFFFFFFu)));
    const vw odd = w_sub(w_set(0), w_and(next, w_set(1)));
    vw y = w_xor(far, w_xor(w_shr(both, 1), w_and(odd, w_set(0x9908B0DFu))));
    y = w_xor(y, w_shr(y, 11));
    y = w_xor(y, w_and(w_shl(y, 7), w_set(0x9D2C5680u)));
    y = w_xor(y, w_and(w_shl(y, 15), w_set(0xEFC60000u)));
    return w_xor(y, w_shr(y, 18));
}

static void seed_twisters(const uint32_t *plain, uint32_t first, vw state[STATE][CHAINS]) {
    uint64_t seeds[SEEDS / 2]; /* two words each */
    vw key[CHAINS];
    for (uint32_t i = 0; i < SEEDS / 2; i++)
        seeds[i] = first + 2 * i + ((uint64_t)(first + 2 * i + 1) << 32);
    for (int c = 0; c < CHAINS; c++) {
        key[c] = w_of_u(u_load(seeds + c * LANES));
        state[0][c] = w_set(plain[0]);
    }
    for (int i = 1; i < STATE; i++)
        for (int c = 0; c < CHAINS; c++)
            state[i][c] = w_add(stirred(w_set(plain[i]), state[i - 1][c], 1664525u), key[c]);
    for (int c = 0; c < CHAINS; c++) { /* number 1 once more, by the last */
        state[0][c] = state[STATE - 1][c];
        state[1][c] = w_add(stirred(state[1][c], state[0][c], 1664525u), key[c]);
    }
    for (int i = 2; i < STATE; i++)
        for (int c = 0; c < CHAINS; c++)
            state[i][c] =
                w_sub(stirred(state[i][c], state[i - 1][c], 1566083941u), w_set((uint32_t)i));
    for (int c = 0; c < CHAINS; c++) {
        state[0][c] = state[STATE - 1][c];
        state[1][c] = w_sub(stirred(state[1][c], state[0][c], 1566083941u), w_set(1));
        state[0][c] = w_set(0x80000000u);
    }
}

static void twister(uint32_t first, uint32_t count, int words, uint32_t *out) {
    uint32_t plain[STATE] = {19650218u};
    vw state[STATE][CHAINS];
    for (uint32_t i = 1; i < STATE; i++)
        plain[i] = 1812433253u * (plain[i - 1] ^ (plain[i - 1] >> 30)) + i;
    for (uint32_t at = 0; at < count; at += SEEDS) {
        seed_twisters(plain, first + at, state);
        for (int i = 0; i < words; i++)
            for (int c = 0; c < CHAINS; c++) {
                uint32_t made[2 * LANES];
                w_store(made, word_of(state[i][c], state[i + 1][c], state[i + MIDDLE][c]));
                for (uint32_t lane = 0; lane < 2 * LANES; lane++) {
                    const uint32_t seed = at + (uint32_t)c * 2 * LANES + lane;
                    if (seed < count)
                        out[(uint64_t)seed * (uint64_t)words + (uint64_t)i] = made[lane];
                }
            }
    }
}

#define TEXT_(name) #name
#define TEXT(name)  TEXT_(name)
extern const tfphilox_searcher FOR_TARGET(tfphilox_searcher);
const tfphilox_searcher FOR_TARGET(tfphilox_searcher) = {TEXT(ISA), search, scramble, twister};
