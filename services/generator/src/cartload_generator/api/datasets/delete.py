"""Deleting a dataset: gone for its owner at once, removed by a task."""

import logging
from uuid import UUID

from cartload_generator.api.dependencies import Services
from cartload_generator.api.ownership import require_own_dataset
from cartload_generator.domain.entities import Dataset
from cartload_generator.repository import datasets
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_kit.transient_errors import is_transient

log = logging.getLogger(__name__)


async def delete(services: Services, owner_id: UUID, dataset_id: UUID) -> None:
    """Begin to delete a dataset and end its unfinished job. Raises NotFound."""
    deletions = services.dispatcher.deletions
    dataset = await retry_on_deadlock(lambda: _mark(services, owner_id, dataset_id))
    try:
        await deletions.send(dataset_id)
        if dataset.active_job_id is not None:
            await deletions.end_job(dataset.active_job_id)
    except Exception as error:
        if not is_transient(error):
            raise
        # The dataset is marked: the next look sends what could not be sent.
        log.warning("a delete is sent later: %s", error)
    deletions.wake.set()


async def _mark(services: Services, owner_id: UUID, dataset_id: UUID) -> Dataset:
    async with transaction(services.engine) as connection:
        dataset = require_own_dataset(await datasets.lock(connection, dataset_id), owner_id)
        dataset.state = "deleting"
        dataset.delete_due_at = services.clock()
        await datasets.save(connection, dataset)
        return dataset
