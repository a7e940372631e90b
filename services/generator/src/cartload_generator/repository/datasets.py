"""Datasets, and the limits of their owners, in the database."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.dialects.mysql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_generator.domain.entities import Dataset
from cartload_generator.repository.jobs import sums_of
from cartload_generator.repository.models import datasets, owners

_KEPT = tuple(field.name for field in fields(Dataset) if field.name != "tables")


async def lock_owner(connection: AsyncConnection, owner_id: UUID) -> None:
    """Let no other request of this user check limits until this transaction ends."""
    # An insert that meets the row locks it, so it makes no difference whether the user has one yet.
    statement = upsert(owners).values(owner_id=owner_id)
    await connection.execute(statement.on_duplicate_key_update(owner_id=statement.inserted.owner_id))


async def owner_is_deleted(connection: AsyncConnection, owner_id: UUID) -> bool:
    """Whether the user's account was deleted."""
    query = select(owners.c.deleted_at).where(owners.c.owner_id == owner_id)
    return await connection.scalar(query) is not None


async def delete_owner(connection: AsyncConnection, owner_id: UUID, now: datetime) -> None:
    """Note that the user's account was deleted, and mark all datasets of the user to be deleted."""
    statement = upsert(owners).values(owner_id=owner_id, deleted_at=now)
    # The row is locked from here on: a job that is just being made is seen below, a later one is refused.
    await connection.execute(statement.on_duplicate_key_update(deleted_at=statement.inserted.deleted_at))
    left = (datasets.c.owner_id == owner_id, datasets.c.state != "deleting")
    await connection.execute(update(datasets).where(*left).values(state="deleting", delete_due_at=now))


async def stored_bytes(connection: AsyncConnection, owner_id: UUID) -> int:
    """Bytes that a user's datasets take, those being deleted included until they are gone."""
    total = func.coalesce(func.sum(datasets.c.bytes), 0)
    query = select(total).where(datasets.c.owner_id == owner_id, datasets.c.deleted_at.is_(None))
    return int(await connection.scalar(query) or 0)


async def most_stored_bytes(connection: AsyncConnection) -> int:
    """The bytes that the datasets of the user take who stores most."""
    total = func.sum(datasets.c.bytes).label("total")
    query = select(total).where(datasets.c.deleted_at.is_(None)).group_by(datasets.c.owner_id)
    return int(await connection.scalar(query.order_by(total.desc()).limit(1)) or 0)


async def add(connection: AsyncConnection, dataset: Dataset) -> None:
    """Insert a dataset."""
    await connection.execute(insert(datasets).values(_values(dataset)))


async def save(connection: AsyncConnection, dataset: Dataset) -> None:
    """Write back what may change of a dataset that was read under lock."""
    values = _values(dataset)
    changing = ("state", "tables", "bytes", "active_job_id", "delete_due_at", "deleted_at")
    await connection.execute(
        update(datasets).where(datasets.c.id == dataset.id).values({name: values[name] for name in changing})
    )


async def lock(connection: AsyncConnection, dataset_id: UUID) -> Dataset | None:
    """Read a dataset and keep others from changing it."""
    return await _one(connection, select(datasets).where(datasets.c.id == dataset_id).with_for_update())


async def find(connection: AsyncConnection, dataset_id: UUID) -> Dataset | None:
    """Read a dataset, also one that is being deleted or is gone."""
    return await _one(connection, select(datasets).where(datasets.c.id == dataset_id))


async def page(
    connection: AsyncConnection, owner_id: UUID, *, states: Sequence[str], below: int | None, limit: int
) -> list[Dataset]:
    """A user's datasets, newest first, those being deleted left out."""
    query = (
        select(datasets)
        .where(datasets.c.owner_id == owner_id, datasets.c.state != "deleting")
        .order_by(datasets.c.number.desc())
        .limit(limit)
    )
    if states:
        query = query.where(datasets.c.state.in_(states))
    if below is not None:
        query = query.where(datasets.c.number < below)
    return [_record(row) for row in await connection.execute(query)]


async def due_deletes(connection: AsyncConnection, now: datetime, limit: int = 100) -> list[UUID]:
    """Datasets whose delete must be sent (again)."""
    query = select(datasets.c.id).where(datasets.c.delete_due_at <= now).limit(limit)
    return list(await connection.scalars(query))


async def jobs_of_deleted(connection: AsyncConnection, limit: int = 100) -> list[UUID]:
    """Unfinished jobs of datasets that are to be deleted."""
    query = (
        select(datasets.c.active_job_id)
        .where(datasets.c.state == "deleting", datasets.c.active_job_id.is_not(None))
        .limit(limit)
    )
    return [job_id for job_id in await connection.scalars(query) if job_id is not None]


async def _one(connection: AsyncConnection, query: Select[Any]) -> Dataset | None:
    row = (await connection.execute(query)).first()
    return None if row is None else _record(row)


def _values(dataset: Dataset) -> dict[str, Any]:
    values = {name: getattr(dataset, name) for name in _KEPT if name != "number"}
    return values | {"tables": {name: sums.to_json() for name, sums in dataset.tables.items()}}


def _record(row: Row[Any]) -> Dataset:
    return Dataset(**{name: getattr(row, name) for name in _KEPT}, tables=sums_of(row.tables))
