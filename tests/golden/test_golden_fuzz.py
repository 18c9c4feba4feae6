"""test_golden_fuzz.py: no specification and no file makes a traceback, a crash, or a change.

TFPHILOX_GOLDEN_FUZZ says how many inputs each test mutates (2000 by default); the run's seed
is random, printed in a failure, and can be given again as TFPHILOX_GOLDEN_FUZZ_SEED.
"""

import contextlib
import io
import os
import random
import re
import secrets

import pytest
from places import EXAMPLES

from tfphilox.golden import GoldenError, check, write
from tfphilox.golden.cli import main
from tfphilox.golden.diff import load
from tfphilox.golden.spec import Spec, parse

NUMBER = int(float(os.environ.get("TFPHILOX_GOLDEN_FUZZ", "2000")))
SEED = int(os.environ.get("TFPHILOX_GOLDEN_FUZZ_SEED", secrets.randbits(40)))

CORPUS = [path.read_bytes() for path in sorted(EXAMPLES.rglob("*.toml"))]
SMALL = b"""
format = 1
output = ["npz", "npy", "raw", "json", "csv", "c", "rust", "safetensors"]
[[case]]
name = "a"
op = "random.normal"
set_seed = 1
shape = [2, 2]
[[case]]
name = "b"
set_seed = 2
draw = [{op = "random.uniform", shape = [1], dtype = "bfloat16"},
  {op = "random.shuffle", args = {value = {arange = 3}}}]
"""
CORPUS.append(SMALL)
# What a key may be given that it does not expect
VALUES = [
    b"-1", b"0", b"1", b"2", b"1e400", b"nan", b"-inf", b"true", b'""', b'"x"', b"[]", b"[[]]",
    b"{}", b"[1, 'a']", b"1979-05-27T07:32:00Z", b"07:32:00", b"99999999999999999999999999999",
    b"-9223372036854775809", b"0x7fffffffffffffff", b'"../../etc/passwd"', b'"\\u0000"', b"[0, -1]",
    b"{values = 1}", b"{arange = -1}", b"{values = [[1], [2, 3]], dtype = 'int8', shape = [3]}",
    b"{seed = 1}", b"{state = [1, 2, 3]}", b"[{op = 'random.set_seed', seed = 1}]", b"'''\n'''",
    b'"random.Generator.normal"', b'"raw_ops.StatelessShuffle"', b'"random.set_seed"', b'"/"',
]  # fmt: skip
WORDS = sorted({word for text in CORPUS for word in re.findall(rb"[\w.]+", text)})


def mutated_text(rng):
    """A specification with a few changes, some of which keep it well-formed."""
    content = rng.choice(CORPUS)
    for _ in range(rng.randint(1, 4)):
        kind = rng.randrange(6)
        lines = content.split(b"\n")
        at = rng.randrange(len(lines))
        if kind == 0:
            lines[at] = re.sub(rb"= .*", lambda _: b"= " + rng.choice(VALUES), lines[at], count=1)
        elif kind == 1:
            lines[at] = re.sub(rb"[\w.]+", lambda _: rng.choice(WORDS), lines[at], count=1)
        elif kind == 2:
            lines.insert(rng.randrange(len(lines)), rng.choice(lines))
        elif kind == 3:
            del lines[at]
        content = b"\n".join(lines)
        if kind > 3:
            content = mutated_bytes(rng, content)
    return content


def mutated_bytes(rng, content):
    """Bytes with some flipped, cut out, doubled or replaced."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.choice([1, 1, 2, 4, 8, 100]))
        kind = rng.randrange(6)
        if kind == 0:
            del data[at:end]
        elif kind == 1:
            data[at:at] = data[at:end]
        elif kind == 2:
            data[at:end] = rng.randbytes(end - at)
        elif kind == 3:
            data[at:at] = rng.choice([b"\x00", b"\xff" * 8, b'"', b"[" * 9, b"\n", b"9" * 40, b"-"])
        elif kind == 4 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        else:
            del data[rng.randrange(len(data) + 1) :]
    return bytes(data)


def snapshot(folder):
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_specifications(tmp_path, monkeypatch):
    """Each is read, or refused in one line that names the file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "precious").write_text("x")
    before = snapshot(tmp_path)
    rng = random.Random(SEED)
    read = 0
    for number in range(NUMBER):
        content = mutated_text(rng)
        try:
            read += isinstance(parse(content, tmp_path / "s.toml"), Spec)
        except GoldenError as error:
            said = str(error)
            assert said.startswith(str(tmp_path / "s.toml")), (SEED, number, content)
            assert len(said) < 2000
        except BaseException as error:
            raise AssertionError(f"seed {SEED}, input {number}: {content!r}") from error
    assert read > NUMBER // 50
    assert snapshot(tmp_path) == before


def test_files(tmp_path):
    """Every mutated file is read without a crash, its problem is named, and it stays as it is."""
    spec, folder = parse(SMALL), tmp_path / "golden"
    write(spec, folder)
    good = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    names = sorted(good)
    rng = random.Random(SEED + 1)
    for number in range(NUMBER // 4):
        changed = rng.sample(names, rng.choice([1, 1, 2, 5]))
        for path in changed:
            path.write_bytes(mutated_bytes(rng, good[path]))
        before = snapshot(tmp_path)
        try:
            report = check(spec, folder)
        except BaseException as error:
            content = [path.read_bytes() for path in changed]
            raise AssertionError(f"seed {SEED}, input {number}: {changed} {content}") from error
        differ = {path for path in changed if before[path][0] != good[path]}
        named = {folder / p.file for p in report.problems}
        assert named == differ, f"seed {SEED}, input {number}: {[str(p) for p in report.problems]}"
        assert snapshot(tmp_path) == before
        for path in changed:
            path.write_bytes(good[path])


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".json", ".csv", ".h", ".rs", ".safetensors"])
def test_readers(tmp_path, suffix):
    """A file of any bytes is read or refused, whatever wrote it."""
    spec = parse(SMALL)
    write(spec, tmp_path / "golden")
    corpus = [path.read_bytes() for path in (tmp_path / "golden").rglob(f"*{suffix}")]
    file = tmp_path / f"x{suffix}"
    rng = random.Random(SEED + 2)
    for number in range(NUMBER // 8):
        content = mutated_bytes(rng, rng.choice(corpus))
        file.write_bytes(content)
        try:
            for array in load(file).values():
                array.tobytes()
        except GoldenError as error:
            assert str(error).startswith(str(file))  # noqa: PT017
        except BaseException as error:
            raise AssertionError(f"seed {SEED}, input {number}: {content!r}") from error


def test_the_command_has_no_traceback(tmp_path):
    """The whole way, with status and one line; the specification and the files are mutated."""
    write(parse(SMALL), tmp_path / "golden")
    (tmp_path / "golden.toml").write_bytes(SMALL)
    rng = random.Random(SEED + 3)
    for number in range(NUMBER // 40):
        name = rng.choice(["golden.toml", "golden/manifest.json", "golden/a.npz", "golden/b.json"])
        good = (tmp_path / name).read_bytes()
        content = mutated_bytes(rng, good)
        if name == "golden.toml" and re.search(rb"\d{4}", content):
            continue  # perhaps a shape of many gigabytes
        (tmp_path / name).write_bytes(content)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(["check", str(tmp_path / "golden.toml"), str(tmp_path / "golden")])
        assert status in (0, 1, 2), f"seed {SEED}, input {number}: {content!r}"
        assert (status == 2) == bool(err.getvalue())
        assert (tmp_path / name).read_bytes() == content
        (tmp_path / name).write_bytes(good)
