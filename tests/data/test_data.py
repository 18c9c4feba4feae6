"""test_data.py: the order of data sets: golden data of seven TensorFlows, states, bulk, errors."""

import copy
import hashlib
import json
import os
import pickle
import random
import signal
import threading
from typing import NamedTuple

import data_programs
import numpy as np
import pytest
from places import GOLDEN_FILES

import tfphilox as tp
import tfphilox.data
from tfphilox.data import Dataset, experimental, shuffle_order
from tfphilox.seeding.process import current

FILES = sorted(GOLDEN_FILES.glob("data-tf-*.json"))
PIPELINES = sorted(GOLDEN_FILES.glob("pipelines-tf-*.json"))

pytestmark = pytest.mark.global_seed(1)


def all_of(dataset, at_once=10**6):
    """Everything a data set of scalars yields, read in lots."""
    iterator = iter(dataset)
    return np.concatenate(lots(iterator, at_once))


def lots(iterator, at_once):
    found = [iterator.take(at_once)]
    while len(found[-1]):
        found.append(iterator.take(at_once))
    return found


# ---- TensorFlow's own -------------------------------------------------------------------------


def golden():
    cases = []
    for path in FILES:
        data = json.loads(path.read_text())
        version = data["header"]["tensorflow"]
        for number, case in enumerate(data["programs"] + data["endings"] + data["defaults"]):
            cases.append(pytest.param(version, case, id=f"{version}-{number}"))
    return cases


def test_the_files_are_there():
    versions = [".".join(path.stem.split("-")[2].split(".")[:2]) for path in FILES]
    assert sorted(versions) == ["1.15", "2.0", "2.10", "2.15", "2.21", "2.3", "2.6"]


@pytest.mark.parametrize(("version", "case"), golden())
def test_golden(version, case):
    program, expected = case
    with tp.config.tensorflow_version(version):
        got = data_programs.run(tp, program)
    assert json.dumps(got) == json.dumps(expected), program


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_golden_pipelines(path):
    """map, filter, zip, concatenate, cache: releases on both sides of each border."""
    data = json.loads(path.read_text())
    for program, expected in data["programs"]:
        tp.random.set_seed(None)
        with tp.config.tensorflow_version(data["header"]["tensorflow"]):
            got = data_programs.run(tp, program)
        assert json.dumps(got) == json.dumps(expected), program


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden_sums(path):
    data = json.loads(path.read_text())
    passes = {}
    with tp.config.tensorflow_version(data["header"]["tensorflow"]):
        for n, size, expected in data["sums"]:
            if (n, size) not in passes:
                tp.random.set_seed(n + size)
                passes[n, size] = Dataset.range(n).shuffle(size, seed=size)
            order = all_of(passes[n, size], 4321).astype("<i8")
            assert hashlib.sha256(order.tobytes()).hexdigest() == expected


# ---- one rule against another ---------------------------------------------------------------


def reference(n, size, seeds):
    """A pass by the rule: `words` singly, and for a buffer the end of a list from `first` on."""
    read, out = [], []
    for first, word in enumerate(tp.Stream(*seeds).words(n).tolist()):
        read.extend(range(len(read), min(n, first + max(size, 1))))
        at = first + word % (len(read) - first)
        out.append(read[at])
        read[at] = read[first]
    return out


@pytest.mark.parametrize("n", [0, 1, 2, 23, 2047, 2048, 2049, 70000])
@pytest.mark.parametrize("size", [1, 2, 24, 1023, 1024, 1025, 10**5])
def test_buffer(n, size):
    if n == 70000 and size in (2, 1023, 1025):
        return
    dataset = Dataset.range(n).shuffle(size, seed=5, reshuffle_each_iteration=False)
    expected = reference(n, size, (1, 5))
    assert all_of(dataset).tolist() == expected
    assert all_of(dataset, 999).tolist() == expected
    words = tp.Stream(1, 5).words(4).tolist()
    dataset = Dataset.range(n).shuffle(size, seed=5)
    assert all_of(dataset).tolist() == reference(n, size, words[:2])
    assert all_of(dataset).tolist() == reference(n, size, words[2:])


@pytest.mark.parametrize("start", [0, -5, 2**32 - 3, 2**62])
def test_wide_numbers(start):
    step = 3
    dataset = Dataset.range(start, start + 300 * step, step).shuffle(40, seed=2)
    assert (all_of(dataset) == start + step * all_of(Dataset.range(300).shuffle(40, seed=2))).all()


def test_shuffle_order():
    dataset = Dataset.range(1000).shuffle(30, seed=4)
    expected = [all_of(dataset).tolist() for _ in range(3)]
    assert shuffle_order(1000, 30, seed=4, epochs=3).tolist() == expected
    assert shuffle_order(1000, 30, 4, 2, False).tolist() != expected[:2]
    assert shuffle_order(0, 30).shape == (1, 0)
    assert shuffle_order(5, 30, epochs=0).shape == (0, 5)
    got = shuffle_order(5, -2, seed=3)
    assert got.dtype == np.int64
    assert sorted(got[0]) == [0, 1, 2, 3, 4]


def test_without_seeds():
    tp.random.set_seed(None)
    a, b = (shuffle_order(50, 50) for _ in range(2))
    assert a.tolist() != b.tolist()
    assert shuffle_order(9, 9, seed=1).tolist() == shuffle_order(9, 9, seed=1).tolist()
    first = all_of(Dataset.random().take(9))
    assert first.tolist() != all_of(Dataset.random().take(9)).tolist()


def test_memory_is_that_of_the_buffer():
    import tracemalloc

    dataset = Dataset.range(10**9).shuffle(10**5, seed=3)
    iterator = iter(dataset)
    tracemalloc.start()
    for _ in range(20):
        iterator.take(10**5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10**7


# ---- reading in lots, states ------------------------------------------------------------------


def any_dataset(rng, newest=1):
    """Some data set of a random program, made anew by each call."""
    while True:
        program = data_programs.any_program(rng, newest)
        names = [
            step[1]
            for step in program
            if step[0] not in ("iter", "next", "list", "uniform", "seed")
        ]
        steps = [step for step in program if step[0] not in ("iter", "next", "list", "uniform")]
        return steps, names[-1]


def build(steps, name):
    """The data set `name` of a program."""
    things = []
    data_programs.run(
        tp, [*steps, ["iter", "it", name]], begin=lambda d: things.append(d) or iter(d)
    )
    return things[0]


def flat(values):
    return [data_programs.plain(value) for value in values]


@pytest.mark.parametrize("number", range(60))
def test_lots_and_states(number):
    """Lots of any size give what single elements give, and a state continues it elsewhere."""
    rng = random.Random(number)
    steps, name = any_dataset(rng)
    expected = data_programs.take(iter(build(steps, name)), 300)
    iterator, got = iter(build(steps, name)), []
    while len(got) < len(expected):
        state = pickle.loads(pickle.dumps(iterator.state))
        if rng.random() < 0.5:
            other = build(steps, name)
            for _ in range(rng.randrange(3)):  # generators that have moved are moved back
                other_iterator = iter(other)
                other_iterator.take(rng.randrange(20))
            iterator = iter(other)
            iterator.state = state
        lot = rng.choice([1, 2, 7, 50])
        got += flat(iterator.take(min(lot, len(expected) - len(got))))
    assert got == expected
    if len(expected) < 300:
        assert len(iterator.take(5)) == 0
        assert next(iterator, None) is None


def test_state_is_small():
    iterator = iter(Dataset.range(10**8).shuffle(1000, seed=1).batch(32))
    iterator.take(1000)
    assert len(pickle.dumps(iterator.state)) < 5000


def test_state_of_rejection():
    dataset = Dataset.range(1000).shuffle(10, seed=1)
    for initial in (None, [0.3, 0.7]):
        resampled = dataset.rejection_resample(lambda x: x % 2, [0.6, 0.4], initial, seed=3)
        iterator = iter(resampled)
        iterator.take(100)
        state = pickle.loads(pickle.dumps(iterator.state))
        classes, values = iterator.take(50)
        iterator = iter(resampled)
        iterator.state = state
        assert all(
            (a == b).all() for a, b in zip(iterator.take(50), (classes, values), strict=True)
        )
        assert (classes == values % 2).all()


def test_iterators_share_the_generator():
    dataset = Dataset.range(10).shuffle(4, seed=5)
    a, b = iter(dataset), iter(dataset.batch(10))
    second = next(b).tolist()
    first = a.take(10).tolist()
    assert [first, second] == shuffle_order(10, 4, seed=5, epochs=2).tolist()


def test_ragged_batches():
    iterator = iter(Dataset.range(7).batch(3).repeat(2))
    assert iterator.take(9).tolist() == [[0, 1, 2], [3, 4, 5]]
    state = copy.deepcopy(iterator.state)
    assert iterator.take(9).tolist() == [[6]]
    assert iterator.take(1).tolist() == [[0, 1, 2]]
    iterator.state = state
    assert next(iterator).tolist() == [6]
    assert [x.tolist() for x in iterator] == [[0, 1, 2], [3, 4, 5], [6]]


def test_slices():
    rows = np.arange(20).reshape(10, 2)
    labels = np.array(list("abcdefghij"))
    order = shuffle_order(10, 4, seed=5)[0]
    got = iter(Dataset.from_tensor_slices((rows, labels)).shuffle(4, seed=5)).take(10)
    assert (got[0] == rows[order]).all()
    assert (got[1] == labels[order]).all()
    one = next(iter(Dataset.from_tensor_slices((rows, labels)).batch(3)))
    assert one[0].tolist() == rows[:3].tolist()
    assert one[1].tolist() == ["a", "b", "c"]
    assert next(iter(Dataset.from_tensor_slices([1.5, 2.5]))).dtype == np.float32


def test_mixture_of_arrays_and_ranges():
    a = Dataset.from_tensor_slices(np.array([100, 200, 300]))
    b = Dataset.range(-3, 0)
    choice = Dataset.range(2).repeat()
    got = iter(Dataset.choose_from_datasets([a, b], choice)).take(9)
    assert got.tolist() == [100, -3, 200, -2, 300, -1]
    got = iter(Dataset.choose_from_datasets([a.batch(2), b.batch(2)], choice)).take(2)
    assert got.tolist() == [[100, 200], [-3, -2]]


def test_weights_of_a_data_set():
    weights = Dataset.from_tensor_slices(np.float32([[0.3, 0.7]])).repeat()
    pair = [Dataset.range(50), Dataset.range(100, 150)]
    constant = Dataset.sample_from_datasets(pair, np.float32([0.3, 0.7]), seed=4)
    varying = Dataset.sample_from_datasets(pair, weights, seed=4)
    assert all_of(constant).tolist() == all_of(varying).tolist()


def test_classes_by_array():
    table = np.arange(40) % 3
    a = Dataset.range(40).rejection_resample(table, [0.2, 0.3, 0.5], [0.4, 0.3, 0.3], seed=2)
    b = Dataset.range(40).rejection_resample(
        lambda x: x % 3, [0.2, 0.3, 0.5], [0.4, 0.3, 0.3], seed=2
    )
    assert [x.tolist() for x in iter(a).take(20)] == [x.tolist() for x in iter(b).take(20)]


def test_length():
    assert len(Dataset.range(10).repeat(3).batch(4)) == 8
    assert len(Dataset.range(10).batch(4, drop_remainder=True).skip(1)) == 1
    assert Dataset.range(10).repeat().take(7).cardinality() == 7
    assert Dataset.range(10).repeat().cardinality() == -1
    mixed = Dataset.sample_from_datasets([Dataset.range(2)] * 2, seed=1)
    assert mixed.cardinality() == -2
    for dataset in (mixed, Dataset.random()):
        with pytest.raises(TypeError, match="length"):
            len(dataset)


# ---- what is refused --------------------------------------------------------------------------

R = Dataset.range(5)
HUGE, SLICES = Dataset.range(2**62, 2**62 + 5), Dataset.from_tensor_slices(np.arange(3))
STRINGS = Dataset.from_tensor_slices(["a"])


def resampled(class_func):
    return Dataset.range(50).rejection_resample(class_func, [0.5, 0.5], [0.3, 0.7], seed=1)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: R.shuffle(0), ValueError, "buffer_size"),
        (lambda: R.shuffle(-1), ValueError, "buffer_size"),
        (lambda: R.shuffle(-3), ValueError, "buffer_size"),
        (lambda: R.repeat().shuffle(-2), ValueError, "without end"),
        (lambda: R.shuffle(2.0), TypeError, "buffer_size"),
        (lambda: R.shuffle("a"), TypeError, "buffer_size"),
        (lambda: R.shuffle([2]), TypeError, "buffer_size"),
        (lambda: R.shuffle(2**64), ValueError, "64"),
        (lambda: R.shuffle(2, seed=1.5), TypeError, "seed"),
        (lambda: R.shuffle(2, seed="a"), TypeError, "seed"),
        (lambda: R.batch(0), ValueError, "batch_size"),
        (lambda: R.batch(2.5), TypeError, "batch_size"),
        (lambda: R.take(1.5), TypeError, "count"),
        (lambda: R.skip("a"), TypeError, "count"),
        (lambda: R.repeat(1.5), TypeError, "count"),
        (lambda: Dataset.range(), ValueError, "1 to 3"),
        (lambda: Dataset.range(1, 2, 3, 4), ValueError, "1 to 3"),
        (lambda: Dataset.range(1, 2, 0), ValueError, "step"),
        (lambda: Dataset.range(2.5), TypeError, "range"),
        (lambda: Dataset.from_tensor_slices(3), ValueError, "one dimension"),
        (lambda: Dataset.from_tensor_slices(([1, 2], [1])), ValueError, "one length"),
        (lambda: Dataset.sample_from_datasets([]), ValueError, "empty"),
        (lambda: Dataset.sample_from_datasets(R), TypeError, "sequence"),
        (lambda: Dataset.sample_from_datasets([R, 1]), TypeError, "Dataset"),
        (lambda: Dataset.sample_from_datasets([R, R], weights=[1.0]), ValueError, "length"),
        (lambda: Dataset.sample_from_datasets([R, R], weights=[1, 2]), TypeError, "float32"),
        (lambda: Dataset.sample_from_datasets([R, R], weights=R), TypeError, "weights"),
        (lambda: Dataset.sample_from_datasets([R, R.batch(2)]), TypeError, "rank"),
        (lambda: Dataset.sample_from_datasets([R, STRINGS]), TypeError, "type"),
        (lambda: Dataset.sample_from_datasets([HUGE, SLICES]), ValueError, "large"),
        (lambda: Dataset.choose_from_datasets([R], [0]), TypeError, "choice_dataset"),
        (lambda: Dataset.choose_from_datasets([R], R.batch(2)), TypeError, "int64"),
        (lambda: list(Dataset.choose_from_datasets([R], R)), ValueError, "0 to 0"),
        (lambda: list(R.batch(2).batch(3)), ValueError, "different shapes"),
        (lambda: R.apply(experimental.shuffle_and_repeat(2, 0)), ValueError, "count"),
        (lambda: R.apply(experimental.shuffle_and_repeat(0)), ValueError, "buffer_size"),
        (lambda: experimental.at(R, 5), IndexError, "0 to 4"),
        (lambda: experimental.at(R, -1), IndexError, "0 to 4"),
        (lambda: experimental.at(R.repeat(), 0), ValueError, "without end"),
        (lambda: experimental.at([1], 0), TypeError, "Dataset"),
        (lambda: experimental.at(Dataset.random(seed=1), 0), ValueError, "no random access"),
        (lambda: R.rejection_resample(lambda x: x, [[0.5]]), ValueError, "vector"),
        (lambda: R.rejection_resample(lambda x: x, [0.5, 0.5], [1.0]), ValueError, "one length"),
        (lambda: list(resampled(lambda x: x)), ValueError, "classes"),
        (lambda: list(resampled(lambda x: x * 0.5)), TypeError, "integers"),
        (lambda: iter(R).take(-1), ValueError, "count"),
        (lambda: iter(R).take(1.5), TypeError, "integer"),
        (lambda: iter(R.repeat().shuffle(2**50, seed=1)), MemoryError, "memory"),
        (lambda: shuffle_order(-1, 2), ValueError, "n must"),
        (lambda: shuffle_order(3, 2, epochs=-1), ValueError, "epochs"),
    ],
)  # fmt: skip
def test_refused(call, error, match):
    before = current().global_seed.peek()
    with pytest.raises(error, match=match):
        call()
    if match not in ("classes", "integers", "0 to 0"):
        assert current().global_seed.draw() == before, "an op seed was used up"


def test_never_chosen():
    sampled = Dataset.sample_from_datasets([R, R], weights=[float("inf"), 1.0], seed=1)
    with pytest.raises(ValueError, match="none is chosen"):
        list(sampled)


@pytest.mark.parametrize(("version", "next_seed"), [("2.5", 1), ("2.6", 0)])
def test_zero_weights(version, next_seed):
    seeds = [current().global_seed.draw() for _ in range(2)]
    tp.random.set_seed(1)
    with tp.config.tensorflow_version(version):
        sampled = Dataset.sample_from_datasets([R, Dataset.range(7)], weights=[0.0, 2.0])
    assert current().global_seed.draw() == seeds[next_seed]
    assert iter(sampled).take(7).tolist() == list(range(7))
    if version == "2.5":
        with pytest.raises(ValueError, match="none is chosen"):
            list(sampled)


def test_versions_that_cannot_be_mirrored():
    shuffled = R.shuffle(3, seed=1)
    with tp.config.tensorflow_version("2.1"), pytest.raises(ValueError, match="before 2"):
        shuffled.rejection_resample(lambda x: x % 2, [0.5, 0.5], seed=1)
    with tp.config.tensorflow_version("2.1"), pytest.raises(ValueError, match="number of ops"):
        R.rejection_resample(lambda x: x % 2, [0.5, 0.5])


def test_rules_are_those_of_the_time_of_building():
    with tp.config.tensorflow_version("1.15"):
        old = Dataset.range(10).shuffle(4, seed=5)
    assert all_of(old).tolist() == all_of(old).tolist()
    new = Dataset.range(10).shuffle(4, seed=5)
    assert all_of(new).tolist() != all_of(new).tolist()


def test_interrupt():
    iterator = iter(Dataset.range(10**9).shuffle(10**6, seed=1))
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        iterator.take(10**9 // 2)
    timer.join()


def test_elements_of_parts():
    """Dicts and tuples keep their form one by one, in lots, in batches and in mixtures."""
    rows = {"x": np.arange(6), "y": (np.arange(6.0).reshape(6, 1), [[i] for i in "abcdef"])}
    dataset = Dataset.from_tensor_slices(rows)
    order = shuffle_order(6, 4, seed=3)[0]
    lot = iter(dataset.shuffle(4, seed=3)).take(6)
    assert list(lot) == ["x", "y"]
    assert lot["x"].tolist() == order.tolist()
    assert lot["y"][0].tolist() == [[float(i)] for i in order]
    assert lot["y"][1].tolist() == [["abcdef"[i]] for i in order]
    tp.random.set_seed(1)
    assert [element["x"] for element in dataset.shuffle(4, seed=3)] == order.tolist()
    other = Dataset.from_tensor_slices(rows).batch(2)
    mixed = Dataset.choose_from_datasets([dataset.batch(2), other], Dataset.range(2).repeat(3))
    assert [element["y"][1].shape for element in mixed] == [(2, 1)] * 6
    with pytest.raises(ValueError, match=r"one length, got \[5, 6\]"):
        Dataset.from_tensor_slices({"a": range(5), "b": range(6)})


def test_named_tuples_stay_what_they_are():
    """As in TensorFlow, whose structures keep their classes."""

    class Pair(NamedTuple):
        a: int
        b: float

    pairs = Dataset.from_tensor_slices(Pair([1, 2, 3], [4.0, 5.0, 6.0])).shuffle(3, seed=1)
    assert all(type(pair) is Pair and pair.b == pair.a + 3 for pair in pairs)
    assert type(iter(pairs).take(2)) is Pair
