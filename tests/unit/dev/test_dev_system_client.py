"""A running system in a test's hands: found by its files, its parts killed and waited for."""

import json
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

from cartload_dev.errors import LauncherError
from cartload_dev.paths import RunDir, write_private
from cartload_dev.state import ProcessRef, ProgramState, SystemState
from cartload_dev.system_client import SystemClient

type Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    processes: list[subprocess.Popen[bytes]] = []

    def started() -> "subprocess.Popen[bytes]":
        processes.append(subprocess.Popen(["sleep", "1000"]))
        return processes[-1]

    yield started
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    run = RunDir(tmp_path)
    run.create()
    values = {"kafka_bootstrap": "h:1", "mysql_root_url": "mysql://", "blob_connection_string": "blob"}
    write_private(run.endpoints, json.dumps({**values, "databases": {}, "services": {}, "metrics": {}}))
    return run


def write(run: RunDir, url: str | None = None, **programs: ProgramState) -> None:
    SystemState("ready", ProcessRef(1, 1), url, programs).write(run)


def program(
    process: "subprocess.Popen[bytes]", state: Literal["starting", "ready", "waiting"] = "ready"
) -> ProgramState:
    return ProgramState(state, 1, ProcessRef.of(process.pid))


DOWN = ProgramState("waiting", 1, None, restarts=1)


def test_what_was_never_started_is_told_plainly(run: RunDir) -> None:
    with pytest.raises(LauncherError, match="nothing runs"):
        _ = SystemClient(run).names


def test_servers_alone_have_no_public_origin(run: RunDir) -> None:
    write(run)
    with pytest.raises(LauncherError, match="only the servers run"):
        _ = SystemClient(run).base_url
    write(run, url="http://127.0.0.1:8080")
    assert SystemClient(run).base_url == "http://127.0.0.1:8080"


def test_a_program_that_is_down_can_be_neither_signalled_nor_killed(run: RunDir) -> None:
    write(run, auth=DOWN)
    system = SystemClient(run)
    for act in (lambda: system.send("auth", signal.SIGSTOP), lambda: system.kill("auth")):
        with pytest.raises(LauncherError, match="auth is not running"):
            act()


def test_kill_returns_when_the_process_has_ended(run: RunDir, start: Start) -> None:
    process = start()
    write(run, auth=program(process), kafka=program(start()))
    assert SystemClient(run).kill("auth", number=signal.SIGTERM) == process.pid
    assert process.wait(0) == -signal.SIGTERM
    assert SystemClient(run).program("kafka").process is not None


@pytest.mark.parametrize("state", ["starting", "waiting"])
def test_a_program_that_is_not_ready_is_named_when_the_time_is_up(
    run: RunDir, start: Start, state: Literal["starting", "waiting"]
) -> None:
    write(run, auth=program(start(), state), kafka=program(start()), writer=DOWN)
    system = SystemClient(run)
    system.wait_ready("kafka", seconds=0)
    with pytest.raises(LauncherError, match=r"not ready after 0 s: auth, writer$"):
        system.wait_ready(seconds=0)


def test_a_program_whose_process_died_a_moment_ago_is_not_ready(run: RunDir, start: Start) -> None:
    process = start()
    write(run, auth=program(process))
    process.kill()
    process.wait()
    with pytest.raises(LauncherError, match="auth"):
        SystemClient(run).wait_ready("auth", seconds=0)


def test_after_a_kill_only_another_process_counts(run: RunDir, start: Start) -> None:
    first = start()
    write(run, auth=program(first))
    system = SystemClient(run)
    with pytest.raises(LauncherError, match="auth"):
        system.wait_ready("auth", after=first.pid, seconds=0)
    successor = threading.Timer(0.1, lambda: write(run, auth=program(start())))
    successor.start()
    system.wait_ready("auth", after=first.pid, seconds=20)
    successor.join()


def test_a_restart_ends_the_process_and_waits_for_the_next(run: RunDir, start: Start) -> None:
    first = start()
    write(run, auth=program(first))

    def supervise() -> None:
        first.wait()
        write(run, auth=program(start()))

    supervisor = threading.Thread(target=supervise)
    supervisor.start()
    system = SystemClient(run)
    system.restart("auth")
    supervisor.join()
    assert first.returncode == -signal.SIGTERM
    assert system.pid("auth") != first.pid
