"""Delete: until nothing of the dataset is left in MySQL or Blob but its tombstone."""

from datetime import datetime

from sqlalchemy.exc import DBAPIError

from cartload_contracts.messages import Delete, Deleted
from cartload_contracts.model import TARGETS
from cartload_kit.database import error_code, retry_on_deadlock, transaction
from cartload_writer.domain.names import dataset_prefix, mint_database
from cartload_writer.errors import RetryLater
from cartload_writer.repository import database_users, databases, datasets, manifest, reports
from cartload_writer.repository.datasets import Dataset
from cartload_writer.tasks.context import Context

_LOCK_TIMEOUT = 1205
_ENTRIES = 5_000


async def delete(context: Context, command: Delete) -> None:
    """Remove database, grants, blobs and records, and answer `deleted`. Raises RetryLater."""
    dataset = await retry_on_deadlock(lambda: _mark(context, command))
    # Whatever its targets: to look for what should not be there costs little, and nothing is left behind.
    # In this order, and the manifest last: whatever is cut short finds its work again, since the tombstone
    # names database and prefix, and a batch that comes late removes the part that it wrote itself.
    await _drop(context, dataset)
    await context.blobs.delete_all(dataset_prefix(dataset.dataset_id))
    await _forget(context, dataset)
    await context.results.publish(Deleted(dataset_id=command.dataset_id))


async def _mark(context: Context, command: Delete) -> Dataset:
    """From here on every batch of it is dropped: those in flight hold its row, and are waited for."""
    now = context.clock()
    async with transaction(context.meta) as connection:
        found = await datasets.find(connection, command.dataset_id, lock=True)
        if found is None:
            found = _tombstone(command, now)
            await datasets.insert(connection, found)
        await datasets.update(connection, found.dataset_id, now, state="deleting")
    return found


def _tombstone(command: Delete, now: datetime) -> Dataset:
    """Of a dataset that never was: a prepare that comes late is refused by it."""
    return Dataset(
        dataset_id=command.dataset_id,
        owner_id=command.owner_id,
        database_name=mint_database(),
        state="deleting",
        load_mode="final",
        ids="uuid",
        format="parquet",
        spec={},
        spec_hash="0" * 64,
        vintage=1,
        segments=[],
        targets=TARGETS,
        created_at=now,
    )


async def _drop(context: Context, dataset: Dataset) -> None:
    name, owner = dataset.database_name, dataset.owner_id
    async with context.work.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        # Before the sessions end, so that none comes back. DROP alone would leave the grants behind.
        await database_users.revoke(connection, name, owner)
        await database_users.end_sessions(connection, owner, name)
        try:
            dropped = await databases.drop(context.work, name)
        except DBAPIError as error:
            if error_code(error) != _LOCK_TIMEOUT:
                raise
            # A session with another default database may hold the tables all the same.
            await database_users.end_sessions(connection, owner, None)
            raise RetryLater("somebody still reads the dataset") from error
    if not dropped:
        raise RetryLater("the database is not gone yet")


async def _forget(context: Context, dataset: Dataset) -> None:
    # Some at a time: one transaction over all rows of a large dataset would hold its locks for long.
    removed = _ENTRIES
    while removed == _ENTRIES:
        async with transaction(context.meta) as connection:
            removed = await manifest.forget(connection, dataset.dataset_id, most=_ENTRIES)
    async with transaction(context.meta) as connection:
        await reports.forget(connection, dataset.dataset_id)
        await datasets.update(connection, dataset.dataset_id, context.clock(), state="deleted")
