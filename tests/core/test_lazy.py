"""test_lazy.py: arrays that are made where they are indexed.

Whole runs of a Stream are held to TensorFlow's numbers elsewhere (test_golden.py, test_slices.py):
here every index must give what NumPy gives of the whole.
"""

import copy
import importlib.util
import os
import pickle
import pty
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from bits import assert_same_bits, numpy_dtype
from places import EXAMPLES

import tfphilox as tp
from tfphilox import Stream, lazy

FLOATS = ("float16", "bfloat16", "float32", "float64")
KINDS = [
    *[("uniform", {"dtype": dtype}) for dtype in FLOATS],
    *[("normal", {"mean": 3.0, "stddev": 0.5, "dtype": dtype}) for dtype in FLOATS],
    *[("truncated_normal", {"dtype": dtype}) for dtype in FLOATS],
    ("uniform", {"minval": -2.0, "maxval": 7.0}),
    *[("integers", {"dtype": dtype}) for dtype in ("int32", "int64", "uint32", "uint64")],
    ("integers", {"minval": -5, "maxval": 10**6, "dtype": "int64"}),
    ("gamma", {"alpha": 2.5, "beta": 3.0}),
    ("poisson", {"lam": 3.5, "dtype": "int32"}),
    ("binomial", {"counts": 20.0, "probs": 0.3}),
]


def whole(kind, shape, keywords):
    return getattr(Stream(3, 4), kind)(shape, **keywords)


def random_index(rng, shape):
    """Any basic index that NumPy takes, of integers, slices, None and an ellipsis."""
    items = []
    for dim in shape[: rng.integers(0, len(shape) + 1)]:
        what = rng.integers(0, 5)
        if what == 0 and dim:
            items.append(int(rng.integers(-dim, dim)))
        elif what == 1:
            items.append(slice(None))
        else:
            bounds = [
                None if rng.random() < 0.3 else int(n)
                for n in rng.integers(-2 * dim - 1, 2 * dim + 2, 2)
            ]
            step = None if rng.random() < 0.3 else int(rng.choice([-7, -3, -2, -1, 1, 2, 3, 11]))
            items.append(slice(*bounds, step))
    if rng.random() < 0.5:
        items.insert(int(rng.integers(0, len(items) + 1)), Ellipsis)
    for _ in range(rng.integers(0, 2)):
        items.insert(int(rng.integers(0, len(items) + 1)), None)
    return tuple(items) if len(items) != 1 or rng.random() < 0.5 else items[0]


@pytest.mark.parametrize(("kind", "keywords"), KINDS, ids=str)
def test_any_index(kind, keywords):
    if keywords.get("dtype") == "bfloat16":
        pytest.importorskip("ml_dtypes")
    shape = (7, 5, 9, 4)
    array = getattr(lazy, kind)(shape, graph_seed=3, op_seed=4, **keywords)
    expected = whole(kind, shape, keywords)
    assert (array.shape, array.dtype, array.ndim, array.size) == (shape, expected.dtype, 4, 1260)
    assert (array.nbytes, array.itemsize) == (expected.nbytes, expected.itemsize)
    rng = np.random.default_rng(11)
    for _ in range(150):
        index = random_index(rng, shape)
        try:
            want = expected[index]
        except IndexError:  # an integer that the ellipsis has moved to a shorter axis
            with pytest.raises(IndexError, match="out of bounds"):
                array[index]
            continue
        got = array[index]
        assert type(got) is type(want), index
        assert np.shape(got) == np.shape(want), index
        assert_same_bits(np.asarray(got), np.asarray(want), str(index))


@pytest.mark.parametrize(
    "shape", [(300_000,), (3, 100_000), (500, 600), (100_000, 3), (70, 70, 70)]
)
def test_large_indices(shape):
    """Where runs are longer than the room for gaps, or further apart than is worth reading."""
    array = lazy.normal(shape, graph_seed=3, op_seed=4)
    expected = whole("normal", shape, {})
    rng = np.random.default_rng(5)
    for _ in range(25):
        index = random_index(rng, shape)
        try:
            want = np.asarray(expected[index])
        except IndexError:
            continue
        assert_same_bits(np.asarray(array[index]), want, str(index))
    for step in (1, 2, 1000, 1025, 40_000, -3, -5000):
        assert_same_bits(array[::step], expected[::step])


def test_words_and_dimensions():
    array = lazy.words(103, graph_seed=3, op_seed=4)
    expected = Stream(3, 4).words(103)
    for index in (slice(None), slice(7, 90, 3), slice(None, None, -1), 102, -103):
        assert_same_bits(np.asarray(array[index]), np.asarray(expected[index]))
    none = lazy.normal((), graph_seed=3, op_seed=4)
    assert_same_bits(np.asarray(none[()]), Stream(3, 4).normal(()))
    assert none[...].shape == ()
    assert none[None].shape == (1,)
    assert type(none[()]) is np.float32
    for shape in ((0,), (3, 0, 2)):
        empty = lazy.normal(shape, graph_seed=3, op_seed=4)
        assert empty[...].shape == shape
        assert empty[::-1].shape == shape
        assert list(empty) == [] or shape[0]
    for wrong in (len, iter):
        with pytest.raises(TypeError, match="without dimensions"):
            next(wrong(none)) if wrong is iter else wrong(none)


def test_numpy_takes_it():
    array = lazy.uniform((6, 50), graph_seed=3, op_seed=4)
    expected = whole("uniform", (6, 50), {})
    assert_same_bits(np.asarray(array), expected)
    assert np.asarray(array, np.float64).dtype == np.float64
    assert_same_bits(np.asarray(array, np.float64), expected.astype(np.float64))
    assert_same_bits(np.array(array), expected)
    assert_same_bits(array.__array__(copy=True), expected)
    with pytest.raises(ValueError, match="uncopied"):
        array.__array__(copy=False)
    assert len(array) == 6
    for row, want in zip(array, expected, strict=True):
        assert_same_bits(row, want)
    assert [x.item() for x in lazy.uniform(3, graph_seed=3, op_seed=4)] == expected[0, :3].tolist()
    assert np.mean(array) == np.mean(expected)
    long = lazy.uniform((3, 200_000), graph_seed=3, op_seed=4)
    for row, want in zip(long, whole("uniform", (3, 200_000), {}), strict=True):
        assert_same_bits(row, want)


def test_seeds():
    """The stateless op's numbers, a key's and a counter's, and later runs of an op."""
    stateless = lazy.normal((2, 3), 1.0, 2.0, seed=[1, -2])
    assert_same_bits(stateless[...], tp.random.stateless_normal([2, 3], [1, -2], 1.0, 2.0))
    start = Stream.from_stateless_seed([1, -2])
    by_key = lazy.normal(6, 1.0, 2.0, key=start.key, counter=start.counter)
    assert_same_bits(by_key[:], stateless[...].reshape(-1))
    assert (by_key.key, by_key.counter) == (stateless.key, stateless.counter)
    gamma = lazy.gamma(5, 0.5, seed=[1, 2])
    assert_same_bits(gamma[1:], tp.random.stateless_gamma([5], [1, 2], 0.5)[1:])
    tp.random.set_seed(3)
    for run in range(3):
        array = lazy.truncated_normal((4, 5), graph_seed=3, op_seed=4, run=run)
        assert_same_bits(array[...], tp.random.truncated_normal([4, 5], seed=4))
    stream = Stream(3, 4)
    for run in range(3):
        assert_same_bits(lazy.words(7, graph_seed=3, op_seed=4, run=run)[:], stream.words(7))
    stream = Stream(3, 4)
    for run in range(3):
        got = lazy.binomial(7, 20.0, 0.3, graph_seed=3, op_seed=4, run=run)[:]
        assert_same_bits(got, stream.binomial((7,), 20.0, 0.3))


def test_size_costs_nothing():
    """2**50 elements and more: what is read alone is made, in little time and memory."""
    tracemalloc.start()
    began = time.process_time()
    array = lazy.normal((2**25, 2**25), graph_seed=1, op_seed=2)
    at = 2**24 * 2**25 + 77
    assert_same_bits(array[2**24, 77:90], Stream(1, 2).normal((13,), start=at))
    assert array[:: 2**23, -1].shape == (4,)
    assert_same_bits(array[-1, -5:], Stream(1, 2).normal((5,), start=2**50 - 5))
    assert array[3, :: 2**24].shape == (2,)
    assert array[:0].size == 0
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 5_000_000
    assert time.process_time() - began < 10  # a whole row of it takes longer
    with pytest.raises(MemoryError, match="no memory for an array of shape"):
        array[...]
    edge = lazy.uniform(2**63 - 1, graph_seed=1, op_seed=2, dtype="float64")
    assert_same_bits(edge[-2:], Stream(1, 2).uniform((2,), dtype="float64", start=2**63 - 3))


def test_only_what_is_needed_is_drawn(monkeypatch):
    drawn = []
    read = lazy.Array._read

    def noted(self, first, out, threads):
        drawn.append((first, out.size))
        read(self, first, out, threads)

    monkeypatch.setattr(lazy.Array, "_read", noted)
    array = lazy.uniform((1000, 100, 100), graph_seed=1, op_seed=2)
    for index, expected in [
        (np.s_[5], [(50_000, 10_000)]),
        (np.s_[5:7, :, :], [(50_000, 20_000)]),
        (np.s_[5, 6, 7], [(50_607, 1)]),
        (np.s_[::500, 0, 0], [(0, 1), (5_000_000, 1)]),
        (np.s_[0, 0, ::-10], [(9, 91)]),
        (np.s_[7:7], []),
    ]:
        drawn.clear()
        array[index]
        assert drawn == expected, index


def test_copies_and_pickles():
    array = lazy.gamma((2**40,), 2.5, graph_seed=1, op_seed=2)
    pickled = pickle.dumps(array)
    assert len(pickled) < 500
    for other in (pickle.loads(pickled), copy.copy(array), copy.deepcopy(array)):
        assert repr(other) == repr(array)
        assert_same_bits(other[2**39 : 2**39 + 9], array[2**39 : 2**39 + 9])
    assert repr(array) == (
        "<lazy.gamma shape=(1099511627776,) dtype=float32 key=0x1 counter=0x20000000000000000 "
        "alpha=2.5>"
    )


SEEDS = {"graph_seed": 1, "op_seed": 2}
WRONG = [
    (lambda a: a[3], IndexError, "index 3 is out of bounds for axis 0 with size 3"),
    (lambda a: a[0, -5], IndexError, "index -5 is out of bounds for axis 1 with size 4"),
    (lambda a: a[0, 0, 0], IndexError, "too many indices: the array has 2 dimensions, but 3"),
    (lambda a: a[..., ...], IndexError, "only one ellipsis"),
    (lambda a: a[[0, 1]], TypeError, "take integers, slices, None and '...', got"),
    (lambda a: a[np.array([True])], TypeError, "take integers"),
    (lambda a: a[True], TypeError, "take integers"),
    (lambda a: a[1.0], TypeError, "take integers"),
    (lambda a: a["x"], TypeError, "take integers"),
    (lambda a: a[::0], ValueError, "step cannot be zero"),
    (lambda a: lazy.uniform((3,)), TypeError, "give graph_seed and op_seed"),
    (lambda a: lazy.uniform((3,), graph_seed=1), TypeError, "give graph_seed and op_seed"),
    (lambda a: lazy.uniform((3,), seed=[1, 2], key=1, counter=2), TypeError, "give graph_seed"),
    (lambda a: lazy.uniform((3,), key=1), TypeError, "give graph_seed"),
    (lambda a: lazy.uniform((3,), graph_seed=0, op_seed=0), ValueError, "both 0"),
    (lambda a: lazy.uniform((3,), seed=[1, 2], run=1), ValueError, "run belongs to graph_seed"),
    (lambda a: lazy.uniform((3,), **SEEDS, run=-1), ValueError, "run must be in"),
    (lambda a: lazy.uniform((3,), **SEEDS, run=1.5), TypeError, "run must be an integer"),
    (lambda a: lazy.uniform((-3,), **SEEDS), ValueError, "must not be negative"),
    (lambda a: lazy.uniform((2**32, 2**31), **SEEDS), ValueError, "fewer than 2"),
    (lambda a: lazy.uniform((1.5,), **SEEDS), TypeError, "shape must be integers"),
    (lambda a: lazy.uniform((1,) * 33, **SEEDS), ValueError, "at most 32 dimensions"),
    (lambda a: lazy.uniform((3,), np.zeros(3), **SEEDS), TypeError, "minval must be a number"),
    (lambda a: lazy.uniform((3,), "x", **SEEDS), TypeError, "minval"),
    (lambda a: lazy.uniform((3,), dtype="int32", **SEEDS), TypeError, "dtype must be one of"),
    (lambda a: lazy.integers((3,), 5, 5, **SEEDS), ValueError, "need minval < maxval"),
    (lambda a: lazy.words((3,), **SEEDS), TypeError, "n must be an integer"),
    (lambda a: lazy.gamma((3,), [1.0, 2.0], **SEEDS), TypeError, "alpha must be a number"),
    (lambda a: lazy.categorical, AttributeError, "no part can be drawn alone; tfphilox.random"),
    (lambda a: lazy.nothing, AttributeError, "has no attribute 'nothing'"),
    (lambda a: a.save("x.txt"), ValueError, "must end in .npy, .zarr or .h5, got 'x.txt'"),
    (lambda a: a.save("x.npy", chunks=(1, 1)), ValueError, "has no chunks"),
    (lambda a: a.save("x.zarr", chunks=(1,)), ValueError, "chunks must be 2 integers above 0"),
    (lambda a: a.save("x.zarr", chunks=(0, 1)), ValueError, "chunks must be 2 integers above 0"),
    (lambda a: a.save("x.h5", chunks=("a", 1)), TypeError, "chunks must be integers"),
    (lambda a: a.save("x.h5", name=""), ValueError, "name must be that of a data set, such as"),
    (lambda a: a.save("x.h5", name="/"), ValueError, "name must be that of a data set, such as"),
    (lambda a: a.save("x.h5", name=b"x"), TypeError, "name must be a string, got b'x'"),
    (lambda a: lazy.uniform((3,), **SEEDS, op=1), TypeError, "unexpected keyword argument 'op'"),
    (lambda a: lazy.uniform((3,), **SEEDS, run=np.array([1])), TypeError, "run must be an integer"),
    (lambda a: a.save("x.h5", chunks=2), TypeError, "chunks must be integers, one a dimension"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), WRONG)
def test_refusals(tmp_path, monkeypatch, call, error, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=message.replace("(", r"\(").replace("...", r"\.\.\.")):
        call(lazy.uniform((3, 4), **SEEDS))
    assert not list(tmp_path.iterdir())


# ---- files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [*FLOATS])
def test_npy(tmp_path, monkeypatch, dtype):
    if dtype == "bfloat16":
        pytest.importorskip("ml_dtypes")
    monkeypatch.setattr(lazy.files, "CHUNK", 1000)
    for shape in ((), (0, 3), (7,), (33, 101)):
        array = lazy.normal(shape, dtype=dtype, graph_seed=3, op_seed=4)
        array.save(tmp_path / "x.npy")
        np.save(tmp_path / "y.npy", whole("normal", shape, {"dtype": dtype}))
        theirs = np.load(tmp_path / "y.npy")
        ours = np.load(tmp_path / "x.npy")
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
        assert_same_bits(ours.view(numpy_dtype(dtype)), theirs.view(numpy_dtype(dtype)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.npy", "y.npy"]


@pytest.mark.parametrize("suffix", ["zarr", "h5", "hdf5"])
@pytest.mark.parametrize("chunks", [None, (7, 30), (100, 100)])
def test_zarr_and_h5(tmp_path, monkeypatch, suffix, chunks):
    module = pytest.importorskip("zarr" if suffix == "zarr" else "h5py")
    monkeypatch.setattr(lazy.files, "CHUNK", 1000)
    array = lazy.truncated_normal((33, 101), graph_seed=3, op_seed=4)
    array.save(tmp_path / f"x.{suffix}", chunks=chunks, name="numbers")
    expected = whole("truncated_normal", (33, 101), {})
    if suffix == "zarr":
        stored = module.open_array(str(tmp_path / "x.zarr"), mode="r")
        assert_same_bits(stored[...], expected)
        assert stored.chunks == {None: (9, 101), (7, 30): (7, 30)}.get(chunks, (33, 100))
        with pytest.raises(FileExistsError, match="is a folder, which is not replaced"):
            array.save(tmp_path / "x.zarr")
    else:
        with module.File(tmp_path / f"x.{suffix}") as file:
            assert_same_bits(file["numbers"][...], expected)
        array.save(tmp_path / f"x.{suffix}")
    with pytest.raises(TypeError, match="has no bfloat16"):
        lazy.normal(3, dtype="bfloat16", graph_seed=1, op_seed=2).save(tmp_path / f"y.{suffix}")
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("suffix", ["zarr", "h5"])
def test_absent_packages(tmp_path, monkeypatch, suffix):
    monkeypatch.setitem(sys.modules, {"zarr": "zarr", "h5": "h5py"}[suffix], None)
    array = lazy.normal(3, graph_seed=1, op_seed=2)
    with pytest.raises(ImportError, match=rf"pip install 'tfphilox\[{suffix}\]'$"):
        array.save(tmp_path / f"x.{suffix}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", ["npy", "zarr", "h5"])
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_where_the_file_is_written_first_is_left_alone(tmp_path, suffix, kind):
    pytest.importorskip({"npy": "numpy", "zarr": "zarr", "h5": "h5py"}[suffix])
    place = mine = tmp_path / f"x.{suffix}.partial"
    if kind == "folder":
        place.mkdir()
        mine = place / "mine"
    mine.write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="partial is there already, from a save"):
        lazy.normal(3, graph_seed=1, op_seed=2).save(tmp_path / f"x.{suffix}")
    assert mine.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [place]


def test_a_file_is_not_replaced_by_a_folder(tmp_path):
    (tmp_path / "x.zarr").write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="zarr is a file, which is not replaced"):
        lazy.normal(3, graph_seed=1, op_seed=2).save(tmp_path / "x.zarr")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"mine"]


def test_a_file_that_fails_leaves_the_old_one(tmp_path, monkeypatch):
    (tmp_path / "x.npy").write_bytes(b"old")
    array = lazy.normal((3000,), graph_seed=3, op_seed=4)
    monkeypatch.setattr(lazy.files, "CHUNK", 1000)
    read, calls = lazy.Array._read, []

    def interrupted(self, *rest):
        calls.append(rest)
        if len(calls) == 2:
            raise KeyboardInterrupt
        read(self, *rest)

    monkeypatch.setattr(lazy.Array, "_read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        array.save(tmp_path / "x.npy")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]
    with pytest.raises(OSError, match="No such file"):
        array.save(tmp_path / "none" / "x.npy")


SAVE = """
import sys
import tfphilox as tp, tfphilox.progress as p
real = p.time.monotonic
p.time.monotonic = lambda: real() * 100  # a slow machine
tp.lazy.normal((25_000_000,), graph_seed=1, op_seed=2).save(sys.argv[1], quiet=len(sys.argv) > 2)
print(*[line for line in open("/proc/self/status") if line.startswith("VmHWM")])
"""


@pytest.mark.parametrize("quiet", [False, True])
def test_memory_and_progress(tmp_path, quiet):
    """100 MB in less than 100 MB of memory, Python and NumPy included; a bar on a terminal."""
    if not Path("/proc/self/status").exists():
        pytest.skip("/proc is absent")
    outer, inner = pty.openpty()
    command = [sys.executable, "-c", SAVE, str(tmp_path / "x.npy"), *["quiet"] * quiet]
    environment = {**os.environ, "PYTHONPATH": str(Path(tp.__file__).parents[1])}
    done = subprocess.run(
        command, stderr=inner, stdout=subprocess.PIPE, check=True, env=environment
    )
    os.close(inner)
    os.set_blocking(outer, False)
    try:
        shown = os.read(outer, 4096)
    except (BlockingIOError, OSError):
        shown = b""
    os.close(outer)
    assert (b"%" in shown) != quiet
    assert int(done.stdout.split()[1]) < 100_000
    stored = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert_same_bits(stored[-1000:], Stream(1, 2).normal((1000,), start=25_000_000 - 1000))


def test_one_field(tmp_path):
    """The example: a field that is cut three ways is one field."""
    pytest.importorskip("matplotlib")
    environment = {**os.environ, "PYTHONPATH": str(Path(tp.__file__).parents[1])}
    command = [sys.executable, str(EXAMPLES / "one_field.py"), str(tmp_path / "field.svg")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "equal\n"
    assert (tmp_path / "field.svg").read_text().startswith("<?xml")


def test_what_is_absent_is_said():
    """The report of a run names what these tests did without."""
    for name in ("zarr", "h5py"):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is absent: pip install '.[zarr,h5]' brings it")
