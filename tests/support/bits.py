"""bits.py: what every test compares: bit patterns as integers, never rounded numbers."""

import numpy as np

KNOWN_ISAS = ("scalar", "neon", "avx2", "avx512")
KINDS = [("words", "uint32")]
KINDS += [
    (kind, dtype)
    for kind in ("uniform", "normal", "truncated_normal")
    for dtype in ("float16", "bfloat16", "float32", "float64")
]
KINDS += [("integers", dtype) for dtype in ("int32", "int64", "uint32", "uint64")]


def numpy_dtype(name):
    """The NumPy dtype of a name; bfloat16 is the one of ml_dtypes."""
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(name)


def as_words(array):
    """View an array as unsigned integers of its item size, flat."""
    array = np.ascontiguousarray(array)
    return array.reshape(-1).view(f"u{array.dtype.itemsize}")


def as_list(array):
    """The bit patterns of an array as a list of Python integers."""
    return as_words(array).tolist()


def as_hex(array):
    """The bit patterns of an array as the golden files write them."""
    array = np.ascontiguousarray(array)
    return " ".join(f"{word:0{2 * array.dtype.itemsize}x}" for word in as_list(array))


def assert_same_bits(got, expected, what="", any_nan=False):
    """Compare bit by bit; on failure name the first element that differs, with both patterns.

    `expected` is an array or a list of bit patterns. With any_nan a NaN may be any other: for
    arithmetic on the caller's own NaNs, whose sign and payload are the processor's choice by the
    order of operands in TensorFlow's compiled code.
    """
    words = as_words(got)
    other = as_words(expected) if isinstance(expected, np.ndarray) else expected
    other = np.asarray(other, dtype=words.dtype)
    assert words.shape == other.shape, f"{what}: {words.size} elements, expected {other.size}"
    different = np.flatnonzero(words != other)
    if any_nan and different.size and np.asarray(got).dtype.kind not in "iu":
        dtype = np.asarray(got).dtype
        pair = words[different].view(dtype), other[different].view(dtype)
        different = different[~((pair[0] != pair[0]) & (pair[1] != pair[1]))]
    if different.size:
        at = int(different[0])
        digits = 2 * words.dtype.itemsize
        raise AssertionError(
            f"{what}: {different.size} of {words.size} elements differ, the first at {at}: "
            f"{int(words[at]):0{digits}x}, expected {int(other[at]):0{digits}x}"
        )
