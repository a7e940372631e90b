"""The limits of queries, exports and downloads, for the gateway's route that shows them to administrators."""

from fastapi import APIRouter

from cartload_kit.published_limits import PublishedLimits, publish
from cartload_kit.tokens import CurrentAdmin
from cartload_writer.api.dependencies import ServicesDep
from cartload_writer.settings import ApiSettings

internal = APIRouter(prefix="/internal", tags=["internal"], include_in_schema=False)
"""What only the gateway calls: it routes nothing below /internal."""


@internal.get("/limits", summary="Read the limits of queries, exports and downloads")
async def read_limits(services: ServicesDep, _: CurrentAdmin) -> PublishedLimits:
    """The limits of all users together, and of the one who uses most."""
    shares = {
        "writer_row_queries": services.reader.shares,
        "writer_exports": services.exports,
        "writer_downloads": services.downloads,
    }
    usages = {
        name: usage
        for total, share in shares.items()
        for name, usage in ((total, share.usage()), (f"{total}_user", share.usage_of_busiest()))
    }
    return publish(ApiSettings, usages)
