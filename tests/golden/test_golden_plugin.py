"""test_golden_plugin.py: the fixtures, in test suites that are run from here."""

import hashlib
import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tfphilox
from tfphilox.golden import check, pytest_plugin, read

INSTALLED = any(
    entry.value == "tfphilox.golden.pytest_plugin"
    for entry in importlib.metadata.entry_points(group="pytest11")
)
PLUGIN = [] if INSTALLED else ["-p", "tfphilox.golden.pytest_plugin"]
SPEC = """
format = 1
output = ["npz"]
[[case]]
name = "a"
op = "random.normal"
set_seed = 1
shape = [5]
[[case]]
name = "two"
set_seed = 2
draw = [{op = "random.normal", shape = [3], name = "x"}, {op = "random.uniform", shape = [2]}]
"""
GOLDEN_TESTS = """
import numpy as np
import pytest
import tfphilox as tp
from tfphilox.golden import assert_bits_equal

def test_a(tf_golden):
    tp.random.set_seed(1)
    assert_bits_equal(tp.random.normal([5]), tf_golden("a"))
    tf_golden.check("a", tf_golden("a"))

def test_two(tf_golden, tf_random):
    assert list(tf_golden("two")) == ["x", "1"]
    tf_random.set_seed(2)
    tf_golden.check("two", {"x": tf_random.normal([3]), "1": tf_random.uniform([2])})

@pytest.mark.parametrize("n", range(8))
def test_many(tf_golden, n):
    assert tf_golden("a").shape == (5,)
"""


@pytest.fixture
def suite(pytester, monkeypatch):
    """A folder for tests, and what runs pytest there: in this process, or in a new one."""
    source = str(Path(tfphilox.__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", source, prepend=os.pathsep)
    # here the plugin is imported already, and its assertions (it has none) are not rewritten again
    options = [*PLUGIN, "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]

    def run(*more, process=False, **files):
        for name, content in files.items():
            (run.path / f"{name}.{'toml' if name == 'golden' else 'py'}").write_text(content)
        pytest_plugin._UPDATED.clear()  # as in a new process
        start = pytester.runpytest_subprocess if process else pytester.runpytest_inprocess
        return start(*options, *more)

    run.path = pytester.path
    (run.path / "pytest.ini").write_text("[pytest]\n")
    return run


def outcome(done):
    return re.sub(r" in .*s.*", "", done.outlines[-1]).strip("= ")


def test_golden(suite):
    done = suite(golden=SPEC, test_it=GOLDEN_TESTS, process=True)
    assert "10 failed" in outcome(done)
    assert "manifest.json: is missing; --golden-update writes it" in str(done.stdout)
    assert outcome(suite("--golden-update")) == "10 passed"
    assert check(read(suite.path / "golden.toml")).ok
    assert outcome(suite()) == "10 passed"


OTHER = """
import pytest

@pytest.fixture(name="golden", scope="session")
def of_another_package():
    return "theirs"

@pytest.fixture(scope="session")
def more(golden):
    return golden
"""
BY_ITS_OLD_NAME = """
def test_it(golden, request):
    print("it is", golden if isinstance(golden, str) else golden("a").shape)
    if golden == "theirs":
        assert request.getfixturevalue("more") == "theirs"
"""


@pytest.mark.parametrize("where", ["nobody", "before", "after", "conftest", "module"])
def test_the_old_name_is_there_if_nobody_else_has_it(suite, where):
    """A plugin that is loaded before or after ours, a conftest.py, the tests themselves."""
    suite("--golden-update", golden=SPEC, test_it=GOLDEN_TESTS)
    files = {"test_it": BY_ITS_OLD_NAME, "others_plugin": OTHER}
    options = ["-s", "--strict-markers"]
    if where == "conftest":
        files["conftest"] = OTHER
    elif where == "module":
        files["test_it"] = OTHER + BY_ITS_OLD_NAME
    elif where != "nobody":
        options += ["-p", "others_plugin"]
        if where == "after":
            options = ["-p", "tfphilox", *options]  # by the name of its entry point
    done = suite(*options, process=True, **files)
    assert outcome(done) == "1 passed", str(done.stdout)
    assert ("it is theirs" in str(done.stdout)) == (where != "nobody"), str(done.stdout)


def test_a_tolerance(suite):
    """Two ulps off: an error without `max_ulps`, and the report has the test's line, not ours."""
    test = """
import numpy as np

def test_near(tf_golden):
    near = (tf_golden("a").view(np.int32) + [0, 2, 1, 0, 2]).astype(np.int32).view(np.float32)
    tf_golden.check("a", near, max_ulps=2)
    tf_golden.check("a", near)
"""
    done = suite("--golden-update", golden=SPEC, test_it=test)
    shown = str(done.stdout)
    assert "a: 3 of 5 elements differ, the first at [1]: " in shown
    assert "the largest distance is 2 ulps, at [1]; distances: 1: 1, 2: 2" in shown
    assert re.search(r'> +tf_golden\.check\("a", near\)\n', shown)
    assert "pytest_plugin.py" not in shown


def test_golden_that_has_changed(suite):
    suite("--golden-update", golden=SPEC, test_it=GOLDEN_TESTS)
    done = suite(golden=SPEC.replace("set_seed = 1", "set_seed = 3"))
    assert "specification has changed" in str(done.stdout)
    done = suite("--golden-update")  # now the stored numbers are others than the test's
    assert outcome(done) == "1 failed, 9 passed"
    assert "5 of 5 elements differ, the first at [0]: " in str(done.stdout)
    assert "ulps apart" in str(done.stdout)
    suite("--golden-update", golden=SPEC)
    with open(suite.path / "golden" / "a.npz", "r+b") as file:
        file.seek(-200, 2)
        file.write(b"xxxx")
    done = suite()
    assert "a.npz" in str(done.stdout)
    assert "; --golden-update writes it" in str(done.stdout)
    assert outcome(suite("--golden-update")) == "10 passed"


def test_golden_whose_file_was_changed(suite):
    """A number that no test looks at is another, in a file that is right otherwise."""
    spec = SPEC.replace("npz", "npy")
    tests = "def test_two(golden):\n    assert golden('two')['1'].shape == (2,)\n"
    assert outcome(suite("--golden-update", golden=spec, test_it=tests)) == "1 passed"
    for path in (suite.path / "golden").rglob("*.npy"):
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    done = suite()
    assert outcome(done) == "1 failed"
    assert "is not what the manifest says" in str(done.stdout)


@pytest.mark.parametrize("name", ["test_seed", "test_other"])
def test_seed_of_a_name(suite, name):
    """The upper 31 of the first 32 bits of the name's sum, for ever."""
    seed = int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) // 2
    tests = f"def {name}(tf_random):\n    assert 0\n"
    assert f"seed {seed}\n" in str(suite(test_it=tests).stdout)


@pytest.mark.parametrize("output", ["npy", "raw", "json", "csv", "c", "rust", "safetensors"])
def test_golden_in_every_format(suite, output):
    done = suite("--golden-update", golden=SPEC.replace("npz", output), test_it=GOLDEN_TESTS)
    assert outcome(done) == "10 passed", done.stdout


def test_golden_under_xdist(suite):
    pytest.importorskip("xdist")
    done = suite("--golden-update", "-n", "2", golden=SPEC, test_it=GOLDEN_TESTS)
    assert outcome(done) == "10 passed", done.stdout
    assert check(read(suite.path / "golden.toml")).ok
    assert outcome(suite("-n", "2")) == "10 passed"
    assert sorted(path.name for path in suite.path.iterdir() if "golden" in path.name) == [
        "golden", "golden.toml",
    ]  # fmt: skip


def test_an_unknown_case_and_no_specification(suite):
    test = "def test_it(tf_golden):\n    tf_golden('aa')\n"
    assert "no golden.toml is beside the test" in str(suite(test_it=test).stdout)
    assert 'case "aa": there is none of this name; nearest: a' in str(suite(golden=SPEC).stdout)
    assert "is not TOML" in str(suite(golden="x").stdout)


def test_the_specification_can_be_named(suite):
    (suite.path / "pytest.ini").write_text("[pytest]\ngolden_spec = data/other.toml\n")
    (suite.path / "data").mkdir()
    (suite.path / "data" / "other.toml").write_text(SPEC)
    assert outcome(suite("--golden-update", test_it=GOLDEN_TESTS)) == "10 passed"
    assert (suite.path / "data" / "other" / "a.npz").exists()


SEED_TESTS = """
import pytest
import tfphilox as tp

drawn = {}

@pytest.mark.parametrize("n", range(2))
def test_by_name(tf_random, n):
    drawn[n] = tf_random.seed, tf_random.uniform([3]).tolist()

def test_others_have_other_seeds(tf_random):
    assert drawn[0] != drawn[1]
    assert tf_random.seed not in (drawn[0][0], drawn[1][0])

def test_afresh(tf_random):
    first = tf_random.uniform([2], seed=5).tolist()
    tp.random.set_seed(tf_random.seed)
    assert tp.random.uniform([2], seed=5).tolist() == first

@pytest.mark.tf_seed(0)
def test_marked(tf_random):
    assert tf_random.seed == 0
    assert tf_random.uniform([1]).tolist() == [0.29197514057159424]

def test_put_back(request):
    tp.random.set_seed(0)
    request.getfixturevalue("tf_random").set_seed(99)
    tp.random.uniform([1])

def test_fails(tf_random):
    print("drew", tf_random.uniform([1]))
    assert 0
"""


def test_tf_random(suite):
    done = suite("--strict-markers", test_it=SEED_TESTS)
    assert outcome(done) == "1 failed, 6 passed", done.stdout
    seed = re.search(r"tf_random setup.*\n(?:.*\n)?seed (\d+)", str(done.stdout))
    assert seed, done.stdout
    again = suite("--strict-markers", "-p", "no:randomly")
    drew = re.compile(r"drew \[.*\]")
    assert drew.search(str(done.stdout))[0] == drew.search(str(again.stdout))[0]
    alone = suite("-k", "test_fails", process=True)
    assert drew.search(str(done.stdout))[0] == drew.search(str(alone.stdout))[0]


def test_tf_random_under_xdist(suite):
    pytest.importorskip("xdist")
    done = suite("-n", "2", "-k", "fails", test_it=SEED_TESTS)
    alone = suite("-k", "test_fails")
    drew = re.compile(r"drew \[.*\]")
    assert drew.search(str(done.stdout))[0] == drew.search(str(alone.stdout))[0]


def test_the_callers_state_is_put_back():
    from tfphilox.golden.cases import fresh_seeds

    tfphilox.random.set_seed(0)
    with fresh_seeds():
        tfphilox.random.set_seed(5)
        tfphilox.random.uniform([1])
    assert tfphilox.random.uniform([1]) == np.float32(0.29197514)
    tfphilox.random.set_seed(None)


def test_no_dependency_but_pytest():
    """The plugin costs a test run no more than the import of the package."""
    code = "import sys, tfphilox.golden.pytest_plugin; print([m for m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "matplotlib" not in done.stdout
    assert "safetensors" not in done.stdout
