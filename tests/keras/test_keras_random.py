"""test_keras_random.py: keras.random and its seeds, against what Keras 3 wrote down."""

import random

import numpy as np
import pytest
from bits import assert_same_bits
from keras_programs import programs_with, replay

import tfphilox as tp
import tfphilox.keras
from tfphilox.seeding.process import current


@pytest.mark.parametrize(("version", "program"), programs_with("draw"))
def test_programs(version, program):
    replay(version, program)


def test_a_generator_goes_on_and_an_integer_does_not():
    seeds = tp.keras.random.SeedGenerator(3)
    first, second = (tp.keras.random.uniform([5], seed=seeds) for _ in range(2))
    assert (first != second).any()
    assert_same_bits(tp.keras.random.uniform([5], seed=3), first)
    assert_same_bits(tp.random.stateless_uniform([5], [3, 1]), second)


def test_the_global_generator_starts_from_python():
    tp.keras.utils.set_random_seed(9)
    first, second = (tp.keras.random.uniform([5]) for _ in range(2))
    start = random.Random(9).randint(1, 10**9)
    scrambled = [(number + 1) * 5387 % 933199 for number in (start, 0)]
    assert_same_bits(first, tp.random.stateless_uniform([5], [start, 0]))
    assert_same_bits(second, tp.random.stateless_uniform([5], scrambled))


@pytest.mark.parametrize("seed", [2**63 - 1, -(2**63), -1, 5, 933199])
def test_next_wraps_as_int64(seed):
    seeds = tp.keras.random.SeedGenerator(seed)
    assert seeds.next(ordered=False).tolist() == [seed, 0]
    with np.errstate(over="ignore"):
        assert seeds.state.tolist() == ((np.array([seed, 0]) + 1) * 5387 % 933199).tolist()


def test_a_generator_has_a_config():
    seeds = tp.keras.random.SeedGenerator(7, name="mine")
    seeds.next()
    again = tp.keras.random.SeedGenerator.from_config(seeds.get_config())
    assert again.state.tolist() == [7, 0]
    assert again.name == "mine"


FAILURES = {
    "normal": dict(shape=[-1]),
    "truncated_normal": dict(shape=[2], mean=[1.0, 2.0, 3.0], stddev=[1.0, 2.0]),
    "uniform": dict(shape=[2], minval="a"),
    "randint": dict(shape=[2], minval=5, maxval=5),
    "categorical": dict(logits=[1.0], num_samples=1),
    "dropout": dict(inputs=[1.0], rate=2.0),
    "shuffle": dict(x=[1.0], axis=1),
    "gamma": dict(shape=[2], alpha=[1.0, 2.0, 3.0]),
    "binomial": dict(shape=[2], counts=[1.0, 2.0, 3.0], probabilities=0.5),
    "beta": dict(shape=[2], alpha=[1.0, 2.0, 3.0], beta=1.0),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failed_call_draws_nothing(name):
    tp.keras.utils.set_random_seed(1)
    before = random.getstate()
    seeds = tp.keras.random.SeedGenerator(3)
    for seed in (None, seeds):
        with pytest.raises((TypeError, ValueError)):
            getattr(tp.keras.random, name)(**FAILURES[name], seed=seed)
    assert random.getstate() == before
    assert seeds.state.tolist() == [3, 0]
    assert current().keras.generator is None


GOOD = {
    "normal": dict(shape=[2]),
    "truncated_normal": dict(shape=[2]),
    "uniform": dict(shape=[2]),
    "randint": dict(shape=[2], minval=0, maxval=5),
    "categorical": dict(logits=[[1.0]], num_samples=1),
    "dropout": dict(inputs=[1.0], rate=0.5),
    "shuffle": dict(x=[1.0]),
    "gamma": dict(shape=[2], alpha=1.0),
    "binomial": dict(shape=[2], counts=1.0, probabilities=0.5),
    "beta": dict(shape=[2], alpha=1.0, beta=1.0),
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("seed", [True, 1.0, "1", np.int64(1), [1, 2]])
def test_bad_seeds(name, seed):
    assert getattr(tp.keras.random, name)(**GOOD[name], seed=1).size
    with pytest.raises(TypeError, match="seed"):
        getattr(tp.keras.random, name)(**GOOD[name], seed=seed)


@pytest.mark.parametrize("name", GOOD)
def test_functions_draw_anew_at_every_call(name):
    """With a generator or without a seed; an integer gives the same numbers each time."""
    draw = getattr(tp.keras.random, name)
    arguments = GOOD[name]
    generator = tp.keras.random.SeedGenerator(3)

    @tp.function
    def three():
        return draw(**arguments, seed=generator), draw(**arguments, seed=5), draw(**arguments)

    tp.keras.utils.set_random_seed(4)
    got = [three() for _ in range(3)]
    tp.keras.utils.set_random_seed(4)
    eager = tp.keras.random.SeedGenerator(3)
    for call in got:
        assert_same_bits(call[0], draw(**arguments, seed=eager))
        assert_same_bits(call[1], draw(**arguments, seed=5))
        assert_same_bits(call[2], draw(**arguments))
    next_pair = tp.function(generator.next)
    for _ in range(2):
        assert_same_bits(next_pair(), eager.next())
