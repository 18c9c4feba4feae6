"""weights.py: the initial weights of whole models, and the steps of a training run.

    python bench/weights.py [--cpu-time] [model.json ...]

Each model's weights are made beside as many uniform numbers of one `Stream`, in turn, so that
another load on the machine meets both: the last column is the ratio of the two. Without a model it
takes a transformer of 125 million parameters (12 blocks of 768, heads of 64) and a stack of 100
convolutions. Then it walks 10^5 steps of a run whose masks nobody looks at, and makes 10^3 masks.
On a machine that others use, --cpu-time counts the processor's time, of all threads together.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import tfphilox as tp

ROUNDS = 5


def layer(kind: str, name: str, inputs: list[tuple[str, list[Any]]], **config: Any) -> Any:
    """Return a layer of Keras 3's JSON that is called on others, each (name, shape)."""
    tensors = [
        {
            "class_name": "__keras_tensor__",
            "config": {"shape": shape, "dtype": "float32", "keras_history": [one, 0, 0]},
        }
        for one, shape in inputs
    ]
    nested = [tensors] if kind == "Add" else tensors
    nodes = [{"args": nested, "kwargs": {}}] if inputs else []
    config = {"name": name, **config}
    return {"class_name": kind, "name": name, "config": config, "inbound_nodes": nodes}


def transformer(blocks: int = 12, width: int = 768, words: int = 50_304) -> dict[str, Any]:
    """Return the config of a transformer."""
    flat: list[Any] = [None, 128, width]
    layers = [
        layer("InputLayer", "x", [], batch_shape=[None, 128], dtype="int32"),
        layer("Embedding", "words", [("x", [None, 128])], input_dim=words, output_dim=width),
    ]
    last = "words"
    for at in range(blocks):
        norm, attention, add = f"norm_{at}a", f"attention_{at}", f"add_{at}a"
        layers += [
            layer("LayerNormalization", norm, [(last, flat)], axis=-1),
            layer(
                "MultiHeadAttention",
                attention,
                [(norm, flat)] * 2,
                num_heads=width // 64,
                key_dim=64,
                dropout=0.1,
            ),
            layer("Add", add, [(last, flat), (attention, flat)]),
            layer("LayerNormalization", f"norm_{at}b", [(add, flat)], axis=-1),
            layer("Dense", f"wide_{at}", [(f"norm_{at}b", flat)], units=4 * width),
            layer("Dense", f"narrow_{at}", [(f"wide_{at}", [None, 128, 4 * width])], units=width),
            layer("Dropout", f"dropout_{at}", [(f"narrow_{at}", flat)], rate=0.1),
            layer("Add", f"add_{at}b", [(add, flat), (f"dropout_{at}", flat)]),
        ]
        last = f"add_{at}b"
    inner = {
        "name": "transformer",
        "layers": layers,
        "input_layers": [["x", 0, 0]],
        "output_layers": [[last, 0, 0]],
    }
    return {"class_name": "Functional", "config": inner}


def convolutions(count: int = 100, channels: int = 128) -> dict[str, Any]:
    """Return the config of a stack of convolutions."""
    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, 9, 9, 3], "name": "x"}}
    convolution = {"filters": channels, "kernel_size": [3, 3], "padding": "same"}
    others = [
        {"class_name": "Conv2D", "config": {"name": f"conv{at}", **convolution}}
        for at in range(count)
    ]
    return {"class_name": "Sequential", "config": {"name": "stack", "layers": [first, *others]}}


def timed(call: Callable[[], Any]) -> float:
    """Return how many milliseconds a call takes; what it returns is freed outside."""
    clock = time.process_time if "--cpu-time" in sys.argv else time.perf_counter
    start = clock()
    made = call()
    took = (clock() - start) * 1e3
    del made
    return took


def beside(name: str, model: dict[str, Any]) -> None:
    """Print what a model's weights take, what a Stream takes for as many, and the ratio."""
    text = json.dumps(model)
    count = sum(array.size for _, array in tp.keras.initial_weights(text, seed=0))
    weights, stream = [], []
    for _ in range(ROUNDS):
        weights.append(timed(lambda: tp.keras.initial_weights(text, seed=0)))
        stream.append(timed(lambda: tp.Stream(1, 2).uniform((count,))))
    pairs = sorted(a / b for a, b in zip(weights, stream, strict=True))
    print(
        f"{name:16} {count:>12,} {min(weights):9.1f} ms {min(stream):9.1f} ms "
        f"{statistics.median(pairs):6.2f}"
    )


def run_steps() -> None:
    """Print what the steps of a run take."""
    layers = [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 100], "name": "x"}},
        {"class_name": "Dropout", "config": {"rate": 0.5, "name": "dropout"}},
    ]
    model = {"class_name": "Sequential", "config": {"name": "model", "layers": layers}}
    run = tp.keras.replay(model, seed=0)
    fit = run.fit(3200, batch_size=32, epochs=1000)
    took = timed(lambda: sum(1 for _ in fit))
    print(f"{len(fit):,} steps without masks: {took:.0f} ms")
    took = timed(lambda: [step.draws["dropout"] for step in fit[:: len(fit) // 1000]])
    print(f"1,000 masks of 32 by 100, far apart: {took:.0f} ms")


def main() -> None:
    warnings.simplefilter("ignore")
    print(f"{'model':16} {'weights':>12} {'fastest':>12} {'a Stream':>12} {'ratio':>6}")
    paths = [path for path in sys.argv[1:] if path != "--cpu-time"]
    if paths:
        for path in paths:
            with open(path) as file:
                beside(path[-16:], json.load(file))
    else:
        beside("transformer", transformer())
        beside("convolutions", convolutions())
    run_steps()


if __name__ == "__main__":
    main()
