"""Discard: an append that was cancelled or failed is rolled back, and the dataset is what it was before."""

from dataclasses import replace

from cartload import spec as specs
from cartload.engine.chunks import Segment
from cartload.schema import BLOCK_TABLES
from cartload.spec import counts
from cartload_contracts.messages import Discard, Discarded
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_writer.errors import PermanentFailure
from cartload_writer.repository import databases, dataset_rows, datasets, manifest
from cartload_writer.repository.datasets import Dataset
from cartload_writer.tasks.context import Context
from cartload_writer.tasks.seal import prove

ROWS = 1_000
"""Rows of one deletion: few enough that nobody waits long for its locks."""

PARTS = 256


_COUNTED_BY = {"payment_details": ("order_id", "order_details"), "reviews": ("order_id", "order_details")}
"""Tables whose rows depend on what became of the orders: they go by their order's key."""


async def discard(context: Context, command: Discard) -> None:
    """Leave nothing but the segments that stay, and answer `discarded`. Raises PermanentFailure."""
    dataset = await retry_on_deadlock(lambda: _shrink(context, command))
    first_block = max(Segment(**segment).end_block for segment in dataset.segments)
    if dataset.has_rows:
        await _remove_rows(context, dataset, first_block)
    await _remove_parts(context, dataset, first_block)
    if dataset.has_rows:
        # The dataset says of itself what it holds, so this follows the rows.
        async with databases.session(context.work, dataset.database_name) as connection:
            await databases.describe(connection, dataset)
    async with context.meta.connect() as connection:
        stored = await manifest.totals(connection, dataset.dataset_id)
    await prove(context, dataset, stored, expected=None, state="ready")
    await context.results.publish(
        Discarded(
            dataset_id=command.dataset_id,
            job_id=command.job_id,
            attempt=command.attempt,
            stored=manifest.as_message(stored),
        )
    )


async def _shrink(context: Context, command: Discard) -> Dataset:
    """From here on every batch of the dropped segment is dropped: those in flight are waited for."""
    async with transaction(context.meta) as connection:
        found = await datasets.find(connection, command.dataset_id, lock=True)
        if found is None or found.gone:
            raise PermanentFailure("The dataset is being deleted.")
        segments = [segment.model_dump() for segment in command.segments]
        if found.segments[: len(segments)] != segments:
            raise PermanentFailure("The segments that should stay are not those of the dataset.")
        await datasets.update(connection, found.dataset_id, context.clock(), segments=segments)
    return replace(found, segments=segments)


async def _remove_rows(context: Context, dataset: Dataset, first_block: int) -> None:
    """Keys grow with the rows, so what is dropped is all from one key on; removed some at a time."""
    spec = specs.parse(dataset.spec)
    async with databases.session(context.work, dataset.database_name) as connection:
        # Children first, so that readers see no orphans: this session checks no foreign keys.
        for name in reversed(BLOCK_TABLES):
            column, counted = _COUNTED_BY.get(name, ("id", name))
            key = _key(dataset, counts.first_row(spec, counted, first_block))
            await dataset_rows.remove(connection, name, column, key, at_once=ROWS)


def _key(dataset: Dataset, row: int) -> str | int:
    """The least key that the row of this number, or a later one, can have."""
    return row + 1 if dataset.ids == "integer" else f"{row >> 16:08x}-{row & 0xFFFF:04x}"


async def _remove_parts(context: Context, dataset: Dataset, first_block: int) -> None:
    """Blobs first: the manifest knows of them until they are gone."""
    while True:
        async with context.meta.connect() as connection:
            found = await manifest.from_block(connection, dataset.dataset_id, first_block, limit=PARTS)
        if not found:
            return
        if dataset.has_files:
            await context.blobs.delete_batch([part.blob_name for part in found])
        async with transaction(context.meta) as connection:
            await manifest.remove(connection, dataset.dataset_id, found)
