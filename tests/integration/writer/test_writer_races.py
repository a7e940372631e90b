"""What comes in between: a deletion, a retry or a late batch at the worst moment of something else."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_contracts.messages import Result, Sealed, Sealing, Stored
from cartload_kit.errors import NotFound
from cartload_kit.kafka.record import Record
from cartload_writer.adapters.blob import BlobStore, Part, StoredPart
from cartload_writer.api.report import start_report
from cartload_writer.domain import names
from cartload_writer.errors import PermanentFailure
from cartload_writer.repository import database_users, datasets
from support.writer_service import NOW, Load, Place, Writer, root


@contextmanager
def before(engine: AsyncEngine, beginning: str, happens: Callable[[], None]) -> Iterator[None]:
    """Have something happen before each statement that begins so."""

    def look(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith(beginning):
            happens()

    event.listen(engine.sync_engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", look)


def mark_deleted(place: Place, load: Load) -> None:
    with root(place.admin) as cursor:
        cursor.execute(
            f"UPDATE {place.name}.datasets SET state = 'deleted' WHERE dataset_id = %s",
            (str(load.dataset_id),),
        )


async def test_a_database_that_is_made_after_the_deletion_is_removed(writer: Writer, place: Place) -> None:
    """The prepare stood still until its lease had run out, and the deletion was done meanwhile."""
    load = Load.of(customers=10)
    await database_users.set_password(writer.context.meta, load.owner_id, names.new_password(), NOW)
    with (
        before(writer.context.work, "CREATE DATABASE", lambda: mark_deleted(place, load)),
        pytest.raises(PermanentFailure, match="deleted"),
    ):
        await writer.run(load.prepare())
    known = "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = %s"
    assert writer.query(known, writer.database(load)) == ()
    assert writer.query("SELECT 1 FROM mysql.db WHERE Db = %s", writer.database(load)) == ()
    assert writer.told.results == []


class Interrupted(BlobStore):
    """Blob, with something that happens once before a part is removed, or once after one is stored."""

    def __init__(
        self,
        blobs: BlobStore,
        *,
        before_delete: Callable[[], Awaitable[None]],
        after_put: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.blobs = blobs
        self.before_delete: list[Callable[[], Awaitable[None]]] = [before_delete]
        self.after_put = [] if after_put is None else [after_put]

    async def put(self, part: Part) -> StoredPart:
        stored = await self.blobs.put(part)
        if self.after_put:
            await self.after_put.pop()()
        return stored

    async def delete(self, name: str) -> None:
        if self.before_delete:
            await self.before_delete.pop()()
        await self.blobs.delete(name)


@pytest.mark.parametrize("cancelled", ["before the batch", "while it is stored"])
async def test_a_dropped_batch_takes_no_part_away_that_a_retry_has_stored(
    writer: Writer, cancelled: str
) -> None:
    """The job ends incomplete and is tried again while an old delivery is just dropping its part."""
    load = Load.of(customers=30)
    await writer.run(load.prepare())
    record = next(iter(load.records()))

    async def cancel() -> None:
        await writer.run(load.seal(complete=False))

    async def retry() -> None:
        await writer.run(load.prepare())
        await writer.handler(record)

    blobs = Interrupted(writer.blobs, before_delete=retry)
    if cancelled == "before the batch":
        await cancel()
    else:
        blobs.after_put.append(cancel)
    handler = replace(writer.handler, storage=replace(writer.handler.storage, blobs=blobs))
    await handler(record)
    key = str(load.dataset_id)
    ((name,),) = writer.query("SELECT blob_name FROM manifest WHERE dataset_id = %s", key)
    assert await writer.parts(load) == {name}
    assert len({told.row_hash for told in writer.told.of(Stored)}) == 1


class Between:
    """Keeps results; stores a batch when the seal says that it checks."""

    def __init__(self, writer: Writer, late: Record) -> None:
        self.writer = writer
        self.late = late

    async def publish(self, result: Result) -> None:
        if isinstance(result, Sealing) and result.phase == "checking":
            await self.writer.handler(self.late)
        await self.writer.told.publish(result)


async def test_what_an_incomplete_seal_tells_is_what_is_stored(writer: Writer) -> None:
    """A batch of the cancelled job comes while the seal counts."""
    load = Load.of(customers=30)
    await writer.run(load.prepare())
    first, late, *_ = load.records()
    await writer.handler(first)
    writer.context = replace(writer.context, results=Between(writer, late))
    await writer.run(load.seal(complete=False))
    (sealed,) = writer.told.of(Sealed)
    assert sealed.stored is not None
    rows = writer.query("SELECT table_name FROM manifest WHERE dataset_id = %s", str(load.dataset_id))
    assert {name for (name,) in rows} == set(sealed.stored)
    report = (await writer.get(load, "/report")).json()
    assert not any(check["violations"] for check in report["checks"])


async def test_no_report_is_begun_for_a_dataset_that_was_deleted_meanwhile(writer: Writer) -> None:
    """The request looked at the dataset before the deletion, which has removed all reports since."""
    load = Load.of(customers=10)
    await writer.make(load)
    async with writer.context.meta.connect() as connection:
        dataset = await datasets.find(connection, load.dataset_id)
    assert dataset is not None
    await writer.run(load.delete())
    with pytest.raises(NotFound):
        await start_report(dataset, writer.app.state.services)
    key = str(load.dataset_id)
    assert writer.query("SELECT 1 FROM reports WHERE dataset_id = %s", key) == ()
    assert writer.query("SELECT 1 FROM tasks WHERE dataset_id = %s", key) == ()
