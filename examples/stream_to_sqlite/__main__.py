"""Keep tables of a shop in SQLite as a stream tells of their rows: each as its latest event has it."""

import asyncio
import json
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from examples.kafka_records import Record, Source, parser, records, run

TOPICS = "ecommerce-cdc."
RECORDS_AT_ONCE = 2_000


@dataclass(frozen=True)
class Change:
    """What an event says of a row: ``row`` is None where it is gone."""

    table: str
    key: str
    sequence: int
    row: dict[str, Any] | None


class Shop:
    """The database. Beside the rows it has a table that says which event each is as of."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute(
            "CREATE TABLE IF NOT EXISTS row_versions (topic_table TEXT, row_key TEXT, sequence INTEGER,"
            " PRIMARY KEY (topic_table, row_key)) WITHOUT ROWID"
        )

    def apply(self, changes: list[Change]) -> None:
        """Make the changes in one transaction; one that is older than what is there, or the same, is none."""
        with self._connection:
            for change in changes:
                if self._is_news(change):
                    self._store(change)

    def _is_news(self, change: Change) -> bool:
        version = self._connection.execute(
            "INSERT INTO row_versions VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET sequence = excluded.sequence"
            " WHERE excluded.sequence > sequence",
            (change.table, change.key, change.sequence),
        )
        return version.rowcount == 1

    def _store(self, change: Change) -> None:
        if change.row is None:
            self._connection.execute(
                f"DELETE FROM {change.table} WHERE id = ?", (json.loads(change.key)["id"],)
            )
            return
        columns = ", ".join(change.row)
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {change.table} ({columns}, PRIMARY KEY (id))")
        markers = ", ".join("?" * len(change.row))
        self._connection.execute(
            f"REPLACE INTO {change.table} ({columns}) VALUES ({markers})", tuple(change.row.values())
        )


def change_of(record: Record, tables: set[str]) -> Change | None:
    """What a record says; None, and a word on standard error, for what cannot be read."""
    try:
        headers, value = dict(record.headers), json.loads(record.value)
        table = record.topic.rpartition(".")[2]
        row: dict[str, Any] | None = value["after"]
        if table not in tables or (row is not None and not all(map(str.isidentifier, row))):
            raise ValueError(f"no row of {table}")
        return Change(table, record.key.decode(), int(headers["sequence"]), row)
    except (KeyError, TypeError, ValueError) as error:
        where = f"{record.topic}, partition {record.partition}, offset {record.offset}"
        print(f"left out: {where}: {error!r}", file=sys.stderr, flush=True)
        return None


async def main(source: Source, tables: list[str], database: Path) -> None:
    """Follow the tables until the program is told to stop."""
    with closing(sqlite3.connect(database, check_same_thread=False)) as connection:
        shop = Shop(connection)
        topics = [TOPICS + table for table in tables]
        async for found in records(source, topics, at_once=RECORDS_AT_ONCE):
            changes = [change for record in found if (change := change_of(record, set(tables)))]
            # SQLite would hold up the loop, on which Kafka is told that this program is alive.
            await asyncio.to_thread(shop.apply, changes)
            print(f"{len(changes)} changes", flush=True)


if __name__ == "__main__":
    arguments = parser(__doc__, group="cartload-to-sqlite")
    arguments.add_argument("tables", nargs="+", help="tables to follow, as in: users order_details")
    arguments.add_argument(
        "--database", type=Path, default="shop.sqlite", help="where the rows are kept (%(default)s)"
    )
    given = arguments.parse_args()
    if wrong := [table for table in given.tables if not table.isidentifier()]:
        arguments.error(f"{', '.join(wrong)}: no name of a table")
    run(main(Source.given(given), given.tables, given.database))
