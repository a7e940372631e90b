"""The same rows in three places: what MySQL, Parquet and the engine hold, as counts and hashes."""

import asyncio
from typing import Any

from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine
from cartload.schema import TABLE_NAMES
from cartload.schema.rowhash import RowHash, hash_batch
from cartload.spec import parse, resolve
from cartload_dev.system_client import SystemClient
from support.client import User
from support.stores import blob_names, mysql_hashes, parquet_hashes
from support.writer_service import root

CONTAINER = "cartload"


def engine_hashes(spec: dict[str, Any], segments: list[dict[str, int]]) -> dict[str, RowHash]:
    """Count and hash of every table as the engine makes it here, now."""
    resolved = resolve(parse(spec))
    engine = Engine(resolved)
    totals = {table: RowHash(0, 0) for table in TABLE_NAMES}
    for number, segment in enumerate(segments):
        for chunk in plan(resolved, Segment(**segment), catalogue=number == 0):
            for table, batch in engine.generate(chunk).items():
                totals[table] = totals[table] + hash_batch(batch, table)
    return totals


async def stored_hashes(
    cartload: SystemClient, user: User, dataset_id: str
) -> tuple[Any, dict[str, RowHash]]:
    """The dataset as the API shows it, and what MySQL and Parquet hold, which must be the same."""
    dataset = await user.get(f"/api/datasets/{dataset_id}")
    database = (await user.get(f"/api/datasets/{dataset_id}/connection"))["database"]
    ends = cartload.endpoints
    ids = dataset["spec"]["ids"]
    in_mysql = await asyncio.to_thread(mysql_hashes, ends.mysql_root_url, database, ids)
    in_blob = await asyncio.to_thread(parquet_hashes, ends.blob_connection_string, CONTAINER, dataset_id)
    assert in_mysql == in_blob
    assert {table: total.rows for table, total in in_mysql.items()} == dataset["tables"]
    assert {table: total.hex for table, total in in_mysql.items()} == dataset["hashes"]
    return dataset, in_mysql


async def require_equal(cartload: SystemClient, user: User, dataset_id: str) -> None:
    """MySQL, Blob, manifest and the engine hold the same rows, each once. Raises AssertionError."""
    dataset, stored = await stored_hashes(cartload, user, dataset_id)
    assert stored == await asyncio.to_thread(engine_hashes, dataset["spec"], dataset["segments"])
    ends = cartload.endpoints
    with root(ends.mysql_root_url) as cursor:
        cursor.execute("SELECT blob_name FROM cartload_writer.manifest WHERE dataset_id = %s", (dataset_id,))
        listed = [name for (name,) in cursor.fetchall()]
    assert sorted(listed) == sorted(blob_names(ends.blob_connection_string, CONTAINER, dataset_id))
