"""The check at start that the database has the schema which the service was built for."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_kit import schema_version
from cartload_kit.transient_errors import error_code


async def require_migrated(engine: AsyncEngine, directory: Path) -> None:
    """Raise NotMigrated unless the database is at the newest version in `directory`."""
    schema_version.require(await _present(engine), directory, engine.url.database or "")


async def _present(engine: AsyncEngine) -> str:
    try:
        async with engine.connect() as connection:
            return str(await connection.scalar(text(schema_version.PRESENT)) or "")
    except ProgrammingError as error:
        if error_code(error) == schema_version.NO_SUCH_TABLE:
            return ""
        raise
