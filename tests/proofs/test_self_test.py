"""test_self_test.py: the test at loading tells every kind of number that is made wrong."""

import subprocess

import compilers

MACHINE = compilers.MACHINES["native"]


def test_every_kind_is_told(folder_of):
    compilers.command_of(MACHINE.compiler)
    program = folder_of("native") / "break_self_test"
    done = subprocess.run([program], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    told = done.stdout.splitlines()
    assert len(told) == 46 * len(MACHINE.sets)
    assert len(set(told)) == 44 * len(MACHINE.sets)  # integers of all values and bounded ones
