"""Deleting a dataset: gone for its owner at once, removed by a task."""

from uuid import UUID

from cartload_generator.record import DatasetRecord
from cartload_generator.services import Services
from cartload_generator.store import datasets
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_kit.errors import NotFound


async def delete(services: Services, owner_id: UUID, dataset_id: UUID) -> None:
    """Begin to delete a dataset; its unfinished job is cancelled first, or waited for. Raises NotFound."""
    dataset = await retry_on_deadlock(lambda: _mark(services, owner_id, dataset_id))
    if dataset.active_job_id is not None:
        await services.dispatcher.deletions.cancel_job(dataset.active_job_id)
    services.dispatcher.deletions.wake.set()


async def _mark(services: Services, owner_id: UUID, dataset_id: UUID) -> DatasetRecord:
    async with transaction(services.engine) as connection:
        dataset = await datasets.lock(connection, dataset_id)
        if dataset is None or dataset.owner_id != owner_id or dataset.state == "deleting":
            raise NotFound("There is no such dataset.")
        dataset.state = "deleting"
        # At once, also beside an unfinished job: the writer then answers 404 for it and drops its batches.
        dataset.delete_due_at = services.clock()
        await datasets.save(connection, dataset)
        return dataset
