"""The guard: which groups are left, and how they are ended."""

import os
import signal
import time
from collections.abc import Callable

from cartload_dev import orphan_reaper


def test_groups_that_ended_are_forgotten() -> None:
    assert orphan_reaper.read_groups(["+1\n", "+22\n", "-1\n", "+333\n", "-4\n"]) == {22, 333}


def spawn(script: str, output: int = 1) -> int:
    actions = [(os.POSIX_SPAWN_DUP2, output, 1)]
    return os.posix_spawn("/bin/sh", ["sh", "-c", script], os.environ, setpgroup=0, file_actions=actions)


def test_a_polite_group_ends_by_sigterm() -> None:
    pid = spawn("exec sleep 100")
    orphan_reaper.end({pid}, _clock_that_runs_out(), lambda _: _reap_if_ended(pid))
    assert not orphan_reaper.alive(pid)


def test_a_deaf_group_is_killed() -> None:
    read, write = os.pipe()
    pid = spawn("trap '' TERM; echo ready; exec >&-; while :; do sleep 0.05; done", write)
    os.close(write)
    assert os.read(read, 10) == b"ready\n"
    os.close(read)
    orphan_reaper.end({pid}, _clock_that_runs_out(), lambda _: None)
    _, status = os.waitpid(pid, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def test_groups_that_are_gone_already_are_no_trouble() -> None:
    orphan_reaper.end({2**22 - 1}, time.monotonic, time.sleep)


_reaped: set[int] = set()


def _reap_if_ended(pid: int) -> None:
    if pid not in _reaped and os.waitpid(pid, 0)[0] == pid:
        _reaped.add(pid)


def _clock_that_runs_out() -> Callable[[], float]:
    times = iter([0.0, 1.0, 2.0, *[1000.0] * 100])
    return lambda: next(times)
