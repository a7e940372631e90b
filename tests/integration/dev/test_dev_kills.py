"""The short form of `tests/soak/test_soak_kills.py`: each process once, in the middle of a job."""

import pytest

from cartload_dev.layout import Replicas
from cartload_dev.services import processes
from cartload_dev.system_client import SystemClient
from support.client import signed_up
from support.kills import Killer, dead_letters

pytestmark = pytest.mark.timeout(900)
SERVERS = ("kafka", "database", "azurite")
ON_THE_WAY = tuple(
    process.name
    for process in processes(Replicas())
    if process.name not in ("auth", "generator-player", "writer-api", "writer-checker")
)
"""Processes that a job passes through; the others are killed in `test_dev_system.py`."""


async def test_a_job_outlasts_the_end_of_each_process_on_its_way(cartload: SystemClient) -> None:
    cartload.wait_ready()
    before = await dead_letters(cartload)
    async with signed_up(cartload.base_url) as user:
        killer = Killer(cartload, user, seed=1)
        await killer.kill_each((*SERVERS, *ON_THE_WAY), customers=12_000)
    assert set(killer.counts) == {*SERVERS, *ON_THE_WAY}
    assert await dead_letters(cartload) == before
