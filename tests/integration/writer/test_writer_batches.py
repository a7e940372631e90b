"""Batches: stored once in MySQL and Blob, whatever is delivered how often."""

import asyncio
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pymysql
import pytest

from cartload import schema
from cartload.schema.rowhash import RowHash, hash_batch
from cartload_contracts.messages import Failed, Stored
from cartload_kit.kafka.errors import BadMessage, KafkaUnavailable, TryAgain
from cartload_writer.adapters.blob import BlobStore, Part
from cartload_writer.adapters.blob_account import BlobAccount
from cartload_writer.adapters.bulk_connections import BulkPool
from cartload_writer.domain import names
from support.writer_service import Load, Place, Writer, ipc, root, rows_in

SMALL = {"customers": 30, "seed": 7}


@pytest.fixture
async def load(writer: Writer) -> Load:
    """A small dataset that is prepared and has no rows yet."""
    made = Load.of(**SMALL)
    await writer.run(made.prepare())
    writer.told.results.clear()
    return made


def batch_of(load: Load, table: str) -> Any:
    """The first batch of a table."""
    return next(record for record in load.records() if record.topic.endswith(f".{table}"))


async def parts(writer: Writer, load: Load) -> dict[str, bytes]:
    """What lies in Blob of a dataset."""
    found = await writer.parts(load)
    return {name: b"".join([piece async for piece in writer.blobs.read(name)]) for name in found}


def count(writer: Writer, load: Load, table: str) -> int:
    return int(writer.query(f"SELECT COUNT(*) FROM `{writer.database(load)}`.`{table}`")[0][0])


def entries(writer: Writer, load: Load) -> Any:
    return writer.query("SELECT * FROM manifest WHERE dataset_id = %s", str(load.dataset_id))


async def nothing_is_there(writer: Writer, load: Load, table: str) -> bool:
    return not entries(writer, load) and count(writer, load, table) == 0


@pytest.mark.parametrize("file_format", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("ids", ["uuid", "integer"])
async def test_rows_are_in_mysql_and_in_blob(writer: Writer, ids: str, file_format: str) -> None:
    load = Load.of(**SMALL, ids=ids, format=file_format)
    await writer.make(load)
    answer = await writer.get(load, "/report")
    assert all(check["violations"] == 0 for check in answer.json()["checks"])
    assert {table: count(writer, load, table) for table in schema.TABLE_NAMES} == {
        table: found.rows for table, found in load.totals.items()
    }
    stored = await parts(writer, load)
    assert len(stored) == len(entries(writer, load)) == len(schema.TABLE_NAMES)
    assert all(name.endswith(f".{file_format}") for name in stored)


async def test_rows_read_back_from_blob_have_the_hash_of_those_made(writer: Writer, load: Load) -> None:
    await writer.store(load)
    found = dict.fromkeys(load.totals, RowHash())
    for name, data in (await parts(writer, load)).items():
        table = name.split("/")[2]
        for rows in pq.read_table(pa.BufferReader(data)).to_batches():
            found[table] = found.get(table, RowHash()) + hash_batch(rows, table)
    assert found == load.totals


async def test_a_stored_batch_is_told_with_its_coordinates(writer: Writer, load: Load) -> None:
    record = batch_of(load, "users")
    await writer.handler(record)
    (told,) = writer.told.of(Stored)
    rows = rows_in(record)
    assert (told.dataset_id, told.job_id, told.table, told.chunk) == (
        load.dataset_id,
        load.job_id,
        "users",
        0,
    )
    assert (told.rows, told.row_hash) == (rows.num_rows, hash_batch(rows, "users").hex)
    (data,) = (await parts(writer, load)).values()
    assert told.bytes == len(data)
    assert told.storing_seconds > 0
    assert told.generating_seconds == 0.5
    (row,) = writer.query("SELECT sha256 FROM manifest WHERE dataset_id = %s", str(load.dataset_id))
    assert row[0] == sha256(data).hexdigest()


async def test_a_repeated_batch_is_told_again_and_changes_nothing(writer: Writer, load: Load) -> None:
    record = batch_of(load, "users")
    for _ in range(3):
        await writer.handler(record)
    first, second, third = writer.told.of(Stored)
    assert second == third
    assert first.model_copy(update={"storing_seconds": second.storing_seconds}) == second
    assert count(writer, load, "users") == 30


async def test_deliveries_at_the_same_time_have_one_effect(writer: Writer, load: Load) -> None:
    record = batch_of(load, "users")
    await asyncio.gather(*(writer.handler(record) for _ in range(6)))
    assert len(writer.told.of(Stored)) == 6
    assert count(writer, load, "users") == 30
    assert len(entries(writer, load)) == 1


async def test_a_lost_answer_heals_itself(writer: Writer, load: Load) -> None:
    record = batch_of(load, "users")
    writer.told.losing = KafkaUnavailable("away")
    with pytest.raises(KafkaUnavailable):
        await writer.handler(record)
    writer.told.losing = None
    await writer.handler(record)
    assert len(writer.told.of(Stored)) == 1
    assert count(writer, load, "users") == 30


async def test_other_rows_at_stored_coordinates_are_refused_and_told(writer: Writer, load: Load) -> None:
    record = batch_of(load, "users")
    await writer.handler(record)
    other = load.record("users", 0, rows_in(record).slice(1))
    with pytest.raises(BadMessage, match="other rows are stored"):
        await writer.handler(other)
    await writer.handler.refused(other, "other rows are stored here")
    (told,) = writer.told.of(Failed)
    assert (told.stage, told.table, told.job_id) == ("store", "users", load.job_id)
    assert count(writer, load, "users") == 30


def broken(load: Load) -> dict[str, Any]:
    """Batches that must not be believed, by what is wrong with them."""
    record = batch_of(load, "users")
    rows = rows_in(record)
    swapped = rows.set_column(2, rows.schema.field(2), rows.column(3))
    whole = ipc(rows)
    return {
        "cut off": replace(record, value=record.value[: len(record.value) // 2]),
        "no arrow": replace(record, value=b"hello"),
        "empty": replace(record, value=b""),
        "bit flipped": replace(record, value=whole[:-200] + bytes([whole[-200] ^ 255]) + whole[-199:]),
        "fewer rows": load.record("users", 0, rows, rows=rows.num_rows + 1),
        "other hash": load.record("users", 0, rows, row_hash="0" * 32),
        "other values": replace(record, value=ipc(swapped)),
        "other columns": replace(record, value=ipc(rows.select(rows.schema.names[:-1]))),
        "other table": replace(record, topic="cartload.batches.wishlist"),
        "no envelope": replace(record, headers={}),
        "other version": replace(record, headers={**record.headers, "ce_type": b"cartload.batch.v2"}),
        "other vintage": load.record("users", 0, rows, vintage=99),
        "unknown dataset": load.record("users", 0, rows, dataset_id=uuid4()),
    }


@pytest.mark.parametrize("fault", broken(Load.of(**SMALL)))
async def test_a_bad_batch_is_refused_and_leaves_nothing(writer: Writer, load: Load, fault: str) -> None:
    with pytest.raises(BadMessage):
        await writer.handler(broken(load)[fault])
    assert await nothing_is_there(writer, load, "users")
    assert await parts(writer, load) == {}


async def test_a_refused_batch_without_coordinates_is_not_told(writer: Writer, load: Load) -> None:
    await writer.handler.refused(broken(load)["no envelope"], "no envelope")
    assert writer.told.results == []


async def test_a_batch_of_a_deleted_dataset_is_dropped_with_its_part(writer: Writer, load: Load) -> None:
    records = list(load.records())
    await writer.run(load.delete())
    writer.told.results.clear()
    name = names.blob_name(load.dataset_id, "categories", 0, "parquet")
    rows = rows_in(records[0])
    await writer.blobs.put(
        Part(name, b"written before", rows.num_rows, hash_batch(rows, "categories").hex, "parquet")
    )
    for record in records:
        await writer.handler(record)
    assert await parts(writer, load) == {}
    assert entries(writer, load) == ()
    assert writer.told.results == []


async def test_a_deletion_that_comes_in_between_drops_the_batch(
    writer: Writer, load: Load, place: Place
) -> None:
    """The batch has looked already when the deletion takes the dataset's row."""
    key = str(load.dataset_id)
    with root(place.admin) as cursor:
        cursor.execute(f"USE {place.name}")
        cursor.execute("START TRANSACTION")
        cursor.execute("UPDATE datasets SET state = 'deleting' WHERE dataset_id = %s", (key,))
        storing = asyncio.create_task(writer.handler(batch_of(load, "users")))
        await waiting_for_the_row(place, 1)
        cursor.execute("COMMIT")
        await storing
    assert await parts(writer, load) == {}
    assert await nothing_is_there(writer, load, "users")
    assert writer.told.results == []


async def waiting_for_the_row(place: Place, sessions: int) -> list[int]:
    """The sessions that wait for a dataset's row, once there are so many."""
    with root(place.admin) as cursor:
        async with asyncio.timeout(5):
            while True:
                cursor.execute(
                    "SELECT ID FROM information_schema.PROCESSLIST "
                    f"WHERE USER = '{place.name}' AND INFO LIKE '%LOCK IN SHARE MODE'"
                )
                found = [row[0] for row in cursor.fetchall()]
                if len(found) >= sessions:
                    return found
                await asyncio.sleep(0.01)


async def test_a_session_killed_in_its_transaction_is_tried_again(
    writer: Writer, load: Load, place: Place
) -> None:
    record = batch_of(load, "users")
    with root(place.admin) as cursor:
        cursor.execute(f"USE {place.name}")
        cursor.execute("START TRANSACTION")
        cursor.execute("SELECT 1 FROM datasets WHERE dataset_id = %s FOR UPDATE", (str(load.dataset_id),))
        storing = asyncio.create_task(writer.handler(record))
        (session,) = await waiting_for_the_row(place, 1)
        with root(place.admin) as killer:
            killer.execute(f"KILL {session}")
        with pytest.raises(TryAgain):
            await storing
        cursor.execute("ROLLBACK")
    assert await nothing_is_there(writer, load, "users")
    await writer.handler(record)
    assert count(writer, load, "users") == 30
    assert len(writer.told.of(Stored)) == 1


async def test_a_cancelled_batch_can_be_repeated(writer: Writer, load: Load, place: Place) -> None:
    record = batch_of(load, "users")
    with root(place.admin) as cursor:
        cursor.execute(f"USE {place.name}")
        cursor.execute("START TRANSACTION")
        cursor.execute("SELECT 1 FROM datasets WHERE dataset_id = %s FOR UPDATE", (str(load.dataset_id),))
        storing = asyncio.create_task(writer.handler(record))
        await waiting_for_the_row(place, 1)
        storing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await storing
        cursor.execute("ROLLBACK")
    await writer.handler(record)
    assert count(writer, load, "users") == 30
    assert len(entries(writer, load)) == 1


async def test_rows_that_the_database_does_not_take_are_refused(writer: Writer) -> None:
    """LOAD DATA LOCAL would skip them silently: doubled keys are warnings there."""
    load = Load.of(customers=1001)
    await writer.run(load.prepare())
    record = batch_of(load, "users")
    await writer.handler(record)
    again = load.record("users", 1, rows_in(record))
    with pytest.raises(BadMessage, match="does not take"):
        await writer.handler(again)
    assert count(writer, load, "users") == 1001
    assert len(entries(writer, load)) == 1


async def test_text_that_the_database_would_cut_off_is_refused(writer: Writer, load: Load) -> None:
    """LOAD DATA LOCAL would store every row: what it changes in them is only a warning there."""
    rows = rows_in(batch_of(load, "users"))
    column = rows.schema.field("first_name")
    changed = pa.array(["x" * 61, *rows["first_name"].to_pylist()[1:]], column.type)
    long = rows.set_column(rows.schema.get_field_index("first_name"), column, changed)
    with pytest.raises(BadMessage, match="does not take"):
        await writer.handler(load.record("users", 0, long))
    assert await nothing_is_there(writer, load, "users")


async def test_a_part_of_equal_rows_counts_as_stored(writer: Writer, load: Load) -> None:
    """What an earlier delivery left, whose transaction was rolled back, or whose answer was lost."""
    record = batch_of(load, "users")
    rows = rows_in(record)
    name = names.blob_name(load.dataset_id, "users", 0, "parquet")
    await writer.blobs.put(
        Part(name, b"made by another version", 30, hash_batch(rows, "users").hex, "parquet")
    )
    await writer.handler(record)
    (told,) = writer.told.of(Stored)
    assert told.bytes == len(b"made by another version")
    (row,) = writer.query("SELECT sha256, bytes FROM manifest WHERE dataset_id = %s", str(load.dataset_id))
    assert row == (sha256(b"made by another version").hexdigest(), told.bytes)


async def test_a_part_of_other_rows_is_not_overwritten(writer: Writer, load: Load) -> None:
    name = names.blob_name(load.dataset_id, "users", 0, "parquet")
    await writer.blobs.put(Part(name, b"others", 1, "f" * 32, "parquet"))
    with pytest.raises(BadMessage, match="other rows"):
        await writer.handler(batch_of(load, "users"))
    assert await nothing_is_there(writer, load, "users")
    assert await parts(writer, load) == {name: b"others"}


async def test_blob_away_rolls_back_and_is_tried_again(
    writer: Writer, load: Load, blob_connection_string: str, container: str
) -> None:
    away = blob_connection_string.replace("BlobEndpoint=http://127.0.0.1", "BlobEndpoint=http://127.0.0.2")
    async with BlobStore.connect(BlobAccount(away), container) as blobs:
        handler = replace(writer.handler, storage=replace(writer.handler.storage, blobs=blobs))
        with pytest.raises(TryAgain, match="Blob"):
            await handler(batch_of(load, "users"))
    assert await nothing_is_there(writer, load, "users")


async def test_mysql_away_is_tried_again(writer: Writer, load: Load) -> None:
    def refuse() -> Any:
        return pymysql.connect(host="127.0.0.2", port=1, connect_timeout=1)

    async with BulkPool.open(refuse, 1) as pool:
        handler = replace(writer.handler, storage=replace(writer.handler.storage, pool=pool))
        with pytest.raises(TryAgain, match="MySQL"):
            await handler(batch_of(load, "users"))


async def test_a_table_without_rows_is_a_part_too(writer: Writer, load: Load) -> None:
    empty = rows_in(batch_of(load, "wishlist")).slice(0, 0)
    await writer.handler(load.record("wishlist", 0, empty))
    (data,) = (await parts(writer, load)).values()
    assert pq.read_schema(pa.BufferReader(data)).names == empty.schema.names
    assert writer.told.of(Stored)[0].rows == 0


async def test_after_an_incomplete_end_only_what_was_stored_before_is_answered(writer: Writer) -> None:
    """The totals that the seal told stay true; a retry of the job opens the dataset again."""
    load = Load.of(customers=60)
    await writer.run(load.prepare())
    first, late, *_ = list(load.records())
    await writer.handler(first)
    await writer.run(load.seal(complete=False))
    await writer.handler(late)
    await writer.handler(first)
    assert {one.table for one in writer.told.of(Stored)} == {first.topic.rpartition(".")[2]}
    assert len(writer.told.of(Stored)) == 2
    rows = "SELECT COUNT(*) FROM manifest WHERE dataset_id = %s"
    assert writer.query(rows, str(load.dataset_id))[0] == (1,)

    await writer.run(load.prepare())
    await writer.handler(late)
    assert writer.query(rows, str(load.dataset_id))[0] == (2,)
