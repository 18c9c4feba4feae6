/* candidates.c: see candidates.h.
 */
#include "candidates.h"

#include <stddef.h>

#include "floatbits.h"
#include "libmath.h"

/* ---- words and bounded integers (tsl/lib/random/simple_philox.cc) ------------------------- */

void tfphilox_words_start(tfphilox_words *words, const tfphilox_target *target, uint64_t key,
                          const uint64_t counter[2]) {
    words->target = target;
    words->spec = (tfphilox_fill_spec){
        .kind = TFPHILOX_WORDS,
        .dtype = TFPHILOX_UINT32,
        .key = key,
        .counter = {counter[0], counter[1]},
        .mul = 1.0,
        .add = -0.0,
    };
    words->made = 0;
    words->left = 0;
}

static uint32_t word(tfphilox_words *words) {
    const uint32_t size = sizeof words->words / sizeof words->words[0];
    if (words->left == 0) {
        words->target->fill(&words->spec, words->made, size, words->words);
        words->made += size;
        words->left = size;
    }
    return words->words[size - words->left--];
}

static uint64_t long_word(tfphilox_words *words) {
    const uint64_t low = word(words);
    return low | (uint64_t)word(words) << 32;
}

/* Exactly uniform in [0, n): the lowest numbers are drawn again, so that n divides the rest. */
static uint32_t below(tfphilox_words *words, uint32_t n) {
    if ((n & (n - 1)) == 0)
        return word(words) & (n - 1);
    const uint32_t refused = UINT32_MAX % n + 1;
    uint32_t drawn;
    do
        drawn = word(words);
    while (drawn < refused);
    return drawn % n;
}

static uint64_t below_long(tfphilox_words *words, uint64_t n) {
    if ((n & (n - 1)) == 0)
        return long_word(words) & (n - 1);
    const uint64_t refused = UINT64_MAX % n + 1;
    uint64_t drawn;
    do
        drawn = long_word(words);
    while (drawn < refused);
    return drawn % n;
}

static float unit(tfphilox_words *words) {
    return float_of_bits((word(words) & 0x7FFFFFu) | 0x3F800000u) - 1.0f;
}

/* The first word gives the high 20 bits of the fraction, the second the low 32. */
static double long_unit(tfphilox_words *words) {
    const uint64_t high = word(words) & 0xFFFFFu;
    return double_of_bits(0x3FF0000000000000u | high << 32 | word(words)) - 1.0;
}

/* ---- distributions ------------------------------------------------------------------------ */

void tfphilox_sampler_start(tfphilox_sampler *sampler) {
    sampler->log_range = tfphilox_log1p((double)sampler->range);
    if (sampler->kind == TFPHILOX_LEARNED_CLASSES) {
        for (int64_t i = 0; i < sampler->range; i++) {
            sampler->weight[i] = 1;
            sampler->sums[i + 1] = (int32_t)((i + 1) & -(i + 1));
        }
        sampler->total = (int32_t)sampler->range;
    }
}

float tfphilox_distort(float weight, float distortion) {
    const float size = fabsf(weight);
    /* With subnormals flushed, powf's scaling of a subnormal makes it 2^-150. */
    float power = size == 0.0f || size >= FLT_MIN || isnan(size)
                      ? tfphilox_powf(size, distortion)
                      : tfphilox_powf(0x1p-75f, 2.0f * distortion);
    if (signbit(weight) && !isnan(weight) && distortion != 0.0f) {
        const float rounded = truncf(distortion);
        if (rounded != distortion)
            power = weight == 0.0f || isinf(weight) ? power : invalid_float();
        else if (fmodf(rounded, 2.0f) != 0.0f)
            power = -power;
    }
    return flushed_float(power);
}

/* Classes below their share are filled up by those above it: the pairs come off two stacks, which
 * are the two ends of one array. */
void tfphilox_sampler_alias(tfphilox_sampler *sampler, double *share, int32_t *stack) {
    const int64_t n = sampler->range;
    int64_t low = 0, high = n; /* low: [0, low); high: [high, n), its top at high */
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++)
        sum += sampler->weights[i];
    for (int64_t i = 0; i < n; i++) {
        share[i] = (double)(sampler->weights[i] * (float)n) / sum;
        if (share[i] < 1.0)
            stack[low++] = (int32_t)i;
        else
            stack[--high] = (int32_t)i;
    }
    while (low > 0 && high < n) {
        const int32_t small = stack[--low], large = stack[high++];
        sampler->alias[small] = large;
        share[large] -= 1.0 - share[small];
        if (share[large] < 1.0)
            stack[low++] = large;
        else
            stack[--high] = large;
    }
    for (int64_t i = 0; i < n; i++)
        sampler->probability[i] = flushed_float((float)share[i]);
    while (low > 0 || high < n) { /* left over by rounding */
        const int32_t i = low > 0 ? stack[--low] : stack[high++];
        sampler->probability[i] = 1.0f;
        sampler->alias[i] = i;
    }
}

/* The first class whose weight and those before it sum to more than `at`. */
static int64_t covering(const tfphilox_sampler *sampler, int32_t at) {
    int64_t place = 0, step = 1;
    while (step <= sampler->range / 2)
        step *= 2;
    for (; step > 0; step /= 2)
        if (place + step <= sampler->range && sampler->sums[place + step] <= at) {
            place += step;
            at -= sampler->sums[place];
        }
    return place;
}

static int64_t draw(const tfphilox_sampler *sampler, tfphilox_words *words) {
    switch (sampler->kind) {
    case TFPHILOX_UNIFORM_CLASSES:
        return (int64_t)below_long(words, (uint64_t)sampler->range);
    case TFPHILOX_LOG_UNIFORM_CLASSES: {
        const double power = tfphilox_exp(long_unit(words) * sampler->log_range);
        /* e^43.7 can come out as 2^63: x86's conversion makes that the smallest integer. */
        const int64_t whole = power < 0x1p63 ? (int64_t)power : INT64_MIN;
        return (int64_t)((uint64_t)whole - 1) % sampler->range;
    }
    case TFPHILOX_LEARNED_CLASSES:
        return covering(sampler, (int32_t)below(words, (uint32_t)sampler->total));
    default: {
        const float r = unit(words);
        const uint32_t i = below(words, (uint32_t)sampler->range);
        return r < sampler->probability[i] ? (int64_t)i : sampler->alias[i];
    }
    }
}

static float probability(const tfphilox_sampler *sampler, int64_t class) {
    switch (sampler->kind) {
    case TFPHILOX_UNIFORM_CLASSES:
        return (float)(1.0 / (double)sampler->range);
    case TFPHILOX_LOG_UNIFORM_CLASSES: {
        const double v = (double)class;
        return (float)(tfphilox_log((v + 2.0) / (v + 1.0)) / sampler->log_range);
    }
    case TFPHILOX_LEARNED_CLASSES:
        return (float)sampler->weight[class] / (float)sampler->total;
    default:
        return flushed_float(sampler->weights[class] / sampler->weights_total);
    }
}

/* ---- batches ------------------------------------------------------------------------------ */

uint64_t tfphilox_sample(const tfphilox_sampler *sampler, tfphilox_words *words, uint64_t count,
                         uint64_t tries, int64_t *table, uint64_t size, uint64_t *picked,
                         int64_t *out) {
    uint64_t made = 0, have = *picked;
    for (; have < count && made < tries; made++) {
        const int64_t class = draw(sampler, words);
        if (table != NULL) {
            uint64_t at = ((uint64_t) class * 0x9E3779B97F4A7C15u >> 32) & (size - 1);
            while (table[at] != -1 && table[at] != class)
                at = (at + 1) & (size - 1);
            if (table[at] == class)
                continue;
            table[at] = class;
        }
        out[have++] = class;
    }
    *picked = have;
    return made;
}

void tfphilox_expected_counts(const tfphilox_sampler *sampler, uint64_t count,
                              const int64_t *classes, int32_t batch, int32_t tries, float *out) {
    for (uint64_t i = 0; i < count; i++) {
        const float p = probability(sampler, classes[i]);
        if (tries == batch)
            out[i] = multiply_flushed_float(p, (float)batch);
        else /* 1 - (1 - p)^tries */
            out[i] = -flushed_float(tfphilox_expm1f(
                multiply_flushed_float((float)tries, flushed_float(tfphilox_log1pf(-p)))));
    }
}

void tfphilox_learn(tfphilox_sampler *sampler, uint64_t count, const int64_t *classes) {
    if (count > (uint64_t)(INT32_MAX - sampler->total))
        count = (uint64_t)(INT32_MAX - sampler->total);
    for (uint64_t i = 0; i < count; i++) {
        sampler->weight[classes[i]]++;
        sampler->total++;
        for (int64_t at = classes[i] + 1; at <= sampler->range; at += at & -at)
            sampler->sums[at]++;
    }
}
