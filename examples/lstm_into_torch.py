"""A bidirectional LSTM of Keras in PyTorch: its initial weights, and the masks of its first steps.

MODEL is what ``model.to_json()`` writes, shortened to what matters. With ``--compare`` Keras builds
the same model, and its outputs must be the same to 1e-6.
"""

import sys

import numpy as np
import torch

import tfphilox as tp

SEED, STEPS = 1, 3


def layer(kind, **config):
    return {"class_name": kind, "config": config}


LSTM = layer("LSTM", name="lstm", units=8)
MODEL = {
    "class_name": "Sequential",
    "config": {
        "name": "model",
        "layers": [
            layer("InputLayer", name="words", batch_shape=[None, 10], dtype="int32"),
            layer("Embedding", name="embedding", input_dim=50, output_dim=6),
            layer("Bidirectional", name="bidirectional", layer=LSTM),
            layer("Dropout", name="dropout", rate=0.25, seed=3),
            layer("Dense", name="dense", units=2),
        ],
    },
}
WORDS = np.arange(40).reshape(4, 10) % 50


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(50, 6)
        self.lstm = torch.nn.LSTM(6, 8, batch_first=True, bidirectional=True)
        self.dense = torch.nn.Linear(16, 2)

    def forward(self, words, mask):
        steps, _ = self.lstm(self.embedding(words))
        ends = torch.cat([steps[:, -1, :8], steps[:, 0, 8:]], 1)  # each direction's last
        return self.dense(ends * mask)


def main():
    weights = tp.keras.initial_weights(MODEL, seed=SEED)
    net = Net()
    net.load_state_dict(tp.keras.to_torch(weights, net))
    dropout = tp.keras.layers.Dropout(0.25, seed=3)
    outputs = []
    for _ in range(STEPS):
        mask = dropout(np.ones((4, 16), np.float32), training=True)
        outputs.append(net(torch.from_numpy(WORDS), torch.from_numpy(mask)).detach().numpy())
    print(*outputs, sep="\n")
    if "--compare" in sys.argv:
        compare(outputs)


def compare(outputs):
    """Build and run the model with Keras, with the seeds that it gives its layers."""
    import keras

    keras.utils.set_random_seed(SEED)
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((10,), dtype="int32"), layers.Embedding(50, 6),
        layers.Bidirectional(layers.LSTM(8)), layers.Dropout(0.25, seed=3), layers.Dense(2),
    ])  # fmt: skip
    for step, output in enumerate(outputs):
        want = keras.ops.convert_to_numpy(model(WORDS, training=True))
        distance = np.abs(output - want).max()
        assert distance <= 1e-6 * max(1, np.abs(want).max()), (step, distance)
    print("equal to Keras", keras.__version__)


if __name__ == "__main__":
    main()
