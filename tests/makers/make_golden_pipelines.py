"""make_golden_pipelines.py: ask TensorFlow what pipelines with functions, caches, zips give.

    CUDA_VISIBLE_DEVICES= <python with TensorFlow> tests/makers/make_golden_pipelines.py

writes tests/golden_files/pipelines-tf-<version>.json. It imports TensorFlow (and what programs are,
from data_programs.py), never tfphilox, and runs under Python 3.7 and TensorFlow 1.15 too.

programs     what programs gave: [program, results]; see data_programs.py.
"""

import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import data_programs
import tensorflow as tf
from make_golden import TESTS, header

VERSION = tuple(int(part) for part in tf.__version__.split(".")[:2])


def programs():
    begin = data_programs.begin_in_tensorflow(tf)
    repeats = not (2, 1) <= VERSION < (2, 5)  # there passes have no fixed order
    for number in range(50):
        program = data_programs.any_pipeline(random.Random(number), 1, repeats)
        yield program, data_programs.run(tf, program, begin)


def main():
    path = os.path.join(TESTS, "golden_files", f"pipelines-tf-{tf.__version__}.json")
    lines = [json.dumps(case, separators=(",", ":")) for case in programs()]
    text = '{{\n"header": {},\n"programs": [\n{}\n]\n}}\n'.format(
        json.dumps(header(), indent=1), ",\n".join(lines)
    )
    json.loads(text)
    with open(path, "w") as file:
        file.write(text)
    print(path, len(lines), len(text), "bytes")


if __name__ == "__main__":
    sys.exit(main())
