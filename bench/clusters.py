"""Time tfphilox.dask on 1 and 2 workers against dask.array.random and one thread of Stream.

    python bench/clusters.py [--write] [--quick]

Needs dask and distributed beside tfphilox (pip install '.[dask]'). Every worker is a process of one
thread; each chunk is made and forgotten, but for its last number, so that what is timed is the
making, and Dask's work for it. --write puts the table into bench/README.md. (This file cannot be
called dask.py: it would be what the scripts of this folder import by that name.)
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from measure import machine, median, ratio, spread, table, write_section

CHUNK = 1 << 22  # elements: 16 MB of float32
FILLS = ("uniform", "normal")
ROUNDS = 5
ONE = "Stream, one thread"


def last(numbers: Any) -> Any:
    """The last number of a chunk, in its place, without the chunk."""
    return numbers[-1:].copy()


def of_stream(kind: str, elements: int) -> float:
    """Seconds of one thread, into the same buffer again."""
    from tfphilox import Stream

    stream, buffer = Stream(1, 2), np.empty(CHUNK, np.float32)
    draw = getattr(stream, kind)
    draw(CHUNK, out=buffer, threads=1)
    began = time.perf_counter()
    for _ in range(elements // CHUNK):
        draw(CHUNK, out=buffer, threads=1)
    return time.perf_counter() - began


def ours(kind: str, elements: int, number: int) -> Any:
    import tfphilox.dask

    function = getattr(tfphilox.dask, kind)
    return function(elements, chunks=CHUNK, graph_seed=1, op_seed=2, run=number)


def theirs(kind: str, elements: int, number: int) -> Any:
    import dask.array as da

    generator = da.random.default_rng(number)
    if kind == "uniform":
        return generator.random(elements, chunks=CHUNK, dtype="f4")
    return generator.standard_normal(elements, chunks=CHUNK, dtype="f4")


def of_cluster(client: Any, array: Any) -> float:
    """Seconds until every chunk has been made."""
    ends = array.map_blocks(last, chunks=((1,) * array.numblocks[0],), dtype="f4")
    began = time.perf_counter()
    client.compute(ends).result()
    return time.perf_counter() - began


def measured(elements: int, rounds: int) -> dict[tuple[str, str], list[float | None]]:
    """Nanoseconds an element by who made them and the fill, a number for each round."""
    import distributed

    makers: dict[str, Callable[[str, int, int], Any]] = {
        "tfphilox.dask": ours,
        "dask.array.random": theirs,
    }
    found: dict[tuple[str, str], list[float | None]] = {}
    options = {
        "threads_per_worker": 1,
        "processes": True,
        "dashboard_address": None,
        "silence_logs": logging.CRITICAL,
    }
    clusters = {n: distributed.LocalCluster(n_workers=n, **options) for n in (1, 2)}
    clients = {n: distributed.Client(cluster) for n, cluster in clusters.items()}
    for number in range(rounds + 1):  # the first one imports and is not counted
        for kind in FILLS:
            times = {ONE: of_stream(kind, elements)}
            for n, client in clients.items():
                for name, make in makers.items():
                    seconds = of_cluster(client, make(kind, elements, number))
                    times[f"{name}, {n} worker{'s' * (n > 1)}"] = seconds
            if number:
                for name, seconds in times.items():
                    found.setdefault((name, kind), []).append(1e9 * seconds / elements)
    for n in clusters:
        clients[n].close()
        clusters[n].close()
    return found


def report(found: dict[tuple[str, str], list[float | None]], elements: int) -> str:
    import dask

    names = list(dict.fromkeys(name for name, _ in found))
    rows = []
    for name in names:
        row = [name]
        for kind in FILLS:
            times, base = found[name, kind], found[ONE, kind]
            row += [
                f"{median(times):.3f} ±{100 * spread(times):.0f} %",
                f"{1 / median(times):.2f}",
                f"{1 / ratio(times, base):.2f}x",
            ]
        rows.append(row)
    head = ["float32"]
    for kind in FILLS:
        head += [f"{kind}, ns", "10^9/s", "of one thread"]
    text = f"{machine()}. Dask {dask.__version__}, NumPy {np.__version__}. "
    text += f"{elements:.1e} elements in chunks of 2^22, medians of the rounds."
    return f"{text}\n\n{table(head, rows)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="put the table into bench/README.md")
    parser.add_argument("--quick", action="store_true", help="fewer elements and rounds")
    options = parser.parse_args()
    elements = (1 << 27) if options.quick else (1 << 30)
    text = report(measured(elements, 2 if options.quick else ROUNDS), elements)
    print(text)
    if options.write:
        write_section("clusters", text)


if __name__ == "__main__":
    main()
