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
#define OFTEN 1024 /* times that groups are made, from one look for signals to the next */

/* ---- arithmetic in the type --------------------------------------------------------------- */

/* Each step in double and rounded once more: 53 bits are enough for that to be the right result
 * of one operation on floats or halves. */
INLINE double rounded(tfphilox_dtype type, double x) {
    if (type == TFPHILOX_FLOAT64)
        return RARELY(fabs(x) < DBL_MIN) ? copysign(0.0, x) : x;
    return type == TFPHILOX_FLOAT32 ? (double)float_of_double(x)
                                    : (double)float_of_float16(float16_of_float((float)x));
}
INLINE double exp_in(tfphilox_dtype type, double x) {
    return rounded(type,
                   type == TFPHILOX_FLOAT64 ? tfphilox_exp(x) : (double)tfphilox_expf((float)x));
}
INLINE double log_in(tfphilox_dtype type, double x) {
    return rounded(type,
                   type == TFPHILOX_FLOAT64 ? tfphilox_log(x) : (double)tfphilox_logf((float)x));
}
#define R(x) rounded(type, x)

/* ---- a shard's stream --------------------------------------------------------------------- */

/* Groups of one kind, made ahead; valid from block `first` on. */
typedef struct {
    uint64_t first;
    int groups;
    double number[4 * AHEAD];
} supply;

typedef struct {
    const tfphilox_truncated_spec *spec;
    philox_counter base;
    uint64_t next; /* block, from base */
    uint64_t supplies;
    int stopped;
    supply normals, uniforms;
} stream;

/* The numbers of the next group; about so many groups of the kind will be wanted. */
INLINE const double *next_group(stream *s, tfphilox_kind kind, tfphilox_dtype type,
                                uint64_t wanted) {
    const int size = type == TFPHILOX_FLOAT64 ? 2 : 4;
    supply *from = kind == TFPHILOX_NORMAL ? &s->normals : &s->uniforms;
    uint64_t at = s->next - from->first;
    if (at >= (uint64_t)from->groups) {
        union {
            uint16_t half[4 * AHEAD];
            float single[4 * AHEAD];
        } made;
        int groups = wanted < 8 ? 8 : wanted > AHEAD ? AHEAD : (int)wanted;
        philox_counter counter = philox_advance(s->base, s->next);
        const tfphilox_fill_spec fill = {.kind = kind,
                                         .dtype = type,
                                         .key = s->spec->key,
                                         .counter = {counter.low, counter.high},
                                         .mul = 1.0,
                                         .add = -0.0};
        void *out = type == TFPHILOX_FLOAT64 ? (void *)from->number : (void *)&made;
        s->spec->fill(&fill, 0, (uint64_t)(groups * size), out);
        for (int i = 0; i < groups * size; i++)
            if (type == TFPHILOX_FLOAT32)
                from->number[i] = (double)made.single[i];
            else if (type == TFPHILOX_FLOAT16)
                from->number[i] = (double)float_of_float16(made.half[i]);
        if (++s->supplies % OFTEN == 0 && s->spec->stop(s->spec->context))
            s->stopped = 1;
        from->first = s->next;
        from->groups = groups;
        at = 0;
    }
    s->next++;
    return from->number + size * (int)at;
}

/* ---- one batch ---------------------------------------------------------------------------- */

INLINE void put(tfphilox_dtype type, void *out, uint64_t at, double x) {
    if (type == TFPHILOX_FLOAT64)
        ((double *)out)[at] = x;
    else if (type == TFPHILOX_FLOAT32)
        ((float *)out)[at] = (float)x;
    else
        ((uint16_t *)out)[at] = float16_of_float((float)x);
}

/* Outputs at, at + step, ... up to `count` of one batch. */
INLINE int fill_batch(stream *s, tfphilox_dtype type, uint64_t batch, uint64_t at, uint64_t step,
                      uint64_t count) {
    const tfphilox_truncated_spec *spec = s->spec;
    const int size = type == TFPHILOX_FLOAT64 ? 2 : 4;
    void *out = spec->out;
    const double *const parameters = spec->parameters + (spec->columns == 1 ? 0 : batch);
    const double mean = R(parameters[0]);
    double deviation = R(parameters[spec->columns]);
    double low = R(parameters[2 * spec->columns]), high = R(parameters[3 * spec->columns]);
    if (!(deviation > 0.0 && low < high && (isfinite(low) || isfinite(high))))
        return TFPHILOX_INVALID;
    if (low == -INFINITY || high < mean) { /* turn everything round */
        double swap = low;
        low = high;
        high = swap;
        deviation = -deviation;
    }
    const double least = R(R(low - mean) / deviation), most = R(R(high - mean) / deviation);
    const double root = R(sqrt(R(R(least * least) + 4.0)));
    const double power = R(R(least * R(least - root)) / 4.0);
    const double cutoff = R(R(2.0 * exp_in(type, R(0.5 + power))) / R(least + root));
    const double width = R(most - least);
    const double inside = R(1.3);
    int rejections = 0;
    uint64_t done = 0;
#define PUT(z) (put(type, out, at, R(R((z)*deviation) + mean)), at += step, done++)

    if ((least < -inside && most >= 0.0) || (most > inside && least <= 0.0)) {
        while (done < count && !s->stopped) {
            const double *z = next_group(s, TFPHILOX_NORMAL, type, (count - done) / 2);
            for (int i = 0; i < size && done < count; i++)
                if (z[i] >= least && z[i] <= most) {
                    PUT(z[i]);
                    rejections = 0;
                } else if (++rejections > TRIES) {
                    return TFPHILOX_REJECTED;
                }
        }
    } else if (width < cutoff) {
        const double plus = least < 0.0 ? 0.0 : R(least * least);
        while (done < count && !s->stopped) {
            double z[4];
            const double *u = next_group(s, TFPHILOX_UNIFORM, type, count - done);
            for (int i = 0; i < size; i++)
                z[i] = R(R(u[i] * width) + least);
            u = next_group(s, TFPHILOX_UNIFORM, type, count - done);
            for (int i = 0; i < size && done < count; i++)
                if (u[i] <= exp_in(type, R(R(plus - R(z[i] * z[i])) / 2.0))) {
                    PUT(z[i]);
                    rejections = 0;
                } else if (++rejections >= TRIES) {
                    return TFPHILOX_REJECTED;
                }
        }
    } else {
        const double alpha = R(R(least + root) / 2.0);
        while (done < count && !s->stopped) {
            const double *u = next_group(s, TFPHILOX_UNIFORM, type, count - done);
            for (int i = 0; i < size && done < count; i += 2) {
                double z = R(R(-log_in(type, u[i]) / alpha) + least);
                double x = least < alpha ? R(alpha - z) : R(least - alpha);
                double g = exp_in(type, R(R(-x * x) / 2.0));
                if (u[i + 1] <= g && z < most) {
                    PUT(z);
                    rejections = 0;
                } else if (++rejections >= TRIES) {
                    return TFPHILOX_REJECTED;
                }
            }
        }
    }
#undef PUT
    return s->stopped ? TFPHILOX_STOPPED : TFPHILOX_OK;
}

/* ---- shards ------------------------------------------------------------------------------- */

INLINE int fill_shards(const tfphilox_truncated_spec *spec, tfphilox_dtype type, uint64_t first,
                       uint64_t count) {
    const uint64_t size = type == TFPHILOX_FLOAT64 ? 2 : 4;
    const uint64_t outputs = spec->outputs, samples = spec->samples;
    const uint64_t units = spec->by_batch ? spec->batches : outputs;
    stream s;
    s.spec = spec;
    s.supplies = 0;
    s.stopped = 0;
    for (uint64_t shard = first; shard < first + count; shard++) {
        uint64_t at = shard * spec->shard_size;
        uint64_t end = units - at < spec->shard_size ? units : at + spec->shard_size;
        uint64_t skip = spec->by_batch ? at * 2 * TRIES * (samples + 3) / 4
                                       : (at * 2 * TRIES + size - 1) / size;
        s.base = philox_advance((philox_counter){spec->counter[0], spec->counter[1]}, skip);
        s.next = 0;
        s.normals.groups = s.uniforms.groups = 0;
        s.normals.first = s.uniforms.first = 0;
        while (at < end) {
            int status;
            if (spec->by_batch) {
                uint64_t from = at * samples;
                uint64_t n = from >= outputs            ? 0
                             : outputs - from < samples ? outputs - from
                                                        : samples;
                status = fill_batch(&s, type, at, from, 1, n);
                at++;
            } else {
                uint64_t batch = at / samples, sample = at % samples;
                uint64_t n = end - at < samples - sample ? end - at : samples - sample;
                status =
                    fill_batch(&s, type, batch, sample * spec->batches + batch, spec->batches, n);
                at += n;
            }
            if (status != TFPHILOX_OK)
                return status;
        }
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
