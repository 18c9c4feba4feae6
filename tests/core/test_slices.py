"""test_slices.py: `start=` gives any part of a run alone, and moves nothing.

What whole runs are is held to TensorFlow's numbers elsewhere (test_golden.py).
"""

import json
import math

import numpy as np
import pytest
from bits import assert_same_bits
from places import GOLDEN_FILES

import tfphilox as tp
from tfphilox import Stream

FLOATS = ("float16", "float32", "float64")
DRAWS = [
    *[(name, {"dtype": dtype}) for name in ("uniform", "normal") for dtype in FLOATS],
    *[("truncated_normal", {"dtype": dtype}) for dtype in FLOATS],
    *[("normal", {"mean": 3.0, "stddev": 0.5, "dtype": dtype}) for dtype in FLOATS],
    ("uniform", {"minval": -2.0, "maxval": 7.0}),
    *[("integers", {"dtype": dtype}) for dtype in ("int32", "int64", "uint32", "uint64")],
    *[
        ("integers", {"minval": -5, "maxval": 10**6, "dtype": dtype})
        for dtype in ("int32", "int64")
    ],
    ("words", {}),
]
IDS = [f"{name} {keywords}" for name, keywords in DRAWS]


@pytest.mark.parametrize(("name", "keywords"), DRAWS, ids=IDS)
def test_any_part_of_a_run(name, keywords):
    stream = Stream(3, 4)
    stream.skip(777)
    before = stream.position
    whole = getattr(stream, name)(*[(5003,)] if name != "words" else [5003], **keywords)
    stream.position = before
    rng = np.random.default_rng(7)
    for start, stop in [(0, 1), (1, 2), (3, 9), (4095, 4097), (5000, 5003), (5003, 5003)] + [
        sorted(rng.integers(0, 5004, 2).tolist()) for _ in range(40)
    ]:
        count = stop - start
        part = getattr(stream, name)(
            count if name == "words" else (count,), start=start, **keywords
        )
        assert_same_bits(part, whole[start:stop], f"{start}:{stop}")
        assert stream.position == before
        out = np.empty_like(part)
        size = count if name == "words" else (count,)
        assert getattr(stream, name)(size, out=out, start=start, threads=2, **keywords) is out
        assert_same_bits(out, part)


@pytest.mark.parametrize(("name", "keywords"), DRAWS, ids=IDS)
def test_far_away(name, keywords):
    """Beyond 2**32 and near 2**61 elements: what a stream gives that stands at their block."""
    wide = keywords.get("dtype", "float32") in ("float64", "int64", "uint64")
    in_a_block = 2 if wide else 4
    apart = 1  # blocks from the block of some elements to that of the next
    if name == "truncated_normal":
        apart = 128 if wide else 256
    size = 8 if name == "words" else (8,)
    for start in (2**32 + 8, 2**61 - 16):
        part = getattr(Stream(3, 4), name)(size, start=start, **keywords)
        stream = Stream(3, 4)
        stream.skip(start // in_a_block * apart)
        assert_same_bits(part, getattr(stream, name)(size, **keywords))


def test_parameters_that_are_arrays_belong_to_the_slice():
    stream = Stream(1, 2)
    means = np.arange(3, dtype=np.float32)
    part = stream.normal((4, 3), mean=means, stddev=np.float32(2), start=6)
    whole = Stream(1, 2).normal((6, 3), mean=means, stddev=np.float32(2))
    assert_same_bits(part, whole[2:])
    assert stream.position == 0


@pytest.mark.parametrize("start", [-1, 2**63, 2**64, -(2**70)])
def test_outside(start):
    with pytest.raises(ValueError, match=r"start must be in \[0, 2\*\*63\)"):
        Stream(1, 2).uniform((3,), start=start)


@pytest.mark.parametrize("start", [1.0, "1", True, [1], np.array([1]), np.bool_(True)])
def test_no_integer(start):
    with pytest.raises(TypeError, match="start must be an integer or None"):
        Stream(1, 2).uniform((3,), start=start)


def test_state():
    stream = Stream(1, 2)
    stream.normal((3,))
    other = Stream(7, 8)
    other.state = stream.state
    assert other == stream
    assert_same_bits(other.normal((5,)), stream.normal((5,)))
    assert stream == other
    other.skip(1)
    assert stream != other
    assert Stream(1, 2) != Stream(1, 3) != "Stream(1, 3)"
    with pytest.raises(TypeError, match="unhashable"):
        hash(stream)


@pytest.mark.parametrize(
    "state",
    [
        None, {}, {"key": 1, "start": 0}, {"key": 1, "start": 0, "position": -1},
        {"key": 2**64, "start": 0, "position": 0}, {"key": 1, "start": 0, "position": 0, "x": 1},
    ],
)  # fmt: skip
def test_forged_states(state):
    stream = Stream(1, 2)
    stream.skip(5)
    with pytest.raises(ValueError, match=r"state|position"):
        stream.state = state
    assert stream.state == {"key": 1, "start": 2 << 64, "position": 5}


def test_repr():
    assert repr(Stream(1, 2)) == "<Stream graph_seed=1 op_seed=2 position=0>"
    assert repr(Stream(-1, -2)) == "<Stream graph_seed=-1 op_seed=-2 position=0>"
    assert repr(Stream.from_key_counter(1, 5)) == "<Stream key=0x1 start=0x5 position=0>"


def test_habits_of_numpy():
    with pytest.raises(TypeError, match=r"takes a graph seed and an op seed, got 5 alone"):
        Stream(5)
    with pytest.raises(TypeError, match=r"write integers\(\(\), 0, 10\), or integers\(\(10,\)\)"):
        Stream(1, 2).integers(10)


# ---- gamma, Poisson, binomial ----------------------------------------------------------------

SAMPLERS = json.loads((GOLDEN_FILES / "samplers-tf-2.21.0.json").read_text())["cases"]


def cases_of(*names):
    return [case for case in SAMPLERS if case["name"] in names]


def numbers(value):
    if not isinstance(value, dict):
        return value
    with np.errstate(over="ignore"):
        return np.array(value["array"], np.float64).astype(value["dtype"])


def drawn(stream, name, arguments, shape, **more):
    """What the stream's method gives for a stateless op's arguments."""
    given = {key: value for key, value in arguments.items() if key not in ("shape", "seed")}
    dtype = given.pop("output_dtype", given.pop("dtype", None))
    if dtype is not None:
        more["dtype"] = dtype
    return getattr(stream, name.removeprefix("stateless_"))(shape, **given, **more)


@pytest.mark.parametrize(
    "case", cases_of("stateless_gamma", "stateless_poisson", "stateless_binomial"), ids=str
)
def test_golden_samplers(case):
    """TensorFlow's numbers, whole; and a column of one parameter is a run of its own, in parts."""
    arguments = {key: numbers(value) for key, value in case["arguments"].items()}
    name, shape = case["name"], tuple(arguments["shape"])
    arguments.setdefault("dtype" if "binomial" not in name else "output_dtype",
                         "float32" if "gamma" in name else "int32")  # fmt: skip
    expected = np.array([int(word, 16) for word in case["results"][0].split()], np.uint64)
    got = drawn(Stream.from_stateless_seed(arguments["seed"]), name, arguments, shape)
    assert_same_bits(got, expected.tolist())
    parameters = {
        key: np.asarray(value)
        for key, value in arguments.items()
        if key in ("alpha", "beta", "lam", "counts", "probs") and value is not None
    }
    together = np.broadcast_shapes(*(value.shape for value in parameters.values()))
    batches = math.prod(together)
    if name == "stateless_binomial" or not batches:
        return  # whose columns may be 42 blocks apart
    samples = got.size // batches
    columns = got.reshape(samples, batches)
    start = Stream.from_stateless_seed(arguments["seed"])
    for batch in range(batches):
        one = {
            key: np.broadcast_to(value, together).reshape(-1)[batch]
            for key, value in parameters.items()
        }
        stream = Stream.from_key_counter(start.key, start.counter)
        stream.skip(256 * batch * samples)
        for first, last in ((0, samples), (1, samples), (samples // 2, samples // 2 + 1)):
            part = drawn(stream, name, arguments | one, (last - first,), start=first)
            assert_same_bits(part, columns[first:last, batch])


SAMPLED = [
    ("gamma", (2.5,), "float32"), ("gamma", (0.3, 2.0), "float64"), ("gamma", (1.0,), "float16"),
    ("poisson", (3.5,), "float32"), ("poisson", (40.0,), "int64"),
    ("binomial", (20.0, 0.3), "int32"), ("binomial", (500.0, 0.4), "float64"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "parameters", "dtype"), SAMPLED, ids=str)
def test_any_part_of_a_sampler(name, parameters, dtype):
    """Against whole runs, which are held to TensorFlow's above; nothing moves."""
    whole = getattr(Stream(3, 4), name)((3001,), *parameters, dtype=dtype)
    stream = Stream(3, 4)
    draw = getattr(stream, name)
    rng = np.random.default_rng(1)
    for first, last in [(0, 1), (255, 257), (2999, 3001), (7, 7)] + [
        sorted(rng.integers(0, 3002, 2).tolist()) for _ in range(20)
    ]:
        part = draw((last - first,), *parameters, dtype=dtype, start=first)
        assert_same_bits(part, whole[first:last], f"{first}:{last}")
        out = np.empty_like(part)
        assert draw(part.shape, *parameters, dtype=dtype, start=first, out=out, threads=2) is out
        assert_same_bits(out, part)
    assert stream.position == 0
    far = draw((6,), *parameters, dtype=dtype, start=2**62 + 5)
    assert_same_bits(far[3:], draw((3,), *parameters, dtype=dtype, start=2**62 + 8))
    draw((3001,), *parameters, dtype=dtype)
    assert stream.position > 0


def test_position_after_a_sampler():
    """As the kernels and generators that TensorFlow has for them: two runs of each."""
    tp.random.set_seed(5)
    stream = Stream(5, 9)
    for _ in range(2):
        assert_same_bits(stream.gamma((7,), 1.5), tp.random.gamma([7], 1.5, seed=9))
    stream = Stream(5, 9)
    for _ in range(2):
        assert_same_bits(stream.poisson((7,), 12.5), tp.random.poisson([7], 12.5, seed=9))
    stream, generator = Stream(5, 9), tp.random.Generator.from_state([0, 9, 5], "philox")
    for _ in range(2):
        assert_same_bits(stream.binomial((7,), 20.0, 0.3), generator.binomial([7], 20.0, 0.3))


def test_samplers_refuse():
    stream = Stream(1, 2)
    for call, error, message in (
        (lambda: stream.gamma((4, 2), [1.0, 2.0], start=1), ValueError, "one set of parameters"),
        (lambda: stream.poisson((4, 2), [1.0, 2.0], start=0), ValueError, "start= needs one"),
        (lambda: stream.gamma((4,), [1.0, 2.0]), ValueError, "shape must end with"),
        (lambda: stream.gamma((4,), 1.0, start=-1), ValueError, "start must be in"),
        (lambda: stream.gamma((4,), 1.0, dtype="int32"), TypeError, "gamma: dtype must be"),
        (lambda: stream.poisson((4,), 1.0, dtype="uint32"), TypeError, "poisson: dtype must be"),
        (lambda: stream.poisson((4,), float("nan")), ValueError, "for ever"),
        (lambda: stream.binomial((4,), 3.0, float("nan")), ValueError, "probs must not be NaN"),
        (lambda: stream.binomial((4,), "x", 0.5), TypeError, "counts"),
        (lambda: stream.parameterized_truncated_normal((4,), start=1), NotImplementedError,
         "no blocks of its own"),
    ):  # fmt: skip
        with pytest.raises(error, match=message):
            call()
    assert stream.position == 0
