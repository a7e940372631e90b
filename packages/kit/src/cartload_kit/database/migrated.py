"""The check at start that the database has a schema which the service can use."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload_kit import schema_version
from cartload_kit.transient_errors import error_code


async def require_migrated(engine: AsyncEngine, directory: Path) -> None:
    """Raise NotMigrated unless the schema is the newest in `directory`, or a compatible newer one."""
    async with engine.connect() as connection:
        present = await read_version(connection, schema_version.PRESENT)
        minimum = await read_version(connection, schema_version.MINIMUM)
    schema_version.require(present, minimum, directory, engine.url.database or "")


async def read_version(connection: AsyncConnection, question: str) -> str:
    """Return what `PRESENT` or `MINIMUM` answers; empty text where its table is missing."""
    try:
        return str(await connection.scalar(text(question)) or "")
    except ProgrammingError as error:
        if error_code(error) == schema_version.NO_SUCH_TABLE:
            return ""
        raise
