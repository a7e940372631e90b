"""Runs made by several processes, whatever becomes of these."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cartload.writers.job import OutputError
from cartload.writers.runs import Run
from cartload.writers.workers import work

RUNS = [Run(number, number + 1, number, ("users",)) for number in range(4)]


@dataclass(frozen=True)
class Naming:
    """Makes nothing, but says which process did."""

    def start(self) -> "Naming":
        return self

    def make(self, run: Run, tell: Callable[[int], None]) -> int:
        tell(run.number)
        return os.getpid()

    def close(self) -> None:
        """Nothing is held."""


def heard(_: int) -> None:
    """Rows are of no interest here."""


def dead(process: int) -> bool:
    """Whether a process has ended, be it that its parent does not know yet."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize("processes", [1, 3])
def test_every_run_is_made_once(processes: int) -> None:
    made: list[tuple[Run, int]] = []
    work(Naming(), RUNS, processes, heard, lambda run, process: made.append((run, process)))
    assert sorted(run.number for run, _ in made) == list(range(len(RUNS)))
    if processes == 1:
        assert {process for _, process in made} == {os.getpid()}


def test_a_worker_that_dies_between_two_runs_is_told_of_by_its_death() -> None:
    def kill(_: Run, process: int) -> None:
        os.kill(process, signal.SIGKILL)
        while not dead(process):
            os.sched_yield()

    with pytest.raises(OutputError, match="killed by SIGKILL"):
        work(Naming(), RUNS, 2, heard, kill)
