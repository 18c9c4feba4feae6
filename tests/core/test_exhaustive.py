"""test_exhaustive.py: the float32 functions on every input there is, against glibc's sums.

A float32 normal is made of logf and sincosf at 2^23 inputs each (make_float_sums.py tells why).
All of them are tried on every instruction set, against sums made from glibc once.
proofs/test_libm.py asks the host's glibc as well, and tries the float64 functions.
"""

import hashlib
import json

import make_float_sums
import numpy as np
import pytest

from tfphilox._c import _core

NAMES = make_float_sums.NAMES
COUNT = make_float_sums.COUNT


@pytest.fixture(scope="module")
def sums():
    with open(make_float_sums.OUTPUT) as file:
        return json.load(file)["sha256"]


@pytest.mark.parametrize("name", NAMES)
def test_committed_sums(isa, name, sums):
    array = _core.float_math(name, isa)
    assert array.dtype == np.float32
    assert array.shape == (COUNT,)
    raw = array.astype("<f4", copy=False).tobytes()
    assert hashlib.sha256(raw).hexdigest() == sums[name]


def test_float_math_refuses():
    for arguments in [("tan", "scalar"), ("log", "bogus")]:
        with pytest.raises((ValueError, KeyError)):
            _core.float_math(*arguments)
