/* colors.h: TensorFlow's brightness, contrast, hue and saturation of float pictures, bit for bit.
 *
 * A picture is count pixels of a few floats.  Each step is rounded to float and flushed as
 * TensorFlow's kernels run (core/kernels/image/adjust_*_op.cc); none is fused.
 *
 * What it does not do: other types, which TensorFlow converts to float first.
 */
#ifndef TFPHILOX_COLORS_H
#define TFPHILOX_COLORS_H

#include <stdint.h>

#include "platform.h"

/* Numbers, delta added to each. */
void tfphilox_adjust_brightness(float delta, uint64_t count, const float *in, float *out);
/* Pixels of red, green, blue, each h + delta * 6 in a hue of [0, 6). */
void tfphilox_adjust_hue(float delta, uint64_t pixels, const float *in, float *out);
/* Pixels of red, green, blue, their saturation times factor, at most 1. */
void tfphilox_adjust_saturation(float factor, uint64_t pixels, const float *in, float *out);
/* Each channel's distance from its mean times factor; a picture at a time. */
void tfphilox_adjust_contrast(float factor, uint64_t pixels, uint64_t channels, const float *in,
                              float *out);

#endif
