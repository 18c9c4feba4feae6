"""test_slices.py: `start=` gives any part of a run alone, and moves nothing.

What whole runs are is held to TensorFlow's numbers elsewhere (test_golden.py).
"""

import numpy as np
import pytest
from bits import assert_same_bits

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


@pytest.mark.parametrize("start", [1.0, "1", True, [1]])
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
