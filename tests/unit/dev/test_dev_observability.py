"""What the launcher knows of Prometheus' programs."""

import dataclasses
import json
import subprocess
from pathlib import Path

import pytest

from cartload_dev.errors import LauncherError
from cartload_dev.observability import configuration, observe, program, promtool_commands
from cartload_dev.paths import RunDir, checkout
from cartload_dev.system_client import Endpoints


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


def test_every_process_becomes_a_target_with_its_name(tmp_path: Path) -> None:
    made = configuration({"auth": "http://127.0.0.1:5000/metrics"}, tmp_path)
    assert made["scrape_configs"] == [
        {
            "job_name": "cartload",
            "static_configs": [{"targets": ["127.0.0.1:5000"], "labels": {"instance": "auth"}}],
        }
    ]
    assert made["rule_files"] == [f"{tmp_path}/*.yaml"]


def test_without_a_running_system_it_says_how_to_start_one(tmp_path: Path) -> None:
    (tmp_path / "prometheus").write_text("#!/bin/sh\n")
    (tmp_path / "prometheus").chmod(0o755)
    with pytest.raises(LauncherError, match="start it with `make demo`"):
        observe(RunDir(tmp_path / "run"), {"PATH": str(tmp_path)}, lambda _: None)


def test_a_prometheus_that_ends_at_once_is_named_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "prometheus").write_text("#!/bin/sh\necho broken\n")
    (tmp_path / "prometheus").chmod(0o755)
    run = RunDir(tmp_path / "run")
    run.create()
    endpoints = dataclasses.asdict(Endpoints("", "", "", {}, {}, {"auth": "http://127.0.0.1:1/metrics"}))
    run.endpoints.write_text(json.dumps(endpoints))
    told: list[str] = []
    with pytest.raises(LauncherError, match=r"Prometheus does not start; .*prometheus\.log says why"):
        observe(run, {"PATH": f"{tmp_path}:/bin:/usr/bin"}, told.append)
    assert (run.root / "observe" / "prometheus.log").read_text() == "broken\n"
