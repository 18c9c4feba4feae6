"""test_self_test.py: the test at loading tells every kind of number that is made wrong."""

import subprocess

import compilers

MACHINE = compilers.MACHINES["native"]


def test_every_kind_is_told(tmp_path):
    compilers.command_of(MACHINE.compiler)
    compilers.build(MACHINE, tmp_path, ["break_self_test"])
    done = subprocess.run([tmp_path / "break_self_test"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    told = done.stdout.splitlines()
    assert len(told) == 25 * len(MACHINE.sets)
    assert len(set(told)) == 23 * len(MACHINE.sets)  # integers of all values and bounded ones
