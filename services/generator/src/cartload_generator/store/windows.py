"""Chunks in flight in the database."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects.mysql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_generator.models import job_windows as table
from cartload_generator.record import Window

# Statements are built once: building and hashing one takes longer than running it.
_OF_JOB = select(table).where(table.c.job_number == bindparam("job")).order_by(table.c.position)
_AT = _OF_JOB.where(table.c.position.in_(bindparam("positions", expanding=True)))
_ADD = insert(table)
_PUT = upsert(table)
_SAVE = _PUT.on_duplicate_key_update(done_mask=_PUT.inserted.done_mask)
"""An upsert goes to the server as one statement for many rows; an update would go row by row."""
_REMOVE = delete(table).where(
    table.c.job_number == bindparam("job"), table.c.position.in_(bindparam("positions", expanding=True))
)


async def add(connection: AsyncConnection, job_number: int, windows: Iterable[Window]) -> None:
    """Insert chunks that are sent for the first time."""
    await connection.execute(_ADD, [_values(job_number, window) for window in windows])


async def of_job(
    connection: AsyncConnection, job_number: int, positions: Collection[int] | None = None
) -> dict[int, Window]:
    """The chunks in flight of a job that is locked, all or those at `positions`."""
    if positions is None:
        found = await connection.execute(_OF_JOB, {"job": job_number})
    else:
        found = await connection.execute(_AT, {"job": job_number, "positions": sorted(positions)})
    return {row.position: _window(row) for row in found}


async def save(connection: AsyncConnection, job_number: int, windows: Collection[Window]) -> None:
    """Write what is stored of chunks that go on."""
    if windows:
        await connection.execute(_SAVE, [_values(job_number, window) for window in windows])


async def remove(connection: AsyncConnection, job_number: int, positions: Collection[int]) -> None:
    """Delete chunks that are whole."""
    if positions:
        await connection.execute(_REMOVE, {"job": job_number, "positions": sorted(positions)})


async def remove_all(connection: AsyncConnection, job_number: int) -> None:
    """Delete every chunk in flight of a job."""
    await connection.execute(delete(table).where(table.c.job_number == job_number))


async def again(connection: AsyncConnection, job_number: int, now: datetime) -> None:
    """Count another attempt of everything in flight."""
    await connection.execute(
        update(table)
        .where(table.c.job_number == job_number)
        .values(attempts=table.c.attempts + 1, issued_at=now)
    )


async def forget_attempts(connection: AsyncConnection, job_number: int) -> None:
    """Begin to count attempts anew, for a retry."""
    await connection.execute(update(table).where(table.c.job_number == job_number).values(attempts=0))


def _values(job_number: int, window: Window) -> dict[str, Any]:
    return {
        "job_number": job_number,
        "position": window.position,
        "attempts": window.attempts,
        "issued_at": window.issued_at,
        "wanted_mask": window.wanted,
        "done_mask": window.done,
        "rows_expected": window.rows,
    }


def _window(row: Row[Any]) -> Window:
    return Window(
        row.position, row.wanted_mask, row.rows_expected, row.issued_at, row.attempts, row.done_mask
    )
