"""measure.py: processes that time statements, rounds that interleave them, tables.

Each library runs in a process of its own, with its own Python and environment, driven over a pipe
("time this statement so many times"), and only one of them works at any moment.  A round times
every sample once, so that a drift of the machine meets all of them alike; a ratio is the median
of the rounds' ratios.  A short statement is timed in three batches a round and the fastest
counts: what another process takes away is not the library's.

What it does not do: know any library.  It needs none but Python's own.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
BATCHES = 3

# Another clock for a worker, for a machine that others use too.
CPU_TIME = "from time import process_time as _clock"
CPU_TIME_HELP = "time spent on the processor instead of time elapsed"

# ---- the worker's side -----------------------------------------------------------------------

TIMER = """\
def make():
{setup}
    def timer(repeat, before):
        for _ in _loop(None, before):
            {statement}
        _start = _clock()
        for _ in _loop(None, repeat):
            {statement}
        return _clock() - _start
    return timer
"""


def serve() -> None:
    """Answer one JSON request a line: run code, evaluate it, define a timer, time it."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no reply
    names: dict[str, Any] = {}
    exec("from itertools import repeat as _loop\nfrom time import perf_counter as _clock", names)
    timers: dict[str, Callable[[int, int], float]] = {}

    def answer(request: dict[str, Any]) -> Any:
        match request:
            case {"run": code}:
                exec(code, names)
            case {"evaluate": code}:
                return eval(code, names)
            case {"define": name, "setup": setup, "statement": statement}:
                setup = textwrap.indent(setup or "pass", " " * 4)
                exec(TIMER.format(setup=setup, statement=statement), names)
                timers[name] = names["make"]()
            case {"time": name, "repeat": repeat, "before": before}:
                return timers[name](repeat, before)
            case {"forget": _}:
                timers.clear()
        return None

    for line in sys.stdin:
        try:
            reply = {"value": answer(json.loads(line))}
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(reply), file=replies, flush=True)


# ---- the driver's side -----------------------------------------------------------------------


class Absent(Exception):
    """A library, or one of its functions, that is not here."""


class Worker:
    """A process that times statements; `setup` is run in it once, until `ready`."""

    def __init__(
        self, setup: str, python: str = sys.executable, environment: dict[str, str] | None = None
    ) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        try:
            self._process = subprocess.Popen(
                [python, str(HERE / "measure.py")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env={**os.environ, **(environment or {})},
                text=True,
            )
        except OSError as error:
            raise SystemExit(f"{python} does not run: {error.strerror}") from None
        self._send({"run": setup})

    def ready(self) -> Worker:
        self._receive("its setup")
        return self

    def ask(self, **request: Any) -> Any:
        self._send(request)
        return self._receive(request)

    def _send(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()

    def _receive(self, request: object) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            last = self._errors.read().strip().splitlines()[-1:]
            code = self._process.wait()
            raise Absent(f"the process ended ({code}) at {request}: {''.join(last)}")
        reply = json.loads(line)
        if "error" in reply:
            raise Absent(reply["error"])
        return reply["value"]

    def close(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()


Times = list[float | None]  # seconds a call by round, None where it sat out


@dataclass
class Sample:
    """One statement in one worker."""

    worker: Worker
    key: str
    statement: str
    setup: str = ""
    every: int = 1  # it takes part in each so-manieth round; more than one: it is long
    before: bool = False  # a call not timed first, even if one is long
    repeat: int = 1
    times: Times = field(default_factory=list)

    def calibrate(self, at_least: float) -> float:
        """Choose how often the statement runs in a round; return seconds a call."""
        self.worker.ask(define=self.key, setup=self.setup, statement=self.statement)
        seconds = self._time()  # with compilers and first pages
        if self.every == 1:
            seconds = self._time()
        while seconds * self.repeat < at_least:
            grown = math.ceil(1.2 * at_least / max(seconds, 1e-9))
            self.repeat = min(grown, 10 * self.repeat)
            seconds = self._time()
        return seconds

    def _time(self) -> float:
        before = int(self.before or self.repeat > 1)
        took = self.worker.ask(time=self.key, repeat=self.repeat, before=before)
        return float(took) / self.repeat

    def take(self, round: int) -> None:
        if round % self.every:
            self.times.append(None)
        else:
            batches = BATCHES if self.repeat > 1 else 1
            self.times.append(min(self._time() for _ in range(batches)))


def interleave(samples: Iterable[Sample], rounds: int) -> None:
    samples = list(samples)
    for round in range(rounds):
        for sample in samples:
            sample.take(round)


def median(times: Times) -> float:
    return statistics.median(t for t in times if t is not None)


def spread(times: Times) -> float:
    """Half the distance of the slowest round from the fastest, as a fraction of the median."""
    present = [t for t in times if t is not None]
    return (max(present) - min(present)) / 2 / median(times)


def ratio(theirs: Times, ours: Times) -> float:
    """How many times longer theirs takes: the median of the rounds in which both were timed."""
    pairs = [a / b for a, b in zip(theirs, ours, strict=True) if a and b]
    return statistics.median(pairs) if pairs else median(theirs) / median(ours)


# ---- the machine -----------------------------------------------------------------------------

# A loop of four dependent multiplications, three cycles each on every x86-64 of the last ten years:
# its time gives the clock. On other machines the clock stays unknown.
CLOCK_SETUP = """\
import ctypes, mmap, platform
if platform.machine() not in ("x86_64", "AMD64"):
    raise RuntimeError("no loop of known length for this machine")
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(b"\\x48\\x89\\xf8" + b"\\x48\\x0f\\xaf\\xc0" * 4 + b"\\x48\\xff\\xcf\\x75\\xeb\\xc3")
spin = ctypes.CFUNCTYPE(None, ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
"""
CLOCK_ROUNDS = 100_000
CLOCK_STATEMENT = f"spin({CLOCK_ROUNDS})"
CLOCK_CYCLES = 12 * CLOCK_ROUNDS


def _lines(path: str, name: str) -> str:
    try:
        for line in Path(path).read_text().splitlines():
            if line.startswith(name):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return ""


def processor() -> tuple[str, int, int]:
    """The processor's maker and x86 family and model; zeros where there are none."""
    numbers = [_lines("/proc/cpuinfo", name) for name in ("cpu family", "model\t")]
    family, model = (int(number) if number.isdigit() else 0 for number in numbers)
    return _lines("/proc/cpuinfo", "vendor_id"), family, model


def machine() -> str:
    _, family, model = processor()
    name = _lines("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    if family:
        name += f" (family {family}, model {model})"
    memory = available_memory()
    parts = [
        f"{name}, {os.cpu_count()} CPUs",
        f"{memory / 2**30:.0f} GB of memory free" if memory else "",
        f"{platform.system()} {platform.machine()}, {' '.join(platform.libc_ver())}",
        f"Python {platform.python_version()}",
    ]
    return "; ".join(part for part in parts if part)


def available_memory() -> int:
    """Bytes that can be had without swapping; 0 where that is not told."""
    words = _lines("/proc/meminfo", "MemAvailable").split()
    return int(words[0]) * 1024 if words else 0


# ---- tables ----------------------------------------------------------------------------------


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def write_section(name: str, text: str) -> None:
    """Replace what bench/README.md has between the marks of a section."""
    path = HERE / "README.md"
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    before, _, rest = path.read_text().partition(begin)
    _, mark, after = rest.partition(end)
    if not mark:
        raise SystemExit(f"bench/README.md has no section {begin} ... {end}")
    path.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}")


if __name__ == "__main__":
    serve()
