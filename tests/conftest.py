"""conftest.py: the report header, the markers, the proofs, what tests begin with, `isa`."""

import os
import platform
import random
import sys

import numpy as np
import pytest
from bits import KNOWN_ISAS
from places import TESTS

PROOFS = TESTS / "proofs"


def pytest_configure(config):
    config.addinivalue_line("markers", "global_seed(seed): what set_seed is given before each test")
    config.addinivalue_line("markers", "huge: needs 16 GB; run only with TFPHILOX_HUGE=1")
    config.addinivalue_line("markers", "live: needs TensorFlow; fails without it where CI is set")
    config.addinivalue_line("markers", "thread_unsafe: of NumPy's tests, which some of ours run")
    config.addinivalue_line("markers", "proof: compiles, or proves for long; run by -m proof alone")


def _leaves_proofs_out(config):
    """Whether this run was given neither -m nor any of the proofs, but what they are among."""
    given = [config.invocation_params.dir / argument.split("::")[0] for argument in config.args]
    named = any(path == PROOFS or PROOFS in path.parents for path in given)
    return (
        not config.option.markexpr and not named and any(path in PROOFS.parents for path in given)
    )


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads it
def pytest_cmdline_main(config):
    """Let a run of everything use every processor, unless -n says how many (0 for none)."""
    unsaid = getattr(config.option, "numprocesses", 0) is None  # pytest-xdist is there
    one_of_them = hasattr(config, "workerinput")
    if unsaid and not one_of_them and _leaves_proofs_out(config) and not config.option.keyword:
        config.option.numprocesses = "auto"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    proofs = [item for item in items if PROOFS in item.path.parents]
    for item in proofs:
        item.add_marker("proof")
    if proofs and _leaves_proofs_out(config):
        config.hook.pytest_deselected(items=proofs)
        items[:] = [item for item in items if PROOFS not in item.path.parents]


def pytest_terminal_summary(terminalreporter, config):
    if _leaves_proofs_out(config):
        terminalreporter.write_line(
            "tests/proofs was left out; it is run by: pytest tests -m proof"
        )


def pytest_report_header(config):
    try:
        import tfphilox
    except ImportError as error:
        return f"tfphilox: cannot be imported: {error}"
    present = list(tfphilox.available_isas())
    absent = [name for name in KNOWN_ISAS if name not in present]
    return [
        f"tfphilox: instruction sets present: {', '.join(present)} (in use: {tfphilox.isa()}); "
        f"absent: {', '.join(absent) or 'none'}",
        f"libc: {' '.join(platform.libc_ver())}; processors: {os.cpu_count()}",
    ]


def _as_in_a_new_process():
    import tfphilox
    from tfphilox.seeding import process, versions

    versions.forget()
    tfphilox.config.threading.set_intra_op_parallelism_threads(1)  # as for the golden files
    tfphilox.compat.v1.enable_eager_execution()
    tfphilox.compat.v1.reset_default_graph()
    tfphilox.random.set_seed(None)
    if keras := sys.modules.get("tfphilox.keras"):
        keras.utils.clear_session()
        process.current().tf_keras.generator = None
        process.current().augment_order = None


@pytest.fixture(autouse=True)
def fresh(request):
    """What a test sets for the whole process ends with it; it begins with its `global_seed`."""
    states = random.getstate(), np.random.get_state()
    _as_in_a_new_process()
    if marker := request.node.get_closest_marker("global_seed"):
        sys.modules["tfphilox"].random.set_seed(*marker.args)
    yield
    _as_in_a_new_process()
    random.setstate(states[0])
    np.random.set_state(states[1])


@pytest.fixture(params=KNOWN_ISAS)
def isa(request):
    """Every instruction set there is; those this machine or build lacks are reported as skipped."""
    import tfphilox

    if request.param not in tfphilox.available_isas():
        pytest.skip(f"instruction set {request.param}: absent")
    return request.param
