"""test_versions.py: the knob that says which TensorFlow is mirrored, and its table."""

import json
import re
import threading
from pathlib import Path

import numpy as np
import pytest
from places import GOLDEN_FILES

import tfphilox as tp
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
    firsts = [versions.VERIFIED.index(first) for first, _ in versions.RULES[name]]
    assert firsts == sorted(set(firsts))
    assert firsts[0] == 0
    for version in versions.VERIFIED:
        with tp.config.tensorflow_version(version):
            assert versions.rule(name) in [what for _, what in versions.RULES[name]]


def test_only_the_rules_compare_versions():
    """Whoever needs to know what changed when asks `versions.rule`."""
    package = Path(tp.__file__).parent
    compared = re.compile(r"VERIFIED\.index|version(s\.get\(\))? *(==|[<>]=?) *\"[12]\.")
    asking = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if compared.search(path.read_text())
    }
    # the first TensorFlow whose Keras is known is no rule of numbers
    assert asking == {"seeding/versions.py"}


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
