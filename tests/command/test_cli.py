"""test_cli.py: the tfphilox command."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
from bits import assert_same_bits

import tfphilox as tp
from tfphilox.__main__ import main
from tfphilox.golden.cases import arrays_of
from tfphilox.golden.ops import find
from tfphilox.golden.values import build
from tfphilox.op_table import RECORDS

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
    ("draw random.normal --shape 4x5x6", "such as 4,5,6; got '4x5x6'"),
    ("draw random.normal --shape 1152921504606846976", "memory"),
    ("draw random.normal --tensorflow-version 1.9", "1.9"),
    ("draw random.normal --keras-version 9", "9"),
    ("draw random.normal --key 1", "takes neither --key nor --counter"),
    ("draw random.gama", "nearest: random.gamma"),
    ("draw random.gamma", "--arg alpha: random.gamma needs it"),
    ("draw random.gamma --arg alpha", "--arg must be NAME=VALUE"),
    ("draw random.gamma --arg alpha=1 --arg alpha=2", "--arg gives alpha twice"),
    ("draw random.gamma --arg alpha=x", "alpha"),
    ("draw random.gamma --arg alpha=1 --arg beat=2", "--arg beat: random.gamma has no such"),
    ("draw random.gamma --arg alpha=1 --tensorflow-version 1.9", "--tensorflow-version: must be"),
    ("draw random.gamma --arg alpha=1 --seed 1,2", "takes --graph-seed and --op-seed, not --seed"),
    ("draw random.gamma --arg alpha=1 --dtype int8", "--dtype"),
    ("draw random.stateless_gamma --arg alpha=1", "takes --seed, and no other seed"),
    ("draw random.stateless_gamma --arg alpha=1 --seed 1", "--seed: must be"),
    ("draw random.Generator.normal", "takes --key and --counter, or --seed, and no"),
    ("draw StatelessRandomNormalV2 --key 1", "takes --key and --counter, and no other seed"),
    ("draw StatelessRandomNormalV2 --key 1 --counter x", "such as 5 or 0x1f; got 'x'"),
    ("draw random.shuffle --arg value=[1] --shape 2", "takes no --shape"),
    ("draw random.uniform --arg shape=[3] --shape 2", "either --shape or --arg shape, not both"),
    ("draw random.get_global_generator", "name random.Generator.<method>"),
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


def test_version(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"tfphilox {tp.__version__}\n"


# Of each op that draws: what it needs beside its seeds and shape.
SAMPLER = {"true_classes": [[1, 2]], "num_true": 2, "num_sampled": 3, "unique": True,
           "range_max": 10}  # fmt: skip
PICTURE = {"image": {"arange": 48, "dtype": "float32", "shape": [4, 4, 3]}}
BOX = {"image_size": [40, 50, 3], "bounding_boxes": [[[0.1, 0.2, 0.9, 0.8]]]}
FLOATS = {"values": 2.5, "dtype": "float32"}
NEEDS = {
    "gamma": {"alpha": 2.5},
    "poisson": {"lam": 3.5},
    "binomial": {"counts": 9.0, "probs": 0.25},
    "parameterized_truncated_normal": {"minvals": -1.0, "maxvals": 2.0},
    "categorical": {"logits": [[0.1, 0.9]], "num_samples": 4},
    "shuffle": {"value": {"arange": 9}},
    "index_shuffle": {"index": 3, "max_index": 9},
    "fold_in": {"data": 3},
    "split": {},
    "make_seeds": {},
    "candidate_sampler": SAMPLER,
    "dropout": {"x": {"values": 1, "shape": [9], "dtype": "float32"}, "rate": 0.5},
    "brightness": PICTURE | {"max_delta": 0.5},
    "hue": PICTURE | {"max_delta": 0.3},
    "contrast": PICTURE | {"lower": 0.5, "upper": 1.5},
    "saturation": PICTURE | {"lower": 0.5, "upper": 1.5},
    "flip_left_right": PICTURE,
    "flip_up_down": PICTURE,
    "crop": {"value": {"arange": 12}, "size": [3]},
    "bounding_box": BOX,
    "randint": {"minval": 0, "maxval": 9},
    "beta": {"alpha": 2.0, "beta": 3.0},
}
BY_NAME = {
    "random.all_candidate_sampler": {k: v for k, v in SAMPLER.items() if k != "range_max"},
    "random.fixed_unigram_candidate_sampler": SAMPLER | {"unigrams": [1.0] * 10},
    "random.stateless_binomial": {"counts": 9.0, "probs": 0.25},
    "random.stateless_shuffle": {"value": {"arange": 9}},
    "nn.general_dropout": {"x": {"values": 1, "shape": [9], "dtype": "float32"}, "rate": 0.5,
                           "uniform_sampler": None},
    "keras.random.binomial": {"counts": 9.0, "probabilities": 0.25},
    "raw_ops.RandomUniformInt": {"minval": 0, "maxval": 9},
    "raw_ops.RandomGamma": {"alpha": [2.5]},
    "raw_ops.RandomPoissonV2": {"rate": [2.5]},
    "raw_ops.Multinomial": {"logits": [[0.1, 0.9]], "num_samples": 4},
    "raw_ops.ParameterizedTruncatedNormal":
        {"means": 0.0, "stdevs": 1.0, "minvals": -1.0, "maxvals": 2.0},
    "raw_ops.RandomShuffle": {"value": {"arange": 9}},
    "raw_ops.StatelessRandomUniformInt": {"minval": 0, "maxval": 9},
    "raw_ops.StatelessRandomUniformIntV2": {"minval": 0, "maxval": 9},
    "raw_ops.StatelessRandomGammaV2": {"alpha": FLOATS},
    "raw_ops.StatelessRandomGammaV3": {"alpha": FLOATS},
    "raw_ops.StatelessRandomPoisson": {"lam": FLOATS},
    "raw_ops.StatelessRandomBinomial": {"counts": 9.0, "probs": 0.25},
    "raw_ops.StatelessMultinomial": {"logits": [[0.1, 0.9]], "num_samples": 4},
    "raw_ops.StatelessParameterizedTruncatedNormal":
        {"means": 0.0, "stddevs": 1.0, "minvals": -1.0, "maxvals": 2.0},
    "raw_ops.StatelessShuffle": {"value": {"arange": 9}},
    "raw_ops.StatefulUniformInt": {"minval": 0, "maxval": 9},
    "raw_ops.StatefulRandomBinomial": {"counts": 9.0, "probs": 0.25},
    "raw_ops.RngReadAndSkip": {"delta": 3},
    "raw_ops.SampleDistortedBoundingBox": BOX,
    "raw_ops.SampleDistortedBoundingBoxV2": BOX | {"min_object_covered": 0.1},
    "raw_ops.StatelessSampleDistortedBoundingBox": BOX | {"min_object_covered": 0.1},
    "raw_ops.FixedUnigramCandidateSampler": SAMPLER | {"unigrams": [1.0] * 10},
}  # fmt: skip
# no array; a function of the user's; a stream of pictures; what has another public name below
LEFT = """
    random.Generator.skip random.Generator.key random.Generator.reset
    random.Generator.reset_from_seed random.Generator.reset_from_key_counter random.Generator.split
    raw_ops.RngSkip raw_ops.StatelessRandomGetAlg raw_ops.StatelessRandomGetKeyCounter
    raw_ops.StatelessRandomGetKeyCounterAlg raw_ops.NonDeterministicInts
    raw_ops.AllCandidateSampler raw_ops.RandomIndexShuffle raw_ops.RandomPoisson
    raw_ops.StatefulStandardNormal nn.general_dropout
"""
PUBLIC = {
    "random.index_shuffle": "random.experimental.index_shuffle",
    "random.stateless_shuffle": "random.experimental.stateless_shuffle",
    "random.fixed_unigram_candidate_sampler": "random.fixed_unigram_candidate_sampler",
    "nn.stateless_dropout": "nn.experimental.stateless_dropout",
}
DRAWING = [
    PUBLIC.get(path, path)
    for path, record in RECORDS.items()
    if path.startswith(("random.", "raw_ops.", "nn.", "image.")) and path not in LEFT.split()
    and "jpeg" not in path
] + [f"keras.random.{name}" for name in tp.keras.random.__all__
     if name[0].islower() and name not in ("dropout", "shuffle", "categorical")]  # fmt: skip


def needs(op):
    """The arguments of an op beside seeds and shape."""
    path = {public: path for path, public in PUBLIC.items()}.get(op.path, op.path)
    if path in BY_NAME:
        return BY_NAME[path]
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", op.name).lower()
    for name in sorted(NEEDS, key=len, reverse=True):
        if snake.endswith(name):
            return NEEDS[name]
    return {}


@pytest.mark.parametrize("path", DRAWING)
def test_every_op_that_draws(capsys, tmp_path, path):
    """The command saves what the function itself returns, called with the same seeds."""
    op = find(path)
    given = needs(op)
    assert given.keys() <= {*op.parameters, *op.call_parameters}, op.parameters
    keywords = {name: build(value) for name, value in given.items()}
    words = [
        word for name, value in given.items() for word in ("--arg", f"{name}={json.dumps(value)}")
    ]
    if op.takes("shape"):
        words += ["--shape", "7"]
        keywords["shape"] = [7]
    keywords |= {name: 1 for name in ("alg", "algorithm") if name in op.required}
    keywords |= {"dtype": "float32"} if "dtype" in op.required else {}
    call = op.target
    if op.is_method or "resource" in op.parameters:
        generator = tp.random.Generator.from_seed(5)
        words += ["--seed", "5"]
        keywords |= {} if op.is_method else {"resource": generator.state}
        call = getattr(generator, op.name) if op.is_method else call
    elif "key" in op.parameters:
        words += ["--key", "0x1f", "--counter", str(3 << 64 | 2)]
        keywords |= {"key": np.array([31], np.uint64), "counter": np.array([2, 3], np.uint64)}
    elif "stateless" in path.lower() or op.name in ("split", "fold_in", "index_shuffle"):
        words += ["--seed=-1,2"]
        keywords["seed"] = [-1, 2]
    elif path.startswith("keras."):
        words += ["--op-seed", "4"]
        keywords["seed"] = 4
    else:
        words += ["--graph-seed", "3", "--op-seed", "4"]
        keywords |= {"seed": 3, "seed2": 4} if op.is_raw else {"seed": 4}
    file = tmp_path / "x.npz"
    run(capsys, "draw", path, *words, "--out", str(file))
    tp.random.set_seed(None if op.is_raw else 3)
    expected = [array for _, array in arrays_of(call(**keywords))]
    with np.load(file) as saved:
        found = [saved[name] for name in saved.files if name not in ("key", "counter")]
    for a, b in zip(found, expected, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        assert_same_bits(a, b)


def test_tensorflow_versions(capsys, tmp_path):
    """An exponential, whose last bits changed in TensorFlow 2.3, and a plain one of the six."""
    file = str(tmp_path / "x.npy")
    words = ["--graph-seed", "3", "--shape", "1000", "--out", file, "--tensorflow-version"]
    found = []
    for version in ("2.2", "2.3"):
        run(capsys, "draw", "random.gamma", "--arg", "alpha=1.0", "--dtype", "float64", *words,
            version)  # fmt: skip
        tp.random.set_seed(3)
        with tp.config.tensorflow_version(version):
            assert_same_bits(np.load(file), tp.random.gamma([1000], 1.0, dtype="float64"))
        found.append(np.load(file))
    assert (found[0] != found[1]).any()
    run(capsys, "draw", "random.normal", *words, "2.2")
    tp.random.set_seed(3)
    assert_same_bits(np.load(file), tp.random.normal([1000]))


@pytest.mark.parametrize("version", ["3.7", "3.8"])
def test_keras_versions(capsys, version):
    """README's example: Keras 3.8 shuffles otherwise."""
    printed = run(capsys, "draw", "keras.random.shuffle", "--arg", "x=[1,2,3,4]", "--op-seed", "1",
                  "--keras-version", version)  # fmt: skip
    assert printed.splitlines()[-1] == {"3.7": "[2, 3, 1, 4]", "3.8": "[4, 2, 3, 1]"}[version]


def test_several_arrays(capsys, tmp_path):
    words = ["draw", "random.uniform_candidate_sampler", "--graph-seed", "2"]
    words += [
        w for name, value in SAMPLER.items() for w in ("--arg", f"{name}={json.dumps(value)}")
    ]
    printed = run(capsys, *words)
    assert (
        "# random.uniform_candidate_sampler: true_expected_count, float32, shape [1, 2]" in printed
    )
    assert "makes 3 arrays: --out must end in .npz" in refuse(capsys, *words, "--out", "x.npy")


def test_module_runs():
    command = [sys.executable, "-m", "tfphilox", "info"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert tp.__version__ in done.stdout


@pytest.mark.parametrize("path", ["random.set_seed", "tf.keras.utils.set_random_seed"])
def test_draw_of_what_sets_seeds(path, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["draw", path, "--arg", "seed=1"])
    assert f"{path.removeprefix('tf.')} sets a seed and makes no array: give --graph-seed" in (
        capsys.readouterr().err
    )
