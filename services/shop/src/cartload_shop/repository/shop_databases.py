"""The databases of shops: made as copies of datasets, dropped. All of it may be repeated."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload import schema
from cartload.schema import Ids, ddl
from cartload.storage import about
from cartload_kit.database.engine import SESSION
from cartload_shop.domain.names import quoted_dataset, quoted_shop
from cartload_shop.domain.shops import Shop

COPYING = (
    f"{SESSION}, foreign_key_checks = 0 "
    "/*M!100000 , max_statement_time = 0 */ /*!80000 , max_execution_time = 0 */"
)
"""For sessions that fill shops: statements may take as long as they need.

Foreign keys are added unchecked, since the rows come from tables that have the same ones.
"""

DEFERRED_ROWS = 200_000
"""From so many rows on indexes are added after the rows are there: slower for few, faster for many."""

_OPENING = "opening"
"""The cause of the first line of each SKU in the ledger of its stock."""


async def drop(engine: AsyncEngine, database: str) -> None:
    """Drop a shop's database; one that is not there is fine.

    Raises ConnectionError when the server still has something of it.
    """
    quoted = quoted_shop(database)
    if not await _is_there(engine, database):
        return
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {quoted}")
    # Looked up, since a DROP that was interrupted may have removed some of the tables only.
    if await _is_there(engine, database):
        raise ConnectionError(f"the database {database} is not gone yet")


async def copy(engine: AsyncEngine, shop: Shop, *, deferred_rows: int = DEFERRED_ROWS) -> dict[str, int]:
    """Make a shop's database anew from its dataset; the rows of each table.

    Raises DBAPIError, also when the dataset was deleted.
    """
    quoted = quoted_shop(shop.database_name)
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql(
            f"CREATE DATABASE {quoted} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci"
        )
        await connection.exec_driver_sql(f"USE {quoted}")
        source, final = quoted_dataset(shop.dataset_database), sum(shop.counts.values()) < deferred_rows
        rows = {}
        for table in schema.TABLES:
            await connection.exec_driver_sql(_create_table(table.name, shop.ids, final=final))
            rows[table.name] = await _copy_rows(connection, table, source)
        for table in () if final else schema.TABLES:
            for statement in ddl.alter_to_final(table.name):
                await connection.exec_driver_sql(statement)
        await connection.exec_driver_sql(about.create_table())
        described = about.row(shop.spec, shop.vintage, shop.segments)
        markers = [f":{name}" for name in about.COLUMNS]
        await connection.execute(sa.text(about.replace(markers)), described)
    return rows


def _create_table(name: str, ids: Ids, *, final: bool) -> str:
    statement = ddl.create_table(name, ids, final=final)
    # New rows get the next number. Not in an ALTER afterwards, in which the server would copy all rows.
    return statement.replace("`id` BIGINT NOT NULL", "`id` BIGINT NOT NULL AUTO_INCREMENT", 1)


async def _copy_rows(connection: AsyncConnection, table: schema.Table, source: str) -> int:
    columns = ", ".join(f"`{column.name}`" for column in table.columns)
    copied = await connection.exec_driver_sql(
        f"INSERT INTO `{table.name}` ({columns}) SELECT {columns} FROM {source}.`{table.name}` ORDER BY `id`"  # noqa: S608 ours
    )
    return copied.rowcount


async def begin_ledger(connection: AsyncConnection) -> None:
    """Write the first line of each SKU into the ledger of stock; the connection's database is the shop."""
    statement = (
        "INSERT INTO inventory_log "
        "(sku_id, sequence, change_type, old_stock, new_stock, cause, created_at) "
        "SELECT id, 1, 'opening', 0, stock, :cause, (SELECT shop_time FROM shop_clock) FROM products_skus"
    )
    await connection.execute(sa.text(statement), {"cause": _OPENING})


async def _is_there(engine: AsyncEngine, database: str) -> bool:
    schemas = "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = :database"
    tables = "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = :database LIMIT 1"
    async with engine.connect() as connection:
        found = await connection.execute(sa.text(f"{schemas} UNION {tables}"), {"database": database})
        return found.first() is not None
