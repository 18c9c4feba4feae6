"""test_v1.py: compat.v1's names and initializers, and TensorFlow 2's two, against golden data."""

import json

import numpy as np
import pytest
from bits import as_hex, assert_same_bits
from places import GOLDEN_FILES
from wrong_calls_v1 import BAD

import tfphilox as tp
from tfphilox.compat import v1
from tfphilox.random import initializers as init_ops

GOLDEN = [json.loads(path.read_text()) for path in sorted(GOLDEN_FILES.glob("image-tf-*.json"))]
NAMES = json.loads((GOLDEN_FILES / "tf-names.json").read_text())["names"]

pytestmark = pytest.mark.global_seed(1234)


def test_golden_initializers():
    assert GOLDEN
    for data in GOLDEN:
        for case in data["initializers"]:
            found = init_ops
            for name in case["path"].split("."):
                found = tp.compat if name == "compat" else getattr(found, name)
            tp.random.set_seed(case["global_seed"])
            initializer = found(**case["arguments"])
            for shape, expected in zip(case["shapes"], case["results"], strict=True):
                got = initializer(shape)
                assert [got.dtype.name, as_hex(got)] == expected, (data["header"], case)


INITIALIZERS = [
    v1.random_uniform_initializer, v1.random_normal_initializer, v1.truncated_normal_initializer,
    v1.uniform_unit_scaling_initializer, v1.variance_scaling_initializer,
    v1.glorot_uniform_initializer, v1.glorot_normal_initializer,
    init_ops.random_uniform_initializer, init_ops.random_normal_initializer,
]  # fmt: skip


@pytest.mark.parametrize("initializer", INITIALIZERS)
def test_configs(initializer):
    first = initializer(seed=9)
    config = first.get_config()
    json.dumps(config)
    tp.random.set_seed(1234)
    expected = first([2, 3])
    tp.random.set_seed(1234)
    again = initializer.from_config(config)
    assert again.get_config() == config
    assert_same_bits(again([2, 3]), expected)


def test_the_dtype_of_glorot_is_ignored():
    assert v1.glorot_uniform_initializer(dtype="float64")([2]).dtype == np.float32
    assert v1.glorot_uniform_initializer()([2], "float64").dtype == np.float64
    assert init_ops.random_normal_initializer.from_config({"dtype": "float64"})([2]).dtype == "f4"


def test_a_part_of_a_variable_is_scaled_as_the_whole():
    class Info:
        full_shape = (100, 4)

    whole = v1.glorot_uniform_initializer(seed=1)([100, 4])
    tp.random.set_seed(1234)
    part = v1.glorot_uniform_initializer(seed=1)([10, 4], partition_info=Info)
    assert_same_bits(part, whole[:10])
    got = init_ops.random_normal_initializer(seed=1)([9], partition_shape=[3], partition_offset=[0])
    assert got.shape == (3,)


def test_one_name_one_function():
    assert v1.random_uniform_initializer is v1.initializers.random_uniform
    assert v1.variance_scaling_initializer is v1.initializers.variance_scaling
    assert v1.random_shuffle is v1.random.shuffle is tp.random.shuffle
    assert v1.random_poisson is v1.random.poisson
    assert v1.random_crop is v1.image.random_crop is tp.image.random_crop
    assert v1.nn.uniform_candidate_sampler is tp.random.uniform_candidate_sampler
    assert v1.random.Generator is tp.random.Generator
    assert tp.compat.v2.image is tp.image


MODULES = {"experimental", "image", "initializers", "nn", "random"}
GRAPHS = {
    "Graph", "Session", "disable_eager_execution", "enable_eager_execution", "get_default_graph",
    "get_default_session", "reset_default_graph",
}  # fmt: skip


def test_all_is_exported():
    for path in ("compat.v1", "compat.v1.random", "compat.v1.nn", "compat.v1.image"):
        module = tp
        for part in path.split("."):
            module = getattr(module, part)
        for name in module.__all__:
            if name not in MODULES | GRAPHS:
                assert f"{path}.{name}" in NAMES, f"{path}.{name} is not TensorFlow's"


def test_random_index_shuffle():
    got = v1.random_index_shuffle([0, 1, 2, 3], [1, 2, 3], 3)
    raw = tp.raw_ops.RandomIndexShuffle(index=[0, 1, 2, 3], seed=[1, 2, 3], max_index=3)
    assert_same_bits(got, raw)
    assert sorted(got.tolist()) == [0, 1, 2, 3]


@pytest.mark.parametrize(("call", "error"), BAD)
def test_errors_take_nothing(call, error):
    expected = v1.get_seed(None)
    tp.random.set_seed(1234)
    with pytest.raises(error):
        eval(call, {"tp": tp, **vars(init_ops)})
    assert v1.get_seed(None) == expected
