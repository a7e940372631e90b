"""The routes of shops themselves."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from cartload_kit.database import transaction
from cartload_kit.errors import FieldError, NotFound, Unauthorized, Unprocessable
from cartload_kit.http.openapi import problem_answers
from cartload_kit.numbered_pages import Cursor, Limit, States, cut_by_number, number_in, page_of, states_in
from cartload_kit.pagination import Page
from cartload_kit.tokens import Credentials
from cartload_shop.api.dependencies import Account, FoundShop, OpenShop, OwnOpenShop, ServicesDep
from cartload_shop.api.shops.open_shop import open_shop
from cartload_shop.api.shops.schemas import (
    CLOCK_EXAMPLE,
    SHOP_EXAMPLE,
    Clock,
    ClockChange,
    ShopRequest,
    ShopView,
)
from cartload_shop.api.shops.views import clock_view, view
from cartload_shop.domain.clock import ClockError
from cartload_shop.domain.shops import STATES
from cartload_shop.repository import shop_clock, shops
from cartload_shop.repository.shop_session import shop_session

router = APIRouter(prefix="/api/shops", tags=["shops"])
internal = APIRouter(prefix="/internal", tags=["internal"], include_in_schema=False)
"""What only auth calls: the gateway routes nothing below /internal."""

_SHOP: dict[str, Any] = {"content": {"application/json": {"example": SHOP_EXAMPLE}}}
_CLOCK: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {"example": CLOCK_EXAMPLE}}}}
_LOCATION = {"Location": {"description": "Where the shop is.", "schema": {"type": "string"}}}
_ACCEPTED: dict[int | str, dict[str, Any]] = {202: {"headers": _LOCATION, **_SHOP}}


@router.post(
    "",
    status_code=202,
    response_model=ShopView,
    responses=_ACCEPTED | problem_answers(404, 409),
    summary="Open a shop on a dataset",
)
async def create_shop(
    body: ShopRequest, response: Response, services: ServicesDep, account: Account, credentials: Credentials
) -> ShopView:
    """The shop gets a copy of the dataset's tables, and goes on from where the dataset ends."""
    if credentials is None:
        raise Unauthorized()
    shop = await open_shop(services, account, credentials.credentials, body)
    response.headers["Location"] = f"/api/shops/{shop.id}"
    return await view(services.engine, shop)


@router.get(
    "",
    response_model=Page[ShopView],
    responses=page_of(SHOP_EXAMPLE),
    summary="List your shops, newest first",
)
async def list_shops(
    request: Request,
    response: Response,
    services: ServicesDep,
    account: Account,
    state: States = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ShopView]:
    """A page of shops."""
    below = number_in(cursor)
    async with transaction(services.engine) as connection:
        found = await shops.page(
            connection, account, states=states_in(state, STATES), below=below, limit=limit + 1
        )
    shown, following = cut_by_number(found, limit, request, response)
    return Page[ShopView](items=[await view(services.engine, shop) for shop in shown], next=following)


@router.get("/{shop_id}", response_model=ShopView, responses={200: _SHOP}, summary="Read a shop")
async def read_shop(account: Account, shop: FoundShop, services: ServicesDep) -> ShopView:
    """One's own shop, or any that is open."""
    if shop.state != "open" and shop.owner_id != account:
        raise NotFound("There is no such shop.")
    return await view(services.engine, shop)


@router.delete("/{shop_id}", status_code=204, summary="Delete a shop")
async def delete_shop(shop_id: UUID, services: ServicesDep, account: Account) -> None:
    """It is 404 from now on, and its tables are removed; what it has sent stays in Kafka."""
    async with transaction(services.engine) as connection:
        if not await shops.delete(connection, shop_id, account):
            raise NotFound("There is no such shop.")


@router.get("/{shop_id}/clock", responses=_CLOCK, summary="Read the clock of a shop")
async def read_clock(_: Account, shop: OpenShop, services: ServicesDep) -> Clock:
    """What time it is in the shop."""
    async with shop_session(services.engine, shop) as session:
        return clock_view(session)


@router.put("/{shop_id}/clock", responses=_CLOCK | problem_answers(409), summary="Set the clock of a shop")
async def set_clock(body: ClockChange, shop: OwnOpenShop, services: ServicesDep) -> Clock:
    """From now on it goes on at another speed, stands still, or shows the real time; it never goes back."""
    async with shop_session(services.engine, shop) as session:
        try:
            changed = await shop_clock.change(session, body.mode, body.speed)
        except ClockError as error:
            message = f"{error}: choose running or paused."
            raise Unprocessable([FieldError(field="mode", message=message, value=body.mode)]) from error
        return Clock(mode=changed.mode, speed=changed.speed, now=changed.at(changed.real_time))


@internal.delete("/owner", status_code=204, summary="Delete what an account owns")
async def delete_owner(services: ServicesDep, account: Account) -> None:
    """Delete all shops of the account that the token is of, and open none for it any more."""
    async with transaction(services.engine) as connection:
        await shops.delete_owner(connection, account, services.clock())
