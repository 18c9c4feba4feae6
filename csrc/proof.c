/* proof.c: the functions of every instruction set, by its name.
 */
#include "proof.h"

#include <stddef.h>
#include <string.h>

extern const tfphilox_proof tfphilox_proof_scalar, tfphilox_proof_neon, tfphilox_proof_avx2,
    tfphilox_proof_avx512;

static const tfphilox_proof *const tables[] = {
#if defined(TFPHILOX_HAVE_AVX512)
    &tfphilox_proof_avx512,
#endif
#if defined(TFPHILOX_HAVE_AVX2)
    &tfphilox_proof_avx2,
#endif
#if defined(TFPHILOX_HAVE_NEON)
    &tfphilox_proof_neon,
#endif
    &tfphilox_proof_scalar,
};

const tfphilox_proof *tfphilox_proof_named(const char *name) {
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strcmp(tables[i]->name, name) == 0)
            return tables[i];
    return NULL;
}
