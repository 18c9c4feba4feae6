"""Time every fill against TensorFlow, NumPy and others, and against the machine's bounds.

    python bench/fills.py --tensorflow-python PATH --extras-python PATH [--write] [--quick]

Prints the tables and the check of what was to be reached; --write puts them into bench/README.md
and draws bench/fills.svg.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import bounds
import chart
from contenders import EXTRAS, FILLS, GENERATORS, OTHERS, TENSORFLOW, Contender, Fill, own
from measure import (
    CLOCK_CYCLES,
    CLOCK_SETUP,
    CLOCK_STATEMENT,
    CPU_TIME,
    CPU_TIME_HELP,
    HERE,
    Absent,
    Sample,
    Times,
    Worker,
    available_memory,
    interleave,
    machine,
    median,
    ratio,
    spread,
    table,
    write_section,
)

SIZES = [1, 100, 10**4, 10**6, 10**8, 10**9]
MIDDLE, LARGE = 10**6, 10**8
SEVERAL_THREADS = 1 << 18  # elements from which a second thread is tried
GROUPS = {"NumPy Generator": [f"NumPy {generator}" for generator in GENERATORS]}
GROUPS["NumPy"] = [*GROUPS["NumPy Generator"], "NumPy random_raw"]
FRESH, REUSED = False, True

# What issue "as fast as the machine allows" set out to reach, at 10^6 elements into a reused
# buffer on one thread: times faster than TensorFlow's raw op with AVX-512 and with AVX2, than
# NumPy's best generator, than MKL on Philox (normals: by Box-Muller).
REACH: dict[str, tuple[float | None, ...]] = {
    "words": (10, 4, 5, 0.95),
    "full int32": (10, 4, 5, 0.95),
    "full int64": (10, 4, 5, 0.95),
    "uniform float32": (10, 4, 5, 0.95),
    "uniform float64": (10, 4, 2.4, None),
    "integers int32": (9, 4, 4, 1.2),
    "integers int64": (9, 4, 4, None),
    "normal float32": (14, 7, 9, 1),
    "normal float64": (10.5, 5, 3.8, 0.95),
    "truncated float32": (18, 8, None, None),
    "truncated float64": (9, 4, None, None),
}
BOUND = {"words": 0.85, "uniform float32": 0.85, "normal float32": 0.85, "normal float64": 0.8}

Key = tuple[str, int, str, int, bool]  # contender, threads, fill, elements, reused


@dataclass
class Results:
    """Nanoseconds an element by round; what was compared, and what was not there."""

    machine: str = ""
    best: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    # isa -> fill -> cycles an element, and what limits it
    bounds: dict[str, dict[str, tuple[float, str]]] = field(default_factory=dict)
    times: dict[Key, Times] = field(default_factory=dict)

    def find(
        self, who: str, fill: str, n: int = MIDDLE, threads: int = 1, reused: bool = REUSED
    ) -> Times | None:
        """A library's time; where it has no reused buffer, with memory of its own."""
        if who in GROUPS:
            found = [self.find(name, fill, n, threads, reused) for name in GROUPS[who]]
            return min((t for t in found if t), key=median, default=None)
        who = self.best if who == "tfphilox" else who
        key = (who, threads, fill, n, reused)
        return self.times.get(key) or self.times.get((*key[:4], FRESH))

    def own(
        self, fill: str, n: int = MIDDLE, threads: int = 1, reused: bool = REUSED
    ) -> Times | None:
        return self.find("tfphilox", fill, n, threads, reused)

    def faster(self, theirs: Times | None, ours: Times | None) -> float | None:
        return ratio(theirs, ours) if theirs and ours else None

    def of_bound(self, isa: str, fill: str) -> float | None:
        """What the ports need, at the clock of this fill's rounds, over what it took."""
        clock = self.times.get(("clock", 1, fill, 1, FRESH))
        cycles, _ = self.bounds.get(isa, {}).get(fill, (None, ""))
        times = self.find(isa, fill)
        return cycles * median(clock) / median(times) if clock and cycles and times else None

    def save(self, path: Path) -> None:
        flat = [[list(key), times] for key, times in self.times.items()]
        path.write_text(json.dumps({**self.__dict__, "times": flat}))

    @classmethod
    def load(cls, path: Path) -> Results:
        data = json.loads(path.read_text())
        data["times"] = {tuple(key): times for key, times in data["times"]}
        return cls(**data)


# ---- measuring -------------------------------------------------------------------------------


Workers = dict[tuple[str, int], Worker]


def start(contenders: list[Contender], options: argparse.Namespace, results: Results) -> Workers:
    """A worker for each contender and number of threads."""
    pythons = {
        "own": sys.executable,
        "tensorflow": options.tensorflow_python,
        "extras": options.extras_python,
    }
    started, workers = {}, {}
    for contender in contenders:
        for count in contender.threads:
            setup = contender.setup.replace("{threads}", str(count))
            if options.cpu_time and count == 1:
                setup += "\n" + CPU_TIME
            if count <= options.threads:
                worker = Worker(setup, pythons[contender.python], contender.environment)
                started[contender.name, count] = (contender, worker)
    for (name, count), (contender, worker) in started.items():
        try:
            results.versions[name] = worker.ready().ask(evaluate=contender.version)
            workers[name, count] = worker
        except Absent as error:
            results.absent[name] = str(error)
            worker.close()
    return workers


def cases(
    fill: Fill, sizes: list[int], contenders: list[Contender], workers: Workers
) -> Iterator[tuple[Key, Worker, str, str]]:
    """Every case of a fill: its key, worker, setup and statement, small sizes first."""
    for n in sizes:
        if n > fill.largest:
            continue
        for contender in contenders:
            for threads in contender.threads:
                worker = workers.get((contender.name, threads))
                small = n < SEVERAL_THREADS and threads > 1
                if worker is None or small or not contender.sizes[0] <= n <= contender.sizes[1]:
                    continue
                if n > LARGE and threads > 1:
                    continue
                for reused in (FRESH, REUSED) if n <= LARGE else (REUSED,):
                    if found := contender.statement(fill, n, threads, reused):
                        yield (contender.name, threads, fill.name, n, reused), worker, *found
        nbytes = n * fill.itemsize
        if MIDDLE <= n <= LARGE:
            setup = f"a = np.empty({nbytes}, np.uint8)\np = a.ctypes.data_as(ctypes.c_void_p)"
            statement = f"ctypes.memset(p, 1, {nbytes})"
            yield ("memset", 1, fill.name, n, REUSED), workers["memory", 1], setup, statement
            statement = f"b = np.empty({nbytes}, np.uint8); b[::4096] = 0"
            yield ("pages", 1, fill.name, n, FRESH), workers["memory", 1], "", statement


def fitting(sizes: list[int], fills: list[Fill]) -> list[int]:
    """The sizes that memory has room for: at the large ones five processes hold a buffer."""
    memory = available_memory() or 1 << 62
    fit = []
    for n in sizes:
        largest = max((f.itemsize for f in fills if f.largest >= n), default=0)
        held = 5 if n <= LARGE else 2
        if n * largest * held < 0.8 * memory:
            fit.append(n)
        else:
            print(f"{n} elements: not enough memory", file=sys.stderr)
    return fit


def measure(options: argparse.Namespace) -> Results:
    results = Results(machine=machine() + ("; processor time" if options.cpu_time else ""))
    import tfphilox

    isas = tfphilox.available_isas()
    results.best = isas[0]
    fills = [fill for fill in FILLS if options.fills in fill.name]
    if options.quick:
        fills = [fill for fill in fills if fill.largest > MIDDLE]
    try:
        modelled = [isa for isa in ("avx512", "avx2") if isa in isas]
        for (isa, name), (count, limit, _) in bounds.cycles(fills, modelled).items():
            results.bounds.setdefault(isa, {})[name] = (count, limit)
    except bounds.Unknown as error:
        results.absent["the ports' bound"] = str(error)

    contenders = [own(isa, isa == results.best) for isa in isas]
    contenders += [*TENSORFLOW, *OTHERS, *EXTRAS]
    cpu_time = "\n" + CPU_TIME if options.cpu_time else ""
    workers = start(contenders, options, results)
    workers["memory", 1] = Worker("import ctypes, numpy as np" + cpu_time).ready()
    try:
        workers["clock", 1] = Worker(CLOCK_SETUP + cpu_time).ready()
    except Absent as error:
        results.absent["the clock"] = str(error)

    sizes = fitting(options.sizes, fills)
    began = time.monotonic()
    for fill in fills:
        samples: dict[Key, Sample] = {}
        for key, worker, setup, statement in cases(fill, sizes, contenders, workers):
            every = 1 if key[3] <= MIDDLE else 2 if key[3] <= LARGE else 4
            before = key[3] > MIDDLE and not key[0].startswith("TF")
            sample = Sample(worker, repr(key), statement, setup, every, before)
            try:
                sample.calibrate(options.seconds)
                samples[key] = sample
            except Absent as error:
                results.absent.setdefault(f"{key[0]}, {fill.name}", str(error))
        if clock := workers.get(("clock", 1)):
            sample = Sample(clock, "clock", CLOCK_STATEMENT)
            sample.calibrate(options.seconds)
            samples["clock", 1, fill.name, 1, FRESH] = sample
        interleave(samples.values(), options.rounds)
        for key, sample in samples.items():
            n = CLOCK_CYCLES if key[0] == "clock" else key[3]
            results.times[key] = [t and t / n * 1e9 for t in sample.times]
        for worker in workers.values():
            worker.ask(forget=True)
        print(f"{fill.name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    for worker in workers.values():
        worker.close()
    return results


# ---- telling ---------------------------------------------------------------------------------


def ns(times: Times | None) -> str:
    if not times:
        return ""
    value = median(times)
    return f"{value:.3f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def times_sign(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}x" if value >= 10 else f"{value:.2f}x"


def percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"


def size(n: int) -> str:
    power = len(str(n)) - 1
    return str(n) if n < 10**4 else f"10^{power}" if n == 10**power else str(n)


def near(results: Results, isa: str, fill: str) -> str:
    value = results.of_bound(isa, fill)
    return f"{percent(value)} of {results.bounds[isa][fill][1]}" if value else ""


def among(results: Results, isa: str, fill: str) -> str:
    value = results.of_bound(isa, fill)
    return f" ({percent(value)})" if value else ""


OTHER_LIBRARIES = ["MKL", "MKL ICDF", "mkl_random", "PyTorch", "JAX"]


def middle_tables(results: Results) -> Iterator[str]:
    fills = [fill for fill in FILLS if results.own(fill.name)]
    isas = [isa for isa in ("avx512", "avx2", "neon", "scalar") if isa in results.versions]
    others = ["TF raw", "TF API", "NumPy", *OTHER_LIBRARIES]
    others = [who for who in others if any(results.find(who, fill.name) for fill in fills)]
    rest = [isa for isa in isas if isa != results.best]
    rivals = [who for who in others if who != "TF raw"]
    yield f"### {size(MIDDLE)} elements, one thread, into a reused buffer\n"
    yield "Nanoseconds an element, medians; after ±, half the distance of the slowest round from"
    yield "the fastest; with it, how near that is to what the processor's ports allow.\n"
    rows = []
    for fill in fills:
        ours = results.own(fill.name)
        assert ours
        rows.append([
            fill.name,
            f"**{ns(ours)}** ±{percent(spread(ours))}",
            f"{fill.itemsize / median(ours):.1f}",
            near(results, results.best, fill.name),
            *(ns(results.find(isa, fill.name)) + among(results, isa, fill.name) for isa in rest),
            *(ns(results.find(who, fill.name)) for who in others),
        ])  # fmt: skip
    yield table(["fill", results.best, "GB/s", "of its bound", *rest, *others], rows)
    yield "\nHow many times faster than each; the instruction sets against TensorFlow's raw op.\n"
    rows = []
    for fill in fills:
        raw, ours = results.find("TF raw", fill.name), results.own(fill.name)
        rows.append([
            fill.name,
            *(times_sign(results.faster(raw, results.find(isa, fill.name))) for isa in isas),
            *(times_sign(results.faster(results.find(who, fill.name), ours)) for who in rivals),
        ])  # fmt: skip
    yield table(["fill", *(f"{isa} / TF raw" for isa in isas), *rivals], rows)


def size_table(results: Results) -> Iterator[str]:
    """The fills that were made at large sizes."""
    yield "\n### By size\n"
    yield f"Nanoseconds an element of {results.best} and of the fastest others.\n"
    columns = [
        ("reused", "tfphilox", 1, REUSED),
        ("fresh", "tfphilox", 1, FRESH),
        ("reused, 2 threads", "tfphilox", 2, REUSED),
        ("fresh, 2 threads", "tfphilox", 2, FRESH),
        ("TF raw", "TF raw", 1, FRESH),
        ("TF raw, 2 threads", "TF raw", 2, FRESH),
        ("NumPy reused", "NumPy", 1, REUSED),
        ("NumPy fresh", "NumPy", 1, FRESH),
        ("MKL", "MKL", 1, REUSED),
        ("memset", "memset", 1, REUSED),
        ("page zeroing", "pages", 1, FRESH),
    ]
    sizes = sorted({key[3] for key in results.times if key[0] == results.best})
    rows = []
    for fill in FILLS:
        for n in sizes if fill.largest > MIDDLE else []:
            if results.own(fill.name, n):
                cells = [
                    ns(results.find(who, fill.name, n, threads, reused))
                    for _, who, threads, reused in columns
                ]
                rows.append([fill.name, size(n), *cells])
    yield table(["fill", "elements", *(column[0] for column in columns)], rows)


Check = tuple[str, float | None, str, bool]  # what, the number, what was wanted, whether it is met


def checks(results: Results) -> Iterator[Check]:
    """Each line of what was to be reached."""

    def at_least(what: str, value: float | None, wanted: float) -> Check:
        return what, value, f">= {wanted:g}", value is not None and value >= wanted

    def at_most(what: str, value: float | None, wanted: float) -> Check:
        return what, value, f"<= {wanted:g}", value is not None and value <= wanted

    find, own, faster = results.find, results.own, results.faster
    for name, (raw, raw_avx2, numpy, mkl) in REACH.items():
        if own(name) is None:
            continue
        tf = find("TF raw", name)
        for isa, wanted in (("avx512", raw), ("avx2", raw_avx2)):
            if wanted is not None and isa in results.versions:
                yield at_least(f"{name}, {isa} / TF raw", faster(tf, find(isa, name)), wanted)
        for who, wanted in (("NumPy Generator", numpy), ("NumPy random_raw", numpy), ("MKL", mkl)):
            if wanted is not None and (times := find(who, name)):
                yield at_least(f"{name} / {who}", faster(times, own(name)), wanted)
    for kind in ("uniform", "normal", "truncated"):
        for short in ("float16", "bfloat16"):
            for isa in ("avx512", "avx2"):
                value = faster(find(isa, f"{kind} {short}"), find(isa, f"{kind} float32"))
                if value:
                    yield at_most(f"{kind} {short}, {isa}: time / float32's", value, 1.02)
    name = "normal float32"
    if value := faster(find("TF raw", name), find("scalar", name)):
        yield at_least(f"{name}, plain C / TF raw", value, 2)
    for name, wanted in BOUND.items():
        if value := results.of_bound(results.best, name):
            yield at_least(f"{name}: of the ports' bound", value, wanted)
    for name in (fill.name for fill in FILLS):
        large, fresh = own(name, LARGE), own(name, LARGE, 1, FRESH)
        pages = find("pages", name, LARGE, 1, FRESH)
        if name in ("uniform float32", "truncated float32") and large:
            yield at_most(f"{name}, reused: 10^8 / 10^6", faster(large, own(name)), 1.1)
        if large and fresh and pages:
            value = median(fresh) / (median(pages) + median(large))
            yield at_most(f"{name}, fresh 10^8: time / (page zeroing + fill)", value, 1.1)
        for n, wanted in ((LARGE, 1.85), (MIDDLE, 1.4)):
            if value := faster(own(name, n), own(name, n, 2)):
                yield at_least(f"{name}, {size(n)}: 2 threads / 1", value, wanted)
        flat = {n: median(t) for n in SIZES if n >= 10**4 and (t := own(name, n))}
        if len(flat) > 2:
            what = f"{name}, reused: slowest / fastest, 10^4 to {size(max(flat))}"
            yield at_most(what, max(flat.values()) / min(flat.values()), 1.15)


def reach_table(results: Results) -> Iterator[str]:
    rows = [
        [what, f"{value:.3g}", wanted, "yes" if good else "**no**"]
        for what, value, wanted, good in checks(results)
        if value is not None
    ]
    met = sum(row[-1] == "yes" for row in rows)
    yield f"\n### What was to be reached: {met} of {len(rows)} lines\n"
    yield table(["", "measured", "wanted", "met"], rows)


def report(results: Results) -> str:
    versions = {
        "tfphilox": results.versions[results.best],
        "TensorFlow": results.versions.get("TF raw"),
        "NumPy": results.versions.get("NumPy PCG64"),
        **{who: results.versions.get(who) for who in ("MKL", "mkl_random", "PyTorch", "JAX")},
    }
    clocks = [median(t) for key, t in results.times.items() if key[0] == "clock"]
    clock = f"; {1 / max(clocks):.2f} to {1 / min(clocks):.2f} GHz measured" if clocks else ""
    lines = [
        f"{results.machine}{clock}. "
        + ", ".join(f"{name} {version}" for name, version in versions.items() if version)
        + ".",
    ]
    if results.absent:
        lines.append("Absent: " + "; ".join(f"{a} ({b})" for a, b in results.absent.items()) + ".")
    lines += ["", *middle_tables(results), *size_table(results), *reach_table(results)]
    return "\n".join(lines)


def drawing(results: Results) -> str:
    series = ["tfphilox", "TF raw", "NumPy", "MKL", "PyTorch", "JAX"]
    series = [who for who in series if any(key[0].startswith(who) for key in results.times)]
    series = ["tfphilox", *(who for who in series if who != "tfphilox")]
    names = [fill.name for fill in FILLS if fill.largest > MIDDLE and results.own(fill.name)]
    groups, notes = [], []
    for name in names:
        found = [results.find(who, name) for who in series]
        groups.append((name, [median(t) if t else None for t in found]))
        ours = found[0]
        ratios = [results.faster(t, ours) for t in found]
        assert ours
        notes.append([f"{median(ours):.2f}", *(f"{r:.0f}x" if r else "" for r in ratios[1:])])
    title = f"{MIDDLE:,} elements, one thread: nanoseconds an element, and how many times ours"
    return chart.bars(title, "ns an element", series, groups, notes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few sizes, fills and rounds")
    parser.add_argument("--sizes", type=lambda s: [int(float(n)) for n in s.split(",")])
    parser.add_argument("--fills", default="", help="only fills whose name contains this")
    parser.add_argument("--threads", type=int, default=2, help="at most so many (1 or 2)")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, default=0.003, help="at least so long a batch")
    parser.add_argument("--cpu-time", action="store_true", help=CPU_TIME_HELP)
    parser.add_argument("--tensorflow-python", default=sys.executable, help="a Python that has it")
    parser.add_argument("--extras-python", default=sys.executable, help="the same for MKL, ...")
    parser.add_argument("--write", action="store_true", help="into bench/README.md and fills.svg")
    parser.add_argument("--save", type=Path, help="keep the measurements as JSON")
    parser.add_argument("--load", type=Path, help="tell of kept measurements")
    options = parser.parse_args()
    options.sizes = options.sizes or ([10**4, MIDDLE] if options.quick else SIZES)
    options.rounds = options.rounds or (3 if options.quick else 5)
    if options.cpu_time:
        options.threads = 1
    results = Results.load(options.load) if options.load else measure(options)
    if options.save:
        results.save(options.save)
    text = report(results)
    print(text)
    if options.write:
        write_section("fills", text)
        (HERE / "fills.svg").write_text(drawing(results))


if __name__ == "__main__":
    main()
