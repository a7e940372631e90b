"""Removal of what has run out, in batches that hold few locks for a short time."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete
from sqlalchemy.dialects.mysql import limit
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth.repository.models import (
    known_addresses,
    personal_tokens,
    refresh_tokens,
    sessions,
    throttles,
)

BATCH = 500
"""Rows removed in one transaction."""

KEPT_EXPIRED = timedelta(days=30)
"""How long an expired personal token is still listed."""


KEPT_ADDRESS = timedelta(days=90)
"""How long an address counts as one that an account signed in from."""


def expired(now: datetime) -> list[tuple[Table, ColumnElement[bool]]]:
    """What may go at `now`: tables with conditions, children first."""
    # Children first, though deleting a session deletes its tokens: a batch of sessions would delete any
    # number of tokens with it, and is to stay short.
    return [
        (refresh_tokens, refresh_tokens.c.expires_at < now),
        (sessions, sessions.c.expires_at < now),
        (personal_tokens, personal_tokens.c.expires_at < now - KEPT_EXPIRED),
        (known_addresses, known_addresses.c.last_used_at < now - KEPT_ADDRESS),
        (throttles, throttles.c.free_at < now.timestamp()),
    ]


async def remove_batch(connection: AsyncConnection, table: Table, condition: ColumnElement[bool]) -> int:
    """Delete up to BATCH rows; returns how many went."""
    statement = delete(table).where(condition).ext(limit(BATCH))
    return (await connection.execute(statement)).rowcount
