"""test_cli.py: the tfphilox command."""

import re
import subprocess
import sys

import numpy as np
import pytest
from bits import assert_same_bits

import tfphilox as tp
from tfphilox.__main__ import main

WORDS = re.compile(r"# key (0x[0-9a-f]{16}), counter (0x[0-9a-f]{32})")


def run(capsys, *arguments):
    """Return what a successful command printed."""
    assert main(arguments) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def refuse(capsys, *arguments):
    """Return what a failing command said."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    printed = capsys.readouterr()
    assert (caught.value.code, printed.out) == (2, "")
    return printed.err


def start(printed):
    return [int(word, 16) for word in WORDS.search(printed).groups()]


def test_draw_prints_the_array_and_its_start(capsys):
    printed = run(capsys, "draw", "random.normal", "--shape", "2,3",
                  "--graph-seed", "1234", "--op-seed", "5")  # fmt: skip
    tp.random.set_seed(1234)
    expected = tp.random.normal([2, 3], seed=5)
    head, *lines = printed.splitlines()
    assert head == "# random.normal, float32, shape [2, 3]; op attributes seed 1234, seed2 5"
    assert start(printed) == [1234, 5 << 64]
    values = re.findall(r"-?[0-9.]+(?:e-?\d+)?", " ".join(lines[1:]))
    assert_same_bits(np.array(values, np.float32), expected)


def test_draw_without_op_seed_is_the_first_call(capsys):
    printed = run(capsys, "draw", "random.uniform", "--graph-seed", "0")
    assert "seed 0, seed2 1654615998" in printed
    assert printed.splitlines()[-1] == "0.29197514"


def test_draw_without_seeds_can_be_repeated(capsys, tmp_path):
    file = tmp_path / "x.npz"
    printed = run(capsys, "draw", "random.uniform", "--shape", "4", "--out", str(file))
    saved = np.load(file)
    counter = int(saved["counter"][0]) | int(saved["counter"][1]) << 64
    assert start(printed) == [saved["key"][0], counter] == [87654321, counter]
    again = tp.Stream.from_key_counter(87654321, counter).uniform((4,))
    assert_same_bits(saved["values"], again)
    assert printed != run(capsys, "draw", "random.uniform", "--shape", "4", "--out", str(file))


def test_draw_as_compiled(capsys, tmp_path):
    file = tmp_path / "x.npy"
    command = ["draw", "random.stateless_normal", "--seed", "1,-2", "--jit-compile"]
    printed = run(capsys, *command, "--shape", "5,3", "--out", str(file))
    with tp.config.jit_compile():
        expected = tp.random.stateless_normal([5, 3], [1, -2])
        key, counter = tp.raw_ops.StatelessRandomGetKeyCounter(seed=[1, -2])
    assert_same_bits(np.load(file), expected)
    assert start(printed) == [key[0], int(counter[1]) << 64]
    assert "seed [1, -2]; jit_compile" in printed
    assert "stateless" in refuse(capsys, "draw", "random.normal", "--jit-compile")
    sixteen = ["draw", "random.stateless_truncated_normal", "--seed", "1,2", "--dtype", "float16"]
    assert "AVX512-FP16" in refuse(capsys, *sixteen, "--jit-compile")


def test_draw_stateless(capsys, tmp_path):
    file = tmp_path / "x.npy"
    options = ["--seed", "1,-2", "--minval", "-5", "--maxval", "5", "--dtype", "int64", "--shape"]
    printed = run(
        capsys, "draw", "random.stateless_uniform", *options, "[2, 3]", "--out", str(file)
    )
    expected = tp.random.stateless_uniform([2, 3], [1, -2], -5, 5, "int64")
    assert_same_bits(np.load(file), expected)
    assert "int64, shape [2, 3]; seed [1, -2]" in printed
    key, counter = tp.raw_ops.StatelessRandomGetKeyCounter(seed=[1, -2])
    assert start(printed) == [key[0], int(counter[1]) << 64]


@pytest.mark.parametrize("name", ["truncated_normal", "stateless_truncated_normal"])
def test_draw_scales(capsys, name):
    seed = ["--seed", "1,2"] if name.startswith("stateless") else ["--graph-seed=3", "--op-seed=4"]
    printed = run(capsys, "draw", f"random.{name}", *seed, "--mean", "10", "--stddev", "0.5")
    tp.random.set_seed(3)
    seed = [1, 2] if name.startswith("stateless") else 4
    expected = getattr(tp.random, name)([], seed=seed, mean=10, stddev=0.5)
    assert np.float32(printed.splitlines()[-1]) == expected


def test_info(capsys):
    printed = run(capsys, "info")
    for value in (tp.__version__, tp.isa(), ", ".join(tp.available_isas()), "2.21", np.__version__):
        assert value in printed


REFUSED = [
    ("draw random.normal --shape -1", "shape must not"),
    ("draw random.normal --shape 2.5", "--shape"),
    ("draw random.normal --shape 2x3", "commas between them, such as 2,3; got '2x3'"),
    ("draw random.normal --shape 1152921504606846976", "memory"),
    ("draw random.normal --dtype int32", "got int32"),
    ("draw random.normal --dtype foo", "foo"),
    ("draw random.normal --minval 3", "takes --mean and --stddev, not --minval"),
    ("draw random.uniform --stddev 3", "takes --minval and --maxval, not --stddev"),
    ("draw random.uniform --maxval x", "--maxval: must be a number, got 'x'"),
    ("draw random.uniform --dtype int32", "maxval must be given"),
    ("draw random.uniform --seed 1,2", "takes --graph-seed and --op-seed, not --seed"),
    ("draw random.uniform --op-seed x", "--op-seed"),
    ("draw random.uniform --out x.txt", "must end in .npy or .npz"),
    ("draw random.uniform --out /nowhere/x.npy", "nowhere"),
    ("draw random.stateless_uniform", "takes --seed"),
    ("draw random.stateless_uniform --seed 1", "two integers"),
    ("draw random.stateless_uniform --seed 1,2 --op-seed 3", "neither"),
    ("draw random.gamma", "random.gamma"),
    ("draw", "function"),
    ("", "command"),
]


@pytest.mark.parametrize(("command", "message"), REFUSED)
def test_bad_command(capsys, command, message):
    assert message in refuse(capsys, *command.split())


def test_module_runs():
    command = [sys.executable, "-m", "tfphilox", "info"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert tp.__version__ in done.stdout
