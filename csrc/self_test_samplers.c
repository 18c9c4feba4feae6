/* self_test_samplers.c: the samplers' part of the test at loading.
 */
#include "platform.h"

#include <math.h>

#include "self_test.h"
#include "self_test_sum.h"
#include "self_test_table.h"

static const uint64_t pair[2] = SELF_TEST_PAIR; /* key, and high half of the counter */

static uint64_t sum_of_sampler(tfphilox_sampler *sampler, double a, double b,
                               tfphilox_dtype dtype) {
    uint64_t out[SELF_TEST_OUTPUTS];
    const tfphilox_sampler_spec spec = {
        .key = pair[0],
        .counter = {0, pair[1]},
        .batches = 1,
        .samples = SELF_TEST_OUTPUTS,
        .dtype = dtype,
        .parameter = TFPHILOX_FLOAT32,
        .a = &a,
        .b = &b,
        .out = out,
    };
    return sampler(&spec, 0, SELF_TEST_OUTPUTS) == TFPHILOX_OK
               ? sum_of(out, SELF_TEST_OUTPUTS, dtype == TFPHILOX_FLOAT64 ? 8 : 4)
               : 0;
}

static uint64_t sum_of_categorical(const tfphilox_target *target, const tfphilox_samplers *by) {
    static const float logits[4] = {0.0f, 1.0f, -1.0f, 0.5f};
    int64_t out[SELF_TEST_OUTPUTS];
    const tfphilox_categorical_spec spec = {
        .key = pair[0],
        .counter = {0, pair[1]},
        .rows = 1,
        .classes = 4,
        .samples = SELF_TEST_OUTPUTS,
        .shard_size = 1,
        .dtype = TFPHILOX_INT64,
        .logits_dtype = TFPHILOX_FLOAT32,
        .logits = logits,
        .out = out,
        .fill = target->fill,
        .parts = 1,
        .part_size = SELF_TEST_OUTPUTS,
    };
    return by->categorical(&spec, 0, 1) == TFPHILOX_OK ? sum_of(out, SELF_TEST_OUTPUTS, 8) : 0;
}

static uint64_t sum_of_truncated(const tfphilox_target *target, const tfphilox_samplers *by) {
    static const double parameters[4] = {0.5, 2.0, -1.0, 4.0};
    float out[SELF_TEST_OUTPUTS];
    tfphilox_progress progress = {0};
    const tfphilox_truncated_spec spec = {
        .key = pair[0],
        .counter = {0, pair[1]},
        .batches = 1,
        .samples = SELF_TEST_OUTPUTS,
        .outputs = SELF_TEST_OUTPUTS,
        .shard_size = SELF_TEST_OUTPUTS,
        .dtype = TFPHILOX_FLOAT32,
        .parameters = parameters,
        .columns = 1,
        .out = out,
        .fill = target->fill,
        .progress = &progress,
    };
    while (!progress.finished)
        if (by->truncated(&spec, 0, 1) != TFPHILOX_OK)
            return 0;
    return sum_of(out, SELF_TEST_OUTPUTS, 4);
}

static uint64_t sum_of_classes(const tfphilox_target *target, const tfphilox_samplers *by) {
    static const uint64_t seeds[2] = SELF_TEST_SEED;
    const uint64_t counter[2] = {0, seeds[1]};
    int64_t out[SELF_TEST_OUTPUTS];
    uint64_t picked = 0;
    tfphilox_classes classes = {.kind = TFPHILOX_LOG_UNIFORM_CLASSES, .range = 1000};
    tfphilox_words words;
    tfphilox_start_words(&words, target, seeds[0], counter, 64);
    by->candidates->start(&classes);
    by->candidates->sample(&classes, &words, SELF_TEST_OUTPUTS, 2 * SELF_TEST_OUTPUTS, NULL, 0,
                           &picked, out);
    return picked == SELF_TEST_OUTPUTS ? sum_of(out, SELF_TEST_OUTPUTS, 8) : 0;
}

const char *tfphilox_wrong_sampler(const tfphilox_target *target, const tfphilox_samplers *by) {
    /* TensorFlow's alpha, 0.7, was a float32 one. */
    if (sum_of_sampler(by->gamma, (double)0.7f, 1.0, TFPHILOX_FLOAT32) != SELF_TEST_GAMMA)
        return "gamma";
    if (sum_of_sampler(by->poisson, 6.5, 0.0, TFPHILOX_FLOAT32) != SELF_TEST_POISSON)
        return "Poisson";
    if (sum_of_sampler(by->binomial, 40.0, (double)0.3f, TFPHILOX_FLOAT64) != SELF_TEST_BINOMIAL)
        return "binomial";
    if (sum_of_categorical(target, by) != SELF_TEST_CATEGORICAL)
        return "categorical";
    if (sum_of_truncated(target, by) != SELF_TEST_BOUNDED_NORMAL)
        return "bounded normal";
    if (sum_of_classes(target, by) != SELF_TEST_CLASSES)
        return "candidate";
    return NULL;
}
