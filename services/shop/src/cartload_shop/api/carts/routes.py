"""The routes of carts: of the account that has signed in, or of a guest by a token."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response

from cartload_kit.database import retry_on_deadlock
from cartload_kit.errors import TooManyRequests
from cartload_kit.http.openapi import problem_answers
from cartload_kit.tokens import Credentials, TokenVerifier
from cartload_shop.api.carts import changes
from cartload_shop.api.carts.schemas import CART_EXAMPLE, AddItem, CartView, MergeRequest, SetItem, Token
from cartload_shop.api.carts.views import view
from cartload_shop.api.catalogue.routes import EntityPath
from cartload_shop.api.dependencies import Account, OpenShop, ServicesDep
from cartload_shop.repository import carts
from cartload_shop.repository.carts import Holder
from cartload_shop.repository.shop_session import ShopSession, shop_session

router = APIRouter(prefix="/api/shops/{shop_id}/cart", tags=["shops"])

HEADER = "Cart-Token"
_TOKEN_HEADER = {
    HEADER: {"description": "A guest's token: to be sent with every call.", "schema": {"type": "string"}}
}
_CART: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": CART_EXAMPLE}}, "headers": _TOKEN_HEADER}
}
_GUESTS_TOO: dict[str, Any] = {"security": [{}]}
"""Added to what OpenAPI says of a call: it may be made without an access token."""

_LONG_SECONDS = 3600


async def _holder(
    request: Request,
    credentials: Credentials,
    cart_token: Annotated[
        Token | None, Header(alias=HEADER, description="A guest's; whoever has signed in needs none.")
    ] = None,
) -> Holder:
    """Whose cart it is. Raises Unauthorized for a token of access that is not good."""
    if credentials is None:
        return Holder(None, cart_token)
    verifier: TokenVerifier = request.app.state.verifier
    return Holder(UUID((await verifier.verify(credentials.credentials)).user_id))


CartHolder = Annotated[Holder, Depends(_holder)]


@router.get("", responses=_CART, openapi_extra=_GUESTS_TOO, summary="Read a cart")
async def read_cart(holder: CartHolder, shop: OpenShop, services: ServicesDep) -> CartView:
    """With prices and stock as they are now; empty where nothing was ever put into it."""
    async with shop_session(services.engine, shop) as session:
        return await view(session, await carts.find(session, holder))


@router.post(
    "/items",
    responses=_CART | problem_answers(404, 409),
    openapi_extra=_GUESTS_TOO,
    summary="Put something into a cart",
)
async def add_item(
    body: AddItem, response: Response, holder: CartHolder, shop: OpenShop, services: ServicesDep
) -> CartView:
    """A guest without a cart gets one, and its token in the header of the answer."""
    sku_id = shop.read_id(str(body.sku_id), "SKU on sale")

    async def once() -> tuple[CartView, str | None]:
        async with shop_session(services.engine, shop) as session:
            mine = holder
            if holder.account_id is None and await carts.find(session, holder) is None:
                mine = await _new_guest(session)
            return await changes.add(session, mine, sku_id, body.quantity), mine.token

    shown, token = await retry_on_deadlock(once)
    if token is not None:
        response.headers[HEADER] = token
    return shown


async def _new_guest(session: ShopSession) -> Holder:
    if not await carts.has_room_for_a_guest(session):
        raise TooManyRequests(_LONG_SECONDS, "The shop has too many guests now: sign in, or come later.")
    return Holder(None, carts.new_token())


@router.put(
    "/items/{sku_id}",
    responses=_CART | problem_answers(404, 409),
    openapi_extra=_GUESTS_TOO,
    summary="Change a line of a cart",
)
async def set_item(
    sku_id: EntityPath, body: SetItem, holder: CartHolder, shop: OpenShop, services: ServicesDep
) -> CartView:
    """Let it have so many pieces."""
    wanted = shop.read_id(sku_id, "line")

    async def once() -> CartView:
        async with shop_session(services.engine, shop) as session:
            return await changes.put(session, holder, wanted, body.quantity)

    return await retry_on_deadlock(once)


@router.delete(
    "/items/{sku_id}",
    responses=_CART | problem_answers(404),
    openapi_extra=_GUESTS_TOO,
    summary="Take a line out of a cart",
)
async def remove_item(
    sku_id: EntityPath, holder: CartHolder, shop: OpenShop, services: ServicesDep
) -> CartView:
    """The cart without it."""
    wanted = shop.read_id(sku_id, "line")

    async def once() -> CartView:
        async with shop_session(services.engine, shop) as session:
            return await changes.take_out(session, holder, wanted)

    return await retry_on_deadlock(once)


@router.post("/merge", responses=_CART, summary="Take over the cart that one had as a guest")
async def merge_carts(
    body: MergeRequest, account: Account, shop: OpenShop, services: ServicesDep
) -> CartView:
    """After signing in: one line a SKU, as much as there is; notices say what did not fit."""

    async def once() -> CartView:
        async with shop_session(services.engine, shop) as session:
            return await changes.merge(session, Holder(account), Holder(None, body.cart_token))

    return await retry_on_deadlock(once)
