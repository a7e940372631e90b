"""Starting beside what runs already, and stopping what a supervisor left behind."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cartload_dev import lifecycle
from cartload_dev.errors import LauncherError
from cartload_dev.paths import RunDir
from cartload_dev.state import Phase, ProcessRef, ProgramState, SystemState, wait_for

NOTHING_INSTALLED = {"PATH": "", "HOME": "/nonexistent"}
"""With this environment a supervisor says at once what is missing, and ends."""


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    run = RunDir(tmp_path / "run")
    run.create()
    return run


@pytest.fixture
def spawn() -> Iterator[Callable[[str], "subprocess.Popen[bytes]"]]:
    """Start a shell script in a group of its own; it and its children are gone at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start(script: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(["/bin/sh", "-c", script], start_new_session=True, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def state_of(process: "subprocess.Popen[bytes]", phase: Phase, **programs: ProgramState) -> SystemState:
    return SystemState(phase, ProcessRef.of(process.pid), "http://127.0.0.1:8080", programs)


WAITS = "echo up; exec sleep 1000"


def test_a_system_that_is_ready_is_taken_as_it_is(
    run: RunDir, spawn: Callable[[str], "subprocess.Popen[bytes]"]
) -> None:
    state = state_of(spawn(WAITS), "ready")
    state.write(run)
    run.progress.write_text("lines of the earlier start\n")
    lines: list[str] = []
    assert lifecycle.start(run, NOTHING_INSTALLED, lines.append) == state
    assert lines == []


def test_a_start_of_somebody_else_is_waited_for_with_its_lines(
    run: RunDir, spawn: Callable[[str], "subprocess.Popen[bytes]"]
) -> None:
    state = state_of(spawn(WAITS), "starting")
    state.write(run)
    lines: list[str] = []
    seen = threading.Event()

    def log(line: str) -> None:
        lines.append(line)
        seen.set()

    def finish() -> None:
        with run.progress.open("a", buffering=1) as file:
            # Lines from before the other start began to look are not shown, so one need not be enough.
            while not seen.wait(0.05):
                file.write("  servers: ready\n")
            file.write("  half a li")
            file.flush()
            file.write("ne\n")
        replace(state, phase="ready").write(run)

    other = threading.Thread(target=finish)
    other.start()
    found = lifecycle.start(run, NOTHING_INSTALLED, log)
    other.join()
    assert found.phase == "ready"
    assert {*lines} == {"  servers: ready", "  half a line"}


@pytest.mark.parametrize("phase", ["stopping", "stopped"])
def test_a_system_on_its_way_out_is_waited_for_and_a_new_one_started(
    run: RunDir, spawn: Callable[[str], "subprocess.Popen[bytes]"], phase: Phase
) -> None:
    old = spawn(WAITS)
    state_of(old, phase).write(run)
    ended = threading.Timer(0.2, old.kill)
    ended.start()
    with pytest.raises(LauncherError, match="is missing"):
        lifecycle.start(run, NOTHING_INSTALLED, lambda _: None, servers_only=True)
    ended.join()
    state = SystemState.read(run)
    assert state is not None
    assert state.supervisor.pid != old.pid


def test_a_supervisor_that_dies_while_others_wait_for_it_fails_their_start(
    run: RunDir, spawn: Callable[[str], "subprocess.Popen[bytes]"]
) -> None:
    process = spawn("echo up; exec sleep 0.2")
    state_of(process, "starting").write(run)
    (run.logs / "supervisor.log").write_text("Traceback\nMemoryError\n")
    with pytest.raises(LauncherError, match="the start failed:\nTraceback\nMemoryError"):
        lifecycle.start(run, NOTHING_INSTALLED, lambda _: None)


def test_nothing_runs_and_nothing_is_stopped(run: RunDir) -> None:
    assert lifecycle.stop(run) is False
    gone = ProcessRef(2**22 + 1, 5)
    SystemState("ready", gone, None, {"auth": ProgramState("ready", 1, gone)}).write(run)
    assert lifecycle.stop(run) is False


def test_a_running_supervisor_is_asked_to_end(
    run: RunDir, spawn: Callable[[str], "subprocess.Popen[bytes]"]
) -> None:
    process = spawn("trap 'exit 3' TERM; echo up; while :; do sleep 0.05; done")
    state = state_of(process, "ready")
    state.write(run)
    assert lifecycle.stop(run) is True
    assert not state.supervisor.alive()


def test_what_outlived_its_supervisor_is_ended(
    run: RunDir, spawn: Callable[[str], "subprocess.Popen[bytes]"]
) -> None:
    polite = spawn(WAITS)
    other = spawn(WAITS)
    gone = ProcessRef(2**22 + 1, 5)
    programs = {
        "auth": ProgramState("ready", 1, ProcessRef.of(polite.pid)),
        "kafka": ProgramState("ready", 2, ProcessRef(other.pid, 1)),
        "writer": ProgramState("waiting", 3),
    }
    SystemState("ready", gone, None, programs).write(run)
    assert lifecycle.stop(run) is True
    assert polite.wait(10) == -signal.SIGTERM
    assert other.poll() is None, "a later process with the id of an earlier one"


def test_a_background_process_leaves_its_session_and_writes_to_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = "echo out; echo err >&2; exec sleep 1000"
    process = lifecycle.Background(["/bin/sh", "-c", script], {"PATH": os.environ["PATH"]}, str(log))
    try:
        assert wait_for(lambda: log.exists() and log.read_text() == "out\nerr\n", 20)
        assert not process.ended()
    finally:
        process.kill()
    assert process.ended()
    process.kill()


def test_a_background_process_that_ended_by_itself_is_noticed(tmp_path: Path) -> None:
    process = lifecycle.Background(["/bin/true"], {}, str(tmp_path / "log"))
    assert wait_for(process.ended, 20)
    assert process.ended()
