"""hostile.py: arguments that no caller should give, calls to give them to, and what may come of it.

`VALUES` makes each value anew. `CALLS` has a valid call of every public function that draws, seeds
or says what is drawn, by name: a function and its keywords. `failure` makes a call and says in
words what is wrong with how it ended, or nothing.
"""

import contextlib
import inspect
import random
import sys
import warnings
from decimal import Decimal, InvalidOperation
from fractions import Fraction

import numpy as np
from draw_calls import METHODS, PICTURE, STATEFUL, STATELESS, WITH_STATE, WITHOUT, found, state

import tfphilox as tp
import tfphilox.compat.v1
import tfphilox.data
import tfphilox.golden
import tfphilox.keras
from tfphilox.seeding import scopes as seeds

FREE = 2 << 30  # bytes
ALLOWED = (TypeError, ValueError, MemoryError, NotImplementedError)


@contextlib.contextmanager
def little_memory():
    """Let what would take gigabytes be a MemoryError at once.

    The bound leaves FREE bytes beyond what the process has: after other tests that is much, and a
    thread that finds no memory at its start would never be heard of again.
    """
    import resource

    used = 1 << 30
    if sys.platform == "linux":
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + FREE, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


class OwnError(Exception):
    """What only a hostile object raises: the one error that may pass through as it is."""


class Index:
    def __init__(self, error=None):
        self.error = error

    def __index__(self):
        if self.error is not None:
            raise self.error
        return 3

    __int__ = __float__ = __index__


class Array:
    """Has no numbers but those it draws, or the error it raises, each time it is asked."""

    def __init__(self, make):
        self.make = make

    def __array__(self, dtype=None, copy=None):
        return self.make()


class Loud:
    """Cannot be shown, compared or told true from false."""

    def __repr__(self):
        raise OwnError

    __eq__ = __bool__ = __len__ = __iter__ = __hash__ = __repr__


class Text(str):
    __slots__ = ()


class Integer(int):
    def __repr__(self):
        return "many\nlines " * 100


def circular():
    items = [1]
    items.append(items)
    return items


def nested(depth):
    items = []
    for _ in range(depth):
        items = [items]
    return items


def dimensions(count):
    """An array of as many dimensions as NumPy has, or a list of one more."""
    try:
        return np.ones([1] * count, np.float32)
    except ValueError:
        return np.ones([1] * 32, np.float32).tolist() and nested(count)


def read_only(array):
    array.flags.writeable = False
    return array


def bfloat16():
    import ml_dtypes

    return ml_dtypes.bfloat16


def draws_again():
    return tp.random.uniform([3], seed=1)


def raises():
    raise OwnError


VALUES = {
    "nan": lambda: np.nan,
    "inf": lambda: np.inf,
    "-inf": lambda: -np.inf,
    "1e300": lambda: 1e300,
    "2**31": lambda: 2**31,
    "2**62": lambda: 2**62,
    "2**63": lambda: 2**63,
    "-2**63 - 1": lambda: -(2**63) - 1,
    "2**200": lambda: 2**200,
    "10**5000": lambda: 10**5000,
    "-1": lambda: -1,
    "0": lambda: 0,
    "text": lambda: "",
    "bytes": lambda: b"",
    "bytearray": lambda: bytearray(16),
    "float32": lambda: "float32",
    "long text": lambda: "a\n" * 1000,
    "surrogate": lambda: "\ud800",
    "null": lambda: "a\0b",
    "a subclass of str": lambda: Text("x"),
    "numpy text": lambda: np.str_("x"),
    "None": lambda: None,
    "True": lambda: True,
    "np.bool_": lambda: np.bool_(True),
    "[]": lambda: [],
    "()": lambda: (),
    "{}": dict,
    "{1: 2}": lambda: {1: 2},
    "set": lambda: {1, 2},
    "[None]": lambda: [None],
    "[[1], [2, 3]]": lambda: [[1], [2, 3]],
    "[2**40]": lambda: [2**40],
    "[2**62, 2]": lambda: [2**62, 2],
    "[2**31] * 3": lambda: [2**31] * 3,
    "[2**63]": lambda: [2**63],
    "[1] * 65": lambda: [1] * 65,
    "[0] * 65": lambda: [0] * 65,
    "[-1, -1]": lambda: [-1, -1],
    "[nan]": lambda: [np.nan],
    "['a', 1]": lambda: ["a", 1],
    "[lambda]": lambda: [len],
    "a long list": lambda: list(range(10**4)),
    "range": lambda: range(2**62),
    "an iterator": lambda: iter([1, 2]),
    "an object array": lambda: np.array([1, None, "x"], object),
    "an object array of integers": lambda: np.array([2**70, 3], object),
    "an empty object array": lambda: np.array([], object),
    "a 0-d object array": lambda: np.array(None, object),
    "an empty array": lambda: np.zeros((0, 3), np.float32),
    "a 0-d array": lambda: np.array(3),
    "a 0-d nan": lambda: np.array(np.nan),
    "a 0-d inf of float16": lambda: np.array(np.inf, np.float16),
    "64 dimensions": lambda: dimensions(64),
    "65 dimensions": lambda: dimensions(65),
    "uint64": lambda: np.array([2**64 - 1, 1], np.uint64),
    "np.uint64": lambda: np.uint64(2**64 - 1),
    "np.int8": lambda: np.int8(-1),
    "np.float32": lambda: np.float32(3),
    "datetime64": lambda: np.datetime64("2020"),
    "timedelta64": lambda: np.timedelta64(3, "s"),
    "an array of datetime64": lambda: np.array(["2020", "NaT"], "M8[s]"),
    "complex": lambda: 1j,
    "an array of complex": lambda: np.array([1j, 2]),
    "big-endian integers": lambda: np.array([1, 2], ">i4"),
    "big-endian floats": lambda: np.array([1, 2], ">f8"),
    "read-only": lambda: read_only(np.array([1, 2])),
    "not contiguous": lambda: np.arange(6)[::3],
    "broadcast": lambda: np.broadcast_to(np.float32(1), (3, 4)),
    "unaligned": lambda: np.frombuffer(bytes(17), np.uint8)[1:].view(np.int64),
    "a structured array": lambda: np.zeros(2, "i4,f4"),
    "a structured scalar": lambda: np.zeros(2, "i4,f4")[0],
    "an array of text": lambda: np.array(["a", "b"]),
    "an array of bytes": lambda: np.array([b"a"], "S1"),
    "longdouble": lambda: np.longdouble(1),
    "bfloat16": lambda: np.ones(2, bfloat16()),
    "np.bfloat16": lambda: bfloat16()(1),
    "a masked array": lambda: np.ma.masked_array([1, 2], [True, False]),
    "a matrix": lambda: np.asmatrix([[1, 2]]),
    "a memoryview": lambda: memoryview(b"ab"),
    "a dtype": lambda: np.dtype("i4,f4"),
    "Fraction": lambda: Fraction(1, 3),
    "Decimal": lambda: Decimal("NaN"),
    "an __index__ that raises": lambda: Index(ZeroDivisionError()),
    "an __index__ that overflows": lambda: Index(OwnError()),
    "an __index__": Index,
    "[an __index__ that raises]": lambda: [Index(ZeroDivisionError())],
    "an __array__ that draws": lambda: Array(draws_again),
    "an __array__ that raises": lambda: Array(raises),
    "an __array__ of text": lambda: Array(lambda: "text"),
    "loud": Loud,
    "[loud]": lambda: [Loud()],
    "an int with a long repr": lambda: Integer(-5),
    "a circular list": circular,
    "a 3,000-deep list": lambda: nested(3000),
    "lambda": lambda: lambda: 1,
    "a class": lambda: Index,
    "int": lambda: int,
    "a module": lambda: np,
    "NotImplemented": lambda: NotImplemented,
    "Ellipsis": lambda: Ellipsis,
    "slice": lambda: slice(None),
    "an exception": lambda: ValueError("x"),
    "a generator": lambda: tp.random.Generator.from_seed(1),
    "a stream": lambda: tp.Stream(1, 2),
    "a data set": lambda: tp.data.Dataset.range(3),
}  # fmt: skip
OWN = (OwnError, ZeroDivisionError, InvalidOperation)  # the last is a Decimal NaN's, compared
# What runs code of its own, which may move a stream before the call fails.
MOVES = {"an __array__ that draws"}

# The caller's own sampler has drawn before what it returns is looked at.
OWN_SAMPLER = {"nn.experimental.general_dropout"}

STATES = {}  # what the calls below draw from: made anew for each


def _generator(alg):
    return STATES.setdefault(alg, tp.random.Generator.from_seed(7, alg))


def _stream():
    return STATES.setdefault("stream", tp.Stream(1, 2))


def _order():
    return tp.data.Dataset.range(20)


def _method(find, name):
    def call(**keywords):
        return getattr(find(), name)(**keywords)

    call.__signature__ = inspect.signature(getattr(find(), name))
    return call


def _made(kind, given):
    """A layer or an initializer, made and called: its own keywords, and `given` for the call."""

    def call(**keywords):
        rest = {name: keywords.pop(name) for name in given if name in keywords}
        made = kind(**keywords)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if not callable(made):  # its pictures are resampled: it is made to be read
                return made
            return made(*rest.values()) if "training" not in rest else made(**rest)

    call.__signature__ = inspect.signature(kind)
    return call


def _iterated(name):
    def call(**keywords):
        return iter(getattr(_order(), name)(**keywords)).take(5)

    call.__signature__ = inspect.signature(getattr(_order(), name))
    return call


def _static(name):
    def call(**keywords):
        return iter(getattr(tp.data.Dataset, name)(**keywords)).take(5)

    call.__signature__ = inspect.signature(getattr(tp.data.Dataset, name))
    return call


def _taken(count):
    return STATES.setdefault("iterator", iter(_order().shuffle(5, seed=1))).take(count)


def _range(start, stop, step, output_type=None):
    return iter(tp.data.Dataset.range(start, stop, step, output_type=output_type)).take(5)


def _seed_generator(seed, name=None):
    return tp.keras.random.SeedGenerator(seed, name).next()


def _set_seed(seed):
    before = seeds.current().global_seed
    try:
        tp.random.set_seed(seed)
    finally:
        seeds.current().global_seed = before


def _version(version):
    with tp.config.tensorflow_version(version):
        pass


def _compared(actual, expected):
    tp.golden.compare(actual, expected)


def _threads(num_threads):
    tp.config.threading.set_intra_op_parallelism_threads(num_threads)
    tp.config.threading.set_intra_op_parallelism_threads(1)


def _position(position):
    _stream().position = position


def _state(value):
    tp.random.Generator.from_seed(1).state.assign(value)


def _iterator_state(state):
    iterator = STATES.setdefault("iterator", iter(_order().shuffle(5, seed=1)))
    iterator.state = state


LAYERS = {
    "AlphaDropout": {"rate": 0.5},
    "AugMix": {},
    "CutMix": {},
    "Dropout": {"rate": 0.5},
    "GaussianDropout": {"rate": 0.5},
    "GaussianNoise": {"stddev": 0.5},
    "MixUp": {},
    "RandAugment": {},
    "RandomBrightness": {"factor": 0.5},
    "RandomColorDegeneration": {"factor": 0.5},
    "RandomColorJitter": {"hue_factor": 0.5},
    "RandomContrast": {"factor": 0.5},
    "RandomCrop": {"height": 3, "width": 3},
    "RandomElasticTransform": {},
    "RandomErasing": {},
    "RandomFlip": {},
    "RandomGaussianBlur": {},
    "RandomGrayscale": {},
    "RandomHue": {"factor": 0.5},
    "RandomInvert": {},
    "RandomPerspective": {},
    "RandomPosterization": {"factor": 3},
    "RandomRotation": {"factor": 0.5},
    "RandomSaturation": {"factor": 0.5},
    "RandomSharpness": {"factor": 0.5},
    "RandomShear": {"x_factor": 0.5},
    "RandomTranslation": {"height_factor": 0.5, "width_factor": 0.5},
    "RandomZoom": {"height_factor": 0.5},
    "Solarization": {},
    "SpatialDropout1D": {"rate": 0.5},
    "SpatialDropout2D": {"rate": 0.5},
    "SpatialDropout3D": {"rate": 0.5},
}
INPUT = {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 3], "name": "i"}}
PICTURES = {"SpatialDropout1D": PICTURE, "SpatialDropout3D": PICTURE[None, None]}
NOT_DRAWING = {"Initializer", "deserialize", "get", "serialize"}


def _calls():
    for path, keywords in {**STATEFUL, **STATELESS}.items():
        yield path, (found(path), keywords)
    for path, keywords in WITH_STATE.items():
        if path.endswith("ReadAndSkip"):
            yield path, (found(path), {**keywords, "resource": state()["resource"], "alg": 1})
        else:
            yield path, (found(path), {**state(), **keywords})
    for name, keywords in METHODS.items():
        for alg in ("philox", "threefry"):
            call = _method(lambda alg=alg: _generator(alg), name)
            if alg == "philox" or name in ("uniform", "uniform_full_int", "skip", "make_seeds"):
                yield f"Generator.{name} ({alg})", (call, keywords)
    yield "Generator", (tp.random.Generator, {"copy_from": None, "state": [1, 2, 3], "alg": 1})
    yield (
        "Generator(copy_from)",
        (
            lambda copy_from: tp.random.Generator(copy_from),
            {"copy_from": tp.random.Generator.from_seed(1)},
        ),
    )
    made = tp.random.Generator
    yield "Generator.from_seed", (made.from_seed, {"seed": 1})
    yield "Generator.from_state", (made.from_state, {"state": [1, 2, 3], "alg": 1})
    yield (
        "Generator.from_key_counter",
        (made.from_key_counter, {"key": 1, "counter": [1, 2], "alg": "philox"}),
    )
    for name, keywords in (
        ("reset", {"state": [1, 2, 3]}),
        ("reset_from_seed", {"seed": 1}),
        ("reset_from_key_counter", {"key": 1, "counter": [1, 2]}),
    ):
        yield f"Generator.{name}", (_method(lambda: _generator("philox"), name), keywords)
    yield "Generator.state.assign", (_state, {"value": [1, 2, 3]})
    yield "create_rng_state", (tp.random.create_rng_state, {"seed": 1, "alg": 1})
    yield "set_seed", (_set_seed, {"seed": 1})
    yield "get_seed", (tp.compat.v1.get_seed, {"op_seed": 1})
    yield (
        "all_candidate_sampler",
        (
            tp.random.all_candidate_sampler,
            {"true_classes": [[1]], "num_true": 1, "num_sampled": 2, "unique": True},
        ),
    )
    yield (
        "index_shuffle",
        (
            tp.random.experimental.index_shuffle,
            {"index": 1, "seed": [1, 2], "max_index": 9},
        ),
    )
    yield (
        "RandomIndexShuffle",
        (
            tp.raw_ops.RandomIndexShuffle,
            {"index": 1, "seed": [1, 2, 3], "max_index": 9},
        ),
    )
    yield (
        "AllCandidateSampler",
        (
            tp.raw_ops.AllCandidateSampler,
            {"true_classes": [[1]], "num_true": 1, "num_sampled": 2, "unique": True},
        ),
    )
    yield "NonDeterministicInts", (tp.raw_ops.NonDeterministicInts, {"shape": [3]})
    for name in ("StatelessRandomGetKeyCounter", "StatelessRandomGetKeyCounterAlg"):
        yield name, (getattr(tp.raw_ops, name), {"seed": [1, 2]})

    for name, keywords in {
        "uniform": {"shape": (3,)},
        "normal": {"shape": (3,)},
        "truncated_normal": {"shape": (3,)},
        "integers": {"shape": (3,), "minval": 0, "maxval": 9},
        "words": {"n": 3},
        "skip": {"blocks": 3},
    }.items():
        yield f"Stream.{name}", (_method(_stream, name), keywords)
        if name != "skip":
            out = np.empty(3, {"words": "u4", "integers": "i4"}.get(name, "f4"))
            yield f"Stream.{name} (out)", (_method(_stream, name), {**keywords, "out": out})
            keywords = {**keywords, "out": bytearray(12)}
            yield f"Stream.{name} (bytes)", (_method(_stream, name), keywords)
    yield (
        "Stream",
        (
            lambda graph_seed, op_seed: tp.Stream(graph_seed, op_seed),
            {"graph_seed": 1, "op_seed": 2},
        ),
    )
    yield "Stream.position", (_position, {"position": 3})
    yield "Stream.from_stateless_seed", (tp.Stream.from_stateless_seed, {"seed": [1, 2]})
    yield "Stream.from_key_counter", (tp.Stream.from_key_counter, {"key": 1, "counter": [1, 2]})

    for name, keywords in {
        "shuffle": {"buffer_size": 3, "seed": 1},
        "batch": {"batch_size": 3},
        "repeat": {"count": 2},
        "skip": {"count": 2},
        "take": {"count": 2},
        "rejection_resample": {"class_func": lambda x: x % 2, "target_dist": [0.5, 0.5], "seed": 1},
    }.items():
        yield f"Dataset.{name}", (_iterated(name), keywords)
    yield "Dataset.range", (_range, {"start": 0, "stop": 9, "step": 2})
    yield "Dataset.random", (_static("random"), {"seed": 1})
    yield "Dataset.from_tensor_slices", (_static("from_tensor_slices"), {"tensors": [1, 2]})
    yield (
        "Dataset.sample_from_datasets",
        (
            _static("sample_from_datasets"),
            {"datasets": [_order(), _order()], "weights": [0.5, 0.5], "seed": 1},
        ),
    )
    yield (
        "Dataset.choose_from_datasets",
        (
            _static("choose_from_datasets"),
            {"datasets": [_order(), _order()], "choice_dataset": tp.data.Dataset.range(2)},
        ),
    )
    yield "OrderIterator.take", (_taken, {"count": 3})
    yield (
        "OrderIterator.state",
        (_iterator_state, {"state": iter(_order().shuffle(5, seed=1)).state}),
    )
    yield "shuffle_order", (tp.data.shuffle_order, {"n": 9, "buffer_size": 3, "seed": 1})
    yield "fit_order", (tp.keras.fit_order, {"samples": 4})
    yield (
        "RandomDataset",
        (
            lambda seed, rerandomize_each_iteration=None: iter(
                tp.data.experimental.RandomDataset(
                    seed, rerandomize_each_iteration=rerandomize_each_iteration
                )
            ).take(3),
            {"seed": 1},
        ),
    )

    for name, keywords in LAYERS.items():
        given = {"inputs": PICTURES.get(name, PICTURE[None]), "training": True}
        kind = getattr(tp.keras.layers, name)
        yield f"keras.layers.{name}", (_made(kind, given), {"seed": 5, **keywords, **given})
    for module in ("keras.initializers", "compat.v1.initializers", "initializers"):
        offered = found(module)
        for name in offered.__all__:
            if name in NOT_DRAWING or not callable(getattr(offered, name)):
                continue
            kind = getattr(offered, name)
            has_seed = {"seed": 5} if "seed" in inspect.signature(kind).parameters else {}
            given = {"shape": [4, 2], "dtype": "float32"}
            call = _made(kind, given)
            yield f"{module}.{name}", (call, {**has_seed, "shape": [4, 2]})
    yield "keras.initializers.get", (tp.keras.initializers.get, {"identifier": "glorot_uniform"})
    yield (
        "keras.initializers.deserialize",
        (
            tp.keras.initializers.deserialize,
            {"config": {"class_name": "HeNormal", "config": {"seed": 1}}},
        ),
    )
    yield "SeedGenerator", (_seed_generator, {"seed": 5})
    yield "keras.utils.set_random_seed", (tp.keras.utils.set_random_seed, {"seed": 5})
    yield "keras.Seeding", (tp.keras.Seeding, {"seed": 5})
    yield (
        "initial_weights",
        (
            tp.keras.initial_weights,
            {
                "config": {"class_name": "Sequential", "config": {"name": "s", "layers": [INPUT]}},
                "seed": 1,
            },
        ),
    )
    yield "set_tensorflow_version", (_version, {"version": "2.21"})
    yield "set_intra_op_parallelism_threads", (_threads, {"num_threads": 1})
    yield "golden.compare", (_compared, {"actual": [1], "expected": np.array([1])})
    yield (
        "golden.assert_bits_equal",
        (tp.golden.assert_bits_equal, {"actual": np.array([1]), "expected": np.array([1])}),
    )
    yield "golden.read", (tp.golden.read, {"path": "absent.toml"})
    yield "golden.diff", (tp.golden.diff, {"a": [1.0], "b": [1.0]})
    yield "TensorSpec", (tp.TensorSpec, {"shape": [1, 2]})


CALLS = dict(_calls())
assert WITHOUT


def arguments(call):
    """The names of the arguments that a call may be given, but for `name`, which is ignored."""
    function, keywords = CALLS[call]
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        parameters = ()
    named = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    return [name for name in {**dict.fromkeys(keywords), **dict.fromkeys(named)} if name != "name"]


def everything():
    """Every (call, argument, value)."""
    return [(call, name, value) for call in CALLS for name in arguments(call) for value in VALUES]


def begin():
    """The states that a call may move, each where it was."""
    STATES.clear()
    tp.random.set_seed(7)
    tp.random.uniform([1], seed=1)
    tp.random.uniform([1], seed=1)
    tp.keras.utils.clear_session()
    random.seed(1)


def snapshot():
    """Where everything is that moves: to be compared."""
    process = seeds.current()
    kernels = process.global_seed._kernels.items()
    keras = process.keras.generator
    return {
        "kernels": {str(key): stream.position for key, stream in kernels if stream.position},
        "next op seed": process.global_seed.peek(),
        "random": random.getstate(),
        "numpy": (np.random.get_state()[1].tobytes(), np.random.get_state()[2]),
        "keras": None if keras is None else keras.state.tolist(),
        "threads": tp.config.threading.get_intra_op_parallelism_threads(),
        "version": tp.config.get_tensorflow_version(),
        **{
            f"a state ({name})": (
                each.state.numpy().tolist() if hasattr(each, "algorithm")
                else each.position if isinstance(each, tp.Stream)
                else str(each.state)
            )
            for name, each in STATES.items()
        },
    }  # fmt: skip


def written(call, name, value):
    """A call as code, to be run on its own."""
    return f"hostile.failure({call!r}, {name!r}, {value!r})"


def failure(call, name, value):
    """Give a call a hostile value for one argument; what is wrong with what comes of it."""
    function, keywords = CALLS[call]
    begin()
    if call.startswith("Generator"):
        _generator("threefry" if "threefry" in call else "philox")
    elif call.startswith("Stream"):
        _stream()
    elif call.startswith("OrderIterator"):
        _taken(1)
    before = snapshot()
    copied = {
        key: each.copy() if isinstance(each, np.ndarray | bytearray) else each
        for key, each in keywords.items()
    }
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            function(**{**copied, name: VALUES[value]()})
    except OWN as error:
        if isinstance(error, ZeroDivisionError) and "__index__" not in value:
            return f"{type(error).__name__}: {error}"
    except ALLOWED as error:
        text = str(error)
        if (len(text) >= 300 or "\n" in text) and call != "golden.read":  # names its file
            return f"{type(error).__name__} of {len(text)} characters: {text[:400]!r}"
    except OSError:
        if call in ("golden.read", "golden.diff"):  # a name that no file can have
            return None
        raise
    except AssertionError:
        if call == "golden.assert_bits_equal":  # what it is for
            return None
        raise
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:200]}"
    else:
        return None
    if value in MOVES or call in OWN_SAMPLER:
        return None
    after = snapshot()
    moved = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return f"moved: {', '.join(moved)}" if moved else None
