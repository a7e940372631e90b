"""Prepare: a database of its own for each dataset, from the stock or made, and further segments of it."""

import asyncio
import json
from typing import Any

import pytest

from cartload import VINTAGE, schema
from cartload.engine import chunks
from cartload.schema import ddl
from cartload_contracts.messages import Prepared
from cartload_kit.database import transaction
from cartload_writer.domain import names
from cartload_writer.errors import PermanentFailure
from cartload_writer.repository import database_users, stock
from support.writer_service import NOW, Load, Place, Writer, root

TABLES = {*schema.TABLE_NAMES, "_cartload"}


def tables(writer: Writer, load: Load) -> set[str]:
    rows = writer.query(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s", writer.database(load)
    )
    return {name for (name,) in rows}


def keys(writer: Writer, load: Load) -> set[str]:
    """Names of all secondary keys and foreign keys."""
    database = writer.database(load)
    indexes = writer.query(
        "SELECT INDEX_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = %s", database
    )
    foreign = writer.query(
        "SELECT CONSTRAINT_NAME FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = %s",
        database,
    )
    return {name for (name,) in (*indexes, *foreign)} - {"PRIMARY"}


ALL_KEYS = {
    name for table in schema.TABLE_NAMES for name in (*ddl.index_names(table), *ddl.foreign_key_names(table))
}


def about(writer: Writer, load: Load) -> tuple[Any, int, Any]:
    """The one row of `_cartload`."""
    ((spec, vintage, segments),) = writer.query(
        f"SELECT spec, vintage, segments FROM `{writer.database(load)}`.`_cartload`"
    )
    return json.loads(spec), vintage, json.loads(segments)


async def test_a_small_dataset_takes_a_ready_database(writer: Writer) -> None:
    await writer.context.database_pool.refill()
    ready = {name for (name,) in writer.query("SELECT database_name FROM stock WHERE state = 'ready'")}
    assert len(ready) == 2
    load = Load.of(customers=10)
    await writer.run(load.prepare(rows=100))
    assert writer.database(load) in ready
    assert tables(writer, load) == TABLES
    assert keys(writer, load) == ALL_KEYS
    left = {name for (name,) in writer.query("SELECT database_name FROM stock")}
    assert left == ready - {writer.database(load)}
    assert writer.told.results == [Prepared(dataset_id=load.dataset_id, job_id=load.job_id)]


async def test_prepares_at_the_same_time_find_a_ready_database_each(writer: Writer) -> None:
    await writer.context.database_pool.refill()
    async with transaction(writer.context.meta) as one, transaction(writer.context.meta) as other:
        taken = [await stock.take(connection) for connection in (one, other, one)]
    assert taken[2] is None
    assert len({name for name in taken if name is not None}) == 2


async def test_without_a_stock_the_database_is_made(writer: Writer) -> None:
    load = Load.of(customers=10, ids="integer")
    await writer.run(load.prepare())
    assert tables(writer, load) == TABLES
    assert keys(writer, load) == ALL_KEYS
    assert names.quoted_database(writer.database(load))


async def test_a_large_first_load_has_primary_keys_only(writer: Writer) -> None:
    load = Load.of(customers=10)
    await writer.run(load.prepare(rows=50_001))
    assert tables(writer, load) == TABLES
    assert keys(writer, load) == set()


async def test_the_dataset_says_what_it_was_made_from(writer: Writer) -> None:
    load = Load.of(customers=10)
    await writer.run(load.prepare())
    assert about(writer, load) == (
        load.spec.model_dump(mode="json"),
        load.prepare().vintage,
        [{"first_block": 0, "customers": 10}],
    )


async def test_a_repeated_prepare_answers_again_and_changes_nothing(writer: Writer) -> None:
    load = Load.of(customers=10)
    for rows in (0, 60_000):
        await writer.run(load.prepare(rows=rows))
    assert len(writer.told.of(Prepared)) == 2
    assert keys(writer, load) == ALL_KEYS
    assert len(writer.query("SELECT 1 FROM datasets WHERE dataset_id = %s", str(load.dataset_id))) == 1


async def test_a_prepare_that_was_cut_short_is_completed(writer: Writer, place: Place) -> None:
    load = Load.of(customers=10)
    await writer.run(load.prepare())
    with root(place.admin) as cursor:
        cursor.execute(f"DROP TABLE `{writer.database(load)}`.wishlist")
        cursor.execute(f"DROP TABLE `{writer.database(load)}`.`_cartload`")
    await writer.run(load.prepare())
    assert tables(writer, load) == TABLES
    assert about(writer, load)[2] == [{"first_block": 0, "customers": 10}]


async def test_an_append_adds_a_segment(writer: Writer) -> None:
    load = Load.of(customers=1000)
    await writer.run(load.prepare())
    load.segments = (*load.segments, chunks.Segment(1, 500))
    await writer.run(load.prepare(kind="append"))
    segments = [{"first_block": 0, "customers": 1000}, {"first_block": 1, "customers": 500}]
    assert about(writer, load)[2] == segments
    stored = writer.query("SELECT segments FROM datasets WHERE dataset_id = %s", str(load.dataset_id))
    assert json.loads(stored[0][0]) == segments


async def test_what_cannot_be_prepared_is_refused_with_the_reason(writer: Writer) -> None:
    load = Load.of(customers=10)
    with pytest.raises(PermanentFailure, match="vintage"):
        await writer.run(load.prepare().model_copy(update={"vintage": 99}))
    with pytest.raises(PermanentFailure, match="not known"):
        await writer.run(load.prepare(kind="append"))
    with pytest.raises(PermanentFailure, match="spec"):
        await writer.run(load.prepare().model_copy(update={"spec": {"customers": -1}}))
    await writer.run(load.prepare())
    with pytest.raises(PermanentFailure, match="another spec"):
        await writer.run(load.prepare(kind="append").model_copy(update={"spec_hash": "0" * 64}))
    await writer.run(load.delete())
    with pytest.raises(PermanentFailure, match="deleted"):
        await writer.run(load.prepare())


async def test_a_database_in_the_making_is_found_again(writer: Writer, place: Place) -> None:
    """A process died between the row and the database, or between the database and its tables."""
    name = names.mint_database()
    with root(place.admin) as cursor:
        cursor.execute(f"CREATE DATABASE `{name}`")
        cursor.execute(
            f"INSERT INTO {place.name}.stock VALUES (%s, 'making', 1, '2026-01-01 00:00:00')", (name,)
        )
    await writer.context.database_pool.refill()
    assert writer.query("SELECT 1 FROM stock WHERE database_name = %s", name) == ()
    assert writer.query("SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = %s", name) == ()


async def test_a_ready_database_of_another_vintage_is_thrown_away(writer: Writer, place: Place) -> None:
    await writer.context.database_pool.refill()
    with root(place.admin) as cursor:
        cursor.execute(f"UPDATE {place.name}.stock SET vintage = 99")
    await writer.context.database_pool.refill()
    assert set(writer.query("SELECT state, vintage FROM stock")) == {("ready", VINTAGE)}
    assert len(writer.query("SELECT 1 FROM stock")) == 2


async def test_a_database_that_is_handed_out_just_now_is_not_cleared(writer: Writer, place: Place) -> None:
    """It was so long in the making that it counts as abandoned; then it is ready, and taken."""
    pool = writer.context.database_pool
    await pool.refill()
    with root(place.admin) as cursor, root(place.admin) as other:
        cursor.execute(f"SELECT database_name FROM {place.name}.stock ORDER BY created_at LIMIT 1")
        (name,) = cursor.fetchone()
        mine = f"WHERE database_name = '{name}'"
        other.execute(f"UPDATE {place.name}.stock SET state = 'making', created_at = '2020-01-01' {mine}")
        cursor.execute("START TRANSACTION")
        cursor.execute(f"UPDATE {place.name}.stock SET state = 'ready' {mine}")
        async with asyncio.timeout(4):
            await pool.refill()
        cursor.execute(f"DELETE FROM {place.name}.stock {mine}")
        cursor.execute("COMMIT")
        cursor.execute(f"SHOW TABLES IN `{name}`")
        assert len(cursor.fetchall()) == len(TABLES)
        cursor.execute(f"DROP DATABASE `{name}`")


async def test_an_owner_who_signs_up_for_sql_meanwhile_may_read(writer: Writer, place: Place) -> None:
    """Whether the password or the dataset is first, or both come at the same moment."""
    loads = [Load.of(customers=10, seed=seed) for seed in range(16)]
    for _ in range(2):
        await writer.context.database_pool.refill()

    async def sign_up(load: Load) -> None:
        await database_users.set_password(writer.context.meta, load.owner_id, names.new_password(), NOW)

    for load in loads:
        await asyncio.gather(writer.run(load.prepare()), sign_up(load))
        granted = writer.query("SELECT 1 FROM mysql.db WHERE Db = %s", writer.database(load))
        assert granted, "the owner's user has no grant"
