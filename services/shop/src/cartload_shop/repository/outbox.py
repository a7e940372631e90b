"""The outbox of a shop: events that are written with the change they tell of, and sent afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.mysql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_shop.domain.events import Row, ShopEvent, events_of
from cartload_shop.domain.shops import Shop
from cartload_shop.repository.shop_session import ShopSession, tables_of

KEPT = timedelta(hours=24)
"""How long sent events stay, in real time, for whoever wants to see what was sent."""

_ONLY_ROW = 1


@dataclass(frozen=True, slots=True)
class OutboxEvent:
    """An event that waits to be sent."""

    number: int
    event_id: UUID
    topic: str
    key: str
    type: str
    sequence: int
    happened_at: datetime
    data: str


async def tell(session: ShopSession, table: str, before: Row | None, after: Row) -> None:
    """Write the events that tell of a change of a row, in the transaction that changes it.

    Their numbers rise by one for each key of a topic; the row that counts them is locked until the end of
    the transaction, so the order of a key's events is that of its changes.
    """
    for event in events_of(table, before, after):
        sequence = await _next_sequence(session, event)
        values = {
            "event_id": event.id(session.shop.id, sequence),
            "topic": event.topic,
            "event_key": event.key,
            "type": event.type,
            "sequence": sequence,
            "happened_at": session.now,
            "data": event.data,
        }
        await session.connection.execute(insert(session.tables.outbox).values(values))


async def _next_sequence(session: ShopSession, event: ShopEvent) -> int:
    counted = session.tables.event_sequences
    statement = upsert(counted).values(topic=event.topic, event_key=event.key, last=1)
    await session.connection.execute(statement.on_duplicate_key_update(last=counted.c.last + 1))
    mine = (counted.c.topic == event.topic) & (counted.c.event_key == event.key)
    return int(await session.connection.scalar(select(counted.c.last).where(mine)) or 0)


async def has_waiting(connection: AsyncConnection, shop: Shop) -> bool:
    """Whether an event of a shop waits to be sent: one statement, for shops in which nothing happens."""
    outbox = (await tables_of(connection, shop)).outbox
    query = select(outbox.c.number).where(outbox.c.sent_at.is_(None)).limit(1)
    return await connection.scalar(query) is not None


async def take_turn(session: ShopSession) -> bool:
    """Be the only one that sends events of this shop until the transaction ends; False: another one is."""
    turn = session.tables.relay_turn
    query = select(turn.c.id).where(turn.c.id == _ONLY_ROW).with_for_update(skip_locked=True)
    return await session.connection.scalar(query) is not None


async def unsent(session: ShopSession, most: int) -> list[OutboxEvent]:
    """The oldest events that wait. There is no high-water mark: one that commits late is found as well."""
    outbox = session.tables.outbox
    query = select(outbox).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.number).limit(most)
    return [
        OutboxEvent(
            row.number,
            row.event_id,
            row.topic,
            row.event_key,
            row.type,
            row.sequence,
            row.happened_at,
            row.data,
        )
        for row in await session.connection.execute(query)
    ]


async def mark_sent(session: ShopSession, events: Sequence[OutboxEvent]) -> None:
    """Note that Kafka has these events."""
    outbox = session.tables.outbox
    numbers = [event.number for event in events]
    statement = update(outbox).where(outbox.c.number.in_(numbers)).values(sent_at=session.real_now)
    await session.connection.execute(statement)


async def prune(session: ShopSession, most: int) -> int:
    """Forget some of the events that were sent long ago; how many."""
    outbox = session.tables.outbox
    old = session.real_now - KEPT
    numbers = select(outbox.c.number).where(outbox.c.sent_at < old).order_by(outbox.c.sent_at).limit(most)
    found = (await session.connection.scalars(numbers)).all()
    if found:
        await session.connection.execute(delete(outbox).where(outbox.c.number.in_(found)))
    return len(found)
