"""One large kernel in shards on several workers, equal to the whole that Keras would make.

A Dense layer's kernel, GlorotUniform(seed=7), of a size that no single process would want to hold:
each worker makes the columns of its own device, from the seeds alone, and nothing is sent. Needs
Dask: pip install 'tfphilox[dask]'.

    python examples/kernel_in_shards.py [ROWS COLUMNS WORKERS]
"""

import hashlib
import math
import sys

import distributed

import tfphilox as tp
import tfphilox.dask

ROWS, COLUMNS, WORKERS = (int(word) for word in sys.argv[1:4] or (4096, 6000, 2))


def digest(shard):
    """What stands for a device that takes its shard: the sum of its bits."""
    return hashlib.sha256(shard.tobytes()).hexdigest()[:16]


def main():
    initializer = tp.keras.initializers.GlorotUniform(seed=7)
    # Where its numbers come from does not depend on how many they are.
    draw = tp.explain(initializer, [1, 1]).draws[0]
    limit = math.sqrt(6 / (ROWS + COLUMNS))
    width = -(-COLUMNS // WORKERS)
    kernel = tp.dask.uniform(
        (ROWS, COLUMNS), -limit, limit, key=draw.key, counter=draw.counter, chunks=(-1, width)
    )
    with (
        distributed.LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        shards = [client.compute(part) for part in kernel.to_delayed().ravel()]
        sums = client.gather([client.submit(digest, shard) for shard in shards])
    whole = tp.keras.initializers.GlorotUniform(seed=7)([ROWS, COLUMNS])
    for number, found in enumerate(sums):
        part = whole[:, number * width : (number + 1) * width]
        equal = "equal" if found == digest(part) else "NOT EQUAL"
        print(f"shard {number}: {part.shape[0]} x {part.shape[1]}, sha256 {found}: {equal}")
    if [digest(whole[:, n * width : (n + 1) * width]) for n in range(len(sums))] != list(sums):
        sys.exit("a shard is not that part of the whole")


if __name__ == "__main__":
    main()
