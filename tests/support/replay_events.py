"""replay_events.py: a recorded training run, and one of ours, in the same form.

A batch is its kind and samples, and for each layer what it drew, in order: [name, *shown(array)].
"""

import re

import numpy as np
from replay_models import shown


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
            draws[path] = found if names[path] <= {"kept", "normal"} else sorted(found)
    return [(samples, draws) for kind, samples, draws in batches if kind == "train"]


def replayed(run, recorded_run):
    """The same of a `Run`, trained as a run of replay_models.py."""
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
            parts += _parts(path, run, draws[path])
        result.append((indices.tolist(), found))
    return result


def _parts(path, run, drawn):
    if isinstance(drawn, list):
        for one in drawn:
            yield from _parts(path, run, one)
    elif isinstance(drawn, tuple):
        yield from sorted([k, *shown(v)] for k, v in zip(("left", "top"), drawn[::-1], strict=True))
    elif isinstance(drawn, dict) and {"dropout", "recurrent_dropout"} & set(drawn):
        for masks in drawn.values():
            yield from _parts(path, run, masks)
    elif isinstance(drawn, dict):
        yield from sorted(
            [key, *shown(value)] for key, value in drawn.items() if isinstance(value, np.ndarray)
        )
    elif type(run.layers.get(path)).__name__ in ("GaussianNoise", "GaussianDropout"):
        yield ["normal", *shown(drawn)]
    else:
        yield ["kept", *shown(drawn != 0)]
