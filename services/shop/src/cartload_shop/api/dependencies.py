"""What routes depend on: the services, the account that asks, and a shop."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_kit.database import transaction
from cartload_kit.errors import Conflict, NotFound
from cartload_kit.tokens import CurrentUser
from cartload_shop.adapters.datasets import Datasets
from cartload_shop.domain.shops import Shop
from cartload_shop.repository import shops


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes work with; wired in `bootstrap` only."""

    engine: AsyncEngine
    datasets: Datasets
    user_shops: int
    clock: Callable[[], datetime]


# All of these are coroutines: FastAPI runs a plain function in a thread, at a cost for every request.


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services)]
"""The parameter type of a route that needs the services."""


async def _account(user: CurrentUser) -> UUID:
    return UUID(user.user_id)


Account = Annotated[UUID, Depends(_account)]
"""The account that asks."""


async def _found(shop_id: UUID, services: ServicesDep) -> Shop:
    async with transaction(services.engine) as connection:
        shop = await shops.find(connection, shop_id)
    if shop is None or shop.state == "deleting":
        raise NotFound("There is no such shop.")
    return shop


FoundShop = Annotated[Shop, Depends(_found)]
"""A shop that was not deleted, whoever asks: the route decides who may see it."""


async def _open_shop(shop: FoundShop) -> Shop:
    # Whoever has opened it is told elsewhere why it is not open; for others it does not exist.
    if shop.state != "open":
        raise NotFound("There is no such shop.")
    return shop


OpenShop = Annotated[Shop, Depends(_open_shop)]
"""A shop in business, whoever asks: whose id one knows, one may visit."""


# Who asks comes before what is asked for: without a token nothing is looked up.
async def _owned(account: Account, shop: FoundShop) -> Shop:
    if shop.owner_id != account:
        raise NotFound("There is no such shop.")
    return shop


OwnShop = Annotated[Shop, Depends(_owned)]
"""The account's own shop, in business or not; any other is 404."""


async def _own_open(shop: OwnShop) -> Shop:
    if shop.state != "open":
        raise Conflict("The shop is not open.", state=shop.state)
    return shop


OwnOpenShop = Annotated[Shop, Depends(_own_open)]
"""The account's own shop in business; any other is 404, one that is not open 409."""
