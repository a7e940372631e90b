"""Delete: nothing of a dataset is left but its tombstone."""

import asyncio
from typing import Any
from uuid import uuid4

import pymysql
import pytest

from cartload_contracts.messages import Deleted
from cartload_contracts.model import TABLES
from cartload_writer.adapters.blob import Part
from cartload_writer.domain import names
from cartload_writer.errors import PermanentFailure, RetryLater
from support.writer_service import Load, Place, Writer, address, reader_name, root


def left(writer: Writer, load: Load, database: str) -> dict[str, Any]:
    """What MySQL still has of a dataset, by where."""
    key = str(load.dataset_id)
    queries = {
        "schema": ("SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = %s", database),
        "tables": ("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s", database),
        "grants": ("SELECT User FROM mysql.db WHERE Db = %s", database),
        "manifest": ("SELECT chunk FROM manifest WHERE dataset_id = %s", key),
        "reports": ("SELECT state FROM reports WHERE dataset_id = %s", key),
    }
    found = {name: writer.query(*query) for name, query in queries.items()}
    return {name: rows for name, rows in found.items() if rows}


async def sql_user(writer: Writer, load: Load) -> dict[str, Any]:
    """How the owner signs in to the database."""
    made = (await writer.call("POST", load, "/connection")).json()
    return {"host": made["host"], "port": made["port"], "user": made["user"], "password": made["password"]}


async def test_nothing_is_left(writer: Writer) -> None:
    load = Load.of(customers=20)
    await writer.make(load)
    await sql_user(writer, load)
    database = writer.database(load)
    assert set(left(writer, load, database)) == {"schema", "tables", "grants", "manifest", "reports"}
    assert len(await writer.parts(load)) == len(TABLES)
    await writer.run(load.delete())
    assert left(writer, load, database) == {}
    assert await writer.parts(load) == set()
    assert writer.state(load) == "deleted"
    assert writer.told.of(Deleted) == [Deleted(dataset_id=load.dataset_id)]


async def test_a_repeated_deletion_answers_again(writer: Writer) -> None:
    load = Load.of(customers=10)
    await writer.make(load)
    for _ in range(2):
        await writer.run(load.delete())
    assert len(writer.told.of(Deleted)) == 2
    assert writer.state(load) == "deleted"


async def test_a_dataset_that_never_was_leaves_a_tombstone(writer: Writer) -> None:
    """The deletion overtook the prepare."""
    load = Load.of(customers=10)
    await writer.run(load.delete())
    assert writer.state(load) == "deleted"
    with pytest.raises(PermanentFailure):
        await writer.run(load.prepare())


async def test_other_datasets_of_the_owner_stay(writer: Writer) -> None:
    one = Load.of(customers=10)
    other = Load.of(customers=10, seed=1)
    other.owner_id = one.owner_id
    await writer.make(one)
    await writer.make(other)
    user = await sql_user(writer, one)
    await writer.run(one.delete())
    with (
        pymysql.connect(**user, database=writer.database(other)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT COUNT(*) FROM users")
        assert cursor.fetchone() == (10,)
    assert len(await writer.parts(other)) == len(TABLES)


async def test_sessions_of_the_owner_are_ended(writer: Writer) -> None:
    """Also one that holds the tables in a transaction of its own."""
    load = Load.of(customers=10)
    await writer.make(load)
    session = pymysql.connect(**await sql_user(writer, load), database=writer.database(load))
    session.begin()
    session.cursor().execute("SELECT * FROM users")
    await writer.run(load.delete())
    with pytest.raises(pymysql.OperationalError):
        session.cursor().execute("SELECT 1")
    assert writer.state(load) == "deleted"


async def test_whoever_else_holds_the_tables_is_waited_for(writer: Writer, place: Place) -> None:
    load = Load.of(customers=10)
    await writer.make(load)
    holder = pymysql.connect(**address(place.admin))
    holder.begin()
    holder.cursor().execute(f"SELECT * FROM `{writer.database(load)}`.users")
    with pytest.raises(RetryLater):
        await writer.run(load.delete())
    assert writer.state(load) == "deleting"
    assert (await writer.get(load, "/tables")).status_code == 404
    holder.close()
    await writer.run(load.delete())
    assert writer.state(load) == "deleted"


async def test_a_deleted_dataset_is_gone_for_everybody(writer: Writer) -> None:
    load = Load.of(customers=10)
    await writer.make(load)
    await writer.run(load.delete())
    for path in ("/tables", "/tables/users/rows", "/files", "/report", "/connection", "/raw/users"):
        assert (await writer.get(load, path)).status_code == 404, path
    assert (await writer.get(load, "/tables", user=uuid4())).status_code == 404


async def test_the_owners_user_outlives_a_dataset(writer: Writer, place: Place) -> None:
    load = Load.of(customers=10)
    await writer.make(load)
    await sql_user(writer, load)
    await writer.run(load.delete())
    with root(place.admin) as cursor:
        cursor.execute(f"SHOW GRANTS FOR '{reader_name(load)}'@'%'")
        grants = [row[0] for row in cursor.fetchall()]
    assert len(grants) == 1
    assert "GRANT USAGE ON *.*" in grants[0]


async def test_a_dataset_of_many_parts_leaves_none(writer: Writer) -> None:
    """More parts than one request can remove, and than one page of a listing has."""
    load, neighbour = Load.of(customers=10), Load.of(customers=10)
    prefix = names.dataset_prefix(load.dataset_id)
    parts = [Part(f"{prefix}users/part-{n}.parquet", b"rows", 1, "0" * 32, "parquet") for n in range(600)]
    for first in range(0, len(parts), 50):
        await asyncio.gather(*(writer.blobs.put(part) for part in parts[first : first + 50]))
    others = names.blob_name(neighbour.dataset_id, "users", 0, "parquet")
    other = Part(others, b"rows", 1, "0" * 32, "parquet")
    await writer.blobs.put(other)
    assert await writer.blobs.delete_all(prefix) == len(parts)
    assert await writer.parts(load) == set()
    await writer.blobs.delete_batch([parts[0].name, other.name])
    assert await writer.parts(neighbour) == set()
