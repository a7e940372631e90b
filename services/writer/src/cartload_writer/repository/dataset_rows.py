"""The tables of a dataset's own database: its rows, counted and removed, and the names of its keys.

The session's default database is the dataset's, as `databases.session` gives it.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection


async def key_names(connection: AsyncConnection, table: str) -> set[str]:
    """Names of a table's indexes and constraints."""
    query = sa.text(
        "SELECT INDEX_NAME FROM information_schema.STATISTICS "
        "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = :table "
        "UNION SELECT CONSTRAINT_NAME FROM information_schema.TABLE_CONSTRAINTS "
        "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = :table"
    )
    return set((await connection.execute(query, {"table": table})).scalars())


def counting(table: str) -> str:
    """The query that counts a table's rows. The name must be one of the schema's."""
    return f"SELECT COUNT(*) FROM `{table}`"  # noqa: S608 the schema's


async def number(connection: AsyncConnection, query: str) -> int:
    """The one number that a query answers with."""
    return int(await connection.scalar(sa.text(query)) or 0)


async def numbers(connection: AsyncConnection, queries: Mapping[str, str]) -> dict[str, int]:
    """The number of each query, by its name, all asked in one statement."""
    text = " UNION ALL ".join(f"SELECT '{name}', ({query})" for name, query in queries.items())
    return {name: int(answer) for name, answer in await connection.execute(sa.text(text))}


async def remove(
    connection: AsyncConnection, table: str, column: str, key: str | int, *, at_once: int
) -> None:
    """Remove the rows from one key on, some at a time. Table and column must be the schema's."""
    statement = sa.text(
        f"DELETE FROM `{table}` WHERE `{column}` >= :key "  # noqa: S608 the schema's
        f"ORDER BY `{column}` LIMIT {at_once:d}"
    )
    while (await connection.execute(statement, {"key": key})).rowcount == at_once:
        continue
