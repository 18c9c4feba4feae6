"""test_live_data.py: the order of data sets against TensorFlow in this process, random programs.

The run's seed is random, printed in every failure, and can be given again as TFPHILOX_LIVE_SEED.
"""

import json
import os
import pickle
import random
import secrets
from typing import NamedTuple

import data_programs
import numpy as np
import pytest

import tfphilox
import tfphilox.data

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

SEED = int(os.environ.get("TFPHILOX_LIVE_SEED", secrets.randbits(40)))
ROUNDS = int(os.environ.get("TFPHILOX_LIVE_PROGRAMS", "160"))

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def tf():
    try:
        import tensorflow
    except ImportError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI is set and TensorFlow is absent: {error}", pytrace=False)
        pytest.skip(f"TensorFlow is absent: {error}")
    tensorflow.compat.v1.logging.set_verbosity("ERROR")
    return tensorflow


def compare(tf, program, begin, number):
    expected = data_programs.run(tf, program, begin)
    got = data_programs.run(tfphilox, program)
    what = f"TFPHILOX_LIVE_SEED={SEED} {number} {program}"
    assert json.dumps(got) == json.dumps(expected), what


def test_programs(tf):
    rng = random.Random(SEED)
    begin = data_programs.begin_in_tensorflow(tf)
    for number in range(ROUNDS):
        compare(tf, data_programs.any_program(rng, 1), begin, number)


def test_pipelines(tf):
    """Functions that draw, caches, data sets side by side and one after another."""
    rng = random.Random(SEED)
    begin = data_programs.begin_in_tensorflow(tf)
    for number in range(ROUNDS):
        compare(tf, data_programs.any_pipeline(rng, 1), begin, number)


def test_rejection(tf):
    rng = random.Random(SEED)
    begin = data_programs.begin_in_tensorflow(tf)
    for number in range(ROUNDS // 8):
        compare(tf, data_programs.any_rejection(rng, 1), begin, number)


def test_random_access(tf):
    rng = random.Random(SEED)
    begin = data_programs.begin_in_tensorflow(tf)
    for number in range(ROUNDS // 2):
        compare(tf, data_programs.any_access(rng), begin, number)


def test_as_it_comes(tf):
    """Complete passes with TensorFlow's own defaults, which read ahead."""
    rng = random.Random(SEED)
    for number in range(ROUNDS):
        compare(tf, data_programs.any_complete(rng, 1), iter, number)
    for number in range(ROUNDS // 8):
        n, size = rng.randrange(1, 40), rng.choice([1, 3, 10, 60])
        named = {"buffer_size": size, "count": rng.randrange(1, 5), "seed": rng.randrange(99)}
        program = [["seed", rng.randrange(99)], ["range", "a", [n]]]
        program.append(["shuffle_and_repeat", "b", "a", named])
        named = {"buffer_size": size, "reshuffle_each_iteration": rng.random() < 0.7}
        program += [["shuffle", "c", "a", named], ["batch", "d", "c", {"batch_size": 7}]]
        program += [["list", name, 10**6] for name in "bcdbcd"]
        compare(tf, program, iter, number)


def test_states(tf):
    """What TensorFlow goes on with is what a pickled state goes on with, anywhere."""
    rng = random.Random(SEED)
    for number in range(ROUNDS // 4):
        n, size, inner = rng.randrange(1, 300), rng.choice([1, 5, 50, 500]), rng.choice([1, 9, 100])
        seed, at = rng.randrange(99), rng.randrange(600)
        what = f"TFPHILOX_LIVE_SEED={SEED} {number}"

        def build(module, n=n, size=size, inner=inner, seed=seed):
            module.random.set_seed(seed)
            dataset = module.data.Dataset.range(n).shuffle(inner, seed=3).shuffle(size)
            return dataset.repeat().batch(3)

        expected = [x.tolist() for x in build(tf).take(at + 20).as_numpy_iterator()]
        iterator = iter(build(tfphilox))
        assert iterator.take(at).tolist() == expected[:at], what
        state = pickle.dumps(iterator.state)
        again = build(tfphilox)
        iter(again).take(5)
        iterator = iter(again)
        iterator.state = pickle.loads(state)
        assert iterator.take(20).tolist() == expected[at:], what


def test_long(tf):
    for n, size in [(300_000, 1000), (200_000, 200_000), (100_000, 10**6)]:
        tf.random.set_seed(SEED)
        tfphilox.random.set_seed(SEED)
        dataset = tf.data.Dataset.range(n).shuffle(size, seed=size).batch(n)
        order = tfphilox.data.shuffle_order(n, size, seed=size, epochs=2)
        for row in order:
            expected = next(dataset.as_numpy_iterator())
            assert (row == expected).all(), f"TFPHILOX_LIVE_SEED={SEED} {n} {size}"


def test_weights(tf):
    """Many weights, of both types, as constants and as a data set."""
    rng = np.random.default_rng(SEED)
    for number in range(ROUNDS // 10):
        count = int(rng.choice([2, 3, 7, 8, 9, 20, 33]))
        weights = rng.uniform(0, 2, count).astype(rng.choice(["float32", "float64"]))
        weights[rng.random(count) < 0.2] = 0
        weights[0] += 0.1
        seed = int(rng.integers(99))
        got = []
        for module in (tf, tfphilox):
            module.random.set_seed(5)
            Dataset = module.data.Dataset
            parts = [Dataset.range(i * 1000, i * 1000 + 40) for i in range(count)]
            rows = Dataset.from_tensor_slices(weights[None]).repeat(200)
            for given in (weights, rows):
                mixed = Dataset.sample_from_datasets(parts, given, seed=seed)
                got.append([int(x) for x in mixed.take(150).as_numpy_iterator()])
        assert got[:2] == got[2:], f"TFPHILOX_LIVE_SEED={SEED} {number} {weights}"


def test_arrays(tf):
    rows = np.arange(60.0).reshape(20, 3)
    names = np.array([f"n{i}" for i in range(20)])
    for module in (tf, tfphilox):
        module.random.set_seed(SEED)
    expected = tf.data.Dataset.from_tensor_slices((rows, names)).shuffle(7).batch(6).repeat(2)
    got = tfphilox.data.Dataset.from_tensor_slices((rows, names)).shuffle(7).batch(6).repeat(2)
    for mine, theirs in zip(got, expected.as_numpy_iterator(), strict=True):
        assert (mine[0] == theirs[0]).all()
        assert mine[1].tolist() == [x.decode() for x in theirs[1]]


class Pair(NamedTuple):
    first: object
    second: object


def plain_parts(element):
    if isinstance(element, dict):
        return {key: plain_parts(part) for key, part in element.items()}
    if isinstance(element, tuple):
        return type(element).__name__, [plain_parts(part) for part in element]
    return element.tolist()


def test_structures(tf):
    """Tuples, dicts and named tuples, one in another; lists are arrays."""
    rows = np.arange(60.0).reshape(20, 3)
    structure = {"b": rows, "a": Pair({"y": [[i] for i in range(20)]}, (rows[:, 0], rows[:, 1]))}
    got = []
    for module in (tf, tfphilox):
        module.random.set_seed(SEED)
        Dataset = module.data.Dataset
        first, second = (Dataset.from_tensor_slices(structure) for _ in range(2))
        mixed = Dataset.sample_from_datasets([first.shuffle(9), second], seed=5).batch(4)
        got.append([
            plain_parts(element)
            for dataset in (first.shuffle(7).batch(6).repeat(2), mixed)
            for element in dataset.as_numpy_iterator()
        ])  # fmt: skip
    assert got[0] == got[1], f"TFPHILOX_LIVE_SEED={SEED}"


def calls():
    yield "shuffle 0", lambda r, D, E: r.shuffle(0)
    yield "shuffle -1", lambda r, D, E: r.shuffle(-1)
    yield "shuffle -3", lambda r, D, E: r.shuffle(-3)
    yield "shuffle float", lambda r, D, E: r.shuffle(2.0)
    yield "shuffle str", lambda r, D, E: r.shuffle("a")
    yield "shuffle large", lambda r, D, E: r.shuffle(2**64)
    yield "float seed", lambda r, D, E: r.shuffle(2, seed=1.5)
    yield "batch 0", lambda r, D, E: r.batch(0)
    yield "batch float", lambda r, D, E: r.batch(2.5)
    yield "take float", lambda r, D, E: r.take(1.5)
    yield "repeat float", lambda r, D, E: r.repeat(1.5)
    yield "range none", lambda r, D, E: D.range()
    yield "range four", lambda r, D, E: D.range(1, 2, 3, 4)
    yield "range step 0", lambda r, D, E: D.range(1, 2, 0)
    yield "range float", lambda r, D, E: D.range(2.5)
    yield "sample nothing", lambda r, D, E: D.sample_from_datasets([])
    yield "sample lengths", lambda r, D, E: D.sample_from_datasets([r, r], weights=[1.0])
    yield "sample integers", lambda r, D, E: D.sample_from_datasets([r, r], weights=[1, 2])
    yield "choose list", lambda r, D, E: D.choose_from_datasets([r], [0])
    yield "choose batches", lambda r, D, E: D.choose_from_datasets([r], r.batch(2))
    yield "choose beyond", lambda r, D, E: list(D.choose_from_datasets([r], r))
    yield "shapes", lambda r, D, E: list(r.batch(2).batch(3))
    yield "count 0", lambda r, D, E: r.apply(E.shuffle_and_repeat(2, 0))
    yield "scalar", lambda r, D, E: D.from_tensor_slices(3)
    yield "lengths", lambda r, D, E: D.from_tensor_slices(([1, 2], [1]))
    yield "nothing", lambda r, D, E: D.from_tensor_slices({})
    yield "dict lengths", lambda r, D, E: D.from_tensor_slices({"a": [1, 2], "b": [1]})
    yield "at 5", lambda r, D, E: E.at(r, 5)
    yield "at -1", lambda r, D, E: E.at(r, -1)
    yield "at endless", lambda r, D, E: E.at(r.repeat(), 0)
    yield "at random", lambda r, D, E: E.at(D.random(seed=1), 0)
    yield "infinite length", lambda r, D, E: len(r.repeat())


@pytest.mark.parametrize(
    ("what", "call"), list(calls()), ids=lambda x: x if isinstance(x, str) else ""
)
def test_what_is_refused(tf, what, call):
    for module in (tf, tfphilox):
        data = module.data
        with pytest.raises(Exception) as caught:  # noqa: PT011
            call(data.Dataset.range(5), data.Dataset, data.experimental)
        if module is tf:
            theirs = caught.type
        elif theirs in (TypeError, ValueError):
            assert caught.type in (TypeError, ValueError), what
        else:
            assert caught.type in (ValueError, IndexError), what


def test_what_is_taken(tf):
    for module in (tf, tfphilox):
        dataset = module.data.Dataset.range(5)
        none = module.data.Dataset.sample_from_datasets([dataset] * 2, weights=[0.0, 0.0])
        assert list(none.as_numpy_iterator()) == []
        one = module.data.Dataset.sample_from_datasets([dataset] * 2, weights=[-1.0, 2.0])
        assert list(one.as_numpy_iterator()) == [0, 1, 2, 3, 4]
        assert len(dataset.shuffle(True, reshuffle_each_iteration=None)) == 5
        assert int(dataset.shuffle(np.int64(3)).cardinality()) == 5


def test_rerandomized(tf):
    """Each iterator of a data set of random numbers, or of one mixed at random, has its own."""
    for seed in (SEED % 1000, None):
        results = []
        for library in (tf, tfphilox):
            data = library.data.Dataset
            library.random.set_seed(SEED % 77)
            numbers = data.random(seed, rerandomize_each_iteration=True)
            mixed = data.sample_from_datasets(
                [data.range(9), data.range(20, 29)], [0.3, 0.7], seed,
                rerandomize_each_iteration=True,
            )  # fmt: skip
            listed = [[int(x) for x, _ in zip(numbers, range(5), strict=False)] for _ in range(3)]
            listed += [[int(x) for x in mixed] for _ in range(3)]
            results.append(listed)
        assert results[0] == results[1], (SEED, seed)
