"""identify.py: how many hypotheses a second `tfphilox.identify` tries, on one and two threads.

    python bench/identify.py [--rounds 5]

The inner search alone (the first word of a stream decides), over 10^8 streams in pieces of 2^20;
and `identify` of six floats that nobody made, with all that it does about it.
"""

import argparse
import statistics
import time

import numpy as np
from measure import machine

import tfphilox as tp
from tfphilox._c import _search

PIECE, ALL = 1 << 20, 10**8


def searched(threads):
    """Seconds for 10^8 streams, by their keys."""
    keys = np.arange(PIECE, dtype=np.uint64)
    one = np.zeros(1, np.uint64)
    start = time.perf_counter()
    for at in range(0, ALL, PIECE):
        _search.search(
            keys, one, np.array([at], np.uint64), PIECE, 0, 0x7FFFFF, [5, 0, 0, 0],
            [3, 2**32 - 1, 2**32 - 1, 2**32 - 1], threads=threads,
        )  # fmt: skip
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print(machine())
    for threads in (1, 2):
        taken = [searched(threads) for _ in range(rounds)]
        print(
            f"{threads} threads: 10^8 streams in {statistics.median(taken):.2f} s "
            f"(best {min(taken):.2f})"
        )
    values = np.random.default_rng(1).random(6, np.float32)
    start = time.perf_counter()
    tried = sum(each.count for each in tp.identify(values).tried)
    taken = time.perf_counter() - start
    print(f"identify of nobody's numbers: {tried:,} hypotheses in {taken:.1f} s")


if __name__ == "__main__":
    main()
