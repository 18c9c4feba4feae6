"""test_draws.py: explain lists every draw once, and its moves add up to the movement of state.

One call for every public function that draws, in every way it can be run: at once, in a function,
as a node of a graph in a session, from a Generator, through Keras, for a data set. State is what
TensorFlow keeps between calls: the kernels, the op seeds used up, a generator's state.
"""

import inspect
import random
import signal
import threading
import time
from types import ModuleType

import numpy as np
import pytest
from drawing_calls import METHODS, PICTURE, STATEFUL, STATELESS, TWICE, WITH_STATE, found

import tfphilox as tp
from tfphilox.seeding import scopes
from tfphilox.seeding.streams import draw_with_state
from tfphilox.stream import Stream


def state():
    return {"resource": tp.random.Generator.from_seed(1).state, "algorithm": 1}


# Generator's methods that draw nothing.
OTHER_METHODS = {
    "from_state", "from_seed", "from_non_deterministic_state", "from_key_counter", "reset",
    "reset_from_seed", "reset_from_key_counter", "state", "algorithm", "key",
}  # fmt: skip

# Public functions without a stream, and why.
WITHOUT = {
    "random.all_candidate_sampler raw_ops.AllCandidateSampler": "all classes, in order",
    "random.experimental.index_shuffle raw_ops.RandomIndexShuffle": "a cipher of its own",
    "image.random_jpeg_quality image.stateless_random_jpeg_quality": "refused: see drawn_factor",
    "raw_ops.NonDeterministicInts": "the operating system's entropy",
    "raw_ops.StatelessRandomGetKeyCounter raw_ops.StatelessRandomGetKeyCounterAlg"
    " raw_ops.StatelessRandomGetAlg": "they say where a stream starts",
    "raw_ops.RandomPoisson raw_ops.StatefulStandardNormal": "removed from TensorFlow",
    "random.set_seed random.create_rng_state random.get_global_generator"
    " random.set_global_generator": "they draw nothing",
}


@pytest.fixture(autouse=True)
def fresh():
    tp.random.set_seed(None)
    yield
    tp.random.set_seed(None)


def public(module, prefix):
    """The functions that a mirrored module offers, by path, each once."""
    for name in module.__all__:
        value = getattr(module, name)
        if isinstance(value, ModuleType):
            yield from public(value, f"{prefix}.{name}")
        elif inspect.isfunction(value):
            yield f"{prefix}.{name}", value


def test_every_function_has_a_call():
    known = {*STATEFUL, *STATELESS, *WITH_STATE, *(p for line in WITHOUT for p in line.split())}
    functions = {found(path) for path in known}
    for root in ("random", "raw_ops", "nn", "image", "keras.random"):
        for path, function in public(found(root), root):
            assert function in functions, f"{path}: give it a call here, or say why it draws none"
    methods = {name for name in vars(tp.random.Generator) if not name.startswith("_")}
    assert methods == {*METHODS, *OTHER_METHODS}


def moved(kernels):
    """How far kernels are from their start, in blocks."""
    streams = list(kernels.values())
    assert all(isinstance(stream, Stream) for stream in streams)
    return sum(stream.position for stream in streams)


def op_seeds_used(seed):
    """How many op seeds were drawn since set_seed."""
    following = tp.compat.v1.get_seed(None)
    tp.random.set_seed(seed)
    for count in range(100):
        if tp.compat.v1.get_seed(None) == following:
            return count
    raise AssertionError


def is_drawn(draw):
    return "the next of random.Random" in draw.rule


@pytest.mark.parametrize("path", STATEFUL)
def test_eager(path):
    tp.random.set_seed(7)
    with tp.explain() as explanation:
        for _ in range(2):
            found(path)(**STATEFUL[path])
    draws = explanation.draws
    assert len(draws) == 2
    assert sum(draw.moved for draw in draws) == moved(scopes.current().global_seed._kernels) > 0
    assert sum(map(is_drawn, draws)) == op_seeds_used(7)


@pytest.mark.parametrize("path", STATEFUL)
def test_function(path):
    tp.random.set_seed(7)
    function = tp.function(lambda: found(path)(**STATEFUL[path]))
    with tp.explain() as explanation:
        function()
        function()
    draws = explanation.draws
    assert len(draws) == 2
    assert sum(draw.moved for draw in draws) == moved(scopes.current().global_seed._kernels) > 0


@pytest.mark.parametrize("path", STATEFUL)
def test_session(path):
    with tp.Graph().as_default() as graph, tp.explain() as explanation:
        graph.seed = 3
        result = found(path)(**STATEFUL[path])
    assert not explanation.draws
    session = tp.compat.v1.Session(graph=graph)
    with tp.explain() as explanation:
        session.run(result)
        session.run(result)
    draws = explanation.draws
    assert len(draws) == 2
    assert sum(draw.moved for draw in draws) == moved(session._kernels) > 0


@pytest.mark.parametrize("how", ["eager", "function", "session"])
@pytest.mark.parametrize("path", STATELESS)
def test_stateless(path, how):
    tp.random.set_seed(7)

    def call():
        return found(path)(**STATELESS[path])

    kept = scopes.current().global_seed._kernels
    if how == "session":
        with tp.Graph().as_default() as graph:
            result = call()
        session = tp.compat.v1.Session(graph=graph)
        kept = session._kernels
        explanation = tp.explain(session.run, result)
    else:
        explanation = tp.explain(call if how == "eager" else tp.function(call))
    draws = explanation.draws
    assert len(draws) == 1 + (path in TWICE)
    for draw in draws:
        assert draw.moved is None
        assert draw.rule.startswith(("scrambled from [", "key and counter as given"))
    assert not kept
    assert op_seeds_used(7) == 0


def counter_of(variable):
    low, high = (int(word) % 2**64 for word in variable.numpy()[:2])
    return low | high << 64


@pytest.mark.parametrize("path", WITH_STATE)
def test_with_state(path):
    keywords = {**state(), **WITH_STATE[path]}
    if path.endswith("ReadAndSkip"):
        keywords["alg"] = keywords.pop("algorithm")
    before = counter_of(keywords["resource"])
    draws = tp.explain(found(path), **keywords).draws
    assert [draw.counter for draw in draws] == [before]
    assert draws[0].moved == counter_of(keywords["resource"]) - before > 0


@pytest.mark.parametrize("name", METHODS)
def test_generator(name):
    generator = tp.random.Generator.from_seed(7)
    before = counter_of(generator.state)
    explanation = tp.explain(getattr(generator, name), **METHODS[name])
    draws = explanation.draws
    assert [(draw.call, draw.counter) for draw in draws] == [(f"random.Generator.{name}", before)]
    assert draws[0].moved == counter_of(generator.state) - before > 0
    assert draws[0].rule == "the generator's state"


def test_threefry():
    generator = tp.random.Generator.from_state([7, 5], alg="threefry")
    with tp.explain() as explanation:
        generator.uniform([3])
        generator.uniform_full_int([3])
        generator.skip(2)
    assert [(draw.key, draw.counter, draw.moved) for draw in explanation.draws] == [
        (5, 7, 768), (5, 775, 768), (5, 1543, 512),
    ]  # fmt: skip
    assert generator.state.numpy().tolist() == [2055, 5]


@pytest.mark.parametrize(
    ("layer", "count"),
    [
        ("Dropout(0.5, seed=5)", 1), ("GaussianNoise(0.5, seed=5)", 1),
        ("GaussianDropout(0.5, seed=5)", 1), ("AlphaDropout(0.5, seed=5)", 1),
        ("RandomBrightness(0.5, seed=5)", 1), ("RandomFlip(seed=5)", 1),
    ],
)  # fmt: skip
def test_keras_layers(layer, count):
    made = eval(f"tp.keras.layers.{layer}", {"tp": tp})
    with tp.explain() as explanation:
        made(PICTURE[None], training=True)
        made(PICTURE[None], training=True)
    pairs = [draw.rule for draw in explanation.draws]
    assert len(pairs) == 2 * count
    assert len({*pairs}) == len(pairs)  # the generator of seeds has moved between them


def test_keras_initializers():
    with tp.explain() as explanation:
        tp.keras.initializers.GlorotUniform(seed=1)([2, 2])
        tp.keras.initializers.Orthogonal(seed=1)([2, 2])
        tp.keras.initializers.TruncatedNormal(seed=1)([2, 2])
    assert len(explanation.draws) == 3


def test_data():
    tp.random.set_seed(7)
    with tp.explain() as explanation:
        tp.data.Dataset.range(9).shuffle(3)
        tp.data.Dataset.range(9).shuffle(3, seed=4)
        tp.data.shuffle_order(6, 3)
        tp.data.Dataset.random().take(2)
        tp.keras.fit_order(4)
    draws = explanation.draws
    assert len(draws) == 5
    assert all(draw.moved is None for draw in draws)
    assert sum(map(is_drawn, draws)) == op_seeds_used(7) == 3
    assert not scopes.current().global_seed._kernels


def test_a_draw_that_fails_is_not_listed_and_moves_nothing():
    generator = tp.random.Generator.from_key_counter(7, [0, 0], "philox")
    tp.random.set_seed(7)
    with tp.explain() as explanation:
        for call in (
            lambda: tp.random.uniform([2**62, 2]),
            lambda: tp.random.normal([3], mean=np.zeros((2, 2), np.float32)),
            lambda: tp.random.stateless_gamma([3], [1, 2], [1.0, 2.0]),
            lambda: tp.random.stateless_uniform([-1], [1, 2]),
            lambda: generator.normal([3], mean=np.zeros((2, 2), np.float32)),
            lambda: generator.binomial([3], [np.nan], [0.5]),
        ):
            with pytest.raises((ValueError, MemoryError)):
                call()
    assert explanation.draws == []
    assert moved(scopes.current().global_seed._kernels) == counter_of(generator.state) == 0
    assert op_seeds_used(7) == 0


def test_the_manifest_says_where_stateless_numbers_are_from():
    from tfphilox.golden.provenance import observed

    _, source = observed(lambda: tp.random.stateless_gamma([2], [1, 2], 0.5))
    key, counter = tp.raw_ops.StatelessRandomGetKeyCounter(seed=[1, 2])
    assert source.kernel == "stateless_gamma"
    assert source.key == int(key[0])
    assert source.counter == int(counter[0]) | int(counter[1]) << 64
    assert source.further == ()


class Interrupted(Exception):
    pass


MEANS = np.linspace(0, 1, 1 << 20, dtype=np.float32)
OUT = np.empty(1 << 20, np.float32)
LONG = {
    "Stream": lambda stream: stream.normal((1 << 20,), out=OUT),
    "Stream, arrays": lambda stream: stream.normal((1 << 20,), MEANS, MEANS),
    "Stream, truncated": lambda stream: stream.truncated_normal((1 << 18,), threads=1),
    "random": lambda _: tp.random.normal([1 << 20]),
    "random, arrays": lambda _: tp.random.uniform([1 << 20], MEANS, 2.0, seed=1),
    "gamma": lambda _: tp.random.gamma([1 << 17], 0.5),
    "shuffle": lambda _: tp.random.shuffle(MEANS),
}


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signals to threads")
@pytest.mark.parametrize("what", LONG)
def test_an_interrupted_draw_moves_nothing(what):
    """A signal at any moment until the stream has moved, which is the last thing a draw does."""
    main = threading.main_thread().ident
    moments = random.Random(1)

    def stop(*_):
        for each in (stream, *scopes.current().global_seed._kernels.values()):
            try:
                position = each.position
            except RuntimeError:  # in the middle of a draw
                break
            if position:  # too late
                return
        raise Interrupted

    start = time.perf_counter()
    LONG[what](Stream(1, 2))
    long = time.perf_counter() - start
    before = signal.signal(signal.SIGUSR1, stop)
    try:
        for _ in range(30):
            tp.random.set_seed(7)
            stream = Stream(1, 2)
            wait = moments.uniform(0, 2 * long)
            timer = threading.Timer(wait, signal.pthread_kill, [main, signal.SIGUSR1])
            done = False
            try:
                timer.start()
                try:
                    LONG[what](stream)
                    done = True
                finally:
                    timer.join()
            except Interrupted:
                pass
            blocks = stream.position + moved(scopes.current().global_seed._kernels)
            assert (blocks > 0) == done
            assert done or op_seeds_used(7) == 0
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_state_moves_back():
    state = np.array([1, 2, 3])

    def draw(stream):
        assert state.tolist() == [257, 2, 3]  # another thread takes other numbers
        assert (stream.key, stream.counter) == (3, 1 | 2 << 64)
        raise Interrupted

    with pytest.raises(Interrupted):
        draw_with_state(state, 1, 256, draw)
    assert state.tolist() == [1, 2, 3]


def test_no_memory_for_the_scaling_moves_nothing(monkeypatch):
    def fail(*_):
        raise MemoryError

    stream = Stream(1, 2)
    monkeypatch.setattr("tfphilox.stream.broadcast_op", fail)
    with pytest.raises(MemoryError):
        stream.normal((3,), np.zeros(3, np.float32), np.ones(3, np.float32))
    assert stream.position == 0
