"""The limits of live connections, for the gateway's route that shows them to administrators."""

from fastapi import APIRouter, Request

from cartload_kit.published_limits import PublishedLimits, publish
from cartload_kit.tokens import CurrentAdmin
from cartload_notifier.api.websocket_endpoint import WebSocketEndpoint
from cartload_notifier.settings import NotifierSettings

internal = APIRouter(prefix="/internal", tags=["internal"], include_in_schema=False)
"""What only the gateway calls: it routes nothing below /internal."""


@internal.get("/limits", summary="Read the limits of live connections")
async def read_limits(request: Request, _: CurrentAdmin) -> PublishedLimits:
    """The limits, with what all have, and what the user and the address have that have most."""
    endpoint: WebSocketEndpoint = request.app.state.endpoint
    return publish(NotifierSettings, endpoint.usages())
