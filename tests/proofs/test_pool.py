"""test_pool.py: tests/c/stress_pool.c, as it is and watched by the compiler's thread sanitizer."""

import os
import shutil
import subprocess

import pytest
from places import C_PROGRAMS, CSRC

WATCHED = ["-g", "-O1", "-fsanitize=thread"]


@pytest.mark.parametrize("flags", [["-O3"], WATCHED], ids=["fast", "watched"])
def test_many_callers(flags, tmp_path):
    compiler = os.environ.get("CC", "cc").split()
    if shutil.which(compiler[0]) is None:
        pytest.skip(f"no C compiler ({compiler[0]})")
    program = str(tmp_path / "stress_pool")
    sources = [str(C_PROGRAMS / "stress_pool.c"), str(CSRC / "pool.c")]
    command = [*compiler, "-std=c11", *flags, f"-I{CSRC}", *sources, "-pthread", "-o", program]
    built = subprocess.run(command, capture_output=True, text=True)
    if flags is WATCHED and built.returncode:
        pytest.skip(f"the compiler has no thread sanitizer: {built.stderr[-200:]}")
    assert built.returncode == 0, built.stderr
    done = subprocess.run([program], capture_output=True, text=True, timeout=300)
    if "unexpected memory mapping" in done.stderr:
        pytest.skip("the thread sanitizer does not run on this kernel")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "12000 jobs, 0 wrong\n"
