"""documented.py: run the worked examples in the documentation of TensorFlow's set_seed.

The examples are taken from the docstring of the TensorFlow that is installed, and run as they
stand, with any library under the name tf. It imports neither TensorFlow nor tfphilox.
"""

import hashlib
import textwrap

import numpy as np


def blocks(function):
    """The blocks of code in a function's docstring."""
    parts = textwrap.dedent("  " + function.__doc__).split("```")
    return [textwrap.dedent(part.partition("\n")[2]) for part in parts[1::2]]


def printed(code, tf, graph_mode):
    """What a block prints, as bytes; all blocks start as a fresh program does."""
    values = []

    def keep(what, *rest):
        if isinstance(what, tuple):
            for each in what:
                keep(each)
        elif not isinstance(what, str):
            values.append(np.ascontiguousarray(getattr(what, "numpy", lambda: what)()).tobytes())

    names = {"tf": tf, "print": keep}
    tf.compat.v1.set_random_seed(None)
    if graph_mode:
        with tf.Graph().as_default():
            exec(code, names)
    else:
        exec(code, names)
    return values


def repeatable(code, tf, graph_mode):
    """What a block prints, with None for what differs from run to run."""
    runs = [printed(code, tf, graph_mode) for _ in range(3)]
    same = [len({run[i] for run in runs}) == 1 for i in range(len(runs[0]))]
    return [value if equal else None for value, equal in zip(runs[0], same)]  # noqa: B905


def digests(code, tf, graph_mode):
    values = repeatable(code, tf, graph_mode)
    return [value and hashlib.sha256(value).hexdigest()[:32] for value in values]


def name_of(code):
    return hashlib.sha256(code.encode()).hexdigest()[:16]
