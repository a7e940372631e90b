"""Processes measured from outside: seconds of CPU, seconds passed, peak memory; bound to given cores."""

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median

ROUNDS = 3
_MIB = 1024


@dataclass(frozen=True)
class Figures:
    """What one run made and took. ``size``: bytes before compression."""

    rows: int
    cells: int
    size: int
    cpu: float
    wall: float
    peak: int = 0
    """MiB of the largest process."""

    @property
    def rate(self) -> float:
        """Rows per second of CPU time: what else the machine does then does not count."""
        return self.rows / self.cpu


@dataclass(frozen=True)
class Taken:
    """What a process took, and what it printed."""

    cpu: float
    wall: float
    peak: int
    output: str


def run(command: Sequence[str], cores: set[int]) -> Taken:
    """Run a command to its end on the cores. Raises RuntimeError when it fails."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environment())
    finally:
        os.sched_setaffinity(0, before)
    assert process.stdout
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Taken(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss // _MIB, output)


def _environment() -> dict[str, str]:
    """Ours, with compiled modules kept: else each start would compile all of them."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def middle(once: Callable[[], Figures], rounds: int = ROUNDS) -> Figures:
    """The median of so many rounds, by rate, after one to warm up; the peak is the highest."""
    once()
    found = sorted((once() for _ in range(rounds)), key=lambda figures: figures.rate)
    at_half = median(range(rounds))
    return replace(found[int(at_half)], peak=max(figures.peak for figures in found))
