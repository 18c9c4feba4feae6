"""golden: expected values in files, made in milliseconds and checked bit by bit.

A specification in TOML lists cases by TensorFlow's names (`spec`); `write` makes the files and a
manifest, `check` compares them, `diff` any two arrays, and `verify` asks a TensorFlow. The command
is ``tfphilox golden``; `assert_bits_equal` and the fixtures of `pytest_plugin` are for tests.
"""

from __future__ import annotations

from .check import Problem, Report, check
from .diff import diff
from .errors import GoldenError
from .report import Difference, assert_bits_equal, compare
from .spec import Spec, read
from .write import Written, write

__all__ = [
    "Difference",
    "GoldenError",
    "Problem",
    "Report",
    "Spec",
    "Written",
    "assert_bits_equal",
    "check",
    "compare",
    "diff",
    "read",
    "write",
]
