/* proof.h: the functions inside the fills, alone, so that tests can try them on all their inputs.
 *
 * A fill shows its logarithm, sine and cosine only where its words take it.  Here each instruction
 * set's are called with any argument; what they return is what the fill of that set computes.
 *
 * What it does not do: anything that a fill needs.
 */
#ifndef TFPHILOX_PROOF_H
#define TFPHILOX_PROOF_H

#include <stdint.h>

#include "platform.h"

/* One instruction set's functions, named by a letter: the logarithm ('l'), sine ('s'), cosine
 * ('c').  Each returns a TFPHILOX_* status. */
typedef struct {
    const char *name;
    /* Those of the float32 fills, of inputs [first, first + count) of their 2^23. */
    int (*float32_math)(char function, uint32_t first, uint32_t count, float *out);
    /* Those of the float64 fills; x are the arguments. */
    int (*float64_math)(char function, const double *x, uint64_t count, double *out);
} tfphilox_proof;

/* By the name of an instruction set that tfphilox_available knows; NULL for another name. */
const tfphilox_proof *tfphilox_proof_named(const char *name);

#endif
