"""What becomes of a batch, whatever is delivered how often and whatever fails, on stores in memory."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pymysql
import pytest
from prometheus_client import REGISTRY

from cartload import VINTAGE
from cartload.encoders.mysql import LoadError
from cartload_contracts.messages import Failed, Stored
from cartload_kit.backoff import Backoff
from cartload_kit.kafka.budget import ByteBudget
from cartload_kit.kafka.errors import BadMessage, KafkaUnavailable, TryAgain
from cartload_kit.kafka.record import Record
from cartload_writer.adapters.blob import BlobUnavailable
from cartload_writer.consumers.batch_handler import BatchHandler
from cartload_writer.consumers.batch_storage import ATTEMPTS, Storage
from cartload_writer.consumers.redelivery import Redelivery
from cartload_writer.repository.batches import AlreadyStored
from support.writer_memory import Blobs, Database, Published, other_rows
from support.writer_service import NOW, Load, rows_in

LOAD = Load.of(customers=5)
RECORD = next(iter(LOAD.records()))
LIMIT = 2**26


def lock_timeout() -> Exception:
    return pymysql.OperationalError(1205, "Lock wait timeout exceeded")


def deadlock() -> Exception:
    return pymysql.OperationalError(1213, "Deadlock found")


@dataclass
class Consumer:
    """A handler with all that it works with."""

    database: Database = field(default_factory=lambda: Database(VINTAGE))
    blobs: Blobs = field(default_factory=Blobs)
    told: Published = field(default_factory=Published)
    again: list[Record] = field(default_factory=list)
    budget: ByteBudget = field(default_factory=lambda: ByteBudget(LIMIT))
    now: float = 1000.0

    def __post_init__(self) -> None:
        async def send(record: Record) -> None:
            self.again.append(record)

        waits = Backoff(first=60.0, longest=600.0)
        self.redelivery = Redelivery(send, waits=waits, clock=lambda: self.now)
        storage = Storage(self.database, self.blobs, "meta", backoff=Backoff(first=0))
        self.handle = BatchHandler(storage, self.told, self.redelivery, self.budget, LIMIT, lambda: NOW)

    @property
    def stored_once(self) -> bool:
        """Whether both stores have the batch, and nothing else is there."""
        return len(self.database.manifest) == len(self.blobs.parts) == 1

    async def has_all_its_memory(self) -> bool:
        """Whether the whole budget can be taken at once."""
        async with asyncio.timeout(1):
            await self.budget.take(LIMIT)
        return True

    @property
    def nothing_stored(self) -> bool:
        return not self.database.manifest and not self.blobs.parts


def counted(outcome: str, table: str = "categories") -> float:
    labels = {"table": table, "outcome": outcome}
    return REGISTRY.get_sample_value("cartload_writer_batches_total", labels) or 0.0


async def test_a_batch_is_in_both_stores_and_told() -> None:
    consumer = Consumer()
    await consumer.handle(RECORD)
    assert consumer.stored_once
    (told,) = consumer.told.results
    assert isinstance(told, Stored)
    assert (told.dataset_id, told.job_id, told.table) == (LOAD.dataset_id, LOAD.job_id, "categories")
    assert told.rows == rows_in(RECORD).num_rows


async def test_deliveries_one_after_the_other_and_at_once_have_one_effect() -> None:
    consumer = Consumer()
    await asyncio.gather(*(consumer.handle(RECORD) for _ in range(3)))
    await consumer.handle(RECORD)
    assert consumer.stored_once
    assert len(consumer.told.results) == 4
    assert len({told.row_hash for told in consumer.told.results}) == 1


async def test_a_result_that_was_lost_is_told_by_the_next_delivery() -> None:
    consumer = Consumer()
    consumer.told.losing = [KafkaUnavailable("away")]
    with pytest.raises(KafkaUnavailable):
        await consumer.handle(RECORD)
    await consumer.handle(RECORD)
    assert consumer.stored_once
    assert len(consumer.told.results) == 1


@pytest.mark.parametrize("step", ["upload", "transaction"])
async def test_a_store_that_is_away_leaves_no_rows_and_the_next_delivery_succeeds(step: str) -> None:
    consumer = Consumer()
    if step == "upload":
        consumer.blobs.away = BlobUnavailable("away")
    else:
        consumer.database.failing = [pymysql.OperationalError(2013, "lost")]
    with pytest.raises(TryAgain):
        await consumer.handle(RECORD)
    assert consumer.database.manifest == {}
    consumer.blobs.away = None
    await consumer.handle(RECORD)
    assert consumer.stored_once
    assert len(consumer.told.results) == 1


async def test_a_dataset_without_files_is_stored_while_blob_is_away() -> None:
    consumer = Consumer()
    consumer.database.files = False
    consumer.blobs.away = BlobUnavailable("refused")
    await consumer.handle(RECORD)
    (kept,) = consumer.database.manifest.values()
    assert (kept.rows, kept.bytes) == (rows_in(RECORD).num_rows, 0)
    assert not consumer.blobs.parts
    (told,) = consumer.told.results
    assert (told.rows, told.bytes) == (kept.rows, 0)


async def test_rows_are_loaded_only_into_datasets_that_have_tables() -> None:
    loaded = []
    for rows in (True, False):
        consumer = Consumer()
        consumer.database.rows = rows
        await consumer.handle(RECORD)
        assert consumer.stored_once
        loaded.append(consumer.database.loaded)
    assert loaded == [rows_in(RECORD).num_rows, 0]


async def test_no_transaction_is_begun_before_the_part_is_stored() -> None:
    consumer = Consumer()
    consumer.blobs.away = BlobUnavailable("away")
    with pytest.raises(TryAgain):
        await consumer.handle(RECORD)
    assert consumer.database.transactions == 0


async def test_a_deadlock_begins_the_transaction_again() -> None:
    consumer = Consumer()
    consumer.database.failing = [deadlock()] * (ATTEMPTS - 1)
    await consumer.handle(RECORD)
    assert consumer.stored_once
    assert consumer.database.transactions == ATTEMPTS


async def test_one_deadlock_too_many_puts_the_batch_aside() -> None:
    consumer = Consumer()
    consumer.database.failing = [deadlock()] * ATTEMPTS
    await consumer.handle(RECORD)
    assert consumer.database.transactions == ATTEMPTS
    assert consumer.told.results == []
    assert consumer.redelivery.is_blocked(LOAD.dataset_id)


async def test_readers_that_hold_locks_are_ended_and_the_batch_is_stored() -> None:
    consumer = Consumer()
    consumer.database.failing, consumer.database.readers = [lock_timeout()], 2
    await consumer.handle(RECORD)
    assert consumer.stored_once
    assert consumer.database.readers == 0


async def test_a_lock_of_somebody_else_is_not_waited_for_a_second_time() -> None:
    """A bulk connection would wait with it, and every other dataset for the connection."""
    consumer, before = Consumer(), counted("deferred")
    consumer.database.failing = [lock_timeout()]
    await consumer.handle(RECORD)
    assert consumer.database.transactions == 1
    assert counted("deferred") == before + 1


async def test_the_next_batches_of_a_locked_dataset_are_put_aside_unseen() -> None:
    consumer = Consumer()
    consumer.database.failing = [lock_timeout()]
    for _ in range(3):
        await consumer.handle(RECORD)
    assert consumer.database.looks == 1
    assert consumer.database.transactions == 1


async def test_a_dataset_that_took_rows_is_no_longer_blocked() -> None:
    """And its next lost lock is a first one: the wait is not doubled."""
    consumer = Consumer()
    consumer.redelivery.lost_a_lock(LOAD.dataset_id)
    first = consumer.redelivery.rests_until(LOAD.dataset_id) - consumer.now
    consumer.now += 1.5 * first
    await consumer.handle(RECORD)
    assert consumer.stored_once
    consumer.redelivery.lost_a_lock(LOAD.dataset_id)
    assert consumer.redelivery.rests_until(LOAD.dataset_id) - consumer.now < 1.4 * first


async def test_rows_that_the_database_does_not_take_are_bad_after_some_attempts() -> None:
    consumer = Consumer()
    consumer.database.failing = [LoadError("3 of 4 rows stored")] * ATTEMPTS
    with pytest.raises(BadMessage, match="3 of 4 rows"):
        await consumer.handle(RECORD)
    assert consumer.database.transactions == ATTEMPTS
    consumer.database.failing = [LoadError("3 of 4 rows stored")] * (ATTEMPTS - 1)
    await consumer.handle(RECORD)
    assert consumer.stored_once


async def test_a_fault_of_the_database_is_not_taken_for_a_lock() -> None:
    consumer = Consumer()
    consumer.database.failing = [pymysql.ProgrammingError(1064, "syntax")]
    with pytest.raises(pymysql.ProgrammingError):
        await consumer.handle(RECORD)
    assert consumer.database.transactions == 1


async def test_other_rows_at_stored_coordinates_are_bad() -> None:
    consumer = Consumer()
    await consumer.handle(RECORD)
    for place, stored in consumer.database.manifest.items():
        consumer.database.manifest[place] = other_rows(stored)
    with pytest.raises(BadMessage, match="other rows"):
        await consumer.handle(RECORD)
    assert len(consumer.told.results) == 1


async def test_a_faster_delivery_of_other_rows_is_noticed_too() -> None:
    """It was not there at the first look."""
    consumer = Consumer()
    await consumer.handle(RECORD)
    ((place, stored),) = consumer.database.manifest.items()
    consumer.database.manifest.clear()

    class Faster(Database):
        def store(self, *args: Any) -> None:
            self.manifest[place] = other_rows(stored)
            raise AlreadyStored

    late = Consumer(database=Faster(VINTAGE))
    with pytest.raises(BadMessage, match="other rows"):
        await late.handle(RECORD)


async def test_a_stored_batch_that_vanished_is_tried_again() -> None:
    """Another delivery stored it, and a roll-back removed it before this one could read it."""
    consumer = Consumer()
    consumer.database.failing = [AlreadyStored()]
    with pytest.raises(TryAgain):
        await consumer.handle(RECORD)


async def test_a_part_of_other_rows_is_bad_and_stays() -> None:
    consumer = Consumer()
    await consumer.handle(RECORD)
    ((name, part),) = consumer.blobs.parts.items()
    consumer.database.manifest.clear()
    consumer.blobs.parts[name] = replace(part, row_hash="f" * 32)
    with pytest.raises(BadMessage, match="other rows"):
        await consumer.handle(RECORD)
    assert consumer.blobs.parts[name].row_hash == "f" * 32
    assert consumer.database.manifest == {}


async def test_a_batch_of_a_deleted_dataset_is_dropped_with_its_part() -> None:
    consumer, before = Consumer(), counted("dropped")
    consumer.database.failing = [pymysql.OperationalError(2013, "lost")]
    with pytest.raises(TryAgain):
        await consumer.handle(RECORD)
    assert len(consumer.blobs.parts) == 1
    consumer.database.gone = True
    await consumer.handle(RECORD)
    assert consumer.nothing_stored
    assert consumer.told.results == []
    assert counted("dropped") == before + 1


async def test_a_dataset_that_goes_between_look_and_transaction_takes_the_part_along() -> None:
    consumer = Consumer()

    async def delete() -> None:
        consumer.database.gone = True

    consumer.blobs.before_put = [delete]
    await consumer.handle(RECORD)
    assert consumer.nothing_stored
    assert consumer.told.results == []


@pytest.mark.parametrize("stored", [False, True])
async def test_a_part_that_was_dropped_too_soon_is_stored_again(stored: bool) -> None:
    """The job is tried again while the part is removed, and another delivery may have stored it."""
    consumer = Consumer()
    consumer.database.gone = True

    async def retry() -> None:
        consumer.database.gone = False
        if stored:
            await consumer.handle(RECORD)

    consumer.blobs.before_delete = [retry]
    await consumer.handle(RECORD)
    assert consumer.stored_once


BAD: dict[str, Callable[[], Record]] = {
    "unreadable": lambda: replace(RECORD, value=b"hello"),
    "no envelope": lambda: replace(RECORD, headers={}),
    "of another topic": lambda: replace(RECORD, topic="cartload.batches.users"),
    "of another vintage": lambda: LOAD.record("categories", 0, rows_in(RECORD), vintage=VINTAGE + 1),
    "with another hash": lambda: LOAD.record("categories", 0, rows_in(RECORD), row_hash="0" * 32),
}


@pytest.mark.parametrize("fault", BAD)
async def test_a_bad_batch_leaves_nothing(fault: str) -> None:
    consumer = Consumer()
    with pytest.raises(BadMessage):
        await consumer.handle(BAD[fault]())
    assert consumer.nothing_stored
    assert await consumer.has_all_its_memory()


async def test_a_batch_of_an_unknown_dataset_is_bad() -> None:
    consumer = Consumer()
    consumer.database.known = False
    with pytest.raises(BadMessage, match="not known"):
        await consumer.handle(RECORD)


async def test_memory_is_given_back_when_a_batch_is_cancelled() -> None:
    consumer, begun = Consumer(), asyncio.Event()

    async def stand_still() -> None:
        begun.set()
        await asyncio.Event().wait()

    consumer.blobs.before_put = [stand_still]
    handling = asyncio.create_task(consumer.handle(RECORD))
    await asyncio.wait_for(begun.wait(), 5)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(consumer.budget.take(LIMIT - len(RECORD.value)), 0)
    handling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await handling
    assert await consumer.has_all_its_memory()


async def test_a_batch_larger_than_the_budget_takes_all_of_it_and_no_more() -> None:
    consumer = Consumer(budget=ByteBudget(1024))
    handler = replace(consumer.handle, most_bytes=1024)
    await handler(RECORD)
    assert consumer.stored_once


async def test_a_dead_letter_is_told_to_its_job() -> None:
    consumer = Consumer()
    await consumer.handle.refused(RECORD, "x" * 5000)
    await consumer.handle.refused(RECORD, "")
    await consumer.handle.refused(replace(RECORD, headers={}), "no coordinates")
    long, empty = consumer.told.results
    assert isinstance(long, Failed)
    assert (long.stage, long.job_id, long.table) == ("store", LOAD.job_id, "categories")
    assert set(long.reason) == {"x"}
    assert empty.reason
