"""Sessions and their refresh tokens in the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth.repository.models import refresh_tokens, sessions

type SessionKind = Literal["rotating", "plain"]


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in: a family of refresh tokens, one of each generation; that of the highest is alive."""

    id: str
    account_id: str
    kind: SessionKind
    generation: int
    advanced_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A refresh token as far as the database knows it."""

    session_id: str
    generation: int
    expires_at: datetime


async def add(connection: AsyncConnection, session: Session, now: datetime) -> None:
    """Insert a session."""
    await connection.execute(
        insert(sessions).values(
            id=session.id,
            account_id=session.account_id,
            kind=session.kind,
            generation=session.generation,
            advanced_at=session.advanced_at,
            created_at=now,
            expires_at=session.expires_at,
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
    if row is None:
        return None
    return Session(row.id, row.account_id, row.kind, row.generation, row.advanced_at, row.expires_at)


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


async def end_all(connection: AsyncConnection, account_id: str) -> None:
    """Remove all sessions of an account."""
    await connection.execute(delete(sessions).where(sessions.c.account_id == account_id))
