"""test_pickles.py: what an earlier version pickled loads, and goes on where it stood."""

import base64
import json
import pickle

import numpy as np
import pytest
from bits import as_list
from make_pickles import made
from places import GOLDEN_FILES

FILES = sorted(GOLDEN_FILES.glob("pickles-*.json"))
ROWS = [
    pytest.param(*row, id=f"{path.stem}-{row[0]}-{number}")
    for path in FILES
    for number, row in enumerate(json.loads(path.read_text())["rows"])
]


def numbers_of(kind, thing):
    """What an object draws next, and where it stands then."""
    if kind.startswith("Stream"):
        drawn = thing.normal((5,)), thing.uniform((3,), dtype="float64")
        return [as_list(array) for array in drawn], thing.key, thing.counter, thing.position
    if kind == "StateVariable":
        return thing.numpy().tolist()
    drawn = thing.uniform([5]), thing.uniform_full_int([3])
    return [as_list(array) for array in drawn], int(thing.algorithm), thing.state.numpy().tolist()


def test_there_is_a_file():
    assert next(path.stem for path in FILES) == "pickles-0.1.0"


@pytest.mark.parametrize(("kind", "arguments", "before", "protocol", "data"), ROWS)
def test_a_pickle_of_an_earlier_version_goes_on(kind, arguments, before, protocol, data):
    loaded = pickle.loads(base64.b64decode(data))
    anew = made(kind, arguments, before)
    assert type(loaded) is type(anew)
    assert numbers_of(kind, loaded) == numbers_of(kind, anew)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_what_is_pickled_today_loads_today(protocol):
    for kind, arguments, before in (
        ("Stream", [1, 2], [5]),
        ("Generator.from_seed", [1234], [7]),
        ("StateVariable", [[1, 2, 3]], []),
    ):
        anew, kept = made(kind, arguments, before), made(kind, arguments, before)
        loaded = pickle.loads(pickle.dumps(anew, protocol))
        assert numbers_of(kind, loaded) == numbers_of(kind, kept)


@pytest.mark.parametrize(
    "name",
    [
        "init_ops RandomNormal", "init_ops RandomUniform",
        "signatures TensorSpec", "state StateVariable", "stream Stream",
        "random.generator Generator",
    ],
)  # fmt: skip
def test_places_that_pickles_name_stay(name):
    """Classes of 0.1.0 are found where its pickles say that they stand."""
    module, _, kind = name.partition(" ")
    found = pickle.loads(f"ctfphilox.{module}\n{kind}\n.".encode())
    assert pickle.loads(pickle.dumps(found)) is found
    assert found.__name__ == kind


def test_the_numbers_that_follow_are_tensorflows():
    """Those of the Generator's own example, which TensorFlow printed."""
    rows = json.loads(FILES[0].read_text())["rows"]
    (data,) = (row[4] for row in rows if row[:4] == ["Generator.from_seed", [1234], [], 5])
    drawn = pickle.loads(base64.b64decode(data)).normal([2, 3])
    expected = [[0.9356609, 1.0854305, -0.93788373], [-0.5061547, 1.3169702, 0.7137579]]
    assert as_list(drawn) == as_list(np.array(expected, np.float32))
