"""A session that is killed in a batch's transaction leaves nothing of it, wherever it was just then."""

import asyncio
from typing import Any

import pytest

from cartload_contracts.messages import Stored
from cartload_kit.kafka.errors import TryAgain
from support.writer_service import Load, Place, Writer, root


async def executing(cursor: Any, place: Place, beginning: str) -> int:
    """The writer's session that executes a statement which begins so, once there is one."""
    query = (
        "SELECT ID FROM information_schema.PROCESSLIST "
        f"WHERE USER = '{place.name}' AND INFO LIKE '{beginning}%'"
    )
    async with asyncio.timeout(5):
        while True:
            cursor.execute(query)
            if found := cursor.fetchall():
                return int(found[0][0])
            await asyncio.sleep(0.01)


def in_the_manifest(writer: Writer, load: Load) -> int:
    query = "SELECT COUNT(*) FROM manifest WHERE dataset_id = %s"
    return int(writer.query(query, str(load.dataset_id))[0][0])


def users(writer: Writer, load: Load) -> int:
    return int(writer.query(f"SELECT COUNT(*) FROM `{writer.database(load)}`.users")[0][0])


@pytest.mark.parametrize(
    ("locked", "beginning"),
    [("`{meta}`.manifest WHERE dataset_id = '{key}'", "INSERT INTO"), ("`{dataset}`.users", "LOAD DATA")],
    ids=["manifest", "rows"],
)
async def test_a_session_killed_while_it_writes_leaves_neither_rows_nor_manifest(
    writer: Writer, place: Place, locked: str, beginning: str
) -> None:
    load = Load.of(customers=30)
    await writer.run(load.prepare())
    writer.told.results.clear()
    record = next(record for record in load.records() if record.topic.endswith(".users"))
    names = {"meta": place.name, "dataset": writer.database(load), "key": load.dataset_id}
    with root(place.admin) as holder, root(place.admin) as killer:
        # Of rows that are not there yet, it locks the gap where they belong: the writer waits to insert.
        holder.execute("START TRANSACTION")
        holder.execute(f"SELECT 1 FROM {locked.format(**names)} FOR UPDATE")
        storing = asyncio.create_task(writer.handler(record))
        killer.execute(f"KILL {await executing(killer, place, beginning)}")
        with pytest.raises(TryAgain):
            await storing
        holder.execute("ROLLBACK")
    assert (in_the_manifest(writer, load), users(writer, load)) == (0, 0)
    await writer.handler(record)
    assert (in_the_manifest(writer, load), users(writer, load)) == (1, 30)
    assert len(writer.told.of(Stored)) == 1
