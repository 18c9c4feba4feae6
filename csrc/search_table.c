/* search_table.c: the searches of every instruction set, by its name; and what makes the numbers of
 * guesses by the fills.
 */
#include "search.h"

#include <stddef.h>
#include <string.h>

extern const tfphilox_searcher tfphilox_searcher_scalar, tfphilox_searcher_neon,
    tfphilox_searcher_avx2, tfphilox_searcher_avx512;

static const tfphilox_searcher *const tables[] = {
#if defined(TFPHILOX_HAVE_AVX512)
    &tfphilox_searcher_avx512,
#endif
#if defined(TFPHILOX_HAVE_AVX2)
    &tfphilox_searcher_avx2,
#endif
#if defined(TFPHILOX_HAVE_NEON)
    &tfphilox_searcher_neon,
#endif
    &tfphilox_searcher_scalar,
};

const tfphilox_searcher *tfphilox_searcher_named(const char *name) {
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strcmp(tables[i]->name, name) == 0)
            return tables[i];
    return NULL;
}

static uint64_t number(tfphilox_column c, uint64_t i) { return c.data[c.step ? i : 0]; }

int tfphilox_first_numbers(const tfphilox_target *target, const tfphilox_guesses *guesses,
                           const tfphilox_fill_spec *spec, uint64_t element, uint64_t each,
                           uint64_t first, uint64_t count, uint64_t size, void *out) {
    tfphilox_fill_spec one = *spec;
    for (uint64_t i = first; i < first + count; i++) {
        one.key = number(guesses->key, i);
        one.counter[0] = number(guesses->low, i);
        one.counter[1] = number(guesses->high, i);
        const int status = target->fill(&one, element, each, (char *)out + i * each * size);
        if (status != TFPHILOX_OK)
            return status;
    }
    return TFPHILOX_OK;
}
