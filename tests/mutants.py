"""mutants.py: makes one-line mistakes in the sources, one at a time; does a test notice each?

A tool, not a test: `python -m pytest` does not collect it. The mistakes stand in
support/mutations.py. Each is made in a copy of the checkout, which is built (only what changed,
with the compiler that CC names) and tested by the files that should notice, until the first
failure.

    python tests/mutants.py                    # all of them, and the survivors at the end
    python tests/mutants.py --only shuffles    # those whose file or text has it; or more of these
    python tests/mutants.py --jobs 2           # in two copies at once
    python tests/mutants.py --check            # no runs: does each text stand there exactly once?
    python tests/mutants.py --trust            # do not first run the tests without a mistake
    python tests/mutants.py --record FILE      # note there how each ended; go on where it was left
    python tests/mutants.py --hints FILE       # a record: try first the test that killed it there

A mutant is killed when a test fails, when the package refuses to be imported, and when its tests
take minutes. One that does not build is a mistake in the table. Some
cannot be killed, for they change no number: EQUIVALENT says why. Exit status 0: all killed but
those.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from mutations import EQUIVALENT, MUTATIONS  # noqa: E402

TIMEOUT = 150  # seconds of the tests of one mutant: ten times what most take


class Mutant(NamedTuple):
    """A mistake: `old` in `file` becomes `new`, which `tests` should notice."""

    file: str
    old: str
    new: str
    tests: str

    @property
    def line(self) -> int:
        return (ROOT / self.file).read_text().partition(self.old)[0].count("\n") + 1

    @property
    def reason(self) -> str | None:
        return EQUIVALENT.get((self.file, self.old, self.new))

    def __str__(self) -> str:
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return f"{self.file}:{self.line}: {old} -> {new or 'nothing'}"


def listed() -> list[Mutant]:
    """Return all mutants."""
    found = []
    for file, (usual, mistakes) in MUTATIONS.items():
        for old, new, *others in mistakes:
            found.append(Mutant(file, old, new, *others or [usual]))
    return found


def wrong(mutants: list[Mutant]) -> list[str]:
    """Return what is wrong with the table."""
    found = []
    for mutant in mutants:
        text = (ROOT / mutant.file).read_text()
        number = text.count(mutant.old)
        if number != 1:
            found.append(f"{mutant.file}: stands there {number} times: {mutant.old!r}")
        elif mutant.old == mutant.new:
            found.append(f"{mutant.file}: is no change: {mutant.old!r}")
        elif mutant.file.endswith(".py"):
            try:
                compile(text.replace(mutant.old, mutant.new), mutant.file, "exec")
            except SyntaxError as error:
                found.append(f"{mutant.file}: {error}: {mutant.new!r}")
    for test in {word for mutant in mutants for word in shlex.split(mutant.tests)}:
        if test.startswith("tests/") and not (ROOT / test).exists():
            found.append(f"{test}: no such test")
    made = {(mutant.file, mutant.old, mutant.new) for mutant in listed()}
    found += [f"EQUIVALENT names what is not listed: {one}" for one in set(EQUIVALENT) - made]
    return found


class Copy:
    """A copy of the checkout, with what was built there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ignored = shutil.ignore_patterns(".git", "__pycache__", ".*_cache", "*.egg-info")
        shutil.copytree(ROOT, folder, ignore=ignored)

    def build(self) -> str | None:
        """Bring the extension modules up to date; return what the compiler said if it fails."""
        command = [sys.executable, "setup.py", "-q", "build_ext", "--inplace"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        return (done.stdout + done.stderr)[-2000:] if done.returncode else None

    def test(self, tests: str) -> tuple[int | None, str]:
        """Return the exit status of some tests, None for want of time, and what they printed."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
        with tempfile.TemporaryFile("w+") as output:
            run = subprocess.Popen(
                [*command, *shlex.split(tests)],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": "src", "PYTHONDONTWRITEBYTECODE": "1"},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                status: int | None = run.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                os.killpg(run.pid, signal.SIGKILL)  # with the processes that its tests started
                run.wait()
                status = None
            output.seek(0)
            return status, output.read()

    def judge(self, mutant: Mutant, hint: str | None) -> str:
        """Make a mutant, test it, and unmake it; return how it ended, "killed ..." or else.

        `hint` is a test that may notice: it goes before the others.
        """
        path = self.folder / mutant.file
        before = path.read_text()
        compiled = path.suffix != ".py"
        path.write_text(before.replace(mutant.old, mutant.new))
        try:
            said = self.build() if compiled else None
            if said is not None:
                return f"does not build: {said}"
            status, output = self.test(shlex.quote(hint)) if hint else (0, "")
            if status is not None and status >= 0 and status != 1:
                status, output = self.test(mutant.tests)
        finally:
            path.write_text(before)
        # 1: a test failed; 2, 4: the package could not be imported by a test, by conftest.py
        if status is None:
            return "killed by its slowness"
        if status == 1 or status < 0 or (status in (2, 4) and "Error" in output):
            lines = output.splitlines()
            named = [
                line for line in lines if line.startswith(("FAILED ", "ERROR ", "ImportError"))
            ]
            return f"killed by {named[0].split(' - ')[0] if named else f'signal {-status}'}"
        return "survived" if status == 0 else f"pytest says {status}: {output[-2000:]}"


def recorded(path: Path | None) -> dict[tuple[str, str, str], str]:
    """Return how mutants ended, as a record has it."""
    if path is None or not path.exists():
        return {}
    lines = map(json.loads, path.read_text().splitlines())
    return {(one["file"], one["old"], one["new"]): one["ended"] for one in lines}


def killer(ended: str | None) -> str | None:
    """Return the test that killed a mutant."""
    words = (ended or "").partition("killed by FAILED ")
    return words[2] or None


def run(
    mutants: list[Mutant], jobs: int, trust: bool, record: Path | None, hints: Path | None
) -> dict[Mutant, str]:
    """Return how each mutant ended; `trust` that the tests pass without one."""
    results: dict[Mutant, str] = {}
    done, killers = recorded(record), recorded(hints)
    for mutant in mutants:
        if mutant[:3] in done:
            results[mutant] = done[mutant[:3]]
    mutants = [mutant for mutant in mutants if mutant not in results]
    # those that are not known go first, and what must be compiled last
    mutants.sort(key=lambda one: (one[:3] in killers, not one.file.endswith(".py")))
    number = len(results) + len(mutants)
    waiting: queue.SimpleQueue[Mutant] = queue.SimpleQueue()
    for mutant in mutants:
        waiting.put(mutant)
    unmade: queue.SimpleQueue[str] = queue.SimpleQueue()
    for tests in dict.fromkeys(mutant.tests for mutant in mutants):
        unmade.put(tests)
    began = time.monotonic()

    def work(folder: Path) -> None:
        copy = Copy(folder)
        said = copy.build()
        if said is not None:
            raise SystemExit(f"the checkout does not build: {said}")
        while not trust:
            try:
                tests = unmade.get_nowait()
            except queue.Empty:
                break
            status, output = copy.test(tests)
            if status != 0:
                raise SystemExit(f"fails without a mistake: {tests}\n{output[-2000:]}")
        while True:
            try:
                mutant = waiting.get_nowait()
            except queue.Empty:
                return
            result = copy.judge(mutant, killer(killers.get(mutant[:3])))
            results[mutant] = result
            if record is not None:
                line = dict(
                    zip(("file", "old", "new", "ended"), (*mutant[:3], result), strict=True)
                )
                with record.open("a") as file:
                    file.write(json.dumps(line) + "\n")
            seconds = time.monotonic() - began
            head = f"[{len(results)}/{number}, {seconds:.0f} s]"
            print(f"{head} {result.splitlines()[0]}: {mutant}", flush=True)

    with tempfile.TemporaryDirectory() as scratch:
        threads = [
            threading.Thread(target=work, args=(Path(scratch, str(i)),)) for i in range(jobs)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return results


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", help="those whose file or text has this")
    parser.add_argument("--jobs", type=int, default=1, help="how many at once; default: 1")
    parser.add_argument("--trust", action="store_true", help="that all pass without a mistake")
    parser.add_argument("--check", action="store_true", help="only look at the table")
    parser.add_argument("--record", type=Path, help="file to note in how each mutant ended")
    parser.add_argument("--hints", type=Path, help="record of a run whose tests go first")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
    mutants = [
        one
        for one in listed()
        if any(word in f"{one.file}\n{one.old}\n{one.new}" for word in options.only or [""])
    ]
    problems = wrong(mutants)
    if problems or options.check or not mutants:
        print(
            *problems, f"{len(mutants)} mutants in {len({m.file for m in mutants})} files", sep="\n"
        )
        return 1 if problems or not mutants else 0
    results = run(mutants, options.jobs, options.trust, options.record, options.hints)
    killed = sum(result.startswith("killed") for result in results.values())
    bad = 0
    for mutant, result in results.items():
        if result.startswith("killed"):
            if mutant.reason is not None:
                print(f"killed, though EQUIVALENT says that it cannot be: {mutant}")
            continue
        if result == "survived" and mutant.reason is not None:
            print(f"equivalent: {mutant}\n    {mutant.reason}")
            continue
        bad += 1
        print(f"{result}: {mutant}\n    {mutant.tests}")
    print(f"{killed} of {len(mutants)} killed ({killed / len(mutants):.1%}), {bad} to look at")
    return 1 if bad or len(results) < len(mutants) else 0


if __name__ == "__main__":
    sys.exit(main())
