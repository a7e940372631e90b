"""Personal tokens: for scripts, long-lived, shown once, revocable, exchanged for short access tokens."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_auth import metrics
from cartload_auth.api.dependencies import Dependencies
from cartload_auth.domain import access_tokens
from cartload_auth.domain.config import EXCHANGED_LIFETIME, MAX_PERSONAL_TOKENS
from cartload_auth.domain.opaque_tokens import digest, new_personal_token
from cartload_auth.repository import accounts, personal_tokens, sessions
from cartload_auth.repository.accounts import Account
from cartload_auth.repository.personal_tokens import PersonalToken
from cartload_kit.database import transaction
from cartload_kit.errors import FieldError, NotFound, Unauthorized, Unprocessable


async def create(
    dependencies: Dependencies, account_id: str, session_id: str, name: str, days: int
) -> tuple[PersonalToken, str]:
    """Make a token, asked for within a session; returns it and its secret, which is not kept.

    Raises:
        Unprocessable: the account has too many already.
        Unauthorized: the account is gone, or the session has ended.
    """
    now, secret = dependencies.clock(), new_personal_token()
    token = PersonalToken(str(uuid4()), account_id, name, now, now + timedelta(days=days), None)

    async def add(connection: AsyncConnection) -> None:
        # The lock makes one wait for the other, where two requests would both count 99 and make one.
        if await accounts.locked(connection, account_id) is None:
            raise Unauthorized
        # An access token outlives its session by minutes, a personal token would by a year: whoever changed
        # a password to be rid of a thief must be. The lock above makes that change wait.
        if not await sessions.is_open(connection, session_id, account_id, now):
            raise Unauthorized("The session has ended: sign in again.")
        if await personal_tokens.count(connection, account_id) >= MAX_PERSONAL_TOKENS:
            message = f"an account has at most {MAX_PERSONAL_TOKENS} personal tokens: revoke one first"
            raise Unprocessable([FieldError(field="name", message=message)])
        await personal_tokens.add(connection, token, digest(secret))

    await dependencies.in_transaction(add)
    return token, secret


async def page(
    dependencies: Dependencies, account_id: str, after: tuple[datetime, str] | None, limit: int
) -> list[PersonalToken]:
    """Tokens of an account, newest first, after the given place."""
    async with transaction(dependencies.engine) as connection:
        return await personal_tokens.page(connection, account_id, after, limit)


async def revoke(dependencies: Dependencies, account_id: str, token_id: str) -> None:
    """Make a token worthless; a gateway may go on taking it for a minute.

    Raises:
        NotFound: the account has no such token.
    """
    if not await dependencies.in_transaction(
        lambda connection: personal_tokens.remove(connection, account_id, token_id)
    ):
        raise NotFound("There is no such personal token.")


async def exchange(dependencies: Dependencies, secret: str) -> tuple[str, int]:
    """Give a short access token for a personal one; returns it and its life in seconds.

    Raises:
        Unauthorized: the token is unknown, revoked or has run out, or its account is disabled.
    """
    now = dependencies.clock()

    async def find(connection: AsyncConnection) -> tuple[PersonalToken, Account]:
        token = await personal_tokens.by_hash(connection, digest(secret))
        account = None if token is None else await accounts.by_id(connection, token.account_id)
        if token is None or account is None or token.expires_at <= now:
            metrics.EXCHANGES.labels("refused").inc()
            raise Unauthorized("The personal token is not valid: it is unknown, revoked or has run out.")
        if account.disabled_at is not None:
            metrics.EXCHANGES.labels("refused").inc()
            raise Unauthorized("The account of this personal token is disabled.")
        await personal_tokens.note_use(connection, token.id, now)
        return token, account

    token, account = await dependencies.in_transaction(find)
    metrics.EXCHANGES.labels("exchanged").inc()
    return access_tokens.issue(
        dependencies.keys.ring.signer(now),
        dependencies.config,
        account_id=account.id,
        role=account.role,
        now=now,
        lifetime=max(timedelta(seconds=1), min(EXCHANGED_LIFETIME, token.expires_at - now)),
        personal_token_id=token.id,
    )
