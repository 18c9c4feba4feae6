/* compiled_table.c: the kernels of compiled functions of every instruction set, by its name.
 */
#include "compiled.h"

#include <stddef.h>
#include <string.h>

extern const tfphilox_compiled tfphilox_compiled_scalar, tfphilox_compiled_neon,
    tfphilox_compiled_avx2, tfphilox_compiled_avx512;

static const tfphilox_compiled *const tables[] = {
#if defined(TFPHILOX_HAVE_AVX512)
    &tfphilox_compiled_avx512,
#endif
#if defined(TFPHILOX_HAVE_AVX2)
    &tfphilox_compiled_avx2,
#endif
#if defined(TFPHILOX_HAVE_NEON)
    &tfphilox_compiled_neon,
#endif
    &tfphilox_compiled_scalar,
};

const tfphilox_compiled *tfphilox_compiled_named(const char *name) {
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strcmp(tables[i]->name, name) == 0)
            return tables[i];
    return NULL;
}
