"""What only the gateway calls; it routes nothing below /internal."""

from fastapi import APIRouter

from cartload_auth import personal
from cartload_auth.routes.bodies import AccessToken, Exchange
from cartload_auth.routes.common import NO_STORE, UsePorts
from cartload_kit.http.openapi import problem_answers

router = APIRouter(prefix="/internal", tags=["internal"], dependencies=[NO_STORE], include_in_schema=False)


@router.post("/tokens/exchange", summary="Exchange a personal token", responses=problem_answers(401, 422))
async def exchange(body: Exchange, ports: UsePorts) -> AccessToken:
    """Give an access token of two minutes for a personal token; keep it for one at most."""
    token, seconds = await personal.exchange(ports, body.token)
    return AccessToken(access_token=token, expires_in=seconds)
