"""Ready empty databases and those in the making: the repository of the table `stock`."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import cartload
from cartload_writer.repository.models import stock

MAKING, READY, DROPPING = "making", "ready", "dropping"

_USABLE = (stock.c.state == READY) & (stock.c.vintage == cartload.VINTAGE)


@asynccontextmanager
async def alone(engine: AsyncEngine) -> AsyncIterator[bool]:
    """Hold the lock that lets one process at a time refill the stock; False when another has it."""
    # Every user of the server may take a lock of any name: nobody else can guess this one.
    secret = f"{engine.url.database}\0{engine.url.password}".encode()
    name = f"cartload-stock-{hashlib.sha256(secret).hexdigest()[:32]}"
    async with engine.connect() as connection:
        got = await connection.scalar(sa.text("SELECT GET_LOCK(:name, 0)"), {"name": name})
        try:
            yield got == 1
        finally:
            # The lock belongs to the session, and the session goes back to the pool: it must be told.
            if got == 1:
                await connection.execute(sa.text("DO RELEASE_LOCK(:name)"), {"name": name})


async def take(connection: AsyncConnection) -> str | None:
    """Take a ready database out of the stock, with the caller's transaction; None when there is none."""
    ready = sa.select(stock.c.database_name).where(_USABLE).order_by(stock.c.created_at)
    names: Sequence[str] = (await connection.scalars(ready)).all()
    for name in names:
        if await _lock(connection, name, _USABLE):
            await connection.execute(stock.delete().where(stock.c.database_name == name))
            return name
    return None


async def _lock(connection: AsyncConnection, name: str, condition: sa.ColumnElement[bool]) -> bool:
    """Lock a database's row if it still meets the condition; False when not, or when another has it.

    By its name, so that no other row is locked: a search that locks the rows it looks through, for a moment
    each, hides them from others that skip what is locked.
    """
    row = sa.select(stock.c.database_name).where(stock.c.database_name == name, condition)
    return await connection.scalar(row.with_for_update(skip_locked=True)) is not None


async def count_ready(connection: AsyncConnection) -> int:
    """How many databases can be taken now."""
    return int(await connection.scalar(sa.select(sa.func.count()).select_from(stock).where(_USABLE)) or 0)


async def begin(connection: AsyncConnection, name: str, now: datetime) -> None:
    """Record a database that is about to be made."""
    values = {"state": MAKING, "vintage": cartload.VINTAGE, "created_at": now}
    await connection.execute(stock.insert().values(database_name=name, **values))


async def set_ready(connection: AsyncConnection, name: str) -> None:
    """Offer a database that was made; one that was given up meanwhile is not offered."""
    mine = (stock.c.database_name == name) & (stock.c.state == MAKING)
    await connection.execute(stock.update().where(mine).values(state=READY))


async def give_up(connection: AsyncConnection, before: datetime) -> Sequence[str]:
    """Mark what is of no use as to be dropped and return its names.

    That is what was begun before a time and never got ready, and what belongs to another vintage.
    """
    abandoned = (stock.c.state != READY) & (stock.c.created_at < before)
    useless = sa.or_(abandoned, stock.c.vintage != cartload.VINTAGE)
    query = sa.select(stock.c.database_name).where(useless).order_by(stock.c.database_name)
    found = (await connection.scalars(query)).all()
    # Locked rows belong to a prepare that takes them just now. What is marked here, nobody can take.
    names = [name for name in found if await _lock(connection, name, useless)]
    await connection.execute(stock.update().where(stock.c.database_name.in_(names)).values(state=DROPPING))
    return names


async def forget(connection: AsyncConnection, name: str) -> None:
    """Remove a database that was given up and is dropped."""
    mine = (stock.c.database_name == name) & (stock.c.state == DROPPING)
    await connection.execute(stock.delete().where(mine))
