"""Who may pass: tokens are verified and rates limited before anything is forwarded."""

import logging
from dataclasses import dataclass

from starlette.requests import Request

from cartload_gateway.limits import Decision, RateLimiter
from cartload_gateway.personal_tokens import PREFIX, PersonalTokens
from cartload_gateway.routing import takes_access_token
from cartload_kit.errors import TooManyRequests
from cartload_kit.tokens import TokenVerifier

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that may pass, with the Authorization header to forward."""

    authorization: str | None
    address: str
    headers: dict[str, str]
    """The rate limit's headers, for the answer."""


class Admission:
    """Verifies bearer tokens, exchanges personal ones, and counts requests by user or by address."""

    def __init__(
        self,
        verifier: TokenVerifier,
        personal_tokens: PersonalTokens,
        *,
        users: RateLimiter,
        addresses: RateLimiter,
        trusted_proxies: tuple[str, ...] = (),
    ) -> None:
        self._verifier = verifier
        self._personal_tokens = personal_tokens
        self._users = users
        self._addresses = addresses
        self._trusted_proxies = frozenset(trusted_proxies)

    async def admit(self, request: Request) -> Admitted:
        """Let a request pass.

        Raises:
            TooManyRequests: the user's or the address's bucket is empty.
            Unauthorized: it carries a token that is not good.
            Unavailable: the token cannot be checked now.
        """
        address = self._address(request)
        authorization = request.headers.get("authorization")
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not takes_access_token(request.scope["path"]):
            return Admitted(authorization, address, _passed(self._addresses.take(address)))
        try:
            if token.startswith(PREFIX):
                token = await self._personal_tokens.access_token(token)
            identity = await self._verifier.verify(token)
        except Exception:
            _passed(self._addresses.take(address))
            raise
        return Admitted(f"Bearer {token}", address, _passed(self._users.take(identity.user_id)))

    def _address(self, request: Request) -> str:
        peer = request.client.host if request.client else "unknown"
        if peer not in self._trusted_proxies:
            return peer
        forwarded = request.headers.get("x-forwarded-for", "")
        claimed = [part.strip() for part in forwarded.split(",") if part.strip()]
        return next((part for part in reversed(claimed) if part not in self._trusted_proxies), peer)


def _passed(decision: Decision) -> dict[str, str]:
    if not decision.allowed:
        detail = f"More than {decision.quota} requests in a minute."
        raise TooManyRequests(decision.wait_seconds, detail, headers=decision.headers)
    return decision.headers
