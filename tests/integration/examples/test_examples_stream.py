"""examples/stream_to_sqlite: the tables of a stream that comes late, twice and with nonsense in it."""

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from support.example_programs import ExampleTopics, running

MADE = (sys.executable, "-m", "cartload", "stream", "--customers", "100", "--quiet")
TABLES = ("users", "order_details", "payment_details")
TOPICS = ("--topics", ",".join(f"ecommerce-cdc.{table}" for table in TABLES))
FAULTS = "duplicate: {rate: 0.1, within: 86400}\nlate: {rate: 0.2, within: 86400}\npoison: {rate: 0.05}\n"


def expected() -> dict[str, dict[str, Any]]:
    """The rows of each table as their last events have them."""
    printed = subprocess.run([*MADE, "--to", "-", *TOPICS], capture_output=True, check=True).stdout
    rows: dict[str, dict[str, Any]] = {table: {} for table in TABLES}
    for event in map(json.loads, printed.splitlines()):
        row = event["data"]["after"]
        rows[event["topic"].partition(".")[2]][row["id"]] = row
    return rows


def stored(database: Path) -> dict[str, dict[str, Any]]:
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            table: {row["id"]: dict(row) for row in connection.execute(f"SELECT * FROM {table}")}
            for table in TABLES
        }


def play(place: ExampleTopics, folder: Path) -> None:
    plan, ledger = folder / "faults.yaml", folder / "ledger.jsonl"
    plan.write_text(FAULTS, encoding="utf-8")
    to = ("--to", f"kafka://{place.servers}", "--topic-prefix", f"{place.prefix}ecommerce-")
    subprocess.run([*MADE, *to, *TOPICS, "--faults", plan, "--ledger", ledger], check=True)
    place.sent |= {f"{place.prefix}ecommerce-cdc.{table}" for table in TABLES}


async def test_tables_are_kept_whatever_comes_and_however_often(place: ExampleTopics, tmp_path: Path) -> None:
    play(place, tmp_path)
    arguments = (*place.arguments, *TABLES)
    async with running("stream_to_sqlite", *arguments, folder=tmp_path) as example:
        await place.read_by_group()
        code, told = await example.end(signal.SIGTERM)
    assert code == 0
    assert "left out: " in told
    rows = expected()
    assert stored(tmp_path / "shop.sqlite") == rows
    play(place, tmp_path)
    async with running("stream_to_sqlite", *arguments, folder=tmp_path) as example:
        await place.read_by_group()
        assert (await example.end(signal.SIGTERM))[0] == 0
    assert stored(tmp_path / "shop.sqlite") == rows
