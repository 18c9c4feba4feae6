"""Time one call for one number, the import, and where a second thread begins to pay.

    python bench/calls.py --tensorflow-python PATH --extras-python PATH [--write] [--quick]

Prints the tables and the check of what was to be reached; --write puts them into bench/README.md.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from measure import (
    CPU_TIME,
    CPU_TIME_HELP,
    Absent,
    Sample,
    Worker,
    interleave,
    machine,
    median,
    ratio,
    spread,
    table,
    write_section,
)

# ---- what is called --------------------------------------------------------------------------

TENSORFLOW = "import tensorflow as tf\nraw_ops, random = tf.raw_ops, tf.random\n" + "\n".join(
    f"{name} = tf.constant({value})" for name, value in {"one": [1], "low": 5, "high": 1005}.items()
)
# library: the Python that has it, what runs first
SETUPS = {
    "tfphilox": (
        "own",
        "import numpy as np\n"
        "from tfphilox import Stream, random, raw_ops\n"
        "stream, buf = Stream(1, 2), np.empty(1, np.float32)\n"
        "random.set_seed(1)\n",
    ),
    "TensorFlow": ("tensorflow", TENSORFLOW),
    "TensorFlow after set_seed": ("tensorflow", TENSORFLOW + "\nrandom.set_seed(1)\n"),
    "NumPy": (
        "own",
        "import numpy as np\nrng, buf = np.random.default_rng(7), np.empty(1, np.float32)\n",
    ),
    "mkl_random": (
        "extras",
        "import mkl_random\nrng = mkl_random.RandomState(7, brng='PHILOX4X32X10')\n",
    ),
    "PyTorch": ("extras", "import torch\nbuf = torch.empty(1)\n"),
    "JAX": (
        "extras",
        "import jax\nkey = jax.random.key(7)\n"
        "uniform = jax.jit(lambda key: jax.random.uniform(key, (1,)))\n"
        "normal = jax.jit(lambda key: jax.random.normal(key, (1,)))\n",
    ),
}
ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}


@dataclass
class Call:
    """Ours, what it was to reach (ns), and what comes nearest to it elsewhere."""

    own: str
    reach: int | None = None
    tensorflow: str | None = None  # "same": the same words
    numpy: str | None = None
    mkl_random: str | None = None
    torch: str | None = None
    jax: str | None = None
    seeded: bool = False  # after tf.random.set_seed

    def statements(self) -> Iterator[tuple[str, str]]:
        twin = self.own if self.tensorflow == "same" else self.tensorflow
        yield "tfphilox", self.own
        for library, statement in (
            ("TensorFlow after set_seed" if self.seeded else "TensorFlow", twin),
            ("NumPy", self.numpy),
            ("mkl_random", self.mkl_random),
            ("PyTorch", self.torch),
            ("JAX", self.jax),
        ):
            if statement:
                yield library, statement


RAW_UNIFORM = "raw_ops.RandomUniform(shape=one, dtype=tf.float32, seed=1, seed2=2)"
RAW_NORMAL = "raw_ops.RandomStandardNormal(shape=one, dtype=tf.float32, seed=1, seed2=2)"
CALLS = [
    Call(
        "stream.uniform((1,), out=buf)",
        300,
        RAW_UNIFORM,
        "rng.random(out=buf, dtype=np.float32)",
        torch="buf.uniform_()",
    ),
    Call(
        "stream.uniform((1,))",
        None,
        RAW_UNIFORM,
        "rng.random(1, np.float32)",
        "rng.random_sample(1)",
        "torch.rand(1)",
        "uniform(key).block_until_ready()",
    ),
    Call(
        "stream.normal((1,))",
        600,
        RAW_NORMAL,
        "rng.standard_normal(1, np.float32)",
        "rng.standard_normal(1)",
        "torch.randn(1)",
        "normal(key).block_until_ready()",
    ),
    Call(
        "stream.normal((1,), dtype='float64')",
        None,
        RAW_NORMAL.replace("float32", "float64"),
        "rng.standard_normal(1)",
    ),
    Call(
        "stream.truncated_normal((1,))",
        None,
        "raw_ops.TruncatedNormal(shape=one, dtype=tf.float32, seed=1, seed2=2)",
    ),
    Call(
        "stream.integers((1,), 5, 1005)",
        None,
        "raw_ops.RandomUniformInt(shape=one, minval=low, maxval=high, seed=1, seed2=2)",
        "rng.integers(5, 1005, 1)",
        torch="torch.randint(5, 1005, (1,))",
    ),
    Call("raw_ops.RandomUniform(shape=[1], dtype='float32', seed=1, seed2=2)", None, RAW_UNIFORM),
    Call(
        "raw_ops.RandomStandardNormal(shape=[1], dtype='float32', seed=1, seed2=2)",
        None,
        RAW_NORMAL,
    ),
    Call("random.stateless_uniform([1], seed=[1, 2])", 2000, "same"),
    Call("random.stateless_normal([1], seed=[1, 2])", None, "same"),
    Call("random.uniform([1])", 3000, "same", seeded=True),
    Call("random.normal([1])", None, "same", seeded=True),
    Call("random.uniform([1], seed=1)", None, "same"),
    Call("random.normal([1], seed=1)", None, "same"),
]
MODULES = {"tfphilox": "own", "tensorflow": "tensorflow", "torch": "extras", "jax": "extras"}
IMPORT_REACH = 30  # ms beyond NumPy
CROSSOVER = {"uniform float32": "uniform", "normal float32": "normal"}
SHARED, PAYS = 1 << 18, 1.4  # elements from which two threads are so many times as fast as one


Found = dict[str, dict[str, Sample]]  # our statement -> library -> its sample
Crossover = dict[tuple[str, int, str], Sample]  # fill, elements, threads

# ---- measuring -------------------------------------------------------------------------------


def start(options: argparse.Namespace) -> tuple[dict[str, Worker], dict[str, str]]:
    started = {}
    for name, (python, setup) in SETUPS.items():
        code = f"{setup}\n{CPU_TIME}" if options.cpu_time else setup
        started[name] = Worker(code, options.pythons[python], ENVIRONMENT)
    workers, absent = {}, {}
    for name, worker in started.items():
        try:
            workers[name] = worker.ready()
        except Absent as error:
            absent[name] = str(error)
            worker.close()
    return workers, absent


def measure_calls(options: argparse.Namespace, workers: dict[str, Worker]) -> Found:
    found: Found = {}
    for call in CALLS:
        found[call.own] = {}
        for library, statement in call.statements():
            if library in workers:
                sample = Sample(workers[library], f"{call.own}: {statement}", statement)
                sample.calibrate(options.seconds)
                found[call.own][library.removesuffix(" after set_seed")] = sample
    interleave([s for samples in found.values() for s in samples.values()], options.rounds)
    return found


def measure_import(python: str, module: str, times: int) -> list[float]:
    """Milliseconds of importing a module where NumPy is already imported."""
    code = (
        "import numpy, time; start = time.perf_counter(); "
        f"import {module}; print('took', time.perf_counter() - start)"
    )
    found = []
    for _ in range(times):
        run = subprocess.run([python, "-c", code], capture_output=True, text=True)
        lines = [line.split() for line in run.stdout.splitlines() if line.startswith("took")]
        if not lines:
            return []
        found.append(1e3 * float(lines[0][1]))
    return found


def measure_crossover(options: argparse.Namespace) -> Crossover:
    worker = Worker(SETUPS["tfphilox"][1]).ready()
    samples = {}
    for fill, method in CROSSOVER.items():
        for power in range(12, 23):
            for threads in ("1", "2", "None"):
                key = (fill, 1 << power, threads)
                statement = f"stream.{method}(({1 << power},), out=a, threads={threads})"
                setup = f"a = np.empty({1 << power}, np.float32)"
                samples[key] = Sample(worker, repr(key), statement, setup)
                samples[key].calibrate(options.seconds)
    interleave(samples.values(), options.rounds)
    worker.close()
    return samples


# ---- telling ---------------------------------------------------------------------------------


def calls_table(found: Found) -> Iterator[str]:
    yield "### One call for one number\n"
    yield "Nanoseconds a call, medians; after ±, half the distance of the slowest round from the"
    yield "fastest; in brackets how many times ours.\n"
    libraries = ["TensorFlow", "NumPy", "mkl_random", "PyTorch", "JAX"]
    libraries = [name for name in libraries if any(name in row for row in found.values())]
    rows = []
    for call in CALLS:
        ours = found[call.own]["tfphilox"].times
        label = f"`{call.own}`" + (" after `set_seed`" if call.seeded else "")
        row = [label, f"**{1e9 * median(ours):.0f}** ±{100 * spread(ours):.0f} %"]
        for library in libraries:
            sample = found[call.own].get(library)
            times = sample.times if sample else []
            cell = f"{1e9 * median(times):.0f} ({ratio(times, ours):.1f}x)" if times else ""
            row.append(cell)
        rows.append(row)
    yield table(["", "tfphilox", *libraries], rows)


def import_table(imports: dict[str, list[float]]) -> Iterator[str]:
    yield "\n### Import\n"
    yield "Milliseconds beyond NumPy's own import; median (fastest to slowest).\n"
    rows = [
        [name, f"{statistics.median(times):.1f} ({min(times):.1f} to {max(times):.1f})"]
        for name, times in imports.items()
        if times
    ]
    yield table(["", "ms"], rows)


def crossover_table(samples: Crossover) -> Iterator[str]:
    yield "\n### Where a second thread pays\n"
    yield "Microseconds a call into a reused buffer, by `threads=`; None, the default, chooses.\n"
    rows = []
    for n in sorted({n for _, n, _ in samples}):
        row = [f"2^{n.bit_length() - 1}"]
        for fill in CROSSOVER:
            one, two, chosen = (samples[fill, n, threads].times for threads in ("1", "2", "None"))
            row += [f"{1e6 * median(times):.1f}" for times in (one, two, chosen)]
            row.append(f"{ratio(one, two):.2f}x")
        rows.append(row)
    header = ["elements"]
    for fill in CROSSOVER:
        header += [f"{fill}: 1", "2", "None", "1 / 2"]
    yield table(header, rows)


def reach_table(
    found: Found,
    imports: dict[str, list[float]],
    samples: Crossover,
) -> Iterator[str]:
    lines: list[tuple[str, str, str, bool]] = []
    for call in CALLS:
        if call.reach:
            value = 1e9 * median(found[call.own]["tfphilox"].times)
            met = value <= call.reach
            lines.append((f"`{call.own}`", f"{value:.0f} ns", f"<= {call.reach} ns", met))
    if times := imports["tfphilox"]:
        value = statistics.median(times)
        met = value <= IMPORT_REACH
        lines.append(("import beyond NumPy", f"{value:.1f} ms", f"<= {IMPORT_REACH} ms", met))
    for fill in CROSSOVER if samples else []:
        for threads in ("2", "None"):
            gains = {
                n: ratio(samples[fill, n, "1"].times, samples[fill, n, threads].times)
                for _, n, _ in samples
                if n >= SHARED
            }
            n = min(gains, key=lambda n: gains[n])
            what = f"{fill}: threads={threads} / 1 from 2^18 on, least (at 2^{n.bit_length() - 1})"
            lines.append((what, f"{gains[n]:.2f}", f">= {PAYS}", gains[n] >= PAYS))
    yield f"\n### What was to be reached: {sum(met for *_, met in lines)} of {len(lines)} lines\n"
    rows = [[*line, "yes" if met else "**no**"] for *line, met in lines]
    yield table(["", "measured", "wanted", "met"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few rounds, no crossover")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, default=0.003, help="at least so long a batch")
    parser.add_argument("--cpu-time", action="store_true", help=CPU_TIME_HELP)
    parser.add_argument("--tensorflow-python", default=sys.executable, help="a Python that has it")
    parser.add_argument("--extras-python", default=sys.executable, help="the same for torch, ...")
    parser.add_argument("--write", action="store_true", help="into bench/README.md")
    options = parser.parse_args()
    options.rounds = options.rounds or (3 if options.quick else 9)
    options.pythons = {
        "own": sys.executable,
        "tensorflow": options.tensorflow_python,
        "extras": options.extras_python,
    }

    workers, absent = start(options)
    found = measure_calls(options, workers)
    for worker in workers.values():
        worker.close()
    samples = {} if options.quick else measure_crossover(options)
    times = 1 if options.quick else 5
    imports = {
        module: measure_import(options.pythons[python], module, times)
        for module, python in MODULES.items()
    }

    lines = [machine() + ("; processor time" if options.cpu_time else "") + ".\n"]
    if absent:
        lines[0] += "Absent: " + "; ".join(f"{a} ({b})" for a, b in absent.items()) + ".\n"
    lines += [*calls_table(found), *import_table(imports)]
    if samples:
        lines += crossover_table(samples)
    lines += reach_table(found, imports, samples)
    text = "\n".join(lines)
    print(text)
    if options.write:
        write_section("calls", text)


if __name__ == "__main__":
    main()
