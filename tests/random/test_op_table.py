"""test_op_table.py: every op has a record, found by no accident of names or files."""

import ast
import inspect
import pkgutil
import re
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import pytest
from verified_lines import SOURCES, path_of, rewritten

import tfphilox as tp
from tfphilox import op_table
from tfphilox.graphs.graph import explained


def functions():
    """Every function of the package that has a record, with the module it stands in."""
    for info in pkgutil.walk_packages(tp.__path__, "tfphilox."):
        if info.name.endswith("__main__") or "plugin" in info.name or "_runner" in info.name:
            continue
        if info.name == "tfphilox.dask" and find_spec("dask") is None:
            continue  # it has no ops of its own
        module = import_module(info.name)
        for value in vars(module).values():
            inner = vars(value).values() if inspect.isclass(value) else ()
            for found in (value, *inner):
                found = (
                    found.fget if isinstance(found, property) else getattr(found, "__func__", found)
                )
                if inspect.isroutine(found) and getattr(found, "__module__", "") == info.name:
                    record = op_table.find(found)
                    if record is not None:
                        yield record, found


def test_each_record_is_of_one_function():
    inner = {}
    for record, function in functions():
        inner.setdefault(record.path, set()).add(inspect.unwrap(function))
    assert set(inner) == set(op_table.RECORDS)
    assert all(len(found) == 1 for found in inner.values())


def test_moving_a_function_changes_nothing():
    """Files and names may change; what explain says and what counts in a graph may not."""
    from tfphilox.graphs.function import call_function

    def explained():
        with tp.config.tensorflow_version("2.1"), tp.Graph().as_default() as graph:
            graph.seed = 1234
            tp.function(lambda: tp.random.uniform([1], seed=1))()
            result = tp.random.uniform([2])
        nodes = [(node.name, node.seeds) for node in graph.nodes]
        draws = tp.explain(tp.compat.v1.Session(graph=graph).run, result).draws
        return nodes, [(draw.call, draw.op, draw.seed2) for draw in draws]

    before = explained()
    assert [name for name, _ in before[0]] == ["function.call_function", "random.uniform"]
    moved = [inspect.unwrap(call_function), inspect.unwrap(tp.random.uniform)]
    names = [(each.__module__, each.__qualname__) for each in moved]
    try:
        for each in moved:
            each.__module__, each.__qualname__ = "tfphilox.graphs.elsewhere", "other"
        assert explained() == before
    finally:
        for each, (module, name) in zip(moved, names, strict=True):
            each.__module__, each.__qualname__ = module, name


def test_docstrings_say_what_was_verified():
    said = {}
    for record, function in functions():
        text = " ".join((inspect.unwrap(function).__doc__ or "").split())
        line = re.search(r"[Vv]erified against ((?:TensorFlow|Keras) .*)", text)
        if line:
            said[record.path] = line[1]
    assert len(said) > 80
    for path, line in said.items():
        verified = op_table.RECORDS[path].verified
        assert re.match(re.escape(verified) + r"(?![0-9])", line), (path, verified, line[:80])


@pytest.mark.parametrize("path", sorted(SOURCES.rglob("*.py")), ids=lambda path: path.stem)
def test_docstrings_are_what_the_records_print(path):
    text = path.read_text()
    assert rewritten(text) == text, "run python tests/makers/verified_lines.py"


def test_a_new_release_is_printed():
    """Versions only, and in whatever line they stand; what is said of no op stays."""
    text = '''@op("random.gamma")
def gamma():
    """Draw.

    *Stream*: so many blocks for each element, used or not, and what makes the line long. Verified
    against TensorFlow 1.15, 2.0 and 2.21 with 1 and 2 threads, and since 2.3.
    """


def other():
    """Verified against TensorFlow 2.21."""
'''
    records = {"random.gamma": op_table.Record("random.gamma", verified="TensorFlow 1.15 to 2.22")}
    assert rewritten(text, records) == text.replace("1.15, 2.0 and 2.21", "1.15 to 2.22")
    assert rewritten(text, {"random.gamma": op_table.RECORDS["random.normal"]}) == text


def test_kernels_are_keyed_by_names_of_ops():
    """Stateful raw ops, whose kernels go on from call to call."""
    named = set()
    for path in SOURCES.rglob("raw_ops/*.py"):
        for each in ast.walk(ast.parse(path.read_text())):
            if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "of_attributes":
                named |= {each.args[0].value} if isinstance(each.args[0], ast.Constant) else set()
    assert len(named) > 6
    for name in named:
        assert op_table.RECORDS[f"raw_ops.{name}"].draws == "attributes"


def test_paths_in_decorators_are_those_of_records():
    found = {
        path_of(each)
        for path in SOURCES.rglob("*.py")
        for each in ast.walk(ast.parse(path.read_text()))
        if isinstance(each, ast.FunctionDef)
    } - {None}
    assert len(found) > 140
    assert found <= set(op_table.RECORDS)


KEYWORDS = {
    "random.gamma": {"alpha": 0.5}, "random.poisson": {"lam": 0.5},
    "raw_ops.RandomGamma": {"alpha": 0.5}, "raw_ops.RandomPoissonV2": {"rate": 0.5},
    "raw_ops.RandomUniformInt": {"minval": 0, "maxval": 9},
    "raw_ops.StatefulUniformInt": {"minval": 0, "maxval": 9},
    **{
        f"raw_ops.{name}": {"dtype": "float32"}
        for name in ("RandomUniform", "RandomStandardNormal", "TruncatedNormal")
    },
}  # fmt: skip


@pytest.mark.parametrize(
    "path", [path for path, record in op_table.RECORDS.items() if record.blocks]
)
def test_what_a_run_reserves(path):
    """The record's blocks are what the kernel or the state moves on by for each element."""
    name = path.rpartition(".")[2]
    keywords = {"shape": [5], **KEYWORDS.get(path, {})}
    if "Generator" in path:
        generator = tp.random.Generator.from_seed(1)
        call = getattr(generator, name)
        keywords = {"count": 5} if name in ("make_seeds", "split") else keywords
    else:
        call = getattr(getattr(tp, path.split(".")[0]), name)
        if op_table.RECORDS[path].draws == "state":
            keywords["resource"] = tp.random.Generator.from_seed(1).state
            keywords["algorithm"] = 1
        else:
            keywords["seed"] = 3
    tp.random.set_seed(1)
    draws = tp.explain(call, **keywords).draws
    assert [draw.moved for draw in draws] == [5 * op_table.RECORDS[path].blocks]
    tp.random.set_seed(None)


def test_forms_are_ops():
    for record in op_table.RECORDS.values():
        if record.slicing is not None and record.slicing.form:
            home = tp.raw_ops if record.path.startswith("raw_ops.") else tp.random.Generator
            other = op_table.find(getattr(home, record.slicing.form))
            assert other.slicing.apart == record.slicing.apart
            assert record.slicing.by == "pair"


def test_a_function_without_a_record():
    assert op_table.find(np.add) is op_table.find(len) is None
    assert op_table.name_of(np.add) == "add"
    with pytest.raises(KeyError):
        explained("random.nothing")(lambda: None)
