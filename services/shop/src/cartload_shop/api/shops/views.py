"""Shops as their answers show them."""

from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_shop.api.shops.schemas import Clock, ShopView
from cartload_shop.domain.shops import Shop
from cartload_shop.repository.shop_session import ShopSession, shop_session


async def view(engine: AsyncEngine, shop: Shop) -> ShopView:
    """A shop, with its clock where it is open."""
    clock = None
    if shop.state == "open":
        async with shop_session(engine, shop) as session:
            clock = clock_view(session)
    return ShopView(
        id=shop.id,
        name=shop.name,
        state=shop.state,
        version=shop.version,
        dataset_id=shop.dataset_id,
        currency=shop.currency,
        clock=clock,
        counts=shop.counts,
        created_at=shop.created_at,
        opened_at=shop.opened_at,
        error=shop.error,
    )


def clock_view(session: ShopSession) -> Clock:
    """The clock of a shop at this moment."""
    return Clock(mode=session.clock.mode, speed=session.clock.speed, now=session.now)
