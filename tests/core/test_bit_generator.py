"""test_bit_generator.py: NumPy's protocol, and the words that NumPy gets.

NumPy's own checks of a bit generator (the class Base of numpy/random/tests/test_direct.py) run on
ours, but for two of a SeedSequence, which it has none of; the rest is about words and places.
"""

import copy
import pickle
import threading

import numpy as np
import pytest
from bits import assert_same_bits

from tfphilox import BitGenerator, Stream

direct = pytest.importorskip("numpy.random.tests.test_direct", reason="NumPy without its tests")
COUNTS = [0, 1, 2, 3, 5, 255, 256, 257, 1000]


def words(count, op_seed=2):
    return Stream(1, op_seed).words(count)


def longs(count, op_seed=2):
    return Stream(1, op_seed).integers((count,), dtype="uint64")


class TestAsNumpyTestsIts(direct.Base):
    """NumPy's checks, with the raw numbers of `Stream` as those that are expected."""

    @classmethod
    def setup_class(cls):
        cls.bit_generator, cls.bits, cls.dtype = BitGenerator, 64, np.uint64
        cls.data1, cls.data2 = (
            {"seed": seed, "data": Stream(*seed).integers((1000,), dtype="uint64")}
            for seed in ([1, 2], [-5, 2**63])
        )
        cls.seed_error_type = TypeError
        cls.invalid_init_types = [(3.2, 1), (None, 1), (1, None), (1,), (1, [2])]
        cls.invalid_init_values = [(0, 0), (1, 2**64), (-(2**63) - 1, 1)]

    def test_pickle_preserves_seed_sequence(self):
        """Of which there is none: what it would count, children, goes along."""
        generator = BitGenerator(1, 2)
        generator.spawn(10)
        again = pickle.loads(pickle.dumps(generator))
        assert type(again.seed_seq) is type(generator.seed_seq)
        assert again.state == generator.state

    def test_getstate(self):
        """NumPy's have a pair, of the state and the SeedSequence."""
        generator = BitGenerator(1, 2)
        assert generator.__getstate__() == generator.state


@pytest.mark.parametrize("count", COUNTS)
def test_raw(count):
    assert_same_bits(BitGenerator(1, 2).random_raw(count), longs(count))
    one_by_one = BitGenerator(1, 2)
    assert [one_by_one.random_raw() for _ in range(count)] == longs(count).tolist()
    assert type(BitGenerator(1, 2).random_raw()) is int
    assert BitGenerator(1, 2).random_raw((2, 3)).shape == (2, 3)


def test_without_output():
    generator = BitGenerator(1, 2)
    assert generator.random_raw(output=False) is None
    assert generator.random_raw((3, 2), output=False) is None
    assert_same_bits(generator.random_raw(4), longs(11)[7:])


def test_raw_goes_on():
    """Bulks of any size, between single numbers of 32 and 64 bits."""
    rng = np.random.default_rng(5)
    generator, taken, known = BitGenerator(1, 2), 0, words(9000)
    numpy = np.random.Generator(generator)
    for _ in range(60):
        if rng.integers(2):
            count = int(rng.integers(60))
            pairs = known[taken : taken + 2 * count].astype(np.uint64)
            want = pairs[::2] | pairs[1::2] << np.uint64(32)
            assert_same_bits(generator.random_raw(count), want)
            taken += 2 * count
        else:  # NumPy takes a word for a float of 32 bits
            want = (known[taken : taken + 3] >> 8).astype(np.float32) * np.float32(2.0**-24)
            assert_same_bits(numpy.random(3, dtype=np.float32), want)
            taken += 3


def test_doubles():
    got = np.random.Generator(BitGenerator(1, 2)).random(1000)
    assert_same_bits(got, (longs(1000) >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def test_full_range_of_numpy():
    generator = np.random.Generator(BitGenerator(1, 2))
    got = generator.integers(0, 2**64, 700, dtype=np.uint64)
    assert_same_bits(got, longs(700))


def test_numpy_takes_it():
    generator = BitGenerator(1, 2)
    assert isinstance(generator, np.random.BitGenerator)
    assert np.random.default_rng(generator).bit_generator is generator
    drawn = np.random.Generator(generator)
    assert drawn.normal(size=3).shape == (3,)
    assert sorted(drawn.permutation(9)) == list(range(9))
    assert np.random.RandomState(BitGenerator(1, 2)).random_sample(3).shape == (3,)


def test_ctypes():
    generator = BitGenerator(1, 2)
    interface = generator.ctypes
    assert interface.next_uint32(interface.state) == words(1)[0]
    assert interface.next_uint64(interface.state) == int(words(3)[1]) | int(words(3)[2]) << 32


def test_cffi():
    pytest.importorskip("cffi")
    interface = BitGenerator(1, 2).cffi
    assert interface.next_uint32(interface.state) == words(1)[0]


def test_from_seeds():
    got = BitGenerator.from_stateless_seed([1, 2]).random_raw(9)
    assert_same_bits(got, Stream.from_stateless_seed([1, 2]).integers((9,), dtype="uint64"))
    got = BitGenerator.from_key_counter(7, [3, 2**64 - 1]).random_raw(9)
    stream = Stream.from_key_counter(7, [3, 2**64 - 1])
    assert_same_bits(got, stream.integers((9,), dtype="uint64"))


@pytest.mark.parametrize("seeds", [(0, 0), (1, 2**64), (1.5, 2), (1,), ()])
def test_wrong_seeds(seeds):
    with pytest.raises((TypeError, ValueError)):
        BitGenerator(*seeds)


@pytest.mark.parametrize("taken", [0, 1, 2, 3, 511, 512, 513])
def test_state(taken):
    generator = BitGenerator(1, 2)
    numpy = np.random.Generator(generator)
    numpy.random(taken, dtype=np.float32)
    state = generator.state
    assert state["bit_generator"] == "BitGenerator"
    others = [BitGenerator(5, 6), copy.copy(generator), copy.deepcopy(generator)]
    others[0].state = state
    others += [pickle.loads(pickle.dumps(generator, protocol)) for protocol in (2, 5)]
    assert generator.state == state
    want = generator.random_raw(700)
    for other in others:
        assert other.state == state
        assert_same_bits(other.random_raw(700), want)
        assert other.state == generator.state


def test_numpys_generator_pickles():
    if int(np.__version__.partition(".")[0]) < 2:
        pytest.skip("NumPy 1 pickles a Generator by the name of its bit generator, and has its own")
    generator = np.random.Generator(BitGenerator(1, 2))
    generator.random(3)
    other = pickle.loads(pickle.dumps(generator))
    assert_same_bits(other.normal(size=9), generator.normal(size=9))


def test_forged_states():
    generator = BitGenerator(1, 2)
    state = generator.state
    for value, error in [
        (1, TypeError),
        ({}, ValueError),
        ({**state, "bit_generator": "Philox"}, ValueError),
        ({**state, "state": {}}, ValueError),
        *[
            ({**state, "state": {**state["state"], name: number}}, kind)
            for name in state["state"]
            for number, kind in [(-1, ValueError), (2**200, ValueError), (0.5, TypeError)]
        ],
    ]:
        with pytest.raises(error, match="state"):
            generator.state = value
    assert generator.state == state


def test_advance():
    for delta in [0, 1, 5, 300, 10**6 + 1]:
        got = BitGenerator(1, 2).advance(delta).random_raw(4)
        assert_same_bits(got, Stream(1, 2).integers((4,), dtype="uint64", start=delta))
    generator = BitGenerator(1, 2)
    generator.random_raw(10)
    assert generator.advance(-10) is generator
    assert_same_bits(generator.random_raw(10), longs(10))
    np.random.Generator(generator).random(dtype=np.float32)  # to an odd word
    generator.advance(2).advance(-12)
    assert generator.state["state"]["word"] == 1
    assert BitGenerator(1, 2).advance(2**129).state == BitGenerator(1, 2).state
    for wrong in (1.5, "1", None, True):
        with pytest.raises(TypeError):
            BitGenerator(1, 2).advance(wrong)


def test_jumped():
    generator = BitGenerator(1, 2)
    generator.random_raw(7)
    assert_same_bits(generator.jumped().random_raw(5), longs(12, 3)[7:])
    assert_same_bits(generator.jumped(3).random_raw(5), longs(12, 5)[7:])
    assert_same_bits(generator.jumped(-1).jumped().random_raw(5), longs(12)[7:])
    assert_same_bits(generator.random_raw(5), longs(12)[7:])
    with pytest.raises(TypeError):
        generator.jumped(1.5)


def test_spawn():
    """No two of a family have an op seed in common, and each is what it says."""
    root = BitGenerator(1, 2)
    generations = [[root]]
    for _ in range(4):
        generations.append([child for each in generations[-1] for child in each.spawn(3)])
    more = root.spawn(2)
    starts = [each.state["state"]["start"] for each in sum(generations, more)]
    assert len(starts) == len({*starts}) == 1 + 3 + 9 + 27 + 81 + 2
    assert all(start % 2**64 == 0 for start in starts)
    assert_same_bits(more[0].random_raw(3), longs(3, 2 + 4 * 2**48))
    assert_same_bits(generations[4][0].random_raw(3), longs(3, 2 + 2**48 + 2**32 + 2**16 + 1))
    with pytest.raises(ValueError, match="4 generations"):
        generations[4][0].spawn(1)
    with pytest.raises(ValueError, match="has 65535 children: 5 are made"):
        root.spawn(65_531)
    assert root.state["state"]["children"] == 5
    for wrong, error in [(-1, ValueError), (1.5, TypeError), (True, TypeError)]:
        with pytest.raises(error):
            root.spawn(wrong)
    children = np.random.Generator(BitGenerator(1, 2)).spawn(2)
    assert children[1].bit_generator.state["state"]["start"] == (2 + 2 * 2**48) << 64


def test_a_pickled_one_spawns_others():
    root = BitGenerator(1, 2)
    root.spawn(3)
    again = pickle.loads(pickle.dumps(root))
    assert again.spawn(1)[0].state == root.spawn(1)[0].state
    assert root.jumped().state["state"]["generation"] == 0


def test_threads():
    """Eight threads share one: no number is lost or drawn twice."""
    generator = BitGenerator(1, 2)
    found = []

    def draw():
        for _ in range(50):
            found.append(generator.random_raw(101))

    threads = [threading.Thread(target=draw) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_same_bits(np.sort(np.concatenate(found)), np.sort(longs(8 * 50 * 101)))


def test_wrong_sizes():
    generator = BitGenerator(1, 2)
    for wrong in (-1, 1.5, "1", (2, -1)):
        with pytest.raises((TypeError, ValueError)):
            generator.random_raw(wrong)
        with pytest.raises((TypeError, ValueError)):
            generator.random_raw(wrong, output=False)
    with pytest.raises((MemoryError, ValueError)):
        generator.random_raw(2**60)
    assert generator.state == BitGenerator(1, 2).state
