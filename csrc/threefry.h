/* threefry.h: Threefry2x32-20, one block at a time.
 *
 * Threefry mixes a 64-bit counter, as two words, with a 64-bit key in twenty rounds of
 * add, rotate and xor; every fourth round adds the next two of three key words, the third
 * being the xor of the others and a constant (Salmon et al., "Parallel random numbers: as
 * easy as 1, 2, 3", SC11).  TensorFlow has it only under XLA (xla/hlo/builder/lib/prng.cc),
 * where word order is low first for key, counter and result.
 *
 * What it does not do: say which block feeds which element; that depends on the shape.
 */
#ifndef TFPHILOX_THREEFRY_H
#define TFPHILOX_THREEFRY_H

#include <stdint.h>

#include "floatbits.h"

static inline uint64_t threefry(uint64_t key, uint64_t counter) {
    static const int rotations[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
    const uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
    const uint32_t keys[3] = {low, high, low ^ high ^ 0x1BD11BDAu};
    uint32_t x = (uint32_t)counter + keys[0], y = (uint32_t)(counter >> 32) + keys[1];
    for (uint32_t group = 0; group < 5; group++) {
        for (int round = 0; round < 4; round++) {
            const int r = rotations[group & 1u][round];
            x += y;
            y = (y << r | y >> (32 - r)) ^ x;
        }
        x += keys[(group + 1) % 3];
        y += keys[(group + 2) % 3] + group + 1;
    }
    return x | (uint64_t)y << 32;
}

/* x * width + low rounded once, as XLA's compiler contracts it. */
static inline float scaled_float(float x, float width, float low) {
    return fused_float(x, width, low);
}
static inline double scaled_double(double x, double width, double low) {
    return fused_multiply_add(x, width, low);
}

#endif
