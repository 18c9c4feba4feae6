/* self_test.h: whether this build makes TensorFlow's numbers, asked whenever it is loaded.
 *
 * A compiler may be broken, a flag unknown to platform.h, a processor emulated badly.  A few
 * numbers of each kind, whose sums TensorFlow gave (self_test_table.h), tell such a build in some
 * microseconds.  The real proofs are the tests.
 *
 * What it does not do: allocate, or say why.
 */
#ifndef TFPHILOX_SELF_TEST_H
#define TFPHILOX_SELF_TEST_H

#include "compiled.h"
#include "samplers.h"
#include "tfphilox.h"

/* The first kind of fill that this instruction set makes otherwise than TensorFlow; NULL if none.
 */
const char *tfphilox_wrong_fill(const tfphilox_target *target);
/* The first sampler, likewise. */
const char *tfphilox_wrong_sampler(const tfphilox_target *target,
                                   const tfphilox_samplers *samplers);
/* The first kind of number of compiled functions. */
const char *tfphilox_wrong_compiled(const tfphilox_target *target,
                                    const tfphilox_compiled *compiled);

/* What this build was made with and for. */
typedef struct {
    const char *compiler, *flags, *platform;
} tfphilox_build;
const tfphilox_build *tfphilox_this_build(void);

#endif
