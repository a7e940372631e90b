"""Shops in the control database: what the API asks of them, and the lease under which a worker works."""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, insert, or_, select, update
from sqlalchemy.dialects.mysql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_shop.domain.shops import UNFINISHED, Shop
from cartload_shop.repository.models import owners, shops

LEASE = timedelta(seconds=15)
"""How long a shop belongs to its worker without being renewed: then the worker counts as dead."""

_KEPT = tuple(field.name for field in fields(Shop))


async def lock_owner(connection: AsyncConnection, owner_id: UUID) -> bool:
    """Let no other request of this user check limits until this transaction ends; False: it was deleted."""
    # An insert that meets the row locks it, so it makes no difference whether the user has one yet.
    statement = upsert(owners).values(owner_id=owner_id)
    await connection.execute(statement.on_duplicate_key_update(owner_id=statement.inserted.owner_id))
    query = select(owners.c.deleted_at).where(owners.c.owner_id == owner_id)
    return await connection.scalar(query) is None


async def add(connection: AsyncConnection, shop: Shop) -> None:
    """Insert a shop, and set its number."""
    values = {name: getattr(shop, name) for name in _KEPT if name != "number"}
    shop.number = int((await connection.execute(insert(shops).values(values))).lastrowid)


async def find(connection: AsyncConnection, shop_id: UUID) -> Shop | None:
    """Read a shop, also one that is being deleted or is gone."""
    return await _one(connection, select(shops).where(shops.c.id == shop_id))


async def page(
    connection: AsyncConnection, owner_id: UUID, *, states: Collection[str], below: int | None, limit: int
) -> list[Shop]:
    """A user's shops, newest first."""
    query = select(shops).where(shops.c.owner_id == owner_id, shops.c.state != "deleting")
    if states:
        query = query.where(shops.c.state.in_(states))
    if below is not None:
        query = query.where(shops.c.number < below)
    found = await connection.execute(query.order_by(shops.c.number.desc()).limit(limit))
    return [_record(row) for row in found]


async def count_of_owner(connection: AsyncConnection, owner_id: UUID) -> int:
    """How many shops a user has, those that are not gone yet included."""
    query = select(func.count()).where(shops.c.owner_id == owner_id, shops.c.deleted_at.is_(None))
    return int(await connection.scalar(query) or 0)


async def most_of_an_owner(connection: AsyncConnection) -> int:
    """How many shops the user has who has most."""
    count = func.count().label("shops")
    query = select(count).where(shops.c.deleted_at.is_(None)).group_by(shops.c.owner_id)
    return int(await connection.scalar(query.order_by(count.desc()).limit(1)) or 0)


async def delete(connection: AsyncConnection, shop_id: UUID, owner_id: UUID) -> bool:
    """Let a worker remove a shop; False when the user has no such shop."""
    mine = (shops.c.id == shop_id) & (shops.c.owner_id == owner_id)
    return await _delete(connection, mine) == 1


async def delete_owner(connection: AsyncConnection, owner_id: UUID, now: datetime) -> None:
    """Note that the user's account was deleted, and let all of the user's shops be removed."""
    statement = upsert(owners).values(owner_id=owner_id, deleted_at=now)
    # The row is locked from here on: a shop that is just being opened is seen below, a later one is refused.
    await connection.execute(statement.on_duplicate_key_update(deleted_at=statement.inserted.deleted_at))
    await _delete(connection, shops.c.owner_id == owner_id)


async def _delete(connection: AsyncConnection, which: ColumnElement[bool]) -> int:
    there = update(shops).where(which, shops.c.state != "deleting")
    return (await connection.execute(there.values(state="deleting", version=shops.c.version + 1))).rowcount


async def claim(connection: AsyncConnection, lease: str, now: datetime) -> Shop | None:
    """Lease the oldest shop that has to be opened or removed; None: there is none, or it was taken."""
    found = await connection.scalar(select(shops.c.id).where(_waits(now)).order_by(shops.c.number).limit(1))
    if found is None:
        return None
    claimed = update(shops).where(shops.c.id == found, _waits(now))
    taken = await connection.execute(claimed.values(lease_owner=lease, leased_until=now + LEASE))
    return await find(connection, found) if taken.rowcount == 1 else None


async def rename_database(connection: AsyncConnection, shop: Shop, lease: str, database: str) -> None:
    """Let a shop that was just claimed lie in another database."""
    await connection.execute(update(shops).where(_held(shop, lease)).values(database_name=database))


async def renew(connection: AsyncConnection, shop: Shop, lease: str, now: datetime) -> bool:
    """Hold a shop longer; False when it is wanted otherwise by now, or is another run's."""
    renewed = update(shops).where(_held(shop, lease)).values(leased_until=now + LEASE)
    return (await connection.execute(renewed)).rowcount == 1


async def write(connection: AsyncConnection, shop: Shop, lease: str, values: dict[str, Any]) -> bool:
    """Write what has come of a shop and give it back; False as in `renew`, then nothing is written."""
    told = {**values, "version": shops.c.version + 1, "lease_owner": None, "leased_until": None}
    return (await connection.execute(update(shops).where(_held(shop, lease)).values(told))).rowcount == 1


async def postpone(connection: AsyncConnection, shop: Shop, lease: str, until: datetime) -> None:
    """Let the shop rest until then, when any worker may try again."""
    rested = update(shops).where(shops.c.id == shop.id, shops.c.lease_owner == lease)
    await connection.execute(rested.values(lease_owner=None, leased_until=until))


async def living(connection: AsyncConnection) -> list[Shop]:
    """All shops in business, by age."""
    query = select(shops).where(shops.c.state == "open").order_by(shops.c.number)
    return [_record(row) for row in await connection.execute(query)]


def _held(shop: Shop, lease: str) -> ColumnElement[bool]:
    return (shops.c.id == shop.id) & (shops.c.lease_owner == lease) & (shops.c.state == shop.state)


def _waits(now: datetime) -> ColumnElement[bool]:
    free = or_(shops.c.leased_until.is_(None), shops.c.leased_until < now)
    return shops.c.state.in_(UNFINISHED) & shops.c.deleted_at.is_(None) & free


async def _one(connection: AsyncConnection, query: Select[Any]) -> Shop | None:
    row = (await connection.execute(query)).first()
    return None if row is None else _record(row)


def _record(row: Row[Any]) -> Shop:
    return Shop(**{name: getattr(row, name) for name in _KEPT})
