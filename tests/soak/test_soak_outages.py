"""Kafka, the database and Blob storage go away for minutes, swallow everything, become slow, or are full.

Three systems side by side, one for each server: half an hour, in which the machine has little to do.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from support.client import signed_up
from support.engine import ENGINE
from support.linked_system import LinkedSystem, linked_system
from support.outages import SETTINGS, WITHOUT, outlast, somebody_who_reads
from support.small_disk import why_impossible

pytestmark = [
    pytest.mark.skipif(ENGINE != "native", reason="the links lead to local processes"),
    pytest.mark.timeout(3600),
    pytest.mark.asyncio(loop_scope="module"),
]

FULL_SECONDS = 90.0
"""Long enough for a job to say what it waits for."""

DISKS = {"database": 1536, "azurite": 512}
NO_DISK = why_impossible()


def disk_of(server: str) -> dict[str, int]:
    """The small disk of a server, where there can be one."""
    return {server: DISKS[server]} if server in DISKS and NO_DISK is None else {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def systems(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, LinkedSystem]]:
    """A system by the name of the server that goes away there."""
    async with AsyncExitStack() as stack:
        yield {
            server: await stack.enter_async_context(
                linked_system(
                    tmp_path_factory.mktemp(server), disk_mebibytes=disk_of(server), settings=SETTINGS
                )
            )
            for server in WITHOUT
        }


@pytest.mark.parametrize(
    ("how", "seconds"), [("cut", 180.0), ("cut", 600.0), ("swallowing", 180.0), ("slowed", 180.0)]
)
async def test_jobs_outlast_a_server_that_is_away_for_long(
    systems: dict[str, LinkedSystem], how: str, seconds: float
) -> None:
    async def outlasts(server: str) -> None:
        system = systems[server]
        async with signed_up(system.base_url) as user:
            seen = await outlast(system, user, getattr(system.links[server], how)(), seconds)
        # Beside what is only slow, whoever needs it may be ready: it still does its work.
        assert how == "slowed" or seen.unready >= WITHOUT[server]
        assert "gateway" not in seen.unready

    async with asyncio.TaskGroup() as group:
        for server in WITHOUT:
            group.create_task(outlasts(server))


@pytest.mark.skipif(NO_DISK is not None, reason=str(NO_DISK))
async def test_jobs_outlast_a_full_disk_and_others_read_meanwhile(systems: dict[str, LinkedSystem]) -> None:
    async def outlasts(server: str) -> None:
        system = systems[server]
        async with signed_up(system.base_url) as user, somebody_who_reads(system) as read:
            seen = await outlast(system, user, system.disks[server].full(), FULL_SECONDS, meanwhile=read)
        # MariaDB may end itself where a rollback finds no space: then nobody can ask for the job.
        assert seen.waiting_for or "generator-api" in seen.unready
        assert not seen.unready & {"gateway", "notifier", "generator-worker"}

    async with asyncio.TaskGroup() as group:
        for server in DISKS:
            group.create_task(outlasts(server))
