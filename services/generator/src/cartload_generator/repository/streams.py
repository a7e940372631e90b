"""Streams in the database: what the API asks of them, and the lease under which a player writes."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_contracts.model import Segment
from cartload_contracts.streams import OPEN, StreamGoal
from cartload_generator.domain.streams import Stream, StreamEvent
from cartload_generator.repository.models import stream_events, streams

LEASE = timedelta(seconds=15)
"""How long a stream belongs to its player without being renewed: then the player counts as dead."""

_KEPT = tuple(field.name for field in fields(Stream))


async def add(connection: AsyncConnection, stream: Stream) -> None:
    """Insert a stream, and set its number."""
    values = {name: getattr(stream, name) for name in _KEPT if name != "number"}
    values |= {
        "segments": [segment.model_dump() for segment in stream.segments],
        "topics": list(stream.topics),
    }
    added = await connection.execute(insert(streams).values(values))
    stream.number = int(added.lastrowid)


async def find(connection: AsyncConnection, stream_id: UUID) -> Stream | None:
    """Read a stream, also one that was deleted."""
    return await _one(connection, select(streams).where(streams.c.id == stream_id))


async def lock(connection: AsyncConnection, stream_id: UUID) -> Stream | None:
    """Read a stream and keep others from changing it."""
    return await _one(connection, select(streams).where(streams.c.id == stream_id).with_for_update())


async def page(
    connection: AsyncConnection,
    owner_id: UUID,
    *,
    states: Collection[str],
    dataset_id: UUID | None,
    below: int | None,
    limit: int,
) -> list[Stream]:
    """A user's streams, newest first."""
    query = select(streams).where(streams.c.owner_id == owner_id, streams.c.deleted_at.is_(None))
    if states:
        query = query.where(streams.c.state.in_(states))
    if dataset_id is not None:
        query = query.where(streams.c.dataset_id == dataset_id)
    if below is not None:
        query = query.where(streams.c.number < below)
    found = await connection.execute(query.order_by(streams.c.number.desc()).limit(limit))
    return [_record(row) for row in found]


async def save_wishes(connection: AsyncConnection, stream: Stream) -> None:
    """Write back what the API may change of a stream that was read under lock."""
    changing = (
        "state",
        "goal",
        "version",
        "speed",
        "expected",
        "finished_at",
        "error",
        "deleted_at",
    )
    values = {name: getattr(stream, name) for name in changing}
    await connection.execute(update(streams).where(streams.c.number == stream.number).values(values))


async def open_of_owner(connection: AsyncConnection, owner_id: UUID) -> list[Stream]:
    """The streams of a user that have not ended."""
    query = select(streams).where(
        streams.c.owner_id == owner_id, streams.c.state.in_(OPEN), streams.c.deleted_at.is_(None)
    )
    return [_record(row) for row in await connection.execute(query)]


async def most_open(connection: AsyncConnection) -> int:
    """How many streams have not ended of the user who has most of them."""
    count = func.count().label("streams")
    query = (
        select(count)
        .where(streams.c.state.in_(OPEN), streams.c.deleted_at.is_(None))
        .group_by(streams.c.owner_id)
        .order_by(count.desc())
        .limit(1)
    )
    return int(await connection.scalar(query) or 0)


async def delete_of_dataset(connection: AsyncConnection, dataset_id: UUID, now: datetime) -> None:
    """Stop and forget the streams of a dataset."""
    await _delete(connection, streams.c.dataset_id == dataset_id, now)


async def delete_of_owner(connection: AsyncConnection, owner_id: UUID, now: datetime) -> None:
    """Stop and forget the streams of a user."""
    await _delete(connection, streams.c.owner_id == owner_id, now)


async def _delete(connection: AsyncConnection, which: ColumnElement[bool], now: datetime) -> None:
    there = update(streams).where(which, streams.c.deleted_at.is_(None))
    await connection.execute(there.values(goal="stop", deleted_at=now, version=streams.c.version + 1))


async def claim(connection: AsyncConnection, lease: str, now: datetime) -> Stream | None:
    """Lease the oldest stream that a player has something to do for; None: there is none, or it is gone."""
    found = await connection.scalar(
        select(streams.c.id).where(_waits(), _free(now)).order_by(streams.c.number).limit(1)
    )
    if found is None:
        return None
    claimed = update(streams).where(streams.c.id == found, _waits(), _free(now))
    taken = await connection.execute(claimed.values(lease_owner=lease, leased_until=now + LEASE))
    return await find(connection, found) if taken.rowcount == 1 else None


async def write(
    connection: AsyncConnection,
    number: int,
    lease: str,
    goal: StreamGoal | None,
    values: Mapping[str, object],
) -> Stream | None:
    """Write what a player knows, as a new version; with a `goal` only as long as that is what is wanted.

    None when nothing was written: another goal, or the lease has passed to another run.
    """
    mine = (streams.c.number == number) & (streams.c.lease_owner == lease)
    if goal is not None:
        mine &= streams.c.goal == goal
    changed = update(streams).where(mine).values({**values, "version": streams.c.version + 1})
    if (await connection.execute(changed)).rowcount != 1:
        return None
    return await _one(connection, select(streams).where(streams.c.number == number))


async def renew(connection: AsyncConnection, number: int, lease: str, now: datetime) -> Stream | None:
    """Hold a stream longer, and see what is wanted; None when the lease has passed to another run."""
    mine = (streams.c.number == number) & (streams.c.lease_owner == lease)
    renewed = await connection.execute(update(streams).where(mine).values(leased_until=now + LEASE))
    if renewed.rowcount != 1:
        return None
    return await _one(connection, select(streams).where(streams.c.number == number))


async def note(connection: AsyncConnection, number: int, event: StreamEvent) -> None:
    """Add to the history of a stream."""
    await connection.execute(
        insert(stream_events).values(
            stream_number=number,
            at=event.at,
            version=event.version,
            event=event.event,
            state=event.state,
            detail=event.detail,
        )
    )


async def events(
    connection: AsyncConnection, number: int, *, above: int, limit: int
) -> list[tuple[int, StreamEvent]]:
    """The history of a stream, oldest first, with the number of each entry."""
    query = (
        select(stream_events)
        .where(stream_events.c.stream_number == number, stream_events.c.number > above)
        .order_by(stream_events.c.number)
        .limit(limit)
    )
    return [
        (row.number, StreamEvent(row.event, row.at, row.version, row.state, row.detail))
        for row in await connection.execute(query)
    ]


def _waits() -> ColumnElement[bool]:
    """A player has something to do: to play, to stop what another one left, or to work out what is right."""
    left = and_(streams.c.goal != "play", streams.c.state.in_(("preparing", "playing")))
    still = or_(
        streams.c.state == "ended",
        and_(streams.c.state.in_(("paused", "stopped")), streams.c.position_time.is_not(None)),
    )
    unanswered = and_(still, streams.c.expected.is_(None), streams.c.deleted_at.is_(None))
    to_play = and_(streams.c.goal == "play", streams.c.state.in_(OPEN))
    return or_(to_play, left, unanswered)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(streams.c.leased_until.is_(None), streams.c.leased_until < now)


async def _one(connection: AsyncConnection, query: Select[Any]) -> Stream | None:
    row = (await connection.execute(query)).first()
    return None if row is None else _record(row)


def _record(row: Row[Any]) -> Stream:
    kept = {name: getattr(row, name) for name in _KEPT}
    return Stream(
        **kept
        | {
            "segments": tuple(Segment.model_validate(segment) for segment in row.segments),
            "topics": tuple(row.topics),
        }
    )
