"""test_live_graph.py: graphs, sessions, functions and loops, against TensorFlow in this process.

Random programs (graph_programs.py) run in both libraries, as graphs in two sessions and as
functions called several times; and the worked examples in TensorFlow's own documentation of
set_seed run as they stand, with tfphilox under the name tf. TFPHILOX_LIVE_PROGRAMS says how many
programs; the run's seed is printed in every failure and can be given again as TFPHILOX_LIVE_SEED.
"""

import contextlib
import json
import os
import random
import secrets

import numpy as np
import pytest
from bits import assert_same_bits
from documented import blocks, digests, name_of, repeatable
from graph_programs import FORMS, generate, run_function, run_graph
from places import GOLDEN_FILES

import tfphilox as tp

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

PROGRAMS = int(os.environ.get("TFPHILOX_LIVE_PROGRAMS", "80"))
SEED = int(os.environ.get("TFPHILOX_LIVE_SEED", secrets.randbits(40)))
GOLDEN = sorted(GOLDEN_FILES.glob("graphs-tf-*.json"))

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def tf():
    try:
        import tensorflow
    except ImportError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI is set and TensorFlow is absent: {error}", pytrace=False)
        pytest.skip(f"TensorFlow is absent: {error}")
    before = tensorflow.config.optimizer.get_experimental_options()
    tensorflow.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    yield tensorflow
    before.setdefault("disable_meta_optimizer", False)
    tensorflow.config.optimizer.set_experimental_options(before)


@pytest.mark.parametrize("number", range(PROGRAMS))
def test_graph(tf, number):
    program = generate(random.Random(SEED + number), functions=False)
    config = tf.compat.v1.ConfigProto()
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    compare(run_graph(tp, program), run_graph(tf, program, config), (SEED, number, program))


@pytest.mark.parametrize("number", range(PROGRAMS // 4))
def test_function(tf, number):
    program = generate(random.Random(SEED + number), functions=True, forms=FORMS)
    compare(run_function(tp, program), run_function(tf, program), (SEED, number, program))


def test_functions_in_functions(tf):
    """Closures over tensors of the function around, in functions and loops.

    One turn at most: TensorFlow may run the ops of several turns in any order.
    """

    def program(tf):
        tf.random.set_seed(SEED)

        @tf.function
        def outer(x, turns):
            y = x + tf.random.uniform([2])

            @tf.function
            def inner():
                return y * tf.function(lambda: x[0] + tf.random.uniform([2]))()

            def body(i, last):
                return i + 1, tf.nn.dropout(y, 0.5, seed=7)

            loop = tf.while_loop(lambda i, last: i < turns, body, (0, np.zeros(2, np.float32)))
            return [inner(), inner(), loop[1], y, tf.random.uniform([2])]

        calls = [
            outer(np.full(2, turns, np.float32), np.int32(turns))
            for turns in (1, 0, 1)
        ]  # fmt: skip
        return [np.asarray(drawn) for results in calls for drawn in results]

    compare(program(tp), program(tf), SEED)


def test_data_sets_take_the_seeds_of_the_graph(tf):
    def orders(k, order):
        with k.Graph().as_default() as graph:
            k.compat.v1.set_random_seed(SEED % 1000)
            dataset = k.data.Dataset.range(20).shuffle(7, seed=3)
            other = k.data.Dataset.range(20).shuffle(20).batch(3, drop_remainder=True)
            return [order(graph, dataset), order(graph, other), *session(k, graph)]

    def session(k, graph):
        drawn = k.random.uniform([2])
        return k.compat.v1.Session(graph=graph).run([drawn])

    def theirs(graph, dataset):
        iterator = tf.compat.v1.data.make_initializable_iterator(dataset)
        following, rows = iterator.get_next(), []
        with tf.compat.v1.Session(graph=graph) as running:
            running.run(iterator.initializer)
            with contextlib.suppress(tf.errors.OutOfRangeError):
                while True:
                    rows.append(running.run(following))
        return np.array(rows)

    ours = orders(tp, lambda graph, dataset: np.array(list(dataset)))
    compare(ours, orders(tf, theirs), SEED)


def signed(k, specs, *args, **keywords):
    """What a function with an input_signature makes of arguments."""
    specs = [k.TensorSpec(*spec) for spec in specs]
    return k.function(lambda x, y=7: (x, y), input_signature=specs)(*args, **keywords)


ANY, SCALAR, WHOLE = ([None],), ([],), ([], "int32")
PAIR = np.ones(2, np.float32)
SIGNED = {
    "by name": lambda k: signed(k, [ANY], x=PAIR),
    "a list of integers": lambda k: signed(k, [ANY], [1, 2]),
    "no numbers": lambda k: signed(k, [([None], "int32")], []),
    "any shape": lambda k: signed(k, [(None, "float64")], [[1.5]]),
    "the default": lambda k: signed(k, [ANY], PAIR, 7),
    "another than the default": lambda k: signed(k, [ANY], PAIR, 8),
    "another by name": lambda k: signed(k, [ANY], PAIR, y=8),
    "a default with a spec": lambda k: signed(k, [SCALAR, WHOLE], 1.0),
    "nothing": lambda k: signed(k, [ANY]),
    "too many": lambda k: signed(k, [SCALAR] * 3, 1.0),
    "too few": lambda k: signed(k, [], 1.0),
    "another shape": lambda k: signed(k, [([3],)], PAIR),
    "another rank": lambda k: signed(k, [([2, None],)], PAIR),
    "parts": lambda k: k.function(
        lambda d: d["a"] + d["b"][0],
        input_signature=[{"a": k.TensorSpec([]), "b": [k.TensorSpec([])]}],
    )({"a": 1.5, "b": [2]}),
    "other parts": lambda k: k.function(
        lambda d: d["a"], input_signature=[{"a": k.TensorSpec([])}]
    )({"b": 1.5}),
    "not a list": lambda k: k.function(lambda x: x, input_signature=k.TensorSpec([]))(1.0),
    "not a spec": lambda k: k.function(lambda x: x, input_signature=[3])(1.0),
    "by name only": lambda k: k.function(lambda *, x: x, input_signature=[])(x=1.0),
    "any number": lambda k: k.function(
        lambda *x: x[0] + x[1], input_signature=[k.TensorSpec([])] * 2
    )(1.0, 2.0),
    "fewer": lambda k: k.function(lambda *x: x[0], input_signature=[k.TensorSpec([])] * 2)(1.0),
    "more": lambda k: k.function(lambda *x: x[0], input_signature=[k.TensorSpec([])])(1.0, 2.0),
} | {
    f"{value!r} as {dtype}": lambda k, value=value, dtype=dtype: signed(k, [([], dtype)], value)
    for value in (3, 3.5, True, 300, -1, 2**40, 1e300, "a", None, [1], np.float64(3.5),
                  np.int64(3), np.array(3, np.int64), np.float32(2))
    for dtype in ("bool", "uint8", "int32", "float16", "float32", "float64")
    if dtype != "bool" or type(value) is bool
}  # fmt: skip


def test_specs_of_tensorflow(tf):
    for shape in (None, [None], [2], (2,)):
        spec = tf.TensorSpec(shape, tf.bfloat16)
        ours, theirs = (
            k.function(lambda x: x + x, input_signature=[spec])([1.5, 3.25]) for k in (tp, tf)
        )
        compare([ours], [theirs.numpy()], shape)


@pytest.mark.parametrize("what", SIGNED)
def test_signatures(tf, what):
    try:
        expected = SIGNED[what](tf)
    except Exception:
        with pytest.raises((TypeError, ValueError)):
            SIGNED[what](tp)
        return
    got = SIGNED[what](tp)
    got, expected = (r if isinstance(r, list | tuple) else [r] for r in (got, expected))
    compare(got, [np.asarray(tensor) for tensor in expected], what)


def compare(got, expected, what):
    assert len(got) == len(expected), what
    for one, other in zip(got, expected, strict=True):
        assert_same_bits(np.asarray(one), np.asarray(other), what)
        assert np.shape(one) == np.shape(other), what


def examples(tf):
    for function, graph_mode in (
        (tf.compat.v1.set_random_seed, True),
        (tf.random.set_seed, False),
    ):
        for code in blocks(function):
            yield code, graph_mode


def test_the_documented_examples(tf):
    """As they stand, and what is left to chance in TensorFlow is so here."""
    count = 0
    for code, graph_mode in examples(tf):
        expected = repeatable(code, tf, graph_mode)
        assert repeatable(code, tp, graph_mode) == expected, code
        count += len(expected)
    assert count > 50


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_the_documented_examples_of_other_versions(tf, path):
    golden = json.loads(path.read_text())
    printed = {example["code"]: example["printed"] for example in golden["documented"]}
    count = 0
    for code, graph_mode in examples(tf):
        if name_of(code) in printed:
            with tp.config.tensorflow_version(golden["header"]["tensorflow"]):
                assert digests(code, tp, graph_mode) == printed[name_of(code)], code
            count += 1
    assert count >= 3
