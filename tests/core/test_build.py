"""test_build.py: what a build says of itself, and how one that makes wrong numbers is refused."""

import pytest

from tfphilox import __main__
from tfphilox._c import _core


def test_info_names_the_build(capsys):
    assert __main__.main(["info"]) == 0
    said = capsys.readouterr().out
    made = _core.build()
    assert set(made) == {"compiler", "flags", "platform"}
    for value in made.values():
        assert value != "not known"
        assert value in said
    for name in _core.available_isas():
        assert name in said


def test_refusal_names_kind_compiler_and_flags():
    with pytest.raises(ImportError) as refusal:
        _core.refuse("NORMAL of FLOAT32")
    for part in ("NORMAL of FLOAT32", _core.isa(), *_core.build().values(), "TFPHILOX_ISA"):
        assert part in str(refusal.value)
    assert "\n" not in str(refusal.value)
