/* orders.c: see orders.h.
 */
#include "orders.h"

#include <math.h>
#include <stddef.h>

#include "math/eigenmath.h"
#include "math/libmath.h"

#if defined(__GNUC__)
#define FETCH(address) __builtin_prefetch(address, 1, 0)
#else
#define FETCH(address) ((void)0)
#endif

enum { AHEAD = 24 }; /* places on their way from memory, as in shuffles.c */

/* place[k] = words[k] mod (window, or window - k if it shrinks), from the window's beginning.  The
 * quotient of two 32-bit integers, divided in double, is never rounded up to the next integer;
 * for divisors of 2 and more it fits 31 bits.  A compiler makes vectors of this. */
static void offsets(uint64_t window, int shrinks, uint64_t count, const uint32_t *words,
                    uint64_t *place) {
    const uint64_t least = shrinks ? window - count + 1 : window;
    if (least < 2 || window > UINT32_MAX) {
        for (uint64_t k = 0; k < count; k++)
            place[k] = words[k] % (shrinks ? window - k : window);
        return;
    }
    const uint32_t divisor = (uint32_t)window, less = shrinks ? 1 : 0;
    for (uint32_t k = 0; k < (uint32_t)count; k++) {
        const uint32_t d = divisor - k * less;
        const int32_t quotient = (int32_t)((double)words[k] / (double)d);
        place[k] = words[k] - (uint32_t)quotient * d;
    }
}

#define STEPS(type)                                                                                \
    {                                                                                              \
        type *ring = order->ring;                                                                  \
        for (uint64_t k = 0; k < count; k++) {                                                     \
            if (k + AHEAD < count)                                                                 \
                FETCH(ring + place[k + AHEAD]);                                                    \
            if (input != NULL) {                                                                   \
                ring[end] = (type)input[k];                                                        \
                end = end + 1 == capacity ? 0 : end + 1;                                           \
            }                                                                                      \
            out[k] = (int64_t)ring[place[k]];                                                      \
            ring[place[k]] = ring[start];                                                          \
            start = start + 1 == capacity ? 0 : start + 1;                                         \
        }                                                                                          \
    }

/* Whether so many steps stay in the ring: the numbers may come from a file. */
static int stays(const tfphilox_order *order, uint64_t count, int takes, int grows) {
    if (order->capacity >= (uint64_t)1 << 62 || order->start >= order->capacity)
        return 0;
    if (order->window > order->live || order->live > order->capacity)
        return 0;
    if (takes && order->live == order->capacity)
        return 0;
    return grows || order->window >= count;
}

int tfphilox_order_steps(tfphilox_order *order, uint64_t count, const uint32_t *words,
                         const int64_t *input, int grow, uint64_t *place, int64_t *out) {
    const uint64_t capacity = order->capacity;
    const int grows = input != NULL && grow;
    if (!stays(order, count, input != NULL, grows))
        return TFPHILOX_INVALID;
    offsets(order->window + (grows ? 1 : 0), !grows, count, words, place);
    uint64_t start = order->start, end = start + order->live;
    end -= end >= capacity ? capacity : 0;
    for (uint64_t k = 0, from = start; k < count; k++) {
        const uint64_t at = from + place[k];
        place[k] = at - (at >= capacity ? capacity : 0);
        from = from + 1 == capacity ? 0 : from + 1;
    }
    if (order->wide)
        STEPS(int64_t)
    else
        STEPS(uint32_t)
    order->start = start;
    order->live -= input != NULL ? 0 : count;
    order->window -= grows ? 0 : count;
    return TFPHILOX_OK;
}

/* ---- choices ---------------------------------------------------------------------------- */

int tfphilox_choices(const tfphilox_categorical_spec *spec, tfphilox_categorical_sampler *draw,
                     tfphilox_scrambler *scramble, uint64_t count, const uint32_t *words, int step,
                     int64_t *out) {
    tfphilox_categorical_spec one = *spec;
    const uint64_t row = spec->logits_dtype == TFPHILOX_FLOAT32 ? 4 : 8;
    one.rows = one.samples = one.shard_size = one.parts = one.part_size = 1;
    one.dtype = TFPHILOX_INT64;
    for (uint64_t k = 0; k < count; k++) {
        const int64_t seed[2] = {words[2 * k], words[2 * k + 1]};
        scramble(seed, &one.key, one.counter);
        one.logits = (const char *)spec->logits + (step ? k : 0) * spec->classes * row;
        one.out = out + k;
        const int status = draw(&one, 0, 1);
        if (status != TFPHILOX_OK)
            return status;
    }
    return TFPHILOX_OK;
}

/* Eigen cuts an array into packets of 256 bits, and leaves what is over to the C library. */
void tfphilox_log_weights32(uint64_t count, const float *weights, float *logits) {
    for (uint64_t i = 0; i < count; i++)
        logits[i] = i < count / 8 * 8 && weights[i] > 0.0f && weights[i] < INFINITY
                        ? packet_logf(weights[i])
                        : tfphilox_logf(weights[i]);
}

void tfphilox_log_weights64(uint64_t count, const double *weights, double *logits) {
    for (uint64_t i = 0; i < count; i++)
        logits[i] = i < count / 4 * 4 && weights[i] > 0.0 && weights[i] < INFINITY
                        ? packet_log(weights[i])
                        : tfphilox_log(weights[i]);
}
