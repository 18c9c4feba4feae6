"""test_docs.py: the examples of the README, the site and the modules show what they say."""

import doctest
import importlib
import pkgutil

import pytest
from places import README, ROOT

import tfphilox

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(tfphilox.__path__, "tfphilox.")
    if not module.name.endswith("__main__")
)
PAGES = [README, *(page for page in sorted(ROOT.glob("docs/*.md")) if ">>> " in page.read_text())]
WITHOUT_EXAMPLES = {
    "archives", "arguments", "arithmetic", "conversion", "init_ops", "nodes", "state", "threefry",
    "versions",
}  # fmt: skip


@pytest.mark.parametrize("name", ["tfphilox", *MODULES])
def test_docstrings(name):
    if name == "tfphilox.dask":
        pytest.importorskip("dask", reason="dask is absent: pip install '.[dask]' brings it")
    module = importlib.import_module(name)
    result = doctest.testmod(module, extraglobs={"Stream": tfphilox.Stream})
    assert not result.failed
    last = name.rpartition(".")[2]
    public = not last.startswith("_") and not hasattr(module, "__path__")
    if public and last not in WITHOUT_EXAMPLES:
        assert result.attempted or not [
            item for item in vars(module).values() if getattr(item, "__module__", None) == name
        ], f"{name} has no examples"


@pytest.mark.parametrize(
    ("name", "methods"),
    [
        ("Stream", ("uniform", "normal", "truncated_normal", "integers", "words", "skip")),
        ("BitGenerator", ("random_raw", "advance", "jumped", "spawn", "from_stateless_seed")),
    ],
)
def test_methods_of_cython_classes_have_docstrings_with_examples(name, methods):
    """They are no plain functions: doctest must find them all the same."""
    found = doctest.DocTestFinder(exclude_empty=True).find(getattr(tfphilox, name), name)
    with_examples = {test.name for test in found if test.examples}
    for method in methods:
        assert f"{name}.{method}" in with_examples
    runner = doctest.DocTestRunner()
    for test in found:
        test.globs = {"Stream": tfphilox.Stream}
        runner.run(test)
    assert runner.summarize().failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages(page):
    result = doctest.testfile(str(page), module_relative=False)
    assert result.attempted
    assert not result.failed
