/* candidates.c: see candidates.h; compiled once for each instruction set.
 *
 * Classes are drawn some dozens together, so that the exponential, the search or the memory of
 * one is not waited for by the next.
 */
#include "candidates.h"

#include "draws.h"
#include "fetch.h"

#define TOGETHER 64 /* classes */

/* ---- distributions ------------------------------------------------------------------------ */

static void start(tfphilox_classes *sampler) {
    sampler->log_range = tfphilox_log1p((double)sampler->range);
    if (sampler->kind == TFPHILOX_LEARNED_CLASSES) {
        sampler->sums[0] = 0;
        for (int64_t i = 0; i < sampler->range; i++) {
            sampler->weight[i] = 1;
            sampler->sums[i + 1] = (int32_t)((i + 1) & -(i + 1));
        }
        sampler->total = (int32_t)sampler->range;
    }
}

static float distort(float weight, float distortion) {
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

/* TensorFlow sums the weights twice: in double for the table (distribution_sampler.cc), in float
 * for the expected counts (range_sampler.cc, FixedUnigramSampler::LoadFromUnigrams).
 *
 * Classes below their share are filled up by those above it: the pairs come off two stacks, which
 * are the two ends of one array. */
static void make_alias(tfphilox_classes *sampler, double *share, int32_t *stack) {
    const int64_t n = sampler->range;
    int64_t low = 0, high = n; /* low: [0, low); high: [high, n), its top at high */
    double sum = 0.0;
    float float_sum = 0.0f;
    for (int64_t i = 0; i < n; i++) {
        sum += sampler->weights[i];
        float_sum += sampler->weights[i];
    }
    sampler->weights_total = float_sum;
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

/* For each of n numbers the first class whose weight and those before it sum to more. */
static void covering(const tfphilox_classes *sampler, int n, int32_t *at, int64_t *out) {
    const int64_t range = sampler->range;
    const int32_t *const sums = sampler->sums;
    int64_t step = 1, places[TOGETHER] = {0};
    while (step <= range / 2)
        step *= 2;
    for (; step > 0; step /= 2)
        for (int i = 0; i < n; i++) {
            const int64_t next = places[i] + step;
            const int32_t sum = sums[next <= range ? next : 0];
            const int32_t over = -((next <= range) & (sum <= at[i])); /* a mask: no guess */
            places[i] += step & over;
            at[i] -= sum & over;
        }
    memcpy(out, places, (size_t)n * sizeof *places);
}

/* The next n classes, at most TOGETHER. */
static void draw(const tfphilox_classes *sampler, tfphilox_words *words, int n, int64_t *out) {
    const int64_t range = sampler->range;
    switch (sampler->kind) {
    case TFPHILOX_UNIFORM_CLASSES:
        for (int i = 0; i < n; i++)
            out[i] = (int64_t)next_long_below(words, (uint64_t)range);
        break;
    case TFPHILOX_LOG_UNIFORM_CLASSES: {
        double power[TOGETHER];
        for (int i = 0; i < n; i++)
            power[i] = next_long_unit(words) * sampler->log_range;
        for (int i = 0; i < n; i++)
            power[i] = tfphilox_exp(power[i]);
        for (int i = 0; i < n; i++) {
            /* e^43.7 can come out as 2^63: x86's conversion makes that the smallest integer. */
            const int64_t whole = power[i] < 0x1p63 ? (int64_t)power[i] : INT64_MIN;
            const int64_t drawn = (int64_t)((uint64_t)whole - 1);
            out[i] = RARELY(drawn >= range) ? drawn % range : drawn;
        }
        break;
    }
    case TFPHILOX_LEARNED_CLASSES: {
        int32_t at[TOGETHER];
        const uint32_t total = (uint32_t)sampler->total;
        for (int i = 0; i < n; i++)
            at[i] = (int32_t)next_below(words, total);
        covering(sampler, n, at, out);
        break;
    }
    default: {
        float r[TOGETHER];
        for (int i = 0; i < n; i++) {
            r[i] = next_unit(words);
            out[i] = next_below(words, (uint32_t)range);
        }
        for (int i = 0; i < n; i++)
            out[i] = r[i] < sampler->probability[out[i]] ? out[i] : sampler->alias[out[i]];
    }
    }
}

static inline float probability(const tfphilox_classes *sampler, int64_t one) {
    switch (sampler->kind) {
    case TFPHILOX_UNIFORM_CLASSES:
        return (float)(1.0 / (double)sampler->range);
    case TFPHILOX_LOG_UNIFORM_CLASSES: {
        const double v = (double)one;
        return (float)(tfphilox_log((v + 2.0) / (v + 1.0)) / sampler->log_range);
    }
    case TFPHILOX_LEARNED_CLASSES:
        return (float)sampler->weight[one] / (float)sampler->total;
    default:
        return flushed_float(sampler->weights[one] / sampler->weights_total);
    }
}

/* ---- batches ------------------------------------------------------------------------------ */

/* Put those of n classes that the table does not have into it and into out, at most `room`;
 * *picked says how many. Returns how many of the n were looked at. */
static int pick(const int64_t *drawn, int n, int64_t *table, uint64_t size, uint64_t room,
                int64_t *out, int *picked) {
    uint64_t places[TOGETHER];
    for (int i = 0; i < n; i++) {
        places[i] = ((uint64_t)drawn[i] * 0x9E3779B97F4A7C15u >> 32) & (size - 1);
        FETCH_TO_WRITE_SOON(table + places[i]);
    }
    int have = 0, i = 0;
    for (; i < n && (uint64_t)have < room; i++) {
        uint64_t at = places[i];
        while (table[at] != -1 && table[at] != drawn[i])
            at = (at + 1) & (size - 1);
        out[have] = drawn[i];
        have += table[at] == -1;
        table[at] = drawn[i];
    }
    *picked = have;
    return i;
}

static uint64_t sample(const tfphilox_classes *sampler, tfphilox_words *words, uint64_t count,
                       uint64_t tries, int64_t *table, uint64_t size, uint64_t *picked,
                       int64_t *out) {
    int64_t drawn[TOGETHER];
    uint64_t made = 0, have = *picked;
    while (have < count && made < tries) {
        const uint64_t left = tries - made;
        int n = left < TOGETHER ? (int)left : TOGETHER;
        if (table == NULL) {
            n = count - have < (uint64_t)n ? (int)(count - have) : n;
            draw(sampler, words, n, out + have);
            have += (uint64_t)n;
            made += (uint64_t)n;
        } else { /* those drawn when there are enough count for nothing */
            int fresh;
            draw(sampler, words, n, drawn);
            made += (uint64_t)pick(drawn, n, table, size, count - have, out + have, &fresh);
            have += (uint64_t)fresh;
        }
    }
    *picked = have;
    return made;
}

static inline float expected(float p, int32_t batch, int32_t tries) {
    if (tries == batch)
        return multiply_flushed_float(p, (float)batch);
    /* 1 - (1 - p)^tries */
    return -flushed_float(
        tfphilox_expm1f(multiply_flushed_float((float)tries, flushed_float(tfphilox_log1pf(-p)))));
}

static void expected_counts(const tfphilox_classes *sampler, uint64_t count, const int64_t *classes,
                            int32_t batch, int32_t tries, float *out) {
    if (sampler->kind == TFPHILOX_UNIFORM_CLASSES) {
        const float every = expected(probability(sampler, 0), batch, tries);
        for (uint64_t i = 0; i < count; i++)
            out[i] = every;
        return;
    }
    for (uint64_t i = 0; i < count; i++)
        out[i] = probability(sampler, classes[i]);
    for (uint64_t i = 0; i < count; i++)
        out[i] = expected(out[i], batch, tries);
}

static void learn(tfphilox_classes *sampler, uint64_t count, const int64_t *classes) {
    if (count > (uint64_t)(INT32_MAX - sampler->total))
        count = (uint64_t)(INT32_MAX - sampler->total);
    for (uint64_t i = 0; i < count; i++) {
        sampler->weight[classes[i]]++;
        sampler->total++;
        for (int64_t at = classes[i] + 1; at <= sampler->range; at += at & -at)
            sampler->sums[at]++;
    }
}

static void forget(tfphilox_classes *sampler, uint64_t count, const int64_t *classes) {
    for (uint64_t i = 0; i < count; i++) {
        sampler->weight[classes[i]]--;
        sampler->total--;
        for (int64_t at = classes[i] + 1; at <= sampler->range; at += at & -at)
            sampler->sums[at]--;
    }
}

const tfphilox_candidates FOR_TARGET(tfphilox_candidates) = {
    start, distort, make_alias, sample, expected_counts, learn, forget,
};
