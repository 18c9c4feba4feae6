"""test_keras_initializers.py: keras.initializers by version, against what tf.keras wrote down.

The golden files are made by make_golden_keras.py; test_keras_layers.py replays the programs in
them that have layers.
"""

import contextlib
import hashlib
import json
import random
import threading
import warnings

import numpy as np
import pytest
from bits import as_hex, assert_same_bits
from keras_programs import GOLDEN, mirrored, programs_with, replay
from places import GOLDEN_FILES

import tfphilox as tp
import tfphilox.keras
from tfphilox.arrays.orthogonal import cache_matters
from tfphilox.seeding.process import current
from tfphilox.seeding.versions import rule


def caches():
    """What processors made, or were made to make, whose caches differ."""
    return {
        path.stem: json.loads(path.read_text())
        for path in sorted(GOLDEN_FILES.glob("orthogonal-l1-*.json"))
    }


@pytest.mark.parametrize(("version", "program"), programs_with("initializer"))
def test_programs(version, program):
    replay(version, program)


# ---- orthogonal matrices -------------------------------------------------------------------

# From 48 on TensorFlow multiplies matrices, and before 2.6 cut large ones otherwise.
ORTHOGONAL = [
    pytest.param(version, case, id=f"{version}-{case['shape']}-{case['dtype']}")
    for version, golden in GOLDEN.items()
    for case in golden["orthogonal"]
    if case["shape"] != [128, 512] or version not in ("2.0.4", "2.1.4", "2.3.4")
]


@pytest.mark.parametrize(("version", "case"), ORTHOGONAL)
def test_orthogonal(version, case):
    with mirrored(version):
        tp.random.set_seed(1)
        array = tp.keras.initializers.Orthogonal(gain=1.0, seed=5)(case["shape"], case["dtype"])
    words = as_hex(array).split(" ")
    assert words[: len(case["first"].split(" "))] == case["first"].split(" ")
    assert hashlib.sha256(array.tobytes()).hexdigest() == case["sha256"]


CACHES = [
    pytest.param(file["header"]["tensorflow"], int(kib), case, id=f"{name}-{kib}-{case[:2]}")
    for name, file in caches().items()
    for kib, cases in {file["header"]["l1_data_cache"] >> 10: file["own"], **file["told"]}.items()
    for case in cases
]


@pytest.mark.parametrize(("version", "kib", "case"), CACHES)
def test_orthogonal_by_cache(version, kib, case):
    shape, dtype, first, sha256 = case
    with mirrored(version), tp.config.l1_data_cache(kib << 10):
        array = tp.keras.initializers.Orthogonal(gain=1.0, seed=5)(shape, dtype)
    assert as_hex(array).split(" ")[:4] == first.split(" ")
    assert hashlib.sha256(array.tobytes()).hexdigest() == sha256


def test_which_matrices_depend_on_the_cache():
    """Those that are said to; (shape, dtype) whose bits two processors have in common do not."""
    for file in caches().values():
        made = {file["header"]["l1_data_cache"] >> 10: file["own"], **file["told"]}
        for number, (shape, dtype, *_) in enumerate(file["own"]):
            sums = {cases[number][-1] for kib, cases in made.items() if int(kib) >= 32}
            rows, columns = int(np.prod(shape[:-1])), shape[-1]
            assert len(sums) == 1 or cache_matters(rows, columns, dtype)
        assert {len(made), len(file["own"])} == {5, 14}


def test_before_2_5_large_products_are_not_known():
    versions = {"2.4": "not known", "2.5": "blocks"}
    assert {version: rule("orthogonal", version) for version in versions} == versions
    with tp.config.tensorflow_version("2.4"):
        draws = tp.explain(tp.keras.initializers.Orthogonal(seed=5), [128, 64]).draws
    assert draws[0].rule.endswith("last bits: not known before TensorFlow 2.5")


def test_explain_says_which_cache():
    made = tp.keras.initializers.Orthogonal(seed=5)
    told = "scrambled from [5, 0]; last bits: L1 data cache of"
    assert tp.explain(made, [64, 256]).draws[0].rule == f"{told} 32 KiB, which nobody set"
    assert tp.explain(made, [47, 256]).draws[0].rule == "scrambled from [5, 0]"
    with tp.config.l1_data_cache(48 * 1024):
        assert tp.explain(made, [64, 256]).draws[0].rule == f"{told} 48 KiB"
        assert tp.explain(made, [64, 96]).draws[0].rule == "scrambled from [5, 0]"
        old = tp.explain(tp.compat.v1.orthogonal_initializer(seed=5), [64, 256]).draws
    assert [draw.rule.endswith("L1 data cache of 48 KiB") for draw in old] == [True]
    assert "float16" in tp.explain(made, [2, 3], "float16").draws[0].rule


@pytest.mark.parametrize("shape", [(0, 0), (3, 0), (0, 3), (1, 1), (2, 0, 3)])
def test_orthogonal_small(shape):
    for dtype in ("float16", "float32", "float64"):
        array = tp.keras.initializers.Orthogonal(seed=1)(shape, dtype)
        assert array.shape == shape
        assert array.dtype == dtype


@pytest.mark.parametrize("shape", [(7, 3), (3, 7), (130, 60), (60, 60), (1, 9), (2, 3, 4)])
def test_it_is_orthogonal(shape):
    for dtype, tolerance in (("float16", 3e-3), ("float32", 1e-5), ("float64", 1e-13)):
        array = tp.keras.initializers.Orthogonal(2.0, seed=1)(shape, dtype).astype(float)
        flat = array.reshape(-1, shape[-1])
        product = flat @ flat.T if flat.shape[0] < flat.shape[1] else flat.T @ flat
        assert abs(product - 4 * np.eye(len(product))).max() < 4 * tolerance


# ---- parts of weights -----------------------------------------------------------------------

PARTITIONS = {
    path.stem.removeprefix("partitions-tf-"): json.loads(path.read_text())
    for path in sorted(GOLDEN_FILES.glob("partitions-tf-*.json"))
}


def call_part(initializer, keywords):
    keywords = {k: tuple(v) if k == "partition_offset" else v for k, v in keywords.items()}
    return initializer((4, 2), **keywords)


@pytest.mark.parametrize("version", PARTITIONS)
def test_partitions(version):
    with mirrored(version):
        for name, arguments, keywords, expected in PARTITIONS[version]["calls"]:
            made = getattr(tp.keras.initializers, name)(**arguments)
            if isinstance(expected, str):
                with pytest.raises({"TypeError": TypeError}.get(expected, ValueError)):
                    call_part(made, keywords)
            else:
                got = call_part(made, keywords)
                assert [list(got.shape), as_hex(got)] == expected, (name, keywords)


@pytest.mark.parametrize("version", PARTITIONS)
def test_unseeded_initializers_that_are_called_again_warn(version):
    with mirrored(version):
        for name, arguments, calls, expected in PARTITIONS[version]["reuses"]:
            made, warned = getattr(tp.keras.initializers, name)(**arguments), []
            for at, keywords in enumerate(calls):
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    with contextlib.suppress(TypeError, ValueError):
                        call_part(made, keywords)
                assert all(f"the initializer {name}" in str(one.message) for one in caught)
                warned += [at] * len(caught)
            assert warned == expected, (name, calls)


def test_there_are_partitions_on_both_sides_of_each_border():
    assert set(PARTITIONS) == {"2.3.4", "2.4.4", "2.8.4", "2.9.3", "2.10.1", "2.15.1"}


def test_a_warning_that_is_an_error_moves_nothing():
    with tp.config.tensorflow_version("2.15"):
        made = tp.keras.initializers.GlorotUniform()
        before = made([2, 2])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(UserWarning, match="GlorotUniform has no seed and is called again"):
                made([2, 2])
        with pytest.warns(UserWarning, match="is called again"):
            assert_same_bits(made([2, 2]), before)


@pytest.mark.parametrize("offset", [[1, 0], 7, "1", (1.0,)])
def test_offsets_are_tuples(offset):
    with tp.config.tensorflow_version("2.15"), pytest.raises(TypeError, match="tuple of ints"):
        tp.keras.initializers.GlorotUniform()([2, 2], partition_offset=offset)


def test_keras_3_has_no_partitions():
    for name in ("GlorotUniform", "Zeros", "Constant", "Orthogonal", "Identity"):
        with pytest.raises(TypeError, match="partition_shape"):
            getattr(tp.keras.initializers, name)()([2, 2], partition_shape=(1, 2))


# ---- seeds ---------------------------------------------------------------------------------


def test_an_initializer_keeps_the_rule_it_was_made_under():
    with tp.config.tensorflow_version("2.7"):
        old = tp.keras.initializers.GlorotUniform(seed=7)
    new = tp.keras.initializers.GlorotUniform(seed=7)
    tp.random.set_seed(0)
    first, second = old([10, 2]), old([10, 2])
    assert (first != second).any()  # op seeds 7 and 8
    assert (new([10, 2]) == new([10, 2])).all()
    with tp.config.tensorflow_version("2.0"):
        assert (new([10, 2]) == tp.keras.initializers.GlorotUniform(seed=7)([10, 2])).all()


def test_default_seeds_come_from_python():
    random.seed(200)
    made = [tp.keras.initializers.HeNormal() for _ in range(3)]
    random.seed(200)
    assert [each.seed for each in made] == [random.randint(1, 10**9) for _ in range(3)]
    with tp.config.tensorflow_version("2.15"):
        lazy = tp.keras.initializers.HeNormal()
    assert lazy.seed is None
    random.seed(200)
    lazy([3])
    assert lazy.seed == made[0].seed


@pytest.mark.parametrize("version", ["2.0", "2.7", "2.10", "2.21"])
def test_a_failed_call_draws_nothing(version):
    with tp.config.tensorflow_version(version):
        tp.keras.seed_everything(1)
        seeded, unseeded = (tp.keras.initializers.RandomNormal(seed=seed) for seed in (3, None))
        before = random.getstate(), tp.random.uniform([1])
        for made in (seeded, unseeded):
            with pytest.raises(ValueError, match="shape"):
                made([-1])
        assert random.getstate() == before[0]
        after = seeded([3]), unseeded([3])
        tp.keras.seed_everything(1)
        seeded, unseeded = (tp.keras.initializers.RandomNormal(seed=seed) for seed in (3, None))
        assert (tp.random.uniform([1]) == before[1]).all()
        for made, expected in zip((seeded, unseeded), after, strict=True):
            assert_same_bits(made([3]), expected)


def test_keras_state_is_one_for_each_thread():
    tp.keras.utils.set_random_seed(1)
    tp.keras.random.uniform([1])
    mine = current().keras.generator
    seen = []
    thread = threading.Thread(target=lambda: seen.append(current().keras.generator))
    thread.start()
    thread.join()
    assert mine is not None
    assert seen == [None]


@pytest.mark.parametrize("version", ["2.0", "2.7", "2.15", "2.21"])
@pytest.mark.parametrize("seed", [1.5, "1", True, [1]])
def test_bad_seeds(version, seed):
    error = ValueError if version == "2.21" else TypeError  # as Keras 3
    with tp.config.tensorflow_version(version), pytest.raises(error, match="seed"):
        tp.keras.initializers.RandomNormal(seed=seed)


def test_a_bad_seed_seeds_nothing():
    before = random.getstate()
    for seed, error in ((-1, ValueError), (2**32, ValueError), ("1", TypeError), (1.0, TypeError)):
        for function in (tp.keras.utils.set_random_seed, tp.keras.seed_everything):
            with pytest.raises(error):
                function(seed)
    assert random.getstate() == before


# ---- names and configs ---------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n in tp.keras.initializers.__all__ if n[0].isupper()])
def test_configs(name):
    if name == "Initializer":
        return
    made = getattr(tp.keras.initializers, name)()
    config = tp.keras.initializers.serialize(made)
    assert json.loads(json.dumps(config)) == config
    assert tp.keras.initializers.serialize(tp.keras.initializers.deserialize(config)) == config
    old = {"class_name": name, "config": {**config["config"], "dtype": "float32"}}
    assert type(tp.keras.initializers.get(old)) is type(made)


def test_get():
    get = tp.keras.initializers.get
    assert get(None) is None
    for name in ("glorot_uniform", "GlorotUniform", tp.keras.initializers.GlorotUniform):
        assert type(get(name)) is tp.keras.initializers.GlorotUniform
    made = tp.keras.initializers.Ones()
    assert get(made) is made
    array = np.arange(6.0).reshape(2, 3)
    assert (get(array)([2, 3], "float64") == array).all()
    with pytest.raises(ValueError, match="shape"):
        get(array)([3, 2])
    with pytest.raises(ValueError, match="STFT"):
        get("stft")
    for unknown in ("golrot", {"a": 1}, {"class_name": "A"}):
        with pytest.raises(ValueError, match="no initializer"):
            get(unknown)
    with pytest.raises(TypeError):
        get(3)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("name", ["HeNormal", "GlorotUniform", "RandomUniform", "Ones", "Zeros"])
def test_every_float_type(name, dtype):
    assert getattr(tp.keras.initializers, name)()([2, 3], dtype).dtype.name == dtype
