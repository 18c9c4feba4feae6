"""test_dask.py: the same numbers whatever the chunks, the scheduler and the workers.

Without the package dask one test runs, which says what to install.
"""

import importlib.util
import os
import pickle
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from bits import assert_same_bits
from places import EXAMPLES

import tfphilox as tp
from tfphilox import Stream, lazy

HAS_DASK = importlib.util.find_spec("dask") is not None
needs_dask = pytest.mark.skipif(
    not HAS_DASK, reason="dask is absent: pip install '.[dask]' brings it"
)
SEEDS = {"graph_seed": 3, "op_seed": 4}
KINDS = [
    ("uniform", {"minval": -2.0, "maxval": 7.0}),
    ("uniform", {"dtype": "float64"}),
    ("normal", {"dtype": "float16"}),
    ("truncated_normal", {"mean": 1.0}),
    ("integers", {"minval": -5, "maxval": 10**6, "dtype": "int64"}),
    ("integers", {"dtype": "uint32"}),
    ("gamma", {"alpha": 2.5}),
    ("poisson", {"lam": 3.5, "dtype": "int32"}),
    ("binomial", {"counts": 20.0, "probs": 0.3}),
]
SOURCE = str(Path(tp.__file__).parents[1])


def test_without_dask():
    """One line says what to install; the package itself needs none of it."""
    code = (
        "import sys\nsys.modules['dask'] = None\nimport tfphilox\n"
        "try:\n    tfphilox.dask\nexcept ImportError as error:\n    print(error)\n"
        "from tfphilox import *\n"
    )
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "tfphilox.dask needs the package dask: pip install 'tfphilox[dask]'\n"


@needs_dask
@pytest.mark.parametrize(("kind", "keywords"), KINDS, ids=str)
def test_chunks_change_no_number(kind, keywords):
    expected = getattr(Stream(3, 4), kind)((50, 60), **keywords)
    for chunks in (-1, (7, 60), (50, 13), (11, 17), ((1, 49), (30, 29, 1)), "auto", {0: 5}):
        array = getattr(tp.dask, kind)((50, 60), chunks=chunks, **SEEDS, **keywords)
        assert (array.shape, array.dtype) == (expected.shape, expected.dtype)
        for scheduler in ("synchronous", "threads"):
            assert_same_bits(array.compute(scheduler=scheduler), expected)
    part = getattr(tp.dask, kind)((50, 60), chunks=9, **SEEDS, **keywords)[::-3, 5:40:7]
    assert_same_bits(part.compute(scheduler="synchronous"), expected[::-3, 5:40:7])
    again = getattr(tp.dask, kind)((50, 60), chunks=9, **SEEDS, **keywords).rechunk((50, 11))
    assert_same_bits(again.compute(scheduler="synchronous"), expected)


@needs_dask
def test_words_dimensions_and_seeds():
    words = tp.dask.words(103, chunks=10, **SEEDS).compute(scheduler="synchronous")
    assert_same_bits(words, Stream(3, 4).words(103))
    none = tp.dask.normal((), **SEEDS)
    assert_same_bits(np.asarray(none.compute(scheduler="synchronous")), Stream(3, 4).normal(()))
    empty = tp.dask.normal((0, 3), **SEEDS).compute(scheduler="synchronous")
    assert empty.shape == (0, 3)
    run = tp.dask.normal(7, chunks=2, run=2, **SEEDS).compute(scheduler="synchronous")
    assert_same_bits(run, lazy.normal(7, run=2, **SEEDS)[:])
    pair = tp.dask.uniform((4, 5), seed=[1, -2], chunks=3).compute(scheduler="synchronous")
    assert_same_bits(pair, tp.random.stateless_uniform([4, 5], [1, -2]))


@needs_dask
def test_map_blocks_and_the_rest_of_dask():
    import dask.array as da

    array = tp.dask.normal((40, 30), chunks=(7, 30), **SEEDS)
    expected = Stream(3, 4).normal((40, 30))
    doubled = da.map_blocks(lambda x: x * 2, array, dtype="float32")
    assert_same_bits(doubled.compute(scheduler="threads"), expected * 2)
    noisy = da.from_array(np.ones((40, 30), np.float32), chunks=(10, 10)) + array
    assert_same_bits(noisy.compute(scheduler="threads"), expected + np.float32(1))
    assert_same_bits(da.concatenate([array, array])[40:].compute(), expected)
    assert tp.dask.normal((40, 30), chunks=7, **SEEDS).name != array.name
    assert tp.dask.normal((40, 30), chunks=(7, 30), **SEEDS).name == array.name
    assert tp.dask.normal((40, 30), 1.0, chunks=(7, 30), **SEEDS).name != array.name


@needs_dask
def test_a_task_is_small_and_names_us_in_text_alone():
    """Dask's scheduler unpickles tasks: in a process that cannot import tfphilox."""
    array = tp.dask.gamma(
        (2**20, 2**20, 2**20), 2.5, 3.5, chunks=2**19, graph_seed=-(2**63), op_seed=2**63 - 1
    )
    tasks = dict(array.dask)
    assert len(tasks) == 8
    for task in tasks.values():
        assert len(pickle.dumps(task)) < 1000
    code = (
        "import pickle, sys\nsys.modules['tfphilox'] = None\n"
        "print(len(pickle.loads(sys.stdin.buffer.read())))\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, input=pickle.dumps(tasks), capture_output=True, check=False)
    assert done.stdout == b"8\n", done.stderr.decode()


@needs_dask
def test_refusals():
    for call, error, message in (
        (lambda: tp.dask.normal((4, 5), chunks=(2, 2, 2), **SEEDS), ValueError, "[Cc]hunks"),
        (lambda: tp.dask.normal((4, 5), chunks=((2, 1), 5), **SEEDS), ValueError, "[Cc]hunks"),
        (lambda: tp.dask.normal((4, 5), chunks=0, **SEEDS), ValueError, "chunks must not be 0"),
        (lambda: tp.dask.normal((7, 7), chunks=-2, **SEEDS), ValueError, "add up to shape"),
        (lambda: tp.dask.normal((4, 5), chunks=((-1, 5), 5), **SEEDS), ValueError, "add up to"),
        (lambda: tp.dask.normal((4, 5), chunks=((np.nan,), 5), **SEEDS), ValueError, "add up to"),
        (lambda: tp.dask.normal(2**50, **SEEDS), ValueError, "'auto' cut shape .* into more than"),
        (lambda: tp.dask.normal(2**60, chunks=3, **SEEDS), ValueError, "give larger chunks"),
        (lambda: tp.dask.normal((2**30, 2**30), chunks=(9, "auto"), **SEEDS), ValueError, "more"),
        (lambda: tp.dask.normal((2**22, 3), chunks={0: 2}, **SEEDS), ValueError, "give larger"),
        (lambda: tp.dask.normal((4, 5), chunks=2), TypeError, "give graph_seed and op_seed"),
        (lambda: tp.dask.normal((4, 5), dtype="int32", **SEEDS), TypeError, "dtype must be"),
        (lambda: tp.dask.from_lazy(np.zeros(3)), TypeError, "takes an array of tfphilox.lazy"),
        (lambda: tp.dask.categorical, AttributeError, "no part can be drawn alone"),
        (lambda: tp.dask.nothing, AttributeError, "nothing"),
    ):
        with pytest.raises(error, match=message):
            call()


MEAN = """
import sys
import dask
import tfphilox.dask
array = tfphilox.dask.uniform(int(sys.argv[1]), graph_seed=1, op_seed=2, chunks=4_000_000)
with dask.config.set(scheduler="threads", num_workers=2):
    print(float(array.mean(dtype="float64").compute()))
print(*[line for line in open("/proc/self/status") if line.startswith("VmHWM")])
"""


@needs_dask
def test_the_mean_of_what_does_not_fit_into_memory():
    """4 GB of numbers in less than 1 GB; TFPHILOX_DASK_ELEMENTS is how many, 10^9 by default."""
    if not Path("/proc/self/status").exists():
        pytest.skip("/proc is absent")
    elements = int(float(os.environ.get("TFPHILOX_DASK_ELEMENTS", "1e9")))
    command = [sys.executable, "-c", MEAN, str(elements)]
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    mean, _, kilobytes, _ = done.stdout.split()
    assert abs(float(mean) - 0.5) < 6 * (1 / 12 / elements) ** 0.5
    assert int(kilobytes) < 1_000_000


@needs_dask
def test_kernel_in_shards():
    """The example: each shard is that part of the kernel that Keras would make."""
    pytest.importorskip("distributed")
    command = [sys.executable, str(EXAMPLES / "kernel_in_shards.py"), "300", "101", "2"]
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert [line.split(": ")[-1] for line in done.stdout.splitlines()] == ["equal", "equal"]
    assert "300 x 50" in done.stdout


@needs_dask
def test_a_cluster_whose_worker_is_killed(monkeypatch):
    """Two processes; one is killed in the middle, and another one takes its place."""
    distributed = pytest.importorskip(
        "distributed", reason="distributed is absent: pip install '.[dask]'"
    )
    monkeypatch.setenv("PYTHONPATH", SOURCE, prepend=os.pathsep)
    expected = lazy.normal((400, 20_000), **SEEDS)[...]
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
        memory_limit=0, host="127.0.0.1",
    ) as cluster, distributed.Client(cluster) as client:  # fmt: skip
        for chunks in ((400, 999), (7, 20_000)):
            array = tp.dask.normal((400, 20_000), chunks=chunks, **SEEDS)
            assert_same_bits(array.compute(), expected)

        def slowly(numbers):
            time.sleep(0.05)
            return numbers

        pids = list(client.run(os.getpid).values())
        assert len(set(pids)) == 2
        array = tp.dask.normal((400, 20_000), chunks=(10, 20_000), **SEEDS).map_blocks(slowly)
        killer = threading.Timer(0.6, os.kill, (pids[0], 9))
        future = client.compute(array)
        killer.start()
        assert_same_bits(future.result(timeout=120), expected)
        killer.join()
        now = client.run(os.getpid).values()
        assert pids[0] not in now
