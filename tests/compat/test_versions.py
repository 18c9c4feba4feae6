"""test_versions.py: the knob that says which TensorFlow is mirrored, and its table."""

import json
import re
import threading
from pathlib import Path

import numpy as np
import pytest
from places import GOLDEN_FILES

import tfphilox as tp
import tfphilox.keras
from tfphilox.seeding import versions


def test_the_newest_is_the_default():
    assert tp.config.get_tensorflow_version() == versions.VERIFIED[-1] == "2.21"


@pytest.mark.parametrize("version", ["1.15", "2.0", "2.6.5", "2.21.0"])
def test_set(version):
    tp.config.set_tensorflow_version(version)
    assert version.startswith(tp.config.get_tensorflow_version())


@pytest.mark.parametrize(
    "version", ["2.22", "1.14", "3", "2", "", "2.", "2.6.x", "2.6.5.1", "two", " 2.6", "v2.6"]
)
def test_other_versions_are_refused(version):
    with pytest.raises(ValueError, match=r"from 1\.15 to 2\.21"):
        tp.config.set_tensorflow_version(version)
    assert tp.config.get_tensorflow_version() == "2.21"


@pytest.mark.parametrize("version", [2.6, None, 2, b"2.6"])
def test_no_string(version):
    with pytest.raises(TypeError, match="string"):
        tp.config.set_tensorflow_version(version)


def test_blocks_nest_and_end_with_an_error():
    def block():
        with tp.config.tensorflow_version("2.6"):
            with tp.config.tensorflow_version("1.15"):
                assert tp.config.get_tensorflow_version() == "1.15"
            assert tp.config.get_tensorflow_version() == "2.6"
            raise KeyError

    with pytest.raises(KeyError):
        block()
    assert tp.config.get_tensorflow_version() == "2.21"


def test_a_block_holds_in_its_thread_and_a_setting_in_all():
    seen = []
    with tp.config.tensorflow_version("2.6"):
        thread = threading.Thread(target=lambda: seen.append(tp.config.get_tensorflow_version()))
        thread.start()
        thread.join()
    tp.config.set_tensorflow_version("2.3")
    thread = threading.Thread(target=lambda: seen.append(tp.config.get_tensorflow_version()))
    thread.start()
    thread.join()
    assert seen == ["2.21", "2.3"]


@pytest.mark.parametrize("name", versions.RULES)
def test_every_rule_has_a_value_for_every_version(name):
    axis = versions.KERAS if name.startswith("keras") else versions.VERIFIED
    firsts = [axis.index(first) for first, _ in versions.RULES[name]]
    assert firsts == sorted(set(firsts))
    assert firsts[0] == 0
    values = [what for _, what in versions.RULES[name]]
    for version in versions.VERIFIED:
        with tp.config.tensorflow_version(version):
            assert versions.rule(name) in values
    for version in (*versions.KERAS_3, *versions.TF_KERAS):
        with tp.config.keras_version(version):
            assert versions.rule(name) in values


def test_only_the_rules_compare_versions():
    """Whoever needs to know what changed when asks `versions.rule`."""
    package = Path(tp.__file__).parent
    compared = re.compile(
        r"VERIFIED\.index|version(s\.get\(\))? *([=!]=|[<>]=?) *(\"[12]\.|versions\.)"
        r"|keras in versions\.KERAS"
    )
    asking = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if compared.search(path.read_text())
    }
    assert asking == {"seeding/versions.py"}


# ---- Keras ---------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["3.0", "3.6.0", "3.15", "tf_keras 2.18", "2.6", "2.15.1"])
def test_set_keras(version):
    assert tp.config.get_keras_version() == versions.NEWEST_KERAS == "3.15"
    tp.config.set_keras_version(version)
    assert version.startswith(tp.config.get_keras_version())
    tp.config.set_keras_version(None)
    assert tp.config.get_keras_version() == "3.15"
    with tp.config.keras_version(version):
        assert version.startswith(tp.config.get_keras_version())
        with tp.config.keras_version(None):
            assert tp.config.get_keras_version() in ("3.15", "2.6", "2.15")
    assert tp.config.get_keras_version() == "3.15"


@pytest.mark.parametrize(
    "version",
    [
        *("3.16", "3", "", "2.16", "2.21", "tf_keras 2.15", "tf_keras 2.22", "tf_keras"),
        *("3.6.0rc1", "keras 3.6", " 3.6", "3.6.0.1", "1.14"),
    ],
)
def test_other_kerases_are_refused(version):
    for use in (tp.config.set_keras_version, tp.config.keras_version):
        with pytest.raises(ValueError, match=r"^version must be a Keras from 3\.0 to 3\.15, .*got"):
            use(version)
    assert tp.config.get_keras_version() == "3.15"
    with pytest.raises(TypeError, match="string"):
        tp.config.set_keras_version(3.6)


def test_which_keras_goes_with_a_tensorflow():
    for version in versions.VERIFIED:
        with tp.config.tensorflow_version(version):
            own = versions.VERIFIED.index(version) <= versions.VERIFIED.index("2.15")
            assert tp.config.get_keras_version() == (version if own else "3.15")
    for minor in range(16, 22):
        with tp.config.keras_version(f"tf_keras 2.{minor}"):
            assert tp.config.get_tensorflow_version() == f"2.{minor}"
            assert not versions.is_keras_3()
            assert versions.rule("keras_initializer_seed") == "first call"
    with tp.config.keras_version("2.6"):
        assert tp.config.get_tensorflow_version() == "2.6"
    with tp.config.tensorflow_version("2.15"), tp.config.keras_version("3.5"):
        assert versions.is_keras_3()
    assert tp.config.get_tensorflow_version() == "2.21"


@pytest.mark.parametrize(
    ("tensorflow", "keras"),
    [("2.14", "3.0"), ("2.6", "3.15"), ("2.21", "tf_keras 2.18"), ("2.18", "2.15"), ("2.6", "2.7")],
)
def test_versions_that_contradict_each_other(tensorflow, keras):
    with tp.config.tensorflow_version(tensorflow):
        for use in (tp.config.set_keras_version, tp.config.keras_version):
            with pytest.raises(ValueError, match=rf"Keras {keras} .*TensorFlow {tensorflow} "):
                use(keras)
    with tp.config.keras_version(keras), tp.config.tensorflow_version(tensorflow):
        assert tp.config.get_tensorflow_version() == tensorflow
        for use in (tp.config.get_keras_version, lambda: tp.keras.layers.Dropout(0.5)):
            with pytest.raises(ValueError, match="is mirrored: say one of them otherwise"):
                use()


@pytest.mark.parametrize("size", [0, 1, 32, 48000, 96 * 1024, -1, 2**40])
def test_other_caches_are_refused(size):
    for function in (tp.config.set_l1_data_cache, tp.config.l1_data_cache):
        with pytest.raises(ValueError, match=r"^size must be 16, 32, 48, 64 or 128 times 1024, in"):
            function(size)
    assert tp.config.get_l1_data_cache() == 32 * 1024


@pytest.mark.parametrize("size", ["48K", 48.0 * 1024, True, b"1", [1]])
def test_caches_are_integers(size):
    for function in (tp.config.set_l1_data_cache, tp.config.l1_data_cache):
        with pytest.raises(TypeError, match=r"^size must be an integer or None, got "):
            function(size)


def test_a_cache_holds_in_its_thread_and_a_setting_in_all():
    get, found = tp.config.get_l1_data_cache, []

    def look():
        found.append(get())

    try:
        tp.config.set_l1_data_cache(np.int64(64 * 1024))
        with tp.config.l1_data_cache(48 * 1024):
            with tp.config.l1_data_cache(None):
                assert get() == 64 * 1024
            assert get() == 48 * 1024
            thread = threading.Thread(target=look)
            thread.start()
            thread.join()
        assert (get(), found) == (64 * 1024, [64 * 1024])
    finally:
        tp.config.set_l1_data_cache(None)
    assert get() == 32 * 1024


def test_a_keras_holds_in_its_thread_and_a_setting_in_all():
    seen = []

    def look():
        thread = threading.Thread(target=lambda: seen.append(tp.config.get_keras_version()))
        thread.start()
        thread.join()

    with tp.config.keras_version("3.6"):
        look()
    tp.config.set_keras_version("3.7")
    look()
    assert seen == ["3.15", "3.7"]


ABSENT = {
    "beta": ("3.0", "3.1", lambda k: k.random.beta([2], 0.5, 0.5)),
    "binomial": ("3.0", "3.1", lambda k: k.random.binomial([2], 3.0, 0.5)),
    "bfloat16": ("3.1", "3.2", lambda k: k.random.gamma([2], 0.5, "bfloat16")),
    "Solarization": ("3.5", "3.6", lambda k: k.layers.Solarization()),
    "a dict": ("3.5", "3.6", lambda k: k.layers.RandomFlip()({"images": [[[[1.0]]]]})),
    "data_format": ("3.5", "3.6", lambda k: k.layers.RandomFlip(data_format="channels_last")),
    "RandomHue": ("3.7", "3.8", lambda k: k.layers.RandomHue(0.1)),
    "value_range": ("3.7", "3.8", lambda k: k.layers.RandomContrast(0.1, (0, 1))),
    "RandomErasing": ("3.8", "3.9", lambda k: k.layers.RandomErasing()),
    "RandomElasticTransform": ("3.9", "3.10", lambda k: k.layers.RandomElasticTransform()),
    "input_axes": (
        "3.14", "3.15",
        lambda k: k.initializers.GlorotUniform(input_axes=[0], output_axes=[1]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ABSENT)
def test_what_came_later_says_since_when(what):
    before, since, call = ABSENT[what]
    with tp.config.keras_version(since):
        call(tp.keras)
    message = rf"{what}.*came with Keras {since}, and Keras {before} is mirrored"
    with tp.config.keras_version(before), pytest.raises(ValueError, match=message):
        call(tp.keras)


def test_keras():
    with tp.config.tensorflow_version("2.15"):
        assert not versions.is_keras_3()
    with tp.config.tensorflow_version("2.16"):
        assert versions.is_keras_3()
    assert versions.rule("keras", "2.15") == "2"


# ---- borders: see make_golden_borders.py -------------------------------------------------------

INF, NAN = float("inf"), float("nan")
MOST = 2**31 - 1
PICTURE = np.array([MOST, MOST, MOST, -MOST, MOST, 0, 5, 6, 7, MOST - 1, 1, MOST], np.int32)
PICTURE = PICTURE.reshape(2, 2, 3)
RATES = [(np.float32, 0.3), (np.float16, 0.228), (np.float64, 0.7)]
PROBES = {
    "gamma": lambda: tp.random.gamma([40], 1.0, seed=3, dtype="float64"),
    "mask": lambda: tp.nn.dropout(
        np.array([INF, -INF, NAN, 1, -1, 0, -0.0, 65504] * 5, np.float32), 0.5, seed=3
    ),
    **{
        f"saturate {seed}": lambda seed=seed: tp.image.random_brightness(PICTURE, 0.9, seed=seed)
        for seed in (3, 4)
    },
    **{
        f"rate of {kind.__name__}": lambda kind=kind, number=number: tp.nn.dropout(
            np.arange(1, 41, dtype=np.float32), kind(number), seed=3
        )
        for kind, number in RATES
    },
}
BORDERS = sorted(GOLDEN_FILES.glob("borders-tf-*.json"))


@pytest.mark.parametrize("path", BORDERS, ids=lambda path: path.stem)
@pytest.mark.parametrize("probe", PROBES)
def test_borders(path, probe):
    """The last release before a border of `RULES`, and the first behind it."""
    golden = json.loads(path.read_text())
    expected = dict(golden)
    for (kind, _), bits in zip(RATES, golden["rate"], strict=True):
        expected[f"rate of {kind.__name__}"] = bits
    expected |= {f"saturate {seed}": golden["saturate"][seed - 3] for seed in (3, 4)}
    with tp.config.tensorflow_version(golden["tensorflow"]):
        tp.random.set_seed(golden["global_seed"])
        with np.errstate(all="ignore"):
            got = PROBES[probe]()
    size = got.dtype.itemsize
    assert got.reshape(-1).view(f"u{size}").astype(f">u{size}").tobytes().hex() == expected[probe]
