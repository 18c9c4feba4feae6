"""test_keras_order.py: models that code built, against what Keras gave them.

golden_files/code-*.json.xz have small models and applications-*.json.xz all of keras.applications,
each built by code; see their makers. `initial_weights` knows the JSON alone: it must be right, or
warn. WARNED says which; the largest applications are in proofs/test_large_applications.py.
"""

import gzip
import json
import lzma
import warnings
import zlib

import pytest
from applications import VERDICTS, cases, check, parameters, verdict
from places import GOLDEN_FILES
from weights_sums import described

import tfphilox as tp
from tfphilox.keras import initial_weights


def read(kind):
    files = {}
    for path in sorted(GOLDEN_FILES.glob(f"{kind}-*.json.xz")):
        data = json.loads(lzma.decompress(path.read_bytes()))
        files[".".join(data["tensorflow"].split(".")[:2])] = data
    return files


CODE = read("code")


OWN = {
    "Sampling": None,
    "MyDense": {
        "kernel": ((4, 3), "he_normal"),
        "bias": ((3,), "random_normal"),
        "output_shape": (None, 3),
    },
}


def own_layers(config):
    """What a user says of the layers of their own that a model has."""
    return OWN if '"MyDense"' in json.dumps(config) else None


def said(config, version, seed=200):
    """The weights in the default order, and whether it came with a warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        weights = initial_weights(
            config, seed=seed, tensorflow_version=version, layers=own_layers(config)
        )
    assert all("its file does not say" in str(one.message) for one in caught)
    return weights, [str(one.message) for one in caught]


EVERY, THREE = tuple(CODE), ("2.21",)
# case -> the versions for whose weights the file allows another order, so that there is a warning
WARNED = {
    "residual_by_hand": EVERY,
    "depth_first_by_hand": EVERY,
    "towers": EVERY,
    "seq2seq": EVERY,
    "base_named_by_hand": EVERY,
    "functional_with_sequential": EVERY,
    "transfer_with_input": ("2.10", "2.15", "2.21"),
    "expressions": THREE,
    "expression_of_two": THREE,
    "statements": THREE,
    "listed_spectral": THREE,
    "added_spectral": THREE,
    "tensorflow_1": THREE,
    "tensorflows_own": THREE,
    "attention": THREE,
    "own_layers": THREE,
    "pipeline": THREE,
    "expression_of_attention": THREE,
    "shared_with_arguments": ("2.15", "2.21"),
    "equal_with_arguments": ("2.15", "2.21"),
}
# those whose order was another one
WRONG = {
    "towers",
    "expression_of_two",
    "expression_of_attention",
    "added_spectral",
    "transfer_with_input",
    "shared_with_arguments",
}
# those whose weights might share an initializer
SHARED = {"shared_with_arguments", "equal_with_arguments"}
# how a user says what the file does not
SAID = {
    "residual_by_hand": ["shortcut", "first", "second"],
    "expression_of_two": ["dense", "dense_1", "dropout"],
    "expression_of_attention": ["dense", "dense_1", "multi_head_attention", "gru"],
    "added_spectral": "depth_first",
}


def is_hidden(name, version, form):
    """Whether no part of the file shows it: what the docstring of initial_weights lists."""
    if name == "shared_initializer":
        return form == "model" and version in ("2.10", "2.15", "2.21")
    modules = version in ("2.15", "2.21")  # older ones do not write down an initializer's module
    return (name == "tensorflow_1" and not modules) or (name, version) == (
        "tensorflows_own",
        "2.10",
    )


@pytest.mark.parametrize(
    ("version", "name", "form"),
    [
        (version, name, form)
        for version, data in CODE.items()
        for name, case in data["cases"].items()
        for form in ("model", "file")
        if form in case
    ],
)
def test_code(version, name, form):
    case = CODE[version]["cases"][name]
    got, told = said(case[form], version)
    shown = name in SHARED and "shared_object_id" in json.dumps(case[form])
    assert bool(told) == (version in WARNED.get(name, ()) and not shown)
    if version == "2.3":  # where a Sequential is called before it is built, names have a prefix
        right = values(described(got)) == values(case["weights"])
    else:
        right = described(got) == case["weights"]
    if not right:
        assert told or is_hidden(name, version, form)
        assert name in WRONG or is_hidden(name, version, form)
    if name in SAID and told:
        order = SAID[name]
        again = initial_weights(case[form], seed=200, tensorflow_version=version, order=order)
        assert described(again) == case["weights"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the same order, said
        again = initial_weights(
            case[form],
            seed=200,
            tensorflow_version=version,
            order="code",
            layers=own_layers(case[form]),
        )
    assert described(again) == described(got)


def values(lines):
    return [line.split(" ")[1:] for line in lines]


@pytest.mark.parametrize(
    ("layers", "error", "message"),
    [
        ({**OWN, "Other": None}, ValueError, "no layer of class 'Other'"),
        ({**OWN, "Dense": None}, ValueError, "'Dense'.*known already"),
        ({"Sampling": None}, ValueError, r"my_dense.*MyDense.*not known.*layers=\{'MyDense': None"),
        ([1], TypeError, "layers must be a dict"),
        ({3: None}, TypeError, "names of classes"),
        ({"Sampling": 3}, TypeError, r"layers\['Sampling'\] must be None or a dict"),
        ({"Sampling": {"kernel": 3}}, ValueError, r"\['kernel'\] must be \(shape, initializer\)"),
        ({"Sampling": {"kernel": ((2.5,), "ones")}}, ValueError, "must be .shape, initializer"),
        ({"Sampling": {"kernel": ((2,), 1)}}, ValueError, "must be .shape, initializer"),
        ({"Sampling": {"output_shape": 3}}, ValueError, "output_shape.*list of sizes"),
        ({**OWN, "Sampling": {"k": ((2,), "mystery")}}, ValueError, "'sampling'.*k: .*mystery"),
    ],
)
def test_bad_layers(layers, error, message):
    model = CODE["2.21"]["cases"]["own_layers"]["model"]
    process = tp.keras.Seeding(200)
    with pytest.raises(error, match=message):
        initial_weights(model, seed=process, layers=layers)
    got = initial_weights(model, seed=process, layers=OWN)
    assert described(got) == CODE["2.21"]["cases"]["own_layers"]["weights"]


def test_names_that_were_not_given_are_no_other_layers():
    layers = [{"class_name": "InputLayer", "config": {"batch_shape": [None, 3]}}]
    layers += [
        {"class_name": "Dense", "config": {"units": 2, **name}}
        for name in ({"name": "dense"}, {}, {})
    ]
    model = {"class_name": "Sequential", "config": {"name": "m", "layers": layers}}
    for version in ("2.6", "2.15", "2.21"):
        names = [name for name, _ in initial_weights(model, seed=1, tensorflow_version=version)]
        assert len(set(names)) == 6


def test_the_warning_names_the_layers():
    _, (text,) = said(CODE["2.21"]["cases"]["residual_by_hand"]["model"], "2.21")
    assert "'shortcut' or 'first'" in text
    for order in ('order="code"', 'order="config"', "order=[...]"):
        assert order in text


def test_a_warning_that_is_an_error_moves_nothing():
    model = CODE["2.21"]["cases"]["residual_by_hand"]["model"]
    process = tp.keras.Seeding(200)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="does not say"):
            initial_weights(model, seed=process)
    got = initial_weights(model, seed=process, order=SAID["residual_by_hand"])
    assert described(got) == CODE["2.21"]["cases"]["residual_by_hand"]["weights"]


# ---- keras.applications ----------------------------------------------------------------------


@pytest.mark.parametrize(("version", "name"), parameters(large=False))
def test_application(version, name):
    check(version, name)


def test_every_application_is_right_or_warns():
    assert len(cases("2.21")) == 40
    assert len(cases("2.15")) == 71
    for version in VERDICTS:
        assert all(verdict(version, name) for name in cases(version))


# ---- keras-hub ------------------------------------------------------------------------------


HUB = json.loads(gzip.decompress(next(GOLDEN_FILES.glob("hub-*.json.gz")).read_bytes()))


@pytest.mark.parametrize(
    "model", HUB["models"], ids=[f"{number}-{one[0]}" for number, one in enumerate(HUB["models"])]
)
def test_backbones_of_keras_hub_by_their_functional_view(model):
    name, _, view, expected = model
    arguments = {"seed": HUB["header"]["seed"], "keras_version": HUB["header"]["keras"]}
    if name == "BertBackbone":  # of layers of keras-hub's own
        with pytest.raises(
            ValueError, match=r"layer 'position_embedding' .* layers=\{'PositionEmb"
        ):
            initial_weights(view, **arguments)
        return
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        weights = initial_weights(view, **arguments)
    got = [[path, list(array.shape), zlib.crc32(array.tobytes())] for path, array in weights]
    assert got == expected
    assert len(caught) == (name == "ResNetBackbone")  # which branch was first, no file shows
