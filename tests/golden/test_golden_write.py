"""test_golden_write.py: large arrays in slices, and files that no kill or full disk spoils."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from bits import assert_same_bits

import tfphilox
from tfphilox.golden import GoldenError, check, files, slices, write
from tfphilox.golden.cases import make, setting
from tfphilox.golden.spec import parse

SOURCE = Path(tfphilox.__file__).parents[1]


def spec(*cases, head=""):
    text = "format = 1\n" + head + "\n"
    for number, case in enumerate(cases):
        text += f'[[case]]\nname = "c{number}"\n{case}\n'
    return parse(text.encode())


def large(elements, output="npy", op="random.normal"):
    return spec(f'op = "{op}"\nset_seed = 1\nshape = [{elements}]', head=f'output = ["{output}"]')


# ---- slices ----------------------------------------------------------------------------------


def sliced_cases():
    """Every op that can be made in slices, with the forms of its seeds and arguments."""
    scaled = {
        "uniform": "args = {minval = -1.5, maxval = 2}",
        "normal": "args = {mean = 1, stddev = 2.5}",
        "truncated_normal": "args = {mean = -1, stddev = 0.5}",
    }
    for dtype in ("float16", "bfloat16", "float32", "float64"):
        typed = f'dtype = "{dtype}"\n'
        for name, arguments in scaled.items():
            for rest in (arguments, ""):
                rest += "\n" + typed
                yield f"random.{name}", "set_seed = 3\ncall = 2\n" + rest
                yield f"random.{name}", "set_seed = 3\nseed = 9\ncall = 2\n" + rest
                yield f"random.stateless_{name}", "seed = [3, -4]\n" + rest
                yield f"random.Generator.{name}", "generator = {state=[-1,-1,3]}\ncall=1\n" + rest
            old = name if name == "truncated_normal" else f"random_{name}"
            yield f"compat.v1.{old}", "set_seed = 3\n" + typed
            yield f"compat.v1.random.{name}", "seed = 3\n" + typed
        for name in ("RandomUniform", "RandomStandardNormal", "TruncatedNormal"):
            yield name, "seed = -3\nseed2 = 4\ncall = 3\n" + typed
        for name in ("RandomUniform", "RandomNormal", "TruncatedNormal"):
            yield f"Stateless{name}", "seed = [3, 4]\n" + typed
            counter = f"key = 3\ncounter = [{2**64 - 2}, 5]\nalg = 1\n"
            yield f"Stateless{name}V2", counter + typed
    for dtype in ("int32", "int64"):
        bounds = "args = {minval = -5, maxval = 1000}\n"
        rest = f'dtype = "{dtype}"\n' + bounds
        yield "random.uniform", "set_seed = 3\nseed = 9\ncall = 2\n" + rest
        yield "random.uniform", "set_seed = 3\ncall = 2\n" + rest
        yield "random.stateless_uniform", "seed = [3, -4]\n" + rest
        yield "random.Generator.uniform", "generator = {seed = 5}\n" + rest
    for dtype in ("int32", "int64", "uint32", "uint64"):
        typed = f'dtype = "{dtype}"\n'
        yield "random.Generator.uniform_full_int", "generator = {seed = 5}\ncall = 1\n" + typed
        yield "StatelessRandomUniformFullInt", "seed = [1, 2]\n" + typed
    for rest in ("set_seed = 1\nseed = 2\ncall = 2\n", "set_seed = 1\ncall = 1\n"):
        for dtype in ("float16", "float32", "float64"):
            typed = rest + f'dtype = "{dtype}"\n'
            for alpha in ("{alpha = 2.5}", "{alpha = 0.5, beta = 3}"):
                yield "random.gamma", typed + f"args = {alpha}"
            yield "compat.v1.random_gamma", typed + "args = {alpha = 1}"
        for dtype in ("float32", "int64"):
            for rate in (3.5, 30):
                yield "random.poisson", rest + f'dtype = "{dtype}"\nargs = {{lam = {rate}}}'
    yield "RandomUniformInt", "seed = 1\ncall = 1\n" + bounds
    yield "StatelessRandomUniformInt", "seed = [1, 2]\n" + bounds


@pytest.mark.parametrize(("op", "rest"), list(sliced_cases()))
def test_slices_are_the_whole(monkeypatch, op, rest):
    monkeypatch.setattr(slices, "CHUNK", 256)
    (case,) = spec(f'op = "{op}"\nshape = [17, 59]\n{rest}').cases
    (whole,) = make(case)
    with setting(case):
        found = slices.plan(case)
        assert found is not None
        parts = list(found)
    assert len(parts) > 5
    assert (found.dtype, found.shape) == (whole.array.dtype, whole.array.shape)
    assert_same_bits(np.concatenate(parts), whole.array)
    assert found.provenance == whole.provenance


@pytest.mark.parametrize(
    "case",
    [
        'op = "random.gamma"\nset_seed = 1\nshape = [500000, 1]\nargs = {alpha = [2.0]}',
        'op = "random.normal"\nset_seed = 1\nshape = [5000000]\nargs = {mean = [1.0]}',
        'op = "random.normal"\nset_seed = 1\nshape = [100]',
        'op = "random.Generator.uniform"\ngenerator = {seed = 1, alg = 2}\nshape = [5000000]',
        'set_seed = 1\ndraw = [{op = "random.normal", shape = [5000000]}]',
        'op = "random.normal"\nset_seed = 1\nshape = [5000000]\ndtype = "int32"',
    ],
)
def test_what_is_made_whole(case):
    (one,) = spec(case).cases
    with setting(one):
        found = slices.plan(one)
        assert found is None or case.startswith("set_seed")


def test_key_and_counter_are_where_the_numbers_begin(tmp_path):
    cases = [
        'op = "random.normal"\nset_seed = 3\nshape = [7]\ncall = 2',
        'op = "random.normal"\nset_seed = 3\nseed = 4\nshape = [7]\ncall = 2',
        'op = "random.stateless_normal"\nseed = [1, 2]\nshape = [7]',
        'op = "random.Generator.normal"\ngenerator = {state=[-1,-1,9]}\nshape = [7]\ncall = 1',
        'op = "StatelessRandomNormalV2"\nkey = 5\ncounter = [6, 7]\nalg = 1\nshape = [7]',
        'op = "RandomStandardNormal"\nseed = -1\nseed2 = -2\nshape = [7]\ndtype = "float32"',
        'op = "random.normal"\nset_seed = 3\nshape = [5000000]\nseed = 1\ncall = 1',
    ]
    manifest = write(spec(*cases, head='output = "npy"'), tmp_path)
    for entry in manifest["arrays"]:
        key, counter = int(entry["key"], 16), int(entry["counter"], 16)
        stream = tfphilox.Stream.from_key_counter(key, counter)
        array = np.load(tmp_path / entry["files"][0])
        assert_same_bits(stream.normal(array.shape), array, entry["op"])


# ---- files -----------------------------------------------------------------------------------


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("output", ["npy", "raw", "npz", "safetensors", "csv"])
def test_large_files(tmp_path, output):
    elements = 1_500_003 if output != "csv" else 300_001  # more than two slices
    write(large(elements, output), tmp_path)
    assert check(large(elements, output), tmp_path).ok
    (array,) = [made.array for made in make(large(elements).cases[0])]
    if output == "npz":
        with np.load(tmp_path / "c0.npz") as stored:  # which also checks the sum of the zip file
            assert_same_bits(stored["c0"], array)
    elif output == "npy":
        assert_same_bits(np.load(tmp_path / "c0.npy"), array)
    elif output == "raw":
        assert (tmp_path / "c0.raw").read_bytes() == array.tobytes()


@pytest.mark.parametrize("output", ["npy", "npz", "safetensors"])
@pytest.mark.parametrize("bundle", [False, True])
def test_written_again_changes_nothing(tmp_path, output, bundle):
    if bundle and output == "npy":
        pytest.skip("npy has no bundles")
    one = spec(
        'op = "random.normal"\nset_seed = 1\nshape = [1200000]',
        'op = "random.normal"\nset_seed = 2\nshape = [5]',
        'op = "random.normal"\nset_seed = 2\nshape = [1500000]',
        head=f'output = ["{output}"]\nbundle = {str(bundle).lower()}',
    )
    write(one, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    write(one, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    assert check(one, tmp_path).ok


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory):
    """Folders of a large array, by format, which no test changes."""
    folder = tmp_path_factory.mktemp("whole")
    for output in ("npy", "npz", "raw"):
        write(large(2_000_000, output), folder / output)
    return folder


@pytest.mark.parametrize("output", ["npy", "npz", "raw"])
@pytest.mark.parametrize("where", [0, 0.3, 0.999, 1])
@pytest.mark.parametrize("kind", ["cut", "garbage", "zeros"])
def test_goes_on_from_a_partial_file(tmp_path, whole_files, output, where, kind):
    """Whatever an interrupted run left is used as far as it is right."""
    one = large(2_000_000, output)
    good = digests(whole_files / output)
    name = f"c0.{output}"
    content = (whole_files / output / name).read_bytes()
    at = int(len(content) * where)
    tail = {"cut": b"", "garbage": os.urandom(100), "zeros": bytes(len(content) - at)}[kind]
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / (name + files.PARTIAL)).write_bytes(content[:at] + tail)
    write(one, tmp_path / "new")
    assert digests(tmp_path / "new") == good


def test_a_damaged_large_file_is_mended(tmp_path):
    one = large(2_000_000, "npz")
    write(one, tmp_path)
    good = digests(tmp_path)
    for at in (14, 20, 100, 4_000_000, 8_000_120):  # the sum in the header, sizes, numbers, the end
        content = bytearray((tmp_path / "c0.npz").read_bytes())
        content[at] ^= 0x40
        (tmp_path / "c0.npz").write_bytes(content)
        write(one, tmp_path)
        assert digests(tmp_path) == good
    with open(tmp_path / "c0.npz", "ab") as file:
        file.write(b"more")
    write(one, tmp_path)
    assert digests(tmp_path) == good
    os.truncate(tmp_path / "c0.npz", 4_000_000)
    write(one, tmp_path)
    assert digests(tmp_path) == good


KILLED = """
import sys
sys.path.insert(0, {source!r})
from tfphilox.golden import read, write
write(read({spec!r}), {folder!r})
"""


def test_killed_at_any_moment(tmp_path):
    """After a kill -9 there is never a half-written file under a finished one's name."""
    text = 'format = 1\noutput = ["npy", "npz"]\n'
    for number in range(6):
        text += (
            f'[[case]]\nname = "c{number}"\nop = "random.normal"\nset_seed = {number}\n'
            f"shape = [{(5_000_000, 10)[number % 2]}]\n"
        )
    file = tmp_path / "s.toml"
    file.write_text(text)
    write(parse(text.encode()), tmp_path / "good")
    good = digests(tmp_path / "good")
    rng = np.random.default_rng()
    folder = tmp_path / "new"
    code = KILLED.format(source=str(SOURCE), spec=str(file), folder=str(folder))
    killed = 0
    for _ in range(6):
        process = subprocess.Popen([sys.executable, "-c", code])
        time.sleep(rng.uniform(0.1, 1.2))
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        for path in folder.rglob("*"):
            if path.is_file() and path.suffix != files.PARTIAL:
                name = path.relative_to(folder).as_posix()
                assert hashlib.sha256(path.read_bytes()).hexdigest() == good[name]
        if killed < 2 and (folder / "manifest.json").exists():
            (folder / "manifest.json").unlink()
            (folder / "c4.npy").unlink()
    subprocess.run([sys.executable, "-c", code], check=True)
    assert digests(folder) == good


def test_memory_stays_small(tmp_path):
    """400 MB with less than 200 MB of memory; tests/README.md tells of ten gigabytes."""
    megabytes = int(os.environ.get("TFPHILOX_GOLDEN_MB", "400"))
    text = large(megabytes * 250_000, "raw")
    file = tmp_path / "s.toml"
    file.write_text(
        'format = 1\noutput = ["raw"]\n[[case]]\nname = "c0"\nop = "random.normal"\n'
        f"set_seed = 1\nshape = [{megabytes * 250_000}]\n"
    )
    code = KILLED.format(source=str(SOURCE), spec=str(file), folder=str(tmp_path / "out"))
    # not ru_maxrss, in which the parent's memory counts until the child is another program
    code += "print(*[line for line in open('/proc/self/status') if line.startswith('VmHWM')])\n"
    if not Path("/proc/self/status").exists():
        pytest.skip("/proc is absent")
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert int(done.stdout.split()[1]) < 200_000
    path = tmp_path / "out" / "c0.raw"
    assert path.stat().st_size == megabytes * 1_000_000
    (case,) = text.cases
    with setting(case):
        tail = slices.plan(case).make(megabytes * 250_000 - 1000, 1000)
    with open(path, "rb") as stored:
        stored.seek(-4000, os.SEEK_END)
        assert stored.read() == tail.tobytes()
    path.unlink()


# ---- what cannot be written ------------------------------------------------------------------

SMALL = 'op = "random.normal"\nset_seed = 1\nshape = [5]'


def test_a_full_disk(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(files.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(GoldenError, match=r'case "c0": the disk is too full: 20000000 bytes'):
        write(large(5_000_000), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("elements", [5_000_000, 500_000, 50_000])
def test_the_disk_becomes_full(tmp_path, elements):
    """A limit on file sizes stands in for a disk: in the middle of a file, writing fails."""
    file = tmp_path / "s.toml"
    text = (
        f'format=1\noutput="npy"\n[[case]]\nname="c0"\nop="random.normal"\nset_seed=1\n'
        f"shape=[{elements}]"
    )
    file.write_text(text)
    code = KILLED.format(source=str(SOURCE), spec=str(file), folder=str(tmp_path / "out"))
    code = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (90000, 90000))\n" + code
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "c0.npy: " in last
    assert 'case "c0": cannot be written: File too large' in last
    assert not (tmp_path / "out" / "c0.npy").exists()
    write(parse(text.encode()), tmp_path / "out")
    assert check(parse(text.encode()), tmp_path / "out").ok


def test_unwritable(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(GoldenError, match="file: cannot be made: File exists"):
        write(spec(SMALL), tmp_path / "file")
    with pytest.raises(GoldenError, match="x: cannot be made: Not a directory"):
        write(spec(SMALL), tmp_path / "file" / "x")
    with pytest.raises(GoldenError, match=r"proc.*cannot be made"):
        write(spec(SMALL), "/proc/none")
    (tmp_path / "out" / "c0.npz").mkdir(parents=True)
    with pytest.raises(GoldenError, match=r"c0\.npz: .*is no plain file"):
        write(spec(SMALL), tmp_path / "out")


def test_nothing_leaves_the_folder(tmp_path):
    outside, folder = tmp_path / "outside", tmp_path / "out"
    outside.mkdir()
    folder.mkdir()
    (folder / "sub").symlink_to(outside)
    text = b'format=1\n[[case]]\nname="sub/x"\nop="random.normal"\nseed=1\nshape=[1]'
    with pytest.raises(GoldenError, match="outside the folder, by a link"):
        write(parse(text), folder)
    (outside / "precious").write_text("x")
    (folder / "c0.npz").symlink_to(outside / "precious")
    with pytest.raises(GoldenError, match="no plain file"):
        write(spec(SMALL), folder)
    (folder / "c0.npz").unlink()
    (folder / "c0.npz.partial").symlink_to(outside / "precious")
    with pytest.raises(GoldenError):
        write(spec(SMALL), folder)
    assert {path.name for path in outside.iterdir()} == {"precious"}
    assert (outside / "precious").read_text() == "x"


@pytest.mark.parametrize("elements", [5, 5_000_000])
def test_what_is_not_golden_data_is_not_replaced(tmp_path, elements):
    one = spec(f'op = "random.normal"\nset_seed = 1\nshape = [{elements}]')
    (tmp_path / "c0.npz").write_bytes(b"precious" * 1000)
    with pytest.raises(GoldenError, match="no manifest here says that it is golden data"):
        write(one, tmp_path)
    assert (tmp_path / "c0.npz").read_bytes() == b"precious" * 1000
    (tmp_path / "c0.npz").unlink()
    write(one, tmp_path)
    other = spec(f'op = "random.normal"\nset_seed = 2\nshape = [{elements}]')
    write(other, tmp_path)  # what a manifest lists is replaced
    assert check(other, tmp_path).ok
    (tmp_path / "manifest.json").write_text("precious")
    with pytest.raises(GoldenError):
        write(other, tmp_path)
    assert (tmp_path / "manifest.json").read_text() == "precious"


def test_a_case_that_fails_leaves_the_manifest(tmp_path):
    write(spec(SMALL), tmp_path)
    before = (tmp_path / "manifest.json").read_bytes()
    bad = spec(SMALL.replace("= 1", "= 2"), SMALL + '\nargs = {mean = "x"}')
    with pytest.raises(GoldenError, match=r'spec\.toml: case "c1": args\.mean'):
        write(bad, tmp_path)
    assert (tmp_path / "manifest.json").read_bytes() == before


def test_thousand_cases_make_no_thousand_processes(tmp_path):
    """Many small files at once: all there, and listed in the order of the cases."""
    many = spec(*[f'op = "random.normal"\nset_seed = {n}\nshape = [3]' for n in range(1000)])
    write(many, tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert [entry["name"] for entry in manifest["arrays"]] == [f"c{n}" for n in range(1000)]
    assert len(list(tmp_path.glob("*.npz"))) == 1000
    assert check(many, tmp_path).ok


# ---- what no case makes any more -------------------------------------------------------------

OLD = """
format = 1
output = ["npz", "npy", "c"]
[[case]]
name = "kept"
op = "random.normal"
set_seed = 1
shape = [5]
[[case]]
name = "dir/gone"
op = "random.normal"
set_seed = 1
shape = [5]
[[case]]
name = "gone"
set_seed = 1
draw = [{op = "random.normal", shape = [5]}, {op = "random.normal", shape = [5]}]
"""
NEW = OLD[: OLD.index('[[case]]\nname = "dir')].replace('"npy", ', "")


def test_what_no_case_makes_is_removed(tmp_path):
    """The folder is then what it is when it is written for the first time."""
    write(parse(OLD.encode()), tmp_path / "old")
    left = tmp_path / "old" / "gone.npz.partial"
    left.write_bytes(b"a kill")
    assert [p.kind for p in check(parse(NEW.encode()), tmp_path / "old").problems].count(
        "stranger"
    ) == 9
    looked = write(parse(NEW.encode()), tmp_path / "old", dry_run=True)
    assert left.exists()
    made = write(parse(NEW.encode()), tmp_path / "old")
    assert made.changes == looked.changes
    write(parse(NEW.encode()), tmp_path / "new")
    assert digests(tmp_path / "old") == digests(tmp_path / "new")
    assert sorted(path.name for path in (tmp_path / "old").iterdir()) == [
        "kept.h", "kept.npz", "manifest.json",
    ]  # fmt: skip
    assert check(parse(NEW.encode()), tmp_path / "old").ok
    assert {name for name, change in made.changes.items() if change == "removed"} == {
        "kept.npy", "dir/gone.npz", "dir/gone.npy", "dir/gone.h",
        "gone.npz", "gone.h", "gone/0.npy", "gone/1.npy",
    }  # fmt: skip
    assert {made.changes[name] for name in ("kept.npz", "kept.h")} == {"unchanged"}
    assert made.changes["manifest.json"] == "changed"
    assert (made.count("removed"), made.count("new")) == (8, 0)


def test_nothing_else_is_removed(tmp_path):
    """A manifest can say anything: only plain files of our kinds inside the folder go."""
    folder = tmp_path / "out"
    write(parse(NEW.encode()), folder)
    (tmp_path / "outside.npz").write_bytes(b"precious")
    (folder / "sub").symlink_to(tmp_path)
    (folder / "link.npz").symlink_to(tmp_path / "outside.npz")
    for name in ("notes.txt", "main.py", "mine.npz", "a.npz", "folder.npz/x"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"precious")
    manifest = json.loads((folder / "manifest.json").read_text())
    for path in (
        "../outside.npz", str(tmp_path / "outside.npz"), "sub/outside.npz", "link.npz", "notes.txt",
        "main.py", "folder.npz", "./kept.npz", "sub/../kept.npz", "kept.npz", "x\0.npz", "", 7,
    ):  # fmt: skip
        manifest["files"].append({"path": path, "bytes": 8})
    manifest["files"].append({"path": "mine.npz", "bytes": 9})  # has been replaced since
    manifest["files"].append({"path": "a.npz"})
    manifest["files"].append("b")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    before = digests(folder)
    made = write(parse(NEW.encode()), folder)
    assert made.count("removed") == 0
    after = digests(folder)
    assert {name for name in before if before[name] != after.get(name)} == {"manifest.json"}
    assert (tmp_path / "outside.npz").read_bytes() == b"precious"
    (folder / "manifest.json").write_text(
        '{"format": 1, "made_by": "me", "files": [{"path": "a.npz", "bytes": 8}]}'
    )
    assert write(parse(NEW.encode()), folder).count("removed") == 0


def test_a_case_that_fails_removes_nothing(tmp_path):
    write(parse(OLD.encode()), tmp_path)
    before = digests(tmp_path)
    bad = (
        NEW
        + '[[case]]\nname = "x"\nop = "random.normal"\nseed = 1\nshape = [1]\nargs = {mean = "x"}'
    )
    with pytest.raises(GoldenError, match="mean"):
        write(parse(bad.encode()), tmp_path)
    assert {name: sum for name, sum in digests(tmp_path).items() if name in before} == before


def test_dry_run_writes_nothing(tmp_path):
    one = spec('op = "random.normal"\nset_seed = 1\nshape = [5]')
    assert write(one, tmp_path / "x" / "y", dry_run=True).changes == {
        "c0.npz": "new", "manifest.json": "new",
    }  # fmt: skip
    assert not list(tmp_path.iterdir())
    write(one, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    other = spec('op = "random.normal"\nset_seed = 2\nshape = [5]')
    assert write(other, tmp_path, dry_run=True).changes == {
        "c0.npz": "changed", "manifest.json": "changed",
    }  # fmt: skip
    assert write(one, tmp_path, dry_run=True).count("unchanged") == 2
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    (tmp_path / "c1.npz").write_bytes(b"precious")  # what would be refused is refused
    with pytest.raises(GoldenError, match=r"c1\.npz: .*no manifest here says"):
        write(spec(SMALL, SMALL.replace("= 1", "= 2")), tmp_path, dry_run=True)
    with pytest.raises(GoldenError, match=r'case "c0": args\.mean'):
        write(spec(SMALL + '\nargs = {mean = "x"}'), tmp_path, dry_run=True)
