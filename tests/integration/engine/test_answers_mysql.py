"""What the command wrote, loaded into a real server with foreign keys on, gives the same answers there.

The same files give them in polars and in pandas.
"""

from pathlib import Path

import pandas as pd
import polars as pl
import pymysql
import pytest

from cartload.answers import questions
from cartload.answers.run import exact
from cartload.cli import main
from cartload.encoders import mysql
from cartload.readers import Stored, open_stored
from cartload.schema import TABLE_NAMES
from cartload.schema.ddl import create_table
from support import answers_pandas, answers_polars
from support.answers_stored import Rows, true_rows


@pytest.fixture(params=["uuid", "integer"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A dataset as the command writes it."""
    wanted = (
        "--customers",
        "1200",
        "--set",
        "clickstream.sessions_per_customer=2",
        "--set",
        f"ids={request.param}",
        "--out",
        str(tmp_path / "shop"),
    )
    assert main(["generate", *wanted, "--workers", "1", "--quiet"]) == 0
    return tmp_path / "shop"


def fill(connection: mysql.Bulk, stored: Stored) -> None:
    with connection.cursor() as cursor:
        for name in TABLE_NAMES:
            cursor.execute(create_table(name, stored.ids, final=True))
    for name in TABLE_NAMES:
        for batch in stored.batches(name):
            mysql.load(connection, name, batch)
    connection.commit()


def answers_of(connection: mysql.Bulk) -> dict[str, Rows]:
    found = {}
    with connection.cursor() as cursor:
        for question in questions():
            cursor.execute(question.mysql)
            found[question.name] = exact(cursor.fetchall())
            assert not cursor.warning_count, question.name
    return found


def test_a_time_zone_that_the_server_does_not_know_is_an_error(
    folder: Path, mysql_url: str, database: str
) -> None:
    connection = mysql.connect(mysql_url, database, foreign_key_checks=True, idle_seconds=60)
    (question,) = (one for one in questions() if one.name == "orders_by_local_hour")
    with open_stored(folder) as stored, connection, connection.cursor() as cursor:
        fill(connection, stored)
        cursor.execute("UPDATE users SET time_zone = 'Europe/Atlantis' LIMIT 100")
        with pytest.raises(pymysql.MySQLError, match="time zone not loaded"):
            cursor.execute(question.mysql)


def test_all_engines_give_the_true_answers(folder: Path, mysql_url: str, database: str) -> None:
    connection = mysql.connect(mysql_url, database, foreign_key_checks=True, idle_seconds=60)
    with open_stored(folder) as stored, connection:
        wanted = true_rows(stored)
        fill(connection, stored)
        assert answers_of(connection) == wanted
    with open_stored(f"{mysql_url}{database}") as stored:
        assert true_rows(stored) == wanted
    polars = {name: pl.read_parquet(folder / name / "*.parquet") for name in TABLE_NAMES}
    assert {name: tuple(rows) for name, rows in answers_polars.answers(polars).items()} == wanted
    pandas = {name: pd.read_parquet(folder / name) for name in TABLE_NAMES}
    assert {name: tuple(rows) for name, rows in answers_pandas.answers(pandas).items()} == wanted
