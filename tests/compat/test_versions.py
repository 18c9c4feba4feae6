"""test_versions.py: the knob that says which TensorFlow is mirrored, and its table."""

import re
import threading
from pathlib import Path

import pytest

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
