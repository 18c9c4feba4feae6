"""conftest.py: the report header, the markers, and the `isa` that tests are repeated for."""

import os
import platform

import pytest
from bits import KNOWN_ISAS


def pytest_configure(config):
    config.addinivalue_line("markers", "huge: needs 16 GB; run only with TFPHILOX_HUGE=1")
    config.addinivalue_line("markers", "live: needs TensorFlow; fails without it where CI is set")


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


@pytest.fixture(params=KNOWN_ISAS)
def isa(request):
    """Every instruction set there is; those this machine or build lacks are reported as skipped."""
    import tfphilox

    if request.param not in tfphilox.available_isas():
        pytest.skip(f"instruction set {request.param}: absent")
    return request.param
