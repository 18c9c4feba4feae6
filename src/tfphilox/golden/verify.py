"""golden/verify.py: run a specification on a real TensorFlow and report the bits that differ.

TensorFlow runs in a process of its own, with whatever Python has it (`_tensorflow_runner.py`), so
several versions can be asked in one go. A case that names a version is run on that version alone;
one that does not is run on each, and compared with what this package gives for that version.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import config
from ..arrays.dtypes import as_dtype
from ..seeding import versions
from .cases import make
from .check import Problem
from .errors import GoldenError
from .report import compare
from .spec import Case, Spec, SpecCall

__all__ = ["Result", "verify"]

_RUNNER = Path(__file__).with_name("_tensorflow_runner.py")


@dataclass
class Result:
    """What was compared, what differs, and what could not be compared."""

    versions: list[str] = field(default_factory=list)
    equal: int = 0  # arrays
    problems: list[Problem] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)  # what this or that TensorFlow lacks

    @property
    def ok(self) -> bool:
        """Whether something was compared and nothing differs."""
        return not self.problems and self.equal > 0

    def lines(self) -> list[str]:
        found = [str(problem) for problem in self.problems]
        found += [f"not compared: {what}" for what in self.absent]
        names = ", ".join(self.versions) or "none"
        end = f"{self.equal} arrays equal, {len(self.problems)} problems, with TensorFlow {names}"
        return [*found, end]

    def as_dict(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "versions": self.versions,
            "equal": self.equal,
            "problems": [problem.as_dict() for problem in self.problems],
            "absent": self.absent,
        }


def verify(spec: Spec, pythons: list[str]) -> Result:
    """Compare the arrays of a specification with those that TensorFlow makes.

    Parameters
    ----------
    spec : Spec
    pythons : list of str
        Pythons that have TensorFlow, each of another version.

    Returns
    -------
    Result

    Raises
    ------
    GoldenError
        A Python cannot be run or has no TensorFlow, or a case cannot be made here.

    Examples
    --------
    >>> from tfphilox.golden.spec import parse
    >>> text = b'format=1\\n[[case]]\\nname="x"\\nop="random.uniform"\\nset_seed=0\\nshape=[1]'
    >>> verify(parse(text), []).ok  # no TensorFlow was asked
    False
    """
    result = Result()
    done: set[str] = set()
    for python in pythons:
        version = _version(python)
        number = ".".join(version.split(".")[:2])
        result.versions.append(version)
        rules = number if number in versions.VERIFIED else versions.NEWEST
        cases = [case for case in spec.cases if _minor(case.tensorflow_version) in (None, number)]
        done |= {case.name for case in cases}
        for threads in sorted({case.intra_op_threads for case in cases}):
            some = [case for case in cases if case.intra_op_threads == threads]
            _compare(result, spec, some, python, rules, number)
    for case in spec.cases:
        if case.name not in done:
            result.absent.append(
                f'case "{case.name}": no Python was given with TensorFlow {case.tensorflow_version}'
            )
    return result


def _compare(
    result: Result, spec: Spec, cases: list[Case], python: str, rules: str, number: str
) -> None:
    left = list(cases)
    while left:
        with tempfile.TemporaryDirectory(prefix="tfphilox-") as name:
            folder = Path(name)
            answers, crash = _run(folder, left, python)
            for case, theirs in zip(left, answers, strict=False):
                _compare_answer(result, spec, case, theirs, folder, rules, number)
            left = left[len(answers) :]
        if left:  # the next one killed TensorFlow; the others have not had their turn
            result.problems.append(
                Problem("error", f"TensorFlow {number} died of it: {crash}", case=left[0].name)
            )
            left = left[1:]


def _compare_answer(
    result: Result,
    spec: Spec,
    case: Case,
    theirs: dict[str, Any],
    folder: Path,
    rules: str,
    number: str,
) -> None:
    if "absent" in theirs:
        result.absent.append(f'case "{case.name}": {theirs["absent"]}')
        return
    if case.keras_version is not None:
        try:
            named = versions.check_keras(case.keras_version)
            versions.choose(case.tensorflow_version or rules, named)
        except ValueError as error:  # it does not go with the TensorFlow that was asked
            result.absent.append(f'case "{case.name}": {error}')
            return
    try:
        ours = make(replace(case, tensorflow_version=case.tensorflow_version or rules))
    except GoldenError as error:
        raise error.within(file=spec.path) from None
    if "error" in theirs:
        message = f"TensorFlow {number} refuses it: {theirs['error']}"
        result.problems.append(Problem("error", message, case=case.name))
        return
    _compare_case(result, case, ours, theirs["arrays"], folder, number)


def _compare_case(
    result: Result, case: Case, ours: list[Any], theirs: list[Any], folder: Path, number: str
) -> None:
    """Compare array by array, in order: what several are called may differ."""
    if len(ours) != len(theirs):
        message = f"{len(ours)} arrays here, {len(theirs)} of TensorFlow {number}"
        result.problems.append(Problem("shape", message, case=case.name))
        return
    for one, entry in zip(ours, theirs, strict=True):
        found = compare(one.array, _read(folder, entry))
        if found is None:
            result.equal += 1
        else:
            message = f"{found} of TensorFlow {number}"
            result.problems.append(
                Problem(found.kind, message, case=case.name, array=one.name, difference=found)
            )


def _read(folder: Path, entry: dict[str, Any]) -> NDArray[Any]:
    name = entry["dtype"]
    dtype = np.dtype(name) if name != "bfloat16" else as_dtype(name)
    return np.fromfile(folder / entry["file"], dtype).reshape(entry["shape"])


def _run(folder: Path, cases: list[Case], python: str) -> tuple[list[dict[str, Any]], str]:
    """Run cases on the TensorFlow of a Python; return the answers, and how it ended if too early.

    Raises GoldenError if it did not even begin.
    """
    job = {
        "intra_op_threads": cases[0].intra_op_threads,
        "cases": [_as_json(case) for case in cases],
    }
    (folder / "cases.json").write_text(json.dumps(job))
    done = _call(python, str(_RUNNER), str(folder))
    reason = (done.stderr.strip().splitlines() or [""])[-1][:300]
    if done.returncode < 0:
        reason = f"signal {-done.returncode}"
    if not (folder / "results").exists():
        raise GoldenError(f"TensorFlow could not run the cases: {reason}", file=python)
    return [json.loads(line) for line in (folder / "results").read_text().splitlines()], reason


def _call(python: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python which is not to find this one's packages."""
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP")
    }
    environment.pop("MPLBACKEND", None)
    try:
        return subprocess.run(
            [python, *arguments], env=environment, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise GoldenError(f"cannot be run: {error.strerror}", file=python) from None


def _version(python: str) -> str:
    """Return the version of the TensorFlow that a Python has, without importing it."""
    code = (
        "import importlib.util as u, os, re\n"
        "try:\n"
        "    from importlib import metadata as m\n"
        "except ImportError:\n"
        "    m = None\n"
        "names = ['tensorflow', 'tensorflow-cpu', 'tf-nightly', 'tensorflow-intel']\n"
        "found = ''\n"
        "if u.find_spec('tensorflow'):\n"
        "    for name in names if m else []:\n"
        "        try:\n"
        "            found = found or m.version(name)\n"
        "        except m.PackageNotFoundError:\n"
        "            pass\n"
        "    if not found:\n"
        "        import tensorflow\n"
        "        found = tensorflow.__version__\n"
        "print('version', found)\n"
    )
    done = _call(python, "-c", code)
    for line in done.stdout.splitlines():
        if line.startswith("version ") and line[8:]:
            return line[8:].strip()
    raise GoldenError("has no TensorFlow", file=python)


def _as_json(case: Case) -> dict[str, Any]:
    return {
        "name": case.name,
        "set_seed": case.set_seed,
        "set_random_seed": case.set_random_seed,
        "keras_version": case.keras_version,
        "generator": case.generator,
        "jit_compile": case.jit_compile,
        "draws": [_draw_as_json(draw) for draw in case.draws],
    }


def _draw_as_json(draw: SpecCall) -> dict[str, Any]:
    shape = draw.keywords.get("shape")
    wide = isinstance(shape, list) and any(dim >= 2**31 for dim in shape)
    return {
        "op": draw.op.path,
        "name": draw.name,
        "call": draw.call,
        "keywords": dict(draw.keywords),
        "shape_type": "int64" if wide else "int32",
        "resource": "resource" in draw.op.parameters,
        "initializer": draw.op.is_initializer,
        "call_parameters": list(draw.op.call_parameters),
    }


def _minor(version: str | None) -> str | None:
    if version is None:
        return None
    with config.tensorflow_version(version):
        return config.get_tensorflow_version()
