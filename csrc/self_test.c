/* self_test.c: the fills' part of the test at loading, and what the build was made with.
 */
#include "platform.h"

#include "self_test.h"
#include "self_test_sum.h"
#include "self_test_table.h"

static const struct {
    const char *name;
    tfphilox_kind kind;
    tfphilox_dtype dtype;
    int64_t low;
    uint64_t range, sum;
} answers[] = {
#define ANSWER(kind, dtype, low, range, sum)                                                       \
    {#kind " of " #dtype, TFPHILOX_##kind, TFPHILOX_##dtype, low, range, sum},
    SELF_TEST_FILLS(ANSWER)};

const char *tfphilox_wrong_fill(const tfphilox_target *target) {
    static const uint64_t counter[2] = SELF_TEST_COUNTER;
    uint64_t out[SELF_TEST_COUNT];
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        tfphilox_fill_spec spec =
            tfphilox_fill_spec_of(answers[i].kind, answers[i].dtype, SELF_TEST_KEY, counter);
        spec.low = answers[i].low;
        spec.range = answers[i].range;
        if (target->fill(&spec, SELF_TEST_FIRST, SELF_TEST_COUNT, out) != TFPHILOX_OK ||
            sum_of(out, SELF_TEST_COUNT, tfphilox_itemsize(spec.dtype)) != answers[i].sum)
            return answers[i].name;
    }
    return NULL;
}

/* setup.py says what it builds with; another build may do so too. */
#if !defined(TFPHILOX_FLAGS)
#define TFPHILOX_FLAGS "not known"
#endif
#if !defined(TFPHILOX_PLATFORM)
#define TFPHILOX_PLATFORM "not known"
#endif
#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#elif defined(_MSC_VER)
#define TEXT_(number) #number
#define TEXT(number)  TEXT_(number)
#define COMPILER      "MSVC " TEXT(_MSC_FULL_VER)
#else
#define COMPILER "not known"
#endif

const tfphilox_build *tfphilox_this_build(void) {
    static const tfphilox_build build = {COMPILER, TFPHILOX_FLAGS, TFPHILOX_PLATFORM};
    return &build;
}
