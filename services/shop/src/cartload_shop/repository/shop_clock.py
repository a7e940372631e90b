"""The clock of a shop, as it is kept in the shop's own database."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_shop.domain.clock import ClockMode, ShopClock
from cartload_shop.repository.living import Tables
from cartload_shop.repository.shop_session import ShopSession

_ONLY_ROW = 1


async def start(connection: AsyncConnection, tables: Tables, real: datetime, shop_time: datetime) -> None:
    """Let the clock of a new shop run from a moment on."""
    values = {"mode": "running", "speed": 1.0, "real_time": real, "shop_time": shop_time}
    await connection.execute(insert(tables.shop_clock).values(id=_ONLY_ROW, **values))


async def change(session: ShopSession, mode: ClockMode, speed: float) -> ShopClock:
    """Let the clock go on in another way. Raises ClockError."""
    clock = session.tables.shop_clock
    row = (await session.connection.execute(select(clock).with_for_update())).one()
    # Read again under the lock: another change may have come since this transaction began.
    held = ShopClock(row.mode, row.speed, row.real_time, row.shop_time)
    changed = held.changed(mode, speed, max(session.real_now, row.real_time))
    await session.connection.execute(
        update(clock).values(
            mode=changed.mode,
            speed=changed.speed,
            real_time=changed.real_time,
            shop_time=changed.shop_time,
        )
    )
    return changed
