"""test_live_golden.py: `tfphilox golden verify` on this environment's TensorFlow, and on others.

A specification with every form of seeds, and one of random cases (its seed is printed in a failure
and can be given again as TFPHILOX_LIVE_SEED), are run on TensorFlow in a process of its own. Other
versions are those of TFPHILOX_LIVE_PYTHONS, Pythons separated by colons.
"""

import importlib.util
import json
import os
import random
import re
import secrets
import sys

import numpy as np
import pytest
from places import EXAMPLES

from tfphilox.__main__ import main
from tfphilox.golden.spec import parse, read
from tfphilox.golden.verify import verify

SEED = int(os.environ.get("TFPHILOX_LIVE_SEED", secrets.randbits(40)))
OTHERS = [python for python in os.environ.get("TFPHILOX_LIVE_PYTHONS", "").split(":") if python]
EXAMPLE = EXAMPLES / "golden.toml"

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def python():
    if importlib.util.find_spec("tensorflow") is None:
        if os.environ.get("CI"):
            pytest.fail("CI is set and TensorFlow is absent", pytrace=False)
        pytest.skip("TensorFlow is absent")
    return sys.executable


CASES = {
    "graph seed": 'op = "random.normal"\nset_seed = 3\nshape = [5]\ncall = 2',
    "compiled pair": 'op = "random.stateless_normal"\nseed = [1, 7]\nshape = [5, 3]\n'
                     "jit_compile = true",
    "compiled raw": 'op = "StatelessRandomUniform"\nseed = [1, 7]\nshape = [5]\n'
                    'dtype = "float64"\njit_compile = true',
    "compiled key": 'op = "StatelessTruncatedNormalV2"\nkey = 5\ncounter = [7, 8]\nalg = 1\n'
                    'shape = [9]\ndtype = "float32"\njit_compile = true',
    "compiled bounds": 'op = "random.stateless_parameterized_truncated_normal"\nseed = [1, 7]\n'
                       "shape = [9]\nargs = {means = 0.5, stddevs = 2.0, minvals = -1.0, "
                       "maxvals = 4.0}\njit_compile = true",
    "compiled generator": 'op = "random.Generator.normal"\ngenerator = {seed = 9}\n'
                          "shape = [5, 2]\ncall = 1\njit_compile = true",
    "graph and op seed": 'op = "random.uniform"\nset_seed = 3\nseed = 4\nshape = [5]\ncall = 2',
    "op seed": 'op = "random.truncated_normal"\nseed = 4\nshape = [2, 3]\ndtype = "float64"',
    "scalar": 'op = "random.uniform"\nseed = 4\nshape = []\ndtype = "bfloat16"',
    "pair": 'op = "random.stateless_normal"\nseed = [1, -2]\nshape = [5]\ndtype = "float16"\n'
            "args = {mean = 0.1, stddev = 3}",
    "raw": 'op = "RandomStandardNormal"\nseed = -1\nseed2 = 5\nshape = [5]\ndtype = "float32"\n'
           "call = 3",
    "raw int": 'op = "RandomUniformInt"\nseed = 1\nseed2 = 5\nshape = [5]\n'
               'args = {minval = {values = 0, dtype = "int64"}, '
               'maxval = {values = 9, dtype = "int64"}}',
    "raw stateless": 'op = "StatelessTruncatedNormal"\nseed = [1, 2]\nshape = [5]\n'
                     'dtype = "float64"',
    "key and counter": 'op = "StatelessRandomUniformV2"\nkey = "0xffffffffffffffff"\n'
                       'counter = ["0xffffffffffffffff", 7]\nalg = 1\nshape = [9]\n'
                       'dtype = "float32"',
    "generator seed": 'op = "random.Generator.normal"\ngenerator = {seed = 9}\nshape = [5]\n'
                      "call = 1",
    "generator state": 'op = "random.Generator.uniform"\nshape = [5]\ndtype = "int64"\n'
                       "generator = {state = [-1, 2, 3]}\nargs = {minval = 0, maxval = 99}",
    "generator key": 'op = "random.Generator.uniform_full_int"\nshape = [5]\ndtype = "uint32"\n'
                     "generator = {key = 3, counter = [1, 2]}",
    "make seeds": 'op = "random.Generator.make_seeds"\ngenerator = {seed = 9}\nargs = {count=3}',
    "resource": 'op = "StatefulStandardNormalV2"\ngenerator = {state = [1, 2, 3]}\nshape = [5]\n'
                'dtype = "float32"\nargs = {algorithm = 1}\ncall = 1',
    "split": 'op = "random.split"\nseed = [1, 2]\nargs = {num = 3}',
    "shuffle": 'op = "random.shuffle"\nset_seed = 1\nargs = {value = {arange = 20}}',
    "stateless shuffle": 'op = "random.experimental.stateless_shuffle"\nseed = [1, 2]\n'
                         'args = {value = {arange = 20, dtype = "float32"}}',
    "index shuffle": 'op = "random.experimental.index_shuffle"\nseed = [1, 2]\n'
                     "args = {index = 3, max_index = 20}",
    "gamma": 'op = "random.gamma"\nset_seed = 1\nshape = [4]\nargs = {alpha = [0.5, 2.0]}',
    "poisson": 'op = "random.stateless_poisson"\nseed = [3, 4]\nshape = [40]\ndtype = "int32"\n'
               "args = {lam = 12.5}",
    "binomial": 'op = "random.Generator.binomial"\ngenerator = {seed = 9}\nshape = [20]\n'
                "args = {counts = 40.0, probs = 0.3}",
    "categorical": 'op = "random.categorical"\nset_seed = 5\nintra_op_threads = 1\n'
                   "args = {logits = [[0.1, 0.9, 0.5]], num_samples = 50}",
    "categorical 2": 'op = "random.categorical"\nset_seed = 5\nintra_op_threads = 2\n'
                     'args = {logits = {values = 0.5, dtype = "float32", shape = [40, 9]}, '
                     "num_samples = 50}",
    "candidates": 'op = "random.log_uniform_candidate_sampler"\nseed = 4\n'
                  'args = {true_classes = {values = [[1, 2]], dtype = "int64"}, num_true = 2, '
                  "num_sampled = 3, unique = true, range_max = 50}",
    "compat": 'op = "compat.v1.random_normal"\nset_seed = 1\nshape = [4]',
    "int64 shape": 'op = "random.normal"\nset_seed = 1\nseed = 2\n'
                   'shape = {values = [4], dtype = "int64"}',
    "program": "set_seed = 5\n" + """draw = [
        {op = "random.uniform", shape = [2]},
        {op = "random.normal", shape = [3], seed = 7},
        {op = "random.normal", shape = [3], seed = 7},
        {op = "random.set_seed", seed = 6},
        {op = "random.uniform", shape = [2]},
    ]""",
    "generator program": "generator = {seed = 1}\n" + """draw = [
        {op = "random.Generator.uniform", shape = [2]},
        {op = "random.Generator.normal", shape = [3]},
    ]""",
}  # fmt: skip


def specification(cases):
    text = "format = 1\n"
    for name, body in cases.items():
        text += f'[[case]]\nname = "{name.replace(" ", "-")}"\n{body}\n'
    return parse(text.encode(), "live.toml")


def test_every_form(python):
    result = verify(specification(CASES), [python])
    assert result.ok, result.lines()
    assert not result.absent
    assert result.equal == len(CASES) + 6  # four cases make several arrays
    assert result.versions[0].startswith("2.")


def any_case(rng):
    """A draw with random seeds, shape, type and arguments."""
    dtype = rng.choice(["float16", "bfloat16", "float32", "float64", "int32", "int64"])
    name = rng.choice(["uniform", "normal", "truncated_normal"])
    if dtype.startswith("int"):
        name = "uniform"
        low = rng.randint(-99, 99)
        arguments = f"{{minval = {low}, maxval = {low + rng.randint(1, 2 ** rng.randint(1, 30))}}}"
    else:
        a, b = rng.uniform(-3, 3), rng.uniform(0, 3)
        keys = ("minval", "maxval") if name == "uniform" else ("mean", "stddev")
        arguments = f"{{{keys[0]} = {a!r}, {keys[1]} = {a + b!r}}}"
    dims = rng.choice([[], [1], [rng.randint(0, 999)], [3, rng.randint(1, 30), 2]])
    rest = f'dtype = "{dtype}"\nshape = {dims}\nargs = {arguments}\ncall = {rng.randrange(3)}\n'
    form = rng.randrange(4)
    if form == 0:
        return f'op = "random.{name}"\nset_seed = {rng.getrandbits(40)}\n' + rest
    if form == 1:
        return f'op = "random.{name}"\nseed = {rng.getrandbits(31)}\n' + rest
    if form == 2:
        pair = [rng.getrandbits(63) - 2**62 for _ in range(2)]
        return f'op = "random.stateless_{name}"\nseed = {pair}\n' + rest
    state = [rng.getrandbits(64) - 2**63 for _ in range(3)]
    return f'op = "random.Generator.{name}"\ngenerator = {{state = {state}}}\n' + rest


def test_random_cases(python):
    rng = random.Random(SEED)
    cases = {f"{number}": any_case(rng) for number in range(300)}
    result = verify(specification(cases), [python])
    assert result.ok, (SEED, result.lines())
    assert result.equal == len(cases)


def test_the_example(python, capsys):
    assert main(["golden", "verify", str(EXAMPLE)]) == 0
    said = capsys.readouterr().out
    assert re.match(r"\d\d arrays equal, 0 problems, with TensorFlow 2\.", said), said


def test_differences_are_reported(python, capsys, tmp_path, monkeypatch):
    """With a wrong number on our side, each array is named with its first bits."""
    spec = tmp_path / "s.toml"
    spec.write_text(
        'format = 1\n[[case]]\nname = "good"\nop = "random.normal"\nseed = 1\nshape = [3]\n'
        '[[case]]\nname = "bad"\nop = "random.uniform"\nseed = 1\nshape = [3]\n'
        '[[case]]\nname = "other"\nop = "random.uniform"\nseed = 1\nshape = [3]\n'
        'tensorflow_version = "1.15"\n'
        '[[case]]\nname = "refused"\nop = "RandomGamma"\nseed = 1\nshape = [3]\n'
        'args = {alpha = {values = [], dtype = "float32"}}\n'
    )
    from tfphilox.golden import cases

    make = cases.make

    def wrong(case):
        made = make(case)
        if case.name == "bad":
            made[0].array[1] = np.nextafter(made[0].array[1], np.float32(2))
        return made

    monkeypatch.setattr(sys.modules["tfphilox.golden.verify"], "make", wrong)
    assert main(["golden", "verify", str(spec), "--python", python, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    problems = {problem["case"]: problem for problem in report["problems"]}
    assert problems["bad"]["index"] == [1]
    assert problems["bad"]["ulps"] == 1
    assert problems["bad"]["message"].endswith(f"of TensorFlow {report['versions'][0][:4]}")
    assert report["absent"] == ['case "other": no Python was given with TensorFlow 1.15']
    assert report["equal"] >= 1
    assert not report["ok"]


@pytest.mark.parametrize("other", OTHERS)
def test_other_versions(python, other):
    """The same specification, each version by its own rules; what it lacks is named."""
    result = verify(read(EXAMPLE), [other])
    assert result.ok, result.lines()
    result = verify(specification(CASES), [other])
    # Before 2.2 binomial was another sampler, and crashed in 2.0.
    old = [int(part) for part in result.versions[0].split(".")[:2]] < [2, 2]
    problems = [p for p in result.problems if not (old and p.case == "binomial")]
    assert not problems, result.lines()
    assert result.equal > 10


KERAS = {
    "glorot": 'op = "keras.initializers.GlorotUniform"\nseed = 7\nshape = [10, 2]\n'
              'dtype = "float32"',
    "he": 'op = "keras.initializers.HeNormal"\nset_random_seed = 3\nshape = [3, 3, 4, 8]\n'
          'dtype = "float32"',
}  # fmt: skip


def test_keras_initializers(python):
    pytest.importorskip("tfphilox.keras")
    result = verify(specification(KERAS), [python])
    assert result.ok, result.lines()


def test_keras_models(python, tmp_path):
    keras = pytest.importorskip("tfphilox.keras")
    if not hasattr(keras, "initial_weights"):
        pytest.skip("tfphilox.keras has no initial_weights")
    import keras as theirs

    model = theirs.Sequential([
        theirs.Input((16, 16, 3)), theirs.layers.Conv2D(4, 3), theirs.layers.Flatten(),
        theirs.layers.Dense(2),
    ])  # fmt: skip
    (tmp_path / "model.json").write_text(model.to_json())
    path = tmp_path / "s.toml"
    path.write_text(
        'format = 1\n[[case]]\nname = "model"\nop = "keras.initial_weights"\nseed = 200\n'
        'args = {config = "model.json"}\n'
    )
    result = verify(read(path), [python])
    assert result.ok, result.lines()
    assert result.equal == 4


def test_data_orders(python):
    pytest.importorskip("tfphilox.data")
    case = 'op = "data.shuffle_order"\nseed = 3\nargs = {n = 100, buffer_size = 10, epochs = 3}'
    more = (
        'op = "data.shuffle_order"\nset_seed = 5\nargs = {n = 100, buffer_size = 200, epochs = 2}'
    )
    result = verify(specification({"a": case, "b": more}), [python])
    assert result.ok, result.lines()
