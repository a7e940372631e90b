"""Seal: indexes and foreign keys where they were put off, and the proof that the dataset is whole."""

import asyncio
from typing import Any

import pymysql
import pytest

from cartload import schema
from cartload.engine import chunks
from cartload.schema import ddl
from cartload_contracts.messages import Sealed, Sealing
from cartload_writer.errors import PermanentFailure
from cartload_writer.tasks.seal import FEW_ROWS
from support.writer_service import Load, Place, Writer, address, root

LARGE = 60_000
WAITING = "SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE LIKE '%metadata lock%'"
ALL_KEYS = {
    name for table in schema.TABLE_NAMES for name in (*ddl.index_names(table), *ddl.foreign_key_names(table))
}


def keys(writer: Writer, load: Load) -> set[str]:
    rows = writer.query(
        "SELECT INDEX_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = %s "
        "UNION SELECT CONSTRAINT_NAME FROM information_schema.REFERENTIAL_CONSTRAINTS "
        "WHERE CONSTRAINT_SCHEMA = %s",
        writer.database(load),
        writer.database(load),
    )
    return {name for (name,) in rows} - {"PRIMARY"}


async def stored(writer: Writer, *, rows: int = 0, customers: int = 40) -> Load:
    """A dataset whose batches are all stored."""
    load = Load.of(customers=customers)
    await writer.run(load.prepare(rows=rows))
    await writer.store(load)
    return load


async def report(writer: Writer, load: Load) -> Any:
    return (await writer.get(load, "/report")).json()


async def test_a_large_first_load_gets_its_keys(writer: Writer) -> None:
    load = await stored(writer, rows=LARGE)
    assert keys(writer, load) == set()
    await writer.run(load.seal())
    assert keys(writer, load) == ALL_KEYS
    assert [told.phase for told in writer.told.of(Sealing)] == ["indexing", "checking"]
    (sealed,) = writer.told.of(Sealed)
    assert sealed.indexing_seconds > 0
    assert sealed.checking_seconds > 0
    assert writer.state(load) == "ready"


async def test_the_report_has_every_check_with_its_rows(writer: Writer) -> None:
    load = await stored(writer)
    assert (await report(writer, load))["state"] == "none"
    await writer.run(load.seal())
    found = await report(writer, load)
    assert found["state"] == "ready"
    assert found["made_at"] == "2026-03-01T12:00:00Z"
    checks = {check["name"]: check for check in found["checks"]}
    wanted = {f"count_{name}" for name in schema.TABLE_NAMES} | {
        f"hash_{name}" for name in schema.TABLE_NAMES
    }
    assert set(checks) == wanted | set(ddl.orphan_queries())
    assert checks["count_users"]["rows_checked"] == 40
    assert checks["fk_order_item_order_id"]["rows_checked"] == load.totals["order_item"].rows
    assert not any(check["violations"] for check in checks.values())


async def test_a_repeated_seal_answers_again(writer: Writer) -> None:
    load = await stored(writer, rows=LARGE)
    await writer.run(load.seal())
    await writer.run(load.seal())
    assert len(writer.told.of(Sealed)) == 2
    assert keys(writer, load) == ALL_KEYS


async def test_keys_that_are_there_already_are_left_out(writer: Writer, place: Place) -> None:
    """An earlier run got so far, or its ALTER went on after it was killed."""
    load = await stored(writer, rows=LARGE)
    with root(place.admin) as cursor:
        cursor.execute(f"USE `{writer.database(load)}`")
        for statement in ddl.alter_to_final("users") + ddl.alter_to_final("order_item")[:1]:
            cursor.execute(statement)
    await writer.run(load.seal())
    assert keys(writer, load) == ALL_KEYS


async def test_two_seals_at_a_time_make_one_dataset(writer: Writer) -> None:
    """A process that was thought dead goes on with the task that another took over."""
    load = await stored(writer, rows=LARGE)
    await asyncio.gather(writer.run(load.seal()), writer.run(load.seal()))
    assert keys(writer, load) == ALL_KEYS
    assert writer.state(load) == "ready"


async def test_a_table_in_use_is_waited_for(writer: Writer, place: Place) -> None:
    load = await stored(writer, rows=LARGE)
    reader = pymysql.connect(**address(place.admin), database=writer.database(load))
    reader.begin()
    reader.cursor().execute("SELECT * FROM users LIMIT 1")
    sealing = asyncio.create_task(writer.run(load.seal()))
    with root(place.admin) as cursor:
        async with asyncio.timeout(5):
            while not cursor.execute(WAITING):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert not sealing.done()
    reader.rollback()
    await sealing
    reader.close()
    assert keys(writer, load) == ALL_KEYS


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("DELETE FROM `{db}`.wishlist LIMIT 1", "wishlist"),
        ("DELETE FROM `{db}`.users LIMIT 1", "users"),
        ("DELETE FROM `{meta}`.manifest WHERE dataset_id = '{key}' AND table_name = 'users'", "users"),
        ("UPDATE `{meta}`.manifest SET row_hash = REPEAT('0', 32) "
         "WHERE dataset_id = '{key}' AND table_name = 'users'", "users"),
    ],
)  # fmt: skip
async def test_a_dataset_that_is_not_whole_is_refused(
    writer: Writer, place: Place, damage: str, told: str
) -> None:
    load = await stored(writer)
    with root(place.admin) as cursor:
        cursor.execute("SET foreign_key_checks = 0")
        cursor.execute(damage.format(db=writer.database(load), meta=place.name, key=load.dataset_id))
    with pytest.raises(PermanentFailure, match=told):
        await writer.run(load.seal())
    found = await report(writer, load)
    assert found["state"] == "failed"
    assert told in found["reason"]
    assert any(check["violations"] for check in found["checks"])
    assert writer.state(load) == "incomplete"
    assert writer.told.of(Sealed) == []


@pytest.mark.parametrize("customers", [40, 1_600], ids=["by one statement", "table by table"])
async def test_orphans_are_counted(writer: Writer, place: Place, customers: int) -> None:
    load = await stored(writer, rows=LARGE, customers=customers)
    assert (sum(found.rows for found in load.totals.values()) > FEW_ROWS) is (customers > 40)
    with root(place.admin) as cursor:
        cursor.execute(f"UPDATE `{writer.database(load)}`.wishlist SET user_id = 'nobody' LIMIT 2")
    with pytest.raises(PermanentFailure, match=r"wishlist\.user_id"):
        await writer.run(load.seal())
    checks = {check["name"]: check for check in (await report(writer, load))["checks"]}
    assert checks["fk_wishlist_user_id"]["violations"] == 2


async def test_after_a_cancel_what_is_there_is_indexed(writer: Writer) -> None:
    load = Load.of(customers=40)
    await writer.run(load.prepare(rows=LARGE))
    for record in list(load.records())[:5]:
        await writer.handler(record)
    await writer.run(load.seal(complete=False))
    assert keys(writer, load) == ALL_KEYS
    assert writer.state(load) == "incomplete"
    assert len(writer.told.of(Sealed)) == 1
    assert (await report(writer, load))["state"] == "ready"


async def test_an_append_is_sealed_with_the_whole(writer: Writer) -> None:
    load = Load.of(customers=1000)
    await writer.make(load)
    load.segments = (*load.segments, chunks.Segment(1, 60))
    await writer.run(load.prepare(kind="append"))
    await writer.store(load)
    await writer.run(load.seal())
    assert load.totals["users"].rows == 1060
    assert writer.state(load) == "ready"
    checks = {check["name"]: check for check in (await report(writer, load))["checks"]}
    assert checks["hash_users"]["rows_checked"] == 1060


async def test_a_deleted_dataset_is_not_sealed(writer: Writer) -> None:
    load = await stored(writer)
    await writer.run(load.delete())
    with pytest.raises(PermanentFailure, match="deleted"):
        await writer.run(load.seal())
    with pytest.raises(PermanentFailure, match="deleted"):
        await writer.run(Load.of(customers=10).seal())
