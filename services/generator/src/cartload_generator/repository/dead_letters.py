"""What was decided about dead letters, in the database."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.mysql import limit
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_generator.domain.dead_letters import Decision
from cartload_generator.repository.models import dead_letter_decisions as table


async def add(connection: AsyncConnection, decision: Decision) -> None:
    """Keep a decision. A letter that has one raises the database's duplicate key error."""
    await connection.execute(
        insert(table).values(
            letter_id=decision.letter_id,
            decision=decision.state,
            decided_by=decision.decided_by,
            decided_at=decision.decided_at,
        )
    )


async def find(connection: AsyncConnection, letter_ids: Collection[str]) -> dict[str, Decision]:
    """The decisions about these letters, by id; those that have none are left out."""
    rows = await connection.execute(select(table).where(table.c.letter_id.in_(letter_ids)))
    return {
        row.letter_id: Decision(row.letter_id, row.decision, row.decided_by, row.decided_at) for row in rows
    }


async def forget(connection: AsyncConnection, before: datetime, most: int = 1000) -> None:
    """Delete old decisions, a bounded number at a time."""
    await connection.execute(delete(table).where(table.c.decided_at < before).ext(limit(most)))
