"""A running system in somebody's hands: where it is, what it runs, and killing parts of it (for tests)."""

import json
import os
import signal
from dataclasses import dataclass

from cartload_dev.errors import LauncherError
from cartload_dev.paths import RunDir
from cartload_dev.state import ProgramState, SystemState, wait_for

RECOVERY_SECONDS = 60.0


@dataclass(frozen=True)
class Endpoints:
    """How to reach the servers behind a running system, passwords included."""

    kafka_bootstrap: str
    mysql_root_url: str
    """`mysql://root:password@host:port/`."""
    blob_connection_string: str
    databases: dict[str, str]
    """URL by database user: cartload_auth, cartload_generator, cartload_writer, cartload_shop."""
    services: dict[str, str]
    """Base URL by process name, to ask a process directly (health)."""
    metrics: dict[str, str]
    """URL of the metrics by process name."""

    @classmethod
    def read(cls, run: RunDir) -> "Endpoints":
        """Return what the supervisor wrote at its start."""
        return cls(**json.loads(run.endpoints.read_text(encoding="utf-8")))


class SystemClient:
    """One running system."""

    def __init__(self, run: RunDir) -> None:
        self.run = run
        self.endpoints = Endpoints.read(run)

    @property
    def state(self) -> SystemState:
        """What the supervisor says now; raises LauncherError when nothing was ever started."""
        state = SystemState.read(self.run)
        if state is None:
            raise LauncherError(f"nothing runs in {self.run.root}")
        return state

    @property
    def base_url(self) -> str:
        """The public origin: the gateway's URL, without a slash at the end."""
        url = self.state.url
        if url is None:
            raise LauncherError("only the servers run")
        return url

    @property
    def names(self) -> list[str]:
        """The names of all programs: `kafka`, `database`, `azurite`, `auth`, `generator-api`, …"""
        return sorted(self.state.programs)

    def program(self, name: str) -> ProgramState:
        """Return one program's state."""
        return self.state.programs[name]

    def pid(self, name: str) -> int:
        """Return a program's process id; raises LauncherError while it is down."""
        process = self.program(name).process
        if process is None:
            raise LauncherError(f"{name} is not running")
        return process.pid

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a program (SIGSTOP and SIGCONT to stall it)."""
        os.kill(self.pid(name), number)

    def kill(self, name: str, *, number: signal.Signals = signal.SIGKILL) -> int:
        """Kill a program and return the id of the process that ended; the supervisor starts it again.

        Azurite loses what it acknowledged in its last seconds when it is killed: give it SIGTERM.
        """
        victim = self.program(name).process
        if victim is None:
            raise LauncherError(f"{name} is not running")
        victim.send(number)
        if not wait_for(lambda: not victim.alive(), RECOVERY_SECONDS):
            raise LauncherError(f"{name} did not end")
        return victim.pid

    def wait_ready(self, *names: str, after: int | None = None, seconds: float = RECOVERY_SECONDS) -> None:
        """Return when the named programs (all, when none is named) are ready.

        `after` is the process id that `kill` returned: the program has to be another process by then.
        Raises LauncherError when the time is up.
        """

        def good(name: str) -> bool:
            program = self.program(name)
            alive = program.process is not None and program.process.alive()
            renewed = after is None or (program.process is not None and program.process.pid != after)
            return program.state == "ready" and alive and renewed

        wanted = names or tuple(self.names)
        if not wait_for(lambda: all(good(name) for name in wanted), seconds):
            late = ", ".join(name for name in wanted if not good(name))
            raise LauncherError(f"not ready after {seconds:.0f} s: {late}")

    def restart(self, name: str, *, number: signal.Signals = signal.SIGTERM) -> None:
        """End a program, and return when its successor is ready."""
        self.wait_ready(name, after=self.kill(name, number=number))
