"""The public keys."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from cartload_auth.api.dependencies import UseDependencies

router = APIRouter(tags=["keys"])


class JsonWebKey(BaseModel):
    """A public Ed25519 key (RFC 8037)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    use: Literal["sig"]
    alg: Literal["EdDSA"]
    kid: str
    x: str


class JsonWebKeySet(BaseModel):
    """The public keys that access tokens are checked with."""

    keys: list[JsonWebKey]


@router.get("/.well-known/jwks.json", summary="Public keys of the access tokens")
async def jwks(dependencies: UseDependencies, response: Response) -> JsonWebKeySet:
    """List the keys that access tokens are signed with now, were lately, and will be next."""
    # A minute is half of the time that a new key is published before it signs.
    response.headers["Cache-Control"] = "public, max-age=60"
    return JsonWebKeySet.model_validate(dependencies.keys.ring.jwks(dependencies.clock()))
