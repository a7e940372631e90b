"""What is running, as a file: `up`, `down`, `logs` and tests find the system by it."""

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from cartload_dev.paths import RunDir, write_private

Phase = Literal["starting", "ready", "stopping", "stopped", "failed"]
WAIT_STEP_SECONDS = 0.05


@dataclass(frozen=True)
class ProcessRef:
    """A process that cannot be mistaken for a later one with the same id."""

    pid: int
    started: int
    """Start time in clock ticks since boot (field 22 of /proc/PID/stat)."""

    @classmethod
    def of(cls, pid: int) -> "ProcessRef":
        """Return the reference to a running process; `started` is 0 when it is gone already."""
        return cls(pid, _started(pid) or 0)

    def alive(self) -> bool:
        """Return whether this very process still runs (a zombie does not)."""
        return self.started != 0 and _started(self.pid) == self.started

    def send(self, number: signal.Signals) -> bool:
        """Send a signal when the process is alive; return whether it was."""
        if not self.alive():
            return False
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return False
        return True


@dataclass(frozen=True)
class ProgramState:
    """One program as the supervisor sees it."""

    state: Literal["starting", "ready", "waiting", "stopped"]
    port: int
    process: ProcessRef | None = None
    restarts: int = 0


@dataclass(frozen=True)
class SystemState:
    """The whole system as the supervisor sees it."""

    phase: Phase
    supervisor: ProcessRef
    url: str | None
    """The public URL; null when only servers run."""
    programs: dict[str, ProgramState] = field(default_factory=dict)
    error: str | None = None

    def write(self, run: RunDir) -> None:
        """Replace the state file."""
        write_private(run.state, json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def read(cls, run: RunDir) -> "SystemState | None":
        """Return what the state file says, or None when there is none."""
        try:
            raw = json.loads(run.state.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        programs = {name: _program(values) for name, values in raw.pop("programs").items()}
        return cls(**{**raw, "supervisor": ProcessRef(**raw["supervisor"]), "programs": programs})

    def running(self) -> bool:
        """Return whether the supervisor that wrote this is alive."""
        return self.supervisor.alive()


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Look until the condition holds or the time is up; return whether it held."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(WAIT_STEP_SECONDS)
    return True


def _program(values: dict[str, object]) -> ProgramState:
    process = values.pop("process")
    return ProgramState(**values, process=ProcessRef(**process) if isinstance(process, dict) else None)  # type: ignore[arg-type]


def _started(pid: int) -> int | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # After the last bracket: the second field is the program's name in brackets, which may contain anything.
    fields = text.rpartition(")")[2].split()
    # A zombie has ended, and only waits for its parent to ask how.
    return None if fields[0] in {"Z", "X"} else int(fields[19])
