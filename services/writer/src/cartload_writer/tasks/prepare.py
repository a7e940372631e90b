"""Prepare: the dataset gets its database, if it has rows, or a further segment.

Repeated, it only answers again.
"""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

import cartload
from cartload import spec as specs
from cartload_contracts.messages import Prepare, Prepared
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_writer.domain.names import mint_database
from cartload_writer.domain.states import has_rows
from cartload_writer.errors import PermanentFailure
from cartload_writer.repository import database_users, databases, datasets, stock
from cartload_writer.repository.datasets import Dataset
from cartload_writer.tasks.context import Context


async def prepare(context: Context, command: Prepare) -> None:
    """Make or extend the dataset and answer `prepared`. Raises PermanentFailure."""
    spec = _spec(command)
    dataset, stocked = await retry_on_deadlock(lambda: _record(context, command, spec))
    if stocked:
        context.database_pool.wake()
    elif dataset.has_rows:
        await _complete(context, dataset)
    await _let_owner_read(context, dataset)
    await _require_still_wanted(context, dataset)
    await context.results.publish(
        Prepared(dataset_id=command.dataset_id, job_id=command.job_id, attempt=command.attempt)
    )


def _spec(command: Prepare) -> specs.Spec:
    if command.vintage != cartload.VINTAGE:
        raise PermanentFailure(
            f"The dataset belongs to vintage {command.vintage} of the engine, "
            f"this is vintage {cartload.VINTAGE}: its rows would differ."
        )
    try:
        return specs.parse(command.spec)
    except specs.SpecError as error:
        raise PermanentFailure(f"The spec cannot be used: {error}"[:2000]) from error


async def _record(context: Context, command: Prepare, spec: specs.Spec) -> tuple[Dataset, bool]:
    """The dataset's row; and whether its database came from the stock, with nothing left to do."""
    async with transaction(context.meta) as connection:
        found = await datasets.find(connection, command.dataset_id, lock=True)
        if found is not None:
            return await _extend(context, connection, found, command), False
        if command.kind == "append":
            raise PermanentFailure("The dataset to append to is not known here.")
        with_rows = has_rows(command.targets)
        deferred = with_rows and command.rows_expected > context.deferred_rows
        # Ready databases have text keys and all indexes: they are of no use to other datasets.
        fitting = with_rows and not deferred and spec.ids == "uuid"
        name = await stock.take(connection) if fitting else None
        now = context.clock()
        dataset = Dataset(
            dataset_id=command.dataset_id,
            owner_id=command.owner_id,
            database_name=name or mint_database(),
            state="creating",
            load_mode="deferred" if deferred else "final",
            ids=spec.ids,
            format=spec.format,
            spec=command.spec,
            spec_hash=command.spec_hash,
            vintage=command.vintage,
            segments=_segments(command),
            targets=command.targets,
            created_at=now,
        )
        await datasets.insert(connection, dataset)
        if name is None:
            return dataset, False
        await databases.describe(connection, dataset)
        return dataset, True


async def _extend(context: Context, connection: AsyncConnection, found: Dataset, command: Prepare) -> Dataset:
    if found.gone or found.owner_id != command.owner_id:
        raise PermanentFailure("The dataset is being deleted.")
    if found.spec_hash != command.spec_hash:
        raise PermanentFailure("The dataset was made from another spec.")
    if found.vintage != command.vintage:
        raise PermanentFailure(
            f"The dataset belongs to vintage {found.vintage} of the engine, the job to {command.vintage}."
        )
    # A job that is tried again opens its dataset again; an append leaves a ready one readable as ready.
    state = "creating" if command.kind == "create" and found.state == "incomplete" else found.state
    segments = _segments(command)
    await datasets.update(connection, found.dataset_id, context.clock(), segments=segments, state=state)
    return replace(found, segments=segments, state=state)


async def _complete(context: Context, dataset: Dataset) -> None:
    """Whatever of the database is missing: everything, or nothing."""
    final = dataset.load_mode == "final"
    await databases.make(context.work, dataset.database_name, dataset.ids, final=final)
    async with databases.session(context.work, dataset.database_name) as connection:
        await databases.describe(connection, dataset)


async def _let_owner_read(context: Context, dataset: Dataset) -> None:
    """Grant after the dataset's row was committed, never before.

    Whoever makes a password commits the user's row first and looks for datasets then. As each side writes
    before it looks, one of the two sees the other, in whatever order they run.
    """
    async with context.meta.connect() as connection:
        if not await database_users.exists(connection, dataset.owner_id):
            return
    await database_users.grant_unless_gone(context.meta, dataset.dataset_id, dataset.owner_id)


async def _require_still_wanted(context: Context, dataset: Dataset) -> None:
    """Remove the database again if the dataset was deleted meanwhile.

    A deletion waits for the task of a prepare, but not for one whose process stood still for longer than its
    lease. As each side writes before it looks, one of the two removes what this one made.
    """
    async with context.meta.connect() as connection:
        found = await datasets.find(connection, dataset.dataset_id)
    if found is None or found.gone:
        await databases.drop(context.work, dataset.database_name)
        raise PermanentFailure("The dataset is being deleted.")


def _segments(command: Prepare) -> list[dict[str, int]]:
    return [segment.model_dump() for segment in command.segments]
