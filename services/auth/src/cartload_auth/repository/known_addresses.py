"""The addresses from which an account signed in: attempts from there are counted by themselves."""

import hashlib
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth.repository.models import known_addresses

MOST_KNOWN = 50
"""Addresses remembered of one account; the one used longest ago goes first."""


async def is_known(connection: AsyncConnection, account_id: str, address: str) -> bool:
    """Whether the account signed in from this address before."""
    mine = (
        known_addresses.c.account_id == account_id,
        known_addresses.c.address_hash == _hash(account_id, address),
    )
    return (await connection.execute(select(known_addresses.c.account_id).where(*mine))).first() is not None


async def remember(connection: AsyncConnection, account_id: str, address: str, now: datetime) -> None:
    """Note a sign-in from an address."""
    values = {"account_id": account_id, "address_hash": _hash(account_id, address), "last_used_at": now}
    noted = insert(known_addresses).values(values).on_duplicate_key_update(last_used_at=now)
    # MySQL counts 1 row for an insert and 2 for an update: only new addresses can be too many.
    if (await connection.execute(noted)).rowcount == 1:
        await _keep_newest(connection, account_id)


async def forget_all(connection: AsyncConnection, account_id: str) -> None:
    """Know no address of the account any more."""
    await connection.execute(delete(known_addresses).where(known_addresses.c.account_id == account_id))


async def _keep_newest(connection: AsyncConnection, account_id: str) -> None:
    columns = known_addresses.c
    newest_first = select(columns.last_used_at).where(columns.account_id == account_id)
    newest_first = newest_first.order_by(columns.last_used_at.desc()).limit(1).offset(MOST_KNOWN - 1)
    oldest_kept = (await connection.execute(newest_first)).scalar_one_or_none()
    if oldest_kept is not None:
        older = (columns.account_id == account_id, columns.last_used_at < oldest_kept)
        await connection.execute(delete(known_addresses).where(*older))


def _hash(account_id: str, address: str) -> str:
    """What the table knows an address by; with the account in it, so that no two accounts can be compared."""
    return hashlib.sha256(f"{account_id} {address}".encode()).hexdigest()
