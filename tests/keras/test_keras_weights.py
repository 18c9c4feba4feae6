"""test_keras_weights.py: whole models' initial weights, against what eight releases wrote down.

The golden files have models' JSON and the sums of their weights; see make_golden_weights.py. Here
are also the errors, the process that is seeded, and the command.
"""

import copy
import gzip
import hashlib
import io
import itertools
import json
import random
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from bits import as_hex
from places import GOLDEN_FILES
from weights_sums import SEEDINGS, described

import tfphilox as tp
from tfphilox.__main__ import main
from tfphilox.keras import Seeding, initial_weights, weights_cli
from tfphilox.seeding.process import current

# what make_golden_weights.py constructs in an order that the graph does not show
UNSETTLED = {"attention", "operations", "transformer", "spectral"}
# a RandomCrop writes down the seed it drew, so its config does not show that it drew
HIDDEN = {("2.21", "augmented")}


def golden_files():
    files = {}
    for path in sorted(GOLDEN_FILES.glob("weights-*.json.gz")):
        with gzip.open(path) as file:
            data = json.load(file)
        files[".".join(data["tensorflow"].split(".")[:2])] = data
    return files


FILES = golden_files()
CASES = [
    pytest.param(version, case, id=f"{version}-{case['name']}")
    for version, data in FILES.items()
    for case in data["cases"]
]


def test_there_are_golden_files_for_every_rule():
    assert set(FILES) >= {"2.0", "2.3", "2.6", "2.7", "2.9", "2.10", "2.15", "2.21"}


@pytest.mark.parametrize(("version", "case"), CASES)
def test_golden(version, case):
    seed = FILES[version]["seed"]
    compared = 0
    for how, seeding in SEEDINGS.items():
        if f"config_{how}" not in case and f"code_{how}" not in case:
            continue
        arguments = {"seed": seed, "tensorflow_version": version, "seeding": seeding}
        expected = case.get(f"config_{how}")
        if expected is not None:
            got = described(initial_weights(case["model"], order="config", **arguments))
            if version == "2.0":  # whose graphs add numbers to names, as the process goes on
                assert values(got) == values(expected)
            else:
                assert got == expected
            compared += len(expected)
        by_code = case.get(f"code_{how}")
        if by_code is not None and (version, case["name"]) not in HIDDEN:
            by_code = expected if by_code == "config" else by_code
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                got = described(initial_weights(case["model"], **arguments))
            if values(got) != values(by_code):
                assert case["name"] in UNSETTLED
                assert "its file does not say" in str(caught[0].message)
            compared += len(got)
    assert compared


def values(lines):
    """Without the names, of which some say in what order layers were built."""
    return [line.split(" ")[1:] for line in lines]


# ---- orthogonal matrices, whose last bits depend on the processor ----------------------------


def recurrent(*units, dtype="float32"):
    given = {"class_name": "Orthogonal", "config": {"gain": 1.0, "seed": 5}}
    layers = [
        layer("LSTM", units=size, name=f"lstm_{size}", recurrent_initializer=given, dtype=dtype,
              return_sequences=True)
        for size in units
    ]  # fmt: skip
    return sequential(*layers)


def told_of(model, **keywords):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        weights = initial_weights(model, seed=0, **keywords)
    return dict(weights), [str(one.message) for one in caught]


def test_recurrent_kernels_of_a_processor_with_48_kib():
    golden = json.loads((GOLDEN_FILES / "orthogonal-l1-48-tf-2.21.0.json").read_text())
    sums = {kib: [case[-1] for case in cases if case[:2] == [[64, 256], "float32"]]
            for kib, cases in {48: golden["own"], 32: golden["told"]["32"]}.items()}  # fmt: skip
    name = "model/lstm_64/lstm_cell/recurrent_kernel"
    for kib, expected in sums.items():
        with tp.config.l1_data_cache(kib * 1024):
            weights, told = told_of(recurrent(64))
        assert [hashlib.sha256(weights[name].tobytes()).hexdigest()] == expected
        assert told == []


def test_weights_that_depend_on_the_cache_are_named_once():
    assert told_of(recurrent(20, 47)) == (mock.ANY, [])
    _, told = told_of(recurrent(24, 64, 100, 200, 300, 80))
    names = [f"model/lstm_{size}/lstm_cell/recurrent_kernel" for size in (64, 100, 200)]
    assert len(told) == 1
    assert told[0].startswith(f"the last bits of {', '.join(names)} (and 2 more) depend on the")
    _, told = told_of(recurrent(64), tensorflow_version="2.4")
    assert [one.partition(", of which")[0] for one in told] == [
        "the last bits of lstm_64/lstm_cell/recurrent_kernel:0 may be others in TensorFlow "
        "before 2.5"
    ]
    _, told = told_of(recurrent(2, dtype="float16"))
    assert told[0].startswith(f"most elements of {names[0].replace('64', '2')} are others in")


def test_the_command_takes_a_cache(tmp_path, capsys):
    path = tmp_path / "model.json"
    path.write_text(json.dumps(recurrent(64)))
    arrays = []
    for more, warned in [([], True), (["--l1-data-cache", "32"], False),
                         (["--l1-data-cache", "48"], False)]:  # fmt: skip
        out = tmp_path / f"{len(arrays)}.npz"
        main(["weights", str(path), "--seed", "0", "-o", str(out), *more])
        assert ("--l1-data-cache" in capsys.readouterr().err) == warned
        arrays.append(np.load(out)["model/lstm_64/lstm_cell/recurrent_kernel"])
    assert (arrays[0] == arrays[1]).all()
    assert (arrays[0] != arrays[2]).sum() > 1000
    with pytest.raises(SystemExit):
        main(["weights", str(path), "--list", "--l1-data-cache", "33"])
    assert "choose from 16, 32, 48, 64, 128" in capsys.readouterr().err


# ---- the model of an article on reproducible weights ---------------------------------------


ARTICLE = [
    pytest.param(version, form, id=f"{version}-{form}")
    for version in FILES
    for form in ("sequential", "functional", "subclass")
]


def article_model(version, form):
    section = FILES[version]["article"]
    if form != "subclass":
        return section[form]["model"]
    # a subclassed model has no config: its layers', and what they are called on
    layers = copy.deepcopy(section["sequential"]["model"]["config"]["layers"])
    layers = [layer for layer in layers if layer["class_name"] != "InputLayer"]
    shapes = [[1, 16, 16, 3], *[[1, 14, 14, 4]] * 3, [1, 784]]
    return [
        {**layer, "build_config": {"input_shape": shape}}
        for layer, shape in zip(layers, shapes, strict=True)
    ]


@pytest.mark.parametrize(("version", "form"), ARTICLE)
def test_article(version, form):
    section, model = FILES[version]["article"][form], article_model(version, form)
    everything = {"seeding": "seed_everything", "tensorflow_version": version}

    def in_order(lines):
        # tf.keras lists the trainable weights first of layers that a subclass keeps in a list
        return sorted(lines) if form == "subclass" else lines

    def build(seed):
        if isinstance(seed, Seeding):
            return in_order(values(described(initial_weights(model, seed=seed))))
        return in_order(values(described(initial_weights(model, seed=seed, **everything))))

    # built without a seed: two models differ
    assert build(None) != build(None)
    assert build(unseeded := Seeding(None, **everything)) != build(unseeded)
    # seeded before each: they are equal, and equal to TensorFlow's
    assert build(200) == build(200) == in_order(values(section["reseeded"]))
    # seeded once before two: they differ, and are TensorFlow's
    once = Seeding(200, **everything)
    first, second = build(once), build(once)
    assert first != second
    assert [first, second] == [in_order(values(lines)) for lines in section["once"]]
    kernels = [a for _, a in initial_weights(model, seed=200, **everything) if a.ndim > 1]
    assert [as_hex(kernel.ravel()[:8]) for kernel in kernels] == section["kernels"]


PRINTED = {
    "2.0": (
        [-0.009707838, -0.24437797, -0.18091549, -0.13993321],
        [-0.010219514, -0.0657901, 0.01068756, -0.02856578],
    ),
    "2.21": (
        [0.17873642, 0.16900775, -0.30247727, -0.04776818],
        [0.06703988, 0.05415354, 0.0383245, -0.05201308],
    ),
}


@pytest.mark.parametrize("version", ["2.0", "2.1", "2.2", "2.3", "2.21"])
@pytest.mark.parametrize("form", ["sequential", "functional", "subclass"])
def test_article_prints(version, form):
    source = version if version in FILES else "2.0"
    weights = initial_weights(article_model(source, form), seed=200, tensorflow_version=version)
    conv, dense = (array.ravel()[:4] for _, array in weights if array.ndim > 1)
    printed = PRINTED["2.21" if version == "2.21" else "2.0"]
    for got, expected in zip((conv, dense), printed, strict=True):
        assert [round(float(one), 8) for one in got] == [round(one, 8) for one in expected]


# ---- forms of a config ---------------------------------------------------------------------


def layer(kind, /, **config):
    return {"class_name": kind, "config": {"name": kind.lower(), **config}}


def sequential(*layers, shape=(None, 4, 6)):
    inputs = {"class_name": "InputLayer", "config": {"batch_shape": list(shape), "name": "x"}}
    return {"class_name": "Sequential", "config": {"name": "model", "layers": [inputs, *layers]}}


SMALL = sequential(layer("Dense", units=3), layer("Dropout", rate=0.1))


def same(a, b):
    return [n for n, _ in a] == [n for n, _ in b] and all(
        x.tobytes() == y.tobytes() for (_, x), (_, y) in zip(a, b, strict=True)
    )


def test_a_config_may_be_text_a_dict_or_a_file(tmp_path):
    expected = initial_weights(SMALL, seed=1)
    text = json.dumps(SMALL)
    (tmp_path / "model.json").write_text(text)
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("config.json", text)
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", b"not looked at")
    for config in (text, " \n" + text, tmp_path / "model.json", str(tmp_path / "model.keras")):
        assert same(initial_weights(config, seed=1), expected)


def test_input_shape_of_the_first_layer():
    for given in ({"batch_input_shape": [None, 6]}, {"input_shape": [6]}, {"input_dim": 6}):
        model = {
            "class_name": "Sequential",
            "config": {"name": "m", "layers": [layer("Dense", units=3, **given)]},
        }
        assert initial_weights(model, seed=0)[0][1].shape == (6, 3)


def test_the_version_is_the_default_one():
    with tp.config.tensorflow_version("2.6"):
        old = initial_weights(SMALL, seed=1)
    assert same(old, initial_weights(SMALL, seed=1, tensorflow_version="2.6.5"))
    assert not same(old, initial_weights(SMALL, seed=1))


def test_order():
    """Two branches: constructed as the list says."""
    calls = {"inbound_nodes": [[["x", 0, 0, {}]]]}
    inputs = {**layer("InputLayer", batch_shape=[None, 3], name="x"), "name": "x"}
    inputs["inbound_nodes"] = []
    layers = [{**layer("Dense", units=3, name=name), "name": name, **calls} for name in ("a", "b")]
    add = {**layer("Add", name="c"), "name": "c"}
    add["inbound_nodes"] = [[["b", 0, 0, {}], ["a", 0, 0, {}]]]
    config = {"name": "m", "layers": [inputs, *layers, add]}
    config.update(input_layers=[["x", 0, 0]], output_layers=[["c", 0, 0]])
    model = {"class_name": "Functional", "config": config}
    for version in ("2.21", "2.12", "2.6"):
        by_config = dict(initial_weights(model, seed=0, tensorflow_version=version, order="config"))
        names = [name for name in by_config if "kernel" in name]
        a, b = (by_config[name] for name in names)
        for order in ("depth_first", ["b", "a"], ["x", "b", "a", "c"]):
            other = dict(initial_weights(model, seed=0, tensorflow_version=version, order=order))
            assert list(other) == list(by_config)
            assert other[names[0]].tobytes() == b.tobytes()
            assert other[names[1]].tobytes() == a.tobytes()
        ordered = initial_weights(model, seed=0, tensorflow_version=version, order=["a", "b"])
        assert same(ordered, list(by_config.items()))
    for order in (["b", "b"], ["b", "z"], "other", 3, [1]):
        with pytest.raises(ValueError, match="order"):
            initial_weights(model, seed=0, order=order)


# ---- the seeded process --------------------------------------------------------------------


def global_state():
    process = current()
    kept = process.global_seed, process.keras.generator, process.tf_keras.generator
    return random.getstate(), str(np.random.get_state()), *kept


@pytest.mark.parametrize("version", ["2.0", "2.6", "2.8", "2.12", "2.21"])
def test_the_callers_generators_are_not_touched(version):
    tp.keras.utils.set_random_seed(5)
    tp.random.uniform([2], seed=3)
    before = global_state()
    initial_weights(SMALL, seed=1, tensorflow_version=version)
    initial_weights(SMALL, seed=None, tensorflow_version=version)
    assert global_state() == before
    following = tp.random.uniform([2], seed=3), tp.random.uniform([2])
    tp.keras.utils.set_random_seed(5)
    tp.random.uniform([2], seed=3)
    again = tp.random.uniform([2], seed=3), tp.random.uniform([2])
    assert np.array_equal(following, again)


@pytest.mark.parametrize("version", ["2.0", "2.6", "2.8", "2.12", "2.21"])
def test_a_failed_call_leaves_the_seeding(version):
    process = Seeding(3, tensorflow_version=version)
    wrong = sequential(layer("Dense", units=3), layer("Reshape", target_shape=[5]))
    huge = sequential(layer("Dense", units=2), layer("Dense", units=2**40, name="huge"))
    for model in (wrong, huge):
        with pytest.raises((ValueError, MemoryError)):
            initial_weights(model, seed=process)
    expected = Seeding(3, tensorflow_version=version)
    for _ in range(2):
        assert same(initial_weights(SMALL, seed=process), initial_weights(SMALL, seed=expected))


def test_models_go_on_where_the_last_stopped():
    for version in ("2.6", "2.8", "2.12", "2.21"):
        process = Seeding(3, tensorflow_version=version)
        first = initial_weights(SMALL, seed=process)
        other = sequential(layer("Dense", units=2))
        between = initial_weights(other, seed=process)
        assert same(first, initial_weights(SMALL, seed=3, tensorflow_version=version))
        assert not same(between, initial_weights(other, seed=3, tensorflow_version=version))


def test_set_seed_alone_seeds_no_weight_from_2_10_on():
    for version, tied in [("2.0", True), ("2.9", True), ("2.10", False), ("2.21", False)]:
        arguments = {"tensorflow_version": version, "seeding": "tf.random.set_seed"}
        a, b = (initial_weights(SMALL, seed=3, **arguments) for _ in range(2))
        assert same(a, b) is tied


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"seed": 1.5}, TypeError, "seed"),
        ({"seed": True}, TypeError, "seed"),
        ({"seed": "1"}, TypeError, "seed"),
        ({"seed": -1}, ValueError, "0 to 2"),
        ({"seed": 2**32}, ValueError, "0 to 2"),
        ({"seed": 1, "tensorflow_version": "1.15"}, ValueError, "tensorflow_version"),
        ({"seed": 1, "tensorflow_version": "2.99"}, ValueError, "version"),
        ({"seed": 1, "tensorflow_version": 2.6}, TypeError, "version"),
        ({"seed": 1, "seeding": "random.seed"}, ValueError, "seeding"),
        (
            {"seed": 1, "seeding": "keras.utils.set_random_seed", "tensorflow_version": "2.6"},
            ValueError,
            "seeding",
        ),
        ({"seed": Seeding(1), "tensorflow_version": "2.6"}, ValueError, "Seeding"),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        initial_weights(SMALL, **arguments)


# ---- bad configs ---------------------------------------------------------------------------


def functional(*layers, outputs=None):
    inputs = {**layer("InputLayer", batch_shape=[None, 3], name="x"), "name": "x"}
    inputs["inbound_nodes"] = []
    config = {"name": "m", "layers": [inputs, *layers], "input_layers": [["x", 0, 0]]}
    config["output_layers"] = outputs or [[layers[-1]["name"], 0, 0]]
    return {"class_name": "Functional", "config": config}


def called(kind, on, name, **config):
    return {
        **layer(kind, name=name, **config),
        "name": name,
        "inbound_nodes": [[[one, 0, 0, {}] for one in on]],
    }


BAD = {
    "no dict": ("[1]", ["class_name"]),
    "not JSON": ("{", ["not valid JSON"]),
    "deep": ("[" * 100_000, ["not valid JSON"]),
    "no class": ({"config": {}}, ["class_name"]),
    "no config": ({"class_name": "Sequential"}, ["config"]),
    "a layer": (layer("Dense", units=3), ["Sequential or Functional"]),
    "subclass": (layer("MyModel"), ["mymodel", "MyModel", "not known"]),
    "unknown layer": (sequential(layer("Mystery")), ["mystery", "Mystery"]),
    "layer no dict": (sequential(3), ["layer"]),
    "layers no list": ({"class_name": "Sequential", "config": {"layers": 5}}, ["layers"]),
    "unbuilt": (
        {"class_name": "Sequential", "config": {"name": "m", "layers": [layer("Dense", units=1)]}},
        ["InputLayer"],
    ),
    "unknown initializer": (
        sequential(layer("Dense", units=3, kernel_initializer="mystery")),
        ["'dense' (Dense)", "kernel_initializer", "mystery"],
    ),
    "initializer of nothing": (
        sequential(layer("Dense", units=3, kernel_initializer=None)),
        ["'dense' (Dense)", "kernel_initializer"],
    ),
    "initializer argument": (
        sequential(
            layer(
                "Dense",
                units=3,
                kernel_initializer={"class_name": "RandomNormal", "config": {"spread": 1}},
            )
        ),
        ["'dense' (Dense)", "kernel_initializer"],
    ),
    "initializer seed": (
        sequential(
            layer(
                "Dense",
                units=3,
                kernel_initializer={"class_name": "RandomNormal", "config": {"seed": "x"}},
            )
        ),
        ["'dense' (Dense)", "seed"],
    ),
    "orthogonal vector": (
        sequential(layer("Dense", units=3, bias_initializer="orthogonal")),
        ["'dense' (Dense)", "bias"],
    ),
    "units": (sequential(layer("Dense")), ["'dense' (Dense)", "units"]),
    "no units": (sequential(layer("Dense", units=0)), ["units", "1 or more"]),
    "text units": (sequential(layer("Dense", units="3")), ["units"]),
    "lora": (sequential(layer("Dense", units=3, lora_rank=2)), ["lora_rank"]),
    "dtype": (sequential(layer("Dense", units=3, dtype="floaty")), ["'dense' (Dense)"]),
    "int8": (sequential(layer("Dense", units=3, dtype="int8_from_float32")), ["int8_from"]),
    "kernel_size": (sequential(layer("Conv1D", filters=3, kernel_size=[1, 2])), ["kernel_size"]),
    "rank": (sequential(layer("Conv2D", filters=3, kernel_size=2)), ["4 axes"]),
    "groups": (sequential(layer("Conv1D", filters=4, kernel_size=1, groups=4)), ["groups"]),
    "groups of filters": (
        sequential(layer("Conv1D", filters=4, kernel_size=1, groups=3)),
        ["groups", "a divisor of 6 channels and 4 filters"],
    ),
    "window": (
        sequential(layer("Conv1D", filters=4, kernel_size=9)),
        ["'conv1d' (Conv1D)", "does not fit"],
    ),
    "padding": (
        sequential(layer("MaxPooling1D", padding="around")),
        ["'maxpooling1d' (MaxPooling1D)", "padding"],
    ),
    "reshape": (sequential(layer("Reshape", target_shape=[5, -1])), ["reshape"]),
    "permute": (sequential(layer("Permute", dims=[1, 3])), ["dims"]),
    "cropping": (sequential(layer("Cropping1D", cropping=[2, 2])), ["cropping"]),
    "unknown size": (
        sequential(layer("Flatten"), layer("Dense", units=2), shape=(None, None, 3)),
        ["'dense' (Dense)", "known"],
    ),
    "lambda": (
        sequential(layer("Lambda", function=["4wEAAAA", None, None]), layer("Dense", units=2)),
        ["'dense' (Dense)", "Lambda", "not run"],
    ),
    "input shape": (sequential(shape=(None, "a")), ["batch_shape"]),
    "huge": (sequential(layer("Dense", units=2**62)), ["dense"]),
    "batch norm axis": (sequential(layer("BatchNormalization", axis=7)), ["batchnorm", "axis"]),
    "renorm": (sequential(layer("BatchNormalization", renorm=True)), ["renorm"]),
    "cell": (sequential(layer("RNN", cell=layer("Dense", units=2))), ["cell"]),
    "einsum": (
        sequential(layer("EinsumDense", equation="ab->c", output_shape=[2])),
        ["einsumdense", "equation"],
    ),
    "merge": (sequential(layer("Add")), ["'add' (Add)"]),
    "merge mode": (
        sequential(layer("Bidirectional", layer=layer("LSTM", units=2), merge_mode="x")),
        ["merge_mode"],
    ),
    "build_config": (
        sequential({**layer("Dense", units=2), "build_config": 3}),
        ["'dense' (Dense)", "build_config"],
    ),
    "build shape": (
        sequential({**layer("Dense", units=2), "build_config": {"input_shape": "a"}}),
        ["'dense' (Dense)", "input_shape"],
    ),
    "missing node": (functional(called("Dense", ["y"], "d", units=2)), ["'y'"]),
    "circle": (
        functional(called("Add", ["x", "d"], "a"), called("Dense", ["a"], "d", units=2)),
        ["'a'", "circle"],
    ),
    "same names": (
        functional(called("Dense", ["x"], "d", units=2), called("Dense", ["x"], "d", units=2)),
        ["names"],
    ),
    "no such output": (
        functional(called("Dense", ["x"], "d", units=2), outputs=[["d", 0, 3]]),
        ["'d'", "output 3"],
    ),
    "inbound_nodes": (
        functional({**called("Dense", ["x"], "d", units=2), "inbound_nodes": 3}),
        ["'d'", "inbound_nodes"],
    ),
    "a node": (
        functional({**called("Dense", ["x"], "d", units=2), "inbound_nodes": [3]}),
        ["'d'", "inbound_nodes"],
    ),
    "broadcast": (
        functional(
            called("Dense", ["x"], "d", units=2),
            called("Dense", ["x"], "e", units=5),
            called("Add", ["d", "e"], "a"),
        ),
        ["'a' (Add)", "broadcast"],
    ),
    "concatenate": (
        functional(called("Concatenate", ["x", "x"], "c", axis=9)),
        ["'c' (Concatenate)", "axis 9"],
    ),
    "function": (
        functional(
            called("TFOpLambda", ["x"], "t", function="math.mystery"),
            called("Dense", ["t"], "d", units=2),
        ),
        ["'d' (Dense)", "'t' (TFOpLambda)", "mystery"],
    ),
}


@pytest.mark.parametrize("version", ["2.6", "2.21"])
@pytest.mark.parametrize("name", BAD)
def test_bad_config(name, version):
    config, parts = BAD[name]
    if version == "2.6" and name.startswith("build "):
        pytest.skip("tf.keras does not build from a config")
    if version == "2.6" and name == "build_config":
        pytest.skip("tf.keras does not build from a config")
    order = "config" if name.startswith("build") else "code"
    before = global_state()
    with pytest.raises((TypeError, ValueError)) as raised:
        initial_weights(config, seed=0, tensorflow_version=version, order=order)
    for part in parts:
        assert part in str(raised.value)
    assert global_state() == before


def test_a_lambda_matters_only_to_weights_behind_it():
    model = sequential(layer("Dense", units=2), layer("Lambda", function=["code"]))
    assert len(initial_weights(model, seed=0)) == 2
    model = sequential(
        layer("Lambda", function=["code"], output_shape=[7]), layer("Dense", units=2)
    )
    assert initial_weights(model, seed=0)[0][1].shape == (7, 2)


def test_layers_of_other_versions():
    old = sequential(layer("LocallyConnected1D", filters=2, kernel_size=2))
    assert initial_weights(old, seed=0, tensorflow_version="2.6")
    with pytest.raises(ValueError, match=r"locallyconnected1d.*2\.21"):
        initial_weights(old, seed=0)
    new = sequential(layer("RMSNormalization"))
    assert initial_weights(new, seed=0)
    with pytest.raises(ValueError, match=r"rmsnormalization.*2\.6"):
        initial_weights(new, seed=0, tensorflow_version="2.6")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (None, "not a .keras file"),
        ({}, "no config.json"),
        ({"config.json": "{"}, "not valid JSON"),
        ({"config.json": json.dumps(SMALL), "../evil": ""}, "leads out"),
        ({"config.json": json.dumps(SMALL), "/etc/evil": ""}, "leads out"),
        ({"config.json": json.dumps(SMALL), "a\\..\\..\\evil": ""}, "leads out"),
        ({"config.json": b"\xff\xfe\x00"}, "JSON|UTF-8|utf-8"),
    ],
)
def test_bad_keras_file(tmp_path, members, message):
    path = tmp_path / "model.keras"
    if members is None:
        path.write_bytes(b"PK, or so it says")
    else:
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in members.items():
                archive.writestr(zipfile.ZipInfo(name), text)
    with pytest.raises(ValueError, match=message):
        initial_weights(path, seed=0)
    with pytest.raises(ValueError, match="json or"):
        initial_weights("model.h5", seed=0)
    with pytest.raises(TypeError, match="dict, JSON or a path"):
        initial_weights(3, seed=0)
    with pytest.raises(FileNotFoundError):
        initial_weights(tmp_path / "none.json", seed=0)


# ---- the command ---------------------------------------------------------------------------


def command(*arguments):
    """Run the command in a process of its own."""
    line = [sys.executable, "-m", "tfphilox", "weights", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)


def said(capsys, *arguments):
    """Run the command in this process: its status, standard output and standard error."""
    try:
        status = main(["weights", *map(str, arguments)])
    except SystemExit as error:
        status = error.code
    return status, *capsys.readouterr()


def test_command_saves_npz_whose_bytes_are_stable(tmp_path):
    (tmp_path / "model.json").write_text(json.dumps(SMALL))
    for name in ("a.npz", "b.npz"):
        done = command(tmp_path / "model.json", "--seed", 3, "-o", tmp_path / name)
        assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    expected = initial_weights(SMALL, seed=3)
    with np.load(tmp_path / "a.npz") as file:
        assert same([(name, file[name]) for name in file.files], expected)


OWN = sequential(layer("MyDense", name="mine"), layer("Sampling", name="sampled"))
SAID = {
    "MyDense": {
        "kernel": [[6, 3], "glorot_uniform"],
        "scale": [[], {"class_name": "Constant", "config": {"value": 2.0}}],
        "output_shape": [None, 4, 3],
    },
    "Sampling": None,
}
SAID_IN_TOML = """
[MyDense]
kernel = [[6, 3], "glorot_uniform"]
scale = [[], {class_name = "Constant", config = {value = 2.0}}]

[Sampling]
"""


def test_command_takes_what_layers_draw(tmp_path, capsys):
    model = tmp_path / "model.json"
    model.write_text(json.dumps(OWN))
    (tmp_path / "own.json").write_text(json.dumps(SAID))
    (tmp_path / "own.toml").write_text(SAID_IN_TOML)
    expected = initial_weights(OWN, seed=3, layers=SAID)
    assert [name for name, _ in expected] == ["model/mine/kernel", "model/mine/scale"]
    for given in (json.dumps(SAID), tmp_path / "own.json", tmp_path / "own.toml"):
        out = tmp_path / "weights.npz"
        assert said(capsys, model, "--seed", 3, "-o", out, "--layers", given)[::2] == (0, "")
        with np.load(out) as file:
            assert same([(name, file[name]) for name in file.files], expected)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("{", "--layers: Expecting property name"),
        ("[]", "--layers must be JSON or the name of a .json or .toml file, got '[]'"),
        ("own.yaml", "--layers must be JSON or the name of a .json or .toml file, got 'own.yaml'"),
        ("missing.toml", "missing.toml"),
        ("bad.toml", "bad.toml: "),
        ("bytes.json", "bytes.json: it is not UTF-8"),
        ('{"MyDense": 3}', "layers['MyDense'] must be None or a dict of weights, got 3"),
        ('{"MyDense": {"kernel": [5, "zeros"]}}', "layers['MyDense']['kernel'] must be (shape, in"),
        ('{"Dense": null}', "layers['Dense']: what layers of this class draw is known already"),
        ('{"MyDense": null, "Sampling": null, "Other": null}', "no layer of class 'Other'"),
        ('{"Sampling": null}', "MyDense"),
    ],
)
def test_command_refuses_layers_in_one_line(tmp_path, capsys, monkeypatch, given, message):
    monkeypatch.chdir(tmp_path)
    Path("model.json").write_text(json.dumps(OWN))
    Path("bad.toml").write_text("[")
    Path("bytes.json").write_bytes(b"\xff")
    status, out, err = said(capsys, "model.json", "--list", "--layers", given)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_command_lists_where_weights_come_from(tmp_path, capsys):
    (tmp_path / "model.json").write_text(json.dumps(SMALL))
    arguments = tmp_path / "model.json", "--seed", 200, "--list", "--tensorflow-version"
    assert said(capsys, *arguments, "2.0")[1].splitlines()[1:] == [
        "dense/kernel:0  6x3    float32  GlorotUniform  op seed 195890434",
        "dense/bias:0    3      float32  Zeros          -",
        "# 2 weights, 21 elements, 84 bytes; seed_everything(200), TensorFlow 2.0",
        "# Keras 2.0: TensorFlow's own",
    ]
    assert "GlorotUniform  48972609\n" in said(capsys, *arguments, "2.21")[1]
    assert "GlorotUniform  48972609\n" in said(capsys, *arguments, "2.12")[1]


@pytest.mark.parametrize("package", ["safetensors", "h5py"])
def test_command_saves_other_formats(tmp_path, capsys, package):
    (tmp_path / "model.json").write_text(json.dumps(SMALL))
    path = tmp_path / ("w.h5" if package == "h5py" else "w.safetensors")
    done = said(capsys, tmp_path / "model.json", "--seed", 3, "-o", path)
    expected = dict(initial_weights(SMALL, seed=3))
    try:
        __import__(package)
    except ImportError:
        assert done[0] == 2
        assert f"pip install {package}" in done[2]
        pytest.skip(f"{package} is absent; the command says so")
    assert (done[0], done[2]) == (0, "")
    if package == "h5py":
        import h5py

        with h5py.File(path) as file:
            got = {name: file[name][()] for name in file.attrs["weight_names"]}
    else:
        from safetensors.numpy import load_file

        got = load_file(path)
        got = {name: got[name] for name in expected}
    assert same(list(got.items()), list(expected.items()))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["model.json", "--seed", "1"], "--list"),
        (["model.json", "-o", "w.txt"], "-o must end in"),
        (["model.h5", "--list"], ".json or .keras"),
        (["none.json", "--list"], "none.json"),
        (["model.json", "--list", "--tensorflow-version", "1.15"], "tensorflow_version"),
        (["model.json", "--list", "--order", "d,y"], "order"),
        (["model.json", "--list", "--seed", "-1"], "seed"),
    ],
)
def test_command_errors(tmp_path, capsys, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    inner = functional(called("Dense", ["x"], "d", units=2))
    Path("model.json").write_text(json.dumps(inner))
    status, out, err = said(capsys, *arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize("slow", [False, True])
def test_a_bar_on_a_terminal_after_a_second(slow, monkeypatch, tmp_path, capsys):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal, clock = Terminal(), itertools.count(0, 2 if slow else 0)
    monkeypatch.setattr(weights_cli.sys, "stderr", terminal)
    monkeypatch.setattr(weights_cli.time, "monotonic", lambda: next(clock))
    (tmp_path / "model.json").write_text(json.dumps(SMALL))
    assert main(["weights", str(tmp_path / "model.json"), "--seed", "0", "--list"]) == 0
    shown = terminal.getvalue()
    assert ("[####" in shown) == slow
    assert shown.endswith("\r") == slow


def test_progress():
    seen = []
    initial_weights(SMALL, seed=0, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(18, 21), (21, 21)]


def test_two_weights_of_one_name_are_both_saved(tmp_path):
    from tfphilox.keras.weights_cli import save

    twice = sequential(layer("Dense", units=3, name="d"))
    inner = sequential(layer("Dense", units=3, name="d"), shape=(None, 4, 3))
    inner["config"]["name"] = "inner"
    twice["config"]["layers"].append(inner)
    variables = tp.keras.weights.rebuild(twice, 0, "2.6", order="code")
    save(tmp_path / "w.npz", variables)
    with np.load(tmp_path / "w.npz") as file:
        names = ["d/kernel:0", "d/bias:0", "d/kernel:0#1", "d/bias:0#1"]
        assert list(file.files) == names
