"""test_explain.py: explain says what was drawn, and changes nothing."""

import numpy as np
import pytest
from bits import assert_same_bits

import tfphilox as tp


def test_eager_calls():
    tp.random.set_seed(1234)
    op_seeds = [tp.compat.v1.random.get_seed(None)[1] for _ in range(2)]
    tp.random.set_seed(1234)
    with tp.explain() as explanation:
        tp.random.uniform([1])
        tp.random.gamma([2], 0.5)
        tp.random.uniform([2, 3], seed=3)
        tp.random.uniform([1], seed=3)
    draws = explanation.draws
    assert [draw.call for draw in draws] == ["random.uniform", "random.gamma"] + [
        "random.uniform"
    ] * 2
    assert [draw.op for draw in draws][:2] == ["RandomUniform", "RandomGamma"]
    assert [(draw.seed, draw.seed2) for draw in draws] == [(1234, s) for s in [*op_seeds, 3, 3]]
    assert [(draw.start, draw.moved) for draw in draws] == [
        (0, 256), (0, 512), (0, 1536), (1536, 256),
    ]  # fmt: skip
    assert "random.Random(1234)" in draws[0].rule
    assert draws[2].rule == "global seed; op seed given"
    assert {draw.version for draw in draws} == {"2.21"}


def test_key_and_counter_make_the_same_numbers():
    tp.random.set_seed(5)
    explanation = tp.explain(tp.random.normal, [7], seed=2)
    draw = explanation.draws[0]
    counter = [draw.counter % 2**64, draw.counter >> 64]
    again = tp.raw_ops.StatelessRandomNormalV2(
        shape=[7], key=[draw.key], counter=counter, alg=1, dtype="float32"
    )
    assert_same_bits(explanation.result, again)


def test_stateless_calls():
    explanation = tp.explain(tp.random.stateless_uniform, [2], seed=[1, 2])
    draw = explanation.draws[0]
    key, counter = tp.raw_ops.StatelessRandomGetKeyCounter(seed=[1, 2])
    assert draw.key == int(key[0])
    assert draw.counter == int(counter[0]) | int(counter[1]) << 64
    assert draw.rule == "scrambled from [1, 2]"
    assert draw.seed is draw.start is draw.moved is None


def test_generators():
    generator = tp.random.Generator.from_key_counter(7, [5, 0], "philox")
    with tp.explain() as explanation:
        generator.normal([2])
        generator.uniform([3])
    assert [(d.key, d.counter, d.moved) for d in explanation.draws] == [
        (7, 5, 512), (7, 517, 768),
    ]  # fmt: skip
    assert explanation.draws[0].rule == "the generator's state"


def test_raw_ops():
    with tp.explain() as explanation:
        tp.raw_ops.RandomUniform(shape=[2], dtype="float32", seed=1, seed2=2)
        tp.raw_ops.RandomShuffle(value=np.arange(9), seed=1, seed2=2)
        tp.raw_ops.UniformCandidateSampler(
            true_classes=[[1]], num_true=1, num_sampled=2, unique=True, range_max=9, seed=3
        )
        tp.raw_ops.StatelessRandomUniformV2(
            shape=[2], key=[3], counter=[4, 5], alg=1, dtype="float32"
        )
    assert [(d.op, d.key, d.moved) for d in explanation.draws] == [
        ("RandomUniform", 1, 512), ("RandomShuffle", 1, 2), ("UniformCandidateSampler", 3, 1024),
        ("StatelessRandomUniformV2", 3, None),
    ]  # fmt: skip
    assert explanation.draws[0].rule == "attributes as given"


def test_no_seed():
    explanation = tp.explain(tp.random.uniform, [1])
    assert explanation.draws[0].rule == "no seed: the operating system's entropy"
    assert explanation.draws[0].seed is None


def test_functions_and_sessions():
    tp.random.set_seed(1)
    draw = tp.function(lambda: tp.random.uniform([1]))
    with tp.explain() as explanation:
        draw()
        draw()
        with tp.config.tensorflow_version("1.15"):
            graph = tp.Graph()
        with graph.as_default():
            graph.seed = 3
            a = tp.random.normal([2])
        session = tp.compat.v1.Session(graph=graph)
        session.run(a)
        session.run(a)
    assert [(d.call, d.seed, d.seed2, d.start, d.version) for d in explanation.draws] == [
        ("random.uniform", 1, 0, 0, "2.21"),
        ("random.uniform", 1, 0, 256, "2.21"),
        ("random.normal", 3, 3, 0, "1.15"),
        ("random.normal", 3, 3, 512, "1.15"),
    ]
    assert explanation.draws[0].rule == "graph seed; op seed: unseeded ops before it"
    assert explanation.draws[2].rule == "graph seed; op seed: nodes before it"


def test_inside_a_graph_only_what_runs_is_explained():
    with tp.Graph().as_default() as graph, tp.explain() as explanation:
        a = tp.random.uniform([1], seed=1)
        assert not explanation.draws
        tp.compat.v1.Session(graph=graph).run(a)
    assert len(explanation.draws) == 1


def test_it_changes_no_number():
    tp.random.set_seed(4)
    plain = [tp.random.uniform([2]), tp.random.normal([2], seed=1), tp.random.normal([2], seed=1)]
    tp.random.set_seed(4)
    with tp.explain():
        watched = [tp.random.uniform([2]), tp.random.normal([2], seed=1)]
    watched.append(tp.random.normal([2], seed=1))
    for one, other in zip(plain, watched, strict=True):
        assert_same_bits(one, other)


def test_a_call_that_fails_is_no_draw_and_ends_the_explanation():
    with tp.explain() as explanation, pytest.raises(ValueError, match="maxval"):
        tp.random.uniform([1], dtype="int32")
    tp.random.uniform([1])
    assert not explanation.draws


def test_table():
    tp.random.set_seed(3)
    table = str(tp.explain(tp.random.uniform, [1], seed=1)).splitlines()
    assert table[0].split() == ["call", "op", "seed", "seed2", "key", "counter", "start", "moved",
                                "rule", "TF"]  # fmt: skip
    assert table[1].split()[:8] == ["random.uniform", "RandomUniform", "3", "1", "3",
                                    "0x10000000000000000", "0", "256"]  # fmt: skip


def test_nested():
    with tp.explain() as outer:
        tp.random.uniform([1], seed=1)
        with tp.explain() as inner:
            tp.random.uniform([1], seed=2)
        tp.random.uniform([1], seed=3)
    assert [draw.seed2 for draw in inner.draws] == [2]
    assert [draw.seed2 for draw in outer.draws] == [1, 3]


def test_not_callable():
    with pytest.raises(TypeError, match="function must be callable, got 3"):
        tp.explain(3)


def test_what_has_a_stream_of_its_own():
    tp.random.set_seed(5)
    with tp.explain() as explanation:
        tp.data.Dataset.range(9).shuffle(3, seed=2)
        tp.keras.fit_order(4, epochs=2)
        tp.data.shuffle_order(6, 3)
    assert [(d.call, d.seed, d.seed2, d.moved) for d in explanation.draws] == [
        ("data.Dataset.shuffle", 5, 2, None),
        ("keras.fit_order", 5, 0, None),
        ("data.shuffle_order", 5, explanation.draws[2].seed2, None),
    ]
    assert "random.Random(5)" in explanation.draws[2].rule
