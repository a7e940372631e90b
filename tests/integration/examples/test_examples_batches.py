"""examples/batches_to_*: each batch is there once, whatever becomes of messages and of the program."""

import random
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from deltalake import DeltaTable
from pyiceberg.catalog.sql import SqlCatalog

from cartload.schema import TABLE_NAMES, rowhash
from cartload.schema.arrow_types import arrow_schema
from cartload_dev.ports import free_ports
from cartload_kit.kafka import Record
from support.example_programs import ExampleTopics, running
from support.writer_service import Load, command_record

EXTRA = ["dataset_id", "batch_id"]


@dataclass(frozen=True)
class Destination:
    """An example, and how a person looks at what it made."""

    name: str
    read: Callable[[Path, str], pa.Table | None]
    """A table, or None where there is none."""

    def stored(self, path: Path, load: Load) -> dict[str, rowhash.RowHash]:
        """Rows and hash of each table of a dataset; tables without rows are left out."""
        found: dict[str, rowhash.RowHash] = {}
        for name in TABLE_NAMES:
            rows = self.read(path, name)
            if rows is None:
                continue
            rows = rows.filter(pa.compute.equal(rows["dataset_id"], str(load.dataset_id))).drop_columns(EXTRA)
            schema = arrow_schema(name, load.spec.ids)
            rows = rows.select(schema.names).cast(schema).combine_chunks()
            for batch in rows.to_batches():
                found[name] = found.get(name, rowhash.RowHash()) + rowhash.hash_batch(batch, name)
        return found


def duckdb_rows(path: Path, table: str) -> pa.Table | None:
    with duckdb.connect(str(path), read_only=True) as database:
        database.execute("SET TimeZone = 'UTC'")
        if not database.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]).fetchall():
            return None
        return database.sql(f"FROM {table}").to_arrow_table()


def delta_rows(path: Path, table: str) -> pa.Table | None:
    found = str(path / table)
    return DeltaTable(found).to_pyarrow_table() if DeltaTable.is_deltatable(found) else None


def iceberg_rows(path: Path, table: str) -> pa.Table | None:
    catalog = SqlCatalog("cartload", uri=f"sqlite:///{path}/catalog.db", warehouse=path.as_uri())
    try:
        name = ("shop", table)
        return catalog.load_table(name).scan().to_arrow() if catalog.table_exists(name) else None
    finally:
        catalog.close()


DUCKDB = Destination("batches_to_duckdb", duckdb_rows)


@pytest.fixture(
    params=[
        DUCKDB,
        Destination("batches_to_delta", delta_rows),
        Destination("batches_to_iceberg", iceberg_rows),
    ],
    ids=lambda destination: destination.name,
)
def destination(request: pytest.FixtureRequest) -> Destination:
    """Each of the examples."""
    found: Destination = request.param
    return found


def made(**spec: object) -> tuple[Load, list[Record]]:
    """A dataset, and its batches in any order."""
    load = Load.of(customers=1500, clickstream={"sessions_per_customer": 0.5}, **spec)
    records = list(load.records())
    random.shuffle(records)
    return load, records


async def test_each_batch_counts_once(place: ExampleTopics, tmp_path: Path, destination: Destination) -> None:
    """Delivered twice, to a program that is killed, and again to the one that goes on in its place."""
    load, records = made()
    path = tmp_path / "shop"
    half = records[: len(records) // 2]
    await place.send([*half, *half])
    async with running(destination.name, *place.arguments, path, folder=tmp_path) as program:
        # Rows are stored by then, and their offsets are not committed or just about to be.
        await program.printed(lambda line: "stored" in line)
        program.process.kill()
    await place.send(records)
    async with running(destination.name, *place.arguments, path, folder=tmp_path) as program:
        await place.read_by_group()
        assert await program.end(signal.SIGINT) == (0, "")
    assert destination.stored(path, load) == load.totals


async def test_a_deleted_dataset_goes_and_stays_away(
    place: ExampleTopics, tmp_path: Path, destination: Destination
) -> None:
    """Its batches may come again later; another dataset, here with keys of another type, stays."""
    gone, records = made()
    stays, others = made(ids="integer", seed=7)
    path = tmp_path / "shop"
    async with running(destination.name, *place.arguments, path, folder=tmp_path) as program:
        await place.send([*records, *others])
        await place.read_by_group()
        await place.send([command_record(gone.delete())])
        await place.read_by_group()
        assert await program.end(signal.SIGTERM) == (0, "")
    stored = sum(int(line.split(" rows")[0].split()[-1].replace(",", "")) for line in program.lines)
    assert stored == sum(table.rows for load in (gone, stays) for table in load.totals.values())
    async with running(destination.name, *place.arguments, path, folder=tmp_path) as program:
        await place.send(records)
        await place.read_by_group()
        assert await program.end(signal.SIGTERM) == (0, "")
    assert destination.stored(path, gone) == {}
    assert destination.stored(path, stays) == stays.totals


async def test_empty_topics_are_waited_on(place: ExampleTopics, tmp_path: Path) -> None:
    load, records = made()
    path = tmp_path / "shop"
    async with running(DUCKDB.name, *place.arguments, path, folder=tmp_path) as program:
        await place.joined()
        assert await program.end(signal.SIGTERM) == (0, "")
    assert program.lines == []
    assert DUCKDB.stored(path, load) == {}
    async with running(DUCKDB.name, *place.arguments, path, folder=tmp_path) as program:
        await place.joined()
        await place.send(records)
        await program.printed(lambda line: "stored" in line)


async def test_what_is_no_batch_is_named_and_left_out(place: ExampleTopics, tmp_path: Path) -> None:
    load, records = made()
    broken = replace(records[0], value=records[0].value[:100])
    nameless = replace(records[0], headers={"content-type": b"text/plain"})
    await place.send([broken, nameless, *records])
    path = tmp_path / "shop"
    async with running("batches_to_duckdb", *place.arguments, path, folder=tmp_path) as program:
        await place.read_by_group()
        code, errors = await program.end(signal.SIGTERM)
    assert code == 0
    told = errors.splitlines()
    assert len(told) == 2
    assert all(line.startswith(f"left out: {place.prefix}{records[0].topic}, partition ") for line in told)
    assert DUCKDB.stored(path, load) == load.totals


async def test_it_says_when_kafka_cannot_be_reached(tmp_path: Path, destination: Destination) -> None:
    servers = f"127.0.0.1:{free_ports(1)[0]}"
    async with running(destination.name, servers, tmp_path / "shop", folder=tmp_path) as program:
        code, errors = await program.ended()
    assert code == 1
    assert errors.splitlines()[-1].startswith(f"Kafka cannot be reached at {servers}: ")
    assert "Traceback" not in errors


async def test_it_says_when_the_topics_are_not_there(kafka_bootstrap: str, tmp_path: Path) -> None:
    unheard = (kafka_bootstrap, "--prefix", "unheard.")
    async with running(DUCKDB.name, *unheard, tmp_path / "shop", folder=tmp_path) as program:
        code, errors = await program.ended()
    assert code == 1
    (line,) = errors.splitlines()
    assert line.startswith(f"Kafka at {kafka_bootstrap} has no topic unheard.cartload.batches.addresses, ")


async def test_a_database_in_use_is_said_to_be(place: ExampleTopics, tmp_path: Path) -> None:
    path = tmp_path / "shop"
    with duckdb.connect(str(path)):
        async with running("batches_to_duckdb", *place.arguments, path, folder=tmp_path) as program:
            code, errors = await program.ended()
    assert code == 1
    assert f"{path} cannot be opened: " in errors
