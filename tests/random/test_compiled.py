"""test_compiled.py: what is drawn in compiled functions, against files that TensorFlow made.

The programs are those of support/compiled_programs.py; make_golden_compiled.py ran them with
tf.function(jit_compile=True) in each TensorFlow that has a file.
"""

import json
import pathlib

import compiled_programs
import numpy as np
import pytest

import tfphilox as tp
from tfphilox._c import _compiled, _core

FOLDER = pathlib.Path(__file__).parents[1] / "golden_files"
FILES = {
    document["tensorflow"]: document
    for document in map(
        json.loads, (path.read_text() for path in sorted(FOLDER.glob("compiled-tf-*.json")))
    )
}


def cpu_of(document):
    return "avx512-fp16" if "avx512_fp16" in document["flags"] else "fma"


def drawn(name, program, seed):
    """Return the array that a program makes; a generator's int64 numbers with its state."""
    if not name.startswith("generator"):
        return program(tp, seed)
    made = []

    class Namespace:
        class random:
            class Generator:
                @staticmethod
                def from_state(state, alg):
                    made.append(tp.random.Generator.from_state(state, alg))
                    return made[0]

    result = program(Namespace, None)
    if result.dtype != np.int64:
        return result
    return np.concatenate([result.reshape(-1), made[0].state.numpy()])


def bounded(how, cpu, literal, dtype, shape, parameters):
    def draw(seed, *parameters):
        return tp.random.stateless_parameterized_truncated_normal(shape, seed, *parameters)

    if not literal or dtype != "float32":
        parameters = [np.asarray(value, dtype) for value in parameters]
    kind = "literal" if literal else "run-time"
    said = None if literal and dtype == "float32" else kind
    with tp.config.jit_compile(cpu, parameters=said):
        if how == "block":
            return draw([11, 22], *parameters)
        return tp.function(draw, jit_compile=True)([11, 22], *parameters)


@pytest.mark.parametrize("version", FILES)
@pytest.mark.parametrize("compiled", ["block", "function"])
def test_golden(version, compiled):
    document = FILES[version]
    wrong, seen = [], 0
    for name, literal, dtype, shape, parameters in compiled_programs.bounded_cases(version):
        seen += 1
        found = bounded(compiled, cpu_of(document), literal, dtype, shape, parameters)
        if compiled_programs.record(found) != document["cases"][name]:
            wrong.append(name)
    block = tp.config.jit_compile(cpu_of(document), parameters="literal")
    with tp.config.tensorflow_version(version), block:
        for name, program, seed in compiled_programs.cases(version):
            if name not in document["cases"]:
                continue
            seen += 1
            if compiled == "function" and not name.startswith("generator"):
                array = tp.function(lambda seed, p=program: p(tp, seed), jit_compile=True)(seed)
            else:
                array = drawn(name, program, seed)
            if compiled_programs.record(array) != document["cases"][name]:
                wrong.append(name)
    assert wrong == []
    assert seen == len(document["cases"]) > 50


def test_published():
    """The numbers that others have seen: tensorflow issues, and those of this project's notes."""
    with tp.config.jit_compile():
        np.testing.assert_array_equal(
            tp.random.stateless_uniform([3], [11, 22]),
            np.float32([0.1370461, 0.753585, 0.98802114]),
        )
        np.testing.assert_array_equal(
            tp.random.stateless_normal([4], [1, 2]),
            np.float32([0.92869425, -1.3604913, 0.20805396, 0.34557322]),
        )


KINDS = ["uniform", "normal", "truncated_normal", "bounded_normal", "gumbel"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_instruction_sets_and_threads_agree(isa, kind, dtype):
    """One array, made whole and by threads, by every instruction set; odd sizes, carries."""
    if (kind, dtype) == ("gumbel", "float16"):
        pytest.skip("XLA has none")
    counter = (5 << 64 | 2**64 - 100) + 7
    best = _core.available_isas()[0]
    parameters = np.array([[0.5, -1, 3], [1, 2, 1], [-2, -9, 4], [2, np.inf, 9]])
    for count, distance in (1, 1), (5, 1), (8195, 1), (20001, 3), (20001, 37), (20001, 6000):
        pairs = 0
        if kind == "normal":
            groups = -(-count // (2 * distance))
            pairs = groups * distance
            count = pairs * 2 if distance > 1 else count
        arrays = []
        for name, threads in (best, 1), (isa, 1), (isa, 3):
            out = np.zeros(count, dtype)
            laws = _compiled.laws(parameters[:, : count % 3 + 1], np.dtype(dtype), count % 2, name)
            _compiled.fill(
                kind, out, "newest", 77, counter, None, distance, pairs,
                laws=laws, threads=threads, isa=name,
            )  # fmt: skip
            arrays.append(out.tobytes())
        assert arrays[0] == arrays[1] == arrays[2]


def old_layer():
    with tp.config.tensorflow_version("2.15"):
        return tp.keras.layers.Dropout(0.5, seed=1)(np.ones(3, np.float32), training=True)


def seeded_draw():
    with tp.keras.Seeding(1).active():
        return tp.random.uniform([2], seed=3)


REFUSED = {
    "stateful": lambda: tp.random.uniform([2], seed=1),
    "stateful op": lambda: tp.raw_ops.RandomStandardNormal(
        shape=[2], dtype="float32", seed=1, seed2=2
    ),
    "gamma": lambda: tp.random.stateless_gamma([2], [1, 2], 0.5),
    "poisson": lambda: tp.random.stateless_poisson([2], [1, 2], 0.5),
    "binomial": lambda: tp.random.stateless_binomial([2], [1, 2], 3, 0.5),
    "shuffle": lambda: tp.random.experimental.stateless_shuffle([1, 2, 3], [1, 2]),
    "stateful shuffle": lambda: tp.random.shuffle([1, 2, 3], seed=1),
    "index shuffle": lambda: tp.random.experimental.index_shuffle(1, [1, 2], 3),
    "bounded normals of arrays": lambda: tp.random.stateless_parameterized_truncated_normal(
        [2], [1, 2], *np.float32([0, 1, -2, 2])
    ),
    "candidates": lambda: tp.random.uniform_candidate_sampler([[1]], 1, 2, True, 5, seed=1),
    "dropout": lambda: tp.nn.dropout(np.ones(3, np.float32), 0.5, seed=1),
    "box": lambda: tp.image.stateless_sample_distorted_bounding_box(
        [4, 4, 3], [[[0.0, 0.0, 1.0, 1.0]]], [1, 2]
    ),
    "brightness": lambda: tp.image.stateless_random_brightness(np.ones([4, 4, 3]), 0.2, [1, 2]),
    "initializer": lambda: tp.keras.initializers.GlorotUniform(seed=1)([2, 2]),
    "orthogonal": lambda: tp.keras.initializers.Orthogonal(seed=1)([2, 2]),
    "keras gamma": lambda: tp.keras.random.gamma([2], 0.5, seed=1),
    "layer of tf.keras 2": lambda: old_layer(),
    "stateful op of a process": lambda: seeded_draw(),
    "layer": lambda: tp.keras.layers.RandomContrast(0.5, seed=1).get_random_transformation(
        np.ones([1, 2, 2, 3], np.float32)
    ),
    "float16 of any CPU": lambda: tp.random.stateless_truncated_normal(
        [2], [1, 2], dtype="float16"
    ),
    "float16 bounds": lambda: tp.random.stateless_uniform([2], [1, 2], 0, 3, dtype="float16"),
    "categorical float16": lambda: tp.random.stateless_categorical(
        np.ones([1, 2], np.float16), 3, [1, 2]
    ),
    "NaN among logits": lambda: tp.random.stateless_categorical([[0.0, np.nan]], 3, [1, 2]),
    "subnormal bounds": lambda: tp.random.stateless_uniform([2], [1, 2], 0, 1e-30),
    "infinite bounds": lambda: tp.random.stateless_uniform([2], [1, 2], 0, np.inf),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    """What is not XLA's, or not known, raises; then nothing has moved."""
    tp.random.set_seed(5)
    with tp.config.jit_compile(), pytest.raises(NotImplementedError):
        REFUSED[name]()
    with pytest.raises(NotImplementedError):
        tp.function(REFUSED[name], jit_compile=True)()
    first = tp.random.uniform([2])
    tp.random.set_seed(5)
    assert first.tobytes() == tp.random.uniform([2]).tobytes()


def test_unknown_versions_are_refused():
    def refused(version, draw, what):
        with (
            tp.config.tensorflow_version(version),
            tp.config.jit_compile("fma"),
            pytest.raises(NotImplementedError, match=what),
        ):
            draw()

    def normal(shape=(3,), dtype="float32"):
        return tp.random.stateless_normal(shape, [1, 2], dtype=dtype)

    def truncated(dtype="float32"):
        return tp.random.stateless_truncated_normal([3], [1, 2], dtype=dtype)

    def bounded(*arguments):
        return tp.random.stateless_parameterized_truncated_normal([3], [1, 2], *arguments)

    refused("2.18", bounded, "within bounds")
    with tp.config.jit_compile("no-fma", parameters="literal"):
        with pytest.raises(NotImplementedError, match="FMA"):
            truncated("float64")
        for wrong in np.zeros(4), np.array([0, 1, 2, -2.0]):
            with pytest.raises(ValueError, match="deviations"):
                bounded(*wrong)
        for unknown in np.array([0, 1, -2, 2.0]), np.float32([[0, 0], [1, 1], [-2, -2], [2, 2]]):
            with pytest.raises(NotImplementedError, match=r"FMA|arrays"):
                tp.random.stateless_parameterized_truncated_normal(
                    [3, *unknown.shape[1:]], [1, 2], *unknown
                )
    refused("1.15", lambda: tp.random.stateless_uniform([3], [1, 2]), "TensorFlow 1.15")
    refused("2.2", normal, "place in a loop in TensorFlow 2.2")
    for version in "2.0", "2.3", "2.6", "2.7", "2.9", "2.20":
        refused(version, truncated, "truncated")
    for version in "2.0", "2.6", "2.11":
        refused(version, lambda: normal([3], "float16"), "float16")
    refused("2.2", lambda: tp.random.stateless_categorical(np.ones([1, 2]), 3, [1, 2]), "float64")
    for version in "2.16", "2.17":
        logits = compiled_programs._logits("bfloat16")
        refused(
            version,
            lambda logits=logits: tp.random.stateless_categorical(logits, 3, [1, 2]),
            "bfloat16",
        )
    refused("2.10", lambda: normal([15, 2]), "last dimension")
    refused("2.6", lambda: normal([3], "float16"), "float16")
    refused("2.3", lambda: tp.random.stateless_uniform([3], [-1, 2]), "seeds")
    refused("2.3", lambda: tp.random.Generator.from_seed(1).uniform([3]), "state")
    with tp.config.tensorflow_version("2.20"), tp.config.jit_compile():
        truncated("float64")
    with (
        tp.config.tensorflow_version("2.10"),
        tp.config.jit_compile("no-fma"),
        pytest.raises(NotImplementedError, match="FMA"),
    ):
        normal()


def test_bounds_before_2_3():
    """Literal ones are folded (files); others are not, live in TensorFlow 2.0, 2.1 and 2.2."""

    def draw(*bounds):
        return tp.random.stateless_uniform([600], [11, 22], *bounds)

    with tp.config.jit_compile():
        expected = draw(-0.7, 2.9)
        with tp.config.tensorflow_version("2.2"):
            folded = draw(-0.7, 2.9)
            assert 0 < (folded != expected).sum() < 600
            with pytest.raises(NotImplementedError, match="constants"):
                draw(*np.float32([-0.7, 2.9]))
            with tp.config.jit_compile(parameters="literal"):
                assert draw(*np.float32([-0.7, 2.9])).tobytes() == folded.tobytes()
            with tp.config.jit_compile(parameters="run-time"):
                assert draw(-0.7, 2.9).tobytes() == expected.tobytes()
            with pytest.raises(NotImplementedError, match="FMA"), tp.config.jit_compile("no-fma"):
                draw(-0.7, 2.9)


def test_blocks():
    """A block ends, nests, belongs to its thread, and says so to explain."""
    pair = [11, 22]
    eager = tp.random.stateless_uniform([3], pair)
    with tp.config.jit_compile("no-fma"):
        compiled = tp.random.stateless_uniform([3], pair)
        inner = tp.function(lambda: tp.random.stateless_uniform([3], pair))()
        with tp.explain() as explained:
            tp.random.stateless_uniform([3], pair)
    assert compiled.tobytes() == inner.tobytes() != eager.tobytes()
    assert "XLA: high 23 bits; not fused" in explained.draws[0].rule
    assert tp.random.stateless_uniform([3], pair).tobytes() == eager.tobytes()
    function = tp.function(lambda: tp.random.stateless_uniform([3], pair), jit_compile=True)
    for _ in range(2):
        assert function().tobytes() == compiled.tobytes()
    assert "fused" in tp.explain(function).draws[0].rule
    with pytest.raises(ValueError, match="cpu must be"), tp.config.jit_compile("amd"):
        pass
    with pytest.raises(ValueError, match="parameters"), tp.config.jit_compile(parameters="x"):
        pass


def test_keras_in_a_block():
    pair = [5, 0]
    with tp.config.jit_compile():
        uniform = tp.random.stateless_uniform([6], pair)
        x = np.arange(1, 7, dtype=np.float32)
        kept = np.where(uniform >= np.float32(0.3), x * np.float32(1 / 0.7), np.float32(0))
        assert tp.keras.random.dropout(x, 0.3, seed=5).tobytes() == kept.tobytes()
        order = np.argsort(uniform, kind="stable")
        assert tp.keras.random.shuffle(x, seed=5).tobytes() == x[order].tobytes()
        assert tp.keras.random.uniform([6], seed=5).tobytes() == uniform.tobytes()


def test_data_sets_are_not_compiled():
    def order():
        tp.random.set_seed(3)
        return [int(x) for x in tp.data.Dataset.range(9).shuffle(5, seed=2)]

    expected = order()
    with tp.config.jit_compile():
        assert order() == expected
