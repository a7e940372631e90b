"""The state file, and processes that are not mistaken for later ones."""

import os
import signal
import stat
from pathlib import Path

from cartload_dev.paths import RunDir
from cartload_dev.state import ProcessRef, ProgramState, SystemState, wait_for


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    run = RunDir(tmp_path)
    programs = {
        "kafka": ProgramState("ready", 19092, ProcessRef(12, 3456), restarts=2),
        "auth": ProgramState("waiting", 9001),
    }
    state = SystemState("ready", ProcessRef.of(os.getpid()), "http://127.0.0.1:8080", programs)
    state.write(run)
    assert SystemState.read(run) == state
    assert stat.S_IMODE(run.state.stat().st_mode) == 0o600
    assert state.running()


def test_no_file_is_no_state(tmp_path: Path) -> None:
    assert SystemState.read(RunDir(tmp_path)) is None


def test_a_process_with_the_same_id_but_another_start_is_another() -> None:
    mine = ProcessRef.of(os.getpid())
    assert mine.alive()
    other = ProcessRef(mine.pid, mine.started - 1)
    assert not other.alive()
    assert not other.send(signal.SIGKILL)


def test_a_process_that_ended_is_not_alive() -> None:
    pid = os.posix_spawn("/bin/true", ["true"], {})
    zombie = ProcessRef.of(pid)
    assert wait_for(lambda: not zombie.alive(), 10)
    os.waitpid(pid, 0)
    assert not ProcessRef.of(pid).alive()


def test_waiting_ends_with_the_time() -> None:
    assert not wait_for(lambda: False, 0.05)
    assert wait_for(lambda: True, 0)
