/* dump_samplers.c: the samplers on their own, their numbers on standard output.
 *
 * As dump_stream.c: so that a build for another machine can be compared byte for byte.
 *
 *   dump_samplers ISA gamma|poisson|binomial DTYPE PARAMETER_DTYPE SAMPLES A B [A B ...]
 *   dump_samplers ISA categorical DTYPE LOGITS_DTYPE ROWS CLASSES SAMPLES THREADS
 *   dump_samplers ISA truncated DTYPE BY_BATCH OUTPUTS THREADS MEAN DEVIATION LOW HIGH
 *   dump_samplers ISA candidates KIND RANGE UNIQUE COUNT
 *   dump_samplers -, and such lines on standard input
 *
 * Types and kinds are the numbers of the enums.  Gamma is scaled by B.  A logit, and a class's
 * weight (to the power 0.75), follow from its number: see `made_up`.  THREADS are TensorFlow's.
 */
#include "floatbits.h"
#include "lines.h"
#include "samplers.h"

#define KEY 0xA4093822299F31D0u
#define COUNTER                                                                                    \
    { 0xFFFFFFFFFFFFFF00u, 0x452821E638D01377u }

static const tfphilox_samplers *samplers;

static double made_up(uint64_t i) { return (double)(i * 7919 % 1000) / 64.0; }

static void *room(uint64_t count, size_t size) {
    void *memory = calloc((size_t)count + 1, size);
    if (memory == NULL)
        exit(3);
    return memory;
}

static size_t size_of(tfphilox_dtype dtype) { return (size_t)tfphilox_itemsize(dtype); }

static int dump_sampler(const char *kind, int argc, char **a) {
    const uint64_t batches = (uint64_t)(argc - 3) / 2;
    double *first = room(batches, sizeof *first), *second = room(batches, sizeof *second);
    for (uint64_t i = 0; i < batches; i++) {
        first[i] = strtod(a[3 + 2 * i], NULL);
        second[i] = strtod(a[4 + 2 * i], NULL);
    }
    tfphilox_sampler_spec spec = {
        .key = KEY,
        .counter = COUNTER,
        .batches = batches,
        .samples = strtoull(a[2], NULL, 0),
        .dtype = (tfphilox_dtype)atoi(a[0]),
        .parameter = (tfphilox_dtype)atoi(a[1]),
        .a = first,
        .b = second,
        .scaled = 1,
    };
    const uint64_t count = batches * spec.samples;
    tfphilox_sampler *sampler = kind[0] == 'g'   ? samplers->gamma
                                : kind[0] == 'p' ? samplers->poisson
                                                 : samplers->binomial;
    spec.out = room(count, size_of(spec.dtype));
    if (sampler(&spec, 0, count) != TFPHILOX_OK)
        return 1;
    return write_out(spec.out, (size_t)count * size_of(spec.dtype));
}

static int dump_categorical(char **a) {
    tfphilox_categorical_spec spec = {
        .key = KEY,
        .counter = COUNTER,
        .dtype = (tfphilox_dtype)atoi(a[0]),
        .logits_dtype = (tfphilox_dtype)atoi(a[1]),
        .rows = strtoull(a[2], NULL, 0),
        .classes = strtoull(a[3], NULL, 0),
        .samples = strtoull(a[4], NULL, 0),
        .fill = tfphilox_current()->fill,
        .parts = 1,
    };
    const uint64_t logits = spec.rows * spec.classes, count = spec.rows * spec.samples;
    char *numbers = room(logits, size_of(spec.logits_dtype));
    for (uint64_t i = 0; i < logits; i++) {
        const double x = made_up(i);
        if (spec.logits_dtype == TFPHILOX_FLOAT64)
            ((double *)(void *)numbers)[i] = x;
        else if (spec.logits_dtype == TFPHILOX_FLOAT32)
            ((float *)(void *)numbers)[i] = (float)x;
        else
            ((uint16_t *)(void *)numbers)[i] = spec.logits_dtype == TFPHILOX_FLOAT16
                                                   ? float16_of_float((float)x)
                                                   : bfloat16_of_float((float)x);
    }
    spec.logits = numbers;
    spec.part_size = spec.samples;
    spec.shard_size =
        tfphilox_categorical_shard_size(spec.rows, spec.classes, spec.samples, atoi(a[5]));
    spec.out = room(count, size_of(spec.dtype));
    if (samplers->categorical(&spec, 0, spec.rows) != TFPHILOX_OK)
        return 1;
    return write_out(spec.out, (size_t)count * size_of(spec.dtype));
}

static int dump_truncated(char **a) {
    double parameters[4];
    for (int i = 0; i < 4; i++)
        parameters[i] = strtod(a[4 + i], NULL);
    tfphilox_truncated_spec spec = {
        .key = KEY,
        .counter = COUNTER,
        .dtype = (tfphilox_dtype)atoi(a[0]),
        .by_batch = atoi(a[1]),
        .outputs = strtoull(a[2], NULL, 0),
        .parameters = parameters,
        .columns = 1,
        .fill = tfphilox_current()->fill,
    };
    spec.samples = spec.by_batch ? 100 : spec.outputs;
    spec.batches = (spec.outputs + spec.samples - 1) / spec.samples;
    spec.shard_size = tfphilox_truncated_shard_size(&spec, atoi(a[3]));
    const uint64_t units = spec.by_batch ? spec.batches : spec.outputs;
    const uint64_t shards = (units + spec.shard_size - 1) / spec.shard_size;
    spec.progress = room(shards, sizeof *spec.progress);
    spec.out = room(spec.outputs, size_of(spec.dtype));
    for (uint64_t shard = 0; shard < shards; shard++)
        while (!spec.progress[shard].finished)
            if (samplers->truncated(&spec, shard, 1) != TFPHILOX_OK)
                return 1;
    return write_out(spec.out, (size_t)spec.outputs * size_of(spec.dtype));
}

static int dump_candidates(char **a) {
    const tfphilox_candidates *functions = samplers->candidates;
    tfphilox_classes classes = {.kind = atoi(a[0]), .range = strtoll(a[1], NULL, 0)};
    const uint64_t range = (uint64_t)classes.range, count = strtoull(a[3], NULL, 0);
    const int unique = atoi(a[2]);
    if (classes.kind == TFPHILOX_LEARNED_CLASSES) {
        classes.weight = room(range, sizeof *classes.weight);
        classes.sums = room(range, sizeof *classes.sums);
    }
    functions->start(&classes);
    if (classes.kind == TFPHILOX_FIXED_CLASSES) {
        classes.weights = room(range, sizeof *classes.weights);
        classes.probability = room(range, sizeof *classes.probability);
        classes.alias = room(range, sizeof *classes.alias);
        for (uint64_t i = 0; i < range; i++) {
            classes.weights[i] = functions->distort((float)made_up(i), 0.75f);
        }
        functions->make_alias(&classes, room(range, sizeof(double)), room(range, sizeof(int32_t)));
    }
    const uint64_t counter[2] = COUNTER;
    tfphilox_words words;
    tfphilox_start_words(&words, tfphilox_current(), KEY, counter, 512);
    uint64_t size = 1, picked = 0;
    while (size < 2 * count)
        size *= 2;
    int64_t *table = room(size, sizeof *table), *out = room(count, sizeof *out);
    float *counts = room(count, sizeof *counts);
    memset(table, 0xFF, (size_t)size * sizeof *table);
    const uint64_t tries = functions->sample(&classes, &words, count, UINT64_MAX,
                                             unique ? table : NULL, size, &picked, out);
    functions->expected_counts(&classes, count, out, (int32_t)count, (int32_t)tries, counts);
    return write_out(out, (size_t)count * sizeof *out) ||
           write_out(counts, (size_t)count * sizeof *counts);
}

static int command(int argc, char **argv) {
    if (argc < 2 || tfphilox_use(argv[0]) != TFPHILOX_OK)
        return 2;
    samplers = tfphilox_samplers_named(argv[0]);
    const char *kind = argv[1];
    if (strcmp(kind, "categorical") == 0 && argc == 8)
        return dump_categorical(argv + 2);
    if (strcmp(kind, "truncated") == 0 && argc == 10)
        return dump_truncated(argv + 2);
    if (strcmp(kind, "candidates") == 0 && argc == 6)
        return dump_candidates(argv + 2);
    if (argc >= 7 && argc % 2 == 1)
        return dump_sampler(kind, argc - 2, argv + 2);
    fprintf(stderr, "usage: see the head of dump_samplers.c\n");
    return 2;
}
