"""The migrations make exactly the tables that the code works with."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from cartload_generator.repository.models import MIGRATIONS, metadata
from cartload_kit.database import NotMigrated, async_url, engine, require_migrated
from cartload_kit.database.migrate import migrate


def differences(connection: Connection) -> list[object]:
    found: list[object] = compare_metadata(MigrationContext.configure(connection), metadata)
    return found


async def schema_of(url: str) -> dict[str, str]:
    """The definition of every table, and the version that the database says it has."""
    database = create_async_engine(async_url(url))
    async with database.connect() as connection:
        tables = [name for (name,) in await connection.execute(text("SHOW TABLES"))]
        found = {
            name: (await connection.execute(text(f"SHOW CREATE TABLE {name}"))).all()[0][1] for name in tables
        }
        version = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    await database.dispose()
    return {**found, "version": str(version)}


async def test_the_migrated_tables_are_those_of_the_models(migrated_database: str) -> None:
    database = create_async_engine(async_url(migrated_database))
    async with database.connect() as connection:
        assert await connection.run_sync(differences) == []
    await database.dispose()


async def test_migrating_again_changes_nothing(migrated_database: str) -> None:
    before = await schema_of(migrated_database)
    await asyncio.to_thread(migrate, migrated_database, MIGRATIONS)
    assert await schema_of(migrated_database) == before


async def test_a_database_that_was_not_migrated_is_refused(migrated_database: str, tmp_path: Path) -> None:
    database = engine(migrated_database)
    await require_migrated(database, MIGRATIONS)
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "9999_later.py").touch()
    try:
        with pytest.raises(NotMigrated, match="needs 9999"):
            await require_migrated(database, tmp_path)
    finally:
        await database.dispose()
