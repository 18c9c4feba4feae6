"""test_fork.py: forks in a handler of a signal, in the middle of a fill that threads share.

Both processes finish the fill; the child draws on, answers SIGINT and exits.
"""

import os
import signal
import time

import numpy as np
import pytest

import tfphilox as tp

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]
FORKS = 40
MEANS = np.zeros(200_000, np.float32)

FILLS = {
    "normal": lambda: tp.Stream(1, 2).normal((1_500_000,), dtype="float64", threads=4),
    "truncated_normal": lambda: tp.Stream(1, 2).truncated_normal(
        (1_000_000,), dtype="float64", threads=4
    ),
    "truncated_normal of arrays": lambda: tp.Stream(1, 2).truncated_normal(
        (1_000_000,), np.zeros(1), np.ones(1), "float64", threads=4
    ),
    "stateless_gamma": lambda: tp.random.stateless_gamma([200_000], [1, 2], 0.5),
    "parameterized_truncated_normal": lambda: tp.random.stateless_parameterized_truncated_normal(
        [200_000], [1, 2], MEANS
    ),
    "categorical": lambda: tp.random.stateless_categorical(np.zeros((1, 50)), 1_000_000, [1, 2]),
}


def wait(child, seconds=20):
    """The child's exit status; it is ended if it does not end."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "hangs"


def answers(fill):
    """Whether SIGINT ends what draws for ever."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    try:
        while True:
            fill()
    except KeyboardInterrupt:
        return True


@pytest.mark.parametrize("name", FILLS)
def test_fork_in_a_handler(name):
    fill = FILLS[name]
    want = fill().tobytes()
    start = time.perf_counter()
    fill()
    whole = time.perf_counter() - start
    forked = []  # what os.fork returned, by handlers in the middle of a fill

    def handler(*_):
        forked.append(os.fork())

    before = signal.signal(signal.SIGALRM, handler)
    children = []
    try:
        for i in range(FORKS):
            forked.clear()
            signal.setitimer(signal.ITIMER_REAL, max(1e-5, whole * (i + 0.5) / FORKS))
            got = fill()
            signal.setitimer(signal.ITIMER_REAL, 0)
            right = got.tobytes() == want
            if forked and forked[0] == 0:  # the child
                code = 2
                try:
                    right = right and fill().tobytes() == want
                    code = 0 if right and answers(fill) else 1
                finally:
                    os._exit(code)
            assert right
            children += forked
            assert all(wait(child) == 0 for child in forked)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert len(children) >= FORKS // 4


@pytest.mark.parametrize("name", FILLS)
def test_children_that_go_at_once(name):
    """The child leaves from the handler, having drawn there."""
    fill = FILLS[name]
    want = fill().tobytes()
    statuses = []

    def handler(*_):
        child = os.fork()
        if child == 0:
            code = 2
            try:
                code = 0 if fill().tobytes() == want else 1
            finally:
                os._exit(code)
        statuses.append(wait(child))

    before = signal.signal(signal.SIGALRM, handler)
    try:
        for _ in range(5):
            signal.setitimer(signal.ITIMER_REAL, 2e-3)
            assert fill().tobytes() == want
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert statuses == [0] * len(statuses)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_made_in_a_draw_ends_it_once():
    """The lock that the draw holds in the child is still its own: it is opened once."""
    stream = tp.Stream(1, 2)

    def make(key, counter):
        if os.fork() == 0:
            try:
                stream.normal((1,))
            except RuntimeError:  # in the middle of a draw
                children.append(0)
        return None, 4

    children = []
    stream._draw_by(make)
    if children:
        stream.normal((1,))
        os._exit(0 if stream.position == 260 else 1)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
