"""How the services are, for administrators: what each says of itself, through one route."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from cartload_gateway.adapters.health_checks import HealthChecks
from cartload_gateway.api.administrators import Administrator
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
async def system_health(request: Request, _: Administrator) -> SystemHealth:
    """What the services that the gateway calls say of themselves now; the gateway itself answers.

    Workers, consumers and tasks have no address here: their metrics tell of them.
    """
    checks: HealthChecks = request.app.state.parts.health
    found = await checks.ask_all()
    return SystemHealth(items=[Health(name=one.name, ready=one.ready, failed=one.failed) for one in found])
