"""What an operator asks of a system that does not run, or of a process that there is not."""

from pathlib import Path

import pytest

from cartload_dev import __main__ as launcher
from cartload_dev import operation
from cartload_dev.errors import LauncherError
from cartload_dev.paths import RunDir


def test_where_nothing_runs_the_command_says_what_starts_it(tmp_path: Path) -> None:
    run = RunDir(tmp_path / "run")
    with pytest.raises(LauncherError, match="make up"):
        operation.restart(run, "writer-consumer")
    with pytest.raises(LauncherError, match="make up"):
        operation.letters(run, {}, ["dead-letters"])


@pytest.mark.parametrize("names", [[], ["gateway", "auth"]])
def test_restart_takes_one_process(names: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert launcher.main(["restart", *names]) == 1
    assert "make restart PROCESS=" in capsys.readouterr().err
