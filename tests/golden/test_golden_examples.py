"""test_golden_examples.py: the example workflow's steps and the C++ project, run as they stand."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from places import EXAMPLES

import tfphilox
from tfphilox.golden import check, read, write


@pytest.fixture
def command(tmp_path):
    """A PATH on which `tfphilox` is the package under test."""
    folder = tmp_path / "bin"
    folder.mkdir()
    source = Path(tfphilox.__file__).parents[1]
    (folder / "tfphilox").write_text(
        f'#!/bin/sh\nPYTHONPATH="{source}" exec "{sys.executable}" -m tfphilox "$@"\n'
    )
    (folder / "tfphilox").chmod(0o755)
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def steps(job):
    """The `run` lines of a job of the workflow, in order."""
    text = (EXAMPLES / "ci-workflow.yml").read_text()
    body = re.search(rf"^  {job}:\n((?:    .*\n|\n)*)", text, re.MULTILINE)[1]
    return re.findall(r"^      - run: (.*)$", body, re.MULTILINE)


def run(line, folder, environment):
    return subprocess.run(
        ["sh", "-e", "-c", line],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_workflow(tmp_path, command):
    """The steps of a push: all succeed; after a change in the data the check fails."""
    lines = steps("check")
    assert [line.split()[0] for line in lines] == ["pip", "tfphilox", "tfphilox", "diff"]
    project = tmp_path / "project"
    project.mkdir()
    shutil.copy(EXAMPLES / "golden.toml", project)
    write(read(project / "golden.toml"))
    for line in lines[1:]:
        done = run(line, project, command)
        assert done.returncode == 0, done.stdout + done.stderr
    with open(project / "golden" / "noise.npz", "r+b") as file:
        file.seek(180)
        file.write(b"\x00")
    done = run(lines[1], project, command)
    assert done.returncode == 1
    assert 'case "noise": noise.npz: 1 of 6 elements differ' in done.stdout


def test_workflow_verifies_on_the_version_that_is_mirrored():
    lines = steps("verify")
    assert lines[-1] == "tfphilox golden verify golden.toml"
    assert f"tensorflow-cpu=={tfphilox.config.get_tensorflow_version()}.*" in lines[0]


def test_workflow_is_yaml():
    yaml = pytest.importorskip("yaml")
    workflow = yaml.safe_load((EXAMPLES / "ci-workflow.yml").read_text())
    assert list(workflow["jobs"]) == ["check", "verify"]
    for job in workflow["jobs"].values():
        assert all("run" in step or "uses" in step for step in job["steps"])


def test_golden_toml(tmp_path):
    spec = read(EXAMPLES / "golden.toml")
    write(spec, tmp_path)
    assert check(spec, tmp_path).ok


def test_cpp(tmp_path, command):
    """`make check` writes the header, compiles and compares; a wrong constant is found."""
    for tool in ("make", "c++"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is absent")
    project = shutil.copytree(
        EXAMPLES / "cpp", tmp_path / "cpp", ignore=shutil.ignore_patterns("build")
    )
    done = run("make check", project, command)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("4 arrays: equal\n")
    code = (project / "philox.hpp").read_text()
    (project / "philox.hpp").write_text(code.replace("0xBB67AE85u", "0xBB67AE86u"))
    done = run("make check", project, command)
    assert done.returncode != 0
    assert "words[0]: 0x" in done.stdout
