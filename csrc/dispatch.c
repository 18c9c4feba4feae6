/* dispatch.c: which instruction set's kernels are in use.
 *
 * setup.py compiles fills.c once per instruction set and names those it built by
 * TFPHILOX_HAVE_*; what the processor has is asked once, by its own instructions: compilers'
 * builtins differ in the names they know, and some always say no.  The choice is the only
 * state of the core; many threads may read it while one makes it.
 */
#include <stddef.h>
#include <string.h>

#include "tfphilox.h"

#include <stdatomic.h>

#if defined(TFPHILOX_HAVE_AVX2) || defined(TFPHILOX_HAVE_AVX512)
#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#else
#include <cpuid.h>
#endif

extern const tfphilox_target tfphilox_target_avx2, tfphilox_target_avx512;

enum { EAX, EBX, ECX, EDX };

/* The registers that cpuid fills; whether the processor knows the leaf. */
static int ask(unsigned leaf, unsigned registers[4]) {
#if defined(_MSC_VER) && !defined(__clang__)
    int found[4];
    __cpuid(found, 0);
    if ((unsigned)found[EAX] < leaf)
        return 0;
    __cpuidex(found, (int)leaf, 0);
    for (int i = 0; i < 4; i++)
        registers[i] = (unsigned)found[i];
    return 1;
#else
    if ((unsigned)__get_cpuid_max(0, NULL) < leaf)
        return 0;
    __cpuid_count(leaf, 0, registers[EAX], registers[EBX], registers[ECX], registers[EDX]);
    return 1;
#endif
}

/* Which registers the operating system keeps when it changes threads; it says so in cpuid. */
static unsigned kept_registers(void) {
#if defined(_MSC_VER) && !defined(__clang__)
    return (unsigned)_xgetbv(0);
#else
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
#endif
}

enum { ASKED = 1, RUNS_AVX2 = 2, RUNS_AVX512 = 4 };

static int ask_processor(void) {
    const unsigned fma = 1u << 12, popcnt = 1u << 23, os_keeps = 1u << 27, avx = 1u << 28;
    const unsigned f16c = 1u << 29; /* these of ECX */
    const unsigned avx2 = 1u << 5, f = 1u << 16, dq = 1u << 17, bw = 1u << 30, vl = 1u << 31;
    const unsigned ymm = 0x06, zmm = 0xE6; /* of XCR0 */
    const unsigned basic = fma | popcnt | os_keeps | avx | f16c, wide = f | dq | bw | vl;
    unsigned first[4], seventh[4];
    if (!ask(1, first) || (first[ECX] & basic) != basic || !ask(7, seventh))
        return ASKED;
    const unsigned kept = kept_registers();
    if ((kept & ymm) != ymm || !(seventh[EBX] & avx2))
        return ASKED;
    return ASKED | RUNS_AVX2 |
           ((kept & zmm) == zmm && (seventh[EBX] & wide) == wide ? RUNS_AVX512 : 0);
}

static int runs(int what) {
    static atomic_int answer; /* asked twice by two threads it is the same */
    int known = atomic_load(&answer);
    if (!known)
        atomic_store(&answer, known = ask_processor());
    return known & what;
}
#endif

extern const tfphilox_target tfphilox_target_scalar, tfphilox_target_neon;

const tfphilox_target *tfphilox_available(int i) {
    const tfphilox_target *found[4];
    int n = 0;
#if defined(TFPHILOX_HAVE_AVX512)
    if (runs(RUNS_AVX512))
        found[n++] = &tfphilox_target_avx512;
#endif
#if defined(TFPHILOX_HAVE_AVX2)
    if (runs(RUNS_AVX2))
        found[n++] = &tfphilox_target_avx2;
#endif
#if defined(TFPHILOX_HAVE_NEON)
    found[n++] = &tfphilox_target_neon;
#endif
    found[n++] = &tfphilox_target_scalar;
    return i >= 0 && i < n ? found[i] : NULL;
}

static _Atomic(const tfphilox_target *) current;

const tfphilox_target *tfphilox_current(void) {
    const tfphilox_target *target = atomic_load(&current);
    if (target == NULL) { /* the best, unless another thread has chosen by now */
        const tfphilox_target *const best = tfphilox_available(0);
        if (atomic_compare_exchange_strong(&current, &target, best))
            target = best;
    }
    return target;
}

int tfphilox_use(const char *name) {
    const tfphilox_target *target;
    for (int i = 0; (target = tfphilox_available(i)) != NULL; i++)
        if (strcmp(target->name, name) == 0) {
            atomic_store(&current, target);
            return TFPHILOX_OK;
        }
    return TFPHILOX_NO_ISA;
}
