"""test_live_replay.py: training runs of Keras 3 in this process, against their replay.

The runs of replay_models.py, which golden files have too, and others with the rest of the layers
that draw, are trained with a fresh seed, in a graph and eagerly; every draw is compared by its
bits. TFPHILOX_LIVE_SEED repeats a run.

Without TensorFlow the tests are skipped, but they fail where the environment says CI.
"""

import json
import os
import secrets

import compiled_replays
import pytest
from compiled_replays import COMPILED, compared
from replay_events import recorded, replayed
from replay_models import ORDERS, RUNS, shown

from tfphilox.keras import replay

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

SEED = int(os.environ.get("TFPHILOX_LIVE_SEED", secrets.randbits(31)))

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def maker():
    try:
        import make_golden_replay
    except ImportError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI is set and TensorFlow is absent: {error}", pytrace=False)
        pytest.skip(f"TensorFlow is absent: {error}")
    return make_golden_replay


def stack(shape, *layers):
    """What builds a Sequential model of layers, each given as a function of keras.layers."""

    def build(keras):
        model = keras.Sequential([keras.Input(shape)])
        for layer in layers:
            model.add(layer(keras.layers))
        return model

    return build


def bidirectional():
    return stack(
        (5, 4),
        lambda L: L.Bidirectional(L.LSTM(3, dropout=0.3, return_sequences=True)),
        lambda L: L.Bidirectional(L.GRU(2, recurrent_dropout=0.3, return_sequences=True)),
        lambda L: L.RNN([L.LSTMCell(3, dropout=0.4), L.GRUCell(2, recurrent_dropout=0.5)]),
        lambda L: L.Dense(2),
    )


def conv_lstm():
    return stack(
        (3, 6, 7, 2),
        lambda L: L.ConvLSTM2D(3, 3, dropout=0.2, recurrent_dropout=0.3, padding="same"),
        lambda L: L.Flatten(),
        lambda L: L.Dense(2),
    )


def types():
    return stack(
        (6,),
        lambda L: L.Dense(5, dtype="mixed_float16"),
        lambda L: L.Dropout(0.3, dtype="mixed_float16"),
        lambda L: L.GaussianNoise(0.2, dtype="float64"),
        lambda L: L.GaussianDropout(0.2, dtype="bfloat16"),
        lambda L: L.AlphaDropout(0.3, dtype="float16"),
        lambda L: L.Dropout(0.0),
        lambda L: L.GaussianNoise(0.0),
        lambda L: L.Dense(2),
    )


def volumes():
    return stack(
        (4, 4, 4, 2),
        lambda L: L.SpatialDropout3D(0.4),
        lambda L: L.Dropout(0.4, noise_shape=(None, 1, 4, 1, 2)),
        lambda L: L.AlphaDropout(0.4, noise_shape=(None, 1, 1, 1, 2)),
        lambda L: L.Flatten(),
        lambda L: L.Dense(2),
    )


def colours():
    return stack(
        (8, 8, 3),
        lambda L: L.RandomHue(0.2),
        lambda L: L.RandomSaturation(0.2),
        lambda L: L.RandomSaturation((0.1, 0.7)),
        lambda L: L.RandomColorJitter((0, 255), 0.2, None, 0.6, 0.1),
        lambda L: L.RandomSharpness(0.2),
        lambda L: L.RandomColorDegeneration(0.2),
        lambda L: L.RandomInvert(0.5),
        lambda L: L.RandomErasing(0.5),
        lambda L: L.Flatten(),
        lambda L: L.Dropout(0.5),
        lambda L: L.Dense(2),
    )


def policies():
    return stack(
        (8, 8, 3),
        lambda L: L.RandAugment(seed=3),
        lambda L: L.RandomColorJitter((0, 255), 0.2, 0.3, None, 0.1),
        lambda L: L.RandAugment(num_ops=3, factor=0.3),
        lambda L: L.Flatten(),
        lambda L: L.Dropout(0.5),
        lambda L: L.Dense(2),
    )


def nested(keras):
    L = keras.layers
    inner = keras.Sequential([keras.Input((6,)), L.Dense(4), L.Dropout(0.3)], name="inner")
    inputs = keras.Input((6,))
    x = L.Dropout(0.2)(inputs)
    middle = keras.Model(inputs, L.GaussianNoise(0.2)(inner(x)), name="middle")
    inputs = keras.Input((6,))
    outputs = L.Dense(2)(L.Concatenate()([middle(inputs), inner(inputs), middle(inputs)]))
    return keras.Model(inputs, outputs)


def attention(keras):
    L = keras.layers
    first, second = keras.Input((4, 6)), keras.Input((5, 6))
    a = L.Attention(dropout=0.3)([first, second])
    b = L.AdditiveAttention(dropout=0.2)([first, second])
    c = L.GroupQueryAttention(4, 4, 2, dropout=0.3)(a, second)
    d = L.MultiHeadAttention(2, 3, value_dim=2, dropout=0.4)(query=b, value=second, key=second)
    return keras.Model([first, second], L.Dense(2)(L.Flatten()(L.Add()([a, b, c, d]))))


def as_its_config_says(build, *rest):
    """A run of the model that Keras makes of the config: no question of the order in code."""

    def again(keras):
        text = build(keras).to_json()
        keras.backend.clear_session()
        keras.utils.set_random_seed(SEED)
        return keras.models.model_from_json(text)

    return (again, *rest)


VALIDATED = {"batch_size": 4, "epochs": 3, "validation_split": 0.3}
OTHERS = {
    "bidirectional": (bidirectional(), [(5, 4)], 10, VALIDATED),
    "ConvLSTM": (conv_lstm(), [(3, 6, 7, 2)], 7, VALIDATED),
    "types": (types(), [(6,)], 9, VALIDATED),
    "volumes": (volumes(), [(4, 4, 4, 2)], 9, VALIDATED),
    "colours": (colours(), [(8, 8, 3)], 9, {**VALIDATED, "validation_freq": 2}),
    "policies": (policies(), [(8, 8, 3)], 9, VALIDATED),
    "nested": (nested, [(6,)], 9, VALIDATED),
    "attention": (attention, [(4, 6), (5, 6)], 9, VALIDATED),
}


@pytest.mark.parametrize("mode", ["graph", "eager"])
@pytest.mark.parametrize("name", [*RUNS, *OTHERS])
def test_runs(maker, name, mode, monkeypatch):
    monkeypatch.setattr(maker, "SEED", SEED)
    run = RUNS[name] if name in RUNS else as_its_config_says(*OTHERS[name])
    with maker.Patches():
        text, first, _, events = maker.trained(run, mode, True)
    order, eager = ORDERS.get(name, "config"), mode == "eager"
    ours = replay(json.loads(text), seed=SEED, order=order, run_eagerly=eager)
    for (path, array), theirs in zip(ours.weights, first, strict=True):
        assert shown(array) == shown(theirs), f"seed {SEED}: {path}"
    got = replayed(ours, run)
    want = recorded(events, got[0][1])
    assert len(got) == len(want)
    for step, (mine, theirs) in enumerate(zip(got, want, strict=True)):
        assert mine == theirs, f"seed {SEED}, step {step}"


@pytest.mark.parametrize("name", COMPILED)
def test_compiled_runs(maker, name):
    """What each step of a compiled fit makes of its inputs by what the replay draws."""
    text, theirs = compiled_replays.trained(name, SEED)
    ours = compiled_replays.replayed(name, text, SEED)
    assert len(ours) == len(theirs) == 4
    for mine, other in zip(*(compared(name, each) for each in (ours, theirs)), strict=True):
        assert [shown(a) for a in mine] == [shown(a) for a in other], f"seed {SEED}"
