"""test_live_torch.py: Keras's weights in PyTorch's modules: the outputs are the same.

What is moved is moved exactly; the outputs differ by PyTorch's arithmetic alone, so that they are
held to 1e-6 of the largest. Every weight is drawn at random, biases and gates too: with those that
Keras begins with, zeros and ones would hide what is exchanged.
"""

import os
import subprocess
import sys
import types

import numpy as np
import pytest
from places import ROOT

import tfphilox as tp

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

pytestmark = pytest.mark.live

try:
    import torch
    from torch import nn
except ImportError:
    torch, nn = None, types.SimpleNamespace(Module=object)


@pytest.fixture(scope="module")
def keras():
    try:
        import keras
        import torch  # noqa: F401
    except ImportError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI is set, and: {error}", pytrace=False)
        pytest.skip(f"Keras or PyTorch is absent: {error}")
    return keras


class Last(nn.Module):
    """A recurrent module's last output, or all, without its state."""

    def __init__(self, module, all_steps=False):
        super().__init__()
        self.module, self.all_steps = module, all_steps

    def forward(self, x):
        out = self.module(x)[0]
        if self.all_steps:
            return out
        half = self.module.hidden_size
        if not self.module.bidirectional:
            return out[:, -1]
        return torch.cat([out[:, -1, :half], out[:, 0, half:]], 1)


class Attention(nn.Module):
    def __init__(self, *args, **keywords):
        super().__init__()
        self.mha = nn.MultiheadAttention(*args, batch_first=True, **keywords)

    def forward(self, x):
        return self.mha(x, x, x)[0]


class Spread(nn.Module):
    """Keras's Reshape((7, 2, 2, 1)) of what here is channels first."""

    def forward(self, x):
        return x.permute(0, 2, 1).reshape(-1, 7, 2, 2, 1).permute(0, 4, 1, 2, 3)


def cases(keras):
    """Keras's model, its input's shape, and PyTorch's module."""
    chain, layers = keras.Sequential, keras.layers

    def attention_model():
        x = keras.Input((5, 12))
        return keras.Model(x, layers.MultiHeadAttention(3, 4)(x, x))

    return {
        "dense": (
            lambda: chain([layers.Dense(5, activation="relu"), layers.Dense(2, use_bias=False)]),
            (7,),
            lambda: nn.Sequential(nn.Linear(7, 5), nn.ReLU(), nn.Linear(5, 2, bias=False)),
        ),
        "convnet": (
            lambda: chain([
                layers.Conv2D(4, 3, activation="relu"), layers.BatchNormalization(),
                layers.Flatten(), layers.Dense(3),
            ]),
            (9, 8, 3),
            lambda: nn.Sequential(
                nn.Conv2d(3, 4, 3), nn.ReLU(), nn.BatchNorm2d(4, eps=1e-3),
                nn.Flatten(), nn.Linear(7 * 6 * 4, 3),
            ),
        ),
        "conv1d": (
            lambda: chain([layers.Conv1D(4, 3), layers.Conv1D(6, 2, groups=2)]),
            (9, 3),
            lambda: nn.Sequential(nn.Conv1d(3, 4, 3), nn.Conv1d(4, 6, 2, groups=2)),
        ),
        "conv3d": (
            lambda: chain([layers.Conv3D(4, (2, 3, 1))]), (5, 6, 7, 2),
            lambda: nn.Sequential(nn.Conv3d(2, 4, (2, 3, 1))),
        ),
        "conv transposed": (
            lambda: chain([
                layers.Conv2DTranspose(4, 3, strides=2), layers.Conv2DTranspose(2, (2, 3)),
            ]),
            (5, 4, 3),
            lambda: nn.Sequential(
                nn.ConvTranspose2d(3, 4, 3, stride=2), nn.ConvTranspose2d(4, 2, (2, 3)),
            ),
        ),
        "conv transposed 1, 3": (
            lambda: chain([
                layers.Conv1DTranspose(4, 3), layers.Reshape((7, 2, 2, 1)),
                layers.Conv3DTranspose(2, 2),
            ]),
            (5, 3),
            lambda: nn.Sequential(
                nn.ConvTranspose1d(3, 4, 3), Spread(), nn.ConvTranspose3d(1, 2, 2),
            ),
        ),
        "depthwise": (
            lambda: chain([
                layers.DepthwiseConv2D(3, depth_multiplier=2), layers.SeparableConv2D(5, 2),
            ]),
            (6, 7, 3),
            lambda: nn.Sequential(
                nn.Conv2d(3, 6, 3, groups=3),
                nn.Conv2d(6, 6, 2, groups=6, bias=False), nn.Conv2d(6, 5, 1),
            ),
        ),
        "norms": (
            lambda: chain([
                layers.Dense(6), layers.BatchNormalization(scale=False),
                layers.LayerNormalization(center=False), layers.BatchNormalization(),
                layers.LayerNormalization(),
            ]),
            (5,),
            lambda: nn.Sequential(
                nn.Linear(5, 6), nn.BatchNorm1d(6, eps=1e-3), nn.LayerNorm(6, eps=1e-3),
                nn.BatchNorm1d(6, eps=1e-3), nn.LayerNorm(6, eps=1e-3),
            ),
        ),
        "group norm": (
            lambda: chain([layers.Conv2D(6, 2), layers.GroupNormalization(3)]),
            (5, 4, 2),
            lambda: nn.Sequential(nn.Conv2d(2, 6, 2), nn.GroupNorm(3, 6, eps=1e-3)),
        ),
        "lstm": (
            lambda: chain([layers.LSTM(4, return_sequences=True), layers.LSTM(4), layers.Dense(2)]),
            (6, 3),
            lambda: nn.Sequential(Last(nn.LSTM(3, 4, 2, batch_first=True)), nn.Linear(4, 2)),
        ),
        "gru": (
            lambda: chain([layers.GRU(4, return_sequences=True), layers.GRU(5)]),
            (6, 3),
            lambda: nn.Sequential(
                Last(nn.GRU(3, 4, batch_first=True), True), Last(nn.GRU(4, 5, batch_first=True)),
            ),
        ),
        "rnn": (
            lambda: chain([layers.SimpleRNN(4, return_sequences=True), layers.SimpleRNN(4)]),
            (6, 3),
            lambda: nn.Sequential(Last(nn.RNN(3, 4, 2, batch_first=True))),
        ),
        "bidirectional": (
            lambda: chain([
                layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
                layers.Bidirectional(layers.LSTM(4)), layers.Dense(2),
            ]),
            (6, 3),
            lambda: nn.Sequential(
                Last(nn.LSTM(3, 4, 2, batch_first=True, bidirectional=True)), nn.Linear(8, 2),
            ),
        ),
        "bidirectional gru": (
            lambda: chain([layers.Bidirectional(layers.GRU(4))]),
            (6, 3),
            lambda: nn.Sequential(Last(nn.GRU(3, 4, batch_first=True, bidirectional=True))),
        ),
        "attention": (attention_model, (5, 12), lambda: Attention(12, 3)),
    }  # fmt: skip


NAMES = [
    "dense",
    "convnet",
    "conv1d",
    "conv3d",
    "conv transposed",
    "conv transposed 1, 3",
    "depthwise",
    "norms",
    "group norm",
    "lstm",
    "gru",
    "rnn",
    "bidirectional",
    "bidirectional gru",
    "attention",
]


def drawn(model, seed):
    """A model's weights, all drawn at random, in its own order."""
    generator = np.random.default_rng(seed)
    values = [
        (np.abs if "variance" in weight.path else np.asarray)(
            generator.uniform(-0.6, 0.6, weight.shape).astype(np.float32)
        )
        + (0.5 if "variance" in weight.path else 0)
        for weight in model.weights
    ]
    model.set_weights(values)
    return [(w.path, np.array(v)) for w, v in zip(model.weights, values, strict=True)]


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_equal(keras, name):
    assert list(cases(keras)) == NAMES
    make, shape, make_module = cases(keras)[name]
    seed = np.random.SeedSequence().entropy
    print("seed", seed)
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(3, *shape)).astype(np.float32)
    model, module = make(), make_module().eval()
    model(x)
    module.load_state_dict(tp.keras.to_torch(drawn(model, seed), module))
    want = keras.ops.convert_to_numpy(model(x, training=False))
    spatial = any(isinstance(each, nn.modules.conv._ConvNd) for each in module.modules())
    first = torch.from_numpy(np.moveaxis(x, -1, 1).copy() if spatial else x)
    with torch.no_grad():
        got = module(first).numpy()
    if spatial and got.ndim > 2:
        got = np.moveaxis(got, 1, -1)
    assert got.shape == want.shape
    assert np.abs(got - want).max() <= 1e-6 * max(1, np.abs(want).max())


@pytest.mark.parametrize("example", ["convnet_into_torch.py", "lstm_into_torch.py"])
def test_example(keras, example):
    """Each shows weights, outputs and masks of its own; with Keras they are Keras's."""
    path = ROOT / "examples" / example
    ran = subprocess.run(
        [sys.executable, path, "--compare"], capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    assert "equal to Keras" in ran.stdout
