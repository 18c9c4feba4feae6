"""test_openvino.py: OpenVINO's RandomUniform, another program that draws as TensorFlow does.

It is asked where it can be imported (pip install openvino); docs/openvino.md says what is equal.
"""

import numpy as np
import pytest
from bits import assert_same_bits

from tfphilox import Stream

openvino = pytest.importorskip("openvino", reason="openvino is absent: pip install openvino")
SEEDS = [(1, 2), (150, 10), (123456789, 987654321), (0, 7), (7, 0)]
SHAPES = [(1,), (4,), (7,), (3, 5), (1003,), (2, 3, 4, 5)]
NUMPYS = {"f32": np.float32, "i32": np.int32, "i64": np.int64}


def inferred(shape, low, high, kind, seeds, runs=2):
    """What two inferences of a model of one RandomUniform give."""
    ops = pytest.importorskip("openvino.opset13")
    dtype = NUMPYS[kind]
    node = ops.random_uniform(
        ops.constant(np.array(shape, np.int64)),
        ops.constant(np.array(low, dtype)),
        ops.constant(np.array(high, dtype)),
        kind,
        *seeds,
    )
    model = openvino.Model([node.output(0)], [], "random")
    precise = {"INFERENCE_PRECISION_HINT": "f32"}
    request = openvino.Core().compile_model(model, "CPU", precise).create_infer_request()
    return [request.infer()[0].copy() for _ in range(runs)]


@pytest.mark.parametrize("seeds", SEEDS, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_floats_from_0_to_1(shape, seeds):
    stream = Stream(*seeds)
    for run, got in enumerate(inferred(shape, 0, 1, "f32", seeds)):
        assert_same_bits(stream.uniform(shape), got, f"run {run}")


@pytest.mark.parametrize("seeds", SEEDS, ids=str)
@pytest.mark.parametrize(("low", "high"), [(0, 100), (-5, 10**6), (-(2**30), 2**30 - 1)])
def test_int32(low, high, seeds):
    stream = Stream(*seeds)
    for run, got in enumerate(inferred((103,), low, high, "i32", seeds)):
        assert_same_bits(stream.integers((103,), low, high), got, f"run {run}")


def test_what_differs():
    """As docs/openvino.md says: other roundings of a range; a word where TensorFlow takes two."""
    (got,) = inferred((1000,), -2.5, 3.75, "f32", (1, 2), runs=1)
    apart = np.abs(got - Stream(1, 2).uniform((1000,), -2.5, 3.75))
    assert 0 < apart.max() < 5e-7
    (got,) = inferred((1000,), 0, 1000, "i64", (1, 2), runs=1)
    assert (got != Stream(1, 2).integers((1000,), 0, 1000, "int64")).any()
    assert_same_bits(got.astype(np.int32), Stream(1, 2).integers((1000,), 0, 1000))
