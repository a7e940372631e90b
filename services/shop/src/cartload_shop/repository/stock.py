"""Stock of a shop: one counter and one ledger, changed together, in the centres too."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, update

from cartload_shop.domain.shops import EntityId
from cartload_shop.domain.stock import ChangeType, OutOfStock, shared_out
from cartload_shop.repository import outbox
from cartload_shop.repository.shop_session import ShopSession


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One change of the stock of a SKU."""

    sequence: int
    change_type: ChangeType
    old_stock: int
    new_stock: int
    reason: str | None
    cause: str
    created_at: datetime


async def change(
    session: ShopSession,
    sku_id: EntityId,
    quantity: int,
    change_type: ChangeType,
    *,
    cause: str,
    reason: str | None = None,
) -> LedgerLine:
    """Add pieces to the stock of a SKU, or take some away, and write the line of it into the ledger.

    A cause changes a SKU once: with one that has a line already, that line is the answer and nothing
    changes. Raises OutOfStock when there are fewer than are taken, and LookupError for an unknown SKU; then
    the transaction has to be rolled back.
    """
    before = await _locked_sku(session, sku_id)
    if (there := await find_line(session, sku_id, cause)) is not None:
        return there
    if before["stock"] + quantity < 0:
        raise OutOfStock(sku_id, int(before["stock"]))
    after = {**before, "stock": before["stock"] + quantity, "updated_at": session.now}
    skus = session.tables.products_skus
    counted = update(skus).where(skus.c.id == sku_id)
    await session.connection.execute(counted.values(stock=after["stock"], updated_at=session.now))
    await _change_centres(session, sku_id, quantity)
    line = await _write_line(session, before, after, change_type, cause, reason)
    await outbox.tell(session, "products_skus", before, after)
    return line


async def ledger(
    session: ShopSession, sku_id: EntityId, *, below: int | None, limit: int
) -> list[LedgerLine]:
    """The changes of the stock of a SKU, newest first."""
    log = session.tables.inventory_log
    query = select(log).where(log.c.sku_id == sku_id)
    if below is not None:
        query = query.where(log.c.sequence < below)
    found = await session.connection.execute(query.order_by(log.c.sequence.desc()).limit(limit))
    return [_line(row) for row in found.mappings()]


async def is_sku(session: ShopSession, sku_id: EntityId) -> bool:
    """Whether the shop has such a SKU."""
    skus = session.tables.products_skus
    return await session.connection.scalar(select(skus.c.id).where(skus.c.id == sku_id)) is not None


async def find_line(session: ShopSession, sku_id: EntityId, cause: str) -> LedgerLine | None:
    """The line of a SKU that a cause has made."""
    log = session.tables.inventory_log
    query = select(log).where(log.c.sku_id == sku_id, log.c.cause == cause)
    row = (await session.connection.execute(query)).mappings().one_or_none()
    return None if row is None else _line(row)


async def _locked_sku(session: ShopSession, sku_id: EntityId) -> dict[str, Any]:
    """The row of a SKU, locked: from here on all changes of its stock come one after the other."""
    skus = session.tables.products_skus
    query = select(skus).where(skus.c.id == sku_id).with_for_update()
    row = (await session.connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise LookupError(f"no SKU {sku_id}")
    return dict(row)


async def _change_centres(session: ShopSession, sku_id: EntityId, quantity: int) -> None:
    items = session.tables.inventory_items
    query = select(items.c.id, items.c.quantity).where(items.c.product_sku_id == sku_id)
    found = await session.connection.execute(query.order_by(items.c.id).with_for_update())
    for item_id, left in shared_out({row.id: row.quantity for row in found}, quantity).items():
        changed = update(items).where(items.c.id == item_id)
        await session.connection.execute(changed.values(quantity=left, updated_at=session.now))


async def _write_line(
    session: ShopSession,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    change_type: ChangeType,
    cause: str,
    reason: str | None,
) -> LedgerLine:
    log = session.tables.inventory_log
    last = select(func.max(log.c.sequence)).where(log.c.sku_id == before["id"])
    line = LedgerLine(
        sequence=int(await session.connection.scalar(last) or 0) + 1,
        change_type=change_type,
        old_stock=before["stock"],
        new_stock=after["stock"],
        reason=reason,
        cause=cause,
        created_at=session.now,
    )
    await session.connection.execute(insert(log).values(sku_id=before["id"], **asdict(line)))
    return line


def _line(row: RowMapping) -> LedgerLine:
    return LedgerLine(**{field.name: row[field.name] for field in fields(LedgerLine)})
