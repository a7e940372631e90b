"""Chunks in flight in the database."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects.mysql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_generator.domain.entities import InFlightChunk
from cartload_generator.repository.models import job_windows as table

# Statements are built once: building and hashing one takes longer than running it.
_OF_JOB = select(table).where(table.c.job_number == bindparam("job")).order_by(table.c.chunk_index)
_AT = _OF_JOB.where(table.c.chunk_index.in_(bindparam("chunks", expanding=True)))
_ADD = insert(table)
_PUT = upsert(table)
_SAVE = _PUT.on_duplicate_key_update(done_mask=_PUT.inserted.done_mask)
"""An upsert goes to the server as one statement for many rows; an update would go row by row."""
_REMOVE = delete(table).where(
    table.c.job_number == bindparam("job"), table.c.chunk_index.in_(bindparam("chunks", expanding=True))
)


async def add(connection: AsyncConnection, job_number: int, chunks: Iterable[InFlightChunk]) -> None:
    """Insert chunks that are sent for the first time."""
    await connection.execute(_ADD, [_values(job_number, chunk) for chunk in chunks])


async def of_job(
    connection: AsyncConnection, job_number: int, chunks: Collection[int] | None = None
) -> dict[int, InFlightChunk]:
    """The chunks in flight of a job that is locked, all or those named."""
    if chunks is None:
        found = await connection.execute(_OF_JOB, {"job": job_number})
    else:
        found = await connection.execute(_AT, {"job": job_number, "chunks": sorted(chunks)})
    return {row.chunk_index: _chunk(row) for row in found}


async def save(connection: AsyncConnection, job_number: int, chunks: Collection[InFlightChunk]) -> None:
    """Write what is stored of chunks that go on."""
    if chunks:
        await connection.execute(_SAVE, [_values(job_number, chunk) for chunk in chunks])


async def remove(connection: AsyncConnection, job_number: int, chunks: Collection[int]) -> None:
    """Delete chunks that are whole."""
    if chunks:
        await connection.execute(_REMOVE, {"job": job_number, "chunks": sorted(chunks)})


async def remove_all(connection: AsyncConnection, job_number: int) -> None:
    """Delete every chunk in flight of a job."""
    await connection.execute(delete(table).where(table.c.job_number == job_number))


async def count_attempt(connection: AsyncConnection, job_number: int, now: datetime) -> None:
    """Count another attempt of everything in flight."""
    await connection.execute(
        update(table)
        .where(table.c.job_number == job_number)
        .values(attempts=table.c.attempts + 1, issued_at=now)
    )


async def forget_attempts(connection: AsyncConnection, job_number: int) -> None:
    """Begin to count attempts anew, for a retry."""
    await connection.execute(update(table).where(table.c.job_number == job_number).values(attempts=0))


def _values(job_number: int, chunk: InFlightChunk) -> dict[str, Any]:
    return {
        "job_number": job_number,
        "chunk_index": chunk.chunk_index,
        "attempts": chunk.attempts,
        "issued_at": chunk.issued_at,
        "wanted_mask": chunk.wanted,
        "done_mask": chunk.done,
        "rows_expected": chunk.rows,
    }


def _chunk(row: Row[Any]) -> InFlightChunk:
    return InFlightChunk(
        row.chunk_index, row.wanted_mask, row.rows_expected, row.issued_at, row.attempts, row.done_mask
    )
