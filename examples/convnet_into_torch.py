"""A Keras convnet in PyTorch: its initial weights, and the masks of its first steps, without Keras.

MODEL is what ``model.to_json()`` writes, shortened to what matters. With ``--compare`` Keras builds
the same model, and its outputs must be the same to 1e-6.
"""

import sys

import numpy as np
import torch

import tfphilox as tp

SEED, STEPS = 200, 3


def layer(kind, **config):
    return {"class_name": kind, "config": config}


MODEL = {
    "class_name": "Sequential",
    "config": {
        "name": "model",
        "layers": [
            layer("InputLayer", name="image", batch_shape=[None, 16, 16, 3]),
            layer("Conv2D", name="conv", filters=4, kernel_size=3, activation="relu"),
            layer("BatchNormalization", name="norm"),
            layer("Flatten", name="flatten"),
            layer("Dropout", name="dropout", rate=0.5, seed=7),
            layer("Dense", name="dense", units=2),
        ],
    },
}
IMAGES = np.linspace(-1, 1, 2 * 16 * 16 * 3, dtype=np.float32).reshape(2, 16, 16, 3)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 4, 3)
        self.norm = torch.nn.BatchNorm2d(4, eps=1e-3, momentum=0.01)
        self.dense = torch.nn.Linear(14 * 14 * 4, 2)

    def forward(self, images, mask):
        features = self.norm(torch.relu(self.conv(images)))
        return self.dense(features.flatten(1) * mask)


def main():
    weights = tp.keras.initial_weights(MODEL, seed=SEED)
    net = Net().eval()
    # The rows of dense's kernel are height, width, channels in Keras: of 4 channels.
    net.load_state_dict(tp.keras.to_torch(weights, net, flattened={"dense": 4}))
    dropout = tp.keras.layers.Dropout(0.5, seed=7)
    outputs = []
    for _ in range(STEPS):
        mask = dropout(np.ones((2, 14 * 14 * 4), np.float32), training=True)
        # Keras's mask is of height, width, channels too.
        mask = mask.reshape(2, 14, 14, 4).transpose(0, 3, 1, 2).reshape(2, -1)
        images = torch.from_numpy(IMAGES.transpose(0, 3, 1, 2).copy())
        outputs.append(net(images, torch.from_numpy(mask.copy())).detach().numpy())
    print(*outputs, sep="\n")
    if "--compare" in sys.argv:
        compare(outputs)


def compare(outputs):
    """Build and run the model with Keras, with the seeds that it gives its layers."""
    import keras

    keras.utils.set_random_seed(SEED)
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((16, 16, 3)), layers.Conv2D(4, 3, activation="relu"),
        layers.BatchNormalization(), layers.Flatten(), layers.Dropout(0.5, seed=7),
        layers.Dense(2),
    ])  # fmt: skip
    model.get_layer(index=1).trainable = False  # its statistics stay as the net's in eval()
    for step, output in enumerate(outputs):
        want = keras.ops.convert_to_numpy(model(IMAGES, training=True))
        distance = np.abs(output - want).max()
        assert distance <= 1e-6 * max(1, np.abs(want).max()), (step, distance)
    print("equal to Keras", keras.__version__)


if __name__ == "__main__":
    main()
