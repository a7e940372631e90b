"""Start processes so that none outlives the supervisor, however that ends."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from cartload_dev import orphan_reaper, parent_death_signal

_ISOLATED = (sys.executable, "-I", "-S")


class OrphanReaper:
    """The process that ends all groups when the supervisor was killed; replaced if it dies itself."""

    def __init__(self) -> None:
        self._groups: set[int] = set()
        self._process = self._start()

    def add(self, group: int) -> None:
        """Let the reaper watch a process group."""
        self._groups.add(group)
        self._tell(f"+{group}\n")

    def remove(self, group: int) -> None:
        """Forget a process group that has ended."""
        self._groups.discard(group)
        self._tell(f"-{group}\n")

    def close(self) -> None:
        """Let the reaper end; it signals what is still listed."""
        self._pipe().close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        try:
            self._write(line)
        except BrokenPipeError:
            self._process.wait()
            self._process = self._start()
            self._write("".join(f"+{group}\n" for group in sorted(self._groups)))

    def _write(self, text: str) -> None:
        pipe = self._pipe()
        pipe.write(text.encode())
        pipe.flush()

    def _pipe(self) -> IO[bytes]:
        pipe = self._process.stdin
        if pipe is None:
            raise BrokenPipeError
        return pipe

    @staticmethod
    def _start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*_ISOLATED, orphan_reaper.__file__], stdin=subprocess.PIPE, start_new_session=True, bufsize=-1
        )


async def spawn(
    command: tuple[str, ...], environment: Mapping[str, str], folder: Path, log: Path
) -> asyncio.subprocess.Process:
    """Start a command in its own process group, writing to the end of its log.

    It gets SIGTERM when the calling process dies. Call it from the main thread: the kernel means the thread.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *_ISOLATED,
            parent_death_signal.__file__,
            str(os.getpid()),
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
        )


async def end(process: asyncio.subprocess.Process, seconds: float, number: int = signal.SIGTERM) -> None:
    """Ask a process to end, and kill its group when it has not after that many seconds."""
    if process.returncode is None:
        _send(os.kill, process.pid, number)
        _send(os.kill, process.pid, signal.SIGCONT)
        try:
            await asyncio.wait_for(process.wait(), seconds)
        except TimeoutError:
            _send(os.killpg, process.pid, signal.SIGKILL)
            await process.wait()
    sweep(process.pid)


def sweep(group: int) -> None:
    """Kill what is left of a process group whose leader has ended."""
    _send(os.killpg, group, signal.SIGKILL)


def _send(kill: Callable[[int, int], None], target: int, number: int) -> None:
    try:
        kill(target, number)
    except (ProcessLookupError, PermissionError):
        return
