"""test_live_generator_arrays.py: a Generator's methods with numbers and arrays, as TensorFlow's.

Each argument of each method as a number, and as an array smaller than the shape, larger, of no
dimension, empty, and of float16 to float64.
"""

import numpy as np
import pytest
from bits import assert_same_bits

import tfphilox as tp

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.live

ARRAYS = {
    "a number": lambda dtype: 0.5,
    "a scalar": lambda dtype: np.array(0.5, dtype),
    "an array": lambda dtype: np.array([-0.02, 0.1, 1.1, -0.2, 0.008], dtype),
    "a larger array": lambda dtype: np.linspace(0.5, 2, 30).reshape(3, 2, 5).astype(dtype),
    "an empty array": lambda dtype: np.zeros((0, 2, 5), dtype),
}
METHODS = [
    ("uniform", "minval"),
    ("uniform", "maxval"),
    ("normal", "mean"),
    ("normal", "stddev"),
    ("truncated_normal", "mean"),
    ("truncated_normal", "stddev"),
]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("what", ARRAYS)
@pytest.mark.parametrize(("method", "name"), METHODS)
def test_arrays(method, name, what, dtype):
    given = {name: ARRAYS[what](dtype)}
    if name == "minval":
        given["maxval"] = 3.0
    theirs = tf.random.Generator.from_state([67, 8796093022211, 271], 1)
    ours = tp.random.Generator.from_state([67, 8796093022211, 271], 1)
    expected = getattr(theirs, method)([2, 5], dtype=dtype, **given).numpy()
    got = getattr(ours, method)([2, 5], dtype=dtype, **given)
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    assert_same_bits(got, expected)
    assert ours.state.numpy().tolist() == theirs.state.numpy().tolist()
