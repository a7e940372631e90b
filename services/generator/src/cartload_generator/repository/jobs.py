"""Jobs in the database."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_contracts.jobs import UNFINISHED
from cartload_generator.domain.entities import Job, JobEvent, Sums, TableSums
from cartload_generator.domain.fairness import Candidate
from cartload_generator.domain.states import wants_turn
from cartload_generator.repository.models import job_events, jobs

log = logging.getLogger(__name__)
_KEPT = tuple(field.name for field in fields(Job) if field.name in jobs.c and field.name != "tables")
# Written once. A save writes all else, whatever has changed, so that it is always the same statement.
_FIXED = frozenset(
    {
        "number",
        "id",
        "dataset_id",
        "owner_id",
        "kind",
        "first_block",
        "customers",
        "targets",
        "blocks_per_chunk",
        "created_at",
        "traceparent",
    }
)


# Statements are built once: building and hashing one takes longer than running it.
_CHANGING = tuple(
    name for name in (*_KEPT, "tables", "unpublished") if name not in _FIXED | {"published_version"}
)
_ADD = insert(jobs)
_ADD_EVENT = insert(job_events)
_SAVE = (
    update(jobs)
    .where(jobs.c.number == bindparam("which"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGING})
)
_FIND = select(jobs).where(jobs.c.id == bindparam("which"))
_LOCK = _FIND.with_for_update()
# For whoever may do something else instead of waiting, such as another job's dispatch.
_LOCK_FREE = _FIND.with_for_update(skip_locked=True)
# Only what the choice needs, without the JSON of a whole row: it is read before every dispatch.
_CANDIDATES = select(
    jobs.c.id,
    jobs.c.owner_id,
    jobs.c.state,
    jobs.c.step,
    jobs.c.rows_total,
    jobs.c.rows_done,
    jobs.c.chunks_total,
    jobs.c.chunks_done,
    jobs.c.next_chunk,
    jobs.c.chunks_in_flight,
    jobs.c.rows_in_flight,
    jobs.c.scheduled_at,
).where(jobs.c.state.in_(UNFINISHED), jobs.c.step == "generate")
_QUEUED = select(func.count().label("number"), func.min(jobs.c.created_at).label("since")).where(
    jobs.c.state == "queued", jobs.c.attempt == 1, jobs.c.started_at.is_(None)
)
_OF_DATASETS = (
    select(jobs).where(jobs.c.dataset_id.in_(bindparam("which", expanding=True))).order_by(jobs.c.number)
)


async def add(connection: AsyncConnection, job: Job) -> None:
    """Insert a job; its number is set."""
    values = {name: value for name, value in _values(job).items() if name != "number"}
    result = await connection.execute(_ADD, values)
    job.number = int(result.lastrowid)
    await _add_notes(connection, job)
    job.saved()


async def save(connection: AsyncConnection, job: Job) -> None:
    """Write back a job that was read under lock."""
    values = _values(job)
    new = {f"new_{name}": values[name] for name in _CHANGING}
    await connection.execute(_SAVE, {"which": job.number, **new})
    await _add_notes(connection, job)
    job.saved()


async def _add_notes(connection: AsyncConnection, job: Job) -> None:
    if job.notes:
        await connection.execute(_ADD_EVENT, [_note_values(job.number, note) for note in job.notes])


def _note_values(number: int, note: JobEvent) -> dict[str, Any]:
    return {
        "job_number": number,
        "at": note.at,
        "version": note.version,
        "event": note.event,
        "state": note.state,
        "phase": note.phase,
        "detail": note.detail,
    }


async def lock(connection: AsyncConnection, job_id: UUID, *, skip_locked: bool = False) -> Job | None:
    """Read a job and keep others from changing it. `skip_locked`: None when somebody else has it."""
    return await _one(connection, _LOCK_FREE if skip_locked else _LOCK, job_id)


async def find(connection: AsyncConnection, job_id: UUID) -> Job | None:
    """Read a job."""
    return await _one(connection, _FIND, job_id)


async def page(
    connection: AsyncConnection,
    *,
    owner_id: UUID | None = None,
    states: Sequence[str],
    dataset_id: UUID | None = None,
    below: int | None,
    limit: int,
) -> list[Job]:
    """Jobs of a user, or of all, newest first, at most `limit`, with numbers under `below`."""
    query = select(jobs).order_by(jobs.c.number.desc()).limit(limit)
    if owner_id is not None:
        query = query.where(jobs.c.owner_id == owner_id)
    if states:
        query = query.where(jobs.c.state.in_(states))
    if dataset_id is not None:
        query = query.where(jobs.c.dataset_id == dataset_id)
    if below is not None:
        query = query.where(jobs.c.number < below)
    return [_record(row) for row in await connection.execute(query)]


async def of_datasets(connection: AsyncConnection, dataset_ids: Sequence[UUID]) -> list[Job]:
    """All jobs of these datasets, oldest first."""
    found = await connection.execute(_OF_DATASETS, {"which": list(dataset_ids)})
    return [_record(row) for row in found]


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


async def most_unfinished(connection: AsyncConnection) -> int:
    """How many unfinished jobs the user has who has most of them."""
    number = func.count().label("number")
    query = select(number).where(jobs.c.state.in_(UNFINISHED)).group_by(jobs.c.owner_id)
    return int(await connection.scalar(query.order_by(number.desc()).limit(1)) or 0)


async def candidates(connection: AsyncConnection) -> list[Candidate]:
    """Every unfinished job that may want a turn or has rows in flight."""
    return [_candidate(row) for row in await connection.execute(_CANDIDATES)]


def _candidate(row: Any) -> Candidate:
    wants = wants_turn(row.state, total=row.chunks_total, sent=row.next_chunk, done=row.chunks_done)
    return Candidate(
        job_id=row.id,
        owner_id=row.owner_id,
        wants=wants,
        chunks_in_flight=row.chunks_in_flight,
        rows_in_flight=row.rows_in_flight,
        scheduled_at=row.scheduled_at,
        rows_left=row.rows_total - row.rows_done - row.rows_in_flight,
    )


async def due(connection: AsyncConnection, now: datetime, limit: int = 200) -> list[UUID]:
    """Jobs that nothing came for in time."""
    query = select(jobs.c.id).where(jobs.c.due_at <= now).order_by(jobs.c.due_at).limit(limit)
    return list(await connection.scalars(query))


async def queued(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """How many jobs wait to begin for the first time, and since when the oldest does."""
    row = (await connection.execute(_QUEUED)).one()
    return row.number, row.since


async def unpublished(connection: AsyncConnection, limit: int = 200) -> list[Job]:
    """Jobs whose newest state may not have been published."""
    query = select(jobs).where(jobs.c.unpublished.is_(True)).limit(limit)
    found = await connection.execute(query)
    return [job for row in found if (job := _readable(row)) is not None]


def _readable(row: Row[Any]) -> Job | None:
    """The job of a row. One that cannot be read must not keep those of everybody else from being read."""
    try:
        return _record(row)
    except (TypeError, ValueError, KeyError):
        log.exception("the row of job %s cannot be read", row.id)
        return None


async def mark_published(connection: AsyncConnection, versions: Mapping[UUID, int]) -> None:
    """Note which versions have been published, in one statement."""
    ids = list(versions)
    published = case(*((jobs.c.id == job_id, version) for job_id, version in versions.items()))
    # Replicas may publish and mark one job in any order: a lower version must not undo a higher one.
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
) -> list[tuple[int, JobEvent]]:
    """A job's history, oldest first, with the number of each entry."""
    query = (
        select(job_events)
        .where(job_events.c.job_number == job_number, job_events.c.number > above)
        .order_by(job_events.c.number)
        .limit(limit)
    )
    return [
        (row.number, JobEvent(row.event, row.at, row.version, row.state, row.phase, row.detail))
        for row in await connection.execute(query)
    ]


async def _one(connection: AsyncConnection, query: Select[Any], job_id: UUID) -> Job | None:
    row = (await connection.execute(query, {"which": job_id})).first()
    return None if row is None else _record(row)


def _values(job: Job) -> dict[str, Any]:
    values = {name: getattr(job, name) for name in _KEPT}
    tables = {name: sums.to_json() for name, sums in job.tables.items()}
    return values | {"tables": tables, "unpublished": job.version > job.published_version}


def _record(row: Row[Any]) -> Job:
    kept = {name: getattr(row, name) for name in _KEPT}
    return Job(**kept, tables=sums_of(row.tables))


def sums_of(kept: Mapping[str, Any]) -> Sums:
    """Table sums as they were kept."""
    return {name: TableSums.from_json(value) for name, value in kept.items()}  # type: ignore[misc]
