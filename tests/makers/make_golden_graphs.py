"""make_golden_graphs.py: what TensorFlow draws in graphs, sessions and functions.

    python tests/makers/make_golden_graphs.py        # writes golden_files/graphs-tf-<version>.json

Runs under TensorFlow 1.15 (Python 3.7) to 2.21. The programs are those of graph_programs.py, made
from the numbers 0, 1, 2, ...; of every result the file has the first half of its SHA-256. Likewise
for what the worked examples in the documentation of set_seed print.
"""

import hashlib
import json
import os
import random
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import tensorflow as tf
from documented import blocks, digests, name_of
from graph_programs import (
    exponentials,
    generate,
    run_function,
    run_graph,
    run_ported,
    run_signatures,
)
from make_golden import TESTS, header, numpy

PROGRAMS = 100


def as_written():
    """A session configuration that runs graphs as they are written."""
    config = tf.compat.v1.ConfigProto()
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    return config


def digest(array):
    return hashlib.sha256(numpy(array).tobytes()).hexdigest()[:32]


def cases(functions):
    for number in range(PROGRAMS):
        program = generate(random.Random(number), functions)
        results = run_function(tf, program) if functions else run_graph(tf, program, as_written())
        made = hashlib.sha256(json.dumps(program, sort_keys=True).encode()).hexdigest()
        yield {"number": number, "program": made[:16], "results": [digest(r) for r in results]}


def documented():
    """The worked examples of this version's documentation: what they print, not their code."""
    places = [(tf.compat.v1.set_random_seed, True)]
    if hasattr(tf.random, "set_seed"):
        places.append((tf.random.set_seed, False))
    for function, graph_mode in places:
        for code in blocks(function):
            try:
                printed = digests(code, tf, graph_mode)
            except (NameError, RuntimeError):  # half of an example, as in 2.0's text
                continue
            yield {"graph": graph_mode, "code": name_of(code), "printed": printed}


def main():
    if tf.__version__.startswith("1."):
        tf.compat.v1.enable_eager_execution()
    options = {"disable_meta_optimizer": True}
    tf.config.optimizer.set_experimental_options(options)
    parts = ['"header": ' + json.dumps(header(), indent=1)]
    for name, functions in ("graphs", False), ("functions", True):
        lines = [json.dumps(case) for case in cases(functions)]
        parts.append('"{}": [\n{}\n]'.format(name, ",\n".join(lines)))
    signatures = [digest(result) for result in run_signatures(tf)]
    parts.append('"signatures": ' + json.dumps(signatures))
    ported = [digest(result) for result in run_ported(tf, as_written())]
    parts.append('"ported": ' + json.dumps(ported))
    drawn = [digest(result) for result in exponentials(tf)]
    parts.append('"exponentials": ' + json.dumps(drawn))
    examples = [json.dumps(example) for example in documented()]
    parts.append('"documented": [\n{}\n]'.format(",\n".join(examples)))
    path = os.path.join(TESTS, "golden_files", f"graphs-tf-{tf.__version__}.json")
    with open(path, "w") as file:
        file.write("{\n" + ",\n".join(parts) + "\n}\n")
    print(path, os.path.getsize(path), "bytes")


if __name__ == "__main__":
    sys.exit(main())
