/* categorical.c: samples from logits, as core/kernels/multinomial_op.cc makes them.
 *
 * The exponentials of a row's logits, less the greatest finite one, are summed up; a uniform
 * double times the total is looked up in the sums.  Logits that are not finite count for
 * nothing, +inf too, and a row without a finite one gives the number of classes.
 *
 * A shard of rows draws from one stream, two words a sample, without gaps; the next shard begins
 * (samples + 3) / 4 blocks a row further on, which is half of what a row takes, so shards share
 * words.  See shards.c.
 */
#include <stdlib.h>

#include "draws.h"
#include "fetch.h"
#include "math/eigenmath.h"

#define SEARCH   64   /* samples looked up together */
#define ROWS     32   /* rows summed up together */
#define FEW      2048 /* doubles on the stack */
#define BY_LANES 512  /* classes up to which single samples go a row a lane */
#define BLOCK    64   /* columns from exponentials to sums: they stay in the first cache */
#define PIECE                                                                                      \
    (1u << 18) /* columns, whole blocks: some milliseconds' work between two questions             \
                */

#define READ(type, convert)                                                                        \
    do {                                                                                           \
        const type *logits = (const type *)spec->logits + row * spec->classes;                     \
        for (uint64_t j = from; j < to; j++)                                                       \
            x[j] = (double)convert(logits[j]);                                                     \
    } while (0)
#define AS_IT_IS(x) (x)

static uint64_t logit_size(const tfphilox_categorical_spec *spec) {
    return spec->logits_dtype == TFPHILOX_FLOAT64   ? 8
           : spec->logits_dtype == TFPHILOX_FLOAT32 ? 4
                                                    : 2;
}

/* A row's logits [from, to) into x, to the end of the last vector. */
static inline void read_row(const tfphilox_categorical_spec *spec, uint64_t row, uint64_t from,
                            uint64_t to, double *x) {
    switch (spec->logits_dtype) {
    case TFPHILOX_FLOAT16:
        READ(uint16_t, float_of_float16);
        break;
    case TFPHILOX_BFLOAT16:
        READ(uint16_t, float_of_bfloat16);
        break;
    case TFPHILOX_FLOAT32:
        READ(float, AS_IT_IS);
        break;
    default:
        READ(double, AS_IT_IS);
    }
    for (uint64_t j = to; j % LANES != 0; j++)
        x[j] = -INFINITY;
}

/* The greatest of the finite logits [from, to) and `greatest`; what is not finite becomes -inf. */
static inline double greatest_of_row(uint64_t from, uint64_t to, double *x, double greatest) {
    const vd infinity = d_set(INFINITY), least = d_set(-INFINITY);
    vd most = least;
    for (uint64_t j = from; j < to; j += LANES) {
        vd a = d_load(x + j);
        a = d_select(d_less(d_abs(a), infinity), a, least);
        most = d_max(a, most);
        d_store(x + j, a);
    }
    double lanes[LANES];
    d_store(lanes, most);
    for (int i = 0; i < LANES; i++)
        greatest = lanes[i] > greatest ? lanes[i] : greatest;
    return greatest;
}

/* Of each row the exponentials of what is over after packets of four, as the C library has them:
 * these Eigen leaves to it. */
static void rest_of_rows(uint64_t classes, uint64_t width, int rows, const double *greatest,
                         const double *x, double *rest) {
    const uint64_t packets = classes & ~(uint64_t)3;
    int n = 0;
    for (int r = 0; r < rows; r++)
        for (uint64_t j = packets; j < classes; j++)
            rest[n++] = x[(uint64_t)r * width + j] - greatest[r];
    exps(rest, n);
}

/* Running sums of exp(x - greatest), in place, of several rows at a time: a sum has to wait for the
 * last of its row.  Columns [first, end) go on from `total`, the sum of those before.  next are the
 * logits to be read after these, of as many rows of `bytes`. */
INLINE void sum_up(int chains, uint64_t classes, uint64_t first, uint64_t end, uint64_t width,
                   const double *greatest, const double *rest, double *x, double *total,
                   const char *next, uint64_t bytes) {
    const uint64_t packets = classes & ~(uint64_t)3;
    vd most[MOST_CHAINS];
    double sum[MOST_CHAINS];
    EACH_CHAIN(i) most[i] = d_set(greatest[i]);
    EACH_CHAIN(i) sum[i] = total[i];
    for (uint64_t from = first; from < end; from += BLOCK) {
        const uint64_t to = end - from < BLOCK ? end : from + BLOCK;
        for (uint64_t j = from; j < to && j < packets; j += LANES) {
            vd e[MOST_CHAINS];
            EACH_CHAIN(i) e[i] = d_load(x + (uint64_t)i * width + j) - most[i];
            packet_exps(chains, e);
            EACH_CHAIN(i) d_store(x + (uint64_t)i * width + j, e[i]);
        }
        if (to == classes)
            for (int i = 0; i < chains; i++)
                for (uint64_t j = packets; j < classes; j++)
                    x[(uint64_t)i * width + j] = *rest++;
        for (uint64_t j = from; j < to; j++)
            EACH_CHAIN(i) x[(uint64_t)i * width + j] = sum[i] += x[(uint64_t)i * width + j];
        if (next != NULL)
            for (int i = 0; i < chains; i++)
                for (uint64_t at = from * bytes / classes; at < to * bytes / classes; at += 64)
                    FETCH_TO_READ_SOON(next + (uint64_t)i * bytes + at);
    }
    EACH_CHAIN(i) total[i] = sum[i];
}

/* How many of the sums are at most t, for each t: std::upper_bound.  The sums of t[j] begin at
 * sums[j * stride]; those beyond the classes, up to `steps`, are infinite, and steps + 1 is a
 * power of two. */
static inline void look_up(const double *sums, uint64_t stride, uint64_t steps, const double *t,
                           int n, uint64_t *found) {
    uint64_t at[SEARCH];
    for (int j = 0; j < n; j++)
        at[j] = (uint64_t)j * stride;
    for (uint64_t half = (steps + 1) / 2; half > 0; half /= 2)
        for (int j = 0; j < n; j++)
            at[j] += sums[at[j] + half - 1] <= t[j] ? half : 0;
    for (int j = 0; j < n; j++)
        found[j] = at[j] - (uint64_t)j * stride;
}

static void store_classes(const tfphilox_categorical_spec *spec, uint64_t at, const uint64_t *found,
                          int n) {
    if (spec->dtype == TFPHILOX_INT32) {
        int32_t *out = (int32_t *)spec->out + at;
        for (int j = 0; j < n; j++)
            out[j] = (int32_t)found[j];
    } else {
        memcpy((int64_t *)spec->out + at, found, (size_t)n * sizeof *found);
    }
}

/* The uniform doubles of a shard. */
typedef struct {
    const tfphilox_categorical_spec *spec;
    uint64_t shard, next; /* row that the shard begins with; number of the next double in it */
    int at, have;
    double number[2 * SPAN];
} reader;

/* The next doubles of the shard, at most n of the `wanted` that this piece will take of it; *have
 * says how many. */
static const double *read_numbers(reader *r, uint64_t wanted, int n, int *have) {
    if (r->at == r->have) {
        const tfphilox_categorical_spec *spec = r->spec;
        uint64_t number = wanted < 2 * SPAN ? wanted : 2 * SPAN;
        /* int64 in TensorFlow; a 128-bit counter takes it all the same */
        uint64_t skip = r->shard * (spec->samples + 3) / 4;
        philox_counter counter = {spec->counter[0], spec->counter[1]};
        counter = philox_advance(counter, skip);
        const tfphilox_fill_spec fill =
            tfphilox_fill_spec_of(TFPHILOX_UNIFORM, TFPHILOX_FLOAT64, spec->key,
                                  (const uint64_t[2]){counter.low, counter.high});
        spec->fill(&fill, r->next, number, r->number);
        r->next += number;
        r->at = 0;
        r->have = (int)number;
    }
    *have = r->have - r->at < n ? r->have - r->at : n;
    r->at += *have;
    return r->number + r->at - *have;
}

/* Samples [from, to) of one row. */
static void sample_row(reader *r, uint64_t row, uint64_t from, uint64_t to, uint64_t wanted,
                       const double *sums, uint64_t steps, double total) {
    const tfphilox_categorical_spec *spec = r->spec;
    uint64_t found[SEARCH];
    double t[SEARCH];
    for (uint64_t at = from; at < to;) {
        int n = to - at < SEARCH ? (int)(to - at) : SEARCH;
        const double *u = read_numbers(r, wanted - (at - from), n, &n);
        for (int j = 0; j < n; j++)
            t[j] = u[j] * total;
        look_up(sums, 0, steps, t, n, found);
        store_classes(spec, row * spec->samples + at, found, n);
        at += (uint64_t)n;
    }
}

/* One sample of each of LANES rows or of the last n, a row a lane.  `row_major` has room for them,
 * `sums` for as many classes of as many lanes. */
static void sample_lanes(reader *r, uint64_t row, int n, uint64_t wanted, double *row_major,
                         double *sums) {
    const tfphilox_categorical_spec *spec = r->spec;
    const uint64_t classes = spec->classes, packets = classes & ~(uint64_t)3;
    const uint64_t width = (classes + 7) & ~(uint64_t)7;
    const vd infinity = d_set(INFINITY), least = d_set(-INFINITY), zero = d_set(0.0);
    int place[LANES], have;
    double rest[3 * LANES + LANES], u[LANES];
    for (int i = 0; i < LANES; i++)
        place[i] = (i < n ? i : n - 1) * (int)width;
    for (int i = 0; i < n; i++)
        read_row(spec, row + (uint64_t)i, 0, classes, row_major + (uint64_t)i * width);
    vd greatest = least;
    for (uint64_t j = 0; j < classes; j++) {
        const vd logit = d_pick(row_major + j, place);
        const vd x = d_select(d_less(d_abs(logit), infinity), logit, least);
        greatest = d_max(x, greatest);
        d_store(sums + j * LANES, x);
    }
    greatest = d_select(d_less(least, greatest), greatest, zero);
    vd sum = zero;
    for (uint64_t j = 0; j < packets; j += 4) {
        vd e[4];
        UNROLL(4)
        for (uint64_t k = 0; k < 4; k++)
            e[k] = d_load(sums + (j + k) * LANES) - greatest;
        packet_exps(4, e);
        UNROLL(4)
        for (uint64_t k = 0; k < 4; k++)
            d_store(sums + (j + k) * LANES, sum = sum + e[k]);
    }
    if (packets < classes) { /* Eigen leaves these to the C library */
        for (uint64_t j = packets; j < classes; j++)
            d_store(rest + (j - packets) * LANES, d_load(sums + j * LANES) - greatest);
        exps(rest, (int)(classes - packets) * LANES);
        for (uint64_t j = packets; j < classes; j++)
            d_store(sums + j * LANES, sum = sum + d_load(rest + (j - packets) * LANES));
    }
    for (int i = 0; i < n; i += have) {
        const double *next = read_numbers(r, wanted - (uint64_t)i, n - i, &have);
        memcpy(u + i, next, (size_t)have * sizeof *u);
    }
    for (int i = n; i < LANES; i++)
        u[i] = 0.0;
    const vd t = d_load(u) * sum, one = d_set(1.0);
    vd found = zero; /* how many of the sums are at most t: std::upper_bound */
    for (uint64_t j = 0; j < classes; j++)
        found = found + d_select(d_less(t, d_load(sums + j * LANES)), zero, one);
    int64_t made[LANES];
    d_store_int64(made, found);
    store_classes(spec, row, (const uint64_t *)made, n);
}

/* Where the piece ends that begins at `from`; 0 if the work is to stop. */
static uint64_t next_piece(const tfphilox_categorical_spec *spec, uint64_t from, uint64_t end) {
    if (from >= PIECE && spec->stop != NULL && spec->stop(spec->stop_by))
        return 0;
    return end - from < PIECE ? end : from + PIECE;
}

/* Running sums of a few rows, the totals, and infinity up to `steps`; 0 if the work is to stop. */
static int sum_rows(const tfphilox_categorical_spec *spec, uint64_t row, int rows, uint64_t width,
                    uint64_t steps, double *x, double *total) {
    const uint64_t classes = spec->classes, over = classes & 3, bytes = classes * logit_size(spec);
    double greatest[ROWS], rest[3 * ROWS + LANES];
    for (int i = 0; i < rows; i++)
        greatest[i] = -INFINITY;
    for (uint64_t from = 0, to; from < classes; from = to) {
        to = next_piece(spec, from, classes);
        if (to == 0)
            return 0;
        for (int i = 0; i < rows; i++)
            read_row(spec, row + (uint64_t)i, from, to, x + (uint64_t)i * width);
        for (int i = 0; i < rows; i++) /* not at once: a load has to wait for narrower stores */
            greatest[i] = greatest_of_row(from, to, x + (uint64_t)i * width, greatest[i]);
    }
    for (int i = 0; i < rows; i++) {
        greatest[i] = greatest[i] == -INFINITY ? 0.0 : greatest[i];
        total[i] = 0.0;
    }
    rest_of_rows(classes, width, rows, greatest, x, rest);
    for (int i = 0, n; i < rows; i += n) {
        double *const sums = x + (uint64_t)i * width, *const e = rest + (uint64_t)i * over;
        const uint64_t later = row + (uint64_t)(rows + i);
        const char *next = NULL;
        if (classes >= BLOCK && later + MOST_CHAINS <= spec->rows)
            next = (const char *)spec->logits + later * bytes;
        n = rows - i < MOST_CHAINS ? 1 : MOST_CHAINS;
        for (uint64_t from = 0, to; from < classes; from = to) {
            to = next_piece(spec, from, classes);
            if (to == 0)
                return 0;
            if (n == 1)
                sum_up(1, classes, from, to, width, greatest + i, e, sums, total + i, next, bytes);
            else
                sum_up(MOST_CHAINS, classes, from, to, width, greatest + i, e, sums, total + i,
                       next, bytes);
        }
    }
    for (int i = 0; i < rows; i++)
        for (uint64_t from = classes, to; from < steps; from = to) {
            to = next_piece(spec, from, steps);
            if (to == 0)
                return 0;
            for (uint64_t j = from; j < to; j++)
                x[(uint64_t)i * width + j] = INFINITY;
        }
    return 1;
}

tfphilox_categorical_sampler FOR_TARGET(tfphilox_categorical);
int FOR_TARGET(tfphilox_categorical)(const tfphilox_categorical_spec *spec, uint64_t first,
                                     uint64_t count) {
    const uint64_t end = first + count;
    int status = TFPHILOX_OK;
    uint64_t steps = 1;
    while (steps < spec->classes)
        steps = 2 * steps + 1;
    const uint64_t width = (steps + 7) & ~(uint64_t)7; /* of a row, whole vectors */
    double few[FEW];
    double *x = few;
    const uint64_t parts = spec->parts, samples = spec->samples;
    const int by_lanes = samples == 1 && spec->classes <= BY_LANES;
    const uint64_t size = by_lanes ? 2 * LANES * width : width * ROWS > FEW ? 4 * width : 0;
    const uint64_t together = by_lanes ? LANES : size > 0 ? 4 : ROWS; /* rows */
    if (size > FEW) {
        x = malloc((size_t)size * sizeof *x);
        if (x == NULL)
            return TFPHILOX_NO_MEMORY;
    }
    reader r = {.spec = spec, .shard = UINT64_MAX};
    for (uint64_t item = first; item < end;) {
        const uint64_t row = item / parts, from = item % parts * spec->part_size;
        const uint64_t shard = row / spec->shard_size * spec->shard_size;
        const uint64_t ahead = parts > 1 ? 1 : end - row, of_shard = shard + spec->shard_size - row;
        const uint64_t left = ahead < of_shard ? ahead : of_shard; /* rows of this shard to make */
        if (shard != r.shard) {
            r.shard = shard;
            r.next = (row - shard) * samples + from;
            r.at = r.have = 0;
        }
        const int rows = left < together ? (int)left : (int)together;
        double total[ROWS];
        if (by_lanes) {
            sample_lanes(&r, row, rows, left, x, x + LANES * width);
            item += (uint64_t)rows;
            continue;
        }
        if (!sum_rows(spec, row, rows, width, steps, x, total)) {
            status = TFPHILOX_STOPPED;
            break;
        }
        for (int i = 0; i < rows; i++) {
            const uint64_t to = samples - from < spec->part_size ? samples : from + spec->part_size;
            const uint64_t wanted = parts > 1 ? to - from : (left - (uint64_t)i) * samples;
            sample_row(&r, row + (uint64_t)i, from, to, wanted, x + (uint64_t)i * width, steps,
                       total[i]);
        }
        item += (uint64_t)rows;
    }
    if (x != few)
        free(x);
    return status;
}
