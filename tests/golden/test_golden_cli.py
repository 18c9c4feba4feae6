"""test_golden_cli.py: the commands under `tfphilox golden`, and their pictures."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tfphilox
from tfphilox.__main__ import main
from tfphilox.golden.plot import density
from tfphilox.golden.spec import parse

SPEC = """
format = 1
[[case]]
name = "a"
op = "random.normal"
set_seed = 1
shape = [2000]
[[case]]
name = "b"
op = "random.uniform"
set_seed = 1
shape = [40]
dtype = "int32"
args = {minval = 0, maxval = 6}
[[case]]
name = "c"
set_seed = 2
draw = [{op = "random.normal", shape = [3], name = "x"}, {op = "random.uniform", shape = [2]}]
"""


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "golden.toml"
    path.write_text(SPEC)
    return path


def run(capsys, *arguments):
    """Exit status, standard output, standard error."""
    try:
        status = main(["golden", *map(str, arguments)])
    except SystemExit as error:
        status = error.code
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_write_and_check(capsys, spec):
    folder = spec.with_suffix("")
    assert run(capsys, "write", spec) == (0, f"4 arrays in 3 files in {folder}\n", "")
    assert run(capsys, "write", spec, "--quiet") == (0, "", "")
    assert run(capsys, "check", spec) == (0, "4 arrays: as specified\n", "")
    assert run(capsys, "check", spec, folder, "--quiet") == (0, "4 arrays: as specified\n", "")
    status, out, _ = run(capsys, "check", spec, folder, "--json")
    assert (status, json.loads(out)) == (0, {"ok": True, "arrays": 4, "problems": []})


def test_what_is_removed_is_said(capsys, spec):
    run(capsys, "write", spec)
    folder = spec.with_suffix("")
    spec.write_text(SPEC[: SPEC.index('[[case]]\nname = "c"')].replace("2000", "2001"))
    status, out, _ = run(capsys, "check", spec)
    assert status == 1
    assert "c.npz: no case makes it\n" in out
    assert run(capsys, "write", spec, "--dry-run") == (
        0,
        "a.npz: differs\nc.npz: would be removed: no case makes it any more\n"
        f"manifest.json: differs\n2 arrays in 2 files in {folder}; nothing was written\n",
        "",
    )
    assert run(capsys, "write", spec) == (
        0,
        f"c.npz: is removed: no case makes it any more\n2 arrays in 2 files in {folder}\n",
        "",
    )
    assert run(capsys, "check", spec)[0] == 0


def test_what_is_changed_by_hand_is_left_alone_and_that_is_said(capsys, spec):
    run(capsys, "write", spec)
    folder = spec.with_suffix("")
    (folder / "c.npz").write_bytes(b"mine")
    spec.write_text(SPEC[: SPEC.index('[[case]]\nname = "c"')])
    why = "left alone: no case makes it any more, but somebody has changed it\n"
    _, out, _ = run(capsys, "write", spec, "--dry-run")
    assert f"c.npz: would be {why}" in out
    counts = f"2 arrays in 2 files in {folder}\n"
    assert run(capsys, "write", spec) == (0, f"c.npz: is {why}{counts}", "")
    assert (folder / "c.npz").read_bytes() == b"mine"
    status, out, _ = run(capsys, "check", spec)
    assert (status, out) == (1, "c.npz: no case makes it\n2 arrays: 1 problem\n")


def test_write_one_file(capsys, tmp_path):
    path = tmp_path / "one.toml"
    path.write_text('format=1\n[[case]]\nname="x"\nop="random.uniform"\nset_seed=1\nshape=[3]\n')
    assert run(capsys, "write", path) == (0, f"1 array in 1 file in {path.with_suffix('')}\n", "")


@pytest.mark.parametrize("shape", ["2x3", "2,-3", "2.5", "4294967296,4294967296"])
def test_shapes_that_are_none(shape, capsys, tmp_path):
    status, _, err = run(capsys, "diff", tmp_path, tmp_path, "--shape", shape)
    assert status == 2
    assert f"commas between them, such as 2,3, of fewer than 2**63 elements; got '{shape}'" in err


def test_write_elsewhere(capsys, spec, tmp_path):
    there = tmp_path / "x" / "y"
    assert run(capsys, "write", spec, "-o", there)[0] == 0
    assert run(capsys, "check", spec, there)[0] == 0
    status, out, err = run(capsys, "check", spec)
    assert (status, out) == (2, "")
    assert "golden: is no folder" in err


def test_check_says_what_differs(capsys, spec):
    run(capsys, "write", spec)
    (spec.with_suffix("") / "b.npz").unlink()
    with open(spec.with_suffix("") / "a.npz", "r+b") as file:
        file.seek(200)
        file.write(b"\x00\x00\x80\x7f")
    status, out, err = run(capsys, "check", spec)
    assert (status, err) == (1, "")
    assert "b.npz: is missing" in out
    assert 'case "a": a.npz: ' in out
    assert "ulps apart" in out
    assert out.endswith("4 arrays: 2 problems\n")
    status, out, _ = run(capsys, "check", spec, "--json")
    report = json.loads(out)
    assert (status, report["ok"]) == (1, False)
    assert {problem["kind"] for problem in report["problems"]} == {"missing", "values"}


def test_diff(capsys, tmp_path):
    a, b = tmp_path / "a.npy", tmp_path / "b.npy"
    np.save(a, np.float32([1, 2, 3]))
    np.save(b, np.float32([1, 2, 4]))
    np.float32([1, 2, 3]).tofile(tmp_path / "a.bin")
    assert run(capsys, "diff", a, a) == (0, "1 array: equal\n", "")
    status, out, _ = run(capsys, "diff", a, b)
    assert status == 1
    assert out.startswith(
        "1 of 3 elements differ, the first at [2]: 3.0 (0x40400000), expected 4.0"
    )
    assert json.loads(run(capsys, "diff", a, b, "--json")[1])["problems"][0]["index"] == [2]
    assert run(capsys, "diff", a, b, "--max-ulps", "4194304")[:2] == (
        0,
        "1 of 3 elements differ, all within 4194304 ulps, the first at [2]: 3.0 (0x40400000), "
        "expected 4.0 (0x40800000), 4194304 ulps apart\n1 array: equal but for ulps\n",
    )
    assert "0 or more; got '-1'" in run(capsys, "diff", a, b, "--max-ulps", "-1")[2]
    options = ["--dtype", "float32"]
    assert run(capsys, "diff", tmp_path / "a.bin", a, *options)[0] == 0
    assert run(capsys, "diff", tmp_path / "a.bin", b, *options, "--shape", "3")[0] == 1
    assert "got 'x'" in run(capsys, "diff", a, b, "--dtype", "x")[2]
    assert "argument --shape" in run(capsys, "diff", a, b, "--shape", "-1")[2]


ERRORS = [
    ("write none.toml", "none.toml: No such file"),
    ("write", "SPEC.toml"),
    ("check", "SPEC.toml"),
    ("diff a.npy", "B"),
    ("plot golden.toml d", 'golden.toml: case "d": there is none of this name'),
    ("plot golden.toml a -o x.gif", "x.gif: must end in .png or .svg"),
    ("plot golden.toml a -o none/x.png", "x.png: cannot be written"),
    ("verify golden.toml --python none", "none: cannot be run: No such file"),
    ("verify golden.toml --python /bin/true", "/bin/true: has no TensorFlow"),
    ("wrong", "invalid choice"),
    ("", "command"),
]


@pytest.mark.parametrize(("command", "message"), ERRORS)
def test_errors(capsys, spec, monkeypatch, command, message):
    if command.startswith("plot") and " a " in command:
        pytest.importorskip("matplotlib")
    monkeypatch.chdir(spec.parent)
    status, out, err = run(capsys, *command.split())
    assert (status, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_the_command_itself(capsys, spec):
    status, out, _ = run(capsys, "--help")
    assert status == 0
    for name in ("write", "check", "diff", "verify", "plot"):
        assert name in out
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    assert "golden" in capsys.readouterr().out
    command = [sys.executable, "-m", "tfphilox", "golden"]
    done = subprocess.run([*command, "write", spec], capture_output=True, text=True, check=True)
    assert done.stderr == ""  # no bar where there is no terminal


@pytest.mark.parametrize("quiet", [False, True])
def test_progress_is_shown_on_a_terminal_only(spec, quiet):
    spec.write_text(
        'format = 1\n[[case]]\nname = "x"\nop = "random.gamma"\nset_seed = 1\nshape = [600000]\n'
        'args = {alpha = 2}\n'
        + "".join(f'[[case]]\nname = "y{n}"\nop = "random.normal"\nseed = {n + 1}\n'
                  "shape = [800000]\n" for n in range(5))
    )  # fmt: skip
    outer, inner = pty.openpty()
    code = (
        "import tfphilox.progress as p, sys; real = p.time.monotonic\n"
        "p.time.monotonic = lambda: real() * 100\n"  # a slow machine
        "from tfphilox.golden.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "write", str(spec), *["--quiet"] * quiet]
    environment = {**os.environ, "PYTHONPATH": str(Path(tfphilox.__file__).parents[1])}
    done = subprocess.run(
        command, stderr=inner, stdout=subprocess.PIPE, check=True, env=environment
    )
    os.close(inner)
    shown = b""
    os.set_blocking(outer, False)
    try:
        while part := os.read(outer, 4096):
            shown += part
    except (BlockingIOError, OSError):
        pass
    os.close(outer)
    assert bool(shown) != quiet
    assert (b"%" in shown) != quiet
    assert bool(done.stdout) != quiet


# ---- pictures --------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".png", ".svg"])
@pytest.mark.parametrize("name", ["a", "b", "c", "c/x"])
def test_plot(capsys, spec, tmp_path, suffix, name):
    pytest.importorskip("matplotlib")
    file = tmp_path / f"p{suffix}"
    assert run(capsys, "plot", spec, name, "-o", file) == (0, "", "")
    content = file.read_bytes()
    assert content.startswith(b"\x89PNG" if suffix == ".png" else b"<?xml")
    run(capsys, "plot", spec, name, "-o", file)
    assert file.read_bytes() == content


def test_plot_of_differences(capsys, spec, tmp_path):
    pytest.importorskip("matplotlib")
    run(capsys, "write", spec)
    other = np.load(spec.with_suffix("") / "a.npz")["a"]
    other[7] = 0
    np.save(tmp_path / "other.npy", other)
    file = tmp_path / "p.svg"
    assert run(capsys, "plot", spec, "a", "-o", file, "--against", tmp_path / "other.npy")[0] == 0
    with_differences = len(file.read_bytes())
    run(capsys, "plot", spec, "a", "-o", file)
    assert len(file.read_bytes()) < with_differences
    np.save(tmp_path / "other.npy", other[1:])
    status, _, err = run(capsys, "plot", spec, "a", "-o", file, "--against", tmp_path / "other.npy")
    assert status == 2
    assert "holds 1999 elements of float32, the case has 2000" in err


DENSITIES = [
    'op = "random.normal"\nargs = {mean = 2, stddev = 0.5}',
    'op = "random.truncated_normal"\nargs = {mean = 2, stddev = 0.5}',
    'op = "random.uniform"\nargs = {minval = -1.0, maxval = 3.0}',
    'op = "random.gamma"\nargs = {alpha = 2.5, beta = 2}',
    'op = "random.gamma"\nargs = {alpha = 1.5}',
]


@pytest.mark.parametrize("text", DENSITIES)
def test_densities_are_exact(text):
    """Each integrates to one, and the numbers follow it."""
    text = f'format=1\n[[case]]\nname="x"\nset_seed=1\nshape=[200000]\n{text}'
    (case,) = parse(text.encode()).cases
    from tfphilox.golden.cases import make

    values = np.sort(make(case)[0].array.astype(np.float64))
    x = np.linspace(-10, 30, 400_001)
    steps = density(case.draws[0], np.dtype("float32"), x) * (x[1] - x[0])
    assert steps.sum() == pytest.approx(1, abs=2e-4)
    below = np.interp(values, x, np.cumsum(steps))
    assert np.abs(below - np.arange(values.size) / values.size).max() < 0.006


def test_no_density():
    for op, more in [
        ("random.poisson", "args = {lam = 3}"),
        ("random.normal", "args = {mean = [1, 2]}"),
    ]:
        text = f'format=1\n[[case]]\nname="x"\nset_seed=1\nshape=[2]\nop="{op}"\n{more}'
        (case,) = parse(text.encode()).cases
        assert density(case.draws[0], np.dtype("float32"), np.zeros(1)) is None
