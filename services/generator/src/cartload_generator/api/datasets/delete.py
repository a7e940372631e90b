"""Deleting a dataset: gone for its owner with the answer, in every service; removed by a task."""

import logging
from collections.abc import Awaitable
from uuid import UUID

from cartload_generator.api.dependencies import Services
from cartload_generator.api.ownership import require_own_dataset
from cartload_generator.domain.entities import Dataset
from cartload_generator.repository import datasets, streams
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_kit.describe_error import describe_error

READ_SECONDS = 2.0
"""How long a deletion waits for the writer to hear of it: one that is away must not keep anybody waiting."""

log = logging.getLogger(__name__)


async def delete(services: Services, owner_id: UUID, dataset_id: UUID) -> None:
    """Begin to delete a dataset and end its unfinished job. Raises NotFound."""
    deletions = services.dispatcher.deletions
    dataset = await retry_on_deadlock(lambda: _mark(services, owner_id, dataset_id))
    # The command first: until the writer has read it, it goes on serving rows and files of the dataset.
    sent = await _or_later(deletions.send(dataset_id))
    if dataset.active_job_id is not None:
        await _or_later(deletions.end_job(dataset.active_job_id))
    deletions.wake.set()
    if sent:
        await _or_later(services.backlog.until_commands_are_read(READ_SECONDS))


async def delete_all(services: Services, owner_id: UUID) -> None:
    """Begin to delete all datasets of a user whose account is gone; no job is taken from it any more."""

    async def mark() -> None:
        async with transaction(services.engine) as connection:
            now = services.clock()
            await datasets.delete_owner(connection, owner_id, now)
            await streams.delete_of_owner(connection, owner_id, now)

    await retry_on_deadlock(mark)
    # Ends the unfinished jobs, and sends the deletes until each is answered.
    services.dispatcher.deletions.wake.set()


async def _or_later(work: Awaitable[object]) -> bool:
    """Do a part of the deletion now (True), or leave it to the loop that looks for what is due (False)."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - whatever it was, the dataset is marked and gone for its owner
        log.warning("a part of a deletion is done later: %s", describe_error(error))
        return False
    return True


async def _mark(services: Services, owner_id: UUID, dataset_id: UUID) -> Dataset:
    async with transaction(services.engine) as connection:
        dataset = require_own_dataset(await datasets.lock(connection, dataset_id), owner_id)
        dataset.state = "deleting"
        dataset.delete_due_at = services.clock()
        await datasets.save(connection, dataset)
        await streams.delete_of_dataset(connection, dataset_id, dataset.delete_due_at)
        return dataset
