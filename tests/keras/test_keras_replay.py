"""test_keras_replay.py: what training runs draw, against what Keras drew in them.

Each golden file has the events of several runs under one Keras: which samples each batch had, and
what each layer drew in it; see make_golden_replay.py.
"""

import gzip
import json
import random
import re

import compiled_replays
import numpy as np
import pytest
from places import GOLDEN_FILES
from replay_events import recorded, replayed
from replay_models import ORDERS, RUNS, RUNS_2, SEED, shown

import tfphilox as tp
from tfphilox.keras import Seeding, initial_weights, replay

FILES = {
    path.name.split("-", 1)[1].removesuffix(".json.gz"): json.loads(
        gzip.decompress(path.read_bytes())
    )
    for path in sorted(GOLDEN_FILES.glob("replay-*.json.gz"))
}
CASES = [
    (version, name, mode)
    for version, file in FILES.items()
    for name, run in file["runs"].items()
    for mode in run
    if mode != "model"
]


@pytest.mark.parametrize(("version", "name", "mode"), CASES)
def test_runs(version, name, mode):
    run = FILES[version]["runs"][name]
    how, number = version.split("-")
    keras = {"keras_version" if how == "keras" else "tensorflow_version": number}
    keras["run_eagerly"] = mode == "eager"
    if (version, name) == ("keras-3.2.1", "two inputs"):
        with pytest.raises(ValueError, match="layer 'shared' is called more than once"):
            replay(run["model"], seed=SEED, **keras)
        return
    ours = replay(run["model"], seed=SEED, order=ORDERS.get(name, "config"), **keras)
    assert [shown(array) for _, array in ours.weights] == run[mode]["weights"]
    numbers = how == "keras" and int(number.split(".")[1]) < 8
    got = replayed(ours, {**RUNS, **RUNS_2}[name], numbers)
    want = recorded(run[mode]["events"], got[0][1])
    assert len(got) == len(want)
    for step, (mine, theirs) in enumerate(zip(got, want, strict=True)):
        assert mine == theirs, f"step {step}"


# ---- what a run is -----------------------------------------------------------------------------


def model(*layers, shape=(3,)):
    """A Sequential model's config, of (class name, arguments)."""
    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, *shape], "name": "x"}}
    others = [
        {"class_name": kind, "config": {"name": f"layer{at}", **config}}
        for at, (kind, config) in enumerate(layers)
    ]
    return {"class_name": "Sequential", "config": {"name": "model", "layers": [first, *others]}}


DROPOUT = "Dropout", {"rate": 0.5}
LSTM = "LSTM", {"units": 2, "dropout": 0.5, "recurrent_dropout": 0.5}


def same(a, b):
    """Whether two steps are of the same batch and draw the same."""
    return (
        a[:2] == b[:2]
        and (a.indices == b.indices).all()
        and list(a.draws) == list(b.draws)
        and str({path: a.draws[path] for path in a.draws})
        == str({path: b.draws[path] for path in b.draws})
    )


@pytest.mark.parametrize("layer", [DROPOUT, LSTM])
def test_any_step_can_be_made_alone(layer):
    shape = (3,) if layer is DROPOUT else (4, 3)
    how = {"batch_size": 4, "epochs": 5, "validation_split": 0.2, "validation_freq": 2}
    all_steps = list(replay(model(layer, shape=shape), seed=0).fit(12, **how))
    fit = replay(model(layer, shape=shape), seed=0).fit(12, **how)
    assert len(fit) == len(all_steps) == 15
    for at in (14, 0, 7, -1):
        assert same(fit[at], all_steps[at])
    for mine, theirs in zip(fit[4:11:3], all_steps[4:11:3], strict=True):
        assert same(mine, theirs)
    with pytest.raises(IndexError):
        fit[15]


@pytest.mark.parametrize("every", [1, 2, 3])
def test_a_run_goes_on_from_call_to_call(every):
    """Two fits are one, if the order is the same, as it is in Keras 3.

    Which epochs validate depends on their numbers, not on how many were before.
    """
    how = {"validation_split": 0.3, "validation_freq": every}
    once = replay(model(LSTM, shape=(4, 3)), seed=0).fit(9, 4, 4, **how)
    twice = replay(model(LSTM, shape=(4, 3)), seed=0)
    parts = [*twice.fit(9, 4, 1, **how), *twice.fit(9, 4, 4, **how, initial_epoch=1)]
    assert len(parts) == len(once)
    assert all(same(a, b) for a, b in zip(parts, once, strict=True))


def test_validation_data_goes_before_a_split():
    """Then all samples train, as in Keras."""
    fit = replay(model(DROPOUT), seed=0).fit(12, 4, validation_split=0.5, validation_samples=5)
    assert len(fit) == 3


def test_masks_of_stacked_cells_have_the_size_of_what_comes_in():
    """Keras: the cell before makes the input of the next."""
    cells = [
        {"class_name": "LSTMCell", "config": {"units": units, "dropout": 0.5}} for units in (5, 3)
    ]
    run = replay(
        model(
            ("RNN", {"cell": {"class_name": "StackedRNNCells", "config": {"cells": cells}}}),
            shape=(4, 7),
        ),
        seed=0,
    )
    drawn = run.train_on_batch(2)
    sizes = [np.shape(drawn[path]["dropout"])[-1] for path in drawn]
    assert sizes == [7, 5]


def test_what_is_looked_at_moves_nothing():
    run, other = (replay(model(DROPOUT), seed=0) for _ in range(2))
    first = run.train_on_batch(2)
    assert (first["layer0"] == first["layer0"]).all()
    run.layers["layer0"]([1.0, 2.0], training=True)
    other.train_on_batch(2)
    assert (run.train_on_batch(3)["layer0"] == other.train_on_batch(3)["layer0"]).all()


def test_a_seeding_goes_on_as_after_initial_weights():
    one, other = Seeding(3), Seeding(3)
    replay(model(("Dense", {"units": 2})), seed=one)
    initial_weights(model(("Dense", {"units": 2})), seed=other)
    got, want = (replay(model(DROPOUT), seed=each).train_on_batch(4) for each in (one, other))
    assert (got["layer0"] == want["layer0"]).all()


def test_the_callers_own_state_stays():
    tp.keras.utils.set_random_seed(5)
    states = random.getstate(), tp.random.uniform([1], seed=1)
    tp.keras.utils.set_random_seed(5)
    run = replay(model(DROPOUT), seed=0)
    list(run.fit(5))
    run.train_on_batch(2)["layer0"]
    assert (random.getstate(), tp.random.uniform([1], seed=1)) == states


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (("AugMix", {}), (8, 8, 3), "layer 'layer0' (AugMix): what a AugMix draws"),
        (("StochasticDepth", {"drop_path_rate": 0.1}), (3,), "(StochasticDepth)"),
        (("Dropout", {"rate": 0.5, "seed": {"class_name": "SeedGenerator"}}), (3,), "seed must be"),
        (("TimeDistributed", {"layer": {"class_name": "Dropout", "config": {"rate": 0.5}}}), (4, 3),
         "(TimeDistributed): what layer"),
    ],
)  # fmt: skip
def test_layers_that_are_not_replayed(layer, shape, message):
    seed = Seeding(0)
    with pytest.raises(ValueError, match=re.escape(message)):
        replay(model(layer, shape=shape), seed=seed)
    want = replay(model(DROPOUT), seed=0).train_on_batch(2)["layer0"]
    assert (replay(model(DROPOUT), seed=seed).train_on_batch(2)["layer0"] == want).all()


def test_a_layer_that_is_called_by_keywords():
    where = {"shape": [None, 4, 3], "dtype": "float32", "keras_history": ["x", 0, 0]}
    tensor = {"class_name": "__keras_tensor__", "config": where}
    attention = {
        "class_name": "MultiHeadAttention",
        "name": "a",
        "config": {"name": "a", "num_heads": 2, "key_dim": 3, "dropout": 0.5},
        "inbound_nodes": [{"args": [], "kwargs": {"query": tensor, "value": tensor}}],
    }
    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, 4, 3], "name": "x"}}
    inner = {"name": "model", "layers": [{**first, "name": "x", "inbound_nodes": []}, attention],
             "input_layers": [["x", 0, 0]], "output_layers": [["a", 0, 0]]}  # fmt: skip
    run = replay({"class_name": "Functional", "config": inner}, seed=0)
    assert run.train_on_batch(2)["a"].shape == (2, 2, 4, 4)


def test_layers_that_python_picks():
    with pytest.raises(NotImplementedError, match="Python's random picks its layers"):
        replay(model(("RandAugment", {}), shape=(8, 8, 3)), seed=0, keras_version="3.10")
    jitter = model(("RandomColorJitter", {"saturation_factor": 0.5}), shape=(8, 8, 3))
    for versions in {"keras_version": "3.9"}, {"tensorflow_version": "2.17"}:
        with pytest.raises(NotImplementedError, match="rounds some of its factors otherwise"):
            replay(jitter, seed=0, **versions)
    assert replay(jitter, seed=0).fit(3)[0].draws["layer0"]
    with pytest.raises(NotImplementedError, match="is known for fit alone"):
        replay(jitter, seed=0).train_on_batch(1)["layer0"]
    assert replay(jitter, seed=0, run_eagerly=True).train_on_batch(1)["layer0"]


def test_a_layer_that_two_models_share():
    shared = {"class_name": "Dropout", "config": {"name": "a", "rate": 0.5}, "shared_object_id": 1}
    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "x"}}
    parts = [
        {"class_name": "Sequential", "config": {"name": name, "layers": [first, shared]}}
        for name in ("b", "c")
    ]
    config = {"class_name": "Sequential", "config": {"name": "model", "layers": [first, *parts]}}
    with pytest.raises(ValueError, match="draws for two models, as 'b/a' and as 'c/a'"):
        replay(config, seed=0)


def test_sizes_that_are_not_known():
    run = replay(model(DROPOUT, shape=(None, 3)), seed=0)
    with pytest.raises(ValueError, match=r"layer 'layer0' \(Dropout\): the shape of its input"):
        run.train_on_batch(2)["layer0"]


def test_refused():
    for version in "2.0", "2.9":
        with pytest.raises(NotImplementedError, match="were not compared"):
            replay(model(DROPOUT), seed=0, tensorflow_version=version)
    with pytest.raises(ValueError, match=r"Keras 3\.6 needs TensorFlow"):
        replay(model(DROPOUT), seed=0, tensorflow_version="2.10", keras_version="3.6")
    for version in "3.16", "3", "3.x", "4.0":
        with pytest.raises(ValueError, match="keras_version must be"):
            replay(model(DROPOUT), seed=0, keras_version=version)
    with pytest.raises(ValueError, match="has its own"):
        replay(model(DROPOUT), seed=Seeding(0), tensorflow_version="2.21")
    run = replay(model(DROPOUT), seed=0)
    with pytest.raises(KeyError, match="those that do: layer0"):
        run.train_on_batch(2)["dropout"]
    with pytest.raises(ValueError, match="no order to replay"):
        replay(model(DROPOUT), seed=None).fit(5)


def test_stacked_cells_of_keras_3_0():
    cells = [{"class_name": "GRUCell", "config": {"units": 3, "dropout": 0.5}}] * 2
    stacked = {"class_name": "StackedRNNCells", "config": {"cells": cells}}
    with pytest.raises(NotImplementedError, match=r"stacked cells of Keras 3\.0"):
        replay(model(("RNN", {"cell": stacked}), shape=(4, 3)), seed=0, keras_version="3.0")


@pytest.mark.parametrize(
    ("layer", "version", "message"),
    [
        (LSTM, "2.6", "no run is like another"),
        (
            ("ConvLSTM1D", {"filters": 2, "kernel_size": 1, "dropout": 0.5}),
            "2.6",
            "is not replayed",
        ),
        (("RandomFlip", {"seed": 1}), "2.10", "takes its tosses from NumPy"),
        (("Dropout", {"rate": 0}), "2.6", "a rate of 0 is not replayed"),
    ],
)
def test_layers_that_are_not_replayed_in_keras_2(layer, version, message):
    shape = {"LSTM": (4, 3), "RandomFlip": (4, 4, 3)}.get(layer[0], (4, 4, 2))
    seed = Seeding(0, tensorflow_version=version)
    with pytest.raises(NotImplementedError, match=rf"layer 'layer0' .*{message}"):
        replay(model(layer, shape=shape), seed=seed)
    want = replay(model(DROPOUT), seed=0, tensorflow_version=version).train_on_batch(2)["layer0"]
    assert (replay(model(DROPOUT), seed=seed).train_on_batch(2)["layer0"] == want).all()


def test_a_generator_that_the_system_seeds():
    with pytest.raises(ValueError, match="without a seed its generator is the system's"):
        replay(model(("RandomZoom", {"height_factor": 0.1}), shape=(4, 4, 3)), seed=0,
               tensorflow_version="2.6")  # fmt: skip


def test_seeds_that_count_up_to_each_other():
    """Eagerly, ops with one seed have one kernel: where it stands depends on their batches."""
    layers = [("Dropout", {"rate": 0.5, "seed": seed}) for seed in (3, 4)]
    run = replay(model(*layers), seed=0, tensorflow_version="2.15", run_eagerly=True)
    run.train_on_batch(2)
    run.train_on_batch(3)
    draws = run.train_on_batch(2)
    assert draws["layer1"].any()
    with pytest.raises(NotImplementedError, match="in batches of several sizes"):
        draws["layer0"]


def test_batches_of_keras_2_that_are_not_replayed():
    run = replay(model(DROPOUT), seed=0, tensorflow_version="2.15")
    run.train_on_batch(2)
    run.train_on_batch(3)["layer0"]
    with pytest.raises(NotImplementedError, match=r"third size \(4\)"):
        run.train_on_batch(4)["layer0"]
    with pytest.raises(ValueError, match="seed: a run of"):
        replay(model(DROPOUT), seed=None, tensorflow_version="2.15")
    noise = model(("GaussianNoise", {"stddev": 0.5}))
    with pytest.raises(ValueError, match="NumPy's random"):
        replay(noise, seed=0, seeding="tf.random.set_seed", tensorflow_version="2.6")


@pytest.mark.parametrize("version", ["2.3", "2.15"])
@pytest.mark.parametrize("run_eagerly", [False, True])
def test_any_step_of_keras_2_can_be_made_alone(version, run_eagerly):
    layers = DROPOUT, ("GaussianNoise", {"stddev": 0.5}), ("Dropout", {"rate": 0.5, "seed": 3})
    how = {"tensorflow_version": version, "run_eagerly": run_eagerly}
    one, other = (replay(model(*layers), seed=0, **how).fit(11, 4, 5) for _ in range(2))
    steps = list(one)
    for at in (14, 0, 7, -1):
        assert same(other[at], steps[at])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"samples": 0}, ValueError),
        ({"samples": 1.5}, TypeError),
        ({"batch_size": 0}, ValueError),
        ({"epochs": -1}, ValueError),
        ({"validation_split": 1.0}, ValueError),
        ({"samples": 1, "validation_split": 0.5}, ValueError),
        ({"shuffle": "batch"}, TypeError),
        ({"validation_freq": 0}, ValueError),
    ],
)
def test_wrong_arguments_of_fit(arguments, error):
    run, other = (replay(model(DROPOUT), seed=0) for _ in range(2))
    with pytest.raises(error):
        run.fit(**{"samples": 9, **arguments})
    assert (run.train_on_batch(3)["layer0"] == other.train_on_batch(3)["layer0"]).all()


# ---- compiled models -------------------------------------------------------------------------


def of_layers(*layers, shape=(4, 5, 3)):
    """The config of a Sequential model: (class, arguments) of each layer."""
    made = [{"class_name": "InputLayer", "config": {"batch_shape": [None, *shape], "name": "x"}}]
    for number, (name, config) in enumerate(layers):
        made.append({"class_name": name, "config": {"name": f"layer_{number}", **config}})
    return {"class_name": "Sequential", "config": {"name": "model", "layers": made}}


DROPS = ("Dropout", {"rate": 0.5})
RECURRENT = {"units": 2, "dropout": 0.5}


@pytest.mark.parametrize(
    ("layers", "shape", "how", "compiles"),
    [
        ([DROPS], (3,), {"jit_compile": True}, True),
        ([DROPS], (3,), {"jit_compile": "auto"}, False),
        ([DROPS], (3,), {"jit_compile": "auto", "gpu": True}, True),
        ([DROPS], (3,), {"gpu": True}, False),
        ([DROPS], (3,), {"jit_compile": True, "run_eagerly": True}, False),
        ([("RandomZoom", {"height_factor": 0.1})], (4, 5, 3), {"jit_compile": True}, False),
        ([("LSTM", RECURRENT)], (4, 5), {"jit_compile": "auto", "gpu": True}, False),
        (
            [("LSTM", {**RECURRENT, "unroll": True})], (4, 5),
            {"jit_compile": "auto", "gpu": True}, True,
        ),
        ([("LSTM", RECURRENT)], (4, 5), {"jit_compile": True}, True),
        ([("GRU", RECURRENT)], (4, 5), {"jit_compile": True, "gpu": True}, False),
        ([("SimpleRNN", RECURRENT)], (4, 5), {"jit_compile": True, "gpu": True}, True),
        (
            [("Bidirectional", {"layer": {"class_name": "LSTM", "config": RECURRENT}})], (4, 5),
            {"jit_compile": True, "gpu": True}, False,
        ),
    ],
)  # fmt: skip
def test_whether_keras_compiles(layers, shape, how, compiles):
    """Keras 3's decision: what it is told, whether there is a GPU, layers that opt out."""
    run = replay(of_layers(*layers, shape=shape), seed=0, order="config", **how)
    assert run._sources.compiled is compiles


COMPILED_FILES = {
    path.stem.rsplit("-", 1)[1]: json.loads(path.read_text())
    for path in sorted(GOLDEN_FILES.glob("compiled-replay-keras-*.json"))
}


@pytest.mark.parametrize(
    ("version", "name"),
    [(version, name) for version, file in COMPILED_FILES.items() for name in file["runs"]],
)
def test_compiled_runs(version, name):
    """What each step of fit(jit_compile=True) made, by its sums."""
    header, run = COMPILED_FILES[version]["header"], COMPILED_FILES[version]["runs"][name]
    versions = {"keras_version": version, "tensorflow_version": header["tensorflow"]}
    steps = compiled_replays.replayed(name, json.dumps(run["model"]), header["seed"], **versions)
    steps = compiled_replays.compared(name, steps)
    assert [[shown(array) for array in step] for step in steps] == run["steps"]


def test_compiled_masks():
    """A compiled model keeps what is kept by the uniforms of compiled functions."""
    model = of_layers(DROPS, shape=(3,))
    run = replay(model, seed=0, jit_compile=True)
    eager = replay(model, seed=0)
    for _ in range(2):
        mask = run.train_on_batch(40)["layer_0"]
        with tp.config.jit_compile():
            expected = run.layers["layer_0"](np.ones((40, 3), np.float32), training=True)
        assert mask.tobytes() == expected.tobytes()
        assert mask.tobytes() != eager.train_on_batch(40)["layer_0"].tobytes()


@pytest.mark.parametrize(
    ("layer", "how", "what"),
    [
        (("RandomContrast", {"factor": 0.2}), {"jit_compile": True}, "RandomContrast"),
        (("RandomErasing", {"factor": 0.2}), {"jit_compile": True}, "RandomErasing"),
        (("GaussianNoise", {"stddev": 0.2}), {"jit_compile": True, "gpu": True}, "GaussianNoise"),
        (DROPS, {"jit_compile": True, "tensorflow_version": "2.15"}, "tf.keras 2"),
    ],
)
def test_compiled_models_that_are_not_known(layer, how, what):
    with pytest.raises(NotImplementedError, match=what):
        replay(of_layers(layer), seed=0, **how)


def test_wrong_words_for_compiled_models():
    with pytest.raises(ValueError, match="jit_compile"):
        replay(of_layers(DROPS), seed=0, jit_compile="yes")
    with pytest.raises(TypeError, match="gpu"):
        replay(of_layers(DROPS), seed=0, gpu=1)
