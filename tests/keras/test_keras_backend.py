"""test_keras_backend.py: what tf.keras.backend draws, against files that TensorFlow wrote.

tests/makers/make_golden_backend.py makes them and says what stands in them.
"""

import hashlib
import json

import numpy as np
import pytest
from places import GOLDEN_FILES

import tfphilox as tp

FILES = {
    path.stem[11:]: json.loads(path.read_text()) for path in GOLDEN_FILES.glob("backend-tf-*.json")
}
assert len(FILES) == 6
CASES = [(version, i) for version, file in FILES.items() for i in range(len(file["programs"]))]


def hexed(array):
    flat = np.ascontiguousarray(array).reshape(-1)
    raw = [flat[i : i + 1].tobytes()[::-1].hex() for i in range(min(flat.size, 12))]
    return raw if flat.size <= 12 else [*raw[:4], hashlib.sha256(flat.tobytes()).hexdigest()]


@pytest.fixture(autouse=True)
def _numpy_as_it_was():
    state = np.random.get_state()
    yield
    np.random.set_state(state)
    tp.random.set_seed(None)


@pytest.mark.parametrize(("version", "program"), CASES)
def test_program(version, program):
    file = FILES[version]
    with tp.config.tensorflow_version(version.rpartition(".")[0]):
        tp.random.set_seed(file["seeds"][0])
        np.random.seed(file["seeds"][1])
        for name, keywords, dtype, shape, numbers, after in file["programs"][program]:
            result = getattr(tp.keras.backend, name)(**keywords)
            assert (result.dtype.name, list(result.shape)) == (dtype, shape)
            assert hexed(result) == numbers
            assert np.random.randint(2**31 - 1) == after


def test_binomial_is_bernoulli():
    drawn = []
    for function in tp.keras.backend.random_binomial, tp.keras.backend.random_bernoulli:
        tp.random.set_seed(1)
        drawn.append(function([9], 0.5, seed=3).tolist())
    assert drawn[0] == drawn[1]


def test_default_type():
    tp.keras.config.set_floatx("float64")
    try:
        assert tp.keras.backend.random_uniform([1], seed=1).dtype == np.float64
        assert tp.keras.backend.random_bernoulli([1], seed=1).dtype == np.float64
    finally:
        tp.keras.config.set_floatx("float32")


@pytest.mark.parametrize(
    "call",
    [
        lambda backend: backend.random_normal([3], mean=np.zeros(2, "f4")),
        lambda backend: backend.random_uniform([-1]),
        lambda backend: backend.truncated_normal([3], dtype="int32"),
        lambda backend: backend.random_bernoulli([3], p="x"),
        lambda backend: backend.dropout([1, 2], 0.5),
        lambda backend: backend.dropout([1.0], 2),
    ],
)
def test_a_call_that_fails_moves_nothing(call):
    tp.random.set_seed(1)
    np.random.seed(2)
    with pytest.raises((TypeError, ValueError)):
        call(tp.keras.backend)
    assert np.random.randint(10**6) == np.random.RandomState(2).randint(10**6)
    after = tp.random.uniform([3]).tolist()
    tp.random.set_seed(1)
    assert tp.random.uniform([3]).tolist() == after


def test_in_a_graph():
    """NumPy's number is drawn where the op is made; a run draws none."""
    np.random.seed(7)
    with tp.Graph().as_default() as graph:
        graph.seed = 5
        ones = tp.keras.backend.random_bernoulli([6], 0.5)
        noise = tp.keras.backend.random_normal([3])
    after = np.random.randint(10**6)
    session = tp.compat.v1.Session(graph=graph)
    first, second = session.run([ones, noise]), session.run([ones, noise])
    assert {*first[0].tolist()} <= {0, 1}
    assert first[1].tolist() != second[1].tolist()
    source = np.random.RandomState(7)
    seeds = [source.randint(10**7) for _ in range(2)]
    assert after == source.randint(10**6)
    with tp.Graph().as_default() as graph:
        graph.seed = 5
        again = tp.random.normal([3], seed=seeds[1])
    assert tp.compat.v1.Session(graph=graph).run(again).tolist() == first[1].tolist()
