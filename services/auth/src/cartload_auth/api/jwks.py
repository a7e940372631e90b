"""The public keys."""

from fastapi import APIRouter, Response

from cartload_auth.routes.bodies import JsonWebKeySet
from cartload_auth.routes.common import UsePorts

router = APIRouter(tags=["keys"])


@router.get("/.well-known/jwks.json", summary="Public keys of the access tokens")
async def jwks(ports: UsePorts, response: Response) -> JsonWebKeySet:
    """List the keys that access tokens are signed with now, were lately, and will be next."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return JsonWebKeySet.model_validate(ports.keys.ring.jwks(ports.clock()))
