/* householder_type.h: householder.h for one type, included by householder.c once for each.
 *
 * REAL is the type, NAME its suffix, LANES how many there are in an AVX register.  Every function
 * here is one of Eigen's, named above it, with its order of sums and without its registers.
 *
 * What it does not do: see householder.h.
 */

/* The names of what follows, for this type. */
#define apply_block          NAME(apply_block)
#define apply_one            NAME(apply_one)
#define at_most              NAME(at_most)
#define choose_blocks        NAME(choose_blocks)
#define copy_triangle        NAME(copy_triangle)
#define dot_lanes            NAME(dot_lanes)
#define last_row             NAME(last_row)
#define make_reflections     NAME(make_reflections)
#define make_triangle        NAME(make_triangle)
#define matrix               NAME(matrix)
#define multiply             NAME(multiply)
#define multiply_lower       NAME(multiply_lower)
#define multiply_upper       NAME(multiply_upper)
#define part                 NAME(part)
#define rows_of_product      NAME(rows_of_product)
#define subtract_right_upper NAME(subtract_right_upper)
#define times_rows           NAME(times_rows)

/* The sum over n products as Eigen's row-major matrix times vector has it, for one row: LANES sums
 * side by side, added crosswise (AVX/Reductions.h, predux), then what remains one by one.  A row
 * that was not taken together with another goes through half a register first.
 * Eigen/src/Core/products/GeneralMatrixVector.h. */
static REAL dot_lanes(const REAL *x, const REAL *y, uint64_t n, int alone) {
    REAL sums[LANES] = {0};
    const uint64_t end = n - n % LANES;
    uint64_t i = 0;
    for (; i < end; i += LANES)
        for (uint64_t lane = 0; lane < LANES; lane++)
            sums[lane] += x[i + lane] * y[i + lane];
    for (int lane = 0; lane < LANES / 2; lane++)
        sums[lane] += sums[lane + LANES / 2];
#if LANES == 8
    REAL sum = (sums[0] + sums[2]) + (sums[1] + sums[3]);
#else
    REAL sum = sums[0] + sums[1];
#endif
    if (alone && n - i >= LANES / 2) {
        const REAL *a = x + i, *b = y + i;
#if LANES == 8
        sum += (a[0] * b[0] + a[2] * b[2]) + (a[1] * b[1] + a[3] * b[3]);
#else
        sum += a[0] * b[0] + a[1] * b[1];
#endif
        i += LANES / 2;
    }
    for (; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

/* sums[j] = sum over i of v[i * stride] * m[i * stride + j], j < cols: column-major matrix times
 * vector, in blocks of 16 (or 4) products from 128 on; a single column is a plain sum. */
static void times_rows(const REAL *v, const REAL *m, uint64_t rows, uint64_t cols, uint64_t stride,
                       REAL *sums, REAL *block) {
    uint64_t size = rows < 128 || cols == 1 ? rows : stride * sizeof(REAL) < 32000 ? 16 : 4;
    for (uint64_t j = 0; j < cols; j++)
        sums[j] = 0;
    for (uint64_t first = 0; first < rows; first += size) {
        uint64_t end = rows - first < size ? rows : first + size;
        for (uint64_t j = 0; j < cols; j++)
            block[j] = 0;
        for (uint64_t i = first; i < end; i++) {
            REAL factor = v[i * stride];
            const REAL *row = m + i * stride;
            for (uint64_t j = 0; j < cols; j++)
                block[j] += row[j] * factor;
        }
        for (uint64_t j = 0; j < cols; j++)
            sums[j] += block[j];
    }
}

/* Replace a by the reflections' vectors below its diagonal, and R above.  Eigen/src/QR,
 * householder_qr_inplace_unblocked; Eigen/src/Householder, makeHouseholder. */
static void make_reflections(REAL *a, uint64_t rows, uint64_t cols, uint64_t stride, REAL *tau,
                             REAL *sums, REAL *block) {
    for (uint64_t k = 0; k < cols; k++) {
        REAL *top = a + k * stride + k, beta = top[0], tail = 0;
        uint64_t below = rows - k - 1, right = cols - k - 1;
        for (uint64_t i = 1; i <= below; i++)
            tail += top[i * stride] * top[i * stride];
        tau[k] = 0;
        if (tail > TINY) {
            REAL first = top[0];
            beta = SQRT(first * first + tail);
            beta = first >= 0 ? -beta : beta;
            for (uint64_t i = 1; i <= below; i++)
                top[i * stride] /= first - beta;
            tau[k] = (beta - first) / beta;
        } else {
            for (uint64_t i = 1; i <= below; i++)
                top[i * stride] = 0;
        }
        top[0] = beta;
        if (tau[k] == 0 || !right)
            continue;
        times_rows(top + stride, top + stride + 1, below, right, stride, sums, block);
        for (uint64_t j = 0; j < right; j++) {
            sums[j] += top[j + 1];
            top[j + 1] -= tau[k] * sums[j];
        }
        for (uint64_t i = 1; i <= below; i++) {
            REAL *row = top + i * stride, factor = tau[k] * row[0];
            for (uint64_t j = 0; j < right; j++)
                row[j + 1] -= factor * sums[j];
        }
    }
}

/* ---- matrix products -------------------------------------------------------------------- */

/* How much of a product's depth Eigen takes at once so that a panel of each factor stays in the
 * first level cache: eights of rows 2 * LANES and 4 wide.  4 is the share of it that a product with
 * a triangle claims. */
static uint64_t at_most(uint64_t l1) {
    const uint64_t tile = 2 * LANES, size = sizeof(REAL);
    return ((l1 - 4 * tile * size) / (4 * (tile + 4) * size)) & ~(uint64_t)7;
}

/* A number that at_most never exceeds. */
#define MAX_DEPTH (TFPHILOX_HOUSEHOLDER_MAX_L1 / (4 * (2 * LANES + 4) * sizeof(REAL)))

/* A matrix by its strides: element (i, j) is at[i * down + j * right]. */
typedef struct {
    REAL *at;
    uint64_t down, right;
} matrix;

static matrix part(matrix m, uint64_t i, uint64_t j) {
    m.at += i * m.down + j * m.right;
    return m;
}

/* c += sign * a b for `width` rows of c, in the order of gebp_kernel: sums over k one by one, or
 * even and odd k apart as far as whole eights go. */
static inline void rows_of_product(matrix c, matrix a, matrix b, uint64_t cols, uint64_t depth,
                                   REAL sign, uint64_t width, uint64_t split_cols) {
    REAL packed[MAX_DEPTH * 2 * LANES];
    const uint64_t eights = depth - depth % 8;
    for (uint64_t k = 0; k < depth; k++)
        for (uint64_t i = 0; i < width; i++)
            packed[k * width + i] = a.at[i * a.down + k * a.right];
    for (uint64_t j = 0; j < cols; j++) {
        REAL even[2 * LANES] = {0}, odd[2 * LANES] = {0};
        const REAL *right = b.at + j * b.right;
        uint64_t k = 0;
        if (j < split_cols) {
            for (; k < eights; k += 2) {
                REAL first = right[k * b.down], second = right[(k + 1) * b.down];
                for (uint64_t i = 0; i < width; i++) {
                    even[i] += packed[k * width + i] * first;
                    odd[i] += packed[(k + 1) * width + i] * second;
                }
            }
            for (uint64_t i = 0; i < width; i++)
                even[i] += odd[i];
        }
        for (; k < depth; k++) {
            REAL factor = right[k * b.down];
            for (uint64_t i = 0; i < width; i++)
                even[i] += packed[k * width + i] * factor;
        }
        for (uint64_t i = 0; i < width; i++)
            c.at[i * c.down + j * c.right] += sign * even[i];
    }
}

/* One row of c that is left over: registers hold four columns, once or (LANES of 8) for even and
 * odd k; four registers take turns. */
static void last_row(matrix c, matrix a, matrix b, uint64_t cols, uint64_t depth, REAL sign) {
    enum { STEP = LANES / 4 };
    const uint64_t whole = depth - depth % (4 * STEP), full = depth - depth % STEP;
    for (uint64_t j = 0; j < cols; j++) {
        REAL sums[4][STEP] = {{0}};
        uint64_t k = 0;
        for (; k < whole; k += 4 * STEP) {
            for (int turn = 0; turn < 4; turn++) {
                for (int p = 0; p < STEP; p++) {
                    uint64_t at = k + (uint64_t)(turn * STEP + p);
                    sums[turn][p] += a.at[at * a.right] * b.at[at * b.down + j * b.right];
                }
            }
        }
        for (int p = 0; p < STEP; p++)
            sums[0][p] = (sums[0][p] + sums[1][p]) + (sums[2][p] + sums[3][p]);
        for (; k < full; k += STEP) {
            for (int p = 0; p < STEP; p++) {
                uint64_t at = k + (uint64_t)p;
                sums[0][p] += a.at[at * a.right] * b.at[at * b.down + j * b.right];
            }
        }
        REAL sum = sums[0][0];
        for (int p = 1; p < STEP; p++)
            sum += sums[0][p];
        for (; k < depth; k++)
            sum += a.at[k * a.right] * b.at[k * b.down + j * b.right];
        c.at[j * c.right] += sign * sum;
    }
}

/* c += sign * a b with depth of at most MAX_DEPTH: Eigen's gebp_kernel without fused multiply-add.
 * Rows go in pairs of registers, then one register, half a register and singly, and by which of
 * these a row is taken decides the order of its sums. */
static void multiply(matrix c, matrix a, matrix b, uint64_t rows, uint64_t cols, uint64_t depth,
                     REAL sign) {
    const uint64_t fours = cols - cols % 4;
    uint64_t i = 0;
    for (; i + 2 * LANES <= rows; i += 2 * LANES)
        rows_of_product(part(c, i, 0), part(a, i, 0), b, cols, depth, sign, 2 * LANES, 0);
    for (; i + LANES <= rows; i += LANES)
        rows_of_product(part(c, i, 0), part(a, i, 0), b, cols, depth, sign, LANES, fours);
    for (; i + LANES / 2 <= rows; i += LANES / 2)
        rows_of_product(part(c, i, 0), part(a, i, 0), b, cols, depth, sign, LANES / 2, fours);
    for (; i < rows; i++) {
        last_row(part(c, i, 0), part(a, i, 0), b, fours, depth, sign);
        rows_of_product(part(c, i, fours), part(a, i, 0), part(b, 0, fours), cols - fours, depth,
                        sign, 1, 0);
    }
}

/* How much of a product's depth, and how many columns of a triangle, Eigen takes at once so that
 * they stay in its caches: evaluateProductBlockingSizesHeuristic.  (What it finds for the levels
 * above the first changes no order of sums.) */
static void choose_blocks(uint64_t rows, uint64_t cols, uint64_t depth, uint64_t l1,
                          uint64_t *at_once, uint64_t *panel) {
    const uint64_t size = sizeof(REAL), tile = 2 * LANES, limit = at_most(l1);
    uint64_t some = rows, packed = rows * depth * size, room = l1 - 4 * tile * size, most;
    *at_once = depth;
    if (depth >= 48 || rows >= 48 || cols >= 48) {
        if (depth > limit) {
            uint64_t rest = depth % limit;
            *at_once = limit;
            if (rest)
                *at_once -= 8 * ((limit - 1 - rest) / (8 * (depth / limit + 1)));
        }
        most = room >= packed + 4 * size * *at_once ? (room - packed) / (*at_once * size)
                                                    : 3 * L3 / (4 * limit * size);
        most = L3 / (2 * *at_once * size) < most ? L3 / (2 * *at_once * size) : most;
        if (cols <= most - most % 4 && *at_once == depth) {
            uint64_t bytes = depth * cols * size;
            uint64_t cache = bytes <= 1024 ? l1 : bytes <= 32768 ? L2 : L3;
            some = cache / (3 * depth * size) < rows ? cache / (3 * depth * size) : rows;
            some -= some > tile ? some % tile : 0;
            if (rows % some)
                some -= tile * ((some - rows % some) / (tile * (rows / some + 1)));
        }
    }
    *panel = 2 * tile < *at_once ? 2 * tile : *at_once;
    *panel = *panel < some ? *panel : some;
}

/* Copy a triangle into a square buffer: ones or the given numbers on the diagonal, zeros on the
 * other side. */
static void copy_triangle(REAL *square, matrix m, uint64_t size, int lower, int unit) {
    for (uint64_t i = 0; i < size; i++) {
        for (uint64_t j = 0; j < size; j++) {
            int inside = lower ? j < i : j > i;
            square[i * size + j] = i == j && unit     ? 1
                                   : i == j || inside ? m.at[i * m.down + j * m.right]
                                                      : 0;
        }
    }
}

/* c += t b for an upper triangle t (rows x depth, and what lies right of it), unit diagonal or not.
 * Eigen/src/Core/products/TriangularMatrixMatrix.h. */
static void multiply_upper(matrix c, matrix t, matrix b, uint64_t rows, uint64_t cols,
                           uint64_t depth, int unit, uint64_t l1) {
    uint64_t step, panel;
    REAL square[16 * LANES * LANES];
    choose_blocks(rows, cols, depth, l1, &step, &panel);
    for (uint64_t k = 0, size; k < depth; k += size) {
        size = depth - k < step ? depth - k : step;
        if (k < rows) {
            size = k + size > rows ? rows - k : size;
            for (uint64_t p = 0; p < size; p += panel) {
                uint64_t width = size - p < panel ? size - p : panel, at = k + p;
                matrix micro = {square, width, 1}, below = part(b, at, 0);
                copy_triangle(square, part(t, at, at), width, 0, unit);
                multiply(part(c, at, 0), micro, below, width, cols, width, 1);
                multiply(part(c, k, 0), part(t, k, at), below, p, cols, width, 1);
            }
        }
        multiply(c, part(t, 0, k), part(b, k, 0), k < rows ? k : rows, cols, size, 1);
    }
}

/* c += sign * t b for a lower triangle t (depth x depth, unit diagonal or not, and what lies below
 * it), its last columns first. */
static void multiply_lower(matrix c, matrix t, matrix b, uint64_t rows, uint64_t cols,
                           uint64_t depth, int unit, REAL sign, uint64_t l1) {
    uint64_t panel, step;
    REAL square[16 * LANES * LANES];
    choose_blocks(rows, cols, depth, l1, &step, &panel);
    for (uint64_t end = depth, size; end > 0; end -= size) {
        size = end < step ? end : step;
        for (uint64_t p = end - size; p < end; p += panel) {
            uint64_t width = end - p < panel ? end - p : panel, next = p + width;
            matrix micro = {square, width, 1}, beside = part(b, p, 0);
            copy_triangle(square, part(t, p, p), width, 1, unit);
            multiply(part(c, p, 0), micro, beside, width, cols, width, sign);
            multiply(part(c, next, 0), part(t, next, p), beside, end - next, cols, width, sign);
        }
        multiply(part(c, end, 0), part(t, end, end - size), part(b, end - size, 0), rows - end,
                 cols, size, sign);
    }
}

/* c -= l t for an upper unit triangle t (depth x cols, and what lies right of it), its last rows
 * first. */
static void subtract_right_upper(matrix c, matrix l, matrix t, uint64_t rows, uint64_t cols,
                                 uint64_t depth, uint64_t l1) {
    enum { PANEL = 2 * LANES };
    uint64_t step, panel;
    REAL columns[BLOCK * PANEL];
    choose_blocks(rows, cols, depth, l1, &step, &panel);
    for (uint64_t end = depth, size; end > 0; end -= size) {
        size = end < step ? end : step;
        const uint64_t start = end - size;
        for (uint64_t p = 0; p < size; p += PANEL) {
            uint64_t width = size - p < PANEL ? size - p : PANEL, at = start + p;
            matrix right = {columns, width, 1};
            for (uint64_t i = 0; i < p; i++)
                for (uint64_t j = 0; j < width; j++)
                    columns[i * width + j] = t.at[(start + i) * t.down + (at + j) * t.right];
            copy_triangle(columns + p * width, part(t, at, at), width, 0, 1);
            multiply(part(c, 0, at), part(l, 0, start), right, rows, width, p + width, -1);
        }
        multiply(part(c, 0, end), part(l, 0, start), part(t, start, end), rows, cols - end, size,
                 -1);
    }
}

/* ---- blocks of reflections -------------------------------------------------------------- */

/* Make the triangle T with H0 H1 ... = 1 - V T V'.  v holds size columns of reflections, rows in
 * length.  Eigen/src/Householder/BlockHouseholder.h. */
static void make_triangle(REAL *t, const REAL *v, uint64_t rows, uint64_t size, uint64_t stride,
                          const REAL *tau) {
    REAL block[BLOCK];
    for (uint64_t i = size; i-- > 0;) {
        const REAL *x = v + (i + 1) * stride + i, *m = x + 1;
        const uint64_t length = rows - i - 1, right = size - i - 1;
        REAL *row = t + i * size + i + 1, alpha = -tau[i];
        t[i * size + i] = tau[i];
        for (uint64_t j = 0; j < right; j++)
            row[j] = 0;
        for (uint64_t p = 0; p < right; p += 8) {
            uint64_t width = right - p < 8 ? right - p : 8;
            for (uint64_t k = 0; k < width; k++) {
                REAL factor = alpha * x[(p + k) * stride];
                for (uint64_t l = 0; l < k; l++)
                    row[p + l] += factor * m[(p + k) * stride + p + l];
                row[p + k] += factor;
            }
            for (uint64_t j = 0; j < p; j++) {
                REAL sum = 0;
                for (uint64_t k = 0; k < width; k++)
                    sum += m[(p + k) * stride + j] * x[(p + k) * stride];
                row[j] += alpha * sum;
            }
        }
        const uint64_t step = length - right < 128 ? 128 : stride * sizeof(REAL) < 32000 ? 16 : 4;
        for (uint64_t first = right; first < length && right; first += step) {
            uint64_t end = length - first < step ? length : first + step;
            for (uint64_t j = 0; j < right; j++)
                block[j] = 0;
            for (uint64_t k = first; k < end; k++)
                for (uint64_t j = 0; j < right; j++)
                    block[j] += m[k * stride + j] * x[k * stride];
            for (uint64_t j = 0; j < right; j++)
                row[j] += alpha * block[j];
        }
        for (uint64_t j = size - 1; j > i; j--) {
            REAL z = t[i * size + j];
            t[i * size + j] = z * t[j * size + j];
            for (uint64_t k = j + 1; k < size; k++)
                t[i * size + k] += z * t[j * size + k];
        }
    }
}

/* Apply a block of reflections to c: the last first to make Q, the first first to make R, where c
 * lies row by row. */
static void apply_block(matrix c, REAL *v, uint64_t rows, uint64_t cols, uint64_t size,
                        uint64_t stride, const REAL *tau, int forward, REAL *work, uint64_t l1) {
    REAL t[BLOCK * BLOCK];
    matrix vectors = {v, stride, 1}, across = {v, 1, stride};
    matrix triangle = {t, size, 1}, turned = {t, 1, size};
    matrix first = {work, 1, size}, second = {work + size * cols, 1, size};
    make_triangle(t, v, rows, size, stride, tau);
    for (uint64_t i = 0; i < 2 * size * cols; i++)
        work[i] = 0;
    multiply_upper(first, across, c, size, cols, rows, 1, l1);
    if (forward) {
        multiply_upper(second, triangle, first, size, cols, size, 0, l1);
        multiply_lower(c, vectors, second, rows, cols, size, 1, -1, l1);
    } else {
        matrix left = {second.at, second.right, second.down}, below = {c.at, c.right, c.down};
        multiply_lower(second, turned, first, size, cols, size, 0, 1, l1);
        subtract_right_upper(below, left, across, cols, rows, size, l1);
    }
}

/* ---- the two steps ---------------------------------------------------------------------- */

uint64_t NAME(tfphilox_householder_reduce)(REAL *a, uint64_t rows, uint64_t cols, uint64_t first,
                                           REAL *tau, REAL *work, uint64_t l1) {
    uint64_t size = cols - first < BLOCK ? cols - first : BLOCK, rest = cols - first - size;
    REAL *top = a + first * cols + first;
    make_reflections(top, rows - first, size, cols, tau + first, work, work + cols);
    if (rest) {
        matrix right = {top + size, cols, 1};
        apply_block(right, top, rows - first, rest, size, cols, tau + first, 0, work, l1);
    }
    return first + size;
}

static void apply_one(const REAL *a, uint64_t rows, uint64_t cols, uint64_t k, REAL tau, REAL *q,
                      REAL *v) {
    const uint64_t below = rows - k - 1;
    for (uint64_t i = 0; i < below; i++)
        v[i] = a[(k + 1 + i) * cols + k];
    for (uint64_t j = 0; j < cols; j++) {
        REAL *column = q + j * rows + k, sum = 0;
        if (cols == 1) {
            for (uint64_t i = 0; i < below; i++)
                sum += v[i] * column[i + 1];
        } else
            sum = dot_lanes(column + 1, v, below, cols % 2 && j == cols - 1);
        sum += column[0];
        column[0] -= tau * sum;
        for (uint64_t i = 0; i < below; i++)
            column[i + 1] -= (tau * v[i]) * sum;
    }
}

uint64_t NAME(tfphilox_householder_expand)(REAL *a, uint64_t rows, uint64_t cols, uint64_t end,
                                           const REAL *tau, REAL *q, REAL *work, uint64_t l1) {
    const uint64_t size = cols < 2 * BLOCK ? (cols + 1) / 2 : BLOCK;
    if (cols < BLOCK) {
        for (uint64_t first = end; first-- > 0;)
            if (tau[first] != 0 && first + 1 < rows)
                apply_one(a, rows, cols, first, tau[first], q, work);
        return 0;
    }
    const uint64_t first = end > size ? end - size : 0;
    const matrix below = {q + first, 1, rows};
    REAL *top = a + first * cols + first;
    apply_block(below, top, rows - first, cols, end - first, cols, tau + first, 1, work, l1);
    return first;
}

#undef MAX_DEPTH
#undef apply_block
#undef apply_one
#undef at_most
#undef choose_blocks
#undef copy_triangle
#undef dot_lanes
#undef last_row
#undef make_triangle
#undef make_reflections
#undef matrix
#undef multiply
#undef multiply_lower
#undef multiply_upper
#undef part
#undef rows_of_product
#undef subtract_right_upper
#undef times_rows
