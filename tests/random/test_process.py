"""test_process.py: the state of a program has one owner: what must not move does not.

Weights, golden data and the pytest fixture draw in a process of their own. Other threads see none
of it, and the caller's next numbers are those that would have come without, also after an error.
"""

import copy
import json
import os
import pickle
import random
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from bits import as_list

import tfphilox as tp
from tfphilox import golden
from tfphilox._c._undo import whole
from tfphilox.keras import Seeding, initial_weights
from tfphilox.seeding import scopes
from tfphilox.seeding.process import GlobalSeed, Lock, Process, main

LAYERS = [
    {"class_name": "InputLayer", "config": {"batch_shape": [None, 10]}},
    {"class_name": "Dense", "config": {"units": 20}},
    {"class_name": "Dense", "config": {"units": 20}},
]
MODEL = {"class_name": "Sequential", "config": {"layers": LAYERS}}
HUGE = {**LAYERS[1], "config": {"units": 2**40}}
TOO_LARGE = {"class_name": "Sequential", "config": {"layers": [*LAYERS, HUGE]}}
SPEC = """
format = 1
output = ["json"]
intra_op_threads = 3
[[case]]
name = "a"
op = "keras.random.uniform"
set_random_seed = 9
shape = [2]
[[case]]
name = "b"
op = "random.uniform"
set_seed = 7
shape = [2]
"""
FAILS = (
    SPEC
    + """
[[case]]
name = "c"
op = "keras.random.randint"
set_random_seed = 9
shape = [2]
args = {minval = 0, maxval = 3, dtype = "float32"}
"""
)


@pytest.fixture(autouse=True)
def restored():
    """Put back what these tests set for the whole program."""
    before = main.sources.state()
    yield
    main.sources.restore(before)
    main.set_seed(None)
    main.generator = main.tf_keras.generator = None
    main.clear_session()


def seeded():
    """Seed everything, and draw once of each, so that all generators are there and under way."""
    tp.keras.utils.set_random_seed(5)
    tp.random.set_global_generator(tp.random.Generator.from_seed(3))
    np.random.standard_normal()  # NumPy and Python keep the second one of a pair
    random.gauss(0, 1)
    next_numbers()


def next_numbers():
    """The next numbers of every source that draws without a state of its own."""
    with tp.config.tensorflow_version("2.15"):
        legacy = tp.keras.initializers.GlorotUniform()([2, 2])
    with tp.config.tensorflow_version("2.6"):
        noise = tp.keras.layers.GaussianNoise(0.5)(np.zeros(3, np.float32), training=True)
    arrays = [
        legacy,
        noise,
        tp.keras.random.uniform([2]),
        tp.keras.initializers.GlorotUniform()([2, 2]),
        tp.random.uniform([2]),
        tp.random.uniform([2], seed=3),
        tp.random.get_global_generator().normal([2]),
        tp.random.categorical(np.zeros((5, 3), np.float32), 400),
    ]
    plain = [random.random(), random.gauss(0, 1), np.random.rand(), np.random.standard_normal()]
    return [as_list(array) for array in arrays], plain, os.environ.get("PYTHONHASHSEED")


def spec_of(folder, text=SPEC):
    (folder / "golden.toml").write_text(text)
    return golden.read(folder / "golden.toml")


def write(folder):
    golden.write(spec_of(folder), folder / "out")


def check(folder):
    golden.write(spec_of(folder), folder / "out")
    changed = json.loads((folder / "out" / "a.json").read_text())
    (folder / "out" / "a.json").write_text(json.dumps(changed, indent=3) + "\n0.5")
    assert not golden.check(spec_of(folder), folder / "out").ok


def write_that_fails(folder):
    with pytest.raises(golden.GoldenError, match='case "c"'):
        golden.write(spec_of(folder, FAILS), folder / "out")


def weights(folder):
    for version in ("2.0", "2.8", "2.12", "2.21"):
        initial_weights(MODEL, seed=1, tensorflow_version=version)
    initial_weights(MODEL, seed=None)


def weights_that_fail(folder):
    for version in ("2.0", "2.8", "2.12", "2.21"):
        with pytest.raises((ValueError, MemoryError)):
            initial_weights(TOO_LARGE, seed=1, tensorflow_version=version)


def a_users_own_code(folder):
    with pytest.raises(KeyError):
        meddle()


@scopes.isolated(shared=True)
def meddle():
    seeded()
    tp.keras.seed_everything(77)
    random.seed(1)
    np.random.seed(1)
    tp.keras.config.set_floatx("float64")
    tp.config.threading.set_intra_op_parallelism_threads(7)
    raise KeyError


ALL = [write, check, write_that_fails, weights, weights_that_fail, a_users_own_code]


@pytest.mark.parametrize("disturb", ALL)
def test_the_next_numbers_are_those_without_it(disturb, tmp_path):
    seeded()
    expected = next_numbers()
    seeded()
    disturb(tmp_path)
    assert next_numbers() == expected
    assert tp.keras.config.floatx() == "float32"
    assert tp.config.threading.get_intra_op_parallelism_threads() == 1


FIXTURE = """
import os, random
import numpy as np
import tfphilox as tp

def numbers():
    drawn = tp.keras.random.uniform([1]), tp.random.uniform([1]), tp.random.uniform([1], seed=1)
    drawn += (tp.random.get_global_generator().normal([1]),)
    found = [float(array[0]) for array in drawn]
    return found + [random.random(), np.random.rand(), os.environ.get("PYTHONHASHSEED")]

def start():
    tp.keras.utils.set_random_seed(5)
    tp.random.set_global_generator(tp.random.Generator.from_seed(3))
    numbers()

start()
WANTED = numbers()
start()

def test_a(tf_random):
    tp.keras.utils.set_random_seed(77)
    tp.random.set_global_generator(None)
    random.seed(1), np.random.seed(1)
    tp.keras.seed_everything(3)
    assert random.random() == random.Random(3).random()
    numbers()

def test_b(tf_random):
    np.random.seed(1)
    numbers()
    raise KeyError

def test_c():
    assert numbers() == WANTED
"""


def test_the_fixture_leaves_all_as_it_was(tmp_path):
    (tmp_path / "test_it.py").write_text(FIXTURE)
    source = str(Path(tp.__file__).parents[1])
    code = (
        f"import sys; sys.path.insert(0, {source!r}); import pytest; "
        "pytest.main(['-q', '-p', 'no:cacheprovider', '-p', 'tfphilox.golden.pytest_plugin'])"
    )
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert "1 failed, 2 passed" in done.stdout, done.stdout
    assert "test_it.py::test_b - KeyError" in done.stdout


# ---- threads -------------------------------------------------------------------------------


@pytest.fixture
def often():
    """Let threads change often."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def drawn_meanwhile(disturb, rounds):
    """Draw in this thread for as long as another one runs `disturb` so many times."""
    done, errors = threading.Event(), []

    def other():
        try:
            for _ in range(rounds):
                disturb()
        except BaseException as error:
            errors.append(error)
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    rows = []
    while not done.is_set() and len(rows) < 100_000:
        rows.append(one_row())
    thread.join()
    assert not errors
    return rows


def one_row():
    generator = tp.random.get_global_generator()
    threads = tp.config.threading.get_intra_op_parallelism_threads()
    return (
        float(tp.random.uniform([1])[0]),
        float(generator.uniform([1])[0]),
        random.random(),
        np.random.rand(),
        threads,
    )


@pytest.mark.parametrize("disturb", [write, weights])
def test_other_threads_do_not_see_it(disturb, tmp_path, often):
    def start():
        tp.random.set_global_generator(tp.random.Generator.from_seed(3))
        tp.keras.utils.set_random_seed(5)

    start()
    rows = drawn_meanwhile(lambda: disturb(tmp_path), 10)
    assert len(rows) > 20
    start()
    assert [one_row() for _ in rows] == rows


def test_two_threads_share_a_seeding(often):
    """Each model is one that comes one after the other in one thread, and each comes once."""
    process = Seeding(3)
    wanted = {as_bytes(initial_weights(MODEL, seed=process)) for _ in range(8)}
    process, found = Seeding(3), []

    def build():
        found.extend(as_bytes(initial_weights(MODEL, seed=process)) for _ in range(4))

    threads = [threading.Thread(target=build) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert set(found) == wanted


def as_bytes(variables):
    return b"".join(array.tobytes() for _, array in variables)


def test_a_thread_in_a_copy_of_the_context_is_in_the_same_process():
    import contextvars

    found = {}
    with scopes.isolated() as process:
        for name, run in (("copy", contextvars.copy_context().run), ("none", lambda call: call())):
            thread = threading.Thread(
                target=lambda name=name, run=run: found.update({name: run(scopes.current)})
            )
            thread.start()
            thread.join()
    assert found == {"copy": process, "none": main}


# ---- a process -----------------------------------------------------------------------------


def test_a_snapshot_goes_on_alone():
    def go_on(process):
        with scopes.within(process):
            arrays = next_numbers()[0]
        return arrays, process.sources.python.random(), process.sources.numpy.rand()

    process = Process()
    with scopes.within(process):
        seeded()
    before = process.snapshot()
    peeked, expected = before.global_seed.peek(), go_on(process)
    assert go_on(before.snapshot()) == expected
    assert pickle.loads(pickle.dumps(before.global_seed)).draw() == peeked
    process.restore(before)
    assert go_on(process) == expected
    assert go_on(before) == expected


def test_a_peek_moves_nothing():
    one = GlobalSeed(1)
    drawn = [one.draw() for _ in range(3)]
    two = GlobalSeed(1)
    assert [(two.peek(), two.peek(), two.draw()) for _ in range(3)] == [(n, n, n) for n in drawn]


def test_a_call_that_fails_gives_its_op_seeds_back():
    one = GlobalSeed(1)
    drawn = [one.draw() for _ in range(4)]
    two = GlobalSeed(1)

    @whole
    def fail():
        assert [two.draw(), two.draw()] == drawn[1:3]
        raise ValueError("no more")

    assert two.draw() == drawn[0]
    for _ in range(3):
        with pytest.raises(ValueError, match="no more"):
            fail()
    assert two.peek() == drawn[1]
    assert [two.draw() for _ in range(3)] == drawn[1:]


@pytest.mark.parametrize(
    "kind", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_a_seeding_copies(kind):
    process = Seeding(3, tensorflow_version="2.8")
    initial_weights(MODEL, seed=process)
    other = kind(process)
    expected = as_bytes(initial_weights(MODEL, seed=process))
    assert as_bytes(initial_weights(MODEL, seed=other)) == expected


def test_watchers_see_weights_but_not_golden_data(tmp_path):
    assert len(tp.explain(initial_weights, MODEL, seed=0).draws) == 2
    assert tp.explain(write, tmp_path).draws == []


# ---- forks ---------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("what", ["lock", "seeding"])
def test_a_child_finds_locks_open(what):
    lock, process = Lock(), Seeding(0)
    use = {
        "lock": lambda: lock.__enter__(),
        "seeding": lambda: initial_weights(MODEL, seed=process),
    }[what]
    shut = {"lock": lock, "seeding": process._lock}[what]
    held, over = threading.Event(), threading.Event()

    def hold():
        with shut:
            held.set()
            over.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    child = os.fork()
    if child == 0:
        watch = threading.Timer(60, os._exit, (3,))
        watch.daemon = True
        watch.start()
        try:
            use()
            os._exit(0)
        finally:
            os._exit(2)
    over.set()
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_block_that_forks_closes_in_both():
    lock = Lock()
    with lock:
        child = os.fork()
    with lock:
        pass
    if child == 0:
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
