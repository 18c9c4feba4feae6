"""test_keras_versions.py: which Keras is followed, by whose word, and what says so."""

import copy
import gzip
import json
import pickle
import zipfile

import numpy as np
import pytest
from bits import assert_same_bits
from places import GOLDEN_FILES

import tfphilox as tp
from tfphilox.__main__ import main
from tfphilox.keras import Seeding, initial_weights
from tfphilox.keras.weights.choice import choose_versions


def attention():
    """A model whose weights are others in Keras 3.14 and 3.15, and what both wrote down."""
    found = {}
    for release in ("3.14.1", "3.15.1"):
        data = json.loads(gzip.decompress((GOLDEN_FILES / f"keras-{release}.json.gz").read_bytes()))
        for program in data["programs"]:
            for step in program:
                if step[:2] == ["weights", "attention"]:
                    found[release] = step[2]
    return found


ATTENTION = attention()
MODEL = ATTENTION["3.14.1"]["model"]
DENSE = {
    "class_name": "Sequential",
    "config": {
        "name": "model",
        "layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "x"}},
            {"class_name": "Dense", "config": {"units": 1, "name": "dense"}},
        ],
    },
}


def first_kernel(model=MODEL, seed=3, **keywords):
    return initial_weights(model, seed=seed, order="config", **keywords)[0][1]


OLD, NEW = first_kernel(keras_version="3.14"), first_kernel(keras_version="3.15.1")


def keras_file(tmp_path, version, model=MODEL):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(model))
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
    return path


def test_the_two_differ_as_keras_wrote_down():
    for array, release in ((OLD, "3.14.1"), (NEW, "3.15.1")):
        words = ATTENTION[release]["weights"][0].split(" ")[1:5]
        assert [f"{word:08x}" for word in array.ravel()[:4].view(np.uint32)] == words
    assert (OLD != NEW).all()


def test_who_says_which(tmp_path):
    assert_same_bits(first_kernel(), NEW)  # nobody
    path = keras_file(tmp_path, "3.14.0")
    assert_same_bits(first_kernel(path), OLD)  # the file
    assert_same_bits(first_kernel(path, keras_version="3.15"), NEW)  # the argument before the file
    with tp.config.keras_version("3.15"):  # the block before the file
        assert_same_bits(first_kernel(path), NEW)
        assert_same_bits(first_kernel(path, keras_version="3.14"), OLD)
    assert_same_bits(first_kernel(path, tensorflow_version="2.18"), OLD)
    tp.config.set_keras_version("3.14")
    assert_same_bits(first_kernel(), OLD)  # the setting


def test_a_seeding_has_its_own_keras_or_the_file_has(tmp_path):
    path = keras_file(tmp_path, "3.14.0")
    once = Seeding(3)
    assert (once.keras_version, once.why) == ("3.15", "the newest verified")
    assert_same_bits(first_kernel(path, once), OLD)
    assert (once.keras_version, once.why) == ("3.14", "the file says 3.14.0")
    again = Seeding(3, keras_version="3.14")
    first_kernel(seed=again)
    assert_same_bits(first_kernel(seed=once), first_kernel(seed=again))  # and those after it
    broken = {"class_name": "Dense", "config": {"units": 0, "name": "dense"}}
    layers = [DENSE["config"]["layers"][0], broken]
    model = {**DENSE, "config": {"layers": layers}, "keras_version": "3.6.0"}
    with pytest.raises(ValueError, match="units"):  # a call that fails changes nothing
        first_kernel(model, once)
    assert (once.keras_version, once.why) == ("3.14", "the file says 3.14.0")
    said = Seeding(3, keras_version="3.15")
    assert_same_bits(first_kernel(path, said), NEW)
    with tp.config.keras_version("3.15"):
        said = Seeding(3)
    assert_same_bits(first_kernel(path, said), NEW)
    with pytest.raises(ValueError, match="a Seeding has its own"):
        first_kernel(path, said, keras_version="3.14")


@pytest.mark.parametrize(
    ("written", "tensorflow"),
    [
        *(("2.2.4-tf", "2.1"), ("2.3.0-tf", "2.2"), ("2.4.0", "2.4"), ("2.6.0", "2.6")),
        ("2.15.0", "2.15"),
    ],
)
def test_the_json_of_tf_keras_says_its_tensorflow(written, tensorflow):
    model = {**DENSE, "keras_version": written, "backend": "tensorflow"}
    assert choose_versions(model)[:2] == (tensorflow, tensorflow)
    expected = first_kernel(DENSE, tensorflow_version=tensorflow)
    assert_same_bits(first_kernel(model), expected)
    other = first_kernel(DENSE, tensorflow_version="2.8")
    assert_same_bits(first_kernel(model, tensorflow_version="2.8"), other)
    assert_same_bits(first_kernel(model, tensorflow_version="2.21"), first_kernel(DENSE))


def test_tf_keras_follows_2_15():
    expected = first_kernel(DENSE, tensorflow_version="2.15")
    assert_same_bits(first_kernel(DENSE, keras_version="tf_keras 2.18"), expected)
    assert_same_bits(first_kernel({**DENSE, "keras_version": "2.18.0"}), expected)
    written = {**DENSE, "keras_version": "2.18.0"}
    assert_same_bits(first_kernel(written, tensorflow_version="2.18"), expected)
    assert_same_bits(first_kernel(written, tensorflow_version="2.21"), first_kernel(DENSE))
    seeding = Seeding(3, keras_version="tf_keras 2.18")
    assert (seeding.tensorflow_version, seeding.keras_version) == ("2.18", "tf_keras 2.18")
    assert initial_weights(DENSE, seed=seeding)[0][0] == "dense/kernel:0"


@pytest.mark.parametrize(
    ("model", "keywords", "message"),
    [
        (
            {**DENSE, "keras_version": "3.16.0"},
            {},
            "config: it was written by Keras '3.16.0', which",
        ),
        ({**DENSE, "keras_version": "2.3.1"}, {}, "config: it was written by Keras '2.3.1'"),
        ({**DENSE, "keras_version": 3}, {}, "config: it was written by Keras 3, which"),
        (DENSE, {"keras_version": "3.16"}, "keras_version must be a Keras from 3.0 to 3.15"),
        (
            DENSE,
            {"keras_version": "3.6", "tensorflow_version": "2.6"},
            "Keras 3.6 needs TensorFlow 2.15 or newer, and TensorFlow 2.6 is mirrored",
        ),
        (
            DENSE,
            {"keras_version": "tf_keras 2.18", "tensorflow_version": "2.21"},
            "Keras tf_keras 2.18 is that of TensorFlow 2.18, and TensorFlow 2.21 is mirrored",
        ),
    ],
)
def test_unknown_and_contradictory_versions_are_one_line(model, keywords, message):
    with pytest.raises(ValueError, match="^" + message.replace(".", r"\.")) as caught:
        first_kernel(model, **keywords)
    assert "\n" not in str(caught.value)
    if not keywords:  # and there is a way out
        assert_same_bits(first_kernel(model, keras_version="3.15"), first_kernel(DENSE))


def test_the_command_says_which_and_why(tmp_path, capsys):
    path = str(keras_file(tmp_path, "3.14.0"))
    for arguments, said in (
        ([], "# Keras 3.14: the file says 3.14.0"),
        (["--keras-version", "3.15"], "# Keras 3.15: keras_version as given"),
        (
            ["--tensorflow-version", "2.6"],
            "# Keras 2.6: TensorFlow's own, for the file says 3.14.0",
        ),
    ):
        main(["weights", path, "--seed", "3", "--list", *arguments])
        assert capsys.readouterr().out.splitlines()[-1] == said
    wrong = ["--keras-version", "3.6", "--tensorflow-version", "2.6"]
    with pytest.raises(SystemExit):
        main(["weights", path, "--seed", "3", "--list", *wrong])
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "Keras 3.6 needs TensorFlow 2.15 or newer" in error


def test_explain_says_which_and_why(tmp_path):
    path = keras_file(tmp_path, "3.14.0")
    shown = tp.explain(first_kernel, path)
    assert {draw.keras for draw in shown.draws} == {"3.14: the file says 3.14.0"}
    with tp.config.keras_version("3.7"):
        shown = tp.explain(tp.keras.random.normal, [2], seed=1)
    assert str(shown).splitlines()[0].endswith("Keras")
    assert str(shown).splitlines()[1].endswith("3.7: set in config")
    assert not str(tp.explain(tp.random.uniform, [2])).splitlines()[0].endswith("Keras")


LATER = [
    ("RMSNormalization", {}, "3.8", "3.9"),
    ("RandomHue", {"factor": 0.1}, "3.7", "3.8"),
    ("ReversibleEmbedding", {"input_dim": 3, "output_dim": 2}, "3.11", "3.12"),
    ("AdaptiveMaxPooling1D", {"output_size": 2}, "3.12", "3.13"),
    ("ContrastLimitedAdaptiveHistogramEqualization", {}, "3.13", "3.14"),
]


@pytest.mark.parametrize(("name", "config", "before", "since"), LATER)
def test_layers_that_came_later(name, config, before, since):
    shape = [1, 4, 4, 3] if name.startswith("Random") else [1, 4, 3]
    layer = {"class_name": name, "config": {"name": "it", **config}}
    layer["build_config"] = {"input_shape": shape}
    message = rf"^layer 'it' \({name}\) came with Keras {since}, and Keras {before} is mirrored$"
    with pytest.raises(ValueError, match=message):
        initial_weights([layer], seed=0, keras_version=before)
    initial_weights([layer], seed=0, keras_version=since)


def test_gates_came_later():
    gated = copy.deepcopy(MODEL)
    for layer in gated["config"]["layers"]:
        if layer["class_name"] == "MultiHeadAttention":
            layer["config"]["use_gate"] = True
    assert len(initial_weights(gated, seed=0, keras_version="3.14", order="config")) == 12
    with pytest.raises(ValueError, match=r"use_gate came with Keras 3\.14, and Keras 3\.13 is"):
        initial_weights(gated, seed=0, keras_version="3.13", order="config")


def test_what_was_built_keeps_its_keras():
    with tp.config.keras_version("3.4"):
        seeds = tp.keras.random.SeedGenerator(-1)
        made = tp.keras.initializers.RandomNormal(seed=2**32 + 5)
        noise = tp.keras.layers.GaussianNoise(0.5, seed=2**33 + 1)
        flip = tp.keras.layers.RandomFlip(seed=2)
        expected = made([3])
    assert seeds.state.dtype == np.uint32
    assert_same_bits(made([3]), expected)
    assert_same_bits(expected, tp.keras.initializers.RandomNormal(seed=5)([3]))
    assert noise._draws.seed.state.tolist() == [1, 0]
    assert set(flip.get_random_transformation(np.zeros([1, 2, 2, 1]))) >= {"vertical_flips"}


def test_copies_keep_their_keras():
    with tp.config.keras_version("3.4"):
        flip = tp.keras.layers.RandomFlip(seed=2)
    for again in (copy.deepcopy(flip), pickle.loads(pickle.dumps(flip))):
        assert set(again.get_random_transformation(np.zeros([1, 2, 2, 1]))) >= {"vertical_flips"}
