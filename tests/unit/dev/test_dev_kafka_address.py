"""`make kafka-address`: one line for programs, or why there is none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cartload_dev.paths import RunDir, write_private
from cartload_dev.state import ProcessRef, SystemState

ENDPOINTS = {"kafka_bootstrap": "127.0.0.1:1234", "mysql_root_url": "", "blob_connection_string": ""}


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    made = RunDir(tmp_path)
    made.create()
    write_private(made.endpoints, json.dumps({**ENDPOINTS, "databases": {}, "services": {}, "metrics": {}}))
    return made


def asked(run: RunDir) -> tuple[int, str, str]:
    """Exit code, output and errors of the command."""
    command = [sys.executable, "-m", "cartload_dev", "kafka-address", "--run-dir", str(run.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_it_is_the_address_alone(run: RunDir) -> None:
    SystemState("ready", ProcessRef.of(os.getpid()), None).write(run)
    assert asked(run) == (0, "127.0.0.1:1234\n", "")


def test_what_is_stopped_has_no_address(run: RunDir) -> None:
    SystemState("stopped", ProcessRef(1, 1), None).write(run)
    assert asked(run) == (1, "", "nothing is running: make up starts it\n")
