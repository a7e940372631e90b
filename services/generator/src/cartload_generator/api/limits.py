"""The limits of jobs, storage and streams, for the gateway's route that shows them to administrators."""

from fastapi import APIRouter

from cartload_generator.api.dependencies import ServicesDep
from cartload_generator.repository import datasets, jobs, streams
from cartload_generator.settings import ApiSettings
from cartload_kit.database import transaction
from cartload_kit.published_limits import PublishedLimits, Usage, publish
from cartload_kit.tokens import CurrentAdmin

internal = APIRouter(prefix="/internal", tags=["internal"], include_in_schema=False)
"""What only the gateway calls: it routes nothing below /internal."""


@internal.get("/limits", summary="Read the limits of jobs")
async def read_limits(services: ServicesDep, _: CurrentAdmin) -> PublishedLimits:
    """The limits, each with what the user has who uses most of it."""
    async with transaction(services.engine) as connection:
        unfinished = await jobs.most_unfinished(connection)
        stored = await datasets.most_stored_bytes(connection)
        played = await streams.most_open(connection)
    limits = services.limits
    return publish(
        ApiSettings,
        {
            "job_customers": Usage(limits.job_customers),
            "user_unfinished_jobs": Usage(limits.user_unfinished_jobs, unfinished),
            "user_stored_bytes": Usage(limits.user_stored_bytes, stored),
            "user_streams": Usage(limits.user_streams, played),
        },
    )
