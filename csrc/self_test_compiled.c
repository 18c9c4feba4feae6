/* self_test_compiled.c: the compiled functions' part of the test at loading.
 */
#include "platform.h"

#include "self_test.h"
#include "self_test_compiled_table.h"
#include "self_test_sum.h"
#include "self_test_table.h"

enum { FIRST = 3, LAST = FIRST + SELF_TEST_OUTPUTS, ELEMENTS = 2 * LAST };

typedef struct {
    const char *name;
    tfphilox_form form;
    tfphilox_compiled_kind kind;
    tfphilox_dtype dtype;
    uint64_t sum;
} answer;
static const answer answers[] = {
#define ANSWER(form, kind, dtype, sum)                                                             \
    {"compiled " #kind " of " #dtype ", " #form, TFPHILOX_FORM_##form, TFPHILOX_COMPILED_##kind,   \
     TFPHILOX_##dtype, sum},
    SELF_TEST_COMPILED(ANSWER)};

/* 0 for a kernel that refuses. */
static uint64_t made(const answer *a, const tfphilox_target *target, const tfphilox_compiled *by) {
    static const uint64_t pair[2] = SELF_TEST_PAIR; /* key, and high half of the counter */
    static const double parameters[4] = {0.5, 2.0, -1.0, 4.0};
    static const float logits32[4] = {0.0f, 1.0f, -1.0f, 0.5f};
    static const double logits64[4] = {0.0, 1.0, -1.0, 0.5};
    double laws[TFPHILOX_LAW_ROWS];
    uint64_t out[ELEMENTS];
    const int size = a->dtype == TFPHILOX_FLOAT64 ? 8 : a->dtype == TFPHILOX_FLOAT32 ? 4 : 2;
    const uint64_t each = a->kind == TFPHILOX_COMPILED_NORMAL ? 2 : 1; /* elements an item */
    const tfphilox_compiled_spec spec = {
        .kind = a->kind,
        .dtype = a->dtype,
        .form = a->form,
        .key = pair[0],
        .counter = {0, pair[1]},
        .distance = 1,
        .count = ELEMENTS,
        .half_once = SELF_TEST_HALF_ONCE,
        .laws = laws,
        .batches = 1,
        .fill = target->fill,
    };
    if (a->kind == TFPHILOX_COMPILED_GUMBEL) {
        const tfphilox_compiled_choice choice = {
            .gumbel = spec,
            .samples = LAST,
            .classes = 4,
            .logits = size == 4 ? (const void *)logits32 : (const void *)logits64,
            .dtype = TFPHILOX_INT64,
        };
        return by->choose(&choice, FIRST, SELF_TEST_OUTPUTS, out) == TFPHILOX_OK
                   ? sum_of(out + FIRST, SELF_TEST_OUTPUTS, 8)
                   : 0;
    }
    if (a->kind == TFPHILOX_COMPILED_BOUNDED_NORMAL &&
        by->laws(a->dtype, 0, parameters, 1, laws) != TFPHILOX_OK)
        return 0;
    return by->fill(&spec, FIRST, SELF_TEST_OUTPUTS, out) == TFPHILOX_OK
               ? sum_of((const char *)out + FIRST * each * (uint64_t)size, SELF_TEST_OUTPUTS * each,
                        size)
               : 0;
}

const char *tfphilox_wrong_compiled(const tfphilox_target *target, const tfphilox_compiled *by) {
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (made(&answers[i], target, by) != answers[i].sum)
            return answers[i].name;
    return NULL;
}
