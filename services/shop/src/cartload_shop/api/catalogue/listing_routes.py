"""The routes by which the manager of a shop takes products out of its catalogue, and back in."""

from fastapi import APIRouter

from cartload_kit.errors import NotFound
from cartload_shop.api.catalogue.routes import EntityPath
from cartload_shop.api.catalogue.schemas import Disabling
from cartload_shop.api.dependencies import OwnOpenShop, Services, ServicesDep
from cartload_shop.domain.shops import Shop
from cartload_shop.repository import listings
from cartload_shop.repository.listings import ListingState
from cartload_shop.repository.shop_session import shop_session

router = APIRouter(prefix="/api/shops/{shop_id}/products/{product_id}", tags=["shops"])


@router.post("/disable", status_code=204, summary="Take a product out of the catalogue")
async def disable_product(
    product_id: EntityPath, body: Disabling, shop: OwnOpenShop, services: ServicesDep
) -> None:
    """Nobody finds it or puts it into a cart from now on; nothing of it is deleted."""
    await _set_state(services, shop, product_id, "disabled", body.reason)


@router.post("/enable", status_code=204, summary="Put a product back into the catalogue")
async def enable_product(product_id: EntityPath, shop: OwnOpenShop, services: ServicesDep) -> None:
    """It is shown again, if it is on sale."""
    await _set_state(services, shop, product_id, "active", None)


async def _set_state(
    services: Services, shop: Shop, product_id: str, state: ListingState, reason: str | None
) -> None:
    async with shop_session(services.engine, shop) as session:
        if not await listings.set_state(session, shop.read_id(product_id), state, reason):
            raise NotFound("There is no such product.")
