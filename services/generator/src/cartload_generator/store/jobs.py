"""Jobs in the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_contracts.jobs import UNFINISHED
from cartload_generator.dispatch.fairness import Candidate
from cartload_generator.models import job_events, jobs
from cartload_generator.record import JobRecord, Note, Sums, TableSums

_KEPT = tuple(field.name for field in fields(JobRecord) if field.name in jobs.c and field.name != "tables")
_FIXED = frozenset(
    {"number", "id", "dataset_id", "owner_id", "kind", "first_block", "customers", "created_at"}
)


async def add(connection: AsyncConnection, job: JobRecord) -> None:
    """Insert a job; its number is set."""
    result = await connection.execute(insert(jobs).values(_values(job, skip={"number"})))
    job.number = int(result.lastrowid)
    await _add_notes(connection, job)
    job.saved()


async def save(connection: AsyncConnection, job: JobRecord) -> None:
    """Write back a job that was read under lock."""
    values = _values(job, skip=_FIXED | {"published_version"})
    await connection.execute(update(jobs).where(jobs.c.number == job.number).values(values))
    await _add_notes(connection, job)
    job.saved()


async def _add_notes(connection: AsyncConnection, job: JobRecord) -> None:
    if job.notes:
        await connection.execute(insert(job_events), [_note_values(job.number, note) for note in job.notes])


def _note_values(number: int, note: Note) -> dict[str, Any]:
    return {
        "job_number": number,
        "at": note.at,
        "version": note.version,
        "event": note.event,
        "state": note.state,
        "phase": note.phase,
        "detail": note.detail,
    }


async def lock(connection: AsyncConnection, job_id: UUID, *, skip_locked: bool = False) -> JobRecord | None:
    """Read a job and keep others from changing it. `skip_locked`: None when somebody else has it."""
    query = select(jobs).where(jobs.c.id == job_id).with_for_update(skip_locked=skip_locked)
    return await _one(connection, query)


async def find(connection: AsyncConnection, job_id: UUID, owner_id: UUID | None = None) -> JobRecord | None:
    """Read a job; with `owner_id` only if it is theirs."""
    query = select(jobs).where(jobs.c.id == job_id)
    if owner_id is not None:
        query = query.where(jobs.c.owner_id == owner_id)
    return await _one(connection, query)


async def page(
    connection: AsyncConnection,
    owner_id: UUID,
    *,
    states: Sequence[str],
    dataset_id: UUID | None,
    below: int | None,
    limit: int,
) -> list[JobRecord]:
    """A user's jobs, newest first, at most `limit`, with numbers under `below`."""
    query = select(jobs).where(jobs.c.owner_id == owner_id).order_by(jobs.c.number.desc()).limit(limit)
    if states:
        query = query.where(jobs.c.state.in_(states))
    if dataset_id is not None:
        query = query.where(jobs.c.dataset_id == dataset_id)
    if below is not None:
        query = query.where(jobs.c.number < below)
    return [_record(row) for row in await connection.execute(query)]


async def of_datasets(connection: AsyncConnection, dataset_ids: Sequence[UUID]) -> list[JobRecord]:
    """All jobs of these datasets, oldest first."""
    query = select(jobs).where(jobs.c.dataset_id.in_(dataset_ids)).order_by(jobs.c.number)
    return [_record(row) for row in await connection.execute(query)]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a user's unfinished jobs amount to."""

    unfinished_jobs: int
    bytes_expected: int


async def usage(connection: AsyncConnection, owner_id: UUID) -> Usage:
    """How many unfinished jobs a user has, and the bytes that they will store."""
    expected = func.coalesce(func.sum(jobs.c.bytes_estimated), 0)
    query = select(func.count(), expected).where(jobs.c.owner_id == owner_id, jobs.c.state.in_(UNFINISHED))
    count, size = (await connection.execute(query)).one()
    return Usage(int(count), int(size))


async def candidates(connection: AsyncConnection) -> list[Candidate]:
    """Every unfinished job that may want a turn or has rows in flight."""
    query = select(
        jobs.c.id,
        jobs.c.owner_id,
        jobs.c.state,
        jobs.c.step,
        jobs.c.chunks_total,
        jobs.c.chunks_done,
        jobs.c.next_position,
        jobs.c.chunks_in_flight,
        jobs.c.rows_in_flight,
        jobs.c.turned_at,
    ).where(jobs.c.state.in_(UNFINISHED), jobs.c.step == "generate")
    return [_candidate(row) for row in await connection.execute(query)]


def _candidate(row: Any) -> Candidate:
    more = row.next_position < row.chunks_total or row.chunks_done >= row.chunks_total
    wants = row.state == "queued" or (row.state == "running" and more)
    return Candidate(row.id, row.owner_id, wants, row.chunks_in_flight, row.rows_in_flight, row.turned_at)


async def due(connection: AsyncConnection, now: datetime, limit: int = 200) -> list[UUID]:
    """Jobs that nothing came for in time."""
    query = select(jobs.c.id).where(jobs.c.due_at <= now).order_by(jobs.c.due_at).limit(limit)
    return list(await connection.scalars(query))


async def unpublished(connection: AsyncConnection, limit: int = 200) -> list[JobRecord]:
    """Jobs whose newest state may not have been published."""
    query = select(jobs).where(jobs.c.unpublished.is_(True)).limit(limit)
    return [_record(row) for row in await connection.execute(query)]


async def mark_published(connection: AsyncConnection, versions: Mapping[UUID, int]) -> None:
    """Note which versions have been published, in one statement."""
    ids = list(versions)
    published = case(*((jobs.c.id == job_id, version) for job_id, version in versions.items()))
    newest = func.greatest(jobs.c.published_version, published)
    await connection.execute(
        update(jobs)
        .where(jobs.c.id.in_(ids))
        .ordered_values(
            (jobs.c.published_version, newest),
            (jobs.c.unpublished, jobs.c.version > newest),
        )
    )


async def events(
    connection: AsyncConnection, job_number: int, *, above: int, limit: int
) -> list[tuple[int, Note]]:
    """A job's history, oldest first, with the number of each entry."""
    query = (
        select(job_events)
        .where(job_events.c.job_number == job_number, job_events.c.number > above)
        .order_by(job_events.c.number)
        .limit(limit)
    )
    return [
        (row.number, Note(row.event, row.at, row.version, row.state, row.phase, row.detail))
        for row in await connection.execute(query)
    ]


async def _one(connection: AsyncConnection, query: Select[Any]) -> JobRecord | None:
    row = (await connection.execute(query)).first()
    return None if row is None else _record(row)


def _values(job: JobRecord, skip: Iterable[str]) -> dict[str, Any]:
    left_out = frozenset(skip)
    values = {name: getattr(job, name) for name in _KEPT if name not in left_out}
    tables = {name: sums.to_json() for name, sums in job.tables.items()}
    return values | {"tables": tables, "unpublished": job.version > job.published_version}


def _record(row: Row[Any]) -> JobRecord:
    kept = {name: getattr(row, name) for name in _KEPT}
    return JobRecord(**kept, tables=sums_of(row.tables))


def sums_of(kept: Mapping[str, Any]) -> Sums:
    """Table sums as they were kept."""
    return {name: TableSums.from_json(value) for name, value in kept.items()}  # type: ignore[misc]
