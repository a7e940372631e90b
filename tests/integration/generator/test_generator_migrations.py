"""The migrations make exactly the tables that the code works with."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from cartload_generator.bootstrap import MIGRATIONS
from cartload_generator.models import metadata
from cartload_kit.database import NotMigrated, async_url, engine, require_migrated
from cartload_kit.database.migrate import migrate


def differences(connection: Connection) -> list[object]:
    found: list[object] = compare_metadata(MigrationContext.configure(connection), metadata)
    return found


async def test_the_migrated_tables_are_those_of_the_models(migrated_database: str) -> None:
    database = create_async_engine(async_url(migrated_database))
    async with database.connect() as connection:
        assert await connection.run_sync(differences) == []
    await database.dispose()


def test_migrating_again_changes_nothing(migrated_database: str) -> None:
    migrate(migrated_database, MIGRATIONS)


async def test_a_database_that_was_not_migrated_is_refused(migrated_database: str, tmp_path: Path) -> None:
    database = engine(migrated_database)
    await require_migrated(database, MIGRATIONS)
    (tmp_path / "versions").mkdir()
    with pytest.raises(NotMigrated):
        await require_migrated(database, tmp_path)
    await database.dispose()


def test_each_migration_makes_one_table() -> None:
    versions = sorted((MIGRATIONS / "versions").glob("*.py"))
    assert len(versions) == len(metadata.tables)
    assert all(path.read_text().count("op.create_table(") == 1 for path in versions)
