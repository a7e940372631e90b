"""Builds everything the service works with; the only place that does."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_auth.adapters.data_owners import DataOwners, new_session
from cartload_auth.adapters.key_store import KeyStore
from cartload_auth.adapters.password_pool import PasswordPool
from cartload_auth.api.cookie import RefreshCookie
from cartload_auth.api.dependencies import Clock, Dependencies
from cartload_auth.domain.config import KEY_OVERLAP
from cartload_auth.domain.signing_keys import KeyEncryptor
from cartload_auth.settings import AuthSettings, CommandSettings
from cartload_auth.tasks import housekeeping
from cartload_kit import database
from cartload_kit.concurrency import background
from cartload_kit.logging import get_logger
from cartload_kit.tokens import TokenVerifier

MIGRATIONS = Path(__file__).parent / "migrations"
_log = get_logger(__name__)


def key_store(engine: AsyncEngine, settings: CommandSettings, clock: Clock) -> KeyStore:
    """The signing keys in the database."""
    secret = settings.signing_key_secret
    encryptor = KeyEncryptor(secret.get_secret_value() if secret else None)
    return KeyStore(engine, encryptor, KEY_OVERLAP, clock)


@asynccontextmanager
async def migrated_engine(settings: CommandSettings) -> AsyncIterator[AsyncEngine]:
    """Open the database, whose schema must be up to date, and close it afterwards."""
    engine = database.engine(settings.auth_database_url.get_secret_value())
    try:
        await database.require_migrated(engine, MIGRATIONS)
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def dependencies(
    settings: AuthSettings, *, clock: Clock | None = None, cost: int = 12
) -> AsyncIterator[Dependencies]:
    """Open what the use cases need and close it afterwards; the clock is the database's unless given.

    Raises:
        Exception: the database is not migrated, or its keys cannot be read.
    """
    config = settings.config()
    passwords = PasswordPool(
        workers=settings.password_workers,
        queue=settings.password_queue,
        queue_address=settings.password_queue_address,
        cost=cost,
    )
    try:
        async with (
            migrated_engine(settings) as engine,
            new_session(settings.proxy) as session,
            _running(clock, engine) as time,
        ):
            keys = key_store(engine, settings, time)
            await keys.ensure(config.key_lifetime)
            owners = DataOwners(session, (settings.generator_url, settings.shop_url))
            yield Dependencies(engine, passwords, keys, config, time, owners)
    finally:
        passwords.close()


def _running(clock: Clock | None, engine: AsyncEngine) -> AbstractAsyncContextManager[Clock]:
    return database.database_clock(engine) if clock is None else nullcontext(clock)


def verifier(built: Dependencies) -> TokenVerifier:
    """Checks access tokens with the keys of this process itself."""

    async def fetch() -> dict[str, Any]:
        return built.keys.ring.jwks(built.clock())

    config = built.config
    return TokenVerifier(
        "", config.issuer, config.audience, fetch=fetch, clock=lambda: built.clock().timestamp()
    )


def serving(settings: AuthSettings, *, clock: Clock | None = None, cost: int = 12) -> Any:
    """The lifespan of the API."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with dependencies(settings, clock=clock, cost=cost) as built:
            app.state.dependencies = built
            app.state.verifier = verifier(built)
            app.state.cookie = RefreshCookie(
                always_secure=settings.cookie_secure == "always", origins=settings.public_origins
            )
            app.state.checks["database"] = lambda: database.check_database(built.engine)

            # Called within its own task: a process that stops at once never begins it, and what was made
            # outside would then be a coroutine that nobody awaits.
            async def keep_house() -> None:
                await app.state.lifecycle.supervise("housekeeping", housekeeping.run(built))

            async with background(keep_house(), name="housekeeping"):
                yield

    return lifespan
