"""Start the system in the background, find it, and stop it."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from cartload_dev import logs
from cartload_dev.errors import LauncherError
from cartload_dev.paths import RunDir
from cartload_dev.spawn import sweep
from cartload_dev.state import SystemState, wait_for

START_SECONDS = 300.0
STOP_SECONDS = 90.0
LEFTOVER_SECONDS = 30.0
REAP_SECONDS = 1.0
Log = Callable[[str], None]


def start(
    run: RunDir,
    environ: Mapping[str, str],
    log: Log,
    *,
    servers_only: bool = False,
    owner: int | None = None,
) -> SystemState:
    """Start a supervisor in the background and return when everything is ready.

    With `owner` the system also ends when that process does. Raises LauncherError when the start fails;
    then, and when interrupted, nothing is left running.
    """
    found = SystemState.read(run)
    if found is not None and found.running():
        if found.phase in {"starting", "ready"}:
            return _wait_ready(run, log, skip_progress=True)
        # It is on its way out, and holds the folder's lock until it has ended.
        wait_for(lambda: not found.running(), STOP_SECONDS)
    run.create()
    # Else what the last system left would be taken for the state of the new one.
    run.state.unlink(missing_ok=True)
    run.progress.unlink(missing_ok=True)
    process = _launch(run, environ, servers_only=servers_only, owner=owner)
    try:
        return _wait_ready(run, log, process=process)
    except BaseException:
        # First in order. Killed when there is no state to find it by yet, and its reaper ends the rest.
        stop(run)
        process.kill()
        raise


def stop(run: RunDir) -> bool:
    """Stop what runs in this folder; return whether anything did. Nothing is left running."""
    state = SystemState.read(run)
    if state is None:
        return False
    was_running = state.supervisor.send(signal.SIGTERM)
    if was_running and not wait_for(lambda: not state.running(), STOP_SECONDS):
        state.supervisor.send(signal.SIGKILL)
    _reap(state.supervisor.pid)
    # Read again: it may have started programs between the first look and its end.
    return _end_leftovers(SystemState.read(run) or state) or was_running


def _reap(pid: int) -> None:
    """Take the exit code of a supervisor that this process started itself, or give init the time to."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    wait_for(lambda: not Path(f"/proc/{pid}").exists(), REAP_SECONDS)


def _end_leftovers(state: SystemState) -> bool:
    """End programs that outlived their supervisor (it was killed, and its reaper too)."""
    left = [program.process for program in state.programs.values() if program.process]
    left = [process for process in left if process.alive()]
    for process in left:
        process.send(signal.SIGTERM)
    if not wait_for(lambda: not any(process.alive() for process in left), LEFTOVER_SECONDS):
        for process in left:
            if process.alive():
                sweep(process.pid)
    return bool(left)


def _launch(
    run: RunDir, environ: Mapping[str, str], *, servers_only: bool, owner: int | None
) -> "Background":
    command = [sys.executable, "-m", "cartload_dev", "run", "--run-dir", str(run.root)]
    command += ["--servers-only"] if servers_only else []
    command += ["--owner", str(owner)] if owner else []
    log = str(run.logs / "supervisor.log")
    # Unbuffered, so that the log has the last words of a supervisor that is killed.
    return Background(command, {**environ, "PYTHONUNBUFFERED": "1"}, log)


def _wait_ready(
    run: RunDir,
    log: Log,
    *,
    process: "Background | None" = None,
    skip_progress: bool = False,
) -> SystemState:
    shown = _Progress(run, log, skip=skip_progress)

    def settled() -> bool:
        shown.poll()
        state = SystemState.read(run)
        gone = process.ended() if process else not (state and state.running())
        return gone or (state is not None and state.phase != "starting")

    in_time = wait_for(settled, START_SECONDS)
    shown.poll()
    state = SystemState.read(run)
    if not in_time:
        raise LauncherError(f"the system was not ready after {START_SECONDS:.0f} s; see {run.logs}")
    if state is None or state.phase != "ready":
        reason = state.error if state else None
        raise LauncherError(reason or f"the start failed:\n{logs.tail(run.logs / 'supervisor.log')}")
    return state


class _Progress:
    """The supervisor's plain lines, passed on as they come."""

    def __init__(self, run: RunDir, log: Log, *, skip: bool) -> None:
        self._path = run.progress
        self._log = log
        self._shown = len(self._lines()) if skip else 0

    def poll(self) -> None:
        """Pass on the lines that are new."""
        lines = self._lines()
        for line in lines[self._shown :]:
            self._log(line)
        self._shown = len(lines)

    def _lines(self) -> list[str]:
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        # The last line may be half written: it is passed on when its end is there.
        return text[: text.rfind("\n") + 1].splitlines()


class Background:
    """A process in a session of its own, which goes on when this one ends."""

    def __init__(self, command: list[str], environ: Mapping[str, str], log: str) -> None:
        # Not Popen, which warns when it is collected before its process ended; this one may go on for days.
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        self._pid = os.posix_spawn(command[0], command, environ, file_actions=actions, setsid=True)
        self._ended = False

    def ended(self) -> bool:
        """Return whether it has ended."""
        if not self._ended:
            try:
                self._ended = os.waitpid(self._pid, os.WNOHANG)[0] == self._pid
            except ChildProcessError:
                self._ended = True
        return self._ended

    def kill(self) -> None:
        """End it at once, if it still runs."""
        if not self.ended():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._ended = True
