"""Idempotency keys in the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.mysql import limit
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_generator.repository.models import idempotency_keys as table


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key that made a job: the hash of the request, and the first answer's body."""

    owner_id: UUID
    key: str
    request_hash: str
    job_id: UUID
    answer: dict[str, Any]
    created_at: datetime


async def add(connection: AsyncConnection, record: KeyRecord) -> None:
    """Take a key. A key that is taken raises the database's duplicate key error."""
    await connection.execute(
        insert(table).values(
            owner_id=record.owner_id,
            idempotency_key=record.key,
            request_hash=record.request_hash,
            job_id=record.job_id,
            answer=record.answer,
            created_at=record.created_at,
        )
    )


async def set_answer(connection: AsyncConnection, owner_id: UUID, key: str, answer: dict[str, Any]) -> None:
    """Keep the first answer with the key that was taken for it."""
    await connection.execute(
        update(table)
        .where(table.c.owner_id == owner_id, table.c.idempotency_key == key)
        .values(answer=answer)
    )


async def find(connection: AsyncConnection, owner_id: UUID, key: str) -> KeyRecord | None:
    """Who took a key."""
    query = select(table).where(table.c.owner_id == owner_id, table.c.idempotency_key == key)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    return KeyRecord(
        row.owner_id, row.idempotency_key, row.request_hash, row.job_id, row.answer, row.created_at
    )


async def forget(connection: AsyncConnection, before: datetime, most: int = 1000) -> None:
    """Delete old keys, a bounded number at a time."""
    # Bounded, because a long delete would keep its locks, and requests with a key, waiting.
    await connection.execute(delete(table).where(table.c.created_at < before).ext(limit(most)))
