"""test_core.py: the C core against reference.py, once per instruction set present.

Every comparison is of bits. The door is tfphilox._c._core.fill_with(isa, kind, dtype, key, counter,
first, count, ...), which runs one instruction set's kernels and moves nothing.
"""

import functools
import os
import random
import subprocess
import sys

import numpy as np
import pytest
import reference
from bits import KINDS, KNOWN_ISAS, as_list, as_words, assert_same_bits, numpy_dtype

import tfphilox
from tfphilox._c import _core

MASK128 = reference.MASK128
KEY = 0xA4093822299F31D0
COUNTER = 0x082EFA98_EC4E6C89_452821E6_38D01377
BOUNDS = {"int32": (-1000, 2000), "int64": (-(10**15), 3 * 10**15)}
FLOAT_KINDS = [(kind, dtype) for kind, dtype in KINDS if dtype in reference.FLOATS]


def bounds(kind, dtype):
    minval, maxval = BOUNDS.get(dtype, (None, None)) if kind == "integers" else (None, None)
    return dict(minval=minval, maxval=maxval) if kind == "integers" else {}


def fill(isa, kind, dtype, key, counter, first, count, **parameters):
    parameters = {**bounds(kind, dtype), **parameters}
    got = _core.fill_with(isa, kind, dtype, key, counter, first, count, **parameters)
    assert got.dtype == numpy_dtype(dtype)
    assert got.shape == (count,)
    return got


def judged(kind, dtype):
    """Skip what this host cannot judge: float64 normals where libm is of another class."""
    if dtype == "float64" and "normal" in kind:
        try:
            reference.float64_math()
        except reference.Unavailable as reason:
            pytest.skip(str(reason))


@functools.cache
def expected(kind, dtype, key, counter, first, count):
    """reference.fill as an array of unsigned integers, made once for all instruction sets."""
    words = reference.fill(kind, dtype, key, counter, first, count, **bounds(kind, dtype))
    return np.array(words, dtype=f"u{numpy_dtype(dtype).itemsize}")


# --- Philox --------------------------------------------------------------------------------------

# Random123, kat_vectors: philox4x32 10. Counter and key as little-endian words.
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]  # fmt: skip


def number(words):
    return sum(int(word, 16) << 32 * i for i, word in enumerate(words.split()))


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_known_answer_in_reference(counter, key, answer):
    assert (
        "{:08x} {:08x} {:08x} {:08x}".format(*reference.philox(number(counter), number(key)))
        == answer
    )


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_known_answer_in_every_lane_and_offset(isa, counter, key, answer):
    """The block is made as number 0, 1, ... of a fill, and reached by every first word."""
    counter, key = number(counter), number(key)
    answer = [int(word, 16) for word in answer.split()]
    for before in [*list(range(70)), 255, 256, 257, 1023]:
        start = (counter - before) & MASK128
        words = fill(isa, "words", "uint32", key, start, 0, 4 * before + 4)
        assert as_list(words[-4:]) == answer, before
        for word in range(4):
            words = fill(isa, "words", "uint32", key, start, 4 * before + word, 4 - word)
            assert as_list(words) == answer[word:], (before, word)


def test_counter_and_key_words_are_in_order(isa):
    """Each of the six 32-bit words of counter and key has its own place."""
    seen = set()
    for place in range(6):
        value = 0x12345678 << 32 * (place % 4 if place < 4 else place - 4)
        counter, key = (value, 0) if place < 4 else (0, value)
        words = as_list(fill(isa, "words", "uint32", key, counter, 0, 4))
        assert tuple(words) == reference.philox(counter, key), place
        seen.add(tuple(words))
    assert len(seen) == 6


# --- Sizes, starts, borders ----------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "dtype"), KINDS)
def test_every_size_around_lanes_and_blocks(isa, kind, dtype):
    """All counts 0..140 from all first elements 0..20: every head, body and tail of a vector."""
    judged(kind, dtype)
    whole = expected(kind, dtype, KEY, COUNTER, 0, 5000)
    for first in range(21):
        for count in range(141):
            got = as_words(fill(isa, kind, dtype, KEY, COUNTER, first, count))
            if not np.array_equal(got, whole[first : first + count]):
                assert_same_bits(got, whole[first : first + count], f"[{first}, +{count})")


@pytest.mark.parametrize(("kind", "dtype"), KINDS)
def test_sizes_around_stages(isa, kind, dtype):
    """Counts and starts around the powers of two a stage or a page may be made of."""
    judged(kind, dtype)
    whole = expected(kind, dtype, KEY, COUNTER, 0, 5000)
    for border in (256, 512, 1024, 2048, 4096):
        for first in (0, 1, 2, 3, 4, 5, 31, 64, border - 1, border, border + 1):
            for count in [*list(range(border - 5, border + 6)), 2 * border - 1, 2 * border + 1]:
                if first + count > len(whole):
                    continue
                got = as_words(fill(isa, kind, dtype, KEY, COUNTER, first, count))
                if not np.array_equal(got, whole[first : first + count]):
                    assert_same_bits(got, whole[first : first + count], f"[{first}, +{count})")


@pytest.mark.parametrize(("kind", "dtype"), KINDS)
def test_long_run_against_reference(isa, kind, dtype):
    """20,000 elements of another stream, so that rare branches are met too."""
    judged(kind, dtype)
    key, counter = reference.stateless_key_counter(2024, -7)
    assert_same_bits(
        as_words(fill(isa, kind, dtype, key, counter, 0, 20_000)),
        expected(kind, dtype, key, counter, 0, 20_000),
        f"{kind} {dtype}",
    )


@pytest.mark.parametrize("border", [1 << 32, 1 << 64, 1 << 96, 1 << 128], ids="2^{}".format)
@pytest.mark.parametrize(("kind", "dtype"), KINDS)
def test_counter_carries(isa, kind, dtype, border):
    """Streams that start a few blocks before each word of the counter overflows."""
    judged(kind, dtype)
    for high in (0, 0x5DEECE66D << 100):
        for before in (1, 2, 3, 7, 8, 16, 31):
            start = (border - before + high) & MASK128
            got = as_words(fill(isa, kind, dtype, KEY, start, 0, 200))
            assert_same_bits(got, expected(kind, dtype, KEY, start, 0, 200), f"-{before}")


@pytest.mark.parametrize("border", [1 << 32, 1 << 64, 1 << 96, 1 << 128], ids="2^{}".format)
@pytest.mark.parametrize("dtype", reference.FLOATS)
def test_counter_carries_between_groups_of_truncated(isa, dtype, border):
    """Groups lie 256 (float64: 128) blocks apart: the carry falls between two of them."""
    judged("truncated_normal", dtype)
    for before in (1, 127, 128, 129, 255, 256, 257, 256 * 3 - 1, 256 * 9 + 5, 256 * 20):
        start = (border - before) & MASK128
        got = as_words(fill(isa, "truncated_normal", dtype, KEY, start, 0, 120))
        want = expected("truncated_normal", dtype, KEY, start, 0, 120)
        assert_same_bits(got, want, f"-{before}")


@pytest.mark.parametrize("border", [1 << 32, 1 << 64, 1 << 96, 1 << 128], ids="2^{}".format)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_counter_carries_within_a_group_of_truncated(isa, dtype, border):
    """A group whose first block is the last before the border and whose next is beyond it."""
    judged("truncated_normal", dtype)
    start = border - 1
    stride = reference.group_stride("truncated_normal", dtype)
    found = 0
    for key in range(200):
        blocks = reference.truncated_group(dtype, key, start)[1]
        if blocks < 2:
            continue
        found += 1
        for groups_before in (0, 1, 5, 16):
            base = (start - groups_before * stride) & MASK128
            got = as_words(fill(isa, "truncated_normal", dtype, key, base, 0, 100))
            want = expected("truncated_normal", dtype, key, base, 0, 100)
            assert_same_bits(got, want, f"key {key}, group {groups_before}, {blocks} blocks")
        if found == 4:
            break
    assert found == 4


FAR = [2**26 - 5, 2**31 - 3, 2**32 - 3, 2**34 - 7, 2**40 + 1, 2**56 - 6, 2**58 - 9, 2**62 - 11]
FAR += [2**63 - 1, 2**63, 2**64 - 1000]


@pytest.mark.parametrize(("kind", "dtype"), KINDS)
def test_far_first_elements(isa, kind, dtype):
    """Slices far out: the block of an element is counter + first // group * stride, in 128 bits."""
    judged(kind, dtype)
    for first in FAR:
        for counter in (0, COUNTER, MASK128 - 5):
            got = as_words(fill(isa, kind, dtype, KEY, counter, first, 41))
            want = expected(kind, dtype, KEY, counter, first, 41)
            assert_same_bits(got, want, f"[{first}, +41) of {counter:#x}")


def test_two_to_the_32_elements_by_slices(isa):
    """Elements [2^32 - 3, 2^32 + 5) of every kind: no 32-bit element count hides anywhere."""
    for kind, dtype in KINDS:
        if dtype != "float64" or "normal" not in kind:
            got = as_words(fill(isa, kind, dtype, KEY, COUNTER, 2**32 - 3, 8))
            want = expected(kind, dtype, KEY, COUNTER, 2**32 - 3, 8)
            assert_same_bits(got, want, f"{kind} {dtype}")


@pytest.mark.huge
@pytest.mark.skipif(os.environ.get("TFPHILOX_HUGE") != "1", reason="TFPHILOX_HUGE=1 asks for it")
def test_two_to_the_32_elements_whole():
    """One float16 fill of 2^32 + 1 elements (8.6 GB): its first, middle and last elements."""
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if free < 16 * 2**30:
        pytest.skip(f"{free / 2**30:.1f} GB are free, 16 are needed")
    count = 2**32 + 1
    stream = tfphilox.Stream(5, 6)
    key, counter = stream.key, stream.counter
    array = stream.uniform((count,), dtype="float16")
    assert stream.position == 256 * count
    for first in (0, 2**31 - 100, 2**32 - 199, 12_345_678):
        got = as_words(array[first : first + 200])
        want = expected("uniform", "float16", key, counter, first, 200)
        assert_same_bits(got, want, f"[{first}, +200)")
    # the rest in slices, made alone by the same core
    for first in range(0, count, 2**24 + 1):
        piece = array[first : first + 4099]
        alone = fill(tfphilox.isa(), "uniform", "float16", key, counter, first, piece.size)
        assert_same_bits(piece, alone, f"[{first}, +4099)")


# --- Slices, threads, agreement ------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "dtype"), KINDS)
def test_slices_equal_the_whole(isa, kind, dtype):
    """300 random cuts of one stream are what the whole has there."""
    seed = random.SystemRandom().getrandbits(32)
    rng = random.Random(seed)
    whole = fill(isa, kind, dtype, KEY, COUNTER, 0, 40_000)
    for _ in range(300):
        first = rng.randrange(len(whole))
        count = rng.randrange(min(rng.choice([8, 100, 6000]), len(whole) - first + 1))
        part = fill(isa, kind, dtype, KEY, COUNTER, first, count)
        assert_same_bits(part, whole[first : first + count], f"seed {seed}: [{first}, +{count})")


@pytest.mark.parametrize(("kind", "dtype"), KINDS)
def test_instruction_sets_agree(kind, dtype):
    """A million elements, raw and (floats) scaled, the same from every instruction set."""
    names = list(tfphilox.available_isas())
    scalings = [{}]
    if dtype in reference.FLOATS:
        scalings.append(dict(mul=-1.5, add=0.1875))
    for scaling in scalings:
        first = fill(names[0], kind, dtype, KEY, COUNTER, 3, 1_000_000, **scaling)
        assert len(np.unique(as_words(first)[:1000])) > 50
        for name in names[1:]:
            other = fill(name, kind, dtype, KEY, COUNTER, 3, 1_000_000, **scaling)
            assert_same_bits(other, first, f"{name} against {names[0]}, {scaling}")


def draw(stream, kind, dtype, shape, **options):
    """One draw of a Stream by kind."""
    if kind == "words":
        return stream.words(shape[0], **options)
    if kind == "integers":
        minval, maxval = BOUNDS.get(dtype, (None, None))
        return stream.integers(shape, minval, maxval, dtype=dtype, **options)
    return getattr(stream, kind)(shape, dtype=dtype, **options)


@pytest.mark.parametrize(("kind", "dtype"), KINDS)
def test_one_to_sixteen_threads(kind, dtype):
    for count in (1, 1000, 65_537, 1_048_583):
        want = draw(tfphilox.Stream(11, 12), kind, dtype, (count,), threads=1)
        if count <= 1000:
            judged(kind, dtype)
            alone = expected(kind, dtype, 11, 12 << 64, 0, count)
            if kind in ("words", "uniform", "integers"):  # normals are scaled by + 0.0
                assert_same_bits(want, alone, f"{count}")
        for threads in range(2, 17) if count > 1000 else (2, 3, 16):
            stream = tfphilox.Stream(11, 12)
            got = draw(stream, kind, dtype, (count,), threads=threads)
            assert_same_bits(got, want, f"{count} elements, {threads} threads")


# --- Numbers -------------------------------------------------------------------------------------

INTEGER_BOUNDS = {
    "int32": [(0, 1), (5, 6), (-1, 1), (0, 3), (0, 7), (0, 10), (-7, 3), (0, 65536), (0, 65537),
              (0, 2**30 + 1), (-5, 2**31 - 1), (-(2**31), 0), (-(2**31), 1), (-(2**31), 2**31 - 1),
              (-(2**31) + 1, 2**31 - 1), (2**31 - 2, 2**31 - 1), (-(2**31), -(2**31) + 3)],
    "int64": [(0, 1), (-1, 1), (0, 3), (0, 10), (-7, 3), (0, 2**32 - 1), (0, 2**32), (0, 2**32 + 1),
              (-(2**40), 3 * 2**40 + 1), (0, 2**62 + 1), (-(2**63), 0), (-(2**63), 1),
              (-(2**63), 2**63 - 1), (-(2**63) + 1, 2**63 - 1), (2**63 - 2, 2**63 - 1),
              (-3, 2**63 - 1), (0, 6_700_417 * 641), (0, 2**63 - 25)],
}  # fmt: skip


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_integer_bounds(isa, dtype):
    """Chosen bounds and random ones; a small range, a power of two and a full width among them."""
    width = 32 if dtype == "int32" else 64
    rng = random.Random(width)
    cases = list(INTEGER_BOUNDS[dtype])
    for _ in range(150):
        low = rng.randrange(-(1 << width - 1), (1 << width - 1) - 1)
        size = 1 + rng.getrandbits(rng.randint(1, width))
        cases.append((low, min(low + size, (1 << width - 1) - 1)))
    for minval, maxval in [*cases, (None, None)]:
        got = fill(isa, "integers", dtype, KEY, COUNTER, 1, 70, minval=minval, maxval=maxval)
        want = reference.fill("integers", dtype, KEY, COUNTER, 1, 70, minval, maxval)
        assert_same_bits(got, want, f"[{minval}, {maxval})")
        if minval is not None:
            assert got.min() >= minval
            assert got.max() < maxval


TINY = {"float16": -14, "bfloat16": -126, "float32": -126, "float64": -1022}


def scalings(dtype):
    """(mul, add) pairs as bits; add None leaves the addition out."""
    tiny = 2.0 ** TINY[dtype]
    smallest = 1  # the smallest subnormal, as bits
    plain = [
        (1.0, 0.0), (1.0, -0.0), (2.5, None), (0.02, 0.0), (-0.7, None), (-0.7, 0.0), (0.1, -3.7),
        (-2.0, 0.1), (0.0, 0.3), (-0.0, -0.0), (0.0, -0.0), (1e-3, 1e4), (1e3, -1e3), (3.0, 1.0),
        (1.0, 1e-3), (-1.0, 1.0), (1.0, -1.0),
        (tiny, None), (tiny, 0.0), (-tiny, None), (-tiny, 0.0), (3 * tiny, -tiny),
        (4 * tiny, tiny), (1.5 * tiny, -2 * tiny), (8 * tiny, -8 * tiny), (64 * tiny, 0.0),
        (1024 * tiny, -3 * tiny), (tiny / 2, tiny / 2), (1.0, tiny / 2), (0.5 * tiny, 1.25 * tiny),
        (1.0, tiny), (2.0**-20, 2.0**-20), (2.0**-60, 2.0**-90), (2.0**-61, None), (2.0**-70, 0.0),
        (float("inf"), 0.0), (1.0, float("inf")), (float("-inf"), 1.0), (1.0, float("nan")),
    ]  # fmt: skip
    pairs = []
    for mul, shift in plain:
        shift = None if shift is None else reference.bits_of(dtype, shift)
        pairs.append((reference.bits_of(dtype, mul), shift))
    largest = reference.bits_of(dtype, float("inf")) - 1
    return [*pairs, (smallest, None), (largest, smallest), (largest, largest)]


@functools.cache
def scaled(kind, dtype):
    """For each scaling: (mul, add, expected bits) of 60 elements."""
    raw = reference.fill(kind, dtype, KEY, COUNTER, 0, 60)
    return [(mul, shift, reference.scale(dtype, raw, mul, shift)) for mul, shift in scalings(dtype)]


@pytest.mark.parametrize(("kind", "dtype"), FLOAT_KINDS)
def test_scaling(isa, kind, dtype):
    """x * mul, then + add: one rounding each, subnormals flushed (float16 keeps its own)."""
    judged(kind, dtype)
    for mul, shift, want in scaled(kind, dtype):
        parameters = dict(mul=reference.value_of(dtype, mul))
        if shift is not None:
            parameters["add"] = reference.value_of(dtype, shift)
        got = fill(isa, kind, dtype, KEY, COUNTER, 0, 60, **parameters)
        assert_same_bits(got, want, f"{parameters}")
        got = fill(isa, kind, dtype, KEY, COUNTER, 7, 30, **parameters)
        assert_same_bits(got, want[7:37], f"slice, {parameters}")


@pytest.mark.parametrize(("kind", "dtype"), FLOAT_KINDS)
def test_scaling_meets_tiny_after_rounding(isa, kind, dtype):
    """Products a hair below the smallest normal number, which round up to it and stay."""
    judged(kind, dtype)
    if dtype == "float16":
        pytest.skip("float16 is not flushed")
    raw = reference.fill(kind, dtype, KEY, COUNTER, 0, 12)
    tiny = reference.bits_of(dtype, 2.0 ** TINY[dtype])
    kept = 0
    for index, number in enumerate(raw):
        if reference.decode(dtype, number)[1] == 0:
            continue
        # multipliers around tiny / x: their products straddle the smallest normal number
        quotient = reference.decode(dtype, tiny)[1] / reference.decode(dtype, number)[1]
        middle = reference.encode(dtype, 0, quotient)
        for mul in range(middle - 3, middle + 4):
            want = reference.scale(dtype, raw, mul)
            kept += want[index] & ~(1 << reference.FORMATS[dtype][0] - 1) == tiny
            value = reference.value_of(dtype, mul)
            got = fill(isa, kind, dtype, KEY, COUNTER, 0, 12, mul=value)
            assert_same_bits(got, want, f"mul {value.hex()}")
    assert kept > 0


# (place of a word in its block, its low 23 bits, a block of KEY's stream where that is so):
# u = 0, raised to 1e-7; u the smallest; u nearest 1; sines and cosines nearest 0 and 1.
EXTREMES = [
    (0, 0, 5886733), (2, 0, 1678469), (0, 1, 4023535), (2, 1, 243828),
    (0, 0x7FFFFF, 17494823), (2, 0x7FFFFF, 5324692),
    (1, 0, 1269183), (3, 0, 4519907), (1, 1, 4890889), (3, 1, 10538576),
    (1, 0x200000, 31279503), (3, 0x200000, 12640902), (1, 0x400000, 4397197),
    (3, 0x400000, 357673), (1, 0x600000, 6609006), (3, 0x600000, 470425),
    (1, 0x7FFFFF, 15303709), (3, 0x7FFFFF, 1037601), (3, 0x200000, 21115876),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["uniform", "normal", "truncated_normal"])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_extreme_words(isa, kind, dtype):
    """The blocks whose words are extreme, at every place of a vector, raw and with + 0.0.

    The last is float16's -0.0 (a cosine too small for it), which "rnd * stddev + mean" with
    TensorFlow's default mean turns into 0.0.
    """
    negative_zeros = 0
    stride = reference.group_stride(kind, dtype)
    for place, low, block in EXTREMES:
        assert reference.philox(block, KEY)[place] & 0x7FFFFF == low
        for before in range(9):
            start = block - before * stride & MASK128
            count = 4 * before + 6
            got = fill(isa, kind, dtype, KEY, start, 0, count)
            want = expected(kind, dtype, KEY, start, 0, count)
            assert_same_bits(got, want, f"{low:#x} at {place}, block {before}")
            negative_zeros += dtype == "float16" and 0x8000 in want
            if before > 1:
                continue
            got = fill(isa, kind, dtype, KEY, start, 0, count, mul=1.0, add=0.0)
            want = reference.scale(dtype, want.tolist(), reference.bits_of(dtype, 1.0), 0)
            assert_same_bits(got, want, f"{low:#x} at {place}, block {before}, + 0.0")
    assert negative_zeros > 0 or (kind, dtype) != ("normal", "float16")


@pytest.mark.parametrize(("kind", "at"), [("normal", 58172593), ("truncated_normal", 39495827)])
def test_negative_zero_in_whole_stages(isa, kind, at):
    """Key 1, counter 2: element `at` is -0.0 in float16, and adding 0 changes nothing else."""
    first = at // 1024 * 1024 - 1024
    raw = as_list(fill(isa, kind, "float16", 1, 2, first, 3 * 1024))
    got = as_list(fill(isa, kind, "float16", 1, 2, first, 3 * 1024, mul=1.0, add=0.0))
    assert raw[at - first] == 0x8000
    assert got == [0 if bits == 0x8000 else bits for bits in raw]


# Blocks of KEY's stream whose float64 numbers are as small as 2^-27 and 2^-28.
SMALL64 = {"uniform": [13388666, 5886733, 7737506], "normal": [8552352, 5138342, 2719132]}


@functools.cache
def small_cases(kind, dtype):
    """(first block, mul, expected bits): products that fall below the smallest normal number."""
    blocks = SMALL64[kind] if dtype == "float64" else sorted({row[2] for row in EXTREMES})[::2]
    size = reference.group_size(kind, dtype)
    cases, flushed = [], 0
    for block in blocks:
        raw = reference.fill(kind, dtype, KEY, 0, size * (block - 1), 3 * size)
        for exponent in range(TINY[dtype] + 3, TINY[dtype] + 36, 3):
            mul = (-1) ** exponent * 2.0**exponent
            want = reference.scale(dtype, raw, reference.bits_of(dtype, mul))
            cases.append((block - 1, mul, want))
            flushed += sum(
                reference.value_of(dtype, product) == 0 != reference.value_of(dtype, number)
                for product, number in zip(want, raw, strict=True)
            )
    assert flushed > 0
    return cases


@pytest.mark.parametrize("dtype", ["bfloat16", "float32", "float64"])
@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_scaling_of_small_numbers(isa, kind, dtype):
    """Multipliers well above the smallest normal number; small numbers times them are flushed."""
    judged(kind, dtype)
    for block, mul, want in small_cases(kind, dtype):
        got = fill(isa, kind, dtype, KEY, block, 0, len(want), mul=mul)
        assert_same_bits(got, want, f"block {block}, * {mul.hex()}")


@functools.cache
def cancelling_cases(kind, dtype):
    """(mul, add, expected bits): add is nearly -(x * mul), so that a sum of normals is tiny."""
    raw = reference.fill(kind, dtype, KEY, COUNTER, 0, 16)
    cases, flushed = [], 0
    for exponent in (1, -20, -60, *(TINY[dtype] + distance for distance in (12, 5, 2))):
        mul = 1.25 * 2.0**exponent
        products = reference.scale(dtype, raw, reference.bits_of(dtype, mul))
        for product in products[:6]:
            if reference.value_of(dtype, product) == 0:
                continue
            for step in (-1, 0, 1):
                shift = reference.negate(dtype, product + step)
                want = reference.scale(dtype, raw, reference.bits_of(dtype, mul), shift)
                cases.append((mul, reference.value_of(dtype, shift), want))
                flushed += step != 0 and not {0, 1 << reference.FORMATS[dtype][0] - 1}.isdisjoint(
                    want
                )
    assert flushed > 0
    return cases


@pytest.mark.parametrize("dtype", ["bfloat16", "float32", "float64"])
@pytest.mark.parametrize("kind", ["uniform", "normal", "truncated_normal"])
def test_scaling_that_cancels(isa, kind, dtype):
    judged(kind, dtype)
    for mul, add, want in cancelling_cases(kind, dtype):
        got = fill(isa, kind, dtype, KEY, COUNTER, 0, 16, mul=mul, add=add)
        assert_same_bits(got, want, f"* {mul.hex()} + {add.hex()}")


# --- Choosing an instruction set -----------------------------------------------------------------


def test_available_isas():
    names = list(tfphilox.available_isas())
    assert "scalar" in names
    assert set(names) <= set(KNOWN_ISAS)
    assert len(set(names)) == len(names)
    assert tfphilox.isa() in names


def child(isa, code):
    environment = {**os.environ}
    environment.pop("TFPHILOX_ISA", None)
    if isa is not None:
        environment["TFPHILOX_ISA"] = isa
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120
    )


def test_environment_chooses(isa):
    code = "import tfphilox; print(tfphilox.isa(), tfphilox.Stream(1, 2).uniform((9,)).tobytes())"
    run = child(isa, code)
    assert run.returncode == 0, run.stderr
    name, numbers = run.stdout.split(maxsplit=1)
    assert name == isa
    assert numbers.strip() == repr(tfphilox.Stream(1, 2).uniform((9,)).tobytes())


@pytest.mark.parametrize("name", ["bogus", "AVX1024", " ", "scalar,avx2", *KNOWN_ISAS])
def test_environment_refuses(name):
    """A name that is unknown, or known and not available here, is an ImportError that says so."""
    if name in tfphilox.available_isas():
        pytest.skip(f"instruction set {name} is present, so it is not refused")
    code = "\n".join([
        "try:",
        "    import tfphilox",
        "except ImportError as error:",
        "    print('refused:', error)",
    ])  # fmt: skip
    run = child(name, code)
    assert run.stdout.startswith("refused:"), (run.stdout, run.stderr)
    assert name.strip() in run.stdout, run.stdout
    assert "scalar" in run.stdout, "the message says what there is"


def test_fill_with_refuses():
    """The test door itself: an unknown instruction set or a kind of the wrong dtype is an error."""
    for arguments in [
        ("bogus", "words", "uint32", 0, 0, 0, 1),
        ("scalar", "normal", "int32", 0, 0, 0, 1),
        ("scalar", "integers", "float32", 0, 0, 0, 1),
        ("scalar", "nothing", "float32", 0, 0, 0, 1),
    ]:
        with pytest.raises((ValueError, TypeError, KeyError)):
            _core.fill_with(*arguments)
