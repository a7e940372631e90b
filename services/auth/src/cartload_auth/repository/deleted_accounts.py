"""Accounts that are gone, until the generator has taken the order to delete what they owned."""

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth.repository.models import deleted_accounts


async def add(connection: AsyncConnection, account_id: str, now: datetime) -> None:
    """Note that what an account owned is to be deleted."""
    await connection.execute(insert(deleted_accounts).values(id=account_id, deleted_at=now))


async def waiting(connection: AsyncConnection, limit: int) -> list[str]:
    """Ids of accounts whose data is still to be deleted, those that wait longest first."""
    query = select(deleted_accounts.c.id).order_by(deleted_accounts.c.deleted_at).limit(limit)
    return list(await connection.scalars(query))


async def remove(connection: AsyncConnection, account_id: str) -> None:
    """Note that the generator has taken the order."""
    await connection.execute(delete(deleted_accounts).where(deleted_accounts.c.id == account_id))
