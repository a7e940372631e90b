"""Two hundred kills in the middle of jobs, and some freezes: every job completes, each row is there once.

`CARTLOAD_KILLS_SEED` gives other moments; the seed is printed with each kill. Half an hour on two cores.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cartload_dev import lifecycle
from cartload_dev.paths import RunDir
from cartload_dev.ports import free_ports
from cartload_dev.system_client import SystemClient
from support.client import signed_up
from support.engine import launcher_environment
from support.kills import Killer, dead_letters

pytestmark = pytest.mark.timeout(7200)
KILLS = 200
AT_LEAST = 3
FREEZE_SECONDS = 45.0
"""Longer than sessions in Kafka (10 s), idle transactions in MySQL (10 s) and leases of tasks (30 s)."""

TWO_OF_EACH = {"CARTLOAD_WORKERS": "2", "CARTLOAD_WRITERS": "2"}
"""So that the end of one is a rebalance: its partitions go to the other, and come back."""

UNLIMITED = {"CARTLOAD_USER_REQUESTS_PER_MINUTE": "1000000"}
"""Jobs are looked at many times a second."""

NOT_ON_THE_WAY = ("auth", "generator-player", "writer-api", "writer-checker")
FROZEN = ("generator-worker", "writer-consumer", "writer-tasks", "generator-api", "notifier", "gateway")


@pytest.fixture
def system(tmp_path: Path) -> Iterator[SystemClient]:
    run = RunDir(tmp_path)
    port = {"CARTLOAD_PORT": str(free_ports(1)[0])}
    environ = {**launcher_environment(), **TWO_OF_EACH, **UNLIMITED, **port}
    lifecycle.start(run, environ, lambda _: None, owner=os.getpid())
    yield SystemClient(run)
    lifecycle.stop(run)


async def test_nothing_is_lost_and_nothing_comes_twice(system: SystemClient) -> None:
    seed = int(os.environ.get("CARTLOAD_KILLS_SEED", "1"))
    targets = [name for name in system.names if name not in NOT_ON_THE_WAY]
    frozen = [name for name in targets if name.startswith(FROZEN)]
    async with signed_up(system.base_url) as user:
        killer = Killer(system, user, seed)
        await killer.kill_each(frozen, customers=20_000, freeze=FREEZE_SECONDS)
        while len(killer.kills) < KILLS + len(frozen):
            await killer.kill_each(targets, customers=20_000)
    assert min(killer.counts[name] for name in targets) >= AT_LEAST, killer.counts
    assert await dead_letters(system) == 0
