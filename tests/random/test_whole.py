"""test_whole.py: a call that is ended in its middle has moved nothing, or returns its whole result.

Every public function that draws is ended at moments all over it: by an exception before any
instruction of Python's that it runs, by a signal's handler at any time, by an argument that raises
after others have drawn, and for want of memory. State is all that the next numbers come from:
kernels, op seeds, a generator's state, seed generators, Python's ``random`` and NumPy's.

The calls are made in C (`itertools.starmap`), so that no instruction lies between their return and
the list that takes what they returned.
"""

import ast
import contextlib
import contextvars
import ctypes
import functools
import itertools
import operator
import os
import random
import signal
import subprocess
import sys
import threading
import time
import types
from pathlib import Path

import numpy as np
import pytest
from draw_calls import METHODS, PICTURE, STATEFUL, STATELESS, WITH_STATE, found

import tfphilox as tp
from tfphilox._c._undo import Put, set_attribute, whole
from tfphilox.graphs import graph
from tfphilox.keras.seeding import noted
from tfphilox.seeding import scopes
from tfphilox.stream import Stream

LARGE = np.full((64, 64, 3), 0.5, np.float32)
MEANS = np.linspace(0.0, 1.0, 3000, dtype=np.float32).reshape(1000, 3)
PLACES = [  # of a call of 60 and more, what share of the way
    (2 * i + 1) / 120 for i in range(60)
]


class Ended(BaseException):
    pass


class Named:
    """A call, named for the test's id, that makes what it draws from anew."""

    def __init__(self, name, make):
        self.name, self.make = name, make


def enlarged(keywords):
    found = dict(keywords)
    if found.get("shape") == [3]:
        found["shape"] = [1000, 3]
    for name in ("x", "image", "inputs"):
        if found.get(name) is PICTURE:
            found[name] = LARGE
    for name in ("value", "x"):
        if isinstance(found.get(name), np.ndarray) and found[name].ndim == 1:
            found[name] = np.arange(5000)
    if found.get("num_samples") == 5:
        found["num_samples"] = 3000
    return found


def of_function(path, keywords):
    return Named(path, lambda _: functools.partial(found(path), **enlarged(keywords)))


def of_raw_state(path, keywords):
    def make(generator):
        given = {"resource": generator.state, "algorithm": 1, **enlarged(keywords)}
        if path.endswith("ReadAndSkip"):
            given["alg"] = given.pop("algorithm")
        return functools.partial(found(path), **given)

    return Named(path, make)


def of_method(name, keywords):
    def make(generator):
        return functools.partial(getattr(generator, name), **enlarged(keywords))

    return Named(f"Generator.{name}", make)


def sessions(_):
    with tp.Graph().as_default() as graph:
        graph.seed = 3
        both = tp.random.normal([99]), tp.random.uniform([9], seed=3)
    session = tp.compat.v1.Session(graph=graph)
    session.both = both
    return session


def of_code(code, version=None):
    """What is called last in Python's text; the rest is made first."""
    *first, last = ast.parse(code).body
    last = last.value
    parts = [ast.Expression(part) for part in (last.func, ast.Tuple(last.args, ast.Load()))]
    names = {
        "tp": tp,
        "np": np,
        "LARGE": LARGE,
        "MEANS": MEANS,
        "BATCH": LARGE[None],
        "sessions": sessions,
        "epoch": lambda dataset: iter(dataset).take(50),
    }

    def make(generator):
        inside = {**names, "generator": generator}
        exec(compile(ast.Module(first, []), code, "exec"), inside)
        function, args = (
            eval(compile(ast.fix_missing_locations(part), code, "eval"), inside) for part in parts
        )
        keywords = {
            each.arg: eval(compile(ast.Expression(each.value), code, "eval"), inside)
            for each in last.keywords
        }
        return functools.partial(function, *args, **keywords)

    return Named(f"{code} ({version})" if version else code, make)


LAYERS = [
    "Dropout(0.5{})", "GaussianNoise(0.5{})", "GaussianDropout(0.5{})", "AlphaDropout(0.5{})",
    "SpatialDropout2D(0.5{})", "RandomBrightness(0.5{})",
    "RandomFlip('horizontal'{})", "RandomCrop(8, 8{})", "RandomInvert(0.5{})",
    "Solarization(0.5{})", "RandomErasing(0.5{})",
]  # fmt: skip
INITIALIZERS = [
    "GlorotUniform({})", "RandomNormal(seed={})", "TruncatedNormal(seed={})",
    "RandomUniform(seed={})", "HeNormal({})", "Orthogonal(seed={})",
]  # fmt: skip
TEXTS = [
    "generator.normal([1000, 3], MEANS, MEANS)",
    "generator.truncated_normal([1000, 3], MEANS, 2.0)",
    "generator.uniform([1000, 3], 0.0, MEANS)",
    "generator.uniform([1000], 0, 9, 'int32')",
    "generator.binomial([1000, 3], MEANS, 0.5)",
    "generator.reset_from_seed(5)",
    "generator.reset([4, 5, 6])",
    "tp.random.normal([1000, 3], MEANS, MEANS)",
    "tp.random.normal([1000, 3], MEANS, MEANS, 'float64', 5)",
    "tp.random.truncated_normal([1000, 3], MEANS, MEANS)",
    "tp.random.uniform([1000, 3], 0.0, MEANS)",
    "tp.random.uniform([1000], 0, 9, 'int32')",
    "tp.random.gamma([100], MEANS[1:], 2.0)",
    "tp.random.stateless_normal([1000, 3], [1, 2], MEANS, MEANS)",
    "tp.image.random_flip_left_right(BATCH)",
    "tp.image.random_hue(BATCH, 0.2)",
    "tp.nn.dropout(LARGE, 0.5, noise_shape=[64, 1, 3])",
    "tp.random.Generator.from_seed(2).split(9)",
    "tp.compat.v1.get_seed(None)",
    "tp.data.Dataset.range(9).shuffle(3)",
    "tp.data.Dataset.random()",
    "tp.data.Dataset.sample_from_datasets([tp.data.Dataset.range(9)] * 2)",
    "tp.data.shuffle_order(6, 3)",
    "tp.keras.fit_order(4)",
    "tp.keras.random.SeedGenerator()",
    "s = tp.keras.random.SeedGenerator(1); s.next()",
    "s = tp.keras.random.SeedGenerator(1); tp.keras.random.beta([99], MEANS[:99, 0], 2.0, seed=s)",
    "tp.keras.random.normal([1000], MEANS[:, 0], 1.0)",
    "tp.keras.layers.Dropout(0.5)",
    "tp.keras.layers.RandomCrop(4, 4)",
    "tp.keras.initializers.GlorotUniform()",
    "f = tp.function(lambda: (tp.random.normal([99]), tp.random.normal([9]))); f()",
    "tp.function(lambda x: tp.random.normal([9]) + tp.random.uniform([9]) * x)(np.ones(9))",
    *(f"tp.keras.layers.{each.format(', seed=5')}(BATCH, training=True)" for each in LAYERS),
    *(f"tp.keras.layers.{each.format('')}(BATCH, training=True)" for each in LAYERS),
    *(f"tp.keras.initializers.{each.format('None')}([30, 30])" for each in INITIALIZERS),
    "i = tp.keras.initializers.HeNormal(tp.keras.random.SeedGenerator(1)); i([30, 30])",
    "tp.random_normal_initializer()([30, 30])",
    "tp.random_uniform_initializer(0.0, MEANS[:30, :1])([30, 1])",
    "tp.compat.v1.glorot_uniform_initializer()([30, 30])",
    "tp.compat.v1.orthogonal_initializer()([30, 30])",
    "tp.keras.layers.RandomContrast(0.5).get_random_transformation(BATCH)",
    "tp.keras.layers.RandomGrayscale(0.5).get_random_transformation(BATCH)",
    "tp.keras.layers.RandAugment().get_random_transformation(BATCH)",
    "tp.keras.layers.AugMix().get_random_transformation(BATCH)",
    "tp.keras.layers.RandomElasticTransform().get_random_transformation(BATCH)",
    "s = sessions(tp); s.run(s.both)",
]
OLD = [  # by the rules of these versions
    ("2.3", "tp.keras.initializers.GlorotUniform()([30, 30])"),
    ("2.3", "tp.keras.initializers.Orthogonal()([30, 30])"),
    ("2.3", "tp.keras.layers.Dropout(0.5)(LARGE, training=True)"),
    ("2.9", "tp.keras.initializers.GlorotUniform()([30, 30])"),
    ("2.9", "tp.keras.initializers.Orthogonal(seed=3)([30, 30])"),
    ("2.9", "tp.keras.layers.Dropout(0.5)(LARGE, training=True)"),
    ("2.12", "tp.keras.initializers.HeNormal()([30, 30])"),
    ("2.12", "tp.keras.layers.GaussianNoise(0.5)(LARGE, training=True)"),
    ("Keras 3.8", "tp.keras.layers.RandAugment().get_random_transformation(BATCH)"),
    ("Keras 3.10", "tp.keras.layers.RandAugment(num_ops=11).get_random_transformation(BATCH)"),
]
CALLS = [
    *itertools.starmap(of_function, STATEFUL.items()),
    *itertools.starmap(of_function, STATELESS.items()),
    *itertools.starmap(of_raw_state, WITH_STATE.items()),
    *itertools.starmap(of_method, METHODS.items()),
    *map(of_code, TEXTS),
    *(of_code(code, version) for version, code in OLD),
]


def named(call):
    return call.name


# ---- state ----------------------------------------------------------------------------------


class Program:
    """All that a call draws from, at its start."""

    def __init__(self, call):
        tp.random.set_seed(7)
        random.seed(7)
        np.random.seed(7)
        process = scopes.current()
        process.keras.generator = None
        process.augment_order = None
        process.tf_keras.generator = None
        self.generator = tp.random.Generator.from_seed(7)
        call = call.make(self.generator)
        self.kept = []  # seed generators in what the call is made of
        for each in (call.func, getattr(call.func, "__self__", None), call.keywords):
            self.kept += found_generators(each)
        self.call = call
        owner = getattr(call.func, "__self__", None)
        self.kernels = [owner._kernels] if isinstance(owner, tp.compat.v1.Session) else []

    def standing(self):
        process = scopes.current()
        scope = process.global_seed
        keras = process.keras.generator
        return (
            positions(scope._kernels),
            scope.peek(),
            self.generator.state.numpy().tolist(),
            random.getstate(),
            np.random.get_state()[1].tobytes(),
            np.random.get_state()[2],
            keras and keras.state.tolist(),
            process.augment_order,
            [each.state.tolist() for each in self.kept],
            [*map(positions, self.kernels)],
            scopes.scope_in_force(),
            graph._recorder.get(None),
            tp.config.get_tensorflow_version(),
        )


def positions(kernels):
    """Where the kernels stand that have moved; a function's and a session's have no names."""
    return sorted(kernel.position for kernel in kernels.values() if kernel.position)


def found_generators(value, depth=0):
    if isinstance(value, tp.keras.random.SeedGenerator):
        return [value]
    if depth == 3:
        return []
    inner = value.values() if isinstance(value, dict) else getattr(value, "__dict__", {}).values()
    if isinstance(value, type(sys)):
        return []
    return [one for each in inner for one in found_generators(each, depth + 1)]


def bits(value):
    """What tells one result from another."""
    if isinstance(value, np.ndarray):
        return value.dtype.name, value.shape, value.tobytes()
    if isinstance(value, tuple | list):
        return [bits(each) for each in value]
    if isinstance(value, tp.random.Generator):
        return value.state.numpy().tolist()
    return type(value)


def check(call, end):
    """Run a call that `end` ends now and then; afterwards it is done, or nothing has moved."""
    program = Program(call)
    before = program.standing()
    done = []
    try:
        end(lambda: done.extend(itertools.starmap(program.call, [()])))
    except Ended:
        pass
    else:
        assert done
    return before, program.standing(), done


@pytest.fixture(autouse=True)
def restored(request):
    call = request.node.callspec.params.get("call") if hasattr(request.node, "callspec") else None
    version = call.name.rpartition(" (")[2].rstrip(")") if call and call.name[-1] == ")" else ""
    states = random.getstate(), np.random.get_state()
    try:
        if version in dict(OLD):
            keras = version.removeprefix("Keras ")
            config = tp.config.tensorflow_version if keras == version else tp.config.keras_version
            with config(keras):
                yield
        else:
            yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        tp.random.set_seed(None)
        scopes.current().keras.generator = None
        scopes.current().tf_keras.generator = None


# ---- before any instruction -----------------------------------------------------------------


class Tracer:
    """Count the instructions that Python runs, and raise before one of them."""

    def __init__(self, at=None):
        self.at, self.count = at, 0

    def __call__(self, frame, event, argument):
        frame.f_trace_opcodes = True
        if event == "opcode":
            self.count += 1
            if self.count - 1 == self.at:
                raise Ended
        return self

    def run(self, act):
        old = sys.gettrace()
        sys.settrace(self)
        try:
            act()
        finally:
            sys.settrace(old)


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_ended_before_an_instruction(call):
    check(call, lambda act: act())  # what is imported and kept at the first call
    whole = Tracer()
    before, after, expected = check(call, whole.run)
    places = {int(share * whole.count) for share in PLACES}
    places |= {*range(whole.count - 12, whole.count)} & {*range(whole.count)}
    for place in sorted(places):
        start, stand, done = check(call, Tracer(place).run)
        assert start == before
        assert stand == (after if done else before), place
        assert not done or bits(done) == bits(expected)


# ---- by a signal ----------------------------------------------------------------------------


def raise_ended(*_):
    raise Ended


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
@pytest.mark.parametrize("call", CALLS, ids=named)
def test_ended_by_a_signal(call):
    """At 50 moments from its start to a little after its end."""
    moments = random.Random(call.name)
    before, after, expected = check(call, lambda act: act())
    program = Program(call)
    start = time.perf_counter()
    program.call()
    long = time.perf_counter() - start
    waits = [moments.uniform(1e-6, 1.3 * long + 3e-5) for _ in range(50)]
    old = signal.signal(signal.SIGALRM, raise_ended)
    try:
        for wait in waits:

            def end(act, wait=wait):
                try:
                    signal.setitimer(signal.ITIMER_REAL, wait)
                    act()
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)

            start, stand, done = check(call, end)
            assert start == before
            assert stand == (after if done else before)
            assert not done or bits(done) == bits(expected)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


OUT = np.empty((1000, 3), np.float32)
STREAM = {
    "uniform": lambda s: (s.uniform, (1 << 18,), {}),
    "uniform, out": lambda s: (s.uniform, (1000, 3), {"out": OUT}),
    "uniform, arrays, out": lambda s: (s.uniform, (1000, 3), {"maxval": MEANS, "out": OUT}),
    "normal": lambda s: (s.normal, (1 << 17,), {}),
    "normal, arrays": lambda s: (s.normal, (1000, 3), {"mean": MEANS, "stddev": MEANS}),
    "normal, arrays, larger": lambda s: (s.normal, (1000, 1), {"mean": MEANS}),
    "normal, small": lambda s: (s.normal, (9,), {}),
    "truncated_normal, arrays": lambda s: (s.truncated_normal, (1000, 3), {"stddev": MEANS}),
    "integers": lambda s: (s.integers, (1 << 18,), {"minval": 0, "maxval": 9}),
    "words": lambda s: (s.words, 1 << 18, {}),
}


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
@pytest.mark.parametrize("how", STREAM)
def test_a_stream_ended_by_a_signal(how):
    moments = random.Random(how)

    def run(wait):
        stream = Stream(1, 2)
        method, shape, keywords = STREAM[how](stream)
        call, done = functools.partial(method, shape, **keywords), []
        try:
            try:
                signal.setitimer(signal.ITIMER_REAL, wait)
                done.extend(itertools.starmap(call, [()]))
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        except Ended:
            pass
        return stream.position, bits(done)

    old = signal.signal(signal.SIGALRM, raise_ended)
    try:
        start = time.perf_counter()
        whole = run(0)
        long = time.perf_counter() - start
        for _ in range(50):
            found = run(moments.uniform(1e-6, 1.3 * long + 3e-5))
            assert found in (whole, (0, []))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


# ---- by an argument -------------------------------------------------------------------------


class Raising:
    """An array, or an integer, that draws and then raises."""

    def __init__(self, generator):
        self.generator = generator

    def __array__(self, *args, **keywords):
        tp.random.normal([3])
        self.generator.normal([3])
        raise Ended

    def __index__(self):
        return self.__array__()

    __int__ = __float__ = __index__
    ndim = shape = property(__index__)


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_ended_by_an_argument(call):
    """Each of its arguments in turn is one that raises."""
    keywords, args = (getattr(Program(call).call, part) for part in ("keywords", "args"))
    for name in [*keywords, *range(len(args))]:
        program = Program(call)
        before = program.standing()
        raising = Raising(program.generator)
        args, keywords = list(program.call.args), dict(program.call.keywords)
        if isinstance(name, str):
            keywords[name] = raising
        else:
            args[name] = raising
        try:
            program.call.func(*args, **keywords)
        except (Ended, TypeError, ValueError, NotImplementedError):
            assert program.standing() == before, name


# ---- for want of memory ---------------------------------------------------------------------

HUNGRY = [
    "generator.normal([1 << 20], np.zeros([2, 1], 'f4'), 1.0)",
    "generator.binomial([1 << 20], 9.0, 0.5)",
    "tp.random.normal([1 << 20], np.zeros([2, 1], 'f4'), 1.0)",
    "tp.random.truncated_normal([1 << 19], np.zeros([2, 1], 'f4'), 1.0)",
    "tp.random.gamma([1 << 18], np.ones(2, 'f4'))",
    "tp.random.shuffle(np.arange(1 << 20))",
    "tp.nn.dropout(np.ones(1 << 20, 'f4'), 0.5)",
    "tp.image.random_hue(np.full((512, 512, 3), 0.5, 'f4'), 0.2)",
    "tp.image.random_flip_left_right(np.full((4, 512, 512, 3), 0.5, 'f4'))",
    "tp.keras.layers.GaussianNoise(0.5)(np.ones((1, 1 << 20), 'f4'), training=True)",
    "s = tp.keras.random.SeedGenerator(1); tp.keras.initializers.HeNormal(s)([1024, 1024])",
    "tp.keras.random.beta([1 << 18], 2.0, 3.0)",
]


def in_little_memory(text):
    """Print what was refused and what is wrong, at ten sizes of memory from too little on."""
    import resource

    call = of_code(text)
    Program(call).call()
    refused = wrong = 0
    for i in range(10):
        program = Program(call)
        before = program.standing()
        done = []
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + (i << 21), resource.RLIM_INFINITY))
        try:
            done.extend(itertools.starmap(program.call, [()]))
        except MemoryError:
            refused += 1
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
        wrong += (program.standing() == before) == bool(done)
    print(refused, wrong)


@pytest.mark.skipif(sys.platform != "linux", reason="no limit of a process's memory to rely on")
@pytest.mark.parametrize("text", HUNGRY)
def test_ended_for_want_of_memory(text):
    path = [str(Path(__file__).parent), *sys.path]
    code = f"import sys; sys.path[:0] = {path!r}; import test_whole\n"
    code += f"test_whole.in_little_memory({text!r})"
    freed = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}  # given back
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **freed},
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=True,
    )
    refused, wrong = map(int, found.stdout.split())
    assert not wrong
    assert refused


# ---- threads --------------------------------------------------------------------------------


def in_threads(call, threads=8, times=500):
    """What so many threads get together, in no order."""
    found = [[] for _ in range(threads)]
    begin = threading.Barrier(threads)

    def work(own):
        begin.wait()
        for _ in range(times):
            own.append(call().tobytes())

    workers = [threading.Thread(target=work, args=(own,)) for own in found]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    return sorted(itertools.chain(*found))


SHARED = {
    "SeedGenerator.next": "tp.keras.random.SeedGenerator(5).next()",
    "keras.random": "tp.keras.random.normal([4], seed=tp.keras.random.SeedGenerator(5))",
    "Dropout": "tp.keras.layers.Dropout(0.5, seed=5)(np.arange(40.0), training=True)",
    "GaussianNoise": "tp.keras.layers.GaussianNoise(0.5, seed=5)(np.arange(4.0), training=True)",
    "initializer": "tp.keras.initializers.HeNormal(tp.keras.random.SeedGenerator(5))([3, 3])",
    "Generator": "generator.normal([3])",
    "random": "tp.random.normal([3], seed=3)",
    "unseeded": "tp.random.normal([3])",
    "unseeded dropout": "tp.nn.dropout(np.arange(40.0), 0.5)",
    "RandomFlip": "tp.keras.layers.RandomFlip(seed=5)(np.arange(48.0).reshape(4, 4, 3))",
    "RandomBrightness": "tp.keras.layers.RandomBrightness(0.5, seed=5)(np.ones((4, 4, 3)))",
    "ThreeFry": "tp.random.Generator.from_seed(3, 'threefry').uniform([3])",
    "global generator": "tp.random.set_global_generator(generator); "
    "tp.random.get_global_generator().uniform([3])",
    "function": "f = tp.function(lambda: tp.random.normal([3], seed=4)); f()",
    "Session": "s = sessions(tp); s.run(s.both[0])",
    "Dataset": "d = tp.data.Dataset.range(40).shuffle(9, seed=2); epoch(d)",
    "iterator": "i = iter(tp.data.Dataset.random(seed=3)); i.take(4)",
}


@pytest.mark.parametrize("what", SHARED)
def test_threads_draw_what_one_does(what):
    one = Program(of_code(SHARED[what]))
    expected = sorted(one.call().tobytes() for _ in range(4000))
    assert in_threads(Program(of_code(SHARED[what])).call) == expected


def test_threads_and_failures():
    """What fails in one thread takes nothing back that another has drawn."""
    stream = Stream(1, 2)
    drawn = sorted(stream.normal((3,)).tobytes() for _ in range(4000))
    stream.position = 0

    @whole
    def draw(fails):
        result = stream.normal((3,))
        if fails:
            raise ValueError("now and then")
        return result

    state = random.Random(1)

    def call():
        while state.random() < 0.3:
            with contextlib.suppress(ValueError):
                draw(True)
        return draw(False)

    found = in_threads(call)
    assert len({*found}) == 4000  # nothing was drawn twice
    assert len({*found} & {*drawn}) > 2000


@pytest.mark.skipif(sys.platform == "win32", reason="no signals to itself there")
def test_a_signal_at_the_very_end():
    """It arrives in C, after the move, where only the last look for signals sees it."""
    state = types.SimpleNamespace(at="before")
    steps = [
        functools.partial(set_attribute, state, "at", "after"),
        functools.partial(ctypes.CDLL(None).kill, os.getpid(), signal.SIGUSR1),
    ]
    call = whole(functools.partial(list, map(operator.methodcaller("__call__"), steps)))
    before = signal.signal(signal.SIGUSR1, raise_ended)
    try:
        with pytest.raises(Ended):
            call()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert state.at == "before"


def test_a_call_inside_that_fails():
    """It takes its own moves back, though the one around it goes on."""
    state = types.SimpleNamespace(at="before", more="before")

    @whole
    def inner():
        set_attribute(state, "at", "after")
        raise ValueError

    @whole
    def outer():
        set_attribute(state, "more", "after")
        with contextlib.suppress(ValueError):
            inner()
        assert state.at == "before"

    outer()
    assert (state.at, state.more) == ("before", "after")


def test_what_moved_on_since_stays():
    """A state that was assigned, and then moved by someone who is not in the call."""
    state = tp.random.Generator.from_seed(1).state

    @whole
    def call():
        state.assign([5, 6, 7])
        state._array[0] = 9
        raise Ended

    with pytest.raises(Ended):
        call()
    assert state.numpy().tolist() == [9, 6, 7]


def test_a_source_that_another_thread_has_moved_stays():
    def numpys():
        noted(np.random).randint(10**7)
        state = np.random.get_state(legacy=False)
        state["state"]["key"] = state["state"]["key"][::-1].copy()  # at the same place in it
        np.random.set_state(state)

    def pythons():
        noted(random).randint(1, 10**9)
        random.seed(5)

    @whole
    def call(move):
        move()
        moved.append((random.getstate(), np.random.get_state()[1].tobytes()))
        raise Ended

    moved = []
    before = random.getstate(), np.random.get_state()
    try:
        for move in (numpys, pythons):
            with pytest.raises(Ended):
                call(move)
            assert (random.getstate(), np.random.get_state()[1].tobytes()) == moved.pop()
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])


def test_what_was_learned_is_forgotten():
    def draw():
        return tp.random.learned_unigram_candidate_sampler(
            true_classes=[[4, 4]], num_true=2, num_sampled=1, unique=True, range_max=5, seed=1
        )

    @whole
    def call():
        draw()
        draw()
        raise Ended

    expected = [draw() for _ in range(3)]
    tp.random.set_seed(None)
    for want in expected:
        with pytest.raises(Ended):
            call()
        for one, other in zip(draw(), want, strict=True):
            assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_inner_blocks_that_did_not_leave(depth):
    """The outer block is left by Python, those inside by the log, which is read later."""
    held = contextvars.ContextVar("held", default="nothing")

    @whole
    def call():
        with Put(held, "outer"):
            for _ in range(depth):
                Put(held, "inner").__enter__()  # as if ended between its body and its exit
            raise Ended

    with pytest.raises(Ended):
        call()
    assert held.get() == "nothing"
