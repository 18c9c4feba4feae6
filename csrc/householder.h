/* householder.h: the orthogonal factor of a tall matrix, as TensorFlow's Qr op rounds it.
 *
 * The op is Eigen's Householder QR (tensorflow/core/kernels/linalg/qr_op_impl.h), in a build for
 * AVX without fused multiply-add.  In which order each sum is taken follows from how the matrices
 * lie in memory, from the width of a register, and from 48 columns on from Eigen's matrix product;
 * all that is repeated here, without its intrinsics.  One number of the machine enters from 48
 * columns on: the size of its first level data cache decides how many products Eigen sums at once,
 * 96 of floats (double: 80) with 32 KiB, 152 (120) with 48.  Verified against TensorFlow 2.21 with
 * caches of 16 to 128 KiB; before 2.6 its product differs for such matrices.
 *
 * What it does not do: allocate; know random numbers; return the triangular factor.
 */
#ifndef TFPHILOX_HOUSEHOLDER_H
#define TFPHILOX_HOUSEHOLDER_H

#include <stdint.h>

#include "platform.h"

/* a holds rows x cols numbers row by row, rows >= cols >= 1.  Reduce turns the columns from
 * `first` on into reflections, a block of them a call, and returns the first column of the next
 * block; their factors go to tau[cols].  When it has returned cols, a's diagonal is that of the
 * triangular factor.
 *
 * q then holds the first columns of the unit matrix, column by column.  Expand applies the block
 * of reflections before `end`, cols in the first call, and returns where it began; after 0, q is
 * the orthogonal factor.
 *
 * l1 is the size of the cache in bytes, TFPHILOX_HOUSEHOLDER_MIN_L1 to _MAX_L1.  work holds
 * tfphilox_householder_work(rows, cols) numbers. */
enum { TFPHILOX_HOUSEHOLDER_MIN_L1 = 16 << 10, TFPHILOX_HOUSEHOLDER_MAX_L1 = 128 << 10 };

uint64_t tfphilox_householder_reduce_float(float *a, uint64_t rows, uint64_t cols, uint64_t first,
                                           float *tau, float *work, uint64_t l1);
uint64_t tfphilox_householder_reduce_double(double *a, uint64_t rows, uint64_t cols, uint64_t first,
                                            double *tau, double *work, uint64_t l1);
uint64_t tfphilox_householder_expand_float(float *a, uint64_t rows, uint64_t cols, uint64_t end,
                                           const float *tau, float *q, float *work, uint64_t l1);
uint64_t tfphilox_householder_expand_double(double *a, uint64_t rows, uint64_t cols, uint64_t end,
                                            const double *tau, double *q, double *work,
                                            uint64_t l1);
uint64_t tfphilox_householder_work(uint64_t rows, uint64_t cols);

#endif
