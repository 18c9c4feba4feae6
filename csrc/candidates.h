/* candidates.h: TensorFlow's candidate samplers: classes drawn from [0, range), with counts.
 *
 * A sampler draws one class at a time from a stream of words; of a batch of unique classes
 * those seen before are drawn again, and the number of tries gives each class the count it
 * may expect (core/kernels/range_sampler.cc).  The four distributions: uniform; log-uniform,
 * where low classes are likely; whole-number weights that grow, kept in a tree; fixed float
 * weights, in Walker's alias table (tsl/lib/random/distribution_sampler.cc).
 *
 * What it does not do: allocate, read files, check classes.
 */
#ifndef TFPHILOX_CANDIDATES_H
#define TFPHILOX_CANDIDATES_H

#include <stdint.h>

#include "tfphilox.h"

typedef enum {
    TFPHILOX_UNIFORM_CLASSES,
    TFPHILOX_LOG_UNIFORM_CLASSES,
    TFPHILOX_LEARNED_CLASSES,
    TFPHILOX_FIXED_CLASSES
} tfphilox_classes;

typedef struct {
    tfphilox_classes kind;
    int64_t range;
    double log_range;    /* log-uniform */
    int32_t *weight;     /* learned: range weights, */
    int32_t *sums;       /* their Fenwick tree, range + 1 elements, */
    int32_t total;       /* and their sum */
    float *weights;      /* fixed: range weights, */
    float weights_total; /* their sum in float, */
    float *probability;  /* and the alias table */
    int32_t *alias;
} tfphilox_sampler;

/* The words of a Philox stream, one by one. */
typedef struct {
    const tfphilox_target *target;
    tfphilox_fill_spec spec;
    uint64_t made;
    uint32_t left;
    uint32_t words[512];
} tfphilox_words;
void tfphilox_words_start(tfphilox_words *words, const tfphilox_target *target, uint64_t key,
                          const uint64_t counter[2]);

/* Begin, with kind, range and the arrays that the kind has set. */
void tfphilox_sampler_start(tfphilox_sampler *sampler);
/* A weight to TensorFlow's power. */
float tfphilox_distort(float weight, float distortion);
/* Make the alias table of the weights; work holds range doubles and range numbers. */
void tfphilox_sampler_alias(tfphilox_sampler *sampler, double *work, int32_t *stack);

/* Draw on until out has `count` classes, or `tries` trials were made; *picked says how many it
 * has.  table is NULL for classes that may repeat, else has size (a power of two, over count)
 * elements, all -1 at first.  Returns the trials made. */
uint64_t tfphilox_sample(const tfphilox_sampler *sampler, tfphilox_words *words, uint64_t count,
                         uint64_t tries, int64_t *table, uint64_t size, uint64_t *picked,
                         int64_t *out);
/* The counts that each class may expect in a batch that took so many tries. */
void tfphilox_expected_counts(const tfphilox_sampler *sampler, uint64_t count,
                              const int64_t *classes, int32_t batch, int32_t tries, float *out);
/* Add one to the weight of each class, as often as it is there, while the sum fits. */
void tfphilox_learn(tfphilox_sampler *sampler, uint64_t count, const int64_t *classes);

#endif
