/* dump_stream.c: the C core on its own, its numbers on standard output.
 *
 * It shows that csrc/ builds and works without Python, and lets a build for another
 * machine (aarch64 under qemu) be compared byte for byte with the one at hand.
 *
 *   dump_stream isas
 *   dump_stream math ISA log|sin|cos
 *   dump_stream fill ISA KIND DTYPE KEY COUNTER_LOW COUNTER_HIGH FIRST COUNT MUL ADD LOW RANGE
 *   dump_stream job THREADS, and the rest as for fill
 *   dump_stream scramble SEED0 SEED1
 *   dump_stream -, and such lines on standard input
 *
 * KIND and DTYPE are the numbers of the enums in tfphilox.h, MUL and ADD hexadecimal
 * floats.  Raw native-endian elements come out; the exit status is 0 if all went well.
 */
#include "lines.h"
#include "pool.h"
#include "proof.h"
#include "tfphilox.h"

static uint64_t number(const char *text) {
    return text[0] == '-' ? (uint64_t)strtoll(text, NULL, 0) : strtoull(text, NULL, 0);
}

static int list_isas(void) {
    const tfphilox_target *target;
    for (int i = 0; (target = tfphilox_available(i)) != NULL; i++)
        puts(target->name);
    return 0;
}

static int dump_math(const char *isa, const char *name) {
    const uint32_t count = 1u << 23;
    const tfphilox_proof *const functions = tfphilox_proof_named(isa);
    float *out = malloc(count * sizeof *out);
    if (out == NULL || functions == NULL || tfphilox_use(isa) != TFPHILOX_OK)
        return 1;
    if (functions->float32_math(name[0], 0, count, out) != TFPHILOX_OK)
        return 1;
    int status = write_out(out, count * sizeof *out);
    free(out);
    return status;
}

/* What a thread of the pool does: one piece of a fill. */
typedef struct {
    const tfphilox_fill_spec *spec;
    uint64_t first;
    char *out;
} piece_context;

static int make_piece(const void *context, uint64_t first, uint64_t count) {
    const piece_context *c = context;
    char *out = c->out + first * (uint64_t)tfphilox_itemsize(c->spec->dtype);
    return tfphilox_current()->fill(c->spec, c->first + first, count, out);
}

static int dump_fill(const char *isa, int threads, char **a) {
    const uint64_t counter[2] = {number(a[3]), number(a[4])};
    tfphilox_fill_spec spec = tfphilox_fill_spec_of(
        (tfphilox_kind)atoi(a[0]), (tfphilox_dtype)atoi(a[1]), number(a[2]), counter);
    spec.mul = strtod(a[7], NULL);
    spec.add = strtod(a[8], NULL);
    spec.low = (int64_t)number(a[9]);
    spec.range = number(a[10]);
    uint64_t first = number(a[5]), count = number(a[6]);
    size_t bytes = (size_t)count * (size_t)tfphilox_itemsize(spec.dtype);
    void *out = malloc(bytes + 1);
    int status;
    if (out == NULL || tfphilox_use(isa) != TFPHILOX_OK)
        return 1;
    if (threads) {
        const piece_context context = {&spec, first, out};
        tfphilox_job job;
        tfphilox_job_start(&job, make_piece, &context, count, 8192, threads);
        while (tfphilox_job_run(&job, 0.01))
            ;
        status = tfphilox_job_finish(&job);
    } else {
        status = tfphilox_current()->fill(&spec, first, count, out);
    }
    if (status == TFPHILOX_OK)
        status = write_out(out, bytes);
    free(out);
    return status != 0;
}

static int dump_scramble(const char *first, const char *second) {
    const int64_t seed[2] = {(int64_t)number(first), (int64_t)number(second)};
    uint64_t words[3];
    tfphilox_scramble(seed, &words[0], &words[1]);
    return write_out(words, sizeof words);
}

static int command(int argc, char **argv) {
    if (argc == 1 && strcmp(argv[0], "isas") == 0)
        return list_isas();
    if (argc == 3 && strcmp(argv[0], "math") == 0)
        return dump_math(argv[1], argv[2]);
    if (argc == 3 && strcmp(argv[0], "scramble") == 0)
        return dump_scramble(argv[1], argv[2]);
    if (argc == 13 && strcmp(argv[0], "fill") == 0)
        return dump_fill(argv[1], 0, argv + 2);
    if (argc == 14 && strcmp(argv[0], "job") == 0)
        return dump_fill(argv[2], atoi(argv[1]), argv + 3);
    fprintf(stderr, "usage: see the head of dump_stream.c\n");
    return 2;
}
