"""How the services are, for administrators: what each says of itself, through one route."""

from typing import Annotated

from fastapi import APIRouter, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel, Field

from cartload_gateway.adapters.health_checks import HealthChecks
from cartload_gateway.api.admission import Admission
from cartload_gateway.compat.routes import access_token
from cartload_kit.errors import Forbidden, Unauthorized
from cartload_kit.http.openapi import problem_answers

router = APIRouter(prefix="/api/admin", tags=["administration"])
PATHS = frozenset({"/api/admin/health"})


class Health(BaseModel):
    """One service."""

    name: str = Field(examples=["generator"])
    ready: bool = Field(description="Whether it and all that it needs are there.")
    failed: dict[str, str] = Field(
        description="What it lacks, with the reason, by the name of its check.", examples=[{"kafka": "away"}]
    )


class SystemHealth(BaseModel):
    """The services that have an address here."""

    items: list[Health]


@router.get("/health", summary="Read the health of the services", responses=problem_answers(401, 403, 429))
async def system_health(
    request: Request,
    response: Response,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(access_token)],
) -> SystemHealth:
    """What the services that the gateway calls say of themselves now; the gateway itself answers.

    Workers, consumers and tasks have no address here: their metrics tell of them.
    """
    if credentials is None:
        raise Unauthorized()
    admission: Admission = request.app.state.parts.admission
    admitted = await admission.admit(request)
    if admitted.caller is None or admitted.caller.role != "admin":
        raise Forbidden("Only an account with the role admin may do this.")
    response.headers.update(admitted.headers)
    checks: HealthChecks = request.app.state.parts.health
    found = await checks.ask_all()
    return SystemHealth(items=[Health(name=one.name, ready=one.ready, failed=one.failed) for one in found])
