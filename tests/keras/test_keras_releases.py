"""test_keras_releases.py: what each release of Keras 3 draws otherwise, against what it wrote down.

The files keras-<version>.json.gz are made by make_golden_keras_releases.py, one for each release;
this runs their programs again. The files models-keras-<version>.json.gz, of whole models, are made
by make_golden_weights.py.
"""

import gzip
import json

import numpy as np
import pytest
from keras_programs import Machine as Programs
from keras_programs import written
from places import GOLDEN_FILES
from weights_sums import SEEDINGS, described

import tfphilox as tp
from tfphilox.keras import initial_weights
from tfphilox.seeding import versions

FILES = {
    path.name.removeprefix("keras-").removesuffix(".json.gz"): path
    for path in GOLDEN_FILES.glob("keras-3*.json.gz")
}
GOLDEN = {name: json.loads(gzip.decompress(path.read_bytes())) for name, path in FILES.items()}
RELEASES = sorted(GOLDEN, key=lambda name: [int(part) for part in name.split(".")])
PROGRAMS = [
    pytest.param(release, program, id=f"{release}-{number}")
    for release in RELEASES
    for number, program in enumerate(GOLDEN[release]["programs"])
]


class Machine(Programs):
    """Runs the steps of a program as make_golden_keras_releases.py does, in tfphilox."""

    def layer(self, number, name, arguments):
        self.made[number] = None
        self.made[number] = getattr(tp.keras.layers, name)(**arguments)
        return "made"

    def state(self):
        state = self.seeds.state
        return f"{state.dtype.name} {state[0]} {state[1]}"

    def next(self, ordered):
        return " ".join(map(str, self.seeds.next(ordered).tolist()))

    def transform(self, number, shape):
        layer = self.made[number]
        if isinstance(layer, tp.keras.layers.RandomCrop):
            drawn = layer.get_random_transformation(np.zeros(shape, np.float32))
            return {"drawn": written(np.stack(drawn).astype(np.int32))}
        return super().transform(number, shape)

    def pictures(self, number, shape, dtype):
        images = (np.arange(np.prod(shape)) % 251).reshape(shape).astype(dtype)
        return written(self.made[number](images, training=True))

    def weights(self, name, model):
        release = versions.keras()
        arrays = initial_weights(model, seed=3, keras_version=release, order="config")
        return [f"{'x'.join(map(str, array.shape))} {written(array)}" for _, array in arrays]


NO_RESULT = {"seed", "set_seed", "keras_seed", "initializer"}


@pytest.mark.parametrize(("release", "program"), PROGRAMS)
def test_programs(release, program):
    with tp.config.keras_version(release):
        machine = Machine()
        for step, (verb, *arguments) in enumerate(program):
            where = f"Keras {release}, step {step}: {program[step]}"
            if verb in NO_RESULT or (verb == "generator" and arguments[-1] != "raises"):
                getattr(machine, verb)(*arguments)
                continue
            expected = arguments.pop()
            if expected in ("absent", "raises"):
                if verb in ("transform", "pictures", "run") and machine.made[arguments[0]] is None:
                    continue
                if verb == "weights" and expected == "absent":
                    continue
                match = "came with Keras 3" if expected == "absent" else None
                with pytest.raises((TypeError, ValueError), match=match):
                    getattr(machine, verb)(*arguments)
                if verb == "draw" and expected == "raises" and arguments[2] in (None, "generator"):
                    machine.draw("uniform", {"shape": []}, arguments[2])  # Keras uses up a seed
                continue
            if verb == "weights":
                arguments.append(expected["model"])
                expected = expected["weights"]
            if verb == "transform" and expected == {}:  # images are resized
                continue
            assert getattr(machine, verb)(*arguments) == expected, where


# ---- models ---------------------------------------------------------------------------------

# "3.6.0", or "tf_keras 2.18.0"
MODELS = {
    path.name.removesuffix(".json.gz")
    .removeprefix("models-")
    .removeprefix("keras-")
    .replace("-", " "): json.loads(gzip.decompress(path.read_bytes()))
    for path in GOLDEN_FILES.glob("models-*.json.gz")
}
CASES = [
    pytest.param(release, case, id=f"{release}-{case['name']}")
    for release, data in MODELS.items()
    for case in data["cases"]
    if "config_everything" in case  # else it cannot read its own JSON
]
# Up to 3.3 what stands behind a TimeDistributed model has no weights until the model is called.
UNBUILT = {"distributed", "frozen"}
# What code constructs in an order that the graph does not show, and a RandomCrop's hidden draw.
HIDDEN = {"attention", "operations", "transformer", "augmented"}


@pytest.mark.parametrize(("release", "case"), CASES)
def test_models(release, case):
    for how, seeding in SEEDINGS.items():
        expected = case[f"config_{how}"]
        got = described(
            initial_weights(
                case["model"], seed=200, seeding=seeding, keras_version=release, order="config"
            )
        )
        if len(expected) < len(got) and case["name"] in UNBUILT:
            assert versions.KERAS_3.index(release.rpartition(".")[0]) <= 3
            got = got[: len(expected)]
        assert got == expected
        if case["name"] in UNBUILT | HIDDEN:
            continue
        by_code = case[f"code_{how}"]
        by_code = expected if by_code == "config" else by_code
        got = described(
            initial_weights(
                case["model"], seed=200, seeding=seeding, keras_version=release, order="depth_first"
            )
        )
        # names tell in which order layers were built
        assert [line.split(" ")[1:] for line in got] == [line.split(" ")[1:] for line in by_code]


# ---- the files ------------------------------------------------------------------------------


def test_every_rule_has_a_file_on_both_sides():
    """Of each border inside Keras 3 there are the release before and the one that changed it."""
    releases = {release.rpartition(".")[0] for release in RELEASES}
    for name, rows in versions.RULES.items():
        for first, _ in rows:
            if first in versions.KERAS_3[1:]:
                before = versions.KERAS_3[versions.KERAS_3.index(first) - 1]
                assert {before, first} <= releases, name
    assert {"3.0", "3.15"} <= releases
