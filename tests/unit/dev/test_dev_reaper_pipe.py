"""The supervisor's side of the orphan reaper: what is listed ends with it, also when a reaper was killed."""

import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from cartload_dev.spawn import OrphanReaper
from cartload_dev.state import ProcessRef, wait_for


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "1000"], start_new_session=True) as process:
        yield process
        process.kill()


def closed(reaper: OrphanReaper, process: "subprocess.Popen[bytes]") -> int:
    """The exit code of a process that the reaper ends; the reaper waits until this process has taken it."""
    with ThreadPoolExecutor() as pool:
        closing = pool.submit(reaper.close)
        code = process.wait(20)
        closing.result(20)
    return code


def test_what_is_listed_at_the_end_is_ended(sleeper: "subprocess.Popen[bytes]") -> None:
    reaper = OrphanReaper()
    reaper.add(sleeper.pid)
    assert closed(reaper, sleeper) == -signal.SIGTERM


def test_what_was_removed_is_left_alone(sleeper: "subprocess.Popen[bytes]") -> None:
    reaper = OrphanReaper()
    reaper.add(sleeper.pid)
    reaper.remove(sleeper.pid)
    reaper.close()
    assert sleeper.poll() is None


def test_a_reaper_that_was_killed_is_replaced_by_one_that_knows_all(
    sleeper: "subprocess.Popen[bytes]",
) -> None:
    reaper = OrphanReaper()
    first = ProcessRef.of(reaper.pid)
    reaper.add(sleeper.pid)
    os.kill(first.pid, signal.SIGKILL)
    assert wait_for(lambda: not first.alive(), 10)
    other = 2**22 + 1
    reaper.add(other)
    reaper.remove(other)
    assert reaper.pid != first.pid
    assert closed(reaper, sleeper) == -signal.SIGTERM
