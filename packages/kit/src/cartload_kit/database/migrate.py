"""Migrations: a service holds the versions, everything else is here."""

import asyncio
import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from cartload_kit.database.engine import async_url, connecting

log = logging.getLogger(__name__)

ENVIRONMENT = Path(__file__).parent / "alembic_env"
LOCK_WAIT = 60
"""Seconds that a second migrator waits for the first."""


def migrate(url: str, directory: Path) -> None:
    """Bring the database up to the newest version in `directory` (the folder that holds `versions/`).

    Harmless to repeat, and to run twice at once: an advisory lock of the server lets one in at a time. Raises
    TimeoutError when the lock stays taken. Runs an event loop of its own: call it from no other.
    """
    asyncio.run(_migrate(url, directory))


async def _migrate(url: str, directory: Path) -> None:
    engine = create_async_engine(async_url(url), poolclass=NullPool, connect_args=connecting(url))
    try:
        async with engine.connect() as connection:
            name = f"cartload-migrate-{engine.url.database}"[:64]
            await _lock(connection, name)
            try:
                await connection.run_sync(_upgrade, directory)
            finally:
                await connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": name})
    finally:
        await engine.dispose()


async def _lock(connection: AsyncConnection, name: str) -> None:
    taken = await connection.scalar(text("SELECT GET_LOCK(:name, :wait)"), {"name": name, "wait": LOCK_WAIT})
    await connection.commit()
    if taken != 1:
        raise TimeoutError(f"another migration holds {name} for more than {LOCK_WAIT} s")


def _config(directory: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ENVIRONMENT))
    config.set_main_option("version_locations", str(directory / "versions"))
    config.set_main_option("path_separator", "newline")
    return config


def _upgrade(connection: Connection, directory: Path) -> None:
    config = _config(directory)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()
