"""Which limits apply to users and to all, for administrators, and how much of each is used."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from cartload_gateway.adapters.service_limits import ask_services
from cartload_gateway.api.administrators import Administrator
from cartload_gateway.bootstrap import Parts
from cartload_gateway.settings import GatewaySettings
from cartload_kit.http.openapi import problem_answers
from cartload_kit.published_limits import PublishedLimit, Usage, publish

router = APIRouter(prefix="/api/admin", tags=["administration"])
PATHS = frozenset({"/api/admin/limits"})


class LimitsOfService(BaseModel):
    """The limits that one service keeps."""

    name: str = Field(examples=["gateway"])
    items: list[PublishedLimit]
    reason: str | None = Field(description="Why it does not tell them now; null: it does.")


class SystemLimits(BaseModel):
    """The limits of the services."""

    items: list[LimitsOfService]


@router.get(
    "/limits", summary="Read the limits and how far they are used", responses=problem_answers(401, 403, 429)
)
async def system_limits(request: Request, admitted: Administrator) -> SystemLimits:
    """The limits of requests, connections, sign-ins, jobs and downloads, by the service that keeps them.

    They come from settings and are changed there. What is used is counted in the replica that answers.
    """
    parts: Parts = request.app.state.parts
    own = publish(GatewaySettings, _own(parts, request.app.state.settings)).items
    others = await ask_services(parts.upstreams, admitted.authorization)
    return SystemLimits(
        items=[
            LimitsOfService(name="gateway", items=own, reason=None),
            *(LimitsOfService(name=one.name, items=one.items, reason=one.reason) for one in others),
        ]
    )


def _own(parts: Parts, settings: GatewaySettings) -> dict[str, Usage]:
    rates, sockets = parts.admission.limits, parts.websockets.limits
    return {
        "user_requests_per_minute": rates.users.usage(),
        "user_requests_at_once": rates.users_at_once.usage(),
        "address_requests_per_minute": rates.addresses.usage(),
        "address_requests_at_once": rates.addresses_at_once.usage(),
        "address_files_per_minute": rates.files.usage(),
        "address_token_checks_per_minute": rates.token_checks.usage(),
        "connections": Usage(settings.connections),
        "connections_per_address": Usage(settings.connections_per_address),
        "websockets": sockets.total.usage(),
        "websockets_signing_in": sockets.signing_in.usage(),
        "waiting_connections": parts.upstreams.usage("waits"),
        "download_connections": parts.upstreams.usage("downloads"),
        "plain_max_customers": Usage(settings.plain_max_customers),
    }
