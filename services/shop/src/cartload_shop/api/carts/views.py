"""Carts as their answers show them: with what each line costs now, and what has changed since."""

from collections.abc import Sequence

from cartload_shop.api.carts.schemas import CartLine, CartNotice, CartView
from cartload_shop.domain.carts import Notice
from cartload_shop.repository import carts
from cartload_shop.repository.carts import Cart, Row
from cartload_shop.repository.shop_session import ShopSession


async def view(session: ShopSession, cart: Cart | None, notices: Sequence[Notice] = ()) -> CartView:
    """A cart; an empty one where there is none yet. Lines that cannot be bought as they are get a notice."""
    wanted = {} if cart is None else await carts.quantities(session, cart)
    offered = await carts.offered(session, list(wanted))
    told = {notice.sku_id: notice for notice in notices}
    for sku_id, quantity in wanted.items():
        if sku_id not in offered:
            told.setdefault(sku_id, Notice(sku_id, "gone", quantity))
        elif offered[sku_id]["stock"] < quantity:
            told.setdefault(sku_id, Notice(sku_id, "stock", quantity))
    lines = [_line(offered[sku_id], quantity) for sku_id, quantity in wanted.items() if sku_id in offered]
    return CartView(
        id=None if cart is None else cart.id,
        version=0 if cart is None else cart.version,
        currency=session.shop.currency,
        items=lines,
        subtotal=sum(line.line_total for line in lines),
        notices=[
            CartNotice(sku_id=one.sku_id, code=one.code, quantity=one.quantity) for one in told.values()
        ],
    )


def _line(sku: Row, quantity: int) -> CartLine:
    return CartLine(
        sku_id=sku["id"],
        sku=sku["sku"],
        product_id=sku["product_id"],
        name=sku["product_name"],
        size=sku["size"],
        color=sku["color"],
        quantity=quantity,
        unit_price=sku["price"],
        line_total=sku["price"] * quantity,
        stock=sku["stock"],
    )
