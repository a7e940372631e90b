"""Which Python the environment is made with: the first that runs and is new enough."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "dev" / "find-python"


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def find(home: Path, path: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    places = {"HOME": str(home), "PATH": f"{path}:/usr/bin:/bin"}
    return subprocess.run(
        ["/bin/sh", str(SCRIPT)], env={**places, **environ}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def bin_dir(tmp_path: Path) -> Path:
    """A PATH whose Pythons do not run, as a version manager's shims may."""
    for name in ("python3.13", "python3.12", "python3"):
        program(tmp_path / "bin" / name, "echo 'pyenv: command not found' >&2; exit 127")
    return tmp_path / "bin"


def good(path: Path) -> Path:
    return program(path, f'exec {sys.executable} "$@"')


def test_the_named_one_comes_first(tmp_path: Path, bin_dir: Path) -> None:
    good(bin_dir / "python3.13")
    named = good(tmp_path / "mine" / "python")
    assert find(tmp_path, bin_dir, PYTHON=str(named)).stdout.strip() == str(named)


def test_a_shim_that_does_not_run_is_passed_over(tmp_path: Path, bin_dir: Path) -> None:
    expected = good(bin_dir / "python3")
    assert find(tmp_path, bin_dir).stdout.strip() == str(expected)


def test_a_version_managers_folder_is_looked_into(tmp_path: Path, bin_dir: Path) -> None:
    expected = good(tmp_path / ".pyenv" / "versions" / "3.13.0" / "bin" / "python3")
    program(tmp_path / ".pyenv" / "versions" / "3.9.18" / "bin" / "python3", "exit 1")
    assert find(tmp_path, bin_dir).stdout.strip() == str(expected)


def test_an_old_one_is_not_good_enough(tmp_path: Path, bin_dir: Path) -> None:
    old = program(tmp_path / "old" / "python", "exit 1")
    found = find(tmp_path, bin_dir, PYTHON=str(old))
    assert found.returncode == 1
    assert found.stdout == ""
    (line,) = found.stderr.splitlines()
    assert line.startswith("Python 3.12 or newer")
    assert "install" in line
