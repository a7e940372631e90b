"""Access tokens: verified by every service itself, with the public keys that auth publishes."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import jwt
from cachetools import LRUCache
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from cartload_kit import metrics
from cartload_kit.errors import Forbidden, Unauthorized
from cartload_kit.jwks import FetchKeys, KeySet, http_fetch
from cartload_kit.proxy import Proxy
from cartload_kit.strict_jwt import StrictJWT, key_id_of

ACCESS = "access"
"""The claim ``typ`` of an access token; a token of another kind is never taken for one."""

_REQUIRED = ["iss", "aud", "sub", "iat", "exp", "jti", "typ", "role"]
# How far the issuer's clock may be ahead. It does not prolong a token: `exp` counts to the second.
_SKEW_SECONDS = 30
_REMEMBERED_TOKENS = 1024
_LATEST = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())
_INVALID = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
_jwt = StrictJWT()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking: the account, its role, and the token that said so."""

    user_id: str
    role: str
    token_id: str
    expires_at: datetime


class TokenVerifier:
    """Checks access tokens: EdDSA only, every claim required and pinned, keys by ``kid``.

    The keys are kept as ``KeySet`` says. ``clock`` gives seconds since the epoch.
    """

    def __init__(
        self,
        jwks_url: str,
        issuer: str,
        audience: str,
        *,
        fetch: FetchKeys | None = None,
        proxy: Proxy | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._keys = KeySet(fetch or http_fetch(jwks_url, proxy))
        self._verified: LRUCache[tuple[str, bytes], dict[str, Any]] = LRUCache(_REMEMBERED_TOKENS)

    async def verify(self, token: str) -> Identity:
        """Return the identity in ``token``.

        Raises Unauthorized when the token is not good, Unavailable when no public keys can be read.
        """
        key_id = key_id_of(token)
        key = None if key_id is None else await self._keys.find(key_id)
        # The same answer as for a bad signature: which keys there are is nobody's business.
        if key is None:
            raise _refused("malformed" if key_id is None else "unknown_key")
        # A client sends one token with every request. Whether its signature is good depends on the token and
        # the key alone, and the key is looked up first; what a clock decides is asked each time.
        remembered = (token, key.public_bytes_raw())
        claims = self._verified.get(remembered)
        if claims is None:
            claims = self._verified[remembered] = self._claims(token, key)
        return self._identity(claims)

    def _claims(self, token: str, key: Ed25519PublicKey) -> dict[str, Any]:
        # The times are compared below: PyJWT reads the clock of the system itself, and takes "12" or 12.5.
        options: jwt.types.Options = {
            "require": _REQUIRED,
            "strict_aud": True,
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
        }
        try:
            return _jwt.decode(token, key, ["EdDSA"], options, audience=self._audience, issuer=self._issuer)
        except jwt.InvalidSignatureError as error:
            raise _refused("signature") from error
        except jwt.InvalidTokenError as error:
            raise _refused("claims") from error

    def _identity(self, claims: dict[str, Any]) -> Identity:
        user_id, role, token_id = claims["sub"], claims["role"], claims["jti"]
        texts = all(isinstance(text, str) and text for text in (user_id, role, token_id))
        times = [claims["iat"], claims["exp"], claims.get("nbf", 0)]
        if not texts or claims["typ"] != ACCESS or not _is_uuid(user_id) or not all(map(_is_time, times)):
            raise _refused("claims")
        issued_at, expires_at, not_before = times
        now = self._clock()
        if max(issued_at, not_before) > now + _SKEW_SECONDS:
            raise _refused("not_yet")
        if expires_at <= now:
            raise _refused("expired", "The token has expired.")
        return Identity(user_id, role, token_id, datetime.fromtimestamp(expires_at, UTC))


def _is_time(value: object) -> bool:
    """Whether ``value`` is a time that a datetime can hold, in whole seconds."""
    return type(value) is int and 0 <= value < _LATEST


def _is_uuid(text: str) -> bool:
    """Whether ``text`` is a UUID as accounts have it: databases compare ids by their letters."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _refused(reason: str, detail: str = "The token is not valid.") -> Unauthorized:
    metrics.TOKENS_REFUSED.labels(reason).inc()
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

CurrentAdmin = Annotated[Identity, Depends(require_identity("admin"))]
"""The parameter type of a route that is for administrators only."""
