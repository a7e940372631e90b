"""Dataset databases: made, described, dropped. Each step looks first: all of them may be repeated."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload import schema
from cartload.schema import ddl
from cartload.storage import about
from cartload_kit.database.engine import SESSION
from cartload_writer.domain.names import quoted_database
from cartload_writer.domain.states import Ids
from cartload_writer.repository.datasets import Dataset


def session_for_ddl(index_buffer_mb: int) -> str:
    """How sessions that index and check datasets are set up.

    Foreign keys are added unchecked and proven by anti-joins; statements may take as long as they need. The
    buffer bounds what MySQL holds in memory to sort one index; MariaDB has a start option for it instead.
    """
    return (
        f"{SESSION}, foreign_key_checks = 0 "
        "/*M!100000 , max_statement_time = 0 */ /*!80000 , max_execution_time = 0 */ "
        f"/*!80027 , innodb_ddl_buffer_size = {index_buffer_mb * 2**20} */"
    )


@asynccontextmanager
async def session(engine: AsyncEngine, database: str) -> AsyncIterator[AsyncConnection]:
    """A connection whose default database is the dataset's, each statement committed by itself."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql(f"USE {quoted_database(database)}")
        yield connection


async def make(engine: AsyncEngine, database: str, ids: Ids, *, final: bool) -> None:
    """Make a database with all tables and `_cartload`, as far as they are not there."""
    quoted = quoted_database(database)
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql(
            f"CREATE DATABASE IF NOT EXISTS {quoted} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci"
        )
    async with session(engine, database) as connection:
        present = await tables(connection, database)
        # Looked up first, so that a repeated prepare sends no DDL for what is there.
        for table in schema.TABLES:
            if table.name not in present:
                await connection.exec_driver_sql(ddl.create_table(table.name, ids, final=final))
        if about.TABLE not in present:
            await connection.exec_driver_sql(about.create_table(quoted))


async def tables(connection: AsyncConnection, database: str) -> Sequence[str]:
    """The tables that a database has now."""
    query = sa.text("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = :database")
    return (await connection.execute(query, {"database": database})).scalars().all()


async def describe(connection: AsyncConnection, dataset: Dataset) -> None:
    """Write the one row of `_cartload`: what the dataset was made from."""
    quoted = quoted_database(dataset.database_name)
    statement = sa.text(about.replace([f":{name}" for name in about.COLUMNS], quoted))
    await connection.execute(statement, about.row(dataset.spec, dataset.vintage, dataset.segments))


async def drop(engine: AsyncEngine, database: str) -> bool:
    """Drop a database; whether information_schema has nothing of it left."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {quoted_database(database)}")
        query = sa.text("SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = :database")
        # Looked up, since a DROP that was interrupted may have removed some of the tables only.
        schemas = await connection.scalar(query, {"database": database})
        return not schemas and not await tables(connection, database)
