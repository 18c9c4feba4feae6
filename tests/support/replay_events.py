"""replay_events.py: a recorded training run, and one of ours, in the same form.

A batch is its kind and samples, and for each layer what it drew, in order: [name, *shown(array)].
"""

import contextlib
import re

import numpy as np
from replay_models import shown

from tfphilox.keras.layers._images import ImageLayer


def recorded(events, example):
    """The batches of a golden file that were trained on; `example` is what one of ours drew.

    Its paths and names are those that count: Keras's transformations have shapes beside what was
    drawn, and the uniform numbers that it was made of.
    """
    names = {path: {what[0] for what in found} for path, found in example.items()}
    batches = []
    for event in events:
        if event[0] in ("train", "test"):
            batches.append((event[0], event[1], {}))
            continue
        path, *what = event
        mine = max((one for one in names if f"{path}/".startswith(f"{one}/")), key=len)
        batches[-1][2].setdefault(mine, []).append(what)
    for _, _, draws in batches:
        for path, found in draws.items():
            found = [what for what in found if what[0] in names[path]]
            plain = {"kept", "normal", "uniform"}
            draws[path] = found if names[path] <= plain else sorted(found)
    return [(samples, draws) for kind, samples, draws in batches if kind == "train"]


@contextlib.contextmanager
def numbers_noted():
    """Note the uniform numbers that image layers draw within the block."""
    noted, original = [], ImageLayer._uniform

    def uniform(self, *args, **keywords):
        drawn = original(self, *args, **keywords)
        noted.append(["uniform", *shown(drawn)])
        return drawn

    ImageLayer._uniform = uniform
    try:
        yield noted
    finally:
        ImageLayer._uniform = original


def replayed(run, recorded_run, numbers=False):
    """The same of a `Run`, trained as a run of replay_models.py.

    With `numbers`, an image layer has the uniform numbers that its transformation is made of: up to
    Keras 3.5 there was no other, and up to 3.7 that of a rotation was its matrix.
    """
    _, _, samples, how = recorded_run
    if isinstance(how, dict):
        steps = [(step.indices, step.draws) for step in run.fit(samples, **how)]
    elif isinstance(how[0], dict):
        steps = [(s.indices, s.draws) for one in how for s in run.fit(samples, **one)]
        run.evaluate(samples, 3)
        steps.append((np.arange(2), run.train_on_batch(2)))
    else:
        ends = np.cumsum([0, *how])
        steps = [
            (np.arange(ends[at], ends[at + 1]), run.train_on_batch(n)) for at, n in enumerate(how)
        ]
    result = []
    for indices, draws in steps:
        found = {}
        for path in draws:  # stacked cells stand under their numbers
            parts = found.setdefault(re.sub(r"/\d+$", "", path), [])
            with numbers_noted() as noted:
                parts += _parts(path, run, draws[path], len(indices))
            if noted and numbers:
                parts[:] = noted
        result.append((indices.tolist(), found))
    return result


def _arrays(drawn):
    """The arrays of a transformation, and of those within it."""
    for key, value in drawn.items():
        if isinstance(value, dict):
            yield from _arrays(value)
        elif isinstance(value, np.ndarray):
            yield [key, *shown(value)]


def is_keras_3(run):
    return run._model.session.keras3


def _parts_2(path, run, drawn, batch):
    """The same of tf.keras 2, whose image layers show what they drew in their pictures."""
    name = next(c.layer.config.class_name for c in run._sources.calls if c.path == path)
    if name in ("GaussianNoise", "GaussianDropout"):
        yield ["normal", *shown(drawn)]
    elif isinstance(drawn, dict) and {"dropout", "recurrent_dropout"} & set(drawn):
        for masks in drawn.values():
            for mask in masks if isinstance(masks, list) else [masks]:
                yield ["kept", *shown(mask != 0)]
    elif not name.startswith("Random"):
        yield ["kept", *shown(drawn != 0)]
    else:
        made = _PICTURES[name](drawn)
        alone = {"RandomContrast": 0, "RandomCrop": 1}.get(name)
        if made.ndim == alone:  # the same for all pictures, each of which shows it
            made = np.broadcast_to(made, [batch, *made.shape])
        yield [name, *shown(made)]


_PICTURES = {
    "RandomFlip": lambda d: np.stack([d["flip_horizontal"], d["flip_vertical"]]),
    "RandomCrop": lambda d: np.stack(d, axis=-1),
    "RandomTranslation": lambda d: d["translations"],
    "RandomRotation": lambda d: d["angle"][:, None],
    "RandomZoom": lambda d: np.concatenate([d["width_zoom"], d["height_zoom"]], axis=1),
    "RandomBrightness": lambda d: d["rgb_delta"].reshape(-1),
    "RandomContrast": lambda d: d["contrast_factor"],
    "RandomHeight": lambda d: d["height"],
    "RandomWidth": lambda d: d["width"],
}


def _parts(path, run, drawn, batch):
    if isinstance(drawn, list):
        for one in drawn:
            yield from _parts(path, run, one, batch)
    elif not is_keras_3(run):
        yield from _parts_2(path, run, drawn, batch)
    elif isinstance(drawn, tuple):
        yield from sorted([k, *shown(v)] for k, v in zip(("left", "top"), drawn[::-1], strict=True))
    elif isinstance(drawn, dict) and {"dropout", "recurrent_dropout"} & set(drawn):
        for masks in drawn.values():
            yield from _parts(path, run, masks, batch)
    elif isinstance(drawn, dict):
        yield from sorted(_arrays(drawn))
    elif type(run.layers.get(path)).__name__ in ("GaussianNoise", "GaussianDropout"):
        yield ["normal", *shown(drawn)]
    else:
        yield ["kept", *shown(drawn != 0)]
