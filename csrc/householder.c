/* householder.c: householder.h for both types, from one source. */
#include "householder.h"

#include <float.h>
#include <math.h>

enum {
    BLOCK = 48,     /* reflections at once: Eigen/src/QR/HouseholderQR.h, computeInPlace */
    L2 = 256 << 10, /* caches above the first, which change no number: any more gives the same */
    L3 = 1536 << 10 /* this one Eigen takes for granted */
};

uint64_t tfphilox_householder_work(uint64_t rows, uint64_t cols) { return rows + 2 * BLOCK * cols; }

#define REAL       float
#define NAME(name) name##_float
#define LANES      8
#define SQRT       sqrtf
#define TINY       FLT_MIN
#include "householder_type.h"

#undef REAL
#undef NAME
#undef LANES
#undef SQRT
#undef TINY
#define REAL       double
#define NAME(name) name##_double
#define LANES      4
#define SQRT       sqrt
#define TINY       DBL_MIN
#include "householder_type.h"
