"""Migrations of the control database, and of the living tables in every shop's database."""

import asyncio
import logging

from cartload_kit.database import engine, transaction
from cartload_kit.database.migrate import migrate_database
from cartload_kit.mysql_url import MysqlUrl
from cartload_shop.domain.shops import Shop
from cartload_shop.repository import shops
from cartload_shop.repository.models import MIGRATIONS, SHOP_MIGRATIONS

_log = logging.getLogger(__name__)


def migrate_all(url: str) -> None:
    """Bring the control database up to date, then each shop in business. Raises what the first raises."""
    asyncio.run(_migrate_all(url))


async def migrate_shop(url: str, database: str) -> None:
    """Bring the living tables of one shop's database up to date."""
    await migrate_database(MysqlUrl.parse(url).text(database), SHOP_MIGRATIONS)


async def _migrate_all(url: str) -> None:
    await migrate_database(url, MIGRATIONS)
    for shop in await _living(url):
        await migrate_shop(url, shop.database_name)
        _log.info("shop %s is up to date", shop.id)


async def _living(url: str) -> list[Shop]:
    database = engine(url, pool_size=1)
    try:
        async with transaction(database) as connection:
            return await shops.living(connection)
    finally:
        await database.dispose()
