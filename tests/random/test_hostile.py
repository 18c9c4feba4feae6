"""test_hostile.py: no argument brings anything but one of four errors, a short line, and no move.

Every public function is called with each of its arguments replaced by each of the hostile values of
hostile.py. A default run takes a sample, whose seed is printed; TFPHILOX_HOSTILE=all takes all, and
TFPHILOX_HOSTILE=<seed> that sample again.
"""

import inspect
import os
import random
import signal

import hostile
import numpy as np
import pytest
from hostile import CALLS, begin, everything, failure, snapshot, written

import tfphilox as tp

pytest.importorskip("resource")

CHOICE = os.environ.get("TFPHILOX_HOSTILE") or str(random.SystemRandom().randrange(10**6))
SAMPLE = 4000


@pytest.fixture
def little_memory():
    with hostile.little_memory():
        yield


class TooLong(BaseException):
    pass


def _too_long(*_):
    raise TooLong


def test_hostile(little_memory):
    calls = everything()
    if CHOICE != "all":
        calls = random.Random(int(CHOICE)).sample(calls, SAMPLE)
    print(f"{len(calls)} of {len(everything())} calls: TFPHILOX_HOSTILE={CHOICE}")
    wrong = []
    before = signal.signal(signal.SIGALRM, _too_long)
    try:
        for call in calls:
            signal.setitimer(signal.ITIMER_REAL, 20)
            try:
                found = failure(*call)
            except TooLong:
                found = "goes on for 20 seconds"
            signal.setitimer(signal.ITIMER_REAL, 0)
            if found is not None:
                wrong.append(f"{written(*call)}: {found}")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert not wrong, "\n".join(wrong)


def test_calls_are_valid():
    for call, (function, keywords) in CALLS.items():
        if call != "golden.read":
            function(**keywords)


LARGEST = 64 if int(np.__version__.partition(".")[0]) >= 2 else 32


@pytest.mark.parametrize("out", [None, np.empty(1, np.float32)])
@pytest.mark.parametrize(
    "draw",
    [
        lambda shape, out: tp.random.uniform(shape),
        lambda shape, out: tp.random.stateless_gamma(shape, [1, 2], 1.0),
        lambda shape, out: tp.random.Generator.from_seed(1).normal(shape),
        lambda shape, out: tp.Stream(1, 2).uniform(shape, out=out),
        lambda shape, out: tp.keras.random.normal(shape, seed=1),
        lambda shape, out: tp.TensorSpec(shape),
    ],
)
def test_dimensions(draw, out):
    with pytest.raises(
        ValueError,
        match=f"shape must have at most {LARGEST} dimensions, got {LARGEST + 1}",
    ):
        draw([1] * (LARGEST + 1), out)
    if out is None:
        assert len(draw([1] * LARGEST, out).shape) == LARGEST


def test_ranks_of_33_and_64_are_tensorflows():
    """TensorFlow 2.21, set_seed(1): the kernel's third, fifth and so on element, rank by rank."""
    if LARGEST < 64:
        pytest.skip("NumPy 1 has no more than 32 dimensions")
    tp.random.set_seed(1)
    drawn = [tp.random.uniform([1] * rank, seed=1).item() for rank in (32, 33, 64)]
    assert [f"{x:.7g}" for x in drawn] == ["0.05554414", "0.8388307", "0.5773283"]


def test_ranks_above_32_broadcast_or_not():
    if LARGEST < 64:
        pytest.skip("NumPy 1 has no more than 32 dimensions")
    mean = np.zeros((3, *[1] * 39), np.float32)
    assert tp.random.stateless_normal([3] + [1] * 39, [1, 2], mean).shape == (3, *[1] * 39)
    with pytest.raises(ValueError, match="must broadcast"):
        tp.random.stateless_normal([2] + [1] * 39, [1, 2], mean)


def test_float_is_float32():
    """To TensorFlow, unlike to NumPy."""
    assert tp.random.uniform([1], dtype="float").dtype == np.float32
    assert tp.random.uniform([1], dtype="double").dtype == np.float64


@pytest.mark.parametrize("dim", [3.0, True, np.float32(3), np.True_])
def test_out_checks_the_shape(dim):
    with pytest.raises(TypeError, match="shape must be integers"):
        tp.Stream(1, 2).uniform((dim,), out=np.empty(3, np.float32))


@pytest.mark.parametrize("alg", ["philox", "threefry"])
def test_too_many_elements(alg):
    generator = tp.random.Generator.from_seed(1, alg)
    with pytest.raises(ValueError, match=r"shape must have fewer than 2\*\*63 elements"):
        generator.uniform([2**31] * 3)
    with pytest.raises(ValueError, match="out must have"):
        tp.Stream(1, 2).uniform((2**62,), out=bytearray(16))


def _bad_noise_shape():
    generator = tp.random.Generator.from_seed(1)
    before = generator.state.numpy().tolist()
    for noise_shape in ([7, 7], [5], "x", [-1, 2], [2.5, 2]):
        with pytest.raises((TypeError, ValueError), match=r"shape must"):
            tp.nn.experimental.general_dropout(
                np.ones((4, 4), np.float32),
                0.5,
                lambda shape, dtype: generator.uniform(shape, dtype=dtype),
                noise_shape=noise_shape,
            )
    assert generator.state.numpy().tolist() == before


def _bad_seed_of_everything():
    for seed in (-1, 2**32, 2**64, 1.5, "x", None):
        with pytest.raises((TypeError, ValueError), match=r"(?i)seed must be"):
            tp.keras.utils.set_random_seed(seed)


def _no_truth_value():
    for name in ("rerandomize_each_iteration", "stop_on_empty_dataset"):
        for draw, keywords in (
            (tp.data.experimental.RandomDataset, {}),
            (tp.data.Dataset.random, {}),
            (tp.data.Dataset.sample_from_datasets, {"datasets": [tp.data.Dataset.range(3)] * 2}),
        ):
            if name in inspect.signature(draw).parameters:
                with pytest.raises(ValueError, match=f"{name} must be True or False, got array"):
                    draw(**keywords, **{name: np.array([])})
    with pytest.raises(ValueError, match="reshuffle_each_iteration must be True or False"):
        tp.data.Dataset.range(3).shuffle(2, reshuffle_each_iteration=np.ones(2))


def _gain_of_another_shape():
    for version in ("2.3", "2.9", "2.15"):
        with tp.config.tensorflow_version(version):
            initializer = tp.keras.initializers.Orthogonal(gain=np.zeros(3, np.float32))
            with pytest.raises(ValueError, match=r"broadcast .*, got \(\(3,\), \(2, 2\)\)"):
                initializer([2, 2])


@pytest.mark.parametrize(
    "fail", [_bad_noise_shape, _bad_seed_of_everything, _no_truth_value, _gain_of_another_shape]
)
def test_failures_that_moved_once(fail):
    begin()
    before = snapshot()
    fail()
    assert snapshot() == before


def test_generator_uniform_takes_arrays_as_minval():
    generator = tp.random.Generator.from_state([67, 8796093022211, 271], 1)
    drawn = generator.uniform([1, 5], np.array([-0.02, 0.1, 1.1, -0.2, 0.008], "f4"), 0.0)
    expected = [[-0.00487687, 0.00857343, 0.9714099, -0.13284025, 0.00384658]]  # TensorFlow 2.21
    assert [f"{x:.6g}" for x in drawn[0]] == [f"{x:.6g}" for x in expected[0]]


def test_orthogonal_has_no_bfloat16():
    """It wrote past its arrays; TensorFlow's op Qr has no kernel for it."""
    with pytest.raises(TypeError, match="got bfloat16"):
        tp.compat.v1.orthogonal_initializer(seed=1, dtype="bfloat16")([4, 4])


@pytest.mark.parametrize("value", [["a" * 60] * 6, {"b" * 60: "c" * 60}, [[["d" * 60] * 9] * 9]])
def test_what_a_message_shows_is_short(value):
    """Also of a list each of whose parts is not long."""
    with pytest.raises((TypeError, ValueError)) as caught:
        tp.random.uniform(value)
    assert len(str(caught.value)) < 150
    assert "..." in str(caught.value)


@pytest.mark.parametrize("scalar", [np.float32(1), np.int64(1), np.float64(1)])
def test_a_scalar_as_dtype_does_not_become_one(scalar):
    tp.random.stateless_uniform([1], [1, 2], 0, 9, dtype=scalar)
    with pytest.raises(TypeError, match="dtype must be one of"):
        tp.random.uniform([1], dtype=True)
