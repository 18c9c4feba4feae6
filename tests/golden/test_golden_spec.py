"""test_golden_spec.py: what a specification may say, and what is said about one that is wrong."""

import json

import numpy as np
import pytest
from bits import assert_same_bits

import tfphilox as tp
from tfphilox.__main__ import main
from tfphilox.golden import GoldenError
from tfphilox.golden.cases import make
from tfphilox.golden.spec import parse, read


def cases(text):
    return parse(("format = 1\n" + text).encode(), "s.toml").cases


def arrays(text):
    """The arrays of the only case."""
    (case,) = cases('[[case]]\nname = "x"\n' + text)
    made = make(case)
    return [one.array for one in made] if len(made) > 1 else made[0].array


def after_seed(seed, *calls):
    """What calls return one after another after set_seed; the last one's result."""
    tp.random.set_seed(seed)
    try:
        return [call() for call in calls][-1]
    finally:
        tp.random.set_seed(None)


# ---- the forms of seeds ----------------------------------------------------------------------

FORMS = {
    'op = "random.normal"\nset_seed = 3\nshape = [5]':
        lambda: after_seed(3, lambda: tp.random.normal([5])),
    'op = "tf.random.normal"\nset_seed = 3\nseed = 4\nshape = [5]\ncall = 2':
        lambda: after_seed(3, *[lambda: tp.random.normal([5], seed=4)] * 3),
    'op = "random.normal"\nset_seed = 3\nshape = [5]\ncall = 2':
        lambda: after_seed(3, *[lambda: tp.random.normal([5])] * 3),
    'op = "random.uniform"\nseed = 4\nshape = []':
        lambda: after_seed(None, lambda: tp.random.uniform([], seed=4)),
    'op = "random.uniform"\nset_seed = 123456789012345678901234567890\nshape = [2]':
        lambda: after_seed(123456789012345678901234567890, lambda: tp.random.uniform([2])),
    'op = "random.uniform"\nseed = 4\nshape = [3]\ndtype = "int64"\nargs = {minval=-5,maxval=9}':
        lambda: after_seed(None, lambda: tp.random.uniform([3], -5, 9, "int64", seed=4)),
    'op = "random.stateless_normal"\nseed = [-1, 2]\nshape = [5]\ndtype = "half"':
        lambda: tp.random.stateless_normal([5], [-1, 2], dtype="half"),
    'op = "RandomStandardNormal"\nseed = 1\nseed2 = -2\nshape = [5]\ndtype = "double"':
        lambda: after_seed(None, lambda: tp.raw_ops.RandomStandardNormal(
            shape=[5], dtype="float64", seed=1, seed2=-2)),
    'op = "StatelessRandomUniformV2"\nkey = "0xf"\ncounter = "0x10000000000000002"\nalg = 1\n'
    "shape = [5]":
        lambda: tp.raw_ops.StatelessRandomUniformV2(
            shape=[5], key=np.uint64([15]), counter=np.uint64([2, 1]), alg=1),
    'op = "random.Generator.normal"\ngenerator = {seed = 9}\nshape = [5]\ncall = 1':
        lambda: [g := tp.random.Generator.from_seed(9), g.normal([5]), g.normal([5])][-1],
    'op = "random.Generator.uniform"\ngenerator = {state = [1, 2, 3], alg = "philox"}\nshape = [5]':
        lambda: tp.random.Generator.from_state([1, 2, 3], "philox").uniform([5]),
    'op = "random.Generator.uniform"\ngenerator = {key = 3, counter = [1, 2]}\nshape = [5]':
        lambda: tp.random.Generator.from_key_counter(3, [1, 2], "philox").uniform([5]),
    'op = "random.Generator.uniform"\ngenerator = {seed = [1, 2], alg = "threefry"}\nshape = [5]':
        lambda: tp.random.Generator.from_seed([1, 2], "threefry").uniform([5]),
    'op = "random.Generator.make_seeds"\ngenerator = {seed = 9}\nargs = {count = 3}':
        lambda: tp.random.Generator.from_seed(9).make_seeds(3),
    'op = "StatefulUniform"\ngenerator = {state = [1, 2, 3]}\nshape = [5]\nargs = {algorithm = 1}':
        lambda: tp.raw_ops.StatefulUniform(resource=np.int64([1, 2, 3]), algorithm=1, shape=[5]),
    'op = "random.split"\nseed = [1, 2]\nargs = {num = 3}':
        lambda: tp.random.split([1, 2], 3),
    'op = "random.shuffle"\nset_seed = 1\nargs = {value = {arange = 9}}':
        lambda: after_seed(1, lambda: tp.random.shuffle(np.arange(9))),
    'op = "random.gamma"\nset_seed = 1\nshape = [4]\nargs = {alpha = [0.5, 2.0], beta = 3}':
        lambda: after_seed(1, lambda: tp.random.gamma([4], [0.5, 2.0], 3)),
    'op = "compat.v1.random_normal"\nset_seed = 1\nshape = [4]':
        lambda: after_seed(1, lambda: tp.random.normal([4])),
    'op = "random.normal"\nseed = 1\nshape = {values = [4], dtype = "int64"}':
        lambda: after_seed(None, lambda: tp.random.normal(np.array([4]), seed=1)),
    'op = "random.normal"\nseed = 1\nshape = [2, 3]\n'
    'args = {mean = {values = 2, dtype = "float32", shape = [3]}}':
        lambda: after_seed(None, lambda: tp.random.normal([2, 3], [2.0] * 3, seed=1)),
    'op = "random.experimental.index_shuffle"\nseed = [1, 2]\nargs = {index = 1, max_index = 9}':
        lambda: tp.random.experimental.index_shuffle(1, [1, 2], 9),
    'op = "RandomIndexShuffle"\nseed = [1, 2, 3]\nargs = {index = 5, max_index = 100}':
        lambda: tp.raw_ops.RandomIndexShuffle(index=5, seed=[1, 2, 3], max_index=100),
}  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_forms(text):
    expected = np.asarray(FORMS[text]())
    made = arrays(text)
    assert (made.shape, made.dtype) == (expected.shape, expected.dtype)
    assert_same_bits(made, expected)


def test_a_sequence_is_a_program():
    made = arrays("""
        set_seed = 5
        draw = [
            {op = "random.uniform", shape = [2]},
            {op = "random.normal", shape = [3], seed = 7},
            {op = "random.normal", shape = [3], seed = 7},
            {op = "random.set_seed", seed = 6},
            {op = "random.uniform", shape = [2]},
        ]""")
    tp.random.set_seed(5)
    expected = [tp.random.uniform([2]), tp.random.normal([3], seed=7)]
    expected.append(tp.random.normal([3], seed=7))
    tp.random.set_seed(6)
    expected.append(tp.random.uniform([2]))
    tp.random.set_seed(None)
    for a, b in zip(made, expected, strict=True):
        assert_same_bits(a, b)


def test_a_generator_goes_on_through_a_sequence():
    made = arrays("""
        generator = {seed = 1}
        draw = [
            {op = "random.Generator.uniform", shape = [2]},
            {op = "StatefulStandardNormalV2", shape = [3], args = {algorithm = 1}},
            {op = "random.Generator.skip", args = {delta = 4}},
            {op = "random.Generator.normal", shape = [3], name = "last"},
        ]""")
    generator = tp.random.Generator.from_seed(1)
    expected = [generator.uniform([2]), generator.normal([3]), generator.skip(4)]
    expected.append(generator.normal([3]))
    for a, b in zip(made, expected, strict=True):
        assert_same_bits(a, b)


def test_several_arrays_have_names():
    (case,) = cases("""
        [[case]]
        name = "c"
        op = "random.uniform_candidate_sampler"
        seed = 3
        args = {true_classes = {values = [[1]], dtype = "int64"}, num_true = 1, num_sampled = 2, \
unique = true, range_max = 9}""")
    names = [made.name for made in make(case)]
    assert names == [
        "c/sampled_candidates",
        "c/true_expected_count",
        "c/sampled_expected_count",
    ]


def test_the_callers_seeds_stay():
    tp.random.set_seed(1)
    expected = [tp.random.uniform([1]), tp.random.uniform([1], seed=2)]
    expected += [tp.random.uniform([1]), tp.random.uniform([1], seed=2)]
    tp.random.set_seed(1)
    ours = [tp.random.uniform([1]), tp.random.uniform([1], seed=2)]
    arrays('op = "random.uniform"\nset_seed = 1\nseed = 2\nshape = [3]\nintra_op_threads = 4')
    with pytest.raises(GoldenError):
        arrays('op = "random.uniform"\nset_seed = 1\nshape = [3]\nargs = {minval = "x"}')
    ours += [tp.random.uniform([1]), tp.random.uniform([1], seed=2)]
    tp.random.set_seed(None)
    assert_same_bits(np.array(ours), np.array(expected))
    assert tp.config.threading.get_intra_op_parallelism_threads() == 1


def test_version_and_threads(tmp_path):
    file = tmp_path / "a.toml"
    file.write_text(
        'format = 1\ntensorflow_version = "2.6"\nintra_op_threads = 3\n'
        '[[case]]\nname = "a"\nop = "RandomUniform"\nseed = 1\nshape = [1]\ndtype = "float32"\n'
        '[[case]]\nname = "b"\nop = "RandomUniform"\nseed = 1\nshape = [1]\ndtype = "float32"\n'
        'tensorflow_version = "2.21.0"\nintra_op_threads = 1'
    )
    a, b = read(file).cases
    assert (a.tensorflow_version, a.intra_op_threads) == ("2.6", 3)
    assert (b.tensorflow_version, b.intra_op_threads) == ("2.21.0", 1)
    assert read(file).folder == tmp_path / "a"


def test_jit_compile(tmp_path):
    """A default and a case; what is compiled is TensorFlow's, and the manifest says so."""
    file = tmp_path / "a.toml"
    file.write_text(
        "format = 1\njit_compile = true\n"
        '[[case]]\nname = "a"\nop = "random.stateless_uniform"\nseed = [11, 22]\nshape = [3]\n'
        '[[case]]\nname = "b"\nop = "random.stateless_uniform"\nseed = [11, 22]\nshape = [3]\n'
        "jit_compile = false\n"
        '[[case]]\nname = "large"\nop = "random.stateless_normal"\nseed = [1, 2]\n'
        "shape = [3, 200000]\n"
    )
    spec = read(file)
    assert [case.jit_compile for case in spec.cases] == [True, False, True]
    (a,), (b,) = (make(case) for case in spec.cases[:2])
    assert_same_bits(a.array, np.float32([0.1370461, 0.753585, 0.98802114]))
    assert_same_bits(b.array, np.float32([0.16762602, 0.8355683, 0.8668705]))
    assert main(["golden", "write", str(file)]) == 0
    manifest = json.loads((spec.folder / "manifest.json").read_text())
    found = {entry["name"]: entry.get("jit_compile") for entry in manifest["arrays"]}
    assert found == {"a": True, "b": None, "large": True}
    with tp.config.jit_compile():
        expected = tp.random.stateless_normal([3, 200000], [1, 2])
    with np.load(spec.folder / "large.npz") as loaded:
        assert_same_bits(loaded[loaded.files[0]], expected)
    with pytest.raises(GoldenError, match="compile"):
        arrays('op = "random.uniform"\nset_seed = 1\nshape = [3]\njit_compile = true')


def test_keras_version(tmp_path):
    """The border that keras.random.shuffle has between 3.7 and 3.8."""
    file = tmp_path / "a.toml"
    shuffle = 'op = "keras.random.shuffle"\nseed = 1\nargs = { x = [1, 2, 3, 4] }\n'
    file.write_text(
        f'format = 1\nkeras_version = "3.7"\n[[case]]\nname = "a"\n{shuffle}'
        f'[[case]]\nname = "b"\n{shuffle}keras_version = "3.8.0"\n'
    )
    a, b = read(file).cases
    assert (a.keras_version, b.keras_version) == ("3.7", "3.8.0")
    drawn = [make(case)[0].array.tolist() for case in (a, b)]
    expected = []
    for version in ("3.7", "3.8"):
        with tp.config.keras_version(version):
            expected.append(tp.keras.random.shuffle([1, 2, 3, 4], seed=1).tolist())
    assert drawn == expected
    assert drawn[0] != drawn[1]


# ---- what is refused, with its place -----------------------------------------------------------

HEAD = 'format = 1\n[[case]]\nname = "x"\n'
GOOD = HEAD + 'op = "random.normal"\nset_seed = 1\nshape = [2]\n'
ERRORS = [
    # text, the key, part of the message
    ("", "format", "must be 1, got None"),
    ("format = 2", "format", "2 is newer than 1"),
    ("format = true", "format", "must be 1"),
    ("format = 1\nfromat = 1", "fromat", "nearest: format"),
    ('format = 1\noutput = "npx"', "output", "nearest: npz, npy"),
    ("format = 1\noutput = []", "output", "must be a list"),
    ('format = 1\noutput = ["npz", "npz"]', "output", "twice"),
    ('format = 1\noutput = ["npy"]\nbundle = true', "bundle", "one array a file"),
    ("format = 1\nbundle = 1", "bundle", "true or false"),
    ("format = 1\ncase = 1", "case", "tables"),
    ('format = 1\ntensorflow_version = "1.14"', "tensorflow_version", "1.15 to 2.21"),
    ("format = 1\ntensorflow_version = 2.6", "tensorflow_version", "2.6"),
    ('format = 1\nkeras_version = "3.16"', "keras_version", "3.0 to 3.15"),
    ("format = 1\nkeras_version = 3.6", "keras_version", "must be a string"),
    (
        'format = 1\nkeras_version = "3.6"\ntensorflow_version = "2.6"',
        "keras_version",
        "needs TensorFlow 2.15 or newer",
    ),
    ("format = 1\njit_compile = 1", "jit_compile", "true or false"),
    ('format = 1\n[[case]]\nname = "x"\njit_compile = "yes"', "jit_compile", "true or false"),
    ("format = 1\nintra_op_threads = 0", "intra_op_threads", "1 to 1024"),
    ("format = 1\n[[case]]", "name", "must be text"),
    ('format = 1\n[[case]]\nname = "../x"', "name", "letters"),
    ('format = 1\n[[case]]\nname = "/x"', "name", "letters"),
    ('format = 1\n[[case]]\nname = "a/../../x"', "name", "letters"),
    ('format = 1\n[[case]]\nname = "a\\\\b"', "name", "letters"),
    ('format = 1\n[[case]]\nname = "a:b"', "name", "letters"),
    ('format = 1\n[[case]]\nname = ""', "name", "must be text"),
    ('format = 1\n[[case]]\nname = ".x"', "name", "letters"),
    ('format = 1\n[[case]]\nname = "x."', "name", "letters"),
    ('format = 1\n[[case]]\nname = "nul"', "name", "letters"),
    ('format = 1\n[[case]]\nname = "a/com1.x"', "name", "letters"),
    ('format = 1\n[[case]]\nname = "x\\ny"', "name", "letters"),
    ('format = 1\n[[case]]\nname = "Manifest"', "name", "manifest"),
    (GOOD + GOOD.partition("\n")[2], "name", "twice"),
    (GOOD + GOOD.partition("\n")[2].replace('"x"', '"X"'), "name", 'like "x"'),
    (HEAD, "op", "must be the name"),
    (HEAD + 'op = "random.norml"', "op", "nearest: random.normal"),
    (HEAD + 'op = "RandomNormal"', "op", "RandomStandardNormal"),
    (HEAD + 'op = "os.system"', "op", "no op"),
    (HEAD + 'op = "random.basic.os.system"', "op", "no op"),
    (HEAD + 'op = "random.__builtins__"', "op", "no op"),
    (HEAD + 'op = "random.Generator.__init__"', "op", "no op"),
    (HEAD + 'op = "random.Generator.reset"', "op", "no op"),
    (HEAD + 'op = "random.Generator"', "op", "name one of its methods"),
    (HEAD + 'op = "random.get_global_generator"', "op", "random.Generator"),
    (HEAD + 'op = "random.Algorithm"', "op", ""),
    (HEAD + 'op = "random"', "op", "no op"),
    (HEAD + 'op = "config.get_tensorflow_version"', "op", "no op"),
    (HEAD + 'op = "NonDeterministicInts"\nshape = [1]', "op", "operating system"),
    (HEAD + 'op = "random.set_seed"\nseed = 1', "op", "use `set_seed`"),
    (HEAD + 'op = "random.normal"\nset_seed = 1', "shape", "needs it"),
    (HEAD + 'op = "random.gamma"\nset_seed = 1\nshape = [1]', "args.alpha", "needs it"),
    (HEAD + 'op = "random.normal"\nshape = [1]', "seed", "operating system"),
    (HEAD + 'op = "RandomUniform"\nshape = [1]\ndtype = "half"', "seed, seed2", "both be 0"),
    (HEAD + 'op = "random.Generator.normal"\nshape = [1]', "generator", "missing"),
    (HEAD + 'op = "StatefulUniform"\nshape=[1]\nargs={algorithm=1}', "generator", "missing"),
    (GOOD + "seed2 = 1", "seed2", "takes no seed2; it takes shape, mean"),
    (GOOD + 'dtype = "float31"', "dtype", "nearest: float32"),
    (GOOD + "dtype = 32", "dtype", "must be a name"),
    (GOOD + 'dtype = "string"', "dtype", "no type"),
    (GOOD + "call = -1", "call", "0 to 100000"),
    (GOOD + "call = 100001", "call", "0 to 100000"),
    (GOOD + "args = 1", "args", "must be a table"),
    (GOOD + "args = {meen = 1}", "args.meen", "nearest: mean"),
    (GOOD + "args = {shape = [1]}", "args.shape", "outside of args"),
    (GOOD + 'args = {name = "x"}', "args.name", "no such argument"),
    (GOOD + "args = {mean = 1979-05-27}", "args.mean", "must be a number"),
    (GOOD + "args = {mean = {value = 1}}", "args.mean", "nearest: values"),
    (GOOD + "args = {mean = {values = 1, arange = 1}}", "args.mean", "either"),
    (GOOD + 'args = {mean = {values = 1, dtype = "x"}}', "args.mean.dtype", "no type"),
    (GOOD + "args = {mean = {values = {values = 1}}}", "args.mean", "a number or a list"),
    (GOOD + "args = {mean = {values = 1, shape = 1}}", "args.mean.shape", "list of integers"),
    (GOOD + "shap = [1]", "shap", "nearest: shape"),
    (GOOD + "opp = 1", "opp", "nearest: op"),
    (GOOD.replace("[2]", "2"), "shape", "list of integers"),
    (GOOD.replace("[2]", "[-2]"), "shape", "0 or more"),
    (GOOD.replace("[2]", "[2.0]"), "shape", "list of integers"),
    (GOOD.replace("[2]", str([1] * 33)), "shape", "32 dimensions"),
    (GOOD.replace("set_seed = 1", 'set_seed = "1"'), "set_seed", "integer"),
    (GOOD.replace("set_seed = 1", "seed = 1.5"), "seed", "integer"),
    (GOOD.replace("set_seed = 1", "seed = [1, 2]"), "seed", "one integer"),
    (HEAD + 'op = "random.stateless_normal"\nseed = 1\nshape = [1]', "seed", "pair"),
    (HEAD + 'op = "random.stateless_normal"\nseed = [1, 18446744073709551616]\nshape = [1]',
     "seed", "64 bits"),
    (HEAD + 'op = "StatelessRandomUniformV2"\nkey = -1\ncounter = 0\nalg = 1\nshape = [1]',
     "key", "from 0 on"),
    (HEAD + 'op = "StatelessRandomUniformV2"\nkey = "x"\ncounter = 0\nalg = 1\nshape = [1]',
     "key", "from 0 on"),
    (HEAD + 'op = "StatelessRandomUniformV2"\nkey = "0x10000000000000000"\ncounter = 0\nalg = 1\n'
     "shape = [1]", "key", "64 bits"),
    (HEAD + 'op = "random.Generator.normal"\nshape = [1]\ngenerator = 1', "generator", "must be {"),
    (HEAD + 'op = "random.Generator.normal"\nshape = [1]\ngenerator = {seed = 1, key = 2}',
     "generator", "must be {"),
    (HEAD + 'op = "random.Generator.normal"\nshape = [1]\ngenerator = {state = 1}',
     "generator.state", "another form"),
    (HEAD + 'op = "random.Generator.normal"\nshape = [1]\ngenerator = {seed = 1, alg = "mt"}',
     "generator.alg", "no algorithm"),
    (HEAD + 'op = "random.Generator.normal"\nshape = [1]\ngenerator = {state = ["a"]}',
     "generator.state", "integers"),
    (GOOD + "[[case.draw]]", "draw", "not both"),
    (HEAD + "draw = []", "draw", "tables"),
    (HEAD + "shape = [1]\n[[case.draw]]", "shape", "belongs to a draw"),
    (HEAD + 'set_seed = 1\n[[case.draw]]\nop = "random.normal"', "draw 0: shape", "needs it"),
    (HEAD + 'set_seed = 1\n[[case.draw]]\nop = "random.normal"\nx = 1', "draw 0: x", "unknown"),
    (HEAD + 'set_seed = 1\ndraw = [{op = "random.set_seed", seed = 1}]', "draw", "no array"),
    (HEAD + 'set_seed = 1\ndraw = [{op = "random.normal", shape = [1], name = "a/b"}]',
     "draw 0: name", "without '/'"),
    (HEAD + 'set_seed = 1\ndraw = [{op = "random.normal", shape = [1], name = "a"},'
     '{op = "random.normal", shape = [1], name = "A"}]', "draw.name", "twice"),
    (HEAD + 'op = "random.fixed_unigram_candidate_sampler"\nseed = 1\n'
     'args = {vocab_file = "../x"}', "args.vocab_file", "specification's folder"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "message"), ERRORS)
def test_errors_name_file_case_and_key(text, key, message):
    with pytest.raises(GoldenError) as caught:
        parse(text.encode(), "dir/s.toml")
    said = str(caught.value)
    assert said.startswith("dir/s.toml: ")
    assert f"{key}: " in said
    assert message in said
    assert ("case" in said) == ("case" in text)
    assert len(said) < 600


MALFORMED = [
    (b"format = ", "is not TOML"),
    (b"format = 1\nformat = 1", "is not TOML"),
    (b"\xff", "is not UTF-8"),
    (b"x = " + b"[" * 100_000, "nested too deeply"),
    (b"format = 1\nx = " + b"9" * 10_000, "is not TOML"),
    (b"\x00", "is not TOML"),
]


@pytest.mark.parametrize(("content", "message"), MALFORMED, ids=range(len(MALFORMED)))
def test_malformed(content, message):
    with pytest.raises(GoldenError, match=message) as caught:
        parse(content, "s.toml")
    assert str(caught.value).startswith("s.toml: ")


def test_unreadable(tmp_path):
    for path in (tmp_path, tmp_path / "absent.toml"):
        with pytest.raises(GoldenError, match=f"{path}: "):
            read(path)


# What only the op itself can refuse: said with the same places.
REFUSED = [
    (GOOD + "args = {mean = [1, 2, 3]}", "shape"),
    (GOOD + 'dtype = "int32"', "dtype"),
    (GOOD + 'args = {stddev = "a"}', "args.stddev"),
    (GOOD + 'args = {mean = {values = [[1], [2, 3]], dtype = "int8"}}', "args.mean"),
    (GOOD + "args = {mean = {arange = [1, 2, 0]}}", "args.mean"),
    (GOOD + "args = {mean = {arange = 1e300}}", "args.mean"),
    (GOOD + "args = {mean = {values = 1, shape = [70000, 70000]}}", "args.mean"),
    (GOOD.replace("[2]", f"[{2**62}, 4]"), "shape"),
    (GOOD.replace("[2]", f"[{2**61}]") + "args = {mean = [1, 2]}", "shape"),
    (HEAD + 'op = "random.Generator.normal"\nshape = [1]\ngenerator = {state = [1]}', "generator"),
    (HEAD + 'op = "random.Generator.normal"\nshape = [1]\ngenerator = {seed = 1, alg = 2}', "op"),
    (HEAD + 'op = "random.poisson"\nset_seed = 1\nshape = [1]\nargs = {lam = nan}', "args"),
    (HEAD + 'op = "random.Generator.skip"\ngenerator = {seed = 1}\nargs = {delta = -1}', "args"),
]


@pytest.mark.parametrize(("text", "key"), REFUSED)
def test_refused_by_the_op(text, key):
    (case,) = parse(text.encode(), "s.toml").cases
    with pytest.raises(GoldenError) as caught:
        make(case)
    assert str(caught.value.within(file="s.toml")).startswith(f's.toml: case "x": {key}')


def test_digest_is_of_what_is_said():
    a = parse(b'format = 1\n[[case]]\nname = "x"\nop = "random.uniform"\nseed = 1\nshape = [2]')
    b = parse(b'# x\nformat=1\ncase=[{op="random.uniform",name="x",shape=[2],seed=1}]\n')
    c = parse(b'format=1\ncase=[{op="random.uniform",name="x",shape=[2],seed=2}]\n')
    assert a.digest == b.digest != c.digest


# ---- what other parts of the package bring ---------------------------------------------------


def test_keras_initializers():
    keras = pytest.importorskip("tfphilox.keras")
    made = arrays(
        'op = "keras.initializers.GlorotUniform"\nseed = 7\nshape = [10, 2]\ndtype = "float32"'
    )
    assert_same_bits(made, np.asarray(keras.initializers.GlorotUniform(seed=7)([10, 2])))
    made = arrays(
        'op = "keras.initializers.GlorotUniform"\nset_random_seed = 0\nshape = [2, 3]\n'
        'dtype = "float32"'
    )
    assert made.view(np.uint32)[0, 0] == 0x3D0CBFE0


def test_data_order():
    tp.random.set_seed(None)  # a case begins without one
    data = pytest.importorskip("tfphilox.data")
    made = arrays(
        'op = "data.shuffle_order"\nseed = 3\nargs = {n = 10, buffer_size = 5, epochs = 2}'
    )
    expected = data.shuffle_order(10, 5, seed=3, epochs=2)
    assert_same_bits(np.asarray(made), np.asarray(expected))


# ---- matrices, defaults, descriptions --------------------------------------------------------

MATRIX = """
[[case]]
name = "m"
op = "random.normal"
set_seed = 3
shapes = [[2, 3], [], [4]]
dtypes = ["float32", "float16"]
seeds = [1, -2]
args = {mean = 1.0}
"""


def test_a_matrix_is_its_cases():
    found = cases(MATRIX)
    assert [case.name for case in found][:5] == [
        "m/2x3-float32-seed1", "m/2x3-float32-seed-2", "m/2x3-float16-seed1",
        "m/2x3-float16-seed-2", "m/scalar-float32-seed1",
    ]  # fmt: skip
    assert len(found) == 12
    for case in found:
        shape, dtype, _, *minus, seed = case.name.replace("m/", "").replace("seed", "-").split("-")
        dims = [] if shape == "scalar" else [int(dim) for dim in shape.split("x")]
        seed = -int(seed) if minus else int(seed)
        expected = after_seed(
            3, lambda d=dims, t=dtype, s=seed: tp.random.normal(d, 1.0, dtype=t, seed=s)
        )
        (made,) = make(case)
        assert made.array.dtype == expected.dtype
        assert_same_bits(made.array, np.asarray(expected))
    pairs = cases('[[case]]\nname="m"\nop="random.split"\nseeds=[[1,2],[3,-4]]')
    assert [case.name for case in pairs] == ["m/seed1_2", "m/seed3_-4"]


def test_defaults_hold_where_a_case_is_silent():
    found = cases("""
        [defaults]
        set_seed = 7
        shape = [3]
        dtype = "float64"
        args = {stddev = 2.0, minval = -1}
        description = "by default"
        [[case]]
        name = "a"
        op = "random.normal"
        [[case]]
        name = "b"
        op = "random.normal"
        shape = [2]
        set_random_seed = 1
        args = {stddev = 3.0, mean = 1.0}
        description = "its own"
        [[case]]
        name = "c"
        op = "random.shuffle"
        args = {value = {arange = 5}}
        [[case]]
        name = "d"
        draw = [{op = "random.uniform"}, {op = "random.normal", shape = [1], dtype = "float32"}]
        [[case]]
        name = "e"
        op = "random.uniform"
        dtypes = ["float16", "float32"]
    """)
    a, b, c, d, *e = found
    assert (a.set_seed, a.draws[0].keywords, a.description) == (
        7, {"shape": [3], "dtype": "float64", "stddev": 2.0}, "by default",
    )  # fmt: skip
    assert (b.set_seed, b.set_random_seed, b.description) == (None, 1, "its own")
    assert b.draws[0].keywords == {
        "shape": [2], "dtype": "float64", "stddev": 3.0, "mean": 1.0,
    }  # fmt: skip
    assert c.draws[0].keywords == {"value": {"arange": 5}}
    assert d.draws[0].keywords == {"shape": [3], "dtype": "float64", "minval": -1}
    assert d.draws[1].keywords == {"shape": [1], "dtype": "float32", "stddev": 2.0}
    assert [case.draws[0].keywords["dtype"] for case in e] == ["float16", "float32"]
    written_out = arrays('op = "random.normal"\nset_seed = 7\nshape = [3]\ndtype = "float64"\n'
                         "args = {stddev = 2.0}")  # fmt: skip
    assert_same_bits(make(a)[0].array, written_out)


WRONG = [
    ("", "case: is missing: a specification has one"),
    ("case = []", "case: is missing"),
    ('[[case]]\nname = "x"\nop = "random.normal"\nseed = 1\nshapes = [[1]]\nshape = [1]',
     'case "x": shapes: give either `shape` or `shapes`'),
    ('[[case]]\nname = "x"\nop = "random.normal"\nseed = 1\nshapes = []', "shapes: must be a list"),
    ('[[case]]\nname = "x"\nop = "random.normal"\nseed = 1\nshapes = [[-1]]', "shapes: must be a"),
    ('[[case]]\nname = "x"\nop = "random.normal"\nseed = 1\nshapes = [3]', "shapes: must be"),
    ('[[case]]\nname = "x"\nop = "random.normal"\nseed = 1\nshape = [1]\ndtypes = ["flot32"]',
     'dtypes: "flot32" is no type'),
    ('[[case]]\nname = "x"\nop = "random.normal"\nshape = [1]\nseeds = ["a"]', "seeds: must be"),
    ('[[case]]\nname = "x"\nop = "random.normal"\nshape = [1]\nseeds = [1, 1]',
     'case "x/seed1": name: is given twice'),
    ('[[case]]\nname = "x"\nop = "random.shuffle"\nseed=1\nargs={value=[1]}\nshapes = [[1]]',
     'case "x/1": shape: random.shuffle takes no shape'),
    ('[[case]]\nname = "x"\nseeds = [1]\ndraw = [{op = "random.normal", shape = [1]}]',
     "seeds: belongs to a case with an `op`"),
    ('[[case]]\nname = "x"\nop = "random.normal"\nset_seed=1\nshapes = '
     + str([[n] for n in range(330)]) + "\nseeds = " + str(list(range(330))),
     "makes more than 100000 cases"),
    ("[defaults]\nshap = [1]\n[[case]]", "defaults.shap: unknown key; nearest: shape"),
    ('[defaults]\nname = "y"\n[[case]]', "defaults.name: unknown key"),
    ("[defaults]\nargs = 3\n[[case]]", "defaults.args: must be a table"),
    ("[defaults]\nshape = [1]\nshapes = [[2]]\n[[case]]", "defaults.shapes: give either"),
    ("defaults = 3\n[[case]]", "defaults: must be a .defaults. table"),
    ('[[case]]\nname = "x"\nop = "random.normal"\nseed=1\nshape = [1]\ndescription = 3',
     "description: must be text"),
    ('[[case]]\nname = "x"\nop = "random.normal"\nseed=1\nshape = [1]\ndescription = "\\u0000"',
     "description: must be text"),
    *[(f'prefix = {prefix}\n[[case]]', "prefix: must be a letter")
      for prefix in ('"1"', '"a b"', '"_a"', "3", '"' + "a" * 41 + '"')],
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_wrong_matrices_and_defaults(text, message):
    with pytest.raises(GoldenError, match=message):
        cases(text)
