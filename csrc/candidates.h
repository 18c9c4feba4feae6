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

#include "words.h"

typedef struct {
    enum {
        TFPHILOX_UNIFORM_CLASSES,
        TFPHILOX_LOG_UNIFORM_CLASSES,
        TFPHILOX_LEARNED_CLASSES,
        TFPHILOX_FIXED_CLASSES
    } kind;
    int64_t range;
    double log_range;    /* log-uniform */
    int32_t *weight;     /* learned: range weights, */
    int32_t *sums;       /* their Fenwick tree, range + 1 elements, */
    int32_t total;       /* and their sum */
    float *weights;      /* fixed: range weights, */
    float weights_total; /* their sum in float, */
    float *probability;  /* and the alias table */
    int32_t *alias;
} tfphilox_classes;

/* One instruction set's functions. */
typedef struct {
    /* Begin, with kind, range and the arrays that the kind has set. */
    void (*start)(tfphilox_classes *classes);
    /* A weight to TensorFlow's power. */
    float (*distort)(float weight, float distortion);
    /* Make the sum and the alias table of the weights; share and stack have range places. */
    void (*make_alias)(tfphilox_classes *classes, double *share, int32_t *stack);
    /* Draw on until out has `count` classes, or `tries` trials were made; *picked says how many
     * it has.  table is NULL for classes that may repeat, else has size (a power of two, over
     * count) elements, all -1 at first.  Returns the trials made. */
    uint64_t (*sample)(const tfphilox_classes *classes, tfphilox_words *words, uint64_t count,
                       uint64_t tries, int64_t *table, uint64_t size, uint64_t *picked,
                       int64_t *out);
    /* The counts that each class may expect in a batch that took so many tries. */
    void (*expected_counts)(const tfphilox_classes *classes, uint64_t count, const int64_t *of,
                            int32_t batch, int32_t tries, float *out);
    /* Add one to the weight of each class, as often as it is there, while the sum fits. */
    void (*learn)(tfphilox_classes *classes, uint64_t count, const int64_t *seen);
    /* Take that one away again, of the first `count` classes that were learned. */
    void (*forget)(tfphilox_classes *classes, uint64_t count, const int64_t *seen);
} tfphilox_candidates;

#endif
