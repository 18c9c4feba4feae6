/* self_test_sum.h: one number for many, the same whatever the order of bytes (FNV-1a).
 */
#ifndef TFPHILOX_SELF_TEST_SUM_H
#define TFPHILOX_SELF_TEST_SUM_H

#include <stdint.h>

static inline uint64_t sum_of(const void *elements, uint64_t count, int itemsize) {
    uint64_t sum = 0xCBF29CE484222325u;
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t element = itemsize == 2   ? ((const uint16_t *)elements)[i]
                                 : itemsize == 4 ? ((const uint32_t *)elements)[i]
                                                 : ((const uint64_t *)elements)[i];
        sum = (sum ^ element) * 0x100000001B3u;
    }
    return sum;
}

#endif
