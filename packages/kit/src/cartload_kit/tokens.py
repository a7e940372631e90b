"""Access tokens: verified by every service itself, with the public keys that auth publishes."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from cartload_kit.errors import Forbidden, Unauthorized
from cartload_kit.jwks import FetchKeys, KeySet, http_fetch
from cartload_kit.jwttext import claims_of, read_parts

ACCESS = "access"
"""The claim ``typ`` of an access token; a token of another kind is never taken for one."""

LONGEST_TOKEN = 8 * 1024
"""Bytes that a token may have."""

_SKEW_SECONDS = 30
_INVALID = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking: the account, its role, and the token that said so."""

    user_id: str
    role: str
    token_id: str
    expires_at: datetime


class TokenVerifier:
    """Checks access tokens: EdDSA only, every claim required and pinned, keys by ``kid``.

    The keys are read at the first token, again after five minutes, and for an unknown ``kid`` at most once in
    ten seconds. ``clock`` gives seconds since the epoch.
    """

    def __init__(
        self,
        jwks_url: str,
        issuer: str,
        audience: str,
        *,
        fetch: FetchKeys | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._keys = KeySet(fetch or http_fetch(jwks_url))

    async def verify(self, token: str) -> Identity:
        """The identity in ``token``.

        Raises Unauthorized when the token is not good, Unavailable when no public keys can be read.
        """
        if len(token) > LONGEST_TOKEN:
            raise _refused("The token is too long.")
        parts = read_parts(token)
        if parts is None or parts.header.get("alg") != "EdDSA" or "crit" in parts.header:
            raise _refused("The token is not valid.")
        key_id = parts.header.get("kid")
        key = await self._keys.find(key_id) if isinstance(key_id, str) else None
        if key is None or not parts.signed_by(key):
            raise _refused("The token is not valid.")
        return self._identity(claims_of(parts))

    def _identity(self, claims: dict[str, Any] | None) -> Identity:
        now = self._clock()
        if claims is None or claims["iat"] > now + _SKEW_SECONDS:
            raise _refused("The token is not valid.")
        if (claims["iss"], claims["aud"], claims["typ"]) != (self._issuer, self._audience, ACCESS):
            raise _refused("The token is not valid.")
        if claims["exp"] <= now:
            raise _refused("The token has expired.")
        expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        return Identity(claims["sub"], claims["role"], claims["jti"], expires_at)


def _refused(detail: str) -> Unauthorized:
    return Unauthorized(detail, headers=_INVALID)


_bearer = HTTPBearer(
    auto_error=False,
    bearerFormat="JWT",
    scheme_name="access_token",
    description="An access token from sign-in.",
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
"""What the Authorization header carries; None when it is absent or of another scheme."""

Guard = Callable[[Request, HTTPAuthorizationCredentials | None], Awaitable[Identity]]


def require_identity(role: str | None = None) -> Guard:
    """A dependency that lets only good tokens through (and only ``role``, when one is named).

    It asks ``app.state.verifier``, a TokenVerifier. Raises Unauthorized, Forbidden or Unavailable.
    """

    async def guard(request: Request, credentials: Credentials) -> Identity:
        if credentials is None:
            raise Unauthorized()
        verifier: TokenVerifier = request.app.state.verifier
        identity = await verifier.verify(credentials.credentials)
        if role is not None and identity.role != role:
            raise Forbidden(f"Only an account with the role {role} may do this.")
        return identity

    return guard


CurrentUser = Annotated[Identity, Depends(require_identity())]
"""The parameter type of a route that needs a signed-in user."""
