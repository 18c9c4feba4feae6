"""test_data_faults.py: iterators interrupted, shared by threads, and given states from anywhere."""

import contextlib
import copy
import itertools
import os
import pickle
import random
import signal
import threading
import time

import numpy as np
import pytest

import tfphilox as tp
from tfphilox.data import Dataset, experimental

HANDLERS = hasattr(signal, "setitimer")


def by_size(codes):
    return codes % 3


def mixture(a, b, c):
    parts = [a.shuffle(50, seed=3), b.shuffle(70, seed=4).repeat(), c]
    return Dataset.sample_from_datasets(parts, [0.2, 0.5, 0.3], seed=8)


def drawing(x):
    return x, tp.random.normal([2]) + tp.random.uniform([2], seed=5)


def zipped():
    shuffled = Dataset.range(50).shuffle(9, seed=3)
    return Dataset.zip({"a": shuffled.enumerate(), "b": shuffled.cache().skip(3)}).repeat()


# name: (data set, elements of a long call)
PIPELINES = {
    "range": (lambda: Dataset.range(10**7), 10**6),
    "shuffle": (lambda: Dataset.range(300_000).shuffle(1000, seed=3), 280_000),
    "shuffle.repeat": (lambda: Dataset.range(5000).shuffle(700, seed=3).repeat(), 200_000),
    "repeat.shuffle": (lambda: Dataset.range(5000).repeat().shuffle(700, seed=3), 200_000),
    "shuffle.batch": (lambda: Dataset.range(200_000).shuffle(500, seed=3).batch(7), 25_000),
    "batch.shuffle": (lambda: Dataset.range(30_001).batch(7).shuffle(50, seed=3).repeat(), 6000),
    "batch.batch": (lambda: Dataset.range(100_002).batch(7).batch(3).repeat(9), 4000),
    "shuffle.shuffle": (
        lambda: Dataset.range(900).shuffle(90, seed=3).shuffle(50, seed=4).repeat(),
        30_000,
    ),
    "skip.take": (
        lambda: Dataset.range(9000).shuffle(90, seed=3).skip(7).take(8000).repeat(), 50_000
    ),
    "shuffle_and_repeat": (
        lambda: Dataset.range(900).apply(experimental.shuffle_and_repeat(90, None, 3)),
        100_000,
    ),
    "arrays": (
        lambda: Dataset.from_tensor_slices({"x": np.arange(300_000), "y": np.ones((300_000, 2))})
        .shuffle(1000, seed=3)
        .repeat(),
        200_000,
    ),
    "random": (lambda: Dataset.random(seed=4, rerandomize_each_iteration=True), 10**6),
    "sample": (
        lambda: mixture(Dataset.range(9000), Dataset.range(900), Dataset.range(9000)),
        10_000,
    ),
    "choose": (
        lambda: Dataset.choose_from_datasets(
            [Dataset.range(100).shuffle(9, seed=3).repeat(), Dataset.range(50).repeat()],
            Dataset.range(2).shuffle(2, seed=5).repeat(),
        ),
        3000,
    ),
    "map": (
        lambda: Dataset.range(5000).shuffle(300, seed=3).map(drawing).repeat(),
        3000,
    ),
    "map.shuffle.batch": (
        lambda: Dataset.range(500).map(drawing).shuffle(50, seed=3).batch(7).repeat(),
        300,
    ),
    "filter": (
        lambda: Dataset.range(500).filter(lambda x: tp.random.uniform([]) < 0.5)
        .shuffle(50, seed=3).repeat(),
        2000,
    ),
    "cache": (
        lambda: Dataset.range(5000).shuffle(300, seed=3).cache().shuffle(70, seed=4).repeat(),
        200_000,
    ),
    "map.cache": (lambda: Dataset.range(700).map(drawing).cache().repeat(), 9000),
    "zip": (zipped, 5000),
    "concatenate": (
        lambda: Dataset.range(500).shuffle(300, seed=3)
        .concatenate(Dataset.range(500).shuffle(70, seed=4)).repeat(),
        200_000,
    ),
    "rejection": (
        lambda: Dataset.range(9).shuffle(9, seed=3).repeat(20_000)
        .rejection_resample(by_size, [0.2, 0.2, 0.6], seed=6),
        100,
    ),
    "rejection, known": (
        lambda: Dataset.range(9).shuffle(9, seed=3).repeat()
        .rejection_resample(by_size, [0.2, 0.2, 0.6], [0.5, 0.25, 0.25], seed=6),
        100,
    ),
}  # fmt: skip


def build(name):
    tp.random.set_seed(1)
    return PIPELINES[name][0]()


def flat(values):
    """All numbers of what a call returned."""
    if isinstance(values, dict):
        values = tuple(values.values())
    if isinstance(values, tuple):
        return np.concatenate([np.asarray(part).reshape(-1) for part in values])
    return np.asarray(values).reshape(-1)


def same(a, b):
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and (a == b).all()
    return type(a) is type(b) and a == b


class Interrupted(BaseException):
    pass


def interrupted(call, seconds):
    """Whether a handler's exception ended the call, how late that was, and the call's result."""
    fired = []

    def handler(*args):
        if armed:
            fired.append(time.perf_counter())
            raise Interrupted

    armed = [True]
    before = signal.signal(signal.SIGALRM, handler)
    start = time.perf_counter()
    try:
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-6))
        result = call()
        armed.clear()
    except Interrupted:
        return True, fired[0] - start - seconds, None
    finally:
        armed.clear()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return False, 0.0, result


# ---- interruption ------------------------------------------------------------------------------


@pytest.mark.skipif(not HANDLERS, reason="no timers here")
@pytest.mark.parametrize("name", PIPELINES)
def test_interrupted_calls(name):
    """Fifty interruptions at random moments; then the order goes on as if there had been none.

    A signal can fall between a call's end and the name of its result: then all of the call's
    elements are gone with it, and the iterator stands behind them. Nothing in between.
    """
    count = PIPELINES[name][1]
    moments = random.Random(name)
    iterator, twin = iter(build(name)), iter(build(name))
    state = iterator.state
    start = time.perf_counter()
    iterator.take(count)
    whole = time.perf_counter() - start
    tries = ends = 0
    late = []
    while tries < 50:
        iterator.state = twin.state = state
        lead = moments.randrange(min(300, count))
        assert same(iterator.take(lead), twin.take(lead))
        step = moments.choice([count, count, count, 100, 1])
        call = (lambda: next(iterator)) if step == 1 else lambda step=step: iterator.take(step)
        limit = whole if step == count else 3e-4
        was, delay, _ = interrupted(call, moments.uniform(0, limit))
        if not was:
            continue
        tries += 1
        late.append(delay)
        if tries % 3 == 0:
            here = iterator.state  # goes back, too
        rest = count if tries % 10 == 0 else moments.randrange(1, min(500, count))
        got, want = iterator.take(rest), twin.take(rest)
        if not same(got, want):
            twin.state = state
            twin.take(lead)
            twin.take(step)
            ends += step == count  # short ones may: handlers wait for the end of what is C
            assert same(got, twin.take(rest)), f"{step} elements, interruption {tries}"
        elif tries % 3 == 0:
            twin.state = here
            assert same(twin.take(rest), want)
    assert ends <= 5  # else the calls are too short for the timer, and little was tried
    print(f"\n  {name}: latest answer after {1e3 * max(late):.1f} ms, {ends} at an end", end=" ")


@pytest.mark.skipif(not HANDLERS, reason="no timers here")
@pytest.mark.parametrize("name", ["shuffle.repeat", "batch.shuffle", "sample", "rejection"])
def test_interruption_leaves_the_data_set(name):
    """The seeds that a call drew and gave up are drawn by the next iterator, whoever makes it."""
    count = PIPELINES[name][1]
    want_set = build(name)
    want_first, want_second = iter(want_set), iter(want_set)
    want_first.take(20)
    dataset = build(name)
    first, second = iter(dataset), iter(dataset)
    first.take(20)
    before, moved = first.state, True
    while moved:  # a call that ended before the signal, or just then, has moved as a whole
        interrupted(lambda: first.take(count), 2e-3)
        moved = not same(first.state, before)
        if moved:
            want_first.take(count)
            before = first.state
    third, want_third = iter(dataset), iter(want_set)
    for got, want in [(third, want_third), (first, want_first), (second, want_second)]:
        assert same(got.take(1500), want.take(1500))


@pytest.mark.skipif(not HANDLERS, reason="no timers here")
def test_interruption_leaves_generators():
    """A Generator that a map draws from stands with the iterator, whose state it is not."""
    generator = tp.random.Generator.from_seed(7)
    dataset, alone = (Dataset.range(500).shuffle(300, seed=3).repeat() for _ in range(2))
    iterator = iter(dataset.map(lambda x: (x, generator.uniform([2]))))
    want, order = tp.random.Generator.from_seed(7), iter(alone)
    for i in range(20):
        before, moved = iterator.state, np.array(generator.state)
        interrupted(lambda: iterator.take(3000), (i + 1) * 1e-3)
        if same(iterator.state, before):
            assert same(np.array(generator.state), moved)
        else:  # it had ended
            order.take(3000)
            for _ in range(3000):
                want.uniform([2])
        x, drawn = iterator.take(5)
        assert same(x, order.take(5))
        assert same(drawn, np.stack([want.uniform([2]) for _ in range(5)]))


@pytest.mark.skipif(not HANDLERS, reason="no timers here")
def test_interrupted_random_access():
    dataset = Dataset.range(1_000_000).shuffle(4, seed=5)
    want = int(experimental.at(build_shuffled(), 7))
    dataset = build_shuffled()
    for i in range(20):
        interrupted(lambda: experimental.at(dataset, 7), i * 1e-3)
        assert int(experimental.at(dataset, 7)) == want


def build_shuffled():
    tp.random.set_seed(1)
    return Dataset.range(1_000_000).shuffle(4, seed=5)


class Failing:
    """A class function that fails when it is told to."""

    def __init__(self):
        self.left = 10**9

    def __call__(self, codes):
        self.left -= 1
        if self.left < 0:
            raise ArithmeticError("no classes now")
        return codes % 3


def test_failing_functions_move_nothing():
    def make(function):
        tp.random.set_seed(1)
        dataset = Dataset.range(9).shuffle(9, seed=3).repeat(2000)
        return iter(dataset.rejection_resample(function, [0.2, 0.2, 0.6], seed=6))

    function = Failing()
    iterator, twin = make(function), make(by_size)
    for left in range(0, 60, 3):
        function.left = left
        with pytest.raises(ArithmeticError):
            iterator.take(3000)
        function.left = 10**9
        assert same(iterator.take(7), twin.take(7)), left


def test_memory_asked_for_before_it_is_used_up():
    start = time.perf_counter()
    for make in [
        lambda: Dataset.range(5).repeat(),
        lambda: Dataset.range(5).shuffle(3, seed=1).repeat(),
        lambda: Dataset.random(seed=1),
        lambda: Dataset.range(5).repeat().batch(3),
        lambda: Dataset.range(2**62),
        lambda: Dataset.range(2**62).batch(2**61),
    ]:
        iterator = iter(make())
        for count in (2**45, 2**60, 2**62, 2**63, 2**70):
            with pytest.raises(MemoryError) as caught:
                iterator.take(count)
            assert str(caught.value).startswith("no memory for")
            assert "\n" not in str(caught.value)
        if make().cardinality() != 2:
            assert len(flat(iterator.take(3))) >= 3
    assert time.perf_counter() - start < 20


def test_ranges_too_long_to_count():
    with pytest.raises(ValueError, match=r"fewer than 2\*\*63 elements"):
        Dataset.range(-(2**63), 2**63 - 1)
    assert iter(Dataset.range(-(2**63), 2**63 - 1, 3)).take(2).tolist() == [-(2**63), 3 - 2**63]
    far = iter(Dataset.range(-(2**63), 2**63 - 1, 2**45)).take(10**6)
    assert len(far) == 2**19
    assert (np.diff(far) == 2**45).all()


def test_iterators_say_how_they_are_kept():
    iterator = iter(build("shuffle"))
    for attempt in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match=r"keep iterator\.state"):
            attempt(iterator)
    with pytest.raises(TypeError, match=r"keep iterator\.state"):
        pickle.dumps(build("shuffle"))


# ---- forged states -----------------------------------------------------------------------------

HOSTILE = [
    None, True, -1, 2**31, 2**63 - 1, 2**63, 2**64, -(2**63), 10**30, 0.5, float("nan"), "", "a",
    b"", (), (1,), [], [2, 3], {}, (10**7,), (0, 0), ((),), np.int64(-1), np.arange(3),
    np.array([-5]), np.array([10**7]), np.array([2**63], np.uint64), np.zeros((2, 2), np.int64),
    np.array(1), np.array([1.5]), np.array(["a"]), np.array([None]), np.empty(0), object(),
]  # fmt: skip


def places(value, path=()):
    """Where the parts of nested tuples and lists are."""
    yield path
    if isinstance(value, tuple | list):
        for i, part in enumerate(value):
            yield from places(part, (*path, i))


def replaced(value, path, part):
    if not path:
        return part
    parts = list(value)
    parts[path[0]] = replaced(parts[path[0]], path[1:], part)
    return type(value)(parts)


def forgeries(state, rng):
    """States with one part replaced, left out, doubled, or an array with other numbers."""
    for path in places(state):
        old = state
        for i in path:
            old = old[i]
        for hostile in HOSTILE:
            yield replaced(state, path, hostile)
        if isinstance(old, np.ndarray) and old.size:
            for number in (-1, 2**40, 2**63 - 1, -(2**63), int(old.max()) + 1):
                wrong = old.copy().astype(np.int64)
                wrong.reshape(-1)[rng.randrange(wrong.size)] = number
                yield replaced(state, path, wrong)
            yield replaced(state, path, old[:-1] if old.ndim else old[None])
            yield replaced(state, path, np.concatenate([old, old] if old.ndim else [[old], [old]]))
        if isinstance(old, int) and not isinstance(old, bool):
            for number in (old + 1, old - 1, old + 2**32, -old):
                yield replaced(state, path, number)
        if isinstance(old, tuple | list):
            yield replaced(state, path, type(old)(old[1:]))
            yield replaced(state, path, type(old)([*old, *old]))


def given(iterator, state):
    """The error for a state, or nothing."""
    try:
        iterator.state = state
    except ValueError as error:
        return str(error)
    return ""


def test_state_of_the_issue():
    """A slice of ten million elements in a buffer of a few hundred."""
    iterator = iter(build("shuffle"))
    iterator.take(100)
    kept, run, drawn, own = iterator.state
    run = list(run)
    run[5] = (10**7,)
    with pytest.raises(ValueError, match="slices must be at most 2 lengths that make 999"):
        iterator.state = kept, tuple(run), drawn, own


@pytest.mark.parametrize("name", PIPELINES)
def test_forged_states(name):
    """Refused with a word about it, and the iterator stays; or taken, and then it can be read."""
    rng = random.Random(name)
    dataset = build(name)
    iterator = iter(dataset)
    iterator.take(40)
    state = iterator.state
    refused = 0
    for forged in forgeries(state, rng):
        message = given(iterator, forged)
        if message:
            refused += 1
            assert message.startswith("state: ")
            if refused % 100 == 0:
                assert same(iterator.state, state)
        else:  # a number like another one: nothing worse than another order may come of it
            with contextlib.suppress(ValueError):
                iterator.take(60)
            iterator.state = state
    assert refused > 100
    assert same(iterator.state, state)
    twin = iter(build(name))
    twin.take(40)
    assert same(iterator.take(1000), twin.take(1000))


def test_states_go_from_data_set_to_data_set():
    """A state of another kind of data set is refused."""
    states = {}
    for name in PIPELINES:
        iterator = iter(build(name))
        iterator.take(40)
        states[name] = iterator.state
    for here, there in itertools.permutations(PIPELINES, 2):
        iterator = iter(build(here))
        message = given(iterator, states[there])
        assert message.startswith("state: ") or not message
        iterator.take(300)


def test_kept_states_are_not_changed_by_results():
    """Batches that a user writes to are in no state."""
    iterator = iter(build("batch.shuffle"))
    iterator.take(10)
    state = iterator.state
    want = [next(iterator).copy() for _ in range(60)]
    iterator.state = state
    for _ in range(60):
        next(iterator)[:] = -1
    iterator.state = state
    assert same([next(iterator) for _ in range(60)], want)


# ---- threads -----------------------------------------------------------------------------------


def together(work, count=8, seconds=60):
    """Run work(i) in threads; return what they returned, raising what they raised."""
    results, errors = [None] * count, []
    gate = threading.Barrier(count)

    def run(i):
        gate.wait()
        try:
            results[i] = work(i)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
        assert not thread.is_alive(), "a thread hangs"
    if errors:
        raise errors[0]
    return results


@pytest.mark.parametrize("name", PIPELINES)
@pytest.mark.parametrize("how", ["take", "next"])
def test_one_iterator_for_eight_threads(name, how):
    """Each element goes to one thread, and calls are whole."""
    each, calls = (50, 20) if how == "take" else (1, 60)
    want_from = iter(build(name))
    want = [flat(want_from.take(each) if how == "take" else next(want_from))
            for _ in range(8 * calls)]  # fmt: skip
    iterator = iter(build(name))
    got = together(
        lambda i: [flat(iterator.take(each) if how == "take" else next(iterator))
                   for _ in range(calls)]
    )  # fmt: skip
    found = sorted(tuple(call.tolist()) for thread in got for call in thread)
    assert found == sorted(tuple(call.tolist()) for call in want)


def test_one_data_set_for_eight_threads():
    """Iterators of one data set draw its seeds, each pair once."""
    epochs = 25
    dataset = build("shuffle.repeat")
    small = dataset.take(5000)
    got = together(lambda i: [iter(small).take(5000).tolist() for _ in range(epochs)])
    twin = build("shuffle.repeat").take(5000)
    want = sorted(iter(twin).take(5000).tolist() for _ in range(8 * epochs))
    assert sorted(order for thread in got for order in thread) == want


def test_states_read_and_set_by_threads():
    iterator = iter(build("sample"))
    iterator.take(30)
    state = iterator.state

    def work(i):
        for _ in range(30):
            if i % 2:
                iterator.take(20)
            else:
                iterator.state = state
                pickle.dumps(iterator.state)

    together(work)
    iterator.state = state
    twin = iter(build("sample"))
    twin.take(30)
    assert same(iterator.take(500), twin.take(500))


def test_the_same_iterator_inside_a_call():
    """A call within a call, from a function of the user's or a handler, is an error, no hang."""
    inner = []

    def classes(codes):
        if not inner:
            with pytest.raises(RuntimeError, match="in the middle of a call"):
                next(iterator)
            inner.append(True)
        return codes % 3

    dataset = Dataset.range(9).repeat(90).rejection_resample(classes, [0.2, 0.2, 0.6], seed=6)
    iterator = iter(dataset)
    assert len(iterator.take(20)[0]) == 20
    assert inner


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_fork_while_a_thread_draws():
    """The child's iterator is where a whole call left it, whatever the other thread was doing."""
    iterator = iter(build("shuffle"))
    stop = threading.Event()

    def work():
        while not stop.is_set():
            iterator.take(100)
            iterator.state = state

    state = iterator.state
    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(20):
            child = os.fork()
            if child == 0:
                iterator.state = state
                os._exit(0 if len(iterator.take(1000)) == 1000 else 1)
            end = time.monotonic() + 20
            while True:
                pid, status = os.waitpid(child, os.WNOHANG)
                if pid:
                    break
                if time.monotonic() > end:
                    os.kill(child, signal.SIGKILL)
                    os.waitpid(child, 0)
                    pytest.fail("the child hangs")
                time.sleep(0.01)
            assert status == 0
    finally:
        stop.set()
        thread.join()
