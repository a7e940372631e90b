"""Equality at full size: 100,000 customers, two ways of working, one result in MySQL, Parquet and memory.

Half an hour is the bound; on two cores it takes some minutes.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cartload.schema.rowhash import RowHash
from cartload_dev import lifecycle
from cartload_dev.paths import RunDir
from cartload_dev.ports import free_ports
from cartload_dev.system_client import SystemClient
from support.client import signed_up
from support.equality import engine_hashes, stored_hashes

CUSTOMERS = 100_000
SPEC = {"customers": CUSTOMERS, "seed": 99}
ALONE = {"CARTLOAD_WORKERS": "1", "CARTLOAD_WRITERS": "1"}
MANY_SMALL_CHUNKS = {"CARTLOAD_WORKERS": "2", "CARTLOAD_WRITERS": "2", "CARTLOAD_CHUNK_BLOCKS": "1"}


@contextmanager
def system(folder: Path, settings: dict[str, str]) -> Iterator[SystemClient]:
    run = RunDir(folder)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CARTLOAD_")}
    port = {"CARTLOAD_PORT": str(free_ports(1)[0])}
    lifecycle.start(run, {**kept, **settings, **port}, print, owner=os.getpid())
    try:
        yield SystemClient(run)
    finally:
        lifecycle.stop(run)


async def hashes_of_a_job(cartload: SystemClient) -> dict[str, RowHash]:
    async with signed_up(cartload.base_url) as user:
        job = await user.start_job(**SPEC)
        job = await user.finish_job(job["id"], seconds=600)
        assert job["state"] == "completed", job
        dataset, stored = await stored_hashes(cartload, user, job["dataset_id"])
        assert stored == await asyncio.to_thread(engine_hashes, dataset["spec"], dataset["segments"])
        return stored


@pytest.mark.timeout(1800)
async def test_chunk_sizes_and_workers_change_no_row(tmp_path: Path) -> None:
    with system(tmp_path / "alone", ALONE) as cartload:
        alone = await hashes_of_a_job(cartload)
    with system(tmp_path / "many", MANY_SMALL_CHUNKS) as cartload:
        assert await hashes_of_a_job(cartload) == alone
    assert alone["users"].rows == CUSTOMERS
