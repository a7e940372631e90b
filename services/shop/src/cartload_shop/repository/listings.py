"""Whether products of a shop are shown, and so can be bought: those without a line here are shown."""

from typing import Literal

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.dialects.mysql import insert as upsert

from cartload_shop.domain.shops import EntityId
from cartload_shop.repository.shop_session import ShopSession

type ListingState = Literal["active", "disabled"]


def on_sale(session: ShopSession) -> ColumnElement[bool]:
    """Whether a product is launched, not discontinued, and nobody has taken it out.

    For queries of products that are joined with their listings from the left.
    """
    products, listings = session.tables.products, session.tables.listings
    return and_(
        products.c.launched_at <= session.now,
        or_(products.c.discontinued_at.is_(None), products.c.discontinued_at > session.now),
        or_(listings.c.state.is_(None), listings.c.state == "active"),
    )


async def set_state(
    session: ShopSession, product_id: EntityId, state: ListingState, reason: str | None
) -> bool:
    """Show a product or take it out of the catalogue; False when there is no such product."""
    products, listings = session.tables.products, session.tables.listings
    there = select(products.c.id).where(products.c.id == product_id)
    if await session.connection.scalar(there) is None:
        return False
    values = {"state": state, "reason": reason, "updated_at": session.now}
    statement = upsert(listings).values(product_id=product_id, version=1, **values)
    await session.connection.execute(
        statement.on_duplicate_key_update(**values, version=listings.c.version + 1)
    )
    return True
