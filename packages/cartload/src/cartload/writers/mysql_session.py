"""Sessions of those who write datasets into MySQL or MariaDB: opened, prepared, and their errors told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pymysql

from cartload.encoders import mysql
from cartload.encoders.mysql import Bulk
from cartload.schema import TABLE_NAMES
from cartload.storage import about, mysql_url, stream_position
from cartload.writers.job import OutputError

_IDLE_SECONDS: Final = 120


def connect(url: str, *, read_seconds: int = _IDLE_SECONDS, foreign_key_checks: bool = False) -> Bulk:
    """A connection for writing, which waits so long for an answer."""
    return mysql.connect(
        url,
        idle_seconds=_IDLE_SECONDS,
        read_seconds=read_seconds,
        foreign_key_checks=foreign_key_checks,
        ssl=mysql_url.tls(url),
    )


def execute(connection: Bulk, statement: str, *values: Any) -> Any:
    """The rows that a statement answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


def use_database(connection: Bulk, url: str) -> None:
    """Choose the database of a URL, made if there is none."""
    name = mysql_url.database(url)
    execute(connection, f"CREATE DATABASE IF NOT EXISTS `{name}`")
    execute(connection, f"USE `{name}`")


def tables(connection: Bulk) -> set[str]:
    """What the database holds."""
    return {row[0] for row in execute(connection, "SHOW TABLES")}


def require_no_tables(connection: Bulk, url: str) -> None:
    """Raise OutputError where the database has tables of a dataset."""
    there = tables(connection)
    ours = (*TABLE_NAMES, about.TABLE, stream_position.TABLE)
    if present := [table for table in ours if table in there]:
        there_already = f"{mysql_url.shown(url)} has {', '.join(present)} already"
        raise OutputError(f"{there_already}: choose another database, or drop them")


@contextmanager
def translate_errors(url: str) -> Iterator[None]:
    """What the server or the way to it refuses, as OutputError."""
    try:
        yield
    except (pymysql.MySQLError, mysql.LoadError) as error:
        words = error.args[-1] if error.args else type(error).__name__
        raise OutputError(f"{mysql_url.shown(url)}: {words}") from error
