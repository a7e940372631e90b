"""Batches into a real server: every row as the engine made it, or nothing at all."""

import time
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pymysql
import pytest

from cartload.encoders import mysql
from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine
from cartload.schema import TABLE_NAMES, Ids, arrow_schema
from cartload.schema.ddl import alter_to_final, create_table, orphan_queries
from cartload.schema.rowhash import RowHash, hash_batch
from cartload.spec import parse, resolve


@pytest.fixture
def bulk(mysql_url: str, database: str) -> Iterator[mysql.Bulk]:
    """A bulk connection to that database."""
    connection = mysql.connect(mysql_url, database)
    yield connection
    if connection.open:
        connection.close()


def execute(connection: mysql.Bulk, *statements: str) -> Any:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall()


def create(connection: mysql.Bulk, ids: Ids, *, final: bool) -> None:
    execute(connection, *(create_table(name, ids, final=final) for name in TABLE_NAMES))


VISITS = {"sessions_per_customer": 1}


def batches(customers: int, ids: Ids = "uuid") -> list[tuple[str, pa.RecordBatch]]:
    spec = resolve(parse({"customers": customers, "ids": ids, "seed": 11, "clickstream": VISITS}))
    engine = Engine(spec)
    chunks = plan(spec, Segment(0, customers), catalogue=True, blocks_per_chunk=1)
    return [pair for chunk in chunks for pair in engine.generate(chunk).items()]


def made(parts: list[tuple[str, pa.RecordBatch]]) -> dict[str, RowHash]:
    sums = dict.fromkeys(TABLE_NAMES, RowHash())
    for name, batch in parts:
        sums[name] += hash_batch(batch, name)
    return sums


def stored(connection: mysql.Bulk, ids: Ids) -> dict[str, RowHash]:
    """Row hashes of what the server holds, read as plain rows."""
    sums = {}
    for name in TABLE_NAMES:
        schema = arrow_schema(name, ids)
        rows = execute(connection, f"SELECT {', '.join(schema.names)} FROM {name}")
        columns = [list(values) for values in zip(*rows, strict=True)] or [[] for _ in schema]
        arrays = [_array(values, field.type) for values, field in zip(columns, schema, strict=True)]
        sums[name] = hash_batch(pa.RecordBatch.from_arrays(arrays, schema=schema), name)
    return sums


def _array(values: list[Any], kind: Any) -> Any:
    if pa.types.is_timestamp(kind):
        return pa.array(values, pa.timestamp("ms")).cast(kind)
    return pa.array(values, pa.int8()).cast(kind) if pa.types.is_boolean(kind) else pa.array(values, kind)


@pytest.mark.parametrize(("ids", "final"), [("uuid", True), ("integer", True), ("uuid", False)])
def test_stored_rows_are_the_engines(bulk: mysql.Bulk, ids: Ids, final: bool) -> None:
    create(bulk, ids, final=final)
    parts = batches(1200, ids)
    for name, batch in parts:
        mysql.load(bulk, name, batch)
        bulk.commit()
    assert stored(bulk, ids) == made(parts)
    assert {name: execute(bulk, sql) for name, sql in orphan_queries().items()} == dict.fromkeys(
        orphan_queries(), ((0,),)
    )


def test_altered_tables_end_like_final_ones(bulk: mysql.Bulk) -> None:
    create(bulk, "uuid", final=True)
    wanted = [execute(bulk, f"SHOW CREATE TABLE {name}") for name in TABLE_NAMES]
    execute(bulk, *(f"DROP TABLE {name}" for name in reversed(TABLE_NAMES)))
    create(bulk, "uuid", final=False)
    for name in TABLE_NAMES:
        execute(bulk, *alter_to_final(name))
    assert [execute(bulk, f"SHOW CREATE TABLE {name}") for name in TABLE_NAMES] == wanted


def test_an_orphan_is_counted(bulk: mysql.Bulk) -> None:
    create(bulk, "integer", final=False)
    for name, batch in batches(20, "integer"):
        mysql.load(bulk, name, batch)
    execute(bulk, "DELETE FROM users WHERE id = 7")
    (found,) = execute(bulk, orphan_queries()["fk_addresses_user_id"])
    assert found[0] >= 1


def users(**columns: list[Any]) -> pa.RecordBatch:
    batch = dict(batches(20))["users"]
    for name, values in columns.items():
        place = batch.schema.get_field_index(name)
        field = batch.schema.field(place)
        batch = batch.set_column(place, field, pa.array((values * 20)[:20], field.type))
    return batch


@pytest.mark.parametrize(
    "wrong",
    [{"email": ["one@example.com"]}, {"first_name": ["x" * 61]}, {"id": ["a" * 37, "b"]}],
    ids=["doubled key", "text too long", "key too long"],
)
def test_what_the_server_would_lose_silently_is_an_error(
    mysql_url: str, database: str, bulk: mysql.Bulk, wrong: dict[str, list[Any]]
) -> None:
    create(bulk, "uuid", final=True)
    bulk.commit()
    with pytest.raises(mysql.LoadError, match=r"users: \d+ of 20 rows stored, \d+ warnings: \d+ "):
        mysql.load(bulk, "users", users(**wrong))
    assert not bulk.open
    with mysql.connect(mysql_url, database) as other:
        assert execute(other, "SELECT COUNT(*) FROM users") == ((0,),)


def test_a_missing_table_closes_the_connection(bulk: mysql.Bulk) -> None:
    with pytest.raises(pymysql.MySQLError):
        mysql.load(bulk, "users", users())
    assert not bulk.open


def test_all_text_survives(bulk: mysql.Bulk) -> None:
    create(bulk, "uuid", final=True)
    nasty = ["", " ", "tab\t", "\nline\r\n", "\\", "\\N", "'\"`", "\x00\x1a", "zß水🍌", "%s"]
    mysql.load(bulk, "users", users(first_name=nasty))
    rows = execute(bulk, "SELECT first_name FROM users ORDER BY id")
    assert [row[0] for row in rows] == nasty * 2


def test_an_empty_batch_is_no_statement(bulk: mysql.Bulk) -> None:
    mysql.load(bulk, "users", users().slice(0, 0))
    assert bulk.open


def test_the_session_is_set_up_to_let_go(mysql_url: str) -> None:
    wanted = {
        "transaction_isolation": "READ-COMMITTED",
        "time_zone": "+00:00",
        "wait_timeout": 9,
        "net_read_timeout": 9,
        "lock_wait_timeout": 4,
        "innodb_lock_wait_timeout": 4,
        "foreign_key_checks": 0,
        "autocommit": 0,
    }
    with mysql.connect(mysql_url, idle_seconds=9, lock_seconds=4) as connection:
        (row,) = execute(connection, "SELECT " + ", ".join(f"@@session.{name}" for name in wanted))
    assert dict(zip(wanted, row, strict=True)) == wanted


def test_a_stalled_client_loses_its_transaction(mysql_url: str, database: str, bulk: mysql.Bulk) -> None:
    create(bulk, "uuid", final=True)
    bulk.commit()
    stalled = mysql.connect(mysql_url, database, idle_seconds=1)
    mysql.load(stalled, "users", users())
    ((mine,),) = execute(stalled, "SELECT CONNECTION_ID()")
    deadline = time.monotonic() + 10
    while execute(bulk, f"SELECT 1 FROM information_schema.processlist WHERE id = {mine}"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    mysql.load(bulk, "users", users())
    bulk.commit()
    with pytest.raises(pymysql.MySQLError):
        stalled.commit()
