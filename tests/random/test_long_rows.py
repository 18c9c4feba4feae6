"""test_long_rows.py: a categorical row of many classes is summed up in pieces.

Between two pieces signals are answered. What is expected is known without a sampler: equal logits
have the exponential 1, so the running sums are 1, 2, 3, ... exactly, and a class is the whole part
of a uniform double times the number of classes.
"""

import signal

import numpy as np
import pytest

import tfphilox as tp
from tfphilox import Stream
from tfphilox._c import _samplers
from tfphilox.seeding.process import current

PIECE = 1 << 18


class Ended(Exception):
    pass


@pytest.mark.parametrize("rows", [1, 2, 4, 5])
@pytest.mark.parametrize("classes", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 5])
def test_pieces_change_nothing(classes, rows):
    logits = np.zeros((rows, classes), np.float32)
    tp.random.set_seed(None)
    found = tp.raw_ops.Multinomial(logits=logits, num_samples=4, seed=1, seed2=2)
    uniforms = Stream(1, 2).uniform((rows * 4,), dtype="float64")
    assert found.ravel().tolist() == np.floor(uniforms * classes).astype(int).tolist()


@pytest.mark.parametrize("at", [0, PIECE - 1, PIECE, 2 * PIECE + 3])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_class_in_any_piece(at, dtype):
    logits = np.full((2, 2 * PIECE + 5), -np.inf, dtype)
    logits[0, at] = 3.0
    logits[1, at] = np.nan
    found = tp.random.categorical(logits, 3, seed=1)
    assert found.tolist() == [[at] * 3, [logits.shape[1]] * 3]


def pieces(logits):
    _samplers.pieces_of_rows = -1
    tp.random.categorical(logits, 1, seed=1)
    return _samplers.pieces_of_rows


def test_how_often_signals_are_looked_for():
    assert pieces(np.zeros((1, 1000), np.float32)) == -1
    assert pieces(np.zeros((1, PIECE - 1), np.float32)) == -1
    for count in (4, 8, 16):  # between pieces of a search for the greatest, and of the sums
        assert pieces(np.zeros((1, count * PIECE), np.float32)) >= 2 * (count - 1)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
def test_a_row_is_left_between_two_pieces():
    def stop(*_):
        raise Ended

    logits = np.zeros((1, 64 * PIECE), np.float32)
    whole = pieces(logits)
    old = signal.signal(signal.SIGALRM, stop)
    try:
        for wait in (0.001, 0.02, 0.05):
            tp.random.set_seed(7)
            signal.setitimer(signal.ITIMER_REAL, wait)
            with pytest.raises(Ended):
                pieces(logits)
            assert _samplers.pieces_of_rows < whole
            assert not any(kernel.position for kernel in current().global_seed._kernels.values())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
