/* shards.c: how TensorFlow would cut work for its threads.
 *
 * Two kernels draw from one stream a shard, so their numbers depend on the cut: Shard
 * (core/util/work_sharder.cc), which calls ThreadPoolDevice::parallelFor and its
 * CalculateParallelForBlock (Eigen, TensorDeviceThreadPool.h) with TensorCostModel's constants.
 */
#include "math/libmath.h"
#include "samplers.h"

static int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
static double efficiency(int64_t blocks, int64_t threads) {
    return (double)blocks / (double)(divide_up(blocks, threads) * threads);
}

uint64_t tfphilox_shard_size(uint64_t total, int64_t unit_cost, int threads) {
    const double startup = 100000.0, a_thread = 100000.0, task = 40000.0;
    const int64_t n = (int64_t)total, t = threads;
    if (threads <= 1 || n <= 1)
        return total;
    double wanted = ((double)n * (double)unit_cost - startup) / a_thread + 0.9;
    if (wanted < 2.0)
        return total;
    double least = 1.0 / ((double)unit_cost / task);
    int64_t size = divide_up(n, 4 * t);
    if (least >= (double)n)
        size = n;
    else if ((int64_t)least > size)
        size = (int64_t)least;
    const int64_t most = 2 * size < n ? 2 * size : n;
    int64_t before = divide_up(n, size);
    double best = efficiency(before, t);
    while (best < 1.0 && before > 1) { /* coarser blocks, while no worse for the threads */
        int64_t coarser = divide_up(n, before - 1);
        if (coarser > most)
            break;
        before = divide_up(n, coarser);
        double now = efficiency(before, t);
        if (now + 0.01 >= best) {
            size = coarser;
            best = now > best ? now : best;
        }
    }
    return (uint64_t)size;
}

uint64_t tfphilox_categorical_shard_size(uint64_t rows, uint64_t classes, uint64_t samples,
                                         int threads) {
    double searches = (double)samples * tfphilox_log((double)classes) / tfphilox_log(2.0);
    return tfphilox_shard_size(rows, (int64_t)(50.0 * (searches + (double)classes)), threads);
}

/* Cycles that TensorFlow's build for AVX (without fused operations) takes a batch and a sample
 * to cost, from Eigen's cost tables. */
uint64_t tfphilox_truncated_shard_size(const tfphilox_truncated_spec *spec, int threads) {
    int64_t batch = 53, sample = 67;
    if (spec->dtype == TFPHILOX_FLOAT64) {
        batch = 90;
        sample = 84;
    } else if (spec->dtype == TFPHILOX_FLOAT16) {
        batch = 62;
        sample = 76;
    }
    if (!spec->by_batch)
        return tfphilox_shard_size(spec->outputs, batch + 2 * sample, threads);
    return tfphilox_shard_size(spec->batches, batch + 2 * sample * (int64_t)spec->samples, threads);
}
