"""Sessions: a family of refresh tokens, of which each use makes the next one.

A session counts generations. A use of a token of the newest generation begins the next one. A use of a token
of the generation before, within the grace time, gives one more token of the newest: the answer was lost, or
two tabs asked at once. Any other use is the reuse of a stolen token, and ends the whole session.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth import metrics
from cartload_auth.config import MAX_SIBLINGS, AuthConfig
from cartload_auth.dependencies import Dependencies
from cartload_auth.domain.opaque_tokens import digest, new_refresh_token
from cartload_auth.repository import accounts, sessions
from cartload_auth.repository.accounts import Account
from cartload_auth.repository.sessions import Session, SessionKind, StoredToken
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_kit.errors import TooManyRequests, Unauthorized
from cartload_kit.logging import get_logger

_log = get_logger(__name__)
_ENDED = "The session has ended: sign in again."


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A refresh token to hand out, and when it ends."""

    refresh_token: str
    expires_at: datetime


class Reused(Exception):
    """A refresh token was used again: its session is to be ended."""

    def __init__(self, session_id: str) -> None:
        super().__init__(session_id)
        self.session_id = session_id


async def open_session(
    connection: AsyncConnection, account_id: str, kind: SessionKind, now: datetime, config: AuthConfig
) -> OpenedSession:
    """Begin a session. A plain one keeps its one refresh token for as long as that lives."""
    lifetime = config.session_lifetime if kind == "rotating" else config.refresh_lifetime
    session = Session(str(uuid4()), account_id, kind, 0, now, now + lifetime)
    await sessions.add(connection, session, now)
    return await _hand_out(connection, session, now, config)


async def refresh(dependencies: Dependencies, token: str) -> tuple[Account, OpenedSession | None]:
    """Use a refresh token; returns whose it is and the next one, which is None for a plain session.

    Raises:
        Unauthorized: the token is unknown, has run out or was used before (that ends its session).
        TooManyRequests: too many uses of one token at once.
    """

    async def use() -> tuple[Account, OpenedSession | None]:
        async with transaction(dependencies.engine) as connection:
            return await _use(connection, digest(token), dependencies.clock(), dependencies.config)

    try:
        return await retry_on_deadlock(use)
    except Reused as reused:
        async with transaction(dependencies.engine) as connection:
            await sessions.end(connection, reused.session_id)
        metrics.REFRESHES.labels("reused").inc()
        _log.warning(
            "a refresh token was used again, its session ended", extra={"session_id": reused.session_id}
        )
        raise Unauthorized(_ENDED) from None


async def end(dependencies: Dependencies, token: str) -> None:
    """End the session that a refresh token belongs to; an unknown token is no error."""
    async with transaction(dependencies.engine) as connection:
        stored = await sessions.token(connection, digest(token))
        if stored is not None:
            await sessions.end(connection, stored.session_id)


async def _use(
    connection: AsyncConnection, token_hash: str, now: datetime, config: AuthConfig
) -> tuple[Account, OpenedSession | None]:
    token = await sessions.token(connection, token_hash)
    session = None if token is None else await sessions.locked(connection, token.session_id)
    if token is None or session is None or min(token.expires_at, session.expires_at) <= now:
        metrics.REFRESHES.labels("ended").inc()
        raise Unauthorized(_ENDED)
    account = await accounts.by_id(connection, session.account_id)
    if account is None:
        raise Unauthorized(_ENDED)
    if session.kind == "plain":
        metrics.REFRESHES.labels("plain").inc()
        return account, None
    return account, await _rotate(connection, session, token, now, config)


async def _rotate(
    connection: AsyncConnection, session: Session, token: StoredToken, now: datetime, config: AuthConfig
) -> OpenedSession:
    if token.generation == session.generation:
        following = session.generation + 1
        await sessions.advance(connection, session.id, following, now)
        metrics.REFRESHES.labels("rotated").inc()
        return await _hand_out(connection, session, now, config, following)
    if token.generation != session.generation - 1 or now - session.advanced_at > config.grace:
        raise Reused(session.id)
    if await sessions.siblings(connection, session.id, session.generation) >= MAX_SIBLINGS:
        raise TooManyRequests(config.grace.total_seconds(), "Too many uses of one refresh token at once.")
    metrics.REFRESHES.labels("grace").inc()
    return await _hand_out(connection, session, now, config)


async def _hand_out(
    connection: AsyncConnection,
    session: Session,
    now: datetime,
    config: AuthConfig,
    generation: int | None = None,
) -> OpenedSession:
    secret = new_refresh_token()
    expires_at = min(now + config.refresh_lifetime, session.expires_at)
    newest = session.generation if generation is None else generation
    await sessions.add_token(connection, digest(secret), StoredToken(session.id, newest, expires_at))
    return OpenedSession(secret, expires_at)
