/* break_self_test.c: whether the test at loading notices each kind of number that is made wrong.
 *
 * Makes every fill, and every sampler, wrong in one bit of one element, one kind after the other,
 * for each instruction set; prints the kinds that were told, and fails where one was not.
 */
#include <stdio.h>
#include <string.h>

#include "../../csrc/self_test.h"

static const tfphilox_target *real;
static const tfphilox_samplers *real_samplers;
static int asked, broken; /* how many fills were asked for; which of them is made wrong */
static int broken_sampler;

static int wrong_fill(const tfphilox_fill_spec *spec, uint64_t first, uint64_t count, void *out) {
    int status = real->fill(spec, first, count, out);
    if (asked++ == broken)
        ((unsigned char *)out)[count - 1] ^= 1;
    return status;
}

static int flip(int status, void *out) {
    ((unsigned char *)out)[3] ^= 1;
    return status;
}
static int wrong_gamma(const tfphilox_sampler_spec *s, uint64_t first, uint64_t count) {
    return flip(real_samplers->gamma(s, first, count), s->out);
}
static int wrong_poisson(const tfphilox_sampler_spec *s, uint64_t first, uint64_t count) {
    return flip(real_samplers->poisson(s, first, count), s->out);
}
static int wrong_binomial(const tfphilox_sampler_spec *s, uint64_t first, uint64_t count) {
    return flip(real_samplers->binomial(s, first, count), s->out);
}
static int wrong_categorical(const tfphilox_categorical_spec *s, uint64_t first, uint64_t count) {
    return flip(real_samplers->categorical(s, first, count), s->out);
}
static int wrong_truncated(const tfphilox_truncated_spec *s, uint64_t first, uint64_t count) {
    return flip(real_samplers->truncated(s, first, count), s->out);
}
static uint64_t wrong_sample(const tfphilox_classes *classes, tfphilox_words *words, uint64_t count,
                             uint64_t tries, int64_t *table, uint64_t size, uint64_t *picked,
                             int64_t *out) {
    uint64_t made =
        real_samplers->candidates->sample(classes, words, count, tries, table, size, picked, out);
    flip(0, out);
    return made;
}

static const tfphilox_compiled *real_compiled;
static int compiled_asked, compiled_broken;
static int wrong_compiled(const tfphilox_compiled_spec *s, uint64_t first, uint64_t count,
                          void *out) {
    const int status = real_compiled->fill(s, first, count, out);
    if (compiled_asked++ == compiled_broken)
        ((unsigned char *)out)[s->kind == TFPHILOX_COMPILED_NORMAL ? 64 : 40] ^= 1;
    return status;
}
static int wrong_choice(const tfphilox_compiled_choice *s, uint64_t first, uint64_t count,
                        void *out) {
    const int status = real_compiled->choose(s, first, count, out);
    if (compiled_asked++ == compiled_broken)
        ((unsigned char *)out)[40] ^= 1;
    return status;
}
/* Each kind of compiled functions, likewise; 0 if one was not told. */
static int tell_compiled(void) {
    tfphilox_compiled made = *(real_compiled = tfphilox_compiled_named(real->name));
    made.fill = wrong_compiled;
    made.choose = wrong_choice;
    for (compiled_broken = 0;; compiled_broken++) {
        compiled_asked = 0;
        const char *told = tfphilox_wrong_compiled(real, &made);
        if (told == NULL)
            return compiled_asked == compiled_broken;
        if (compiled_asked <= compiled_broken)
            return 0; /* wrong as it is */
        printf("%s: %s\n", real->name, told);
    }
}

int main(void) {
    for (int isa = 0; (real = tfphilox_available(isa)) != NULL; isa++) {
        real_samplers = tfphilox_samplers_named(real->name);
        const char *told = tfphilox_wrong_fill(real);
        if (told == NULL)
            told = tfphilox_wrong_sampler(real, real_samplers);
        if (told != NULL) {
            printf("%s: %s is wrong as it is\n", real->name, told);
            return 1;
        }
        tfphilox_target target = *real;
        target.fill = wrong_fill;
        for (broken = 0;; broken++) {
            asked = 0;
            told = tfphilox_wrong_fill(&target);
            if (told == NULL)
                break;
            printf("%s: %s\n", real->name, told);
        }
        if (asked != broken) {
            printf("%s: fill %d was made wrong and not told\n", real->name, broken);
            return 1;
        }
        for (broken_sampler = 0; broken_sampler < 6; broken_sampler++) {
            tfphilox_samplers samplers = *real_samplers;
            tfphilox_candidates candidates = *real_samplers->candidates;
            candidates.sample = wrong_sample;
            switch (broken_sampler) {
            case 0:
                samplers.gamma = wrong_gamma;
                break;
            case 1:
                samplers.poisson = wrong_poisson;
                break;
            case 2:
                samplers.binomial = wrong_binomial;
                break;
            case 3:
                samplers.categorical = wrong_categorical;
                break;
            case 4:
                samplers.truncated = wrong_truncated;
                break;
            default:
                samplers.candidates = &candidates;
            }
            told = tfphilox_wrong_sampler(real, &samplers);
            if (told == NULL) {
                printf("%s: sampler %d was made wrong and not told\n", real->name, broken_sampler);
                return 1;
            }
            printf("%s: %s\n", real->name, told);
        }
        if (!tell_compiled()) {
            printf("%s: compiled kind %d was not told\n", real->name, compiled_broken);
            return 1;
        }
    }
    return 0;
}
