"""test_published_ops.py: values that TensorFlow's tests and docstrings state, each with its path.

Those of uniform, normal and truncated_normal are in test_published.py.
"""

import itertools

import numpy as np
import pytest

import tfphilox as tp
from tfphilox import random, raw_ops
from tfphilox.stream import Stream


def assert_printed(values, printed):
    """Compare with what NumPy printed: the shortest digits, in arrays 8 decimals at most."""
    values = np.ravel(values)
    assert len(values) == len(printed.split())
    for value, text in zip(values, printed.split(), strict=True):
        assert text in (str(value), np.format_float_positional(value, precision=8))


# ---- tensorflow/lite/kernels/rng_bit_generator_test.cc ----------------------------------------

WORDS = [4031113034, 1366700262, 495645701, 3051723414, 89414891, 1917262711]
LONGS = [
    5869932932755744586, 13107052260063114245, 8234580641674714347, 2641225993340350124,
    1962472297844690804, 14865887844143937481,
]  # fmt: skip
THREEFRY_WORDS = [43444564, 2150618427, 3979645651, 3745730563, 1672743891, 4240503393]
THREEFRY_LONGS = [
    9236835810183407956, 16087790271692313299, 18212823393184779219, 2658481902456610144,
    16424712389986402477, 16122702161355102743,
]  # fmt: skip


@pytest.mark.parametrize(("dtype", "blocks"), [("uint32", 2), ("int32", 2), ("uint64", 3)])
def test_rng_bit_generator_philox(dtype, blocks):
    """State {key 1, counter 2, 3}, shape {2, 3}; the next state is {1, 2 + blocks, 3}."""
    expected = LONGS if dtype == "uint64" else WORDS
    for stream in Stream.from_key_counter(1, [2, 3]), Stream.from_key_counter([1], [2, 3]):
        got = stream.integers((2, 3), dtype=dtype)
        assert got.astype(f"u{got.itemsize}").ravel().tolist() == expected
    stream = Stream.from_key_counter(1, [2, 3])
    stream.words(6 * np.dtype(dtype).itemsize // 4)
    assert stream.counter == 2 + blocks + (3 << 64)


@pytest.mark.parametrize("dtype", ["int32", "uint32", "int64", "uint64"])
def test_rng_bit_generator_of_a_generator(dtype):
    generator = random.Generator.from_key_counter(1, [2, 3], "philox")
    got = generator.uniform_full_int([2, 3], dtype)
    expected = np.array(LONGS if dtype.endswith("64") else WORDS, f"u{got.itemsize}")
    assert got.view(f"u{got.itemsize}").ravel().tolist() == expected.tolist()


@pytest.mark.parametrize("dtype", ["int32", "uint32", "int64", "uint64"])
def test_rng_bit_generator_threefry(dtype):
    """State {key 1, counter 2}, shape {2, 3}, row by row: XLA's order for [6], not for [2, 3]."""
    generator = random.Generator.from_key_counter(1, [2], "threefry")
    got = generator.uniform_full_int([6], dtype)
    expected = THREEFRY_LONGS if dtype.endswith("64") else THREEFRY_WORDS
    assert got.view(f"u{got.itemsize}").ravel().tolist() == expected


# ---- tensorflow/lite/kernels/random_ops_test.cc, MultinomialTest --------------------------------

MULTINOMIAL = [
    ((1234, 5678), "int32", 10, [[-1.2039728, -0.35667497]], """
     1010111111 1110110001 0110111101 1110100010"""),
    ((5678, 1234), "int64", 15, [[-1.609438, -1.2039728, -0.6931472]], """
     121212222212222 120021201022022 112222112200222 011120121122122 022020201122001"""),
    ((1234, 5678), "int64", 10, np.log(np.float32([[0.1, 0.2, 0.7], [0.2, 0.3, 0.5],
                                                   [0.1, 0.1, 0.8]])), """
     212122222222022221122212212222 222021002020212200222222121122
     200012120022220212212212221222"""),
]  # fmt: skip


@pytest.mark.parametrize(("seeds", "dtype", "samples", "logits", "runs"), MULTINOMIAL)
def test_multinomial(seeds, dtype, samples, logits, runs):
    if not hasattr(raw_ops, "Multinomial"):
        pytest.skip("raw_ops.Multinomial is not there yet")
    tp.random.set_seed(None)
    for run in runs.split():
        got = raw_ops.Multinomial(
            logits=np.float32(logits), num_samples=samples, seed=seeds[0], seed2=seeds[1],
            output_dtype=dtype,
        )  # fmt: skip
        assert "".join(str(draw) for draw in got.ravel()) == run


# ---- seed pairs -------------------------------------------------------------------------------

MAX = 2**31 - 1
PAIRS = [
    ((None, 1), (87654321, 1)), ((1, 1), (1, 1)), ((0, 0), (0, MAX)), ((MAX, 0), (0, MAX)),
    ((0, MAX), (0, MAX)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("seeds", "pair"),
    # tensorflow/python/framework/random_seed_test.py, testRandomSeed: 6
    # and tensorflow/python/data/util/random_seed_test.py, testRandomSeed: 10, half of them tensors
    [
        ((None, None), (None, None)),
        *PAIRS,
        *((tuple(seeds), pair) for seeds, pair in PAIRS),
        *(((graph, np.int64(op)), pair) for (graph, op), pair in PAIRS),
    ],
)
def test_seed_pairs(seeds, pair):
    tp.random.set_seed(seeds[0])
    assert tp.compat.v1.random.get_seed(seeds[1]) == pair
    tp.random.set_seed(None)


# ---- tensorflow/python/kernel_tests/random/stateful_random_ops_test.py --------------------------


def test_create_rng_state():
    """testCreateRNGStateIntSeed."""
    state = random.create_rng_state(0xFFFF222233334444FFAA666677778888, 1)
    assert state.view(np.uint64).tolist() == [0xFFAA666677778888, 0xFFFF222233334444, 0]


def test_generator_normal():
    """testTF1: two draws of seed 1234; the second is stated (and compared there) to 1e-5 only."""
    generator = random.Generator.from_seed(1234)
    printed = "0.9356609 1.0854305 -0.93788373 -0.50615472 1.31697023 0.71375787"
    np.testing.assert_array_equal(generator.normal([2, 3]).ravel(), np.float32(printed.split()))
    printed = "-0.3964749 0.8369565 -0.30946946 1.1206646 1.00852597 -0.10185789"
    difference = generator.normal([2, 3]).ravel() - np.float32(printed.split())
    assert (abs(difference) < 1e-5).all()


def test_key_and_skip():
    """testKey, testSkip."""
    for alg, zeros in ("philox", 2), ("threefry", 1), ("auto_select", 2):
        assert random.Generator(state=[0] * zeros + [1234], alg=alg).key == 1234
    generator = random.Generator(state=[5678, 0, 1234], alg=1)
    generator.skip(432)
    assert generator.state[0] == 5678 + 432 * 256


def test_same_as_old_random_ops():
    """_sameAsOldRandomOps: the state [0, 25, 79] gives what an op of seeds 79 and 25 gives."""
    tp.random.set_seed(None)
    for dtype, (old, new) in itertools.product(
        ["float16", "bfloat16", "float32", "float64"],
        [("RandomStandardNormal", "normal"), ("TruncatedNormal", "truncated_normal"),
         ("RandomUniform", "uniform")],
    ):  # fmt: skip
        generator = random.Generator(state=[0, 25, 79], alg=1)
        for _ in range(5):
            expected = getattr(raw_ops, old)(shape=[4, 7], dtype=dtype, seed=79, seed2=25)
            got = getattr(generator, new)([4, 7], dtype=dtype)
            assert got.tobytes() == expected.tobytes()
    for dtype in ("int32", "int64"):
        generator = random.Generator(state=[0, 25, 79], alg=1)
        bounds = {"minval": np.array(128, dtype), "maxval": np.array(256, dtype)}
        for _ in range(5):
            expected = raw_ops.RandomUniformInt(shape=[4, 7], seed=79, seed2=25, **bounds)
            got = generator.uniform([4, 7], 128, 256, dtype)
            assert got.tobytes() == expected.tobytes()


# ---- docstrings ---------------------------------------------------------------------------------


def test_documentation_of_stateful_random_ops():
    """tensorflow/python/ops/stateful_random_ops.py, Generator and create_rng_state."""
    generator = random.Generator.from_seed(1234)
    assert generator.state.numpy().tolist() == [1234, 0, 0]
    got = generator.normal(shape=(2, 3))
    assert_printed(got, "0.9356609 1.0854305 -0.93788373 -0.5061547 1.3169702 0.7137579")
    assert generator.state.numpy().tolist() == [2770, 0, 0]
    got = random.Generator.from_seed(123, alg="philox").normal(shape=(2, 3))
    assert_printed(got, "0.8673864 -0.29899067 -0.9310337 -1.5828488 1.2481191 -0.6770643")
    assert random.create_rng_state(1234, "philox").tolist() == [1234, 0, 0]
    assert random.create_rng_state([12, 34], "threefry").tolist() == [12, 34]


def test_documentation_of_stateless_random_ops():
    """tensorflow/python/ops/stateless_random_ops.py: split, fold_in and the shuffles."""
    seeds = random.split([1, 2], num=3)
    assert seeds.tolist() == [
        [1105988140, 1738052849], [-335576002, 370444179], [10670227, -246211131],
    ]  # fmt: skip
    assert_printed(random.stateless_normal([3], seeds[0]), "-0.59835213 -0.9578608 0.9002807")
    seed = random.fold_in([1, 2], 3)
    assert seed.tolist() == [1105988140, 3]
    assert_printed(random.stateless_normal([3], seed)[:2], "0.03197195 0.8979765")
    vector = np.array(["e0", "e1", "e2", "e3"])
    places = random.experimental.index_shuffle(np.arange(4, dtype=np.int32), [5, 9], 3)
    assert places.tolist() == [2, 0, 1, 3]
    assert vector[places].tolist() == ["e2", "e0", "e1", "e3"]
    assert [int(random.experimental.index_shuffle(i, [5, 9], 3)) for i in range(4)] == [2, 0, 1, 3]
    got = random.experimental.index_shuffle(np.arange(10), [5, 8], 9)
    assert got.tolist() == [3, 8, 0, 1, 2, 7, 6, 9, 4, 5]
    got = random.experimental.stateless_shuffle([[1, 2], [3, 4], [5, 6]], seed=[8, 9])
    assert got.tolist() == [[5, 6], [1, 2], [3, 4]]


# ---- stateless equals stateful ------------------------------------------------------------------
# tensorflow/python/kernel_tests/random/stateless_random_ops_test.py, _test_match: the stateless op
# scrambles its seed pair by one Philox block, so the pair of which that block is (7, 0, 17, 0)
# gives what the stateful op with the seeds 7 and 17 gives. 438 equalities.


def invert_philox(key, words):
    """The counter of which `words` are the Philox block, as four words."""
    inverse0, inverse1 = pow(0xD2511F53, -1, 2**32), pow(0xCD9E8D57, -1, 2**32)
    c0, c1, c2, c3 = words
    for turn in reversed(range(10)):
        k0 = (key[0] + turn * 0x9E3779B9) % 2**32
        k1 = (key[1] + turn * 0xBB67AE85) % 2**32
        v0, v2 = c3 * inverse0 % 2**32, c1 * inverse1 % 2**32
        v1 = (v2 * 0xCD9E8D57 >> 32) ^ c0 ^ k0
        v3 = (v0 * 0xD2511F53 >> 32) ^ c2 ^ k1
        c0, c1, c2, c3 = v0, v1, v2, v3
    return c0, c1, c2, c3


def float_cases():
    pairs = [
        ("stateless_uniform", "uniform", {}),
        ("stateless_uniform", "uniform", {"minval": 2.2, "maxval": 7.1}),
        ("stateless_normal", "normal", {}),
        ("stateless_normal", "normal", {"mean": 2, "stddev": 3}),
        ("stateless_truncated_normal", "truncated_normal", {}),
        ("stateless_truncated_normal", "truncated_normal", {"mean": 3, "stddev": 4}),
    ]
    for dtype in "float16", "bfloat16", "float32", "float64":
        for shape in (), (3,), (2, 5):
            for stateless, stateful, arguments in pairs:
                both = {"shape": shape, "dtype": dtype, **arguments}
                yield stateless, both, stateful, both


def int_cases():
    for shape in (), (3,), (2, 5):
        for dtype in "int32", "int64":
            both = {"shape": shape, "minval": 2, "maxval": 11111, "dtype": dtype}
            yield "stateless_uniform", both, "uniform", both


def multinomial_cases():
    for logits in [[0.1, 0.25, 0.5, 0.15]], [[0.5, 0.5], [0.8, 0.2], [0.25, 0.75]]:
        for logits_dtype in np.float16, np.float32, np.float64:
            for dtype in "int32", "int64":
                both = {"logits": logits_dtype(logits), "num_samples": 10, "dtype": dtype}
                yield "stateless_categorical", both, "categorical", both


def gamma_cases():
    for dtype in np.float16, np.float32, np.float64:
        for alpha in [[0.5, 1.0, 2.0]], [[0.5, 0.5], [0.8, 0.2], [0.25, 0.75]]:
            both = {"alpha": dtype(alpha), "dtype": dtype}
            shape = (10, *np.shape(alpha))
            yield "stateless_gamma", {"shape": shape, **both}, "gamma", {"shape": (10,), **both}


def poisson_cases():
    types = np.float16, np.float32, np.float64, np.int32, np.int64
    for lam_dtype, dtype in itertools.product(types, types):
        for lam in [[5.5, 1.0, 2.0]], [[7.5, 10.5], [3.8, 8.2], [1.25, 9.75]]:
            both = {"lam": lam_dtype(lam), "dtype": dtype}
            shape = (10, *np.shape(lam))
            yield "stateless_poisson", {"shape": shape, **both}, "poisson", {"shape": (10,), **both}


CASES = [*float_cases(), *int_cases(), *multinomial_cases(), *gamma_cases(), *poisson_cases()]


def test_number_of_cases():
    assert 3 * len(CASES) == 438


@pytest.mark.parametrize("seed", [(7, 17), (11, 5), (2, 3)])
@pytest.mark.parametrize("case", CASES)
def test_stateless_equals_stateful(case, seed):
    stateless, pure_arguments, stateful, arguments = case
    if not hasattr(random, stateful):
        pytest.skip(f"random.{stateful} is not there yet")
    words = invert_philox((0x3EC8F720, 0x02461E29), (seed[0], 0, seed[1], 0))
    pair = np.array([words[0] | words[1] << 32, words[2] | words[3] << 32], np.uint64)
    tp.random.set_seed(seed[0])
    expected = getattr(random, stateful)(seed=seed[1], **arguments)
    got = getattr(random, stateless)(seed=pair, **pure_arguments)
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    assert got.tobytes() == expected.tobytes()
