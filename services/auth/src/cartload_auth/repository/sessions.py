"""Sessions and their refresh tokens in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, delete, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth.repository.models import refresh_tokens, sessions

type SessionKind = Literal["rotating", "plain"]


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in: a family of refresh tokens, one of each generation; that of the highest is alive.

    `user_agent` is what the client called itself; None: nothing, or the session is from before that was kept.
    """

    id: str
    account_id: str
    kind: SessionKind
    generation: int
    created_at: datetime
    advanced_at: datetime
    expires_at: datetime
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A refresh token as far as the database knows it."""

    session_id: str
    generation: int
    expires_at: datetime


async def add(connection: AsyncConnection, session: Session) -> None:
    """Insert a session."""
    await connection.execute(
        insert(sessions).values(
            id=session.id,
            account_id=session.account_id,
            kind=session.kind,
            generation=session.generation,
            advanced_at=session.advanced_at,
            created_at=session.created_at,
            expires_at=session.expires_at,
            user_agent=session.user_agent,
        )
    )


async def add_token(connection: AsyncConnection, token_hash: str, token: StoredToken) -> None:
    """Insert a refresh token of a session."""
    await connection.execute(
        insert(refresh_tokens).values(
            token_hash=token_hash,
            session_id=token.session_id,
            generation=token.generation,
            expires_at=token.expires_at,
        )
    )


async def token(connection: AsyncConnection, token_hash: str) -> StoredToken | None:
    """The refresh token with this hash, expired or not."""
    query = select(refresh_tokens).where(refresh_tokens.c.token_hash == token_hash)
    row = (await connection.execute(query)).first()
    return None if row is None else StoredToken(row.session_id, row.generation, row.expires_at)


async def locked(connection: AsyncConnection, session_id: str) -> Session | None:
    """The session, with its row locked until the transaction ends."""
    query = select(sessions).where(sessions.c.id == session_id).with_for_update()
    row = (await connection.execute(query)).first()
    return None if row is None else _session(row)


async def page(
    connection: AsyncConnection,
    account_id: str,
    after: tuple[datetime, str] | None,
    limit: int,
    now: datetime,
) -> list[Session]:
    """Sessions of an account that go on, newest first, those after the given creation time and id."""
    columns = sessions.c
    query = select(sessions).where(columns.account_id == account_id, columns.expires_at > now)
    if after is not None:
        query = query.where(tuple_(columns.created_at, columns.id) < after)
    query = query.order_by(columns.created_at.desc(), columns.id.desc()).limit(limit)
    return [_session(row) for row in await connection.execute(query)]


async def count(connection: AsyncConnection, account_ids: Sequence[str], now: datetime) -> dict[str, int]:
    """How many sessions of each account go on; accounts without any are left out."""
    columns = sessions.c
    query = (
        select(columns.account_id, func.count().label("number"))
        .where(columns.account_id.in_(account_ids), columns.expires_at > now)
        .group_by(columns.account_id)
    )
    return {row.account_id: row.number for row in await connection.execute(query)}


async def is_open(connection: AsyncConnection, session_id: str, account_id: str, now: datetime) -> bool:
    """Whether this session of the account goes on."""
    columns = sessions.c
    mine = (columns.id == session_id, columns.account_id == account_id, columns.expires_at > now)
    return (await connection.execute(select(columns.id).where(*mine))).first() is not None


async def advance(connection: AsyncConnection, session_id: str, generation: int, now: datetime) -> None:
    """Begin a new generation."""
    values = {"generation": generation, "advanced_at": now}
    await connection.execute(update(sessions).where(sessions.c.id == session_id).values(values))


async def end(connection: AsyncConnection, session_id: str) -> None:
    """Remove a session with all its tokens."""
    await connection.execute(delete(sessions).where(sessions.c.id == session_id))


async def end_of_account(connection: AsyncConnection, account_id: str, session_id: str) -> bool:
    """Remove a session of an account; False when the account has none of that id."""
    mine = (sessions.c.account_id == account_id, sessions.c.id == session_id)
    return bool((await connection.execute(delete(sessions).where(*mine))).rowcount)


async def end_all(connection: AsyncConnection, account_id: str, *, but: str | None = None) -> None:
    """Remove all sessions of an account, but for the one of the id `but`."""
    statement = delete(sessions).where(sessions.c.account_id == account_id)
    await connection.execute(statement if but is None else statement.where(sessions.c.id != but))


def _session(row: Row[Any]) -> Session:
    return Session(
        id=row.id,
        account_id=row.account_id,
        kind=row.kind,
        generation=row.generation,
        created_at=row.created_at,
        advanced_at=row.advanced_at,
        expires_at=row.expires_at,
        user_agent=row.user_agent,
    )
