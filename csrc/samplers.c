/* samplers.c: the samplers of every instruction set, by its name; parameters rounded.
 */
#include <stddef.h>
#include <string.h>

#include "samplers.h"

#define DECLARE(isa)                                                                               \
    extern tfphilox_sampler tfphilox_gamma_##isa, tfphilox_poisson_##isa, tfphilox_binomial_##isa; \
    extern tfphilox_categorical_sampler tfphilox_categorical_##isa;                                \
    extern tfphilox_truncated_sampler tfphilox_truncated_##isa;                                    \
    extern const tfphilox_candidates tfphilox_candidates_##isa;
#define TABLE(isa)                                                                                 \
    {                                                                                              \
#isa, tfphilox_gamma_##isa, tfphilox_poisson_##isa, tfphilox_binomial_##isa,               \
            tfphilox_categorical_##isa, tfphilox_truncated_##isa, &tfphilox_candidates_##isa       \
    }

DECLARE(scalar)
DECLARE(neon)
DECLARE(avx2)
DECLARE(avx512)

static const tfphilox_samplers tables[] = {
#if defined(TFPHILOX_HAVE_AVX512)
    TABLE(avx512),
#endif
#if defined(TFPHILOX_HAVE_AVX2)
    TABLE(avx2),
#endif
#if defined(TFPHILOX_HAVE_NEON)
    TABLE(neon),
#endif
    TABLE(scalar),
};

const tfphilox_samplers *tfphilox_samplers_named(const char *name) {
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strcmp(tables[i].name, name) == 0)
            return &tables[i];
    return NULL;
}

void tfphilox_singles(uint64_t count, const double *numbers, float *out) {
    for (uint64_t i = 0; i < count; i++)
        out[i] = (float)numbers[i];
}
