/* truncated.c: normals within bounds of their own, as
 * core/kernels/parameterized_truncated_normal_op.cc makes them.
 *
 * Three ways, by where the bounds are: normals are drawn and those outside are thrown away; or
 * uniform numbers between the bounds are thrown away by the density; or exponential ones, far
 * out in the tail.  All arithmetic is in the type of the outputs, which rounds after every step.
 *
 * A shard draws from one stream, group after group of four numbers (float64: two), through all
 * its batches; what is left of a group when a batch is full is lost.  See shards.c.
 */
#include "draws.h"

#define TRIES 1000 /* rejections in a row before TensorFlow gives up */
#define AHEAD 64   /* groups made together */
#define MOST  (4 * AHEAD)
#define TURN  512 /* times that groups are made before a shard pauses: milliseconds */

/* ---- arithmetic in the type --------------------------------------------------------------- */

/* A float to the nearest half, ties to even, in steps that a compiler makes vectors of. */
static inline double half_of_float(double x) {
    const uint64_t bits = bits_of_double(x);
    const uint64_t cut = (bits + 0x1FFFFFFFFFFu + (bits >> 42 & 1u)) & ~(uint64_t)0x3FFFFFFFFFF;
    const double size = fabs(double_of_bits(cut));
    const double small =
        (fabs(x) + 0x1.8p28) - 0x1.8p28; /* subnormal halves: a multiple of 2^-24 */
    const double rounded = fabs(x) < 0x1p-14 ? small : size > 65504.0 ? INFINITY : size;
    return x != x ? x : copysign(rounded, x);
}

/* Each step in double and rounded once more: 53 bits are enough for that to be the right result
 * of one operation on floats or halves. */
INLINE double rounded(tfphilox_dtype type, double x) {
    const double least = type == TFPHILOX_FLOAT64 ? DBL_MIN : 0x1p-126 - 0x1p-151;
    if (type == TFPHILOX_FLOAT16)
        return half_of_float((double)(float)x);
    return fabs(x) < least ? copysign(0.0, x) : type == TFPHILOX_FLOAT64 ? x : (double)(float)x;
}
#define R(x) rounded(type, x)

/* e^x and log x in the type, of each of n numbers, which are at most 0 and in [0, 1). */
INLINE void exps_in(tfphilox_dtype type, double *x, int n) {
    if (type == TFPHILOX_FLOAT64)
        exps(x, n);
    else
        exps32(x, n);
    for (int i = 0; i < n; i++)
        x[i] = R(x[i]);
}
INLINE void logs_in(tfphilox_dtype type, double *x, int n) {
    if (type == TFPHILOX_FLOAT64)
        logs(x, n);
    else
        logs32(x, n);
    for (int i = 0; i < n; i++)
        x[i] = R(x[i]);
}

/* ---- a shard's stream --------------------------------------------------------------------- */

/* Groups of one kind, made ahead; valid from block `first` on. */
typedef struct {
    uint64_t first;
    int groups;
    double number[MOST];
} supply;

typedef struct {
    const tfphilox_truncated_spec *spec;
    tfphilox_progress *progress; /* whose `next` is a block, counted from base */
    philox_counter base;
    int turn;
    supply normals, uniforms;
} shard_stream;

/* The numbers of the next groups, of which about so many are wanted; *groups says how many there
 * are, an even number if `even`.  They remain the next ones. */
INLINE const double *next_groups(shard_stream *s, tfphilox_kind kind, tfphilox_dtype type, int even,
                                 uint64_t wanted, int *groups) {
    const int size = type == TFPHILOX_FLOAT64 ? 2 : 4;
    supply *from = kind == TFPHILOX_NORMAL ? &s->normals : &s->uniforms;
    const uint64_t next = s->progress->next;
    uint64_t at = next - from->first;
    if (at + (uint64_t)even >= (uint64_t)from->groups) {
        union {
            uint16_t half[MOST];
            float single[MOST];
        } made;
        const int number = wanted < 8 ? 8 : wanted > AHEAD ? AHEAD : (int)(wanted + 1) & ~1;
        philox_counter counter = philox_advance(s->base, next);
        const tfphilox_fill_spec fill = tfphilox_fill_spec_of(
            kind, type, s->spec->key, (const uint64_t[2]){counter.low, counter.high});
        void *out = type == TFPHILOX_FLOAT64 ? (void *)from->number : (void *)&made;
        s->spec->fill(&fill, 0, (uint64_t)(number * size), out);
        for (int i = 0; i < number * size; i++)
            if (type == TFPHILOX_FLOAT32)
                from->number[i] = (double)made.single[i];
            else if (type == TFPHILOX_FLOAT16)
                from->number[i] = (double)float_of_float16(made.half[i]);
        s->turn++;
        from->first = next;
        from->groups = number;
        at = 0;
    }
    const uint64_t left = (uint64_t)from->groups - at;
    *groups = (int)(left < wanted ? left : wanted);
    if (even)
        *groups = *groups < 2 ? 2 : *groups & ~1;
    return from->number + size * (int)at;
}

/* ---- candidates --------------------------------------------------------------------------- */

/* What the numbers of one batch share, in standard deviations from the mean. */
typedef struct {
    double mean, deviation; /* negative if everything is turned round */
    double least, most, width, root;
    enum { INSIDE, BY_DENSITY, IN_TAIL } way;
} bounded_law;

INLINE int valid(const tfphilox_truncated_spec *spec, tfphilox_dtype type, uint64_t batch) {
    const double *const p = spec->parameters + (spec->columns == 1 ? 0 : batch);
    const double low = R(p[2 * spec->columns]), high = R(p[3 * spec->columns]);
    return R(p[spec->columns]) > 0.0 && low < high && (isfinite(low) || isfinite(high));
}

INLINE bounded_law bounded_law_of(const tfphilox_truncated_spec *spec, tfphilox_dtype type,
                                  uint64_t batch) {
    const double *const p = spec->parameters + (spec->columns == 1 ? 0 : batch);
    double low = R(p[2 * spec->columns]), high = R(p[3 * spec->columns]);
    bounded_law l = {.mean = R(p[0]), .deviation = R(p[spec->columns])};
    if (low == -INFINITY || high < l.mean) {
        double swap = low;
        low = high;
        high = swap;
        l.deviation = -l.deviation;
    }
    l.least = R(R(low - l.mean) / l.deviation);
    l.most = R(R(high - l.mean) / l.deviation);
    l.width = R(l.most - l.least);
    l.root = R(sqrt(R(R(l.least * l.least) + 4.0)));
    double power = R(0.5 + R(R(l.least * R(l.least - l.root)) / 4.0));
    power = R(type == TFPHILOX_FLOAT64 ? tfphilox_exp(power) : (double)tfphilox_expf((float)power));
    const double cutoff = R(R(2.0 * power) / R(l.least + l.root)), inside = R(1.3);
    l.way = (l.least < -inside && l.most >= 0.0) || (l.most > inside && l.least <= 0.0) ? INSIDE
            : l.width < cutoff                                                          ? BY_DENSITY
                                                                                        : IN_TAIL;
    return l;
}

/* The candidates of the next groups, z, and which of them are good; their number is returned, and
 * how many come of so many groups: *each of *step. */
INLINE int candidates_of(shard_stream *s, const bounded_law *l, tfphilox_dtype type,
                         uint64_t wanted, double *z, unsigned char *good, int *each, int *step) {
    const int size = type == TFPHILOX_FLOAT64 ? 2 : 4;
    const double least = l->least, most = l->most, width = l->width;
    double v[MOST + LANES], g[MOST + LANES];
    const double *u;
    int groups, n;
    *each = size;
    *step = 1;
    wanted = wanted / (uint64_t)size + 1;
    switch (l->way) {
    case INSIDE: /* normals */
        u = next_groups(s, TFPHILOX_NORMAL, type, 0, wanted, &groups);
        n = groups * size;
        for (int i = 0; i < n; i++) {
            z[i] = u[i];
            good[i] = (z[i] >= least) & (z[i] <= most);
        }
        return n;
    case BY_DENSITY: { /* a group of uniform numbers for z, and another to compare */
        const double plus = least < 0.0 ? 0.0 : R(least * least);
        u = next_groups(s, TFPHILOX_UNIFORM, type, 1, 2 * wanted, &groups);
        *step = 2;
        n = groups / 2 * size;
        for (int from = 0; from < n; from += size)
            for (int i = 0; i < size; i++) {
                z[from + i] = u[2 * from + i];
                v[from + i] = u[2 * from + size + i];
            }
        for (int i = 0; i < n; i++) {
            z[i] = R(R(z[i] * width) + least);
            g[i] = R(R(plus - R(z[i] * z[i])) / 2.0);
        }
        exps_in(type, g, n);
        for (int i = 0; i < n; i++)
            good[i] = v[i] <= g[i];
        return n;
    }
    default: { /* pairs of uniform numbers: an exponential one for z, and one to compare */
        const double alpha = R(R(least + l->root) / 2.0);
        u = next_groups(s, TFPHILOX_UNIFORM, type, 0, 2 * wanted, &groups);
        *each = size / 2;
        n = groups * size / 2;
        for (int i = 0; i < n; i++) {
            z[i] = u[2 * i];
            v[i] = u[2 * i + 1];
        }
        logs_in(type, z, n);
        for (int i = 0; i < n; i++) {
            z[i] = R(R(-z[i] / alpha) + least);
            double x = least < alpha ? R(alpha - z[i]) : R(least - alpha);
            g[i] = R(R(-x * x) / 2.0);
        }
        exps_in(type, g, n);
        for (int i = 0; i < n; i++)
            good[i] = (v[i] <= g[i]) & (z[i] < most);
        return n;
    }
    }
}

INLINE void store_number(tfphilox_dtype type, void *out, uint64_t at, double x) {
    if (type == TFPHILOX_FLOAT64)
        ((double *)out)[at] = x;
    else if (type == TFPHILOX_FLOAT32)
        ((float *)out)[at] = (float)x;
    else
        ((uint16_t *)out)[at] = float16_of_float((float)x);
}

/* Outputs at, at + step, ... up to `count` of one batch, or fewer, if the turn is over. */
INLINE int fill_batch(shard_stream *s, tfphilox_dtype type, uint64_t batch, uint64_t at,
                      uint64_t step, uint64_t count) {
    tfphilox_progress *const p = s->progress;
    const bounded_law l = bounded_law_of(s->spec, type, batch);
    const int allowed = l.way == INSIDE ? TRIES : TRIES - 1; /* TensorFlow's two ways to count */
    uint64_t done = 0;
    while (done < count && s->turn < TURN) {
        double z[MOST + LANES], kept[MOST + LANES];
        unsigned char good[MOST];
        int each, taken, have = 0, worst = 0, seen = 0;
        const int n = candidates_of(s, &l, type, count - done, z, good, &each, &taken);
        const int room = count - done < MOST ? (int)(count - done) : MOST;
        while (seen < n && have < room) { /* what is left of the last group is lost */
            for (int i = 0; i < each; i++, seen++) {
                kept[have] = z[seen];
                have += good[seen];
                p->rejections = good[seen] ? 0 : p->rejections + 1;
                worst = p->rejections > worst ? p->rejections : worst;
            }
            p->next += (uint64_t)taken;
        }
        if (worst > allowed)
            return TFPHILOX_REJECTED;
        have = have < room ? have : room;
        for (int i = 0; i < have; i++)
            kept[i] = R(R(kept[i] * l.deviation) + l.mean);
        for (int i = 0; i < have; i++, at += step)
            store_number(type, s->spec->out, at, kept[i]);
        done += (uint64_t)have;
    }
    p->made += done;
    if (done == count)
        p->rejections = 0;
    return TFPHILOX_OK;
}

/* ---- shards ------------------------------------------------------------------------------- */

INLINE int fill_shards(const tfphilox_truncated_spec *spec, tfphilox_dtype type, uint64_t first,
                       uint64_t count) {
    const uint64_t size = type == TFPHILOX_FLOAT64 ? 2 : 4;
    const uint64_t outputs = spec->outputs, samples = spec->samples;
    const uint64_t units = spec->by_batch ? spec->batches : outputs;
    shard_stream s;
    s.spec = spec;
    for (uint64_t shard = first; shard < first + count; shard++) {
        tfphilox_progress *const p = s.progress = &spec->progress[shard];
        if (p->finished)
            continue;
        const uint64_t at = shard * spec->shard_size;
        const uint64_t end = units - at < spec->shard_size ? units : at + spec->shard_size;
        const uint64_t unit = spec->by_batch ? samples : 1; /* outputs */
        const uint64_t limit = end * unit < outputs ? end * unit : outputs;
        const uint64_t skip = spec->by_batch ? at * 2 * TRIES * (samples + 3) / 4
                                             : (at * 2 * TRIES + size - 1) / size;
        s.base = philox_advance((philox_counter){spec->counter[0], spec->counter[1]}, skip);
        s.turn = 0;
        s.normals.groups = s.uniforms.groups = 0;
        s.normals.first = s.uniforms.first = p->next;
        for (uint64_t i = at; spec->by_batch && p->next == 0 && i < end; i++)
            if (!valid(spec, type, i)) /* which may have no outputs */
                return TFPHILOX_INVALID;
        while (at * unit + p->made < limit && s.turn < TURN) {
            const uint64_t o = at * unit + p->made, batch = o / samples, sample = o % samples;
            const uint64_t left = samples - sample, n = limit - o < left ? limit - o : left;
            if (!spec->by_batch && !valid(spec, type, batch))
                return TFPHILOX_INVALID;
            const uint64_t place = spec->by_batch ? o : sample * spec->batches + batch;
            const uint64_t step = spec->by_batch ? 1 : spec->batches;
            const int status = fill_batch(&s, type, batch, place, step, n);
            if (status != TFPHILOX_OK)
                return status;
        }
        p->finished = at * unit + p->made >= limit;
    }
    return TFPHILOX_OK;
}

tfphilox_truncated_sampler FOR_TARGET(tfphilox_truncated);
int FOR_TARGET(tfphilox_truncated)(const tfphilox_truncated_spec *spec, uint64_t first,
                                   uint64_t count) {
    switch (spec->dtype) {
    case TFPHILOX_FLOAT16:
        return fill_shards(spec, TFPHILOX_FLOAT16, first, count);
    case TFPHILOX_FLOAT32:
        return fill_shards(spec, TFPHILOX_FLOAT32, first, count);
    case TFPHILOX_FLOAT64:
        return fill_shards(spec, TFPHILOX_FLOAT64, first, count);
    default:
        return TFPHILOX_UNSUPPORTED;
    }
}
