"""What an administrator asks for on the command line: the first administrator, another signing key."""

import asyncio
import secrets
from datetime import datetime
from uuid import uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload_auth.adapters.password_pool import DEFAULT_COST, hash_password
from cartload_auth.domain.credentials import check_user_name
from cartload_auth.repository import accounts, known_addresses, personal_tokens, sessions
from cartload_auth.repository.accounts import Account
from cartload_kit import database

_PASSWORD_BYTES = 15


class Refusal(Exception):
    """A command cannot do what was asked; the text says why."""


async def create_admin(engine: AsyncEngine, user_name: str, now: datetime, *, reset: bool) -> str:
    """Make an administrator, or with `reset` make one of an account that is there; returns the password.

    The password may be used once, to choose another one.

    Raises:
        Refusal: the name may not be one, or is taken (without `reset`).
    """
    try:
        check_user_name(user_name)
    except ValueError as error:
        raise Refusal(str(error)) from error
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    hashed = await asyncio.to_thread(hash_password, password, DEFAULT_COST)

    async def store() -> None:
        async with database.transaction(engine) as connection:
            await _store_admin(connection, user_name, hashed, now, reset=reset)

    try:
        await database.retry_on_deadlock(store)
    except IntegrityError as error:
        # Somebody registered the name after it was looked up.
        if database.is_duplicate_key(error):
            raise _taken(user_name) from error
        raise
    return password


async def _store_admin(
    connection: AsyncConnection, user_name: str, hashed: str, now: datetime, *, reset: bool
) -> None:
    known = await accounts.by_name(connection, user_name)
    if known is None:
        await accounts.add(connection, Account(str(uuid4()), user_name, "admin", hashed, True, now))
        return
    if not reset:
        raise _taken(user_name)
    # The account's row comes first, as in every transaction that ends sessions: a sign-in holds it while it
    # opens one, so that no session of the old password comes after this.
    await accounts.set_role(connection, known.id, "admin")
    await accounts.set_disabled(connection, known.id, None)
    await accounts.set_password(connection, known.id, hashed, once=True)
    await sessions.end_all(connection, known.id)
    await personal_tokens.remove_all(connection, known.id)
    await known_addresses.forget_all(connection, known.id)


def _taken(user_name: str) -> Refusal:
    return Refusal(f"the user name {user_name} is taken; --reset gives that account a new password")
