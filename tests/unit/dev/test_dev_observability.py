"""What the launcher knows of Prometheus' programs."""

import subprocess
from pathlib import Path

import pytest

from cartload_dev.errors import LauncherError
from cartload_dev.observability import program, promtool_commands
from cartload_dev.paths import checkout


def test_a_program_that_is_not_there_is_named_with_the_way_to_it(tmp_path: Path) -> None:
    with pytest.raises(LauncherError, match=r"promtool is not on PATH\. Install it with `apt-get"):
        program("promtool", {"PATH": str(tmp_path)})
    (tmp_path / "promtool").write_text("#!/bin/sh\n")
    (tmp_path / "promtool").chmod(0o755)
    assert program("promtool", {"PATH": str(tmp_path)}) == str(tmp_path / "promtool")


def test_every_file_of_rules_and_of_their_tests_is_asked_about() -> None:
    commands = promtool_commands("promtool", checkout())
    asked = {Path(argument) for command in commands.values() for argument in command}
    folder = checkout() / "deploy" / "observability"
    assert {*folder.rglob("*.yaml"), folder / "prometheus.yml"} <= asked | {*folder.glob("grafana/**/*")}


def test_the_make_target_says_what_is_missing(tmp_path: Path) -> None:
    run = subprocess.run(
        [checkout() / ".venv" / "bin" / "python", "-m", "cartload_dev", "observability-test"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.startswith("promtool is not on PATH.")
