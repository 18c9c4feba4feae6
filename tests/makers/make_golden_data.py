"""make_golden_data.py: ask TensorFlow for the order of its data sets and write it down.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_data.py

writes tests/golden_files/data-tf-<version>.json. It imports TensorFlow (and what programs are, from
data_programs.py), never tfphilox, and runs under Python 3.7 and TensorFlow 1.15 too.

programs     what programs gave: [program, results]; see data_programs.py.
endings      those in which what a repeat begins at its end, and nobody reads, moves a generator.
defaults     those in which TensorFlow is not told not to read ahead, whose passes are complete.
sums         sha256 of long orders, as little-endian int64: n, buffer, seed, two epochs each.
"""

import hashlib
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import data_programs
import numpy as np
import tensorflow as tf
from make_golden import TESTS, header

VERSION = tuple(int(part) for part in tf.__version__.split(".")[:2])


def programs():
    begin = data_programs.begin_in_tensorflow(tf)
    newest = int(VERSION >= (2, 15))
    found = [data_programs.any_program(random.Random(n), newest) for n in range(110)]
    found += [data_programs.any_rejection(random.Random(n), newest) for n in range(12)]
    if hasattr(tf.data.experimental, "at"):
        found += [data_programs.any_access(random.Random(n)) for n in range(20)]
    for program in found:
        yield program, data_programs.run(tf, program, begin)


def endings():
    begin = data_programs.begin_in_tensorflow(tf)
    shuffle = ["shuffle", {"buffer_size": 4, "seed": 3}]
    twice, endless = ["repeat", {"count": 2}], ["repeat", {"count": -1}]
    once, all_of_it = ["repeat", {"count": 1}], ["take", {"count": -1}]
    batch, nothing = ["batch", {"batch_size": 4}], ["skip", {"count": 0}]
    for steps in (
        [shuffle, batch, twice],
        [shuffle, twice, twice],
        [shuffle, batch, twice, twice],
        [shuffle, twice, batch, twice, endless],
        [shuffle, batch, endless],
        [shuffle, once, twice],
        [shuffle, all_of_it, twice],
        [shuffle, nothing, twice, twice],
        [shuffle, twice, shuffle, batch, twice],
    ):
        program, of = [["seed", 5], ["range", "a", [10]]], "a"
        for number, (kind, named) in enumerate(steps):
            name = "bcdefg"[number]
            program.append([kind, name, of, named])
            of = name
        program += [["list", of, 60], ["iter", "i", of], ["iter", "j", of]]
        program += [["next", "j", 30], ["next", "i", 30], ["list", of, 60]]
        yield program, data_programs.run(tf, program, begin)


def defaults():
    for number, (n, size, count) in enumerate([(10, 4, 3), (3, 10, 9), (50, 50, 2), (7, 1, 4)]):
        named = {"buffer_size": size, "count": count, "seed": number}
        program = [
            ["seed", 3 - number],
            ["range", "a", [n]],
            ["shuffle_and_repeat", "b", "a", named],
        ]
        program += [["list", "b", 10**6]] * 3
        yield program, data_programs.run(tf, program)


def sums():
    for n, size in [(10**5, 1), (10**5, 100), (10**5, 10**4), (10**5, 10**5), (70001, 65536)]:
        tf.compat.v1.set_random_seed(n + size)
        dataset = tf.data.Dataset.range(n).shuffle(size, seed=size).batch(n)
        for _ in range(2):
            order = np.concatenate([np.asarray(batch, "<i8") for batch in dataset])
            yield n, size, hashlib.sha256(order.tobytes()).hexdigest()


def main():
    path = os.path.join(TESTS, "golden_files", f"data-tf-{tf.__version__}.json")
    parts = ['"header": ' + json.dumps(header(), indent=1)]
    for section in (programs, endings, defaults, sums):
        lines = [json.dumps(case, separators=(",", ":")) for case in section()]
        parts.append('"{}": [\n{}\n]'.format(section.__name__, ",\n".join(lines)))
        print(section.__name__, len(lines))
    text = "{\n" + ",\n".join(parts) + "\n}\n"
    json.loads(text)
    with open(path, "w") as file:
        file.write(text)
    print(path, len(text), "bytes")


if __name__ == "__main__":
    sys.exit(main())
