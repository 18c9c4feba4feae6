"""test_identify.py: numbers lead back to what made them; numbers of others to nothing."""

import os
import random

import numpy as np
import pytest

import tfphilox as tp
from tfphilox import Stream
from tfphilox.__main__ import main
from tfphilox._c import _search
from tfphilox.identification import search as searching

PROGRAMS = int(os.environ.get("TFPHILOX_IDENTIFY", "40"))

# What stands in public places (see tests/random/test_published.py for where), and the code for it.
PUBLISHED = [
    # TensorFlow's documentation and many articles
    ("0.29197514 0.5554141", {"shape": [2], "seed": 0}, None),  # of two calls: nothing
    ("[0.29197514 0.20656645 0.53539073]", {}, "tf.random.set_seed(0); tf.random.uniform([3])"),
    ("0.8440604 0.19204533 0.9962232 0.1603874", {},  # TensorFlow issue 121243
     "tf.random.stateless_uniform([4], seed=[1, 2])"),
    # a TensorFlow 1 issue of 2020
    ("[[-0.8113182 1.4845988 0.06532937] [-2.4427042 0.0992484 0.5912243]]", {"op": "normal"},
     "tf.random.normal([2, 3], seed=1)"),
    ("-1.3768897 -0.01258316 -0.169515 1.0824056", {"op": "normal", "shape": [2, 2]},
     "tf.random.set_seed(5); tf.random.normal([2, 2], seed=1)"),
    ("tf.Tensor([-0.59835213 -0.9578608   0.9002807 ], shape=(3,), dtype=float32)",
     {"op": "normal", "seed": 1105988140}, None),  # the second seed is as wild
]  # fmt: skip


@pytest.mark.parametrize(("text", "named", "line"), PUBLISHED)
def test_published(text, named, line):
    found = tp.identify(text, **named)
    if line is None:
        assert not len(found), found
    else:
        assert line in [each.tensorflow for each in found], found
        assert all(each.chance < 1e-9 for each in found)


def any_program(rng):
    """Numbers, how they were made, and what must stand in the line that is found."""
    seed = rng.choice([0, 1, 42, 123, 1234, 2021, rng.randrange(10**4)])
    kind = rng.choice(["eager", "op", "stateless", "generator", "graph", "keras"])
    n = rng.choice([4, 6, 11])
    draw = rng.choice(["uniform", "normal", "truncated_normal"])
    known = {"seed": seed}
    if kind == "stateless":
        pair = [seed, rng.randrange(10)]
        return getattr(tp.random, f"stateless_{draw}")([n], pair), f"seed={pair}", known
    if kind == "generator":
        generator, k = tp.random.Generator.from_seed(seed), rng.randrange(5)
        made = [getattr(generator, draw)([n]) for _ in range(k + 1)][-1]
        return made, f"Generator.from_seed({seed})", known
    if kind == "keras":
        tp.keras.utils.set_random_seed(seed)
        made = [tp.keras.initializers.GlorotUniform()([n, 5]) for _ in range(rng.randrange(1, 5))]
        return made[-1], "GlorotUniform", known
    tp.random.set_seed(seed)
    if kind == "op":
        op_seed = rng.choice([seed, 1, 42])
        return getattr(tp.random, draw)([n], seed=op_seed), f"seed={op_seed}", known
    if kind == "graph":
        call, k = tp.function(lambda: getattr(tp.random, draw)([n])), rng.randrange(4)
        return [call() for _ in range(k + 1)][-1], "function", known
    k = rng.randrange(300)
    return [getattr(tp.random, draw)([n]) for _ in range(k + 1)][-1], "set_seed", known


def printed(rng, values):
    """Text, with as many digits as somebody might print."""
    digits = rng.choice([None, 4, 6, 8])
    if digits is None:
        return str(values)
    return np.array2string(values, precision=digits, separator=rng.choice([" ", ", "]))


def remade(line, versions=None):
    """Run a line of the package's; its last part is what makes the numbers."""
    *before, last = line.split("; ")
    scope = {"tp": tp, "numpy": np}
    for each in before:
        exec(each, scope)
    return np.asarray(eval(last, scope))


@pytest.mark.parametrize("number", range(PROGRAMS))
def test_programs(number):
    """Numbers of any program are found, and the line that is printed makes them."""
    rng = random.Random(number)
    values, word, known = any_program(rng)
    text = values if rng.random() < 0.3 else printed(rng, values)
    found = tp.identify(text, **known, shape=values.shape)
    assert len(found), f"{known} {word} {text}"
    assert any(word in each.tensorflow for each in found), f"{word}: {found}"
    for each in found:
        if each.scale is None and each.key in {other.key for other in found}:
            again = remade(each.tfphilox)
            given = np.asarray(values, np.float64).ravel()
            assert np.abs(again.astype(np.float64).ravel() - given).max() < 1e-3, str(each)


def test_integers_and_other_ways_to_write():
    tp.random.set_seed(7)
    values = tp.random.uniform([12], 5, 900, dtype="int32")
    assert "maxval=900" in tp.identify(values, seed=7, bounds=(5, 900))[0].tensorflow
    made = tp.random.stateless_uniform([100, 100], [3, 4])
    text = str(made)  # with "..." in it
    assert "..." in text
    assert "seed=[3, 4]" in tp.identify(text, seed=[3, 4])[0].tensorflow
    cut = " ".join(f"{x:.7f}"[:-2] for x in made.ravel()[:8])  # not rounded
    assert "seed=[3, 4]" in tp.identify(cut, seed=[3, 4])[0].tensorflow


@pytest.mark.parametrize("number", range(PROGRAMS // 2))
def test_numbers_of_others(number):
    """NumPy's, constants, ramps: nothing is found, and what was tried is said."""
    rng = np.random.default_rng(number)
    values = [
        rng.random(5, np.float32), rng.standard_normal(5).astype("f4"), np.zeros(5),
        np.full(7, 0.5, np.float32), np.linspace(0, 1, 9), rng.integers(0, 100, 12),
        np.random.RandomState(number).rand(6), rng.uniform(-0.1, 0.1, 9).astype("f4"),
    ][number % 8]  # fmt: skip
    found = tp.identify(values, seed=[0, 1, 42, number])
    assert not len(found), found
    assert "Nothing found" in str(found)
    assert sum(each.count for each in found.tried) > 1000


def test_the_chance_is_what_it_says():
    """Of arrays that nobody here made, as many are found as the chances of all tried say."""
    rng = np.random.default_rng(5)
    expected, false = 0.0, 0
    for _ in range(400):
        text = " ".join(f"{x:.2f}" for x in rng.random(3))
        found = tp.identify(text, seed=[0, 1], op="uniform", bounds=(0, 1), chance=0.2)
        false += len({(each.key, each.element) for each in found}) > 0
        expected += 0.2
    assert expected / 5 < false < 1.5 * expected  # printed numbers may be rounded or cut off


def test_interrupted(monkeypatch):
    """Ctrl-C gives what was found so far, and says so."""
    tp.random.set_seed(0)
    values = tp.random.uniform([6])
    search, calls = _search.search, []

    def interrupted(*arguments):
        calls.append(arguments)
        if len(calls) == 9:
            raise KeyboardInterrupt
        return search(*arguments)

    monkeypatch.setattr(_search, "search", interrupted)
    found = tp.identify(values)
    assert not found.complete
    assert "set_seed(0)" in found[0].tensorflow
    assert "Interrupted" in str(found)


@pytest.mark.parametrize(
    ("values", "named", "error", "words"),
    [
        ("", {}, ValueError, "no numbers"),
        ("hello 1.5", {}, ValueError, "hello"),
        ([[1.0, 2.0], [3.0]], {}, ValueError, "one length"),
        ("[[0.1 0.2] [0.3]]", {}, ValueError, "length"),
        ([float("nan")], {}, ValueError, "NaN"),
        ([1.0, float("inf")], {}, ValueError, "finite"),
        ([], {}, ValueError, "no numbers"),
        (b"0.5", {}, TypeError, "bytes"),
        ([None], {}, TypeError, "numbers"),
        ("0.5", {"op": "gamma"}, ValueError, "uniform, normal"),
        ("0.5", {"seed": 1.5}, TypeError, "integer"),
        ("0.5", {"seed": 2**70}, ValueError, "64-bit"),
        ("0.5", {"chance": 2}, ValueError, "between 0 and 1"),
        ("0.5", {"bounds": 3}, TypeError, "two numbers"),
        ("0.5", {"tensorflow": "9.9"}, ValueError, "9.9"),
        ("0.5 0.25", {"shape": [1]}, ValueError, "fewer"),
    ],
)
def test_bad_input(values, named, error, words):
    with pytest.raises(error, match=words):
        tp.identify(values, **named)


# ---- the command ---------------------------------------------------------------------------


def test_command(capsys, tmp_path, monkeypatch):
    assert main(["identify", "[0.29197514 0.20656645 0.53539073]", "--seed", "0"]) == 0
    assert "tf.random.set_seed(0); tf.random.uniform([3])" in capsys.readouterr().out
    tp.keras.utils.set_random_seed(42)
    kernel = tp.keras.initializers.GlorotUniform()([5, 7])
    np.savez(tmp_path / "weights.npz", kernel=kernel, bias=np.zeros(7, "f4"))
    assert main(["identify", str(tmp_path / "weights.npz"), "--seed", "42"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("kernel: ")
    assert "GlorotUniform()([5, 7])" in said
    np.save(tmp_path / "a.npy", kernel)
    assert main(["identify", str(tmp_path / "a.npy"), "--seed", "42", "-q"]) == 0
    assert "GlorotUniform" in capsys.readouterr().out
    for arguments, words in [
        (["nothing at all"], "no numbers"),
        ([str(tmp_path / "absent.npy")], "absent.npy"),
        (["0.5", "--shape", "2x3"], "integers"),
    ]:
        with pytest.raises(SystemExit):
            main(["identify", *arguments])
        assert words in capsys.readouterr().err
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(SystemExit):
        main(["identify", str(tmp_path / "text.npz")])
    assert "text.npz" in capsys.readouterr().err


# ---- the search in C -----------------------------------------------------------------------


def any_guesses(rng, count):
    return [rng.integers(0, 2**64, count, np.uint64) for _ in range(3)]


@pytest.mark.parametrize("count", [1, 7, 31, 32, 33, 1000])
def test_search(isa, count):
    """What passes is what `Stream` makes so."""
    rng = np.random.default_rng(count)
    key, low, high = any_guesses(rng, count)
    words = np.array([
        Stream.from_key_counter([k], [a, b]).words(4)
        for k, a, b in zip(key, low, high, strict=True)
    ])  # fmt: skip
    for share in (2**31, 2**29):
        least = rng.integers(0, 2**30, 4)
        want = (((words & 0x7FFFFFFF) - least >= 0) & ((words & 0x7FFFFFFF) - least <= share)).all(
            1
        )
        bits = _search.search(
            key, low, high, count, 0, 0x7FFFFFFF, least.tolist(), [share] * 4, isa=isa
        )
        got = np.unpackbits(bits, count=count, bitorder="little").astype(bool)
        assert np.array_equal(got, want)


def test_pairs_and_python(isa):
    """Seed pairs become keys as `stateless_*` makes them; words are random.Random's."""
    rng = np.random.default_rng(3)
    a, b = any_guesses(rng, 77)[:2]
    key, high = _search.scramble(a, b, 77, isa=isa)
    for i in range(77):
        pair = [int(np.int64(a[i])), int(np.int64(b[i]))]
        made = Stream.from_key_counter([key[i]], [0, high[i]]).uniform((2,))
        assert made.tobytes() == tp.random.stateless_uniform([2], np.array(pair)).tobytes()
    words = _search.python_words(12345, 70, 5, isa=isa)
    for row, seed in zip(words, range(12345, 12415), strict=True):
        source = random.Random(seed)
        assert row.tolist() == [source.getrandbits(32) for _ in range(5)]


def test_nothing_moves():
    tp.random.set_seed(3)
    before = tp.random.uniform([2])
    tp.random.set_seed(3)
    searching.identify("0.5 0.25 0.125", seed=3)
    assert tp.random.uniform([2]).tobytes() == before.tobytes()
