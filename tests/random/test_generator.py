"""test_generator.py: Generator and the ops on its state: golden values, errors, threads, copies."""

import copy
import json
import os
import pickle
import threading

import numpy as np
import pytest
from bits import as_hex
from places import GOLDEN_FILES

import tfphilox as tp
from tfphilox import raw_ops
from tfphilox.random import Algorithm, Generator
from tfphilox.state import StateVariable

GOLDEN = json.loads((GOLDEN_FILES / "generator-tf-2.21.0.json").read_text())


def results(generator, method, arguments):
    got = getattr(generator, method)(**arguments)
    return np.stack([each.state.numpy() for each in got]) if method == "split" else got


@pytest.mark.parametrize("case", GOLDEN["generators"], ids=lambda c: f"{c['alg']} {c['state']}")
def test_golden(case):
    generator = Generator.from_state(case["state"], case["alg"])
    for method, arguments, (dtype, shape, bits), state in case["calls"]:
        got = results(generator, method, arguments)
        assert got.dtype.name == dtype
        assert list(got.shape) == shape
        assert as_hex(got) == bits, f"{method} {arguments}"
        assert generator.state.numpy().tolist() == state


@pytest.mark.parametrize("case", GOLDEN["seeds"])
def test_golden_seeds(case):
    seed = np.int64(case["seed"]) if case["numpy"] else case["seed"]
    assert tp.random.create_rng_state(seed, case["alg"]).tolist() == case["state"]
    generator = Generator.from_seed(seed, case["alg"])
    assert generator.state.numpy().tolist() == case["state"]
    generator.reset_from_seed(0)
    generator.reset_from_seed(seed)
    assert generator.state.numpy().tolist() == case["state"]


@pytest.mark.parametrize("alg", ["philox", "PHI-lox ", 1, True, Algorithm.PHILOX])
def test_algorithms(alg):
    assert Generator.from_seed(5, alg).algorithm == 1
    assert Generator.from_seed(5).algorithm == 1
    assert Generator.from_seed(5, "auto_select").algorithm == 3
    assert Generator.from_seed(5, Algorithm.THREEFRY).state.shape == (2,)


BAD = [
    (lambda g: Generator(), ValueError),
    (lambda g: Generator(copy_from=g, alg=1), ValueError),
    (lambda g: Generator.from_state([1, 2], "philox"), ValueError),
    (lambda g: Generator.from_state([1, 2, 3], "threefry"), ValueError),
    (lambda g: Generator.from_state([[1, 2, 3]], 1), ValueError),
    (lambda g: Generator.from_state([1, 2, 3], 7), ValueError),
    (lambda g: Generator.from_state([1, 2, 3], "x"), ValueError),
    (lambda g: Generator.from_state([1, 2, 3], 1.0), TypeError),
    (lambda g: Generator.from_state(["1", "2", "3"], 1), TypeError),
    (lambda g: Generator.from_state([2**65, 0, 0], 1), ValueError),
    (lambda g: Generator.from_seed("a"), TypeError),
    (lambda g: Generator.from_seed(None), TypeError),
    (lambda g: Generator.from_seed([-(2**63) - 1]), ValueError),
    (lambda g: Generator.from_seed(float("nan")), ValueError),
    (lambda g: Generator.from_key_counter([1], [2, 3], 1), ValueError),
    (lambda g: Generator.from_key_counter(1, [2], 1), ValueError),
    (lambda g: Generator.from_key_counter(1, [2, 3], None), TypeError),
    (lambda g: g.reset([1, 2]), ValueError),
    (lambda g: g.reset_from_key_counter(1, 2), ValueError),
    (lambda g: g.skip(-1), ValueError),
    (lambda g: g.skip(2**56), ValueError),
    (lambda g: g.skip([1]), ValueError),
    (lambda g: g.skip("a"), TypeError),
    (lambda g: g.normal(3), ValueError),
    (lambda g: g.normal([-1]), ValueError),
    (lambda g: g.normal([2.0]), TypeError),
    (lambda g: g.normal([2], dtype="int32"), TypeError),
    (lambda g: g.normal([2], mean="a"), TypeError),
    (lambda g: g.normal([2], mean=[1, 2, 3]), ValueError),
    (lambda g: g.normal([2**62], dtype="float64"), (ValueError, MemoryError)),
    (lambda g: g.uniform([2], dtype="int32"), ValueError),
    (lambda g: g.uniform([2], None, 5, "int32"), ValueError),
    (lambda g: g.uniform([2], 5, 5, "int32"), ValueError),
    (lambda g: g.uniform([2], 0, 2**31, "int32"), ValueError),
    (lambda g: g.uniform([2], 0, 5, "uint32"), ValueError),
    (lambda g: g.uniform([2], 0.5, 5, "int32"), TypeError),
    (lambda g: g.uniform([2], None, dtype="float32"), TypeError),
    (lambda g: g.uniform_full_int([2], "float32"), TypeError),
    (lambda g: g.make_seeds(-1), ValueError),
    (lambda g: g.make_seeds(2.5), TypeError),
    (lambda g: g.split(-1), ValueError),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_errors_move_nothing(number):
    call, error = BAD[number]
    generator = Generator.from_state([7, 8, 9], 1)
    with pytest.raises(error):
        call(generator)
    assert generator.state.numpy().tolist() == [7, 8, 9]


@pytest.mark.parametrize(
    "call",
    [
        lambda g: g.normal([2]),
        lambda g: g.truncated_normal([2]),
        lambda g: g.uniform([2], dtype="float16"),
        lambda g: g.uniform([2], dtype="bfloat16"),
    ],
)
def test_threefry_lacks_the_rest(call):
    generator = Generator.from_seed(1, "threefry")
    with pytest.raises(NotImplementedError, match="ThreeFry"):
        call(generator)
    assert generator.state.numpy().tolist() == [1, 0]


def test_a_variable_is_shared():
    state = StateVariable([1, 2, 3])
    one, two = Generator(state=state, alg=1), Generator(state=state, alg=1)
    one.normal([2])
    assert two.state is state
    assert two.state.numpy().tolist() == [513, 2, 3]
    assert copy.copy(one).state is state
    for apart in copy.deepcopy(one), Generator(one), pickle.loads(pickle.dumps(one)):
        apart.skip(1)
        assert apart.state.numpy().tolist() == [769, 2, 3]
        assert apart.algorithm == 1
    assert state.numpy().tolist() == [513, 2, 3]


def test_state_variable():
    state = StateVariable((1, 2, 2**64 - 1))
    assert len(state) == 3
    assert list(state) == [1, 2, -1]
    assert state[-1] == -1
    assert state.handle is state
    assert np.asarray(state, np.int32).tolist() == [1, 2, -1]
    assert state.assign(np.array([5, 6, 7])) is state
    assert repr(state) == "<StateVariable [5, 6, 7]>"
    for bad in [1, 2], [1, "a", 3], [[1, 2, 3]]:
        with pytest.raises((TypeError, ValueError)):
            state.assign(bad)
    assert pickle.loads(pickle.dumps(state)).numpy().tolist() == [5, 6, 7]


def test_global_generator():
    made = tp.random.get_global_generator()
    assert tp.random.get_global_generator() is made
    own = Generator.from_seed(1)
    tp.random.set_global_generator(own)
    assert tp.random.experimental.get_global_generator() is own
    tp.random.set_global_generator(None)
    assert tp.random.get_global_generator() is not own


def test_non_deterministic():
    states = {tuple(Generator.from_non_deterministic_state().state.numpy()) for _ in range(20)}
    assert len(states) == 20
    assert Generator.from_non_deterministic_state("threefry").state.shape == (2,)


def test_threads_share_the_stream():
    expected = Generator.from_seed(5).uniform_full_int([4000])
    shared, got = Generator.from_seed(5), []

    def work():
        for _ in range(250):
            got.append(shared.uniform_full_int([4]))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shared.state.numpy().tolist() == [5 + 256 * 4000, 0, 0]
    reference = Generator.from_seed(5)
    each = [reference.uniform_full_int([4]).tobytes() for _ in range(1000)]
    assert sorted(draw.tobytes() for draw in got) == sorted(each)
    assert expected.size == 4000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_fork():
    generator = Generator.from_seed(5)
    generator.normal([3])
    child = os.fork()
    if child == 0:
        good = (
            generator.normal([2]).tobytes()
            == Generator.from_state([773, 0, 0], 1).normal([2]).tobytes()
        )
        os._exit(0 if good else 1)
    assert os.waitpid(child, 0)[1] == 0


# ---- raw ops ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "error"),
    [
        (np.array([1, 2]), ValueError),
        (np.array([[1, 2, 3]]), ValueError),
        (np.array([1, 2, 3], np.int32), TypeError),
        (np.array([1, 2, 3, 4, 5, 6])[::2], ValueError),
        ([1, 2, 3], TypeError),
        (None, TypeError),
    ],
)
def test_bad_resources(resource, error):
    with pytest.raises(error):
        raw_ops.StatefulUniform(resource=resource, algorithm=1, shape=[2])


def test_raw_errors_move_nothing():
    state = np.array([1, 2, 3])
    draw = raw_ops.StatefulUniform
    for arguments, error in [
        ({"algorithm": 2, "shape": [2]}, NotImplementedError),
        ({"algorithm": 123, "shape": [2]}, ValueError),
        ({"algorithm": [1], "shape": [2]}, ValueError),
        ({"algorithm": 1.0, "shape": [2]}, TypeError),
        ({"algorithm": 1, "shape": 3}, ValueError),
        ({"algorithm": 1, "shape": [-3]}, ValueError),
        ({"algorithm": 1, "shape": [2.0]}, TypeError),
        ({"algorithm": 1, "shape": [2**40, 2**40]}, (ValueError, MemoryError)),
        ({"algorithm": 1, "shape": [3], "dtype": "int32"}, TypeError),
    ]:
        with pytest.raises(error):
            draw(resource=state, **arguments)
    with pytest.raises(ValueError, match="minval < maxval"):
        raw_ops.StatefulUniformInt(resource=state, algorithm=1, shape=[0], minval=0, maxval=0)
    with pytest.raises(ValueError, match="delta"):
        raw_ops.RngSkip(resource=state, algorithm=1, delta=-1)
    with pytest.raises(NotImplementedError, match="removed"):
        raw_ops.StatefulStandardNormal(resource=state, shape=[3])
    assert state.tolist() == [1, 2, 3]


def test_longer_states_keep_their_rest():
    state = np.array([1, 2, 3, 4, 5])
    first = raw_ops.StatefulUniform(resource=state, algorithm=1, shape=[3])
    assert state.tolist() == [769, 2, 3, 4, 5]
    again = Generator.from_state([1, 2, 3], 1)
    assert (
        first.tobytes()
        == raw_ops.StatefulUniform(
            resource=again.state.handle, algorithm=3, shape=np.array([3], np.uint8)
        ).tobytes()
    )
    assert again.state.numpy().tolist() == [769, 2, 3]


def test_lost_carry():
    """Skip adds by 32-bit words and loses a carry if the upper word of the step is all ones."""
    for start, delta, end in [
        ([-1, -1, 3], 2**56 - 1, [-257, -1, 3]),
        ([-(2**40), -1, 3], 2**56 - 1, [-(2**40) - 256, 0, 3]),
        ([-1, 5, 3], 2**56 - 2**24, [-(2**32) - 1, 6, 3]),
    ]:
        state = np.array(start)
        assert raw_ops.RngReadAndSkip(resource=state, alg=1, delta=delta).tolist() == start
        assert state.tolist() == end


def test_non_deterministic_ints():
    for dtype in ("int32", "int64", "uint32", "uint64"):
        drawn = raw_ops.NonDeterministicInts(shape=[50, 2], dtype=dtype)
        assert drawn.shape == (50, 2)
        assert drawn.dtype == dtype
        assert len(np.unique(drawn)) > 98
    assert raw_ops.NonDeterministicInts(shape=[0]).dtype == np.int64
    for bad in [-1], [2**40, 2**40]:
        with pytest.raises((ValueError, MemoryError)):
            raw_ops.NonDeterministicInts(shape=bad)
    with pytest.raises(TypeError):
        raw_ops.NonDeterministicInts(shape=[2], dtype="float32")


# What the replicas of a MirroredStrategy drew in TensorFlow 2.21, on three CPUs, as bits; the first
# of each of two stand in TensorFlow's guide to random numbers too.
REPLICAS = [
    [[3210811929, 1069279746], [3204514867, 3190892820]],
    [[1017725558, 1073300034], [1040199727, 3196198578]],
    [[3222893765, 3215481014], [3205877597, 3181381027]],
]


def test_replicas():
    generator = tp.random.Generator.from_seed(1)
    before = np.array(generator.state)
    found = tp.random.replica_generators(generator, 3)
    for own, draws in zip(found, REPLICAS, strict=True):
        for bits in draws:
            assert own.normal([2]).view(np.uint32).tolist() == bits
    integers = [own.uniform([2], maxval=100, dtype="int32").tolist() for own in found]
    assert integers == [[14, 4], [4, 58], [15, 48]]
    assert np.array_equal(np.array(generator.state), before)
    made = tp.random.Generator.from_state([5, 6, 7], alg="philox")
    drawn = [
        own.uniform([3]).view(np.uint32).tolist() for own in tp.random.replica_generators(made, 3)
    ]
    assert drawn == [
        [1052038224, 1064800426, 1064520766], [1034297584, 1060477510, 1050668404],
        [991711232, 1057854024, 1046869456],
    ]  # fmt: skip
    threefry = tp.random.Generator.from_seed(1, alg="threefry")
    for arguments, error in [
        ((3, 1), TypeError), ((threefry, 2), ValueError), ((generator, 0), ValueError),
        ((generator, 1.5), TypeError), ((generator, None), TypeError),
    ]:  # fmt: skip
        with pytest.raises(error):
            tp.random.replica_generators(*arguments)
