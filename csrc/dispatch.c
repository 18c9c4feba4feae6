/* dispatch.c: which instruction set's kernels are in use.
 *
 * setup.py compiles fills.c once per instruction set and names those it built by
 * TFPHILOX_HAVE_*; what the processor has is asked once.  The choice is the only
 * state of the core.
 */
#include <stddef.h>
#include <string.h>

#include "tfphilox.h"

extern const tfphilox_target tfphilox_target_scalar, tfphilox_target_avx2, tfphilox_target_avx512,
    tfphilox_target_neon;

static int runs_avx512(void) {
#if defined(TFPHILOX_HAVE_AVX512)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("fma");
#else
    return 0;
#endif
}

static int runs_avx2(void) {
#if defined(TFPHILOX_HAVE_AVX2)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("f16c");
#else
    return 0;
#endif
}

const tfphilox_target *tfphilox_available(int i) {
    const tfphilox_target *found[4];
    int n = 0;
#if defined(TFPHILOX_HAVE_AVX512)
    if (runs_avx512())
        found[n++] = &tfphilox_target_avx512;
#endif
#if defined(TFPHILOX_HAVE_AVX2)
    if (runs_avx2())
        found[n++] = &tfphilox_target_avx2;
#endif
#if defined(TFPHILOX_HAVE_NEON)
    found[n++] = &tfphilox_target_neon;
#endif
    found[n++] = &tfphilox_target_scalar;
    return i >= 0 && i < n ? found[i] : NULL;
}

static const tfphilox_target *current;

const tfphilox_target *tfphilox_current(void) {
    if (current == NULL)
        current = tfphilox_available(0);
    return current;
}

int tfphilox_use(const char *name) {
    const tfphilox_target *target;
    for (int i = 0; (target = tfphilox_available(i)) != NULL; i++)
        if (strcmp(target->name, name) == 0) {
            current = target;
            return TFPHILOX_OK;
        }
    return TFPHILOX_NO_ISA;
}
