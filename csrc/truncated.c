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
#define AHEAD 128  /* groups made together */
#define MOST  (4 * AHEAD)
#define TURN  256 /* times that groups are made before a shard pauses: milliseconds */
#define LAWS  64  /* batches looked at together */

/* ---- arithmetic in the type --------------------------------------------------------------- */

/* Floats to the nearest halves, ties to even. */
INLINE vd round_to_half(vd x) {
    const vu bits = u_of_d(x), sign = bits & 0x8000000000000000u;
    const vu cut = (bits + 0x1FFFFFFFFFFu + (bits >> 42 & 1u)) & ~(uint64_t)0x3FFFFFFFFFF;
    const vd size = d_abs(x), large = d_abs(d_of_u(cut)), shift = d_set(0x1.8p28);
    const vd small = (size + shift) - shift; /* subnormal halves: a multiple of 2^-24 */
    vd half = d_select(d_less(d_set(65504.0), large), d_set(INFINITY), large);
    half = d_select(d_less(size, d_set(0x1p-14)), small, half);
    half = d_select(d_less(size, d_set(INFINITY)), half, size);
    return d_of_u(u_of_d(half) | sign);
}

/* Each step in double and rounded once more: 53 bits are enough for that to be the right result
 * of one operation on floats or halves. */
INLINE vd rounded(tfphilox_dtype type, vd x) {
    if (type == TFPHILOX_FLOAT64)
        return flush_lanes(x, DBL_MIN);
    if (type == TFPHILOX_FLOAT32)
        return d_round_float32(flush_lanes(x, TINY_FLOAT));
    return round_to_half(d_round_float32(x));
}
#define R(x) rounded(type, x)
/* The same where no number can be tiny, or it does not matter: see the laws that are `tame`. */
INLINE vd rounded_if(tfphilox_dtype type, int tame, vd x) {
    if (!tame || type == TFPHILOX_FLOAT16)
        return rounded(type, x);
    return type == TFPHILOX_FLOAT64 ? x : d_round_float32(x);
}
#define T(x) rounded_if(type, tame, x)
/* And a half of what is rounded, which is exact if it is not tiny. */
INLINE vd half_of(tfphilox_dtype type, int tame, vd x) {
    x = x * d_set(0.5);
    return tame && type != TFPHILOX_FLOAT16 ? x : rounded(type, x);
}

/* e^x and log x in the type, of each of n numbers; the second's are in [0, 1). */
INLINE void round_all(tfphilox_dtype type, int tame, double *x, int n) {
    if (!tame || type == TFPHILOX_FLOAT16)
        for (int i = 0; i < n; i += LANES)
            d_store(x + i, R(d_load(x + i)));
}
INLINE void exps_in(tfphilox_dtype type, int tame, double *x, int n) {
    if (type == TFPHILOX_FLOAT64)
        exps(x, n);
    else
        exps32(x, n);
    round_all(type, tame, x, n);
}
INLINE void logs_in(tfphilox_dtype type, int tame, double *x, int n) {
    if (type == TFPHILOX_FLOAT64)
        logs(x, n);
    else
        logs32(x, n);
    round_all(type, tame, x, n);
}

/* ---- a shard's stream --------------------------------------------------------------------- */

/* Groups of one kind, made ahead; valid from block `first` on. */
typedef struct {
    uint64_t first;
    int groups;
    double number[MOST + LANES];
} supply;

typedef struct {
    const tfphilox_truncated_spec *spec;
    tfphilox_progress *progress; /* whose `next` is a block, counted from base */
    philox_counter base;
    int turn;
    supply normals, uniforms;
    /* Candidates of the law in use, and by vectors the bits of the good ones; those from `seen` on
     * are the next ones.  `each` come of `step` groups. */
    int candidates, seen, each, step;
    double z[MOST + LANES];
    uint32_t good[MOST / LANES + 1];
} shard_stream;

/* The numbers of the next groups, at least so many of them, which remain the next ones.  If they
 * have to be made, about `wanted` are; *groups says how many there are. */
OUT_OF_LINE const double *next_groups(shard_stream *s, tfphilox_kind kind, tfphilox_dtype type,
                                      int least, uint64_t wanted, int *groups) {
    const int size = type == TFPHILOX_FLOAT64 ? 2 : 4;
    supply *from = kind == TFPHILOX_NORMAL ? &s->normals : &s->uniforms;
    const uint64_t next = s->progress->next;
    uint64_t at = next - from->first;
    if (at > (uint64_t)from->groups || (uint64_t)from->groups - at < (uint64_t)least) {
        union {
            uint16_t half[MOST];
            float single[MOST + LANES];
        } made;
        const int number = wanted < 8 ? 8 : wanted > AHEAD ? AHEAD : (int)(wanted + 1) & ~1;
        philox_counter counter = philox_advance(s->base, next);
        const tfphilox_fill_spec fill = tfphilox_fill_spec_of(
            kind, type, s->spec->key, (const uint64_t[2]){counter.low, counter.high});
        void *out = type == TFPHILOX_FLOAT64 ? (void *)from->number : (void *)&made;
        s->spec->fill(&fill, 0, (uint64_t)(number * size), out);
        if (type == TFPHILOX_FLOAT32)
            for (int i = 0; i < number * size; i += LANES)
                d_store(from->number + i, d_widen(made.single + i));
        if (type == TFPHILOX_FLOAT16)
            for (int i = 0; i < number * size; i++)
                from->number[i] = (double)float_of_float16(made.half[i]);
        s->turn++;
        from->first = next;
        from->groups = number;
        at = 0;
    }
    *groups = from->groups - (int)at;
    return from->number + size * (int)at;
}

/* ---- laws --------------------------------------------------------------------------------- */

/* What the numbers of some batches share, in standard deviations from the mean; the deviation is
 * negative if everything is turned round. */
enum { INSIDE, BY_DENSITY, IN_TAIL };
typedef struct {
    double mean[LAWS + LANES], deviation[LAWS + LANES];
    double least[LAWS + LANES], most[LAWS + LANES], width[LAWS + LANES], root[LAWS + LANES];
    double way[LAWS + LANES]; /* of the three */
    int valid, tame;          /* all of them */
} bounded_laws;

/* Whether numbers are 0 or of a size at which no product of two of them, or with a uniform number,
 * is tiny where that could be seen.  (A tiny square changes an exponent, and e^x is 1 both ways; a
 * tiny density is at least a uniform number if that is 0, and a 0 would be, too.) */
INLINE uint32_t are_tame(vd x) {
    const vd size = d_abs(x);
    const vm small = d_less(d_set(0.0), size) & d_less(size, d_set(0x1p-60));
    return m_bits(d_less(size, d_set(0x1p60))) & ~m_bits(small);
}

/* Parameters of one kind for LANES of n batches, the last again where there are fewer. */
INLINE vd parameters_of(const tfphilox_truncated_spec *spec, int kind, uint64_t batch, int n) {
    const double *const row = spec->parameters + (uint64_t)kind * spec->columns;
    double some[LANES];
    if (spec->columns == 1)
        return d_set(*row);
    if (n >= LANES)
        return d_load(row + batch);
    for (int lane = 0; lane < LANES; lane++)
        some[lane] = row[batch + (uint64_t)(lane < n ? lane : n - 1)];
    return d_load(some);
}

/* The laws of n batches. */
INLINE void make_laws(const tfphilox_truncated_spec *spec, tfphilox_dtype type, uint64_t batch,
                      int n, bounded_laws *l) {
    const vd zero = d_set(0.0), infinity = d_set(INFINITY), inside = R(d_set(1.3));
    uint32_t valid = ALL_LANES, within = ALL_LANES, tame = ALL_LANES;
    double power[LAWS + LANES];
    for (int i = 0; i < n; i += LANES) {
        const uint64_t at = batch + (uint64_t)i;
        const vd mean = R(parameters_of(spec, 0, at, n - i));
        vd deviation = R(parameters_of(spec, 1, at, n - i));
        const vd low = R(parameters_of(spec, 2, at, n - i));
        const vd high = R(parameters_of(spec, 3, at, n - i));
        valid &= m_bits(d_less(zero, deviation)) & m_bits(d_less(low, high)) &
                 (m_bits(d_less(d_abs(low), infinity)) | m_bits(d_less(d_abs(high), infinity)));
        const vm turned = d_less(low, d_set(-DBL_MAX)) | d_less(high, mean);
        deviation = d_select(turned, -deviation, deviation);
        const vd least = R(R(d_select(turned, high, low) - mean) / deviation);
        const vd most = R(R(d_select(turned, low, high) - mean) / deviation);
        const vd root = R(d_sqrt(R(R(least * least) + d_set(4.0))));
        /* A small number is none: nothing lies between 0 and it. */
        const vm wide = (d_less(least, -inside) & d_less(d_set(-DBL_MIN), most)) |
                        (d_less(inside, most) & d_less(least, d_set(DBL_MIN)));
        const vd exponent = R(d_set(0.5) + R(R(least * R(least - root)) * d_set(0.25)));
        within &= m_bits(wide);
        d_store(l->mean + i, mean);
        d_store(l->deviation + i, deviation);
        d_store(l->least + i, least);
        d_store(l->most + i, most);
        d_store(l->width + i, R(most - least));
        d_store(l->root + i, root);
        d_store(l->way + i, d_select(wide, d_set(INSIDE), d_set(IN_TAIL)));
        d_store(power + i, d_select(wide, zero, exponent));
    }
    l->valid = valid == ALL_LANES;
    l->tame = within == ALL_LANES;
    if (within == ALL_LANES)
        return;
    exps_in(type, 0, power, n);
    for (int i = 0; i < n; i += LANES) {
        const vd sum = R(d_load(l->least + i) + d_load(l->root + i)), way = d_load(l->way + i);
        const vd cutoff = R(R(d_set(2.0) * d_load(power + i)) / sum);
        const vm narrow = d_less(d_load(l->width + i), cutoff) & d_less(d_set(INSIDE), way);
        d_store(l->way + i, d_select(narrow, d_set(BY_DENSITY), way));
        tame &= are_tame(d_load(l->least + i)) & (are_tame(d_load(l->width + i)) | ~m_bits(narrow));
    }
    l->tame = tame == ALL_LANES;
}

/* By density: the candidate, and the logarithm of its density. */
INLINE vd between(tfphilox_dtype type, int tame, vd u, vd width, vd least) {
    return T(T(u * width) + least);
}
INLINE vd log_density(tfphilox_dtype type, int tame, vd z, vd least) {
    const vd plus = d_select(d_less(least, d_set(0.0)), d_set(0.0), T(least * least));
    return half_of(type, tame, T(plus - T(z * z)));
}
/* In the tail: the rate, the candidate from a uniform number's logarithm, and as above. */
INLINE vd tail_rate(tfphilox_dtype type, vd least, vd root) {
    return R(R(least + root) * d_set(0.5));
}
INLINE vd beyond(tfphilox_dtype type, int tame, vd log, vd rate, vd least) {
    return T(T(-log / rate) + least);
}
INLINE vd log_ratio(tfphilox_dtype type, int tame, vd z, vd rate, vd least) {
    const vd x = T(d_select(d_less(least, rate), rate - z, least - rate));
    return half_of(type, tame, T(-x * x));
}
/* What goes into the result, which rounds the sum. */
INLINE vd placed(tfphilox_dtype type, vd z, vd deviation, vd mean) {
    return R(z * deviation) + mean;
}

/* ---- many numbers of a batch -------------------------------------------------------------- */

/* The candidates of the next groups by law i, of which about so many numbers are wanted. */
INLINE void make_candidates(shard_stream *s, const bounded_laws *l, int i, tfphilox_dtype type,
                            int tame, uint64_t wanted) {
    const int size = type == TFPHILOX_FLOAT64 ? 2 : 4;
    double *const z = s->z;
    uint32_t *const good = s->good;
    const vd least = d_set(l->least[i]), most = d_set(l->most[i]), width = d_set(l->width[i]);
    double v[MOST + LANES], g[MOST + LANES];
    const double *u;
    int groups, n;
    s->each = size;
    s->step = 1;
    wanted = wanted / (uint64_t)size + 1;
    switch ((int)l->way[i]) {
    case INSIDE: /* normals */
        u = next_groups(s, TFPHILOX_NORMAL, type, 1, wanted, &groups);
        groups = (uint64_t)groups > wanted ? (int)wanted : groups;
        n = groups * size;
        for (int j = 0; j < n; j += LANES) {
            const vd x = d_load(u + j);
            d_store(z + j, x);
            good[j / LANES] = ~m_bits(d_less(x, least) | d_less(most, x)) & ALL_LANES;
        }
        break;
    case BY_DENSITY: /* a group of uniform numbers for z, and another to compare */
        u = next_groups(s, TFPHILOX_UNIFORM, type, 2, 2 * wanted, &groups);
        groups = (uint64_t)groups > 2 * wanted ? (int)(2 * wanted) : groups & ~1;
        s->step = 2;
        n = groups / 2 * size;
        for (int from = 0; from < n; from += size)
            for (int j = 0; j < size; j++) {
                z[from + j] = u[2 * from + j];
                v[from + j] = u[2 * from + size + j];
            }
        for (int j = 0; j < n; j += LANES) {
            const vd x = between(type, tame, d_load(z + j), width, least);
            d_store(z + j, x);
            d_store(g + j, log_density(type, tame, x, least));
        }
        exps_in(type, tame, g, n);
        for (int j = 0; j < n; j += LANES)
            good[j / LANES] = ~m_bits(d_less(d_load(g + j), d_load(v + j))) & ALL_LANES;
        break;
    default: { /* pairs of uniform numbers: an exponential one for z, and one to compare */
        const vd rate = tail_rate(type, least, d_set(l->root[i]));
        u = next_groups(s, TFPHILOX_UNIFORM, type, 1, 2 * wanted, &groups);
        groups = (uint64_t)groups > 2 * wanted ? (int)(2 * wanted) : groups;
        s->each = size / 2;
        n = groups * size / 2;
        for (int j = 0; j < n; j++) {
            z[j] = u[2 * j];
            v[j] = u[2 * j + 1];
        }
        logs_in(type, tame, z, n);
        for (int j = 0; j < n; j += LANES) {
            const vd x = beyond(type, tame, d_load(z + j), rate, least);
            d_store(z + j, x);
            d_store(g + j, log_ratio(type, tame, x, rate, least));
        }
        exps_in(type, tame, g, n);
        for (int j = 0; j < n; j += LANES)
            good[j / LANES] =
                ~m_bits(d_less(d_load(g + j), d_load(v + j))) & m_bits(d_less(d_load(z + j), most));
        break;
    }
    }
    good[n / LANES] &= (1u << n % LANES) - 1u;
    s->candidates = n;
    s->seen = 0;
}

INLINE uint64_t bytes_of(tfphilox_dtype type) {
    return type == TFPHILOX_FLOAT64 ? 8 : type == TFPHILOX_FLOAT32 ? 4 : 2;
}

/* Keep the good ones of the candidates until there are `room` of them, and pass over what is left
 * of the last one's group, which is lost; return how many they are.  `worst` is the longest row of
 * rejections, counted exactly where it is long. */
INLINE int keep_good(shard_stream *s, int room, double *kept, int *rejections, int *worst) {
    const int n = s->candidates;
    int have = 0, i = s->seen;
    uint32_t last = ALL_LANES; /* the vector before this one, unless rejections go on from it */
    while (i < n && (have < room || i % s->each != 0)) {
        if (i % LANES != 0 || room - have < LANES || i + LANES > n) {
            const int fits = s->good[i / LANES] >> i % LANES & 1u;
            kept[have] = s->z[i++];
            have += fits;
            *rejections = fits ? 0 : *rejections + 1;
            *worst = *rejections > *worst ? *rejections : *worst;
            continue;
        }
        for (; i + LANES <= n && room - have >= LANES; i += LANES) {
            const uint32_t bits = s->good[i / LANES];
            have = pack(kept, have, bits, d_load(s->z + i));
            if (bits != 0 && *rejections == 0) {
                last = bits;
                continue;
            }
            for (int lane = LANES - 1; lane >= 0 && (last >> lane & 1u) == 0; lane--)
                ++*rejections;
            last = ALL_LANES;
            for (int lane = 0; lane < LANES; lane++) {
                *rejections = bits >> lane & 1u ? 0 : *rejections + 1;
                *worst = *rejections > *worst ? *rejections : *worst;
            }
        }
        for (int lane = LANES - 1; lane >= 0 && (last >> lane & 1u) == 0; lane--)
            ++*rejections;
        last = ALL_LANES;
    }
    s->seen = i;
    return have < room ? have : room;
}

/* Outputs at, at + step, ... up to `count` of one batch, by law i, or fewer, if the turn is over;
 * `wanted` numbers will be by this law. */
INLINE int fill_batch(shard_stream *s, tfphilox_dtype type, const bounded_laws *l, int i,
                      uint64_t at, uint64_t step, uint64_t count, uint64_t wanted) {
    tfphilox_progress *const p = s->progress;
    const int allowed = (int)l->way[i] == INSIDE ? TRIES : TRIES - 1; /* its two ways to count */
    const uint64_t bytes = bytes_of(type);
    uint64_t done = 0;
    while (done < count && s->turn < TURN) {
        double kept[MOST + 2 * LANES];
        const int room = count - done < MOST ? (int)(count - done) : MOST;
        int worst = 0;
        if (s->seen == s->candidates) {
            if (l->tame)
                make_candidates(s, l, i, type, 1, wanted - done);
            else
                make_candidates(s, l, i, type, 0, wanted - done);
        }
        const int seen = s->seen, have = keep_good(s, room, kept, &p->rejections, &worst);
        p->next += (uint64_t)((s->seen - seen) / s->each * s->step);
        if (worst > allowed)
            return TFPHILOX_REJECTED;
        for (int j = 0; j < have; j += LANES)
            d_store(kept + j,
                    placed(type, d_load(kept + j), d_set(l->deviation[i]), d_set(l->mean[i])));
        if (step == 1)
            store_run(type, (int)bytes, kept, have, (char *)s->spec->out + at * bytes);
        else
            for (int j = 0; j < have; j++)
                store_run(type, (int)bytes, kept + j, 1,
                          (char *)s->spec->out + (at + (uint64_t)j * step) * bytes);
        at += (uint64_t)have * step;
        done += (uint64_t)have;
    }
    p->made += done;
    if (done == count)
        p->rejections = 0;
    return TFPHILOX_OK;
}

/* ---- a number of each of many batches ----------------------------------------------------- */

/* The next outputs, LANES of them or the last n, each of a batch of its own, by laws i, ..., as if
 * each found a number in its first groups, and how many of them, from the first on, have; *groups
 * says what these took. */
INLINE int first_tries(shard_stream *s, const bounded_laws *l, int i, int n, tfphilox_dtype type,
                       double *value, int *groups) {
    const int tame = 1;
    const int size = type == TFPHILOX_FLOAT64 ? 2 : 4;
    const vd least = d_load(l->least + i), most = d_load(l->most + i), one = d_set(1.0);
    const vd width = d_load(l->width + i), way = d_load(l->way + i), half = d_set(0.5);
    const vm not_inside = d_less(half, way), not_in_tail = d_less(way, d_set(1.5));
    const vm not_by_density = d_less(way, half) | d_less(d_set(1.5), way);
    const uint32_t here = lanes_within(0, n);
    const uint32_t insides = ~m_bits(not_inside) & here, tails = ~m_bits(not_in_tail) & here;
    const uint32_t densities = here & ~insides & ~tails;
    const double *normals = NULL, *u = NULL;
    const vd rate = tail_rate(type, least, d_load(l->root + i));
    int starts[LANES + 1], place[LANES], have;
    starts[0] = 0;
    for (int lane = 0; lane < LANES; lane++) {
        place[lane] = size * starts[lane];
        starts[lane + 1] = starts[lane] + (lane < n) + (int)(densities >> lane & 1u);
    }
    for (int lane = n; lane < LANES; lane++)
        place[lane] = 0;
    if (insides)
        normals = next_groups(s, TFPHILOX_NORMAL, type, starts[n], AHEAD, &have);
    if (here & ~insides)
        u = next_groups(s, TFPHILOX_UNIFORM, type, starts[n], AHEAD, &have);
    vd z = d_set(0.0), taken = d_set(0.0);
    for (int c = 0; c < size; c++) {
        double g[2 * LANES];
        if (insides) {
            const vd x = d_pick(normals + c, place);
            const vm bad = d_less(x, least) | d_less(most, x) | not_inside | d_less(half, taken);
            z = d_select(bad, z, x);
            taken = d_select(bad, taken, one);
        }
        if (densities) {
            const vd x = between(type, tame, d_pick(u + c, place), width, least);
            d_store(g, log_density(type, tame, x, least));
            exps_in(type, tame, g, LANES);
            const vm bad = d_less(d_load(g), d_pick(u + size + c, place)) | not_by_density |
                           d_less(half, taken);
            z = d_select(bad, z, x);
            taken = d_select(bad, taken, one);
        }
        if (tails && c < size / 2) {
            d_store(g, d_pick(u + 2 * c, place));
            logs_in(type, tame, g, LANES);
            const vd x = beyond(type, tame, d_load(g), rate, least);
            d_store(g, log_ratio(type, tame, x, rate, least));
            exps_in(type, tame, g, LANES);
            const vd beside = d_select(d_less(x, most), d_set(0.0), one);
            const vm bad = d_less(d_load(g), d_pick(u + 2 * c + 1, place)) | d_less(half, beside) |
                           not_in_tail | d_less(half, taken);
            z = d_select(bad, z, x);
            taken = d_select(bad, taken, one);
        }
        if ((m_bits(d_less(half, taken)) & here) == here)
            break;
    }
    d_store(value, placed(type, z, d_load(l->deviation + i), d_load(l->mean + i)));
    const uint32_t found = m_bits(d_less(half, taken));
    int good = 0;
    while (good < n && (found >> good & 1u))
        good++;
    *groups = starts[good];
    return good;
}

/* Outputs at, at + 1, ... of as many batches until one does not find a number in its first groups,
 * or the turn is over, by laws i, ..., which are tame; return how many they are. */
INLINE int fill_singles(shard_stream *s, tfphilox_dtype type, const bounded_laws *l, int i,
                        uint64_t at, int count) {
    tfphilox_progress *const p = s->progress;
    const uint64_t bytes = bytes_of(type);
    double value[LAWS + LANES];
    int have = 0, groups = 0, tried = 0;
    while (have < count && tried == have && s->turn < TURN) {
        const int n = count - have < LANES ? count - have : LANES;
        const int good = first_tries(s, l, i + have, n, type, value + have, &groups);
        p->next += (uint64_t)groups;
        tried += n;
        have += good;
    }
    store_run(type, (int)bytes, value, have, (char *)s->spec->out + at * bytes);
    p->made += (uint64_t)have;
    return have;
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
        s.candidates = s.seen = 0;
        s.normals.groups = s.uniforms.groups = 0;
        s.normals.first = s.uniforms.first = p->next;
        bounded_laws laws;
        for (uint64_t i = at, n; spec->by_batch && p->next == 0 && i < end; i += n) {
            n = end - i < LAWS ? end - i : LAWS;
            make_laws(spec, type, i, (int)n, &laws);
            if (!laws.valid) /* those of batches without outputs too */
                return TFPHILOX_INVALID;
        }
        const int many = spec->columns > 1; /* laws */
        uint64_t from = 0;                  /* the batch of the first of them */
        int known = 0, tried = 0;
        while (at * unit + p->made < limit && s.turn < TURN) {
            const uint64_t o = at * unit + p->made, batch = o / samples, sample = o % samples;
            const uint64_t left = samples - sample, n = limit - o < left ? limit - o : left;
            if (known == 0 || (many && batch - from >= (uint64_t)known)) {
                const uint64_t batches = (limit - 1) / samples - batch + 1;
                known = !many && samples > 1 ? 1 : batches > LAWS ? LAWS : (int)batches;
                from = batch;
                make_laws(spec, type, batch, known, &laws);
            }
            if (!laws.valid)
                return TFPHILOX_INVALID;
            const int i = many ? (int)(batch - from) : 0;
            if (samples == 1 && laws.tame && p->rejections == 0 && !tried) {
                const int room = known - i,
                          run = limit - o < (uint64_t)room ? (int)(limit - o) : room;
                tried = fill_singles(&s, type, &laws, i, o, run) < run;
                continue;
            }
            if (many || samples == 1)
                s.candidates = s.seen = 0;
            tried = 0;
            const uint64_t place = spec->by_batch ? o : sample * spec->batches + batch;
            const uint64_t step = spec->by_batch ? 1 : spec->batches;
            const int status = fill_batch(&s, type, &laws, i, place, step, n, many ? n : limit - o);
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
