"""test_shuffles.py: shuffles: golden values, every kind of array, errors, Ctrl-C, big arrays."""

import json
import os
import signal
import threading

import numpy as np
import pytest
from places import GOLDEN_FILES

import tfphilox as tp
from tfphilox import raw_ops
from tfphilox.random import shuffle
from tfphilox.random.experimental import index_shuffle, stateless_shuffle
from tfphilox.stream import Stream

GOLDEN = json.loads((GOLDEN_FILES / "generator-tf-2.21.0.json").read_text())


def reference(n, key, counter):
    """The order of n rows, as section 11 of the rules has it."""
    words = Stream.from_key_counter(key, counter).words(max(0, n - 1)).tolist()
    order = list(range(n))
    for i, word in enumerate(words):
        j = i + word % (n - i)
        order[i], order[j] = order[j], order[i]
    return order


@pytest.mark.parametrize("case", GOLDEN["shuffles"], ids=lambda c: f"{c['dtype']} {c['shape']}")
def test_golden(case):
    value = np.arange(int(np.prod(case["shape"]))).reshape(case["shape"]).astype(case["dtype"])
    tp.random.set_seed(11)
    for run in case["runs"]:
        got = shuffle(value, seed=3)
        assert got.shape == value.shape
        assert got.dtype == value.dtype
        assert got.real.astype(int).ravel().tolist() == run
    assert stateless_shuffle(value, [4, -5]).real.astype(int).ravel().tolist() == case["stateless"]


@pytest.mark.parametrize("case", GOLDEN["index_shuffles"])
def test_golden_index_shuffle(case):
    index, last = np.array(case["index"], case["dtype"]), np.array(case["max_index"], case["dtype"])
    got = index_shuffle(index, [5, -9], last)
    assert got.dtype == case["dtype"]
    assert got.tolist() == case["places"]
    got = raw_ops.RandomIndexShuffle(index=index, seed=[2**40, 2, 3], max_index=last, rounds=8)
    assert got.tolist() == case["eight"]


@pytest.mark.parametrize("n", [2, 3, 24, 25, 4095, 4096, 4097, 4098, 20000])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 8, 12, 16, 100])
def test_every_row_size(n, size):
    rng = np.random.default_rng(n * size)
    value = rng.integers(0, 256, (n, size), dtype=np.uint8)
    order = reference(n, 5, 7)
    rows = value.view(f"V{size}").reshape(n)
    got = raw_ops.StatelessShuffle(value=value, key=[5], counter=[7, 0], alg=1)
    assert got.tobytes() == value[order].tobytes()
    got = raw_ops.StatelessShuffle(value=rows, key=[5], counter=[7, 0], alg=1)
    assert got.tobytes() == rows[order].tobytes()
    turned = np.asfortranarray(value)
    got = raw_ops.StatelessShuffle(value=turned, key=[5], counter=[7, 0], alg=1)
    assert got.tobytes() == value[order].tobytes()


def strings():
    yield np.array(["a", "bc", "", "déf", "x" * 50] * 20)
    yield np.array([b"a", b"bc", b"", b"x" * 50] * 20)
    yield np.array(["a", b"b", None, 3, (1, 2)] * 20, dtype=object)
    yield np.array([[["a"], 1], [["b"], 2]] * 30, dtype=object)
    yield np.array([(1, "a", 2.5), (2, "b", 3.5), (3, "c", 4.5)] * 9, "i4,U3,f8")
    yield np.array([(1, ["x"]), (2, None)] * 30, [("n", "i4"), ("o", object)])
    yield np.arange("2000-01-01", "2000-04-01", dtype="M8[D]")
    yield np.arange(50).astype(">i4")
    yield np.arange(200)[::-2]
    yield np.arange(60, dtype=np.longdouble)
    if hasattr(np.dtypes, "StringDType"):
        yield np.array(["a", "bc" * 40, "", "déf"] * 20, dtype=np.dtypes.StringDType())


@pytest.mark.parametrize("value", list(strings()), ids=lambda v: str(v.dtype))
def test_what_numpy_can_hold(value):
    before = value.copy()
    got = raw_ops.StatelessShuffle(value=value, key=[5], counter=[7, 0], alg=1)
    order = reference(len(value), 5, 7)
    assert got.dtype == (value.dtype if value.dtype.isnative else value.dtype.newbyteorder("="))
    assert got.tolist() == value[order].tolist()
    assert value.tolist() == before.tolist()


def test_lists():
    tp.random.set_seed(1)
    assert shuffle([1, 2, 3]).dtype == np.int32
    assert shuffle([2**40, 2, 3]).dtype == np.int64
    assert shuffle([1.5, 2.5]).dtype == np.float32
    assert shuffle(3.4028235e38) == np.finfo(np.float32).max  # to which it is rounded
    assert shuffle([True, False, True]).dtype == np.bool_
    assert shuffle([]).dtype == np.float32
    assert shuffle(["a", "b"]).dtype.kind == "U"
    assert shuffle(5).tolist() == 5
    assert sorted(shuffle(range(8)).tolist()) == list(range(8))
    value = np.arange(3)
    one_row = shuffle(value.reshape(1, 3))
    assert not np.shares_memory(one_row, value)


def test_kernels():
    """A type has a stream; strings share one; trivial calls take nothing."""

    def order(value):
        return [int(x) for x in shuffle(value, seed=3)]

    tp.random.set_seed(9)
    first, second = order(np.arange(9)), order(np.arange(9))
    assert first != second
    tp.random.set_seed(9)
    for trivial in 5, [], [1], [[1, 2]], np.zeros((4, 0)), np.arange(1):
        shuffle(trivial, seed=3)
    assert order(np.arange(9)) == first
    assert order(np.arange(9, dtype=np.int32)) == first
    assert order([str(i) for i in range(9)]) == first
    assert order(np.array([str(i).encode() for i in range(9)])) == second
    assert order(np.arange(9)) == second


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (None, TypeError),
        ([None, 1], TypeError),
        ([[1], [2, 3]], ValueError),
        ([2**63, 1], ValueError),
        ([{}, {}], TypeError),
        (3.4028235677973366e38, ValueError),
        ([1.0, -1e39], ValueError),
    ],
)
def test_errors_take_nothing(value, error):
    tp.random.set_seed(4)
    expected = shuffle(range(9)).tolist()
    tp.random.set_seed(4)
    with pytest.raises(error):
        shuffle(value)
    assert shuffle(range(9)).tolist() == expected
    with pytest.raises(error):
        stateless_shuffle(value, [1, 2])


def test_too_many_rows():
    with pytest.raises(ValueError, match="rows"):
        shuffle(np.broadcast_to(np.int8(0), (2**32,)), seed=1)


def test_stateless_errors():
    for arguments in (
        {"seed": [1, 2, 3]},
        {"seed": [1, 2], "alg": "threefry"},
        {"seed": [1, 2], "alg": "x"},
    ):
        with pytest.raises(ValueError):  # noqa: PT011
            stateless_shuffle([1, 2, 3], **arguments)
    with pytest.raises(TypeError):
        stateless_shuffle(5, [1.5, 2])
    for arguments in (
        {"key": [1, 2], "counter": [2, 3], "alg": 1},
        {"key": [1], "counter": [2], "alg": 1},
        {"key": [1], "counter": [2, 3], "alg": 2},
        {"key": [1], "counter": [2, 3], "alg": 7},
    ):
        with pytest.raises(ValueError):  # noqa: PT011
            raw_ops.StatelessShuffle(value=[1, 2, 3], **arguments)


def test_index_shuffle_quirks():
    """A power of two loses its top bit; below it the places are a permutation."""
    got = index_shuffle(np.arange(65537), [5, 9], np.int64(65536))
    assert got[0] == got[65536]
    assert len(np.unique(got)) == 65536
    for last in 1, 2, 1000, 65535, 65537:
        got = index_shuffle(np.arange(last + 1), [5, 9], np.int64(last))
        assert sorted(got.tolist()) == list(range(last + 1))
    assert index_shuffle(2, [5, 9], [3, 4, 5]).tolist() == [1, 4, 4]
    assert index_shuffle([1], [5, 9], 10).tolist() == [0]
    assert index_shuffle(2, np.array([2**40 + 5, -3]), 1000) == 623


INDEX_ERRORS = [
    ((-1, [5, 9], 3), ValueError), ((4, [5, 9], 3), ValueError), ((0, [5, 9], -1), ValueError),
    (([0, 1], [[5, 9], [6, 7]], 3), ValueError), ((0, [5, 9, 1], 3), ValueError),
    ((0, [5], 3), ValueError), ((0, 5, 3), ValueError), ((0, [5.0, 9.0], 3), TypeError),
    ((2, np.array([5, 3], np.int8), 9), TypeError), ((np.int16(2), [5, 9], 10), TypeError),
    ((2.0, [5, 9], 10), TypeError), ((2, [5, 9], 2**40), ValueError), (([], [5, 9], 3), ValueError),
    (([0, 1], [5, 9], [3, 4, 5]), ValueError), (([[0, 1]], [5, 9], 3), ValueError),
    ((np.int64(-1), [5, 9], 5), ValueError),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "error"), INDEX_ERRORS)
def test_index_shuffle_errors(arguments, error):
    with pytest.raises(error):
        index_shuffle(*arguments)


@pytest.mark.parametrize("rounds", [-1, 0, 2, 3, 5, 1001])
def test_rounds(rounds):
    with pytest.raises(ValueError, match="rounds"):
        raw_ops.RandomIndexShuffle(index=5, seed=[1, 2, 3], max_index=100, rounds=rounds)


def test_batched_raw_seeds():
    got = raw_ops.RandomIndexShuffle(index=[5, 6], seed=[[1, 2, 3], [4, 5, 6]], max_index=100)
    assert got.tolist() == [53, 5]
    got = raw_ops.RandomIndexShuffle(index=5, seed=[[1, 2, 3], [4, 5, 6]], max_index=100)
    assert got.tolist() == [53, 35]


def test_threads_share_the_stream():
    tp.random.set_seed(3)
    expected = sorted(shuffle(np.arange(50), seed=1).tobytes() for _ in range(400))
    tp.random.set_seed(3)
    got = []

    def work():
        for _ in range(100):
            got.append(shuffle(np.arange(50), seed=1).tobytes())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == expected


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
@pytest.mark.parametrize("columns", [None, 5])
def test_interrupt(columns):
    """Ctrl-C ends a long shuffle, and the stream is where it was."""
    rows = 12_000_000 if columns is None else 6_000_000
    value = np.zeros(rows if columns is None else (rows, columns), np.int32)
    tp.random.set_seed(3)
    old = signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.03)
        with pytest.raises(KeyboardInterrupt):
            [shuffle(value, seed=1) for _ in range(1000)]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


@pytest.mark.huge
@pytest.mark.skipif(os.environ.get("TFPHILOX_HUGE") != "1", reason="needs TFPHILOX_HUGE=1")
def test_a_hundred_million_rows():
    got = shuffle(np.arange(10**8, dtype=np.int32), seed=1)
    assert np.bincount(got, minlength=10**8).max() == 1
