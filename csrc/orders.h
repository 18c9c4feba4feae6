/* orders.h: the order in which tf.data yields elements.
 *
 * TensorFlow shuffles through a buffer (core/kernels/data/shuffle_dataset_op.cc): an element is
 * taken from a place of the window of buffered elements, the window's first one moves into the
 * hole, the next input goes to the end.  The places are single words modulo the window's length,
 * so a step's place is known long before the step is made, and the buffer's memory can be on
 * its way.
 *
 * What it does not do: allocate; know seeds, epochs or inputs.
 */
#ifndef TFPHILOX_ORDERS_H
#define TFPHILOX_ORDERS_H

#include "samplers.h"

/* A ring of `capacity` numbers, 32-bit unsigned or 64-bit signed ones, `live` of them in use from
 * place `start` on; the first `window` of those may be drawn. */
typedef struct {
    void *ring;
    int wide; /* 64 bits */
    uint64_t capacity, start, live, window;
} tfphilox_order;

/* `count` steps by words[0], words[1], ...: each draws one number into out.  With an input, a step
 * begins by putting input[k] at the end (of the window too if `grow`), which needs room: live <
 * capacity.  Without `grow` the window shrinks: window >= count.  spare holds count elements.
 * TFPHILOX_INVALID, and nothing is touched, if the numbers in `order` would lead out of the ring.
 */
int tfphilox_order_steps(tfphilox_order *order, uint64_t count, const uint32_t *words,
                         const int64_t *input, int grow, uint64_t *spare, int64_t *out);

/* Choice k by words 2k and 2k + 1, which seed TensorFlow's stateless categorical for one sample:
 * Dataset.sample_from_datasets.  Its logits are row k of those in spec, or the first one if
 * `step` is 0.  scramble is tfphilox_scramble; the fields of spec from key to samples and out are
 * set here. */
typedef void tfphilox_scrambler(const int64_t seed[2], uint64_t *key, uint64_t counter[2]);
int tfphilox_choices(const tfphilox_categorical_spec *spec, tfphilox_categorical_sampler *draw,
                     tfphilox_scrambler *scramble, uint64_t count, const uint32_t *words, int step,
                     int64_t *out);

/* logits[i] = log(weights[i]) as TensorFlow's Log op makes it of so many weights at once. */
void tfphilox_log_weights32(uint64_t count, const float *weights, float *logits);
void tfphilox_log_weights64(uint64_t count, const double *weights, double *logits);

#endif
