"""A session that keeps a table of a dataset to itself: only that dataset waits, and it ends whole."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pymysql
import pytest

from bench.by_hand import wait_until_dropped
from cartload_dev.system_client import SystemClient
from support.client import User
from support.equality import require_equal

HELD_SECONDS = 12.0
"""Longer than two of the waits for a lock that a statement of the writer has."""

DEFERRED = 5_000
"""Customers of a dataset that gets its indexes at the end: adding them needs the table alone."""

pytestmark = pytest.mark.timeout(240)


@asynccontextmanager
async def table_held(cartload: SystemClient, database: str, table: str) -> AsyncIterator[None]:
    """An operator's session has an open transaction on a table: nobody may change or drop it."""
    server = urlsplit(cartload.endpoints.mysql_root_url)

    def hold() -> Any:
        session = pymysql.connect(
            host=server.hostname,
            port=server.port or 3306,
            user=server.username,
            password=server.password or "",
            database=database,
        )
        session.begin()
        session.cursor().execute(f"SELECT id FROM {table} LIMIT 1")
        return session

    session = await asyncio.to_thread(hold)
    try:
        yield
    finally:
        session.close()


async def database_of(user: User, dataset_id: str) -> str:
    return str((await user.get(f"/api/datasets/{dataset_id}/connection"))["database"])


async def test_a_seal_waits_for_a_lock_and_the_dataset_is_whole(
    cartload: SystemClient, user: User, stranger: User
) -> None:
    started = await user.start_job(customers=DEFERRED)
    job = await user.job_when(started["id"], lambda job: job["rows_done"] > 0)
    async with table_held(cartload, await database_of(user, job["dataset_id"]), "users"):
        await user.job_when(job["id"], lambda job: job["phase"] == "indexing")
        async with asyncio.timeout(HELD_SECONDS):
            await stranger.make_dataset(customers=100)
        await asyncio.sleep(HELD_SECONDS)
        assert (await user.get(f"/api/jobs/{job['id']}"))["state"] == "running"
    job = await user.finish_job(job["id"])
    assert job["state"] == "completed", job
    await require_equal(cartload, user, job["dataset_id"])


async def test_a_deletion_waits_for_a_lock_and_nothing_is_left(
    cartload: SystemClient, user: User, stranger: User
) -> None:
    dataset_id = (await user.make_dataset(customers=200))["dataset_id"]
    database = await database_of(user, dataset_id)
    async with table_held(cartload, database, "users"):
        assert (await user.call("DELETE", f"/api/datasets/{dataset_id}")).status == 202
        assert (await user.call("GET", f"/api/datasets/{dataset_id}/tables")).status == 404
        async with asyncio.timeout(HELD_SECONDS):
            await stranger.make_dataset(customers=100)
        await asyncio.sleep(HELD_SECONDS)
    await asyncio.to_thread(wait_until_dropped, cartload.endpoints.mysql_root_url, database)
    assert (await user.call("GET", f"/api/datasets/{dataset_id}")).status == 404
