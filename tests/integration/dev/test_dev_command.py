"""The launcher as a command: started and stopped in the background, interrupted, with nothing left."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cartload_dev.paths import RunDir
from cartload_dev.state import SystemState
from support.engine import ENGINE, launcher_environment, remove_containers, running_containers

pytestmark = pytest.mark.timeout(300)


async def launcher(*arguments: str, run: RunDir) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "cartload_dev",
        *arguments,
        "--servers-only",
        "--run-dir",
        str(run.root),
        env=launcher_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def outcome(process: asyncio.subprocess.Process) -> tuple[int, str]:
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


def running(run: RunDir) -> dict[int, str]:
    """Everything that still runs with this folder in its command line, by process id."""
    commands = {}
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes() if entry.name.isdecimal() else b""
        except (FileNotFoundError, ProcessLookupError):
            continue
        if str(run.root).encode() in command:
            commands[int(entry.name)] = command.decode(errors="replace").replace("\0", " ")
    return commands | dict(enumerate(running_containers(run), start=2**22))


async def until_one_is_held_up(run: RunDir) -> None:
    """Wait for the first server and stop it, so that the start cannot end before the test goes on."""
    async with asyncio.timeout(60):
        while True:
            for process, command in (await asyncio.to_thread(running, run)).items():
                if any(
                    server in command for server in ("mariadbd ", "kafka.Kafka ", "docker.container_process ")
                ):
                    os.kill(process, signal.SIGSTOP)
                    return
            await asyncio.sleep(0.05)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunDir]:
    folder = RunDir(tmp_path / "run")
    yield folder
    remove_containers(folder)


async def test_up_comes_back_when_all_is_ready_and_down_leaves_nothing(run: RunDir) -> None:
    code, output = await outcome(await launcher("up", run=run))
    assert code == 0, output
    assert f"engine: {ENGINE}" in output
    state = SystemState.read(run)
    assert state is not None
    assert state.phase == "ready"
    again, _ = await outcome(await launcher("up", run=run))
    assert again == 0
    assert SystemState.read(run) == state
    code, output = await outcome(await launcher("run", run=run))
    assert code == 1
    assert "make down" in output
    code, output = await outcome(await launcher("down", run=run))
    assert (code, output) == (0, "Stopped.\n")
    assert running(run) == {}
    assert (await outcome(await launcher("down", run=run)))[1] == "Nothing is running.\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_an_interrupted_start_leaves_nothing(run: RunDir, number: signal.Signals) -> None:
    process = await launcher("up", run=run)
    await until_one_is_held_up(run)
    process.send_signal(number)
    code, output = await outcome(process)
    assert code == 130, output
    assert "interrupted" in output
    assert running(run) == {}


async def test_a_killed_supervisor_leaves_nothing(run: RunDir) -> None:
    await outcome(await launcher("up", run=run))
    state = SystemState.read(run)
    assert state is not None
    state.supervisor.send(signal.SIGKILL)
    async with asyncio.timeout(60):
        while await asyncio.to_thread(running, run):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_the_foreground_ends_with_ctrl_c(run: RunDir) -> None:
    process = await launcher("run", run=run)
    await until_one_is_held_up(run)
    process.send_signal(signal.SIGINT)
    code, output = await outcome(process)
    assert code == 0, output
    assert running(run) == {}
