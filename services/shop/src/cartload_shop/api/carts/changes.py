"""What is done to carts. Prices and stock are looked at; nothing is reserved before a checkout."""

from dataclasses import replace

from cartload_kit.errors import Conflict, FieldError, NotFound, Unprocessable
from cartload_shop.api.carts.schemas import CartView
from cartload_shop.api.carts.views import view
from cartload_shop.domain.carts import MOST_LINES, MOST_OF_A_SKU, Quantities, merged
from cartload_shop.domain.shops import EntityId
from cartload_shop.repository import carts
from cartload_shop.repository.carts import Cart, Holder
from cartload_shop.repository.shop_session import ShopSession

_NOT_IN_IT = "The cart has no such line."


async def add(session: ShopSession, holder: Holder, sku_id: EntityId, quantity: int) -> CartView:
    """Put pieces into a cart, beside those in it. Raises NotFound, Conflict and Unprocessable."""
    cart = await carts.find_or_make(session, holder)
    before = await carts.quantities(session, cart)
    wanted = before.get(sku_id, 0) + quantity
    if wanted > MOST_OF_A_SKU:
        there = f"{before[sku_id]} are in it" if sku_id in before else "none is in it"
        message = f"a cart takes {MOST_OF_A_SKU} pieces of a SKU at most, and {there}"
        raise Unprocessable([FieldError(field="quantity", message=message, value=quantity)])
    if sku_id not in before and len(before) >= MOST_LINES:
        raise Conflict(f"The cart is full: it has {MOST_LINES} lines.", code="cart_full", limit=MOST_LINES)
    await _require_stock(session, sku_id, wanted)
    return await _written(session, cart, before, {**before, sku_id: wanted})


async def put(session: ShopSession, holder: Holder, sku_id: EntityId, quantity: int) -> CartView:
    """Let a line have so many pieces. Raises NotFound and Conflict."""
    cart, before = await _locked(session, holder)
    if sku_id not in before:
        raise NotFound(_NOT_IN_IT)
    await _require_stock(session, sku_id, quantity)
    return await _written(session, cart, before, {**before, sku_id: quantity})


async def take_out(session: ShopSession, holder: Holder, sku_id: EntityId) -> CartView:
    """Take a line out. Raises NotFound."""
    cart, before = await _locked(session, holder)
    if sku_id not in before:
        raise NotFound(_NOT_IN_IT)
    return await _written(session, cart, before, {one: before[one] for one in before if one != sku_id})


async def merge(session: ShopSession, own: Holder, guest: Holder) -> CartView:
    """Put the cart of a guest into that of an account; once, however often it is asked for.

    What does not fit is left out and told in notices: a sign-in never fails because of a cart.
    """
    # The account's first: two merges at the same time wait for each other there.
    cart = await carts.find_or_make(session, own)
    left = await carts.find(session, guest, lock=True)
    before = await carts.quantities(session, cart)
    if left is None:
        return await view(session, cart)
    brought = await carts.quantities(session, left)
    offered = await carts.offered(session, list(brought))
    after, notices = merged(before, brought, {sku_id: row["stock"] for sku_id, row in offered.items()})
    await carts.remove(session, left)
    await carts.write(session, cart, before, after)
    return await view(session, replace(cart, version=cart.version + 1), notices)


async def _locked(session: ShopSession, holder: Holder) -> tuple[Cart, Quantities]:
    cart = await carts.find(session, holder, lock=True)
    if cart is None:
        raise NotFound(_NOT_IN_IT)
    return cart, await carts.quantities(session, cart)


async def _written(session: ShopSession, cart: Cart, before: Quantities, after: Quantities) -> CartView:
    if before == after:
        return await view(session, cart)
    await carts.write(session, cart, before, after)
    return await view(session, replace(cart, version=cart.version + 1))


async def _require_stock(session: ShopSession, sku_id: EntityId, quantity: int) -> None:
    offered = await carts.offered(session, [sku_id])
    if sku_id not in offered:
        raise NotFound("There is no such SKU on sale.")
    left = int(offered[sku_id]["stock"])
    if left < quantity:
        raise Conflict(f"{left} pieces are left.", code="out_of_stock", sku_id=sku_id, left=left)
