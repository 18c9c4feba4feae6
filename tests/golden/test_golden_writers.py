"""test_golden_writers.py: several processes that write golden data into one folder."""

import os
import subprocess
import sys

import pytest

from tfphilox.golden import files, spec, write
from tfphilox.golden.errors import GoldenError

SPEC = b"format=1\n" + b"".join(
    b'[[case]]\nname="x%d"\nop="random.uniform"\nset_seed=%d\nshape=[700000]\n' % (i, i)
    for i in range(3)
)


@pytest.mark.skipif(os.name == "nt", reason="no locks of folders there")
def test_three_writers(tmp_path):
    """Each ends well, and the folder holds what one alone leaves there."""
    program = """if True:
        import sys
        from tfphilox.golden import spec, write
        write(spec.parse(sys.stdin.buffer.read()), sys.argv[1])
    """
    alone = tmp_path / "alone"
    write(spec.parse(SPEC), alone)
    want = {path.name: path.read_bytes() for path in alone.iterdir()}
    for trial in range(5):
        folder = tmp_path / str(trial)
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", program, folder],
                stdin=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for _ in range(3)
        ]
        for writer in writers:
            writer.stdin.write(SPEC)
            writer.stdin.close()
        for writer in writers:
            message = writer.stderr.read()
            writer.stderr.close()
            assert writer.wait(60) == 0, message
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == want


def test_foreign_manifest(tmp_path):
    """Refused before anything is written."""
    (tmp_path / "manifest.json").write_text('{"name": "a web page", "icons": []}')
    with pytest.raises(GoldenError, match="no manifest here says that it is golden data"):
        write(spec.parse(SPEC), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_flushed_before_renamed(tmp_path, monkeypatch):
    """Small files and large: what gets its name is on the disk, and so is the name."""
    calls = []
    fsync, replace = os.fsync, os.replace

    def flushed(descriptor):
        calls.append(("fsync", os.fstat(descriptor).st_ino))
        fsync(descriptor)

    def renamed(source, target):
        calls.append(("replace", os.stat(source).st_ino))
        replace(source, target)

    monkeypatch.setattr(files.os, "fsync", flushed)
    monkeypatch.setattr(files.os, "replace", renamed)
    for size in (10, 3 << 20):
        calls.clear()
        folder = tmp_path / str(size)
        with files.Folder(folder, set()) as target:
            file = target.output("a.bin")
            file.write(bytes(size))
            file.close()
            target.settle()
        inode = (folder / "a.bin").stat().st_ino
        assert calls[:2] == [("fsync", inode), ("replace", inode)]
        if os.name != "nt":
            assert ("fsync", folder.stat().st_ino) in calls[2:]
