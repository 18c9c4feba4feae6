"""test_seeds.py: op seeds and pairs; what is expected was printed by TensorFlow 2.21."""

import itertools
import random
import threading

import numpy as np
import pytest
from seed_tables import GLOBAL_SEEDS, OP_SEEDS

import tfphilox as tp
from tfphilox.compat.v1.random import get_seed
from tfphilox.seeding import scopes

MAXINT32 = 2**31 - 1


@pytest.mark.parametrize(("seed", "implicit", "explicit"), GLOBAL_SEEDS, ids=repr)
def test_global_seed(seed, implicit, explicit):
    tp.random.set_seed(seed)
    assert get_seed(None) == implicit
    assert get_seed(5) == explicit


@pytest.mark.parametrize(("seed", "second", "attribute"), OP_SEEDS, ids=repr)
def test_op_seed(seed, second, attribute):
    tp.random.set_seed(9)
    assert get_seed(seed) == (9, second)
    assert scopes.op_attribute("seed2", get_seed(seed)[1]) == attribute


def test_pair_of_zeros_is_replaced():
    tp.random.set_seed(0)
    assert get_seed(0) == (0, MAXINT32)
    assert get_seed(MAXINT32) == (0, MAXINT32)
    assert get_seed(0.5) == (0, 0.5)  # which an op cuts to (0, 0): no seed, in TensorFlow too
    tp.random.set_seed(MAXINT32)
    assert get_seed(0) == (0, MAXINT32)


@pytest.mark.parametrize("seed", [0, 1, 7, -5, 2**40, 2.5])
def test_op_seeds_are_randint(seed):
    tp.random.set_seed(seed)
    rng = random.Random(seed)
    for _ in range(10_000):
        assert get_seed(None)[1] == rng.randint(0, MAXINT32) % MAXINT32


def test_explicit_seeds_use_no_op_seed():
    tp.random.set_seed(0)
    get_seed(1), get_seed(2)
    assert get_seed(None) == (0, 1654615998)


def test_text_is_accepted_and_fails_later():
    tp.random.set_seed("%d")
    with pytest.raises(TypeError, match="seed must be an integer, got '%d'"):
        get_seed(5)
    with pytest.raises(TypeError, match="seed must be an integer"):
        tp.random.uniform([1])


@pytest.mark.parametrize(
    "seed",
    [[3], (3,), np.array([3]), 1j, {}, object(), bytearray(b"a")],
    ids=lambda seed: type(seed).__name__,
)
def test_bad_global_seed_keeps_the_old_one(seed):
    tp.random.set_seed(0)
    first = tp.random.uniform([1], seed=1)
    with pytest.raises(TypeError, match="seed must be an integer or None"):
        tp.random.set_seed(seed)
    assert get_seed(None) == (0, 1654615998)
    assert tp.random.uniform([1], seed=1) != first  # the kernels were not restarted either


@pytest.mark.parametrize(
    "seed", ["a", b"a", [5], (5,), [1, [2]], np.array([5]), np.array([5, 6]), 1j, {}], ids=repr
)
def test_bad_op_seed_uses_no_op_seed(seed):
    tp.random.set_seed(0)
    with pytest.raises(TypeError, match="seed must be an integer"):
        get_seed(seed)
    assert get_seed(None) == (0, 1654615998)


ATTRIBUTES = [
    (None, 0),
    (-(2**63), -(2**63)),
    (2**63 - 1, 2**63 - 1),
    (True, 1),
    (-1.9, -1),
    (np.int64(4), 4),
    (np.float32(4.5), 4),
    (np.array(4), 4),
]


@pytest.mark.parametrize(("value", "attribute"), ATTRIBUTES, ids=repr)
def test_op_attribute(value, attribute):
    assert scopes.op_attribute("seed", value) == attribute


@pytest.mark.parametrize(
    "value", ["4", b"4", float("nan"), float("inf"), 1j, [4], np.array([4])], ids=repr
)
def test_op_attribute_of_another_type(value):
    with pytest.raises(TypeError, match="seed2 must be an integer"):
        scopes.op_attribute("seed2", value)


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 1e30])
def test_op_attribute_out_of_range(value):
    with pytest.raises(ValueError, match="seed must be a 64-bit integer"):
        scopes.op_attribute("seed", value)


def test_threads_share_the_op_seeds():
    tp.random.set_seed(1)
    drawn = [[] for _ in range(4)]
    threads = [
        threading.Thread(target=lambda own=own: own.extend(get_seed(None)[1] for _ in range(5000)))
        for own in drawn
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rng = random.Random(1)
    expected = [rng.randint(0, MAXINT32) % MAXINT32 for _ in range(20_000)]
    assert sorted(itertools.chain(*drawn)) == sorted(expected)
    order = {seed: i for i, seed in enumerate(expected)}
    for own in drawn:
        assert [order[seed] for seed in own] == sorted(order[seed] for seed in own)
