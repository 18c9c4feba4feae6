"""test_graph.py: graphs, sessions, functions and loops, against what TensorFlow wrote down."""

import functools
import hashlib
import json
import random
import threading

import numpy as np
import pytest
from bits import assert_same_bits
from graph_programs import (
    exponentials,
    generate,
    run_function,
    run_graph,
    run_ported,
    run_signatures,
)
from places import GOLDEN_FILES

import tfphilox as tp

FILES = sorted(GOLDEN_FILES.glob("graphs-tf-*.json"))
GOLDEN = {path.stem.partition("tf-")[2]: json.loads(path.read_text()) for path in FILES}
CASES = [
    pytest.param(version, functions, case, id=f"{version}-{kind}-{case['number']}")
    for version, golden in GOLDEN.items()
    for kind, functions in (("graphs", False), ("functions", True))
    for case in golden[kind]
]


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:32]


def test_the_golden_files_span_the_versions():
    minors = {".".join(version.split(".")[:2]) for version in GOLDEN}
    assert minors >= {"1.15", "2.0", "2.1", "2.2", "2.3", "2.6", "2.10", "2.15", "2.21"}


@pytest.mark.parametrize(("version", "functions", "case"), CASES)
def test_golden(version, functions, case):
    program = generate(random.Random(case["number"]), functions)
    made = hashlib.sha256(json.dumps(program, sort_keys=True).encode()).hexdigest()
    assert made[:16] == case["program"], "graph_programs.py has changed: make the golden data anew"
    run = run_function if functions else run_graph
    with tp.config.tensorflow_version(version):
        results = run(tp, program)
    assert [digest(result) for result in results] == case["results"], program


@pytest.mark.parametrize("version", GOLDEN)
def test_golden_signatures(version):
    with tp.config.tensorflow_version(version):
        results = run_signatures(tp)
    assert [digest(result) for result in results] == GOLDEN[version]["signatures"]


@pytest.mark.parametrize("version", GOLDEN)
def test_golden_exponentials(version):
    with tp.config.tensorflow_version(version):
        results = [digest(result) for result in exponentials(tp)]
    assert results == GOLDEN[version]["exponentials"]


@pytest.mark.parametrize("version", GOLDEN)
def test_golden_ported(version):
    with tp.config.tensorflow_version(version):
        results = [digest(result) for result in run_ported(tp)]
    expected = GOLDEN[version]["ported"]
    assert [i for i, (a, b) in enumerate(zip(results, expected, strict=True)) if a != b] == []


def test_a_node_gets_its_seed_when_it_is_built_and_its_stream_in_each_session():
    with tp.Graph().as_default() as graph:
        graph.seed = 5
        a, b = tp.random.uniform([3]), tp.random.uniform([3])
        graph.seed = 6
        c = tp.random.uniform([3])
    assert [node.seeds for node in graph.nodes] == [[(5, 0)], [(5, 1)], [(6, 2)]]
    streams = [tp.Stream(5, 0), tp.Stream(5, 1), tp.Stream(6, 2)]
    session = tp.compat.v1.Session(graph=graph)
    for _ in range(2):
        for tensor, stream in zip((a, b, c), streams, strict=True):
            assert_same_bits(session.run(tensor), stream.uniform((3,)))
    assert_same_bits(tp.compat.v1.Session(graph=graph).run(b), tp.Stream(5, 1).uniform((3,)))


def test_what_is_not_fetched_is_not_run():
    with tp.Graph().as_default() as graph:
        a, b = tp.random.uniform([2], seed=1), tp.random.uniform([2], seed=2)
        total = a + b
    session = tp.compat.v1.Session(graph=graph)
    session.run(a)
    second = tp.Stream(87654321, 1)
    second.uniform((2,))
    expected = second.uniform((2,)) + tp.Stream(87654321, 2).uniform((2,))
    assert_same_bits(session.run(total), expected)


def test_fetches_of_every_form():
    with tp.Graph().as_default() as graph:
        a = tp.random.uniform([2, 3], seed=1)
        drawn = tp.random.uniform_candidate_sampler([[1]], 1, 2, True, 9, seed=1)
    with tp.compat.v1.Session(graph=graph) as session:
        result = session.run({"a": [a, (a[0], a[1, 2])], "b": drawn})
    (whole, (row, number)), sampled = result["a"], result["b"]
    assert_same_bits(whole[0], row)
    assert isinstance(number, np.float32)
    assert number == whole[1, 2]
    assert sampled.sampled_candidates.dtype == np.int64


def test_feeding():
    with tp.Graph().as_default() as graph:
        a = tp.random.uniform([2], seed=1)
        b = a * 2
    session = tp.compat.v1.Session(graph=graph)
    assert session.run(b, {a: [1, 2]}).tolist() == [2, 4]
    with pytest.raises(ValueError, match=r"fed a value of shape \(3,\)"):
        session.run(b, {a: [1, 2, 3]})


def test_numpy_functions_and_draws_from_drawn_parameters():
    with tp.Graph().as_default() as graph:
        low = tp.random.uniform([3], seed=1)
        drawn = tp.random.uniform([3], low, low + 1, seed=2)
        stacked = np.concatenate([np.stack([low, drawn]), np.ones((1, 3), np.float32)])
        peak = np.max(np.maximum(stacked, 0.5))
        total = sum(value for value in low)
    assert stacked.shape == (3, 3)
    session = tp.compat.v1.Session(graph=graph)
    first, stack, most, summed = session.run([low, stacked, peak, total])
    assert_same_bits(stack[0], first)
    assert (stack[1] >= first).all()
    assert most == stack.max()
    assert summed == first[0] + first[1] + first[2]


def test_errors_come_when_the_graph_is_built_and_use_up_nothing():
    with tp.Graph().as_default() as graph:
        graph.seed = 1
        for bad in ({"shape": [-1]}, {"shape": [1], "dtype": "int32"}, {"shape": "x"}):
            with pytest.raises((TypeError, ValueError)):
                tp.random.uniform(**bad)
        tp.random.uniform([1])
    assert [node.seeds for node in graph.nodes] == [[(1, 0)]]


def test_a_tensor_has_no_value():
    with tp.Graph().as_default() as graph:
        a = tp.random.uniform([2])
        scalar = tp.random.uniform([])
    for use in (np.asarray, bool):
        with pytest.raises(TypeError, match=r'Tensor "random.uniform"'):
            use(a)
    with pytest.raises(TypeError, match="has no length"):
        len(scalar)
    with pytest.raises(TypeError, match="no value before its graph is run"):
        tp.random.uniform([2], a)
    assert len(graph.nodes) == 2


def test_graphs_do_not_mix():
    with tp.Graph().as_default():
        a = tp.random.uniform([2])
    with tp.Graph().as_default() as other, pytest.raises(ValueError, match="of another graph"):
        tp.random.uniform([2], a)
    assert not other.nodes
    with other.as_default():
        tp.random.uniform([1])
    with pytest.raises(ValueError, match="not of this session's graph"):
        tp.compat.v1.Session(graph=other).run(a)


def test_sessions_refuse():
    graph = tp.Graph()
    session = tp.compat.v1.Session(graph=graph)
    with pytest.raises(RuntimeError, match="empty"):
        session.run([])
    with graph.as_default():
        a = tp.random.uniform([1])
    for wrong in (1, "a", None, [a, 2]):
        with pytest.raises(TypeError, match="tensor"):
            session.run(wrong)
    session.close()
    with pytest.raises(RuntimeError, match="closed"):
        session.run(a)
    with pytest.raises(TypeError, match="graph must be a Graph"):
        tp.compat.v1.Session(graph=3)


def test_without_eager_execution_every_thread_builds_the_default_graph():
    v1 = tp.compat.v1
    v1.disable_eager_execution()
    v1.set_random_seed(3)
    made = []
    thread = threading.Thread(target=lambda: made.append(tp.random.normal([2])))
    thread.start()
    thread.join()
    assert made[0].graph is v1.get_default_graph()
    with v1.Session() as session:
        assert v1.get_default_session() is session
        assert_same_bits(session.run(made[0]), tp.Stream(3, 0).normal((2,)))
    v1.enable_eager_execution()
    assert isinstance(tp.random.normal([2]), np.ndarray)


def test_as_default_is_for_one_thread():
    made = []
    with tp.Graph().as_default():
        thread = threading.Thread(target=lambda: made.append(tp.random.normal([2])))
        thread.start()
        thread.join()
    assert isinstance(made[0], np.ndarray)


def test_skip_nodes():
    with tp.config.tensorflow_version("2.0"):
        graph = tp.Graph()
    with graph.as_default():
        graph.seed = 1
        graph.skip_nodes(4)
        tp.random.normal([2])
        with pytest.raises(ValueError, match="0 or more"):
            graph.skip_nodes(-1)
    assert graph.nodes[0].seeds == [(1, 7)]


def test_an_op_whose_nodes_are_not_known_needs_a_seed():
    with tp.config.tensorflow_version("2.0"), tp.Graph().as_default() as graph:
        graph.seed = 1
        with pytest.raises(ValueError, match=r"how many nodes .* in TensorFlow 2\.0 is not known"):
            raise_for(graph)
        tp.random.uniform([2], seed=4)


def test_op_seeds_after_an_op_of_unknown_size_are_refused():
    """Up to TensorFlow 2.1 the op seed counts its nodes too."""
    generator = tp.random.Generator.from_seed(1)
    for version in "2.0", "2.2":
        with tp.config.tensorflow_version(version), tp.Graph().as_default() as graph:
            graph.seed = 3
            generator.normal([2])
            tp.random.uniform([2], seed=4)
            if version == "2.2":
                tp.random.uniform([2])
                continue
            with pytest.raises(ValueError, match=r"nodes random.Generator.normal .*random.uniform"):
                tp.random.uniform([2])


def raise_for(graph):
    graph.get_seed(None, None, "image.unknown")


def test_functions_are_traced_once_for_a_kind_of_arguments():
    traces = []

    @tp.function
    def draw(x, number=1, names=()):
        traces.append(number)
        return {"drawn": x + tp.random.uniform([2], seed=number), "number": number}

    x = np.ones(2, np.float32)
    first, second = draw(x), draw(2 * x)
    stream = tp.Stream(87654321, 1)
    assert_same_bits(first["drawn"], x + stream.uniform((2,)))
    assert_same_bits(second["drawn"], 2 * x + stream.uniform((2,)))
    assert second["number"] == 1
    draw(x, 2)
    draw(x, names=("a", "b"))
    draw(np.ones((1, 2), np.float32))
    draw(x.astype(np.float64))
    assert traces == [1, 2, 1, 1, 1]


class Same:
    def __eq__(self, other):
        return isinstance(other, Same)

    def __hash__(self):
        return 1


ONE, OTHER, SAME, SAME_TOO, A_SET = len, max, Same(), Same(), {1}
NUMBERS = [1, *(kind(1) for kind in (np.float32, np.float64, np.int32, np.int64, np.bool_))]
NAN, NAN_TOO = float("nan"), float("inf") - float("inf")

# Arguments, and the number of the trace that a call with each gets, in TensorFlow 2.0.4, 2.3.4,
# 2.13.1, 2.14.1 and 2.21.0: in all, or by the first version it is so in.
TRACES = [
    ([1, 1.0, True, 2, 2.0, 0, False, 0.0, -0.0], [1, 1, 1, 2, 2, 3, 3, 3, 3]),
    ([{"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1}], [1, 1, 2]),
    ([range(3), range(3), range(4)], [1, 1, 2]),
    ([(1, 2), [1, 2], (1, 2.0), [1, 2.0]], [1, 2, 1, 2]),
    ([ONE, OTHER, ONE, SAME, SAME_TOO, A_SET, A_SET], [1, 2, 1, 3, 3, 4, 4]),
    (["a", b"a", "b", None, "a"], [1, 2, 3, 4, 1]),
    ([np.ones(2), np.zeros(2), np.ones(3)], [1, 1, 2]),
    (NUMBERS, {"2.0": [1, 1, 1, 1, 1, 1], "2.3": [1, 2, 3, 4, 5, 6]}),
    ([NAN, NAN_TOO, NAN], {"2.0": [1, 2, 1], "2.14": [1, 1, 1]}),
]


@pytest.mark.parametrize("version", ["2.0", "2.2", "2.3", "2.13", "2.14", "2.21"])
@pytest.mark.parametrize(("values", "numbers"), TRACES)
def test_arguments_that_are_equal_share_a_trace(version, values, numbers):
    traces = []

    @tp.function
    def number(value):
        traces.append(value)
        return len(traces)

    if isinstance(numbers, dict):
        newest = int(version[2:])
        numbers = [of for first, of in numbers.items() if int(first[2:]) <= newest][-1]
    with tp.config.tensorflow_version(version):
        assert [int(number(value)) for value in values] == numbers


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("2.2", [1, 1, 1, 1, 2, 2, 3, 2]), ("2.3", [1, 1, 1, 1, 2, 2, 1, 2])],
)
def test_defaults_and_names_of_arguments_make_no_other_trace(version, numbers):
    traces = []

    @tp.function
    def number(x, training=False, *, k=1):
        traces.append(x)
        return len(traces)

    with tp.config.tensorflow_version(version):
        assert numbers == [
            int(called)
            for called in (
                number(1), number(1, False), number(1, training=False), number(x=1),
                number(1, True), number(1, training=True), number(1, k=1),
                number(training=True, x=1),
            )
        ]  # fmt: skip
    with pytest.raises(TypeError, match="missing a required argument"):
        number()


def test_a_default_may_be_an_array():
    traces = []
    three = np.full(2, 3.0)

    @tp.function
    def scaled(x, scale=three, *, shift=0):
        traces.append(x)
        return x * scale + shift

    @tp.function
    def plain(x, scale=three):
        traces.append(x)
        return x * scale

    for function in scaled, plain:
        for result in function(2.0), function(2.0, np.full(2, 3.0)), function(x=2.0):
            assert_same_bits(result, np.full(2, 6.0))
        assert_same_bits(function(2.0, np.ones(2)), np.full(2, 2.0))
    assert len(traces) == 2


@pytest.mark.parametrize("option", ["reduce_retracing", "experimental_relax_shapes"])
def test_one_graph_for_several_shapes_is_refused(option):
    @tp.function(**{option: True})
    def draw(x, scale=1):
        return x * scale + tp.random.uniform([], seed=1)

    for x in np.ones(2), np.zeros(2), np.ones(3, np.float32):
        draw(x)
    draw(np.ones(2), 2)
    with pytest.raises(ValueError, match="second shape"):
        draw(np.ones(3))
    draw(np.ones(2))


def test_a_graph_runs_by_the_rules_it_was_built_by():
    x = np.array([-1, 2, -3, 4], np.float32)
    with tp.config.tensorflow_version("1.15"), tp.Graph().as_default() as graph:
        dropped = tp.compat.v1.nn.dropout(x, rate=0.5, seed=1)
        kept = tp.compat.v1.nn.dropout(x, rate=0.0)
        inside = tp.compat.v1.Session().run(dropped)
    session = tp.compat.v1.Session(graph=graph)
    assert_same_bits(session.run(dropped), inside)
    assert np.signbit(inside).tolist() == [True, False, True, False]
    assert_same_bits(session.run(kept), x)


def test_what_is_given_to_a_graph_may_change_later():
    with tp.Graph().as_default() as graph:
        v, shape = np.arange(5), [2]
        made = [tp.random.shuffle(v, seed=1), tp.random.uniform(shape, seed=1)]
        made += [made[1] + v[:2], tp.random.normal([2], v[:2], seed=2)]
    first = tp.compat.v1.Session(graph=graph).run(made)
    v[:] = 9
    shape.append(3)
    for one, other in zip(tp.compat.v1.Session(graph=graph).run(made), first, strict=True):
        assert_same_bits(one, other)
    assert sorted(first[0]) == [0, 1, 2, 3, 4]


def test_a_data_set_in_a_graph_that_counts_nodes():
    with tp.config.tensorflow_version("1.15"), tp.Graph().as_default():
        tp.compat.v1.set_random_seed(1)
        dataset = tp.data.Dataset.range(10)
        with pytest.raises(ValueError, match="how many nodes data"):
            dataset.shuffle(10)
        seeded = [int(x) for x in dataset.shuffle(10, seed=3)]
        with pytest.raises(ValueError, match="how many nodes data"):
            tp.random.uniform([2])
    with tp.config.tensorflow_version("1.15"):
        tp.random.set_seed(1)
        assert [int(x) for x in tp.data.Dataset.range(10).shuffle(10, seed=3)] == seeded


@pytest.mark.parametrize("make", [np.cbrt, np.median, lambda x: np.where(x > 0, x, x)])
def test_what_is_not_one_op_is_not_counted(make):
    with tp.config.tensorflow_version("1.15"), tp.Graph().as_default():
        tp.compat.v1.set_random_seed(1)
        make(tp.random.uniform([3]))
        with pytest.raises(ValueError, match="how many nodes"):
            tp.random.uniform([2])


def test_the_default_graph_follows_the_version_while_it_is_empty():
    tp.compat.v1.disable_eager_execution()
    try:
        with tp.config.tensorflow_version("1.15"):
            tp.compat.v1.set_random_seed(1)
            tp.random.uniform([2])
        assert tp.compat.v1.get_default_graph().version == "1.15"
        assert tp.compat.v1.get_default_graph().nodes[0].seeds == [(1, 3)]
        tp.random.uniform([2])
        assert tp.compat.v1.get_default_graph().nodes[1].seeds == [(1, 10)]
    finally:
        tp.compat.v1.enable_eager_execution()
        tp.compat.v1.reset_default_graph()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32"])
def test_operands_take_the_type_of_the_tensor(dtype):
    with tp.Graph().as_default():
        x = tp.random.uniform([3], maxval=9, dtype=dtype, seed=1)
        for other in (2, np.int64(2), [1, 2, 3], np.arange(3), np.array(3)):
            for made in (x + other, other - x, x * other, np.maximum(other, x)):
                assert made.dtype == dtype
        for other in (2.5, np.float64(0.1), [0.1, 2, 3], np.full(3, 0.1)):
            assert (x + other).dtype == (np.float64 if dtype == "int32" else dtype)
        assert (x < 3).dtype == bool
        assert np.exp(x).dtype.kind == "f"


ONE = tp.TensorSpec([], "int32")


@pytest.mark.parametrize(
    ("specs", "function", "message"),
    [
        (ONE, lambda x: x, "must be a tuple or a list, got TensorSpec"),
        ([3], lambda x: x, "must hold TensorSpec, got 3"),
        ([ONE], lambda x, y: x, "1 entries, too few for .x, y."),
        ([ONE] * 3, lambda x, y: x, "3 entries, too many for .x, y."),
        ([ONE], lambda *, x: x, "'x' must have a default"),
    ],
)
def test_bad_signatures(specs, function, message):
    with pytest.raises(TypeError, match=message):
        tp.function(input_signature=specs)(function)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: f(), "missing a required argument"),
        (lambda f: f(1, [2.5]), "must be TensorSpec.*int32, .*got .2.5."),
        (lambda f: f("a", [2]), "got 'a'"),
        (lambda f: f([[1], [1, 2]], [2]), "got"),
        (lambda f: f(1, 2), r"shape=\(None,\), dtype=int32.* got int32 of shape \(\)"),
        (lambda f: f(1, [[2]]), r"of shape \(1, 1\)"),
        (lambda f: f(1, [2], 4), r"without a TensorSpec must be left out, got \[4\]"),
        (lambda f: f(1, [2], z=4), "must be left out"),
        (lambda f: f(1, [2], other=4), "other"),
    ],
)
def test_arguments_against_a_signature(call, message):
    traces = []

    @tp.function(input_signature=[ONE, tp.TensorSpec([None], "int32")])
    def draw(x, y, z=3):
        traces.append((x.dtype, y.dtype, z))
        return x + y + tp.random.uniform([], maxval=9, dtype="int32")

    tp.random.set_seed(3)
    plain = tp.function(lambda: tp.random.uniform([], maxval=9, dtype="int32"))
    expected = [np.asarray(plain() + 3) for _ in range(3)]
    assert_same_bits(draw(1, [2]), expected[0])
    with pytest.raises(TypeError, match=message):
        call(draw)
    assert_same_bits(draw(np.float64(1.5), (2,), 3), expected[1])
    assert_same_bits(draw(y=np.array([2.0]), x=True), expected[2])
    assert traces == [(np.int32, np.int32, 3)]
    with pytest.raises(ValueError, match="second shape"):
        draw(1, [2, 3])


def test_a_signature_without_names():
    """TensorFlow 2.21: a missing required argument."""
    draw = tp.function(lambda *numbers: len(numbers), input_signature=[ONE, ONE])
    assert draw(1, 2) == 2
    for call in (lambda: draw(1), lambda: draw()):
        with pytest.raises(TypeError, match=r"2 arguments have a TensorSpec, got [01]"):
            call()


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_no_tensor_is_cast_to_a_signature(dtype):
    """TensorFlow 2.21: Can not cast TensorSpec(...) to TensorSpec(...)."""
    one = tp.function(lambda x: x, input_signature=[ONE])
    some = tp.function(lambda x: x["a"][0], input_signature=[{"a": [ONE, ONE]}])
    with tp.Graph().as_default():
        good = tp.random.uniform([], maxval=9, dtype="int32", seed=1)
        bad = tp.random.uniform([], maxval=9, dtype=dtype, seed=1)
        assert one(good).dtype == np.int32
        for call in (lambda: one(bad), lambda: one(x=bad), lambda: some({"a": (good, bad)})):
            with pytest.raises(TypeError, match=f"TensorSpec.*int32.* got a {dtype} tensor"):
                call()


def test_specs():
    spec = tp.TensorSpec((np.int64(2), None), float, "x")
    assert repr(spec) == "TensorSpec(shape=(2, None), dtype=float32, name='x')"
    assert spec == tp.TensorSpec([2, None], "float32", "x") != tp.TensorSpec([2, None], "float32")
    assert len({spec, tp.TensorSpec([2, None], "float32", "x")}) == 1
    assert spec != 3
    for shape, error in (3, TypeError), ([1.5], TypeError), ([-1], ValueError):
        with pytest.raises(error, match="shape"):
            tp.TensorSpec(shape)
    with pytest.raises(TypeError, match="dtype"):
        tp.TensorSpec([], "U3")


def test_decorators_compile_too():
    for option in "jit_compile", "experimental_compile":
        draw = tp.function(**{option: True})(lambda: tp.random.stateless_uniform([3], [11, 22]))
        assert draw()[0] == np.float32(0.1370461)


def test_arguments_in_another_order_are_the_same_arguments():
    @tp.function
    def draw(parts, **named):
        return 2 * parts["a"] + parts["b"] + 8 * named["c"] - named["d"]

    a, b, c, d = (np.full(2, value) for value in (1.0, 2.0, 3.0, 4.0))
    first = draw({"a": a, "b": b}, c=c, d=d)
    assert_same_bits(draw({"b": b, "a": a}, d=d, c=c), first)


def test_an_object_that_is_gone_leaves_its_trace_to_none():
    class Scale:
        def __init__(self, value):
            self.value = value

    traces = []

    @tp.function
    def draw(scale):
        traces.append(scale.value)
        return tp.random.uniform([2], seed=1) * scale.value

    for value in range(5):
        draw(Scale(value))  # each may take the place of the last in memory
    assert traces == [0, 1, 2, 3, 4]
    with pytest.raises(TypeError, match="must be hashable"):
        draw(bytearray(2))


def test_decorated_functions_and_methods_keep_their_traces():
    """The numbers are TensorFlow 2.21's own."""

    def decorated(function):
        @functools.wraps(function)
        def call(*args, **keywords):
            return function(*args, **keywords)

        return call

    class Model:
        @tp.function
        @decorated
        def draw(self, size, of=1):
            return tp.random.uniform([size])

    drawn = [0.12736404, 0.8580158, 0.88987064, 0.12736404]
    tp.random.set_seed(3)
    model = Model()
    calls = model.draw(1), model.draw(size=1), model.draw(1, 1), Model.draw(model, 1)
    assert np.ravel(calls).tolist() == np.float32(drawn).tolist()


def test_functions_use_tensors_of_the_function_around_them():
    """As if they were given them; a loop too, and a function in a function in that."""

    @tp.function
    def closed(x, turns):
        y = x + tp.random.uniform([2])

        @tp.function
        def inner():
            return tp.function(lambda: y[0] * x + tp.random.uniform([2]))()

        def body(i, total):
            return i + 1, total * y + tp.random.normal([2])

        loop = tp.while_loop(lambda i, total: i < turns, body, [0, np.ones(2, np.float32)])
        return inner(), inner(), loop[1], tp.function(lambda: y)()

    @tp.function
    def given(x, turns):
        y = x + tp.random.uniform([2])
        innermost = tp.function(lambda x, y: y[0] * x + tp.random.uniform([2]))
        inner = tp.function(lambda x, y: innermost(x, y))

        def body(i, total, y, turns):
            return i + 1, total * y + tp.random.normal([2]), y, turns

        start = [0, np.ones(2, np.float32), y, turns]
        loop = tp.while_loop(lambda i, total, y, turns: i < turns, body, start)
        return inner(x, y), inner(x, y), loop[1], y

    tp.random.set_seed(3)
    for turns in 1, 4, 2:
        x, number = np.full(2, turns, np.float32), np.int32(turns)
        for got, expected in zip(closed(x, number), given(x, number), strict=True):
            assert_same_bits(got, expected)


def test_tensors_are_evaluated_in_the_default_session():
    """One stream whoever runs it: `run`, `eval`, in the session's block or as default."""
    with tp.Graph().as_default() as graph:
        drawn = tp.random.uniform([2], seed=1)
        session = tp.compat.v1.Session(graph=graph)
        with pytest.raises(ValueError, match="needs a session"):
            drawn.eval()
        stream = tp.Stream(87654321, 1)
        assert_same_bits(drawn.eval(session=session), stream.uniform((2,)))
        with session.as_default() as same:
            assert same is session is tp.compat.v1.get_default_session()
            assert_same_bits(drawn.eval(), stream.uniform((2,)))
            assert_same_bits((drawn * 2).eval({drawn: [1, 2]}), np.float32([2, 4]))
        with session:
            assert_same_bits(drawn.eval(), stream.uniform((2,)))
        with pytest.raises(RuntimeError, match="closed"):
            drawn.eval(session=session)


def test_functions_use_tensors_of_their_graph():
    """A session runs what they need, and takes a value that is fed."""
    with tp.Graph().as_default() as graph:
        graph.seed = 4
        y = tp.random.uniform([2])
        outer = tp.function(lambda: tp.function(lambda: y + tp.random.uniform([2]))() * 2)
        drawn = outer(), outer()
        with tp.compat.v1.Session() as session:
            first = session.run(drawn[1])
            again, fed = session.run(drawn[0]), session.run(drawn[1], {y: np.zeros(2)})
        with tp.compat.v1.Session() as session:
            assert_same_bits(session.run([*drawn, y])[1], first)
    number = tp.Stream(4, 0)  # y's, and that of an unseeded op that is a function's first
    a, b = number.uniform((2,)), number.uniform((2,))
    assert_same_bits(first, (a + a) * 2)
    assert_same_bits(again, (b + a) * 2)
    assert_same_bits(fed, b * 2)


@pytest.mark.parametrize("version", ["1.15", "2.1"])
def test_tensors_of_the_function_around_are_refused_where_nodes_count(version):
    with tp.config.tensorflow_version(version), pytest.raises(ValueError, match="another graph"):
        tp.function(lambda x: tp.function(lambda: x * 2)())(np.ones(2))


def test_tensors_of_a_function_that_is_over_are_refused():
    kept = []

    @tp.function
    def keep(x):
        kept.append((x, tp.function(lambda: x * 2)))
        kept[0][1]()

    keep(np.ones(2))
    for call in kept[0][1], tp.function(lambda: kept[0][0] * 2), tp.function(lambda: kept[0][0]):
        with pytest.raises(ValueError, match="of another graph"):
            call()


def test_generators_are_reset_by_functions_at_every_call():
    generator = tp.random.Generator.from_seed(5)

    @tp.function
    def draw(seed):
        generator.reset_from_seed(9)
        first = generator.normal([2])
        generator.reset([1, 2, 3])
        second = generator.normal([2])
        generator.reset_from_key_counter(1, [2, 3])
        return first, second, generator.key, generator.normal([2])

    plain = (
        tp.random.Generator.from_seed(9).normal([2]),
        tp.random.Generator.from_state([1, 2, 3], "philox").normal([2]),
        np.int64(1),
        tp.random.Generator.from_key_counter(1, [2, 3], "philox").normal([2]),
    )
    for _ in range(3):
        for got, expected in zip(draw(0), plain, strict=True):
            assert_same_bits(np.asarray(got), np.asarray(expected))


def test_large_values_are_not_kept():
    @tp.function
    def draw():
        return tp.random.uniform([100_000], seed=1)

    stream = tp.Stream(87654321, 1)
    for _ in range(3):
        assert_same_bits(draw(), stream.uniform((100_000,)))


def test_methods_are_functions_of_their_object():
    class Model:
        def __init__(self, scale):
            self.scale = scale

        @tp.function
        def draw(self):
            return tp.random.uniform([2], seed=1) * self.scale

    one, two = Model(1), Model(2)
    stream = tp.Stream(87654321, 1)
    assert_same_bits(one.draw(), stream.uniform((2,)))
    assert_same_bits(one.draw(), stream.uniform((2,)))
    assert_same_bits(two.draw(), 2 * tp.Stream(87654321, 1).uniform((2,)))


def test_generators_in_functions_move_at_every_call():
    generator = tp.random.Generator.from_seed(1)

    @tp.function
    def draw():
        return generator.normal([2])

    plain = tp.random.Generator.from_seed(1)
    for _ in range(3):
        assert_same_bits(draw(), plain.normal([2]))


def test_set_seed_restarts_a_function_and_keeps_its_seeds():
    tp.random.set_seed(1)
    draw = tp.function(lambda: tp.random.uniform([2]))
    first = draw()
    draw()
    tp.random.set_seed(2)
    assert_same_bits(draw(), first)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tp.function(3), TypeError, "func must be callable"),
        (lambda: tp.function(len, input_signature=[]), TypeError, "0 entries, too few"),
        (lambda: tp.while_loop(1, len, [1]), TypeError, "must be callable"),
        (lambda: tp.while_loop(bool, len, []), ValueError, "must not be empty"),
        (lambda: tp.while_loop(lambda a, b: True, lambda a, b: a, [1, 2]), ValueError, "must ret"),
        (lambda: tp.compat.v1.reset_default_graph(), None, ""),
    ],
)
def test_bad_arguments(call, error, message):
    if error is None:
        call()
        return
    with pytest.raises(error, match=message):
        call()


def test_while_loop_at_once():
    tp.random.set_seed(4)
    i, total = tp.while_loop(
        lambda i, total: i < 3, lambda i, total: (i + 1, total + tp.random.uniform([])), [0, 0.0]
    )
    tp.random.set_seed(4)
    expected = np.float32(0)
    for _ in range(3):
        expected = expected + tp.random.uniform([])
    assert i == 3
    assert_same_bits(total, np.asarray(expected))
    assert tp.while_loop(lambda i: True, lambda i: i + 1, [0], maximum_iterations=5) == [5]
    assert tp.while_loop(lambda i: i < 3, lambda i: (i + 1,), (0,)) == (3,)
    with tp.config.tensorflow_version("1.15"):
        assert tp.while_loop(lambda i: i < 3, lambda i: i + 1, [0]) == 3


def test_a_program_that_fails_leaves_the_graph():
    def broken():
        with tp.Graph().as_default():
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert isinstance(tp.random.uniform([1]), np.ndarray)


def test_reset_inside_a_graph():
    with tp.Graph().as_default(), pytest.raises(ValueError, match="while another graph"):
        tp.compat.v1.reset_default_graph()


def test_get_seed_while_a_graph_is_built():
    with tp.Graph().as_default() as graph:
        graph.seed = 3
        tp.random.uniform([1])
        assert tp.compat.v1.get_seed(None) == (3, 1)
        assert tp.compat.v1.get_seed(9) == (3, 9)
        tp.random.uniform([1])
    assert [node.seeds for node in graph.nodes] == [[(3, 0)], [(3, 2)]]


@pytest.mark.filterwarnings("error")
def test_large_arrays_make_no_warnings():
    with tp.Graph().as_default() as graph:
        x = tp.random.uniform([3000], seed=1)
        made = [np.log(x), 1 / x]
    assert np.isfinite(tp.compat.v1.Session(graph=graph).run(made)).all()


def test_orthogonal_matrices_in_graphs():
    tp.random.set_seed(1)
    make = tp.keras.initializers.Orthogonal(seed=1)
    expected = make([3, 5])
    assert_same_bits(tp.function(lambda: make([3, 5]))(), expected)
    with tp.Graph().as_default() as graph:
        made = make([3, 5])
    assert_same_bits(tp.compat.v1.Session(graph=graph).run(made), expected)
