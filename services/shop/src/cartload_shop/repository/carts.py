"""Carts in a shop's database. Whoever changes a cart holds the lock of its row."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.mysql import insert as upsert

from cartload_shop.domain.carts import MOST_GUESTS, Quantities
from cartload_shop.domain.shops import EntityId
from cartload_shop.repository.listings import on_sale
from cartload_shop.repository.shop_session import ShopSession

KEPT = timedelta(days=7)
"""How long the cart of a guest stays that nobody touches, in real time."""

type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose cart: an account's, or that of whoever has a token; of neither, for a guest who has none yet."""

    account_id: UUID | None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart without its lines."""

    id: UUID
    version: int


def new_token() -> str:
    """A token that nobody can guess; only its hash is kept."""
    return secrets.token_urlsafe(32)


async def find(session: ShopSession, holder: Holder, *, lock: bool = False) -> Cart | None:
    """The cart of a holder."""
    which = _of(session, holder)
    if which is None:
        return None
    carts = session.tables.carts
    query = select(carts.c.id, carts.c.version).where(which)
    row = (await session.connection.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else Cart(row.id, row.version)


async def find_or_make(session: ShopSession, holder: Holder) -> Cart:
    """The cart of a holder, made at the first time, and locked."""
    carts = session.tables.carts
    values = {
        "id": uuid4(),
        "account_id": holder.account_id,
        "guest_token": None if holder.token is None else _hash(holder.token),
        "version": 0,
        "created_at": session.now,
        "updated_at": session.now,
        "touched_at": session.real_now,
    }
    statement = upsert(carts).values(values)
    # An insert that meets the row locks it: two requests that are the first make one cart.
    await session.connection.execute(statement.on_duplicate_key_update(touched_at=session.real_now))
    found = await find(session, holder, lock=True)
    assert found is not None  # noqa: S101 - it was inserted above, in this transaction
    return found


async def has_room_for_a_guest(session: ShopSession) -> bool:
    """Whether the shop takes one more cart of a guest."""
    carts = session.tables.carts
    query = select(carts.c.id).where(carts.c.guest_token.is_not(None)).limit(1).offset(MOST_GUESTS - 1)
    return await session.connection.scalar(query) is None


async def quantities(session: ShopSession, cart: Cart) -> Quantities:
    """Pieces by SKU, in the order in which they were added."""
    items = session.tables.cart_items
    query = select(items.c.sku_id, items.c.quantity).where(items.c.cart_id == cart.id)
    found = await session.connection.execute(query.order_by(items.c.added_at, items.c.sku_id))
    return {row.sku_id: row.quantity for row in found}


async def write(session: ShopSession, cart: Cart, before: Quantities, after: Quantities) -> None:
    """Make the lines of a locked cart what they are to be, as its next version."""
    items, carts = session.tables.cart_items, session.tables.carts
    gone = before.keys() - after.keys()
    if gone:
        those = (items.c.cart_id == cart.id) & items.c.sku_id.in_(gone)
        await session.connection.execute(delete(items).where(those))
    for sku_id, quantity in after.items():
        if before.get(sku_id) != quantity:
            statement = upsert(items).values(
                cart_id=cart.id, sku_id=sku_id, quantity=quantity, added_at=session.now
            )
            await session.connection.execute(statement.on_duplicate_key_update(quantity=quantity))
    now = {"version": cart.version + 1, "updated_at": session.now, "touched_at": session.real_now}
    await session.connection.execute(update(carts).where(carts.c.id == cart.id).values(now))


async def remove(session: ShopSession, cart: Cart) -> None:
    """Remove a cart with its lines."""
    carts = session.tables.carts
    await session.connection.execute(delete(carts).where(carts.c.id == cart.id))


async def offered(session: ShopSession, sku_ids: Sequence[EntityId]) -> dict[EntityId, Row]:
    """Those of some SKUs that can be bought now: each with its product's id and name."""
    skus, products, listings = session.tables.products_skus, session.tables.products, session.tables.listings
    query = (
        select(skus, products.c.name.label("product_name"))
        .join(products, products.c.id == skus.c.product_id)
        .outerjoin(listings, listings.c.product_id == products.c.id)
        .where(skus.c.id.in_(sku_ids), on_sale(session))
    )
    if not sku_ids:
        return {}
    return {row["id"]: dict(row) for row in (await session.connection.execute(query)).mappings()}


async def prune(session: ShopSession, most: int) -> int:
    """Forget some of the carts of guests that nobody has touched for long; how many."""
    carts = session.tables.carts
    old = carts.c.guest_token.is_not(None) & (carts.c.touched_at < session.real_now - KEPT)
    found = (await session.connection.scalars(select(carts.c.id).where(old).limit(most))).all()
    if found:
        await session.connection.execute(delete(carts).where(carts.c.id.in_(found), old))
    return len(found)


def _of(session: ShopSession, holder: Holder) -> ColumnElement[bool] | None:
    carts = session.tables.carts
    if holder.account_id is not None:
        return carts.c.account_id == holder.account_id
    return None if holder.token is None else carts.c.guest_token == _hash(holder.token)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
