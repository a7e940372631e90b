"""The limits of shops, for the gateway's route that shows them to administrators."""

from fastapi import APIRouter

from cartload_kit.database import transaction
from cartload_kit.published_limits import PublishedLimits, Usage, publish
from cartload_kit.tokens import CurrentAdmin
from cartload_shop.api.dependencies import ServicesDep
from cartload_shop.repository import shops
from cartload_shop.settings import ApiSettings

internal = APIRouter(prefix="/internal", tags=["internal"], include_in_schema=False)
"""What only the gateway calls: it routes nothing below /internal."""


@internal.get("/limits", summary="Read the limits of shops")
async def read_limits(services: ServicesDep, _: CurrentAdmin) -> PublishedLimits:
    """The limits, each with what the user has who uses most of it."""
    async with transaction(services.engine) as connection:
        most = await shops.most_of_an_owner(connection)
    return publish(ApiSettings, {"user_shops": Usage(services.user_shops, most)})
