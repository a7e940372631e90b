"""One transaction in one shop: its tables and its time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload_kit.database import transaction
from cartload_kit.database.clock import SERVER_TIME
from cartload_shop.domain.clock import ShopClock
from cartload_shop.domain.names import quoted_shop
from cartload_shop.domain.shops import Shop
from cartload_shop.repository.living import PLACEHOLDER, Tables, tables


@dataclass(frozen=True, slots=True)
class ShopSession:
    """A transaction in a shop, at one moment of it."""

    connection: AsyncConnection
    shop: Shop
    tables: Tables
    clock: ShopClock
    now: datetime
    """Time in the shop, whole milliseconds, UTC: when whatever this transaction does happens."""

    real_now: datetime
    """The server's time."""


@asynccontextmanager
async def shop_session(engine: AsyncEngine, shop: Shop) -> AsyncIterator[ShopSession]:
    """Run the block in one transaction in the shop's database: committed at its end, else rolled back.

    Raises DatabaseUnavailable when it has not begun within two seconds.
    """
    async with transaction(engine) as connection:
        found = await tables_of(connection, shop)
        clock, real_now = await _read_clock(connection, found)
        yield ShopSession(connection, shop, found, clock, clock.at(real_now), real_now)


async def tables_of(connection: AsyncConnection, shop: Shop) -> Tables:
    """The tables of a shop, for statements on this connection."""
    quoted_shop(shop.database_name)
    await connection.execution_options(schema_translate_map={PLACEHOLDER: shop.database_name})
    return tables(shop.ids)


async def _read_clock(connection: AsyncConnection, found: Tables) -> tuple[ShopClock, datetime]:
    real: datetime = (await connection.execute(text(SERVER_TIME))).scalar_one()
    row = (await connection.execute(found.shop_clock.select())).one()
    return ShopClock(row.mode, row.speed, row.real_time, row.shop_time), real.replace(tzinfo=UTC)
