"""Personal tokens in the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth.repository.models import personal_tokens

_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PersonalToken:
    """A token for scripts, without its secret."""

    id: str
    account_id: str
    name: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


async def add(connection: AsyncConnection, token: PersonalToken, token_hash: str) -> None:
    """Insert a token."""
    await connection.execute(
        insert(personal_tokens).values(
            id=token.id,
            account_id=token.account_id,
            name=token.name,
            token_hash=token_hash,
            created_at=token.created_at,
            expires_at=token.expires_at,
        )
    )


async def count(connection: AsyncConnection, account_id: str) -> int:
    """How many tokens an account has, expired ones that are still listed among them."""
    query = select(func.count()).where(personal_tokens.c.account_id == account_id)
    return (await connection.execute(query)).scalar_one()


async def page(
    connection: AsyncConnection, account_id: str, after: tuple[datetime, str] | None, limit: int
) -> list[PersonalToken]:
    """Tokens of an account, newest first, those after the given creation time and id."""
    columns = personal_tokens.c
    query = select(personal_tokens).where(columns.account_id == account_id)
    if after is not None:
        query = query.where(tuple_(columns.created_at, columns.id) < after)
    query = query.order_by(columns.created_at.desc(), columns.id.desc()).limit(limit)
    return [_token(row) for row in await connection.execute(query)]


async def remove(connection: AsyncConnection, account_id: str, token_id: str) -> bool:
    """Delete a token of an account; False when the account has none of that id."""
    mine = (personal_tokens.c.account_id == account_id, personal_tokens.c.id == token_id)
    return bool((await connection.execute(delete(personal_tokens).where(*mine))).rowcount)


async def remove_all(connection: AsyncConnection, account_id: str) -> None:
    """Delete all tokens of an account."""
    await connection.execute(delete(personal_tokens).where(personal_tokens.c.account_id == account_id))


async def by_hash(connection: AsyncConnection, token_hash: str) -> PersonalToken | None:
    """The token with this hash, expired or not."""
    query = select(personal_tokens).where(personal_tokens.c.token_hash == token_hash)
    row = (await connection.execute(query)).first()
    return None if row is None else _token(row)


async def note_use(connection: AsyncConnection, token_id: str, now: datetime) -> None:
    """Remember the use, at most once a minute."""
    columns = personal_tokens.c
    # A script may use its token many times a second: writing each use would lock one row again and again.
    stale = or_(columns.last_used_at.is_(None), columns.last_used_at < now - _NOTED_EVERY)
    changed = update(personal_tokens).where(columns.id == token_id, stale).values(last_used_at=now)
    await connection.execute(changed)


def _token(row: Row[Any]) -> PersonalToken:
    return PersonalToken(row.id, row.account_id, row.name, row.created_at, row.expires_at, row.last_used_at)
