"""test_forged_pickles.py: states and positions of streams and generators, from anywhere."""

import pickle

import numpy as np
import pytest

import tfphilox as tp

HOSTILE = [
    None, 1, 2.5, "a", b"", (), [1], {}, object(), np.zeros(0, np.float64), np.zeros((3, 1), int),
    np.array([None] * 3), np.array([1.5] * 3), np.zeros((), int), np.array(["a"] * 3),
]  # fmt: skip
SHORT = [np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros(2, np.int64)]


@pytest.mark.parametrize("state", HOSTILE, ids=range(len(HOSTILE)))
def test_state_variables(state):
    variable = pickle.loads(pickle.dumps(tp.random.Generator.from_seed(1).state))
    with pytest.raises(ValueError, match="a state must be a vector of integers"):
        variable.__setstate__(state)
    assert variable.numpy().tolist() == [1, 0, 0]


@pytest.mark.parametrize("state", SHORT, ids=len)
def test_generators_with_another_state(state):
    """A pickle whose vector is too short draws from no memory but its own."""
    generator = tp.random.Generator.from_seed(1)
    generator.state.__setstate__(state)
    for draw in (lambda: generator.normal([3]), lambda: generator.skip(5)):
        with pytest.raises(ValueError, match="shape"):
            draw()
    with pytest.raises(ValueError, match="shape"):
        tp.random.Generator.from_state(state, "philox")


def test_big_endian_and_strided_states():
    want = tp.random.Generator.from_state([5, 6, 7], "philox").normal([9])
    for state in (np.array([5, 6, 7], ">i8"), np.array([5, 0, 6, 0, 7, 0])[::2]):
        generator = tp.random.Generator.from_seed(1)
        generator.state.__setstate__(state)
        assert (generator.normal([9]) == want).all()


@pytest.mark.parametrize("position", [-1, 2**128, 2**200, 1.0, None, "1", True, np.nan])
def test_positions(position):
    stream = tp.Stream(1, 2)
    stream.skip(7)
    with pytest.raises((TypeError, ValueError), match="position must be"):
        stream.position = position
    assert stream.position == 7
