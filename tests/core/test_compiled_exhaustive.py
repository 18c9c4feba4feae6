"""test_compiled_exhaustive.py: compiled functions' float32 on every input there is.

Their logarithm, sine, cosine, truncated normal and Gumbel number are functions of one of 2^23
uniforms each. All of them are tried on every instruction set, against sums of TensorFlow's results
on a processor with FMA and on one without (make_compiled_sums.py).
"""

import hashlib
import json
import pathlib

import numpy as np
import pytest

from tfphilox._c import _compiled

FILE = pathlib.Path(__file__).parents[1] / "golden_files" / "compiled-sums.json"
SUMS = json.loads(FILE.read_text())["sha256"]
CASES = [(form, name) for form, sums in SUMS.items() for name in sums]


def test_cases():
    assert {form for form, _ in CASES} == {"newest", "unfused"}
    assert len(CASES) == 10


@pytest.mark.parametrize(("form", "name"), CASES)
def test_committed_sums(isa, form, name):
    array = _compiled.float_math(name, form, isa)
    assert array.dtype == np.float32
    raw = array.astype("<f4", copy=False).tobytes()
    assert hashlib.sha256(raw).hexdigest() == SUMS[form][name]


def test_float_math_refuses():
    for arguments in [
        ("x", "newest", "scalar"),
        ("log", "newest", "bogus"),
        ("log", "x", "scalar"),
    ]:
        with pytest.raises((ValueError, KeyError)):
            _compiled.float_math(*arguments)
