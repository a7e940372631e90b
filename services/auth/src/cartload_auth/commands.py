"""What `python -m cartload_auth` can do beside serving."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload_auth.adapters.password_pool import DEFAULT_COST, hash_password
from cartload_auth.bootstrap import MIGRATIONS, key_store, say, utc_now
from cartload_auth.domain.credentials import check_user_name
from cartload_auth.repository import accounts, known_addresses, personal_tokens, sessions
from cartload_auth.repository.accounts import Account
from cartload_auth.settings import CommandSettings
from cartload_kit import database
from cartload_kit.settings import load

_PASSWORD_BYTES = 15


class Refusal(Exception):
    """A command cannot do what was asked; the text says why."""


def migrate() -> None:
    """Bring the database up to date."""
    from cartload_kit.database.migrate import migrate as run_migrations

    settings = load(CommandSettings)
    run_migrations(settings.auth_database_url.get_secret_value(), MIGRATIONS)


async def create_admin(settings: CommandSettings, user_name: str, *, reset: bool) -> str:
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
    async with _engine(settings) as engine, database.transaction(engine) as connection:
        await _store_admin(connection, user_name, hashed, reset=reset)
    return password


async def _store_admin(connection: AsyncConnection, user_name: str, hashed: str, *, reset: bool) -> None:
    known = await accounts.by_name(connection, user_name)
    if known is None:
        await accounts.add(connection, Account(str(uuid4()), user_name, "admin", hashed, True, utc_now()))
        return
    if not reset:
        raise Refusal(f"the user name {user_name} is taken; --reset gives that account a new password")
    await accounts.set_role(connection, known.id, "admin")
    await accounts.set_password(connection, known.id, hashed, once=True)
    await sessions.end_all(connection, known.id)
    await personal_tokens.remove_all(connection, known.id)
    await known_addresses.forget_all(connection, known.id)


async def rotate_keys(settings: CommandSettings, *, now: bool) -> str:
    """Add a signing key; with `now` drop all others at once. Returns the new kid."""
    async with _engine(settings) as engine:
        keys = key_store(engine, settings, utc_now)
        return await (keys.replace() if now else keys.rotate())


def run_create_admin(user_name: str, *, reset: bool) -> int:
    """The command `create-admin`."""
    settings = load(CommandSettings)
    try:
        password = asyncio.run(create_admin(settings, user_name, reset=reset))
    except Refusal as refusal:
        say(f"create-admin: {refusal}")
        return 1
    say(password)
    return 0


def run_rotate_keys(*, now: bool) -> int:
    """The command `rotate-keys`."""
    kid = asyncio.run(rotate_keys(load(CommandSettings), now=now))
    say(f"new signing key {kid}")
    if now:
        say("access tokens signed before are refused by all services within 20 seconds")
    return 0


@asynccontextmanager
async def _engine(settings: CommandSettings) -> AsyncIterator[AsyncEngine]:
    engine = database.engine(settings.auth_database_url.get_secret_value())
    try:
        await database.require_migrated(engine, MIGRATIONS)
        yield engine
    finally:
        await engine.dispose()
