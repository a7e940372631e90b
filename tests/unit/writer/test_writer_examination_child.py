"""An examination goes behind the load of datasets."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cartload_writer.tasks.examination.child import SESSION_NICE, step_back


@pytest.fixture
def child() -> Iterator[int]:
    """A process that leads a session of its own, as the examination does, and waits."""
    command = (sys.executable, "-c", "input()")
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as process:
        yield process.pid
        process.kill()


def test_it_is_last_within_its_session(child: int) -> None:
    step_back(child)
    assert os.getpriority(os.PRIO_PROCESS, child) == 19
    assert os.sched_getscheduler(child) == os.SCHED_IDLE


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="this kernel does not group by session")
def test_its_session_has_less_than_others(child: int) -> None:
    step_back(child)
    assert Path(f"/proc/{child}/autogroup").read_text().split()[1:] == ["nice", str(SESSION_NICE)]


def test_one_that_has_ended_already_is_left_alone() -> None:
    with subprocess.Popen((sys.executable, "-c", "")) as process:
        process.wait()
    step_back(process.pid)
