"""Migrations: a service holds the versions, everything else is here."""

import asyncio
import hashlib
import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from cartload_kit import schema_version
from cartload_kit.database.engine import async_url, connecting
from cartload_kit.database.migrated import read_version

log = logging.getLogger(__name__)

ENVIRONMENT = Path(__file__).parent / "alembic_env"
LOCK_WAIT = 60
"""Seconds that a second migrator waits for the first."""


def migrate(url: str, directory: Path) -> None:
    """Bring the database up to the newest version in `directory` (the folder that holds `versions/`).

    Harmless to repeat, and to run twice at once: an advisory lock of the server lets one in at a time. A
    database that a newer program has migrated stays as it is. Raises TimeoutError when the lock stays taken,
    and NotMigrated when the newer schema does not suit this code. Runs an event loop of its own: call it from
    no other.
    """
    asyncio.run(migrate_database(url, directory))


async def migrate_database(url: str, directory: Path) -> None:
    """As `migrate`, for callers that are in an event loop."""
    # No pool: the lock belongs to the connection, and ends with it if this process is killed. No limits of
    # the session either: a migration may take longer than any request.
    engine = create_async_engine(async_url(url), poolclass=NullPool, connect_args=connecting(url))
    try:
        async with engine.connect() as connection:
            name = _lock_name(engine.url)
            await _lock(connection, name)
            try:
                if await _is_newer(connection, directory):
                    return
                await connection.run_sync(_upgrade, directory)
            finally:
                await connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": name})
    finally:
        await engine.dispose()


def _lock_name(url: URL) -> str:
    """Return a name that all migrators of a database share and nobody else can guess.

    Any user of the server may take any lock, so a known name would let a reader of one dataset stop upgrades.
    """
    secret = f"{url.database}\0{url.password}".encode()
    return f"cartload-migrate-{hashlib.sha256(secret).hexdigest()[:32]}"


async def _is_newer(connection: AsyncConnection, directory: Path) -> bool:
    """Return whether a newer program has migrated the database, as after an image was rolled back."""
    present = await read_version(connection, schema_version.PRESENT)
    minimum = await read_version(connection, schema_version.MINIMUM)
    await connection.commit()
    if present <= schema_version.newest(directory):
        return False
    schema_version.require(present, minimum, directory, connection.engine.url.database or "")
    log.info("the schema is at %s, newer than this program and compatible: it stays as it is", present)
    return True


async def _lock(connection: AsyncConnection, name: str) -> None:
    # An advisory lock and no lock of rows: MySQL commits at every change of the schema, which frees those.
    taken = await connection.scalar(text("SELECT GET_LOCK(:name, :wait)"), {"name": name, "wait": LOCK_WAIT})
    await connection.commit()
    if taken != 1:
        raise TimeoutError(f"another migration of this database runs for more than {LOCK_WAIT} s")


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
    if minimum := _minimum_version(config):
        connection.execute(text(schema_version.CREATE_MINIMUM))
        connection.execute(text("DELETE FROM schema_compatibility"))
        insert = text("INSERT INTO schema_compatibility (minimum_version) VALUES (:minimum)")
        connection.execute(insert, {"minimum": minimum})
    connection.commit()


def _minimum_version(config: Config) -> str:
    """Return the newest `minimum_version` that a migration names; empty text when none does."""
    revisions = ScriptDirectory.from_config(config).walk_revisions()
    return max((str(getattr(revision.module, "minimum_version", "")) for revision in revisions), default="")
