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

# Without the environment's packages and variables: both scripts need the standard library only, and start in
# some milliseconds.
_ISOLATED = (sys.executable, "-I", "-S")


class OrphanReaper:
    """The process that ends all groups when the supervisor was killed; replaced if it dies itself."""

    def __init__(self) -> None:
        self._groups: set[int] = set()
        self._process, self._input = self._start()

    @property
    def pid(self) -> int:
        """Process id of the reaper that watches now."""
        return self._process.pid

    def add(self, group: int) -> None:
        """Let the reaper watch a process group."""
        self._groups.add(group)
        self._notify(f"+{group}\n")

    def remove(self, group: int) -> None:
        """Forget a process group that has ended."""
        self._groups.discard(group)
        self._notify(f"-{group}\n")

    def close(self) -> None:
        """Let the reaper end; it signals what is still listed."""
        self._input.close()
        self._process.wait()

    def _notify(self, line: str) -> None:
        try:
            self._input.write(line.encode())
        except BrokenPipeError:
            self.close()
            self._process, self._input = self._start()
            # The new one knows nothing yet: it gets the whole list, the change of this call included.
            self._input.write("".join(f"+{group}\n" for group in sorted(self._groups)).encode())

    @staticmethod
    def _start() -> tuple[subprocess.Popen[bytes], IO[bytes]]:
        # A session of its own: Ctrl-C in the terminal must not reach it. Unbuffered, so that each line is on
        # its way when the call returns: what waits in a buffer is lost with a supervisor that is killed.
        process = subprocess.Popen(
            [*_ISOLATED, orphan_reaper.__file__], stdin=subprocess.PIPE, start_new_session=True, bufsize=0
        )
        if process.stdin is None:
            raise RuntimeError("a pipe was asked for")
        return process, process.stdin


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
            # Not `preexec_fn`: Python code between fork and exec can deadlock where threads run.
            parent_death_signal.__file__,
            str(os.getpid()),
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
            # Its own session and so its own group: what it starts is found by the group, whoever its parent
            # is by then, and Ctrl-C in the terminal reaches the supervisor alone, which ends all in order.
            start_new_session=True,
        )


async def end(process: asyncio.subprocess.Process, seconds: float) -> None:
    """Ask a process to end, and kill its group when it has not after that many seconds."""
    if process.returncode is None:
        _send(os.kill, process.pid, signal.SIGTERM)
        # One that was stopped (a test may have done so) acts on SIGTERM only when it goes on.
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
