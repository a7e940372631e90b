"""The supervisor with real processes: readiness, restarts, and nothing left running."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from cartload_dev.errors import LauncherError
from cartload_dev.paths import RunDir
from cartload_dev.programs import Program, Stage, Task
from cartload_dev.state import ProcessRef, ProgramState
from cartload_dev.supervisor import Supervisor, backoff
from integration.dev.dev_programs import CRASHES, DEAF, HANGS, LISTENS, program


class Watched:
    """A supervisor and what it told."""

    def __init__(self, folder: Path) -> None:
        self.run = RunDir(folder / "run")
        self.run.create()
        self.folder = folder
        self.states: dict[str, ProgramState] = {}
        self.lines: list[str] = []
        self.ended: list[str] = []
        self.processes: set[ProcessRef] = set()
        self.supervisor = Supervisor(self.run, self._changed, self.lines.append, os.environ)

    def _changed(self, name: str, state: ProgramState) -> None:
        self.states[name] = state
        if state.process:
            self.processes.add(state.process)
        if state.state == "stopped":
            self.ended.append(name)

    def program(self, name: str, script: str, *, start_seconds: float = 20) -> Program:
        return program(name, script, self.folder, start_seconds=start_seconds)

    def process(self, name: str) -> ProcessRef:
        process = self.states[name].process
        assert process is not None
        return process


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - a process cannot set an event
            await asyncio.sleep(0.02)


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    await watched.supervisor.stop()
    assert not [process for process in watched.processes if process.alive()]


async def test_a_stage_is_ready_when_its_programs_are(watched: Watched) -> None:
    await watched.supervisor.start(
        Stage("two", (watched.program("a", LISTENS), watched.program("b", LISTENS)))
    )
    assert {state.state for state in watched.states.values()} == {"ready"}
    assert watched.process("a").alive()
    assert watched.process("b").alive()
    assert watched.lines[0].startswith("  two: ready")


async def test_each_program_has_a_process_group_of_its_own(watched: Watched) -> None:
    await watched.supervisor.start(Stage("one", (watched.program("a", LISTENS),)))
    pid = watched.process("a").pid
    assert os.getpgid(pid) == pid != os.getpgid(0)


async def test_a_crashed_program_starts_again(watched: Watched) -> None:
    await watched.supervisor.start(Stage("one", (watched.program("a", LISTENS),)))
    first = watched.process("a")
    first.send(signal.SIGKILL)
    await until(lambda: watched.states["a"].state == "ready" and watched.process("a") != first)
    assert watched.states["a"].restarts == 1
    assert "a ended with code -9; starting it again in 0.3 s" in watched.lines


async def test_a_program_that_crashes_at_the_start_is_quoted(watched: Watched) -> None:
    stage = Stage("bad", (watched.program("good", LISTENS), watched.program("bad", CRASHES)))
    with pytest.raises(LauncherError, match=r"bad ended with code 3 before[\s\S]*cannot find the database"):
        await watched.supervisor.start(stage)


async def test_a_program_that_never_gets_ready_fails_the_start(watched: Watched) -> None:
    with pytest.raises(LauncherError, match="was not ready after 0 s"):
        await watched.supervisor.start(Stage("slow", (watched.program("slow", HANGS, start_seconds=0.3),)))


async def test_a_deaf_program_is_killed_in_the_end(watched: Watched) -> None:
    await watched.supervisor.start(Stage("deaf", (watched.program("deaf", DEAF),)))
    deaf = watched.process("deaf")
    await watched.supervisor.stop()
    assert not deaf.alive()


async def test_a_stalled_program_ends_too(watched: Watched) -> None:
    await watched.supervisor.start(Stage("one", (watched.program("a", LISTENS),)))
    stalled = watched.process("a")
    stalled.send(signal.SIGSTOP)
    await watched.supervisor.stop()
    assert not stalled.alive()


async def test_tasks_have_to_succeed(watched: Watched) -> None:
    task = Task("migrate", (sys.executable, "-c", CRASHES))
    with pytest.raises(LauncherError, match=r"migrate failed with code 3[\s\S]*cannot find the database"):
        await watched.supervisor.start(Stage("tables", tasks=(task,)))
    done = Task("fine", (sys.executable, "-c", "print('done')"))
    await watched.supervisor.start(Stage("tables", tasks=(done,)))
    assert (watched.run.logs / "fine.log").read_text() == "done\n"


async def test_a_task_may_not_take_for_ever(watched: Watched) -> None:
    task = Task("migrate", (sys.executable, "-c", HANGS), seconds=0.3)
    with pytest.raises(LauncherError, match="migrate took more than"):
        await watched.supervisor.start(Stage("tables", tasks=(task,)))


async def test_stages_end_in_reverse_order(watched: Watched) -> None:
    await watched.supervisor.start(Stage("first", (watched.program("database", LISTENS),)))
    await watched.supervisor.start(Stage("second", (watched.program("service", LISTENS),)))
    await watched.supervisor.stop()
    assert watched.ended == ["service", "database"]


def test_restarts_get_rarer_up_to_a_limit() -> None:
    assert [backoff(n) for n in (1, 2, 3)] == [0.3, 0.6, 1.2]
    assert backoff(100) == 15.0


TESTS = str(Path(__file__).resolve().parents[2])
HOLDER = """
import asyncio, os, sys
from pathlib import Path
from cartload_dev.paths import RunDir
from cartload_dev.programs import Stage
from cartload_dev.spawn import OrphanReaper
from cartload_dev.state import ProcessRef
from cartload_dev.supervisor import Supervisor
from integration.dev.dev_programs import DEAF, LISTENS, program

async def main(folder):
    run = RunDir(folder / "run")
    run.create()
    pids = {}
    def changed(name, state):
        if state.process:
            pids[name] = state.process
    reaper = OrphanReaper()
    supervisor = Supervisor(run, changed, print, os.environ, reaper)
    await supervisor.start(Stage("two", (program("polite", LISTENS, folder), program("deaf", DEAF, folder))))
    lines = [f"{ref.pid} {ref.started}" for ref in (*pids.values(), ProcessRef.of(reaper.pid))]
    (folder / "fresh").write_text("\\n".join(lines))
    (folder / "fresh").rename(folder / "pids")
    await asyncio.Event().wait()

asyncio.run(main(Path(sys.argv[1])))
"""


async def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(tmp_path), env={**os.environ, "PYTHONPATH": TESTS}
    )
    try:
        await until((tmp_path / "pids").exists)
        pairs = [line.split() for line in (tmp_path / "pids").read_text().splitlines()]
        children = [ProcessRef(int(pid), int(started)) for pid, started in pairs]
        assert all(child.alive() for child in children)
    finally:
        process.kill()
        await process.wait()
    polite, deaf, reaper = children
    await until(lambda: not polite.alive())
    with contextlib.suppress(ProcessLookupError):
        os.killpg(deaf.pid, signal.SIGKILL)
    await until(lambda: not deaf.alive() and not reaper.alive())
