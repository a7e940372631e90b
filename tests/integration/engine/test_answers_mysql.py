"""A dataset loaded into a real server, with foreign keys on, gives the same answers there."""

import secrets
from collections.abc import Iterator, Mapping

import pyarrow as pa
import pytest

from cartload.answers import questions
from cartload.answers.document import Cell
from cartload.answers.run import exact
from cartload.ddl import create_table
from cartload.schema import TABLE_NAMES, Ids
from cartload.sinks import mysql
from support.answers_stored import true_rows
from support.engine_truths import dataset
from support.mysql_zones import load_zones


@pytest.fixture
def bulk(mysql_url: str) -> Iterator[mysql.Bulk]:
    """A connection to an empty database that checks foreign keys; the database is dropped in the end."""
    name = f"answers{secrets.token_hex(6)}"
    with mysql.connect(mysql_url) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    with mysql.connect(mysql_url, name, foreign_key_checks=True, idle_seconds=60) as connection:
        yield connection
    with mysql.connect(mysql_url) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")


def fill(connection: mysql.Bulk, tables: Mapping[str, pa.Table], ids: Ids) -> None:
    with connection.cursor() as cursor:
        for name in TABLE_NAMES:
            cursor.execute(create_table(name, ids, final=True))
    for name in TABLE_NAMES:
        for batch in tables[name].to_batches():
            mysql.load(connection, name, batch)
    connection.commit()
    load_zones(connection, tables["users"]["time_zone"].unique().to_pylist())


def answers_of(connection: mysql.Bulk) -> dict[str, tuple[tuple[Cell, ...], ...]]:
    with connection.cursor() as cursor:
        found = {}
        for question in questions():
            cursor.execute(question.mysql)
            found[question.name] = exact(cursor.fetchall())
            assert not cursor.warning_count, question.name
    return found


@pytest.mark.parametrize("ids", ["uuid", "integer"])
def test_the_server_gives_the_true_answers(bulk: mysql.Bulk, ids: Ids) -> None:
    _, tables = dataset(customers=1200, ids=ids)
    fill(bulk, tables, ids)
    assert answers_of(bulk) == true_rows(tables)
