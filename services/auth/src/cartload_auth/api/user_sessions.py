"""Sessions: a family of refresh tokens, of which each use makes the next one, and one is alive.

A session counts generations, and each has one token: it is derived from the token before and a secret of the
server. A use of the newest token begins the next generation. A use of the token before it, within the grace
time, gives the newest one again: the answer was lost, or two tabs asked at once. A thief who is as quick gets
that same token, and sooner or later one of the two uses it too late. Any other use is the reuse of a stolen
token, and ends the whole session.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth import metrics
from cartload_auth.api.dependencies import Dependencies
from cartload_auth.domain.config import AuthConfig
from cartload_auth.domain.opaque_tokens import digest, new_refresh_token, successor
from cartload_auth.repository import accounts, sessions
from cartload_auth.repository.accounts import Account
from cartload_auth.repository.sessions import Session, SessionKind, StoredToken
from cartload_kit.database import transaction
from cartload_kit.errors import NotFound, Unauthorized
from cartload_kit.logging import get_logger

_log = get_logger(__name__)
_ENDED = "The session has ended: sign in again."
_OTHER_KIND: dict[SessionKind, str] = {
    "rotating": "This refresh token changes with each use, and this call has no room for the next one: "
    "use POST /api/auth/refresh.",
    "plain": "This refresh token belongs to the plain interface and never changes: use POST /refresh.",
}


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A refresh token to hand out, when it ends, and the session it belongs to."""

    session_id: str
    refresh_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RefreshedSession:
    """Whose session was used, and its next refresh token: None for a plain session, which keeps its own."""

    account: Account
    session_id: str
    following: OpenedSession | None


class Reused(Exception):
    """A refresh token was used again: its session is to be ended."""

    def __init__(self, session_id: str) -> None:
        super().__init__(session_id)
        self.session_id = session_id


async def open_session(
    connection: AsyncConnection,
    account_id: str,
    kind: SessionKind,
    user_agent: str | None,
    now: datetime,
    config: AuthConfig,
) -> OpenedSession:
    """Begin a session. A plain one keeps its one refresh token for as long as that lives."""
    lifetime = config.session_lifetime if kind == "rotating" else config.refresh_lifetime
    session = Session(
        id=str(uuid4()),
        account_id=account_id,
        kind=kind,
        generation=0,
        created_at=now,
        advanced_at=now,
        expires_at=now + lifetime,
        user_agent=user_agent,
    )
    await sessions.add(connection, session)
    return await _hand_out(connection, session, 0, new_refresh_token(), now, config)


async def refresh(
    dependencies: Dependencies, token: str, kind: SessionKind | None = None
) -> RefreshedSession:
    """Use a refresh token; returns whose it is, and the next one.

    Raises:
        Unauthorized: the token is unknown, has run out or was used before (that ends its session); or its
            session is not of the `kind` that the caller can go on with (that leaves it as it is).
    """
    try:
        return await dependencies.in_transaction(
            lambda connection: _use(connection, dependencies, token, kind)
        )
    except Reused as reused:
        # In a transaction of its own: the refusal rolled back the one that found the reuse.
        session_id = reused.session_id
        await dependencies.in_transaction(lambda connection: sessions.end(connection, session_id))
        metrics.REFRESHES.labels("reused").inc()
        _log.warning(
            "a refresh token was used again, its session ended", extra={"session_id": reused.session_id}
        )
        raise Unauthorized(_ENDED) from None


async def end(dependencies: Dependencies, token: str) -> None:
    """End the session that a refresh token belongs to; an unknown token is no error."""

    async def end_it(connection: AsyncConnection) -> None:
        stored = await sessions.token(connection, digest(token))
        if stored is not None:
            await sessions.end(connection, stored.session_id)

    await dependencies.in_transaction(end_it)


async def page(
    dependencies: Dependencies, account_id: str, after: tuple[datetime, str] | None, limit: int
) -> list[Session]:
    """Sessions of an account that go on, newest first, after the given place."""
    async with transaction(dependencies.engine) as connection:
        return await sessions.page(connection, account_id, after, limit, dependencies.clock())


async def end_one(dependencies: Dependencies, account_id: str, session_id: str) -> None:
    """End a session of an account. Raises NotFound when the account has no such session."""
    if not await dependencies.in_transaction(
        lambda connection: sessions.end_of_account(connection, account_id, session_id)
    ):
        raise NotFound("There is no such session.")


async def end_others(dependencies: Dependencies, account_id: str, session_id: str) -> None:
    """End all sessions of an account but this one."""
    await dependencies.in_transaction(
        lambda connection: sessions.end_all(connection, account_id, but=session_id)
    )


async def _use(
    connection: AsyncConnection, dependencies: Dependencies, presented: str, kind: SessionKind | None
) -> RefreshedSession:
    now = dependencies.clock()
    token = await sessions.token(connection, digest(presented))
    # Two uses of one token wait for each other here. The token itself never changes, so it may be read
    # before; the generation that it is compared with is read under the lock.
    session = None if token is None else await sessions.locked(connection, token.session_id)
    if token is None or session is None or min(token.expires_at, session.expires_at) <= now:
        metrics.REFRESHES.labels("ended").inc()
        raise Unauthorized(_ENDED)
    account = await accounts.by_id(connection, session.account_id)
    if account is None:
        raise Unauthorized(_ENDED)
    if kind is not None and session.kind != kind:
        metrics.REFRESHES.labels("refused").inc()
        raise Unauthorized(_OTHER_KIND[session.kind])
    if session.kind == "plain":
        metrics.REFRESHES.labels("plain").inc()
        return RefreshedSession(account, session.id, None)
    successor_token = successor(dependencies.keys.refresh_secret, presented)
    following = await _rotate(connection, session, token, successor_token, now, dependencies.config)
    return RefreshedSession(account, session.id, following)


async def _rotate(
    connection: AsyncConnection,
    session: Session,
    token: StoredToken,
    following: str,
    now: datetime,
    config: AuthConfig,
) -> OpenedSession:
    if token.generation == session.generation:
        await sessions.advance(connection, session.id, session.generation + 1, now)
        metrics.REFRESHES.labels("rotated").inc()
        return await _hand_out(connection, session, session.generation + 1, following, now, config)
    if token.generation != session.generation - 1 or now - session.advanced_at > config.grace:
        raise Reused(session.id)
    newest = await sessions.token(connection, digest(following))
    if newest is None:
        # The refresh secret was replaced within the grace time, so the newest token cannot be told again.
        # That is no sign of a thief: the session goes on for whoever got the token in time.
        metrics.REFRESHES.labels("ended").inc()
        raise Unauthorized(_ENDED)
    metrics.REFRESHES.labels("grace").inc()
    return OpenedSession(session.id, following, newest.expires_at)


async def _hand_out(
    connection: AsyncConnection,
    session: Session,
    generation: int,
    token: str,
    now: datetime,
    config: AuthConfig,
) -> OpenedSession:
    expires_at = min(now + config.refresh_lifetime, session.expires_at)
    await sessions.add_token(connection, digest(token), StoredToken(session.id, generation, expires_at))
    return OpenedSession(session.id, token, expires_at)
